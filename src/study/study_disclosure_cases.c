/* study_disclosure_cases.c: disclosure control by the cases themselves. Who is in a published group says which groups are sums and differences of
 * others, whatever they are called: the atoms of a list of groups are the distinct memberships of cases in them; a group is the sum of its atoms, whose
 * numbers nobody prints. Sensitive groups, and atoms of few cases, must not follow from the groups that are published (sx_release_suppress).
 * Results of a group that share a variable stand and fall together, so that what is hidden has the same groups in all of them, and no sum of several
 * results says what one does not. */
#include "study_disclosure.h"
#include "study_kind.h"
#include "study_names.h"
#include "study_waves.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_CELLS = 1200 }; /* groups and atoms protected together */

/* ---- domains as cases ------------------------------------------------------------------------------------------------------------- */

static st_run *run_of_wave(const dc_run *d, const char *wave) {
  st_run *r = d->r;
  for (size_t i = 0; wave && i < r->plan->n; i++) {
    st_run *of = (st_run *)(uintptr_t)study__run_of(r, &r->plan->steps[i]);
    if (of->s->as_wave && strcmp(of->s->as_wave->id, wave) == 0) return of;
  }
  return wave ? NULL : r;
}

static const st_group *group_of(const sx_study *s, const char *id) {
  const size_t at = study__find_group(s, id, strlen(id));
  return at == ST_NONE ? NULL : &s->groups[at];
}

static sx_status mask_domain(dc_cases *c, size_t i, sx_error *err) {
  dc_run *d = c->d;
  const dc_domain *own = &d->domains[i];
  const char *wave = NULL;
  for (size_t k = 0; k < own->n_terms; k++)
    if (strcmp(own->terms[k].variable, "wave") == 0) wave = own->terms[k].level;
  st_run *of = run_of_wave(d, wave);
  if (!of) return SX_OK;
  SX_TRY(study__materialise(of, err));
  const size_t rows = sx_table_rows(of->unit);
  uint8_t *mask = sx_arena_alloc(d->arena, rows + 1, 1);
  bool known = true;
  if (!mask) return sx_error_memory(err);
  memset(mask, 1, rows);
  for (size_t k = 0; k < own->n_terms && known; k++)
    if (strcmp(own->terms[k].variable, "wave") != 0)
      SX_TRY(study__term_mask(&known, mask, of, own->terms[k].variable, own->terms[k].level, err));
  if (!known) return SX_OK;
  c->of[i] = of;
  c->mask[i] = mask;
  for (size_t k = 0; k < rows; k++) c->count[i] += mask[k];
  return SX_OK;
}

sx_status study__dc_cases_open(dc_cases **out, dc_run *d, sx_error *err) {
  dc_cases *c = sx_arena_zalloc(d->arena, 1, sizeof *c);
  if (!c) return sx_error_memory(err);
  c->d = d;
  c->of = sx_arena_zalloc(d->arena, d->n_domains + 1, sizeof *c->of);
  c->mask = sx_arena_zalloc(d->arena, d->n_domains + 1, sizeof *c->mask);
  c->count = sx_arena_zalloc(d->arena, d->n_domains + 1, sizeof *c->count);
  if (!c->of || !c->mask || !c->count) return sx_error_memory(err);
  for (size_t i = 0; i < d->n_domains; i++) SX_TRY(mask_domain(c, i, err));
  *out = c;
  return SX_OK;
}

bool study__dc_meet(dc_cases *c, size_t a, size_t b) {
  enum { BLOCK = 4096 };
  const uint8_t *x = c->mask[a], *y = c->mask[b];
  if (c->of[a] != c->of[b] && c->of[a] && c->of[b]) return false;
  if (!x || !y) return true;
  const size_t rows = sx_table_rows(c->of[a]->unit);
  for (size_t first = 0; first < rows; first += BLOCK) {
    const size_t end = rows - first < BLOCK ? rows : first + BLOCK;
    uint8_t any = 0;
    for (size_t i = first; i < end; i++) any |= (uint8_t)(x[i] & y[i]);
    if (any) return true;
  }
  return false;
}

/* ---- results that few make -------------------------------------------------------------------------------------------------------- */

typedef struct of_indicator {
  const st_indicator *ind;
  uint8_t *base; /* [rows]; NULL: everyone */
  size_t n;      /* measures */
  const sx_column *y[2];
  sx_column *own[2];
  sx_groups *levels[2]; /* of texts, and of shares */
  bool condition[2];
} of_indicator;

static bool few(const dc_cases *c, size_t n) {
  return n > 0 && (double)n < c->d->own->rules.min_n;
}

sx_status study__dc_base(uint8_t **out, const st_indicator *ind, const st_run *of, sx_arena *arena, sx_error *err) {
  const size_t rows = sx_table_rows(of->unit);
  bool all = true;
  *out = NULL;
  if (!ind->base.expr && !ind->where.expr) return SX_OK;
  uint8_t *mask = sx_arena_alloc(arena, rows + 1, 1), *scratch = sx_arena_alloc(arena, rows + 1, 1);
  if (!mask || !scratch) return sx_error_memory(err);
  SX_TRY(study__base_mask(mask, &all, of, ind, scratch, err));
  *out = mask;
  return SX_OK;
}

sx_status study__dc_column(const sx_column **y, sx_column **own, const st_measure *m, const st_run *of, sx_error *err) {
  *y = sx_table_find(of->unit, sx_expr_text(m->e.expr));
  if (*y) return SX_OK;
  SX_TRY(sx_expr_eval(own, m->e.expr, of->unit, "y", err));
  *y = *own;
  return SX_OK;
}

static sx_status measures_of(of_indicator *o, const st_run *of, sx_error *err) {
  for (size_t k = 0; k < o->ind->n_measures && o->n < 2; k++) {
    const st_measure *m = &o->ind->measures[k];
    if (!m->e.expr) continue;
    const size_t at = o->n++;
    SX_TRY(study__dc_column(&o->y[at], &o->own[at], m, of, err));
    const bool number = o->y[at]->type == SX_NUMBER || o->y[at]->type == SX_INTEGER;
    o->condition[at] = m->type == ST_CONDITION || !study__dc_plain(m);
    if ((!number || strcmp(o->ind->kind->word, "shares") == 0) && study__dc_plain(m)) {
      const char *name = sx_expr_name(m->e.expr, 0);
      SX_TRY(sx_groups_new(&o->levels[at], of->unit, &name, 1, err));
    }
  }
  return SX_OK;
}

static bool few_levels(const dc_cases *c, const of_indicator *o, size_t k, const uint8_t *mask) {
  const sx_groups *g = o->levels[k];
  bool yes = false;
  for (size_t level = 0; level < g->n_groups && !yes; level++) {
    size_t n = 0;
    for (size_t i = 0; i < g->n_rows; i++)
      n += mask[i] && (!o->base || o->base[i]) && g->group[i] >= 0 && (size_t)g->group[i] == level;
    yes = n > 0 && (double)n < c->d->own->min_cell;
  }
  return yes;
}

/* Few have it; of a condition, or a part of an amount, few have it not. */
static bool few_make(const dc_cases *c, const of_indicator *o, size_t domain) {
  const uint8_t *mask = c->mask[domain];
  const size_t rows = sx_table_rows(c->of[domain]->unit);
  size_t base = 0;
  for (size_t i = 0; i < rows; i++) base += mask[i] && (!o->base || o->base[i]);
  if (few(c, base) || (o->base && few(c, c->count[domain] - base))) return true;
  for (size_t k = 0; k < o->n; k++) {
    const sx_column *y = o->y[k];
    size_t n = 0, have = 0;
    bool binary = true;
    if (o->levels[k] && few_levels(c, o, k, mask)) return true;
    if (y->type != SX_NUMBER && y->type != SX_INTEGER) continue;
    for (size_t i = 0; i < rows; i++) {
      if (!mask[i] || (o->base && !o->base[i]) || sx_column_missing(y, i)) continue;
      const double x = sx_column_number(y, i);
      n++;
      have += x != 0;
      binary = binary && (x == 0 || x == 1);
    }
    const double need =
        binary ? c->d->own->min_cell : c->d->own->rules.min_n; /* as a cell of a banner table; an amount */
    if (have > 0 && (double)have < need) return true;
    if ((o->condition[k] || binary) && n > have && (double)(n - have) < need) return true;
  }
  return false;
}

static sx_status mark_rows(dc_cases *c, const of_indicator *o, const st_run *of, sx_error *err) {
  dc_run *d = c->d;
  signed char *known = sx_arena_zalloc(d->arena, d->n_domains + 1, 1);
  if (!known) return sx_error_memory(err);
  for (size_t i = 0; i < d->n_rows; i++) {
    dc_row *row = &d->rows[i];
    if (strcmp(row->indicator, o->ind->id) != 0 || c->of[row->domain] != of) continue;
    if (!known[row->domain]) known[row->domain] = few_make(c, o, row->domain) ? 1 : -1;
    row->few = known[row->domain] == 1;
    if (o->n && !study__dc_compares(row->statistic) && study__dc_has_order(o->ind, row->statistic)) {
      const dc_values v = {o->y[0], c->mask[row->domain], o->base, sx_design_weights(of->design),
                           sx_table_rows(of->unit)};
      bool few_decide = false;
      SX_TRY(study__dc_order(&few_decide, &row->error, d, o->ind, row, &v, err));
      d->n_small += few_decide && !study__dc_hidden(d, row->indicator, row->domain);
      if (few_decide) SX_TRY(study__dc_put(d, d->orders, row->indicator, row->domain, err));
    }
    if (!row->few || study__dc_hidden_for_few(d, row->indicator, row->domain)) continue;
    d->n_small++;
    SX_TRY(study__dc_hide_pair(d, row->indicator, row->domain, err));
  }
  return SX_OK;
}

sx_status study__dc_mark_indicator(dc_cases *c, const st_indicator *ind, const st_run *of, sx_error *err) {
  of_indicator o = {.ind = ind};
  sx_status status = study__dc_base(&o.base, ind, of, c->d->arena, err);
  if (status == SX_OK) status = measures_of(&o, of, err);
  if (status == SX_OK) status = mark_rows(c, &o, of, err);
  for (size_t k = 0; k < 2; k++) {
    sx_column_free(sx_table_ctx(of->unit), o.own[k]);
    sx_groups_free(o.levels[k]);
  }
  return status;
}

sx_status study__dc_mark_few(dc_cases *c, sx_error *err) {
  st_run *r = c->d->r;
  for (size_t i = 0; i < r->plan->n; i++) {
    const st_step *step = &r->plan->steps[i];
    if (step->kind != ST_STEP_INDICATOR) continue;
    st_run *of = (st_run *)(uintptr_t)study__run_of(r, step);
    const st_indicator *ind = &of->s->indicators[step->index];
    if (study__is_formula(ind)) continue;
    SX_TRY(study__materialise(of, err));
    SX_TRY(study__dc_mark_indicator(c, ind, of, err));
  }
  return SX_OK;
}

/* ---- results that share a variable ------------------------------------------------------------------------------------------------- */

bool study__dc_shares(const sx_study *s, const st_indicator *a, const st_indicator *b) {
  const st_expr *const more[] = {&b->base, &b->where};
  for (size_t k = 0; k < b->n_measures + 2; k++) {
    const st_expr *e = k < b->n_measures ? &b->measures[k].e : more[k - b->n_measures];
    for (size_t i = 0; e->expr && i < sx_expr_names(e->expr); i++)
      if (study__dc_uses(s, a, sx_expr_name(e->expr, i))) return true;
  }
  return false;
}

size_t study__dc_indicator(const dc_run *d, const char *id) {
  const size_t at = study__find_indicator(d->r->s, id, strlen(id));
  return at != ST_NONE && !study__is_formula(&d->r->s->indicators[at]) ? at : ST_NONE;
}

bool study__dc_of_question(const dc_run *d, const dc_banner *b, const st_indicator *ind) {
  const sx_study *s = d->r->s;
  return b->kind != 'B' && (study__dc_uses(s, ind, b->question) || (*b->row && study__dc_uses(s, ind, b->row)));
}

/* The terms of `part` are those of `whole`, and more. */
static bool is_part(const dc_domain *part, const dc_domain *whole) {
  bool all = part->n_terms > whole->n_terms;
  for (size_t i = 0; i < whole->n_terms && all; i++) all = study__dc_has_term(part, &whole->terms[i]);
  return all;
}

/* Some answers of the question are hidden in a part of the domain, of which others are published: with those, a number of the whole domain that no
 * table's levels give anyway is one more equation for the hidden ones. */
static bool tells_part(const dc_run *d, const dc_banner *cell, size_t domain) {
  return cell->kind == 'C' && !d->domains[cell->domain].hidden &&
         is_part(&d->domains[cell->domain], &d->domains[domain]) && !study__dc_told(d, cell->question, domain, NULL);
}

/* Sensitive themselves: other groups must not give them by subtraction. */
static sx_status hide_wholes(bool *changed, dc_run *d, sx_error *err) {
  for (size_t i = 0; i < d->n_rows; i++) {
    dc_row *row = &d->rows[i];
    const size_t own = study__dc_indicator(d, row->indicator);
    if (row->few || own == ST_NONE || study__dc_compares(row->statistic)) continue;
    for (size_t b = 0; b < d->n_banner && !row->few; b++)
      row->few = d->banner[b].hidden && tells_part(d, &d->banner[b], row->domain) &&
                 study__dc_of_question(d, &d->banner[b], &d->r->s->indicators[own]);
    if (!row->few) continue;
    SX_TRY(study__dc_hide_pair(d, row->indicator, row->domain, err));
    *changed = true;
  }
  return SX_OK;
}

/* hidden [indicators * domains]. */
static sx_status hide_shared(bool *changed, dc_run *d, const bool *hidden, sx_error *err) {
  const sx_study *s = d->r->s;
  for (size_t i = 0; i < d->n_rows; i++) {
    const dc_row *row = &d->rows[i];
    const size_t own = study__dc_indicator(d, row->indicator);
    bool yes = false;
    if (own == ST_NONE || study__dc_hidden_for_few(d, row->indicator, row->domain)) continue;
    for (size_t k = 0; k < s->n_indicators && !yes; k++)
      yes = hidden[k * d->n_domains + row->domain] && study__dc_shares(s, &s->indicators[k], &s->indicators[own]);
    for (size_t b = 0; b < d->n_banner && !yes; b++)
      yes = d->banner[b].hidden && !d->banner[b].order && d->banner[b].domain == row->domain &&
            study__dc_of_question(d, &d->banner[b], &s->indicators[own]);
    for (size_t k = 0; k < d->n_rows && !yes; k++)
      yes =
          d->rows[k].leaf && d->rows[k].domain == row->domain && study__dc_of_leaf(d, &d->rows[k], &s->indicators[own]);
    if (!yes) continue;
    SX_TRY(study__dc_hide_pair(d, row->indicator, row->domain, err));
    *changed = true;
  }
  for (size_t b = 0; b < d->n_banner; b++) {
    dc_banner *cell = &d->banner[b];
    for (size_t k = 0; k < s->n_indicators && !cell->hidden; k++) {
      if (!hidden[k * d->n_domains + cell->domain] || !study__dc_of_question(d, cell, &s->indicators[k])) continue;
      cell->hidden = *changed = true;
    }
  }
  return SX_OK;
}

static sx_status close_shared(bool *changed, dc_run *d, sx_error *err) {
  bool *hidden = sx_arena_zalloc(d->arena, d->r->s->n_indicators * d->n_domains + 1, sizeof *hidden);
  if (!hidden) return sx_error_memory(err);
  SX_TRY(hide_wholes(changed, d, err));
  for (size_t i = 0; i < d->n_rows; i++) {
    const size_t own = study__dc_indicator(d, d->rows[i].indicator);
    if (own != ST_NONE && study__dc_hidden_for_few(d, d->rows[i].indicator, d->rows[i].domain))
      hidden[own * d->n_domains + d->rows[i].domain] = true;
  }
  return hide_shared(changed, d, hidden, err);
}

/* ---- groups that are sums and differences of groups ------------------------------------------------------------------------------------ */

typedef struct part { /* groups of one wave, and what is known of them */
  size_t n;
  size_t *domain;
  bool *sensitive, *hidden, *more; /* more: hidden from here on */
  bool always; /* also where the groups are levels: nothing else knows how their results make up the whole's */
} part;

static sx_status part_new(part *p, dc_run *d, sx_error *err) {
  const size_t n = d->n_domains + 1;
  *p = (part){.domain = sx_arena_alloc(d->arena, n, sizeof *p->domain),
              .sensitive = sx_arena_zalloc(d->arena, n, sizeof(bool)),
              .hidden = sx_arena_zalloc(d->arena, n, sizeof(bool)),
              .more = sx_arena_zalloc(d->arena, n, sizeof(bool))};
  return p->domain && p->sensitive && p->hidden && p->more ? SX_OK : sx_error_memory(err);
}

static void part_add(part *p, const dc_cases *c, size_t domain, bool sensitive, bool hidden) {
  size_t i = 0;
  if (!c->mask[domain] || c->count[domain] == 0) return;
  while (i < p->n && p->domain[i] != domain) i++;
  if (i == p->n) {
    p->domain[p->n++] = domain;
    p->sensitive[i] = p->hidden[i] = false;
  }
  p->sensitive[i] = p->sensitive[i] || sensitive;
  p->hidden[i] = p->hidden[i] || hidden;
}

/* The relations of all groups of the part, with cells for atoms behind those of groups. */
static sx_status atoms_of(sx_release_problem *out, const dc_cases *c, const part *p, const st_run *of, sx_error *err) {
  dc_run *d = c->d;
  const sx_release_cell none = SX_RELEASE_CELL_INIT;
  const size_t rows = sx_table_rows(of->unit);
  sx_release_cell *cells = sx_arena_zalloc(d->arena, p->n + MOST_CELLS + 1, sizeof *cells);
  size_t *of_atom = sx_arena_zalloc(d->arena, MOST_CELLS + 1, sizeof *of_atom); /* a case of it */
  sx_release_relation *relations = sx_arena_zalloc(d->arena, p->n + 1, sizeof *relations);
  char *key = sx_arena_zalloc(d->arena, p->n + 1, 1);
  sx_dict *atoms = NULL;
  size_t n_atoms = 0;
  if (!cells || !of_atom || !relations || !key) return sx_error_memory(err);
  SX_TRY(sx_dict_new(&atoms, &d->r->ctx, err));
  sx_status status = SX_OK;
  for (size_t i = 0; i < rows && status == SX_OK; i++) {
    int32_t code = 0;
    for (size_t k = 0; k < p->n; k++) key[k] = (char)('0' + (c->of[p->domain[k]] == of && c->mask[p->domain[k]][i]));
    if (!strchr(key, '1')) continue;
    status = sx_dict_add(&code, atoms, key, p->n, err);
    if (status == SX_OK && (size_t)code == n_atoms) {
      if (n_atoms == MOST_CELLS || p->n > MOST_CELLS) {
        status = sx_error_set(err, SX_E_DATA, "disclosure",
                              "groups overlap in more than %d ways, too many to protect together: publish fewer",
                              MOST_CELLS);
        break;
      }
      of_atom[n_atoms++] = i;
    }
    if (status == SX_OK) cells[p->n + (size_t)code].value += 1;
  }
  sx_dict_free(atoms);
  SX_TRY(status);
  for (size_t k = 0; k < p->n + n_atoms; k++) {
    const double value = k < p->n ? (double)c->count[p->domain[k]] : cells[k].value;
    const bool sensitive = k < p->n ? p->sensitive[k] : few(c, (size_t)value);
    cells[k] = none;
    cells[k].key = k < p->n ? d->domains[p->domain[k]].name : sx_arena_printf(d->arena, "atom %zu", k - p->n);
    if (!cells[k].key) return sx_error_memory(err);
    cells[k].value = cells[k].n = value;
    if (k < p->n && c->count[p->domain[k]] == rows) cells[k].cost = 1e3 * value; /* everyone: last of all */
    cells[k].upper = cells[k].lower = 1e-6 * value;
    if (sensitive)
      cells[k].mark = SX_RELEASE_PRIMARY;
    else if (k >= p->n || p->hidden[k])
      cells[k].mark = SX_RELEASE_UNKNOWN;
  }
  for (size_t k = 0; k < p->n; k++) {
    sx_release_term *terms = sx_arena_alloc(d->arena, n_atoms + 1, sizeof *terms);
    size_t n = 1;
    if (!terms) return sx_error_memory(err);
    terms[0] = (sx_release_term){k, 1};
    for (size_t a = 0; a < n_atoms; a++)
      if (c->of[p->domain[k]] == of && c->mask[p->domain[k]][of_atom[a]]) terms[n++] = (sx_release_term){p->n + a, -1};
    relations[k] = (sx_release_relation){cells[k].key, terms, n, 0, 0};
  }
  *out = (sx_release_problem){cells, p->n + n_atoms, relations, p->n};
  return SX_OK;
}

/* Whether some groups of the part are related, and not by their terms: then the cases say how. */
static bool related(const dc_cases *c, const part *p, const st_run *of) {
  const size_t rows = sx_table_rows(of->unit);
  for (size_t i = 0; i < p->n; i++) {
    const dc_domain *a = &c->d->domains[p->domain[i]];
    for (size_t t = 0; t < a->n_terms; t++) {
      const st_group *g = group_of(of->s, a->terms[t].variable);
      if (g && !g->by) return true;
    }
    for (size_t k = 0; k < p->n; k++) {
      const dc_domain *b = &c->d->domains[p->domain[k]];
      bool below = i != k && a->n_terms > 0 && b->n_terms > 0;
      size_t common = 0;
      for (size_t t = 0; below && t < a->n_terms; t++) common += study__dc_has_term(b, &a->terms[t]);
      if (common == b->n_terms || common == a->n_terms) continue; /* a level of it, as its terms say */
      for (size_t r = 0; below && r < rows; r++) below = !c->mask[p->domain[i]][r] || c->mask[p->domain[k]][r];
      if (below) return true;
    }
  }
  return false;
}

static sx_status solve_part(bool *changed, dc_cases *c, part *p, sx_error *err) {
  dc_run *d = c->d;
  bool any = false;
  for (size_t i = 0; i < p->n; i++) {
    p->more[i] = false;
    any = any || p->sensitive[i] || p->hidden[i];
  }
  if (!any) return SX_OK;
  part own;
  size_t *at = sx_arena_alloc(d->arena, p->n + 1, sizeof *at);
  if (!at) return sx_error_memory(err);
  bool *done = sx_arena_zalloc(d->arena, p->n + 1, sizeof *done);
  if (!done) return sx_error_memory(err);
  for (size_t first = 0; first < p->n; first++) { /* those of each wave */
    const st_run *of = c->of[p->domain[first]];
    sx_release_problem problem;
    sx_release_result *result = NULL;
    if (done[first]) continue;
    SX_TRY(part_new(&own, d, err));
    for (size_t i = first; i < p->n; i++) {
      if (c->of[p->domain[i]] != of) continue;
      done[i] = true;
      at[own.n] = i;
      part_add(&own, c, p->domain[i], p->sensitive[i], p->hidden[i]);
    }
    if (!p->always && !related(c, &own, of)) continue;
    SX_TRY(sx_ctx_poll(&d->r->ctx, err));
    SX_TRY(atoms_of(&problem, c, &own, of, err));
    sx_release_options options = d->own->options;
    if (options.method == SX_RELEASE_OPTIMAL) options.method = SX_RELEASE_GREEDY;
    SX_TRY(sx_release_suppress(&result, &d->r->ctx, &problem, NULL, &options, err));
    d->n_open_linked += result->attacked->n_open;
    for (size_t i = 0; i < own.n; i++) {
      if (problem.cells[i].mark != SX_RELEASE_SECONDARY) continue;
      p->more[at[i]] = *changed = true;
      d->n_secondary++;
    }
    sx_release_result_free(result);
  }
  return SX_OK;
}

static sx_status close_domains(bool *changed, dc_cases *c, sx_error *err) {
  dc_run *d = c->d;
  part p;
  SX_TRY(part_new(&p, d, err));
  for (size_t i = 0; i < d->n_domains; i++)
    if (d->domains[i].n > 0) part_add(&p, c, i, d->domains[i].small || few(c, c->count[i]), d->domains[i].hidden);
  SX_TRY(solve_part(changed, c, &p, err));
  for (size_t i = 0; i < p.n; i++) d->domains[p.domain[i]].hidden = d->domains[p.domain[i]].hidden || p.more[i];
  return SX_OK;
}

/* study_disclosure_linked.c knows its totals; of quantiles nothing adds up. A ratio has a numerator, a variance has squares that do. */
static bool adds_up(const st_indicator *ind) {
  const st_kind *const known[] = {&study__kind_total, &study__kind_count,    &study__kind_mean,
                                  &study__kind_prop,  &study__kind_quantile, &study__kind_median};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (ind->kind == known[i]) return true;
  return false;
}

/* Groups of one indicator: sensitive are those that few make, and amounts that a few make up. */
static sx_status close_indicator(bool *changed, dc_cases *c, const st_indicator *ind, sx_error *err) {
  dc_run *d = c->d;
  const char *id = ind->id;
  bool own = false;
  part p;
  SX_TRY(part_new(&p, d, err));
  p.always = !adds_up(ind);
  for (size_t i = 0; i < d->n_rows; i++) {
    const dc_row *row = &d->rows[i];
    if (strcmp(row->indicator, id) != 0) continue;
    const bool hidden = study__dc_hidden_for_few(d, id, row->domain);
    own = own || (hidden && !d->domains[row->domain].hidden);
    part_add(&p, c, row->domain, row->few || row->level > 0 || d->domains[row->domain].small, hidden);
  }
  if (own) SX_TRY(solve_part(changed, c, &p, err));
  for (size_t i = 0; own && i < p.n; i++)
    if (p.more[i]) SX_TRY(study__dc_hide_pair(d, id, p.domain[i], err));
  return SX_OK;
}

/* Columns of a question's tables: where some are unions of others, all cells of a column go with one of it, and every such column is sensitive. */
static sx_status close_question(bool *changed, dc_cases *c, const char *question, sx_error *err) {
  dc_run *d = c->d;
  part p;
  bool odd = false, some = false;
  SX_TRY(part_new(&p, d, err));
  for (size_t i = 0; i < d->n_banner; i++) {
    const dc_banner *b = &d->banner[i];
    if (b->kind == 'B' || b->order || strcmp(b->question, question) != 0) continue;
    part_add(&p, c, b->domain, b->hidden, b->hidden);
    some = some || b->hidden;
  }
  if (some && p.n) odd = related(c, &p, d->r);
  if (!odd) return SX_OK;
  SX_TRY(solve_part(changed, c, &p, err));
  for (size_t i = 0; i < d->n_banner; i++) {
    dc_banner *b = &d->banner[i];
    if (b->kind == 'B' || b->hidden || strcmp(b->question, question) != 0) continue;
    for (size_t k = 0; k < p.n; k++)
      if (p.domain[k] == b->domain && (p.hidden[k] || p.more[k])) b->hidden = *changed = true;
  }
  return SX_OK;
}

sx_status study__dc_close_cases(bool *changed, dc_cases *c, sx_error *err) {
  dc_run *d = c->d;
  const sx_study *s = d->r->s;
  SX_TRY(close_shared(changed, d, err));
  SX_TRY(close_domains(changed, c, err));
  for (size_t i = 0; i < s->n_indicators; i++)
    if (!study__is_formula(&s->indicators[i])) SX_TRY(close_indicator(changed, c, &s->indicators[i], err));
  for (size_t i = 0; i < d->n_banner; i++) {
    bool before = false;
    for (size_t k = 0; k < i && !before; k++) before = strcmp(d->banner[k].question, d->banner[i].question) == 0;
    if (!before) SX_TRY(close_question(changed, c, d->banner[i].question, err));
  }
  return SX_OK;
}
