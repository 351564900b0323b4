/* Medians of scales between columns, and items of a grid at each level of their scale, against R survey (banner_scale.R): the interpolated median of each
 * column; each p, by a level just above it, which gives the letter or arrow, and one just below, which does not. */
#include "banner_help.h"
#include "reference/ref_csv.h"

static const double NEAR = 1e-7; /* of a p */
static size_t n_cells, n_letters, n_arrows, n_items;

static sx_design *design_of(const sx_table *t, const char *name) {
  static const char *const cluster[] = {"psu"};
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = cluster;
  s.n_clusters = strcmp(name, "case") == 0 ? 0 : 1;
  if (strcmp(name, "fpc") == 0) s.fpc = "N";
  sx_design *d = eh_design(NULL, t, &s), *reps = NULL;
  if (strcmp(name, "raked") == 0) d = bh_raked(NULL, d, t);
  if (strcmp(name, "jkn") != 0) return d;
  const sx_make_spec make = SX_MAKE_SPEC_INIT;
  if (sx_design_make_replicates(&reps, d, &make, NULL) != SX_OK) eh_die("make replicates");
  sx_design_free(d);
  return reps;
}

static sx_banner_book *book_of(const sx_design *d, const sx_table *t, const char *rows, const char *columns,
                               unsigned compare, double level) {
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = rows;
  r.columns = columns;
  r.stats = "median";
  r.sig.compare = compare;
  r.sig.upper = r.sig.arrow = level;
  r.sig.lower = 0;
  r.sig.adjust = SX_ADJUST_P_NONE;
  r.sig.min_base = 0;
  return bh_run(d, t, &r, NULL);
}

static const sx_banner_cell *cell_of(const sx_banner_book *book, const char *key) {
  const sx_banner_table *t = &book->table[0];
  const sx_banner_row *row = bh_row(t, SX_BANNER_MEDIAN, "median");
  const size_t c = bh_col(t->columns, key);
  if (!row || c >= t->columns->n_columns) eh_die(key);
  return &row->cell[c];
}

/* Whether the larger of the two has the letter of the other, or a the arrow. */
static bool median_has(const sx_banner_book *book, const char *a, const char *b, double difference) {
  const sx_banner_columns *c = book->table[0].columns;
  if (strcmp(b, "rest") == 0) return cell_of(book, a)->versus_rest == (difference > 0 ? 1 : -1);
  const sx_banner_cell *larger = cell_of(book, difference > 0 ? a : b);
  return strstr(larger->letters, c->column[bh_col(c, difference > 0 ? b : a)].letter) != NULL;
}

static void check_median(const sx_design *d, const sx_table *t, const char *rows, const char *a, const char *b,
                         double x, double p) {
  char columns[16];
  const bool rest = strcmp(b, "rest") == 0, value = strcmp(b, ".") == 0;
  snprintf(columns, sizeof columns, "%.*s", (int)strcspn(a, "="), a);
  for (int above = 0; above < (value ? 1 : 2); above++) {
    sx_banner_book *book = book_of(d, t, rows, columns, rest ? SX_BANNER_VERSUS_REST : SX_BANNER_WITHIN_SPAN,
                                   above ? p * (1 + NEAR) : p * (1 - NEAR));
    if (value)
      CHECK_NEAR(cell_of(book, a)->interpolated, x, 1e-11);
    else if (median_has(book, a, b, x) != (above == 1))
      SXT_FAIL("%s, %s, %s: p is not %.12g", rows, a, b, p);
    sx_banner_book_free(book);
  }
  n_cells += value;
  n_arrows += rest;
  n_letters += !rest && !value;
}

static const sx_banner_row *item_of(const sx_banner_book *book, const char *key) {
  const sx_banner_row *row = bh_row(&book->table[0], SX_BANNER_ROW_PCT, key);
  if (!row) eh_die(key);
  return row;
}

/* x: the share of item a less that of b at the level. */
static void check_grid(const sx_design *d, const sx_table *t, const char *level, const char *a, const char *b, double x,
                       double p) {
  for (int above = 0; above < 2; above++) {
    sx_banner_book *book =
        book_of(d, t, "grid(q1 q2 q3 q4)", "total", SX_BANNER_WITHIN_SPAN, above ? p * (1 + NEAR) : p * (1 - NEAR));
    const size_t c = bh_col(book->table[0].columns, level);
    const sx_banner_row *one = item_of(book, a), *two = item_of(book, b);
    CHECK_NEAR(one->cell[c].value - two->cell[c].value, x, 1e-12);
    const bool found =
        x > 0 ? strstr(one->cell[c].letters, two->letter) != NULL : strstr(two->cell[c].letters, one->letter) != NULL;
    if (found != (above == 1)) SXT_FAIL("level %s, %s, %s: p is not %.12g", level, a, b, p);
    sx_banner_book_free(book);
  }
  n_items++;
}

static void test_scales(void) {
  sx_table *t = ref_table("tests/reference/banner_data.csv");
  char *text = ref_read_text("tests/reference/banner_scale_expected.tsv");
  REQUIRE(t && text);
  sx_design *d = NULL;
  char now[16] = "";
  for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
    char what[16], name[16], rows[16], a[16], b[16];
    double x, p;
    if (*line == '#') continue;
    REQUIRE(sscanf(line, "%15s %15s %15s %15s %15s %lf %lf", what, name, rows, a, b, &x, &p) == 7);
    if (strcmp(name, now) != 0) {
      sx_design_free(d);
      d = design_of(t, name);
      memcpy(now, name, sizeof now);
    }
    if (strcmp(what, "median") == 0)
      check_median(d, t, rows, a, b, x, p);
    else
      check_grid(d, t, rows, a, b, x, p);
  }
  CHECK(n_cells == 90 && n_letters == 105 && n_arrows == 90 && n_items == 80);
  sx_design_free(d);
  sx_table_free(t);
  free(text);
}

SXT_MAIN(SXT_CASE(test_scales))
