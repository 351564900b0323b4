/* publish_xlsx_opinions.c: opinions as a native chart: those of one side to the left of the middle, those of the other to its right, what lies between
 * half on either side, as the drawing has them (draw_chart_stacks.c). Excel stacks what is below zero to the left, from the middle outwards, so the
 * answers of the lower side are formulas -v, in the order from the middle, and the answer between is -v/2 and v/2. Its label is the text of its cell, on a
 * part without length in the middle; parts without length also stand in the legend for those of the left, so that it names the answers in their order. */
#include <math.h>

#include "publish_xlsx.h"
#include "shuxiao/draw_chart.h"

typedef struct sides {
  size_t below;
  bool between;
} sides;

static sides sides_of(const sx_chart *c) {
  const size_t below = c->n_below ? c->n_below : c->n_series / 2;
  return (sides){below, c->n_series > 2 * below};
}

size_t sx_publish__opinion_columns(const sx_chart *chart) {
  const sides s = sides_of(chart);
  return chart->type == SX_CHART_LIKERT ? 1 + s.below + (s.between ? 2 : 0) : 0;
}

size_t sx_publish__opinion_series(const sx_chart *chart) {
  const sides s = sides_of(chart);
  return chart->n_series + s.below + (s.between ? 2 : 0);
}

sx_status sx_publish__opinion_heads(const char **heads, const xl *x, const sx_chart *chart, sx_error *err) {
  const sides s = sides_of(chart);
  const char *between = s.between ? chart->series[s.below] : "", *left = sx_publish__say(x, "：向左", ": to the left");
  size_t n = 0;
  heads[n++] = sx_publish__say(x, "图例", "legend");
  for (size_t k = 0; k < s.below; k++) heads[n++] = sx_arena_printf(x->arena, "%s%s", chart->series[k], left);
  if (s.between) heads[n++] = sx_arena_printf(x->arena, "%s%s", between, left);
  if (s.between)
    heads[n++] = sx_arena_printf(x->arena, "%s%s", between, sx_publish__say(x, "：向右", ": to the right"));
  for (size_t i = 0; i < n; i++) {
    if (!heads[i]) return sx_error_memory(err);
  }
  return SX_OK;
}

/* ---- cells ------------------------------------------------------------------------------------------------------------- */

static double value_of(const sx_document_figure *f, size_t category, size_t series) {
  const sx_document_point *p = &f->points[category * f->chart->n_series + series];
  return p->present && isfinite(p->value) ? p->value : 0;
}

/* times of the value of a series: "=-B5/2"; a text in its cell counts as 0 there. */
static sx_status put_part(xl *x, const sx_document_figure *f, const xl_place *at, size_t i, size_t series,
                          size_t column, double times, sx_error *err) {
  const sx_document_point *p = &f->points[i * f->chart->n_series + series];
  const bool known = p->present && isfinite(p->value);
  const size_t row = at->head + 1 + i;
  pub_style style = at->shape.style;
  sx_buf formula;
  sx_buf_init(&formula, &x->run.ctx);
  style.soft = true;
  sx_buf_add(&formula, times == 0 ? "=0*" : times < 0 ? "=-" : "=");
  if (!known) sx_buf_add(&formula, "N(");
  sx_publish__cell_name(&formula, row, at->series_at + series * at->each, false);
  if (!known) sx_buf_add_char(&formula, ')');
  if (fabs(times) == 0.5) sx_buf_add(&formula, "/2");
  const sx_status status = sx_buf_status(&formula, err);
  const double gives = times * value_of(f, i, series) * at->shape.factor;
  if (status == SX_OK)
    sx_publish__cell_formula(x->book, at->sheet, row, column, formula.data, gives == 0 ? 0 : gives, NULL, &style);
  sx_buf_clear(&formula);
  return status;
}

sx_status sx_publish__opinion_cells(xl *x, const sx_document_figure *f, const xl_place *at, size_t column,
                                    sx_error *err) {
  const sides s = sides_of(f->chart);
  for (size_t i = 0; i < f->chart->n_categories; i++) {
    size_t to = column;
    SX_TRY(put_part(x, f, at, i, 0, to++, 0, err));
    for (size_t k = 0; k < s.below; k++) SX_TRY(put_part(x, f, at, i, k, to++, -1, err));
    if (s.between) SX_TRY(put_part(x, f, at, i, s.below, to++, -0.5, err));
    if (s.between) SX_TRY(put_part(x, f, at, i, s.below, to++, 0.5, err));
  }
  return SX_OK;
}

/* ---- series ------------------------------------------------------------------------------------------------------------ */

void sx_publish__opinion_reach(double *low, double *high, const sx_document_figure *f) {
  const sides s = sides_of(f->chart);
  *low = *high = 0;
  for (size_t i = 0; i < f->chart->n_categories; i++) {
    double left = 0, right = 0;
    for (size_t k = 0; k < f->chart->n_series; k++) {
      const double v = value_of(f, i, k), half = s.between && k == s.below ? v / 2 : v;
      if (k < s.below + s.between) left += half;
      if (k >= s.below) right += half;
    }
    *low = fmin(*low, -left);
    *high = fmax(*high, right);
  }
}

/* The texts of the answer between, as they are printed. */
static const char *const *texts_between(xl *x, const sx_document_figure *f, size_t series) {
  const char **texts = sx_arena_zalloc(x->arena, f->chart->n_categories + 1, sizeof *texts);
  for (size_t i = 0; texts && i < f->chart->n_categories; i++) {
    const sx_document_point *p = &f->points[i * f->chart->n_series + series];
    texts[i] = p->present && p->node && p->node->text ? p->node->text : "";
  }
  return texts;
}

/* Which values of a series have no room for a label within their part. */
static const bool *without_room(xl *x, const sx_document_figure *f, size_t series, double span) {
  static const double SHARE = 0.08; /* of the axis, that a label takes */
  bool *hidden = sx_arena_zalloc(x->arena, f->chart->n_categories + 1, sizeof *hidden);
  for (size_t i = 0; hidden && i < f->chart->n_categories; i++) {
    const sx_document_point *p = &f->points[i * f->chart->n_series + series];
    hidden[i] = !p->present || !isfinite(p->value) || fabs(p->value) < SHARE * span;
  }
  return hidden;
}

typedef struct maker {
  xl *x;
  const sx_document_figure *f;
  const xl_place *at;
  double span;
  pub_series *out;
  size_t n;
} maker;

static pub_series *add(maker *m, size_t series, size_t column, bool unlisted) {
  pub_series *to = &m->out[m->n++];
  *to = (pub_series){.name = m->f->chart->series[series],
                     .values = {m->at->sheet, m->at->head + 1, column, m->f->chart->n_categories},
                     .unlisted = unlisted,
                     .ink = sx_chart_part_ink(m->f->chart, series)};
  return to;
}

/* A part with its values as labels. */
static bool add_labelled(maker *m, size_t series, size_t column, bool unlisted) {
  pub_series *to = add(m, series, column, unlisted);
  to->label = PUB_LABEL_CENTRE;
  to->label_hidden = without_room(m->x, m->f, series, m->span);
  return to->label_hidden != NULL;
}

sx_status sx_publish__opinion_parts(pub_series *out, xl *x, const sx_document_figure *f, const xl_place *at,
                                    size_t column, sx_error *err) {
  const sx_chart *c = f->chart;
  const sides s = sides_of(c);
  double low, high;
  sx_publish__opinion_reach(&low, &high, f);
  maker m = {.x = x, .f = f, .at = at, .span = high - low, .out = out};
  bool made = true;
  for (size_t k = 0; k < s.below + s.between; k++) {
    pub_series *listed = add(&m, k, column, false);
    if (k < s.below) continue;
    listed->label = PUB_LABEL_CENTRE;
    listed->label_hidden = without_room(x, f, k, m.span);
    listed->shown = texts_between(x, f, k);
    listed->shown_in = (pub_range){at->sheet, at->head + 1, at->series_at + k * at->each, c->n_categories};
    made = listed->label_hidden && listed->shown;
  }
  if (s.between) (void)add(&m, s.below, column + 1 + s.below, true);
  for (size_t k = s.below; made && k-- > 0;) made = add_labelled(&m, k, column + 1 + k, true);
  if (s.between) (void)add(&m, s.below, column + 2 + s.below, true);
  for (size_t k = s.below + s.between; made && k < c->n_series; k++)
    made = add_labelled(&m, k, at->series_at + k * at->each, false);
  return made ? SX_OK : sx_error_memory(err);
}
