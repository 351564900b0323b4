/* test_study_waves_account.c: why an account changed between two waves that share part of their sample, against a slow twin that knows nothing of the
 * library: every statistic is a function of means and counts of both waves, effects are averages over all orders in which the factors can change,
 * derivatives are numerical, variances those of stratified samples, the covariance is Berger and Priam's by class means. */
#include "tiny_run.h"

enum { N = 60, SHARED = 30, OUTSIDE = 2, N_THETA = 5, FACTORS = 4 };
static const double COVERED = 0.9;

typedef struct sample {
  int id[N], stratum[N];
  double w[N], pay[2][N], amt[2][N]; /* goods, video */
  double theta[N_THETA];             /* people, share and mean of goods, share and mean of video */
  double u[N_THETA][N];              /* their linearised values, weighted */
} sample;
static sample wave[2];
static double price[OUTSIDE] = {1.02, 1.05}, price_se[OUTSIDE] = {0.004, 0.003};

static void make_sample(sample *s, int first, int shift) {
  memset(s, 0, sizeof *s);
  for (int i = 0; i < N; i++) {
    const int id = first + i;
    s->id[i] = id;
    s->stratum[i] = 1 + (id + (shift && id % 11 == 0)) % 3; /* some have moved to another stratum */
    s->w[i] = 10 + (double)((id * 7) % 5) + shift;
    for (int k = 0; k < 2; k++) {
      s->pay[k][i] = (id * (3 + k) + (id % 4 ? 0 : shift)) % 5 < 3;
      s->amt[k][i] = s->pay[k][i] > 0 ? 50 + (double)((id * 37 + 11 * k) % 53) + 6 * shift * ((id + k) % 3) : 0;
    }
  }
  double n = 0, payers[2] = {0, 0}, sums[2] = {0, 0};
  for (int i = 0; i < N; i++) {
    n += s->w[i];
    for (int k = 0; k < 2; k++) {
      payers[k] += s->w[i] * s->pay[k][i];
      sums[k] += s->w[i] * s->amt[k][i];
    }
  }
  s->theta[0] = n;
  for (int k = 0; k < 2; k++) {
    s->theta[1 + 2 * k] = payers[k] / n;
    s->theta[2 + 2 * k] = sums[k] / payers[k];
  }
  for (int i = 0; i < N; i++) {
    s->u[0][i] = s->w[i];
    for (int k = 0; k < 2; k++) {
      s->u[1 + 2 * k][i] = s->w[i] * (s->pay[k][i] - s->theta[1 + 2 * k]) / n;
      s->u[2 + 2 * k][i] = s->w[i] * s->pay[k][i] * (s->amt[k][i] - s->theta[2 + 2 * k]) / payers[k];
    }
  }
}

/* ---- the statistics ---------------------------------------------------------------------------------------------------- */

typedef struct state { /* [wave] */
  double theta[2][N_THETA], price[2];
} state;

/* The factors of a leaf: people, payers, spend at constant prices, price; goods are covered to nine tenths. */
static void factors(double out[FACTORS], const state *x, int leaf, int w) {
  out[0] = x->theta[w][0];
  out[1] = x->theta[w][1 + 2 * leaf];
  out[2] = x->theta[w][2 + 2 * leaf] / x->price[w];
  out[3] = x->price[w];
}

static double level(const state *x, int leaf, int w) {
  double f[FACTORS];
  factors(f, x, leaf, w);
  return f[0] * f[1] * f[2] * f[3] / (leaf == 0 ? COVERED : 1);
}

static double total(const state *x, int w) {
  return level(x, 0, w) + level(x, 1, w);
}

/* The change by one factor, averaged over the 24 orders. */
static double effect(const state *x, int leaf, int factor) {
  double f[2][FACTORS], sum = 0;
  int orders = 0;
  factors(f[0], x, leaf, 0);
  factors(f[1], x, leaf, 1);
  for (int code = 0; code < 256; code++) {
    const int order[FACTORS] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6 & 3};
    bool seen[FACTORS] = {false}, whole = true;
    for (int i = 0; i < FACTORS; i++) seen[order[i]] = true;
    for (int i = 0; i < FACTORS; i++) whole = whole && seen[i];
    if (!whole) continue;
    orders++;
    int side[FACTORS] = {0};
    for (int i = 0; i < FACTORS; i++) {
      double before = 1, after = 1;
      for (int k = 0; k < FACTORS; k++) before *= f[side[k]][k];
      side[order[i]] = 1;
      for (int k = 0; k < FACTORS; k++) after *= f[side[k]][k];
      if (order[i] == factor) sum += after - before;
    }
  }
  return sum / orders / (leaf == 0 ? COVERED : 1);
}

enum {
  GAP,
  GROWTH,
  CONTRIBUTION,
  SHARE,
  STRUCTURE,
  REAL_GAP,
  REAL_GROWTH,
  REAL_CONTRIBUTION,
  PRICES,
  EFFECT,
  EFFECT_SHARE
};
typedef struct asked {
  int what, leaf, factor; /* leaf -1: the total */
} asked;

static double of(const state *x, const asked *q) {
  const bool all = q->leaf < 0;
  const double l0 = all ? total(x, 0) : level(x, q->leaf, 0), l1 = all ? total(x, 1) : level(x, q->leaf, 1);
  const double t0 = total(x, 0), t1 = total(x, 1), c0 = l0 / x->price[0], c1 = l1 / x->price[1];
  double e = 0;
  for (int k = 0; k < 2; k++)
    if (q->what >= EFFECT && (all || k == q->leaf)) e += effect(x, k, q->factor);
  switch (q->what) {
  case GAP:
    return l1 - l0;
  case GROWTH:
    return l1 / l0 - 1;
  case CONTRIBUTION:
    return (l1 - l0) / t0;
  case SHARE:
    return (l1 - l0) / (t1 - t0);
  case STRUCTURE:
    return l1 / t1 - l0 / t0;
  case REAL_GAP:
    return c1 - c0;
  case REAL_GROWTH:
    return c1 / c0 - 1;
  case REAL_CONTRIBUTION:
    return (c1 - c0) / (t0 / x->price[0]);
  case PRICES:
    return (l1 - l0) - (c1 - c0);
  case EFFECT:
    return e;
  default:
    return e / (l1 - l0);
  }
}

/* ---- its error ----------------------------------------------------------------------------------------------------------- */

static double derivative(const state *at, double *in, const asked *q, state *x) {
  const double h = 1e-5 * fabs(*in), kept = *in;
  double d = 0;
  static const double c[] = {1.0 / 12, -2.0 / 3, 2.0 / 3, -1.0 / 12}, step[] = {-2, -1, 1, 2};
  (void)at;
  for (int i = 0; i < 4; i++) {
    *in = kept + step[i] * h;
    d += c[i] * of(x, q) / h;
  }
  *in = kept;
  return d;
}

static double stratified(const sample *s, const double *z) {
  double v = 0;
  for (int h = 1; h <= 3; h++) {
    double n = 0, mean = 0, ss = 0;
    for (int i = 0; i < N; i++) n += s->stratum[i] == h, mean += s->stratum[i] == h ? z[i] : 0;
    mean /= n;
    for (int i = 0; i < N; i++) ss += s->stratum[i] == h ? (z[i] - mean) * (z[i] - mean) : 0;
    v += n / (n - 1) * ss;
  }
  return v;
}

/* Residuals from the means of the classes (stratum or absence in wave 1) x (the same in wave 2), over the union of both samples. */
static double correlation(const double *z0, const double *z1) {
  double a[2 * N], b[2 * N], ab = 0, aa = 0, bb = 0;
  int class_of[2 * N], n = 0;
  for (int i = 0; i < N; i++) {
    int twin = -1;
    for (int k = 0; k < N; k++)
      if (wave[1].id[k] == wave[0].id[i]) twin = k;
    a[n] = z0[i];
    b[n] = twin < 0 ? 0 : z1[twin];
    class_of[n++] = 4 * wave[0].stratum[i] + (twin < 0 ? 0 : wave[1].stratum[twin]);
  }
  for (int k = 0; k < N; k++) {
    bool there = false;
    for (int i = 0; i < N; i++) there = there || wave[0].id[i] == wave[1].id[k];
    if (there) continue;
    a[n] = 0;
    b[n] = z1[k];
    class_of[n++] = wave[1].stratum[k];
  }
  for (int c = 0; c < 16; c++) {
    double m = 0, ma = 0, mb = 0;
    for (int i = 0; i < n; i++)
      m += class_of[i] == c, ma += class_of[i] == c ? a[i] : 0, mb += class_of[i] == c ? b[i] : 0;
    for (int i = 0; i < n; i++) {
      if (class_of[i] != c) continue;
      ab += (a[i] - ma / m) * (b[i] - mb / m);
      aa += (a[i] - ma / m) * (a[i] - ma / m);
      bb += (b[i] - mb / m) * (b[i] - mb / m);
    }
  }
  return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

static double twin_se(const state *at, const asked *q) {
  state x = *at;
  double z[2][N] = {{0}}, v = 0;
  for (int w = 0; w < 2; w++) {
    for (int k = 0; k < N_THETA; k++) {
      const double d = derivative(at, &x.theta[w][k], q, &x);
      for (int i = 0; i < N; i++) z[w][i] += d * wave[w].u[k][i];
    }
    const double d = derivative(at, &x.price[w], q, &x) * price_se[w];
    v += d * d;
  }
  const double v0 = stratified(&wave[0], z[0]), v1 = stratified(&wave[1], z[1]);
  return sqrt(v + v0 + v1 + 2 * correlation(z[0], z[1]) * sqrt(v0 * v1));
}

/* ---- the study ------------------------------------------------------------------------------------------------------------ */

static void write_sample(const char *file, const sample *s) {
  static char text[8000];
  size_t n = (size_t)snprintf(text, sizeof text, "id,st,w,pg,ag,pv,av\n");
  for (int i = 0; i < N; i++) {
    n += (size_t)snprintf(text + n, sizeof text - n, "%d,%d,%g,%g,", s->id[i], s->stratum[i], s->w[i], s->pay[0][i]);
    if (s->pay[0][i] > 0) n += (size_t)snprintf(text + n, sizeof text - n, "%g", s->amt[0][i]);
    n += (size_t)snprintf(text + n, sizeof text - n, ",%g,", s->pay[1][i]);
    if (s->pay[1][i] > 0) n += (size_t)snprintf(text + n, sizeof text - n, "%g", s->amt[1][i]);
    n += (size_t)snprintf(text + n, sizeof text - n, "\n");
  }
  tiny_write(file, text);
}

static const char study_text[] =
    "study: w\nwave: 2025-S1\ntitle: {zh: 账, en: Why it changed}\n"
    "data: {p: {file: now.csv}}\ndesign: {weights: w, strata: st}\n"
    "benchmarks: {cpi: {value: 1.05, se: 0.003}}\n"
    "indicators:\n"
    "  people: {label: {zh: 人, en: People}, count: true, unit: 人, format: plain 0}\n"
    "  pay_g: {label: {zh: 货, en: Payers}, prop: pg == 1}\n  pay_v: {label: {zh: 像, en: Viewers}, prop: pv == 1}\n"
    "  mean_g: {mean: ag, unit: 元, format: 元 0}\n  mean_v: {mean: av, unit: 元, format: 元 0}\n"
    "accounts:\n"
    "  a:\n    label: {zh: 账, en: Account}\n    unit: 元\n    format: 元 0\n    price_index: {value: cpi, why: w}\n"
    "    compare: [%s]\n"
    "    nodes:\n"
    "      - {id: t, label: {zh: 总, en: Total}}\n"
    "      - {id: g, parent: t, label: {zh: 货, en: Goods}, population: people, penetration: pay_g, spend: mean_g, "
    "coverage: {share: 0.9, why: w}}\n"
    "      - {id: v, parent: t, label: {zh: 像, en: Video}, population: people, penetration: pay_v, spend: mean_v}\n"
    "waves:\n  unit: id\n  label: {zh: 今, en: This half}\n  changes: [%s]\n"
    "  series:\n    - {wave: 2024-S2, label: {zh: 前, en: The half before}%s, benchmarks: {cpi: {value: 1.02, se: "
    "0.004}}}\n"
    "%s";
static const char blocks[] =
    "tables:\n"
    "  - {id: t1, title: {zh: 表, en: Why}, account: a, decompose: {wave: previous}}\n"
    "  - {id: t2, title: {zh: 表, en: Real}, account: a, measures: [level_constant, change_level_constant, "
    "change_relative_level_constant]}\n"
    "figures:\n"
    "  - {id: f1, type: waterfall, title: {zh: 图, en: Steps}, account: a, decompose: {wave: previous}}\n"
    "  - {id: f2, type: waterfall, title: {zh: 图, en: Parts}, account: a, decompose: {wave: previous}, show: nodes}\n"
    "narrative: {zh: [zh.md], en: [en.md]}\n";

static void write_study(const char *compare, const char *changes, const char *data, const char *more) {
  static char text[6000];
  snprintf(text, sizeof text, study_text, compare, changes, data, more);
  tiny_write("study.yaml", text);
}

static void prepare(const char *name) {
  tiny_copy(name);
  make_sample(&wave[0], 1, 0);
  make_sample(&wave[1], 1 + N - SHARED, 1);
  write_sample("was.csv", &wave[0]);
  write_sample("now.csv", &wave[1]);
  tiny_write("zh.md", "拉动{{ a/g.total.contribution_previous | pp 1 }}。\n");
  tiny_write("en.md",
             "Goods gave {{ a/g.total.contribution_previous | pp 1 }} of {{ a/t.total.growth_previous | % 1 }}, "
             "at constant prices {{ a/t.total.change_relative_level_constant | % 1 }}; prices "
             "{{ a/t.total.effect_price_previous | 元 0 }}. People: p {{ people.total.p_change | plain 3 }}.\n");
}

static void against_twin(int64_t run, const state *x, const char *node, int leaf) {
  static const struct {
    int what;
    const char *name;
  } list[] = {{GAP, "gap"},
              {GROWTH, "growth"},
              {CONTRIBUTION, "contribution"},
              {SHARE, "share_of_change"},
              {STRUCTURE, "structure_difference"},
              {REAL_GAP, "constant_difference"},
              {REAL_GROWTH, "constant_growth"},
              {REAL_CONTRIBUTION, "constant_contribution"},
              {PRICES, "price_difference"}};
  static const char *const names[] = {"population", "penetration", "spend", "price"};
  char id[20], statistic[60];
  snprintf(id, sizeof id, "a/%s", node);
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    const asked q = {list[i].what, leaf, 0};
    if (leaf < 0 && (q.what == SHARE || q.what == STRUCTURE)) continue;
    snprintf(statistic, sizeof statistic, "%s_previous", list[i].name);
    const tiny_row row = tiny_find(run, id, statistic, "total");
    CHECK_NEAR(row.estimate, of(x, &q), 1e-10);
    CHECK_NEAR(row.se, twin_se(x, &q), 1e-6);
  }
  for (int k = 0; k < FACTORS; k++) {
    const asked e = {EFFECT, leaf, k}, s = {EFFECT_SHARE, leaf, k};
    snprintf(statistic, sizeof statistic, "effect_%s_previous", names[k]);
    const tiny_row row = tiny_find(run, id, statistic, "total");
    CHECK_NEAR(row.estimate, of(x, &e), 1e-10);
    CHECK_NEAR(row.se, twin_se(x, &e), 1e-6);
    CHECK(strstr(row.method, "against 2024-S2, overlap partial, 30 units in both") != NULL);
    snprintf(statistic, sizeof statistic, "effect_share_%s_previous", names[k]);
    const tiny_row share = tiny_find(run, id, statistic, "total");
    CHECK_NEAR(share.estimate, of(x, &s), 1e-10);
    CHECK_NEAR(share.se, twin_se(x, &s), 1e-6);
  }
}

static double value(int64_t run, const char *id, const char *statistic) {
  return tiny_find(run, id, statistic, "total").estimate;
}

/* Contributions to growth, changes and effects add up to 1e-12 of the total. */
static void adds_up(int64_t run) {
  static const char *const of_nodes[] = {"gap",
                                         "contribution",
                                         "constant_difference",
                                         "constant_contribution",
                                         "price_difference",
                                         "effect_population",
                                         "effect_penetration",
                                         "effect_spend",
                                         "effect_price"};
  static const char *const effects[] = {"population", "penetration", "spend", "price", "adjustment"};
  char s[60];
  const double whole = value(run, "a/t", "level");
  for (size_t i = 0; i < sizeof of_nodes / sizeof *of_nodes; i++) {
    snprintf(s, sizeof s, "%s_previous", of_nodes[i]);
    const double scale = strstr(of_nodes[i], "contribution") ? 1 : whole;
    CHECK(fabs(value(run, "a/g", s) + value(run, "a/v", s) - value(run, "a/t", s)) <= 1e-12 * scale);
  }
  static const char *const nodes[] = {"a/t", "a/g", "a/v"};
  for (size_t k = 0; k < 3; k++) {
    double sum = 0, shares = 0;
    for (size_t e = 0; e < 5; e++) {
      snprintf(s, sizeof s, "effect_%s_previous", effects[e]);
      sum += value(run, nodes[k], s);
      snprintf(s, sizeof s, "effect_share_%s_previous", effects[e]);
      shares += value(run, nodes[k], s);
    }
    CHECK(fabs(sum - value(run, nodes[k], "gap_previous")) <= 1e-12 * whole);
    CHECK_NEAR(shares, 1, 1e-12);
    CHECK_NEAR(value(run, nodes[k], "gap_previous"), value(run, nodes[k], "change"), 1e-12);
    CHECK_NEAR(value(run, nodes[k], "growth_previous"), value(run, nodes[k], "change_relative"), 1e-12);
  }
  CHECK(fabs(value(run, "a/g", "contribution_previous") + value(run, "a/v", "contribution_previous") -
             value(run, "a/t", "growth_previous")) <= 1e-12);
  CHECK(fabs(value(run, "a/g", "structure_difference_previous") + value(run, "a/v", "structure_difference_previous")) <=
        1e-12);
  CHECK_NEAR(value(run, "a/g", "share_of_change_previous") + value(run, "a/v", "share_of_change_previous"), 1, 1e-12);
  /* an adjustment's row changes as its node's does */
  CHECK_NEAR(value(run, "a/g_coverage", "change"), value(run, "a/g_coverage", "gap_previous"), 1e-12);
  CHECK_NEAR(value(run, "a/g_coverage", "gap_previous"), (1 - COVERED) * value(run, "a/g", "gap_previous"), 1e-12);
  const tiny_row real = tiny_find(run, "a/t", "change_relative_level_constant", "total"),
                 same = tiny_find(run, "a/t", "constant_growth_previous", "total");
  CHECK_NEAR(real.estimate, same.estimate, 1e-12);
  CHECK_NEAR(real.se, same.se, 1e-10);
}

static void test_twin(void) {
  prepare("waves_account");
  write_study("{wave: previous, decompose: true}", "a, people", ", data: {p: {file: was.csv}}", blocks);
  sx_run_result *r = tiny_run();
  REQUIRE(r != NULL);
  state x;
  for (int w = 0; w < 2; w++) {
    memcpy(x.theta[w], wave[w].theta, sizeof x.theta[w]);
    x.price[w] = price[w];
  }
  against_twin(r->run, &x, "t", -1);
  against_twin(r->run, &x, "g", 0);
  against_twin(r->run, &x, "v", 1);
  adds_up(r->run);
  char *en = tiny_report("en"), *zh = tiny_report("zh");
  CHECK(en && strstr(en, "The half before") && strstr(en, "This half"));
  CHECK(en && strstr(en, "Change since The half before (partial overlap)"));
  CHECK(en && strstr(en, "Share of the change") &&
        !strstr(en, "p values adjusted by Holm over all changes of the study. </"));
  const double p = tiny_find(r->run, "people", "p_change", "total").estimate;
  CHECK(p > 0 && p < 0.0005); /* never printed as 0.000 */
  CHECK(en && strstr(en, "&lt; 0.001") && !strstr(en, ">0.000<"));
  CHECK(zh && strstr(zh, "对变动的贡献") && strstr(zh, "人均支出效应"));
  free(en);
  free(zh);
  sx_run_result_free(r);
  tiny_remove();
}

/* What changes on one side is computed again, and nothing else; what is reused gives the same numbers. */
static void test_reuse(void) {
  prepare("waves_reuse");
  write_study("{wave: previous, decompose: true}", "a", ", data: {p: {file: was.csv}}", "");
  sx_run_result *r = tiny_run();
  const tiny_row first = tiny_find(r->run, "a/g", "effect_spend_previous", "total");
  sx_run_result_free(r);
  r = tiny_run();
  for (size_t i = 0; i < r->n_steps; i++) CHECK(r->steps[i].reused);
  sx_run_result_free(r);
  wave[0].w[3] += 5;
  write_sample("was.csv", &wave[0]);
  r = tiny_run();
  bool account = false, change = false;
  for (size_t i = 0; i < r->n_steps; i++) {
    account = account || (strcmp(r->steps[i].id, "account:a") == 0 && r->steps[i].reused);
    change = change || (strcmp(r->steps[i].id, "change:a") == 0 && !r->steps[i].reused);
  }
  CHECK(account && change);
  const tiny_row moved = tiny_find(r->run, "a/g", "effect_spend_previous", "total");
  CHECK(moved.estimate != first.estimate && moved.se != first.se);
  sx_run_result_free(r);
  wave[0].w[3] -= 5;
  write_sample("was.csv", &wave[0]);
  write_study("{wave: 2024-S2, decompose: true}", "a", ", data: {p: {file: was.csv}}", "");
  r = tiny_run();
  const tiny_row named = tiny_find(r->run, "a/g", "effect_spend_2024-S2", "total");
  CHECK(named.estimate == first.estimate && named.se == first.se);
  sx_run_result_free(r);
  write_study("{wave: previous, decompose: true}", "a",
              ", data: {p: {file: was.csv}}, breaks: [{accounts: [a], why: asked anew}]", "");
  r = tiny_run();
  const tiny_row broken = tiny_find(r->run, "a/g", "contribution_previous", "total");
  CHECK(strstr(broken.quality, "break") != NULL);
  sx_run_result_free(r);
  /* another reason for the break, or for the prices, computes nothing but the annex and what is printed */
  write_study("{wave: previous, decompose: true}", "a",
              ", data: {p: {file: was.csv}}, breaks: [{accounts: [a], why: asked otherwise}]", "");
  r = tiny_run();
  for (size_t i = 0; i < r->n_steps; i++)
    if (strncmp(r->steps[i].id, "change:", 7) == 0 || strncmp(r->steps[i].id, "account:", 8) == 0)
      CHECK(r->steps[i].reused);
  sx_run_result_free(r);
  tiny_replace("study.yaml", "price_index: {value: cpi, why: w}", "price_index: {value: cpi, why: another reason}");
  r = tiny_run();
  for (size_t i = 0; i < r->n_steps; i++)
    if (strncmp(r->steps[i].id, "change:", 7) == 0 || strstr(r->steps[i].id, "account:")) CHECK(r->steps[i].reused);
  sx_run_result_free(r);
  tiny_remove();
}

/* Two waves that hardly differ: what is divided by their difference is marked, amounts are not. */
static void test_near_zero(void) {
  prepare("waves_near");
  make_sample(&wave[1], 1 + N - SHARED, 0);
  write_sample("now.csv", &wave[1]);
  write_study("{wave: previous, decompose: true}", "a", ", data: {p: {file: was.csv}}", "");
  sx_run_result *r = tiny_run();
  REQUIRE(r != NULL);
  const tiny_row gap = tiny_find(r->run, "a/t", "gap_previous", "total");
  CHECK(fabs(gap.estimate) < 3 * gap.se);
  CHECK(strstr(tiny_find(r->run, "a/g", "share_of_change_previous", "total").quality, "near 0") != NULL);
  CHECK(strstr(tiny_find(r->run, "a/t", "effect_share_spend_previous", "total").quality, "near 0") != NULL);
  CHECK(strstr(tiny_find(r->run, "a/t", "effect_spend_previous", "total").quality, "near 0") == NULL);
  CHECK(strstr(tiny_find(r->run, "a/g", "contribution_previous", "total").quality, "near 0") == NULL);
  sx_run_result_free(r);
  tiny_remove();
}

static void refused(const char *where, const char *words) {
  char path[600];
  sx_study *study = NULL;
  sx_problems problems = SX_PROBLEMS_INIT;
  sx_error err = SX_ERROR_INIT;
  tiny_path(path, "study.yaml");
  CHECK_INT(sx_study_load(&study, NULL, path, &problems, &err), SX_E_PARSE);
  if (problems.n != 1 || !strstr(problems.items[0].where, where) || !strstr(problems.items[0].message, words)) {
    SXT_FAIL("not '%s: %s' alone, but:", where, words);
    for (size_t i = 0; i < problems.n; i++) SXT_FAIL("%s: %s", problems.items[i].where, problems.items[i].message);
  }
  sx_problems_clear(&problems);
  sx_study_free(study);
}

static void test_refused(void) {
  static const char data[] = ", data: {p: {file: was.csv}}";
  prepare("waves_refused");
  write_study("{wave: year}", "a", data, "");
  refused("study.yaml:19:22", "no changes are counted from 'year'");
  write_study("{wave: 2023-S2}", "a", data, "");
  refused("study.yaml:19:22", "the series has no wave '2023-S2'");
  write_study("{wave: previous}", "people", data, "");
  refused("study.yaml:19:22", "the account 'a' is not followed over the waves: add it to 'changes'");
  write_study("{wave: previous}", "a, people", ", published: [{reference: people.total, value: 700}]", "");
  refused("study.yaml:19:22", "has no data of the account 'a', only what was published");
  write_study("{wave: previous}", "a, people", ", data: {p: {file: was.csv}}, without: [a]", "");
  refused("study.yaml:19:22", "has no data of the account 'a'");
  write_study("{wave: previous, with: a}", "a", data, "");
  refused("study.yaml:19:15", "a comparison is {from: GROUP, to: GROUP}, {with: ACCOUNT} or {wave: previous}");
  write_study("{wave: previous}", "a", data,
              "figures: [{id: f, type: waterfall, title: T, account: a, decompose: {wave: previous}}]\n");
  refused("study.yaml:30:", "the comparison says no 'decompose': its effects are not made");
  write_study("{wave: previous}", "a", data, "tables: [{id: f, title: T, account: a, decompose: {wave: year}}]\n");
  refused("study.yaml:30:", "the account 'a' makes no such comparison");
  tiny_remove();
}

SXT_MAIN(SXT_CASE(test_twin), SXT_CASE(test_reuse), SXT_CASE(test_near_zero), SXT_CASE(test_refused))
