/* report_build.c: a finished run made into the document tree. */
#include "shuxiao/report_document.h"

sx_status sx_report_document(sx_document **out, sx_store *store, int64_t run, const sx_report_options *options,
                             sx_error *err) {
  (void)out;
  (void)store;
  (void)run;
  (void)options;
  return sx_error_set(err, SX_E_SUPPORT, "report", "the document tree is not built yet");
}

void sx_document_free(sx_document *document) {
  if (document) sx_arena_free(document->arena);
}
