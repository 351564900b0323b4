/* Joint verdicts, irreducible groups and the fewest figures that explain what fails. */
#include "unit/audit/audit_help.h"

#define FIGURES                                                                                                        \
  "audit: t\nfigures:\n"                                                                                               \
  "  - {id: a, value: 10.0, unit: 亿元}\n"                                                                           \
  "  - {id: b, value: 5.0, unit: 亿元}\n"                                                                            \
  "  - {id: c, value: 5.1, unit: 亿元}\n"                                                                            \
  "  - {id: d, value: 4.9, unit: 亿元}\n"                                                                            \
  "  - {id: e, value: 5.0, unit: 亿元}\n"                                                                            \
  "  - {id: f, value: 20.0, unit: 亿元}\n"                                                                           \
  "  - {id: g, value: 30.0, unit: 亿元}\n"

static bool explains(const audited *a, const char *id) {
  size_t n;
  const size_t *figures = sx_audit_explanation(a->report, &n, NULL, NULL);
  for (size_t i = 0; i < n; i++) {
    if (strcmp(sx_audit_figure_at(a->audit, figures[i])->id, id) == 0) return true;
  }
  return false;
}

/* a = b + c holds with a - b in (4.9, 5.1) and c in [5.05, 5.15); so does a = b + d; both need c = d. The third has no part in it. */
static void together(void) {
  audited a = run_of(FIGURES "identities:\n"
                             "  - {id: i1, sum: a, of: [b, c]}\n"
                             "  - {id: i2, sum: a, of: [b, d]}\n"
                             "  - {id: i3, sum: f, of: [a, a]}\n"
                             "  - {id: i4, order: [g, f, a]}\n");
  REQUIRE(a.report != NULL);
  CHECK_INT(sx_audit_count(a.report, SX_AUDIT_AGREES), 4);
  REQUIRE(sx_audit_groups(a.report) == 1);
  const sx_audit_group *group = sx_audit_group_at(a.report, 0);
  CHECK_INT(group->n_identities, 2);
  /* c must print as d does: 4.9, d as c: 5.1; no other single change helps */
  CHECK_STR(repair_of(&a, group->repairs, group->n_repairs, "c"), "4.9");
  CHECK_STR(repair_of(&a, group->repairs, group->n_repairs, "d"), "5.1");
  CHECK_STR(repair_of(&a, group->repairs, group->n_repairs, "a"), "");
  CHECK_STR(repair_of(&a, group->repairs, group->n_repairs, "b"), "");
  size_t n, bound;
  bool proven;
  (void)sx_audit_explanation(a.report, &n, &bound, &proven);
  CHECK_INT(n, 1);
  CHECK_INT(bound, 1);
  CHECK(proven);
  CHECK(explains(&a, "c") || explains(&a, "d"));
  done_with(&a);
}

/* Exactly on the line: x + y = 1, y <= x, x <= h. [.45,.55) + [.45,.55) is 1 inside; with x at most h it is where h may be above 0.5. */
static void on_the_line(void) {
  const char *yaml = "audit: t\nfigures:\n"
                     "  - {id: one, value: 1, unit: 个, kind: count}\n"
                     "  - {id: x, value: 0.5, unit: 个}\n"
                     "  - {id: y, value: 0.5, unit: 个}\n"
                     "  - {id: h, value: %s, unit: 个}\n"
                     "identities:\n"
                     "  - {id: i1, sum: one, of: [x, y]}\n"
                     "  - {id: i2, subset: y, of: x}\n"
                     "  - {id: i3, subset: x, of: h}\n";
  static const char *const cases[] = {"0.5",     "0.55",     "0.495",        "0.4995",
                                      "0.49995", "0.499995", "0.4999999995", "0.4999999996"};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[1024];
    const char *at = strstr(yaml, "%s");
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - yaml), yaml, cases[i], at + 2);
    audited a = run_of(text);
    REQUIRE(a.report != NULL);
    /* x must reach 0.5: possible where the interval of h goes beyond it */
    const double high = sx_audit_figure_at(a.audit, 3)->high;
    CHECK_INT(sx_audit_groups(a.report), high > 0.5 ? 0 : 1);
    if (sx_audit_groups(a.report)) CHECK_INT(sx_audit_group_at(a.report, 0)->n_identities, 3);
    CHECK_INT(sx_audit_undecided(a.report), 0);
    done_with(&a);
  }
}

/* One wrong figure in three identities, another in two: two figures explain five failures. */
static void fewest(void) {
  audited a = run_of("audit: t\nfigures:\n"
                     "  - {id: t, value: 60, unit: 亿元, zeros: printed}\n"
                     "  - {id: a1, value: 10, unit: 亿元, zeros: printed}\n"
                     "  - {id: a2, value: 20, unit: 亿元, zeros: printed}\n"
                     "  - {id: a3, value: 90, unit: 亿元, zeros: printed}\n" /* should be 30 */
                     "  - {id: s3, value: 50, unit: '%', zeros: printed}\n"
                     "  - {id: b3, value: 30, unit: 亿元, zeros: printed}\n"
                     "  - {id: p, value: 12.3, unit: '%'}\n" /* should be 22.3 */
                     "  - {id: q, value: 20.3, unit: '%'}\n"
                     "  - {id: d, value: 2.0, unit: 百分点}\n"
                     "  - {id: r, value: 22.3, unit: '%'}\n"
                     "identities:\n"
                     "  - {id: i1, sum: t, of: [a1, a2, a3]}\n"
                     "  - {id: i2, share: s3, part: a3, whole: t}\n"
                     "  - {id: i3, same: [a3, b3]}\n"
                     "  - {id: i4, gap: d, of: p, over: q}\n"
                     "  - {id: i5, same: [p, r]}\n");
  REQUIRE(a.report != NULL);
  size_t n, bound;
  bool proven;
  CHECK_INT(sx_audit_count(a.report, SX_AUDIT_CONTRADICTS), 5);
  (void)sx_audit_explanation(a.report, &n, &bound, &proven);
  CHECK_INT(n, 2);
  CHECK_INT(bound, 2);
  CHECK(proven);
  CHECK(explains(&a, "a3"));
  CHECK(explains(&a, "p"));
  done_with(&a);
}

/* Freed figures must leave the linear identities possible together: freeing x alone repairs each of its two, not both. */
static void not_only_one_by_one(void) {
  audited a = run_of("audit: t\nfigures:\n"
                     "  - {id: x, value: 50, unit: 个, kind: count}\n"
                     "  - {id: y, value: 10, unit: 个, kind: count}\n"
                     "  - {id: z, value: 20, unit: 个, kind: count}\n"
                     "identities:\n"
                     "  - {id: i1, same: [x, y]}\n"
                     "  - {id: i2, same: [x, z]}\n");
  REQUIRE(a.report != NULL);
  size_t n, bound;
  bool proven;
  (void)sx_audit_explanation(a.report, &n, &bound, &proven);
  CHECK_INT(n, 2);
  CHECK_INT(bound, 2);
  CHECK(proven);
  done_with(&a);
}

/* A tree of sums with ties, thousands of identities in one component: a fault in it that no identity shows alone is found. */
static void large(void) {
  enum { LEVELS = 11, LEAVES = 1 << LEVELS };
  sx_buf buf;
  sx_buf_init(&buf, NULL);
  sx_buf_add(&buf, "audit: t\nfigures:\n");
  for (int i = 1; i < 2 * LEAVES; i++) {
    int depth = 0;
    for (int k = i; k > 1; k /= 2) depth++;
    sx_buf_printf(&buf, "  - {id: n%d, value: %d, unit: 元, zeros: printed}\n", i, 100 << (LEVELS - depth));
  }
  sx_buf_printf(&buf, "  - {id: wrong, value: 201, unit: 元}\nidentities:\n");
  for (int i = 1; i < LEAVES; i++)
    sx_buf_printf(&buf, "  - {id: s%d, sum: n%d, of: [n%d, n%d]}\n", i, i, 2 * i, 2 * i + 1);
  /* it holds with the leaves, and so does their parent; together 201 and 200 would have to be one number */
  sx_buf_printf(&buf, "  - {id: w, sum: wrong, of: [n%d, n%d]}\n", LEAVES, LEAVES + 1);
  audited a = run_of(buf.data);
  REQUIRE(a.report != NULL);
  CHECK_INT(sx_audit_count(a.report, SX_AUDIT_CONTRADICTS), 0);
  CHECK_INT(sx_audit_undecided(a.report), 0);
  REQUIRE(sx_audit_groups(a.report) == 1);
  CHECK_INT(sx_audit_group_at(a.report, 0)->n_identities, 2);
  size_t n, bound;
  bool proven;
  (void)sx_audit_explanation(a.report, &n, &bound, &proven);
  CHECK_INT(n, 1);
  CHECK(proven);
  CHECK(explains(&a, "wrong") || explains(&a, "n1024"));
  done_with(&a);
  sx_buf_clear(&buf);
}

/* The solver's memory is limited too: a clean error. */
static void memory(void) {
  sx_ctx ctx = SX_CTX_INIT;
  ctx.memory_limit = 64 << 10;
  sx_audit *audit = NULL;
  sx_audit_report *report = NULL;
  const char *text = FIGURES "identities:\n  - {id: i1, sum: a, of: [b, c]}\n  - {id: i2, sum: a, of: [b, d]}\n";
  sx_error err_ = SX_ERROR_INIT;
  if (sx_audit_load_memory(&audit, &ctx, "t.yaml", text, strlen(text), NULL, 0, &err_) != SX_OK) return;
  const sx_status status = sx_audit_run(&report, audit, NULL, &err_);
  CHECK(status == SX_OK || status == SX_E_MEMORY);
  sx_audit_report_free(report);
  sx_audit_free(audit);
  audited again = run_of(text); /* and the solver works after it */
  CHECK(again.report && sx_audit_groups(again.report) == 1);
  done_with(&again);
}

SXT_MAIN(SXT_CASE(together), SXT_CASE(on_the_line), SXT_CASE(fewest), SXT_CASE(not_only_one_by_one), SXT_CASE(large),
         SXT_CASE(memory))
