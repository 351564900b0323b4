/* study_weights.c: the population totals of its margins, and account trees read from a table. */
#include "study_data.h"
#include "study_load.h"
#include "study_names.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- margins -------------------------------------------------------------------------------------------------- */

const char *study__cell_text(const sx_column *column, size_t row, sx_arena *arena) {
  if (column->type == SX_TEXT || column->type == SX_CATEGORY)
    return sx_dict_get(column->dict, column->data.code[row], NULL);
  char text[SX_DOUBLE_TEXT_MAX];
  const size_t n = sx_text_from_double(text, sx_column_number(column, row));
  return sx_arena_strndup(arena, text, n);
}

typedef struct cells {
  const char ***levels; /* [n][n_by] */
  double *totals;
  size_t n;
} cells;

static size_t find_cell(const cells *c, const char *const *levels, size_t n_by) {
  for (size_t i = 0; i < c->n; i++) {
    bool equal = true;
    for (size_t k = 0; k < n_by && equal; k++) equal = strcmp(c->levels[i][k], levels[k]) == 0;
    if (equal) return i;
  }
  return ST_NONE;
}

/* Rows of one cell are added up, so that a file may be finer than the margin. */
static sx_status cells_of_table(cells *c, const sx_table *table, const st_margin *m, const uint8_t *keep,
                                sx_arena *arena, sx_error *err) {
  const size_t n = sx_table_rows(table), n_by = m->by.n;
  const sx_column *columns[4] = {NULL}, *value = NULL;
  SX_TRY(sx_table_need(&value, table, m->value, err));
  for (size_t k = 0; k < n_by && k < 4; k++) SX_TRY(sx_table_need(&columns[k], table, m->by.items[k], err));
  c->levels = sx_arena_alloc(arena, n, sizeof *c->levels);
  c->totals = sx_arena_alloc(arena, n, sizeof *c->totals);
  if (!c->levels || !c->totals) return sx_error_memory(err);
  for (size_t row = 0; row < n; row++) {
    if (keep && keep[row] != 1) continue;
    const double x = sx_column_number(value, row);
    if (!(x >= 0)) {
      return sx_error_set(err, SX_E_DATA, "", "row %zu: the total '%s' is missing or negative", row + 1, m->value);
    }
    const char **levels = sx_arena_alloc(arena, n_by, sizeof *levels);
    if (!levels) return sx_error_memory(err);
    for (size_t k = 0; k < n_by && k < 4; k++) {
      if (sx_column_missing(columns[k], row)) {
        return sx_error_set(err, SX_E_DATA, "", "row %zu: '%s' is missing", row + 1, m->by.items[k]);
      }
      if (!(levels[k] = study__cell_text(columns[k], row, arena))) return sx_error_memory(err);
    }
    const size_t at = find_cell(c, levels, n_by);
    if (at != ST_NONE) {
      c->totals[at] += x;
      continue;
    }
    c->levels[c->n] = levels;
    c->totals[c->n++] = x;
  }
  return SX_OK;
}

static sx_status cells_of_file(cells *c, const sx_study *s, const st_margin *m, sx_arena *arena, sx_error *err) {
  sx_table *table = NULL;
  uint8_t *keep = NULL;
  const char *path = study__path(s, arena, m->file);
  if (!path) return sx_error_memory(err);
  sx_status status = sx_io_read(&table, &s->ctx, path, NULL, err);
  if (status != SX_OK) return status;
  if (m->where.expr) {
    keep = sx_arena_alloc(arena, sx_table_rows(table), 1);
    status = keep ? sx_expr_test(keep, m->where.expr, table, err) : sx_error_memory(err);
    if (status != SX_OK) goto done;
  }
  status = cells_of_table(c, table, m, keep, arena, err);
done:
  if (status != SX_OK && status != SX_E_MEMORY) sx_error_add_where(err, "%s", path);
  /* level texts of dictionaries are borrowed: copy them before the table goes */
  for (size_t i = 0; status == SX_OK && i < c->n; i++) {
    for (size_t k = 0; k < m->by.n; k++) {
      c->levels[i][k] = sx_arena_strdup(arena, c->levels[i][k]);
      if (!c->levels[i][k]) status = sx_error_memory(err);
    }
  }
  sx_table_free(table);
  return status;
}

/* Inline totals: "male: 5", or "male, rural: 3" for a crossing. */
static sx_status cells_inline(cells *c, const sx_study *s, const st_margin *m, sx_arena *arena, sx_error *err) {
  const size_t n = m->totals->n, n_by = m->by.n;
  c->levels = sx_arena_alloc(arena, n, sizeof *c->levels);
  c->totals = sx_arena_alloc(arena, n, sizeof *c->totals);
  if (!c->levels || !c->totals) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) {
    const char **levels = sx_arena_zalloc(arena, n_by, sizeof *levels);
    const char *at = m->totals->keys[i]->text;
    if (!levels) return sx_error_memory(err);
    size_t k = 0;
    for (; k < n_by; k++) {
      const char *comma = k + 1 < n_by ? strchr(at, ',') : NULL;
      if (k + 1 < n_by && !comma) break;
      size_t len = comma ? (size_t)(comma - at) : strlen(at);
      while (len && *at == ' ') at++, len--;
      while (len && at[len - 1] == ' ') len--;
      if (!(levels[k] = sx_arena_strndup(arena, at, len))) return sx_error_memory(err);
      if (comma) at = comma + 1;
    }
    if (k < n_by) {
      return sx_node_error(err, s->doc, m->totals->keys[i],
                           "'%s' names fewer levels than the %zu variables of the margin", m->totals->keys[i]->text,
                           n_by);
    }
    if (!sx_node_number(&c->totals[i], m->totals->items[i])) {
      return sx_node_error(err, s->doc, m->totals->items[i], "a total is a number");
    }
    c->levels[i] = levels;
  }
  c->n = n;
  return SX_OK;
}

static const char *margin_name(const st_margin *m, sx_arena *arena) {
  const char *name = m->by.n ? m->by.items[0] : "";
  for (size_t k = 1; name && k < m->by.n; k++) name = sx_arena_printf(arena, "%s x %s", name, m->by.items[k]);
  return name;
}

sx_status study__targets(st_targets *out, const sx_study *s, const st_weighting *w, sx_arena *arena, sx_error *err) {
  out->n = w->n_margins;
  out->items = sx_arena_zalloc(arena, w->n_margins, sizeof *out->items);
  if (!out->items) return sx_error_memory(err);
  for (size_t i = 0; i < w->n_margins; i++) {
    const st_margin *m = &w->margins[i];
    cells c = {NULL, NULL, 0};
    if (m->file) {
      SX_TRY(cells_of_file(&c, s, m, arena, err));
    } else {
      SX_TRY(cells_inline(&c, s, m, arena, err));
    }
    const char *const **levels = sx_arena_alloc(arena, c.n, sizeof *levels);
    const char *name = margin_name(m, arena);
    if (!levels || !name) return sx_error_memory(err);
    for (size_t k = 0; k < c.n; k++) levels[k] = c.levels[k];
    out->items[i] = (sx_target){m->by.items, m->by.n, levels, c.totals, c.n, name};
  }
  return SX_OK;
}

/* ---- account trees ------------------------------------------------------------------------------------------------ */

static const char *trimmed(sx_arena *arena, const char *text) {
  size_t n = text ? strlen(text) : 0;
  while (n && (text[n - 1] == ' ' || text[n - 1] == '\r' || text[n - 1] == '\t')) n--;
  while (n && *text == ' ') text++, n--;
  return sx_arena_strndup(arena, text ? text : "", n);
}

/* EXPRESSION with {code} replaced. */
static char *with_code(st_load *l, const char *text, const char *code) {
  sx_buf buf;
  sx_buf_init(&buf, &l->s->ctx);
  for (const char *at = text;;) {
    const char *hole = strstr(at, "{code}");
    sx_buf_add_n(&buf, at, hole ? (size_t)(hole - at) : strlen(at));
    if (!hole) break;
    sx_buf_add(&buf, code);
    at = hole + 6;
  }
  char *out = sx_buf_status(&buf, NULL) == SX_OK ? sx_arena_strdup(l->s->arena, buf.data ? buf.data : "") : NULL;
  if (!out) l->oom = true;
  sx_buf_clear(&buf);
  return out;
}

typedef struct branch {
  double level;
  const char *id;
} branch;

typedef struct tree {
  const sx_column *code, *level, *label;
  uint8_t *in, *more;
  sx_table *table;
} tree;

static bool tree_columns(st_load *l, const st_account *a, tree *t) {
  const sx_node *node = sx_node_get(a->node, "tree");
  const char *keys[] = {"code", "level", "label"};
  const sx_column **columns[] = {&t->code, &t->level, &t->label};
  for (size_t i = 0; i < 3; i++) {
    const sx_node *name = sx_node_get(node, keys[i]);
    sx_error err = SX_ERROR_INIT;
    if (!name) continue;
    if (sx_table_need(columns[i], t->table, name->text, &err) != SX_OK) {
      study__error_problem(l, name, &err);
      return false;
    }
  }
  return true;
}

static uint8_t *tree_condition(st_load *l, const st_account *a, const tree *t, const char *key) {
  const sx_node *node = sx_node_get(sx_node_get(a->node, "tree"), key);
  uint8_t *keep = study__take(l, sx_table_rows(t->table), 1);
  if (!keep) return NULL;
  if (!node) {
    memset(keep, strcmp(key, "where") == 0, sx_table_rows(t->table));
    return keep;
  }
  const st_expr e = study__expr(l, sx_node_get(a->node, "tree"), key);
  sx_error err = SX_ERROR_INIT;
  if (!e.expr) return NULL;
  if (sx_expr_test(keep, e.expr, t->table, &err) == SX_OK) return keep;
  study__expr_problem(l, node, &err);
  return NULL;
}

/* A row's node hangs under the nearest earlier row of a smaller level. Rows of `continues` lengthen the label before. */
static void tree_nodes(st_load *l, st_account *a, const tree *t, const char *root) {
  branch stack[64];
  size_t depth = 0, last = ST_NONE;
  bool after_kept = false;
  for (size_t row = 0; row < sx_table_rows(t->table) && !study__stop(l); row++) {
    const char *label = t->label ? trimmed(l->s->arena, study__cell_text(t->label, row, l->s->arena)) : NULL;
    if (t->more[row] == 1) {
      st_node *n = after_kept && last != ST_NONE ? &a->nodes[last] : NULL;
      if (n && label && !(n->label.en = n->label.zh = sx_arena_printf(l->s->arena, "%s %s", n->label.en, label)))
        l->oom = true;
      continue;
    }
    after_kept = t->in[row] == 1 && !sx_column_missing(t->code, row);
    if (!after_kept) continue;
    const double level = sx_column_number(t->level, row);
    while (depth && stack[depth - 1].level >= level) depth--;
    const char *code = trimmed(l->s->arena, study__cell_text(t->code, row, l->s->arena));
    st_node *node = study__add_node(l, a);
    if (!node || !code || isnan(level)) {
      l->oom = l->oom || !code;
      if (node) a->n_nodes--;
      continue;
    }
    last = a->n_nodes - 1;
    *node = (st_node){.id = code, .node = a->node, .leaf = true};
    node->label.zh = node->label.en = label ? label : code;
    node->parent = depth ? stack[depth - 1].id : root;
    if (depth < 64) stack[depth++] = (branch){level, code};
  }
}

static void tree_leaves(st_load *l, st_account *a) {
  const sx_node *total = sx_node_get(sx_node_get(a->node, "leaf"), "total");
  for (size_t i = 0; i < a->n_nodes; i++) {
    for (size_t k = i + 1; k < a->n_nodes; k++) {
      if (a->nodes[k].parent && strcmp(a->nodes[k].parent, a->nodes[i].id) == 0) a->nodes[i].leaf = false;
    }
    if (!a->nodes[i].leaf || study__stop(l)) continue;
    const char *text = with_code(l, total->text, a->nodes[i].id);
    const size_t before = l->problems->n;
    if (text) a->nodes[i].data_total = study__expr_of(l, total, text);
    if (l->problems->n != before) return; /* the same fault in every leaf */
  }
}

sx_status study__account_tree(st_load *l, st_account *a) {
  tree t = {.table = NULL};
  sx_error err = SX_ERROR_INIT;
  const sx_node *node = sx_node_get(a->node, "tree"), *total = sx_node_get(sx_node_get(a->node, "leaf"), "total");
  if (a->tree == ST_NONE || !total || total->kind != SX_NODE_SCALAR) return SX_OK;
  if (study__read_table(&t.table, l->s, a->tree, NULL, 0, 0, &err) != SX_OK) {
    study__error_problem(l, node, &err);
    return SX_OK;
  }
  const char *root = study__text(l, node, "root");
  if (root) {
    st_node *top = study__add_node(l, a);
    if (top) *top = (st_node){.id = root, .node = a->node, .label = a->label};
  }
  if (tree_columns(l, a, &t) && t.code && t.level && (t.in = tree_condition(l, a, &t, "where")) &&
      (t.more = tree_condition(l, a, &t, "continues"))) {
    tree_nodes(l, a, &t, root);
    if (a->n_nodes == 0) study__problem(l, node, "no row of the table belongs to the tree");
    tree_leaves(l, a);
  }
  sx_table_free(t.table);
  return SX_OK;
}
