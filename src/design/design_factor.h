/* design_factor.h: replicate weights kept as products.
 *
 *   w_ir = base_i f(unit_i, r) g(cell_i, r)
 *
 * f: a value per unit and replicate, where a unit is a PSU (or the row itself): small counts for bootstraps, codes into a table
 * of few values for jackknives and half-samples, else doubles. g: what raking and post-stratification multiply by, which is
 * the same for all rows of a cell. Full weights are the case of doubles, a unit per row and base 1. */
#ifndef SX_DESIGN_FACTOR_H
#define SX_DESIGN_FACTOR_H

#include <stdatomic.h>

#include "shuxiao/design.h"

/* base and f: shared by the designs that are made from one another by calibration. */
typedef struct design_factor {
  atomic_size_t refs;
  sx_ctx ctx;
  size_t n_rows, n_units, n_reps;
  double *base;     /* [rows], or NULL: 1 */
  uint32_t *unit;   /* [rows], or NULL: row i is unit i */
  double *value;    /* [units*reps], or one of the two below */
  uint8_t *code8;   /* [units*reps] */
  uint16_t *code16; /* [units*reps] */
  double *table;    /* [n_table] values of the codes, or NULL: code8 is a count c, its value low + step c */
  size_t n_table;
  double *low, *step; /* [units], or NULL: 0 and 1 */
} design_factor;

typedef struct design_reps {
  atomic_size_t refs;
  sx_ctx ctx;
  design_factor *f;
  size_t n_cells;
  uint32_t *cell;         /* [rows], or NULL: g is 1 */
  double *g;              /* [cells*reps] */
  _Atomic(double *) full; /* [rows*reps] once somebody asked for it, or NULL */
} design_reps;

sx_status sx_design__factor_new(design_factor **out, const sx_ctx *ctx, size_t n_rows, size_t n_units, size_t n_reps,
                                sx_error *err) SX_NODISCARD;
void sx_design__factor_free(design_factor *f); /* drops one reference */
/* Takes over the reference to f. */
sx_status sx_design__reps_new(design_reps **out, design_factor *f, sx_error *err) SX_NODISCARD;
design_reps *sx_design__reps_ref(design_reps *reps);
void sx_design__reps_free(design_reps *reps);

/* Values of f for units x replicates r0 .. r0+n-1 of one unit into out [n]. */
void sx_design__factor_row(double *out, const design_factor *f, size_t unit, size_t r0, size_t n);
double sx_design__factor_at(const design_factor *f, size_t unit, size_t r);
/* Numbers of distinct keys, at most 65536: with the value that came with each first. */
typedef struct design_map {
  sx_ctx ctx;
  uint32_t *slot;
  uint64_t *key;
  double *value;
  size_t n;
} design_map;
sx_status sx_design__map_new(design_map *map, const sx_ctx *ctx, sx_error *err) SX_NODISCARD;
void sx_design__map_clear(design_map *map);
size_t sx_design__map_code(design_map *map, uint64_t key, double value); /* SIZE_MAX: no room */

/* From value to codes where the values are few; f is left as it is where they are many. */
sx_status sx_design__factor_code(design_factor *f, sx_error *err) SX_NODISCARD;
/* Room for codes: of 8 or 16 bits by the size of the table, which the caller fills. */
sx_status sx_design__factor_table(design_factor *f, size_t n_table, sx_error *err) SX_NODISCARD;
static inline void sx_design__factor_put(design_factor *f, size_t at, size_t code) {
  if (f->code8)
    f->code8[at] = (uint8_t)code;
  else
    f->code16[at] = (uint16_t)code;
}
uint64_t sx_design__factor_hash(uint64_t h, const design_factor *f);

/* The weights of `old` times factor[cell[i]][r]: cell [rows] of 0..n_cells-1, factor [n_cells*reps]. */
sx_status sx_design__reps_times(design_reps **out, const design_reps *old, const uint32_t *cell, const double *factor,
                                size_t n_cells, sx_error *err) SX_NODISCARD;
/* Full weights [rows*reps] copied. */
sx_status sx_design__reps_full(design_reps **out, const sx_ctx *ctx, const double *repw, size_t n_rows, size_t n_reps,
                               sx_error *err) SX_NODISCARD;

/* sum[j][0..width) += sum over entries of v[j][k] times the counts (or values) of unit[k] from replicate r0 on, a unit's being
 * `stride` apart. unit is readable for DESIGN_REP_AHEAD entries after the last. design_rep_kernel.c */
enum { DESIGN_REP_COLUMNS = 3, DESIGN_REP_AHEAD = 12 };
typedef struct design_rep_sum {
  double *sum[DESIGN_REP_COLUMNS];
  const double *v[DESIGN_REP_COLUMNS];
  size_t columns;
  const uint8_t *count;
  const double *value;
  const uint32_t *unit;
  size_t n, stride, r0, width;
} design_rep_sum;
void sx_design__rep_sum(const design_rep_sum *job);
/* out [n] += g times sum, or sum where g is NULL. */
void sx_design__rep_add(double *out, const double *sum, const double *g, size_t n);

uint64_t sx_design__hash(uint64_t h, const void *data, size_t n);

#endif
