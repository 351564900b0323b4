/* table_eval.c: runs a program over all rows, block by block; large tables in parallel. Every block writes only its own rows, so
 * the answer does not depend on threads; of several rows in error the first is reported. */
#include "table_expr_priv.h"

#include <stdio.h>

/* Blocks that one task runs: large enough to be worth a thread. */
enum { TASK_BLOCKS = 64, BLOCK_BYTES = SX_TABLE_BLOCK * 8 };

typedef struct run {
  const sx_table__program *p;
  size_t n;       /* rows */
  sx_column *out; /* or NULL */
  uint8_t *keep;  /* or NULL */
  uint8_t *gaps;  /* [tasks] 1 where a task met a missing value */
} run;

/* What one task needs: registers, and where each step's value lies in the block at hand. */
typedef struct machine {
  char *regs;
  const void **at;
} machine;

/* ---- one block ----------------------------------------------------------------------------------------- */

/* A full block of a column without missing values is used where it lies. */
static const void *load(const sx_table__step *s, void *reg, size_t from, size_t n) {
  const sx_column *c = s->column;
  if (n == SX_TABLE_BLOCK && !c->miss && s->code == CODE_LOAD_F64) return c->data.f64 + from;
  if (n == SX_TABLE_BLOCK && !c->miss && s->code == CODE_LOAD_CODE) return c->data.code + from;
  sx_table__load(reg, c, from, n);
  return reg;
}

static sx_status check_truth(const run *r, const sx_table__step *s, const double *x, size_t from, size_t n,
                             sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    if (x[i] == 0 || x[i] == 1 || isnan(x[i])) continue;
    char number[SX_DOUBLE_TEXT_MAX];
    (void)sx_text_from_double(number, x[i]);
    char where[80];
    (void)snprintf(where, sizeof where, "column %zu: case %zu", sx_utf8_count(r->p->expr->text, s->at) + 1,
                   from + i + 1);
    return sx_error_set(err, SX_E_DATA, where,
                        "%s%.200s%s is used as a condition but is %s: a condition is 0 or 1, or a comparison",
                        s->column ? "'" : "", s->column ? s->column->name : "this", s->column ? "'" : "", number);
  }
  return SX_OK;
}

static sx_status run_block(const run *r, machine *m, size_t from, size_t n, sx_error *err) {
  const sx_table__program *p = r->p;
  for (size_t i = 0; i < p->n_steps; i++) {
    const sx_table__step *s = &p->steps[i];
    if (!s->uses) continue;
    void *reg = m->regs + (size_t)s->reg * BLOCK_BYTES;
    if (s->column && s->code <= CODE_LOAD_CODE) {
      m->at[i] = load(s, reg, from, n);
      continue;
    }
    if (s->code == CODE_TO_LOGIC) SX_TRY(check_truth(r, s, m->at[s->a], from, n, err));
    sx_table__kernel(s, reg, s->a < 0 ? NULL : m->at[s->a], s->b < 0 ? NULL : m->at[s->b],
                     s->c < 0 ? NULL : m->at[s->c]);
    m->at[i] = reg;
  }
  return SX_OK;
}

static bool store(const run *r, const void *x, size_t from, size_t n) {
  static const uint8_t told[] = {0, 2, 1};
  if (!r->keep) return sx_table__store(r->out, r->p->kind, x, from, n);
  const uint8_t *truth = x;
  for (size_t i = 0; i < n; i++) r->keep[from + i] = told[truth[i]];
  return false;
}

static sx_status run_task(void *data, size_t task, sx_error *err) {
  const run *r = data;
  const sx_ctx *ctx = &r->p->table->ctx;
  const size_t n_steps = r->p->n_steps, first = task * TASK_BLOCKS * SX_TABLE_BLOCK;
  const size_t left = r->n - first, rows = left < TASK_BLOCKS * SX_TABLE_BLOCK ? left : TASK_BLOCKS * SX_TABLE_BLOCK;
  machine m = {sx_mem_alloc(ctx, (size_t)r->p->n_regs, BLOCK_BYTES), sx_mem_zalloc(ctx, n_steps, sizeof *m.at)};
  sx_status st = m.regs && m.at ? SX_OK : sx_error_memory(err);
  bool gaps = false;
  for (size_t i = 0; i < rows && st == SX_OK; i += SX_TABLE_BLOCK) {
    const size_t n = rows - i < SX_TABLE_BLOCK ? rows - i : SX_TABLE_BLOCK;
    st = run_block(r, &m, first + i, n, err);
    if (st == SX_OK) gaps |= store(r, m.at[n_steps - 1], first + i, n);
  }
  r->gaps[task] = gaps;
  sx_mem_free(ctx, m.regs);
  sx_mem_free(ctx, m.at);
  return st;
}

static sx_status run_all(run *r, bool *gaps, sx_error *err) {
  const sx_ctx *ctx = &r->p->table->ctx;
  const size_t per_task = TASK_BLOCKS * SX_TABLE_BLOCK, tasks = (r->n + per_task - 1) / per_task;
  *gaps = false;
  if (!tasks) return SX_OK;
  r->gaps = sx_mem_zalloc(ctx, tasks, 1);
  if (!r->gaps) return sx_error_memory(err);
  const sx_status st = tasks == 1 ? run_task(r, 0, err) : sx_parallel_for(ctx, tasks, run_task, r, err);
  for (size_t i = 0; i < tasks; i++) *gaps |= r->gaps[i] != 0;
  sx_mem_free(ctx, r->gaps);
  return st;
}

/* ---- the calls ----------------------------------------------------------------------------------------- */

static sx_status copy_column(sx_column **out, const sx_table *table, const sx_column *src, const char *name,
                             sx_error *err) {
  sx_column *c = NULL;
  SX_TRY(sx_table__column_like(&c, &table->ctx, src, name, src->n, err));
  if (src->miss) {
    const sx_status st = sx_table__need_miss(&table->ctx, c, err);
    if (st != SX_OK) {
      sx_column_free(&table->ctx, c);
      return st;
    }
    memcpy(c->miss, src->miss, src->n);
  }
  memcpy(c->data.i64, src->data.i64, src->n * sx_table__width(src->type));
  *out = c;
  return SX_OK;
}

static sx_type result_type(sx_table__kind kind) {
  switch (kind) {
  case KIND_LOGIC:
    return SX_INTEGER;
  case KIND_TEXT:
    return SX_CATEGORY;
  case KIND_DATE:
    return SX_DATE;
  case KIND_PERIOD:
    return SX_PERIOD;
  case KIND_NUMBER:
    break;
  }
  return SX_NUMBER;
}

static sx_status run_to_column(sx_column **out, const sx_table__program *p, const char *name, sx_error *err) {
  const sx_ctx *ctx = &p->table->ctx;
  sx_column *c = NULL;
  bool gaps = false;
  sx_status st = SX_OK;
  SX_TRY(sx_column_new(&c, ctx, name, result_type(p->kind), p->table->n_rows, err));
  if (c->dict) {
    sx_dict_free(c->dict);
    c->dict = sx_dict_ref(p->dict);
  }
  SX_TRY_GOTO(st, sx_table__need_miss(ctx, c, err), done);
  run r = {.p = p, .n = p->table->n_rows, .out = c};
  SX_TRY_GOTO(st, run_all(&r, &gaps, err), done);
  if (!gaps) {
    sx_mem_free(ctx, c->miss);
    c->miss = NULL;
  }
  *out = c;
  c = NULL;
done:
  sx_column_free(ctx, c);
  return st;
}

sx_status sx_expr_eval(sx_column **out, const sx_expr *expr, const sx_table *table, const char *name, sx_error *err) {
  if (!out || !expr || !table || !name)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_expr_eval: an argument is NULL");
  sx_table__program p;
  SX_TRY(sx_ctx_poll(&table->ctx, err));
  SX_TRY(sx_table__bind(&p, expr, table, false, err));
  const sx_status st = p.column ? copy_column(out, table, p.column, name, err) : run_to_column(out, &p, name, err);
  sx_table__program_clear(&p);
  return st;
}

sx_status sx_expr_test(uint8_t *keep, const sx_expr *expr, const sx_table *table, sx_error *err) {
  if (!expr || !table || (!keep && table->n_rows))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_expr_test: an argument is NULL");
  sx_table__program p;
  bool gaps = false;
  SX_TRY(sx_ctx_poll(&table->ctx, err));
  SX_TRY(sx_table__bind(&p, expr, table, true, err));
  run r = {.p = &p, .n = table->n_rows, .keep = keep};
  const sx_status st = run_all(&r, &gaps, err);
  sx_table__program_clear(&p);
  return st;
}
