/* report_build_chart.c: the chart of a figure block: its labels, the results of its cells, how its numbers are printed. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_figure.h"

/* ---- loading ----------------------------------------------------------------------------------------------------- */

static const char *plain_label(sx_page *page, const sx_node *node) {
  const bool map = node && node->kind == SX_NODE_MAP && sx_node_get(node, "label");
  return sx_tree__plain(page, sx_report__text(page, map ? sx_node_get(node, "label") : node));
}

static sx_status load_labels(const char *const **out, size_t *n, sx_figure *f, const char *key, sx_error *err) {
  const sx_node *list = sx_node_get(f->block->root, key);
  *n = list && list->kind == SX_NODE_LIST ? list->n : 0;
  const char **labels = sx_arena_zalloc(f->page->arena, *n + 1, sizeof *labels);
  if (!labels) return sx_error_memory(err);
  for (size_t i = 0; i < *n; i++) labels[i] = plain_label(f->page, list->items[i]);
  *out = labels;
  return sx_tree__status(f->page, err);
}

/* A word of each category: its group, the province that its tile stands for. NULL where none has it. */
static sx_status load_words(const char *const **out, sx_figure *f, const char *key, sx_error *err) {
  const sx_node *list = sx_node_get(f->block->root, "categories");
  bool any = false;
  const char **words = sx_arena_zalloc(f->page->arena, f->chart.n_categories + 1, sizeof *words);
  if (!words) return sx_error_memory(err);
  for (size_t i = 0; i < f->chart.n_categories; i++) {
    const sx_node *own = list->items[i]->kind == SX_NODE_MAP ? sx_node_get(list->items[i], key) : NULL;
    words[i] = own ? sx_tree__plain(f->page, sx_report__text(f->page, own)) : "";
    any = any || own;
  }
  *out = any ? words : NULL;
  return sx_tree__status(f->page, err);
}

static sx_status load_type(sx_figure *f, sx_error *err) {
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

static sx_status bind_cell(sx_figure *f, const sx_node *node, size_t at, sx_error *err) {
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

static sx_status load_cells(sx_figure *f, sx_error *err) {
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

/* How many of the opinions lie below the middle. */
static sx_status load_below(sx_figure *f, sx_error *err) {
  const sx_node *node = sx_node_get(f->block->root, "below");
  int64_t below = 0;
  if (!node) return SX_OK;
  if (!node->text || !sx_text_to_int64(&below, node->text, strlen(node->text)) || below < 1 ||
      (size_t)below > f->chart.n_series)
    return sx_report__block_error(f->block, err, "below is how many of the %zu series are of the lower opinion",
                                  f->chart.n_series);
  f->chart.n_below = (size_t)below;
  return SX_OK;
}

/* How many series, from the first, are steps of one scale. */
static sx_status load_ordered(sx_figure *f, sx_error *err) {
  const sx_node *node = sx_node_get(f->block->root, "ordered");
  int64_t ordered = 0;
  if (!node || f->chart.type != SX_CHART_STACKED) return SX_OK;
  if (!node->text || !sx_text_to_int64(&ordered, node->text, strlen(node->text)) || ordered < 1 ||
      (size_t)ordered > f->chart.n_series)
    return sx_report__block_error(f->block, err, "ordered is how many of the %zu series are steps of one scale",
                                  f->chart.n_series);
  f->chart.n_ordered = (size_t)ordered;
  return SX_OK;
}

/* Which categories of a waterfall are levels, and where a tornado begins or the shades of a table part. */
static sx_status load_shape(sx_figure *f, sx_error *err) {
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
  SX_TRY(load_words(&f->chart.groups, f, "group", err));
  SX_TRY(load_words(&f->chart.codes, f, "code", err));
  SX_TRY(load_below(f, err));
  SX_TRY(load_ordered(f, err));
  const bool centred =
      f->chart.type == SX_CHART_TORNADO || f->chart.type == SX_CHART_HEAT || f->chart.type == SX_CHART_TILES;
  if (!centred || !ref || ref->kind != SX_NODE_SCALAR) return SX_OK;
  char where[200];
  (void)snprintf(where, sizeof where, "figure %s, centre", f->block->id);
  SX_TRY(sx_report__bind(&f->centre, f->page, ref->text, strlen(ref->text), where, err));
  f->chart.has_centre = true;
  f->chart.centre = isfinite(f->centre.value) ? f->centre.value : 0;
  return SX_OK;
}

/* The parts of a waterfall give its total. Beyond the rounding of full precision they must: a gap would be drawn as if it were none. What is
 * missing or held back is not judged, nor are levels without a step between them. */
static sx_status check_sum(const sx_figure *f, sx_error *err) {
  static const double ROUNDING = 1e-8;
  double end = 0, most = 0;
  bool known = true, steps = false;
  if (f->chart.type != SX_CHART_WATERFALL) return SX_OK;
  for (size_t i = 0; i < f->chart.n_categories; i++) {
    const double value = f->cells[i].value;
    most = fmax(most, isfinite(value) ? fabs(value) : 0);
    if (f->chart.whole[i] && steps && known && isfinite(value) && fabs(value - end) > ROUNDING * most)
      return sx_report__block_error(f->block, err,
                                    "the steps before '%s' come to %.10g, and it is %.10g: a waterfall's parts add up; "
                                    "name what is missing (%.10g) as a step of its own",
                                    f->chart.categories[i], end, value, value - end);
    if (f->chart.whole[i]) known = true;
    known = known && isfinite(value);
    end = f->chart.whole[i] ? value : end + value;
    steps = !f->chart.whole[i];
  }
  return SX_OK;
}

/* One bar of a chart of shares: no part below 0, and parts in per cent are those of one whole. Levels make their whole themselves. */
static sx_status check_bar(const sx_figure *f, size_t first, size_t n, const char *bar, const char *const *names,
                           sx_error *err) {
  static const double ROUNDING = 1e-8;
  double sum = 0;
  for (size_t i = first; i < first + n; i++) {
    const double value = f->cells[i].value;
    if (isfinite(value) && value < 0)
      return sx_report__block_error(f->block, err,
                                    "'%s' is %.10g: a chart of shares shows the parts of a whole, and none is below 0; "
                                    "take 'type: bars'",
                                    names[i - first], value);
    sum += isfinite(value) ? value : 0;
  }
  if (!f->chart.numbers.percent || sum <= 1 + ROUNDING) return SX_OK;
  return sx_report__block_error(
      f->block, err,
      "the parts%s%s come to %.6g %%: a chart of shares shows the parts of a whole, and these "
      "are more than it; take 'type: bars' or 'grouped'",
      *bar ? " of " : "", bar, 100 * sum);
}

static sx_status check_parts(const sx_figure *f, sx_error *err) {
  const sx_chart *c = &f->chart;
  if (c->type != SX_CHART_SHARES) return SX_OK;
  if (c->n_series == 1) return check_bar(f, 0, c->n_categories, "", c->categories, err);
  for (size_t i = 0; i < c->n_categories; i++)
    SX_TRY(check_bar(f, i * c->n_series, c->n_series, c->categories[i], c->series, err));
  return SX_OK;
}

/* Steps of a waterfall print their sign; what is not 0 prints no 0 where the format is the numbers' own. */
sx_spec sx_report__figure_spec(const sx_figure *f, size_t cell) {
  sx_spec spec = f->spec;
  const bool step = f->chart.type == SX_CHART_WATERFALL && !f->chart.whole[cell / f->chart.n_series];
  if (step && f->format.sign == 0) spec.sign = 1;
  if (f->format.automatic) sx_report__spec_shows(&spec, f->cells[cell].value, SX_SHOWS_ALWAYS);
  return spec;
}

/* "5.90–6.14", for the list of parts. */
static sx_status interval_text(sx_figure *f, size_t i, sx_error *err) {
  sx_chart_cell *c = &f->cells[i];
  if (!isfinite(c->low) || !isfinite(c->high)) return SX_OK;
  sx_buf text;
  sx_buf_init(&text, &f->page->ctx);
  sx_report__format_value(&text, c->low, &f->spec, true);
  sx_buf_add(&text, sx_report__range(&f->spec.style, f->page->lang == SX_LANG_ZH));
  sx_report__format_value(&text, c->high, &f->spec, true);
  c->interval_text = sx_tree__clean_buf(f->page, &text);
  sx_buf_clear(&text);
  return sx_tree__status(f->page, err);
}

/* The attributes of a bound number's texts; the arena's. */
static sx_status trace_text(const char **out, sx_figure *f, const sx_bound *bound, const char *field, bool bare,
                            sx_error *err) {
  sx_buf text;
  sx_buf_init(&text, &f->page->ctx);
  sx_report__trace(&text, field[0] ? bound->base : bound->reference, field, &f->spec, bare);
  *out = sx_tree__clean_buf(f->page, &text);
  sx_buf_clear(&text);
  return sx_tree__status(f->page, err);
}

static sx_status centre_text(sx_figure *f, bool bare, sx_error *err) {
  sx_buf text;
  sx_buf_init(&text, &f->page->ctx);
  sx_buf_add(&text, sx_report__w(f->page, W_CENTRE));
  sx_report__format_value(&text, f->chart.centre, &f->spec, bare);
  f->chart.centre_text = sx_tree__clean_buf(f->page, &text);
  sx_buf_clear(&text);
  if (!isfinite(f->centre.value)) return sx_tree__status(f->page, err);
  return trace_text(&f->chart.centre_trace, f, &f->centre, "", bare, err);
}

/* How a drawing prints its numbers, on its scale and in its words: lives as long as the document. */
typedef struct axis {
  sx_spec spec;
  int sign; /* of the format */
} axis;

static void put_number(const void *data, sx_buf *out, double value, int decimals, bool bare, bool with_sign) {
  const axis *a = data;
  sx_spec spec = a->spec;
  if (decimals >= 0) spec.decimals = decimals;
  if (with_sign && a->sign == 0) spec.sign = 1;
  sx_report__format_value(out, value, &spec, bare);
}

static void trace_number(const void *data, sx_buf *out, double value) {
  const axis *a = data;
  sx_report__trace_outside(out, value, "axis", &a->spec, strcmp(a->spec.unit, "%") != 0);
}

static sx_status set_numbers(sx_figure *f, sx_error *err) {
  axis *a = sx_tree__payload(f->page, 1, sizeof *a);
  if (!a) return sx_error_memory(err);
  *a = (axis){f->spec, f->format.sign};
  f->chart.lang = f->page->lang;
  f->chart.ci_level = isfinite(f->ci_level) ? f->ci_level : 0.95;
  f->chart.notice = sx_report__is_synthetic(f->page, f->block) ? sx_report__w(f->page, W_SYNTHETIC) : NULL;
  f->chart.numbers = (sx_chart_numbers){.shift = a->spec.shift,
                                        .decimals = a->spec.decimals,
                                        .percent = strcmp(a->spec.unit, "%") == 0,
                                        .unit = a->spec.unit,
                                        .put = put_number,
                                        .trace = trace_number,
                                        .data = a};
  return SX_OK;
}

/* Labels of drawings bear the sign of low reliability, as numbers of tables do: letters and brackets with a blank before them. */
static void put_sign(sx_buf *out, const sx_page *page, const sx_bound *bound) {
  if (!sx_report__is_unreliable(page, bound)) return;
  sx_buf_printf(out, "%s%s", page->unreliable_sign[0] == '*' ? "" : " ", page->unreliable_sign);
}

/* One unit for the whole figure, decided by its greatest value. */
static sx_status load_format(sx_figure *f, sx_error *err) {
  const sx_node *node = sx_node_get(f->block->root, "format");
  const char *text = node && node->text ? node->text : "";
  sx_extent extent = {0};
  const sx_status status = sx_report__format_parse(&f->format, text, strlen(text), err);
  if (status != SX_OK) {
    sx_error_add_where(err, "figure %s", f->block->id);
    return status;
  }
  const size_t n = f->chart.n_categories * f->chart.n_series;
  size_t known = 0;
  for (size_t i = 0; i < n; i++) {
    if (!isfinite(f->cells[i].value)) continue;
    known++;
    sx_report__extent_add(&extent, f->cells[i].value);
  }
  if (!known)
    SX_TRY(sx_report__warn(f->page, f->block->id, err,
                           "none of the %zu values of the figure is known and published: its drawing is empty", n));
  if (f->chart.has_centre) sx_report__extent_add(&extent, f->chart.centre);
  sx_report__page_spec_of(&f->spec, &f->format, &extent, f->page);
  const bool bare = strcmp(f->spec.unit, "%") != 0;
  SX_TRY(set_numbers(f, err));
  for (size_t i = 0; i < n; i++) {
    sx_buf value;
    sx_buf_init(&value, &f->page->ctx);
    const sx_spec spec = sx_report__figure_spec(f, i);
    if (f->bounds[i].suppressed && isnan(f->cells[i].value))
      sx_buf_add(&value, sx_report__held_back(&spec.style));
    else
      sx_report__format_value(&value, f->cells[i].value, &spec, bare);
    put_sign(&value, f->page, &f->bounds[i]);
    f->cells[i].text = sx_tree__clean_buf(f->page, &value);
    sx_buf_clear(&value);
    SX_TRY(interval_text(f, i, err));
    if (isnan(f->cells[i].value)) continue;
    SX_TRY(trace_text(&f->cells[i].trace, f, &f->bounds[i], "", bare, err));
    SX_TRY(trace_text(&f->cells[i].interval_trace, f, &f->bounds[i], "interval", true, err));
  }
  return f->chart.has_centre ? centre_text(f, bare, err) : SX_OK;
}

sx_status sx_report__load_figure(sx_figure *f, sx_error *err) {
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
  SX_TRY(check_sum(f, err));
  if (!sx_node_bool(&interval, sx_node_get(f->block->root, "interval"))) interval = true;
  f->chart.interval = interval && f->any_interval && f->chart.type != SX_CHART_TORNADO;
  SX_TRY(load_format(f, err));
  return check_parts(f, err);
}
