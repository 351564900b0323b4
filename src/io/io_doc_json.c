/* io_doc_json.c: JSON into the document tree; jansson is used here and nowhere else. jansson keeps no positions of values,
 * so lines are 0; its syntax errors have line and column. */
#include "io_doc_priv.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static sx_status convert(doc_builder *b, json_t *value, size_t depth, sx_error *err);

static sx_status push_scalar(doc_builder *b, const char *text, size_t n, bool quoted, sx_error *err) {
  sx_node *node;
  SX_TRY(sx_io__doc_node(&node, b, SX_NODE_SCALAR, 0, 0, err));
  node->text = sx_arena_strndup(b->doc->arena, text, n);
  if (!node->text) return sx_error_memory(err);
  node->quoted = quoted;
  return sx_io__doc_push(b, node, err);
}

static sx_status push_list(doc_builder *b, const json_t *value, size_t depth, sx_error *err) {
  const size_t base = b->n_stack;
  sx_node *node;
  SX_TRY(sx_io__doc_node(&node, b, SX_NODE_LIST, 0, 0, err));
  for (size_t i = 0; i < json_array_size(value); i++) SX_TRY(convert(b, json_array_get(value, i), depth + 1, err));
  SX_TRY(sx_io__doc_close(b, node, base, err));
  return sx_io__doc_push(b, node, err);
}

static sx_status push_map(doc_builder *b, json_t *value, size_t depth, sx_error *err) {
  const size_t base = b->n_stack;
  sx_node *node;
  SX_TRY(sx_io__doc_node(&node, b, SX_NODE_MAP, 0, 0, err));
  for (void *at = json_object_iter(value); at; at = json_object_iter_next(value, at)) {
    const char *key = json_object_iter_key(at);
    SX_TRY(push_scalar(b, key, strlen(key), true, err));
    SX_TRY(convert(b, json_object_iter_value(at), depth + 1, err));
  }
  SX_TRY(sx_io__doc_close(b, node, base, err));
  return sx_io__doc_push(b, node, err);
}

static sx_status push_null(doc_builder *b, sx_error *err) {
  sx_node *node;
  SX_TRY(sx_io__doc_node(&node, b, SX_NODE_NULL, 0, 0, err));
  return sx_io__doc_push(b, node, err);
}

static sx_status convert(doc_builder *b, json_t *value, size_t depth, sx_error *err) {
  if (depth > DOC_MAX_DEPTH)
    return sx_io__doc_error(b, SX_E_LIMIT, 0, 0, err, "nested deeper than %d levels", DOC_MAX_DEPTH);
  char text[SX_DOUBLE_TEXT_MAX];
  switch (json_typeof(value)) {
  case JSON_OBJECT:
    return push_map(b, value, depth, err);
  case JSON_ARRAY:
    return push_list(b, value, depth, err);
  case JSON_STRING:
    return push_scalar(b, json_string_value(value), json_string_length(value), true, err);
  case JSON_INTEGER:
    snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return push_scalar(b, text, strlen(text), false, err);
  case JSON_REAL:
    return push_scalar(b, text, sx_text_from_double(text, json_real_value(value)), false, err);
  case JSON_TRUE:
    return push_scalar(b, "true", 4, false, err);
  case JSON_FALSE:
    return push_scalar(b, "false", 5, false, err);
  case JSON_NULL:
    break;
  }
  return push_null(b, err);
}

/* jansson's own error in our words. */
static sx_status syntax_error(const doc_builder *b, const json_error_t *found, sx_error *err) {
  if (json_error_code(found) == json_error_out_of_memory) return sx_error_memory(err);
  const size_t line = found->line > 0 ? (size_t)found->line : 0;
  const size_t column = found->column > 0 ? (size_t)found->column : 1;
  return sx_io__doc_error(b, SX_E_PARSE, line, column, err, "%s", found->text);
}

sx_status sx_doc_parse_json(sx_doc **out, const sx_ctx *ctx, const char *name, const char *text, size_t n,
                            sx_error *err) {
  doc_builder b;
  json_t *value = NULL;
  json_error_t found;
  sx_status st;
  SX_TRY(sx_io__doc_init(&b, ctx, name, n, err));
  SX_TRY_GOTO(st, sx_io__doc_check_text(&b, text, n, err), done);
  value = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &found);
  if (!value) {
    st = syntax_error(&b, &found, err);
    goto done;
  }
  SX_TRY_GOTO(st, convert(&b, value, 0, err), done);
  *out = sx_io__doc_finish(&b);
done:
  json_decref(value);
  if (st != SX_OK) sx_io__doc_abandon(&b);
  return st;
}
