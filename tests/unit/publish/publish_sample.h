/* publish_sample.h: a store with a small run for the tests of the formats: shares and totals by sex, age and province, one of them missing, one
 * small base, labels that are hard on file formats. */
#ifndef PUBLISH_SAMPLE_H
#define PUBLISH_SAMPLE_H

#include <unistd.h>

#include "shuxiao/publish.h"
#include "sxt.h"

static const char *sample_path(void) {
  static char path[300];
  const char *dir = getenv("SX_BUILD");
  if (!path[0]) (void)snprintf(path, sizeof path, "%s/publish_sample.%ld.sqlite", dir ? dir : "/tmp", (long)getpid());
  return path;
}

static sx_status sample_row(sx_store *store, const char *indicator, const char *statistic, const char *variable,
                            const char *level, const char *level_zh, double estimate, double se, int64_t n,
                            const char *unit, sx_error *err) {
  const sx_store_term term = {variable, level, {variable, variable}, {level_zh, level}};
  sx_store_row row = {.wave = "2025-S1",
                      .indicator = indicator,
                      .statistic = statistic,
                      .terms = &term,
                      .n_terms = variable ? 1 : 0,
                      .estimate = estimate,
                      .se = se,
                      .low = estimate - 1.96 * se,
                      .high = estimate + 1.96 * se,
                      .ci_level = 0.95,
                      .df = 100,
                      .n = n,
                      .n_eff = NAN,
                      .deff = NAN,
                      .cv = se / estimate,
                      .unit = unit,
                      .quality = n >= 0 && n < 30 ? "n<30" : NULL,
                      .na_reason = isnan(estimate) ? "too_few_psu" : NULL};
  return sx_store_put_row(NULL, store, "s", &row, err);
}

static sx_status sample_rows(sx_store *store, sx_error *err) {
  SX_TRY(sample_row(store, "rate", "prop", NULL, NULL, NULL, 0.784, 0.0112, 1180, NULL, err));
  SX_TRY(sample_row(store, "rate", "prop", "sex", "male", "男", 0.8, 0.015, 580, NULL, err));
  SX_TRY(sample_row(store, "rate", "prop", "sex", "female", "女", 0.768, 0.0161, 600, NULL, err));
  SX_TRY(sample_row(store, "rate", "gap", "sex", "male", "男", 0.016, 0.009, 580, "pp", err));
  SX_TRY(sample_row(store, "rate", "prop", "province", "11", "北京市", 0.9, 0.05, 25, NULL, err));
  SX_TRY(sample_row(store, "rate", "prop", "province", "54", "西藏自治区", NAN, NAN, 9, NULL, err));
  SX_TRY(sample_row(store, "users", "total", NULL, NULL, NULL, 957600000, 4123456.7, 1180, "人", err));
  SX_TRY(sample_row(store, "users", "total", "age6", "6-19", "6-19岁", 201234567, 3000000, 300, "人", err));
  SX_TRY(sample_row(store, "users", "total", "age6", "60+", "60岁及以上", 99000000, 2000000, 220, "人", err));
  return sample_row(store, "spend", "mean", NULL, NULL, NULL, 2048.4996, 31.25, 1180, "元", err);
}

/* A heading of rows, a missing number, a small base, a number from outside; errors and bases beside. */
static const char sample_table[] =
    "{\"id\":\"rates\",\"title\":{\"zh\":\"=占比\",\"en\":\"=Rates\"},\"note\":{\"zh\":\"说明\",\"en\":\"A "
    "note\"},\"source\":\"S\","
    "\"columns\":[{\"label\":{\"zh\":\"占比\",\"en\":\"Rate\"},\"format\":\"% "
    "1\"},{\"label\":{\"zh\":\"公布\",\"en\":\"Printed\"},\"format\":\"plain 1\"}],"
    "\"rows\":[{\"label\":\"All\",\"cells\":[{\"ref\":\"rate.total\"},{\"value\":46.5}]},{\"label\":\"Provinces\"},"
    "{\"label\":\"-1+2\",\"indent\":1,\"cells\":[{\"ref\":\"rate.province:11\"},{\"text\":\"@words\"}]},"
    "{\"label\":\"=A1\",\"indent\":1,\"cells\":[{\"ref\":\"rate.province:54\"}]}],\"bases\":true,\"errors\":true}";
static const char sample_figure[] = "{\"id\":\"by_sex\",\"type\":\"bars\",\"title\":{\"zh\":\"按性别\",\"en\":\"By "
                                    "sex\"},\"format\":\"% 1\",\"series\":[{\"label\":\"r\"}],"
                                    "\"categories\":[{\"label\":\"=m\"},{\"label\":\"f\"}],\"cells\":[[\"rate.sex:"
                                    "male\"],[\"rate.sex:female\"]],\"interval\":true}";

static sx_status sample_write(sx_store *store, int64_t *run, sx_error *err) {
  static const char document[] = "{\"title\":{\"zh\":\"数字消费\",\"en\":\"Digital "
                                 "consumption\"},\"date\":\"2025-08-15\",\"languages\":[\"zh\",\"en\"],"
                                 "\"synthetic\":{\"zh\":\"数据是合成的\",\"en\":\"The data are synthetic\"}}";
  const sx_store_run info = {
      .study = "dc", .wave = "2025-S1", .title_zh = "数字消费", .title_en = "Digital consumption", .version = "0"};
  const sx_store_indicator indicators[] = {
      {"rate",
       {"数字消费用户占比", "Digital consumers"},
       {"您网购过吗?", "Did you buy online?"},
       {"网民", "internet users"},
       NULL,
       1,
       false},
      {"users", {"=cmd|'/c calc'!A1", "+users <&> \"quoted\""}, {NULL, NULL}, {NULL, NULL}, "人", 1, false},
      {"spend", {"人均支出", "Spending, per head"}, {NULL, NULL}, {NULL, NULL}, "元", 1, true},
  };
  SX_TRY(sx_store_begin(run, store, &info, NULL, 0, err));
  for (size_t i = 0; i < sizeof indicators / sizeof *indicators; i++)
    SX_TRY(sx_store_put_indicator(store, &indicators[i], err));
  SX_TRY(sample_rows(store, err));
  SX_TRY(sx_store_put_block(store, 0, "document", NULL, document, err));
  SX_TRY(sx_store_put_block(store, 1, "table", "rates", sample_table, err));
  SX_TRY(sx_store_put_block(store, 2, "figure", "by_sex", sample_figure, err));
  return sx_store_finish(store, err);
}

/* NULL after a failure, which is told. */
static sx_store *sample_open(const sx_ctx *ctx, int64_t *run) {
  sx_store *store = NULL;
  sx_error err = SX_ERROR_INIT;
  (void)remove(sample_path());
  sx_status status = sx_store_open(&store, ctx, sample_path(), SX_STORE_WRITE, &err);
  if (status == SX_OK) status = sample_write(store, run, &err);
  if (status == SX_OK) return store;
  SXT_FAIL("the sample: %s: %s", err.where, err.message);
  sx_store_close(store);
  return NULL;
}

static inline void sample_close(sx_store *store) {
  sx_store_close(store);
  (void)remove(sample_path());
}

static inline const sx_publish_file *file_named(const sx_publish_files *files, const char *name) {
  for (size_t i = 0; i < files->n; i++) {
    if (strcmp(files->items[i].name, name) == 0) return &files->items[i];
  }
  SXT_FAIL("no file '%s'", name);
  return NULL;
}

#endif
