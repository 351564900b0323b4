/* audit_discover_words.c: candidates by what figures are called, where they stand and when they are of.
 *
 * For a share its parts and wholes, for a gap or a change its two sides, for growth its two levels, for a figure its twin are ranked by
 * a kinship made of texts, places and periods alone, never of the numbers:
 *
 *     dice(A, B) = 2 w(A and B) / (w(A) + w(B)),     w a sum over pairs of Chinese characters or words, each log(1 + N/(labels that have it)),
 *
 * of the names, of a share's base with the whole's name, of populations and comparators with the sides', plus what one place, one document
 * and one period add. Down that ranking the numbers are looked at, and a candidate has as many tries as stand as high. Sums are looked for
 * among the figures that stand side by side in one place, and among parts of a period that make it up. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit_discover_priv.h"
#include "audit_match_priv.h"

enum {
  MOST = 3000,    /* figures: pairs are compared */
  SIDES = 30,     /* of each side the best are paired */
  RUN = 6,        /* summands */
  REACH = 40,     /* how far down the file they may stand from the first */
  MAX_RUNS = 4000 /* of them in a file */
};

typedef struct words {
  uint64_t *items; /* [n] sorted */
  double *weight;  /* [n] */
  size_t n;
  double total;
} words;

typedef struct called {
  words label, population, base, comparator, all; /* all: label, population and base */
  const char *period;
  uint64_t document; /* 0: from outside */
} called;

typedef struct seeker {
  sx_finder *f;
  called *of; /* [figures] */
  uint64_t *vocabulary;
  uint32_t *counts;
  size_t n_vocabulary;
} seeker;

typedef struct scored {
  uint32_t i;
  double s;
} scored;

typedef struct pair {
  uint32_t a, b;
  sx_shape what;
  int years;
  double s;
} pair;

static const au_figure *figure(const seeker *k, size_t i) {
  return sx_finder_figure(k->f, i);
}

/* ---- words ------------------------------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static bool pieces_of(words *out, seeker *k, const char *const *texts, size_t n_texts) {
  sx_buf buf;
  sx_pieces pieces;
  sx_buf_init(&buf, k->f->ctx);
  for (size_t i = 0; i < n_texts; i++) {
    sx_buf_add(&buf, texts[i]);
    sx_buf_add(&buf, " ");
  }
  k->f->status = buf.failed ? sx_error_memory(k->f->err)
                            : sx_audit__pieces(&pieces, k->f->arena, buf.data ? buf.data : "", buf.n, k->f->err);
  sx_buf_clear(&buf);
  if (k->f->status != SX_OK) return false;
  *out = (words){pieces.items, NULL, pieces.n, 0};
  return true;
}

static bool make_vocabulary(seeker *k) {
  size_t n = 0, distinct = 0;
  const size_t n_figures = k->f->audit->n_figures;
  for (size_t i = 0; i < n_figures; i++) n += k->of[i].label.n;
  k->vocabulary = sx_arena_alloc(k->f->arena, n + 1, sizeof *k->vocabulary);
  k->counts = sx_arena_zalloc(k->f->arena, n + 1, sizeof *k->counts);
  if (!k->vocabulary || !k->counts) return false;
  n = 0;
  for (size_t i = 0; i < n_figures; i++)
    for (size_t p = 0; p < k->of[i].label.n; p++) k->vocabulary[n++] = k->of[i].label.items[p];
  if (n) qsort(k->vocabulary, n, sizeof *k->vocabulary, by_value);
  for (size_t i = 0; i < n; i++) {
    if (!distinct || k->vocabulary[distinct - 1] != k->vocabulary[i]) k->vocabulary[distinct++] = k->vocabulary[i];
    k->counts[distinct - 1]++;
  }
  k->n_vocabulary = distinct;
  return true;
}

static bool weigh(words *w, seeker *k) {
  w->weight = sx_arena_alloc(k->f->arena, w->n + 1, sizeof *w->weight);
  if (!w->weight) return false;
  w->total = 0;
  for (size_t i = 0; i < w->n; i++) {
    const uint64_t *at =
        k->n_vocabulary ? bsearch(&w->items[i], k->vocabulary, k->n_vocabulary, sizeof w->items[i], by_value) : NULL;
    const double count = at ? k->counts[at - k->vocabulary] : 0;
    w->weight[i] = log(1 + ((double)k->f->audit->n_figures + 1) / (count + 1));
    w->total += w->weight[i];
  }
  return true;
}

static double common(const words *a, const words *b) {
  double sum = 0;
  for (size_t i = 0, j = 0; i < a->n && j < b->n;) {
    if (a->items[i] < b->items[j]) {
      i++;
    } else if (a->items[i] > b->items[j]) {
      j++;
    } else {
      sum += a->weight[i++];
      j++;
    }
  }
  return sum;
}

static double dice(const words *a, const words *b) {
  return a->total + b->total > 0 ? 2 * common(a, b) / (a->total + b->total) : 0;
}

/* How much of a is in b. */
static double covered(const words *a, const words *b) {
  return a->total > 0 ? common(a, b) / a->total : 0;
}

/* "000, 第一章, L74": what stands before the first comma; one document where places name none. */
static uint64_t document_of(const char *place) {
  uint64_t h = UINT64_C(0xCBF29CE484222325);
  if (!*place) return 0;
  if (!strchr(place, ',')) return h;
  for (; *place && *place != ','; place++) h = (h ^ (unsigned char)*place) * UINT64_C(0x100000001B3);
  return h;
}

static bool read_words(seeker *k) {
  const size_t n = k->f->audit->n_figures;
  k->of = sx_arena_zalloc(k->f->arena, n, sizeof *k->of);
  if (!k->of) return false;
  for (size_t i = 0; i < n; i++) {
    const sx_audit_figure *p = &figure(k, i)->pub;
    called *c = &k->of[i];
    const char *const label[] = {p->indicator, p->category}, *const all[] = {p->indicator, p->category, p->population,
                                                                             p->base};
    c->period = p->period;
    c->document = p->added ? 0 : document_of(p->place);
    if (!pieces_of(&c->label, k, label, 2) || !pieces_of(&c->population, k, &p->population, 1) ||
        !pieces_of(&c->base, k, &p->base, 1) || !pieces_of(&c->comparator, k, &p->comparator, 1) ||
        !pieces_of(&c->all, k, all, 4))
      return false;
  }
  if (!make_vocabulary(k)) return false;
  for (size_t i = 0; i < n; i++) {
    called *c = &k->of[i];
    if (!weigh(&c->label, k) || !weigh(&c->population, k) || !weigh(&c->base, k) || !weigh(&c->comparator, k) ||
        !weigh(&c->all, k))
      return false;
  }
  return true;
}

/* ---- places and periods --------------------------------------------------------------------------------------------------- */

static bool same_place(const seeker *k, size_t a, size_t b) {
  const char *place = figure(k, a)->pub.place;
  return *place && strcmp(place, figure(k, b)->pub.place) == 0;
}

/* Figures of two documents are not of one identity, unless one is a fact from outside. */
static bool may_meet(const seeker *k, size_t a, size_t b) {
  const uint64_t x = k->of[a].document, y = k->of[b].document;
  return !x || !y || x == y;
}

static double beside(const seeker *k, size_t a, size_t b) {
  return same_place(k, a, b) ? 0.3 : k->of[a].document && k->of[a].document == k->of[b].document ? 0.1 : 0;
}

static double when(const seeker *k, size_t a, size_t b) {
  const char *x = k->of[a].period, *y = k->of[b].period;
  return *x && *y && sx_audit__period_alike(x, y) ? 0.3 : 0;
}

/* The period is the one that a comparator names: 2024H1, 2017→2020. */
static double named_period(const seeker *k, size_t side, const char *comparator) {
  const char *period = k->of[side].period;
  return *period && strstr(comparator, period) ? 0.5 : 0;
}

/* ---- candidates down a ranking ---------------------------------------------------------------------------------------------- */

static int best_first(const void *a, const void *b) {
  const scored *x = a, *y = b;
  if (x->s != y->s) return x->s > y->s ? -1 : 1;
  return x->i < y->i ? -1 : x->i > y->i;
}

/* Adds i to the best `SIDES` of a side; `side` has room for one more. */
static void consider(scored *side, size_t *n, uint32_t i, double s) {
  if (*n == SIDES && s <= side[*n - 1].s) return;
  side[(*n)++] = (scored){i, s};
  qsort(side, *n, sizeof *side, best_first);
  if (*n > SIDES) *n = SIDES;
}

static int closest_first(const void *a, const void *b) {
  const pair *x = a, *y = b;
  if (x->s != y->s) return x->s > y->s ? -1 : 1;
  if (x->a != y->a) return x->a < y->a ? -1 : 1;
  return x->b < y->b ? -1 : x->b > y->b;
}

/* target, then the pair. Kinship from `sure` on is a name that is told nearly in full: there a near miss is worth showing. */
static void look_down(seeker *k, uint32_t target, pair *pairs, size_t n, double sure) {
  if (n) qsort(pairs, n, sizeof *pairs, closest_first);
  for (size_t i = 0, end; i < n; i = end) {
    for (end = i; end < n && pairs[end].s == pairs[i].s;) end++;
    for (size_t p = i; p < end; p++) {
      const uint32_t x[3] = {target, pairs[p].a, pairs[p].b};
      const sx_candidate c = {pairs[p].what, x, 3, (double)end, pairs[p].years};
      sx_audit__propose(k->f, &c, false, end == 1 && pairs[p].s >= sure);
    }
  }
}

/* ---- shares ----------------------------------------------------------------------------------------------------------------- */

static bool is_level(const au_figure *x) {
  return x->unit.share == SX_AUDIT_LEVEL && !sx_is_difference(x) && !x->unit.any;
}

static void share(seeker *k, uint32_t x, pair *pairs) {
  const called *own = &k->of[x];
  const words *base = own->base.n ? &own->base : &own->population;
  scored part[SIDES + 1], whole[SIDES + 1];
  size_t n_part = 0, n_whole = 0, n = 0;
  for (uint32_t i = 0; i < k->f->audit->n_figures; i++) {
    if (!is_level(figure(k, i)) || figure(k, i)->pub.count || !may_meet(k, x, i)) continue;
    const double name = dice(&own->label, &k->of[i].label), of = dice(base, &k->of[i].label);
    const double near = beside(k, x, i) + when(k, x, i);
    if (name > 0.1) consider(part, &n_part, i, name + near);
    if (of > 0.1) consider(whole, &n_whole, i, of + near / 2);
  }
  for (size_t a = 0; a < n_part; a++) {
    for (size_t b = 0; b < n_whole; b++) {
      const au_figure *p = figure(k, part[a].i), *w = figure(k, whole[b].i);
      if (part[a].i == whole[b].i || !sx_same_measure(p, w) || w->pub.high <= p->pub.low) continue;
      pairs[n++] = (pair){part[a].i, whole[b].i, S_SHARE, 0, part[a].s + whole[b].s};
    }
  }
  look_down(k, x, pairs, n, 1.6);
}

/* ---- gaps, changes, growth ---------------------------------------------------------------------------------------------------- */

/* x = a - b: of two groups, or of two periods. */
static void difference(seeker *k, uint32_t x, pair *pairs) {
  const called *own = &k->of[x];
  const au_figure *g = figure(k, x);
  const sx_audit_share of = g->unit.share == SX_AUDIT_POINTS ? SX_AUDIT_PERCENT : SX_AUDIT_LEVEL;
  scored one[SIDES + 1], other[SIDES + 1];
  size_t n_one = 0, n_other = 0, n = 0;
  for (uint32_t i = 0; i < k->f->audit->n_figures; i++) {
    const au_figure *y = figure(k, i);
    const called *c = &k->of[i];
    if (y->unit.share != of || i == x || !may_meet(k, x, i)) continue;
    if (of == SX_AUDIT_LEVEL && (sx_is_difference(y) || !sx_audit__unit_same_dim(&g->unit, &y->unit))) continue;
    const double name = dice(&own->label, &c->label);
    if (name < 0.1) continue;
    const double near = name + beside(k, x, i);
    consider(one, &n_one, i, near + when(k, x, i) + covered(&own->population, &c->all));
    consider(other, &n_other, i,
             near + fmax(covered(&own->comparator, &c->all) + when(k, x, i), named_period(k, i, g->pub.comparator)));
  }
  for (size_t a = 0; a < n_one; a++) {
    for (size_t b = 0; b < n_other; b++) {
      const uint32_t i = one[a].i, j = other[b].i;
      if (i == j) continue;
      const bool across =
          *k->of[i].period && *k->of[j].period && !sx_audit__period_alike(k->of[i].period, k->of[j].period);
      const double s = one[a].s + other[b].s + dice(&k->of[i].label, &k->of[j].label);
      pairs[n++] = across ? (pair){j, i, S_CHANGE, 0, s} : (pair){i, j, S_GAP, 0, s};
    }
  }
  look_down(k, x, pairs, n, 3);
}

/* x = b / a - 1, or the same a year. */
static void growth(seeker *k, uint32_t x, pair *pairs) {
  const called *own = &k->of[x];
  const au_figure *g = figure(k, x);
  const bool yearly = strcmp(g->pub.comparison, "cagr") == 0;
  scored from[SIDES + 1], to[SIDES + 1];
  size_t n_from = 0, n_to = 0, n = 0;
  for (uint32_t i = 0; i < k->f->audit->n_figures; i++) {
    if (!is_level(figure(k, i)) || !may_meet(k, x, i)) continue;
    const double name = dice(&own->label, &k->of[i].label);
    if (name < 0.1) continue;
    const double near = name + beside(k, x, i), named = named_period(k, i, g->pub.comparator);
    consider(from, &n_from, i, near + named);
    consider(to, &n_to, i, near + (yearly ? named : when(k, x, i)));
  }
  for (size_t a = 0; a < n_from; a++) {
    for (size_t b = 0; b < n_to; b++) {
      const uint32_t i = from[a].i, j = to[b].i;
      int first[2], last[2], years = 0;
      if (i == j || !sx_same_measure(figure(k, i), figure(k, j))) continue;
      if (!sx_audit__period_months(&first[0], &last[0], k->of[i].period) ||
          !sx_audit__period_months(&first[1], &last[1], k->of[j].period) || last[1] <= last[0])
        continue;
      if (yearly && ((years = (last[1] - last[0]) / 12) < 1 || years > 24)) continue;
      const double s = from[a].s + to[b].s + dice(&k->of[i].label, &k->of[j].label);
      pairs[n++] = (pair){i, j, yearly ? S_CAGR : S_GROWTH, years, s};
    }
  }
  look_down(k, x, pairs, n, 2.5);
}

/* ---- printed twice ------------------------------------------------------------------------------------------------------------ */

static bool printed_alike(const au_figure *a, const au_figure *b) {
  return a->pub.low == b->pub.low && a->pub.high == b->pub.high;
}

static void twins(seeker *k, uint32_t x, scored *twin) {
  const au_figure *one = figure(k, x);
  const called *own = &k->of[x];
  size_t n = 0;
  for (uint32_t i = 0; i < k->f->audit->n_figures; i++) {
    const au_figure *other = figure(k, i);
    const called *c = &k->of[i];
    if (i == x || !sx_same_measure(one, other) || sx_is_difference(one) != sx_is_difference(other)) continue;
    if (*own->period && *c->period && !sx_audit__period_alike(own->period, c->period)) continue;
    if (strcmp(one->pub.comparator, other->pub.comparator) != 0) continue;
    if (same_place(k, x, i) && printed_alike(one, other)) continue; /* one sentence does not say a thing twice alike */
    const double name = dice(&own->label, &c->label);
    if (name < 0.4) continue;
    twin[n++] = (scored){i, name + 0.3 * dice(&own->population, &c->population) + 0.3 * dice(&own->base, &c->base)};
  }
  if (n) qsort(twin, n, sizeof *twin, best_first);
  for (size_t i = 0, end; i < n; i = end) {
    for (end = i; end < n && twin[end].s == twin[i].s;) end++;
    for (size_t p = i; p < end; p++) {
      const uint32_t two[2] = {x, twin[p].i};
      const sx_candidate c = {S_SAME, two, 2, (double)end, 0};
      if (twin[p].i > x) sx_audit__propose(k->f, &c, false, end == 1 && twin[p].s >= 1.3);
    }
  }
}

/* ---- sums --------------------------------------------------------------------------------------------------------------------- */

typedef struct run {
  uint32_t part[RUN];
  size_t n;
} run;

/* Figures side by side in one place, of one measure, two to RUN of them; of one indicator, what stands between is passed over. */
static size_t find_runs(run *runs, size_t n, const seeker *k, sx_audit_share share_kind, bool one_indicator) {
  const uint32_t n_figures = (uint32_t)k->f->audit->n_figures;
  for (uint32_t i = 0; i < n_figures; i++) {
    const au_figure *first = figure(k, i);
    if (first->unit.share != share_kind || sx_is_difference(first) || first->pub.count) continue;
    run r = {{i}, 1};
    bool two = false; /* indicators; runs of one are found for themselves */
    for (uint32_t j = i + 1; j < n_figures && j <= i + REACH && r.n < RUN; j++) {
      const au_figure *next = figure(k, j);
      if (!same_place(k, i, j) || !sx_same_measure(first, next) || sx_is_difference(next) || next->pub.count ||
          strcmp(first->pub.period, next->pub.period) != 0 || strcmp(first->pub.base, next->pub.base) != 0)
        continue;
      if (one_indicator && strcmp(first->pub.indicator, next->pub.indicator) != 0) continue;
      r.part[r.n++] = j;
      two = two || strcmp(first->pub.indicator, next->pub.indicator) != 0;
      if (n == MAX_RUNS) return n;
      if (two || one_indicator) runs[n++] = r;
    }
  }
  return n;
}

static bool holds(const run *r, uint32_t x) {
  for (size_t i = 0; i < r->n; i++)
    if (r->part[i] == x) return true;
  return false;
}

static void sums(seeker *k, uint32_t x, const run *runs, size_t n_runs, scored *by) {
  const called *own = &k->of[x];
  size_t n = 0;
  for (uint32_t i = 0; i < n_runs; i++) {
    const run *r = &runs[i];
    if (!may_meet(k, x, r->part[0]) || holds(r, x) || !sx_same_measure(figure(k, x), figure(k, r->part[0]))) continue;
    if (strcmp(figure(k, x)->pub.base, figure(k, r->part[0])->pub.base) != 0) continue;
    double name = 0;
    for (size_t p = 0; p < r->n; p++) name += dice(&own->label, &k->of[r->part[p]].label) / (double)r->n;
    if (name > 0.1) by[n++] = (scored){i, name + beside(k, x, r->part[0]) + when(k, x, r->part[0])};
  }
  if (n) qsort(by, n, sizeof *by, best_first);
  for (size_t i = 0, end; i < n; i = end) {
    for (end = i; end < n && by[end].s == by[i].s;) end++;
    for (size_t p = i; p < end; p++) {
      const run *r = &runs[by[p].i];
      uint32_t all[RUN + 1] = {x};
      memcpy(all + 1, r->part, r->n * sizeof *all);
      const sx_candidate c = {S_SUM, all, r->n + 1, (double)end, 0};
      sx_audit__propose(k->f, &c, false, false);
    }
  }
}

static bool plain_id(const char *id) {
  return *id && !(*id >= '0' && *id <= '9') &&
         id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")] == '\0';
}

/* Per cents of one base side by side that make a hundred; as many tries as runs begin there. */
static void hundreds(seeker *k, const run *runs, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const run *r = &runs[i];
    double tries = 0;
    bool named = *figure(k, r->part[0])->pub.base != '\0';
    for (size_t j = 0; j < n; j++) tries += same_place(k, runs[j].part[0], r->part[0]);
    for (size_t p = 0; p < r->n; p++) named = named && plain_id(figure(k, r->part[p])->pub.id);
    const sx_candidate c = {S_WHOLE, r->part, r->n, tries, 0};
    if (named) sx_audit__propose(k->f, &c, false, false);
  }
}

/* A period's figure and those of two periods that make it up: halves of a year, quarters of a half. */
static void periods(seeker *k, uint32_t x, pair *pairs, size_t cap) {
  const called *own = &k->of[x];
  int first, last, from[2], to[2];
  size_t n = 0;
  if (!sx_audit__period_months(&first, &last, own->period)) return;
  for (uint32_t i = 0; i < k->f->audit->n_figures; i++) {
    if (!is_level(figure(k, i)) || !may_meet(k, x, i) || !sx_same_measure(figure(k, x), figure(k, i)) ||
        !sx_audit__period_months(&from[0], &to[0], k->of[i].period) || from[0] != first || to[0] >= last)
      continue;
    for (uint32_t j = 0; j < k->f->audit->n_figures && n < cap; j++) {
      if (!is_level(figure(k, j)) || !may_meet(k, x, j) || !sx_same_measure(figure(k, x), figure(k, j)) ||
          !sx_audit__period_months(&from[1], &to[1], k->of[j].period) || from[1] != to[0] + 1 || to[1] != last)
        continue;
      const double name = dice(&own->label, &k->of[i].label) + dice(&own->label, &k->of[j].label);
      if (name > 0.4) pairs[n++] = (pair){i, j, S_SUM, 0, name + dice(&k->of[i].label, &k->of[j].label)};
    }
  }
  look_down(k, x, pairs, n, 2);
}

/* ---- all of it ------------------------------------------------------------------------------------------------------------------ */

static void search(seeker *k, pair *pairs, size_t cap, scored *room, run *runs) {
  const uint32_t n = (uint32_t)k->f->audit->n_figures;
  for (uint32_t i = 0; i < n && k->f->status == SX_OK; i++) {
    const au_figure *x = figure(k, i);
    if (!*x->pub.indicator) continue;
    twins(k, i, room);
    if (x->unit.share == SX_AUDIT_PERCENT && !sx_is_difference(x)) share(k, i, pairs);
    if (x->unit.share == SX_AUDIT_POINTS || (x->unit.share == SX_AUDIT_LEVEL && sx_is_difference(x)))
      difference(k, i, pairs);
    if (x->unit.share == SX_AUDIT_PERCENT && sx_is_difference(x)) growth(k, i, pairs);
    if (is_level(x) && !x->pub.count) periods(k, i, pairs, cap);
  }
  static const sx_audit_share kinds[] = {SX_AUDIT_LEVEL, SX_AUDIT_PERCENT};
  for (size_t kind = 0; kind < 2; kind++) {
    size_t n_runs = find_runs(runs, 0, k, kinds[kind], true);
    n_runs = find_runs(runs, n_runs, k, kinds[kind], false);
    for (uint32_t i = 0; i < n && k->f->status == SX_OK; i++) {
      const au_figure *x = figure(k, i);
      if (x->unit.share == kinds[kind] && !sx_is_difference(x) && *x->pub.indicator) sums(k, i, runs, n_runs, room);
    }
    if (kinds[kind] == SX_AUDIT_PERCENT) hundreds(k, runs, n_runs);
  }
}

void sx_audit__discover_words(sx_finder *f) {
  const size_t n = f->audit->n_figures, cap = SIDES * SIDES;
  seeker k = {.f = f};
  if (n > MOST) return;
  pair *pairs = sx_arena_alloc(f->arena, cap, sizeof *pairs);
  scored *room = sx_arena_alloc(f->arena, n > MAX_RUNS ? n : MAX_RUNS, sizeof *room);
  run *runs = sx_arena_alloc(f->arena, MAX_RUNS, sizeof *runs);
  const bool read = pairs && room && runs && read_words(&k);
  if (!read && f->status == SX_OK) f->status = sx_error_memory(f->err);
  if (f->status == SX_OK) search(&k, pairs, cap, room, runs);
}
