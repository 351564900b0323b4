/* io_doc.c: the tree that YAML and JSON are read into: building it, asking it, writing it as JSON. */
#include "io_doc_priv.h"
#include "shuxiao/io_book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- building ---- */

sx_status sx_io__doc_init(doc_builder *b, const sx_ctx *ctx, const char *name, size_t n_text, sx_error *err) {
  const sx_ctx none = SX_CTX_INIT;
  *b = (doc_builder){.ctx = ctx ? *ctx : none};
  if (b->ctx.memory_limit && n_text > b->ctx.memory_limit)
    return sx_error_set(err, SX_E_LIMIT, name, "%zu bytes, more than the memory limit of %zu", n_text,
                        b->ctx.memory_limit);
  sx_arena *arena;
  SX_TRY(sx_arena_new(&arena, &b->ctx, err));
  sx_doc *doc = sx_arena_zalloc(arena, 1, sizeof *doc);
  const char *own_name = sx_arena_strdup(arena, name ? name : "");
  if (!doc || !own_name) {
    sx_arena_free(arena);
    return sx_error_memory(err);
  }
  *doc = (sx_doc){.arena = arena, .owners = 1, .name = own_name};
  b->doc = doc;
  return SX_OK;
}

void sx_io__doc_abandon(doc_builder *b) {
  sx_mem_free(&b->ctx, b->stack);
  b->stack = NULL;
  sx_doc_free(b->doc);
  b->doc = NULL;
}

sx_doc *sx_io__doc_finish(doc_builder *b) {
  static const sx_node empty = {.kind = SX_NODE_NULL, .line = 1, .column = 1};
  sx_doc *doc = b->doc;
  doc->root = b->n_stack ? b->stack[0] : &empty;
  b->doc = NULL;
  sx_io__doc_abandon(b);
  return doc;
}

static void put_place(char place[SX_ERROR_WHERE_MAX], const char *name, size_t line, size_t column) {
  const int keep = SX_ERROR_WHERE_MAX - 48; /* a long name must not push the place out */
  if (line)
    snprintf(place, SX_ERROR_WHERE_MAX, "%.*s:%zu:%zu", keep, name, line, column);
  else
    snprintf(place, SX_ERROR_WHERE_MAX, "%s", name);
}

sx_status sx_io__doc_error(const doc_builder *b, sx_status status, size_t line, size_t column, sx_error *err,
                           const char *fmt, ...) {
  char place[SX_ERROR_WHERE_MAX], text[SX_ERROR_MESSAGE_MAX];
  put_place(place, b->doc->name, line, column);
  va_list args;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  return sx_error_set(err, status, place, "%s", text);
}

sx_status sx_io__doc_count(doc_builder *b, size_t n, size_t line, size_t column, sx_error *err) {
  if (n > DOC_MAX_NODES - b->n_nodes)
    return sx_io__doc_error(b, SX_E_LIMIT, line, column, err, "more than %d values; split the file", DOC_MAX_NODES);
  b->n_nodes += n;
  return SX_OK;
}

sx_status sx_io__doc_node(sx_node **out, doc_builder *b, sx_node_kind kind, size_t line, size_t column, sx_error *err) {
  SX_TRY(sx_io__doc_count(b, 1, line, column, err));
  sx_node *node = sx_arena_zalloc(b->doc->arena, 1, sizeof *node);
  if (!node) return sx_error_memory(err);
  *node = (sx_node){.kind = kind, .line = line, .column = column};
  *out = node;
  return SX_OK;
}

sx_status sx_io__doc_push(doc_builder *b, const sx_node *node, sx_error *err) {
  void *stack = b->stack;
  if (!sx_mem_grow(&b->ctx, &stack, &b->cap_stack, b->n_stack + 1, sizeof *b->stack)) return sx_error_memory(err);
  b->stack = stack;
  b->stack[b->n_stack++] = node;
  return SX_OK;
}

static int compare_keys(const void *a, const void *b) {
  const sx_node *const *x = a, *const *y = b;
  const int order = strcmp((*x)->text, (*y)->text);
  if (order) return order;
  if ((*x)->line != (*y)->line) return (*x)->line < (*y)->line ? -1 : 1;
  return (*x)->column < (*y)->column ? -1 : (*x)->column > (*y)->column;
}

/* sorted [n] is scratch of the caller. */
static sx_status check_duplicates(const doc_builder *b, const sx_node **sorted, const sx_node *map, sx_error *err) {
  memcpy(sorted, map->keys, map->n * sizeof *sorted);
  qsort(sorted, map->n, sizeof *sorted, compare_keys);
  for (size_t i = 1; i < map->n; i++) {
    const sx_node *first = sorted[i - 1], *second = sorted[i];
    if (strcmp(first->text, second->text) != 0) continue;
    if (!second->line) return sx_io__doc_error(b, SX_E_PARSE, 0, 0, err, "key '%s' appears twice", second->text);
    return sx_io__doc_error(b, SX_E_PARSE, second->line, second->column, err,
                            "key '%s' appears twice, first at line %zu; keep one", second->text, first->line);
  }
  return SX_OK;
}

sx_status sx_io__doc_close(doc_builder *b, sx_node *node, size_t base, sx_error *err) {
  const size_t n_taken = b->n_stack - base;
  const bool is_map = node->kind == SX_NODE_MAP;
  const size_t n = is_map ? n_taken / 2 : n_taken;
  b->n_stack = base;
  if (!n) return SX_OK;
  const sx_node **items = sx_arena_alloc(b->doc->arena, n, sizeof *items);
  const sx_node **keys = is_map ? sx_arena_alloc(b->doc->arena, n, sizeof *keys) : NULL;
  if (!items || (is_map && !keys)) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) {
    items[i] = b->stack[is_map ? base + 2 * i + 1 : base + i];
    if (is_map) keys[i] = b->stack[base + 2 * i];
  }
  node->n = n;
  node->items = items;
  node->keys = keys;
  if (!is_map) return SX_OK;
  const sx_arena_mark mark = sx_arena_get_mark(b->doc->arena);
  const sx_node **sorted = sx_arena_alloc(b->doc->arena, n, sizeof *sorted);
  if (!sorted) return sx_error_memory(err);
  const sx_status st = check_duplicates(b, sorted, node, err);
  sx_arena_release(b->doc->arena, mark);
  return st;
}

void sx_io__doc_place(size_t *line, size_t *column, const char *text, size_t offset) {
  size_t start = 0;
  *line = 1;
  for (size_t i = 0; i < offset; i++) {
    const bool lone_return = text[i] == '\r' && !(i + 1 < offset && text[i + 1] == '\n');
    if (text[i] != '\n' && !lone_return) continue;
    ++*line;
    start = i + 1;
  }
  *column = sx_utf8_count(text + start, offset - start) + 1;
}

sx_status sx_io__doc_check_text(const doc_builder *b, const char *text, size_t n, sx_error *err) {
  size_t bad = 0, line, column;
  if (!sx_utf8_valid(text, n, &bad)) {
    sx_io__doc_place(&line, &column, text, bad);
    return sx_io__doc_error(b, SX_E_PARSE, line, column, err, "byte %02X is not valid UTF-8; save the file as UTF-8",
                            (unsigned)(unsigned char)text[bad]);
  }
  for (size_t i = 0; i < n; i++) {
    const unsigned char c = (unsigned char)text[i];
    if ((c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n' || c == '\r') continue;
    sx_io__doc_place(&line, &column, text, i);
    return sx_io__doc_error(b, SX_E_PARSE, line, column, err, "control character %02X; delete it", (unsigned)c);
  }
  return SX_OK;
}

/* ---- asking ---- */

const sx_node *sx_doc_root(const sx_doc *doc) {
  return doc->root;
}

const char *sx_doc_name(const sx_doc *doc) {
  return doc->name;
}

sx_doc *sx_doc_share(sx_doc *doc) {
  atomic_fetch_add(&doc->owners, 1);
  return doc;
}

void sx_doc_free(sx_doc *doc) {
  if (doc && atomic_fetch_sub(&doc->owners, 1) == 1) sx_arena_free(doc->arena); /* the document itself lives there */
}

const sx_node *sx_node_get(const sx_node *map, const char *key) {
  if (!map || map->kind != SX_NODE_MAP) return NULL;
  for (size_t i = 0; i < map->n; i++)
    if (map->keys[i]->text[0] == key[0] && strcmp(map->keys[i]->text, key) == 0) return map->items[i];
  return NULL;
}

bool sx_node_number(double *out, const sx_node *node) {
  if (!node || node->kind != SX_NODE_SCALAR || node->quoted) return false;
  return sx_text_to_double(out, node->text, strlen(node->text));
}

bool sx_node_bool(bool *out, const sx_node *node) {
  if (!node || node->kind != SX_NODE_SCALAR || node->quoted) return false;
  const bool yes = strcmp(node->text, "true") == 0;
  if (!yes && strcmp(node->text, "false") != 0) return false;
  *out = yes;
  return true;
}

sx_status sx_node_error(sx_error *err, const sx_doc *doc, const sx_node *node, const char *fmt, ...) {
  char place[SX_ERROR_WHERE_MAX], text[SX_ERROR_MESSAGE_MAX];
  if (doc->places && node && node->line && node->line <= doc->n_places)
    sx_doc_place_text(place, doc->name, &doc->places[node->line - 1]);
  else
    put_place(place, doc->name, node && !doc->places ? node->line : 0, node ? node->column : 0);
  va_list args;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  return sx_error_set(err, SX_E_PARSE, place, "%s", text);
}

static int cut(const char *text) {
  return (int)sx_utf8_cut(text, strlen(text), 90);
}

void sx_doc_place_text(char out[SX_ERROR_WHERE_MAX], const char *name, const sx_doc_place *p) {
  char cell[SX_BOOK_CELL_NAME];
  if (!p || !p->sheet) {
    (void)snprintf(out, SX_ERROR_WHERE_MAX, "%.200s", name);
  } else if (!p->row) {
    (void)snprintf(out, SX_ERROR_WHERE_MAX, "%.200s: sheet %.*s", name, cut(p->sheet), p->sheet);
  } else {
    const bool headed = p->heading && p->heading[0];
    sx_book_cell_name(cell, p->row, p->column);
    (void)snprintf(out, SX_ERROR_WHERE_MAX, "%.200s: sheet %.*s, row %zu, column %.*s%s%s%s", name, cut(p->sheet),
                   p->sheet, p->row, cut(headed ? p->heading : cell), headed ? p->heading : cell, headed ? " (" : "",
                   headed ? cell : "", headed ? ")" : "");
  }
}

sx_status sx_doc_set_places(sx_doc *doc, const sx_doc_place *lines, size_t n, sx_error *err) {
  sx_doc_place *own = sx_arena_zalloc(doc->arena, n, sizeof *own);
  if (!own) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) {
    const bool same_sheet = i && lines[i].sheet == lines[i - 1].sheet;
    own[i] = lines[i];
    if (lines[i].sheet) own[i].sheet = same_sheet ? own[i - 1].sheet : sx_arena_strdup(doc->arena, lines[i].sheet);
    if (lines[i].heading) own[i].heading = sx_arena_strdup(doc->arena, lines[i].heading);
    if ((lines[i].sheet && !own[i].sheet) || (lines[i].heading && !own[i].heading)) return sx_error_memory(err);
  }
  doc->places = own;
  doc->n_places = n;
  return SX_OK;
}

bool sx_doc_has_places(const sx_doc *doc) {
  return doc && doc->places;
}

static bool is_allowed(const char *key, const char *const *allowed, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(key, allowed[i]) == 0) return true;
  return false;
}

/* "a, b, c" cut to what a message holds. */
static void list_names(char *out, size_t size, const char *const *names, size_t n) {
  size_t used = 0;
  out[0] = '\0';
  for (size_t i = 0; i < n; i++) {
    const int put = snprintf(out + used, size - used, "%s%s", i ? ", " : "", names[i]);
    if (put < 0 || (size_t)put >= size - used) {
      out[used] = '\0';
      return;
    }
    used += (size_t)put;
  }
}

sx_status sx_node_keys(const sx_doc *doc, const sx_node *map, const char *const *allowed, size_t n, sx_error *err) {
  if (map->kind != SX_NODE_MAP) return sx_node_error(err, doc, map, "expected a map of key: value lines here");
  for (size_t i = 0; i < map->n; i++) {
    const char *key = map->keys[i]->text;
    if (is_allowed(key, allowed, n)) continue;
    const char *near = sx_text_nearest(key, allowed, n);
    if (near) return sx_node_error(err, doc, map->keys[i], "unknown key '%s'; did you mean '%s'?", key, near);
    char names[SX_ERROR_MESSAGE_MAX / 2];
    list_names(names, sizeof names, allowed, n);
    return sx_node_error(err, doc, map->keys[i], "unknown key '%s'; known here: %s", key, names);
  }
  return SX_OK;
}

/* ---- writing JSON ---- */

void sx_json_string(sx_buf *out, const char *text) {
  const size_t n = strlen(text);
  size_t plain = 0; /* start of the run that needs no escape */
  sx_buf_add_char(out, '"');
  for (size_t i = 0; i < n;) {
    const unsigned char c = (unsigned char)text[i];
    uint32_t code;
    const size_t step = c < 0x80 ? 1 : sx_utf8_next(&code, text + i, n - i);
    if (step && c >= 0x20 && c != 0x7F && c != '"' && c != '\\') {
      i += step;
      continue;
    }
    sx_buf_add_n(out, text + plain, i - plain);
    if (!step)
      sx_buf_add(out, "\xEF\xBF\xBD"); /* a byte that is not UTF-8 becomes U+FFFD */
    else if (c == '\n')
      sx_buf_add(out, "\\n");
    else if (c == '\t')
      sx_buf_add(out, "\\t");
    else if (c == '\r')
      sx_buf_add(out, "\\r");
    else if (c < 0x20 || c == 0x7F)
      sx_buf_printf(out, "\\u%04x", (unsigned)c);
    else {
      sx_buf_add_char(out, '\\');
      sx_buf_add_char(out, (char)c);
    }
    i += step ? step : 1;
    plain = i;
  }
  sx_buf_add_n(out, text + plain, n - plain);
  sx_buf_add_char(out, '"');
}

/* -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?  Given that text is a number as sx_text_to_double reads it, what JSON
 * does not have is a plus sign, a leading zero before a digit, and a point without a digit on both sides. */
static bool is_json_number(const char *text) {
  const char *s = text + (text[0] == '-');
  if (*s < '0' || *s > '9') return false;
  if (s[0] == '0' && s[1] >= '0' && s[1] <= '9') return false;
  const char *point = strchr(s, '.');
  return !point || (point[1] >= '0' && point[1] <= '9');
}

static void scalar_to_json(sx_buf *out, const sx_node *node) {
  double number;
  int64_t integer;
  bool truth;
  const size_t length = strlen(node->text);
  if (sx_node_bool(&truth, node)) {
    sx_buf_add(out, node->text);
  } else if (!sx_node_number(&number, node)) {
    sx_json_string(out, node->text);
  } else if (strspn(node->text, "+-0123456789") == length && !sx_text_to_int64(&integer, node->text, length)) {
    sx_json_string(out, node->text); /* more digits than JSON readers keep: an identifier */
  } else if (strcmp(node->text, "-0") == 0) {
    sx_buf_add(out, "-0.0"); /* JSON readers take -0 for the integer 0 */
  } else if (is_json_number(node->text)) {
    sx_buf_add(out, node->text);
  } else {
    char text[SX_DOUBLE_TEXT_MAX];
    sx_text_from_double(text, number);
    sx_buf_add(out, text);
  }
}

void sx_node_to_json(sx_buf *out, const sx_node *node) {
  switch (node->kind) {
  case SX_NODE_NULL:
    sx_buf_add(out, "null");
    break;
  case SX_NODE_SCALAR:
    scalar_to_json(out, node);
    break;
  case SX_NODE_LIST:
  case SX_NODE_MAP: {
    const bool is_map = node->kind == SX_NODE_MAP;
    sx_buf_add_char(out, is_map ? '{' : '[');
    for (size_t i = 0; i < node->n; i++) { /* depth is at most DOC_MAX_DEPTH */
      if (i) sx_buf_add_char(out, ',');
      if (is_map) {
        sx_json_string(out, node->keys[i]->text);
        sx_buf_add_char(out, ':');
      }
      sx_node_to_json(out, node->items[i]);
    }
    sx_buf_add_char(out, is_map ? '}' : ']');
    break;
  }
  }
}

void sx_csv_field(sx_buf *out, const char *text) {
  if (!text) return;
  if (!text[strcspn(text, ",\"\r\n")]) {
    sx_buf_add(out, text);
    return;
  }
  sx_buf_add_char(out, '"');
  for (const char *p = text; *p; p++) {
    if (*p == '"') sx_buf_add_char(out, '"');
    sx_buf_add_char(out, *p);
  }
  sx_buf_add_char(out, '"');
}
