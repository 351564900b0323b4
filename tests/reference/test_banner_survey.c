/* test_banner_survey.c: 200 random banner tables against R survey (tests/reference/banner.R): estimates and standard errors to 1e-9, every letter
 * and arrow the same. */
#include "banner_help.h"
#include "reference/ref_csv.h"

static const char *const kinds[] = {"cluster", "fpc", "case", "raked", "jkn"};

/* The tab-separated fields of the next line in place; false at the end. Lines with '#' are passed over. */
static bool next_line(char **field, size_t n, char **at) {
  while (**at == '#') *at = strchr(*at, '\n') ? strchr(*at, '\n') + 1 : *at + strlen(*at);
  if (!**at) return false;
  for (size_t k = 0; k < n; k++) {
    field[k] = *at;
    *at += strcspn(*at, "\t\n");
    if (**at) *(*at)++ = '\0';
  }
  return true;
}

static sx_table *read_data(void) {
  sx_table *t = ref_table("tests/reference/banner_data.csv");
  if (!t) eh_die("read banner_data.csv");
  char *names[] = {(char[]){"m1"}, (char[]){"m2"}, (char[]){"m3"}, (char[]){"m4"}};
  const sx_mrset set = {.name = (char[]){"$m"},
                        .label = (char[]){""},
                        .dichotomous = true,
                        .counted = 1,
                        .variables = names,
                        .n_variables = 4};
  if (sx_table_add_mrset(t, &set, NULL) != SX_OK) eh_die("add the set");
  return t;
}

static size_t n_cells, n_letters, n_arrows, n_edges;

static void check_cell(const sx_banner_book *book, char *const *f) {
  const int before = sxt_failures;
  const sx_banner_table *t = &book->table[0];
  const sx_banner_row *row = bh_row(t, strcmp(f[1], "mean") == 0 ? SX_BANNER_MEAN : SX_BANNER_COL_PCT, f[1]);
  const size_t c = bh_col(t->columns, f[2]);
  REQUIRE(row && c < t->columns->n_columns);
  const sx_banner_cell *cell = &row->cell[c];
  const double est = strcmp(f[3], ".") == 0 ? (double)NAN : strtod(f[3], NULL);
  const double se = strcmp(f[4], ".") == 0 ? (double)NAN : strtod(f[4], NULL);
  CHECK_NEAR(cell->value, est, 1e-9);
  CHECK_NEAR(cell->se, se, 1e-9);
  CHECK_STR(*cell->letters ? cell->letters : "-", f[5]);
  CHECK_INT(cell->versus_rest, strtol(f[6], NULL, 10));
  if (sxt_failures != before) fprintf(stderr, "  table %s, row %s, column %s\n", f[0], f[1], f[2]);
  n_cells++;
  n_letters += strlen(cell->letters);
  n_arrows += cell->versus_rest != 0;
  n_edges += cell->se == 0;
}

static void test_tables(void) {
  char *specs = ref_read_text("tests/reference/banner_tables.tsv"),
       *expected = ref_read_text("tests/reference/banner_expected.tsv");
  REQUIRE(specs && expected);
  sx_table *t = read_data();
  sx_design *design[5];
  for (size_t k = 0; k < 5; k++) design[k] = bh_named_design(t, kinds[k]);
  char *at = specs, *cells = expected, *spec[6], *cell[7];
  size_t n_tables = 0;
  bool more = next_line(cell, 7, &cells);
  while (next_line(spec, 6, &at) && sxt_failures < 20) {
    sx_banner_request r = SX_BANNER_REQUEST_INIT;
    size_t kind = 0;
    while (strcmp(kinds[kind], spec[1]) != 0) kind++;
    r.rows = spec[2];
    r.columns = spec[3];
    r.where = strcmp(spec[4], "-") == 0 ? NULL : spec[4];
    REQUIRE_OK(sx_banner_sig_parse(&r.sig, spec[5], err));
    sx_banner_book *book = bh_run(design[kind], t, &r, NULL);
    while (more && strcmp(cell[0], spec[0]) == 0) {
      check_cell(book, cell);
      more = next_line(cell, 7, &cells);
    }
    sx_banner_book_free(book);
    n_tables++;
  }
  CHECK_INT(n_tables, 200);
  CHECK(!more);
  CHECK(n_cells > 4000 && n_letters > 500 && n_arrows > 50 && n_edges > 20);
  if (getenv("VERBOSE"))
    printf("%zu cells, %zu letters, %zu arrows, %zu edges\n", n_cells, n_letters, n_arrows, n_edges);
  for (size_t k = 0; k < 5; k++) sx_design_free(design[k]);
  sx_table_free(t);
  free(specs);
  free(expected);
}

static const sx_est_row *share_of(sx_est_set **set, const sx_design *d, const sx_column *y, const uint8_t *where) {
  const sx_est_request ask = {SX_STAT_PROP, y, NULL, true, where, NULL};
  *set = eh_ask(d, &ask);
  return &(*set)->rows[0];
}

/* The worked example of docs/methods/banner.md. */
static void test_example(void) {
  sx_table *t = read_data();
  sx_design *d = bh_named_design(t, kinds[0]);
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = "q4";
  r.columns = "sex";
  r.where = "x > 2.5";
  sx_banner_book *book = bh_run(d, t, &r, NULL);
  const sx_banner_cell *cell = bh_row(&book->table[0], SX_BANNER_COL_PCT, "1")->cell;
  CHECK_NEAR(cell[0].value, 0.591, 1e-3);
  CHECK_NEAR(cell[0].se, 0.0390, 2e-3);
  CHECK_NEAR(cell[1].value, 0.465, 1e-3);
  CHECK_NEAR(cell[1].se, 0.0500, 2e-3);
  CHECK_STR(cell[0].letters, "B");
  CHECK_NEAR(cell[0].value - cell[1].value, 0.1254899207310, 1e-11);
  /* R: svycontrast of svyby(covmat = TRUE) and its p; the same estimates here */
  const double df = cell[0].df, se = 0.0590048309378;
  CHECK_NEAR(df, 24, 0);
  CHECK_NEAR(2 * sx_num_t_cdf(-0.1254899207310 / se, df), 0.0439174398279, 1e-10);
  CHECK_NEAR(sqrt(pow(cell[0].se, 2) + pow(cell[1].se, 2) - 2 * 0.000268978789264), se, 1e-9);
  sx_banner_book_free(book);
  sx_column *y = eh_number(t, "y", NULL);
  const double *q1 = sx_table_find(t, "q1")->data.f64;
  uint8_t where[2][600];
  sx_est_set *set[2];
  const sx_est_row *row[2];
  size_t shared = 0;
  for (size_t i = 0; i < 600; i++) {
    y->data.f64[i] = q1[i] == 1;
    for (size_t k = 0; k < 2; k++) {
      const sx_column *m = sx_table_find(t, k ? "m4" : "m3");
      where[k][i] = !isnan(q1[i]) && !sx_column_missing(sx_table_find(t, "q1"), i) && sx_column_number(m, i) == 1;
    }
    shared += where[0][i] && where[1][i];
  }
  for (size_t k = 0; k < 2; k++) row[k] = share_of(&set[k], d, y, where[k]);
  CHECK_INT(shared, 130);
  CHECK_NEAR(row[0]->estimate, 0.3255058624, 1e-9);
  CHECK_NEAR(row[1]->estimate, 0.2863922104, 1e-9);
  const double v = sx_est_variance(row[0]->est) + sx_est_variance(row[1]->est);
  CHECK_NEAR(sqrt(v), 0.0533471265894, 1e-11);
  CHECK_NEAR(sqrt(v - 2 * sx_est_cov(row[0]->est, row[1]->est)), 0.0344343536167, 1e-11);
  for (size_t k = 0; k < 2; k++) sx_est_set_free(set[k]);
  sx_design_free(d);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_tables), SXT_CASE(test_example))
