/* base_files.c: several files that take their places at once, or none of them. */
#include "base_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef sx_base__change change;

struct sx_files_change {
  sx_ctx ctx;
  char *journal; /* its path, where one was written; NULL */
  bool decided;  /* elsewhere whether it was done: the journal's `who` is not empty */
  bool stays;    /* the journal: an old file could not be put back */
  size_t n;
  change items[];
};

static bool same_folder(const char *a, const char *b) {
  const char *slash_a = strrchr(a, '/'), *slash_b = strrchr(b, '/');
  const size_t n_a = slash_a ? (size_t)(slash_a - a) : 0, n_b = slash_b ? (size_t)(slash_b - b) : 0;
  return n_a == n_b && memcmp(a, b, n_a) == 0;
}

static sx_status prepare(change *c, const sx_ctx *ctx, const sx_file_parts *file, sx_error *err) {
  struct stat info;
  sx_buf_init(&c->fresh, ctx);
  sx_buf_init(&c->kept, ctx);
  if (stat(file->path, &info) == 0 && S_ISDIR(info.st_mode))
    return sx_error_set(err, SX_E_IO, file->path, "is a folder, not a file");
  sx_file_sweep(ctx, file->path);
  c->gone = file->gone;
  c->had = lstat(file->path, &info) == 0;
  c->path = sx_mem_strdup(ctx, file->path);
  if (!c->path) return sx_error_memory(err);
  SX_TRY(sx_base__temporary_name(&c->fresh, ctx, c->path, (long)getpid(), err));
  sx_buf_printf(&c->kept, "%s-old", c->fresh.data);
  return sx_buf_status(&c->kept, err);
}

/* The old file under a second name, so that its place is never empty. Where the file system has no links it is moved away just before the new one
 * takes its place. */
static void keep_old(change *c) {
  if (!c->had) return;
  (void)unlink(c->kept.data);
  c->linked = link(c->path, c->kept.data) == 0;
}

static sx_status take_place(change *c, bool keep, sx_error *err) {
  const char *what = c->gone ? "cannot be removed" : "cannot be replaced";
  if (keep && c->had && !c->linked) {
    if (rename(c->path, c->kept.data) != 0) return sx_base__io_error(err, c->path, what, errno);
    c->linked = true;
    c->placed = c->gone;
  }
  if (c->gone && c->had && !c->placed && unlink(c->path) != 0) return sx_base__io_error(err, c->path, what, errno);
  if (!c->gone && rename(c->fresh.data, c->path) != 0) return sx_base__io_error(err, c->path, what, errno);
  c->written = false;
  c->placed = true;
  return SX_OK;
}

static void sync_all(const sx_files_change *all) {
  for (size_t i = 0; i < all->n; i++) {
    if (i + 1 == all->n || !same_folder(all->items[i].path, all->items[i + 1].path))
      sx_base__sync_folder(&all->ctx, all->items[i].path);
  }
}

static void change_free(sx_files_change *all) {
  const sx_ctx ctx = all->ctx;
  for (size_t i = 0; i < all->n; i++) {
    change *c = &all->items[i];
    if (c->written) (void)unlink(c->fresh.data);
    if (c->linked) (void)unlink(c->kept.data);
    sx_mem_free(&ctx, c->path);
    sx_buf_clear(&c->fresh);
    sx_buf_clear(&c->kept);
  }
  if (all->journal && !all->stays) (void)unlink(all->journal); /* last: by it what is left over here would be found */
  sx_mem_free(&ctx, all->journal);
  sx_mem_free(&ctx, all);
}

void sx_files_settle(sx_files_change *all) {
  if (!all) return;
  if (all->journal && !all->decided) sx_base__journal_done(all->journal);
  change_free(all);
}

/* Where the old file cannot be put back it stays under its second name, and its place is returned; else NULL. */
static const char *put_back(change *c) {
  struct stat info;
  const bool moved = c->linked && (c->placed || lstat(c->path, &info) != 0);
  if (c->had && moved && rename(c->kept.data, c->path) != 0) {
    c->linked = false;
    return c->path;
  }
  if (c->had && moved) c->linked = false;
  if (!c->had && c->placed && !c->gone && unlink(c->path) != 0) return c->path;
  return NULL;
}

sx_status sx_files_undo(sx_files_change *all, sx_error *err) {
  sx_status status = SX_OK;
  if (!all) return SX_OK;
  for (size_t i = all->n; i-- > 0;) {
    const char *left = put_back(&all->items[i]);
    if (left && status == SX_OK) status = sx_error_set(err, SX_E_IO, left, "the file before it cannot be put back");
  }
  if (all->n) sync_all(all);
  all->stays = status != SX_OK;
  change_free(all);
  return status;
}

typedef struct writing {
  sx_files_change *all;
  const sx_file_parts *files;
  size_t *order;    /* [n] the largest first: none is left to be waited for alone */
  sx_error *errors; /* [n] of each file */
} writing;

static sx_status write_one(void *data, size_t k, sx_error *err) {
  const writing *w = data;
  const size_t i = w->order[k];
  change *c = &w->all->items[i];
  (void)err;
  if (!c->gone)
    c->written = sx_base__write_synced(c->fresh.data, c->path, w->files[i].data, w->files[i].n, &w->errors[i]) == SX_OK;
  return SX_OK;
}

static void order_by_size(size_t *order, const sx_file_parts *files, size_t n) {
  for (size_t i = 0; i < n; i++) {
    size_t at = i;
    for (; at > 0 && files[order[at - 1]].n < files[i].n; at--) order[at] = order[at - 1];
    order[at] = i;
  }
}

/* Side by side: a disk makes several safe in hardly more time than one. What is told is the first file's error, whichever was met first. */
static sx_status write_each(sx_files_change *all, const sx_file_parts *files, size_t n, sx_error *err) {
  sx_ctx ctx = all->ctx;
  ctx.cancelled = NULL; /* all of them or none: who asks for an end has done so before */
  writing w = {all, files, sx_mem_alloc(&ctx, n, sizeof *w.order), sx_mem_zalloc(&ctx, n, sizeof *w.errors)};
  sx_status status = w.order && w.errors ? SX_OK : sx_error_memory(err);
  if (status == SX_OK) order_by_size(w.order, files, n);
  if (status == SX_OK) status = sx_parallel_for(&ctx, n, write_one, &w, err);
  for (size_t i = 0; i < n && status == SX_OK; i++) {
    status = w.errors[i].status;
    if (status != SX_OK && err) *err = w.errors[i];
  }
  sx_mem_free(&ctx, w.order);
  sx_mem_free(&ctx, w.errors);
  return status;
}

/* The new files beside their places: nothing has been touched yet. */
static sx_status write_new(sx_files_change *all, const sx_file_parts *files, size_t n, sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    all->n = i + 1;
    SX_TRY(prepare(&all->items[i], &all->ctx, &files[i], err));
  }
  return n ? write_each(all, files, n, err) : SX_OK;
}

static sx_status write_journal(sx_files_change *all, const sx_file_parts *files, const sx_files_journal *journal,
                               sx_error *err) {
  for (size_t i = 0; i < all->n; i++) {
    if (!same_folder(all->items[i].path, journal->path))
      return sx_error_set(err, SX_E_ARGUMENT, all->items[i].path, "not in the folder of the journal");
    if (files[i].hash)
      (void)snprintf(all->items[i].hash, SX_HASH_TEXT, "%s", files[i].hash);
    else
      sx_hash_bytes(all->items[i].hash, files[i].data ? files[i].data : "", files[i].n);
  }
  all->journal = sx_mem_strdup(&all->ctx, journal->path);
  if (!all->journal) return sx_error_memory(err);
  all->decided = journal->who[0] != '\0';
  return sx_base__journal_write(journal, &all->ctx, all->items, all->n, err);
}

/* The error of what stopped it, and whether the old files are back. */
static sx_status take_back(sx_files_change *all, sx_error *err) {
  sx_error lost = SX_ERROR_INIT;
  const bool back = sx_files_undo(all, &lost) == SX_OK;
  if (!err) return SX_E_IO;
  const sx_error why = *err;
  if (back) return sx_error_set(err, SX_E_IO, why.where, "%s; all files are as they were", why.message);
  return sx_error_set(err, SX_E_IO, why.where, "%s; nor can %s be put back as it was", why.message, lost.where);
}

static sx_status replace(sx_files_change **out, const sx_ctx *ctx, const sx_file_parts *files, size_t n, bool keep,
                         const sx_files_journal *journal, sx_error *err) {
  const sx_ctx standard = SX_CTX_INIT;
  size_t size;
  *out = NULL;
  if (!sx_size_mul(&size, n, sizeof(change)) || !sx_size_add(&size, size, sizeof(sx_files_change)))
    return sx_error_memory(err);
  sx_files_change *all = sx_mem_zalloc(ctx, size, 1);
  if (!all) return sx_error_memory(err);
  all->ctx = ctx ? *ctx : standard;
  sx_status status = write_new(all, files, n, err);
  if (status == SX_OK && journal && n) status = write_journal(all, files, journal, err);
  if (status != SX_OK) {
    change_free(all);
    return status;
  }
  for (size_t i = 0; keep && i < n; i++) keep_old(&all->items[i]);
  if (all->journal) sx_base__sync_folder(&all->ctx, all->journal);
  for (size_t i = 0; i < n && status == SX_OK; i++) status = take_place(&all->items[i], keep, err);
  if (status != SX_OK && keep) return take_back(all, err);
  if (status == SX_OK && n) sync_all(all);
  if (status == SX_OK)
    *out = all;
  else
    change_free(all);
  return status;
}

sx_status sx_files_replace(sx_files_change **out, const sx_ctx *ctx, const sx_file_parts *files, size_t n,
                           const sx_files_journal *journal, sx_error *err) {
  return replace(out, ctx, files, n, true, journal, err);
}

sx_status sx_files_write(const sx_ctx *ctx, const sx_file_parts *files, size_t n, sx_error *err) {
  sx_files_change *all = NULL;
  SX_TRY(replace(&all, ctx, files, n, n > 1, NULL, err)); /* a single rename has happened or not */
  sx_files_settle(all);
  return SX_OK;
}
