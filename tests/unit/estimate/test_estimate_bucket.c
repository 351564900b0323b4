/* The sort behind quantiles beside the C library's: buckets in the cache, and files longer than one, of every shape that the ways of sorting
 * part at: smooth, few values, one value, far outliers, both signs; ties in the order of the rows; the same for any number of threads. */
#include "est_help.h"

#include "estimate/estimate_bucket.h"
#include "estimate/estimate_priv.h"

typedef struct item {
  double x;
  uint64_t key;
  uint32_t row;
} item;

static int by_key(const void *a, const void *b) {
  const item *p = a, *q = b;
  if (p->key != q->key) return p->key < q->key ? -1 : 1;
  return p->row < q->row ? -1 : p->row > q->row;
}
static int by_value(const void *a, const void *b) {
  const item *p = a, *q = b;
  if (p->x < q->x || p->x > q->x) return p->x < q->x ? -1 : 1;
  return p->row < q->row ? -1 : p->row > q->row;
}

/* Keys below 2^bits, thinned so that ties are many, few or none. */
static void buckets(void) {
  enum { MOST = 6000 };
  static uint64_t key[MOST], other_key[MOST];
  static uint32_t row[MOST], other_row[MOST];
  static item want[MOST];
  static const size_t sizes[] = {0, 1, 2, 31, 32, 33, 100, 1000, MOST};
  static const int widths[] = {0, 1, 5, 11, 12, 22, 23, 33, 47, 57, 63};
  for (size_t a = 0; a < sizeof sizes / sizeof *sizes; a++)
    for (size_t b = 0; b < sizeof widths / sizeof *widths; b++)
      for (int shape = 0; shape < 3; shape++) {
        const size_t n = sizes[a];
        const double top = ldexp(1, widths[b]) - 1;
        const uint64_t base = UINT64_C(0x3FF0000000000123);
        for (size_t i = 0; i < n; i++) {
          const double u = eh_uniform(), v = shape == 0 ? u : shape == 1 ? pow(u, 40) : floor(u * 7) / 7;
          key[i] = base + (uint64_t)(v * top);
          if (shape == 1 && widths[b] > 12) key[i] += eh_below(4096); /* close together, but for few */
          row[i] = (uint32_t)i;
          want[i] = (item){0, key[i], row[i]};
        }
        qsort(want, n, sizeof *want, by_key);
        sx_estimate__sort_bucket(key, row, other_key, other_row, n, base, 64);
        for (size_t i = 0; i < n; i++)
          if (key[i] != want[i].key || row[i] != want[i].row) {
            SXT_FAIL("%zu keys of %d bits, shape %d: place %zu", n, widths[b], shape, i);
            break;
          }
      }
}

static double shaped(int shape) {
  const double u = eh_uniform();
  switch (shape) {
  case 0:
    return exp(3 * (u + eh_uniform() - 1)); /* smooth */
  case 1:
    return floor(18 + 70 * u); /* ages */
  case 2:
    return 42;
  case 3:
    return u < 1e-4 ? 1e300 * u : u; /* far outliers: one bucket would hold nearly all */
  default:
    return (u - 0.5) * exp(10 * eh_uniform()); /* both signs, with -0 */
  }
}

static void check_sorted(const est_sorted *q, const item *want, size_t n, const double *w, int shape) {
  CHECK_INT(q->start[q->n_domains], n);
  for (size_t i = 0; i < n; i++)
    if (q->row[i] != want[i].row || q->x[i] != want[i].x || q->w[i] != w[want[i].row]) {
      SXT_FAIL("shape %d: place %zu: row %u of %g, not %u of %g", shape, i, q->row[i], q->x[i], want[i].row, want[i].x);
      return;
    }
}

static void long_files(void) {
  enum { ROWS = 140000 }; /* over a cacheful: 2^17 */
  double *y = malloc(ROWS * sizeof *y), *w = malloc(ROWS * sizeof *w);
  item *want = malloc(ROWS * sizeof *want);
  REQUIRE(y && w && want);
  for (int shape = 0; shape < 5; shape++) {
    size_t n = 0;
    for (size_t i = 0; i < ROWS; i++) {
      y[i] = shape == 4 && i % 1000 == 0 ? -0.0 : shaped(shape);
      if (i % 97 == 0) y[i] = (double)NAN;
      w[i] = 0.5 + eh_uniform();
      if (!isnan(y[i])) want[n++] = (item){y[i] + 0.0, 0, (uint32_t)i};
    }
    qsort(want, n, sizeof *want, by_value);
    for (int threads = 1; threads <= 3; threads++) {
      sx_ctx ctx = SX_CTX_INIT;
      ctx.n_threads = threads;
      sx_table *t = eh_table(&ctx, ROWS);
      const sx_column *c = eh_number(t, "y", y);
      (void)eh_number(t, "w", w);
      sx_design_spec spec = SX_DESIGN_SPEC_INIT;
      spec.weights = "w";
      sx_design *d = eh_design(&ctx, t, &spec);
      const sx_quantile_request request = {.y = c};
      est_sorted q;
      CHECK_OK(sx_estimate__sort(&q, d, &request, false, err));
      check_sorted(&q, want, n, w, shape);
      sx_estimate__sorted_clear(&q);
      sx_design_free(d);
      sx_table_free(t);
    }
  }
  free(y);
  free(w);
  free(want);
}

SXT_MAIN(SXT_CASE(buckets), SXT_CASE(long_files))
