/* What no figure explains, repairs that are offered first, poles, periods, one quantity printed to different digits, slack of groups. */
#include <math.h>

#include "unit/audit/audit_help.h"

static const char *identity_id(const audited *a, size_t i) {
  return sx_audit_identity_at(a->audit, i)->id;
}

/* c fails whatever x is; e and f each hold somewhere and never together; d is explained by one figure. */
static void impossible(void) {
  audited a = run_of("audit: t\nfigures:\n"
                     "  - {id: x, value: 12, unit: 个}\n  - {id: y, value: 15, unit: 个}\n"
                     "  - {id: p, value: 12, unit: 个, kind: count}\n  - {id: q, value: 15, unit: 个, kind: count}\n"
                     "identities:\n"
                     "  - {id: c, formula: 'x - x == 1'}\n  - {id: d, same: [x, y]}\n"
                     "  - {id: e, formula: 'p == q + 1'}\n  - {id: f, formula: 'p == q + 2'}\n");
  size_t n, bound;
  bool proven;
  REQUIRE(a.report != NULL);
  const size_t *figures = sx_audit_explanation(a.report, &n, &bound, &proven);
  CHECK_INT(n, 1);
  CHECK_INT(bound, 1);
  CHECK(proven);
  if (n == 1) CHECK(figures[0] < 2);
  CHECK_INT(sx_audit_impossible(a.report), 2);
  for (size_t i = 0; i < sx_audit_impossible(a.report); i++) {
    const sx_audit_group *set = sx_audit_impossible_at(a.report, i);
    CHECK(set->n_repairs == 0);
    if (set->n_identities == 1) CHECK_STR(identity_id(&a, set->identities[0]), "c");
    if (set->n_identities != 1) {
      CHECK_INT(set->n_identities, 2);
      CHECK_INT(set->identities[0] + set->identities[1], 2 + 3);
    }
  }
  CHECK(sx_audit_impossible_at(a.report, 2) == NULL);
  done_with(&a);
}

/* Sizes in the last printed place, figures from outside last whatever their size, no value where a unit is wrong. */
static void repairs(void) {
  audited a =
      run_of("audit: t\nfigures:\n"
             "  - {id: half, value: 153, unit: 亿元}\n  - {id: daily, value: 10, unit: 亿人, qualifier: 预计}\n"
             "  - {id: g, value: 5, unit: '%'}\n  - {id: c, value: 30, unit: '%'}\n  - {id: e, value: 40, unit: '%'}\n"
             "added:\n"
             "  - {id: q1, value: 130, unit: 亿元, source: s}\n  - {id: q2, value: 153, unit: 亿元, source: s}\n"
             "  - {id: all, value: 9.40, unit: 亿人, source: s}\n"
             "identities:\n"
             "  - {id: sum, sum: half, of: [q1, q2]}\n  - {id: part, subset: daily, of: all}\n"
             "  - {id: mixed, gap: g, of: e, over: c}\n");
  REQUIRE(a.report != NULL);
  const sx_audit_finding *sum = finding_of(&a, "sum"), *part = finding_of(&a, "part"), *mixed = finding_of(&a, "mixed");
  check_verdict(&a, "sum", SX_AUDIT_CONTRADICTS);
  REQUIRE(sum->n_repairs == 3 && part->n_repairs == 2);
  CHECK_STR(sx_audit_figure_at(a.audit, sum->repairs[0].figure)->id, "half");
  CHECK_STR(sum->repairs[0].value, "278"); /* 125 + 152.5 is 277.5 */
  CHECK_NEAR(sum->repairs[0].steps, 125, 0);
  CHECK_STR(repair_of(&a, sum->repairs, 3, "q1"), "1"); /* [0.5, 1.5) + 152.5; not 00 */
  CHECK_STR(sx_audit_figure_at(a.audit, part->repairs[0].figure)->id, "daily");
  CHECK_STR(part->repairs[0].value, "9"); /* one in the last place, not to 0 */
  CHECK_STR(part->repairs[1].value, "9.50");
  check_verdict(&a, "mixed", SX_AUDIT_CONTRADICTS);
  CHECK_INT(mixed->n_repairs, 0);
  done_with(&a);
}

/* A divisor whose range touches 0: x - y is below 0 though its end is 0; on both sides of a pole there are points, or there are none. */
static void poles(void) {
  audited a = run_of("audit: t\nfigures:\n"
                     "  - {id: x, value: 12, unit: 个}\n  - {id: y, value: 13, unit: 个}\n  - {id: z, value: 10, unit: "
                     "个, zeros: printed}\n"
                     "  - {id: r, value: 50, unit: '%'}\n"
                     "identities:\n"
                     "  - {id: a_no, formula: 'r == x / (x - y)'}\n  - {id: b_no, formula: '1 / (x - y) == 100'}\n"
                     "  - {id: c_no, formula: 'x / (x - y) >= 1000'}\n  - {id: d_yes, formula: '1 / (x - y) == -100'}\n"
                     "  - {id: e_yes, formula: '1 / (z - 10) == 100'}\n" /* z = 10.01 */
                     "  - {id: f_yes, formula: '1 / (z - 10) >= 1000'}\n"
                     "  - {id: g_no, formula: '1 / (z - 10) == 1.9'}\n" /* above 2 or below -2 */
                     "  - {id: h_no, formula: '1 / (z - 10) == 0'}\n"
                     "  - {id: i_yes, formula: '(z - 10)^2 <= 0'}\n"
                     "  - {id: j_no, formula: 'z^2 - 20 * z + 100.5 == 0'}\n");
  REQUIRE(a.report != NULL);
  for (size_t i = 0; i < sx_audit_identities(a.audit); i++)
    check_verdict(&a, identity_id(&a, i), strstr(identity_id(&a, i), "_no") ? SX_AUDIT_CONTRADICTS : SX_AUDIT_AGREES);
  CHECK(isnan(finding_of(&a, "e_yes")->slack)); /* no range across a pole */
  done_with(&a);
}

static void periods(void) {
  audited a = run_of(
      "audit: t\nfigures:\n"
      "  - {id: a24, value: 46.9, unit: '%', period: 2024}\n  - {id: a25, value: 46.5, unit: '%', period: 2025}\n"
      "  - {id: a25b, value: 46.9, unit: '%', period: 2025}\n  - {id: none, value: 46.1, unit: '%'}\n"
      "  - {id: jun, value: 46.8, unit: '%', period: 2025-06}\n  - {id: h1, value: 46.5, unit: '%', period: 2025H1}\n"
      "  - {id: jul, value: 46.5, unit: '%', period: 2025-07}\n"
      "  - {id: half, value: 9.0, unit: 亿元, period: 2025H1}\n  - {id: q1, value: 3.0, unit: 亿元, period: 2025Q1}\n"
      "  - {id: q2, value: 4.0, unit: 亿元, period: 2025-04~2025-06}\n  - {id: q3, value: 4.0, unit: 亿元, period: "
      "2025Q3}\n"
      "  - {id: year, value: 8.0, unit: 亿元, period: 2025}\n"
      "identities:\n"
      "  - {id: differ_open, same: [a24, a25]}\n  - {id: unstated_open, same: [a25, none]}\n"
      "  - {id: twice_no, same: [a25, a25b]}\n  - {id: checked_no, same: [a24, a25], same_period: true}\n"
      "  - {id: stock_no, same: [jun, h1]}\n  - {id: later_open, same: [jul, jun]}\n"
      "  - {id: quarters_no, sum: half, of: [q1, q2]}\n  - {id: third_open, sum: half, of: [q1, q3]}\n"
      "  - {id: half_no, subset: half, of: year}\n  - {id: year_open, subset: year, of: q1}\n"
      "  - {id: share_open, share: a24, part: q1, whole: half}\n");
  REQUIRE(a.report != NULL);
  for (size_t i = 0; i < sx_audit_identities(a.audit); i++) {
    const bool open = strstr(identity_id(&a, i), "_open") != NULL;
    check_verdict(&a, identity_id(&a, i), open ? SX_AUDIT_CANNOT_TELL : SX_AUDIT_CONTRADICTS);
    if (open) CHECK_STR(sx_audit_finding_at(a.report, i)->reason[1], "the periods differ or are not stated");
  }
  done_with(&a);
}

/* 46.55 is 46.6 at one decimal, half up: beside it 46.5 is another number, though the intervals meet. */
static void printed_alike(void) {
  audited a = run_of("audit: t\nfigures:\n"
                     "  - {id: fine, value: 46.55, unit: '%'}\n  - {id: low, value: 46.5, unit: '%'}\n  - {id: high, "
                     "value: 46.6, unit: '%'}\n"
                     "  - {id: wide, value: 47, unit: '%'}\n  - {id: about, value: 46.5, unit: '%', qualifier: 约}\n"
                     "  - {id: all, value: 5500, unit: 万人, zeros: printed}\n  - {id: rough, value: 0.5, unit: 亿人}\n"
                     "identities:\n"
                     "  - {id: a_no, same: [fine, low]}\n  - {id: b_yes, same: [high, fine]}\n  - {id: c_yes, same: "
                     "[wide, fine, high]}\n"
                     "  - {id: d_yes, same: [fine, about]}\n  - {id: e_no, same: [all, rough]}\n"
                     "  - {id: f_yes, same: [fine, low], within: 0.1}\n");
  REQUIRE(a.report != NULL);
  for (size_t i = 0; i < sx_audit_identities(a.audit); i++)
    check_verdict(&a, identity_id(&a, i), strstr(identity_id(&a, i), "_no") ? SX_AUDIT_CONTRADICTS : SX_AUDIT_AGREES);
  const sx_audit_finding *f = finding_of(&a, "a_no");
  CHECK_STR(repair_of(&a, f->repairs, f->n_repairs, "fine"), "46.54");
  CHECK_STR(repair_of(&a, f->repairs, f->n_repairs, "low"), "46.6");
  done_with(&a);
}

/* 4.4 and 4.3 are one difference: [4.35, 4.45) and [4.25, 4.35) miss each other by nothing; 4.4 and 4.2 by one digit. */
/* x^2 - x over [1.5, 2.5] is [0.75, 3.75]: two powers of one figure, so that only branch and bound tells. */
static void slack_of_pieces(void) {
  const char *yaml =
      "audit: t\nfigures:\n  - {id: x, value: 2, unit: 个}\n  - {id: y, value: 0, unit: 个, decimals: 0}\n"
      "identities:\n"
      "  - {id: far, formula: \"x^2 - x == 10\"}\n  - {id: in, formula: \"x^2 - x == 1\"}\n"
      "  - {id: most, formula: \"x^2 - x <= 5\"}\n  - {id: pole, formula: \"x^2 / (x - 2) - x == 1\"}\n";
  audited a = run_of(yaml);
  CHECK_NEAR(finding_of(&a, "far")->slack, -6.25, 1e-4);
  CHECK_NEAR(finding_of(&a, "in")->slack, 0.25, 1e-3);
  CHECK_NEAR(finding_of(&a, "most")->slack, 4.25, 1e-4);
  CHECK(isnan(finding_of(&a, "pole")->slack));
  const sx_audit_finding *pole = finding_of(&a, "pole");
  if (pole->verdict == SX_AUDIT_CANNOT_TELL) CHECK(strstr(pole->reason[1], "a divisor may be 0") != NULL);
  done_with(&a);
}

static void group_slack(void) {
  audited a = run_of("audit: t\nfigures:\n"
                     "  - {id: t, value: 9.37, unit: 万亿元}\n  - {id: g, value: 5.0, unit: 万亿元}\n"
                     "  - {id: s, value: 4.41, unit: 万亿元}\n  - {id: s2, value: 4.33, unit: 万亿元}\n"
                     "identities:\n  - {id: i, sum: t, of: [g, s]}\n  - {id: k, sum: t, of: [g, s2]}\n");
  REQUIRE(a.report != NULL);
  REQUIRE(sx_audit_groups(a.report) == 1);
  CHECK_NEAR(sx_audit_group_at(a.report, 0)->slack_digits, -7, 1e-6); /* 4.405 - 4.335 */
  done_with(&a);
}

/* A factor without a unit is a number: it does not turn dollars into yuan. */
static void currencies(void) {
  sx_audit *audit = NULL;
  sx_error err = SX_ERROR_INIT;
  const char *yaml =
      "audit: t\nfigures:\n  - {id: rmb, value: 10, unit: 亿元}\n  - {id: usd, value: 10, unit: 亿美元}\n"
      "  - {id: rate, value: 7.1, unit: ''}\nidentities:\n  - {id: i, %s}\n";
  static const char *const of[] = {"formula: 'rmb == usd * rate'", "product: rmb, of: [usd, rate]"};
  for (size_t i = 0; i < 2; i++) {
    char text[512];
    int n = snprintf(text, sizeof text, "%.*s%s}\n", (int)(strstr(yaml, "%s") - yaml), yaml, of[i]);
    const sx_status status = sx_audit_load_memory(&audit, NULL, "t.yaml", text, (size_t)n, NULL, 0, &err);
    CHECK_INT(status, SX_E_DATA);
    CHECK(strstr(err.message, "unit mismatch") != NULL);
    CHECK(strstr(err.where, "t.yaml:7") != NULL);
    if (status == SX_OK) sx_audit_free(audit);
  }
}

SXT_MAIN(SXT_CASE(impossible), SXT_CASE(repairs), SXT_CASE(poles), SXT_CASE(periods), SXT_CASE(printed_alike),
         SXT_CASE(group_slack), SXT_CASE(slack_of_pieces), SXT_CASE(currencies))
