/* study_waves_map.c: the variables of an earlier wave in the words of the study: renamed, recoded, or absent. */
#include "study_banner.h"
#include "study_data.h"
#include "study_names.h"
#include "study_waves.h"

#include <math.h>
#include <string.h>

/* ---- names ------------------------------------------------------------------------------------------------------------ */

static const st_recode *recode_of(const st_wave *w, const char *variable) {
  for (size_t i = 0; i < w->n_maps; i++)
    if (strcmp(w->maps[i].variable, variable) == 0) return &w->maps[i];
  return NULL;
}

sx_status study__wave_columns(const char *const **columns, size_t n, const sx_study *s, size_t table, sx_arena *arena,
                              sx_error *err) {
  const st_wave *w = s->as_wave;
  if (!w || !*columns || table != s->unit || w->n_maps == 0) return SX_OK;
  const char **own = sx_arena_alloc(arena, n, sizeof *own);
  if (!own) return sx_error_memory(err);
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    const st_recode *r = recode_of(w, (*columns)[i]);
    if (!r || !r->absent) own[kept++] = r ? r->from : (*columns)[i];
  }
  /* a file of which nothing is wanted is still read for its rows */
  for (size_t i = kept; i < n; i++) own[i] = kept ? own[0] : (*columns)[i];
  *columns = own;
  return SX_OK;
}

static bool is_wanted(const char *const *wanted, size_t n, const char *name) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(wanted[i], name) == 0) return true;
  return !wanted || n == 0;
}

/* ---- one column -------------------------------------------------------------------------------------------------------- */

typedef struct code { /* one line of `codes` */
  const char *from, *to;
  double from_number, to_number; /* NaN: no number */
} code;

typedef struct recoding {
  const sx_study *s;
  const st_recode *r;
  const sx_ctx *ctx;
  const sx_column *from, *model; /* model: the study's column, NULL not known */
  code *codes;
  size_t n;
} recoding;

static bool is_text(const sx_column *c) {
  return c->type == SX_TEXT || c->type == SX_CATEGORY;
}

static double as_number(const char *text) {
  double x = (double)NAN;
  return sx_text_to_double(&x, text, strlen(text)) ? x : (double)NAN;
}

/* A code as the file writes it, or as its label calls it. */
static bool is_code(const recoding *k, const code *c, size_t row) {
  const sx_column *from = k->from;
  if (is_text(from)) {
    const char *text = sx_dict_get(from->dict, from->data.code[row], NULL);
    if (strcmp(text, c->from) == 0) return true;
    for (size_t i = 0; i < from->n_labels; i++) {
      const sx_label *l = &from->labels[i];
      if (l->text && strcmp(l->text, text) == 0 && strcmp(l->label, c->from) == 0) return true;
    }
    return false;
  }
  const double x = sx_column_number(from, row);
  if (x == c->from_number) return true;
  const char *label = sx_column_value_label(from, x);
  return label && strcmp(label, c->from) == 0;
}

static const code *code_of(const recoding *k, size_t row) {
  for (size_t i = 0; i < k->n; i++)
    if (is_code(k, &k->codes[i], row)) return &k->codes[i];
  return NULL;
}

static sx_status unlisted(const recoding *k, size_t row, sx_error *err) {
  char number[SX_DOUBLE_TEXT_MAX];
  const char *text = number, *label = NULL;
  if (is_text(k->from)) {
    text = sx_dict_get(k->from->dict, k->from->data.code[row], NULL);
  } else {
    const double x = sx_column_number(k->from, row);
    number[sx_text_from_double(number, x)] = '\0';
    label = sx_column_value_label(k->from, x);
  }
  return sx_node_error(err, k->s->doc, k->r->node,
                       "the category '%.80s'%s%.80s%s of '%.80s' has no common category: list it under 'codes', or say "
                       "'other: keep' or 'other: missing'",
                       text, label ? " (" : "", label ? label : "", label ? ")" : "", k->r->from);
}

/* The value of the common category `text` in the study's column: a number, or what its label stands for. */
static double common_number(const recoding *k, const char *text) {
  for (size_t i = 0; k->model && i < k->model->n_labels; i++)
    if (!k->model->labels[i].tag && strcmp(k->model->labels[i].label, text) == 0) return k->model->labels[i].value;
  return as_number(text);
}

static sx_status read_codes(recoding *k, bool *numeric, sx_arena *arena, sx_error *err) {
  const sx_node *map = k->r->codes;
  *numeric = k->model ? !is_text(k->model) : !is_text(k->from);
  k->codes = sx_arena_alloc(arena, map->n, sizeof *k->codes);
  if (!k->codes) return sx_error_memory(err);
  for (size_t i = 0; i < map->n; i++) {
    const char *from = map->keys[i]->text, *to = map->items[i]->kind == SX_NODE_SCALAR ? map->items[i]->text : "";
    k->codes[k->n++] = (code){from, to, as_number(from), common_number(k, to)};
    if (!k->model && isnan(k->codes[i].to_number)) *numeric = false;
  }
  for (size_t i = 0; *numeric && i < k->n; i++) {
    if (isnan(k->codes[i].to_number))
      return sx_node_error(err, k->s->doc, map->items[i], "'%.80s' is no category of '%.80s' in the study",
                           k->codes[i].to, k->r->variable);
  }
  return SX_OK;
}

static sx_status set_text(sx_column *out, size_t row, const char *text, sx_error *err) {
  return sx_dict_add(&out->data.code[row], out->dict, text, strlen(text), err);
}

static sx_status recode_row(sx_column *out, const recoding *k, size_t row, sx_error *err) {
  const sx_column *from = k->from;
  if (sx_column_missing(from, row)) return sx_column_set_missing(k->ctx, out, row, from->miss[row], err);
  const code *c = code_of(k, row);
  if (!c && k->r->other == ST_OTHER_ERROR) return unlisted(k, row, err);
  if (!c && k->r->other == ST_OTHER_MISSING) return sx_column_set_missing(k->ctx, out, row, SX_MISS_SYSTEM, err);
  if (!is_text(out)) {
    out->data.f64[row] = c ? c->to_number : sx_column_number(from, row);
    return SX_OK;
  }
  if (c) return set_text(out, row, c->to, err);
  if (is_text(from)) return set_text(out, row, sx_dict_get(from->dict, from->data.code[row], NULL), err);
  char number[SX_DOUBLE_TEXT_MAX];
  number[sx_text_from_double(number, sx_column_number(from, row))] = '\0';
  return set_text(out, row, number, err);
}

/* Levels and labels as the study has them, so that both waves are of one order. */
static sx_status like_model(sx_column *out, const recoding *k, sx_error *err) {
  const sx_column *m = k->model;
  int32_t at = 0;
  for (size_t i = 0; m && is_text(out) && is_text(m) && i < sx_dict_count(m->dict); i++) {
    size_t n = 0;
    const char *text = sx_dict_get(m->dict, (int32_t)i, &n);
    SX_TRY(sx_dict_add(&at, out->dict, text, n, err));
  }
  for (size_t i = 0; m && i < m->n_labels; i++) {
    const sx_label *l = &m->labels[i];
    SX_TRY(sx_column_add_label(k->ctx, out, l->value, l->text, l->tag, l->label, err));
  }
  return SX_OK;
}

static sx_status recode(sx_column **out, recoding *k, sx_arena *arena, sx_error *err) {
  bool numeric = false;
  sx_column *made = NULL;
  SX_TRY(read_codes(k, &numeric, arena, err));
  const size_t n = k->from->n;
  SX_TRY(sx_column_new(&made, k->ctx, k->r->variable, numeric ? SX_NUMBER : SX_CATEGORY, n, err));
  sx_status status = like_model(made, k, err);
  for (size_t i = 0; i < n && status == SX_OK; i++) status = recode_row(made, k, i, err);
  if (status == SX_OK) {
    *out = made;
  } else {
    sx_column_free(k->ctx, made);
  }
  return status;
}

/* The column under its common name, otherwise as it is. */
static sx_status renamed(sx_column **out, const sx_table *table, const st_recode *r, sx_error *err) {
  sx_expr *name = NULL;
  sx_buf text;
  sx_buf_init(&text, sx_table_ctx(table));
  sx_buf_printf(&text, "`%s`", r->from);
  sx_status status = sx_buf_status(&text, err);
  if (status == SX_OK) status = sx_expr_parse(&name, sx_table_ctx(table), text.data, err);
  if (status == SX_OK) status = sx_expr_eval(out, name, table, r->variable, err);
  sx_expr_free(name);
  sx_buf_clear(&text);
  return status;
}

static const sx_column *model_of(const sx_study *s, const char *variable) {
  const sx_study *of = s->follower;
  if (!of || !of->schemas || of->n_tables == 0 || !of->schemas[of->unit]) return NULL;
  return sx_table_find(of->schemas[of->unit], variable);
}

static sx_status apply_one(sx_table *table, const sx_study *s, const st_recode *r, sx_arena *arena, sx_error *err) {
  const sx_ctx *ctx = sx_table_ctx(table);
  sx_column *made = NULL;
  if (strcmp(r->from, r->variable) != 0 && sx_table_find(table, r->variable))
    return sx_node_error(err, s->doc, r->node, "the wave has a variable '%s' of its own: '%s' cannot take its name",
                         r->variable, r->from);
  if (r->absent) {
    const sx_column *model = model_of(s, r->variable);
    const bool text = model && is_text(model);
    if (sx_table_find(table, r->variable))
      return sx_node_error(err, s->doc, r->node, "the wave has the variable '%s': it is not absent", r->variable);
    SX_TRY(sx_table_add(&made, table, r->variable, text ? SX_CATEGORY : SX_NUMBER, err));
    for (size_t i = 0; i < made->n; i++) SX_TRY(sx_column_set_missing(ctx, made, i, SX_MISS_SYSTEM, err));
    return SX_OK;
  }
  recoding k = {.s = s, .r = r, .ctx = ctx, .model = model_of(s, r->variable)};
  sx_error missing = SX_ERROR_INIT;
  if (sx_table_need(&k.from, table, r->from, &missing) != SX_OK)
    return sx_node_error(err, s->doc, r->node, "%s", missing.message);
  if (!r->codes && strcmp(r->from, r->variable) == 0) return SX_OK; /* only said to be the same, or to break */
  SX_TRY(r->codes ? recode(&made, &k, arena, err) : renamed(&made, table, r, err));
  sx_status status = SX_OK;
  if (strcmp(r->from, r->variable) == 0) status = sx_table_drop(table, r->from, err);
  if (status == SX_OK) status = sx_table_take(table, made, err);
  if (status != SX_OK) sx_column_free(ctx, made);
  return status;
}

sx_status study__wave_recode(sx_table *table, const sx_study *s, size_t index, const char *const *wanted,
                             size_t n_wanted, sx_error *err) {
  const st_wave *w = s->as_wave;
  if (!w || index != s->unit || w->n_maps == 0) return SX_OK;
  sx_arena *arena = NULL;
  SX_TRY(sx_arena_new(&arena, &s->ctx, err));
  sx_status status = SX_OK;
  for (size_t i = 0; i < w->n_maps && status == SX_OK; i++) {
    if (is_wanted(wanted, n_wanted, w->maps[i].variable)) status = apply_one(table, s, &w->maps[i], arena, err);
  }
  sx_arena_free(arena);
  return status;
}

/* ---- derived variables that nothing uses ----------------------------------------------------------------------------------- */

static void mark_used(const sx_study *s, bool *used, const char *name) {
  const size_t d = study__find_derived(s, name);
  if (d == ST_NONE || used[d]) return;
  used[d] = true;
  const sx_expr *e = s->derived[d].value.expr;
  for (size_t i = 0; e && i < sx_expr_names(e); i++) mark_used(s, used, sx_expr_name(e, i));
}

void study__prune_derived(st_load *l) {
  sx_study *s = l->s;
  const size_t n = s->n_derived;
  const char **names = NULL;
  size_t n_names = 0, kept = 0;
  bool *used = study__take(l, n, sizeof *used);
  if (!used) return;
  s->n_derived = 0; /* the names that are used but by derived variables themselves */
  const sx_status status = study__used_names(&names, &n_names, s, s->arena, NULL);
  s->n_derived = n;
  if (status != SX_OK) {
    l->oom = true;
    return;
  }
  for (size_t i = 0; i < n_names; i++) mark_used(s, used, names[i]);
  for (size_t i = 0; i < n; i++)
    if (s->follower && study__bw_names(s->follower, s->derived[i].id)) mark_used(s, used, s->derived[i].id);
  for (size_t i = 0; i < n; i++)
    if (used[i]) s->derived[kept++] = s->derived[i];
  s->n_derived = kept;
}
