/* What is put into a store comes back: rows by name, domains as sets, carriers, blocks, steps, CSV. */
#include "shuxiao/store.h"
#include "sxt.h"

#include <time.h>
#include <unistd.h>

static char path[256];

static const char *fresh(void) {
  const char *dir = getenv("SX_BUILD");
  (void)snprintf(path, sizeof path, "%s/test_store_rows.%ld.sqlite", dir ? dir : "/tmp", (long)getpid());
  (void)remove(path);
  return path;
}

static const sx_store_run info = {.study = "s",
                                  .wave = "2025-S1",
                                  .title_zh = "标题",
                                  .title_en = "Title",
                                  .version = "0.1.0",
                                  .options_json = "{}",
                                  .started = "2026-01-02T03:04:05Z",
                                  .synthetic = "model.yaml seed 1"};
static const sx_store_input input = {"interviews.sav", "ab12", 77};

static sx_store_row row_of(const char *indicator, const char *statistic, double estimate) {
  const sx_store_row row = {.wave = "2025-S1",
                            .indicator = indicator,
                            .statistic = statistic,
                            .estimate = estimate,
                            .se = 0.25,
                            .low = estimate - 0.5,
                            .high = estimate + 0.5,
                            .ci_level = 0.95,
                            .df = 99,
                            .n = 1234,
                            .n_eff = 800.5,
                            .deff = 1.5,
                            .cv = 0.01,
                            .unit = "人",
                            .method = "taylor"};
  return row;
}

static const sx_store_term z = {"z", "1", {"Z世代", "Gen Z"}, {"是", "yes"}};
static const sx_store_term rural = {"residence", "rural", {"城乡", "Residence"}, {"农村", "Rural"}};

static sx_status collect_row(void *data, const sx_store_row *row, sx_error *err) {
  (void)err;
  char *text = data;
  (void)snprintf(text + strlen(text), 64, "%s.%s=%g;", row->indicator, row->statistic, row->estimate);
  return SX_OK;
}

static sx_status count_row(void *data, const sx_store_row *row, sx_error *err) {
  (void)row;
  (void)err;
  ++*(int *)data;
  return SX_OK;
}

/* Rows that were taken over from an earlier run lie before those that were computed anew: the plan's order decides, not that of writing. */
static void main_one(void) {
  static const char *const plan[] = {"indicator:users", "balance:spend", "2024/indicator:users", "change:users"};
  static const struct {
    const char *step, *statistic;
    double estimate;
  } rows[] = {{NULL, "loose", 1},
              {"change:users", "change", 2},
              {"2024/indicator:users", "total", 3},
              {"balance:spend", "balanced", 4},
              {"indicator:users", "gap", 5},
              {"indicator:users", "total", 6},
              {"indicator:users", "prop", 7}};
  sx_store *store = NULL;
  int64_t run = 0;
  bool found = false;
  sx_store_row got;
  char text[512] = "";
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  CHECK_INT(sx_store_put_place(store, "indicator:users", 0, NULL), SX_E_ARGUMENT); /* no run is being written */
  REQUIRE_OK(sx_store_begin(&run, store, &info, &input, 1, err));
  for (size_t i = 0; i < sizeof plan / sizeof *plan; i++) CHECK_OK(sx_store_put_place(store, plan[i], i, err));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const sx_store_row row = row_of("users", rows[i].statistic, rows[i].estimate);
    CHECK_OK(sx_store_put_row(NULL, store, rows[i].step, &row, err));
  }
  REQUIRE_OK(sx_store_find(&found, &got, store, run, "users", NULL, NULL, 0, err));
  REQUIRE(found);
  CHECK_STR(got.statistic, "total");
  CHECK_NEAR(got.estimate, 6, 0);
  REQUIRE_OK(sx_store_find(&found, &got, store, run, "users", "total", NULL, 0, err));
  CHECK_NEAR(got.estimate, 6, 0); /* not the earlier wave's */
  REQUIRE_OK(sx_store_find(&found, &got, store, run, "users", "change", NULL, 0, err));
  CHECK_NEAR(got.estimate, 2, 0);
  CHECK_OK(sx_store_each_row(store, run, NULL, collect_row, text, err));
  CHECK_STR(text,
            "users.gap=5;users.total=6;users.prop=7;users.balanced=4;users.total=3;users.change=2;users.loose=1;");
  sx_store_close(store);
}

/* Rows of steps put to and fro, two of one place and two of none: read by their ids they come in the order in which SQLite sorts those of an indicator. */
static void to_and_fro(void) {
  static const char *const steps[] = {"a", "b", "c", "d", NULL, "nowhere"};
  static const size_t place[] = {7, 3, 3, 0};
  enum { ROWS = 400, ROOM = 64 * ROWS };
  sx_store *store = NULL;
  uint32_t random = 1;
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  for (int r = 0; r < 2; r++) {
    int64_t run = 0;
    REQUIRE_OK(sx_store_begin(&run, store, &info, &input, 1, err));
    for (size_t i = 0; i < 4; i++) CHECK_OK(sx_store_put_place(store, steps[i], place[i], err));
    for (int i = 0; i < ROWS; i++) {
      random = random * 1664525 + 1013904223;
      const sx_store_row row = row_of("users", "total", ROWS * r + i);
      CHECK_OK(
          sx_store_put_row(NULL, store, steps[random >> 16 & 1 ? random >> 20 & 3 : (random >> 24) % 6], &row, err));
    }
    char *all = calloc(2, ROOM), *sorted = all + ROOM;
    REQUIRE(all);
    CHECK_OK(sx_store_each_row(store, run, NULL, collect_row, all, err));
    CHECK_OK(sx_store_each_row(store, run, "users", collect_row, sorted, err));
    CHECK(strlen(all) > (size_t)8 * ROWS);
    CHECK_STR(all, sorted);
    free(all);
    REQUIRE_OK(sx_store_finish(store, err));
  }
  int none = 0;
  CHECK_OK(sx_store_each_row(store, 99, NULL, count_row, &none, err)); /* no such run */
  CHECK_INT(none, 0);
  sx_store_close(store);
}

static void round_trip(void) {
  sx_store *store = NULL;
  int64_t run = 0, id = 0;
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  REQUIRE_OK(sx_store_begin(&run, store, &info, &input, 1, err));
  sx_store_row row = row_of("users", "total", 0.1 + 0.2);
  CHECK_OK(sx_store_put_row(&id, store, "step", &row, err));
  const sx_store_term crossed[] = {z, rural}, swapped[] = {rural, z};
  row = row_of("users", "total", 5e8);
  row.terms = crossed;
  row.n_terms = 2;
  CHECK_OK(sx_store_put_row(NULL, store, "step", &row, err));
  row = row_of("users", "gap", (double)NAN);
  row.terms = &z;
  row.n_terms = 1;
  row.n = -1;
  row.na_reason = "empty domain";
  CHECK_OK(sx_store_put_row(NULL, store, NULL, &row, err));
  const sx_store_indicator users = {
      .id = "users", .label = {"用户", "Users"}, .base = {"网民", NULL}, .unit = "人", .scale = 1e8, .assumed = true};
  CHECK_OK(sx_store_put_indicator(store, &users, err));
  CHECK_OK(sx_store_put_block(store, 1, "text", NULL, "{\"b\":1}", err));
  CHECK_OK(sx_store_put_block(store, 0, "document", "d", "{\"a\":1}", err));
  REQUIRE_OK(sx_store_finish(store, err));
  sx_store_close(store);

  store = NULL;
  REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_READ, err));
  sx_store_run latest;
  REQUIRE_OK(sx_store_latest(&latest, store, err));
  CHECK_INT(latest.id, run);
  int64_t newest = -1, given = 7;
  CHECK_OK(sx_store_which_run(&newest, store, err));
  CHECK_OK(sx_store_which_run(&given, store, err));
  CHECK(newest == run && given == 7);
  CHECK_STR(latest.title_zh, "标题");
  CHECK_STR(latest.synthetic, "model.yaml seed 1");
  CHECK_STR(latest.started, "2026-01-02T03:04:05Z");
  CHECK(latest.finished && strlen(latest.finished) == 20);
  bool found = false;
  sx_store_row got;
  REQUIRE_OK(sx_store_find(&found, &got, store, run, "users", NULL, NULL, 0, err));
  REQUIRE(found);
  CHECK(got.estimate == 0.1 + 0.2); /* to the bit */
  CHECK_INT(got.id, id);
  CHECK_INT(got.n, 1234);
  CHECK_INT(got.n_terms, 0);
  CHECK_STR(got.method, "taylor");
  CHECK(got.na_reason == NULL);
  found = false;
  REQUIRE_OK(sx_store_find(&found, &got, store, run, "users", "total", swapped, 2, err)); /* as a set */
  REQUIRE(found);
  CHECK_NEAR(got.estimate, 5e8, 0);
  REQUIRE(got.n_terms == 2);
  CHECK_STR(got.terms[0].variable, "z"); /* in the order of writing */
  CHECK_STR(got.terms[1].level_label.zh, "农村");
  /* the main statistic is never a gap */
  REQUIRE_OK(sx_store_find(&found, &got, store, run, "users", NULL, &z, 1, err));
  CHECK(!found);
  REQUIRE_OK(sx_store_find(&found, &got, store, run, "users", "gap", &z, 1, err));
  REQUIRE(found);
  CHECK(isnan(got.estimate));
  CHECK_INT(got.n, -1);
  CHECK_STR(got.na_reason, "empty domain");
  REQUIRE_OK(sx_store_find(&found, &got, store, run, "nobody", NULL, NULL, 0, err));
  CHECK(!found);
  sx_store_indicator back;
  REQUIRE_OK(sx_store_get_indicator(&found, &back, store, run, "users", err));
  REQUIRE(found);
  CHECK_STR(back.label.en, "Users");
  CHECK_STR(back.base.zh, "网民");
  CHECK(back.base.en == NULL);
  CHECK(back.assumed);
  CHECK_NEAR(back.scale, 1e8, 0);
  sx_store_close(store);
  (void)remove(path);
}

static sx_status collect_block(void *data, int64_t order, const char *kind, const char *id, const char *json,
                               sx_error *err) {
  (void)err;
  char *text = data;
  (void)snprintf(text + strlen(text), 128, "%d %s %s %s;", (int)order, kind, id ? id : "-", json);
  return SX_OK;
}

static sx_status collect_input(void *data, const sx_store_input *in, sx_error *err) {
  (void)err;
  char *text = data;
  (void)snprintf(text + strlen(text), 128, "%s %s %lld;", in->path, in->sha256, (long long)in->bytes);
  return SX_OK;
}

static void walks(void) {
  sx_store *store = NULL;
  int64_t run = 0;
  char text[512] = "";
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  REQUIRE_OK(sx_store_begin(&run, store, &info, &input, 1, err));
  for (int i = 0; i < 3; i++) {
    const sx_store_row row = row_of(i == 1 ? "b" : "a", "mean", i);
    CHECK_OK(sx_store_put_row(NULL, store, NULL, &row, err));
  }
  CHECK_OK(sx_store_put_block(store, 7, "text", NULL, "{}", err));
  CHECK_OK(sx_store_put_block(store, 0, "document", "d", "{}", err));
  REQUIRE_OK(sx_store_finish(store, err));
  CHECK_OK(sx_store_each_block(store, run, collect_block, text, err));
  CHECK_STR(text, "0 document d {};7 text - {};");
  text[0] = '\0';
  CHECK_OK(sx_store_each_row(store, run, NULL, collect_row, text, err));
  CHECK_STR(text, "a.mean=0;b.mean=1;a.mean=2;");
  text[0] = '\0';
  CHECK_OK(sx_store_each_row(store, run, "a", collect_row, text, err));
  CHECK_STR(text, "a.mean=0;a.mean=2;");
  text[0] = '\0';
  CHECK_OK(sx_store_each_input(store, run, collect_input, text, err));
  CHECK_STR(text, "interviews.sav ab12 77;");
  sx_store_close(store);
  (void)remove(path);
}

static void check_carrier(sx_store *store, const double *data, size_t n) {
  int64_t id = 0;
  const sx_store_row row = row_of("x", "mean", 1);
  CHECK_OK(sx_store_put_row(&id, store, NULL, &row, err));
  CHECK_OK(sx_store_put_carrier(store, id, "d1", data, n, err));
  void *back = NULL;
  size_t n_back = 1;
  CHECK_OK(sx_store_carrier(&back, &n_back, store, id, err));
  CHECK_INT(n_back, n);
  CHECK(back && n_back == n && memcmp(back, data, n) == 0);
  sx_mem_free(NULL, back);
}

/* Sparse, repeated, dense and odd-sized carriers come back to the bit; sparse ones are small on disk. */
static void carriers(void) {
  enum { N = 30000 };
  static double sparse[N], repeated[N], dense[N];
  uint64_t state = 1;
  for (size_t i = 0; i < N; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    dense[i] = (double)(state >> 11) * 1e-9;
    sparse[i] = i % 50 == 0 ? dense[i] : 0;
    repeated[i] = (double)(i / 100);
  }
  sx_store *store = NULL;
  int64_t run = 0;
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  REQUIRE_OK(sx_store_begin(&run, store, &info, NULL, 0, err));
  for (int i = 0; i < 20; i++) check_carrier(store, sparse, sizeof sparse);
  check_carrier(store, repeated, sizeof repeated);
  check_carrier(store, repeated, sizeof repeated - 3);
  check_carrier(store, dense, sizeof dense);
  check_carrier(store, dense, 5);
  check_carrier(store, dense, 0);
  void *none = &run;
  size_t n = 9;
  CHECK_OK(sx_store_carrier(&none, &n, store, 987654, err));
  CHECK(none == NULL && n == 0);
  REQUIRE_OK(sx_store_finish(store, err));
  sx_store_close(store);
  FILE *file = fopen(path, "rb");
  REQUIRE(file);
  (void)fseek(file, 0, SEEK_END);
  CHECK(ftell(file) < 20 * (long)sizeof sparse / 8 + (long)sizeof dense * 2);
  fclose(file);
  (void)remove(path);
}

static void reuse(void) {
  sx_store *store = NULL;
  int64_t run = 0, id = 0;
  bool reused = true;
  const double scores[3] = {1, 2, 3};
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  REQUIRE_OK(sx_store_begin(&run, store, &info, NULL, 0, err));
  CHECK_OK(sx_store_reuse(&reused, store, "users", "k1", err));
  CHECK(!reused);
  sx_store_row row = row_of("users", "total", 42);
  row.terms = &z;
  row.n_terms = 1;
  CHECK_OK(sx_store_put_row(&id, store, "users", &row, err));
  CHECK_OK(sx_store_put_carrier(store, id, "d1", scores, sizeof scores, err));
  const sx_store_row other = row_of("other", "total", 1);
  CHECK_OK(sx_store_put_row(NULL, store, "other", &other, err));
  CHECK_OK(sx_store_put_step(store, "users", "k1", "payload", 7, err));
  /* a step of the run being written is not yet one to copy from, but its payload can be read */
  CHECK_OK(sx_store_reuse(&reused, store, "users", "k1", err));
  CHECK(!reused);
  void *payload = NULL;
  size_t n = 0;
  CHECK_OK(sx_store_step_payload(&payload, &n, store, "users", "k1", err));
  CHECK(n == 7 && payload && memcmp(payload, "payload", 7) == 0);
  sx_mem_free(NULL, payload);
  REQUIRE_OK(sx_store_finish(store, err));

  int64_t second = 0;
  REQUIRE_OK(sx_store_begin(&second, store, &info, NULL, 0, err));
  CHECK(second > run);
  CHECK_OK(sx_store_reuse(&reused, store, "users", "k2", err));
  CHECK(!reused);
  CHECK_OK(sx_store_reuse(&reused, store, "users", "k1", err));
  CHECK(reused);
  REQUIRE_OK(sx_store_finish(store, err));
  char text[256] = "";
  CHECK_OK(sx_store_each_row(store, second, NULL, collect_row, text, err));
  CHECK_STR(text, "users.total=42;");
  bool found = false;
  sx_store_row got;
  REQUIRE_OK(sx_store_find(&found, &got, store, second, "users", NULL, &z, 1, err));
  REQUIRE(found);
  CHECK(got.id != id);
  void *data = NULL;
  CHECK_OK(sx_store_carrier(&data, &n, store, got.id, err));
  CHECK(data && n == sizeof scores && memcmp(data, scores, n) == 0);
  sx_mem_free(NULL, data);
  /* a third run copies from the second: the chain does not break */
  int64_t third = 0;
  REQUIRE_OK(sx_store_begin(&third, store, &info, NULL, 0, err));
  CHECK_OK(sx_store_reuse(&reused, store, "users", "k1", err));
  CHECK(reused);
  CHECK_OK(sx_store_step_payload(&payload, &n, store, "users", NULL, err));
  CHECK_INT(n, 7);
  sx_mem_free(NULL, payload);
  CHECK_OK(sx_store_step_payload(&payload, &n, store, "users", "k9", err));
  CHECK(payload == NULL && n == 0);
  sx_store_close(store); /* rolled back */
  store = NULL;
  REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_READ, err));
  sx_store_run latest;
  CHECK_OK(sx_store_latest(&latest, store, err));
  CHECK_INT(latest.id, second);
  sx_store_close(store);
  (void)remove(path);
}

/* One run with a carrier of random bytes; *id its row. With `again` the step of the first run is copied, where it still can be. */
static void one_run(sx_store *store, int64_t *run, int64_t *id, const char *key, bool *again) {
  enum { N = 50000 };
  static double scores[N];
  static uint64_t state = 1;
  for (size_t i = 0; i < N; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    scores[i] = (double)(state >> 11) * 0x1p-53;
  }
  CHECK_OK(sx_store_begin(run, store, &info, NULL, 0, err));
  if (again) CHECK_OK(sx_store_reuse(again, store, "users", "k1", err));
  const sx_store_row row = row_of("own", "total", 42);
  CHECK_OK(sx_store_put_row(id, store, "own", &row, err));
  CHECK_OK(sx_store_put_carrier(store, *id, "d1", scores, sizeof scores, err));
  CHECK_OK(sx_store_put_step(store, key[0] == 'k' ? "users" : "own", key, "payload", 7, err));
  CHECK_OK(sx_store_finish(store, err));
}

static bool has_carrier(sx_store *store, int64_t id) {
  void *data = NULL;
  size_t n = 0;
  CHECK_OK(sx_store_carrier(&data, &n, store, id, err));
  const bool has = data != NULL;
  sx_mem_free(NULL, data);
  return has;
}

static long file_size(void) {
  FILE *file = fopen(path, "rb");
  if (!file) return -1;
  (void)fseek(file, 0, SEEK_END);
  const long size = ftell(file);
  fclose(file);
  return size;
}

/* Carriers are kept for the newest two finished runs, rows and payloads for all; the file stops growing. */
static void pruned(void) {
  enum { RUNS = 8 };
  sx_store *store = NULL;
  int64_t run[RUNS], id[RUNS];
  long size[RUNS];
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  for (size_t i = 0; i < RUNS; i++) {
    one_run(store, &run[i], &id[i], i == 0 ? "k1" : "own", NULL);
    size[i] = file_size();
    for (size_t k = 0; k <= i; k++) CHECK(has_carrier(store, id[k]) == (k + 2 > i));
  }
  CHECK(size[RUNS - 1] <= size[3] + size[0] / 4); /* at most one more carrier than the two kept, ever */
  char text[256] = "";
  CHECK_OK(sx_store_each_row(store, run[0], NULL, collect_row, text, err));
  CHECK_STR(text, "own.total=42;");
  void *payload = NULL;
  size_t n = 0;
  CHECK_OK(sx_store_step_payload(&payload, &n, store, "users", "k1", err));
  CHECK_INT(n, 7);
  sx_mem_free(NULL, payload);
  bool has = true;
  CHECK_OK(sx_store_has_step(&has, store, "users", "k1", err)); /* its carriers are gone: it is computed anew */
  CHECK(!has);
  CHECK_OK(sx_store_has_step(&has, store, "own", "own", err));
  CHECK(has);
  bool again = true;
  int64_t last = 0, last_id = 0;
  one_run(store, &last, &last_id, "own", &again);
  CHECK(!again);
  sx_store_close(store);
  (void)remove(path);
}

/* What a later run took over from an older one stays with it. */
static void pruned_but_shared(void) {
  sx_store *store = NULL;
  int64_t run = 0, id = 0, shared = 0;
  const double scores[3] = {1, 2, 3};
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  for (size_t i = 0; i < 5; i++) {
    bool again = false;
    REQUIRE_OK(sx_store_begin(&run, store, &info, NULL, 0, err));
    CHECK_OK(sx_store_reuse(&again, store, "users", "k1", err));
    CHECK(again == (i > 0));
    if (i == 0) {
      const sx_store_row row = row_of("users", "total", 1);
      CHECK_OK(sx_store_put_row(&shared, store, "users", &row, err));
      CHECK_OK(sx_store_put_carrier(store, shared, "d1", scores, sizeof scores, err));
      CHECK_OK(sx_store_put_step(store, "users", "k1", "1", 1, err));
    }
    CHECK_OK(sx_store_finish(store, err));
  }
  bool found = false;
  sx_store_row got;
  CHECK_OK(sx_store_find(&found, &got, store, run, "users", NULL, NULL, 0, err));
  id = found ? got.id : 0;
  CHECK(has_carrier(store, id));
  CHECK(!has_carrier(store, shared));
  sx_store_close(store);
  (void)remove(path);
}

/* Domains relabelled in a later run: each run keeps its own labels. */
static void relabelled(void) {
  sx_store *store = NULL;
  int64_t run[2] = {0, 0};
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  for (int i = 0; i < 2; i++) {
    const sx_store_term term = {"z", "1", {"z", NULL}, {i ? "新" : "旧", NULL}};
    sx_store_row row = row_of("users", "total", i);
    row.terms = &term;
    row.n_terms = 1;
    REQUIRE_OK(sx_store_begin(&run[i], store, &info, NULL, 0, err));
    CHECK_OK(sx_store_put_row(NULL, store, NULL, &row, err));
    REQUIRE_OK(sx_store_finish(store, err));
  }
  for (int i = 0; i < 2; i++) {
    bool found = false;
    sx_store_row got;
    REQUIRE_OK(sx_store_find(&found, &got, store, run[i], "users", NULL, &z, 1, err));
    REQUIRE(found && got.n_terms == 1);
    CHECK_NEAR(got.estimate, i, 0);
    CHECK_STR(got.terms[0].level_label.zh, i ? "新" : "旧");
  }
  sx_store_close(store);
  (void)remove(path);
}

static sx_status check_domain(void *data, const sx_store_row *row, sx_error *err) {
  char level[16];
  size_t *n = data;
  (void)err;
  (void)snprintf(level, sizeof level, "%.0f", row->estimate);
  CHECK_INT(row->n_terms, 1);
  if (row->n_terms == 1) CHECK_STR(row->terms[0].level, level);
  (*n)++;
  return SX_OK;
}

/* Terms of many domains, read in any order and again: each row has its own. The state tells where rows may be others, and stays where they are only read. */
static void many_domains(void) {
  enum { N = 300 };
  sx_store *store = NULL;
  int64_t run = 0;
  bool found = false;
  sx_store_row got;
  size_t n = 0;
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  uint64_t state = sx_store_rows_state(store);
  CHECK(state != 0);
#define CHANGED() (sx_store_rows_state(store) != state ? (state = sx_store_rows_state(store), true) : false)
  REQUIRE_OK(sx_store_begin(&run, store, &info, &input, 1, err));
  CHECK(CHANGED());
  CHECK_OK(sx_store_put_place(store, "indicator:users", 0, err));
  CHECK(CHANGED());
  for (size_t i = 0; i < N; i++) {
    char level[16];
    (void)snprintf(level, sizeof level, "%zu", i * 7 % N);
    const sx_store_term term = {"place", level, {"地", "Place"}, {level, level}};
    sx_store_row row = row_of("users", "total", (double)(i * 7 % N));
    row.terms = &term;
    row.n_terms = 1;
    CHECK_OK(sx_store_put_row(NULL, store, "indicator:users", &row, err));
    CHECK(CHANGED());
  }
  CHECK_OK(sx_store_put_step(store, "indicator:users", "k", "1", 1, err));
  for (int pass = 0; pass < 2; pass++) CHECK_OK(sx_store_each_row(store, run, NULL, check_domain, &n, err));
  CHECK_INT(n, 2 * N);
  for (size_t i = 0; i < 3; i++) {
    static const char *const levels[] = {"299", "0", "64"};
    const sx_store_term term = {"place", levels[i], {NULL, NULL}, {NULL, NULL}};
    found = false;
    CHECK_OK(sx_store_find(&found, &got, store, run, "users", NULL, &term, 1, err));
    REQUIRE(found && got.n_terms == 1);
    CHECK_STR(got.terms[0].level_label.en, levels[i]);
  }
  CHECK(!CHANGED());
  CHECK_OK(sx_store_finish(store, err));
  CHECK_OK(sx_store_hide(store, NULL, err));
  CHECK(CHANGED());
  bool again = false;
  REQUIRE_OK(sx_store_begin(&run, store, &info, &input, 1, err));
  CHECK(CHANGED());
  CHECK_OK(sx_store_reuse(&again, store, "indicator:users", "k", err));
  CHECK(again && CHANGED());
#undef CHANGED
  sx_store_close(store);
  (void)remove(path);
}

static void csv(void) {
  const sx_store_term n_named = {"n", "a \"b\", c", {NULL, NULL}, {NULL, NULL}};
  sx_store_row rows[3] = {row_of("users", "total", 1.5), row_of("users", "gap", (double)NAN), row_of("m", "mean", 0.1)};
  rows[1].terms = &z;
  rows[1].n_terms = 1;
  rows[1].n = -1;
  rows[1].df = (double)INFINITY;
  rows[1].low = rows[1].high = (double)NAN;
  rows[1].na_reason = "empty domain";
  rows[2].terms = &n_named;
  rows[2].n_terms = 1;
  sx_buf out;
  sx_buf_init(&out, NULL);
  CHECK_OK(sx_store_rows_csv(&out, rows, 3, err));
  CHECK_STR(out.data,
            "wave,indicator,statistic,z,by.n,estimate,std.error,conf.low,conf.high,conf.level,df,n,n_eff,deff,cv,unit,"
            "quality,na_reason,method\n"
            "2025-S1,users,total,,,1.5,0.25,1,2,0.95,99,1234,800.5,1.5,0.01,人,,,taylor\n"
            "2025-S1,users,gap,1,,,0.25,,,0.95,Inf,,800.5,1.5,0.01,人,,empty domain,taylor\n"
            "2025-S1,m,mean,,\"a \"\"b\"\", c\",0.1,0.25,-0.4,0.6,0.95,99,1234,800.5,1.5,0.01,人,,,taylor\n");
  sx_buf_clear(&out);
}

static void misuse(void) {
  sx_store *store = NULL;
  int64_t run = 0;
  const sx_store_row row = row_of("users", "total", 1);
  REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
  CHECK_FAILS(sx_store_put_row(NULL, store, NULL, &row, err), SX_E_ARGUMENT, path, "no run has been begun");
  sx_store_run latest;
  CHECK_FAILS(sx_store_latest(&latest, store, err), SX_E_DATA, path, "no finished run");
  REQUIRE_OK(sx_store_begin(&run, store, &info, NULL, 0, err));
  CHECK_FAILS(sx_store_begin(&run, store, &info, NULL, 0, err), SX_E_ARGUMENT, path, "already");
  sx_store_close(store);
  CHECK(!sx_file_exists(path)); /* one that this made, with no run in it */
  store = NULL;
  REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err));
  REQUIRE_OK(sx_store_begin(&run, store, &info, NULL, 0, err));
  REQUIRE_OK(sx_store_finish(store, err));
  sx_store_close(store);
  store = NULL;
  REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err)); /* and one that was there stays */
  sx_store_close(store);
  store = NULL;
  REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_READ, err));
  CHECK_FAILS(sx_store_begin(&run, store, &info, NULL, 0, err), SX_E_ARGUMENT, path, "reading only");
  sx_store_close(store);
  (void)remove(path);
  CHECK_FAILS(sx_store_open(&store, NULL, path, SX_STORE_READ, err), SX_E_IO, path, "run the study first");
  CHECK_FAILS(sx_store_open(&store, NULL, "", SX_STORE_READ, err), SX_E_ARGUMENT, "", "file name");
}

/* 20,000 rows of 400 domains in under 150 ms, commit and all. */
static void quick(void) {
#if defined(SX_SANITIZED)
  const double limit = 5;
#else
  const double limit = 0.150;
#endif
  double best = 1e9;
  for (int turn = 0; turn < 3; turn++) {
    sx_store *store = NULL;
    int64_t run = 0;
    struct timespec t0, t1;
    REQUIRE_OK(sx_store_open(&store, NULL, fresh(), SX_STORE_WRITE, err));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
    REQUIRE_OK(sx_store_begin(&run, store, &info, NULL, 0, err));
    for (int i = 0; i < 20000; i++) {
      char level[16];
      (void)snprintf(level, sizeof level, "%d", i % 400);
      const sx_store_term term = {"province", level, {"省", "Province"}, {level, level}};
      sx_store_row row = row_of("users", "total", i);
      row.terms = &term;
      row.n_terms = 1;
      if (sx_store_put_row(NULL, store, "s", &row, NULL) != SX_OK) SXT_FAIL("row %d", i);
    }
    REQUIRE_OK(sx_store_finish(store, err));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
    sx_store_close(store);
    const double seconds = (double)(t1.tv_sec - t0.tv_sec) + 1e-9 * (double)(t1.tv_nsec - t0.tv_nsec);
    if (seconds < best) best = seconds;
  }
  printf("20,000 rows: %.0f ms of processor time\n", best * 1e3);
  CHECK(best < limit);
  (void)remove(path);
}

SXT_MAIN(SXT_CASE(round_trip), SXT_CASE(main_one), SXT_CASE(to_and_fro), SXT_CASE(walks), SXT_CASE(carriers),
         SXT_CASE(reuse), SXT_CASE(pruned), SXT_CASE(pruned_but_shared), SXT_CASE(relabelled), SXT_CASE(many_domains),
         SXT_CASE(csv), SXT_CASE(misuse), SXT_CASE(quick))
