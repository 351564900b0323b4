/* Every allocation fails once in the entries that the rooms' own programs reach only through others: a new study and its guesses, formats and
 * references of a report, writers in pieces, post-stratification, estimates without a carrier, the truth of a model. */
#include <sys/stat.h>
#include <unistd.h>

#include "oom.h"
#include "shuxiao/estimate.h"
#include "shuxiao/io.h"
#include "shuxiao/study.h"
#include "shuxiao/synth.h"
#include "shuxiao/weighting.h"
#include "unit/synth/synth_fixture.h"

static char folder[300];

static void make_folder(void) {
  const char *build = getenv("SX_BUILD");
  snprintf(folder, sizeof folder, "%s/oom-entries-%ld", build ? build : "/tmp", (long)getpid());
  if (mkdir(folder, 0777) != 0) SXT_FAIL("cannot make %s", folder);
}

static const char *at(const char *name) {
  static char path[400];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void remove_new(void) {
  static const char *const files[] = {"new/narrative/zh.md", "new/narrative/en.md", "new/study.yaml",
                                      "new/example.csv"};
  for (size_t i = 0; i < 4; i++) (void)unlink(at(files[i]));
  (void)rmdir(at("new/narrative"));
  (void)rmdir(at("new"));
}

static sx_status call_new(const sx_ctx *ctx, void *data, sx_error *err) {
  remove_new();
  return sx_study_new(ctx, at("new"), data, err);
}

static void new_study(void) {
  char csv[] = "tests/cli/data/shops.csv";
  CHECK(oom_run("new from a file", call_new, csv) > 20);
  CHECK(oom_run("new", call_new, NULL) > 20);
  remove_new();
}

static sx_status each(void *data, const sx_reference *reference, const char *format, size_t line, size_t column,
                      sx_error *err) {
  (void)line;
  (void)column;
  *(size_t *)data += reference->n_terms + (*format != 0);
  (void)err;
  return SX_OK;
}

static sx_status call_report(const sx_ctx *ctx, void *data, sx_error *err) {
  static const char text[] = "# 一\n\n{{ users.total | 亿人 2 }}，{{ rate.z*age:20-29.gap | pp 1 }}\n";
  static const char *const formats[] = {"亿人 2", "% 1", "pp 1", "trillion yuan 2", "plain 0", "万人 1 unit:none"};
  size_t n = 0;
  (void)data;
  sx_status status = sx_report_each_reference(text, sizeof text - 1, each, &n, err);
  sx_buf out;
  sx_buf_init(&out, ctx);
  for (size_t i = 0; status == SX_OK && i < sizeof formats / sizeof *formats; i++) {
    status = sx_report_format(&out, 958123456.0, formats[i], i % 2 ? SX_LANG_ZH : SX_LANG_EN, err);
  }
  sx_json_string(&out, "a\"b\n");
  sx_buf_add_n(&out, text, sizeof text - 1);
  if (status == SX_OK) status = sx_buf_status(&out, err);
  sx_buf_clear(&out);
  return status;
}

static void report_texts(void) {
  CHECK(oom_run("formats and references", call_report, NULL) > 0);
}

static sx_status fill(sx_table **out, const sx_ctx *ctx, sx_error *err) {
  static const char csv[] = "g,w,y\na,2,1\na,3,0\nb,1,1\nb,4,1\n";
  return sx_io_read_memory(out, ctx, "t.csv", csv, sizeof csv - 1, NULL, err);
}

/* One case in pieces: a column made apart and taken, a file written in two additions, another abandoned. */
static sx_status write_pieces(const sx_ctx *ctx, sx_table *t, const char *path, sx_error *err) {
  sx_writer *writer = NULL, *other = NULL;
  sx_column *column = NULL;
  SX_TRY(sx_column_new(&column, ctx, "z", SX_NUMBER, sx_table_rows(t), err));
  sx_status status = sx_table_take(t, column, err);
  if (status != SX_OK) {
    sx_column_free(ctx, column);
    return status;
  }
  SX_TRY(sx_writer_open(&writer, ctx, path, t, 2 * sx_table_rows(t), err));
  status = sx_writer_add(writer, t, err);
  if (status == SX_OK) status = sx_writer_add(writer, t, err);
  if (status != SX_OK) {
    sx_writer_abandon(writer);
    return status;
  }
  SX_TRY(sx_writer_close(writer, err));
  SX_TRY(sx_writer_open(&other, ctx, path, t, sx_table_rows(t), err));
  sx_writer_abandon(other);
  return SX_OK;
}

static sx_status call_write(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_table *t = NULL;
  SX_TRY(fill(&t, ctx, err));
  const sx_status status = write_pieces(ctx, t, at(data), err);
  sx_table_free(t);
  return status;
}

static void writers(void) {
  char csv[] = "w.csv", sav[] = "w.sav";
  CHECK(oom_run("a csv in pieces", call_write, csv) > 10);
  CHECK(oom_run("a sav in pieces", call_write, sav) > 10);
  (void)unlink(at("w.csv"));
  (void)unlink(at("w.sav"));
}

static sx_status poststratify(sx_design **out, const sx_ctx *ctx, const sx_table *t, sx_error *err) {
  static const char *const variables[] = {"g"}, *const a[] = {"a"}, *const b[] = {"b"};
  static const char *const *const levels[] = {a, b};
  static const double totals[] = {10, 20};
  const sx_target target = {variables, 1, levels, totals, 2, "g"};
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.weights = "w";
  sx_design *base = NULL;
  SX_TRY(sx_design_new(&base, ctx, t, &spec, err));
  const sx_status status = sx_weighting_poststratify(out, base, t, &target, NULL, err);
  sx_design_free(base);
  return status;
}

static sx_status call_estimates(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_table *t = NULL;
  sx_design *d = NULL, *again = NULL;
  sx_est *constant = NULL, *missing = NULL;
  size_t rank = 0;
  double a[] = {1, 2, 3, 2, 4, 6};
  (void)data;
  sx_status status = fill(&t, ctx, err);
  if (status == SX_OK) status = poststratify(&d, ctx, t, err);
  if (status == SX_OK) status = sx_design_reweight(&again, d, sx_design_weights(d), NULL, NULL, 0, "again", err);
  if (status == SX_OK) status = sx_est_constant(&constant, ctx, 2.0, err);
  if (status == SX_OK) status = sx_est_missing(&missing, ctx, SX_NA_EMPTY_DOMAIN, err);
  if (status == SX_OK) status = sx_num_rank(&rank, a, 3, 2, 1e-11, ctx, err);
  if (status == SX_OK) CHECK_INT(rank, 1);
  sx_est_free(constant);
  sx_est_free(missing);
  sx_design_free(again);
  sx_design_free(d);
  sx_table_free(t);
  return status;
}

static void estimates(void) {
  CHECK(oom_run("post-stratified", call_estimates, NULL) > 20);
}

static sx_status call_truth(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_synth_model *model = NULL;
  double truth = 0;
  SX_TRY(sx_synth_load(&model, ctx, fixture_path("model.yaml"), err));
  const sx_status status = sx_synth_truth(&truth, model, data, NULL, NULL, err);
  sx_synth_free(model);
  return status;
}

static void truths(void) {
  char user[] = "user";
  fixture_files(fixture_body);
  CHECK(oom_run("the truth of a model", call_truth, user) > 20);
  fixture_clean();
}

static sx_status call_again(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_study *study = NULL;
  const sx_load_options options = {.version = 1, .again = true};
  (void)data;
  SX_TRY(sx_study_load_with(&study, ctx, fixture_path("study.yaml"), &options, NULL, err));
  sx_study_free(study);
  return SX_OK;
}

/* A study whose interviews the run before made: its results are asked. */
static void loaded_again(void) {
  sx_study *study = NULL;
  sx_run_result *result = NULL;
  char command[160];
  fixture_dir[0] = '\0'; /* a folder of its own */
  fixture_files(fixture_body);
  fixture_write("study.yaml", "study: again\nlanguages: [en]\noutputs: [csv]\ndata: {t: {file: out.sav, generate: "
                              "{model: model.yaml, n: 300, seed: 2}}}\ndesign: {weights: weight}\n"
                              "indicators: {users: {total: user}}\n");
  REQUIRE_OK(sx_study_load(&study, NULL, fixture_path("study.yaml"), NULL, err));
  CHECK_OK(sx_study_run(&result, study, NULL, err));
  sx_run_result_free(result);
  sx_study_free(study);
  CHECK(oom_run("a study loaded again", call_again, NULL) > 100);
  snprintf(command, sizeof command, "rm -rf '%s'", fixture_dir);
  CHECK_INT(system(command), 0);
}

static void begin(void) {
  make_folder();
}
static void end(void) {
  (void)rmdir(folder);
}

SXT_MAIN(SXT_CASE(begin), SXT_CASE(new_study), SXT_CASE(report_texts), SXT_CASE(writers), SXT_CASE(estimates),
         SXT_CASE(truths), SXT_CASE(loaded_again), SXT_CASE(end))
