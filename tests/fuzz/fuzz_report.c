/* fuzz_report.c: any bytes as a narrative: its references and words found, and where it is a text, the whole document and its page made
 * over a small fixed store. What must hold whatever the text: an error has a message and a place in the text, links of the tree fit
 * together, texts are clean UTF-8, numbers in sentences are results. */
#include "shuxiao/io.h"
#include "shuxiao/report_document.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static sx_status count(void *data, const sx_reference *reference, const char *format, size_t line, size_t column,
                       sx_error *err) {
  (void)err;
  must(reference->indicator[0] && format && line > 0 && column > 0);
  ++*(size_t *)data;
  return SX_OK;
}

static const char *store_path(void) {
  static char path[300];
  const char *dir = getenv("SX_BUILD");
  (void)snprintf(path, sizeof path, "%s/fuzz-report.%ld.sqlite", dir ? dir : "/tmp", (long)getpid());
  return path;
}

static void put_row(sx_store *store, const char *statistic, double value, const char *unit, const char *quality) {
  const sx_store_row row = {.indicator = "x",
                            .statistic = statistic,
                            .estimate = value,
                            .se = 0.01,
                            .low = value - 0.02,
                            .high = value + 0.02,
                            .ci_level = 0.95,
                            .df = 100,
                            .n = 1000,
                            .n_eff = 900,
                            .deff = 1.1,
                            .cv = 0.1,
                            .unit = unit,
                            .quality = quality};
  must(sx_store_put_row(NULL, store, NULL, &row, NULL) == SX_OK);
}

/* One run: x and its change, a figure, a table, the text. */
static int64_t make_store(sx_store **out, const char *json) {
  static const sx_store_run info = {.study = "f", .wave = "1", .title_zh = "f", .title_en = "f", .version = "0"};
  int64_t run = 0;
  (void)remove(store_path());
  must(sx_store_open(out, NULL, store_path(), SX_STORE_WRITE, NULL) == SX_OK);
  must(sx_store_begin(&run, *out, &info, NULL, 0, NULL) == SX_OK);
  put_row(*out, "prop", 0.4, "%", "");
  put_row(*out, "change", -0.1, "pp", "");
  put_row(*out, "p_change", 0.001, "", "significant");
  must(sx_store_put_block(*out, 0, "document", "document", "{\"title\":\"t\"}", NULL) == SX_OK);
  must(sx_store_put_block(*out, 1, "text", "text", json, NULL) == SX_OK);
  must(sx_store_put_block(*out, 2, "figure", "f",
                          "{\"id\":\"f\",\"type\":\"bars\",\"categories\":[\"a\"],\"cells\":[[\"x.total\"]]}",
                          NULL) == SX_OK);
  must(sx_store_put_block(*out, 3, "table", "t",
                          "{\"id\":\"t\",\"columns\":[\"a\"],\"rows\":[{\"label\":\"b\",\"cells\":[\"x.total\"]}]}",
                          NULL) == SX_OK);
  must(sx_store_finish(*out, NULL) == SX_OK);
  return run;
}

static void check_tree(const sx_document *doc) {
  for (const sx_document_node *n = doc->root; n; n = sx_document_next(doc->root, n)) {
    for (const sx_document_node *child = n->first; child; child = child->next) {
      must(child->parent == n && (child->next || child == n->last));
      must(sx_document_is_block(n->kind) || !sx_document_is_block(child->kind));
    }
    must(!n->text || sx_utf8_valid(n->text, strlen(n->text), NULL));
    must(n->kind != SX_DOC_NUMBER || n->as.number->reference);
    must(n->kind != SX_DOC_MENTION || n->as.mention.target);
  }
}

static void make_document(const char *text) {
  sx_buf json, page;
  sx_store *store = NULL;
  sx_document *doc = NULL;
  sx_error err = SX_ERROR_INIT;
  sx_buf_init(&json, NULL);
  sx_buf_init(&page, NULL);
  sx_buf_add(&json, "{\"file\":\"n.md\",\"md\":");
  sx_json_string(&json, text);
  sx_buf_add_char(&json, '}');
  must(!json.failed);
  const int64_t run = make_store(&store, json.data);
  const sx_report_options options = {1, strlen(text) % 2 ? SX_LANG_EN : SX_LANG_ZH, NULL};
  const sx_status status = sx_report_document(&doc, store, run, &options, &err);
  must((status == SX_OK) == (doc != NULL));
  if (status == SX_OK) {
    check_tree(doc);
    must(sx_document_html(&page, doc, NULL, NULL) == SX_OK && page.n > 1000);
  } else {
    must(err.status == status && err.message[0] && err.where[0]);
  }
  sx_document_free(doc);
  sx_store_close(store);
  (void)remove(store_path());
  sx_buf_clear(&json);
  sx_buf_clear(&page);
}

/* What a study accepts as the text of a file. */
static bool is_text(const char *text, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const unsigned char c = (unsigned char)text[i];
    if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f) return false;
  }
  return sx_utf8_valid(text, n, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  if (n > 4000) return 0;
  char *text = malloc(n + 1);
  must(text != NULL);
  if (n) memcpy(text, data, n);
  text[n] = '\0';
  size_t found = 0;
  sx_error err = SX_ERROR_INIT;
  static const char *const params[] = {"a", "$b", "b", "% 1", NULL};
  static const sx_report_macro macros[] = {{"m", {"{{value $1 | $a}}$[（$c）$]", "{{m2 $1}}"}, params},
                                           {"m2", {"{{m $1}}\n", "{{change $1}}"}, NULL}};
  sx_buf whole;
  sx_buf_init(&whole, NULL);
  sx_status status = sx_report_expand(&whole, text, n, macros, 2, n % 2 ? SX_LANG_EN : SX_LANG_ZH, &err);
  if (status == SX_OK) status = sx_report_each_reference(whole.data, whole.n, count, &found, &err);
  must(status == SX_OK || (err.status == status && err.message[0] && err.where[0]));
  sx_buf_clear(&whole);
  if (is_text(text, n)) make_document(text);
  free(text);
  return 0;
}
