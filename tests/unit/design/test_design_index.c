/* test_design_index.c: strata and PSUs that are text cost what numbers cost: the design is built from the codes of their dictionary. Other
 * packages compared or copied the texts of every case. Not by time: without its dictionary a column of text gives the same index (no look-up at all),
 * a design of text and one of integers have the same bits in every estimate, and with texts of 4,000 bytes the allocations
 * of a design grow with its strata and not with its cases. */
#include "design/design_priv.h"
#include "est_help.h"

enum { ROWS = 6000, STRATA = 12, PSUS = 60, LONG = 4000 };

/* h and psu as integers (hi, pi) and as text of `length` bytes (ht, pt), the stratum's or PSU's number at the end: texts differ last. */
static sx_table *table(size_t length) {
  eh_state = 21;
  static double w[ROWS], y[ROWS];
  sx_table *t = eh_table(NULL, ROWS);
  for (size_t i = 0; i < ROWS; i++) {
    w[i] = 1 + eh_uniform();
    y[i] = 10 * eh_uniform();
  }
  eh_number(t, "w", w);
  eh_number(t, "y", y);
  sx_error err = SX_ERROR_INIT;
  static const char *const names[] = {"hi", "pi", "ht", "pt"};
  char *text = malloc(length + 1);
  for (size_t k = 0; text && k < 4; k++) {
    sx_column *c = NULL;
    sx_status st = sx_table_add(&c, t, names[k], k < 2 ? SX_INTEGER : SX_TEXT, &err);
    for (size_t i = 0; st == SX_OK && i < ROWS; i++) {
      const size_t psu = i * 7 % PSUS, value = k % 2 ? psu : psu % STRATA;
      if (k < 2) {
        c->data.i64[i] = (int64_t)value;
        continue;
      }
      memset(text, 'x', length);
      snprintf(text + length - 3, 4, "%03zu", value);
      st = sx_dict_add(&c->data.code[i], c->dict, text, length, &err);
    }
    if (st != SX_OK) exit(1);
  }
  free(text);
  return t;
}

static void test_codes_alone(void) {
  sx_table *t = table(8);
  const sx_ctx ctx = SX_CTX_INIT;
  static const char *const names[] = {"hi", "ht", "pi", "pt"};
  for (size_t k = 0; k < 4; k += 2) {
    design_index number = {ctx, NULL, NULL, 0}, text = {ctx, NULL, NULL, 0};
    sx_column bare = *sx_table_find(t, names[k + 1]);
    CHECK_INT(sx_dict_count(bare.dict), k ? PSUS : STRATA);
    bare.dict = NULL; /* a look-up would end here */
    REQUIRE_OK(sx_design__index(&number, &ctx, sx_table_find(t, names[k]), NULL, "stratum", err));
    REQUIRE_OK(sx_design__index(&text, &ctx, &bare, NULL, "stratum", err));
    CHECK_INT(text.n, k ? PSUS : STRATA);
    CHECK(number.n == text.n && memcmp(number.code, text.code, ROWS * sizeof *text.code) == 0);
    CHECK(memcmp(number.first, text.first, text.n * sizeof *text.first) == 0);
    sx_design__index_clear(&number);
    sx_design__index_clear(&text);
  }
  sx_table_free(t);
}

typedef struct counted {
  size_t calls, bytes;
} counted;

static void *count_resize(void *ctx, void *p, size_t old, size_t size) {
  counted *c = ctx;
  (void)old;
  if (size == 0) {
    free(p);
    return NULL;
  }
  c->calls++;
  c->bytes += size;
  return realloc(p, size);
}

/* The design of t by text or by integers; what it allocated. */
static sx_design *build(counted *c, const sx_table *t, bool text) {
  sx_ctx ctx = SX_CTX_INIT;
  const char *psu = text ? "pt" : "pi";
  ctx.alloc.resize = count_resize;
  ctx.alloc.ctx = c;
  ctx.n_threads = 1;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = text ? "ht" : "hi";
  s.clusters = &psu;
  s.n_clusters = 1;
  return eh_design(&ctx, t, &s);
}

static void test_same_bits_same_work(void) {
  static const size_t lengths[] = {8, LONG};
  for (size_t k = 0; k < 2; k++) {
    sx_table *t = table(lengths[k]);
    counted by_number = {0, 0}, by_text = {0, 0};
    sx_design *a = build(&by_number, t, false), *b = build(&by_text, t, true);
    CHECK(by_number.calls > 0);
    CHECK(by_text.calls <= by_number.calls + 2 * (STRATA + PSUS));
    CHECK(by_text.bytes <= by_number.bytes + 2 * (STRATA + PSUS) * (lengths[k] + 64)); /* one text per case: 24 MB */
    const sx_stat stats[] = {SX_STAT_TOTAL, SX_STAT_MEAN};
    for (size_t j = 0; j < 2; j++) {
      sx_est *x = eh_one(a, stats[j], sx_table_find(t, "y"), NULL, NULL),
             *y = eh_one(b, stats[j], sx_table_find(t, "y"), NULL, NULL);
      const double vx = sx_est_variance(x), vy = sx_est_variance(y), ex = sx_est_value(x), ey = sx_est_value(y);
      CHECK(vx > 0 && memcmp(&vx, &vy, sizeof vx) == 0 && memcmp(&ex, &ey, sizeof ex) == 0);
      sx_est_free(x);
      sx_est_free(y);
    }
    CHECK_NEAR(sx_design_df(a), PSUS - STRATA, 0);
    CHECK_NEAR(sx_design_df(b), PSUS - STRATA, 0);
    sx_design_free(a);
    sx_design_free(b);
    sx_table_free(t);
  }
}

SXT_MAIN(SXT_CASE(test_codes_alone), SXT_CASE(test_same_bits_same_work))
