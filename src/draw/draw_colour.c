/* draw_colour.c: the colours of the roles, and what is left of them in a black-and-white print.
 *
 * Series: Okabe and Ito's palette (Color Universal Design, 2008), with a dark blue for black. Heat: one hue, even steps of lightness. Scale: orange and
 * blue part at a light grey and darken towards the ends; the sides are told apart in print by a pattern on the lower one. */
#include "shuxiao/draw.h"

#include <math.h>

static const char *const colours[SX_INK_COUNT] = {
    [SX_INK_NONE] = NULL,
    [SX_INK_TEXT] = "#1d2733",
    [SX_INK_SOFT] = "#5b6876",
    [SX_INK_RULE] = "#dfe4ea",
    [SX_INK_AXIS] = "#8592a0",
    [SX_INK_PAPER] = "#ffffff",
    [SX_INK_EMPTY] = "#eef1f4",
    [SX_INK_SERIES_0] = "#0072B2",
    [SX_INK_SERIES_0 + 1] = "#E69F00",
    [SX_INK_SERIES_0 + 2] = "#17324D",
    [SX_INK_SERIES_0 + 3] = "#009E73",
    [SX_INK_SERIES_0 + 4] = "#56B4E9",
    [SX_INK_SERIES_0 + 5] = "#D55E00",
    [SX_INK_SERIES_0 + 6] = "#BDBDBD",
    [SX_INK_SERIES_0 + 7] = "#CC79A7",
    [SX_INK_HEAT_0] = "#F1F5FA",
    [SX_INK_HEAT_0 + 1] = "#DCE8F4",
    [SX_INK_HEAT_0 + 2] = "#C3D8EC",
    [SX_INK_HEAT_0 + 3] = "#A4C4E2",
    [SX_INK_HEAT_0 + 4] = "#82ADD5",
    [SX_INK_HEAT_0 + 5] = "#5F94C6",
    [SX_INK_HEAT_0 + 6] = "#3F79B2",
    [SX_INK_HEAT_0 + 7] = "#265D95",
    [SX_INK_HEAT_0 + 8] = "#144274",
    [SX_INK_SCALE_0] = "#9A4A00",
    [SX_INK_SCALE_0 + 1] = "#D9822B",
    [SX_INK_SCALE_0 + 2] = "#F5C48F",
    [SX_INK_SCALE_0 + 3] = "#E3E7EB",
    [SX_INK_SCALE_0 + 4] = "#A9CBE8",
    [SX_INK_SCALE_0 + 5] = "#4B8FC9",
    [SX_INK_SCALE_0 + 6] = "#14508C",
};

sx_ink sx_ink_series(size_t series) {
  return (sx_ink)(SX_INK_SERIES_0 + series % SX_INK_SERIES_COUNT);
}

/* On series: as the palette's own test of contrast has it. */
static sx_ink on_series(size_t series) {
  static const bool dark[SX_INK_SERIES_COUNT] = {true, false, true, true, false, true, false, false};
  return dark[series] ? SX_INK_PAPER : SX_INK_TEXT;
}

sx_ink sx_ink_on(sx_ink ink) {
  if (ink >= SX_INK_SERIES_0 && ink < SX_INK_HEAT_0) return on_series((size_t)(ink - SX_INK_SERIES_0));
  if (ink >= SX_INK_HEAT_0) return sx_ink_lightness(ink) < 54 ? SX_INK_PAPER : SX_INK_TEXT;
  return SX_INK_TEXT;
}

const char *sx_ink_colour(sx_ink ink) {
  return ink < SX_INK_COUNT ? colours[ink] : NULL;
}

static unsigned digit(char c) {
  return (unsigned)(c <= '9' ? c - '0' : c <= 'F' ? c - 'A' + 10 : c - 'a' + 10);
}

uint32_t sx_ink_rgb(sx_ink ink) {
  const char *text = sx_ink_colour(ink);
  uint32_t rgb = 0;
  for (size_t i = 1; text && i < 7; i++) rgb = rgb << 4 | digit(text[i]);
  return rgb;
}

/* sRGB's transfer function, then Y with the primaries of BT.709. */
static double luminance(uint32_t rgb) {
  static const double share[3] = {0.2126, 0.7152, 0.0722};
  double y = 0;
  for (int i = 0; i < 3; i++) {
    const double v = (double)(rgb >> (16 - 8 * i) & 255) / 255;
    y += share[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
  }
  return y;
}

double sx_ink_lightness(sx_ink ink) {
  const double y = luminance(sx_ink_rgb(ink));
  return y > 216.0 / 24389 ? 116 * cbrt(y) - 16 : y * 24389 / 27;
}
