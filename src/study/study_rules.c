/* study_rules.c: validation rules of the interviews, before anything is estimated. The payload of the step `rules` is a line per rule: failed
 * error (1 or 0), items, passes, fails, missing, listed cases separated by blanks, why it could not be computed; separated by TAB. */
#include "study_data.h"
#include "study_names.h"
#include "study_rules.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- reading ------------------------------------------------------------------------------------------------------------------ */

static void read_words(st_load *l, st_rules *out, const sx_node *node) {
  if (node->kind == SX_NODE_SCALAR) {
    out->file = node->text;
    return;
  }
  if (node->kind != SX_NODE_MAP) return;
  ST_KEYS(l, node, "file", "id", "cases", "stop");
  out->file = study__text(l, node, "file");
  out->id = study__text(l, node, "id");
  out->stop = study__bool(l, node, "stop", false);
  const double cases = study__number(l, node, "cases", 10);
  if (!(cases >= 0 && cases <= 1000)) study__problem(l, node, "cases is a number from 0 to 1000");
  out->cases = cases >= 0 && cases <= 1000 ? (size_t)cases : 10;
  if (!out->file)
    study__problem(l, node, "rules stand in a file, 'rules: {file: rules.yaml}', or as a list under rules");
}

void study__read_rules(st_load *l, const sx_node *root) {
  sx_study *s = l->s;
  sx_error err = SX_ERROR_INIT;
  const sx_node *node = sx_node_get(root, "rules");
  if (!node || l->wave) return;
  st_rules *out = study__take(l, 1, sizeof *out);
  if (!out) return;
  s->rules = out;
  out->node = node;
  out->cases = 10;
  read_words(l, out, node);
  sx_status status = SX_OK;
  sx_rule_faults faults = {.n = 0};
  if (out->file) {
    const char *path = study__path(s, s->arena, out->file);
    status = path ? sx_rules_read_file(&out->rules, &s->ctx, path, &faults, &err) : sx_error_memory(&err);
  } else if (node->kind == SX_NODE_LIST) {
    status = sx_rules_read(&out->rules, &s->ctx, s->doc, node, &faults, &err);
  }
  for (size_t i = 0; i < faults.n; i++) {
    if (out->file)
      study__problem_at(l, false, faults.items[i].where, faults.items[i].message);
    else
      study__error_problem(l, node, &faults.items[i]);
  }
  if (status != SX_OK && !faults.n) study__error_problem(l, node, &err);
  sx_rule_faults_clear(&faults);
}

void study__check_rules(st_load *l, const sx_table *unit) {
  const st_rules *r = l->s->rules;
  if (!r || !r->rules || !unit) return;
  const sx_column *id = NULL;
  sx_error err = SX_ERROR_INIT;
  if (r->id && sx_table_need(&id, unit, r->id, &err) != SX_OK)
    study__error_problem(l, sx_node_get(r->node, "id"), &err);
  sx_rules_outcome *o = NULL;
  err = (sx_error)SX_ERROR_INIT;
  if (sx_rules_check(&o, r->rules, unit, 0, &err) != SX_OK) {
    study__error_problem(l, r->node, &err);
    return;
  }
  for (size_t i = 0; i < o->n; i++) {
    const sx_rule *rule = &r->rules->items[i];
    char where[SX_ERROR_WHERE_MAX];
    if (!o->items[i].error) continue;
    if (r->file) {
      (void)snprintf(where, sizeof where, "%s:%zu:%zu: rule %s", sx_doc_name(rule->doc), rule->node->line,
                     rule->node->column, rule->name);
      study__problem_at(l, false, where, o->items[i].error);
    } else {
      study__problem(l, rule->node, "rule %s: %s", rule->name, o->items[i].error);
    }
  }
  sx_rules_outcome_free(o);
}

void study__rules_free(sx_study *s) {
  if (!s->rules || s->follower) return;
  sx_rules_free(s->rules->rules);
}

/* ---- planning ------------------------------------------------------------------------------------------------------------------- */

static sx_status dep_name(st_build *b, size_t step, const char *name, sx_error *err) {
  const size_t d = name ? study__find_derived(b->s, name) : ST_NONE;
  return d == ST_NONE ? SX_OK : study__plan_dep(b, step, b->derive[d], err);
}

sx_status study__plan_rules(st_build *b, size_t *out, sx_error *err) {
  const st_rules *r = b->s->rules;
  size_t step = 0;
  *out = ST_NONE;
  if (!r || !r->rules) return SX_OK;
  SX_TRY(study__plan_step(&step, b, ST_STEP_RULES, 0, "rules", NULL, err));
  SX_TRY(study__plan_dep(b, step, b->joined, err));
  sx_node_to_json(&b->spec, r->node);
  if (b->s->disclosure) sx_buf_add(&b->spec, "withheld\n");
  for (size_t i = 0; i < r->rules->n_docs; i++) SX_TRY(study__plan_spec_path(b, r->rules->files[i], err));
  SX_TRY(dep_name(b, step, r->id, err));
  for (size_t i = 0; i < r->rules->n_names; i++) SX_TRY(dep_name(b, step, r->rules->names[i], err));
  for (size_t d = 0; r->rules->whole && d < b->s->n_derived; d++) SX_TRY(study__plan_dep(b, step, b->derive[d], err));
  *out = step;
  return study__plan_seal(b, step, err);
}

/* ---- running -------------------------------------------------------------------------------------------------------------------- */

/* withheld: a rule that names a group counts the group, or bounds an amount of it. */
static sx_status put(st_run *r, const char *indicator, const char *statistic, size_t count, bool withheld,
                     const char *quality, const char *method, sx_error *err) {
  sx_store_row out = {.wave = r->s->wave,
                      .indicator = indicator,
                      .statistic = statistic,
                      .estimate = withheld ? (double)NAN : (double)count,
                      .ci_level = 0.95,
                      .n = -1,
                      .unit = "",
                      .quality = quality,
                      .na_reason = withheld ? "suppressed" : "",
                      .method = method};
  out.se = out.low = out.high = out.df = out.n_eff = out.deff = out.cv = (double)NAN;
  return sx_store_put_row(NULL, r->store, "rules", &out, err);
}

/* What rules are called, for every run: their counts may be those of the run before. */
sx_status study__put_rule_labels(st_run *r, sx_error *err) {
  const sx_rules *rules = r->s->rules ? r->s->rules->rules : NULL;
  for (size_t i = 0; rules && i < rules->n; i++) {
    const sx_rule *rule = &rules->items[i];
    const char *indicator = sx_arena_printf(r->arena, "rule/%s", rule->name);
    if (!indicator) return sx_error_memory(err);
    const sx_store_indicator label = {
        .id = indicator,
        .label = {rule->label_zh ? rule->label_zh : rule->name, rule->label_en ? rule->label_en : rule->name},
        .question = {rule->text, rule->text},
        .unit = "",
        .scale = 1.0};
    SX_TRY(sx_store_put_indicator(r->store, &label, err));
  }
  return SX_OK;
}

static sx_status put_rule(st_run *r, const sx_rule *rule, const sx_rule_outcome *o, sx_error *err) {
  char *indicator = sx_arena_printf(r->arena, "rule/%s", rule->name);
  if (!indicator) return sx_error_memory(err);
  const bool withheld = r->s->disclosure != NULL;
  const char *verdict = o->fails && !withheld ? sx_rule_severity_name(rule->severity) : "";
  const char *quality = o->error ? "not computed" : verdict;
  const char *method = o->whole ? "verdict on the data set" : "count of cases";
  SX_TRY(put(r, indicator, "count", o->items, false, quality, method, err));
  SX_TRY(put(r, indicator, "passes", o->passes, withheld, quality, method, err));
  SX_TRY(put(r, indicator, "fails", o->fails, withheld, quality, method, err));
  return put(r, indicator, "missing", o->n_na, withheld, quality, method, err);
}

/* Texts of the line: no TAB, no end of line. */
static void add_plain(sx_buf *out, const char *text) {
  for (; *text; text++) sx_buf_add_char(out, (unsigned char)*text < ' ' ? ' ' : *text);
}

static sx_status add_line(sx_buf *out, st_run *r, const sx_rule *rule, const sx_rule_outcome *o, const sx_column *id,
                          sx_error *err) {
  sx_buf_printf(out, "%d\t%zu\t%zu\t%zu\t%zu\t", rule->severity == SX_RULE_ERROR && (o->error || o->fails), o->items,
                o->passes, o->fails, o->n_na);
  for (size_t k = 0; k < o->n_cases; k++) {
    const char *name = id ? study__cell_text(id, o->cases[k], r->arena) : NULL;
    if (id && !name) return sx_error_memory(err);
    if (k) sx_buf_add_char(out, ' ');
    if (name)
      add_plain(out, name);
    else
      sx_buf_printf(out, "%zu", o->cases[k] + 1);
  }
  sx_buf_add_char(out, '\t');
  add_plain(out, o->error ? o->error : "");
  sx_buf_add_char(out, '\n');
  return SX_OK;
}

static sx_status stop_run(const st_rules *own, const sx_rules_outcome *o, sx_error *err) {
  if (!own->stop || !o->n_failed[SX_RULE_ERROR]) return SX_OK;
  for (size_t i = 0; i < o->n; i++) {
    const sx_rule *rule = &own->rules->items[i];
    if (rule->severity != SX_RULE_ERROR || (!o->items[i].fails && !o->items[i].error)) continue;
    if (o->items[i].whole)
      return sx_error_set(err, SX_E_DATA, own->file ? own->file : "rules",
                          "rule %s does not hold for the data set, and %zu rules of severity error fail: nothing was "
                          "estimated",
                          rule->name, o->n_failed[SX_RULE_ERROR]);
    return sx_error_set(
        err, SX_E_DATA, own->file ? own->file : "rules",
        "rule %s does not hold in %zu of %zu cases (first: case %zu), and %zu rules of severity error fail: "
        "nothing was estimated",
        rule->name, o->items[i].fails, o->items[i].items, o->items[i].n_cases ? o->items[i].cases[0] + 1 : 0,
        o->n_failed[SX_RULE_ERROR]);
  }
  return SX_OK;
}

static sx_status keep_outcome(st_run *r, const sx_rules_outcome *o, sx_error *err) {
  const st_rules *own = r->s->rules;
  const sx_column *id = own->id ? sx_table_find(r->unit, own->id) : NULL;
  sx_buf text;
  sx_buf_init(&text, &r->ctx);
  sx_status status = stop_run(own, o, err);
  for (size_t i = 0; i < o->n && status == SX_OK; i++) {
    status = put_rule(r, &own->rules->items[i], &o->items[i], err);
    if (status == SX_OK) status = add_line(&text, r, &own->rules->items[i], &o->items[i], id, err);
  }
  if (status == SX_OK) status = sx_buf_status(&text, err);
  if (status == SX_OK) {
    r->rules_text = sx_arena_strdup(r->arena, text.data ? text.data : "");
    if (!r->rules_text) status = sx_error_memory(err);
  }
  sx_buf_clear(&text);
  return status;
}

sx_status study__run_rules(st_run *r, sx_error *err) {
  const size_t at = study__plan_find(r->plan, "rules");
  sx_rules_outcome *o = NULL;
  if (!r->s->rules || at == ST_NONE || r->plan->steps[at].reused) return SX_OK;
  SX_TRY(study__materialise(r, err));
  SX_TRY(sx_rules_check(&o, r->s->rules->rules, r->unit, r->s->rules->cases, err));
  const sx_status status = keep_outcome(r, o, err);
  sx_rules_outcome_free(o);
  return status;
}

size_t study__rules_failed(const st_run *r) {
  size_t n = 0;
  bool start = true;
  for (const char *c = r->rules_text; c && *c; c++) {
    n += start && *c == '1';
    start = *c == '\n';
  }
  return n;
}

/* ---- the annex --------------------------------------------------------------------------------------------------------------------- */

/* withheld: neither what failed nor whether anything did. */
static void annex_row(sx_buf *zh, sx_buf *en, const sx_rule *rule, char *line, bool withheld) {
  static const char *const severity_zh[] = {"错误", "警告", "提示"};
  char *field[7] = {line, NULL, NULL, NULL, NULL, NULL, NULL};
  size_t n = 1;
  for (char *c = line; *c && n < 7; c++) {
    if (*c != '\t') continue;
    *c = '\0';
    field[n++] = c + 1;
  }
  if (n < 7) return;
  sx_buf *const sides[] = {zh, en};
  for (size_t side = 0; side < 2; side++) {
    const char *label = side ? rule->label_en : rule->label_zh, *other = side ? rule->label_zh : rule->label_en;
    sx_buf_add(sides[side], "| ");
    study__plain_markdown(sides[side], label ? label : other ? other : rule->name);
    sx_buf_printf(sides[side], " | %s | %s |",
                  side ? sx_rule_severity_name(rule->severity) : severity_zh[rule->severity], field[1]);
    if (!withheld) {
      sx_buf_printf(sides[side], " %s | %s | %s | ", field[2], field[3], field[4]);
      study__plain_markdown(sides[side], *field[6] ? field[6] : field[5]);
      sx_buf_add(sides[side], " |");
    }
    sx_buf_add_char(sides[side], '\n');
  }
}

/* failed: rules of severity error that do not hold, in what is not published then. */
static void annex_head(sx_buf *zh, sx_buf *en, bool withheld, size_t failed) {
  sx_buf_add(zh, "估计之前按下列规则逐例检查。");
  sx_buf_add(en, "Every case was checked against these rules before anything was estimated. ");
  if (!withheld) {
    sx_buf_add(zh, "\n\n| 规则 | 级别 | 个案 | 通过 | 不通过 | 无法判断 | 首批不通过的个案 "
                   "|\n|---|---|---:|---:|---:|---:|---|\n");
    sx_buf_add(en, "\n\n| Rule | Severity | Cases | Pass | Fail | Cannot be told | First failing cases "
                   "|\n|---|---|---:|---:|---:|---:|---|\n");
    return;
  }
  if (failed) {
    sx_buf_printf(zh, "级别为错误的规则有 %zu 条不成立；", failed);
    sx_buf_printf(en, "%zu rules of severity error do not hold; ", failed);
  } else {
    sx_buf_add(zh, "级别为错误的规则全部成立；");
    sx_buf_add(en, "Every rule of severity error holds; ");
  }
  sx_buf_add(zh, "为保密起见，其余规则是否成立、各规则的计数均不公布。\n\n| 规则 | 级别 | 个案 |\n|---|---|---:|\n");
  sx_buf_add(en, "whether others do, and what the rules count, is withheld to keep answers confidential.\n\n| Rule | "
                 "Severity | Cases |\n|---|---|---:|\n");
}

sx_status study__rules_annex(sx_buf *zh, sx_buf *en, const st_run *r, sx_error *err) {
  const st_rules *own = r->s->rules;
  sx_buf_add(zh, "## 数据校验\n\n");
  sx_buf_add(en, "## Checks of the data\n\n");
  if (!own || !own->rules || !r->rules_text) {
    sx_buf_add(zh, "本研究没有校验规则。\n");
    sx_buf_add(en, "The study has no validation rules.\n");
    return SX_OK;
  }
  annex_head(zh, en, r->s->disclosure != NULL, study__rules_failed(r));
  char *lines = sx_arena_strdup(r->arena, r->rules_text), *next = lines;
  if (!lines) return sx_error_memory(err);
  for (size_t i = 0; i < own->rules->n && *next; i++) {
    char *line = next, *end = strchr(line, '\n');
    next = end ? end + 1 : line + strlen(line);
    if (end) *end = '\0';
    annex_row(zh, en, &own->rules->items[i], line, r->s->disclosure != NULL);
  }
  return SX_OK;
}
