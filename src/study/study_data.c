/* study_data.c: tables from their files, joins, derived variables: the same steps for the check (a few rows) and the run. */
#include "study_data.h"
#include "study_names.h"
#include "study_rules.h"
#include "study_seen.h"
#include "study_variables.h"
#include "study_waves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- names in use ---------------------------------------------------------------------------------------------- */

typedef struct names {
  sx_arena *arena;
  const char **items;
  size_t n, cap;
  bool failed;
} names;

static void add_name(names *set, const char *name) {
  if (!name || set->failed) return;
  if (sx_arena_grow(set->arena, (void **)&set->items, &set->cap, set->n + 1, sizeof *set->items))
    set->items[set->n++] = name;
  else
    set->failed = true;
}

static void add_expr(names *set, const st_expr *e) {
  for (size_t i = 0; e->expr && i < sx_expr_names(e->expr); i++) add_name(set, sx_expr_name(e->expr, i));
}

static void add_list(names *set, const st_list *list) {
  for (size_t i = 0; i < list->n; i++) add_name(set, list->items[i]);
}

static int by_text(const void *a, const void *b) {
  const char *const *x = a, *const *y = b;
  return strcmp(*x, *y);
}

static void add_statistics(names *set, const sx_study *s) {
  for (size_t i = 0; i < s->n_groups; i++) {
    add_expr(set, &s->groups[i].where);
    add_name(set, s->groups[i].by);
  }
  for (size_t i = 0; i < s->n_indicators; i++) {
    const st_indicator *ind = &s->indicators[i];
    for (size_t k = 0; k < ind->n_measures; k++) {
      if (ind->measures[k].type == ST_SET) add_name(set, ind->measures[k].name);
      add_expr(set, &ind->measures[k].e);
    }
    add_expr(set, &ind->base);
    add_expr(set, &ind->where);
  }
  for (size_t i = 0; i < s->n_accounts; i++) {
    for (size_t k = 0; k < s->accounts[i].n_nodes; k++) add_expr(set, &s->accounts[i].nodes[k].data_total);
  }
}

sx_status study__used_names(const char ***out, size_t *n, const sx_study *s, sx_arena *arena, sx_error *err) {
  names set = {.arena = arena};
  add_statistics(&set, s);
  for (size_t i = 0; i < s->n_derived; i++) add_expr(&set, &s->derived[i].value);
  const st_design *d = &s->design;
  add_name(&set, d->weights);
  add_name(&set, d->strata);
  for (size_t i = 1; i < d->all_strata.n; i++) add_name(&set, d->later_strata[i - 1]);
  add_list(&set, &d->fpc);
  add_name(&set, d->prob);
  add_list(&set, &d->names);
  add_expr(&set, &d->phase2.where);
  add_list(&set, &d->clusters);
  add_list(&set, &d->replicates);
  for (size_t i = 0; i < s->n_weightings; i++) {
    add_list(&set, &s->weightings[i].names);
  }
  for (size_t i = 0; i < s->n_joins; i++) add_list(&set, &s->joins[i].by);
  if (s->n_tables) add_expr(&set, &s->tables[s->unit].where);
  add_list(&set, &s->unit_ids);
  if (s->rules) {
    add_name(&set, s->rules->id);
    for (size_t i = 0; s->rules->rules && i < s->rules->rules->n_names; i++) add_name(&set, s->rules->rules->names[i]);
  }
  if (set.failed) return sx_error_memory(err);
  if (set.n) qsort(set.items, set.n, sizeof *set.items, by_text);
  size_t kept = 0;
  for (size_t i = 0; i < set.n; i++) {
    if (i == 0 || strcmp(set.items[i], set.items[kept - 1]) != 0) set.items[kept++] = set.items[i];
  }
  *out = set.items;
  *n = kept;
  return SX_OK;
}

/* ---- one table --------------------------------------------------------------------------------------------------- */

/* Formats whose variables are known without reading the cases. */
static bool has_header_of_its_own(const char *path) {
  static const char *const endings[] = {".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".xpt"};
  const size_t n = strlen(path);
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    const size_t k = strlen(endings[i]);
    if (n > k && strcmp(path + n - k, endings[i]) == 0) return true;
  }
  return false;
}

static sx_status keep_rows(sx_table **table, const uint8_t *keep, sx_error *err) {
  sx_table *kept = NULL;
  SX_TRY(sx_table_select(&kept, *table, keep, err));
  sx_table_free(*table);
  *table = kept;
  return SX_OK;
}

static sx_status first_rows(sx_table **table, size_t max_rows, sx_error *err) {
  const size_t n = sx_table_rows(*table);
  if (max_rows == 0 || n <= max_rows) return SX_OK;
  const sx_ctx *ctx = sx_table_ctx(*table);
  uint8_t *keep = sx_mem_zalloc(ctx, n, 1);
  if (!keep) return sx_error_memory(err);
  memset(keep, 1, max_rows);
  const sx_ctx copy = *ctx;
  const sx_status status = keep_rows(table, keep, err);
  sx_mem_free(&copy, keep);
  return status;
}

static bool has_text(const sx_table *table) {
  for (size_t i = 0; i < sx_table_columns(table); i++) {
    const sx_type type = sx_table_get(table, i)->type;
    if (type == SX_TEXT || type == SX_CATEGORY) return true;
  }
  return false;
}

/* The first rows only; where text columns would miss levels, the whole file is looked at and no more of it kept. */
static sx_status read_head(sx_table **out, const sx_study *s, const st_table *t, const char *path,
                           const sx_read_options *options, size_t max_rows, sx_error *err) {
  st_seen_file *seen = study__seen_of(t, path);
  bool known = false;
  sx_reader *reader = NULL;
  sx_table *table = NULL;
  sx_status status = sx_reader_open(&reader, &s->ctx, path, options, err);
  if (status == SX_OK) status = sx_reader_next(&table, reader, max_rows, err);
  sx_reader_close(reader);
  known = status == SX_OK && table && !has_text(table);
  if (status == SX_OK && table && !known && seen) status = study__seen_levels(&known, table, s, t, seen, err);
  if (known) {
    *out = table;
    return SX_OK;
  }
  sx_table_free(table);
  if (status != SX_OK) return status;
  sx_read_options whole = *options;
  whole.first_rows = max_rows;
  SX_TRY(sx_io_read(out, &s->ctx, path, &whole, err));
  return seen ? study__seen_note(seen, s, *out, err) : SX_OK;
}

/* How the study has the files of a table read. */
static sx_status set_options(sx_read_options *options, const sx_study *s, const st_table *t, sx_arena *arena,
                             sx_error *err) {
  if (t->labels) options->labels_from = study__data_path(s, arena, t, t->labels);
  if (t->data_file) options->data_file = study__data_path(s, arena, t, t->data_file);
  if ((t->labels && !options->labels_from) || (t->data_file && !options->data_file)) return sx_error_memory(err);
  options->format = t->format;
  options->missing = t->missing.items;
  options->n_missing = t->missing.n;
  options->as_text = t->text.items;
  options->n_as_text = t->text.n;
  options->sheet = t->sheet;
  SX_TRY(study__variable_types(options, t, arena, err));
  if (!t->n_fixed) return SX_OK;
  options->format = "fixed";
  options->fields = t->fixed;
  options->n_fields = t->n_fixed;
  return SX_OK;
}

static bool has_head(const st_table *t, const char *path) {
  return !t->n_fixed && has_header_of_its_own(path);
}

static sx_status read_file(sx_table **out, const sx_study *s, const st_table *t, const char *path,
                           const char *const *columns, size_t n_columns, size_t max_rows, sx_arena *arena,
                           sx_error *err) {
  sx_read_options options = SX_READ_OPTIONS_INIT;
  SX_TRY(set_options(&options, s, t, arena, err));
  options.columns = columns;
  options.n_columns = n_columns;
  if (max_rows && has_head(t, path)) return read_head(out, s, t, path, &options, max_rows, err);
  return sx_io_read(out, &s->ctx, path, &options, err);
}

/* The texts among the file's variables, by its first row. */
static sx_status text_names(sx_read_options *options, const sx_ctx *ctx, const char *path, sx_arena *arena,
                            sx_error *err) {
  sx_reader *reader = NULL;
  sx_table *table = NULL;
  sx_status status = sx_reader_open(&reader, ctx, path, options, err);
  if (status == SX_OK) status = sx_reader_next(&table, reader, 1, err);
  sx_reader_close(reader);
  const size_t n = status == SX_OK && table ? sx_table_columns(table) : 0;
  const char **texts = sx_arena_alloc(arena, n + 1, sizeof *texts);
  if (status == SX_OK && !texts) status = sx_error_memory(err);
  for (size_t i = 0; i < n && status == SX_OK; i++) {
    const sx_column *c = sx_table_get(table, i);
    if (c->type != SX_TEXT && c->type != SX_CATEGORY) continue;
    texts[options->n_columns] = sx_arena_strdup(arena, c->name);
    if (!texts[options->n_columns++]) status = sx_error_memory(err);
  }
  options->columns = texts;
  sx_table_free(table);
  return status;
}

sx_status study__read_texts(sx_table **out, const sx_study *s, const st_table *t, const char *path, const sx_ctx *ctx,
                            sx_error *err) {
  sx_read_options options = SX_READ_OPTIONS_INIT;
  sx_arena *arena = NULL;
  *out = NULL;
  if (!has_head(t, path)) return SX_OK;
  SX_TRY(sx_arena_new(&arena, ctx, err));
  sx_status status = set_options(&options, s, t, arena, err);
  if (status == SX_OK) status = text_names(&options, ctx, path, arena, err);
  options.first_rows = 1;
  if (status == SX_OK && options.n_columns) status = sx_io_read(out, ctx, path, &options, err);
  sx_arena_free(arena);
  return status;
}

/* A column of one value: a number where the text is one. */
static sx_status add_constant(sx_table *table, const char *name, const sx_node *value, sx_error *err) {
  sx_column *column = NULL;
  double number = 0;
  const bool numeric = sx_node_number(&number, value);
  const size_t n = sx_table_rows(table);
  SX_TRY(sx_table_add(&column, table, name, numeric ? SX_NUMBER : SX_TEXT, err));
  int32_t code = 0;
  if (!numeric) SX_TRY(sx_dict_add(&code, column->dict, value->text, strlen(value->text), err));
  for (size_t i = 0; i < n; i++) {
    if (numeric) {
      column->data.f64[i] = number;
    } else {
      column->data.code[i] = code;
    }
  }
  return SX_OK;
}

static sx_status generate_head(sx_table **out, const sx_study *s, const st_table *t, sx_arena *arena, size_t max_rows,
                               sx_error *err) {
  sx_synth_model *model = NULL;
  const char *path = study__path(s, arena, t->model);
  if (!path) return sx_error_memory(err);
  if (!t->solved) SX_TRY(sx_synth_load_wave(&model, &s->ctx, path, t->wave, err));
  sx_synth_sample head = t->sample;
  if (head.n > max_rows) head.n = max_rows;
  const sx_status status = sx_synth_generate(out, t->solved ? t->solved : model, &head, err);
  sx_synth_free(model);
  return status;
}

static sx_status read_files(sx_table **out, const sx_study *s, const st_table *t, const char *const *columns,
                            size_t n_columns, size_t max_rows, sx_arena *arena, sx_error *err) {
  sx_table *all = NULL, *one = NULL;
  sx_status status = SX_OK;
  for (size_t i = 0; i < t->files.n; i++) {
    const char *path = study__data_path(s, arena, t, t->files.items[i]);
    if (!path) {
      status = sx_error_memory(err);
      goto done;
    }
    if (t->model && max_rows && !sx_file_exists(path)) {
      SX_TRY_GOTO(status, generate_head(&one, s, t, arena, max_rows, err), done);
    } else {
      SX_TRY_GOTO(status, read_file(&one, s, t, path, columns, n_columns, max_rows, arena, err), done);
      SX_TRY_GOTO(status, first_rows(&one, max_rows, err), done);
    }
    for (size_t k = 0; t->add && k < t->add->n; k++) {
      SX_TRY_GOTO(status, add_constant(one, t->add->keys[k]->text, t->add->items[k]->items[i], err), done);
    }
    if (!all) {
      all = one;
      one = NULL;
      continue;
    }
    SX_TRY_GOTO(status, sx_table_append(all, one, err), done);
    sx_table_free(one);
    one = NULL;
  }
  *out = all;
  all = NULL;
done:
  sx_table_free(all);
  sx_table_free(one);
  return status;
}

static sx_status filter(sx_table **table, const sx_expr *where, sx_error *err) {
  const sx_ctx ctx = *sx_table_ctx(*table);
  uint8_t *keep = sx_mem_alloc(&ctx, sx_table_rows(*table), 1);
  if (!keep) return sx_error_memory(err);
  sx_status status = sx_expr_test(keep, where, *table, err);
  if (status == SX_OK) {
    for (size_t i = 0; i < sx_table_rows(*table); i++) keep[i] = keep[i] == 1;
    status = keep_rows(table, keep, err);
  }
  sx_mem_free(&ctx, keep);
  return status;
}

sx_status study__read_table(sx_table **out, const sx_study *s, size_t table, const char *const *columns,
                            size_t n_columns, size_t max_rows, sx_error *err) {
  const st_table *t = &s->tables[table];
  sx_arena *arena = NULL;
  sx_table *read = NULL;
  SX_TRY(sx_arena_new(&arena, &s->ctx, err));
  const char *const *own = columns; /* as the file calls them */
  sx_status status = study__wave_columns(&own, n_columns, s, table, arena, err);
  if (status == SX_OK) status = read_files(&read, s, t, own, n_columns, max_rows, arena, err);
  if (status == SX_OK) status = study__apply_variables(read, s, t, columns, n_columns, err);
  if (status == SX_OK) status = study__wave_recode(read, s, table, columns, n_columns, err);
  if (status == SX_OK && t->where.expr && max_rows == 0) status = filter(&read, t->where.expr, err);
  sx_arena_free(arena);
  if (status != SX_OK) {
    sx_table_free(read);
    return status;
  }
  *out = read;
  return SX_OK;
}

/* ---- joins ---------------------------------------------------------------------------------------------------------- */

/* The codes that the study uses of a pivot: the names that begin with its prefix. */
static sx_status pivot_codes(const char ***codes, size_t *n, const sx_study *s, const st_join *join, sx_arena *arena,
                             sx_error *err) {
  const char **used = NULL;
  size_t n_used = 0, k = strlen(join->prefix);
  SX_TRY(study__used_names(&used, &n_used, s, arena, err));
  *codes = sx_arena_alloc(arena, n_used, sizeof **codes);
  if (!*codes) return sx_error_memory(err);
  *n = 0;
  for (size_t i = 0; i < n_used; i++) {
    if (strncmp(used[i], join->prefix, k) == 0 && used[i][k] && study__find_derived(s, used[i]) == ST_NONE) {
      (*codes)[(*n)++] = used[i] + k;
    }
  }
  return SX_OK;
}

static sx_status join_rows(sx_table *unit, const sx_study *s, const st_join *join, const sx_table *from,
                           sx_error *err) {
  if (!join->pivot) {
    return sx_table_join(unit, from, join->by.items, join->by.n, join->columns.items, join->columns.n, err);
  }
  sx_arena *arena = NULL;
  const char **codes = NULL;
  size_t n = 0;
  SX_TRY(sx_arena_new(&arena, &s->ctx, err));
  sx_status status = pivot_codes(&codes, &n, s, join, arena, err);
  if (status == SX_OK) {
    status = sx_table_pivot_sum(unit, from, join->by.items[0], join->pivot, join->sum, join->prefix, codes, n, err);
  }
  sx_arena_free(arena);
  return status;
}

sx_status study__apply_join(sx_table *unit, const sx_study *s, const st_join *join, const sx_table *from,
                            sx_error *err) {
  const st_table *t = &s->tables[join->from];
  const sx_status status = join_rows(unit, s, join, from, err);
  if (status != SX_OK && status != SX_E_MEMORY)
    sx_error_add_where(err, "%s", t->files.n == 1 ? t->files.items[0] : t->id);
  return status;
}

/* ---- derived variables -------------------------------------------------------------------------------------------------- */

const char *study__cut_level(const st_derived *d, size_t i) {
  return d->labels[i].en ? d->labels[i].en : d->labels[i].zh;
}

static sx_status cut_column(sx_column **out, const sx_ctx *ctx, const st_derived *d, const sx_column *value,
                            sx_error *err) {
  sx_column *column = NULL;
  int32_t code = 0;
  sx_status status = sx_column_new(&column, ctx, d->id, SX_CATEGORY, value->n, err);
  if (status != SX_OK) return status;
  column->measure = SX_MEASURE_ORDINAL;
  for (size_t i = 0; i <= d->n_breaks; i++) {
    const char *level = study__cut_level(d, i);
    SX_TRY_GOTO(status, sx_dict_add(&code, column->dict, level, strlen(level), err), done);
  }
  for (size_t row = 0; row < value->n; row++) {
    const double x = sx_column_number(value, row);
    if (isnan(x)) {
      column->data.code[row] = -1;
      SX_TRY_GOTO(status, sx_column_set_missing(ctx, column, row, SX_MISS_SYSTEM, err), done);
      continue;
    }
    int32_t k = 0;
    while ((size_t)k < d->n_breaks && x >= d->breaks[k]) k++;
    column->data.code[row] = k;
  }
  *out = column;
  column = NULL;
done:
  sx_column_free(ctx, column);
  return status;
}

sx_status study__derive(sx_table *unit, const sx_study *s, size_t i, sx_error *err) {
  const st_derived *d = &s->derived[i];
  const sx_ctx *ctx = sx_table_ctx(unit);
  sx_column *column = NULL, *cut = NULL;
  sx_status status = sx_expr_eval(&column, d->value.expr, unit, d->id, err);
  if (status != SX_OK) return status;
  if (d->cut) {
    if (column->type == SX_CATEGORY || column->type == SX_TEXT) {
      status = sx_error_set(err, SX_E_DATA, "", "cut needs a number, '%s' is %s", sx_expr_text(d->value.expr),
                            sx_type_name(column->type));
      goto done;
    }
    SX_TRY_GOTO(status, cut_column(&cut, ctx, d, column, err), done);
    sx_column_free(ctx, column);
    column = cut;
  }
  const char *label = d->label.zh ? d->label.zh : d->label.en;
  if (label) SX_TRY_GOTO(status, sx_column_set_label(ctx, column, label, err), done);
  SX_TRY_GOTO(status, sx_table_take(unit, column, err), done);
  column = NULL;
done:
  sx_column_free(ctx, column);
  return status;
}
