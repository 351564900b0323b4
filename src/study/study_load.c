/* study_load.c: a study file from text to its parts: opening, problems, and the readers of single nodes. */
#include "shuxiao/synth.h"
#include "study_balance.h"
#include "study_disclosure.h"
#include "study_hashed.h"
#include "study_names.h"
#include "study_plan_book.h"
#include "study_rules.h"
#include "study_waves.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- problems -------------------------------------------------------------------------------------------- */

void sx_problems_clear(sx_problems *problems) {
  if (!problems) return;
  for (size_t i = 0; i < problems->n; i++) {
    sx_mem_free(&problems->ctx, problems->items[i].where);
    sx_mem_free(&problems->ctx, problems->items[i].message);
  }
  sx_mem_free(&problems->ctx, problems->items);
  problems->items = NULL;
  problems->n = problems->cap = 0;
}

bool study__stop(const st_load *l) {
  return l->oom;
}

/* A problem of an earlier wave that the study itself has, or a wave before, is not told again; else it names the wave. */
static bool told(const st_load *l, const char *where, const char *message) {
  const sx_problems *p = l->problems;
  for (size_t i = 0; i < p->n; i++) {
    const size_t n = strlen(p->items[i].message), k = strlen(message);
    if (strcmp(p->items[i].where, where) != 0 || n < k) continue;
    if (strcmp(p->items[i].message + n - k, message) == 0) return true;
  }
  return false;
}

/* A call of a macro may hold what is wrong in several places of what it stands for. */
static bool told_just_so(const st_load *l, const char *where, const char *message) {
  const sx_problems *p = l->problems;
  for (size_t i = 0; i < p->n; i++)
    if (strcmp(p->items[i].where, where) == 0 && strcmp(p->items[i].message, message) == 0) return true;
  return false;
}

void study__problem_at(st_load *l, bool warning, const char *where, const char *text) {
  sx_problems *p = l->problems;
  char message[SX_ERROR_MESSAGE_MAX];
  (void)snprintf(message, sizeof message, "%s%s%s%s", l->wave ? "wave " : "", l->wave ? l->wave : "",
                 l->wave ? ": " : "", text);
  message[sx_utf8_cut(message, strlen(message), sizeof message - 1)] = '\0';
  /* a heading of a plan's workbook stands for all cells below it */
  if ((l->wave || sx_doc_has_places(l->s->doc)) && told(l, where, text)) return;
  if (told_just_so(l, where, message)) return;
  if (!sx_mem_grow(&p->ctx, (void **)&p->items, &p->cap, p->n + 1, sizeof *p->items)) {
    l->oom = true;
    return;
  }
  sx_problem item = {sx_mem_strdup(&p->ctx, where), sx_mem_strdup(&p->ctx, message), warning};
  if (!item.where || !item.message) {
    sx_mem_free(&p->ctx, item.where);
    sx_mem_free(&p->ctx, item.message);
    l->oom = true;
    return;
  }
  p->items[p->n++] = item;
}

static void add_problem(st_load *l, bool warning, const sx_node *node, const char *fmt, va_list args) SX_PRINTF(4, 0);
static void add_problem(st_load *l, bool warning, const sx_node *node, const char *fmt, va_list args) {
  char where[SX_ERROR_WHERE_MAX], message[SX_ERROR_MESSAGE_MAX];
  study__place_in(where, l->s, node, 0);
  const int n = vsnprintf(message, sizeof message, fmt, args);
  if (n < 0) message[0] = '\0';
  message[sx_utf8_cut(message, strlen(message), sizeof message - 1)] = '\0';
  study__problem_at(l, warning, where, message);
}

void study__problem(st_load *l, const sx_node *node, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  add_problem(l, false, node, fmt, args);
  va_end(args);
}

void study__warning(st_load *l, const sx_node *node, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  add_problem(l, true, node, fmt, args);
  va_end(args);
}

void study__error_problem(st_load *l, const sx_node *node, const sx_error *err) {
  if (err->status == SX_E_MEMORY) {
    l->oom = true;
  } else if (strncmp(err->where, sx_doc_name(l->s->doc), strlen(sx_doc_name(l->s->doc))) == 0 && err->where[0]) {
    study__problem_at(l, false, err->where, err->message); /* a place of the study file already */
  } else if (err->where[0] && strncmp(err->where, "column ", 7) != 0) {
    study__problem(l, node, "%s: %s", err->where, err->message);
  } else {
    study__problem(l, node, "%s", err->message);
  }
}

void study__expr_problem(st_load *l, const sx_node *node, const sx_error *err) {
  unsigned long column = 0;
  if (err->status == SX_E_MEMORY || !node || node->kind != SX_NODE_SCALAR ||
      sscanf(err->where, "column %lu", &column) != 1 || column == 0 || column > strlen(node->text) + 1) {
    study__error_problem(l, node, err);
    return;
  }
  char where[SX_ERROR_WHERE_MAX];
  study__place_in(where, l->s, node, (size_t)column);
  study__problem_at(l, false, where, err->message);
}

void study__name_problem(st_load *l, const st_expr *e, const char *name, const char *message) {
  const char *text = sx_expr_text(e->expr), *at = strstr(text, name);
  const size_t column = at ? sx_utf8_count(text, (size_t)(at - text)) + 1 : 1;
  sx_error err = {.status = SX_E_PARSE};
  (void)snprintf(err.where, sizeof err.where, "column %zu", column);
  (void)snprintf(err.message, sizeof err.message, "%s", message);
  study__expr_problem(l, e->node, &err);
}

/* ---- single nodes ------------------------------------------------------------------------------------------- */

void *study__take(st_load *l, size_t n, size_t size) {
  void *p = sx_arena_zalloc(l->s->arena, n, size);
  if (!p) l->oom = true;
  return p;
}

char *study__copy(st_load *l, const char *text) {
  char *p = sx_arena_strdup(l->s->arena, text);
  if (!p) l->oom = true;
  return p;
}

const char *study__scalar(st_load *l, const sx_node *node, const char *what) {
  if (!node) return NULL;
  if (node->kind == SX_NODE_SCALAR) return node->text;
  study__problem(l, node, node->kind == SX_NODE_NULL ? "%s is empty" : "%s is one word or text here", what);
  return NULL;
}

const char *study__text(st_load *l, const sx_node *map, const char *key) {
  return study__scalar(l, sx_node_get(map, key), key);
}

sx_text2 study__text2_of(st_load *l, const sx_node *node) {
  sx_text2 out = {NULL, NULL};
  if (!node || node->kind == SX_NODE_NULL) return out;
  if (node->kind == SX_NODE_SCALAR) {
    out.zh = out.en = node->text;
  } else if (node->kind == SX_NODE_MAP) {
    ST_KEYS(l, node, "zh", "en");
    out.zh = study__text(l, node, "zh");
    out.en = study__text(l, node, "en");
  } else {
    study__problem(l, node, "a text is one string or {zh: ..., en: ...}");
  }
  return out;
}

sx_text2 study__text2(st_load *l, const sx_node *map, const char *key) {
  return study__text2_of(l, sx_node_get(map, key));
}

double study__number(st_load *l, const sx_node *map, const char *key, double otherwise) {
  const sx_node *node = sx_node_get(map, key);
  double out = otherwise;
  if (node && !sx_node_number(&out, node)) {
    study__problem(l, node, "%s is a number", key);
    return otherwise;
  }
  if (node && !isfinite(out)) study__problem(l, node, "%s is a finite number", key);
  return out;
}

bool study__bool(st_load *l, const sx_node *map, const char *key, bool otherwise) {
  const sx_node *node = sx_node_get(map, key);
  bool out = otherwise;
  if (node && !sx_node_bool(&out, node)) {
    study__problem(l, node, "%s is true or false", key);
    return otherwise;
  }
  return out;
}

st_list study__list(st_load *l, const sx_node *map, const char *key) {
  st_list out = {NULL, NULL, 0};
  const sx_node *node = sx_node_get(map, key);
  if (!node || node->kind == SX_NODE_NULL) return out;
  if (node->kind == SX_NODE_MAP) {
    study__problem(l, node, "%s is a list: [a, b]", key);
    return out;
  }
  const bool one = node->kind == SX_NODE_SCALAR;
  const size_t n = one ? 1 : node->n;
  out.items = study__take(l, n, sizeof *out.items);
  out.nodes = study__take(l, n, sizeof *out.nodes);
  if (!out.items || !out.nodes) return out;
  for (size_t i = 0; i < n; i++) {
    const sx_node *item = one ? node : node->items[i];
    const char *text = study__scalar(l, item, key);
    if (!text) continue;
    out.nodes[out.n] = item;
    out.items[out.n++] = text;
  }
  return out;
}

st_expr study__expr_of(st_load *l, const sx_node *node, const char *text) {
  st_expr out = {node, NULL};
  sx_study *s = l->s;
  sx_error err = SX_ERROR_INIT;
  if (!sx_mem_grow(&s->ctx, (void **)&s->exprs, &s->cap_exprs, s->n_exprs + 1, sizeof *s->exprs)) {
    l->oom = true;
  } else if (sx_expr_parse(&out.expr, &s->ctx, text, &err) != SX_OK) {
    out.expr = NULL;
    study__expr_problem(l, node, &err);
  } else {
    s->exprs[s->n_exprs++] = out.expr;
  }
  return out;
}

st_expr study__expr(st_load *l, const sx_node *map, const char *key) {
  const sx_node *node = sx_node_get(map, key);
  const char *text = study__scalar(l, node, key);
  return text ? study__expr_of(l, node, text) : (st_expr){node, NULL};
}

/* As sx_node_keys, but every unknown key is a problem of its own. */
void study__keys(st_load *l, const sx_node *map, const char *const *keys, size_t n) {
  if (!map || map->kind != SX_NODE_MAP) return;
  for (size_t i = 0; i < map->n; i++) {
    const char *key = map->keys[i]->text;
    bool known = false;
    for (size_t k = 0; k < n && !known; k++) known = strcmp(keys[k], key) == 0;
    if (known) continue;
    const char *near = sx_text_nearest(key, keys, n);
    if (near) {
      study__problem(l, map->keys[i], "unknown key '%s': did you mean '%s'?", key, near);
    } else {
      study__problem(l, map->keys[i], "unknown key '%s'", key);
    }
  }
}

bool study__is_map(st_load *l, const sx_node *node, const char *what) {
  if (!node || node->kind == SX_NODE_NULL) return false;
  if (node->kind == SX_NODE_MAP) return true;
  study__problem(l, node, "%s is a map: its lines read 'name: ...'", what);
  return false;
}

bool study__is_list(st_load *l, const sx_node *node, const char *what) {
  if (!node || node->kind == SX_NODE_NULL) return false;
  if (node->kind == SX_NODE_LIST) return true;
  study__problem(l, node, "%s is a list: its lines begin with '- '", what);
  return false;
}

/* Ids are words: they stand in expressions and references. */
bool study__id(st_load *l, const sx_node *node, const char *id, const char *what) {
  bool ok = id[0] != '\0' && !(id[0] >= '0' && id[0] <= '9');
  for (const char *c = id; *c; c++) {
    ok = ok && ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '_' ||
                (unsigned char)*c >= 0x80);
  }
  if (!ok)
    study__problem(l, node, "the name of %s '%s' is made of letters, digits and _, not beginning with a digit", what,
                   id);
  return ok;
}

static bool choose(size_t *out, st_load *l, const sx_node *map, const char *key, const char *const *names, size_t n,
                   const char *what, bool any_case) {
  const sx_node *node = sx_node_get(map, key);
  const char *text = node ? study__scalar(l, node, what) : NULL;
  if (!text) return !node;
  for (size_t i = 0; i < n; i++) {
    if (any_case ? strcasecmp(names[i], text) != 0 : strcmp(names[i], text) != 0) continue;
    *out = i;
    return true;
  }
  char all[300] = "";
  for (size_t i = 0, used = 0; i < n && used < sizeof all; i++) {
    used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", names[i]);
  }
  const char *near = sx_text_nearest(text, names, n);
  study__problem(l, node, "unknown %s '%s'%s%s%s: one of %s", what, text, near ? ", did you mean '" : "",
                 near ? near : "", near ? "'?" : "", all);
  return false;
}

bool study__choice(size_t *out, st_load *l, const sx_node *map, const char *key, const char *const *names, size_t n,
                   const char *what) {
  return choose(out, l, map, key, names, n, what, false);
}

bool study__choice_any_case(size_t *out, st_load *l, const sx_node *map, const char *key, const char *const *names,
                            size_t n, const char *what) {
  return choose(out, l, map, key, names, n, what, true);
}

/* ---- the study as a whole ------------------------------------------------------------------------------------ */

static void read_languages(st_load *l, const sx_node *root) {
  sx_study *s = l->s;
  const st_list languages = study__list(l, root, "languages");
  for (size_t i = 0; i < languages.n; i++) {
    if (strcmp(languages.items[i], "zh") == 0) {
      s->zh = true;
    } else if (strcmp(languages.items[i], "en") == 0) {
      s->en = true;
    } else if (strcmp(languages.items[i], "zh+en") == 0) {
      s->both = true;
    } else {
      study__problem(l, languages.nodes[i], "unknown language '%s': zh, en or zh+en (side by side)",
                     languages.items[i]);
    }
  }
  s->both_alone = s->both && !s->zh && !s->en;
  if (languages.n == 0 || s->both_alone) s->zh = s->en = true;
  if (s->both && !(s->zh && s->en))
    study__problem(l, sx_node_get(root, "languages"),
                   "zh+en stands side by side: it wants both zh and en, or stands alone");
}

/* When a result is marked: thresholds, and a standard. */
static void read_quality(st_load *l, const sx_node *node) {
  sx_quality_options *q = &l->s->quality;
  *q = (sx_quality_options)SX_QUALITY_OPTIONS_INIT;
  if (!node || !study__is_map(l, node, "quality")) return;
  ST_KEYS(l, node, "min_n", "max_cv", "min_df", "min_n_eff", "standard");
  q->min_n = study__number(l, node, "min_n", q->min_n);
  q->max_cv = study__number(l, node, "max_cv", q->max_cv);
  q->min_df = study__number(l, node, "min_df", q->min_df);
  q->min_n_eff = study__number(l, node, "min_n_eff", q->min_n_eff);
  if (!(q->min_n >= 0 && q->max_cv >= 0 && q->min_df >= 0 && q->min_n_eff >= 0))
    study__problem(l, node, "a threshold of quality is a number from 0 on (0: off)");
  const char *standard = study__text(l, node, "standard");
  if (standard && strcmp(standard, "nchs") == 0) q->standard = SX_QUALITY_NCHS;
  if (standard && strcmp(standard, "nchs") != 0 && strcmp(standard, "plain") != 0)
    study__problem(l, sx_node_get(node, "standard"), "unknown standard '%s': plain or nchs", standard);
}

/* What was asked for stands in the place of what the study says. */
static void read_style(st_load *l, const sx_node *root) {
  sx_study *s = l->s;
  sx_style style;
  sx_error err = SX_ERROR_INIT;
  const char *own = study__text(l, root, "style");
  if (own && sx_style_parse(&style, own, strlen(own), &err) != SX_OK)
    study__problem(l, sx_node_get(root, "style"), "%s", err.message);
  if (s->style && sx_style_parse(&style, s->style, strlen(s->style), &err) != SX_OK)
    study__problem_at(l, false, "--style", err.message);
  if (!s->style) s->style = own;
}

static void read_head(st_load *l, const sx_node *root) {
  sx_study *s = l->s;
  ST_KEYS(l, root, "study", "title", "subtitle", "date", "wave", "languages", "requires", "note", "root", "data",
          "publisher", "key", "join", "derived", "design", "weighting", "benchmarks", "groups", "indicators",
          "accounts", "published", "tables", "figures", "narrative", "annex", "audit", "level", "ci", "df", "deff",
          "waves", "balance", "banner", "rules", "quality", "disclosure", "outputs", "publish", "macros", "style");
  s->est = (sx_est_options)SX_EST_OPTIONS_INIT;
  study__read_estimation(l, &s->est, &s->deff_wor, root);
  read_quality(l, sx_node_get(root, "quality"));
  s->id = study__text(l, root, "study");
  if (!s->id) study__problem(l, root, "the study has no name: begin with 'study: NAME'");
  s->date = study__text(l, root, "date");
  s->wave = study__text(l, root, "wave");
  s->requires = study__text(l, root, "requires");
  s->root = study__text(l, root, "root");
  s->title = study__text2(l, root, "title");
  s->subtitle = study__text2(l, root, "subtitle");
  s->note = study__text2(l, root, "note");
  s->publisher = study__text2(l, root, "publisher");
  s->key = sx_node_get(root, "key");
  const sx_node *audit = sx_node_get(root, "audit");
  if (audit) {
    ST_KEYS(l, audit, "exempt");
    s->exempt = study__list(l, audit, "exempt");
  }
  read_languages(l, root);
  read_style(l, root);
  study__read_macros(l, sx_node_get(root, "macros"));
  study__read_outputs(l, root);
}

/* Where the study's data would have to be: --data stands for root and requires. */
static void find_required(st_load *l) {
  sx_study *s = l->s;
  if (s->data_dir && !s->root && !s->requires) {
    study__warning(l, NULL, "the study has no 'root' that a data folder could stand in for: it is not used");
    s->data_dir = NULL;
  }
  const char *needed = s->data_dir ? s->data_dir : s->requires ? study__path(s, s->arena, s->requires) : NULL;
  if (study__stop(l) || (!needed && !s->requires && !s->data_dir)) return;
  if (!needed) {
    l->oom = true;
  } else if (!sx_file_exists(needed)) {
    s->skipped = sx_arena_printf(s->arena, "data not present: %s", needed);
    l->oom = l->oom || !s->skipped;
  }
}

void study__read_whole(st_load *l, const sx_node *root) {
  if (!root || root->kind != SX_NODE_MAP) {
    study__problem(l, root, "a study file is a map: 'study: NAME', 'data: ...' and so on");
    return;
  }
  read_head(l, root);
  if (study__stop(l)) return;
  if (!l->wave) find_required(l);
  study__read_data(l, root);
  study__read_design(l, root);
  study__read_weighting(l, root);
  study__read_figures(l, root);
  study__read_accounts(l, root);
  study__read_balances(l, root);
  study__read_rules(l, root);
  study__read_disclosure(l, root);
  study__read_blocks(l, root);
  if (!study__stop(l)) study__read_waves(l, root);
  if (!study__stop(l) && l->wave) study__prune_derived(l);
  if (!study__stop(l)) study__check(l);
}

static void read_parts(st_load *l, const sx_node *root) {
  study__read_whole(l, root);
  if (!study__stop(l)) study__load_waves(l);
}

static sx_status parse_file(st_load *l, const char *path, sx_error *err) {
  sx_study *s = l->s;
  SX_TRY(sx_file_read(&s->source, &s->n_source, &s->ctx, path, err));
  if (study__is_book(s->source, s->n_source)) return study__plan_book(&s->doc, l, path, s->source, s->n_source, err);
  return sx_doc_parse_yaml(&s->doc, &s->ctx, path, s->source, s->n_source, err);
}

/* Results of the run before; where there are none, or none that can be read, they are not asked. */
static void open_kept(st_load *l, const sx_load_options *options) {
  sx_study *s = l->s;
  if (!options || !options->again) return;
  l->again = true;
  const char *dir = options->out_dir ? options->out_dir : study__path(s, s->arena, "out");
  const char *path = dir ? sx_arena_printf(s->arena, "%s/results.db", dir) : NULL;
  l->oom = l->oom || !path;
  if (path && sx_file_exists(path) && sx_store_open(&l->kept, &s->ctx, path, SX_STORE_READ, NULL) == SX_E_MEMORY)
    l->oom = true;
}

static sx_status first_problem(const st_load *l, sx_error *err) {
  if (l->oom) return sx_error_memory(err);
  for (size_t i = 0; i < l->problems->n; i++) {
    const sx_problem *p = &l->problems->items[i];
    if (!p->warning) return sx_error_set(err, SX_E_PARSE, p->where, "%s", p->message);
  }
  return SX_OK;
}

static sx_status study_new(sx_study **out, const sx_ctx *ctx, const char *path, const sx_load_options *options,
                           sx_error *err) {
  sx_study *s = sx_mem_zalloc(ctx, 1, sizeof *s);
  if (!s) return sx_error_memory(err);
  s->ctx = ctx ? *ctx : (sx_ctx)SX_CTX_INIT;
  s->ctx.n_threads = sx_ctx_threads(ctx); /* asked of the system once, not by each of a thousand loops */
  sx_status status = sx_arena_new(&s->arena, &s->ctx, err);
  if (status == SX_OK) {
    s->path = sx_arena_strdup(s->arena, path);
    if (options && options->data_dir) s->data_dir = sx_arena_strdup(s->arena, options->data_dir);
    if (options && options->style) s->style = sx_arena_strdup(s->arena, options->style);
    if (!study__hash_begin(s) || !s->path || (options && options->data_dir && !s->data_dir) ||
        (options && options->style && !s->style))
      status = sx_error_memory(err);
  }
  if (status != SX_OK) {
    sx_study_free(s);
    return status;
  }
  *out = s;
  return SX_OK;
}

sx_status study__load(sx_study **out, const sx_ctx *ctx, const char *path, const sx_load_options *options,
                      void (*read)(st_load *l, const sx_node *root), sx_problems *problems, sx_error *err) {
  if (!out || !path) return sx_error_set(err, SX_E_ARGUMENT, "", "out and path are needed");
  sx_study *s = NULL;
  SX_TRY(study_new(&s, ctx, path, options, err));
  st_load l = {.s = s, .own = {.ctx = s->ctx}};
  l.problems = problems ? problems : &l.own;
  if (problems && !problems->items) problems->ctx = s->ctx;
  sx_error local = SX_ERROR_INIT;
  open_kept(&l, options);
  if (l.kept) study__hash_ahead(s, l.kept); /* while the file is parsed */
  sx_status status = parse_file(&l, path, &local);
  if (status != SX_OK) {
    if (status != SX_E_MEMORY && !l.problems->n) study__problem_at(&l, false, local.where, local.message);
    if (err) *err = local;
  } else {
    if (!l.oom) read(&l, sx_doc_root(s->doc));
    status = first_problem(&l, err);
  }
  study__hash_end(s);
  sx_store_close(l.kept);
  sx_problems_clear(&l.own);
  if (status != SX_OK) {
    sx_study_free(s);
    return status;
  }
  *out = s;
  return SX_OK;
}

sx_status sx_study_load_with(sx_study **out, const sx_ctx *ctx, const char *path, const sx_load_options *options,
                             sx_problems *problems, sx_error *err) {
  return study__load(out, ctx, path, options, read_parts, problems, err);
}

sx_status sx_study_load(sx_study **out, const sx_ctx *ctx, const char *path, sx_problems *problems, sx_error *err) {
  return sx_study_load_with(out, ctx, path, NULL, problems, err);
}

void sx_study_free(sx_study *s) {
  if (!s) return;
  const sx_ctx ctx = s->ctx;
  study__waves_free(s);
  study__rules_free(s);
  for (size_t i = 0; s->schemas && i < s->n_tables; i++) sx_table_free(s->schemas[i]);
  for (size_t i = 0; s->tables && i < s->n_tables; i++) sx_synth_free(s->tables[i].solved);
  for (size_t i = 0; i < s->n_exprs; i++) sx_expr_free(s->exprs[i]);
  sx_mem_free(&ctx, s->exprs);
  if (!s->follower) {
    sx_doc_free(s->doc);
    sx_mem_free(&ctx, s->source);
  }
  sx_arena_free(s->arena);
  sx_mem_free(&ctx, s);
}

const char *sx_study_skipped(const sx_study *study) {
  return study ? study->skipped : NULL;
}
