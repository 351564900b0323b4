/* draw_shades.c: values as shades of a cell or a tile, and the key to them.
 *
 * One direction: nine even steps of lightness over the range of round numbers that holds all values. Two directions, where the chart has a centre or
 * values of both signs: three steps to either side and a middle one, the lower side with a pattern, so that a black-and-white print
 * keeps the directions apart. */
#include "draw_chart_priv.h"

void sx_draw__shades(sx_draw_shades *out, const sx_chart *chart) {
  double lo = (double)INFINITY, hi = -(double)INFINITY;
  for (size_t i = 0; i < chart->n_categories * chart->n_series; i++) {
    const double v = chart->cells[i].value;
    if (isfinite(v)) lo = fmin(lo, v), hi = fmax(hi, v);
  }
  if (!(lo <= hi)) lo = 0, hi = 1;
  *out = (sx_draw_shades){.parted = chart->has_centre || (lo < 0 && hi > 0),
                          .centre = chart->has_centre ? chart->centre : 0};
  if (out->parted) {
    const double far = fmax(fabs(hi - out->centre), fabs(lo - out->centre));
    lo = out->centre - far;
    hi = out->centre + far;
  }
  sx_draw__scale(&out->scale, lo, hi, &chart->numbers, 4);
  if (!out->parted) return;
  const double far =
      fmax(out->scale.hi - out->centre, out->centre - out->scale.lo); /* the centre is the middle again */
  out->scale.lo = out->centre - far;
  out->scale.hi = out->centre + far;
}

sx_draw_style sx_draw__scale_style(size_t step) {
  const sx_ink ink = (sx_ink)(SX_INK_SCALE_0 + (step < SX_INK_SCALE_COUNT ? step : SX_INK_SCALE_COUNT - 1));
  sx_draw_style style = {.fill = ink};
  if (step < SX_INK_SCALE_COUNT / 2) {
    style.hatch = SX_HATCH_RISING;
    style.hatch_ink = step ? (sx_ink)(ink - 1) : SX_INK_TEXT;
  }
  return style;
}

static sx_draw_style style_of(const sx_draw_shades *shades, size_t step) {
  if (shades->parted) return sx_draw__scale_style(step);
  return (sx_draw_style){.fill = (sx_ink)(SX_INK_HEAT_0 + step)};
}

static size_t n_steps(const sx_draw_shades *shades) {
  return shades->parted ? SX_INK_SCALE_COUNT : SX_INK_HEAT_COUNT;
}

sx_draw_style sx_draw__shade(const sx_draw_shades *shades, double value) {
  const size_t n = n_steps(shades);
  if (!isfinite(value)) return (sx_draw_style){.fill = SX_INK_EMPTY};
  const double share = (value - shades->scale.lo) / (shades->scale.hi - shades->scale.lo) * (double)n;
  const size_t step = share <= 0 ? 0 : share >= (double)n ? n - 1 : (size_t)share;
  return style_of(shades, step);
}

double sx_draw__shade_key(sx_drawing *d, const sx_chart *chart, const sx_draw_shades *shades, double x, double y,
                          double width) {
  const size_t n = n_steps(shades);
  const double box = width / (double)n;
  char least[64], most[64];
  for (size_t i = 0; i < n; i++) {
    sx_draw_style style = style_of(shades, i);
    style.stroke = SX_INK_PAPER;
    style.stroke_width = 1;
    sx_draw_rect(d, x + box * (double)i, y, box, 12, 0, &style);
  }
  sx_draw__tick(least, sizeof least, chart, &shades->scale, shades->scale.lo);
  sx_draw__tick(most, sizeof most, chart, &shades->scale, shades->scale.hi);
  const double first = sx_draw__text_width_of(least, SX_CHART_SMALL),
               last = sx_draw__text_width_of(most, SX_CHART_SMALL);
  const double lower = first + last + 10 > width ? 16 : 0; /* no room beside each other */
  sx_draw__tick_text(d, chart, &shades->scale, shades->scale.lo, x, y + 26, SX_ANCHOR_START);
  sx_draw__tick_text(d, chart, &shades->scale, shades->scale.hi, fmax(x + width, x + last), y + 26 + lower,
                     SX_ANCHOR_END);
  if (shades->parted) { /* where the colours part */
    sx_draw__tick(least, sizeof least, chart, &shades->scale, shades->centre);
    const double room = width / 2 - fmax(first, last) - 8;
    if (sx_draw__text_width_of(least, SX_CHART_SMALL) / 2 <= room)
      sx_draw__tick_text(d, chart, &shades->scale, shades->centre, x + width / 2, y + 26, SX_ANCHOR_MIDDLE);
  }
  return y + SX_CHART_KEY + lower;
}
