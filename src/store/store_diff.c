/* store_diff.c: the rows of two runs matched by name, and how they differ. */
#include "store_diff_priv.h"

#include <math.h>
#include <string.h>

#include "store_priv.h"

static const char *const kind_names[] = {"value", "error", "mark", "added", "removed"};

const char *sx_diff_kind_name(sx_diff_kind kind) {
  const size_t i = (size_t)kind;
  return i < sizeof kind_names / sizeof *kind_names ? kind_names[i] : "unknown";
}

/* ---- names ----------------------------------------------------------------------------------------------------------- */

static const char *keep(sx_arena *arena, const char *text, bool *failed) {
  const char *copy = text ? sx_arena_strdup(arena, text) : NULL;
  *failed = *failed || (text && !copy);
  return copy;
}

/* The label tells a wave's own term from a group that is called so. */
static bool is_own_wave(const sx_store_row *row, const sx_store_term *t) {
  return row->wave && t->variable && t->level && strcmp(t->variable, "wave") == 0 && strcmp(t->level, row->wave) == 0 &&
         t->variable_label.zh && strcmp(t->variable_label.zh, "期") == 0;
}

sx_store_row sx_store__own_row(sx_store_term *terms, const sx_store_row *row) {
  sx_store_row own = *row;
  own.terms = terms;
  own.n_terms = 0;
  for (size_t i = 0; i < row->n_terms; i++)
    if (!is_own_wave(row, &row->terms[i])) terms[own.n_terms++] = row->terms[i];
  return own;
}

sx_status sx_store__row_number(size_t *number, bool *new_one, sx_dict *names, sx_store *store, const sx_store_row *row,
                               const char *statistic, sx_error *err) {
  const size_t n = sx_dict_count(names);
  sx_buf key;
  int32_t code = 0;
  SX_TRY(sx_store__domain_key(store, row->terms, row->n_terms, err));
  sx_buf_init(&key, &store->ctx);
  sx_buf_printf(&key, "%s\x1d%s\x1d%s\x1d%s", row->wave ? row->wave : "", row->indicator, statistic ? statistic : "",
                store->key.data ? store->key.data : "");
  sx_status status = sx_buf_status(&key, err);
  if (status == SX_OK) status = sx_dict_add(&code, names, key.data, key.n, err);
  sx_buf_clear(&key);
  *number = (size_t)code;
  *new_one = sx_dict_count(names) > n;
  return status;
}

/* ---- the rows of a run ------------------------------------------------------------------------------------------------- */

typedef struct rows {
  sx_store *store;
  sx_arena *arena;
  sx_dict *names; /* of both runs */
  sx_store_row *items;
  size_t *name; /* of each row, its number among the names */
  size_t n, cap, cap_name;
} rows;

static sx_status add_row(void *data, const sx_store_row *row, sx_error *err) {
  rows *r = data;
  bool new_one = false;
  sx_store_term terms[SX_STORE_TERMS];
  const sx_store_row own = sx_store__own_row(terms, row);
  if (!sx_arena_grow(r->arena, (void **)&r->items, &r->cap, r->n + 1, sizeof *r->items) ||
      !sx_arena_grow(r->arena, (void **)&r->name, &r->cap_name, r->n + 1, sizeof *r->name))
    return sx_error_memory(err);
  SX_TRY(sx_store__row_number(&r->name[r->n], &new_one, r->names, r->store, &own, own.statistic, err));
  SX_TRY(sx_store_row_copy(&r->items[r->n], r->arena, &own, err));
  r->n++;
  return SX_OK;
}

/* ---- how two rows differ ------------------------------------------------------------------------------------------------ */

static bool same_number(double a, double b, double tolerance) {
  if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
  if (a == b) return true;
  return fabs(a - b) <= tolerance * fmax(fabs(a), fabs(b));
}

static bool same_text(const char *a, const char *b) {
  return strcmp(a ? a : "", b ? b : "") == 0;
}

/* true where they are the same. */
static bool compare(sx_diff_kind *kind, const sx_store_row *a, const sx_store_row *b, double tolerance) {
  *kind = SX_DIFF_VALUE;
  if (!same_number(a->estimate, b->estimate, tolerance)) return false;
  *kind = SX_DIFF_ERROR;
  if (!same_number(a->se, b->se, tolerance) || !same_number(a->low, b->low, tolerance) ||
      !same_number(a->high, b->high, tolerance) || !same_number(a->df, b->df, tolerance) ||
      !same_number(a->ci_level, b->ci_level, tolerance))
    return false;
  *kind = SX_DIFF_MARK;
  return a->n == b->n && same_text(a->quality, b->quality) && same_text(a->na_reason, b->na_reason) &&
         same_text(a->unit, b->unit) && same_text(a->method, b->method);
}

static void put_row(sx_diff *diff, sx_diff_kind kind, const sx_store_row *before, const sx_store_row *after) {
  sx_diff_row row = {.kind = kind, .before = before, .after = after, .change = (double)NAN, .moved = (double)NAN};
  if (before && after) row.change = after->estimate - before->estimate;
  if (before && before->se > 0) row.moved = row.change / before->se;
  diff->rows[diff->n_rows++] = row;
}

static sx_status match_rows(sx_diff *diff, const rows *a, const rows *b, double tolerance, sx_error *err) {
  const size_t n_names = sx_dict_count(a->names);
  size_t *row_of = sx_arena_alloc(diff->arena, n_names, sizeof *row_of); /* of a, by name */
  bool *met = sx_arena_zalloc(diff->arena, a->n, sizeof *met);
  diff->rows = sx_arena_alloc(diff->arena, a->n + b->n, sizeof *diff->rows);
  if (!row_of || !met || !diff->rows) return sx_error_memory(err);
  for (size_t k = 0; k < n_names; k++) row_of[k] = SIZE_MAX;
  for (size_t i = 0; i < a->n; i++) row_of[a->name[i]] = i;
  for (size_t j = 0; j < b->n; j++) {
    sx_diff_kind kind = SX_DIFF_ADDED;
    const size_t i = row_of[b->name[j]];
    if (i == SIZE_MAX || met[i]) {
      put_row(diff, SX_DIFF_ADDED, NULL, &b->items[j]);
      continue;
    }
    met[i] = true;
    if (compare(&kind, &a->items[i], &b->items[j], tolerance))
      diff->n_same++;
    else
      put_row(diff, kind, &a->items[i], &b->items[j]);
  }
  for (size_t i = 0; i < a->n; i++)
    if (!met[i]) put_row(diff, SX_DIFF_REMOVED, &a->items[i], NULL);
  return SX_OK;
}

/* ---- runs and inputs ----------------------------------------------------------------------------------------------------- */

typedef struct wanted {
  sx_store_run *out;
  int64_t id;
  sx_arena *arena;
  bool found;
} wanted;

static sx_status take_run(void *data, const sx_store_run *run, sx_error *err) {
  wanted *w = data;
  bool failed = false;
  if (run->id != w->id) return SX_OK;
  *w->out = *run;
  const char **texts[] = {&w->out->study,    &w->out->wave,     &w->out->title_zh,
                          &w->out->title_en, &w->out->version,  &w->out->options_json,
                          &w->out->started,  &w->out->finished, &w->out->synthetic};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) *texts[i] = keep(w->arena, *texts[i], &failed);
  w->found = true;
  return failed ? sx_error_memory(err) : SX_OK;
}

static sx_status find_run(sx_store_run *out, sx_store *store, int64_t id, sx_arena *arena, sx_error *err) {
  wanted w = {out, id, arena, false};
  SX_TRY(sx_store_each_run(store, take_run, &w, err));
  if (w.found) return SX_OK;
  return sx_error_set(err, SX_E_ARGUMENT, store->path, "the store has no finished run %lld", (long long)id);
}

typedef struct inputs {
  sx_diff *diff;
  size_t cap;
  bool second;
} inputs;

static sx_status add_input(void *data, const sx_store_input *input, sx_error *err) {
  inputs *in = data;
  sx_diff *d = in->diff;
  bool failed = false;
  const char *sha = keep(d->arena, input->sha256, &failed);
  for (size_t i = 0; in->second && i < d->n_inputs; i++) {
    if (strcmp(d->inputs[i].path, input->path) != 0) continue;
    d->inputs[i].sha256_after = sha;
    return failed ? sx_error_memory(err) : SX_OK;
  }
  if (!sx_arena_grow(d->arena, (void **)&d->inputs, &in->cap, d->n_inputs + 1, sizeof *d->inputs))
    return sx_error_memory(err);
  d->inputs[d->n_inputs++] =
      (sx_diff_input){keep(d->arena, input->path, &failed), in->second ? NULL : sha, in->second ? sha : NULL};
  return failed ? sx_error_memory(err) : SX_OK;
}

static sx_status compare_inputs(sx_diff *diff, sx_store *first, sx_store *second, sx_error *err) {
  inputs in = {diff, 0, false};
  SX_TRY(sx_store_each_input(first, diff->before.id, add_input, &in, err));
  in.second = true;
  SX_TRY(sx_store_each_input(second, diff->after.id, add_input, &in, err));
  size_t n = 0;
  for (size_t i = 0; i < diff->n_inputs; i++)
    if (!same_text(diff->inputs[i].sha256_before, diff->inputs[i].sha256_after)) diff->inputs[n++] = diff->inputs[i];
  diff->n_inputs = n;
  return SX_OK;
}

static sx_status explain(sx_diff *diff, sx_store *first, sx_store *second, sx_error *err) {
  sx_store_plan before = {NULL, 0}, after = {NULL, 0};
  bool linked[2] = {false, false};
  if (!same_text(diff->before.study, diff->after.study)) return SX_OK;
  SX_TRY(sx_store__plan_read(&before, &linked[0], first, diff->before.id, diff->arena, err));
  SX_TRY(sx_store__plan_read(&after, &linked[1], second, diff->after.id, diff->arena, err));
  diff->explained = linked[0] && linked[1];
  return diff->explained ? sx_store__diff_causes(diff, &before, &after, err) : SX_OK;
}

sx_status sx_store_diff(sx_diff **out, sx_store *first, int64_t run_first, sx_store *second, int64_t run_second,
                        double tolerance, sx_error *err) {
  if (!out || !first || !second || !(tolerance >= 0))
    return sx_error_set(err, SX_E_ARGUMENT, "",
                        "sx_store_diff: out, two stores and a tolerance of at least 0 are needed");
  sx_arena *arena = NULL;
  SX_TRY(sx_arena_new(&arena, &first->ctx, err));
  sx_status status = SX_E_MEMORY;
  sx_dict *names = NULL;
  sx_diff *diff = sx_arena_zalloc(arena, 1, sizeof *diff);
  if (!diff) {
    status = sx_error_memory(err);
    goto done;
  }
  diff->arena = arena;
  SX_TRY_GOTO(status, sx_dict_new(&names, &first->ctx, err), done);
  rows a = {.store = first, .arena = arena, .names = names}, b = {.store = second, .arena = arena, .names = names};
  SX_TRY_GOTO(status, find_run(&diff->before, first, run_first, arena, err), done);
  SX_TRY_GOTO(status, find_run(&diff->after, second, run_second, arena, err), done);
  SX_TRY_GOTO(status, sx_store_each_row(first, run_first, NULL, add_row, &a, err), done);
  SX_TRY_GOTO(status, sx_store_each_row(second, run_second, NULL, add_row, &b, err), done);
  SX_TRY_GOTO(status, match_rows(diff, &a, &b, tolerance, err), done);
  SX_TRY_GOTO(status, compare_inputs(diff, first, second, err), done);
  SX_TRY_GOTO(status, explain(diff, first, second, err), done);
  *out = diff;
  arena = NULL;
done:
  sx_dict_free(names);
  sx_arena_free(arena);
  return status;
}

void sx_diff_free(sx_diff *diff) {
  if (diff) sx_arena_free(diff->arena);
}
