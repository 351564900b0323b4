/* 200 random accounts, before and after, with ratios, adjustments, periods and prices, their factors from one sample, from two waves that
 * overlap, and from outside: children add to parents, contributions to the growth, effects to the change, each in value (1e-12 of the
 * level) and in carrier; shares of the variance to 1; the level is that of a plain evaluation. */
#include "accounts_help.h"
#include "est_help.h"

enum { TREES = 200, MAX_LEAVES = 12, ROWS = 60 };

typedef struct sample {
  sx_table *table[2];
  sx_design *design[2];
  sx_link *link;
} sample;

/* 60 rows in 3 strata a wave; rows 20.. of the first are rows 0.. of the second. */
static void sample_init(sample *s) {
  for (size_t k = 0; k < 2; k++) {
    sx_table *t = s->table[k] = eh_table(NULL, ROWS);
    double *h = eh_number(t, "h", NULL)->data.f64, *id = eh_number(t, "id", NULL)->data.f64;
    double *w = eh_number(t, "w", NULL)->data.f64;
    for (size_t v = 0; v < MAX_LEAVES; v++) {
      char name[2][16];
      snprintf(name[0], 16, "u%zu", v);
      snprintf(name[1], 16, "y%zu", v);
      (void)eh_number(t, name[0], NULL);
      (void)eh_number(t, name[1], NULL);
      double *u = sx_table_find(t, name[0])->data.f64, *y = sx_table_find(t, name[1])->data.f64;
      for (size_t i = 0; i < ROWS; i++) {
        u[i] = eh_uniform() < 0.7;
        y[i] = 10 - 20 * log(eh_uniform());
      }
    }
    for (size_t i = 0; i < ROWS; i++) {
      id[i] = (double)(i + 20 * k);
      h[i] = (double)((i + 20 * k) % 3);
      w[i] = 10 + 5 * eh_uniform();
    }
    sx_design_spec spec = SX_DESIGN_SPEC_INIT;
    spec.weights = "w";
    spec.strata = "h";
    s->design[k] = eh_design(NULL, t, &spec);
  }
  const sx_column *id[2] = {sx_table_find(s->table[0], "id"), sx_table_find(s->table[1], "id")};
  const sx_link_side first = {s->design[0], &id[0], 1}, second = {s->design[1], &id[1], 1};
  CHECK_OK(sx_link_new(&s->link, &first, &second, NULL, err));
  CHECK_INT(sx_link_overlap(s->link), SX_OVERLAP_PARTIAL);
}

static void sample_clear(sample *s) {
  sx_link_free(s->link);
  for (size_t k = 0; k < 2; k++) {
    sx_design_free(s->design[k]);
    sx_table_free(s->table[k]);
  }
}

/* ---- random trees -------------------------------------------------------------------------------------------------------- */

/* What is the same in both accounts of a pair. */
typedef struct shape {
  size_t n_leaves, n_branches;
  size_t parent[MAX_LEAVES], branch_parent[4];
  int kind[MAX_LEAVES]; /* 0 product, 1 total, 2 ratio to a spend, 3 ratio to a branch's level */
  bool adjusted[MAX_LEAVES], narrow[MAX_LEAVES], cut, grossed, priced, annual;
} shape;

static shape random_shape(void) {
  shape s = {.n_branches = 1 + eh_below(3)};
  s.n_leaves = s.n_branches + 1 + eh_below(MAX_LEAVES - s.n_branches);
  for (size_t b = 0; b < s.n_branches; b++) s.branch_parent[b] = eh_below(b + 1); /* 0: the root, else branch b - 1 */
  for (size_t i = 0; i < s.n_leaves; i++) {
    s.parent[i] = i < s.n_branches ? i + 1 : eh_below(s.n_branches + 1); /* no branch is empty */
    s.kind[i] = i == 0 ? 0 : (int)eh_below(3);
    s.adjusted[i] = eh_below(3) == 0;
    s.narrow[i] = i == 0 || eh_below(2) == 0;
  }
  if (s.n_leaves > s.n_branches + 1) { /* a leaf of the root that rests on the last branch */
    s.kind[s.n_leaves - 1] = 3;
    s.parent[s.n_leaves - 1] = 0;
  }
  s.cut = eh_below(2) == 0;
  s.grossed = eh_below(2) == 0;
  s.priced = eh_below(2) == 0;
  s.annual = eh_below(2) == 0;
  return s;
}

static const sx_est *figure(ah_pool *p, double low, double high) {
  return ah_figure(p, low + (high - low) * eh_uniform(), 0.1 * low * eh_uniform());
}

static const sx_est *from_sample(ah_pool *p, const sample *s, size_t wave, const char *letter, size_t i, sx_stat stat) {
  char name[16];
  snprintf(name, sizeof name, "%s%zu", letter, i);
  return ah_keep(p, eh_one(s->design[wave], stat, sx_table_find(s->table[wave], name), NULL, NULL));
}

static void name_of(char out[16], char letter, size_t i) {
  snprintf(out, 16, "%c%zu", letter, i);
}

static void parent_name(char out[16], size_t parent) {
  if (parent == 0)
    snprintf(out, 16, "total");
  else
    name_of(out, 'b', parent - 1);
}

static void add_leaf(sx_account *a, ah_pool *p, const sample *s, size_t wave, const shape *x, size_t i) {
  char id[16], up[16], last[16];
  sx_account_leaf leaf = {.population = NULL};
  name_of(id, 'l', i);
  parent_name(up, x->parent[i]);
  name_of(last, 'b', x->n_branches - 1);
  if (x->kind[i] == 0 || x->kind[i] == 2) {
    leaf.population = figure(p, 100, 1000);
    leaf.penetration = from_sample(p, s, wave, "u", i, SX_STAT_MEAN);
  }
  if (x->kind[i] == 0) leaf.spend = from_sample(p, s, wave, "y", i, SX_STAT_MEAN);
  if (x->kind[i] == 1) leaf.total = from_sample(p, s, wave, "y", i, SX_STAT_TOTAL);
  if (x->kind[i] >= 2) {
    leaf.ratio = figure(p, 0.2, 0.9);
    leaf.ratio_to = x->kind[i] == 2 ? "l0" : last;
    leaf.ratio_base = x->kind[i] == 2 ? SX_ACCOUNT_OF_SPEND : SX_ACCOUNT_OF_LEVEL;
  }
  static const char *const narrow[] = {"narrow"};
  CHECK_OK(sx_account_add(a, id, up, narrow, x->narrow[i], &leaf, err));
}

static sx_account *random_account(ah_pool *p, const sample *s, size_t wave, const shape *x) {
  sx_account *a = NULL;
  char id[16], up[16];
  CHECK_OK(sx_account_new(&a, NULL, err));
  CHECK_OK(sx_account_add(a, "total", NULL, NULL, 0, NULL, err));
  for (size_t b = 0; b < x->n_branches; b++) {
    name_of(id, 'b', b);
    parent_name(up, x->branch_parent[b]);
    CHECK_OK(sx_account_add(a, id, up, NULL, 0, NULL, err));
  }
  for (size_t i = 0; i < x->n_leaves; i++) {
    add_leaf(a, p, s, wave, x, i);
    name_of(up, 'l', i);
    name_of(id, 'c', i);
    if (x->adjusted[i]) CHECK_OK(sx_account_adjust(a, id, up, SX_ACCOUNT_COVERAGE, figure(p, 0.7, 0.99), err));
  }
  if (x->cut) CHECK_OK(sx_account_adjust(a, "cut", "total", SX_ACCOUNT_AMOUNT, figure(p, 1, 20), err));
  if (x->grossed) CHECK_OK(sx_account_adjust(a, "grossed", "b0", SX_ACCOUNT_FACTOR, figure(p, 1.0, 1.3), err));
  if (x->cut) CHECK_OK(sx_account_adjust(a, "twice", "total", SX_ACCOUNT_OVERLAP, figure(p, 0.01, 0.1), err));
  if (x->priced) {
    CHECK_OK(sx_account_set_price(a, "total", figure(p, 1.0, 1.2), NULL, err));
    CHECK_OK(sx_account_set_price(a, "l0", figure(p, 1.0, 1.2), NULL, err));
  }
  if (x->annual) CHECK_OK(sx_account_set_period(a, "total", figure(p, 1.8, 2.2), NULL, err));
  return a;
}

/* ---- what must add up ---------------------------------------------------------------------------------------------------- */

/* sum = total in value, to 1e-12 of the scale, and the difference of both has no variance. */
static void adds(const sx_est *const *parts, size_t n, const sx_est *total, double scale, const char *what) {
  const sx_est *values[64] = {total};
  double coefficients[64] = {-1};
  sx_est *rest = NULL;
  for (size_t i = 0; i < n; i++) {
    values[i + 1] = parts[i];
    coefficients[i + 1] = 1;
  }
  REQUIRE_OK(sx_est_linear(&rest, NULL, coefficients, values, n + 1, err));
  if (!(fabs(sx_est_value(rest)) <= 1e-12 * scale))
    SXT_FAIL("%s: %zu parts miss %g by %g", what, n, sx_est_value(total), sx_est_value(rest));
  if (!(sx_est_variance(rest) <= 1e-20 * (sx_est_variance(total) + scale * scale)))
    SXT_FAIL("%s: the rest has the variance %g beside %g", what, sx_est_variance(rest), sx_est_variance(total));
  sx_est_free(rest);
}

static void levels_add(const sx_account_result *r) {
  static const sx_account_measure measures[] = {SX_ACCOUNT_LEVEL,          SX_ACCOUNT_SHARE_OF_PARENT,
                                                SX_ACCOUNT_SHARE_OF_TOTAL, SX_ACCOUNT_MEASURED,
                                                SX_ACCOUNT_CONSTANT,       SX_ACCOUNT_PRICE_EFFECT};
  for (size_t i = 0; i < r->n_rows; i++) {
    const sx_account_row *row = &r->rows[i];
    if (row->kind != SX_ACCOUNT_BRANCH || row->measure != SX_ACCOUNT_LEVEL) continue;
    for (size_t m = 0; m < sizeof measures / sizeof *measures; m++) {
      const sx_account_row *whole = ah_row(r, row->id, row->scope, measures[m]);
      const sx_est *parts[64], *total = whole ? whole->est : NULL;
      size_t n = 0;
      for (size_t j = 0; j < r->n_rows; j++)
        if (r->rows[j].measure == measures[m] && ah_same(r->rows[j].parent, row->id) &&
            ah_same(r->rows[j].scope, row->scope))
          parts[n++] = r->rows[j].est;
      if (n == 0) continue; /* no periods or prices */
      sx_est *one = NULL;
      if (measures[m] == SX_ACCOUNT_SHARE_OF_PARENT || (!total && measures[m] == SX_ACCOUNT_SHARE_OF_TOTAL)) {
        CHECK_OK(sx_est_constant(&one, NULL, 1, err));
        total = one;
      }
      adds(parts, n, total, fabs(sx_est_value(row->est)), sx_account_measure_name(measures[m]));
      sx_est_free(one);
    }
  }
}

/* Nodes without children at the last level: leaves and adjustments, of which the total is made. */
static const sx_est *change_of(const sx_account_changes *d, const char *id, const char *scope,
                               sx_account_change_measure measure) {
  for (size_t i = 0; i < d->n_rows; i++)
    if (d->rows[i].measure == measure && ah_same(d->rows[i].id, id) && ah_same(d->rows[i].scope, scope))
      return d->rows[i].est;
  return NULL;
}

static void contributions_add(const sx_account_changes *d, const char *scope, double scale) {
  static const sx_account_change_measure measures[] = {SX_ACCOUNT_DIFFERENCE,          SX_ACCOUNT_CONTRIBUTION,
                                                       SX_ACCOUNT_SHARE_OF_CHANGE,     SX_ACCOUNT_STRUCTURE_DIFFERENCE,
                                                       SX_ACCOUNT_CONSTANT_DIFFERENCE, SX_ACCOUNT_CONSTANT_CONTRIBUTION,
                                                       SX_ACCOUNT_PRICE_DIFFERENCE};
  for (size_t m = 0; m < sizeof measures / sizeof *measures; m++) {
    const sx_est *parts[64], *total = change_of(d, "total", scope, measures[m]);
    size_t n = 0;
    if (!total) continue;
    for (size_t j = 0; j < d->n_rows; j++)
      if (d->rows[j].measure == measures[m] && ah_same(d->rows[j].parent, "total") && ah_same(d->rows[j].scope, scope))
        parts[n++] = d->rows[j].est;
    adds(parts, n, total, scale, sx_account_change_measure_name(measures[m]));
  }
}

static void effects_add(const sx_account_effects *e, const sx_account_changes *d, double scale) {
  for (size_t i = 0; i < e->n_rows; i++) {
    const sx_account_effect_row *total = &e->rows[i];
    const sx_est *parts[16];
    size_t n = 0;
    if (total->effect != SX_ACCOUNT_EFFECT_TOTAL) continue;
    for (size_t j = 0; j < e->n_rows; j++)
      if (ah_same(e->rows[j].id, total->id) && ah_same(e->rows[j].scope, total->scope) &&
          e->rows[j].effect != SX_ACCOUNT_EFFECT_TOTAL)
        parts[n++] = e->rows[j].est;
    adds(parts, n, total->est, scale, total->id);
    const sx_est *difference = change_of(d, total->id, total->scope, SX_ACCOUNT_DIFFERENCE);
    CHECK_NEAR(sx_est_value(total->est), sx_est_value(difference), 1e-12);
    CHECK_NEAR(sx_est_se(total->est), sx_est_se(difference), 1e-10);
  }
}

static void sensitivity_adds(const sx_account *a, const sx_account_result *r) {
  sx_account_sensitivity *s = NULL;
  double sum = 0, before = (double)INFINITY;
  REQUIRE_OK(sx_account_get_sensitivity(&s, a, NULL, NULL, err));
  CHECK_NEAR(s->level, ah_value(r, "total", SX_ACCOUNT_LEVEL), 1e-15);
  for (size_t k = 0; k < s->n_rows; k++) {
    const sx_account_input *row = &s->rows[k];
    const double width = fabs(row->high_se - row->low_se);
    sum += row->variance_share;
    CHECK(width <= before);
    before = width;
    /* the elasticity against a difference of levels: all but coverages enter linearly or nearly so */
    const double slope = (row->high_tenth - row->low_tenth) / (0.2 * s->level);
    if (strcmp(row->factor, "adjustment") != 0) CHECK(fabs(slope - row->elasticity) <= 0.02);
  }
  CHECK_NEAR(sum, 1.0, 1e-9);
  sx_account_sensitivity_free(s);
}

/* The narrow definition as an account: the levels of the scope, and what the whole adds to it. */
static void restricted(const sx_account *a, const sx_account_result *r) {
  sx_account *narrow = NULL;
  sx_account_result *n = NULL;
  sx_account_changes *d = NULL;
  REQUIRE_OK(sx_account_restrict(&narrow, a, "narrow", err));
  CHECK_OK(sx_account_compute(&n, narrow, NULL, err));
  CHECK_OK(sx_account_contributions(&d, narrow, a, NULL, err));
  for (size_t i = 0; n && d && i < r->n_rows; i++) {
    const sx_account_row *row = &r->rows[i], *twin = ah_row(n, row->id, NULL, row->measure);
    if (!row->scope || row->measure == SX_ACCOUNT_MEASURED || row->measure == SX_ACCOUNT_CONSTANT ||
        row->measure == SX_ACCOUNT_PRICE_EFFECT)
      continue;
    REQUIRE(twin);
    CHECK_NEAR(sx_est_value(twin->est), sx_est_value(row->est), 1e-12);
    CHECK_NEAR(sx_est_se(twin->est), sx_est_se(row->est), 1e-9);
  }
  if (d)
    CHECK_NEAR(sx_est_value(ah_change(d, "total", SX_ACCOUNT_DIFFERENCE)),
               ah_value(r, "total", SX_ACCOUNT_LEVEL) -
                   sx_est_value(ah_row(r, "total", "narrow", SX_ACCOUNT_LEVEL)->est),
               1e-9);
  sx_account_result_free(n);
  sx_account_changes_free(d);
  sx_account_free(narrow);
}

static void one_pair(const sample *s, const shape *x) {
  ah_pool *p = calloc(1, sizeof *p);
  sx_account *before = random_account(p, s, 0, x), *after = random_account(p, s, 1, x);
  sx_account_result *r = NULL;
  sx_account_changes *d = NULL;
  sx_account_effects *e = NULL, *f = NULL;
  CHECK_OK(sx_account_compute(&r, before, NULL, err));
  CHECK_OK(sx_account_contributions(&d, before, after, s->link, err));
  CHECK_OK(sx_account_decompose(&e, before, after, s->link, SX_ACCOUNT_AVERAGED, err));
  CHECK_OK(sx_account_decompose(&f, before, after, s->link, SX_ACCOUNT_AT_BEFORE, err));
  if (r && d && e && f) {
    const double scale = fabs(ah_value(r, "total", SX_ACCOUNT_LEVEL));
    levels_add(r);
    contributions_add(d, NULL, scale);
    contributions_add(d, "narrow", scale);
    restricted(before, r);
    effects_add(e, d, scale);
    effects_add(f, d, scale);
    sensitivity_adds(before, r);
  }
  sx_account_result_free(r);
  sx_account_changes_free(d);
  sx_account_effects_free(e);
  sx_account_effects_free(f);
  sx_account_free(before);
  sx_account_free(after);
  ah_clear(p);
  free(p);
}

static void random_trees(void) {
  sample s;
  sample_init(&s);
  for (size_t k = 0; k < TREES; k++) {
    const shape x = random_shape();
    const int failures = sxt_failures;
    one_pair(&s, &x);
    if (sxt_failures > failures) fprintf(stderr, "in tree %zu\n", k);
    if (sxt_failures > 20) break;
  }
  sample_clear(&s);
}

/* The errors of a level by simulation: factors drawn as independent normals; the second-order term is what makes up the rest. */
static void second_order_by_simulation(void) {
  static const double mean[5] = {500, 0.4, 20, 0.7, 1.9}, se[5] = {75, 0.08, 4, 0.05, 0.3};
  ah_pool p = {.n = 0};
  sx_account *a = NULL;
  sx_account_result *r = NULL;
  const sx_account_leaf games = {.population = ah_figure(&p, mean[0], se[0]),
                                 .penetration = ah_figure(&p, mean[1], se[1]),
                                 .spend = ah_figure(&p, mean[2], se[2])};
  const sx_account_leaf video = {.population = games.population,
                                 .penetration = ah_figure(&p, mean[3], se[3]),
                                 .ratio = ah_figure(&p, mean[4], se[4]),
                                 .ratio_to = "games"};
  CHECK_OK(sx_account_new(&a, NULL, err));
  CHECK_OK(sx_account_add(a, "total", NULL, NULL, 0, NULL, err));
  CHECK_OK(sx_account_add(a, "games", "total", NULL, 0, &games, err));
  CHECK_OK(sx_account_add(a, "video", "total", NULL, 0, &video, err));
  REQUIRE_OK(sx_account_compute(&r, a, NULL, err));
  double sum = 0, squares = 0;
  enum { DRAWS = 400000 };
  for (size_t k = 0; k < DRAWS; k++) {
    double x[5];
    for (size_t i = 0; i < 5; i++)
      x[i] = mean[i] + se[i] * sqrt(-2 * log(eh_uniform())) * cos(6.283185307179586 * eh_uniform());
    const double level = x[0] * x[1] * x[2] + x[0] * x[3] * x[4] * x[2], off = level - 17300;
    sum += off;
    squares += off * off;
  }
  const double variance = (squares - sum * sum / DRAWS) / (DRAWS - 1);
  const sx_account_row *row = ah_row(r, "total", NULL, SX_ACCOUNT_LEVEL);
  CHECK_NEAR(row->se * row->se, variance, 0.01); /* 1.0009 of it; the linear variance alone is 0.974 */
  CHECK(sx_est_variance(row->est) < 0.985 * variance);
  sx_account_result_free(r);
  sx_account_free(a);
  ah_clear(&p);
}

/* Shares from one sample, means from another, one population with an error: every pair of leaves covaries in all three components. */
static void second_order_of_two_samples(void) {
  enum { N = 4 };
  ah_pool p = {.n = 0};
  sample s;
  sx_account *a = NULL;
  sx_account_result *r = NULL;
  const sx_est *people = ah_figure(&p, 900, 60), *u[N], *y[N], *waste = ah_figure(&p, 1.2, 0.2);
  sample_init(&s);
  CHECK_OK(sx_account_new(&a, NULL, err));
  CHECK_OK(sx_account_add(a, "total", NULL, NULL, 0, NULL, err));
  for (size_t i = 0; i < N; i++) {
    char id[16];
    name_of(id, 'l', i);
    u[i] = from_sample(&p, &s, 0, "u", i, SX_STAT_MEAN);
    y[i] = from_sample(&p, &s, 1, "y", i, SX_STAT_MEAN);
    const sx_account_leaf leaf = {.population = people, .penetration = u[i], .spend = y[i]};
    CHECK_OK(sx_account_add(a, id, "total", NULL, 0, &leaf, err));
  }
  CHECK_OK(sx_account_adjust(a, "waste", "total", SX_ACCOUNT_FACTOR, waste, err));
  CHECK(sx_est_independent(u[0], y[0]) && !sx_est_independent(u[0], u[1]) && sx_est_independent(people, u[0]));
  REQUIRE_OK(sx_account_compute(&r, a, NULL, err));
  double exact[2] = {0, 0}, f2 = 1.44, vf = 0.04, n2 = 810000, vn = 3600; /* before the adjustment, and after */
  for (size_t i = 0; i < N; i++) {
    for (size_t j = 0; j < N; j++) {
      const double mu = sx_est_value(u[i]) * sx_est_value(u[j]), my = sx_est_value(y[i]) * sx_est_value(y[j]);
      const double pair = (n2 + vn) * (mu + sx_est_cov(u[i], u[j])) * (my + sx_est_cov(y[i], y[j]));
      exact[0] += pair - n2 * mu * my;
      exact[1] += (f2 + vf) * pair - f2 * n2 * mu * my;
    }
  }
  const sx_account_row *before = ah_row(r, "total", NULL, SX_ACCOUNT_LEVEL_BEFORE);
  const sx_account_row *after = ah_row(r, "total", NULL, SX_ACCOUNT_LEVEL);
  CHECK_NEAR(before->se * before->se, exact[0], 1e-10);
  CHECK_NEAR(after->se * after->se, exact[1], 1e-10);
  sx_account_result_free(r);
  sx_account_free(a);
  ah_clear(&p);
  sample_clear(&s);
}

SXT_MAIN(SXT_CASE(random_trees), SXT_CASE(second_order_of_two_samples), SXT_CASE(second_order_by_simulation))
