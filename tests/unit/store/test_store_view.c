/* Rows that are held in memory are those of the tables: each find and each walk gives the same with and without, and what is written, hidden or shown again is
 * seen at once. */
#include "shuxiao/store.h"
#include "sxt.h"

#include <math.h>
#include <unistd.h>

static char path[256];

static const sx_store_term z = {"z", "1", {"Z世代", "Gen Z"}, {"是", "yes"}};
static const sx_store_term rural = {"residence", "rural", {"城乡", "Residence"}, {"农村", "Rural"}};

static sx_store_row row_of(const char *indicator, const char *statistic, double estimate) {
  const sx_store_row row = {.wave = "2025-S1",
                            .indicator = indicator,
                            .statistic = statistic,
                            .estimate = estimate,
                            .se = 0.25,
                            .low = estimate - 0.5,
                            .high = estimate + 0.5,
                            .n = 12};
  return row;
}

typedef struct asked {
  const char *indicator, *statistic;
  sx_store_term terms[2];
  size_t n;
} asked;

/* What finds and walks say, as one text. */
static void say(sx_buf *out, sx_store *store, int64_t run) {
  const asked all[] = {{"users", NULL, {z}, 0},
                       {"users", "gap", {z}, 0},
                       {"users", "total", {z}, 0},
                       {"users", NULL, {z}, 1},
                       {"users", "gap_x", {z}, 1},
                       {"users", NULL, {z, rural}, 2},
                       {"users", "total", {rural, z}, 2},
                       {"rate", NULL, {z}, 0},
                       {"rate", "share_of_all", {z}, 0},
                       {"none", NULL, {z}, 0},
                       {"users", "", {z}, 0},
                       {"late", NULL, {z}, 0}};
  sx_buf_reset(out);
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    sx_store_row row;
    bool found = true;
    REQUIRE_OK(
        sx_store_find(&found, &row, store, run, all[i].indicator, all[i].statistic, all[i].terms, all[i].n, err));
    if (found) sx_buf_printf(out, "%zu: %s %g %g n %lld\n", i, row.statistic, row.estimate, row.se, (long long)row.n);
  }
}

static sx_status walk(void *data, const sx_store_row *row, sx_error *err) {
  sx_buf_printf(data, "%s.%s=%g %zu;", row->indicator, row->statistic, row->estimate, row->n_terms);
  return sx_buf_status(data, err);
}

static void same_both_ways(sx_store *store, int64_t run) {
  const sx_ctx ctx = SX_CTX_INIT;
  sx_buf plain, held;
  sx_buf_init(&plain, &ctx);
  sx_buf_init(&held, &ctx);
  sx_store_let(store); /* whatever was held */
  say(&plain, store, run);
  REQUIRE_OK(sx_store_keep_rows(store, run, err));
  say(&held, store, run);
  CHECK(plain.n > 0);
  CHECK_STR(held.data, plain.data);
  for (int named = 0; named < 2; named++) {
    sx_buf_reset(&plain);
    sx_buf_reset(&held);
    REQUIRE_OK(sx_store_each_row(store, run, named ? "rate" : NULL, walk, &held, err));
    sx_store_let(store);
    REQUIRE_OK(sx_store_each_row(store, run, named ? "rate" : NULL, walk, &plain, err));
    REQUIRE_OK(sx_store_keep_rows(store, run, err));
    CHECK_STR(held.data, plain.data);
  }
  sx_buf_clear(&plain);
  sx_buf_clear(&held);
}

static void add(sx_store *store, const char *step, const char *indicator, const char *statistic, double estimate,
                const sx_store_term *terms, size_t n) {
  sx_store_row row = row_of(indicator, statistic, estimate);
  row.terms = terms;
  row.n_terms = n;
  REQUIRE_OK(sx_store_put_row(NULL, store, step, &row, err));
}

static void rows_held(void) {
  const char *dir = getenv("SX_BUILD");
  const sx_store_run info = {.study = "s", .wave = "2025-S1", .version = "1", .options_json = "{}", .started = "2026"};
  const sx_store_input input = {"interviews.sav", "ab12", 77};
  const sx_store_term both[] = {z, rural};
  sx_store *store = NULL;
  sx_store_row row;
  int64_t run = 0;
  bool found = false;
  (void)snprintf(path, sizeof path, "%s/test_store_view.%ld.sqlite", dir ? dir : "/tmp", (long)getpid());
  (void)remove(path);
  REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err));
  REQUIRE_OK(sx_store_begin(&run, store, &info, &input, 1, err));
  add(store, "b", "users", "gap", -1, NULL, 0);
  add(store, "b", "users", "total", 7, NULL, 0);
  add(store, "b", "users", "total", 8, NULL, 0); /* the first one is found */
  add(store, "b", "users", "gap_x", 2, &z, 1);
  add(store, "b", "users", "total", 3, &z, 1);
  add(store, "b", "users", "total", 4, both, 2);
  add(store, "a", "rate", "share_of_all", 0.5, NULL, 0);
  add(store, "a", "rate", "prop", 0.25, NULL, 0);
  same_both_ways(store, run);

  /* held: a row that is written now is found */
  add(store, "c", "late", "total", 99, NULL, 0);
  REQUIRE_OK(sx_store_find(&found, &row, store, run, "late", NULL, NULL, 0, err));
  CHECK(found && row.estimate > 98);
  same_both_ways(store, run);

  /* held: the order of the plan decides from when it is known */
  REQUIRE_OK(sx_store_put_place(store, "c", 0, err));
  same_both_ways(store, run);

  /* held: what is hidden is not seen, what is shown again is */
  REQUIRE_OK(sx_store_hide(store, "users\ttotal\n", err));
  REQUIRE_OK(sx_store_find(&found, &row, store, run, "users", "total", NULL, 0, err));
  CHECK(found && isnan(row.estimate));
  same_both_ways(store, run);
  REQUIRE_OK(sx_store_hide(store, NULL, err));
  REQUIRE_OK(sx_store_find(&found, &row, store, run, "users", "total", NULL, 0, err));
  CHECK(found && row.estimate > 6.5 && row.estimate < 7.5);

  /* another run than the one that is held */
  REQUIRE_OK(sx_store_keep_rows(store, run, err));
  REQUIRE_OK(sx_store_find(&found, &row, store, run + 1, "users", "total", NULL, 0, err));
  CHECK(!found);
  sx_store_close(store);
  (void)remove(path);
}

static sx_status see_block(void *data, int64_t order, const char *kind, const char *id, const char *json,
                           sx_error *err) {
  sx_buf_printf(data, "%d %s %s %s;", (int)order, kind, id ? id : "-", json);
  return sx_buf_status(data, err);
}

static sx_status see_tree(void *data, const char *kind, const char *id, sx_doc *block, sx_error *err) {
  sx_buf_printf(data, "%s %s %s ", kind, id ? id : "-", sx_doc_name(block));
  sx_node_to_json(data, sx_doc_root(block));
  sx_buf_add_char(data, ';');
  return sx_buf_status(data, err);
}

static void blocks(sx_buf *out, sx_store *store, int64_t run) {
  sx_buf_reset(out);
  REQUIRE_OK(sx_store_each_block(store, run, see_block, out, err));
  REQUIRE_OK(sx_store_each_tree(store, run, see_tree, out, err));
}

static sx_status share_last(void *data, const char *kind, const char *id, sx_doc *block, sx_error *err) {
  sx_doc **own = data;
  (void)kind, (void)id, (void)err;
  sx_doc_free(*own);
  *own = sx_doc_share(block);
  return SX_OK;
}

/* Blocks that are held are those of the table, in their order; one that is put is seen; a tree that is shared outlives the store. */
static void blocks_held(void) {
  const char *dir = getenv("SX_BUILD");
  const sx_store_run info = {.study = "s", .version = "1", .options_json = "{}", .started = "2026"};
  const sx_store_input input = {"interviews.sav", "ab12", 77};
  sx_store *store = NULL;
  int64_t run = 0;
  sx_doc *own = NULL;
  sx_buf plain, held;
  sx_buf_init(&plain, NULL);
  sx_buf_init(&held, NULL);
  (void)snprintf(path, sizeof path, "%s/test_store_view.%ld.sqlite", dir ? dir : "/tmp", (long)getpid());
  (void)remove(path);
  REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err));
  REQUIRE_OK(sx_store_begin(&run, store, &info, &input, 1, err));
  CHECK_OK(sx_store_put_block(store, 2, "table", "t1", "{\"title\":{\"zh\":\"甲\"}}", err));
  CHECK_OK(sx_store_put_block(store, 1, "text", NULL, "{\"md\":[1,2.5,null,true]}", err));
  blocks(&plain, store, run);
  CHECK_STR(plain.data, "1 text - {\"md\":[1,2.5,null,true]};2 table t1 {\"title\":{\"zh\":\"甲\"}};"
                        "text - text  {\"md\":[1,2.5,null,true]};table t1 table t1 {\"title\":{\"zh\":\"甲\"}};");
  REQUIRE_OK(sx_store_keep_blocks(store, run, err));
  blocks(&held, store, run);
  CHECK_STR(held.data, plain.data);
  CHECK_OK(sx_store_put_block(store, 0, "document", "d", "{\"a\":1}", err));
  blocks(&held, store, run);
  CHECK_STR(held.data, "0 document d {\"a\":1};1 text - {\"md\":[1,2.5,null,true]};"
                       "2 table t1 {\"title\":{\"zh\":\"甲\"}};document d document d {\"a\":1};"
                       "text - text  {\"md\":[1,2.5,null,true]};table t1 table t1 {\"title\":{\"zh\":\"甲\"}};");
  REQUIRE_OK(sx_store_keep_blocks(store, run, err));
  blocks(&plain, store, run + 1); /* another run's are not those that are held */
  CHECK_INT(plain.n, 0);
  REQUIRE_OK(sx_store_each_tree(store, run, share_last, &own, err));
  CHECK_OK(sx_store_put_block(store, 3, "table", "t2", "{\"title\":", err));
  CHECK_FAILS(sx_store_keep_blocks(store, run, err), SX_E_PARSE, "table t2", "");
  CHECK_FAILS(sx_store_each_tree(store, run, see_tree, &held, err), SX_E_PARSE, "table t2", "");
  sx_store_close(store);
  CHECK_STR(sx_node_get(sx_node_get(sx_doc_root(own), "title"), "zh")->text, "甲");
  sx_doc_free(own);
  sx_buf_clear(&plain);
  sx_buf_clear(&held);
  (void)remove(path);
}

SXT_MAIN(SXT_CASE(rows_held), SXT_CASE(blocks_held))
