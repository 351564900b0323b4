/* The model of the bundled study: what it promises is what its own files say, and its interviews agree with it. */
#include "shuxiao/synth.h"
#include "sxt.h"

#define STUDY "studies/digital-consumption-2025h1/"

static sx_synth_model *model;

static double truth(const char *name, const char *attribute, const char *level) {
  sx_error err = SX_ERROR_INIT;
  double x = (double)NAN;
  if (sx_synth_truth(&x, model, name, attribute, level, &err) != SX_OK) SXT_FAIL("%s: %s", name, err.message);
  return x;
}

static void the_model_loads(void) {
  const sx_ctx ctx = SX_CTX_INIT;
  REQUIRE_OK(sx_synth_load(&model, &ctx, STUDY "model.yaml", err));
}

static double ages(const char *name, const char *first, const char *second) {
  return truth(name, "age_class", first) + truth(name, "age_class", second);
}

/* Published figures of the survey that the model aims at: within half of the last printed digit. */
static void published_figures_are_the_models_truth(void) {
  REQUIRE(model != NULL);
  const double netizens = truth("netizen", NULL, NULL), rural = truth("netizen", "residence", "rural");
  const double consumers = truth("digital_consumer", NULL, NULL), shoppers = truth("online_shopping", NULL, NULL);
  const struct {
    double got, want, half;
  } f[] = {
      {netizens, 11.23e8, 0.5e6},
      {rural, 3.22e8, 0.5e6},
      {ages("netizen", "60-69", "70+"), 1.61e8, 0.5e6},
      {consumers, 9.58e8, 0.5e6},
      {truth("digital_consumer", "residence", "rural"), 2.49e8, 0.5e6},
      {ages("digital_consumer", "6-14", "15-19") / consumers, 0.184, 0.0005},
      {truth("digital_consumer", "age_class", "20-29") / consumers, 0.146, 0.0005},
      {truth("digital_consumer", "age_class", "30-39") / consumers, 0.210, 0.0005},
      {truth("digital_consumer", "sex", "male") / consumers, 0.509, 0.0005},
      {truth("online_shopping", "residence", "rural") / rural, 0.832, 0.0005},
      {truth("smart_any", NULL, NULL) / shoppers, 0.450, 0.0005},
      {ages("smart_wearable", "15-19", "20-29") / ages("online_shopping", "15-19", "20-29"), 0.370, 0.0005},
      {truth("emotional_any", NULL, NULL) / shoppers, 0.334, 0.0005},
      {truth("emo_blindbox", NULL, NULL) / truth("emotional_any", NULL, NULL), 0.281, 0.0005},
      {truth("genai", NULL, NULL), 5.15e8, 0.5e6},
      {truth("live_viewer", NULL, NULL) / netizens, 0.559, 0.0005},
      {truth("live_impulse", NULL, NULL) / truth("live_buyer", NULL, NULL), 0.324, 0.0005},
      {truth("game_pay", NULL, NULL) / truth("online_game", NULL, NULL), 0.439, 0.0005},
      {truth("av_pay", NULL, NULL) / truth("av_user", NULL, NULL), 0.347, 0.0005},
      {truth("exp_up_strong", "residence", "rural") / truth("exp_up", "residence", "rural"), 0.051 / 0.220, 0.0003},
      {truth("tradein_3c", "residence", "rural") / truth("tradein_part", "residence", "rural"), 0.305, 0.0005},
      {truth("second_hand", NULL, NULL) / shoppers, 0.147, 0.0005},
      {truth("amt_goods", NULL, NULL), 6.213e12, 1e6},
      {truth("amt_game", NULL, NULL), 198.8e9, 1e4},
      {truth("amt_av", NULL, NULL), 107.5e9, 1e4},
  };
  for (size_t i = 0; i < sizeof f / sizeof *f; i++)
    if (!(fabs(f[i].got - f[i].want) <= f[i].half))
      SXT_FAIL("figure %zu: the model says %.8g, the source %.8g", i, f[i].got, f[i].want);
}

static void amounts_add_to_the_published_totals(void) {
  REQUIRE(model != NULL);
  static const char *const services[] = {"amt_takeaway", "amt_travel", "amt_transport", "amt_ticketing", "amt_errands",
                                         "amt_home",     "amt_edu",    "amt_med",       "amt_svc_other"};
  static const char *const content[] = {"amt_game", "amt_av", "amt_lit", "amt_content_other"};
  double s = 0, c = 0;
  for (size_t i = 0; i < sizeof services / sizeof *services; i++) s += truth(services[i], NULL, NULL);
  for (size_t i = 0; i < sizeof content / sizeof *content; i++) c += truth(content[i], NULL, NULL);
  CHECK(fabs(s - 2.733e12) < 0.5e9);
  CHECK(fabs(c - 423.6e9) < 1e5);
  CHECK(fabs(truth("amt_goods", NULL, NULL) + s + c - 9.37e12) < 5e9);
  CHECK(fabs(s / 9.37e12 - 0.292) < 0.0005);
}

static double column_sum(const char *file, const char *name) {
  const sx_ctx ctx = SX_CTX_INIT;
  sx_error err = SX_ERROR_INIT;
  sx_table *t = NULL;
  double sum = 0;
  if (sx_io_read(&t, &ctx, file, NULL, &err) != SX_OK) {
    SXT_FAIL("%s: %s", file, err.message);
    return 0;
  }
  const sx_column *c = sx_table_find(t, name);
  for (size_t i = 0; c && i < sx_table_rows(t); i++) sum += sx_column_number(c, i);
  sx_table_free(t);
  return sum;
}

static void margins_agree_with_the_population(void) {
  const double total = column_sum(STUDY "data/population.csv", "persons");
  static const char *const files[] = {"province_residence", "sex_age", "residence_age"};
  CHECK(total > 1.34e9 && total < 1.35e9);
  for (size_t i = 0; i < 3; i++) {
    char path[128];
    snprintf(path, sizeof path, STUDY "data/margins_%s.csv", files[i]);
    CHECK_NEAR(column_sum(path, "persons"), total, 1e-12);
  }
}

/* Every variable stands in the codebook as `name`, and the codebook names no others in its first column. */
static void the_codebook_is_complete(void) {
  const sx_ctx ctx = SX_CTX_INIT;
  REQUIRE(model != NULL);
  char *text = NULL;
  size_t n = 0, rows = 0;
  sx_table *t = NULL;
  REQUIRE_OK(sx_file_read(&text, &n, &ctx, STUDY "codebook.md", err));
  REQUIRE_OK(sx_synth_generate(&t, model, &(sx_synth_sample){.n = 31, .seed = 1}, err));
  for (size_t i = 0; i < sx_table_columns(t); i++) {
    char row[128];
    snprintf(row, sizeof row, "\n| `%s` | ", sx_table_get(t, i)->name);
    if (!strstr(text, row)) SXT_FAIL("%s is not in the codebook", sx_table_get(t, i)->name);
  }
  for (const char *p = text; (p = strstr(p, "\n| `")) != NULL; p++) rows++;
  CHECK_INT(rows, sx_table_columns(t) + sx_table_mrsets(t));
  sx_mem_free(&ctx, text);
  sx_table_free(t);
}

static const double *numbers(const sx_table *t, const char *name, double *out) {
  const sx_column *c = sx_table_find(t, name);
  if (!c) SXT_FAIL("no column %s", name);
  for (size_t i = 0; c && i < sx_table_rows(t); i++) out[i] = sx_column_number(c, i);
  return out;
}

enum { N = 30000 };
/* z of the Hajek mean of x over the base b (NULL: all), strata by province, with replacement. The response factors are divided out
 * of the weights here, since nothing is raked. */
static double z_score(const double *w, const double *x, const double *b, const double *province, double want) {
  double sw = 0, sx = 0, variance = 0;
  for (size_t i = 0; i < N; i++)
    if (!b || b[i] == 1) {
      sw += w[i];
      sx += w[i] * x[i];
    }
  const double mean = sx / sw;
  for (size_t i = 0; i < N;) {
    double n = 0, s = 0, ss = 0;
    const double h = province[i];
    for (; i < N && province[i] == h; i++) {
      const double e = !b || b[i] == 1 ? w[i] * (x[i] - mean) / sw : 0;
      n++;
      s += e;
      ss += e * e;
    }
    variance += n / (n - 1) * (ss - s * s / n);
  }
  return (mean - want) / sqrt(variance);
}

static double response(double age, bool rural, bool female) {
  static const double by_age[] = {0.10, 0.22, 0.20, 0.24, 0.27, 0.30, 0.27, 0.16},
                      from[] = {6, 15, 20, 30, 40, 50, 60, 70};
  size_t k = 7;
  while (age < from[k]) k--;
  return by_age[k] * (rural ? 0.92 : 1) * (female ? 1.05 : 1);
}

static void interviews_agree_with_the_model(void) {
  REQUIRE(model != NULL);
  static const struct {
    const char *name, *base;
  } v[] = {{"digital_consumer", "netizen"},
           {"online_shopping", "netizen"},
           {"food_delivery", "netizen"},
           {"genai", "netizen"},
           {"ai_text", "genai"},
           {"smart_any", "online_shopping"},
           {"smart_3c", "online_shopping"},
           {"emo_blindbox", "online_shopping"},
           {"live_buyer", "live_viewer"},
           {"live_impulse", "live_buyer"},
           {"game_pay", "online_game"},
           {"av_pay", "av_user"},
           {"med_pay", "online_medical"},
           {"goods_pay", "netizen"},
           {"tradein_3c", "tradein_part"},
           {"exp_up_strong", "exp_up"},
           {"micro_drama", "netizen"},
           {"att_best", "online_shopping"}};
  enum { M = sizeof v / sizeof *v, SEEDS = 6 };
  double *w = malloc(4 * N * sizeof *w), *x = w + N, *b = x + N, *province = b + N, worst = 0, square = 0;
  for (uint64_t seed = 1; seed <= SEEDS; seed++) {
    sx_table *t = NULL;
    sx_error err = SX_ERROR_INIT;
    if (sx_synth_generate(&t, model, &(sx_synth_sample){.n = N, .seed = seed}, &err) != SX_OK) {
      SXT_FAIL("%s", err.message);
      break;
    }
    const sx_column *residence = sx_table_find(t, "residence"), *sex = sx_table_find(t, "sex");
    numbers(t, "base_weight", w);
    numbers(t, "age", x);
    numbers(t, "province", province);
    for (size_t i = 0; i < N; i++)
      w[i] /= response(x[i], sx_dict_get(residence->dict, residence->data.code[i], NULL)[0] == 'r',
                       sx_dict_get(sex->dict, sex->data.code[i], NULL)[0] == 'f');
    for (size_t k = 0; k < M; k++) {
      numbers(t, v[k].name, x);
      numbers(t, v[k].base, b);
      const double z = z_score(w, x, b, province, truth(v[k].name, NULL, NULL) / truth(v[k].base, NULL, NULL));
      if (fabs(z) > worst) worst = fabs(z);
      square += z * z;
    }
    sx_table_free(t);
  }
  free(w);
  CHECK(worst < 4.2); /* 108 scores */
  CHECK(square / (M * SEEDS) > 0.6 && square / (M * SEEDS) < 1.5);
}

static void done(void) {
  sx_synth_free(model);
  model = NULL;
}

SXT_MAIN(SXT_CASE(the_model_loads), SXT_CASE(published_figures_are_the_models_truth),
         SXT_CASE(amounts_add_to_the_published_totals), SXT_CASE(margins_agree_with_the_population),
         SXT_CASE(the_codebook_is_complete), SXT_CASE(interviews_agree_with_the_model), SXT_CASE(done))
