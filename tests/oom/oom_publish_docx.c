/* Each allocation of the Word writer fails once, without and with a template. */
#include "document_help.h"
#include "oom.h"

#include <unistd.h>

#include "shuxiao/audit_text.h"
#include "shuxiao/publish.h"

static sx_status write_it(const sx_ctx *ctx, void *data, sx_error *err) {
  doc_maker *m = data;
  sx_buf out;
  sx_buf_init(&out, ctx);
  m->d.ctx = *ctx;
  const sx_status status = sx_publish_docx_document(&out, &m->d, NULL, false, err);
  if (status == SX_OK) CHECK(out.n > 5000);
  sx_buf_clear(&out);
  return status;
}

static sx_status with_charts(const sx_ctx *ctx, void *data, sx_error *err) {
  doc_maker *m = data;
  sx_buf out;
  sx_buf_init(&out, ctx);
  m->d.ctx = *ctx;
  const sx_status status = sx_publish_docx_document(&out, &m->d, NULL, true, err);
  sx_buf_clear(&out);
  return status;
}

static char template_file[300];
static sx_status with_template(const sx_ctx *ctx, void *data, sx_error *err) {
  doc_maker *m = data;
  sx_buf out;
  sx_buf_init(&out, ctx);
  m->d.ctx = *ctx;
  const sx_status status = sx_publish_docx_document(&out, &m->d, template_file, false, err);
  sx_buf_clear(&out);
  return status;
}

static sx_status check_template(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  return sx_publish_docx_check(template_file, ctx, err);
}

static void test_docx(void) {
  doc_maker m;
  doc_small(&m);
  (void)oom_run("docx", write_it, &m);
  doc_clear(&m);
}

/* Charts of Word's own, each with its workbook: every seventh allocation, as a workbook makes many. */
static void test_charts(void) {
  doc_maker m;
  bool through = false;
  doc_small(&m);
  for (long k = 1; !through && k < 20000; k += 7) through = oom_try("charts", with_charts, &m, 1, k, k % 2 == 1);
  CHECK(through);
  doc_clear(&m);
}

static void test_template(void) {
  doc_maker m;
  sx_buf out;
  const char *build = getenv("SX_BUILD");
  sx_buf_init(&out, NULL);
  doc_small(&m);
  REQUIRE_OK(sx_publish_docx_document(&out, &m.d, NULL, false, err));
  snprintf(template_file, sizeof template_file, "%s/oom_template.docx", build ? build : "/tmp");
  REQUIRE_OK(sx_file_write(NULL, template_file, out.data, out.n, err));
  (void)oom_run("docx template", with_template, &m);
  (void)oom_run("check of a template", check_template, NULL);
  sx_buf_clear(&out);
  doc_clear(&m);
}

/* An edited document filled anew, and its fields audited. */
typedef struct edited {
  const char *docx, *store;
  size_t n;
} edited;

static sx_status fill(const sx_ctx *ctx, void *data, sx_error *err) {
  const edited *e = data;
  sx_store *store = NULL;
  sx_buf out;
  sx_refill *report = NULL;
  sx_audit_text *text = NULL;
  sx_audit_traces *traces = NULL;
  sx_buf_init(&out, ctx);
  sx_status status = sx_store_open(&store, ctx, e->store, SX_STORE_READ, err);
  if (status == SX_OK) status = sx_publish_refill(&out, &report, e->docx, e->n, "a.docx", store, -1, err);
  if (status == SX_OK) status = sx_audit_text_parse(&text, ctx, SX_TEXT_DOCX, e->docx, e->n, "a.docx", err);
  if (status == SX_OK) status = sx_audit_text_bound(&traces, text, store, -1, err);
  sx_audit_traces_free(traces);
  sx_audit_text_free(text);
  sx_refill_free(report);
  sx_store_close(store);
  sx_buf_clear(&out);
  return status;
}

static void test_refill(void) {
  doc_maker m;
  sx_buf out;
  sx_store *store = NULL;
  int64_t run;
  char path[300];
  const char *build = getenv("SX_BUILD");
  const sx_store_run info = {.study = "s", .wave = "2025-S1", .version = "0"};
  const sx_store_indicator users = {.id = "users", .label = {"用户", "users"}, .scale = 1};
  const sx_store_row row = {.wave = "2025-S1", .indicator = "users", .statistic = "total", .estimate = 987654321};
  snprintf(path, sizeof path, "%s/oom_refill.%ld.sqlite", build ? build : "/tmp", (long)getpid());
  unlink(path);
  REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err));
  CHECK_OK(sx_store_begin(&run, store, &info, NULL, 0, err));
  CHECK_OK(sx_store_put_indicator(store, &users, err));
  CHECK_OK(sx_store_put_row(NULL, store, "s", &row, err));
  CHECK_OK(sx_store_finish(store, err));
  sx_store_close(store);
  sx_buf_init(&out, NULL);
  doc_small(&m);
  CHECK_OK(sx_publish_docx_document(&out, &m.d, NULL, true, err));
  edited e = {out.data, path, out.n};
  bool through = false;
  for (long k = 1; !through && k < 3000; k += 2) through = oom_try("refill", fill, &e, 1, k, k % 4 == 1);
  CHECK(through);
  unlink(path);
  sx_buf_clear(&out);
  doc_clear(&m);
}

SXT_MAIN(SXT_CASE(test_docx), SXT_CASE(test_charts), SXT_CASE(test_template), SXT_CASE(test_refill))
