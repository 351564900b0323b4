/* US Consumer Expenditure Diary 2021 with the library's public functions, from the files to the account tree: every total and
 * replicate error equals ce_diary_expected.csv (R survey, see ce_diary.R) to 1e-9, and the published README figures. */
#include "shuxiao/accounts.h"
#include "shuxiao/io.h"
#include "sxt.h"

#define FOLDER   "../shared/data/ce-diary-2021"
#define EXPECTED "tests/reference/ce_diary_expected.csv"
enum { REPLICATES = 44, NODES_MAX = 600 };

static sx_table *diaries, *purchases, *tree, *expected;

static sx_table *read_quarters(const char *kind) {
  static const char *const missing[] = {"NA"}, *const codes[] = {"NEWID", "UCC"};
  sx_read_options o = SX_READ_OPTIONS_INIT;
  sx_table *all = NULL;
  o.missing = missing;
  o.n_missing = 1;
  o.as_text = codes;
  o.n_as_text = strcmp(kind, "expd") == 0 ? 2 : 1;
  for (int q = 1; q <= 4; q++) {
    char path[128];
    sx_table *t = NULL;
    snprintf(path, sizeof path, FOLDER "/%s21%d.csv", kind, q);
    CHECK_OK(sx_io_read(&t, NULL, path, &o, err));
    if (!all) {
      all = t;
      continue;
    }
    if (t) CHECK_OK(sx_table_append(all, t, err));
    sx_table_free(t);
  }
  return all;
}

static const char *text_of(const sx_table *t, const char *column, size_t row) {
  const sx_column *c = sx_table_find(t, column);
  if (!c || !c->dict || c->data.code[row] < 0) return "";
  return sx_dict_get(c->dict, c->data.code[row], NULL);
}

static void read_all(void) {
  static const sx_fixed_field fields[] = {{"type", 1, 1},   {"level", 4, 4},  {"title", 7, 69},
                                          {"code", 70, 77}, {"kind", 80, 80}, {"section", 86, 95}};
  static const char *const as_text[] = {"code"};
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.format = "fixed";
  o.fields = fields;
  o.n_fields = 6;
  o.as_text = as_text;
  o.n_as_text = 1;
  diaries = read_quarters("fmld");
  purchases = read_quarters("expd");
  CHECK_OK(sx_io_read(&tree, NULL, FOLDER "/CE-HG-Diary-2021.txt", &o, err));
  FILE *f = fopen(EXPECTED, "rb"); /* its first line says what made it */
  static char text[1 << 17];
  REQUIRE(f);
  const size_t n = fread(text, 1, sizeof text, f);
  fclose(f);
  const char *head = memchr(text, '\n', n);
  REQUIRE(n && n < sizeof text && text[0] == '#' && head);
  sx_read_options csv = SX_READ_OPTIONS_INIT;
  csv.as_text = as_text;
  csv.n_as_text = 1;
  CHECK_OK(sx_io_read_memory(&expected, NULL, "expected.csv", head + 1, n - (size_t)(head + 1 - text), &csv, err));
}

/* ---- the tree's nodes ------------------------------------------------------------------------------------ */

typedef struct node {
  const char *code, *parent;
  double level;
  bool leaf;
  size_t request; /* of a leaf */
} node;

static node nodes[NODES_MAX];
static size_t n_nodes, n_leaves;

static void find_nodes(void) {
  size_t stack[16], depth = 0;
  nodes[n_nodes++] = (node){.code = "TOTAL", .level = 0};
  stack[depth++] = 0;
  for (size_t i = 0; i < sx_table_rows(tree); i++) {
    const char *kind = text_of(tree, "kind", i), *section = text_of(tree, "section", i);
    if (sx_column_number(sx_table_find(tree, "type"), i) != 1 || !strchr("GD", *kind) || !*kind) continue;
    if (strcmp(section, "EXPEND") != 0 && strcmp(section, "FOOD") != 0) continue;
    const double level = sx_column_number(sx_table_find(tree, "level"), i);
    while (nodes[stack[depth - 1]].level >= level) depth--;
    nodes[n_nodes] = (node){text_of(tree, "code", i), nodes[stack[depth - 1]].code, level, *kind == 'D', 0};
    if (*kind == 'D') nodes[n_nodes].request = n_leaves++;
    stack[depth++] = n_nodes++;
  }
}

static sx_design *make_design(void) {
  static char names[REPLICATES][16];
  const char *replicates[REPLICATES];
  sx_design *design = NULL;
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  for (int i = 0; i < REPLICATES; i++) {
    snprintf(names[i], sizeof names[i], "WTREP%02d", i + 1);
    replicates[i] = names[i];
  }
  spec.weights = "FINLWT21";
  spec.repweights = replicates;
  spec.n_repweights = REPLICATES;
  spec.rep_type = SX_REP_BRR;
  spec.mse = true;
  spec.rep_missing_zero = true;
  spec.df = 43;
  CHECK_OK(sx_design_new(&design, NULL, diaries, &spec, err));
  return design;
}

static void add_purchases(void) {
  static const char *codes[NODES_MAX];
  size_t n = 0;
  for (size_t i = 0; i < n_nodes; i++)
    if (nodes[i].leaf) codes[n++] = nodes[i].code;
  CHECK_INT(n, 310);
  CHECK_OK(sx_table_pivot_sum(diaries, purchases, "NEWID", "UCC", "COST", "ucc_", codes, n, err));
  sx_column *quarter = NULL;
  REQUIRE_OK(sx_table_add(&quarter, diaries, "quarter", SX_NUMBER, err));
  for (size_t i = 0; i < quarter->n; i++) quarter->data.f64[i] = 0.25;
}

/* Annual spend per unit of every leaf: 13 * total / units. sets[0] is the units. */
static sx_est *leaf_estimate(sx_est_set **sets, const node *n) {
  static const char *const names[] = {"total", "units"};
  const sx_est *values[] = {sets[n->request + 1]->rows[0].est, sets[0]->rows[0].est};
  sx_expr *formula = NULL;
  sx_est *out = NULL;
  CHECK_OK(sx_expr_parse(&formula, NULL, "13 * total / units", err));
  CHECK_OK(sx_est_formula(&out, NULL, formula, names, values, 2, err));
  sx_expr_free(formula);
  return out;
}

static void compare(const char *code, const sx_est *est) {
  size_t found = 0;
  for (size_t i = 0; i < sx_table_rows(expected); i++) {
    if (strcmp(text_of(expected, "code", i), code) != 0) continue;
    found++;
    const double annual = sx_column_number(sx_table_find(expected, "annual"), i);
    const double se = sx_column_number(sx_table_find(expected, "se"), i);
    const int before = sxt_failures;
    CHECK_NEAR(sx_est_value(est), annual, 1e-9);
    /* the replicate totals of the weights differ by cents in 1.3e8: of that error only the sum's rounding is comparable */
    const double got = sx_est_se(est);
    if (!(fabs(got - se) <= 1e-9 * se + 1e-14 * annual)) SXT_FAIL("standard error %.17g, not %.17g", got, se);
    if (sxt_failures != before) SXT_FAIL("category %s", code);
  }
  if (found != 1) SXT_FAIL("category %s stands %zu times in the expectation", code, found);
}

static void build_account(sx_account *account, sx_est_set **sets) {
  for (size_t i = 0; i < n_nodes; i++) {
    sx_account_leaf leaf = {.total = NULL};
    sx_est *est = nodes[i].leaf ? leaf_estimate(sets, &nodes[i]) : NULL;
    leaf.total = est;
    CHECK_OK(sx_account_add(account, nodes[i].code, nodes[i].parent, NULL, 0, est ? &leaf : NULL, err));
    if (est) CHECK_OK(sx_account_set_codes(account, nodes[i].code, &nodes[i].code, 1, err));
    sx_est_free(est);
  }
}

static void check_digital(sx_est_set **sets) {
  static const char *const codes[] = {"270000", "320232", "690111", "690118", "690119",
                                      "690120", "310231", "310232", "310315", "270310"};
  sx_est *parts[10] = {NULL}, *sum = NULL;
  size_t n = 0;
  for (size_t i = 0; i < n_nodes; i++)
    for (size_t k = 0; k < 10; k++)
      if (strcmp(nodes[i].code, codes[k]) == 0) parts[n++] = leaf_estimate(sets, &nodes[i]);
  CHECK_INT(n, 10);
  CHECK_OK(sx_est_linear(&sum, NULL, NULL, (const sx_est *const *)parts, n, err));
  compare("DIGITAL", sum);
  sx_est_free(sum);
  for (size_t k = 0; k < n; k++) sx_est_free(parts[k]);
}

static void check_account(sx_est_set **sets) {
  sx_account *account = NULL;
  sx_account_result *result = NULL;
  size_t levels = 0;
  REQUIRE_OK(sx_account_new(&account, NULL, err));
  build_account(account, sets);
  REQUIRE_OK(sx_account_compute(&result, account, NULL, err));
  for (size_t i = 0; i < result->n_rows; i++) {
    const sx_account_row *row = &result->rows[i];
    if (row->measure != SX_ACCOUNT_LEVEL || row->scope) continue;
    compare(row->id, row->est);
    CHECK_NEAR(sx_est_df(row->est), 43, 0);
    levels++;
  }
  CHECK_INT(levels, n_nodes);
  sx_account_result_free(result);
  sx_account_free(account);
}

static void test_tree(void) {
  if (!sx_file_exists(FOLDER "/README.md")) SXT_SKIP("%s is not here", FOLDER);
  read_all();
  REQUIRE(diaries && purchases && tree && expected);
  CHECK_INT(sx_table_rows(diaries), 12067);
  CHECK_INT(sx_table_rows(purchases), 389032);
  find_nodes();
  CHECK_INT(n_nodes, 1 + 310 + 108);
  add_purchases();
  sx_design *design = make_design();
  REQUIRE(design);
  static sx_est_request requests[NODES_MAX];
  static sx_est_set *sets[NODES_MAX];
  requests[0] = (sx_est_request){.stat = SX_STAT_TOTAL, .y = sx_table_find(diaries, "quarter")};
  for (size_t i = 0; i < n_nodes; i++) {
    char name[32];
    if (!nodes[i].leaf) continue;
    snprintf(name, sizeof name, "ucc_%s", nodes[i].code);
    requests[nodes[i].request + 1] = (sx_est_request){.stat = SX_STAT_TOTAL, .y = sx_table_find(diaries, name)};
  }
  REQUIRE_OK(sx_estimate_run_many(sets, design, requests, n_leaves + 1, NULL, err));
  compare("UNITS", sets[0]->rows[0].est);
  check_account(sets);
  check_digital(sets);
  for (size_t i = 0; i <= n_leaves; i++) sx_est_set_free(sets[i]);
  sx_design_free(design);
}

/* The rounded figures that the data's own notes print. */
static void test_readme_figures(void) {
  static const struct {
    const char *code;
    double annual, se;
  } figures[] = {
      {"FOODHOME", 5189.62, 100.55}, {"FOODAWAY", 2588.46, 65.99}, {"CERBAKRY", 672.06, 15.86}, {"TOTAL", 19773.13, 0}};
  REQUIRE(expected);
  for (size_t k = 0; k < 4; k++)
    for (size_t i = 0; i < sx_table_rows(expected); i++) {
      if (strcmp(text_of(expected, "code", i), figures[k].code) != 0) continue;
      CHECK(fabs(sx_column_number(sx_table_find(expected, "annual"), i) - figures[k].annual) < 0.005);
      if (figures[k].se > 0) CHECK(fabs(sx_column_number(sx_table_find(expected, "se"), i) - figures[k].se) < 0.005);
    }
  sx_table_free(diaries);
  sx_table_free(purchases);
  sx_table_free(tree);
  sx_table_free(expected);
}

SXT_MAIN(SXT_CASE(test_tree), SXT_CASE(test_readme_figures))
