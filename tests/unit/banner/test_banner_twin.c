/* test_banner_twin.c: the fast engine against the slow and obvious one (estimates of the engine, sx_est_linear), on random designs: every
 * value, error, degrees of freedom, letter and mark. */
#include "banner/banner_kernel.h"
#include "banner_help.h"

static size_t n_letters, n_arrows, n_cells;

static void compare_cells(const sx_banner_cell *a, const sx_banner_cell *b, const char *what) {
  const int before = sxt_failures;
  CHECK_NEAR(a->value, b->value, 1e-12);
  if (fabs(b->se) > 0)
    CHECK_NEAR(a->se, b->se, 1e-9);
  else
    CHECK_NEAR(a->se, b->se, 1e-12);
  CHECK_NEAR(a->df, b->df, 0);
  if (!isnan(b->n_eff) && b->se > 0) CHECK_NEAR(a->n_eff, b->n_eff, 1e-8);
  CHECK_STR(a->letters, b->letters);
  CHECK_INT(a->na, b->na);
  CHECK_INT(a->versus_rest, b->versus_rest);
  CHECK_INT(a->flags, b->flags);
  if (sxt_failures != before) fprintf(stderr, "  in %s\n", what);
  n_letters += strlen(b->letters);
  n_arrows += b->versus_rest != 0;
  n_cells++;
}

static void compare(const sx_banner_book *a, const sx_banner_book *b, size_t kind) {
  char what[256];
  REQUIRE(a->n_tables == b->n_tables && a->columns->n_columns == b->columns->n_columns);
  for (size_t k = 0; k < a->n_tables; k++) {
    const sx_banner_table *x = &a->table[k], *y = &b->table[k];
    REQUIRE(x->n_rows == y->n_rows);
    for (size_t r = 0; r < x->n_rows; r++)
      for (size_t c = 0; c < x->columns->n_columns; c++) {
        snprintf(what, sizeof what, "design %zu, %s, %s %s, %s", kind, x->id, x->row[r].key,
                 sx_banner_measure_name(x->row[r].measure), x->columns->column[c].key);
        compare_cells(&x->row[r].cell[c], &y->row[r].cell[c], what);
        if (sxt_failures > 20) return;
      }
  }
}

static const char *const banners[] = {"total + sex + age", "sex > age", "total + $m + (sex > (age + total))",
                                      "(sex + age) > g", "sex + $m > sex"};
static const char *const sigs[] = {
    "spss", "displayr, upper=0.01, lower=0.2", "spss, adjust=holm, compare=within_span+versus_rest",
    "none, compare=versus_rest, adjust=bh, min_base=60", "spss, adjust=none, upper=0.2, lower=0.5"};

static void both(size_t kind, size_t round, size_t rows) {
  const sx_ctx ctx = SX_CTX_INIT;
  eh_state = 1000 * round + kind;
  sx_table *t = bh_survey(rows, 5, 6, kind != 2);
  sx_design *d = bh_design(&ctx, t, kind);
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  const char *level[] = {"1", "East|West"};
  const sx_banner_net net = {"both", level, 2};
  r.rows = "q1-q3, amount $m mean(q3 amount) top2(q3) grid(q1 q2 q3)";
  r.columns = banners[(round + kind) % 5];
  r.stats = round % 2 ? "col_pct, row_pct, total_pct, count, cases, n_eff, mean, median, top2, bottom2" : NULL;
  r.nets = &net;
  r.n_nets = 1;
  r.where = round % 3 == 2 ? "x > 2" : NULL;
  REQUIRE_OK(sx_banner_sig_parse(&r.sig, sigs[(round + 2 * kind) % 5], err));
  sx_banner_book *slow = NULL;
  REQUIRE_OK(sx_banner__run(&slow, d, t, &r, NULL, true, err));
  sx_banner_book *fast = bh_run(d, t, &r, NULL);
  compare(fast, slow, kind);
  sx_banner_book_free(fast);
  sx_banner_book_free(slow);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_random(void) {
  for (size_t round = 0; round < 3; round++)
    for (size_t kind = 0; kind < BH_KINDS; kind++) both(kind, round, kind == 3 || kind == 4 || kind == 8 ? 2500 : 400);
  CHECK(n_letters > 200);
  CHECK(n_arrows > 20);
  CHECK(n_cells > 5000);
}

/* The kernel is used where it can be: the twin must not be compared with itself. */
static void test_used(void) {
  const sx_ctx ctx = SX_CTX_INIT;
  eh_state = 5;
  sx_table *t = bh_survey(200, 3, 4, false);
  uint8_t *in = calloc(200, 1), *mask[] = {NULL};
  REQUIRE(in);
  for (size_t kind = 0; kind < BH_KINDS; kind++) {
    sx_design *d = bh_design(&ctx, t, kind);
    banner_plan plan = {.ctx = &ctx, .design = d, .table = t, .in = in, .domains = {1, 1, mask, NULL}};
    banner_kernel *k = NULL;
    REQUIRE_OK(sx_banner__kernel_new(&k, &plan, err));
    CHECK((k != NULL) == (kind != 7));
    if (k) CHECK((k->n_groups > 0) == (kind == 3 || kind == 4 || kind == 8)); /* each case its own unit */
    sx_banner__kernel_free(k);
    sx_design_free(d);
  }
  free(in);
  sx_table_free(t);
}

/* Whatever the threads, the same bytes. */
static void test_threads(void) {
  char *text[2] = {NULL, NULL};
  for (int k = 0; k < 2; k++) {
    sx_ctx ctx = SX_CTX_INIT;
    ctx.n_threads = k ? 3 : 1;
    eh_state = 17;
    sx_table *t = bh_survey(300, 3, 5, true);
    sx_design *d = bh_design(&ctx, t, 1);
    sx_banner_request r = SX_BANNER_REQUEST_INIT;
    r.rows = "q1 q2 q3 q1 q2 q3 q1 q2 q3 q1 q2 q3 q1 q2 q3 q1 q2 q3 $m amount";
    r.columns = "total + sex + age";
    sx_banner_book *book = bh_run(d, t, &r, NULL);
    CHECK_STR(book->table[3].id, "q1#2");
    sx_buf out;
    sx_buf_init(&out, NULL);
    REQUIRE_OK(sx_banner_json(&out, book, err));
    text[k] = sx_buf_take(&out);
    sx_banner_book_free(book);
    sx_design_free(d);
    sx_table_free(t);
  }
  CHECK_STR(text[0], text[1]);
  sx_mem_free(NULL, text[0]);
  sx_mem_free(NULL, text[1]);
}

SXT_MAIN(SXT_CASE(test_random), SXT_CASE(test_used), SXT_CASE(test_threads))
