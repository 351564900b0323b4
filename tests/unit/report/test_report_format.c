/* Formats: units, scales, decimals, signs, separators, both languages, bad input. */
#include "shuxiao/report.h"
#include "sxt.h"

static void is(double value, const char *format, const char *zh, const char *en) {
  sx_buf out;
  sx_buf_init(&out, NULL);
  CHECK_OK(sx_report_format(&out, value, format, SX_LANG_ZH, err));
  if (!out.data || strcmp(out.data, zh) != 0)
    SXT_FAIL("%.17g as '%s' is '%s' in Chinese, not '%s'", value, format, out.data, zh);
  sx_buf_reset(&out);
  CHECK_OK(sx_report_format(&out, value, format, SX_LANG_EN, err));
  if (!out.data || strcmp(out.data, en) != 0)
    SXT_FAIL("%.17g as '%s' is '%s' in English, not '%s'", value, format, out.data, en);
  sx_buf_clear(&out);
}

static void chinese_scales(void) {
  is(957600000, "亿人 2", "9.58亿人", "958 million people");
  is(957600000, "亿人 1", "9.6亿人", "960 million people");
  is(1123400000, "亿人 2", "11.23亿人", "1.123 billion people");
  is(1123456789, "亿人 2", "11.23亿人", "1.123 billion people");
  is(9.368e12, "万亿元 2", "9.37万亿元", "9.37 trillion yuan");
  is(7.81e11, "亿元 0", "7810亿元", "781.0 billion yuan");
  is(123456, "万人 1", "12.3万人", "123,000 people");
  is(34215000, "万元 2", "3421.50万元", "34.2150 million yuan");
  is(0, "亿人 2", "0.00亿人", "0 million people");
}

static void english_scales(void) {
  is(9.368e12, "trillion yuan 2", "9.37万亿元", "9.37 trillion yuan");
  is(7.814e11, "billion yuan 0", "7810亿元", "781 billion yuan"); /* resolution of a billion kept */
  is(2.5e6, "million households 1", "250万户", "2.5 million households");
  is(1.5e9, "billion 2", "15.0亿", "1.50 billion");
  is(2.345e9, "million dollars 0", "23.45亿美元", "$2,345 million");
}

static void rates(void) {
  is(0.465, "% 1", "46.5%", "46.5%");
  is(0.285, "% 0", "29%", "29%"); /* 28.5 exactly, half away from zero: 0.285 * 100 is 28.499... */
  is(0.00125, "% 2", "0.13%", "0.13%");
  is(-0.0123, "% 1", "−1.2%", "−1.2%");
  is(0.1005, "pp 1", "+10.1个百分点", "+10.1 percentage points");
  is(-0.2387, "pp 1", "−23.9个百分点", "−23.9 percentage points");
  is(-0.0001, "pp 1", "0.0个百分点", "0.0 percentage points"); /* no sign on what prints as zero */
  is(0.053, "百分点 1 sign:none", "5.3个百分点", "5.3 percentage points");
  is(-0.053, "pp 1 sign:none", "5.3个百分点", "5.3 percentage points");
  is(0.053, "pp 1 unit:none", "+5.3", "+5.3");
}

static void plain(void) {
  is(1234567.5, "plain 0", "1,234,568", "1,234,568");
  is(1234, "plain 0", "1234", "1,234");
  is(12345.678, "plain 2", "12,345.68", "12,345.68");
  is(0.465, "plain 2", "0.47", "0.47");
  is(2.5, "plain 0", "3", "3");
  is(412.3, "元 0", "412元", "412 yuan");
  is(412.3, "yuan 0", "412元", "412 yuan");
  is(-7, "plain 0 sign:plus", "−7", "−7");
  is(7, "plain 0 sign:plus", "+7", "+7");
  is(957600000, "亿人 2 unit:none", "9.58", "958");
  is((double)NAN, "亿人 2", "—", "—");
  is((double)INFINITY, "plain 0", "∞", "∞");
  is(1e21, "plain 0", "1,000,000,000,000,000,000,000", "1,000,000,000,000,000,000,000");
}

static void automatic(void) {
  is(2568248, "auto 人", "257万人", "2.57 million people");
  is(30150489, "auto 元", "3015万元", "30.2 million yuan");
  is(1123456789, "auto people", "11.2亿人", "1.12 billion people");
  is(7421, "auto 人", "7421人", "7,421 people");
  is(2568248, "auto plain", "2,568,248", "2,568,248");
  is(0.02345, "auto plain", "0.0235", "0.0235");
  is(-0.5, "auto plain sign:none", "0.500", "0.500");
  is(0, "auto 元", "0元", "0 yuan");
}

static void bad(void) {
  sx_buf out;
  sx_buf_init(&out, NULL);
  CHECK_FAILS(sx_report_format(&out, 1, "bilion 2", SX_LANG_EN, err), SX_E_PARSE, "", "did you mean 'billion'");
  CHECK_FAILS(sx_report_format(&out, 1, "qqqqqqqq 2", SX_LANG_EN, err), SX_E_PARSE, "",
              "a format is a unit and decimals");
  CHECK_FAILS(sx_report_format(&out, 1, "auto 2", SX_LANG_EN, err), SX_E_PARSE, "", "finds its decimals by itself");
  CHECK_FAILS(sx_report_format(&out, 1, "% 99", SX_LANG_EN, err), SX_E_PARSE, "", "0 to 12 decimals");
  CHECK_FAILS(sx_report_format(&out, 1, "% x", SX_LANG_EN, err), SX_E_PARSE, "", "unknown unit 'x'");
  CHECK_FAILS(sx_report_format(&out, 1, "亿匹 2", SX_LANG_ZH, err), SX_E_PARSE, "", "亿匹");
  sx_buf_clear(&out);
}

SXT_MAIN(SXT_CASE(chinese_scales), SXT_CASE(english_scales), SXT_CASE(rates), SXT_CASE(plain), SXT_CASE(automatic),
         SXT_CASE(bad))
