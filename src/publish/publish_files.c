/* publish_files.c: a list of finished files: kept, hashed, written into a folder all at once. */
#include <stdlib.h>
#include <string.h>

#include "publish_priv.h"

void sx_publish_files_init(sx_publish_files *files, const sx_ctx *ctx) {
  const sx_ctx standard = SX_CTX_INIT;
  *files = (sx_publish_files){.ctx = ctx ? *ctx : standard};
}

static void drop(sx_publish_files *files, size_t first) {
  for (size_t i = first; i < files->n; i++) {
    sx_mem_free(&files->ctx, files->items[i].name);
    sx_mem_free(&files->ctx, files->items[i].data);
    sx_mem_free(&files->ctx, files->items[i].deflated);
  }
  if (files->n > first) files->n = first;
}

void sx_publish_files_clear(sx_publish_files *files) {
  if (!files) return;
  drop(files, 0);
  sx_mem_free(&files->ctx, files->items);
  files->items = NULL;
  files->cap = 0;
}

void sx_publish__cut(sx_publish_files *files, size_t n) {
  drop(files, n);
}

static sx_status check_name(const sx_publish_files *files, const char *name, sx_error *err) {
  if (!name || !*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strchr(name, '/'))
    return sx_error_set(err, SX_E_ARGUMENT, name, "not a name for a file of a publication");
  for (size_t i = 0; i < files->n; i++) {
    if (strcmp(files->items[i].name, name) == 0)
      return sx_error_set(err, SX_E_ARGUMENT, name, "two files of a publication have this name");
  }
  return SX_OK;
}

/* data is the list's from here on, also on failure. hash: NULL: not known yet. */
static sx_status keep(sx_publish_files *files, const char *name, char *data, size_t n, const char *hash,
                      sx_error *err) {
  sx_status status = check_name(files, name, err);
  if (status == SX_OK) {
    void *items = files->items;
    const bool grown = sx_mem_grow(&files->ctx, &items, &files->cap, files->n + 1, sizeof *files->items);
    files->items = items;
    char *copy = grown ? sx_mem_strdup(&files->ctx, name) : NULL;
    if (copy) {
      sx_publish_file *file = &files->items[files->n++];
      *file = (sx_publish_file){.name = copy, .data = data, .n = n};
      if (hash)
        memcpy(file->hash, hash, sizeof file->hash);
      else
        sx_hash_bytes(file->hash, data, n);
      return SX_OK;
    }
    status = sx_error_memory(err);
  }
  sx_mem_free(&files->ctx, data);
  return status;
}

sx_status sx_publish_add(sx_publish_files *files, const char *name, const void *data, size_t n, sx_error *err) {
  size_t size;
  char *copy = sx_size_add(&size, n, 1) ? sx_mem_alloc(&files->ctx, size, 1) : NULL;
  if (!copy) return sx_error_memory(err);
  if (n) memcpy(copy, data, n);
  copy[n] = '\0';
  return keep(files, name, copy, n, NULL, err);
}

sx_status sx_publish_add_there(sx_publish_files *files, const char *name, char *data, size_t n,
                               const char hash[SX_HASH_TEXT], sx_error *err) {
  SX_TRY(keep(files, name, data, n, hash, err));
  files->items[files->n - 1].there = true;
  return SX_OK;
}

sx_status sx_publish_move(sx_publish_files *files, sx_publish_files *from, sx_error *err) {
  sx_status status = SX_OK;
  for (size_t i = 0; i < from->n && status == SX_OK; i++) {
    sx_publish_file *file = &from->items[i];
    status = keep(files, file->name, file->data, file->n, file->hash, err);
    file->data = NULL; /* the list's, or freed */
    if (status != SX_OK) break;
    sx_publish_file *own = &files->items[files->n - 1];
    own->there = file->there;
    own->deflated = file->deflated;
    own->n_deflated = file->n_deflated;
    own->crc = file->crc;
    file->deflated = NULL;
  }
  drop(from, 0);
  return status;
}

sx_status sx_publish_take(sx_publish_files *files, const char *name, sx_buf *buf, sx_error *err) {
  const sx_status status = sx_buf_status(buf, err);
  if (status != SX_OK) {
    sx_buf_clear(buf);
    return status;
  }
  if (!buf->data) sx_buf_add(buf, "");
  const size_t n = buf->n;
  char *data = sx_buf_take(buf);
  return data ? keep(files, name, data, n, NULL, err) : sx_error_memory(err);
}

sx_status sx_publish__own(sx_publish_files *files, const char *name, char *data, size_t n, sx_error *err) {
  return keep(files, name, data, n, NULL, err);
}

/* ---- manifest ---------------------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b) {
  const sx_publish_file *const *x = a, *const *y = b;
  return strcmp((*x)->name, (*y)->name);
}

sx_status sx_publish_manifest(sx_buf *out, const sx_publish_files *files, sx_error *err) {
  const sx_publish_file **order = sx_mem_alloc(&files->ctx, files->n, sizeof *order);
  if (!order) return sx_error_memory(err);
  for (size_t i = 0; i < files->n; i++) order[i] = &files->items[i];
  qsort(order, files->n, sizeof *order, by_name);
  for (size_t i = 0; i < files->n; i++) {
    sx_buf_printf(out, "%s  %s\n", order[i]->hash, order[i]->name);
  }
  sx_mem_free(&files->ctx, order);
  return sx_buf_status(out, err);
}

/* ---- a folder ---------------------------------------------------------------------------------------------------------- */

sx_status sx_publish_replace(sx_files_change **out, const sx_publish_files *files, const char *const *gone,
                             size_t n_gone, const char *folder, const sx_files_journal *journal, sx_error *err) {
  *out = NULL;
  sx_file_parts *parts = sx_mem_zalloc(&files->ctx, files->n + n_gone, sizeof *parts);
  sx_arena *arena = NULL;
  size_t n = 0;
  sx_status status = parts ? sx_arena_new(&arena, &files->ctx, err) : sx_error_memory(err);
  for (size_t i = 0; i < files->n && status == SX_OK; i++) {
    const sx_publish_file *file = &files->items[i];
    if (file->there) continue;
    parts[n] = (sx_file_parts){.path = sx_arena_printf(arena, "%s/%s", folder, file->name),
                               .data = file->data,
                               .n = file->n,
                               .hash = file->hash};
    if (!parts[n++].path) status = sx_error_memory(err);
  }
  for (size_t i = 0; i < n_gone && status == SX_OK; i++) {
    parts[n] = (sx_file_parts){.path = sx_arena_printf(arena, "%s/%s", folder, gone[i]), .gone = true};
    if (!parts[n++].path) status = sx_error_memory(err);
  }
  if (status == SX_OK) status = sx_files_replace(out, &files->ctx, parts, n, journal, err);
  sx_arena_free(arena);
  sx_mem_free(&files->ctx, parts);
  return status;
}

sx_status sx_publish_write(const sx_publish_files *files, const char *folder, sx_error *err) {
  sx_files_change *change = NULL;
  SX_TRY(sx_publish_replace(&change, files, NULL, 0, folder, NULL, err));
  sx_files_settle(change);
  return SX_OK;
}
