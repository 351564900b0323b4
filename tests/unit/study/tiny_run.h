/* tiny_run.h: the tiny study run by a test, and rows of its store looked up by name. After tiny.h. */
#ifndef TINY_RUN_H
#define TINY_RUN_H

#include "tiny.h"

static inline sx_study *tiny_load(sx_problems *problems) {
  char path[600];
  sx_study *study = NULL;
  sx_error err = SX_ERROR_INIT;
  tiny_path(path, "study.yaml");
  if (sx_study_load(&study, NULL, path, problems, &err) != SX_OK) SXT_FAIL("load: %s: %s", err.where, err.message);
  return study;
}

static inline sx_run_result *tiny_run(void) {
  sx_study *study = tiny_load(NULL);
  sx_run_result *result = NULL;
  sx_error err = SX_ERROR_INIT;
  if (study && sx_study_run(&result, study, NULL, &err) != SX_OK) SXT_FAIL("run: %s: %s", err.where, err.message);
  sx_study_free(study);
  return result;
}

/* One row: its numbers, and its texts copied. */
typedef struct tiny_row {
  const char *indicator, *statistic, *domain;
  double estimate, se;
  char reason[80], quality[80], method[80];
  size_t n;
} tiny_row;

static inline sx_status tiny_match(void *data, const sx_store_row *row, sx_error *err) {
  (void)err;
  tiny_row *f = data;
  char domain[200] = "total";
  for (size_t i = 0, used = 0; i < row->n_terms; i++) {
    used += (size_t)snprintf(domain + used, sizeof domain - used, "%s%s:%s", i ? "*" : "", row->terms[i].variable,
                             row->terms[i].level);
  }
  if (strcmp(row->indicator, f->indicator) != 0 || strcmp(row->statistic, f->statistic) != 0 ||
      strcmp(domain, f->domain) != 0)
    return SX_OK;
  f->estimate = row->estimate;
  f->se = row->se;
  snprintf(f->reason, sizeof f->reason, "%s", row->na_reason ? row->na_reason : "");
  snprintf(f->quality, sizeof f->quality, "%s", row->quality ? row->quality : "");
  snprintf(f->method, sizeof f->method, "%s", row->method ? row->method : "");
  f->n++;
  return SX_OK;
}

/* The row of a run, which must be there once. */
static inline tiny_row tiny_find(int64_t run, const char *indicator, const char *statistic, const char *domain) {
  char path[600];
  tiny_row f = {.indicator = indicator, .statistic = statistic, .domain = domain, .estimate = (double)NAN};
  sx_store *store = NULL;
  sx_error err = SX_ERROR_INIT;
  tiny_path(path, "out/results.db");
  sx_status status = sx_store_open(&store, NULL, path, SX_STORE_READ, &err);
  if (status == SX_OK) status = sx_store_each_row(store, run, NULL, tiny_match, &f, &err);
  if (status != SX_OK) SXT_FAIL("%s: %s", err.where, err.message);
  if (f.n != 1) SXT_FAIL("%zu rows of %s %s %s", f.n, indicator, statistic, domain);
  sx_store_close(store);
  return f;
}

/* The English or Chinese report, malloc'd. */
static inline char *tiny_report(const char *lang) {
  char path[600], file[40];
  snprintf(file, sizeof file, "out/report.%s.html", lang);
  tiny_path(path, file);
  char *text = tiny_read(path);
  if (!text) SXT_FAIL("there is no %s", path);
  return text;
}

#endif
