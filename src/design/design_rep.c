/* design_rep.c: replicate weights.
 *
 *   V = scale * sum_r rscales_r (theta_r - c)^2,  c = mean of the replicates with rscales > 0, or theta (mse)
 *
 * Scales: BRR 1/R; Fay 1/(R (1-rho)^2), Judkins (1990) JOS 6:223-239; JK1 (R-1)/R; JKn rscales of the file; bootstrap
 * 1/(R-1); SDR 4/R, Fay & Train (1995). Wolter (2007). docs/methods/replicates.md.
 *
 * Columns that are read are kept as a factor on the full weight where that takes less room: rows with the same factors in all
 * replicates (those of a PSU) are one unit, and factors of few values are codes (design_factor.h). Factors that agree to 40
 * bits are taken for the same; every weight is then compared with its product, and where one differs by more than rounding
 * the columns are kept as they are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "design_priv.h"

/* Half-samples and successive differences are balanced by the rows of a Hadamard matrix: orders 2 and multiples of 4. */
static sx_status check_count(const sx_design_spec *spec, sx_error *err) {
  const sx_rep_type type = spec->rep_type;
  size_t n = 0;
  if (type != SX_REP_BRR && type != SX_REP_FAY && type != SX_REP_SDR) return SX_OK;
  if (spec->n_repweights == 2 || spec->n_repweights % 4 == 0) return SX_OK;
  return sx_error_set(err, SX_E_ARGUMENT, "replicates",
                      "%zu replicate weights of type %s: their number is the order of a Hadamard matrix, a multiple of "
                      "4 (or 2); is a column missing? Else say type other, with its scale",
                      spec->n_repweights, sx_rep_type_names(&n)[type]);
}

sx_status sx_design__check_rep_spec(const sx_design_spec *spec, sx_error *err) {
  if ((spec->rep_type == SX_REP_NONE) != (spec->n_repweights == 0))
    return sx_error_set(err, SX_E_ARGUMENT, "replicates",
                        spec->n_repweights ? "%zu replicate weights are given without their type"
                                           : "a replicate type is given with %zu replicate weights",
                        spec->n_repweights);
  if (spec->rep_type == SX_REP_NONE) return SX_OK;
  if (spec->n_repweights < 2)
    return sx_error_set(err, SX_E_ARGUMENT, "replicates", "a variance needs 2 replicate weights or more");
  SX_TRY(check_count(spec, err));
  if (spec->n_rscales && spec->n_rscales != spec->n_repweights)
    return sx_error_set(err, SX_E_ARGUMENT, "replicates", "%zu rscales are given for %zu replicate weights",
                        spec->n_rscales, spec->n_repweights);
  if (spec->rep_type == SX_REP_FAY && !(spec->rho > 0 && spec->rho < 1))
    return sx_error_set(err, SX_E_ARGUMENT, "replicates",
                        "Fay's method needs its coefficient rho between 0 and 1 (it is %g); with rho 0 it would be BRR",
                        spec->rho);
  if (spec->rep_type == SX_REP_JKN && !spec->rscales)
    return sx_error_set(err, SX_E_ARGUMENT, "replicates",
                        "type JKn needs rscales: (n_h - 1)/n_h of the stratum that each replicate drops a PSU of");
  if (spec->rep_type == SX_REP_OTHER && isnan(spec->scale))
    return sx_error_set(err, SX_E_ARGUMENT, "replicates", "replicates of type 'other' need a scale");
  if (!isnan(spec->scale) && !(spec->scale > 0 && isfinite(spec->scale)))
    return sx_error_set(err, SX_E_ARGUMENT, "replicates", "the scale is %g: it must be above 0", spec->scale);
  for (size_t r = 0; spec->rscales && r < spec->n_repweights; r++)
    if (!(spec->rscales[r] >= 0 && isfinite(spec->rscales[r])))
      return sx_error_set(err, SX_E_ARGUMENT, "replicates", "rscales %zu is %g: it must be 0 or more", r + 1,
                          spec->rscales[r]);
  return SX_OK;
}

static double own_scale(const sx_design_spec *spec) {
  const double r = (double)spec->n_repweights;
  switch (spec->rep_type) {
  case SX_REP_BRR:
    return 1 / r;
  case SX_REP_FAY:
    return 1 / (r * (1 - spec->rho) * (1 - spec->rho));
  case SX_REP_JK1:
    return (r - 1) / r;
  case SX_REP_JKN:
    return 1;
  case SX_REP_BOOTSTRAP:
    return 1 / (r - 1);
  case SX_REP_SDR:
    return 4 / r;
  case SX_REP_OTHER:
  case SX_REP_NONE:
    break;
  }
  return (double)NAN;
}

/* Ratios within this of one another differ by the rounding of a product and a quotient. */
static const double product_tolerance = 0x1p-50;

typedef struct reading {
  sx_design *design;
  const sx_table *table;
  const sx_design_spec *spec;
  double *column;  /* [rows] one replicate */
  uint64_t *key;   /* [rows] hash of the factors of a row */
  uint32_t *first; /* [units] a row of each unit */
  design_map values;
  bool many; /* more values than codes */
} reading;

/* Full weights of replicate r into column. */
static sx_status read_column(reading *t, size_t r, sx_error *err) {
  const sx_column *column = NULL;
  const sx_design_spec *spec = t->spec;
  SX_TRY(sx_table_need(&column, t->table, spec->repweights[r], err));
  SX_TRY(sx_design__read_weights(t->column, column, spec->rep_missing_zero, spec->rep_type == SX_REP_OTHER,
                                 "replicate weight", err));
  for (size_t i = 0; i < t->design->sample->n_rows && !spec->combined; i++) t->column[i] *= t->design->w[i];
  return SX_OK;
}

static double base_of(const reading *t, size_t i) {
  return t->design->w[i] != 0 ? t->design->w[i] : 1;
}

/* The first 40 bits of the fraction, rounded; numbers with short fractions lie in the middle of what is taken for the same. */
static uint64_t rounded(double x) {
  uint64_t bits;
  x += 0.0; /* no -0 */
  memcpy(&bits, &x, sizeof bits);
  return (bits + 0x800U) & ~UINT64_C(0xfff);
}

static sx_status hash_rows(reading *t, sx_error *err) {
  const size_t n = t->design->sample->n_rows;
  for (size_t i = 0; i < n; i++) t->key[i] = 0x9e3779b97f4a7c15U;
  for (size_t r = 0; r < t->spec->n_repweights; r++) {
    SX_TRY(read_column(t, r, err));
    for (size_t i = 0; i < n; i++) {
      const double ratio = t->column[i] / base_of(t, i);
      const uint64_t x = rounded(ratio);
      if (!t->many) t->many = sx_design__map_code(&t->values, x, ratio) == SIZE_MAX;
      t->key[i] = (t->key[i] ^ x) * 0x9fb21c651e98df25U;
      t->key[i] ^= t->key[i] >> 32;
    }
  }
  return SX_OK;
}

/* Units of equal keys into f->unit, first rows into t->first; f->n_units 0 where they are more than `most`. */
static sx_status number_units(design_factor *f, reading *t, size_t most, sx_error *err) {
  size_t cap = 16;
  while (cap < 2 * most) cap *= 2;
  uint32_t *slot = sx_mem_zalloc(&f->ctx, cap, sizeof *slot);
  if (!slot) return sx_error_memory(err);
  f->n_units = 0;
  for (size_t i = 0; i < f->n_rows; i++) {
    size_t at = t->key[i] % cap;
    while (slot[at] && t->key[t->first[slot[at] - 1]] != t->key[i]) at = (at + 1) % cap;
    if (slot[at] == 0) {
      if (f->n_units == most) {
        f->n_units = 0;
        break;
      }
      t->first[f->n_units] = (uint32_t)i;
      slot[at] = (uint32_t)++f->n_units;
    }
    f->unit[i] = slot[at] - 1;
  }
  sx_mem_free(&f->ctx, slot);
  return SX_OK;
}

/* Bytes of the factors; 0 where they are not less than half of the full weights. */
static bool worth(const design_factor *f, const reading *t) {
  const double rows = (double)f->n_rows, reps = (double)f->n_reps;
  const double each = t->many ? 8 : t->values.n <= 256 ? 1 : 2;
  return (double)f->n_units * reps * each + 12 * rows < 4 * rows * reps;
}

/* Fills the factors from the columns again; false where a weight is not the product. */
static sx_status fill_factors(bool *exact, design_factor *f, reading *t, sx_error *err) {
  const size_t reps = f->n_reps;
  for (size_t r = 0; r < reps && *exact; r++) {
    SX_TRY(read_column(t, r, err));
    for (size_t u = 0; u < f->n_units; u++) {
      const size_t row = f->unit ? t->first[u] : u;
      const double ratio = t->column[row] / f->base[row];
      if (f->value)
        f->value[u * reps + r] = ratio;
      else
        sx_design__factor_put(f, u * reps + r, sx_design__map_code(&t->values, rounded(ratio), ratio));
    }
    for (size_t i = 0; i < f->n_rows && *exact; i++) {
      const double w = f->base[i] * sx_design__factor_at(f, f->unit ? f->unit[i] : i, r);
      *exact = fabs(w - t->column[i]) <= product_tolerance * fabs(t->column[i]);
    }
  }
  return SX_OK;
}

/* *out stays NULL where the columns do not repeat. */
static sx_status as_factors(design_factor **out, reading *t, sx_error *err) {
  const design_sample *s = t->design->sample;
  const sx_ctx *ctx = &s->ctx;
  const size_t n = s->n_rows, reps = t->spec->n_repweights;
  bool exact = true;
  design_factor *f = NULL;
  sx_status st = SX_OK;
  SX_TRY_GOTO(st, hash_rows(t, err), done);
  SX_TRY_GOTO(st, sx_design__factor_new(&f, ctx, n, 0, reps, err), done);
  f->unit = sx_mem_alloc(ctx, n, sizeof *f->unit);
  f->base = sx_mem_alloc(ctx, n, sizeof *f->base);
  if (!f->unit || !f->base) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t i = 0; i < n; i++) f->base[i] = base_of(t, i);
  SX_TRY_GOTO(st, number_units(f, t, n / 2 + 1, err), done);
  if (f->n_units == 0) { /* a row each */
    sx_mem_free(ctx, f->unit);
    f->unit = NULL;
    f->n_units = n;
  }
  if (!worth(f, t)) goto done;
  if (t->many) {
    f->value = sx_mem_alloc(ctx, f->n_units * reps, sizeof *f->value);
    if (!f->value) st = sx_error_memory(err);
  } else {
    st = sx_design__factor_table(f, t->values.n, err);
    if (st == SX_OK) memcpy(f->table, t->values.value, t->values.n * sizeof *f->table);
  }
  if (st == SX_OK) st = fill_factors(&exact, f, t, err);
  if (st == SX_OK && exact) {
    *out = f;
    f = NULL;
  }
done:
  sx_design__factor_free(f);
  return st;
}

static sx_status as_they_are(design_reps **out, reading *t, sx_error *err) {
  const size_t n = t->design->sample->n_rows, reps = t->spec->n_repweights;
  design_reps *full = NULL;
  SX_TRY(sx_design__reps_full(&full, &t->design->ctx, NULL, n, reps, err));
  sx_status st = SX_OK;
  for (size_t r = 0; r < reps && st == SX_OK; r++) {
    st = read_column(t, r, err);
    for (size_t i = 0; st == SX_OK && i < n; i++) full->f->value[i * reps + r] = t->column[i];
  }
  if (st == SX_OK)
    *out = full;
  else
    sx_design__reps_free(full);
  return st;
}

static sx_status read_replicates(reading *t, sx_error *err) {
  const sx_ctx *ctx = &t->design->ctx;
  const size_t n = t->design->sample->n_rows;
  design_factor *f = NULL;
  sx_status st = SX_OK;
  SX_TRY(sx_design__map_new(&t->values, ctx, err));
  t->column = sx_mem_alloc(ctx, n, sizeof *t->column);
  t->key = sx_mem_alloc(ctx, n, sizeof *t->key);
  t->first = sx_mem_alloc(ctx, n / 2 + 1, sizeof *t->first);
  if (!t->column || !t->key || !t->first) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, as_factors(&f, t, err), done);
  if (f) {
    st = sx_design__reps_new(&t->design->reps, f, err);
    if (st != SX_OK) sx_design__factor_free(f);
  } else {
    st = as_they_are(&t->design->reps, t, err);
  }
done:
  sx_design__map_clear(&t->values);
  sx_mem_free(ctx, t->column);
  sx_mem_free(ctx, t->key);
  sx_mem_free(ctx, t->first);
  return st;
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static sx_status check_twice(const sx_design_spec *spec, const sx_ctx *ctx, sx_error *err) {
  const size_t n = spec->n_repweights;
  sx_status st = SX_OK;
  const char **name = sx_mem_alloc(ctx, n, sizeof *name);
  if (!name) return sx_error_memory(err);
  for (size_t r = 0; r < n; r++) name[r] = spec->repweights[r];
  qsort((void *)name, n, sizeof *name, by_text);
  for (size_t r = 1; r < n && st == SX_OK; r++)
    if (strcmp(name[r - 1], name[r]) == 0)
      st = sx_error_set(err, SX_E_ARGUMENT, name[r], "the column is given twice among the replicate weights");
  sx_mem_free(ctx, (void *)name);
  return st;
}

sx_status sx_design__replicates(sx_design *design, const sx_table *table, const sx_design_spec *spec, sx_error *err) {
  design_sample *s = design->sample;
  const size_t reps = spec->n_repweights;
  SX_TRY(check_twice(spec, &s->ctx, err));
  s->rscales = sx_mem_alloc(&s->ctx, reps, sizeof *s->rscales);
  if (!s->rscales) return sx_error_memory(err);
  s->rep_type = spec->rep_type;
  s->n_reps = reps;
  s->mse = spec->mse;
  s->rep_scale = isnan(spec->scale) ? own_scale(spec) : spec->scale;
  for (size_t r = 0; r < reps; r++) s->rscales[r] = spec->rscales ? spec->rscales[r] : 1;
  reading t;
  memset(&t, 0, sizeof t);
  t.design = design;
  t.table = table;
  t.spec = spec;
  return read_replicates(&t, err);
}

/* Rank of the matrix of replicate weights minus one, at the tolerance that R survey uses. The rows of a unit are multiples of
 * one another: one row of their length has the same cross products. */
sx_status sx_design__rep_df(sx_design *design, sx_error *err) {
  const design_factor *f = design->reps->f;
  const size_t n = f->n_units, reps = f->n_reps;
  sx_status st = SX_OK;
  size_t rank = 0, size = 0;
  double *a = sx_size_mul(&size, n, reps) ? sx_mem_alloc(&f->ctx, size, sizeof *a) : NULL;
  double *length = sx_mem_zalloc(&f->ctx, n, sizeof *length), *row = sx_mem_alloc(&f->ctx, reps, sizeof *row);
  if (!a || !length || !row) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t i = 0; i < f->n_rows; i++) length[f->unit ? f->unit[i] : i] += f->base ? f->base[i] * f->base[i] : 1;
  for (size_t u = 0; u < n; u++) {
    sx_design__factor_row(row, f, u, 0, reps);
    const double root = sqrt(length[u]);
    for (size_t r = 0; r < reps; r++) a[u + r * n] = root * row[r];
  }
  SX_TRY_GOTO(st, sx_num_rank(&rank, a, n, reps, 1e-5, &f->ctx, err), done);
  design->df = (double)rank - 1;
done:
  sx_mem_free(&f->ctx, a);
  sx_mem_free(&f->ctx, length);
  sx_mem_free(&f->ctx, row);
  return st;
}
