/* study_match.c: which steps of a plan the store already holds, and why the others not; the plan as text. */
#include "study_balance.h"
#include "study_names.h"
#include "study_waves.h"

#include <string.h>

sx_status study__plan_manifest(sx_buf *out, const st_plan *plan, sx_error *err) {
  for (size_t i = 0; i < plan->n; i++) {
    const st_step *step = &plan->steps[i];
    sx_buf_printf(out, "%s\t%s\t%s\t", step->id, step->spec, step->key);
    for (size_t k = 0; k < step->n_deps; k++) sx_buf_printf(out, "%s%zu", k ? "," : "", step->deps[k]);
    sx_buf_add_char(out, '\n');
  }
  return sx_buf_status(out, err);
}

sx_status study__plan_specs(sx_buf *out, const st_plan *plan, sx_error *err) {
  bool first = true;
  sx_buf_add_char(out, '{');
  for (size_t i = 0; i < plan->n; i++) {
    if (!plan->steps[i].text) continue;
    if (!first) sx_buf_add_char(out, ',');
    first = false;
    sx_json_string(out, plan->steps[i].id);
    sx_buf_add_char(out, ':');
    sx_json_string(out, plan->steps[i].text);
  }
  sx_buf_add_char(out, '}');
  return sx_buf_status(out, err);
}

/* The last run's manifest; text NULL: there is none. Its steps stand mostly in this plan's order. */
typedef struct manifest {
  const char *text, *end;
  const char *next; /* the line behind the one that was found last */
} manifest;

/* The line of the step between two places; NULL. */
static const char *find_line(const char *from, const char *to, const char *id, const char *end) {
  const size_t n = strlen(id);
  for (const char *line = from; line < to; line++) {
    if (strncmp(line, id, n) == 0 && line[n] == '\t' && (size_t)(end - line) - n > 2 * (SX_HASH_TEXT - 1) + 2)
      return line;
    line = memchr(line, '\n', (size_t)(end - line));
    if (!line) return NULL;
  }
  return NULL;
}

/* Its specification and key; false when it had none. */
static bool old_step(manifest *m, const char *id, const char **spec, const char **key) {
  const char *line = find_line(m->next, m->end, id, m->end);
  if (!line) line = find_line(m->text, m->next, id, m->end);
  if (!line) return false;
  *spec = line + strlen(id) + 1;
  *key = *spec + SX_HASH_TEXT;
  const char *end = memchr(line, '\n', (size_t)(m->end - line));
  m->next = end ? end + 1 : m->end;
  return true;
}

static bool same_hash(const char *text, const char *hash) {
  return strncmp(text, hash, SX_HASH_TEXT - 1) == 0;
}

static char *why_not(const st_plan *plan, const st_step *step, manifest *old) {
  const char *spec = NULL, *key = NULL;
  if (!old->text) return sx_arena_strdup(plan->arena, "no earlier run");
  if (!old_step(old, step->id, &spec, &key)) return sx_arena_strdup(plan->arena, "new");
  const bool files = step->kind == ST_STEP_DATA || step->kind == ST_STEP_TEXT || step->kind == ST_STEP_PUBLISHED;
  if (!same_hash(spec, step->spec)) {
    return sx_arena_strdup(plan->arena,
                           files ? "its file or its own specification changed" : "its own specification changed");
  }
  for (size_t i = 0; i < step->n_deps; i++) {
    const st_step *dep = &plan->steps[step->deps[i]];
    if (!old_step(old, dep->id, &spec, &key)) return sx_arena_printf(plan->arena, "%s is new", dep->id);
    if (!same_hash(key, dep->key)) return sx_arena_printf(plan->arena, "%s changed", dep->id);
  }
  return sx_arena_strdup(plan->arena, "the program or what it rests on changed");
}

static sx_status match_step(st_plan *plan, st_step *step, sx_store *store, manifest *old, bool force, sx_error *err) {
  const char *spec = NULL, *key = NULL;
  step->reused = !force && old->text && old_step(old, step->id, &spec, &key) && same_hash(key, step->key);
  if (!step->reused && !force && old->text) { /* an earlier run may have had it */
    SX_TRY(sx_store_has_step(&step->reused, store, step->id, step->key, err));
  }
  step->why = force          ? sx_arena_strdup(plan->arena, "asked for")
              : step->reused ? sx_arena_strdup(plan->arena, "unchanged")
                             : why_not(plan, step, old);
  return step->why ? SX_OK : sx_error_memory(err);
}

/* Steps of an earlier wave are of its own study: indices are into that. */
static const sx_study *study_of(const st_plan *plan, const st_step *step) {
  return step->wave ? plan->s->series->waves[step->wave - 1].study : plan->s;
}

/* What an account in groups rests on is not stored for every group: where the account is made, so are its indicators. */
static sx_status make_operands(st_plan *plan, size_t account, sx_error *err) {
  const st_step *step = &plan->steps[account];
  for (size_t k = 0; k < step->n_deps; k++) {
    st_step *dep = &plan->steps[step->deps[k]];
    if (dep->kind != ST_STEP_INDICATOR || !dep->reused) continue;
    const st_indicator *ind = &study_of(plan, dep)->indicators[dep->index];
    bool passed = false;
    for (size_t b = 0; b < ind->n_by; b++) passed = passed || ind->by[b].passed;
    if (!passed) continue;
    dep->reused = false;
    dep->why = sx_arena_printf(plan->arena, "%s is made in groups", step->id);
    if (!dep->why) return sx_error_memory(err);
  }
  return SX_OK;
}

/* Nor are the rows of an account that a balance takes level by level, nor balanced figures by levels that a formula takes: where what
 * rests on them is made, so are they. Later steps first, for they may rest on each other. */
static sx_status make_levels(st_plan *plan, size_t at, sx_error *err) {
  const st_step *step = &plan->steps[at];
  for (size_t k = 0; k < step->n_deps; k++) {
    st_step *dep = &plan->steps[step->deps[k]];
    if (!dep->reused || dep->kind != ST_STEP_ACCOUNT) continue;
    const st_formula *f = NULL;
    bool levels = false;
    for (size_t i = 0; (f = study__balance_figure_formula(plan->s, step->index, i)) != NULL; i++)
      for (size_t j = 0; j < f->n; j++)
        levels = levels || (f->operands[j].kind == ST_OPERAND_ACCOUNT && f->operands[j].levels &&
                            f->operands[j].index == dep->index);
    if (!levels) continue;
    dep->reused = false;
    dep->why = sx_arena_printf(plan->arena, "%s takes it level by level", step->id);
    if (!dep->why) return sx_error_memory(err);
  }
  return SX_OK;
}

sx_status study__plan_match(st_plan *plan, sx_store *store, bool force, sx_error *err) {
  const sx_ctx *ctx = &plan->s->ctx;
  void *payload = NULL;
  char *text = NULL;
  size_t n = 0;
  sx_status status = SX_OK;
  if (store) SX_TRY(sx_store_step_payload(&payload, &n, store, "plan", "plan", err));
  if (payload) {
    text = sx_mem_strndup(ctx, payload, n);
    if (!text) status = sx_error_memory(err);
  }
  manifest old = {.text = text, .end = text ? text + strlen(text) : NULL, .next = text};
  for (size_t i = 0; i < plan->n && status == SX_OK; i++) {
    status = match_step(plan, &plan->steps[i], store, &old, force, err);
  }
  for (size_t i = plan->n; i-- > 0 && status == SX_OK;) {
    const st_step *step = &plan->steps[i];
    if (step->kind == ST_STEP_BALANCE && !step->reused && step->wave == 0) status = make_levels(plan, i, err);
  }
  for (size_t i = 0; i < plan->n && status == SX_OK; i++) {
    const st_step *step = &plan->steps[i];
    if (step->kind == ST_STEP_ACCOUNT && !step->reused && study_of(plan, step)->accounts[step->index].n_domains)
      status = make_operands(plan, i, err);
  }
  sx_mem_free(ctx, text);
  sx_mem_free(ctx, payload);
  return status;
}

static sx_status explain_plan(sx_buf *out, const st_plan *plan) {
  size_t reused = 0;
  for (size_t i = 0; i < plan->n; i++) reused += plan->steps[i].reused;
  sx_buf_printf(out, "%zu steps, %zu reused, %zu to compute\n", plan->n, reused, plan->n - reused);
  for (size_t i = 0; i < plan->n; i++) {
    const st_step *step = &plan->steps[i];
    sx_buf_printf(out, "%-8s %-32s", step->reused ? "reuse" : "compute", step->id);
    size_t shown = 0;
    for (size_t k = 0; k < step->n_deps && shown < 4; k++, shown++) {
      sx_buf_printf(out, "%s%s", k ? " " : " <- ", plan->steps[step->deps[k]].id);
    }
    if (step->n_deps > shown) sx_buf_printf(out, " and %zu more", step->n_deps - shown);
    sx_buf_printf(out, "  (%s)\n", step->why);
  }
  sx_buf_printf(out, "plan of the computations: %s\n", plan->numbers);
  return sx_buf_status(out, NULL);
}

sx_status sx_study_explain(char **text, const sx_study *study, const sx_run_options *options, sx_error *err) {
  if (!text || !study) return sx_error_set(err, SX_E_ARGUMENT, "", "text and study are needed");
  const sx_ctx *ctx = &study->ctx;
  st_plan *plan = NULL;
  sx_store *store = NULL;
  sx_arena *arena = NULL;
  sx_buf buf;
  sx_buf_init(&buf, ctx);
  sx_status status = SX_OK;
  if (study->skipped) {
    sx_buf_printf(&buf, "skipped: %s\n", study->skipped);
  } else {
    SX_TRY_GOTO(status, sx_arena_new(&arena, ctx, err), done);
    const char *dir = options && options->out_dir ? options->out_dir : study__path(study, arena, "out");
    const char *path = dir ? sx_arena_printf(arena, "%s/results.db", dir) : NULL;
    if (!path) {
      status = sx_error_memory(err);
      goto done;
    }
    SX_TRY_GOTO(status, study__plan_new(&plan, study, err), done);
    if (sx_file_exists(path)) SX_TRY_GOTO(status, sx_store_open(&store, ctx, path, SX_STORE_READ, err), done);
    SX_TRY_GOTO(status, study__plan_match(plan, store, options && options->force, err), done);
    (void)explain_plan(&buf, plan);
  }
  SX_TRY_GOTO(status, sx_buf_status(&buf, err), done);
  *text = sx_buf_take(&buf);
  if (!*text) status = sx_error_memory(err);
done:
  sx_buf_clear(&buf);
  sx_store_close(store);
  study__plan_free(plan);
  sx_arena_free(arena);
  return status;
}
