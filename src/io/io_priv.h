/* io_priv.h: any new format must implement the functions of sx_io__backend that it supports, in files of its own
 * (src/io/io_<format>*.c), and add one line to SX_IO__FORMATS below. io.c does the rest: options, opening and
 * mapping files, .gz, recognising the format, batches for a backend without them, atomic output. */
#ifndef SX_IO_PRIV_H
#define SX_IO_PRIV_H

#include "shuxiao/io.h"

/* The formats, in the order in which they are recognised by content. X(name, extensions, title, reads, writes):
 * the backend is the constant sx_io__<name>. Extensions are separated by a blank, without ".gz". */
#define SX_IO__FORMATS(X)                                                                                              \
  X(sav, ".sav", "SPSS system file", true, true)                                                                       \
  X(zsav, ".zsav", "SPSS system file, compressed by zlib", true, true)                                                 \
  X(por, ".por", "SPSS portable file", true, false)                                                                    \
  X(dta, ".dta", "Stata data", true, true)                                                                             \
  X(sas7bdat, ".sas7bdat", "SAS data", true, false)                                                                    \
  X(xpt, ".xpt", "SAS transport file", true, false)                                                                    \
  X(xlsx, ".xlsx .xlsm", "Excel workbook (a sheet of it)", true, false)                                                \
  X(xls, ".xls", "Excel 97-2003 workbook (a sheet of it)", true, false)                                                \
  X(sss, ".sss", "Triple-S XML (definition, with its data file)", true, false)                                         \
  X(wjx, "", "Answers exported by wjx.cn (.xlsx, .xls or .csv)", true, false)                                          \
  X(csv, ".csv .txt", "Comma-separated values (also ; tab and |)", true, true)                                         \
  X(tsv, ".tsv .tab", "Tab-separated values", true, true)                                                              \
  X(fixed, ".dat .asc", "Fields at fixed byte columns (the fields must be given)", true, false)

/* What a reader reads: always the whole content in memory (a mapped file, an inflated .gz, or the caller's bytes).
 * Valid, at the same address, until the backend's read returns or its close is called. */
typedef struct sx_io__source {
  const sx_ctx *ctx;         /* never NULL */
  const char *name;          /* as it stands in messages: the path or the caller's name */
  const unsigned char *data; /* [n], not NUL-terminated, nothing readable behind it */
  size_t n;
  bool in_memory; /* name is no path */
} sx_io__source;

/* Where a writer writes. Bytes go to a temporary file beside the target (through gzip where the name ends in .gz);
 * io.c puts it in place after finish, or removes it. */
typedef struct sx_io__sink sx_io__sink;
/* Appends. SX_E_IO names the target and the reason (disk full). Once it failed it keeps failing. */
sx_status sx_io__sink_write(sx_io__sink *sink, const void *data, size_t n, sx_error *err) SX_NODISCARD;
/* Overwrites n bytes at `offset`, all of which have been written before. Not through gzip (SX_E_SUPPORT). */
sx_status sx_io__sink_patch(sx_io__sink *sink, uint64_t offset, const void *data, size_t n, sx_error *err) SX_NODISCARD;
uint64_t sx_io__sink_tell(const sx_io__sink *sink); /* bytes appended so far, before gzip */
const sx_ctx *sx_io__sink_ctx(const sx_io__sink *sink);
const char *sx_io__sink_name(const sx_io__sink *sink); /* the target's path, for messages */

/* The contract. options is never NULL and its version has been checked; err may be NULL. Errors put into `where` the
 * source's name and the place in it ("panel.csv:12:7", "panel.sav: case 1042"). Nothing outlives close/discard. */
typedef struct sx_io__backend {
  /* True where the content is surely this format. NULL: never recognised by content. */
  bool (*sniff)(const sx_io__source *source);

  /* Reads everything. Must honour options->columns (file order; an unknown name is SX_E_DATA with the nearest one:
   * sx_io__check_columns), ctx->n_threads, memory_limit, cancelled, progress ("reading NAME"). Rows beyond options->first_rows may be
   * left out by a backend that has looked at them; io.c cuts what is left. */
  sx_status (*read)(sx_table **out, const sx_io__source *source, const sx_read_options *options, sx_error *err);

  /* Batches; open, next and close stand together or are all NULL, then io.c reads everything and cuts it. After open
   * the types are those of the whole file. next gives NULL in *out at the end, otherwise 1..max_rows rows with full
   * metadata. source and options stay valid until close. close accepts what open made and frees it. */
  sx_status (*open)(void **state, const sx_io__source *source, const sx_read_options *options, sx_error *err);
  sx_status (*next)(sx_table **out, void *state, size_t max_rows, sx_error *err);
  void (*close)(void *state);

  /* Writing; NULL where the format is only read. create may keep sink and must copy what it needs of schema. n_rows is
   * SIZE_MAX where unknown. `rows` of add has the schema's columns: names, order, types (io.c checks), any dict.
   * finish writes the end; discard frees the state, after finish and instead of it. io.c checks that exactly n_rows came. */
  sx_status (*create)(void **state, sx_io__sink *sink, const sx_table *schema, size_t n_rows, sx_error *err);
  sx_status (*add)(void *state, const sx_table *rows, sx_error *err);
  sx_status (*finish)(void *state, sx_error *err);
  void (*discard)(void *state);
} sx_io__backend;

#define SX_IO__DECLARE(name, extensions, title, reads, writes) extern const sx_io__backend sx_io__##name;
SX_IO__FORMATS(SX_IO__DECLARE)
#undef SX_IO__DECLARE

/* ---- help for backends --------------------------------------------------------------------------------- */

/* Every name of options->columns is among names[n]; otherwise SX_E_DATA that suggests the nearest. */
sx_status sx_io__check_columns(const sx_read_options *options, const char *source_name, const char *const *names,
                               size_t n, sx_error *err) SX_NODISCARD;
bool sx_io__wants(const sx_read_options *options, const char *column); /* options->columns has it, or is NULL */

/* Text from `encoding` to UTF-8 (io_encoding.c). "GBK", "GB2312", "CP936", "936", "EUC-CN" are read as GB18030.
 * Caller frees *out with sx_mem_free. SX_E_DATA: *bad is the byte offset of what does not decode, message without place;
 * SX_E_SUPPORT: the encoding is not known here. */
sx_status sx_io__decode(char **out, size_t *n_out, size_t *bad, const sx_ctx *ctx, const char *encoding,
                        const void *data, size_t n, sx_error *err) SX_NODISCARD;
const char *sx_io__encoding_name(const char *encoding); /* the name that iconv is given */

/* A table that was read under names of its own: options->missing declared, the columns of the lists checked, those not wanted dropped
 * (io_finish.c). */
sx_status sx_io__finish(sx_table *table, const char *name, const sx_read_options *options, sx_error *err) SX_NODISCARD;
bool sx_io__listed(const char *const *list, size_t n, const char *name);

/* The data file of a Triple-S definition (io_sss.c): *out is the caller's, NULL where the source is no definition. */
sx_status sx_io__sss_data_path(char **out, const sx_io__source *source, sx_error *err) SX_NODISCARD;

/* Exports of answers by wjx.cn (io_wjx.c): delimited text that looks like one by its first line, and reading it as one where options say
 * so or the header is one; name, of file and sheet, is for messages. */
bool sx_io__wjx_line(const char *text, size_t n);
sx_status sx_io__wjx_text(sx_table **out, const sx_io__source *source, const char *name, const sx_read_options *options,
                          sx_error *err) SX_NODISCARD;
/* A delimited file or workbook as it stands, never as an export of answers (io.c). */
sx_status sx_io__read_plain(sx_table **out, const sx_ctx *ctx, const char *path, sx_error *err) SX_NODISCARD;

/* Slices rows [first, first + n) of a table with all metadata (io_slice.c). */
sx_status sx_io__slice(sx_table **out, const sx_table *table, size_t first, size_t n, sx_error *err) SX_NODISCARD;

#endif
