/* audit_report_memo.c: what a tracer found out is kept for the next time that it is asked: the numbers of a text, the scale of a unit, whether the run has a
 * quotation, what the store says of an indicator. Nothing here outlives the tracer. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "audit_report_priv.h"

void sx_audit__memo_clear(sx_tracer *t) {
  sx_dict_free(t->asked);
  sx_dict_free(t->read);
  sx_dict_free(t->quoted);
  sx_dict_free(t->named);
  sx_mem_free(&t->ctx, t->quotations);
  sx_audit__own_clear(t);
  t->asked = t->read = t->quoted = t->named = NULL;
  t->quotations = NULL;
}

/* The code of a key in a dictionary that is made at its first use; *fresh: it was not there. */
static sx_status code_of(int32_t *code, bool *fresh, sx_dict **dict, const sx_tracer *t, const char *key, size_t n) {
  if (!*dict) SX_TRY(sx_dict_new(dict, &t->ctx, t->err));
  const size_t known = sx_dict_count(*dict);
  SX_TRY(sx_dict_add(code, *dict, key, n, t->err));
  *fresh = (size_t)*code == known;
  return SX_OK;
}

/* ---- the numbers of a text ------------------------------------------------------------------------------------------- */

enum { MOST = 16, LONGEST = 256 };

/* What a text prints: all of its numbers, the first MOST of them with their places. */
typedef struct sx_reading {
  bool done;
  size_t n;
  const sx_printed *numbers;
  double scale; /* of a unit: of the numbers in a column that it heads */
} reading;

/* The scale of a unit that stands behind a 1, or around it. */
static sx_status read_unit(double *out, const sx_tracer *t, const char *unit) {
  sx_audit_text *text = NULL;
  char one[128];
  const bool dollar = unit[0] == '$';
  (void)snprintf(one, sizeof one, "%s1%s", dollar ? "$" : "", unit + dollar);
  SX_TRY(sx_audit_text_parse(&text, &t->ctx, SX_TEXT_PLAIN, one, sx_utf8_cut(one, strlen(one), sizeof one - 1), "unit",
                             t->err));
  const sx_text_mark *m = sx_audit_text_mark(text, 0);
  *out = m && m->kind == SX_MARK_QUANTITY ? m->scale : 1;
  sx_audit_text_free(text);
  return SX_OK;
}

static sx_printed printed_as(const sx_audit_text *read, const sx_text_mark *m, const sx_text_run *run, double scale) {
  const char *before = sx_audit_text_part(read, m->part)->text + m->at;
  const bool minus = m->kind != SX_MARK_QUANTITY && m->at >= 3 &&
                     memcmp(before - 3, "\xE2\x88\x92", 3) == 0; /* −1900 looks like a year */
  sx_printed p = {.decimals = m->decimals < 0 ? 0 : m->decimals, .zeros = m->zeros, .negative = m->sign < 0 || minus};
  p.scale = run->unit ? scale : m->scale;
  p.value = (p.negative ? -1 : 1) * m->value * p.scale;
  /* digits that are said to be rounding are zeros; where they are not, they count */
  const int zeros = m->value != 0 && p.decimals == 0 && m->zeros < run->zeros ? m->zeros : run->zeros;
  p.at = m->at;
  p.unit = pow(10, zeros - p.decimals) * p.scale;
  return p;
}

/* The numbers of a part: all of them counted, the first MOST given. */
static void numbers_of(sx_printed out[MOST], size_t *n, const sx_audit_text *text, const sx_text_part *part,
                       const sx_text_run *run, double scale) {
  *n = 0;
  for (size_t i = part->first_mark; i < part->first_mark + part->n_marks; i++) {
    const sx_text_mark *m = sx_audit_text_mark(text, i);
    if (m->kind == SX_MARK_LEVEL) continue;
    if (*n < MOST) out[*n] = printed_as(text, m, run, scale);
    ++*n;
  }
}

static sx_status read_numbers(sx_printed out[MOST], size_t *n, sx_tracer *t, const char *text, size_t n_text,
                              const sx_text_run *run) {
  sx_audit_text *read = NULL;
  double scale = 1;
  *n = 0;
  if (run->unit) SX_TRY(sx_audit__unit_scale(&scale, t, run->unit));
  SX_TRY(sx_audit_text_parse(&read, &t->ctx, SX_TEXT_HTML, "", 0, "number", t->err));
  sx_part_maker maker;
  sx_audit__text_maker_init(&maker, read, t->err);
  sx_buf_add_n(&maker.buf, text, n_text);
  const sx_status status = sx_audit__text_close(&maker, SX_PART_CELL, 0);
  sx_audit__text_maker_clear(&maker);
  if (status == SX_OK && sx_audit_text_n_parts(read)) numbers_of(out, n, read, sx_audit_text_part(read, 0), run, scale);
  sx_audit_text_free(read);
  return status;
}

/* The slot of a key among the readings; it is the arena's. */
static sx_status slot_of(reading **out, sx_tracer *t, const char *key, size_t n) {
  int32_t code = 0;
  bool fresh = false;
  const size_t known = t->read ? sx_dict_count(t->read) : 0;
  if (!sx_arena_grow(t->out->arena, (void **)&t->readings, &t->cap_readings, known + 1, sizeof *t->readings))
    return sx_error_memory(t->err);
  SX_TRY(code_of(&code, &fresh, &t->read, t, key, n));
  if (fresh) t->readings[code] = (reading){.done = false};
  *out = &t->readings[code];
  return SX_OK;
}

sx_status sx_audit__unit_scale(double *out, sx_tracer *t, const char *unit) {
  char key[LONGEST];
  const int n = snprintf(key, sizeof key, "unit %s", unit);
  reading *slot = NULL;
  double scale = 1;
  if (n < 0 || n >= (int)sizeof key) return read_unit(out, t, unit);
  SX_TRY(slot_of(&slot, t, key, (size_t)n));
  if (!slot->done) {
    SX_TRY(read_unit(&scale, t, unit));
    slot->scale = scale;
    slot->done = true;
  }
  *out = slot->scale;
  return SX_OK;
}

/* "number ZEROS LENGTH UNIT text": all that the numbers of a text depend on. 0: too long to be kept. */
static size_t number_key(char key[LONGEST], const char *text, size_t n, const sx_text_run *run) {
  const long length = run->unit ? (long)strlen(run->unit) : -1;
  const int head = snprintf(key, LONGEST, "number %d %ld %s\n", run->zeros, length, run->unit ? run->unit : "");
  if (head < 0 || head >= LONGEST || n >= LONGEST - (size_t)head) return 0;
  memcpy(key + head, text, n);
  return (size_t)head + n;
}

sx_status sx_audit__printed(sx_printed *out, size_t *n, size_t max, sx_tracer *t, const char *text, size_t n_text,
                            const sx_text_run *run) {
  char key[LONGEST];
  sx_printed numbers[MOST];
  reading *slot = NULL;
  const size_t n_key = number_key(key, text, n_text, run);
  if (n_key) SX_TRY(slot_of(&slot, t, key, n_key));
  if (!slot || !slot->done) {
    SX_TRY(read_numbers(numbers, n, t, text, n_text, run));
    const size_t kept = *n < MOST ? *n : MOST;
    sx_printed *copy = n_key && kept ? sx_arena_alloc(t->out->arena, kept, sizeof *copy) : NULL;
    if (n_key && kept && !copy) return sx_error_memory(t->err);
    if (copy) memcpy(copy, numbers, kept * sizeof *copy);
    if (n_key) SX_TRY(slot_of(&slot, t, key, n_key)); /* reading the unit may have moved it */
    if (slot) *slot = (reading){.done = true, .n = *n, .numbers = copy};
  }
  const sx_printed *from = slot ? slot->numbers : numbers;
  if (slot) *n = slot->n;
  const size_t take = *n < max ? *n : max;
  if (take) memcpy(out, from, (take < MOST ? take : MOST) * sizeof *out);
  return SX_OK;
}

/* A cell of a page that is the text and nothing else was read already, by the same rules. */
static bool is_read(const sx_tracer *t, const sx_text_part *part, size_t from, size_t to) {
  return t->page && t->page->form == SX_TEXT_HTML && part->kind == SX_PART_CELL && from == 0 && to == part->n &&
         part >= t->page->parts && part < t->page->parts + t->page->n_parts;
}

sx_status sx_audit__printed_part(sx_printed *out, size_t *n, size_t max, sx_tracer *t, const sx_text_part *part,
                                 size_t from, size_t to, const sx_text_run *run) {
  sx_printed numbers[MOST];
  double scale = 1;
  if (!is_read(t, part, from, to)) return sx_audit__printed(out, n, max, t, part->text + from, to - from, run);
  if (run->unit) SX_TRY(sx_audit__unit_scale(&scale, t, run->unit));
  numbers_of(numbers, n, t->page, part, run, scale);
  const size_t there = *n < MOST ? *n : MOST;
  memcpy(out, numbers, (there < max ? there : max) * sizeof *out);
  return SX_OK;
}

/* ---- quotations --------------------------------------------------------------------------------------------------------- */

sx_status sx_audit__quoted(bool *quoted, sx_tracer *t, const char *text, size_t n) {
  void *list = t->quotations;
  int32_t code = 0;
  bool fresh = false;
  const size_t known = t->quoted ? sx_dict_count(t->quoted) : 0;
  const bool grown = sx_mem_grow(&t->ctx, &list, &t->cap_quotations, known + 1, sizeof *t->quotations);
  t->quotations = list;
  if (!grown) return sx_error_memory(t->err);
  SX_TRY(code_of(&code, &fresh, &t->quoted, t, text, n));
  if (fresh) t->quotations[code] = sx_audit__is_quoted(t, text, n);
  *quoted = t->quotations[code];
  return SX_OK;
}

/* ---- indicators --------------------------------------------------------------------------------------------------------- */

typedef struct sx_known {
  bool found;
  sx_store_indicator info;
} known_indicator;

static const char *keep(const sx_tracer *t, const char *text, bool *failed) {
  const char *copy = text ? sx_arena_strdup(t->out->arena, text) : NULL;
  *failed = *failed || (text && !copy);
  return copy;
}

static sx_text2 keep2(const sx_tracer *t, sx_text2 text, bool *failed) {
  const char *zh = keep(t, text.zh, failed), *en = keep(t, text.en, failed);
  return (sx_text2){zh, en};
}

static sx_status ask_indicator(known_indicator *out, const sx_tracer *t, const char *id) {
  sx_store_indicator info = {.id = NULL};
  bool failed = false;
  *out = (known_indicator){.found = false};
  const sx_status status = sx_store_get_indicator(&out->found, &info, t->store, t->run, id, t->err);
  if (status == SX_OK && out->found) {
    out->info = info;
    out->info.id = keep(t, id, &failed);
    out->info.unit = keep(t, info.unit, &failed);
    out->info.label = keep2(t, info.label, &failed);
    out->info.question = keep2(t, info.question, &failed);
    out->info.base = keep2(t, info.base, &failed);
  }
  return failed ? sx_error_memory(t->err) : status;
}

sx_status sx_audit__indicator(bool *found, sx_store_indicator *out, sx_tracer *t, const char *id) {
  int32_t code = 0;
  bool fresh = false;
  const size_t known = t->named ? sx_dict_count(t->named) : 0;
  if (!sx_arena_grow(t->out->arena, (void **)&t->indicators, &t->cap_indicators, known + 1, sizeof *t->indicators))
    return sx_error_memory(t->err);
  SX_TRY(code_of(&code, &fresh, &t->named, t, id, strlen(id)));
  if (fresh) SX_TRY(ask_indicator(&t->indicators[code], t, id));
  *found = t->indicators[code].found;
  *out = t->indicators[code].info;
  return SX_OK;
}
