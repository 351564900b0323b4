/* audit_match_unit.c: the figure of the result that the words name, in a unit that is not its own: 9.38万亿美元 of yuan, 84.3个百分点 of per cents. */
#include <math.h>
#include <string.h>

#include "audit_match_priv.h"

static bool other_unit(const sx_number *n, const sx_cand *c) {
  const sx_mark_move move = n->mark->move;
  if (c->change) return false;
  switch (n->unit.share) {
  case SX_AUDIT_POINTS:
    return move == SX_MOVE_NONE && c->kind == SX_CAND_SHARE && !c->difference;
  case SX_AUDIT_PERCENT:
    return n->said_gap && c->kind == SX_CAND_GAP;
  case SX_AUDIT_LEVEL:
    break;
  }
  return !n->unit.any && !c->unit.any && c->kind == SX_CAND_LEVEL && move == SX_MOVE_NONE &&
         memcmp(n->unit.dims, c->unit.dims, sizeof n->unit.dims) != 0;
}

const sx_cand *sx_audit__wrong_unit(const sx_index *index, const sx_number *n, const sx_context *context,
                                    double at_least) {
  const sx_cand *best = NULL;
  for (size_t i = 0; i < index->n; i++) {
    const sx_cand *c = &index->items[i];
    double near;
    if (!other_unit(n, c) || !sx_audit__lies_in(n, c)) continue;
    (void)sx_audit__evidence(&near, index, c, context);
    if (near < at_least || (best && near <= at_least)) continue;
    best = c;
    at_least = near;
  }
  return best;
}

/* A unit that no result has: its name; NULL. */
const char *sx_audit__unknown_unit(const sx_index *index, const sx_number *n) {
  if (n->unit.any || n->unit.share != SX_AUDIT_LEVEL || !n->mark->unit[0]) return NULL;
  for (size_t i = 0; i < index->n; i++) {
    if (memcmp(n->unit.dims, index->items[i].unit.dims, sizeof n->unit.dims) == 0) return NULL;
  }
  return n->mark->unit;
}

/* "9.38万亿元", "947 million people": the result at the scale and the decimals of the printed number, in its own unit. */
const char *sx_audit__in_its_unit(sx_arena *arena, const sx_number *n, const sx_cand *c, int lang) {
  static const struct {
    double scale;
    const char *word[2];
  } scales[] = {{1e12, {"万亿", " trillion"}}, {1e9, {"十亿", " billion"}},    {1e8, {"亿", " hundred million"}},
                {1e6, {"百万", " million"}},   {1e4, {"万", " ten thousand"}}, {1e3, {"千", " thousand"}}};
  const double scale = n->mark->scale;
  const char *word = "", *unit = c->kind == SX_CAND_GAP ? (lang ? " percentage points" : "个百分点") : "%";
  char digits[SX_FIXED_TEXT_MAX];
  const size_t k = sx_text_fixed(digits, c->value / scale, n->mark->decimals > 0 ? n->mark->decimals : 0);
  for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
    if (fabs(scale / scales[i].scale - 1) < 1e-9) word = scales[i].word[lang];
  }
  if (c->kind == SX_CAND_LEVEL) {
    unit = sx_audit__text_unit_name(arena, &c->unit, "", 0);
    if (!unit) return NULL;
    if (lang) unit = strcmp(unit, "元") == 0 ? " yuan" : strcmp(unit, "人") == 0 ? " people" : unit;
  }
  return sx_arena_printf(arena, "%.*s%s%s", (int)(k < 60 ? k : 60), digits, word, unit);
}
