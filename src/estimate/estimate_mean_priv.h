/* estimate_mean_priv.h: what the files of the other means share. */
#ifndef SX_ESTIMATE_MEAN_PRIV_H
#define SX_ESTIMATE_MEAN_PRIV_H

#include "estimate_priv.h"
#include "shuxiao/estimate_mean.h"

/* estimate_mean_trim.c: trimmed and winsorised means; the request and the spec are checked. */
sx_status sx_estimate__trimmed(sx_est_set **out, const sx_design *design, const sx_mean_spec *spec,
                               const sx_est_request *request, const sx_est_options *options,
                               sx_error *err) SX_NODISCARD;

#endif
