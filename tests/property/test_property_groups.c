/* Groups, join and pivot over random tables against quadratic twins; invariance to the order of rows. */
#include "shuxiao/table.h"
#include "sxt.h"

#include <stdint.h>

static uint64_t state = 11;
static uint32_t rnd(uint32_t n) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((state >> 33) % n);
}

enum { KEYS = 4 };
static const char *const NAMES[KEYS] = {"small", "wide", "real", "word"};

/* wide spans too much for a table of all values; real is not whole */
static sx_table *random_table(size_t n, uint32_t variety) {
  sx_table *t = NULL;
  static const sx_type types[KEYS] = {SX_INTEGER, SX_INTEGER, SX_NUMBER, SX_CATEGORY};
  CHECK_OK(sx_table_new(&t, NULL, n, err));
  for (int k = 0; k < KEYS; k++) {
    sx_column *c = NULL;
    CHECK_OK(sx_table_add(&c, t, NAMES[k], types[k], err));
    for (size_t i = 0; i < n; i++) {
      const uint32_t v = rnd(variety);
      char word[16];
      if (k == 0) c->data.i64[i] = (int64_t)v - 3;
      if (k == 1) c->data.i64[i] = ((int64_t)v - 2) * INT64_C(100000007) * 1000000;
      if (k == 2) c->data.f64[i] = ((double)v - 4) / 3;
      if (k == 3) {
        const int m = snprintf(word, sizeof word, "w%u", v);
        CHECK_OK(sx_dict_add(&c->data.code[i], c->dict, word, (size_t)m, err));
      }
      if (rnd(12) == 0) CHECK_OK(sx_column_set_missing(sx_table_ctx(t), c, i, rnd(2) ? SX_MISS_USER : 'a', err));
    }
  }
  return t;
}

/* Negative, zero, positive as row a comes before, with, after row b. */
static int compare_rows(const sx_table *t, size_t n_keys, size_t a, size_t b) {
  for (size_t k = 0; k < n_keys; k++) {
    const sx_column *c = sx_table_find(t, NAMES[k]);
    const double x = c->dict ? c->data.code[a] : sx_column_number(c, a);
    const double y = c->dict ? c->data.code[b] : sx_column_number(c, b);
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

static bool key_missing(const sx_table *t, size_t n_keys, size_t row) {
  for (size_t k = 0; k < n_keys; k++)
    if (sx_column_missing(sx_table_find(t, NAMES[k]), row)) return true;
  return false;
}

static void check_groups(const sx_table *t, size_t n_keys) {
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, NAMES, n_keys, err));
  const size_t n = sx_table_rows(t);
  size_t seen = 0;
  uint8_t *used = calloc(g->n_groups + 1, 1);
  REQUIRE(used != NULL);
  for (size_t i = 0; i < n; i++) {
    CHECK((g->group[i] < 0) == key_missing(t, n_keys, i));
    if (g->group[i] < 0) continue;
    seen += !used[g->group[i]]++;
    if (used[g->group[i]] > 1) used[g->group[i]] = 1;
    for (size_t k = 0; k < n_keys; k++) { /* the level's text is the row's value */
      const sx_column *c = sx_table_find(t, NAMES[k]);
      const char *text = g->level_text[k][g->key_level[(size_t)g->group[i] * n_keys + k]];
      double v = 0;
      if (c->dict)
        CHECK_STR(text, sx_dict_get(c->dict, c->data.code[i], NULL));
      else
        CHECK(sx_text_to_double(&v, text, strlen(text)) && v == sx_column_number(c, i));
    }
    for (size_t j = 0; j < i; j++) {
      if (g->group[j] < 0) continue;
      const int want = compare_rows(t, n_keys, j, i), got = (g->group[j] > g->group[i]) - (g->group[j] < g->group[i]);
      if (want != got) SXT_FAIL("rows %zu and %zu: groups %d and %d, order %d", j, i, g->group[j], g->group[i], want);
    }
  }
  CHECK_INT(seen, g->n_groups); /* every group has a row */
  free(used);
  sx_groups_free(g);
}

static void groups_agree(void) {
  for (int r = 0; r < 60 && sxt_failures < 5; r++) {
    sx_table *t = random_table(rnd(180), 1 + rnd(r % 3 ? 6 : 200));
    for (size_t k = 1; k <= KEYS; k++) check_groups(t, k);
    sx_table_free(t);
  }
}

/* Many distinct values: the radix sort and the hashed crossing. */
static void many_groups(void) {
  const size_t n = 60000;
  sx_table *t = random_table(n, 50000);
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, NAMES, KEYS, err));
  CHECK(g->n_groups > n / 2);
  size_t last = SIZE_MAX, in = 0;
  size_t *first = malloc((g->n_groups + 1) * sizeof *first);
  REQUIRE(first != NULL);
  for (size_t i = 0; i < n; i++)
    if (g->group[i] >= 0) first[g->group[i]] = i;
  for (size_t i = 0; i < n; i++) {
    if (g->group[i] < 0) continue;
    in++;
    CHECK(compare_rows(t, KEYS, i, first[g->group[i]]) == 0);
  }
  for (size_t j = 0; j < g->n_groups; j++) {
    if (last != SIZE_MAX) CHECK(compare_rows(t, KEYS, last, first[j]) < 0);
    last = first[j];
  }
  CHECK(in > n / 2);
  free(first);
  sx_groups_free(g);
  sx_table_free(t);
}

static void join_and_pivot_agree(void) {
  for (int r = 0; r < 80 && sxt_failures < 5; r++) {
    sx_table *t = random_table(rnd(60), 30), *right = random_table(rnd(120), 30);
    sx_column *v = NULL, *code = NULL;
    const char *key = NAMES[r % KEYS], *value = "v";
    REQUIRE_OK(sx_table_add(&v, right, "v", SX_NUMBER, err));
    REQUIRE_OK(sx_table_add(&code, right, "code", SX_INTEGER, err));
    for (size_t i = 0; i < sx_table_rows(right); i++) {
      v->data.f64[i] = rnd(1000);
      code->data.i64[i] = rnd(3);
    }
    REQUIRE_OK(sx_table_pivot_sum(t, right, key, "code", "v", "s", (const char *[]){"0", "1", "2"}, 3, err));
    const sx_column *a = sx_table_find(t, key), *b = sx_table_find(right, key);
    size_t twice = 0;
    double *joined = calloc(sx_table_rows(t) + 1, sizeof *joined);
    REQUIRE(joined != NULL);
    for (size_t i = 0; i < sx_table_rows(t); i++) {
      double sum[3] = {0, 0, 0};
      joined[i] = -1;
      for (size_t j = 0; j < sx_table_rows(right); j++) {
        if (sx_column_missing(a, i) || sx_column_missing(b, j)) continue;
        const bool same = a->dict ? strcmp(sx_dict_get(a->dict, a->data.code[i], NULL),
                                           sx_dict_get(b->dict, b->data.code[j], NULL)) == 0
                                  : sx_column_number(a, i) == sx_column_number(b, j);
        if (!same) continue;
        sum[code->data.i64[j]] += v->data.f64[j];
        joined[i] = v->data.f64[j];
      }
      for (size_t k = 0; k < 3; k++) CHECK(sx_column_number(sx_table_get(t, KEYS + k), i) == sum[k]);
    }
    for (size_t i = 0; i < sx_table_rows(right); i++)
      for (size_t j = 0; j < i; j++)
        twice += !sx_column_missing(b, i) && !sx_column_missing(b, j) &&
                 (b->dict ? b->data.code[i] == b->data.code[j] : sx_column_number(b, i) == sx_column_number(b, j));
    if (twice) {
      CHECK_FAILS(sx_table_join(t, right, &key, 1, &value, 1, err), SX_E_DATA, "", "stands twice");
    } else {
      REQUIRE_OK(sx_table_join(t, right, &key, 1, &value, 1, err));
      const sx_column *c = sx_table_find(t, "v");
      for (size_t i = 0; i < sx_table_rows(t); i++)
        CHECK(joined[i] < 0 ? sx_column_missing(c, i) : sx_column_number(c, i) == joined[i]);
    }
    free(joined);
    sx_table_free(t);
    sx_table_free(right);
  }
}

SXT_MAIN(SXT_CASE(groups_agree), SXT_CASE(many_groups), SXT_CASE(join_and_pivot_agree))
