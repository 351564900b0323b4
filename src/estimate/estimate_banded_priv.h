/* estimate_banded_priv.h: what the files of banded amounts share. Parameters inside are on scales without limits:
 * lognormal theta = (mu, log sigma); GB2 and its special cases theta = (log b, log a, log p, log q), location and spread first. */
#ifndef SX_ESTIMATE_BANDED_PRIV_H
#define SX_ESTIMATE_BANDED_PRIV_H

#include "shuxiao/estimate_banded.h"

enum { EB_MAX = 4, EB_MAX_BANDS = 200 };

/* estimate_banded_family.c */
typedef struct eb_family {
  sx_banded_fit fit;
  size_t n;             /* free parameters: theta[0..n-1] where place[] says */
  size_t place[EB_MAX]; /* of the free parameters in theta */
  const char *name[EB_MAX];
} eb_family;
const eb_family *sx_estimate__eb_family(sx_banded_fit fit); /* NULL for the methods of midpoints */
/* What depends on theta alone, made once for many answers. */
typedef struct eb_shape {
  const eb_family *family;
  double theta[EB_MAX];
  double a, p, q; /* a: sigma of a lognormal */
  double log_beta, psi_p, psi_q, psi_both;
} eb_shape;
void sx_estimate__eb_prepare(eb_shape *out, const eb_family *family, const double *theta);
/* log probability of low <= X < high, or log density at low == high; gradient [EB_MAX] (or NULL) by theta, 0 where fixed. */
double sx_estimate__eb_log_of(const eb_shape *shape, double low, double high, double *gradient);
double sx_estimate__eb_log(const eb_family *family, const double *theta, double low, double high, double *gradient);
/* As the result shows them: mu, sigma, or a, b, p, q. natural[j] of the free parameter j; its derivative by theta[place]. */
void sx_estimate__eb_natural(const eb_family *family, const double *theta, double *natural, double *derivative);
void sx_estimate__eb_theta(const eb_family *family, const double *natural, double *theta); /* back */
/* Steps for numerical derivatives: theta[j] + h[j] moves the distribution by about a hundredth of its spread. */
void sx_estimate__eb_steps(const eb_family *family, const double *theta, double *h);
/* NaN: does not exist. gradient [EB_MAX] or NULL. */
double sx_estimate__eb_mean(const eb_family *family, const double *theta, double *gradient);
double sx_estimate__eb_tail_index(const eb_family *family, const double *theta); /* INFINITY: lognormal */
double sx_estimate__eb_open_share(const eb_family *family, const double *theta, double low, double *gradient);
double sx_estimate__eb_quantile(const eb_family *family, const double *theta, double p);
double sx_estimate__eb_density(const eb_family *family, const double *theta, double x);

/* estimate_banded_fit.c: distinct answers with their weights. */
typedef struct eb_cells {
  size_t n;
  const double *low, *high; /* [n] low == high: known; 0, 0: nothing */
  const double *w;          /* [n] sums of weights */
} eb_cells;

typedef struct eb_fit {
  sx_na na;
  double theta[EB_MAX];
  double inverse[EB_MAX * EB_MAX]; /* of the information per unit of positive weight, over the free parameters */
  double positive;                 /* sum of the weights of positive amounts */
  double loglik;                   /* per unit of it */
  unsigned iterations;
} eb_fit;
/* Maximum of sum w log P(cell) over the positive cells. start: theta to begin with, or NULL. information: `inverse` too. */
void sx_estimate__eb_maximise(eb_fit *out, const eb_family *family, const eb_cells *cells, const double *start,
                              bool information);

/* estimate_banded_grid.c: midpoints and the Pareto tail. */
typedef struct eb_grid {
  sx_na na;
  double alpha,
      information;        /* of the tail: alpha and minus the second derivative of its log-likelihood; NaN: no tail */
  double from;            /* lower limit of the first band of the tail */
  double open, open_mean; /* lower limit of the open band, the mean in it and its derivative by alpha */
  double open_slope;
  double factor; /* MIDPOINT: times the lower limit; else NaN */
} eb_grid;
typedef struct eb_grid_rule {
  sx_banded_fit fit; /* PARETO, RPME or MIDPOINT */
  const sx_band *band;
  size_t n_bands, tail_bands;
  double open_factor;
} eb_grid_rule;
void sx_estimate__eb_grid(eb_grid *out, const eb_grid_rule *rule, const eb_cells *cells);
/* The amount that a cell counts as. */
double sx_estimate__eb_amount(const eb_grid *grid, double low, double high);
/* d alpha / d w of a case in the cell. */
double sx_estimate__eb_alpha_score(const eb_grid *grid, double low, double high);
/* The share of the cell's amounts at or below x (uniform inside a band, Pareto in the open one); *slope: its derivative by alpha. */
double sx_estimate__eb_below(const eb_grid *grid, double low, double high, double x, double *slope);

/* estimate_banded_cells.c: the answers of a request. */
typedef struct eb_answers {
  sx_ctx ctx;
  size_t n; /* distinct answers */
  double *low, *high;
  int32_t *band;   /* [n] index of the band of positive amounts that holds it, -1 none (nothing, or in several) */
  uint32_t *cell;  /* [rows] */
  sx_column known; /* missing where the case has no answer */
  size_t n_bands;
  sx_band *bands; /* positive amounts, ascending; codes owned */
} eb_answers;
sx_status sx_estimate__eb_answers(eb_answers *out, const sx_ctx *ctx, size_t rows, const sx_banded_request *request,
                                  sx_error *err) SX_NODISCARD;
void sx_estimate__eb_answers_clear(eb_answers *answers);

/* estimate_banded_value.c: the statistic. */
typedef struct eb_model {
  const eb_answers *answers;
  const eb_family *family; /* NULL: midpoints */
  eb_grid_rule rule;
  const double *probs;
  size_t n_probs;
  bool tail, open, midpoint, rpme; /* rows that there are */
  size_t at_tail, at_open, at_parameters, at_probs, at_compare, at_misfit, n_values;
  bool warm;
  double start[EB_MAX];
} eb_model;
sx_status sx_estimate__eb_value(double *value, sx_na *na, const sx_cases *cases, const void *data, sx_error *err);
sx_status sx_estimate__eb_score(double *score, const double *value, const sx_cases *cases, const void *data,
                                sx_error *err);
/* Sums of weights per cell of the cases; w [answers->n]. */
void sx_estimate__eb_sum(double *w, const sx_cases *cases, const eb_answers *answers);

#endif
