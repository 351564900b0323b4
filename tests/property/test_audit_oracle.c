/* The verdicts against slow obvious twins: single identities against closed forms in integers (values small, so that many cases lie exactly
 * on the line), groups against a search of all points of a grid. */
#include "sxt.h"

#include "shuxiao/audit.h"

static uint64_t state = 88172645463325252u;
static int64_t below(int64_t n) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (int64_t)((state >> 11) % (uint64_t)n);
}

/* Printed whole numbers v with zeros printed: [2v-1, 2v+1) in halves. */
typedef struct item {
  const char *kind;
  int64_t v[4];
  bool holds;
} item;

/* In halves: l = 2v-1 belongs, h = 2v+1 does not. */
static bool oracle(const item *it) {
  int64_t l[4], h[4];
  for (int i = 0; i < 4; i++) {
    l[i] = 2 * it->v[i] - 1;
    h[i] = 2 * it->v[i] + 1;
  }
  if (strcmp(it->kind, "sum") == 0) return l[1] + l[2] + l[3] < h[0] && l[0] < h[1] + h[2] + h[3];
  if (strcmp(it->kind, "gap") == 0) return l[1] - h[2] < h[0] && l[0] < h[1] - l[2];
  if (strcmp(it->kind, "product") == 0) return l[1] * l[2] < 2 * h[0] && 2 * l[0] < h[1] * h[2];
  /* share: F1 F3 = F2, in quarters on the left and halves on the right */
  if (strcmp(it->kind, "share") == 0) return l[0] * l[2] < 2 * h[1] && 2 * l[1] < h[0] * h[2];
  if (strcmp(it->kind, "subset") == 0) return l[0] < h[1];
  if (strcmp(it->kind, "same") == 0) return it->v[0] == it->v[1];
  /* order: no later low end at or above an earlier high end */
  return l[1] < h[0] && l[2] < h[0] && l[2] < h[1];
}

static void singles(void) {
  enum { CASES = 6000 };
  static const char *const kinds[] = {"sum", "gap", "product", "share", "subset", "same", "order"};
  item *items = calloc(CASES, sizeof *items);
  sx_buf buf, ids;
  sx_buf_init(&buf, NULL);
  sx_buf_init(&ids, NULL);
  REQUIRE(items != NULL);
  sx_buf_add(&buf, "audit: t\nfigures:\n");
  sx_buf_add(&ids, "identities:\n");
  size_t yes = 0;
  for (size_t i = 0; i < CASES; i++) {
    item *it = &items[i];
    it->kind = kinds[below(7)];
    const bool times = it->kind[0] == 'p' || strcmp(it->kind, "share") == 0;
    for (int k = 0; k < 4; k++) it->v[k] = 1 + below(times ? 12 : 8);
    if (it->kind[0] == 'p') it->v[0] = it->v[1] * it->v[2] + below(9) - 4;
    if (it->v[0] < 1) it->v[0] = 1;
    if (strcmp(it->kind, "share") == 0) it->v[1] = it->v[0] * it->v[2] + below(9) - 4;
    if (it->v[1] < 1) it->v[1] = 1;
    if (strcmp(it->kind, "sum") == 0) it->v[0] = it->v[1] + it->v[2] + it->v[3] + below(7) - 3;
    if (strcmp(it->kind, "gap") == 0) it->v[0] = it->v[1] - it->v[2] + below(7) - 3;
    it->holds = oracle(it);
    yes += it->holds;
    for (int k = 0; k < 4; k++)
      sx_buf_printf(&buf, "  - {id: f%zu_%d, value: %lld, unit: '', zeros: printed}\n", i, k, (long long)it->v[k]);
    if (strcmp(it->kind, "sum") == 0)
      sx_buf_printf(&ids, "  - {id: i%zu, sum: f%zu_0, of: [f%zu_1, f%zu_2, f%zu_3]}\n", i, i, i, i, i);
    else if (strcmp(it->kind, "gap") == 0)
      sx_buf_printf(&ids, "  - {id: i%zu, gap: f%zu_0, of: f%zu_1, over: f%zu_2}\n", i, i, i, i);
    else if (strcmp(it->kind, "product") == 0)
      sx_buf_printf(&ids, "  - {id: i%zu, product: f%zu_0, of: [f%zu_1, f%zu_2]}\n", i, i, i, i);
    else if (strcmp(it->kind, "share") == 0)
      sx_buf_printf(&ids, "  - {id: i%zu, share: f%zu_0, part: f%zu_1, whole: f%zu_2}\n", i, i, i, i);
    else if (strcmp(it->kind, "subset") == 0)
      sx_buf_printf(&ids, "  - {id: i%zu, subset: f%zu_0, of: f%zu_1}\n", i, i, i);
    else if (strcmp(it->kind, "same") == 0)
      sx_buf_printf(&ids, "  - {id: i%zu, same: [f%zu_0, f%zu_1]}\n", i, i, i);
    else
      sx_buf_printf(&ids, "  - {id: i%zu, order: [f%zu_0, f%zu_1, f%zu_2]}\n", i, i, i, i);
  }
  sx_buf_add(&buf, ids.data);
  sx_audit *audit = NULL;
  sx_audit_report *report = NULL;
  REQUIRE_OK(sx_audit_load_memory(&audit, NULL, "t.yaml", buf.data, buf.n, NULL, 0, err));
  REQUIRE_OK(sx_audit_run(&report, audit, NULL, err));
  for (size_t i = 0; i < CASES; i++) {
    const sx_audit_finding *f = sx_audit_finding_at(report, i);
    if ((f->verdict == SX_AUDIT_AGREES) != items[i].holds || f->verdict == SX_AUDIT_CANNOT_TELL)
      SXT_FAIL("%s of %lld %lld %lld %lld: %s", items[i].kind, (long long)items[i].v[0], (long long)items[i].v[1],
               (long long)items[i].v[2], (long long)items[i].v[3], sx_audit_verdict_name(f->verdict, false));
    /* a repair repairs: the oracle agrees at it and not one step before it */
    for (size_t r = 0; r < f->n_repairs; r++) {
      item moved = items[i];
      if (!*f->repairs[r].value) continue;
      const int k = sx_audit_figure_at(audit, f->repairs[r].figure)
                        ->id[strlen(sx_audit_figure_at(audit, f->repairs[r].figure)->id) - 1] -
                    '0';
      moved.v[k] = strtoll(f->repairs[r].value, NULL, 10);
      if (!oracle(&moved)) SXT_FAIL("%s %zu: %s does not repair it", items[i].kind, i, f->repairs[r].value);
      moved.v[k] += f->repairs[r].steps > 0 ? -1 : 1;
      if (oracle(&moved))
        SXT_FAIL("%s %zu: a smaller change than %s repairs it", items[i].kind, i, f->repairs[r].value);
    }
  }
  CHECK(yes > CASES / 5 && yes < CASES - CASES / 5);
  sx_audit_report_free(report);
  sx_audit_free(audit);
  sx_buf_clear(&buf);
  sx_buf_clear(&ids);
  free(items);
}

/* a = b + c, a = d + e, b <= d, c <= k: is there a point of the grid of sixteenths of a digit inside all half-open intervals? The
 * matrix is one of differences and sums with determinants of at most 2, so a point of the open polytope can be moved to that grid. */
enum { GRID = 16 };
static bool grid_point(const int64_t v[6]) {
  int64_t l[6], h[6];
  for (int i = 0; i < 6; i++) {
    l[i] = (2 * v[i] - 1) * GRID / 2;
    h[i] = (2 * v[i] + 1) * GRID / 2;
  }
  for (int64_t b = l[1]; b < h[1]; b++) {
    for (int64_t c = l[2]; c < h[2]; c++) {
      const int64_t a = b + c;
      if (a < l[0] || a >= h[0] || c > h[5] - 1) continue;
      for (int64_t d = l[3] > b ? l[3] : b; d < h[3]; d++) {
        if (a - d >= l[4] && a - d < h[4]) return true;
      }
    }
  }
  return false;
}

static void groups(void) {
  enum { SYSTEMS = 400 };
  size_t yes = 0, joint = 0;
  for (int s = 0; s < SYSTEMS; s++) {
    int64_t v[6];
    for (int i = 1; i < 4; i++) v[i] = 2 + below(6);
    v[0] = v[1] + v[2] + below(3) - 1;
    v[4] = v[0] - v[3] + below(3) - 1;
    v[5] = v[2] + below(3) - 1;
    if (v[4] < 1) v[4] = 1;
    sx_buf buf;
    sx_buf_init(&buf, NULL);
    sx_buf_add(&buf, "audit: t\nfigures:\n");
    static const char names[] = "abcdek";
    for (int i = 0; i < 6; i++)
      sx_buf_printf(&buf, "  - {id: %c, value: %lld, unit: 元, zeros: printed}\n", names[i], (long long)v[i]);
    sx_buf_add(&buf, "identities:\n  - {id: i1, sum: a, of: [b, c]}\n  - {id: i2, sum: a, of: [d, e]}\n"
                     "  - {id: i3, subset: b, of: d}\n  - {id: i4, subset: c, of: k}\n");
    sx_audit *audit = NULL;
    sx_audit_report *report = NULL;
    REQUIRE_OK(sx_audit_load_memory(&audit, NULL, "t.yaml", buf.data, buf.n, NULL, 0, err));
    REQUIRE_OK(sx_audit_run(&report, audit, NULL, err));
    const bool holds = grid_point(v);
    const bool said = sx_audit_count(report, SX_AUDIT_CONTRADICTS) == 0 && sx_audit_groups(report) == 0;
    if (holds != said || sx_audit_undecided(report))
      SXT_FAIL("%lld %lld %lld %lld %lld %lld: %d by the grid", (long long)v[0], (long long)v[1], (long long)v[2],
               (long long)v[3], (long long)v[4], (long long)v[5], holds);
    yes += holds;
    joint += sx_audit_groups(report) > 0;
    sx_audit_report_free(report);
    sx_audit_free(audit);
    sx_buf_clear(&buf);
  }
  CHECK(yes > 50 && yes < SYSTEMS - 50);
  CHECK(joint > 5); /* some fail only together */
}

/* Three shares rounded to whole per cents: 100 with probability 3/4 (Mosteller, Youtz and Zahn 1967, Demography 4:850), never a
 * contradiction. */
static void rounded_percentages(void) {
  enum { TRIPLES = 4000 };
  size_t hundred = 0, n = 0;
  sx_buf buf, ids;
  sx_buf_init(&buf, NULL);
  sx_buf_init(&ids, NULL);
  sx_buf_add(&buf, "audit: t\nfigures:\n  - {id: all, value: 100, unit: '%', kind: count}\n");
  sx_buf_add(&ids, "identities:\n");
  while (n < TRIPLES) {
    const double a = (double)below(1000000) / 1e6, b = (double)below(1000000) / 1e6, first = fmin(a, b),
                 second = fabs(a - b), third = 1 - fmax(a, b);
    const int p = (int)floor(100 * first + 0.5), q = (int)floor(100 * second + 0.5), r = (int)floor(100 * third + 0.5);
    hundred += p + q + r == 100;
    sx_buf_printf(&buf,
                  "  - {id: a%zu, value: %d, unit: '%%', zeros: printed}\n  - {id: b%zu, value: %d, unit: '%%', zeros: "
                  "printed}\n",
                  n, p, n, q);
    sx_buf_printf(&buf, "  - {id: c%zu, value: %d, unit: '%%', zeros: printed}\n", n, r);
    sx_buf_printf(&ids, "  - {id: i%zu, sum: all, of: [a%zu, b%zu, c%zu]}\n", n, n, n, n);
    n++;
  }
  sx_buf_add(&buf, ids.data);
  sx_audit *audit = NULL;
  sx_audit_report *report = NULL;
  REQUIRE_OK(sx_audit_load_memory(&audit, NULL, "t.yaml", buf.data, buf.n, NULL, 0, err));
  REQUIRE_OK(sx_audit_run(&report, audit, NULL, err));
  CHECK_INT(sx_audit_count(report, SX_AUDIT_AGREES), TRIPLES);
  CHECK_NEAR((double)hundred / TRIPLES, 0.75, 0.03);
  sx_audit_report_free(report);
  sx_audit_free(audit);
  sx_buf_clear(&buf);
  sx_buf_clear(&ids);
}

SXT_MAIN(SXT_CASE(rounded_percentages), SXT_CASE(singles), SXT_CASE(groups))
