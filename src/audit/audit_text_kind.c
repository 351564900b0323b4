/* audit_text_kind.c: numbers that are no quantities, told by what stands around them: dates, ages and cohorts, ordinals, the numbers of sections,
 * figures and pages, levels of confidence, names. */
#include <string.h>

#include "audit_text_priv.h"

static bool whole(const sx_found *f) {
  return f->decimals == 0;
}

/* Written as plain digits, n of them. */
static bool plain_digits(const sx_found *f, size_t n) {
  return whole(f) && f->number_to - f->from == n;
}

static bool is(sx_found *f, sx_mark_kind kind, size_t to) {
  f->kind = kind;
  f->to = to;
  return true;
}

static bool year(const sx_found *f) {
  return plain_digits(f, 4) && f->value >= 1800 && f->value <= 2100;
}

/* ---- dates ------------------------------------------------------------------------------------------------------- */

static const char *const months[] = {"January",   "February", "March",    "April",    "May",  "June", "July", "August",
                                     "September", "October",  "November", "December", "Jan",  "Feb",  "Mar",  "Apr",
                                     "Jun",       "Jul",      "Aug",      "Sep",      "Sept", "Oct",  "Nov",  "Dec"};

static size_t digits_of(const sx_scan *s, size_t i, double *value) {
  size_t k = 0;
  *value = 0;
  while (k < 5 && sx_is_digit(sx_glyph_at(s, i + k))) *value = *value * 10 + (s->g[i + k++].c - '0');
  return k;
}

/* 2025-06-30, 2025/6, 2025.6.30, 2024-27: digits used behind the year. */
static size_t numeric_date(const sx_scan *s, size_t i) {
  double month, day;
  const uint32_t mark = sx_glyph_at(s, i);
  if (mark != '-' && mark != '/' && mark != '.') return 0;
  const size_t m = digits_of(s, i + 1, &month);
  if (m < 1 || m > 2 || month < 1) return 0;
  const size_t second = i + 1 + m;
  const size_t d = sx_glyph_at(s, second) == mark ? digits_of(s, second + 1, &day) : 0;
  if (d >= 1 && d <= 2 && month <= 12 && day >= 1 && day <= 31) return 2 + m + d;
  if (mark == '.' || m != 2) return 0;
  return 1 + m;
}

/* 6月30日 behind a year or alone; "月份". */
static size_t month_day(const sx_scan *s, size_t i) {
  size_t k = i + sx_blanks(s, i);
  double value;
  size_t n = digits_of(s, k, &value);
  if (!n || n > 2 || value < 1 || value > 12) return 0;
  k += n + sx_blanks(s, k + n);
  size_t w = sx_audit__text_word(s, k, "月份");
  if (!w) w = sx_audit__text_word(s, k, "月");
  if (!w) return 0;
  k += w;
  const size_t gap = sx_blanks(s, k);
  n = digits_of(s, k + gap, &value);
  if (!n || n > 2 || value < 1 || value > 31) return k - i;
  const size_t day = k + gap + n + sx_blanks(s, k + gap + n);
  w = sx_audit__text_word(s, day, "日") + sx_audit__text_word(s, day, "号");
  return (w ? day + w : k) - i;
}

static bool chinese_date(sx_found *f, const sx_scan *s) {
  const size_t i = f->number_to + sx_blanks(s, f->number_to);
  size_t w = sx_audit__text_word(s, i, "年");
  if (w && year(f)) return is(f, SX_MARK_DATE, i + w + month_day(s, i + w));
  if (w && plain_digits(f, 2) && sx_audit__text_word_before(s, f->from, "’")) return is(f, SX_MARK_DATE, i + w);
  const size_t n = month_day(s, f->from);
  if (n && whole(f) && !sx_audit__text_word_before(s, f->from, "个")) return is(f, SX_MARK_DATE, f->from + n);
  w = sx_audit__text_word(s, i, "日") + sx_audit__text_word(s, i, "号");
  if (w && whole(f) && f->value >= 1 && f->value <= 31 && !sx_audit__text_word(s, i, "日均") &&
      !sx_audit__text_word(s, i, "号线"))
    return is(f, SX_MARK_DATE, i + w);
  return false;
}

static bool english_date(sx_found *f, const sx_scan *s) {
  size_t back = f->from;
  while (back && (s->g[back - 1].c == ' ' || s->g[back - 1].c == ',')) back--;
  const bool after_month = back && sx_is_latin(s->g[back - 1].c) && SX_ANY_BEFORE(s, back, months) > 0;
  const size_t i = f->number_to + sx_blanks(s, f->number_to);
  const bool before_month = SX_ANY(s, i, months) > 0;
  if (whole(f) && f->value >= 1 && f->value <= 31 && (before_month || (after_month && !year(f))))
    return is(f, SX_MARK_DATE, f->number_to);
  return year(f) && after_month && is(f, SX_MARK_DATE, f->number_to);
}

/* The description of a drawing: a colon parts a name from its value. */
static bool is_description(const sx_scan *s) {
  return sx_audit__reference_of(s->part->runs[0].reference, SX_REF_DRAWING) != NULL;
}

/* 12:30, and not "iPhone 16：30.0%". */
static bool time_of_day(const sx_found *f, const sx_scan *s) {
  double minutes;
  const uint32_t c = sx_glyph_at(s, f->number_to), behind = sx_glyph_at(s, f->number_to + 3);
  if ((c != ':' && c != 0xFF1A) || f->value >= 25 || is_description(s)) return false;
  if (digits_of(s, f->number_to + 1, &minutes) != 2 || minutes >= 60) return false;
  return behind != '%' && !(behind == '.' && sx_is_digit(sx_glyph_at(s, f->number_to + 4)));
}

static bool date(sx_found *f, const sx_scan *s) {
  if (year(f)) {
    const size_t n = numeric_date(s, f->number_to);
    const size_t end = f->number_to + n;
    if (n && !sx_is_digit(sx_glyph_at(s, end)) &&
        !(sx_glyph_at(s, end) == '.' && sx_is_digit(sx_glyph_at(s, end + 1)))) {
      const size_t w = sx_audit__text_word(s, end, "年");
      return is(f, SX_MARK_DATE, end + w);
    }
  }
  if ((plain_digits(f, 2) || plain_digits(f, 1)) && time_of_day(f, s)) return is(f, SX_MARK_DATE, f->number_to + 3);
  if (chinese_date(f, s) || english_date(f, s)) return true;
  if (plain_digits(f, 4) && year(f) && sx_glyph_at(s, f->number_to) == 's' &&
      !sx_is_latin(sx_glyph_at(s, f->number_to + 1)))
    return is(f, SX_MARK_DATE, f->number_to + 1);
  return false;
}

/* A bare 1900 to 2100, once it is known that no unit follows. */
static bool bare_year(sx_found *f, const sx_scan *s) {
  if (!plain_digits(f, 4) || f->value < 1900 || f->value > 2100) return false;
  const uint32_t before = f->from ? s->g[f->from - 1].c : 0;
  if (before == '$' || before == 0xA5 || before == '#') return false;
  sx_found probe = *f;
  probe.to = probe.number_to;
  sx_audit__text_unit(&probe, s);
  if (probe.has_unit && !(probe.unit.share == SX_AUDIT_PERCENT && sx_blanks(s, f->number_to)))
    return false; /* a head: 2024 % */
  return is(f, SX_MARK_DATE, f->number_to);
}

/* ---- ages and cohorts -------------------------------------------------------------------------------------------- */

static bool age(sx_found *f, const sx_scan *s) {
  static const char *const mean[] = {"平均年龄", "平均年龄为", "平均",   "均值", "平均为",
                                     "中位数为", "年龄为",     "寿命为", "寿命", "中位年龄为"};
  static const char *const old[] = {"years old", "-year-old", "-year-olds", "years of age", "year-olds"};
  static const char *const aged[] = {"aged",      "age",        "ages",  "aged between",
                                     "aged over", "aged under", "over-", "under-"};
  const size_t i = f->number_to + sx_blanks(s, f->number_to);
  const size_t w = sx_audit__text_word(s, i, "周岁") + sx_audit__text_word(s, i, "岁");
  size_t back = f->from;
  while (back && s->g[back - 1].c == ' ') back--;
  if (w) return whole(f) && !SX_ANY_BEFORE(s, back, mean) && is(f, SX_MARK_AGE, i + w);
  const size_t o = SX_ANY(s, i, old);
  if (o && whole(f)) return is(f, SX_MARK_AGE, i + o);
  static const char *const over[] = {"and over",  "and older",      "or over",       "or older",
                                     "and above", "years and over", "years or older"};
  if (whole(f) && f->value < 120 && SX_ANY(s, i, over)) return is(f, SX_MARK_AGE, f->number_to);
  return whole(f) && f->value < 120 && SX_ANY_BEFORE(s, back, aged) && is(f, SX_MARK_AGE, f->number_to);
}

/* “95后”, 00 后: born from then on. */
static bool generation(sx_found *f, const sx_scan *s) {
  const size_t i = f->number_to + sx_blanks(s, f->number_to);
  const size_t w = sx_audit__text_word(s, i, "后");
  static const char *const later[] = {"后续", "后台", "后期", "后者", "后来"};
  if (!w || !plain_digits(f, 2) || SX_ANY(s, i, later)) return false;
  const unsigned last = s->g[f->number_to - 1].c - '0';
  return (last == 0 || last == 5) && is(f, SX_MARK_NAME, i + w);
}

/* ---- sections, figures, pages, ordinals -------------------------------------------------------------------------- */

/* "3-1", "2.1.4" behind a number of a section or figure. */
static size_t more_levels(const sx_scan *s, size_t i) {
  size_t k = i;
  while ((sx_glyph_at(s, k) == '.' || sx_glyph_at(s, k) == '-') && sx_is_digit(sx_glyph_at(s, k + 1))) {
    for (k++; sx_is_digit(sx_glyph_at(s, k));) k++;
  }
  return k;
}

static bool ordinal(sx_found *f, const sx_scan *s) {
  static const char *const sections[] = {"章", "节", "条", "款", "部分", "页", "卷", "篇"};
  static const char *const ends[] = {"st", "nd", "rd", "th"};
  size_t back = f->from;
  while (back && s->g[back - 1].c == ' ') back--;
  if (sx_audit__text_word_before(s, back, "第")) {
    const size_t i = f->number_to + sx_blanks(s, f->number_to);
    return is(f, SX_ANY(s, i, sections) ? SX_MARK_SECTION : SX_MARK_ORDINAL, f->number_to);
  }
  const size_t n = whole(f) ? SX_ANY(s, f->number_to, ends) : 0;
  if (n) return is(f, SX_MARK_ORDINAL, f->number_to + n);
  const size_t i = f->number_to + sx_blanks(s, f->number_to), w = whole(f) ? sx_audit__text_word(s, i, "届") : 0;
  return w && is(f, SX_MARK_ORDINAL, i + w);
}

/* 图 3, 表1, Figure 2, §4, No. 5: not 代表, 地图. */
static bool caption_number(sx_found *f, const sx_scan *s) {
  static const char *const marks[] = {"附录",    "附件",    "附表",     "附图",  "专栏",   "案例",    "§",
                                      "Figure",  "Figures", "Fig.",     "Table", "Tables", "Section", "Sections",
                                      "Chapter", "Annex",   "Appendix", "Box",   "No.",    "Step",    "page",
                                      "pages",   "Note",    "Equation", "Part",  "Art.",   "Article"};
  static const char *const not_figure[] = {"地", "版", "企", "意", "试", "力", "截", "蓝", "贪", "妄", "绘"};
  static const char *const not_table[] = {"代", "发", "外", "仪", "手", "钟", "填", "报表达", "智能手"};
  size_t back = f->from;
  while (back && (s->g[back - 1].c == ' ' || s->g[back - 1].c == 0xA0)) back--;
  bool yes = SX_ANY_BEFORE(s, back, marks) > 0;
  if (sx_audit__text_word_before(s, back, "图")) yes = !SX_ANY_BEFORE(s, back - 1, not_figure);
  if (sx_audit__text_word_before(s, back, "表")) yes = !SX_ANY_BEFORE(s, back - 1, not_table);
  if (sx_audit__text_word_before(s, back, "注")) yes = back == 1 || !sx_is_han(sx_glyph_at(s, back - 2));
  return yes && is(f, SX_MARK_SECTION, more_levels(s, f->number_to));
}

/* The first thing of a paragraph: "1. ", "2、", "3.1 用户", "(4)". */
static bool item_number(sx_found *f, const sx_scan *s) {
  size_t first = 0;
  const bool cell = s->kind == SX_PART_CELL || s->kind == SX_PART_FIGURE;
  while (sx_glyph_at(s, first) == ' ' || sx_glyph_at(s, first) == '(' || sx_glyph_at(s, first) == 0xFF08) first++;
  if (f->from != first || cell) return false;
  const size_t end = more_levels(s, f->number_to);
  const uint32_t c = sx_glyph_at(s, end), next = sx_glyph_at(s, end + 1);
  const bool bracket = first && (c == ')' || c == 0xFF09) && plain_digits(f, f->number_to - f->from) && f->value < 100;
  if (bracket && first == 1) return is(f, SX_MARK_SECTION, end);
  if (first || f->value >= 100) return false;
  if (c == 0x3001 && whole(f) && !sx_is_digit(next)) return is(f, SX_MARK_SECTION, end); /* 、 */
  if ((c == '.' || c == ')') && whole(f) && (next == ' ' || sx_is_han(next))) return is(f, SX_MARK_SECTION, end);
  sx_found probe = *f;
  probe.to = probe.number_to;
  sx_audit__text_unit(&probe, s);
  const bool levels = end > f->number_to || f->decimals > 0;
  if (c == ' ' && !probe.has_unit && (levels || s->kind == SX_PART_HEADING) && (sx_is_han(next) || sx_is_latin(next)))
    return is(f, SX_MARK_SECTION, end);
  return false;
}

/* The page behind the dots or the tab of a table of contents, and a page's number alone on its line. */
static bool page_number(sx_found *f, const sx_scan *s) {
  if (s->form != SX_TEXT_PLAIN || !whole(f) || f->value >= 10000) return false;
  size_t back = f->from, end = f->number_to;
  while (end < s->n && s->g[end].c == ' ') end++;
  if (end < s->n) return false;
  while (back && s->g[back - 1].c == ' ') back--;
  if (!back) return is(f, SX_MARK_SECTION, f->number_to);
  const uint32_t c = s->g[back - 1].c;
  return (c == '\t' || c == 0x2026 || (c == '.' && back > 1 && s->g[back - 2].c == '.')) &&
         is(f, SX_MARK_SECTION, f->number_to);
}

/* ---- levels and names -------------------------------------------------------------------------------------------- */

static bool level(sx_found *f, const sx_scan *s) {
  static const char *const before[] = {
      "置信水平", "置信水平为", "置信度", "置信度为", "confidence level of", "intervals are", "level of confidence of"};
  static const char *const words[] = {"置信",       "区间",       "CI",    "confidence",   "interval",
                                      "水平的置信", "显著性水平", "level", "significance", "uncertainty"};
  size_t i = f->number_to + sx_blanks(s, f->number_to);
  const size_t w =
      sx_audit__text_word(s, i, "%") + sx_audit__text_word(s, i, "per cent") + sx_audit__text_word(s, i, "percent");
  if (!w) return false;
  size_t back = f->from;
  while (back && s->g[back - 1].c == ' ') back--;
  if (SX_ANY_BEFORE(s, back, before)) return is(f, SX_MARK_LEVEL, i + w);
  i += w;
  size_t k = i + sx_blanks(s, i);
  k += sx_audit__text_word(s, k, "的");
  return SX_ANY(s, k, words) && is(f, SX_MARK_LEVEL, i);
}

static bool in_quotes(const sx_found *f, const sx_scan *s) {
  static const uint32_t open[] = {0x201C, 0x2018, '"', 0x300C, 0x300E}, close[] = {0x201D, 0x2019, '"', 0x300D, 0x300F};
  const uint32_t a = f->from ? s->g[f->from - 1].c : 0, b = sx_glyph_at(s, f->number_to);
  for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
    if (a == open[i] && b == close[i]) return true;
  }
  return false;
}

/* Letters stuck to the digits (5G, 3C, MP3 is the word's affair), versions (2.0), brands and days (36氪, “315”, 双11, 12306 热线). */
static bool name(sx_found *f, const sx_scan *s) {
  static const char *const behind[] = {"世纪", "号线", "号文", "号文件",     "氪",    "晚会",
                                       "热线", "高校", "工程", "购物节",     "路",    "大促",
                                       "版本", "时代", "版",   "阶段的雏形", "公众号"};
  static const char *const hotlines[] = {"12315", "12306", "12345", "12308", "12320"};
  static const char *const before[] = {"双", "GB/T", "GB", "ISO", "HJ"};
  const size_t i = f->number_to + sx_blanks(s, f->number_to);
  size_t back = f->from;
  if (in_quotes(f, s)) return is(f, SX_MARK_NAME, f->number_to);
  for (size_t k = 0; k < sizeof hotlines / sizeof *hotlines; k++) {
    if (plain_digits(f, 5) && sx_audit__text_word(s, f->from, hotlines[k])) return is(f, SX_MARK_NAME, f->number_to);
  }
  const size_t w = SX_ANY(s, i, behind);
  if (w) return is(f, SX_MARK_NAME, i + w);
  while (back && s->g[back - 1].c == ' ') back--;
  if (whole(f) && SX_ANY_BEFORE(s, back, before) && !SX_ANY_BEFORE(s, back, (const char *const[]){"无双"}))
    return is(f, SX_MARK_NAME, f->number_to);
  if (!plain_digits(f, f->number_to - f->from) || f->number_to - f->from < 8 || s->kind == SX_PART_CELL) return false;
  sx_found probe = *f; /* a telephone, a code */
  probe.to = probe.number_to;
  sx_audit__text_unit(&probe, s);
  return !probe.has_unit && is(f, SX_MARK_NAME, f->number_to);
}

/* "iPhone 15", "Windows 11" in Chinese prose: a Latin word before, no unit behind; "2.0" without a unit is a version. */
static bool versioned(sx_found *f, const sx_scan *s) {
  size_t back = f->from;
  while (back && s->g[back - 1].c == ' ') back--;
  const bool stuck = f->from > 1 && s->g[f->from - 1].c == '-' && sx_is_latin(s->g[f->from - 2].c);
  if (stuck) return is(f, SX_MARK_NAME, f->number_to);
  if (s->kind == SX_PART_CELL || s->kind == SX_PART_FIGURE) return false;
  const bool point_zero = f->decimals == 1 && s->g[f->number_to - 1].c == '0' && f->value < 20;
  const bool latin = s->chinese && back && back < f->from && sx_is_latin(s->g[back - 1].c) && f->value < 100;
  if (!point_zero && !latin) return false;
  sx_found probe = *f;
  probe.to = probe.number_to;
  sx_audit__text_unit(&probe, s);
  if (probe.has_unit) return false;
  const uint32_t next = sx_glyph_at(s, f->number_to);
  if (next == 0x3001 || next == '-' || next == 0x2013 || next == '~')
    return false; /* a list or range: its unit comes later */
  return is(f, SX_MARK_NAME, f->number_to);
}

/* 2.0.1, 10.1.2.3 */
static bool dotted(sx_found *f, const sx_scan *s) {
  if (sx_glyph_at(s, f->number_to) != '.' || !sx_is_digit(sx_glyph_at(s, f->number_to + 1)) || !f->decimals)
    return false;
  return is(f, SX_MARK_NAME, more_levels(s, f->number_to));
}

bool sx_audit__text_no_quantity(sx_found *f, const sx_scan *s) {
  return date(f, s) || ordinal(f, s) || caption_number(f, s) || generation(f, s) || age(f, s) || level(f, s) ||
         dotted(f, s) || item_number(f, s) || page_number(f, s) || name(f, s) || versioned(f, s) || bare_year(f, s);
}
