/* cli_estimate.h: what one word of mean, total, prop and ratio asks for, and how it is estimated.
 *
 * cli_estimate.c        the commands, the rows and the gaps
 * cli_estimate_plain.c  a variable, an expression, a ratio: also by level, of another kind, standardised
 * cli_estimate_set.c    $set, multi(a, b), rank(a, b), places(a, b), and the ends of a scale
 * cli_standard.c        --standardize and --standard */
#ifndef SX_CLI_ESTIMATE_H
#define SX_CLI_ESTIMATE_H

#include "cli_job.h"
#include "shuxiao/estimate_mean.h"
#include "shuxiao/estimate_set.h"

typedef struct cli_quantity cli_quantity;
struct cli_quantity {
  const char *name;      /* the indicator; "name=level" where levels are named */
  const char *statistic; /* of its rows */
  bool named_levels;
  /* by: the job's groups, or NULL for the whole. */
  sx_status (*run)(sx_est_set **out, const cli_quantity *q, const cli_job *j, const sx_groups *by, sx_error *err);
  sx_est_request request;   /* plain */
  const sx_mean_spec *mean; /* another mean, or NULL */
  const sx_standard *standard;
  bool finite_deff, watch_tail;
  const sx_set_request *set;
  const sx_rank_request *rank;
  const sx_box_request *box;
  const sx_groups *levels; /* totals of every level of request.y */
};

/* The options that the whole call has, read once. */
typedef struct cli_wishes {
  bool has_mean, finite_deff, has_standard, used_rank;
  sx_mean_spec mean;
  sx_standard standard;
  sx_groups *cells; /* owned */
} cli_wishes;

/* ';' where the text has one, else ',': levels that hold commas. Pieces without blanks at their ends. */
sx_status cli_list(const char *const **out, size_t *n, sx_arena *arena, const char *text, sx_error *err);

sx_status cli_plain_wishes(cli_wishes *w, cli_job *j, sx_error *err);
/* *taken false where the word is not of this kind. */
sx_status cli_plain_quantity(cli_quantity *q, const cli_wishes *w, cli_job *j, const char *text, sx_error *err);
sx_status cli_set_quantity(bool *taken, cli_quantity *q, cli_job *j, const char *text, sx_error *err);
sx_status cli_read_standard(sx_standard *out, sx_groups **cells, cli_job *j, sx_error *err);
/* The mark of a row of a mean or total, "" for none: where the top 1% hold over a fifth. share [domains]. */
const char *cli_tail_mark(const cli_job *j, double share);

#endif
