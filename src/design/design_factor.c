/* design_factor.c: replicate weights as products: their life, their values, their coding by few values. */
#include "design_factor.h"

#include <string.h>

#include "design_priv.h"

enum { CODES8 = 256, CODES16 = 65536, MAP_SIZE = 1 << 18 };

sx_status sx_design__factor_new(design_factor **out, const sx_ctx *ctx, size_t n_rows, size_t n_units, size_t n_reps,
                                sx_error *err) {
  design_factor *f = sx_mem_zalloc(ctx, 1, sizeof *f);
  if (!f) return sx_error_memory(err);
  atomic_init(&f->refs, 1);
  f->ctx = *ctx;
  f->n_rows = n_rows;
  f->n_units = n_units;
  f->n_reps = n_reps;
  *out = f;
  return SX_OK;
}

void sx_design__factor_free(design_factor *f) {
  if (!f || atomic_fetch_sub(&f->refs, 1) != 1) return;
  const sx_ctx ctx = f->ctx;
  sx_mem_free(&ctx, f->base);
  sx_mem_free(&ctx, f->unit);
  sx_mem_free(&ctx, f->value);
  sx_mem_free(&ctx, f->code8);
  sx_mem_free(&ctx, f->code16);
  sx_mem_free(&ctx, f->table);
  sx_mem_free(&ctx, f->low);
  sx_mem_free(&ctx, f->step);
  sx_mem_free(&ctx, f);
}

sx_status sx_design__reps_new(design_reps **out, design_factor *f, sx_error *err) {
  design_reps *reps = sx_mem_zalloc(&f->ctx, 1, sizeof *reps);
  if (!reps) return sx_error_memory(err);
  atomic_init(&reps->refs, 1);
  atomic_init(&reps->full, NULL);
  reps->ctx = f->ctx;
  reps->f = f;
  *out = reps;
  return SX_OK;
}

design_reps *sx_design__reps_ref(design_reps *reps) {
  if (reps) atomic_fetch_add(&reps->refs, 1);
  return reps;
}

void sx_design__reps_free(design_reps *reps) {
  if (!reps || atomic_fetch_sub(&reps->refs, 1) != 1) return;
  const sx_ctx ctx = reps->ctx;
  sx_design__factor_free(reps->f);
  sx_mem_free(&ctx, reps->cell);
  sx_mem_free(&ctx, reps->g);
  sx_mem_free(&ctx, atomic_load(&reps->full));
  sx_mem_free(&ctx, reps);
}

/* ---- values ------------------------------------------------------------------------------------------------------- */

double sx_design__factor_at(const design_factor *f, size_t unit, size_t r) {
  const size_t at = unit * f->n_reps + r;
  if (f->value) return f->value[at];
  if (f->code16) return f->table[f->code16[at]];
  if (f->table) return f->table[f->code8[at]];
  return f->low ? f->low[unit] + f->step[unit] * f->code8[at] : f->code8[at];
}

void sx_design__factor_row(double *out, const design_factor *f, size_t unit, size_t r0, size_t n) {
  const size_t at = unit * f->n_reps + r0;
  if (f->value) {
    memcpy(out, f->value + at, n * sizeof *out);
  } else if (f->code16) {
    for (size_t k = 0; k < n; k++) out[k] = f->table[f->code16[at + k]];
  } else if (f->table) {
    for (size_t k = 0; k < n; k++) out[k] = f->table[f->code8[at + k]];
  } else {
    const double low = f->low ? f->low[unit] : 0, step = f->low ? f->step[unit] : 1;
    for (size_t k = 0; k < n; k++) out[k] = low + step * f->code8[at + k];
  }
}

void sx_design_replicate(double *w, const sx_design *d, size_t r) {
  const design_reps *reps = d->reps;
  const design_factor *f = reps->f;
  for (size_t i = 0; i < f->n_rows; i++) {
    w[i] = sx_design__factor_at(f, f->unit ? f->unit[i] : i, r);
    if (f->base) w[i] *= f->base[i];
    if (reps->cell) w[i] *= reps->g[(size_t)reps->cell[i] * f->n_reps + r];
  }
}

static void fill_rows(double *w, const design_reps *reps, size_t row, size_t n) {
  const design_factor *f = reps->f;
  for (size_t i = row; i < row + n; i++, w += f->n_reps) {
    sx_design__factor_row(w, f, f->unit ? f->unit[i] : i, 0, f->n_reps);
    for (size_t r = 0; f->base && r < f->n_reps; r++) w[r] *= f->base[i];
    const double *g = reps->cell ? reps->g + (size_t)reps->cell[i] * f->n_reps : NULL;
    for (size_t r = 0; g && r < f->n_reps; r++) w[r] *= g[r];
  }
}

void sx_design_replicate_rows(double *w, const sx_design *d, size_t row, size_t n) {
  fill_rows(w, d->reps, row, n);
}

/* Written out once; of two threads that do it at a time one keeps its copy. */
const double *sx_design_repweights(const sx_design *d) {
  design_reps *reps = d->reps;
  if (!reps) return NULL;
  const design_factor *f = reps->f;
  if (f->value && !f->unit && !f->base && !reps->cell) return f->value;
  double *seen = atomic_load(&reps->full);
  if (seen) return seen;
  size_t size = 0;
  double *full = sx_size_mul(&size, f->n_rows, f->n_reps) ? sx_mem_alloc(&reps->ctx, size, sizeof *full) : NULL;
  if (!full) return NULL;
  fill_rows(full, reps, 0, f->n_rows);
  if (atomic_compare_exchange_strong(&reps->full, &seen, full)) return full;
  sx_mem_free(&reps->ctx, full);
  return seen;
}

/* The smallest value that f takes among the codes in use is negative. */
static bool factor_negative(const design_factor *f) {
  const size_t n = f->n_units * f->n_reps;
  for (size_t k = 0; f->value && k < n; k++)
    if (f->value[k] < 0) return true;
  for (size_t k = 0; f->table && k < f->n_table; k++)
    if (f->table[k] < 0) return true;
  for (size_t u = 0; f->low && u < f->n_units; u++)
    if (f->low[u] < 0 || f->step[u] < 0) return true;
  for (size_t i = 0; f->base && i < f->n_rows; i++)
    if (f->base[i] < 0) return true;
  return false;
}

bool sx_design_replicate_negative(size_t *row, size_t *replicate, const sx_design *d) {
  const design_reps *reps = d->reps;
  const design_factor *f = reps->f;
  bool possible = factor_negative(f);
  for (size_t k = 0; reps->g && !possible && k < reps->n_cells * f->n_reps; k++) possible = reps->g[k] < 0;
  for (size_t r = 0; possible && r < f->n_reps; r++)
    for (size_t i = 0; i < f->n_rows; i++) {
      double w = sx_design__factor_at(f, f->unit ? f->unit[i] : i, r);
      if (f->base) w *= f->base[i];
      if (reps->cell) w *= reps->g[(size_t)reps->cell[i] * f->n_reps + r];
      if (w >= 0) continue;
      *row = i;
      *replicate = r;
      return true;
    }
  return false;
}

uint64_t sx_design__factor_hash(uint64_t h, const design_factor *f) {
  const size_t n = f->n_units * f->n_reps;
  if (f->base) h = sx_design__hash(h, f->base, f->n_rows * sizeof *f->base);
  if (f->unit) h = sx_design__hash(h, f->unit, f->n_rows * sizeof *f->unit);
  if (f->value) h = sx_design__hash(h, f->value, n * sizeof *f->value);
  if (f->code8) h = sx_design__hash(h, f->code8, n);
  if (f->code16) h = sx_design__hash(h, f->code16, n * sizeof *f->code16);
  if (f->table) h = sx_design__hash(h, f->table, f->n_table * sizeof *f->table);
  if (f->low) h = sx_design__hash(h, f->low, f->n_units * sizeof *f->low);
  return f->step ? sx_design__hash(h, f->step, f->n_units * sizeof *f->step) : h;
}

/* ---- codes -------------------------------------------------------------------------------------------------------- */

sx_status sx_design__factor_table(design_factor *f, size_t n_table, sx_error *err) {
  size_t n = 0;
  f->n_table = n_table;
  f->table = sx_mem_alloc(&f->ctx, n_table, sizeof *f->table);
  if (!f->table || !sx_size_mul(&n, f->n_units, f->n_reps)) return sx_error_memory(err);
  if (n_table <= CODES8)
    f->code8 = sx_mem_alloc(&f->ctx, n, sizeof *f->code8);
  else
    f->code16 = sx_mem_alloc(&f->ctx, n, sizeof *f->code16);
  return f->code8 || f->code16 ? SX_OK : sx_error_memory(err);
}

void sx_design__map_clear(design_map *map) {
  sx_mem_free(&map->ctx, map->slot);
  sx_mem_free(&map->ctx, map->key);
  sx_mem_free(&map->ctx, map->value);
}

sx_status sx_design__map_new(design_map *map, const sx_ctx *ctx, sx_error *err) {
  *map = (design_map){*ctx, NULL, NULL, NULL, 0};
  map->slot = sx_mem_zalloc(ctx, MAP_SIZE, sizeof *map->slot);
  map->key = sx_mem_alloc(ctx, CODES16, sizeof *map->key);
  map->value = sx_mem_alloc(ctx, CODES16, sizeof *map->value);
  if (map->slot && map->key && map->value) return SX_OK;
  sx_design__map_clear(map);
  return sx_error_memory(err);
}

size_t sx_design__map_code(design_map *map, uint64_t key, double value) {
  uint64_t at = key;
  at = (at ^ at >> 29) * 0x9fb21c651e98df25U;
  at ^= at >> 32;
  for (;; at++) {
    uint32_t *slot = &map->slot[at % MAP_SIZE];
    if (*slot && map->key[*slot - 1] == key) return *slot - 1;
    if (*slot) continue;
    if (map->n == CODES16) return SIZE_MAX;
    map->key[map->n] = key;
    map->value[map->n] = value;
    *slot = (uint32_t)++map->n;
    return map->n - 1;
  }
}

sx_status sx_design__factor_code(design_factor *f, sx_error *err) {
  const size_t n = f->n_units * f->n_reps;
  design_map map;
  SX_TRY(sx_design__map_new(&map, &f->ctx, err));
  sx_status st = SX_OK;
  for (int fill = 0; fill < 2 && st == SX_OK; fill++) {
    for (size_t k = 0; k < n; k++) {
      uint64_t key;
      memcpy(&key, &f->value[k], sizeof key);
      const size_t code = sx_design__map_code(&map, key, f->value[k]);
      if (code == SIZE_MAX) goto done; /* too many values: they stay as they are */
      if (fill) sx_design__factor_put(f, k, code);
    }
    if (!fill) st = sx_design__factor_table(f, map.n, err);
    if (!fill && st == SX_OK) memcpy(f->table, map.value, map.n * sizeof *f->table);
  }
  if (st == SX_OK) {
    sx_mem_free(&f->ctx, f->value);
    f->value = NULL;
  }
done:
  sx_design__map_clear(&map);
  return st;
}

/* ---- products ----------------------------------------------------------------------------------------------------- */

sx_status sx_design__reps_full(design_reps **out, const sx_ctx *ctx, const double *repw, size_t n_rows, size_t n_reps,
                               sx_error *err) {
  design_factor *f = NULL;
  SX_TRY(sx_design__factor_new(&f, ctx, n_rows, n_rows, n_reps, err));
  size_t size = 0;
  f->value = sx_size_mul(&size, n_rows, n_reps) ? sx_mem_alloc(ctx, size, sizeof *f->value) : NULL;
  sx_status st = f->value ? SX_OK : sx_error_memory(err);
  if (st == SX_OK && repw) memcpy(f->value, repw, size * sizeof *repw);
  if (st == SX_OK) st = sx_design__reps_new(out, f, err);
  if (st != SX_OK) sx_design__factor_free(f);
  return st;
}

/* Cells of old and new together: pair [rows] numbered 0.., of_old and of_new [n] of each; n 0 where they are more than `most`. */
typedef struct crossing {
  uint32_t *pair, *of_old, *of_new;
  size_t n;
} crossing;

static sx_status cross(crossing *c, const design_reps *old, const uint32_t *cell, size_t most, sx_error *err) {
  const sx_ctx *ctx = &old->ctx;
  const size_t rows = old->f->n_rows;
  size_t cap = 16;
  while (cap < 2 * most) cap *= 2;
  uint32_t *slot = sx_mem_zalloc(ctx, cap, sizeof *slot);
  if (!slot) return sx_error_memory(err);
  c->n = 0;
  for (size_t i = 0; i < rows; i++) {
    uint64_t at = ((uint64_t)old->cell[i] << 32 | cell[i]) * 0x9fb21c651e98df25U;
    for (at ^= at >> 32;; at++) {
      uint32_t *s = &slot[at % cap];
      if (*s == 0) {
        if (c->n == most) {
          c->n = 0;
          goto done;
        }
        c->of_old[c->n] = old->cell[i];
        c->of_new[c->n] = cell[i];
        *s = (uint32_t)++c->n;
      }
      if (c->of_old[*s - 1] != old->cell[i] || c->of_new[*s - 1] != cell[i]) continue;
      c->pair[i] = *s - 1;
      break;
    }
  }
done:
  sx_mem_free(ctx, slot);
  return SX_OK;
}

/* Too many cells for a product of cells: written out. */
static sx_status times_full(design_reps **out, const design_reps *old, const uint32_t *cell, const double *factor,
                            sx_error *err) {
  const design_factor *f = old->f;
  const size_t reps = f->n_reps;
  design_reps *full = NULL;
  SX_TRY(sx_design__reps_full(&full, &old->ctx, NULL, f->n_rows, reps, err));
  fill_rows(full->f->value, old, 0, f->n_rows);
  for (size_t i = 0; i < f->n_rows; i++)
    for (size_t r = 0; r < reps; r++) full->f->value[i * reps + r] *= factor[(size_t)cell[i] * reps + r];
  *out = full;
  return SX_OK;
}

static sx_status times_crossed(design_reps *to, const design_reps *old, const uint32_t *cell, const double *factor,
                               size_t most, bool *done, sx_error *err) {
  const sx_ctx *ctx = &old->ctx;
  const size_t reps = old->f->n_reps;
  sx_status st = SX_OK;
  crossing c = {to->cell, sx_mem_alloc(ctx, most, sizeof(uint32_t)), sx_mem_alloc(ctx, most, sizeof(uint32_t)), 0};
  if (!c.of_old || !c.of_new) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, cross(&c, old, cell, most, err), done);
  *done = c.n > 0;
  if (c.n == 0) goto done;
  size_t size = 0;
  to->n_cells = c.n;
  to->g = sx_size_mul(&size, c.n, reps) ? sx_mem_alloc(ctx, size, sizeof *to->g) : NULL;
  if (!to->g) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t k = 0; k < c.n; k++) {
    const double *a = old->g + (size_t)c.of_old[k] * reps, *b = factor + (size_t)c.of_new[k] * reps;
    for (size_t r = 0; r < reps; r++) to->g[k * reps + r] = a[r] * b[r];
  }
done:
  sx_mem_free(ctx, c.of_old);
  sx_mem_free(ctx, c.of_new);
  return st;
}

sx_status sx_design__reps_times(design_reps **out, const design_reps *old, const uint32_t *cell, const double *factor,
                                size_t n_cells, sx_error *err) {
  design_factor *f = old->f;
  const size_t rows = f->n_rows, reps = f->n_reps;
  design_reps *to = NULL;
  sx_status st = SX_OK;
  bool done = true;
  atomic_fetch_add(&f->refs, 1);
  st = sx_design__reps_new(&to, f, err);
  if (st != SX_OK) {
    sx_design__factor_free(f);
    return st;
  }
  to->cell = sx_mem_alloc(&f->ctx, rows, sizeof *to->cell);
  if (!to->cell) {
    st = sx_error_memory(err);
    goto done;
  }
  if (old->cell) {
    SX_TRY_GOTO(st, times_crossed(to, old, cell, factor, rows / 2 + 1, &done, err), done);
  } else {
    memcpy(to->cell, cell, rows * sizeof *cell);
    to->n_cells = n_cells;
    to->g = sx_mem_alloc(&f->ctx, n_cells * reps, sizeof *to->g);
    if (!to->g)
      st = sx_error_memory(err);
    else
      memcpy(to->g, factor, n_cells * reps * sizeof *factor);
  }
  if (st == SX_OK && !done) {
    st = times_full(out, old, cell, factor, err);
  } else if (st == SX_OK) {
    *out = to;
    to = NULL;
  }
done:
  sx_design__reps_free(to);
  return st;
}
