/* audit_discover_columns.c: candidates from what the columns say: a figure compared with another population or period, siblings of one
 * indicator, one quantity printed twice; and, among figures of one indicator and period or of one place, from the numbers. */
#include <stdlib.h>
#include <string.h>

#include "audit_discover_priv.h"

enum { MAX_PARTS = 40, MAX_PAIRS = 400 };

static void propose(sx_finder *f, sx_shape what, const uint32_t *x, size_t n, double tries, bool even_against) {
  const sx_candidate c = {what, x, n, tries, 0};
  sx_audit__propose(f, &c, even_against, false);
}

static const au_figure *figure(const sx_finder *f, size_t i) {
  return sx_finder_figure(f, i);
}

/* ---- figures by what the columns say -------------------------------------------------------------------------------- */

typedef struct key {
  const char *indicator, *category, *period, *population;
} key;

static key key_of(const sx_audit *audit, size_t i) {
  const sx_audit_figure *f = &audit->figures[i].pub;
  return (key){f->indicator, f->category, f->period, f->population};
}

static int compare_keys(const key *a, const key *b) {
  int order = strcmp(a->indicator, b->indicator);
  if (!order) order = strcmp(a->category, b->category);
  if (!order) order = strcmp(a->period, b->period);
  return order ? order : strcmp(a->population, b->population);
}

typedef struct keyed {
  key k;
  uint32_t i;
} keyed;

static int by_key(const void *a, const void *b) {
  const keyed *x = a, *y = b;
  const int order = compare_keys(&x->k, &y->k);
  return order ? order : x->i < y->i ? -1 : x->i > y->i;
}

/* Everybody: what a group is part of. */
static bool is_overall(const char *text) {
  static const char *const words[] = {"", "全国", "整体", "全部", "总体", "合计", "overall", "total", "all"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcmp(text, words[i]) == 0) return true;
  }
  return strncmp(text, "整体", strlen("整体")) == 0;
}

static size_t lower_bound(const sx_finder *f, const key *k) {
  size_t low = 0, high = f->audit->n_figures;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const key at = key_of(f->audit, f->order[middle]);
    if (compare_keys(&at, k) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* A plain figure (no comparison of its own) with that key and share kind; SIZE_MAX. */
static size_t plain_with(const sx_finder *f, const key *k, sx_audit_share share) {
  for (size_t at = lower_bound(f, k); at < f->audit->n_figures; at++) {
    const key here = key_of(f->audit, f->order[at]);
    if (compare_keys(&here, k) != 0) break;
    const au_figure *x = figure(f, f->order[at]);
    if (!sx_is_difference(x) && x->unit.share == share) return f->order[at];
  }
  return SIZE_MAX;
}

/* One quantity printed twice: neighbours in the order of the keys. */
static void same_twice(sx_finder *f) {
  for (size_t at = 1; at < f->audit->n_figures; at++) {
    const uint32_t x[2] = {f->order[at - 1], f->order[at]};
    const key a = key_of(f->audit, x[0]), b = key_of(f->audit, x[1]);
    const au_figure *p = figure(f, x[0]), *q = figure(f, x[1]);
    if (!*a.indicator || compare_keys(&a, &b) != 0 || !sx_same_measure(p, q)) continue;
    if (strcmp(p->pub.comparison, q->pub.comparison) != 0 || strcmp(p->pub.comparator, q->pub.comparator) != 0 ||
        strcmp(p->pub.base, q->pub.base) != 0)
      continue;
    propose(f, S_SAME, x, 2, 1, true);
  }
}

/* A figure that says what it is compared with: a population, or a period. */
static void compared(sx_finder *f, uint32_t i) {
  const au_figure *g = figure(f, i);
  const key own = key_of(f->audit, i);
  const sx_audit_share levels = g->unit.share == SX_AUDIT_POINTS ? SX_AUDIT_PERCENT : SX_AUDIT_LEVEL;
  if (!sx_is_difference(g) || !*g->pub.comparator || !*own.indicator) return;
  static const char *const overall[] = {"", "全国", "整体", "全部", "总体", "overall", "total", "all"};
  const size_t now = plain_with(f, &own, levels);
  if (now == SIZE_MAX) return;
  key other = own;
  other.period = g->pub.comparator;
  const size_t before = plain_with(f, &other, levels);
  if (before != SIZE_MAX && g->unit.share != SX_AUDIT_LEVEL) {
    const uint32_t x[3] = {i, (uint32_t)before, (uint32_t)now};
    propose(f, g->unit.share == SX_AUDIT_POINTS ? S_CHANGE : S_GROWTH, x, 3, 1, strcmp(g->pub.comparison, "cagr") != 0);
  }
  if (g->unit.share != SX_AUDIT_POINTS) return;
  other = own;
  other.population = g->pub.comparator;
  size_t over = plain_with(f, &other, levels);
  for (size_t k = 0; over == SIZE_MAX && is_overall(g->pub.comparator) && k < sizeof overall / sizeof *overall; k++) {
    other.population = overall[k];
    over = plain_with(f, &other, levels);
  }
  if (over == SIZE_MAX || is_overall(own.population)) return;
  const uint32_t x[3] = {i, (uint32_t)now, (uint32_t)over};
  propose(f, S_GAP, x, 3, 1, true);
}

/* ---- siblings: one indicator and period -------------------------------------------------------------------------------------- */

typedef struct family {
  uint32_t *member;
  size_t n;
} family;

static int by_indicator_period(const void *a, const void *b) {
  const keyed *x = a, *y = b;
  int order = strcmp(x->k.indicator, y->k.indicator);
  if (!order) order = strcmp(x->k.period, y->k.period);
  return order ? order : x->i < y->i ? -1 : x->i > y->i;
}

/* The parts of total along one dimension: all else alike. */
static void sum_of_siblings(sx_finder *f, const family *of, uint32_t total, bool by_category) {
  const key t = key_of(f->audit, total);
  uint32_t x[MAX_PARTS + 1] = {total};
  size_t n = 1;
  if (!is_overall(by_category ? t.category : t.population)) return;
  for (size_t i = 0; i < of->n; i++) {
    const key k = key_of(f->audit, of->member[i]);
    const char *own = by_category ? k.category : k.population;
    if (is_overall(own) ||
        strcmp(by_category ? k.population : k.category, by_category ? t.population : t.category) != 0 ||
        sx_is_difference(figure(f, of->member[i])) || !sx_same_measure(figure(f, total), figure(f, of->member[i])))
      continue;
    for (size_t j = 1; j < n; j++) {
      const key seen = key_of(f->audit, x[j]);
      if (strcmp(own, by_category ? seen.category : seen.population) == 0)
        return; /* printed twice: which one is not known */
    }
    if (n > MAX_PARTS) return;
    x[n++] = of->member[i];
  }
  if (n >= 3) propose(f, S_SUM, x, n, 1, false);
}

/* A per cent of somebody and the levels of somebody and of everybody, of one period. */
static void shares_from_levels(sx_finder *f, const family *levels, uint32_t share) {
  const key s = key_of(f->audit, share);
  double tries = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < levels->n; i++) {
      const uint32_t part = levels->member[i];
      const key p = key_of(f->audit, part);
      if (strcmp(p.category, s.category) != 0 || strcmp(p.population, s.population) != 0) continue;
      for (size_t j = 0; j < levels->n; j++) {
        const uint32_t whole = levels->member[j];
        if (part == whole || !sx_same_measure(figure(f, part), figure(f, whole))) continue;
        if (figure(f, whole)->pub.high <= figure(f, part)->pub.low) continue;
        if (pass == 0) tries++;
        const uint32_t x[3] = {share, part, whole};
        if (pass == 1) propose(f, S_SHARE, x, 3, tries, false);
      }
    }
    if (tries > MAX_PAIRS) return;
  }
}

/* A difference in points and the per cents of its indicator and period. */
static void gaps_from_shares(sx_finder *f, const family *of, uint32_t gap) {
  const key g = key_of(f->audit, gap);
  double tries = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < of->n; i++) {
      for (size_t j = 0; j < of->n; j++) {
        const au_figure *a = figure(f, of->member[i]), *b = figure(f, of->member[j]);
        if (i == j || a->unit.share != SX_AUDIT_PERCENT || b->unit.share != SX_AUDIT_PERCENT || sx_is_difference(a) ||
            sx_is_difference(b) || strcmp(a->pub.category, g.category) != 0 || strcmp(b->pub.category, g.category) != 0)
          continue;
        if (pass == 0) tries++;
        const uint32_t x[3] = {gap, of->member[i], of->member[j]};
        if (pass == 1) propose(f, S_GAP, x, 3, tries, false);
      }
    }
    if (tries > MAX_PAIRS) return;
  }
}

static void look_at_family(sx_finder *f, const family *of) {
  enum { MAX_FAMILY = 400 };
  if (of->n > MAX_FAMILY || !*figure(f, of->member[0])->pub.indicator) return;
  for (size_t i = 0; i < of->n; i++) {
    const au_figure *x = figure(f, of->member[i]);
    if (!sx_is_difference(x)) {
      sum_of_siblings(f, of, of->member[i], true);
      sum_of_siblings(f, of, of->member[i], false);
    }
    if (x->unit.share == SX_AUDIT_POINTS) gaps_from_shares(f, of, of->member[i]);
  }
}

/* Runs of figures that compare alike, each a family. */
static void families(sx_finder *f, keyed *keys, uint32_t *member) {
  const size_t n = f->audit->n_figures;
  qsort(keys, n, sizeof *keys, by_indicator_period);
  for (size_t i = 0; i < n; i++) member[i] = keys[i].i;
  for (size_t at = 0, end; at < n && f->status == SX_OK; at = end) {
    for (end = at; end < n && strcmp(keys[end].k.indicator, keys[at].k.indicator) == 0 &&
                   strcmp(keys[end].k.period, keys[at].k.period) == 0;)
      end++;
    look_at_family(f, &(family){member + at, end - at});
  }
}

static int by_period(const void *a, const void *b) {
  const keyed *x = a, *y = b;
  const int order = strcmp(x->k.period, y->k.period);
  return order ? order : x->i < y->i ? -1 : x->i > y->i;
}

/* Levels of one period, plain: parts and wholes of its per cents. */
static void shares(sx_finder *f, keyed *keys, uint32_t *member) {
  enum { MAX_LEVELS = 300 };
  const size_t n = f->audit->n_figures;
  qsort(keys, n, sizeof *keys, by_period);
  for (size_t at = 0, end; at < n && f->status == SX_OK; at = end) {
    family levels = {member, 0};
    for (end = at; end < n && strcmp(keys[end].k.period, keys[at].k.period) == 0; end++) {
      const au_figure *x = figure(f, keys[end].i);
      if (x->unit.share == SX_AUDIT_LEVEL && !sx_is_difference(x) && !x->unit.any && *x->pub.indicator)
        member[levels.n++] = keys[end].i;
    }
    if (levels.n > MAX_LEVELS || !*keys[at].k.period) continue;
    for (size_t i = at; i < end; i++) {
      const au_figure *x = figure(f, keys[i].i);
      if (x->unit.share == SX_AUDIT_PERCENT && !sx_is_difference(x) && *x->pub.indicator)
        shares_from_levels(f, &levels, keys[i].i);
    }
  }
}

/* ---- the same place ------------------------------------------------------------------------------------------------------------- */

/* "000, chapter 1, L163": figures of one place are printed together. */
static bool same_place(const sx_finder *f, uint32_t a, uint32_t b) {
  const char *place = figure(f, a)->pub.place;
  return *place && strcmp(place, figure(f, b)->pub.place) == 0;
}

/* A difference in points beside the per cents that it is taken of: texts print the three in one line. */
static void gaps_in_place(sx_finder *f, uint32_t gap) {
  enum { NEAR = 12 };
  const uint32_t n = (uint32_t)f->audit->n_figures, first = gap > NEAR ? gap - NEAR : 0,
                 end = gap + NEAR + 1 < n ? gap + NEAR + 1 : n;
  double tries = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (uint32_t a = first; a < end; a++) {
      for (uint32_t b = first; b < end; b++) {
        const au_figure *x = figure(f, a), *y = figure(f, b);
        if (a == b || !same_place(f, gap, a) || !same_place(f, gap, b) || x->unit.share != SX_AUDIT_PERCENT ||
            y->unit.share != SX_AUDIT_PERCENT || sx_is_difference(x) || sx_is_difference(y))
          continue;
        if (pass == 0) tries++;
        const uint32_t three[3] = {gap, a, b};
        if (pass == 1) propose(f, S_GAP, three, 3, tries, false);
      }
    }
  }
}

void sx_audit__discover_columns(sx_finder *f) {
  const size_t n = f->audit->n_figures;
  keyed *keys = sx_arena_alloc(f->arena, n + 1, sizeof *keys);
  uint32_t *member = sx_arena_alloc(f->arena, n + 1, sizeof *member);
  if (!keys || !member) {
    f->status = sx_error_memory(f->err);
    return;
  }
  for (size_t i = 0; i < n; i++) keys[i] = (keyed){key_of(f->audit, i), (uint32_t)i};
  qsort(keys, n, sizeof *keys, by_key);
  for (size_t i = 0; i < n; i++) f->order[i] = keys[i].i;
  same_twice(f);
  for (size_t i = 0; i < n; i++) compared(f, (uint32_t)i);
  for (size_t i = 0; i < n; i++) {
    if (figure(f, (uint32_t)i)->unit.share == SX_AUDIT_POINTS) gaps_in_place(f, (uint32_t)i);
  }
  families(f, keys, member);
  shares(f, keys, member);
}
