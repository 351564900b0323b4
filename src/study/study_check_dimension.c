/* study_check_dimension.c: the unit that a formula of several names comes out in, from how its value moves when all names of one unit are scaled.
 *
 *   f(.., t x, ..) = t^k f(x)   for every t: the formula is in that unit to the power k
 *
 * Where the powers at two scales differ, names of one unit are added to something else. A plain number may stand for an amount in any unit
 * (`users * 10`), and exp or log have none: then nothing is said. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study_account.h"
#include "study_names.h"

/* A number, or a function that has no units. */
static bool has_numbers(const char *text) {
  bool quoted = false, word = false;
  for (const char *c = text; *c; c++) {
    if (*c == '`') quoted = !quoted;
    const bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || *c == '_' || (unsigned char)*c >= 0x80;
    if (!quoted && !word && *c >= '0' && *c <= '9') return true;
    word = letter || (word && *c >= '0' && *c <= '9');
  }
  return strstr(text, "exp(") || strstr(text, "log(");
}

/* The value with all names of a family scaled by t, from a point where nothing cancels; NaN: it has none. */
static double scaled(const st_formula *f, const int *family, int which, double t) {
  const char *names[ST_DIMENSION_NAMES];
  double x[ST_DIMENSION_NAMES], out = (double)NAN;
  for (size_t i = 0; i < f->n; i++) {
    names[i] = f->operands[i].name;
    x[i] = (1.3 + 0.618 * (double)i + 0.1 * (double)(i * i)) * (family[i] == which ? t : 1);
  }
  return sx_expr_scalar(&out, NULL, f->value.expr, names, x, f->n, NULL) == SX_OK ? out : (double)NAN;
}

void study__dimension(st_dimension *out, const st_formula *f, const int *family, int money_last) {
  bool money = false, mixed_money = false;
  const double one = scaled(f, family, -1, 1);
  *out = (st_dimension){.unknown = !isfinite(one) || one == 0 || has_numbers(sx_expr_text(f->value.expr))};
  for (size_t i = 0; i < f->n && !out->unknown; i++) {
    bool seen = family[i] == 0;
    for (size_t k = 0; k < i; k++) seen = seen || family[k] == family[i];
    if (seen) continue;
    const double two = scaled(f, family, family[i], 2) / one, three = scaled(f, family, family[i], 3) / one;
    const double power = log2(fabs(two)), other = log(fabs(three)) / log(3.0), whole = round(power);
    if (!isfinite(power) || !isfinite(other)) {
      out->unknown = true;
    } else if (fabs(power - other) > 1e-9) {
      out->mixed = true;
      mixed_money = mixed_money || family[i] <= money_last;
    } else if (fabs(power - whole) > 1e-9) {
      out->unknown = true; /* a root */
    } else if (whole != 0) {
      out->family[out->n] = family[i];
      out->power[out->n++] = (int)whole;
      money = money || family[i] <= money_last;
    }
  }
  /* Means and amounts of one person are both in 元: heads times the one, added to the other, are amounts. */
  if (out->mixed && money && !mixed_money) out->unknown = true;
}

/* What the operands of a family are in, without its scale; the first one's. */
static const char *unit_of(const st_formula *f, const int *family, const char *const *units, int which) {
  for (size_t i = 0; i < f->n; i++) {
    const char *rest = NULL;
    if (family[i] != which || !units[i]) continue;
    (void)study__unit_scale(units[i], &rest);
    return rest && *rest ? rest : units[i];
  }
  return "";
}

void study__dimension_text(char out[200], const st_dimension *d, const st_formula *f, const int *family,
                           const char *const *units) {
  size_t n = 0;
  bool share = false;
  out[0] = '\0';
  for (size_t i = 0; d->mixed && i < f->n && n < 160; i++) {
    bool seen = family[i] == 0;
    share = share || seen;
    for (size_t k = 0; k < i; k++) seen = seen || family[k] == family[i];
    if (!seen)
      n += (size_t)snprintf(out + n, 200 - n, "%s%.30s", n ? " and " : "", unit_of(f, family, units, family[i]));
  }
  if (d->mixed && share && n < 160) (void)snprintf(out + n, 200 - n, "%sa share", n ? " and " : "");
  for (int sign = 1; !d->mixed && sign >= -1; sign -= 2) {
    for (size_t i = 0; i < d->n && n < 160; i++) {
      if ((d->power[i] > 0) != (sign > 0)) continue;
      const int power = sign * d->power[i];
      const char *between = sign < 0 ? (n ? "/" : "1/") : n ? "·" : "";
      n += (size_t)snprintf(out + n, 200 - n, "%s%.30s", between, unit_of(f, family, units, d->family[i]));
      if (power > 1) n += (size_t)snprintf(out + n, 200 - n, "^%d", power);
    }
  }
}
