/* Allocations of the typesetter fail, every third, from the first on and from the second on: a document costs Cairo 20 ms however small it is. What Pango and
 * Cairo take is theirs. */
#include "document_help.h"
#include "oom.h"

#include "shuxiao/publish.h"

static sx_status set_it(const sx_ctx *ctx, void *data, sx_error *err) {
  doc_maker *m = data;
  sx_buf out;
  sx_buf_init(&out, ctx);
  m->d.ctx = *ctx;
  const sx_status status = sx_publish_pdf_document(&out, &m->d, err);
  if (status == SX_OK) CHECK(out.n > 5000);
  sx_buf_clear(&out);
  return status;
}

static void test_pdf(void) {
  doc_maker m;
  doc_small(&m);
  doc_figure(&m, m.root);
  bool through = false;
  for (long k = 1; !through && k < 2000; k += 3) through = oom_try("pdf", set_it, &m, 1, k, k % 2 == 0);
  CHECK(through);
  doc_clear(&m);
}

SXT_MAIN(SXT_CASE(test_pdf))
