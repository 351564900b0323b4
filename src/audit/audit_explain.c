/* audit_explain.c: the fewest figures that must be wrong. A figure taken to be wrong is freed: its interval becomes the whole range of its
 * dimension. A set explains everything when, with it freed, no identity and no group of linear ones fails.
 *
 * Implicit hitting sets: a conflict is a set of figures of which at least one must be freed. Minimum hitting sets of the conflicts known so
 * far (branch and cut, one small program per component) are tried; what still fails gives a new conflict, until nothing fails. As every
 * conflict is necessary and the last set is sufficient, a proven minimum hitting set is a minimum explanation. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit_group.h"

typedef struct conflicts {
  const sx_ctx *ctx;
  size_t *start; /* [n + 1] */
  uint32_t *item;
  size_t n, cap_start, n_items, cap_items;
} conflicts;

enum { SMALL = 300 }; /* linear identities up to which they are simply asked about by component */

typedef struct search {
  sx_audit_report *report;
  au_work *work;
  au_solver s;
  conflicts all;
  uint32_t *order; /* linear identities by component */
  size_t *start, n_components;
  uint32_t *product; /* products and ratios by component */
  size_t *product_start, n_products;
  bool products; /* a group of them fails, or one by itself */
  bool *dirty;   /* [n_components] something in it fails */
  size_t *at;    /* [n_figures + 1] linear identities of a figure: row[at[f] .. at[f + 1]) */
  uint32_t *row;
  uint32_t *seen; /* [n_identities] the number of the last walk that met it */
  uint32_t walk;
  au_range *box;
  bool *dead;  /* [n_identities] no values of any figures satisfy it, or it and others: no set of figures explains it */
  bool unsure; /* whether a formula can hold at all was not decided */
  bool restart; /* one was found: what was concluded from it is void */
  size_t bound;
  bool proven;
} search;

static sx_status begin(conflicts *all, sx_error *err) {
  void *start = all->start;
  if (!sx_mem_grow(all->ctx, &start, &all->cap_start, all->n + 2, sizeof *all->start)) return sx_error_memory(err);
  all->start = start;
  all->start[all->n] = all->n_items;
  return SX_OK;
}

static sx_status add(conflicts *all, uint32_t figure, sx_error *err) {
  void *item = all->item;
  for (size_t i = all->start[all->n]; i < all->n_items; i++) {
    if (all->item[i] == figure) return SX_OK;
  }
  if (!sx_mem_grow(all->ctx, &item, &all->cap_items, all->n_items + 1, sizeof *all->item)) return sx_error_memory(err);
  all->item = item;
  all->item[all->n_items++] = figure;
  return SX_OK;
}

/* An empty conflict says that nothing helps: false, and the identities behind it are impossible. */
static bool finish(conflicts *all) {
  if (all->n_items == all->start[all->n]) return false;
  all->start[++all->n] = all->n_items;
  return true;
}

/* Identities that fail with all of their figures freed are set aside, told as impossible, and the search begins anew without them. */
static sx_status set_aside(search *x, const uint32_t *ids, size_t n, sx_error *err) {
  sx_audit_report *report = x->report;
  void *sets = report->impossible;
  size_t *kept = sx_arena_alloc(report->arena, n, sizeof *kept);
  if (!kept ||
      !sx_mem_grow(&report->ctx, &sets, &report->cap_impossible, report->n_impossible + 1, sizeof *report->impossible))
    return sx_error_memory(err);
  report->impossible = sets;
  for (size_t i = 0; i < n; i++) {
    kept[i] = ids[i];
    x->dead[ids[i]] = true;
  }
  report->impossible[report->n_impossible++] = (sx_audit_group){.identities = kept, .n_identities = n};
  x->restart = true;
  return SX_OK;
}

/* The identities that are not set aside are moved to the front. */
static size_t live(const search *x, uint32_t *ids, size_t n) {
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    const uint32_t id = ids[i];
    if (x->dead[id]) continue;
    ids[i] = ids[kept];
    ids[kept++] = id;
  }
  return kept;
}

/* ---- conflicts ----------------------------------------------------------------------------------------------------------- */

static void fill_box(search *x, const au_identity *identity) {
  sx_audit__box(x->box, x->report->audit, identity);
  for (size_t i = 0; i < identity->pub.n_figures; i++) {
    const size_t figure = identity->pub.figures[i];
    if (x->s.freed[figure]) x->box[i] = sx_audit__whole_range(&x->report->audit->figures[figure]);
  }
}

/* A freed divisor may be anything down to 0: cutting its interval in two again and again settles nothing. */
static bool fails(search *x, const au_identity *identity, bool freed) {
  const bool exact = freed && identity->exact;
  const au_answer answer =
      exact ? sx_audit__decide_exact(x->work, identity, x->box) : sx_audit__decide(x->work, identity, x->box);
  if (answer == AU_UNDECIDED && !identity->exact && identity->kind == AU_FORMULA) x->unsure = true;
  return answer != AU_FEASIBLE && answer != AU_UNDECIDED;
}

/* Of one identity: figures are freed one after the other as long as it still fails; the rest is an irreducible conflict. */
static sx_status from_identity(search *x, size_t i, bool *added, sx_error *err) {
  enum { FILTER_UP_TO = 64 };
  const au_identity *identity = &x->report->audit->identities[i];
  const size_t n = identity->pub.n_figures;
  bool freed = false;
  for (size_t k = 0; k < n; k++) freed = freed || x->s.freed[identity->pub.figures[k]];
  fill_box(x, identity);
  x->unsure = false;
  const bool mixed = identity->points_mixed && !freed, numbers = fails(x, identity, freed);
  if (freed && x->unsure) x->proven = false; /* what is freed may not be enough */
  if (x->work->failed) return sx_error_memory(err);
  if (!mixed && !numbers) return SX_OK;
  SX_TRY(begin(&x->all, err));
  for (size_t k = 0; k < n; k++) {
    const uint32_t figure = (uint32_t)identity->pub.figures[k];
    if (x->s.freed[figure]) continue;
    if (numbers && n <= FILTER_UP_TO) {
      const au_range kept = x->box[k];
      x->box[k] = sx_audit__whole_range(&x->report->audit->figures[figure]);
      if (fails(x, identity, true)) continue;
      x->box[k] = kept;
    }
    SX_TRY(add(&x->all, figure, err));
  }
  *added = true;
  return finish(&x->all) ? SX_OK : set_aside(x, &(uint32_t){(uint32_t)i}, 1, err);
}

static sx_status from_core(search *x, const uint32_t *ids, size_t n, sx_error *err) {
  SX_TRY(begin(&x->all, err));
  for (size_t i = 0; i < n; i++) {
    const sx_audit_identity *identity = &x->report->audit->identities[ids[i]].pub;
    for (size_t k = 0; k < identity->n_figures; k++) {
      if (!x->s.freed[identity->figures[k]]) SX_TRY(add(&x->all, (uint32_t)identity->figures[k], err));
    }
  }
  return finish(&x->all) ? SX_OK : set_aside(x, ids, n, err);
}

static sx_status from_component(search *x, size_t c, bool *added, sx_error *err) {
  uint32_t *ids = x->order + x->start[c];
  size_t n = live(x, ids, x->start[c + 1] - x->start[c]);
  while (n > 0 && !x->restart) {
    au_lp_answer answer;
    size_t core;
    SX_TRY(sx_ctx_poll(&x->report->ctx, err));
    SX_TRY(sx_audit__joint(&answer, &x->s, ids, n, &core, err));
    if (answer == AU_LP_LATE) x->proven = false;
    if (answer != AU_LP_NO) break;
    SX_TRY(from_core(x, ids, core, err));
    *added = true;
    ids += core; /* the rest is behind it: a permutation, nothing is lost */
    n -= core;
  }
  return SX_OK;
}

/* Of products and ratios together. */
static sx_status from_products(search *x, bool *added, sx_error *err) {
  for (size_t c = 0; c < x->n_products && !x->restart; c++) {
    uint32_t *ids = x->product + x->product_start[c];
    size_t n = live(x, ids, x->product_start[c + 1] - x->product_start[c]), core = 0;
    while (n > 1 && !x->restart) {
      au_lp_answer answer;
      SX_TRY(sx_ctx_poll(&x->report->ctx, err));
      SX_TRY(sx_audit__products_joint(&answer, &x->s, ids, n, &core, err));
      if (answer == AU_LP_LATE) x->proven = false;
      if (answer != AU_LP_NO) break;
      SX_TRY(from_core(x, ids, core, err));
      *added = true;
      ids += core;
      n -= core;
    }
  }
  return SX_OK;
}

/* Around each freed figure, without asking about a large component as a whole: most that a freed figure upsets is near it. */
static sx_status from_neighbours(search *x, bool *added, sx_error *err) {
  enum { NEAR = 48 };
  const sx_audit *audit = x->report->audit;
  uint32_t ids[NEAR];
  for (size_t f = 0; f < audit->n_figures; f++) {
    size_t n = 0, core;
    if (!x->s.freed[f]) continue;
    x->walk++;
    for (size_t done = 0, figure = f;; done++) {
      const sx_audit_identity *of = done ? &audit->identities[ids[done - 1]].pub : NULL;
      for (size_t k = 0; k < (of ? of->n_figures : 1); k++) {
        if (of) figure = of->figures[k];
        for (size_t j = x->at[figure]; j < x->at[figure + 1] && n < NEAR; j++) {
          if (x->seen[x->row[j]] == x->walk || x->dead[x->row[j]]) continue;
          x->seen[x->row[j]] = x->walk;
          ids[n++] = x->row[j];
        }
      }
      if (done >= n) break;
    }
    au_lp_answer answer = AU_LP_YES;
    if (n > 1) SX_TRY(sx_audit__joint(&answer, &x->s, ids, n, &core, err));
    if (answer != AU_LP_NO) continue;
    SX_TRY(from_core(x, ids, core, err));
    *added = true;
  }
  return SX_OK;
}

static sx_status index_rows(search *x, sx_error *err) {
  const sx_audit *audit = x->report->audit;
  const size_t n = audit->n_figures, m = x->start[x->n_components];
  size_t entries = 0;
  for (size_t k = 0; k < m; k++) entries += audit->identities[x->order[k]].pub.n_figures;
  x->at = sx_mem_zalloc(&x->report->ctx, n + 2, sizeof *x->at);
  x->row = sx_mem_alloc(&x->report->ctx, entries + 1, sizeof *x->row);
  x->seen = sx_mem_zalloc(&x->report->ctx, audit->n_identities + 1, sizeof *x->seen);
  if (!x->at || !x->row || !x->seen) return sx_error_memory(err);
  for (int pass = 0; pass < 2; pass++) {
    for (size_t k = 0; k < m; k++) {
      const sx_audit_identity *identity = &audit->identities[x->order[k]].pub;
      for (size_t i = 0; i < identity->n_figures; i++) {
        if (pass == 0) {
          x->at[identity->figures[i] + 2]++;
        } else {
          x->row[x->at[identity->figures[i] + 1]++] = x->order[k];
        }
      }
    }
    for (size_t f = 0; pass == 0 && f < n; f++) x->at[f + 2] += x->at[f + 1];
  }
  return SX_OK;
}

/* What still fails with the figures freed so far. */
static sx_status look(search *x, bool *added, sx_error *err) {
  const sx_audit_report *report = x->report;
  *added = false;
  for (size_t i = 0; i < report->audit->n_identities; i++) {
    if (report->findings[i].verdict == SX_AUDIT_CONTRADICTS && !x->dead[i]) SX_TRY(from_identity(x, i, added, err));
  }
  if (*added) return SX_OK; /* groups are looked at when no identity fails alone */
  if (x->start[x->n_components] > SMALL) SX_TRY(from_neighbours(x, added, err));
  if (*added) return SX_OK;
  for (size_t c = 0; c < x->n_components; c++) {
    if (x->dirty[c]) SX_TRY(from_component(x, c, added, err));
  }
  return *added || !x->products ? SX_OK : from_products(x, added, err);
}

/* ---- hitting them --------------------------------------------------------------------------------------------------------- */

static uint32_t root_of(uint32_t *parent, uint32_t i) {
  while (parent[i] != i) i = parent[i] = parent[parent[i]];
  return i;
}

typedef struct ranked {
  uint32_t root, set;
} ranked;

static int by_root(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->root != y->root) return x->root < y->root ? -1 : 1;
  return x->set < y->set ? -1 : x->set > y->set;
}

/* One component of the conflicts: a program in local numbers. local[figure] is UINT32_MAX between calls. */
typedef struct local {
  uint32_t *number;
  const double *credit; /* [n_figures] share of the identities of a figure that agree */
} local;

static void greedy(au_hitting *h, size_t *start_hit, uint32_t *count) {
  memset(h->chosen, 0, h->n * sizeof *h->chosen);
  memset(start_hit, 0, h->n_sets * sizeof *start_hit);
  for (size_t left = h->n_sets; left > 0;) {
    memset(count, 0, h->n * sizeof *count);
    size_t best = 0;
    for (size_t s = 0; s < h->n_sets; s++) {
      for (size_t i = h->start[s]; !start_hit[s] && i < h->start[s + 1]; i++) count[h->item[i]]++;
    }
    for (size_t k = 1; k < h->n; k++) {
      if (count[k] > count[best] || (count[k] == count[best] && h->extra[k] < h->extra[best])) best = k;
    }
    h->chosen[best] = true;
    for (size_t s = 0; s < h->n_sets; s++) {
      for (size_t i = h->start[s]; !start_hit[s] && i < h->start[s + 1]; i++) {
        if (h->item[i] != best) continue;
        start_hit[s] = 1;
        left--;
      }
    }
  }
}

/* Sets that share nothing: each needs a figure of its own. */
static size_t packing(const au_hitting *h, uint32_t *count) {
  size_t n = 0;
  memset(count, 0, h->n * sizeof *count);
  for (size_t s = 0; s < h->n_sets; s++) {
    bool clash = false;
    for (size_t i = h->start[s]; i < h->start[s + 1]; i++) clash = clash || count[h->item[i]];
    for (size_t i = h->start[s]; !clash && i < h->start[s + 1]; i++) count[h->item[i]] = 1;
    n += !clash;
  }
  return n;
}

static sx_status solve(search *x, au_hitting *h, size_t *hit, uint32_t *count, sx_error *err) {
  size_t chosen = 0;
  greedy(h, hit, count);
  for (size_t k = 0; k < h->n; k++) chosen += h->chosen[k];
  const size_t disjoint = packing(h, count);
  if (chosen == disjoint && chosen == 1) { /* one figure in all of them, the one with the least credit of those */
    x->bound += 1;
    return SX_OK;
  }
  h->seconds = sx_audit__seconds_left(x->report);
  h->answer = AU_LP_LATE;
  h->found = false;
  h->bound = (double)disjoint;
  if (h->seconds > 0) SX_TRY(sx_audit__lp_hit(h, err));
  if (h->answer == AU_LP_LATE && !h->found) greedy(h, hit, count);
  double by_program =
      floor(h->bound + 1e-6); /* the extra costs are below 1 together: a bound of 2.3 is 2 figures at least */
  size_t size = 0;
  for (size_t k = 0; k < h->n; k++) size += h->chosen[k];
  if (h->answer == AU_LP_YES) by_program = (double)size;
  if (h->answer != AU_LP_YES) x->proven = false;
  x->bound += by_program > (double)disjoint ? (size_t)by_program : disjoint;
  return SX_OK;
}

static sx_status hit_component(search *x, local *l, const ranked *sets, size_t n_sets, sx_error *err) {
  sx_arena *arena = x->s.arena;
  const sx_arena_mark mark = sx_arena_get_mark(arena);
  size_t entries = 0;
  for (size_t s = 0; s < n_sets; s++) entries += x->all.start[sets[s].set + 1] - x->all.start[sets[s].set];
  size_t *start = sx_arena_alloc(arena, n_sets + 1, sizeof *start), *hit = sx_arena_alloc(arena, n_sets, sizeof *hit);
  uint32_t *item = sx_arena_alloc(arena, entries, sizeof *item),
           *figure = sx_arena_alloc(arena, entries, sizeof *figure),
           *count = sx_arena_alloc(arena, entries, sizeof *count);
  double *extra = sx_arena_alloc(arena, entries, sizeof *extra);
  bool *chosen = sx_arena_zalloc(arena, entries, sizeof *chosen);
  sx_status status = start && hit && item && figure && count && extra && chosen ? SX_OK : sx_error_memory(err);
  if (status == SX_OK) {
    au_hitting h = {.n_sets = n_sets, .start = start, .item = item, .extra = extra, .chosen = chosen};
    size_t at = 0;
    for (size_t s = 0; s < n_sets; s++) {
      start[s] = at;
      for (size_t i = x->all.start[sets[s].set]; i < x->all.start[sets[s].set + 1]; i++) {
        const uint32_t f = x->all.item[i];
        if (l->number[f] == UINT32_MAX) {
          l->number[f] = (uint32_t)h.n;
          figure[h.n++] = f;
        }
        item[at++] = l->number[f];
      }
    }
    start[n_sets] = at;
    for (size_t k = 0; k < h.n; k++) {
      extra[k] = 0.5 * l->credit[figure[k]] / (double)h.n;
      l->number[figure[k]] = UINT32_MAX;
    }
    status = solve(x, &h, hit, count, err);
    for (size_t k = 0; status == SX_OK && k < h.n; k++) x->s.freed[figure[k]] = h.chosen[k];
  }
  sx_arena_release(arena, mark);
  return status;
}

static sx_status hit_all(search *x, local *l, sx_error *err) {
  const size_t n = x->report->audit->n_figures;
  uint32_t *parent = sx_mem_alloc(&x->report->ctx, n + 1, sizeof *parent);
  ranked *sets = sx_mem_alloc(&x->report->ctx, x->all.n + 1, sizeof *sets);
  sx_status status = parent && sets ? SX_OK : sx_error_memory(err);
  if (status == SX_OK) {
    for (size_t i = 0; i < n; i++) parent[i] = (uint32_t)i;
    for (size_t s = 0; s < x->all.n; s++) {
      for (size_t i = x->all.start[s] + 1; i < x->all.start[s + 1]; i++)
        parent[root_of(parent, x->all.item[i])] = root_of(parent, x->all.item[x->all.start[s]]);
    }
    for (size_t s = 0; s < x->all.n; s++)
      sets[s] = (ranked){root_of(parent, x->all.item[x->all.start[s]]), (uint32_t)s};
    if (x->all.n) qsort(sets, x->all.n, sizeof *sets, by_root);
    memset(x->s.freed, 0, n);
    x->bound = 0;
  }
  for (size_t s = 0, end; status == SX_OK && s < x->all.n; s = end) {
    for (end = s; end < x->all.n && sets[end].root == sets[s].root;) end++;
    status = hit_component(x, l, sets + s, end - s, err);
  }
  sx_mem_free(&x->report->ctx, parent);
  sx_mem_free(&x->report->ctx, sets);
  return status;
}

/* ---- the search --------------------------------------------------------------------------------------------------------------- */

static bool is_linear(const sx_audit_report *report, size_t i) {
  const au_identity *identity = &report->audit->identities[i];
  return identity->linear && !identity->points_mixed && !*identity->pub.unstated &&
         !sx_audit__base_open(report->audit, identity) && !sx_audit__period_open(report->audit, identity) &&
         report->findings[i].verdict != SX_AUDIT_CANNOT_TELL;
}

static sx_status prepare(search *x, local *l, double *credit, sx_error *err) {
  sx_audit_report *report = x->report;
  const sx_audit *audit = report->audit;
  size_t most = 1;
  bool *in_group = sx_mem_zalloc(&report->ctx, audit->n_identities + 1, sizeof *in_group);
  uint32_t *failed = l->number; /* counts for a moment */
  if (!in_group) return sx_error_memory(err);
  memset(failed, 0, audit->n_figures * sizeof *failed);
  for (size_t g = 0; g < report->n_groups; g++) {
    for (size_t i = 0; i < report->groups[g].n_identities; i++) in_group[report->groups[g].identities[i]] = true;
  }
  for (size_t i = 0; i < audit->n_identities; i++) {
    const sx_audit_identity *identity = &audit->identities[i].pub;
    const bool bad = in_group[i] || report->findings[i].verdict == SX_AUDIT_CONTRADICTS;
    if (identity->n_figures > most) most = identity->n_figures;
    for (size_t k = 0; k < identity->n_figures; k++) {
      credit[identity->figures[k]] += !bad;
      failed[identity->figures[k]] += bad;
    }
  }
  for (size_t c = 0; c < x->n_components; c++) {
    for (size_t k = x->start[c]; k < x->start[c + 1]; k++) {
      const uint32_t i = x->order[k];
      if (in_group[i] || report->findings[i].verdict == SX_AUDIT_CONTRADICTS) x->dirty[c] = true;
    }
  }
  for (size_t f = 0; f < audit->n_figures; f++) {
    const double all = credit[f] + failed[f];
    credit[f] = all > 0 ? 0.9 * credit[f] / all : 0;
    if (audit->figures[f].pub.added) credit[f] = 1; /* between equals, what is audited is suspected first */
    l->number[f] = UINT32_MAX;
  }
  for (size_t k = 0; k < x->product_start[x->n_products] && !x->products; k++) {
    const uint32_t i = x->product[k];
    x->products = in_group[i] || report->findings[i].verdict == SX_AUDIT_CONTRADICTS;
  }
  sx_mem_free(&report->ctx, in_group);
  x->box = sx_mem_alloc(&report->ctx, most, sizeof *x->box);
  return x->box ? SX_OK : sx_error_memory(err);
}

static sx_status loop(search *x, local *l, sx_error *err) {
  enum { MAX_ROUNDS = 200 };
  bool added = true;
  for (int round = 0; added && round < MAX_ROUNDS; round++) {
    x->proven = true;
    SX_TRY(look(x, &added, err));
    if (x->restart) {
      x->all.n = x->all.n_items = 0;
      memset(x->s.freed, 0, x->report->audit->n_figures);
      x->restart = false;
      x->bound = 0;
      round = -1; /* as often as there are identities at most */
    } else if (added) {
      SX_TRY(hit_all(x, l, err));
    }
  }
  if (added) x->proven = false;
  return SX_OK;
}

static sx_status keep(search *x, sx_error *err) {
  sx_audit_report *report = x->report;
  size_t n = 0;
  for (size_t f = 0; f < report->audit->n_figures; f++) n += x->s.freed[f];
  report->explanation = sx_arena_alloc(report->arena, n + 1, sizeof *report->explanation);
  if (!report->explanation) return sx_error_memory(err);
  for (size_t f = 0; f < report->audit->n_figures; f++) {
    if (x->s.freed[f]) report->explanation[report->n_explanation++] = f;
  }
  report->bound = x->bound;
  report->proven = x->proven && x->bound == n;
  return SX_OK;
}

static sx_status explain(sx_audit_report *report, au_work *work, sx_error *err) {
  const size_t n = report->audit->n_figures;
  search x = {.report = report, .work = work, .all = {.ctx = &report->ctx}, .proven = true};
  double *credit = sx_mem_zalloc(&report->ctx, n + 1, sizeof *credit);
  local l = {sx_mem_alloc(&report->ctx, n + 1, sizeof *l.number), credit};
  sx_status status = credit && l.number ? SX_OK : sx_error_memory(err);
  if (status == SX_OK) status = sx_audit__solver_new(&x.s, report, err);
  if (status == SX_OK) status = sx_audit__components(&x.order, &x.start, &x.n_components, report, is_linear, err);
  if (status == SX_OK)
    status = sx_audit__components(&x.product, &x.product_start, &x.n_products, report, sx_audit__is_product, err);
  if (status == SX_OK) {
    x.dirty = sx_mem_zalloc(&report->ctx, x.n_components + 1, sizeof *x.dirty);
    x.dead = sx_mem_zalloc(&report->ctx, report->audit->n_identities + 1, sizeof *x.dead);
    status = x.dirty && x.dead ? prepare(&x, &l, credit, err) : sx_error_memory(err);
  }
  if (status == SX_OK) status = index_rows(&x, err);
  if (status == SX_OK) status = loop(&x, &l, err);
  if (status == SX_OK) status = keep(&x, err);
  sx_audit__solver_clear(&x.s);
  sx_mem_free(&report->ctx, x.order);
  sx_mem_free(&report->ctx, x.start);
  sx_mem_free(&report->ctx, x.product);
  sx_mem_free(&report->ctx, x.product_start);
  sx_mem_free(&report->ctx, x.dirty);
  sx_mem_free(&report->ctx, x.dead);
  sx_mem_free(&report->ctx, x.at);
  sx_mem_free(&report->ctx, x.row);
  sx_mem_free(&report->ctx, x.seen);
  sx_mem_free(&report->ctx, x.box);
  sx_mem_free(&report->ctx, x.all.start);
  sx_mem_free(&report->ctx, x.all.item);
  sx_mem_free(&report->ctx, credit);
  sx_mem_free(&report->ctx, l.number);
  return status;
}

sx_status sx_audit__explain(sx_audit_report *report, au_work *work, sx_error *err) {
  bool something = report->n_groups > 0;
  au_lp_env env;
  for (size_t i = 0; i < report->audit->n_identities && !something; i++)
    something = report->findings[i].verdict == SX_AUDIT_CONTRADICTS;
  if (!something) return SX_OK;
  SX_TRY(sx_audit__lp_open(&env, &report->ctx, err));
  const sx_status status = explain(report, work, err);
  sx_audit__lp_close(&env);
  return status;
}
