/* io_sink.c: atomic output. Bytes go through a buffer, and through gzip where the name ends in .gz, into a temporary file
 * beside the target; commit syncs it and renames it over the target, so that readers see the old file or the whole new
 * one. After any failure the temporary file is removed. */
#include "io_store_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 18, TRIES = 100 };

struct sx_io__sink {
  sx_ctx ctx;
  char *path, *temporary; /* temporary NULL: written in place */
  int fd;
  bool gzip, failed;
  z_stream z;
  unsigned char *buffer; /* [BUFFER] on its way to fd */
  size_t n;
  uint64_t total, flushed; /* bytes appended; bytes that have reached fd */
};

sx_status sx_io__system_error(sx_error *err, const char *path, const char *what, int number) {
  char text[128];
  if (strerror_r(number, text, sizeof text) != 0) (void)snprintf(text, sizeof text, "error %d", number);
  return sx_error_set(err, SX_E_IO, path, "%s: %s", what, text);
}

static sx_status failed(sx_io__sink *s, int number, sx_error *err) {
  s->failed = true;
  return sx_io__system_error(err, s->path, "cannot be written, nothing was kept", number);
}

static bool write_all(int fd, const unsigned char *p, size_t n) {
  while (n) {
    const ssize_t k = write(fd, p, n > (1u << 30) ? 1u << 30 : n);
    if (k < 0 && errno == EINTR) continue;
    if (k == 0) errno = ENOSPC;
    if (k <= 0) return false;
    p += k;
    n -= (size_t)k;
  }
  return true;
}

static sx_status flush(sx_io__sink *s, sx_error *err) {
  if (!write_all(s->fd, s->buffer, s->n)) return failed(s, errno, err);
  s->flushed += s->n;
  s->n = 0;
  return SX_OK;
}

static sx_status put(sx_io__sink *s, const unsigned char *p, size_t n, sx_error *err) {
  while (n) {
    if (s->n == BUFFER) SX_TRY(flush(s, err));
    const size_t k = n < BUFFER - s->n ? n : BUFFER - s->n;
    memcpy(s->buffer + s->n, p, k);
    s->n += k;
    p += k;
    n -= k;
  }
  return SX_OK;
}

/* Deflates n bytes straight into the buffer. */
static sx_status put_gzip(sx_io__sink *s, const unsigned char *p, size_t n, int mode, sx_error *err) {
  union { /* zlib does not write through it */
    const unsigned char *from;
    unsigned char *to;
  } next = {.from = p};
  for (int code = Z_OK; n || (mode == Z_FINISH && code != Z_STREAM_END);) {
    if (s->n == BUFFER) SX_TRY(flush(s, err));
    const uInt had = n > (1u << 30) ? 1u << 30 : (uInt)n;
    s->z.next_in = next.to;
    s->z.avail_in = had;
    s->z.next_out = s->buffer + s->n;
    s->z.avail_out = (uInt)(BUFFER - s->n);
    code = deflate(&s->z, mode);
    if (code == Z_STREAM_ERROR) return sx_error_set(err, SX_E_INTERNAL, s->path, "deflate lost its state");
    next.to += had - s->z.avail_in;
    n -= had - s->z.avail_in;
    s->n = BUFFER - s->z.avail_out;
  }
  return SX_OK;
}

sx_status sx_io__sink_write(sx_io__sink *s, const void *data, size_t n, sx_error *err) {
  if (s->failed) return sx_error_set(err, SX_E_IO, s->path, "an earlier write failed");
  SX_TRY(s->gzip ? put_gzip(s, data, n, Z_NO_FLUSH, err) : put(s, data, n, err));
  s->total += n;
  return SX_OK;
}

sx_status sx_io__sink_patch(sx_io__sink *s, uint64_t offset, const void *data, size_t n, sx_error *err) {
  if (s->gzip) return sx_error_set(err, SX_E_SUPPORT, s->path, "this format cannot be written through gzip");
  if (offset > s->total || n > s->total - offset)
    return sx_error_set(err, SX_E_INTERNAL, s->path, "a patch lies outside of what was written");
  SX_TRY(flush(s, err));
  if (lseek(s->fd, (off_t)offset, SEEK_SET) < 0) return failed(s, errno, err);
  if (!write_all(s->fd, data, n)) return failed(s, errno, err);
  if (lseek(s->fd, 0, SEEK_END) < 0) return failed(s, errno, err);
  return SX_OK;
}

uint64_t sx_io__sink_tell(const sx_io__sink *s) {
  return s->total;
}
const sx_ctx *sx_io__sink_ctx(const sx_io__sink *s) {
  return &s->ctx;
}
const char *sx_io__sink_name(const sx_io__sink *s) {
  return s->path;
}

/* ---- open and end --------------------------------------------------------------------------------------------- */

static void release(sx_io__sink *s, bool remove_temporary) {
  if (s->gzip && s->z.state) (void)deflateEnd(&s->z);
  if (s->fd >= 0) (void)close(s->fd);
  if (remove_temporary && s->temporary) (void)unlink(s->temporary);
  const sx_ctx ctx = s->ctx;
  sx_mem_free(&ctx, s->path);
  sx_mem_free(&ctx, s->temporary);
  sx_mem_free(&ctx, s->buffer);
  sx_mem_free(&ctx, s);
}

/* A name that nobody uses: path.tmp-PID, then path.tmp-PID-2 and so on. */
static sx_status open_temporary(sx_io__sink *s, sx_error *err) {
  const size_t size = strlen(s->path) + 48;
  s->temporary = sx_mem_alloc(&s->ctx, size, 1);
  if (!s->temporary) return sx_error_memory(err);
  sx_file_sweep(&s->ctx, s->path);
  for (int i = 1; i <= TRIES; i++) {
    if (i == 1)
      (void)snprintf(s->temporary, size, "%s.tmp-%ld", s->path, (long)getpid());
    else
      (void)snprintf(s->temporary, size, "%s.tmp-%ld-%d", s->path, (long)getpid(), i);
    s->fd = open(s->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (s->fd >= 0 || errno != EEXIST) break;
  }
  if (s->fd >= 0) {
    (void)flock(s->fd, LOCK_EX | LOCK_NB); /* says that the file is being written: sx_file_sweep */
    return SX_OK;
  }
  const int number = errno;
  sx_mem_free(&s->ctx, s->temporary);
  s->temporary = NULL;
  return sx_io__system_error(err, s->path, "cannot be created", number);
}

static sx_status open_target(sx_io__sink *s, sx_error *err) {
  struct stat st;
  if (stat(s->path, &st) == 0) {
    if (S_ISDIR(st.st_mode)) return sx_io__system_error(err, s->path, "cannot be written", EISDIR);
    if (!S_ISREG(st.st_mode)) {
      s->fd = open(s->path, O_WRONLY | O_CLOEXEC);
      return s->fd >= 0 ? SX_OK : sx_io__system_error(err, s->path, "cannot be opened", errno);
    }
  }
  return open_temporary(s, err);
}

sx_status sx_io__sink_open(sx_io__sink **out, const sx_ctx *ctx, const char *path, sx_error *err) {
  sx_io__sink *s = sx_mem_zalloc(ctx, 1, sizeof *s);
  if (!s) return sx_error_memory(err);
  s->ctx = ctx ? *ctx : (sx_ctx)SX_CTX_INIT;
  s->fd = -1;
  const size_t n = strlen(path);
  s->gzip = n > 3 && strcmp(path + n - 3, ".gz") == 0;
  s->path = sx_mem_strdup(&s->ctx, path);
  s->buffer = sx_mem_alloc(&s->ctx, BUFFER, 1);
  sx_status st = s->path && s->buffer ? SX_OK : sx_error_memory(err);
  if (st == SX_OK && s->gzip) {
    enum { LEVEL = 4, GZIP_WINDOW = 15 + 16, MEMORY = 8 }; /* level 4: half the time of 6, a few per cent larger */
    sx_io__z_init(&s->z, &s->ctx);
    if (deflateInit2(&s->z, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
      st = sx_error_memory(err);
  }
  if (st == SX_OK) st = open_target(s, err);
  if (st != SX_OK) {
    release(s, true);
    return st;
  }
  *out = s;
  return SX_OK;
}

void sx_io__sink_abandon(sx_io__sink *s) {
  if (s) release(s, true);
}

/* The name itself must survive a crash too. Filesystems that cannot sync a directory are let be. */
static void sync_folder(const char *path) {
  char folder[4096];
  const char *slash = strrchr(path, '/');
  const size_t n = slash ? (size_t)(slash - path) : 0;
  if (n >= sizeof folder) return;
  memcpy(folder, path, n);
  folder[n] = '\0';
  const int fd = open(slash ? (n ? folder : "/") : ".", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  (void)fsync(fd);
  (void)close(fd);
}

/* Replaces the mode of a new file by that of the file that it takes the place of. */
static void keep_mode(const sx_io__sink *s) {
  struct stat st;
  if (stat(s->path, &st) == 0) (void)fchmod(s->fd, st.st_mode & 07777);
}

sx_status sx_io__sink_commit(sx_io__sink *s, sx_error *err) {
  sx_status st = SX_OK;
  if (s->failed) st = sx_error_set(err, SX_E_IO, s->path, "an earlier write failed");
  if (st == SX_OK && s->gzip) st = put_gzip(s, NULL, 0, Z_FINISH, err);
  if (st == SX_OK) st = flush(s, err);
  if (st == SX_OK && s->temporary) {
    keep_mode(s);
    if (fsync(s->fd) != 0) st = failed(s, errno, err);
  }
  if (st == SX_OK) {
    const int fd = s->fd;
    s->fd = -1;
    if (close(fd) != 0) st = failed(s, errno, err);
  }
  if (st == SX_OK && s->temporary) {
    if (rename(s->temporary, s->path) != 0)
      st = failed(s, errno, err);
    else
      sync_folder(s->path);
  }
  release(s, st != SX_OK);
  return st;
}
