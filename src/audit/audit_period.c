/* audit_period.c: whether the figures of an identity are of one period.
 *
 * A period is a span of months: 2025, 2025H1, 2025Q1, 2025Q1-Q3, 2025-06, 2024-07~2025-06, 2021-2025; what follows a bracket is a remark.
 * A month that ends a longer period goes with it (users at the end of a half-year beside what they spent in it). Parts may lie within
 * the period of their total. Changes, growth and rankings go across periods by their nature; of a formula nothing is known. Other texts are compared as they are written. */
#include <string.h>

#include "audit_priv.h"

typedef struct months {
  int first, last; /* 12 year + month from 0 */
  bool month;      /* written as one month */
} months;

static bool digits(int *out, const char **at, int n) {
  *out = 0;
  for (int i = 0; i < n; i++) {
    const char c = (*at)[i];
    if (c < '0' || c > '9') return false;
    *out = *out * 10 + (c - '0');
  }
  *at += n;
  return true;
}

static bool part_of_year(months *out, const char **at) {
  const char kind = **at;
  const int most = kind == 'H' ? 2 : 4, length = 12 / most;
  int first, last;
  if (kind != 'H' && kind != 'Q') return true;
  ++*at;
  if (!digits(&first, at, 1)) return false;
  last = first;
  if ((*at)[0] == '-' && (*at)[1] == kind) {
    *at += 2;
    if (!digits(&last, at, 1)) return false;
  }
  if (first < 1 || last < first || last > most) return false;
  out->last = out->first + last * length - 1;
  out->first += (first - 1) * length;
  return true;
}

static bool one_period(months *out, const char **at) {
  int year, month;
  if (!digits(&year, at, 4)) return false;
  *out = (months){12 * year, 12 * year + 11, false};
  const char *month_at = *at + 1;
  if (**at != '-' || !digits(&month, &month_at, 2) || (*month_at >= '0' && *month_at <= '9'))
    return part_of_year(out, at);
  if (month < 1 || month > 12) return false;
  *at = month_at;
  *out = (months){12 * year + month - 1, 12 * year + month - 1, true};
  return true;
}

static bool read(months *out, const char *text) {
  months end;
  if (!one_period(out, &text)) return false;
  if (*text == '~' || *text == '-') {
    text++;
    if (!one_period(&end, &text) || end.last < out->first) return false;
    out->last = end.last;
    out->month = false;
  }
  return !*text || *text == '(';
}

/* 2025-06-30, or 2025-06-30~2025-07-31: days are compared as they are written. */
static bool is_day(const char *text) {
  int year, month, day;
  if (!digits(&year, &text, 4) || *text++ != '-' || !digits(&month, &text, 2) || *text++ != '-' ||
      !digits(&day, &text, 2))
    return false;
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
         (!*text || *text == '(' || (*text == '~' && is_day(text + 1)));
}

bool sx_audit__period_bad(const char *text) {
  months x;
  int year;
  const char *at = text;
  const size_t n = strspn(text, "0123456789HQ-~");
  if (!digits(&year, &at, 4) || (text[n] && text[n] != '(')) return false; /* words: compared as they are written */
  if (n > 4 && (text[n - 1] == '-' || text[n - 1] == '~')) return !one_period(&x, &text); /* since 2025 */
  return !read(&x, text) && !is_day(text);
}

static bool alike(const char *a, const char *b) {
  months x, y;
  if (strcmp(a, b) == 0) return true;
  if (!read(&x, a) || !read(&y, b)) return false;
  if (x.first == y.first && x.last == y.last) return true;
  return x.last == y.last && (x.month || y.month);
}

static bool lies_in(const char *part, const char *whole) {
  months x, y;
  if (alike(part, whole)) return true;
  return read(&x, part) && read(&y, whole) && x.first >= y.first && x.last <= y.last;
}

bool sx_audit__period_alike(const char *a, const char *b) {
  return alike(a, b);
}

bool sx_audit__period_months(int *first, int *last, const char *text) {
  months x;
  if (!read(&x, text)) return false;
  *first = x.first;
  *last = x.last;
  return true;
}

bool sx_audit__period_open(const sx_audit *audit, const au_identity *identity) {
  const au_kind kind = identity->kind;
  if (identity->same_period || kind == AU_CHANGE || kind == AU_GROWTH || kind == AU_CAGR || kind == AU_ORDER ||
      kind == AU_FORMULA)
    return false;
  for (size_t i = 0; i < identity->n_args; i++) {
    for (size_t k = 0; k < i; k++) {
      const char *one = audit->figures[identity->args[k]].pub.period,
                 *two = audit->figures[identity->args[i]].pub.period;
      const bool nested = k == 0 && (kind == AU_SUM || kind == AU_SUBSET);
      if (kind == AU_SUM && k > 0) continue; /* each part with the total */
      if (kind == AU_SUBSET && nested ? !lies_in(one, two) : nested ? !lies_in(two, one) : !alike(one, two))
        return true;
    }
  }
  return false;
}
