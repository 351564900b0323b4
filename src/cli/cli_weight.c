/* cli_weight.c: base weights, unknown eligibility, nonresponse, frames, calibration and trimming in their order, and the file with
 * its new weights. */
#include <string.h>

#include "cli_weighting.h"

static const cli_option weight_options[] = {
    CLI_DESIGN_OPTIONS,
    CLI_WEIGHTING_OPTIONS,
    {"name", "W", "name of the new weight variable (weight_raked)", "新权数变量名（weight_raked）"},
    {"write-reps", "'rw[1-200]'", "write the replicate weights too, under these names", "同时写出复制权数，变量名如此"},
    {"output", "FILE", "where to (required)", "输出文件（必需）"},
};

static sx_status add_weights(sx_table *table, const sx_design *design, const char *name, sx_error *err) {
  sx_column *column = NULL;
  SX_TRY(sx_table_add(&column, table, name, SX_NUMBER, err));
  memcpy(column->data.f64, sx_design_weights(design), column->n * sizeof(double));
  return sx_column_set_label(sx_table_ctx(table), column, sx_design_describe(design), err);
}

/* What reads them back, in the words of the options. */
static sx_status say_how_to_read(cli_app *app, const cli_args *args, const sx_design *design, const char *name,
                                 sx_error *err) {
  const size_t reps = sx_design_replicates(design);
  const double *rscales = sx_design_rep_rscales(design);
  char number[SX_DOUBLE_TEXT_MAX];
  size_t n_names = 0;
  bool equal = true;
  for (size_t r = 0; r < reps; r++) equal = equal && rscales[r] == 1;
  sx_buf buf;
  sx_buf_init(&buf, &app->ctx);
  sx_buf_printf(&buf, "--weights %s --repweights '%s' --reptype %s", name, cli_value(args, "write-reps"),
                sx_rep_type_names(&n_names)[sx_design_rep_type(design)]);
  (void)sx_text_from_double(number, sx_design_rep_scale(design));
  sx_buf_printf(&buf, " --scale %s", number);
  if (cli_value(args, "rho")) sx_buf_printf(&buf, " --rho %s", cli_value(args, "rho"));
  for (size_t r = 0; r < reps && !equal; r++) {
    (void)sx_text_from_double(number, rscales[r]);
    sx_buf_printf(&buf, "%s%s", r ? "," : " --rscales ", number);
  }
  if (cli_flag(args, "mse")) sx_buf_add(&buf, " --mse");
  (void)sx_text_from_double(number, sx_design_df(design));
  sx_buf_printf(&buf, " --df %s", number);
  const sx_status status = sx_buf_status(&buf, err);
  if (status == SX_OK)
    cli_note(app, "%zu %s %s", reps,
             cli_text(app, "replicate weights written: read them with", "组复制权数已写出，读入时用"), buf.data);
  sx_buf_clear(&buf);
  return status;
}

static sx_status add_replicates(sx_table *table, const sx_design *design, const char *pattern, sx_arena *arena,
                                sx_error *err) {
  const size_t reps = sx_design_replicates(design);
  sx_name_range range;
  if (!reps)
    return sx_error_set(err, SX_E_ARGUMENT, "--write-reps",
                        "the design has no replicate weights: read them with --repweights or make them with "
                        "--make-reps");
  if (!sx_name_range_parse(&range, pattern))
    return sx_error_set(err, SX_E_ARGUMENT, "--write-reps", "'%s' is not a pattern like rw[1-%zu]", pattern, reps);
  if ((uint64_t)(range.last - range.first) + 1 != reps)
    return sx_error_set(err, SX_E_ARGUMENT, "--write-reps", "'%s' is not as many names as there are replicates: %zu",
                        pattern, reps);
  for (size_t r = 0; r < reps; r++) {
    sx_column *column = NULL;
    const char *name = sx_name_range_at(&range, range.first + (int64_t)r, arena);
    if (!name) return sx_error_memory(err);
    SX_TRY(sx_table_add(&column, table, name, SX_NUMBER, err));
    sx_design_replicate(column->data.f64, design, r);
  }
  return SX_OK;
}

static int run_weight(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  sx_arena *arena = NULL;
  sx_table *table = NULL;
  sx_design *design = NULL;
  cli_weighting_report report;
  memset(&report, 0, sizeof report);
  const char *path = args->words[0], *output = cli_value(args, "output"), *name = cli_value(args, "name");
  if (!output) return cli_usage(app, "weight needs --output FILE");
  sx_status status = sx_arena_new(&arena, &app->ctx, &err);
  const bool study = cli_is_study(path);
  if (status == SX_OK && study) {
    status = cli_read_study(&table, &design, app, args, path, &err);
  } else if (status == SX_OK) {
    status = cli_read_table(&table, app, args, path, &err);
    if (status == SX_OK) status = cli_read_design(&design, app, args, table, path, arena, &err);
  }
  if (status == SX_OK) status = cli_weighting_apply(&design, &report, table, arena, app, args, &err);
  const bool made = study || cli_value(args, "base-prob") || cli_value(args, "persons") || cli_value(args, "lines") ||
                    cli_value(args, "write-reps");
  if (status == SX_OK && report.n_steps < 2 && !made)
    status = sx_error_set(&err, SX_E_ARGUMENT, "",
                          "nothing to weight to: give --nonresponse, --rake, --poststratify, --calibrate or --trim");
  if (status == SX_OK) status = add_weights(table, design, name ? name : "weight_raked", &err);
  const char *pattern = cli_value(args, "write-reps");
  if (status == SX_OK && pattern) status = add_replicates(table, design, pattern, arena, &err);
  if (status == SX_OK) status = sx_io_write(table, output, &err);
  cli_progress_end(app);
  if (status == SX_OK && cli_synthetic(table))
    cli_say(app, "%s: %s", cli_text(app, "SYNTHETIC DATA", "合成数据"), cli_synthetic(table));
  if (status == SX_OK) cli_weighting_say(app, &report, true);
  if (status == SX_OK && pattern) status = say_how_to_read(app, args, design, name ? name : "weight_raked", &err);
  if (status == SX_OK) status = cli_weighting_print(app, &report, arena, &err);
  sx_design_free(design);
  sx_table_free(table);
  sx_arena_free(arena);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

const cli_command cli_weight_command = {
    .name = "weight",
    .synopsis = "FILE --rake '...' --output OUT [options]",
    .summary_en = "weights from selection through response to calibration, written to a file",
    .summary_zh = "从入样概率、无回答到校准与截尾的权数，并写出文件",
    .detail_en =
        "Steps are done in this order, each reported: base weights (--base-prob, --persons, --lines, or --weights), "
        "unknown\n"
        "eligibility (--eligibility), nonresponse (--nonresponse), two frames (--frame), then --poststratify, --rake "
        "or\n"
        "--calibrate, then --trim. Cases that did not respond stay in the file with the weight 0: errors need them.\n"
        "Each margin names its variable and the population total of every level. Margins must agree in their grand "
        "total,\n"
        "and every level of the population must be in the sample; otherwise the error names what does not fit.\n"
        "--calibrate takes totals of counts, levels, crossings and amounts: '(intercept)=6194, stype=H: 755, "
        "api99=3914069,\n"
        "stype=H*api99: 480000'; where no weights meet them, the error names the nearest that can be met.\n"
        "--write-reps 'rw[1-200]' writes the replicate weights that --make-reps made (or --repweights read), each "
        "weighted\n"
        "by itself, and says with which options to read them.",
    .detail_zh = "各步骤按下列顺序进行，逐步报告：基础权数（--base-prob、--persons、--lines，或 --weights），\n"
                 "合格性未知的调整（--eligibility），无回答调整（--nonresponse），两个抽样框（--frame），\n"
                 "再是 --poststratify、--rake 或 --calibrate，最后是 --trim。没有回答的样本留在文件中，权数为 0，\n"
                 "计算误差时需要它们。每个边际写明变量和各水平的总体总量；各边际的合计必须一致，\n"
                 "总体的每个水平都必须在样本中出现，否则错误信息会指出不符之处。\n"
                 "--calibrate 接受计数、水平、交叉和数量的总量：'(intercept)=6194, stype=H: 755, api99=3914069,\n"
                 "stype=H*api99: 480000'；没有权数能满足这些总量时，错误信息会给出能够满足的最接近的总量。\n"
                 "--write-reps 'rw[1-200]' 同时写出由 --make-reps 生成（或由 --repweights 读入）的复制权数，\n"
                 "每个复制各自加权，并说明应该用哪些选项读取。",
    .example =
        "shuxiao weight interviews.sav --weights base_weight --rake 'sex: male=690, female=654' --output weighted.sav",
    .options = weight_options,
    .n_options = sizeof weight_options / sizeof *weight_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_weight};
