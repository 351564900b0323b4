/* store_diff.h: two runs set side by side: which numbers differ, and what of data, weights, definition or method made them differ;
 * and what later publications made of a number. docs/methods/revisions.md. */
#ifndef SX_STORE_DIFF_H
#define SX_STORE_DIFF_H

#include "shuxiao/store.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sx_diff_kind {
  SX_DIFF_VALUE,  /* the estimate differs */
  SX_DIFF_ERROR,  /* only its error, interval or df */
  SX_DIFF_MARK,   /* only base, quality, reason, unit or method */
  SX_DIFF_ADDED,  /* only the second run has it */
  SX_DIFF_REMOVED /* only the first */
} sx_diff_kind;
SX_API const char *sx_diff_kind_name(sx_diff_kind kind); /* "value" "error" "mark" "added" "removed" */

typedef enum sx_diff_area {
  SX_DIFF_DATA,       /* files read, generated, joined */
  SX_DIFF_WEIGHTS,    /* weighting */
  SX_DIFF_DESIGN,     /* strata, clusters, replicates */
  SX_DIFF_DEFINITION, /* variables, groups, indicators, accounts, outside figures */
  SX_DIFF_METHOD      /* how an interval or error is made, program version */
} sx_diff_area;
SX_API const char *sx_diff_area_name(sx_diff_area area); /* "data" "weights" "design" "definition" "method" */

/* A step of the plan that is itself different, not only by what it rests on. */
typedef struct sx_diff_cause {
  const char *step; /* "weighting", "indicator:users", "program" */
  sx_diff_area area;
  const char *details; /* lines "key: before -> after"; "" where the older run did not keep its specifications */
} sx_diff_cause;

typedef struct sx_diff_row {
  sx_diff_kind kind;
  const sx_store_row *before, *after; /* NULL where the run has none */
  double change;                      /* after - before; NaN where either is missing */
  double moved;                       /* change / std.error before; NaN where that is missing or 0 */
  const size_t *causes;               /* [n_causes] into the diff's causes */
  size_t n_causes;
} sx_diff_row;

typedef struct sx_diff_input {
  const char *path, *sha256_before, *sha256_after; /* NULL where the run did not read it */
} sx_diff_input;

typedef struct sx_diff {
  sx_arena *arena; /* holds all of it */
  sx_store_run before, after;
  sx_diff_row *rows; /* in the order of the second run, those removed last */
  size_t n_rows, n_same;
  sx_diff_cause *causes;
  size_t n_causes;
  sx_diff_input *inputs; /* those that differ */
  size_t n_inputs;
  bool
      explained; /* false: a run is older than the record of what steps rest on, or not of one study: no row has causes */
} sx_diff;

/* first and second may be the same store. Rows are matched by wave, indicator, statistic and domain; numbers differ beyond
 * tolerance * max(|a|, |b|) (0: any bit). Causes of a row are the changed steps among those that its step rests on, in either run.
 * Expected: SX_E_ARGUMENT for a run that is not there. Caller frees *out. */
SX_API sx_status sx_store_diff(sx_diff **out, sx_store *first, int64_t run_first, sx_store *second, int64_t run_second,
                               double tolerance, sx_error *err) SX_NODISCARD;
SX_API void sx_diff_free(sx_diff *diff);

/* ---- revisions ----------------------------------------------------------------------------------------------------------- */

/* A run made known as a publication: revisions look at these alone once a store has any. A label stands for one run; given again it
 * moves. The store is open for writing and no run is being written. */
SX_API sx_status sx_store_publish(sx_store *store, int64_t run, const char *label, sx_error *err) SX_NODISCARD;

typedef struct sx_vintage { /* a publication, or a run where there are none */
  int64_t run;
  const char *label; /* NULL: a run that was not published */
  const char *finished;
} sx_vintage;
/* One quantity over its vintages: a row of the revision triangle. */
typedef struct sx_revision_row {
  const char *wave, *indicator, *statistic, *domain, *unit; /* domain "" the total, else "var=level*..." */
  const double *value, *se;                                 /* [n_vintages], NaN where the vintage has none */
  size_t n_values;                                          /* vintages that have it */
  double first, last, revision;                             /* revision = last - first; NaN with fewer than two */
  double in_se; /* revision / se of the first; NaN where that is missing or 0 */
} sx_revision_row;
/* Over the rows of an indicator's statistic: of the revisions from the first to the last vintage the mean (bias), the mean absolute
 * one, its root mean square and the largest in size (signed). McKenzie & Gamba (2008), OECD, sec. 3. */
typedef struct sx_revision_summary {
  const char *indicator, *statistic;
  size_t n;
  double mean, mean_absolute, root_mean_square, largest;
} sx_revision_summary;
typedef struct sx_revisions {
  sx_arena *arena;
  sx_vintage *vintages; /* oldest first */
  size_t n_vintages;
  sx_revision_row *rows;
  size_t n_rows;
  sx_revision_summary *summaries;
  size_t n_summaries;
} sx_revisions;
/* indicators NULL: all; statistic NULL: of each indicator and wave the main one; all_domains false: the total alone. `changed`: only
 * rows with a revision that is not 0. Expected: SX_E_DATA where the store has no finished run, SX_E_ARGUMENT for an indicator that no
 * vintage has (the nearest is named). */
typedef struct sx_revision_options {
  const char *const *indicators;
  size_t n_indicators;
  const char *statistic;
  bool all_domains, changed;
} sx_revision_options;
SX_API sx_status sx_store_revisions(sx_revisions **out, sx_store *store, const sx_revision_options *options,
                                    sx_error *err) SX_NODISCARD;
SX_API void sx_revisions_free(sx_revisions *revisions);

#ifdef __cplusplus
}
#endif
#endif
