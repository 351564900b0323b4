/* io_meta.c: the metadata of delimited text, which has no place for it, in FILE.meta beside it.
 *
 *   # table metadata of the file beside this one (shuxiao)
 *   synthetic: made by a model, not collected
 *   title: ...
 *
 * One "key: value" a line, UTF-8, a backslash as \\, a line end as \n or \r, a colon of a key as \c. A file that does not begin
 * with that first line is somebody else's: it is not read, not replaced and not removed. */
#include "io_store_priv.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char HEAD[] = "# table metadata of the file beside this one (shuxiao)\n";

static void add_escaped(sx_buf *out, const char *text, bool key) {
  for (; *text; text++) {
    const char plain[2] = {*text, '\0'};
    const char *as = *text == '\\'         ? "\\\\"
                     : *text == '\n'       ? "\\n"
                     : *text == '\r'       ? "\\r"
                     : *text == ':' && key ? "\\c"
                                           : plain;
    sx_buf_add(out, as);
  }
}

sx_status sx_io__meta_text(char **out, const sx_ctx *ctx, const sx_table *schema, sx_error *err) {
  *out = NULL;
  if (sx_table_metas(schema) == 0) return SX_OK;
  sx_buf text;
  sx_buf_init(&text, ctx);
  sx_buf_add(&text, HEAD);
  for (size_t i = 0; i < sx_table_metas(schema); i++) {
    const char *key = NULL, *value = sx_table_meta_at(schema, i, &key);
    add_escaped(&text, key, true);
    sx_buf_add(&text, ": ");
    add_escaped(&text, value, false);
    sx_buf_add_char(&text, '\n');
  }
  const sx_status status = sx_buf_status(&text, err);
  if (status == SX_OK) *out = sx_buf_take(&text);
  sx_buf_clear(&text);
  return status;
}

static char *meta_path(const sx_ctx *ctx, const char *path) {
  const size_t n = strlen(path);
  char *out = sx_mem_alloc(ctx, n + sizeof ".meta", 1);
  if (out) (void)snprintf(out, n + sizeof ".meta", "%s.meta", path);
  return out;
}

sx_status sx_io__meta_read(char **out, const sx_ctx *ctx, const char *path, sx_error *err) {
  struct stat info;
  char *beside = meta_path(ctx, path);
  size_t n = 0;
  *out = NULL;
  if (!beside) return sx_error_memory(err);
  sx_status status = SX_OK;
  if (stat(beside, &info) == 0 && S_ISREG(info.st_mode)) {
    status = sx_file_read(out, &n, ctx, beside, err);
    if (status == SX_OK && strncmp(*out, HEAD, sizeof HEAD - 1) != 0) {
      sx_mem_free(ctx, *out);
      *out = NULL;
    }
  }
  sx_mem_free(ctx, beside);
  return status;
}

sx_status sx_io__meta_write(const sx_ctx *ctx, const char *path, const char *text, bool *fresh, sx_error *err) {
  struct stat info;
  char *old = NULL, *beside = NULL;
  *fresh = false;
  if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) return SX_OK; /* nothing stands beside a pipe */
  SX_TRY(sx_io__meta_read(&old, ctx, path, err));
  beside = meta_path(ctx, path);
  sx_status status = beside ? SX_OK : sx_error_memory(err);
  if (status == SX_OK && !old && sx_file_exists(beside))
    status = sx_error_set(err, SX_E_IO, beside,
                          "the table's metadata would stand here, but the file is there and is something else");
  if (status == SX_OK) status = sx_file_write(ctx, beside, text, strlen(text), err);
  *fresh = status == SX_OK && !old;
  sx_mem_free(ctx, beside);
  sx_mem_free(ctx, old);
  return status;
}

sx_status sx_io__meta_remove(const sx_ctx *ctx, const char *path, sx_error *err) {
  char *old = NULL;
  SX_TRY(sx_io__meta_read(&old, ctx, path, err));
  if (!old) return SX_OK;
  char *beside = meta_path(ctx, path);
  if (beside) (void)unlink(beside);
  const sx_status status = beside ? SX_OK : sx_error_memory(err);
  sx_mem_free(ctx, beside);
  sx_mem_free(ctx, old);
  return status;
}

/* text[n] without its escapes into out, which has room for n and a NUL. */
static void unescape(char *out, const char *text, size_t n) {
  for (size_t i = 0; i < n; i++) {
    char c = text[i];
    if (c == '\\' && i + 1 < n) {
      c = text[++i];
      c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 'c' ? ':' : c;
    }
    *out++ = c;
  }
  *out = '\0';
}

sx_status sx_io__meta_apply(sx_table *table, const char *path, const char *text, sx_error *err) {
  if (!text) return SX_OK;
  const sx_ctx *ctx = sx_table_ctx(table);
  const size_t size = strlen(text) + 2;
  char where[SX_ERROR_WHERE_MAX];
  char *key = sx_mem_alloc(ctx, size, 1), *value = sx_mem_alloc(ctx, size, 1);
  sx_status status = key && value ? SX_OK : sx_error_memory(err);
  size_t line = 2;
  for (const char *at = text + sizeof HEAD - 1; status == SX_OK && *at; line++) {
    const size_t n = strcspn(at, "\n");
    const char *colon = memchr(at, ':', n);
    if (n > 0 && (!colon || colon[1] != ' ' || !sx_utf8_valid(at, n, NULL))) {
      (void)snprintf(where, sizeof where, "%.400s.meta:%zu", path, line);
      status = sx_error_set(err, SX_E_DATA, where, "not 'key: value' in UTF-8: correct the line, or remove the file");
    } else if (n > 0) {
      unescape(key, at, (size_t)(colon - at));
      unescape(value, colon + 2, n - (size_t)(colon + 2 - at));
      status = sx_table_set_meta(table, key, value, err);
    }
    at += n + (at[n] == '\n');
  }
  sx_mem_free(ctx, key);
  sx_mem_free(ctx, value);
  return status;
}
