/* cli_compare.h: what the files of `shuxiao compare` share. A cell is one estimate: of a variable, or a level of it, in one group;
 * of one wave, or its change from one wave to the other. */
#ifndef SX_CLI_COMPARE_H
#define SX_CLI_COMPARE_H

#include "cli_job.h"
#include "shuxiao/estimate_change.h"

typedef enum cmp_of { CMP_MEAN, CMP_TOTAL, CMP_PROP, CMP_RATIO, CMP_COUNT, CMP_QUANTILE, CMP_DEFAULT } cmp_of;

/* What is estimated. */
typedef struct cmp_what {
  cmp_of of;         /* DEFAULT becomes MEAN or PROP when the variable is seen */
  const char *text;  /* as it was written: the indicator */
  const char *y, *x; /* variables or expressions; y NULL for COUNT, x for RATIO */
  const char *later; /* y of the second wave where it has another name there, or NULL */
  double prob;       /* QUANTILE */
  const char *on;    /* a condition of its own, or NULL */
  bool grouped;      /* by the groups of the job */
} cmp_what;

typedef struct cmp_cell {
  const char **key, **label; /* [n_keys] of the group */
  size_t n_keys;
  const char *level; /* PROP: of the variable; else NULL */
  sx_est *est;       /* of the one wave, or the difference between the waves; never NULL */
  sx_est *side[2];   /* waves: each wave's estimate */
  sx_est_row row[2]; /* its numbers; est is not to be used */
} cmp_cell;
typedef struct cmp_cells {
  cmp_cell *items; /* in the arena; the estimates are owned */
  size_t n;
} cmp_cells;

/* A line of output: its numbers, and what the store's rows do not hold. */
typedef struct cmp_line {
  sx_store_row row;
  double p, p_adjusted, rho; /* NaN: does not apply */
} cmp_line;

typedef struct compare {
  cli_job job[2];      /* the second is for two waves */
  size_t n_columns[2]; /* of each table before expressions were added */
  bool waves;
  const char *wave[2]; /* names */
  const char *method;
  sx_link *link;
  bool want[3]; /* by sx_change */
  sx_adjust_p adjust;
  cmp_line *lines;
  size_t n_lines, cap_lines;
} compare;

/* ---- cli_compare_cells.c ---- */
bool cmp_read_of(cmp_of *out, const char *text, size_t n);
const char *cmp_statistic(const cmp_what *what, sx_arena *arena); /* "mean", "quantile_0.5"; NULL: no memory */
/* The cells of the one wave, or of both and their difference. */
sx_status cmp_estimate(cmp_cells *out, cmp_what *what, compare *c, sx_error *err);
void cmp_cells_clear(cmp_cells *cells);

/* ---- cli_compare_contrast.c ---- */
bool cmp_has_calls(const char *text); /* whether the text calls estimators: "mean(y, x == 1) - mean(y)" */
sx_status cmp_contrast_calls(sx_est **out, compare *c, const char *text, sx_error *err);
/* Names that a formula may use, their labels (which stand for them too) and values, NULL where there is none. */
typedef struct cmp_names {
  const char *const *name, *const *label;
  const sx_est *const *value;
  size_t n;
  const char *what; /* for messages: "a level of stype" */
} cmp_names;
sx_status cmp_contrast_names(sx_est **out, const sx_ctx *ctx, const char *text, const cmp_names *names, sx_error *err);

/* ---- cli_compare_print.c ---- */
typedef struct cmp_mark {
  const char *indicator, *statistic, *unit, *wave;
  const char *const *key, *const *label; /* [n_keys] levels as printed */
  size_t n_keys;
  double null, rho; /* NaN: not tested, none */
} cmp_mark;
/* A line of an estimate made here, or with `row` of one that was described already. */
sx_status cmp_add(compare *c, const cmp_mark *mark, const sx_est *est, const sx_est_row *row, sx_error *err);
/* The tests of the lines from `from` on are a family for each statistic. */
sx_status cmp_adjust(compare *c, size_t from, sx_error *err);
sx_status cmp_print(compare *c, sx_error *err);

#endif
