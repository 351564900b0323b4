/* cli_convert.c: from one file format to another, labels and missing kept where the format has a place for them. */
#include "cli_design.h"

static const cli_option convert_options[] = {
    {"missing", "a,b", "texts that stand for missing in delimited files", "分隔文件中表示缺失的文本"},
    CLI_READ_OPTIONS,
};

static int run_convert(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  sx_table *table = NULL;
  sx_status status = cli_read_table(&table, app, args, args->words[0], &err);
  if (status == SX_OK) status = sx_io_write(table, args->words[1], &err);
  if (status == SX_OK) {
    cli_note(app, "%s: %zu %s, %zu %s", args->words[1], sx_table_rows(table), cli_text(app, "rows", "行"),
             sx_table_columns(table), cli_text(app, "variables", "个变量"));
  }
  sx_table_free(table);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

const cli_command cli_convert_command = {
    .name = "convert",
    .synopsis = "FROM TO [options]",
    .summary_en = "from one file format to another, with labels",
    .summary_zh = "转换文件格式，保留标签",
    .detail_en = "Writes .csv .tsv (also .gz), .sav .zsav and .dta, by the extension of TO.",
    .detail_zh = "按 TO 的扩展名写出 .csv、.tsv（可加 .gz）、.sav、.zsav 和 .dta。",
    .example = "shuxiao convert studies/digital-consumption-2025h1/interviews.sav interviews.dta",
    .options = convert_options,
    .n_options = sizeof convert_options / sizeof *convert_options,
    .min_words = 2,
    .max_words = 2,
    .run = run_convert};
