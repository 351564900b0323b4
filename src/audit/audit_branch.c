/* audit_branch.c: branch and bound for what is not multilinear: is left - right ever 0 (or at most 0) in the box?
 *
 * Interval arithmetic rounded outwards (long double, one step of the last place). A figure along which the derivative has one sign all
 * over a piece is put to its ends: where all figures are so, the ends of the residual are its values at two corners, however often
 * a figure occurs. Nothing is compared with a constant of its own: the scale of the figures does not matter. Proof of no: the box is cut
 * until every piece has a residual that keeps away from 0. Proof of yes: a piece where the residual is strictly negative and one where it is strictly positive,
 * on a box where it is continuous (no divisor meets 0), so that it is 0 in between. Neither within MAX_PIECES: undecided. */
#include <math.h>

#include "audit_priv.h"

enum { MAX_PIECES = 4096, MONOTONE_PIECES = 64, MAX_FIGURES = 64, MAX_STACK = 96 };

typedef struct span {
  long double lo, hi;
} span;

typedef struct piece {
  span x[MAX_FIGURES];
} piece;

static span outward(long double lo, long double hi) {
  return (span){nextafterl(lo, -HUGE_VALL), nextafterl(hi, HUGE_VALL)};
}

static span mul(span a, span b) {
  const long double p[4] = {a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi};
  span out = {p[0], p[0]};
  for (int i = 1; i < 4; i++) {
    if (p[i] < out.lo) out.lo = p[i];
    if (p[i] > out.hi) out.hi = p[i];
  }
  return outward(out.lo, out.hi);
}

/* *broken: a divisor meets 0. */
static span value(const au_expr *e, const span *x, bool *broken) {
  switch (e->op) {
  case AU_NUM: {
    const long double v = sx_audit__num_value(e->num);
    return outward(v, v);
  }
  case AU_FIG:
    return x[e->var];
  case AU_NEG: {
    const span a = value(e->left, x, broken);
    return (span){-a.hi, -a.lo};
  }
  case AU_POW: {
    const span a = value(e->left, x, broken);
    span out = a;
    for (uint32_t k = 1; k < e->power; k++) out = mul(out, a);
    if (e->power % 2 == 0 && out.lo < 0) out.lo = 0;
    return out;
  }
  case AU_ADD:
  case AU_SUB:
  case AU_MUL:
  case AU_DIV:
    break;
  }
  const span a = value(e->left, x, broken), b = value(e->right, x, broken);
  if (e->op == AU_ADD) return outward(a.lo + b.lo, a.hi + b.hi);
  if (e->op == AU_SUB) return outward(a.lo - b.hi, a.hi - b.lo);
  if (e->op == AU_MUL) return mul(a, b);
  if (b.lo <= 0 && b.hi >= 0) {
    *broken = true;
    return (span){-HUGE_VALL, HUGE_VALL};
  }
  return mul(a, outward(1 / b.hi, 1 / b.lo));
}

/* years that are not whole, or many: F1 - ((F3/F2)^(1/years) - 1). powl is taken to be right to 8 last places. */
static span cagr(const span *x, double years, bool *broken) {
  if (!(x[1].lo > 0) || x[2].lo < 0) {
    *broken = true;
    return (span){-HUGE_VALL, HUGE_VALL};
  }
  long double low = powl(x[2].lo / x[1].hi, 1 / (long double)years),
              high = powl(x[2].hi / x[1].lo, 1 / (long double)years);
  for (int i = 0; i < 8; i++) {
    low = nextafterl(low, -HUGE_VALL);
    high = nextafterl(high, HUGE_VALL);
  }
  return outward(x[0].lo - (high - 1), x[0].hi - (low - 1));
}

static span residual(const au_identity *identity, const span *x, bool *broken) {
  span r = identity->kind == AU_CAGR ? cagr(x, identity->years, broken) : (span){0, 0};
  if (identity->kind != AU_CAGR) {
    const span a = value(identity->left, x, broken), b = value(identity->right, x, broken);
    r = outward(a.lo - b.hi, a.hi - b.lo);
  }
  return r;
}

/* ---- where the residual rises and falls ---------------------------------------------------------------------------------------- */

typedef struct sloped {
  span v, d; /* value, and derivative by one figure */
} sloped;

static sloped slope(const au_expr *e, const span *x, uint32_t by, bool *broken) {
  const span none = {0, 0};
  if (e->op == AU_NUM) return (sloped){value(e, x, broken), none};
  if (e->op == AU_FIG) return (sloped){x[e->var], e->var == by ? (span){1, 1} : none};
  const sloped a = slope(e->left, x, by, broken);
  if (e->op == AU_NEG) return (sloped){{-a.v.hi, -a.v.lo}, {-a.d.hi, -a.d.lo}};
  if (e->op == AU_POW) {
    span d = mul(a.d, (span){e->power, e->power}), v = a.v;
    for (uint32_t k = 1; k < e->power; k++) {
      d = mul(d, a.v);
      v = mul(v, a.v);
    }
    if (e->power % 2 == 0 && v.lo < 0) v.lo = 0;
    return (sloped){v, d};
  }
  const sloped b = slope(e->right, x, by, broken);
  if (e->op == AU_ADD)
    return (sloped){outward(a.v.lo + b.v.lo, a.v.hi + b.v.hi), outward(a.d.lo + b.d.lo, a.d.hi + b.d.hi)};
  if (e->op == AU_SUB)
    return (sloped){outward(a.v.lo - b.v.hi, a.v.hi - b.v.lo), outward(a.d.lo - b.d.hi, a.d.hi - b.d.lo)};
  if (e->op == AU_MUL) {
    const span p = mul(a.d, b.v), q = mul(a.v, b.d);
    return (sloped){mul(a.v, b.v), outward(p.lo + q.lo, p.hi + q.hi)};
  }
  if (b.v.lo <= 0 && b.v.hi >= 0) {
    *broken = true;
    return (sloped){{-HUGE_VALL, HUGE_VALL}, {-HUGE_VALL, HUGE_VALL}};
  }
  const span over = outward(1 / b.v.hi, 1 / b.v.lo), v = mul(a.v, over), q = mul(v, b.d);
  return (sloped){v, mul(outward(a.d.lo - q.hi, a.d.hi - q.lo), over)}; /* (a' - (a/b) b') / b */
}

/* The sign of the derivative by a figure all over x; 0: not one. */
static int rises(const au_identity *identity, const span *x, uint32_t by) {
  bool broken = false;
  const span a = slope(identity->left, x, by, &broken).d, b = slope(identity->right, x, by, &broken).d;
  return broken ? 0 : a.lo - b.hi > 0 ? 1 : a.hi - b.lo < 0 ? -1 : 0;
}

typedef struct corners {
  piece low, high; /* each figure that rises or falls at its end, the others as they were */
  bool any;
} corners;

static bool has_slopes(const au_identity *identity, size_t n) {
  enum { SLOPES_UP_TO = 16 };
  return identity->kind != AU_CAGR && n <= SLOPES_UP_TO;
}

static void find_corners(corners *out, const au_identity *identity, const piece *p, size_t n) {
  out->low = out->high = *p;
  out->any = false;
  for (uint32_t i = 0; i < n; i++) {
    const int sign = rises(identity, p->x, i);
    if (!sign) continue;
    const span bottom = {p->x[i].lo, p->x[i].lo}, top = {p->x[i].hi, p->x[i].hi};
    out->low.x[i] = sign > 0 ? bottom : top;
    out->high.x[i] = sign > 0 ? top : bottom;
    out->any = true;
  }
}

/* The residual over a piece on which no divisor meets 0, *r what plain interval arithmetic finds: its ends at the corners instead. */
static void tighten(span *r, const au_identity *identity, const piece *p, size_t n) {
  corners c;
  bool broken = false;
  if (!has_slopes(identity, n)) return;
  find_corners(&c, identity, p, n);
  if (!c.any) return;
  const long double low = residual(identity, c.low.x, &broken).lo, high = residual(identity, c.high.x, &broken).hi;
  if (low > r->lo) r->lo = low;
  if (high < r->hi) r->hi = high;
}

/* ---- pieces ---------------------------------------------------------------------------------------------------------------------- */

static bool endless(span x) {
  return x.hi - x.lo > 1e30L; /* the whole range of a dimension, not a printed number */
}

/* Many powers of ten are halved by their logarithms. */
static long double middle_of(span x) {
  const long double apart = 1e6L;
  if (x.lo < 0 && x.hi > 0 && endless(x)) return 0;
  if (x.lo >= 0 && x.hi > apart * fmaxl(x.lo, 1)) return sqrtl(fmaxl(x.lo, 1) * x.hi);
  if (x.hi <= 0 && x.lo < apart * fminl(x.hi, -1)) return -sqrtl(fminl(x.hi, -1) * x.lo);
  return x.lo + (x.hi - x.lo) / 2;
}

static size_t widest(const piece *p, const piece *whole, size_t n) {
  size_t best = 0;
  long double most = -1;
  for (size_t i = 0; i < n; i++) {
    const long double full =
        endless(whole->x[i]) ? fmaxl(1, fmaxl(fabsl(p->x[i].lo), fabsl(p->x[i].hi))) : whole->x[i].hi - whole->x[i].lo;
    const long double share = full > 0 ? (p->x[i].hi - p->x[i].lo) / full : -1;
    if (share > most) {
      most = share;
      best = i;
    }
  }
  return best;
}

typedef struct search {
  const au_identity *identity;
  long double low, high; /* the residual may be in [low, high]: 0, or the tolerance */
  bool below, above;     /* a piece strictly below low / above high was seen */
  bool inside;           /* a piece wholly in between */
  bool open;             /* a piece could not be settled */
  bool broken;           /* a divisor meets 0 somewhere in the box */
  size_t most;           /* pieces that are looked at */
  bool root;             /* a piece on which it does not has both sides */
} search;

/* N over a piece: where it keeps away from 0 there is no solution, whatever the divisor does. */
static span numerator(const au_identity *identity, const span *x) {
  const long double within = identity->has_within ? sx_audit__num_value(identity->within) : 0;
  span out = {0, 0};
  for (size_t i = 0; i < identity->num.n; i++) {
    const au_term *term = &identity->num.terms[i];
    const long double coef = sx_audit__num_value(term->coef);
    span product = outward(coef, coef);
    for (uint32_t k = 0; k < term->n; k++) {
      const au_var *var = &identity->vars[term->vars[k]];
      const span v = var->figure == AU_TOLERANCE
                         ? outward(-within, within)
                         : outward(x[var->figure].lo + var->shift, x[var->figure].hi + var->shift);
      for (uint32_t p = 0; p < var->power; p++) product = mul(product, v);
    }
    out = outward(out.lo + product.lo, out.hi + product.hi);
  }
  return out;
}

/* The residual's side on one piece, or (n 0) at one point; 0: not settled. */
static int side(search *s, const piece *p, size_t n) {
  bool broken = false;
  span r = residual(s->identity, p->x, &broken);
  if (broken) {
    if (!s->identity->exact || s->identity->n_factors || !s->identity->den.n || s->identity->relation != AU_EQ)
      return 0;
    const span top = numerator(s->identity, p->x);
    return top.lo > 0 || top.hi < 0 ? 3 : 0;
  }
  if (n && !(r.hi < s->low || r.lo > s->high)) tighten(&r, s->identity, p, n);
  if (r.hi < s->low) {
    s->below = true;
    return -1;
  }
  if (r.lo > s->high) {
    s->above = true;
    return 1;
  }
  if (r.lo >= s->low && r.hi <= s->high) {
    s->inside = true;
    return 2;
  }
  return 0;
}

/* The two points, a little inside, towards which the residual falls and rises from the middle. */
static void probe_ends(search *s, const piece *p, const piece *middle, size_t n, bool *below, bool *above) {
  piece inner = *middle;
  if (!has_slopes(s->identity, n)) return;
  for (int end = -1; end <= 1; end += 2) {
    for (uint32_t i = 0; i < n; i++) {
      const int sign = end * rises(s->identity, middle->x, i);
      const long double inset = (p->x[i].hi - p->x[i].lo) / 1048576;
      const long double at = sign > 0 ? p->x[i].hi - inset : sign < 0 ? p->x[i].lo + inset : middle->x[i].lo;
      inner.x[i] = (span){at, at};
    }
    const int at = side(s, &inner, 0);
    *below = *below || at == -1;
    *above = *above || at == 1;
  }
}

/* Points well inside tell sides sooner than boxes do. Where the whole box has a pole, both sides on one piece without one are a root. */
static void probe(search *s, const piece *p, size_t n) {
  enum { CORNERS_UP_TO = 4 };
  piece point = *p;
  bool broken = false;
  for (size_t i = 0; i < n; i++) {
    const long double middle = middle_of(p->x[i]);
    point.x[i] = (span){middle, middle};
  }
  const int middle = side(s, &point, 0);
  bool below = middle == -1, above = middle == 1;
  if (s->broken) (void)residual(s->identity, p->x, &broken);
  if (broken) return;
  probe_ends(s, p, &point, n, &below, &above);
  if (!s->broken) return;
  for (uint32_t corner = 0; n <= CORNERS_UP_TO && corner < 1U << n; corner++) {
    for (size_t i = 0; i < n; i++) {
      const long double inset = (p->x[i].hi - p->x[i].lo) / 1024;
      const long double at = corner >> i & 1 ? p->x[i].hi - inset : p->x[i].lo + inset;
      point.x[i] = (span){at, at};
    }
    const int at = side(s, &point, 0);
    below = below || at == -1;
    above = above || at == 1;
  }
  s->root = s->root || (below && above);
}

static bool settled(const search *s) {
  return s->inside || s->root || (!s->broken && s->below && s->above) || (s->identity->relation == AU_LE && s->below);
}

/* ---- a point that satisfies it exactly: the middles of the intervals, where there is no divisor --------------------------------- */

static bool exactly(au_num *out, const au_expr *e, const au_num *x) {
  au_num a, b;
  switch (e->op) {
  case AU_NUM:
    *out = e->num;
    return true;
  case AU_FIG:
    *out = x[e->var];
    return true;
  case AU_NEG:
    return exactly(&a, e->left, x) && sx_audit__num_mul(out, a, (au_num){-1, 0});
  case AU_POW:
    if (!exactly(&a, e->left, x)) return false;
    *out = a;
    for (uint32_t k = 1; k < e->power; k++) {
      if (!sx_audit__num_mul(out, *out, a)) return false;
    }
    return true;
  case AU_ADD:
  case AU_SUB:
  case AU_MUL:
    break;
  case AU_DIV:
    return false;
  }
  if (!exactly(&a, e->left, x) || !exactly(&b, e->right, x)) return false;
  if (e->op == AU_MUL) return sx_audit__num_mul(out, a, b);
  if (e->op == AU_SUB && !sx_audit__num_mul(&b, b, (au_num){-1, 0})) return false;
  return sx_audit__num_add(out, a, b);
}

static bool holds_in_the_middle(const au_identity *identity, const au_range *box, size_t n) {
  au_num x[MAX_FIGURES], left, right;
  if (identity->kind == AU_CAGR) return false;
  for (size_t i = 0; i < n; i++) {
    if (box[i].lo.e >= AU_CAP_EXPONENT || box[i].hi.e >= AU_CAP_EXPONENT) return false;
    if (!sx_audit__num_add(&x[i], box[i].lo, box[i].hi) || !sx_audit__num_mul(&x[i], x[i], (au_num){5, -1}))
      return false;
  }
  if (!exactly(&left, identity->left, x) || !exactly(&right, identity->right, x)) return false;
  const int order = sx_audit__num_cmp(left, right);
  return order == 0 || (order < 0 && identity->relation == AU_LE);
}

/* Where every figure rises or falls all over the box, the least and the greatest residual are at one corner each: when one is exactly 0 the
 * identity holds there, or not at all when an end of it is open. False: not so, or the digits do not fit. */
static bool at_a_corner(au_answer *out, const au_identity *identity, const au_range *box, const int *signs, size_t n) {
  for (int end = -1; end <= 1; end += 2) {
    au_num x[MAX_FIGURES], left, right;
    bool open = false;
    for (size_t i = 0; i < n; i++) {
      const bool high = signs[i] == end;
      x[i] = high ? box[i].hi : box[i].lo;
      open = open || (high ? box[i].hi_open : box[i].lo_open);
    }
    if (!exactly(&left, identity->left, x) || !exactly(&right, identity->right, x)) return false;
    if (sx_audit__num_cmp(left, right) != 0) continue;
    *out = !open || (end > 0 && identity->relation == AU_LE) ? AU_FEASIBLE : end < 0 ? AU_TOO_HIGH : AU_TOO_LOW;
    return true;
  }
  return false;
}

/* signs[n]: all over the box each figure has one. */
static bool is_monotone(int *signs, const au_identity *identity, const piece *whole, size_t n) {
  if (!has_slopes(identity, n)) return false;
  for (size_t i = 0; i < n; i++) {
    signs[i] = rises(identity, whole->x, (uint32_t)i);
    if (!signs[i]) return false;
  }
  return true;
}

static void look(search *s, const piece *whole, size_t n, piece *stack) {
  size_t depth = 1, pieces = 0;
  stack[0] = *whole;
  while (depth > 0) {
    const piece now = stack[--depth];
    if (side(s, &now, n) != 0) {
      if (settled(s)) return;
      continue;
    }
    probe(s, &now, n);
    if (settled(s)) return;
    const size_t cut = widest(&now, whole, n);
    const long double middle = middle_of(now.x[cut]);
    if (++pieces > s->most) {
      s->open = true;
      return;
    }
    if (depth + 2 > MAX_STACK || !(now.x[cut].lo < middle && middle < now.x[cut].hi)) {
      s->open = true; /* at a pole, or on the line: others may tell */
      continue;
    }
    stack[depth] = now;
    stack[depth++].x[cut].lo = middle;
    stack[depth] = now;
    stack[depth++].x[cut].hi = middle;
  }
}

static bool whole_box(piece *whole, const au_identity *identity, const au_range *box) {
  const size_t n = identity->pub.n_figures;
  if (n > MAX_FIGURES || (identity->kind != AU_CAGR && !identity->left)) return false;
  for (size_t i = 0; i < n; i++) whole->x[i] = outward(sx_audit__num_value(box[i].lo), sx_audit__num_value(box[i].hi));
  return true;
}

au_answer sx_audit__branch(const au_identity *identity, const au_range *box) {
  const size_t n = identity->pub.n_figures;
  const long double within = identity->has_within ? sx_audit__num_value(identity->within) : 0;
  piece whole, stack[MAX_STACK];
  if (!whole_box(&whole, identity, box)) return AU_UNDECIDED;
  search s = {.identity = identity, .low = -within, .high = within};
  (void)residual(identity, whole.x, &s.broken);
  int signs[MAX_FIGURES];
  const bool monotone = !s.broken && is_monotone(signs, identity, &whole, n);
  s.most = monotone ? MONOTONE_PIECES : has_slopes(identity, n) ? MAX_PIECES / n : MAX_PIECES;
  look(&s, &whole, n, stack);
  if (settled(&s)) return AU_FEASIBLE;
  au_answer edge;
  if (s.open && monotone && !identity->has_within && at_a_corner(&edge, identity, box, signs, n)) return edge;
  if (s.open) return holds_in_the_middle(identity, box, n) ? AU_FEASIBLE : AU_UNDECIDED;
  if (s.broken || (s.below && s.above)) return AU_EMPTY; /* there is no value between the two sides of a pole */
  return s.below ? AU_TOO_LOW : s.above ? AU_TOO_HIGH : AU_UNDECIDED;
}

/* ---- the range of the residual ------------------------------------------------------------------------------------------ */

static long double at_the_middle(const au_identity *identity, const piece *p, size_t n, int sign) {
  span x[MAX_FIGURES];
  bool broken = false;
  for (size_t i = 0; i < n; i++) {
    const long double middle = p->x[i].lo + (p->x[i].hi - p->x[i].lo) / 2;
    x[i] = (span){middle, middle};
  }
  const span r = residual(identity, x, &broken);
  return sign > 0 ? r.hi : -r.lo;
}

/* The least value of sign * residual seen on a piece: in its middle, and at the end towards which it falls. */
static long double least_seen(const au_identity *identity, const piece *p, size_t n, int sign) {
  corners c;
  const long double middle = at_the_middle(identity, p, n, sign);
  if (!has_slopes(identity, n)) return middle;
  find_corners(&c, identity, p, n);
  return fminl(middle, at_the_middle(identity, sign > 0 ? &c.low : &c.high, n, sign));
}

/* The least of sign * residual, from below: pieces are cut until their bound is at the least value seen, within a millionth of the
 * range, or there are too many. */
static long double least(const au_identity *identity, const piece *whole, size_t n, int sign, piece *stack) {
  enum { MOST = 2000 };
  long double seen = HUGE_VALL, bound = HUGE_VALL, wide = 0;
  size_t depth = 1, pieces = 0;
  stack[0] = *whole;
  while (depth > 0) {
    const piece now = stack[--depth];
    bool broken = false;
    span r = residual(identity, now.x, &broken);
    tighten(&r, identity, &now, n);
    const long double low = sign > 0 ? r.lo : -r.hi, here = least_seen(identity, &now, n, sign);
    if (pieces == 0) wide = r.hi - r.lo;
    if (here < seen) seen = here;
    const size_t cut = widest(&now, whole, n);
    const long double middle = middle_of(now.x[cut]);
    if (++pieces > MOST || depth + 2 > MAX_STACK || low >= seen - wide * 1e-6L ||
        !(now.x[cut].lo < middle && middle < now.x[cut].hi)) {
      if (low < bound) bound = low;
      continue;
    }
    stack[depth] = now;
    stack[depth++].x[cut].lo = middle;
    stack[depth] = now;
    stack[depth++].x[cut].hi = middle;
  }
  return bound;
}

bool sx_audit__branch_range(const au_identity *identity, const au_range *box, long double *low, long double *high) {
  const size_t n = identity->pub.n_figures;
  piece whole = {0}, stack[MAX_STACK];
  bool broken = false;
  if (!whole_box(&whole, identity, box)) return false;
  const span r = residual(identity, whole.x, &broken);
  for (size_t i = 0; i < n; i++) broken = broken || endless(whole.x[i]);
  if (broken || !(r.hi - r.lo < HUGE_VALL)) return false;
  const long double within = identity->has_within ? sx_audit__num_value(identity->within) : 0;
  *low = least(identity, &whole, n, 1, stack) - within;
  *high = -least(identity, &whole, n, -1, stack) + within;
  return true;
}

bool sx_audit__divisor_may_be_zero(const au_identity *identity, const au_range *box) {
  piece whole;
  bool broken = false;
  if (!whole_box(&whole, identity, box)) return false;
  (void)residual(identity, whole.x, &broken);
  return broken;
}
