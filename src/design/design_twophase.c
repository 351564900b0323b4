/* design_twophase.c: designs of two phases.
 *
 * x_k = u_k/(pi1_k p_k) is the carrier of a case of the second phase, pi1 its probability in the first and p in the second given the
 * first. With D_kl = (pi_kl - pi_k pi_l)/pi_kl of either phase,
 *   V = sum_kl D1_kl (1 - D2_kl) x_k x_l + sum_kl D2_kl x_k x_l
 * Sarndal, Swensson & Wretman (1992) eq. 9.3.7. First phase, stratum h of n_h units, fraction f_h: D1 = 1 - f_h within a unit,
 * -(1 - f_h)/(n_h - 1) between units of h, 0 else; without an fpc f_h = 0, which is sampling with replacement. Cases without
 * weights, strata, clusters and fpc (a cohort) enter independently: 1 for a case, 0 else. Second phase: D2_kk = 1 - p_k; of two
 * cases of stratum g, of which m_g were drawn, -e_g with e_g = (1 - p_g)/(m_g - 1); 0 where they are drawn independently. So for any set
 * G of cases
 *   sum_{k,l in G} (1 - D2_kl) x_k x_l = S_G^2 - sum_G (1 - p_k) x_k^2 + sum_g e_g (S_Gg^2 - sum_Gg x_k^2),
 * S the sums: with G every unit and every stratum of the first phase, V takes one pass over the cases in two orders.
 * APPROX: V1 = sum_h (1 - f_h) n_h/(n_h - 1) sum_k (p_k x_k - X_h/n_h)^2/p_k. docs/methods/two-phase.md. */
#include "shuxiao/design_twophase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "design_priv.h"

/* Cases by group, in each by cell: those of one stratum of the second phase. */
typedef struct phase_order {
  size_t n_groups, n_cells;
  uint32_t *slot;      /* [cases] element of the carrier */
  size_t *cell_start;  /* [cells+1] */
  uint32_t *cell_of;   /* [cells] stratum of the second phase */
  size_t *group_start; /* [groups+1] first cell */
  double *coef;        /* [groups] */
} phase_order;

struct design_phase {
  sx_ctx ctx;
  size_t n_cases, n_strata2, n_slots;
  bool approximate;
  phase_order units, strata; /* of the first phase */
  phase_order second;        /* one group */
  double *share;             /* [slots] p_k */
  double *pair;              /* [strata2] e_g */
  double *n_units;           /* [strata] n_h */
};

static void order_clear(const sx_ctx *ctx, phase_order *o) {
  sx_mem_free(ctx, o->slot);
  sx_mem_free(ctx, o->cell_start);
  sx_mem_free(ctx, o->cell_of);
  sx_mem_free(ctx, o->group_start);
  sx_mem_free(ctx, o->coef);
}

void sx_design__phase_free(design_phase *p) {
  if (!p) return;
  const sx_ctx ctx = p->ctx;
  order_clear(&ctx, &p->units);
  order_clear(&ctx, &p->strata);
  order_clear(&ctx, &p->second);
  sx_mem_free(&ctx, p->share);
  sx_mem_free(&ctx, p->pair);
  sx_mem_free(&ctx, p->n_units);
  sx_mem_free(&ctx, p);
}

/* ---- the variance ------------------------------------------------------------------------------------------------ */

typedef struct phase_sums {
  double own, left, pairs; /* S_a S_b; sum (1 - p) a b; sum_g e_g (S_a S_b - sum a b) */
} phase_sums;

static phase_sums sums_of(const design_phase *p, const phase_order *o, size_t group, const double *a, const double *b) {
  phase_sums out = {0, 0, 0};
  double all_a = 0, all_b = 0;
  for (size_t c = o->group_start[group]; c < o->group_start[group + 1]; c++) {
    double sa = 0, sb = 0, own = 0;
    for (size_t k = o->cell_start[c]; k < o->cell_start[c + 1]; k++) {
      const size_t at = o->slot[k];
      sa += a[at];
      sb += b[at];
      own += a[at] * b[at];
      out.left += (1 - p->share[at]) * a[at] * b[at];
    }
    out.pairs += p->pair[o->cell_of[c]] * (sa * sb - own);
    all_a += sa;
    all_b += sb;
  }
  out.own = all_a * all_b;
  return out;
}

static double first_full(double *size, const design_phase *p, const phase_order *o, const double *a, const double *b) {
  double v = 0;
  for (size_t g = 0; g < o->n_groups; g++) {
    if (o->coef[g] == 0) continue;
    const phase_sums s = sums_of(p, o, g, a, b);
    v += o->coef[g] * (s.own - s.left + s.pairs);
    *size += fabs(o->coef[g]) * (fabs(s.own) + fabs(s.left) + fabs(s.pairs));
  }
  return v;
}

static double first_approximate(const design_phase *p, const double *a, const double *b) {
  const phase_order *o = &p->strata;
  double v = 0;
  for (size_t h = 0; h < o->n_groups; h++) {
    double sa = 0, sb = 0, sum = 0;
    const size_t from = o->cell_start[o->group_start[h]], to = o->cell_start[o->group_start[h + 1]];
    for (size_t k = from; k < to; k++) {
      sa += a[o->slot[k]];
      sb += b[o->slot[k]];
    }
    sa /= p->n_units[h];
    sb /= p->n_units[h];
    for (size_t k = from; k < to; k++) {
      const size_t at = o->slot[k];
      sum += (p->share[at] * a[at] - sa) * (p->share[at] * b[at] - sb) / p->share[at];
    }
    v += o->coef[h] * sum;
  }
  return v;
}

double sx_design__phase_cov(const design_phase *p, const double *a, const double *b) {
  const phase_sums second = sums_of(p, &p->second, 0, a, b);
  double size = fabs(second.left) + fabs(second.pairs), v = second.left - second.pairs;
  if (p->approximate) return v + first_approximate(p, a, b);
  v += first_full(&size, p, &p->units, a, b) + first_full(&size, p, &p->strata, a, b);
  return fabs(v) <= 1e-13 * size ? 0 : v; /* what is left where the terms cancel */
}

uint64_t sx_design__phase_hash(uint64_t h, const design_phase *p) {
  h = sx_design__hash(h, &p->approximate, sizeof p->approximate);
  h = sx_design__hash(h, p->share, p->n_slots * sizeof *p->share);
  h = sx_design__hash(h, p->pair, p->n_strata2 * sizeof *p->pair);
  h = sx_design__hash(h, p->strata.coef, p->strata.n_groups * sizeof *p->strata.coef);
  h = sx_design__hash(h, p->strata.slot, p->n_cases * sizeof *p->strata.slot);
  h = sx_design__hash(h, p->units.slot, p->n_cases * sizeof *p->units.slot);
  return sx_design__hash(h, p->units.coef, p->units.n_groups * sizeof *p->units.coef);
}

void sx_design__phase_describe(sx_buf *buf, const design_phase *p) {
  sx_buf_printf(buf, ", two phases: %zu cases in the second%s", p->n_cases, p->approximate ? " (approximate)" : "");
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

typedef struct phase_read {
  sx_ctx ctx;
  const sx_table *table;
  const sx_twophase_spec *spec;
  size_t rows;
  design_index stratum, unit, second;
  int32_t *stratum_of_unit; /* [units] */
  double *n_units;          /* [strata] */
  double *left;             /* [strata] 1 - f_h */
  double *drawn, *known;    /* [strata2] m_g and n_g, or the fraction times n_g */
  double *w, *share;        /* [rows] */
  design_phase *phase;
} phase_read;

static sx_status check_spec(const phase_read *r, sx_error *err) {
  const sx_twophase_spec *s = r->spec;
  if (!s->in) return sx_error_set(err, SX_E_ARGUMENT, "phase2", "say which cases are in the second phase");
  if (!s->weights && !s->unweighted && !s->fpc)
    return sx_error_set(err, SX_E_ARGUMENT, "weights",
                        "no weights: name those of the first phase or its fpc, or say 'none'");
  if (s->weights && s->unweighted)
    return sx_error_set(err, SX_E_ARGUMENT, "weights", "both '%s' and unweighted are asked for", s->weights);
  if (s->fpc2 && s->prob2)
    return sx_error_set(err, SX_E_ARGUMENT, "phase2",
                        "the second phase has fixed numbers in strata (fpc) or probabilities, not both");
  if (s->method == SX_TWOPHASE_APPROX && s->cluster)
    return sx_error_set(err, SX_E_SUPPORT, "phase2", "the approximate method is for cases without clusters: use full");
  if (s->lonely != SX_LONELY_FAIL && s->lonely != SX_LONELY_REMOVE && s->lonely != SX_LONELY_CERTAINTY)
    return sx_error_set(err, SX_E_SUPPORT, "lonely", "designs of two phases know fail, remove and certainty");
  if (!isnan(s->df) && !(s->df > 0))
    return sx_error_set(err, SX_E_ARGUMENT, "df", "the declared degrees of freedom are %g", s->df);
  for (size_t i = 0; i < r->rows; i++)
    if (s->in[i] > 1)
      return sx_error_set(err, SX_E_DATA, "phase2", "case %zu is neither in the second phase nor out of it: missing",
                          i + 1);
  return SX_OK;
}

static sx_status index_of(design_index *out, const phase_read *r, const char *name, const int32_t *within,
                          const char *what, sx_error *err) {
  const sx_column *column = NULL;
  SX_TRY(sx_table_need(&column, r->table, name, err));
  return sx_design__index(out, &r->ctx, column, within, what, err);
}

/* All rows one code, or each its own. */
static sx_status index_plain(design_index *out, const phase_read *r, bool own, sx_error *err) {
  out->ctx = r->ctx;
  out->n = own ? r->rows : 1;
  out->code = sx_mem_alloc(&r->ctx, r->rows, sizeof *out->code);
  out->first = sx_mem_alloc(&r->ctx, out->n, sizeof *out->first);
  if (!out->code || !out->first) return sx_error_memory(err);
  for (size_t i = 0; i < r->rows; i++) out->code[i] = own ? (int32_t)i : 0;
  for (size_t i = 0; i < out->n; i++) out->first[i] = i;
  return SX_OK;
}

/* The strata of the second phase: the columns crossed, one after the other. */
static sx_status read_second(phase_read *r, sx_error *err) {
  if (r->spec->n_strata2 == 0) return index_plain(&r->second, r, false, err);
  for (size_t k = 0; k < r->spec->n_strata2; k++) {
    design_index crossed = {r->ctx, NULL, NULL, 0};
    SX_TRY(index_of(&crossed, r, r->spec->strata2[k], k ? r->second.code : NULL, "stratum of the second phase", err));
    sx_design__index_clear(&r->second);
    r->second = crossed;
  }
  return SX_OK;
}

static const char *second_name(const phase_read *r) {
  return r->spec->n_strata2 ? r->spec->strata2[0] : "phase2";
}

static sx_status read_groups(phase_read *r, sx_error *err) {
  const sx_twophase_spec *s = r->spec;
  SX_TRY(s->strata ? index_of(&r->stratum, r, s->strata, NULL, "stratum", err)
                   : index_plain(&r->stratum, r, false, err));
  SX_TRY(s->cluster ? index_of(&r->unit, r, s->cluster, s->nest ? r->stratum.code : NULL, "cluster", err)
                    : index_plain(&r->unit, r, true, err));
  SX_TRY(read_second(r, err));
  r->stratum_of_unit = sx_mem_alloc(&r->ctx, r->unit.n, sizeof *r->stratum_of_unit);
  r->n_units = sx_mem_zalloc(&r->ctx, r->stratum.n, sizeof *r->n_units);
  r->left = sx_mem_alloc(&r->ctx, r->stratum.n, sizeof *r->left);
  if (!r->stratum_of_unit || !r->n_units || !r->left) return sx_error_memory(err);
  for (size_t u = 0; u < r->unit.n; u++) {
    r->stratum_of_unit[u] = r->stratum.code[r->unit.first[u]];
    r->n_units[r->stratum_of_unit[u]]++;
  }
  for (size_t i = 0; i < r->rows; i++) {
    if (r->stratum.code[i] == r->stratum_of_unit[r->unit.code[i]]) continue;
    return sx_error_set(
        err, SX_E_DATA, s->cluster,
        "case %zu: its cluster lies in another stratum too: say that clusters are numbered within strata "
        "(nest), or correct it",
        i + 1);
  }
  return SX_OK;
}

/* A fraction: of value <= 1 itself, else n/value. Constant in its group. */
static sx_status read_fractions(double *fraction, const phase_read *r, const char *name, const design_index *group,
                                const double *n, sx_error *err) {
  const sx_column *c = NULL;
  SX_TRY(sx_table_need(&c, r->table, name, err));
  if (c->type != SX_NUMBER && c->type != SX_INTEGER)
    return sx_error_set(err, SX_E_ARGUMENT, name, "it is %s: an fpc is a number", sx_type_name(c->type));
  for (size_t i = 0; i < r->rows; i++) {
    const double value = sx_column_number(c, i), first = sx_column_number(c, group->first[group->code[i]]);
    const double had = n[group->code[i]];
    if (!(value > 0) || isinf(value))
      return sx_error_set(err, SX_E_DATA, name, "case %zu: the fpc is missing, infinite or not above 0", i + 1);
    if (value != first)
      return sx_error_set(err, SX_E_DATA, name, "case %zu: the fpc is not the same in its whole stratum", i + 1);
    if (value > 1 && value < had)
      return sx_error_set(err, SX_E_DATA, name, "case %zu: the fpc of %g is below the %g that were drawn", i + 1, value,
                          had);
    fraction[group->code[i]] = value > 1 ? had / value : value;
  }
  return SX_OK;
}

/* A cohort: nothing is said of how its cases were found (R's reading of twophase without fpc). */
static bool is_cohort(const sx_twophase_spec *s) {
  return s->unweighted && !s->fpc && !s->strata && !s->cluster && s->method == SX_TWOPHASE_FULL;
}

static sx_status first_phase(phase_read *r, sx_error *err) {
  const sx_twophase_spec *s = r->spec;
  const sx_column *column = NULL;
  double *fraction = r->left;
  r->w = sx_mem_alloc(&r->ctx, r->rows, sizeof *r->w);
  if (!r->w) return sx_error_memory(err);
  for (size_t h = 0; h < r->stratum.n; h++) fraction[h] = 0;
  if (s->fpc) SX_TRY(read_fractions(fraction, r, s->fpc, &r->stratum, r->n_units, err));
  if (s->weights) {
    SX_TRY(sx_table_need(&column, r->table, s->weights, err));
    SX_TRY(sx_design__read_weights(r->w, column, false, false, "weight", err));
  } else {
    for (size_t i = 0; i < r->rows; i++) r->w[i] = s->unweighted ? 1 : 1 / fraction[r->stratum.code[i]];
  }
  for (size_t h = 0; h < r->stratum.n; h++) {
    r->left[h] = 1 - fraction[h];
    if (is_cohort(s) || r->n_units[h] > 1 || r->left[h] < 1e-7) continue;
    if (s->lonely == SX_LONELY_FAIL)
      return sx_error_set(
          err, SX_E_DATA, s->strata ? s->strata : "strata",
          "case %zu: its stratum of the first phase has one unit: choose lonely = remove or certainty, or "
          "merge strata",
          r->stratum.first[h] + 1);
    r->left[h] = 0;
  }
  return SX_OK;
}

static sx_status second_phase(phase_read *r, sx_error *err) {
  const sx_twophase_spec *s = r->spec;
  const size_t n = r->second.n;
  const sx_column *prob = NULL;
  if (s->prob2) SX_TRY(sx_table_need(&prob, r->table, s->prob2, err));
  r->drawn = sx_mem_zalloc(&r->ctx, n, sizeof *r->drawn);
  r->known = sx_mem_zalloc(&r->ctx, n, sizeof *r->known);
  r->share = sx_mem_alloc(&r->ctx, r->rows, sizeof *r->share);
  if (!r->drawn || !r->known || !r->share) return sx_error_memory(err);
  for (size_t i = 0; i < r->rows; i++) {
    r->drawn[r->second.code[i]] += s->in[i];
    r->known[r->second.code[i]]++;
  }
  for (size_t g = 0; g < n; g++) {
    if (r->drawn[g] > 0) continue;
    if (prob) continue;
    return sx_error_set(err, SX_E_DATA, second_name(r),
                        "no case of the second phase is in the stratum of case %zu: nothing can be said of it",
                        r->second.first[g] + 1);
  }
  for (size_t g = 0; g < n; g++) r->known[g] = r->drawn[g] / r->known[g];
  if (s->fpc2) SX_TRY(read_fractions(r->known, r, s->fpc2, &r->second, r->drawn, err));
  for (size_t i = 0; i < r->rows; i++) {
    r->share[i] = prob ? sx_column_number(prob, i) : r->known[r->second.code[i]];
    if (s->in[i] && !(r->share[i] > 0 && r->share[i] <= 1))
      return sx_error_set(err, SX_E_DATA, s->prob2 ? s->prob2 : s->fpc2,
                          "case %zu: the probability of the second phase is missing or outside (0, 1]", i + 1);
    r->w[i] = s->in[i] ? r->w[i] / r->share[i] : 0;
  }
  return SX_OK;
}

/* ---- the three orders -------------------------------------------------------------------------------------------- */

typedef struct phase_key {
  int32_t group, cell;
  uint32_t slot;
} phase_key;

static int compare_keys(const void *x, const void *y) {
  const phase_key *a = x, *b = y;
  if (a->group != b->group) return a->group < b->group ? -1 : 1;
  if (a->cell != b->cell) return a->cell < b->cell ? -1 : 1;
  return a->slot < b->slot ? -1 : a->slot > b->slot;
}

/* group [rows], NULL: one group. key: room for the cases. */
static sx_status make_order(phase_order *o, const phase_read *r, phase_key *key, const int32_t *group, size_t n_groups,
                            const int32_t *slot_of_row, sx_error *err) {
  const size_t cases = r->phase->n_cases;
  size_t n = 0;
  for (size_t i = 0; i < r->rows; i++)
    if (r->spec->in[i]) key[n++] = (phase_key){group ? group[i] : 0, r->second.code[i], (uint32_t)slot_of_row[i]};
  qsort(key, n, sizeof *key, compare_keys);
  o->slot = sx_mem_alloc(&r->ctx, cases, sizeof *o->slot);
  o->cell_start = sx_mem_alloc(&r->ctx, cases + 1, sizeof *o->cell_start);
  o->cell_of = sx_mem_alloc(&r->ctx, cases, sizeof *o->cell_of);
  o->group_start = sx_mem_alloc(&r->ctx, n_groups + 1, sizeof *o->group_start);
  o->coef = sx_mem_zalloc(&r->ctx, n_groups, sizeof *o->coef);
  if (!o->slot || !o->cell_start || !o->cell_of || !o->group_start || !o->coef) return sx_error_memory(err);
  o->n_groups = n_groups;
  size_t g = 0;
  o->group_start[0] = 0;
  for (size_t k = 0; k < n; k++) {
    const bool new_cell = k == 0 || key[k].group != key[k - 1].group || key[k].cell != key[k - 1].cell;
    while (g < (size_t)key[k].group) o->group_start[++g] = o->n_cells;
    if (new_cell) {
      o->cell_start[o->n_cells] = k;
      o->cell_of[o->n_cells++] = (uint32_t)key[k].cell;
    }
    o->slot[k] = key[k].slot;
  }
  while (g < n_groups) o->group_start[++g] = o->n_cells;
  o->cell_start[o->n_cells] = n;
  return SX_OK;
}

static sx_status pairs(phase_read *r, sx_error *err) {
  design_phase *p = r->phase;
  for (size_t g = 0; g < p->n_strata2; g++) {
    const double left = 1 - r->known[g];
    p->pair[g] = 0;
    if (r->spec->prob2 || left < 1e-12) continue;
    if (r->drawn[g] > 1) {
      p->pair[g] = left / (r->drawn[g] - 1);
      continue;
    }
    if (r->spec->lonely == SX_LONELY_FAIL)
      return sx_error_set(err, SX_E_DATA, second_name(r),
                          "one case of the second phase is in the stratum of case %zu: choose lonely = remove or "
                          "certainty, or merge strata",
                          r->second.first[g] + 1);
  }
  return SX_OK;
}

static void coefficients(phase_read *r) {
  design_phase *p = r->phase;
  const bool fixed = !is_cohort(r->spec);
  for (size_t h = 0; h < r->stratum.n; h++) {
    const double n = r->n_units[h];
    p->n_units[h] = n;
    if (p->approximate)
      p->strata.coef[h] = n > 1 ? r->left[h] * n / (n - 1) : 0;
    else
      p->strata.coef[h] = fixed && n > 1 ? -r->left[h] / (n - 1) : 0;
  }
  for (size_t u = 0; u < r->unit.n; u++) {
    const size_t h = (size_t)r->stratum_of_unit[u];
    const double n = r->n_units[h];
    p->units.coef[u] = !fixed ? r->left[h] : n > 1 ? r->left[h] * n / (n - 1) : 0;
  }
}

/* Lonely strata of the second phase under remove and certainty: their cases count as taken for sure in it. */
static void drop_lonely(phase_read *r, const int32_t *slot_of_row) {
  design_phase *p = r->phase;
  for (size_t i = 0; i < r->rows; i++) {
    if (!r->spec->in[i]) continue;
    const int32_t g = r->second.code[i];
    const bool lonely = !r->spec->prob2 && r->drawn[g] == 1;
    p->share[slot_of_row[i]] = lonely ? 1 : r->share[i];
  }
}

static sx_status make_phase(phase_read *r, const sx_design *d, sx_error *err) {
  const int32_t *slot = d->sample->psu;
  design_phase *p = r->phase = sx_mem_zalloc(&r->ctx, 1, sizeof *p);
  if (!p) return sx_error_memory(err);
  p->ctx = r->ctx;
  p->n_strata2 = r->second.n;
  p->n_slots = d->sample->n_psus;
  p->approximate = r->spec->method == SX_TWOPHASE_APPROX;
  for (size_t i = 0; i < r->rows; i++) p->n_cases += r->spec->in[i];
  p->share = sx_mem_alloc(&r->ctx, p->n_slots, sizeof *p->share);
  p->pair = sx_mem_alloc(&r->ctx, p->n_strata2, sizeof *p->pair);
  p->n_units = sx_mem_alloc(&r->ctx, r->stratum.n, sizeof *p->n_units);
  phase_key *key = sx_mem_alloc(&r->ctx, p->n_cases, sizeof *key);
  sx_status st = p->share && p->pair && p->n_units && key ? SX_OK : sx_error_memory(err);
  if (st == SX_OK) {
    for (size_t k = 0; k < p->n_slots; k++) p->share[k] = 1;
    drop_lonely(r, slot);
    st = pairs(r, err);
  }
  if (st == SX_OK) st = make_order(&p->units, r, key, r->unit.code, r->unit.n, slot, err);
  if (st == SX_OK) st = make_order(&p->strata, r, key, r->stratum.code, r->stratum.n, slot, err);
  if (st == SX_OK) st = make_order(&p->second, r, key, NULL, 1, slot, err);
  sx_mem_free(&r->ctx, key);
  if (st == SX_OK) coefficients(r);
  return st;
}

/* ---- the design -------------------------------------------------------------------------------------------------- */

/* The second phase as a design of strata and cases; cases outside it have the weight 0. */
static sx_status base_design(sx_design **out, const phase_read *r, sx_error *err) {
  sx_table *t = NULL;
  sx_column *w = NULL, *g = NULL;
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.weights = "weight";
  spec.strata = r->spec->n_strata2 ? "stratum" : NULL;
  spec.lonely = SX_LONELY_REMOVE;
  spec.df = r->spec->df;
  SX_TRY(sx_table_new(&t, &r->ctx, r->rows, err));
  sx_status st = sx_table_add(&w, t, "weight", SX_NUMBER, err);
  if (st == SX_OK) st = sx_table_add(&g, t, "stratum", SX_INTEGER, err);
  for (size_t i = 0; st == SX_OK && i < r->rows; i++) {
    w->data.f64[i] = r->w[i];
    g->data.i64[i] = r->second.code[i];
  }
  if (st == SX_OK) st = sx_design_new(out, &r->ctx, t, &spec, err);
  sx_table_free(t);
  return st;
}

static sx_status attach(sx_design *d, phase_read *r, sx_error *err) {
  design_sample *s = d->sample;
  SX_TRY(make_phase(r, d, err));
  s->pps = sx_mem_zalloc(&s->ctx, 1, sizeof *s->pps);
  if (!s->pps) return sx_error_memory(err);
  s->pps->phase = r->phase;
  r->phase = NULL;
  sx_mem_free(&s->ctx, s->unit); /* sums by stratum are not enough */
  s->unit = NULL;
  sx_mem_free(&d->ctx, d->text);
  d->text = NULL;
  return sx_design__finish(d, err);
}

sx_status sx_design_twophase_new(sx_design **out, const sx_ctx *ctx, const sx_table *table,
                                 const sx_twophase_spec *spec, sx_error *err) {
  const sx_ctx plain = SX_CTX_INIT;
  if (!table || !spec) return sx_error_set(err, SX_E_ARGUMENT, NULL, "a table and a design specification are needed");
  if (sx_table_rows(table) == 0) return sx_error_set(err, SX_E_DATA, NULL, "the table has no cases");
  phase_read r;
  memset(&r, 0, sizeof r);
  r.ctx = ctx ? *ctx : plain;
  r.stratum.ctx = r.unit.ctx = r.second.ctx = r.ctx;
  r.table = table;
  r.spec = spec;
  r.rows = sx_table_rows(table);
  sx_design *d = NULL;
  sx_status st = check_spec(&r, err);
  if (st == SX_OK) st = read_groups(&r, err);
  if (st == SX_OK) st = first_phase(&r, err);
  if (st == SX_OK) st = second_phase(&r, err);
  if (st == SX_OK) st = base_design(&d, &r, err);
  if (st == SX_OK) st = attach(d, &r, err);
  if (st == SX_OK) {
    *out = d;
    d = NULL;
  }
  sx_design_free(d);
  sx_design__phase_free(r.phase);
  sx_design__index_clear(&r.stratum);
  sx_design__index_clear(&r.unit);
  sx_design__index_clear(&r.second);
  sx_mem_free(&r.ctx, r.stratum_of_unit);
  sx_mem_free(&r.ctx, r.n_units);
  sx_mem_free(&r.ctx, r.left);
  sx_mem_free(&r.ctx, r.drawn);
  sx_mem_free(&r.ctx, r.known);
  sx_mem_free(&r.ctx, r.w);
  sx_mem_free(&r.ctx, r.share);
  return st;
}
