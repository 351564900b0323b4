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

static sx_status check_kind(int fd, const char *path, sx_error *err) {
  struct stat info;
  if (fstat(fd, &info) != 0) return sx_base__io_error(err, path, "cannot be read", errno);
  if (S_ISDIR(info.st_mode)) return sx_error_set(err, SX_E_IO, path, "is a folder, not a file");
  const bool given = strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
  if (S_ISFIFO(info.st_mode) && !given)
    return sx_error_set(err, SX_E_IO, path, "is a named pipe, not a file: move it away");
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0)
    return sx_base__io_error(err, path, "cannot be read", errno);
  return SX_OK;
}

sx_status sx_base__open(int *fd, const char *path, sx_error *err) {
  *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a named pipe is opened at once and then refused */
  if (*fd < 0) return sx_base__io_error(err, path, "cannot be opened", errno);
  const sx_status status = check_kind(*fd, path, err);
  if (status != SX_OK) close(*fd);
  return status;
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
  int fd = -1;
  struct stat info;
  SX_TRY(sx_base__open(&fd, path, err));
  if (fstat(fd, &info) != 0) {
    st = sx_base__io_error(err, path, "cannot be read", errno);
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

void sx_base__sync_folder(const sx_ctx *ctx, const char *path) {
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
  const int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
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

sx_status sx_base__temporary_name(sx_buf *out, const sx_ctx *ctx, const char *path, long pid, sx_error *err) {
  sx_buf_init(out, ctx);
  sx_buf_printf(out, "%s.tmp-%ld", path, pid);
  return sx_buf_status(out, err);
}

sx_status sx_base__write_synced(const char *temporary, const char *path, const void *data, size_t n, sx_error *err) {
  const int how = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  int fd = open(temporary, how, 0666);
  if (fd < 0 && errno == EEXIST && unlink(temporary) == 0) fd = open(temporary, how, 0666); /* left over, or a link */
  if (fd < 0) return sx_base__io_error(err, path, "cannot be written", errno);
  (void)flock(fd, LOCK_EX | LOCK_NB);
  sx_status st = write_all(fd, data, n, path, err);
  if (st == SX_OK && fsync(fd) != 0 && errno != EINVAL && errno != ENOSYS)
    st = sx_base__io_error(err, path, "cannot be written", errno);
  if (close(fd) != 0 && st == SX_OK) st = sx_base__io_error(err, path, "cannot be written", errno);
  if (st != SX_OK) (void)unlink(temporary);
  return st;
}

sx_status sx_file_write(const sx_ctx *ctx, const char *path, const void *data, size_t n, sx_error *err) {
  struct stat info;
  if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
    if (S_ISDIR(info.st_mode)) return sx_error_set(err, SX_E_IO, path, "is a folder, not a file");
    return write_in_place(path, data, n, err);
  }
  const sx_file_parts file = {.path = path, .data = data, .n = n};
  return sx_files_write(ctx, &file, 1, err);
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
