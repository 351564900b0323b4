/* study_disclosure_waves.c: waves that share units. Two results of one group in two waves differ by the units that are in one of them alone, and by those
 * whose answer is another: where these are fewer than min_n, the difference, published or taken by a reader, is theirs. The earlier result is then hidden,
 * and the change with it. Weights may differ between waves and blur the difference; a reader is taken to undo that. */
#include "study_data.h"
#include "study_disclosure.h"
#include "study_names.h"
#include "study_waves.h"

#include <math.h>
#include <string.h>

typedef struct side { /* an indicator in a wave */
  const st_run *run;
  const sx_column *y[2];
  sx_column *own[2];
  uint8_t *base; /* [rows]; NULL: everyone */
} side;

typedef struct pair {
  dc_cases *c;
  const st_run *later, *earlier;
  const size_t *partner; /* [rows of the earlier] row of the later; SIZE_MAX: not there */
} pair;

/* ---- units that are in both ------------------------------------------------------------------------------------------------------------ */

static sx_status key_of(const char **out, const st_run *r, size_t row, sx_arena *arena, sx_error *err) {
  const st_list *ids = &r->s->unit_ids;
  sx_buf key;
  sx_buf_init(&key, &r->ctx);
  for (size_t i = 0; i < ids->n; i++) {
    const sx_column *column = sx_table_find(r->unit, ids->items[i]);
    const char *text = column ? study__cell_text(column, row, arena) : "";
    if (text)
      sx_buf_printf(&key, "%s\t", text);
    else
      key.failed = true;
  }
  const sx_status status = sx_buf_status(&key, err);
  *out = status == SX_OK ? sx_arena_strndup(arena, key.data, key.n) : NULL;
  sx_buf_clear(&key);
  return status == SX_OK && !*out ? sx_error_memory(err) : status;
}

static sx_status find_partners(size_t *partner, const st_run *later, const st_run *earlier, sx_arena *arena,
                               sx_error *err) {
  const size_t rows = sx_table_rows(later->unit);
  sx_dict *keys = NULL;
  sx_status status = sx_dict_new(&keys, &later->ctx, err);
  size_t *at = sx_arena_alloc(arena, rows + 1, sizeof *at);
  if (status == SX_OK && !at) status = sx_error_memory(err);
  for (size_t i = 0; i < rows && status == SX_OK; i++) {
    const sx_arena_mark mark = sx_arena_get_mark(arena);
    const char *key = NULL;
    int32_t code = 0;
    status = key_of(&key, later, i, arena, err);
    if (status == SX_OK) status = sx_dict_add(&code, keys, key, strlen(key), err);
    if (status == SX_OK) at[code] = i;
    sx_arena_release(arena, mark);
  }
  for (size_t i = 0; i < sx_table_rows(earlier->unit) && status == SX_OK; i++) {
    const sx_arena_mark mark = sx_arena_get_mark(arena);
    const char *key = NULL;
    status = key_of(&key, earlier, i, arena, err);
    const int32_t code = status == SX_OK ? sx_dict_find(keys, key, strlen(key)) : -1;
    partner[i] = code < 0 ? SIZE_MAX : at[code];
    sx_arena_release(arena, mark);
  }
  sx_dict_free(keys);
  return status;
}

/* ---- one indicator ------------------------------------------------------------------------------------------------------------------------- */

static void side_clear(side *s) {
  for (size_t k = 0; k < 2; k++) sx_column_free(sx_table_ctx(s->run->unit), s->own[k]);
}

static sx_status side_open(side *s, const st_run *run, const st_indicator *ind, sx_arena *arena, sx_error *err) {
  *s = (side){.run = run};
  for (size_t k = 0; k < ind->n_measures && k < 2; k++) {
    if (ind->measures[k].e.expr) SX_TRY(study__dc_column(&s->y[k], &s->own[k], &ind->measures[k], run, err));
  }
  return study__dc_base(&s->base, ind, run, arena, err);
}

static bool counts(const side *s, const uint8_t *mask, size_t row) {
  return mask[row] && (!s->base || s->base[row]);
}

static bool same_answer(const sx_column *a, size_t i, const sx_column *b, size_t k, sx_arena *arena) {
  if (!a || !b) return a == b;
  const bool number =
      (a->type == SX_NUMBER || a->type == SX_INTEGER) && (b->type == SX_NUMBER || b->type == SX_INTEGER);
  if (sx_column_missing(a, i) || sx_column_missing(b, k)) return sx_column_missing(a, i) == sx_column_missing(b, k);
  if (number) return sx_column_number(a, i) == sx_column_number(b, k);
  const sx_arena_mark mark = sx_arena_get_mark(arena);
  const char *x = study__cell_text(a, i, arena), *y = study__cell_text(b, k, arena);
  const bool same = x && y && strcmp(x, y) == 0;
  sx_arena_release(arena, mark);
  return same;
}

/* Units by which the group's result in the two waves differs, in both domains [earlier, later]. */
static size_t differing(const pair *p, const side *before, const side *after, size_t earlier, size_t later) {
  const uint8_t *one = p->c->mask[earlier], *two = p->c->mask[later];
  size_t n = 0, common = 0, there = 0;
  for (size_t i = 0; i < sx_table_rows(p->earlier->unit); i++) {
    const size_t k = p->partner[i];
    const bool in = counts(before, one, i), still = k != SIZE_MAX && counts(after, two, k);
    common += in && still;
    if (in && still)
      n += !(same_answer(before->y[0], i, after->y[0], k, p->c->d->arena) &&
             same_answer(before->y[1], i, after->y[1], k, p->c->d->arena));
    else
      n += in;
  }
  for (size_t k = 0; k < sx_table_rows(p->later->unit); k++) there += counts(after, two, k);
  return common ? n + (there - common) : 0;
}

/* The domains are one, but for the wave. */
static bool one_group(const dc_domain *a, const dc_domain *b) {
  size_t n[2] = {0, 0}, same = 0;
  for (size_t i = 0; i < a->n_terms; i++) n[0] += strcmp(a->terms[i].variable, "wave") != 0;
  for (size_t k = 0; k < b->n_terms; k++) n[1] += strcmp(b->terms[k].variable, "wave") != 0;
  for (size_t i = 0; i < a->n_terms; i++)
    same += strcmp(a->terms[i].variable, "wave") != 0 && study__dc_has_term(b, &a->terms[i]);
  return n[0] == n[1] && same == n[0];
}

static bool printed(const dc_run *d, const char *id, size_t domain) {
  for (size_t i = 0; i < d->n_rows; i++)
    if (d->rows[i].domain == domain && strcmp(d->rows[i].indicator, id) == 0) return true;
  return false;
}

static sx_status mark_domain(const pair *p, const char *id, size_t domain, sx_error *err) {
  dc_run *d = p->c->d;
  for (size_t i = 0; i < d->n_rows; i++)
    if (d->rows[i].domain == domain && strcmp(d->rows[i].indicator, id) == 0) d->rows[i].few = true;
  d->n_small += !study__dc_hidden(d, id, domain);
  return study__dc_hide_pair(d, id, domain, err);
}

static sx_status mark_indicator(const pair *p, const st_indicator *now, sx_error *err) {
  dc_run *d = p->c->d;
  const size_t at = study__find_indicator(p->earlier->s, now->id, strlen(now->id));
  const st_indicator *then = at == ST_NONE ? NULL : &p->earlier->s->indicators[at];
  const sx_arena_mark mark = sx_arena_get_mark(d->arena);
  side before = {.run = p->earlier}, after = {.run = p->later};
  if (!then || study__is_formula(then)) return SX_OK;
  sx_status status = side_open(&before, p->earlier, then, d->arena, err);
  if (status == SX_OK) status = side_open(&after, p->later, now, d->arena, err);
  for (size_t j = 0; j < d->n_domains && status == SX_OK; j++) {
    if (p->c->of[j] != p->earlier || !p->c->mask[j] || !printed(d, now->id, j)) continue;
    for (size_t i = 0; i < d->n_domains && status == SX_OK; i++) {
      if (p->c->of[i] != p->later || !p->c->mask[i] || !one_group(&d->domains[i], &d->domains[j])) continue;
      const size_t n = printed(d, now->id, i) ? differing(p, &before, &after, j, i) : 0;
      if (n > 0 && (double)n < d->own->rules.min_n) status = mark_domain(p, now->id, j, err);
    }
  }
  side_clear(&before);
  side_clear(&after);
  sx_arena_release(d->arena, mark);
  return status;
}

/* ---- all of them --------------------------------------------------------------------------------------------------------------------------- */

static sx_status mark_pair(dc_cases *c, st_run *later, st_run *earlier, sx_error *err) {
  dc_run *d = c->d;
  const st_wave *w = earlier->s->as_wave;
  if (!later->s || !earlier->s || later->s->unit_ids.n == 0 || w->independent) return SX_OK;
  if (later->s->as_wave && later->s->as_wave->independent) return SX_OK;
  SX_TRY(study__materialise(later, err));
  SX_TRY(study__materialise(earlier, err));
  size_t *partner = sx_arena_alloc(d->arena, sx_table_rows(earlier->unit) + 1, sizeof *partner);
  if (!partner) return sx_error_memory(err);
  SX_TRY(find_partners(partner, later, earlier, d->arena, err));
  const pair p = {c, later, earlier, partner};
  for (size_t i = 0; i < later->s->n_indicators; i++)
    if (!study__is_formula(&later->s->indicators[i])) SX_TRY(mark_indicator(&p, &later->s->indicators[i], err));
  return SX_OK;
}

sx_status study__dc_mark_waves(dc_cases *c, sx_error *err) {
  st_run *r = c->d->r;
  const struct st_series *series = r->s->series;
  for (size_t i = 0; series && i < series->n; i++) {
    if (!series->waves[i].study) continue;
    SX_TRY(mark_pair(c, r, &r->waves->runs[i], err));
    for (size_t k = i + 1; k < series->n; k++)
      if (series->waves[k].study) SX_TRY(mark_pair(c, &r->waves->runs[k], &r->waves->runs[i], err));
  }
  return SX_OK;
}
