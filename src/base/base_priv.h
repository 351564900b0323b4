/* base_priv.h: shared between the files of src/base. */
#ifndef SX_BASE_PRIV_H
#define SX_BASE_PRIV_H

#include "shuxiao/base.h"

/* base_format.c. As vsnprintf, with room for a byte at least. */
int sx_base__format(char *out, size_t room, const char *fmt, va_list args) SX_PRINTF(3, 0);

/* SX_E_IO with "<what>: <text of the error number>" at path. */
sx_status sx_base__io_error(sx_error *err, const char *path, const char *what, int number);

/* base_file.c. Makes the names in the folder of `path` durable; a file system that cannot sync a folder is not an error. */
void sx_base__sync_folder(const sx_ctx *ctx, const char *path);
/* A file for reading. A folder is refused, and a named pipe, which would wait for a writer; what the system itself gives as a file, /dev/stdin or that
 * of a shell's <(...), is none. */
sx_status sx_base__open(int *fd, const char *path, sx_error *err) SX_NODISCARD;
/* PATH.tmp-PID. */
sx_status sx_base__temporary_name(sx_buf *out, const sx_ctx *ctx, const char *path, long pid, sx_error *err);
/* The bytes in the file `temporary`, made and synced, never through a link that lies there; errors name `path`. On failure nothing is left. */
sx_status sx_base__write_synced(const char *temporary, const char *path, const void *data, size_t n, sx_error *err);

/* base_files.c: a file that takes its place among several. */
typedef struct sx_base__change {
  char *path;
  sx_buf fresh, kept;      /* PATH.tmp-PID, PATH.tmp-PID-old */
  char hash[SX_HASH_TEXT]; /* of the new bytes, where a journal is written */
  bool gone;               /* it is taken away */
  bool written;            /* `fresh` is there */
  bool had;                /* there was a file in the place */
  bool linked;             /* `kept` is there: that file */
  bool placed;
} sx_base__change;

/* base_files_journal.c: writes the journal of the changes, synced; all of them are of the journal's folder. */
sx_status sx_base__journal_write(const sx_files_journal *journal, const sx_ctx *ctx, const sx_base__change *changes,
                                 size_t n, sx_error *err) SX_NODISCARD;
/* Says in it that it was done. */
void sx_base__journal_done(const char *path);

#endif
