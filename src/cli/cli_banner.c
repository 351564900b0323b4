/* cli_banner.c: banner tables from a file: `shuxiao tab FILE --rows q1-q40 --cols 'total + sex + age5'`. */
#include "cli_banner.h"

#include <stdlib.h>
#include <string.h>

#include "cli_job.h"
#include "shuxiao/banner.h"
#include "shuxiao/publish.h"

typedef struct banner {
  cli_job job, before; /* before: of --previous */
  sx_link *link;
  sx_banner_request request;
  sx_quality_options quality;
  sx_banner_book *book;
} banner;

/* Options of the one-table form, and words beside the file. */
static sx_status check_form(const cli_args *args, sx_error *err) {
  static const char *const others[] = {"share", "test", "expect", "by", "ci", "level", "df"};
  for (size_t k = 0; k < sizeof others / sizeof *others; k++)
    if (cli_flag(args, others[k]))
      return sx_error_set(err, SX_E_ARGUMENT, "", "--%s belongs to a table of one or two variables, not to --rows",
                          others[k]);
  if (args->n_words > 1)
    return sx_error_set(err, SX_E_ARGUMENT, args->words[1],
                        "with --rows the questions stand there: give the file alone");
  if (cli_value(args, "unit") && !cli_value(args, "previous"))
    return sx_error_set(err, SX_E_ARGUMENT, "--unit", "it belongs to --previous FILE");
  return SX_OK;
}

/* "default" is the thresholds of a study that names none. */
static sx_status read_quality(banner *b, sx_error *err) {
  const char *text = cli_value(b->job.args, "quality");
  if (!text) return SX_OK;
  b->quality = (sx_quality_options)SX_QUALITY_OPTIONS_INIT;
  const sx_status status = strcmp(text, "default") == 0 ? SX_OK : sx_quality_parse(&b->quality, text, err);
  if (status != SX_OK) sx_error_add_where(err, "--quality");
  b->request.quality = &b->quality;
  b->request.mark_low = "[u]";
  return status;
}

static sx_status read_request(banner *b, sx_error *err) {
  const cli_args *args = b->job.args;
  const char *net = cli_value(args, "net"), *sig = cli_value(args, "sig");
  b->request = (sx_banner_request)SX_BANNER_REQUEST_INIT;
  b->request.rows = cli_value(args, "rows");
  b->request.columns = cli_value(args, "cols");
  b->request.stats = cli_value(args, "stats");
  b->request.where = cli_value(args, "where");
  sx_status status = sx_banner_sig_parse(&b->request.sig, sig ? sig : "spss", err);
  if (status != SX_OK) sx_error_add_where(err, "--sig");
  if (status == SX_OK && cli_value(args, "previous")) b->request.sig.compare |= SX_BANNER_PREVIOUS_WAVE;
  if (status == SX_OK) status = read_quality(b, err);
  if (status != SX_OK || !net) return status;
  sx_banner_net *nets = NULL;
  status = sx_banner_nets_parse(&nets, &b->request.n_nets, b->job.arena, net, err);
  b->request.nets = nets;
  if (status != SX_OK) sx_error_add_where(err, "--net");
  return status;
}

/* ---- the earlier wave ----------------------------------------------------------------------------------------------------------- */

static sx_status open_previous(banner *b, sx_error *err) {
  const cli_args *args = b->job.args;
  const char *path = cli_value(args, "previous"), *unit = cli_value(args, "unit");
  cli_job *jobs[2] = {&b->before, &b->job}; /* the link's first side is the earlier wave */
  sx_link_side side[2];
  const char *const *names = NULL;
  size_t n = 0;
  if (!path) return SX_OK;
  if (cli_is_study(path))
    return sx_error_set(err, SX_E_SUPPORT, path, "give the data file of the earlier wave, not its study");

  b->before.args = args;
  SX_TRY(cli_read_table(&b->before.table, b->job.app, args, path, err));
  SX_TRY(cli_take_codes(b->job.app, b->before.table, path, b->job.table, args->words[0], err));
  SX_TRY(cli_job_open_table(&b->before, path, err));
  if (!unit) return SX_OK;
  SX_TRY(cli_split(&names, &n, b->job.arena, unit, ',', err));
  for (size_t k = 0; k < 2; k++) {
    const sx_column **id = sx_arena_alloc(b->job.arena, n, sizeof *id);
    if (!id) return sx_error_memory(err);
    for (size_t i = 0; i < n; i++) SX_TRY(sx_table_need(&id[i], jobs[k]->table, names[i], err));
    side[k] = (sx_link_side){jobs[k]->design, id, n};
  }
  return sx_link_new(&b->link, &side[0], &side[1], NULL, err);
}

/* ---- output --------------------------------------------------------------------------------------------------------------------- */

static sx_status add_text(cli_grid *grid, sx_buf *text, sx_error *err) {
  SX_TRY(sx_buf_status(text, err));
  const char *own = sx_arena_strdup(grid->arena, text->data ? text->data : "");
  if (!own) return sx_error_memory(err);
  cli_grid_add(grid, own);
  sx_buf_reset(text);
  return SX_OK;
}

static sx_status fill_grid(cli_grid *grid, const banner *b, const sx_banner_table *t, sx_buf *text, sx_error *err) {
  const bool zh = b->job.app->chinese;
  cli_grid_add(grid, "");
  cli_grid_add(grid, "");
  for (size_t c = 0; c < t->columns->n_columns; c++) {
    sx_banner_column_text(text, t->columns, c, zh);
    SX_TRY(add_text(grid, text, err));
  }
  for (size_t r = 0; r < t->n_rows; r++) {
    const sx_banner_row *row = &t->row[r];
    const sx_banner_text measure = sx_banner_measure_label(row->measure);
    const bool said = row->kind == SX_BANNER_ROW_BASE || (row->kind == SX_BANNER_ROW_STATISTIC);
    if (!row->continued) sx_banner_row_text(text, row, zh);
    SX_TRY(add_text(grid, text, err));
    cli_grid_add(grid, said ? "" : zh ? measure.zh : measure.en);
    for (size_t c = 0; c < t->columns->n_columns; c++) {
      sx_banner_cell_text(text, b->book, row, &row->cell[c]);
      SX_TRY(add_text(grid, text, err));
    }
  }
  return SX_OK;
}

static void say(const banner *b, sx_banner_text text) {
  const char *clean = cli_clean(b->job.arena, b->job.app->chinese ? text.zh : text.en, 0);
  if (clean && *clean) printf("%s\n", clean);
}

static sx_status print_table(const banner *b, const sx_banner_table *t, sx_buf *text, sx_error *err) {
  cli_grid grid;
  const char *title = cli_clean(b->job.arena, t->title, 0);
  printf("%s\n", title ? title : "");
  say(b, t->question);
  say(b, t->base);
  cli_grid_init(&grid, b->job.arena, t->columns->n_columns + 2);
  SX_TRY(fill_grid(&grid, b, t, text, err));
  SX_TRY(cli_grid_print(&grid, stdout, "table", err));
  for (size_t k = 0; k < t->n_notes; k++) say(b, t->note[k]);
  printf("\n");
  return SX_OK;
}

static sx_status print_book(const banner *b, sx_error *err) {
  sx_buf text;
  sx_status status = SX_OK;
  sx_buf_init(&text, &b->job.app->ctx);
  cli_job_head(&b->job);
  for (size_t k = 0; status == SX_OK && k < b->book->n_tables; k++) {
    const sx_arena_mark mark = sx_arena_get_mark(b->job.arena);
    status = print_table(b, &b->book->table[k], &text, err);
    sx_arena_release(b->job.arena, mark);
  }
  if (status == SX_OK) say(b, b->book->legend);
  sx_buf_clear(&text);
  return status;
}

static bool ends_with(const char *path, const char *end) {
  const size_t n = strlen(path), m = strlen(end);
  return n >= m && strcmp(path + n - m, end) == 0;
}

/* The form of the file, by its ending: *form "csv", "json", "md" or "xlsx". */
static sx_status form_of(const char **form, const char *path, sx_error *err) {
  static const char *const forms[] = {"csv", "json", "md", "xlsx"};
  for (size_t k = 0; k < 4; k++) {
    char end[8];
    (void)snprintf(end, sizeof end, ".%s", forms[k]);
    if (!ends_with(path, end)) continue;
    *form = forms[k];
    return SX_OK;
  }
  return sx_error_set(err, SX_E_ARGUMENT, path, "the file's ending says what is written: .csv, .json, .md or .xlsx");
}

static sx_status as_text(sx_buf *out, const banner *b, const char *form, sx_error *err) {
  const bool zh = b->job.app->chinese;
  if (strcmp(form, "xlsx") == 0) return sx_publish_banner(out, b->book, zh ? SX_LANG_ZH : SX_LANG_EN, err);
  if (strcmp(form, "csv") == 0) return sx_banner_csv(out, b->book, zh, err);
  if (strcmp(form, "json") == 0) return sx_banner_json(out, b->book, err);
  return sx_banner_markdown(out, b->book, zh, err);
}

static sx_status write_book(const banner *b, const char *path, const char *form, sx_error *err) {
  sx_buf out;
  sx_buf_init(&out, &b->job.app->ctx);
  sx_status status = as_text(&out, b, form, err);
  if (status == SX_OK && path)
    status = strcmp(form, "csv") == 0 ? cli_write_csv(&b->job.app->ctx, path, &out, err)
                                      : sx_file_write(&b->job.app->ctx, path, out.data, out.n, err);
  if (status == SX_OK && !path) fwrite(out.data, 1, out.n, stdout);
  sx_buf_clear(&out);
  if (status == SX_OK && path)
    cli_note(b->job.app, "%s: %zu %s", path, b->book->n_tables,
             cli_text(b->job.app, b->book->n_tables == 1 ? "table" : "tables", "张表"));
  return status;
}

/* A question without an answer is told the same way alone and beside others: its table is empty and a warning names it. */
static void say_empty(const banner *b) {
  const sx_banner_book *book = b->book;
  const char *where = b->request.where;
  for (size_t k = 0; k < book->n_tables; k++) {
    if (book->table[k].n_cases) continue;
    if (b->job.app->chinese)
      cli_say(b->job.app, "%s：%s%s没有样本回答该题：表中没有数据", book->table[k].id, where ? where : "",
              where ? " 时" : "");
    else
      cli_say(b->job.app, "%s: no case has an answer%s%s: its table is empty", book->table[k].id,
              where ? " where " : "", where ? where : "");
  }
}

static sx_status run_job(banner *b, sx_error *err) {
  cli_job *j = &b->job;
  const char *path = cli_value(j->args, "output"), *form = j->app->format;
  SX_TRY(check_form(j->args, err));
  if (path) SX_TRY(form_of(&form, path, err));
  SX_TRY(cli_job_open(j, err));
  SX_TRY(read_request(b, err));
  SX_TRY(open_previous(b, err));
  b->request.keep_empty = true; /* told below */
  const sx_banner_wave earlier = {b->before.table, b->before.design, b->link, NULL, 0};
  SX_TRY(sx_banner_run(&b->book, j->design, j->table, &b->request, b->before.table ? &earlier : NULL, err));
  cli_progress_end(j->app);
  say_empty(b);
  if (!path && strcmp(form, "table") == 0) return print_book(b, err);
  return write_book(b, path, form, err);
}

int cli_run_banner(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  banner b;
  memset(&b, 0, sizeof b);
  b.job.app = b.before.app = app;
  b.job.args = args;
  const sx_status status = run_job(&b, &err);
  sx_banner_book_free(b.book);
  sx_link_free(b.link);
  cli_job_clear(&b.before);
  cli_job_clear(&b.job);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}
