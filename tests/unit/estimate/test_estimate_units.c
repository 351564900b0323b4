/* The pass by units against the obvious: score by score, PSU by PSU, two passes. Designs by stratum and by PSU; zero weights,
 * missing answers, conditions, groups, values that come late, sums that cancel, carriers that are filled when asked for. */
#include "est_help.h"

enum { ROWS = 12000, STRATA = 7, GROUPS = 4 };

typedef struct world {
  sx_table *t;
  sx_design *d;
  sx_groups *by;
  uint8_t *where;
} world;

static double heavy(void) {
  return exp(1.5 * (eh_uniform() + eh_uniform() + eh_uniform() - 1.5) * 2);
}

static void fill(sx_column *c, double (*draw)(size_t), double missing) {
  for (size_t i = 0; i < c->n; i++) {
    c->data.f64[i] = draw(i);
    if (eh_uniform() < missing) REQUIRE(sx_column_set_missing(NULL, c, i, SX_MISS_SYSTEM, NULL) == SX_OK);
  }
}

static double draw_weight(size_t i) {
  (void)i;
  return eh_uniform() < 0.03 ? 0 : 10 + 90 * eh_uniform();
}
static double draw_flag(size_t i) {
  (void)i;
  return eh_uniform() < 0.3;
}
static double draw_late(size_t i) { /* a third value only near the end */
  return i > ROWS - 40 ? 9 : eh_uniform() < 0.5;
}
static double draw_amount(size_t i) {
  (void)i;
  return eh_uniform() < 0.4 ? 0 : heavy();
}
static double draw_offset(size_t i) {
  (void)i;
  return 2e5 + 500 * eh_uniform();
}
static double draw_group(size_t i) {
  (void)i;
  return (double)eh_below(GROUPS);
}
static double draw_stratum(size_t i) {
  (void)i;
  return (double)eh_below(STRATA);
}
static double draw_whole(size_t i) {
  (void)i;
  return floor(50 * heavy());
}

/* Whole numbers that change their size along the file: two bytes, four, more, below 0. */
static int64_t draw_wide(size_t i) {
  const int64_t x = (int64_t)eh_below(1000);
  return i < 3000 ? x : i < 6000 ? x * 3000 : i < 9000 ? x * 30000000 : i < 10000 ? -x : x + (INT64_C(1) << 51);
}
/* Few values with gaps, above 0, so that what is missing (0) lies outside. */
static int64_t draw_gaps(size_t i) {
  static const int64_t values[] = {3, 4, 200, 90};
  (void)i;
  return values[eh_below(4)];
}

static bool ordered; /* by stratum */

static world make(size_t psus) {
  world w = {eh_table(NULL, ROWS), NULL, NULL, malloc(ROWS)};
  eh_state = 7 + psus;
  fill(eh_number(w.t, "w", NULL), draw_weight, 0);
  fill(eh_number(w.t, "flag", NULL), draw_flag, 0.02);
  fill(eh_number(w.t, "late", NULL), draw_late, 0.02);
  fill(eh_number(w.t, "amount", NULL), draw_amount, 0.02);
  fill(eh_number(w.t, "offset", NULL), draw_offset, 0.02);
  fill(eh_number(w.t, "group", NULL), draw_group, 0.05);
  fill(eh_number(w.t, "stratum", NULL), draw_stratum, 0);
  sx_column *whole = NULL, *wide = NULL, *gaps = NULL, *psu = eh_number(w.t, "psu", NULL),
            *equal = eh_number(w.t, "equal", NULL);
  if (sx_table_add(&whole, w.t, "whole", SX_INTEGER, NULL) != SX_OK) eh_die("add a column");
  if (sx_table_add(&wide, w.t, "wide", SX_INTEGER, NULL) != SX_OK) eh_die("add a column");
  if (sx_table_add(&gaps, w.t, "gaps", SX_INTEGER, NULL) != SX_OK) eh_die("add a column");
  const sx_column *h = sx_table_find(w.t, "stratum");
  for (size_t i = 0; ordered && i < ROWS; i++) h->data.f64[i] = (double)(i * STRATA / ROWS);
  for (size_t i = 0; i < ROWS; i++) {
    wide->data.i64[i] = draw_wide(i);
    gaps->data.i64[i] = draw_gaps(i);
    if (i % 37 == 0) {
      if (sx_column_set_missing(NULL, wide, i, SX_MISS_SYSTEM, NULL) != SX_OK ||
          sx_column_set_missing(NULL, gaps, i, i % 2 ? SX_MISS_SYSTEM : SX_MISS_USER, NULL) != SX_OK)
        eh_die("set missing");
    }
    whole->data.i64[i] = (int64_t)draw_whole(i);
    psu->data.f64[i] = psus ? (double)(eh_below(psus) * STRATA) + h->data.f64[i] : (double)i;
    equal->data.f64[i] = 3 + h->data.f64[i];
    w.where[i] = eh_uniform() < 0.7 ? 1 : eh_uniform() < 0.5 ? 2 : 0;
  }
  const char *cluster = "psu", *group = "group";
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "stratum";
  s.clusters = psus ? &cluster : NULL;
  s.n_clusters = psus ? 1 : 0;
  w.d = eh_design(NULL, w.t, &s);
  if (sx_groups_new(&w.by, w.t, &group, 1, NULL) != SX_OK) eh_die("group");
  return w;
}

static void drop(world *w) {
  sx_groups_free(w->by);
  sx_design_free(w->d);
  sx_table_free(w->t);
  free(w->where);
}

/* ---- the obvious ---------------------------------------------------------------------------------------------------- */

static bool in_base(const sx_est_request *r, size_t i, size_t g) {
  if (r->where && r->where[i] != 1) return false;
  if (r->by && r->by->group[i] != (int32_t)g) return false;
  if (r->y && sx_column_missing(r->y, i)) return false;
  return !(r->x && sx_column_missing(r->x, i));
}

typedef struct plain {
  double value, variance, df;
  size_t n;
} plain;

static double variance_of(const sx_design *d, const double *z) {
  const size_t *start = sx_design_stratum_start(d);
  double v = 0;
  for (size_t h = 0; h < sx_design_strata(d); h++) {
    const double n = (double)(start[h + 1] - start[h]);
    double mean = 0, squares = 0;
    for (size_t p = start[h]; p < start[h + 1]; p++) mean += z[p] / n;
    for (size_t p = start[h]; p < start[h + 1]; p++) squares += (z[p] - mean) * (z[p] - mean);
    v += n / (n - 1) * squares;
  }
  return v;
}

/* z [PSUs] is left with the carrier. */
static plain obvious(const sx_design *d, const sx_est_request *r, size_t g, double level, double *z) {
  const double *w = sx_design_weights(d);
  long double sw = 0, sy = 0, sx = 0;
  plain out = {0, 0, 0, 0};
  for (size_t i = 0; i < ROWS; i++) {
    if (!in_base(r, i, g) || w[i] == 0) continue;
    const double y = r->stat == SX_STAT_COUNT ? 1 : sx_column_number(r->y, i);
    sw += w[i];
    sy += w[i] * (r->stat == SX_STAT_PROP ? y == level : y);
    if (r->x) sx += w[i] * sx_column_number(r->x, i);
    out.n++;
  }
  const double below = r->stat == SX_STAT_RATIO ? (double)sx : (double)sw;
  const bool total = r->stat == SX_STAT_TOTAL || r->stat == SX_STAT_COUNT;
  out.value = total ? (double)sy : (double)(sy / below);
  bool *seen = calloc(sx_design_psus(d), sizeof *seen);
  memset(z, 0, sx_design_psus(d) * sizeof *z);
  for (size_t i = 0; i < ROWS; i++) {
    if (!in_base(r, i, g) || w[i] == 0) continue;
    const double y = r->stat == SX_STAT_COUNT ? 1 : sx_column_number(r->y, i);
    const double v = r->stat == SX_STAT_PROP ? y == level : y, x = r->x ? sx_column_number(r->x, i) : 1;
    z[sx_design_psu_of_row(d)[i]] += w[i] * (total ? v : (v - out.value * x) / below);
    seen[sx_design_psu_of_row(d)[i]] = true;
  }
  out.variance = variance_of(d, z);
  const size_t *start = sx_design_stratum_start(d);
  for (size_t h = 0; h < sx_design_strata(d); h++) {
    size_t here = 0;
    for (size_t p = start[h]; p < start[h + 1]; p++) here += seen[p];
    out.df += here ? (double)here - 1 : 0;
  }
  free(seen);
  return out;
}

static void compare(const world *w, const sx_est_request *r) {
  sx_est_set *s = eh_ask(w->d, r);
  double *z = malloc(sx_design_psus(w->d) * sizeof *z), *other = malloc(sx_design_psus(w->d) * sizeof *other);
  const size_t levels = s->n_levels ? s->n_levels : 1;
  for (size_t k = 0; k < s->n_rows; k++) {
    const sx_est_row *row = &s->rows[k];
    const double level = r->prop_of_one ? 1 : s->n_levels ? atof(s->level_text[k % levels]) : 0;
    const plain p = obvious(w->d, r, row->group, level, z);
    CHECK_NEAR(row->estimate, p.value, 1e-14);
    const double near = 1e-11 * p.variance + 1e-28 * p.value * p.value;
    CHECK(fabs(sx_est_variance(row->est) - p.variance) <= near);
    CHECK_INT(row->n, p.n);
    CHECK_NEAR(row->df, p.df, 0);
    /* the carrier behind it, filled now, and its covariance with the row before */
    CHECK(fabs(sx_est_cov(row->est, row->est) - p.variance) <= near);
    if (k == 0) continue;
    const plain q = obvious(w->d, r, s->rows[k - 1].group,
                            r->prop_of_one ? 1
                            : s->n_levels  ? atof(s->level_text[(k - 1) % levels])
                                           : 0,
                            other);
    for (size_t u = 0; u < sx_design_psus(w->d); u++) other[u] += z[u];
    const double both = variance_of(w->d, other), cov = (both - p.variance - q.variance) / 2;
    CHECK(fabs(sx_est_cov(row->est, s->rows[k - 1].est) - cov) <= 1e-10 * both + near);
  }
  sx_est_set_free(s);
  free(z);
  free(other);
}

static void compare_all(const world *w) {
  static const char *const names[] = {"flag", "late", "amount", "offset", "whole", "equal", "gaps"};
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    const sx_column *y = sx_table_find(w->t, names[k]), *x = sx_table_find(w->t, "whole");
    for (int way = 0; way < 4; way++) {
      const uint8_t *where = way & 1 ? w->where : NULL;
      const sx_groups *by = way & 2 ? w->by : NULL;
      compare(w, &(sx_est_request){SX_STAT_MEAN, y, NULL, false, where, by});
      compare(w, &(sx_est_request){SX_STAT_TOTAL, y, NULL, false, where, by});
      compare(w, &(sx_est_request){SX_STAT_RATIO, y, x, false, where, by});
      if (k == 0) compare(w, &(sx_est_request){SX_STAT_COUNT, NULL, NULL, false, where, by});
      if (k < 2) compare(w, &(sx_est_request){SX_STAT_PROP, y, NULL, false, where, by});
      if (k < 2) compare(w, &(sx_est_request){SX_STAT_PROP, y, NULL, true, where, by});
    }
  }
}

static void test_strata(void) {
  world w = make(0);
  compare_all(&w);
  drop(&w);
}

/* Long runs of one stratum, and the borders between them. */
static void test_ordered(void) {
  ordered = true;
  world w = make(0);
  compare_all(&w);
  drop(&w);
  w = make(300);
  compare_all(&w);
  drop(&w);
  ordered = false;
}

/* The carrier has the numbers whatever they are kept in. */
static void test_kept(void) {
  world w = make(0);
  const sx_column *wide = sx_table_find(w.t, "wide"), *amount = sx_table_find(w.t, "amount");
  compare(&w, &(sx_est_request){SX_STAT_MEAN, wide, NULL, false, NULL, NULL});
  compare(&w, &(sx_est_request){SX_STAT_RATIO, wide, amount, false, NULL, w.by});
  compare(&w, &(sx_est_request){SX_STAT_RATIO, amount, wide, false, w.where, NULL});
  drop(&w);
}

static void test_psus(void) {
  world w = make(300); /* carriers kept as codes */
  compare_all(&w);
  drop(&w);
  w = make(20); /* expanded */
  compare_all(&w);
  drop(&w);
}

/* What cancels: equal weights within strata and a variable that is constant in each has no variance at all. */
static void test_cancelling(void) {
  world w = make(0);
  sx_column *weights = eh_number(w.t, "even", NULL), *near = eh_number(w.t, "near", NULL);
  const sx_column *h = sx_table_find(w.t, "stratum");
  for (size_t i = 0; i < ROWS; i++) {
    weights->data.f64[i] = 1.1 + h->data.f64[i];
    near->data.f64[i] = 0.1 + 1e-7 * eh_uniform(); /* far less spread than size: the two passes take over */
  }
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "even";
  s.strata = "stratum";
  sx_design *of_w = w.d;
  w.d = eh_design(NULL, w.t, &s);
  sx_est_set *set = eh_ask(w.d, &(sx_est_request){SX_STAT_TOTAL, sx_table_find(w.t, "equal"), NULL, false, NULL, NULL});
  CHECK(set->rows[0].se == 0 && set->rows[0].estimate > 0);
  sx_est_set_free(set);
  set = eh_ask(w.d, &(sx_est_request){SX_STAT_COUNT, NULL, NULL, false, NULL, NULL});
  CHECK(set->rows[0].se == 0 && set->rows[0].estimate > 0);
  sx_est_set_free(set);
  compare(&w, &(sx_est_request){SX_STAT_MEAN, near, NULL, false, NULL, NULL});
  sx_design_free(of_w);
  drop(&w);
}

/* One request alone, many together, on one thread and on three: the same bits. */
static void test_threads(void) {
  world w = make(0);
  static const char *const names[] = {"flag", "late", "amount", "offset", "whole", "equal"};
  sx_est_request r[6];
  for (size_t k = 0; k < 6; k++)
    r[k] = (sx_est_request){SX_STAT_MEAN, sx_table_find(w.t, names[k]), NULL, false, k % 2 ? w.where : NULL, w.by};
  sx_est_set *alone[6], *together[6];
  sx_ctx ctx = SX_CTX_INIT;
  ctx.n_threads = 3;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "stratum";
  sx_design *three = eh_design(&ctx, w.t, &s);
  REQUIRE(sx_estimate_run_many(together, three, r, 6, NULL, NULL) == SX_OK);
  for (size_t k = 0; k < 6; k++) {
    alone[k] = eh_ask(w.d, &r[k]);
    REQUIRE(alone[k]->n_rows == together[k]->n_rows);
    for (size_t i = 0; i < alone[k]->n_rows; i++) {
      CHECK_NEAR(together[k]->rows[i].estimate, alone[k]->rows[i].estimate, 0);
      CHECK_NEAR(together[k]->rows[i].se, alone[k]->rows[i].se, 0);
    }
    sx_est_set_free(alone[k]);
    sx_est_set_free(together[k]);
  }
  sx_design_free(three);
  drop(&w);
}

/* What is wrong is found behind the first rows too, and the first request that is wrong is named. */
static void test_faults(void) {
  world w = make(0);
  sx_column *a = eh_number(w.t, "a", NULL), *b = eh_number(w.t, "b", NULL);
  for (size_t i = 0; i < ROWS; i++) a->data.f64[i] = b->data.f64[i] = (double)(i % 3);
  a->data.f64[9000] = (double)INFINITY;
  b->data.f64[17] = (double)NAN;
  sx_est_request r[2] = {{SX_STAT_MEAN, a, NULL, false, NULL, NULL}, {SX_STAT_MEAN, b, NULL, false, NULL, NULL}};
  sx_est_set *sets[2] = {NULL, NULL};
  sx_error err = SX_ERROR_INIT;
  CHECK_INT(sx_estimate_run_many(sets, w.d, r, 2, NULL, &err), SX_E_DATA);
  CHECK_STR(err.where, "a: case 9001");
  CHECK_INT(sx_estimate_run_many(sets, w.d, r + 1, 1, NULL, &err), SX_E_DATA);
  CHECK_STR(err.where, "b: case 18");
  /* outside the domain it does not matter */
  memset(w.where, 1, ROWS);
  w.where[9000] = 0;
  r[0].where = w.where;
  compare(&w, &r[0]);
  drop(&w);
}

/* More cases than the tasks take at a time: the same as two half files added. */
static void test_long_file(void) {
  enum { LONG = 1100000, HALVES = 2 };
  sx_table *t[1 + HALVES];
  sx_est *e[1 + HALVES][2];
  double sum[2] = {0, 0}, variance[2] = {0, 0};
  for (size_t f = 0; f <= HALVES; f++) {
    const size_t rows = f ? LONG / HALVES : LONG, first = f == 2 ? LONG / HALVES : 0;
    t[f] = eh_table(NULL, rows);
    sx_column *w = eh_number(t[f], "w", NULL), *h = eh_number(t[f], "h", NULL), *flag = eh_number(t[f], "flag", NULL);
    sx_column *y = eh_number(t[f], "y", NULL);
    for (size_t i = 0; i < rows; i++) {
      eh_state = first + i; /* the same case in both */
      w->data.f64[i] = 1 + 9 * eh_uniform();
      h->data.f64[i] = (double)((first + i) / (LONG / HALVES) * 3 + eh_below(3)); /* no stratum is in both halves */
      flag->data.f64[i] = eh_uniform() < 0.4;
      y->data.f64[i] = heavy();
    }
    sx_design_spec s = SX_DESIGN_SPEC_INIT;
    s.weights = "w";
    s.strata = "h";
    sx_design *d = eh_design(NULL, t[f], &s);
    e[f][0] = eh_one(d, SX_STAT_TOTAL, flag, NULL, NULL);
    e[f][1] = eh_one(d, SX_STAT_TOTAL, y, NULL, NULL);
    for (size_t k = 0; f && k < 2; k++) {
      sum[k] += sx_est_value(e[f][k]);
      variance[k] += sx_est_variance(e[f][k]);
    }
    sx_design_free(d);
  }
  for (size_t k = 0; k < 2; k++) {
    CHECK_NEAR(sx_est_value(e[0][k]), sum[k], 1e-14);
    CHECK_NEAR(sx_est_variance(e[0][k]), variance[k], 1e-12);
    for (size_t f = 0; f <= HALVES; f++) sx_est_free(e[f][k]);
  }
  for (size_t f = 0; f <= HALVES; f++) sx_table_free(t[f]);
}

/* Weights whose squares leave the numbers are left to the two passes; a small one among large ones keeps its digits. */
static void test_weights_apart(void) {
  for (int way = 0; way < 2; way++) {
    world w = make(0);
    const sx_column *weights = sx_table_find(w.t, "w");
    for (size_t i = 0; i < ROWS; i++) {
      const double x = weights->data.f64[i];
      weights->data.f64[i] = way == 0 ? x * 1e-140 : i == 5000 ? 10.5 : x * 1e4;
    }
    sx_design_spec s = SX_DESIGN_SPEC_INIT;
    s.weights = "w";
    s.strata = "stratum";
    sx_design_free(w.d);
    w.d = eh_design(NULL, w.t, &s);
    for (size_t i = 0; way == 1 && i < ROWS; i++) w.where[i] = i == 5000;
    const uint8_t *where = way == 1 ? w.where : NULL;
    const sx_est_request r = {SX_STAT_TOTAL, sx_table_find(w.t, "equal"), NULL, false, where, NULL};
    sx_est_set *set = eh_ask(w.d, &r);
    double want = 0;
    for (size_t i = 0; i < ROWS; i++)
      if (!where || where[i] == 1) want += weights->data.f64[i] * r.y->data.f64[i];
    CHECK_NEAR(set->rows[0].estimate, want, 1e-11);
    sx_est_set_free(set);
    drop(&w);
  }
}

SXT_MAIN(SXT_CASE(test_strata), SXT_CASE(test_psus), SXT_CASE(test_ordered), SXT_CASE(test_kept),
         SXT_CASE(test_cancelling), SXT_CASE(test_threads), SXT_CASE(test_long_file), SXT_CASE(test_weights_apart),
         SXT_CASE(test_faults))
