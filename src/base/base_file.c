/* base_file.c: whole files in and out. A file that is written appears complete or not at all. */
#include "base_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

sx_status sx_base__io_error(sx_error *err, const char *path, const char *what, int number) {
  char text[256];
  if (!number || strerror_r(number, text, sizeof text) != 0) return sx_error_set(err, SX_E_IO, path, "%s", what);
  return sx_error_set(err, SX_E_IO, path, "%s: %s", what, text);
}

bool sx_file_exists(const char *path) {
  struct stat info;
  return stat(path, &info) == 0;
}

/* Reads on until the end into *data (grown as needed). */
static sx_status read_all(char **data, size_t *n, size_t *cap, int fd, const sx_ctx *ctx, const char *path,
                          sx_error *err) {
  enum { STEP = 1 << 16, ONCE = 1 << 26 };
  for (;;) {
    SX_TRY(sx_ctx_poll(ctx, err));
    void *grown = *data;
    if (*cap - *n < 2) {
      if (ctx && ctx->memory_limit && *n + STEP > ctx->memory_limit)
        return sx_error_set(err, SX_E_LIMIT, path, "larger than the memory limit of %zu bytes", ctx->memory_limit);
      if (!sx_mem_grow(ctx, &grown, cap, *n + STEP, 1)) return sx_error_memory(err);
      *data = grown;
    }
    size_t room = *cap - *n - 1; /* one byte stays for the NUL */
    if (room > ONCE) room = ONCE;
    const ssize_t got = read(fd, *data + *n, room);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return sx_base__io_error(err, path, "cannot be read", errno);
    if (got == 0) break;
    *n += (size_t)got;
  }
  (*data)[*n] = '\0';
  return SX_OK;
}

sx_status sx_file_read(char **data, size_t *n, const sx_ctx *ctx, const char *path, sx_error *err) {
  sx_status st = SX_OK;
  char *bytes = NULL;
  size_t count = 0, cap = 0;
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return sx_base__io_error(err, path, "cannot be opened", errno);
  struct stat info;
  if (fstat(fd, &info) != 0) {
    st = sx_base__io_error(err, path, "cannot be read", errno);
    goto done;
  }
  if (S_ISDIR(info.st_mode)) {
    st = sx_error_set(err, SX_E_IO, path, "is a folder, not a file");
    goto done;
  }
  if (S_ISREG(info.st_mode) && info.st_size > 0) {
    const size_t size = (size_t)info.st_size;
    if (ctx && ctx->memory_limit && size > ctx->memory_limit) {
      st = sx_error_set(err, SX_E_LIMIT, path, "%zu bytes, more than the memory limit of %zu", size, ctx->memory_limit);
      goto done;
    }
    /* One byte for the NUL and one so that the read that meets the end needs no growth. */
    bytes = sx_mem_alloc(ctx, size + 2, 1);
    if (!bytes) {
      st = sx_error_memory(err);
      goto done;
    }
    cap = size + 2;
  }
  SX_TRY_GOTO(st, read_all(&bytes, &count, &cap, fd, ctx, path, err), done);
  *data = bytes;
  *n = count;
  bytes = NULL;
done:
  close(fd);
  sx_mem_free(ctx, bytes);
  return st;
}

static sx_status write_all(int fd, const char *data, size_t n, const char *path, sx_error *err) {
  enum { ONCE = 1 << 26 };
  for (size_t i = 0; i < n;) {
    const ssize_t put = write(fd, data + i, n - i < ONCE ? n - i : ONCE);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return sx_base__io_error(err, path, "cannot be written", errno);
    i += (size_t)put;
  }
  return SX_OK;
}

/* Makes the rename itself durable; a file system that cannot sync a folder is not an error. */
static void sync_folder(const sx_ctx *ctx, const char *path) {
  char *folder = sx_path_beside(ctx, path, ".");
  if (!folder) return;
  const int fd = open(folder, O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    (void)fsync(fd);
    close(fd);
  }
  sx_mem_free(ctx, folder);
}

/* Pipes and devices cannot be replaced by a rename: written in place. */
static sx_status write_in_place(const char *path, const void *data, size_t n, sx_error *err) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return sx_base__io_error(err, path, "cannot be opened for writing", errno);
  sx_status st = write_all(fd, data, n, path, err);
  if (close(fd) != 0 && st == SX_OK) st = sx_base__io_error(err, path, "cannot be written", errno);
  return st;
}

/* The writer whose process number follows ".tmp-" is gone. */
static bool is_orphan(int folder, const char *name, const char *number) {
  char *end = NULL;
  const long pid = strtol(number, &end, 10);
  if (end == number || pid <= 0 || (*end && *end != '-')) return false;
  if (kill((pid_t)pid, 0) == 0 || errno != ESRCH) return false;
  const int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool free_of_lock = flock(fd, LOCK_EX | LOCK_NB) == 0; /* the same number may be at work on another machine */
  close(fd);
  return free_of_lock;
}

/* Whose temporary file a name is: of NAME alone, or (`any`) of every file whose name begins so. NULL: of none. */
static const char *number_of(const char *entry, const char *name, size_t n, bool any) {
  if (strncmp(entry, name, n) != 0) return NULL;
  const char *mark = any ? NULL : entry + n;
  for (const char *p = any ? strstr(entry + n, ".tmp-") : NULL; p; p = strstr(p + 1, ".tmp-")) mark = p;
  return mark && strncmp(mark, ".tmp-", 5) == 0 ? mark + 5 : NULL;
}

static void sweep(const char *folder, const char *name, bool any) {
  const size_t n = strlen(name);
  DIR *dir = opendir(folder);
  for (const struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
    const char *number = number_of(e->d_name, name, n, any);
    if (number && is_orphan(dirfd(dir), e->d_name, number)) (void)unlinkat(dirfd(dir), e->d_name, 0);
  }
  if (dir) closedir(dir);
}

void sx_file_sweep(const sx_ctx *ctx, const char *path) {
  const char *slash = strrchr(path, '/');
  char *folder = sx_path_beside(ctx, path, ".");
  if (folder) sweep(folder, slash ? slash + 1 : path, false);
  sx_mem_free(ctx, folder);
}

void sx_folder_sweep(const char *folder, const char *prefix) {
  sweep(folder, prefix, true);
}

static sx_status temporary_name(sx_buf *out, const sx_ctx *ctx, const char *path, sx_error *err) {
  sx_buf_init(out, ctx);
  sx_buf_printf(out, "%s.tmp-%ld", path, (long)getpid());
  return sx_buf_status(out, err);
}

/* The bytes beside their place, synced. On failure nothing is left. */
static sx_status write_beside(const char *temporary, const char *path, const void *data, size_t n, sx_error *err) {
  const int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return sx_base__io_error(err, path, "cannot be written", errno);
  (void)flock(fd, LOCK_EX | LOCK_NB);
  sx_status st = write_all(fd, data, n, path, err);
  if (st == SX_OK && fsync(fd) != 0 && errno != EINVAL && errno != ENOSYS)
    st = sx_base__io_error(err, path, "cannot be written", errno);
  if (close(fd) != 0 && st == SX_OK) st = sx_base__io_error(err, path, "cannot be written", errno);
  if (st != SX_OK) (void)unlink(temporary);
  return st;
}

static bool same_folder(const char *a, const char *b) {
  const char *slash_a = strrchr(a, '/'), *slash_b = strrchr(b, '/');
  const size_t n_a = slash_a ? (size_t)(slash_a - a) : 0, n_b = slash_b ? (size_t)(slash_b - b) : 0;
  return n_a == n_b && memcmp(a, b, n_a) == 0;
}

sx_status sx_file_write(const sx_ctx *ctx, const char *path, const void *data, size_t n, sx_error *err) {
  struct stat info;
  if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
    if (S_ISDIR(info.st_mode)) return sx_error_set(err, SX_E_IO, path, "is a folder, not a file");
    return write_in_place(path, data, n, err);
  }
  const sx_file_parts file = {path, data, n};
  return sx_files_write(ctx, &file, 1, err);
}

/* ---- several files at once --------------------------------------------------------------------------------------------- */

typedef struct change {
  char *path;
  sx_buf fresh, kept;
  bool written; /* `fresh` is there */
  bool had;     /* there was a file in the place */
  bool linked;  /* `kept` is there: that file */
  bool placed;
} change;

struct sx_files_change {
  sx_ctx ctx;
  size_t n;
  change items[];
};

static sx_status prepare(change *c, const sx_ctx *ctx, const sx_file_parts *file, sx_error *err) {
  struct stat info;
  sx_buf_init(&c->kept, ctx);
  if (stat(file->path, &info) == 0 && S_ISDIR(info.st_mode))
    return sx_error_set(err, SX_E_IO, file->path, "is a folder, not a file");
  sx_file_sweep(ctx, file->path);
  c->path = sx_mem_strdup(ctx, file->path);
  if (!c->path) return sx_error_memory(err);
  SX_TRY(temporary_name(&c->fresh, ctx, c->path, err));
  sx_buf_printf(&c->kept, "%s-old", c->fresh.data);
  return sx_buf_status(&c->kept, err);
}

/* The old file under a second name, so that its place is never empty. Where the file system has no links it is moved away just before the new one
 * takes its place. */
static void keep_old(change *c) {
  struct stat info;
  c->had = lstat(c->path, &info) == 0;
  if (!c->had) return;
  (void)unlink(c->kept.data);
  c->linked = link(c->path, c->kept.data) == 0;
}

static sx_status take_place(change *c, bool keep, sx_error *err) {
  if (keep && c->had && !c->linked) {
    if (rename(c->path, c->kept.data) != 0) return sx_base__io_error(err, c->path, "cannot be replaced", errno);
    c->linked = true;
  }
  if (rename(c->fresh.data, c->path) != 0) return sx_base__io_error(err, c->path, "cannot be replaced", errno);
  c->written = false;
  c->placed = true;
  return SX_OK;
}

static void sync_all(const sx_files_change *all) {
  for (size_t i = 0; i < all->n; i++) {
    if (i + 1 == all->n || !same_folder(all->items[i].path, all->items[i + 1].path))
      sync_folder(&all->ctx, all->items[i].path);
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
  sx_mem_free(&ctx, all);
}

void sx_files_settle(sx_files_change *all) {
  if (all) change_free(all);
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
  if (!c->had && c->placed && unlink(c->path) != 0) return c->path;
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
  change_free(all);
  return status;
}

/* The new files beside their places: nothing has been touched yet. */
static sx_status write_new(sx_files_change *all, const sx_file_parts *files, size_t n, sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    all->n = i + 1;
    SX_TRY(prepare(&all->items[i], &all->ctx, &files[i], err));
  }
  for (size_t i = 0; i < n; i++) {
    change *c = &all->items[i];
    SX_TRY(write_beside(c->fresh.data, c->path, files[i].data, files[i].n, err));
    c->written = true;
  }
  return SX_OK;
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
                         sx_error *err) {
  const sx_ctx standard = SX_CTX_INIT;
  size_t size;
  *out = NULL;
  if (!sx_size_mul(&size, n, sizeof(change)) || !sx_size_add(&size, size, sizeof(sx_files_change)))
    return sx_error_memory(err);
  sx_files_change *all = sx_mem_zalloc(ctx, size, 1);
  if (!all) return sx_error_memory(err);
  all->ctx = ctx ? *ctx : standard;
  sx_status status = write_new(all, files, n, err);
  if (status != SX_OK) {
    change_free(all);
    return status;
  }
  for (size_t i = 0; keep && i < n; i++) keep_old(&all->items[i]);
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
                           sx_error *err) {
  return replace(out, ctx, files, n, true, err);
}

sx_status sx_files_write(const sx_ctx *ctx, const sx_file_parts *files, size_t n, sx_error *err) {
  sx_files_change *all = NULL;
  SX_TRY(replace(&all, ctx, files, n, n > 1, err)); /* a single rename has happened or not */
  sx_files_settle(all);
  return SX_OK;
}

char *sx_path_beside(const sx_ctx *ctx, const char *base_file, const char *name) {
  const char *slash = name[0] == '/' ? NULL : strrchr(base_file, '/');
  if (!slash) return sx_mem_strdup(ctx, name);
  const size_t folder = (size_t)(slash - base_file) + 1, length = strlen(name);
  size_t total;
  if (!sx_size_add(&total, folder, length) || !sx_size_add(&total, total, 1)) return NULL;
  char *path = sx_mem_alloc(ctx, total, 1);
  if (!path) return NULL;
  memcpy(path, base_file, folder);
  memcpy(path + folder, name, length + 1);
  return path;
}
