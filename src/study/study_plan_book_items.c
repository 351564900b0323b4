/* study_plan_book_items.c: the tree that sheets are read into, cells as YAML, and the tree as the text of a study file. */
#include "study_plan_book.h"

#include <stdio.h>
#include <string.h>

/* ---- problems --------------------------------------------------------------------------------------------------------- */

void study__pb_problem(pb *b, const sx_doc_place *at, const char *fmt, ...) {
  char where[SX_ERROR_WHERE_MAX], message[SX_ERROR_MESSAGE_MAX];
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(message, sizeof message, fmt, args);
  va_end(args);
  message[sx_utf8_cut(message, strlen(message), sizeof message - 1)] = '\0';
  sx_doc_place_text(where, b->name, at);
  if (b->n_problems++ == 0) (void)sx_error_set(b->err, SX_E_PARSE, where, "%s", message);
  if (b->load) study__problem_at(b->load, false, where, message);
}

/* ---- items ------------------------------------------------------------------------------------------------------------ */

pb_item *study__pb_find(const pb_item *of, const char *key) {
  pb_item *at = of ? of->first : NULL;
  while (at && !(at->key && strcmp(at->key, key) == 0)) at = at->next;
  return at;
}

static pb_item *add(pb *b, pb_item *of, const char *key) {
  pb_item *item = sx_arena_zalloc(b->arena, 1, sizeof *item);
  if (item && key) item->key = sx_arena_strdup(b->arena, key);
  if (!item || (key && !item->key)) {
    b->oom = true;
    return NULL;
  }
  if (of->last)
    of->last->next = item;
  else
    of->first = item;
  of->last = item;
  return item;
}

pb_item *study__pb_child(pb *b, pb_item *of, const char *key, const sx_doc_place *named) {
  pb_item *item = study__pb_find(of, key);
  if (item) return item;
  if (of->value || of->list) {
    study__pb_problem(b, named, "'%s' is a part of something that %s", key, of->list ? "is a list" : "has a value");
    return NULL;
  }
  item = add(b, of, key);
  if (item) item->named = *named;
  return item;
}

pb_item *study__pb_append(pb *b, pb_item *list) {
  list->list = true;
  return add(b, list, NULL);
}

/* "[2]" or "[]" at *path; 0: the next one. False: neither, or more than one beyond the end. */
static bool take_index(size_t *out, const char **path, const pb_item *list) {
  const char *p = *path + 1;
  size_t n = 0, have = 0;
  for (const pb_item *at = list->first; at; at = at->next) have++;
  for (; *p >= '0' && *p <= '9' && n < 100000; p++) n = n * 10 + (size_t)(*p - '0');
  if (*p != ']') return false;
  *out = n;
  *path = p + 1;
  return n <= have + 1;
}

static pb_item *element(pb *b, pb_item *list, size_t n, const sx_doc_place *named) {
  if (list->value || (list->first && !list->list)) {
    study__pb_problem(b, named, "'%s' has a value, or parts by name: it is no list", list->key ? list->key : "it");
    return NULL;
  }
  pb_item *at = list->first;
  for (size_t i = 1; n && at && i < n; i++) at = at->next;
  return n && at ? at : study__pb_append(b, list);
}

/* A word of a path: to the next point or bracket, or what stands between quotes. NULL: none. */
static char *take_word(pb *b, const char **path) {
  const char *p = *path, *end;
  if (*p == '"') {
    end = strchr(++p, '"');
    if (!end || (end[1] && end[1] != '.' && end[1] != '[')) return NULL;
    *path = end + 1;
  } else {
    end = p + strcspn(p, ".[");
    while (end > p && end[-1] == ' ') end--;
    if (end == p) return NULL;
    *path = p + strcspn(p, ".[");
  }
  char *word = sx_arena_strndup(b->arena, p, (size_t)(end - p));
  b->oom = b->oom || !word;
  return word;
}

pb_item *study__pb_path(pb *b, pb_item *from, const char *path, const sx_doc_place *named) {
  enum { DEPTH = 20 };
  pb_item *at = from;
  const char *rest = path;
  for (size_t depth = 0; at && depth < DEPTH; depth++) {
    size_t n = 0;
    while (*rest == ' ') rest++;
    if (*rest == '[') {
      if (!take_index(&n, &rest, at)) break;
      at = element(b, at, n, named);
    } else {
      char *word = take_word(b, &rest);
      if (!word) break;
      at = study__pb_child(b, at, word, named);
    }
    if (!*rest) return at;
    if (*rest == '.') rest++;
  }
  if (at && !b->oom)
    study__pb_problem(b, named, "'%.100s' is no path of keys: write design.weights, key[1].ref, \"a.b\".c", path);
  return NULL;
}

void study__pb_set(pb *b, pb_item *item, const char *value, const sx_doc_place *at) {
  if (!item || !value) return;
  if (item->value || item->first) {
    char first[SX_ERROR_WHERE_MAX];
    sx_doc_place_text(first, b->name, item->value ? &item->at : &item->first->at);
    study__pb_problem(b, at, "'%s' stands twice, first at %s: keep one", item->key ? item->key : "it", first);
    return;
  }
  item->value = value;
  item->at = *at;
}

/* ---- scalars as YAML -------------------------------------------------------------------------------------------------- */

static bool is_typed(const char *text) {
  static const char *const words[] = {"true", "false", "null", "Null", "NULL", "~"};
  double x;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(text, words[i]) == 0) return true;
  return sx_text_to_double(&x, text, strlen(text));
}

/* A text that YAML takes as it stands: doubt is answered with quotes, as of words that older readers take for true and false. */
static bool is_plain(const char *text, bool flow) {
  static const char *const old[] = {"yes", "no", "Yes", "No", "YES", "NO", "y",
                                    "n",   "Y",  "N",   "on", "off", "On", "Off"};
  const size_t n = strlen(text);
  for (size_t i = 0; i < sizeof old / sizeof *old; i++)
    if (strcmp(text, old[i]) == 0) return false;
  if (!n || strchr("-?:,[]{}#&*!|>'\"%@`<=. ~", text[0]) || text[n - 1] == ' ' || text[n - 1] == ':') return false;
  for (size_t i = 0; i < n; i++) {
    const unsigned char c = (unsigned char)text[i];
    if (c < 0x20 || c == 0x7f || c == '\\') return false;
    if ((c == ':' || c == '#') && (flow || text[i + 1] == ' ' || (i && text[i - 1] == ' '))) return false;
    if (flow && strchr(",[]{}\"'", c)) return false;
    if ((c == 0xC2 && (unsigned char)text[i + 1] < 0xA0) || c == 0xE2 || c == 0xEF) return false; /* breaks, marks */
  }
  return true;
}

void study__pb_quoted(sx_buf *out, const char *text) {
  const size_t n = strlen(text);
  sx_buf_add_char(out, '"');
  for (size_t i = 0; i < n;) {
    uint32_t code = 0;
    const size_t k = sx_utf8_next(&code, text + i, n - i);
    if (code == '\n' || code == '\t' || code == '\r') {
      sx_buf_add(out, code == '\n' ? "\\n" : code == '\t' ? "\\t" : "\\r");
    } else if (code == '"' || code == '\\') {
      sx_buf_printf(out, "\\%c", (char)code);
    } else if (code < 0x20 || (code >= 0x7f && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) || code == 0xFEFF ||
               (code & 0xFFFE) == 0xFFFE) {
      sx_buf_printf(out, code > 0xFFFF ? "\\U%08x" : "\\u%04x", (unsigned)code);
    } else {
      sx_buf_add_n(out, text + i, k ? k : 1);
    }
    i += k ? k : 1;
  }
  sx_buf_add_char(out, '"');
}

void study__pb_scalar(sx_buf *out, const char *text, bool quoted, bool flow) {
  const bool typed = is_typed(text);
  if (typed ? !quoted : is_plain(text, flow))
    sx_buf_add(out, text);
  else
    study__pb_quoted(out, text);
}

void study__pb_flow(sx_buf *out, const sx_node *node) {
  const bool map = node->kind == SX_NODE_MAP;
  if (node->kind == SX_NODE_NULL) {
    sx_buf_add(out, "null");
    return;
  }
  if (node->kind == SX_NODE_SCALAR) {
    study__pb_scalar(out, node->text, node->quoted, true);
    return;
  }
  sx_buf_add_char(out, map ? '{' : '[');
  for (size_t i = 0; i < node->n; i++) {
    if (i) sx_buf_add(out, ", ");
    if (map) {
      study__pb_scalar(out, node->keys[i]->text, node->keys[i]->quoted, true);
      sx_buf_add(out, ": ");
    }
    study__pb_flow(out, node->items[i]);
  }
  sx_buf_add_char(out, map ? '}' : ']');
}

/* ---- cells ------------------------------------------------------------------------------------------------------------ */

static bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Bytes of a separator at p: , ; line break and their Chinese fellows. */
static size_t separator(const char *p) {
  static const char *const wide[] = {"\xEF\xBC\x8C", "\xEF\xBC\x9B", "\xE3\x80\x81"};
  if (*p == ',' || *p == ';' || *p == '\n') return 1;
  for (size_t i = 0; i < 3; i++)
    if (strncmp(p, wide[i], 3) == 0) return 3;
  return 0;
}

bool study__pb_part(const char **part, size_t *n, const char **rest) {
  const char *p = *rest;
  for (;;) {
    while (*p && (is_space(*p) || separator(p))) p += is_space(*p) ? 1 : separator(p);
    if (!*p) return false;
    *part = p;
    while (*p && !separator(p)) p++;
    *n = (size_t)(p - *part);
    *rest = p;
    while (*n && is_space((*part)[*n - 1])) --*n;
    if (*n) return true;
  }
}

static const char *as_list(pb *b, const char *text, bool always) {
  sx_buf out;
  const char *part, *rest = text;
  size_t n, parts = 0;
  sx_buf_init(&out, &b->ctx);
  const bool one = study__pb_part(&part, &n, &rest) && !study__pb_part(&part, &n, &rest);
  const bool list = always || !one;
  rest = text;
  if (list) sx_buf_add_char(&out, '[');
  while (study__pb_part(&part, &n, &rest)) {
    char *copy = sx_arena_strndup(b->arena, part, n);
    if (parts++) sx_buf_add(&out, ", ");
    if (copy) study__pb_scalar(&out, copy, false, list);
    b->oom = b->oom || !copy;
  }
  if (list) sx_buf_add_char(&out, ']');
  const char *value = out.failed ? NULL : sx_arena_strdup(b->arena, out.data ? out.data : "");
  sx_buf_clear(&out);
  b->oom = b->oom || !value;
  return value;
}

/* YAML in brackets or quotes. NULL: it is none; in brackets that is noted. */
static const char *as_yaml(pb *b, const char *text, const sx_doc_place *at) {
  sx_doc *doc = NULL;
  sx_error err = SX_ERROR_INIT;
  sx_buf out;
  const char *value = NULL;
  const bool quotes = text[0] == '"' || text[0] == '\'';
  sx_buf_init(&out, &b->ctx);
  const sx_status status = sx_doc_parse_yaml(&doc, &b->ctx, "", text, strlen(text), &err);
  const sx_node *root = status == SX_OK ? sx_doc_root(doc) : NULL;
  if (status == SX_E_MEMORY) {
    b->oom = true;
  } else if (root && (!quotes || (root->kind == SX_NODE_SCALAR && root->quoted))) {
    study__pb_flow(&out, root);
    value = out.failed ? NULL : sx_arena_strdup(b->arena, out.data ? out.data : "");
    b->oom = b->oom || !value;
  } else if (!quotes) {
    study__pb_problem(b, at, "what stands in brackets does not end well: %s", err.message);
  }
  sx_buf_clear(&out);
  sx_doc_free(doc);
  return value;
}

const char *study__pb_cell(pb *b, pb_kind kind, const char *text, bool number, const sx_doc_place *at) {
  const size_t n = strlen(text);
  sx_buf out;
  for (size_t i = 0; i < n; i++) {
    const unsigned char c = (unsigned char)text[i];
    if ((c >= 0x20 && c != 0x7f) || c == '\n' || c == '\r' || c == '\t') continue;
    study__pb_problem(b, at, "control character %02X; delete it", (unsigned)c);
    return NULL;
  }
  if (kind != PB_TEXT && (text[0] == '[' || text[0] == '{')) return as_yaml(b, text, at);
  const char *quoted = kind != PB_TEXT && (text[0] == '"' || text[0] == '\'') ? as_yaml(b, text, at) : NULL;
  if (quoted || b->oom) return quoted;
  const bool word = strcmp(text, "all") == 0 || strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
  if ((kind == PB_LIST || kind == PB_LISTS) && !word) return as_list(b, text, kind == PB_LISTS);
  if (kind == PB_VALUE && (strcmp(text, "TRUE") == 0 || strcmp(text, "FALSE") == 0)) /* typed as a text */
    return text[0] == 'T' ? "true" : "false";
  sx_buf_init(&out, &b->ctx);
  study__pb_scalar(&out, text, kind == PB_TEXT && !number, false);
  const char *value = out.failed ? NULL : sx_arena_strdup(b->arena, out.data ? out.data : "");
  sx_buf_clear(&out);
  b->oom = b->oom || !value;
  return value;
}

/* ---- the text --------------------------------------------------------------------------------------------------------- */

typedef struct writer {
  sx_buf *out;
  pb *b;
  sx_doc_place *places; /* NULL with wanted false */
  size_t n, cap;
  bool wanted;
} writer;

static void end_line(writer *w, const sx_doc_place *at) {
  sx_buf_add_char(w->out, '\n');
  if (!w->wanted) return;
  void *p = w->places;
  if (!sx_arena_grow(w->b->arena, &p, &w->cap, w->n + 1, sizeof *w->places)) {
    w->b->oom = true;
    return;
  }
  w->places = p;
  w->places[w->n++] = *at;
}

static void indent(writer *w, size_t depth) {
  for (size_t i = 0; i < depth; i++) sx_buf_add(w->out, "  ");
}

static const sx_doc_place *place_of(const pb_item *item) {
  while (!item->value && !item->at.sheet && item->first) item = item->first;
  return item->at.sheet ? &item->at : &item->named;
}

static void write_item(writer *w, const pb_item *it, size_t depth);

/* first: the first of them stands behind the line's dash. */
static void write_items(writer *w, const pb_item *of, size_t depth, bool first) {
  for (const pb_item *it = of->first; it && !w->b->oom; it = it->next, first = false) {
    if (!first) indent(w, depth);
    write_item(w, it, depth);
  }
}

static void write_item(writer *w, const pb_item *it, size_t depth) {
  if (it->key) study__pb_scalar(w->out, it->key, false, true);
  sx_buf_add(w->out, it->key ? ":" : "-");
  if (!w->wanted && !it->value && !it->key && it->first && !it->list) { /* - id: a */
    sx_buf_add_char(w->out, ' ');
    write_items(w, it, depth + 1, true);
    return;
  }
  if (!w->wanted && it->value) {
    sx_buf_printf(w->out, " %s", it->value);
    end_line(w, &it->at);
    return;
  }
  end_line(w, it->named.sheet ? &it->named : place_of(it));
  if (it->value) {
    indent(w, depth + 1);
    sx_buf_add(w->out, it->value);
    end_line(w, &it->at);
  }
  write_items(w, it, depth + 1, false);
}

void study__pb_text(sx_buf *out, pb *b, const sx_doc_place **places, size_t *n) {
  writer w = {.out = out, .b = b, .wanted = places != NULL};
  write_items(&w, &b->root, 0, false);
  if (places) *places = w.places;
  if (n) *n = w.n;
}
