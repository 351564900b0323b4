/* store_open.c: opening, locking and closing a store; the cached statements; what SQLite's failures are called.
 *
 * Rollback journal, not WAL: a store at rest is one plain file that can be copied, mailed and read from a read-only medium;
 * most of what a run writes are new pages, which a rollback journal writes once and WAL twice. Readers wait only for the commit (or
 * for a run that outgrows the page cache). A reader opens read-write with query_only, because a journal left by a killed
 * writer must be rolled back by whoever comes next.
 *
 * One writer: PATH.lock is held with flock for as long as the store is open for writing, and says by whom. The kernel
 * drops the lock when the process ends, however it ends. */
#define _DEFAULT_SOURCE /* flock */
#include "store_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store_schema.h"

enum {
  BUSY_MS = 10000,        /* how long a commit waits for readers, and a reader for a commit */
  CACHE_KIB = 128 * 1024, /* a run below this blocks no reader before it commits; taken as needed */
  LOCK_TRIES = 8          /* PATH.lock was removed by its holder between our open and our lock */
};

/* The first of the newest two finished runs: their carriers are kept, those of older runs are not; and the first run that has rows of theirs. */
#define NEWEST "(SELECT min(id) FROM (SELECT id FROM run WHERE finished IS NOT NULL ORDER BY id DESC LIMIT 2))"
#define KEPT                                                                                                           \
  "(SELECT min(coalesce((SELECT of FROM row_set WHERE row_set.run = kept.id), kept.id))"                               \
  " FROM (SELECT id FROM run WHERE finished IS NOT NULL ORDER BY id DESC LIMIT 2) kept)"
static const char *const sql_texts[SQL_COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_RUN_ADD] = "INSERT INTO run(study, wave, title_zh, title_en, version, options, started, synthetic)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, coalesce(?7, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), ?8)",
    [SQL_RUN_FINISH] = "UPDATE run SET finished = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE id = ?1",
    [SQL_RUN_LATEST] = SX_STORE_RUN_SELECT " WHERE finished IS NOT NULL ORDER BY id DESC LIMIT 1",
    [SQL_INPUT_ADD] = "INSERT INTO input(run, path, sha256, bytes) VALUES(?1, ?2, ?3, ?4)",
    [SQL_INDICATOR_ADD] = "INSERT OR REPLACE INTO indicator VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    [SQL_INDICATOR_GET] = SX_STORE_INDICATOR_SELECT " AND id = ?2",
    [SQL_DOMAIN_ID] = "SELECT id FROM domain WHERE key = ?1 AND labels = ?2",
    [SQL_DOMAIN_ADD] = "INSERT INTO domain(key, labels, text) VALUES(?1, ?2, ?3)",
    [SQL_TERM_ADD] = "INSERT INTO term VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [SQL_TERMS] = "SELECT variable, level, variable_zh, variable_en, level_zh, level_en FROM term"
                  " WHERE domain = ?1 ORDER BY position",
    [SQL_ROW_ADD] =
        "INSERT INTO estimate(run, step, wave, indicator, statistic, domain, estimate, std_error, conf_low,"
        " conf_high, conf_level, df, n, n_eff, deff, cv, unit, quality, na_reason, method)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
    /* the first row is taken: a limit would have SQLite sort in a table of its own */
    [SQL_ROW_FIND] = SX_STORE_ROW_OF_DOMAIN " AND statistic = ?4" SX_STORE_ROW_ORDER,
    [SQL_ROW_FIND_MAIN] = SX_STORE_ROW_OF_DOMAIN " AND statistic <> 'gap' AND substr(statistic, 1, 4) <> 'gap_'"
                                                 " AND substr(statistic, 1, 9) <> 'share_of_'" SX_STORE_ROW_ORDER,
    [SQL_ROW_LAST] = "SELECT coalesce(max(id), 0) FROM estimate",
    [SQL_ROW_SPANS] = "SELECT step, min(id), max(id) FROM estimate WHERE run = " SX_STORE_ROWS_OF
                      " AND step IS NOT NULL GROUP BY step",
    /* ids are moved by as much for rows as for their carriers; those of one step mostly stand together */
    [SQL_ROWS_COPY] =
        "INSERT INTO estimate SELECT id + ?2, ?3, step, wave, indicator, statistic, domain, estimate,"
        " std_error, conf_low, conf_high, conf_level, df, n, n_eff, deff, cv, unit, quality, na_reason,"
        " method FROM estimate WHERE id BETWEEN ?4 AND ?5 AND run = " SX_STORE_ROWS_OF " AND step = ?6 ORDER BY id",
    [SQL_ROWS_SHARED] = "INSERT INTO row_set SELECT ?2, of FROM row_set WHERE run = ?1",
    [SQL_ROW_SET_ADD] = "INSERT OR IGNORE INTO row_set VALUES(?1, ?1)",
    [SQL_BLOB_ADD] = "INSERT INTO blob(packing, size, data) VALUES(?1, ?2, ?3)",
    [SQL_CARRIER_ADD] = "INSERT OR REPLACE INTO carrier VALUES(?1, ?2, ?3)",
    [SQL_CARRIER_GET] = "SELECT b.packing, b.size, b.data FROM carrier c JOIN blob b ON b.id = c.blob"
                        " WHERE c.estimate = ?1",
    [SQL_CARRIERS_COPY] = "INSERT INTO carrier SELECT c.estimate + ?2, c.source, c.blob FROM carrier c"
                          " WHERE c.estimate BETWEEN ?4 AND ?5"
                          " AND EXISTS (SELECT 1 FROM estimate e WHERE e.id = c.estimate + ?2 AND e.step = ?6)",
    [SQL_CARRIER_PRUNE] = "DELETE FROM carrier WHERE (SELECT run FROM estimate WHERE id = carrier.estimate) < " KEPT,
    [SQL_BLOB_PRUNE] = "DELETE FROM blob WHERE id NOT IN (SELECT blob FROM carrier UNION ALL"
                       " SELECT blob FROM step WHERE blob IS NOT NULL)",
    [SQL_PLAN_ADD] = "INSERT INTO plan VALUES(?1, ?2, ?3)",
    [SQL_PLAN_HAS] = "SELECT 1 FROM plan WHERE run = ?1 AND step = ?2",
    [SQL_PLAN_KEYS] = "SELECT p.step, s.key FROM plan p JOIN row_set w ON w.run = p.run"
                      " LEFT JOIN step s ON s.run = p.run AND s.step = p.step WHERE p.run = ?1 ORDER BY p.place",
    [SQL_BLOCK_ADD] = "INSERT INTO block VALUES(?1, ?2, ?3, ?4, ?5)",
    [SQL_STEP_ADD] = "INSERT OR REPLACE INTO step VALUES(?1, ?2, ?3, nullif(?4, 0))",
    [SQL_STEP_FIND] = "SELECT s.run FROM step s JOIN run r ON r.id = s.run WHERE s.step = ?1 AND s.key = ?2"
                      " AND r.finished IS NOT NULL AND s.run >= " NEWEST " ORDER BY s.run DESC LIMIT 1",
    [SQL_STEP_COPY] = "INSERT OR REPLACE INTO step SELECT ?1, step, key, blob FROM step WHERE run = ?2 AND step = ?3",
    [SQL_STEP_PAYLOAD] = "SELECT b.packing, b.size, b.data FROM step s JOIN blob b ON b.id = s.blob"
                         " JOIN run r ON r.id = s.run WHERE s.step = ?1 AND (?2 IS NULL OR s.key = ?2)"
                         " AND (r.finished IS NOT NULL OR r.id = ?3) ORDER BY s.run DESC LIMIT 1",
    [SQL_STEP_OF_RUN] = "SELECT b.packing, b.size, b.data FROM step s JOIN blob b ON b.id = s.blob"
                        " WHERE s.run = ?1 AND s.step = ?2",
};

/* ---- failures ---------------------------------------------------------------------------------------------------- */

static sx_status io_error(sx_store *store, const char *what, const char *words, sx_error *err) {
  return sx_error_set(err, SX_E_IO, store->path, "%s: %s", what, words);
}

sx_status sx_store__fail(sx_store *store, int code, const char *what, sx_error *err) {
  const int primary = code & 0xff;
  /* SQLite rolls back by itself on some errors: what was put is gone, and the rest must not become a run of its own. */
  if (store->run && store->db && sqlite3_get_autocommit(store->db)) store->broken = true;
  if (primary == SQLITE_NOMEM) return sx_error_memory(err);
  if (primary == SQLITE_FULL) {
    return io_error(store, what, "the disk is full; the runs stored before are unharmed: make room and run again", err);
  }
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
    return io_error(store, what, "another program is using the store: close it, or wait and run again", err);
  }
  if (primary == SQLITE_NOTADB) {
    return sx_error_set(err, SX_E_DATA, store->path, "this is not a result store: name another file");
  }
  if (primary == SQLITE_CORRUPT) {
    return sx_error_set(err, SX_E_DATA, store->path, "the store is damaged: move it away and run the study again");
  }
  if (primary == SQLITE_READONLY || primary == SQLITE_PERM) {
    return io_error(store, what, "the store may not be written: check the permissions of the file and its folder", err);
  }
  if (primary == SQLITE_CANTOPEN) {
    return io_error(store, what, "cannot be opened: check that the folder exists and may be written", err);
  }
  if (primary == SQLITE_CONSTRAINT) {
    return sx_error_set(err, SX_E_ARGUMENT, store->path, "%s: %s", what, sqlite3_errmsg(store->db));
  }
  if (primary == SQLITE_TOOBIG) {
    return sx_error_set(err, SX_E_LIMIT, store->path, "%s: a text or carrier is too large to store", what);
  }
  if (primary == SQLITE_IOERR) {
    const int system = store->db ? sqlite3_system_errno(store->db) : 0;
    return sx_error_set(err, SX_E_IO, store->path, "%s: %s; the runs stored before are unharmed", what,
                        system ? strerror(system) : "the disk does not answer");
  }
  return sx_error_set(err, SX_E_INTERNAL, store->path, "%s: %s", what, sqlite3_errmsg(store->db));
}

sx_status sx_store__need_run(sx_store *store, sx_error *err) {
  if (store->run && !store->broken) return SX_OK;
  return store->broken ? sx_error_set(err, SX_E_IO, store->path, "the run was lost by an error before: close the store")
                       : sx_error_set(err, SX_E_ARGUMENT, store->path, "no run has been begun");
}

/* ---- statements -------------------------------------------------------------------------------------------------- */

sx_status sx_store__statement(sqlite3_stmt **out, sx_store *store, sx_store_sql which, sx_error *err) {
  sqlite3_stmt **slot = &store->statements[which];
  if (!*slot) {
    const int code = sqlite3_prepare_v3(store->db, sql_texts[which], -1, SQLITE_PREPARE_PERSISTENT, slot, NULL);
    if (code != SQLITE_OK) return sx_store__fail(store, code, "preparing", err);
  }
  sqlite3_reset(*slot);
  sqlite3_clear_bindings(*slot);
  *out = *slot;
  return SX_OK;
}

sx_status sx_store__run(sx_store *store, sqlite3_stmt *statement, const char *what, sx_error *err) {
  const int code = sqlite3_step(statement);
  const sx_status status = code == SQLITE_DONE || code == SQLITE_ROW ? SX_OK : sx_store__fail(store, code, what, err);
  sqlite3_reset(statement);
  return status;
}

static sx_status exec(sx_store *store, const char *sql, const char *what, sx_error *err) {
  const int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
  return code == SQLITE_OK ? SX_OK : sx_store__fail(store, code, what, err);
}

/* ---- the writer's lock ------------------------------------------------------------------------------------------- */

static sx_status lock_refused(sx_store *store, int fd, sx_error *err) {
  char holder[160] = "";
  const ssize_t n = pread(fd, holder, sizeof holder - 1, 0);
  holder[n > 0 ? n : 0] = '\0';
  holder[strcspn(holder, "\n")] = '\0';
  return sx_error_set(err, SX_E_IO, store->path, "%s is writing this store: wait until it has ended, or end it",
                      holder[0] && sx_utf8_valid(holder, strlen(holder), NULL) ? holder : "another program");
}

static void lock_sign(int fd) {
  char text[128], when[32] = "";
  struct tm tm;
  const time_t now = time(NULL);
  if (gmtime_r(&now, &tm)) (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
  const int n = snprintf(text, sizeof text, "process %ld (since %s)\n", (long)getpid(), when);
  /* The lock holds without its words: a full disk must not stop the run here. */
  if (n > 0 && ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)n, 0) != n) (void)ftruncate(fd, 0);
}

sx_status sx_store__lock(bool *busy, sx_store *store, sx_error *err) {
  *busy = false;
  for (int i = 0; i < LOCK_TRIES; i++) {
    const int fd = open(store->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) {
      return sx_error_set(err, SX_E_IO, store->path, "%s: check that the folder exists and may be written",
                          strerror(errno));
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      const sx_status status = lock_refused(store, fd, err);
      *busy = true;
      close(fd);
      return status;
    }
    struct stat mine, named;
    if (fstat(fd, &mine) == 0 && stat(store->lock_path, &named) == 0 && mine.st_ino == named.st_ino &&
        mine.st_dev == named.st_dev) {
      lock_sign(fd);
      store->lock = fd;
      return SX_OK;
    }
    close(fd);
  }
  return sx_error_set(err, SX_E_IO, store->path, "another program is opening and closing this store: run again");
}

void sx_store__unlock(sx_store *store) {
  if (store->lock < 0) return;
  unlink(store->lock_path); /* while it is held, so that nobody's new lock is removed */
  close(store->lock);
  store->lock = -1;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static sx_status pragma_int(int64_t *out, sx_store *store, const char *sql, sx_error *err) {
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  if (code == SQLITE_ROW) *out = sqlite3_column_int64(statement, 0);
  const sx_status status =
      code == SQLITE_ROW || code == SQLITE_DONE ? SX_OK : sx_store__fail(store, code, "opening", err);
  sqlite3_finalize(statement);
  return status;
}

/* Brings the tables to this program's version, in one transaction. */
static sx_status migrate(sx_store *store, int from, sx_error *err) {
  char sql[96];
  SX_TRY(exec(store, "BEGIN IMMEDIATE", "opening", err));
  sx_status status = SX_OK;
  for (int v = from; v < sx_store__schema_version(); v++) {
    SX_TRY_GOTO(status, exec(store, sx_store__migration(v), "bringing the store up to date", err), done);
  }
  (void)snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
                 SX_STORE_APPLICATION_ID, sx_store__schema_version());
  status = exec(store, sql, "bringing the store up to date", err);
done:
  if (status != SX_OK) (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
  return status;
}

static sx_status check_schema(sx_store *store, sx_store_mode mode, sx_error *err) {
  int64_t application = 0, version = 0, tables = 0;
  SX_TRY(pragma_int(&tables, store, "SELECT count(*) FROM sqlite_schema", err));
  SX_TRY(pragma_int(&application, store, "PRAGMA application_id", err));
  SX_TRY(pragma_int(&version, store, "PRAGMA user_version", err));
  if (application != SX_STORE_APPLICATION_ID && (tables > 0 || application != 0 || version != 0)) {
    return sx_error_set(err, SX_E_DATA, store->path, "this is not a result store: name another file");
  }
  if (version > sx_store__schema_version()) {
    return sx_error_set(err, SX_E_SUPPORT, store->path,
                        "the store was written by a newer program (version %d of its tables, this program knows %d): "
                        "use the newer program or another file",
                        (int)version, sx_store__schema_version());
  }
  if (version == sx_store__schema_version()) return SX_OK;
  if (mode == SX_STORE_WRITE) return migrate(store, (int)version, err);
  return version == 0 ? sx_error_set(err, SX_E_DATA, store->path, "the store is empty: run the study first")
                      : sx_error_set(err, SX_E_SUPPORT, store->path,
                                     "the store is of an older program: run the study once to bring it up to date");
}

static sx_status open_db(sx_store *store, sx_store_mode mode, sx_error *err) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (mode == SX_STORE_WRITE ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(store->path, &store->db, flags, NULL);
  if (code != SQLITE_OK) return sx_store__fail(store, code, "opening", err);
  sqlite3_busy_timeout(store->db, BUSY_MS);
  char sql[256];
  if (mode == SX_STORE_READ) {
    (void)snprintf(sql, sizeof sql, "PRAGMA query_only = ON; PRAGMA cache_size = -%d", (int)CACHE_KIB);
    return exec(store, sql, "opening", err);
  }
  (void)snprintf(sql, sizeof sql,
                 "PRAGMA page_size = 8192; PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;"
                 " PRAGMA cache_size = -%d; PRAGMA temp_store = MEMORY",
                 (int)CACHE_KIB);
  return exec(store, sql, "opening", err);
}

static sx_status make_mutex(sx_store *store, sx_error *err) {
  pthread_mutexattr_t recursive;
  if (pthread_mutexattr_init(&recursive) != 0) return sx_error_memory(err);
  store->has_mutex = pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE) == 0 &&
                     pthread_mutex_init(&store->asking, &recursive) == 0;
  (void)pthread_mutexattr_destroy(&recursive);
  return store->has_mutex ? SX_OK : sx_error_memory(err);
}

static sx_status fill(sx_store *store, const char *path, sx_store_mode mode, sx_error *err) {
  SX_TRY(make_mutex(store, err));
  SX_TRY(sx_arena_new(&store->found, &store->ctx, err));
  SX_TRY(sx_arena_new(&store->latest, &store->ctx, err));
  SX_TRY(sx_arena_new(&store->indicator, &store->ctx, err));
  store->path = sx_mem_strdup(&store->ctx, path);
  const size_t n = strlen(path);
  store->lock_path = sx_mem_alloc(&store->ctx, n + sizeof ".lock", 1);
  store->files_path = sx_mem_alloc(&store->ctx, n + sizeof "-files", 1);
  if (!store->path || !store->lock_path || !store->files_path) return sx_error_memory(err);
  memcpy(store->lock_path, path, n);
  memcpy(store->lock_path + n, ".lock", sizeof ".lock");
  memcpy(store->files_path, path, n);
  memcpy(store->files_path + n, "-files", sizeof "-files");
  bool busy;
  if (mode == SX_STORE_WRITE) SX_TRY(sx_store__lock(&busy, store, err));
  if (mode == SX_STORE_READ && !sx_file_exists(path)) {
    return sx_error_set(err, SX_E_IO, path, "there is no such store: run the study first");
  }
  store->is_new = mode == SX_STORE_WRITE && !sx_file_exists(path);
  SX_TRY(open_db(store, mode, err));
  SX_TRY(check_schema(store, mode, err));
  return sx_store__files_replay(store, mode, err);
}

sx_status sx_store_open(sx_store **out, const sx_ctx *ctx, const char *path, sx_store_mode mode, sx_error *err) {
  if (!path || !path[0]) return sx_error_set(err, SX_E_ARGUMENT, NULL, "the store needs a file name");
  sx_store *store = sx_mem_zalloc(ctx, 1, sizeof *store);
  if (!store) return sx_error_memory(err);
  store->ctx = ctx ? *ctx : (sx_ctx)SX_CTX_INIT;
  store->lock = -1;
  sx_buf_init(&store->key, &store->ctx);
  const sx_status status = fill(store, path, mode, err);
  if (status != SX_OK) {
    sx_store_close(store);
    return status;
  }
  *out = store;
  return SX_OK;
}

void sx_store__enter(sx_store *store) {
  (void)pthread_mutex_lock(&store->asking);
}

void sx_store__leave(sx_store *store) {
  (void)pthread_mutex_unlock(&store->asking);
}

sx_status sx_store_hold(sx_store *store, sx_error *err) {
  if (!sqlite3_get_autocommit(store->db)) return SX_OK;
  SX_TRY(exec(store, "BEGIN", "reading", err));
  store->held = true;
  return SX_OK;
}

void sx_store_let(sx_store *store) {
  sx_store__view_drop(store);
  sx_store__blocks_drop(store);
  if (store->held) (void)sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL);
  store->held = false;
}

const sx_ctx *sx_store_ctx(const sx_store *store) {
  return &store->ctx;
}

void sx_store_close(sx_store *store) {
  if (!store) return;
  sx_store__blocks_drop(store);
  sx_store_leave_ahead(store);
  for (size_t i = 0; i < SQL_COUNT; i++) sqlite3_finalize(store->statements[i]);
  if (store->db) {
    if (!sqlite3_get_autocommit(store->db)) (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(store->db);
    if (store->is_new) (void)unlink(store->path); /* nothing is in it; the lock is held yet */
  }
  sx_store__unlock(store);
  if (store->has_mutex) (void)pthread_mutex_destroy(&store->asking);
  sx_buf_clear(&store->key);
  sx_arena_free(store->found);
  sx_arena_free(store->latest);
  sx_arena_free(store->indicator);
  sx_store__copy_clear(store);
  sx_store__made_clear(store);
  sx_store__view_drop(store);
  sx_dict_free(store->hidden);
  sx_arena_free(store->domains.arena);
  const sx_ctx ctx = store->ctx;
  sx_mem_free(&ctx, store->path);
  sx_mem_free(&ctx, store->lock_path);
  sx_mem_free(&ctx, store->files_path);
  sx_mem_free(&ctx, store);
}
