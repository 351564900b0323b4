/* audit_sample.h: a small store with a page of every kind of number, for the tests of the audit of reports and texts. The numbers are made up. */
#ifndef AUDIT_SAMPLE_H
#define AUDIT_SAMPLE_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shuxiao/audit_text.h"

typedef struct audit_row {
  const char *indicator, *statistic, *group;
  double estimate, se, low, high;
  int64_t n;
} audit_row;

static const audit_row audit_rows[] = {
    {"users", "total", NULL, 958123456, 2345678, 953525927, 962720985, 30000},
    {"users", "total", "z", 261500000, 1800000, 257971999, 265028001, 8121},
    {"rate", "prop", NULL, 0.8507, 0.0021, 0.8466, 0.8548, 30000},
    {"rate", "prop", "z", 0.9512, 0.0024, 0.9465, 0.9559, 8121},
    {"rate", "gap", "z", 0.1005, 0.0027, 0.0952, 0.1058, 8121},
    {"rate", "prop", "rural", 0.7612, 0.0046, 0.7522, 0.7702, 9034},
    {"rate", "gap", "rural", -0.0895, 0.0044, -0.0981, -0.0809, 9034},
    {"spend/total", "level", NULL, 9.368e12, 8.4e10, 9.203e12, 9.533e12, 24112},
    {"users", "growth_old", "z", 301234, 1, 301232, 301236, 8121}, /* no figures: nothing agrees with them */
    {"rate", "p_change", "z", 0.333, 0, 0, 0, 8121},
    {"users", "change", NULL, 16501916, 3100000, 10425916, 22577916, 30000}, /* since the wave before */
    {"rate", "change", NULL, -0.0216, 0.003, -0.0275, -0.0157, 30000},
    {"rate", "change", "z", 0.0341, 0.004, 0.0263, 0.0419, 8121},
    {"spend/total", "change_relative", NULL, 0.0272, 0.012, 0.0037, 0.0507, 24112},
};

static const char audit_table[] =
    "{\"id\":\"t\",\"title\":{\"zh\":\"群体\",\"en\":\"Groups\"},\"columns\":[{\"label\":{\"zh\":\"用户\",\"en\":"
    "\"Users\"},\"format\":\"亿人 2\"},"
    "{\"label\":{\"zh\":\"外部\",\"en\":\"Outside\"},\"format\":\"% 1\"}],\"rows\":[{\"label\":{\"zh\":\"全体 1 "
    "组\",\"en\":\"All, 1 group\"},\"cells\":[{\"ref\":\"users.total\"},"
    "{\"value\":0.465}]},{\"label\":{\"zh\":\"Z世代\",\"en\":\"Gen "
    "Z\"},\"cells\":[{\"ref\":\"users.z\"},null]}],\"bases\":true,\"errors\":true}";
static const char audit_figure[] =
    "{\"id\":\"f\",\"type\":\"bars\",\"title\":{\"zh\":\"使用率\",\"en\":\"Rates\"},\"format\":\"% "
    "1\",\"series\":[{\"label\":{\"zh\":\"率\",\"en\":\"Rate\"}}],"
    "\"categories\":[{\"label\":{\"zh\":\"全体\",\"en\":\"All\"}},{\"label\":{\"zh\":\"800元以内\",\"en\":\"Up to 800 "
    "yuan\"}}],\"cells\":[[\"rate.total\"],[\"rate.z\"]],\"interval\":true}";

static sx_status audit_put_row(sx_store *store, const audit_row *r, sx_error *err) {
  const sx_store_term term = {
      r->group ? r->group : "",
      "1",
      {r->group && r->group[0] == 'z' ? "Z世代" : "农村", r->group && r->group[0] == 'z' ? "Gen Z" : "Rural"},
      {"1", "1"}};
  const sx_store_row row = {.wave = "w",
                            .indicator = r->indicator,
                            .statistic = r->statistic,
                            .terms = r->group ? &term : NULL,
                            .n_terms = r->group != NULL,
                            .estimate = r->estimate,
                            .se = r->se,
                            .low = r->low,
                            .high = r->high,
                            .ci_level = 0.95,
                            .df = 100,
                            .n = r->n,
                            .n_eff = 100,
                            .deff = 1,
                            .cv = 0.1,
                            .unit = strcmp(r->indicator, "users") == 0 ? "人" : "",
                            .quality = "",
                            .na_reason = "",
                            .method = "linearization"};
  return sx_store_put_row(NULL, store, NULL, &row, err);
}

/* A finished run at path. exempt: JSON of the list, or NULL. */
static sx_status audit_store(sx_store **out, const sx_ctx *ctx, const char *path, const char *zh, const char *en,
                             const char *exempt, sx_error *err) {
  static char json[16384];
  int64_t run;
  const sx_store_run info = {.study = "s",
                             .wave = "w",
                             .title_zh = "样",
                             .title_en = "sample",
                             .version = "0",
                             .options_json = "{}",
                             .started = "2025-01-01T00:00:00Z"};
  const sx_store_input input = {"data/file_12.csv", "00ff", 12345};
  const sx_store_indicator indicators[] = {
      {"users", {"数字消费用户", "Digital consumers"}, {NULL, NULL}, {NULL, NULL}, "人", 1, false},
      {"rate", {"数字消费使用率", "Rate of digital consumption"}, {NULL, NULL}, {NULL, NULL}, "", 1, false},
      {"spend/total", {"数字消费额", "Digital spending"}, {NULL, NULL}, {NULL, NULL}, "元", 1, false}};
  (void)remove(path);
  SX_TRY(sx_store_open(out, ctx, path, SX_STORE_WRITE, err));
  SX_TRY(sx_store_begin(&run, *out, &info, &input, 1, err));
  for (size_t i = 0; i < 3; i++) SX_TRY(sx_store_put_indicator(*out, &indicators[i], err));
  for (size_t i = 0; i < sizeof audit_rows / sizeof *audit_rows; i++) SX_TRY(audit_put_row(*out, &audit_rows[i], err));
  (void)snprintf(json, sizeof json,
                 "{\"title\":{\"zh\":\"样\",\"en\":\"Sample\"},\"languages\":[\"zh\",\"en\"],\"exempt\":%s,"
                 "\"synthetic\":null,\"design\":{\"zh\":\"30000 个观测\",\"en\":\"30000 cases\"},\"provenance\":[]}",
                 exempt ? exempt : "[]");
  SX_TRY(sx_store_put_block(*out, 0, "document", "document", json, err));
  (void)snprintf(json, sizeof json, "{\"md\":{\"zh\":\"%s\",\"en\":\"%s\"},\"file\":\"narrative/%s\"}", zh, en,
                 "01.md");
  SX_TRY(sx_store_put_block(*out, 1, "text", "t1", json, err));
  SX_TRY(sx_store_put_block(*out, 2, "table", "t", audit_table, err));
  SX_TRY(sx_store_put_block(*out, 3, "figure", "f", audit_figure, err));
  return sx_store_finish(*out, err);
}

static inline sx_status audit_page(sx_store *store, const char *path, sx_lang lang, sx_error *err) {
  sx_report_result *r = NULL;
  sx_store_run latest;
  const sx_report_options options = {1, lang, NULL};
  SX_TRY(sx_store_latest(&latest, store, err));
  SX_TRY(sx_report_html(&r, store, latest.id, &options, err));
  const sx_status status = sx_file_write(NULL, path, r->html, r->n, err);
  sx_report_result_free(r);
  return status;
}

#endif
