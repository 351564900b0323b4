/* study_disclosure_rows.c: who results are made of: per indicator and domain the sum of weights, the weighted sum, and the largest contributions. They are
 * the payload of the indicator's step, a line each:
 *   DOMAIN <TAB> weight <TAB> sum <TAB> 1 (an amount) or 0 (a count) <TAB> largest <TAB> second ... */
#include "study_disclosure.h"
#include "study_waves.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shuxiao/estimate_mean.h"

const st_disclosure *study__disclosure_of(const sx_study *s) {
  return s->follower ? s->follower->disclosure : s->disclosure;
}

bool study__dc_amount_rules(const sx_release_rules *r) {
  return r->dominance > 0 || r->p > 0 || r->pq_p > 0;
}

size_t study__dc_largest(const sx_release_rules *r) {
  const size_t two = r->p > 0 || r->pq_p > 0 ? 2 : 0, held = r->dominance > 0 ? r->dominance_n : 0;
  return held > two ? held : two;
}

void study__plan_spec_contributors(st_build *b) {
  const st_disclosure *own = study__disclosure_of(b->s);
  if (own) sx_buf_printf(&b->spec, "contributors %zu\n", study__dc_largest(&own->rules));
}

/* ---- writing ------------------------------------------------------------------------------------------------------------------ */

/* As rows of the wave are called: "wave:2024-S2" stands behind what the domain is there. */
static void put_domain(sx_buf *out, const st_run *r, const char *name) {
  const char *wave = r->s->as_wave ? r->s->as_wave->id : NULL;
  if (!wave)
    sx_buf_add(out, name);
  else if (strcmp(name, "total") == 0)
    sx_buf_printf(out, "wave:%s", wave);
  else
    sx_buf_printf(out, "%s*wave:%s", name, wave);
}

sx_status study__put_contributors(sx_buf *out, const st_run *r, const sx_est_request *request, const st_where *where,
                                  size_t domains, sx_error *err) {
  const size_t k = study__dc_largest(&study__disclosure_of(r->s)->rules),
               groups = request->by ? request->by->n_groups : 1;
  sx_contributions c = {.weight = sx_mem_zalloc(&r->ctx, groups, sizeof(double)),
                        .sum = sx_mem_zalloc(&r->ctx, groups, sizeof(double)),
                        .top = sx_mem_zalloc(&r->ctx, groups * k + 1, sizeof(double)),
                        .n = sx_mem_zalloc(&r->ctx, groups, sizeof(size_t)),
                        .amount = sx_mem_zalloc(&r->ctx, groups, sizeof(bool))};
  sx_status status = c.weight && c.sum && c.top && c.n && c.amount ? SX_OK : sx_error_memory(err);
  const bool number = !request->y || request->y->type == SX_NUMBER || request->y->type == SX_INTEGER;
  if (status == SX_OK && number) status = sx_estimate_contributions(&c, r->design, request, k, err);
  for (size_t g = 0; status == SX_OK && number && g < domains && g < groups; g++) {
    char text[SX_DOUBLE_TEXT_MAX];
    put_domain(out, r, where[g].name);
    sx_buf_add_char(out, '\t');
    sx_buf_add_n(out, text, sx_text_from_double(text, c.weight[g]));
    sx_buf_add_char(out, '\t');
    sx_buf_add_n(out, text, sx_text_from_double(text, c.sum[g]));
    sx_buf_add(out, c.amount[g] ? "\t1" : "\t0");
    for (size_t i = 0; i < k; i++) {
      sx_buf_add_char(out, '\t');
      sx_buf_add_n(out, text, sx_text_from_double(text, c.top[g * k + i]));
    }
    sx_buf_add_char(out, '\n');
  }
  sx_mem_free(&r->ctx, c.weight);
  sx_mem_free(&r->ctx, c.sum);
  sx_mem_free(&r->ctx, c.top);
  sx_mem_free(&r->ctx, c.n);
  sx_mem_free(&r->ctx, c.amount);
  return status == SX_OK ? sx_buf_status(out, err) : status;
}

sx_status study__keep_contributors(st_run *r, const st_indicator *ind, const sx_buf *text, sx_error *err) {
  if (!r->contributors) {
    r->contributors = sx_arena_zalloc(r->arena, r->s->n_indicators + 1, sizeof *r->contributors);
    if (!r->contributors) return sx_error_memory(err);
  }
  const char *copy = sx_arena_strndup(r->arena, text->data, text->n);
  if (!copy) return sx_error_memory(err);
  r->contributors[ind - r->s->indicators] = copy;
  return SX_OK;
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------ */

static const char *next_number(double *out, const char *at, const char *end) {
  const char *stop = at < end ? memchr(at, '\t', (size_t)(end - at)) : NULL;
  if (!stop) stop = end;
  if (at >= end || !sx_text_to_double(out, at, (size_t)(stop - at))) *out = (double)NAN;
  return stop < end ? stop + 1 : end;
}

static sx_status take_line(dc_run *d, const char *indicator, const char *line, const char *end, sx_error *err) {
  const char *tab = memchr(line, '\t', (size_t)(end - line));
  double weight, sum, amount;
  int32_t code = 0;
  if (!tab) return SX_OK;
  char *key = sx_arena_printf(d->r->arena, "%s\t%.*s", indicator, (int)(tab - line), line);
  if (!key) return sx_error_memory(err);
  SX_TRY(sx_dict_add(&code, d->made_names, key, strlen(key), err));
  if ((size_t)code < d->n_made) return SX_OK;
  if (!sx_arena_grow(d->r->arena, (void **)&d->made, &d->cap_made, d->n_made + 1, sizeof *d->made))
    return sx_error_memory(err);
  const char *at = next_number(&weight, tab + 1, end);
  at = next_number(&sum, at, end);
  at = next_number(&amount, at, end);
  const size_t k = study__dc_largest(&d->own->rules);
  double *top = sx_arena_zalloc(d->r->arena, k + 1, sizeof *top);
  if (!top) return sx_error_memory(err);
  for (size_t i = 0; i < k; i++) at = next_number(&top[i], at, end);
  d->made[d->n_made++] = (dc_made){sum, amount == 1, top, k};
  return SX_OK;
}

static sx_status take_payload(dc_run *d, const char *indicator, const char *text, sx_error *err) {
  for (const char *line = text; line && *line;) {
    const char *end = strchr(line, '\n');
    if (!end) end = line + strlen(line);
    SX_TRY(take_line(d, indicator, line, end, err));
    line = *end ? end + 1 : end;
  }
  return SX_OK;
}

sx_status study__dc_read_made(dc_run *d, sx_error *err) {
  st_run *r = d->r;
  for (size_t i = 0; i < r->plan->n; i++) {
    const st_step *step = &r->plan->steps[i];
    if (step->kind != ST_STEP_INDICATOR) continue;
    const st_run *of = study__run_of(r, step);
    const char *text = of->contributors ? of->contributors[step->index] : NULL;
    if (!text) SX_TRY(study__payload_text(&text, r, step->id, err));
    SX_TRY(take_payload(d, of->s->indicators[step->index].id, text, err));
  }
  return SX_OK;
}

const dc_made *study__dc_made_of(const dc_run *d, const char *indicator, size_t domain) {
  char key[400];
  const int n = snprintf(key, sizeof key, "%s\t%s", indicator, d->domains[domain].name);
  if (n <= 0 || (size_t)n >= sizeof key) return NULL;
  const int32_t code = sx_dict_find(d->made_names, key, (size_t)n);
  return code < 0 ? NULL : &d->made[code];
}

/* ---- the rules for amounts ------------------------------------------------------------------------------------------------------ */

bool study__dc_fails(double *level, const sx_release_rules *rules, double value, double n, const double *top,
                     size_t n_top) {
  sx_release_rules own = *rules;
  sx_release_cell cell = SX_RELEASE_CELL_INIT;
  sx_release_problem p = {&cell, 1, NULL, 0};
  size_t marked = 0;
  own.min_n = 0;
  cell.key = "";
  cell.value = fabs(value);
  cell.n = n;
  cell.top = top;
  cell.n_top = n_top;
  if (!study__dc_amount_rules(rules) || !(cell.value > 0) || sx_release_primary(&marked, &p, &own, NULL) != SX_OK ||
      marked == 0)
    return false;
  *level = cell.upper;
  return true;
}
