/* draw_chart_tiles.c: a value for each province of mainland China, shaded on a grid of equal tiles (draw_province.c), so that a large province weighs no more
 * than a small one. */
#include <string.h>

#include "draw_chart_priv.h"

enum { COLUMNS = 7, ROWS = 8, GAP = 4, WIDEST = 92 };

typedef struct tiles {
  sx_drawing *d;
  const sx_chart *chart;
  double width, height; /* of a tile with its gap */
  bool two;
  sx_draw_shades shades;
} tiles;

static const sx_chart_cell *cell_of(const tiles *t, const sx_province *p) {
  for (size_t i = 0; i < t->chart->n_categories; i++) {
    if (sx_draw__province(t->chart, i) == p) return &t->chart->cells[i];
  }
  return NULL;
}

static bool has_room(const tiles *t) {
  bool any = false;
  for (size_t i = 0; i < t->chart->n_categories; i++) {
    const sx_chart_cell *c = &t->chart->cells[i];
    if (!sx_draw__has_interval(t->chart, c) || !c->interval_text) continue;
    any = true;
    if (sx_draw__text_width_of(c->interval_text, SX_CHART_TINY) > t->width - GAP - 4) return false;
  }
  return any;
}

static void draw_tile(tiles *t, const sx_province *p) {
  const sx_chart_cell *c = cell_of(t, p);
  const bool zh = t->chart->lang == SX_LANG_ZH, shown = c && c->present;
  const double x = t->width * p->column, y = t->height * p->row, middle = x + (t->width - GAP) / 2;
  const sx_draw_style style = sx_draw__shade(&t->shades, shown ? c->value : (double)NAN);
  const char *name = zh ? p->character : p->letters;
  const sx_ink ink = shown && isfinite(c->value) ? sx_ink_on(style.fill) : SX_INK_SOFT;
  const bool two = t->two && shown && sx_draw__has_interval(t->chart, c);
  sx_draw_group(t->d, zh ? p->name_zh : p->name_en, NULL, NULL);
  sx_draw_rect(t->d, x, y, t->width - GAP, t->height - GAP, 4, &style);
  sx_draw_text(t->d, middle, y + (two ? 17 : 18), SX_ANCHOR_MIDDLE, SX_CHART_TEXT, ink, false, name, strlen(name));
  const double size = shown ? sx_draw__fit(c->text, 13, t->width - GAP - 4) : 0;
  if (size > 0) sx_draw__cell_texts(t->d, c, middle, y + (two ? 34 : 36), size, two, &style);
  sx_draw_group_end(t->d);
}

void sx_draw__tiles(sx_drawing *d, const sx_chart *chart) {
  tiles t = {.d = d, .chart = chart};
  t.width = fmin((d->width + GAP) / COLUMNS, WIDEST);
  t.two = has_room(&t);
  t.height = t.two ? 60 : 50;
  sx_draw__shades(&t.shades, chart);
  d->on_mark = true;
  for (size_t i = 0; i < SX_PROVINCES; i++) draw_tile(&t, sx_province_get(i));
  d->on_mark = false;
  d->height = t.height * ROWS;
  (void)sx_draw__shade_key(d, chart, &t.shades, 0, 4,
                           fmin(3.4 * t.width, 220)); /* the north-west of the grid is empty */
}
