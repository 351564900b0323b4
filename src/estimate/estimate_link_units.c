/* estimate_link_units.c: which units, and so which PSUs, two waves share. Ids are tuples of 64-bit words that compare across the two
 * tables (numbers with integers by value, texts with categories by text), found through an open-addressing index. */
#include <stdio.h>
#include <string.h>

#include "estimate_link_priv.h"

typedef struct ids {
  const sx_link_side *side;
  const char *wave; /* for messages */
  size_t n;         /* rows */
  uint64_t *word;   /* [n*n_id] */
  uint32_t *slot;   /* [cap] row + 1, 0 empty: the first row of each id */
  size_t cap, distinct;
} ids;

static bool coded(const sx_column *c) {
  return c->type == SX_TEXT || c->type == SX_CATEGORY;
}

static uint64_t mix(uint64_t x) { /* the finaliser of SplitMix64: Steele, Lea & Flood (2014) */
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9U;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/* Words of integers that no double holds exactly lie among the NaNs, which no other word is. */
static uint64_t number_word(const sx_column *c, size_t row) {
  double x = c->type == SX_NUMBER ? c->data.f64[row] + 0.0 : (double)c->data.i64[row];
  if (c->type != SX_NUMBER && (x >= 9223372036854775808.0 || (int64_t)x != c->data.i64[row]))
    return 0x7ff0000000000001U ^ mix((uint64_t)c->data.i64[row]) >> 12;
  uint64_t w;
  memcpy(&w, &x, sizeof w);
  return w;
}

/* map: code of this side to code of the first wave's dictionary, or -1. */
static bool cell_word(uint64_t *word, const sx_column *c, size_t row, const int32_t *map) {
  if (sx_column_missing(c, row)) return false;
  if (!coded(c)) {
    if (c->type == SX_NUMBER && isnan(c->data.f64[row])) return false;
    *word = number_word(c, row);
    return true;
  }
  const int32_t code = c->data.code[row];
  if (code < 0) return false;
  const int32_t mapped = map ? map[code] : code;
  *word = mapped >= 0 ? (uint64_t)mapped : UINT64_C(1) << 32 | (uint64_t)(uint32_t)code;
  return true;
}

static sx_status words(ids *x, const sx_link_side *first, const sx_ctx *ctx, sx_error *err) {
  const size_t n_id = x->side->n_id;
  size_t size = 0;
  x->word = sx_size_mul(&size, x->n, n_id) ? sx_mem_alloc(ctx, size, sizeof *x->word) : NULL;
  if (!x->word) return sx_error_memory(err);
  for (size_t k = 0; k < n_id; k++) {
    const sx_column *c = x->side->id[k], *to = first->id[k];
    int32_t *map = NULL;
    if (coded(c) && x->side != first) {
      const size_t levels = sx_dict_count(c->dict);
      map = sx_mem_alloc(ctx, levels, sizeof *map);
      if (!map) return sx_error_memory(err);
      for (size_t v = 0; v < levels; v++) {
        size_t length = 0;
        const char *text = sx_dict_get(c->dict, (int32_t)v, &length);
        map[v] = sx_dict_find(to->dict, text, length);
      }
    }
    sx_status st = SX_OK;
    for (size_t i = 0; i < x->n && st == SX_OK; i++)
      if (!cell_word(&x->word[i * n_id + k], c, i, map)) {
        char where[SX_ERROR_WHERE_MAX];
        (void)snprintf(where, sizeof where, "%s: case %zu of the %s wave", c->name, i + 1, x->wave);
        st = sx_error_set(err, SX_E_DATA, where,
                          "the unit has no id: every case needs one to be found in the other wave");
      }
    sx_mem_free(ctx, map);
    SX_TRY(st);
  }
  return SX_OK;
}

/* The slot of the id of row `row` of `of`: its first row in x, or where it would stand. */
static size_t probe(const ids *x, const ids *of, size_t row) {
  const size_t n_id = x->side->n_id;
  const uint64_t *w = of->word + row * n_id;
  uint64_t h = 0x9e3779b97f4a7c15U;
  for (size_t k = 0; k < n_id; k++) h = mix(h ^ w[k]) + 0x9e3779b97f4a7c15U;
  size_t at = (size_t)mix(h) & (x->cap - 1);
  while (x->slot[at] && memcmp(x->word + (x->slot[at] - 1) * n_id, w, n_id * sizeof *w) != 0)
    at = (at + 1) & (x->cap - 1);
  return at;
}

/* An id that stands twice is a mistake, but where it is the PSU's. */
static sx_status check_repeats(const ids *x, size_t repeat, size_t repeated, bool across, sx_error *err) {
  const sx_design *d = x->side->design;
  if (repeat == SIZE_MAX || sx_design_replicates(d)) return SX_OK;
  if (!across && x->distinct == sx_design_psus(d)) return SX_OK;
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%s: case %zu of the %s wave", x->side->id[0]->name, repeat + 1, x->wave);
  return sx_error_set(err, SX_E_DATA, where,
                      "the unit stands in the wave twice, first as case %zu: give an id that is one per case, or one "
                      "per PSU",
                      repeated + 1);
}

static sx_status index_ids(ids *x, const sx_ctx *ctx, sx_error *err) {
  for (x->cap = 16; x->cap < 2 * x->n;) x->cap *= 2;
  x->slot = sx_mem_zalloc(ctx, x->cap, sizeof *x->slot);
  if (!x->slot) return sx_error_memory(err);
  const int32_t *psu = sx_design_psu_of_row(x->side->design);
  size_t repeat = SIZE_MAX, repeated = 0;
  bool across = false; /* an id in two PSUs */
  for (size_t i = 0; i < x->n; i++) {
    const size_t at = probe(x, x, i);
    if (!x->slot[at]) {
      x->slot[at] = (uint32_t)i + 1;
      x->distinct++;
      continue;
    }
    const size_t before = x->slot[at] - 1;
    const bool apart = psu[before] != psu[i];
    if (repeat == SIZE_MAX || (apart && !across)) {
      repeat = i;
      repeated = before;
    }
    across = across || apart;
  }
  return check_repeats(x, repeat, repeated, across, err);
}

static sx_status two_psus(const ids *x, size_t row, const ids *other, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%s: case %zu of the %s wave", x->side->id[0]->name, row + 1, x->wave);
  return sx_error_set(err, SX_E_DATA, where,
                      "units of its PSU lie in two PSUs of the %s wave: the PSUs of the waves must be the same or "
                      "different ones, so correct the clusters, or compare the waves as independent",
                      other->wave);
}

/* PSUs are the same where they share a unit. */
static sx_status match_psus(sx_link *link, const int32_t *row_of, const ids *a, const ids *b, sx_error *err) {
  const sx_ctx *ctx = &link->ctx;
  const int32_t *psu_a = sx_design_psu_of_row(link->first), *psu_b = sx_design_psu_of_row(link->second);
  const size_t n_a = sx_design_psus(link->first), n_b = sx_design_psus(link->second);
  sx_status st = SX_OK;
  int32_t *back = sx_mem_alloc(ctx, n_b, sizeof *back);
  link->psu_of = sx_mem_alloc(ctx, n_a, sizeof *link->psu_of);
  if (!back || !link->psu_of) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t p = 0; p < n_a; p++) link->psu_of[p] = -1;
  for (size_t p = 0; p < n_b; p++) back[p] = -1;
  for (size_t i = 0; i < b->n; i++) {
    if (row_of[i] < 0) continue;
    const int32_t p = psu_a[row_of[i]], q = psu_b[i];
    if (link->psu_of[p] < 0 && back[q] < 0) {
      link->psu_of[p] = q;
      back[q] = p;
      link->n_psus++;
    } else if (link->psu_of[p] != q) {
      st = link->psu_of[p] >= 0 ? two_psus(a, (size_t)row_of[i], b, err) : two_psus(b, i, a, err);
      goto done;
    }
  }
done:
  sx_mem_free(ctx, back);
  return st;
}

static sx_status check_side(const ids *x, const sx_link_side *first, sx_error *err) {
  const sx_link_side *s = x->side;
  if (!s->n_id || !s->id) return sx_error_set(err, SX_E_ARGUMENT, "id", "the %s wave has no id of its units", x->wave);
  if (s->n_id != first->n_id)
    return sx_error_set(err, SX_E_ARGUMENT, "id", "%zu and %zu columns name the units of the two waves", first->n_id,
                        s->n_id);
  for (size_t k = 0; k < s->n_id; k++) {
    if (s->id[k]->n != x->n)
      return sx_error_set(err, SX_E_ARGUMENT, s->id[k]->name, "%zu values for the %zu cases of the %s wave",
                          s->id[k]->n, x->n, x->wave);
    if (coded(s->id[k]) != coded(first->id[k]))
      return sx_error_set(err, SX_E_ARGUMENT, s->id[k]->name,
                          "it is %s in the first wave and %s in the second: units are found by equal values",
                          sx_type_name(first->id[k]->type), sx_type_name(s->id[k]->type));
  }
  return SX_OK;
}

sx_status sx_estimate__match_units(sx_link *link, int32_t **out, const sx_link_side *first, const sx_link_side *second,
                                   sx_error *err) {
  const sx_ctx *ctx = &link->ctx;
  ids a = {.side = first, .wave = "first", .n = sx_design_rows(first->design)};
  ids b = {.side = second, .wave = "second", .n = sx_design_rows(second->design)};
  SX_TRY(check_side(&a, first, err));
  SX_TRY(check_side(&b, first, err));
  sx_status st = SX_OK;
  int32_t *row_of = sx_mem_alloc(ctx, b.n, sizeof *row_of);
  if (!row_of) return sx_error_memory(err);
  SX_TRY_GOTO(st, words(&a, first, ctx, err), done);
  SX_TRY_GOTO(st, words(&b, first, ctx, err), done);
  SX_TRY_GOTO(st, index_ids(&a, ctx, err), done);
  SX_TRY_GOTO(st, index_ids(&b, ctx, err), done);
  for (size_t i = 0; i < b.n; i++) {
    const size_t at = probe(&a, &b, i);
    row_of[i] = (int32_t)a.slot[at] - 1;
    link->n_units += a.slot[at] && b.slot[probe(&b, &b, i)] == i + 1;
  }
  if (!sx_design_replicates(first->design)) SX_TRY_GOTO(st, match_psus(link, row_of, &a, &b, err), done);
  *out = row_of;
  row_of = NULL;
done:
  sx_mem_free(ctx, row_of);
  sx_mem_free(ctx, a.word);
  sx_mem_free(ctx, b.word);
  sx_mem_free(ctx, a.slot);
  sx_mem_free(ctx, b.slot);
  return st;
}
