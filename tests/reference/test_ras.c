/* test_ras.c: tables against ras.txt, which ras.R made with loglin and, for both signs, with the dual of the generalised RAS. */
#include "shuxiao/accounts_ras.h"
#include "sxt.h"

enum { MOST = 200 };

static char *at;
static bool word(const char *name) {
  while (*at == '\n' || *at == ' ') at++;
  const size_t n = strlen(name);
  if (strncmp(at, name, n) != 0) return false;
  at += n;
  return true;
}
static void numbers(double *out, size_t n, const char *name) {
  if (!word(name)) {
    SXT_FAIL("'%s' expected at '%.20s'", name, at);
    exit(1);
  }
  for (size_t i = 0; i < n; i++) out[i] = strtod(at, &at);
}
static size_t count(void) {
  return (size_t)strtoul(at, &at, 10);
}

static void compare(const char *kind, const sx_ras_request *q, const double *want, size_t n) {
  sx_ras_result *r = NULL;
  REQUIRE_OK(sx_account_ras(&r, NULL, q, err));
  for (size_t i = 0; i < n; i++) {
    if (fabs(r->table[i] - want[i]) > 1e-8 * (1 + fabs(want[i])))
      SXT_FAIL("%s, cell %zu: %.15g, not %.15g", kind, i, r->table[i], want[i]);
    CHECK(q->table[i] != 0 || r->table[i] == 0);
  }
  CHECK(r->worst <= q->tolerance);
  sx_ras_result_free(r);
}

static void against_r(void) {
  char *text = NULL;
  size_t length = 0, n_tables = 0;
  REQUIRE_OK(sx_file_read(&text, &length, NULL, "tests/reference/ras.txt", err));
  at = text;
  for (; word("table"); n_tables++) {
    static double a[MOST], x[MOST], totals[4][MOST];
    size_t dims[3], over[4][3], n = 1;
    sx_ras_margin margins[4];
    char kind[32] = "";
    sscanf(at, "%31s", kind);
    while (*at == ' ') at++;
    at += strlen(kind);
    sx_ras_request q = SX_RAS_REQUEST_INIT;
    q.n_dims = count();
    for (size_t d = 0; d < q.n_dims; d++) n *= dims[d] = count();
    q.n_margins = count();
    REQUIRE(n <= MOST && q.n_margins <= 4);
    numbers(a, n, "a");
    for (size_t m = 0; m < q.n_margins; m++) {
      size_t cells = 1;
      REQUIRE(word("over"));
      margins[m] = (sx_ras_margin){NULL, over[m], count(), totals[m]};
      for (size_t k = 0; k < margins[m].n_over; k++) cells *= dims[over[m][k] = count()];
      numbers(totals[m], cells, "totals");
    }
    numbers(x, n, "x");
    q.dims = dims;
    q.table = a;
    q.margins = margins;
    q.tolerance = 1e-12;
    compare(kind, &q, x, n);
  }
  CHECK(n_tables >= 28);
  sx_mem_free(NULL, text);
}

SXT_MAIN(SXT_CASE(against_r))
