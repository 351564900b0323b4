/* A run that shares the rows of an earlier one reads as if it had copied them; it shares only where it would have made the same. */
#include "shuxiao/store.h"
#include "sxt.h"

#include <sqlite3.h>
#include <unistd.h>

static char path[256];

static const char *fresh(void) {
  const char *dir = getenv("SX_BUILD");
  (void)snprintf(path, sizeof path, "%s/test_store_share.%ld.sqlite", dir ? dir : "/tmp", (long)getpid());
  (void)remove(path);
  return path;
}

static const sx_store_run info = {.study = "s", .version = "0.1.0", .started = "2026-01-02T03:04:05Z"};
static const sx_store_step steps[] = {{"indicator:users", "k1"}, {"published:x", "k2"}, {"change:users", "k3"}};
static const double scores[3] = {1, 2, 3};
enum { STEPS = 3 };

static void begin(int64_t *run, sx_store *store, const sx_store_step *plan, size_t n) {
  CHECK_OK(sx_store_begin(run, store, &info, NULL, 0, err));
  for (size_t i = 0; i < n; i++) CHECK_OK(sx_store_put_place(store, plan[i].step, 10 * i, err));
}

static void put(sx_store *store, const char *step, const char *indicator, double estimate) {
  const sx_store_row row = {.indicator = indicator, .statistic = "total", .estimate = estimate};
  int64_t id = 0;
  CHECK_OK(sx_store_put_row(&id, store, step, &row, err));
  CHECK_OK(sx_store_put_carrier(store, id, "d1", scores, sizeof scores, err));
}

/* Rows of two steps in turns, and a step without rows. */
static void first_run(int64_t *run, sx_store *store) {
  begin(run, store, steps, STEPS);
  put(store, steps[2].step, "change", 1);
  put(store, steps[0].step, "users", 2);
  put(store, steps[2].step, "change", 3);
  put(store, steps[0].step, "users", 4);
  for (size_t i = 0; i < STEPS; i++)
    CHECK_OK(sx_store_put_step(store, steps[i].step, steps[i].key, steps[i].key, 2, err));
  CHECK_OK(sx_store_finish(store, err));
}

static bool shares(sx_store *store, const sx_store_step *plan, size_t n) {
  bool shared = false;
  CHECK_OK(sx_store_share_rows(&shared, store, plan, n, err));
  return shared;
}

typedef struct seen {
  sx_store *store;
  char text[256];
} seen;

static sx_status collect(void *data, const sx_store_row *row, sx_error *err) {
  seen *s = data;
  void *carrier = NULL;
  size_t n = 0;
  SX_TRY(sx_store_carrier(&carrier, &n, s->store, row->id, err));
  (void)snprintf(s->text + strlen(s->text), 32, "%s=%g%s;", row->indicator, row->estimate,
                 carrier && n == sizeof scores ? "" : " without carrier");
  sx_mem_free(NULL, carrier);
  return SX_OK;
}

#define CHECK_ROWS(store, run, want)                                                                                   \
  do {                                                                                                                 \
    seen s = {store, ""};                                                                                              \
    CHECK_OK(sx_store_each_row(store, run, NULL, collect, &s, err));                                                   \
    CHECK_STR(s.text, want);                                                                                           \
  } while (0)

static const char *const all = "users=2;users=4;change=1;change=3;";

static int64_t count(const char *sql) {
  sqlite3 *db = NULL;
  sqlite3_stmt *s = NULL;
  int64_t n = -1;
  if (sqlite3_open(path, &db) == SQLITE_OK && sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK &&
      sqlite3_step(s) == SQLITE_ROW)
    n = sqlite3_column_int64(s, 0);
  sqlite3_finalize(s);
  sqlite3_close(db);
  return n;
}

/* Six runs have one set of rows among them: each reads it, with carriers and payloads, however many come after. */
static void shared_by_all(void) {
  enum { RUNS = 6 };
  sx_store *store = NULL;
  int64_t run[RUNS];
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  first_run(&run[0], store);
  for (size_t i = 1; i < RUNS; i++) {
    begin(&run[i], store, steps, STEPS);
    CHECK(shares(store, steps, STEPS));
    CHECK_ROWS(store, run[i], all); /* before it is finished, too */
    CHECK_OK(sx_store_finish(store, err));
  }
  for (size_t i = 0; i < RUNS; i++) {
    sx_store_row row;
    bool found = false;
    void *payload = NULL;
    size_t n = 0;
    CHECK_ROWS(store, run[i], all);
    CHECK_OK(sx_store_find(&found, &row, store, run[i], "change", "total", NULL, 0, err));
    CHECK(found && row.estimate == 1);
    CHECK_OK(sx_store_run_step(&payload, &n, store, run[i], steps[1].step, err));
    CHECK(payload && n == 2 && memcmp(payload, "k2", 2) == 0);
    sx_mem_free(NULL, payload);
  }
  sx_store_close(store);
  CHECK_INT(count("SELECT count(*) FROM estimate"), 4);
  CHECK_INT(count("SELECT count(*) FROM result"), 4 * RUNS);
  CHECK_INT(count("SELECT count(DISTINCT run) FROM result"), RUNS);
  (void)remove(path);
}

/* A run that computes one step anew copies the others from a run that shares; its rows and theirs stand in the order of the plan. */
static void copied_from_a_sharer(void) {
  sx_store *store = NULL;
  int64_t run[4];
  bool reused = false;
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  first_run(&run[0], store);
  begin(&run[1], store, steps, STEPS);
  CHECK(shares(store, steps, STEPS));
  CHECK_OK(sx_store_finish(store, err));
  for (size_t i = 2; i < 4; i++) { /* by now the first run is not among the newest two */
    begin(&run[i], store, steps, STEPS);
    put(store, steps[0].step, "users", 7);
    CHECK_OK(sx_store_put_step(store, steps[0].step, "k9", "1", 1, err));
    for (size_t k = 1; k < STEPS; k++) {
      CHECK_OK(sx_store_reuse(&reused, store, steps[k].step, steps[k].key, err));
      CHECK(reused);
    }
    CHECK_OK(sx_store_finish(store, err));
    CHECK_ROWS(store, run[i], "users=7;change=1;change=3;");
  }
  CHECK_ROWS(store, run[1],
             "users=2 without carrier;users=4 without carrier;change=1 without carrier;change=3 without carrier;");
  sx_store_close(store);
  (void)remove(path);
}

static void not_the_same(void) {
  static const sx_store_step other_key[] = {{"indicator:users", "k1"}, {"published:x", "k2"}, {"change:users", "k4"}},
                             other_order[] = {{"indicator:users", "k1"}, {"change:users", "k3"}, {"published:x", "k2"}},
                             more[] = {{"indicator:users", "k1"},
                                       {"published:x", "k2"},
                                       {"change:users", "k3"},
                                       {"indicator:new", "k5"}};
  sx_store *store = NULL;
  int64_t run = 0;
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  first_run(&run, store);
  begin(&run, store, steps, STEPS);
  CHECK(!shares(store, other_key, STEPS));
  CHECK(!shares(store, other_order, STEPS));
  CHECK(!shares(store, more, 4));
  CHECK(!shares(store, steps, 2));
  CHECK(!shares(store, steps, 0));
  CHECK_ROWS(store, run, "");
  CHECK(shares(store, steps, STEPS)); /* what was refused did nothing */
  CHECK_ROWS(store, run, all);
  sx_store_close(store);
  (void)remove(path);
}

/* A row that no step of the plan made would be taken over with the rest. */
static void rows_outside_the_plan(void) {
  static const char *const of[] = {NULL, "indicator:unplaced"};
  for (size_t i = 0; i < 2; i++) {
    sx_store *store = NULL;
    int64_t run = 0;
    REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
    begin(&run, store, steps, 1);
    put(store, steps[0].step, "users", 2);
    put(store, of[i], "stray", 5);
    CHECK_OK(sx_store_put_step(store, steps[0].step, steps[0].key, "1", 1, err));
    CHECK_OK(sx_store_finish(store, err));
    begin(&run, store, steps, 1);
    CHECK(!shares(store, steps, 1));
    sx_store_close(store);
    (void)remove(path);
  }
}

static void no_rows_besides(void) {
  sx_store *store = NULL;
  int64_t run = 0;
  bool reused = false;
  const sx_store_row row = {.indicator = "users", .statistic = "total"};
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  first_run(&run, store);
  begin(&run, store, steps, STEPS);
  CHECK(shares(store, steps, STEPS));
  CHECK(!shares(store, steps, STEPS)); /* it has them already */
  CHECK_FAILS(sx_store_put_row(NULL, store, steps[0].step, &row, err), SX_E_ARGUMENT, path, "shares the rows");
  CHECK_FAILS(sx_store_reuse(&reused, store, steps[0].step, steps[0].key, err), SX_E_ARGUMENT, path, "shares the rows");
  CHECK_OK(sx_store_finish(store, err));
  begin(&run, store, steps, STEPS);
  put(store, steps[0].step, "users", 2);
  CHECK(!shares(store, steps, STEPS)); /* it has rows of its own */
  CHECK_OK(sx_store_finish(store, err));
  CHECK_ROWS(store, run, "users=2;");
  sx_store_close(store);
  (void)remove(path);
}

/* Rows that were read ahead are those that would have been read: of a run that shares them, with its own labels; else they are let go. */
static void read_ahead(void) {
  sx_store *store = NULL;
  sx_ctx ctx = SX_CTX_INIT;
  sx_store_row row;
  int64_t run = 0;
  bool found = false;
  ctx.n_threads = 2;
  for (int share = 0; share < 4; share++) {
    REQUIRE_OK(sx_store_open(&store, &ctx, fresh(), SX_STORE_WRITE, err));
    sx_store_read_ahead(store); /* of a store that has nothing */
    first_run(&run, store);
    sx_store_close(store);
    REQUIRE_OK(sx_store_open(&store, &ctx, path, SX_STORE_WRITE, err));
    sx_store_read_ahead(store);
    sx_store_read_ahead(store); /* once */
    begin(&run, store, steps, STEPS);
    CHECK_OK(sx_store_put_indicator(store, &(sx_store_indicator){.id = "users", .unit = "head"}, err));
    if (share > 1) CHECK(shares(store, steps, STEPS));
    if (share == 0) put(store, steps[0].step, "users", 9);
    if (share == 3) sx_store_leave_ahead(store);
    CHECK_OK(sx_store_keep_rows(store, run, err));
    CHECK_ROWS(store, run, share > 1 ? all : share == 0 ? "users=9;" : "");
    if (share > 1) {
      sx_store_indicator users = {.id = NULL};
      CHECK_OK(sx_store_find(&found, &row, store, run, "change", "total", NULL, 0, err));
      CHECK(found && row.estimate == 1 && strcmp(row.step, steps[2].step) == 0);
      CHECK_OK(sx_store_get_indicator(&found, &users, store, run, "users", err));
      CHECK(found && users.unit && strcmp(users.unit, "head") == 0);
      sx_store_let(store);
      CHECK_OK(sx_store_keep_rows(store, run, err)); /* given once: read now */
      CHECK_ROWS(store, run, all);
    }
    if (share == 3) {
      CHECK_OK(sx_store_hide(store, "users\ttotal\n", err));
      sx_store_read_ahead(store); /* without what is hidden */
      CHECK_OK(sx_store_keep_rows(store, run, err));
      CHECK_ROWS(store, run, "users=nan;users=nan;change=1;change=3;");
    }
    CHECK_OK(sx_store_finish(store, err));
    sx_store_close(store);
  }
  (void)remove(path);
}

static sx_status see_tree(void *data, const char *kind, const char *id, sx_doc *block, sx_error *err) {
  sx_buf_printf(data, "%s %s %s ", kind, id ? id : "-", sx_doc_name(block));
  sx_node_to_json(data, sx_doc_root(block));
  sx_buf_add_char(data, ';');
  return sx_buf_status(data, err);
}

static void put_block(sx_store *store, int64_t order, const char *kind, const char *id, const char *json) {
  CHECK_OK(sx_store_put_block(store, order, kind, id, json, err));
}

static void check_blocks(sx_store *store, int64_t run, const char *want) {
  sx_buf trees;
  sx_buf_init(&trees, NULL);
  CHECK_OK(sx_store_keep_blocks(store, run, err));
  CHECK_OK(sx_store_each_tree(store, run, see_tree, &trees, err));
  CHECK_STR(trees.data, want);
  sx_buf_clear(&trees);
}

/* The blocks of the run before are read while those of the next are written: one whose words changed, one of another name or kind and a new one are their own. */
static void blocks_ahead(void) {
  sx_store *store = NULL;
  sx_ctx ctx = SX_CTX_INIT;
  int64_t run = 0;
  ctx.n_threads = 2;
  for (int broken = 0; broken < 2; broken++) {
    REQUIRE_OK(sx_store_open(&store, &ctx, fresh(), SX_STORE_WRITE, err));
    begin(&run, store, steps, STEPS);
    for (size_t i = 0; i < STEPS; i++) CHECK_OK(sx_store_put_step(store, steps[i].step, steps[i].key, "1", 1, err));
    put(store, steps[0].step, "users", 2);
    put_block(store, 0, "text", NULL, "{\"md\":1}");
    put_block(store, 1, "table", "a", "{\"title\":\"A\"}");
    put_block(store, 2, "figure", "a", broken ? "{" : "{\"title\":\"F\"}"); /* cannot be read: nor is any taken */
    put_block(store, 3, "table", "b", "{\"title\":\"B\"}");
    CHECK_OK(sx_store_finish(store, err));
    sx_store_close(store);
    REQUIRE_OK(sx_store_open(&store, &ctx, path, SX_STORE_WRITE, err));
    sx_store_read_ahead(store);
    begin(&run, store, steps, STEPS);
    CHECK(shares(store, steps, STEPS));
    CHECK_OK(sx_store_keep_rows(store, run, err));
    put_block(store, 0, "table", "b", "{\"title\":\"B\"}");
    put_block(store, 1, "text", NULL, "{\"md\":1}");
    put_block(store, 2, "table", "a", "{\"title\":\"C\"}");
    put_block(store, 3, "figure", "b", "{\"title\":\"B\"}");
    check_blocks(store, run,
                 "table b table b {\"title\":\"B\"};text - text  {\"md\":1};table a table a {\"title\":\"C\"};"
                 "figure b figure b {\"title\":\"B\"};");
    put_block(store, 4, "table", "c", "{}");
    check_blocks(store, run,
                 "table b table b {\"title\":\"B\"};text - text  {\"md\":1};table a table a {\"title\":\"C\"};"
                 "figure b figure b {\"title\":\"B\"};table c table c {};");
    CHECK_OK(sx_store_finish(store, err));
    sx_store_close(store);
  }
  (void)remove(path);
}

SXT_MAIN(SXT_CASE(shared_by_all), SXT_CASE(copied_from_a_sharer), SXT_CASE(not_the_same),
         SXT_CASE(rows_outside_the_plan), SXT_CASE(no_rows_besides), SXT_CASE(read_ahead), SXT_CASE(blocks_ahead))
