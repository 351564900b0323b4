/* Validation rules: R's words and ours, whole columns, tolerance, counts by hand, rules that cannot be computed, what is refused. */
#include "sxt.h"

#include "shuxiao/release_rules.h"

/* What a rule says of the rows: 1 holds, 0 does not, . cannot be told; one sign for a verdict on the data set; an error's message. */
static void check_rule(const char *csv, const char *text, const char *want) {
  char yaml[400], got[400] = "";
  sx_table *t = NULL;
  sx_doc *doc = NULL;
  sx_rules *rules = NULL;
  sx_rules_outcome *o = NULL;
  snprintf(yaml, sizeof yaml, "- expr: |-\n    %s\n", text);
  REQUIRE_OK(sx_io_read_memory(&t, NULL, "t.csv", csv, strlen(csv), NULL, err));
  REQUIRE_OK(sx_doc_parse_yaml(&doc, NULL, "r.yaml", yaml, strlen(yaml), err));
  REQUIRE_OK(sx_rules_read(&rules, NULL, doc, sx_doc_root(doc), NULL, err));
  REQUIRE_OK(sx_rules_check(&o, rules, t, 5, err));
  const sx_rule_outcome *r = &o->items[0];
  if (r->error)
    snprintf(got, sizeof got, "%s", strstr(r->error, want) ? want : r->error);
  else
    snprintf(got, sizeof got, "%zu %zu %zu %zu", r->items, r->passes, r->fails, r->n_na);
  if (strcmp(got, want) != 0) fprintf(stderr, "rule: %s\n", text);
  CHECK_STR(got, want);
  sx_rules_outcome_free(o);
  sx_rules_free(rules);
  sx_doc_free(doc);
  sx_table_free(t);
}

static void check_verdicts(const char *text, const char *want) {
  check_rule("a,b,c,x,国家\n1,2,0,0.1,中国\n2,,1,0.2,\n0,1,1,0.3,\"a | b & !c\"\n3,3,0,,中国\n1,1,1,0.7,x\n", text,
             want);
}

static void test_words(void) {
  check_verdicts("a >= 1 | b == 2", "5 4 1 0");
  check_verdicts("a >= 1 || b == 2", "5 4 1 0");
  check_verdicts("c&&b>1||!a>1", "5 3 1 1");
  check_verdicts("a & b", "'a' is used as a condition but is 2");
  check_verdicts("a != 1 and not (c == 1)", "5 1 4 0");
  check_verdicts("a %in% c(1, 2)", "5 3 2 0");
  check_verdicts("a %in%(1:2)", "5 3 2 0");
  check_verdicts("a in (0, 2..3)", "5 3 2 0");
  check_verdicts("a not in 1..2", "5 2 3 0");
  check_verdicts("国家 == \"a | b & !c\" | is.na(b)", "5 2 3 0");
  check_verdicts("`国家` == '中国' | c", "5 5 0 0");
  check_verdicts("if (a > 0) b > 1 & c == 0", "5 3 2 0");
  check_verdicts("if (a %in% c(1,2)) if (c == 1) b == 1", "5 4 0 1");
  check_verdicts("if (a > 0) b > 1 else c == 1", "5 3 1 1");
  check_verdicts("if(a > 1, 1, 0) == c", "5 2 3 0");
  check_verdicts("missing(b) == TRUE", "5 1 4 0");
  check_verdicts("any(missing(b), c)", "5 3 2 0");
  check_verdicts("国家 %in% c('中国', 'nowhere')", "5 2 2 1");
  check_verdicts("国家 == 'nowhere'", "no level 'nowhere'");
  check_verdicts("国家 %in% c('no', 'where')", "no level 'no'");
}

static void test_tolerance(void) {
  check_verdicts("x + 0.2 == 0.1 + 0.2", "5 1 3 1"); /* 0.1 + 0.2 is not 0.3 in binary numbers */
  check_verdicts("3 * x - 0.1 == 0.2", "5 1 3 1");
  check_verdicts("3 * x <= 0.3", "5 1 3 1");
  check_verdicts("x * x == 0.01", "5 0 4 1"); /* no linear equation: exact */
}

static void test_whole_columns(void) {
  check_verdicts("mean(a) > 1", "1 1 0 0");
  check_verdicts("mean(b) > 1", "1 0 0 1");
  check_verdicts("mean(b, na.rm = TRUE) == 1.75", "1 1 0 0");
  check_verdicts("nrow(.) == 5", "1 1 0 0");
  check_verdicts("a <= 2 * mean(a)", "5 4 1 0");
  check_verdicts("sum(a > 0) / nrow(.) > 0.7 & all(c >= 0)", "1 1 0 0");
  check_verdicts("is_unique(a)", "5 3 2 0");
  check_verdicts("!is_unique(a, c) | FALSE", "5 0 5 0");
  check_verdicts("all_unique(国家)", "1 0 1 0");
  check_verdicts("is_complete(.)", "5 3 2 0");
  check_verdicts("a ~ c", "5 4 1 0");
  check_verdicts("exists_one(b == 1, by = c)", "5 0 2 3");
  check_verdicts("sum(a, b) > 3", "5 1 4 0"); /* by case, as elsewhere in the program */
  check_verdicts("1 == 1", "1 1 0 0");
  check_verdicts("quantile(a, 0.5) == 1", "1 1 0 0");
}

/* Each by itself: of a missing period, and of one of another kind, nothing is told, and the others stay. */
static void test_periods(void) {
  static const char csv[] = "id,q,m\n1,2020Q1,2020M01\n2,2021-Q1,2020M12\n3,,2021M01\n4,2020Q4,2020\n";
  check_rule(csv, "in_range(q, min = \"2020Q1\", max = \"2020Q4\")", "4 2 1 1");
  check_rule(csv, "in_range(q, \"2020Q1\", \"2020Q4\", strict = TRUE)", "4 0 3 1");
  check_rule(csv, "in_range(m, \"2020M01\", \"2020M12\")", "4 2 1 1");
  check_rule(csv, "in_range(m, \"2020M01\", \"2020Q4\")", "no periods of one kind");
}

static void test_wrong_calls(void) {
  check_verdicts("mean(国家) > 1", "it needs numbers");
  check_verdicts("mean(a, b, c) > 1", "mean(): too many arguments");
  check_verdicts("mean(a, trim = 1) > 1", "no argument 'trim'");
  check_verdicts("mean(aa) > 1", "did you mean 'a'");
  check_verdicts("grepl('(', 国家)", "the pattern '(' is wrong near character");
  check_verdicts("grepl(国家, 国家)", "a text in quotes");
  check_verdicts("field_length(国家, min = 2)", "n, or min and max");
  check_verdicts("contains_exactly(keys)", "the keys stand in the rule");
  check_verdicts("in_range(a, 1)", "min and max");
  check_verdicts("do_by(a, by = c, fun = mode) > 1", "fun is sum, mean");
  check_verdicts("exists_any(mean(a) > 1, by = c)", "no number of a whole column");
  check_verdicts("soundex(国家) == 1", "no function called 'soundex'");
  check_verdicts("a > c(1, 2)", "c() has no place here");
  check_verdicts(". > 1", "all of the data");
  check_verdicts("mean(a)", "condition");
}

/* Assignments, groups of variables, options. */
static void test_expansion(void) {
  static const char csv[] = "a,b,c\n1,2,3\n4,5,1\n0,,7\n";
  static const char yaml[] = "options: {na.value: FALSE, lin.eq.eps: 2, raise: none}\nrules:\n- expr: m := mean(b, "
                             "na.rm=TRUE)\n- expr: G := var_group(a, b)\n"
                             "- expr: G <= c + m\n  name: g\n- {expr: 'G != var_group(b, c)', name: two}\n- {expr: a "
                             "== b, name: near}\n- expr: m > 3\n";
  static const char *const names[] = {"g.1", "g.2", "two.1", "two.2", "two.3", "two.4", "near", "V6"};
  static const size_t want[8][3] = {{3, 3, 0}, {3, 1, 2}, {3, 2, 1}, {3, 0, 3},
                                    {3, 3, 0}, {3, 2, 1}, {3, 2, 1}, {1, 1, 0}};
  sx_table *t = NULL;
  sx_doc *doc = NULL;
  sx_rules *rules = NULL;
  sx_rules_outcome *o = NULL;
  REQUIRE_OK(sx_io_read_memory(&t, NULL, "t.csv", csv, sizeof csv - 1, NULL, err));
  REQUIRE_OK(sx_doc_parse_yaml(&doc, NULL, "r.yaml", yaml, strlen(yaml), err));
  REQUIRE_OK(sx_rules_read(&rules, NULL, doc, sx_doc_root(doc), NULL, err));
  REQUIRE_OK(sx_rules_check(&o, rules, t, 5, err));
  REQUIRE(o->n == 8);
  for (size_t i = 0; i < 8; i++) {
    const sx_rule_outcome *r = &o->items[i];
    CHECK_STR(rules->items[i].name, names[i]);
    CHECK_STR(r->error ? r->error : "", "");
    if (r->items != want[i][0] || r->passes != want[i][1] || r->fails != want[i][2])
      fprintf(stderr, "%s: %zu %zu %zu\n", names[i], r->items, r->passes, r->fails);
    CHECK(r->items == want[i][0] && r->passes == want[i][1] && r->fails == want[i][2] && r->n_na == 0);
  }
  CHECK_STR(rules->items[1].text, "G <= c + m [b]");
  CHECK(o->items[7].whole && o->items[7].n_cases == 0);
  sx_rules_outcome_free(o);
  sx_rules_free(rules);
  sx_doc_free(doc);
  sx_table_free(t);
}

static sx_status read_rules(sx_rules **out, sx_doc **doc, const char *yaml, sx_error *err) {
  SX_TRY(sx_doc_parse_yaml(doc, NULL, "r.yaml", yaml, strlen(yaml), err));
  return sx_rules_read(out, NULL, *doc, sx_doc_root(*doc), NULL, err);
}

static void test_check(void) {
  static const char csv[] = "id,a,b,c\n1,1,1,x\n2,2,,y\n3,0,5,x\n4,7,7,\n";
  static const char yaml[] =
      "rules:\n- expr: a == b\n  name: same\n- expr: if (a > 0) b > 0\n  name: cond\n  meta: {severity: info}\n"
      "- expr: is.na(c) | c == \"x\"\n- expr: nosuch > 1\n  name: absent\n  meta: {severity: warning}\n"
      "  label: {zh: 无, en: none}\noptions: {raise: none}\n";
  sx_table *t = NULL;
  sx_doc *doc = NULL;
  sx_rules *rules = NULL;
  sx_rules_outcome *o = NULL;
  REQUIRE_OK(sx_io_read_memory(&t, NULL, "t.csv", csv, sizeof csv - 1, NULL, err));
  REQUIRE_OK(read_rules(&rules, &doc, yaml, err));
  REQUIRE_OK(sx_rules_check(&o, rules, t, 1, err));
  static const size_t want[3][4] = {{4, 2, 1, 1}, {4, 3, 0, 1}, {4, 3, 1, 0}};
  for (size_t i = 0; i < 3; i++) {
    const sx_rule_outcome *r = &o->items[i];
    CHECK(r->items == want[i][0] && r->passes == want[i][1] && r->fails == want[i][2] && r->n_na == want[i][3]);
    CHECK(!r->error);
  }
  CHECK_INT(o->items[0].n_cases, 1);
  CHECK_INT(o->items[0].cases[0], 2);
  CHECK_STR(rules->items[2].name, "V3");
  CHECK_STR(rules->items[3].label_zh, "无");
  CHECK(o->items[3].error && strstr(o->items[3].error, "nosuch"));
  CHECK_INT(o->items[3].items, 0);
  CHECK(o->n_failed[SX_RULE_ERROR] == 2 && o->n_failed[SX_RULE_WARNING] == 1 && o->n_failed[SX_RULE_INFO] == 0);
  sx_rules_outcome_free(o);
  sx_rules_free(rules);
  sx_doc_free(doc);
  sx_table_free(t);
}

static void refused(const char *yaml, const char *where, const char *message) {
  sx_doc *doc = NULL;
  sx_rules *rules = NULL;
  CHECK_FAILS(read_rules(&rules, &doc, yaml, err), SX_E_PARSE, where, message);
  CHECK(rules == NULL);
  sx_doc_free(doc);
}

/* All of them, in order; the error is the first. */
static void test_faults(void) {
  static const char yaml[] = "- expr: a >\n- expr: a > 1\n- {expr: b > 1, meta: {severity: eror}}\n- [a]\n";
  static const char *const at[] = {"r.yaml:1:9", "r.yaml:3:34", "r.yaml:4:3"};
  sx_doc *doc = NULL;
  sx_rules *rules = NULL;
  sx_rule_faults faults = {.n = 0};
  REQUIRE_OK(sx_doc_parse_yaml(&doc, NULL, "r.yaml", yaml, strlen(yaml), err));
  CHECK_FAILS(sx_rules_read(&rules, NULL, doc, sx_doc_root(doc), &faults, err), SX_E_PARSE, "r.yaml:1", "V1");
  REQUIRE(rules == NULL && faults.n == 3);
  for (size_t i = 0; i < 3; i++) CHECK_STR(faults.items[i].where, at[i]);
  sx_rule_faults_clear(&faults);
  CHECK(faults.n == 0 && !faults.items);
  sx_doc_free(doc);
}

static void test_refused(void) {
  refused("rules:\n- name: a\n", "r.yaml:2", "no expr");
  refused("rules: 3\n", "r.yaml:1", "rules are a list");
  refused("rules: []\n", "r.yaml:1", "rules are a list");
  refused("- expr: a > 1\n  nam: x\n", "r.yaml:2", "name");
  refused("- expr: a >\n", "r.yaml:1", "V1");
  refused("- {expr: a > 1, name: x}\n- {expr: b > 1, name: x}\n", "r.yaml:2", "two rules");
  refused("- {expr: a > 1, meta: {severity: eror}}\n", "r.yaml:1", "did you mean error");
  refused("- [a]\n", "r.yaml:1", "a rule is");
  refused("options: {include: x}\nrules: [{expr: a > 1}]\n", "r.yaml:1", "include stands in a file");
  refused("- expr: if (a\n", "r.yaml:1", "')' is expected, but the expression ends");
  refused("- expr: a > 1 |\n", "r.yaml:1", "column 8: a number, a text");
  refused("- expr: '国家 == \"'\n", "r.yaml:1", "no closing");
  refused("- expr: 1 < a < 3\n", "r.yaml:1", "comparisons do not chain");
  refused("- expr: a ＞ 3\n", "r.yaml:1", "full-width sign");
  refused("- {expr: 'grepl(\"\\d\", a)'}\n", "r.yaml:1", "a backslash is written twice");
  refused("- expr: var_group(a, 2) > 1\n", "r.yaml:1", "names of variables");
  refused("- expr: a + 1 := 3\n", "r.yaml:1", "stands a name");
  refused("options: {lin.eq.eps: x}\nrules: [{expr: a > 1}]\n", "r.yaml:1", "lin.eq.eps is a number");
  refused("options: {na.value: 3}\nrules: [{expr: a > 1}]\n", "r.yaml:1", "na.value is TRUE");
}

SXT_MAIN(SXT_CASE(test_words), SXT_CASE(test_tolerance), SXT_CASE(test_whole_columns), SXT_CASE(test_periods),
         SXT_CASE(test_wrong_calls), SXT_CASE(test_expansion), SXT_CASE(test_check), SXT_CASE(test_faults),
         SXT_CASE(test_refused))
