/* Replicate weights as products: their accessors, their sums by code beside plain loops, what reading finds, what they hold. */
#include <stdatomic.h>

#include "est_help.h"

static sx_design *made(const sx_ctx *ctx, const sx_table *t, sx_make method, size_t reps, bool clusters, bool fpc) {
  static const char *const psu[] = {"psu"};
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = method == SX_MAKE_JK1 ? NULL : "h";
  s.clusters = psu;
  s.n_clusters = clusters ? 1 : 0;
  s.fpc = fpc ? "N" : NULL;
  sx_design *d = eh_design(ctx, t, &s), *r = NULL;
  const sx_make_spec spec = {1, method, reps, 0.3, false};
  sx_error err = SX_ERROR_INIT;
  if (sx_design_make_replicates(&r, d, &spec, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  sx_design_free(d);
  return r;
}

/* The three ways to the weights give the same bits. */
static void check_accessors(const sx_design *d) {
  const size_t n = sx_design_rows(d), reps = sx_design_replicates(d);
  double *w = malloc(n * sizeof *w), *rows = malloc(7 * reps * sizeof *rows);
  const double *full = sx_design_repweights(d);
  REQUIRE(w && rows && full);
  CHECK(sx_design_repweights(d) == full);
  for (size_t r = 0; r < reps; r++) {
    sx_design_replicate(w, d, r);
    size_t differ = 0;
    for (size_t i = 0; i < n; i++) differ += w[i] != full[i * reps + r];
    CHECK_INT(differ, 0);
  }
  for (size_t i = 0; i < n; i += 7) {
    const size_t m = n - i < 7 ? n - i : 7;
    sx_design_replicate_rows(rows, d, i, m);
    CHECK(memcmp(rows, full + i * reps, m * reps * sizeof *rows) == 0);
  }
  free(w);
  free(rows);
}

/* Sums by code beside loops over the weights written out, in relation to the sums of the absolute values. */
static void check_sums(const sx_design *d, size_t n_codes, int bits) {
  const size_t n = sx_design_rows(d), reps = sx_design_replicates(d), size = n_codes * reps;
  uint8_t *code8 = malloc(n);
  uint16_t *code16 = malloc(n * sizeof *code16);
  uint32_t *code32 = malloc(n * sizeof *code32);
  double *v = malloc(2 * n * sizeof *v), *got = malloc(3 * size * sizeof *got), *want = calloc(6 * size, sizeof *want);
  REQUIRE(code8 && code16 && code32 && v && got && want);
  for (size_t i = 0; i < n; i++) {
    code32[i] = (uint32_t)eh_below(n_codes);
    code16[i] = (uint16_t)code32[i];
    code8[i] = (uint8_t)code32[i];
    v[i] = eh_uniform() - 0.4;
    v[n + i] = i % 3 ? 100 * eh_uniform() : 0;
  }
  const double *full = sx_design_repweights(d);
  for (size_t i = 0; i < n; i++)
    for (size_t r = 0; r < reps && code32[i]; r++)
      for (size_t j = 0; j < 3; j++) {
        const double x = full[i * reps + r] * (j == 0 ? 1 : v[(j - 1) * n + i]);
        want[j * size + code32[i] * reps + r] += x;
        want[(3 + j) * size + code32[i] * reps + r] += fabs(x);
      }
  sx_codes codes = {.n_codes = n_codes, .y = v, .x = v + n};
  if (bits == 8) codes.code8 = code8;
  if (bits == 16) codes.code16 = code16;
  if (bits == 32) codes.code32 = code32;
  for (unsigned columns = 1; columns < 8; columns++) { /* every choice of w, y, x */
    for (size_t k = 0; k < 3 * size; k++) got[k] = (double)NAN;
    CHECK_OK(sx_design_replicate_sums(columns & 1 ? got : NULL, columns & 2 ? got + size : NULL,
                                      columns & 4 ? got + 2 * size : NULL, d, &codes, err));
    size_t far = 0;
    for (size_t k = 0; k < 3 * size; k++)
      if (columns >> k / size & 1U) far += !(fabs(got[k] - want[k]) <= 1e-13 * want[3 * size + k]);
    if (far) SXT_FAIL("%zu of %zu sums of columns %u are off", far, 3 * size, columns);
  }
  free(code8);
  free(code16);
  free(code32);
  free(v);
  free(got);
  free(want);
}

static void check_all(const sx_design *d) {
  check_accessors(d);
  check_sums(d, 3, 8);
  check_sums(d, 300, 16);
  check_sums(d, 40, 32);
}

static void test_methods(void) {
  eh_state = 5;
  sx_table *t = eh_sample(700, 6, 2), *many = eh_sample(500, 4, 20);
  static const sx_make method[] = {SX_MAKE_JK1,       SX_MAKE_JKN,   SX_MAKE_BRR,     SX_MAKE_FAY,
                                   SX_MAKE_BOOTSTRAP, SX_MAKE_RAOWU, SX_MAKE_PRESTON, SX_MAKE_SDR};
  for (size_t k = 0; k < 8; k++) {
    const bool random = method[k] == SX_MAKE_BOOTSTRAP || method[k] == SX_MAKE_RAOWU || method[k] == SX_MAKE_PRESTON;
    sx_design *d = made(NULL, t, method[k], random ? 37 : 0, true, random);
    check_all(d);
    sx_design_free(d);
    if (!random) continue;
    d = made(NULL, many, method[k], 101, false, false); /* a row each */
    check_all(d);
    sx_design_free(d);
    d = made(NULL, many, method[k], 600, true, true); /* more than are summed at a time */
    check_sums(d, 5, 8);
    sx_design_free(d);
  }
  sx_table_free(t);
  sx_table_free(many);
}

/* Times factors of cells, twice, and then too many cells; the old design stays as it is. */
static void test_cells(void) {
  eh_state = 6;
  sx_table *t = eh_sample(400, 5, 8);
  for (int element = 0; element < 2; element++) {
    sx_design *d = made(NULL, t, SX_MAKE_RAOWU, 23, !element, false), *before = d;
    uint32_t cell[400];
    double factor[400 * 23], want[400 * 23];
    memcpy(want, sx_design_repweights(d), sizeof want);
    for (int round = 0; round < 3; round++) {
      const size_t cells = round == 2 ? 150 : 9;
      for (size_t i = 0; i < 400; i++) cell[i] = (uint32_t)eh_below(cells);
      for (size_t k = 0; k < cells * 23; k++) factor[k] = k % 11 ? 2 * eh_uniform() : 0;
      for (size_t k = 0; k < 400 * 23; k++) want[k] *= factor[cell[k / 23] * 23 + k % 23];
      sx_adjustment a = SX_ADJUSTMENT_INIT;
      a.w = sx_design_weights(d);
      a.rep_cell = cell;
      a.rep_factor = factor;
      a.n_rep_cells = cells;
      sx_design *next = NULL;
      REQUIRE_OK(sx_design_adjust(&next, d, &a, err));
      if (d != before) sx_design_free(d);
      d = next;
      for (size_t k = 0; k < 400 * 23; k++) CHECK_NEAR(sx_design_repweights(d)[k], want[k], 1e-14);
      check_all(d);
      sx_est *e = eh_one(d, SX_STAT_MEAN, sx_table_find(t, "y"), NULL, NULL);
      CHECK(sx_est_se(e) > 0);
      sx_est_free(e);
    }
    cell[17] = 150;
    sx_adjustment a = SX_ADJUSTMENT_INIT;
    a.w = sx_design_weights(d);
    a.rep_cell = cell;
    a.rep_factor = factor;
    a.n_rep_cells = 150;
    sx_design *none = NULL;
    CHECK_FAILS(sx_design_adjust(&none, d, &a, err), SX_E_ARGUMENT, "replicates", "case 18 has cell 150 of 150");
    cell[17] = 0;
    factor[5 * 23 + 2] = (double)INFINITY;
    CHECK_FAILS(sx_design_adjust(&none, d, &a, err), SX_E_DATA, "replicates",
                "cell 6, replicate 3: the weight is not finite");
    check_accessors(before);
    sx_design_free(before);
    sx_design_free(d);
  }
  sx_table_free(t);
}

/* ---- reading ------------------------------------------------------------------------------------------------------- */

enum { ROWS = 3000, REPS = 26, PSUS = 60 };
static char rep_name[REPS][8];
static const char *rep_list[REPS];
static double *rep_column[REPS];

static sx_table *rep_table(void) {
  sx_table *t = eh_sample(ROWS, 3, PSUS / 3);
  for (size_t r = 0; r < REPS; r++) {
    (void)snprintf(rep_name[r], sizeof rep_name[r], "r%zu", r);
    rep_list[r] = rep_name[r];
    rep_column[r] = eh_number(t, rep_name[r], NULL)->data.f64;
  }
  return t;
}

static sx_design_spec rep_spec(void) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.repweights = rep_list;
  s.n_repweights = REPS;
  s.rep_type = SX_REP_BOOTSTRAP;
  return s;
}

static atomic_size_t live, most;

static void *count_memory(void *unused, void *ptr, size_t old_size, size_t new_size) {
  (void)unused;
  const size_t now = atomic_fetch_add(&live, new_size - old_size) + new_size - old_size;
  if (now > atomic_load(&most)) atomic_store(&most, now);
  if (new_size) return realloc(ptr, new_size);
  free(ptr);
  return NULL;
}

static sx_ctx counting(void) {
  sx_ctx ctx = SX_CTX_INIT;
  ctx.n_threads = 1;
  ctx.alloc.resize = count_memory;
  atomic_store(&most, atomic_load(&live));
  return ctx;
}

/* Bytes that the design keeps beyond the weights twice and three numbers per row. */
static size_t kept(sx_design **out, const sx_table *t, const sx_design_spec *spec) {
  const sx_ctx ctx = counting();
  const size_t before = atomic_load(&live);
  *out = eh_design(&ctx, t, spec);
  return atomic_load(&live) - before - ROWS * (2 * sizeof(double) + 3 * sizeof(uint32_t));
}

static void check_columns(const sx_design *d, double tolerance) {
  double w[ROWS];
  for (size_t r = 0; r < REPS; r++) {
    sx_design_replicate(w, d, r);
    double worst = 0;
    for (size_t i = 0; i < ROWS; i++) {
      const double off = fabs(w[i] - rep_column[r][i]) / (rep_column[r][i] != 0 ? fabs(rep_column[r][i]) : 1);
      if (!(off <= worst)) worst = off;
    }
    CHECK(worst <= tolerance);
  }
}

static void test_read_by_psu(void) {
  eh_state = 7;
  sx_table *t = rep_table();
  const double *w = sx_table_find(t, "w")->data.f64, *psu = sx_table_find(t, "psu")->data.f64;
  double factor[PSUS][REPS];
  for (size_t p = 0; p < PSUS; p++)
    for (size_t r = 0; r < REPS; r++) factor[p][r] = eh_uniform() < 0.3 ? 0 : 3 * eh_uniform();
  for (size_t i = 0; i < ROWS; i++)
    for (size_t r = 0; r < REPS; r++) rep_column[r][i] = w[i] * factor[(size_t)psu[i]][r];
  const sx_design_spec s = rep_spec();
  sx_design *d = NULL, *full = NULL;
  const size_t bytes = kept(&d, t, &s);
  CHECK(bytes < ROWS * 20 + PSUS * REPS * 8 + 20000); /* base, unit, factors */
  check_columns(d, 0x1p-50);
  check_all(d);
  /* the same columns as they are: one weight in the twelfth digit off in every row */
  for (size_t i = 0; i < ROWS; i++) rep_column[i % REPS][i] *= 1 + 1e-10 * eh_uniform();
  CHECK(kept(&full, t, &s) > ROWS * REPS * 8);
  check_columns(full, 0);
  CHECK_NEAR(sx_design_df(d), sx_design_df(full), 0);
  CHECK_NEAR(sx_design_df(d), REPS - 1, 0);
  sx_est *a = eh_one(d, SX_STAT_MEAN, sx_table_find(t, "y"), NULL, NULL);
  sx_est *b = eh_one(full, SX_STAT_MEAN, sx_table_find(t, "y"), NULL, NULL);
  CHECK_NEAR(sx_est_se(a), sx_est_se(b), 1e-8);
  sx_est_free(a);
  sx_est_free(b);
  sx_design_free(d);
  sx_design_free(full);
  sx_table_free(t);
}

/* Two PSUs per stratum of three: half-samples have rank 4 whatever the number of rows. */
static void test_read_half_samples(void) {
  eh_state = 8;
  sx_table *t = eh_sample(900, 3, 2);
  const double *w = sx_table_find(t, "w")->data.f64, *psu = sx_table_find(t, "psu")->data.f64;
  static const int sign[4][3] = {{1, 1, 1}, {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}};
  static const char *const list[] = {"a0", "a1", "a2", "a3"};
  for (size_t r = 0; r < 4; r++) {
    double *x = eh_number(t, list[r], NULL)->data.f64;
    for (size_t i = 0; i < 900; i++) {
      const size_t p = (size_t)psu[i];
      x[i] = (p < 3) == (sign[r][p % 3] > 0) ? 2 * w[i] : 0;
    }
  }
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.repweights = list;
  s.n_repweights = 4;
  s.rep_type = SX_REP_BRR;
  sx_design *d = eh_design(NULL, t, &s);
  CHECK_NEAR(sx_design_df(d), 3, 0);
  check_all(d);
  sx_design_free(d);
  sx_table_free(t);
}

/* A row each: counts are codes; base weights of 0 with replicate weights; factors in place of weights; negative ones. */
static void test_read_rows(void) {
  eh_state = 9;
  sx_table *t = rep_table();
  double *w = sx_table_find(t, "w")->data.f64;
  for (size_t i = 0; i < ROWS; i++)
    for (size_t r = 0; r < REPS; r++) rep_column[r][i] = w[i] * (double)eh_below(5);
  sx_design_spec s = rep_spec();
  s.df = 20;
  sx_design *d = NULL;
  CHECK(kept(&d, t, &s) < ROWS * 12 + ROWS * REPS + 20000);
  check_columns(d, 0x1p-50);
  check_all(d);
  size_t row = 0, rep = 0;
  CHECK(!sx_design_replicate_negative(&row, &rep, d));
  sx_design_free(d);
  for (size_t i = 0; i < ROWS; i += 10) {
    w[i] = 0;
    for (size_t r = 0; r < REPS; r++) rep_column[r][i] = (double)eh_below(3);
  }
  d = eh_design(NULL, t, &s);
  check_columns(d, 0x1p-50);
  check_all(d);
  sx_design_free(d);
  s.rep_type = SX_REP_OTHER;
  s.scale = 1;
  rep_column[4][33] = -rep_column[4][33] - 1;
  rep_column[9][3] = -1;
  d = eh_design(NULL, t, &s);
  check_columns(d, 0x1p-50);
  CHECK(sx_design_replicate_negative(&row, &rep, d));
  CHECK_INT(row, 33);
  CHECK_INT(rep, 4);
  check_sums(d, 6, 8);
  sx_design_free(d);
  s.combined = false; /* factors: the weight is 0 in every tenth row */
  s.rep_type = SX_REP_BOOTSTRAP;
  s.scale = (double)NAN;
  for (size_t i = 0; i < ROWS; i++)
    for (size_t r = 0; r < REPS; r++) rep_column[r][i] = (double)(r + i / 50 % 4);
  d = eh_design(NULL, t, &s);
  for (size_t i = 0; i < ROWS; i++)
    for (size_t r = 0; r < REPS; r++) rep_column[r][i] *= w[i];
  check_columns(d, 0x1p-50);
  check_all(d);
  sx_design_free(d);
  sx_table_free(t);
}

/* ---- memory and threads ----------------------------------------------------------------------------------------------- */

static void test_memory(void) {
  enum { N = 20000, R = 160 };
  eh_state = 10;
  sx_table *t = eh_sample(N, 10, 50);
  const sx_ctx ctx = counting();
  const size_t before = atomic_load(&live), full = (size_t)N * R * sizeof(double);
  sx_design *d = made(&ctx, t, SX_MAKE_BOOTSTRAP, R, false, false);
  static const char *const a[] = {"a"}, *const b[] = {"b"}, *const l[] = {"0", "1", "2", "3"};
  static const char *const *const levels[] = {&l[0], &l[1], &l[2], &l[3]};
  const double ta[] = {300, 500, 200}, tb[] = {100, 250, 250, 400};
  const sx_target targets[] = {{a, 1, levels, ta, 3, NULL}, {b, 1, levels, tb, 4, NULL}};
  sx_design *raked = NULL;
  REQUIRE_OK(sx_weighting_rake(&raked, d, t, targets, 2, NULL, NULL, err));
  sx_est *e = eh_one(raked, SX_STAT_MEAN, sx_table_find(t, "y"), NULL, NULL);
  CHECK(sx_est_se(e) > 0);
  sx_est_free(e);
  CHECK(atomic_load(&most) - before < full / 2); /* peak, with the work of all three */
  CHECK(atomic_load(&live) - before < full / 4); /* kept: a byte per row and replicate, 100 or so per row */
  sx_design_free(raked);
  sx_design_free(d);
  CHECK_INT(atomic_load(&live), before);
  sx_table_free(t);
}

typedef struct asked {
  const sx_design *d;
  const double *got[16];
} asked;

static sx_status ask(void *data, size_t i, sx_error *err) {
  asked *a = data;
  (void)err;
  a->got[i] = sx_design_repweights(a->d);
  return SX_OK;
}

static void test_threads(void) {
  eh_state = 11;
  sx_table *t = eh_sample(3000, 4, 30);
  sx_ctx ctx = SX_CTX_INIT;
  ctx.n_threads = 1;
  sx_design *one = made(&ctx, t, SX_MAKE_RAOWU, 150, false, false);
  ctx.n_threads = 5;
  sx_design *five = made(&ctx, t, SX_MAKE_RAOWU, 150, false, false);
  asked a = {five, {NULL}};
  REQUIRE_OK(sx_parallel_for(&ctx, 16, ask, &a, err));
  for (size_t k = 1; k < 16; k++) CHECK(a.got[k] && a.got[k] == a.got[0]);
  CHECK(memcmp(a.got[0], sx_design_repweights(one), 3000 * 150 * sizeof(double)) == 0);
  CHECK_INT(sx_design_fingerprint(one), sx_design_fingerprint(five));
  /* enough work that stretches of replicates go to threads */
  sx_table_free(t);
  sx_design_free(one);
  sx_design_free(five);
  t = eh_sample(60000, 4, 30);
  double *z[2];
  for (int k = 0; k < 2; k++) {
    ctx.n_threads = k ? 5 : 1;
    sx_design *d = made(&ctx, t, SX_MAKE_BOOTSTRAP, 300, false, false);
    uint8_t *code = malloc(60000);
    z[k] = malloc(3 * 3 * 300 * sizeof **z);
    REQUIRE(code && z[k]);
    for (size_t i = 0; i < 60000; i++) code[i] = (uint8_t)(i % 3);
    const sx_codes codes = {
        .n_codes = 3, .code8 = code, .y = sx_table_find(t, "y")->data.f64, .x = sx_table_find(t, "x")->data.f64};
    CHECK_OK(sx_design_replicate_sums(z[k], z[k] + 900, z[k] + 1800, d, &codes, err));
    free(code);
    sx_design_free(d);
  }
  CHECK(memcmp(z[0], z[1], 2700 * sizeof **z) == 0);
  free(z[0]);
  free(z[1]);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_methods), SXT_CASE(test_cells), SXT_CASE(test_read_by_psu), SXT_CASE(test_read_half_samples),
         SXT_CASE(test_read_rows), SXT_CASE(test_memory), SXT_CASE(test_threads))
