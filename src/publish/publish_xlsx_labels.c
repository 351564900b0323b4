/* publish_xlsx_labels.c: direct labels of native charts, where the report's drawing has them and a native chart has room. Excel and Word place a label
 * by its mark and move none, so that a label is left out where it would lie on another or would not fit: of a bar with an interval the label stands at the
 * bar's base (the interval is at its end) where the bar is long enough, of a part in its middle where the part is broad enough, of a line at its end where
 * the ends are apart. What is left out stands in the cells beside the chart. */
#include <math.h>
#include <stdlib.h>

#include "publish_xlsx.h"
#include "shuxiao/draw_chart.h"

static const double BAR_SHARE = 0.18, BASE_SHARE = 0.12, PART_SHARE = 0.08,
                    END_SHARE = 0.07; /* of the axis, that a label takes */
enum { NAME_MAX_CHARACTERS = 12 };    /* of a name at the end of a line */

static double value_at(const sx_document_figure *f, size_t category, size_t series) {
  const sx_document_point *p = &f->points[category * f->chart->n_series + series];
  return p->present ? p->value : (double)NAN;
}

/* What the values axis covers: from 0 for bars. */
static double range_of(const sx_document_figure *f, bool zero) {
  double low = zero ? 0 : (double)INFINITY, high = zero ? 0 : -(double)INFINITY;
  for (size_t i = 0; i < f->chart->n_categories * f->chart->n_series; i++) {
    const sx_document_point *p = &f->points[i];
    const double values[] = {p->value, p->low, p->high};
    for (size_t k = 0; p->present && k < 3; k++) {
      if (isfinite(values[k])) low = fmin(low, values[k]), high = fmax(high, values[k]);
    }
  }
  return high > low ? high - low : 1;
}

/* Of an interval, the end that is nearer to zero; infinite where there is none, 0 where it holds zero. */
static double near_end(const sx_document_figure *f, size_t category, size_t series) {
  const sx_document_point *p = &f->points[category * f->chart->n_series + series];
  if (!isfinite(p->low) || !isfinite(p->high)) return (double)INFINITY;
  return p->low <= 0 && p->high >= 0 ? 0 : fmin(fabs(p->low), fabs(p->high));
}

static void label_bars(pub_series *out, bool *hidden, const sx_document_figure *f, size_t series, bool intervals) {
  const double range = range_of(f, true);
  out->label = intervals ? PUB_LABEL_BASE : PUB_LABEL_END;
  for (size_t i = 0; i < f->chart->n_categories; i++) {
    const double value = value_at(f, i, series);
    const double low = near_end(f, i, series); /* of the interval's line, which the label would lie under */
    hidden[i] = !isfinite(value) || (intervals && (fabs(value) < BAR_SHARE * range || low < BASE_SHARE * range));
  }
}

/* A part of its whole row. */
static void label_parts(pub_series *out, bool *hidden, const sx_document_figure *f, size_t series) {
  double widest = 0;
  for (size_t i = 0; i < f->chart->n_categories; i++) {
    double sum = 0;
    for (size_t k = 0; k < f->chart->n_series; k++) {
      const double value = value_at(f, i, k);
      if (isfinite(value)) sum += fabs(value);
    }
    widest = fmax(widest, sum);
  }
  out->label = PUB_LABEL_CENTRE;
  for (size_t i = 0; i < f->chart->n_categories; i++) {
    const double value = value_at(f, i, series);
    hidden[i] = !isfinite(value) || fabs(value) < PART_SHARE * widest;
  }
}

/* 1, 2 or 5 times a power of ten, about a fifth of the range. */
static double step_of(double range) {
  const double power = pow(10, floor(log10(range / 5))), times = range / 5 / power;
  return (times > 5 ? 10 : times > 2 ? 5 : times > 1 ? 2 : 1) * power;
}

static void round_ends(double *low, double *high, double least, double most, double range) {
  if (!(most > least)) return;
  const double step = step_of(range);
  *low = step * floor(least / step + 1e-9);
  *high = step * ceil(most / step - 1e-6);
}

/* Those of the drawing's broken axis; untouched where it begins at zero. */
static void waterfall_ends(double *low, double *high, const sx_chart *c, double factor) {
  const double start = sx_chart_axis_start(c);
  double end = 0, most = 0;
  if (!(start > 0)) return;
  for (size_t i = 0; i < c->n_categories; i++) {
    const sx_chart_cell *cell = sx_chart_at(c, i, 0);
    if (isfinite(cell->value)) end = c->whole && c->whole[i] ? cell->value : end + cell->value;
    most = fmax(most, end);
  }
  const double step = step_of((most - start) * factor), from = step * floor(start * factor / step + 1e-9);
  if (!(from > 0)) return;
  *low = from;
  *high = step * ceil(most * factor / step - 1e-6);
}

void sx_publish__chart_ends(double *low, double *high, const sx_document_figure *f, double factor) {
  const sx_chart *c = f->chart;
  const bool stacked = c->type == SX_CHART_STACKED || c->type == SX_CHART_SHARES;
  const bool bars = stacked || c->type == SX_CHART_BARS || c->type == SX_CHART_GROUPED;
  double least = (double)INFINITY, most = -(double)INFINITY;
  *low = *high = 0;
  if (c->type == SX_CHART_WATERFALL) waterfall_ends(low, high, c, factor);
  if (c->type == SX_CHART_LIKERT) {
    sx_publish__opinion_reach(&least, &most, f);
    round_ends(low, high, least * factor, most * factor, fmax(-least, most) * factor);
    return;
  }
  if (c->type == SX_CHART_TORNADO || c->type == SX_CHART_WATERFALL) return;
  for (size_t i = 0; i < c->n_categories; i++) {
    double sum = 0;
    for (size_t k = 0; k < c->n_series; k++) {
      const sx_document_point *p = &f->points[i * c->n_series + k];
      const double values[] = {p->value, p->low, p->high};
      if (p->present && isfinite(p->value)) sum += p->value;
      for (size_t j = 0; p->present && j < (c->interval && !stacked ? 3u : 1u); j++) {
        if (isfinite(values[j])) least = fmin(least, values[j]), most = fmax(most, values[j]);
      }
    }
    if (stacked) most = fmax(most, sum);
  }
  if (!isfinite(least) || !isfinite(most) || (bars && least < 0) || (c->type == SX_CHART_SHARES && c->n_series == 1))
    return;
  if (bars) least = 0;
  round_ends(low, high, least * factor, most * factor, (most - least) * factor);
}

static size_t length_of(const char *name) {
  size_t n = 0;
  for (const char *p = name ? name : ""; *p; p++) n += ((unsigned char)*p & 0xC0u) != 0x80u;
  return n;
}

/* The end of a line, where no other line ends as near. */
static void label_end(pub_series *out, bool *hidden, const sx_document_figure *f, size_t series) {
  const size_t n = f->chart->n_categories, last = n - 1;
  const double end = value_at(f, last, series), apart = END_SHARE * range_of(f, false);
  for (size_t i = 0; i < n; i++) hidden[i] = true;
  if (!isfinite(end)) return;
  for (size_t k = 0; k < f->chart->n_series; k++) {
    const double other = value_at(f, last, k);
    if (k != series && isfinite(other) && fabs(other - end) < apart) return;
  }
  hidden[last] = false;
  out->label = PUB_LABEL_RIGHT;
  out->label_name = f->chart->n_series > 1 && length_of(out->name) <= NAME_MAX_CHARACTERS;
}

static void label_one(pub_series *out, bool *hidden, const sx_document_figure *f, size_t series, bool intervals) {
  switch (f->chart->type) {
  case SX_CHART_BARS:
  case SX_CHART_GROUPED:
    label_bars(out, hidden, f, series, intervals);
    break;
  case SX_CHART_SHARES:
  case SX_CHART_STACKED:
    label_parts(out, hidden, f, series);
    break;
  case SX_CHART_LINES:
  case SX_CHART_SLOPES:
    label_end(out, hidden, f, series);
    break;
  case SX_CHART_DOTS: /* right of the mark, clear of the interval that stands upright */
    for (size_t i = 0; i < f->chart->n_categories; i++) hidden[i] = !isfinite(value_at(f, i, series));
    if (f->chart->n_series == 1 && f->chart->n_categories <= 12) out->label = PUB_LABEL_RIGHT;
    break;
  case SX_CHART_LIKERT: /* publish_xlsx_opinions.c */
  case SX_CHART_TORNADO:
  case SX_CHART_WATERFALL:
  case SX_CHART_HEAT:
  case SX_CHART_TILES:
  case SX_CHART_TYPES:
    break;
  }
}

sx_status sx_publish__chart_labels(pub_series *series, sx_arena *arena, const sx_document_figure *figure, bool one_bar,
                                   bool intervals, sx_error *err) {
  const sx_chart *c = figure->chart;
  if (c->type == SX_CHART_TORNADO || c->type == SX_CHART_WATERFALL || c->type == SX_CHART_LIKERT ||
      c->n_categories == 0)
    return SX_OK;
  double whole = 0;
  for (size_t i = 0; one_bar && i < c->n_categories; i++) {
    const double value = value_at(figure, i, 0);
    if (isfinite(value)) whole += fabs(value);
  }
  const size_t n = one_bar ? c->n_categories : c->n_series, each = one_bar ? 1 : c->n_categories;
  bool *hidden = sx_arena_zalloc(arena, n * each, sizeof *hidden);
  if (!hidden) return sx_error_memory(err);
  for (size_t k = 0; k < n; k++) {
    series[k].label_hidden = hidden + k * each;
    if (one_bar) {
      const double value = value_at(figure, k, 0);
      if (isfinite(value) && fabs(value) >= PART_SHARE * whole) series[k].label = PUB_LABEL_CENTRE;
    } else {
      label_one(&series[k], hidden + k * each, figure, k, intervals);
    }
  }
  return SX_OK;
}
