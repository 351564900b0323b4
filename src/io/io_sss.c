/* io_sss.c: the door for Triple-S XML: recognising a definition, finding its data file, both into a table. The data file is the record's
 * `href` ("Survey Elements", p. 22 of version 2.0), a file beside the definition, else the definition's name with .asc, .csv, .dat or .txt ("Summary", p. 8). */
#include "io_sss.h"

#include <stdio.h>
#include <string.h>

static bool sniff(const sx_io__source *s) {
  enum { LOOK = 1 << 16 };
  const char *p = (const char *)s->data, *end = p + (s->n < LOOK ? s->n : LOOK);
  if (s->n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) p += 3;
  while (p < end && strchr(" \t\r\n", *p) && *p) p++;
  if (p == end || *p != '<') return false;
  for (; p + 5 <= end && (p = memchr(p, '<', (size_t)(end - p) - 4)) != NULL; p++)
    if (memcmp(p, "<sss", 4) == 0 && strchr(" \t\r\n>", p[4]) && p[4]) return true;
  return false;
}

/* ---- the data file ------------------------------------------------------------------------------------------------------ */

static sx_status href_path(char **out, const sss_definition *d, const sx_ctx *ctx, sx_error *err) {
  if (d->href[0] == '/' || strstr(d->href, "..") || strchr(d->href, ':') || strchr(d->href, '\\'))
    return sx_error_set(err, SX_E_SUPPORT, d->name,
                        "the record's data are at '%.200s': files beside the definition are read, name another with "
                        "--data-file (in a study 'data')",
                        d->href);
  *out = sx_path_beside(ctx, d->name, d->href);
  return *out ? SX_OK : sx_error_memory(err);
}

/* The definition's name with another ending: the first that is there, else the usual one. */
static sx_status named_path(char **out, const sss_definition *d, const sx_ctx *ctx, sx_error *err) {
  static const char *const fixed[] = {".asc", ".dat", ".txt", ".ASC"}, *const csv[] = {".csv", ".asc", ".txt", ".CSV"};
  const char *const *ends = d->csv ? csv : fixed;
  const char *slash = strrchr(d->name, '/'), *dot = strrchr(d->name, '.');
  size_t n = dot && (!slash || dot > slash) ? (size_t)(dot - d->name) : strlen(d->name);
  for (size_t i = 0; i <= 4; i++) {
    const char *path = sx_arena_printf(d->arena, "%.*s%s", (int)n, d->name, ends[i == 4 ? 0 : i]);
    if (!path) return sx_error_memory(err);
    if (i < 4 && !sx_file_exists(path)) continue;
    *out = sx_mem_strdup(ctx, path);
    return *out ? SX_OK : sx_error_memory(err);
  }
  return SX_OK;
}

static sx_status data_path(char **out, const sss_definition *d, const sx_ctx *ctx, sx_error *err) {
  return d->href && *d->href ? href_path(out, d, ctx, err) : named_path(out, d, ctx, err);
}

sx_status sx_io__sss_data_path(char **out, const sx_io__source *source, sx_error *err) {
  sx_arena *arena = NULL;
  sss_definition d;
  *out = NULL;
  if (!sniff(source)) return SX_OK;
  SX_TRY(sx_arena_new(&arena, source->ctx, err));
  sx_status status = sx_io__sss_parse(&d, source, arena, err);
  if (status == SX_OK) status = data_path(out, &d, source->ctx, err);
  sx_arena_free(arena);
  return status;
}

/* ---- reading ------------------------------------------------------------------------------------------------------------ */

static sx_status make(sx_table **out, const sss_definition *d, const sx_io__source *data,
                      const sx_read_options *options, sx_error *err) {
  sx_table *pieces = NULL;
  SX_TRY(sx_io__sss_pieces(&pieces, d, data, options, err));
  const sx_status status = sx_io__sss_build(out, d, pieces, data->name, options, err);
  sx_table_free(pieces);
  return status;
}

sx_status sx_io__sss_make(sx_table **out, const sx_io__source *definition, const sx_io__source *data,
                          const sx_read_options *options, sx_error *err) {
  sx_arena *arena = NULL;
  sss_definition d;
  SX_TRY(sx_arena_new(&arena, definition->ctx, err));
  sx_status status = sx_io__sss_parse(&d, definition, arena, err);
  if (status == SX_OK) status = make(out, &d, data, options, err);
  sx_arena_free(arena);
  return status;
}

static sx_status sss_read(sx_table **out, const sx_io__source *source, const sx_read_options *options, sx_error *err) {
  const sx_ctx *ctx = source->ctx;
  sx_arena *arena = NULL;
  char *path = NULL, *text = NULL;
  size_t n = 0;
  sss_definition d;
  sx_status status;
  SX_TRY(sx_arena_new(&arena, ctx, err));
  SX_TRY_GOTO(status, sx_io__sss_parse(&d, source, arena, err), done);
  if (options->data_file) {
    path = sx_mem_strdup(ctx, options->data_file);
    status = path ? SX_OK : sx_error_memory(err);
  } else if (source->in_memory) {
    status =
        sx_error_set(err, SX_E_SUPPORT, source->name, "a definition in memory has no file of data beside it: name one");
  } else {
    status = data_path(&path, &d, ctx, err);
  }
  if (status != SX_OK) goto done;
  status = sx_file_read(&text, &n, ctx, path, err);
  if (status != SX_OK) {
    sx_error_add_where(err, "%.200s", source->name);
    goto done;
  }
  const sx_io__source data = {.ctx = ctx, .name = path, .data = (const unsigned char *)text, .n = n};
  status = make(out, &d, &data, options, err);
done:
  sx_mem_free(ctx, text);
  sx_mem_free(ctx, path);
  sx_arena_free(arena);
  return status;
}

const sx_io__backend sx_io__sss = {.sniff = sniff, .read = sss_read};
