/* report_build_table.c: a table block into nodes. The unit of a column stands in its head, the cells hold bare numbers. What is printed in one format has
 * one scale word in the whole table, by the greatest of its numbers: a row, or parts that add up, never mix two. Errors and bases stand in columns of their own where there are at most two columns of estimates, else below each estimate. `errors` puts the
 * interval beside its standard error; `interval` asks for it wherever it stands, with or without errors. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_tree.h"

enum { BESIDE_MAX = 2 };

typedef struct cell {
  const sx_node *node;
  const char *text; /* printed as it is; NULL for a number */
  bool number, outside;
  sx_bound bound;
  sx_format format;
  bool own_format, unitless; /* unitless: n, deff, cv or df without a format of its own */
} cell;

typedef struct column {
  const char *label, *group; /* group: a head over neighbours that have the same; "" none */
  sx_format format;
  sx_spec spec;
  sx_extent extent;
  bool formatted, estimates; /* holds main estimates */
  double ci_level;
} column;

/* The numbers of all formats that share a scale word: "亿元 2" and "亿元 0", in all columns whose heads say the unit; of cells that say their own,
 * those of an indicator or an account. */
typedef struct scale {
  const sx_format *format; /* of one of them */
  const char *of;          /* the indicator or account; "": columns */
  size_t n_of, row; /* row: of cells beside figures that were printed elsewhere, and are compared with them; else 0 */
  sx_extent extent;
} scale;

typedef struct tab {
  sx_page *page;
  sx_block *block;
  size_t at; /* column of the grid where the next cell stands */
  column *columns;
  size_t n_columns, n_rows;
  cell *cells; /* [n_rows * n_columns] */
  const sx_node *rows;
  scale *scales;
  size_t n_scales, cap_scales;
  bool bases, errors, interval, beside, grouped;
  size_t n_grid, n_head_rows;
  size_t n_suppressed, n_missing, n_inapplicable, n_no_error, n_unreliable; /* of the page before this table */
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
    t->columns[i].group = sx_report__text(t->page, sx_node_get(list->items[i], "group"));
    if (!t->columns[i].label) t->columns[i].label = "";
    if (!t->columns[i].group) t->columns[i].group = "";
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
    c->own_format = c->unitless = true;
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
  if (c->number && !c->own_format) sx_report__extent_add(&col->extent, c->bound.value);
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
         a->automatic == b->automatic && a->unscaled == b->unscaled && a->bare == b->bare && a->sign == b->sign &&
         strcmp(a->noun_zh, b->noun_zh) == 0 && strcmp(a->noun_en, b->noun_en) == 0;
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
    if (c->number) sx_report__extent_add(&col->extent, c->bound.value);
  }
}

/* A column of such fields alone is in the format that it names. */
static void column_of_fields(tab *t, size_t k) {
  column *col = &t->columns[k];
  bool all = col->formatted;
  for (size_t i = 0; all && i < t->n_rows; i++) {
    const cell *c = &t->cells[i * t->n_columns + k];
    all = !c->number || c->unitless;
  }
  for (size_t i = 0; all && i < t->n_rows; i++) {
    cell *c = &t->cells[i * t->n_columns + k];
    if (!c->number) continue;
    c->own_format = false;
    c->format = col->format;
    sx_report__extent_add(&col->extent, c->bound.value);
  }
}

/* ---- one scale word for a format --------------------------------------------------------------------------------- */

static bool is_scaled(const sx_format *format) {
  return format->kind == SX_FORMAT_AMOUNT && (format->exponent || format->automatic);
}

/* A figure that was printed elsewhere is printed as it was there, as in a sentence. */
static bool is_quoted_figure(const cell *c) {
  static const char published[] = "published/";
  return c->own_format &&
         (c->outside || !c->bound.indicator || strncmp(c->bound.indicator, published, sizeof published - 1) == 0);
}

static size_t row_beside_quoted(const tab *t, const cell *c) {
  const size_t row = (size_t)(c - t->cells) / t->n_columns;
  for (size_t k = 0; k < t->n_columns; k++) {
    const cell *other = &t->cells[row * t->n_columns + k];
    if (other->number && is_scaled(&other->format) && is_quoted_figure(other)) return row + 1;
  }
  return 0;
}

/* c NULL: of a column. */
static scale key_of(const tab *t, const sx_format *format, const cell *c) {
  if (!c || !c->own_format || !c->bound.indicator) return (scale){.format = format, .of = ""};
  const char *of = c->bound.indicator;
  return (scale){.format = format, .of = of, .n_of = strcspn(of, "/"), .row = row_beside_quoted(t, c)};
}

static scale *scale_of(const tab *t, const scale *key) {
  const sx_format *format = key->format;
  for (size_t i = 0; i < t->n_scales; i++) {
    scale *s = &t->scales[i];
    const sx_format *f = s->format;
    if (f->exponent == format->exponent && f->chinese == format->chinese && f->automatic == format->automatic &&
        f->unscaled == format->unscaled && strcmp(f->noun_zh, format->noun_zh) == 0 && s->n_of == key->n_of &&
        s->row == key->row && memcmp(s->of, key->of, key->n_of) == 0)
      return s;
  }
  return NULL;
}

static sx_status find_scales(tab *t, sx_error *err) {
  for (size_t i = 0; i < t->n_rows * t->n_columns; i++) {
    const cell *c = &t->cells[i];
    if (!c->number || !is_scaled(&c->format) || is_quoted_figure(c)) continue;
    const scale key = key_of(t, &c->format, c);
    scale *s = scale_of(t, &key);
    if (!s) {
      if (!sx_arena_grow(t->page->arena, (void **)&t->scales, &t->cap_scales, t->n_scales + 1, sizeof *s))
        return sx_error_memory(err);
      s = &t->scales[t->n_scales++];
      *s = key;
    }
    sx_report__extent_add(&s->extent, c->bound.value);
    if (t->errors && c->bound.main) sx_report__extent_add_error(&s->extent, c->bound.se);
  }
  return SX_OK;
}

/* own: of the numbers that are printed by this spec alone, those of a column where c is NULL. */
static void table_spec(sx_spec *out, const tab *t, const sx_format *format, const cell *c, const sx_extent *own) {
  const scale key = key_of(t, format, c);
  const scale *s = is_scaled(format) ? scale_of(t, &key) : NULL;
  sx_report__page_spec_of(out, format, s ? &s->extent : own, t->page);
  out->group_from_four = true;
}

static void cell_spec(sx_spec *out, const tab *t, const cell *c) {
  sx_extent own = {0};
  sx_report__extent_add(&own, c->bound.value);
  if (is_quoted_figure(c)) {
    sx_report__page_spec(out, &c->format, own.most, t->page);
    out->group_from_four = true;
  } else {
    table_spec(out, t, &c->format, c, &own);
  }
}

static sx_status load(tab *t, sx_error *err) {
  size_t estimates = 0;
  SX_TRY(load_columns(t, err));
  SX_TRY(load_rows(t, err));
  if (!sx_node_bool(&t->bases, sx_node_get(t->block->root, "bases"))) t->bases = false;
  if (!sx_node_bool(&t->quoted, sx_node_get(t->block->root, "quoted"))) t->quoted = false;
  if (!sx_node_bool(&t->errors, sx_node_get(t->block->root, "errors"))) t->errors = false;
  if (!sx_node_bool(&t->interval, sx_node_get(t->block->root, "interval"))) t->interval = false;
  for (size_t k = 0; k < t->n_columns; k++) {
    estimates += t->columns[k].estimates;
    column_of_fields(t, k);
    lift_format(t, k);
  }
  SX_TRY(find_scales(t, err));
  for (size_t k = 0; k < t->n_columns; k++)
    table_spec(&t->columns[k].spec, t, &t->columns[k].format, NULL, &t->columns[k].extent);
  t->beside = estimates <= BESIDE_MAX;
  return SX_OK;
}

/* ---- head -------------------------------------------------------------------------------------------------------- */

static size_t sub_columns(const tab *t, const column *c) {
  if (!c->estimates || !t->beside) return 1;
  return 1u + t->errors + (t->errors || t->interval) + t->bases;
}

/* A cell at the next place of the row, open. */
static sx_document_cell *open_cell(tab *t, sx_document_scope scope, sx_document_align align, size_t span) {
  t->at += span;
  return sx_tree__cell(t->page, scope, align, t->at - span, span);
}

static void close_cell(tab *t) {
  sx_tree__close(t->page);
}

static void open_row(tab *t, sx_document_row_role role) {
  sx_tree__open(t->page, SX_DOC_ROW)->as.row.role = role;
  t->at = 0;
}

static void close_row(tab *t) {
  sx_tree__close(t->page);
}

static void word_cell(tab *t, sx_word word) {
  (void)open_cell(t, SX_DOC_SCOPE_COLUMN, SX_DOC_ALIGN_END, 1);
  sx_tree__word(t->page, word);
  close_cell(t);
}

/* In brackets: "2024 (%)" is no number. */
static void put_unit(const tab *t, const column *c) {
  sx_page *page = t->page;
  const char *unit = c->spec.unit[0] == ' ' ? c->spec.unit + 1 : c->spec.unit;
  if (!c->formatted || (!unit[0] && !c->spec.prefix[0])) return;
  const bool chinese = page->lang == SX_LANG_ZH;
  const char *open = chinese ? "（" : "(", *shut = chinese ? "）" : ")"; /* of the unit's line, with it */
  (void)sx_tree__open(page, SX_DOC_UNIT);
  sx_tree__text(page, open, strlen(open));
  sx_tree__text(page, c->spec.prefix, strlen(c->spec.prefix));
  sx_tree__text(page, unit, strlen(unit));
  sx_tree__text(page, shut, strlen(shut));
  sx_tree__close(page);
}

static void put_sub_heads(tab *t, const column *c) {
  if (sub_columns(t, c) == 1) {
    t->at++; /* the head above reaches down */
    return;
  }
  word_cell(t, W_ESTIMATE);
  if (t->errors) word_cell(t, W_SE_SHORT);
  if (t->errors || t->interval) {
    (void)open_cell(t, SX_DOC_SCOPE_COLUMN, SX_DOC_ALIGN_END, 1);
    sx_tree__interval_name(t->page, c->ci_level, W_INTERVAL_SHORT);
    close_cell(t);
  }
  if (t->bases) word_cell(t, W_BASE);
}

/* A column of words reads from the left. */
static bool words_only(const tab *t, size_t k) {
  for (size_t i = 0; i < t->n_rows; i++) {
    if (t->cells[i * t->n_columns + k].number) return false;
  }
  return true;
}

static void put_column_head(tab *t, size_t k, size_t rows) {
  const size_t n = sub_columns(t, &t->columns[k]);
  const sx_document_align align = n > 1              ? SX_DOC_ALIGN_CENTRE
                                  : words_only(t, k) ? SX_DOC_ALIGN_START
                                                     : SX_DOC_ALIGN_END;
  sx_document_cell *head = open_cell(t, n > 1 ? SX_DOC_SCOPE_COLUMNS : SX_DOC_SCOPE_COLUMN, align, n);
  if (n == 1) head->row_span = rows;
  if (!t->grouped && *t->columns[k].group) { /* the place of a head above it is taken */
    sx_tree__label(t->page, t->columns[k].group);
    sx_tree__word(t->page, W_COLON);
  }
  sx_tree__label(t->page, t->columns[k].label);
  put_unit(t, &t->columns[k]);
  close_cell(t);
}

/* Two rows: the groups, and below them the columns; a column of none reaches over both. */
static void put_grouped_head(tab *t) {
  for (size_t k = 0, n; k < t->n_columns; k += n) {
    const char *group = t->columns[k].group;
    for (n = 1; *group && k + n < t->n_columns && strcmp(group, t->columns[k + n].group) == 0;) n++;
    if (!*group) {
      put_column_head(t, k, t->n_head_rows);
      continue;
    }
    (void)open_cell(t, SX_DOC_SCOPE_COLUMNS, SX_DOC_ALIGN_CENTRE, n);
    sx_tree__label(t->page, group);
    close_cell(t);
  }
  close_row(t);
  open_row(t, SX_DOC_ROW_HEAD);
  t->at = 1;
  for (size_t k = 0; k < t->n_columns; k++) {
    if (*t->columns[k].group)
      put_column_head(t, k, 1);
    else
      t->at++;
  }
  close_row(t);
}

static void put_head(tab *t) {
  open_row(t, SX_DOC_ROW_HEAD);
  open_cell(t, SX_DOC_SCOPE_COLUMN, SX_DOC_ALIGN_START, 1)->row_span = t->n_head_rows;
  sx_tree__word(t->page, W_ITEM);
  close_cell(t);
  if (t->grouped) {
    put_grouped_head(t);
    return;
  }
  for (size_t k = 0; k < t->n_columns; k++) put_column_head(t, k, t->n_head_rows);
  close_row(t);
  if (t->n_head_rows == 1) return;
  open_row(t, SX_DOC_ROW_HEAD);
  t->at = 1;
  for (size_t k = 0; k < t->n_columns; k++) put_sub_heads(t, &t->columns[k]);
  close_row(t);
}

/* ---- body -------------------------------------------------------------------------------------------------------- */

enum { MORE_OF_ERRORS = 2 };

/* A standard error that would print as zero gets the decimals that show it, up to two more. */
static void put_error(sx_page *page, const sx_bound *bound, sx_spec spec) {
  spec.sign = 0;
  sx_report__spec_shows(&spec, bound->se, MORE_OF_ERRORS);
  (void)sx_tree__field(page, bound, "se", bound->se, &spec);
}

static void put_count(sx_page *page, const sx_bound *bound) {
  sx_spec spec;
  const sx_format count = {.kind = SX_FORMAT_AMOUNT, .decimals = 0};
  sx_report__page_spec(&spec, &count, 0, page);
  spec.group_from_four = true; /* alike down the column */
  (void)sx_tree__field(page, bound, "n", (double)bound->n, &spec);
}

static void put_value(tab *t, const cell *c, const sx_spec *spec) {
  if (c->outside)
    sx_tree__outside(t->page, c->bound.value, "outside", sx_report__w(t->page, W_OUTSIDE), spec, !c->own_format);
  else
    sx_tree__cell_number(t->page, &c->bound, &c->format, spec, !c->own_format);
}

static void put_below(tab *t, const cell *c, const sx_spec *spec) {
  sx_page *page = t->page;
  if (t->errors && isfinite(c->bound.se)) {
    (void)sx_tree__add(page, SX_DOC_LINE_BREAK);
    (void)sx_tree__open(page, SX_DOC_SMALL);
    sx_tree__text(page, "(", 1);
    put_error(page, &c->bound, *spec);
    sx_tree__text(page, ")", 1);
    sx_tree__close(page);
  }
  if (t->interval && isfinite(c->bound.low) && isfinite(c->bound.high)) {
    (void)sx_tree__add(page, SX_DOC_LINE_BREAK);
    (void)sx_tree__open(page, SX_DOC_SMALL);
    sx_tree__interval(page, &c->bound, spec);
    sx_tree__close(page);
  }
  if (t->bases && c->bound.n >= 0) {
    (void)sx_tree__add(page, SX_DOC_LINE_BREAK);
    (void)sx_tree__open(page, SX_DOC_SMALL);
    sx_tree__text(page, "n = ", 4);
    put_count(page, &c->bound);
    sx_tree__close(page);
  }
}

static void put_beside(tab *t, const cell *c, const sx_spec *spec) {
  sx_page *page = t->page;
  const bool has = c->number && c->bound.main;
  if (t->errors) {
    (void)open_cell(t, SX_DOC_SCOPE_NONE, SX_DOC_ALIGN_END, 1);
    if (has && isfinite(c->bound.se)) put_error(page, &c->bound, *spec);
    close_cell(t);
  }
  if (t->errors || t->interval) {
    open_cell(t, SX_DOC_SCOPE_NONE, SX_DOC_ALIGN_END, 1)->interval = true;
    if (has && isfinite(c->bound.low) && isfinite(c->bound.high)) sx_tree__interval(page, &c->bound, spec);
    close_cell(t);
  }
  if (t->bases) {
    (void)open_cell(t, SX_DOC_SCOPE_NONE, SX_DOC_ALIGN_END, 1);
    if (has && c->bound.n >= 0) put_count(page, &c->bound);
    close_cell(t);
  }
}

static void put_cell(tab *t, const cell *c, size_t k) {
  const column *col = &t->columns[k];
  sx_page *page = t->page;
  const bool split = sub_columns(t, col) > 1;
  sx_spec spec = col->spec;
  if (c->own_format) cell_spec(&spec, t, c);
  if (c->number && c->format.automatic) sx_report__spec_shows(&spec, c->bound.value, SX_SHOWS_ALWAYS);
  open_cell(t, SX_DOC_SCOPE_NONE, c->text && words_only(t, k) ? SX_DOC_ALIGN_START : SX_DOC_ALIGN_END, 1)->own_unit =
      !c->text && c->number && c->own_format;
  if (c->text && t->quoted) sx_tree__exempt(page, "quoted");
  sx_tree__label(page, c->text);
  if (c->number) put_value(t, c, &spec);
  if (!c->number && !c->text && page->style.missing == SX_STYLE_MISSING_SHORTHAND) {
    sx_tree__text(page, "[z]", 3);
    page->n_inapplicable++;
  }
  if (c->number && c->bound.main && !split && !t->beside) put_below(t, c, &spec);
  close_cell(t);
  if (split) put_beside(t, c, &spec);
}

static void put_row(tab *t, size_t i) {
  const sx_node *row = t->rows->items[i], *cells = sx_node_get(row, "cells");
  const char *label = sx_report__text(t->page, sx_node_get(row, "label"));
  double indent = 0;
  if (!sx_node_number(&indent, sx_node_get(row, "indent")) || !(indent >= 0)) indent = 0;
  const bool group = !cells || !cells->n;
  open_row(t, group ? SX_DOC_ROW_GROUP : SX_DOC_ROW_BODY);
  open_cell(t, group ? SX_DOC_SCOPE_ROWS : SX_DOC_SCOPE_ROW, SX_DOC_ALIGN_START, group ? t->n_grid : 1)->indent =
      group        ? 0
      : indent > 4 ? 4
                   : (int)indent;
  sx_tree__label(t->page, label);
  close_cell(t);
  for (size_t k = 0; k < t->n_columns && !group; k++) put_cell(t, &t->cells[i * t->n_columns + k], k);
  close_row(t);
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

static void add_note(sx_buf *out, const sx_page *page, sx_word word) {
  sx_buf_printf(out, "%s%s", out->n && page->lang == SX_LANG_EN && out->data[out->n - 1] != ' ' ? " " : "",
                sx_report__w(page, word));
}

/* What the interval below each estimate is. */
static void add_interval_note(sx_buf *out, const tab *t) {
  size_t k = 0;
  while (k + 1 < t->n_columns && !t->columns[k].estimates) k++;
  sx_report__interval_name(out, t->page, t->columns[k].ci_level, W_INTERVAL_BELOW);
  if (t->page->lang == SX_LANG_EN) sx_buf_add_char(out, ' ');
}

/* What stands under the table beside its own note. */
static void put_foot(const tab *t) {
  sx_page *page = t->page;
  sx_buf extra;
  sx_buf_init(&extra, &page->ctx);
  sx_buf_add(&extra, "");
  if (t->errors && !t->beside)
    sx_buf_printf(&extra, "%s%s", sx_report__w(page, W_ERRORS_NOTE), page->lang == SX_LANG_EN ? " " : "");
  if (t->interval && !t->beside && t->n_rows) add_interval_note(&extra, t);
  if (t->errors && t->beside && t->n_rows) sx_buf_add(&extra, sx_report__w(page, W_SE_NOTE));
  if (t->bases && t->n_rows) sx_buf_add(&extra, sx_report__w(page, W_BASES_NOTE));
  const bool shorthand = page->style.missing == SX_STYLE_MISSING_SHORTHAND;
  if (page->n_suppressed > t->n_suppressed) add_note(&extra, page, shorthand ? W_SUPPRESSED_SHORT : W_SUPPRESSED_NOTE);
  if ((t->errors || t->interval) && page->n_no_error > t->n_no_error) add_note(&extra, page, W_NO_ERROR_NOTE);
  if (shorthand && page->n_missing > t->n_missing) add_note(&extra, page, W_MISSING_SHORT);
  if (page->n_inapplicable > t->n_inapplicable) add_note(&extra, page, W_INAPPLICABLE_SHORT);
  if (page->n_unreliable > t->n_unreliable) sx_report__unreliable_note(&extra, page);
  if (extra.failed)
    page->failed = true;
  else
    sx_report__build_foot(page, t->block, &(sx_foot){.extra = extra.data});
  sx_buf_clear(&extra);
}

static void describe(tab *t, sx_document_node *node) {
  sx_document_table *table = sx_tree__payload(t->page, 1, sizeof *table);
  t->n_grid = t->n_head_rows = 1;
  for (size_t k = 0; k < t->n_columns; k++) {
    const size_t n = sub_columns(t, &t->columns[k]);
    t->n_grid += n;
    if (n > 1) t->n_head_rows = 2;
    if (*t->columns[k].group) t->grouped = true;
  }
  if (t->n_head_rows == 2) t->grouped = false; /* the second row is that of the errors */
  if (t->grouped) t->n_head_rows = 2;
  if (!table) return;
  *table = (sx_document_table){
      .role = SX_DOC_TABLE_RESULTS,
      .number = t->block->number,
      .id = t->block->id,
      .title = sx_tree__plain(t->page, sx_report__text(t->page, sx_node_get(t->block->root, "title"))),
      .n_rows = t->n_rows ? t->n_rows + t->n_head_rows : 0,
      .n_head_rows = t->n_rows ? t->n_head_rows : 0,
      .n_columns = t->n_grid};
  node->as.table = table;
}

sx_status sx_report__build_table(sx_page *page, sx_block *block, sx_error *err) {
  tab t = {.page = page,
           .block = block,
           .n_suppressed = page->n_suppressed,
           .n_missing = page->n_missing,
           .n_no_error = page->n_no_error,
           .n_inapplicable = page->n_inapplicable,
           .n_unreliable = page->n_unreliable};
  SX_TRY(load(&t, err));
  block->node = sx_tree__open(page, SX_DOC_TABLE);
  block->node->anchor = sx_tree__name(page, "t", block->number);
  describe(&t, block->node);
  sx_report__build_caption(page, block);
  if (!t.n_rows) {
    (void)sx_tree__open(page, SX_DOC_EMPTY);
    sx_tree__word(page, W_EMPTY_TABLE);
    sx_tree__close(page);
  } else {
    put_head(&t);
    for (size_t i = 0; i < t.n_rows; i++) put_row(&t, i);
  }
  put_foot(&t);
  sx_tree__close(page);
  return sx_tree__status(page, err);
}
