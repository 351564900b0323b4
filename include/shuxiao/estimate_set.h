/* estimate_set.h: questions whose answer is several columns, or a place on a scale: multiple response, rankings, boxes. */
#ifndef SX_ESTIMATE_SET_H
#define SX_ESTIMATE_SET_H

#include "shuxiao/estimate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- multiple response (docs/methods/multiple-response.md) -------------------------------------------------------- */

typedef enum sx_set_of {
  SX_SET_OF_CASES,  /* share of the base that chose the member */
  SX_SET_OF_ANSWERS /* share of all answers given by the base that name the member; these sum to 1 */
} sx_set_of;
/* Who is in the base. A member that is missing for a case of the base was not chosen by it. */
typedef enum sx_set_base {
  SX_SET_BASE_CHOSEN, /* at least one member chosen (the default of SPSS) */
  SX_SET_BASE_VALID,  /* at least one member not missing */
  SX_SET_BASE_ALL     /* everyone in the domain: declare those who were asked by `asked` */
} sx_set_base;

typedef struct sx_set_request {
  uint32_t version;
  const sx_mrset *set; /* its variables are columns of the table */
  sx_set_of of;
  sx_set_base base;
  const uint8_t *asked; /* [rows] 1: was asked; with SX_SET_BASE_ALL. NULL: all */
  const uint8_t *where; /* as in sx_est_request */
  const sx_groups *by;
} sx_set_request;
#define SX_SET_REQUEST_INIT                                                                                            \
  { 1, NULL, SX_SET_OF_CASES, SX_SET_BASE_CHOSEN, NULL, NULL, NULL }

/* Rows by group, then member (row.level; set->level_text its name: the variable of a dichotomy, else the category). Intervals are
 * those of proportions; the carriers hold the joint covariance. Expected: SX_E_ARGUMENT for a set whose variables the table has not
 * or whose type does not suit it, for no variables, or a table of another length; SX_E_DATA for a value that is not finite.
 * Cost: one sx_estimate_run per member, in parallel. */
SX_API sx_status sx_estimate_set(sx_est_set **out, const sx_design *design, const sx_table *table,
                                 const sx_set_request *request, const sx_est_options *options,
                                 sx_error *err) SX_NODISCARD;

/* ---- rankings (docs/methods/rankings.md) -------------------------------------------------------------------------- */

typedef enum sx_rank_stat {
  SX_RANK_MEAN, /* mean rank, over the cases that ranked the item */
  SX_RANK_TOP,  /* share of the base that ranked it `top` or better */
  SX_RANK_BORDA /* mean over the base of m + 1 - rank, 0 where the item was not ranked; m columns */
} sx_rank_stat;

typedef struct sx_rank_request {
  uint32_t version;
  const sx_column *const *columns; /* [n_columns] */
  size_t n_columns;
  bool
      places; /* column k holds the item at place k; else column k holds the rank of item k, a whole number 1..n_columns */
  sx_rank_stat stat;
  size_t top;           /* TOP: 1 is the share ranked first */
  const uint8_t *where; /* as in sx_est_request */
  const sx_groups *by;
} sx_rank_request;
#define SX_RANK_REQUEST_INIT                                                                                           \
  { 1, NULL, 0, false, SX_RANK_MEAN, 1, NULL, NULL }

/* Rows by group, then item. The base of TOP and BORDA is the cases that ranked at least one item. With `places`, an item named twice
 * has its better place. Expected: SX_E_ARGUMENT for no columns, columns of another length, ranks that are no numbers, top outside
 * 1..n_columns; SX_E_DATA for a rank that is not one of 1..n_columns (names the case). */
SX_API sx_status sx_estimate_rank(sx_est_set **out, const sx_design *design, const sx_rank_request *request,
                                  const sx_est_options *options, sx_error *err) SX_NODISCARD;

/* ---- boxes and net scores of scales (docs/methods/scales.md) ------------------------------------------------------- */

typedef enum sx_box {
  SX_BOX_TOP,    /* share in the top levels */
  SX_BOX_BOTTOM, /* share in the bottom levels */
  SX_BOX_NET,    /* the first minus the second, -1..1 */
  SX_BOX_NPS     /* net promoter score of a scale of 0 to 10: the share of 9 and 10 minus that of 0 to 6, -1..1 */
} sx_box;

typedef struct sx_box_request {
  uint32_t version;
  const sx_column *y;
  sx_box box;
  /* The levels by their text or label; or, where the list is NULL, the n_top highest and n_bottom lowest of the scale: the labelled
   * values that are not missing where all that occur are labelled, else those that occur; the declared levels of a category. NPS
   * does not use them. */
  const char *const *top;
  size_t n_top;
  const char *const *bottom;
  size_t n_bottom;
  const uint8_t *where; /* as in sx_est_request */
  const sx_groups *by;
} sx_box_request;
#define SX_BOX_REQUEST_INIT                                                                                            \
  { 1, NULL, SX_BOX_TOP, NULL, 2, NULL, 2, NULL, NULL }

/* A row per domain, over the cases that answered; intervals as for proportions, wald for net scores. Expected: SX_E_ARGUMENT for
 * a level that the variable has not, a level at both ends, a scale of fewer levels than asked for, a text without named levels;
 * SX_E_DATA for NPS of an answer that is no whole number 0..10 (names the case), or of none above 6: no scale of 0 to 10. */
SX_API sx_status sx_estimate_box(sx_est_set **out, const sx_design *design, const sx_box_request *request,
                                 const sx_est_options *options, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
