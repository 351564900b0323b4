/* audit_match_move.c: changes and gaps. A number that words call a change (提升...个百分点, increased by) is one and no level; and what they say of its direction
 * must be the result's. The direction of a gap is seen from the group that is named before the comparison: 农村比城镇低, of which the gap of rural
 * people is below and that of town people above zero. */
#include <math.h>
#include <string.h>

#include "audit_match_priv.h"

/* A hair above one half, as for printed numbers that name their results. */
static const double HALF = 0.5 + 1e-6;

/* Of a printed sign and a word: 增长-1.0% is down; 下降-1.0% may be either. */
static int said(const sx_text_mark *m) {
  if (!m->sign || !m->direction) return m->sign ? m->sign : m->direction;
  return m->sign > 0 ? m->direction : m->direction > 0 ? -1 : 0;
}

bool sx_audit__opposite(const sx_text_mark *m, double unit, double value) {
  const int way = said(m);
  return way && fabs(value) >= HALF * unit && (way > 0) != (value > 0);
}

/* ---- which way a gap is told ------------------------------------------------------------------------------------------- */

static bool starts_with(const char *text, size_t n, const char *word) {
  const size_t k = strlen(word);
  return n >= k && memcmp(text, word, k) == 0;
}

/* 比, not 占比 or 比重. */
static bool compares(const char *text, size_t i, size_t n) {
  static const char *const not_behind[] = {"例", "重", "率", "值", "较"}, *const not_before[] = {"占", "同", "环", "对",
                                                                                                 "相"};
  if (!starts_with(text + i, n - i, "比")) return false;
  for (size_t k = 0; k < 5; k++) {
    if (starts_with(text + i + 3, n - i - 3, not_behind[k])) return false;
    if (i >= 3 && memcmp(text + i - 3, not_before[k], 3) == 0) return false;
  }
  return true;
}

/* The byte behind the first comparison in the text; n: there is none. */
static size_t comparison(const char *text, size_t n, int lang) {
  static const char *const words[2][8] = {
      {"高于", "低于", "高出", "超过", "领先", "落后", "快于", "多于"},
      {"than ", "above ", "below ", "behind ", "ahead of ", "against ", "over ", "under "}};
  for (size_t i = 0; i < n; i++) {
    if (!lang && compares(text, i, n)) return i + 3;
    for (size_t w = 0; w < 8; w++) {
      if (starts_with(text + i, n - i, words[lang][w]) && (!lang || i == 0 || text[i - 1] == ' '))
        return i + strlen(words[lang][w]);
    }
  }
  return n;
}

/* 1: its group is what the gap is told of; -1: what it is compared with; 0: not seen. */
static int side(const sx_index *index, const sx_cand *c, const sx_context *context) {
  static const char *const unclear[] = {"相比", "compared", "relative to", "versus"};
  const int lang = context->lang;
  bool before = false, behind = false;
  for (int k = SX_NEAR_BEFORE; k <= SX_NEAR_BEHIND; k++) {
    const char *text = context->text[k];
    const size_t n = context->n[k], at = comparison(text, n, lang);
    for (size_t i = 0; i < sizeof unclear / sizeof *unclear; i++) {
      if (sx_audit__contains(text, n, unclear[i])) return 0;
    }
    for (size_t t = 0; t < c->n_terms; t++) {
      const char *group = index->groups[lang][c->term[t][lang]];
      before = before || sx_audit__contains(text, at, group);
      behind = behind || sx_audit__contains(text + at, n - at, group);
    }
  }
  return before && behind ? 0 : behind ? -1 : 1;
}

bool sx_audit__contrary(const sx_index *index, const sx_number *n, const sx_cand *c, const sx_context *context) {
  if (c->of_gap || (c->kind != SX_CAND_GAP && !c->change)) return false; /* 差距缩小 of a gap below zero is a rise */
  const int way = c->change ? 1 : side(index, c, context);
  return way && sx_audit__opposite(n->mark, n->unit_size, way * c->value);
}

/* ---- changes and levels ------------------------------------------------------------------------------------------------ */

bool sx_audit__same_move(const sx_number *n, const sx_cand *c) {
  const sx_mark_move move = n->mark->move;
  const bool points = n->unit.share == SX_AUDIT_POINTS;
  if (c->change) return points || move != SX_MOVE_NONE || n->may_move;
  if (move == SX_MOVE_CHANGE) return false;
  return move == SX_MOVE_NONE || c->kind == SX_CAND_GAP || c->difference;
}

void sx_audit__may_move(sx_number *n, sx_context *context) {
  static const char *const zh[] = {"变", "增", "升", "降", "涨", "跌", "减", "同比", "环比", "提高", "差"},
                           *const en[] = {"change", "growth",   "grew",     "rise",    "rose", "fell",
                                          "fall",   "increase", "decrease", "decline", "since"};
  const char *const *words = context->lang ? en : zh;
  static const char *const rates[2][4] = {{"增长率", "增速", "增幅", "降幅"},
                                          {"growth rate", "rate of growth", "growth of", "change of"}};
  context->change = context->change || n->mark->move == SX_MOVE_CHANGE;
  for (size_t w = 0; w < 4 && !context->change; w++)
    context->change =
        sx_audit__contains(context->text[SX_NEAR_BEFORE], context->n[SX_NEAR_BEFORE], rates[context->lang][w]);
  n->said_gap = n->mark->move == SX_MOVE_GAP;
  for (int k = SX_NEAR_BEFORE; k <= SX_NEAR_BEHIND; k++)
    n->said_gap = n->said_gap || comparison(context->text[k], context->n[k], context->lang) < context->n[k];
  n->may_move = n->mark->sign != 0;
  for (int k = SX_NEAR_BEFORE; k <= SX_NEAR_HEADS && !n->may_move; k++) {
    for (size_t w = 0; w < sizeof zh / sizeof *zh && !n->may_move; w++)
      n->may_move = sx_audit__contains(context->text[k], context->n[k], words[w]);
  }
}

static bool same_groups(const sx_cand *a, const sx_cand *b) {
  if (a->name != b->name || a->n_terms != b->n_terms) return false;
  for (size_t i = 0; i < a->n_terms; i++) {
    if (a->term[i][0] != b->term[i][0] || a->term[i][1] != b->term[i][1]) return false;
  }
  return true;
}

/* What the level changed by, in the number's unit; NULL: the run does not say. */
static const sx_cand *change_of(const sx_index *index, const sx_cand *level, const sx_number *n) {
  for (size_t i = 0; i < index->n; i++) {
    const sx_cand *c = &index->items[i];
    const bool same_kind = (n->unit.share == SX_AUDIT_POINTS) == (c->kind == SX_CAND_GAP) &&
                           (n->unit.share == SX_AUDIT_LEVEL) == (c->kind == SX_CAND_LEVEL);
    if (c->change && !c->of_gap && same_kind && same_groups(c, level)) return c;
  }
  return NULL;
}

bool sx_audit__level_as_change(const sx_cand **change, const sx_index *index, const sx_number *n,
                               const sx_context *context, double at_least) {
  const sx_cand_kind kind = n->unit.share == SX_AUDIT_LEVEL ? SX_CAND_LEVEL : SX_CAND_SHARE;
  bool found = false;
  *change = NULL;
  if (n->mark->move != SX_MOVE_CHANGE) return false;
  for (size_t i = 0; i < index->n; i++) {
    const sx_cand *c = &index->items[i];
    double near;
    if (c->kind != kind || c->change || !sx_audit__lies_in(n, c)) continue;
    if (kind == SX_CAND_LEVEL && !n->unit.any && memcmp(n->unit.dims, c->unit.dims, sizeof n->unit.dims) != 0) continue;
    (void)sx_audit__evidence(&near, index, c, context);
    if (near < at_least) continue;
    const sx_cand *by = change_of(index, c, n);
    found = true;
    if (!by) continue;
    *change = by;
    at_least = near;
  }
  return found;
}
