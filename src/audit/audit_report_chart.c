/* audit_report_chart.c: the charts of a Word file: every number of the workbook behind a chart against its result, and every number that the chart
 * itself keeps (what Word draws) against the cell that it is said to be of. */
#include <stdio.h>
#include <string.h>

#include "audit_report_priv.h"
#include "shuxiao/io_archive.h"

typedef struct chart {
  sx_arena *arena;
  sx_kept_number *kept;
  size_t n, cap;
  sx_buf text;
  bool take;
  const char *sheet; /* of the reference at hand; NULL: none that we write */
  char column[4];
  size_t first, point; /* row of its first cell, from 1; point from 0 */
  bool numbers, shown; /* inside c:numCache, c15:dlblRangeCache */
} chart;

static bool is(const char *a, const char *b) {
  return strcmp(a, b) == 0;
}

static sx_status on_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  chart *c = data;
  int64_t at = 0;
  (void)err;
  if (is(name, "numCache")) c->numbers = true;
  if (is(name, "dlblRangeCache")) c->shown = true;
  if (is(name, "numRef") || is(name, "strRef") || is(name, "datalabelsRange")) c->sheet = NULL;
  if (is(name, "pt")) {
    const char *idx = sx_xml_attribute(attributes, "idx");
    c->point = idx && sx_text_to_int64(&at, idx, strlen(idx)) && at >= 0 && at < 1048576 ? (size_t)at : 0;
  }
  c->take = is(name, "f") || (is(name, "v") && (c->numbers || c->shown));
  if (c->take) sx_buf_reset(&c->text);
  return SX_OK;
}

/* 'Figure_1'!$D$5:$D$9 */
static sx_status take_reference(chart *c, sx_error *err) {
  const char *text = c->text.data, *mark = strrchr(text, '!');
  size_t row = 0;
  if (!mark || sscanf(mark + 1, "$%3[A-Z]$%zu", c->column, &row) != 2) return SX_OK;
  size_t n = (size_t)(mark - text);
  if (n >= 2 && text[0] == '\'' && text[n - 1] == '\'') text++, n -= 2;
  c->sheet = sx_arena_strndup(c->arena, text, n);
  c->first = row;
  return c->sheet ? SX_OK : sx_error_memory(err);
}

static sx_status take_value(chart *c, sx_error *err) {
  if (!c->sheet) return SX_OK;
  if (!sx_arena_grow(c->arena, (void **)&c->kept, &c->cap, c->n + 1, sizeof *c->kept)) return sx_error_memory(err);
  const sx_kept_number k = {c->sheet, sx_arena_printf(c->arena, "%s%zu", c->column, c->first + c->point),
                            sx_arena_strndup(c->arena, c->text.data, c->text.n), c->shown};
  if (!k.cell || !k.value) return sx_error_memory(err);
  c->kept[c->n++] = k;
  return SX_OK;
}

static sx_status on_end(void *data, const char *name, sx_error *err) {
  chart *c = data;
  if (is(name, "numCache")) c->numbers = false;
  if (is(name, "dlblRangeCache")) c->shown = false;
  if (!c->take || !(is(name, "f") || is(name, "v"))) return SX_OK;
  c->take = false;
  SX_TRY(sx_buf_status(&c->text, err));
  if (!c->text.n) return SX_OK;
  return is(name, "f") ? take_reference(c, err) : take_value(c, err);
}

static sx_status on_text(void *data, const char *text, size_t n, sx_error *err) {
  chart *c = data;
  (void)err;
  if (c->take) sx_buf_add_n(&c->text, text, n);
  return SX_OK;
}

sx_status sx_audit__chart_kept(sx_kept_number **out, size_t *n, sx_arena *arena, sx_tracer *t, const char *xml,
                               size_t n_xml) {
  chart c = {.arena = arena};
  const sx_xml_handler handler = {&c, on_start, on_end, on_text};
  sx_buf_init(&c.text, &t->ctx);
  const sx_status status = sx_xml_read(&t->ctx, t->file, xml, n_xml, &handler, t->err);
  sx_buf_clear(&c.text);
  *out = c.kept;
  *n = c.n;
  return status;
}

static sx_status one_chart(sx_tracer *t, const sx_text_chart *from) {
  sx_arena *arena = NULL;
  sx_kept_number *kept = NULL;
  size_t n = 0;
  SX_TRY(sx_arena_new(&arena, &t->ctx, t->err));
  sx_status status = sx_audit__chart_kept(&kept, &n, arena, t, from->xml, from->n_xml);
  if (status == SX_OK) status = sx_audit__chart_book(t, from->book, from->n_book, kept, n);
  sx_arena_free(arena);
  return status;
}

sx_status sx_audit__charts(sx_tracer *t, const sx_audit_text *text) {
  const char *file = t->file;
  sx_status status = SX_OK;
  for (size_t i = 0; i < text->n_charts && status == SX_OK; i++) {
    t->file = sx_arena_printf(t->out->arena, "%s: chart %zu", text->name, i + 1);
    status = t->file ? one_chart(t, &text->charts[i]) : sx_error_memory(t->err);
  }
  t->file = file;
  return status;
}
