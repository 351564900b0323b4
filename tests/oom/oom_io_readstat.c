/* Readers and writers of statistics formats with each of our allocations failing once: .sav and .zsav read, written, in batches;
 * .dta read and written. ReadStat's own allocations do not pass through our allocator (docs/dev/foreign.md). */
#include <unistd.h>

#include "oom/oom.h"
#include "shuxiao/io.h"
#include "unit/io/sav_bytes.h"

static char path[64];

static void make_sample(sav_bytes *b, int compression, int n_cases, bool gbk) {
  const sav_sample o = {gbk ? "GBK" : "UTF-8", gbk ? "GBK" : "UTF-8", gbk ? 936 : 65001, compression, false, n_cases};
  sav_sample_make(b, &o);
}

static sx_status call_read(const sx_ctx *ctx, void *data, sx_error *err) {
  const sav_bytes *b = data;
  sx_table *t = NULL;
  const sx_status st = sx_io_read_memory(&t, ctx, "a.sav", b->p, b->n, NULL, err);
  CHECK((t != NULL) == (st == SX_OK));
  sx_table_free(t);
  return st;
}

static sx_status call_batches(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_reader *r = NULL;
  sx_table *t = NULL;
  sx_status st = sx_reader_open(&r, ctx, data, NULL, err);
  for (bool more = st == SX_OK; more;) {
    t = NULL;
    st = sx_reader_next(&t, r, 2, err);
    more = st == SX_OK && t;
    sx_table_free(t);
  }
  sx_reader_close(r);
  return st;
}

/* Reads the sample and writes it: everything that the table holds. */
static sx_status call_write(const sx_ctx *ctx, void *data, sx_error *err) {
  const sav_bytes *b = data;
  sx_table *t = NULL;
  SX_TRY(sx_io_read_memory(&t, ctx, "a.sav", b->p, b->n, NULL, err));
  const sx_status st = sx_io_write(t, path, err);
  sx_table_free(t);
  if (st != SX_OK) CHECK(access(path, F_OK) != 0);
  remove(path);
  return st;
}

/* Damage: everything is freed, and the fault or the lack of memory is told. */
static sx_status call_damaged(const sx_ctx *ctx, void *data, sx_error *err) {
  const sx_status st = call_read(ctx, data, err);
  CHECK(st != SX_OK);
  return st == SX_E_MEMORY ? st : SX_OK;
}

static void test_read(void) {
  sav_bytes b;
  for (int compression = 0; compression < 2; compression++) {
    make_sample(&b, compression, compression ? -1 : 5, compression == 1);
    CHECK(oom_run("read .sav", call_read, &b) > 50);
    free(b.p);
  }
}

static void test_batches(void) {
  sav_bytes b;
  make_sample(&b, 1, 5, true);
  snprintf(path, sizeof path, "/tmp/sxt-oom-%ld.sav", (long)getpid());
  FILE *f = fopen(path, "wb");
  REQUIRE(f && fwrite(b.p, 1, b.n, f) == b.n && fclose(f) == 0);
  CHECK(oom_run("batches of .sav", call_batches, path) > 50);
  remove(path);
  free(b.p);
}

static void test_damaged(void) {
  sav_bytes b;
  make_sample(&b, 0, 5, false);
  b.n -= 100;
  oom_run("cut .sav", call_damaged, &b);
  free(b.p);
}

static void test_write(void) {
  static const char *const extensions[] = {".sav", ".zsav"};
  sav_bytes b;
  make_sample(&b, 0, 5, false);
  for (int i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "/tmp/sxt-oom-%ld%s", (long)getpid(), extensions[i]);
    CHECK(oom_run(extensions[i], call_write, &b) > 50);
  }
  free(b.p);
}

static sx_status call_dta(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_table *t = NULL, *back = NULL;
  sx_column *c = NULL;
  (void)data;
  sx_status st = SX_OK;
  SX_TRY(sx_table_new(&t, ctx, 2, err));
  SX_TRY_GOTO(st, sx_table_add(&c, t, "income", SX_NUMBER, err), done);
  SX_TRY_GOTO(st, sx_column_set_missing(ctx, c, 1, 'a', err), done);
  SX_TRY_GOTO(st, sx_column_add_label(ctx, c, 1, NULL, 0, "one", err), done);
  SX_TRY_GOTO(st, sx_table_add(&c, t, "word", SX_TEXT, err), done);
  SX_TRY_GOTO(st, sx_dict_add(&c->data.code[0], c->dict, "text", 4, err), done);
  SX_TRY_GOTO(st, sx_table_set_meta(t, "notes", "note", err), done);
  SX_TRY_GOTO(st, sx_table_set_meta(t, "synthetic", "yes", err), done);
  SX_TRY_GOTO(st, sx_io_write(t, path, err), done);
  st = sx_io_read(&back, ctx, path, NULL, err);
done:
  remove(path);
  sx_table_free(back);
  sx_table_free(t);
  return st;
}

static void test_dta(void) {
  snprintf(path, sizeof path, "/tmp/sxt-oom-%ld.dta", (long)getpid());
  CHECK(oom_run(".dta", call_dta, NULL) > 50);
}

SXT_MAIN(SXT_CASE(test_read), SXT_CASE(test_batches), SXT_CASE(test_damaged), SXT_CASE(test_write), SXT_CASE(test_dta))
