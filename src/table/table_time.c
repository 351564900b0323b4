/* table_time.c: dates (days since 1970-01-01, proleptic Gregorian calendar) and periods.
 *
 * A period is coded as  8 * (12 * year + first month - 1) + rank  with rank 0 month, 1 quarter, 2 half-year, 3 year, so that
 * codes of one frequency differ by a constant step, and codes of any frequencies sort by their beginning, the shorter first. */
#include "table_priv.h"

#include <stdio.h>

enum { YEAR_MAX = 9999, DAYS_OF_EPOCH = 719528 /* from 0000-01-01 to 1970-01-01 */ };

typedef struct frequency {
  char letter;
  int rank, months, parts;
} frequency;

static const frequency FREQUENCIES[] = {{'M', 0, 1, 12}, {'Q', 1, 3, 4}, {'S', 2, 6, 2}, {'A', 3, 12, 1}};
enum { N_FREQUENCIES = sizeof FREQUENCIES / sizeof *FREQUENCIES };

bool sx_period_make(int64_t *out, char letter, int year, int part) {
  if (year < 0 || year > YEAR_MAX) return false;
  for (int i = 0; i < N_FREQUENCIES; i++) {
    const frequency *f = &FREQUENCIES[i];
    if (f->letter != letter) continue;
    if (letter == 'A' && part == 0) part = 1;
    if (part < 1 || part > f->parts) return false;
    *out = 8 * (int64_t)(12 * year + (part - 1) * f->months) + f->rank;
    return true;
  }
  return false;
}

/* n digits at text as a number, or -1. */
static int digits(const char *text, size_t n) {
  int v = 0;
  for (size_t i = 0; i < n; i++) {
    if (text[i] < '0' || text[i] > '9') return -1;
    v = 10 * v + (text[i] - '0');
  }
  return v;
}

bool sx_period_parse(int64_t *out, const char *text, size_t n) {
  if (!text || (n != 4 && n != 7)) return false;
  const int year = digits(text, 4);
  if (year < 0) return false;
  if (n == 4) return sx_period_make(out, 'A', year, 1);
  if (text[4] != '-') return false;
  const bool letter = text[5] == 'S' || text[5] == 'Q';
  const int part = letter ? digits(text + 6, 1) : digits(text + 5, 2);
  return part >= 0 && sx_period_make(out, letter ? text[5] : 'M', year, part);
}

size_t sx_period_text(char out[16], int64_t period) {
  out[0] = '\0';
  const int64_t month = period >> 3;
  const int rank = (int)(period & 7);
  if (month < 0 || month > 12 * (int64_t)YEAR_MAX + 11 || rank >= N_FREQUENCIES) return 0;
  const frequency *f = &FREQUENCIES[rank];
  if (month % f->months != 0) return 0;
  const int year = (int)(month / 12), part = (int)(month % 12) / f->months + 1;
  int n = 0;
  if (f->letter == 'A')
    n = snprintf(out, 16, "%04d", year);
  else if (f->letter == 'M')
    n = snprintf(out, 16, "%04d-%02d", year, part);
  else
    n = snprintf(out, 16, "%04d-%c%d", year, f->letter, part);
  return n > 0 ? (size_t)n : 0;
}

static bool is_leap(int64_t y) {
  return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

/* Days from 0000-01-01 to the first of January of year y >= 0 (year 0 is a leap year). */
static int64_t days_before_year(int64_t y) {
  const int64_t p = y - 1;
  return y == 0 ? 0 : 365 * y + p / 4 - p / 100 + p / 400 + 1;
}

static int days_in_month(int64_t year, int month) {
  static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return length[month - 1] + (month == 2 && is_leap(year));
}

bool sx_date_parse(int64_t *days, const char *text, size_t n) {
  if (!text || n != 10 || text[4] != '-' || text[7] != '-') return false;
  const int year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return false;
  int64_t d = days_before_year(year) + day - 1 - DAYS_OF_EPOCH;
  for (int m = 1; m < month; m++) d += days_in_month(year, m);
  *days = d;
  return true;
}

size_t sx_date_text(char out[16], int64_t days) {
  out[0] = '\0';
  if (days < -DAYS_OF_EPOCH || days >= days_before_year(YEAR_MAX + 1) - DAYS_OF_EPOCH) return 0;
  int64_t left = days + DAYS_OF_EPOCH;
  int64_t year = left * 400 / 146097; /* 146097 days in 400 years: at most one off */
  while (days_before_year(year) > left) year--;
  while (days_before_year(year + 1) <= left) year++;
  left -= days_before_year(year);
  int month = 1;
  while (left >= days_in_month(year, month)) left -= days_in_month(year, month++);
  const int n = snprintf(out, 16, "%04d-%02d-%02d", (int)year, month, (int)left + 1);
  return n > 0 ? (size_t)n : 0;
}
