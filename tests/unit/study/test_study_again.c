/* Loading for a run after a run: a model whose interviews are there, made of it as the results say, is not solved again; whatever differs in content is
 * found as without them. */
#include <stdatomic.h>

#include "shuxiao/study.h"
#include "unit/synth/synth_fixture.h"

static const char study_text[] = "study: again\n"
                                 "languages: [en]\n"
                                 "data: {t: {file: out.sav, generate: {model: model.yaml, n: 600, seed: 2}}}\n"
                                 "design: {weights: weight, strata: region}\n"
                                 "indicators: {users: {total: user}}\n";
/* Its words are in order, but more persons are asked for than are eligible. */
static const char too_many[] = "  - {name: user, flag: 0.5}\n  - {name: x, only: [user], flag: 0.6}\n";

/* How much a call allocates: solving takes memory of its own. */
typedef struct counter {
  atomic_size_t n;
} counter;

static void *counted(void *data, void *ptr, size_t old_size, size_t size) {
  counter *c = data;
  (void)old_size;
  if (!size) {
    free(ptr);
    return NULL;
  }
  atomic_fetch_add(&c->n, size);
  return realloc(ptr, size);
}

static sx_status load(sx_study **out, bool again, size_t *bytes, sx_error *err) {
  counter c;
  sx_ctx ctx = SX_CTX_INIT;
  sx_study *study = NULL;
  const sx_load_options options = {.version = 1, .again = again};
  atomic_init(&c.n, 0);
  ctx.alloc = (sx_alloc){counted, &c};
  const sx_status status =
      sx_study_load_with(&study, out ? NULL : &ctx, fixture_path("study.yaml"), &options, NULL, err);
  if (bytes) *bytes = atomic_load(&c.n);
  if (out)
    *out = study;
  else
    sx_study_free(study);
  return status;
}

/* Both ways of loading say the same. */
static void both_fail(const char *where, const char *message) {
  sx_error whole = SX_ERROR_INIT;
  CHECK_FAILS(load(NULL, true, NULL, err), SX_E_PARSE, where, message);
  CHECK_INT(load(NULL, false, NULL, &whole), SX_E_PARSE);
  CHECK_FAILS(load(NULL, true, NULL, err), SX_E_PARSE, whole.where, whole.message);
}

static size_t run(void) {
  sx_study *study = NULL;
  sx_run_result *result = NULL;
  sx_error err = SX_ERROR_INIT;
  size_t computed = 0;
  if (load(&study, true, NULL, &err) != SX_OK || sx_study_run(&result, study, NULL, &err) != SX_OK)
    SXT_FAIL("%s: %s", err.where, err.message);
  for (size_t i = 0; result && i < result->n_steps; i++) computed += !result->steps[i].reused;
  sx_run_result_free(result);
  sx_study_free(study);
  return computed;
}

static void write_sav(uint64_t seed) {
  sx_synth_model *model = NULL;
  const sx_synth_sample sample = {.n = 600, .seed = seed};
  REQUIRE_OK(sx_synth_load(&model, NULL, fixture_path("model.yaml"), err));
  CHECK_OK(sx_synth_write(model, &sample, fixture_path("out.sav"), err));
  sx_synth_free(model);
}

static size_t bytes_known; /* allocated by a load that asks the results and finds the model solved */

static void begin(void) {
  fixture_files(fixture_body);
  fixture_write("study.yaml", study_text);
  CHECK_OK(load(NULL, true, NULL, err)); /* nothing was run yet */
  CHECK(run() > 0);
  CHECK_OK(load(NULL, true, &bytes_known, err));
  CHECK_INT(run(), 0);
}

static void the_model_changed(void) {
  fixture_files(too_many);
  both_fail("study.yaml:3:", "only 0.5 are eligible");
  fixture_files(fixture_body);
  CHECK_INT(run(), 0);
}

static void an_input_changed(void) {
  static const char rates[] = "age_class,sex,user,buyer,pays,items_a,items_b,over100\n"
                              "young,male,0.9,0.7,0.9,0.3,0.45,0.2\nyoung,female,0.8,0.75,0.9,0.3,0.5,0.15\n"
                              "old,male,0.4,0.5,0.9,0.3,0.3,0.05\nold,female,0.5,0.4,0.9,0.25,0.35,0.1\n";
  fixture_write("rates.csv", rates);
  both_fail("study.yaml:3:", "of the persons, but only");
  fixture_files(fixture_body);
  CHECK_INT(run(), 0);
}

static void the_sample_changed(void) {
  fixture_write("study.yaml", study_text);
  char changed[sizeof study_text];
  memcpy(changed, study_text, sizeof changed);
  memcpy(strstr(changed, "seed: 2"), "seed: 3", 7);
  fixture_write("study.yaml", changed);
  CHECK(run() > 0); /* generated anew */
  fixture_write("study.yaml", study_text);
  CHECK(run() > 0);
  CHECK_INT(run(), 0);
}

/* Interviews that no run made: the model beside them is solved, whatever the results say of others. */
static void the_interviews_changed(void) {
  size_t bytes = 0;
  write_sav(7);
  CHECK_OK(load(NULL, true, &bytes, err));
  if (bytes <= bytes_known) SXT_FAIL("%zu bytes to solve a model, %zu where it is known", bytes, bytes_known);
  fixture_files(too_many);
  both_fail("study.yaml:3:", "only 0.5 are eligible");
  fixture_files(fixture_body);
  CHECK(run() > 0);
  CHECK_INT(run(), 0);
  write_sav(2); /* as the run before the last had them */
  (void)run();
  CHECK_INT(run(), 0);
}

/* One byte in the middle of a case: noticed, or refused with the case. */
static void a_byte_changed(void) {
  char *data = NULL;
  size_t n = 0;
  REQUIRE_OK(sx_file_read(&data, &n, NULL, fixture_path("out.sav"), err));
  data[n - 40] = (char)(data[n - 40] ^ 1);
  FILE *f = fopen(fixture_path("out.sav"), "wb");
  REQUIRE(f && fwrite(data, 1, n, f) == n && fclose(f) == 0);
  sx_error err = SX_ERROR_INIT;
  if (load(NULL, true, NULL, &err) == SX_OK)
    CHECK(run() > 0);
  else if (!strstr(err.message, "case"))
    SXT_FAIL("%s: %s", err.where, err.message);
  sx_mem_free(NULL, data);
  write_sav(2);
  (void)run();
  CHECK_INT(run(), 0);
}

static void the_results_are_gone(void) {
  FILE *f = fopen(fixture_path("out/results.db"), "wb");
  REQUIRE(f && fputs("no store", f) >= 0 && fclose(f) == 0);
  CHECK_OK(load(NULL, true, NULL, err));
  fixture_files(too_many);
  both_fail("study.yaml:3:", "only 0.5 are eligible");
}

static void end(void) {
  char command[160];
  snprintf(command, sizeof command, "rm -rf '%s'", fixture_dir);
  CHECK_INT(system(command), 0);
}

SXT_MAIN(SXT_CASE(begin), SXT_CASE(the_model_changed), SXT_CASE(an_input_changed), SXT_CASE(the_sample_changed),
         SXT_CASE(the_interviews_changed), SXT_CASE(a_byte_changed), SXT_CASE(the_results_are_gone), SXT_CASE(end))
