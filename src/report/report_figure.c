/* report_figure.c: a figure block into HTML: caption, the drawing at two widths, the data behind it, note and source. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_page.h"
#include "shuxiao/draw_chart.h"

typedef struct figure {
  sx_page *page;
  const sx_block *block;
  sx_chart chart;
  sx_spec spec; /* of every number of the drawing */
  sx_format format;
  sx_bound *bounds; /* beside chart.cells */
  sx_chart_cell *cells;
  sx_bound centre; /* of a tornado */
  double ci_level;
  bool any_interval, has_centre;
} figure;

/* ---- loading ----------------------------------------------------------------------------------------------------- */

static sx_status plain_label(const char **out, sx_page *page, const sx_node *node, sx_error *err) {
  const char *text = sx_report__text(
      page, node && node->kind == SX_NODE_MAP && sx_node_get(node, "label") ? sx_node_get(node, "label") : node);
  sx_buf plain;
  sx_buf_init(&plain, &page->ctx);
  sx_buf_add(&plain, "");
  if (text) sx_report__plain(&plain, text);
  *out = plain.failed ? NULL : sx_arena_strdup(page->arena, plain.data);
  sx_buf_clear(&plain);
  return *out ? SX_OK : sx_error_memory(err);
}

static sx_status load_labels(const char *const **out, size_t *n, figure *f, const char *key, sx_error *err) {
  const sx_node *list = sx_node_get(f->block->root, key);
  *n = list && list->kind == SX_NODE_LIST ? list->n : 0;
  const char **labels = sx_arena_zalloc(f->page->arena, *n + 1, sizeof *labels);
  if (!labels) return sx_error_memory(err);
  for (size_t i = 0; i < *n; i++) SX_TRY(plain_label(&labels[i], f->page, list->items[i], err));
  *out = labels;
  return SX_OK;
}

static sx_status load_type(figure *f, sx_error *err) {
  const sx_node *node = sx_node_get(f->block->root, "type");
  const char *text = node && node->text ? node->text : "", *names[SX_CHART_TYPES];
  if (sx_chart_type_find(&f->chart.type, text)) return SX_OK;
  sx_buf all;
  sx_buf_init(&all, &f->page->ctx);
  for (size_t i = 0; i < SX_CHART_TYPES; i++) {
    names[i] = sx_chart_type_name((sx_chart_type)i);
    sx_buf_printf(&all, "%s%s", i ? ", " : "", names[i]);
  }
  const char *nearest = sx_text_nearest(text, names, SX_CHART_TYPES);
  const sx_status status =
      all.failed ? sx_error_memory(err)
                 : sx_report__block_error(f->block, err, "unknown figure type '%s': %s%s", text,
                                          nearest ? "did you mean " : "it is one of ", nearest ? nearest : all.data);
  sx_buf_clear(&all);
  return status;
}

static sx_status bind_cell(figure *f, const sx_node *node, size_t at, sx_error *err) {
  char where[200];
  if (!node || node->kind == SX_NODE_NULL) return SX_OK;
  if (node->kind != SX_NODE_SCALAR)
    return sx_report__block_error(f->block, err, "a cell is neither a reference nor null");
  (void)snprintf(where, sizeof where, "figure %s, cell %zu,%zu", f->block->id, at / f->chart.n_series + 1,
                 at % f->chart.n_series + 1);
  SX_TRY(sx_report__bind(&f->bounds[at], f->page, node->text, strlen(node->text), where, err));
  const sx_bound *b = &f->bounds[at];
  f->cells[at] = (sx_chart_cell){.present = true,
                                 .value = b->value,
                                 .low = b->main ? b->low : (double)NAN,
                                 .high = b->main ? b->high : (double)NAN,
                                 .text = "—"};
  if (b->main && isfinite(b->low) && isfinite(b->high)) {
    f->any_interval = true;
    f->ci_level = b->ci_level;
  }
  return SX_OK;
}

static sx_status load_cells(figure *f, sx_error *err) {
  const sx_node *rows = sx_node_get(f->block->root, "cells");
  const size_t n = f->chart.n_categories * f->chart.n_series;
  f->cells = sx_arena_zalloc(f->page->arena, n + 1, sizeof *f->cells);
  f->bounds = sx_arena_zalloc(f->page->arena, n + 1, sizeof *f->bounds);
  if (!f->cells || !f->bounds) return sx_error_memory(err);
  f->chart.cells = f->cells;
  if (n && (!rows || rows->kind != SX_NODE_LIST || rows->n != f->chart.n_categories)) {
    return sx_report__block_error(f->block, err, "cells has not one row per category");
  }
  for (size_t i = 0; i < n; i++) {
    const sx_node *row = rows->items[i / f->chart.n_series];
    f->cells[i].value = f->cells[i].low = f->cells[i].high = (double)NAN;
    if (row->kind != SX_NODE_LIST || row->n != f->chart.n_series) {
      return sx_report__block_error(f->block, err, "row %zu of cells has not one cell per series",
                                    i / f->chart.n_series + 1);
    }
    SX_TRY(bind_cell(f, row->items[i % f->chart.n_series], i, err));
  }
  return SX_OK;
}

/* Which categories of a waterfall are levels, and where a tornado begins. */
static sx_status load_shape(figure *f, sx_error *err) {
  const sx_node *categories = sx_node_get(f->block->root, "categories"), *ref = sx_node_get(f->block->root, "centre");
  const size_t n_series = f->chart.n_series;
  if (f->chart.type == SX_CHART_WATERFALL && n_series > 1)
    return sx_report__block_error(f->block, err, "a waterfall has one series, not %zu", n_series);
  if (f->chart.type == SX_CHART_TORNADO && n_series > 2)
    return sx_report__block_error(f->block, err,
                                  "a tornado has two series (each input at its lower and at its upper end) "
                                  "or one, not %zu",
                                  n_series);
  bool *whole = sx_arena_zalloc(f->page->arena, f->chart.n_categories + 1, sizeof *whole);
  if (!whole) return sx_error_memory(err);
  for (size_t i = 0; categories && i < f->chart.n_categories; i++) {
    const sx_node *own = categories->items[i]->kind == SX_NODE_MAP ? sx_node_get(categories->items[i], "whole") : NULL;
    if (own && !sx_node_bool(&whole[i], own)) whole[i] = false;
  }
  f->chart.whole = whole;
  if (f->chart.type != SX_CHART_TORNADO || !ref || ref->kind != SX_NODE_SCALAR) return SX_OK;
  char where[200];
  (void)snprintf(where, sizeof where, "figure %s, centre", f->block->id);
  SX_TRY(sx_report__bind(&f->centre, f->page, ref->text, strlen(ref->text), where, err));
  f->has_centre = f->chart.has_centre = true;
  f->chart.centre = isfinite(f->centre.value) ? f->centre.value : 0;
  return SX_OK;
}

/* Steps of a waterfall print their sign. */
static sx_spec spec_of(const figure *f, size_t cell) {
  sx_spec spec = f->spec;
  const bool step = f->chart.type == SX_CHART_WATERFALL && !f->chart.whole[cell / f->chart.n_series];
  if (step && f->format.sign == 0) spec.sign = 1;
  return spec;
}

/* "5.90–6.14", for the list of parts. */
static sx_status interval_text(figure *f, size_t i, sx_error *err) {
  sx_chart_cell *c = &f->cells[i];
  if (!isfinite(c->low) || !isfinite(c->high)) return SX_OK;
  sx_buf text;
  sx_buf_init(&text, &f->page->ctx);
  sx_report__format_value(&text, c->low, &f->spec, true);
  sx_buf_add(&text, " – ");
  sx_report__format_value(&text, c->high, &f->spec, true);
  c->interval_text = text.failed ? NULL : sx_arena_strdup(f->page->arena, text.data);
  sx_buf_clear(&text);
  return c->interval_text ? SX_OK : sx_error_memory(err);
}

/* The attributes of a bound number's texts; the arena's. */
static sx_status trace_text(const char **out, figure *f, const sx_bound *bound, const char *field, bool bare,
                            sx_error *err) {
  sx_buf text;
  sx_buf_init(&text, &f->page->ctx);
  sx_buf_add(&text, "");
  sx_report__trace(&text, bound, field, &f->spec, bare);
  *out = text.failed ? NULL : sx_arena_strdup(f->page->arena, text.data);
  sx_buf_clear(&text);
  return *out ? SX_OK : sx_error_memory(err);
}

static sx_status centre_text(figure *f, bool bare, sx_error *err) {
  sx_buf text;
  sx_buf_init(&text, &f->page->ctx);
  sx_buf_add(&text, sx_report__w(f->page, W_CENTRE));
  sx_report__format_value(&text, f->chart.centre, &f->spec, bare);
  f->chart.centre_text = text.failed ? NULL : sx_arena_strdup(f->page->arena, text.data);
  sx_buf_clear(&text);
  if (!f->chart.centre_text) return sx_error_memory(err);
  if (!isfinite(f->centre.value)) return SX_OK;
  return trace_text(&f->chart.centre_trace, f, &f->centre, "", bare, err);
}

/* How the drawing prints a number, on its scale and in its words. */
static void put_number(const void *data, sx_buf *out, double value, int decimals, bool bare, bool with_sign) {
  const figure *f = data;
  sx_spec spec = f->spec;
  if (decimals >= 0) {
    spec.shift += spec.zeros;
    spec.zeros = 0;
    spec.decimals = decimals;
  }
  if (with_sign && f->format.sign == 0) spec.sign = 1;
  sx_report__format_value(out, value, &spec, bare);
}

static void trace_number(const void *data, sx_buf *out, double value) {
  const figure *f = data;
  sx_spec spec = f->spec;
  spec.zeros = 0;
  sx_report__trace_outside(out, value, "axis", &spec, strcmp(spec.unit, "%") != 0);
}

static void set_numbers(figure *f) {
  f->chart.lang = f->page->lang;
  f->chart.ci_level = isfinite(f->ci_level) ? f->ci_level : 0.95;
  f->chart.notice = f->page->synthetic ? sx_report__w(f->page, W_SYNTHETIC) : NULL;
  f->chart.numbers = (sx_chart_numbers){.shift = f->spec.shift + f->spec.zeros,
                                        .decimals = f->spec.decimals,
                                        .percent = strcmp(f->spec.unit, "%") == 0,
                                        .unit = f->spec.unit,
                                        .put = put_number,
                                        .trace = trace_number,
                                        .data = f};
}

/* One unit for the whole figure, decided by its greatest value. */
static sx_status load_format(figure *f, sx_error *err) {
  const sx_node *node = sx_node_get(f->block->root, "format");
  const char *text = node && node->text ? node->text : "";
  double magnitude = 0;
  const sx_status status = sx_report__format_parse(&f->format, text, strlen(text), err);
  if (status != SX_OK) {
    sx_error_add_where(err, "figure %s", f->block->id);
    return status;
  }
  const size_t n = f->chart.n_categories * f->chart.n_series;
  for (size_t i = 0; i < n; i++) {
    if (isfinite(f->cells[i].value)) magnitude = fmax(magnitude, fabs(f->cells[i].value));
  }
  if (f->has_centre) magnitude = fmax(magnitude, fabs(f->chart.centre));
  sx_report__format_spec(&f->spec, &f->format, magnitude, f->page->lang);
  const bool bare = strcmp(f->spec.unit, "%") != 0;
  set_numbers(f);
  for (size_t i = 0; i < n; i++) {
    sx_buf value;
    sx_buf_init(&value, &f->page->ctx);
    const sx_spec spec = spec_of(f, i);
    sx_report__format_value(&value, f->cells[i].value, &spec, bare);
    f->cells[i].text = value.failed ? NULL : sx_arena_strdup(f->page->arena, value.data);
    sx_buf_clear(&value);
    if (!f->cells[i].text) return sx_error_memory(err);
    SX_TRY(interval_text(f, i, err));
    if (isnan(f->cells[i].value)) continue;
    SX_TRY(trace_text(&f->cells[i].trace, f, &f->bounds[i], "", bare, err));
    SX_TRY(trace_text(&f->cells[i].interval_trace, f, &f->bounds[i], "interval", true, err));
  }
  return f->has_centre ? centre_text(f, bare, err) : SX_OK;
}

static sx_status load(figure *f, sx_error *err) {
  bool interval = true;
  SX_TRY(load_type(f, err));
  SX_TRY(load_labels(&f->chart.categories, &f->chart.n_categories, f, "categories", err));
  SX_TRY(load_labels(&f->chart.series, &f->chart.n_series, f, "series", err));
  if (!f->chart.n_series && f->chart.n_categories) {
    static const char *const nameless[] = {""};
    f->chart.series = nameless;
    f->chart.n_series = 1;
  }
  SX_TRY(load_cells(f, err));
  SX_TRY(load_shape(f, err));
  if (!sx_node_bool(&interval, sx_node_get(f->block->root, "interval"))) interval = true;
  f->chart.interval = interval && f->any_interval && f->chart.type != SX_CHART_TORNADO;
  return load_format(f, err);
}

/* ---- HTML -------------------------------------------------------------------------------------------------------- */

static sx_status put_svg(figure *f, double width, const char *class, sx_error *err) {
  sx_page *page = f->page;
  sx_buf *body = &page->body, words;
  sx_drawing *drawing = NULL;
  char id[64];
  const char *title = sx_report__text(page, sx_node_get(f->block->root, "title"));
  const sx_status status = sx_chart_draw(&drawing, &page->ctx, &f->chart, width, err);
  if (status != SX_OK) {
    sx_error_add_where(err, "figure %s", f->block->id);
    return status;
  }
  (void)snprintf(id, sizeof id, "f%zu%s", f->block->number, class);
  sx_buf_init(&words, &page->ctx);
  sx_chart_text(&words, &f->chart);
  sx_buf_printf(body, "<svg class=\"%s\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", class);
  sx_draw_number(body, drawing->width);
  sx_buf_add_char(body, ' ');
  sx_draw_number(body, ceil(drawing->height));
  sx_buf_printf(body, "\" role=\"img\" aria-labelledby=\"%s-t %s-d\">\n<title id=\"%s-t\">", id, id, id);
  bool failed = words.failed;
  if (title) {
    sx_buf plain;
    sx_buf_init(&plain, &page->ctx);
    sx_report__plain(&plain, title);
    if (!plain.failed) sx_report__escape(body, plain.data, plain.n);
    failed = failed || plain.failed;
    sx_buf_clear(&plain);
  }
  sx_buf_printf(body, "</title>\n<desc id=\"%s-d\" data-ref=\"figure:", id);
  sx_report__escape(body, f->block->id, strlen(f->block->id));
  sx_buf_add(body, "\">");
  if (!words.failed) sx_report__escape(body, words.data, words.n);
  sx_buf_add(body, "</desc>\n");
  sx_drawing_svg_items(body, drawing, id);
  sx_buf_add(body, "</svg>\n");
  sx_buf_clear(&words);
  sx_drawing_free(drawing);
  return failed ? sx_error_memory(err) : SX_OK;
}

static void put_cell(sx_buf *body, const sx_bound *bound, const char *field, double value, const sx_spec *spec) {
  sx_buf_add(body, "<td");
  if (!isnan(value)) sx_report__trace(body, bound, field, spec, true);
  sx_buf_add_char(body, '>');
  if (!isnan(value)) sx_report__format_value(body, value, spec, true);
  sx_buf_add(body, "</td>");
}

static void put_data_row(figure *f, size_t i, const sx_spec *finer) {
  sx_buf *body = &f->page->body;
  const size_t category = i / f->chart.n_series, s = i % f->chart.n_series;
  const sx_bound *b = &f->bounds[i];
  const sx_format count = {.kind = SX_FORMAT_AMOUNT, .decimals = 0};
  sx_spec plain, unsigned_spec = *finer;
  unsigned_spec.sign = 0;
  sx_report__format_spec(&plain, &count, 0, f->page->lang);
  plain.group_from_four = true; /* alike down the column */
  sx_buf_add(body, "<tr><th scope=\"row\">");
  sx_report__visible(body, f->page, f->chart.categories[category], strlen(f->chart.categories[category]));
  if (f->chart.n_series > 1) {
    sx_buf_add(body, " · ");
    sx_report__visible(body, f->page, f->chart.series[s], strlen(f->chart.series[s]));
  }
  sx_buf_add(body, "</th>");
  if (isnan(f->cells[i].value))
    sx_buf_add(body, "<td>—</td>");
  else
    put_cell(body, b, "", f->cells[i].value, finer);
  put_cell(body, b, "se", b->main ? b->se : (double)NAN, &unsigned_spec);
  put_cell(body, b, "low", f->cells[i].low, finer);
  put_cell(body, b, "high", f->cells[i].high, finer);
  put_cell(body, b, "n", b->n >= 0 ? (double)b->n : (double)NAN, &plain);
  sx_buf_add(body, "</tr>\n");
}

/* The data behind the drawing, folded away. */
static void put_data(figure *f) {
  sx_page *page = f->page;
  sx_buf *body = &page->body;
  sx_spec finer = f->spec;
  if (finer.zeros)
    finer.zeros--, finer.shift++;
  else if (finer.decimals)
    finer.decimals++;
  sx_buf_printf(body,
                "<details class=\"data\"><summary>%s</summary>\n<div class=\"scroll\"><table>\n<thead><tr>"
                "<th scope=\"col\">%s</th><th scope=\"col\">%s",
                sx_report__w(page, W_DATA), sx_report__w(page, W_ITEM), sx_report__w(page, W_ESTIMATE));
  if (f->spec.unit[0]) {
    const char *unit = f->spec.unit + (f->spec.unit[0] == ' ');
    sx_buf_printf(body, "%s", sx_report__w(page, W_OPEN));
    sx_report__visible(body, page, unit, strlen(unit));
    sx_buf_printf(body, "%s", sx_report__w(page, W_CLOSE));
  }
  sx_buf_printf(body, "</th><th scope=\"col\">%s</th><th scope=\"colgroup\" colspan=\"2\">", sx_report__w(page, W_SE));
  sx_report__interval_name(body, page, f->ci_level, W_INTERVAL);
  sx_buf_printf(body, "</th><th scope=\"col\">%s</th></tr></thead>\n<tbody>\n", sx_report__w(page, W_BASE));
  for (size_t i = 0; i < f->chart.n_categories * f->chart.n_series; i++) {
    if (f->cells[i].present) put_data_row(f, i, &finer);
  }
  sx_buf_add(body, "</tbody></table></div></details>\n");
}

static void put_unit(figure *f) {
  const char *unit = f->spec.unit + (f->spec.unit[0] == ' ');
  if (!unit[0] || strcmp(unit, "%") == 0) return;
  sx_buf_printf(&f->page->body, "<p class=\"unit\">%s", sx_report__w(f->page, W_UNIT));
  sx_report__visible(&f->page->body, f->page, unit, strlen(unit));
  sx_buf_add(&f->page->body, "</p>\n");
}

sx_status sx_report__figure(sx_page *page, const sx_block *block, sx_error *err) {
  figure f = {.page = page, .block = block, .ci_level = 0.95};
  sx_buf extra;
  sx_buf_init(&extra, &page->ctx);
  sx_buf_add(&extra, "");
  sx_status status;
  SX_TRY_GOTO(status, load(&f, err), done);
  sx_report__caption(page, block, "fig");
  if (!f.chart.n_categories) {
    sx_buf_printf(&page->body, "<p class=\"empty\">%s</p>\n", sx_report__w(page, W_EMPTY_FIGURE));
  } else {
    put_unit(&f);
    SX_TRY_GOTO(status, put_svg(&f, SX_CHART_WIDE_WIDTH, "wide", err), done);
    SX_TRY_GOTO(status, put_svg(&f, SX_CHART_NARROW_WIDTH, "narrow", err), done);
    put_data(&f);
    if (f.chart.interval && !(f.chart.type == SX_CHART_SHARES && f.chart.n_series > 1)) {
      sx_report__interval_name(&extra, page, f.ci_level,
                               f.chart.type == SX_CHART_LINES    ? W_BAND_NOTE
                               : f.chart.type == SX_CHART_SHARES ? W_LIST_NOTE
                                                                 : W_WHISKER_NOTE);
    }
  }
  SX_TRY_GOTO(status, sx_buf_status(&extra, err), done);
  sx_report__foot(page, block, extra.data);
  status = sx_buf_status(&page->body, err);
done:
  sx_buf_clear(&extra);
  return status;
}
