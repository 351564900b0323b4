/* estimate_easy.h: estimates by the names of variables, in one line each; examples/c shows them at work.
 *
 *   sx_easy *means = NULL;
 *   sx_status st = sx_easy_mean(&means, design, table, "api00, api99", "stype", &err);
 *   ... means->rows[i].variable "api00", .domain "stype=E", .est.estimate, .est.se, .est.low, .est.high ...
 *   sx_easy_free(means);
 *
 * These call the estimators of estimate.h, whose rules, reasons for missing estimates and expected statuses hold. */
#ifndef SX_ESTIMATE_EASY_H
#define SX_ESTIMATE_EASY_H

#include "shuxiao/estimate.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sx_easy_row {
  const char *variable;  /* as asked for; of shares and quantiles "stype=E", "api00 p=0.25" */
  const char *statistic; /* "mean", ... */
  const char *domain;    /* "" for the whole, "stype=E", "stype=E, awards=Yes" */
  sx_est_row est;        /* est.est is the carrier, for formulas and gaps; owned by the result */
} sx_easy_row;
typedef struct sx_easy {
  sx_ctx ctx;
  size_t n_rows;
  sx_easy_row *rows; /* by variable as asked for, then by domain, then by level or probability */
  sx_arena *arena;
  sx_est_set **sets;
  size_t n_sets;
} sx_easy;
SX_API void sx_easy_free(sx_easy *result); /* NULL: nothing */

/* vars: variables of the table or expressions over them, separated by commas: "api00, api99 - api00"; a ratio is "api.stu/enroll".
 * by: variables whose crossing makes the domains, or NULL. Shares: every level of a discrete variable, or, of a condition
 * ("api00 > 700"), the share of true. Expected: SX_E_ARGUMENT for a name that the table lacks (the nearest is named), SX_E_PARSE
 * for an expression that is none, and what the estimators have. */
SX_API sx_status sx_easy_mean(sx_easy **out, const sx_design *design, const sx_table *table, const char *vars,
                              const char *by, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_easy_total(sx_easy **out, const sx_design *design, const sx_table *table, const char *vars,
                               const char *by, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_easy_prop(sx_easy **out, const sx_design *design, const sx_table *table, const char *vars,
                              const char *by, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_easy_ratio(sx_easy **out, const sx_design *design, const sx_table *table, const char *vars,
                               const char *by, sx_error *err) SX_NODISCARD;

/* With a condition and options. probs given: quantiles, whatever `stat`, by R's default rule. */
typedef struct sx_easy_request {
  uint32_t version;
  sx_stat stat;
  const char *vars, *by, *where; /* by, where: or NULL */
  const double *probs;           /* [n_probs] or NULL */
  size_t n_probs;
  sx_est_options options;
} sx_easy_request;
#define SX_EASY_REQUEST_INIT                                                                                           \
  { 1, SX_STAT_MEAN, NULL, NULL, NULL, NULL, 0, SX_EST_OPTIONS_INIT }
SX_API sx_status sx_easy_run(sx_easy **out, const sx_design *design, const sx_table *table,
                             const sx_easy_request *request, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
