/* Each allocation of the room audit fails once: SX_E_MEMORY, and nothing leaks. The file reaches every kind of identity, a group, an
 * explanation with a program of its own, repairs and proposals. GLPK's own allocations are limited in test_audit_groups.c. */
#include "oom.h"

#include "shuxiao/audit.h"

static const char yaml[] = "audit: t\ntitle: {zh: 题, en: title}\nfigures: f.csv\nwords: {超: [1, 1.2], 逾: 超}\n"
                           "added:\n  - {id: x1, value: 5, unit: 亿元, source: {zh: 甲, en: a}}\n"
                           "identities:\n"
                           "  - {id: i1, sum: a, of: [b, c], why: {zh: 因, en: why}}\n"
                           "  - {id: i2, sum: a, of: [b, d]}\n"
                           "  - {id: i3, share: s, part: b, whole: a}\n"
                           "  - {id: i4, formula: 'b / (a + c) <= s * s + s', within: 1 百分点}\n"
                           "  - {id: i5, same: [b, e], within: 0.2}\n"
                           "  - {id: i6, order: [a, c, d]}\n"
                           "  - {id: i7, cagr: s, from: b, to: a, years: 3}\n"
                           "  - {id: i8, growth: s, from: d, to: c, unstated: base}\n"
                           "  - {id: i9, subset: a, of: b}\n"
                           "  - {id: i10, gap: g, of: s, over: t}\n"
                           "  - {id: i11, same: [s, t]}\n"
                           "  - {id: i12, same: [t, g]}\n"
                           "  - {id: i13, formula: 'a - a == 1'}\n"
                           "  - {id: i14, formula: '1 / (b - 5) == 100'}\n";
static const char csv[] = "id,value,unit,decimals,qualifier,period,indicator,population,comparison,comparator\n"
                          "a,10.0,亿元,1,,2025,额,全国,,\n"
                          "b,5.0,亿元,1,,2025,额,农村,,\n"
                          "c,5.1,亿元,1,,2025,额,城镇,,\n"
                          "d,4.9,亿元,1,,2025,额,合计,,\n"
                          "e,4,亿元,0,超,2025,额,农村,,\n"
                          "s,40,%,0,,2025,率,农村,,\n"
                          "t,44,%,0,,2025,率,城镇,,\n"
                          "g,-4,百分点,0,,2025,率,农村,vs,城镇\n";

static sx_status whole(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_audit *audit = NULL;
  sx_audit_report *report = NULL;
  sx_buf buf;
  sx_buf_init(&buf, ctx);
  sx_status status = sx_audit_load_memory(&audit, ctx, "t.yaml", yaml, sizeof yaml - 1, csv, sizeof csv - 1, err);
  if (status == SX_OK) status = sx_audit_run(&report, audit, NULL, err);
  if (status == SX_OK) status = sx_audit_discover(&buf, audit, 0, err);
  if (status == SX_OK) {
    for (size_t i = 0; i < sx_audit_identities(audit); i++) sx_audit_say(&buf, audit, i, i % 2);
    status = sx_buf_status(&buf, err);
  }
  if (status == SX_OK) CHECK(sx_audit_groups(report) == 2 && sx_audit_count(report, SX_AUDIT_CONTRADICTS) >= 3);
  sx_audit_report_free(report);
  sx_audit_free(audit);
  sx_buf_clear(&buf);
  return status;
}

static void test_whole(void) {
  oom_run("audit", whole, NULL);
}

/* A component that is too large for the simplex method. */
static sx_status large(const sx_ctx *ctx, void *data, sx_error *err) {
  const sx_buf *text = data;
  sx_audit *audit = NULL;
  sx_audit_report *report = NULL;
  sx_status status = sx_audit_load_memory(&audit, ctx, "t.yaml", text->data, text->n, NULL, 0, err);
  if (status == SX_OK) status = sx_audit_run(&report, audit, NULL, err);
  sx_audit_report_free(report);
  sx_audit_free(audit);
  return status;
}

static long count;
static void *counting(void *ctx, void *ptr, size_t old_size, size_t new_size) {
  (void)old_size;
  const long *fail_at = ctx;
  if (!new_size) {
    free(ptr);
    return NULL;
  }
  if (count++ == *fail_at) return NULL;
  return realloc(ptr, new_size);
}

/* Every hundredth allocation: the run is long, and its entry points were tried one by one above. */
static void test_large(void) {
  enum { N = 1600 };
  sx_buf text;
  long fail_at = -1;
  sx_ctx ctx = SX_CTX_INIT;
  ctx.alloc = (sx_alloc){counting, &fail_at};
  sx_buf_init(&text, NULL);
  sx_buf_add(&text, "audit: t\nfigures:\n");
  for (int i = 0; i <= N; i++) sx_buf_printf(&text, "  - {id: f%d, value: %d.5, unit: 元}\n", i, 10 + i % 3);
  sx_buf_add(&text, "identities:\n");
  for (int i = 0; i < N; i++)
    sx_buf_printf(&text, "  - {id: i%d, formula: 'f%d <= f%d + 3'}\n  - {id: j%d, formula: 'f%d <= f%d + 3'}\n", i, i,
                  i + 1, i, i + 1, i);
  count = 0;
  CHECK_OK(large(&ctx, &text, err));
  const long all = count;
  for (fail_at = 0; fail_at < all; fail_at += all / 12 + 1) {
    sx_error err = SX_ERROR_INIT;
    count = 0;
    const sx_status status = large(&ctx, &text, &err);
    CHECK(status == SX_OK || status == SX_E_MEMORY);
    CHECK(status == err.status);
  }
  sx_buf_clear(&text);
}

SXT_MAIN(SXT_CASE(test_whole), SXT_CASE(test_large))
