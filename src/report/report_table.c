/* report_table.c: a table block into HTML. The unit of a column stands in its head, the cells hold bare numbers. Errors and bases
 * stand in columns of their own where there are at most two columns of estimates, else below each estimate. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_page.h"

enum { BESIDE_MAX = 2 };

typedef struct cell {
  const sx_node *node;
  const char *text; /* printed as it is; NULL for a number */
  bool number, outside;
  sx_bound bound;
  sx_format format;
  bool own_format;
} cell;

typedef struct column {
  const char *label;
  sx_format format;
  sx_spec spec;
  double magnitude;
  bool formatted, estimates; /* holds main estimates */
  double ci_level;
} column;

typedef struct tab {
  sx_page *page;
  const sx_block *block;
  column *columns;
  size_t n_columns, n_rows;
  cell *cells; /* [n_rows * n_columns] */
  const sx_node *rows;
  bool bases, errors, beside;
  bool quoted; /* its texts are not the report's own: the audit holds their numbers against the block alone */
} tab;

/* ---- loading ----------------------------------------------------------------------------------------------------- */

static sx_status parse_format(sx_format *out, const tab *t, const sx_node *node, sx_error *err) {
  const char *text = node && node->text ? node->text : "";
  const sx_status status = sx_report__format_parse(out, text, strlen(text), err);
  if (status != SX_OK) sx_error_add_where(err, "table %s", t->block->id);
  return status;
}

static sx_status load_columns(tab *t, sx_error *err) {
  const sx_node *list = sx_node_get(t->block->root, "columns");
  t->n_columns = list && list->kind == SX_NODE_LIST ? list->n : 0;
  t->columns = sx_arena_zalloc(t->page->arena, t->n_columns + 1, sizeof *t->columns);
  if (!t->columns) return sx_error_memory(err);
  for (size_t i = 0; i < t->n_columns; i++) {
    const sx_node *format = sx_node_get(list->items[i], "format");
    t->columns[i].label = sx_report__text(t->page, sx_node_get(list->items[i], "label"));
    if (!t->columns[i].label) t->columns[i].label = "";
    t->columns[i].formatted = format && format->text && format->text[0];
    t->columns[i].ci_level = 0.95;
    SX_TRY(parse_format(&t->columns[i].format, t, format, err));
  }
  return SX_OK;
}

static sx_status load_reference(tab *t, cell *c, column *col, const sx_node *ref, size_t row, size_t k, sx_error *err) {
  char where[200];
  (void)snprintf(where, sizeof where, "table %s, row %zu, column %zu", t->block->id, row + 1, k + 1);
  SX_TRY(sx_report__bind(&c->bound, t->page, ref->text, strlen(ref->text), where, err));
  c->number = true;
  if (c->bound.main) {
    col->estimates = true;
    if (isfinite(c->bound.ci_level)) col->ci_level = c->bound.ci_level;
  }
  if (!c->own_format && !c->bound.measure) { /* n, deff, cv, df are not in the column's unit */
    c->own_format = true;
    c->format = (sx_format){.kind = SX_FORMAT_AMOUNT, .decimals = c->bound.count ? 0 : -1};
  }
  return SX_OK;
}

static sx_status load_cell(tab *t, size_t row, size_t k, const sx_node *node, sx_error *err) {
  cell *c = &t->cells[row * t->n_columns + k];
  column *col = &t->columns[k];
  c->node = node;
  if (!node || node->kind == SX_NODE_NULL) return SX_OK;
  const bool map = node->kind == SX_NODE_MAP;
  const sx_node *ref = map ? sx_node_get(node, "ref") : node, *format = map ? sx_node_get(node, "format") : NULL;
  const sx_node *text = map ? sx_node_get(node, "text") : NULL, *value = map ? sx_node_get(node, "value") : NULL;
  c->own_format = format && format->text && format->text[0];
  c->format = col->format;
  if (c->own_format) SX_TRY(parse_format(&c->format, t, format, err));
  if (ref && ref->kind == SX_NODE_SCALAR) {
    SX_TRY(load_reference(t, c, col, ref, row, k, err));
  } else if (text) {
    c->text = sx_report__text(t->page, text);
    return SX_OK;
  } else if (value && sx_node_number(&c->bound.value, value)) {
    c->number = c->outside = true;
  } else if (value && value->kind != SX_NODE_NULL) {
    return sx_report__block_error(t->block, err, "row %zu, column %zu: the value is not a number", row + 1, k + 1);
  }
  if (c->number && !c->own_format && isfinite(c->bound.value))
    col->magnitude = fmax(col->magnitude, fabs(c->bound.value));
  return SX_OK;
}

static sx_status load_rows(tab *t, sx_error *err) {
  t->rows = sx_node_get(t->block->root, "rows");
  t->n_rows = t->rows && t->rows->kind == SX_NODE_LIST ? t->rows->n : 0;
  t->cells = sx_arena_zalloc(t->page->arena, t->n_rows * t->n_columns + 1, sizeof *t->cells);
  if (!t->cells) return sx_error_memory(err);
  for (size_t i = 0; i < t->n_rows; i++) {
    const sx_node *cells = sx_node_get(t->rows->items[i], "cells");
    const size_t n = cells && cells->kind == SX_NODE_LIST ? cells->n : 0;
    if (n > t->n_columns) {
      return sx_report__block_error(t->block, err, "row %zu has %zu cells for %zu columns", i + 1, n, t->n_columns);
    }
    for (size_t k = 0; k < n; k++) SX_TRY(load_cell(t, i, k, cells->items[k], err));
  }
  return SX_OK;
}

static bool same_format(const sx_format *a, const sx_format *b) {
  return a->kind == b->kind && a->exponent == b->exponent && a->chinese == b->chinese && a->decimals == b->decimals &&
         a->bare == b->bare && a->sign == b->sign && strcmp(a->noun_zh, b->noun_zh) == 0 &&
         strcmp(a->noun_en, b->noun_en) == 0;
}

/* Cells that all bring the same format give it to their column, so that the unit is said once, in the head. */
static void lift_format(tab *t, size_t k) {
  const cell *first = NULL;
  column *col = &t->columns[k];
  for (size_t i = 0; i < t->n_rows; i++) {
    const cell *c = &t->cells[i * t->n_columns + k];
    if (!c->number) continue;
    if (!c->own_format || c->outside || !c->bound.measure) return;
    if (!first) first = c;
    if (!same_format(&first->format, &c->format)) return;
  }
  if (!first || col->formatted) return;
  col->format = first->format;
  col->formatted = true;
  for (size_t i = 0; i < t->n_rows; i++) {
    cell *c = &t->cells[i * t->n_columns + k];
    c->own_format = false;
    if (c->number && isfinite(c->bound.value)) col->magnitude = fmax(col->magnitude, fabs(c->bound.value));
  }
}

static sx_status load(tab *t, sx_error *err) {
  size_t estimates = 0;
  SX_TRY(load_columns(t, err));
  SX_TRY(load_rows(t, err));
  if (!sx_node_bool(&t->bases, sx_node_get(t->block->root, "bases"))) t->bases = false;
  if (!sx_node_bool(&t->quoted, sx_node_get(t->block->root, "quoted"))) t->quoted = false;
  if (!sx_node_bool(&t->errors, sx_node_get(t->block->root, "errors"))) t->errors = false;
  for (size_t k = 0; k < t->n_columns; k++) {
    estimates += t->columns[k].estimates;
    lift_format(t, k);
    sx_report__format_spec(&t->columns[k].spec, &t->columns[k].format, t->columns[k].magnitude, t->page->lang);
    t->columns[k].spec.group_from_four = true;
  }
  t->beside = estimates <= BESIDE_MAX;
  return SX_OK;
}

/* ---- head -------------------------------------------------------------------------------------------------------- */

static size_t sub_columns(const tab *t, const column *c) {
  if (!c->estimates || !t->beside) return 1;
  return 1 + (t->errors ? 2u : 0u) + (t->bases ? 1u : 0u);
}

static void put_unit(const tab *t, const column *c) {
  const char *unit = c->spec.unit[0] == ' ' ? c->spec.unit + 1 : c->spec.unit;
  if (!c->formatted || (!unit[0] && !c->spec.prefix[0])) return;
  sx_buf *body = &t->page->body;
  const bool digit = body->n && body->data[body->n - 1] >= '0' && body->data[body->n - 1] <= '9';
  if (digit) sx_buf_add(body, sx_report__w(t->page, W_OPEN)); /* "2024 (%)" is no number */
  sx_buf_add(body, "<span class=\"u\">");
  sx_report__visible(body, t->page, c->spec.prefix, strlen(c->spec.prefix));
  sx_report__visible(body, t->page, unit, strlen(unit));
  sx_buf_add(body, "</span>");
  if (digit) sx_buf_add(body, sx_report__w(t->page, W_CLOSE));
}

static void put_sub_heads(const tab *t, const column *c) {
  sx_buf *body = &t->page->body;
  if (sub_columns(t, c) == 1) return;
  sx_buf_printf(body, "<th scope=\"col\">%s</th>", sx_report__w(t->page, W_ESTIMATE));
  if (t->errors) {
    sx_buf_printf(body, "<th scope=\"col\">%s</th><th scope=\"col\">", sx_report__w(t->page, W_SE_SHORT));
    sx_report__interval_name(body, t->page, c->ci_level, W_INTERVAL_SHORT);
    sx_buf_add(body, "</th>");
  }
  if (t->bases) sx_buf_printf(body, "<th scope=\"col\">%s</th>", sx_report__w(t->page, W_BASE));
}

/* A column of words reads from the left. */
static bool words_only(const tab *t, size_t k) {
  for (size_t i = 0; i < t->n_rows; i++) {
    if (t->cells[i * t->n_columns + k].number) return false;
  }
  return true;
}

static void put_head(const tab *t) {
  sx_buf *body = &t->page->body;
  bool second = false;
  for (size_t k = 0; k < t->n_columns; k++) second = second || sub_columns(t, &t->columns[k]) > 1;
  sx_buf_printf(body, "<thead>\n<tr><th scope=\"col\"%s>%s</th>", second ? " rowspan=\"2\"" : "",
                sx_report__w(t->page, W_ITEM));
  for (size_t k = 0; k < t->n_columns; k++) {
    const size_t n = sub_columns(t, &t->columns[k]);
    if (n > 1)
      sx_buf_printf(body, "<th scope=\"colgroup\" colspan=\"%zu\" class=\"c\">", n);
    else
      sx_buf_printf(body, "<th scope=\"col\"%s%s>", second ? " rowspan=\"2\"" : "",
                    words_only(t, k) ? " class=\"l\"" : "");
    sx_report__label(body, t->page, t->columns[k].label);
    put_unit(t, &t->columns[k]);
    sx_buf_add(body, "</th>");
  }
  sx_buf_add(body, "</tr>\n");
  if (second) {
    sx_buf_add(body, "<tr class=\"two\">");
    for (size_t k = 0; k < t->n_columns; k++) put_sub_heads(t, &t->columns[k]);
    sx_buf_add(body, "</tr>\n");
  }
  sx_buf_add(body, "</thead>\n");
}

/* ---- body -------------------------------------------------------------------------------------------------------- */

/* `open` with the trace of one field of the bound number. */
static void put_open(sx_buf *out, const char *open, const sx_bound *bound, const char *field, const sx_spec *spec) {
  sx_buf_add(out, open);
  sx_report__trace(out, bound, field, spec, true);
  sx_buf_add_char(out, '>');
}

static const sx_spec count_spec = {.decimals = 0};

/* A standard error that would print as zero gets the decimals that show it, up to two more. */
static void put_error(sx_buf *out, const char *open, const sx_bound *bound, sx_spec spec) {
  char text[SX_FIXED_TEXT_MAX];
  const double se = bound->se;
  spec.sign = 0;
  for (int more = 0; more < 2; more++) {
    const size_t n = sx_text_fixed(text, sx_report__shift10(se, spec.shift), spec.decimals);
    if (se == 0 || !isfinite(se) || strspn(text, "0.") != n) break;
    if (spec.zeros)
      spec.zeros--, spec.shift++;
    else
      spec.decimals++;
  }
  put_open(out, open, bound, "se", &spec);
  sx_report__format_value(out, se, &spec, true);
}

static void put_count(sx_buf *out, const sx_page *page, int64_t n) {
  sx_spec spec;
  const sx_format count = {.kind = SX_FORMAT_AMOUNT, .decimals = 0};
  sx_report__format_spec(&spec, &count, 0, page->lang);
  spec.group_from_four = true; /* alike down the column */
  sx_report__format_value(out, n < 0 ? (double)NAN : (double)n, &spec, true);
}

static void put_value(const tab *t, const cell *c, const sx_spec *spec) {
  sx_buf *body = &t->page->body;
  sx_buf tip;
  sx_buf_init(&tip, &t->page->ctx);
  sx_buf_add(&tip, "");
  if (c->outside)
    sx_buf_add(&tip, sx_report__w(t->page, W_OUTSIDE));
  else
    sx_report__tip(&tip, t->page, &c->bound, &c->format);
  if (tip.failed) body->failed = true;
  sx_buf_printf(body, "<span class=\"%s\" title=\"",
                c->outside              ? "outside"
                : isnan(c->bound.value) ? "num missing"
                                        : "num");
  if (!tip.failed) sx_report__escape(body, tip.data, tip.n);
  sx_buf_add_char(body, '"');
  const double below = c->outside ? 0 : sx_report__below(&c->bound, spec);
  if (c->outside || below > 0)
    sx_report__trace_outside(body, below > 0 ? below : c->bound.value, below > 0 ? "threshold" : "outside", spec,
                             !c->own_format);
  else if (!isnan(c->bound.value))
    sx_report__trace(body, &c->bound, "", spec, !c->own_format);
  sx_buf_add_char(body, '>');
  sx_buf_reset(&tip);
  if (below > 0) sx_buf_add(&tip, "< ");
  sx_report__format_value(&tip, below > 0 ? below : c->bound.value, spec, !c->own_format);
  if (tip.failed)
    body->failed = true;
  else
    sx_report__visible(body, t->page, tip.data, tip.n);
  sx_buf_add(body, "</span>");
  if (!c->outside) sx_report__marks(body, &c->bound);
  sx_buf_clear(&tip);
}

static void put_below(const tab *t, const cell *c, const sx_spec *spec) {
  sx_buf *body = &t->page->body;
  if (t->errors && isfinite(c->bound.se)) {
    sx_buf_add(body, "<br><span class=\"se\">(");
    put_error(body, "<span", &c->bound, *spec);
    sx_buf_add(body, "</span>)</span>");
  }
  if (t->bases && c->bound.n >= 0) {
    sx_buf_add(body, "<br><span class=\"se\">n = ");
    put_open(body, "<span", &c->bound, "n", &count_spec);
    put_count(body, t->page, c->bound.n);
    sx_buf_add(body, "</span></span>");
  }
}

static void put_beside(const tab *t, const cell *c, const sx_spec *spec) {
  sx_buf *body = &t->page->body;
  const bool has = c->number && c->bound.main;
  if (t->errors) {
    if (has && isfinite(c->bound.se))
      put_error(body, "<td", &c->bound, *spec);
    else
      sx_buf_add(body, "<td>");
    sx_buf_add(body, "</td>");
    if (has && isfinite(c->bound.low) && isfinite(c->bound.high)) {
      put_open(body, "<td class=\"i\"", &c->bound, "interval", spec);
      sx_report__format_value(body, c->bound.low, spec, true);
      sx_buf_add(body, " – ");
      sx_report__format_value(body, c->bound.high, spec, true);
    } else {
      sx_buf_add(body, "<td class=\"i\">");
    }
    sx_buf_add(body, "</td>");
  }
  if (t->bases) {
    if (has && c->bound.n >= 0) {
      put_open(body, "<td", &c->bound, "n", &count_spec);
      put_count(body, t->page, c->bound.n);
    } else {
      sx_buf_add(body, "<td>");
    }
    sx_buf_add(body, "</td>");
  }
}

static void put_cell(const tab *t, const cell *c, const column *col) {
  sx_buf *body = &t->page->body;
  const bool split = sub_columns(t, col) > 1;
  sx_spec spec = col->spec;
  if (c->own_format) sx_report__format_spec(&spec, &c->format, fabs(c->bound.value), t->page->lang);
  spec.group_from_four = true;
  sx_buf_add(body, c->text && t->quoted         ? "<td class=\"l\" data-exempt=\"quoted\">"
                   : c->text                    ? "<td class=\"l\">"
                   : c->number && c->own_format ? "<td class=\"w\">"
                                                : "<td>");
  if (c->text) sx_report__label(body, t->page, c->text);
  if (c->number) put_value(t, c, &spec);
  if (c->number && c->bound.main && !split && !t->beside) put_below(t, c, &spec);
  sx_buf_add(body, "</td>");
  if (split) put_beside(t, c, &spec);
}

static void put_row(const tab *t, size_t i) {
  sx_buf *body = &t->page->body;
  const sx_node *row = t->rows->items[i], *cells = sx_node_get(row, "cells");
  const char *label = sx_report__text(t->page, sx_node_get(row, "label"));
  double indent = 0;
  size_t width = 1;
  if (!sx_node_number(&indent, sx_node_get(row, "indent")) || !(indent >= 0)) indent = 0;
  for (size_t k = 0; k < t->n_columns; k++) width += sub_columns(t, &t->columns[k]);
  if (!cells || !cells->n) {
    sx_buf_printf(body, "<tr class=\"sub\"><th scope=\"rowgroup\" colspan=\"%zu\">", width);
    if (label) sx_report__label(body, t->page, label);
    sx_buf_add(body, "</th></tr>\n");
    return;
  }
  if (indent > 0)
    sx_buf_printf(body, "<tr><th scope=\"row\" class=\"in%d\">", indent > 4 ? 4 : (int)indent);
  else
    sx_buf_add(body, "<tr><th scope=\"row\">");
  if (label) sx_report__label(body, t->page, label);
  sx_buf_add(body, "</th>");
  for (size_t k = 0; k < t->n_columns; k++) put_cell(t, &t->cells[i * t->n_columns + k], &t->columns[k]);
  sx_buf_add(body, "</tr>\n");
}

sx_status sx_report__table(sx_page *page, const sx_block *block, sx_error *err) {
  tab t = {.page = page, .block = block};
  sx_buf extra;
  SX_TRY(load(&t, err));
  sx_report__caption(page, block, "tab");
  if (!t.n_rows) {
    sx_buf_printf(&page->body, "<p class=\"empty\">%s</p>\n", sx_report__w(page, W_EMPTY_TABLE));
  } else {
    sx_buf_printf(&page->body,
                  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"c-t%zu\"><table>\n",
                  block->number);
    put_head(&t);
    sx_buf_add(&page->body, "<tbody>\n");
    for (size_t i = 0; i < t.n_rows; i++) put_row(&t, i);
    sx_buf_add(&page->body, "</tbody>\n</table></div>\n");
  }
  sx_buf_init(&extra, &page->ctx);
  sx_buf_add(&extra, "");
  if (t.errors && !t.beside)
    sx_buf_printf(&extra, "%s%s", sx_report__w(page, W_ERRORS_NOTE), page->lang == SX_LANG_EN ? " " : "");
  if (t.errors && t.beside && t.n_rows) sx_buf_add(&extra, sx_report__w(page, W_SE_NOTE));
  if (t.bases && t.n_rows) sx_buf_add(&extra, sx_report__w(page, W_BASES_NOTE));
  if (!extra.failed) sx_report__foot(page, block, extra.data);
  const sx_status status = extra.failed ? sx_error_memory(err) : sx_buf_status(&page->body, err);
  sx_buf_clear(&extra);
  return status;
}
