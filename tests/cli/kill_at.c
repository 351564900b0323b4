/* kill_at.c: preloaded into a program, kills it as kill -9 does at its KILL_AT-th call that changes a file below the folder KILL_BELOW (a full path): just
 * before the call, of a write after half of the bytes. KILL_LOG: a file that gets a line per such call, "N what path".
 * KILL_SIGNAL: another signal in the place of that one, after which the call is made. KILL_READ: the end of a path; before it is first opened for
 * reading, the command KILL_COMMAND is run. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long count;

static void *real(const char *name) {
  return dlsym(RTLD_NEXT, name);
}

static bool is_below(int folder, const char *path) {
  const char *below = getenv("KILL_BELOW");
  char whole[4096], link[64];
  if (!below) return false;
  if (path && path[0] == '/') {
    (void)snprintf(whole, sizeof whole, "%s", path);
  } else {
    (void)snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
    const ssize_t n = readlink(link, whole, sizeof whole - 1);
    if (n < 0) return false;
    (void)snprintf(whole + n, sizeof whole - (size_t)n, "%s%s", path ? "/" : "", path ? path : "");
  }
  return strncmp(whole, below, strlen(below)) == 0;
}

/* Whether this call is the one. */
static bool is_it(const char *what, int folder, const char *path) {
  if (!is_below(folder, path)) return false;
  const long now = ++count;
  const char *at = getenv("KILL_AT"), *log = getenv("KILL_LOG");
  FILE *file = log ? fopen(log, "a") : NULL;
  if (file) {
    (void)fprintf(file, "%ld %s %s\n", now, what, path ? path : "");
    (void)fclose(file);
  }
  if (!at || atol(at) != now) return false;
  const char *other = getenv("KILL_SIGNAL");
  if (other) (void)raise(atoi(other));
  return !other;
}

static void before_reading(const char *path) {
  static atomic_bool done;
  const char *which = getenv("KILL_READ"), *command = getenv("KILL_COMMAND");
  const size_t n = strlen(path), k = which ? strlen(which) : 0;
  if (!k || n < k || strcmp(path + n - k, which) != 0 || atomic_exchange(&done, true)) return;
  (void)unsetenv("LD_PRELOAD");
  if (command && system(command) != 0) (void)fprintf(stderr, "failed: %s\n", command);
}

static void die_at(const char *what, int folder, const char *path) {
  if (is_it(what, folder, path)) (void)raise(SIGKILL);
}

int rename(const char *from, const char *to) {
  die_at("rename", AT_FDCWD, to);
  return ((int (*)(const char *, const char *))real("rename"))(from, to);
}

int link(const char *from, const char *to) {
  die_at("link", AT_FDCWD, to);
  return ((int (*)(const char *, const char *))real("link"))(from, to);
}

int unlink(const char *path) {
  die_at("unlink", AT_FDCWD, path);
  return ((int (*)(const char *))real("unlink"))(path);
}

int unlinkat(int folder, const char *path, int flags) {
  die_at("unlinkat", folder, path);
  return ((int (*)(int, const char *, int))real("unlinkat"))(folder, path, flags);
}

int fsync(int fd) {
  die_at("fsync", fd, NULL);
  return ((int (*)(int))real("fsync"))(fd);
}

int fdatasync(int fd) {
  die_at("fdatasync", fd, NULL);
  return ((int (*)(int))real("fdatasync"))(fd);
}

int ftruncate(int fd, off_t n) {
  die_at("ftruncate", fd, NULL);
  return ((int (*)(int, off_t))real("ftruncate"))(fd, n);
}

int ftruncate64(int fd, off64_t n) {
  die_at("ftruncate", fd, NULL);
  return ((int (*)(int, off64_t))real("ftruncate64"))(fd, n);
}

ssize_t write(int fd, const void *data, size_t n) {
  ssize_t (*const as_ever)(int, const void *, size_t) = real("write");
  if (fd > 2 && is_it("write", fd, NULL)) {
    (void)!as_ever(fd, data, n / 2);
    (void)raise(SIGKILL);
  }
  return as_ever(fd, data, n);
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at) {
  ssize_t (*const as_ever)(int, const void *, size_t, off_t) = real("pwrite");
  if (is_it("pwrite", fd, NULL)) {
    (void)!as_ever(fd, data, n / 2, at);
    (void)raise(SIGKILL);
  }
  return as_ever(fd, data, n, at);
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) {
  ssize_t (*const as_ever)(int, const void *, size_t, off64_t) = real("pwrite64");
  if (is_it("pwrite", fd, NULL)) {
    (void)!as_ever(fd, data, n / 2, at);
    (void)raise(SIGKILL);
  }
  return as_ever(fd, data, n, at);
}

static int mode_of(int flags, va_list rest) {
  return flags & O_CREAT ? va_arg(rest, int) : 0;
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const int mode = mode_of(flags, rest);
  va_end(rest);
  if (flags & (O_CREAT | O_TRUNC))
    die_at("open", AT_FDCWD, path);
  else
    before_reading(path);
  return ((int (*)(const char *, int, ...))real("open"))(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const int mode = mode_of(flags, rest);
  va_end(rest);
  if (flags & (O_CREAT | O_TRUNC))
    die_at("open", AT_FDCWD, path);
  else
    before_reading(path);
  return ((int (*)(const char *, int, ...))real("open64"))(path, flags, mode);
}
