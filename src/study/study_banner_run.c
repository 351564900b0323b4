/* study_banner_run.c: the banner tables of a run. They rest on interviews and design alone: a thread aside begins with them as soon as these are there, and what it
 * has not come to is computed where their rows are due. Asked for and written by one thread, in the order of the plan, for arena and store are not for
 * several. */
#include "shuxiao/synth.h"
#include "study_banner.h"
#include "study_disclosure.h"
#include "study_names.h"

struct st_banner_jobs {
  const st_run *r;
  st_banner_job *items; /* [n] */
  size_t n;
  sx_error asked; /* why not all could be asked for: told where their turn is */
  sx_loop *loop;
  sx_design *design, *earlier; /* those of the run and of its wave before, for the thread aside */
};

static sx_status ask_banner(st_banner_job *j, st_run *r, const st_step *step, sx_error *err) {
  *j = (st_banner_job){.step = step};
  SX_TRY(study__banner_request(&j->request, r->s, r->s->blocks[step->index].node, r->arena, err));
  j->request.who = r->s->disclosure != NULL;
  j->request.n_top = j->request.who ? study__dc_largest(&r->s->disclosure->rules) : 0;
  j->request.quality = &r->s->quality;
  j->request.keep_empty = true; /* one empty table does not keep the rest of a study from being published */
  return j->request.sig.compare & SX_BANNER_PREVIOUS_WAVE ? study__bw_open(&j->before, r, err) : SX_OK;
}

static sx_status compute_banner(void *data, size_t k, sx_error *err) {
  const struct st_banner_jobs *jobs = data;
  const st_run *r = jobs->r;
  st_banner_job *j = &jobs->items[k];
  const bool aside = sx_loop_aside(jobs->loop);
  sx_banner_wave before = j->before;
  if (aside && before.design) before.design = jobs->earlier;
  const sx_status st = sx_banner_run(&j->book, aside ? jobs->design : r->design, r->unit, &j->request,
                                     before.table ? &before : NULL, err);
  if (st != SX_OK) study__add_place(err, r->s, r->s->blocks[j->step->index].node);
  return st;
}

/* The designs once more, by the context of the thread aside. */
static sx_status lend_designs(struct st_banner_jobs *jobs, sx_error *err) {
  const sx_ctx *ctx = sx_loop_ctx(jobs->loop);
  SX_TRY(sx_design_within(&jobs->design, jobs->r->design, ctx, err));
  for (size_t k = 0; k < jobs->n && !jobs->earlier; k++)
    if (jobs->items[k].before.design) SX_TRY(sx_design_within(&jobs->earlier, jobs->items[k].before.design, ctx, err));
  return SX_OK;
}

static sx_status ask_all(st_run *r, sx_error *err) {
  struct st_banner_jobs *jobs = sx_arena_zalloc(r->arena, 1, sizeof *jobs);
  st_banner_job *items = sx_arena_zalloc(r->arena, r->s->n_blocks, sizeof *items);
  if (!jobs || !items) return sx_error_memory(err);
  jobs->r = r;
  jobs->items = items;
  r->banner_jobs = jobs;
  for (size_t i = 0; i < r->plan->n; i++) {
    const st_step *step = &r->plan->steps[i];
    if (step->kind == ST_STEP_BANNER && !step->reused) SX_TRY(ask_banner(&items[jobs->n++], r, step, err));
  }
  if (jobs->n == 0) return SX_OK;
  SX_TRY(sx_loop_new(&jobs->loop, &r->ctx, jobs->n, compute_banner, jobs, err));
  return lend_designs(jobs, err);
}

void study__banners_clear(st_run *r) {
  struct st_banner_jobs *jobs = r->banner_jobs;
  if (!jobs) return;
  sx_loop_free(jobs->loop);
  for (size_t k = 0; k < jobs->n; k++) sx_banner_book_free(jobs->items[k].book);
  sx_design_free(jobs->design);
  sx_design_free(jobs->earlier);
  r->banner_jobs = NULL;
}

/* Whether the run estimates anything beside which the tables could be computed. */
static bool has_estimates(const st_run *r) {
  bool any = false;
  for (size_t i = 0; i < r->plan->n && !any; i++) {
    const st_step *step = &r->plan->steps[i];
    any = !step->reused && step->wave == r->wave && (step->kind == ST_STEP_INDICATOR || step->kind == ST_STEP_ACCOUNT);
  }
  return any;
}

void study__begin_banners(st_run *r) {
  if (r->wave != 0 || sx_ctx_threads(&r->ctx) <= 1 || !has_estimates(r)) return;
  sx_error why = SX_ERROR_INIT;
  const sx_status status = ask_all(r, &why);
  why.status = status;
  if (r->banner_jobs) r->banner_jobs->asked = why;
  if (status == SX_OK && r->banner_jobs->loop) sx_loop_begin(r->banner_jobs->loop);
}

static sx_status finish(st_run *r, sx_error *err) {
  const struct st_banner_jobs *jobs = r->banner_jobs;
  sx_synth_model *model = NULL;
  if (jobs->n == 0) return SX_OK;
  SX_TRY(sx_loop_end(jobs->loop, err));
  SX_TRY(study__unit_model(&model, r->s, r->arena, &r->ctx, err));
  sx_status status = SX_OK;
  for (size_t k = 0; k < jobs->n && status == SX_OK; k++) status = study__banner_write(r, &jobs->items[k], model, err);
  sx_synth_free(model);
  return status;
}

sx_status study__run_banners(st_run *r, sx_error *err) {
  if (r->wave != 0 || r->s->n_blocks == 0) return SX_OK;
  r->banners = sx_arena_zalloc(r->arena, r->s->n_blocks, sizeof *r->banners);
  if (!r->banners) return sx_error_memory(err);
  sx_status status = r->banner_jobs ? r->banner_jobs->asked.status : ask_all(r, err);
  if (status != SX_OK && r->banner_jobs && r->banner_jobs->asked.status != SX_OK && err) *err = r->banner_jobs->asked;
  if (status == SX_OK) status = finish(r, err);
  study__banners_clear(r);
  return status;
}

sx_status study__recall_banners(st_run *r, sx_error *err) {
  sx_store_run latest = {.id = -1};
  for (size_t i = 0; r->wave == 0 && i < r->plan->n; i++) {
    const st_step *step = &r->plan->steps[i];
    const char *id = NULL, *payload = NULL;
    if (step->kind != ST_STEP_BANNER || !step->reused) continue;
    id = sx_arena_printf(r->arena, "banner:%s", r->s->blocks[step->index].id);
    if (!id) return sx_error_memory(err);
    SX_TRY(study__payload_text(&payload, r, id, err));
    if (payload) SX_TRY(study__bw_put_words(r, payload, err));
    if (latest.id < 0) SX_TRY(sx_store_latest(&latest, r->store, err));
    SX_TRY(study__repeat_said(r, latest.id, r->s->blocks[step->index].id, err));
  }
  return SX_OK;
}
