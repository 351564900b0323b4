/* audit_match.c: the numbers of someone's text against the results of a run. A number that agrees with a result that its context names is said to agree. It is said
 * to differ only where the context names a result well, with its groups and its unit, and no result that the context could mean agrees: a false
 * alarm is worse than a number that is not matched. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "audit_match_priv.h"
#include "audit_report_priv.h"

static const double AGREE_AT = 0.6; /* evidence from which a result that agrees is taken for the one meant */
static const double LITTLE =
    0.45; /* the same for a number of three digits or more, which agrees by chance less easily */
static const double DIFFER_AT = 0.72;  /* evidence from which a result that does not agree is said to differ */
static const double SENTENCE_AT = 0.6; /* the same from the sentence, for a result this near to the number */
static const double CLOSE = 0.3;
static const double RIVAL = 0.85;          /* share of the best evidence that a result that agrees must have */
static const double RIVAL_OF_THREE = 0.75; /* the same for three digits or more */
static const double NAMED = 0.95; /* evidence of a number's own words from which it is the result that they name */
static const double FAR = 1.6;    /* a result further off than this factor is another quantity */
static const double FAR_OF_NAMED = 2.2; /* the same where its own words name it in full, and it has three digits */
static const double CLEAR_AT = 0.62;    /* evidence from which it is said to differ where no other name is as near */
static const double CLEAR = 0.75;       /* share of it that the next name may have */

const char *sx_match_verdict_name(sx_match_verdict verdict) {
  static const char *const names[] = {"agrees", "differs", "not matched"};
  return (size_t)verdict < sizeof names / sizeof *names ? names[verdict] : "unknown";
}

typedef sx_number number;

/* ---- what a printed number stands for ---------------------------------------------------------------------------- */

/* The interval of the qualifying word, of the table that the audit of figures has. As it is said: the rounding of the number adds nothing to it. */
static void stand_as_said(number *n, const sx_audit_word *w) {
  const double v = n->value, half = 0.5 * n->unit_size;
  n->qualified = true;
  switch (w->rule) {
  case SX_AUDIT_FACTORS:
    n->low = w->low == w->low ? w->low * v : -(double)INFINITY;
    n->high = w->high == w->high ? w->high * v : (double)INFINITY;
    n->low_open = w->low_open;
    n->high_open = w->high_open;
    break;
  case SX_AUDIT_BURST:
    n->low = n->mark->decimals > 0 ? v - half : v;
    n->high = n->mark->decimals > 0 ? v + 4 * half : 1.25 * v;
    n->high_open = true;
    break;
  case SX_AUDIT_ABOVE:
    n->low = v;
    n->high = (double)INFINITY;
    n->low_open = true;
    break;
  case SX_AUDIT_BELOW:
    n->low = -(double)INFINITY;
    n->high = v;
    n->high_open = true;
    break;
  case SX_AUDIT_ROUND:
  case SX_AUDIT_WITHIN:
  case SX_AUDIT_FALL:
    n->qualified = false;
    break;
  }
}

static void stand_for(number *n, const sx_audit_word *rule) {
  const sx_text_mark *m = n->mark;
  const bool level = n->unit.share == SX_AUDIT_LEVEL;
  n->word = m->decimals < 0;
  n->value = m->value * m->scale * (m->sign < 0 ? -1 : 1);
  const int digits = m->decimals > 0 ? -m->decimals : level && m->zeros > 1 ? m->zeros : 0;
  n->unit_size = pow(10, digits) * m->scale;
  const double half = 0.5 * n->unit_size * (1 + 1e-9);
  n->low = n->value - half;
  n->high = n->value + half;
  if (n->word) n->low = 0.95 * n->value, n->high = 1.05 * n->value;
  if (rule && n->value > 0) stand_as_said(n, rule);
}

/* Changes and gaps by their size: their direction is held against the words (audit_match_move.c). */
bool sx_audit__lies_in(const number *n, const sx_cand *c) {
  const bool moved = c->kind == SX_CAND_GAP || c->change, size = moved && n->value < 0;
  const double value = moved || n->unit.share == SX_AUDIT_POINTS ? fabs(c->value) : c->value;
  const double low = size ? -n->high : n->low, high = size ? -n->low : n->high;
  const double slack = 1e-12 * fabs(value);
  const bool above = n->low_open ? value > low : value >= low - slack;
  const bool below = n->high_open ? value < high : value <= high + slack;
  return above && below;
}

/* Within what is said, and not so far off that another quantity would do as well. */
static bool agrees(const number *n, const sx_cand *c) {
  const double size = fabs(c->value), v = fabs(n->value);
  return sx_audit__lies_in(n, c) && (!n->qualified || (size >= 0.5 * v && size <= 2 * v));
}

static bool same_unit(const number *n, const sx_cand *c) {
  if (!sx_audit__same_move(n, c)) return false;
  if (n->unit.share == SX_AUDIT_PERCENT) return c->kind == SX_CAND_SHARE;
  if (n->unit.share == SX_AUDIT_POINTS) return c->kind == SX_CAND_GAP || c->difference;
  if (n->unit.any && n->word) return c->kind == SX_CAND_SHARE;
  if (c->kind != SX_CAND_LEVEL) return false;
  if (c->unit.any) return false; /* what has no unit is neither people nor yuan */
  if (n->unit.any) return true;
  return memcmp(n->unit.dims, c->unit.dims, sizeof n->unit.dims) == 0;
}

static bool comparable(const number *n, const sx_cand *c, double far) {
  const double a = fabs(n->value), b = fabs(c->value);
  if (n->unit.share == SX_AUDIT_POINTS && fabs(a - b) < 0.02) return b > 0;
  return a > 0 && b > 0 && a / b < far && b / a < far;
}

/* ---- the unit that a column's head gives its bare cells ---------------------------------------------------------- */

static void unit_of_head(number *n, const sx_context *c, double *scale) {
  const char *text = c->text[SX_NEAR_HEADS];
  const size_t size = c->n[SX_NEAR_HEADS];
  sx_audit_unit best, unit;
  size_t longest = 0;
  for (size_t i = 0; i < size; i++) {
    const bool edge = i == 0 || text[i - 1] == ' ' || text[i - 1] == '(' || text[i - 1] == ',' || text[i - 1] == '\n' ||
                      (i > 2 && strncmp(text + i - 3, "（", 3) == 0) || (i > 2 && strncmp(text + i - 3, "：", 3) == 0);
    if (!edge) continue;
    const size_t k = sx_audit__unit_prefix(&unit, text + i, size - i);
    const size_t end = i + k;
    const bool closed =
        end == size || text[end] == '\n' || text[end] == ')' || text[end] == ',' || strncmp(text + end, "）", 3) == 0;
    if (k <= longest || !closed) continue;
    longest = k;
    best = unit;
  }
  if (!longest) return;
  n->unit = best;
  *scale = best.share != SX_AUDIT_LEVEL ? 0.01 : pow(10, best.scale10);
}

/* ---- the verdict ------------------------------------------------------------------------------------------------- */

typedef struct ranked {
  const sx_cand *agreeing, *contrary, *nearest; /* contrary: as large, and the other way */
  double contrary_evidence, evidence, second, agreeing_evidence, nearest_evidence;
} ranked;

static void rank(ranked *r, const sx_index *index, const sx_context *context, const number *n) {
  for (size_t i = 0; i < index->n; i++) {
    const sx_cand *c = &index->items[i];
    double near;
    if (!same_unit(n, c)) continue;
    const double evidence = sx_audit__evidence(&near, index, c, context);
    if (evidence <= 0) continue;
    const double meant =
        n->qualified || n->word ? near : evidence; /* much agrees with "over": it must be named beside */
    if (meant > r->contrary_evidence && agrees(n, c) && sx_audit__contrary(index, n, c, context)) {
      r->contrary = c;
      r->contrary_evidence = meant;
    } else if (meant > r->agreeing_evidence && agrees(n, c) && !sx_audit__contrary(index, n, c, context)) {
      r->agreeing = c;
      r->agreeing_evidence = meant;
    }
    if (evidence > r->evidence) {
      r->second = r->evidence;
      r->evidence = evidence;
    } else if (evidence > r->second) {
      r->second = evidence;
    }
  }
}

/* A result that one number of a paragraph is, or should have been, is not what another number of it should have been. */
static bool taken(const sx_audit_matches *all, const sx_audit_text *text, size_t part, const sx_cand *c) {
  for (size_t k = 0; k < all->n; k++) {
    const sx_audit_match *o = &all->items[k];
    if (o->verdict != SX_MATCH_NONE && text->marks[o->mark].part == part && strcmp(o->reference, c->reference) == 0)
      return true;
  }
  return false;
}

/* Of the results that the words could mean, the one that they and the value point at best: named beside the number, or in its sentence and near in value. */
/* Of one result the name, which stands alone beside the number. */
static bool is_clear(const sx_index *index, const sx_context *context, const number *n, const sx_cand *c, double near) {
  for (size_t i = 0; i < index->n; i++) {
    double other;
    if (index->items[i].name == c->name || !same_unit(n, &index->items[i])) continue;
    (void)sx_audit__evidence(&other, index, &index->items[i], context);
    if (other > CLEAR * near) return false;
  }
  return true;
}

static int significant(const number *n);

static void find_nearest(ranked *r, const sx_index *index, const sx_context *context, const number *n,
                         const sx_audit_matches *all, const sx_audit_text *text) {
  double most = 0, near, best_near = 0, best = 0;
  for (int round = 0; round < 2; round++) {
    for (size_t i = 0; i < index->n; i++) {
      const sx_cand *c = &index->items[i];
      if (!same_unit(n, c) || !comparable(n, c, FAR_OF_NAMED) || sx_audit__lies_in(n, c)) continue;
      if (c->kind != SX_CAND_LEVEL && index->names[c->name].label[context->lang].n < 2)
        continue; /* one word names too little */
      const double evidence = sx_audit__evidence(&near, index, c, context);
      const double distance = fabs(fabs(n->value) - fabs(c->value)) / fabs(c->value);
      if (evidence < SENTENCE_AT && near < CLEAR_AT) continue;
      const bool own = !context->carried && near >= NAMED;
      if (!(own && significant(n) >= 3) && !comparable(n, c, FAR)) continue;
      if (!own && taken(all, text, n->mark->part, c)) continue;
      if (round == 0) {
        best_near = fmax(best_near, near);
        best = fmax(best, evidence);
        continue;
      }
      const bool alone = near >= CLEAR_AT && near < DIFFER_AT && significant(n) >= 3 && !c->n_terms &&
                         is_clear(index, context, n, c, near);
      const bool beside = (near >= DIFFER_AT || alone) && near >= 0.9 * best_near;
      const bool within = evidence >= SENTENCE_AT && evidence >= 0.9 * best && distance <= CLOSE;
      if (!beside && !within) continue;
      const double strength = fmax(near, evidence) / (1 + distance);
      if (strength <= most) continue;
      most = strength;
      r->nearest = c;
      r->nearest_evidence = fmax(near, evidence);
    }
  }
}

/* Digits that are printed and mean something. */
static int significant(const number *n) {
  if (n->word || n->value == 0) return 0;
  return 1 + (int)floor(log10(fabs(n->value)) + 1e-9) - (int)floor(log10(n->unit_size) + 1e-9);
}

static bool is_the_one(const ranked *r, const number *n) {
  if (!r->agreeing) return false;
  if (significant(n) >= 3 && !n->qualified && r->agreeing_evidence >= LITTLE &&
      r->agreeing_evidence >= RIVAL_OF_THREE * r->evidence)
    return true;
  return r->agreeing_evidence >= AGREE_AT && r->agreeing_evidence >= RIVAL * r->evidence;
}

/* It agrees with a result that the words may mean: too little to say that it agrees, too much to say that it differs. */
static bool may_be(const ranked *r, const number *n) {
  if (!r->agreeing) return false;
  if (significant(n) >= 3 && r->agreeing_evidence >= 0.15 && r->agreeing_evidence >= 0.3 * r->evidence) return true;
  return r->agreeing_evidence >= 0.3 && r->agreeing_evidence >= 0.6 * r->evidence;
}

/* other_way: its direction is what is wrong, so it has its sign. */
static const char *expected_text(sx_arena *arena, const sx_audit_text *text, const number *n, const sx_cand *c,
                                 double scale, bool other_way) {
  char digits[SX_FIXED_TEXT_MAX];
  const sx_text_mark *m = n->mark;
  const sx_text_part *p = &text->parts[m->part];
  const bool moved = c->kind == SX_CAND_GAP || c->change;
  const double value = moved && !other_way ? fabs(c->value) : c->value;
  const int finer = n->qualified ? 2 : 0; /* over what it is not must be seen */
  const size_t k = sx_text_fixed(digits, value / scale, finer + (m->decimals > 0 ? m->decimals : 0));
  size_t number_end = m->at;
  while (number_end < m->at + m->n &&
         (sx_is_digit((unsigned char)p->text[number_end]) || strchr(".,+-", p->text[number_end])))
    number_end++;
  if (number_end == m->at) number_end = m->at + m->n; /* in words or in full-width digits */
  return sx_arena_printf(arena, "%s%.*s%.*s", other_way && value > 0 ? "+" : "", (int)(k < 60 ? k : 60), digits,
                         (int)(m->at + m->n - number_end), p->text + number_end);
}

static void set_result(sx_audit_match *out, const sx_cand *c) {
  out->reference = c->reference;
  out->result = c->value;
  out->se = c->se;
  out->low = c->low;
  out->high = c->high;
}

/* The names of results with the number's unit, among which its words may be short for one. */
static sx_status short_name(sx_context *context, const sx_index *index, const number *n, sx_arena *scratch,
                            sx_error *err) {
  bool *takes = sx_arena_zalloc(scratch, index->n_names + 1, sizeof *takes);
  if (!takes) return sx_error_memory(err);
  for (size_t i = 0; i < index->n; i++) {
    const sx_cand *c = &index->items[i];
    if (!c->share_of && !c->change && same_unit(n, c)) takes[c->name] = true;
  }
  return sx_audit__short_name(context, index, takes, scratch, err);
}

/* What the mark prints and what stands around it. */
static sx_status look(number *n, sx_context *context, double *scale, const sx_audit_text *text, size_t mark,
                      const sx_index *index, sx_arena *scratch, sx_error *err) {
  const sx_text_mark *m = &text->marks[mark];
  sx_text_mark scaled = *m;
  *n = (number){.mark = m, .unit = text->units[mark]};
  SX_TRY(sx_audit__context(context, text, mark, scratch, err));
  SX_TRY(sx_audit__context_weigh(context, index, scratch, err));
  if (n->unit.any && m->scale < 1.5 && m->decimals >= 0 && text->parts[m->part].table)
    unit_of_head(n, context, &scaled.scale);
  n->mark = &scaled;
  stand_for(n, text->rules[mark]);
  n->mark = m;
  sx_audit__may_move(n, context);
  *scale = scaled.scale;
  return short_name(context, index, n, scratch, err);
}

static const char no_unit[] = "it has no unit";

/* As large as the result that the words name and no other, and the other way. */
static sx_status contradict(sx_audit_match *out, const sx_audit_text *text, const ranked *r, const number *n,
                            double scale, sx_arena *arena, sx_error *err) {
  out->verdict = SX_MATCH_DIFFERS;
  out->score = r->contrary_evidence;
  out->reason = SX_OPPOSITE;
  set_result(out, r->contrary);
  out->expected = expected_text(arena, text, n, r->contrary, scale, true);
  return out->expected ? SX_OK : sx_error_memory(err);
}

/* First: does it agree with a result that it could mean? */
static sx_status agree(sx_audit_match *out, const sx_index *index, const sx_audit_text *text, size_t mark,
                       sx_arena *arena, sx_arena *scratch, sx_error *err) {
  number n;
  sx_context context;
  ranked r = {.evidence = 0};
  double scale;
  *out = (sx_audit_match){.mark = mark,
                          .verdict = SX_MATCH_NONE,
                          .result = (double)NAN,
                          .se = (double)NAN,
                          .low = (double)NAN,
                          .high = (double)NAN};
  SX_TRY(look(&n, &context, &scale, text, mark, index, scratch, err));
  out->printed = n.value;
  if (n.unit.any && !n.word && scale < 1e4) {
    out->reason = no_unit;
    return SX_OK;
  }
  rank(&r, index, &context, &n);
  out->score = r.evidence;
  out->second = r.second;
  if (is_the_one(&r, &n)) {
    out->verdict = SX_MATCH_AGREES;
    out->score = r.agreeing_evidence;
    set_result(out, r.agreeing);
  } else if (r.contrary && r.contrary_evidence >= SENTENCE_AT && r.contrary_evidence >= RIVAL * r.evidence && !n.word) {
    return contradict(out, text, &r, &n, scale, arena, err);
  } else if (may_be(&r, &n)) {
    out->reason = "it agrees with a result that the words name too little";
  } else if (n.word) {
    out->reason = "it is no figure";
  } else if (n.mark->range != SX_RANGE_NONE) {
    out->reason = "it is the end of a range";
  }
  return SX_OK;
}

/* ---- a scale or a unit that is wrong ------------------------------------------------------------------------------ */

typedef struct slip {
  double factor;
  const char *reason;
} slip;

/* Three digits or more that are those of the result named beside the number, at another scale. */
static bool slipped(ranked *r, const char **reason, const sx_index *index, const sx_context *context, const number *n,
                    const sx_audit_text *text) {
  static const slip levels[] = {{1e4, "its scale is wrong: 10,000 times as many agree"},
                                {1e-4, "its scale is wrong: 10,000 times fewer agree"},
                                {1e8, "its scale is wrong: 100,000,000 times as many agree"},
                                {1e-8, "its scale is wrong: 100,000,000 times fewer agree"},
                                {1e3, "its scale is wrong: 1,000 times as many agree"},
                                {1e-3, "its scale is wrong: 1,000 times fewer agree"},
                                {1e6, "its scale is wrong: 1,000,000 times as many agree"},
                                {1e-6, "its scale is wrong: 1,000,000 times fewer agree"}},
                    shares[] = {{100, "it is a hundred times too small"}, {0.01, "it is a hundred times too large"}};
  const bool share = n->unit.share == SX_AUDIT_PERCENT, bare = n->unit.any && n->mark->scale < 1.5;
  const slip *slips = share ? shares : levels;
  const size_t n_slips = share ? 2 : 8;
  double most = 0;
  const sx_text_part *part = &text->parts[n->mark->part];
  const size_t end = n->mark->at + n->mark->n;
  if (bare && end < part->n && sx_is_latin((unsigned char)part->text[end])) return false; /* 947m */
  if (n->word || n->qualified || significant(n) < 3 || n->unit.share == SX_AUDIT_POINTS) return false;
  for (size_t i = 0; i < index->n; i++) {
    const sx_cand *c = &index->items[i];
    double near;
    if (c->kind != (share ? SX_CAND_SHARE : SX_CAND_LEVEL) || !same_unit(n, c)) continue;
    (void)sx_audit__evidence(&near, index, c, context);
    if (near < (bare ? NAMED : DIFFER_AT) || near <= most) continue;
    for (size_t k = 0; k < n_slips; k++) {
      number other = *n;
      other.low *= slips[k].factor;
      other.high *= slips[k].factor;
      if (!sx_audit__lies_in(&other, c)) continue;
      most = r->nearest_evidence = near;
      r->nearest = c;
      *reason = bare ? "its scale or unit is missing" : slips[k].reason;
    }
  }
  return r->nearest != NULL;
}

/* 由11.06亿人增至11.22亿人: the first is of another time. */
static bool is_of_before(const sx_audit_text *text, const sx_text_mark *m) {
  static const char *const to[] = {"增至", "升至", "降至", "增加到", "上升到", "提高到", "下降到", "提升至", "提高至"};
  const sx_text_part *p = &text->parts[m->part];
  size_t at = m->at + m->n;
  while (at < p->n && p->text[at] == ' ') at++;
  for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
    const size_t k = strlen(to[i]);
    if (p->n - at >= k && memcmp(p->text + at, to[i], k) == 0) return true;
  }
  return false;
}

/* The figure of the result that the words name, in another unit. */
static sx_status unit_differs(sx_audit_match *out, const sx_cand *c, const number *n, int lang, sx_arena *arena,
                              sx_error *err) {
  const char *unit = c->kind == SX_CAND_GAP     ? "percentage points"
                     : c->kind == SX_CAND_SHARE ? "per cent"
                                                : sx_audit__text_unit_name(arena, &c->unit, "", 0);
  out->verdict = SX_MATCH_DIFFERS;
  out->score = DIFFER_AT;
  set_result(out, c);
  out->reason = unit ? sx_arena_printf(arena, "its unit is wrong: the result is in %s", unit) : NULL;
  out->expected = sx_audit__in_its_unit(arena, n, c, lang);
  return out->reason && out->expected ? SX_OK : sx_error_memory(err);
}

/* Then, for those that agree with none: do the words name one well enough to say that it differs? */
static sx_status differ(sx_audit_match *out, sx_audit_matches *all, const sx_index *index, const sx_audit_text *text,
                        sx_arena *scratch, sx_error *err) {
  number n;
  sx_context context;
  ranked r = {.evidence = 0};
  double scale;
  const char *reason = NULL;
  SX_TRY(look(&n, &context, &scale, text, out->mark, index, scratch, err));
  const sx_cand *other = n.word || n.qualified || significant(&n) < 3 || out->reason
                             ? NULL
                             : sx_audit__wrong_unit(index, &n, &context, DIFFER_AT);
  if (other) return unit_differs(out, other, &n, context.lang, all->arena, err);
  const bool level = !n.word && !n.qualified && sx_audit__level_as_change(&r.nearest, index, &n, &context, DIFFER_AT);
  if (level) {
    reason = "it is the level, and the words say a change";
    r.nearest_evidence = DIFFER_AT;
  } else if (!slipped(&r, &reason, index, &context, &n, text) && out->reason != no_unit && !is_of_before(text, n.mark))
    find_nearest(&r, index, &context, &n, all, text);
  if (!r.nearest) {
    const char *unknown = sx_audit__unknown_unit(index, &n);
    if (!out->reason && level) out->reason = reason;
    if (!out->reason && unknown &&
        !(out->reason = sx_arena_printf(all->arena, "no result is in its unit, %s", unknown)))
      return sx_error_memory(err);
    if (!out->reason)
      out->reason = out->score < SENTENCE_AT ? "no result is named near it"
                                             : "the result named near it is another one, or of another size";
    return SX_OK;
  }
  out->reason = !reason && sx_audit__contrary(index, &n, r.nearest, &context) ? SX_OPPOSITE : reason;
  out->verdict = SX_MATCH_DIFFERS;
  out->score = r.nearest_evidence;
  set_result(out, r.nearest);
  out->expected =
      expected_text(all->arena, text, &n, r.nearest, scale, sx_audit__contrary(index, &n, r.nearest, &context));
  return out->expected ? SX_OK : sx_error_memory(err);
}

/* ---- the whole text ---------------------------------------------------------------------------------------------- */

static sx_status first_pass(sx_audit_matches *all, const sx_index *index, const sx_audit_text *text, sx_arena *scratch,
                            sx_error *err) {
  size_t cap = 0;
  for (size_t i = 0; i < text->n_marks; i++) {
    const sx_text_mark *m = &text->marks[i];
    const sx_text_run *run = sx_audit__text_run_at(&text->parts[m->part], m->at);
    if (m->kind != SX_MARK_QUANTITY || run->exempt) continue;
    if (run->reference) continue; /* says itself which result it is: sx_audit_text_bound */
    const sx_arena_mark rest = sx_arena_get_mark(scratch);
    sx_audit_match match;
    void *p = all->items;
    SX_TRY(agree(&match, index, text, i, all->arena, scratch, err));
    sx_arena_release(scratch, rest);
    const bool grown = sx_mem_grow(&all->ctx, &p, &cap, all->n + 1, sizeof *all->items);
    all->items = p;
    if (!grown) return sx_error_memory(err);
    all->items[all->n++] = match;
  }
  return SX_OK;
}

/* What is said of the result before it: its standard error, its interval, how far it is from the rest. */
static sx_status follow(sx_audit_match *m, const sx_audit_matches *all, size_t i, const sx_index *index,
                        const sx_audit_text *text, sx_arena *scratch, sx_error *err) {
  number n;
  sx_context context;
  sx_follow f;
  double scale;
  SX_TRY(look(&n, &context, &scale, text, m->mark, index, scratch, err));
  if (!sx_audit__follow(&f, index, text, all, i, &n, &context)) return SX_OK;
  m->verdict = f.agrees ? SX_MATCH_AGREES : SX_MATCH_DIFFERS;
  m->reason = f.reason;
  m->score = 1;
  set_result(m, f.of);
  m->result = f.value;
  if (f.field) m->reference = sx_arena_printf(all->arena, "%s.%s", f.of->reference, f.field);
  if (!m->reference) return sx_error_memory(err);
  if (f.agrees) return SX_OK;
  sx_cand as = *f.of;
  as.value = f.value;
  m->expected = expected_text(all->arena, text, &n, &as, scale, f.reason != NULL);
  return m->expected ? SX_OK : sx_error_memory(err);
}

/* A document of the run: numbers of it name their results. */
static bool is_bound(const sx_audit_text *text) {
  for (size_t i = 0; i < text->n_parts; i++)
    for (size_t r = 0; r < text->parts[i].n_runs; r++)
      if (text->parts[i].runs[r].reference) return true;
  return false;
}

/* own: the words that the study calls no results, of a document of the run; NULL for texts of others. */
static sx_status match_all(sx_audit_matches *all, const sx_index *index, const sx_audit_text *text,
                           const sx_tracer *own, sx_error *err) {
  sx_arena *scratch = NULL;
  SX_TRY(sx_arena_new(&scratch, &all->ctx, err));
  sx_status status = first_pass(all, index, text, scratch, err);
  for (size_t i = 0; i < all->n && status == SX_OK; i++) {
    sx_audit_match *m = &all->items[i];
    const sx_arena_mark rest = sx_arena_get_mark(scratch);
    const sx_text_mark *mark = &text->marks[m->mark];
    const bool no_result =
        own && m->verdict == SX_MATCH_NONE && sx_audit__own_word(own, &text->parts[mark->part], mark) != NULL;
    if (no_result) m->reason = "the study says that it is no result";
    if (m->verdict == SX_MATCH_NONE && !no_result) status = follow(m, all, i, index, text, scratch, err);
    if (status == SX_OK && m->verdict == SX_MATCH_NONE && !no_result && (!m->reason || m->reason == no_unit))
      status = differ(m, all, index, text, scratch, err);
    sx_arena_release(scratch, rest);
    *(m->verdict == SX_MATCH_AGREES    ? &all->n_agree
      : m->verdict == SX_MATCH_DIFFERS ? &all->n_differ
                                       : &all->n_none) += 1;
  }
  sx_arena_free(scratch);
  return status;
}

sx_status sx_audit_text_against(sx_audit_matches **out, const sx_audit_text *text, sx_store *store, int64_t run,
                                sx_error *err) {
  const sx_ctx *ctx = sx_store_ctx(store);
  sx_index index = {.ctx = *ctx};
  sx_tracer own;
  sx_audit_traces *unused = NULL;
  const bool bound = is_bound(text);
  sx_status status;
  sx_audit_matches *all = sx_mem_zalloc(ctx, 1, sizeof *all);
  if (!all) return sx_error_memory(err);
  all->ctx = *ctx;
  SX_TRY_GOTO(status, sx_arena_new(&all->arena, ctx, err), done);
  SX_TRY_GOTO(status, sx_store_which_run(&run, store, err), done);
  SX_TRY_GOTO(status, sx_audit__match_index(&index, store, run, all->arena, err), done);
  if (bound) {
    status = sx_audit__tracer_begin(&own, store, run, err);
    if (status == SX_OK) status = match_all(all, &index, text, &own, err);
    status = sx_audit__tracer_end(&unused, &own, status);
    sx_audit_traces_free(unused);
  } else {
    status = match_all(all, &index, text, NULL, err);
  }
  if (status != SX_OK) goto done;
  *out = all;
  all = NULL;
done:
  sx_audit__match_index_clear(&index);
  sx_audit_matches_free(all);
  return status;
}

void sx_audit_matches_free(sx_audit_matches *matches) {
  if (!matches) return;
  const sx_ctx ctx = matches->ctx;
  sx_arena_free(matches->arena);
  sx_mem_free(&ctx, matches->items);
  sx_mem_free(&ctx, matches);
}
