/* cli_audit_text.c: the audit of a run's own report, and of someone's text against results. */
#include "cli_audit.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "shuxiao/audit_text.h"
#include "shuxiao/publish.h"

/* ---- paths ------------------------------------------------------------------------------------------------------- */

static bool ends_with(const char *path, const char *end) {
  const size_t n = strlen(path), k = strlen(end);
  return n >= k && strcmp(path + n - k, end) == 0;
}

static bool is_folder(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* A file by itself: one whose every number says which result it is, or one that is only compared as a whole. */
typedef enum alone { NOT_ALONE, ALONE_NUMBERS, ALONE_WHOLE } alone;

static alone alone_of(const char *word) {
  static const char *const whole[] = {".pdf", ".zip", ".px", ".xml", ".json"};
  if (sx_audit_is_codebook(word)) return ALONE_WHOLE;
  if (ends_with(word, ".xlsx") || ends_with(word, ".csv")) return ALONE_NUMBERS;
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
    if (ends_with(word, whole[i])) return ALONE_WHOLE;
  return NOT_ALONE;
}

/* The store that a word names: itself, or results.db in a folder, or in out/ beside a study. The arena's. */
static const char *store_of(sx_arena *arena, const cli_app *app, const char *word) {
  if (is_folder(word)) {
    const char *own = sx_arena_printf(arena, "%s/results.db", word),
               *out = sx_arena_printf(arena, "%s/out/results.db", word);
    return own && !sx_file_exists(own) && out && sx_file_exists(out) ? out : own;
  }
  const bool book = alone_of(word) != NOT_ALONE; /* a file beside it */
  if (!book && !ends_with(word, ".yaml") && !ends_with(word, ".yml")) return word;
  char *path = sx_path_beside(&app->ctx, word, book ? "results.db" : "out/results.db");
  const char *copy = path ? sx_arena_strdup(arena, path) : NULL;
  sx_mem_free(&app->ctx, path);
  return copy;
}

/* ---- the run's own report ---------------------------------------------------------------------------------------- */

static const char *verdict_text(const cli_app *app, sx_trace_verdict v) {
  static const char *const zh[] = {"一致", "豁免", "不一致", "未绑定"};
  return app->chinese ? zh[v] : sx_trace_verdict_name(v);
}

static const char *place(sx_arena *arena, const sx_audit_trace *t) {
  return t->place ? t->place : sx_arena_printf(arena, "%s:%zu:%zu", t->file, t->line, t->column);
}

static void add_trace(cli_grid *grid, sx_arena *arena, const cli_app *app, const sx_audit_trace *t) {
  const bool machine = cli_is_machine(app);
  cli_grid_add(grid, machine ? sx_trace_verdict_name(t->verdict) : verdict_text(app, t->verdict));
  cli_grid_add(grid, place(arena, t));
  cli_grid_add(grid, cli_clean(arena, t->printed, 0));
  cli_grid_add(grid, t->expected ? t->expected : "");
  cli_grid_add(grid, t->reference ? t->reference : "");
  cli_grid_add(grid, t->source ? t->source : t->reason ? t->reason : "");
}

/* A number of the document that no field shows any more, files that were not or only as a whole compared: told though it is no error. */
static bool is_gone(const sx_audit_trace *t) {
  return t->verdict == SX_TRACE_EXEMPT && t->reason &&
         (strcmp(t->reason, SX_NOT_SHOWN) == 0 || strcmp(t->reason, SX_NO_RECORD) == 0 ||
          strcmp(t->reason, SX_AS_PUBLISHED) == 0 || strcmp(t->reason, SX_NOT_MADE_AGAIN) == 0 ||
          strcmp(t->reason, SX_REWORDED) == 0);
}

/* Which rows are listed: what is wrong, and what the study itself exempts; all for a machine or as --only says. */
static bool listed(const cli_app *app, const char *only, const sx_audit_trace *t) {
  if (only) return strcmp(only, sx_trace_verdict_name(t->verdict)) == 0;
  if (cli_is_machine(app) || t->verdict == SX_TRACE_DIFFERS || t->verdict == SX_TRACE_UNBOUND) return true;
  return is_gone(t) || (t->verdict == SX_TRACE_EXEMPT && t->reason && strncmp(t->reason, "study: ", 7) == 0);
}

static sx_status print_traces(cli_app *app, const sx_audit_traces *traces, const char *only, sx_error *err) {
  sx_arena *arena = NULL;
  cli_grid grid;
  size_t n = 0;
  SX_TRY(sx_arena_new(&arena, &app->ctx, err));
  cli_grid_init(&grid, arena, 6);
  grid.machine = cli_is_machine(app);
  static const char *const head[] = {"verdict", "place", "printed", "expected", "result", "reason"};
  static const char *const kopf[] = {"结论", "位置", "印出", "应为", "结果", "原因"};
  for (size_t i = 0; i < 6; i++) cli_grid_add(&grid, app->chinese && !grid.machine ? kopf[i] : head[i]);
  for (size_t i = 0; i < traces->n; i++) {
    if (!listed(app, only, &traces->items[i])) continue;
    add_trace(&grid, arena, app, &traces->items[i]);
    n++;
  }
  const sx_status status = n || grid.machine ? cli_grid_print(&grid, stdout, app->format, err) : SX_OK;
  sx_arena_free(arena);
  return status;
}

/* "exempt 2117: name 585, level 322, ...". */
static void print_exempt(const cli_app *app, const sx_audit_traces *traces) {
  const char *reasons[32];
  size_t counts[32], n = 0;
  for (size_t i = 0; i < traces->n; i++) {
    const sx_audit_trace *t = &traces->items[i];
    if (t->verdict != SX_TRACE_EXEMPT || !t->reason) continue;
    size_t k = 0;
    while (k < n && strcmp(reasons[k], t->reason) != 0) k++;
    if (k == n && n == sizeof reasons / sizeof *reasons) continue;
    if (k == n) {
      reasons[n] = t->reason;
      counts[n++] = 0;
    }
    counts[k] += t->times ? t->times : 1;
  }
  for (size_t i = 0; i < n; i++) printf("%s%s %zu", i ? ", " : cli_text(app, " (", "（"), reasons[i], counts[i]);
  if (n) printf("%s", cli_text(app, ")", "）"));
}

static void print_counts(const cli_app *app, const sx_audit_traces *traces) {
  if (app->chinese)
    printf("数字：        %zu 个与结果一致，%zu 个不一致，%zu 个未绑定，%zu 个豁免", traces->n_agree, traces->n_differ,
           traces->n_unbound, traces->n_exempt);
  else
    printf("numbers:          %zu agree with their results, %zu differ, %zu unbound, %zu exempt", traces->n_agree,
           traces->n_differ, traces->n_unbound, traces->n_exempt);
  print_exempt(app, traces);
  printf("\n");
}

/* pages [1], as a whole; the published ones may lie in the folder. */
static sx_status compare(sx_audit_traces **out, const cli_app *app, const char *store_path, const char *const *pages,
                         const char *folder, sx_error *err) {
  sx_store *store = NULL;
  SX_TRY(sx_store_open(&store, &app->ctx, store_path, SX_STORE_READ, err));
  const sx_status status = sx_audit_file(out, store, -1, pages[0], folder, err);
  sx_store_close(store);
  return status;
}

/* Where the published files of a store lie. */
static const char *folder_of(sx_arena *arena, const char *store) {
  const char *slash = strrchr(store, '/');
  return slash ? sx_arena_strndup(arena, store, (size_t)(slash - store)) : ".";
}

/* folder: whose files are also compared byte for byte; NULL: none. beside: pages[1] alone is compared with what was published,
 * which may lie there; NULL: not. */
static sx_status trace(sx_audit_traces **out, const cli_app *app, const char *store_path, const char *const *pages,
                       size_t n, const char *folder, const char *beside, sx_error *err) {
  sx_store *store = NULL;
  SX_TRY(sx_store_open(&store, &app->ctx, store_path, SX_STORE_READ, err));
  sx_status status = sx_store_hide_run(store, -1, err); /* as it was published */
  if (status == SX_OK) status = sx_audit_outputs(out, store, -1, pages, n, err);
  if (status == SX_OK && folder) status = sx_audit_files(*out, store, -1, folder, err);
  if (status == SX_OK && beside) status = sx_audit_published(*out, store, -1, pages[0], beside, err);
  sx_store_close(store);
  return status;
}

/* A file whose head is that of the results of a run: other tables may lie in the folder. */
static bool is_results_csv(const cli_app *app, const char *path) {
  static const char head[] = "wave,indicator,statistic,";
  char *text = NULL;
  size_t n = 0;
  if (sx_file_read(&text, &n, &app->ctx, path, NULL) != SX_OK) return false;
  const size_t mark = n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  const bool found = n - mark >= sizeof head - 1 && memcmp(text + mark, head, sizeof head - 1) == 0;
  sx_mem_free(&app->ctx, text);
  return found;
}

/* "study_tables.xlsx", "study_banner.zh.xlsx": the publication workbook and the banner book. */
static bool is_tables_book(const char *name) {
  static const char *const ends[] = {"_tables.xlsx", "_tables.zh.xlsx", "_tables.en.xlsx",
                                     "_banner.xlsx", "_banner.zh.xlsx", "_banner.en.xlsx"};
  bool yes = false;
  for (size_t k = 0; k < sizeof ends / sizeof *ends && !yes; k++) yes = ends_with(name, ends[k]);
  return yes;
}

enum { MAX_FILES = 64 };

static int by_name(const void *a, const void *b) {
  const char *const *x = a, *const *y = b;
  return strcmp(*x, *y);
}

/* The report's pages beside the store, where they are wanted, then the result files, by name. */
static size_t outputs_of(const char *files[MAX_FILES], const cli_app *app, const char *store, bool with_pages,
                         sx_arena *arena) {
  static const char *const names[] = {"report.zh.html", "report.en.html", "report.zh-en.html"};
  size_t n = 0;
  for (size_t i = 0; i < sizeof names / sizeof *names && with_pages; i++) {
    char *path = sx_path_beside(&app->ctx, store, names[i]);
    const char *copy = path ? sx_arena_strdup(arena, path) : NULL;
    sx_mem_free(&app->ctx, path);
    if (copy && sx_file_exists(copy)) files[n++] = copy;
  }
  const size_t pages = n;
  const char *slash = strrchr(store, '/'), *folder = folder_of(arena, store);
  DIR *dir = folder ? opendir(*folder ? folder : "/") : NULL;
  const struct dirent *entry;
  while (dir && n < MAX_FILES && (entry = readdir(dir)) != NULL) {
    const bool book = is_tables_book(entry->d_name) || (ends_with(entry->d_name, ".docx") &&
                                                        !strchr("~.", entry->d_name[0])); /* ~$x.docx: Word's lock */
    if (!book && !ends_with(entry->d_name, ".csv")) continue;
    const char *path = sx_arena_printf(arena, "%s%s%s", slash ? folder : "", slash ? "/" : "", entry->d_name);
    if (path && (book || is_results_csv(app, path))) files[n++] = path;
  }
  if (dir) (void)closedir(dir);
  if (n > pages) qsort(files + pages, n - pages, sizeof *files, by_name);
  return n;
}

/* ---- the gate of a run ----------------------------------------------------------------------------------------------- */

/* file:line:column, or where in a workbook or document it stands; first where in the study's texts it was typed. */
static void say_at(const cli_app *app, const sx_audit_trace *t, const char *what, const char *more) {
  if (t->source && t->place)
    cli_say(app, "%s: %s%s (%s)", t->source, what, more, t->place);
  else if (t->source)
    cli_say(app, "%s: %s%s (%s:%zu:%zu)", t->source, what, more, t->file, t->line, t->column);
  else if (t->place)
    cli_say(app, "%s: %s%s", t->place, what, more);
  else
    cli_say(app, "%s:%zu:%zu: %s%s", t->file, t->line, t->column, what, more);
}

static void say_trace(const cli_app *app, const sx_audit_trace *t) {
  char more[600];
  if (t->verdict == SX_TRACE_UNBOUND)
    say_at(app, t, cli_text(app, "a typed number, bound to no result: ", "手写的数字，没有绑定结果："), t->printed);
  if (t->verdict == SX_TRACE_DIFFERS) {
    (void)snprintf(more, sizeof more, ": %.120s%s%.160s (%.200s)", t->reason ? t->reason : "",
                   t->expected ? cli_text(app, "; the result is ", "；结果为 ") : "", t->expected ? t->expected : "",
                   t->reference ? t->reference : "");
    say_at(app, t, t->printed, more);
  }
}

/* The counts, and what differs or is unbound. */
static int say_traces(const cli_app *app, const sx_audit_traces *traces) {
  print_counts(app, traces);
  for (size_t i = 0; i < traces->n; i++) say_trace(app, &traces->items[i]);
  const bool gate = traces->n_differ || traces->n_unbound;
  if (gate)
    cli_say(app, "%s",
            cli_text(app,
                     "bind these numbers ({{name | format}}), or list them in the study file: audit: {exempt: [...]}",
                     "请绑定这些数字（{{名称 | 格式}}），或在研究文件中列出：audit: {exempt: [...]}"));
  return gate ? CLI_GATE : CLI_OK;
}

/* Of the paths those whose files are among the names. */
static size_t only_own(const char *paths[], size_t n, const char *names, sx_arena *arena) {
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    const char *slash = strrchr(paths[i], '/');
    const char *line = sx_arena_printf(arena, "\n%s\n", slash ? slash + 1 : paths[i]);
    if (names && line && strstr(names, line)) paths[kept++] = paths[i];
  }
  return kept;
}

int cli_audit_run(cli_app *app, const char *store_path, const char *const *pages, size_t n_pages, const char *files,
                  const sx_audit_traces *known) {
  sx_error err = SX_ERROR_INIT;
  sx_audit_traces *traces = NULL;
  sx_arena *arena = NULL;
  const char *there[MAX_FILES];
  size_t n = 0;
  if (known) return say_traces(app, known);
  for (size_t i = 0; i < n_pages && n < MAX_FILES; i++) {
    if (pages[i]) there[n++] = pages[i];
  }
  sx_status status = sx_arena_new(&arena, &app->ctx, &err);
  if (status == SX_OK && !n) /* no page: what else was written */
    n = only_own(there, outputs_of(there, app, store_path, false, arena), files, arena);
  if (status == SX_OK && !n)
    cli_say(app, "%s",
            cli_text(app, "no page, document, workbook or CSV was written: nothing was audited",
                     "没有写出网页、文档、工作簿或 CSV：未作审核"));
  if (status == SX_OK && n) status = trace(&traces, app, store_path, there, n, NULL, NULL, &err);
  sx_arena_free(arena);
  if (status != SX_OK) return cli_fail(app, &err);
  if (!n) return CLI_OK;
  const int code = say_traces(app, traces);
  sx_audit_traces_free(traces);
  return code;
}

/* The report's pages and files beside the store, or the file that the word names. */
static sx_status trace_own(sx_audit_traces **out, const cli_app *app, const char *word, const char *store,
                           sx_arena *arena, sx_error *err) {
  const char *pages[MAX_FILES], *folder = folder_of(arena, store);
  const alone kind = is_folder(word) ? NOT_ALONE : alone_of(word);
  const bool book = kind != NOT_ALONE;
  const size_t n = book ? 1 : outputs_of(pages, app, store, true, arena);
  if (book) pages[0] = word;
  if (!n)
    return sx_error_set(err, SX_E_IO, store,
                        "no report.zh.html, report.en.html or report.zh-en.html, and no results as CSV, beside it");
  if (!folder) return sx_error_memory(err);
  if (kind == ALONE_WHOLE) return compare(out, app, store, pages, folder, err);
  return trace(out, app, store, pages, n, book ? NULL : folder, book ? folder : NULL, err);
}

/* When a name in the folder of a store last came or went, as they do where a run puts files in place, or back. */
static struct timespec changed_at(const char *store, sx_arena *arena) {
  const char *folder = folder_of(arena, store);
  struct stat info;
  return folder && stat(*folder ? folder : "/", &info) == 0 ? info.st_mtim : (struct timespec){0, 0};
}

/* Where something is wrong and a run published meanwhile, files of two releases may have been read: it is audited once more. */
static sx_status trace_settled(sx_audit_traces **out, const cli_app *app, const char *word, const char *store,
                               sx_arena *arena, sx_error *err) {
  enum { TIMES = 5 };
  for (int i = 1;; i++) {
    sx_error why = SX_ERROR_INIT;
    const struct timespec before = changed_at(store, arena);
    const sx_status status = trace_own(out, app, word, store, arena, &why);
    if (status == SX_OK && !(*out)->n_differ && !(*out)->n_unbound) return SX_OK;
    const struct timespec after = changed_at(store, arena);
    const bool same = before.tv_sec == after.tv_sec && before.tv_nsec == after.tv_nsec;
    if (same || i == TIMES || status == SX_E_CANCELLED)
      return status == SX_OK ? SX_OK : sx_error_set(err, status, why.where, "%s", why.message);
    sx_audit_traces_free(*out);
    *out = NULL;
  }
}

static int own_report(cli_app *app, const cli_args *args, sx_arena *arena) {
  sx_error err = SX_ERROR_INIT;
  sx_audit_traces *traces = NULL;
  const char *word = args->words[0], *against = cli_value(args, "against");
  const char *store = store_of(arena, app, against ? against : word);
  if (!store) return cli_fail(app, &(sx_error){SX_E_MEMORY, "", "out of memory"});
  if (!sx_file_exists(store)) {
    (void)sx_error_set(&err, SX_E_IO, store, "there is no such file: run the study first (shuxiao run)");
    return cli_fail(app, &err);
  }
  sx_status status = trace_settled(&traces, app, word, store, arena, &err);
  if (status == SX_OK) status = print_traces(app, traces, cli_value(args, "only"), &err);
  const bool gate = status == SX_OK && (traces->n_differ || traces->n_unbound);
  if (status == SX_OK && !cli_is_machine(app)) print_counts(app, traces);
  sx_audit_traces_free(traces);
  return status == SX_OK ? (gate ? CLI_GATE : CLI_OK) : cli_fail(app, &err);
}

/* ---- someone's text ---------------------------------------------------------------------------------------------- */

static const char *piece_of(sx_arena *arena, const sx_audit_text *text, const sx_text_mark *m) {
  const sx_text_part *p = sx_audit_text_part(text, m->part);
  return sx_arena_strndup(arena, p->text + m->at, m->n);
}

static const char *where_of(sx_arena *arena, const cli_app *app, const sx_audit_text *text, const sx_text_mark *m) {
  sx_buf where;
  sx_buf_init(&where, &app->ctx);
  sx_audit_text_where(&where, text, m);
  const char *copy = where.failed ? NULL : sx_arena_strdup(arena, where.data);
  sx_buf_clear(&where);
  return copy;
}

static void add_match(cli_grid *grid, sx_arena *arena, const cli_app *app, const sx_audit_text *text,
                      const sx_audit_match *r) {
  static const char *const zh[] = {"一致", "不一致", "未配对"};
  const sx_text_mark *m = sx_audit_text_mark(text, r->mark);
  cli_grid_add(grid, app->chinese && !grid->machine ? zh[r->verdict] : sx_match_verdict_name(r->verdict));
  cli_grid_add(grid, where_of(arena, app, text, m));
  cli_grid_add(grid, cli_clean(arena, piece_of(arena, text, m), 0));
  cli_grid_add(grid, r->expected ? r->expected : "");
  cli_grid_add(grid, r->reference ? r->reference : "");
  if (grid->machine) {
    cli_grid_add_number(grid, r->printed, 12);
    cli_grid_add_number(grid, r->result, 12);
    cli_grid_add_number(grid, r->se, 12);
  }
  cli_grid_add_number(grid, r->score, 2);
  cli_grid_add(grid, r->reason ? r->reason : "");
}

/* A field of our own .docx: its verdict is certain. */
static void add_field(cli_grid *grid, const cli_app *app, const sx_audit_trace *t, sx_arena *arena) {
  cli_grid_add(grid, cli_is_machine(app) ? sx_trace_verdict_name(t->verdict) : verdict_text(app, t->verdict));
  cli_grid_add(grid, place(arena, t));
  cli_grid_add(grid, cli_clean(arena, t->printed, 0));
  cli_grid_add(grid, t->expected ? t->expected : "");
  cli_grid_add(grid, t->reference ? t->reference : "");
  for (int i = 0; grid->machine && i < 3; i++) cli_grid_add(grid, "");
  cli_grid_add(grid, t->verdict == SX_TRACE_EXEMPT ? "" : "1");
  cli_grid_add(grid, t->reason ? t->reason : "");
}

/* Words that follow from numbers and are not what the run says. */
static void add_words(cli_grid *grid, const cli_app *app, const char *file, const sx_refill_word *word,
                      sx_arena *arena) {
  const char *begin = cli_clean(arena, word->place, grid->machine ? 0 : 40);
  const sx_audit_trace trace = {.verdict = SX_TRACE_DIFFERS,
                                .place = sx_arena_printf(arena, "%s: %s", file, begin ? begin : ""),
                                .printed = word->stands,
                                .expected = word->says,
                                .reason = "words that follow from numbers"};
  add_field(grid, app, &trace, arena);
}

static sx_status print_matches(cli_app *app, const sx_audit_text *text, const sx_audit_matches *all,
                               const sx_audit_traces *fields, const sx_refill *words, const char *only, sx_arena *arena,
                               sx_error *err) {
  static const char *const head[] = {"verdict", "place",    "printed",   "expected", "result",
                                     "value",   "estimate", "std.error", "score",    "reason"};
  static const char *const eyes[][2] = {{"verdict", "结论"},  {"place", "位置"},  {"printed", "印出"},
                                        {"expected", "应为"}, {"result", "结果"}, {"score", "得分"},
                                        {"reason", "原因"}};
  cli_grid grid;
  const bool machine = cli_is_machine(app);
  cli_grid_init(&grid, arena, machine ? 10 : 7);
  grid.machine = machine;
  for (size_t i = 0; i < (machine ? 10u : 7u); i++) cli_grid_add(&grid, machine ? head[i] : eyes[i][app->chinese]);
  for (size_t i = 0; i < fields->n; i++) {
    const sx_trace_verdict v = fields->items[i].verdict;
    const bool told = machine || v != SX_TRACE_EXEMPT || is_gone(&fields->items[i]);
    if (only ? strcmp(only, sx_trace_verdict_name(v)) == 0 : told) add_field(&grid, app, &fields->items[i], arena);
  }
  for (size_t i = 0; words && i < words->n_words; i++) {
    if (!only || strcmp(only, sx_trace_verdict_name(SX_TRACE_DIFFERS)) == 0)
      add_words(&grid, app, sx_audit_text_name(text), &words->words[i], arena);
  }
  for (size_t i = 0; i < all->n; i++) {
    if (!only || strcmp(only, sx_match_verdict_name(all->items[i].verdict)) == 0)
      add_match(&grid, arena, app, text, &all->items[i]);
  }
  SX_TRY(cli_grid_print(&grid, stdout, app->format, err));
  if (machine) return SX_OK;
  if (fields->n && app->chinese)
    printf("\n%zu 个绑定域与数字：%zu 个一致，%zu 个不一致，%zu 个未绑定，%zu 个豁免", fields->n, fields->n_agree,
           fields->n_differ, fields->n_unbound, fields->n_exempt);
  else if (fields->n)
    printf("\n%zu bound fields and numbers: %zu agree, %zu differ, %zu unbound, %zu exempt", fields->n, fields->n_agree,
           fields->n_differ, fields->n_unbound, fields->n_exempt);
  if (words && words->n_words)
    printf(app->chinese ? "\n%zu 处随数字而定的文字与本次运行不符"
                        : "\n%zu places of words that follow from numbers are not what the run says",
           words->n_words);
  const bool bound_alone = fields->n && !all->n; /* no number of its own beside those of the run */
  if (bound_alone)
    printf("\n");
  else if (app->chinese)
    printf("\n%zu 个数量：%zu 个一致，%zu 个不一致，%zu 个未配对\n", all->n, all->n_agree, all->n_differ, all->n_none);
  else
    printf("\n%zu quantities: %zu agree, %zu differ, %zu not matched\n", all->n, all->n_agree, all->n_differ,
           all->n_none);
  return SX_OK;
}

/* Words of a Word document that follow from numbers, against the run; *out NULL for other files. */
static sx_status look_at_words(sx_refill **out, const cli_app *app, const char *path, sx_store *store, sx_error *err) {
  char *data = NULL;
  size_t n = 0;
  if (!ends_with(path, ".docx")) return SX_OK;
  SX_TRY(sx_file_read(&data, &n, &app->ctx, path, err));
  const sx_status status = sx_publish_refill_words(out, data, n, path, store, -1, err);
  sx_mem_free(&app->ctx, data);
  return status;
}

static int someones_text(cli_app *app, const cli_args *args, sx_arena *arena) {
  sx_error err = SX_ERROR_INIT;
  sx_audit_text *text = NULL;
  sx_store *store = NULL;
  sx_audit_matches *all = NULL;
  sx_audit_traces *fields = NULL;
  sx_refill *words = NULL;
  const char *path = store_of(arena, app, cli_value(args, "against"));
  sx_status status = path ? sx_audit_text_read(&text, &app->ctx, args->words[0], &err) : sx_error_memory(&err);
  if (status == SX_OK && !sx_file_exists(path))
    status = sx_error_set(&err, SX_E_IO, path, "there is no such file: --against wants the results.db of a run");
  if (status == SX_OK) status = sx_store_open(&store, &app->ctx, path, SX_STORE_READ, &err);
  if (status == SX_OK) status = sx_store_hide_run(store, -1, &err);
  if (status == SX_OK) status = sx_audit_text_bound(&fields, text, store, -1, &err);
  if (status == SX_OK && fields->n)
    status = sx_audit_published(fields, store, -1, args->words[0], folder_of(arena, path), &err);
  if (status == SX_OK) status = sx_audit_text_against(&all, text, store, -1, &err);
  if (status == SX_OK) status = look_at_words(&words, app, args->words[0], store, &err);
  cli_progress_end(app);
  if (status == SX_OK) status = print_matches(app, text, all, fields, words, cli_value(args, "only"), arena, &err);
  const bool gate = (words && words->n_words) ||
                    (status == SX_OK && (all->n_differ > 0 || fields->n_differ > 0 || fields->n_unbound > 0));
  sx_refill_free(words);
  sx_audit_traces_free(fields);
  sx_audit_matches_free(all);
  sx_store_close(store);
  sx_audit_text_free(text);
  return status == SX_OK ? (gate ? CLI_GATE : CLI_OK) : cli_fail(app, &err);
}

int cli_audit_text(cli_app *app, const cli_args *args) {
  static const char *const texts[] = {".txt", ".text", ".md", ".markdown", ".html", ".htm", ".docx"};
  sx_error err = SX_ERROR_INIT;
  sx_arena *arena = NULL;
  const char *word = args->words[0];
  bool text = cli_value(args, "against") != NULL && (is_folder(word) || alone_of(word) == NOT_ALONE);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    text = text || (ends_with(word, texts[i]) && !is_folder(word) && !sx_audit_is_codebook(word));
  if (text && !cli_value(args, "against"))
    return cli_usage(app, "%s: a text is held against results: --against RESULTS.db", word);
  if (sx_arena_new(&arena, &app->ctx, &err) != SX_OK) return cli_fail(app, &err);
  const char *against = cli_value(args, "against"), *store = store_of(arena, app, against ? against : word);
  const sx_status status = store ? sx_store_files_settle(&app->ctx, store, &err) : sx_error_memory(&err);
  const int code = status != SX_OK ? cli_fail(app, &err)
                   : text          ? someones_text(app, args, arena)
                                   : own_report(app, args, arena);
  sx_arena_free(arena);
  return code;
}
