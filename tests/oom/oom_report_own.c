/* Each allocation of the list of a report's own numbers fails once. */
#include "document_help.h"
#include "oom.h"

#include "shuxiao/report_own.h"

static sx_status list_them(const sx_ctx *ctx, void *data, sx_error *err) {
  doc_maker *m = data;
  sx_own_numbers *own = NULL;
  m->d.ctx = *ctx;
  const sx_status status = sx_own_numbers_new(&own, &m->d, err);
  sx_own_numbers_free(own);
  return status;
}

static void test_own(void) {
  doc_maker m;
  doc_small(&m);
  sx_document_node *annex = doc_add(&m, m.root, SX_DOC_ANNEX, NULL);
  for (size_t i = 0; i < 20; i++) doc_paragraph(&m, annex, i % 2 ? "48 cases, 3 strata" : "weights 81.62 to 171.4");
  (void)oom_run("own numbers", list_them, &m);
  doc_clear(&m);
}

SXT_MAIN(SXT_CASE(test_own))
