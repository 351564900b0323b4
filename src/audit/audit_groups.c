#include "audit_priv.h"
sx_status sx_audit__find_groups(sx_audit_report *report, sx_error *err) {
  (void)report;
  (void)err;
  return SX_OK;
}
sx_status sx_audit__explain(sx_audit_report *report, au_work *work, sx_error *err) {
  (void)report;
  (void)work;
  (void)err;
  return SX_OK;
}
sx_status sx_audit_discover(sx_buf *out, const sx_audit *audit, size_t max, sx_error *err) { (void)out; (void)audit;(void)max; return sx_error_set(err, SX_E_SUPPORT, NULL, "not yet"); }
