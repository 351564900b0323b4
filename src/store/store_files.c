/* store_files.c: the files that a run publishes beside its store, and the journal of a run that was killed while they took their places.
 *
 * Files take their places before the run is committed. PATH-files says whose they are, so that it is known afterwards: where that run is in the store it
 * was committed, and what is left of the old files goes; else they are put back. Whoever does that holds the writer's lock: where it is held the
 * run is at work still, and a reader waits as it does for a commit. */
#define _DEFAULT_SOURCE /* flock */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "store_priv.h"

enum { WAIT_MS = 10000, STEP_MS = 10 }; /* for the files of a run that is at work */

/* ---- what is written -------------------------------------------------------------------------------------------------- */

/* "RUN STARTED" of a run of the store; "" where there is none such. */
static sx_status who_of(char out[96], sx_store *store, int64_t run, bool finished, sx_error *err) {
  sx_store_run info;
  bool found = false;
  out[0] = '\0';
  SX_TRY(sx_store_get_run(&found, &info, store, run, err));
  if (found && (!finished || info.finished))
    (void)snprintf(out, 96, "run %lld %s", (long long)run, info.started ? info.started : "");
  return SX_OK;
}

sx_status sx_store_files_journal(sx_files_journal *out, sx_store *store, sx_error *err) {
  *out = (sx_files_journal){store->files_path, store->files_who};
  store->files_who[0] = '\0';
  return store->run ? who_of(store->files_who, store, store->run, false, err) : SX_OK;
}

/* ---- what is played back ----------------------------------------------------------------------------------------------- */

static sx_status is_done(bool *done, sx_store *store, const char *who, sx_error *err) {
  char same[96];
  *done = false;
  if (strncmp(who, "run ", 4) != 0) return SX_OK;
  SX_TRY(who_of(same, store, strtoll(who + 4, NULL, 10), true, err));
  *done = strcmp(who, same) == 0;
  return SX_OK;
}

static void say(const sx_store *store, bool done, const sx_buf *changed) {
  const char *names = changed->n ? changed->data : "";
  sx_ctx_note(&store->ctx, SX_SEV_WARNING, store->path, "%s%s%s",
              done ? "a run was killed when it had just been published: it is whole, and what it left over is removed"
                   : "a run was killed while its files took their places: those of the release before are back",
              *names ? "; changed by hand since, and left as they are: " : "", names);
}

static sx_status play(sx_store *store, sx_error *err) {
  char *who = NULL;
  bool done = false;
  sx_error why = SX_ERROR_INIT;
  sx_buf changed;
  SX_TRY(sx_files_journal_who(&who, &done, &store->ctx, store->files_path, err));
  const bool touched = who != NULL;
  sx_status status = who && !done ? is_done(&done, store, who, err) : SX_OK;
  sx_mem_free(&store->ctx, who);
  if (status != SX_OK) return status;
  sx_buf_init(&changed, &store->ctx);
  status = sx_files_journal_play(&changed, &store->ctx, store->files_path, done, &why);
  if (status == SX_OK && touched) say(store, done, &changed);
  sx_buf_clear(&changed);
  if (status != SX_E_IO) return status == SX_OK ? SX_OK : sx_error_set(err, status, why.where, "%s", why.message);
  return sx_error_set(err, SX_E_IO, why.where,
                      "a run was killed while its files took their places, and they are not put right: %s; make the "
                      "folder writable and try again",
                      why.message);
}

/* For who may read the lock and not take it. */
static bool is_held(const sx_store *store) {
  const int fd = open(store->lock_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  const bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;
  if (fd >= 0) close(fd);
  return held;
}

/* Until the lock is had or the journal is gone; *had says which. */
static sx_status wait_for_lock(bool *had, sx_store *store, sx_error *err) {
  const struct timespec step = {0, STEP_MS * 1000000L};
  *had = false;
  for (int waited = 0;; waited += STEP_MS) {
    sx_error why = SX_ERROR_INIT;
    bool busy = false;
    const sx_status status = sx_store__lock(&busy, store, &why);
    *had = status == SX_OK;
    if (*had || !sx_file_exists(store->files_path)) return SX_OK;
    if (!busy && !is_held(store))
      return sx_error_set(err, status, why.where,
                          "a run was killed while its files took their places, and here they cannot be put right "
                          "(%s); try again where the folder is writable",
                          why.message);
    if (waited >= WAIT_MS) return sx_error_set(err, status, why.where, "%s", why.message);
    (void)nanosleep(&step, NULL);
  }
}

sx_status sx_store__files_replay(sx_store *store, sx_store_mode mode, sx_error *err) {
  bool had = false;
  if (!sx_file_exists(store->files_path)) return SX_OK;
  if (mode == SX_STORE_WRITE) return play(store, err);
  SX_TRY(wait_for_lock(&had, store, err));
  if (!had) return SX_OK;
  const sx_status status = play(store, err);
  sx_store__unlock(store);
  return status;
}

sx_status sx_store_files_settle(const sx_ctx *ctx, const char *path, sx_error *err) {
  sx_store *store = NULL;
  char *journal = sx_mem_alloc(ctx, strlen(path) + sizeof "-files", 1);
  if (!journal) return sx_error_memory(err);
  (void)snprintf(journal, strlen(path) + sizeof "-files", "%s-files", path);
  const bool left = sx_file_exists(journal) && sx_file_exists(path);
  sx_mem_free(ctx, journal);
  if (!left) return SX_OK;
  SX_TRY(sx_store_open(&store, ctx, path, SX_STORE_READ, err));
  sx_store_close(store);
  return SX_OK;
}
