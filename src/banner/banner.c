/* banner.c: a request as a plan, its questions over the threads, and the book. */
#include <string.h>

#include "banner_priv.h"

void sx_banner_book_free(sx_banner_book *book) {
  if (!book) return;
  banner_own *own = (banner_own *)book;
  const sx_ctx ctx = book->ctx;
  for (size_t k = 0; own->arenas && k < own->n_arenas; k++) sx_arena_free(own->arenas[k]);
  sx_mem_free(&ctx, (void *)own->arenas);
  sx_arena_free(book->arena);
  sx_mem_free(&ctx, own);
}

/* ---- the plan ------------------------------------------------------------------------------------------------------------------- */

static sx_status read_where(banner_plan *p, sx_error *err) {
  const size_t rows = sx_table_rows(p->table);
  const char *where = p->request->where;
  p->in = sx_arena_alloc(p->arena, rows, 1);
  if (!p->in) return sx_error_memory(err);
  memset(p->in, 1, rows);
  if (!where) return SX_OK;
  sx_expr *expr = NULL;
  sx_status st = sx_expr_parse(&expr, p->ctx, where, err);
  if (st == SX_OK) st = sx_expr_test(p->in, expr, p->table, err);
  sx_expr_free(expr);
  if (st != SX_OK) sx_error_add_where(err, "where");
  for (size_t i = 0; st == SX_OK && i < rows; i++) p->in[i] = p->in[i] == 1;
  return st;
}

/* Every two columns of one span, spans in their order. */
static sx_status find_pairs(banner_plan *p, sx_error *err) {
  const sx_banner_columns *c = p->columns;
  size_t n = 0, cap_pair = 0, cap_column = 0;
  for (size_t a = 0; a < c->n_columns; a++)
    for (size_t b = a + 1; b < c->n_columns && c->column[b].span == c->column[a].span; b++) {
      if (!sx_arena_grow(p->arena, (void **)&p->pair, &cap_pair, n + 1, sizeof *p->pair) ||
          !sx_arena_grow(p->arena, (void **)&p->pair_column, &cap_column, 2 * n + 2, sizeof *p->pair_column))
        return sx_error_memory(err);
      p->pair[n][0] = p->domains.of_column[a];
      p->pair[n][1] = p->domains.of_column[b];
      p->pair_column[2 * n] = a;
      p->pair_column[2 * n + 1] = b;
      n++;
    }
  p->n_pairs = n;
  return SX_OK;
}

static sx_status make_plan(banner_plan *p, const sx_design *design, const sx_table *table,
                           const sx_banner_request *request, const sx_ctx *ctx, sx_arena *arena, sx_error *err) {
  memset(p, 0, sizeof *p);
  p->ctx = ctx;
  p->design = design;
  p->table = table;
  p->request = request;
  p->arena = arena;
  if (sx_table_rows(table) != sx_design_rows(design))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "the table has %zu cases, the design %zu", sx_table_rows(table),
                        sx_design_rows(design));
  SX_TRY(sx_banner__stats(&p->stats, request->stats, err));
  SX_TRY(read_where(p, err));
  SX_TRY(sx_banner__columns(&p->columns, &p->domains, table, request->columns, arena, err));
  SX_TRY(sx_banner__rows(&p->stub, &p->n_stubs, table, request->rows, arena, err));
  return find_pairs(p, err);
}

/* ---- the tables ----------------------------------------------------------------------------------------------------------------- */

enum { TASK_TABLES = 8 };
typedef struct job {
  const banner_plan *plan, *earlier;
  const sx_link *link;
  const banner_kernel *kernel; /* NULL: the slow engine */
  banner_own *own;
  sx_banner_table *table;
  bool *late; /* [tables] left by the threads: the slow engine has threads of its own */
} job;

static sx_status one_table(const job *j, size_t at, sx_arena *arena, sx_arena *work, banner_scratch *scratch,
                           sx_error *err) {
  const banner_plan *plan = j->plan;
  banner_question q;
  banner_result r;
  bool done = false;
  SX_TRY(sx_banner__question(&q, plan, &plan->stub[at], work, err));
  SX_TRY(sx_banner__result_new(&r, plan, &q, work, err));
  if (j->kernel && !j->late[at]) {
    SX_TRY(sx_banner__fast(&done, &r, plan, &q, j->kernel, scratch, err));
    j->late[at] = !done || j->earlier;
    if (j->late[at]) return SX_OK;
  }
  unsigned parts = done ? BANNER_MEDIANS | BANNER_GRIDS : BANNER_ALL | BANNER_MEDIANS;
  if (j->earlier) parts |= BANNER_WAVES;
  bool median = false;
  for (size_t i = 0; i < q.n_items; i++) median = median || q.item[i].median;
  if (!done || median || r.p_items || j->earlier)
    SX_TRY(sx_banner__slow(&r, plan, &q, parts, j->earlier, j->link, work, err));
  return sx_banner__table(&j->table[at], plan, &q, &r, arena, err);
}

static sx_status run_piece(const job *j, size_t task, bool late, sx_error *err) {
  const sx_ctx *ctx = j->plan->ctx;
  sx_arena *work = NULL;
  sx_status st = SX_OK;
  banner_scratch *scratch = sx_banner__scratch_new(ctx);
  if (!scratch) return sx_error_memory(err);
  if (!j->own->arenas[task]) SX_TRY_GOTO(st, sx_arena_new(&j->own->arenas[task], ctx, err), done);
  SX_TRY_GOTO(st, sx_arena_new(&work, ctx, err), done);
  const size_t end = sx_piece_end(j->plan->n_stubs, TASK_TABLES, task);
  for (size_t at = task * TASK_TABLES; at < end; at++) {
    if (late && !j->late[at]) continue;
    const sx_arena_mark mark = sx_arena_get_mark(work);
    SX_TRY_GOTO(st, one_table(j, at, j->own->arenas[task], work, scratch, err), done);
    sx_arena_release(work, mark);
  }
done:
  sx_arena_free(work);
  sx_banner__scratch_free(scratch);
  return st;
}

static sx_status run_task(void *data, size_t task, sx_error *err) {
  return run_piece(data, task, false, err);
}

/* A net that no question has is a slip of the pen. */
static sx_status check_nets(const job *j, sx_error *err) {
  const sx_banner_request *r = j->plan->request;
  for (size_t k = 0; k < r->n_nets; k++) {
    bool used = false;
    for (size_t t = 0; t < j->plan->n_stubs && !used; t++)
      for (size_t i = 0; i < j->table[t].n_rows && !used; i++)
        used = j->table[t].row[i].kind == SX_BANNER_ROW_NET && strcmp(j->table[t].row[i].key, r->nets[k].name) == 0;
    if (!used && (j->plan->stats & ((1U << (SX_BANNER_CASES + 1)) - 1)) != 0)
      return sx_error_set(err, SX_E_ARGUMENT, "net", "no question has all levels of the net '%s'", r->nets[k].name);
  }
  return SX_OK;
}

static sx_status run_tables(job *j, sx_error *err) {
  const sx_ctx quiet = sx_ctx_quiet(j->plan->ctx);
  banner_plan plan = *j->plan;
  const size_t n = sx_piece_count(plan.n_stubs, TASK_TABLES);
  plan.ctx = &quiet;
  j->own->arenas = sx_mem_zalloc(&quiet, n, sizeof(sx_arena *));
  j->table = sx_arena_zalloc(plan.arena, plan.n_stubs, sizeof *j->table);
  j->late = sx_arena_zalloc(plan.arena, plan.n_stubs, sizeof *j->late);
  if (!j->own->arenas || !j->table || !j->late) return sx_error_memory(err);
  for (size_t k = 0; !j->kernel && k < plan.n_stubs; k++) j->late[k] = true;
  j->own->n_arenas = n;
  const banner_plan *const outer = j->plan;
  j->plan = &plan;
  sx_status st = j->kernel ? sx_parallel_for(outer->ctx, n, run_task, j, err) : SX_OK;
  for (size_t k = 0; st == SX_OK && k < n; k++) {
    st = sx_ctx_poll(outer->ctx, err);
    if (st == SX_OK) st = run_piece(j, k, true, err);
  }
  j->plan = outer;
  if (st == SX_OK) st = check_nets(j, err);
  if (st == SX_OK && plan.n_stubs == 1 && j->table[0].n_cases == 0 && !plan.request->keep_empty)
    st = sx_error_set(err, SX_E_DATA, plan.stub[0].id, "no case has an answer%s%s",
                      plan.request->where ? " where " : "", plan.request->where ? plan.request->where : "");
  return st;
}

static sx_status describe(sx_banner_book *book, const banner_plan *p, bool waves, sx_error *err) {
  const sx_banner_request *r = p->request;
  book->design = sx_arena_strdup(p->arena, sx_design_describe(p->design));
  book->filter = sx_arena_strdup(p->arena, r->where ? r->where : "");
  book->rows = sx_arena_strdup(p->arena, r->rows ? r->rows : "");
  book->spec = sx_arena_strdup(p->arena, r->columns ? r->columns : "total");
  if (!book->design || !book->filter || !book->rows || !book->spec) return sx_error_memory(err);
  book->show_se = sx_banner__has(p->stats, BANNER_SE);
  book->marks_rest[0] = "↑";
  book->marks_rest[1] = "↓";
  book->marks_wave[0] = "▲";
  book->marks_wave[1] = "▼";
  book->mark_low = r->quality && r->mark_low ? sx_arena_strdup(p->arena, r->mark_low) : NULL;
  if (r->quality && r->mark_low && !book->mark_low) return sx_error_memory(err);
  return sx_banner__legend(&book->legend, p, waves, p->arena, err);
}

static sx_status run_book(sx_banner_book *book, const sx_design *design, const sx_table *table,
                          const sx_banner_request *request, const sx_banner_wave *earlier, bool slow, sx_error *err) {
  banner_plan plan, before;
  banner_kernel *kernel = NULL;
  sx_status st = SX_OK;
  SX_TRY(make_plan(&plan, design, table, request, &book->ctx, book->arena, err));
  if (earlier) {
    st = make_plan(&before, earlier->design, earlier->table, request, &book->ctx, book->arena, err);
    before.wave = earlier;
    if (st == SX_OK && request->sig.compare & SX_BANNER_PREVIOUS_WAVE) st = sx_banner__same_where(&plan, &before, err);
    if (st != SX_OK) sx_error_add_where(err, "earlier wave");
    SX_TRY(st);
  }
  if (!slow) SX_TRY(sx_banner__kernel_new(&kernel, &plan, err));
  job j = {&plan, earlier ? &before : NULL, earlier ? earlier->link : NULL, kernel, (banner_own *)book, NULL, NULL};
  SX_TRY_GOTO(st, run_tables(&j, err), done);
  book->columns = plan.columns;
  book->table = j.table;
  book->n_tables = plan.n_stubs;
  st = describe(book, &plan, earlier != NULL, err);
done:
  sx_banner__kernel_free(kernel);
  return st;
}

sx_status sx_banner__run(sx_banner_book **out, const sx_design *design, const sx_table *table,
                         const sx_banner_request *request, const sx_banner_wave *earlier, bool slow, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  banner_own *own = sx_mem_zalloc(ctx, 1, sizeof *own);
  if (!own) return sx_error_memory(err);
  own->book.ctx = *ctx;
  sx_status st = sx_arena_new(&own->book.arena, ctx, err);
  if (st == SX_OK) st = run_book(&own->book, design, table, request, earlier, slow, err);
  if (st == SX_OK)
    *out = &own->book;
  else
    sx_banner_book_free(&own->book);
  return st;
}

sx_status sx_banner_run(sx_banner_book **out, const sx_design *design, const sx_table *table,
                        const sx_banner_request *request, const sx_banner_wave *earlier, sx_error *err) {
  return sx_banner__run(out, design, table, request, earlier, false, err);
}
