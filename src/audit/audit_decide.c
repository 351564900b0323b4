/* audit_decide.c: the exact verdict of one identity.
 *
 * N is multilinear in the variables (a figure is one variable however often it occurs), so over the closed box its extremes are at corners:
 * the covered variables are enumerated at their ends, the rest enters linearly and goes to the end that its coefficient asks for. The
 * box of half-open intervals is connected, so N takes 0 in it when it takes both signs; when an extreme is exactly 0, whether it is
 * attained is a question of faces: a face of the box all of whose corners are extreme, none of its fixed ends open, has the point.
 * Everything is in exact decimals (audit_big.c); what does not fit is undecided, never guessed. */
#include <math.h>
#include <string.h>

#include "audit_priv.h"

void sx_audit__work_clear(au_work *work) {
  sx_mem_free(work->ctx, work->coef);
  sx_mem_free(work->ctx, work->box);
  sx_mem_free(work->ctx, work->signs);
  const sx_ctx *ctx = work->ctx;
  memset(work, 0, sizeof *work);
  work->ctx = ctx;
}

static bool grow(au_work *work, void **at, size_t *cap, size_t n, size_t size) {
  if (sx_mem_grow(work->ctx, at, cap, n, size)) return true;
  work->failed = true;
  return false;
}

/* One end of a variable as an exact number: (figure + shift)^power. */
static void end_of(au_big *out, const au_var *var, const au_range *range, bool high) {
  sx_audit__big_set(out, high ? range->hi : range->lo);
  if (var->shift) {
    au_big shift;
    sx_audit__big_set(&shift, (au_num){var->shift, 0});
    sx_audit__big_add(out, &shift);
  }
  if (var->power == 1) return;
  if (out->sign < 0) out->bad = true; /* powers are monotone from 0 up only */
  if (out->bad) return;
  au_big base, next;
  sx_audit__big_copy(&base, out);
  for (uint32_t k = 1; k < var->power; k++) {
    sx_audit__big_mul(&next, out, &base);
    sx_audit__big_copy(out, &next);
  }
}

typedef struct setting {
  au_work *work;
  const au_identity *identity;
  const au_poly *poly;
  const au_range *box; /* [n_vars] */
  au_big *ends;        /* [2 n_vars] low, high */
  au_big *coef;        /* [n_vars + 1] coefficients of the rest, then the constant */
} setting;

static const au_range *range_of(const au_identity *identity, const au_range *box, const au_range *tolerance, size_t v) {
  return identity->vars[v].figure == AU_TOLERANCE ? tolerance : &box[identity->vars[v].figure];
}

static bool prepare(setting *s, au_work *work, const au_identity *identity, const au_range *box) {
  const size_t n = identity->n_vars;
  const au_range tolerance = {.lo = {-identity->within.m, identity->within.e}, .hi = identity->within};
  void *coef = work->coef, *ranges = work->box;
  const bool fine = grow(work, &coef, &work->cap_coef, 3 * n + 2, sizeof *work->coef) &&
                    grow(work, &ranges, &work->cap_box, n + 1, sizeof *work->box);
  work->coef = coef;
  work->box = ranges;
  if (!fine) return false;
  for (size_t v = 0; v < n; v++) {
    work->box[v] = *range_of(identity, box, &tolerance, v);
    end_of(&work->coef[2 * v], &identity->vars[v], &work->box[v], false);
    end_of(&work->coef[2 * v + 1], &identity->vars[v], &work->box[v], true);
  }
  *s = (setting){.work = work, .identity = identity, .box = work->box, .ends = work->coef, .coef = work->coef + 2 * n};
  return true;
}

/* The coefficients of the rest at one corner of the covered variables: bit k of corner is the end of the k-th of them. */
static void coefficients(setting *s, uint32_t corner) {
  const au_identity *identity = s->identity;
  const size_t n = identity->n_vars;
  for (size_t v = 0; v <= n; v++) sx_audit__big_set(&s->coef[v], (au_num){0, 0});
  for (size_t i = 0; i < s->poly->n; i++) {
    const au_term *term = &s->poly->terms[i];
    au_big product, next;
    size_t slot = n;
    sx_audit__big_set(&product, term->coef);
    for (uint32_t k = 0; k < term->n; k++) {
      const uint32_t v = term->vars[k];
      if (!identity->covered[v]) {
        slot = v;
        continue;
      }
      uint32_t bit = 0;
      for (uint32_t before = 0; before < v; before++) bit += identity->covered[before];
      sx_audit__big_mul(&next, &product, &s->ends[2 * v + (corner >> bit & 1)]);
      sx_audit__big_copy(&product, &next);
    }
    sx_audit__big_add(&s->coef[slot], &product);
  }
}

/* The extreme (direction -1: least, 1: greatest) of the linear rest with those coefficients. */
static void extreme(au_big *out, const setting *s, int direction) {
  const size_t n = s->identity->n_vars;
  au_big product;
  sx_audit__big_copy(out, &s->coef[n]);
  for (size_t v = 0; v < n; v++) {
    const au_big *coef = &s->coef[v];
    if (coef->bad) out->bad = true;
    if (!coef->sign) continue;
    sx_audit__big_mul(&product, coef, &s->ends[2 * v + (coef->sign == direction)]);
    sx_audit__big_add(out, &product);
  }
}

enum { MAX_TIE_COVER = 6 };

/* Of an extreme that is exactly 0: a face of the covered variables (digit 0 low, 1 high, 2 free) all of whose corners have it, with no open
 * end fixed. signs[corner * n + v]: sign of the coefficient of v there, 2 where the corner's extreme is not 0. */
static bool face_attains(const setting *s, const uint8_t *digit, int direction) {
  const au_identity *identity = s->identity;
  const size_t n = identity->n_vars;
  const uint32_t corners = 1U << identity->n_cover;
  uint32_t fixed = 0, value = 0, bit = 0;
  for (size_t v = 0; v < n; v++) {
    if (!identity->covered[v]) continue;
    if (digit[bit] != 2) {
      if (digit[bit] ? s->box[v].hi_open : s->box[v].lo_open) return false;
      fixed |= 1U << bit;
      value |= (uint32_t)digit[bit] << bit;
    }
    bit++;
  }
  for (size_t v = 0; v < n; v++) {
    if (identity->covered[v]) continue;
    int sign = 0;
    for (uint32_t c = 0; c < corners; c++) {
      if ((c & fixed) != value) continue;
      const int here = s->work->signs[c * (n + 1) + v];
      if (here && sign && here != sign) return false;
      if (here) sign = here;
    }
    if (sign && (sign == direction ? s->box[v].hi_open : s->box[v].lo_open)) return false;
  }
  for (uint32_t c = 0; c < corners; c++) {
    if ((c & fixed) == value && s->work->signs[c * (n + 1) + n]) return false;
  }
  return true;
}

static bool attains(setting *s, int direction, bool *undecided) {
  const au_identity *identity = s->identity;
  const size_t n = identity->n_vars;
  if (identity->n_cover > MAX_TIE_COVER) {
    *undecided = true;
    return false;
  }
  const uint32_t corners = 1U << identity->n_cover;
  void *signs = s->work->signs;
  if (!grow(s->work, &signs, &s->work->cap_signs, corners * (n + 1), 1)) return false;
  s->work->signs = signs;
  for (uint32_t c = 0; c < corners; c++) {
    au_big value;
    coefficients(s, c);
    extreme(&value, s, direction);
    for (size_t v = 0; v < n; v++) s->work->signs[c * (n + 1) + v] = (int8_t)s->coef[v].sign;
    s->work->signs[c * (n + 1) + n] = value.sign != 0;
  }
  uint32_t faces = 1;
  for (size_t k = 0; k < identity->n_cover; k++) faces *= 3;
  for (uint32_t f = 0; f < faces; f++) {
    uint8_t digit[MAX_TIE_COVER] = {0};
    uint32_t rest = f;
    for (size_t k = 0; k < identity->n_cover; k++, rest /= 3) digit[k] = (uint8_t)(rest % 3);
    if (face_attains(s, digit, direction)) return true;
  }
  return false;
}

/* Sign of the least or greatest value of a polynomial over the box; *bad: the numbers do not fit. */
static int extreme_sign(setting *s, const au_poly *poly, int direction, bool *bad) {
  au_big value;
  int sign = -direction * 2;
  s->poly = poly;
  for (uint32_t c = 0; c < 1U << s->identity->n_cover; c++) {
    coefficients(s, c);
    extreme(&value, s, direction);
    if (value.bad) *bad = true;
    if (direction > 0 ? value.sign > sign : value.sign < sign) sign = value.sign;
  }
  return sign;
}

/* Is an extreme of a polynomial that is exactly 0 reached in the half-open box? */
static bool attains_of(setting *s, const au_poly *poly, int direction, bool *undecided) {
  s->poly = poly;
  return attains(s, direction, undecided);
}

static au_answer decide_poly(au_work *work, const au_identity *identity, const au_range *box) {
  setting s;
  bool bad = false, undecided = false;
  int den = 1;
  for (size_t i = 0; i < identity->n_factors; i++) {
    const au_range *range = &box[identity->factors[i]];
    if (range->lo.m < 0 || (range->lo.m == 0 && !range->lo_open)) return AU_UNDECIDED;
  }
  if (!prepare(&s, work, identity, box)) return AU_UNDECIDED;
  if (identity->den.n) {
    const int low = extreme_sign(&s, &identity->den, -1, &bad), high = extreme_sign(&s, &identity->den, 1, &bad);
    /* 0 may be an end that is not reached: x - y with x below 12.5 and y from there up */
    bool torn = false;
    const bool above = low > 0 || (low == 0 && high > 0 && !attains_of(&s, &identity->den, -1, &torn)),
               below = high < 0 || (high == 0 && low < 0 && !attains_of(&s, &identity->den, 1, &torn));
    if (work->failed) return AU_UNDECIDED;
    if (torn || bad ||
        (!above && !below)) { /* a divisor may be 0: without a zero of N there is no solution all the same */
      const int least = extreme_sign(&s, &identity->num, -1, &bad), most = extreme_sign(&s, &identity->num, 1, &bad);
      return identity->relation == AU_EQ && !bad && (least > 0 || most < 0) ? AU_EMPTY : AU_UNDECIDED;
    }
    den = above ? 1 : -1;
  }
  const int low = extreme_sign(&s, &identity->num, -1, &bad), high = extreme_sign(&s, &identity->num, 1, &bad);
  if (bad) return AU_UNDECIDED;
  au_answer answer = AU_FEASIBLE;
  if (low > 0) {
    answer = AU_TOO_HIGH;
  } else if (high < 0) {
    answer = AU_TOO_LOW;
  } else if (low == 0 && (identity->relation == AU_EQ || den > 0)) {
    if (!attains(&s, -1, &undecided)) answer = AU_TOO_HIGH;
  } else if (high == 0 && (identity->relation == AU_EQ || den < 0)) {
    if (!attains(&s, 1, &undecided)) answer = AU_TOO_LOW;
  }
  if (work->failed || undecided) return AU_UNDECIDED;
  if (den < 0 && answer != AU_FEASIBLE) answer = answer == AU_TOO_LOW ? AU_TOO_HIGH : AU_TOO_LOW;
  if (identity->relation == AU_LE && answer == AU_TOO_LOW) return AU_FEASIBLE;
  return answer;
}

/* ---- same and order --------------------------------------------------------------------------------------------------- */

/* low of one above high of the other: by more than the tolerance, or by it with an open end. */
static bool apart(const au_range *low, const au_range *high, const au_identity *identity) {
  au_num reach = high->hi;
  if (identity->has_within && !sx_audit__num_add(&reach, high->hi, identity->within)) return false;
  const int order = sx_audit__num_cmp(low->lo, reach);
  return order > 0 || (order == 0 && (low->lo_open || high->hi_open));
}

static bool plainly_rounded(const au_identity *identity, const au_range *box, size_t i) {
  return identity->rounded && identity->rounded[i] && box[i].lo.e < AU_CAP_EXPONENT && box[i].hi.e < AU_CAP_EXPONENT;
}

/* Two printings of one quantity, both plainly rounded and to different digits: the finer one, rounded half up to the digits of the coarser
 * one, must be that one: its printed value (the middle of its interval) lies in the coarser interval. -1: the first is too low, 1: too
 * high, 0: alike, or not to be compared so. */
static int printed_apart(const au_identity *identity, const au_range *box, size_t i, size_t k) {
  const au_num minus = {-1, 0}, half = {5, -1};
  au_num width[2], middle[2], part;
  const size_t of[2] = {i, k};
  if (identity->has_within || !plainly_rounded(identity, box, i) || !plainly_rounded(identity, box, k)) return 0;
  for (int j = 0; j < 2; j++) {
    const au_range *r = &box[of[j]];
    if (!sx_audit__num_mul(&part, r->lo, minus) || !sx_audit__num_add(&width[j], r->hi, part) ||
        !sx_audit__num_add(&part, r->lo, r->hi) || !sx_audit__num_mul(&middle[j], part, half))
      return 0;
  }
  const int finer = sx_audit__num_cmp(width[0], width[1]);
  if (finer == 0) return 0;
  const int fine = finer < 0 ? 0 : 1;
  const au_range *coarse = &box[of[1 - fine]];
  const int low = sx_audit__num_cmp(middle[fine], coarse->lo), high = sx_audit__num_cmp(middle[fine], coarse->hi);
  const int side = low < 0 || (low == 0 && coarse->lo_open) ? -1 : high > 0 || (high == 0 && coarse->hi_open) ? 1 : 0;
  return fine == 0 ? side : -side;
}

/* Intervals of a line that meet two by two meet all together (Helly), so the greatest low end and the least high end decide. */
static au_answer decide_same(const au_identity *identity, const au_range *box) {
  size_t low = 0, high = 0;
  for (size_t i = 0; identity->rounded && i < identity->n_args; i++) {
    for (size_t k = 0; k < i; k++) {
      if (printed_apart(identity, box, i, k)) return AU_EMPTY;
    }
  }
  for (size_t i = 1; i < identity->n_args; i++) {
    const int a = sx_audit__num_cmp(box[i].lo, box[low].lo), b = sx_audit__num_cmp(box[i].hi, box[high].hi);
    if (a > 0 || (a == 0 && box[i].lo_open)) low = i;
    if (b < 0 || (b == 0 && box[i].hi_open)) high = i;
  }
  return low != high && apart(&box[low], &box[high], identity) ? AU_EMPTY : AU_FEASIBLE;
}

/* x1 >= x2 >= ...: possible when no later low end is above an earlier high end. */
static au_answer decide_order(const au_identity *identity, const au_range *box) {
  size_t high = 0;
  for (size_t i = 1; i < identity->n_args; i++) {
    if (apart(&box[i], &box[high], identity)) return AU_EMPTY;
    const int b = sx_audit__num_cmp(box[i].hi, box[high].hi);
    if (b < 0 || (b == 0 && box[i].hi_open)) high = i;
  }
  return AU_FEASIBLE;
}

au_answer sx_audit__decide_exact(au_work *work, const au_identity *identity, const au_range *box) {
  if (identity->kind == AU_SAME) return decide_same(identity, box);
  if (identity->kind == AU_ORDER) return decide_order(identity, box);
  return identity->exact ? decide_poly(work, identity, box) : AU_UNDECIDED;
}

au_answer sx_audit__decide(au_work *work, const au_identity *identity, const au_range *box) {
  const au_answer answer = sx_audit__decide_exact(work, identity, box);
  return answer != AU_UNDECIDED || work->failed ? answer : sx_audit__branch(identity, box);
}

au_answer sx_audit__decide_for(au_work *work, const au_identity *identity, const au_range *box, size_t which) {
  if (identity->kind != AU_SAME && identity->kind != AU_ORDER) return sx_audit__decide(work, identity, box);
  const bool order = identity->kind == AU_ORDER;
  au_answer answer = AU_FEASIBLE;
  for (size_t i = 0; i < identity->n_args; i++) {
    if (i == which) continue;
    for (size_t k = 0; k < identity->n_args; k++) {
      if (k != which && (order ? k > i : k != i) &&
          (apart(&box[k], &box[i], identity) || (!order && printed_apart(identity, box, k, i))))
        return AU_EMPTY;
    }
    const int side = order ? 0 : printed_apart(identity, box, which, i);
    if ((side < 0 && answer == AU_TOO_HIGH) || (side > 0 && answer == AU_TOO_LOW)) return AU_EMPTY;
    if (side) answer = side < 0 ? AU_TOO_LOW : AU_TOO_HIGH;
    if ((!order || i > which) && apart(&box[i], &box[which], identity)) {
      if (answer == AU_TOO_HIGH) return AU_EMPTY;
      answer = AU_TOO_LOW;
    }
    if ((!order || i < which) && apart(&box[which], &box[i], identity)) {
      if (answer == AU_TOO_LOW) return AU_EMPTY;
      answer = AU_TOO_HIGH;
    }
  }
  return answer;
}

/* ---- the slack ---------------------------------------------------------------------------------------------------------- */

static bool cagr_residual(const au_range *box, double years, long double *low, long double *high) {
  const long double from_low = sx_audit__num_value(box[1].lo), from_high = sx_audit__num_value(box[1].hi),
                    to_low = sx_audit__num_value(box[2].lo), to_high = sx_audit__num_value(box[2].hi),
                    power = 1 / (long double)years;
  if (!(from_low > 0) || to_low < 0) return false;
  *low = sx_audit__num_value(box[0].lo) - (powl(to_high / from_low, power) - 1);
  *high = sx_audit__num_value(box[0].hi) - (powl(to_low / from_high, power) - 1);
  return true;
}

static bool same_residual(const au_identity *identity, const au_range *box, long double *low, long double *high) {
  long double least = HUGE_VALL, first = HUGE_VALL;
  for (size_t i = 0; i < identity->n_args; i++) {
    const long double hi = sx_audit__num_value(box[i].hi);
    for (size_t k = 0; k < identity->n_args; k++) {
      if (identity->kind == AU_ORDER ? k <= i : k == i) continue;
      const long double room = hi - sx_audit__num_value(box[k].lo);
      if (room < least) least = room;
    }
    if (hi < first) first = hi;
  }
  least += identity->has_within ? sx_audit__num_value(identity->within) : 0;
  *low = -least; /* as for <=: inside by least */
  *high = HUGE_VALL;
  return least < HUGE_VALL;
}

bool sx_audit__residual(au_work *work, const au_identity *identity, const au_range *box, long double *low,
                        long double *high) {
  setting s;
  if (identity->kind == AU_SAME || identity->kind == AU_ORDER) return same_residual(identity, box, low, high);
  if (identity->kind == AU_CAGR) return cagr_residual(box, identity->years, low, high);
  if (!identity->exact || identity->n_factors || !prepare(&s, work, identity, box)) return false;
  bool negative = false;
  *low = HUGE_VALL;
  *high = -HUGE_VALL;
  for (uint32_t c = 0; c < 1U << identity->n_cover; c++) {
    au_big value;
    long double den = 1;
    if (identity->den.n) { /* its variables are all covered: a number at each corner */
      s.poly = &identity->den;
      coefficients(&s, c);
      den = sx_audit__big_value(&s.coef[identity->n_vars]);
      if (den == 0 || (c > 0 && (den < 0) != negative)) return false; /* a pole */
      negative = den < 0;
    }
    s.poly = &identity->num;
    coefficients(&s, c);
    for (int direction = -1; direction <= 1; direction += 2) {
      extreme(&value, &s, direction);
      const long double at = sx_audit__big_value(&value) / den;
      if (isnan(at)) return false;
      if (at < *low) *low = at;
      if (at > *high) *high = at;
    }
  }
  return true;
}
