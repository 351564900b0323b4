/* audit_match_follow.c: numbers that are told by the result before them. In
 *
 *   数字消费用户 9.47亿人（标准误 0.038亿人）      spending is 9.38 trillion (standard error 0.09 trillion); the 95% interval runs from ... to ...
 *   可穿戴设备为 36.9%，比整体高 13.9个百分点      for wearables it is 36.9%, a lead of 13.9 percentage points
 *
 * the second number has no name of its own: it is the standard error, an end of the interval, or the gap of the first. */
#include <math.h>
#include <string.h>

#include "audit_match_priv.h"

static const double FAR = 2;              /* a gap further off than this factor is another one, */
static const double FAR_IN_POINTS = 0.05; /* unless it is this near */
enum { MOST = 8 };                        /* numbers of a list */

typedef struct place {
  const sx_audit_text *text;
  const sx_audit_matches *all;
  const sx_text_part *part;
  const sx_text_mark *mark;
} place;

static const sx_text_mark *mark_of(const place *p, size_t item) {
  return &p->text->marks[p->all->items[item].mark];
}

/* No full stop between an item and the number; a semicolon is none. */
static bool in_sentence(const place *p, size_t item) {
  const sx_text_mark *m = mark_of(p, item);
  if (m->part != p->mark->part) return false;
  for (size_t i = m->at + m->n; i + 1 < p->mark->at; i++) {
    const char *c = p->part->text + i;
    if (strncmp(c, "。", 3) == 0 || ((*c == '.' || *c == '!' || *c == '?') && c[1] == ' ')) return false;
  }
  return true;
}

static const sx_cand *cand_of(const sx_index *index, const sx_audit_match *m) {
  for (size_t i = 0; m->reference && i < index->n; i++) {
    if (index->items[i].reference == m->reference) return &index->items[i];
  }
  return NULL;
}

/* The result that an item is, or that it follows; NULL. */
static const sx_cand *head_of(const place *p, const sx_index *index, size_t item) {
  for (size_t i = item; i > 0 && in_sentence(p, i - 1); i--) {
    const sx_audit_match *m = &p->all->items[i - 1];
    if (m->verdict == SX_MATCH_NONE) return NULL;
    const sx_cand *c = cand_of(index, m);
    if (c) return c;
  }
  return NULL;
}

static bool has_any(const char *text, size_t n, const char *const *words, size_t n_words) {
  for (size_t w = 0; w < n_words; w++) {
    const size_t k = strlen(words[w]);
    for (size_t i = 0; i + k <= n; i++) {
      if (memcmp(text + i, words[w], k) == 0) return true;
    }
  }
  return false;
}
#define HAS(text, n, words) has_any(text, n, words, sizeof(words) / sizeof *(words))

static bool printed_as(const sx_number *n, double value) {
  return fabs(n->value - value) <= 0.5 * n->unit_size * (1 + 1e-9);
}

/* Points and per cents are of shares and gaps, other units of levels in the same one. */
static bool of_its_unit(const sx_number *n, const sx_cand *c) {
  if (n->unit.share != SX_AUDIT_LEVEL) return c->kind != SX_CAND_LEVEL;
  if (n->unit.any) return c->kind == SX_CAND_LEVEL && n->mark->scale > 1; /* (standard error 3.8 million) */
  return c->kind == SX_CAND_LEVEL && memcmp(n->unit.dims, c->unit.dims, sizeof n->unit.dims) == 0;
}

static bool its_error(sx_follow *out, const place *p, const sx_index *index, size_t item, const sx_number *n) {
  static const char *const errors[] = {"标准误", "standard error", "Standard error"};
  static const char *const intervals[] = {"置信区间", "interval"}, *const others[] = {"90%", "99%"};
  const size_t from = mark_of(p, item - 1)->at + mark_of(p, item - 1)->n;
  const char *between = p->part->text + from;
  const size_t size = p->mark->at - from;
  const sx_cand *c = head_of(p, index, item);
  if (!c || !of_its_unit(n, c)) return false;
  *out = (sx_follow){.of = c};
  if (n->mark->range == SX_RANGE_HIGH && sx_audit__ends_with(p->all->items[item - 1].reference, ".low")) {
    out->field = "high";
    out->value = c->high;
  } else if (HAS(between, size, intervals) && n->mark->range == SX_RANGE_LOW && !HAS(between, size, others)) {
    out->field = "low";
    out->value = c->low;
  } else if (HAS(between, size, errors) && n->mark->range == SX_RANGE_NONE) {
    out->field = "se";
    out->value = c->se;
  }
  if (!out->field || !isfinite(out->value)) return false;
  out->agrees = printed_as(n, out->value);
  return true;
}

/* ---- gaps -------------------------------------------------------------------------------------------------------------- */

/* Which of how many joined numbers the item is: 13.2 and 12.0 points. */
static bool in_list(size_t *first, size_t *count, const place *p, size_t item) {
  size_t last = item;
  *first = item;
  for (; *first > 0 && in_sentence(p, *first - 1); --*first) {
    const sx_text_mark *a = mark_of(p, *first - 1), *b = mark_of(p, *first);
    if (!sx_audit__only_joins(p->part->text + a->at + a->n, b->at - a->at - a->n)) break;
  }
  for (; last + 1 < p->all->n && in_sentence(p, last + 1); last++) {
    const sx_text_mark *a = mark_of(p, last), *b = mark_of(p, last + 1);
    if (!sx_audit__only_joins(p->part->text + a->at + a->n, b->at - a->at - a->n)) break;
  }
  *count = last + 1 - *first;
  return *count <= MOST && *first >= *count && in_sentence(p, *first - *count);
}

static bool gap_of(const sx_cand *gap, const sx_cand *of) {
  if (gap->kind != SX_CAND_GAP || gap->change || gap->name != of->name || gap->n_terms != of->n_terms) return false;
  for (size_t i = 0; i < of->n_terms; i++) {
    if (gap->term[i][0] != of->term[i][0] || gap->term[i][1] != of->term[i][1]) return false;
  }
  return true;
}

/* A group other than the result's own stands beside the number. */
static bool names_another(const sx_context *c, const sx_cand *of) {
  for (size_t i = 0; i < c->n_present; i++) {
    const size_t g = c->present[i];
    bool own = false;
    for (size_t t = 0; t < of->n_terms; t++) own = own || of->term[t][c->lang] == g;
    if (!own && (c->places[g] & (1u << SX_NEAR_BEFORE | 1u << SX_NEAR_BEHIND))) return true;
  }
  return false;
}

static bool near_enough(const sx_number *n, const sx_cand *c) {
  const double a = fabs(n->value), b = fabs(c->value);
  return fabs(a - b) <= FAR_IN_POINTS || (a > 0 && b > 0 && a / b < FAR && b / a < FAR);
}

static bool its_gap(sx_follow *out, const place *p, const sx_index *index, size_t item, const sx_number *n,
                    const sx_context *context) {
  static const char *const words[] = {"比",    "高",        "低",     "领先",  "lead",    "above",  "below",
                                      "ahead", "more than", "higher", "lower", "against", "behind", "less than"};
  static const char *const changes[] = {"变动", "变化", "半年", "上期", "上年", "change", "since", "before", "earlier"};
  size_t first, count, n_gaps = 0;
  if (n->unit.share != SX_AUDIT_POINTS || n->word || n->qualified || !in_list(&first, &count, p, item)) return false;
  const sx_text_mark *before = mark_of(p, first - 1);
  const size_t from = before->at + before->n;
  const size_t between = mark_of(p, first)->at - from;
  if (!HAS(p->part->text + from, between, words) || HAS(p->part->text + from, between, changes)) return false;
  const sx_audit_match *head = &p->all->items[item - count];
  const sx_cand *of = head->verdict == SX_MATCH_NONE ? NULL : cand_of(index, head), *whole = NULL, *only = NULL,
                *other_way = NULL;
  if (!of || of->kind != SX_CAND_SHARE || of->change || !of->n_terms) return false;
  for (size_t i = 0; i < index->n; i++) {
    const sx_cand *g = &index->items[i];
    if (!gap_of(g, of)) continue;
    n_gaps++;
    only = g;
    if (sx_audit__ends_with(g->reference, ".gap")) whole = g;
    if (fabs(fabs(n->value) - fabs(g->value)) > 0.5 * n->unit_size * (1 + 1e-9)) continue;
    const bool contrary = sx_audit__contrary(index, n, g, context);
    if (contrary && other_way) continue;
    *out = (sx_follow){.of = g, .value = contrary ? g->value : fabs(g->value), .agrees = !contrary};
    if (contrary) out->reason = SX_OPPOSITE;
    if (!contrary) return true;
    other_way = g;
  }
  if (other_way) return true;
  const sx_cand *meant = n_gaps == 1 ? only : names_another(context, of) ? NULL : whole;
  if (!meant || !near_enough(n, meant)) return false;
  *out = (sx_follow){.of = meant, .value = fabs(meant->value)};
  return true;
}

bool sx_audit__follow(sx_follow *out, const sx_index *index, const sx_audit_text *text, const sx_audit_matches *all,
                      size_t i, const sx_number *number, const sx_context *context) {
  const sx_text_mark *mark = &text->marks[all->items[i].mark];
  const sx_text_part *part = &text->parts[mark->part];
  const place p = {text, all, part, mark};
  if (i == 0 || !in_sentence(&p, i - 1)) return false;
  return its_error(out, &p, index, i, number) || its_gap(out, &p, index, i, number, context);
}
