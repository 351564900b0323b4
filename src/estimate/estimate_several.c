/* estimate_several.c: estimates of columns that are made one at a time, put together by group and member. */
#include "estimate_several.h"

#include <string.h>

static sx_status one_member(sx_est_set **out, const void *data, size_t member, sx_error *err) {
  const est_several *s = data;
  const sx_ctx *ctx = sx_design_ctx(s->design);
  const size_t rows = sx_design_rows(s->design);
  sx_column y = {.name = (char *)(uintptr_t)s->name, .type = SX_INTEGER, .n = rows};
  y.data.i64 = sx_mem_alloc(ctx, rows, sizeof *y.data.i64);
  y.miss = sx_mem_zalloc(ctx, rows, 1);
  sx_status st = y.data.i64 && y.miss ? SX_OK : sx_error_memory(err);
  if (st == SX_OK) {
    s->fill(y.data.i64, y.miss, s->data, member);
    const sx_est_request ask = {s->stat, &y, s->x, s->stat == SX_STAT_PROP, s->where, s->by};
    st = sx_estimate_run(out, s->design, &ask, s->options, err);
  }
  sx_mem_free(ctx, y.data.i64);
  sx_mem_free(ctx, y.miss);
  return st;
}

/* The rows move into the set; texts are copied. */
static sx_status put_together(sx_est_set *set, sx_est_set **each, const est_several *s, sx_error *err) {
  const size_t members = s->n_members, groups = each[0]->n_rows;
  set->rows = sx_mem_zalloc(&set->ctx, groups * members, sizeof *set->rows);
  set->level_text = sx_mem_zalloc(&set->ctx, members, sizeof *set->level_text);
  set->level_label = sx_mem_zalloc(&set->ctx, members, sizeof *set->level_label);
  set->n_levels = set->level_text && set->level_label ? members : 0;
  if (!set->rows || set->n_levels == 0) return sx_error_memory(err);
  set->n_rows = groups * members;
  for (size_t m = 0; m < members; m++) {
    set->level_text[m] = sx_mem_strdup(&set->ctx, s->text(s->data, m));
    set->level_label[m] = sx_mem_strdup(&set->ctx, s->label(s->data, m));
    if (!set->level_text[m] || !set->level_label[m]) return sx_error_memory(err);
    est_t cache = {0, 0, 0};
    for (size_t g = 0; g < groups; g++) {
      sx_est_row *row = &set->rows[g * members + m];
      *row = each[m]->rows[g];
      each[m]->rows[g].est = NULL;
      row->level = (int32_t)m;
      if (s->is_prop && row->est && !isnan(row->estimate))
        sx_estimate__interval(row, sx_est_variance(row->est), true, s->options, &cache);
    }
  }
  return SX_OK;
}

sx_status sx_estimate__several(sx_est_set **out, const est_several *s, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(s->design);
  sx_est_set *set = sx_mem_zalloc(ctx, 1, sizeof *set);
  sx_est_set **each = sx_mem_zalloc(ctx, s->n_members, sizeof(sx_est_set *));
  sx_status st = set && each ? SX_OK : sx_error_memory(err);
  if (set) set->ctx = *ctx;
  if (st == SX_OK) st = sx_estimate__many(each, ctx, s->n_members, one_member, s, err);
  if (st == SX_OK) st = put_together(set, each, s, err);
  for (size_t m = 0; each && m < s->n_members; m++) sx_est_set_free(each[m]);
  sx_mem_free(ctx, (void *)each);
  if (st == SX_OK)
    *out = set;
  else
    sx_est_set_free(set);
  return st;
}
