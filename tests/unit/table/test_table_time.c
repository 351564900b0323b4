/* Dates and periods: known days, every day of 400 years, all frequencies, order, refusals. */
#include "shuxiao/table.h"
#include "sxt.h"

static void known_days(void) {
  static const struct {
    const char *text;
    int64_t days;
  } cases[] = {{"1970-01-01", 0},      {"1969-12-31", -1},      {"2000-02-29", 11016},   {"2025-06-30", 20269},
               {"1900-03-01", -25508}, {"1582-10-15", -141427}, {"0000-01-01", -719528}, {"9999-12-31", 2932896}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t d = 0;
    char text[16];
    CHECK(sx_date_parse(&d, cases[i].text, 10));
    CHECK_INT(d, cases[i].days);
    CHECK_INT(sx_date_text(text, d), 10);
    CHECK_STR(text, cases[i].text);
  }
}

/* Counting day by day through one whole cycle of the calendar. */
static void every_day(void) {
  static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int64_t want = 0, got = 0;
  REQUIRE(sx_date_parse(&want, "1800-01-01", 10));
  for (int y = 1800; y < 2201; y++) {
    const int leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    for (int m = 1; m <= 12; m++) {
      for (int d = 1; d <= length[m - 1] + (m == 2 && leap); d++, want++) {
        char text[64], back[16];
        (void)snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, d);
        REQUIRE(sx_date_parse(&got, text, 10));
        REQUIRE(got == want);
        (void)sx_date_text(back, got);
        REQUIRE(strcmp(back, text) == 0);
      }
    }
  }
}

static void bad_dates(void) {
  static const char *const bad[] = {"2025-02-29", "2025-13-01", "2025-00-10", "2025-04-31",  "2025-4-01",
                                    "2025/04/01", "2025-04-1",  "",           "2025-04-011", "-025-04-01",
                                    "1900-02-29", "2025-04-00", "20250401",   "２０25-04-01"};
  int64_t d = 42;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (sx_date_parse(&d, bad[i], strlen(bad[i]))) SXT_FAIL("%s was taken", bad[i]);
  CHECK_INT(d, 42);
  char text[16] = "x";
  CHECK_INT(sx_date_text(text, 2932897), 0);
  CHECK_STR(text, "");
  CHECK_INT(sx_date_text(text, INT64_MIN), 0);
  CHECK_INT(sx_date_text(text, INT64_MAX), 0);
}

static void periods(void) {
  static const struct {
    const char *text;
    char frequency;
    int year, part;
  } cases[] = {{"2025", 'A', 2025, 1},     {"2025-S1", 'S', 2025, 1}, {"2025-S2", 'S', 2025, 2},
               {"2025-Q1", 'Q', 2025, 1},  {"2025-Q4", 'Q', 2025, 4}, {"2025-01", 'M', 2025, 1},
               {"2025-12", 'M', 2025, 12}, {"0000", 'A', 0, 1},       {"9999-12", 'M', 9999, 12}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t a = 0, b = 1;
    char text[16];
    CHECK(sx_period_make(&a, cases[i].frequency, cases[i].year, cases[i].part));
    CHECK(sx_period_parse(&b, cases[i].text, strlen(cases[i].text)));
    CHECK_INT(a, b);
    CHECK_INT(sx_period_text(text, a), strlen(cases[i].text));
    CHECK_STR(text, cases[i].text);
  }
  /* by beginning, the shorter first */
  static const char *const order[] = {"2024-S2", "2024-10", "2024-Q4", "2024-12", "2025-01", "2025-Q1",
                                      "2025-S1", "2025",    "2025-04", "2025-Q2", "2025-S2"};
  int64_t last = -1, p = 0;
  for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
    REQUIRE(sx_period_parse(&p, order[i], strlen(order[i])));
    CHECK(p > last);
    last = p;
  }
  static const char *const bad[] = {"2025-S3", "2025-S0", "2025-Q5", "2025-13", "2025-00", "2025-H1",
                                    "2025-",   "20255",   "025",     "2025S1",  "2025-s1", ""};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (sx_period_parse(&p, bad[i], strlen(bad[i]))) SXT_FAIL("%s was taken", bad[i]);
  CHECK(!sx_period_make(&p, 'W', 2025, 1));
  CHECK(!sx_period_make(&p, 'A', -1, 1));
  CHECK(!sx_period_make(&p, 'A', 10000, 1));
  CHECK(!sx_period_make(&p, 'A', 2025, 2));
  char text[16] = "x";
  CHECK_INT(sx_period_text(text, -8), 0);
  CHECK_INT(sx_period_text(text, 7), 0);
  CHECK_INT(sx_period_text(text, 8 * 13 + 3), 0); /* a year that begins in February */
  CHECK_STR(text, "");
}

SXT_MAIN(SXT_CASE(known_days), SXT_CASE(every_day), SXT_CASE(bad_dates), SXT_CASE(periods))
