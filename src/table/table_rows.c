/* table_rows.c: rows as a whole: append below, select. */
#include "table_priv.h"

/* ---- select -------------------------------------------------------------------------------------------- */

static sx_status select_column(sx_column **out, const sx_table *table, const sx_column *src, const uint8_t *keep,
                               size_t n, sx_error *err) {
  sx_column *c = NULL;
  SX_TRY(sx_table__column_like(&c, &table->ctx, src, src->name, n, err));
  if (src->miss) {
    const sx_status st = sx_table__need_miss(&table->ctx, c, err);
    if (st != SX_OK) {
      sx_column_free(&table->ctx, c);
      return st;
    }
  }
  for (size_t i = 0, to = 0; i < src->n; i++)
    if (keep[i]) sx_table__copy_row(c, to++, src, i);
  *out = c;
  return SX_OK;
}

sx_status sx_table_select(sx_table **out, const sx_table *table, const uint8_t *keep, sx_error *err) {
  if (!out || !table || (!keep && table->n_rows))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_table_select: an argument is NULL");
  size_t n = 0;
  for (size_t i = 0; i < table->n_rows; i++) n += keep[i] != 0;
  sx_table *t = NULL;
  sx_column *c = NULL;
  sx_status st = SX_OK;
  SX_TRY(sx_table_new(&t, &table->ctx, n, err));
  for (size_t i = 0; i < table->n; i++) {
    SX_TRY_GOTO(st, select_column(&c, table, table->columns[i], keep, n, err), done);
    SX_TRY_GOTO(st, sx_table_take(t, c, err), done);
    c = NULL;
  }
  SX_TRY_GOTO(st, sx_table__copy_meta(t, table, err), done);
  *out = t;
  t = NULL;
done:
  sx_column_free(&table->ctx, c);
  sx_table_free(t);
  return st;
}

/* ---- append -------------------------------------------------------------------------------------------- */

/* What happens to one column of the table: everything that can fail is prepared here, so that a failure changes nothing. */
typedef struct plan {
  const sx_column *more; /* NULL: absent below, system-missing there */
  sx_column *fresh;      /* a column that only `more` has, made for the first rows; to be taken */
  sx_dict *dict;         /* the common dictionary (one reference held), or NULL */
  int32_t *map;          /* code of more->dict -> code of dict; NULL when the same */
  bool widen;            /* integer to number */
} plan;

static sx_status check_types(plan *p, const sx_column *a, const sx_column *b, sx_error *err) {
  if (a->type == b->type) return SX_OK;
  if (a->type == SX_INTEGER && b->type == SX_NUMBER) {
    p->widen = true;
    return SX_OK;
  }
  if (a->type == SX_NUMBER && b->type == SX_INTEGER) return SX_OK;
  return sx_error_set(err, SX_E_DATA, a->name, "rows cannot be appended: the variable is %s above and %s below",
                      sx_type_name(a->type), sx_type_name(b->type));
}

static sx_status plan_dict(plan *p, const sx_ctx *ctx, sx_dict *above, const sx_dict *below, sx_error *err) {
  if (above == below) {
    p->dict = sx_dict_ref(above);
    return SX_OK;
  }
  SX_TRY(sx_table__dict_copy(&p->dict, ctx, above, err));
  p->map = sx_mem_alloc(ctx, sx_dict_count(below), sizeof *p->map);
  if (!p->map) return sx_error_memory(err);
  for (size_t i = 0; i < sx_dict_count(below); i++) {
    size_t n = 0;
    const char *text = sx_dict_get(below, (int32_t)i, &n);
    SX_TRY(sx_dict_add(&p->map[i], p->dict, text, n, err));
  }
  return SX_OK;
}

static sx_status plan_column(plan *p, const sx_table *table, const sx_table *more, const sx_column *c, sx_error *err) {
  p->more = sx_table_find(more, c->name);
  if (!p->more) return SX_OK;
  SX_TRY(check_types(p, c, p->more, err));
  return c->dict ? plan_dict(p, &table->ctx, c->dict, p->more->dict, err) : SX_OK;
}

/* A column that only `more` has: system-missing in the rows above. */
static sx_status plan_fresh(plan *p, const sx_table *table, const sx_column *src, sx_error *err) {
  p->more = src;
  SX_TRY(sx_table__column_like(&p->fresh, &table->ctx, src, src->name, table->n_rows, err));
  p->dict = sx_dict_ref(src->dict);
  for (size_t i = 0; i < table->n_rows; i++)
    SX_TRY(sx_column_set_missing(&table->ctx, p->fresh, i, SX_MISS_SYSTEM, err));
  return SX_OK;
}

/* Room for n rows; the first old rows keep their values. A failure leaves the column as it was, in larger memory. */
static sx_status grow_column(const sx_ctx *ctx, sx_column *c, size_t n, bool with_miss, sx_error *err) {
  void *data = sx_mem_resize(ctx, c->data.i64, n, sx_table__width(c->type));
  if (!data) return sx_error_memory(err);
  c->data.i64 = data;
  if (!with_miss && !c->miss) return SX_OK;
  uint8_t *miss = c->miss ? sx_mem_resize(ctx, c->miss, n, 1) : sx_mem_zalloc(ctx, n, 1);
  if (!miss) return sx_error_memory(err);
  c->miss = miss;
  return SX_OK;
}

static void fill_rows(sx_column *c, size_t from, const plan *p, size_t n) {
  const sx_column *m = p->more;
  for (size_t i = 0; i < n; i++) {
    const size_t to = from + i;
    if (c->miss) c->miss[to] = m && m->miss ? m->miss[i] : m ? SX_MISS_NONE : SX_MISS_SYSTEM;
    if (sx_table__is_coded(c->type)) {
      const int32_t code = m ? m->data.code[i] : -1;
      c->data.code[to] = p->map && code >= 0 ? p->map[code] : code;
    } else if (c->type == SX_NUMBER) {
      c->data.f64[to] = !m ? (double)NAN : m->type == SX_NUMBER ? m->data.f64[i] : (double)m->data.i64[i];
    } else {
      c->data.i64[to] = m ? m->data.i64[i] : 0;
    }
  }
}

static void widen_column(sx_column *c) {
  for (size_t i = 0; i < c->n; i++) {
    const double v = (double)c->data.i64[i];
    c->data.f64[i] = v;
  }
  c->type = SX_NUMBER;
}

/* Labels that only the rows below carry. */
static sx_status merge_labels(const sx_ctx *ctx, sx_column *c, const sx_column *m, sx_error *err) {
  for (size_t i = 0; i < m->n_labels; i++) {
    const sx_label *l = &m->labels[i];
    bool known = false;
    for (size_t k = 0; k < c->n_labels && !known; k++) {
      const sx_label *o = &c->labels[k];
      known = l->tag || o->tag ? l->tag == o->tag : l->text ? strcmp(l->text, o->text) == 0 : l->value == o->value;
    }
    if (!known) SX_TRY(sx_column_add_label(ctx, c, l->value, l->text, l->tag, l->label, err));
  }
  return SX_OK;
}

static void free_plans(const sx_ctx *ctx, plan *plans, size_t n) {
  for (size_t i = 0; i < n; i++) {
    sx_column_free(ctx, plans[i].fresh);
    sx_dict_free(plans[i].dict);
    sx_mem_free(ctx, plans[i].map);
  }
  sx_mem_free(ctx, plans);
}

/* Plans for the table's columns, then for those that only `more` has. */
static sx_status make_plans(plan *plans, size_t *n_plans, const sx_table *table, const sx_table *more, sx_error *err) {
  for (size_t i = 0; i < table->n; i++) SX_TRY(plan_column(&plans[(*n_plans)++], table, more, table->columns[i], err));
  for (size_t i = 0; i < more->n; i++)
    if (!sx_table_find(table, more->columns[i]->name))
      SX_TRY(plan_fresh(&plans[(*n_plans)++], table, more->columns[i], err));
  return SX_OK;
}

sx_status sx_table_append(sx_table *table, const sx_table *more, sx_error *err) {
  if (!table || !more) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_table_append: an argument is NULL");
  if (table == more) return sx_error_set(err, SX_E_ARGUMENT, NULL, "a table cannot be appended to itself");
  const sx_ctx *ctx = &table->ctx;
  size_t total = 0, n_plans = 0;
  const size_t n_old = table->n;
  sx_status st = SX_OK;
  if (!sx_size_add(&total, table->n_rows, more->n_rows)) return sx_error_set(err, SX_E_LIMIT, NULL, "too many rows");
  plan *plans = sx_mem_zalloc(ctx, table->n + more->n, sizeof *plans);
  if (!plans) return sx_error_memory(err);
  SX_TRY_GOTO(st, make_plans(plans, &n_plans, table, more, err), done);
  for (size_t i = 0; i < n_plans; i++) {
    sx_column *c = plans[i].fresh ? plans[i].fresh : table->columns[i];
    const bool with_miss = !plans[i].more || plans[i].more->miss;
    SX_TRY_GOTO(st, grow_column(ctx, c, total, with_miss, err), done);
    if (!plans[i].fresh && plans[i].more) SX_TRY_GOTO(st, merge_labels(ctx, c, plans[i].more, err), done);
  }
  for (size_t i = n_old; i < n_plans; i++) {
    SX_TRY_GOTO(st, sx_table_take(table, plans[i].fresh, err), undo);
    plans[i].fresh = NULL;
  }
  for (size_t i = 0; i < n_plans; i++) { /* nothing fails from here on */
    sx_column *c = table->columns[i];
    if (plans[i].widen) widen_column(c);
    if (plans[i].dict) {
      sx_dict_free(c->dict);
      c->dict = sx_dict_ref(plans[i].dict);
    }
    fill_rows(c, table->n_rows, &plans[i], more->n_rows);
    c->n = total;
  }
  table->n_rows = total;
  goto done;
undo:
  while (table->n > n_old)
    if (sx_table_drop(table, table->columns[table->n - 1]->name, NULL) != SX_OK) break;
done:
  free_plans(ctx, plans, n_plans);
  return st;
}
