/* Each allocation of the Word writer fails once, without and with a template. */
#include "document_help.h"
#include "oom.h"

#include "shuxiao/publish.h"

static sx_status write_it(const sx_ctx *ctx, void *data, sx_error *err) {
  doc_maker *m = data;
  sx_buf out;
  sx_buf_init(&out, ctx);
  m->d.ctx = *ctx;
  const sx_status status = sx_publish_docx_document(&out, &m->d, NULL, err);
  if (status == SX_OK) CHECK(out.n > 5000);
  sx_buf_clear(&out);
  return status;
}

static char template_file[300];
static sx_status with_template(const sx_ctx *ctx, void *data, sx_error *err) {
  doc_maker *m = data;
  sx_buf out;
  sx_buf_init(&out, ctx);
  m->d.ctx = *ctx;
  const sx_status status = sx_publish_docx_document(&out, &m->d, template_file, err);
  sx_buf_clear(&out);
  return status;
}

static void test_docx(void) {
  doc_maker m;
  doc_small(&m);
  (void)oom_run("docx", write_it, &m);
  doc_clear(&m);
}

static void test_template(void) {
  doc_maker m;
  sx_buf out;
  const char *build = getenv("SX_BUILD");
  sx_buf_init(&out, NULL);
  doc_small(&m);
  REQUIRE_OK(sx_publish_docx_document(&out, &m.d, NULL, err));
  snprintf(template_file, sizeof template_file, "%s/oom_template.docx", build ? build : "/tmp");
  REQUIRE_OK(sx_file_write(NULL, template_file, out.data, out.n, err));
  (void)oom_run("docx template", with_template, &m);
  sx_buf_clear(&out);
  doc_clear(&m);
}

SXT_MAIN(SXT_CASE(test_docx), SXT_CASE(test_template))
