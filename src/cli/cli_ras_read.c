/* cli_ras_read.c: the table of one call of ras, wide (rows by columns) or long (a row per cell), and its margins. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli_balance.h"

static bool is_number(const sx_column *c) {
  return c->type == SX_NUMBER || c->type == SX_INTEGER;
}

static size_t find_text(const char *const *list, size_t n, const char *text) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(list[i], text) == 0) return i;
  return n;
}

static sx_status read_file(sx_table **out, const ras_call *c, const char *path, const char *const *texts, size_t n,
                           sx_error *err) {
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.as_text = texts;
  o.n_as_text = n;
  return sx_io_read(out, &c->app->ctx, path, &o, err);
}

/* ---- wide form --------------------------------------------------------------------------------------------------------- */

static sx_status set_dims(ras_call *c, size_t n_dims, sx_error *err) {
  c->n_dims = n_dims;
  c->dims = sx_arena_zalloc(c->arena, n_dims, sizeof *c->dims);
  c->dim_names = sx_arena_zalloc(c->arena, n_dims, sizeof *c->dim_names);
  c->labels = sx_arena_zalloc(c->arena, n_dims, sizeof *c->labels);
  return c->dims && c->dim_names && c->labels ? SX_OK : sx_error_memory(err);
}

/* Row names, once each, in the order of the file. */
static sx_status wide_rows(ras_call *c, sx_error *err) {
  const sx_column *names = sx_table_get(c->file, 0);
  for (size_t i = 0; i < c->dims[0]; i++) {
    const char *name = cli_cell_text(names, i, c->arena);
    if (!name) return sx_error_memory(err);
    if (find_text(c->labels[0], i, name) < i)
      return sx_error_set(err, SX_E_DATA, c->args->words[0], "line %zu: the row '%s' occurs twice", i + 2, name);
    c->labels[0][i] = name;
  }
  return SX_OK;
}

static sx_status read_wide(ras_call *c, sx_error *err) {
  const char *path = c->args->words[0];
  SX_TRY(read_file(&c->file, c, path, NULL, 0, err));
  if (sx_table_columns(c->file) < 2 || sx_table_rows(c->file) == 0)
    return sx_error_set(err, SX_E_DATA, path,
                        "a table has the names of its rows in the first column, then its columns");
  SX_TRY(set_dims(c, 2, err));
  c->dims[0] = sx_table_rows(c->file);
  c->dims[1] = sx_table_columns(c->file) - 1;
  c->dim_names[0] = "rows";
  c->dim_names[1] = "columns";
  c->n = c->dims[0] * c->dims[1];
  c->labels[0] = sx_arena_zalloc(c->arena, c->dims[0], sizeof **c->labels);
  c->labels[1] = sx_arena_zalloc(c->arena, c->dims[1], sizeof **c->labels);
  c->table = sx_arena_zalloc(c->arena, c->n, sizeof *c->table);
  if (!c->labels[0] || !c->labels[1] || !c->table) return sx_error_memory(err);
  SX_TRY(wide_rows(c, err));
  for (size_t j = 0; j < c->dims[1]; j++) {
    const sx_column *column = sx_table_get(c->file, j + 1);
    c->labels[1][j] = column->name;
    if (!is_number(column))
      return sx_error_set(err, SX_E_DATA, path, "the column '%s' is %s, not a number", column->name,
                          sx_type_name(column->type));
    for (size_t i = 0; i < c->dims[0]; i++) {
      if (sx_column_missing(column, i))
        return sx_error_set(err, SX_E_DATA, path,
                            "line %zu: '%s' has no value: write 0 for a cell that must stay empty", i + 2,
                            column->name);
      c->table[i * c->dims[1] + j] = sx_column_number(column, i);
    }
  }
  return SX_OK;
}

/* "10, 20, 30" in the order of the table. */
static sx_status listed_totals(double *out, const ras_call *c, size_t dim, const char *option, const char *text,
                               sx_error *err) {
  const char *const *pieces = NULL;
  size_t n = 0;
  SX_TRY(cli_split(&pieces, &n, c->arena, text, ',', err));
  if (n != c->dims[dim])
    return sx_error_set(err, SX_E_ARGUMENT, option, "%zu totals for %zu %s", n, c->dims[dim], c->dim_names[dim]);
  for (size_t i = 0; i < n; i++)
    if (!sx_text_to_double(&out[i], pieces[i], strlen(pieces[i])))
      return sx_error_set(err, SX_E_ARGUMENT, option, "'%s' is not a number, nor is there a file '%s'", pieces[i],
                          text);
  return SX_OK;
}

/* A file of two columns: name, total. Every level once. */
static sx_status filed_totals(double *out, const ras_call *c, size_t dim, const char *path, const sx_table *t,
                              sx_error *err) {
  const size_t rows = sx_table_rows(t);
  if (sx_table_columns(t) < 2 || !is_number(sx_table_get(t, 1)))
    return sx_error_set(err, SX_E_DATA, path, "totals are a file of two columns: the name, then the total");
  for (size_t i = 0; i < c->dims[dim]; i++) out[i] = (double)NAN;
  for (size_t i = 0; i < rows; i++) {
    const char *name = cli_cell_text(sx_table_get(t, 0), i, c->arena);
    if (!name) return sx_error_memory(err);
    const size_t at = find_text(c->labels[dim], c->dims[dim], name);
    if (at == c->dims[dim]) {
      const char *near = sx_text_nearest(name, c->labels[dim], c->dims[dim]);
      return sx_error_set(err, SX_E_DATA, path, "line %zu: the table has no '%s' among its %s%s%s%s", i + 2, name,
                          c->dim_names[dim], near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    if (!isnan(out[at])) return sx_error_set(err, SX_E_DATA, path, "line %zu: '%s' occurs twice", i + 2, name);
    out[at] = sx_column_missing(sx_table_get(t, 1), i) ? (double)NAN : sx_column_number(sx_table_get(t, 1), i);
  }
  for (size_t i = 0; i < c->dims[dim]; i++)
    if (isnan(out[i])) return sx_error_set(err, SX_E_DATA, path, "'%s' has no total", c->labels[dim][i]);
  return SX_OK;
}

static sx_status one_margin(ras_call *c, size_t dim, const char *option, sx_error *err) {
  const char *text = cli_value(c->args, option + 2);
  if (!text) return sx_error_set(err, SX_E_ARGUMENT, option, "give the totals: 10,20,30 or a file of names and totals");
  double *totals = sx_arena_zalloc(c->arena, c->dims[dim], sizeof *totals);
  size_t *over = sx_arena_zalloc(c->arena, 1, sizeof *over);
  if (!totals || !over) return sx_error_memory(err);
  if (sx_file_exists(text)) {
    sx_table *t = NULL;
    SX_TRY(read_file(&t, c, text, NULL, 0, err));
    const sx_status status = filed_totals(totals, c, dim, text, t, err);
    sx_table_free(t);
    if (status != SX_OK) return status;
  } else {
    SX_TRY(listed_totals(totals, c, dim, option, text, err));
  }
  *over = dim;
  c->margins[c->n_margins++] = (sx_ras_margin){option, over, 1, totals};
  return SX_OK;
}

/* ---- long form ---------------------------------------------------------------------------------------------------------- */

/* Dimensions: the columns of the margins' files that the table has too, in the order of the table. */
static sx_status find_dims(ras_call *c, sx_table *const *files, size_t n, const char *value, sx_error *err) {
  const size_t columns = sx_table_columns(c->file);
  const char **names = sx_arena_zalloc(c->arena, columns, sizeof *names);
  size_t found = 0;
  if (!names) return sx_error_memory(err);
  for (size_t k = 0; k < columns; k++) {
    const char *name = sx_table_get(c->file, k)->name;
    bool used = false;
    for (size_t f = 0; f < n; f++) used = used || sx_table_find(files[f], name) != NULL;
    if (used && strcmp(name, value) != 0) names[found++] = name;
  }
  if (found < 2)
    return sx_error_set(err, SX_E_DATA, "--margins",
                        "the margins name %zu of the table's columns: at least two are "
                        "dimensions",
                        found);
  SX_TRY(set_dims(c, found, err));
  memcpy(c->dim_names, names, found * sizeof *names);
  return SX_OK;
}

/* Levels in the order in which they appear in the table. */
static sx_status find_levels(ras_call *c, sx_error *err) {
  const size_t rows = sx_table_rows(c->file);
  c->n = 1;
  for (size_t d = 0; d < c->n_dims; d++) {
    const sx_column *column = sx_table_find(c->file, c->dim_names[d]);
    c->labels[d] = sx_arena_zalloc(c->arena, rows ? rows : 1, sizeof **c->labels);
    if (!c->labels[d]) return sx_error_memory(err);
    for (size_t i = 0; i < rows; i++) {
      const char *text = cli_cell_text(column, i, c->arena);
      if (!text) return sx_error_memory(err);
      if (find_text(c->labels[d], c->dims[d], text) == c->dims[d]) c->labels[d][c->dims[d]++] = text;
    }
    if (!sx_size_mul(&c->n, c->n, c->dims[d])) return sx_error_memory(err);
  }
  return SX_OK;
}

/* The cell of row i of a table, over some dimensions; SIZE_MAX where a level is not the table's. */
static size_t cell_of(const ras_call *c, const sx_table *t, size_t row, const size_t *over, size_t n_over) {
  size_t cell = 0;
  for (size_t k = 0; k < n_over; k++) {
    const char *text = cli_cell_text(sx_table_find(t, c->dim_names[over[k]]), row, c->arena);
    const size_t level = text ? find_text(c->labels[over[k]], c->dims[over[k]], text) : c->dims[over[k]];
    if (level == c->dims[over[k]]) return SIZE_MAX;
    cell = cell * c->dims[over[k]] + level;
  }
  return cell;
}

static sx_status fill_long(ras_call *c, const sx_column *value, sx_error *err) {
  const size_t rows = sx_table_rows(c->file);
  size_t *all = sx_arena_zalloc(c->arena, c->n_dims, sizeof *all);
  c->table = sx_arena_zalloc(c->arena, c->n, sizeof *c->table);
  c->row_of = sx_arena_zalloc(c->arena, c->n, sizeof *c->row_of);
  if (!all || !c->table || !c->row_of) return sx_error_memory(err);
  for (size_t d = 0; d < c->n_dims; d++) all[d] = d;
  for (size_t i = 0; i < c->n; i++) c->row_of[i] = SIZE_MAX;
  for (size_t i = 0; i < rows; i++) {
    const size_t cell = cell_of(c, c->file, i, all, c->n_dims);
    if (cell == SIZE_MAX) return sx_error_memory(err);
    if (c->row_of[cell] != SIZE_MAX)
      return sx_error_set(err, SX_E_DATA, c->args->words[0], "lines %zu and %zu are the same cell", c->row_of[cell] + 2,
                          i + 2);
    if (sx_column_missing(value, i))
      return sx_error_set(err, SX_E_DATA, c->args->words[0],
                          "line %zu: '%s' has no value: write 0 for a cell that must "
                          "stay empty",
                          i + 2, value->name);
    c->row_of[cell] = i;
    c->table[cell] = sx_column_number(value, i);
  }
  return SX_OK;
}

static sx_status filed_margin(ras_call *c, const char *path, const sx_table *t, sx_error *err) {
  size_t *over = sx_arena_zalloc(c->arena, c->n_dims, sizeof *over), n = 0, cells = 1;
  const sx_column *total = NULL;
  if (!over) return sx_error_memory(err);
  for (size_t d = 0; d < c->n_dims; d++) {
    if (!sx_table_find(t, c->dim_names[d])) continue;
    over[n++] = d;
    cells *= c->dims[d];
  }
  for (size_t k = sx_table_columns(t); k-- > 0 && !total;)
    if (find_text(c->dim_names, c->n_dims, sx_table_get(t, k)->name) == c->n_dims) total = sx_table_get(t, k);
  if (n == 0 || !total || !is_number(total))
    return sx_error_set(err, SX_E_DATA, path, "a margin has columns of the table and one of numbers, the total");
  double *totals = sx_arena_zalloc(c->arena, cells, sizeof *totals);
  if (!totals) return sx_error_memory(err);
  for (size_t i = 0; i < cells; i++) totals[i] = (double)NAN;
  for (size_t i = 0; i < sx_table_rows(t); i++) {
    const size_t cell = cell_of(c, t, i, over, n);
    if (cell == SIZE_MAX || !isnan(totals[cell]) || sx_column_missing(total, i))
      return sx_error_set(err, SX_E_DATA, path, "line %zu: %s", i + 2,
                          cell == SIZE_MAX       ? "the table has no such level"
                          : !isnan(totals[cell]) ? "these levels occur twice"
                                                 : "there is no total");
    totals[cell] = sx_column_number(total, i);
  }
  for (size_t i = 0; i < cells; i++)
    if (isnan(totals[i])) totals[i] = 0; /* a crossing that the file leaves out is empty */
  c->margins[c->n_margins++] = (sx_ras_margin){path, over, n, totals};
  return SX_OK;
}

static sx_status read_long_with(ras_call *c, const char *const *paths, sx_table **files, size_t n, sx_error *err) {
  const char *name = cli_value(c->args, "value");
  const sx_column *value = NULL;
  SX_TRY(read_file(&c->file, c, c->args->words[0], NULL, 0, err));
  SX_TRY(sx_table_need(&value, c->file, name, err));
  if (!is_number(value))
    return sx_error_set(err, SX_E_ARGUMENT, "--value", "%s is %s, not a number", name, sx_type_name(value->type));
  for (size_t f = 0; f < n; f++) SX_TRY(read_file(&files[f], c, paths[f], NULL, 0, err));
  SX_TRY(find_dims(c, files, n, name, err));
  SX_TRY(find_levels(c, err));
  SX_TRY(fill_long(c, value, err));
  for (size_t f = 0; f < n; f++) SX_TRY(filed_margin(c, paths[f], files[f], err));
  return SX_OK;
}

static sx_status read_long(ras_call *c, sx_error *err) {
  const char *text = cli_value(c->args, "margins");
  const char *const *paths = NULL;
  size_t n = 0;
  if (!text || !cli_value(c->args, "value"))
    return sx_error_set(err, SX_E_ARGUMENT, text ? "--value" : "--margins",
                        "a table with a row per cell takes both --value and --margins");
  SX_TRY(cli_split(&paths, &n, c->arena, text, ',', err));
  sx_table **files = sx_arena_zalloc(c->arena, n, sizeof *files);
  c->margins = sx_arena_zalloc(c->arena, n, sizeof *c->margins);
  if (!files || !c->margins) return sx_error_memory(err);
  const sx_status status = read_long_with(c, paths, files, n, err);
  for (size_t f = 0; f < n; f++) sx_table_free(files[f]);
  return status;
}

sx_status cli_ras_read(ras_call *c, sx_error *err) {
  c->wide = cli_value(c->args, "rows") || cli_value(c->args, "cols");
  if (c->wide && (cli_value(c->args, "value") || cli_value(c->args, "margins")))
    return sx_error_set(err, SX_E_ARGUMENT, "--rows", "give --rows and --cols, or --value and --margins");
  if (!c->wide) return read_long(c, err);
  c->margins = sx_arena_zalloc(c->arena, 2, sizeof *c->margins);
  if (!c->margins) return sx_error_memory(err);
  SX_TRY(read_wide(c, err));
  SX_TRY(one_margin(c, 0, "--rows", err));
  return one_margin(c, 1, "--cols", err);
}
