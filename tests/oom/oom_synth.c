/* Every allocation of loading, drawing and writing fails once. The model is the fixture of the unit tests, which uses every kind
 * of variable; the formats' own libraries are tested with their rooms, so the file here is CSV. */
#include "oom.h"
#include "unit/synth/synth_fixture.h"

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_synth_model *m = NULL;
  sx_table *t = NULL;
  (void)data;
  SX_TRY(sx_synth_load_words(&m, ctx, fixture_path("model.yaml"), NULL, err));
  sx_synth_free(m);
  m = NULL;
  SX_TRY(sx_synth_load(&m, ctx, fixture_path("model.yaml"), err));
  sx_status st = sx_synth_generate(&t, m, &(sx_synth_sample){.n = 300, .seed = 1}, err);
  if (st == SX_OK) sx_table_free(t);
  if (st == SX_OK) st = sx_synth_generate(&t, m, &(sx_synth_sample){300, 1, {2, 200, 0.5, 0.5}}, err);
  if (st == SX_OK) sx_table_free(t);
  if (st == SX_OK) st = sx_synth_write(m, &(sx_synth_sample){.n = 300, .seed = 1}, fixture_path("out.csv"), err);
  sx_synth_free(m);
  return st;
}

/* libfyaml and its own malloc stand behind io; each run parses the file anew. */
static void synth(void) {
  fixture_files(fixture_body);
  const long n = oom_run("synth", call, NULL);
  CHECK(n > 50);
  fixture_clean();
}

SXT_MAIN(SXT_CASE(synth))
