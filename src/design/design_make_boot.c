/* design_make_boot.c: factors of the bootstraps.
 *
 *   Canty-Davison   t_hi, the times that PSU i is among n_h drawn with replacement; with an fpc among n_h drawn without
 *                   replacement from N_h copies of the PSUs: Canty & Davison (1999) The Statistician 48:379-391. Where N_h is
 *                   no multiple of n_h, which PSUs have the one copy more is drawn once for all replicates: drawn anew it would
 *                   add its own spread, (r/n)(1 - r/n) (n/N)^2 per PSU, r the rest of N/n, which no fpc takes back
 *   Rao-Wu          1 - lambda + lambda n_h/m_h t_hi, m_h = n_h - 1 drawn with replacement, lambda = sqrt(m_h(1-f_h)/(n_h-1)):
 *                   Rao & Wu (1988) JASA 83:231-241; Rao, Wu & Yue (1992) Survey Methodology 18:209-217
 *   Preston         half of the units without replacement at every stage: Preston (2009) Survey Methodology 35:227-234.
 *                   Factor 1 + sum over stages of e_k, e_k = c_k lambda_k (n/n* kept - 1), n* = n/2 rounded down,
 *                   lambda_k = sqrt(F n*(1-f)/(n - n*)), F the product of f above, c_k the product of sqrt(n/n*) kept above
 *
 * A stratum (group) of one unit, and one taken for sure in Rao-Wu and Preston, keeps factor 1 at its stage; in Preston what
 * lies within it is still replicated. Each replicate draws stratum h from the Philox stream (replicate, stage, h), so that
 * neither threads nor the number of replicates change a replicate; the copies come from (0, ODD, h). */
#include <string.h>

#include "design_priv.h"

enum { CHUNK = 32 /* replicates drawn together */, ODD = 15 /* in place of a stage */ };

typedef struct boot {
  design_factor *f;
  const design_sample *s;
  const sx_make_spec *spec;
  size_t max_group; /* units in the largest group of any stage */
} boot;

static void stream(sx_rng *rng, const boot *b, size_t r, size_t stage, size_t h) {
  sx_rng_init(rng, b->s->ctx.seed, ((uint64_t)r << 40) ^ ((uint64_t)stage << 36) ^ (uint64_t)h);
}

static double left_of(const design_sample *s, size_t h) {
  const double left = s->fraction ? 1 - s->fraction[h] : 1;
  return left < 1e-7 ? 0 : left;
}

/* count [n]: how often each of n is among m draws with replacement. */
static void with_replacement(uint16_t *count, size_t n, size_t m, sx_rng *rng) {
  enum { DRAWS = 256 };
  uint32_t draw[DRAWS];
  memset(count, 0, n * sizeof *count);
  for (size_t k = 0; k < m; k += DRAWS) {
    const size_t now = m - k < DRAWS ? m - k : DRAWS;
    sx_rng_below_fill(draw, now, (uint32_t)n, rng);
    for (size_t j = 0; j < now; j++) count[draw[j]]++;
  }
}

/* keep [n]: 1 for m of n without replacement (Knuth's algorithm S). */
static void without_replacement(double *keep, size_t n, size_t m, sx_rng *rng) {
  for (size_t k = 0; k < n; k++) {
    const bool take = sx_rng_below(rng, n - k) < m;
    keep[k] = take;
    m -= take ? 1 : 0;
  }
}

/* count [n]: n drawn without replacement from `population` >= n copies of the units, population/n rounded down of each and one
 * more where odd [n] says so. A pair (unit, copy) is drawn until it exists and is not yet taken; which copies of a unit are
 * taken does not matter, so they count as the first ones. */
static void from_population(uint16_t *count, const double *odd, size_t n, uint64_t population, sx_rng *rng) {
  const uint64_t whole = population / n;
  memset(count, 0, n * sizeof *count);
  for (size_t drawn = 0; drawn < n;) {
    const size_t k = (size_t)sx_rng_below(rng, n);
    const double copy = (double)sx_rng_below(rng, whole + 1);
    if (copy < count[k] || copy >= (double)whole + odd[k]) continue;
    count[k]++;
    drawn++;
  }
}

/* PSUs of stratum h in the population, 0 where it is too large to be told from an endless one; odd [n]: those with one copy more. */
static uint64_t population_of(double *odd, const boot *b, size_t h) {
  const design_sample *s = b->s;
  const size_t n = s->start[h + 1] - s->start[h];
  const double population = s->fraction ? round((double)n / s->fraction[h]) : (double)INFINITY;
  if (population > 1e15) return 0;
  sx_rng rng;
  stream(&rng, b, 0, ODD, h);
  without_replacement(odd, n, (size_t)((uint64_t)population % n), &rng);
  return (uint64_t)population;
}

/* Counts of stratum h in replicate r. */
static void canty_davison(uint16_t *t, const boot *b, size_t r, size_t h, uint64_t population, const double *odd) {
  const size_t n = b->s->start[h + 1] - b->s->start[h];
  sx_rng rng;
  stream(&rng, b, r, 0, h);
  if (population == 0)
    with_replacement(t, n, n, &rng);
  else
    from_population(t, odd, n, population, &rng);
  if (n == 1) t[0] = 1;
}

static void rao_wu(uint16_t *t, const boot *b, size_t r, size_t h) {
  const design_sample *s = b->s;
  const size_t n = s->start[h + 1] - s->start[h];
  sx_rng rng;
  stream(&rng, b, r, 0, h);
  with_replacement(t, n, n - 1, &rng); /* of n = 1: none, and its step is 0 */
}

/* Factor 1 - lambda + lambda n/(n-1) t of each unit. */
static sx_status rao_wu_steps(const boot *b, sx_error *err) {
  const design_sample *s = b->s;
  design_factor *f = b->f;
  f->low = sx_mem_alloc(&s->ctx, s->n_psus, sizeof *f->low);
  f->step = sx_mem_alloc(&s->ctx, s->n_psus, sizeof *f->step);
  if (!f->low || !f->step) return sx_error_memory(err);
  for (size_t h = 0; h < s->n_strata; h++) {
    const size_t n = s->start[h + 1] - s->start[h];
    const double lambda = sqrt(left_of(s, h)), up = n > 1 ? (double)n / (double)(n - 1) : 0;
    for (size_t p = s->start[h]; p < s->start[h + 1]; p++) {
      f->low[p] = n > 1 ? 1 - lambda : 1;
      f->step[p] = n > 1 ? lambda * up : 0;
    }
  }
  return SX_OK;
}

/* One group of a stage of Preston's: sum and chain [n] start from their first elements, those of the unit above. */
typedef struct group {
  size_t stage, h, n;
  double fraction, above; /* f, and the product of f above */
  double *sum, *chain, *keep;
} group;

static void preston_group(const boot *b, size_t r, const group *g) {
  const size_t n = g->n, half = n / 2;
  const double chain = g->chain[0], left = 1 - g->fraction < 1e-7 ? 0 : 1 - g->fraction;
  for (size_t k = 1; k < n; k++) {
    g->sum[k] = g->sum[0];
    g->chain[k] = chain;
  }
  if (n < 2 || left <= 0 || chain <= 0) return;
  sx_rng rng;
  stream(&rng, b, r, g->stage, g->h);
  without_replacement(g->keep, n, half, &rng);
  const double up = (double)n / (double)half, lambda = sqrt(g->above * (double)half * left / (double)(n - half));
  for (size_t k = 0; k < n; k++) {
    g->sum[k] += chain * lambda * (up * g->keep[k] - 1);
    g->chain[k] = g->keep[k] > 0 ? chain * sqrt(up) : 0;
  }
}

/* The strata within unit p of the stage before, from the last: their units lie at or above p, and only those of the first may be p. */
static void preston_unit(const boot *b, size_t r, const design_stage *g, size_t stage, size_t p, double *sum,
                         double *chain, double *keep) {
  for (size_t h = g->first[p + 1]; h-- > g->first[p];) {
    const size_t u = g->start[h];
    sum[u] = sum[p];
    chain[u] = chain[p];
    const group part = {stage, h, g->start[h + 1] - u, g->frac[u], g->coef[h], sum + u, chain + u, keep};
    preston_group(b, r, &part);
  }
}

/* One replicate: stage by stage, from the last unit of a stage to the first so that the arrays grow in place. */
static void preston(const boot *b, size_t r, double *sum, double *chain, double *keep) {
  const design_sample *s = b->s;
  const size_t reps = b->spec->n_reps;
  for (size_t h = 0; h < s->n_strata; h++) {
    const size_t p = s->start[h];
    sum[p] = 0;
    chain[p] = 1;
    const group g = {0, h, s->start[h + 1] - p, s->fraction ? s->fraction[h] : 0, 1, sum + p, chain + p, keep};
    preston_group(b, r, &g);
  }
  for (size_t k = 1; s->tree && k < s->tree->n_stages; k++) {
    const design_stage *g = &s->tree->stages[k];
    for (size_t p = s->tree->stages[k - 1].n_units; p-- > 0;) preston_unit(b, r, g, k, p, sum, chain, keep);
  }
  for (size_t u = 0; u < s->n_slots; u++) b->f->value[u * reps + r] = 1 + sum[u];
}

static sx_status preston_replicate(void *data, size_t r, sx_error *err) {
  const boot *b = data;
  const sx_ctx *ctx = &b->s->ctx;
  double *keep = sx_mem_alloc(ctx, b->max_group, sizeof *keep);
  double *sum = sx_mem_alloc(ctx, b->s->n_slots, sizeof *sum), *chain = sx_mem_alloc(ctx, b->s->n_slots, sizeof *chain);
  const bool ok = keep && sum && chain;
  if (ok) preston(b, r, sum, chain, keep);
  sx_mem_free(ctx, keep);
  sx_mem_free(ctx, sum);
  sx_mem_free(ctx, chain);
  return ok ? SX_OK : sx_error_memory(err);
}

/* count [m][n] of replicates r0 .. r0+m-1 into the codes of units first .. first+n-1. No count is near 256: its chance is below
 * 1/256!; one that is counts 255. */
static void turn(design_factor *f, const uint16_t *count, size_t first, size_t n, size_t r0, size_t m) {
  for (size_t k = 0; k < n; k++) {
    uint8_t *code = f->code8 + (first + k) * f->n_reps + r0;
    for (size_t j = 0; j < m; j++) code[j] = (uint8_t)(count[j * n + k] < UINT8_MAX ? count[j * n + k] : UINT8_MAX);
  }
}

/* Counts of CHUNK replicates, stratum by stratum. */
static sx_status chunk(void *data, size_t i, sx_error *err) {
  const boot *b = data;
  const design_sample *s = b->s;
  const size_t r0 = i * CHUNK, left = b->spec->n_reps - r0, m = left < CHUNK ? left : CHUNK;
  double *odd = sx_mem_alloc(&s->ctx, s->max_psus, sizeof *odd);
  uint16_t *count = sx_mem_alloc(&s->ctx, s->max_psus * CHUNK, sizeof *count);
  const bool ok = odd && count;
  for (size_t h = 0; ok && h < s->n_strata; h++) {
    const size_t first = s->start[h], n = s->start[h + 1] - first;
    const bool rescaled = b->spec->method == SX_MAKE_RAOWU;
    const uint64_t population = rescaled ? 0 : population_of(odd, b, h);
    for (size_t j = 0; j < m; j++)
      if (rescaled)
        rao_wu(count + j * n, b, r0 + j, h);
      else
        canty_davison(count + j * n, b, r0 + j, h, population, odd);
    turn(b->f, count, first, n, r0, m);
  }
  sx_mem_free(&s->ctx, odd);
  sx_mem_free(&s->ctx, count);
  return ok ? SX_OK : sx_error_memory(err);
}

sx_status sx_design__boot(design_factor *f, const design_sample *s, const sx_make_spec *spec, sx_error *err) {
  boot b = {f, s, spec, s->max_psus};
  const size_t size = f->n_units * f->n_reps;
  for (size_t k = 0; s->tree && k < s->tree->n_stages; k++) {
    const design_stage *g = &s->tree->stages[k];
    for (size_t h = 0; h < g->n_groups; h++)
      if (g->start[h + 1] - g->start[h] > b.max_group) b.max_group = g->start[h + 1] - g->start[h];
  }
  if (spec->method == SX_MAKE_PRESTON) {
    f->value = sx_mem_alloc(&s->ctx, size, sizeof *f->value);
    if (!f->value) return sx_error_memory(err);
    SX_TRY(sx_parallel_for(&s->ctx, spec->n_reps, preston_replicate, &b, err));
    return sx_design__factor_code(f, err);
  }
  f->code8 = sx_mem_alloc(&s->ctx, size, sizeof *f->code8);
  if (!f->code8) return sx_error_memory(err);
  if (spec->method == SX_MAKE_RAOWU) SX_TRY(rao_wu_steps(&b, err));
  return sx_parallel_for(&s->ctx, (spec->n_reps + CHUNK - 1) / CHUNK, chunk, &b, err);
}
