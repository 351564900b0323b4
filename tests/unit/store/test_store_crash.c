/* What a store survives: a writer killed at random instants, a second writer, a full disk, files that are not stores. */
#define _DEFAULT_SOURCE
#include "shuxiao/store.h"
#include "sxt.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char path[300];

static const char *fresh(void) {
  const char *dir = getenv("SX_BUILD");
  char journal[320];
  (void)snprintf(path, sizeof path, "%s/test_store_crash.%ld.sqlite", dir ? dir : "/tmp", (long)getpid());
  (void)snprintf(journal, sizeof journal, "%s-journal", path);
  (void)remove(path);
  (void)remove(journal);
  return path;
}

/* A run of `n_rows` rows whose estimates are 0, 1, 2, ... and one carrier per hundred of them. */
static sx_status write_run(sx_store *store, int n_rows, sx_error *err) {
  static double scores[4000];
  const sx_store_run info = {.study = "s", .version = "0"};
  int64_t run, id;
  SX_TRY(sx_store_begin(&run, store, &info, NULL, 0, err));
  for (int i = 0; i < n_rows; i++) {
    const sx_store_row row = {.indicator = "x", .statistic = "mean", .estimate = i, .n = n_rows};
    SX_TRY(sx_store_put_row(&id, store, "s", &row, err));
    if (i % 100) continue;
    for (size_t k = 0; k < sizeof scores / sizeof *scores; k++) scores[k] = (double)(k * 2654435761u % 1000003u) + i;
    SX_TRY(sx_store_put_carrier(store, id, "d", scores, sizeof scores, err));
  }
  return sx_store_finish(store, err);
}

typedef struct seen {
  int64_t n, expected;
  bool in_order;
} seen;

static sx_status see(void *data, const sx_store_row *row, sx_error *err) {
  (void)err;
  seen *s = data;
  s->in_order = s->in_order && row->estimate == (double)s->n;
  s->expected = row->n;
  s->n++;
  return SX_OK;
}

/* The newest finished run holds every row it was made of; *id receives it. */
static void check_whole(sx_store *store, int64_t *id) {
  sx_store_run latest;
  seen s = {0, -1, true};
  REQUIRE_OK(sx_store_latest(&latest, store, err));
  REQUIRE_OK(sx_store_each_row(store, latest.id, NULL, see, &s, err));
  CHECK_INT(s.n, s.expected);
  CHECK(s.in_order);
  *id = latest.id;
}

static void check_integrity(void) {
  sqlite3 *db = NULL;
  sqlite3_stmt *stmt = NULL;
  REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
  if (sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL) == SQLITE_OK &&
      sqlite3_step(stmt) == SQLITE_ROW) {
    CHECK_STR((const char *)sqlite3_column_text(stmt, 0), "ok");
  } else {
    SXT_FAIL("integrity_check: %s", sqlite3_errmsg(db));
  }
  sqlite3_finalize(stmt);
  sqlite3_close(db);
}

static void write_for_ever(void) {
  sx_store *store = NULL;
  if (sx_store_open(&store, NULL, path, SX_STORE_WRITE, NULL) != SX_OK) _exit(1);
  for (;;) {
    if (write_run(store, 400, NULL) != SX_OK) _exit(2);
  }
}

/* Fifty instants spread over several runs' time, from a fixed sequence. */
static void killed(void) {
  sx_store *store = NULL;
  int64_t last = 0, id = 0;
  int advanced = 0;
  uint64_t state = 20250630;
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  REQUIRE_OK(write_run(store, 50, err));
  sx_store_close(store);
  for (int i = 0; i < 50; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const struct timespec wait = {0, (long)(state >> 33) % 40000000};
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) write_for_ever();
    nanosleep(&wait, NULL);
    (void)kill(child, SIGKILL);
    int how = 0;
    REQUIRE(waitpid(child, &how, 0) == child);
    CHECK(WIFSIGNALED(how)); /* it was still writing */
    store = NULL;
    REQUIRE_OK(sx_store_open(&store, NULL, path, i % 2 ? SX_STORE_READ : SX_STORE_WRITE, err));
    check_whole(store, &id);
    CHECK(id >= last);
    advanced += id > last;
    last = id;
    if (i % 10 == 0) { /* the next run finishes */
      REQUIRE_OK(write_run(store, 30, err));
      check_whole(store, &id);
      CHECK(id > last);
      last = id;
    }
    sx_store_close(store);
    check_integrity();
  }
  CHECK(advanced > 0 && advanced < 50); /* some were killed inside a run, some runs got through */
  (void)remove(path);
}

static void second_writer(void) {
  sx_store *first = NULL, *second = NULL;
  char who[64], lock[320];
  REQUIRE_OK(sx_store_open(&first, NULL, fresh(), SX_STORE_WRITE, err));
  (void)snprintf(who, sizeof who, "process %ld (since 20", (long)getpid());
  CHECK_FAILS(sx_store_open(&second, NULL, path, SX_STORE_WRITE, err), SX_E_IO, path, who);
  CHECK_FAILS(sx_store_open(&second, NULL, path, SX_STORE_WRITE, err), SX_E_IO, path, "wait until it has ended");
  REQUIRE_OK(write_run(first, 10, err));
  /* readers are welcome, between the rows of a run as well */
  int64_t run, id;
  const sx_store_run info = {.study = "s"};
  const sx_store_row row = {.indicator = "x", .statistic = "mean", .n = 1};
  REQUIRE_OK(sx_store_begin(&run, first, &info, NULL, 0, err));
  REQUIRE_OK(sx_store_put_row(NULL, first, NULL, &row, err));
  REQUIRE_OK(sx_store_open(&second, NULL, path, SX_STORE_READ, err));
  check_whole(second, &id);
  CHECK_INT(id, run - 1);
  sx_store_close(second);
  sx_store_close(first);
  (void)snprintf(lock, sizeof lock, "%s.lock", path);
  CHECK(!sx_file_exists(lock));
  REQUIRE_OK(sx_store_open(&second, NULL, path, SX_STORE_WRITE, err));
  sx_store_close(second);
  (void)remove(path);
}

/* What is held is read as it was, and the writer's next run is seen only afterwards. */
static void held(void) {
  sx_store *writer = NULL, *reader = NULL;
  int64_t run, id = 0, later = 0;
  const sx_store_run info = {.study = "s"};
  const sx_store_row row = {.indicator = "x", .statistic = "mean", .n = 1};
  REQUIRE_OK(sx_store_open(&writer, NULL, fresh(), SX_STORE_WRITE, err));
  REQUIRE_OK(write_run(writer, 10, err));
  REQUIRE_OK(sx_store_open(&reader, NULL, path, SX_STORE_READ, err));
  CHECK_OK(sx_store_hold(reader, err));
  check_whole(reader, &id);
  CHECK_OK(sx_store_hold(reader, err)); /* is held already */
  REQUIRE_OK(sx_store_begin(&run, writer, &info, NULL, 0, err));
  REQUIRE_OK(sx_store_put_row(NULL, writer, NULL, &row, err));
  CHECK_OK(sx_store_hold(writer, err)); /* its run is a transaction already, and stays open */
  sx_store_let(writer);
  check_whole(reader, &later);
  CHECK_INT(later, id);
  sx_store_let(reader);
  sx_store_let(reader);
  CHECK_OK(sx_store_finish(writer, err));
  sx_store_run latest;
  REQUIRE_OK(sx_store_latest(&latest, reader, err));
  CHECK_INT(latest.id, run);
  sx_store_close(reader);
  sx_store_close(writer);
  (void)remove(path);
}

/* A file size limit: writes fail as on a broken disk. In a child, for the limit stays. */
static void write_fails(void) {
  sx_store *store = NULL;
  int64_t id = 0;
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  REQUIRE_OK(write_run(store, 50, err));
  sx_store_close(store);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const struct rlimit limit = {400000, 400000};
    sx_error err = SX_ERROR_INIT;
    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(3);
    store = NULL;
    if (sx_store_open(&store, NULL, path, SX_STORE_WRITE, &err) != SX_OK) _exit(4);
    const sx_status status = write_run(store, 5000, &err);
    sx_store_close(store);
    _exit(status == SX_E_IO && strstr(err.message, "unharmed") ? 0 : 5);
  }
  int how = 0;
  REQUIRE(waitpid(child, &how, 0) == child);
  CHECK(WIFEXITED(how) && WEXITSTATUS(how) == 0);
  store = NULL;
  REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err));
  check_whole(store, &id);
  CHECK_INT(id, 1);
  REQUIRE_OK(write_run(store, 60, err));
  check_whole(store, &id);
  CHECK_INT(id, 2);
  sx_store_close(store);
  check_integrity();
  (void)remove(path);
}

/* A disk that is really full: a file system of 1 MB in memory, where one may be mounted. */
static void disk_full(void) {
  const char *dir = getenv("SX_BUILD");
  char folder[280];
  (void)snprintf(folder, sizeof folder, "%s/full.%ld", dir ? dir : "/tmp", (long)getpid());
  if (mkdir(folder, 0700) != 0 || mount("tmpfs", folder, "tmpfs", 0, "size=1m") != 0) {
    printf("disk_full left out: no file system can be mounted here (%s)\n", strerror(errno));
    (void)rmdir(folder);
    return;
  }
  sx_store *store = NULL;
  int64_t id = 0;
  (void)snprintf(path, sizeof path, "%s/store.sqlite", folder);
  CHECK_OK(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err));
  if (store) {
    CHECK_OK(write_run(store, 50, err));
    CHECK_FAILS(write_run(store, 20000, err), SX_E_IO, path, "the disk is full");
    const sx_store_row row = {.indicator = "x", .statistic = "mean", .n = 1};
    CHECK_FAILS(sx_store_put_row(NULL, store, NULL, &row, err), SX_E_IO, path, "close the store");
    sx_store_close(store);
    store = NULL;
    CHECK_OK(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err));
    if (store) {
      check_whole(store, &id);
      CHECK_INT(id, 1);
      CHECK_OK(write_run(store, 60, err));
      sx_store_close(store);
    }
    check_integrity();
  }
  CHECK(umount(folder) == 0);
  (void)rmdir(folder);
}

static void write_file(const char *text) {
  FILE *file = fopen(fresh(), "wb");
  if (!file) return;
  (void)fputs(text, file);
  (void)fclose(file);
}

static void run_sql(const char *sql) {
  sqlite3 *db = NULL;
  if (sqlite3_open(path, &db) != SQLITE_OK || sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
    SXT_FAIL("%s: %s", sql, sqlite3_errmsg(db));
  }
  sqlite3_close(db);
}

static void not_a_store(void) {
  sx_store *store = NULL;
  write_file(
      "this is a text file, and it is long enough not to look like an empty one: it has to be kept as it is........."
      ".....................................................................................................");
  CHECK_FAILS(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err), SX_E_DATA, path, "not a result store");
  CHECK_FAILS(sx_store_open(&store, NULL, path, SX_STORE_READ, err), SX_E_DATA, path, "not a result store");
  (void)fresh();
  run_sql("CREATE TABLE somebody_elses(x)");
  CHECK_FAILS(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err), SX_E_DATA, path, "not a result store");
  CHECK_FAILS(sx_store_open(&store, NULL, path, SX_STORE_READ, err), SX_E_DATA, path, "not a result store");
  write_file("");
  CHECK_FAILS(sx_store_open(&store, NULL, path, SX_STORE_READ, err), SX_E_DATA, path, "run the study first");
  CHECK_FAILS(sx_store_open(&store, NULL, "/nonexistent/x.sqlite", SX_STORE_WRITE, err), SX_E_IO, "/nonexistent",
              "folder");
  (void)remove(path);
}

static void versions(void) {
  sx_store *store = NULL;
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  REQUIRE_OK(write_run(store, 5, err));
  sx_store_close(store);
  run_sql("PRAGMA user_version = 99");
  CHECK_FAILS(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err), SX_E_SUPPORT, path, "newer program (version 99");
  CHECK_FAILS(sx_store_open(&store, NULL, path, SX_STORE_READ, err), SX_E_SUPPORT, path, "newer program");
  /* An empty store of version 0 is brought up to date by the writer. */
  (void)fresh();
  run_sql("PRAGMA application_id = 1937273716; PRAGMA user_version = 0; VACUUM");
  CHECK_FAILS(sx_store_open(&store, NULL, path, SX_STORE_READ, err), SX_E_DATA, path, "run the study first");
  store = NULL;
  REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err));
  CHECK_OK(write_run(store, 5, err));
  sx_store_close(store);
  (void)remove(path);
}

/* A store from before plans had places: what was made of results is not the main statistic. */
static void without_places(void) {
  static const char *const steps[] = {"significance", "2024/change:users", "balance:b", "indicator:users"};
  const sx_store_run info = {.study = "s", .version = "0.1.0"};
  sx_store *store = NULL;
  sx_store_row row = {.indicator = "users"};
  int64_t run = 0;
  bool found = false;
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  REQUIRE_OK(sx_store_begin(&run, store, &info, NULL, 0, err));
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    row.statistic = steps[i];
    CHECK_OK(sx_store_put_row(NULL, store, steps[i], &row, err));
  }
  REQUIRE_OK(sx_store_finish(store, err));
  sx_store_close(store);
  store = NULL;
  run_sql("DROP VIEW result; DROP TABLE row_set; DROP TABLE plan; CREATE VIEW result AS SELECT run FROM estimate; "
          "PRAGMA user_version = 2");
  CHECK_FAILS(sx_store_open(&store, NULL, path, SX_STORE_READ, err), SX_E_SUPPORT, path, "older program");
  REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err));
  REQUIRE_OK(sx_store_find(&found, &row, store, run, "users", NULL, NULL, 0, err));
  REQUIRE(found);
  CHECK_STR(row.statistic, "indicator:users");
  sx_store_close(store);
  (void)remove(path);
}

/* Bytes changed behind our back: an error in words, no crash. */
static void damaged(void) {
  sx_store *store = NULL;
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  REQUIRE_OK(write_run(store, 200, err));
  sx_store_close(store);
  run_sql("UPDATE blob SET data = x'00112233', packing = 1");
  store = NULL;
  REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_READ, err));
  void *data = NULL;
  size_t n = 0;
  CHECK_FAILS(sx_store_carrier(&data, &n, store, 1, err), SX_E_DATA, "", "damaged");
  sx_store_close(store);
  REQUIRE(truncate(path, 20000) == 0);
  store = NULL;
  sx_error e = SX_ERROR_INIT;
  seen s = {0, 0, true};
  sx_status status = sx_store_open(&store, NULL, path, SX_STORE_READ, &e);
  if (status == SX_OK) status = sx_store_each_row(store, 1, NULL, see, &s, &e);
  CHECK(status == SX_E_DATA && strstr(e.message, "damaged"));
  sx_store_close(store);
  (void)remove(path);
}

SXT_MAIN(SXT_CASE(killed), SXT_CASE(second_writer), SXT_CASE(held), SXT_CASE(write_fails), SXT_CASE(disk_full),
         SXT_CASE(not_a_store), SXT_CASE(versions), SXT_CASE(without_places), SXT_CASE(damaged))
