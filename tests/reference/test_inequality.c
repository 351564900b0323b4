/* Inequality and poverty on laeken's EU-SILC sample against R convey, laeken's own functions and scores written out in R:
 * tests/reference/inequality.R made inequality.csv and exports the sample here. Estimates to 1e-9, errors to 1e-9; those that rest on
 * a density by the kernel of the form of convey. Skipped without R and r-cran-laeken. */
#include <unistd.h>

#include "est_help.h"
#include "reference/ref_csv.h"
#include "shuxiao/estimate_inequality.h"

static const char script[] = "tests/reference/inequality.R";

static sx_table *sample(void) {
  char path[64], command[256];
  snprintf(path, sizeof path, "/tmp/sxt-eusilc-%ld.csv", (long)getpid());
  snprintf(command, sizeof command, "Rscript %s data %s >/dev/null 2>&1", script, path);
  if (system(command) != 0) {
    remove(path);
    SXT_SKIP("R with r-cran-laeken and r-cran-survey is not here (tools/setup.sh test)");
  }
  sx_table *t = ref_table(path);
  remove(path);
  return t;
}

typedef struct setting {
  sx_table *t;
  sx_design *d;
  uint8_t *in; /* of the row at hand */
} setting;

static void choose(setting *s, const char *domain) {
  const sx_column *y = sx_table_find(s->t, "eqIncome"), *sex = sx_table_find(s->t, "rb090"),
                  *region = sx_table_find(s->t, "db040");
  for (size_t i = 0; i < y->n; i++) {
    const char *text = strcmp(domain, "women") == 0 ? sx_dict_get(sex->dict, sex->data.code[i], NULL)
                                                    : sx_dict_get(region->dict, region->data.code[i], NULL);
    s->in[i] = strcmp(domain, "all") == 0        ? 1
               : strcmp(domain, "positive") == 0 ? y->data.f64[i] > 0
               : strcmp(domain, "women") == 0    ? strcmp(text, "female") == 0
                                                 : strcmp(text, "Tyrol") == 0;
  }
}

/* "relq", "relm", each perhaps with "/domain", or an amount. */
static void read_threshold(sx_poverty_threshold *t, const char *text) {
  if (!text[0]) return;
  t->of_domain = strstr(text, "/domain") != NULL;
  t->kind = strncmp(text, "relq", 4) == 0   ? SX_POVERTY_OF_QUANTILE
            : strncmp(text, "relm", 4) == 0 ? SX_POVERTY_OF_MEAN
                                            : SX_POVERTY_ABSOLUTE;
  if (t->kind == SX_POVERTY_ABSOLUTE) t->value = strtod(text, NULL);
}

static void check_row(setting *s, char **f) {
  const char *measure = f[0], *domain = f[1], *form = f[2];
  sx_inequality_request r = SX_INEQUALITY_REQUEST_INIT;
  sx_inequality_options o = SX_INEQUALITY_OPTIONS_INIT;
  REQUIRE_OK(sx_inequality_parse(&r.measure, measure, err));
  choose(s, domain);
  r.y = sx_table_find(s->t, "eqIncome");
  if (strcmp(domain, "all") != 0) r.where = s->in;
  if (strcmp(form, "convey") == 0) o.form = SX_INEQUALITY_CONVEY;
  read_threshold(&o.threshold, f[3]);
  sx_est_set *set = NULL;
  REQUIRE_OK(sx_estimate_inequality(&set, s->d, &r, &o, err));
  const sx_est_row *row = &set->rows[0];
  const double estimate = strtod(f[4], NULL), se = f[5][0] ? strtod(f[5], NULL) : (double)NAN;
  const int before = sxt_failures;
  CHECK_NEAR(row->estimate, estimate, 1e-9);
  if (!isnan(se)) CHECK_NEAR(row->se, se, 1e-9);
  if (row->est) CHECK_NEAR(sx_est_se(row->est), row->se, 1e-12);
  size_t n = 0;
  for (size_t i = 0; i < r.y->n; i++) n += s->in[i];
  CHECK_INT(row->n, n);
  if (sxt_failures != before) fprintf(stderr, "  in %s, %s, %s, %s\n", measure, domain, form, f[3]);
  sx_est_set_free(set);
}

static void test_rows(void) {
  sx_table *t = sample();
  REQUIRE(t != NULL);
  CHECK_INT(sx_table_rows(t), 14827);
  static const char *const psu[] = {"rb030"};
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.weights = "rb050";
  spec.strata = "db040";
  spec.clusters = psu;
  spec.n_clusters = 1;
  setting s = {t, eh_design(NULL, t, &spec), malloc(sx_table_rows(t))};
  char *text = ref_read_text("tests/reference/inequality.csv"), *fields[7];
  REQUIRE(text != NULL && s.in != NULL);
  size_t rows = 0;
  for (char *at = text; *at;) {
    if (*at == '#') {
      at = strchr(at, '\n') + 1;
      continue;
    }
    if (ref_split(fields, 7, &at) != 7 || strcmp(fields[0], "measure") == 0) continue;
    check_row(&s, fields);
    rows++;
  }
  CHECK(rows >= 75);
  free(text);
  free(s.in);
  sx_design_free(s.d);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_rows))
