/* study_data.h: the tables of a study as its files hold them, joined and derived; its design; the totals it is weighted to. */
#ifndef SX_STUDY_DATA_H
#define SX_STUDY_DATA_H

#include "study_parts.h"

/* One table of the study as its files hold it, filtered. columns NULL: all. max_rows 0: all. */
sx_status study__read_table(sx_table **out, const sx_study *s, size_t table, const char *const *columns,
                            size_t n_columns, size_t max_rows, sx_error *err) SX_NODISCARD;
/* The texts alone of a file whose variables are known without reading the cases, one row of them with all levels; *out NULL: it has none, or is no such
 * file. On any thread. */
sx_status study__read_texts(sx_table **out, const sx_study *s, const st_table *t, const char *path, const sx_ctx *ctx,
                            sx_error *err) SX_NODISCARD;
sx_status study__apply_join(sx_table *unit, const sx_study *s, const st_join *join, const sx_table *from,
                            sx_error *err) SX_NODISCARD;
/* Adds derived variable i to the table; an error whose `where` is a column is one of the expression. */
sx_status study__derive(sx_table *unit, const sx_study *s, size_t i, sx_error *err) SX_NODISCARD;
/* study_order.c: the order in which the study's groups name the levels, onto the columns of the table. */
sx_status study__order_levels(sx_table *table, const sx_study *s, sx_error *err) SX_NODISCARD;
sx_status study__order_labels(sx_table *table, sx_error *err) SX_NODISCARD; /* labels into the order of their columns */
void study__spec_order(sx_buf *out, const sx_study *s, const char *name);   /* of a variable, or of a set's */
const char *study__cut_level(const st_derived *d, size_t i); /* the text of class i, as the column holds it */
/* Every variable name that the study uses of the unit table, sorted and unique; arena of the caller. */
sx_status study__used_names(const char ***names, size_t *n, const sx_study *s, sx_arena *arena,
                            sx_error *err) SX_NODISCARD;
/* What the numbers of cases and units do not say: stages, probabilities, how replicates were made; "; ..." each. */
void study__design_words(sx_buf *zh, sx_buf *en, const sx_study *s);
sx_status study__design_new(sx_design **out, const sx_study *s, sx_table *unit, sx_error *err) SX_NODISCARD;
/* study_design_phase.c: base weights, and two phases. *name: a static text, of a column added to the table. */
sx_status study__make_base(const char **name, const sx_study *s, sx_table *unit, sx_error *err) SX_NODISCARD;
sx_status study__twophase_new(sx_design **out, const sx_study *s, const char *weights, const sx_table *unit,
                              sx_error *err) SX_NODISCARD;
void study__phase_words(sx_buf *zh, sx_buf *en, const sx_study *s);
/* The value of a row as text, the way groups name levels; NULL: out of memory (arena). */
const char *study__cell_text(const sx_column *column, size_t row, sx_arena *arena);
typedef struct st_targets {
  sx_target *items;
  size_t n;
} st_targets;
sx_status study__targets(st_targets *out, const sx_study *s, const st_weighting *w, sx_arena *arena,
                         sx_error *err) SX_NODISCARD;

#endif
