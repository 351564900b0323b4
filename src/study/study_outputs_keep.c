/* study_outputs_keep.c: files of the run before that are kept. Nothing is believed but hashes: of what a file was made from, and of its bytes on the disk. */
#include "study_outputs_keep.h"

#include <string.h>

/* ---- what the run before wrote down ---------------------------------------------------------------------------------------- */

static sx_status add_file(st_kept *out, st_run *r, const char *unit, const char *key, const char *line, size_t n,
                          sx_error *err) {
  const size_t head = SX_HASH_TEXT + 1; /* two blanks */
  if (n <= head) return SX_OK;
  const char *hash = sx_arena_strndup(r->arena, line, SX_HASH_TEXT - 1),
             *name = sx_arena_strndup(r->arena, line + head, n - head);
  if (!hash || !name || !sx_arena_grow(r->arena, (void **)&out->files, &out->cap, out->n + 1, sizeof *out->files))
    return sx_error_memory(err);
  out->files[out->n++] = (st_kept_file){unit, key, hash, name};
  return SX_OK;
}

static const char AUDIT[] = "audit ";

static sx_status begin_verdict(st_kept *out, st_run *r, const char *unit, const char *key, sx_error *err) {
  if (out->n_verdicts == sizeof out->verdicts / sizeof *out->verdicts) return SX_OK;
  char *text = sx_arena_strdup(r->arena, "");
  if (!text) return sx_error_memory(err);
  out->verdicts[out->n_verdicts++] = (st_kept_verdict){unit + strlen(AUDIT), key, text};
  return SX_OK;
}

static sx_status add_verdict(st_kept *out, st_run *r, const char *line, size_t n, sx_error *err) {
  if (!out->n_verdicts) return SX_OK;
  st_kept_verdict *last = &out->verdicts[out->n_verdicts - 1];
  last->text = sx_arena_printf(r->arena, "%s%.*s\n", last->text, (int)n, line);
  return last->text ? SX_OK : sx_error_memory(err);
}

sx_status study__kept_read(st_kept *out, st_run *r, const st_outputs *o, sx_error *err) {
  const char *text = NULL, *unit = "", *key = "";
  void *data = NULL;
  size_t n = 0;
  *out = (st_kept){.dir = o->dir};
  SX_TRY(sx_store_step_payload(&data, &n, r->store, "outputs", "outputs", err));
  if (data) text = sx_arena_strndup(r->arena, data, n);
  const bool failed = data && !text;
  sx_mem_free(&r->ctx, data);
  if (failed) return sx_error_memory(err);
  for (const char *line = text; line && *line; line += strspn(line, "\n")) {
    const size_t size = strcspn(line, "\n");
    if (line[0] == ' ') {
      SX_TRY(add_file(out, r, unit, key, line + 1, size - 1, err));
    } else if (line[0] == '\t') {
      SX_TRY(add_verdict(out, r, line + 1, size - 1, err));
    } else if (size > SX_HASH_TEXT + 1) {
      key = o->force ? "" : sx_arena_strndup(r->arena, line, SX_HASH_TEXT - 1);
      unit = sx_arena_strndup(r->arena, line + SX_HASH_TEXT + 1, size - SX_HASH_TEXT - 1);
      if (!key || !unit) return sx_error_memory(err);
      if (strcmp(unit, "pictures") == 0) out->pictures = key;
      if (strncmp(unit, AUDIT, strlen(AUDIT)) == 0) SX_TRY(begin_verdict(out, r, unit, key, err));
      if (strncmp(unit, "of ", 3) == 0) out->of = unit + 3;
    }
    line += size;
  }
  return SX_OK;
}

void study__kept_put(sx_buf *out, const char *unit, const char *key, const sx_publish_files *files) {
  static const char none[] = "----------------------------------------------------------------";
  sx_buf_printf(out, "%s  %s\n", *key ? key : none, unit);
  for (size_t i = 0; i < files->n; i++) sx_buf_printf(out, " %s  %s\n", files->items[i].hash, files->items[i].name);
}

void study__kept_put_verdict(sx_buf *out, const char *unit, const char *key, const char *text) {
  sx_buf_printf(out, "%s  %s%s\n", key, AUDIT, unit);
  for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
    sx_buf_add_char(out, '\t');
    sx_buf_add_n(out, line, strcspn(line, "\n"));
    sx_buf_add_char(out, '\n');
  }
}

const char *study__kept_verdict(const st_kept *old, const char *unit, const char *key) {
  for (size_t i = 0; i < old->n_verdicts && *key; i++)
    if (strcmp(old->verdicts[i].unit, unit) == 0 && strcmp(old->verdicts[i].key, key) == 0)
      return old->verdicts[i].text;
  return NULL;
}

/* ---- what the folder has ------------------------------------------------------------------------------------------------------ */

static const st_kept_file *find(const st_kept *old, const char *name) {
  for (size_t i = 0; i < old->n; i++)
    if (strcmp(old->files[i].name, name) == 0) return &old->files[i];
  return NULL;
}

const char *study__kept_hash(const st_kept *old, const char *name) {
  const st_kept_file *file = find(old, name);
  return file ? file->hash : NULL;
}

static sx_status path_of(sx_buf *out, const st_kept *old, const char *name, sx_error *err) {
  sx_buf_printf(out, "%s/%s", old->dir, name);
  return sx_buf_status(out, err);
}

sx_status study__kept_load(char **data, size_t *n, const st_kept *old, const char *name, const sx_ctx *ctx,
                           sx_error *err) {
  const st_kept_file *file = find(old, name);
  char hash[SX_HASH_TEXT];
  sx_buf path;
  *data = NULL;
  *n = 0;
  if (!file) return SX_OK;
  sx_buf_init(&path, ctx);
  sx_status status = path_of(&path, old, name, err);
  if (status != SX_OK) {
    sx_buf_clear(&path);
    return status;
  }
  sx_error unread = SX_ERROR_INIT;
  if (sx_file_exists(path.data)) status = sx_file_read(data, n, ctx, path.data, &unread);
  sx_buf_clear(&path);
  if (status != SX_OK && status != SX_E_IO) return sx_error_set(err, status, unread.where, "%s", unread.message);
  if (status == SX_OK && *data) sx_hash_bytes(hash, *data, *n);
  if (status == SX_E_IO) status = SX_OK; /* what cannot be read is made again, and writing it will say so */
  if (status == SX_OK && *data && strcmp(hash, file->hash) != 0) {
    sx_mem_free(ctx, *data);
    *data = NULL;
    *n = 0;
  }
  return status;
}

sx_status study__kept_load_unit(char **data, size_t *n, const st_kept *old, const char *unit, const sx_ctx *ctx,
                                sx_error *err) {
  *data = NULL;
  *n = 0;
  for (size_t i = 0; i < old->n; i++)
    if (strcmp(old->files[i].unit, unit) == 0) return study__kept_load(data, n, old, old->files[i].name, ctx, err);
  return SX_OK;
}

static sx_status take_file(bool *kept, sx_publish_files *files, const st_kept *old, const st_kept_file *file,
                           sx_error *err) {
  char *data = NULL;
  size_t n = 0;
  SX_TRY(study__kept_load(&data, &n, old, file->name, &files->ctx, err));
  *kept = data != NULL;
  return data ? sx_publish_add_there(files, file->name, data, n, file->hash, err) : SX_OK;
}

sx_status study__kept_take(bool *kept, sx_publish_files *files, const st_kept *old, const char *unit, const char *key,
                           sx_error *err) {
  size_t n = 0;
  sx_status status = SX_OK;
  *kept = *key != '\0';
  for (size_t i = 0; i < old->n && *kept && status == SX_OK; i++) {
    const st_kept_file *file = &old->files[i];
    if (strcmp(file->unit, unit) != 0) continue;
    *kept = strcmp(file->key, key) == 0;
    if (*kept) status = take_file(kept, files, old, file, err);
    n++;
  }
  *kept = *kept && n > 0 && status == SX_OK;
  if (*kept) return SX_OK;
  const sx_ctx ctx = files->ctx; /* one was altered: all of them are made again */
  sx_publish_files_clear(files);
  sx_publish_files_init(files, &ctx);
  return status;
}

sx_status study__kept_mark(sx_publish_files *files, const st_kept *old, sx_error *err) {
  for (size_t i = 0; i < files->n; i++) {
    sx_publish_file *file = &files->items[i];
    const char *hash = study__kept_hash(old, file->name);
    char *data = NULL;
    size_t n = 0;
    if (file->there || !hash || strcmp(hash, file->hash) != 0) continue;
    SX_TRY(study__kept_load(&data, &n, old, file->name, &files->ctx, err));
    file->there = data != NULL;
    sx_mem_free(&files->ctx, data);
  }
  return SX_OK;
}
