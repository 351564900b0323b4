/* release_tables.h: the disclosure problem of tables as they stand in files, and its options as text. docs/disclosure.md. */
#ifndef SX_RELEASE_TABLES_H
#define SX_RELEASE_TABLES_H

#include "shuxiao/io.h"
#include "shuxiao/release_disclosure.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A level of a dimension that is the sum of others. */
typedef struct sx_release_branch {
  const char *dimension, *parent;
  const char *const *children;
  size_t n_children;
} sx_release_branch;
/* Columns by name; NULL is the usual name. Every other column of a table is a dimension. */
typedef struct sx_release_plan {
  const char *value, *n;  /* "value", "n" */
  const char *const *top; /* NULL: those there are of top1, top2, ... */
  size_t n_top;
  const char *total; /* the level that stands for the whole of a dimension: "total" */
  const sx_release_branch *branches;
  size_t n_branches;
  double known_low, known_high; /* what is known beforehand, as multiples of each value: 0 and INFINITY */
  bool keep_zeros;              /* cells without contributors are published in any case */
  sx_release_rules rules;
  sx_release_options options;
} sx_release_plan;
#define SX_RELEASE_PLAN_INIT                                                                                           \
  { NULL, NULL, NULL, 0, NULL, NULL, 0, 0, (double)INFINITY, true, SX_RELEASE_RULES_INIT, SX_RELEASE_OPTIONS_INIT }
/* The words of a map: value, n, top, total, hierarchies, known, zeros, and those of the next. Texts are the document's, lists the arena's.
 * Expected: SX_E_PARSE with the line, also for a hierarchy that runs in a circle. */
SX_API sx_status sx_release_plan_read(sx_release_plan *out, sx_arena *arena, const sx_doc *doc, const sx_node *map,
                                      sx_error *err) SX_NODISCARD;
/* min_n, width, dominance: {n, k}, p, pq: {p, q}, secondary, cost, max_attacks, seconds. Keys that are none of these are left alone; what the
 * map does not say stays as it is. */
SX_API sx_status sx_release_rules_read(sx_release_rules *rules, sx_release_options *options, const sx_doc *doc,
                                       const sx_node *map, sx_error *err) SX_NODISCARD;
SX_API extern const char *const sx_release_rule_words[]; /* those keys, NULL at the end */

typedef struct sx_release_source {
  const char *name; /* for messages */
  const sx_table *table;
} sx_release_source;
typedef struct sx_release_tables {
  sx_ctx ctx;
  sx_arena *arena;
  sx_release_problem problem;
  size_t **cell_of; /* [n sources][rows]: the cell of each row */
  size_t n_sources;
} sx_release_tables;
/* A row is a cell: its key is its levels without the totals ("region=north*size=small"; "total"), so that tables share what they have in
 * common. Columns cost, low, high (known beforehand) and mark (keep, primary) may stand beside. Each total, and each parent of a hierarchy, is a
 * relation with its parts, for every combination of the other levels; parts without a row are 0. The plan's rules are not applied yet.
 * Expected: SX_E_DATA where a row has no value or the same cell two values (file, line), or a total is not the sum of its parts. */
SX_API sx_status sx_release_tables_new(sx_release_tables **out, const sx_ctx *ctx, const sx_release_source *sources,
                                       size_t n_sources, const sx_release_plan *plan, sx_error *err) SX_NODISCARD;
SX_API void sx_release_tables_free(sx_release_tables *tables);

/* The records behind tables of counts: a row each, with the tables' dimensions as columns and an id of its own. */
typedef struct sx_release_records {
  const sx_table *table;
  const char *id;
  uint64_t seed;
} sx_release_records;
/* out [n_cells]: every count with the noise of its cell key (sx_release_perturb), the same wherever the same records make a cell; tables no longer add
 * up. Levels of the plan's hierarchies are the records of their parts. Expected: SX_E_DATA naming the cell that the records do not give, or an id that
 * stands twice or is missing; SX_E_ARGUMENT for a dimension that they have not. Cost: a pass of the records per cell and level. */
SX_API sx_status sx_release_perturb_tables(double *out, const sx_release_tables *tables, const sx_release_plan *plan,
                                           const sx_release_records *records, const sx_release_ptable *ptable,
                                           sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
