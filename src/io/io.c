/* io.c: one door for every file format: opening and mapping, .gz, recognising the format, batches, atomic output. */
#include "io_store_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the formats -------------------------------------------------------------------------------------------------- */

#define SX_IO_ROW(name, extensions, title, reads, writes) {#name, extensions, title, reads, writes},
static const sx_io_format FORMATS[] = {SX_IO__FORMATS(SX_IO_ROW){NULL, NULL, NULL, false, false}};
#undef SX_IO_ROW
#define SX_IO_BACKEND(name, extensions, title, reads, writes) &sx_io__##name,
static const sx_io__backend *const BACKENDS[] = {SX_IO__FORMATS(SX_IO_BACKEND)};
#undef SX_IO_BACKEND
enum { N_FORMATS = sizeof BACKENDS / sizeof *BACKENDS };

const sx_io_format *sx_io_formats(size_t *n) {
  if (n) *n = N_FORMATS;
  return FORMATS;
}

static bool ascii_ends(const char *text, size_t n, const char *end, size_t m) {
  if (n <= m) return false;
  for (size_t i = 0; i < m; i++) {
    const char c = text[n - m + i];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != end[i]) return false;
  }
  return true;
}

static bool has_extension(const char *name, const char *extensions) {
  size_t n = strlen(name);
  if (ascii_ends(name, n, ".gz", 3)) n -= 3;
  for (const char *e = extensions; *e;) {
    const size_t m = strcspn(e, " ");
    if (ascii_ends(name, n, e, m)) return true;
    e += m + (e[m] == ' ');
  }
  return false;
}

static sx_status by_name(size_t *out, const char *name, const char *source, sx_error *err) {
  const char *names[N_FORMATS];
  for (size_t i = 0; i < N_FORMATS; i++) {
    names[i] = FORMATS[i].name;
    if (strcmp(names[i], name) != 0) continue;
    *out = i;
    return SX_OK;
  }
  const char *near = sx_text_nearest(name, names, N_FORMATS);
  return sx_error_set(err, SX_E_ARGUMENT, source, "no format is called '%.60s'%s%s%s", name,
                      near ? ": did you mean '" : "", near ? near : "", near ? "'" : "");
}

static bool looks_like_text(const sx_io__source *source) {
  enum { LOOK = 4096 };
  const size_t n = source->n < LOOK ? source->n : LOOK;
  const bool utf16 = n >= 2 && ((source->data[0] == 0xFF && source->data[1] == 0xFE) ||
                                (source->data[0] == 0xFE && source->data[1] == 0xFF));
  return utf16 || !n || !memchr(source->data, '\0', n);
}

/* Markup that no format knows would be a table of one column. */
static bool looks_like_markup(const sx_io__source *source) {
  static const char *const begins[] = {"<?xml", "<!doctype", "<html", "<!--"};
  const char *p = (const char *)source->data, *end = p + source->n;
  if (source->n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) p += 3;
  while (p < end && *p && strchr(" \t\r\n", *p)) p++;
  for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
    const size_t n = strlen(begins[i]);
    if ((size_t)(end - p) >= n && strncasecmp(p, begins[i], n) == 0) return true;
  }
  return p < end && *p == '<' && has_extension(source->name, ".xml");
}

/* By the option, by content, by extension, by what it looks like. */
static sx_status find_format(size_t *out, const sx_io__source *source, const sx_read_options *options, sx_error *err) {
  if (options->labels_from && options->format && strcmp(options->format, "wjx") != 0)
    return sx_error_set(err, SX_E_ARGUMENT, source->name,
                        "labels from another file are those of format wjx, not of %.60s", options->format);
  if (options->labels_from) return by_name(out, "wjx", source->name, err);
  if (options->format) return by_name(out, options->format, source->name, err);
  if (options->n_fields) return by_name(out, "fixed", source->name, err);
  for (size_t i = 0; i < N_FORMATS; i++) {
    if (options->no_header && strcmp(FORMATS[i].name, "wjx") == 0) continue;
    if (BACKENDS[i]->sniff && BACKENDS[i]->sniff(source)) return *out = i, SX_OK;
  }
  for (size_t i = 0; i < N_FORMATS; i++) {
    if (has_extension(source->name, FORMATS[i].extensions)) return *out = i, SX_OK;
  }
  if (looks_like_markup(source))
    return sx_error_set(err, SX_E_SUPPORT, source->name,
                        "XML or HTML, and no Triple-S definition (no <sss> in it): save the data as .csv or .xlsx");
  if (looks_like_text(source)) return by_name(out, "csv", source->name, err);
  return sx_error_set(err, SX_E_SUPPORT, source->name,
                      "neither the content nor the name tells a format that is read here: give the format");
}

/* ---- what backends use ------------------------------------------------------------------------------------------- */

bool sx_io__wants(const sx_read_options *options, const char *column) {
  if (!options->columns) return true;
  for (size_t i = 0; i < options->n_columns; i++) {
    if (strcmp(options->columns[i], column) == 0) return true;
  }
  return false;
}

static sx_status check_list(const char *const *wanted, size_t n_wanted, const char *source_name,
                            const char *const *names, size_t n, sx_error *err) {
  for (size_t i = 0; i < n_wanted; i++) {
    size_t k = 0;
    while (k < n && strcmp(names[k], wanted[i]) != 0) k++;
    if (k < n) continue;
    const char *near = sx_text_nearest(wanted[i], names, n);
    if (near)
      return sx_error_set(err, SX_E_DATA, source_name, "no column '%.200s': did you mean '%.200s'", wanted[i], near);
    return sx_error_set(err, SX_E_DATA, source_name, "no column '%.200s' among its %zu", wanted[i], n);
  }
  return SX_OK;
}

sx_status sx_io__check_columns(const sx_read_options *options, const char *source_name, const char *const *names,
                               size_t n, sx_error *err) {
  SX_TRY(check_list(options->columns, options->columns ? options->n_columns : 0, source_name, names, n, err));
  SX_TRY(check_list(options->as_text, options->n_as_text, source_name, names, n, err));
  return check_list(options->as_number, options->n_as_number, source_name, names, n, err);
}

sx_status sx_io__slice(sx_table **out, const sx_table *table, size_t first, size_t n, sx_error *err) {
  const size_t total = sx_table_rows(table);
  const sx_ctx *ctx = sx_table_ctx(table);
  uint8_t *keep = sx_mem_zalloc(ctx, total, 1);
  if (!keep) return sx_error_memory(err);
  for (size_t i = first; i < total && i - first < n; i++) keep[i] = 1;
  const sx_status st = sx_table_select(out, table, keep, err);
  sx_mem_free(ctx, keep);
  return st;
}

/* ---- sources ------------------------------------------------------------------------------------------------------ */

/* What has to be given back when a source is done with. */
typedef struct input {
  sx_io__source source;
  sx_ctx ctx;
  char *name;
  void *map; /* mapped, or NULL */
  size_t map_n;
  char *owned; /* read or inflated, or NULL */
} input;

static void input_clear(input *in) {
  if (in->map) (void)munmap(in->map, in->map_n);
  sx_mem_free(&in->ctx, in->owned);
  sx_mem_free(&in->ctx, in->name);
  in->map = NULL;
  in->owned = in->name = NULL;
}

/* Pipes and the like: to the end. */
static sx_status read_stream(input *in, int fd, sx_error *err) {
  size_t n = 0, cap = 0;
  for (;;) {
    void *data = in->owned;
    if (n == cap && !sx_mem_grow(&in->ctx, &data, &cap, n + (1u << 16), 1)) return sx_error_memory(err);
    in->owned = data;
    const ssize_t k = read(fd, in->owned + n, cap - n);
    if (k < 0 && errno == EINTR) continue;
    if (k < 0) return sx_io__system_error(err, in->name, "cannot be read", errno);
    if (k == 0) break;
    n += (size_t)k;
  }
  in->source.data = (const unsigned char *)in->owned;
  in->source.n = n;
  return SX_OK;
}

static sx_status map_file(input *in, int fd, size_t n, sx_error *err) {
  static const unsigned char empty[1] = {0};
  in->source.data = empty;
  in->source.n = 0;
  if (!n) return SX_OK;
  void *map = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
  if (map == MAP_FAILED) return sx_io__system_error(err, in->name, "cannot be mapped", errno);
  in->map = map;
  in->map_n = n;
  in->source.data = map;
  in->source.n = n;
  return SX_OK;
}

static sx_status input_file(input *in, sx_error *err) {
  sx_status st;
  const int fd = open(in->name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return sx_io__system_error(err, in->name, "cannot be opened", errno);
  struct stat info;
  if (fstat(fd, &info) != 0)
    st = sx_io__system_error(err, in->name, "cannot be read", errno);
  else if (S_ISDIR(info.st_mode))
    st = sx_io__system_error(err, in->name, "cannot be read", EISDIR);
  else if (S_ISREG(info.st_mode) && info.st_size > 0)
    st = map_file(in, fd, (size_t)info.st_size, err);
  else
    st = read_stream(in, fd, err); /* also the files of /proc, which say that they are empty */
  (void)close(fd);
  return st;
}

/* From a file (data NULL) or from memory; inflated. Cleared after a failure. */
static sx_status input_open(input *in, const sx_ctx *ctx, const char *name, const void *data, size_t n, sx_error *err) {
  *in = (input){.ctx = ctx ? *ctx : (sx_ctx)SX_CTX_INIT};
  in->name = sx_mem_strdup(&in->ctx, name);
  if (!in->name) return sx_error_memory(err);
  in->source = (sx_io__source){.ctx = &in->ctx, .name = in->name, .data = data, .n = n, .in_memory = data != NULL};
  sx_status st = data ? SX_OK : input_file(in, err);
  if (st == SX_OK && sx_io__is_gzip(in->source.data, in->source.n)) {
    char *text = NULL;
    size_t text_n = 0;
    st = sx_io__gunzip(&text, &text_n, &in->ctx, in->name, in->source.data, in->source.n, err);
    if (st == SX_OK) {
      if (in->map) (void)munmap(in->map, in->map_n);
      in->map = NULL;
      sx_mem_free(&in->ctx, in->owned);
      in->owned = text;
      in->source.data = (const unsigned char *)text;
      in->source.n = text_n;
    }
  }
  if (st != SX_OK) input_clear(in);
  return st;
}

/* ---- reading ------------------------------------------------------------------------------------------------------ */

static sx_status check_options(const sx_read_options *options, const char *name, sx_error *err) {
  const sx_read_options *o = options;
  if (o->version != 1) return sx_error_set(err, SX_E_ARGUMENT, name, "begin with SX_READ_OPTIONS_INIT");
  if ((o->n_missing && !o->missing) || (o->n_as_text && !o->as_text) || (o->n_as_number && !o->as_number) ||
      (o->n_fields && !o->fields))
    return sx_error_set(err, SX_E_ARGUMENT, name, "an option has a count but no list");
  return SX_OK;
}

static bool is_delimited(size_t format) {
  return strcmp(FORMATS[format].name, "csv") == 0 || strcmp(FORMATS[format].name, "tsv") == 0;
}

/* The metadata beside a delimited file; NULL for memory, other formats and files without. */
static sx_status read_meta(char **out, const sx_ctx *ctx, const char *path, bool file, size_t format, sx_error *err) {
  *out = NULL;
  const bool delimited = is_delimited(format) || strcmp(FORMATS[format].name, "wjx") == 0;
  return file && delimited ? sx_io__meta_read(out, ctx, path, err) : SX_OK;
}

static sx_status read_whole(sx_table **out, const sx_io__source *source, size_t format, const char *meta,
                            const sx_read_options *options, sx_error *err) {
  sx_table *table = NULL;
  SX_TRY(BACKENDS[format]->read(&table, source, options, err));
  sx_status st = sx_io__meta_apply(table, source->name, meta, err);
  if (st == SX_OK && options->first_rows && sx_table_rows(table) > options->first_rows) {
    sx_table *first = NULL;
    st = sx_io__slice(&first, table, 0, options->first_rows, err);
    sx_table_free(table);
    table = first;
  }
  if (st == SX_OK)
    *out = table;
  else
    sx_table_free(table);
  return st;
}

static sx_status read_input(sx_table **out, const sx_ctx *ctx, const char *name, const void *data, size_t n,
                            const sx_read_options *options, sx_error *err) {
  static const sx_read_options usual = SX_READ_OPTIONS_INIT;
  if (!options) options = &usual;
  SX_TRY(check_options(options, name, err));
  input in;
  size_t format = 0;
  char *meta = NULL;
  SX_TRY(input_open(&in, ctx, name, data, n, err));
  sx_status st = find_format(&format, &in.source, options, err);
  if (st == SX_OK) st = read_meta(&meta, &in.ctx, name, data == NULL, format, err);
  if (st == SX_OK) st = read_whole(out, &in.source, format, meta, options, err);
  sx_mem_free(&in.ctx, meta);
  input_clear(&in);
  return st;
}

sx_status sx_io_read(sx_table **out, const sx_ctx *ctx, const char *path, const sx_read_options *options,
                     sx_error *err) {
  if (!out || !path) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_io_read: out or path is NULL");
  return read_input(out, ctx, path, NULL, 0, options, err);
}

sx_status sx_io_read_memory(sx_table **out, const sx_ctx *ctx, const char *name, const void *data, size_t n,
                            const sx_read_options *options, sx_error *err) {
  if (!out || !name || (!data && n))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_io_read_memory: out, name or data is NULL");
  return read_input(out, ctx, name, data ? data : "", n, options, err);
}

sx_status sx_io__read_plain(sx_table **out, const sx_ctx *ctx, const char *path, sx_error *err) {
  sx_read_options options = SX_READ_OPTIONS_INIT;
  input in;
  SX_TRY(input_open(&in, ctx, path, NULL, 0, err));
  const sx_io__backend *backend = sx_io__xlsx.sniff(&in.source)                ? &sx_io__xlsx
                                  : sx_io__xls.sniff(&in.source)               ? &sx_io__xls
                                  : has_extension(in.source.name, ".tsv .tab") ? &sx_io__tsv
                                                                               : &sx_io__csv;
  options.format = "csv"; /* as it stands: any but wjx */
  const sx_status st = backend->read(out, &in.source, &options, err);
  input_clear(&in);
  return st;
}

sx_status sx_io_data_of(char **out, const sx_ctx *ctx, const char *path, sx_error *err) {
  input in;
  *out = NULL;
  const bool packed = ascii_ends(path, strlen(path), ".gz", 3);
  if ((packed && !has_extension(path, ".sss .xml")) || !sx_file_exists(path)) return SX_OK;
  sx_status st = input_open(&in, ctx, path, NULL, 0, err);
  if (st != SX_OK) return st == SX_E_MEMORY ? st : SX_OK;
  st = sx_io__sss_data_path(out, &in.source, err);
  input_clear(&in);
  return st == SX_E_MEMORY ? st : SX_OK;
}

/* ---- batches ------------------------------------------------------------------------------------------------------- */

struct sx_reader {
  input in;
  sx_read_options options; /* the lists in it are the caller's: copied below */
  const sx_io__backend *backend;
  char *meta;      /* text beside a delimited file, or NULL */
  void *state;     /* of a backend with batches */
  sx_table *whole; /* of one without */
  size_t next_row;
  sx_arena *lists;
};

static sx_status copy_list(const char *const **list, size_t n, sx_arena *arena, sx_error *err) {
  if (!*list) return SX_OK;
  const char **copy = sx_arena_alloc(arena, n, sizeof *copy);
  if (!copy) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) {
    copy[i] = sx_arena_strdup(arena, (*list)[i]);
    if (!copy[i]) return sx_error_memory(err);
  }
  *list = copy;
  return SX_OK;
}

static sx_status copy_fields(sx_read_options *o, sx_arena *arena, sx_error *err) {
  if (!o->n_fields) return SX_OK;
  sx_fixed_field *fields = sx_arena_alloc(arena, o->n_fields, sizeof *fields);
  if (!fields) return sx_error_memory(err);
  for (size_t i = 0; i < o->n_fields; i++) {
    fields[i] = o->fields[i];
    fields[i].name = sx_arena_strdup(arena, o->fields[i].name);
    if (!fields[i].name) return sx_error_memory(err);
  }
  o->fields = fields;
  return SX_OK;
}

/* A reader outlives the call that opened it, and with it what options point to. */
static sx_status keep_options(sx_reader *r, const sx_read_options *options, sx_error *err) {
  r->options = *options;
  sx_read_options *o = &r->options;
  SX_TRY(sx_arena_new(&r->lists, &r->in.ctx, err));
  if (o->encoding && !(o->encoding = sx_arena_strdup(r->lists, o->encoding))) return sx_error_memory(err);
  if (o->format && !(o->format = sx_arena_strdup(r->lists, o->format))) return sx_error_memory(err);
  if (o->sheet && !(o->sheet = sx_arena_strdup(r->lists, o->sheet))) return sx_error_memory(err);
  if (o->labels_from && !(o->labels_from = sx_arena_strdup(r->lists, o->labels_from))) return sx_error_memory(err);
  if (o->data_file && !(o->data_file = sx_arena_strdup(r->lists, o->data_file))) return sx_error_memory(err);
  SX_TRY(copy_list(&o->missing, o->n_missing, r->lists, err));
  SX_TRY(copy_list(&o->columns, o->n_columns, r->lists, err));
  SX_TRY(copy_list(&o->as_text, o->n_as_text, r->lists, err));
  SX_TRY(copy_list(&o->as_number, o->n_as_number, r->lists, err));
  return copy_fields(o, r->lists, err);
}

void sx_reader_close(sx_reader *r) {
  if (!r) return;
  if (r->state) r->backend->close(r->state);
  sx_table_free(r->whole);
  sx_arena_free(r->lists);
  const sx_ctx ctx = r->in.ctx;
  sx_mem_free(&ctx, r->meta);
  input_clear(&r->in);
  sx_mem_free(&ctx, r);
}

sx_status sx_reader_open(sx_reader **out, const sx_ctx *ctx, const char *path, const sx_read_options *options,
                         sx_error *err) {
  static const sx_read_options usual = SX_READ_OPTIONS_INIT;
  if (!out || !path) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_reader_open: out or path is NULL");
  if (!options) options = &usual;
  SX_TRY(check_options(options, path, err));
  sx_reader *r = sx_mem_zalloc(ctx, 1, sizeof *r);
  if (!r) return sx_error_memory(err);
  size_t format = 0;
  sx_status st = input_open(&r->in, ctx, path, NULL, 0, err);
  if (st != SX_OK) {
    sx_mem_free(ctx, r);
    return st;
  }
  r->in.source.ctx = &r->in.ctx;
  SX_TRY_GOTO(st, keep_options(r, options, err), done);
  SX_TRY_GOTO(st, find_format(&format, &r->in.source, &r->options, err), done);
  SX_TRY_GOTO(st, read_meta(&r->meta, &r->in.ctx, path, true, format, err), done);
  r->backend = BACKENDS[format];
  if (r->backend->open)
    st = r->backend->open(&r->state, &r->in.source, &r->options, err);
  else
    st = r->backend->read(&r->whole, &r->in.source, &r->options, err);
done:
  if (st != SX_OK)
    sx_reader_close(r);
  else
    *out = r;
  return st;
}

sx_status sx_reader_next(sx_table **out, sx_reader *r, size_t max_rows, sx_error *err) {
  if (!out || !r || !max_rows)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_reader_next: out or reader is NULL, or max_rows is 0");
  if (r->state) {
    sx_table *rows = NULL;
    SX_TRY(r->backend->next(&rows, r->state, max_rows, err));
    const sx_status st = rows ? sx_io__meta_apply(rows, r->in.name, r->meta, err) : SX_OK;
    if (st != SX_OK) {
      sx_table_free(rows);
      return st;
    }
    *out = rows;
    return SX_OK;
  }
  const size_t total = sx_table_rows(r->whole), left = total - r->next_row;
  if (!left) {
    *out = NULL;
    return SX_OK;
  }
  const size_t n = left < max_rows ? left : max_rows;
  SX_TRY(sx_io__slice(out, r->whole, r->next_row, n, err));
  r->next_row += n;
  return SX_OK;
}

/* ---- writing ------------------------------------------------------------------------------------------------------- */

struct sx_writer {
  sx_ctx ctx;
  sx_io__sink *sink;
  const sx_io__backend *backend;
  void *state;
  size_t n_rows, written;
  char **names;
  sx_type *types;
  size_t n_columns;
  bool failed, delimited;
  char *meta; /* what goes beside a delimited file, or NULL */
};

static void writer_free(sx_writer *w) {
  const sx_ctx ctx = w->ctx;
  if (w->state) w->backend->discard(w->state);
  sx_io__sink_abandon(w->sink);
  for (size_t i = 0; w->names && i < w->n_columns; i++) sx_mem_free(&ctx, w->names[i]);
  sx_mem_free(&ctx, w->meta);
  sx_mem_free(&ctx, w->names);
  sx_mem_free(&ctx, w->types);
  sx_mem_free(&ctx, w);
}

static sx_status keep_schema(sx_writer *w, const sx_table *schema, sx_error *err) {
  const size_t n = sx_table_columns(schema);
  w->names = sx_mem_zalloc(&w->ctx, n, sizeof *w->names);
  w->types = sx_mem_alloc(&w->ctx, n, sizeof *w->types);
  if (!w->names || !w->types) return sx_error_memory(err);
  w->n_columns = n;
  for (size_t i = 0; i < n; i++) {
    const sx_column *c = sx_table_get(schema, i);
    w->types[i] = c->type;
    w->names[i] = sx_mem_strdup(&w->ctx, c->name);
    if (!w->names[i]) return sx_error_memory(err);
  }
  return SX_OK;
}

static sx_status writing_format(size_t *out, const char *path, sx_error *err) {
  for (size_t i = 0; i < N_FORMATS; i++) {
    if (!has_extension(path, FORMATS[i].extensions)) continue;
    if (!FORMATS[i].writes) return sx_error_set(err, SX_E_SUPPORT, path, "%s is only read here", FORMATS[i].title);
    *out = i;
    return SX_OK;
  }
  return sx_error_set(err, SX_E_SUPPORT, path,
                      "the name tells no format that is written here: end it in .csv, .tsv, "
                      ".csv.gz, .sav, .zsav or .dta");
}

sx_status sx_writer_open(sx_writer **out, const sx_ctx *ctx, const char *path, const sx_table *schema, size_t n_rows,
                         sx_error *err) {
  if (!out || !path || !schema) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_writer_open: an argument is NULL");
  size_t format = 0;
  SX_TRY(writing_format(&format, path, err));
  if (!sx_table_columns(schema))
    return sx_error_set(err, SX_E_ARGUMENT, path, "a table without columns is not written");
  sx_writer *w = sx_mem_zalloc(ctx, 1, sizeof *w);
  if (!w) return sx_error_memory(err);
  w->ctx = ctx ? *ctx : (sx_ctx)SX_CTX_INIT;
  w->backend = BACKENDS[format];
  w->n_rows = n_rows;
  sx_status st;
  w->delimited = is_delimited(format);
  SX_TRY_GOTO(st, keep_schema(w, schema, err), done);
  if (w->delimited) SX_TRY_GOTO(st, sx_io__meta_text(&w->meta, &w->ctx, schema, err), done);
  SX_TRY_GOTO(st, sx_io__sink_open(&w->sink, &w->ctx, path, err), done);
  st = w->backend->create(&w->state, w->sink, schema, n_rows, err);
done:
  if (st != SX_OK)
    writer_free(w);
  else
    *out = w;
  return st;
}

static sx_status check_rows(const sx_writer *w, const sx_table *rows, sx_error *err) {
  const char *path = sx_io__sink_name(w->sink);
  if (sx_table_columns(rows) != w->n_columns)
    return sx_error_set(err, SX_E_ARGUMENT, path, "rows have %zu columns, the file has %zu", sx_table_columns(rows),
                        w->n_columns);
  for (size_t i = 0; i < w->n_columns; i++) {
    const sx_column *c = sx_table_get(rows, i);
    if (strcmp(c->name, w->names[i]) != 0 || c->type != w->types[i])
      return sx_error_set(err, SX_E_ARGUMENT, path, "column %zu is %.100s '%.150s', the file has %.100s '%.150s'",
                          i + 1, sx_type_name(c->type), c->name, sx_type_name(w->types[i]), w->names[i]);
  }
  if (w->n_rows != SIZE_MAX && sx_table_rows(rows) > w->n_rows - w->written)
    return sx_error_set(err, SX_E_ARGUMENT, path, "more than the %zu rows that were announced", w->n_rows);
  return SX_OK;
}

sx_status sx_writer_add(sx_writer *w, const sx_table *rows, sx_error *err) {
  if (!w || !rows) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_writer_add: writer or rows is NULL");
  if (w->failed) return sx_error_set(err, SX_E_ARGUMENT, sx_io__sink_name(w->sink), "an earlier call failed");
  SX_TRY(check_rows(w, rows, err));
  const sx_status st = w->backend->add(w->state, rows, err);
  w->failed = st != SX_OK;
  w->written += st == SX_OK ? sx_table_rows(rows) : 0;
  return st;
}

/* The mark goes first: rows that are synthetic never stand without it, also when the program is killed in between. */
static sx_status commit(sx_writer *w, sx_error *err) {
  char *path = sx_mem_strdup(&w->ctx, sx_io__sink_name(w->sink));
  bool fresh = false;
  sx_status st = path ? SX_OK : sx_error_memory(err);
  if (st == SX_OK && w->meta) st = sx_io__meta_write(&w->ctx, path, w->meta, &fresh, err);
  if (st == SX_OK) {
    st = sx_io__sink_commit(w->sink, err);
    w->sink = NULL;
    if (st != SX_OK && fresh) (void)sx_io__meta_remove(&w->ctx, path, NULL);
    if (st == SX_OK && w->delimited && !w->meta) st = sx_io__meta_remove(&w->ctx, path, err);
  }
  sx_mem_free(&w->ctx, path);
  return st;
}

sx_status sx_writer_close(sx_writer *w, sx_error *err) {
  if (!w) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_writer_close: writer is NULL");
  const char *path = sx_io__sink_name(w->sink);
  sx_status st = SX_OK;
  if (w->failed)
    st = sx_error_set(err, SX_E_ARGUMENT, path, "an earlier call failed: nothing was kept");
  else if (w->n_rows != SIZE_MAX && w->written != w->n_rows)
    st = sx_error_set(err, SX_E_ARGUMENT, path, "%zu rows were announced and %zu came", w->n_rows, w->written);
  else
    st = w->backend->finish(w->state, err);
  if (st == SX_OK) {
    w->backend->discard(w->state); /* it may hold the sink */
    w->state = NULL;
    st = commit(w, err);
  }
  writer_free(w);
  return st;
}

void sx_writer_abandon(sx_writer *w) {
  if (w) writer_free(w);
}

sx_status sx_io_write(const sx_table *table, const char *path, sx_error *err) {
  if (!table || !path) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_io_write: table or path is NULL");
  sx_writer *w = NULL;
  SX_TRY(sx_writer_open(&w, sx_table_ctx(table), path, table, sx_table_rows(table), err));
  const sx_status st = sx_writer_add(w, table, err);
  if (st != SX_OK) {
    sx_writer_abandon(w);
    return st;
  }
  return sx_writer_close(w, err);
}
