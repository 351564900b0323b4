/* design_make_boot.c: factors of the bootstraps.
 *
 *   Canty-Davison   t_hi, the times that PSU i is among n_h drawn with replacement; with an fpc among n_h drawn without
 *                   replacement from N_h copies of the PSUs in turn: Canty & Davison (1999) The Statistician 48:379-391
 *   Rao-Wu          1 - lambda + lambda n_h/m_h t_hi, m_h = n_h - 1 drawn with replacement, lambda = sqrt(m_h(1-f_h)/(n_h-1)):
 *                   Rao & Wu (1988) JASA 83:231-241; Rao, Wu & Yue (1992) Survey Methodology 18:209-217
 *   Preston         half of the units without replacement at every stage: Preston (2009) Survey Methodology 35:227-234.
 *                   Factor 1 + sum over stages of e_k, e_k = c_k lambda_k (n/n* kept - 1), n* = n/2 rounded down,
 *                   lambda_k = sqrt(F n*(1-f)/(n - n*)), F the product of f above, c_k the product of sqrt(n/n*) kept above
 *
 * A stratum (group) of one unit, and one taken for sure in Rao-Wu and Preston, keeps factor 1 at its stage; in Preston what
 * lies within it is still replicated. Each replicate draws stratum h from the Philox stream (replicate, stage, h), so that
 * neither threads nor the number of replicates change a replicate. */
#include <string.h>

#include "design_priv.h"

typedef struct boot {
  double *f;
  const design_sample *s;
  const sx_make_spec *spec;
  size_t max_group; /* units in the largest group of any stage */
} boot;

static void stream(sx_rng *rng, const boot *b, size_t r, size_t stage, size_t h) {
  sx_rng_init(rng, b->s->ctx.seed, ((uint64_t)r << 40) ^ ((uint64_t)stage << 36) ^ (uint64_t)h);
}

static double left_of(const design_sample *s, size_t h) {
  const double left = s->fraction ? 1 - s->fraction[h] : 1;
  return left < 1e-7 ? 0 : left;
}

/* count [n]: how often each of n is among m draws with replacement. */
static void with_replacement(double *count, size_t n, size_t m, sx_rng *rng) {
  memset(count, 0, n * sizeof *count);
  for (size_t k = 0; k < m; k++) count[sx_rng_below(rng, n)]++;
}

/* keep [n]: 1 for m of n without replacement (Knuth's algorithm S). */
static void without_replacement(double *keep, size_t n, size_t m, sx_rng *rng) {
  for (size_t k = 0; k < n; k++) {
    const bool take = sx_rng_below(rng, n - k) < m;
    keep[k] = take;
    m -= take ? 1 : 0;
  }
}

/* count [n]: n drawn without replacement from `population` >= n copies of the units, population/n rounded down or up of
 * each; odd [n] marks those with one more. A pair (unit, copy) is drawn until it exists and is not yet taken; which copies
 * of a unit are taken does not matter, so they count as the first ones. */
static void from_population(double *count, double *odd, size_t n, uint64_t population, sx_rng *rng) {
  const uint64_t whole = population / n;
  without_replacement(odd, n, (size_t)(population % n), rng);
  memset(count, 0, n * sizeof *count);
  for (size_t drawn = 0; drawn < n;) {
    const size_t k = (size_t)sx_rng_below(rng, n);
    const double copy = (double)sx_rng_below(rng, whole + 1);
    if (copy < count[k] || copy >= (double)whole + odd[k]) continue;
    count[k]++;
    drawn++;
  }
}

static void canty_davison(const boot *b, size_t r, size_t h, double *t, double *odd) {
  const design_sample *s = b->s;
  const size_t first = s->start[h], n = s->start[h + 1] - first, reps = b->spec->n_reps;
  sx_rng rng;
  stream(&rng, b, r, 0, h);
  const double population = s->fraction ? round((double)n / s->fraction[h]) : (double)INFINITY;
  if (population > 1e15)
    with_replacement(t, n, n, &rng);
  else
    from_population(t, odd, n, (uint64_t)population, &rng);
  for (size_t k = 0; k < n; k++) b->f[(first + k) * reps + r] = n == 1 ? 1 : t[k];
}

static void rao_wu(const boot *b, size_t r, size_t h, double *t) {
  const design_sample *s = b->s;
  const size_t first = s->start[h], n = s->start[h + 1] - first, reps = b->spec->n_reps;
  const double lambda = sqrt(left_of(s, h)), up = n > 1 ? (double)n / (double)(n - 1) : 0;
  sx_rng rng;
  stream(&rng, b, r, 0, h);
  if (n > 1 && lambda > 0) with_replacement(t, n, n - 1, &rng);
  for (size_t k = 0; k < n; k++)
    b->f[(first + k) * reps + r] = n > 1 && lambda > 0 ? 1 - lambda + lambda * up * t[k] : 1;
}

/* One group of a stage of Preston's: sum and chain [n] start from their first elements, those of the unit above. */
typedef struct group {
  size_t stage, h, n;
  double fraction, above; /* f, and the product of f above */
  double *sum, *chain, *keep;
} group;

static void preston_group(const boot *b, size_t r, const group *g) {
  const size_t n = g->n, half = n / 2;
  const double chain = g->chain[0], left = 1 - g->fraction < 1e-7 ? 0 : 1 - g->fraction;
  for (size_t k = 1; k < n; k++) {
    g->sum[k] = g->sum[0];
    g->chain[k] = chain;
  }
  if (n < 2 || left <= 0 || chain <= 0) return;
  sx_rng rng;
  stream(&rng, b, r, g->stage, g->h);
  without_replacement(g->keep, n, half, &rng);
  const double up = (double)n / (double)half, lambda = sqrt(g->above * (double)half * left / (double)(n - half));
  for (size_t k = 0; k < n; k++) {
    g->sum[k] += chain * lambda * (up * g->keep[k] - 1);
    g->chain[k] = g->keep[k] > 0 ? chain * sqrt(up) : 0;
  }
}

/* One replicate: stage by stage, from the last unit of a stage to the first so that the arrays grow in place. */
static void preston(const boot *b, size_t r, double *sum, double *chain, double *keep) {
  const design_sample *s = b->s;
  const size_t reps = b->spec->n_reps;
  for (size_t h = 0; h < s->n_strata; h++) {
    const size_t p = s->start[h];
    sum[p] = 0;
    chain[p] = 1;
    const group g = {0, h, s->start[h + 1] - p, s->fraction ? s->fraction[h] : 0, 1, sum + p, chain + p, keep};
    preston_group(b, r, &g);
  }
  for (size_t k = 1; s->tree && k < s->tree->n_stages; k++) {
    const design_stage *g = &s->tree->stages[k];
    for (size_t h = g->n_groups; h-- > 0;) {
      const size_t u = g->start[h];
      sum[u] = sum[h]; /* u >= h: what is overwritten was used or is this one */
      chain[u] = chain[h];
      const group part = {k, h, g->start[h + 1] - u, g->frac[u], g->coef[h], sum + u, chain + u, keep};
      preston_group(b, r, &part);
    }
  }
  for (size_t u = 0; u < s->n_slots; u++) b->f[u * reps + r] = 1 + sum[u];
}

static sx_status replicate(void *data, size_t r, sx_error *err) {
  const boot *b = data;
  const design_sample *s = b->s;
  const sx_ctx *ctx = &s->ctx;
  sx_status st = SX_OK;
  const bool all = b->spec->method == SX_MAKE_PRESTON;
  double *t = sx_mem_alloc(ctx, b->max_group, sizeof *t), *odd = sx_mem_alloc(ctx, b->max_group, sizeof *odd);
  double *sum = all ? sx_mem_alloc(ctx, s->n_slots, sizeof *sum) : NULL;
  double *chain = all ? sx_mem_alloc(ctx, s->n_slots, sizeof *chain) : NULL;
  if (!t || !odd || (all && (!sum || !chain))) {
    st = sx_error_memory(err);
    goto done;
  }
  if (all)
    preston(b, r, sum, chain, t);
  else
    for (size_t h = 0; h < s->n_strata; h++)
      if (b->spec->method == SX_MAKE_RAOWU)
        rao_wu(b, r, h, t);
      else
        canty_davison(b, r, h, t, odd);
done:
  sx_mem_free(ctx, t);
  sx_mem_free(ctx, odd);
  sx_mem_free(ctx, sum);
  sx_mem_free(ctx, chain);
  return st;
}

sx_status sx_design__boot(double *f, const design_sample *s, const sx_make_spec *spec, sx_error *err) {
  boot b = {f, s, spec, s->max_psus};
  for (size_t k = 0; s->tree && k < s->tree->n_stages; k++) {
    const design_stage *g = &s->tree->stages[k];
    for (size_t h = 0; h < g->n_groups; h++)
      if (g->start[h + 1] - g->start[h] > b.max_group) b.max_group = g->start[h + 1] - g->start[h];
  }
  return sx_parallel_for(&s->ctx, spec->n_reps, replicate, &b, err);
}
