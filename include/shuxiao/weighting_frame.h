/* weighting_frame.h: two overlapping frames (landline and mobile) in one sample: composite weights. */
#ifndef SX_WEIGHTING_FRAME_H
#define SX_WEIGHTING_FRAME_H

#include "shuxiao/weighting.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Factor of the cases that both frames cover; cases that one frame covers have the factor 1 (docs/methods/dual-frame.md). */
typedef enum sx_composition {
  SX_COMPOSITION_FIXED,     /* lambda in the first frame, 1 - lambda in the second: Hartley (1962) */
  SX_COMPOSITION_EFFECTIVE, /* lambda = n_A/(n_A + n_B), effective sizes (sum w)^2 / sum w^2 of the overlap by frame */
  SX_COMPOSITION_SINGLE_FRAME /* w = 1/(1/w + 1/w_other): Kalton & Anderson (1986) */
} sx_composition;

typedef struct sx_frame_spec {
  uint32_t version;
  const char *frame;   /* column of two values; the first in its order is the first frame */
  const char *overlap; /* column of 0 and 1: the case is also in the other frame */
  sx_composition method;
  double lambda;     /* FIXED: 0..1 */
  const char *other; /* SINGLE_FRAME: design weight that a case of the overlap would have from the other frame */
} sx_frame_spec;
#define SX_FRAME_SPEC_INIT                                                                                             \
  { 1, NULL, NULL, SX_COMPOSITION_FIXED, 0.5, NULL }

typedef struct sx_frame_report {
  size_t n_only[2], n_overlap[2]; /* cases by frame */
  double n_eff[2];                /* effective sizes of the overlap */
  double lambda;                  /* NaN for SINGLE_FRAME */
  double overlap_total[2];        /* the overlap's size as each frame estimates it */
  double kish_deff;
} sx_frame_report;

/* The design of the stacked sample, every stratum of one frame, with composite weights. The factors count as known. Replicate weights get
 * the factors of the full sample. Expected: SX_E_ARGUMENT for a missing name or lambda outside 0..1; SX_E_DATA for a stratum that holds
 * both frames (cross the strata with the frame), a frame with other than two values, a missing value (names the case), an overlap that
 * one frame has no case of, an other-frame weight below 1. report may be NULL. */
SX_API sx_status sx_weighting_frames(sx_design **out, const sx_design *design, const sx_table *table,
                                     const sx_frame_spec *spec, sx_frame_report *report, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
