/* design_twophase.h: designs of two phases: a first sample, and a second drawn from its cases by what the first told of them.
 * docs/methods/two-phase.md. */
#ifndef SX_DESIGN_TWOPHASE_H
#define SX_DESIGN_TWOPHASE_H

#include "shuxiao/design.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sx_twophase_method {
  SX_TWOPHASE_FULL,  /* every pair by its joint probability in both phases (R's method = "full") */
  SX_TWOPHASE_APPROX /* the squares of the first phase weighted by the second (R's "approx"); no clusters */
} sx_twophase_method;

/* The table holds every case of the first phase; the variables of the second may be missing where it did not reach. */
typedef struct sx_twophase_spec {
  uint32_t version;
  /* first phase */
  const char *weights; /* NULL: the inverse fractions of fpc, or with unweighted = true 1 */
  bool unweighted;
  const char *strata;  /* NULL: one stratum */
  const char *cluster; /* NULL: every case is a unit */
  bool nest;           /* clusters are numbered within strata */
  /* Units in the population, or the sampling fraction: simple random sampling in strata. NULL: with replacement in strata, the
   * limit of a large population; unweighted, without strata and clusters and with FULL, cases enter independently of one another
   * (R's reading of a cohort) */
  const char *fpc;
  /* second phase, of cases */
  const uint8_t *in;          /* [rows] 1: in the second phase, 0: not */
  const char *const *strata2; /* [n_strata2] crossed, known for every case of the first phase; none: one stratum */
  size_t n_strata2;
  const char *fpc2; /* cases of the first phase, or the fraction, constant in strata2; NULL: counted */
  const char *
      prob2; /* probability of each case, drawn independently (Bernoulli, Poisson), in place of fixed numbers in strata */
  sx_twophase_method method;
  sx_lonely lonely; /* FAIL, REMOVE or CERTAINTY, for strata of one unit in either phase */
  double df;        /* NaN: cases of the second phase less its strata */
} sx_twophase_spec;
#define SX_TWOPHASE_SPEC_INIT                                                                                          \
  { 1, NULL, false, NULL, NULL, false, NULL, NULL, NULL, 0, NULL, NULL, SX_TWOPHASE_FULL, SX_LONELY_FAIL, (double)NAN }

/* V = V1 + V2: Sarndal, Swensson & Wretman (1992) sec. 9.3. A design like any other: cases outside the second phase have the weight
 * 0. Not supported on it (SX_E_SUPPORT): adjusting its weights, making replicates. Expected: SX_E_ARGUMENT for a specification that
 * contradicts itself; SX_E_DATA for a case neither in nor out (names it), a stratum of the second phase of which nothing was drawn, an
 * fpc below the sample or not constant in its stratum, a probability outside (0, 1], a cluster in two strata without nest, a
 * stratum of one unit under FAIL. Variance: cost O(cases of the second phase) each. */
SX_API sx_status sx_design_twophase_new(sx_design **out, const sx_ctx *ctx, const sx_table *table,
                                        const sx_twophase_spec *spec, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
