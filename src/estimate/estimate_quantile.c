/* estimate_quantile.c: quantiles in domains, with intervals.
 *
 * Woodruff (1952) JASA 47:646-657: q = Q(p) by the rule; F = share of the base with y <= q and its variance V(F) by the engine; an
 * interval for that share, [L, U], centred at F or at p; low = Q(L), high = Q(U) by the same rule; se = (high - low)/(2 t).
 * Centred at F the interval misses where many cases share the value q, for then F is far above p: so the default centres
 * at p there, with the larger of the errors of the shares at or below and below q; and at the largest value, where the share
 * is 1 and its error 0.
 *
 * Score: the values x with |p - F(x)| <= t se(F(x)), from first to last, found by halving; Francisco & Fuller (1991) Ann. Stat.
 * 19:454-469. F there is the weighted share (R's ffullerCI takes the unweighted one).
 *
 * Replicates: Q(p) under every replicate weight.
 *
 * The carrier of q is -(se/se(F)) times that of F: the linearised quantile, its density taken from the interval. */
#include <string.h>

#include "estimate_priv.h"

typedef struct quantile_run {
  const sx_design *design;
  const sx_quantile_request *request;
  const sx_quantile_options *options;
  est_sorted sorted;
  sx_est_set *set;
  double *at;         /* [n_domains] the threshold of each domain */
  int64_t *indicator; /* [rows] */
} quantile_run;

static est_view view_of(const est_sorted *s, size_t g) {
  const size_t from = s->start[g];
  est_view v = {s->x + from, s->w ? s->w + from : NULL, s->cum + from, s->start[g + 1] - from, false};
  if (!s->negative) return v;
  for (size_t k = 0; k < v.n && !v.negative; k++) v.negative = v.cum[k] < (k ? v.cum[k - 1] : 0);
  return v;
}

static sx_status check(const sx_design *design, const sx_quantile_request *r, const sx_quantile_options *o,
                       sx_error *err) {
  if (!r->y) return sx_error_set(err, SX_E_ARGUMENT, NULL, "the quantile needs a variable");
  const size_t rows = sx_design_rows(design);
  if (r->y->n != rows)
    return sx_error_set(err, SX_E_ARGUMENT, r->y->name, "the variable has %zu cases, the design %zu", r->y->n, rows);
  if (rows > UINT32_MAX) return sx_error_set(err, SX_E_LIMIT, r->y->name, "%zu cases are too many", rows);
  if (r->y->type != SX_NUMBER && r->y->type != SX_INTEGER)
    return sx_error_set(err, SX_E_ARGUMENT, r->y->name, "it is %s: a quantile needs a number",
                        sx_type_name(r->y->type));
  if (r->by && r->by->n_rows != rows)
    return sx_error_set(err, SX_E_ARGUMENT, "by", "the groups have %zu cases, the design %zu", r->by->n_rows, rows);
  if (r->n_probs == 0) return sx_error_set(err, SX_E_ARGUMENT, "probs", "give at least one probability");
  for (size_t k = 0; k < r->n_probs; k++)
    if (!(r->probs[k] >= 0 && r->probs[k] <= 1))
      return sx_error_set(err, SX_E_ARGUMENT, "probs", "%g is not between 0 and 1", r->probs[k]);
  if (!(o->ci_level > 0 && o->ci_level < 1))
    return sx_error_set(err, SX_E_ARGUMENT, "ci_level", "the level is %g: it lies between 0 and 1", o->ci_level);
  if ((unsigned)o->rule > SX_QRULE_SHAHVAISH_SCALED || (unsigned)o->interval > SX_QINTERVAL_REPLICATE ||
      (unsigned)o->centre > SX_QCENTRE_AT_P)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "an unknown rule, interval or centre");
  if (o->interval == SX_QINTERVAL_REPLICATE && sx_design_replicates(design) == 0)
    return sx_error_set(err, SX_E_ARGUMENT, "interval", "replicate needs a design with replicate weights");
  return SX_OK;
}

/* What weights below 0 leave without a meaning. */
static sx_status check_rises(const quantile_run *q, sx_error *err) {
  const char *name = q->request->y->name;
  if (sx_estimate__rule_rises(q->options->rule))
    return sx_error_set(
        err, SX_E_DATA, name,
        "weights are negative, and '%s' is a line through shares in order: take math, school, hf3 or hf4, "
        "or calibrate with bounds",
        sx_qrule_name(q->options->rule));
  if (q->options->interval == SX_QINTERVAL_SCORE)
    return sx_error_set(err, SX_E_DATA, name,
                        "weights are negative, and the interval 'score' supposes that shares rise: take mean, beta, "
                        "xlogit or asin, or calibrate with bounds");
  return SX_OK;
}

static sx_status set_new(quantile_run *q, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(q->design);
  const sx_quantile_request *r = q->request;
  sx_est_set *set = q->set = sx_mem_zalloc(ctx, 1, sizeof *set);
  if (!set) return sx_error_memory(err);
  set->ctx = *ctx;
  size_t n = 0;
  if (!sx_size_mul(&n, q->sorted.n_domains, r->n_probs)) return sx_error_memory(err);
  set->rows = sx_mem_zalloc(ctx, n, sizeof *set->rows);
  set->level_text = sx_mem_zalloc(ctx, r->n_probs, sizeof *set->level_text);
  set->level_label = sx_mem_zalloc(ctx, r->n_probs, sizeof *set->level_label);
  if (!set->rows || !set->level_text || !set->level_label) return sx_error_memory(err);
  set->n_rows = n;
  set->n_levels = r->n_probs;
  for (size_t k = 0; k < r->n_probs; k++) {
    char text[SX_DOUBLE_TEXT_MAX];
    (void)sx_text_from_double(text, r->probs[k]);
    set->level_text[k] = sx_mem_strdup(ctx, text);
    set->level_label[k] = sx_mem_strdup(ctx, text);
    if (!set->level_text[k] || !set->level_label[k]) return sx_error_memory(err);
  }
  return SX_OK;
}

enum { PIECE_ROWS = 65536 };

typedef struct marking {
  const quantile_run *q;
  bool below;
} marking;

static sx_status mark_piece(void *data, size_t piece, sx_error *err) {
  (void)err;
  const marking *t = data;
  const quantile_run *q = t->q;
  const sx_quantile_request *r = q->request;
  const sx_column *y = r->y;
  const size_t from = piece * PIECE_ROWS, end = sx_piece_end(y->n, PIECE_ROWS, piece);
  for (size_t i = from; i < end; i++) {
    const int32_t g = r->by ? r->by->group[i] : 0;
    if (g < 0) {
      q->indicator[i] = 0;
      continue;
    }
    const double x = y->type == SX_NUMBER ? y->data.f64[i] : (double)y->data.i64[i];
    q->indicator[i] = t->below ? x < q->at[g] : x <= q->at[g];
  }
  return SX_OK;
}

/* Shares of the base at or below at[g] (strictly below: with `below`), one row per domain. */
static sx_status shares(sx_est_set **out, quantile_run *q, bool below, sx_error *err) {
  const sx_quantile_request *r = q->request;
  const sx_column *y = r->y;
  const sx_ctx quiet = sx_ctx_quiet(sx_design_ctx(q->design));
  marking job = {q, below};
  SX_TRY(sx_parallel_for(&quiet, sx_piece_count(y->n, PIECE_ROWS), mark_piece, &job, err));
  sx_column column = sx_estimate__column_like(y, SX_INTEGER);
  column.data.i64 = q->indicator;
  column.miss = y->miss;
  const sx_est_request request = {SX_STAT_PROP, &column, NULL, true, r->where, r->by};
  const sx_est_options options = {1, q->options->ci_level, SX_CI_WALD, q->options->df};
  return sx_estimate_run(out, q->design, &request, &options, err);
}

/* ---- carriers --------------------------------------------------------------------------------------------------- */

/* An estimate on this design whose error is not known: its carrier is NaN throughout. */
static sx_status without_error(sx_est **out, const quantile_run *q, double value, const sx_est_row *share,
                               sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(q->design);
  const size_t length = sx_design_carrier_length(q->design);
  sx_est *e = NULL;
  SX_TRY(sx_estimate__est_new(&e, ctx, value, 1, err));
  est_part *part = &e->parts[0];
  part->design = sx_design_ref(q->design);
  part->z = sx_mem_alloc(ctx, length, sizeof *part->z);
  const uint8_t *bits = share->est ? sx_estimate__bits(&share->est->parts[0]) : NULL;
  if (bits) part->bits = sx_mem_alloc(ctx, sx_design_bitmap_bytes(q->design), 1);
  if (!part->z || (bits && !part->bits)) {
    sx_est_free(e);
    return sx_error_memory(err);
  }
  for (size_t k = 0; k < length; k++) part->z[k] = (double)NAN;
  if (bits) memcpy(part->bits, bits, sx_design_bitmap_bytes(q->design));
  part->variance = (double)NAN;
  part->df = share->df;
  e->variance = (double)NAN;
  e->df = share->df;
  *out = e;
  return SX_OK;
}

static sx_status carrier_of(sx_est **out, const quantile_run *q, const sx_est_row *row, const sx_est_row *share,
                            sx_error *err) {
  if (isnan(row->se)) return without_error(out, q, row->estimate, share, err);
  const double slope = share->se > 0 ? -row->se / share->se : 0;
  const sx_est *const one[] = {share->est};
  SX_TRY(sx_est_linear(out, sx_design_ctx(q->design), &slope, one, 1, err));
  sx_est *e = *out;
  const double shift = row->estimate - e->value;
  e->value = row->estimate;
  const size_t reps = sx_design_replicates(q->design);
  for (size_t r = 0; r < reps; r++) e->parts[0].z[r] += shift;
  return SX_OK;
}

/* ---- intervals -------------------------------------------------------------------------------------------------- */

static void finish(sx_est_row *row, double t) {
  row->se = (row->high - row->low) / (2 * t);
  if (isnan(row->se))
    row->na = SX_NA_OUTSIDE;
  else if (row->estimate != 0)
    row->cv = row->se / fabs(row->estimate);
}

static sx_ci share_method(sx_qinterval interval) {
  if (interval == SX_QINTERVAL_BETA) return SX_CI_BETA;
  if (interval == SX_QINTERVAL_XLOGIT) return SX_CI_XLOGIT;
  if (interval == SX_QINTERVAL_ASIN) return SX_CI_ASIN;
  return SX_CI_WALD;
}

static bool on_tie(const est_view *v, double q) {
  size_t lo = 0, hi = v->n;
  while (lo < hi) {
    const size_t mid = lo + (hi - lo) / 2;
    if (v->x[mid] < q)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo + 1 < v->n && v->x[lo] == q && v->x[lo + 1] == q;
}

static void woodruff(sx_est_row *row, const quantile_run *q, const est_view *v, double p, const sx_est_row *share,
                     const sx_est_row *below) {
  const double t = sx_num_t_quantile((1 + row->ci_level) / 2, row->df);
  double centre = share->estimate, se = share->se;
  if (below) {
    centre = p;
    if (below->se > se) se = below->se;
  }
  const est_share s = {centre, se * se, (double)row->n, row->df, t, row->ci_level};
  double low = (double)NAN, high = (double)NAN;
  sx_estimate__share(&low, &high, share_method(q->options->interval), &s);
  row->low = low >= 0 ? sx_estimate__quantile(q->options->rule, v, low) : (double)NAN;
  row->high = high <= 1 ? sx_estimate__quantile(q->options->rule, v, high) : (double)NAN;
  finish(row, t);
}

/* Fills what the row has in common, and a missing row wholly; true where there is an estimate with an error to find. */
static bool begin(sx_est_row *row, size_t g, size_t k, double value, const sx_est_row *share, double level) {
  *row = (sx_est_row){.group = g, .level = (int32_t)k, .estimate = value, .ci_level = level, .df = share->df};
  row->n = share->n;
  row->na = share->na;
  row->se = row->low = row->high = row->cv = (double)NAN;
  row->n_eff = share->n_eff;
  row->deff = share->deff;
  if (isnan(value) && row->na == SX_NA_NONE) row->na = SX_NA_ZERO_DENOMINATOR; /* weights that add up to nothing */
  return !isnan(value) && !isnan(share->se);
}

/* ---- one probability in all domains ------------------------------------------------------------------------------- */

static void points(quantile_run *q, double p) {
  for (size_t g = 0; g < q->sorted.n_domains; g++) {
    const est_view v = view_of(&q->sorted, g);
    q->at[g] = v.n ? sx_estimate__quantile(q->options->rule, &v, p) : (double)NAN;
  }
}

static bool centred_at_p(const quantile_run *q, const est_view *v, double value) {
  if (q->options->centre == SX_QCENTRE_AUTO) return v->n > 0 && (value == v->x[v->n - 1] || on_tie(v, value));
  return q->options->centre == SX_QCENTRE_AT_P;
}

static sx_status by_woodruff(quantile_run *q, size_t k, sx_error *err) {
  const double p = q->request->probs[k];
  const size_t domains = q->sorted.n_domains, step = q->request->n_probs;
  sx_est_set *share = NULL, *below = NULL;
  sx_status st = SX_OK;
  bool tied = false;
  points(q, p);
  SX_TRY_GOTO(st, shares(&share, q, false, err), done);
  for (size_t g = 0; g < domains && !tied; g++) {
    const est_view v = view_of(&q->sorted, g);
    tied = centred_at_p(q, &v, q->at[g]);
  }
  if (tied) SX_TRY_GOTO(st, shares(&below, q, true, err), done);
  for (size_t g = 0; g < domains; g++) {
    const est_view v = view_of(&q->sorted, g);
    sx_est_row *row = &q->set->rows[g * step + k];
    const sx_est_row *s = &share->rows[g];
    const bool at_p = tied && centred_at_p(q, &v, q->at[g]);
    if (begin(row, g, k, q->at[g], s, q->options->ci_level)) woodruff(row, q, &v, p, s, at_p ? &below->rows[g] : NULL);
    if (s->est) SX_TRY_GOTO(st, carrier_of(&row->est, q, row, s, err), done);
  }
done:
  sx_est_set_free(share);
  sx_est_set_free(below);
  return st;
}

/* Positions lo < hi of every domain, halved together: one pass of the engine per step. */
typedef struct bracket {
  size_t lo, hi;
} bracket;

/* First position where p - F <= t se (side 1), or last where p - F >= -t se (side -1). found [n_domains]. */
static sx_status halve(size_t *found, quantile_run *q, double p, const sx_est_set *share, int side, bracket *b,
                       sx_error *err) {
  const size_t domains = q->sorted.n_domains;
  for (size_t g = 0; g < domains; g++) b[g] = (bracket){0, q->sorted.start[g + 1] - q->sorted.start[g]};
  for (bool open = true; open;) {
    open = false;
    for (size_t g = 0; g < domains; g++) {
      if (b[g].lo >= b[g].hi) continue;
      open = true;
      q->at[g] = q->sorted.x[q->sorted.start[g] + b[g].lo + (b[g].hi - b[g].lo) / 2];
    }
    if (!open) break;
    sx_est_set *s = NULL;
    SX_TRY(shares(&s, q, false, err));
    for (size_t g = 0; g < domains; g++) {
      if (b[g].lo >= b[g].hi) continue;
      const size_t mid = b[g].lo + (b[g].hi - b[g].lo) / 2;
      const double t = sx_num_t_quantile((1 + q->options->ci_level) / 2, share->rows[g].df);
      const double miss = p - s->rows[g].estimate, allowed = t * s->rows[g].se;
      const bool left = side > 0 ? !(miss <= allowed) : miss >= -allowed; /* the answer lies to the right of mid */
      if (left)
        b[g].lo = mid + 1;
      else
        b[g].hi = mid;
    }
    sx_est_set_free(s);
  }
  for (size_t g = 0; g < domains; g++) found[g] = side > 0 ? b[g].lo : b[g].lo ? b[g].lo - 1 : 0;
  return SX_OK;
}

static sx_status by_score(quantile_run *q, size_t k, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(q->design);
  const double p = q->request->probs[k];
  const size_t domains = q->sorted.n_domains, step = q->request->n_probs;
  sx_status st = SX_OK;
  sx_est_set *share = NULL;
  bracket *b = sx_mem_alloc(ctx, domains, sizeof *b);
  size_t *first = sx_mem_alloc(ctx, domains, sizeof *first), *last = sx_mem_alloc(ctx, domains, sizeof *last);
  double *value = sx_mem_alloc(ctx, domains, sizeof *value);
  if (!b || !first || !last || !value) {
    st = sx_error_memory(err);
    goto done;
  }
  points(q, p);
  memcpy(value, q->at, domains * sizeof *value);
  SX_TRY_GOTO(st, shares(&share, q, false, err), done);
  SX_TRY_GOTO(st, halve(first, q, p, share, 1, b, err), done);
  SX_TRY_GOTO(st, halve(last, q, p, share, -1, b, err), done);
  for (size_t g = 0; g < domains; g++) {
    const est_view v = view_of(&q->sorted, g);
    sx_est_row *row = &q->set->rows[g * step + k];
    const sx_est_row *s = &share->rows[g];
    if (begin(row, g, k, value[g], s, q->options->ci_level)) {
      const size_t lo = first[g] < v.n ? first[g] : v.n - 1, hi = last[g] > lo ? last[g] : lo;
      const double total = v.cum[v.n - 1];
      size_t end = lo; /* the whole of a run of equal values is at or below it */
      while (end + 1 < v.n && v.x[end + 1] == v.x[lo]) end++;
      row->low = sx_estimate__quantile(q->options->rule, &v, v.cum[end] / total);
      for (end = hi; end + 1 < v.n && v.x[end + 1] == v.x[hi];) end++;
      row->high = sx_estimate__quantile(q->options->rule, &v, v.cum[end] / total);
      finish(row, sx_num_t_quantile((1 + row->ci_level) / 2, row->df));
    }
    if (s->est) SX_TRY_GOTO(st, carrier_of(&row->est, q, row, s, err), done);
  }
done:
  sx_est_set_free(share);
  sx_mem_free(ctx, b);
  sx_mem_free(ctx, first);
  sx_mem_free(ctx, last);
  sx_mem_free(ctx, value);
  return st;
}

/* ---- replicates ------------------------------------------------------------------------------------------------- */

/* Values under one replicate: z [domains][n_probs][replicates]. */
typedef struct rep_quantiles {
  const quantile_run *q;
  const est_sorted *all; /* cases of weight 0 included */
  double *z;
  size_t largest; /* cases of the largest domain */
} rep_quantiles;

/* One domain; space [3n], n its cases. */
static sx_status domain_values(const rep_quantiles *t, size_t r, size_t g, const double *weights, double *space,
                               sx_error *err) {
  const est_sorted *all = t->all;
  const sx_quantile_request *request = t->q->request;
  const size_t from = all->start[g], n = all->start[g + 1] - from, reps = sx_design_replicates(t->q->design);
  double *x = space, *w = space + n, *cum = w + n;
  size_t m = 0;
  for (size_t k = 0; k < n; k++) {
    const double weight = weights[all->row[from + k]];
    x[m] = all->x[from + k];
    w[m] = weight;
    m += weight != 0;
  }
  const bool negative = sx_estimate__cumulate(cum, w, m);
  if (negative) SX_TRY(check_rises(t->q, err));
  const est_view v = {x, w, cum, m, negative};
  for (size_t k = 0; k < request->n_probs; k++)
    t->z[(g * request->n_probs + k) * reps + r] =
        m ? sx_estimate__quantile(t->q->options->rule, &v, request->probs[k]) : (double)NAN;
  return SX_OK;
}

static sx_status replicate_values(void *data, size_t r, sx_error *err) {
  const rep_quantiles *t = data;
  const sx_ctx *ctx = sx_design_ctx(t->q->design);
  double *weights = sx_mem_alloc(ctx, sx_design_rows(t->q->design), sizeof *weights);
  double *space = sx_mem_alloc(ctx, t->largest, 3 * sizeof *space);
  sx_status st = weights && space ? SX_OK : sx_error_memory(err);
  if (st == SX_OK) sx_design_replicate(weights, t->q->design, r);
  for (size_t g = 0; st == SX_OK && g < t->all->n_domains; g++) st = domain_values(t, r, g, weights, space, err);
  sx_mem_free(ctx, weights);
  sx_mem_free(ctx, space);
  return st;
}

static sx_status replicate_row(sx_est_row *row, const quantile_run *q, const double *z, sx_error *err) {
  const size_t reps = sx_design_replicates(q->design);
  sx_est *e = NULL;
  SX_TRY(sx_estimate__est_new(&e, sx_design_ctx(q->design), row->estimate, 1, err));
  est_part *part = &e->parts[0];
  row->est = e;
  part->design = sx_design_ref(q->design);
  part->z = sx_mem_alloc(sx_design_ctx(q->design), reps, sizeof *part->z);
  if (!part->z) return sx_error_memory(err);
  memcpy(part->z, z, reps * sizeof *z);
  part->variance = sx_design_cov(q->design, part->z, part->z, row->estimate, row->estimate);
  part->df = sx_design_df(q->design);
  sx_estimate__total(e);
  const sx_est_options options = {1, q->options->ci_level, SX_CI_WALD, q->options->df};
  est_t cache = {0, 0, 0};
  row->df = e->df;
  row->n_eff = row->deff = (double)NAN;
  sx_estimate__interval(row, e->variance, false, &options, &cache);
  return SX_OK;
}

static sx_status by_replicates(quantile_run *q, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(q->design);
  const size_t reps = sx_design_replicates(q->design), probs = q->request->n_probs;
  sx_status st = SX_OK;
  const sx_ctx quiet = sx_ctx_quiet(ctx);
  est_sorted all;
  sx_est_set *share = NULL;
  double *z = NULL;
  size_t largest = 0, size = 0;
  SX_TRY(sx_estimate__sort(&all, q->design, q->request, true, err));
  for (size_t g = 0; g < all.n_domains; g++) {
    const size_t n = all.start[g + 1] - all.start[g];
    if (n > largest) largest = n;
  }
  z = sx_size_mul(&size, all.n_domains * probs, reps) ? sx_mem_alloc(ctx, size, sizeof *z) : NULL;
  if (!z) {
    st = sx_error_memory(err);
    goto done;
  }
  points(q, q->request->probs[0]);
  SX_TRY_GOTO(st, shares(&share, q, false, err), done); /* n and the reasons of missing rows */
  rep_quantiles work = {q, &all, z, largest};
  SX_TRY_GOTO(st, sx_parallel_for(&quiet, reps, replicate_values, &work, err), done);
  for (size_t g = 0; g < all.n_domains; g++) {
    const est_view v = view_of(&q->sorted, g);
    for (size_t k = 0; k < probs; k++) {
      sx_est_row *row = &q->set->rows[g * probs + k];
      const double value = v.n ? sx_estimate__quantile(q->options->rule, &v, q->request->probs[k]) : (double)NAN;
      (void)begin(row, g, k, value, &share->rows[g], q->options->ci_level);
      if (v.n) SX_TRY_GOTO(st, replicate_row(row, q, z + (g * probs + k) * reps, err), done);
    }
  }
done:
  sx_est_set_free(share);
  sx_estimate__sorted_clear(&all);
  sx_mem_free(ctx, z);
  return st;
}

/* What this rule does not ask for makes room for what follows. */
static void forget_unused(est_sorted *s, sx_qrule rule) {
  sx_mem_free(&s->ctx, s->row);
  s->row = NULL;
  if (sx_estimate__rule_weighs(rule)) return;
  sx_mem_free(&s->ctx, s->w);
  s->w = NULL;
}

sx_status sx_estimate_quantile(sx_est_set **out, const sx_design *design, const sx_quantile_request *request,
                               const sx_quantile_options *options, sx_error *err) {
  const sx_quantile_options plain = SX_QUANTILE_OPTIONS_INIT;
  const sx_ctx *ctx = sx_design_ctx(design);
  quantile_run q;
  memset(&q, 0, sizeof q);
  q.design = design;
  q.request = request;
  q.options = options ? options : &plain;
  SX_TRY(check(design, request, q.options, err));
  SX_TRY(sx_estimate__sort(&q.sorted, design, request, false, err));
  sx_status st = SX_OK;
  if (q.sorted.negative) SX_TRY_GOTO(st, check_rises(&q, err), done);
  forget_unused(&q.sorted, q.options->rule);
  q.at = sx_mem_alloc(ctx, q.sorted.n_domains, sizeof *q.at);
  q.indicator = sx_mem_alloc(ctx, sx_design_rows(design), sizeof *q.indicator);
  if (!q.at || !q.indicator) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, set_new(&q, err), done);
  if (q.options->interval == SX_QINTERVAL_REPLICATE) {
    SX_TRY_GOTO(st, by_replicates(&q, err), done);
  } else {
    for (size_t k = 0; k < request->n_probs; k++)
      SX_TRY_GOTO(st, q.options->interval == SX_QINTERVAL_SCORE ? by_score(&q, k, err) : by_woodruff(&q, k, err), done);
  }
  *out = q.set;
  q.set = NULL;
done:
  sx_mem_free(ctx, q.at);
  sx_mem_free(ctx, q.indicator);
  sx_est_set_free(q.set);
  sx_estimate__sorted_clear(&q.sorted);
  return st;
}

typedef struct requests {
  const sx_design *design;
  const sx_quantile_request *requests;
  const sx_quantile_options *options;
} requests;

static sx_status run_one(sx_est_set **out, const void *data, size_t i, sx_error *err) {
  const requests *r = data;
  return sx_estimate_quantile(out, r->design, &r->requests[i], r->options, err);
}

sx_status sx_estimate_quantile_many(sx_est_set **out, const sx_design *design, const sx_quantile_request *list,
                                    size_t n, const sx_quantile_options *options, sx_error *err) {
  const requests data = {design, list, options};
  return sx_estimate__many(out, sx_design_ctx(design), n, run_one, &data, err);
}
