/* estimate_statistic.c: a statistic given by its value and its score, in domains, on any design.
 *
 * Linearised: the carrier of theta is that of the total of the scores u_k = d theta / d w_k, 0 outside the domain: Deville (1999),
 * Survey Methodology 25:193-203; the engine projects it by the adjustments of the weights. Replicates: theta under every one.
 * Under simple random sampling with replacement of n the variance of a total of scores is N sum w (u - ubar)^2 / (n - 1), N = sum w. */
#include "shuxiao/estimate_statistic.h"

#include <string.h>

#include "estimate_priv.h"

typedef struct stat_run {
  const sx_design *design;
  const sx_statistic *statistic;
  const sx_statistic_request *request;
  const sx_est_options *options;
  const sx_column *sort; /* the request's, or row_numbers */
  sx_column row_numbers;
  uint8_t *in; /* [rows] the base */
  est_sorted base;
  double *z; /* [domains * n_values][replicates] */
  sx_est_set *set;
} stat_run;

static size_t domains_of(const stat_run *s) {
  return s->request->by ? s->request->by->n_groups : 1;
}

/* ---- what is asked for ------------------------------------------------------------------------------------------- */

static sx_status check_column(const sx_column *c, size_t rows, sx_error *err) {
  if (c->n == rows) return SX_OK;
  return sx_error_set(err, SX_E_ARGUMENT, c->name, "the variable has %zu cases, the design %zu", c->n, rows);
}

static sx_status check(const stat_run *s, sx_error *err) {
  const sx_statistic_request *r = s->request;
  const size_t rows = sx_design_rows(s->design);
  if (!(s->options->ci_level > 0 && s->options->ci_level < 1))
    return sx_error_set(err, SX_E_ARGUMENT, "ci_level", "the level is %g: it lies between 0 and 1",
                        s->options->ci_level);
  if (s->statistic->n_values == 0 || (s->statistic->n_values > 1 && !s->statistic->value_text))
    return sx_error_set(err, SX_E_ARGUMENT, s->statistic->name, "a statistic of several values names each of them");
  if (rows > UINT32_MAX) return sx_error_set(err, SX_E_LIMIT, s->statistic->name, "%zu cases are too many", rows);
  for (size_t k = 0; k < r->n_columns; k++) SX_TRY(check_column(r->columns[k], rows, err));
  if (r->sort) {
    SX_TRY(check_column(r->sort, rows, err));
    if (r->sort->type != SX_NUMBER && r->sort->type != SX_INTEGER)
      return sx_error_set(err, SX_E_ARGUMENT, r->sort->name, "it is %s: %s needs a number", sx_type_name(r->sort->type),
                          s->statistic->name);
  }
  if (r->by && r->by->n_rows != rows)
    return sx_error_set(err, SX_E_ARGUMENT, "by", "the groups have %zu cases, the design %zu", r->by->n_rows, rows);
  return SX_OK;
}

static int32_t domain_of(const sx_statistic_request *r, size_t row) {
  if (r->where && r->where[row] != 1) return -1;
  return r->by ? r->by->group[row] : 0;
}

/* The base, sorted by domain. Cases of weight 0 stay: their replicate weights may differ from it. */
static sx_status sort_base(stat_run *s, sx_error *err) {
  const sx_statistic_request *r = s->request;
  const sx_ctx *ctx = sx_design_ctx(s->design);
  const size_t rows = sx_design_rows(s->design);
  s->in = sx_mem_alloc(ctx, rows, 1);
  if (!s->in) return sx_error_memory(err);
  for (size_t i = 0; i < rows; i++) {
    bool in = domain_of(r, i) >= 0;
    for (size_t k = 0; in && k < r->n_columns; k++) in = !sx_column_missing(r->columns[k], i);
    s->in[i] = in;
  }
  s->sort = r->sort;
  if (!s->sort) {
    s->row_numbers = (sx_column){.name = (char *)(uintptr_t)s->statistic->name, .type = SX_NUMBER, .n = rows};
    s->row_numbers.data.f64 = sx_mem_alloc(ctx, rows, sizeof(double));
    if (!s->row_numbers.data.f64) return sx_error_memory(err);
    for (size_t i = 0; i < rows; i++) s->row_numbers.data.f64[i] = (double)i;
    s->sort = &s->row_numbers;
  }
  const sx_quantile_request by_value = {s->sort, NULL, 0, s->in, r->by};
  return sx_estimate__sort(&s->base, s->design, &by_value, true, err);
}

static sx_status texts(sx_est_set *set, const sx_statistic *statistic, sx_error *err) {
  if (!statistic->value_text) return SX_OK;
  set->level_text = sx_mem_zalloc(&set->ctx, statistic->n_values, sizeof *set->level_text);
  set->level_label = sx_mem_zalloc(&set->ctx, statistic->n_values, sizeof *set->level_label);
  if (!set->level_text || !set->level_label) return sx_error_memory(err);
  set->n_levels = statistic->n_values;
  for (size_t k = 0; k < statistic->n_values; k++) {
    set->level_text[k] = sx_mem_strdup(&set->ctx, statistic->value_text[k]);
    set->level_label[k] = sx_mem_strdup(&set->ctx, statistic->value_text[k]);
    if (!set->level_text[k] || !set->level_label[k]) return sx_error_memory(err);
  }
  return SX_OK;
}

static sx_status set_new(stat_run *s, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(s->design);
  const sx_statistic *statistic = s->statistic;
  size_t n = 0;
  s->set = sx_mem_zalloc(ctx, 1, sizeof *s->set);
  if (!s->set) return sx_error_memory(err);
  s->set->ctx = *ctx;
  if (!sx_size_mul(&n, domains_of(s), statistic->n_values)) return sx_error_memory(err);
  s->set->rows = sx_mem_zalloc(ctx, n, sizeof *s->set->rows);
  if (!s->set->rows) return sx_error_memory(err);
  s->set->n_rows = n;
  for (size_t i = 0; i < n; i++) {
    sx_est_row *row = &s->set->rows[i];
    *row = (sx_est_row){.group = i / statistic->n_values, .level = -1, .ci_level = s->options->ci_level};
    if (statistic->value_text) row->level = (int32_t)(i % statistic->n_values);
    row->estimate = row->se = row->low = row->high = row->df = row->cv = row->n_eff = row->deff = (double)NAN;
  }
  return texts(s->set, statistic, err);
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* The cases of domain g whose weight is not 0, into row and w [at most the domain's]. */
static sx_cases cases_of(const stat_run *s, size_t g, const double *weights, uint32_t *row, double *w) {
  size_t n = 0;
  for (size_t k = s->base.start[g]; k < s->base.start[g + 1]; k++) {
    const double weight = weights[s->base.row[k]];
    if (weight == 0) continue;
    row[n] = s->base.row[k];
    w[n++] = weight;
  }
  return (sx_cases){row, w, n};
}

static size_t largest_domain(const stat_run *s) {
  size_t largest = 1;
  for (size_t g = 0; g < s->base.n_domains; g++) {
    const size_t n = s->base.start[g + 1] - s->base.start[g];
    if (n > largest) largest = n;
  }
  return largest;
}

/* Why a domain without a case has none. */
static sx_na nothing(const stat_run *s, size_t g) {
  const size_t rows = sx_design_rows(s->design);
  for (size_t i = 0; i < rows; i++)
    if (domain_of(s->request, i) == (int32_t)g) return SX_NA_ALL_MISSING;
  return SX_NA_EMPTY_DOMAIN;
}

/* Estimates of the rows of domain g without their variances. */
static sx_status points(stat_run *s, size_t g, const sx_cases *cases, double *value, sx_error *err) {
  const sx_statistic *statistic = s->statistic;
  sx_na na = SX_NA_NONE;
  for (size_t k = 0; k < statistic->n_values; k++) value[k] = (double)NAN;
  if (cases->n == 0)
    na = nothing(s, g);
  else
    SX_TRY(statistic->value(value, &na, cases, statistic->data, err));
  for (size_t k = 0; k < statistic->n_values; k++) {
    sx_est_row *row = &s->set->rows[g * statistic->n_values + k];
    row->estimate = value[k];
    row->n = cases->n;
    if (isnan(value[k])) row->na = na == SX_NA_NONE ? SX_NA_ZERO_DENOMINATOR : na;
  }
  return SX_OK;
}

static sx_status est_of(est_part **part, const stat_run *s, sx_est_row *row, sx_error *err) {
  SX_TRY(sx_estimate__est_new(&row->est, sx_design_ctx(s->design), row->estimate, 1, err));
  *part = &row->est->parts[0];
  (*part)->design = sx_design_ref(s->design);
  (*part)->z = sx_mem_zalloc(sx_design_ctx(s->design), sx_design_carrier_length(s->design), sizeof(double));
  return (*part)->z ? SX_OK : sx_error_memory(err);
}

static void describe(const stat_run *s, sx_est_row *row, double srs) {
  est_t cache = {0, 0, 0};
  row->df = row->est->df;
  sx_estimate__interval(row, row->est->variance, s->statistic->is_prop, s->options, &cache);
  if (isnan(row->se) || !(srs > 0) || !isfinite(srs)) return;
  row->deff = row->est->variance / srs;
  if (row->deff > 0) row->n_eff = (double)row->n / row->deff;
}

/* ---- linearised designs ------------------------------------------------------------------------------------------- */

static double srs_variance(const double *u, const sx_cases *c) {
  double total = 0, sum = 0, square = 0;
  for (size_t i = 0; i < c->n; i++) {
    total += c->w[i];
    sum += c->w[i] * u[i];
  }
  const double mean = sum / total;
  for (size_t i = 0; i < c->n; i++) square += c->w[i] * (u[i] - mean) * (u[i] - mean);
  return c->n > 1 ? total * square / ((double)c->n - 1) : (double)NAN;
}

typedef struct stat_space {
  double *value, *w, *score, *u, *scratch;
  uint32_t *row;
  uint8_t *bits;
} stat_space;

static void space_clear(const sx_ctx *ctx, stat_space *p) {
  sx_mem_free(ctx, p->value);
  sx_mem_free(ctx, p->w);
  sx_mem_free(ctx, p->score);
  sx_mem_free(ctx, p->u);
  sx_mem_free(ctx, p->scratch);
  sx_mem_free(ctx, p->row);
  sx_mem_free(ctx, p->bits);
}

/* Room for the cases of the largest of n; linearised: also for scores and what the engine needs. */
static sx_status space_new(stat_space *p, const stat_run *s, size_t n, bool linearised, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(s->design);
  memset(p, 0, sizeof *p);
  p->value = sx_mem_alloc(ctx, s->statistic->n_values, sizeof *p->value);
  p->w = sx_mem_alloc(ctx, n, sizeof *p->w);
  p->row = sx_mem_alloc(ctx, n, sizeof *p->row);
  bool ok = p->value && p->w && p->row;
  if (ok && linearised) {
    size_t scores = 0;
    p->score = sx_size_mul(&scores, n, s->statistic->n_values) ? sx_mem_alloc(ctx, scores, sizeof *p->score) : NULL;
    p->u = sx_mem_zalloc(ctx, sx_design_rows(s->design), sizeof *p->u);
    p->scratch = sx_mem_alloc(ctx, sx_design_scratch_length(s->design), sizeof *p->scratch);
    p->bits = sx_mem_alloc(ctx, sx_design_bitmap_bytes(s->design), 1);
    ok = p->score && p->u && p->scratch && p->bits;
  }
  if (ok) return SX_OK;
  space_clear(ctx, p);
  return sx_error_memory(err);
}

static sx_status linearised_row(stat_run *s, sx_est_row *row, const double *score, const sx_cases *cases, stat_space *p,
                                double df, sx_error *err) {
  const size_t bytes = sx_design_bitmap_bytes(s->design);
  est_part *part = NULL;
  SX_TRY(est_of(&part, s, row, err));
  part->bits = sx_mem_alloc(sx_design_ctx(s->design), bytes, 1);
  if (!part->bits) return sx_error_memory(err);
  memcpy(part->bits, p->bits, bytes);
  for (size_t i = 0; i < cases->n; i++) p->u[cases->row[i]] = score[i];
  sx_design_carry(part->z, s->design, p->u, p->scratch);
  for (size_t i = 0; i < cases->n; i++) p->u[cases->row[i]] = 0;
  part->variance = sx_design_cov(s->design, part->z, part->z, 0, 0);
  part->df = df;
  SX_TRY(sx_estimate__add_figures(row->est, s->design, p->scratch + sx_design_rows(s->design), err));
  sx_estimate__total(row->est);
  describe(s, row, srs_variance(score, cases));
  return SX_OK;
}

static sx_status linearised_domain(void *data, size_t g, sx_error *err) {
  stat_run *s = data;
  const sx_ctx *ctx = sx_design_ctx(s->design);
  const size_t n_values = s->statistic->n_values, room = s->base.start[g + 1] - s->base.start[g];
  stat_space p;
  SX_TRY(space_new(&p, s, room, true, err));
  sx_status st = SX_OK;
  const sx_cases cases = cases_of(s, g, sx_design_weights(s->design), p.row, p.w);
  SX_TRY_GOTO(st, points(s, g, &cases, p.value, err), done);
  if (cases.n == 0) goto done;
  SX_TRY_GOTO(st, s->statistic->score(p.score, p.value, &cases, s->statistic->data, err), done);
  memset(p.bits, 0, sx_design_bitmap_bytes(s->design));
  const int32_t *psu = sx_design_psu_of_row(s->design);
  for (size_t i = 0; i < cases.n; i++) {
    const size_t at = (size_t)psu[cases.row[i]];
    p.bits[at / 8] = (uint8_t)(p.bits[at / 8] | 1U << at % 8);
  }
  const double df = sx_design_df_of(s->design, p.bits);
  for (size_t k = 0; k < n_values; k++) {
    sx_est_row *row = &s->set->rows[g * n_values + k];
    if (isnan(row->estimate)) continue;
    SX_TRY_GOTO(st, linearised_row(s, row, p.score + k * cases.n, &cases, &p, df, err), done);
  }
done:
  space_clear(ctx, &p);
  return st;
}

/* ---- replicates --------------------------------------------------------------------------------------------------- */

static sx_status one_replicate(void *data, size_t r, sx_error *err) {
  stat_run *s = data;
  const sx_ctx *ctx = sx_design_ctx(s->design);
  const sx_statistic *statistic = s->statistic;
  const size_t n_values = statistic->n_values, reps = sx_design_replicates(s->design);
  stat_space p;
  double *weights = NULL;
  SX_TRY(space_new(&p, s, largest_domain(s), false, err));
  sx_status st = SX_OK;
  weights = sx_mem_alloc(ctx, sx_design_rows(s->design), sizeof *weights);
  if (!weights) {
    st = sx_error_memory(err);
    goto done;
  }
  sx_design_replicate(weights, s->design, r);
  for (size_t g = 0; g < s->base.n_domains; g++) {
    const sx_cases cases = cases_of(s, g, weights, p.row, p.w);
    sx_na na = SX_NA_NONE;
    for (size_t k = 0; k < n_values; k++) p.value[k] = (double)NAN;
    if (cases.n) SX_TRY_GOTO(st, statistic->value(p.value, &na, &cases, statistic->data, err), done);
    for (size_t k = 0; k < n_values; k++) s->z[(g * n_values + k) * reps + r] = p.value[k];
  }
done:
  sx_mem_free(ctx, weights);
  space_clear(ctx, &p);
  return st;
}

static sx_status full_points(stat_run *s, sx_error *err) {
  stat_space p;
  SX_TRY(space_new(&p, s, largest_domain(s), false, err));
  sx_status st = SX_OK;
  for (size_t g = 0; st == SX_OK && g < s->base.n_domains; g++) {
    const sx_cases cases = cases_of(s, g, sx_design_weights(s->design), p.row, p.w);
    st = points(s, g, &cases, p.value, err);
  }
  space_clear(sx_design_ctx(s->design), &p);
  return st;
}

static sx_status replicated(stat_run *s, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(s->design);
  const size_t reps = sx_design_replicates(s->design);
  size_t size = 0;
  SX_TRY(full_points(s, err));
  s->z = sx_size_mul(&size, s->set->n_rows, reps) ? sx_mem_alloc(ctx, size, sizeof *s->z) : NULL;
  if (!s->z) return sx_error_memory(err);
  SX_TRY(sx_parallel_for(ctx, reps, one_replicate, s, err));
  for (size_t i = 0; i < s->set->n_rows; i++) {
    sx_est_row *row = &s->set->rows[i];
    if (isnan(row->estimate)) continue;
    est_part *part = NULL;
    SX_TRY(est_of(&part, s, row, err));
    memcpy(part->z, s->z + i * reps, reps * sizeof *part->z);
    part->variance = sx_design_cov(s->design, part->z, part->z, row->estimate, row->estimate);
    part->df = sx_design_df(s->design);
    sx_estimate__total(row->est);
    describe(s, row, (double)NAN);
  }
  return SX_OK;
}

sx_status sx_estimate_statistic(sx_est_set **out, const sx_design *design, const sx_statistic *statistic,
                                const sx_statistic_request *request, const sx_est_options *options, sx_error *err) {
  const sx_est_options plain = SX_EST_OPTIONS_INIT;
  const sx_ctx *ctx = sx_design_ctx(design);
  stat_run s;
  memset(&s, 0, sizeof s);
  s.design = design;
  s.statistic = statistic;
  s.request = request;
  s.options = options ? options : &plain;
  s.base.ctx = *ctx;
  sx_status st = SX_OK;
  SX_TRY_GOTO(st, check(&s, err), done);
  SX_TRY_GOTO(st, sort_base(&s, err), done);
  SX_TRY_GOTO(st, set_new(&s, err), done);
  if (sx_design_replicates(design))
    SX_TRY_GOTO(st, replicated(&s, err), done);
  else
    SX_TRY_GOTO(st, sx_parallel_for(ctx, s.base.n_domains, linearised_domain, &s, err), done);
  *out = s.set;
  s.set = NULL;
done:
  sx_mem_free(ctx, s.in);
  sx_mem_free(ctx, s.row_numbers.data.f64);
  sx_mem_free(ctx, s.z);
  sx_estimate__sorted_clear(&s.base);
  sx_est_set_free(s.set);
  return st;
}
