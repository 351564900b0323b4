/* What the command tests need of a result store, by its public contract and SQLite itself:
 *   test_study_store whole DB            SQLite's integrity check, no unfinished run; prints the latest run's number and a digest of its rows
 *   test_study_store same A B REL        the latest runs hold the same rows; 0 asks for the same bits
 *   test_study_store share DB            compared, agreeing, share of the published figures
 *   test_study_store value DB INDICATOR STATISTIC FIELD   a number of the total
 *   test_study_store rows DB             indicator, statistic, domain, estimate, standard error, n of each row, by tabs
 *   test_study_store sav UTF-8|GBK FILE  the same small .sav in either encoding, Chinese names, labels, values and sets
 * Without arguments it tests itself on small stores. */
#include <sqlite3.h>
#include <stdint.h>
#include <unistd.h>

#include "study_rows.h"
#include "sxt.h"
#include "unit/io/sav_bytes.h"

/* ---- whole ---------------------------------------------------------------------------------------------------------- */

static bool text_of(sqlite3 *db, const char *sql, char out[200]) {
  sqlite3_stmt *stmt = NULL;
  const bool there = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW &&
                     sqlite3_column_text(stmt, 0) != NULL;
  snprintf(out, 200, "%s", there ? (const char *)sqlite3_column_text(stmt, 0) : sqlite3_errmsg(db));
  sqlite3_finalize(stmt);
  return there;
}

/* SQLite finds nothing broken, and nothing refers to a run that did not finish. */
static bool sound(const char *path) {
  static const char *const none[] = {
      "SELECT count(*) FROM run WHERE finished IS NULL",
      "SELECT count(*) FROM estimate WHERE run NOT IN (SELECT id FROM run)",
      "SELECT count(*) FROM block WHERE run NOT IN (SELECT id FROM run)",
      "SELECT count(*) FROM step WHERE run NOT IN (SELECT id FROM run)",
      "SELECT count(*) FROM carrier WHERE estimate NOT IN (SELECT id FROM estimate)",
      "SELECT count(*) FROM carrier WHERE blob NOT IN (SELECT id FROM blob)",
      "SELECT count(*) FROM estimate WHERE domain NOT IN (SELECT id FROM domain)",
  };
  char got[200];
  sqlite3 *db = NULL;
  bool ok = sqlite3_open(path, &db) == SQLITE_OK;
  if (ok && (!text_of(db, "PRAGMA integrity_check", got) || strcmp(got, "ok") != 0)) {
    fprintf(stderr, "%s: integrity check: %s\n", path, got);
    ok = false;
  }
  for (size_t i = 0; ok && i < sizeof none / sizeof *none; i++) {
    ok = text_of(db, none[i], got) && strcmp(got, "0") == 0;
    if (!ok) fprintf(stderr, "%s: %s: %s\n", path, none[i], got);
  }
  sqlite3_close(db);
  return ok;
}

static uint64_t mix(uint64_t h, const void *data, size_t n) {
  const unsigned char *bytes = data;
  for (size_t i = 0; i < n; i++) h = (h ^ bytes[i]) * 1099511628211u;
  return h;
}

/* Every byte of every row: names, texts, numbers. */
static uint64_t digest(const rows *r) {
  return mix(14695981039346656037u, r->items, r->n * sizeof *r->items);
}

static int whole(const char *path) {
  rows r;
  if (!sound(path) || !rows_read(&r, path)) return 1;
  printf("%lld %zu %016llx\n", (long long)r.run, r.n, (unsigned long long)digest(&r));
  rows_free(&r);
  return 0;
}

/* ---- the rest ------------------------------------------------------------------------------------------------------- */

static int same(const char *a, const char *b, double rel) {
  rows x, y;
  if (!rows_read(&x, a)) return 1;
  if (!rows_read(&y, b)) {
    rows_free(&x);
    return 1;
  }
  double worst = 0;
  const size_t off = rows_differ(&x, &y, rel, &worst);
  printf("%zu rows, %zu differ, largest relative difference %.3g\n", x.n, off, worst);
  rows_free(&x);
  rows_free(&y);
  return off != 0;
}

static int share(const char *path) {
  rows r;
  if (!rows_read(&r, path)) return 1;
  const srow *n = rows_find(&r, "published/compared", "count", "total"),
             *k = rows_find(&r, "published/agreeing", "count", "total"),
             *s = rows_find(&r, "published/share", "share", "total");
  if (n && k && s) printf("%.0f %.0f %.4f\n", n->v[V_ESTIMATE], k->v[V_ESTIMATE], s->v[V_ESTIMATE]);
  rows_free(&r);
  return !(n && k && s);
}

static int value(const char *path, const char *indicator, const char *statistic, const char *field) {
  rows r;
  if (!rows_read(&r, path)) return 1;
  const srow *row = rows_find(&r, indicator, statistic, "total");
  if (row) printf("%.17g\n", strcmp(field, "se") == 0 ? row->v[V_SE] : row->v[V_ESTIMATE]);
  rows_free(&r);
  return !row;
}

static int print_rows(const char *path) {
  rows r;
  if (!rows_read(&r, path)) return 1;
  puts("indicator\tstatistic\tdomain\testimate\tse\tn");
  for (size_t i = 0; i < r.n; i++) {
    const srow *x = &r.items[i];
    printf("%s\t%s\t%s\t%.17g\t%.17g\t%lld\n", x->indicator, x->statistic, x->domain, x->v[V_ESTIMATE], x->v[V_SE],
           (long long)x->n);
  }
  rows_free(&r);
  return 0;
}

static int make_sav(const char *encoding, const char *path) {
  const bool gbk = strcmp(encoding, "GBK") == 0;
  const sav_sample in = {gbk ? "GBK" : "UTF-8", NULL, gbk ? 936 : 65001, 0, false, 5};
  sav_bytes bytes;
  sav_sample_make(&bytes, &in);
  FILE *f = fopen(path, "wb");
  const bool ok = f && fwrite(bytes.p, 1, bytes.n, f) == bytes.n;
  if (f) fclose(f);
  free(bytes.p);
  return !ok;
}

/* ---- its own test ----------------------------------------------------------------------------------------------------- */

static bool make(const char *path, double estimate, double se) {
  sx_store *store = NULL;
  sx_error err = SX_ERROR_INIT;
  int64_t run = 0;
  const sx_store_run info = {.study = "s", .version = "1", .started = "now"};
  const sx_store_row row = {
      .indicator = "published/share", .statistic = "share", .estimate = estimate, .se = se, .n = -1};
  sx_status status = sx_store_open(&store, NULL, path, SX_STORE_WRITE, &err);
  if (status == SX_OK) status = sx_store_begin(&run, store, &info, NULL, 0, &err);
  if (status == SX_OK) status = sx_store_put_row(NULL, store, NULL, &row, &err);
  if (status == SX_OK) status = sx_store_finish(store, &err);
  sx_store_close(store);
  if (status != SX_OK) SXT_FAIL("%s: %s", err.where, err.message);
  return status == SX_OK;
}

static void itself(void) {
  char a[300], b[300], command[700];
  const char *dir = getenv("SX_BUILD");
  snprintf(a, sizeof a, "%s/study_store.%ld.a", dir ? dir : "/tmp", (long)getpid());
  snprintf(b, sizeof b, "%s/study_store.%ld.b", dir ? dir : "/tmp", (long)getpid());
  REQUIRE(make(a, 0.5, (double)NAN) && make(b, 0.5 * (1 + 4e-13), (double)NAN));
  CHECK(sound(a));
  CHECK_INT(same(a, a, 0), 0);
  CHECK_INT(same(a, b, 0), 1);
  CHECK_INT(same(a, b, 1e-12), 0);
  CHECK_INT(same(a, b, 1e-13), 1);
  sqlite3 *db = NULL;
  REQUIRE(sqlite3_open(a, &db) == SQLITE_OK);
  CHECK(sqlite3_exec(db, "UPDATE run SET finished = NULL", NULL, NULL, NULL) == SQLITE_OK);
  sqlite3_close(db);
  CHECK(!sound(a));
  snprintf(command, sizeof command, "rm -f '%s'* '%s'*", a, b);
  CHECK_INT(system(command), 0);
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "whole") == 0) return whole(argv[2]);
  if (argc == 5 && strcmp(argv[1], "same") == 0) return same(argv[2], argv[3], atof(argv[4]));
  if (argc == 3 && strcmp(argv[1], "share") == 0) return share(argv[2]);
  if (argc == 6 && strcmp(argv[1], "value") == 0) return value(argv[2], argv[3], argv[4], argv[5]);
  if (argc == 3 && strcmp(argv[1], "rows") == 0) return print_rows(argv[2]);
  if (argc == 4 && strcmp(argv[1], "sav") == 0) return make_sav(argv[2], argv[3]);
  if (argc > 1) {
    fprintf(stderr, "unknown: %s\n", argv[1]);
    return 2;
  }
  itself();
  return sxt_failures != 0;
}
