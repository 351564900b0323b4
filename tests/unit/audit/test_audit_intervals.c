/* What a printed number stands for: ends, exactly, and which of them belong. */
#include "unit/audit/audit_help.h"

/* figure is the rest of a map: "value: 46.5, unit: '%'". */
static void check(const char *figure, double low, bool low_open, double high, bool high_open) {
  char yaml[512];
  snprintf(yaml, sizeof yaml, "audit: t\nfigures:\n  - {id: F, %s}\n", figure);
  sx_audit *audit = audit_of(yaml);
  if (!audit) return;
  const sx_audit_figure *f = sx_audit_figure_at(audit, 0);
  if (f->low != low || f->high != high || f->low_open != low_open || f->high_open != high_open)
    SXT_FAIL("%s is %c%.17g, %.17g%c", figure, f->low_open ? '(' : '[', f->low, f->high, f->high_open ? ')' : ']');
  sx_audit_free(audit);
}

static void rounding(void) {
  check("value: 46.5, unit: '%'", 0.4645, false, 0.4655, true);
  check("value: 46.5, unit: '%', decimals: 1", 0.4645, false, 0.4655, true);
  check("value: 46.5, unit: '%', decimals: 2", 0.46495, false, 0.46505, true);
  check("value: '46.50', unit: '%'", 0.46495, false, 0.46505, true);
  check("value: 9.58, unit: 亿人", 957500000, false, 958500000, true);
  check("value: 0.1, unit: ''", 0.05, false, 0.15, true);
  check("value: -2.5, unit: 百分点", -0.0255, false, -0.0245, true);
  check("value: 0, unit: 个", -0.5, false, 0.5, true);
  check("value: 24, unit: 小时", 84600, false, 88200, true);
}

static void zeros(void) {
  check("value: 93700, unit: 亿元", 9.365e12, false, 9.375e12, true);
  check("value: 93700, unit: 亿元, zeros: printed", 9.36995e12, false, 9.37005e12, true);
  check("value: 10, unit: '%'", 0.05, false, 0.15, true);
  check("value: 10.0, unit: '%'", 0.0995, false, 0.1005, true);
  check("value: 30, unit: 个, kind: count", 30, false, 30, false);
}

static void words(void) {
  check("value: 9, unit: 亿人, qualifier: 超", 9e8, false, 1.125e9, true);
  check("value: 9, unit: 亿人, qualifier: over", 9e8, false, 1.125e9, true);
  check("value: 10.5, unit: 亿, qualifier: 突破", 1.045e9, false, 1.07e9, true);
  check("value: 10, unit: 亿, qualifier: 突破", 1e9, false, 1.25e9, true);
  check("value: 20, unit: 亿元, qualifier: 近", 1.8e9, false, 2e9, false);
  check("value: 20, unit: 亿元, qualifier: 约", 1.9e9, false, 2.1e9, false);
  check("value: 500, unit: 家, qualifier: 余", 500, false, 625, true);
  check("value: 60, unit: '%', qualifier: 以上", 0.6, false, HUGE_VAL, false);
  check("value: 24, unit: 小时, qualifier: 以内", 0, false, 86400, false);
  check("value: '', unit: 百分点, qualifier: 基本持平", -0.01, false, 0.01, false);
  check("value: '', unit: 百分点, qualifier: 相近", -0.05, false, 0.05, false);
  check("value: 0.4, unit: 百分点, qualifier: 基本持平", -0.006, false, 0.014, false);
  check("value: 1.2, unit: 百分点, qualifier: 下降", -0.0125, true, -0.0115, false);
  check("value: '', unit: 百分点, qualifier: 高于", 0, true, HUGE_VAL, false);
  check("value: -8, unit: '%', qualifier: 超", -0.1, true, -0.08, false); /* of a minus sign, further down */
}

static void overrides(void) {
  const char *yaml = "audit: t\nwords: {超: [1, 1.1], 过: [1, null], 逾: 约, 差不多: {within: 2}}\nfigures:\n"
                     "  - {id: A, value: 9, unit: 亿人, qualifier: 超}\n"
                     "  - {id: B, value: 9, unit: 亿人, qualifier: 过}\n"
                     "  - {id: C, value: 10, unit: '%', qualifier: 逾}\n"
                     "  - {id: D, value: 10, unit: '%', qualifier: 差不多}\n"
                     "added:\n  - {id: E, value: 140828, unit: 万人, source: {zh: 统计局, en: NBS}}\n";
  sx_audit *audit = audit_of(yaml);
  REQUIRE(audit != NULL);
  const sx_audit_figure *f = sx_audit_figure_at(audit, 0);
  CHECK(f->low == 9e8 && f->high == 9.9e8 && f->high_open);
  f = sx_audit_figure_at(audit, 1);
  CHECK(f->low == 9e8 && f->high == HUGE_VAL);
  f = sx_audit_figure_at(audit, 2);
  CHECK(f->low == 0.095 && f->high == 0.105 && !f->high_open);
  f = sx_audit_figure_at(audit, 3);
  CHECK(f->low == 0.08 && f->high == 0.12);
  f = sx_audit_figure_at(audit, 4);
  CHECK(f->added && f->low == 1408275000.0);
  CHECK_STR(f->source[0], "统计局");
  CHECK_INT(sx_audit_figures(audit), 5);
  sx_audit_free(audit);
}

static void from_csv(void) {
  const char *yaml = "audit: t\nfigures: f.csv\n";
  const char *csv =
      "\xef\xbb\xbfplace,unit,value,id,note\r\n\"p, 1\",%,46.5,A,x\r\n\r\n\"two\nlines \"\"q\"\"\",亿人,9.58,B,\r\n";
  sx_audit *audit = NULL;
  REQUIRE_OK(sx_audit_load_memory(&audit, NULL, "t.yaml", yaml, strlen(yaml), csv, strlen(csv), err));
  CHECK_INT(sx_audit_figures(audit), 2);
  CHECK_STR(sx_audit_figure_at(audit, 0)->place, "p, 1");
  CHECK_STR(sx_audit_figure_at(audit, 1)->place, "two\nlines \"q\"");
  CHECK_INT(sx_audit_figure_at(audit, 1)->line, 4);
  CHECK_STR(sx_audit_figure_at(audit, 1)->id, "B");
  sx_audit_free(audit);
}

SXT_MAIN(SXT_CASE(rounding), SXT_CASE(zeros), SXT_CASE(words), SXT_CASE(overrides), SXT_CASE(from_csv))
