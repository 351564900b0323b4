/* estimate_rep.c: the statistic under every replicate weight, from the sums of the design by code. */
#include "estimate_priv.h"

typedef struct rep_sums {
  double *w, *y, *x; /* [n_codes*R]; NULL where not needed */
  size_t reps;
} rep_sums;

static double value_of(const est_frame *f, const rep_sums *s, size_t g, size_t level, size_t r) {
  const size_t first = 1 + g * f->n_values, reps = s->reps;
  double n = 0, total = 0;
  for (size_t v = 0; v < f->n_values && s->w; v++) {
    const double w = s->w[(first + v) * reps + r];
    n += w;
    if (f->values && !f->continuous) total += w * f->values[v];
  }
  if (s->y) total = s->y[first * reps + r];
  switch (f->request->stat) {
  case SX_STAT_TOTAL:
    return total;
  case SX_STAT_COUNT:
    return n;
  case SX_STAT_MEAN:
    return total / n;
  case SX_STAT_RATIO:
    return total / s->x[first * reps + r];
  case SX_STAT_PROP:
    break;
  }
  return s->w[(first + level) * reps + r] / n;
}

sx_status sx_estimate__replicate_values(double *z, const est_frame *f, size_t n_levels, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(f->design);
  const sx_stat stat = f->request->stat;
  const size_t reps = sx_design_replicates(f->design), codes = f->basis->codes.n_codes;
  sx_status st = SX_OK;
  rep_sums s = {NULL, NULL, NULL, reps};
  const bool need_w = !(f->continuous && (stat == SX_STAT_TOTAL || stat == SX_STAT_RATIO));
  size_t size = 0;
  if (!sx_size_mul(&size, codes, reps)) return sx_error_memory(err);
  s.w = need_w ? sx_mem_alloc(ctx, size, sizeof *s.w) : NULL;
  s.y = f->continuous ? sx_mem_alloc(ctx, size, sizeof *s.y) : NULL;
  s.x = f->basis->x ? sx_mem_alloc(ctx, size, sizeof *s.x) : NULL;
  if ((need_w && !s.w) || (f->continuous && !s.y) || (f->basis->x && !s.x)) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, sx_design_replicate_sums(s.w, s.y, s.x, f->design, &f->basis->codes, err), done);
  for (size_t g = 0; g < f->n_domains; g++)
    for (size_t l = 0; l < n_levels; l++)
      for (size_t r = 0; r < reps; r++)
        z[(g * n_levels + l) * reps + r] = value_of(f, &s, g, f->request->prop_of_one ? 1 : l, r);
done:
  sx_mem_free(ctx, s.w);
  sx_mem_free(ctx, s.y);
  sx_mem_free(ctx, s.x);
  return st;
}
