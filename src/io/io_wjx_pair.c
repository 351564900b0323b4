/* io_wjx_pair.c: two exports of one survey, by codes and by texts: case by case they say which text a code has. A case that says
 * otherwise than one before it is an error, so that files of other cases, or in another order, never give labels. */
#include "io_wjx.h"

#include <string.h>

/* ---- cases and questions ---------------------------------------------------------------------------------------------- */

static size_t slot_with(const wjx_sheet *sheet, wjx_role role) {
  size_t i = 0;
  while (i < sheet->n_slots && sheet->slots[i].role != role) i++;
  return i;
}

/* Each case has the same number, or else was handed in at the same time. */
static sx_status same_cases(const wjx_sheet *codes, const wjx_sheet *texts, sx_error *err) {
  if (codes->rows != texts->rows)
    return sx_error_set(err, SX_E_DATA, texts->name, "%zu cases, and %zu in %s: export both at the same time",
                        texts->rows, codes->rows, codes->name);
  const bool numbered = slot_with(codes, WJX_ID) < codes->n_slots && slot_with(texts, WJX_ID) < texts->n_slots;
  const wjx_role role = numbered ? WJX_ID : WJX_TIME;
  const size_t a = slot_with(codes, role), b = slot_with(texts, role);
  if (a == codes->n_slots || b == texts->n_slots) return SX_OK; /* answers alone decide */
  wjx_column x, y;
  SX_TRY(sx_io__wjx_column(&x, codes, a, err));
  SX_TRY(sx_io__wjx_column(&y, texts, b, err));
  for (size_t r = 0; r < codes->rows; r++)
    if (!sx_io__wjx_same(x.cells[r].all, y.cells[r].all))
      return sx_io__wjx_error(codes, x.slot, r, err,
                              "'%.*s' here and '%.*s' in %.200s: the cases are not the same ones",
                              (int)x.cells[r].all.n, x.cells[r].all.n ? x.cells[r].all.text : "", (int)y.cells[r].all.n,
                              y.cells[r].all.n ? y.cells[r].all.text : "", texts->name);
  return SX_OK;
}

static const wjx_question *question_of(const wjx_sheet *sheet, size_t number) {
  for (size_t i = 0; i < sheet->n_questions; i++)
    if (sheet->questions[i].number == number) return &sheet->questions[i];
  return NULL;
}

static sx_status lacks(const wjx_sheet *has, const wjx_sheet * not, size_t number, sx_error *err) {
  return sx_error_set(err, SX_E_DATA, not ->name, "no question %zu, which %.200s has: are they exports of one survey",
                      number, has->name);
}

sx_status sx_io__wjx_match(wjx_sheet *codes, const wjx_sheet *texts, sx_error *err) {
  SX_TRY(same_cases(codes, texts, err));
  for (size_t i = 0; i < texts->n_questions; i++) {
    const size_t number = texts->questions[i].number;
    if (number && !question_of(codes, number)) return lacks(texts, codes, number, err);
  }
  for (size_t i = 0; i < codes->n_questions; i++) {
    wjx_question *q = &codes->questions[i];
    const wjx_question *other = q->number ? question_of(texts, q->number) : NULL;
    if (!q->number) continue;
    if (!other) return lacks(codes, texts, q->number, err);
    const size_t a = strlen(q->stem), b = strlen(other->stem);
    if (a && b && strncmp(q->stem, other->stem, a < b ? a : b) != 0)
      return sx_error_set(err, SX_E_DATA, codes->name, "question %zu is '%.100s' here and '%.100s' in %.200s",
                          q->number, q->stem, other->stem, texts->name);
    if (a) continue;
    q->stem = other->stem;
    for (size_t k = 0; k < q->n; k++) codes->slots[q->first + k].stem = other->stem;
  }
  return SX_OK;
}

/* ---- texts of codes --------------------------------------------------------------------------------------------------- */

typedef struct pair {
  const wjx_sheet *codes, *texts;
  const wjx_column *a, *b; /* of the two */
} pair;

static sx_status learn(wjx_labels *labels, const pair *p, size_t row, int64_t code, wjx_span text, sx_error *err) {
  for (size_t i = 0; i < labels->n; i++) {
    const wjx_label *l = &labels->items[i];
    if (l->code != code) continue;
    if (sx_io__wjx_same(l->text, text)) return SX_OK;
    return sx_io__wjx_error(p->codes, p->a->slot, row, err,
                            "code %lld is '%.*s' in %.150s, and '%.*s' in case %zu: the files do not belong together",
                            (long long)code, (int)(text.n < 80 ? text.n : 80), text.text, p->texts->name,
                            (int)(l->text.n < 80 ? l->text.n : 80), l->text.text, l->row + 1);
  }
  void *items = labels->items;
  if (!sx_arena_grow(p->codes->arena, &items, &labels->cap, labels->n + 1, sizeof *labels->items))
    return sx_error_memory(err);
  labels->items = items;
  if (p->codes->learnt) ++*p->codes->learnt;
  size_t at = labels->n++;
  for (; at > 0 && labels->items[at - 1].code > code; at--) labels->items[at] = labels->items[at - 1];
  labels->items[at] = (wjx_label){code, text, row};
  return SX_OK;
}

static bool is_missing(wjx_state state) {
  return state != WJX_VALUE;
}

/* Both have an answer, or neither; *some: both have one. */
static sx_status both(bool *some, const pair *p, size_t row, sx_error *err) {
  const wjx_cell *a = &p->a->cells[row], *b = &p->b->cells[row];
  *some = !is_missing(a->state) && !is_missing(b->state);
  const bool same = a->state == b->state || (is_missing(a->state) && is_missing(b->state) &&
                                             (a->state == WJX_NOTHING || b->state == WJX_NOTHING));
  if (same) return SX_OK;
  return sx_io__wjx_error(p->codes, p->a->slot, row, err, "'%.*s' here and '%.*s' in %.200s",
                          (int)(a->all.n < 80 ? a->all.n : 80), a->all.n ? a->all.text : "",
                          (int)(b->all.n < 80 ? b->all.n : 80), b->all.n ? b->all.text : "", p->texts->name);
}

static sx_status not_as_many(const pair *p, size_t row, size_t codes, size_t texts, sx_error *err) {
  return sx_io__wjx_error(p->codes, p->a->slot, row, err, "%zu answer%s here and %zu in %.200s", codes,
                          codes == 1 ? "" : "s", texts, p->texts->name);
}

/* Codes and texts of one cell stand in the same order. */
static sx_status zip_cell(wjx_labels *labels, const pair *p, size_t row, sx_error *err) {
  wjx_part code, text;
  size_t i = 0, j = 0, n = 0;
  for (;; n++) {
    const bool a = sx_io__wjx_next(&code, &i, p->a, row), b = sx_io__wjx_next(&text, &j, p->b, row);
    if (!a && !b) return SX_OK;
    if (a != b) {
      size_t more = n + 1;
      while (sx_io__wjx_next(a ? &code : &text, a ? &i : &j, a ? p->a : p->b, row)) more++;
      return not_as_many(p, row, a ? more : n, a ? n : more, err);
    }
    if (!code.integer && sx_io__wjx_same(code.option, text.option)) continue;
    if (!code.integer)
      return sx_io__wjx_error(p->codes, p->a->slot, row, err, "'%.*s' here and '%.*s' in %.200s",
                              (int)(code.option.n < 80 ? code.option.n : 80), code.option.text,
                              (int)(text.option.n < 80 ? text.option.n : 80), text.option.text, p->texts->name);
    SX_TRY(learn(labels, p, row, code.code, text.option, err));
  }
}

/* A column against a column. The same everywhere: numbers and texts that were typed in, without labels. */
static sx_status pair_columns(wjx_labels *labels, const pair *p, sx_error *err) {
  bool same = true, some;
  for (size_t r = 0; r < p->codes->rows; r++) {
    SX_TRY(both(&some, p, r, err));
    same = same && (!some || sx_io__wjx_same(p->a->cells[r].all, p->b->cells[r].all));
  }
  for (size_t r = 0; r < p->codes->rows && !same; r++) {
    SX_TRY(both(&some, p, r, err));
    if (some) SX_TRY(zip_cell(labels, p, r, err));
  }
  return SX_OK;
}

/* ---- a column per option against a list of texts ----------------------------------------------------------------------- */

/* The option's column that comes next in the case: those with 1 from the left, or the one with the place `nth` (from 1). */
static size_t next_option(const wjx_column *columns, size_t n, size_t row, bool order, size_t nth) {
  for (size_t k = 0; k < n; k++) {
    wjx_part part;
    size_t at = 0;
    if (columns[k].cells[row].state != WJX_VALUE || !sx_io__wjx_next(&part, &at, &columns[k], row)) continue;
    if (order ? part.code == (int64_t)nth : part.code == 1 && --nth == 0) return k;
  }
  return n;
}

/* The text is not the name of another option. */
static sx_status check_name(const pair *p, const wjx_question *q, size_t k, size_t row, wjx_span text, sx_error *err) {
  for (size_t i = 0; i < q->n; i++) {
    const char *sub = p->codes->slots[q->first + i].sub;
    if (i == k || !sx_io__wjx_same(text, (wjx_span){sub, strlen(sub)})) continue;
    return sx_io__wjx_error(p->codes, &p->codes->slots[q->first + k], row, err,
                            "the option was chosen, and in %.150s '%.100s' was", p->texts->name, sub);
  }
  return SX_OK;
}

/* Where the whole question was passed over, in both. */
static sx_status check_states(bool *some, pair *p, const wjx_question *q, const wjx_column *columns, size_t row,
                              bool order, sx_error *err) {
  p->a = &columns[0];
  for (size_t k = 0; k < q->n; k++)
    if (columns[k].cells[row].state == WJX_VALUE) p->a = &columns[k];
  *some = false;
  if (is_missing(p->b->cells[row].state) && next_option(columns, q->n, row, order, 1) == q->n) return SX_OK;
  return both(some, p, row, err);
}

static sx_status pair_options(wjx_labels *labels, pair *p, const wjx_question *q, const wjx_column *columns, bool order,
                              sx_error *err) {
  for (size_t r = 0; r < p->codes->rows; r++) {
    wjx_part text;
    size_t nth = 0;
    bool some;
    SX_TRY(check_states(&some, p, q, columns, r, order, err));
    for (size_t at = 0; some && sx_io__wjx_next(&text, &at, p->b, r);) {
      const size_t k = next_option(columns, q->n, r, order, ++nth);
      size_t texts = nth;
      while (k == q->n && sx_io__wjx_next(&text, &at, p->b, r)) texts++;
      if (k == q->n) return not_as_many(p, r, nth - 1, texts, err);
      SX_TRY(check_name(p, q, k, r, text.option, err));
      p->a = &columns[k];
      SX_TRY(learn(labels, p, r, (int64_t)k + 1, text.option, err));
    }
    if (some && next_option(columns, q->n, r, order, nth + 1) < q->n) return not_as_many(p, r, nth + 1, nth, err);
  }
  return SX_OK;
}

static sx_status name_options(const wjx_labels *labels, const wjx_sheet *codes, const wjx_question *q, sx_error *err) {
  for (size_t i = 0; i < labels->n; i++) {
    wjx_slot *slot = &codes->slots[q->first + (size_t)labels->items[i].code - 1];
    if (!sx_io__wjx_only_digits(slot->sub) && strlen(slot->sub) > 1) continue;
    slot->sub = sx_arena_strndup(codes->arena, labels->items[i].text.text, labels->items[i].text.n);
    if (!slot->sub) return sx_error_memory(err);
  }
  return SX_OK;
}

/* ---- a question -------------------------------------------------------------------------------------------------------- */

/* Rows of a grid share their options: what one row never has, another may. */
static sx_status share_labels(wjx_labels *labels, const wjx_question *q, pair *p, const wjx_column *columns,
                              sx_error *err) {
  wjx_labels all = {0};
  for (size_t k = 0; k < q->n; k++) {
    p->a = &columns[k];
    for (size_t i = 0; i < labels[k].n; i++) {
      const wjx_label *l = &labels[k].items[i];
      const sx_status status = learn(&all, p, l->row, l->code, l->text, NULL);
      if (status == SX_E_MEMORY) return sx_error_memory(err);
      if (status != SX_OK) return SX_OK; /* each row has options of its own */
    }
  }
  for (size_t k = 0; k < q->n; k++)
    if (labels[k].n) labels[k] = all;
  return SX_OK;
}

sx_status sx_io__wjx_pair(wjx_labels *labels, wjx_sheet *codes, const wjx_question *q, const wjx_column *columns,
                          const wjx_sheet *texts, sx_error *err) {
  const wjx_question *other = question_of(texts, q->number);
  wjx_column b;
  pair p = {.codes = codes, .texts = texts, .b = &b};
  if (other->n == 1 && q->n > 1) {
    SX_TRY(sx_io__wjx_column(&b, texts, other->first, err));
    SX_TRY(pair_options(&labels[0], &p, q, columns, !sx_io__wjx_dichotomies(columns, q->n, codes->rows), err));
    SX_TRY(name_options(&labels[0], codes, q, err));
    labels[0] = (wjx_labels){0};
    return SX_OK;
  }
  if (other->n != q->n)
    return sx_error_set(err, SX_E_DATA, codes->name, "question %zu has %zu columns here and %zu in %.200s", q->number,
                        q->n, other->n, texts->name);
  for (size_t k = 0; k < q->n; k++) {
    SX_TRY(sx_io__wjx_column(&b, texts, other->first + k, err));
    p.a = &columns[k];
    SX_TRY(pair_columns(&labels[k], &p, err));
  }
  return q->n > 1 ? share_labels(labels, q, &p, columns, err) : SX_OK;
}
