/* test_banner_waves.c: arrows against the earlier wave: by hand for independent samples, and with units in common. */
#include "banner_help.h"

static const sx_ctx ctx = SX_CTX_INIT;

static sx_banner_book *run(const sx_design *d, const sx_table *t, const char *sig, const sx_banner_wave *earlier) {
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = "q1 q3 amount mean(q3) $m";
  r.columns = "total + sex + age";
  r.stats = "col_pct, mean";
  if (sx_banner_sig_parse(&r.sig, sig, NULL) != SX_OK) eh_die("read the profile");
  return bh_run(d, t, &r, earlier);
}

/* Two samples with a shifted answer: t = difference over the root of both variances, df by Satterthwaite. */
static void test_independent(void) {
  eh_state = 7;
  sx_table *t[2];
  sx_design *d[2];
  for (size_t k = 0; k < 2; k++) {
    t[k] = bh_survey(500, 5, 6, true);
    double *q1 = bh_column(t[k], "q1")->data.f64;
    for (size_t i = 0; k && i < 500; i++)
      if (eh_uniform() < 0.15) q1[i] = 1;
    d[k] = bh_design(&ctx, t[k], k); /* the later wave is raked */
  }
  const sx_banner_wave earlier = {t[0], d[0], NULL, NULL, 0};
  sx_banner_book *book = run(d[1], t[1], "waves", &earlier), *one[2];
  for (size_t k = 0; k < 2; k++) one[k] = run(d[k], t[k], "none", NULL);
  size_t up = 0, down = 0, tested = 0;
  for (size_t q = 0; q < book->n_tables; q++)
    for (size_t r = 0; r < book->table[q].n_rows; r++) {
      const sx_banner_row *row = &book->table[q].row[r];
      for (size_t c = 0; row->tested && c < book->columns->n_columns; c++) {
        const sx_banner_cell *now = &one[1]->table[q].row[r].cell[c], *then = &one[0]->table[q].row[r].cell[c];
        const double v1 = then->se * then->se, v2 = now->se * now->se, v = v1 + v2;
        const double df = v * v / (v1 * v1 / then->df + v2 * v2 / now->df);
        const double p = 2 * sx_num_t_cdf(-fabs(now->value - then->value) / sqrt(v), df);
        const int want = p < 0.05 ? (now->value > then->value ? 1 : -1) : 0;
        CHECK_INT(row->cell[c].versus_wave, want);
        CHECK_STR(row->cell[c].letters, "");
        CHECK_NEAR(row->cell[c].value, now->value, 1e-12);
        up += want > 0;
        down += want < 0;
        tested++;
      }
    }
  CHECK(up > 3 && down > 3 && tested > 100);
  CHECK(strstr(book->legend.en, "▲▼: significantly above or below the earlier wave (p<0.05"));
  sx_banner_book_free(book);
  for (size_t k = 0; k < 2; k++) {
    sx_banner_book_free(one[k]);
    sx_design_free(d[k]);
    sx_table_free(t[k]);
  }
}

/* The same persons twice, a few of whom changed: seen with the link, drowned without. */
static void test_linked(void) {
  sx_table *t[2];
  sx_design *d[2];
  for (size_t k = 0; k < 2; k++) {
    eh_state = 11;
    t[k] = bh_survey(500, 5, 6, false);
    double *id = eh_number(t[k], "id", NULL)->data.f64, *q1 = bh_column(t[k], "q1")->data.f64;
    for (size_t i = 0; i < 500; i++) {
      id[i] = (double)i;
      if (k && q1[i] == 4 && i % 3 == 0) q1[i] = 1;
    }
    d[k] = bh_design(&ctx, t[k], 3);
  }
  const sx_column *id[2] = {sx_table_find(t[0], "id"), sx_table_find(t[1], "id")};
  const sx_link_side side[2] = {{d[0], &id[0], 1}, {d[1], &id[1], 1}};
  sx_link *link = NULL;
  REQUIRE_OK(sx_link_new(&link, &side[0], &side[1], NULL, err));
  const sx_banner_wave apart = {t[0], d[0], NULL, NULL, 0}, linked = {t[0], d[0], link, NULL, 0};
  sx_banner_book *a = run(d[1], t[1], "waves, level=0.01", &apart), *b = run(d[1], t[1], "waves, level=0.01", &linked);
  const sx_banner_cell *x = bh_row(&a->table[0], SX_BANNER_COL_PCT, "1")->cell;
  const sx_banner_cell *y = bh_row(&b->table[0], SX_BANNER_COL_PCT, "1")->cell;
  CHECK_INT(x[0].versus_wave, 0);
  CHECK_INT(y[0].versus_wave, 1);
  CHECK_INT(bh_row(&b->table[0], SX_BANNER_COL_PCT, "4")->cell[0].versus_wave, -1);
  /* nobody changed a 2, nor q3: nothing to test, no arrow */
  CHECK_INT(bh_row(&b->table[0], SX_BANNER_COL_PCT, "2")->cell[0].versus_wave, 0);
  CHECK_INT(bh_row(&b->table[1], SX_BANNER_COL_PCT, "3")->cell[1].versus_wave, 0);
  /* designs by another context are the same ones to the link: the same book, which outlives them */
  sx_ctx alone = SX_CTX_INIT;
  sx_design *within[2] = {NULL, NULL};
  alone.n_threads = 1;
  for (size_t k = 0; k < 2; k++) {
    REQUIRE_OK(sx_design_within(&within[k], d[k], &alone, err));
    CHECK_INT(sx_ctx_threads(sx_design_ctx(within[k])), 1);
    CHECK(sx_design_same_sample(within[k], d[k]));
  }
  const sx_banner_wave moved = {t[0], within[0], link, NULL, 0};
  sx_banner_book *c = run(within[1], t[1], "waves, level=0.01", &moved);
  sx_buf text[2];
  sx_banner_book *const books[] = {b, c};
  for (size_t k = 0; k < 2; k++) {
    sx_design_free(within[k]);
    sx_buf_init(&text[k], NULL);
    REQUIRE_OK(sx_banner_json(&text[k], books[k], err));
  }
  CHECK_STR(text[0].data, text[1].data);
  for (size_t k = 0; k < 2; k++) sx_buf_clear(&text[k]);
  sx_banner_book_free(a);
  sx_banner_book_free(b);
  sx_banner_book_free(c);
  sx_link_free(link);
  for (size_t k = 0; k < 2; k++) {
    sx_design_free(d[k]);
    sx_table_free(t[k]);
  }
}

/* An earlier wave that lacks a variable is an error that says so; one that lacks a level has no arrow there. */
static void test_bad(void) {
  eh_state = 3;
  sx_table *t = bh_survey(200, 4, 5, false), *old = bh_survey(200, 4, 5, false);
  sx_design *d = bh_design(&ctx, t, 0), *e = bh_design(&ctx, old, 0);
  const sx_banner_wave earlier = {old, e, NULL, NULL, 0};
  double *sex = bh_column(old, "sex")->data.f64;
  for (size_t i = 0; i < 200; i++) sex[i] = 1;
  sx_banner_book *book = run(d, t, "waves, level=0.9", &earlier);
  CHECK_INT(bh_row(&book->table[0], SX_BANNER_COL_PCT, "1")->cell[2].versus_wave, 0); /* sex=2 */
  sx_banner_book_free(book);
  REQUIRE_OK(sx_table_drop(old, "q3", err));
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = "q3";
  REQUIRE_OK(sx_banner_sig_parse(&r.sig, "waves", err));
  CHECK_FAILS(sx_banner_run(&book, d, t, &r, &earlier, err), SX_E_ARGUMENT, "earlier wave: rows", "'q3'");
  sx_design_free(d);
  sx_design_free(e);
  sx_table_free(t);
  sx_table_free(old);
}

/* ---- codes with two labels ---------------------------------------------------------------------------------------------------------- */

static bool has_note(const sx_banner_table *t, const char *text) {
  for (size_t k = 0; k < t->n_notes; k++)
    if (strstr(t->note[k].en, text)) return true;
  return false;
}

/* Two independent halves; sex, with two labels, and sat with `levels` of a scale, labelled from `first` on. */
static sx_table *wave_of(uint64_t seed, size_t levels, const char *const *first, const char *one, const char *two) {
  eh_state = seed;
  sx_table *t = bh_survey(600, 5, 6, false);
  double *sat = eh_number(t, "sat", NULL)->data.f64, *q = eh_number(t, "q", NULL)->data.f64;
  const double *sex = bh_column(t, "sex")->data.f64;
  for (size_t i = 0; i < 600; i++) {
    const bool man = (sex[i] == 1) == (strcmp(one, "Man") == 0);
    sat[i] = 1 + (double)eh_below(levels);
    q[i] = eh_uniform() < (man ? 0.7 : 0.3);
  }
  for (size_t k = 0; k < levels; k++) bh_label(t, "sat", 1 + (double)k, first[k]);
  bh_label(t, "sex", 1, one);
  bh_label(t, "sex", 2, two);
  return t;
}

static const char *const five[] = {"very bad", "bad", "neither", "good", "very good"};

static sx_banner_book *run_with(sx_table *const t[2], const char *rows, const char *where, const char *sig,
                                const char *same) {
  sx_design *d[2] = {bh_design(&ctx, t[0], 3), bh_design(&ctx, t[1], 3)};
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  const sx_banner_wave earlier = {t[0], d[0], NULL, &same, same != NULL};
  r.rows = rows;
  r.columns = "total + sex";
  r.stats = "col_pct, top2, bottom2, mean, median";
  r.where = where;
  if (sx_banner_sig_parse(&r.sig, sig, NULL) != SX_OK) eh_die("read the profile");
  sx_banner_book *book = bh_run(d[1], t[1], &r, &earlier);
  for (size_t k = 0; k < 2; k++) sx_design_free(d[k]);
  return book;
}

/* Columns that are others than they were are not compared; where the labels are the same the codes follow them, and nothing has changed. */
static void test_columns_by_label(void) {
  sx_table *t[2] = {wave_of(21, 5, five, "Woman", "Man"), wave_of(22, 5, five, "Man", "Woman")};
  sx_banner_book *book = run_with(t, "q", NULL, "waves", NULL);
  const sx_banner_row *yes = bh_row(&book->table[0], SX_BANNER_COL_PCT, "1");
  CHECK(!(yes->cell[0].flags & SX_BANNER_NO_WAVE));
  for (size_t c = 1; c < 3; c++) {
    CHECK_INT(yes->cell[c].versus_wave, 0);
    CHECK_INT(yes->cell[c].flags, SX_BANNER_NO_WAVE | SX_BANNER_NOT_TESTED);
  }
  CHECK(has_note(&book->table[0], "One code with two labels, here and in the earlier wave, not compared with it: "
                                  "sex=1 (Man / Woman), sex=2 (Woman / Man)"));
  sx_banner_book_free(book);
  book = run_with(t, "q", NULL, "waves", "sex"); /* said to be the same */
  yes = bh_row(&book->table[0], SX_BANNER_COL_PCT, "1");
  CHECK(yes->cell[1].versus_wave == 1 && yes->cell[2].versus_wave == -1);
  sx_banner_book_free(book);

  double share[2] = {0, 0}, n[2] = {0, 0}; /* of the men, who are 2 there */
  const double *sex = bh_column(t[0], "sex")->data.f64, *q = bh_column(t[0], "q")->data.f64;
  for (size_t i = 0; i < 600; i++) {
    share[sex[i] == 2] += q[i];
    n[sex[i] == 2]++;
  }
  bool taken = false;
  REQUIRE_OK(sx_table_take_codes(&taken, t[0], "sex", sx_table_find(t[1], "sex"), err));
  CHECK(taken);
  CHECK_STR(sx_column_value_label(sx_table_find(t[0], "sex"), 1), "Man");
  double men = 0, yeses = 0;
  for (size_t i = 0; i < 600; i++) {
    men += sex[i] == 1;
    yeses += sex[i] == 1 ? q[i] : 0;
  }
  CHECK(men == n[1] && yeses == share[1]);
  book = run_with(t, "q", NULL, "waves, level=0.001", NULL);
  yes = bh_row(&book->table[0], SX_BANNER_COL_PCT, "1");
  for (size_t c = 0; c < 3; c++) {
    CHECK_INT(yes->cell[c].versus_wave, 0);
    CHECK_INT(yes->cell[c].flags, 0);
  }
  CHECK(!has_note(&book->table[0], "not compared"));
  sx_banner_book_free(book);
  REQUIRE_OK(sx_table_take_codes(&taken, t[0], "sex", sx_table_find(t[1], "sex"), err));
  CHECK(!taken);
  for (size_t k = 0; k < 2; k++) sx_table_free(t[k]);
}

/* Rows of a scale that had three levels: neither the levels, nor boxes, means and medians. */
static void test_other_scale(void) {
  static const char *const three[] = {"bad", "neither", "good"}, *const rows[] = {"top2", "bottom2", "sat", "median"};
  static const sx_banner_measure measures[] = {SX_BANNER_COL_PCT, SX_BANNER_COL_PCT, SX_BANNER_MEAN, SX_BANNER_MEDIAN};
  sx_table *t[2] = {wave_of(31, 3, three, "Man", "Woman"), wave_of(32, 5, five, "Man", "Woman")};
  sx_banner_book *book = run_with(t, "sat top2(sat) mean(sat) sat{Low: [1, 2]}", NULL, "waves, level=0.9", NULL);
  for (size_t q = 0; q < book->n_tables; q++)
    for (size_t r = 0; r < book->table[q].n_rows; r++) {
      const sx_banner_row *row = &book->table[q].row[r];
      for (size_t c = 0; row->tested && c < 3; c++) {
        CHECK_INT(row->cell[c].versus_wave, 0);
        CHECK(row->cell[c].flags & SX_BANNER_NO_WAVE);
      }
    }
  CHECK(has_note(&book->table[0], "not compared with it: sat=1 (very bad / bad), sat=2 (bad / neither), sat=3 "
                                  "(neither / good), sat: Bottom 2"));
  CHECK(has_note(&book->table[0], "Rows that the earlier wave has not, not compared with it: sat=4, sat=5"));
  CHECK(has_note(&book->table[0], "A scale of other levels or labels in the earlier wave, not compared with it: "
                                  "sat: Top 2, sat: Mean, sat: Median"));
  sx_banner_book_free(book);
  sx_table_free(t[0]);
  t[0] = wave_of(31, 5, five, "Man", "Woman"); /* the same scale: all is compared */
  book = run_with(t, "sat", NULL, "waves, level=0.9", NULL);
  CHECK_INT(book->table[0].n_notes, 1); /* of the median */
  for (size_t k = 0; k < 4; k++)
    CHECK(!(bh_row(&book->table[0], measures[k], rows[k])->cell[0].flags & SX_BANNER_NO_WAVE));
  sx_banner_book_free(book);
  sx_table_free(t[0]);
  t[0] = wave_of(31, 4, five, "Man",
                 "Woman"); /* a level fewer, the others the same: they are compared, what is made of all is not */
  book = run_with(t, "sat", NULL, "waves, level=0.9", NULL);
  CHECK(!(bh_row(&book->table[0], SX_BANNER_COL_PCT, "2")->cell[0].flags & SX_BANNER_NO_WAVE));
  for (size_t k = 0; k < 4; k++)
    CHECK(bh_row(&book->table[0], measures[k], rows[k])->cell[0].flags & SX_BANNER_NO_WAVE);
  sx_banner_book_free(book);
  for (size_t k = 0; k < 2; k++) sx_table_free(t[k]);
}

/* A condition that means other cases there is refused. */
static void test_other_condition(void) {
  sx_table *t[2] = {wave_of(21, 5, five, "Woman", "Man"), wave_of(22, 5, five, "Man", "Woman")};
  sx_design *d[2] = {bh_design(&ctx, t[0], 3), bh_design(&ctx, t[1], 3)};
  const sx_banner_wave earlier = {t[0], d[0], NULL, NULL, 0};
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  sx_banner_book *book = NULL;
  r.rows = "q";
  r.where = "sex == 1";
  REQUIRE_OK(sx_banner_sig_parse(&r.sig, "waves", err));
  CHECK_FAILS(sx_banner_run(&book, d[1], t[1], &r, &earlier, err), SX_E_DATA, "where", "'sex' calls 1 'Man'");
  for (size_t k = 0; k < 2; k++) {
    sx_design_free(d[k]);
    sx_table_free(t[k]);
  }
}

/* What the earlier wave has not, or too few of, is told: a dash where nothing else is compared. */
static void test_absent(void) {
  sx_table *t[2] = {wave_of(41, 5, five, "Man", "Woman"), wave_of(42, 5, five, "Man", "Woman")};
  double *sex = bh_column(t[0], "sex")->data.f64;
  for (size_t i = 0; i < 600; i++) sex[i] = i < 20 ? 2 : 3;
  bh_label(t[0], "sex", 3, "Other");
  for (int letters = 0; letters < 2; letters++) {
    sx_banner_book *book = run_with(t, "q", NULL, letters ? "waves, compare=within_span+previous_wave" : "waves", NULL);
    const sx_banner_cell *cell = bh_row(&book->table[0], SX_BANNER_COL_PCT, "1")->cell;
    CHECK_INT(cell[0].flags, 0);
    for (size_t c = 1; c < 3; c++)
      CHECK_INT(cell[c].flags, letters ? SX_BANNER_NO_WAVE : SX_BANNER_NO_WAVE | SX_BANNER_NOT_TESTED);
    CHECK(has_note(&book->table[0], "Columns that the earlier wave has not, not compared with it: sex=1"));
    CHECK(has_note(&book->table[0], "Too few cases in the earlier wave, not compared with it: sex=2"));
    sx_buf csv;
    sx_buf_init(&csv, NULL);
    REQUIRE_OK(sx_banner_csv(&csv, book, false, err));
    CHECK(strstr(csv.data, letters ? ",no_wave," : ",not_tested,") != NULL);
    sx_buf_clear(&csv);
    sx_banner_book_free(book);
  }
  for (size_t k = 0; k < 2; k++) sx_table_free(t[k]);
}

SXT_MAIN(SXT_CASE(test_independent), SXT_CASE(test_linked), SXT_CASE(test_bad), SXT_CASE(test_columns_by_label),
         SXT_CASE(test_other_scale), SXT_CASE(test_other_condition), SXT_CASE(test_absent))
