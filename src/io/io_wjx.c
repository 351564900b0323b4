/* io_wjx.c: the door for exports of answers by wjx.cn (问卷星) and platforms of the same form: recognising them, reading the table that
 * the file is, and making of it variables, labels, sets and declared missing values; two exports of one survey, by codes and by texts,
 * as one. The form is not published: what was seen and what is assumed stands in docs/formats.md. */
#include "io_wjx.h"

#include <stdio.h>
#include <string.h>

/* ---- recognising ------------------------------------------------------------------------------------------------------ */

static bool holds(const char *line, size_t n, const char *what, size_t k) {
  for (const char *p = line; (size_t)(line + n - p) >= k; p++) {
    p = memchr(p, what[0], (size_t)(line + n - p) - k + 1);
    if (!p) return false;
    if (memcmp(p, what, k) == 0) return true;
  }
  return false;
}

/* Delimited text whose first line names columns of the system, in UTF-8 or in GB18030. The header as a table decides later. */
bool sx_io__wjx_line(const char *text, size_t n) {
  static const char *const marks[][2] = {
      {"提交答卷时间", "\xCC\xE1\xBD\xBB\xB4\xF0\xBE\xED\xCA\xB1\xBC\xE4"},
      {"所用时间", "\xCB\xF9\xD3\xC3\xCA\xB1\xBC\xE4"},
      {"来源详情", "\xC0\xB4\xD4\xB4\xCF\xEA\xC7\xE9"},
      {"来自IP", "\xC0\xB4\xD7\xD4\x49\x50"},
      {"开始答题时间", "\xBF\xAA\xCA\xBC\xB4\xF0\xCC\xE2\xCA\xB1\xBC\xE4"},
      {"结束答题时间", "\xBD\xE1\xCA\xF8\xB4\xF0\xCC\xE2\xCA\xB1\xBC\xE4"},
      {"答题时长", "\xB4\xF0\xCC\xE2\xCA\xB1\xB3\xA4"},
  };
  enum { LOOK = 1 << 16 };
  if (n > LOOK) n = LOOK;
  const char *end = memchr(text, '\n', n);
  const size_t line = end ? (size_t)(end - text) : n;
  size_t found = 0;
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    for (size_t k = 0; k < 2; k++)
      if (holds(text, line, marks[i][k], strlen(marks[i][k]))) {
        found++;
        break;
      }
  return found >= 2;
}

static bool sniff(const sx_io__source *s) {
  const bool zip = s->n >= 4 && memcmp(s->data, "PK\3\4", 4) == 0;
  return !zip && sx_io__wjx_line((const char *)s->data, s->n);
}

/* ---- reading ---------------------------------------------------------------------------------------------------------- */

static size_t integers(const wjx_sheet *sheet) {
  size_t n = 0;
  for (size_t i = 0; i < sheet->n_slots; i++)
    n += sheet->slots[i].role == WJX_QUESTION && sheet->slots[i].from->type == SX_INTEGER;
  return n;
}

static sx_status add_question(sx_table *out, wjx_sheet *sheet, const wjx_question *q, const wjx_sheet *texts,
                              const sx_read_options *options, sx_error *err) {
  const sx_arena_mark mark = sx_arena_get_mark(sheet->arena);
  wjx_column *columns = sx_arena_alloc(sheet->arena, q->n, sizeof *columns);
  wjx_labels *labels = sx_arena_zalloc(sheet->arena, q->n, sizeof *labels);
  sx_status status = columns && labels ? SX_OK : sx_error_memory(err);
  for (size_t k = 0; k < q->n && status == SX_OK; k++)
    status = sx_io__wjx_column(&columns[k], sheet, q->first + k, err);
  if (status == SX_OK && texts && q->number) status = sx_io__wjx_pair(labels, sheet, q, columns, texts, err);
  if (status == SX_OK) status = sx_io__wjx_build(out, sheet, q, columns, labels, options, err);
  sx_arena_release(sheet->arena, mark);
  return status;
}

/* Numbers of cases that occur twice: a case is there twice, or batches were put together. */
static sx_status check_ids(const wjx_sheet *sheet, sx_error *err) {
  size_t i = 0, n = 0, seen = 0;
  while (i < sheet->n_slots && sheet->slots[i].role != WJX_ID) i++;
  if (i == sheet->n_slots) return SX_OK;
  const sx_arena_mark mark = sx_arena_get_mark(sheet->arena);
  size_t row = 0, before = 0;
  wjx_column ids;
  sx_dict *known = NULL;
  sx_status status = sx_io__wjx_column(&ids, sheet, i, err);
  if (status == SX_OK) status = sx_dict_new(&known, sheet->ctx, err);
  for (size_t r = 0; r < sheet->rows && status == SX_OK; r++) {
    int32_t code = 0;
    if (!ids.cells[r].all.n) continue;
    status = sx_dict_add(&code, known, ids.cells[r].all.text, ids.cells[r].all.n, err);
    if (status != SX_OK) break;
    if (sx_dict_count(known) > seen)
      seen = sx_dict_count(known);
    else if (!n++)
      row = r;
  }
  for (before = 0; n && status == SX_OK && !sx_io__wjx_same(ids.cells[before].all, ids.cells[row].all);) before++;
  if (n && status == SX_OK)
    sx_ctx_note(
        sheet->ctx, SX_SEV_WARNING, sheet->name,
        "case %zu: '%.*s' in '%s' is the number of case %zu too (%zu such case%s): are cases in the file twice?",
        row + 1, (int)ids.cells[row].all.n, ids.cells[row].all.text, sheet->slots[i].from->name, before + 1, n,
        n == 1 ? "" : "s");
  sx_dict_free(known);
  sx_arena_release(sheet->arena, mark);
  return status;
}

static sx_status make_table(sx_table **out, wjx_sheet *sheet, const wjx_sheet *texts, const sx_read_options *options,
                            sx_error *err) {
  sx_table *table = NULL;
  size_t numbered = 0, by_appearance = 0, learnt = 0;
  SX_TRY(sx_table_new(&table, sheet->ctx, sheet->rows, err));
  sheet->by_appearance = &by_appearance;
  sheet->learnt = &learnt;
  sx_status status = check_ids(sheet, err);
  for (size_t i = 0; i < sheet->n_questions && status == SX_OK; i++) {
    numbered += sheet->questions[i].number > 0;
    status = add_question(table, sheet, &sheet->questions[i], texts, options, err);
  }
  if (status == SX_OK) status = sx_io__finish(table, sheet->name, options, err);
  if (status != SX_OK) {
    sx_table_free(table);
    return status;
  }
  *out = table;
  sx_ctx_note(sheet->ctx, SX_SEV_NOTE, sheet->name,
              "read as answers exported by a survey platform (format wjx): %zu questions", numbered);
  if (texts && !learnt)
    sx_ctx_note(sheet->ctx, SX_SEV_WARNING, texts->name,
                "it has no text for any code of %.200s, and gives no labels: name the export by texts (按选项文本) of "
                "the same answers",
                sheet->name);
  if (by_appearance)
    sx_ctx_note(sheet->ctx, SX_SEV_NOTE, sheet->name,
                "options of %zu questions are numbered as they first occur in the answers: read the export by codes "
                "with labels from this one for the numbers of the questionnaire",
                by_appearance);
  return SX_OK;
}

sx_status sx_io__wjx_make(sx_table **out, const char *name, const sx_table *raw, const char *other_name,
                          const sx_table *other, const sx_read_options *options, sx_error *err) {
  sx_arena *arena = NULL;
  wjx_sheet sheet, texts;
  sx_status status;
  SX_TRY(sx_arena_new(&arena, sx_table_ctx(raw), err));
  SX_TRY_GOTO(status, sx_io__wjx_open(&sheet, sx_table_ctx(raw), name, raw, arena, err), done);
  if (!other) {
    status = make_table(out, &sheet, NULL, options, err);
    goto done;
  }
  SX_TRY_GOTO(status, sx_io__wjx_open(&texts, sx_table_ctx(raw), other_name, other, arena, err), done);
  const bool swap = integers(&texts) > integers(&sheet);
  wjx_sheet *codes = swap ? &texts : &sheet, *words = swap ? &sheet : &texts;
  SX_TRY_GOTO(status, sx_io__wjx_match(codes, words, err), done);
  status = make_table(out, codes, words, options, err);
done:
  sx_arena_free(arena);
  return status;
}

static sx_status apply(sx_table **out, const char *name, const sx_table *raw, const sx_read_options *options,
                       sx_error *err) {
  sx_table *other = NULL;
  if (options->labels_from) SX_TRY(sx_io__read_plain(&other, sx_table_ctx(raw), options->labels_from, err));
  const sx_status status = sx_io__wjx_make(out, name, raw, options->labels_from, other, options, err);
  sx_table_free(other);
  return status;
}

sx_status sx_io__wjx_text(sx_table **out, const sx_io__source *source, const char *name, const sx_read_options *options,
                          sx_error *err) {
  sx_read_options plain = SX_READ_OPTIONS_INIT;
  sx_table *raw = NULL;
  plain.format = "csv";
  plain.encoding = options->encoding;
  plain.delimiter = options->delimiter;
  SX_TRY(sx_io__csv.read(&raw, source, &plain, err));
  const bool known = options->format || options->labels_from || sx_io__wjx_recognised(raw);
  sx_status status;
  if (known)
    status = apply(out, name, raw, options, err);
  else
    status = sx_io__csv.read(out, source, options, err); /* looked like it, but is none */
  sx_table_free(raw);
  return status;
}

static sx_status wjx_read(sx_table **out, const sx_io__source *source, const sx_read_options *options, sx_error *err) {
  if (sx_io__xlsx.sniff(source)) return sx_io__xlsx.read(out, source, options, err);
  if (sx_io__xls.sniff(source)) return sx_io__xls.read(out, source, options, err);
  return sx_io__wjx_text(out, source, source->name, options, err);
}

const sx_io__backend sx_io__wjx = {.sniff = sniff, .read = wjx_read};
