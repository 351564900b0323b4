/* audit_published_label.c: for every number of a table of a Word file the labels of its row and column, against those under which its result was published. */
#include <stdlib.h>
#include <string.h>

#include "audit_published.h"

enum { LABEL_MAX = 400 };

typedef struct labelled {
  const char *reference, *unit, *row, *column;
  size_t part;
} labelled;

typedef struct label_list {
  labelled *items;
  size_t n, cap;
} label_list;

static const char *joined(sx_arena *arena, const char *a, const sx_text_part *part) {
  return sx_arena_printf(arena, "%s%s%.*s", a, *a ? " " : "", (int)(part->n < LABEL_MAX ? part->n : LABEL_MAX),
                         part->text);
}

static bool has_number(const sx_audit_text *text, size_t table, size_t row, size_t from) {
  for (size_t i = from; i < text->n_parts && text->parts[i].table == table && text->parts[i].row == row; i++)
    for (size_t r = 0; r < text->parts[i].n_runs; r++)
      if (text->parts[i].runs[r].reference) return true;
  return false;
}

/* Heads are the rows of a table before the first with a number; the label of a row is its first cell. */
static sx_status list_labels(label_list *list, const sx_published *p, const sx_audit_text *text) {
  enum { COLUMNS = 64 };
  const char *heads[COLUMNS], *row = "";
  size_t table = 0, last_row = 0;
  bool body = false;
  for (size_t i = 0; i < text->n_parts; i++) {
    const sx_text_part *part = &text->parts[i];
    if (!part->table) continue;
    if (part->table != table) {
      table = part->table;
      last_row = 0;
      body = false;
      for (size_t c = 0; c < COLUMNS; c++) heads[c] = "";
    }
    if (part->row != last_row) {
      row = "";
      body = body || has_number(text, table, part->row, i);
    }
    last_row = part->row;
    if (!body && part->column && part->column <= COLUMNS) {
      heads[part->column - 1] = joined(p->arena, heads[part->column - 1], part);
      if (!heads[part->column - 1]) return sx_error_memory(p->t->err);
    }
    if (body && part->column == 1) row = joined(p->arena, row, part);
    if (!row) return sx_error_memory(p->t->err);
    for (size_t r = 0; body && part->column > 1 && part->column <= COLUMNS && r < part->n_runs; r++) {
      const sx_text_run *run = &part->runs[r];
      if (!run->reference || run->reference[0] == '=') continue;
      if (!sx_arena_grow(p->arena, (void **)&list->items, &list->cap, list->n + 1, sizeof *list->items))
        return sx_error_memory(p->t->err);
      list->items[list->n++] = (labelled){run->reference, run->unit ? run->unit : "", row, heads[part->column - 1], i};
    }
  }
  return SX_OK;
}

static int by_reference(const void *x, const void *y) {
  const labelled *a = x, *b = y;
  const int order = strcmp(a->reference, b->reference);
  return order ? order : strcmp(a->unit, b->unit);
}

static bool alike(const char *a, const char *b) {
  return sx_audit__shown_same(a, strlen(a), b, strlen(b));
}

/* Published with such labels, or in no table (*known false). */
static const labelled *published_as(bool *right, const label_list *want, const labelled *have) {
  const labelled *first = want->n ? bsearch(have, want->items, want->n, sizeof *want->items, by_reference) : NULL;
  *right = !first;
  if (!first) return NULL;
  while (first > want->items && by_reference(first - 1, have) == 0) first--;
  const labelled *end = want->items + want->n, *best = first;
  for (const labelled *l = first; l < end && by_reference(l, have) == 0; l++) {
    const bool row = alike(l->row, have->row), column = alike(l->column, have->column);
    if (row && column) *right = true;
    if (row || column) best = l;
  }
  return best;
}

sx_status sx_audit__published_labels(sx_published *p, const sx_audit_text *want, const sx_audit_text *have) {
  label_list a = {.n = 0}, b = {.n = 0};
  SX_TRY(list_labels(&a, p, want));
  SX_TRY(list_labels(&b, p, have));
  if (a.n) qsort(a.items, a.n, sizeof *a.items, by_reference);
  sx_status status = SX_OK;
  for (size_t i = 0; i < b.n && status == SX_OK; i++) {
    bool right = false;
    const labelled *was = published_as(&right, &a, &b.items[i]);
    if (right) continue;
    const bool row = !alike(was->row, b.items[i].row);
    const char *from = row ? was->row : was->column, *to = row ? b.items[i].row : b.items[i].column;
    sx_difference d = {.verdict = SX_TRACE_DIFFERS,
                       .reference = b.items[i].reference,
                       .want = from,
                       .n_want = strlen(from),
                       .have = to,
                       .n_have = strlen(to),
                       .reason = row ? "the number was published in the row of another label"
                                     : "the number was published in the column of another label"};
    status = sx_audit__published_place(&d.place, p, have, b.items[i].part);
    if (status == SX_OK) status = sx_audit__published_tell(p, &d);
  }
  return status;
}
