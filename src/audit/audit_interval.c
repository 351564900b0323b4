/* audit_interval.c: what may stand behind a printed number.
 *
 * A value v printed with last digit u stands for [v - u/2, v + u/2); trailing zeros of an integer are not printed digits unless the file
 * says so; a counted thing is exact. A qualifying word replaces the rule. All ends are exact: integers times powers of ten. */
#include <math.h>
#include <string.h>

#include "audit_priv.h"

static const au_num CAP = {1, AU_CAP_EXPONENT};

static au_num negated(au_num a) {
  return (au_num){-a.m, a.e};
}

bool sx_audit__word_default(au_word *out, const sx_audit_word *word) {
  char text[SX_DOUBLE_TEXT_MAX];
  int decimals;
  *out = (au_word){.text = word->text, .rule = word->rule, .low_open = word->low_open, .high_open = word->high_open};
  out->no_low = isnan(word->low);
  out->no_high = isnan(word->high);
  if (!out->no_low) {
    (void)sx_text_from_double(text, word->low);
    if (!sx_audit__num_read(&out->low, &decimals, text)) return false;
  }
  if (!out->no_high) {
    (void)sx_text_from_double(text, word->high);
    if (!sx_audit__num_read(&out->high, &decimals, text)) return false;
  }
  return true;
}

/* The dimension's range in printed units: levels do not fall below 0. */
static au_range whole(const au_figure *figure, int64_t core) {
  au_range range = {.lo = negated(CAP), .hi = CAP};
  if (figure->unit.share == SX_AUDIT_LEVEL && core >= 0) range.lo = (au_num){0, 0};
  return range;
}

static bool by_factors(au_range *out, const au_figure *figure, int64_t core, const au_word *word) {
  const au_num v = {core, figure->step};
  au_num low = out->lo, high = out->hi; /* the whole range */
  const bool minus = core < 0;
  bool fits = true;
  au_range range = *out;
  if (!word->no_low) fits = sx_audit__num_mul(&low, v, word->low);
  if (fits && !word->no_high) fits = sx_audit__num_mul(&high, v, word->high);
  if (!fits) return false;
  if (!word->no_low) {
    *(minus ? &range.hi : &range.lo) = low;
    *(minus ? &range.hi_open : &range.lo_open) = word->low_open;
  }
  if (!word->no_high) {
    *(minus ? &range.lo : &range.hi) = high;
    *(minus ? &range.lo_open : &range.hi_open) = word->high_open;
  }
  *out = range;
  return true;
}

/* [(10 core - down) , (10 core + up)) tenths of the last digit. */
static bool around(au_range *out, const au_figure *figure, int64_t core, int64_t down, int64_t up) {
  int64_t ten;
  if (__builtin_mul_overflow(core, 10, &ten)) return false;
  if (ten > INT64_MAX - up || ten < INT64_MIN + down) return false;
  *out = (au_range){{ten - down, figure->step - 1}, {ten + up, figure->step - 1}, false, true};
  return true;
}

static bool within(au_range *out, const au_figure *figure, int64_t core, const au_word *word) {
  const au_num v = {core, figure->step};
  au_num by = word->high; /* points; of a level: per cent of it */
  if (figure->unit.share == SX_AUDIT_LEVEL) {
    if (!sx_audit__num_mul(&by, by, (au_num){core < 0 ? -core : core, figure->step - 2})) return false;
  } else if (figure->unit.exp10 != -2) {
    by.e += -2 - figure->unit.exp10;
  }
  *out = (au_range){.lo = v, .hi = v};
  return sx_audit__num_add(&out->lo, v, negated(by)) && sx_audit__num_add(&out->hi, v, by);
}

static bool scaled(au_range *range, const sx_audit_unit *unit) {
  const au_num by = {unit->mul, unit->exp10};
  au_range out = *range;
  const bool low_cap = range->lo.e == CAP.e, high_cap = range->hi.e == CAP.e;
  if (!low_cap && !sx_audit__num_mul(&out.lo, range->lo, by)) return false;
  if (!high_cap && !sx_audit__num_mul(&out.hi, range->hi, by)) return false;
  *range = out;
  return true;
}

bool sx_audit__interval(au_range *out, const au_figure *figure, int64_t core) {
  static const au_word over = {
      .rule = SX_AUDIT_FACTORS, .low = {1, 0}, .high = {125, -2}, .low_open = false, .high_open = true};
  const au_word *word = figure->word;
  const au_num v = {core, figure->step};
  au_range range = whole(figure, core);
  bool fits = true;
  if (figure->pub.count) {
    range = (au_range){.lo = v, .hi = v};
    return scaled(&range, &figure->unit) ? (*out = range, true) : false;
  }
  switch (word->rule) {
  case SX_AUDIT_ROUND:
    fits = around(&range, figure, core, 5, 5);
    break;
  case SX_AUDIT_FACTORS:
    fits = by_factors(&range, figure, core, word);
    break;
  case SX_AUDIT_BURST:
    fits = figure->pub.decimals > 0 ? around(&range, figure, core, 5, 20) : by_factors(&range, figure, core, &over);
    break;
  case SX_AUDIT_WITHIN:
    fits = within(&range, figure, core, word);
    break;
  case SX_AUDIT_ABOVE:
    range.lo = v;
    range.lo_open = true;
    break;
  case SX_AUDIT_BELOW:
    range.hi = v;
    range.hi_open = true;
    if (sx_audit__num_cmp(range.lo, v) >= 0) range.lo = negated(CAP);
    break;
  case SX_AUDIT_FALL:
    fits = around(&range, figure, core, 5, 5);
    range = (au_range){negated(range.hi), negated(range.lo), range.hi_open, range.lo_open};
    break;
  }
  if (!fits || !scaled(&range, &figure->unit)) return false;
  *out = range;
  return true;
}

au_range sx_audit__whole_range(const au_figure *figure) {
  return whole(figure, figure->range.lo.m < 0 ? -1 : 0);
}

long double sx_audit__digit(const au_figure *figure) {
  return sx_audit__num_value((au_num){figure->unit.mul, figure->unit.exp10 + figure->step});
}

char *sx_audit__print(sx_arena *arena, const au_figure *figure, int64_t core) {
  char digits[32], out[96];
  uint64_t rest = core < 0 ? 0 - (uint64_t)core : (uint64_t)core;
  size_t n = 0, at = 0;
  const size_t decimals = figure->step < 0 ? (size_t)-figure->step : 0;
  do digits[n++] = (char)('0' + rest % 10);
  while ((rest /= 10) != 0);
  while (n <= decimals && n < sizeof digits) digits[n++] = '0';
  if (core < 0) out[at++] = '-';
  while (n > 0) {
    if (n == decimals && decimals) out[at++] = '.';
    out[at++] = digits[--n];
  }
  for (int32_t z = 0; core != 0 && z < figure->step && at < sizeof out - 1; z++) out[at++] = '0';
  return sx_arena_strndup(arena, out, at);
}

/* The double next to a value, so that what is shown is the nearest. */
static double as_double(au_num a) {
  if (a.e >= AU_CAP_EXPONENT) return a.m < 0 ? -HUGE_VAL : HUGE_VAL;
  return (double)sx_audit__num_value(a);
}

/* pub.value, decimals, count, zeros_printed, unit and word are there: the rest follows. where is "file:line". */
sx_status sx_audit__figure_finish(au_figure *figure, const char *where, sx_error *err) {
  sx_audit_figure *pub = &figure->pub;
  const sx_audit_rule rule = figure->word->rule;
  const bool may_lack = rule == SX_AUDIT_WITHIN || rule == SX_AUDIT_ABOVE || rule == SX_AUDIT_BELOW;
  au_num value = {0, 0};
  int written = 0;
  figure->no_value = pub->value[0] == '\0';
  if (figure->no_value && !may_lack)
    return sx_error_set(err, SX_E_DATA, where, "figure '%s' has no value: only words like 基本持平 stand without one",
                        pub->id);
  if (!figure->no_value && !sx_audit__num_read(&value, &written, pub->value))
    return sx_error_set(err, SX_E_DATA, where, "figure '%s': '%s' is not a number of at most 18 digits like 46.5",
                        pub->id, pub->value);
  if (pub->decimals < 0) pub->decimals = written;
  if (written > pub->decimals)
    return sx_error_set(err, SX_E_DATA, where, "figure '%s': %s has %d decimals, the column decimals says %d", pub->id,
                        pub->value, written, pub->decimals);
  for (; written < pub->decimals; written++) {
    if (__builtin_mul_overflow(value.m, 10, &value.m))
      return sx_error_set(err, SX_E_DATA, where, "figure '%s': %s has too many digits at %d decimals", pub->id,
                          pub->value, pub->decimals);
    value.e--;
  }
  figure->core = value.m;
  figure->step = -pub->decimals;
  while (pub->decimals == 0 && !pub->zeros_printed && !pub->count && figure->core != 0 && figure->core % 10 == 0) {
    figure->core /= 10;
    figure->step++;
  }
  if (!sx_audit__interval(&figure->range, figure, figure->core))
    return sx_error_set(err, SX_E_DATA, where, "figure '%s': %s %s has too many digits", pub->id, pub->value,
                        pub->unit);
  pub->low = as_double(figure->range.lo);
  pub->high = as_double(figure->range.hi);
  pub->low_open = figure->range.lo_open;
  pub->high_open = figure->range.hi_open;
  return SX_OK;
}
