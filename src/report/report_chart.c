/* report_chart.c: what the drawings share: scales with round ticks, the legend, the choice of drawing. */
#include "report_chart.h"
#include "report_page.h"

#include <math.h>
#include <string.h>

void sx_chart__scale(sx_scale *out, double lo, double hi, const sx_spec *spec, int n) {
  if (!(hi > lo)) hi = lo + (lo != 0 ? fabs(lo) : 1);
  const double unit = sx_report__shift10(1, -(spec->shift + spec->zeros)); /* one displayed unit in values */
  const double rough = (hi - lo) / unit / n;
  const double power = pow(10, floor(log10(rough)));
  const double lead = rough / power;
  const double step = (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 2.5 ? 2.5 : lead <= 5 ? 5 : 10) * power;
  const bool half = lead > 2 && lead <= 2.5;
  out->step = step * unit;
  out->lo = floor(lo / out->step + 1e-9) * out->step;
  out->hi = ceil(hi / out->step - 1e-9) * out->step;
  const int digits = (int)-floor(log10(step) + 1e-9) + half;
  out->decimals = digits < 0 ? 0 : digits > 9 ? 9 : digits;
}

double sx_chart__at(const sx_scale *scale, double value) {
  return scale->from + (value - scale->lo) / (scale->hi - scale->lo) * (scale->to - scale->from);
}

void sx_chart__tick(char *out, size_t cap, const sx_chart *chart, const sx_scale *scale, double value) {
  sx_spec spec = chart->spec;
  sx_buf text;
  const bool percent = strcmp(spec.unit, "%") == 0;
  spec.shift += spec.zeros;
  spec.zeros = 0;
  spec.decimals = scale->decimals;
  if (fabs(value) < scale->step / 1e6) value = 0;
  sx_buf_init(&text, NULL);
  sx_report__format_value(&text, value, &spec, !percent);
  const size_t n = text.failed ? 0 : sx_utf8_cut(text.data, text.n, cap - 1);
  if (n) memcpy(out, text.data, n);
  out[n] = '\0';
  sx_buf_clear(&text);
}

static bool tick_at(const sx_scale *scale, int i, double *value) {
  *value = scale->lo + i * scale->step;
  return i <= 40 && *value <= scale->hi + scale->step / 2;
}

void sx_chart__grid(sx_svg *svg, const sx_scale *scale, double top, double bottom) {
  double value;
  for (int i = 0; tick_at(scale, i, &value); i++) {
    const double x = sx_chart__at(scale, value);
    const bool zero = fabs(value) < scale->step / 1e6;
    sx_svg__line(svg, x, top, x, bottom, zero ? SX_AXIS : SX_RULE, 1, "");
  }
}

void sx_chart__ticks(sx_svg *svg, const sx_chart *chart, const sx_scale *scale, double bottom) {
  double last = -(double)INFINITY, value;
  for (int i = 0; tick_at(scale, i, &value); i++) {
    char text[64];
    sx_chart__tick(text, sizeof text, chart, scale, value);
    const double half = sx_svg__text_width(text, strlen(text), SX_CHART_SMALL) / 2;
    const double x = fmin(fmax(sx_chart__at(scale, value), half), svg->width - half);
    if (x - half < last + 6) continue;
    sx_chart__tick_text(svg, chart, scale, value, x, bottom + 17, SX_ANCHOR_MIDDLE);
    last = x + half;
  }
}

sx_buf sx_chart__rows_begin(sx_svg *svg) {
  const sx_buf behind = svg->body;
  sx_buf_init(&svg->body, svg->ctx);
  return behind;
}

void sx_chart__rows_end(sx_svg *svg, const sx_chart *chart, const sx_scale *scale, sx_buf behind, bool narrow,
                        double top, double y) {
  sx_buf rows = svg->body;
  svg->body = behind;
  if (!narrow) sx_chart__grid(svg, scale, top, y - 4);
  sx_chart__ticks(svg, chart, scale, y - 4);
  if (rows.failed)
    svg->failed = true;
  else
    sx_buf_add_n(&svg->body, rows.data ? rows.data : "", rows.n);
  sx_buf_clear(&rows);
  svg->height = y + 22;
}

void sx_chart__tick_text(sx_svg *svg, const sx_chart *chart, const sx_scale *scale, double value, double x,
                         double baseline, sx_anchor anchor) {
  char text[64];
  sx_buf trace;
  const bool percent = strcmp(chart->spec.unit, "%") == 0;
  sx_buf_init(&trace, svg->ctx);
  if (fabs(value) < scale->step / 1e6) value = 0;
  sx_spec spec = chart->spec;
  spec.zeros = 0;
  sx_report__trace_outside(&trace, value, "axis", &spec, !percent);
  svg->trace = trace.failed ? NULL : trace.data;
  svg->failed = svg->failed || trace.failed;
  sx_chart__tick(text, sizeof text, chart, scale, value);
  sx_svg__text(svg, x, baseline, anchor, SX_CHART_SMALL, SX_SOFT, false, text, strlen(text));
  svg->trace = NULL;
  sx_buf_clear(&trace);
}

void sx_chart__value_text(sx_svg *svg, const sx_chart_cell *cell, double x, double baseline, sx_anchor anchor,
                          double size, const char *colour) {
  svg->trace = cell->trace;
  sx_svg__text(svg, x, baseline, anchor, size, colour, true, cell->text, strlen(cell->text));
  svg->trace = NULL;
}

double sx_chart__legend(sx_svg *svg, const sx_chart *chart, double y, bool markers) {
  const double swatch = 12, gap = 6, between = 20, line = 22;
  double x = 0;
  if (chart->n_series < 2) return y;
  for (size_t s = 0; s < chart->n_series; s++) {
    sx_svg_lines lines;
    sx_svg__wrap(&lines, chart->series[s], SX_CHART_TEXT, svg->width - swatch - gap, 3);
    const double width = swatch + gap + lines.width;
    if (x > 0 && x + width > svg->width) {
      x = 0;
      y += line;
    }
    const double extra = lines.n ? (double)(lines.n - 1) * 1.35 * SX_CHART_TEXT : 0;
    if (markers)
      sx_svg__marker(svg, x + swatch / 2, y + line / 2, 5, s);
    else
      sx_svg__rect(svg, x, y + (line - swatch) / 2, swatch, swatch, sx_svg__colour(s), " rx=\"2\"");
    sx_svg__block(svg, x + swatch + gap, y + line / 2 + extra / 2, SX_ANCHOR_START, SX_CHART_TEXT, SX_INK, &lines);
    y += extra;
    x = extra > 0 ? svg->width : x + width + between;
  }
  return y + line + 8;
}

void sx_chart__draw(sx_svg *svg, const sx_chart *chart) {
  switch (chart->type) {
  case SX_CHART_SHARES:
    sx_chart__shares(svg, chart);
    break;
  case SX_CHART_LINES:
    sx_chart__lines(svg, chart);
    break;
  case SX_CHART_WATERFALL:
    sx_chart__waterfall(svg, chart);
    break;
  case SX_CHART_TORNADO:
    sx_chart__tornado(svg, chart);
    break;
  case SX_CHART_BARS:
  case SX_CHART_GROUPED:
  case SX_CHART_DOTS:
  case SX_CHART_TYPES:
    sx_chart__rows(svg, chart);
    break;
  }
  svg->failed = svg->failed || svg->body.failed;
}
