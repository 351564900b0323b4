/* What is left of the colours in a black-and-white print, for the colour-blind, and of texts on marks. */
#include "sxt.h"
#include "unit/draw/draw_sample.h"

enum { APART = 9 }; /* of lightness L*: seen side by side without doubt */

/* Filled marks that touch or follow each other in a row are apart in lightness, or one has a pattern that the other has not. */
static bool told_apart(const sx_draw_style *a, const sx_draw_style *b) {
  if (a->fill == b->fill && a->hatch == b->hatch) return true; /* the same series */
  return a->hatch != b->hatch || fabs(sx_ink_lightness(a->fill) - sx_ink_lightness(b->fill)) >= APART;
}

static bool touches(const sx_draw_item *a, const sx_draw_item *b) {
  const bool side = fabs(a->x + a->width - b->x) < 0.75 && fabs(a->y - b->y) < 0.01;
  return side && a->height > 13 && b->height > 13; /* bars, not swatches */
}

static void neighbours(void) {
  for (int type = 0; type < SX_CHART_TYPES; type++) {
    sample s;
    sx_drawing *d = NULL;
    size_t pairs = 0;
    if (type == SX_CHART_HEAT)
      continue; /* shades are an order: neighbouring values may have neighbouring shades; the value is printed */
    sample_chart(&s, (sx_chart_type)type, SX_LANG_EN);
    REQUIRE_OK(sx_chart_draw(&d, NULL, &s.chart, 720, err));
    for (size_t i = 0; i < d->n_items; i++) {
      for (size_t k = 0; k < d->n_items; k++) {
        const sx_draw_item *a = &d->items[i], *b = &d->items[k];
        if (a->kind != SX_DRAW_RECT || b->kind != SX_DRAW_RECT || i == k || !touches(a, b)) continue;
        if (a->style.fill == SX_INK_EMPTY || b->style.fill == SX_INK_EMPTY) continue;
        pairs++;
        if (!told_apart(&a->style, &b->style))
          SXT_FAIL("%s: %s beside %s", sx_chart_type_name((sx_chart_type)type), sx_ink_colour(a->style.fill),
                   sx_ink_colour(b->style.fill));
      }
    }
    if (type == SX_CHART_SHARES || type == SX_CHART_STACKED || type == SX_CHART_LIKERT || type == SX_CHART_TORNADO)
      CHECK(pairs >= 3);
    sx_drawing_free(d);
  }
}

/* Series that follow each other, the last and the first too. */
static void palette(void) {
  for (size_t s = 0; s < SX_INK_SERIES_COUNT; s++) {
    const double l = sx_ink_lightness(sx_ink_series(s)), next = sx_ink_lightness(sx_ink_series(s + 1));
    if (fabs(l - next) < APART) SXT_FAIL("series %zu and %zu: L* %.1f and %.1f", s, s + 1, l, next);
  }
  for (int i = 1; i < SX_INK_HEAT_COUNT; i++) { /* even steps from light to dark */
    const double step =
        sx_ink_lightness((sx_ink)(SX_INK_HEAT_0 + i - 1)) - sx_ink_lightness((sx_ink)(SX_INK_HEAT_0 + i));
    if (!(step > 4 && step < 12)) SXT_FAIL("shade %d is %.1f darker", i, step);
  }
  for (int i = 0; i < SX_INK_SCALE_COUNT / 2; i++) { /* darker to both ends, alike */
    const double low = sx_ink_lightness((sx_ink)(SX_INK_SCALE_0 + i)),
                 inner = sx_ink_lightness((sx_ink)(SX_INK_SCALE_0 + i + 1));
    const double high = sx_ink_lightness((sx_ink)(SX_INK_SCALE_0 + SX_INK_SCALE_COUNT - 1 - i));
    CHECK(inner - low > APART);
    CHECK(fabs(low - high) < 8);
  }
  CHECK_NEAR(sx_ink_lightness(SX_INK_PAPER), 100, 1e-9);
}

/* Contrast of WCAG 2.1: (L1 + 0.05) / (L2 + 0.05) of relative luminances; 3 for large or strong text, which values are. */
static double luminance(sx_ink ink) {
  const double l = sx_ink_lightness(ink);
  return l > 8 ? pow((l + 16) / 116, 3) : l * 27 / 24389;
}

static void contrast(void) {
  for (int i = SX_INK_SERIES_0; i < SX_INK_COUNT; i++) {
    const double a = luminance((sx_ink)i), b = luminance(sx_ink_on((sx_ink)i));
    const double ratio = (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
    const double least = i >= SX_INK_HEAT_0 ? 4.0 : 3.0; /* cells and tiles have small numbers too */
    if (ratio < least) SXT_FAIL("text on %s has a contrast of %.2f", sx_ink_colour((sx_ink)i), ratio);
  }
}

/* Colours as who lacks a kind of cone sees them (Machado, Oliveira and Fernandes 2009, table 1, severity 1.0; on linear RGB): neighbours of the
 * palette stay apart in colour or lightness. */
static void linear(double out[3], uint32_t rgb) {
  for (int i = 0; i < 3; i++) {
    const double v = (double)(rgb >> (16 - 8 * i) & 255) / 255;
    out[i] = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
  }
}
static double curve(double t) {
  return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}
static void lab(double out[3], const double rgb[3]) {
  static const double to_xyz[3][3] = {
      {0.4124564, 0.3575761, 0.1804375}, {0.2126729, 0.7151522, 0.0721750}, {0.0193339, 0.1191920, 0.9503041}};
  static const double white[3] = {0.95047, 1, 1.08883};
  double f[3];
  for (int i = 0; i < 3; i++)
    f[i] = curve((to_xyz[i][0] * rgb[0] + to_xyz[i][1] * rgb[1] + to_xyz[i][2] * rgb[2]) / white[i]);
  out[0] = 116 * f[1] - 16;
  out[1] = 500 * (f[0] - f[1]);
  out[2] = 200 * (f[1] - f[2]);
}

static void colour_blind(void) {
  static const double seen[3][3][3] = {
      {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
      {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
      {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};
  for (int kind = 0; kind < 3; kind++) {
    for (size_t s = 0; s < SX_INK_SERIES_COUNT; s++) {
      double at[2][3];
      for (size_t k = 0; k < 2; k++) {
        double rgb[3], other[3];
        linear(rgb, sx_ink_rgb(sx_ink_series(s + k)));
        for (int i = 0; i < 3; i++)
          other[i] =
              fmin(1, fmax(0, seen[kind][i][0] * rgb[0] + seen[kind][i][1] * rgb[1] + seen[kind][i][2] * rgb[2]));
        lab(at[k], other);
      }
      const double far = sqrt(pow(at[0][0] - at[1][0], 2) + pow(at[0][1] - at[1][1], 2) + pow(at[0][2] - at[1][2], 2));
      if (far < 15) SXT_FAIL("kind %d: series %zu and %zu are %.1f apart", kind, s, s + 1, far);
    }
  }
}

SXT_MAIN(SXT_CASE(neighbours), SXT_CASE(palette), SXT_CASE(contrast), SXT_CASE(colour_blind))
