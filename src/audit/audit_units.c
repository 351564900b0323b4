/* audit_units.c: units of published figures, in Chinese and English: a scale word, a noun, or both, or a noun per a noun. */
#include "audit_units.h"

#include <math.h>
#include <string.h>

typedef struct scale {
  const char *text;
  int exp10;
} scale;

/* Longest first where one begins another. */
static const scale scales[] = {{"万亿", 12}, {"千亿", 11},     {"百亿", 10},   {"十亿", 9},    {"亿", 8},
                               {"千万", 7},  {"百万", 6},      {"十万", 5},    {"万", 4},      {"千", 3},
                               {"百", 2},    {"trillion", 12}, {"billion", 9}, {"million", 6}, {"thousand", 3},
                               {"trn", 12},  {"tn", 12},       {"bn", 9},      {"mn", 6},      {"k", 3}};
enum { N_SCALES = sizeof scales / sizeof *scales };

typedef struct noun {
  const char *text;
  int dim; /* sx_audit_dim, or one below */
  int exp10;
  int32_t mul;
} noun;
enum { NONE = -1, PERCENT = -2, POINTS = -3 };

static const noun nouns[] = {
    {"%", PERCENT, -2, 1},
    {"％", PERCENT, -2, 1},
    {"per cent", PERCENT, -2, 1},
    {"percent", PERCENT, -2, 1},
    {"‰", PERCENT, -3, 1},
    {"个百分点", POINTS, -2, 1},
    {"百分点", POINTS, -2, 1},
    {"percentage points", POINTS, -2, 1},
    {"percentage point", POINTS, -2, 1},
    {"points", POINTS, -2, 1},
    {"pp", POINTS, -2, 1},
    {"倍", NONE, 0, 1},
    {"-fold", NONE, 0, 1},
    {"fold", NONE, 0, 1},
    {"ratio", NONE, 0, 1},
    {"人次", SX_AUDIT_VISIT, 0, 1},
    {"visits", SX_AUDIT_VISIT, 0, 1},
    {"visit", SX_AUDIT_VISIT, 0, 1},
    {"trips", SX_AUDIT_VISIT, 0, 1},
    {"人", SX_AUDIT_PERSON, 0, 1},
    {"名", SX_AUDIT_PERSON, 0, 1},
    {"people", SX_AUDIT_PERSON, 0, 1},
    {"persons", SX_AUDIT_PERSON, 0, 1},
    {"person", SX_AUDIT_PERSON, 0, 1},
    {"users", SX_AUDIT_PERSON, 0, 1},
    {"user", SX_AUDIT_PERSON, 0, 1},
    {"head", SX_AUDIT_PERSON, 0, 1},
    {"用户", SX_AUDIT_PERSON, 0, 1},
    {"网民", SX_AUDIT_PERSON, 0, 1},
    {"居民", SX_AUDIT_PERSON, 0, 1},
    {"residents", SX_AUDIT_PERSON, 0, 1},
    {"consumers", SX_AUDIT_PERSON, 0, 1},
    {"netizens", SX_AUDIT_PERSON, 0, 1},
    {"adults", SX_AUDIT_PERSON, 0, 1},
    {"respondents", SX_AUDIT_PERSON, 0, 1},
    {"pct", PERCENT, -2, 1},
    {"ppt", POINTS, -2, 1},
    {"ppts", POINTS, -2, 1},
    {"pps", POINTS, -2, 1},
    {"p.p.", POINTS, -2, 1},
    {"个百分比", POINTS, -2, 1},
    {"户", SX_AUDIT_HOUSEHOLD, 0, 1},
    {"households", SX_AUDIT_HOUSEHOLD, 0, 1},
    {"household", SX_AUDIT_HOUSEHOLD, 0, 1},
    {"元人民币", SX_AUDIT_YUAN, 0, 1},
    {"人民币", SX_AUDIT_YUAN, 0, 1},
    {"元", SX_AUDIT_YUAN, 0, 1},
    {"yuan", SX_AUDIT_YUAN, 0, 1},
    {"RMB", SX_AUDIT_YUAN, 0, 1},
    {"CNY", SX_AUDIT_YUAN, 0, 1},
    {"美元", SX_AUDIT_DOLLAR, 0, 1},
    {"US dollars", SX_AUDIT_DOLLAR, 0, 1},
    {"dollars", SX_AUDIT_DOLLAR, 0, 1},
    {"dollar", SX_AUDIT_DOLLAR, 0, 1},
    {"USD", SX_AUDIT_DOLLAR, 0, 1},
    {"US$", SX_AUDIT_DOLLAR, 0, 1},
    {"欧元", SX_AUDIT_EURO, 0, 1},
    {"euros", SX_AUDIT_EURO, 0, 1},
    {"euro", SX_AUDIT_EURO, 0, 1},
    {"EUR", SX_AUDIT_EURO, 0, 1},
    {"英镑", SX_AUDIT_POUND, 0, 1},
    {"pounds", SX_AUDIT_POUND, 0, 1},
    {"GBP", SX_AUDIT_POUND, 0, 1},
    {"日元", SX_AUDIT_YEN, 0, 1},
    {"yen", SX_AUDIT_YEN, 0, 1},
    {"JPY", SX_AUDIT_YEN, 0, 1},
    {"港元", SX_AUDIT_HKD, 0, 1},
    {"HKD", SX_AUDIT_HKD, 0, 1},
    {"秒", SX_AUDIT_SECOND, 0, 1},
    {"seconds", SX_AUDIT_SECOND, 0, 1},
    {"second", SX_AUDIT_SECOND, 0, 1},
    {"分钟", SX_AUDIT_SECOND, 0, 60},
    {"minutes", SX_AUDIT_SECOND, 0, 60},
    {"minute", SX_AUDIT_SECOND, 0, 60},
    {"个小时", SX_AUDIT_SECOND, 2, 36},
    {"小时", SX_AUDIT_SECOND, 2, 36},
    {"hours", SX_AUDIT_SECOND, 2, 36},
    {"hour", SX_AUDIT_SECOND, 2, 36},
    {"天", SX_AUDIT_SECOND, 2, 864},
    {"日", SX_AUDIT_SECOND, 2, 864},
    {"days", SX_AUDIT_SECOND, 2, 864},
    {"day", SX_AUDIT_SECOND, 2, 864},
    {"周", SX_AUDIT_SECOND, 2, 6048},
    {"weeks", SX_AUDIT_SECOND, 2, 6048},
    {"week", SX_AUDIT_SECOND, 2, 6048},
    {"个月", SX_AUDIT_MONTH, 0, 1},
    {"月", SX_AUDIT_MONTH, 0, 1},
    {"months", SX_AUDIT_MONTH, 0, 1},
    {"month", SX_AUDIT_MONTH, 0, 1},
    {"个季度", SX_AUDIT_MONTH, 0, 3},
    {"季度", SX_AUDIT_MONTH, 0, 3},
    {"quarters", SX_AUDIT_MONTH, 0, 3},
    {"年", SX_AUDIT_MONTH, 0, 12},
    {"years", SX_AUDIT_MONTH, 0, 12},
    {"year", SX_AUDIT_MONTH, 0, 12},
    {"岁", SX_AUDIT_AGE, 0, 1},
    {"years old", SX_AUDIT_AGE, 0, 1},
    {"平方公里", SX_AUDIT_AREA, 6, 1},
    {"平方千米", SX_AUDIT_AREA, 6, 1},
    {"平方米", SX_AUDIT_AREA, 0, 1},
    {"公顷", SX_AUDIT_AREA, 4, 1},
    {"公里", SX_AUDIT_METRE, 3, 1},
    {"千米", SX_AUDIT_METRE, 3, 1},
    {"米", SX_AUDIT_METRE, 0, 1},
    {"km", SX_AUDIT_METRE, 3, 1},
    {"kilometres", SX_AUDIT_METRE, 3, 1},
    {"metres", SX_AUDIT_METRE, 0, 1},
    {"吨", SX_AUDIT_GRAM, 6, 1},
    {"tonnes", SX_AUDIT_GRAM, 6, 1},
    {"千克", SX_AUDIT_GRAM, 3, 1},
    {"公斤", SX_AUDIT_GRAM, 3, 1},
    {"kg", SX_AUDIT_GRAM, 3, 1},
    {"克", SX_AUDIT_GRAM, 0, 1},
    {"EB", SX_AUDIT_BYTE, 18, 1},
    {"PB", SX_AUDIT_BYTE, 15, 1},
    {"TB", SX_AUDIT_BYTE, 12, 1},
    {"GB", SX_AUDIT_BYTE, 9, 1},
    {"MB", SX_AUDIT_BYTE, 6, 1},
    {"Gbps", SX_AUDIT_BITRATE, 9, 1},
    {"Mbps", SX_AUDIT_BITRATE, 6, 1},
    {"kbps", SX_AUDIT_BITRATE, 3, 1},
    {"千瓦时", SX_AUDIT_ENERGY, 0, 1},
    {"kWh", SX_AUDIT_ENERGY, 0, 1},
    {"次", SX_AUDIT_TIMES, 0, 1},
    {"times", SX_AUDIT_TIMES, 0, 1},
    {"单", SX_AUDIT_ORDER, 0, 1},
    {"笔", SX_AUDIT_ORDER, 0, 1},
    {"orders", SX_AUDIT_ORDER, 0, 1},
    {"个", SX_AUDIT_THING, 0, 1},
    {"家", SX_AUDIT_THING, 0, 1},
    {"件", SX_AUDIT_THING, 0, 1},
    {"款", SX_AUDIT_THING, 0, 1},
    {"台", SX_AUDIT_THING, 0, 1},
    {"部", SX_AUDIT_THING, 0, 1},
    {"种", SX_AUDIT_THING, 0, 1},
    {"类", SX_AUDIT_THING, 0, 1},
    {"项", SX_AUDIT_THING, 0, 1},
    {"场", SX_AUDIT_THING, 0, 1},
    {"批", SX_AUDIT_THING, 0, 1},
    {"套", SX_AUDIT_THING, 0, 1},
    {"副", SX_AUDIT_THING, 0, 1},
    {"架", SX_AUDIT_THING, 0, 1},
    {"条", SX_AUDIT_THING, 0, 1},
    {"座", SX_AUDIT_THING, 0, 1},
    {"辆", SX_AUDIT_THING, 0, 1},
    {"只", SX_AUDIT_THING, 0, 1},
    {"张", SX_AUDIT_THING, 0, 1},
    {"所", SX_AUDIT_THING, 0, 1},
    {"位", SX_AUDIT_THING, 0, 1},
    {"份", SX_AUDIT_THING, 0, 1},
    {"篇", SX_AUDIT_THING, 0, 1},
    {"万次", SX_AUDIT_TIMES, 4, 1},
    {"部门", SX_AUDIT_THING, 0, 1},
    {"单位", SX_AUDIT_THING, 0, 1},
    {"栋", SX_AUDIT_THING, 0, 1},
    {"幢", SX_AUDIT_THING, 0, 1},
    {"间", SX_AUDIT_THING, 0, 1},
    {"艘", SX_AUDIT_THING, 0, 1},
    {"瓶", SX_AUDIT_THING, 0, 1},
    {"盒", SX_AUDIT_THING, 0, 1},
    {"箱", SX_AUDIT_THING, 0, 1},
    {"包", SX_AUDIT_THING, 0, 1},
    {"支", SX_AUDIT_THING, 0, 1},
    {"枚", SX_AUDIT_THING, 0, 1},
    {"颗", SX_AUDIT_THING, 0, 1},
    {"棵", SX_AUDIT_THING, 0, 1},
    {"首", SX_AUDIT_THING, 0, 1},
    {"集", SX_AUDIT_THING, 0, 1},
    {"幅", SX_AUDIT_THING, 0, 1},
    {"处", SX_AUDIT_THING, 0, 1},
    {"门", SX_AUDIT_THING, 0, 1},
    {"例", SX_AUDIT_THING, 0, 1},
    {"组", SX_AUDIT_THING, 0, 1},
    {"期", SX_AUDIT_THING, 0, 1},
    {"版", SX_AUDIT_THING, 0, 1},
    {"册", SX_AUDIT_THING, 0, 1},
    {"页", SX_AUDIT_THING, 0, 1},
    {"块", SX_AUDIT_THING, 0, 1},
    {"双", SX_AUDIT_THING, 0, 1},
    {"对", SX_AUDIT_THING, 0, 1},
    {"把", SX_AUDIT_THING, 0, 1},
    {"村", SX_AUDIT_THING, 0, 1},
    {"县", SX_AUDIT_THING, 0, 1},
    {"区", SX_AUDIT_THING, 0, 1},
    {"省", SX_AUDIT_THING, 0, 1},
    {"国", SX_AUDIT_THING, 0, 1},
    {"城", SX_AUDIT_THING, 0, 1},
    {"镇", SX_AUDIT_THING, 0, 1},
    {"台套", SX_AUDIT_THING, 0, 1},
    {"标箱", SX_AUDIT_THING, 0, 1},
    {"场次", SX_AUDIT_THING, 0, 1},
    {"车次", SX_AUDIT_THING, 0, 1},
    {"家次", SX_AUDIT_THING, 0, 1},
    {"字", SX_AUDIT_THING, 0, 1},
    {"参数", SX_AUDIT_THING, 0, 1},
    {"大类", SX_AUDIT_THING, 0, 1},
    {"企业", SX_AUDIT_THING, 0, 1},
    {"省份", SX_AUDIT_THING, 0, 1},
    {"城市", SX_AUDIT_THING, 0, 1},
    {"国家", SX_AUDIT_THING, 0, 1},
    {"品类", SX_AUDIT_THING, 0, 1},
    {"厘米", SX_AUDIT_METRE, -2, 1},
    {"毫米", SX_AUDIT_METRE, -3, 1},
    {"units", SX_AUDIT_THING, 0, 1},
    {"items", SX_AUDIT_THING, 0, 1},
    {"firms", SX_AUDIT_THING, 0, 1},
    {"companies", SX_AUDIT_THING, 0, 1},
    {"provinces", SX_AUDIT_THING, 0, 1},
};
enum { N_NOUNS = sizeof nouns / sizeof *nouns };

static const noun signs[] = {{"US$", SX_AUDIT_DOLLAR, 0, 1}, {"USD", SX_AUDIT_DOLLAR, 0, 1},
                             {"HK$", SX_AUDIT_HKD, 0, 1},    {"$", SX_AUDIT_DOLLAR, 0, 1},
                             {"RMB", SX_AUDIT_YUAN, 0, 1},   {"CNY", SX_AUDIT_YUAN, 0, 1},
                             {"¥", SX_AUDIT_YUAN, 0, 1},     {"￥", SX_AUDIT_YUAN, 0, 1},
                             {"€", SX_AUDIT_EURO, 0, 1},     {"£", SX_AUDIT_POUND, 0, 1}};
enum { N_SIGNS = sizeof signs / sizeof *signs };

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* name at the beginning of text; a word of Latin letters must end there. */
static bool begins(const char *text, size_t n, const char *name) {
  const size_t k = strlen(name);
  if (k > n || memcmp(text, name, k) != 0) return false;
  return !(is_letter(name[k - 1]) && k < n && is_letter(text[k]));
}

static size_t blanks(const char *text, size_t n) {
  size_t k = 0;
  while (k < n && text[k] == ' ') k++;
  return k;
}

/* The longest noun at the beginning. */
static size_t find_noun(const noun **out, const char *text, size_t n) {
  size_t best = 0;
  for (size_t i = 0; i < N_NOUNS; i++) {
    if (n && nouns[i].text[0] != text[0]) continue;
    const size_t k = strlen(nouns[i].text);
    if (k > best && begins(text, n, nouns[i].text)) {
      best = k;
      *out = &nouns[i];
    }
  }
  return best;
}

static size_t find_scale(const scale **out, const char *text, size_t n) {
  for (size_t i = 0; i < N_SCALES; i++) {
    if (!begins(text, n, scales[i].text)) continue;
    *out = &scales[i];
    return strlen(scales[i].text);
  }
  return 0;
}

static void apply(sx_audit_unit *unit, const noun *what, int power) {
  unit->exp10 += power * what->exp10;
  unit->mul *= what->mul; /* a denominator's multiplier is refused by the caller */
  if (power > 0) unit->noun = what->text;
  if (what->dim >= 0) unit->dims[what->dim] = (int8_t)(unit->dims[what->dim] + power);
  if (what->dim == PERCENT) unit->share = SX_AUDIT_PERCENT;
  if (what->dim == POINTS) unit->share = SX_AUDIT_POINTS;
}

/* "/人", " per head": the bytes of the denominator. */
static size_t denominator(sx_audit_unit *unit, const char *text, size_t n) {
  size_t at = 0;
  const noun *what = NULL;
  if (n > 1 && text[0] == '/') {
    at = 1;
  } else if (n > 5 && memcmp(text, " per ", 5) == 0) {
    at = 5;
  } else {
    return 0;
  }
  const size_t k = find_noun(&what, text + at, n - at);
  if (!k || what->mul != 1 || what->dim < 0) return 0;
  apply(unit, what, -1);
  return at + k;
}

size_t sx_audit__unit_prefix(sx_audit_unit *out, const char *text, size_t n) {
  sx_audit_unit unit = {.mul = 1};
  const scale *by = NULL;
  const noun *what = NULL;
  /* "千米", "百分点" and "个百分点" are nouns that begin like scales: the noun wins where it is the longer */
  size_t at = find_scale(&by, text, n);
  const size_t alone = find_noun(&what, text, n);
  if (alone > at) at = 0;
  if (at) {
    unit.exp10 = unit.scale10 = by->exp10;
    const size_t gap = blanks(text + at, n - at), k = find_noun(&what, text + at + gap, n - at - gap);
    if (k && what->dim != PERCENT && what->dim != POINTS) {
      apply(&unit, what, 1);
      at += gap + k;
    } else {
      unit.any = true;
    }
  } else if (alone) {
    apply(&unit, what, 1);
    at = alone;
  }
  if (at && !unit.any && unit.share == SX_AUDIT_LEVEL) at += denominator(&unit, text + at, n - at);
  if (at) *out = unit;
  return at;
}

size_t sx_audit__unit_before(sx_audit_unit *out, const char *text, size_t n) {
  while (n && text[n - 1] == ' ') n--;
  for (size_t i = 0; i < N_SIGNS; i++) {
    const size_t k = strlen(signs[i].text);
    if (k > n || memcmp(text + n - k, signs[i].text, k) != 0) continue;
    if (is_letter(signs[i].text[0]) && n > k && is_letter(text[n - k - 1])) continue;
    *out = (sx_audit_unit){.mul = 1};
    apply(out, &signs[i], 1);
    return k;
  }
  return 0;
}

void sx_audit__unit_join(sx_audit_unit *out, const sx_audit_unit *currency, const sx_audit_unit *by) {
  sx_audit_unit unit = *currency;
  unit.exp10 += by->exp10;
  unit.scale10 += by->scale10;
  *out = unit;
}

bool sx_audit__unit(sx_audit_unit *out, const char *text, size_t n) {
  sx_audit_unit unit = {.mul = 1}, more;
  const size_t skip = blanks(text, n);
  text += skip;
  n -= skip;
  while (n && text[n - 1] == ' ') n--;
  if (n == 0) {
    unit.any = true;
    *out = unit;
    return true;
  }
  if (sx_audit__unit_prefix(&unit, text, n) == n) {
    *out = unit;
    return true;
  }
  for (size_t k = n; k > 0; k--) { /* "US$ bn", "¥": a sign, then a scale */
    if (sx_audit__unit_before(&unit, text, k) == 0) continue;
    const size_t gap = blanks(text + k, n - k);
    if (k + gap == n) {
      *out = unit;
      return true;
    }
    if (sx_audit__unit_prefix(&more, text + k + gap, n - k - gap) != n - k - gap || !more.any) continue;
    sx_audit__unit_join(out, &unit, &more);
    return true;
  }
  return false;
}

bool sx_audit__unit_same_dim(const sx_audit_unit *a, const sx_audit_unit *b) {
  if (a->any || b->any) return true;
  return a->share == b->share && memcmp(a->dims, b->dims, sizeof a->dims) == 0;
}

const char *sx_audit__unit_nearest(const char *text) {
  size_t letters = 0;
  for (const char *p = text; *p; p++) letters += ((unsigned char)*p & 0xC0) != 0x80;
  if (letters < 2) return NULL; /* one letter is near to every other */
  static const char *const common[] = {"亿人",         "万人",           "亿元",          "万亿元", "万元",
                                       "亿美元",       "万人次",         "亿人次",        "万亿",   "亿件",
                                       "billion yuan", "million people", "trillion yuan", "万家",   "万个"};
  enum { N_COMMON = sizeof common / sizeof *common };
  const char *names[N_NOUNS + N_COMMON];
  for (size_t i = 0; i < N_NOUNS; i++) names[i] = nouns[i].text;
  for (size_t i = 0; i < N_COMMON; i++) names[N_NOUNS + i] = common[i];
  return sx_text_nearest(text, names, N_NOUNS + N_COMMON);
}
