/* test_design_expand.c: carriers, variances and sums of margins that are made in blocks, side by side or eight at a time have the bits of plain loops,
 * row by row and stratum by stratum, in every width of codes, with and without margins and their values, where PSUs hold one row and
 * where they hold many, by the tuples of the margins' cells and without. */
#include "design/design_priv.h"
#include "est_help.h"

enum { ROWS = 1500, CODES = 7 };

/* The formula, row after row. */
static void slow(double *z, const sx_design *d, const sx_codes *codes, const sx_score *score, double coef) {
  const design_sample *s = d->sample;
  for (size_t i = 0; i < s->n_rows; i++) {
    double u = 0;
    const uint32_t k = codes ? sx_codes_at(codes, i) - score->lo : UINT32_MAX;
    if (k < score->n) {
      u = score->a[k];
      if (codes->y) u += score->b * codes->y[i];
      if (codes->x) u += score->c * codes->x[i];
    }
    for (size_t m = 0; score->beta && m < d->n_margins; m++)
      u -= score->beta[sx_design__cell(d, m * s->n_rows + i)] * sx_design__value(d, m, i);
    z[s->slot_at[i]] += coef * (d->wpos[i] * u);
  }
}

/* Stratum after stratum. */
static double slow_variance(const sx_design *d, const double *z) {
  const design_sample *s = d->sample;
  double v = 0;
  for (size_t h = 0; h < s->n_strata; h++) {
    double sum = 0, squares = 0;
    for (size_t p = s->start[h]; p < s->start[h + 1]; p++) sum += z[p];
    const double mean = sum / (double)(s->start[h + 1] - s->start[h]);
    for (size_t p = s->start[h]; p < s->start[h + 1]; p++) squares += (z[p] - mean) * (z[p] - mean);
    v += s->factor[h] * squares;
  }
  return v * s->lonely_scale;
}

/* Of 1 to 11 scores at once: some alone, some eight together. */
static void check_variances(const sx_design *d, const sx_codes *codes, const double *beta) {
  enum { MOST = 11 };
  static double z[ROWS];
  const double a[CODES] = {-1, 0.5, 2, 0, -3.5, 1e-2, 4};
  sx_score score[MOST];
  double v[MOST], plain[MOST];
  for (size_t k = 0; k < MOST; k++) {
    score[k] = (sx_score){(uint32_t)(1 + k % 3), (uint32_t)(1 + k % 4), a + k % 3, codes->y ? 0.1 * (double)k : 0, 0,
                          k % 2 ? beta : NULL};
    memset(z, 0, sizeof z);
    slow(z, d, codes, &score[k], 1);
    plain[k] = slow_variance(d, z);
    CHECK(plain[k] > 0);
  }
  for (size_t n = 1; n <= MOST; n++) {
    REQUIRE_OK(sx_design_var_scores(v, d, codes, score, n, err));
    CHECK(memcmp(v, plain, n * sizeof *v) == 0);
  }
}

static void check_cross(const sx_design *d, const sx_codes *codes, const double *v) {
  static double fast[CODES * 400], plain[CODES * 400];
  const size_t p = sx_design_beta_length(d), rows = d->sample->n_rows;
  memset(plain, 0, sizeof plain);
  for (size_t a = 0; a < d->n_adjusts; a++)
    for (size_t m = d->adjusts[a].first_margin; m < d->adjusts[a].first_margin + d->adjusts[a].n_margins; m++)
      for (size_t i = 0; i < rows; i++) {
        const size_t cell = sx_design__cell(d, m * rows + i), code = sx_codes_at(codes, i);
        const double dx = d->adjusts[a].d[i] * sx_design__value(d, m, i);
        if (cell != p && code > 0) plain[code * p + cell] += v ? dx * v[i] : dx;
      }
  sx_design_cross(fast, d, codes, v);
  CHECK(memcmp(fast, plain, CODES * p * sizeof *fast) == 0);
}

/* The bits of the domain's PSUs, one by one. */
static void check_df(const sx_design *d) {
  const design_sample *s = d->sample;
  uint8_t in[ROWS / 8 + 8];
  for (size_t share = 1; share < 400; share *= 7) {
    double df = 0;
    memset(in, 0, sizeof in);
    for (size_t h = 0; h < s->n_strata; h++) {
      size_t here = 0;
      for (size_t p = s->start[h]; p < s->start[h + 1]; p++) {
        if (eh_below(share) > 0) continue;
        in[p / 8] = (uint8_t)(in[p / 8] | 1U << p % 8);
        here++;
      }
      df += here > 0 ? (double)here - 1 : 0;
    }
    CHECK_NEAR(sx_design_df_of(d, in), df, 0);
  }
}

static void check_all(const sx_design *d) {
  static uint8_t c8[ROWS];
  static uint16_t c16[ROWS];
  static uint32_t c32[ROWS];
  static double y[ROWS], x[ROWS], beta[400], fast[ROWS], plain[ROWS];
  const double a[CODES] = {1.5, -0.25, 3, 1e-3, 7, -0.0, 1.0 / 3};
  const size_t length = sx_design_carrier_length(d), n_beta = sx_design_beta_length(d);
  CHECK(n_beta < 400 && length <= ROWS);
  for (size_t i = 0; i < ROWS; i++) {
    c32[i] = (uint32_t)eh_below(CODES);
    c8[i] = (uint8_t)c32[i];
    c16[i] = (uint16_t)c32[i];
    y[i] = eh_uniform() - 0.5;
    x[i] = 10 * eh_uniform();
  }
  for (size_t j = 0; j < n_beta; j++) beta[j] = eh_uniform() - 0.3;
  beta[n_beta] = 0;
  for (size_t kind = 0; kind < 3 * 3 * 2 * 2; kind++) {
    const size_t width = kind % 3, values = kind / 3 % 3;
    sx_codes codes = {.n_codes = CODES,
                      .code8 = width == 0 ? c8 : NULL,
                      .code16 = width == 1 ? c16 : NULL,
                      .code32 = width == 2 ? c32 : NULL,
                      .y = values > 0 ? y : NULL,
                      .x = values > 1 ? x : NULL};
    const bool margins = kind / 9 % 2, part = kind / 18 % 2; /* codes 2 to 4, or all but 0 */
    const sx_score score = {part ? 2 : 1,     part ? 3 : CODES - 1,  a + part,
                            values ? 0.7 : 0, values > 1 ? -1.1 : 0, margins ? beta : NULL};
    for (size_t i = 0; i < length; i++) fast[i] = plain[i] = i % 5 ? 0 : 0.1 * (double)i;
    sx_design_expand(fast, d, &codes, &score, -1.7);
    slow(plain, d, &codes, &score, -1.7);
    CHECK(memcmp(fast, plain, length * sizeof *fast) == 0);
    check_cross(d, &codes, NULL);
    check_cross(d, &codes, codes.y);
    codes.x = NULL;
    check_variances(d, &codes, margins ? beta : NULL);
  }
  check_df(d);
  const sx_score alone = {0, 0, NULL, 0, 0, beta};
  memset(fast, 0, sizeof fast);
  memset(plain, 0, sizeof plain);
  sx_design_expand(fast, d, NULL, &alone, 2);
  slow(plain, d, NULL, &alone, 2);
  CHECK(memcmp(fast, plain, length * sizeof *fast) == 0);
}

/* n of them, which a copy within another context shares; 0: too many. */
static void check_tuples(const sx_design *d, size_t n) {
  const sx_ctx ctx = SX_CTX_INIT;
  sx_design *copy = NULL;
  const design_tuples *t = sx_design__tuples(d);
  REQUIRE(atomic_load(&d->memo->tuples));
  CHECK(n ? t && t->n == n : !t);
  REQUIRE_OK(sx_design_within(&copy, d, &ctx, err));
  CHECK(sx_design__tuples(copy) == t);
  sx_design_free(copy);
  for (size_t i = 0; t && i < ROWS; i++)
    for (size_t m = 0; m < d->n_margins; m++)
      CHECK(t->cells[m * t->n + t->of[i]] == sx_design__cell(d, m * d->sample->n_rows + i));
}

/* Calibrated to a margin of 5 cells, then on top to one of n cells and three of few; psu NULL: each row its own PSU, in strata of many sizes. */
static void calibrated(const char *psu, size_t n) {
  static int32_t few[ROWS], many[ROWS];
  static int32_t other[3][ROWS];
  static double w[ROWS], five[5], totals[400], few_totals[3][4];
  sx_table *t = eh_sample(ROWS, 5, 60);
  sx_column *uneven = eh_number(t, "uneven", NULL);
  for (size_t i = 0; i < ROWS; i++) uneven->data.f64[i] = (double)(eh_below(13) * eh_below(13) / 13);
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  sx_design *base = NULL, *once = NULL, *twice = NULL, *three = NULL;
  spec.weights = "w";
  spec.strata = psu ? "h" : "uneven";
  spec.clusters = &psu;
  spec.n_clusters = psu ? 1 : 0;
  base = eh_design(NULL, t, &spec);
  check_all(base);
  for (size_t i = 0; i < n; i++) totals[i] = 0;
  memset(few_totals, 0, sizeof few_totals);
  memset(five, 0, sizeof five);
  for (size_t i = 0; i < ROWS; i++) {
    few[i] = (int32_t)(i % 5);
    many[i] = (int32_t)(i * 7 % n);
    w[i] = 1 + eh_uniform();
    five[few[i]] += w[i];
    totals[many[i]] += w[i];
    for (size_t m = 0; m < 3; m++) {
      other[m][i] = (int32_t)eh_below(2 + m);
      few_totals[m][other[m][i]] += w[i];
    }
  }
  const sx_margin first = {"few", 5, few, five};
  const sx_margin second[] = {{"many", n, many, totals},
                              {"two", 2, other[0], few_totals[0]},
                              {"three", 3, other[1], few_totals[1]},
                              {"four", 4, other[2], few_totals[2]}};
  REQUIRE_OK(sx_design_reweight(&once, base, w, NULL, &first, 1, "once", err));
  check_all(once);
  REQUIRE_OK(sx_design_reweight(&twice, once, w, NULL, second, 4, "twice", err));
  check_all(twice);
  check_tuples(twice, n > 100 ? 0 : 5 * 2 * 3 * 4); /* many[i] is 0 where n is 7 */
  REQUIRE_OK(sx_design_reweight(&three, base, w, NULL, second + 1, 3, "three", err));
  check_all(three);
  check_tuples(three, 2 * 3 * 4);
  sx_design_free(three);
  sx_design_free(twice);
  sx_design_free(once);
  sx_design_free(base);
  sx_table_free(t);
}

static void one_row_a_psu(void) {
  calibrated(NULL, 7);
}
static void many_rows_a_psu(void) {
  calibrated("psu", 7);
}
static void many_cells(void) {
  calibrated(NULL, 300);
}

SXT_MAIN(SXT_CASE(one_row_a_psu), SXT_CASE(many_rows_a_psu), SXT_CASE(many_cells))
