/* Verdicts of every kind of identity: on both sides of the line, exactly on it, with a figure that occurs twice; slack and repair. */
#include "unit/audit/audit_help.h"

#define FIGURES                                                                                                        \
  "audit: t\nfigures:\n"                                                                                               \
  "  - {id: share, value: 46.9, unit: '%'}\n"                                                                          \
  "  - {id: share2, value: 46.5, unit: '%'}\n"                                                                         \
  "  - {id: part, value: 9.37, unit: 万亿元}\n"                                                                     \
  "  - {id: whole, value: 20.15, unit: 万亿元}\n"                                                                   \
  "  - {id: a, value: 1.0, unit: 亿元}\n"                                                                            \
  "  - {id: b, value: 0.5, unit: 亿元}\n"                                                                            \
  "  - {id: c, value: 0.4, unit: 亿元}\n"                                                                            \
  "  - {id: c2, value: 0.6, unit: 亿元}\n"                                                                           \
  "  - {id: c3, value: 0.3, unit: 亿元}\n"                                                                           \
  "  - {id: p1, value: 83.2, unit: '%'}\n"                                                                             \
  "  - {id: p2, value: 85.3, unit: '%'}\n"                                                                             \
  "  - {id: d, value: 2.5, unit: 百分点}\n"                                                                         \
  "  - {id: d2, value: 2.1, unit: 百分点}\n"                                                                        \
  "  - {id: dp, value: 2.1, unit: '%'}\n"                                                                              \
  "  - {id: one, value: 1, unit: 个, kind: count}\n"                                                                  \
  "  - {id: two, value: 2, unit: 个, kind: count}\n"                                                                  \
  "  - {id: n, value: 9.58, unit: 亿人}\n"                                                                           \
  "  - {id: m, value: 11.23, unit: 亿人}\n"                                                                          \
  "  - {id: over9, value: 9, unit: 亿人, qualifier: 超}\n"                                                          \
  "  - {id: g, value: 14.9, unit: '%'}\n"                                                                              \
  "  - {id: from, value: 5.0, unit: 万亿元}\n"                                                                      \
  "  - {id: to, value: 10.0, unit: 万亿元}\n"                                                                       \
  "  - {id: head, value: 9781, unit: 元}\n"                                                                           \
  "identities:\n"

static void kinds(void) {
  audited a = run_of(FIGURES "  - {id: share_no, share: share, part: part, whole: whole}\n"
                             "  - {id: share_yes, share: share2, part: part, whole: whole}\n"
                             "  - {id: base_yes, base: whole, users: part, rate: share2}\n"
                             "  - {id: base_no, base: whole, users: part, rate: share}\n"
                             "  - {id: gap_no, gap: d, of: p2, over: p1}\n"
                             "  - {id: gap_yes, gap: d2, of: p2, over: p1}\n"
                             "  - {id: change_yes, change: d2, from: p1, to: p2}\n"
                             "  - {id: change_no, change: d2, from: p2, to: p1}\n"
                             "  - {id: same_no, same: [share, share2]}\n"
                             "  - {id: same_yes, same: [n, over9]}\n"
                             "  - {id: subset_yes, subset: n, of: m}\n"
                             "  - {id: subset_no, subset: m, of: n}\n"
                             "  - {id: order_yes, order: [m, n, over9]}\n"
                             "  - {id: order_no, order: [n, over9, m]}\n"
                             "  - {id: product_yes, product: part, of: [n, head]}\n"
                             "  - {id: product_no, product: whole, of: [n, head]}\n"
                             "  - {id: growth_no, growth: g, from: n, to: m}\n"
                             "  - {id: cagr_yes, cagr: g, from: from, to: to, years: 5}\n"
                             "  - {id: cagr_no, cagr: g, from: from, to: to, years: 4}\n"
                             "  - {id: cagr_half, cagr: g, from: from, to: to, years: 5.0001}\n"
                             "  - {id: formula_yes, formula: 'share2 == part / whole'}\n"
                             "  - {id: formula_no, formula: 'share == 1 - (whole - part) / whole'}\n");
  REQUIRE(a.report != NULL);
  for (size_t i = 0; i < sx_audit_identities(a.audit); i++) {
    const char *id = sx_audit_identity_at(a.audit, i)->id;
    check_verdict(&a, id, strstr(id, "_no") ? SX_AUDIT_CONTRADICTS : SX_AUDIT_AGREES);
  }
  const sx_audit_finding *f = finding_of(&a, "share_no");
  CHECK_STR(repair_of(&a, f->repairs, f->n_repairs, "share"), "46.5");
  CHECK_STR(repair_of(&a, f->repairs, f->n_repairs, "part"), "9.44");
  CHECK_STR(repair_of(&a, f->repairs, f->n_repairs, "whole"), "20.01");
  CHECK_NEAR(f->repairs[0].steps, -4, 0);
  /* the share may be at most 9.375/20.145 = 0.465376..., the printed 46.9 at least 0.4685 */
  CHECK_NEAR(f->slack, 9.375 / 20.145 - 0.4685, 1e-12);
  CHECK_NEAR(f->slack_digits, (9.375 / 20.145 - 0.4685) / 0.001, 1e-12);
  f = finding_of(&a, "gap_yes");
  CHECK_NEAR(f->slack, 0.0015, 1e-12); /* 2.05 to 2.15 against 2.0 to 2.2: 0.15 points from either side */
  f = finding_of(&a, "same_no");
  CHECK_STR(repair_of(&a, f->repairs, f->n_repairs, "share"), "46.5");
  CHECK_STR(repair_of(&a, f->repairs, f->n_repairs, "share2"), "46.9");
  f = finding_of(&a, "order_no");
  CHECK_STR(repair_of(&a, f->repairs, f->n_repairs, "m"), "9.58");
  done_with(&a);
}

/* 1.0 = 0.5 + c: [0.95, 1.05) against [0.45, 0.55) + c. With c 0.4 the sum is in [0.8, 1.0); with 0.3 in [0.7, 0.9). */
static void on_the_line(void) {
  audited a = run_of(FIGURES "  - {id: inside, sum: a, of: [b, c]}\n"
                             "  - {id: above, sum: a, of: [b, c2]}\n"
                             "  - {id: below_no, sum: a, of: [b, c3]}\n"
                             "  - {id: closed, sum: one, of: [b2, c4]}\n"
                             "  - {id: open_no, sum: one, of: [b2, c5]}\n"
                             "  - {id: times, product: one, of: [two, b2]}\n"
                             "added:\n"
                             "  - {id: b2, value: 0.5, unit: 个, source: x}\n"
                             "  - {id: c4, value: 0.6, unit: 个, source: x}\n"
                             "  - {id: c5, value: 0.4, unit: 个, source: x}\n");
  REQUIRE(a.report != NULL);
  check_verdict(&a, "inside", SX_AUDIT_AGREES);
  check_verdict(&a, "above", SX_AUDIT_AGREES);
  check_verdict(&a, "below_no", SX_AUDIT_CONTRADICTS); /* 0.9 is not reached from below, and 0.95 is above it */
  check_verdict(&a, "closed", SX_AUDIT_AGREES);        /* 0.45 + 0.55 = 1: both low ends belong */
  check_verdict(&a, "open_no", SX_AUDIT_CONTRADICTS);  /* 0.55 + 0.45 = 1: neither high end does */
  check_verdict(&a, "times", SX_AUDIT_AGREES);
  CHECK_NEAR(finding_of(&a, "closed")->slack, 0, 0);
  CHECK_NEAR(finding_of(&a, "open_no")->slack, 0, 0);
  done_with(&a);
}

/* The ends meet in a corner of a product: 2 [1.5, 2.5) and [2.5, 3.5) x [...]. */
static void corners(void) {
  audited a = run_of("audit: t\nfigures:\n"
                     "  - {id: two, value: 2, unit: ''}\n"                   /* [1.5, 2.5) */
                     "  - {id: four, value: 4, unit: ''}\n"                  /* [3.5, 4.5) */
                     "  - {id: low, value: 5.25, unit: '', kind: count}\n"   /* 1.5 * 3.5: attained */
                     "  - {id: high, value: 11.25, unit: '', kind: count}\n" /* 2.5 * 4.5: not */
                     "  - {id: zero, value: 0, unit: '', kind: count}\n"
                     "  - {id: sq, value: 6.25, unit: '', kind: count}\n"
                     "  - {id: sq2, value: 2.25, unit: '', kind: count}\n"
                     "identities:\n"
                     "  - {id: low_yes, product: low, of: [two, four]}\n"
                     "  - {id: high_no, product: high, of: [two, four]}\n"
                     "  - {id: face_yes, product: zero, of: [zero, two, four]}\n"
                     "  - {id: sq_no, product: sq, of: [two, two]}\n"
                     "  - {id: sq_yes, product: sq2, of: [two, two]}\n"
                     "  - {id: le_yes, formula: 'two * four <= 5.25'}\n"
                     "  - {id: le_no, formula: 'two * four <= 5.24'}\n"
                     "  - {id: ge_no, formula: 'two * four >= 11.25'}\n");
  REQUIRE(a.report != NULL);
  for (size_t i = 0; i < sx_audit_identities(a.audit); i++) {
    const char *id = sx_audit_identity_at(a.audit, i)->id;
    check_verdict(&a, id, strstr(id, "_no") ? SX_AUDIT_CONTRADICTS : SX_AUDIT_AGREES);
  }
  done_with(&a);
}

/* Naive interval arithmetic takes n - n for [-1, 1]; a figure that occurs twice moves together. */
static void together(void) {
  audited a =
      run_of(FIGURES "  - {id: zero_no, formula: 'n - n == 0.1'}\n"
                     "  - {id: ratio_no, formula: 'n / n == 1.0001'}\n"
                     "  - {id: ratio_yes, formula: 'n / n == 1'}\n"
                     "  - {id: both_no, formula: 'part / (part + part) == 0.49'}\n"
                     "  - {id: odds_no, formula: 'part / (part + whole) == 0.31'}\n"
                     "  - {id: odds_yes, formula: 'part / (part + whole) == 0.3174'}\n"
                     "  - {id: square_yes, formula: 'share2 * share2 + share2 == 0.681'}\n" /* 0.465: 0.681225 */
                     "  - {id: square_no, formula: 'share2 * share2 + share2 == 0.679'}\n"
                     "  - {id: am_gm_no, formula: 'part / whole + whole / part <= 2'}\n"
                     "  - {id: am_gm_yes, formula: 'part / whole + whole / part >= 2'}\n"
                     "  - {id: twice_no, sum: m, of: [n, n]}\n");
  REQUIRE(a.report != NULL);
  for (size_t i = 0; i < sx_audit_identities(a.audit); i++) {
    const char *id = sx_audit_identity_at(a.audit, i)->id;
    check_verdict(&a, id, strstr(id, "_no") ? SX_AUDIT_CONTRADICTS : SX_AUDIT_AGREES);
  }
  done_with(&a);
}

static void tolerance_and_open_questions(void) {
  audited a = run_of(FIGURES "  - {id: within_yes, same: [share, share2], within: 0.4}\n"
                             "  - {id: within_no, same: [share, share2], within: 0.2}\n"
                             "  - {id: share_yes, share: share, part: part, whole: whole, within: 0.4 百分点}\n"
                             "  - {id: share_no, share: share, part: part, whole: whole, within: 0.3 百分点}\n"
                             "  - {id: defined, same: [share, share2], unstated: definition}\n"
                             "  - {id: mixed, gap: dp, of: p2, over: p1}\n"
                             "  - {id: bases, same: [k1, k2]}\n"
                             "  - {id: bases_no, same: [k1, k2], same_base: true}\n"
                             "added:\n"
                             "  - {id: k1, value: 5, unit: '%', base: 网民, source: x}\n"
                             "  - {id: k2, value: 6, unit: '%', base: 用户, source: x}\n");
  REQUIRE(a.report != NULL);
  check_verdict(&a, "within_yes", SX_AUDIT_AGREES);
  check_verdict(&a, "within_no", SX_AUDIT_CONTRADICTS);
  check_verdict(&a, "share_yes", SX_AUDIT_AGREES);
  check_verdict(&a, "share_no", SX_AUDIT_CONTRADICTS);
  check_verdict(&a, "defined", SX_AUDIT_CANNOT_TELL);
  CHECK_STR(finding_of(&a, "defined")->reason[1], "the definition is not stated");
  check_verdict(&a, "mixed", SX_AUDIT_CONTRADICTS); /* the numbers fit, per cent is not points */
  CHECK_STR(finding_of(&a, "mixed")->reason[1], "per cent and percentage points are mixed");
  check_verdict(&a, "bases", SX_AUDIT_CANNOT_TELL);
  check_verdict(&a, "bases_no", SX_AUDIT_CONTRADICTS);
  done_with(&a);
}

/* A divisor that may be 0: what cannot hold with any divisor is a contradiction; what holds beside the pole agrees. */
static void divisors(void) {
  audited a = run_of(FIGURES "  - {id: never, base: m, users: n, rate: zero}\n"
                             "  - {id: open, formula: 'n / (m - over9) == n'}\n"
                             "added:\n  - {id: zero, value: 0, unit: '%', source: x}\n");
  REQUIRE(a.report != NULL);
  check_verdict(&a, "never", SX_AUDIT_CONTRADICTS);
  check_verdict(&a, "open", SX_AUDIT_AGREES);
  done_with(&a);
}

static void words(void) {
  audited a = run_of(FIGURES "  - {id: i1, share: share, part: part, whole: whole}\n"
                             "  - {id: i2, cagr: g, from: from, to: to, years: 5}\n"
                             "  - {id: i3, formula: 'share2 == part / whole'}\n");
  REQUIRE(a.report != NULL);
  sx_buf buf;
  sx_buf_init(&buf, NULL);
  sx_audit_say(&buf, a.audit, 0, false);
  CHECK_STR(buf.data, "46.9 % [share] = 9.37 万亿元 [part] / 20.15 万亿元 [whole]");
  sx_buf_reset(&buf);
  sx_audit_say(&buf, a.audit, 1, true);
  CHECK_STR(buf.data, "14.9 % [g] = (10.0 万亿元 [to] / 5.0 万亿元 [from])^(1/5) - 1");
  sx_buf_reset(&buf);
  sx_audit_say(&buf, a.audit, 2, true);
  CHECK_STR(buf.data, "46.5 % [share2] = 9.37 万亿元 [part] / 20.15 万亿元 [whole]");
  CHECK_STR(sx_audit_identity_at(a.audit, 1)->formula, "g == (to / from)^(1/5) - 1");
  sx_buf_clear(&buf);
  done_with(&a);
}

SXT_MAIN(SXT_CASE(kinds), SXT_CASE(on_the_line), SXT_CASE(corners), SXT_CASE(together),
         SXT_CASE(tolerance_and_open_questions), SXT_CASE(divisors), SXT_CASE(words))
