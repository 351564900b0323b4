/* io_readstat_priv.h: the Stata writer (io_readstat_write.c), which the back end in io_readstat.c names. */
#ifndef SX_IO_READSTAT_PRIV_H
#define SX_IO_READSTAT_PRIV_H

#include "io_priv.h"

sx_status sx_io__dta_create(void **state, sx_io__sink *sink, const sx_table *schema, size_t n_rows, sx_error *err);
sx_status sx_io__dta_add(void *state, const sx_table *rows, sx_error *err);
sx_status sx_io__dta_finish(void *state, sx_error *err);
void sx_io__dta_discard(void *state);

#endif
