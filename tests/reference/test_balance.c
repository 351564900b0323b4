/* test_balance.c: 100 random systems against balance.txt, which balance.R made with base R and quadprog. */
#include "shuxiao/accounts_balance.h"
#include "sxt.h"

enum { MOST = 12 };
typedef struct system_ {
  char kind[32];
  size_t n, k;
  double x[MOST], v[MOST * MOST], lower[MOST], upper[MOST], a[MOST * MOST], b[MOST], unbounded[MOST], y[MOST], se[MOST];
  double chi[2];
} system_;

static void numbers(double *out, size_t n, char **at, const char *name) {
  while (**at == '\n' || **at == ' ') (*at)++;
  if (strncmp(*at, name, strlen(name)) != 0) {
    SXT_FAIL("'%s' expected at '%.20s'", name, *at);
    exit(1);
  }
  *at += strlen(name);
  for (size_t i = 0; i < n; i++) out[i] = strtod(*at, at);
}

static int next(system_ *s, char **at) {
  char *head = strstr(*at, "system ");
  if (!head || sscanf(head, "system %31s %zu %zu", s->kind, &s->n, &s->k) != 3) return 0;
  *at = strchr(head, '\n');
  numbers(s->x, s->n, at, "x");
  numbers(s->v, s->n * s->n, at, "V");
  numbers(s->lower, s->n, at, "lower");
  numbers(s->upper, s->n, at, "upper");
  numbers(s->a, s->k * s->n, at, "A");
  numbers(s->b, s->k, at, "b");
  numbers(s->unbounded, s->n, at, "unbounded");
  numbers(s->y, s->n, at, "y");
  numbers(s->se, s->n, at, "se");
  numbers(s->chi, 2, at, "chi");
  return 1;
}

static double worst;
static size_t held;
static void near(const system_ *s, size_t index, const char *what, double got, double want, double scale) {
  const double off = fabs(got - want) / scale;
  if (off > worst) worst = off;
  if (!(off <= 1e-9)) SXT_FAIL("system %zu (%s), %s: %.17g, not %.17g", index, s->kind, what, got, want);
}

static void check(const system_ *s, size_t index, int as_matrix) {
  sx_balance_figure figures[MOST];
  sx_balance_identity identities[MOST];
  sx_balance_term terms[MOST * MOST];
  char names[2 * MOST][8];
  for (size_t j = 0; j < s->n; j++) {
    snprintf(names[j], sizeof *names, "f%zu", j);
    figures[j] = (sx_balance_figure){names[j], s->x[j], sqrt(s->v[j + j * s->n]), s->lower[j], s->upper[j]};
  }
  for (size_t k = 0; k < s->k; k++) {
    snprintf(names[MOST + k], sizeof *names, "i%zu", k);
    for (size_t j = 0; j < s->n; j++) terms[k * s->n + j] = (sx_balance_term){j, s->a[k * s->n + j]};
    identities[k] = (sx_balance_identity){names[MOST + k], terms + k * s->n, s->n, s->b[k]};
  }
  sx_balance_request q = SX_BALANCE_REQUEST_INIT;
  q.figures = figures;
  q.n_figures = s->n;
  q.covariance = as_matrix ? s->v : NULL;
  q.identities = identities;
  q.n_identities = s->k;
  q.distance = strcmp(s->kind, "relative") == 0 ? SX_BALANCE_RELATIVE : SX_BALANCE_ABSOLUTE;
  sx_balance_result *r = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_account_balance(&r, NULL, &q, &err) != SX_OK) {
    SXT_FAIL("system %zu (%s): %s: %s", index, s->kind, err.where, err.message);
    return;
  }
  CHECK_INT(r->df, (long long)s->chi[1]);
  near(s, index, "chi-square", r->chi_square, s->chi[0], 1 + s->chi[0]);
  for (size_t j = 0; j < s->n; j++) {
    const double scale = 1 + fabs(s->y[j]);
    near(s, index, "by the identities", r->rows[j].unbounded, s->unbounded[j], scale);
    near(s, index, "adjusted", r->rows[j].after, s->y[j], scale);
    near(s, index, "variance", pow(r->rows[j].se_after, 2), pow(s->se[j], 2), 1 + pow(s->se[j], 2));
  }
  held += as_matrix ? r->n_active : 0;
  sx_balance_result_free(r);
}

static int is_diagonal(const system_ *s) {
  for (size_t j = 0; j < s->n; j++)
    for (size_t i = 0; i < s->n; i++)
      if (i != j && s->v[i + j * s->n] != 0) return 0;
  return 1;
}

static void against_r(void) {
  char *text = NULL;
  size_t length = 0;
  REQUIRE_OK(sx_file_read(&text, &length, NULL, "tests/reference/balance.txt", err));
  char *at = text;
  system_ s;
  size_t n = 0;
  for (; next(&s, &at); n++) {
    check(&s, n, 1);
    if (is_diagonal(&s)) check(&s, n, 0);
  }
  CHECK_INT(n, 100);
  CHECK_INT(held, 77);
  printf("100 systems, largest difference %.2g\n", worst);
  sx_mem_free(NULL, text);
}

SXT_MAIN(SXT_CASE(against_r))
