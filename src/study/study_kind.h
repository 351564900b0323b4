/* study_kind.h: the kinds of indicators. `mean: x`, `quantile: {of: x, probs: [0.5]}`, `formula: a / b`: the key is the kind's word.
 *
 * To add one:
 *   1. write study_kind_<topic>.c with `const st_kind study__kind_<word> = {...};`
 *   2. declare it below and add its line to the table in study_kind.c; docs/study-file.md gets its words
 *   3. `read` takes the YAML under the word: study__of for `word: EXPR` or `{of: EXPR, ...}`, ST_KEYS for the options of a map,
 *      study__measure for each further expression. It may set ind->of_kind (arena memory, read only afterwards) and, where a
 *      domain has several estimates, ind->stats: their names in the store; row.level of a result is an index into them
 *   4. `run` is given the evaluated columns, the base and the groups of one request and calls an estimator
 * Everything else follows: names are checked with their nearest, keys of steps come from the YAML and the names in the measures
 * (a file that a kind reads goes into ind->file), `by`, gaps, formulas, quality marks, tables and figures work on the rows. */
#ifndef SX_STUDY_KIND_H
#define SX_STUDY_KIND_H

#include "study_load.h"

typedef struct st_job { /* one indicator over the whole, or by one of its groups */
  const st_indicator *ind;
  const sx_design *design;
  const sx_table *unit;
  const sx_column *const *columns; /* [ind->n_measures]; NULL for ST_SET, whose set is in the unit table by its name */
  const uint8_t *where;            /* [rows], NULL: all */
  const sx_groups *by;             /* NULL: one cell */
  const sx_est_options *options;   /* ci, level, df of the indicator, else of the study */
} st_job;

struct st_kind {
  const char *word;   /* the key in the study file; also the statistic in the store unless read sets ind->stats */
  const char *format; /* what it is printed in where the indicator names no format; NULL: by the unit, as a total */
  bool formula;       /* no data: made by the algebra after the others (run and request are NULL) */
  bool shares;        /* `ci:` may be an interval of shares */
  bool no_algebra;    /* its rows are no estimates: no gaps, and no operand of formulas */
  /* Notes its problems; what is noted needs no further care. */
  void (*read)(st_load *l, st_indicator *ind, const sx_node *node);
  /* Beyond the measures' own types; unit holds the first rows. NULL: nothing. */
  void (*check)(st_load *l, const sx_table *unit, st_indicator *ind);
  sx_status (*run)(sx_est_set **out, const st_job *job, sx_error *err);
  /* In place of run, for what sx_estimate_run_many does: many indicators are then estimated together. */
  void (*request)(sx_est_request *out, const st_job *job);
};

extern const st_kind study__kind_total, study__kind_mean, study__kind_prop, study__kind_ratio, study__kind_count,
    study__kind_formula, study__kind_quantile, study__kind_median, study__kind_variance, study__kind_covariance,
    study__kind_correlation, study__kind_test, study__kind_shares, study__kind_banded;
extern const st_kind study__kind_geometric, study__kind_harmonic, study__kind_trimmed, study__kind_winsorised,
    study__kind_standardized, study__kind_share_of_set, study__kind_rank, study__kind_box;
extern const st_kind study__kind_inequality, study__kind_gini, study__kind_theil, study__kind_mld, study__kind_qsr,
    study__kind_lorenz, study__kind_poverty, study__kind_arpt, study__kind_arpr, study__kind_rmpg;

const st_kind *study__kind_at(size_t i); /* NULL: past the last */
const st_kind *study__kind_named(const char *word);

/* ---- for read ---- */

/* Adds what is measured: node is a scalar with an expression (for ST_SET: with a name). */
bool study__measure(st_load *l, st_indicator *ind, const sx_node *node, st_measure_type type);
/* The same for a text that is a part of the scalar; NULL, told already, is false. */
bool study__measure_text(st_load *l, st_indicator *ind, const sx_node *node, const char *text, st_measure_type type);
/* The same for `node` itself where it is a scalar, or the value of its key `of`. *options: node where it is a map, else NULL. */
bool study__of(const sx_node **options, st_load *l, st_indicator *ind, const sx_node *node, st_measure_type type);
/* Numbers of a list, or one scalar; NULL and *n = 0 where the key is absent or faulty. */
const double *study__numbers(size_t *n, st_load *l, const sx_node *map, const char *key, const char *what);
/* For check of `mean` and `total`: a variable of texts is taken as a category, its mean being the shares of its levels and its total
 * their counts, as in the commands; other texts are a problem. */
void study__text_levels(st_load *l, const sx_table *unit, st_indicator *ind);
/* The statistics PREFIX_LEVEL of every level of the variables together that is known before the data are read, their words from the
 * labels: texts of a text variable, labelled values, a cut. False, told, where a variable has none: `otherwise` says what helps. */
bool study__level_stats(st_load *l, const sx_table *unit, st_indicator *ind, const char *const *names, size_t n,
                        const char *prefix, const char *otherwise);
/* The same for levels that the study lists; the variables give them their labels. */
void study__listed_stats(st_load *l, const sx_table *unit, st_indicator *ind, const char *const *names, size_t n,
                         const char *prefix, const sx_node *list);
/* Rows come by the levels that occur: each is given the place of its statistic. Takes the set, also on failure, which is a level that
 * is no statistic: `otherwise` says what helps. */
sx_status study__place_levels(sx_est_set **out, const st_job *job, sx_est_set *set, const char *prefix,
                              const char *otherwise, sx_error *err) SX_NODISCARD;
/* A copy of the names as ind->stats; NULL in names: no memory, noted. */
void study__set_stats(st_load *l, st_indicator *ind, const char *const *names, size_t n);

#endif
