/* estimate_level_totals.c: the population of every level of a variable: totals of its 0/1 variables over the cases that answered. */
#include <string.h>

#include "shuxiao/estimate_mean.h"

static sx_status new_set(sx_est_set **out, const sx_ctx *ctx, const sx_groups *levels, size_t groups, sx_error *err) {
  const size_t n = levels->n_groups;
  sx_est_set *set = sx_mem_zalloc(ctx, 1, sizeof *set);
  if (!set) return sx_error_memory(err);
  set->ctx = *ctx;
  set->rows = sx_mem_zalloc(ctx, groups * n, sizeof *set->rows);
  set->level_text = sx_mem_zalloc(ctx, n, sizeof *set->level_text);
  set->level_label = sx_mem_zalloc(ctx, n, sizeof *set->level_label);
  bool ok = set->rows && set->level_text && set->level_label;
  if (ok) set->n_levels = n;
  if (ok) set->n_rows = groups * n;
  for (size_t v = 0; ok && v < n; v++) {
    const size_t at = (size_t)levels->key_level[v];
    set->level_text[v] = sx_mem_strdup(ctx, levels->level_text[0][at]);
    set->level_label[v] = sx_mem_strdup(ctx, levels->level_label[0][at]);
    ok = set->level_text[v] && set->level_label[v];
  }
  *out = set;
  if (ok) return SX_OK;
  sx_est_set_free(set);
  *out = NULL;
  return sx_error_memory(err);
}

/* One level's rows into their places. */
static sx_status one_level(sx_est_set *set, const sx_design *design, const sx_est_request *request, size_t v,
                           const sx_est_options *options, bool deff_wor, sx_error *err) {
  sx_est_set *each = NULL;
  SX_TRY(sx_estimate_run(&each, design, request, options, err));
  const sx_status status = deff_wor ? sx_estimate_deff_wor(each, design, request, err) : SX_OK;
  for (size_t g = 0; status == SX_OK && g < each->n_rows; g++) {
    sx_est_row *row = &set->rows[g * set->n_levels + v];
    *row = each->rows[g];
    each->rows[g].est = NULL;
    row->level = (int32_t)v;
  }
  sx_est_set_free(each);
  return status;
}

sx_status sx_estimate_level_totals(sx_est_set **out, const sx_design *design, const sx_groups *levels,
                                   const uint8_t *where, const sx_groups *by, const sx_est_options *options,
                                   bool deff_wor, sx_error *err) {
  if (!out || !design || !levels || levels->n_keys != 1)
    return sx_error_set(err, SX_E_ARGUMENT, "", "out, a design and the groups of one variable are needed");
  const sx_ctx *ctx = sx_design_ctx(design);
  sx_status status = SX_OK;
  sx_column *one = NULL;
  sx_est_set *set = NULL;
  SX_TRY(new_set(&set, ctx, levels, by ? by->n_groups : 1, err));
  SX_TRY_GOTO(status, sx_column_new(&one, ctx, levels->key_name[0], SX_INTEGER, levels->n_rows, err), done);
  for (size_t i = 0; i < levels->n_rows; i++)
    if (levels->group[i] < 0) SX_TRY_GOTO(status, sx_column_set_missing(ctx, one, i, SX_MISS_SYSTEM, err), done);
  for (size_t v = 0; v < levels->n_groups; v++) {
    for (size_t i = 0; i < levels->n_rows; i++) one->data.i64[i] = levels->group[i] == (int32_t)v;
    const sx_est_request request = {SX_STAT_TOTAL, one, NULL, false, where, by};
    SX_TRY_GOTO(status, one_level(set, design, &request, v, options, deff_wor, err), done);
  }
  *out = set;
  set = NULL;
done:
  if (one) sx_column_free(ctx, one);
  sx_est_set_free(set);
  return status;
}
