/* cli_refill.c: an edited Word report gets the numbers of another run. */
#include "cli.h"

#include <string.h>

#include "shuxiao/publish.h"

static const cli_option refill_options[] = {
    {"against", "RESULTS.db", "the results whose newest run gives the numbers", "取其最近一次运行的数字"},
    {"output", "FILE.docx", "the document to write (also -o)", "写出的文档（也可写作 -o）"},
};

static void add_item(cli_grid *grid, sx_arena *arena, const cli_app *app, const sx_refill_item *e) {
  static const char *const zh[] = {"已更新", "不变", "无此结果"}, *const en[] = {"changed", "same", "missing"};
  const size_t what = !e->after ? 2 : strcmp(e->before, e->after) == 0;
  char key[512];
  const char *bar = strstr(e->key, " | ");
  (void)snprintf(key, sizeof key, "%.*s", bar ? (int)(bar - e->key) : 500, e->key);
  cli_grid_add(grid, app->chinese && !grid->machine ? zh[what] : en[what]);
  cli_grid_add(grid, sx_arena_strdup(arena, key));
  cli_grid_add(grid, cli_clean(arena, e->before, 0));
  cli_grid_add(grid, e->after ? cli_clean(arena, e->after, 0) : "");
  cli_grid_add_count(grid, (double)e->n_places);
  cli_grid_add_count(grid, (double)e->n_by_hand);
}

/* Words to be read again: where, what stands there, what the run says. */
static void add_words(cli_grid *grid, sx_arena *arena, const cli_app *app, const sx_refill_word *word) {
  const bool chinese = app->chinese && !grid->machine;
  cli_grid_add(grid, chinese ? "文字" : "words");
  cli_grid_add(grid, *word->place ? cli_clean(arena, word->place, grid->machine ? 0 : 40) : "");
  cli_grid_add(grid, cli_clean(arena, word->stands, 0));
  cli_grid_add(grid, cli_clean(arena, word->says, 0));
  cli_grid_add_count(grid, 1);
  cli_grid_add_count(grid, 0);
}

/* What changed or is missing; everything for a machine. Numbers that are no results stay and are not listed. */
static sx_status print_report(const cli_app *app, const sx_refill *report, sx_error *err) {
  static const char *const head[] = {"what", "result", "before", "after", "places", "by.hand"}, *const kopf[] = {
                                                                                                    "结果", "名称",
                                                                                                    "原文", "新文",
                                                                                                    "处数", "手改"};
  sx_arena *arena = NULL;
  cli_grid grid;
  size_t n = 0;
  SX_TRY(sx_arena_new(&arena, &app->ctx, err));
  cli_grid_init(&grid, arena, 6);
  grid.machine = cli_is_machine(app);
  for (size_t i = 0; i < 6; i++) cli_grid_add(&grid, app->chinese && !grid.machine ? kopf[i] : head[i]);
  for (size_t i = 0; i < report->n; i++) {
    const sx_refill_item *e = &report->items[i];
    if (!e->n_places || e->key[0] == '=' || e->key[0] == '#') continue;
    if (!grid.machine && e->after && strcmp(e->before, e->after) == 0 && !e->n_by_hand) continue;
    add_item(&grid, arena, app, e);
    n++;
  }
  for (size_t i = 0; i < report->n_words; i++, n++) add_words(&grid, arena, app, &report->words[i]);
  const sx_status status = n || grid.machine ? cli_grid_print(&grid, stdout, app->format, err) : SX_OK;
  sx_arena_free(arena);
  return status;
}

/* Words that were written anew, and how many are to be read again, which stand in the list above. */
static void print_words(const cli_app *app, const sx_refill *r) {
  if (r->n_words_changed || r->n_marks_changed)
    printf(app->chinese ? "随数字而定的文字：%zu 处已重写，%zu 个数字后的标记已更新\n"
                        : "words that follow from numbers: %zu written anew, signs behind %zu numbers set\n",
           r->n_words_changed, r->n_marks_changed);
  if (r->n_words)
    printf(app->chinese
               ? "%zu 处随数字而定的文字与本次运行不符，未作改动：请重读\n"
               : "%zu places of words that follow from numbers are not what the run says, and stay: read them again\n",
           r->n_words);
}

static void print_counts(const cli_app *app, const sx_refill *r, const char *path) {
  if (app->chinese)
    printf("%s：%zu 个域，%zu 个数字更新，%zu 处手改已改回，%zu 个没有结果\n", path, r->n_fields, r->n_changed,
           r->n_by_hand, r->n_missing);
  else
    printf("%s: %zu fields, %zu numbers changed, %zu edited by hand and set right, %zu without a result\n", path,
           r->n_fields, r->n_changed, r->n_by_hand, r->n_missing);
  for (size_t i = 0; i < r->n_drawn + r->n_not_drawn; i++) {
    const sx_refill_figure *f = &r->figures[i];
    if (f->reason)
      printf(app->chinese ? "图 %s：未能重绘（%s）\n" : "figure %s: not drawn anew: %s\n", f->id, f->reason);
    else
      printf(app->chinese ? "图 %s：已重绘\n" : "figure %s: drawn anew\n", f->id);
  }
  const size_t others = r->n_figures - r->n_drawn - r->n_not_drawn;
  if (others && app->chinese)
    printf("%zu 个图片不是研究中的图，未作改动\n", others);
  else if (others)
    printf("%zu pictures are no figures of the study and stay\n", others);
  print_words(app, r);
}

static int refill(cli_app *app, const char *path, const char *store_path, const char *output) {
  sx_error err = SX_ERROR_INIT;
  sx_store *store = NULL;
  sx_refill *report = NULL;
  char *data = NULL;
  size_t n = 0;
  sx_buf out;
  sx_buf_init(&out, &app->ctx);
  sx_status status = sx_store_files_settle(&app->ctx, store_path, &err);
  if (status == SX_OK) status = sx_file_read(&data, &n, &app->ctx, path, &err);
  if (status == SX_OK && !sx_file_exists(store_path))
    status = sx_error_set(&err, SX_E_IO, store_path, "there is no such file: --against wants the results.db of a run");
  if (status == SX_OK) status = sx_store_open(&store, &app->ctx, store_path, SX_STORE_READ, &err);
  if (status == SX_OK) status = sx_store_hide_run(store, -1, &err); /* as it was published */
  if (status == SX_OK) status = sx_publish_refill(&out, &report, data, n, path, store, -1, &err);
  if (status == SX_OK) status = sx_file_write(&app->ctx, output, out.data, out.n, &err);
  cli_progress_end(app);
  if (status == SX_OK) status = print_report(app, report, &err);
  if (status == SX_OK && !cli_is_machine(app)) print_counts(app, report, output);
  const bool gate = status == SX_OK && (report->n_missing > 0 || report->n_words > 0);
  sx_refill_free(report);
  sx_store_close(store);
  sx_mem_free(&app->ctx, data);
  sx_buf_clear(&out);
  return status == SX_OK ? (gate ? CLI_GATE : CLI_OK) : cli_fail(app, &err);
}

static int run_refill(cli_app *app, const cli_args *args) {
  const char *against = cli_value(args, "against"), *output = cli_value(args, "output");
  if (!against) return cli_usage(app, "--against RESULTS.db: which results?");
  if (!output) return cli_usage(app, "--output FILE.docx: where to?");
  return refill(app, args->words[0], against, output);
}

const cli_command cli_refill_command = {
    .name = "refill",
    .synopsis = "EDITED.docx --against RESULTS.db --output NEW.docx",
    .summary_en = "an edited Word report gets the numbers of another run",
    .summary_zh = "把改过的 Word 报告换成另一次运行的数字",
    .detail_en =
        "Every number of a report.docx is a field that says which result it is. What a person wrote around the "
        "fields,\n"
        "styles, comments and pictures of one's own stay; the numbers become those of the newest run of RESULTS.db, "
        "in\n"
        "the text, in tables and in footnotes, and the report's figures are drawn anew. A number that was changed by "
        "hand is set right and listed. Words\n"
        "that follow from numbers (rose, fell, conditions, ranks, notes, signs) are written anew; where a person "
        "changed\n"
        "them and the run says otherwise now, they stay and are listed: exit 3. A field whose result the\n"
        "run does not have keeps its text: exit 3. To find changes by hand without replacing them: shuxiao audit\n"
        "EDITED.docx --against RESULTS.db.",
    .detail_zh =
        "report.docx 中的每个数字都是一个域，记着它是哪个结果。人写的文字、样式、批注和自己的图片保持不变；\n"
        "正文、表格和脚注中的数字换成 RESULTS.db 最近一次运行的结果，报告中的图重新绘制。手改过的数字会改回并列出。\n"
        "随数字而定的文字（上升下降、条件语句、排名、图表注、标记）重新写出；手改过而本次运行说法已变的，保留原文并列出"
        "：退出码为 3。\n"
        "运行中没有的结果，其域保持原文：退出码为 3。只想找出手改之处而不替换：\n"
        "shuxiao audit EDITED.docx --against RESULTS.db。",
    .example = "shuxiao refill earlier/digital-consumption-2025h1.zh.docx --against earlier/results.db -o new.docx",
    .options = refill_options,
    .n_options = sizeof refill_options / sizeof *refill_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_refill};
