/* study_adjust_margins.c: raking and post-stratification in the study file. */
#include "study_adjust.h"

#include <math.h>
#include <string.h>

typedef struct raking {
  sx_rake_options options;
} raking;

static raking *new_raking(st_load *l, st_weighting *w) {
  raking *k = study__take(l, 1, sizeof *k);
  if (!k) return NULL;
  k->options = (sx_rake_options)SX_RAKE_OPTIONS_INIT;
  sx_rake_options *o = &k->options;
  study__read_bounds(l, &o->lower, &o->upper, w->node, true);
  o->tolerance = study__number(l, w->node, "tolerance", o->tolerance);
  o->total_tolerance = study__number(l, w->node, "total_tolerance", o->total_tolerance);
  o->max_iterations = study__read_iterations(l, w->node, o->max_iterations);
  w->of_kind = k;
  return k;
}

static void read_rake(st_load *l, st_weighting *w, const sx_node *node) {
  if (node->kind == SX_NODE_LIST && node->n == 0) study__problem(l, node, "raking needs margins");
  study__read_margins(l, w, node);
  (void)new_raking(l, w);
}

static void read_poststratify(st_load *l, st_weighting *w, const sx_node *node) {
  if (node->kind == SX_NODE_LIST && node->n != 1) study__problem(l, node, "post-stratification has one margin");
  study__read_margins(l, w, node);
  (void)new_raking(l, w);
}

/* ---- running -------------------------------------------------------------------------------------------------------- */

static void write_line(sx_buf *out, const st_weighting *w, const st_targets *targets, const sx_weight_report *report) {
  size_t cells = 0;
  for (size_t i = 0; i < targets->n; i++) cells += targets->items[i].n_cells;
  sx_buf_printf(out, "%s\t%zu\t%zu\t", w->kind->word, targets->n, cells);
  for (size_t i = 0; i < targets->n; i++) sx_buf_printf(out, "%s%s", i ? "; " : "", targets->items[i].name);
  sx_buf_printf(out, "\t%zu\t%.3g\t%s\t%.6g\t%.6g\t%.6g\t%.6g\t%.4f\t%zu\n", report->iterations, report->worst,
                report->worst_cell, report->min_weight, report->max_weight, report->min_factor, report->max_factor,
                report->kish_deff, report->n_at_bound);
}

static sx_status run(sx_design **out, sx_buf *line, const st_adjust_job *job, sx_error *err) {
  const st_weighting *w = job->w;
  const raking *k = w->of_kind;
  st_targets targets;
  sx_weight_report report = {.iterations = 0};
  SX_TRY(study__targets(&targets, job->s, w, job->arena, err));
  if (w->kind == &study__adjust_rake) {
    SX_TRY(sx_weighting_rake(out, job->design, job->unit, targets.items, targets.n, &k->options, &report, err));
  } else {
    SX_TRY(sx_weighting_poststratify(out, job->design, job->unit, targets.items, &report, err));
  }
  write_line(line, w, &targets, &report);
  return SX_OK;
}

/* ---- words ------------------------------------------------------------------------------------------------------------ */

static void describe(sx_buf *zh, sx_buf *en, char *const *field) {
  const bool rake = strcmp(field[0], "rake") == 0;
  sx_buf_printf(zh, "- %s：%s 组边际（%s），共 %s 格；", rake ? "迭代加权（raking）" : "事后分层", field[1], field[3],
                field[2]);
  sx_buf_printf(en, "- %s: %s margins (%s), %s cells; ", rake ? "raking" : "post-stratification", field[1], field[3],
                field[2]);
  study__fit_words(zh, en, (const char *const *)field + 4);
  sx_buf_add_char(zh, '\n');
  sx_buf_add_char(en, '\n');
}

/* ---- totals --------------------------------------------------------------------------------------------------------- */

static double sum_of(const sx_target *t) {
  double sum = 0;
  for (size_t k = 0; k < t->n_cells; k++) sum += t->totals[k];
  return sum;
}

static const sx_node *totals_node(const st_margin *m) {
  return m->totals ? m->totals : m->node;
}

/* All margins sum to one population, by the rule of raking: the first margin's. */
static void check_sums(st_load *l, const st_weighting *w, const st_targets *targets) {
  const raking *k_options = w->of_kind;
  const double first = targets->n ? sum_of(&targets->items[0]) : 0;
  for (size_t k = 1; k < targets->n; k++) {
    const double sum = sum_of(&targets->items[k]);
    if (fabs(sum / first - 1) <= k_options->options.total_tolerance) continue;
    const bool inline_first = w->margins[k].file && !w->margins[0].file; /* the one whose numbers stand in the study */
    study__problem(l, totals_node(&w->margins[inline_first ? 0 : k]),
                   "the margins disagree in total: '%s' sums to %.15g, '%s' to %.15g", targets->items[0].name, first,
                   targets->items[k].name, sum);
  }
}

static void check(st_load *l, const sx_table *unit, const st_weighting *w) {
  st_targets targets;
  if (study__check_margins(l, unit, w, &targets) && w->kind == &study__adjust_rake && w->of_kind)
    check_sums(l, w, &targets);
}

#define STEP_KEYS                                                                                                      \
  { "bounds", "tolerance", "total_tolerance", "iterations" }

const st_adjuster study__adjust_rake = {.word = "rake",
                                        .keys = STEP_KEYS,
                                        .read = read_rake,
                                        .check = check,
                                        .run = run,
                                        .n_fields = 13,
                                        .describe = describe};
const st_adjuster study__adjust_poststratify = {.word = "poststratify",
                                                .keys = STEP_KEYS,
                                                .read = read_poststratify,
                                                .check = check,
                                                .run = run,
                                                .n_fields = 13,
                                                .describe = describe};
