/* Each allocation of the room release fails once: SX_E_MEMORY, and nothing leaks. GLPK's own allocations end in the same status by its error hook. */
#include "oom.h"

#include "shuxiao/release_rules.h"
#include "shuxiao/release_tables.h"

static const char one[] = "region,size,value,n,top1,top2\na,s,5,1,5,\na,l,20,9,4,3\na,total,25,10,5,4\nb,s,30,8,6,5\nb,"
                          "l,12,2,7,5\nb,total,42,10,7,6\n"
                          "total,s,35,9,6,5\ntotal,l,32,11,7,5\ntotal,total,67,20,7,6\n";
static const char two[] = "region,value,n,top1,top2\na,25,10,5,4\nb,42,10,7,6\ntotal,67,20,7,6\n";
static const char plan_text[] =
    "hierarchies: {size: {all: [s, l]}}\nmin_n: 3\np: 5\nknown: {low: 0, high: 10}\ntop: [top1, top2]\n";

static sx_status protect(const sx_ctx *ctx, void *data, sx_error *err) {
  const sx_release_plan usual = SX_RELEASE_PLAN_INIT;
  const int how = *(const int *)data;
  sx_release_plan plan = usual;
  sx_table *t[2] = {NULL, NULL};
  sx_doc *doc = NULL;
  sx_arena *arena = NULL;
  sx_release_tables *built = NULL;
  sx_release_result *r = NULL;
  double rounded[16];
  sx_status st = sx_io_read_memory(&t[0], ctx, "a.csv", one, sizeof one - 1, NULL, err);
  if (st == SX_OK) st = sx_io_read_memory(&t[1], ctx, "b.csv", two, sizeof two - 1, NULL, err);
  if (st == SX_OK) st = sx_doc_parse_yaml(&doc, ctx, "p.yaml", plan_text, sizeof plan_text - 1, err);
  if (st == SX_OK) st = sx_arena_new(&arena, ctx, err);
  if (st == SX_OK) st = sx_release_plan_read(&plan, arena, doc, sx_doc_root(doc), err);
  if (st == SX_OK) {
    const sx_release_source sources[] = {{"a.csv", t[0]}, {"b.csv", t[1]}};
    st = sx_release_tables_new(&built, ctx, sources, 2, &plan, err);
  }
  if (st == SX_OK && how == 2) {
    st = sx_release_round(rounded, ctx, &built->problem, SX_ROUND_CONTROLLED, 5, 1, 0, err);
  } else if (st == SX_OK) {
    plan.options.method = how ? SX_RELEASE_GREEDY : SX_RELEASE_OPTIMAL;
    st = sx_release_primary(NULL, &built->problem, &plan.rules, err);
    if (st == SX_OK) st = sx_release_suppress(&r, ctx, &built->problem, &plan.rules, &plan.options, err);
    if (st == SX_OK) CHECK(r->n_primary >= 2 && r->n_secondary >= 1 && r->attacked->n_open == 0);
  }
  sx_release_result_free(r);
  sx_release_tables_free(built);
  sx_arena_free(arena);
  sx_doc_free(doc);
  sx_table_free(t[0]);
  sx_table_free(t[1]);
  return st;
}

static void test_protect(void) {
  for (int how = 0; how < 3; how++) oom_run("protect", protect, &how);
}

static sx_status rules(const sx_ctx *ctx, void *data, sx_error *err) {
  static const char yaml[] =
      "rules:\n- {expr: 'if (n > 1) value >= 5', label: {zh: a, en: b}}\n- {expr: nosuch > 1, "
      "name: x}\n- {expr: 'region %in% c(\"a\", \"b\")', meta: {severity: info}}\n"
      "- {expr: 'm := mean(value, na.rm=TRUE)'}\n- {expr: 'var_group(n, value) <= 9 * m + sum_by(n, "
      "by=region)', meta: {severity: info}}\n- {expr: 'is_unique(region) | grepl(\"^[[:alpha:]]\", region) "
      "| exists_any(n > 1, by=region) | does_not_contain(glob(data.frame(region = \"q*\"))) | region ~ n', "
      "meta: {severity: info}}\n";
  sx_table *t = NULL;
  sx_doc *doc = NULL;
  sx_rules *r = NULL;
  sx_rules_outcome *o = NULL;
  (void)data;
  sx_status st = sx_io_read_memory(&t, ctx, "a.csv", one, sizeof one - 1, NULL, err);
  if (st == SX_OK) st = sx_doc_parse_yaml(&doc, ctx, "r.yaml", yaml, sizeof yaml - 1, err);
  if (st == SX_OK) st = sx_rules_read(&r, ctx, doc, sx_doc_root(doc), NULL, err);
  if (st == SX_OK) st = sx_rules_check(&o, r, t, 2, err);
  if (st == SX_OK) CHECK(o->n_failed[SX_RULE_ERROR] == 1 && o->n_failed[SX_RULE_INFO] == 1);
  sx_rules_outcome_free(o);
  sx_rules_free(r);
  sx_doc_free(doc);
  sx_table_free(t);
  return st;
}

/* Rules that cannot be read, all of them told. */
static sx_status faults(const sx_ctx *ctx, void *data, sx_error *err) {
  static const char yaml[] = "- expr: n >\n- expr: (n\n- {expr: n > 1, nam: x}\n";
  sx_doc *doc = NULL;
  sx_rules *r = NULL;
  sx_rule_faults list = {.n = 0};
  (void)data;
  sx_status st = sx_doc_parse_yaml(&doc, ctx, "r.yaml", yaml, sizeof yaml - 1, err);
  if (st == SX_OK) st = sx_rules_read(&r, ctx, doc, sx_doc_root(doc), &list, err);
  CHECK(r == NULL);
  if (st == SX_E_PARSE) {
    CHECK_INT(list.n, 3);
    *err = (sx_error)SX_ERROR_INIT;
    st = SX_OK;
  }
  sx_rule_faults_clear(&list);
  sx_doc_free(doc);
  return st;
}

static void test_rules(void) {
  oom_run("rules", rules, NULL);
  oom_run("faults", faults, NULL);
}

static sx_status perturb(const sx_ctx *ctx, void *data, sx_error *err) {
  static const char counts[] = "region,value\na,2\nb,1\nab,3\ntotal,3\n", people[] = "id,region\n1,a\n2,a\n3,b\n";
  static const char *const parts[] = {"a", "b"};
  static const sx_release_branch branch = {"region", "ab", parts, 2};
  const sx_release_ptable ptable = SX_RELEASE_PTABLE_INIT;
  sx_release_plan plan = SX_RELEASE_PLAN_INIT;
  sx_table *t[2] = {NULL, NULL};
  sx_release_tables *built = NULL;
  double out[4] = {0, 0, 0, 0};
  (void)data;
  plan.branches = &branch;
  plan.n_branches = 1;
  sx_status st = sx_io_read_memory(&t[0], ctx, "a.csv", counts, sizeof counts - 1, NULL, err);
  if (st == SX_OK) st = sx_io_read_memory(&t[1], ctx, "p.csv", people, sizeof people - 1, NULL, err);
  if (st == SX_OK) {
    const sx_release_source source = {"a.csv", t[0]};
    st = sx_release_tables_new(&built, ctx, &source, 1, &plan, err);
  }
  if (st == SX_OK) {
    const sx_release_records records = {t[1], "id", 3};
    st = sx_release_perturb_tables(out, built, &plan, &records, &ptable, err);
  }
  if (st == SX_OK) CHECK(out[2] == out[3] && out[0] >= 0 && out[0] <= 7); /* ab and the whole are the same records */
  sx_release_tables_free(built);
  sx_table_free(t[0]);
  sx_table_free(t[1]);
  return st;
}

static void test_perturb(void) {
  CHECK(oom_run("perturb", perturb, NULL) > 10);
}

SXT_MAIN(SXT_CASE(test_perturb), SXT_CASE(test_protect), SXT_CASE(test_rules))
