/* study_variables.h: what a study says of variables of its data files: labels, values, missing codes, types. */
#ifndef STUDY_VARIABLES_H
#define STUDY_VARIABLES_H

#include "study_load.h"

typedef struct st_range { /* codes that stand for missing: low..high, or (low NaN) a text */
  const sx_node *node;
  const char *text;
  double low, high;
} st_range;
typedef struct st_value_label {
  const sx_node *node;
  const char *text;
  double number; /* NaN: no number */
  sx_text2 label;
} st_value_label;
struct st_variable {
  const char *name;
  const sx_node *node; /* its name */
  sx_text2 label;
  bool number, is_text; /* said to be */
  st_range *missing;
  size_t n_missing;
  st_value_label *values;
  size_t n_values;
};

void study__read_variables(st_load *l, st_table *t, const sx_node *map);
const st_variable *study__find_variable(const st_table *t, const char *name);
/* Adds types to the options of reading; arrays of the arena. */
sx_status study__variable_types(sx_read_options *o, const st_table *t, sx_arena *arena, sx_error *err) SX_NODISCARD;
/* Labels, values and missing codes onto a table that was just read. columns: those that were asked for (NULL all: then one that is not
 * there is SX_E_PARSE at its place). */
sx_status study__apply_variables(sx_table *table, const sx_study *s, const st_table *t, const char *const *columns,
                                 size_t n_columns, sx_error *err) SX_NODISCARD;
/* The words of a level of a variable of the unit table, as the study says them; NULL: it says none. */
const sx_text2 *study__variable_words(const sx_study *s, const char *variable, const char *level);

#endif
