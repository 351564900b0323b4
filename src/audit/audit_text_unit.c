/* audit_text_unit.c: the unit behind a number in prose, the currency before it, and the words that qualify it. The units and the words are those of
 * audit_units.h; here is how prose sets them: 3 万余家, US$1.2bn, 958 million internet users, 近六成, 800 元以内. */
#include <string.h>

#include "audit_text_priv.h"

/* ---- names of units ---------------------------------------------------------------------------------------------- */

static const struct {
  const char *as_printed, *canonical;
} names[] = {{"times", "次"},     {"hours", "小时"},     {"hour", "小时"},    {"minutes", "分钟"},  {"minute", "分钟"},
             {"seconds", "秒"},   {"second", "秒"},      {"days", "天"},      {"day", "天"},        {"日", "天"},
             {"weeks", "周"},     {"week", "周"},        {"months", "个月"},  {"month", "个月"},    {"years", "年"},
             {"year", "年"},      {"quarters", "季度"},  {"个季度", "季度"},  {"个小时", "小时"},   {"-fold", "倍"},
             {"fold", "倍"},      {"tonnes", "吨"},      {"kg", "千克"},      {"公斤", "千克"},     {"km", "公里"},
             {"千米", "公里"},    {"metres", "米"},      {"orders", "单"},    {"items", "件"},      {"units", "个"},
             {"firms", "家"},     {"companies", "家"},   {"provinces", "省"}, {"households", "户"}, {"household", "户"},
             {"years old", "岁"}, {"kilometres", "公里"}};

/* The dimension, where the unit is one thing alone. */
static const char *by_dimension(const sx_audit_unit *unit) {
  static const struct {
    sx_audit_dim dim;
    const char *name;
  } dims[] = {{SX_AUDIT_PERSON, "人"},  {SX_AUDIT_HOUSEHOLD, "户"}, {SX_AUDIT_VISIT, "人次"},
              {SX_AUDIT_YUAN, "元"},    {SX_AUDIT_DOLLAR, "美元"},  {SX_AUDIT_EURO, "欧元"},
              {SX_AUDIT_POUND, "英镑"}, {SX_AUDIT_YEN, "日元"},     {SX_AUDIT_HKD, "港元"}};
  int set = 0;
  for (size_t i = 0; i < SX_AUDIT_DIMS; i++) set += unit->dims[i] != 0;
  if (set != 1) return NULL;
  for (size_t i = 0; i < sizeof dims / sizeof *dims; i++) {
    if (unit->dims[dims[i].dim] == 1) return dims[i].name;
  }
  return NULL;
}

const char *sx_audit__text_unit_name(sx_arena *arena, const sx_audit_unit *unit, const char *as_printed, size_t n) {
  if (unit->share == SX_AUDIT_POINTS) return "百分点";
  if (unit->share == SX_AUDIT_PERCENT) return unit->exp10 == -3 ? "‰" : "%";
  const char *name = by_dimension(unit);
  if (name) return name;
  if (!unit->noun) return "";
  for (size_t i = 0; i < SX_AUDIT_DIMS; i++) {
    if (unit->dims[i] < 0) return sx_arena_strndup(arena, as_printed, n); /* 元/GB */
  }
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(names[i].as_printed, unit->noun) == 0) return names[i].canonical;
  }
  return unit->noun;
}

/* ---- the unit behind --------------------------------------------------------------------------------------------- */

static size_t glyphs_to(const sx_scan *s, size_t from, size_t nat) {
  size_t k = from;
  while (k < s->n && s->g[k].nat < nat) k++;
  return k;
}

/* Longest unit at glyph i: glyphs used. */
static size_t unit_at(sx_audit_unit *out, const sx_scan *s, size_t i) {
  if (i >= s->n) return 0;
  const size_t n = sx_audit__unit_prefix(out, s->norm + s->g[i].nat, s->n_norm - s->g[i].nat);
  return n ? glyphs_to(s, i, s->g[i].nat + n) - i : 0;
}

/* Words that begin like a unit and are none: 人均, 个人, 国际, 场景. */
static bool other_word(const sx_scan *s, size_t i) {
  static const char *const others[] = {
      "人均",   "人工", "人口", "人民", "个人", "个性",   "国际", "国内", "场景",   "处理", "处于", "对比", "对于",
      "组织",   "组成", "元素", "元宇", "次元", "日常",   "周边", "周年", "年轻",   "期间", "期末", "门店", "包括",
      "把握",   "首次", "集中", "例如", "块链", "米其林", "克服", "月活", "单位面", "版权", "城乡", "城镇", "省份以",
      "字节",   "页面", "台湾", "家庭", "家居", "家电",   "部分", "所有", "位居",   "位于", "类似", "只有", "张家",
      "项目部", "条件", "区域", "区间", "区块", "次日",   "名义", "名列", "只",     "名为", "千家"};
  static const char *const sure[] = {"只（", "万只", "只)"};
  const size_t k = SX_ANY(s, i, others);
  if (!k) return false;
  return !(sx_glyph_at(s, i) == 0x53EA && (SX_ANY(s, i, sure) || !sx_is_han(sx_glyph_at(s, i + 1)))); /* 只 */
}

static const char *const more_words[] = {"余", "多", "+"};

static void set_unit(sx_found *f, const sx_scan *s, const sx_audit_unit *unit, size_t from, size_t to) {
  static const double powers[] = {1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12};
  const size_t at = s->g[from].nat;
  f->unit = *unit;
  f->has_unit = true;
  f->has_noun = !unit->any;
  f->scale = unit->scale10 >= 0 && unit->scale10 <= 12 ? powers[unit->scale10] : 1;
  if (unit->share != SX_AUDIT_LEVEL) f->scale = unit->exp10 == -3 ? 0.001 : 0.01;
  f->word = sx_audit__text_unit_name(s->text->arena, unit, s->norm + at, s->g[to].nat - at);
}

/* 余 or 多 between number and unit says "more than": 3 万余家, 40 余万吨, 500 多家. Only where a unit follows. */
static size_t scaled_unit(sx_found *f, const sx_scan *s, size_t i) {
  sx_audit_unit unit, noun;
  size_t k = i, more = SX_ANY(s, k, more_words), n;
  k += more;
  if (more) k += sx_blanks(s, k);
  n = other_word(s, k) ? 0 : unit_at(&unit, s, k);
  if (!n) return 0;
  size_t end = k + n;
  if (unit.any && unit.scale10 > 0) {
    const size_t again = SX_ANY(s, end, more_words);
    const size_t at = end + again + sx_blanks(s, end + again);
    const size_t m = other_word(s, at) ? 0 : unit_at(&noun, s, at);
    if (m && noun.scale10 == 0 && (again || at > end) && noun.share == SX_AUDIT_LEVEL) {
      noun.scale10 = unit.scale10;
      noun.exp10 += unit.exp10;
      unit = noun;
      end = at + m;
    } else if (again) {
      end += again;
    }
    more += again;
  }
  set_unit(f, s, &unit, k, end);
  if (more) f->qualifier = "over";
  return end - i;
}

/* "成" behind an Arabic number: 接近6成. */
static bool tenths(sx_found *f, const sx_scan *s, size_t i) {
  static const char *const others[] = {"不", "分", "形", "家", "型", "效", "为", "本", "立",
                                       "员", "果", "功", "新", "人", "都", "长", "熟"};
  const size_t n = sx_audit__text_word(s, i, "成");
  if (!n || SX_ANY(s, i + n, others) || f->value > 10) return false;
  f->unit = (sx_audit_unit){.mul = 1, .exp10 = -1, .share = SX_AUDIT_PERCENT};
  f->has_unit = f->has_noun = true;
  f->scale = 0.1;
  f->word = "成";
  f->to = i + n;
  return true;
}

/* 11w: ten thousands, as chat writes them. */
static bool thousands_w(sx_found *f, const sx_scan *s, size_t i) {
  const sx_audit_unit ten_thousand = {.mul = 1, .exp10 = 4, .scale10 = 4, .any = true};
  if (!s->chinese || i != f->number_to || !sx_audit__text_word(s, i, "w")) return false;
  set_unit(f, s, &ten_thousand, i, i + 1);
  f->to = i + 1;
  return true;
}

/* "US$", "¥", "RMB" before; "m", "bn" behind a currency are scales. */
static void currency(sx_found *f, const sx_scan *s) {
  static const struct {
    const char *word;
    int scale;
  } letters[] = {{"m", 6}, {"b", 9}, {"t", 12}, {"tr", 12}};
  sx_audit_unit sign;
  const size_t at = s->g[f->from].nat, n = sx_audit__unit_before(&sign, s->norm, at);
  size_t blank = 0, from = f->from;
  if (!n) return;
  while (s->norm[at - blank - 1] == ' ') blank++;
  while (from && s->g[from].nat > at - blank - n) from--;
  f->from = from;
  for (size_t i = 0; i < sizeof letters / sizeof *letters && !f->has_unit; i++) {
    const size_t k = sx_audit__text_word(s, f->number_to, letters[i].word);
    if (!k) continue;
    sx_audit_unit by = {.mul = 1, .exp10 = letters[i].scale, .scale10 = letters[i].scale, .any = true};
    set_unit(f, s, &by, f->number_to, f->number_to + k);
    f->to = f->number_to + k;
  }
  if (f->has_unit && !f->unit.any) return;
  if (f->has_unit) {
    sx_audit_unit joined;
    sx_audit__unit_join(&joined, &sign, &f->unit);
    sign = joined;
  }
  const size_t to = f->to;
  set_unit(f, s, &sign, f->from, f->from);
  f->to = to;
}

/* "958 million internet users": who is counted stands a word or three behind the scale. */
static void counted_people(sx_found *f, const sx_scan *s) {
  size_t k = f->to;
  if (!f->has_unit || !f->unit.any || s->chinese) return;
  for (int words = 0; words < 3; words++) {
    sx_audit_unit noun;
    k += sx_blanks(s, k);
    if (!sx_is_latin(sx_glyph_at(s, k))) return;
    const size_t n = unit_at(&noun, s, k);
    if (n && noun.dims[SX_AUDIT_PERSON] == 1 && !noun.scale10) {
      f->unit.dims[SX_AUDIT_PERSON] = 1;
      f->unit.any = false;
      f->unit.noun = noun.noun;
      f->word = "人";
      f->has_noun = true;
      return;
    }
    while (sx_is_latin(sx_glyph_at(s, k)) || sx_glyph_at(s, k) == '-') k++;
  }
}

void sx_audit__text_unit(sx_found *f, const sx_scan *s) {
  const size_t gap = sx_blanks(s, f->number_to), i = f->number_to + gap;
  if (gap > 2 || tenths(f, s, i) || thousands_w(f, s, i)) return;
  const size_t n = scaled_unit(f, s, i);
  if (n) f->to = i + n;
  currency(f, s);
  counted_people(f, s);
}

/* ---- qualifying words -------------------------------------------------------------------------------------------- */

static const char *canonical(const sx_audit_word *w) {
  switch (w->rule) {
  case SX_AUDIT_BURST:
  case SX_AUDIT_ABOVE:
    return "over";
  case SX_AUDIT_BELOW:
    return "at_most";
  case SX_AUDIT_FACTORS:
    if (!(w->high == w->high)) return "at_least";
    if (!(w->low == w->low)) return "at_most";
    return w->low < 0.94 ? "near" : w->low < 1 ? "about" : w->high < 2 ? "over" : "";
  case SX_AUDIT_ROUND:
  case SX_AUDIT_WITHIN:
  case SX_AUDIT_FALL:
    break;
  }
  return "";
}

static bool part_of_a_word(const sx_scan *s, size_t i, const char *word) {
  static const char *const before_near[] = {"最", "附", "邻", "亲", "临", "靠", "远", "新"};
  static const char *const before_over[] = {"通", "经", "不"};
  if (strcmp(word, "近") == 0) return SX_ANY_BEFORE(s, i, before_near) > 0;
  if (strcmp(word, "超过") == 0) return sx_audit__text_word_before(s, i, "不") > 0;
  if (strcmp(word, "约") == 0) return sx_audit__text_word_before(s, i, "节") || sx_audit__text_word_before(s, i, "合");
  (void)before_over;
  return false;
}

/* Words end in letters (tests/unit/audit/test_audit_units.c holds the table to that). */
static bool ends_word(uint32_t c) {
  return sx_is_latin(c) || sx_is_han(c);
}

/* The longest word that ends before glyph i. */
static const sx_audit_word *before(const sx_scan *s, size_t i, bool points) {
  static const char *const fillers[] = {"了", "到", "达", "达到", "出"};
  size_t n_words, best = 0;
  const sx_audit_word *words = sx_audit__words(&n_words);
  const sx_audit_word *found = NULL;
  while (i && s->g[i - 1].c == ' ') i--;
  if (i == 0 || !ends_word(s->g[i - 1].c)) return NULL;
  for (int round = 0; round < 2; round++) {
    for (size_t w = 0; w < n_words; w++) {
      if (!words[w].before || !words[w].text[0]) continue;
      if (points && (words[w].rule == SX_AUDIT_ABOVE || words[w].rule == SX_AUDIT_BELOW))
        continue; /* a gap: a direction */
      const size_t n = sx_audit__text_word_before(s, i, words[w].text);
      if (n <= best || part_of_a_word(s, i - n, words[w].text)) continue;
      best = n;
      found = &words[w];
    }
    if ((found && canonical(found)[0]) || round) break;
    const size_t n = SX_ANY_BEFORE(s, i, fillers);
    if (!n) break;
    i -= n;
    best = 0;
    while (i && s->g[i - 1].c == ' ') i--;
  }
  return found;
}

static const char *after(const sx_scan *s, size_t i) {
  static const char *const more[] = {"及以上", "或以上", "以上", "之上"},
                           *const less[] = {"及以下", "或以下", "以下", "以内", "之内"},
                           *const about[] = {"左右", "上下", "or so"};
  if (sx_audit__text_word(s, i, "有余")) return "over";
  if (SX_ANY(s, i, more)) return "at_least";
  if (SX_ANY(s, i, less)) return "at_most";
  if (SX_ANY(s, i, about)) return "about";
  const size_t k = i + sx_blanks(s, i);
  if (sx_audit__text_word(s, k, "or more") || sx_audit__text_word(s, k, "or above")) return "at_least";
  if (sx_audit__text_word(s, k, "or less") || sx_audit__text_word(s, k, "or fewer") ||
      sx_audit__text_word(s, k, "or below"))
    return "at_most";
  if (sx_audit__text_word(s, i, "多") && !sx_audit__text_word(s, i, "多样") && !sx_audit__text_word(s, i, "多元"))
    return "over";
  if (sx_audit__text_word(s, i, "余")) return "over";
  return "";
}

void sx_audit__text_qualifier(sx_found *f, const sx_scan *s) {
  static const char *const rules[][2] = {
      {"over", "超"}, {"near", "近"}, {"about", "约"}, {"at_least", "以上"}, {"at_most", "以内"}};
  const char *word = after(s, f->to);
  f->rule = NULL;
  if (word[0]) f->qualifier = word;
  for (size_t i = 0; i < sizeof rules / sizeof *rules && f->qualifier[0]; i++) {
    if (strcmp(f->qualifier, rules[i][0]) == 0) f->rule = sx_audit__word(rules[i][1], strlen(rules[i][1]));
  }
  if (f->qualifier[0]) return;
  f->rule = before(s, f->from, f->unit.share == SX_AUDIT_POINTS && f->has_unit);
  f->qualifier = f->rule ? canonical(f->rule) : "";
}
