/* The document tree with each of our allocations failing once (the foreign parsers' own cannot be reached). */
#include "shuxiao/io.h"
#include "oom/oom.h"

#include <unistd.h>

static const char YAML[] = "title: 数字消费\n"
                           "a: &a [1, 'two', ~, true]\n"
                           "b: {x: *a, \"y\": |\n  text\n  }\n";
static const char YAML_BLOCK[] = "a: &a [1, 'two', ~, true]\n"
                                 "b:\n  x: *a\n  y: |\n    lines\n    of text\n  z: >-\n    folded\n    text\n"
                                 "c: [[[]], {k: v}]\n";
static const char JSON[] = "{\"a\": [1, -2.5, true, false, null, \"文\\n\"], \"b\": {\"c\": {}}}";

static sx_status to_json(const sx_doc *doc, const sx_ctx *ctx, sx_error *err) {
  sx_buf out;
  sx_buf_init(&out, ctx);
  sx_node_to_json(&out, sx_doc_root(doc));
  const sx_status st = sx_buf_status(&out, err);
  sx_buf_clear(&out);
  return st;
}

static sx_status call_yaml(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_doc *doc = NULL;
  sx_status st = sx_doc_parse_yaml(&doc, ctx, "t.yaml", YAML_BLOCK, sizeof YAML_BLOCK - 1, err);
  CHECK((doc != NULL) == (st == SX_OK));
  if (st == SX_OK) st = to_json(doc, ctx, err);
  sx_doc_free(doc);
  return st;
}

static sx_status call_json(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_doc *doc = NULL;
  sx_status st = sx_doc_parse_json(&doc, ctx, "t.json", JSON, sizeof JSON - 1, err);
  CHECK((doc != NULL) == (st == SX_OK));
  if (st == SX_OK) st = to_json(doc, ctx, err);
  sx_doc_free(doc);
  return st;
}

static sx_status call_file(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_doc *doc = NULL;
  const sx_status st = sx_doc_read_yaml(&doc, ctx, data, err);
  sx_doc_free(doc);
  return st;
}

/* A text with a fault must free everything too, and say the fault or that memory ran out. */
static sx_status call_fault(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_doc *doc = NULL;
  const sx_status st = sx_doc_parse_yaml(&doc, ctx, "t.yaml", YAML, sizeof YAML - 1, err);
  CHECK(st != SX_OK && !doc);
  return st == SX_E_PARSE ? SX_OK : st;
}

static void test_yaml(void) {
  CHECK(oom_run("yaml", call_yaml, NULL) > 4);
}
static void test_json(void) {
  CHECK(oom_run("json", call_json, NULL) > 3);
}
static void test_fault(void) {
  CHECK(oom_run("fault", call_fault, NULL) > 2);
}
static void test_file(void) {
  char path[] = "/tmp/sx_oom_XXXXXX";
  const int fd = mkstemp(path);
  REQUIRE(fd >= 0);
  CHECK(write(fd, YAML_BLOCK, sizeof YAML_BLOCK - 1) > 0);
  close(fd);
  CHECK(oom_run("file", call_file, path) > 4);
  unlink(path);
}

SXT_MAIN(SXT_CASE(test_yaml), SXT_CASE(test_json), SXT_CASE(test_fault), SXT_CASE(test_file))
