/* draw_chart.c: what the drawings share: scales with round ticks, the legend, headings of groups, the choice of drawing. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw_chart_priv.h"

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static const double LONGEST = 1e10; /* greater ones are written with a power of ten */

/* 10^k as the double nearest to it. */
static double power10(int k) {
  char text[16];
  double value = 1;
  const int n = snprintf(text, sizeof text, "1e%d", k);
  return n > 0 && sx_text_to_double(&value, text, (size_t)n) ? value : 1;
}

/* The decimal that the value prints as, its point moved: 0.285 is 28.5 per cent and not 28.499999999999996. */
static double shifted(double value, int k) {
  char text[SX_DOUBLE_TEXT_MAX + 16];
  size_t n = sx_text_from_double(text, value);
  double result = value;
  long exponent = k;
  for (size_t i = 0; i < n; i++) {
    if (text[i] != 'e' && text[i] != 'E') continue;
    int64_t own = 0;
    const size_t plus = text[i + 1] == '+';
    if (sx_text_to_int64(&own, text + i + 1 + plus, n - i - 1 - plus)) exponent += (long)own;
    n = i;
  }
  const int more = snprintf(text + n, sizeof text - n, "e%ld", exponent);
  return more > 0 && sx_text_to_double(&result, text, n + (size_t)more) ? result : value * power10(k);
}

void sx_draw__put(sx_buf *out, const sx_chart_numbers *numbers, double value, int decimals, bool bare, bool with_sign) {
  if (numbers->put) {
    numbers->put(numbers->data, out, value, decimals, bare, with_sign);
    return;
  }
  if (!isfinite(value)) {
    sx_buf_add(out, "\xE2\x80\x94");
    return;
  }
  char text[SX_FIXED_TEXT_MAX];
  double shown = shifted(value, numbers->shift);
  const int power = fabs(shown) >= LONGEST ? (int)floor(log10(fabs(shown)) + 1e-12) : 0; /* 1.43e42 */
  if (power) shown = shifted(shown, -power), decimals = 2;
  const size_t n = sx_text_fixed(text, shown, decimals < 0 ? numbers->decimals : decimals);
  const bool zero = strspn(text + (text[0] == '-'), "0.") == n - (text[0] == '-');
  if (text[0] == '-' && !zero)
    sx_buf_add(out, "\xE2\x88\x92");
  else if (with_sign && !zero)
    sx_buf_add_char(out, '+');
  sx_buf_add_n(out, text + (text[0] == '-'), n - (text[0] == '-'));
  if (power) sx_buf_printf(out, "e%d", power);
  if (!bare && numbers->unit) sx_buf_add(out, numbers->unit);
}

void sx_draw__scale(sx_draw_scale *out, double lo, double hi, const sx_chart_numbers *numbers, int n) {
  if (!(hi > lo)) hi = lo + (lo != 0 ? fabs(lo) : 1);
  const double unit = power10(-numbers->shift); /* one displayed unit in values */
  const double rough = (hi - lo) / unit / n;
  const double power = pow(10, floor(log10(rough)));
  const double lead = rough / power;
  const double step = (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 2.5 ? 2.5 : lead <= 5 ? 5 : 10) * power;
  const bool half = lead > 2 && lead <= 2.5;
  out->step = step * unit;
  out->lo = floor(lo / out->step + 1e-9) * out->step;
  out->hi = ceil(hi / out->step - 1e-9) * out->step;
  out->first = out->lo;
  out->last = out->hi;
  const int digits = (int)-floor(log10(step) + 1e-9) + half;
  out->decimals = digits < 0 ? 0 : digits > 9 ? 9 : digits;
}

void sx_draw__tighten(sx_draw_scale *scale, double lo, double hi) {
  while (scale->first < lo - scale->step / 1e6) scale->first += scale->step;
  while (scale->last > hi + scale->step / 1e6) scale->last -= scale->step;
  scale->lo = lo;
  scale->hi = hi;
}

double sx_draw__at(const sx_draw_scale *scale, double value) {
  return scale->from + (value - scale->lo) / (scale->hi - scale->lo) * (scale->to - scale->from);
}

void sx_draw__tick(char *out, size_t cap, const sx_chart *chart, const sx_draw_scale *scale, double value) {
  sx_buf text;
  if (fabs(value) < scale->step / 1e6) value = 0;
  if (scale->magnitude) value = fabs(value);
  sx_buf_init(&text, NULL);
  sx_draw__put(&text, &chart->numbers, value, scale->decimals, !chart->numbers.percent, false);
  const size_t n = text.failed ? 0 : sx_utf8_cut(text.data, text.n, cap - 1);
  if (n) memcpy(out, text.data, n);
  out[n] = '\0';
  sx_buf_clear(&text);
}

static bool tick_at(const sx_draw_scale *scale, int i, double *value) {
  *value = scale->first + i * scale->step;
  return i <= 40 && *value <= scale->last + scale->step / 2;
}

void sx_draw__grid(sx_drawing *d, const sx_draw_scale *scale, double top, double bottom) {
  double value;
  for (int i = 0; tick_at(scale, i, &value); i++) {
    const double x = sx_draw__at(scale, value);
    const bool zero = fabs(value) < scale->step / 1e6;
    sx_draw__stroke(d, x, top, x, bottom, zero ? SX_INK_AXIS : SX_INK_RULE, 1, SX_DASH_SOLID);
  }
}

void sx_draw__ticks(sx_drawing *d, const sx_chart *chart, const sx_draw_scale *scale, double bottom) {
  double last = -(double)INFINITY, value;
  for (int i = 0; tick_at(scale, i, &value); i++) {
    char text[64];
    sx_draw__tick(text, sizeof text, chart, scale, value);
    const double half = sx_draw_text_width(text, strlen(text), SX_CHART_SMALL) / 2;
    const double x = fmin(fmax(sx_draw__at(scale, value), half), d->width - half);
    if (x - half < last + 6) continue;
    sx_draw__tick_text(d, chart, scale, value, x, bottom + 17, SX_ANCHOR_MIDDLE);
    last = x + half;
  }
}

void sx_draw__rows_end(sx_drawing *d, const sx_chart *chart, const sx_draw_scale *scale, size_t rows, bool narrow,
                       double top, double y) {
  const size_t behind = d->n_items;
  if (!narrow) sx_draw__grid(d, scale, top, y - 4);
  sx_draw__ticks(d, chart, scale, y - 4);
  sx_draw_turn(d, rows, behind);
  d->height = y + 22;
}

void sx_draw__tick_text(sx_drawing *d, const sx_chart *chart, const sx_draw_scale *scale, double value, double x,
                        double baseline, sx_anchor anchor) {
  char text[64];
  sx_buf trace;
  sx_buf_init(&trace, &d->ctx);
  if (fabs(value) < scale->step / 1e6) value = 0;
  if (scale->magnitude) value = fabs(value);
  if (chart->numbers.trace) chart->numbers.trace(chart->numbers.data, &trace, value);
  d->attributes = trace.failed ? NULL : trace.data;
  d->failed = d->failed || trace.failed;
  sx_draw__tick(text, sizeof text, chart, scale, value);
  sx_draw_text(d, x, baseline, anchor, SX_CHART_SMALL, SX_INK_SOFT, false, text, strlen(text));
  d->attributes = NULL;
  sx_buf_clear(&trace);
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

void sx_draw__value_text(sx_drawing *d, const sx_chart_cell *cell, double x, double baseline, sx_anchor anchor,
                         double size, sx_ink ink) {
  d->attributes = cell->trace;
  sx_draw_text(d, x, baseline, anchor, size, ink, true, cell->text, strlen(cell->text));
  d->attributes = NULL;
}

void sx_draw__interval_text(sx_drawing *d, const sx_chart_cell *cell, double x, double baseline, sx_anchor anchor,
                            double size, sx_ink ink) {
  d->attributes = cell->interval_trace;
  sx_draw_text(d, x, baseline, anchor, size, ink, false, cell->interval_text, strlen(cell->interval_text));
  d->attributes = NULL;
}

void sx_draw__cell_texts(sx_drawing *d, const sx_chart_cell *cell, double middle, double baseline, double size,
                         bool two, const sx_draw_style *area) {
  const sx_ink ink = isfinite(cell->value) ? sx_ink_on(area->fill) : SX_INK_SOFT;
  const double below = baseline + 14;
  if (area->hatch != SX_HATCH_NONE) {
    double width = sx_draw__text_width_of(cell->text, size);
    if (two) width = fmax(width, sx_draw__text_width_of(cell->interval_text, SX_CHART_TINY));
    sx_draw_rect(d, middle - width / 2 - 2, baseline - size, width + 4, size + (two ? 17 : 4), 3,
                 &(sx_draw_style){.fill = area->fill});
  }
  sx_draw__value_text(d, cell, middle, baseline, SX_ANCHOR_MIDDLE, size, ink);
  if (two) sx_draw__interval_text(d, cell, middle, below, SX_ANCHOR_MIDDLE, SX_CHART_TINY, ink);
}

double sx_draw__text_width_of(const char *text, double size) {
  return text ? sx_draw_text_width(text, strlen(text), size) : 0;
}

double sx_draw__heading(sx_drawing *d, const sx_chart *chart, size_t category, double y) {
  const char *name = chart->groups ? chart->groups[category] : "";
  if (!name[0] || (category && strcmp(name, chart->groups[category - 1]) == 0)) return y;
  sx_draw_lines lines;
  const double size = SX_CHART_TEXT;
  sx_draw_wrap(&lines, name, size, d->width, SX_CHART_LABEL_LINES);
  if (category) y += 6;
  for (size_t i = 0; i < lines.n; i++, y += 1.35 * size)
    sx_draw_text(d, 0, y + size, SX_ANCHOR_START, size, SX_INK_TEXT, true, lines.start[i], lines.length[i]);
  return y + 6;
}

static double legend(sx_drawing *d, const sx_chart *chart, double y, bool markers, const sx_draw_style *styles) {
  const double swatch = 12, gap = 6, between = 20, line = 22;
  double x = 0;
  if (chart->n_series < 2) return y;
  for (size_t s = 0; s < chart->n_series; s++) {
    sx_draw_lines lines;
    sx_draw_wrap(&lines, chart->series[s], SX_CHART_TEXT, d->width - swatch - gap, 3);
    const double width = swatch + gap + lines.width;
    if (x > 0 && x + width > d->width) {
      x = 0;
      y += line;
    }
    const double extra = lines.n ? (double)(lines.n - 1) * 1.35 * SX_CHART_TEXT : 0;
    const sx_draw_style own = styles ? styles[s] : sx_draw_series_style(s);
    if (markers)
      sx_draw_marker(d, x + swatch / 2, y + line / 2, 5, s);
    else
      sx_draw__swatch(d, x, y + (line - swatch) / 2, swatch, &own);
    sx_draw_block(d, x + swatch + gap, y + line / 2 + extra / 2, SX_ANCHOR_START, SX_CHART_TEXT, SX_INK_TEXT, &lines);
    y += extra;
    x = extra > 0 ? d->width : x + width + between;
  }
  return y + line + 8;
}

double sx_draw__legend(sx_drawing *d, const sx_chart *chart, double y, bool markers) {
  return legend(d, chart, y, markers, NULL);
}

double sx_draw__legend_of(sx_drawing *d, const sx_chart *chart, double y, const sx_draw_style *styles) {
  return legend(d, chart, y, false, styles);
}

double sx_draw__fit(const char *text, double most, double room) {
  for (double size = most; size >= SX_CHART_TINY; size--) {
    if (sx_draw__text_width_of(text, size) <= room) return size;
  }
  return 0;
}

void sx_draw__label(sx_draw_label *out, const char *text, double width) {
  sx_draw_wrap(&out->lines, text, SX_CHART_TEXT, width, SX_CHART_LABEL_LINES);
  out->height = 1.35 * SX_CHART_TEXT * (double)out->lines.n;
}

double sx_draw__label_column(const sx_drawing *d, const sx_chart *chart, double share, bool *flush) {
  double widest = 0;
  *flush = false;
  for (size_t i = 0; i < chart->n_categories; i++) {
    sx_draw_lines lines;
    sx_draw_wrap(&lines, chart->categories[i], SX_CHART_TEXT, share * d->width, SX_CHART_LABEL_LINES);
    widest = fmax(widest, lines.width);
    *flush = *flush || lines.n > 2;
  }
  return fmin(widest, share * d->width);
}

void sx_draw__row_label(sx_drawing *d, const sx_draw_label *label, double width, bool flush, double middle) {
  sx_draw_block(d, flush ? 0 : width, middle, flush ? SX_ANCHOR_START : SX_ANCHOR_END, SX_CHART_TEXT, SX_INK_TEXT,
                &label->lines);
}

void sx_draw__spread(sx_draw_tag *tags, size_t n, double top, double bottom) {
  for (size_t i = 1; i < n; i++) {
    const sx_draw_tag moving = tags[i];
    size_t k = i;
    for (; k > 0 && tags[k - 1].y > moving.y; k--) tags[k] = tags[k - 1];
    tags[k] = moving;
  }
  double edge = top;
  for (size_t i = 0; i < n; i++) {
    if (tags[i].y - tags[i].height / 2 < edge) tags[i].y = edge + tags[i].height / 2;
    edge = tags[i].y + tags[i].height / 2 + 3;
  }
  edge = bottom;
  for (size_t i = n; i-- > 0;) {
    if (tags[i].y + tags[i].height / 2 > edge) tags[i].y = edge - tags[i].height / 2;
    edge = tags[i].y - tags[i].height / 2 - 3;
  }
}

/* ---- the choice -------------------------------------------------------------------------------------------------- */

static void draw(sx_drawing *d, const sx_chart *chart) {
  switch (chart->type) {
  case SX_CHART_SHARES:
    sx_draw__shares(d, chart);
    break;
  case SX_CHART_LINES:
    sx_draw__lines(d, chart);
    break;
  case SX_CHART_WATERFALL:
    sx_draw__waterfall(d, chart);
    break;
  case SX_CHART_TORNADO:
    sx_draw__tornado(d, chart);
    break;
  case SX_CHART_STACKED:
  case SX_CHART_LIKERT:
    sx_draw__stacks(d, chart);
    break;
  case SX_CHART_SLOPES:
    sx_draw__slopes(d, chart);
    break;
  case SX_CHART_HEAT:
    sx_draw__heat(d, chart);
    break;
  case SX_CHART_TILES:
    sx_draw__tiles(d, chart);
    break;
  case SX_CHART_BARS:
  case SX_CHART_GROUPED:
  case SX_CHART_DOTS:
  case SX_CHART_TYPES:
    sx_draw__rows(d, chart);
    break;
  }
}

sx_status sx_chart_draw(sx_drawing **out, const sx_ctx *ctx, const sx_chart *chart, double width, sx_error *err) {
  sx_arena *arena = NULL;
  sx_drawing *d = NULL;
  sx_chart ready;
  sx_status status;
  SX_TRY_GOTO(status, sx_arena_new(&arena, ctx, err), done);
  SX_TRY_GOTO(status, sx_draw__prepare(&ready, chart, arena, width, err), done);
  SX_TRY_GOTO(status, sx_drawing_new(&d, ctx, width, err), done);
  draw(d, &ready);
  SX_TRY_GOTO(status, sx_drawing_status(d, err), done);
  *out = d;
  d = NULL;
done:
  sx_drawing_free(d);
  sx_arena_free(arena);
  return status;
}
