/* What a run saw of a data file is not read again for the next: all levels of its texts, which its first rows do not show. Whatever differs, in the bytes, in
 * what the study asks of them or in what was kept, is read again, and says the same as a load without results. */
#include <sqlite3.h>
#include <sys/time.h>

#include "shuxiao/io.h"
#include "shuxiao/study.h"
#include "unit/synth/synth_fixture.h"

static const char study_text[] = "study: seen\n"
                                 "languages: [en]\n"
                                 "data: {t: {file: data.sav}}\n"
                                 "design: {weights: weight}\n"
                                 "groups: {place: {by: place}}\n"
                                 "indicators: {users: {total: user, by: ['place:wests']}}\n";

/* 5000 rows, the last 500 of which are in `last`; the time of the file stays as it was. */
static void write_data(const char *last) {
  static char csv[1 << 18];
  struct timeval times[2] = {{1750000000, 0}, {1750000000, 0}};
  sx_table *table = NULL;
  sx_read_options options = SX_READ_OPTIONS_INIT;
  options.format = "csv";
  size_t n = (size_t)snprintf(csv, sizeof csv, "place,user,weight\n");
  for (int i = 0; i < 5000; i++)
    n += (size_t)snprintf(csv + n, sizeof csv - n, "%s,%d,%d\n",
                          i < 4000   ? "north"
                          : i < 4500 ? "south"
                                     : last,
                          i % 2, 1 + i % 3);
  REQUIRE_OK(sx_io_read_memory(&table, NULL, "data.csv", csv, n, &options, err));
  CHECK_OK(sx_io_write(table, fixture_path("data.sav"), err));
  CHECK_INT(utimes(fixture_path("data.sav"), times), 0);
  sx_table_free(table);
}

/* Files that are read whole say so on the way. */
static void count(void *data, const char *stage, uint64_t done, uint64_t total) {
  (void)done;
  (void)total;
  if (strncmp(stage, "reading ", 8) == 0) ++*(size_t *)data;
}

static sx_status load(sx_study **out, bool again, size_t *reads, sx_error *err) {
  size_t n = 0;
  sx_ctx ctx = SX_CTX_INIT;
  sx_study *study = NULL;
  const sx_load_options options = {.version = 1, .again = again};
  ctx.progress = count;
  ctx.data = &n;
  const sx_status status =
      sx_study_load_with(&study, reads ? &ctx : NULL, fixture_path("study.yaml"), &options, NULL, err);
  if (reads) *reads = n;
  if (out)
    *out = study;
  else
    sx_study_free(study);
  return status;
}

static void run(void) {
  sx_study *study = NULL;
  sx_run_result *result = NULL;
  REQUIRE_OK(load(&study, true, NULL, err));
  CHECK_OK(sx_study_run(&result, study, NULL, err));
  sx_run_result_free(result);
  sx_study_free(study);
}

static void reads(bool whole) {
  size_t n = 0;
  CHECK_OK(load(NULL, true, &n, err));
  if ((n > 0) != whole) SXT_FAIL("the file was read %zu times", n);
}

/* Both ways of loading say the same. */
static void both_fail(const char *where, const char *message) {
  sx_error whole = SX_ERROR_INIT;
  CHECK_FAILS(load(NULL, true, NULL, err), SX_E_PARSE, where, message);
  CHECK_INT(load(NULL, false, NULL, &whole), SX_E_PARSE);
  CHECK_FAILS(load(NULL, true, NULL, err), SX_E_PARSE, whole.where, whole.message);
}

static void begin(void) {
  fixture_write("study.yaml", study_text);
  write_data("wests");
  reads(true);
  run();
  reads(false);
}

/* The same size and the same time: content alone counts. */
static void the_data_changed(void) {
  write_data("wesst");
  both_fail("study.yaml:6:", "has no level 'wests'");
  write_data("wests");
  reads(false);
}

static void other_levels_are_asked_for(void) {
  static char changed[sizeof study_text];
  memcpy(changed, study_text, sizeof changed);
  memcpy(strstr(changed, "wests"), "south", 5);
  fixture_write("study.yaml", changed);
  reads(false);
  memcpy(strstr(changed, "south"), "sonth", 5);
  fixture_write("study.yaml", changed);
  both_fail("study.yaml:6:", "has no level 'sonth', did you mean 'south'?");
  fixture_write("study.yaml", study_text);
}

/* The file is to be read in another way. */
static void the_table_is_read_otherwise(void) {
  fixture_write("study.yaml", "study: seen\nlanguages: [en]\ndata: {t: {file: data.sav, missing: [south]}}\n"
                              "design: {weights: weight}\nindicators: {users: {total: user}}\n");
  reads(true);
  fixture_write("study.yaml", study_text);
  reads(false);
}

static void change_kept(const char *sql) {
  sqlite3 *db = NULL;
  REQUIRE(sqlite3_open(fixture_path("out/results.db"), &db) == SQLITE_OK);
  if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK || sqlite3_changes(db) != 1)
    SXT_FAIL("%s: %s, %d changed", sql, sqlite3_errmsg(db), sqlite3_changes(db));
  sqlite3_close(db);
}

/* Another level, and none: what was kept is not what was written. */
static void the_store_is_damaged(void) {
  change_kept(
      "UPDATE blob SET data = CAST(replace(CAST(data AS TEXT), 'wests', 'wasts') AS BLOB) WHERE packing = 0 AND "
      "id = (SELECT blob FROM step WHERE step = 'levels:t:0') AND instr(data, CAST('wests' AS BLOB)) > 0");
  reads(true);
  change_kept("UPDATE blob SET packing = 0, size = 3, data = x'313a3a' WHERE id = "
              "(SELECT blob FROM step WHERE step = 'levels:t:0')");
  reads(true);
  change_kept("DELETE FROM step WHERE step = 'levels:t:0'"); /* as a store that knew nothing of them */
  reads(true);
  char text[sizeof study_text + 40];
  snprintf(text, sizeof text, "%stitle: {en: Another}\n", study_text);
  fixture_write("study.yaml", text);
  run();
  reads(false);
}

static void end(void) {
  char command[160];
  snprintf(command, sizeof command, "rm -rf '%s'", fixture_dir);
  CHECK_INT(system(command), 0);
}

SXT_MAIN(SXT_CASE(begin), SXT_CASE(the_data_changed), SXT_CASE(other_levels_are_asked_for),
         SXT_CASE(the_table_is_read_otherwise), SXT_CASE(the_store_is_damaged), SXT_CASE(end))
