/* cli_protect.c: linked tables made safe to publish. */
#include <math.h>
#include <string.h>

#include "cli.h"
#include "shuxiao/release_tables.h"

static const cli_option protect_options[] = {
    {"plan", "FILE", "YAML: columns, total, hierarchies, rules (docs/disclosure.md); options here go before it",
     "YAML：列名、合计、层次、规则（docs/disclosure.md）；命令行选项优先"},
    {"total", "LEVEL", "the level that stands for the whole of a dimension (total)", "代表合计的取值（默认 total）"},
    {"min-n", "N", "sensitive: fewer than N contributors", "敏感：贡献单位少于 N 个"},
    {"p", "P", "sensitive: the largest contribution can be told to P% (p% rule)",
     "敏感：最大贡献可被估计到 P% 以内（p% 规则）"},
    {"dominance", "N,K", "sensitive: the N largest hold more than K%", "敏感：最大的 N 个贡献超过 K%"},
    {"pq", "P,Q", "sensitive: the p% rule where others know contributions to Q% already", "敏感：pq 规则"},
    {"width", "W", "protection of cells under --min-n, as a share of the value (0.1)",
     "--min-n 所判单元格的保护宽度，占其值的比例（默认 0.1）"},
    {"zero-width", "X", "protection of sensitive cells of 0, in the values' unit (as the smallest cell above 0 has)",
     "值为 0 的敏感单元格的保护宽度，与值同单位（默认同最小的非零单元格）"},
    {"secondary", "optimal|greedy|none", "how the cells that protect them are found (optimal)",
     "次级抑制的方法（默认 optimal）"},
    {"cost", "value|count|n", "what is lost with a cell: its value, one cell, its contributors (value)",
     "抑制的损失：值、格数或贡献单位数（默认 value）"},
    {"round", "controlled|random|nearest", "round to --base instead of suppressing", "改为按 --base 舍入，而不抑制"},
    {"base", "B", "of rounding (5)", "舍入基数（默认 5）"},
    {"perturb", "D,V", "counts with noise up to D of variance V by cell keys, instead of suppressing (needs --records)",
     "改为按单元格键给计数加扰动：幅度不超过 D、方差 V（需要 --records）"},
    {"records", "FILE", "--perturb: the records behind the counts, with the tables' dimensions as columns",
     "--perturb：计数背后的记录，含各维的列"},
    {"id", "COLUMN", "--perturb: what tells the records apart (id)", "--perturb：区分记录的列（默认 id）"},
    {"no-small", "J", "--perturb: no result of 1 to J", "--perturb：结果不取 1 到 J"},
    {"out", "DIR", "writes each table there as it may be published: its levels, value, mark",
     "将可发布的各表写入该目录"},
    {"attack", NULL, "the tightest interval of every suppressed cell that follows from what is published",
     "改为列出由已发布内容能推出的每个被抑制单元格的最窄区间"},
};

typedef struct protect_call {
  cli_app *app;
  const cli_args *args;
  sx_arena *arena;
  sx_doc *doc;
  sx_release_plan plan;
  sx_table **tables, *records;
  sx_release_source *sources;
  sx_release_tables *built;
  sx_release_result *result;
  double *rounded;  /* NULL: suppression */
  const char *word; /* "rounded", "perturbed" */
} protect_call;

/* ---- options ------------------------------------------------------------------------------------------------------------------ */

static sx_status two_numbers(double *a, double *b, const protect_call *c, const char *name, sx_error *err) {
  const char *text = cli_value(c->args, name), *comma = text ? strchr(text, ',') : NULL;
  if (!text) return SX_OK;
  if (!comma || !sx_text_to_double(a, text, (size_t)(comma - text)) ||
      !sx_text_to_double(b, comma + 1, strlen(comma + 1)))
    return sx_error_set(err, SX_E_ARGUMENT, name, "'%s' is not two numbers with a comma between", text);
  return SX_OK;
}

static sx_status one_word(int *out, const protect_call *c, const char *name, const char *const words[3],
                          sx_error *err) {
  const char *text = cli_value(c->args, name);
  if (!text) return SX_OK;
  for (int i = 0; i < 3; i++) {
    if (strcmp(text, words[i]) != 0) continue;
    *out = i;
    return SX_OK;
  }
  return sx_error_set(err, SX_E_ARGUMENT, name, "'%s' is not %s, %s or %s", text, words[0], words[1], words[2]);
}

static sx_status read_rules(protect_call *c, sx_error *err) {
  static const char *const secondary[] = {"optimal", "greedy", "none"}, *const cost[] = {"value", "count", "n"};
  sx_release_rules *r = &c->plan.rules;
  double n = (double)r->dominance_n;
  int method = (int)c->plan.options.method, by = (int)c->plan.options.cost;
  if (!cli_number(&r->min_n, c->app, c->args, "min-n") || !cli_number(&r->p, c->app, c->args, "p") ||
      !cli_number(&r->width, c->app, c->args, "width") || !cli_number(&r->zero_width, c->app, c->args, "zero-width"))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "an option is no number");
  SX_TRY(two_numbers(&n, &r->dominance, c, "dominance", err));
  SX_TRY(two_numbers(&r->pq_p, &r->pq_q, c, "pq", err));
  SX_TRY(one_word(&method, c, "secondary", secondary, err));
  SX_TRY(one_word(&by, c, "cost", cost, err));
  if (!(n >= 1 && n <= 1000)) return sx_error_set(err, SX_E_ARGUMENT, "dominance", "N is 1 to 1000");
  r->dominance_n = (size_t)n;
  c->plan.options.method = (sx_release_method)method;
  c->plan.options.cost = (sx_release_cost)by;
  return SX_OK;
}

static sx_status read_plan(protect_call *c, sx_error *err) {
  const sx_release_plan usual = SX_RELEASE_PLAN_INIT;
  const char *path = cli_value(c->args, "plan");
  c->plan = usual;
  if (path) {
    SX_TRY(sx_doc_read_yaml(&c->doc, &c->app->ctx, path, err));
    SX_TRY(sx_release_plan_read(&c->plan, c->arena, c->doc, sx_doc_root(c->doc), err));
  }
  if (cli_value(c->args, "total")) c->plan.total = cli_value(c->args, "total");
  return read_rules(c, err);
}

static sx_status read_tables(protect_call *c, sx_error *err) {
  const size_t n = c->args->n_words;
  c->tables = sx_arena_zalloc(c->arena, n, sizeof *c->tables);
  c->sources = sx_arena_zalloc(c->arena, n, sizeof *c->sources);
  if (!c->tables || !c->sources) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) {
    SX_TRY(sx_io_read(&c->tables[i], &c->app->ctx, c->args->words[i], NULL, err));
    c->sources[i] = (sx_release_source){c->args->words[i], c->tables[i]};
  }
  return sx_release_tables_new(&c->built, &c->app->ctx, c->sources, n, &c->plan, err);
}

/* ---- the work -------------------------------------------------------------------------------------------------------------------- */

static bool any_rule(const sx_release_rules *r) {
  return r->min_n > 0 || r->p > 0 || r->dominance > 0 || r->pq_p > 0;
}

static sx_status suppress(protect_call *c, sx_error *err) {
  sx_release_problem *p = &c->built->problem;
  bool declared = false;
  for (size_t i = 0; i < p->n_cells; i++) declared = declared || p->cells[i].mark == SX_RELEASE_PRIMARY;
  if (!declared && !any_rule(&c->plan.rules))
    return sx_error_set(
        err, SX_E_ARGUMENT, NULL,
        "nothing says what is sensitive: give --min-n, --p, --dominance or --pq, a plan, or a column mark");
  SX_TRY(sx_release_primary(NULL, p, &c->plan.rules, err));
  return sx_release_suppress(&c->result, &c->app->ctx, p, &c->plan.rules, &c->plan.options, err);
}

static sx_status perturb_cells(protect_call *c, sx_error *err) {
  const char *path = cli_value(c->args, "records"), *id = cli_value(c->args, "id");
  sx_release_ptable table = SX_RELEASE_PTABLE_INIT;
  double reach = 0, small = 0;
  if (!path)
    return sx_error_set(err, SX_E_ARGUMENT, "--perturb", "it needs the records behind the counts: --records FILE");
  SX_TRY(two_numbers(&reach, &table.variance, c, "perturb", err));
  if (!cli_number(&small, c->app, c->args, "no-small") || !(small >= 0 && small <= 100) ||
      !(reach >= 1 && reach <= 100))
    return sx_error_set(err, SX_E_ARGUMENT, "--perturb", "D is 1 to 100, V above 0, and --no-small 0 to 100");
  table.reach = (size_t)reach;
  table.js = (size_t)small;
  SX_TRY(sx_io_read(&c->records, &c->app->ctx, path, NULL, err));
  c->rounded = sx_arena_alloc(c->arena, c->built->problem.n_cells, sizeof *c->rounded);
  if (!c->rounded) return sx_error_memory(err);
  c->word = "perturbed";
  const sx_release_records records = {c->records, id ? id : "id", c->app->ctx.seed};
  return sx_release_perturb_tables(c->rounded, c->built, &c->plan, &records, &table, err);
}

static sx_status round_cells(protect_call *c, const char *how, sx_error *err) {
  static const char *const words[] = {"nearest", "random", "controlled"};
  enum { MOST_NODES = 20000 };
  const sx_release_problem *p = &c->built->problem;
  double base = 5;
  int which = 0;
  (void)how;
  SX_TRY(one_word(&which, c, "round", words, err));
  if (!cli_number(&base, c->app, c->args, "base")) return sx_error_set(err, SX_E_ARGUMENT, "base", "it is no number");
  c->word = "rounded";
  c->rounded = sx_arena_alloc(c->arena, p->n_cells, sizeof *c->rounded);
  if (!c->rounded) return sx_error_memory(err);
  return sx_release_round(c->rounded, &c->app->ctx, p, (sx_release_rounding)which, base, c->app->ctx.seed, MOST_NODES,
                          err);
}

/* ---- what is printed -------------------------------------------------------------------------------------------------------------- */

static bool hidden(const sx_release_cell *cell) {
  return cell->mark == SX_RELEASE_PRIMARY || cell->mark == SX_RELEASE_SECONDARY;
}

static sx_status print_cells(protect_call *c, sx_error *err) {
  static const char *const head[] = {"table", "cell", "value", "mark"};
  cli_grid g;
  cli_grid_init(&g, c->arena, sizeof head / sizeof *head);
  g.machine = cli_is_machine(c->app);
  for (size_t k = 0; k < sizeof head / sizeof *head; k++) cli_grid_add(&g, head[k]);
  for (size_t t = 0; t < c->built->n_sources; t++) {
    for (size_t row = 0; row < sx_table_rows(c->tables[t]); row++) {
      const size_t i = c->built->cell_of[t][row];
      const sx_release_cell *cell = &c->built->problem.cells[i];
      cli_grid_add(&g, c->sources[t].name);
      cli_grid_add(&g, cell->key);
      if (c->rounded)
        cli_grid_add_number(&g, c->rounded[i], 17);
      else if (hidden(cell))
        cli_grid_add(&g, g.machine ? "" : "x");
      else
        cli_grid_add_number(&g, cell->value, g.machine ? 17 : 9);
      cli_grid_add(&g, c->rounded     ? c->word
                       : hidden(cell) ? sx_release_mark_name(cell->mark)
                                      : sx_release_mark_name(SX_RELEASE_OPEN));
    }
  }
  return cli_grid_print(&g, stdout, c->app->format, err);
}

static sx_status print_attack(protect_call *c, sx_error *err) {
  static const char *const head[] = {"cell",           "value",           "mark", "rule", "low", "high",
                                     "must.reach.low", "must.reach.high", "safe"};
  const int digits = cli_is_machine(c->app) ? 17 : 7;
  cli_grid g;
  cli_grid_init(&g, c->arena, sizeof head / sizeof *head);
  g.machine = cli_is_machine(c->app);
  for (size_t k = 0; k < sizeof head / sizeof *head; k++) cli_grid_add(&g, head[k]);
  for (size_t k = 0; k < c->result->attacked->n_cells; k++) {
    const sx_release_interval *a = &c->result->attacked->cells[k];
    const sx_release_cell *cell = &c->built->problem.cells[a->cell];
    const bool primary = cell->mark == SX_RELEASE_PRIMARY;
    cli_grid_add(&g, cell->key);
    cli_grid_add_number(&g, cell->value, digits);
    cli_grid_add(&g, sx_release_mark_name(cell->mark));
    cli_grid_add(&g, cell->reason ? cell->reason : "");
    cli_grid_add_number(&g, a->low, digits);
    cli_grid_add_number(&g, a->high, digits);
    cli_grid_add_number(&g, primary ? cell->value - cell->lower : (double)NAN, digits);
    cli_grid_add_number(&g, primary ? cell->value + cell->upper : (double)NAN, digits);
    cli_grid_add(&g, a->safe ? "yes" : "no");
  }
  return cli_grid_print(&g, stdout, c->app->format, err);
}

/* A table as it may be published: levels, value, mark; nothing that was read beside. */
static sx_status write_table(const protect_call *c, size_t t, const char *path, sx_error *err) {
  const sx_table *table = c->tables[t];
  sx_buf out;
  sx_buf_init(&out, &c->app->ctx);
  const char *value = c->plan.value ? c->plan.value : "value";
  bool *keep = sx_arena_zalloc(c->arena, sx_table_columns(table), sizeof *keep);
  if (!keep) return sx_error_memory(err);
  for (size_t k = 0; k < sx_table_columns(table); k++) {
    const char *name = sx_table_get(table, k)->name;
    static const char *const own[] = {"n", "cost", "low", "high", "mark"};
    keep[k] = strcmp(name, value) != 0 && !(c->plan.n && strcmp(name, c->plan.n) == 0) &&
              !(c->plan.n_top == 0 && strncmp(name, "top", 3) == 0);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) keep[k] = keep[k] && strcmp(name, own[i]) != 0;
    for (size_t i = 0; i < c->plan.n_top; i++) keep[k] = keep[k] && strcmp(name, c->plan.top[i]) != 0;
    if (!keep[k]) continue;
    sx_csv_field(&out, name);
    sx_buf_add_char(&out, ',');
  }
  sx_buf_add(&out, "value,mark\n");
  for (size_t row = 0; row < sx_table_rows(table); row++) {
    const size_t i = c->built->cell_of[t][row];
    const sx_release_cell *cell = &c->built->problem.cells[i];
    char text[SX_DOUBLE_TEXT_MAX];
    for (size_t k = 0; k < sx_table_columns(table); k++) {
      const sx_column *col = sx_table_get(table, k);
      if (!keep[k]) continue;
      if (col->dict)
        sx_csv_field(&out, sx_dict_get(col->dict, col->data.code[row], NULL));
      else
        sx_buf_add_n(&out, text, sx_text_from_double(text, sx_column_number(col, row)));
      sx_buf_add_char(&out, ',');
    }
    const double shown = c->rounded ? c->rounded[i] : cell->value;
    if (c->rounded || !hidden(cell)) sx_buf_add_n(&out, text, sx_text_from_double(text, shown));
    sx_buf_printf(&out, ",%s\n", c->rounded ? c->word : hidden(cell) ? "x" : "");
  }
  sx_status status = sx_buf_status(&out, err);
  if (status == SX_OK) status = cli_write_csv(&c->app->ctx, path, &out, err);
  sx_buf_clear(&out);
  return status;
}

static sx_status write_tables(const protect_call *c, const char *dir, sx_error *err) {
  SX_TRY(cli_make_folder(c->app, dir, err));
  for (size_t t = 0; t < c->built->n_sources; t++) {
    const char *name = strrchr(c->sources[t].name, '/');
    name = name ? name + 1 : c->sources[t].name;
    char *path = sx_arena_printf(c->arena, "%s/%s", dir, name);
    if (!path) return sx_error_memory(err);
    if (strcmp(path, c->sources[t].name) == 0 || strcmp(dir, ".") == 0)
      return sx_error_set(err, SX_E_ARGUMENT, "--out", "it would overwrite %s: give another folder",
                          c->sources[t].name);
    for (size_t k = 0; k < t; k++) {
      const char *other = strrchr(c->sources[k].name, '/');
      if (strcmp(other ? other + 1 : c->sources[k].name, name) == 0)
        return sx_error_set(err, SX_E_ARGUMENT, "--out", "two tables are called %s", name);
    }
    SX_TRY(write_table(c, t, path, err));
  }
  return SX_OK;
}

static void say_result(const protect_call *c) {
  const sx_release_result *r = c->result;
  cli_say(c->app,
          c->app->chinese ? "抑制 %zu 个单元格，其中次级 %zu 个，损失 %.7g"
                          : "%zu cells suppressed, %zu of them secondary, at a loss of %.7g",
          r->n_primary + r->n_secondary, r->n_secondary, r->cost);
  if (r->n_primary == 0)
    cli_say(c->app, "%s",
            cli_text(c->app, "proven: nothing is sensitive, nothing to hide", "已证明：没有敏感单元格，无需隐藏"));
  else if (c->plan.options.method == SX_RELEASE_OPTIMAL && r->proven)
    cli_say(c->app, "%s",
            cli_text(c->app, "optimal (proven): no protection loses less", "已证明最优：没有损失更小的保护"));
  else if (c->plan.options.method == SX_RELEASE_OPTIMAL)
    cli_say(c->app,
            c->app->chinese ? "未证明最优：任何保护的损失不小于 %.7g（差距 %.1f%%）"
                            : "not proven: no protection loses less than %.7g (gap %.1f%%)",
            r->bound, r->cost > 0 ? 100 * (r->cost - r->bound) / r->cost : 0);
  if (r->attacked->n_open + r->attacked->n_open_unions)
    cli_say(c->app,
            c->app->chinese ? "错误：%zu 个敏感单元格、%zu 个合并单元格未受保护"
                            : "error: %zu sensitive cells and %zu sums of them are not protected",
            r->attacked->n_open, r->attacked->n_open_unions);
  else
    cli_say(c->app, "%s",
            cli_text(c->app, "attack: every sensitive cell is protected", "攻击检验：所有敏感单元格都受到保护"));
}

static sx_status run_call(protect_call *c, sx_error *err) {
  const char *how = cli_value(c->args, "round"), *dir = cli_value(c->args, "out");
  SX_TRY(sx_arena_new(&c->arena, &c->app->ctx, err));
  SX_TRY(read_plan(c, err));
  const char *noise = cli_value(c->args, "perturb");
  if ((how || noise) && cli_flag(c->args, "attack"))
    return sx_error_set(err, SX_E_ARGUMENT, "--attack", "it is of suppressed cells: leave --%s out",
                        how ? "round" : "perturb");
  if (how && noise) return sx_error_set(err, SX_E_ARGUMENT, "--perturb", "leave one of --round and --perturb out");
  if (!noise && (cli_value(c->args, "records") || cli_value(c->args, "id") || cli_value(c->args, "no-small")))
    return sx_error_set(err, SX_E_ARGUMENT, "--records", "records, id and no-small belong to --perturb");
  SX_TRY(read_tables(c, err));
  SX_TRY(how ? round_cells(c, how, err) : noise ? perturb_cells(c, err) : suppress(c, err));
  SX_TRY(cli_flag(c->args, "attack") ? print_attack(c, err) : print_cells(c, err));
  const bool open = c->result && c->result->attacked->n_open + c->result->attacked->n_open_unions > 0;
  if (dir && !open) SX_TRY(write_tables(c, dir, err));
  return SX_OK;
}

static int run_protect(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  protect_call c = {.app = app, .args = args};
  const sx_status status = run_call(&c, &err);
  int code = status == SX_OK ? CLI_OK : cli_fail(app, &err);
  if (status == SX_OK && c.result) {
    fflush(stdout);
    say_result(&c);
    if (c.result->attacked->n_open + c.result->attacked->n_open_unions) code = CLI_GATE;
  }
  sx_release_result_free(c.result);
  sx_release_tables_free(c.built);
  for (size_t i = 0; c.tables && i < args->n_words; i++) sx_table_free(c.tables[i]);
  sx_table_free(c.records);
  sx_doc_free(c.doc);
  sx_arena_free(c.arena);
  return code;
}

const cli_command cli_protect_command = {
    .name = "protect",
    .synopsis = "TABLE.csv... [options]",
    .summary_en = "linked tables made safe to publish: suppression or rounding, and the attack test",
    .summary_zh = "统计披露控制：对相互关联的表进行抑制或舍入，并做攻击检验",
    .detail_en =
        "A TABLE has a row per cell: its levels (the total is the level 'total'), value, and as the rules need them n, "
        "top1,\n"
        "top2. Cells with the same levels are the same cell in every table. Sensitive cells are suppressed, then as "
        "many "
        "others\n"
        "that nobody can work one out from the totals of all tables closer than its protection, at the least loss. "
        "What "
        "comes out\n"
        "is attacked by linear programs; exit 3 where a sensitive cell is not protected, and then nothing is written.\n"
        "docs/disclosure.md tells more, docs/methods/disclosure.md has the formulas.",
    .detail_zh =
        "TABLE 每行一个单元格：各维取值（合计写作 total）、value，按规则需要加 "
        "n、top1、top2。取值相同的单元格在各表中\n"
        "是同一个。先抑制敏感单元格，再以最小损失抑制其他单元格，使任何人都不能由各表合计把敏感单元格推算到保护\n"
        "区间以内。结果用线性规划攻击检验；有敏感单元格未受保护时退出码为 3，且不写文件。\n"
        "说明见 docs/disclosure.md，公式见 docs/methods/disclosure.md。",
    .example = "shuxiao protect examples/protect/region-size.csv examples/protect/region-branch.csv --min-n 3 --p 15",
    .options = protect_options,
    .n_options = sizeof protect_options / sizeof *protect_options,
    .min_words = 1,
    .max_words = 64,
    .run = run_protect};
