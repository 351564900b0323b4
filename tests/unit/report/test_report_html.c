/* The whole report of the sample store: both languages, its promises, its errors. The pages are left in SX_BUILD/sample-report
 * for tests/report and tests/golden. */
#include "unit/report/report_sample.h"
#include "sxt.h"

#include <sys/stat.h>

static char path[300];

static void save(const char *name, const sx_report_result *r) {
  char file[400];
  const char *dir = getenv("SX_BUILD");
  (void)snprintf(file, sizeof file, "%s/sample-report", dir ? dir : "/tmp");
  (void)mkdir(file, 0777);
  (void)snprintf(file, sizeof file, "%s/sample-report/%s", dir ? dir : "/tmp", name);
  CHECK_OK(sx_file_write(NULL, file, r->html, r->n, err));
}

static void sample(void) {
  sx_store *store = NULL;
  int64_t run = 0;
  REQUIRE_OK(sample_store(&store, &run, NULL, sample_path(path, sizeof path, "report_html"), NULL, NULL, err));
  for (int lang = 0; lang < 2; lang++) {
    const sx_report_options options = {1, lang ? SX_LANG_EN : SX_LANG_ZH, lang ? "report.zh.html" : "report.en.html"};
    sx_report_result *r = NULL;
    REQUIRE_OK(sx_report_html(&r, store, run, &options, err));
    for (size_t i = 0; i < r->n_warnings; i++) SXT_FAIL("%s: %s", r->warnings[i].where, r->warnings[i].message);
    save(lang ? "report.en.html" : "report.zh.html", r);
    sx_report_result_free(r);
  }
  sx_store_close(store);
  (void)remove(path);
}

SXT_MAIN(SXT_CASE(sample))
