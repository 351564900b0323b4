/* estimate_response.h: outcome rates of a survey by the AAPOR Standard Definitions, with design-based errors. */
#ifndef SX_ESTIMATE_RESPONSE_H
#define SX_ESTIMATE_RESPONSE_H

#include "shuxiao/design_response.h"
#include "shuxiao/estimate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* With I, P, R, NC, O, U = UH + UO as in design_response.h and e the share of U that is eligible (docs/methods/response-rates.md):
 *   rr1 = I/(I+P+R+NC+O+U)   rr2 = (I+P)/(same)   rr3, rr4: e U for U   rr5, rr6: without U
 *   coop1 = I/(I+P+R+O)   coop2 = (I+P)/(same)   coop3, coop4: without O
 *   ref1 = R/(I+P+R+NC+O+U)   ref2: e U   ref3: without U
 *   con1 = (I+P+R+O)/(I+P+R+NC+O+U)   con2: e U   con3: without U
 *   e = (I+P+R+NC+O)/(I+P+R+NC+O+NE) (proportional allocation, CASRO) unless given. */
enum { SX_N_RESPONSE_RATES = 17 };
SX_API const char *const *sx_response_rate_names(void); /* "rr1" .. "rr6" "coop1" .. "coop4" "ref1" .. "con3" "e" */

typedef struct sx_response_rates_options {
  uint32_t version;
  double e; /* 0..1; NaN: estimated in every domain, with its error */
} sx_response_rates_options;
#define SX_RESPONSE_RATES_OPTIONS_INIT                                                                                 \
  { 1, (double)NAN }

/* Rows by group, then by rate: row.level is the index of the rate, set->level_text its name. Sums are of the design's weights: a design
 * without weights gives the unweighted rates. disposition [rows] from sx_disposition_read. A rate without a denominator is missing.
 * Expected: SX_E_ARGUMENT for e outside 0..1, and what sx_estimate_statistic has. */
SX_API sx_status sx_estimate_response_rates(sx_est_set **out, const sx_design *design, const uint8_t *disposition,
                                            const uint8_t *where, const sx_groups *by,
                                            const sx_response_rates_options *rates, const sx_est_options *options,
                                            sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
