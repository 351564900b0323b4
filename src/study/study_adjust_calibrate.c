/* study_adjust_calibrate.c: calibration to totals of counts, levels and amounts, and trimming, in the study file.
 *
 *   - calibrate: {distance: linear, totals: {(intercept): 6194, "stype=H": 755, api99: 3914069}, bounds: [0.5, 1.7]}
 *
 * A key of `totals` is what stands before the total in `--totals` of the commands; a variable with a map has a total per level. */
#include "study_adjust.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shuxiao/weighting_response.h"

typedef struct place { /* of a control, for its check */
  const sx_node *node;
  double se; /* of the total; 0: known */
} place;

typedef struct calibration {
  sx_control *controls;
  place *places;
  size_t n;
  double slack; /* of totals that name none */
  double df;    /* of the errors of totals that are estimates */
  size_t distance;
  sx_calibrate_options options;
} calibration;

static const char *const distances[] = {"linear", "raking", "logit", "truncated"};
enum { D_LINEAR, D_RAKING, D_LOGIT, D_TRUNCATED };

/* ---- totals ------------------------------------------------------------------------------------------------------------- */

/* A number, "TOTAL~SLACK", or "TOTAL±SE" ("TOTAL+-SE"). */
static void read_total(st_load *l, const calibration *c, sx_control *out, double *se, const sx_node *node) {
  static const char *const signs[] = {"~", "±", "+-"};
  out->slack = c->slack;
  *se = 0;
  if (sx_node_number(&out->total, node)) return;
  const char *text = node->kind == SX_NODE_SCALAR ? node->text : "";
  for (size_t k = 0; k < 3; k++) {
    const char *sign = strstr(text, signs[k]), *behind = sign ? sign + strlen(signs[k]) : NULL;
    double *to = k == 0 ? &out->slack : se;
    if (sign && sx_text_to_double(&out->total, text, (size_t)(sign - text)) &&
        sx_text_to_double(to, behind, strlen(behind)) && *to >= 0)
      return;
  }
  study__problem(l, node, "a total is a number, \"TOTAL~SLACK\" for a soft one, or \"TOTAL±SE\" for an estimate");
}

static char *trimmed(st_load *l, const char *text, size_t n) {
  while (n > 0 && *text == ' ') text++, n--;
  while (n > 0 && text[n - 1] == ' ') n--;
  char *copy = sx_arena_strndup(l->s->arena, text, n);
  if (!copy) l->oom = true;
  return copy;
}

enum { MAX_TERMS = 5 }; /* four factors and an amount */

/* "stype=H*api99": levels and at most one amount, joined by '*'. */
static bool read_terms(st_load *l, sx_control *c, const sx_node *key) {
  const char *text = key->text;
  const char **factors = study__take(l, MAX_TERMS, sizeof *factors),
             **levels = study__take(l, MAX_TERMS, sizeof *levels);
  if (!factors || !levels) return false;
  c->factors = factors;
  c->levels = levels;
  if (strcasecmp(text, "(intercept)") == 0 || strcmp(text, "1") == 0) return true;
  for (const char *at = text; at;) {
    const char *star = strchr(at, '*');
    const size_t n = star ? (size_t)(star - at) : strlen(at);
    const char *equals = memchr(at, '=', n);
    const char *name = trimmed(l, at, equals ? (size_t)(equals - at) : n);
    if (!name) return false;
    if (!*name || (!equals && c->variable) || (equals && c->n_factors == MAX_TERMS - 1)) {
      study__problem(l, key, "'%s': a total is of at most four levels (VARIABLE=LEVEL) and one amount, joined by '*'",
                     text);
      return false;
    }
    if (equals) {
      factors[c->n_factors] = name;
      levels[c->n_factors++] = trimmed(l, equals + 1, n - (size_t)(equals + 1 - at));
    } else {
      c->variable = name;
    }
    at = star ? star + 1 : NULL;
  }
  return !study__stop(l);
}

static bool add_control(st_load *l, calibration *c, const sx_control *control, double se, const sx_node *node) {
  sx_control *controls = study__take(l, c->n + 1, sizeof *controls);
  place *places = study__take(l, c->n + 1, sizeof *places);
  if (!controls || !places) return false;
  if (c->n) {
    memcpy(controls, c->controls, c->n * sizeof *controls);
    memcpy(places, c->places, c->n * sizeof *places);
  }
  controls[c->n] = *control;
  places[c->n] = (place){node, se};
  c->controls = controls;
  c->places = places;
  c->n++;
  return true;
}

/* "stype: {E: 4421, H: 755}": a total per level. */
static void read_levels(st_load *l, calibration *c, const sx_node *key, const sx_node *map) {
  for (size_t i = 0; i < map->n && !study__stop(l); i++) {
    sx_control control = {NULL, NULL, 0, NULL, 0, 0};
    if (!read_terms(l, &control, key)) return;
    if (!control.variable) {
      study__problem(l, key, "'%s': totals per level are of a variable: 'stype: {E: 4421, H: 755}'", key->text);
      return;
    }
    const char **factors = study__take(l, MAX_TERMS, sizeof *factors),
               **levels = study__take(l, MAX_TERMS, sizeof *levels);
    if (!factors || !levels) return;
    for (size_t k = 0; k < control.n_factors; k++) {
      factors[k] = control.factors[k];
      levels[k] = control.levels[k];
    }
    factors[control.n_factors] = control.variable;
    levels[control.n_factors] = map->keys[i]->text;
    control.factors = factors;
    control.levels = levels;
    control.n_factors++;
    control.variable = NULL;
    double se = 0;
    read_total(l, c, &control, &se, map->items[i]);
    (void)add_control(l, c, &control, se, map->keys[i]);
  }
}

static void read_totals(st_load *l, calibration *c, const sx_node *map) {
  for (size_t i = 0; i < map->n && !study__stop(l); i++) {
    sx_control control = {NULL, NULL, 0, NULL, 0, 0};
    if (map->items[i]->kind == SX_NODE_MAP) {
      read_levels(l, c, map->keys[i], map->items[i]);
      continue;
    }
    if (!read_terms(l, &control, map->keys[i])) continue;
    double se = 0;
    read_total(l, c, &control, &se, map->items[i]);
    (void)add_control(l, c, &control, se, map->keys[i]);
  }
}

/* ---- the step --------------------------------------------------------------------------------------------------------------- */

static void read_method(st_load *l, calibration *c, st_weighting *w, const sx_node *map) {
  sx_calibrate_options *o = &c->options;
  *o = (sx_calibrate_options)SX_CALIBRATE_OPTIONS_INIT;
  (void)study__choice(&c->distance, l, map, "distance", distances, 4, "distance of calibration");
  o->distance = c->distance == D_RAKING  ? SX_DISTANCE_RAKING
                : c->distance == D_LOGIT ? SX_DISTANCE_LOGIT
                                         : SX_DISTANCE_LINEAR;
  study__read_bounds(l, &o->lower, &o->upper, map, false);
  if ((c->distance == D_LOGIT || c->distance == D_TRUNCATED) && !sx_node_get(map, "bounds"))
    study__problem(l, map, "the distance '%s' needs bounds: 'bounds: [0.5, 2]'", distances[c->distance]);
  o->q = study__text(l, map, "q");
  o->aggregate = study__text(l, map, "aggregate");
  study__use_name(l, &w->names, o->q, sx_node_get(map, "q"));
  study__use_name(l, &w->names, o->aggregate, sx_node_get(map, "aggregate"));
  o->tolerance = study__number(l, map, "tolerance", o->tolerance);
  o->max_iterations = study__read_iterations(l, map, o->max_iterations);
  c->slack = study__number(l, map, "slack", 0);
  c->df = study__number(l, map, "df", (double)INFINITY);
  if (!(c->df > 0)) study__problem(l, sx_node_get(map, "df"), "df is a number above 0");
  if (!(c->slack >= 0)) study__problem(l, sx_node_get(map, "slack"), "slack is a number, not negative");
}

static void read_calibrate(st_load *l, st_weighting *w, const sx_node *node) {
  if (!study__is_map(l, node, "calibrate")) return;
  ST_KEYS(l, node, "distance", "totals", "margins", "bounds", "aggregate", "q", "slack", "tolerance", "iterations",
          "df");
  calibration *c = study__take(l, 1, sizeof *c);
  if (!c) return;
  w->of_kind = c;
  read_method(l, c, w, node);
  const sx_node *totals = sx_node_get(node, "totals"), *margins = sx_node_get(node, "margins");
  if (!totals && !margins)
    study__problem(l, node, "calibration needs 'totals: {NAME: TOTAL, ...}' or 'margins: [...]'");
  if (totals && study__is_map(l, totals, "totals")) read_totals(l, c, totals);
  if (margins) study__read_margins(l, w, margins);
  for (size_t i = 0; i < c->n; i++) {
    const sx_control *k = &c->controls[i];
    for (size_t f = 0; f < k->n_factors; f++) study__use_name(l, &w->names, k->factors[f], c->places[i].node);
    study__use_name(l, &w->names, k->variable, c->places[i].node);
  }
}

static void check_number(st_load *l, const sx_table *unit, const sx_node *node, const char *name) {
  const sx_column *c = study__need_column(l, unit, node, name);
  if (c && c->type != SX_NUMBER && c->type != SX_INTEGER)
    study__problem(l, node, "'%s' is %s, not a number: a total of its levels is 'VARIABLE=LEVEL'", name,
                   sx_type_name(c->type));
}

static void check_calibrate(st_load *l, const sx_table *unit, const st_weighting *w) {
  const calibration *c = w->of_kind;
  const sx_node *map = sx_node_get(w->node, "calibrate");
  st_targets targets;
  if (!c || !unit) return;
  for (size_t i = 0; i < c->n && !study__stop(l); i++) {
    const sx_control *k = &c->controls[i];
    const sx_node *node = c->places[i].node;
    for (size_t f = 0; f < k->n_factors; f++) {
      if (study__need_column(l, unit, node, k->factors[f]))
        study__check_level(l, unit, node, k->factors[f], k->levels[f]);
    }
    if (k->variable) check_number(l, unit, node, k->variable);
  }
  if (c->options.q) check_number(l, unit, sx_node_get(map, "q"), c->options.q);
  (void)study__need_column(l, unit, sx_node_get(map, "aggregate"), c->options.aggregate);
  if (w->n_margins) (void)study__check_margins(l, unit, w, &targets);
}

/* The totals, and every cell of the margins as one. */
static sx_status all_controls(sx_control **out, size_t *n, const st_adjust_job *job, sx_error *err) {
  const calibration *c = job->w->of_kind;
  st_targets targets = {NULL, 0};
  if (job->w->n_margins) SX_TRY(study__targets(&targets, job->s, job->w, job->arena, err));
  size_t count = c->n;
  for (size_t i = 0; i < targets.n; i++) count += targets.items[i].n_cells;
  sx_control *all = sx_arena_zalloc(job->arena, count, sizeof *all);
  if (!all) return sx_error_memory(err);
  if (c->n) memcpy(all, c->controls, c->n * sizeof *all);
  size_t at = c->n;
  for (size_t i = 0; i < targets.n; i++) {
    const sx_target *t = &targets.items[i];
    for (size_t k = 0; k < t->n_cells; k++)
      all[at++] = (sx_control){t->variables, t->levels[k], t->n_variables, NULL, t->totals[k], c->slack};
  }
  *out = all;
  *n = count;
  return SX_OK;
}

/* With standard errors of its own for any total; NULL: none has one. */
static sx_status errors_of(double **cov, const calibration *c, size_t n, const st_adjust_job *job, sx_error *err) {
  bool any = false;
  *cov = NULL;
  for (size_t k = 0; k < c->n; k++) any = any || c->places[k].se > 0;
  if (!any) return SX_OK;
  size_t size = 0;
  *cov = sx_size_mul(&size, n, n) ? sx_arena_zalloc(job->arena, size, sizeof **cov) : NULL;
  if (!*cov) return sx_error_memory(err);
  for (size_t k = 0; k < c->n; k++) (*cov)[k * n + k] = c->places[k].se * c->places[k].se;
  return SX_OK;
}

static sx_status run_calibrate(sx_design **out, sx_buf *line, const st_adjust_job *job, sx_error *err) {
  const calibration *c = job->w->of_kind;
  sx_control *controls = NULL;
  size_t n = 0;
  sx_calibrate_report report = {.n_negative = 0};
  SX_TRY(all_controls(&controls, &n, job, err));
  double *cov = NULL;
  SX_TRY(errors_of(&cov, c, n, job, err));
  if (cov) {
    SX_TRY(sx_weighting_calibrate_estimated(out, job->design, job->unit, controls, n, cov, c->df, &c->options, &report,
                                            err));
  } else {
    SX_TRY(sx_weighting_calibrate(out, job->design, job->unit, controls, n, &c->options, &report, err));
  }
  const sx_weight_report *r = &report.weights;
  sx_buf_printf(line, "calibrate\t%s\t%zu\t%zu\t%.3g\t%s\t%.6g\t%.6g\t%.6g\t%.6g\t%.4f\t%zu\t%zu\t%s\n",
                distances[c->distance], n, r->iterations, r->worst, r->worst_cell, r->min_weight, r->max_weight,
                r->min_factor, r->max_factor, r->kish_deff, r->n_at_bound, report.n_negative,
                c->options.aggregate ? c->options.aggregate : "");
  return SX_OK;
}

static void describe_calibrate(sx_buf *zh, sx_buf *en, char *const *field) {
  static const char *const zh_names[] = {"线性", "耙平", "logit", "截断线性"};
  const char *name = field[1];
  for (size_t i = 0; i < 4; i++) {
    if (strcmp(field[1], distances[i]) == 0) name = zh_names[i];
  }
  sx_buf_printf(zh, "- 校准（%s距离）：%s 个总量；", name, field[2]);
  sx_buf_printf(en, "- calibration (%s distance): %s totals; ", field[1], field[2]);
  study__fit_words(zh, en, (const char *const *)field + 3);
  if (strcmp(field[12], "0") != 0) {
    sx_buf_printf(zh, "；%s 个权数为负", field[12]);
    sx_buf_printf(en, "; %s weights are negative", field[12]);
  }
  if (*field[13]) {
    sx_buf_printf(zh, "；`%s` 内权数相等", field[13]);
    sx_buf_printf(en, "; equal weights within `%s`", field[13]);
  }
  sx_buf_add_char(zh, '\n');
  sx_buf_add_char(en, '\n');
}

/* ---- trimming ----------------------------------------------------------------------------------------------------------------- */

typedef struct trimming {
  double lower, upper;
  bool strict;
} trimming;

static void read_trim(st_load *l, st_weighting *w, const sx_node *node) {
  trimming *t = study__take(l, 1, sizeof *t);
  if (!t) return;
  *t = (trimming){0, (double)INFINITY, true};
  w->of_kind = t;
  bool good = false;
  if (node->kind == SX_NODE_LIST) {
    good = node->n == 2 && sx_node_number(&t->lower, node->items[0]) && sx_node_number(&t->upper, node->items[1]);
  } else if (node->kind == SX_NODE_MAP) {
    ST_KEYS(l, node, "lower", "upper", "strict");
    t->lower = study__number(l, node, "lower", 0);
    t->upper = study__number(l, node, "upper", (double)INFINITY);
    t->strict = study__bool(l, node, "strict", true);
    good = sx_node_get(node, "lower") || sx_node_get(node, "upper");
  }
  if (!good || !(t->lower >= 0 && t->upper > t->lower))
    study__problem(l, node, "trim names the least and the largest weight: 'trim: [0.3, 3]' or {upper: 3}");
}

static sx_status run_trim(sx_design **out, sx_buf *line, const st_adjust_job *job, sx_error *err) {
  const trimming *t = job->w->of_kind;
  size_t n = 0;
  SX_TRY(sx_weighting_trim(out, job->design, t->lower, t->upper, t->strict, &n, err));
  sx_buf_printf(line, "trim\t%.6g\t%.6g\t%zu\t%.4f\n", t->lower, t->upper, n,
                sx_weighting_kish_deff(sx_design_weights(*out), sx_design_rows(*out)));
  return SX_OK;
}

static void describe_trim(sx_buf *zh, sx_buf *en, char *const *field) {
  sx_buf_add(zh, "- 权数截尾至 ");
  sx_buf_add(en, "- weights trimmed to ");
  study__range_words(zh, en, field[1], field[2]);
  sx_buf_printf(zh, "：截去 %s 个，余额均摊；Kish 设计效应 %s\n", field[3], field[4]);
  sx_buf_printf(en, ": %s cut, the rest takes it up; Kish design effect %s\n", field[3], field[4]);
}

const st_adjuster study__adjust_calibrate = {.word = "calibrate",
                                             .read = read_calibrate,
                                             .check = check_calibrate,
                                             .run = run_calibrate,
                                             .n_fields = 14,
                                             .describe = describe_calibrate};
const st_adjuster study__adjust_trim = {
    .word = "trim", .read = read_trim, .run = run_trim, .n_fields = 5, .describe = describe_trim};
