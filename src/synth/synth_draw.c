/* synth_draw.c: a batch of interviews, column by column.
 *
 * Every draw is a pure function of (seed, variable, part, row): row i of a sample is the same whatever the batch, the
 * thread or the other variables. A person interviewed again takes the draws of the earlier sample at the row there; whether a
 * variable keeps its draw is a draw too, so that keeping does not change any distribution. */
#include "synth_priv.h"

static const uint64_t PERSON = 0x706572736f6e00U, FACTOR = 0x666163746f7200U; /* streams; the low byte is free */
static const uint64_t STAY = 0x80; /* added to a stream: does its draw stay? */

sx_status sx_synth__batch_new(sx_synth_batch **out, sx_arena *arena, const sx_synth_model *m, sx_error *err) {
  const size_t n = SX_SYNTH_BATCH;
  sx_synth_batch *b = sx_arena_zalloc(arena, 1, sizeof *b);
  if (!b) return sx_error_memory(err);
  b->old = sx_arena_alloc(arena, n, sizeof *b->old);
  b->row = sx_arena_alloc(arena, n, sizeof *b->row);
  b->cell = sx_arena_alloc(arena, n, sizeof *b->cell);
  b->stratum = sx_arena_alloc(arena, n, sizeof *b->stratum);
  b->factor = sx_arena_alloc(arena, n, sizeof *b->factor);
  b->u = sx_arena_alloc(arena, n, sizeof *b->u);
  b->w = sx_arena_alloc(arena, n, sizeof *b->w);
  b->code = sx_arena_zalloc(arena, m->n_vars, sizeof *b->code);
  b->value = sx_arena_zalloc(arena, m->n_vars, sizeof *b->value);
  b->refused = sx_arena_zalloc(arena, m->n_vars, sizeof *b->refused);
  bool ok = b->old && b->row && b->cell && b->stratum && b->factor && b->u && b->w && b->code && b->value && b->refused;
  for (size_t i = 0; ok && i < m->n_vars; i++) {
    const sx_synth_kind kind = m->vars[i].kind;
    const bool number = kind == SX_SYNTH_AMOUNT || kind == SX_SYNTH_WEIGHT || kind == SX_SYNTH_ID;
    if (number)
      ok = (b->value[i] = sx_arena_alloc(arena, n, sizeof(double))) != NULL;
    else
      ok = (b->code[i] = sx_arena_alloc(arena, n, sizeof(int32_t))) != NULL;
    if (ok && kind == SX_SYNTH_AMOUNT) ok = (b->refused[i] = sx_arena_alloc(arena, n, 1)) != NULL;
  }
  if (!ok) return sx_error_memory(err);
  *out = b;
  return SX_OK;
}

enum { AGAIN = 256 }; /* persons interviewed again whose draws are made at once */

/* Persons interviewed again, as rows of the batch. */
typedef struct stayers {
  uint32_t i[AGAIN];
  size_t n;
} stayers;

/* Those of them whose draw stays take that of the earlier sample. */
static void fill_again(const sx_synth_batch *b, double *u, double *w, uint64_t stream, double stay, stayers *who) {
  const sx_synth_draws *draws = b->draws;
  uint64_t at[AGAIN];
  double d[AGAIN], e[AGAIN];
  size_t n = 0;
  for (size_t k = 0; k < who->n; k++) at[k] = b->first + who->i[k];
  if (stay < 1) sx_rng_fill_at(d, NULL, who->n, draws->seed, stream + STAY, at);
  for (size_t k = 0; k < who->n; k++)
    if ((stay < 1 ? d[k] : 0) < stay) who->i[n++] = who->i[k];
  for (size_t k = 0; k < n; k++) at[k] = b->old[who->i[k]];
  sx_rng_fill_at(d, w ? e : NULL, n, draws->panel->seed, stream, at);
  for (size_t k = 0; k < n; k++) u[who->i[k]] = d[k];
  for (size_t k = 0; w && k < n; k++) w[who->i[k]] = e[k];
  who->n = 0;
}

/* One or two uniform numbers a row of a stream; w NULL: one. */
static void fill(const sx_synth_batch *b, double *u, double *w, uint64_t stream, double stay) {
  sx_rng_fill(u, w, b->n, b->draws->seed, stream, b->first);
  if (!b->draws->panel) return;
  stayers who = {.n = 0};
  for (size_t i = 0; i < b->n; i++) {
    if (b->old[i] == SX_SYNTH_NEW) continue;
    who.i[who.n++] = (uint32_t)i;
    if (who.n == AGAIN) fill_again(b, u, w, stream, stay, &who);
  }
  fill_again(b, u, w, stream, stay, &who);
}

static double stay_of(const sx_synth_batch *b, const sx_synth_var *v) {
  return v->stay == v->stay ? v->stay : b->draws->panel ? b->draws->panel->stay : 0;
}

/* Who of the batch was in the earlier sample: the first of each stratum. */
static void find_panel(sx_synth_batch *b) {
  const sx_synth_draws *draws = b->draws;
  const uint64_t *start = draws->n_start, *before = draws->panel_start;
  size_t h = 0;
  for (size_t i = 0; draws->panel && i < b->n; i++) {
    const uint64_t row = b->first + i;
    while (row >= start[h + 1]) h++;
    const uint64_t had = before[h + 1] - before[h], place = row - start[h];
    const uint64_t again = (uint64_t)(draws->panel->share * (double)(start[h + 1] - start[h]) + 0.5);
    b->old[i] = place < again && place < had ? before[h] + place : SX_SYNTH_NEW;
  }
}

/* First j with u < cum[j]; cum[k-1] is 1 and u < 1. */
static inline size_t pick(const double *cum, size_t k, double u) {
  size_t j = 0;
  while (j + 1 < k && u >= cum[j]) j++;
  return j;
}

static size_t pick_sorted(const double *cum, size_t k, double u) {
  size_t lo = 0, hi = k - 1;
  while (lo < hi) {
    const size_t mid = lo + (hi - lo) / 2;
    if (u < cum[mid])
      hi = mid;
    else
      lo = mid + 1;
  }
  return lo;
}

/* 1 eligible, 0 asked but not eligible, -1 not asked. */
static inline int eligible(const sx_synth_batch *b, const sx_synth_var *v, size_t i) {
  for (size_t k = 0; k < v->n_base; k++)
    if (b->code[v->base[k]][i] != 1) return -1;
  for (size_t k = 0; k < v->n_only; k++)
    if (b->code[v->only[k]][i] != 1) return 0;
  return 1;
}

/* The level of a keying variable in a row. */
static inline size_t level(const sx_synth_batch *b, const sx_synth_model *m, size_t var, size_t i) {
  const sx_synth_var *v = &m->vars[var];
  if (v->row_level) return (size_t)v->row_level[b->row[i]];
  const int32_t code = b->code[var][i];
  if (v->kind == SX_SYNTH_PHONES) return (size_t)code - 1;
  for (size_t j = 0; j < v->n_codes; j++)
    if (v->codes[j] == code) return j;
  return 0; /* refused or not asked: the first level */
}

static size_t probs_row(const sx_synth_batch *b, const sx_synth_model *m, const sx_synth_probs *p, size_t i) {
  size_t at = 0;
  for (size_t k = 0; k < p->n_by; k++) at += level(b, m, p->by[k], i) * p->stride[k];
  return at;
}

/* ---- persons ---- */

static void draw_persons(sx_synth_batch *b, const sx_synth_model *m) {
  size_t h = 0;
  fill(b, b->u, b->w, PERSON, 1);
  for (size_t i = 0; i < b->n; i++) {
    while (b->first + i >= b->draws->n_start[h + 1]) h++;
    const size_t start = m->stratum_start[h], k = m->stratum_start[h + 1] - start;
    b->stratum[i] = (int32_t)h;
    b->row[i] = m->order[start + pick_sorted(m->measure + start, k, b->u[i])];
    b->cell[i] = m->row_cell[b->row[i]];
  }
  if (m->phones != SIZE_MAX) {
    const sx_synth_probs *p = &m->phones_probs;
    for (size_t i = 0; i < b->n; i++)
      b->code[m->phones][i] = (int32_t)pick(m->phones_draw + probs_row(b, m, p, i) * p->k, p->k, b->w[i]) + 1;
  }
  fill(b, b->factor, NULL, FACTOR, 1);
  for (size_t i = 0; i < b->n; i++) b->factor[i] = sx_exact_norm_quantile(b->factor[i]);
}

/* ---- 0/1 ---- */

static void draw_cover(sx_synth_batch *b, const sx_synth_model *m, size_t self) {
  const sx_synth_var *v = &m->vars[self];
  size_t mine = 0;
  while (v->group[mine] != self) mine++;
  fill(b, b->u, NULL, v->stream, stay_of(b, v));
  fill(b, b->w, NULL, m->vars[v->group[0]].stream + 1, stay_of(b, &m->vars[v->group[0]]));
  for (size_t i = 0; i < b->n; i++) {
    const int who = eligible(b, v, i);
    int32_t x = 0;
    if (who < 0)
      x = SX_SYNTH_NA;
    else if (b->code[v->cover][i] == 1)
      x = pick(v->primary + (size_t)b->cell[i] * v->n_group, v->n_group, b->w[i]) == mine ||
          b->u[i] < v->threshold[b->cell[i]];
    b->code[self][i] = x;
  }
}

static void draw_flag(sx_synth_batch *b, const sx_synth_model *m, size_t self) {
  const sx_synth_var *v = &m->vars[self];
  const double scale = sqrt(1 - v->loading * v->loading);
  int32_t *out = b->code[self];
  const sx_synth_var *drawn = v->with == SIZE_MAX ? v : &m->vars[v->with];
  fill(b, b->u, NULL, drawn->stream, stay_of(b, drawn));
  for (size_t i = 0; i < b->n; i++) {
    const int who = eligible(b, v, i);
    if (who <= 0) {
      out[i] = who < 0 ? SX_SYNTH_NA : 0;
      continue;
    }
    const double t = v->threshold[b->cell[i]];
    if (v->loading == 0)
      out[i] = b->u[i] < t;
    else
      out[i] = v->loading * b->factor[i] + scale * sx_exact_norm_quantile(b->u[i]) < t;
    if (v->n_ensure && !out[i]) {
      bool some = false;
      for (size_t k = 0; k < v->n_ensure; k++) some = some || b->code[v->ensure[k]][i] == 1;
      out[i] = !some;
    }
  }
}

static void draw_derive(sx_synth_batch *b, const sx_synth_model *m, size_t self) {
  const sx_synth_var *v = &m->vars[self];
  for (size_t i = 0; i < b->n; i++) {
    if (eligible(b, v, i) < 0) {
      b->code[self][i] = SX_SYNTH_NA;
      continue;
    }
    bool x = true, some = v->n_any == 0;
    for (size_t k = 0; k < v->n_all; k++) x = x && b->code[v->all[k]][i] == 1;
    for (size_t k = 0; k < v->n_none; k++) x = x && b->code[v->none[k]][i] != 1;
    for (size_t k = 0; k < v->n_any; k++) some = some || b->code[v->any[k]][i] == 1;
    b->code[self][i] = x && some;
  }
}

/* ---- codes ---- */

static int32_t choose(const sx_synth_batch *b, const sx_synth_model *m, const sx_synth_var *v, size_t i) {
  size_t c = 0;
  while (v->cases[c].flag != SIZE_MAX && b->code[v->cases[c].flag][i] != 1) c++;
  const sx_synth_case *use = &v->cases[c];
  if (use->fixed) return use->code;
  return v->codes[pick(use->probs.cum + probs_row(b, m, &use->probs, i) * use->probs.k, use->probs.k, b->u[i])];
}

static void draw_choice(sx_synth_batch *b, const sx_synth_model *m, size_t self) {
  const sx_synth_var *v = &m->vars[self];
  fill(b, b->u, b->w, v->stream, stay_of(b, v));
  for (size_t i = 0; i < b->n; i++) {
    if (eligible(b, v, i) < 0)
      b->code[self][i] = SX_SYNTH_NA;
    else if (b->w[i] < v->refuse)
      b->code[self][i] = v->refuse_code;
    else
      b->code[self][i] = choose(b, m, v, i);
  }
}

static void draw_ordered(sx_synth_batch *b, const sx_synth_model *m, size_t self) {
  const sx_synth_var *v = &m->vars[self];
  fill(b, b->u, b->w, v->stream, stay_of(b, v));
  for (size_t i = 0; i < b->n; i++) {
    if (eligible(b, v, i) < 0) {
      b->code[self][i] = SX_SYNTH_NA;
      continue;
    }
    double x = sx_exact_norm_quantile(b->u[i]);
    size_t j = 0;
    for (size_t k = 0; k < v->n_effects; k++) x += v->effects[k].value[level(b, m, v->effects[k].by, i)];
    while (j < v->n_cuts && x > v->cuts[j]) j++;
    b->code[self][i] = b->w[i] < v->refuse ? v->refuse_code : v->codes[j];
  }
}

static void draw_uniform(sx_synth_batch *b, const sx_synth_model *m, size_t self) {
  const sx_synth_var *v = &m->vars[self];
  const double width = (double)(v->hi - v->lo + 1);
  fill(b, b->u, NULL, v->stream, stay_of(b, v));
  for (size_t i = 0; i < b->n; i++)
    b->code[self][i] = eligible(b, v, i) < 0 ? SX_SYNTH_NA : (int32_t)(v->lo + (int64_t)(b->u[i] * width));
}

/* ---- amounts ---- */

/* Stochastic rounding to multiples of s keeps the mean: down or up with the odds of the nearer one. A threshold t in
 * `keep` is never crossed: x > t stays > t (at least t + unit), x <= t stays <= t. */
static double heap(const sx_synth_model *m, const sx_synth_var *v, double x, double u_heap, double u_round) {
  size_t k = 0;
  while (k + 1 < m->n_steps && x >= m->steps[k].below) k++;
  double step = u_heap < m->heap_share ? m->steps[k].step : m->steps[k].step < 1 ? m->steps[k].step : 1;
  const double unit = step < 1 ? step : 1;
  double lo = step >= 1 ? (double)(int64_t)(x / step) * step : (double)(int64_t)(x * (1 / step)) / (1 / step);
  double hi = lo + step;
  for (size_t j = 0; j < v->n_keep; j++) {
    const double t = v->keep[j];
    if (x > t && lo <= t) lo = t + unit;
    if (x <= t && hi > t) hi = t;
  }
  if (lo <= 0) lo = unit; /* a payer has paid something */
  if (!(hi > lo) || x <= lo) return lo;
  return u_round * (hi - lo) < x - lo ? hi : lo;
}

static double spend(const sx_synth_var *v, size_t cell, double u, double w) {
  if (!v->bracket) return sx_exact_exp(v->location[cell] + v->sigma * sx_exact_norm_quantile(u));
  const size_t k = v->n_edges - 1, j = pick(v->bracket + cell * k, k, u);
  return v->edges[j] * sx_exact_exp(w * sx_exact_log(v->edges[j + 1] / v->edges[j]));
}

static void draw_amount(sx_synth_batch *b, const sx_synth_model *m, size_t self) {
  const sx_synth_var *v = &m->vars[self];
  const int32_t *paid = b->code[v->of];
  double *x = b->value[self];
  uint8_t *refused = b->refused[self];
  fill(b, b->u, b->w, v->stream, stay_of(b, v));
  for (size_t i = 0; i < b->n; i++)
    x[i] = paid[i] == 1 ? spend(v, (size_t)b->cell[i], b->u[i], b->w[i]) : paid[i] == 0 ? 0 : (double)NAN;
  fill(b, b->u, b->w, v->stream + 1, stay_of(b, v));
  for (size_t i = 0; i < b->n; i++)
    if (paid[i] == 1) x[i] = heap(m, v, x[i], b->u[i], b->w[i]);
  fill(b, b->u, b->w, v->stream + 2, stay_of(b, v));
  for (size_t i = 0; i < b->n; i++)
    refused[i] = paid[i] == 1 && b->u[i] < v->refuse_amount ? (b->w[i] < v->refuse_split ? 2 : 1) : 0;
}

static void draw_band(sx_synth_batch *b, const sx_synth_model *m, size_t self) {
  const sx_synth_var *v = &m->vars[self];
  const double *x = b->value[v->of];
  fill(b, b->u, NULL, v->stream, stay_of(b, v));
  for (size_t i = 0; i < b->n; i++) {
    int32_t band = 0;
    if (!(x[i] == x[i])) {
      b->code[self][i] = SX_SYNTH_NA;
      continue;
    }
    if (x[i] > 0) {
      band = 1;
      while ((size_t)band <= v->n_edges && x[i] > v->edges[band - 1]) band++;
    }
    b->code[self][i] = b->refused[v->of][i] && b->u[i] >= v->answered ? v->refused_band : band;
  }
}

static void draw_threshold(sx_synth_batch *b, const sx_synth_model *m, size_t self) {
  const sx_synth_var *v = &m->vars[self];
  const double *x = b->value[v->of];
  for (size_t i = 0; i < b->n; i++) b->code[self][i] = x[i] == x[i] ? x[i] > v->over && x[i] <= v->up_to : SX_SYNTH_NA;
}

/* ---- the row's own ---- */

static void draw_plain(sx_synth_batch *b, const sx_synth_model *m, size_t self) {
  const uint64_t *n_start = b->draws->n_start, earlier = b->draws->panel ? b->draws->panel->n : 0;
  const sx_synth_var *v = &m->vars[self];
  for (size_t i = 0; i < b->n; i++) {
    if (v->kind == SX_SYNTH_ID) {
      const bool again = b->draws->panel && b->old[i] != SX_SYNTH_NEW;
      b->value[self][i] = (double)((again ? b->old[i] : earlier + b->first + i) + 1);
    } else if (v->kind == SX_SYNTH_ATTRIBUTE) {
      const int32_t k = v->row_level[b->row[i]];
      b->code[self][i] = v->type == SX_TEXT || !v->level_value ? k : (int32_t)v->level_value[k];
    } else if (v->kind == SX_SYNTH_WEIGHT) {
      const size_t h = (size_t)b->stratum[i];
      const double n_h = (double)(n_start[h + 1] - n_start[h]);
      b->value[self][i] = m->stratum_size[h] / n_h / (m->phones == SIZE_MAX ? 1 : (double)b->code[m->phones][i]);
    }
  }
}

static void draw_variable(sx_synth_batch *b, const sx_synth_model *m, size_t self) {
  switch (m->vars[self].kind) {
  case SX_SYNTH_PHONES:
    return; /* with the person */
  case SX_SYNTH_ID:
  case SX_SYNTH_ATTRIBUTE:
  case SX_SYNTH_WEIGHT:
    draw_plain(b, m, self);
    return;
  case SX_SYNTH_UNIFORM:
    draw_uniform(b, m, self);
    return;
  case SX_SYNTH_FLAG:
    if (m->vars[self].cover != SIZE_MAX)
      draw_cover(b, m, self);
    else
      draw_flag(b, m, self);
    return;
  case SX_SYNTH_CHOICE:
    draw_choice(b, m, self);
    return;
  case SX_SYNTH_ORDERED:
    draw_ordered(b, m, self);
    return;
  case SX_SYNTH_DERIVE:
    draw_derive(b, m, self);
    return;
  case SX_SYNTH_AMOUNT:
    draw_amount(b, m, self);
    return;
  case SX_SYNTH_BAND:
    draw_band(b, m, self);
    return;
  case SX_SYNTH_THRESHOLD:
    draw_threshold(b, m, self);
    return;
  }
}

void sx_synth__draw(sx_synth_batch *b, const sx_synth_model *m, const sx_synth_draws *draws, uint64_t first, size_t n) {
  b->draws = draws;
  b->first = first;
  b->n = n;
  find_panel(b);
  draw_persons(b, m);
  for (size_t i = 0; i < m->n_vars; i++) draw_variable(b, m, i);
}
