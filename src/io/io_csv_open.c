/* io_csv_open.c: the first steps of reading delimited text: encoding, rows, header, a first guess of the kinds. */
#include "io_csv_priv.h"

#include <stdio.h>

/* Where byte `at` stands in text that could not be decoded: line and byte of the line. */
static sx_status byte_error(const csv_file *file, sx_status st, const char *text, size_t at, const char *what,
                            sx_error *err) {
  size_t line = 1, start = 0;
  for (size_t i = 0; i < at; i++) {
    if (text[i] == '\n') line++, start = i + 1;
  }
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%.400s:%zu:%zu", file->name, line, at - start + 1);
  return sx_error_set(err, st, where, "byte 0x%02X (byte %zu of the line) %s", (unsigned)(unsigned char)text[at],
                      at - start + 1, what);
}

/* Damaged UTF-8 rather than another encoding: far more whole three-byte characters than faults. In text of code page 936
 * a lead byte E0..EF followed by two bytes 80..BF is rare, and nearly every other pair of bytes is a fault. */
static bool damaged_utf8(const char *text, size_t n, size_t *first_fault) {
  size_t good = 0, faults = 0;
  for (size_t i = 0; i < n;) {
    uint32_t code;
    const size_t k = sx_utf8_next(&code, text + i, n - i);
    if (k >= 3) good++;
    if (!k && !faults++) *first_fault = i;
    i += k ? k : 1;
  }
  return good > 4 * faults;
}

static sx_status decode_as(csv_file *file, const char *encoding, size_t *bad, sx_error *err) {
  char *text;
  size_t n;
  SX_TRY(sx_io__decode(&text, &n, bad, file->ctx, encoding, file->text, file->n, err));
  file->decoded = text;
  file->text = text;
  file->n = n;
  return SX_OK;
}

/* Not UTF-8: GB18030, or an error at the place where the likelier of the two ends. */
static sx_status decode_gb18030(csv_file *file, sx_error *err) {
  size_t bad = 0, fault = 0;
  if (damaged_utf8(file->text, file->n, &fault))
    return byte_error(file, SX_E_DATA, file->text, fault,
                      "is not valid UTF-8, which the rest of the file is: correct it, or say which encoding it has",
                      err);
  const sx_status st = decode_as(file, "GB18030", &bad, NULL);
  if (st == SX_E_MEMORY) return sx_error_memory(err);
  if (st == SX_E_SUPPORT)
    return sx_error_set(err, st, file->name, "not UTF-8, and the C library here cannot read GB18030");
  if (st != SX_OK)
    return byte_error(file, SX_E_DATA, file->text, bad > fault ? bad : fault,
                      "is neither UTF-8 nor GB18030: say which encoding the file has", err);
  sx_ctx_note(file->ctx, SX_SEV_NOTE, file->name, "not UTF-8: read as GB18030");
  return SX_OK;
}

static sx_status decode_given(csv_file *file, const char *encoding, sx_error *err) {
  size_t bad = 0;
  const char *raw = file->text;
  const sx_status st = decode_as(file, encoding, &bad, err);
  if (st == SX_E_DATA) {
    char what[160];
    (void)snprintf(what, sizeof what, "is not valid %.100s, the encoding that was given", encoding);
    return byte_error(file, st, raw, bad, what, err);
  }
  if (st == SX_E_SUPPORT) sx_error_add_where(err, "%s", file->name);
  return st;
}

static bool starts(const csv_file *file, const char *mark, size_t n) {
  return file->n >= n && memcmp(file->text, mark, n) == 0;
}

static void skip(csv_file *file, size_t n) {
  file->text += n;
  file->n -= n;
}

/* Decodes and indexes. */
static sx_status decode(csv_file *file, sx_error *err) {
  const char *given = file->options->encoding ? sx_io__encoding_name(file->options->encoding) : NULL;
  if (starts(file, "\xFF\xFE", 2) || starts(file, "\xFE\xFF", 2)) {
    const char *utf16 = file->text[0] == '\xFF' ? "UTF-16LE" : "UTF-16BE";
    if (!given || strncmp(given, "UTF-16", 6) == 0) skip(file, 2), given = utf16;
  } else if (starts(file, "\xEF\xBB\xBF", 3)) {
    if (!given || strcmp(given, "UTF-8") == 0) skip(file, 3), given = "UTF-8";
  }
  bool valid;
  if (given && strcmp(given, "UTF-8") != 0) SX_TRY(decode_given(file, given, err));
  SX_TRY(sx_io__csv_index(file, &valid, err));
  if (valid) return SX_OK;
  if (given) {
    size_t bad = 0;
    (void)sx_utf8_valid(file->text, file->n, &bad);
    return byte_error(file, SX_E_DATA, file->text, bad, "is not valid UTF-8, which the file is said to be", err);
  }
  SX_TRY(decode_gb18030(file, err));
  SX_TRY(sx_io__csv_index(file, &valid, err));
  return valid ? SX_OK : sx_error_set(err, SX_E_INTERNAL, file->name, "decoded text is not valid UTF-8");
}

static sx_status check_delimiter(const csv_file *file, sx_error *err) {
  const unsigned char d = (unsigned char)file->delimiter;
  const bool graphic = d == '\t' || (d >= ' ' && d < 127);
  const bool alnum = (d >= '0' && d <= '9') || (d >= 'A' && d <= 'Z') || (d >= 'a' && d <= 'z');
  if (d == 0 || (graphic && !alnum && !strchr("\"'.-+", d))) return SX_OK;
  return sx_error_set(err, SX_E_ARGUMENT, file->name, "byte 0x%02X cannot be the delimiter", (unsigned)d);
}

sx_status sx_io__csv_open_file(csv_file *file, const sx_io__source *source, const sx_read_options *options,
                               char delimiter, size_t block, sx_error *err) {
  /* at most about 4096 blocks: every chunk later has some memory per column */
  enum { BLOCK_MIN = 1 << 20, BLOCKS_MAX = 1 << 12 };
  *file = (csv_file){.ctx = source->ctx, .options = options, .name = source->name};
  file->text = (const char *)source->data;
  file->n = source->n;
  file->delimiter = options->delimiter ? options->delimiter : delimiter;
  file->block = block ? block : source->n / BLOCKS_MAX > BLOCK_MIN ? source->n / BLOCKS_MAX : BLOCK_MIN;
  sx_status st;
  SX_TRY_GOTO(st, check_delimiter(file, err), done);
  SX_TRY_GOTO(st, decode(file, err), done);
  SX_TRY_GOTO(st, sx_io__csv_header(file, err), done);
  SX_TRY_GOTO(st, sx_io__csv_guess(file, err), done);
done:
  if (st != SX_OK) sx_io__csv_close_file(file);
  return st;
}

static void drop_columns(csv_file *file) {
  for (size_t i = 0; i < file->n_columns; i++) sx_mem_free(file->ctx, file->columns[i].name);
  sx_mem_free(file->ctx, file->columns);
  file->columns = NULL;
  file->n_columns = 0;
}

void sx_io__csv_close_file(csv_file *file) {
  drop_columns(file);
  sx_mem_free(file->ctx, file->chunks);
  sx_mem_free(file->ctx, file->tail);
  sx_mem_free(file->ctx, file->decoded);
  file->chunks = NULL;
  file->tail = file->decoded = NULL;
}

/* The rows again by the state machine, after a pass showed that the quotes misled. */
sx_status sx_io__csv_reopen(csv_file *file, sx_error *err) {
  drop_columns(file);
  SX_TRY(sx_io__csv_index_exact(file, err));
  SX_TRY(sx_io__csv_header(file, err));
  return sx_io__csv_guess(file, err);
}
