/* io_wjx_build.c: the variables of one question. A choice of one is a column of codes with labels, or of texts; a choice of several is a
 * column of 0 and 1 per option and a set of them; an order is a column per option with its place. What was written beside an option
 * stands in a column of its own, NAME_text. */
#include "io_wjx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX = 200, OPTIONS_MAX = 500 };

typedef struct make {
  sx_table *out;
  const wjx_sheet *sheet;
  const sx_ctx *ctx;
  const sx_read_options *options;
} make;

typedef struct choice {
  wjx_span text;
  int64_t code;
  bool filled;
} choice;

typedef struct choices {
  choice *items;
  size_t n, cap;
  bool coded; /* codes are the export's; otherwise 1, 2, ... as they first occur */
} choices;

/* ---- columns --------------------------------------------------------------------------------------------------------- */

/* A name that is free: with _2, _3 behind where it is taken. */
static sx_status add_column(sx_column **out, const make *m, const char *name, sx_type type, const char *label,
                            sx_error *err) {
  char text[NAME_MAX + 32];
  (void)snprintf(text, sizeof text, "%.*s", (int)sx_utf8_cut(name, strlen(name), NAME_MAX), name);
  const size_t n = strlen(text);
  for (size_t k = 2; sx_table_find(m->out, text); k++) (void)snprintf(text + n, sizeof text - n, "_%zu", k);
  SX_TRY(sx_table_add(out, m->out, text, type, err));
  return sx_column_set_label(m->ctx, *out, label, err);
}

/* A column of the file under another name. */
static sx_status copy_column(sx_column **out, const make *m, const char *name, const wjx_slot *slot, sx_error *err) {
  const sx_column *from = slot->from;
  SX_TRY(add_column(out, m, name, from->type, strcmp(name, from->name) == 0 ? "" : from->name, err));
  sx_column *to = *out;
  if (from->dict) {
    sx_dict_free(to->dict);
    to->dict = sx_dict_ref(from->dict);
    if (from->n) memcpy(to->data.code, from->data.code, from->n * sizeof *from->data.code);
  } else if (from->n) {
    memcpy(to->data.i64, from->data.i64, from->n * sizeof *from->data.i64);
  }
  for (size_t r = 0; r < from->n; r++)
    if (sx_column_missing(from, r)) SX_TRY(sx_column_set_missing(m->ctx, to, r, from->miss[r], err));
  return SX_OK;
}

/* -3 and -2, whose rows hold them already. */
static sx_status declare(const make *m, sx_column *c, sx_error *err) {
  if (c->type == SX_TEXT) {
    SX_TRY(sx_column_add_range(m->ctx, c, 0, 0, sx_io__wjx_skipped, err));
    return sx_column_add_range(m->ctx, c, 0, 0, sx_io__wjx_empty, err);
  }
  SX_TRY(sx_column_add_range(m->ctx, c, WJX_SKIPPED_CODE, WJX_SKIPPED_CODE, NULL, err));
  SX_TRY(sx_column_add_range(m->ctx, c, WJX_EMPTY_CODE, WJX_EMPTY_CODE, NULL, err));
  SX_TRY(sx_column_add_label(m->ctx, c, WJX_SKIPPED_CODE, NULL, 0, "跳过", err));
  return sx_column_add_label(m->ctx, c, WJX_EMPTY_CODE, NULL, 0, "空", err);
}

static sx_status label_choice(const make *m, sx_column *c, sx_error *err) {
  SX_TRY(sx_column_add_label(m->ctx, c, 0, NULL, 0, "未选", err));
  return sx_column_add_label(m->ctx, c, 1, NULL, 0, "选中", err);
}

static sx_status set_text(sx_column *c, size_t row, wjx_span text, sx_error *err) {
  return sx_dict_add(&c->data.code[row], c->dict, text.text, text.n, err);
}

/* The row's missing state, where it is missing; *done says so. */
static sx_status set_state(bool *done, const make *m, sx_column *c, size_t row, wjx_state state, sx_error *err) {
  const bool skipped = state == WJX_SKIPPED;
  const int64_t code = skipped ? WJX_SKIPPED_CODE : WJX_EMPTY_CODE;
  *done = state != WJX_VALUE;
  if (state == WJX_VALUE) return SX_OK;
  if (state == WJX_NOTHING) return sx_column_set_missing(m->ctx, c, row, SX_MISS_SYSTEM, err);
  if (c->type == SX_NUMBER) return c->data.f64[row] = (double)code, SX_OK;
  if (c->type == SX_INTEGER) return c->data.i64[row] = code, SX_OK;
  const char *text = skipped ? sx_io__wjx_skipped : sx_io__wjx_empty;
  return set_text(c, row, (wjx_span){text, strlen(text)}, err);
}

static const wjx_span *text_of(const wjx_labels *labels, int64_t code) {
  for (size_t i = 0; labels && i < labels->n; i++)
    if (labels->items[i].code == code) return &labels->items[i].text;
  return NULL;
}

static sx_status label_codes(const make *m, sx_column *c, const wjx_labels *labels, sx_error *err) {
  for (size_t i = 0; labels && i < labels->n; i++) {
    const char *text = sx_arena_strndup(m->sheet->arena, labels->items[i].text.text, labels->items[i].text.n);
    if (!text) return sx_error_memory(err);
    SX_TRY(sx_column_add_label(m->ctx, c, (double)labels->items[i].code, NULL, 0, text, err));
  }
  return SX_OK;
}

/* ---- a choice of one, a number, a text ------------------------------------------------------------------------------- */

/* What was written beside options, of all of them (of NULL) or of one. */
static sx_status put_fills(const make *m, const char *name, const char *label, const wjx_column *col,
                           const wjx_span *of, sx_error *err) {
  char text[NAME_MAX + 32];
  sx_column *c = NULL;
  (void)snprintf(text, sizeof text, "%.*s_text", (int)sx_utf8_cut(name, strlen(name), NAME_MAX), name);
  SX_TRY(add_column(&c, m, text, SX_TEXT, label, err));
  for (size_t r = 0; r < m->sheet->rows; r++) {
    wjx_part part;
    bool found = false;
    for (size_t at = 0; !found && sx_io__wjx_next(&part, &at, col, r);)
      found = part.fill.n && (!of || sx_io__wjx_same(part.option, *of));
    if (found)
      SX_TRY(set_text(c, r, part.fill, err));
    else
      SX_TRY(sx_column_set_missing(m->ctx, c, r, SX_MISS_SYSTEM, err));
  }
  return SX_OK;
}

static sx_status put_one(sx_column **out, const make *m, const char *name, const char *label, const wjx_column *col,
                         const wjx_labels *labels, sx_error *err) {
  static const sx_type types[] = {[WJX_CODES] = SX_INTEGER, [WJX_NUMBERS] = SX_NUMBER, [WJX_TEXTS] = SX_TEXT};
  sx_column *c = NULL;
  SX_TRY(add_column(&c, m, name, types[col->kind], label, err));
  for (size_t r = 0; r < m->sheet->rows; r++) {
    wjx_part part = {.integer = false};
    size_t at = 0;
    double value = 0;
    bool done;
    SX_TRY(set_state(&done, m, c, r, col->cells[r].state, err));
    if (done || !sx_io__wjx_next(&part, &at, col, r)) continue;
    if (col->kind == WJX_CODES)
      c->data.i64[r] = part.code;
    else if (col->kind == WJX_NUMBERS && sx_text_to_double(&value, part.option.text, part.option.n))
      c->data.f64[r] = value;
    else
      SX_TRY(set_text(c, r, part.option, err));
  }
  SX_TRY(declare(m, c, err));
  SX_TRY(label_codes(m, c, labels, err));
  *out = c;
  if (!col->filled) return SX_OK;
  return put_fills(m, name, label, col, NULL, err);
}

/* ---- several in one cell --------------------------------------------------------------------------------------------- */

static choice *find_choice(const choices *all, wjx_span text) {
  for (size_t k = 0; k < all->n; k++)
    if (sx_io__wjx_same(all->items[k].text, text)) return &all->items[k];
  return NULL;
}

static int by_code(const void *a, const void *b) {
  const choice *x = a, *y = b;
  return (x->code > y->code) - (x->code < y->code);
}

/* The options that occur: by their codes, or as they first occur. */
static sx_status find_choices(choices *all, const make *m, const wjx_column *col, sx_error *err) {
  *all = (choices){.coded = true};
  for (size_t r = 0; r < m->sheet->rows; r++) {
    wjx_part part;
    for (size_t at = 0; sx_io__wjx_next(&part, &at, col, r);) {
      choice *known = find_choice(all, part.option);
      if (!known) {
        void *items = all->items;
        if (all->n == OPTIONS_MAX)
          return sx_io__wjx_error(m->sheet, col->slot, r, err,
                                  "more than %d options in answers that are parted by '%s': is it a text? Then read "
                                  "it as one",
                                  OPTIONS_MAX, col->cut);
        if (!sx_arena_grow(m->sheet->arena, &items, &all->cap, all->n + 1, sizeof *all->items))
          return sx_error_memory(err);
        all->items = items;
        known = &all->items[all->n++];
        *known = (choice){.text = part.option, .code = part.code};
        all->coded = all->coded && part.integer && part.code > 0;
      }
      known->filled = known->filled || part.fill.n > 0;
    }
  }
  if (all->coded && all->n)
    qsort(all->items, all->n, sizeof *all->items, by_code);
  else
    for (size_t k = 0; k < all->n; k++) all->items[k].code = (int64_t)k + 1;
  if (!all->coded && m->sheet->by_appearance) ++*m->sheet->by_appearance;
  return SX_OK;
}

/* An option's place in a cell, 0 where it is not in it. */
static size_t place_in(const wjx_column *col, size_t row, wjx_span option) {
  wjx_part part;
  size_t place = 1;
  for (size_t at = 0; sx_io__wjx_next(&part, &at, col, row); place++)
    if (sx_io__wjx_same(part.option, option)) return place;
  return 0;
}

static sx_status put_choice(char **name, const make *m, const char *base, const wjx_column *col, const choice *one,
                            const wjx_labels *labels, sx_error *err) {
  const wjx_span *known = text_of(labels, one->code), text = known ? *known : one->text;
  const char *label = col->kind == WJX_ORDER && *col->slot->stem
                          ? sx_arena_printf(m->sheet->arena, "%s：%.*s", col->slot->stem, (int)text.n, text.text)
                          : sx_arena_strndup(m->sheet->arena, text.text, text.n);
  *name = sx_arena_printf(m->sheet->arena, "%s_%lld", base, (long long)one->code);
  sx_column *c = NULL;
  if (!label || !*name) return sx_error_memory(err);
  SX_TRY(add_column(&c, m, *name, SX_INTEGER, label, err));
  *name = sx_arena_strdup(m->sheet->arena, c->name);
  if (!*name) return sx_error_memory(err);
  for (size_t r = 0; r < m->sheet->rows; r++) {
    bool done;
    SX_TRY(set_state(&done, m, c, r, col->cells[r].state, err));
    if (done) continue;
    const size_t place = place_in(col, r, one->text);
    c->data.i64[r] = col->kind == WJX_SEVERAL ? place > 0 : place ? (int64_t)place : WJX_EMPTY_CODE;
  }
  if (col->kind == WJX_SEVERAL) SX_TRY(label_choice(m, c, err));
  return declare(m, c, err);
}

static sx_status add_set(const make *m, const char *base, const char *label, char **names, size_t n, sx_error *err) {
  sx_mrset set = {.dichotomous = true, .counted = 1, .variables = names, .n_variables = n};
  set.name = sx_arena_printf(m->sheet->arena, "$%s", base);
  set.label = sx_arena_strdup(m->sheet->arena, label);
  if (!set.name || !set.label) return sx_error_memory(err);
  return n ? sx_table_add_mrset(m->out, &set, err) : SX_OK;
}

/* A case that names an option twice: of several it is counted once, in an order it has no place, so that the answer is missing. */
static void judge_twice(const make *m, wjx_column *col) {
  const bool order = col->kind == WJX_ORDER;
  wjx_span first = {NULL, 0};
  size_t n = 0, row = 0;
  for (size_t r = 0; r < m->sheet->rows; r++) {
    if (!sx_io__wjx_twice(col, r)) continue;
    if (!n++) row = r, first = col->cells[r].all;
    if (order) col->cells[r].state = WJX_NOTHING;
  }
  if (n)
    sx_ctx_note(m->ctx, SX_SEV_WARNING, m->sheet->name,
                "case %zu: '%.*s' in '%s' names an option twice%s: %s (%zu case%s)", row + 1,
                (int)sx_utf8_cut(first.text, first.n, 80), first.text, col->slot->from->name,
                order ? ", so that it is no order" : "", order ? "the answer is missing" : "it is counted once", n,
                n == 1 ? "" : "s");
}

static void say_no_order(const make *m, const wjx_column *col) {
  const wjx_span first = col->cells[col->twice].all;
  sx_ctx_note(m->ctx, SX_SEV_WARNING, m->sheet->name,
              "case %zu: '%.*s' in '%s' names an option twice, as do %zu answers: the column stays text, no order",
              col->twice + 1, (int)sx_utf8_cut(first.text, first.n, 80), first.text, col->slot->from->name,
              col->n_twice);
}

static sx_status put_several(const make *m, const char *base, const char *label, wjx_column *col,
                             const wjx_labels *labels, sx_error *err) {
  choices all;
  judge_twice(m, col);
  SX_TRY(find_choices(&all, m, col, err));
  char **names = sx_arena_alloc(m->sheet->arena, all.n, sizeof *names);
  if (!names) return sx_error_memory(err);
  for (size_t k = 0; k < all.n; k++) SX_TRY(put_choice(&names[k], m, base, col, &all.items[k], labels, err));
  if (col->kind == WJX_SEVERAL) SX_TRY(add_set(m, base, label, names, all.n, err));
  for (size_t k = 0; k < all.n; k++)
    if (all.items[k].filled)
      SX_TRY(put_fills(m, names[k], sx_table_find(m->out, names[k])->label, col, &all.items[k].text, err));
  return SX_OK;
}

/* ---- a column per option ---------------------------------------------------------------------------------------------- */

bool sx_io__wjx_dichotomies(const wjx_column *columns, size_t n, size_t rows) {
  bool zero = false;
  if (n < 2) return false;
  for (size_t i = 0; i < n; i++) {
    for (size_t r = 0; r < rows; r++) {
      wjx_part part;
      size_t at = 0;
      if (columns[i].cells[r].state != WJX_VALUE || !sx_io__wjx_next(&part, &at, &columns[i], r)) continue;
      if (columns[i].kind != WJX_CODES || part.code < 0 || part.code > 1) return false;
      zero = zero || part.code == 0;
    }
  }
  return zero;
}

static sx_status put_dichotomies(const make *m, const wjx_question *q, const wjx_column *columns, sx_error *err) {
  char base[32];
  (void)snprintf(base, sizeof base, "q%zu", q->number);
  char **names = sx_arena_alloc(m->sheet->arena, q->n, sizeof *names);
  if (!names) return sx_error_memory(err);
  for (size_t k = 0; k < q->n; k++) {
    const wjx_slot *slot = columns[k].slot;
    sx_column *c = NULL;
    names[k] = sx_arena_printf(m->sheet->arena, "%s_%zu", base, k + 1);
    if (!names[k]) return sx_error_memory(err);
    SX_TRY(put_one(&c, m, names[k], *slot->sub ? slot->sub : slot->from->name, &columns[k], NULL, err));
    SX_TRY(label_choice(m, c, err));
    names[k] = sx_arena_strdup(m->sheet->arena, c->name);
    if (!names[k]) return sx_error_memory(err);
  }
  return add_set(m, base, q->stem, names, q->n, err);
}

/* ---- a question ------------------------------------------------------------------------------------------------------- */

static sx_status put_system(const make *m, const wjx_column *col, sx_error *err) {
  const wjx_slot *slot = col->slot;
  const bool moment = slot->role == WJX_TIME, submitted = moment && strcmp(slot->name, "submit_time") == 0;
  sx_column *c = NULL, *day = NULL;
  double value = 0;
  int64_t date = 0;
  for (size_t r = 0; r < m->sheet->rows; r++) {
    const wjx_span all = col->cells[r].all;
    if (!all.n || (moment ? sx_io__wjx_moment(&value, &date, all) : sx_io__wjx_seconds(&value, all))) continue;
    sx_ctx_note(m->ctx, SX_SEV_WARNING, m->sheet->name, "case %zu: '%.*s' in '%s' is no %s: the column stays text",
                r + 1, (int)(all.n < 60 ? all.n : 60), all.text, slot->from->name, moment ? "time" : "length of time");
    return copy_column(&c, m, slot->name, slot, err);
  }
  SX_TRY(add_column(&c, m, slot->name, SX_NUMBER, slot->from->name, err));
  if (moment) SX_TRY(sx_column_set_format(m->ctx, c, "DATETIME20", err));
  if (submitted) SX_TRY(add_column(&day, m, "submit_date", SX_DATE, slot->from->name, err));
  for (size_t r = 0; r < m->sheet->rows; r++) {
    const wjx_span all = col->cells[r].all;
    const bool known = all.n && (moment ? sx_io__wjx_moment(&value, &date, all) : sx_io__wjx_seconds(&value, all));
    if (!known) SX_TRY(sx_column_set_missing(m->ctx, c, r, SX_MISS_SYSTEM, err));
    if (!known && day) SX_TRY(sx_column_set_missing(m->ctx, day, r, SX_MISS_SYSTEM, err));
    if (known) c->data.f64[r] = value;
    if (known && day) day->data.i64[r] = date;
  }
  return SX_OK;
}

static sx_status put_slot(const make *m, const wjx_question *q, size_t k, wjx_column *col, const wjx_labels *labels,
                          sx_error *err) {
  const wjx_slot *slot = col->slot;
  char base[64];
  if (q->n == 1)
    (void)snprintf(base, sizeof base, "q%zu", q->number);
  else
    (void)snprintf(base, sizeof base, "q%zu_%zu", q->number, k + 1);
  const char *label = !*slot->sub   ? slot->stem
                      : *slot->stem ? sx_arena_printf(m->sheet->arena, "%s：%s", slot->stem, slot->sub)
                                    : slot->sub;
  if (!label) return sx_error_memory(err);
  if (sx_io__listed(m->options->as_text, m->options->n_as_text, base))
    col->kind = WJX_TEXTS, col->cut = NULL, col->filled = false, labels = NULL;
  else if (col->n_twice && col->kind != WJX_ORDER)
    say_no_order(m, col);
  if (col->kind == WJX_SEVERAL || col->kind == WJX_ORDER) return put_several(m, base, label, col, labels, err);
  sx_column *c = NULL;
  return put_one(&c, m, base, label, col, labels, err);
}

sx_status sx_io__wjx_build(sx_table *out, const wjx_sheet *sheet, const wjx_question *q, wjx_column *columns,
                           const wjx_labels *labels, const sx_read_options *options, sx_error *err) {
  const make m = {.out = out, .sheet = sheet, .ctx = sx_table_ctx(out), .options = options};
  const wjx_slot *slot = columns[0].slot;
  sx_column *c = NULL;
  if (slot->role == WJX_TIME || slot->role == WJX_DURATION) return put_system(&m, &columns[0], err);
  if (slot->role != WJX_QUESTION) return copy_column(&c, &m, slot->name ? slot->name : slot->from->name, slot, err);
  if (sx_io__wjx_dichotomies(columns, q->n, sheet->rows)) return put_dichotomies(&m, q, columns, err);
  for (size_t k = 0; k < q->n; k++) SX_TRY(put_slot(&m, q, k, &columns[k], labels ? &labels[k] : NULL, err));
  return SX_OK;
}
