/* study_disclosure_errors.c: what errors and numbers of cases tell of hidden results. A variance is a sum of squares, which add up over groups as totals do:
 * the error of a whole and those of its published groups leave the squares of the hidden ones, a second equation beside that of the totals. Where weights
 * hardly differ within a group and results are counts, squares and unweighted cases are the total times a known number, and two equations solve two
 * hidden groups. So no error, and no unweighted count that is not the group's own, is published of a group that shares cases with one that is hidden in
 * that result or in one of the same variable; nor of what is computed from such a result. Values stay. p values tell the error: they go. */
#include "study_disclosure.h"
#include "study_names.h"

#include <math.h>
#include <string.h>

typedef struct er {
  dc_run *d;
  dc_cases *cases;
  signed char *meet;     /* [domains * domains] 0: not known yet */
  bool *indicator;       /* [indicators * domains] hidden there */
  const char **question; /* [n_questions] of banner tables */
  bool *answer, *base;   /* [questions * domains] a cell, a base hidden there */
  size_t n_questions;
} er;

static bool meets(er *e, size_t a, size_t b) {
  signed char *known = &e->meet[a * e->d->n_domains + b];
  if (!*known) *known = study__dc_meet(e->cases, a, b) ? 1 : -1;
  return *known == 1;
}

/* Some domain of the list [domains], other than this, that shares cases with it. */
static bool any_meets(er *e, const bool *list, size_t domain) {
  for (size_t h = 0; h < e->d->n_domains; h++)
    if (list[h] && h != domain && meets(e, domain, h)) return true;
  return false;
}

/* ---- what is hidden where ---------------------------------------------------------------------------------------------------------- */

static size_t question_of(const er *e, const char *name) {
  for (size_t q = 0; q < e->n_questions; q++)
    if (strcmp(e->question[q], name) == 0) return q;
  return ST_NONE;
}

static sx_status read_hidden(er *e, sx_error *err) {
  dc_run *d = e->d;
  const size_t n = d->n_domains;
  for (size_t i = 0; i < d->n_rows; i++) {
    const size_t own = study__dc_indicator(d, d->rows[i].indicator);
    if (own != ST_NONE && study__dc_hidden_for_few(d, d->rows[i].indicator, d->rows[i].domain))
      e->indicator[own * n + d->rows[i].domain] = true;
  }
  for (size_t i = 0; i < d->n_banner; i++)
    if (question_of(e, d->banner[i].question) == ST_NONE) e->question[e->n_questions++] = d->banner[i].question;
  e->answer = sx_arena_zalloc(d->arena, e->n_questions * n + 1, sizeof(bool));
  e->base = sx_arena_zalloc(d->arena, e->n_questions * n + 1, sizeof(bool));
  if (!e->answer || !e->base) return sx_error_memory(err);
  for (size_t i = 0; i < d->n_banner; i++) {
    const dc_banner *b = &d->banner[i];
    const size_t at = question_of(e, b->question) * n + b->domain;
    if (!b->hidden || b->order) continue;
    if (b->kind != 'B') e->answer[at] = true;
    if (b->kind == 'B' && !d->domains[b->domain].hidden) e->base[at] = true;
  }
  return SX_OK;
}

static const dc_banner *cell_of(const er *e, size_t q) {
  for (size_t i = 0; i < e->d->n_banner; i++)
    if (strcmp(e->d->banner[i].question, e->question[q]) == 0 && e->d->banner[i].kind != 'B') return &e->d->banner[i];
  return NULL;
}

/* What is hidden of the same variables joins what is hidden of the indicator, or of the question. */
static void join(bool *into, const bool *list, size_t n) {
  for (size_t h = 0; h < n; h++) into[h] = into[h] || list[h];
}

static sx_status share_hidden(er *e, sx_error *err) {
  dc_run *d = e->d;
  const sx_study *s = d->r->s;
  const size_t n = d->n_domains;
  bool *indicator = sx_arena_zalloc(d->arena, s->n_indicators * n + 1, sizeof(bool));
  bool *answer = sx_arena_zalloc(d->arena, e->n_questions * n + 1, sizeof(bool));
  if (!indicator || !answer) return sx_error_memory(err);
  for (size_t i = 0; i < s->n_indicators; i++) {
    const st_indicator *ind = &s->indicators[i];
    if (study__is_formula(ind)) continue;
    join(indicator + i * n, e->indicator + i * n, n);
    for (size_t k = 0; k < s->n_indicators; k++)
      if (k != i && !study__is_formula(&s->indicators[k]) && study__dc_shares(s, ind, &s->indicators[k]))
        join(indicator + i * n, e->indicator + k * n, n);
    for (size_t q = 0; q < e->n_questions; q++) {
      const dc_banner *b = cell_of(e, q);
      if (!b || !study__dc_of_question(d, b, ind)) continue;
      join(indicator + i * n, e->answer + q * n, n);
      join(answer + q * n, e->indicator + i * n, n);
    }
  }
  for (size_t q = 0; q < e->n_questions; q++) join(answer + q * n, e->answer + q * n, n);
  e->indicator = indicator;
  e->answer = answer;
  return SX_OK;
}

/* ---- rows ---------------------------------------------------------------------------------------------------------------------------- */

static bool error_hidden(const dc_run *d, const char *indicator, size_t domain) {
  return study__dc_in(d->errors, indicator, domain);
}

static sx_status mark_rows(er *e, sx_error *err) {
  dc_run *d = e->d;
  bool changed = true;
  for (size_t i = 0; i < d->n_rows; i++) {
    const dc_row *row = &d->rows[i];
    const size_t own = study__dc_indicator(d, row->indicator);
    if (own == ST_NONE || error_hidden(d, row->indicator, row->domain)) continue;
    if (row->error || any_meets(e, e->indicator + own * d->n_domains, row->domain))
      SX_TRY(study__dc_put(d, d->errors, row->indicator, row->domain, err));
  }
  while (changed) {
    changed = false;
    for (size_t i = 0; i < d->n_rows; i++) {
      const dc_row *row = &d->rows[i];
      bool yes = false;
      if (error_hidden(d, row->indicator, row->domain)) continue;
      SX_TRY(study__dc_rests_on(&yes, d, row->indicator, row->domain, error_hidden, err));
      if (!yes) continue;
      SX_TRY(study__dc_put(d, d->errors, row->indicator, row->domain, err));
      changed = true;
    }
  }
  return SX_OK;
}

/* The number of cases has a hidden part of its own: a base that is not everyone of the group. */
static bool hides_cases(er *e, const dc_row *row) {
  const dc_run *d = e->d;
  const size_t own = study__dc_indicator(d, row->indicator);
  if (own == ST_NONE || !(row->n < d->domains[row->domain].n)) return false;
  for (size_t h = 0; h < d->n_domains; h++)
    if (e->indicator[own * d->n_domains + h] && !d->domains[h].hidden && h != row->domain && meets(e, row->domain, h))
      return true;
  return false;
}

static void put_rows(sx_buf *out, er *e) {
  const dc_run *d = e->d;
  for (size_t i = 0; i < d->n_rows; i++) {
    const dc_row *row = &d->rows[i];
    if (study__dc_hidden(d, row->indicator, row->domain)) continue;
    if (!error_hidden(d, row->indicator, row->domain) && !study__dc_against(d, row, error_hidden)) continue;
    const bool p = strncmp(row->statistic, "p_", 2) == 0;
    sx_buf_printf(out, "%s%s\t%s", p ? "" : hides_cases(e, row) ? "~~" : "~", row->indicator, row->statistic);
    study__dc_put_terms(out, d->domains[row->domain].terms, d->domains[row->domain].n_terms);
  }
}

/* ---- banner tables ------------------------------------------------------------------------------------------------------------------- */

static void put_cell(sx_buf *out, const dc_banner *b, const char *before, const char *statistic) {
  sx_buf_printf(out, "%s%s\t%s", before, b->indicator, statistic);
  if (study__dc_has_row(b)) sx_buf_printf(out, "\trow\t%s", b->row);
  study__dc_put_terms(out, b->terms, b->n_terms);
}

/* A cell of the question is hidden in the column, or in one that shares cases with it. */
static bool tells_answer(er *e, size_t q, size_t domain) {
  const bool *answer = e->answer + q * e->d->n_domains;
  return answer[domain] || any_meets(e, answer, domain);
}

/* A line of a grid or of items is what the question says that has a table of its own, of which cells may be hidden in other columns than the grid's. */
static bool of_hidden_item(er *e, const dc_banner *b) {
  bool yes = false;
  for (size_t q = 0; q < e->n_questions && !yes; q++)
    yes = study__dc_item_of(b, e->question[q]) && tells_answer(e, q, b->domain);
  return yes;
}

static void put_banner(sx_buf *out, er *e) {
  const dc_run *d = e->d;
  const size_t n = d->n_domains;
  for (size_t i = 0; i < d->n_banner; i++) {
    const dc_banner *b = &d->banner[i];
    const size_t q = question_of(e, b->question);
    if (b->hidden || !b->shown) continue;
    if (b->kind == 'B') {
      if (!any_meets(e, e->base + q * n, b->domain)) continue;
      put_cell(out, b, "", "base_cases");
      put_cell(out, b, "", "base_effective");
      continue;
    }
    if (!tells_answer(e, q, b->domain) && !of_hidden_item(e, b)) continue;
    put_cell(out, b, "~", b->statistic);
    put_cell(out, b, "", "cases");
  }
}

sx_status study__dc_error_lines(sx_buf *out, dc_run *d, dc_cases *c, sx_error *err) {
  er e = {.d = d, .cases = c};
  e.meet = sx_arena_zalloc(d->arena, d->n_domains * d->n_domains + 1, 1);
  e.indicator = sx_arena_zalloc(d->arena, d->r->s->n_indicators * d->n_domains + 1, sizeof(bool));
  e.question = sx_arena_zalloc(d->arena, d->n_banner + 1, sizeof *e.question);
  if (!e.meet || !e.indicator || !e.question) return sx_error_memory(err);
  SX_TRY(read_hidden(&e, err));
  SX_TRY(share_hidden(&e, err));
  SX_TRY(mark_rows(&e, err));
  put_rows(out, &e);
  put_banner(out, &e);
  return sx_buf_status(out, err);
}
