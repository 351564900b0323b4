/* design_strata.c: strata, PSUs and fpc of a linearised design, and the order in which the engine visits rows.
 *
 * n_h counts every PSU of the file, also those whose weights are zero and those outside a domain: a domain keeps the full
 * design (docs/methods/variance.md). */
#include <stdio.h>
#include <string.h>

#include "design_priv.h"

/* A declared level of a category column without a case, or weights that are all zero. */
static sx_status check_empty(const design_index *strata, const sx_column *column, const double *w, sx_error *err) {
  if (column->type == SX_CATEGORY && sx_dict_count(column->dict) > strata->n) {
    for (size_t level = 0; level < sx_dict_count(column->dict); level++) {
      bool seen = false;
      for (size_t h = 0; h < strata->n && !seen; h++) seen = column->data.code[strata->first[h]] == (int32_t)level;
      if (seen) continue;
      return sx_error_set(err, SX_E_DATA, column->name,
                          "stratum '%s' is declared and has no case: merge it with another stratum, or drop the level",
                          sx_dict_get(column->dict, (int32_t)level, NULL));
    }
  }
  sx_status st = SX_OK;
  uint8_t *used = sx_mem_zalloc(&strata->ctx, strata->n, 1);
  if (!used) return sx_error_memory(err);
  for (size_t i = 0; i < column->n; i++)
    if (w[i] > 0) used[strata->code[i]] = 1;
  for (size_t h = 0; h < strata->n; h++) {
    if (used[h]) continue;
    char value[DESIGN_VALUE_TEXT];
    sx_design__value_text(value, column, strata->first[h]);
    st = sx_error_set(err, SX_E_DATA, column->name,
                      "stratum '%s' is empty: all its weights are 0; merge it with another stratum", value);
    break;
  }
  sx_mem_free(&strata->ctx, used);
  return st;
}

/* Without `nest` a PSU id must not occur in two strata. */
static sx_status check_nested(const design_index *psus, const int32_t *stratum_of_row, const sx_column *cluster,
                              const sx_column *strata, sx_error *err) {
  sx_status st = SX_OK;
  const sx_ctx *ctx = &psus->ctx;
  design_index plain = {*ctx, NULL, NULL, 0};
  SX_TRY(sx_design__index(&plain, ctx, cluster, NULL, "PSU", err));
  if (plain.n != psus->n) {
    for (size_t i = 0; i < cluster->n; i++) {
      const size_t first = plain.first[plain.code[i]];
      if (stratum_of_row[first] == stratum_of_row[i]) continue;
      char id[DESIGN_VALUE_TEXT], a[DESIGN_VALUE_TEXT], b[DESIGN_VALUE_TEXT], where[SX_ERROR_WHERE_MAX];
      sx_design__value_text(id, cluster, i);
      sx_design__value_text(a, strata, first);
      sx_design__value_text(b, strata, i);
      (void)snprintf(where, sizeof where, "%s: case %zu", cluster->name, i + 1);
      st = sx_error_set(err, SX_E_DATA, where,
                        "PSU '%s' lies in strata '%s' and '%s': if PSUs are numbered within strata say nest, else "
                        "correct the data",
                        id, a, b);
      break;
    }
  }
  sx_design__index_clear(&plain);
  return st;
}

/* Final PSU numbers run by stratum; start, order, psu_at and psu_start follow. */
static sx_status number_psus(design_sample *s, const int32_t *stratum_of_row, size_t n_strata, const int32_t *temp,
                             const size_t *first, size_t n_psus, sx_error *err) {
  const sx_ctx *ctx = &s->ctx;
  sx_status st = SX_OK;
  const size_t n = s->n_rows;
  s->n_strata = n_strata;
  s->n_psus = n_psus;
  int32_t *final = sx_mem_alloc(ctx, n_psus, sizeof *final);
  size_t *next = sx_mem_zalloc(ctx, (n_psus > n_strata ? n_psus : n_strata) + 1, sizeof *next);
  s->psu = sx_mem_alloc(ctx, n, sizeof *s->psu);
  s->order = sx_mem_alloc(ctx, n, sizeof *s->order);
  s->psu_start = sx_mem_zalloc(ctx, n_psus + 1, sizeof *s->psu_start);
  s->psu_at = temp ? sx_mem_alloc(ctx, n, sizeof *s->psu_at) : s->psu_start; /* both count on by one */
  s->start = sx_mem_zalloc(ctx, n_strata + 1, sizeof *s->start);
  if (!final || !next || !s->psu || !s->order || !s->psu_at || !s->psu_start || !s->start) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t p = 0; p < n_psus; p++) s->start[stratum_of_row[first ? first[p] : p] + 1]++;
  for (size_t h = 0; h < n_strata; h++) {
    if (s->start[h + 1] > s->max_psus) s->max_psus = s->start[h + 1];
    s->start[h + 1] += s->start[h];
    next[h] = s->start[h];
  }
  for (size_t p = 0; p < n_psus; p++) final[p] = (int32_t)next[stratum_of_row[first ? first[p] : p]]++;
  for (size_t i = 0; i < n; i++) {
    s->psu[i] = final[temp ? temp[i] : (int32_t)i];
    s->psu_start[s->psu[i] + 1]++;
  }
  for (size_t p = 0; p < n_psus; p++) {
    s->psu_start[p + 1] += s->psu_start[p];
    next[p] = s->psu_start[p];
  }
  for (size_t i = 0; i < n; i++) {
    const size_t k = next[s->psu[i]]++;
    s->order[k] = (uint32_t)i;
    if (temp) s->psu_at[k] = (uint32_t)s->psu[i];
  }
done:
  sx_mem_free(ctx, final);
  sx_mem_free(ctx, next);
  return st;
}

/* fpc: all values population counts (>= 1) or all fractions (<= 1), one per stratum. */
static sx_status read_fpc(design_sample *s, const sx_column *column, const sx_column *strata, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%s", column->name);
  if (column->type != SX_NUMBER && column->type != SX_INTEGER)
    return sx_error_set(err, SX_E_ARGUMENT, where, "the fpc is %s, a number is needed", sx_type_name(column->type));
  s->fraction = sx_mem_alloc(&s->ctx, s->n_strata, sizeof *s->fraction);
  if (!s->fraction) return sx_error_memory(err);
  bool counts = false;
  for (size_t i = 0; i < column->n && !counts; i++) counts = sx_column_number(column, i) > 1;
  for (size_t h = 0; h < s->n_strata; h++) {
    const size_t lo = s->psu_start[s->start[h]], hi = s->psu_start[s->start[h + 1]];
    const double nh = (double)(s->start[h + 1] - s->start[h]);
    const double value = sx_column_number(column, s->order[lo]);
    for (size_t k = lo; k < hi; k++) {
      const double x = sx_column_number(column, s->order[k]);
      (void)snprintf(where, sizeof where, "%s: case %u", column->name, s->order[k] + 1);
      if (!isfinite(x) || x <= 0)
        return sx_error_set(
            err, SX_E_DATA, where,
            "the fpc is missing or not above 0: give the number of PSUs in the stratum's population, or "
            "the fraction sampled");
      char text[DESIGN_VALUE_TEXT] = "all";
      if (strata) sx_design__value_text(text, strata, s->order[k]);
      if (x != value)
        return sx_error_set(err, SX_E_DATA, where, "the fpc varies within stratum '%s': %g and %g", text, value, x);
      if (counts && x < nh)
        return sx_error_set(err, SX_E_DATA, where, "stratum '%s' has %g PSUs in the sample, its fpc says %g in all",
                            text, nh, x);
    }
    s->fraction[h] = counts ? nh / value : value;
  }
  return SX_OK;
}

/* factor[h], and what a stratum of one PSU means. A PSU taken with certainty (f = 1) is not lonely; where joint
 * probabilities are known (of Poisson sampling they are) none is. */
static sx_status set_factors(design_sample *s, const sx_column *strata, bool joint, sx_error *err) {
  s->factor = sx_mem_alloc(&s->ctx, s->n_strata, sizeof *s->factor);
  if (!s->factor) return sx_error_memory(err);
  char names[300] = "";
  size_t used = 0, listed = 0;
  for (size_t h = 0; h < s->n_strata; h++) {
    const double nh = (double)(s->start[h + 1] - s->start[h]);
    double left = s->fraction ? 1 - s->fraction[h] : s->prob && nh == 1 ? 1 - s->prob[s->start[h]] : 1;
    if (left < 1e-7) left = 0;
    s->factor[h] = nh > 1 ? left * nh / (nh - 1) : 0;
    if (nh > 1 || left <= 0 || joint) continue;
    s->n_lonely++;
    char text[DESIGN_VALUE_TEXT] = "all";
    if (strata) sx_design__value_text(text, strata, s->order[s->psu_start[s->start[h]]]);
    if (listed < 3 && used < sizeof names - DESIGN_VALUE_TEXT - 8) {
      const int w = snprintf(names + used, sizeof names - used, "%s'%s'", listed ? ", " : "", text);
      used += w > 0 ? (size_t)w : 0;
      listed++;
    }
  }
  if (s->n_lonely > 0 && s->lonely == SX_LONELY_FAIL)
    return sx_error_set(err, SX_E_DATA, strata ? strata->name : NULL,
                        "%zu %s a single PSU (%s%s), so %s variance cannot be estimated: merge strata, or choose a "
                        "lonely-PSU policy (remove, certainty, adjust, average)",
                        s->n_lonely, s->n_lonely == 1 ? "stratum has" : "strata have", names,
                        s->n_lonely > listed ? ", ..." : "", s->n_lonely == 1 ? "its" : "their");
  if (s->lonely == SX_LONELY_AVERAGE && s->n_lonely > 0) {
    if (s->n_lonely == s->n_strata)
      return sx_error_set(err, SX_E_DATA, strata ? strata->name : NULL,
                          "every stratum has a single PSU: the policy 'average' has nothing to average");
    s->lonely_scale = (double)s->n_strata / (double)(s->n_strata - s->n_lonely);
  }
  return SX_OK;
}

sx_status sx_design__strata(design_sample *s, const sx_table *table, const sx_design_spec *spec, const double *w,
                            sx_error *err) {
  const sx_ctx *ctx = &s->ctx;
  sx_status st = SX_OK;
  const sx_column *strata = NULL, *cluster = NULL, *fpc = NULL, *prob = NULL;
  design_index hs = {*ctx, NULL, NULL, 0}, ps = {*ctx, NULL, NULL, 0};
  int32_t *zero = NULL;
  if (spec->strata) SX_TRY_GOTO(st, sx_table_need(&strata, table, spec->strata, err), done);
  if (spec->fpc) SX_TRY_GOTO(st, sx_table_need(&fpc, table, spec->fpc, err), done);
  if (spec->prob) SX_TRY_GOTO(st, sx_table_need(&prob, table, spec->prob, err), done);
  for (size_t i = spec->n_clusters; i-- > 0;)
    SX_TRY_GOTO(st, sx_table_need(&cluster, table, spec->clusters[i], err), done);
  s->has_strata = strata != NULL;
  s->has_clusters = cluster != NULL;
  if (strata) {
    SX_TRY_GOTO(st, sx_design__index(&hs, ctx, strata, NULL, "stratum", err), done);
    SX_TRY_GOTO(st, check_empty(&hs, strata, w, err), done);
  } else {
    zero = sx_mem_zalloc(ctx, s->n_rows, sizeof *zero);
    if (!zero) {
      st = sx_error_memory(err);
      goto done;
    }
  }
  const int32_t *of_row = strata ? hs.code : zero;
  if (cluster) {
    SX_TRY_GOTO(st, sx_design__index(&ps, ctx, cluster, of_row, "PSU", err), done);
    if (strata && !spec->nest) SX_TRY_GOTO(st, check_nested(&ps, of_row, cluster, strata, err), done);
  }
  SX_TRY_GOTO(st,
              number_psus(s, of_row, strata ? hs.n : 1, cluster ? ps.code : NULL, cluster ? ps.first : NULL,
                          cluster ? ps.n : s->n_rows, err),
              done);
  if (fpc) SX_TRY_GOTO(st, read_fpc(s, fpc, strata, err), done);
  if (prob) SX_TRY_GOTO(st, sx_design__prob(s, prob, err), done);
  s->slot_at = s->psu_at;
  s->n_slots = s->n_psus;
  SX_TRY_GOTO(st, set_factors(s, strata, spec->joint || spec->pps == SX_PPS_POISSON, err), done);
done:
  sx_design__index_clear(&hs);
  sx_design__index_clear(&ps);
  sx_mem_free(ctx, zero);
  return st;
}
