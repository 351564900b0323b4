/* synth_table.c: batches to tables and files; what a model says about itself. */
#include <stdio.h>

#include "synth_priv.h"

/* ---- sample sizes ---- */

static double power_of(double x, double p) {
  if (p == 0) return 1;
  if (p == 1) return x;
  return p == 0.5 ? sqrt(x) : sx_exact_exp(p * sx_exact_log(x));
}

/* Shares of n: strata whose proportional share is below the minimum get the minimum, the others divide the rest, until
 * nobody falls below. The minimum is at most n / n_strata. */
static void shares(double *share, const sx_synth_model *m, double n) {
  const double equal = (double)(int64_t)(n / (double)m->n_strata);
  const double minimum = m->minimum < equal ? m->minimum : equal;
  for (size_t h = 0; h < m->n_strata; h++) share[h] = -1;
  for (bool again = true; again;) {
    double left = n, sum = 0;
    again = false;
    for (size_t h = 0; h < m->n_strata; h++)
      if (share[h] >= 0)
        left -= minimum;
      else
        sum += power_of(m->stratum_size[h], m->power);
    for (size_t h = 0; h < m->n_strata; h++)
      if (share[h] < 0 && left * power_of(m->stratum_size[h], m->power) / sum < minimum) {
        share[h] = minimum;
        again = true;
      }
    if (again) continue;
    for (size_t h = 0; h < m->n_strata; h++)
      if (share[h] < 0) share[h] = left * power_of(m->stratum_size[h], m->power) / sum;
  }
}

/* Whole numbers by the largest remainders; equal ones in the order of the strata. share is overwritten with remainders. */
static void round_shares(size_t *n_h, double *share, size_t n_strata, size_t n) {
  size_t given = 0;
  for (size_t h = 0; h < n_strata; h++) {
    n_h[h] = (size_t)share[h];
    share[h] -= (double)n_h[h];
    given += n_h[h];
  }
  while (given < n) {
    size_t best = 0;
    for (size_t h = 1; h < n_strata; h++)
      if (share[h] > share[best]) best = h;
    n_h[best]++;
    share[best] -= 1;
    given++;
  }
}

/* n_start[h] .. n_start[h+1]-1 are the rows of stratum h. */
static sx_status allocate(uint64_t **out, const sx_synth_model *m, sx_arena *arena, size_t n, sx_error *err) {
  double *share = sx_arena_alloc(arena, m->n_strata, sizeof *share);
  size_t *n_h = sx_arena_alloc(arena, m->n_strata, sizeof *n_h);
  uint64_t *start = sx_arena_zalloc(arena, m->n_strata + 1, sizeof *start);
  if (!share || !n_h || !start) return sx_error_memory(err);
  shares(share, m, (double)n);
  round_shares(n_h, share, m->n_strata, n);
  for (size_t h = 0; h < m->n_strata; h++) start[h + 1] = start[h] + n_h[h];
  *out = start;
  return SX_OK;
}

/* ---- the schema ---- */

static sx_status describe(sx_column **out, sx_table *t, const sx_synth_model *m, const sx_synth_var *v, sx_error *err) {
  sx_column *c = NULL;
  const sx_ctx *ctx = sx_table_ctx(t);
  SX_TRY(sx_table_add(&c, t, v->name, v->type, err));
  SX_TRY(sx_column_set_label(ctx, c, sx_synth__pick(m, v->label), err));
  for (size_t i = 0; i < v->n_labels; i++)
    SX_TRY(sx_column_add_label(ctx, c, v->labels[i].value, v->type == SX_TEXT ? v->labels[i].key : NULL, 0,
                               sx_synth__pick(m, v->labels[i].text), err));
  if (v->type == SX_TEXT)
    for (size_t i = 0; i < v->levels.n; i++) {
      int32_t code = 0;
      SX_TRY(sx_dict_add(&code, c->dict, v->levels.text[i], strlen(v->levels.text[i]), err));
    }
  for (size_t i = 0; i < v->n_missing; i++)
    SX_TRY(sx_column_add_range(ctx, c, v->missing[i], v->missing[i], NULL, err));
  const bool scale = v->kind == SX_SYNTH_AMOUNT || v->kind == SX_SYNTH_WEIGHT || v->kind == SX_SYNTH_UNIFORM ||
                     v->kind == SX_SYNTH_ID || (v->level_value && !v->n_labels);
  const bool ordinal = v->kind == SX_SYNTH_BAND || v->kind == SX_SYNTH_ORDERED;
  c->measure = scale ? SX_MEASURE_SCALE : ordinal ? SX_MEASURE_ORDINAL : SX_MEASURE_NOMINAL;
  if (c->n && (v->n_base || v->n_missing)) /* room for the classes of missing */
    SX_TRY(sx_column_set_missing(ctx, c, 0, SX_MISS_SYSTEM, err));
  *out = c;
  return SX_OK;
}

static sx_status add_sets(sx_table *t, const sx_synth_model *m, sx_error *err) {
  sx_status st = SX_OK;
  for (size_t i = 0; st == SX_OK && i < m->n_sets; i++) {
    const sx_synth_set *s = &m->sets[i];
    char **names = sx_mem_zalloc(&m->ctx, s->n, sizeof *names);
    char *name = sx_mem_strdup(&m->ctx, s->name), *label = sx_mem_strdup(&m->ctx, sx_synth__pick(m, s->label));
    bool ok = names && name && label;
    for (size_t k = 0; ok && k < s->n; k++) ok = (names[k] = sx_mem_strdup(&m->ctx, m->vars[s->vars[k]].name)) != NULL;
    const sx_mrset set = {
        .name = name, .label = label, .dichotomous = true, .counted = 1, .variables = names, .n_variables = s->n};
    st = ok ? sx_table_add_mrset(t, &set, err) : sx_error_memory(err);
    for (size_t k = 0; names && k < s->n; k++) sx_mem_free(&m->ctx, names[k]);
    sx_mem_free(&m->ctx, names);
    sx_mem_free(&m->ctx, name);
    sx_mem_free(&m->ctx, label);
  }
  return st;
}

/* column [n_vars] receives the columns, to be filled. */
static sx_status new_table(sx_table **out, sx_column **column, const sx_synth_model *m, size_t n,
                           const sx_synth_draws *draws, sx_error *err) {
  sx_table *t = NULL;
  char text[256];
  SX_TRY(sx_table_new(&t, &m->ctx, n, err));
  sx_status st = SX_OK;
  for (size_t i = 0; st == SX_OK && i < m->n_vars; i++) st = describe(&column[i], t, m, &m->vars[i], err);
  if (st == SX_OK) st = add_sets(t, m, err);
  snprintf(text, sizeof text, "%.150s; seed %llu", m->name, (unsigned long long)draws->seed);
  if (st == SX_OK) st = sx_table_set_meta(t, "synthetic", text, err);
  if (st == SX_OK) st = sx_table_set_meta(t, "title", sx_synth__pick(m, m->title), err);
  if (st == SX_OK) st = sx_table_set_meta(t, "notes", sx_synth__pick(m, m->synthetic), err);
  if (st == SX_OK)
    *out = t;
  else
    sx_table_free(t);
  return st;
}

/* ---- batches into rows ---- */

static void put_codes(sx_column *c, const sx_synth_var *v, const int32_t *code, size_t at, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (v->type == SX_TEXT)
      c->data.code[at + i] = code[i];
    else
      c->data.i64[at + i] = code[i] == SX_SYNTH_NA ? 0 : code[i];
    if (c->miss) c->miss[at + i] = code[i] == SX_SYNTH_NA ? SX_MISS_SYSTEM : SX_MISS_NONE;
  }
  for (size_t k = 0; k < v->n_missing; k++)
    for (size_t i = 0; i < n; i++)
      if ((double)code[i] == v->missing[k]) c->miss[at + i] = SX_MISS_USER;
}

static void put_values(sx_column *c, const sx_synth_var *v, const sx_synth_batch *b, size_t self, size_t at) {
  const double *x = b->value[self];
  for (size_t i = 0; i < b->n; i++) {
    if (v->kind == SX_SYNTH_ID) {
      c->data.i64[at + i] = (int64_t)x[i];
      continue;
    }
    const uint8_t refused = v->kind == SX_SYNTH_AMOUNT ? b->refused[self][i] : 0;
    c->data.f64[at + i] = refused ? v->refuse_value[refused - 1] : x[i];
    if (c->miss) c->miss[at + i] = refused ? SX_MISS_USER : x[i] == x[i] ? SX_MISS_NONE : SX_MISS_SYSTEM;
  }
}

static void put_batch(const sx_synth_model *m, const sx_synth_batch *b, sx_column *const *column, size_t at) {
  for (size_t i = 0; i < m->n_vars; i++)
    if (b->value[i])
      put_values(column[i], &m->vars[i], b, i, at);
    else
      put_codes(column[i], &m->vars[i], b->code[i], at, b->n);
}

typedef struct fill_job {
  const sx_synth_model *m;
  sx_table *table;
  sx_column **column;
  const sx_synth_draws *draws;
  uint64_t first; /* row of the sample at row 0 of the table */
  size_t n;
} fill_job;

static sx_status fill_batch(void *data, size_t i, sx_error *err) {
  const fill_job *job = data;
  const size_t at = i * SX_SYNTH_BATCH, left = job->n - at;
  sx_arena *arena = NULL;
  sx_synth_batch *b = NULL;
  SX_TRY(sx_arena_new(&arena, &job->m->ctx, err));
  const sx_status st = sx_synth__batch_new(&b, arena, job->m, err);
  if (st == SX_OK) {
    sx_synth__draw(b, job->m, job->draws, job->first + at, left < SX_SYNTH_BATCH ? left : SX_SYNTH_BATCH);
    put_batch(job->m, b, job->column, at);
  }
  sx_arena_free(arena);
  return st;
}

/* Rows first .. first+n-1 of a sample as a table. */
static sx_status rows(sx_table **out, const sx_synth_model *m, const sx_synth_draws *draws, uint64_t first, size_t n,
                      sx_error *err) {
  fill_job job = {.m = m, .draws = draws, .first = first, .n = n};
  sx_status st = SX_OK;
  job.column = sx_mem_alloc(&m->ctx, m->n_vars, sizeof(sx_column *));
  if (!job.column) return sx_error_memory(err);
  SX_TRY_GOTO(st, new_table(&job.table, job.column, m, n, draws, err), done);
  SX_TRY_GOTO(st, sx_parallel_for(&m->ctx, (n + SX_SYNTH_BATCH - 1) / SX_SYNTH_BATCH, fill_batch, &job, err), done);
  *out = job.table;
  job.table = NULL;
done:
  sx_mem_free(&m->ctx, job.column);
  sx_table_free(job.table);
  return st;
}

static bool is_share(double x) {
  return x >= 0 && x <= 1;
}

static sx_status check_call(const sx_synth_model *m, const sx_synth_sample *sample, const void *out, sx_error *err) {
  if (!m || !out || !sample)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "a model, a sample and a place for the result are needed");
  SX_TRY(sx_synth__need_solved(m, err));
  const size_t n = sample->n;
  const sx_synth_panel *panel = sample->panel.n ? &sample->panel : NULL;
  if (panel && (!is_share(panel->share) || !is_share(panel->stay)))
    return sx_error_set(err, SX_E_ARGUMENT, m->path, "share and stay of a panel are between 0 and 1");
  if (panel && panel->n < m->n_strata)
    return sx_error_set(err, SX_E_ARGUMENT, m->path, "an earlier sample of %zu has no panel for %zu strata", panel->n,
                        m->n_strata);
  if (panel && panel->seed == sample->seed)
    return sx_error_set(err, SX_E_ARGUMENT, m->path,
                        "the panel's seed is the sample's own: new persons would be those of the earlier sample");
  if (n < m->n_strata)
    return sx_error_set(err, SX_E_ARGUMENT, m->path,
                        "%zu interviews are too few for %zu strata: ask for at least one each", n, m->n_strata);
  return SX_OK;
}

static sx_status prepare(sx_synth_draws *draws, const sx_synth_model *m, const sx_synth_sample *sample, sx_arena *arena,
                         sx_error *err) {
  uint64_t *start = NULL, *before = NULL;
  SX_TRY(allocate(&start, m, arena, sample->n, err));
  const sx_synth_panel *panel = sample->panel.n ? &sample->panel : NULL;
  if (panel) SX_TRY(allocate(&before, m, arena, panel->n, err));
  *draws = (sx_synth_draws){sample->seed, start, panel, before};
  return SX_OK;
}

sx_status sx_synth_generate(sx_table **out, const sx_synth_model *model, const sx_synth_sample *sample, sx_error *err) {
  SX_TRY(check_call(model, sample, out, err));
  sx_arena *arena = NULL;
  sx_synth_draws draws;
  SX_TRY(sx_arena_new(&arena, &model->ctx, err));
  sx_status st = prepare(&draws, model, sample, arena, err);
  if (st == SX_OK) st = rows(out, model, &draws, 0, sample->n, err);
  sx_arena_free(arena);
  return st;
}

/* Rows per written table: a whole number of batches, at most about 32 MB of columns. */
static size_t chunk_rows(const sx_synth_model *m) {
  const size_t most = (size_t)32 * 1024 * 1024 / (9 * m->n_vars);
  const size_t batches = most / SX_SYNTH_BATCH;
  return (batches < 2 ? 2 : batches > 64 ? 64 : batches) * SX_SYNTH_BATCH;
}

sx_status sx_synth_write(const sx_synth_model *model, const sx_synth_sample *sample, const char *path, sx_error *err) {
  SX_TRY(check_call(model, sample, path, err));
  sx_arena *arena = NULL;
  sx_writer *writer = NULL;
  sx_table *t = NULL;
  sx_synth_draws draws;
  const size_t chunk = chunk_rows(model), n = sample->n;
  SX_TRY(sx_arena_new(&arena, &model->ctx, err));
  sx_status st = prepare(&draws, model, sample, arena, err);
  for (size_t first = 0; st == SX_OK && first < n; first += chunk) {
    const size_t here = n - first < chunk ? n - first : chunk;
    st = rows(&t, model, &draws, first, here, err);
    if (st == SX_OK && !writer) st = sx_writer_open(&writer, &model->ctx, path, t, n, err);
    if (st == SX_OK) st = sx_writer_add(writer, t, err);
    sx_table_free(t);
    t = NULL;
    sx_ctx_progress(&model->ctx, "synthetic interviews", first + here, n);
    if (st == SX_OK) st = sx_ctx_poll(&model->ctx, err);
  }
  if (st == SX_OK)
    st = sx_writer_close(writer, err);
  else
    sx_writer_abandon(writer);
  sx_arena_free(arena);
  return st;
}

/* ---- what a model says about itself ---- */

size_t sx_synth_assumptions(const sx_synth_model *model) {
  return model ? model->n_assumptions : 0;
}

const char *sx_synth_assumption_in(const sx_synth_model *model, size_t i, const char *language, const char **name) {
  if (!model || i >= model->n_assumptions) return NULL;
  const sx_synth_text t = model->assumptions[i].text;
  const bool en = language && strcmp(language, "en") == 0;
  const char *first = en ? t.en : t.zh, *other = en ? t.zh : t.en;
  if (name) *name = model->assumptions[i].name;
  return first ? first : other ? other : "";
}

const char *sx_synth_assumption(const sx_synth_model *model, size_t i, const char **name) {
  return sx_synth_assumption_in(model, i, model ? model->language : NULL, name);
}

static const sx_synth_text *text_of_level(const sx_synth_var *v, const char *level) {
  double number = (double)NAN;
  (void)sx_text_to_double(&number, level, strlen(level));
  for (size_t i = 0; i < v->n_labels; i++)
    if (strcmp(v->labels[i].key, level) == 0 || (v->type != SX_TEXT && v->labels[i].value == number))
      return &v->labels[i].text;
  return NULL;
}

bool sx_synth_words(const char **zh, const char **en, const sx_synth_model *model, const char *name,
                    const char *level) {
  const sx_synth_text *t = NULL;
  for (size_t i = 0; model && name && !t && i < model->n_vars; i++)
    if (strcmp(model->vars[i].name, name) == 0)
      t = level ? text_of_level(&model->vars[i], level) : &model->vars[i].label;
  for (size_t i = 0; model && name && !t && !level && i < model->n_sets; i++)
    if (strcmp(model->sets[i].name, *name == '$' ? name + 1 : name) == 0) t = &model->sets[i].label;
  if (!t || !(t->zh || t->en)) return false;
  *zh = t->zh ? t->zh : t->en;
  *en = t->en ? t->en : t->zh;
  return true;
}

size_t sx_synth_inputs(const sx_synth_model *model) {
  return model ? model->n_inputs : 0;
}

const char *sx_synth_input(const sx_synth_model *model, size_t i) {
  return model && i < model->n_inputs ? model->inputs[i] : NULL;
}

/* What a person of a cell contributes: P(1), or the expected amount. NAN where it is not known. */
static double expected(const sx_synth_model *m, const sx_synth_var *v, size_t cell) {
  if (v->kind == SX_SYNTH_FLAG) return v->joint[cell];
  if (v->kind == SX_SYNTH_AMOUNT) return m->vars[v->of].joint[cell] * v->mean[cell];
  return (double)NAN;
}

sx_status sx_synth_truth(double *out, const sx_synth_model *model, const char *variable, const char *attribute,
                         const char *level, sx_error *err) {
  if (!out || !model || !variable || (attribute && !level))
    return sx_error_set(err, SX_E_ARGUMENT, NULL,
                        "sx_synth_truth: out, model and variable are needed, and a level with an attribute");
  SX_TRY(sx_synth__need_solved(model, err));
  const size_t self = sx_synth__find(model, variable);
  if (self == SIZE_MAX)
    return sx_error_set(err, SX_E_ARGUMENT, model->path, "no variable '%s' in this model", variable);
  size_t by = 0, want = SIZE_MAX;
  if (attribute) {
    while (by < model->n_cell_by && strcmp(model->vars[model->cell_by[by]].name, attribute) != 0) by++;
    if (by < model->n_cell_by) want = sx_synth__level(&model->vars[model->cell_by[by]].levels, level);
    if (want == SIZE_MAX)
      return sx_error_set(err, SX_E_ARGUMENT, model->path, "the cells have no %s '%s'", attribute, level);
  }
  double sum = 0;
  for (size_t c = 0; c < model->n_cells; c++)
    if (!attribute || c / model->cell_stride[by] % model->vars[model->cell_by[by]].levels.n == want)
      sum += model->cell_size[c] * expected(model, &model->vars[self], c);
  if (!(sum == sum))
    return sx_error_set(err, SX_E_ARGUMENT, model->path, "'%s' has no probability that the model knows", variable);
  *out = sum;
  return SX_OK;
}
