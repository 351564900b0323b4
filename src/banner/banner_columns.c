/* banner_columns.c: the columns from their words.
 *
 *   columns = nested { '+' nested }      side by side
 *   nested  = part { '>' part }          the part on the right within every column of the part on the left
 *   part    = '(' columns ')' | total | name | `name with blanks` | $set
 *
 * Every variable at the end of a branch makes a span of its own in every place where it stands. */
#include <stdio.h>
#include <string.h>

#include "banner_priv.h"

enum { MAX_DEPTH = 32, MAX_NODES = 512 };

typedef enum node_kind { NODE_TERM, NODE_BESIDE, NODE_WITHIN } node_kind;
typedef struct node {
  node_kind kind;
  size_t left, right; /* nodes */
  size_t term;        /* TERM */
} node;

/* A variable, a set, or everyone, as far as columns need it. */
typedef struct term {
  const char *name, *label;
  bool total;
  size_t n;
  const char **text, **level; /* [n] */
  int32_t *code;              /* variable: [rows] */
  uint8_t **mask;             /* set: [n] of [rows] */
} term;

typedef struct maker {
  const sx_table *table;
  bool names_only;
  sx_arena *arena;
  const char *text, *at;
  node node[MAX_NODES];
  size_t n_nodes;
  term *term;
  size_t n_terms, cap_terms;
  sx_banner_head *head;
  size_t n_heads, cap_heads;
  sx_banner_column *column;
  size_t n_columns, cap_columns, cap_of;
  uint8_t **mask;
  size_t n_masks, cap_masks, n_spans;
  size_t *of_column;
} maker;

static sx_status stray(const maker *m, const char *at, const char *what, sx_error *err) {
  char where[64];
  (void)snprintf(where, sizeof where, "columns: column %zu", sx_utf8_count(m->text, (size_t)(at - m->text)) + 1);
  return sx_error_set(err, SX_E_PARSE, where, "%s", what);
}

static void skip(maker *m) {
  while (*m->at == ' ' || *m->at == '\t' || *m->at == '\n') m->at++;
}

static bool has_room(const maker *m) {
  return m->n_nodes < MAX_NODES;
}

/* ---- terms ------------------------------------------------------------------------------------------------------------------ */

static sx_status term_of_set(term *t, maker *m, const sx_mrset *set, sx_error *err) {
  banner_members members;
  SX_TRY(sx_banner__members(&members, m->table, set, m->arena, err));
  t->label = set->label && *set->label ? set->label : set->name;
  t->n = members.n;
  t->text = members.text;
  t->level = members.label;
  t->mask = members.mask;
  return SX_OK;
}

static sx_status term_of_variable(term *t, maker *m, sx_error *err) {
  const sx_column *c = NULL;
  banner_levels levels;
  SX_TRY(sx_table_need(&c, m->table, t->name, err));
  if (m->names_only) return SX_OK;
  SX_TRY(sx_banner__levels(&levels, m->table, c, m->arena, err));
  if (levels.n == 0)
    return sx_error_set(err, SX_E_DATA, t->name, "no case has a value: it makes no columns, leave it out");
  t->label = sx_banner__label_of(c);
  t->n = levels.n;
  t->text = levels.text;
  t->level = levels.label;
  t->code = levels.code;
  return SX_OK;
}

static sx_status find_term(size_t *out, maker *m, const char *name, size_t n, bool quoted, sx_error *err) {
  for (size_t k = 0; k < m->n_terms; k++)
    if (strlen(m->term[k].name) == n && memcmp(m->term[k].name, name, n) == 0) {
      *out = k;
      return SX_OK;
    }
  if (!sx_arena_grow(m->arena, (void **)&m->term, &m->cap_terms, m->n_terms + 1, sizeof *m->term))
    return sx_error_memory(err);
  term *t = &m->term[m->n_terms];
  memset(t, 0, sizeof *t);
  t->name = sx_arena_strndup(m->arena, name, n);
  if (!t->name) return sx_error_memory(err);
  const bool known = sx_table_find(m->table, t->name) != NULL;
  const sx_mrset *set = known ? NULL : sx_banner__find_set(m->table, t->name);
  sx_status st = SX_OK;
  if (!known && !set && !quoted && strcmp(t->name, "total") == 0) {
    t->total = true;
    t->n = 1;
  } else {
    st = !set ? term_of_variable(t, m, err) : m->names_only ? SX_OK : term_of_set(t, m, set, err);
  }
  if (st != SX_OK) sx_error_add_where(err, "columns");
  if (st == SX_OK) *out = m->n_terms++;
  return st;
}

/* ---- the grammar ------------------------------------------------------------------------------------------------------------ */

static sx_status read_columns(size_t *out, maker *m, size_t depth, sx_error *err);

static sx_status add_node(size_t *out, maker *m, node_kind kind, size_t left, size_t right, sx_error *err) {
  if (!has_room(m)) return sx_error_set(err, SX_E_LIMIT, "columns", "more than %d parts", (int)MAX_NODES);
  m->node[m->n_nodes] = (node){kind, left, right, 0};
  *out = m->n_nodes++;
  return SX_OK;
}

static sx_status read_part(size_t *out, maker *m, size_t depth, sx_error *err) {
  skip(m);
  const char *from = m->at;
  if (*from == '(') {
    if (depth == MAX_DEPTH) return stray(m, from, "parentheses are nested too deeply", err);
    m->at++;
    SX_TRY(read_columns(out, m, depth + 1, err));
    skip(m);
    if (*m->at != ')') return stray(m, m->at, "')', '+' or '>' is wanted", err);
    m->at++;
    return SX_OK;
  }
  const bool quoted = *from == '`';
  const char *end = quoted ? strchr(++from, '`') : from + strcspn(from, "+>() \t\n`");
  if (!end) return stray(m, from, "the name has no closing '`'", err);
  if (end == from) return stray(m, from, "a variable, a set or 'total' is wanted", err);
  m->at = quoted ? end + 1 : end;
  size_t at = 0;
  SX_TRY(find_term(&at, m, from, (size_t)(end - from), quoted, err));
  SX_TRY(add_node(out, m, NODE_TERM, 0, 0, err));
  m->node[*out].term = at;
  return SX_OK;
}

static sx_status read_nested(size_t *out, maker *m, size_t depth, sx_error *err) {
  size_t right = 0;
  SX_TRY(read_part(out, m, depth, err));
  for (;;) {
    skip(m);
    if (*m->at != '>') return SX_OK;
    m->at++;
    SX_TRY(read_part(&right, m, depth, err));
    SX_TRY(add_node(out, m, NODE_WITHIN, *out, right, err));
  }
}

static sx_status read_columns(size_t *out, maker *m, size_t depth, sx_error *err) {
  size_t right = 0;
  SX_TRY(read_nested(out, m, depth, err));
  for (;;) {
    skip(m);
    if (*m->at != '+') return SX_OK;
    m->at++;
    SX_TRY(read_nested(&right, m, depth, err));
    SX_TRY(add_node(out, m, NODE_BESIDE, *out, right, err));
  }
}

/* ---- columns ---------------------------------------------------------------------------------------------------------------- */

/* The place under which columns are made, and what is to be nested in them: a chain on the stack. */
typedef struct within {
  size_t node;
  const struct within *next;
} within;
typedef struct place {
  size_t head;         /* SIZE_MAX at the top */
  const uint8_t *mask; /* NULL: everyone */
  const char *key;
  size_t depth;
} place;

static sx_status add_head(size_t *out, maker *m, const place *at, sx_banner_text text, const char *variable,
                          const char *level, sx_error *err) {
  if (!sx_arena_grow(m->arena, (void **)&m->head, &m->cap_heads, m->n_heads + 1, sizeof *m->head))
    return sx_error_memory(err);
  m->head[m->n_heads] = (sx_banner_head){text, variable, level, at->head, at->depth, m->n_columns, 0};
  *out = m->n_heads++;
  return SX_OK;
}

static sx_status narrow(const uint8_t **out, maker *m, const uint8_t *mask, const term *t, size_t level,
                        sx_error *err) {
  const size_t rows = sx_table_rows(m->table);
  uint8_t *own = sx_arena_alloc(m->arena, rows, 1);
  if (!own) return sx_error_memory(err);
  for (size_t i = 0; i < rows; i++)
    own[i] = (!mask || mask[i]) && (t->code ? t->code[i] == (int32_t)level : t->mask[level][i] != 0);
  *out = own;
  return SX_OK;
}

static sx_status add_column(maker *m, const place *at, size_t span, const char *letter, sx_error *err) {
  if (m->n_columns == SX_BANNER_MAX_COLUMNS)
    return sx_error_set(err, SX_E_LIMIT, "columns", "more than %d columns: make fewer levels or nest less",
                        (int)SX_BANNER_MAX_COLUMNS);
  size_t domain = 0;
  if (at->mask) {
    if (!sx_arena_grow(m->arena, (void **)&m->mask, &m->cap_masks, m->n_masks + 2, sizeof *m->mask))
      return sx_error_memory(err);
    if (m->n_masks == 0) m->mask[m->n_masks++] = NULL;
    domain = m->n_masks++;
    m->mask[domain] = (uint8_t *)(uintptr_t)at->mask;
  }
  if (!sx_arena_grow(m->arena, (void **)&m->column, &m->cap_columns, m->n_columns + 1, sizeof *m->column) ||
      !sx_arena_grow(m->arena, (void **)&m->of_column, &m->cap_of, m->n_columns + 1, sizeof *m->of_column))
    return sx_error_memory(err);
  m->of_column[m->n_columns] = domain;
  m->column[m->n_columns++] = (sx_banner_column){at->head, span, letter, at->key, !at->mask};
  return SX_OK;
}

static sx_status expand(maker *m, size_t at_node, const place *at, const within *next, sx_error *err);

bool sx_banner_is_level(const sx_banner_columns *columns, size_t head) {
  const sx_banner_head *at = &columns->head[head];
  if (*at->level || at->parent == SIZE_MAX || !*at->variable) return *at->level;
  return !sx_banner_is_level(columns, at->parent) && strcmp(columns->head[at->parent].variable, at->variable) == 0;
}

static sx_status at_level(maker *m, const term *t, size_t level, const place *variable, size_t span, const within *next,
                          sx_error *err) {
  place here = *variable;
  const sx_banner_text text = sx_banner__level_text(t->level[level]);
  SX_TRY(add_head(&here.head, m, variable, text, t->name, t->text[level], err));
  here.depth++;
  SX_TRY(narrow(&here.mask, m, variable->mask, t, level, err));
  here.key = sx_arena_printf(m->arena, "%s%s%s=%s", variable->key, *variable->key ? "," : "", t->name, t->text[level]);
  const char *letter = t->n > 1 && !next ? sx_banner__letter(m->arena, level) : "";
  if (!here.key || !letter) return sx_error_memory(err);
  if (next)
    SX_TRY(expand(m, next->node, &here, next->next, err));
  else
    SX_TRY(add_column(m, &here, span, letter, err));
  m->head[here.head].n = m->n_columns - m->head[here.head].first;
  return SX_OK;
}

static sx_status expand_term(maker *m, const term *t, const place *at, const within *next, sx_error *err) {
  place here = *at;
  const sx_banner_text total = {"合计", "Total"}, name = {t->label, t->label};
  SX_TRY(add_head(&here.head, m, at, t->total ? total : name, t->total ? "" : t->name, "", err));
  const size_t own = here.head, span = m->n_spans;
  here.depth++;
  if (t->total && next) {
    SX_TRY(expand(m, next->node, &here, next->next, err));
  } else if (t->total) {
    here.key = *at->key ? sx_arena_printf(m->arena, "%s,total", at->key) : "total";
    if (!here.key) return sx_error_memory(err);
    m->n_spans++;
    SX_TRY(add_column(m, &here, span, "", err));
  } else {
    if (!next) m->n_spans++;
    for (size_t k = 0; k < t->n; k++) SX_TRY(at_level(m, t, k, &here, span, next, err));
  }
  m->head[own].n = m->n_columns - m->head[own].first;
  return SX_OK;
}

static sx_status expand(maker *m, size_t at_node, const place *at, const within *next, sx_error *err) {
  const node *n = &m->node[at_node];
  if (n->kind == NODE_TERM) return expand_term(m, &m->term[n->term], at, next, err);
  if (n->kind == NODE_WITHIN) {
    const within inner = {n->right, next};
    return expand(m, n->left, at, &inner, err);
  }
  SX_TRY(expand(m, n->left, at, next, err));
  return expand(m, n->right, at, next, err);
}

const char *sx_banner__letter(sx_arena *arena, size_t i) {
  char text[16];
  size_t at = sizeof text - 1;
  text[at] = '\0';
  for (size_t k = i + 1; k > 0; k = (k - 1) / 26) text[--at] = (char)('A' + (k - 1) % 26);
  return sx_arena_strdup(arena, text + at);
}

static sx_status stray_end(const maker *m, sx_error *err) {
  return stray(m, m->at, *m->at == ')' ? "no parenthesis is open here" : "'+' or '>' is wanted", err);
}

static sx_status make(sx_banner_columns **out, banner_domains *domains, maker *m, sx_error *err) {
  size_t root = 0;
  const place top = {SIZE_MAX, NULL, "", 0};
  SX_TRY(read_columns(&root, m, 0, err));
  if (*m->at) return stray_end(m, err);
  SX_TRY(expand(m, root, &top, NULL, err));
  sx_banner_columns *c = sx_arena_zalloc(m->arena, 1, sizeof *c);
  uint8_t **none = sx_arena_zalloc(m->arena, 1, sizeof *none);
  if (!c || !none) return sx_error_memory(err);
  *c = (sx_banner_columns){m->n_heads, m->n_columns, m->n_spans, 0, m->head, m->column};
  for (size_t k = 0; k < m->n_heads; k++)
    if (m->head[k].depth + 1 > c->depth) c->depth = m->head[k].depth + 1;
  *domains = (banner_domains){m->n_masks ? m->n_masks : 1, m->n_columns, m->n_masks ? m->mask : none, m->of_column};
  *out = c;
  return SX_OK;
}

sx_status sx_banner__column_names(const char ***out, size_t *n, const sx_table *table, const char *text,
                                  sx_arena *arena, sx_error *err) {
  maker *m = sx_arena_zalloc(arena, 1, sizeof *m);
  size_t root = 0;
  if (!m) return sx_error_memory(err);
  *m = (maker){.table = table, .names_only = true, .arena = arena, .text = text, .at = text};
  SX_TRY(read_columns(&root, m, 0, err));
  if (*m->at) return stray_end(m, err);
  *out = sx_arena_alloc(arena, m->n_terms, sizeof **out);
  if (!*out) return sx_error_memory(err);
  *n = 0;
  for (size_t k = 0; k < m->n_terms; k++)
    if (!m->term[k].total) (*out)[(*n)++] = m->term[k].name;
  return SX_OK;
}

sx_status sx_banner__columns(sx_banner_columns **out, banner_domains *domains, const sx_table *table, const char *text,
                             sx_arena *arena, sx_error *err) {
  maker *m = sx_arena_zalloc(arena, 1, sizeof *m);
  if (!m) return sx_error_memory(err);
  m->table = table;
  m->arena = arena;
  m->text = m->at = text ? text : "total";
  return make(out, domains, m, err);
}
