/* study_generate.c: interviews that a study generates from a model: those of the study and of its earlier waves side by side, where they are not there
 * or were made from something else. A first run, which will compute all, reads each as soon as it is written. */
#include "study_banner.h"
#include "study_hashed.h"
#include "study_names.h"
#include "study_seen.h"
#include "study_waves.h"

#include <string.h>

/* What decides a generated file: model, its inputs, and the sample drawn from it. */
static sx_status generation_key(char key[SX_HASH_TEXT], const sx_ctx *ctx, const st_table *t, const char *model_path,
                                sx_error *err) {
  char hash[SX_HASH_TEXT];
  sx_buf buf;
  sx_buf_init(&buf, ctx);
  sx_buf_printf(&buf, "%s ", sx_version());
  study__sample_spec(&buf, t);
  sx_status status = sx_hash_file(hash, ctx, model_path, err);
  if (status == SX_OK) sx_buf_add(&buf, hash);
  for (size_t i = 0; i < t->inputs.n && status == SX_OK; i++) {
    status = sx_hash_file(hash, ctx, t->inputs.items[i], err);
    if (status == SX_OK) sx_buf_add(&buf, hash);
  }
  if (status == SX_OK) status = sx_buf_status(&buf, err);
  if (status == SX_OK) sx_hash_bytes(key, buf.data, buf.n);
  sx_buf_clear(&buf);
  return status;
}

typedef enum made_of { MADE_MISSING, MADE_ELSEWHERE, MADE_OF_OTHER, MADE_OF_THIS } made_of;

/* What the store says of a file, by its content: not there, not made by this program, made from something else, made from this. */
static sx_status find_made(made_of *out, const char *hash, const sx_study *s, sx_store *store, const char *step,
                           const char *key, sx_error *err) {
  void *made = NULL;
  size_t n = 0;
  *out = MADE_MISSING;
  if (!*hash) return SX_OK;
  SX_TRY(sx_store_step_payload(&made, &n, store, step, hash, err));
  *out = !made ? MADE_ELSEWHERE : n == SX_HASH_TEXT - 1 && memcmp(made, key, n) == 0 ? MADE_OF_THIS : MADE_OF_OTHER;
  sx_mem_free(&s->ctx, made);
  return SX_OK;
}

sx_status study__model_solved(bool *solved, char key[SX_HASH_TEXT], const sx_study *s, st_table *t, sx_store *store,
                              sx_error *err) {
  const st_run r = {.s = s, .arena = s->arena};
  const char *model_path = study__path(s, s->arena, t->model),
             *path = t->files.n ? study__data_path(s, s->arena, t, t->files.items[0]) : NULL,
             *step = study__step_id(&r, "generated", t->id);
  char hash[SX_HASH_TEXT] = "";
  made_of made = MADE_MISSING;
  *solved = false;
  key[0] = '\0';
  if (!t->files.n) return SX_OK;
  if (!model_path || !path || !step) return sx_error_memory(err);
  SX_TRY(generation_key(key, &s->ctx, t, model_path, err));
  if (sx_file_exists(path)) SX_TRY(study__hash_file(hash, s, path, err));
  SX_TRY(find_made(&made, hash, s, store, step, key, err));
  if (made != MADE_OF_THIS) return SX_OK;
  t->made = sx_arena_strdup(s->arena, hash);
  *solved = t->made != NULL;
  return t->made ? SX_OK : sx_error_memory(err);
}

/* A file that is to be made. */
typedef struct generation {
  sx_ctx ctx;
  const sx_study *s;
  const st_table *table;
  const char *model, *path;
  st_run *run; /* that reads it */
  st_generated *out;
  sx_buf levels; /* study_seen.h */
} generation;

/* *n goes up where the file is to be made. */
static sx_status plan_table(generation *out, size_t *n, st_run *r, size_t i, sx_error *err) {
  const st_table *t = &r->s->tables[i];
  const char *model_path = study__path(r->s, r->arena, t->model),
             *path = study__data_path(r->s, r->arena, t, t->files.items[0]);
  const char *step = study__step_id(r, "generated", t->id);
  st_generated *g = &r->generated[i];
  made_of made = MADE_MISSING;
  char hash[SX_HASH_TEXT] = "";
  int64_t bytes = 0;
  if (!model_path || !path || !step) return sx_error_memory(err);
  if (t->made && sx_file_exists(path))
    memcpy(hash, t->made, sizeof hash);
  else if (sx_file_exists(path))
    SX_TRY(study__hash_again(hash, &bytes, r->s, path, err));
  SX_TRY(generation_key(g->key, &r->ctx, t, model_path, err));
  SX_TRY(find_made(&made, hash, r->s, r->store, step, g->key, err));
  *out = (generation){.ctx = r->ctx, .s = r->s, .table = t, .model = model_path, .path = path, .run = r, .out = g};
  *n += made == MADE_MISSING || made == MADE_OF_OTHER; /* what the program did not make is left alone */
  return SX_OK;
}

static sx_status plan_tables(generation *out, size_t *n, st_run *r, sx_error *err) {
  const sx_study *s = r->s;
  r->generated = sx_arena_zalloc(r->arena, s->n_tables, sizeof *r->generated);
  if (!r->generated) return sx_error_memory(err);
  for (size_t i = 0; i < s->n_tables; i++)
    if (s->tables[i].model) SX_TRY(plan_table(&out[*n], n, r, i, err));
  return SX_OK;
}

/* A task. */
static sx_status make_file(void *data, size_t i, sx_error *err) {
  generation *g = (generation *)data + i;
  const double since = study__now();
  sx_synth_model *model = NULL;
  if (g->table->solved)
    sx_synth_set_ctx(g->table->solved, &g->ctx);
  else
    SX_TRY(sx_synth_load_wave(&model, &g->ctx, g->model, g->table->wave, err));
  const sx_status status = sx_synth_write(g->table->solved ? g->table->solved : model, &g->table->sample, g->path, err);
  sx_synth_free(model);
  if (status != SX_OK) return status;
  g->out->seconds = study__now() - since;
  g->out->made = true;
  SX_TRY(sx_hash_file(g->out->file, &g->ctx, g->path, err));
  SX_TRY(study__seen_made(&g->levels, g->s, g->table, g->path, &g->ctx, err));
  if (g->run->ahead.asked && g->table == &g->s->tables[g->s->unit]) study__ahead_read(g->run, &g->ctx);
  return SX_OK;
}

/* Of which of the files it is known that the run will read them, and how: where no run was finished before, nothing is reused. */
static sx_status ask_ahead(const generation *list, size_t n, st_run *r, sx_error *err) {
  sx_store_run latest;
  bool banners = false;
  if (n < 2 || sx_ctx_threads(&r->ctx) <= 1 || sx_store_latest(&latest, r->store, NULL) == SX_OK) return SX_OK;
  for (size_t i = 0; i < r->s->n_blocks; i++) banners = banners || study__is_banner(&r->s->blocks[i]);
  for (size_t i = 0; i < n; i++) {
    st_run *own = list[i].run;
    const bool unit = list[i].table == &own->s->tables[own->s->unit] && list[i].table->files.n == 1;
    if (!unit || own->s->n_indicators + own->s->n_accounts == 0) continue;
    SX_TRY(study__ahead_ask(own, own == r ? banners : study__bw_asked(r->s), err));
  }
  return SX_OK;
}

static sx_status make_files(generation *list, size_t n, st_run *r, sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    if (n > 1 && sx_ctx_threads(&r->ctx) > 1) { /* files side by side do not call back */
      list[i].ctx.cancelled = NULL;
      list[i].ctx.progress = NULL;
    }
    sx_buf_init(&list[i].levels, &r->ctx);
  }
  sx_status status = sx_parallel_for(&r->ctx, n, make_file, list, err);
  for (size_t i = 0; i < n; i++) {
    const generation *g = &list[i];
    if (status == SX_OK) status = study__seen_take(g->s, g->table, g->path, g->out->file, &g->levels, err);
    sx_buf_clear(&list[i].levels);
  }
  return status;
}

sx_status study__generate(st_run *r, sx_error *err) {
  const struct st_series *series = r->waves ? r->s->series : NULL;
  size_t n = 0, most = r->s->n_tables;
  for (size_t i = 0; series && i < series->n; i++)
    most += series->waves[i].study ? series->waves[i].study->n_tables : 0;
  generation *list = sx_arena_zalloc(r->arena, most + 1, sizeof *list);
  if (!list) return sx_error_memory(err);
  SX_TRY(plan_tables(list, &n, r, err));
  for (size_t i = 0; series && i < series->n; i++)
    if (series->waves[i].study) SX_TRY(plan_tables(list, &n, &r->waves->runs[i], err));
  if (n == 0) return SX_OK;
  SX_TRY(ask_ahead(list, n, r, err));
  sx_ctx_progress(&r->ctx, "generating interviews", 0, 0);
  return make_files(list, n, r, err);
}
