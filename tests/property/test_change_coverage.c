/* test_change_coverage.c: samples of two waves that share none, some or all of their units, drawn again and again from one population: the
 * mean of the estimated variance of the change is its variance over the samples, and intervals cover. The table at full size is
 * docs/coverage.md. */
#include "est_help.h"

#include "shuxiao/estimate_change.h"

enum { STRATA = 3, UNITS = 800, TAKEN = 30, SAMPLES = 4000 };

static double first[STRATA][UNITS], second[STRATA][UNITS];

static void populate(void) {
  for (size_t h = 0; h < STRATA; h++)
    for (size_t i = 0; i < UNITS; i++) {
      const double u = -log(eh_uniform());
      first[h][i] = (double)(5 * h) + 4 * u;
      second[h][i] = 0.8 * first[h][i] + 2 - 1.5 * log(eh_uniform());
    }
}

/* The first TAKEN of a shuffle are wave 1; the last `shared` of them and the next TAKEN - shared are wave 2. */
static void draw(sx_table *t[2], size_t shared) {
  size_t order[UNITS];
  for (size_t h = 0; h < STRATA; h++) {
    for (size_t i = 0; i < UNITS; i++) order[i] = i;
    for (size_t i = 0; i < 2 * TAKEN; i++) {
      const size_t k = i + eh_below(UNITS - i), kept = order[i];
      order[i] = order[k];
      order[k] = kept;
    }
    for (size_t k = 0; k < 2; k++)
      for (size_t i = 0; i < TAKEN; i++) {
        const size_t unit = order[i + k * (TAKEN - shared)], row = h * TAKEN + i;
        sx_table_find(t[k], "id")->data.f64[row] = (double)(h * UNITS + unit);
        sx_table_find(t[k], "h")->data.f64[row] = (double)h;
        sx_table_find(t[k], "w")->data.f64[row] = (double)UNITS / TAKEN * (1 + (double)h);
        sx_table_find(t[k], "y")->data.f64[row] = k ? second[h][unit] : first[h][unit];
      }
  }
}

typedef struct result {
  double value, variance, independent, df;
} result;

static result one_sample(sx_table *t[2], size_t shared, sx_overlap overlap) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  sx_design *d[2];
  sx_link_side side[2];
  const sx_column *id[2];
  sx_est *e[2], *change = NULL;
  sx_link *link = NULL;
  draw(t, shared);
  for (size_t k = 0; k < 2; k++) {
    d[k] = eh_design(NULL, t[k], &s);
    id[k] = sx_table_find(t[k], "id");
    side[k] = (sx_link_side){d[k], &id[k], 1};
    e[k] = eh_one(d[k], SX_STAT_MEAN, sx_table_find(t[k], "y"), NULL, NULL);
  }
  if (sx_link_new(&link, &side[0], &side[1], NULL, NULL) != SX_OK ||
      sx_est_change(&change, link, e[0], e[1], SX_CHANGE_DIFFERENCE, NULL) != SX_OK)
    eh_die("compare");
  if (sx_link_overlap(link) != overlap || sx_link_units(link) != STRATA * shared) eh_die("the overlap is not seen");
  const result r = {sx_est_value(change), sx_est_variance(change), sx_est_variance(e[0]) + sx_est_variance(e[1]),
                    sx_est_df(change)};
  sx_est_free(change);
  sx_link_free(link);
  for (size_t k = 0; k < 2; k++) {
    sx_est_free(e[k]);
    sx_design_free(d[k]);
  }
  return r;
}

/* 4,000 samples: the ratio of variances has a standard error of 2.2%, coverage one of 0.35 points; f = 4% is not in rho. worth: how much larger the variance
 * would be if the overlap were left aside, at least. */
static void overlap_of(size_t shared, sx_overlap overlap, double worth) {
  sx_table *t[2];
  static const char *const names[] = {"id", "h", "w", "y"};
  eh_state = 20260101 + shared;
  populate();
  double truth = 0, weights = 0;
  for (size_t h = 0; h < STRATA; h++)
    for (size_t i = 0; i < UNITS; i++) {
      truth += (1 + (double)h) * (second[h][i] - first[h][i]);
      weights += 1 + (double)h;
    }
  truth /= weights;
  for (size_t k = 0; k < 2; k++) {
    t[k] = eh_table(NULL, (size_t)STRATA * TAKEN);
    for (size_t c = 0; c < 4; c++) eh_number(t[k], names[c], NULL);
  }
  double sum = 0, squares = 0, variance = 0, independent = 0, covered = 0;
  for (size_t s = 0; s < SAMPLES; s++) {
    const result r = one_sample(t, shared, overlap);
    const double miss = r.value - truth;
    sum += miss;
    squares += miss * miss;
    variance += r.variance;
    independent += r.independent;
    covered += fabs(miss) <= sx_num_t_quantile(0.975, r.df) * sqrt(r.variance);
  }
  const double n = SAMPLES, over = squares / n - pow(sum / n, 2);
  CHECK(variance / n / over > 0.93 && variance / n / over < 1.11);
  CHECK(covered / n > 0.935 && covered / n < 0.965);
  CHECK(independent / n / over > worth);
  sx_table_free(t[0]);
  sx_table_free(t[1]);
}

static void test_no_overlap(void) {
  overlap_of(0, SX_OVERLAP_NONE, 0.93);
}
static void test_third(void) {
  overlap_of(9, SX_OVERLAP_PARTIAL, 1.25);
}
static void test_half(void) {
  overlap_of(15, SX_OVERLAP_PARTIAL, 1.6);
}
static void test_most(void) {
  overlap_of(21, SX_OVERLAP_PARTIAL, 2.3);
}
static void test_full_overlap(void) {
  overlap_of(30, SX_OVERLAP_FULL, 5);
}

SXT_MAIN(SXT_CASE(test_no_overlap), SXT_CASE(test_third), SXT_CASE(test_half), SXT_CASE(test_most),
         SXT_CASE(test_full_overlap))
