/* io_csv_write_priv.h: the writer of delimited text, for the backend tables in io_csv.c. */
#ifndef SX_IO_CSV_WRITE_PRIV_H
#define SX_IO_CSV_WRITE_PRIV_H

#include "io_priv.h"

sx_status sx_io__csv_create(void **state, sx_io__sink *sink, const sx_table *schema, size_t n_rows, sx_error *err);
sx_status sx_io__tsv_create(void **state, sx_io__sink *sink, const sx_table *schema, size_t n_rows, sx_error *err);
sx_status sx_io__csv_add(void *state, const sx_table *rows, sx_error *err);
sx_status sx_io__csv_finish(void *state, sx_error *err);
void sx_io__csv_discard(void *state);

#endif
