/* audit_discover.c: identities that the figures suggest, for a person to accept.
 *
 * Candidates come from what the columns say (a figure compared with another population or period, siblings of one indicator, one quantity
 * printed twice) and, for shares and gaps, from the numbers among figures of one indicator and period. The evidence of a candidate that
 * agrees is
 *     -log10(min(1, w / R) * tries),
 * w the width of the values of its first figure that would have agreed, R the range that the figure could have been in (twice a level,
 * 100 points of a per cent, ten points or twice the value of a difference), tries the candidates of that kind that were looked at for
 * the figure: how improbable it is that unrelated numbers agree this well. docs/methods/audit.md. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit_priv.h"

enum { MAX_PARTS = 40, MAX_PAIRS = 400 };

typedef enum shape { S_SAME, S_GAP, S_CHANGE, S_GROWTH, S_SHARE, S_SUM } shape;
typedef struct proposal {
  shape what;
  double evidence; /* of those that do not agree: -1 */
  size_t n;
  const uint32_t *figures;
  uint32_t first; /* order of the file, to settle ties */
} proposal;

typedef struct finder {
  const sx_audit *audit;
  const sx_ctx *ctx;
  sx_arena *arena;
  uint32_t *order; /* [n] sorted by indicator, category, period, population */
  proposal *found;
  size_t n, cap;
  uint64_t *known; /* hashes of the figure sets of identities, sorted */
  size_t n_known;
  sx_status status;
  sx_error *err;
} finder;

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

static size_t lower_bound(const finder *f, const key *k) {
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

static const au_figure *figure(const finder *f, size_t i) {
  return &f->audit->figures[i];
}

static bool is_difference(const au_figure *f) {
  return *f->pub.comparison && strcmp(f->pub.comparison, "none") != 0;
}

/* A plain figure (no comparison of its own) with that key and share kind; SIZE_MAX. */
static size_t plain_with(const finder *f, const key *k, sx_audit_share share) {
  for (size_t at = lower_bound(f, k); at < f->audit->n_figures; at++) {
    const key here = key_of(f->audit, f->order[at]);
    if (compare_keys(&here, k) != 0) break;
    const au_figure *x = figure(f, f->order[at]);
    if (!is_difference(x) && x->unit.share == share) return f->order[at];
  }
  return SIZE_MAX;
}

/* ---- evidence ---------------------------------------------------------------------------------------------------------- */

typedef struct span {
  double lo, hi;
} span;

static span span_of(const finder *f, uint32_t i) {
  return (span){figure(f, i)->pub.low, figure(f, i)->pub.high};
}

/* What the first figure would be by the others. */
static span predicted(const finder *f, shape what, const uint32_t *x, size_t n) {
  const span a = span_of(f, x[1]), b = n > 2 ? span_of(f, x[2]) : a;
  span out = a;
  switch (what) {
  case S_SAME:
    break;
  case S_GAP:
    out = (span){a.lo - b.hi, a.hi - b.lo};
    break;
  case S_CHANGE:
    out = (span){b.lo - a.hi, b.hi - a.lo};
    break;
  case S_SHARE:
    out = b.lo > 0 ? (span){a.lo / b.hi, a.hi / b.lo} : (span){(double)NAN, (double)NAN};
    break;
  case S_GROWTH:
    out = a.lo > 0 ? (span){b.lo / a.hi - 1, b.hi / a.lo - 1} : (span){(double)NAN, (double)NAN};
    break;
  case S_SUM:
    for (size_t i = 2; i < n; i++) {
      const span part = span_of(f, x[i]);
      out.lo += part.lo;
      out.hi += part.hi;
    }
    break;
  }
  return out;
}

/* -1: they do not agree; NaN: nothing to say. */
static double evidence(const finder *f, shape what, const uint32_t *x, size_t n, double tries) {
  const span own = span_of(f, x[0]), by = predicted(f, what, x, n);
  if (!isfinite(by.lo) || !isfinite(by.hi) || !isfinite(own.lo) || !isfinite(own.hi)) return (double)NAN;
  if (own.hi <= by.lo || by.hi <= own.lo) return own.lo == by.lo ? 0 : -1;
  const sx_audit_share share = figure(f, x[0])->unit.share;
  const double size = fmax(fabs(own.lo), fabs(own.hi));
  const double range = share == SX_AUDIT_PERCENT  ? fmax(1, size)
                       : share == SX_AUDIT_POINTS ? fmax(0.1, 2 * size)
                                                  : 2 * size;
  const double width = (own.hi - own.lo) + (by.hi - by.lo);
  const double p = fmin(1, width / range) * tries;
  return p < 1 ? -log10(p) : 0;
}

/* ---- what is there already ------------------------------------------------------------------------------------------------ */

static uint64_t set_hash(const finder *f, const uint32_t *x, size_t n) { /* whatever the order */
  uint64_t h = 0;
  (void)f;
  for (size_t i = 0; i < n; i++) {
    uint64_t z = x[i] + 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    h += z ^ (z >> 31);
  }
  return h;
}

static int by_hash(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static bool is_known(const finder *f, uint64_t h) {
  return f->n_known && bsearch(&h, f->known, f->n_known, sizeof h, by_hash) != NULL;
}

/* Two figures of one identity `same` are covered, whichever else it lists. */
static sx_status collect_known(finder *f) {
  size_t cap = 0;
  for (size_t i = 0; i < f->audit->n_identities; i++) {
    const au_identity *identity = &f->audit->identities[i];
    const size_t n = identity->n_args;
    cap += 1 + (identity->kind == AU_SAME ? n * (n - 1) / 2 : 0);
  }
  f->known = sx_arena_alloc(f->arena, cap + 1, sizeof *f->known);
  if (!f->known) return sx_error_memory(f->err);
  for (size_t i = 0; i < f->audit->n_identities; i++) {
    const au_identity *identity = &f->audit->identities[i];
    f->known[f->n_known++] = set_hash(f, identity->args, identity->n_args);
    for (size_t a = 0; identity->kind == AU_SAME && a < identity->n_args; a++) {
      for (size_t b = a + 1; b < identity->n_args; b++) {
        const uint32_t two[2] = {identity->args[a], identity->args[b]};
        f->known[f->n_known++] = set_hash(f, two, 2);
      }
    }
  }
  if (f->n_known) qsort(f->known, f->n_known, sizeof *f->known, by_hash);
  return SX_OK;
}

/* ---- proposals -------------------------------------------------------------------------------------------------------------- */

static void propose(finder *f, shape what, const uint32_t *x, size_t n, double tries, bool even_against) {
  if (f->status != SX_OK) return;
  for (size_t i = 0; i < n; i++) {
    for (size_t k = i + 1; k < n; k++) {
      if (x[i] == x[k]) return;
    }
  }
  const double e = evidence(f, what, x, n, tries);
  if (isnan(e) || (e < 0 && !even_against) || (e >= 0 && e < 0.3 && !even_against) || is_known(f, set_hash(f, x, n)))
    return;
  void *found = f->found;
  uint32_t *kept = sx_arena_alloc(f->arena, n, sizeof *kept);
  if (!kept || !sx_mem_grow(f->ctx, &found, &f->cap, f->n + 1, sizeof *f->found)) {
    f->status = sx_error_memory(f->err);
    return;
  }
  f->found = found;
  memcpy(kept, x, n * sizeof *kept);
  f->found[f->n++] = (proposal){what, e, n, kept, x[0]};
}

static bool same_measure(const au_figure *a, const au_figure *b) {
  return a->unit.share == b->unit.share && sx_audit__unit_same_dim(&a->unit, &b->unit);
}

/* One quantity printed twice: neighbours in the order of the keys. */
static void same_twice(finder *f) {
  for (size_t at = 1; at < f->audit->n_figures; at++) {
    const uint32_t x[2] = {f->order[at - 1], f->order[at]};
    const key a = key_of(f->audit, x[0]), b = key_of(f->audit, x[1]);
    const au_figure *p = figure(f, x[0]), *q = figure(f, x[1]);
    if (!*a.indicator || compare_keys(&a, &b) != 0 || !same_measure(p, q)) continue;
    if (strcmp(p->pub.comparison, q->pub.comparison) != 0 || strcmp(p->pub.comparator, q->pub.comparator) != 0 ||
        strcmp(p->pub.base, q->pub.base) != 0)
      continue;
    propose(f, S_SAME, x, 2, 1, true);
  }
}

/* A figure that says what it is compared with: a population, or a period. */
static void compared(finder *f, uint32_t i) {
  const au_figure *g = figure(f, i);
  const key own = key_of(f->audit, i);
  const sx_audit_share levels = g->unit.share == SX_AUDIT_POINTS ? SX_AUDIT_PERCENT : SX_AUDIT_LEVEL;
  if (!is_difference(g) || !*g->pub.comparator || !*own.indicator) return;
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
static void sum_of_siblings(finder *f, const family *of, uint32_t total, bool by_category) {
  const key t = key_of(f->audit, total);
  uint32_t x[MAX_PARTS + 1] = {total};
  size_t n = 1;
  if (!is_overall(by_category ? t.category : t.population)) return;
  for (size_t i = 0; i < of->n; i++) {
    const key k = key_of(f->audit, of->member[i]);
    const char *own = by_category ? k.category : k.population;
    if (is_overall(own) ||
        strcmp(by_category ? k.population : k.category, by_category ? t.population : t.category) != 0 ||
        is_difference(figure(f, of->member[i])) || !same_measure(figure(f, total), figure(f, of->member[i])))
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
static void shares_from_levels(finder *f, const family *levels, uint32_t share) {
  const key s = key_of(f->audit, share);
  double tries = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < levels->n; i++) {
      const uint32_t part = levels->member[i];
      const key p = key_of(f->audit, part);
      if (strcmp(p.category, s.category) != 0 || strcmp(p.population, s.population) != 0) continue;
      for (size_t j = 0; j < levels->n; j++) {
        const uint32_t whole = levels->member[j];
        if (part == whole || !same_measure(figure(f, part), figure(f, whole))) continue;
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
static void gaps_from_shares(finder *f, const family *of, uint32_t gap) {
  const key g = key_of(f->audit, gap);
  double tries = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < of->n; i++) {
      for (size_t j = 0; j < of->n; j++) {
        const au_figure *a = figure(f, of->member[i]), *b = figure(f, of->member[j]);
        if (i == j || a->unit.share != SX_AUDIT_PERCENT || b->unit.share != SX_AUDIT_PERCENT || is_difference(a) ||
            is_difference(b) || strcmp(a->pub.category, g.category) != 0 || strcmp(b->pub.category, g.category) != 0)
          continue;
        if (pass == 0) tries++;
        const uint32_t x[3] = {gap, of->member[i], of->member[j]};
        if (pass == 1) propose(f, S_GAP, x, 3, tries, false);
      }
    }
    if (tries > MAX_PAIRS) return;
  }
}

static void look_at_family(finder *f, const family *of) {
  enum { MAX_FAMILY = 400 };
  if (of->n > MAX_FAMILY || !*figure(f, of->member[0])->pub.indicator) return;
  for (size_t i = 0; i < of->n; i++) {
    const au_figure *x = figure(f, of->member[i]);
    if (!is_difference(x)) {
      sum_of_siblings(f, of, of->member[i], true);
      sum_of_siblings(f, of, of->member[i], false);
    }
    if (x->unit.share == SX_AUDIT_POINTS) gaps_from_shares(f, of, of->member[i]);
  }
}

/* Runs of figures that compare alike, each a family. */
static void families(finder *f, keyed *keys, uint32_t *member) {
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
static void shares(finder *f, keyed *keys, uint32_t *member) {
  enum { MAX_LEVELS = 300 };
  const size_t n = f->audit->n_figures;
  qsort(keys, n, sizeof *keys, by_period);
  for (size_t at = 0, end; at < n && f->status == SX_OK; at = end) {
    family levels = {member, 0};
    for (end = at; end < n && strcmp(keys[end].k.period, keys[at].k.period) == 0; end++) {
      const au_figure *x = figure(f, keys[end].i);
      if (x->unit.share == SX_AUDIT_LEVEL && !is_difference(x) && !x->unit.any && *x->pub.indicator)
        member[levels.n++] = keys[end].i;
    }
    if (levels.n > MAX_LEVELS || !*keys[at].k.period) continue;
    for (size_t i = at; i < end; i++) {
      const au_figure *x = figure(f, keys[i].i);
      if (x->unit.share == SX_AUDIT_PERCENT && !is_difference(x) && *x->pub.indicator)
        shares_from_levels(f, &levels, keys[i].i);
    }
  }
}

/* ---- the same place ------------------------------------------------------------------------------------------------------------- */

/* "000, chapter 1, L163": figures of one place are printed together. */
static bool same_place(const finder *f, uint32_t a, uint32_t b) {
  const char *place = figure(f, a)->pub.place;
  return *place && strcmp(place, figure(f, b)->pub.place) == 0;
}

/* A difference in points beside the per cents that it is taken of: texts print the three in one line. */
static void gaps_in_place(finder *f, uint32_t gap) {
  enum { NEAR = 12 };
  const uint32_t n = (uint32_t)f->audit->n_figures, first = gap > NEAR ? gap - NEAR : 0,
                 end = gap + NEAR + 1 < n ? gap + NEAR + 1 : n;
  double tries = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (uint32_t a = first; a < end; a++) {
      for (uint32_t b = first; b < end; b++) {
        const au_figure *x = figure(f, a), *y = figure(f, b);
        if (a == b || !same_place(f, gap, a) || !same_place(f, gap, b) || x->unit.share != SX_AUDIT_PERCENT ||
            y->unit.share != SX_AUDIT_PERCENT || is_difference(x) || is_difference(y))
          continue;
        if (pass == 0) tries++;
        const uint32_t three[3] = {gap, a, b};
        if (pass == 1) propose(f, S_GAP, three, 3, tries, false);
      }
    }
  }
}

/* ---- the list ------------------------------------------------------------------------------------------------------------------ */

static int best_first(const void *a, const void *b) {
  const proposal *x = a, *y = b;
  if (x->evidence != y->evidence) return x->evidence > y->evidence ? -1 : 1;
  if (x->first != y->first) return x->first < y->first ? -1 : 1;
  if (x->what != y->what) return x->what < y->what ? -1 : 1;
  const size_t n = x->n < y->n ? x->n : y->n;
  for (size_t i = 0; i < n; i++) {
    if (x->figures[i] != y->figures[i]) return x->figures[i] < y->figures[i] ? -1 : 1;
  }
  return x->n < y->n ? -1 : x->n > y->n;
}

/* The same identity side by side, the best evidence first. */
static int alike_together(const void *a, const void *b) {
  const proposal *x = a, *y = b;
  if (x->what != y->what) return x->what < y->what ? -1 : 1;
  if (x->n != y->n) return x->n < y->n ? -1 : 1;
  for (size_t i = 0; i < x->n; i++) {
    if (x->figures[i] != y->figures[i]) return x->figures[i] < y->figures[i] ? -1 : 1;
  }
  return x->evidence > y->evidence ? -1 : x->evidence < y->evidence;
}

static bool repeats(const proposal *a, const proposal *b) {
  return a->what == b->what && a->n == b->n && memcmp(a->figures, b->figures, a->n * sizeof *a->figures) == 0;
}

static void drop_repeats(finder *f) {
  size_t kept = 0;
  if (f->n) qsort(f->found, f->n, sizeof *f->found, alike_together);
  for (size_t i = 0; i < f->n; i++) {
    if (kept && repeats(&f->found[i], &f->found[kept - 1])) continue;
    f->found[kept++] = f->found[i];
  }
  f->n = kept;
}

static void add_id(sx_buf *out, const finder *f, uint32_t i) {
  const char *id = figure(f, i)->pub.id;
  if (*id && id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")] == '\0' &&
      !(id[0] >= '0' && id[0] <= '9')) {
    sx_buf_add(out, id);
  } else {
    sx_json_string(out, id);
  }
}

static void add_list(sx_buf *out, const finder *f, const uint32_t *x, size_t n) {
  sx_buf_add(out, "[");
  for (size_t i = 0; i < n; i++) {
    if (i) sx_buf_add(out, ", ");
    add_id(out, f, x[i]);
  }
  sx_buf_add(out, "]");
}

static void write_one(sx_buf *out, const finder *f, const proposal *p, size_t number) {
  static const char *const words[][3] = {[S_SAME] = {"same", "", ""},
                                         [S_GAP] = {"gap", "of", "over"},
                                         [S_CHANGE] = {"change", "from", "to"},
                                         [S_GROWTH] = {"growth", "from", "to"},
                                         [S_SHARE] = {"share", "part", "whole"},
                                         [S_SUM] = {"sum", "of", ""}};
  sx_buf_printf(out, "  - {id: proposed_%zu, %s: ", number, words[p->what][0]);
  if (p->what == S_SAME) {
    add_list(out, f, p->figures, p->n);
  } else {
    add_id(out, f, p->figures[0]);
    for (size_t k = 1; k < 3 && *words[p->what][k]; k++) {
      sx_buf_printf(out, ", %s: ", words[p->what][k]);
      if (p->what == S_SUM) {
        add_list(out, f, p->figures + 1, p->n - 1);
      } else {
        add_id(out, f, p->figures[k]);
      }
    }
  }
  if (p->evidence < 0) {
    sx_buf_add(out, "} # by the columns; the numbers do not agree\n");
  } else {
    sx_buf_printf(out, "} # evidence %.1f\n", p->evidence);
  }
}

static void write_all(sx_buf *out, finder *f, size_t max) {
  sx_buf_add(out, "# Proposed identities, for a person to accept. Evidence: minus log10 of the probability that "
                  "unrelated numbers agree\n"
                  "# this well, times the candidates looked at (docs/methods/audit.md).\nidentities:\n");
  size_t number = 0;
  drop_repeats(f);
  if (f->n) qsort(f->found, f->n, sizeof *f->found, best_first);
  for (size_t i = 0; i < f->n && (!max || number < max); i++) write_one(out, f, &f->found[i], ++number);
  if (!number) sx_buf_add(out, "  [] # nothing is suggested that is not there already\n");
}

sx_status sx_audit_discover(sx_buf *out, const sx_audit *audit, size_t max, sx_error *err) {
  if (!out || !audit) return sx_error_set(err, SX_E_ARGUMENT, NULL, "out and audit must not be NULL");
  finder f = {.audit = audit, .ctx = &audit->ctx, .err = err};
  const size_t n = audit->n_figures;
  SX_TRY(sx_arena_new(&f.arena, &audit->ctx, err));
  keyed *keys = sx_arena_alloc(f.arena, n + 1, sizeof *keys);
  uint32_t *member = sx_arena_alloc(f.arena, n + 1, sizeof *member);
  f.order = sx_arena_alloc(f.arena, n + 1, sizeof *f.order);
  f.status = keys && member && f.order ? collect_known(&f) : sx_error_memory(err);
  if (f.status == SX_OK && n) {
    for (size_t i = 0; i < n; i++) keys[i] = (keyed){key_of(audit, i), (uint32_t)i};
    qsort(keys, n, sizeof *keys, by_key);
    for (size_t i = 0; i < n; i++) f.order[i] = keys[i].i;
    same_twice(&f);
    for (size_t i = 0; i < n; i++) compared(&f, (uint32_t)i);
    for (size_t i = 0; i < n; i++) {
      if (figure(&f, (uint32_t)i)->unit.share == SX_AUDIT_POINTS) gaps_in_place(&f, (uint32_t)i);
    }
    families(&f, keys, member);
    shares(&f, keys, member);
  }
  if (f.status == SX_OK) {
    write_all(out, &f, max);
    f.status = sx_buf_status(out, err);
  }
  sx_mem_free(&audit->ctx, f.found);
  sx_arena_free(f.arena);
  return f.status;
}
