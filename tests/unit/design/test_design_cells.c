/* Weights and margins given by cells of the rows: the same design as by rows, for strata of single cases and of clusters, one margin and
 * several, few cells and many, one calibration after another. */
#include "est_help.h"

enum { ROWS = 70000, MARGINS = 3 };

typedef struct world {
  sx_table *t;
  sx_design *d;
  int32_t margin[MARGINS][ROWS];
  uint32_t cell[ROWS];
  double w[ROWS];
  double *factor;
  size_t n_cells;
} world;
static world x;

static void make(bool clusters) {
  eh_state = 5;
  x.t = eh_sample(ROWS, 7, clusters ? 20 : 10000);
  static const char *const psu = "psu";
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = clusters ? &psu : NULL;
  s.n_clusters = clusters ? 1 : 0;
  x.d = eh_design(NULL, x.t, &s);
}

/* Cells of the crossing of the margins, split further into `more`; cell 0 has the rows that are in no margin, their factor is 0. */
static int32_t in_margin[MARGINS] = {3, 4, 2};

static void fill(size_t more) {
  x.n_cells = 1 + (size_t)(in_margin[0] * in_margin[1] * in_margin[2]) * more;
  x.factor = malloc(x.n_cells * sizeof *x.factor);
  for (size_t c = 0; c < x.n_cells; c++) x.factor[c] = c ? 0.5 + eh_uniform() : 0;
  for (size_t i = 0; i < ROWS; i++) {
    uint32_t at = 0;
    for (size_t m = 0; m < MARGINS; m++) {
      x.margin[m][i] = (int32_t)eh_below((size_t)in_margin[m]);
      at = at * (uint32_t)in_margin[m] + (uint32_t)x.margin[m][i];
    }
    x.cell[i] = 1 + at * (uint32_t)more + (uint32_t)eh_below(more);
    if (i % 11 == 0) {
      x.cell[i] = 0;
      for (size_t m = 0; m < MARGINS; m++) x.margin[m][i] = -1;
    }
    x.w[i] = sx_design_weights(x.d)[i] * x.factor[x.cell[i]];
  }
}

static void margins_of(sx_margin *out) {
  static const double none[70000] = {0};
  static const char *const names[MARGINS] = {"a", "b", "c"};
  for (size_t m = 0; m < MARGINS; m++) out[m] = (sx_margin){names[m], (size_t)in_margin[m], x.margin[m], none};
}

static sx_adjustment by_cells(const sx_margin *margins, size_t n) {
  sx_adjustment a = SX_ADJUSTMENT_INIT;
  a.cell = x.cell;
  a.factor = x.factor;
  a.n_cells = x.n_cells;
  a.margins = margins;
  a.n_margins = n;
  return a;
}

static void same(const sx_design *a, const sx_design *b) {
  for (size_t i = 0; i < ROWS; i++) {
    CHECK_NEAR(sx_design_weights(a)[i], sx_design_weights(b)[i], 0);
    CHECK_NEAR(sx_design_position_weights(a)[i], sx_design_position_weights(b)[i], 0);
  }
  CHECK_NEAR(sx_design_df(a), sx_design_df(b), 0);
  static const char *const names[] = {"y", "u"};
  for (size_t k = 0; k < 2; k++) {
    sx_est *e = eh_one(a, SX_STAT_MEAN, sx_table_find(x.t, names[k]), NULL, NULL),
           *f = eh_one(b, SX_STAT_MEAN, sx_table_find(x.t, names[k]), NULL, NULL);
    CHECK(sx_est_se(e) > 0);
    CHECK_NEAR(sx_est_value(e), sx_est_value(f), 1e-15);
    CHECK_NEAR(sx_est_se(e), sx_est_se(f), 1e-12);
    CHECK_NEAR(sx_est_cov(e, f), sx_est_variance(e), 1e-11); /* one source, one carrier */
    sx_est_free(e);
    sx_est_free(f);
  }
}

static void test_same(void) {
  for (int way = 0; way < 8; way++) {
    make(way & 1);
    fill(way & 2 ? 500 : 1);
    sx_margin m[MARGINS];
    margins_of(m);
    sx_adjustment cells = by_cells(m, way & 4 ? 1 : MARGINS), rows = cells;
    rows.cell = NULL;
    rows.factor = NULL;
    rows.n_cells = 0;
    rows.w = x.w;
    sx_design *a = NULL, *b = NULL, *c = NULL, *e = NULL;
    REQUIRE_OK(sx_design_adjust(&a, x.d, &cells, err));
    REQUIRE_OK(sx_design_adjust(&b, x.d, &rows, err));
    same(a, b);
    sx_design_free(x.d); /* what the records share stays */
    x.d = NULL;
    for (size_t i = 0; i < ROWS; i++) x.w[i] *= x.factor[x.cell[i]];
    REQUIRE_OK(sx_design_adjust(&c, a, &cells, err));
    REQUIRE_OK(sx_design_adjust(&e, b, &rows, err));
    sx_design_free(a);
    sx_design_free(b);
    same(c, e);
    sx_design_free(c);
    sx_design_free(e);
    sx_table_free(x.t);
    free(x.factor);
  }
}

/* Records of few cells, of hundreds, of tens of thousands, each after one of fewer. */
static void test_widths(void) {
  static const int32_t second[] = {4, 300, 66000};
  make(false);
  sx_design *a = sx_design_ref(x.d), *b = sx_design_ref(x.d);
  for (size_t k = 0; k < 3; k++) {
    in_margin[1] = second[k];
    in_margin[0] = k == 2 ? 1 : 3;
    in_margin[2] = k == 2 ? 1 : 2;
    fill(1);
    for (size_t i = 0; i < ROWS; i++) x.w[i] = sx_design_weights(a)[i] * x.factor[x.cell[i]];
    sx_margin m[MARGINS];
    margins_of(m);
    sx_adjustment by_cell = by_cells(k == 2 ? m + 1 : m, k == 2 ? 1 : MARGINS), rows = by_cell;
    rows.cell = NULL;
    rows.factor = NULL;
    rows.n_cells = 0;
    rows.w = x.w;
    sx_design *c = NULL, *d = NULL;
    REQUIRE_OK(sx_design_adjust(&c, a, &by_cell, err));
    REQUIRE_OK(sx_design_adjust(&d, b, &rows, err));
    if (k < 2) same(c, d); /* an estimate on the last would need cells^2 numbers of the first ones' records */
    sx_design_free(a);
    sx_design_free(b);
    a = c;
    b = d;
    free(x.factor);
  }
  sx_est *e = eh_one(a, SX_STAT_MEAN, sx_table_find(x.t, "y"), NULL, NULL),
         *f = eh_one(b, SX_STAT_MEAN, sx_table_find(x.t, "y"), NULL, NULL);
  CHECK_NEAR(sx_est_value(e), sx_est_value(f), 1e-14);
  CHECK_NEAR(sx_est_se(e), sx_est_se(f), 1e-9);
  sx_est_free(e);
  sx_est_free(f);
  in_margin[0] = 3;
  in_margin[1] = 4;
  in_margin[2] = 2;
  sx_design_free(a);
  sx_design_free(b);
  sx_design_free(x.d);
  sx_table_free(x.t);
}

static void test_faults(void) {
  make(false);
  fill(1);
  sx_margin m[MARGINS];
  margins_of(m);
  sx_adjustment a = by_cells(m, MARGINS), b = a;
  sx_design *none = NULL;
  b.w = x.w;
  CHECK_FAILS(sx_design_adjust(&none, x.d, &b, err), SX_E_ARGUMENT, "cell", "weights by cell are for calibrations");
  b = a;
  b.n_margins = 0;
  CHECK_FAILS(sx_design_adjust(&none, x.d, &b, err), SX_E_ARGUMENT, "cell", "weights by cell are for calibrations");
  b = a;
  b.estimated = true;
  CHECK_FAILS(sx_design_adjust(&none, x.d, &b, err), SX_E_ARGUMENT, "cell", "weights by cell are for calibrations");
  x.cell[66000] = 99;
  CHECK_FAILS(sx_design_adjust(&none, x.d, &a, err), SX_E_ARGUMENT, "weights: case 66001", "the cell is 99 of 25");
  x.cell[66000] = 1;
  x.factor[x.cell[1]] = (double)NAN;
  a.note = "raked";
  CHECK_FAILS(sx_design_adjust(&none, x.d, &a, err), SX_E_DATA, "raked: case 2", "the adjusted weight is nan");
  x.factor[x.cell[1]] = -1;
  CHECK_FAILS(sx_design_adjust(&none, x.d, &a, err), SX_E_DATA, "raked: case 2", "it must be finite and 0 or more");
  a.negative = true;
  REQUIRE_OK(sx_design_adjust(&none, x.d, &a, err));
  CHECK(sx_design_weights(none)[1] < 0);
  sx_design_free(none);
  x.factor[x.cell[1]] = 1;
  x.margin[1][1] = 4;
  CHECK_FAILS(sx_design_adjust(&none, x.d, &a, err), SX_E_ARGUMENT, "b", "case 2 has cell 4 of 4");
  sx_design_free(x.d);
  sx_table_free(x.t);
  free(x.factor);
}

SXT_MAIN(SXT_CASE(test_same), SXT_CASE(test_widths), SXT_CASE(test_faults))
