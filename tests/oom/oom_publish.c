/* Each allocation of the formats of a run fails once. What the library behind the workbooks allocates is not ours to fail (docs/dev/foreign.md). */
#include "oom.h"
#include "unit/publish/publish_sample.h"

static sx_publish_fn make;

static sx_status all_files(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_store *store = NULL;
  sx_publish_files files;
  (void)data;
  sx_publish_files_init(&files, ctx);
  sx_status status = sx_store_open(&store, ctx, sample_path(), SX_STORE_READ, err);
  if (status == SX_OK) status = make(&files, store, 1, NULL, err);
  if (status != SX_OK) CHECK_INT(files.n, 0);
  if (status == SX_OK) status = sx_publish_bundle(&files, "b", err);
  sx_publish_files_clear(&files);
  sx_store_close(store);
  return status;
}

static void run_format(const char *name) {
  const sx_publish_format *format = sx_publish_find(name);
  REQUIRE(format);
  make = format->make;
  bool through = false;
  for (long k = 1; !through && k < 20000; k += k < 60 ? 1 : 17)
    through = oom_try(name, all_files, NULL, 1, k, k % 2 == 1);
  CHECK(through);
}

static void test_formats(void) {
  static const char *const names[] = {"csv", "sdmx", "json-stat", "px", "ddi", "xlsx"};
  int64_t run = 0;
  sx_store *store = sample_open(NULL, &run);
  REQUIRE(store);
  sx_store_close(store);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) run_format(names[i]);
  (void)remove(sample_path());
}

SXT_MAIN(SXT_CASE(test_formats))
