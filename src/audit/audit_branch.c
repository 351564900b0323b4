/* audit_branch.c: branch and bound for what is not multilinear: is left - right ever 0 (or at most 0) in the box?
 *
 * Interval arithmetic rounded outwards (long double, one step of the last place). Proof of no: the box is cut until every piece has a
 * residual that keeps away from 0. Proof of yes: a piece where the residual is strictly negative and one where it is strictly positive,
 * on a box where it is continuous (no divisor meets 0), so that it is 0 in between. Neither within MAX_PIECES: undecided. */
#include <math.h>

#include "audit_priv.h"

enum { MAX_PIECES = 4096, MAX_FIGURES = 64, MAX_STACK = 96 };

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

static size_t widest(const piece *p, const piece *whole, size_t n) {
  size_t best = 0;
  long double most = -1;
  for (size_t i = 0; i < n; i++) {
    const long double full = whole->x[i].hi - whole->x[i].lo;
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

/* The residual's side on one piece; 0: not settled. */
static int side(search *s, const piece *p) {
  bool broken = false;
  const span r = residual(s->identity, p->x, &broken);
  if (broken) {
    if (!s->identity->exact || !s->identity->den.n || s->identity->relation != AU_EQ) return 0;
    const span n = numerator(s->identity, p->x);
    return n.lo > 0 || n.hi < 0 ? 3 : 0;
  }
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

/* Points well inside tell sides sooner than boxes do. Where the whole box has a pole, both sides on one piece without one are a root. */
static void probe(search *s, const piece *p, size_t n) {
  enum { CORNERS_UP_TO = 4 };
  piece point = *p;
  for (size_t i = 0; i < n; i++) {
    const long double middle = p->x[i].lo + (p->x[i].hi - p->x[i].lo) / 2;
    point.x[i] = (span){middle, middle};
  }
  if (!s->broken) {
    (void)side(s, &point);
    return;
  }
  bool broken = false;
  (void)residual(s->identity, p->x, &broken);
  const int middle = side(s, &point);
  bool below = middle == -1, above = middle == 1;
  if (broken || n > CORNERS_UP_TO) return;
  for (uint32_t corner = 0; corner < 1U << n; corner++) {
    for (size_t i = 0; i < n; i++) {
      const long double inset = (p->x[i].hi - p->x[i].lo) / 1024;
      const long double at = corner >> i & 1 ? p->x[i].hi - inset : p->x[i].lo + inset;
      point.x[i] = (span){at, at};
    }
    const int at = side(s, &point);
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

static void look(search *s, const piece *whole, size_t n, piece *stack) {
  size_t depth = 1, pieces = 0;
  stack[0] = *whole;
  while (depth > 0) {
    const piece now = stack[--depth];
    if (side(s, &now) != 0) {
      if (settled(s)) return;
      continue;
    }
    probe(s, &now, n);
    if (settled(s)) return;
    const size_t cut = widest(&now, whole, n);
    const long double middle = now.x[cut].lo + (now.x[cut].hi - now.x[cut].lo) / 2;
    if (++pieces > MAX_PIECES) {
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
  look(&s, &whole, n, stack);
  if (settled(&s)) return AU_FEASIBLE;
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

/* The least of sign * residual, from below: pieces are cut until their bound is at the least value seen, within a hundred-thousandth of the
 * range, or there are too many. */
static long double least(const au_identity *identity, const piece *whole, size_t n, int sign, piece *stack) {
  enum { MOST = 2000 };
  long double seen = HUGE_VALL, bound = HUGE_VALL, wide = 0;
  size_t depth = 1, pieces = 0;
  stack[0] = *whole;
  while (depth > 0) {
    const piece now = stack[--depth];
    bool broken = false;
    const span r = residual(identity, now.x, &broken);
    const long double low = sign > 0 ? r.lo : -r.hi, here = at_the_middle(identity, &now, n, sign);
    if (pieces == 0) wide = r.hi - r.lo;
    if (here < seen) seen = here;
    const size_t cut = widest(&now, whole, n);
    const long double middle = now.x[cut].lo + (now.x[cut].hi - now.x[cut].lo) / 2;
    if (++pieces > MOST || depth + 2 > MAX_STACK || low >= seen - wide * 1e-5L ||
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
  piece whole, stack[MAX_STACK];
  bool broken = false;
  if (!whole_box(&whole, identity, box)) return false;
  const span r = residual(identity, whole.x, &broken);
  if (broken || !(r.hi - r.lo < 1e30L)) return false;
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
