/* audit_text_number.c: numerals: 1,234.5; 三千二百万; and numbers in words that are quantities: 三分之一, 近六成, 一半, two thirds. */
#include <math.h>
#include <string.h>

#include "audit_text_priv.h"

/* ---- Arabic ------------------------------------------------------------------------------------------------------ */

static bool three_digits(const sx_scan *s, size_t i) {
  for (size_t k = 0; k < 3; k++) {
    if (!sx_is_digit(sx_glyph_at(s, i + k))) return false;
  }
  return !sx_is_digit(sx_glyph_at(s, i + 3));
}

static size_t digits_at(const sx_scan *s, size_t i) {
  size_t k = 0;
  while (sx_is_digit(sx_glyph_at(s, i + k))) k++;
  return k;
}

/* A separator of thousands: a comma between digits, three behind it, in a number of one to three before the first. */
static bool separator(const sx_scan *s, size_t i, size_t before) {
  const uint32_t c = sx_glyph_at(s, i);
  return (c == ',' || c == 0x2009 || c == 0x202F) && before <= 3 && three_digits(s, i + 1);
}

size_t sx_audit__text_arabic(sx_found *out, const sx_scan *s, size_t i) {
  char text[64];
  size_t n = 0, k = i, group = digits_at(s, i);
  int decimals = 0, zeros = 0;
  if (!group) return 0;
  for (;;) {
    for (size_t d = 0; d < group; d++, k++) {
      if (n + 2 < sizeof text) text[n++] = (char)s->g[k].c;
      zeros = s->g[k].c == '0' ? zeros + 1 : 0;
    }
    if (!separator(s, k, group)) break;
    k++;
    group = 3;
  }
  if (sx_glyph_at(s, k) == '.' && sx_is_digit(sx_glyph_at(s, k + 1))) {
    const size_t more = digits_at(s, ++k);
    if (n + 2 < sizeof text) text[n++] = '.';
    for (size_t d = 0; d < more; d++, k++) {
      if (n + 2 < sizeof text) text[n++] = (char)s->g[k].c;
    }
    decimals = more > 30 ? 30 : (int)more;
    zeros = 0;
  }
  if (!sx_text_to_double(&out->value, text, n)) return 0;
  out->decimals = decimals;
  out->zeros = out->value == 0 ? 0 : zeros;
  return k - i;
}

/* ---- Chinese ----------------------------------------------------------------------------------------------------- */

static int digit_of(uint32_t c) {
  static const uint32_t digits[] = {0x96F6, 0x4E00, 0x4E8C, 0x4E09, 0x56DB,
                                    0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D}; /* 零一二三四五六七八九 */
  for (int i = 0; i < 10; i++) {
    if (digits[i] == c) return i;
  }
  return c == 0x3007 ? 0 : c == 0x4E24 ? 2 : -1; /* 〇 两 */
}

static double power_of(uint32_t c) {
  switch (c) {
  case 0x5341: /* 十 */
    return 10;
  case 0x767E: /* 百 */
    return 100;
  case 0x5343: /* 千 */
    return 1000;
  case 0x4E07: /* 万 */
    return 1e4;
  case 0x4EBF: /* 亿 */
    return 1e8;
  default:
    return 0;
  }
}

bool sx_audit__text_is_numeral(uint32_t c) {
  return digit_of(c) >= 0 || power_of(c) > 0;
}

/* section: below 10^4; part: below 10^8; 一千二百万 = (1000 + 200) * 10^4. A bare 十 is ten, a bare 万亿 is 10^12. */
size_t sx_audit__text_chinese(double *value, size_t *digits, const sx_scan *s, size_t i) {
  double total = 0, part = 0, section = 0, digit = 0;
  bool open = false, any = false;
  size_t k = i;
  *digits = 0;
  for (;; k++) {
    const uint32_t c = sx_glyph_at(s, k);
    const int d = digit_of(c);
    const double power = power_of(c);
    if (d < 0 && power <= 0) break;
    if (d >= 0 && open && digit > 0) break; /* two figures side by side are no number: 三四 */
    any = true;
    if (d >= 0) {
      digit = d;
      open = true;
      *digits += 1;
    } else if (power < 1e4) {
      section += (open ? digit : section > 0 ? 0 : 1) * power;
      *digits += power < 100; /* 十 counts as a figure: 十二 */
      open = false;
      digit = 0;
    } else {
      section += digit;
      double whole = part + section;
      if (power >= 1e8 && total > 0 && whole <= 0) whole = 0;
      if (whole <= 0 && total <= 0) whole = 1;
      if (power < 1e8) {
        part = whole * power;
      } else {
        total = (total + whole) * power;
        part = 0;
      }
      section = digit = 0;
      open = false;
    }
    if (!isfinite(total) || total > 1e18) return 0;
  }
  *value = total + part + section + digit;
  return any ? k - i : 0;
}

/* ---- numbers in words: Chinese ----------------------------------------------------------------------------------- */

static sx_found words(size_t from, size_t to, double value) {
  return (sx_found){.from = from,
                    .to = to,
                    .number_to = to,
                    .kind = SX_MARK_QUANTITY,
                    .value = value,
                    .decimals = -1,
                    .scale = 1,
                    .word = "",
                    .qualifier = ""};
}

static void share(sx_found *out, double scale, const char *word) {
  out->scale = scale;
  out->word = word;
  out->has_unit = out->has_noun = true;
  out->unit = (sx_audit_unit){.mul = 1, .exp10 = scale < 0.05 ? -2 : -1, .share = SX_AUDIT_PERCENT};
}

/* 三分之一, 百分之四十六点五, 百分之46.5 */
static bool fraction(sx_found *out, const sx_scan *s, size_t i, size_t k, double whole) {
  size_t digits, at = k + sx_audit__text_word(s, k, "分之"), used;
  double part = 0;
  int decimals = -1;
  if (at == k) return false;
  sx_found number;
  if ((used = sx_audit__text_arabic(&number, s, at)) > 0) {
    part = number.value;
    decimals = number.decimals;
  } else if ((used = sx_audit__text_chinese(&part, &digits, s, at)) > 0) {
    size_t dot = at + used + sx_audit__text_word(s, at + used, "点");
    double unit = 0.1;
    for (; dot > at + used && digit_of(sx_glyph_at(s, dot)) >= 0; dot++, unit /= 10, decimals++) {
      part += unit * digit_of(s->g[dot].c);
      if (decimals < 0) decimals = 0;
    }
    if (decimals >= 0) used = dot - at;
    if (decimals < 0 && whole >= 100) decimals = 0;
  }
  if (!used || !(whole > 0)) return false;
  const bool per_cent = fabs(whole - 100) < 0.5;
  *out = words(i, at + used, per_cent ? part : part / whole);
  out->decimals = per_cent ? decimals : -1;
  if (per_cent) share(out, 0.01, "%");
  return true;
}

/* 近六成, 三成五; not 成为, 一成不变, 九成新 */
static bool tenths(sx_found *out, const sx_scan *s, size_t i, size_t k, double value) {
  static const char *const others[] = {"为", "立", "功", "本", "果", "长", "员", "都", "就", "熟", "效", "型",
                                       "分", "绩", "不", "新", "人", "品", "交", "形", "了", "家", "千", "群"};
  size_t end = k + sx_audit__text_word(s, k, "成");
  if (end == k || value < 1 || value > 10 || SX_ANY(s, end, others)) return false;
  const int half = digit_of(sx_glyph_at(s, end));
  if (half > 0 && !sx_audit__text_is_numeral(sx_glyph_at(s, end + 1))) {
    value += half / 10.0;
    end++;
  }
  *out = words(i, end, value);
  share(out, 0.1, "成");
  return true;
}

static bool half(sx_found *out, const sx_scan *s, size_t i) {
  static const char *const spans[] = {"年", "月", "天", "个", "小时", "径", "场", "岛", "导体", "价", "成品", "路"};
  static const char *const before[] = {"近", "过", "超", "超过", "逾", "约"};
  const size_t one = sx_audit__text_word(s, i, "一半"), most = sx_audit__text_word(s, i, "半数"),
               bare = sx_audit__text_word(s, i, "半");
  const size_t n = one ? one : most ? most : bare && SX_ANY_BEFORE(s, i, before) ? bare : 0;
  if (!n || SX_ANY(s, i + n, spans) || sx_audit__text_word_before(s, i, "另") || sx_audit__text_word_before(s, i, "上"))
    return false;
  *out = words(i, i + n, 0.5);
  return true;
}

static bool multiple(sx_found *out, size_t from, size_t to, double value) {
  *out = words(from, to, value);
  out->word = "倍";
  out->has_unit = out->has_noun = true;
  out->unit = (sx_audit_unit){.mul = 1};
  return true;
}

/* 翻一番, 翻了两番 */
static bool doubled(sx_found *out, const sx_scan *s, size_t i) {
  size_t k = i + sx_audit__text_word(s, i, "翻"), digits;
  double times = 1;
  if (k == i) return false;
  k += sx_audit__text_word(s, k, "了");
  k += sx_audit__text_chinese(&times, &digits, s, k);
  const size_t end = k + sx_audit__text_word(s, k, "番");
  if (end == k || sx_audit__text_word(s, end, "茄") || times < 1 || times > 10) return false;
  return multiple(out, i, end, pow(2, times));
}

/* Whether a Chinese number with the unit behind it is a quantity: units that measure, counts of more than one character, and those of bodies that
 * issue or report something (五部门); a single 一 or 三 before another measure word is grammar. */
static bool counts(const sx_scan *s, size_t i, size_t n, size_t digits, const sx_found *f) {
  static const char *const before[] = {"超", "超过", "过", "突破", "破", "近", "接近", "达", "达到", "逾", "约", "了"};
  const sx_audit_unit *u = &f->unit;
  const double value = f->value;
  static const char *const counted[] = {"部门", "个部门"};
  if (digits && SX_ANY(s, i + n, counted) && !sx_audit__text_word_before(s, i, "一")) return value >= 2;
  if (!digits) return value >= 1e4 && SX_ANY_BEFORE(s, i, before) && !sx_audit__text_word_before(s, i, "最近");
  if (!f->has_unit) return value >= 1e4 && n > 1;
  if (u->share != SX_AUDIT_LEVEL || strcmp(f->word, "倍") == 0) return true;
  if (u->dims[SX_AUDIT_SECOND] || u->dims[SX_AUDIT_MONTH] || u->dims[SX_AUDIT_AGE]) return false;
  if (u->scale10 >= 4 || value >= 1e4) return true;
  return n > 1 || strcmp(f->qualifier, "over") == 0;
}

/* Figures behind a Chinese point, and their value: 九点四七. A time of day (三点五十分) has none. */
static size_t decimals_at(double *value, int *decimals, const sx_scan *s, size_t i) {
  size_t k = i + sx_audit__text_word(s, i, "点");
  double unit = 0.1;
  *decimals = 0;
  for (; k > i && digit_of(sx_glyph_at(s, k)) >= 0; k++, unit /= 10, ++*decimals) *value += unit * digit_of(s->g[k].c);
  return *decimals ? k - i : 0;
}

size_t sx_audit__text_numerals(const sx_scan *s, size_t i) {
  size_t k = i;
  for (;;) {
    double ignored = 0;
    int decimals;
    const size_t point = k > i ? decimals_at(&ignored, &decimals, s, k) : 0;
    if (!point && !sx_audit__text_is_numeral(sx_glyph_at(s, k))) return k - i;
    k += point ? point : 1;
  }
}

/* 九点四七亿人: wants a unit that is no time. */
static bool chinese_decimal(sx_found *out, const sx_scan *s, size_t i, size_t n, double value) {
  static const char *const times[] = {"分钟", "刻", "钟"};
  int decimals;
  const size_t more = decimals_at(&value, &decimals, s, i + n), end = i + n + more;
  const uint32_t next = sx_glyph_at(s, end);
  if (!more || SX_ANY(s, end, times) || next == 0x5341 || next == 0x767E || next == 0x5343) return false; /* 十 百 千 */
  if (tenths(out, s, i, end, value)) return true;
  *out = words(i, end, value);
  out->decimals = decimals;
  sx_audit__text_unit(out, s);
  sx_audit__text_qualifier(out, s);
  return out->has_unit;
}

static bool chinese_words(sx_found *out, const sx_scan *s, size_t i) {
  double value = 0;
  size_t digits;
  if (half(out, s, i) || doubled(out, s, i)) return true;
  const size_t n = sx_audit__text_chinese(&value, &digits, s, i);
  if (!n || sx_audit__text_word_before(s, i, "第") || sx_audit__text_word_before(s, i, "数") ||
      sx_audit__text_word_before(s, i, "几"))
    return false;
  if (fraction(out, s, i, i + n, value) || tenths(out, s, i, i + n, value)) return true;
  if (sx_audit__text_numerals(s, i) > n) return chinese_decimal(out, s, i, n, value); /* 三四亿: not the half of it */
  sx_found f = words(i, i + n, value);
  f.scale = 1;
  sx_audit__text_unit(&f, s);
  sx_audit__text_qualifier(&f, s);
  if (!counts(s, i, n, digits, &f)) return false;
  *out = f;
  return true;
}

bool sx_audit__text_ordinal(sx_found *out, const sx_scan *s, size_t i) {
  static const char *const sections[] = {"章", "节", "条", "款", "部分", "页", "卷", "篇"};
  double value = 0;
  size_t digits, year = 0;
  while (year < 4 && digit_of(sx_glyph_at(s, i + year)) >= 0) year++;
  if (year == 4 && sx_audit__text_word(s, i + 4, "年")) {
    *out = words(i, i + 5, 0);
    for (size_t k = 0; k < 4; k++) out->value = out->value * 10 + digit_of(s->g[i + k].c);
    out->kind = SX_MARK_DATE;
    return true;
  }
  if (!sx_audit__text_word_before(s, i, "第")) return false;
  const size_t n = sx_audit__text_chinese(&value, &digits, s, i);
  if (!n) return false;
  *out = words(i, i + n, value);
  out->kind = SX_ANY(s, i + n, sections) ? SX_MARK_SECTION : SX_MARK_ORDINAL;
  return true;
}

/* ---- numbers in words: English ----------------------------------------------------------------------------------- */

static const struct {
  const char *word;
  double value;
} small[] = {{"one", 1},      {"two", 2},        {"three", 3},     {"four", 4},      {"five", 5},
             {"six", 6},      {"seven", 7},      {"eight", 8},     {"nine", 9},      {"ten", 10},
             {"eleven", 11},  {"twelve", 12},    {"thirteen", 13}, {"fourteen", 14}, {"fifteen", 15},
             {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19}, {"zero", 0}},
  tens[] = {{"twenty", 20}, {"thirty", 30},  {"forty", 40},  {"fifty", 50},
            {"sixty", 60},  {"seventy", 70}, {"eighty", 80}, {"ninety", 90}},
  scales[] = {{"thousand", 1e3}, {"million", 1e6}, {"billion", 1e9}, {"trillion", 1e12}},
  parts[] = {{"third", 3}, {"thirds", 3}, {"quarter", 4}, {"quarters", 4},
             {"fifth", 5}, {"fifths", 5}, {"tenth", 10},  {"tenths", 10}};
enum { N_SMALL = sizeof small / sizeof *small, N_TENS = sizeof tens / sizeof *tens };

/* Below a hundred: seven, forty-seven. */
static size_t small_at(double *value, const sx_scan *s, size_t i) {
  const uint32_t first = sx_glyph_at(s, i) | 0x20; /* of ASCII: a small letter */
  for (size_t k = 0; k < N_SMALL; k++) {
    if ((uint32_t)small[k].word[0] != first) continue;
    const size_t n = sx_audit__text_word(s, i, small[k].word);
    *value = small[k].value;
    if (n) return n;
  }
  for (size_t t = 0; t < N_TENS; t++) {
    if ((uint32_t)tens[t].word[0] != first) continue;
    const size_t n = sx_audit__text_word(s, i, tens[t].word);
    const uint32_t c = sx_glyph_at(s, i + n);
    *value = tens[t].value;
    for (size_t k = 0; n && k < 9 && (c == '-' || c == ' '); k++) {
      const size_t m = sx_audit__text_word(s, i + n + 1, small[k].word);
      if (!m) continue;
      *value += small[k].value;
      return n + 1 + m;
    }
    if (n) return n;
  }
  return 0;
}

static size_t scale_word(double *value, const sx_scan *s, size_t i) {
  for (size_t k = 0; k < sizeof scales / sizeof *scales; k++) {
    const size_t n = sx_audit__text_word(s, i, scales[k].word);
    *value = scales[k].value;
    if (n) return n;
  }
  return 0;
}

/* A number in words while it is read: total of the groups that have their scale, and the group at hand. */
typedef struct spelled {
  double total, group, scale;
  size_t to, scale_at; /* scale_at: where the last scale begins */
  int words, scales, decimals;
  bool closed, joins; /* nothing may be added to the group; "and" may follow */
} spelled;

/* "point four seven" behind a group. */
static size_t spelled_point(spelled *w, const sx_scan *s, size_t i) {
  size_t k = i + sx_audit__text_word(s, i, "point"), n;
  double digit, unit = 0.1;
  for (; k > i && (n = small_at(&digit, s, k + sx_blanks(s, k))) > 0 && digit < 10; unit /= 10, w->decimals++) {
    w->group += unit * digit;
    k += sx_blanks(s, k) + n;
  }
  return w->decimals ? k - i : 0;
}

/* The next word of it at i: glyphs; 0: it ends. */
static size_t spelled_word(spelled *w, const sx_scan *s, size_t i) {
  double value;
  size_t n = w->closed ? 0 : small_at(&value, s, i);
  if (n) {
    w->group += value;
    w->closed = true;
    w->joins = false;
  } else if (w->group > 0 && w->group < 100 && !w->decimals && (n = sx_audit__text_word(s, i, "hundred")) > 0) {
    w->group *= 100;
    w->closed = false;
    w->joins = true;
  } else if (w->group > 0 && (n = scale_word(&value, s, i)) > 0) {
    w->total += w->group * value;
    w->scale = value;
    w->scale_at = w->to;
    w->group = 0;
    w->closed = w->decimals > 0;
    w->joins = true;
    w->scales++;
  } else if (w->group > 0 && w->closed && !w->decimals) {
    n = spelled_point(w, s, i);
  }
  return n;
}

/* nine hundred and forty-seven, two million three hundred thousand, nine point five: all of it. */
static spelled spell(const sx_scan *s, size_t i) {
  spelled w = {.to = i};
  double ignored;
  const size_t a = sx_audit__text_word(s, i, "a");
  if (a && (sx_audit__text_word(s, i + a + 1, "hundred") || scale_word(&ignored, s, i + a + 1))) {
    w.group = w.closed = 1;
    w.to = i + a;
  }
  for (;;) {
    size_t at = w.to;
    if (at > i && sx_glyph_at(s, at) != ' ' && sx_glyph_at(s, at) != '-') break;
    if (at > i) at += sx_glyph_at(s, at) == '-' ? 1 : sx_blanks(s, at);
    const size_t and = w.joins ? sx_audit__text_word(s, at, "and") : 0;
    if (and&&!small_at(&ignored, s, at + and+sx_blanks(s, at + and))) break;
    if (and) at += and+sx_blanks(s, at + and);
    const size_t n = spelled_word(&w, s, at);
    if (!n) break;
    w.to = at + n;
    w.words++;
  }
  return w;
}

size_t sx_audit__text_spelled(const sx_scan *s, size_t i) {
  return spell(s, i).to - i;
}

/* six in ten, one out of five */
static bool english_in(sx_found *out, const sx_scan *s, size_t i, size_t k, double count) {
  static const char *const words_in[] = {"in", "in every", "out of", "out of every"};
  double whole;
  const size_t at = k + sx_blanks(s, k), in = SX_ANY(s, at, words_in), below = at + in + sx_blanks(s, at + in);
  const spelled w = in ? spell(s, below) : (spelled){.to = below};
  whole = w.total + w.group;
  if (!in || w.to == below || w.decimals || whole < 2 || whole > 1000 || count >= whole) return false;
  *out = words(i, w.to, count / whole);
  return true;
}

/* twice as many, three times as large */
static bool english_times(sx_found *out, const sx_scan *s, size_t i, size_t k, double count) {
  const size_t twice = sx_audit__text_word(s, i, "twice"), at = twice ? i + twice : k + sx_blanks(s, k);
  const size_t end = twice ? at : at + sx_audit__text_word(s, at, "times");
  if ((!twice && end == at) || !sx_audit__text_word(s, end + sx_blanks(s, end), "as")) return false;
  return multiple(out, i, end, twice ? 2 : count);
}

static bool english_half(sx_found *out, const sx_scan *s, size_t i) {
  static const char *const before[] = {"first", "second",  "latter", "other", "a-",       "year and a",
                                       "half-", "this",    "last",   "next",  "each",     "every",
                                       "per",   "half on", "on-",    "whole", "previous", "half to"};
  static const char *const after[] = {"-year", "year", "a year", "-hour", "hour", "an hour", "on half", "to half"};
  const size_t n = sx_audit__text_word(s, i, "half");
  size_t back = i;
  while (back && s->g[back - 1].c == ' ') back--;
  if (!n) return false;
  const size_t next = i + n + sx_blanks(s, i + n);
  if (SX_ANY_BEFORE(s, back, before) || SX_ANY(s, next, after)) return false;
  if (sx_audit__text_word_before(s, back, "the") && !sx_audit__text_word(s, next, "of")) return false; /* of the year */
  if (sx_glyph_at(s, i + n) == '-') return false;
  *out = words(i, i + n, 0.5);
  double scale;
  const size_t a = sx_audit__text_word(s, i + n + sx_blanks(s, i + n), "a"), at = i + n + sx_blanks(s, i + n) + a;
  if (!a || !scale_word(&scale, s, at + sx_blanks(s, at))) return true;
  out->to = out->number_to = at; /* half a million */
  sx_audit__text_unit(out, s);
  sx_audit__text_qualifier(out, s);
  return true;
}

/* two thirds, a quarter, one-fifth */
static bool english_part(sx_found *out, const sx_scan *s, size_t i, size_t k, double count) {
  const uint32_t c = sx_glyph_at(s, k);
  if (c != ' ' && c != '-') return false;
  for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
    const size_t n = sx_audit__text_word(s, k + 1, parts[p].word);
    if (!n || count >= parts[p].value) continue;
    const size_t end = k + 1 + n;
    const bool of = sx_audit__text_word(s, end + sx_blanks(s, end), "of") > 0;
    if (count < 2 && !of) return false; /* "a third wave" */
    *out = words(i, end, count / parts[p].value);
    return true;
  }
  return false;
}

/* nine hundred and forty-seven million people; in small numbers only per cents and what has a scale. */
static bool english_number(sx_found *out, const sx_scan *s, size_t i) {
  const spelled w = spell(s, i);
  const bool scaled = w.scales == 1 && w.group <= 0 && w.scale >= 1e6; /* the unit takes the scale */
  const double value = scaled ? w.total / w.scale : w.total + w.group;
  if (!w.words) return false;
  sx_found f = words(i, scaled ? w.scale_at : w.to, value);
  sx_audit__text_unit(&f, s);
  sx_audit__text_qualifier(&f, s);
  if (f.to < w.to) f.to = w.to;
  const sx_audit_unit *u = &f.unit;
  const bool large =
      w.total + w.group >= 100 && !u->dims[SX_AUDIT_SECOND] && !u->dims[SX_AUDIT_MONTH] && !u->dims[SX_AUDIT_AGE];
  if (!f.has_unit && w.total + w.group < 1e4) return false;
  if (f.has_unit && u->share == SX_AUDIT_LEVEL && u->scale10 < 6 && !large) return false;
  if (w.words > 1 + scaled || w.decimals) {
    f.decimals = w.decimals;
    for (double rest = value; !w.decimals && rest >= 10 && fmod(rest, 10) < 0.5; rest /= 10) f.zeros++;
  }
  *out = f;
  return true;
}

static bool english_words(sx_found *out, const sx_scan *s, size_t i) {
  double value = 0;
  if (english_half(out, s, i) || english_times(out, s, i, i, 0)) return true;
  const size_t a = sx_audit__text_word(s, i, "a"), n = a ? 0 : small_at(&value, s, i);
  if (a && english_part(out, s, i, i + a, 1)) return true;
  if (n && (english_part(out, s, i, i + n, value) || english_in(out, s, i, i + n, value) ||
            english_times(out, s, i, i + n, value)))
    return true;
  return english_number(out, s, i);
}

bool sx_audit__text_in_words(sx_found *out, const sx_scan *s, size_t i) {
  const uint32_t c = sx_glyph_at(s, i);
  if (sx_is_latin(c)) return english_words(out, s, i);
  return (sx_audit__text_is_numeral(c) || c == 0x534A || c == 0x7FFB) && chinese_words(out, s, i); /* 半 翻 */
}
