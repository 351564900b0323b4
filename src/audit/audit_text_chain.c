/* audit_text_chain.c: numbers that stand together share what is said once: 3.3、2.4和5.6个百分点; 1001-3000元; 20-29岁. And which way a change or a gap
 * goes, from the word before it (下降, 高于, rose) or behind it (2.5 points lower). */
#include <string.h>

#include "audit_text_priv.h"

typedef enum between { APART, LIST, RANGE } between;

/* What stands between the end of one number and the start of the next. */
static between joined(const sx_scan *s, size_t from, size_t to) {
  static const char *const lists[] = {"、", "和", "与", "及", "或", "以及", "and", "or", "/"};
  static const char *const ranges[] = {"-", "–", "—", "~", "至", "到", "to", "——", "−"};
  size_t k = from + sx_blanks(s, from);
  bool comma = false;
  if (sx_glyph_at(s, k) == ',' && sx_glyph_at(s, k + 1) == ' ') {
    comma = true;
    k += 1 + sx_blanks(s, k + 1);
  }
  if (comma && k == to) return LIST;
  size_t n = SX_ANY(s, k, lists);
  between what = LIST;
  if (!n) {
    n = comma ? 0 : SX_ANY(s, k, ranges);
    what = RANGE;
  }
  if (!n) return APART;
  k += n;
  k += sx_blanks(s, k);
  return k == to ? what : APART;
}

static void share_unit(sx_found *a, const sx_found *b, between how) {
  static const sx_mark_kind kinds[] = {SX_MARK_AGE, SX_MARK_DATE, SX_MARK_NAME, SX_MARK_ORDINAL, SX_MARK_SECTION};
  if (a->kind == SX_MARK_QUANTITY && !a->has_unit && a->decimals == 0) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
      const bool range_only = kinds[i] == SX_MARK_NAME || kinds[i] == SX_MARK_ORDINAL || kinds[i] == SX_MARK_SECTION;
      if (b->kind == kinds[i] && (how == RANGE || !range_only)) a->kind = kinds[i];
    }
  }
  if (a->kind == SX_MARK_DATE && b->kind == SX_MARK_AGE) a->kind = SX_MARK_AGE;
  if (a->kind == SX_MARK_DATE && b->kind == SX_MARK_QUANTITY && how == RANGE && b->has_unit && a->number_to == a->to)
    a->kind = SX_MARK_QUANTITY; /* 2000-3000元 */
  if (a->kind != SX_MARK_QUANTITY || b->kind != SX_MARK_QUANTITY || !b->has_unit) return;
  if (!a->has_unit && a->decimals >= 0) {
    a->unit = b->unit;
    a->scale = b->scale;
    a->word = b->word;
    a->has_unit = true;
    a->has_noun = b->has_noun;
  } else if (a->has_unit && !a->has_noun && b->has_noun && b->unit.share == SX_AUDIT_LEVEL) {
    const sx_audit_unit scale = a->unit;
    a->unit = b->unit;
    a->unit.exp10 = scale.exp10 + b->unit.exp10 - b->unit.scale10;
    a->unit.scale10 = scale.scale10;
    a->word = b->word;
    a->has_noun = true;
  }
}

/* The list's first qualifier holds for the others: 分别超过 3、4和5亿; a range keeps what stands behind its end to itself. */
static bool year_range_of_birth(const sx_scan *s, const sx_found *b) {
  static const char *const born[] = {"出生", "间出生", "之间出生", "生人", "期间出生"};
  return b->kind == SX_MARK_DATE && SX_ANY(s, b->to + sx_blanks(s, b->to), born);
}

void sx_audit__text_chain(sx_scan *s) {
  for (size_t i = s->n_found; i-- > 0;) {
    sx_found *b = &s->found[i];
    if (year_range_of_birth(s, b)) b->kind = SX_MARK_AGE;
    if (!i) break;
    sx_found *a = &s->found[i - 1];
    const between how = joined(s, a->to, b->from);
    if (how == APART) continue;
    if (how == RANGE && a->kind == SX_MARK_AGE && b->kind == SX_MARK_QUANTITY && !b->has_unit) b->kind = SX_MARK_AGE;
    share_unit(a, b, how);
    if (how != RANGE || a->kind != SX_MARK_QUANTITY || b->kind != SX_MARK_QUANTITY) continue;
    a->range = SX_RANGE_LOW;
    b->range = SX_RANGE_HIGH;
  }
}

/* ---- directions -------------------------------------------------------------------------------------------------- */

static const struct {
  const char *word;
  int way;
} ways[] = {
    {"提升", 1},      {"提高", 1},      {"上升", 1},       {"增长", 1},      {"增加", 1},      {"上涨", 1},
    {"扩大", 1},      {"高出", 1},      {"高于", 1},       {"高", 1},        {"增幅", 1},      {"涨幅", 1},
    {"快于", 1},      {"快", 1},        {"领先", 1},       {"多出", 1},      {"超出", 1},      {"超过", 1},
    {"增速", 1},      {"激增", 1},      {"暴涨", 1},       {"升", 1},        {"涨", 1},        {"增", 1},
    {"下降", -1},     {"降低", -1},     {"减少", -1},      {"缩小", -1},     {"回落", -1},     {"低于", -1},
    {"低", -1},       {"下滑", -1},     {"收窄", -1},      {"缩减", -1},     {"跌", -1},       {"落后", -1},
    {"降", -1},       {"减", -1},       {"少", -1},        {"rose", 1},      {"risen", 1},     {"rise", 1},
    {"rises", 1},     {"increased", 1}, {"increase", 1},   {"up", 1},        {"grew", 1},      {"grown", 1},
    {"gained", 1},    {"widened", 1},   {"growth", 1},     {"higher", 1},    {"above", 1},     {"climbed", 1},
    {"fell", -1},     {"fallen", -1},   {"fall", -1},      {"declined", -1}, {"decline", -1},  {"decreased", -1},
    {"decrease", -1}, {"down", -1},     {"dropped", -1},   {"drop", -1},     {"narrowed", -1}, {"shrank", -1},
    {"lower", -1},    {"below", -1},    {"gain", 1},       {"gains", 1},     {"increases", 1}, {"increasing", 1},
    {"rising", 1},    {"growing", 1},   {"grows", 1},      {"jumped", 1},    {"surged", 1},    {"falls", -1},
    {"falling", -1},  {"declines", -1}, {"decreases", -1}, {"shrunk", -1},   {"slipped", -1},  {"slid", -1},
    {"lost", -1},     {"多了", 1}};
enum { REACH = 24, N_WAYS = sizeof ways / sizeof *ways };

int sx_audit__text_way(const char *text) {
  bool up = false, down = false;
  for (size_t w = 0; w < N_WAYS; w++) {
    const size_t n = strlen(ways[w].word);
    for (const char *at = text; (at = strstr(at, ways[w].word)) != NULL; at += n) {
      const bool inside = sx_is_latin((unsigned char)*at) &&
                          ((at > text && sx_is_latin((unsigned char)at[-1])) || sx_is_latin((unsigned char)at[n]));
      up = up || (!inside && ways[w].way > 0);
      down = down || (!inside && ways[w].way < 0);
    }
  }
  return (int)up - (int)down;
}

/* Words of a gap between groups, or of two times where the clause says so; the others are of a change. */
static bool of_a_gap(const char *word) {
  static const char *const words[] = {"高出", "高于", "高", "快于", "快",     "领先",  "多出",  "超出", "超过",
                                      "低于", "低",   "少", "落后", "higher", "above", "lower", "below"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcmp(words[i], word) == 0) return true;
  }
  return false;
}

/* Words that qualify a share (占比高于80%), where they stand before a number that is not in points. */
static bool qualifies(const char *word) {
  static const char *const words[] = {"高于", "低于", "above", "below", "超出", "超过"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcmp(words[i], word) == 0) return true;
  }
  return false;
}

/* 至少, 高达, make up: the end of another word. */
static bool of_another_word(const sx_scan *s, size_t i) {
  static const char *const words[] = {"至少",     "不少",    "多少",      "最高",    "最低",     "新高",   "make up",
                                      "makes up", "made up", "making up", "take up", "takes up", "took up"};
  return (s->g[i - 1].c == 0x9AD8 && sx_glyph_at(s, i) == 0x8FBE) || SX_ANY_BEFORE(s, i, words) > 0; /* 高达 */
}

/* Words that say how large a level is, too: at a level they are no change. */
static bool of_a_level(const char *word) {
  return of_a_gap(word) || strcmp(word, "up") == 0 || strcmp(word, "down") == 0;
}

/* 高低, 升降: either. */
static bool either_way(const sx_scan *s, size_t i) {
  static const char *const words[] = {"高低", "升降", "增减", "涨跌", "up or down", "增或减", "高或低"};
  return SX_ANY_BEFORE(s, i, words) > 0;
}

static bool clause_ends(uint32_t c) {
  static const uint32_t marks[] = {0xFF0C, 0x3002, 0xFF1B, 0xFF01, 0xFF1F, ';',    '!', '?',
                                   '(',    ')',    0xFF08, 0xFF09, 0x201C, 0x201D, ':', 0xFF1A};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    if (marks[i] == c) return true;
  }
  return false;
}

/* "增长至", "rose to": what comes is a level. */
static bool reaches(const sx_scan *s, size_t i, size_t number) {
  static const char *const words[] = {"至", "到", "为", "to", "from", "由", "从", "后", "的"};
  const size_t k = i + sx_blanks(s, i);
  return SX_ANY(s, k, words) > 0 && k < number;
}

/* Where the bracket that closes before i was opened: 高于整体（33.4%）15.6个百分点. */
static size_t over_bracket(const sx_scan *s, size_t i) {
  const uint32_t c = s->g[i - 1].c;
  if (c != ')' && c != 0xFF09) return i;
  for (size_t k = i - 1; k-- > 0 && i - k < 2 * REACH;) {
    if (s->g[k].c == '(' || s->g[k].c == 0xFF08) return k;
  }
  return i;
}

/* Nothing but words of reaching between the direction and a number that is no gap in points: 增长近30%, 增幅高达44%; not 增加值占比30%. */
static bool directly(const sx_scan *s, size_t i, size_t number) {
  static const char *const fillers[] = {"了",   "近",    "约",     "超",   "超过",   "达",        "达到",
                                        "高达", "幅",    "度",     "率",   "率高达", "率超过",    "接近",
                                        "by",   "about", "nearly", "over", "of",     "more than", "some"};
  while (i < number) {
    const size_t n = SX_ANY(s, i, fillers);
    if (!n && s->g[i].c != ' ') return false;
    i += n ? n : 1;
  }
  return true;
}

/* 倍: neither a level of something nor a share. */
static bool is_multiple(const sx_audit_unit *unit) {
  for (size_t i = 0; i < SX_AUDIT_DIMS; i++) {
    if (unit->dims[i]) return false;
  }
  return !unit->any;
}

static int way_before(sx_mark_move *move, const sx_scan *s, size_t number, size_t stop, const sx_audit_unit *unit) {
  const bool points = unit->share == SX_AUDIT_POINTS, level = unit->share == SX_AUDIT_LEVEL && !is_multiple(unit);
  const size_t end = number;
  *move = SX_MOVE_NONE;
  for (size_t i = number; i > stop && number - i < REACH; i--) {
    const size_t open = over_bracket(s, i);
    if (open < i) {
      number -= i - open < number ? i - open : 0;
      i = open;
      stop = 0;
      if (!i) break;
    }
    if (clause_ends(s->g[i - 1].c) || (s->g[i - 1].c == ',' && sx_glyph_at(s, i) == ' ')) break;
    if (sx_is_latin(s->g[i - 1].c) && sx_is_latin(sx_glyph_at(s, i))) continue; /* inside a word */
    size_t best = 0;
    int way = 0;
    for (size_t w = 0; w < N_WAYS; w++) {
      const size_t n = sx_audit__text_word_before(s, i, ways[w].word);
      if (n <= best || i - n < stop) continue;
      if (!points && strcmp(ways[w].word, "超过") == 0) continue; /* there it qualifies the number */
      if (level && of_a_level(ways[w].word)) continue;
      best = n;
      way = ways[w].way;
      *move = !points && qualifies(ways[w].word) ? SX_MOVE_NONE : of_a_gap(ways[w].word) ? SX_MOVE_GAP : SX_MOVE_CHANGE;
    }
    if (best && of_another_word(s, i)) best = 0;
    if (best && ((!points && !directly(s, i, end)) || reaches(s, i, end))) break;
    if (best) return either_way(s, i) ? 0 : way;
  }
  *move = SX_MOVE_NONE;
  return 0;
}

static int way_behind(const sx_scan *s, size_t i) {
  static const char *const up[] = {"higher", "above", "more than", "faster", "greater", "up on", "ahead"};
  static const char *const down[] = {"lower", "below", "less than", "fewer", "slower", "smaller", "down on", "behind"};
  const size_t k = i + sx_blanks(s, i);
  return SX_ANY(s, k, up) ? 1 : SX_ANY(s, k, down) ? -1 : 0;
}

/* A direction goes with changes and gaps: points always, per cents, multiples and levels where the word stands directly before. */
static bool may_change(const sx_found *f) {
  const bool counts = f->unit.any ? f->unit.scale10 >= 4 : f->unit.dims[SX_AUDIT_PERSON] || f->unit.dims[SX_AUDIT_YUAN];
  return f->kind == SX_MARK_QUANTITY && f->has_unit &&
         (f->unit.share != SX_AUDIT_LEVEL || counts || strcmp(f->word, "倍") == 0);
}

void sx_audit__text_directions(sx_scan *s) {
  for (size_t i = 0; i < s->n_found; i++) {
    sx_found *f = &s->found[i];
    if (!may_change(f)) continue;
    const sx_found *before = i ? f - 1 : NULL;
    const bool listed = before && before->kind == SX_MARK_QUANTITY && joined(s, before->to, f->from) != APART;
    f->direction = f->unit.share == SX_AUDIT_POINTS ? way_behind(s, f->to) : 0;
    if (f->direction) {
      f->move = SX_MOVE_GAP;
    } else if (listed) {
      f->direction = before->direction;
      f->move = before->move;
    } else {
      f->direction = way_before(&f->move, s, f->from, before ? before->to : 0, &f->unit);
    }
  }
}
