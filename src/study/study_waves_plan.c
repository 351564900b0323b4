/* study_waves_plan.c: the steps of earlier waves in the plan of a study, of the links between samples and of changes. */
#include "study_blocks.h"
#include "study_names.h"
#include "study_plan.h"
#include "study_waves.h"

#include <string.h>

static const char *text_of(const st_wave *w, size_t broken, bool chinese) {
  const sx_text2 *why = study__break_of(w, broken);
  const char *own = why ? (chinese ? why->zh : why->en) : NULL;
  return own ? own : "";
}

void study__plan_spec_wave(st_build *b) {
  const st_wave *w = b->s->as_wave;
  if (w) sx_buf_printf(&b->spec, "%s %s\n", w->label.zh ? w->label.zh : "", w->label.en ? w->label.en : "");
}

void study__plan_spec_map(st_build *b, size_t table) {
  const st_wave *w = b->s->as_wave;
  for (size_t i = 0; w && table == b->s->unit && i < w->n_maps; i++) {
    const st_recode *r = &w->maps[i];
    sx_buf_printf(&b->spec, "map %s %s %d %d\n", r->variable, r->from, (int)r->other, r->absent);
    if (r->codes) sx_node_to_json(&b->spec, r->codes);
  }
}

/* ---- earlier waves -------------------------------------------------------------------------------------------------- */

sx_status study__plan_wave_files(st_build *b, sx_error *err) {
  const struct st_series *series = b->s->series;
  if (!series) return SX_OK;
  b->waves = sx_arena_zalloc(b->arena, series->n, sizeof *b->waves);
  if (!b->waves) return sx_error_memory(err);
  for (size_t i = 0; i < series->n; i++) sx_buf_init(&b->waves[i].spec, &b->s->ctx);
  for (size_t i = 0; i < series->n; i++) {
    const st_wave *w = &series->waves[i];
    st_build *own = &b->waves[i];
    if (w->file) SX_TRY(study__plan_file(b, w->file, err));
    if (!w->study) continue;
    own->plan = b->plan;
    own->s = w->study;
    own->arena = b->arena;
    own->wave = i + 1;
    own->prefix = sx_arena_printf(b->arena, "%s/", w->id);
    if (!own->prefix) return sx_error_memory(err);
    SX_TRY(study__plan_arrays(own, err));
    SX_TRY(study__plan_files(own, err));
  }
  return SX_OK;
}

void study__plan_waves_clear(st_build *b) {
  for (size_t i = 0; b->waves && i < b->s->series->n; i++) sx_buf_clear(&b->waves[i].spec);
}

static sx_status plan_known(st_build *b, size_t i, sx_error *err) {
  const st_wave *w = &b->s->series->waves[i];
  b->known[i] = ST_NONE;
  if (w->n_known == 0) return SX_OK;
  const char *id = sx_arena_printf(b->arena, "%s/published", w->id);
  if (!id) return sx_error_memory(err);
  SX_TRY(study__plan_step(&b->known[i], b, ST_STEP_KNOWN, i, id, NULL, err));
  for (size_t k = 0; k < w->n_known; k++)
    sx_buf_printf(&b->spec, "%s %.17g %.17g %.17g\n", w->known[k].reference, w->known[k].value, w->known[k].se,
                  w->known[k].df);
  sx_buf_printf(&b->spec, "%s %s\n", w->label.zh ? w->label.zh : "", w->label.en ? w->label.en : "");
  return study__plan_seal(b, b->known[i], err);
}

static sx_status plan_link(size_t *out, st_build *b, size_t pair, sx_error *err) {
  const struct st_series *series = b->s->series;
  const st_wave *w = &series->waves[series->pairs[pair].earlier];
  *out = ST_NONE;
  if (!w->study) return SX_OK;
  const char *name = study__versus_name(series->pairs[pair].versus);
  SX_TRY(study__plan_step(out, b, ST_STEP_LINK, pair, "link", name, err));
  SX_TRY(study__plan_dep(b, *out, b->waves[series->pairs[pair].earlier].design, err));
  SX_TRY(study__plan_dep(b, *out, b->design, err));
  for (size_t i = 0; i < series->unit.n; i++) sx_buf_printf(&b->spec, "%s ", series->unit.items[i]);
  sx_buf_printf(&b->spec, "%d\n", w->independent);
  return study__plan_seal(b, *out, err);
}

/* ---- changes ------------------------------------------------------------------------------------------------------------- */

static sx_status dep_side(st_build *b, size_t step, size_t wave, const char *id, bool account, sx_error *err) {
  st_build *own = &b->waves[wave];
  SX_TRY(study__plan_dep(b, step, b->known[wave], err));
  if (!own->s) return SX_OK;
  const size_t at =
      account ? study__find_account(own->s, id, strlen(id)) : study__find_indicator(own->s, id, strlen(id));
  if (at == ST_NONE) return SX_OK;
  return study__plan_dep(b, step, account ? own->account[at] : own->indicator[at], err);
}

/* Breaks mark rows, whatever their reason says; notes and the annex have its words (study__plan_spec_reasons). */
static void spec_breaks(st_build *b, const size_t *broken, size_t n) {
  for (size_t i = 0; broken && i < n; i++)
    if (broken[i] != ST_NONE) sx_buf_printf(&b->spec, "%zu broken\n", i);
}

void study__plan_spec_reasons(st_build *b) {
  const struct st_series *series = b->s->series;
  sx_buf_printf(&b->spec, "%s %s\n", series && series->own.zh ? series->own.zh : "",
                series && series->own.en ? series->own.en : "");
  for (size_t i = 0; series && i < series->n; i++) {
    const st_wave *w = &series->waves[i];
    sx_buf_printf(&b->spec, "%s %s\n", w->label.zh ? w->label.zh : "", w->label.en ? w->label.en : "");
    for (size_t k = 0; k < w->n_maps + w->n_breaks; k++)
      if (k >= w->n_maps || w->maps[k].breaks)
        sx_buf_printf(&b->spec, "%s %s\n", text_of(w, k, true), text_of(w, k, false));
  }
}

static sx_status plan_change(size_t *out, st_build *b, const size_t *links, size_t i, bool account, sx_error *err) {
  const sx_study *s = b->s;
  const struct st_series *series = s->series;
  const char *id = account ? s->accounts[i].id : s->indicators[i].id;
  SX_TRY(study__plan_step(out, b, ST_STEP_CHANGE, account ? s->n_indicators + i : i, "change", id, err));
  SX_TRY(study__plan_dep(b, *out, account ? b->account[i] : b->indicator[i], err));
  sx_buf_printf(&b->spec, "share %d\n", study__is_share(s, id, NULL));
  for (size_t k = 0; k < series->n_pairs; k++) {
    const st_wave *w = &series->waves[series->pairs[k].earlier];
    sx_buf_printf(&b->spec, "%s %s\n", study__versus_name(series->pairs[k].versus), w->id);
    SX_TRY(study__plan_dep(b, *out, links[k], err));
    SX_TRY(dep_side(b, *out, series->pairs[k].earlier, id, account, err));
    for (size_t c = 0; account && c < s->accounts[i].n_compares; c++) {
      if (s->accounts[i].compares[c].wave && s->accounts[i].compares[c].pair == k)
        sx_node_to_json(&b->spec, s->accounts[i].compares[c].node);
    }
    for (const st_wave *x = w; x; x = x->next) {
      spec_breaks(b, account ? &x->broken_account[i] : &x->broken[i], 1);
      if (!account) spec_breaks(b, x->broken_group, s->n_groups);
    }
  }
  return study__plan_seal(b, *out, err);
}

static sx_status plan_changes(st_build *b, const size_t *links, sx_error *err) {
  const sx_study *s = b->s;
  const struct st_series *series = s->series;
  for (size_t i = 0; i < s->n_indicators; i++) {
    b->change[i] = ST_NONE;
    if (series->followed[i]) SX_TRY(plan_change(&b->change[i], b, links, i, false, err));
  }
  for (size_t i = 0; i < s->n_accounts; i++) {
    b->change_account[i] = ST_NONE;
    if (series->followed_account[i]) SX_TRY(plan_change(&b->change_account[i], b, links, i, true, err));
  }
  SX_TRY(study__plan_step(&b->significance, b, ST_STEP_SIGNIFICANCE, 0, "significance", NULL, err));
  for (size_t i = 0; i < s->n_indicators; i++) SX_TRY(study__plan_dep(b, b->significance, b->change[i], err));
  for (size_t i = 0; i < s->n_accounts; i++) SX_TRY(study__plan_dep(b, b->significance, b->change_account[i], err));
  sx_buf_printf(&b->spec, "%s %d %.17g\n", sx_adjust_p_name(series->adjust), (int)series->family, series->level);
  return study__plan_seal(b, b->significance, err);
}

sx_status study__plan_waves(st_build *b, sx_error *err) {
  const sx_study *s = b->s;
  const struct st_series *series = s->series;
  if (!series) return SX_OK;
  b->change = sx_arena_alloc(b->arena, s->n_indicators, sizeof *b->change);
  b->change_account = sx_arena_alloc(b->arena, s->n_accounts, sizeof *b->change_account);
  b->known = sx_arena_alloc(b->arena, series->n, sizeof *b->known);
  size_t *links = b->links = sx_arena_alloc(b->arena, series->n_pairs, sizeof *links);
  if (!b->change || !b->change_account || !b->known || !links) return sx_error_memory(err);
  for (size_t i = 0; i < series->n; i++) {
    if (b->waves[i].s) SX_TRY(study__plan_body(&b->waves[i], err));
    SX_TRY(plan_known(b, i, err));
  }
  for (size_t i = 0; i < series->n_pairs; i++) SX_TRY(plan_link(&links[i], b, i, err));
  return plan_changes(b, links, err);
}

/* What a reference to the indicator may mean: its rows of every wave, and its changes. */
sx_status study__plan_dep_waves(st_build *b, size_t step, const char *indicator, sx_error *err) {
  const sx_study *s = b->s;
  const size_t n = strcspn(indicator, "/");
  const bool account = indicator[n] == '/';
  const size_t i = account ? study__find_account(s, indicator, n) : study__find_indicator(s, indicator, n);
  if (i == ST_NONE) return SX_OK;
  const size_t change = account ? b->change_account[i] : b->change[i];
  if (change == ST_NONE) return SX_OK;
  SX_TRY(study__plan_dep(b, step, change, err));
  SX_TRY(study__plan_dep(b, step, b->significance, err));
  for (size_t k = 0; k < s->series->n; k++)
    SX_TRY(dep_side(b, step, k, account ? s->accounts[i].id : s->indicators[i].id, account, err));
  return SX_OK;
}
