/* audit_poly.c: an expression as a quotient of polynomials in its figures, coefficients exact decimals.
 *
 * left - right = N / D. Where every figure occurs in N (and in D) with one power only, N is multilinear in those powers and its extremes
 * over a box are at the corners; a figure that occurs twice is one variable, so it moves together. A figure that stands in every term is
 * cancelled where that leaves one power of each: 0 stays 0 and the sign stays while it is above 0. What does not fit (too many
 * terms, a figure with two powers, long coefficients) is left to branch and bound. */
#include <string.h>

#include "audit_priv.h"

enum { MAX_TERMS = 96, MAX_VARS = 64, MAX_POWER = 12 };

typedef struct mono {
  au_num coef;
  uint8_t power[MAX_VARS];
} mono;
typedef struct poly {
  mono *terms;
  size_t n;
} poly;
typedef struct fraction {
  poly num, den;
} fraction;

typedef struct expander {
  sx_arena *arena;
  size_t n_vars;
  bool memory; /* ran out */
  bool zero;   /* a divisor is 0 whatever its figures are */
} expander;

static bool room(expander *x, poly *out, size_t n) {
  out->n = 0;
  out->terms = n <= (size_t)MAX_TERMS * MAX_TERMS ? sx_arena_alloc(x->arena, n, sizeof *out->terms) : NULL;
  if (!out->terms && n <= (size_t)MAX_TERMS * MAX_TERMS) x->memory = true;
  return out->terms != NULL;
}

/* Adds a term, joined with the one of the same powers. */
static bool add_term(poly *out, const mono *term) {
  for (size_t i = 0; i < out->n; i++) {
    if (memcmp(out->terms[i].power, term->power, sizeof term->power) != 0) continue;
    if (!sx_audit__num_add(&out->terms[i].coef, out->terms[i].coef, term->coef)) return false;
    if (out->terms[i].coef.m == 0) out->terms[i] = out->terms[--out->n];
    return true;
  }
  if (term->coef.m == 0) return true;
  out->terms[out->n++] = *term;
  return true;
}

static bool poly_add(expander *x, poly *out, const poly *a, const poly *b, int sign) {
  if (!room(x, out, a->n + b->n)) return false;
  for (size_t i = 0; i < a->n; i++) {
    if (!add_term(out, &a->terms[i])) return false;
  }
  for (size_t i = 0; i < b->n; i++) {
    mono term = b->terms[i];
    term.coef.m *= sign;
    if (!add_term(out, &term)) return false;
  }
  return out->n <= MAX_TERMS;
}

static bool poly_mul(expander *x, poly *out, const poly *a, const poly *b) {
  if (!room(x, out, a->n * b->n)) return false;
  for (size_t i = 0; i < a->n; i++) {
    for (size_t k = 0; k < b->n; k++) {
      mono term;
      if (!sx_audit__num_mul(&term.coef, a->terms[i].coef, b->terms[k].coef)) return false;
      for (size_t v = 0; v < MAX_VARS; v++) {
        const int power = a->terms[i].power[v] + b->terms[k].power[v];
        if (power > MAX_POWER) return false;
        term.power[v] = (uint8_t)power;
      }
      if (!add_term(out, &term)) return false;
    }
  }
  return out->n <= MAX_TERMS;
}

static bool poly_same(const poly *a, const poly *b) {
  if (a->n != b->n) return false;
  for (size_t i = 0; i < a->n; i++) {
    if (memcmp(a->terms[i].power, b->terms[i].power, sizeof a->terms[i].power) != 0 ||
        sx_audit__num_cmp(a->terms[i].coef, b->terms[i].coef) != 0)
      return false;
  }
  return true;
}

static bool constant(expander *x, poly *out, au_num value) {
  mono term = {.coef = value};
  return room(x, out, 1) && add_term(out, &term);
}

static bool fraction_add(expander *x, fraction *out, const fraction *a, const fraction *b, int sign) {
  if (poly_same(&a->den, &b->den)) {
    out->den = a->den;
    return poly_add(x, &out->num, &a->num, &b->num, sign);
  }
  poly one, two;
  return poly_mul(x, &one, &a->num, &b->den) && poly_mul(x, &two, &b->num, &a->den) &&
         poly_add(x, &out->num, &one, &two, sign) && poly_mul(x, &out->den, &a->den, &b->den);
}

static bool expand(expander *x, fraction *out, const au_expr *e) {
  fraction a, b;
  switch (e->op) {
  case AU_NUM:
    return constant(x, &out->num, e->num) && constant(x, &out->den, (au_num){1, 0});
  case AU_FIG: {
    mono term = {.coef = {1, 0}};
    if (e->var >= MAX_VARS) return false;
    term.power[e->var] = 1;
    return room(x, &out->num, 1) && add_term(&out->num, &term) && constant(x, &out->den, (au_num){1, 0});
  }
  case AU_NEG:
    if (!expand(x, out, e->left)) return false;
    for (size_t i = 0; i < out->num.n; i++) out->num.terms[i].coef.m *= -1;
    return true;
  case AU_POW:
    if (!expand(x, &a, e->left)) return false;
    *out = a;
    for (uint32_t k = 1; k < e->power; k++) {
      b = *out;
      if (!poly_mul(x, &out->num, &b.num, &a.num) || !poly_mul(x, &out->den, &b.den, &a.den)) return false;
    }
    return true;
  case AU_ADD:
  case AU_SUB:
  case AU_MUL:
  case AU_DIV:
    break;
  }
  if (!expand(x, &a, e->left) || !expand(x, &b, e->right)) return false;
  if (e->op == AU_ADD || e->op == AU_SUB) return fraction_add(x, out, &a, &b, e->op == AU_ADD ? 1 : -1);
  if (e->op == AU_MUL) return poly_mul(x, &out->num, &a.num, &b.num) && poly_mul(x, &out->den, &a.den, &b.den);
  x->zero = x->zero || b.num.n == 0;
  return b.num.n > 0 && poly_mul(x, &out->num, &a.num, &b.den) && poly_mul(x, &out->den, &a.den, &b.num);
}

/* The one power with which each figure occurs; false when there are two, in num or den. */
static bool one_power(uint32_t *power, const fraction *f, size_t n_vars) {
  for (size_t v = 0; v < n_vars; v++) {
    power[v] = 0;
    for (size_t i = 0; i < f->num.n + f->den.n; i++) {
      const mono *term = i < f->num.n ? &f->num.terms[i] : &f->den.terms[i - f->num.n];
      if (!term->power[v]) continue;
      if (power[v] && power[v] != term->power[v]) return false;
      power[v] = term->power[v];
    }
  }
  return true;
}

/* The greatest power of v that divides every term. */
static uint8_t content(const poly *p, size_t v) {
  uint8_t least = p->n ? p->terms[0].power[v] : 0;
  for (size_t i = 1; i < p->n; i++) least = p->terms[i].power[v] < least ? p->terms[i].power[v] : least;
  return least;
}

/* D^2 + D E - D A to D + E - A: what stands in every term of num, or of den, goes; factors[*n] are the figures that were cancelled. */
static void cancel(fraction *f, uint32_t *factors, size_t *n, size_t n_vars) {
  *n = 0;
  for (size_t v = 0; v < n_vars; v++) {
    const uint8_t above = content(&f->num, v), below = content(&f->den, v);
    if (!above && !below) continue;
    factors[(*n)++] = (uint32_t)v;
    for (size_t i = 0; i < f->num.n; i++) f->num.terms[i].power[v] = (uint8_t)(f->num.terms[i].power[v] - above);
    for (size_t i = 0; i < f->den.n; i++) f->den.terms[i].power[v] = (uint8_t)(f->den.terms[i].power[v] - below);
  }
}

/* Each figure has one power, if need be after what is common has been cancelled (a tolerance is not a multiple of it). */
static bool reduce(expander *x, fraction *f, uint32_t *power, uint32_t *factors, size_t *n_factors, bool may_cancel) {
  *n_factors = 0;
  if (one_power(power, f, x->n_vars)) return true;
  if (!may_cancel || !f->num.n) return false;
  cancel(f, factors, n_factors, x->n_vars);
  return *n_factors > 0 && one_power(power, f, x->n_vars);
}

static bool is_one(const poly *p) {
  static const mono empty;
  return p->n == 1 && memcmp(p->terms[0].power, empty.power, sizeof empty.power) == 0 &&
         sx_audit__num_cmp(p->terms[0].coef, (au_num){1, 0}) == 0;
}

/* Terms of the identity's own, with the tolerance: num - tolerance * den has its terms behind. */
static sx_status keep(au_poly *out, sx_audit *audit, const poly *p, const uint32_t *index, size_t n_vars,
                      sx_error *err) {
  au_term *terms = sx_arena_zalloc(audit->arena, p->n, sizeof *terms);
  if (!terms) return sx_error_memory(err);
  for (size_t i = 0; i < p->n; i++) {
    uint32_t *vars = sx_arena_alloc(audit->arena, n_vars, sizeof *vars);
    if (!vars) return sx_error_memory(err);
    terms[i].coef = p->terms[i].coef;
    terms[i].vars = vars;
    for (size_t v = 0; v < n_vars; v++) {
      if (p->terms[i].power[v]) vars[terms[i].n++] = index[v];
    }
  }
  *out = (au_poly){terms, p->n};
  return SX_OK;
}

static sx_status finish(sx_audit *audit, au_identity *out, const fraction *f, const uint32_t *power, sx_error *err) {
  const size_t n = out->pub.n_figures;
  uint32_t index[MAX_VARS];
  out->vars = sx_arena_zalloc(audit->arena, n + 1, sizeof *out->vars);
  if (!out->vars) return sx_error_memory(err);
  out->n_vars = 0;
  for (size_t v = 0; v < n; v++) {
    index[v] = (uint32_t)out->n_vars;
    if (power[v]) out->vars[out->n_vars++] = (au_var){.figure = (uint32_t)v, .power = power[v]};
  }
  SX_TRY(keep(&out->num, audit, &f->num, index, n, err));
  out->den = (au_poly){NULL, 0};
  if (!is_one(&f->den)) SX_TRY(keep(&out->den, audit, &f->den, index, n, err));
  out->exact = true;
  return SX_OK;
}

sx_status sx_audit__expand(sx_audit *audit, au_identity *identity, sx_error *err) {
  const size_t n = identity->pub.n_figures;
  sx_arena *scratch = NULL;
  uint32_t power[MAX_VARS] = {0}, factors[MAX_VARS];
  size_t n_factors = 0;
  identity->exact = false;
  if (n > MAX_VARS) return SX_OK;
  SX_TRY(sx_arena_new(&scratch, &audit->ctx, err));
  expander x = {.arena = scratch, .n_vars = n};
  fraction left, right, all;
  sx_status status = SX_OK;
  if (expand(&x, &left, identity->left) && expand(&x, &right, identity->right) &&
      fraction_add(&x, &all, &left, &right, -1) && all.den.n > 0 &&
      reduce(&x, &all, power, factors, &n_factors, !identity->has_within)) {
    status = finish(audit, identity, &all, power, err);
    uint32_t *kept = sx_arena_alloc(audit->arena, n_factors + 1, sizeof *kept);
    if (status == SX_OK && !kept) status = sx_error_memory(err);
    if (kept) memcpy(kept, factors, n_factors * sizeof *kept);
    identity->factors = kept;
    identity->n_factors = n_factors;
  } else if (x.memory) {
    status = sx_error_memory(err);
  } else if (x.zero) {
    status = sx_error_set(err, SX_E_DATA, NULL, "formula '%s': it divides by 0", identity->pub.formula);
  }
  sx_arena_free(scratch);
  return status;
}
