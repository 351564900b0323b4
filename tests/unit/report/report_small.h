/* report_small.h: a report of one text over a small store: levels, a share and their changes, tested, not significant and not tested; one
 * table, t1. */
#ifndef REPORT_SMALL_H
#define REPORT_SMALL_H

#include <unistd.h>

#include "shuxiao/io.h"
#include "shuxiao/report_document.h"
#include "sxt.h"

typedef struct small_row {
  const char *indicator, *statistic, *group; /* group: NULL: the whole */
  double estimate, se;
  const char *unit, *quality, *reason;
} small_row;

static const small_row small_rows[] = {
    {"users", "total", NULL, 958e6, 2.3e6, "人", "", NULL},
    {"users", "change", NULL, 11.09e6, 2.0e6, "人", "", NULL},
    {"users", "p_change", NULL, 0.0001, NAN, "", "significant", NULL},
    {"users", "yoy", NULL, -3.2e6, 4.0e6, "人", "", NULL},
    {"users", "p_yoy", NULL, 0.42, NAN, "", "", NULL},
    {"users", "change_relative", NULL, 0.0117, 0.002, "%", "", NULL},
    {"users", "total", "z", 261e6, 1.8e6, "人", "", NULL},
    {"users", "change", "z", 0.0, 1.0e5, "人", "", NULL},
    {"users", "change_relative", "z", 0.0, 0.0004, "%", "", NULL},
    {"rate", "prop", NULL, 0.8507, 0.0021, "%", "", NULL},
    {"rate", "change", NULL, -0.0032, 0.0041, "pp", "", NULL},
    {"rate", "p_change", NULL, 0.31, NAN, "", "", NULL},
    {"rate", "prop", "z", 0.9512, 0.0024, "%", "", NULL},
    {"rate", "gap", "z", 0.1005, 0.0027, "pp", "", NULL},
    {"rate", "change", "z", 0.0212, 0.0041, "pp", "break of series", NULL},
    {"rate", "p_change", "z", NAN, NAN, "", "", "not tested across a break"},
    {"rate", "prop", "none", NAN, NAN, "%", "", "empty domain"},
    {"rate", "change", "none", NAN, NAN, "pp", "", "empty domain"},
    {"rate", "change", "held", NAN, NAN, "pp", "", "suppressed"},
    {"rate", "change_gap", "z", 0.0004, 0.0041, "pp", "", NULL},
    {"spend", "total", NULL, 999.2e6, 1e6, "美元", "", NULL},
    {"spend", "share_of_parent", NULL, 0.25, 0.01, "%", "", NULL},
    {"users", "share_of_parent", NULL, 0.75, 0.01, "%", "", NULL},
};

static inline const char *small_path(void) {
  static char path[256];
  const char *dir = getenv("SX_BUILD");
  (void)snprintf(path, sizeof path, "%s/small.%ld.sqlite", dir ? dir : "/tmp", (long)getpid());
  return path;
}

static inline sx_status small_put_rows(sx_store *store, sx_error *err) {
  static const sx_store_indicator labels[] = {{.id = "users", .label = {"用户", "Users"}},
                                              {.id = "rate", .label = {"使用率[1]", "Rate of use"}}};
  for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) SX_TRY(sx_store_put_indicator(store, &labels[i], err));
  for (size_t i = 0; i < sizeof small_rows / sizeof *small_rows; i++) {
    const small_row *r = &small_rows[i];
    const sx_store_term term = {r->group, "1", {r->group && *r->group == 'z' ? "Z世代" : NULL, "Gen Z"}, {NULL, NULL}};
    const sx_store_row out = {.indicator = r->indicator,
                              .statistic = r->statistic,
                              .terms = &term,
                              .n_terms = r->group != NULL,
                              .estimate = r->estimate,
                              .se = r->se,
                              .low = r->estimate - 2 * r->se,
                              .high = r->estimate + 2 * r->se,
                              .ci_level = 0.95,
                              .df = NAN,
                              .n = -1,
                              .n_eff = NAN,
                              .deff = NAN,
                              .cv = NAN,
                              .unit = r->unit,
                              .quality = r->quality,
                              .na_reason = r->reason};
    SX_TRY(sx_store_put_row(NULL, store, NULL, &out, err));
  }
  return SX_OK;
}

/* Levels of two variables, out of order; those of the second are coded. */
static inline sx_status small_put_levels(sx_store *store, sx_error *err) {
  static const struct {
    const char *level, *zh, *en;
    double value;
    const char *variable; /* NULL: age */
  } levels[] = {{"a", "青年", "Young", 0.41, NULL}, {"b c", "中年|", "Middle", 0.62, NULL},
                {"d", "老年", "Old", 0.41, NULL},   {"e", "儿童", "Children", (double)NAN, NULL},
                {"1", "男", "Men", 0.4, "kind"},    {"2", "女", "Women", 0.6, "kind"}};
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
    const bool coded = levels[i].variable != NULL;
    const sx_store_term term = {coded ? levels[i].variable : "age",
                                levels[i].level,
                                {coded ? "性别" : "年龄", coded ? "Sex" : "Age"},
                                {levels[i].zh, levels[i].en}};
    const sx_store_row row = {.indicator = "rate",
                              .statistic = "prop",
                              .terms = &term,
                              .n_terms = 1,
                              .estimate = levels[i].value,
                              .se = 0.01,
                              .low = levels[i].value - 0.02,
                              .high = levels[i].value + 0.02,
                              .ci_level = 0.95,
                              .df = (double)NAN,
                              .n = 100,
                              .n_eff = (double)NAN,
                              .deff = (double)NAN,
                              .cv = (double)NAN,
                              .unit = "%",
                              .quality = ""};
    SX_TRY(sx_store_put_row(NULL, store, NULL, &row, err));
  }
  return SX_OK;
}

static const char *small_english = NULL; /* text of the English page; NULL: the same */
static bool small_pair = false;          /* both side by side */
static const char *small_style = "";     /* house style of the next report */

static inline sx_status small_put_text(sx_store *store, const char *text, sx_error *err) {
  sx_buf json;
  sx_buf_init(&json, NULL);
  sx_buf_add(&json, small_english ? "{\"file\":{\"zh\":\"zh.md\",\"en\":\"en.md\"},\"md\":{\"zh\":"
                                  : "{\"file\":\"n.md\",\"md\":");
  sx_json_string(&json, text);
  if (small_english) {
    sx_buf_add(&json, ",\"en\":");
    sx_json_string(&json, small_english);
    sx_buf_add_char(&json, '}');
  }
  sx_buf_add_char(&json, '}');
  sx_status status = sx_buf_status(&json, err);
  if (status == SX_OK) status = sx_store_put_block(store, 1, "text", "text", json.data, err);
  sx_buf_clear(&json);
  return status;
}

static inline sx_status small_make(sx_document **out, const char *text, sx_lang lang, sx_error *err) {
  static const sx_store_run info = {.study = "m", .wave = "1", .title_zh = "m", .title_en = "m", .version = "0"};
  const sx_report_options options = {1, lang, NULL};
  sx_store *store = NULL;
  int64_t run = 0;
  sx_status status;
  (void)remove(small_path());
  SX_TRY_GOTO(status, sx_store_open(&store, NULL, small_path(), SX_STORE_WRITE, err), done);
  SX_TRY_GOTO(status, sx_store_begin(&run, store, &info, NULL, 0, err), done);
  SX_TRY_GOTO(status, small_put_rows(store, err), done);
  SX_TRY_GOTO(status, small_put_levels(store, err), done);
  char document[300];
  (void)snprintf(document, sizeof document,
                 "{\"title\":\"t\",\"style\":\"%s\",\"macros\":{\"mine\":{\"zh\":\"本研究的{{value $1 | $unit 2}}\","
                 "\"params\":{\"unit\":\"亿人\"}}}}",
                 small_style);
  SX_TRY_GOTO(status, sx_store_put_block(store, 0, "document", "document", document, err), done);
  SX_TRY_GOTO(status,
              sx_store_put_block(
                  store, 2, "table", "t1",
                  "{\"id\":\"t1\",\"errors\":true,\"columns\":[{\"label\":\"a\",\"format\":\"% 1\"}],\"rows\":["
                  "{\"label\":\"b\",\"cells\":[\"rate.total\"]},{\"label\":\"c\",\"cells\":[\"rate.none\"]},{\"label\":"
                  "\"d\",\"cells\":[null]}]}",
                  err),
              done);
  SX_TRY_GOTO(status, small_put_text(store, text, err), done);
  SX_TRY_GOTO(status, sx_store_finish(store, err), done);
  status =
      small_pair ? sx_report_document_pair(out, store, run, err) : sx_report_document(out, store, run, &options, err);
done:
  sx_store_close(store);
  (void)remove(small_path());
  return status;
}

/* What a node reads; the caller clears it. */
static inline void small_plain(sx_buf *out, const sx_document_node *node) {
  sx_buf_init(out, NULL);
  sx_buf_add(out, "");
  if (node) sx_document_plain(out, node);
}

static inline sx_status small_nothing(void *data, const sx_reference *reference, const char *format, size_t line,
                                      size_t column, sx_error *err) {
  (void)reference;
  (void)format;
  (void)line;
  (void)column;
  (void)err;
  ++*(int *)data;
  return SX_OK;
}

/* At the report, and, where it is no matter of results, already where a study is checked. */
static inline void small_fails(const char *text, sx_status status, const char *where, const char *message) {
  sx_document *doc = NULL;
  int n = 0;
  char at[64];
  (void)snprintf(at, sizeof at, "n.md:%s", where);
  CHECK_FAILS(small_make(&doc, text, SX_LANG_ZH, err), status, at, message);
  if (status == SX_E_PARSE)
    CHECK_FAILS(sx_report_each_reference(text, strlen(text), small_nothing, &n, err), SX_E_PARSE, where, message);
}

#endif
