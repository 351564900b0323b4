/* io_sss_data.c: the data file of Triple-S ("The Data File", p. 39-49 of version 2.0) cut into pieces of text: a column a piece. In fixed
 * format a bitstring is a piece per value, at the column of its code (p. 44), a spread a piece per subfield (p. 45), anything else one piece; in
 * comma-separated format every variable is one field, the start of its position being the field's number (p. 40). Fixed columns and
 * fields are cut by the readers of those formats, which know encodings and say where a file is damaged. */
#include "io_sss.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t sx_io__sss_piece_count(const sss_definition *d, const sss_variable *v) {
  if (d->csv || v->type != SSS_MULTIPLE) return 1;
  return v->subfields ? v->subfields : v->n_values;
}

/* ---- fixed columns ------------------------------------------------------------------------------------------------------ */

static void place_piece(sx_fixed_field *field, const sss_variable *v, size_t k) {
  if (v->type != SSS_MULTIPLE) {
    field->start = v->start;
    field->end = v->finish;
  } else if (v->subfields) {
    field->start = v->start + k * v->width;
    field->end = field->start + v->width - 1;
  } else {
    field->start = field->end = v->start + (size_t)v->values[k].number - 1;
  }
}

static sx_status fixed_pieces(sx_table **out, const sss_definition *d, const sx_io__source *data, sx_read_options *o,
                              sx_error *err) {
  size_t n = 0, at = 0;
  for (size_t i = 0; i < d->n; i++) n += sx_io__sss_piece_count(d, &d->variables[i]);
  sx_fixed_field *fields = sx_arena_alloc(d->arena, n, sizeof *fields);
  const char **names = sx_arena_alloc(d->arena, n, sizeof *names);
  if (!fields || !names) return sx_error_memory(err);
  for (size_t i = 0; i < d->n; i++)
    for (size_t k = 0; k < sx_io__sss_piece_count(d, &d->variables[i]); k++, at++) {
      names[at] = sx_arena_printf(d->arena, "%zu", at);
      if (!names[at]) return sx_error_memory(err);
      fields[at].name = names[at];
      place_piece(&fields[at], &d->variables[i], k);
    }
  o->fields = fields;
  o->n_fields = n;
  o->as_text = names;
  o->n_as_text = n;
  return sx_io__fixed.read(out, data, o, err);
}

/* ---- comma-separated fields ---------------------------------------------------------------------------------------------- */

/* The first case has a field for every variable; the reader wants as many of each case. */
static sx_status check_fields(const sss_definition *d, const sx_io__source *data, sx_error *err) {
  const char *p = (const char *)data->data, *end = p + data->n;
  csv_fault fault = {CSV_FINE, NULL, 0};
  csv_field field;
  size_t n = 1;
  while (sx_io__csv_field(&field, &p, end, ',', &fault) == CSV_AFTER_FIELD) n++;
  for (size_t i = 0; i < d->n && fault.kind == CSV_FINE; i++)
    if (d->variables[i].start > n)
      return sx_error_set(err, SX_E_DATA, data->name,
                          "the cases have %zu fields, and the variable '%.100s' is field %zu", n, d->variables[i].name,
                          d->variables[i].start);
  return SX_OK;
}

static sx_status csv_pieces(sx_table **out, const sss_definition *d, const sx_io__source *data, sx_read_options *o,
                            sx_error *err) {
  const char **names = sx_arena_alloc(d->arena, d->n, sizeof *names);
  if (!names) return sx_error_memory(err);
  SX_TRY(check_fields(d, data, err));
  for (size_t i = 0; i < d->n; i++) {
    names[i] = sx_arena_printf(d->arena, "V%zu", d->variables[i].start);
    if (!names[i]) return sx_error_memory(err);
  }
  o->delimiter = ',';
  o->no_header = true;
  o->as_text = names;
  o->n_as_text = d->n;
  return sx_io__csv.read(out, data, o, err);
}

/* ---- lines to pass over, encoding ---------------------------------------------------------------------------------------- */

static sx_status pass_over(sx_io__source *data, size_t lines, sx_error *err) {
  for (size_t k = 0; k < lines; k++) {
    const unsigned char *end = data->n ? memchr(data->data, '\n', data->n) : NULL;
    if (!end && k + 1 < lines)
      return sx_error_set(err, SX_E_DATA, data->name, "the definition passes over %zu lines, and there are %zu", lines,
                          k + (data->n > 0));
    const size_t n = end ? (size_t)(end - data->data) + 1 : data->n;
    data->data += n;
    data->n -= n;
  }
  return SX_OK;
}

/* As it was said, else UTF-8 where it is valid, else that of the definition; NULL: the reader finds out. */
static const char *encoding_of(const sss_definition *d, const sx_io__source *data, const sx_read_options *options) {
  if (options->encoding) return options->encoding;
  if (sx_utf8_valid((const char *)data->data, data->n, NULL)) return NULL;
  const bool other =
      d->encoding && strncmp(sx_io__encoding_name(d->encoding), "UTF", 3) != 0 && strncmp(d->encoding, "utf", 3) != 0;
  return other ? d->encoding : NULL;
}

/* Lines in places count those that were passed over too. */
static void true_line(sx_error *err, const char *name, size_t skip) {
  const size_t n = strlen(name);
  char rest[SX_ERROR_WHERE_MAX], *end = NULL;
  if (!err || !skip || strncmp(err->where, name, n) != 0 || err->where[n] != ':') return;
  const unsigned long line = strtoul(err->where + n + 1, &end, 10);
  if (!line) return;
  (void)snprintf(rest, sizeof rest, "%s", end);
  (void)snprintf(err->where + n, sizeof err->where - n, ":%lu%s", line + (unsigned long)skip, rest);
}

sx_status sx_io__sss_pieces(sx_table **out, const sss_definition *d, const sx_io__source *data,
                            const sx_read_options *options, sx_error *err) {
  sx_read_options o = SX_READ_OPTIONS_INIT;
  sx_io__source rest = *data;
  SX_TRY(pass_over(&rest, d->skip, err));
  if (!rest.n) return sx_error_set(err, SX_E_DATA, data->name, "the data file has no cases");
  o.encoding = encoding_of(d, &rest, options);
  const sx_status status = d->csv ? csv_pieces(out, d, &rest, &o, err) : fixed_pieces(out, d, &rest, &o, err);
  if (status != SX_OK) true_line(err, data->name, d->skip);
  return status;
}
