/* Each allocation of the store room fails once: SX_E_MEMORY, nothing leaks, and the file stays a store. */
#include "shuxiao/store_diff.h"
#include "sxt.h"

#include <unistd.h>

typedef struct failing {
  long calls, fail_at, live;
} failing;

static void *resize(void *ctx, void *ptr, size_t old_size, size_t new_size) {
  failing *f = ctx;
  (void)old_size;
  if (!new_size) {
    f->live -= ptr != NULL;
    free(ptr);
    return NULL;
  }
  if (f->calls++ == f->fail_at) return NULL;
  void *p = realloc(ptr, new_size);
  if (p && !ptr) f->live++;
  return p;
}

static sx_status keep_nothing(void *data, const sx_store_row *row, sx_error *err) {
  (void)err;
  *(double *)data += row->estimate;
  return SX_OK;
}

static sx_status keep_no_tree(void *data, const char *kind, const char *id, sx_doc *block, sx_error *err) {
  (void)kind, (void)id, (void)err;
  *(double *)data += sx_doc_root(block)->n == 0;
  return SX_OK;
}

/* Every public function of the room, on inputs that pack, unpack, cross and reuse. */
static sx_status scenario(const sx_ctx *ctx, const char *path, sx_error *err) {
  char hash[SX_HASH_TEXT], hashed[SX_HASH_TEXT];
  sx_hash_bytes(hashed, "plan", 4);
  static double scores[4000];
  for (size_t i = 0; i < 4000; i += 40) scores[i] = (double)i;
  const sx_store_term terms[] = {{"z", "1", {"Z世代", "Gen Z"}, {"是", "yes"}},
                                 {"area", "rural", {NULL, NULL}, {NULL, NULL}}};
  const sx_store_run info = {.study = "s", .version = "0"};
  const sx_store_input input = {"a.sav", "00", 1};
  const sx_store_indicator users = {.id = "users", .label = {"用户", "Users"}, .unit = "人", .scale = 1};
  sx_store_row row = {.indicator = "users", .statistic = "total", .terms = terms, .n_terms = 2, .estimate = 1, .n = 1};
  static const char plan[] = "s\tab\tcd\t\nt\tab\tcd\t0\n", specs[] = "{\"s\":\"x\",\"t\":\"y\"}";
  sx_store *store = NULL;
  sx_diff *diff = NULL;
  sx_revisions *revisions = NULL;
  void *data = NULL;
  size_t n;
  sx_store_run latest;
  sx_store_indicator back;
  int64_t run, id;
  bool found;
  double sum = 0;
  sx_buf csv;
  sx_buf_init(&csv, ctx);
  sx_status status;
  SX_TRY_GOTO(status, sx_store_open(&store, ctx, path, SX_STORE_WRITE, err), done);
  SX_TRY_GOTO(status, sx_store_begin(&run, store, &info, &input, 1, err), done);
  SX_TRY_GOTO(status, sx_store_put_place(store, "s", 0, err), done);
  SX_TRY_GOTO(status, sx_store_put_indicator(store, &users, err), done);
  SX_TRY_GOTO(status, sx_store_put_row(&id, store, "s", &row, err), done);
  SX_TRY_GOTO(status, sx_store_put_carrier(store, id, "d", scores, sizeof scores, err), done);
  SX_TRY_GOTO(status, sx_store_put_block(store, 0, "document", "d", "{}", err), done);
  SX_TRY_GOTO(status, sx_store_put_step(store, "s", "k", scores, sizeof scores, err), done);
  SX_TRY_GOTO(status, sx_store_put_step(store, "plan", "plan", plan, sizeof plan - 1, err), done);
  SX_TRY_GOTO(status, sx_store_put_step(store, "specs", "specs", specs, sizeof specs - 1, err), done);
  SX_TRY_GOTO(status, sx_store_finish(store, err), done);
  SX_TRY_GOTO(status, sx_store_begin(&run, store, &info, &input, 1, err), done);
  SX_TRY_GOTO(status, sx_store_reuse(&found, store, "s", "k", err), done);
  SX_TRY_GOTO(status, sx_store_put_step(store, SX_STORE_PLAN_STEP, hashed, hashed, SX_HASH_TEXT - 1, err), done);
  SX_TRY_GOTO(status, sx_store_put_step(store, "plan", "plan", plan, sizeof plan - 1, err), done);
  SX_TRY_GOTO(status, sx_store_put_step(store, "specs", "specs", specs, sizeof specs - 1, err), done);
  SX_TRY_GOTO(status, sx_store_finish(store, err), done);
  SX_TRY_GOTO(status, sx_store_step_payload(&data, &n, store, "s", "k", err), done);
  sx_mem_free(ctx, data);
  data = NULL;
  SX_TRY_GOTO(status, sx_store_latest(&latest, store, err), done);
  SX_TRY_GOTO(status, sx_store_plan_hash(hash, store, latest.id, err), done);
  CHECK_STR(hash, hashed);
  SX_TRY_GOTO(status, sx_store_find(&found, &row, store, latest.id, "users", NULL, terms, 2, err), done);
  SX_TRY_GOTO(status, sx_store_keep_rows(store, latest.id, err), done);
  SX_TRY_GOTO(status, sx_store_each_tree(store, latest.id, keep_no_tree, &sum, err), done);
  SX_TRY_GOTO(status, sx_store_keep_blocks(store, latest.id, err), done);
  SX_TRY_GOTO(status, sx_store_each_tree(store, latest.id, keep_no_tree, &sum, err), done);
  SX_TRY_GOTO(status, sx_store_find(&found, &row, store, latest.id, "users", NULL, terms, 2, err), done);
  SX_TRY_GOTO(status, sx_store_carrier(&data, &n, store, row.id, err), done);
  CHECK(data && n == sizeof scores && memcmp(data, scores, n) == 0);
  SX_TRY_GOTO(status, sx_store_get_indicator(&found, &back, store, latest.id, "users", err), done);
  SX_TRY_GOTO(status, sx_store_each_row(store, latest.id, NULL, keep_nothing, &sum, err), done);
  SX_TRY_GOTO(status, sx_store_rows_csv(&csv, &row, 1, err), done);
  SX_TRY_GOTO(status, sx_store_publish(store, latest.id, "first", err), done);
  SX_TRY_GOTO(status, sx_store_revisions(&revisions, store, NULL, err), done);
  SX_TRY_GOTO(status, sx_store_diff(&diff, store, 1, store, latest.id, 0, err), done);
done:
  sx_diff_free(diff);
  sx_revisions_free(revisions);
  sx_mem_free(ctx, data);
  sx_buf_clear(&csv);
  sx_store_close(store);
  return status;
}

static void each_once(void) {
  char path[256];
  const char *dir = getenv("SX_BUILD");
  (void)snprintf(path, sizeof path, "%s/oom_store.%ld.sqlite", dir ? dir : "/tmp", (long)getpid());
  long k = 0;
  for (;; k++) {
    failing f = {0, k, 0};
    sx_ctx ctx = SX_CTX_INIT;
    ctx.alloc = (sx_alloc){resize, &f};
    sx_error e = SX_ERROR_INIT;
    (void)remove(path);
    const sx_status status = scenario(&ctx, path, &e);
    CHECK_INT(f.live, 0);
    if (f.calls <= k) { /* nothing was left to fail */
      CHECK_INT(status, SX_OK);
      break;
    }
    if (status == SX_OK) continue; /* a buffer that could not double took just what it needed */
    if (status != SX_E_MEMORY) SXT_FAIL("allocation %ld: status %d, %s: %s", k, (int)status, e.where, e.message);
    sx_store *store = NULL;
    REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err));
    sx_store_close(store);
    if (k > 5000) break;
  }
  CHECK(k > 15 && k < 5000);
  (void)remove(path);
}

SXT_MAIN(SXT_CASE(each_once))
