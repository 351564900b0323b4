/* study_plan.c: the study as a graph of steps, each with a key.
 *
 *   key(step) = sha256(program version, the step's own specification, keys of what it rests on)
 *
 * The specification of a step is what decides its numbers (expressions, groups, units), with the hashes of its files; labels of an indicator are
 * not in it. Two runs whose step has the same key have the same rows, so the store's rows are copied. Nothing looks at file times. */
#include "study_balance.h"
#include "study_banner.h"
#include "study_data.h"
#include "study_disclosure.h"
#include "study_hashed.h"
#include "study_names.h"
#include "study_rules.h"
#include "study_waves.h"

#include <string.h>

typedef st_build build;

/* ---- steps --------------------------------------------------------------------------------------------------- */

static sx_status add_step(size_t *out, build *b, st_step_kind kind, size_t index, const char *prefix, const char *id,
                          sx_error *err) {
  st_plan *plan = b->plan;
  if (!sx_arena_grow(b->arena, (void **)&plan->steps, &plan->cap, plan->n + 1, sizeof *plan->steps))
    return sx_error_memory(err);
  st_step step = {.kind = kind, .index = index, .wave = b->wave, .why = NULL};
  const char *own = b->prefix ? b->prefix : "";
  step.id = sx_arena_printf(b->arena, id ? "%s%s:%s" : "%s%s", own, prefix, id);
  if (!step.id) return sx_error_memory(err);
  step.title = step.id;
  *out = plan->n;
  plan->steps[plan->n++] = step;
  sx_buf_reset(&b->spec);
  return SX_OK;
}

static sx_status add_dep(build *b, size_t step, size_t dep, sx_error *err) {
  st_step *s = &b->plan->steps[step];
  if (dep == ST_NONE || dep == step) return SX_OK;
  for (size_t i = 0; i < s->n_deps; i++) {
    if (s->deps[i] == dep) return SX_OK;
  }
  if (!sx_arena_grow(b->arena, (void **)&s->deps, &s->cap_deps, s->n_deps + 1, sizeof *s->deps))
    return sx_error_memory(err);
  s->deps[s->n_deps++] = dep;
  return SX_OK;
}

static bool decides_numbers(st_step_kind kind) {
  return kind <= ST_STEP_PUBLISHED;
}

/* What steps store, numbered: raised when a step stores more, or another thing, than it did, so that a folder of an older program of the
 * same version is not read as if it were of this one. 2: changes of waves with their units. 3: formulas in groups take
 * accounts in those groups. 4: levels of the weighting in the order in which tables show them. */
enum { STORED_STEPS = 4 };

/* The specification is complete: hash it, then the key over what the step rests on. */
static sx_status seal(build *b, size_t step, sx_error *err) {
  st_step *s = &b->plan->steps[step];
  SX_TRY(sx_buf_status(&b->spec, err));
  sx_hash_bytes(s->spec, b->spec.data ? b->spec.data : "", b->spec.n);
  if (decides_numbers(s->kind) && b->spec.data) {
    s->text = sx_arena_strdup(b->arena, b->spec.data);
    if (!s->text) return sx_error_memory(err);
  }
  sx_buf_reset(&b->spec);
  sx_buf_printf(&b->spec, "%s steps %d\n%s\n%s\n", sx_version(), STORED_STEPS, s->id, s->spec);
  for (size_t i = 0; i < s->n_deps; i++) {
    sx_buf_printf(&b->spec, "%s=%s\n", b->plan->steps[s->deps[i]].id, b->plan->steps[s->deps[i]].key);
  }
  SX_TRY(sx_buf_status(&b->spec, err));
  sx_hash_bytes(s->key, b->spec.data, b->spec.n);
  sx_buf_reset(&b->spec);
  return SX_OK;
}

size_t study__plan_find(const st_plan *plan, const char *id) {
  for (size_t i = 0; i < plan->n; i++) {
    if (strcmp(plan->steps[i].id, id) == 0) return i;
  }
  return ST_NONE;
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

static sx_status add_file(build *b, const char *shown, const char *path, sx_error *err) {
  st_plan *plan = b->plan;
  if (!path) return sx_error_memory(err);
  for (size_t i = 0; i < plan->n_files; i++) {
    if (strcmp(plan->files[i].path, path) == 0) return SX_OK;
  }
  if (!sx_arena_grow(b->arena, (void **)&plan->files, &plan->cap_files, plan->n_files + 1, sizeof *plan->files))
    return sx_error_memory(err);
  plan->files[plan->n_files++] = (st_file){.path = path, .shown = shown};
  return SX_OK;
}

static const st_file *file_of(const build *b, const char *path) {
  for (size_t i = 0; path && i < b->plan->n_files; i++) {
    if (strcmp(b->plan->files[i].path, path) == 0) return &b->plan->files[i];
  }
  return NULL;
}

static sx_status spec_file(build *b, const char *path, sx_error *err) {
  if (!path) return sx_error_memory(err);
  const st_file *f = file_of(b, path);
  sx_buf_printf(&b->spec, "file %s\n", f && !f->absent ? f->sha256 : "absent");
  return SX_OK;
}

/* A path as the study file would write it: without the study's own folder, so that provenance does not depend on where it lies. */
static const char *beside_study(const sx_study *s, const char *path) {
  const char *slash = strrchr(s->path, '/');
  const size_t n = slash ? (size_t)(slash - s->path) + 1 : 0;
  return strncmp(path, s->path, n) == 0 ? path + n : path;
}

/* What stands beside delimited text, its metadata (docs/formats.md), or NULL: whether the rows are synthetic is said there. */
static const char *sidecar(const build *b, const char *path) {
  const char *meta = path ? sx_arena_printf(b->arena, "%s.meta", path) : NULL;
  return meta && sx_file_exists(meta) ? meta : NULL;
}

/* What a table reads beside its k-th file: texts for its codes, the data of a definition. *out [2], NULL where there is none. */
static sx_status beside_file(const char **out, const build *b, const st_table *t, size_t k, sx_error *err) {
  const sx_study *s = b->s;
  const char *path = study__data_path(s, b->arena, t, t->files.items[k]);
  out[0] = t->labels ? study__data_path(s, b->arena, t, t->labels) : NULL;
  out[1] = t->data_file ? study__data_path(s, b->arena, t, t->data_file) : NULL;
  if (!path || (t->labels && !out[0]) || (t->data_file && !out[1])) return sx_error_memory(err);
  if (out[1]) return SX_OK;
  char *data = NULL;
  SX_TRY(sx_io_data_of(&data, &s->ctx, path, err));
  if (!data) return SX_OK;
  out[1] = sx_arena_strdup(b->arena, data);
  sx_mem_free(&s->ctx, data);
  return out[1] ? SX_OK : sx_error_memory(err);
}

static sx_status collect_files(build *b, sx_error *err) {
  const sx_study *s = b->s;
  SX_TRY(add_file(b, s->path, s->path, err));
  for (size_t i = 0; i < s->n_tables; i++) {
    const st_table *t = &s->tables[i];
    for (size_t k = 0; k < t->files.n; k++) {
      const char *path = study__data_path(s, b->arena, t, t->files.items[k]), *meta = sidecar(b, path);
      const char *beside[2];
      SX_TRY(add_file(b, t->files.items[k], path, err));
      if (meta) SX_TRY(add_file(b, beside_study(s, meta), meta, err));
      SX_TRY(beside_file(beside, b, t, k, err));
      for (size_t j = 0; j < 2; j++)
        if (beside[j]) SX_TRY(add_file(b, beside_study(s, beside[j]), beside[j], err));
    }
    if (!t->model) continue;
    const char *path = study__path(s, b->arena, t->model);
    SX_TRY(add_file(b, t->model, path, err));
    for (size_t k = 0; k < t->inputs.n; k++)
      SX_TRY(add_file(b, beside_study(s, t->inputs.items[k]), t->inputs.items[k], err));
  }
  if (s->design.joint) SX_TRY(add_file(b, s->design.joint, study__path(s, b->arena, s->design.joint), err));
  for (size_t i = 0; i < s->n_weightings; i++) {
    const st_list *files = &s->weightings[i].files;
    for (size_t k = 0; k < files->n; k++)
      SX_TRY(add_file(b, files->items[k], study__path(s, b->arena, files->items[k]), err));
  }
  for (size_t i = 0; i < s->n_indicators; i++) {
    const char *file = s->indicators[i].file;
    if (file) SX_TRY(add_file(b, file, study__path(s, b->arena, file), err));
  }
  for (size_t i = 0; s->rules && s->rules->rules && i < s->rules->rules->n_docs; i++)
    SX_TRY(add_file(b, beside_study(s, s->rules->rules->files[i]), s->rules->rules->files[i], err));
  if (s->published.file) SX_TRY(add_file(b, s->published.file, study__path(s, b->arena, s->published.file), err));
  for (size_t i = 0; i < s->n_narrative; i++) {
    const st_narrative *t = &s->narrative[i];
    if (t->zh) SX_TRY(add_file(b, t->zh, study__path(s, b->arena, t->zh), err));
    if (t->en) SX_TRY(add_file(b, t->en, study__path(s, b->arena, t->en), err));
  }
  if (s->docx_template) SX_TRY(add_file(b, s->docx_template, study__path(s, b->arena, s->docx_template), err));
  return SX_OK;
}

static sx_status hash_one(void *data, size_t i, sx_error *err) {
  const build *b = data;
  st_file *f = &b->plan->files[i];
  if (!sx_file_exists(f->path)) {
    f->absent = true;
    return SX_OK;
  }
  return study__hash_again(f->sha256, &f->bytes, b->s, f->path, err);
}

/* ---- specifications ---------------------------------------------------------------------------------------------- */

/* Like sx_node_to_json, without what only says why, at any depth: for maps whose keys are words of the study file, not names. */
static void spec_node(sx_buf *out, const sx_node *node) {
  if (node->kind != SX_NODE_MAP && node->kind != SX_NODE_LIST) {
    sx_node_to_json(out, node);
    return;
  }
  const bool map = node->kind == SX_NODE_MAP;
  bool first = true;
  sx_buf_add_char(out, map ? '{' : '[');
  for (size_t i = 0; i < node->n; i++) {
    if (map && strcmp(node->keys[i]->text, "why") == 0) continue;
    if (!first) sx_buf_add_char(out, ',');
    first = false;
    if (map) sx_json_string(out, node->keys[i]->text);
    if (map) sx_buf_add_char(out, ':');
    spec_node(out, node->items[i]);
  }
  sx_buf_add_char(out, map ? '}' : ']');
}

/* A map's JSON without the keys that decide no number. */
static void spec_keys(sx_buf *out, const sx_node *map, const char *const *without, size_t n_without, bool deep) {
  if (!map || map->kind != SX_NODE_MAP) {
    if (map) sx_node_to_json(out, map);
    return;
  }
  for (size_t i = 0; i < map->n; i++) {
    bool skip = false;
    for (size_t k = 0; k < n_without; k++) skip = skip || strcmp(map->keys[i]->text, without[k]) == 0;
    if (skip) continue;
    sx_json_string(out, map->keys[i]->text);
    sx_buf_add_char(out, ':');
    if (deep)
      spec_node(out, map->items[i]);
    else
      sx_node_to_json(out, map->items[i]);
    sx_buf_add_char(out, '\n');
  }
}
static void spec_map(sx_buf *out, const sx_node *map, const char *const *without, size_t n_without) {
  spec_keys(out, map, without, n_without, false);
}
static const char *const words_only[] = {"label",  "question", "base_label", "format", "assumed",
                                         "source", "title",    "note",       "change", "why"};
enum { N_WORDS_ONLY = sizeof words_only / sizeof *words_only };

static sx_status dep_names(build *b, size_t step, const char *name, sx_error *err) {
  const size_t d = study__find_derived(b->s, name);
  study__spec_order(&b->spec, b->s, name);
  return d == ST_NONE ? SX_OK : add_dep(b, step, b->derive[d], err);
}

static sx_status dep_expr(build *b, size_t step, const st_expr *e, sx_error *err) {
  for (size_t i = 0; e->expr && i < sx_expr_names(e->expr); i++)
    SX_TRY(dep_names(b, step, sx_expr_name(e->expr, i), err));
  return SX_OK;
}

static sx_status dep_list(build *b, size_t step, const st_list *list, sx_error *err) {
  for (size_t i = 0; i < list->n; i++) SX_TRY(dep_names(b, step, list->items[i], err));
  return SX_OK;
}

static sx_status plan_data(build *b, sx_error *err) {
  const sx_study *s = b->s;
  for (size_t i = 0; i < s->n_tables; i++) {
    const st_table *t = &s->tables[i];
    size_t step = 0, made = ST_NONE;
    if (t->model) {
      SX_TRY(add_step(&made, b, ST_STEP_GENERATE, i, "generate", t->id, err));
      study__sample_spec(&b->spec, t);
      SX_TRY(spec_file(b, study__path(s, b->arena, t->model), err));
      for (size_t k = 0; k < t->inputs.n; k++) SX_TRY(spec_file(b, t->inputs.items[k], err));
      SX_TRY(seal(b, made, err));
    }
    SX_TRY(add_step(&step, b, ST_STEP_DATA, i, "data", t->id, err));
    spec_map(&b->spec, t->node, (const char *const[]){"generate", "file", "files"}, 3);
    for (size_t k = 0; k < t->files.n; k++) {
      const char *path = study__data_path(s, b->arena, t, t->files.items[k]), *meta = sidecar(b, path);
      const char *beside[2];
      SX_TRY(spec_file(b, path, err));
      if (meta) SX_TRY(spec_file(b, meta, err));
      SX_TRY(beside_file(beside, b, t, k, err));
      for (size_t j = 0; j < 2; j++)
        if (beside[j]) SX_TRY(spec_file(b, beside[j], err));
    }
    study__plan_spec_map(b, i);
    SX_TRY(seal(b, step, err));
    b->data[i] = step;
  }
  b->joined = s->n_tables ? b->data[s->unit] : ST_NONE;
  if (s->n_joins == 0) return SX_OK;
  size_t step = 0;
  SX_TRY(add_step(&step, b, ST_STEP_JOIN, 0, "join", NULL, err));
  SX_TRY(add_dep(b, step, b->joined, err));
  for (size_t i = 0; i < s->n_joins; i++) {
    sx_node_to_json(&b->spec, s->joins[i].node);
    SX_TRY(add_dep(b, step, b->data[s->joins[i].from], err));
  }
  SX_TRY(seal(b, step, err));
  b->joined = step;
  return SX_OK;
}

static sx_status plan_derived(build *b, sx_error *err) {
  const sx_study *s = b->s;
  for (size_t i = 0; i < s->n_derived; i++) {
    const size_t d = s->derived_order[i];
    size_t step = 0;
    SX_TRY(add_step(&step, b, ST_STEP_DERIVE, d, "derive", s->derived[d].id, err));
    SX_TRY(add_dep(b, step, b->joined, err));
    SX_TRY(dep_expr(b, step, &s->derived[d].value, err));
    spec_map(&b->spec, s->derived[d].node, words_only, N_WORDS_ONLY);
    SX_TRY(seal(b, step, err));
    b->derive[d] = step;
  }
  return SX_OK;
}

static sx_status plan_design(build *b, sx_error *err) {
  const sx_study *s = b->s;
  const st_design *d = &s->design;
  size_t step = 0;
  SX_TRY(add_step(&step, b, ST_STEP_DESIGN, 0, "design", NULL, err));
  SX_TRY(add_dep(b, step, b->joined, err));
  sx_node_to_json(&b->spec, d->node);
  if (d->weights) SX_TRY(dep_names(b, step, d->weights, err));
  if (d->strata) SX_TRY(dep_names(b, step, d->strata, err));
  if (d->prob) SX_TRY(dep_names(b, step, d->prob, err));
  SX_TRY(dep_list(b, step, &d->names, err));
  SX_TRY(dep_expr(b, step, &d->phase2.where, err));
  if (d->joint) SX_TRY(spec_file(b, study__path(s, b->arena, d->joint), err));
  if (d->make.given && !d->make.seeded) sx_buf_printf(&b->spec, "seed %llu\n", (unsigned long long)s->ctx.seed);
  SX_TRY(dep_list(b, step, &d->fpc, err));
  SX_TRY(dep_list(b, step, &d->clusters, err));
  SX_TRY(dep_list(b, step, &d->replicates, err));
  SX_TRY(seal(b, step, err));
  b->design = step;
  if (s->n_weightings == 0) return SX_OK;
  SX_TRY(add_step(&step, b, ST_STEP_WEIGHTING, 0, "weighting", NULL, err));
  SX_TRY(add_dep(b, step, b->design, err));
  for (size_t i = 0; i < s->n_weightings; i++) {
    sx_node_to_json(&b->spec, s->weightings[i].node);
    sx_buf_add_char(&b->spec, '\n');
    const st_weighting *w = &s->weightings[i];
    for (size_t k = 0; k < w->files.n; k++) SX_TRY(spec_file(b, study__path(s, b->arena, w->files.items[k]), err));
    SX_TRY(dep_list(b, step, &w->names, err));
  }
  SX_TRY(seal(b, step, err));
  b->design = step;
  return SX_OK;
}

/* ---- indicators and accounts ----------------------------------------------------------------------------------------- */

static sx_status spec_domain(build *b, size_t step, const st_domain *d, sx_error *err) {
  for (size_t i = 0; i < d->n; i++) {
    const st_group *g = &b->s->groups[d->terms[i].group];
    sx_buf_printf(&b->spec, " %s:%s%s", g->id, d->terms[i].level ? d->terms[i].level : "", d->needed ? "+" : "");
    sx_node_to_json(&b->spec, g->node);
    SX_TRY(dep_expr(b, step, &g->where, err));
    if (g->by) SX_TRY(dep_names(b, step, g->by, err));
  }
  sx_buf_add_char(&b->spec, '\n');
  return SX_OK;
}

static sx_status spec_formula(build *b, size_t step, const st_formula *f, sx_error *err) {
  if (!f->value.expr) return SX_OK;
  sx_buf_printf(&b->spec, "= %s\n", sx_expr_text(f->value.expr));
  for (size_t i = 0; i < f->n; i++) {
    const st_operand *op = &f->operands[i];
    if (op->kind == ST_OPERAND_BENCHMARK) {
      spec_map(&b->spec, b->s->benchmarks[op->index].node, words_only, N_WORDS_ONLY);
    } else {
      SX_TRY(add_dep(b, step,
                     op->kind == ST_OPERAND_INDICATOR ? b->indicator[op->index]
                     : op->kind == ST_OPERAND_ACCOUNT ? b->account[op->index]
                                                      : b->balance[op->index],
                     err));
    }
  }
  return SX_OK;
}

/* A word of the study as a whole, where it says something. */
static void spec_own(build *b, const char *key) {
  const sx_node *node = sx_node_get(sx_doc_root(b->s->doc), key);
  if (!node) return;
  sx_buf_printf(&b->spec, "%s: ", key);
  sx_node_to_json(&b->spec, node);
  sx_buf_add_char(&b->spec, '\n');
}

static sx_status plan_indicator(build *b, size_t i, sx_error *err) {
  const sx_study *s = b->s;
  const st_indicator *ind = &s->indicators[i];
  size_t step = 0;
  SX_TRY(add_step(&step, b, ST_STEP_INDICATOR, i, "indicator", ind->id, err));
  if (!study__is_formula(ind)) SX_TRY(add_dep(b, step, b->design, err));
  spec_map(&b->spec, ind->node, words_only, N_WORDS_ONLY);
  sx_buf_printf(&b->spec, "wave %s needed %d\n", s->wave ? s->wave : "", ind->total_needed);
  study__plan_spec_wave(b);
  if (!sx_node_get(ind->node, "level")) spec_own(b, "level");
  if (!sx_node_get(ind->node, "ci")) spec_own(b, "ci");
  if (!sx_node_get(ind->node, "df")) spec_own(b, "df");
  if (!sx_node_get(ind->node, "deff")) spec_own(b, "deff");
  spec_own(b, "quality");
  study__plan_spec_contributors(b);
  SX_TRY(spec_formula(b, step, &ind->formula, err));
  if (ind->file) SX_TRY(spec_file(b, study__path(s, b->arena, ind->file), err));
  for (size_t k = 0; k < ind->n_measures; k++) SX_TRY(dep_expr(b, step, &ind->measures[k].e, err));
  SX_TRY(dep_expr(b, step, &ind->base, err));
  SX_TRY(dep_expr(b, step, &ind->where, err));
  for (size_t k = 0; k < ind->n_by; k++) SX_TRY(spec_domain(b, step, &ind->by[k], err));
  SX_TRY(seal(b, step, err));
  b->indicator[i] = step;
  return SX_OK;
}

/* The rows of an account that formulas name: these have their carriers stored, so that a new one makes the account be computed again. */
static void spec_asked_by(build *b, size_t account, const st_formula *f, const st_domain *by, size_t n_by) {
  for (size_t i = 0; i < f->n; i++) {
    const st_operand *op = &f->operands[i];
    if (op->kind != ST_OPERAND_ACCOUNT || op->index != account) continue;
    sx_buf_printf(&b->spec, "asked %s%s\n", op->name, op->levels ? " by levels" : "");
    for (size_t k = 0; op->own && k < n_by; k++) {
      const char *group = study__domain_text(b->s, &by[k], b->arena);
      sx_buf_printf(&b->spec, "  in %s\n", group ? group : "");
    }
  }
}

static void spec_asked(build *b, size_t account) {
  const sx_study *s = b->s;
  const st_formula *f = NULL;
  for (size_t i = 0; i < s->n_indicators; i++) {
    const st_indicator *ind = &s->indicators[i];
    spec_asked_by(b, account, &ind->formula, ind->by, ind->n_by);
  }
  for (size_t i = 0; i < s->n_accounts; i++) {
    bool domains = false;
    for (size_t k = 0; (f = study__account_formula(&s->accounts[i], k, &domains)) != NULL; k++)
      spec_asked_by(b, account, f, s->accounts[i].domains, domains ? s->accounts[i].n_domains : 0);
  }
  for (size_t i = 0; (f = study__balance_formula(s, i)) != NULL; i++) spec_asked_by(b, account, f, NULL, 0);
}

static sx_status plan_account(build *b, size_t i, sx_error *err) {
  const sx_study *s = b->s;
  const st_account *a = &s->accounts[i];
  size_t step = 0;
  SX_TRY(add_step(&step, b, ST_STEP_ACCOUNT, i, "account", a->id, err));
  sx_buf_printf(&b->spec, "wave %s\n", s->wave ? s->wave : "");
  spec_asked(b, i);
  study__plan_spec_wave(b);
  spec_keys(&b->spec, a->node, (const char *const[]){"label", "format", "nodes", "change", "why"}, 5, true);
  spec_own(b, "level");
  spec_own(b, "df");
  spec_own(b, "quality");
  if (a->tree != ST_NONE) {
    SX_TRY(add_dep(b, step, b->data[a->tree], err));
    SX_TRY(add_dep(b, step, b->design, err));
  }
  const st_formula *f = NULL;
  bool domains = false;
  for (size_t k = 0; (f = study__account_formula(a, k, &domains)) != NULL; k++) SX_TRY(spec_formula(b, step, f, err));
  for (size_t k = 0; k < a->n_domains; k++) SX_TRY(spec_domain(b, step, &a->domains[k], err));
  for (size_t k = 0; k < a->n_compares; k++) {
    if (a->compares[k].with != ST_NONE) SX_TRY(add_dep(b, step, b->account[a->compares[k].with], err));
  }
  if (a->area.node && a->area.from != ST_NONE) SX_TRY(add_dep(b, step, b->data[a->area.from], err));
  for (size_t k = 0; k < a->n_nodes; k++) {
    const st_node *n = &a->nodes[k];
    sx_buf_printf(&b->spec, "%s < %s\n", n->id, n->parent ? n->parent : "");
    if (a->tree == ST_NONE) spec_keys(&b->spec, n->node, words_only, N_WORDS_ONLY, true);
    SX_TRY(dep_expr(b, step, &n->data_total, err));
  }
  SX_TRY(seal(b, step, err));
  b->account[i] = step;
  return SX_OK;
}

static sx_status plan_estimates(build *b, sx_error *err) {
  const sx_study *s = b->s;
  for (size_t i = 0; i < s->n_indicators; i++) {
    if (!study__is_formula(&s->indicators[i])) SX_TRY(plan_indicator(b, i, err));
  }
  for (size_t i = 0; i < s->n_formula_order; i++) {
    const size_t at = s->formula_order[i];
    if (at < s->n_indicators) {
      SX_TRY(plan_indicator(b, at, err));
    } else if (at < s->n_indicators + s->n_accounts) {
      SX_TRY(plan_account(b, at - s->n_indicators, err));
    } else {
      SX_TRY(study__plan_balance(b, at - s->n_indicators - s->n_accounts, err));
    }
  }
  return SX_OK;
}

/* ---- what the report shows ----------------------------------------------------------------------------------------------- */

static sx_status dep_indicator_name(build *b, size_t step, const char *name, sx_error *err) {
  const char *slash = strchr(name, '/');
  if (strncmp(name, "published/", 10) == 0) return add_dep(b, step, b->published, err);
  if (b->waves) SX_TRY(study__plan_dep_waves(b, step, name, err));
  if (slash) {
    const size_t n = (size_t)(slash - name), a = study__find_account(b->s, name, n);
    const size_t balance = study__find_balance(b->s, name, n);
    if (balance != ST_NONE) SX_TRY(add_dep(b, step, b->balance[balance], err));
    return a == ST_NONE ? SX_OK : add_dep(b, step, b->account[a], err);
  }
  const size_t i = study__find_indicator(b->s, name, strlen(name));
  return i == ST_NONE ? SX_OK : add_dep(b, step, b->indicator[i], err);
}

static sx_status plan_published(build *b, sx_error *err) {
  const sx_study *s = b->s;
  size_t step = 0;
  b->published = ST_NONE;
  if (!s->published.file) return SX_OK;
  SX_TRY(add_step(&step, b, ST_STEP_PUBLISHED, 0, "published", NULL, err));
  SX_TRY(spec_file(b, study__path(s, b->arena, s->published.file), err));
  for (size_t i = 0; i < s->published.n; i++) {
    if (s->published.figures[i].indicator) SX_TRY(dep_indicator_name(b, step, s->published.figures[i].indicator, err));
  }
  SX_TRY(seal(b, step, err));
  b->published = step;
  return SX_OK;
}

/* Labels that a short form prints. */
static void spec_labels(build *b, const sx_node *list) {
  const sx_study *s = b->s;
  for (size_t i = 0; list && i < list->n; i++) {
    const char *name = list->items[i]->kind == SX_NODE_SCALAR ? list->items[i]->text : "";
    const size_t ind = study__find_indicator(s, name, strlen(name));
    if (ind != ST_NONE) spec_map(&b->spec, s->indicators[ind].node, NULL, 0);
  }
}

static sx_status dep_refs(build *b, size_t step, const sx_node *node, sx_error *err) {
  if (node->kind == SX_NODE_SCALAR) {
    sx_reference ref;
    if (!strchr(node->text, '.') || sx_reference_parse(&ref, node->text, strlen(node->text), NULL) != SX_OK)
      return SX_OK;
    return dep_indicator_name(b, step, ref.indicator, err);
  }
  for (size_t i = 0; i < node->n; i++) SX_TRY(dep_refs(b, step, node->items[i], err));
  return SX_OK;
}

static sx_status plan_block(build *b, size_t i, sx_error *err) {
  const sx_study *s = b->s;
  const st_block *block = &s->blocks[i];
  size_t step = 0;
  if (study__is_banner(block)) {
    const char *id = sx_arena_printf(b->arena, "banner:%s", block->id);
    if (!id) return sx_error_memory(err);
    const size_t cells = study__plan_find(b->plan, id);
    SX_TRY(add_step(&step, b, ST_STEP_BLOCK, i, "table", block->id, err));
    SX_TRY(add_dep(b, step, cells, err));
    if (s->disclosure) SX_TRY(add_dep(b, step, study__plan_find(b->plan, "disclosure"), err)); /* signs beside it */
    return seal(b, step, err);
  }
  SX_TRY(add_step(&step, b, ST_STEP_BLOCK, i, block->figure ? "figure" : "table", block->id, err));
  sx_node_to_json(&b->spec, block->node);
  const sx_node *indicators = sx_node_get(block->node, "indicators"), *account = sx_node_get(block->node, "account");
  const sx_node *tests = sx_node_get(block->node, "tests");
  if (study__block_waves(s, block->node)) study__plan_spec_reasons(b);
  for (size_t k = 0; tests && k < tests->n; k++) {
    if (tests->items[k]->kind == SX_NODE_SCALAR) SX_TRY(dep_indicator_name(b, step, tests->items[k]->text, err));
  }
  if (tests) spec_labels(b, tests);
  if (indicators) {
    for (size_t g = 0; g < s->n_groups; g++) sx_node_to_json(&b->spec, s->groups[g].node);
    spec_labels(b, indicators);
    for (size_t k = 0; k < indicators->n; k++) {
      if (indicators->items[k]->kind == SX_NODE_SCALAR)
        SX_TRY(dep_indicator_name(b, step, indicators->items[k]->text, err));
    }
  } else if (account && account->kind == SX_NODE_SCALAR) {
    const size_t a = study__find_account(s, account->text, strlen(account->text));
    if (a != ST_NONE) {
      sx_node_to_json(&b->spec, s->accounts[a].node);
      SX_TRY(add_dep(b, step, b->account[a], err));
      const char *id = study__block_waves(s, block->node) ? sx_arena_printf(b->arena, "%s/", s->accounts[a].id) : "";
      if (!id) return sx_error_memory(err);
      if (*id && b->waves) SX_TRY(study__plan_dep_waves(b, step, id, err));
    }
  } else if (sx_node_get(block->node, "balance")) {
    const char *name = sx_node_get(block->node, "balance")->text;
    const size_t balance = study__find_balance(s, name, strlen(name));
    if (balance != ST_NONE) SX_TRY(add_dep(b, step, b->balance[balance], err));
  } else if (sx_node_get(block->node, "published")) {
    SX_TRY(add_dep(b, step, b->published, err));
  } else {
    SX_TRY(dep_refs(b, step, block->node, err));
  }
  return seal(b, step, err);
}

/* The hash of the plan of the computations: what the study defines that bears on numbers, and the data behind them; titles, notes, comments are not in it. */
static sx_status hash_numbers(build *b, sx_error *err) {
  st_plan *plan = b->plan;
  sx_buf_reset(&b->spec);
  for (size_t i = 0; i < plan->n; i++) {
    const st_step *step = &plan->steps[i];
    if (step->kind <= ST_STEP_DISCLOSURE) sx_buf_printf(&b->spec, "%s %s\n", step->id, step->key);
  }
  SX_TRY(sx_buf_status(&b->spec, err));
  sx_hash_bytes(plan->numbers, b->spec.data ? b->spec.data : "", b->spec.n);
  sx_buf_reset(&b->spec);
  return SX_OK;
}

static void spec_provenance(build *b) {
  for (size_t k = 0; k < b->plan->n_files; k++) {
    const char *shown = b->plan->files[k].shown;
    if (k == 0) shown = beside_study(b->s, shown); /* from wherever the study was named */
    sx_buf_printf(&b->spec, "%s %s\n", shown, k ? b->plan->files[k].sha256 : b->plan->numbers);
  }
}

static bool has_annex(const sx_study *s, const char *name) {
  for (size_t i = 0; i < s->annex.n; i++) {
    if (strcmp(s->annex.items[i], name) == 0) return true;
  }
  return false;
}

static sx_status plan_words(build *b, sx_error *err) {
  const sx_study *s = b->s;
  const sx_node *root = sx_doc_root(s->doc);
  static const char *const head[] = {"title",     "subtitle", "date",  "wave",    "languages", "note",
                                     "publisher", "key",      "audit", "publish", "macros"};
  size_t step = 0;
  SX_TRY(add_step(&step, b, ST_STEP_DOCUMENT, 0, "document", NULL, err));
  for (size_t i = 0; i < sizeof head / sizeof *head; i++) {
    const sx_node *node = sx_node_get(root, head[i]);
    if (node) sx_node_to_json(&b->spec, node);
    sx_buf_add_char(&b->spec, '\n');
  }
  if (s->style) sx_buf_add(&b->spec, s->style);
  study__definitions_json(&b->spec, s);
  if (!has_annex(s, "provenance")) spec_provenance(b); /* then the document itself lists the files */
  SX_TRY(add_dep(b, step, b->design, err));
  if (s->key) SX_TRY(dep_refs(b, step, s->key, err));
  SX_TRY(seal(b, step, err));
  for (size_t i = 0; i < s->n_narrative; i++) {
    const st_narrative *t = &s->narrative[i];
    SX_TRY(add_step(&step, b, ST_STEP_TEXT, i, "text", t->zh ? t->zh : t->en, err));
    if (t->zh) SX_TRY(spec_file(b, study__path(s, b->arena, t->zh), err));
    if (t->en) SX_TRY(spec_file(b, study__path(s, b->arena, t->en), err));
    SX_TRY(seal(b, step, err));
  }
  for (size_t i = 0; i < s->n_blocks; i++) SX_TRY(plan_block(b, i, err));
  for (size_t i = 0; i < s->annex.n; i++) {
    SX_TRY(add_step(&step, b, ST_STEP_ANNEX, i, "annex", s->annex.items[i], err));
    SX_TRY(add_dep(b, step, b->design, err));
    if (strcmp(s->annex.items[i], "design") == 0) {
      if (s->series) study__plan_spec_reasons(b);
      spec_own(b, "level");
      spec_own(b, "ci");
      spec_own(b, "quality");
      if (s->n_weightings) spec_own(b, "groups"); /* the words of levels */
      if (s->disclosure) SX_TRY(add_dep(b, step, study__plan_find(b->plan, "disclosure"), err));
    }
    if (strcmp(s->annex.items[i], "assumptions") == 0) {
      for (size_t k = 0; k < s->n_indicators; k++) {
        if (s->indicators[k].assumed) sx_node_to_json(&b->spec, s->indicators[k].node);
      }
      for (size_t k = 0; k < s->n_accounts; k++) sx_node_to_json(&b->spec, s->accounts[k].node);
      for (size_t k = 0; k < b->plan->n; k++) {
        if (b->plan->steps[k].kind == ST_STEP_GENERATE) SX_TRY(add_dep(b, step, k, err));
      }
    } else if (strcmp(s->annex.items[i], "provenance") == 0) {
      spec_provenance(b);
    } else if (strcmp(s->annex.items[i], "rules") == 0) {
      SX_TRY(add_dep(b, step, b->rules, err));
    } else if (strcmp(s->annex.items[i], "definitions") == 0) {
      study__terms_spec(&b->spec, s);
    } else if (strcmp(s->annex.items[i], "tables") == 0) {
      study__banner_annex(&b->spec, &b->spec, s);
    }
    SX_TRY(seal(b, step, err));
  }
  return SX_OK;
}

static sx_status plan_report(build *b, sx_error *err) {
  size_t step = 0;
  SX_TRY(add_step(&step, b, ST_STEP_REPORT, 0, "report", NULL, err));
  for (size_t i = 0; i < step; i++) {
    if (b->plan->steps[i].kind >= ST_STEP_INDICATOR) SX_TRY(add_dep(b, step, i, err));
  }
  for (size_t i = 0; i < b->s->n_indicators; i++) sx_node_to_json(&b->spec, b->s->indicators[i].node);
  if (b->s->docx_template) SX_TRY(spec_file(b, study__path(b->s, b->arena, b->s->docx_template), err));
  return seal(b, step, err);
}

sx_status study__plan_arrays(st_build *b, sx_error *err) {
  const sx_study *s = b->s;
  b->published = b->joined = b->design = b->significance = b->rules = ST_NONE;
  b->data = sx_arena_alloc(b->arena, s->n_tables, sizeof *b->data);
  b->derive = sx_arena_alloc(b->arena, s->n_derived, sizeof *b->derive);
  b->indicator = sx_arena_alloc(b->arena, s->n_indicators, sizeof *b->indicator);
  b->account = sx_arena_alloc(b->arena, s->n_accounts, sizeof *b->account);
  b->balance = sx_arena_alloc(b->arena, s->n_balances, sizeof *b->balance);
  return b->data && b->derive && b->indicator && b->account && b->balance ? SX_OK : sx_error_memory(err);
}

sx_status study__plan_body(st_build *b, sx_error *err) {
  SX_TRY(plan_data(b, err));
  SX_TRY(plan_derived(b, err));
  SX_TRY(plan_design(b, err));
  return plan_estimates(b, err);
}

static sx_status fill(build *b, sx_error *err) {
  const sx_study *s = b->s;
  SX_TRY(study__plan_arrays(b, err));
  SX_TRY(collect_files(b, err));
  SX_TRY(study__plan_wave_files(b, err));
  SX_TRY(sx_parallel_for(&s->ctx, b->plan->n_files, hash_one, b, err));
  SX_TRY(study__plan_body(b, err));
  SX_TRY(study__plan_waves(b, err));
  SX_TRY(study__plan_rules(b, &b->rules, err));
  SX_TRY(plan_published(b, err));
  for (size_t i = 0; i < s->n_blocks; i++)
    if (study__is_banner(&s->blocks[i])) SX_TRY(study__plan_banner(b, i, err));
  SX_TRY(study__plan_disclosure(b, err));
  SX_TRY(hash_numbers(b, err));
  SX_TRY(plan_words(b, err));
  return plan_report(b, err);
}

sx_status study__plan_new(st_plan **out, const sx_study *s, sx_error *err) {
  sx_arena *arena = NULL;
  SX_TRY(sx_arena_new(&arena, &s->ctx, err));
  build b = {.s = s, .arena = arena};
  sx_buf_init(&b.spec, &s->ctx);
  b.plan = sx_arena_zalloc(arena, 1, sizeof *b.plan);
  sx_status status = SX_OK;
  if (!b.plan) {
    status = sx_error_memory(err);
    goto done;
  }
  b.plan->s = s;
  b.plan->arena = arena;
  SX_TRY_GOTO(status, fill(&b, err), done);
  *out = b.plan;
  arena = NULL;
done:
  study__plan_waves_clear(&b);
  sx_buf_clear(&b.spec);
  sx_arena_free(arena);
  return status;
}

void study__plan_free(st_plan *plan) {
  if (plan) sx_arena_free(plan->arena);
}

/* ---- for the plan of waves --------------------------------------------------------------------------------------------- */

sx_status study__plan_step(size_t *out, st_build *b, st_step_kind kind, size_t index, const char *prefix,
                           const char *id, sx_error *err) {
  return add_step(out, b, kind, index, prefix, id, err);
}
sx_status study__plan_dep(st_build *b, size_t step, size_t dep, sx_error *err) {
  return add_dep(b, step, dep, err);
}
sx_status study__plan_seal(st_build *b, size_t step, sx_error *err) {
  return seal(b, step, err);
}
sx_status study__plan_file(st_build *b, const char *shown, sx_error *err) {
  return add_file(b, shown, study__path(b->s, b->arena, shown), err);
}
sx_status study__plan_spec_file(st_build *b, const char *file, sx_error *err) {
  return spec_file(b, study__path(b->s, b->arena, file), err);
}
sx_status study__plan_spec_path(st_build *b, const char *path, sx_error *err) {
  return spec_file(b, path, err);
}
sx_status study__plan_files(st_build *b, sx_error *err) {
  return collect_files(b, err);
}
