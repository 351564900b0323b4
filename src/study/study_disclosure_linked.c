/* study_disclosure_linked.c: everything that a run publishes of totals, in one system. A total is published by itself (a total, a count, a level of an
 * account), through a mean or a share (whose base is taken as known), or in a cell of a banner table. Totals that are equal in every domain that
 * they share are one quantity, wherever they stand: what is kept back of one is kept back of all. Over groups that divide a whole, and over the rows of
 * a question, they add up; whatever does is a relation, cells that relations connect are protected together, and what comes out is attacked. */
#include "study_disclosure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  MOST_ATTACKS = 20000
}; /* of one connected set: there are many, and the greedy solution stands where the search ends */
static const double SAME = 1e-9;

typedef struct lk_cell {
  size_t quantity, domain;
  double value, n, level;
  bool sensitive, hidden, published, base;
  size_t row, banner; /* whose it is; SIZE_MAX: not of those */
  size_t node;
} lk_cell;

typedef struct lk_node { /* cells of one quantity in one domain */
  size_t quantity, domain;
  double value, n, level;
  bool sensitive, hidden, published, base;
  size_t set;
} lk_node;

typedef struct lk {
  dc_run *d;
  sx_arena *arena;
  sx_dict *names, *places;
  lk_cell *cells;
  size_t n_cells, cap_cells;
  size_t *same, n_quantities; /* [quantities] the one that it is */
  lk_node *nodes;
  size_t n_nodes, cap_nodes;
  sx_release_relation *relations;
  size_t n_relations, cap_relations;
} lk;

/* ---- cells ---------------------------------------------------------------------------------------------------------------------- */

static sx_status add_cell(lk *l, const char *quantity, lk_cell cell, sx_error *err) {
  int32_t code = 0;
  if (!quantity) return sx_error_memory(err);
  if (!isfinite(cell.value)) return SX_OK;
  SX_TRY(sx_dict_add(&code, l->names, quantity, strlen(quantity), err));
  if (!sx_arena_grow(l->arena, (void **)&l->cells, &l->cap_cells, l->n_cells + 1, sizeof *l->cells))
    return sx_error_memory(err);
  cell.quantity = (size_t)code;
  if (cell.quantity + 1 > l->n_quantities) l->n_quantities = cell.quantity + 1;
  l->cells[l->n_cells++] = cell;
  return SX_OK;
}

static sx_status cells_of_rows(lk *l, sx_error *err) {
  dc_run *d = l->d;
  for (size_t i = 0; i < d->n_rows; i++) {
    const dc_row *row = &d->rows[i];
    const bool total = study__dc_adds_up(row->statistic);
    const bool share = strcmp(row->statistic, "mean") == 0 || strcmp(row->statistic, "prop") == 0;
    const dc_made *made = share ? study__dc_made_of(d, row->indicator, row->domain) : NULL;
    if (!total && !made) continue;
    lk_cell c = {.domain = row->domain, .n = row->n, .level = row->level, .published = true, .row = i};
    c.banner = SIZE_MAX;
    c.value = total ? row->estimate : made->sum;
    c.sensitive =
        d->domains[row->domain].small || (row->n > 0 && row->n < d->own->rules.min_n) || row->few || row->level > 0;
    c.hidden = study__dc_hidden(d, row->indicator, row->domain);
    SX_TRY(add_cell(l, sx_arena_printf(l->arena, "%s\t%s", row->indicator, row->statistic), c, err));
  }
  return SX_OK;
}

static bool few(const dc_run *d, double cases) {
  return cases > 0 && cases < d->own->min_cell;
}

/* Nets of a question's levels are small where a level is, and so are those outside of them. */
static bool has_levels(const dc_run *d, size_t i) {
  bool yes = false;
  for (size_t k = i; k > 0 && !yes && strcmp(d->banner[k - 1].indicator, d->banner[i].indicator) == 0; k--)
    yes = d->banner[k - 1].kind == 'C';
  return yes;
}

/* The share or amount itself; of answers that are chosen or not, also those who did not choose it, whom nobody prints. */
static sx_status cells_of_banner(lk *l, size_t i, sx_error *err) {
  dc_run *d = l->d;
  const dc_banner *b = &d->banner[i];
  lk_cell c = {.domain = b->domain, .n = b->cases, .published = true, .row = SIZE_MAX, .banner = i};
  const bool small = d->domains[b->domain].small || (b->base_n > 0 && b->base_n < d->own->rules.min_n);
  c.base = b->kind == 'B';
  c.value = b->value * b->base_w;
  c.hidden = b->hidden;
  c.sensitive = (small && c.value != 0) || (b->kind != 'B' && b->kind != 'A' && few(d, b->cases));
  if (b->kind == 'A') {
    c.n = b->base_n;
    c.sensitive = study__dc_fails(&c.level, &d->own->rules, c.value, b->base_n, b->top, b->n_top) || c.sensitive;
  }
  if (b->cross != ST_NONE) { /* a group's cases, as other tables and results have them */
    c.domain = b->cross;
    c.base = true;
    c.hidden = c.hidden || d->domains[b->cross].hidden;
    c.sensitive = c.sensitive || (d->domains[b->cross].small && c.value != 0);
    return add_cell(l, "everyone\tcases", c, err);
  }
  if (b->kind == 'S' || b->kind == 'D') return SX_OK; /* made of the levels: study__dc_close_banners */
  if (b->kind == 'N' && (has_levels(d, i) || (b->hidden && !c.sensitive))) return SX_OK;
  char *name = sx_arena_printf(l->arena, "banner\t%s\t%s\t%c\t%s", b->where, b->question, b->kind, b->row);
  SX_TRY(add_cell(l, name, c, err));
  if (b->kind != 'M' && b->kind != 'I' && b->kind != 'N') return SX_OK;
  c.n = b->base_n - b->cases;
  c.value = (1 - b->value) * b->base_w;
  c.published = false;
  c.banner = SIZE_MAX;
  c.hidden = true;
  c.sensitive = few(d, c.n);
  return add_cell(l, sx_arena_printf(l->arena, "%s\tnot", name), c, err);
}

/* ---- quantities that are the same --------------------------------------------------------------------------------------------------- */

static bool equal(double a, double b) {
  return fabs(a - b) <= SAME * fmax(fabs(a), fabs(b));
}

static int by_quantity(const void *a, const void *b) {
  const lk_cell *x = *(const lk_cell *const *)a, *y = *(const lk_cell *const *)b;
  if (x->quantity != y->quantity) return x->quantity < y->quantity ? -1 : 1;
  return (x->domain > y->domain) - (x->domain < y->domain);
}

/* Two lists of cells, each by domain: equal wherever both are, in two domains at least and not 0 in all of them. */
static bool same_values(const lk_cell *const *a, size_t n, const lk_cell *const *b, size_t m) {
  size_t common = 0, i = 0, k = 0;
  bool some = false;
  while (i < n && k < m) {
    if (a[i]->domain != b[k]->domain) {
      if (a[i]->domain < b[k]->domain)
        i++;
      else
        k++;
      continue;
    }
    if (!equal(a[i]->value, b[k]->value)) return false;
    some = some || a[i]->value != 0;
    common++;
    i++;
    k++;
  }
  return some && common >= (n == 1 || m == 1 ? 1 : 2);
}

/* Rows of one question are different answers, though as many may have given both. */
static size_t family_of(const lk *l, size_t quantity) {
  const char *name = sx_dict_get(l->names, (int32_t)quantity, NULL);
  size_t n = 0;
  if (strncmp(name, "banner\t", 7) != 0) return 0;
  for (size_t tabs = 0; name[n]; n++) {
    tabs += name[n] == '\t';
    if (tabs == 3) break;
  }
  return n;
}

static bool of_one_question(const lk *l, size_t a, size_t b) {
  const size_t n = family_of(l, a);
  return n > 0 && n == family_of(l, b) &&
         strncmp(sx_dict_get(l->names, (int32_t)a, NULL), sx_dict_get(l->names, (int32_t)b, NULL), n) == 0;
}

static bool may_join(const lk *l, size_t p, size_t q) {
  for (size_t k = 0; k < q; k++)
    if (l->same[k] == p && of_one_question(l, k, q)) return false;
  return true;
}

static sx_status find_same(lk *l, sx_error *err) {
  const lk_cell **order = sx_arena_alloc(l->arena, l->n_cells + 1, sizeof *order);
  size_t *start = sx_arena_zalloc(l->arena, l->n_quantities + 2, sizeof *start);
  l->same = sx_arena_alloc(l->arena, l->n_quantities + 1, sizeof *l->same);
  if (!order || !start || !l->same) return sx_error_memory(err);
  for (size_t i = 0; i < l->n_cells; i++) {
    order[i] = &l->cells[i];
    start[l->cells[i].quantity + 1]++;
  }
  for (size_t q = 0; q < l->n_quantities; q++) start[q + 1] += start[q];
  qsort(order, l->n_cells, sizeof *order, by_quantity);
  for (size_t q = 0; q < l->n_quantities; q++) {
    l->same[q] = q;
    for (size_t p = 0; p < q && l->same[q] == q; p++) {
      if (l->same[p] != p) continue;
      if (same_values(order + start[p], start[p + 1] - start[p], order + start[q], start[q + 1] - start[q]) &&
          may_join(l, p, q))
        l->same[q] = p;
    }
  }
  return SX_OK;
}

/* A quantity that is a base somewhere is one everywhere, so that its groups stay in one system. */
static sx_status share_base(lk *l, sx_error *err) {
  bool *base = sx_arena_zalloc(l->arena, l->n_quantities + 1, sizeof *base);
  if (!base) return sx_error_memory(err);
  for (size_t i = 0; i < l->n_nodes; i++) base[l->nodes[i].quantity] |= l->nodes[i].base;
  for (size_t i = 0; i < l->n_nodes; i++) l->nodes[i].base = base[l->nodes[i].quantity];
  return SX_OK;
}

static sx_status make_nodes(lk *l, sx_error *err) {
  for (size_t i = 0; i < l->n_cells; i++) {
    lk_cell *c = &l->cells[i];
    int32_t code = 0;
    char key[64];
    const int n = snprintf(key, sizeof key, "%zu %zu", l->same[c->quantity], c->domain);
    SX_TRY(sx_dict_add(&code, l->places, key, (size_t)n, err));
    c->node = (size_t)code;
    if (c->node == l->n_nodes) {
      if (!sx_arena_grow(l->arena, (void **)&l->nodes, &l->cap_nodes, l->n_nodes + 1, sizeof *l->nodes))
        return sx_error_memory(err);
      l->nodes[l->n_nodes++] =
          (lk_node){l->same[c->quantity], c->domain, c->value, c->n, 0, false, false, false, false, 0};
    }
    lk_node *node = &l->nodes[c->node];
    node->sensitive = node->sensitive || c->sensitive;
    node->hidden = node->hidden || ((c->hidden || c->sensitive) && c->published);
    node->published = node->published || c->published;
    node->base = node->base || c->base;
    node->level = fmax(node->level, c->level);
    if (!(node->n <= c->n)) node->n = c->n;
  }
  return share_base(l, err);
}

/* ---- relations ------------------------------------------------------------------------------------------------------------------------ */

/* sum of coef * value is `is`; only what the numbers bear out. */
static sx_status relate(lk *l, const sx_release_term *terms, size_t n, double is, sx_error *err) {
  double sum = 0, size = fabs(is);
  for (size_t k = 0; k < n; k++) {
    sum += terms[k].coef * l->nodes[terms[k].cell].value;
    size = fmax(size, fabs(l->nodes[terms[k].cell].value));
  }
  if (n < 2 || fabs(sum - is) > SAME * size) return SX_OK;
  sx_release_term *own = sx_arena_alloc(l->arena, n, sizeof *own);
  if (!own ||
      !sx_arena_grow(l->arena, (void **)&l->relations, &l->cap_relations, l->n_relations + 1, sizeof *l->relations))
    return sx_error_memory(err);
  memcpy(own, terms, n * sizeof *own);
  l->relations[l->n_relations++] =
      (sx_release_relation){l->d->domains[l->nodes[own[0].cell].domain].name, own, n, is, is};
  return SX_OK;
}

/* The levels of each variable below the domain of `whole`, and pairs of single groups; of one quantity's nodes [n]. */
static sx_status relate_domains(lk *l, const size_t *nodes, size_t n, size_t whole, sx_error *err) {
  dc_run *d = l->d;
  const sx_store_term **extra = sx_arena_zalloc(l->arena, n, sizeof *extra);
  sx_release_term *terms = sx_arena_alloc(l->arena, n + 1, sizeof *terms);
  bool *done = sx_arena_zalloc(l->arena, n, sizeof *done);
  if (!extra || !terms || !done) return sx_error_memory(err);
  terms[0] = (sx_release_term){nodes[whole], 1};
  for (size_t i = 0; i < n; i++)
    extra[i] = study__dc_one_more(&d->domains[l->nodes[nodes[i]].domain], &d->domains[l->nodes[nodes[whole]].domain]);
  for (size_t i = 0; i < n; i++) {
    size_t parts = 0;
    if (!extra[i] || done[i]) continue;
    for (size_t k = i; k < n; k++) {
      if (!extra[k] || strcmp(extra[k]->variable, extra[i]->variable) != 0) continue;
      done[k] = true;
      terms[++parts] = (sx_release_term){nodes[k], -1};
    }
    if (parts > 1) SX_TRY(relate(l, terms, parts + 1, 0, err));
    for (size_t k = i + 1; k < n && parts == 1; k++) {
      if (!extra[k] || done[k]) continue;
      terms[2] = (sx_release_term){nodes[k], -1};
      SX_TRY(relate(l, terms, 3, 0, err));
    }
  }
  return SX_OK;
}

static sx_status relate_groups(lk *l, sx_error *err) {
  size_t *nodes = sx_arena_alloc(l->arena, l->n_nodes + 1, sizeof *nodes);
  if (!nodes) return sx_error_memory(err);
  for (size_t q = 0; q < l->n_quantities; q++) {
    size_t n = 0;
    for (size_t i = 0; i < l->n_nodes; i++)
      if (l->nodes[i].quantity == q) nodes[n++] = i;
    for (size_t i = 0; i < n && n > 1; i++) SX_TRY(relate_domains(l, nodes, n, i, err));
  }
  return SX_OK;
}

/* The levels of a question in one column are its base; who chose an answer and who did not are. */
static sx_status relate_rows(lk *l, sx_error *err) {
  dc_run *d = l->d;
  sx_release_term *terms = sx_arena_alloc(l->arena, d->n_banner + 2, sizeof *terms);
  size_t *cell_of = sx_arena_alloc(l->arena, d->n_banner + 1, sizeof *cell_of);
  if (!terms || !cell_of) return sx_error_memory(err);
  for (size_t i = 0; i < d->n_banner; i++) cell_of[i] = SIZE_MAX;
  for (size_t i = 0; i < l->n_cells; i++)
    if (l->cells[i].banner != SIZE_MAX) cell_of[l->cells[i].banner] = i;
  for (size_t i = 0; i < d->n_banner; i++) {
    const dc_banner *base = &d->banner[i];
    size_t n = 0;
    if (base->kind == 'B' && !base->hidden && cell_of[i] != SIZE_MAX) {
      for (size_t k = i + 1; k < d->n_banner && strcmp(d->banner[k].indicator, base->indicator) == 0; k++)
        if (d->banner[k].kind == 'C' && d->banner[k].domain == base->domain && cell_of[k] != SIZE_MAX)
          terms[n++] = (sx_release_term){l->cells[cell_of[k]].node, 1};
      SX_TRY(relate(l, terms, n, base->base_w, err));
    }
    const size_t own = cell_of[i];
    if (base->hidden || own == SIZE_MAX || own + 1 >= l->n_cells || l->cells[own + 1].published) continue;
    terms[0] = (sx_release_term){l->cells[own].node, 1};
    terms[1] = (sx_release_term){l->cells[own + 1].node, 1};
    if (terms[0].cell != terms[1].cell) SX_TRY(relate(l, terms, 2, base->base_w, err));
  }
  return SX_OK;
}

/* ---- sets that relations connect ------------------------------------------------------------------------------------------------------- */

static size_t root_of(lk *l, size_t i) {
  while (l->nodes[i].set != i) i = l->nodes[i].set = l->nodes[l->nodes[i].set].set;
  return i;
}

static void find_sets(lk *l, bool bases) {
  for (size_t i = 0; i < l->n_nodes; i++) l->nodes[i].set = i;
  for (size_t r = 0; r < l->n_relations; r++) {
    const sx_release_relation *rel = &l->relations[r];
    for (size_t k = 1; k < rel->n_terms; k++) {
      if (l->nodes[rel->terms[0].cell].base != bases || l->nodes[rel->terms[k].cell].base != bases) continue;
      l->nodes[root_of(l, rel->terms[k].cell)].set = root_of(l, rel->terms[0].cell);
    }
  }
}

static void fill_cell(const lk *l, sx_release_cell *c, const lk_node *node, const char *key) {
  const sx_release_cell none = SX_RELEASE_CELL_INIT;
  const double width = fmax(l->d->own->rules.width * fabs(node->value), 1e-6 * fabs(node->value));
  *c = none;
  c->key = key;
  c->value = node->value;
  c->n = node->n;
  if (node->value < 0) c->low = -(double)INFINITY;
  if (node->sensitive && node->value != 0)
    c->mark = SX_RELEASE_PRIMARY;
  else if (node->hidden || !node->published)
    c->mark = SX_RELEASE_UNKNOWN;
  c->upper = fmax(width, node->level);
  c->lower = isinf(c->low) ? c->upper : fmin(c->upper, node->value);
}

/* What a node is, for messages: its first name (cells_of_rows, cells_of_banner) in words, which are one node's alone. */
static const char *key_of(lk *l, const lk_node *node) {
  static const char kinds[] = "BACNMI", *const words[] = {"base", "amount", "level", "net", "answer", "item"};
  const char *field[6] = {"", "", "", "", "", ""}, *domain = l->d->domains[node->domain].name;
  char *at = sx_arena_strdup(l->arena, sx_dict_get(l->names, (int32_t)node->quantity, NULL));
  if (!at) return NULL;
  for (size_t n = 0; n < 6 && at; n++) {
    field[n] = at;
    at = strchr(at, '\t');
    if (at) *at++ = '\0';
  }
  if (strcmp(field[0], "banner") != 0) return sx_arena_printf(l->arena, "%s (%s), %s", field[0], field[1], domain);
  const char *kind = strchr(kinds, *field[3]);
  return sx_arena_printf(l->arena, "%s, %s%s%s%s, %s", field[2], *field[5] ? "not " : "",
                         kind && *kind ? words[kind - kinds] : field[3], *field[4] ? " " : "", field[4], domain);
}

static sx_status problem_of(sx_release_problem *p, size_t **nodes, lk *l, size_t set, sx_error *err) {
  size_t n = 0, m = 0;
  size_t *at = sx_arena_alloc(l->arena, l->n_nodes + 1, sizeof *at);
  for (size_t i = 0; i < l->n_nodes; i++) n += root_of(l, i) == set;
  sx_release_cell *cells = sx_arena_zalloc(l->arena, n + 1, sizeof *cells);
  sx_release_relation *relations = sx_arena_zalloc(l->arena, l->n_relations + 1, sizeof *relations);
  *nodes = sx_arena_alloc(l->arena, n + 1, sizeof **nodes);
  if (!at || !cells || !relations || !*nodes) return sx_error_memory(err);
  n = 0;
  for (size_t i = 0; i < l->n_nodes; i++) {
    at[i] = SIZE_MAX;
    if (root_of(l, i) != set) continue;
    const char *key = key_of(l, &l->nodes[i]);
    if (!key) return sx_error_memory(err);
    fill_cell(l, &cells[n], &l->nodes[i], key);
    (*nodes)[n] = i;
    at[i] = n++;
  }
  for (size_t r = 0; r < l->n_relations; r++) {
    const sx_release_relation *rel = &l->relations[r];
    bool inside = true;
    for (size_t k = 0; k < rel->n_terms; k++) inside = inside && at[rel->terms[k].cell] != SIZE_MAX;
    if (!inside) continue;
    sx_release_term *terms = sx_arena_alloc(l->arena, rel->n_terms, sizeof *terms);
    if (!terms) return sx_error_memory(err);
    for (size_t k = 0; k < rel->n_terms; k++) terms[k] = (sx_release_term){at[rel->terms[k].cell], rel->terms[k].coef};
    relations[m] = *rel;
    relations[m++].terms = terms;
  }
  *p = (sx_release_problem){cells, n, relations, m};
  return SX_OK;
}

static sx_status solve_set(lk *l, size_t set, sx_error *err) {
  dc_run *d = l->d;
  sx_release_problem p;
  sx_release_result *result = NULL;
  sx_release_options options = d->own->options;
  size_t *nodes = NULL;
  if (options.max_attacks == 0 || options.max_attacks > MOST_ATTACKS) options.max_attacks = MOST_ATTACKS;
  SX_TRY(problem_of(&p, &nodes, l, set, err));
  if (p.n_relations == 0) return SX_OK;
  SX_TRY(sx_ctx_poll(&d->r->ctx, err));
  SX_TRY(sx_release_suppress(&result, &d->r->ctx, &p, NULL, &options, err));
  d->proven = d->proven && (result->proven || options.method != SX_RELEASE_OPTIMAL);
  d->n_open_linked += result->attacked->n_open;
  for (size_t i = 0; i < p.n_cells; i++) {
    if (p.cells[i].mark != SX_RELEASE_SECONDARY) continue;
    l->nodes[nodes[i]].hidden = true;
    d->n_secondary++;
  }
  sx_release_result_free(result);
  return SX_OK;
}

static sx_status solve(lk *l, bool bases, sx_error *err) {
  find_sets(l, bases);
  for (size_t i = 0; i < l->n_nodes; i++) {
    bool any = false;
    if (root_of(l, i) != i || l->nodes[i].base != bases) continue;
    for (size_t k = 0; k < l->n_nodes && !any; k++)
      any = l->nodes[k].sensitive && l->nodes[k].value != 0 && root_of(l, k) == i;
    const sx_arena_mark mark = sx_arena_get_mark(l->arena);
    if (any) SX_TRY(solve_set(l, i, err));
    sx_arena_release(l->arena, mark);
  }
  return SX_OK;
}

/* ---- all of it -------------------------------------------------------------------------------------------------------------------------- */

/* What the nodes say goes to the results and cells that they are. */
static sx_status hide(bool *changed, lk *l, sx_error *err) {
  dc_run *d = l->d;
  for (size_t i = 0; i < l->n_cells; i++) {
    const lk_cell *c = &l->cells[i];
    if (!l->nodes[c->node].hidden || !c->published) continue;
    if (c->banner != SIZE_MAX && !d->banner[c->banner].hidden) {
      d->banner[c->banner].hidden = *changed = true;
    } else if (c->row != SIZE_MAX && !study__dc_hidden(d, d->rows[c->row].indicator, c->domain)) {
      SX_TRY(study__dc_hide_pair(d, d->rows[c->row].indicator, c->domain, err));
      *changed = true;
    }
  }
  return SX_OK;
}

static sx_status one_round(bool *changed, lk *l, bool bases, sx_error *err) {
  SX_TRY(sx_dict_new(&l->names, &l->d->r->ctx, err));
  SX_TRY(sx_dict_new(&l->places, &l->d->r->ctx, err));
  SX_TRY(cells_of_rows(l, err));
  for (size_t i = 0; i < l->d->n_banner; i++) SX_TRY(cells_of_banner(l, i, err));
  SX_TRY(find_same(l, err));
  SX_TRY(make_nodes(l, err));
  SX_TRY(relate_groups(l, err));
  SX_TRY(relate_rows(l, err));
  SX_TRY(solve(l, bases, err));
  return hide(changed, l, err);
}

/* Bases first: what stands in a column without a base goes with it. */
sx_status study__dc_solve_linked(bool *changed, dc_run *d, sx_error *err) {
  sx_status status = SX_OK;
  d->n_open_linked = 0;
  for (int bases = 1; bases >= 0 && status == SX_OK; bases--) {
    lk l = {.d = d};
    status = sx_arena_new(&l.arena, &d->r->ctx, err);
    if (status == SX_OK) status = one_round(changed, &l, bases, err);
    sx_dict_free(l.names);
    sx_dict_free(l.places);
    sx_arena_free(l.arena);
    if (status == SX_OK && study__dc_close_banners(d)) *changed = true;
  }
  return status;
}
