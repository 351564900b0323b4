/* publish_xlsx_shades.c: a heat table and the tiles of the provinces in a workbook: cells that give the values of the table beside them and are shaded
 * by Excel itself, so that a value changed there changes its shade. */
#include <math.h>

#include "publish_xlsx.h"
#include "shuxiao/draw_chart.h"

enum { TILE_ROWS = 2, TILE_COLUMNS = 10 }; /* the name above its value; columns of the map */
enum { SIDE = 30, CELL = 11, TILE = 9 };   /* characters */

static bool is_map(const sx_chart *c) {
  return c->type == SX_CHART_TILES && c->n_series == 1;
}

size_t sx_publish__shaded_columns(double *width, const sx_chart *c) {
  const bool heat = c->type == SX_CHART_HEAT;
  *width = heat ? SIDE + CELL * (double)c->n_series : is_map(c) ? TILE * (double)TILE_COLUMNS : 0;
  return heat ? 1 + c->n_series : is_map(c) ? TILE_COLUMNS : 0;
}

typedef struct shaded {
  xl *x;
  const sx_document_figure *f;
  const sx_chart *c;
  const xl_place *at;
  pub_style style; /* of the values */
} shaded;

static const sx_document_point *point_of(const shaded *s, size_t category, size_t series) {
  return &s->f->points[category * s->c->n_series + series];
}

/* A cell that gives the value of another; a missing one stays empty. */
static sx_status put_value(const shaded *s, size_t row, size_t column, size_t category, size_t series, sx_error *err) {
  const sx_document_point *p = point_of(s, category, series);
  if (!p->present || !isfinite(p->value)) return SX_OK;
  sx_buf formula;
  sx_buf_init(&formula, &s->x->run.ctx);
  sx_buf_add_char(&formula, '=');
  sx_publish__cell_name(&formula, s->at->head + 1 + category, s->at->series_at + series * s->at->each, false);
  const sx_status status = sx_buf_status(&formula, err);
  if (status == SX_OK)
    sx_publish__cell_formula(s->x->book, s->at->sheet, row, column, formula.data, p->value * s->at->shape.factor, NULL,
                             &s->style);
  sx_buf_clear(&formula);
  return status;
}

/* The colours part where the chart says so, and at zero where values have both signs (draw_shades.c has the same rule). */
static void shade(const shaded *s, size_t row, size_t column, size_t n_rows, size_t n_columns) {
  double lo = (double)INFINITY, hi = -(double)INFINITY;
  for (size_t i = 0; i < s->c->n_categories * s->c->n_series; i++) {
    const double v = s->f->points[i].value;
    if (s->f->points[i].present && isfinite(v)) lo = fmin(lo, v), hi = fmax(hi, v);
  }
  const bool parted = s->c->has_centre || (lo < 0 && hi > 0);
  const double factor = s->at->shape.factor, centre = parted ? (s->c->has_centre ? s->c->centre : 0) : (double)NAN;
  sx_publish__shade(s->x->book, s->at->sheet, row, column, n_rows, n_columns, centre * factor,
                    fmax(fabs(hi - centre), fabs(lo - centre)) * factor);
}

static sx_status put_heat(const shaded *s, sx_error *err) {
  const size_t left = s->at->shade_column, top = s->at->shade_row;
  pub_book *book = s->x->book;
  const pub_style head = {.bold = true, .wrap = true, .centre = true, .bottom = true}, side = {.wrap = true};
  for (size_t k = 0; k < s->c->n_series; k++)
    sx_publish__cell_text(book, s->at->sheet, top, left + 1 + k, s->c->series[k], &head);
  for (size_t i = 0; i < s->c->n_categories; i++) {
    sx_publish__cell_text(book, s->at->sheet, top + 1 + i, left, s->c->categories[i], &side);
    for (size_t k = 0; k < s->c->n_series; k++) SX_TRY(put_value(s, top + 1 + i, left + 1 + k, i, k, err));
  }
  if (!s->at->below) {
    sx_publish__column_width(book, s->at->sheet, left, left, SIDE);
    sx_publish__column_width(book, s->at->sheet, left + 1, left + s->c->n_series, CELL);
  }
  shade(s, top + 1, left + 1, s->c->n_categories, s->c->n_series);
  return SX_OK;
}

static sx_status put_tiles(const shaded *s, sx_error *err) {
  const size_t left = s->at->shade_column, top = s->at->shade_row;
  const pub_style name = {.centre = true, .soft = true};
  size_t rows = 0, columns = 0;
  for (size_t i = 0; i < s->c->n_categories; i++) {
    const char *code = s->c->codes && s->c->codes[i] && *s->c->codes[i] ? s->c->codes[i] : s->c->categories[i];
    const sx_province *p = sx_province_find(code);
    if (!p) continue; /* the drawing has refused it */
    const size_t row = top + TILE_ROWS * (size_t)p->row, column = left + (size_t)p->column;
    sx_publish__cell_text(s->x->book, s->at->sheet, row, column, s->x->lang == SX_LANG_ZH ? p->name_zh : p->letters,
                          &name);
    SX_TRY(put_value(s, row + 1, column, i, 0, err));
    rows = row + TILE_ROWS - top > rows ? row + TILE_ROWS - top : rows;
    columns = column + 1 - left > columns ? column + 1 - left : columns;
  }
  if (columns && !s->at->below) sx_publish__column_width(s->x->book, s->at->sheet, left, left + columns - 1, TILE);
  shade(s, top, left, rows, columns);
  return SX_OK;
}

sx_status sx_publish__shaded_cells(xl *x, const sx_document_figure *figure, const xl_place *at, sx_error *err) {
  shaded s = {.x = x, .f = figure, .c = figure->chart, .at = at, .style = at->shape.style};
  s.style.centre = true;
  s.style.right = false;
  if (s.c->type == SX_CHART_HEAT) return put_heat(&s, err);
  if (is_map(s.c)) return put_tiles(&s, err);
  return SX_OK;
}
