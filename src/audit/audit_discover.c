#include "audit_priv.h"
sx_status sx_audit_discover(sx_buf *out, const sx_audit *audit, size_t max, sx_error *err) {
  (void)out;
  (void)audit;
  (void)max;
  return sx_error_set(err, SX_E_SUPPORT, NULL, "not yet");
}
