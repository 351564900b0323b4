/* base.h: what every room stands on: status and error, memory, text, threads.
 *
 * Error policy of the whole library, stated once:
 *   Every function that can fail returns sx_status and takes an sx_error * last, which may be NULL.
 *   On failure no out parameter has been touched, nothing leaks, and the error names the place
 *   ("panel.csv:1042:7", "study.yaml:12:8") and says what to do. The lowest layer words the message; callers only
 *   add to `where`. The library never prints, exits, aborts, reads the environment, changes the locale
 *   or keeps mutable globals.
 *
 * Memory policy: objects are owned by who holds the pointer from `out` and are released with the matching
 * _free, which accepts NULL. A pointer returned by a getter is borrowed from its object. */
#ifndef SX_BASE_H
#define SX_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define SX_RESTRICT
#else
#define SX_RESTRICT restrict
#endif

#define SX_API               __attribute__((visibility("default")))
#define SX_NODISCARD         __attribute__((warn_unused_result))
#define SX_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define SX_INLINE            static inline __attribute__((always_inline)) /* of a hot loop */
/* A function compiled for the widest registers of the machine at hand as well: the same arithmetic, without fused operations, so that numbers
 * do not depend on the machine. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__) &&                           \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SX_WIDEST __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define SX_WIDEST
#endif

/* ---- status ------------------------------------------------------------------------------------------ */

/* One list yields the enum, its names and its default texts. */
#define SX_STATUS_LIST(X)                                                                                              \
  X(OK, 0, "success")                                                                                                  \
  X(E_MEMORY, 1, "out of memory")                                                                                      \
  X(E_ARGUMENT, 2, "invalid argument")                                                                                 \
  X(E_DATA, 3, "the data do not allow this")                                                                           \
  X(E_PARSE, 4, "the text cannot be parsed")                                                                           \
  X(E_IO, 5, "input or output failed")                                                                                 \
  X(E_NUMERIC, 6, "the computation has no finite answer")                                                              \
  X(E_LIMIT, 7, "a size limit was exceeded")                                                                           \
  X(E_SUPPORT, 8, "not supported")                                                                                     \
  X(E_CANCELLED, 9, "interrupted")                                                                                     \
  X(E_INTERNAL, 10, "internal error: please report it")

typedef enum sx_status {
#define SX_STATUS_ENUM(name, value, text) SX_##name = value,
  SX_STATUS_LIST(SX_STATUS_ENUM)
#undef SX_STATUS_ENUM
} sx_status;

SX_API const char *sx_status_name(sx_status status); /* "E_DATA"; never NULL, "unknown" outside the list */
SX_API const char *sx_status_text(sx_status status); /* the default text; never NULL */

enum { SX_ERROR_WHERE_MAX = 512, SX_ERROR_MESSAGE_MAX = 512 };

/* A caller's struct: SX_ERROR_INIT before use. One line, no final stop. */
typedef struct sx_error {
  sx_status status;
  char where[SX_ERROR_WHERE_MAX];     /* "file:line:column", "panel.sav: case 1042", or "" */
  char message[SX_ERROR_MESSAGE_MAX]; /* what is wrong and what to do */
} sx_error;
#define SX_ERROR_INIT                                                                                                  \
  { SX_OK, "", "" }

/* Fills *err (NULL accepted) and returns status, so that `return sx_error_set(...)` reads well.
 * where may be NULL. Text longer than the fields is cut at a UTF-8 boundary. */
SX_API sx_status sx_error_set(sx_error *err, sx_status status, const char *where, const char *fmt, ...) SX_PRINTF(4, 5);
/* Puts "prefix: " (or the prefix alone where `where` was empty) before err->where. */
SX_API void sx_error_add_where(sx_error *err, const char *fmt, ...) SX_PRINTF(2, 3);

/* SX_TRY only while nothing is owned; afterwards SX_TRY_GOTO and one exit. */
#define SX_TRY(expr)                                                                                                   \
  do {                                                                                                                 \
    const sx_status sx_try_status_ = (expr);                                                                           \
    if (sx_try_status_ != SX_OK) return sx_try_status_;                                                                \
  } while (0)
#define SX_TRY_GOTO(var, expr, label)                                                                                  \
  do {                                                                                                                 \
    (var) = (expr);                                                                                                    \
    if ((var) != SX_OK) goto label;                                                                                    \
  } while (0)

/* ---- context ----------------------------------------------------------------------------------------- */

/* resize(ctx, NULL, 0, n) allocates, resize(ctx, p, old, 0) frees and returns NULL, otherwise it resizes;
 * NULL on failure leaves p as it was. Must give 16-byte aligned memory and be safe from several threads. */
typedef struct sx_alloc {
  void *(*resize)(void *ctx, void *ptr, size_t old_size, size_t new_size);
  void *ctx;
} sx_alloc;

typedef enum sx_severity { SX_SEV_NOTE, SX_SEV_WARNING } sx_severity;

/* Everything a call may need from outside. Passed first after `out`; objects keep a copy. NULL means
 * SX_CTX_INIT. All function pointers may be NULL. Callbacks come from the calling thread only. */
typedef struct sx_ctx {
  sx_alloc alloc;                /* {NULL, NULL} means libc */
  int n_threads;                 /* 0 means one per online core */
  size_t memory_limit;           /* bytes; 0 means none. Sizes read from files above it give SX_E_LIMIT */
  uint64_t seed;                 /* for everything random */
  void *data;                    /* handed to the callbacks */
  bool (*cancelled)(void *data); /* polled between blocks of work: true ends the call with SX_E_CANCELLED */
  /* done of total units of the stage called `stage` ("reading interviews.sav"); total 0 means unknown */
  void (*progress)(void *data, const char *stage, uint64_t done, uint64_t total);
  void (*note)(void *data, sx_severity severity, const char *where, const char *message);
} sx_ctx;
#define SX_CTX_INIT                                                                                                    \
  { {NULL, NULL}, 0, 0, 1, NULL, NULL, NULL, NULL }

SX_API int sx_ctx_threads(const sx_ctx *ctx);                                /* the resolved number, >= 1 */
SX_API sx_status sx_ctx_poll(const sx_ctx *ctx, sx_error *err) SX_NODISCARD; /* SX_E_CANCELLED or SX_OK */
SX_API void sx_ctx_progress(const sx_ctx *ctx, const char *stage, uint64_t done, uint64_t total);
SX_API void sx_ctx_note(const sx_ctx *ctx, sx_severity severity, const char *where, const char *fmt, ...)
    SX_PRINTF(4, 5);

/* ---- memory ------------------------------------------------------------------------------------------ */

/* Each block remembers its own size, so free and resize do not need it. Zero-filled where said. n*size is checked:
 * overflow, or more than ctx->memory_limit, gives NULL like any other failure. n*size of 0 gives a valid pointer. */
SX_API void *sx_mem_alloc(const sx_ctx *ctx, size_t n, size_t size) SX_NODISCARD;
SX_API void *sx_mem_zalloc(const sx_ctx *ctx, size_t n, size_t size) SX_NODISCARD;
SX_API void *sx_mem_resize(const sx_ctx *ctx, void *ptr, size_t n, size_t size) SX_NODISCARD;
SX_API void sx_mem_free(const sx_ctx *ctx, void *ptr);
SX_API char *sx_mem_strdup(const sx_ctx *ctx, const char *text) SX_NODISCARD;
SX_API char *sx_mem_strndup(const sx_ctx *ctx, const char *text, size_t n) SX_NODISCARD;
/* Grows *ptr so that `need` elements fit; *cap is updated; doubling. False (nothing changed) on failure. */
SX_API bool sx_mem_grow(const sx_ctx *ctx, void **ptr, size_t *cap, size_t need, size_t size) SX_NODISCARD;
/* The usual answer to a NULL from the above. */
SX_API sx_status sx_error_memory(sx_error *err);

/* Scratch: nothing in an arena is freed alone. Redzones under ASan; SX_ARENA_MALLOC at build time passes through. */
typedef struct sx_arena sx_arena;
typedef struct sx_arena_mark {
  void *block;
  size_t used;
} sx_arena_mark;
SX_API sx_status sx_arena_new(sx_arena **out, const sx_ctx *ctx, sx_error *err) SX_NODISCARD;
SX_API void sx_arena_free(sx_arena *arena);
SX_API void *sx_arena_alloc(sx_arena *arena, size_t n, size_t size) SX_NODISCARD; /* 16-byte aligned, not filled */
SX_API void *sx_arena_zalloc(sx_arena *arena, size_t n, size_t size) SX_NODISCARD;
SX_API char *sx_arena_strdup(sx_arena *arena, const char *text) SX_NODISCARD;
SX_API char *sx_arena_strndup(sx_arena *arena, const char *text, size_t n) SX_NODISCARD;
SX_API char *sx_arena_printf(sx_arena *arena, const char *fmt, ...) SX_PRINTF(2, 3) SX_NODISCARD;
/* sx_mem_grow for an array in the arena; the room of the old one is the arena's until it is released. */
SX_API bool sx_arena_grow(sx_arena *arena, void **ptr, size_t *cap, size_t need, size_t size) SX_NODISCARD;
SX_API sx_arena_mark sx_arena_get_mark(const sx_arena *arena);
SX_API void sx_arena_release(sx_arena *arena, sx_arena_mark mark);

/* Overflow-checked arithmetic on sizes: false on overflow, *out untouched. */
SX_API bool sx_size_add(size_t *out, size_t a, size_t b) SX_NODISCARD;
SX_API bool sx_size_mul(size_t *out, size_t a, size_t b) SX_NODISCARD;

/* ---- text -------------------------------------------------------------------------------------------- */

/* A growing byte string. A failed append sets `failed` and later appends do nothing: test once at the end
 * with sx_buf_status. data is always NUL-terminated when n > 0 or after the first append. */
typedef struct sx_buf {
  const sx_ctx *ctx; /* borrowed: must outlive the buffer */
  char *data;
  size_t n, cap;
  bool failed;
} sx_buf;
SX_API void sx_buf_init(sx_buf *buf, const sx_ctx *ctx);
SX_API void sx_buf_clear(sx_buf *buf); /* frees */
SX_API void sx_buf_reset(sx_buf *buf); /* empties, keeps the memory */
SX_API void sx_buf_add(sx_buf *buf, const char *text);
SX_API void sx_buf_add_n(sx_buf *buf, const char *text, size_t n);
SX_API void sx_buf_add_char(sx_buf *buf, char c);
SX_API void sx_buf_add_code(sx_buf *buf, uint32_t code); /* a code point; what is none, or 0, as U+FFFD */
SX_API void sx_buf_printf(sx_buf *buf, const char *fmt, ...) SX_PRINTF(2, 3);
SX_API sx_status sx_buf_status(const sx_buf *buf, sx_error *err) SX_NODISCARD;
SX_API char *sx_buf_take(sx_buf *buf)
    SX_NODISCARD; /* caller frees with sx_mem_free; NULL if failed; buf is empty after */

/* UTF-8, strict (no overlong forms, surrogates or code points above 10FFFF). */
SX_API bool sx_utf8_valid(const char *text, size_t n, size_t *bad); /* *bad: byte offset of the first fault; NULL ok */
SX_API size_t sx_utf8_next(uint32_t *code, const char *text,
                           size_t n);                    /* bytes of the first code point; 0 on a fault or n==0 */
SX_API size_t sx_utf8_count(const char *text, size_t n); /* code points */
SX_API size_t sx_utf8_width(const char *text, size_t n); /* terminal columns: CJK 2, combining 0 (utf8proc) */
SX_API size_t sx_utf8_cut(const char *text, size_t n, size_t max); /* largest <= max that ends on a boundary */

/* C-locale number parsing and printing, whatever the process locale is. Full match required.
 * Correctly rounded. print_double gives the shortest text that reads back to the same bits. */
SX_API bool sx_text_to_double(double *out, const char *text, size_t n);
SX_API bool sx_text_to_int64(int64_t *out, const char *text, size_t n);
enum { SX_DOUBLE_TEXT_MAX = 32 };
SX_API size_t sx_text_from_double(char out[SX_DOUBLE_TEXT_MAX], double value);
/* Fixed decimals 0..17, round half away from zero on the decimal value that the double prints as (shortest form),
 * so that 0.465 at two decimals is 0.47 and 2.5 at none is 3. */
enum { SX_FIXED_TEXT_MAX = 352 };
SX_API size_t sx_text_fixed(char out[SX_FIXED_TEXT_MAX], double value, int decimals);
/* Closest of names[n] to text by Damerau-Levenshtein distance, for "did you mean"; NULL when none is near
 * (distance > max(1, length/3)). */
SX_API const char *sx_text_nearest(const char *text, const char *const *names, size_t n);

/* ---- hash and files ---------------------------------------------------------------------------------- */

enum { SX_HASH_TEXT = 65 }; /* SHA-256 as 64 hexadecimal digits and NUL, as sha256sum prints it */
SX_API void sx_hash_bytes(char out[SX_HASH_TEXT], const void *data, size_t n);
SX_API sx_status sx_hash_file(char out[SX_HASH_TEXT], const sx_ctx *ctx, const char *path, sx_error *err) SX_NODISCARD;
/* Whole file into memory, NUL-terminated; *n without the NUL. Caller frees *data with sx_mem_free. */
SX_API sx_status sx_file_read(char **data, size_t *n, const sx_ctx *ctx, const char *path, sx_error *err) SX_NODISCARD;
/* Atomic: writes path.tmp-PID beside it, fsyncs, renames. A failure leaves the old file whole and no litter. */
SX_API sx_status sx_file_write(const sx_ctx *ctx, const char *path, const void *data, size_t n,
                               sx_error *err) SX_NODISCARD;
/* Several files at once, or none: all are written and synced beside their places before the first takes its own, and a failure (also one while they
 * take their places) says at which path and puts the old files back. Killed while they take their places some are new, unless there is a journal. */
typedef struct sx_file_parts {
  const char *path;
  const void *data;
  size_t n;
  const char *hash; /* of the bytes, where it is known; NULL */
  bool gone;        /* the file is taken away; no data */
} sx_file_parts;
SX_API sx_status sx_files_write(const sx_ctx *ctx, const sx_file_parts *files, size_t n, sx_error *err) SX_NODISCARD;
/* A file beside them that says what is being done, written before the first takes its place and removed last. Who finds it plays it back: all old files
 * are there again, or all new ones. */
typedef struct sx_files_journal {
  const char *path;
  const char *who; /* a line by which the caller can tell afterwards whether it was done; "": settling alone says so */
} sx_files_journal;
/* The same in two steps: the new files are in their places and the old ones under a second name beside them (PATH.tmp-PID-old), until the caller
 * settles it or takes it back. Both free *change; NULL ok. Undo: SX_E_IO with the path of an old file that could not be put back, and the journal stays.
 * journal NULL: none; else all files are of its folder, and no two processes write there (the caller holds a lock). */
typedef struct sx_files_change sx_files_change;
SX_API sx_status sx_files_replace(sx_files_change **out, const sx_ctx *ctx, const sx_file_parts *files, size_t n,
                                  const sx_files_journal *journal, sx_error *err) SX_NODISCARD;
SX_API void sx_files_settle(sx_files_change *change);
SX_API sx_status sx_files_undo(sx_files_change *change, sx_error *err) SX_NODISCARD;
/* The line `who` of a journal that was left; *who NULL: there is none, or it was not written to its end and no file was touched. Caller frees. *done: it says
 * itself that it was settled. */
SX_API sx_status sx_files_journal_who(char **who, bool *done, const sx_ctx *ctx, const char *path,
                                      sx_error *err) SX_NODISCARD;
/* Plays it back: done: the new files stay; else the old ones are put back, but for those that someone changed since, whose names come into `changed`,
 * blanks between. What it cannot do is SX_E_IO, and the journal stays. The caller holds the lock. */
SX_API sx_status sx_files_journal_play(sx_buf *changed, const sx_ctx *ctx, const char *path, bool done,
                                       sx_error *err) SX_NODISCARD;
/* Removes what killed writers of `path` left beside it: PATH.tmp-PID... of processes that are no more and that nobody holds a lock on.
 * sx_file_write and the writers of io do it first. */
SX_API void sx_file_sweep(const sx_ctx *ctx, const char *path);
/* The same of every file of a folder whose name begins with `prefix`. */
SX_API void sx_folder_sweep(const char *folder, const char *prefix);
SX_API bool sx_file_exists(const char *path);
/* "dir/of/base" + "name", or name itself where it is absolute; caller frees. */
SX_API char *sx_path_beside(const sx_ctx *ctx, const char *base_file, const char *name) SX_NODISCARD;

/* ---- threads ----------------------------------------------------------------------------------------- */

/* Runs task(data, i, err) for i in 0..n-1 on up to ctx threads. Tasks must write only to slots of their own i.
 * Returns the failure with the lowest i, so that the answer does not depend on timing; remaining tasks are
 * skipped after a failure. Which thread runs which i is unspecified: results must depend on i alone. */
typedef sx_status (*sx_task)(void *data, size_t i, sx_error *err);
SX_API sx_status sx_parallel_for(const sx_ctx *ctx, size_t n, sx_task task, void *data, sx_error *err) SX_NODISCARD;
/* A loop of which one other thread takes tasks from the first on while the caller does something else; the caller takes part in what is left when it asks for
 * the end. With one thread, or where none is to be had, all of it is done then. Never begun: sx_loop_end begins it. */
typedef struct sx_loop sx_loop;
SX_API sx_status sx_loop_new(sx_loop **out, const sx_ctx *ctx, size_t n, sx_task task, void *data,
                             sx_error *err) SX_NODISCARD;
SX_API void sx_loop_begin(sx_loop *loop);
/* As of sx_parallel_for, the failure with the lowest i. Polls ctx while it waits. Once. */
SX_API sx_status sx_loop_end(sx_loop *loop, sx_error *err) SX_NODISCARD;
SX_API void sx_loop_free(
    sx_loop *loop); /* before the end: no further task is taken, and those that run are cancelled */
/* For tasks: whether this thread is not the caller's, and the context to work by there: of one thread, cancelled when the loop is, telling nothing. */
SX_API bool sx_loop_aside(const sx_loop *loop);
SX_API const sx_ctx *sx_loop_ctx(const sx_loop *loop);
/* A context for work that may itself be one of several threads: it does not call back. NULL: the standard one. */
static inline sx_ctx sx_ctx_quiet(const sx_ctx *ctx) {
  const sx_ctx standard = SX_CTX_INIT;
  sx_ctx quiet = ctx ? *ctx : standard;
  quiet.cancelled = NULL;
  return quiet;
}
/* Pieces of `size` in which threads pass n rows: how many, and where one that begins at piece * size ends. */
static inline size_t sx_piece_count(size_t n, size_t size) {
  return (n + size - 1) / size;
}
static inline size_t sx_piece_end(size_t n, size_t size, size_t piece) {
  return n - piece * size < size ? n : (piece + 1) * size;
}

/* The languages that a report, a chart and their words have. */
typedef enum sx_lang { SX_LANG_ZH, SX_LANG_EN } sx_lang;

SX_API const char *sx_version(void); /* "0.1.0" */

#ifdef __cplusplus
}
#endif
#endif
