/* estimate_change.h: comparing estimates: between two waves whose samples may share units, and tests of what is compared.
 * docs/methods/waves.md, gaps.md, contrasts.md.
 *
 * Two estimates of one design are compared by sx_est_linear or sx_est_formula alone: their carriers hold the covariance. Two
 * waves are two designs; a link says which units they share, and makes the covariance right in every later formula:
 *
 *   sx_link_side first = {design1, &id1, 1}, second = {design2, &id2, 1};
 *   sx_link_new(&link, &first, &second, NULL, err);
 *   sx_est_change(&change, link, estimate1, estimate2, SX_CHANGE_DIFFERENCE, err);        the difference, or
 *   sx_link_est(&linked, link, estimate2, err);                                           any formula of estimate1 and linked */
#ifndef SX_ESTIMATE_CHANGE_H
#define SX_ESTIMATE_CHANGE_H

#include "shuxiao/estimate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the link of two waves ----------------------------------------------------------------------------------------------- */

/* How the samples of two waves hang together; decided from the units, unless options say independent. */
typedef enum sx_overlap {
  SX_OVERLAP_NONE, /* no unit in both: covariance 0 */
  SX_OVERLAP_PARTIAL, /* Berger and Priam (2016): V1 and V2 each by its own design, rho from residuals of the PSUs of both */
  SX_OVERLAP_FULL,      /* the same PSUs, strata and fpc in both: one sample, exact covariance */
  SX_OVERLAP_REPLICATES /* the same replicate scheme, made together: replicate by replicate */
} sx_overlap;
SX_API const char *sx_overlap_name(sx_overlap overlap); /* "none" "partial" "full" "replicates" */

/* One wave: its design, and columns over the same rows that together name the unit. Where a design has clusters and every PSU has
 * one id of its own, the id is the PSU's (fixed PSUs, new cases); else an id stands in a wave once, and PSUs are the same where
 * they share a unit. Numbers meet integers and texts meet categories, by value. */
typedef struct sx_link_side {
  const sx_design *design;
  const sx_column *const *id;
  size_t n_id;
} sx_link_side;
typedef struct sx_link_options {
  uint32_t version;
  bool independent; /* the units in common are left aside: covariance 0 */
  bool coordinated; /* replicate designs: their replicates were made together, whatever the units (no id is needed) */
} sx_link_options;
#define SX_LINK_OPTIONS_INIT                                                                                           \
  { 1, false, false }

/* Immutable; shared by reference count. Keeps references to the designs, not the columns. */
typedef struct sx_link sx_link;
/* options NULL: SX_LINK_OPTIONS_INIT. Expected: SX_E_DATA for a unit without an id, a unit twice in a wave, a PSU whose units lie
 * in two PSUs of the other wave (names the cases); SX_E_ARGUMENT for id columns of another length or type, one linearised and
 * one replicate design, options that do not fit. Replicate schemes that cannot be paired, or replicates that were not made
 * together (their factors on the units in common do not go together) are taken as independent, with a warning to ctx: the error of
 * a change is then too large. Cost O(rows), with replicates O(rows * replicates). */
SX_API sx_status sx_link_new(sx_link **out, const sx_link_side *first, const sx_link_side *second,
                             const sx_link_options *options, sx_error *err) SX_NODISCARD;
SX_API sx_link *sx_link_ref(const sx_link *link);
SX_API void sx_link_free(sx_link *link); /* drops one reference */
SX_API sx_overlap sx_link_overlap(const sx_link *link);
SX_API size_t sx_link_units(const sx_link *link); /* ids in both waves */
SX_API size_t sx_link_psus(const sx_link *link);  /* PSUs in both waves; 0 for replicate designs */

/* An estimate of the second wave made ready for formulas with those of the first. FULL and REPLICATES: its carrier on the first
 * wave's design; PARTIAL: it remembers the link, and so does what is made from it. Designs made from the linked ones by adjusting
 * weights are linked with them. sx_est_pack does not take what remembers a link (SX_E_SUPPORT). */
SX_API sx_status sx_link_est(sx_est **out, const sx_link *link, const sx_est *second, sx_error *err) SX_NODISCARD;

typedef enum sx_change {
  SX_CHANGE_DIFFERENCE, /* after - before */
  SX_CHANGE_RATIO,      /* after / before */
  SX_CHANGE_RELATIVE    /* after / before - 1 */
} sx_change;
SX_API const char *sx_change_name(sx_change kind); /* "difference" "ratio" "relative" */
/* before: of the first wave; after: of the second (or both of one design with link NULL). V = V1 + V2 - 2 rho sqrt(V1 V2) with V1
 * and V2 those of the two terms after linearisation. Missing operands as in sx_est_formula; a ratio to 0 is missing.
 * df: docs/methods/waves.md. */
SX_API sx_status sx_est_change(sx_est **out, const sx_link *link, const sx_est *before, const sx_est *after,
                               sx_change kind, sx_error *err) SX_NODISCARD;

/* What went into it, in the units of the estimates. */
typedef struct sx_link_cov {
  double v_first, v_second, cov, rho; /* NaN for a missing estimate; rho 0 where a variance is 0 */
} sx_link_cov;
SX_API sx_status sx_link_covariance(sx_link_cov *out, const sx_link *link, const sx_est *first, const sx_est *second,
                                    sx_error *err) SX_NODISCARD;

/* The cases of two waves of one table, as two tables (caller frees both). wave is a discrete column, from and to are values or
 * labels of it; both NULL: the column has two levels, taken in its order. Expected: SX_E_ARGUMENT for a wave that does not occur,
 * for more than two without from and to, for from = to. Cases without a wave are in neither. */
SX_API sx_status sx_change_split(sx_table *out[2], const sx_table *table, const char *wave, const char *from,
                                 const char *to, sx_error *err) SX_NODISCARD;

/* ---- tests ------------------------------------------------------------------------------------------------------------------ */

/* Two-sided p of the hypothesis that the estimate is `null`: t = (estimate - null)/se on df (NaN: the estimate's own; INFINITY:
 * normal). NaN where the estimate or its error is missing; 0 or 1 where the error is 0. */
SX_API double sx_est_p(const sx_est *est, double null, double df);

typedef enum sx_adjust_p { SX_ADJUST_P_NONE, SX_ADJUST_P_HOLM, SX_ADJUST_P_BONFERRONI, SX_ADJUST_P_BH } sx_adjust_p;
SX_API sx_status sx_adjust_p_parse(sx_adjust_p *out, const char *text, sx_error *err) SX_NODISCARD; /* "holm" ... */
SX_API const char *sx_adjust_p_name(sx_adjust_p method);
/* p [n] of one family of tests, in place; missing ones stay and do not count. Holm (1979), Scand. J. Stat. 6:65-70;
 * BH: Benjamini and Hochberg (1995), JRSS B 57:289-300; as R's p.adjust. */
SX_API sx_status sx_p_adjust(double *p, size_t n, sx_adjust_p method, const sx_ctx *ctx, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
