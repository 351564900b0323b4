/* cli_audit.c: do printed numbers agree? The verdicts of an audit file, with what would repair each contradiction. */
#include <math.h>
#include <string.h>

#include "cli_audit.h"

static const cli_option audit_options[] = {
    {"against", "RESULTS.db",
     "hold the numbers of a text (.md .txt .html .docx .xlsx .csv) against the results of a run; a .pdf .zip .px .xml "
     ".json "
     "and a codebook as a whole against what it published; a published .html .docx .xlsx or codebook that was changed "
     "place by place too",
     "把文本（.md .txt .html .docx .xlsx .csv）中的数字与一次运行的结果对照；.pdf .zip .px .xml .json 和变量与指标说明"
     "则整个文件与所发布的对照；所发布的 .html .docx .xlsx 和变量与指标说明若有改动，还逐处对照"},
    {"only", "VERDICT",
     "rows of one verdict: contradicts, agrees or 'cannot tell'; of texts: agrees, differs, 'not matched', unbound, "
     "exempt",
     "只列一种结论：contradicts、agrees 或 'cannot tell'；文本：agrees、differs、'not matched'、unbound、exempt"},
    {"time-limit", "SECONDS", "for groups of identities and the fewest figures (3; 0: none)",
     "用于联合判断与最少出错数字的秒数（3；0 表示不限）"},
    {"discover", NULL, "propose identities as YAML instead, for a person to accept",
     "改为提出候选恒等式（YAML），由人确认"},
    {"max", "N", "with --discover: at most N (100; 0: all)", "与 --discover 合用：至多 N 条（100；0 表示全部）"},
};

/* ---- one row ------------------------------------------------------------------------------------------------------- */

typedef struct view {
  cli_app *app;
  sx_arena *arena;
  const sx_audit *audit;
  const sx_audit_report *report;
  cli_grid grid;
  bool machine;
  int only; /* sx_audit_verdict; -1: all */
} view;

static const char *const machine_head[] = {
    "verdict",        "identity",     "kind",         "statement", "slack",  "slack.digits", "repair.figure",
    "repair.printed", "repair.value", "repair.steps", "repairs",   "reason", "why",          "line"};
enum { N_MACHINE = sizeof machine_head / sizeof *machine_head, N_EYES = 5 };

static const char *buffered(sx_arena *arena, sx_buf *buf) {
  const char *text = sx_buf_status(buf, NULL) == SX_OK ? sx_arena_strdup(arena, buf->data ? buf->data : "") : NULL;
  sx_buf_clear(buf);
  return text;
}

/* "F1 46.9 -> 46.5; F2 ...". */
static const char *repairs_text(const view *v, const sx_audit_repair *repairs, size_t n) {
  sx_buf buf;
  bool first = true;
  sx_buf_init(&buf, &v->app->ctx);
  for (size_t i = 0; i < n; i++) {
    const sx_audit_figure *figure = sx_audit_figure_at(v->audit, repairs[i].figure);
    if (!*repairs[i].value) continue;
    sx_buf_printf(&buf, "%s%s %s -> %s%s", first ? "" : "; ", figure->id, figure->value, repairs[i].value,
                  figure->added ? cli_text(v->app, " (from outside)", "（外部事实）") : "");
    first = false;
  }
  return buffered(v->arena, &buf);
}

static const char *statement(const view *v, size_t identity) {
  sx_buf buf;
  sx_buf_init(&buf, &v->app->ctx);
  sx_audit_say(&buf, v->audit, identity, v->app->chinese);
  return buffered(v->arena, &buf);
}

typedef struct row {
  sx_audit_verdict verdict;
  const char *id, *kind, *statement, *reason, *why;
  double slack, slack_digits;
  const sx_audit_repair *repairs;
  size_t n_repairs, line;
} row;

static void add_machine(view *v, const row *r) {
  const sx_audit_repair *best = r->n_repairs && *r->repairs[0].value ? &r->repairs[0] : NULL;
  const sx_audit_figure *figure = best ? sx_audit_figure_at(v->audit, best->figure) : NULL;
  cli_grid_add(&v->grid, sx_audit_verdict_name(r->verdict, false));
  cli_grid_add(&v->grid, r->id);
  cli_grid_add(&v->grid, r->kind);
  cli_grid_add(&v->grid, r->statement);
  cli_grid_add_number(&v->grid, r->slack, 12);
  cli_grid_add_number(&v->grid, r->slack_digits, 12);
  cli_grid_add(&v->grid, figure ? figure->id : "");
  cli_grid_add(&v->grid, figure ? figure->value : "");
  cli_grid_add(&v->grid, best ? best->value : "");
  cli_grid_add_number(&v->grid, best ? best->steps : (double)NAN, 15);
  cli_grid_add(&v->grid, repairs_text(v, r->repairs, r->n_repairs));
  cli_grid_add(&v->grid, r->reason);
  cli_grid_add(&v->grid, r->why);
  cli_grid_add_count(&v->grid, (double)r->line);
}

static void add_row(view *v, const row *r) {
  if (v->only >= 0 && r->verdict != (sx_audit_verdict)v->only) return;
  if (v->machine) {
    add_machine(v, r);
    return;
  }
  const char *repairs = repairs_text(v, r->repairs, r->n_repairs);
  cli_grid_add(&v->grid, sx_audit_verdict_name(r->verdict, v->app->chinese));
  cli_grid_add(&v->grid, r->id);
  cli_grid_add(&v->grid, r->statement);
  if (isnan(r->slack_digits) && !isnan(r->slack)) {
    char number[SX_DOUBLE_TEXT_MAX];
    snprintf(number, sizeof number, "%.3g", r->slack);
    cli_grid_add(&v->grid, sx_arena_printf(v->arena, "%s %s", number, cli_text(v->app, "(in units)", "（基本单位）")));
  } else {
    cli_grid_add_number(&v->grid, r->slack_digits, 3);
  }
  const char *more = repairs && *repairs && *r->reason ? "; " : "";
  cli_grid_add(&v->grid, sx_arena_printf(v->arena, "%s%s%s", r->reason, more, repairs ? repairs : ""));
}

/* ---- the rows -------------------------------------------------------------------------------------------------------- */

static void add_findings(view *v) {
  for (size_t i = 0; i < sx_audit_identities(v->audit); i++) {
    const sx_audit_identity *identity = sx_audit_identity_at(v->audit, i);
    const sx_audit_finding *finding = sx_audit_finding_at(v->report, i);
    if (v->only >= 0 && finding->verdict != (sx_audit_verdict)v->only) continue;
    const size_t lang = v->app->chinese ? 0 : 1;
    add_row(v, &(row){finding->verdict, identity->id, identity->kind, statement(v, i), finding->reason[lang],
                      identity->why[lang], finding->slack, finding->slack_digits, finding->repairs, finding->n_repairs,
                      identity->line});
  }
}

static void add_groups(view *v) {
  for (size_t g = 0; g < sx_audit_groups(v->report); g++) {
    const sx_audit_group *group = sx_audit_group_at(v->report, g);
    sx_buf ids, said;
    sx_buf_init(&ids, &v->app->ctx);
    sx_buf_init(&said, &v->app->ctx);
    for (size_t i = 0; i < group->n_identities; i++) {
      sx_buf_printf(&ids, "%s%s", i ? " + " : "", sx_audit_identity_at(v->audit, group->identities[i])->id);
      if (i) sx_buf_add(&said, cli_text(v->app, "; and ", "；且 "));
      sx_audit_say(&said, v->audit, group->identities[i], v->app->chinese);
    }
    const char *names = buffered(v->arena, &ids), *text = buffered(v->arena, &said);
    add_row(v, &(row){SX_AUDIT_CONTRADICTS, names, "group", text,
                      cli_text(v->app, "each holds alone, together they cannot", "各自成立，放在一起不能同时成立"), "",
                      (double)NAN, group->slack_digits, group->repairs, group->n_repairs,
                      sx_audit_identity_at(v->audit, group->identities[0])->line});
  }
}

static const char *names_of(const view *v, const sx_audit_group *set) {
  sx_buf ids;
  sx_buf_init(&ids, &v->app->ctx);
  for (size_t i = 0; i < set->n_identities; i++)
    sx_buf_printf(&ids, "%s%s", i ? " + " : "", sx_audit_identity_at(v->audit, set->identities[i])->id);
  return buffered(v->arena, &ids);
}

static void add_impossible(view *v) {
  for (size_t g = 0; g < sx_audit_impossible(v->report); g++) {
    const sx_audit_group *set = sx_audit_impossible_at(v->report, g);
    const char *reason = cli_text(v->app, "no values of any figures satisfy it", "任何数字取任何值都不能成立");
    add_row(v, &(row){SX_AUDIT_CONTRADICTS, names_of(v, set), "impossible", "", reason, "", (double)NAN, (double)NAN,
                      NULL, 0, sx_audit_identity_at(v->audit, set->identities[0])->line});
  }
}

static const char *printed(view *v, size_t figure) {
  const sx_audit_figure *f = sx_audit_figure_at(v->audit, figure);
  return sx_arena_printf(v->arena, "%s %s%s%s%s%s", f->id, f->value, *f->unit ? " " : "", f->unit,
                         *f->place ? ", " : "", f->place);
}

static void add_explanation(view *v) {
  size_t n, bound;
  bool proven;
  const size_t *figures = sx_audit_explanation(v->report, &n, &bound, &proven);
  for (size_t i = 0; i < n; i++) {
    const sx_audit_figure *f = sx_audit_figure_at(v->audit, figures[i]);
    const char *reason = proven ? "minimum" : sx_arena_printf(v->arena, "no set has fewer than %zu", bound);
    add_row(v, &(row){SX_AUDIT_CONTRADICTS, f->id, "fewest", printed(v, figures[i]), reason, "", (double)NAN,
                      (double)NAN, NULL, 0, f->line});
  }
}

static void say_counts(const view *v) {
  const size_t figures = sx_audit_figures(v->audit), identities = sx_audit_identities(v->audit),
               agree = sx_audit_count(v->report, SX_AUDIT_AGREES),
               contradict = sx_audit_count(v->report, SX_AUDIT_CONTRADICTS),
               open = sx_audit_count(v->report, SX_AUDIT_CANNOT_TELL), groups = sx_audit_groups(v->report),
               undecided = sx_audit_undecided(v->report);
  if (v->app->chinese) {
    printf("\n%zu 个数字，%zu 条恒等式：一致 %zu，矛盾 %zu，无法判断 %zu", figures, identities, agree, contradict,
           open);
    if (groups) printf("；联合不成立的组 %zu", groups);
    if (undecided) printf("；%zu 组在时限内未判定", undecided);
  } else {
    printf("\n%zu figures, %zu identities: %zu agree, %zu contradict, %zu cannot be told", figures, identities, agree,
           contradict, open);
    if (groups) printf("; %zu groups fail together", groups);
    if (undecided) printf("; %zu groups were not decided within the time limit", undecided);
  }
  printf("\n");
}

static void summary(view *v) {
  const bool md = strcmp(v->app->format, "md") == 0;
  size_t n, bound;
  bool proven;
  const size_t *figures = sx_audit_explanation(v->report, &n, &bound, &proven);
  say_counts(v);
  const size_t impossible = sx_audit_impossible(v->report);
  if (impossible)
    printf("\n%s\n", cli_text(v->app, "No figures explain these: whatever values they have, it cannot hold (together)",
                              "以下恒等式（放在一起）无论数字取何值都不能成立，不是改数字能解释的"));
  for (size_t g = 0; g < impossible; g++)
    printf("%s%s\n", md ? "- " : "  ", names_of(v, sx_audit_impossible_at(v->report, g)));
  if (!n) return;
  printf("\n%s: %zu",
         impossible ? cli_text(v->app, "The fewest figures that explain the rest", "能解释其余矛盾的最少数字")
                    : cli_text(v->app, "The fewest figures that explain all of it", "能解释全部矛盾的最少数字"),
         n);
  if (proven) {
    printf("%s\n", cli_text(v->app, " (proven)", "（已证明）"));
  } else {
    printf("%s %zu%s\n", cli_text(v->app, " (found; no set has fewer than", "（已找到；任何一组都不少于"), bound,
           cli_text(v->app, ")", "）"));
  }
  for (size_t i = 0; i < n; i++) printf("%s%s\n", md ? "- " : "  ", printed(v, figures[i]));
}

static void head(view *v) {
  const cli_app *app = v->app;
  static const size_t widest[N_EYES] = {0, 32, 72, 0, 56}; /* for eyes; Markdown, CSV and JSON are whole */
  cli_grid_init(&v->grid, v->arena, v->machine ? N_MACHINE : N_EYES);
  if (!v->machine) v->grid.max_cols = widest;
  v->grid.machine = v->machine;
  for (size_t i = 0; v->machine && i < N_MACHINE; i++) cli_grid_add(&v->grid, machine_head[i]);
  if (v->machine) return;
  cli_grid_add(&v->grid, cli_text(app, "verdict", "结论"));
  cli_grid_add(&v->grid, cli_text(app, "identity", "恒等式"));
  cli_grid_add(&v->grid, cli_text(app, "in words", "内容"));
  cli_grid_add(&v->grid, cli_text(app, "slack (last digits)", "余地（末位数）"));
  cli_grid_add(&v->grid, cli_text(app, "smallest repairs", "最小修改"));
}

static sx_status show(view *v, sx_error *err) {
  head(v);
  add_findings(v);
  add_groups(v);
  if (v->machine) add_impossible(v);
  if (v->machine) add_explanation(v);
  cli_progress_end(v->app);
  if (!v->machine) printf("%s\n\n", sx_audit_title(v->audit, v->app->chinese));
  SX_TRY(cli_grid_print(&v->grid, stdout, v->app->format, err));
  if (!v->machine) summary(v);
  return SX_OK;
}

/* ---- the command -------------------------------------------------------------------------------------------------------- */

static int read_only(int *out, const cli_app *app, const cli_args *args) {
  const char *only = cli_value(args, "only");
  *out = -1;
  if (!only) return CLI_OK;
  for (int k = 0; k < 3; k++) {
    if (strcmp(only, sx_audit_verdict_name((sx_audit_verdict)k, false)) == 0 ||
        strcmp(only, sx_audit_verdict_name((sx_audit_verdict)k, true)) == 0)
      *out = k;
  }
  if (strcmp(only, "cannot-tell") == 0) *out = SX_AUDIT_CANNOT_TELL;
  if (*out >= 0) return CLI_OK;
  return cli_usage(app, "--only: contradicts, agrees or cannot-tell, not '%s'", only);
}

static sx_status discover(const cli_app *app, const sx_audit *audit, double max, sx_error *err) {
  sx_buf buf;
  sx_buf_init(&buf, &app->ctx);
  const sx_status status = sx_audit_discover(&buf, audit, (size_t)max, err);
  if (status == SX_OK && buf.n) fwrite(buf.data, 1, buf.n, stdout);
  sx_buf_clear(&buf);
  return status;
}

static int audit_figures(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  sx_audit *audit = NULL;
  sx_audit_report *report = NULL;
  sx_audit_options options = SX_AUDIT_OPTIONS_INIT;
  view v = {.app = app, .machine = cli_is_machine(app)};
  double max = 100;
  if (!cli_number(&options.time_limit, app, args, "time-limit") || !cli_number(&max, app, args, "max"))
    return CLI_USAGE;
  if (!(options.time_limit >= 0)) return cli_usage(app, "--time-limit: seconds, 0 or more");
  if (!(max >= 0 && max <= 1e9)) return cli_usage(app, "--max: a whole number, 0 for all");
  const int usage = read_only(&v.only, app, args);
  if (usage != CLI_OK) return usage;
  sx_status status = sx_audit_load(&audit, &app->ctx, args->words[0], &err);
  bool loaded = status == SX_OK, gate = false;
  if (loaded && cli_flag(args, "discover")) {
    status = discover(app, audit, max, &err);
  } else if (loaded) {
    status = sx_arena_new(&v.arena, &app->ctx, &err);
    if (status == SX_OK) status = sx_audit_run(&report, audit, &options, &err);
    v.audit = audit;
    v.report = report;
    if (status == SX_OK) status = show(&v, &err);
    gate = status == SX_OK && (sx_audit_count(report, SX_AUDIT_CONTRADICTS) || sx_audit_groups(report));
  }
  sx_audit_report_free(report);
  sx_audit_free(audit);
  sx_arena_free(v.arena);
  if (status == SX_OK) return gate ? CLI_GATE : CLI_OK;
  const int code = cli_fail(app, &err);
  const bool file = !loaded && (status == SX_E_PARSE || status == SX_E_DATA);
  return file ? CLI_USAGE : code;
}

/* A YAML file with a line that begins with "audit:". */
static bool is_audit_file(const cli_app *app, const char *path) {
  const size_t n = strlen(path);
  const bool yaml = (n > 5 && strcmp(path + n - 5, ".yaml") == 0) || (n > 4 && strcmp(path + n - 4, ".yml") == 0);
  char *text = NULL;
  size_t size = 0;
  bool found = false, study = false;
  if (!yaml || sx_file_read(&text, &size, &app->ctx, path, NULL) != SX_OK) return yaml && !sx_file_exists(path);
  for (const char *line = text; line && !found; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
    found = strncmp(line, "audit:", 6) == 0;
  for (const char *line = text; line && !study; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
    study = strncmp(line, "study:", 6) == 0; /* a study says there what is exempt in its report */
  sx_mem_free(&app->ctx, text);
  return found && !study;
}

static int run_audit(cli_app *app, const cli_args *args) {
  const char *path = args->words[0];
  const size_t n = strlen(path);
  if (is_audit_file(app, path)) return audit_figures(app, args);
  if (n > 4 && strcmp(path + n - 4, ".csv") == 0 && !cli_value(args, "against"))
    return cli_usage(app,
                     "'%s' is a list of figures: write an AUDIT.yaml that names it (figures: %s) and its identities",
                     path, path);
  return cli_audit_text(app, args);
}

const cli_command cli_audit_command = {
    .name = "audit",
    .synopsis = "AUDIT.yaml | STUDY.yaml | OUTDIR | TEXT --against RESULTS.db [options]",
    .summary_en = "do printed numbers agree? published figures, a run's own report, someone's text",
    .summary_zh = "印出的数字是否一致：已发布数字、本研究的报告、他人的文本",
    .detail_en =
        "A printed value stands for the interval that rounds to it, a word like 'over' or 'about' for a wider one. An\n"
        "identity (a sum, a share, a gap, a growth rate, ...) contradicts when no values inside the intervals satisfy\n"
        "it. Each contradiction comes with the smallest change of one printed figure that repairs it. Sums,\n"
        "and products and ratios, that share figures are also judged together. At the end: the fewest figures that "
        "explain all\n"
        "failures. The file is described in docs/audit-file.md. Exit 3 when something contradicts.\n"
        "Of a study, or the folder of its outputs, every number of the report is traced to its result and checked at\n"
        "its printed precision, so are those of the Word files, workbooks and results as CSV beside it; a file that "
        "is\n"
        "no longer the one that the run wrote is named. Numbers that name no result are listed, and what is exempt is\n"
        "said. With --against,\n"
        "the numbers of a text are matched to results by the words around them: agrees, differs, not matched.\n"
        "Exit 3 when a number differs or is unbound.",
    .detail_zh = "印出的数值代表会四舍五入成它的区间，“超”“约”等词代表更宽的区间。恒等式（合计、占比、差距、增速等）\n"
                 "在区间内没有任何取值能满足时判为矛盾，并给出只改一个数字时的最小修改。共用数字的加减关系、乘除关系还"
                 "要各自联合判断。\n"
                 "最后给出能解释全部矛盾的最少数字。文件格式见 docs/audit-file.md。有矛盾时退出码为 3。\n"
                 "给出研究文件或输出目录时，报告及其旁边 Word 文件、工作簿、结果 CSV "
                 "中的每个数字都追溯到其结果，并按印出的精度核对；\n"
                 "不再是运行所写的文件逐一指出；没有对应结果的数字逐一列出，豁免的也说明原因。用 --against "
                 "时，按上下文词语把文本中的数字与结果配对：一致、不一致、未配对。\n"
                 "有数字不一致或未绑定时退出码为 3。",
    .example = "shuxiao audit studies/audit-example/audit.yaml --only contradicts",
    .options = audit_options,
    .n_options = sizeof audit_options / sizeof *audit_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_audit};
