/* estimate_area_priv.h: the areas that have a direct estimate, as arrays, and the weighted regression on them. */
#ifndef SX_ESTIMATE_AREA_PRIV_H
#define SX_ESTIMATE_AREA_PRIV_H

#include "estimate_priv.h"
#include "shuxiao/estimate_area.h"

/* m areas, p coefficients. Covariates are centred (where there is an intercept) and scaled: the first column is 1 then. */
typedef struct area_model {
  sx_ctx ctx;
  size_t m, p;
  double *x, *y, *psi;    /* [m*p] areas in rows, [m], [m] */
  double *centre, *scale; /* [p] of the raw covariates */
  double *w, *r;          /* [m] weights of the last regression, its residuals */
  double *beta, *q, *xwx; /* [p], (X'WX)^-1 [p*p], X'WX or its factor [p*p] */
  double *work, *other;   /* [p], [p*p] */
  size_t *pivot;          /* [p] */
  size_t collinear;       /* column that was found so, where regress fails */
} area_model;

/* estimate_area_fit.c. Fails where the columns are collinear under the weights m->w. */
sx_status sx_estimate__area_regress(area_model *m, sx_error *err);
/* The variance between areas by the method; leaves the model regressed at it. */
sx_status sx_estimate__area_sigma2(double *out, size_t *iterations, area_model *m, sx_area_method method,
                                   sx_error *err);
/* Asymptotic variance of the estimate a of the variance between areas, and its bias. */
void sx_estimate__area_moments(double *variance, double *bias, area_model *m, sx_area_method method, double a);
/* x'Qx of one area. */
double sx_estimate__area_leverage(const area_model *m, const double *x);

#endif
