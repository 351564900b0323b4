/* study_design_phase.c: weights made from probabilities (`design: {base: ...}`) and a second phase of sampling (`phase2: ...`). */
#include <math.h>
#include <string.h>

#include "shuxiao/design_twophase.h"
#include "shuxiao/weighting_response.h"
#include "study_adjust.h"

/* ---- base weights ------------------------------------------------------------------------------------------------- */

/* "VAR" or "VAR<=4". */
static const char *read_count(st_load *l, st_design *d, double *most, const sx_node *map, const char *key) {
  const char *text = study__text(l, map, key), *cut = text ? strstr(text, "<=") : NULL;
  *most = (double)INFINITY;
  if (!text) return NULL;
  if (cut && !(sx_text_to_double(most, cut + 2, strlen(cut + 2)) && *most >= 1)) {
    study__problem(l, sx_node_get(map, key), "'%s' is not VARIABLE or \"VARIABLE<=LARGEST\"", text);
    return NULL;
  }
  size_t n = cut ? (size_t)(cut - text) : strlen(text);
  while (n > 0 && text[n - 1] == ' ') n--;
  const char *name = sx_arena_strndup(l->s->arena, text, n);
  l->oom = l->oom || !name;
  study__use_name(l, &d->names, name, sx_node_get(map, key));
  return name;
}

static void read_base(st_load *l, st_design *d, const sx_node *map) {
  if (!study__is_map(l, map, "base")) return;
  ST_KEYS(l, map, "prob", "persons", "lines");
  sx_base_spec *spec = study__take(l, 1, sizeof *spec);
  if (!spec) return;
  *spec = (sx_base_spec)SX_BASE_SPEC_INIT;
  const st_list prob = study__list(l, map, "prob");
  for (size_t i = 0; i < prob.n; i++) study__use_name(l, &d->names, prob.items[i], prob.nodes[i]);
  spec->prob = prob.items;
  spec->n_prob = prob.n;
  spec->persons = read_count(l, d, &spec->max_persons, map, "persons");
  spec->lines = read_count(l, d, &spec->max_lines, map, "lines");
  if (!prob.n && !spec->persons && !spec->lines)
    study__problem(l, map, "base weights are made from 'prob: [NAME, ...]', 'persons: NAME' or 'lines: NAME'");
  if (sx_node_get(d->node, "weights") || d->prob)
    study__problem(l, map, "base weights are made from probabilities or given by 'weights', not both");
  d->base = spec;
}

sx_status study__make_base(const char **name, const sx_study *s, sx_table *unit, sx_error *err) {
  static const char *const names[] = {"base_weight", "base_weight_2", "base_weight_3"};
  const sx_ctx *ctx = sx_table_ctx(unit);
  double *w = sx_mem_alloc(ctx, sx_table_rows(unit), sizeof *w);
  sx_column *column = NULL;
  size_t k = 0;
  if (!w) return sx_error_memory(err);
  while (k < 2 && sx_table_find(unit, names[k])) k++;
  sx_status status = sx_weighting_base(w, unit, s->design.base, err);
  if (status == SX_OK) status = sx_table_add(&column, unit, names[k], SX_NUMBER, err);
  if (status == SX_OK) {
    memcpy(column->data.f64, w, column->n * sizeof *w);
    *name = names[k];
  }
  sx_mem_free(ctx, w);
  return status;
}

/* ---- the second phase ---------------------------------------------------------------------------------------------- */

static void read_phase2(st_load *l, st_design *d, const sx_node *map) {
  static const char *const methods[] = {"full", "approx"}, *const others[] = {"pps", "joint", "replicates", "make"};
  st_phase2 *p = &d->phase2;
  if (!study__is_map(l, map, "phase2")) return;
  ST_KEYS(l, map, "where", "strata", "fpc", "prob", "method");
  p->given = true;
  p->where = study__expr(l, map, "where");
  if (!sx_node_get(map, "where")) study__problem(l, map, "the second phase needs its cases: 'where: CONDITION'");
  p->strata = study__list(l, map, "strata");
  p->fpc = study__text(l, map, "fpc");
  p->prob = study__text(l, map, "prob");
  size_t method = 0;
  (void)study__choice(&method, l, map, "method", methods, 2, "method of two phases");
  p->approx = method == 1;
  for (size_t i = 0; i < p->strata.n; i++) study__use_name(l, &d->names, p->strata.items[i], p->strata.nodes[i]);
  study__use_name(l, &d->names, p->fpc, sx_node_get(map, "fpc"));
  study__use_name(l, &d->names, p->prob, sx_node_get(map, "prob"));
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    if (sx_node_get(d->node, others[i]))
      study__problem(l, sx_node_get(d->node, others[i]), "a design of two phases does not take '%s'", others[i]);
  }
  if (d->clusters.n > 1 || d->fpc.n > 1)
    study__problem(l, map, "the first of two phases has one stage: one cluster variable and one fpc");
  if (d->lonely > SX_LONELY_CERTAINTY)
    study__problem(l, sx_node_get(d->node, "lonely"), "of two phases lonely units are: fail, remove or certainty");
}

void study__read_phases(st_load *l, st_design *d) {
  read_base(l, d, sx_node_get(d->node, "base"));
  read_phase2(l, d, sx_node_get(d->node, "phase2"));
}

void study__check_phases(st_load *l, const sx_table *unit) {
  const st_design *d = &l->s->design;
  for (size_t i = 0; i < d->names.n; i++) (void)study__need_column(l, unit, d->names.nodes[i], d->names.items[i]);
  if (!d->phase2.given) return;
  uint8_t *in = d->phase2.where.expr ? study__take(l, sx_table_rows(unit), 1) : NULL;
  sx_error err = SX_ERROR_INIT;
  if (in && sx_expr_test(in, d->phase2.where.expr, unit, &err) != SX_OK)
    study__expr_problem(l, d->phase2.where.node, &err);
  if (l->s->n_weightings)
    study__problem(l, l->s->weightings[0].node, "the weights of a design of two phases are not adjusted");
}

sx_status study__twophase_new(sx_design **out, const sx_study *s, const char *weights, const sx_table *unit,
                              sx_error *err) {
  const st_design *d = &s->design;
  sx_twophase_spec spec = SX_TWOPHASE_SPEC_INIT;
  uint8_t *in = sx_mem_alloc(&s->ctx, sx_table_rows(unit), 1);
  if (!in) return sx_error_memory(err);
  sx_status status = sx_expr_test(in, d->phase2.where.expr, unit, err);
  spec.weights = weights;
  spec.unweighted = d->unweighted;
  spec.strata = d->strata;
  spec.cluster = d->clusters.n ? d->clusters.items[0] : NULL;
  spec.nest = d->nest;
  spec.fpc = d->fpc.n ? d->fpc.items[0] : NULL;
  spec.in = in;
  spec.strata2 = d->phase2.strata.items;
  spec.n_strata2 = d->phase2.strata.n;
  spec.fpc2 = d->phase2.fpc;
  spec.prob2 = d->phase2.prob;
  spec.method = d->phase2.approx ? SX_TWOPHASE_APPROX : SX_TWOPHASE_FULL;
  spec.lonely = d->lonely;
  if (status == SX_OK) status = sx_design_twophase_new(out, &s->ctx, unit, &spec, err);
  sx_mem_free(&s->ctx, in);
  return status;
}

void study__phase_words(sx_buf *zh, sx_buf *en, const sx_study *s) {
  if (s->design.base) {
    sx_buf_add(zh, "；基础权数由入样概率、户内人数和线路数计算");
    sx_buf_add(en, "; base weights made from inclusion probabilities, persons and lines");
  }
  if (s->design.phase2.given) {
    sx_buf_add(zh, "；两相抽样，方差含两相");
    sx_buf_add(en, "; two phases of sampling, both in the variance");
  }
}
