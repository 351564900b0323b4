/* design_tree.c: designs with an fpc at every stage, and Brewer's approximation for unequal probabilities.
 *
 *   V = sum_h n_h/(n_h - 1) sum_{i in h} (1 - f_i)(z_i - zbar_h)^2  +  sum_i f_i V_i
 *
 * V_i is the same expression over the units within unit i, z being totals of w u with the overall weights: Sarndal,
 * Swensson & Wretman (1992) ch. 4; Bellhouse (1985) JOS 1:323-339. f_i is n_h/N_h in every unit of a group, or with
 * unequal probabilities the inclusion probability: Brewer (2002) ch. 9 as Berger (2004) J. Appl. Stat. 31:305-315 puts it.
 * Unrolled, each stage k adds sum_g c_g n_g/(n_g - 1) sum_{i in g} (1 - f_i)(z_i - zbar_g)^2 over its groups g, c_g the
 * product of f over the units that hold g. Units of the last stage are numbered so that every unit of every stage is a
 * range of them: a covariance needs no memory and two passes per stage. docs/methods/stages.md. */
#include <stdio.h>
#include <string.h>

#include "design_priv.h"

static const double certain = 1e-7; /* 1 - f below this is a unit taken for sure, as in R survey */

static double sum_range(const double *z, size_t lo, size_t hi) {
  double s = 0;
  for (size_t k = lo; k < hi; k++) s += z[k];
  return s;
}

/* sum over the units of a group of (1 - f)(a - abar)(b - bbar). */
static double group_cov(const design_stage *g, size_t h, const double *a, const double *b, double ma, double mb) {
  double acc = 0;
  for (size_t u = g->start[h]; u < g->start[h + 1]; u++) {
    const double left = 1 - g->frac[u];
    if (left < certain) continue;
    const double ta = sum_range(a, g->leaf[u], g->leaf[u + 1]) - ma;
    const double tb = a == b ? ta : sum_range(b, g->leaf[u], g->leaf[u + 1]) - mb;
    acc += left * ta * tb;
  }
  return acc;
}

static double stage_cov(const design_sample *s, const design_stage *g, const double *a, const double *b) {
  const size_t leaves = g->leaf[g->n_units];
  const bool adjust = s->lonely == SX_LONELY_ADJUST;
  const double all_a = adjust ? sum_range(a, 0, leaves) / (double)g->n_units : 0;
  const double all_b = adjust ? sum_range(b, 0, leaves) / (double)g->n_units : 0;
  double v = 0;
  for (size_t h = 0; h < g->n_groups; h++) {
    const size_t lo = g->start[h], hi = g->start[h + 1];
    const double n = (double)(hi - lo);
    if (!(g->coef[h] > 0)) continue;
    if (hi - lo == 1) {
      if (adjust) v += g->coef[h] * group_cov(g, h, a, b, all_a, all_b);
      continue;
    }
    const double ma = sum_range(a, g->leaf[lo], g->leaf[hi]) / n;
    const double mb = a == b ? ma : sum_range(b, g->leaf[lo], g->leaf[hi]) / n;
    v += g->coef[h] * n / (n - 1) * group_cov(g, h, a, b, ma, mb);
  }
  return v * g->average;
}

double sx_design__tree_cov(const design_sample *s, const double *a, const double *b) {
  double v = 0;
  for (size_t k = 0; k < s->tree->n_stages; k++) v += stage_cov(s, &s->tree->stages[k], a, b);
  return v;
}

void sx_design__tree_free(design_tree *t) {
  if (!t) return;
  const sx_ctx ctx = t->ctx;
  for (size_t k = 0; t->stages && k < t->n_stages; k++) {
    sx_mem_free(&ctx, t->stages[k].first);
    sx_mem_free(&ctx, t->stages[k].start);
    sx_mem_free(&ctx, t->stages[k].leaf);
    sx_mem_free(&ctx, t->stages[k].frac);
    sx_mem_free(&ctx, t->stages[k].coef);
  }
  sx_mem_free(&ctx, t->stages);
  sx_mem_free(&ctx, t);
}

/* ---- building -------------------------------------------------------------------------------------------- */

static sx_status stage_alloc(design_stage *g, const sx_ctx *ctx, size_t n_groups, size_t n_units, sx_error *err) {
  g->n_groups = n_groups;
  g->n_units = n_units;
  g->average = 1;
  g->start = sx_mem_zalloc(ctx, n_groups + 1, sizeof *g->start);
  g->leaf = sx_mem_zalloc(ctx, n_units + 1, sizeof *g->leaf);
  g->frac = sx_mem_alloc(ctx, n_units, sizeof *g->frac);
  g->coef = sx_mem_alloc(ctx, n_groups, sizeof *g->coef);
  return g->start && g->leaf && g->frac && g->coef ? SX_OK : sx_error_memory(err);
}

/* Stage 1 is strata and PSUs as they are; `unit` receives each row's. */
static sx_status first_stage(design_stage *g, int32_t *unit, const design_sample *s, sx_error *err) {
  SX_TRY(stage_alloc(g, &s->ctx, s->n_strata, s->n_psus, err));
  memcpy(g->start, s->start, (s->n_strata + 1) * sizeof *g->start);
  memcpy(unit, s->psu, s->n_rows * sizeof *unit);
  for (size_t h = 0; h < s->n_strata; h++) {
    g->coef[h] = 1;
    for (size_t p = s->start[h]; p < s->start[h + 1]; p++) g->frac[p] = s->prob ? s->prob[p] : s->fraction[h];
  }
  g->average = s->lonely_scale;
  return SX_OK;
}

/* Each row's group at a later stage: its unit of the stage before, or the stratum within it, numbered by unit. */
static sx_status stage_groups(design_stage *g, int32_t *group, const int32_t *unit, const design_stage *before,
                              const design_sample *s, const sx_column *strata, sx_error *err) {
  const sx_ctx *ctx = &s->ctx;
  sx_status st = SX_OK;
  design_index x = {*ctx, NULL, NULL, 0};
  size_t *next = NULL;
  int32_t *number = NULL;
  g->first = sx_mem_zalloc(ctx, before->n_units + 1, sizeof *g->first);
  if (!g->first) return sx_error_memory(err);
  if (!strata) {
    for (size_t p = 0; p <= before->n_units; p++) g->first[p] = p;
    memcpy(group, unit, s->n_rows * sizeof *group);
    return SX_OK;
  }
  SX_TRY(sx_design__index(&x, ctx, strata, unit, "stratum of a later stage", err));
  next = sx_mem_alloc(ctx, before->n_units + 1, sizeof *next);
  number = sx_mem_alloc(ctx, x.n, sizeof *number);
  if (!next || !number) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t c = 0; c < x.n; c++) g->first[unit[x.first[c]] + 1]++;
  for (size_t p = 0; p < before->n_units; p++) g->first[p + 1] += g->first[p];
  memcpy(next, g->first, (before->n_units + 1) * sizeof *next);
  for (size_t c = 0; c < x.n; c++) number[c] = (int32_t)next[unit[x.first[c]]]++;
  for (size_t i = 0; i < s->n_rows; i++) group[i] = number[x.code[i]];
done:
  sx_design__index_clear(&x);
  sx_mem_free(ctx, next);
  sx_mem_free(ctx, number);
  return st;
}

/* A later stage: the units of `column` (cases where NULL) within each stratum of each unit so far; `unit` is renumbered to them. */
static sx_status next_stage(design_stage *g, int32_t *unit, const design_stage *before, const design_sample *s,
                            const sx_column *strata, const sx_column *column, sx_error *err) {
  const sx_ctx *ctx = &s->ctx;
  const size_t n = s->n_rows;
  sx_status st = SX_OK;
  design_index x = {*ctx, NULL, NULL, 0};
  int32_t *final = NULL, *group = sx_mem_alloc(ctx, n, sizeof *group);
  size_t *next = NULL;
  if (!group) return sx_error_memory(err);
  SX_TRY_GOTO(st, stage_groups(g, group, unit, before, s, strata, err), done);
  if (column) SX_TRY_GOTO(st, sx_design__index(&x, ctx, column, group, "unit of a later stage", err), done);
  const size_t n_units = column ? x.n : n, n_groups = g->first[before->n_units];
  SX_TRY_GOTO(st, stage_alloc(g, ctx, n_groups, n_units, err), done);
  final = sx_mem_alloc(ctx, n_units, sizeof *final);
  next = sx_mem_alloc(ctx, n_groups + 1, sizeof *next);
  if (!final || !next) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t u = 0; u < n_units; u++) g->start[group[column ? x.first[u] : u] + 1]++;
  for (size_t h = 0; h < n_groups; h++) {
    g->start[h + 1] += g->start[h];
    next[h] = g->start[h];
  }
  for (size_t u = 0; u < n_units; u++) final[u] = (int32_t)next[group[column ? x.first[u] : u]]++;
  for (size_t i = 0; i < n; i++) unit[i] = final[column ? x.code[i] : (int32_t)i];
  for (size_t h = 0; h < before->n_groups; h++)
    for (size_t p = before->start[h]; p < before->start[h + 1]; p++)
      for (size_t k = g->first[p]; k < g->first[p + 1]; k++) g->coef[k] = before->coef[h] * before->frac[p];
done:
  sx_design__index_clear(&x);
  sx_mem_free(ctx, group);
  sx_mem_free(ctx, final);
  sx_mem_free(ctx, next);
  return st;
}

/* Fractions of a later stage: counts (any value above 1) or fractions, one value within a unit of the stage before. */
static sx_status stage_fpc(design_stage *g, const int32_t *unit, const sx_column *column, size_t stage, size_t n_rows,
                           const sx_ctx *ctx, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  if (column->type != SX_NUMBER && column->type != SX_INTEGER)
    return sx_error_set(err, SX_E_ARGUMENT, column->name, "the fpc is %s, a number is needed",
                        sx_type_name(column->type));
  sx_status st = SX_OK;
  size_t *group = sx_mem_alloc(ctx, g->n_units, sizeof *group);
  double *value = sx_mem_zalloc(ctx, g->n_groups, sizeof *value);
  if (!group || !value) {
    st = sx_error_memory(err);
    goto done;
  }
  bool counts = false;
  for (size_t i = 0; i < n_rows && !counts; i++) counts = sx_column_number(column, i) > 1;
  for (size_t h = 0; h < g->n_groups; h++)
    for (size_t u = g->start[h]; u < g->start[h + 1]; u++) group[u] = h;
  for (size_t i = 0; i < n_rows; i++) {
    const size_t h = group[unit[i]];
    const double x = sx_column_number(column, i), n = (double)(g->start[h + 1] - g->start[h]);
    (void)snprintf(where, sizeof where, "%s: case %zu", column->name, i + 1);
    if (!isfinite(x) || x <= 0)
      st = sx_error_set(err, SX_E_DATA, where,
                        "the fpc of stage %zu is missing or not above 0: give the number of units in the population of "
                        "this unit, or the fraction sampled",
                        stage);
    else if (value[h] > 0 && x != value[h])
      st = sx_error_set(err, SX_E_DATA, where, "the fpc of stage %zu varies within a unit of stage %zu: %g and %g",
                        stage, stage - 1, value[h], x);
    else if (counts && x < n)
      st = sx_error_set(err, SX_E_DATA, where,
                        "%g units of stage %zu are in the sample within one of stage %zu, its fpc says %g in all", n,
                        stage, stage - 1, x);
    if (st != SX_OK) goto done;
    value[h] = x;
    g->frac[unit[i]] = counts ? n / x : x;
  }
done:
  sx_mem_free(ctx, group);
  sx_mem_free(ctx, value);
  return st;
}

/* Groups of one unit that was not taken for sure, at a later stage. */
static sx_status stage_lonely(design_stage *g, const design_sample *s, const sx_column *column, size_t stage,
                              sx_error *err) {
  size_t lonely = 0;
  for (size_t h = 0; h < g->n_groups; h++)
    lonely += g->start[h + 1] - g->start[h] == 1 && 1 - g->frac[g->start[h]] >= certain ? 1 : 0;
  if (lonely == 0) return SX_OK;
  if (s->lonely == SX_LONELY_FAIL)
    return sx_error_set(err, SX_E_DATA, column->name,
                        "%zu units of stage %zu hold a single unit of stage %zu that was not taken for sure, so the "
                        "variance within them cannot be estimated: choose a lonely-PSU policy (remove, certainty, "
                        "adjust, average)",
                        lonely, stage - 1, stage);
  if (s->lonely == SX_LONELY_AVERAGE && lonely == g->n_groups)
    return sx_error_set(err, SX_E_DATA, column->name,
                        "every unit of stage %zu holds a single unit: the policy 'average' has nothing to average",
                        stage - 1);
  if (s->lonely == SX_LONELY_AVERAGE) g->average = (double)g->n_groups / (double)(g->n_groups - lonely);
  return SX_OK;
}

/* Each unit as a range of units of the last stage. */
static void leaf_ranges(design_tree *t) {
  const size_t last = t->n_stages - 1;
  for (size_t u = 0; u <= t->stages[last].n_units; u++) t->stages[last].leaf[u] = u;
  for (size_t k = last; k-- > 0;) {
    const design_stage *below = &t->stages[k + 1];
    for (size_t u = 0; u <= t->stages[k].n_units; u++)
      t->stages[k].leaf[u] = below->leaf[below->start[below->first[u]]];
  }
}

/* fpcs[0] is the first stage's, already read, but with Brewer the second's. */
sx_status sx_design__tree(design_sample *s, const sx_table *table, const sx_design_spec *spec, sx_error *err) {
  const sx_ctx *ctx = &s->ctx;
  sx_status st = SX_OK;
  const size_t skip = spec->pps == SX_PPS_BREWER ? 0 : 1;
  int32_t *unit = sx_mem_alloc(ctx, s->n_rows, sizeof *unit);
  design_tree *t = sx_mem_zalloc(ctx, 1, sizeof *t);
  if (t) {
    s->tree = t; /* freed with the sample */
    t->ctx = *ctx;
    t->n_stages = spec->n_fpcs + 1 - skip;
    t->stages = sx_mem_zalloc(ctx, t->n_stages, sizeof *t->stages);
  }
  if (!unit || !t || !t->stages) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, first_stage(&t->stages[0], unit, s, err), done);
  for (size_t k = 1; k < t->n_stages; k++) {
    design_stage *g = &t->stages[k];
    const sx_column *cluster = NULL, *fpc = NULL, *strata = NULL;
    const char *later = k <= spec->n_later_strata ? spec->later_strata[k - 1] : NULL;
    if (k < spec->n_clusters) SX_TRY_GOTO(st, sx_table_need(&cluster, table, spec->clusters[k], err), done);
    SX_TRY_GOTO(st, sx_table_need(&fpc, table, spec->fpcs[k - 1 + skip], err), done);
    if (later) SX_TRY_GOTO(st, sx_table_need(&strata, table, later, err), done);
    SX_TRY_GOTO(st, next_stage(g, unit, g - 1, s, strata, cluster, err), done);
    SX_TRY_GOTO(st, stage_fpc(g, unit, fpc, k + 1, s->n_rows, ctx, err), done);
    SX_TRY_GOTO(st, stage_lonely(g, s, fpc, k + 1, err), done);
  }
  leaf_ranges(t);
  if (t->n_stages > 1) {
    s->slot_at = sx_mem_alloc(ctx, s->n_rows, sizeof *s->slot_at);
    if (!s->slot_at) {
      st = sx_error_memory(err);
      goto done;
    }
    s->n_slots = t->stages[t->n_stages - 1].n_units;
    for (size_t k = 0; k < s->n_rows; k++) s->slot_at[k] = (uint32_t)unit[s->order[k]];
  }
done:
  sx_mem_free(ctx, unit);
  return st;
}

void sx_design__inverse_fractions(double *w, const design_sample *s) {
  for (size_t i = 0; i < s->n_rows; i++) w[i] = 1;
  if (s->tree) {
    const design_stage *last = &s->tree->stages[s->tree->n_stages - 1];
    for (size_t k = 0; k < s->n_rows; k++) {
      const size_t leaf = s->slot_at[k];
      size_t lo = 0, hi = last->n_groups; /* the group that holds the leaf */
      while (hi - lo > 1) {
        const size_t mid = lo + (hi - lo) / 2;
        if (last->start[mid] <= leaf)
          lo = mid;
        else
          hi = mid;
      }
      w[s->order[k]] = 1 / (last->coef[lo] * last->frac[leaf]);
    }
    return;
  }
  for (size_t h = 0; h < s->n_strata; h++)
    for (size_t k = s->psu_start[s->start[h]]; k < s->psu_start[s->start[h + 1]]; k++)
      w[s->order[k]] = 1 / (s->prob ? s->prob[s->psu_at[k]] : s->fraction[h]);
}
