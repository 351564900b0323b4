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

/* ---- products and ratios together, in logarithms ---- */

/* 1000 is 50.0 % of [1998, 2002], 400 is 20.1 % of [1985, 1995]: each of about 2000, and no whole is both. */
static void shares_of_one_whole(void) {
  audited a =
      run_of("audit: t\nfigures:\n  - {id: p, value: 1000, unit: 个, kind: count}\n  - {id: q, value: 400, unit: 个, "
             "kind: count}\n"
             "  - {id: w, value: 2000, unit: 个}\n  - {id: s, value: 50.0, unit: '%', decimals: 1}\n"
             "  - {id: r, value: 20.1, unit: '%'}\n"
             "identities:\n  - {id: i, share: s, part: p, whole: w}\n  - {id: k, share: r, part: q, whole: w}\n");
  REQUIRE(a.report != NULL);
  CHECK_INT(sx_audit_count(a.report, SX_AUDIT_AGREES), 2);
  REQUIRE(sx_audit_groups(a.report) == 1);
  const sx_audit_group *g = sx_audit_group_at(a.report, 0);
  CHECK_INT(g->n_identities, 2);
  CHECK_STR(repair_of(&a, g->repairs, g->n_repairs, "s"), "50.1");
  CHECK_STR(repair_of(&a, g->repairs, g->n_repairs, "r"), "20.0");
  CHECK_STR(repair_of(&a, g->repairs, g->n_repairs, "w"), "");
  CHECK(g->slack_digits < 0);
  size_t n, bound;
  bool proven;
  const size_t *figures = sx_audit_explanation(a.report, &n, &bound, &proven);
  CHECK_INT(n, 1);
  CHECK_INT(bound, 1);
  CHECK(proven && strcmp(sx_audit_figure_at(a.audit, figures[0])->id, "w") != 0);
  done_with(&a);
}

/* 10 % and 10 % are 21 % in two years, not 11.0 % a year; a formula of two ratios; one quantity printed twice. */
static void growth_in_a_chain(void) {
  static const struct {
    const char *c, *last;
    size_t groups;
  } cases[] = {{"11.0", "cagr: c, from: x1, to: y3, years: 2", 1}, {"10.0", "cagr: c, from: x1, to: y3, years: 2", 0},
               {"21.4", "growth: c, from: x1, to: y3", 1},         {"21.0", "growth: c, from: x1, to: y3", 0},
               {"21.4", "formula: \'y3 * 1000 == x1 * 1214\'", 1}, {"21.4", "formula: \'y3 * 1000 == x1 * 1210\'", 0},
               {"21.4", "formula: \'y3 * 1000 >= x1 * 1214\'", 1}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    char text[1400];
    snprintf(text, sizeof text,
             "audit: t\nfigures:\n"
             "  - {id: x1, value: 1.0, unit: 万亿元, decimals: 1}\n  - {id: x2, value: 1.1, unit: 万亿元}\n"
             "  - {id: x3, value: 1.2, unit: 万亿元}\n  - {id: y3, value: 1.2, unit: 万亿元}\n"
             "  - {id: g2, value: 10.0, unit: '%%', decimals: 1}\n  - {id: g3, value: 10.0, unit: '%%', decimals: 1}\n"
             "  - {id: c, value: %s, unit: '%%', decimals: 1}\n"
             "identities:\n  - {id: a, growth: g2, from: x1, to: x2}\n  - {id: b, growth: g3, from: x2, to: x3}\n"
             "  - {id: d, same: [x3, y3]}\n  - {id: e, %s}\n",
             cases[k].c, cases[k].last);
    audited a = run_of(text);
    REQUIRE(a.report != NULL);
    CHECK_INT(sx_audit_count(a.report, SX_AUDIT_CONTRADICTS), 0);
    if (sx_audit_groups(a.report) != cases[k].groups)
      SXT_FAIL("%s, %s: %zu groups", cases[k].c, cases[k].last, sx_audit_groups(a.report));
    if (sx_audit_groups(a.report) == 1) CHECK_INT(sx_audit_group_at(a.report, 0)->n_identities, 4);
    done_with(&a);
  }
}

static uint64_t product_seed = 17;
static double uniform(void) {
  product_seed = product_seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(product_seed >> 11) / 9007199254740992.0;
}

/* Figures that are rounded from one truth never fail together; of two shares of one whole the intervals of the whole decide. */
static void products_of_one_truth(void) {
  for (int k = 0; k < 150; k++) {
    const double whole = 100 + 900 * uniform(), p = whole * (0.1 + 0.8 * uniform()), q = p * (0.2 + 0.7 * uniform()),
                 grown = whole * (1 + 0.3 * uniform());
    char text[1200];
    snprintf(
        text, sizeof text,
        "audit: t\nfigures:\n  - {id: w, value: %.0f, unit: 元, zeros: printed}\n  - {id: p, value: %.1f, unit: 元}\n"
        "  - {id: q, value: %.1f, unit: 元}\n  - {id: g, value: %.1f, unit: 元}\n  - {id: s, value: %.1f, unit: '%%'}\n"
        "  - {id: r, value: %.1f, unit: '%%'}\n  - {id: t, value: %.2f, unit: '%%'}\n  - {id: up, value: %.1f, unit: "
        "'%%'}\n"
        "  - {id: v, value: %.1f, unit: '%%'}\n"
        "identities:\n  - {id: a, share: s, part: p, whole: w}\n  - {id: b, share: r, part: q, whole: p}\n"
        "  - {id: c, share: t, part: q, whole: w}\n  - {id: d, product: t, of: [s, r]}\n"
        "  - {id: e, growth: up, from: w, to: g}\n  - {id: f, base: g, users: q, rate: v}\n  - {id: h, subset: q, of: "
        "p}\n",
        whole, p, q, grown, 100 * p / whole, 100 * q / p, 100 * q / whole, 100 * (grown / whole - 1), 100 * q / grown);
    audited a = run_of(text);
    REQUIRE(a.report != NULL);
    if (sx_audit_count(a.report, SX_AUDIT_AGREES) != 7 || sx_audit_groups(a.report))
      SXT_FAIL("of one truth:\n%s", text);
    done_with(&a);
  }
  int together = 0, apart = 0;
  for (int k = 0; k < 150; k++) {
    const double s = 0.3 + 0.4 * uniform(), r = s * (0.997 + 0.006 * uniform());
    const double p = floor(100000 * s), q = floor(100000 * s);
    const double ps = floor(1000 * s + 0.5) / 10, pr = floor(1000 * r + 0.5) / 10;
    char text[700];
    snprintf(text, sizeof text,
             "audit: t\nfigures:\n  - {id: p, value: %.0f, unit: 个, kind: count}\n  - {id: q, value: %.0f, unit: 个, "
             "kind: count}\n"
             "  - {id: w, value: 10, unit: 万个}\n  - {id: s, value: %.1f, unit: '%%', decimals: 1}\n  - {id: r, "
             "value: %.1f, unit: "
             "'%%', decimals: 1}\n"
             "identities:\n  - {id: a, share: s, part: p, whole: w}\n  - {id: b, share: r, part: q, whole: w}\n",
             p, q, ps, pr);
    const double low = fmax(p / (ps + 0.05), q / (pr + 0.05)), high = fmin(p / (ps - 0.05), q / (pr - 0.05));
    audited a = run_of(text);
    REQUIRE(a.report != NULL);
    const bool alone = sx_audit_count(a.report, SX_AUDIT_AGREES) == 2, empty = low > high * (1 + 1e-5),
               meet = low < high * (1 - 1e-5);
    if (alone && empty && sx_audit_groups(a.report) != 1) SXT_FAIL("no group:\n%s", text);
    if (alone && meet && sx_audit_groups(a.report) != 0) SXT_FAIL("a group:\n%s", text);
    together += alone && meet;
    apart += alone && empty;
    done_with(&a);
  }
  CHECK(together > 15 && apart > 15);
}

SXT_MAIN(SXT_CASE(shares_of_one_whole), SXT_CASE(growth_in_a_chain), SXT_CASE(products_of_one_truth),
         SXT_CASE(together), SXT_CASE(on_the_line), SXT_CASE(fewest), SXT_CASE(not_only_one_by_one), SXT_CASE(large),
         SXT_CASE(memory))
