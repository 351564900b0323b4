/* Formulas in which a figure occurs several times, at three scales: decided by what cancels, by corners, by the slopes; and what no value
 * of any figure satisfies. */
#include <math.h>

#include "unit/audit/audit_help.h"

typedef struct scale {
  const char *unit, *times; /* the unit in base units, as a formula writes it */
  double size;
} scale;
static const scale scales[] = {{"", "1", 1}, {"亿", "100000000", 1e8}, {"万亿", "1000000000000", 1e12}};
enum { SCALES = sizeof scales / sizeof *scales };

/* 9.37 and 6.21 + 2.73 + 0.42: the sum is in [9.345, 9.375), a in [9.365, 9.375); b, 9.57, is above it, and c, 9.38, begins where it ends. */
static audited of_scale(const scale *s, const char *identities) {
  char text[4096];
  static const char *const figures[][2] = {{"a", "9.37"}, {"b", "9.57"}, {"d", "6.21"},  {"e", "2.73"},
                                           {"f", "0.42"}, {"z", "0.00"}, {"m", "-6.21"}, {"c", "9.38"}};
  size_t n = (size_t)snprintf(text, sizeof text, "audit: t\nfigures:\n");
  for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
    n += (size_t)snprintf(text + n, sizeof text - n, "  - {id: %s, value: %s, decimals: 2, unit: %s元}\n",
                          figures[i][0], figures[i][1], s->unit);
  (void)snprintf(text + n, sizeof text - n, "identities:\n%s", identities);
  return run_of(text);
}

static void check_names(const audited *a) {
  REQUIRE(a->report != NULL);
  for (size_t i = 0; i < sx_audit_identities(a->audit); i++) {
    const char *id = sx_audit_identity_at(a->audit, i)->id;
    const bool yes = strstr(id, "_yes") != NULL;
    const double slack = sx_audit_finding_at(a->report, i)->slack;
    check_verdict(a, id, yes ? SX_AUDIT_AGREES : SX_AUDIT_CONTRADICTS);
    if (yes ? !(slack > 0) : !(slack <= 0)) SXT_FAIL("%s: slack %g", id, slack);
  }
}

/* d in every term, above 0: it cancels. */
static void common_factor(void) {
  for (size_t k = 0; k < SCALES; k++) {
    audited a = of_scale(&scales[k], "  - {id: share_yes, formula: 'd / a == d / (d + e + f)'}\n"
                                     "  - {id: times_yes, formula: 'a * d == d * (d + e + f)'}\n"
                                     "  - {id: share_no, formula: 'd / b == d / (d + e + f)'}\n"
                                     "  - {id: times_no, formula: 'b * d == d * (d + e + f)'}\n"
                                     "  - {id: most_yes, formula: 'd / b <= d / (d + e + f)'}\n"
                                     "  - {id: most_no, formula: 'd / b >= d / (d + e + f)'}\n");
    check_names(&a);
    const double size = scales[k].size; /* d (b - d - e - f) falls with d, e and f and rises with b */
    CHECK_NEAR(finding_of(&a, "times_no")->slack, -6.215 * (9.565 - 6.215 - 2.735 - 0.425) * size * size,
               1e-6 * size * size);
    REQUIRE(finding_of(&a, "times_no")->n_repairs > 0);
    CHECK_STR(repair_of(&a, finding_of(&a, "times_no")->repairs, finding_of(&a, "times_no")->n_repairs, "b"), "9.37");
    done_with(&a);
  }
}

/* Nothing cancels: a figure that may be 0 or is below it, two powers of one figure. */
static void by_slopes(void) {
  for (size_t k = 0; k < SCALES; k++) {
    audited a = of_scale(&scales[k], "  - {id: zero_yes, formula: 'b * z == z * (z + d + e + f)'}\n"
                                     "  - {id: minus_yes, formula: 'a * m == m * (e + f - m)'}\n"
                                     "  - {id: minus_no, formula: 'b * m == m * (e + f - m)'}\n"
                                     "  - {id: square_yes, formula: '(d + e) * (d + e + f) == a * (d + e)'}\n"
                                     "  - {id: square_no, formula: '(d + e) * (d + e + f) == b * (d + e)'}\n"
                                     "  - {id: edge_no, formula: '(d + e) * (d + e + f) == c * (d + e)'}\n"
                                     "  - {id: edge_yes, formula: '(d + e) * (d + e + f) <= c * (d + e)'}\n"
                                     "  - {id: above_yes, formula: '(d + e) * (d + e + f) <= b * (d + e)'}\n"
                                     "  - {id: above_no, formula: '(d + e) * (d + e + f) >= b * (d + e)'}\n");
    check_names(&a);
    done_with(&a);
  }
}

/* (x - 10)^2 + 1/2 is 0 for no x at all: slack -1/2, and no figure explains it; (x - 10)^2 - 1/2 is. */
static void never(void) {
  for (size_t k = 0; k < SCALES; k++) {
    char text[1024];
    const scale *s = &scales[k];
    (void)snprintf(
        text, sizeof text,
        "audit: t\nfigures:\n  - {id: x, value: 10, unit: %s个}\n  - {id: y, value: 25, unit: %s个}\nidentities:\n"
        "  - {id: no, formula: 'x^2 - 20 * %s * x + 100.5 * %s * %s == 0'}\n"
        "  - {id: far, formula: 'y^2 - 20 * %s * y + 99.5 * %s * %s == 0'}\n"
        "  - {id: yes, formula: 'x^2 - 20 * %s * x + 99.5 * %s * %s == 0'}\n",
        s->unit, s->unit, s->times, s->times, s->times, s->times, s->times, s->times, s->times, s->times, s->times);
    audited a = run_of(text);
    REQUIRE(a.report != NULL);
    check_verdict(&a, "no", SX_AUDIT_CONTRADICTS);
    check_verdict(&a, "far", SX_AUDIT_CONTRADICTS);
    check_verdict(&a, "yes", SX_AUDIT_AGREES);
    CHECK_NEAR(finding_of(&a, "no")->slack, -0.5 * s->size * s->size, 1e-3 * s->size * s->size);
    CHECK_NEAR(finding_of(&a, "far")->slack, -(24.5 * 24.5 - 490 + 99.5) * s->size * s->size, 1e-3 * s->size * s->size);
    REQUIRE(sx_audit_impossible(a.report) == 1);
    const sx_audit_group *set = sx_audit_impossible_at(a.report, 0);
    CHECK_INT(set->n_identities, 1);
    CHECK_STR(sx_audit_identity_at(a.audit, set->identities[0])->id, "no");
    size_t n, bound;
    bool proven;
    const size_t *figures = sx_audit_explanation(a.report, &n, &bound, &proven);
    CHECK(n == 1 && proven);
    if (n == 1) CHECK_STR(sx_audit_figure_at(a.audit, figures[0])->id, "y");
    done_with(&a);
  }
}

SXT_MAIN(SXT_CASE(common_factor), SXT_CASE(by_slopes), SXT_CASE(never))
