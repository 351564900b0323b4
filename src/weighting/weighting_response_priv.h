/* weighting_response_priv.h: what the adjustments for response share. */
#ifndef SX_WEIGHTING_RESPONSE_PRIV_H
#define SX_WEIGHTING_RESPONSE_PRIV_H

#include "shuxiao/weighting_response.h"

/* Who takes part in an adjustment: takers take up the weight of the givers; the rest gets the weight 0. */
enum { WT_OUT = 0, WT_GIVER = 1, WT_TAKER = 2 };

/* Classes over the rows that take part, numbered 0..n-1; -1 elsewhere. */
typedef struct wt_classes {
  const sx_ctx *ctx;
  size_t n_rows, n, n_merged;
  int32_t *of;      /* [rows] */
  sx_groups *names; /* of the crossing, or NULL */
  int32_t *first;   /* [n] group of `names` that a class began as */
} wt_classes;
void sx_weighting__classes_clear(wt_classes *classes);
/* role [rows] as above for rows of d > 0. */
sx_status sx_weighting__classes(wt_classes *out, const sx_ctx *ctx, const sx_table *table, const uint8_t *role,
                                const double *d, const sx_class_options *options, sx_error *err) SX_NODISCARD;
/* "region=3, age=60+", "stratum 2", "the sample" */
const char *sx_weighting__class_name(char out[256], const wt_classes *classes, size_t c);
/* Merges until every class has its respondents and factor; of [rows] is renumbered. key NULL: classes are neighbours by rate alone. */
sx_status sx_weighting__merge(wt_classes *classes, const uint8_t *role, const double *d, size_t min_respondents,
                              double max_factor, bool say, sx_error *err) SX_NODISCARD;
/* w [rows] from d [rows]: factor of the class for takers, 0 for the rest. */
sx_status sx_weighting__class_factors(double *w, const wt_classes *classes, const uint8_t *role, const double *d,
                                      const char *who, sx_error *err) SX_NODISCARD;
void sx_weighting__response_report(sx_response_report *report, size_t n, const uint8_t *role, const double *d,
                                   const double *w);
/* role of every row in the nonresponse step; SX_E_DATA for a case of unknown eligibility that has weight. */
sx_status sx_weighting__response_roles(uint8_t *role, const sx_design *design, const sx_table *table,
                                       const uint8_t *status, sx_error *err) SX_NODISCARD;

/* A column of a model: an intercept, a factor (one column per level) or a number. */
typedef struct wt_term {
  const char *name;
  size_t first, n_levels; /* columns; n_levels 1 for intercept and numbers */
  sx_groups *groups;      /* factor, else NULL */
  double *x;              /* [rows] standardised number, or NULL */
} wt_term;
typedef struct wt_logit {
  const sx_ctx *ctx;
  size_t n_rows, n_terms, n_columns;
  wt_term *terms;
  double tolerance;
  size_t max_iterations;
} wt_logit;
sx_status sx_weighting__logit_new(wt_logit *out, const sx_ctx *ctx, const sx_table *table, const uint8_t *role,
                                  const sx_propensity_options *options, sx_error *err) SX_NODISCARD;
void sx_weighting__logit_clear(wt_logit *model);
/* Column and value of a term at a row; column SIZE_MAX: none. */
static inline size_t sx_weighting__at(double *x, const wt_term *t, size_t row) {
  *x = t->x ? t->x[row] : 1;
  if (!t->groups) return t->first;
  return t->groups->group[row] < 0 ? SIZE_MAX : t->first + (size_t)t->groups->group[row];
}
/* p [rows] of the rows that take part, beta [columns] in: start, out: fit. */
sx_status sx_weighting__logit_fit(double *p, double *beta, size_t *iterations, const wt_logit *model,
                                  const uint8_t *role, const double *d, const char *who, sx_error *err) SX_NODISCARD;

#endif
