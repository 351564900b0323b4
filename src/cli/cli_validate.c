/* cli_validate.c: rules of the data, checked case by case. */
#include <math.h>
#include <string.h>

#include "cli_design.h"
#include "shuxiao/release_rules.h"

static const cli_option validate_options[] = {
    {"rules", "FILE", "the rules: YAML as of R validate (docs/rules.md)",
     "规则文件：R validate 的 YAML 格式（docs/rules.md）"},
    {"id", "VAR", "the variable that names a case (else its number)", "标识个案的变量（默认用序号）"},
    {"cases", "N", "how many failing cases of each rule are listed (10)", "每条规则最多列出的不合格个案数（默认 10）"},
    {"list", NULL, "the failing cases instead of the counts", "改为列出不合格的个案"},
};

typedef struct validate_call {
  cli_app *app;
  const cli_args *args;
  sx_arena *arena;
  sx_rules *rules;
  sx_table *table;
  sx_rules_outcome *outcome;
} validate_call;

static sx_status read_table(validate_call *c, sx_error *err) {
  const char *path = c->args->words[0];
  if (!cli_is_study(path)) return sx_io_read(&c->table, &c->app->ctx, path, NULL, err);
  sx_study *study = NULL;
  sx_design *design = NULL;
  sx_status status = sx_study_load(&study, &c->app->ctx, path, NULL, err);
  if (status == SX_OK) status = sx_study_open_data(&c->table, &design, study, err);
  sx_design_free(design);
  sx_study_free(study);
  return status;
}

static const char *label_of(const validate_call *c, const sx_rule *rule) {
  const char *own = c->app->chinese ? rule->label_zh : rule->label_en,
             *other = c->app->chinese ? rule->label_en : rule->label_zh;
  return own ? own : other ? other : "";
}

static sx_status print_counts(const validate_call *c, sx_error *err) {
  static const char *const head[] = {"rule",  "items",    "passes", "fails",     "nNA",
                                     "error", "severity", "label",  "expression"};
  cli_grid g;
  cli_grid_init(&g, c->arena, sizeof head / sizeof *head);
  g.machine = cli_is_machine(c->app);
  for (size_t k = 0; k < sizeof head / sizeof *head; k++) cli_grid_add(&g, head[k]);
  for (size_t i = 0; i < c->rules->n; i++) {
    const sx_rule *rule = &c->rules->items[i];
    const sx_rule_outcome *o = &c->outcome->items[i];
    const size_t counts[] = {o->items, o->passes, o->fails, o->n_na};
    cli_grid_add(&g, rule->name);
    for (size_t k = 0; k < 4; k++) cli_grid_add_count(&g, (double)counts[k]);
    cli_grid_add(&g, o->error ? cli_clean(c->arena, o->error, g.machine ? 0 : 60) : "");
    cli_grid_add(&g, sx_rule_severity_name(rule->severity));
    cli_grid_add(&g, cli_clean(c->arena, label_of(c, rule), g.machine ? 0 : 40));
    cli_grid_add(&g, cli_clean(c->arena, rule->text, g.machine ? 0 : 60));
  }
  return cli_grid_print(&g, stdout, c->app->format, err);
}

static sx_status case_name(const char **out, const validate_call *c, const sx_column *id, size_t row, sx_error *err) {
  char text[SX_DOUBLE_TEXT_MAX];
  *out = "";
  if (id && sx_column_missing(id, row)) return SX_OK;
  if (id && id->dict) {
    *out = sx_dict_get(id->dict, id->data.code[row], NULL);
    return SX_OK;
  }
  sx_text_from_double(text, id ? sx_column_number(id, row) : (double)(row + 1));
  *out = sx_arena_strdup(c->arena, text);
  return *out ? SX_OK : sx_error_memory(err);
}

static sx_status print_cases(const validate_call *c, const sx_column *id, sx_error *err) {
  static const char *const head[] = {"rule", "case", "id", "severity", "expression"};
  cli_grid g;
  cli_grid_init(&g, c->arena, sizeof head / sizeof *head);
  g.machine = cli_is_machine(c->app);
  for (size_t k = 0; k < sizeof head / sizeof *head; k++) cli_grid_add(&g, head[k]);
  for (size_t i = 0; i < c->rules->n; i++) {
    for (size_t k = 0; k < c->outcome->items[i].n_cases; k++) {
      const size_t row = c->outcome->items[i].cases[k];
      const char *name = NULL;
      SX_TRY(case_name(&name, c, id, row, err));
      cli_grid_add(&g, c->rules->items[i].name);
      cli_grid_add_count(&g, (double)(row + 1));
      cli_grid_add(&g, name);
      cli_grid_add(&g, sx_rule_severity_name(c->rules->items[i].severity));
      cli_grid_add(&g, cli_clean(c->arena, c->rules->items[i].text, g.machine ? 0 : 60));
    }
  }
  return cli_grid_print(&g, stdout, c->app->format, err);
}

/* Every rule that is wrong is told, the last of them as the error. */
static sx_status read_rules(validate_call *c, const char *path, sx_error *err) {
  sx_rule_faults faults = {.n = 0};
  const sx_status status = sx_rules_read_file(&c->rules, &c->app->ctx, path, &faults, err);
  for (size_t i = 0; i + 1 < faults.n; i++)
    cli_say(c->app, "shuxiao: %s: %s", faults.items[i].where, faults.items[i].message);
  if (faults.n) *err = faults.items[faults.n - 1];
  sx_rule_faults_clear(&faults);
  return status;
}

static sx_status run_call(validate_call *c, sx_error *err) {
  const char *path = cli_value(c->args, "rules"), *name = cli_value(c->args, "id");
  double cases = 10;
  const sx_column *id = NULL;
  if (!path)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "which rules? Give --rules FILE.yaml (docs/rules.md shows one)");
  if (!cli_number(&cases, c->app, c->args, "cases") || !(cases >= 0 && cases <= 1e6))
    return sx_error_set(err, SX_E_ARGUMENT, "--cases", "it is a number from 0 to 1,000,000");
  SX_TRY(sx_arena_new(&c->arena, &c->app->ctx, err));
  SX_TRY(read_rules(c, path, err));
  SX_TRY(read_table(c, err));
  if (name) SX_TRY(sx_table_need(&id, c->table, name, err));
  SX_TRY(sx_rules_check(&c->outcome, c->rules, c->table, (size_t)cases, err));
  return cli_flag(c->args, "list") ? print_cases(c, id, err) : print_counts(c, err);
}

static int run_validate(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  validate_call c = {.app = app, .args = args};
  const sx_status status = run_call(&c, &err);
  cli_progress_end(app);
  int code = status == SX_OK ? CLI_OK : cli_fail(app, &err);
  if (status == SX_OK) {
    const size_t *failed = c.outcome->n_failed;
    fflush(stdout);
    cli_say(app,
            app->chinese ? "%zu 条规则：%zu 条错误级、%zu 条警告级、%zu 条提示级未通过"
                         : "%zu rules: %zu errors, %zu warnings, %zu notes do not hold",
            c.rules->n, failed[SX_RULE_ERROR], failed[SX_RULE_WARNING], failed[SX_RULE_INFO]);
    if (failed[SX_RULE_ERROR]) code = CLI_GATE;
  }
  sx_rules_outcome_free(c.outcome);
  sx_rules_free(c.rules);
  sx_table_free(c.table);
  sx_arena_free(c.arena);
  return code;
}

const cli_command cli_validate_command = {
    .name = "validate",
    .synopsis = "FILE --rules RULES.yaml [options]",
    .summary_en = "validation rules of a file: how many cases pass, fail or cannot be told, and which",
    .summary_zh = "数据校验：每条规则通过、不通过、无法判断的个案数及清单",
    .detail_en =
        "RULES.yaml is the form of R validate: rules with expr, name, label, description and meta.severity "
        "(error, warning, info).\n"
        "Expressions are those of the other commands and R's: & | ! %in% is.na(), 'if (A) B', x := ..., include; "
        "functions of whole columns and groups: mean() is_unique() is_complete() in_range() grepl() sum_by() "
        "exists_one() contains_exactly() and others (docs/rules.md). FILE may be a study.\n"
        "Exit 3 where a rule of severity error fails in a case, or cannot be computed.",
    .detail_zh =
        "RULES.yaml 用 R validate 的格式：每条规则有 expr、name、label、description 和 "
        "meta.severity（error、warning、info）。\n"
        "表达式与其他命令相同，也接受 R 的 & | ! %in% is.na()、if (A) B、x := ... 和 include，以及整列与分组函数："
        "mean() is_unique() is_complete() in_range() grepl() sum_by() exists_one() contains_exactly() 等"
        "（docs/rules.md）。FILE 也可以是研究文件。\n"
        "错误级规则有不通过的个案或无法计算时退出码为 3。",
    .example = "shuxiao validate examples/validate/panel.csv --rules examples/validate/rules.yaml --id person",
    .options = validate_options,
    .n_options = sizeof validate_options / sizeof *validate_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_validate};
