/* Medians of heaped amounts between columns against R survey (banner_heaped.R): the interpolated median of each column; each p, by a level just above it, which gives
 * the letter or arrow, and one just below, which does not. */
#include <math.h>

#include "banner_help.h"
#include "reference/ref_csv.h"

/* The table with its amounts rounded down to scores. */
static sx_table *rounded(double step) {
  sx_table *t = ref_table("tests/reference/banner_data.csv");
  sx_column *y = t ? (sx_column *)(uintptr_t)sx_table_find(t, "amount") : NULL;
  for (size_t i = 0; y && i < y->n; i++) {
    if (y->type == SX_NUMBER) y->data.f64[i] = floor(y->data.f64[i] / step) * step;
    if (y->type == SX_INTEGER) y->data.i64[i] -= y->data.i64[i] % (int64_t)step;
  }
  return t;
}

static void test_heaped(void) {
  size_t n_cells = 0, n_letters = 0, n_arrows = 0;
  sx_table *t = rounded(20);
  char *text = ref_read_text("tests/reference/banner_heaped_expected.tsv");
  REQUIRE(t && text);
  sx_design *d = NULL;
  char now[16] = "";
  for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
    char name[16], a[16], b[16], columns[16];
    double x, p;
    if (*line == '#') continue;
    REQUIRE(sscanf(line, "%15s %15s %15s %lf %lf", name, a, b, &x, &p) == 5);
    if (strcmp(name, now) != 0) {
      sx_design_free(d);
      d = bh_named_design(t, name);
      memcpy(now, name, sizeof now);
    }
    snprintf(columns, sizeof columns, "%.*s", (int)strcspn(a, "="), a);
    if (strcmp(b, ".") == 0) {
      sx_banner_book *book = bh_medians(d, t, "amount", columns, SX_BANNER_WITHIN_SPAN, 0.05);
      const sx_banner_cell *cell = bh_median(book, a);
      CHECK_NEAR(cell->interpolated, x, 1e-9);
      CHECK(fabs(cell->interpolated - cell->value) <= 20 &&
            fmod(cell->value, 20) == 0); /* what is shown is an answer */
      sx_banner_book_free(book);
      n_cells++;
      continue;
    }
    bh_median_p(d, t, "amount", columns, a, b, x, p);
    *(strcmp(b, "rest") == 0 ? &n_arrows : &n_letters) += 1;
  }
  CHECK(n_cells == 30 && n_letters == 35 && n_arrows == 30);
  sx_design_free(d);
  sx_table_free(t);
  free(text);
}

/* Amounts that are not heaped are compared as they are; a note says where they are not. */
static void test_notes(void) {
  static const char note[] = "Medians of amounts: many cases share a value; letters and arrows compare medians "
                             "interpolated between the values";
  for (int heaped = 0; heaped < 2; heaped++) {
    sx_table *t = rounded(heaped ? 20 : 1);
    sx_design *d = bh_named_design(t, "cluster");
    sx_banner_request r = SX_BANNER_REQUEST_INIT;
    r.rows = "amount";
    r.columns = "total + age";
    r.stats = "median";
    r.sig.compare = SX_BANNER_WITHIN_SPAN | SX_BANNER_PREVIOUS_WAVE;
    r.sig.min_base = 0;
    sx_table *other = rounded(heaped ? 1 : 20); /* the earlier wave is compared as this one is */
    const sx_banner_wave before = {other, d, NULL, NULL, 0};
    sx_banner_book *book = bh_run(d, t, &r, &before);
    const sx_banner_row *row = bh_row(&book->table[0], SX_BANNER_MEDIAN, "median");
    bool said = false;
    REQUIRE(row);
    for (size_t k = 0; k < book->table[0].n_notes; k++) said = said || strcmp(book->table[0].note[k].en, note) == 0;
    CHECK(said == (heaped == 1));
    for (size_t c = 0; c < 5; c++) {
      CHECK(isfinite(row->cell[c].interpolated) == (heaped == 1));
      CHECK(row->cell[c].versus_wave * (heaped ? -1 : 1) >= 0); /* rounded down */
    }
    sx_banner_book_free(book);
    sx_table_free(other);
    sx_design_free(d);
    sx_table_free(t);
  }
}

/* Two samples of one distribution in half units: of 300 pairs some 15 differ at p < 0.05; the medians themselves, a step apart or equal, do in every fourth. */
static void test_level(void) {
  enum { TIMES = 300, N = 900 };
  sx_rng rng;
  size_t hits = 0;
  sx_rng_init(&rng, 20251, 7);
  for (int times = 0; times < TIMES; times++) {
    double y[N], sex[N], one[N];
    for (size_t i = 0; i < N; i++) {
      const double of = -log(sx_rng_uniform(&rng)) - log(sx_rng_uniform(&rng)); /* gamma, shape 2 */
      y[i] = floor(8 * of + 0.5) / 2;
      sex[i] = sx_rng_uniform(&rng) < 0.5 ? 1 : 2;
      one[i] = 1;
    }
    sx_table *t = eh_table(NULL, N);
    eh_number(t, "y", y);
    eh_number(t, "sex", sex);
    eh_number(t, "w", one);
    sx_design_spec spec = SX_DESIGN_SPEC_INIT;
    spec.weights = "w";
    sx_design *d = eh_design(NULL, t, &spec);
    sx_banner_book *book = bh_medians(d, t, "y", "sex", SX_BANNER_WITHIN_SPAN, 0.05);
    hits += strlen(bh_median(book, "sex=1")->letters) + strlen(bh_median(book, "sex=2")->letters) > 0;
    sx_banner_book_free(book);
    sx_design_free(d);
    sx_table_free(t);
  }
  if (hits < 5 || hits > 26) SXT_FAIL("%zu of %d samples without a difference have a letter", hits, TIMES);
}

SXT_MAIN(SXT_CASE(test_heaped), SXT_CASE(test_notes), SXT_CASE(test_level))
