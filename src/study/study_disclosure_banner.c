/* study_disclosure_banner.c: banner tables in disclosure control: their cells as their steps wrote them (study_banner_who.c), the columns as domains beside
 * those of the study, and the rows of the store that go when a cell is kept back. */
#include "study_banner.h"
#include "study_disclosure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TERMS = 8 };
static const double SAME = 1e-9; /* of sums of weights */

bool study__dc_is_banner(const sx_study *s, const char *indicator) {
  const char *slash = strchr(indicator, '/');
  for (size_t i = 0; slash && i < s->n_blocks; i++) {
    const st_block *b = &s->blocks[i];
    if (study__is_banner(b) && strlen(b->id) == (size_t)(slash - indicator) &&
        memcmp(b->id, indicator, (size_t)(slash - indicator)) == 0)
      return true;
  }
  return false;
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------ */

static double number(const char *text) {
  double x;
  return *text && sx_text_to_double(&x, text, strlen(text)) ? x : (double)NAN;
}

/* The column's levels as the study's groups call them, where a group is by that variable; the condition of the table is one level more. */
static sx_status domain_of(size_t *out, dc_run *d, const dc_banner *b, sx_error *err) {
  const sx_study *s = d->r->s;
  sx_store_term terms[MAX_TERMS + 1];
  size_t n = 0;
  for (size_t i = 0; i < b->n_terms && n < MAX_TERMS; i++) {
    terms[n] = b->terms[i];
    for (size_t g = 0; g < s->n_groups; g++)
      if (s->groups[g].by && strcmp(s->groups[g].by, b->terms[i].variable) == 0) terms[n].variable = s->groups[g].id;
    n++;
  }
  if (*b->where) terms[n++] = (sx_store_term){"where", b->where, {NULL, NULL}, {NULL, NULL}};
  const sx_store_row row = {.indicator = "", .statistic = "", .terms = terms, .n_terms = n};
  return study__dc_domain(out, d, &row, err);
}

/* The next field of a line; fields end with a TAB, the last with the line. */
static const char *field(char **at) {
  char *own = *at, *tab = own ? strchr(own, '\t') : NULL;
  if (tab) *tab++ = '\0';
  *at = tab;
  return own ? own : "";
}

static sx_status take_line(dc_run *d, char *line, sx_error *err) {
  sx_arena *arena = d->r->arena;
  dc_banner b = {.kind = *line, .cross = ST_NONE};
  sx_store_term terms[MAX_TERMS];
  char *at = line;
  (void)field(&at);
  b.shown = *field(&at) == '1';
  b.indicator = field(&at);
  b.statistic = field(&at);
  b.where = field(&at);
  b.question = field(&at);
  b.row = field(&at);
  b.base_n = number(field(&at));
  b.base_w = number(field(&at));
  b.cases = number(field(&at));
  b.value = number(field(&at));
  const double n_top = number(field(&at));
  b.n_top = n_top > 0 && n_top < 1e4 ? (size_t)n_top : 0;
  double *top = sx_arena_zalloc(arena, b.n_top + 1, sizeof *top);
  if (!top) return sx_error_memory(err);
  for (size_t i = 0; i < b.n_top; i++) top[i] = number(field(&at));
  b.top = top;
  while (at && b.n_terms < MAX_TERMS) {
    const char *variable = field(&at);
    terms[b.n_terms++] = (sx_store_term){variable, field(&at), {NULL, NULL}, {NULL, NULL}};
  }
  sx_store_term *own = sx_arena_alloc(arena, b.n_terms + 1, sizeof *own);
  if (!own || !sx_arena_grow(arena, (void **)&d->banner, &d->cap_banner, d->n_banner + 1, sizeof *d->banner))
    return sx_error_memory(err);
  if (b.n_terms) memcpy(own, terms, b.n_terms * sizeof *own);
  b.terms = own;
  SX_TRY(domain_of(&b.domain, d, &b, err));
  dc_domain *of = &d->domains[b.domain];
  if (b.shown && b.base_n > 0 && !(of->n >= b.base_n)) of->n = b.base_n;
  d->banner[d->n_banner++] = b;
  return SX_OK;
}

/* ---- levels that are groups ---------------------------------------------------------------------------------------------------------- */

/* The name of the groups that a question's variable makes: a group by it, or itself where columns are made of it; NULL: it divides nothing. A question
 * that is asked again has a number behind its variable (q#2). */
static const char *groups_by(const dc_run *d, const char *question) {
  const sx_study *s = d->r->s;
  const char *again = strrchr(question, '#');
  const size_t n = again && again > question ? (size_t)(again - question) : strlen(question);
  for (size_t g = 0; g < s->n_groups; g++)
    if (s->groups[g].by && strlen(s->groups[g].by) == n && memcmp(s->groups[g].by, question, n) == 0)
      return s->groups[g].id;
  for (size_t i = 0; i < d->n_banner; i++) {
    for (size_t k = 0; k < d->banner[i].n_terms; k++) {
      const char *variable = d->banner[i].terms[k].variable;
      if (strlen(variable) == n && memcmp(variable, question, n) == 0) return variable;
    }
  }
  return NULL;
}

/* The terms are those of the domain, in any order. */
static bool same_terms(const dc_domain *a, const sx_store_term *terms, size_t n) {
  bool all = a->n_terms == n;
  for (size_t i = 0; i < n && all; i++) all = study__dc_has_term(a, &terms[i]);
  return all;
}

/* region: East in the column of men is everyone of the group men in the East, whatever table or result says how many they are. */
static sx_status cross(dc_run *d, dc_banner *b, const char *groups, sx_error *err) {
  sx_store_term terms[MAX_TERMS + 2];
  const dc_domain *column = &d->domains[b->domain];
  size_t n = column->n_terms;
  if (n > MAX_TERMS + 1) return SX_OK;
  for (size_t i = 0; i < n; i++) {
    terms[i] = column->terms[i];
    if (strcmp(terms[i].variable, groups) != 0) continue;
    if (strcmp(terms[i].level, b->row) == 0) b->cross = b->domain;
    return SX_OK;
  }
  terms[n++] = (sx_store_term){groups, b->row, {NULL, NULL}, {NULL, NULL}};
  for (size_t i = 0; i < d->n_domains && b->cross == ST_NONE; i++)
    if (same_terms(&d->domains[i], terms, n)) b->cross = i;
  if (b->cross != ST_NONE) return SX_OK;
  const sx_store_row row = {.indicator = "", .statistic = "", .terms = terms, .n_terms = n};
  return study__dc_domain(&b->cross, d, &row, err);
}

static sx_status cross_all(dc_run *d, sx_error *err) {
  const char *question = NULL, *groups = NULL;
  for (size_t i = 0; i < d->n_banner; i++) {
    dc_banner *b = &d->banner[i];
    if (b->kind != 'C') continue;
    if (!question || strcmp(question, b->question) != 0) groups = groups_by(d, b->question);
    question = b->question;
    if (groups) SX_TRY(cross(d, b, groups, err));
  }
  return SX_OK;
}

sx_status study__dc_read_banners(dc_run *d, sx_error *err) {
  st_run *r = d->r;
  for (size_t i = 0; i < r->s->n_blocks; i++) {
    const char *text = NULL;
    if (!study__is_banner(&r->s->blocks[i])) continue;
    SX_TRY(study__banner_payload(&text, r, i, err));
    text += strcspn(text, "\n");
    char *lines = sx_arena_strdup(r->arena, *text ? text + 1 : "");
    if (!lines) return sx_error_memory(err);
    for (char *line = lines; line && *line;) {
      char *next = strchr(line, '\n');
      if (next) *next++ = '\0';
      if (*line != 'L') SX_TRY(take_line(d, line, err));
      line = next;
    }
  }
  return cross_all(d, err);
}

/* ---- what goes with a cell -------------------------------------------------------------------------------------------------------- */

static bool same_table(const dc_banner *a, const dc_banner *b) {
  return strcmp(a->indicator, b->indicator) == 0;
}

static bool of_table(const dc_banner *b) { /* what nets, boxes and means of levels are made of */
  return b->kind == 'C' || b->kind == 'M';
}

static bool derived(const dc_banner *b) {
  return b->kind == 'N' || b->kind == 'S' || b->kind == 'D';
}

bool study__dc_has_row(const dc_banner *b) {
  return *b->row || b->kind == 'C' || b->kind == 'M' || b->kind == 'I' || b->kind == 'N';
}

bool study__dc_item_of(const dc_banner *b, const char *question) {
  return (derived(b) || b->kind == 'I' || b->kind == 'A') && strcmp(b->row, question) == 0;
}

static bool same_number(double a, double b) {
  return fabs(a - b) <= SAME * fmax(fabs(a), fabs(b));
}

bool study__dc_told(const dc_run *d, const char *question, size_t domain, const dc_banner *cell) {
  bool all = false;
  for (size_t i = 0; i < d->n_banner; i++) {
    const dc_banner *b = &d->banner[i];
    if (b->domain != domain || strcmp(b->question, question) != 0) continue;
    if (b->hidden && (b->kind == 'B' || b->kind == 'C')) return false;
    if (b->kind != 'B') continue;
    if (cell && (b->base_n != cell->base_n || !same_number(b->base_w, cell->base_w))) continue;
    double sum = 0;
    for (size_t k = i + 1; k < d->n_banner && same_table(b, &d->banner[k]); k++)
      if (d->banner[k].kind == 'C' && d->banner[k].domain == domain) sum += d->banner[k].value;
    all = all || same_number(sum, 1);
  }
  return all;
}

static bool told(const dc_run *d, const char *question, const dc_banner *cell) {
  return study__dc_told(d, question, cell->domain, cell);
}

/* Of the cells from `first` to `end`, one table's. */
static bool close_table(dc_run *d, size_t first, size_t end) {
  dc_banner *cells = d->banner;
  bool some = false, changed = false;
  for (size_t i = first; i < end; i++) some = some || (cells[i].hidden && of_table(&cells[i]));
  for (size_t i = first; i < end; i++) {
    dc_banner *c = &cells[i];
    if (c->hidden) continue;
    bool yes = some && derived(c) && !told(d, c->question, c);
    for (size_t k = first; k < end && !yes; k++)
      yes = cells[k].kind == 'B' && cells[k].hidden && cells[k].domain == c->domain;
    changed = changed || yes;
    c->hidden = yes;
  }
  return changed;
}

/* What other tables make of a question's levels: nets, means and boxes of it, its line in a grid or among items. */
static bool close_question(dc_run *d, const char *question) {
  bool changed = false;
  for (size_t i = 0; i < d->n_banner; i++) {
    dc_banner *b = &d->banner[i];
    const bool own = derived(b) && strcmp(b->question, question) == 0;
    if (b->hidden || !(own || study__dc_item_of(b, question)) || told(d, question, b)) continue;
    b->hidden = changed = true;
  }
  return changed;
}

static bool close_questions(dc_run *d) {
  const char *last = NULL;
  bool changed = false;
  for (size_t i = 0; i < d->n_banner; i++) {
    const dc_banner *b = &d->banner[i];
    if (!b->hidden || !of_table(b) || (last && strcmp(last, b->question) == 0)) continue;
    last = b->question;
    changed = close_question(d, last) || changed;
  }
  return changed;
}

bool study__dc_close_banners(dc_run *d) {
  bool changed = close_questions(d);
  for (size_t i = 0, end; i < d->n_banner; i = end) {
    for (end = i + 1; end < d->n_banner && same_table(&d->banner[i], &d->banner[end]);) end++;
    for (size_t k = i; k < end; k++) { /* a group that nothing is published of */
      dc_banner *b = &d->banner[k];
      changed = changed || (d->domains[b->domain].hidden && !b->hidden);
      b->hidden = b->hidden || d->domains[b->domain].hidden;
    }
    changed = close_table(d, i, end) || changed;
  }
  return changed;
}

/* ---- the list ------------------------------------------------------------------------------------------------------------------- */

static void put_terms(sx_buf *out, const dc_banner *b, bool row) {
  if (row) sx_buf_printf(out, "\trow\t%s", b->row);
  study__dc_put_terms(out, b->terms, b->n_terms);
}

/* Shares of a row or of the table, whose whole is everyone: they go where that is not published. */
static void put_shares(sx_buf *out, const dc_run *d, const dc_banner *whole) {
  for (size_t i = 0; i < d->n_banner; i++) {
    const dc_banner *b = &d->banner[i];
    const bool base = whole->kind == 'B';
    if (!same_table(b, whole) || b->hidden || b->kind == 'B' || (!base && strcmp(b->row, whole->row) != 0)) continue;
    sx_buf_printf(out, "%s\t%s", b->indicator, base ? "total_pct" : "row_pct");
    put_terms(out, b, study__dc_has_row(b));
  }
}

size_t study__dc_banner_lines(sx_buf *out, const dc_run *d) {
  static const char *const bases[] = {"base_cases", "base_weighted", "base_effective"};
  size_t n = 0;
  for (size_t i = 0; i < d->n_banner; i++) {
    const dc_banner *b = &d->banner[i];
    if (!b->hidden) continue;
    if (b->n_terms == 0) put_shares(out, d, b);
    if (!b->shown) continue;
    n++;
    for (size_t k = 0; b->kind == 'B' && k < 3; k++) {
      sx_buf_printf(out, "%s\t%s", b->indicator, bases[k]);
      put_terms(out, b, false);
    }
    if (b->kind == 'B') continue;
    sx_buf_printf(out, "%s\t%s", b->indicator, b->statistic);
    put_terms(out, b, study__dc_has_row(b));
  }
  return n;
}
