/* cli_compare.c: comparisons: between two waves, between groups, and by formula. */
#include <math.h>
#include <string.h>

#include "cli_compare.h"

static const cli_option compare_options[] = {
    CLI_DESIGN_OPTIONS,
    CLI_DOMAIN_OPTIONS,
    CLI_WEIGHTING_OPTIONS,
    {"wave", "V", "the variable that says which wave a case is of; or give two files",
     "区分两期的变量；或给出两个文件"},
    {"unit", "ID", "what names a unit in both waves: a variable, or several with commas",
     "两期共用的单元编号：一个变量，或以逗号相连的几个"},
    {"from", "A", "the earlier wave, where V has more than two", "基期（V 多于两期时）"},
    {"to", "B", "with two waves the later wave; else compare every group with this level, or with overall",
     "两期比较时为报告期；否则为对照水平，或 overall"},
    {"against", "LEVEL|overall", "with two waves: compare the changes of the groups", "两期比较时：各组变动之间的对照"},
    {"independent", NULL, "the waves share no unit, or shared ones are left aside",
     "两期没有共同的单元，或不考虑共同的单元"},
    {"coordinated", NULL, "the replicates of both waves were made together", "两期的复制权数协同生成"},
    {"of", "STATISTIC", "mean, total, prop, ratio, count, quantile (mean; prop for categories and conditions)",
     "比较的统计量：mean、total、prop、ratio、count、quantile（默认 mean；类别和条件为 prop）"},
    {"probs", "P", "with --of quantile: the probability (0.5)", "与 --of quantile 同用：概率（0.5）"},
    {"as", "KIND,KIND", "difference, ratio, relative (difference; two waves: and relative)",
     "difference 差、ratio 比、relative 相对变动（默认 difference；两期另有 relative）"},
    {"pairs", NULL, "with --by: every pair of groups", "与 --by 同用：所有两两比较"},
    {"contrast", "EXPR", "a formula, repeatable: 'E - H' over groups or variables, 'mean(y, x==1) - mean(y)'",
     "公式，可重复：各组或各变量的公式，或含 mean(y, 条件) 等的公式"},
    {"adjust", "METHOD", "p of many tests: holm, bonferroni, bh, none (holm for --pairs, else none)",
     "多重检验的 p 值调整：holm、bonferroni、bh、none（--pairs 默认 holm，其余 none）"},
    {"level", "P", "confidence level (0.95)", "置信水平（0.95）"},
    {"df", "N", "degrees of freedom (those of the domain)", "自由度（默认按子总体计）"},
};

enum { SHARE_POINTS = 100 }; /* differences of shares are in percentage points */

/* ---- what is asked for ---------------------------------------------------------------------------------------------- */

static sx_status read_kinds(compare *c, bool shares, sx_error *err) {
  cli_job *j = &c->job[0];
  const char *as = cli_value(j->args, "as");
  const char *const *kinds = NULL;
  size_t n = 0;
  for (size_t k = 0; k < 3; k++) c->want[k] = false;
  c->want[SX_CHANGE_DIFFERENCE] = !as;
  c->want[SX_CHANGE_RELATIVE] = !as && c->waves && !shares;
  if (!as) return SX_OK;
  SX_TRY(cli_split(&kinds, &n, j->arena, as, ',', err));
  for (size_t i = 0; i < n; i++) {
    size_t k = 0;
    while (k < 3 && strcmp(kinds[i], sx_change_name((sx_change)k)) != 0) k++;
    if (k == 3) return sx_error_set(err, SX_E_ARGUMENT, "--as", "'%s' is not difference, ratio or relative", kinds[i]);
    c->want[k] = true;
  }
  return SX_OK;
}

/* "q5:q7" */
static bool has_two_names(const char *text) {
  return strchr(text, ':') && !strpbrk(text, "'\"`");
}

static sx_status read_what(cmp_what *w, compare *c, const char *text, sx_error *err) {
  cli_job *j = &c->job[0];
  const char *of = cli_value(j->args, "of"), *probs = cli_value(j->args, "probs");
  *w = (cmp_what){.of = CMP_DEFAULT, .text = text, .y = text, .prob = 0.5, .grouped = true};
  if (of && !cmp_read_of(&w->of, of, strlen(of)))
    return sx_error_set(err, SX_E_ARGUMENT, "--of", "'%s' is not mean, total, prop, ratio, count or quantile", of);
  if (probs && w->of != CMP_QUANTILE) return sx_error_set(err, SX_E_ARGUMENT, "--probs", "it belongs to --of quantile");
  if (probs && (!sx_text_to_double(&w->prob, probs, strlen(probs)) || !(w->prob >= 0 && w->prob <= 1)))
    return sx_error_set(err, SX_E_ARGUMENT, "--probs", "'%s' is not a number between 0 and 1", probs);
  if (w->of == CMP_COUNT) { /* of the cases for which it holds */
    w->on = text;
    w->y = NULL;
  }
  if (c->waves && w->y && has_two_names(text)) {
    const char *const *name = NULL;
    size_t n_names = 0;
    SX_TRY(cli_split(&name, &n_names, j->arena, text, ':', err));
    if (n_names != 2 || w->of == CMP_RATIO)
      return sx_error_set(err, SX_E_ARGUMENT, text, "a variable that has two names is NAME1:NAME2, not in a ratio");
    w->y = name[0];
    w->later = name[1];
    const sx_column *a = sx_table_find(c->job[0].table, w->y), *b = sx_table_find(c->job[1].table, w->later);
    if (a && b) SX_TRY(cli_refuse_clash(a, c->wave[0], b, c->wave[1], err));
  }
  if (w->of != CMP_RATIO) return SX_OK;
  const char *const *sides = NULL;
  size_t n = 0;
  SX_TRY(cli_split(&sides, &n, j->arena, text, '/', err));
  if (n != 2) return sx_error_set(err, SX_E_ARGUMENT, text, "a ratio is NUMERATOR/DENOMINATOR, two variables");
  w->y = sides[0];
  w->x = sides[1];
  return SX_OK;
}

static const char *target_of(const compare *c) {
  return cli_value(c->job[0].args, c->waves ? "against" : "to");
}

static sx_status check_options(const compare *c, sx_error *err) {
  const cli_args *args = c->job[0].args;
  static const char *const of_waves[] = {"unit", "from", "against", "independent", "coordinated"};
  for (size_t k = 0; k < sizeof of_waves / sizeof *of_waves && !c->waves; k++)
    if (cli_flag(args, of_waves[k]))
      return sx_error_set(err, SX_E_ARGUMENT, "", "--%s is for two waves: give --wave V, or two files", of_waves[k]);
  if (c->waves && !cli_value(args, "unit") && !cli_flag(args, "independent") && !cli_flag(args, "coordinated"))
    return sx_error_set(
        err, SX_E_ARGUMENT, "--unit",
        "name the variable that says which unit a case is, so that units in both waves are known; or say "
        "--independent");
  if (c->waves && cli_value(args, "make-reps")) {
    if (cli_flag(args, "coordinated"))
      return sx_error_set(err, SX_E_ARGUMENT, "--coordinated",
                          "replicates that --make-reps makes are made for each wave by itself: --coordinated is for "
                          "replicate weights read from the files (--repweights)");
    if (cli_value(args, "unit") && !cli_flag(args, "independent"))
      return sx_error_set(
          err, SX_E_ARGUMENT, "--make-reps",
          "replicates made for each wave by itself know nothing of the units in both: leave --make-reps "
          "out (the linearised errors hold their covariance), or say --independent to leave it aside");
  }
  const bool groups = target_of(c) || cli_flag(args, "pairs");
  if (groups && !cli_value(args, "by"))
    return sx_error_set(err, SX_E_ARGUMENT, "", "groups are compared: give --by too");
  if (target_of(c) && cli_flag(args, "pairs"))
    return sx_error_set(err, SX_E_ARGUMENT, "--pairs", "it compares all groups: leave the level to compare with out");
  if (!c->waves && !groups && !cli_value(args, "contrast"))
    return sx_error_set(err, SX_E_ARGUMENT, "",
                        "what is to be compared: two waves (--wave V --unit ID), groups (--by X with --to LEVEL, --to "
                        "overall or --pairs), or a formula (--contrast)");
  return SX_OK;
}

/* ---- opening -------------------------------------------------------------------------------------------------------- */

static sx_status split_waves(compare *c, sx_error *err) {
  cli_job *j = &c->job[0];
  const char *path = j->args->words[0], *wave = cli_value(j->args, "wave");
  sx_table *table = NULL, *part[2] = {NULL, NULL};
  sx_groups *g = NULL;
  if (cli_is_study(path))
    return sx_error_set(err, SX_E_SUPPORT, path, "a study is of one wave: give its data file and --design %s", path);
  SX_TRY(cli_read_table(&table, j->app, j->args, path, err));
  sx_status status = sx_change_split(part, table, wave, cli_value(j->args, "from"), cli_value(j->args, "to"), err);
  for (size_t k = 0; k < 2 && status == SX_OK; k++) {
    c->job[k].table = part[k];
    status = sx_groups_new(&g, part[k], &wave, 1, err);
    if (status == SX_OK && !(c->wave[k] = sx_arena_strdup(j->arena, g->level_label[0][g->key_level[0]])))
      status = sx_error_memory(err);
    sx_groups_free(g);
    g = NULL;
  }
  sx_table_free(table);
  if (status != SX_OK) sx_error_add_where(err, "%s", path);
  return status;
}

static const char *file_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* A variable that is named and whose codes mean one thing in one file and another in the other. */
static sx_status check_codes(const compare *c, sx_error *err) {
  static const char *const texts[] = {"by", "where", "contrast"};
  const cli_args *args = c->job[0].args;
  for (size_t k = 0; k < sx_table_columns(c->job[0].table); k++) {
    const sx_column *a = sx_table_get(c->job[0].table, k), *b = sx_table_find(c->job[1].table, a->name);
    bool named = false;
    for (size_t i = 2; i < args->n_words; i++)
      named = named || (!has_two_names(args->words[i]) && cli_names(args->words[i], a->name));
    for (size_t i = 0; i < args->n_given; i++)
      for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
        named = named || (strcmp(args->given[i]->name, texts[t]) == 0 && cli_names(args->values[i], a->name));
    if (b && named) SX_TRY(cli_refuse_clash(a, c->wave[0], b, c->wave[1], err));
  }
  return SX_OK;
}

static sx_status read_waves(compare *c, sx_error *err) {
  const cli_args *args = c->job[0].args;
  if (cli_value(args, "from") || cli_value(args, "to"))
    return sx_error_set(err, SX_E_ARGUMENT, "", "--from and --to name waves of one file: the two files are the waves");
  for (size_t k = 0; k < 2; k++) {
    SX_TRY(cli_read_table(&c->job[k].table, c->job[k].app, args, args->words[k], err));
    c->wave[k] = file_name(args->words[k]);
  }
  SX_TRY(cli_take_codes(c->job[0].app, c->job[0].table, c->wave[0], c->job[1].table, c->wave[1], err));
  return check_codes(c, err);
}

static sx_status link_waves(compare *c, sx_error *err) {
  const cli_args *args = c->job[0].args;
  const char *unit = cli_value(args, "unit");
  const char *const *names = NULL;
  size_t n = 0;
  sx_link_side side[2];
  if (unit) SX_TRY(cli_split(&names, &n, c->job[0].arena, unit, ',', err));
  for (size_t k = 0; k < 2; k++) {
    const sx_column **id = sx_arena_alloc(c->job[0].arena, n + 1, sizeof *id);
    if (!id) return sx_error_memory(err);
    for (size_t i = 0; i < n; i++) SX_TRY(sx_table_need(&id[i], c->job[k].table, names[i], err));
    side[k] = (sx_link_side){c->job[k].design, id, n};
  }
  sx_link_options o = SX_LINK_OPTIONS_INIT;
  o.independent = cli_flag(args, "independent");
  o.coordinated = cli_flag(args, "coordinated");
  SX_TRY(sx_link_new(&c->link, &side[0], &side[1], &o, err));
  const bool none = sx_link_overlap(c->link) == SX_OVERLAP_NONE;
  const char *left = o.independent                        ? "; taken as independent"
                     : none && sx_link_units(c->link) > 0 ? "; their covariance is left out"
                                                          : "";
  c->method =
      sx_arena_printf(c->job[0].arena, "%s; %s: %s; %zu units in both, overlap %s%s", c->job[0].method, c->wave[1],
                      c->job[1].method, sx_link_units(c->link), sx_overlap_name(sx_link_overlap(c->link)), left);
  return c->method ? SX_OK : sx_error_memory(err);
}

/* *first_word: where the variables begin. */
static sx_status open_all(compare *c, size_t *first_word, sx_error *err) {
  cli_job *j = &c->job[0];
  const cli_args *args = j->args;
  const bool files = !cli_value(args, "wave") && args->n_words > 1 && sx_file_exists(args->words[1]);
  c->waves = files || cli_value(args, "wave");
  *first_word = files ? 2 : 1;
  SX_TRY(check_options(c, err));
  if (!c->waves) {
    SX_TRY(cli_job_open(j, err));
    c->method = j->method;
  } else {
    SX_TRY(sx_arena_new(&j->arena, &j->app->ctx, err));
    SX_TRY(files ? read_waves(c, err) : split_waves(c, err));
    for (size_t k = 0; k < 2; k++) {
      const sx_status status = cli_job_open_table(&c->job[k], args->words[files ? k : 0], err);
      if (status != SX_OK) sx_error_add_where(err, "%s", c->wave[k]);
      SX_TRY(status);
    }
    SX_TRY(link_waves(c, err));
  }
  for (size_t k = 0; k < 2; k++) c->n_columns[k] = c->job[k].table ? sx_table_columns(c->job[k].table) : 0;
  return SX_OK;
}

/* ---- comparing ------------------------------------------------------------------------------------------------------ */

static const char *indicator_of(const compare *c, const cmp_what *w, const cmp_cell *cell) {
  sx_arena *arena = c->job[0].arena;
  return cell->level ? sx_arena_printf(arena, "%s=%s", w->text, cell->level) : sx_arena_strdup(arena, w->text);
}

/* One comparison of two estimates as a line; a difference of shares in points. */
static sx_status add_kind(compare *c, const cmp_mark *mark, const cmp_what *w, const sx_link *link,
                          const sx_est *before, const sx_est *after, sx_change kind, sx_error *err) {
  sx_est *est = NULL, *points = NULL;
  const double hundred = SHARE_POINTS;
  cmp_mark m = *mark;
  const bool shares = w->of == CMP_PROP && kind == SX_CHANGE_DIFFERENCE;
  m.null = kind == SX_CHANGE_RATIO ? 1 : 0;
  m.unit = shares ? "pp" : "";
  SX_TRY(sx_est_change(&est, link, before, after, kind, err));
  sx_status status = SX_OK;
  if (shares) {
    const sx_est *const one[] = {est};
    status = sx_est_linear(&points, &c->job[0].app->ctx, &hundred, one, 1, err);
  }
  if (status == SX_OK) status = cmp_add(c, &m, points ? points : est, NULL, err);
  sx_est_free(points);
  sx_est_free(est);
  return status;
}

/* Both waves and their change, of one cell. */
static sx_status add_change(compare *c, const cmp_what *w, const cmp_cell *cell, sx_error *err) {
  static const char *const names[] = {"change", "change_ratio", "relative_change"};
  sx_link_cov cov;
  cmp_mark m = {.indicator = indicator_of(c, w, cell),
                .statistic = cmp_statistic(w, c->job[0].arena),
                .key = cell->key,
                .label = cell->label,
                .n_keys = cell->n_keys,
                .null = (double)NAN,
                .rho = (double)NAN};
  if (!m.indicator || !m.statistic) return sx_error_memory(err);
  for (size_t k = 0; k < 2; k++) {
    m.wave = c->wave[k];
    SX_TRY(cmp_add(c, &m, NULL, &cell->row[k], err));
  }
  SX_TRY(sx_link_covariance(&cov, c->link, cell->side[0], cell->side[1], err));
  for (size_t k = 0; k < 3; k++) {
    if (!c->want[k]) continue;
    m.statistic = names[k];
    m.rho = cov.rho;
    SX_TRY(add_kind(c, &m, w, c->link, cell->side[0], cell->side[1], (sx_change)k, err));
    m.rho = (double)NAN;
    cov.rho = (double)NAN; /* once */
  }
  return SX_OK;
}

static bool same_rest(const cmp_cell *a, const cmp_cell *b) {
  if (a->level != b->level && (!a->level || !b->level || strcmp(a->level, b->level) != 0)) return false;
  for (size_t i = 1; i < a->n_keys; i++)
    if (strcmp(a->key[i], b->key[i]) != 0) return false;
  return true;
}

/* "a - b" of the first key, the others as they are. */
static sx_status add_pair(compare *c, const cmp_what *w, const cmp_cell *a, const cmp_cell *b, const char *b_name,
                          const char *b_label, sx_error *err) {
  sx_arena *arena = c->job[0].arena;
  for (size_t k = 0; k < 3; k++) {
    if (!c->want[k]) continue;
    const char **key = sx_arena_alloc(arena, a->n_keys, sizeof *key);
    const char **label = sx_arena_alloc(arena, a->n_keys, sizeof *label);
    if (!key || !label) return sx_error_memory(err);
    for (size_t i = 1; i < a->n_keys; i++) {
      key[i] = a->key[i];
      label[i] = a->label[i];
    }
    key[0] = k == 0   ? sx_arena_printf(arena, "%s - %s", a->key[0], b_name)
             : k == 1 ? sx_arena_printf(arena, "%s / %s", a->key[0], b_name)
                      : sx_arena_printf(arena, "%s / %s - 1", a->key[0], b_name);
    label[0] = k == 0   ? sx_arena_printf(arena, "%s - %s", a->label[0], b_label)
               : k == 1 ? sx_arena_printf(arena, "%s / %s", a->label[0], b_label)
                        : sx_arena_printf(arena, "%s / %s - 1", a->label[0], b_label);
    const char *kind = sx_change_name((sx_change)k);
    const cmp_mark m = {.indicator = indicator_of(c, w, a),
                        .statistic = c->waves ? sx_arena_printf(arena, "change_%s", kind) : kind,
                        .wave = c->waves ? c->wave[1] : NULL,
                        .key = key,
                        .label = label,
                        .n_keys = a->n_keys,
                        .rho = (double)NAN};
    if (!key[0] || !label[0] || !m.indicator || !m.statistic) return sx_error_memory(err);
    SX_TRY(add_kind(c, &m, w, NULL, b->est, a->est, (sx_change)k, err));
  }
  return SX_OK;
}

static sx_status compare_pairs(compare *c, const cmp_what *w, const cmp_cells *cells, sx_error *err) {
  for (size_t i = 0; i < cells->n; i++)
    for (size_t k = i + 1; k < cells->n; k++)
      if (same_rest(&cells->items[i], &cells->items[k]) && strcmp(cells->items[i].key[0], cells->items[k].key[0]) != 0)
        SX_TRY(
            add_pair(c, w, &cells->items[i], &cells->items[k], cells->items[k].key[0], cells->items[k].label[0], err));
  return SX_OK;
}

static bool is_level(const cmp_cell *cell, const char *text) {
  return strcmp(cell->key[0], text) == 0 || strcmp(cell->label[0], text) == 0;
}

static sx_status estimate_whole(cmp_cells *out, const cmp_what *w, compare *c, sx_error *err) {
  cmp_what all = *w;
  all.grouped = false;
  return cmp_estimate(out, &all, c, err);
}

static sx_status compare_to(compare *c, const cmp_what *w, const cmp_cells *cells, const char *to, sx_error *err) {
  cmp_cells whole = {NULL, 0};
  sx_status status = SX_OK;
  const bool overall = strcmp(to, "overall") == 0;
  bool known = overall;
  if (overall) SX_TRY(estimate_whole(&whole, w, c, err));
  const cmp_cells *in = overall ? &whole : cells;
  for (size_t i = 0; i < cells->n && status == SX_OK; i++) {
    const cmp_cell *a = &cells->items[i], *b = NULL;
    if (!overall && is_level(a, to)) {
      known = true;
      continue;
    }
    for (size_t k = 0; k < in->n && !b; k++) {
      const cmp_cell *x = &in->items[k];
      if (overall ? (x->level == a->level || (x->level && a->level && strcmp(x->level, a->level) == 0))
                  : is_level(x, to) && same_rest(x, a))
        b = x;
    }
    if (b) status = add_pair(c, w, a, b, overall ? "overall" : b->key[0], overall ? "overall" : b->label[0], err);
  }
  if (status == SX_OK && !known)
    status = sx_error_set(err, SX_E_ARGUMENT, c->waves ? "--against" : "--to", "no group has the level '%s' of %s", to,
                          c->job[0].groups->key_name[0]);
  cmp_cells_clear(&whole);
  return status;
}

/* ---- contrasts ------------------------------------------------------------------------------------------------------ */

/* A formula over the levels of the first key, in the combination of the others that `like` has. */
static sx_status contrast_slice(compare *c, const cmp_what *w, const cmp_cells *cells, const cmp_cells *whole,
                                const cmp_cell *like, const char *text, sx_error *err) {
  const sx_groups *g = c->job[0].groups;
  sx_arena *arena = c->job[0].arena;
  const char **name = sx_arena_alloc(arena, cells->n + 1, sizeof *name),
             **label = sx_arena_alloc(arena, cells->n + 1, sizeof *label);
  const sx_est **value = sx_arena_zalloc(arena, cells->n + 1, sizeof *value);
  const char **key = sx_arena_alloc(arena, like->n_keys, sizeof *key);
  cmp_names names = {name, label, value, 0, sx_arena_printf(arena, "a level of %s, or overall", g->key_name[0])};
  if (!name || !label || !value || !key || !names.what) return sx_error_memory(err);
  for (size_t i = 0; i < cells->n; i++) {
    const cmp_cell *x = &cells->items[i];
    size_t at = 0;
    while (at < names.n && strcmp(name[at], x->key[0]) != 0) at++;
    if (at == names.n) {
      name[at] = x->key[0];
      label[at] = x->label[0];
      names.n++;
    }
    if (same_rest(x, like)) value[at] = x->est;
  }
  for (size_t i = 0; i < whole->n; i++) {
    if (whole->items[i].level && like->level && strcmp(whole->items[i].level, like->level) != 0) continue;
    name[names.n] = label[names.n] = "overall";
    value[names.n++] = whole->items[i].est;
    break;
  }
  sx_est *est = NULL;
  SX_TRY(cmp_contrast_names(&est, &c->job[0].app->ctx, text, &names, err));
  for (size_t i = 1; i < like->n_keys; i++) key[i] = like->key[i];
  key[0] = text;
  cmp_mark m = {.indicator = indicator_of(c, w, like),
                .statistic = c->waves ? "change_contrast" : "contrast",
                .wave = c->waves ? c->wave[1] : NULL,
                .key = key,
                .label = key,
                .n_keys = like->n_keys,
                .rho = (double)NAN};
  const sx_status status = m.indicator ? cmp_add(c, &m, est, NULL, err) : sx_error_memory(err);
  sx_est_free(est);
  return status;
}

static sx_status contrast_groups(compare *c, const cmp_what *w, const cmp_cells *cells, const char *text,
                                 sx_error *err) {
  cmp_cells whole = {NULL, 0};
  sx_status status = SX_OK;
  if (strstr(text, "overall")) SX_TRY(estimate_whole(&whole, w, c, err));
  for (size_t i = 0; i < cells->n && status == SX_OK; i++) {
    bool before = false;
    for (size_t k = 0; k < i && !before; k++) before = same_rest(&cells->items[k], &cells->items[i]);
    if (!before) status = contrast_slice(c, w, cells, &whole, &cells->items[i], text, err);
  }
  cmp_cells_clear(&whole);
  return status;
}

typedef struct variables { /* what contrasts without groups may name */
  const char **name;
  sx_est **value;
  size_t n, cap;
} variables;

static sx_status keep_variables(variables *v, const compare *c, const cmp_what *w, const cmp_cells *cells,
                                sx_error *err) {
  const sx_ctx *ctx = &c->job[0].app->ctx;
  for (size_t i = 0; i < cells->n; i++) {
    size_t cap = v->cap;
    if (!sx_mem_grow(ctx, (void **)&v->name, &cap, v->n + 1, sizeof *v->name) ||
        !sx_mem_grow(ctx, (void **)&v->value, &v->cap, v->n + 1, sizeof *v->value) ||
        !(v->name[v->n] = indicator_of(c, w, &cells->items[i])))
      return sx_error_memory(err);
    v->value[v->n++] = sx_est_ref(cells->items[i].est);
  }
  return SX_OK;
}

/* Contrasts of calls, and of variables where there are no groups. */
static sx_status contrast_rest(compare *c, const variables *v, sx_error *err) {
  const cli_args *args = c->job[0].args;
  const cmp_names names = {v->name, v->name, (const sx_est *const *)v->value, v->n, "a variable that is estimated"};
  for (size_t i = 0; i < args->n_given; i++) {
    if (strcmp(args->given[i]->name, "contrast") != 0) continue;
    const char *text = args->values[i];
    const bool calls = cmp_has_calls(text);
    sx_est *est = NULL;
    if (!calls && c->job[0].groups) continue;
    SX_TRY(calls ? cmp_contrast_calls(&est, c, text, err)
                 : cmp_contrast_names(&est, &c->job[0].app->ctx, text, &names, err));
    const cmp_mark m = {.indicator = text,
                        .statistic = c->waves ? "change_contrast" : "contrast",
                        .wave = c->waves ? c->wave[1] : NULL,
                        .rho = (double)NAN};
    const sx_status status = cmp_add(c, &m, est, NULL, err);
    sx_est_free(est);
    SX_TRY(status);
  }
  return SX_OK;
}

/* ---- the command ---------------------------------------------------------------------------------------------------- */

static sx_status compare_cells(compare *c, const cmp_what *w, const cmp_cells *cells, sx_error *err) {
  const cli_args *args = c->job[0].args;
  const char *to = target_of(c);
  SX_TRY(read_kinds(c, w->of == CMP_PROP, err));
  for (size_t i = 0; c->waves && i < cells->n; i++) SX_TRY(add_change(c, w, &cells->items[i], err));
  if (!c->job[0].groups) return SX_OK;
  if (cli_flag(args, "pairs")) SX_TRY(compare_pairs(c, w, cells, err));
  if (to) SX_TRY(compare_to(c, w, cells, to, err));
  for (size_t i = 0; i < args->n_given; i++)
    if (strcmp(args->given[i]->name, "contrast") == 0 && !cmp_has_calls(args->values[i]))
      SX_TRY(contrast_groups(c, w, cells, args->values[i], err));
  return SX_OK;
}

static sx_status compare_variable(compare *c, const char *text, variables *v, sx_error *err) {
  cmp_what w;
  cmp_cells cells = {NULL, 0};
  const size_t from = c->n_lines;
  SX_TRY(read_what(&w, c, text, err));
  SX_TRY(cmp_estimate(&cells, &w, c, err));
  sx_status status = compare_cells(c, &w, &cells, err);
  if (status == SX_OK && !c->job[0].groups) status = keep_variables(v, c, &w, &cells, err);
  if (status == SX_OK) status = cmp_adjust(c, from, err);
  cmp_cells_clear(&cells);
  return status;
}

static sx_status run_job(compare *c, variables *v, sx_error *err) {
  cli_job *j = &c->job[0];
  size_t first = 1;
  const char *adjust = cli_value(j->args, "adjust");
  c->adjust = cli_flag(j->args, "pairs") ? SX_ADJUST_P_HOLM : SX_ADJUST_P_NONE;
  sx_status status = adjust ? sx_adjust_p_parse(&c->adjust, adjust, err) : SX_OK;
  if (status != SX_OK) sx_error_add_where(err, "--adjust");
  SX_TRY(status);
  SX_TRY(open_all(c, &first, err));
  for (size_t k = first; k < j->args->n_words; k++) {
    const char *const *names = NULL;
    size_t n = 0;
    SX_TRY(cli_job_names(&names, &n, j, j->args->words[k], err));
    for (size_t i = 0; i < n; i++) SX_TRY(compare_variable(c, names[i], v, err));
  }
  const size_t from = c->n_lines;
  SX_TRY(contrast_rest(c, v, err));
  SX_TRY(cmp_adjust(c, from, err));
  if (c->n_lines == 0)
    return sx_error_set(err, SX_E_ARGUMENT, "", "nothing is compared: name a variable after the file");
  return cmp_print(c, err);
}

static int run_compare(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  compare c = {.job = {{.app = app, .args = args}, {.app = app, .args = args}}};
  variables v = {NULL, NULL, 0, 0};
  const sx_status status = run_job(&c, &v, &err);
  for (size_t i = 0; i < v.n; i++) sx_est_free(v.value[i]);
  sx_mem_free(&app->ctx, (void *)v.name);
  sx_mem_free(&app->ctx, (void *)v.value);
  sx_link_free(c.link);
  sx_mem_free(&app->ctx, c.lines);
  cli_job_clear(&c.job[1]);
  cli_job_clear(&c.job[0]);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

const cli_command cli_compare_command = {
    .name = "compare",
    .synopsis = "FILE [FILE2] VARS [options]",
    .summary_en = "changes between waves, differences between groups, contrasts, with their covariance",
    .summary_zh = "两期变动、组间差异与对比公式，含协方差",
    .detail_en =
        "Two waves are two files, or one file with --wave V. Each has its own design from the same options; --unit\n"
        "says which units are in both, whose covariance is Berger and Priam's (docs/methods/waves.md). A variable\n"
        "that has another name in the second wave is NAME1:NAME2. Groups of\n"
        "--by are compared with --to LEVEL, --to overall or --pairs, within each combination of the further\n"
        "variables of --by. --contrast takes any formula: over the levels of the first variable of --by (and\n"
        "overall), over the variables where there is no --by, or over mean(Y, CONDITION), total(Y, C),\n"
        "prop(CONDITION, C), ratio(Y, X, C), count(C), quantile(Y, P, C). Odd names stand in backquotes. p is of no\n"
        "difference (of a ratio of 1, a contrast of 0). Differences of shares are in percentage points (pp).",
    .detail_zh =
        "两期数据为两个文件，或一个文件加 --wave V。两期各自按同样的选项建立抽样设计；--unit 指明哪些单元\n"
        "两期都有，其协方差按 Berger 与 Priam 的方法估计（docs/methods/waves.md）。变量在第二期另有名字时写作\n"
        "NAME1:NAME2。--by 的各组与某一水平比较（--to LEVEL）、与整体比较（--to overall）或两两比较（--pairs），\n"
        "在 --by 其余变量的每个组合内进行。--contrast 接受任意公式：用 --by 第一个变量的各水平（及 overall），\n"
        "没有 --by 时用各变量，或用 mean(Y, 条件)、total(Y, C)、prop(条件, C)、ratio(Y, X, C)、count(C)、\n"
        "quantile(Y, P, C)。特殊的名字放在反引号中。p 值检验没有差异（比率为 1，对比为 0）。\n"
        "占比之差以百分点（pp）计。",
    .example =
        "shuxiao compare interviews.sav amt_goods --weights base_weight --strata province --by residence --pairs",
    .options = compare_options,
    .n_options = sizeof compare_options / sizeof *compare_options,
    .min_words = 1,
    .max_words = CLI_MAX_WORDS,
    .run = run_compare};
