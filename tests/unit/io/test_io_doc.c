#include "shuxiao/io.h"
#include "sxt.h"

#include <fcntl.h>
#include <unistd.h>

static sx_status parse(sx_doc **doc, const char *text, sx_error *err) {
  return sx_doc_parse_yaml(doc, NULL, "f.yaml", text, strlen(text), err);
}

/* text read as YAML (or JSON) and written as JSON */
static void check_json(const char *text, bool json, const char *want) {
  sx_doc *doc = NULL;
  sx_error e = SX_ERROR_INIT;
  const size_t n = strlen(text);
  const sx_status st =
      json ? sx_doc_parse_json(&doc, NULL, "f", text, n, &e) : sx_doc_parse_yaml(&doc, NULL, "f", text, n, &e);
  if (st != SX_OK) {
    SXT_FAIL("%s: %s: %s", text, e.where, e.message);
    return;
  }
  sx_buf out;
  sx_buf_init(&out, NULL);
  sx_node_to_json(&out, sx_doc_root(doc));
  CHECK_STR(out.data, want);
  sx_buf_clear(&out);
  sx_doc_free(doc);
}

static void check_place(const sx_node *node, size_t line, size_t column) {
  REQUIRE(node != NULL);
  CHECK_INT(node->line, line);
  CHECK_INT(node->column, column);
}

static void test_tree(void) {
  sx_doc *doc = NULL;
  REQUIRE_OK(parse(&doc,
                   "# comment\n"
                   "title: 数字消费 2025 # note\n"
                   "人群: [甲, \"1\", 2.5, true, ~, ]\n"
                   "map:\n"
                   "  空:\n"
                   "  text: |\n"
                   "    one\n"
                   "    two\n"
                   "no: NO\n"
                   "code: 010\n",
                   err));
  CHECK_STR(sx_doc_name(doc), "f.yaml");
  const sx_node *root = sx_doc_root(doc);
  CHECK_INT(root->kind, SX_NODE_MAP);
  CHECK_INT(root->n, 5);
  CHECK_STR(root->keys[1]->text, "人群");
  check_place(root->keys[1], 3, 1);
  const sx_node *title = sx_node_get(root, "title");
  check_place(title, 2, 8);
  CHECK_STR(title->text, "数字消费 2025");
  const sx_node *list = sx_node_get(root, "人群");
  REQUIRE(list && list->kind == SX_NODE_LIST && list->n == 5 && !list->keys);
  check_place(list->items[1], 3, 9); /* columns are code points, not bytes */
  double x = 0;
  bool yes = false;
  CHECK(!sx_node_number(&x, list->items[1]) && list->items[1]->quoted);
  CHECK(sx_node_number(&x, list->items[2]) && x == 2.5);
  CHECK(sx_node_bool(&yes, list->items[3]) && yes);
  CHECK(!sx_node_bool(&yes, list->items[0]) && !sx_node_number(&x, list->items[0]));
  CHECK_INT(list->items[4]->kind, SX_NODE_NULL);
  CHECK(!sx_node_number(&x, list->items[4]) && !sx_node_bool(&yes, list->items[4]) && !sx_node_number(&x, NULL));
  const sx_node *map = sx_node_get(root, "map");
  CHECK_INT(sx_node_get(map, "空")->kind, SX_NODE_NULL);
  check_place(sx_node_get(map, "空"), 5, 3);
  CHECK_STR(sx_node_get(map, "text")->text, "one\ntwo\n");
  CHECK(sx_node_get(map, "text")->quoted);
  /* YAML's classic trap: these stay what was typed. */
  CHECK_STR(sx_node_get(root, "no")->text, "NO");
  CHECK(!sx_node_bool(&yes, sx_node_get(root, "no")));
  CHECK_STR(sx_node_get(root, "code")->text, "010");
  CHECK(!sx_node_get(root, "absent") && !sx_node_get(list, "甲") && !sx_node_get(NULL, "x"));
  sx_doc_free(doc);
  sx_doc_free(NULL);
}

static void test_to_json(void) {
  check_json("a: 1\nb: [x, '1', ~, true, False]\n", false, "{\"a\":1,\"b\":[\"x\",\"1\",null,true,\"False\"]}");
  check_json("[010, +5, .5, 1., -0.5, 1e3, -1, 0, 0.0, 12345678901234567890, 9223372036854775807, 1.5E-3, -.5]", false,
             "[10,5,0.5,1,-0.5,1e3,-1,0,0.0,\"12345678901234567890\",9223372036854775807,1.5E-3,-0.5]");
  check_json("\"q\\\"\\\\\\t\\r\\n\\x01\"", false, "\"q\\\"\\\\\\t\\r\\n\\u0001\"");
  check_json("{a: , b}", false, "{\"a\":null,\"b\":null}");
  check_json("{}", false, "{}");
  check_json("[]", false, "[]");
  check_json("plain text", false, "\"plain text\"");
  check_json("", false, "null");
  check_json("# only a comment\n", false, "null");
  check_json("---\n...\n", false, "null");
  check_json("\xEF\xBB\xBF"
             "a: 1\r\nb: 2\r\n",
             false, "{\"a\":1,\"b\":2}");
  check_json("a: &x {p: 1}\nb: *x\nc: [*x, *x]\n&k key: 1\n", false,
             "{\"a\":{\"p\":1},\"b\":{\"p\":1},\"c\":[{\"p\":1},{\"p\":1}],\"key\":1}");
  check_json("a: &x 1\nb: &x 2\nc: *x\n", false, "{\"a\":1,\"b\":2,\"c\":2}"); /* the newest anchor counts */
  check_json("a: >-\n  folded\n  text\nb: 'it''s'\n", false, "{\"a\":\"folded text\",\"b\":\"it's\"}");
  sx_buf out;
  sx_buf_init(&out, NULL);
  sx_json_string(&out, "a\xFFz");
  CHECK_STR(out.data, "\"a\xEF\xBF\xBDz\"");
  sx_buf_clear(&out);
}

static void test_json_values(void) {
  check_json(" {\"b\": [1, -2.50, true, false, null, \"文\\u6570\\n\"], \"a\": {}, \"9\": \"1\"} ", true,
             "{\"b\":[1,-2.5,true,false,null,\"文数\\n\"],\"a\":{},\"9\":\"1\"}"); /* the order of keys is kept */
  check_json("5", true, "5");
  check_json("\"x\"", true, "\"x\"");
  check_json("0.1", true, "0.1");
  check_json("-0e3", true, "-0.0");
  check_json("9223372036854775807", true, "9223372036854775807");
  check_json("1e300", true, "1e300");
}

#define BAD_YAML(text, where, message)                                                                                 \
  CHECK_FAILS(sx_doc_parse_yaml(&doc, NULL, "f.yaml", text, sizeof text - 1, err), SX_E_PARSE, where, message)
#define BAD_JSON(text, where, message)                                                                                 \
  CHECK_FAILS(sx_doc_parse_json(&doc, NULL, "f.json", text, sizeof text - 1, err), SX_E_PARSE, where, message)

static void test_bad_yaml(void) {
  sx_doc *doc = NULL;
  BAD_YAML("\x25\xC9", "f.yaml:1:2", "not valid UTF-8"); /* libfyaml would never come back from this */
  BAD_YAML("a: 1\nb: \xCA\xFD\xD7\xD6\n", "f.yaml:2:4", "CA is not valid UTF-8");
  BAD_YAML("a: 1\nb: 中\x01\n", "f.yaml:2:5", "control character 01");
  BAD_YAML("a: 1\0b", "f.yaml:1:5", "control character 00");
  BAD_YAML("a:\n\t- 1\n", "f.yaml:2:1", "tab in the indentation");
  BAD_YAML("a:\n  \tb: 1\n", "f.yaml:2:3", "tab in the indentation");
  BAD_YAML("%YAML 1.2\n---\na: 1\n", "f.yaml:1:1", "begins with %");
  BAD_YAML("a: 1\nb: 2\na: 3\n", "f.yaml:3:1", "key 'a' appears twice, first at line 1");
  BAD_YAML("x:\n  - {k: 1, 'k': 2}\n", "f.yaml:2:12", "key 'k' appears twice");
  BAD_YAML("a: 1\n---\nb: 2\n", "f.yaml:2:1", "second document");
  BAD_YAML("a: !!str 5\n", "f.yaml:1:", "tags");
  BAD_YAML("? [a, b]\n: c\n", "f.yaml:1:3", "key must be a plain word");
  BAD_YAML("x: &l [1]\n*l : 2\n", "f.yaml:2:1", "key must be a plain word");
  BAD_YAML("a: *nope\n", "f.yaml:1:4", "no finished &nope");
  BAD_YAML("a: &a [*a]\n", "f.yaml:1:8", "no finished &a");
  BAD_YAML(": 3\n", "f.yaml:1:", "key is missing");
  BAD_YAML("a: \"x\\0y\"\n", "f.yaml:1:5", "escape");
  BAD_YAML("a: \"\\uD800\"\n", "f.yaml:1:", "");
  BAD_YAML("中文: \"未结束\n", "f.yaml:1:6", "closing quote");
  BAD_YAML("a: [1, 2\nb: 3\n", "f.yaml:3:1", "closing bracket");
  BAD_YAML("a: 1\n  b: 2\n", "f.yaml:", "");
  BAD_YAML("a: b: c\n", "f.yaml:1:", "");
  BAD_YAML("a: @x\n", "f.yaml:1:4", "");
  BAD_YAML("- a\nb: 1\n", "f.yaml:2:1", "");
  CHECK(!doc);
}

static void test_bad_json(void) {
  sx_doc *doc = NULL;
  BAD_JSON("", "f.json:1:", "");
  BAD_JSON("{\"a\": 1,\n \"a\": 2}", "f.json:2:", "duplicate");
  BAD_JSON("[1,\n 2,,]", "f.json:2:", "");
  BAD_JSON("[1] x", "f.json:1:", "end of file expected");
  BAD_JSON("\"a\\u0000\"", "f.json:1:", "");
  BAD_JSON("\"\xFF\"", "f.json:1:2", "not valid UTF-8");
  BAD_JSON("[1e999]", "f.json:1:", "");
  BAD_JSON("[99999999999999999999]", "f.json:1:", "");
  CHECK(!doc);
}

/* n times open, then n times close */
static char *nested(char open, char close, size_t n) {
  char *text = malloc(2 * n + 1);
  if (!text) exit(1);
  memset(text, open, n);
  memset(text + n, close, n);
  text[2 * n] = '\0';
  return text;
}

static void test_limits(void) {
  sx_doc *doc = NULL;
  char *text = nested('[', ']', 100);
  REQUIRE_OK(sx_doc_parse_yaml(&doc, NULL, "f", text, 200, err));
  sx_doc_free(doc);
  REQUIRE_OK(sx_doc_parse_json(&doc, NULL, "f", text, 200, err));
  sx_doc_free(doc);
  free(text);
  doc = NULL;
  text = nested('[', ']', 102);
  CHECK_FAILS(sx_doc_parse_yaml(&doc, NULL, "f", text, 204, err), SX_E_LIMIT, "f:1:101", "deeper than 100");
  CHECK_FAILS(sx_doc_parse_json(&doc, NULL, "f", text, 204, err), SX_E_LIMIT, "f", "deeper than 100");
  free(text);
  text = nested('[', ']', 1000000);
  CHECK_FAILS(sx_doc_parse_yaml(&doc, NULL, "f", text, 2000000, err), SX_E_LIMIT, "f:1:101", "deeper");
  CHECK_FAILS(sx_doc_parse_json(&doc, NULL, "f", text, 2000000, err), SX_E_PARSE, "f:1:", "");
  free(text);
  /* Ten times ten times ... through aliases: a billion values in 300 bytes. */
  sx_buf bomb;
  sx_buf_init(&bomb, NULL);
  sx_buf_add(&bomb, "x0: &x0 [1,1,1,1,1,1,1,1,1,1]\n");
  for (int i = 1; i < 9; i++) {
    sx_buf_printf(&bomb, "x%d: &x%d [", i, i);
    for (int k = 0; k < 10; k++) sx_buf_printf(&bomb, "%s*x%d", k ? "," : "", i - 1);
    sx_buf_add(&bomb, "]\n");
  }
  CHECK_FAILS(sx_doc_parse_yaml(&doc, NULL, "f", bomb.data, bomb.n, err), SX_E_LIMIT, "f:6:", "more than 1000000");
  sx_buf_reset(&bomb);
  /* Depth through aliases: each line one deeper. */
  sx_buf_add(&bomb, "x0: &x0 [1]\n");
  for (int i = 1; i < 120; i++) sx_buf_printf(&bomb, "x%d: &x%d [*x%d]\n", i, i, i - 1);
  CHECK_FAILS(sx_doc_parse_yaml(&doc, NULL, "f", bomb.data, bomb.n, err), SX_E_LIMIT, "f:100:", "deeper");
  sx_ctx ctx = SX_CTX_INIT;
  ctx.memory_limit = 100;
  CHECK_FAILS(sx_doc_parse_yaml(&doc, &ctx, "f", bomb.data, bomb.n, err), SX_E_LIMIT, "f", "memory limit");
  sx_buf_clear(&bomb);
  CHECK(!doc);
}

/* Duplicate keys in a map of 100,000 are found in reasonable time. */
static void test_large_map(void) {
  sx_doc *doc = NULL;
  sx_buf text;
  sx_buf_init(&text, NULL);
  for (int i = 0; i < 100000; i++) sx_buf_printf(&text, "k%d: %d\n", i, i);
  REQUIRE_OK(sx_doc_parse_yaml(&doc, NULL, "f", text.data, text.n, err));
  CHECK_INT(sx_doc_root(doc)->n, 100000);
  CHECK_STR(sx_node_get(sx_doc_root(doc), "k99999")->text, "99999");
  sx_doc_free(doc);
  doc = NULL;
  sx_buf_add(&text, "k77: again\n");
  CHECK_FAILS(sx_doc_parse_yaml(&doc, NULL, "f", text.data, text.n, err), SX_E_PARSE, "f:100001:1",
              "'k77' appears twice, first at line 78");
  sx_buf_clear(&text);
}

static void test_keys(void) {
  sx_doc *doc = NULL;
  REQUIRE_OK(parse(&doc, "data: 1\nindcators: 2\n", err));
  const char *const allowed[] = {"data", "indicators", "report"};
  const sx_node *root = sx_doc_root(doc);
  CHECK_FAILS(sx_node_keys(doc, root, allowed, 3, err), SX_E_PARSE, "f.yaml:2:1",
              "unknown key 'indcators'; did you mean 'indicators'?");
  CHECK_FAILS(sx_node_keys(doc, root, allowed, 1, err), SX_E_PARSE, "f.yaml:2:1", "known here: data");
  char long_name[400];
  memset(long_name, 'x', sizeof long_name);
  long_name[399] = '\0';
  const char *const many[] = {"first", long_name, "last"}; /* what does not fit is left out whole */
  CHECK_FAILS(sx_node_keys(doc, root, many, 3, err), SX_E_PARSE, "f.yaml:1:1", "unknown key 'data'; known here: first");
  const char *const right[] = {"indcators", "data"};
  CHECK_OK(sx_node_keys(doc, root, right, 2, err));
  CHECK_FAILS(sx_node_keys(doc, root->items[0], allowed, 3, err), SX_E_PARSE, "f.yaml:1:7", "expected a map");
  CHECK_FAILS(sx_node_error(err, doc, root->items[1], "%s here", "bad"), SX_E_PARSE, "f.yaml:2:12", "bad here");
  CHECK_FAILS(sx_node_error(err, doc, NULL, "bad"), SX_E_PARSE, "f.yaml", "bad");
  sx_doc_free(doc);
}

/* The place survives a name longer than the field. */
static void test_long_name(void) {
  char name[2000];
  memset(name, 'n', sizeof name);
  name[sizeof name - 1] = '\0';
  sx_doc *doc = NULL;
  CHECK_FAILS(sx_doc_parse_yaml(&doc, NULL, name, "a: [\n", 5, err), SX_E_PARSE, ":2:1", "");
}

static void test_file(void) {
  sx_doc *doc = NULL;
  CHECK_FAILS(sx_doc_read_yaml(&doc, NULL, "/nowhere/study.yaml", err), SX_E_IO, "/nowhere/study.yaml",
              "cannot be opened");
  REQUIRE_OK(sx_doc_read_yaml(&doc, NULL, ".clang-format", err));
  CHECK_STR(sx_node_get(sx_doc_root(doc), "BasedOnStyle")->text, "LLVM");
  sx_doc_free(doc);
}

/* Nothing of the parsers' own messages reaches stderr. */
static void test_silent(void) {
  char path[] = "/tmp/sx_stderr_XXXXXX";
  fflush(stderr);
  const int file = mkstemp(path), saved = dup(2);
  REQUIRE(file >= 0 && saved >= 0 && dup2(file, 2) == 2);
  sx_doc *doc = NULL;
  const char *const texts[] = {"a: [1", "a: 'x", "a: b: c", "{", "a: *x", "- a\nb", "a: \"\\q\""};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    if (parse(&doc, texts[i], NULL) == SX_OK) SXT_FAIL("accepted: %s", texts[i]);
    if (sx_doc_parse_json(&doc, NULL, "f", texts[i], strlen(texts[i]), NULL) == SX_OK) SXT_FAIL("as JSON");
  }
  fflush(stderr);
  const long written = (long)lseek(file, 0, SEEK_END);
  dup2(saved, 2);
  close(saved);
  close(file);
  unlink(path);
  CHECK_INT(written, 0);
}

SXT_MAIN(SXT_CASE(test_tree), SXT_CASE(test_to_json), SXT_CASE(test_json_values), SXT_CASE(test_bad_yaml),
         SXT_CASE(test_bad_json), SXT_CASE(test_limits), SXT_CASE(test_large_map), SXT_CASE(test_keys),
         SXT_CASE(test_long_name), SXT_CASE(test_file), SXT_CASE(test_silent))
