/* fuzz_doc.c: the YAML and JSON readers. The first byte chooses; what is read is walked, written as JSON and read again. */
#include "shuxiao/io.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static size_t walk(const sx_node *node, size_t depth) {
  must(depth <= 101);
  size_t count = 1;
  if (node->kind == SX_NODE_SCALAR) must(node->text && sx_utf8_valid(node->text, strlen(node->text), NULL));
  for (size_t i = 0; i < node->n; i++) {
    if (node->keys) must(node->keys[i]->kind == SX_NODE_SCALAR && sx_node_get(node, node->keys[i]->text));
    count += walk(node->items[i], depth + 1);
  }
  return count;
}

/* What was read once is read again from its JSON, to the same JSON. */
static void round_trip(const sx_doc *doc) {
  sx_buf first, second;
  sx_buf_init(&first, NULL);
  sx_buf_init(&second, NULL);
  sx_node_to_json(&first, sx_doc_root(doc));
  sx_doc *again = NULL;
  sx_error err = SX_ERROR_INIT;
  if (first.n < 100000) {
    must(sx_doc_parse_json(&again, NULL, "again", first.data, first.n, &err) == SX_OK);
    sx_node_to_json(&second, sx_doc_root(again));
    sx_doc *third = NULL;
    must(sx_doc_parse_json(&third, NULL, "third", second.data, second.n, &err) == SX_OK);
    sx_buf_reset(&first);
    sx_node_to_json(&first, sx_doc_root(third));
    must(first.n == second.n && memcmp(first.data, second.data, first.n) == 0);
    sx_doc_free(third);
  }
  sx_doc_free(again);
  sx_buf_clear(&first);
  sx_buf_clear(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  if (!n || n > 20000) return 0;
  const char *text = (const char *)data + 1;
  sx_doc *doc = NULL;
  sx_error err = SX_ERROR_INIT;
  const bool json = data[0] == 'j';
  const sx_status st = json ? sx_doc_parse_json(&doc, NULL, "f", text, n - 1, &err)
                            : sx_doc_parse_yaml(&doc, NULL, "f", text, n - 1, &err);
  must((st == SX_OK) == (doc != NULL));
  if (st == SX_OK) {
    must(walk(sx_doc_root(doc), 0) <= 1000001);
    round_trip(doc);
  } else {
    must(err.status == st && err.message[0] && err.where[0] == 'f');
  }
  sx_doc_free(doc);
  return 0;
}
