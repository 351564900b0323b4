/* io_store_priv.h: bytes in and out of files: gzip and the sink, for io.c. */
#ifndef SX_IO_STORE_PRIV_H
#define SX_IO_STORE_PRIV_H

#include "io_priv.h"

#include <zlib.h>

bool sx_io__is_gzip(const void *data, size_t n);
/* Inflates all members. Caller frees *out with sx_mem_free. SX_E_DATA names the byte where it breaks. */
sx_status sx_io__gunzip(char **out, size_t *n_out, const sx_ctx *ctx, const char *name, const void *data, size_t n,
                        sx_error *err) SX_NODISCARD;
void sx_io__z_init(z_stream *z, const sx_ctx *ctx); /* with the context's allocator; ctx must stay */

/* Opens a temporary file beside path; path itself where it is no regular file (a pipe, /dev/stdout). */
sx_status sx_io__sink_open(sx_io__sink **out, const sx_ctx *ctx, const char *path, sx_error *err) SX_NODISCARD;
/* Completes: flushed, synced, renamed. Frees in any case; after a failure nothing is left beside path. */
sx_status sx_io__sink_commit(sx_io__sink *sink, sx_error *err) SX_NODISCARD;
void sx_io__sink_abandon(sx_io__sink *sink); /* NULL ok */

/* io_meta.c: FILE.meta beside delimited text. Texts are the caller's to free; *out is NULL where there is no metadata. */
sx_status sx_io__meta_text(char **out, const sx_ctx *ctx, const sx_table *schema, sx_error *err) SX_NODISCARD;
sx_status sx_io__meta_read(char **out, const sx_ctx *ctx, const char *path, sx_error *err) SX_NODISCARD;
/* *fresh: there was none before, so that a failure afterwards can take it away again. */
sx_status sx_io__meta_write(const sx_ctx *ctx, const char *path, const char *text, bool *fresh,
                            sx_error *err) SX_NODISCARD;
sx_status sx_io__meta_remove(const sx_ctx *ctx, const char *path, sx_error *err);
sx_status sx_io__meta_apply(sx_table *table, const char *path, const char *text, sx_error *err) SX_NODISCARD;

/* "what: text of the error number" as SX_E_IO at path. */
sx_status sx_io__system_error(sx_error *err, const char *path, const char *what, int number);

#endif
