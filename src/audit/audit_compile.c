/* audit_compile.c: an identity as a residual N/D that must be 0 (or at most 0) somewhere in the box of its intervals.
 *
 *   sum, gap, change, subset   linear, built directly
 *   share, base                F1 - F2/F3           product  F1 - F2 F3 ...
 *   growth                     F1 - (F3/F2 - 1)     cagr     (1+F1)^years F2 - F3
 *   same, order                decided on the ends of the intervals (audit_decide.c); linear in groups
 * A tolerance t is one more variable in [-t, t]: N - t D. */
#include <math.h>
#include <string.h>

#include "audit_priv.h"

static const au_expr *leaf(sx_audit *audit, uint32_t var) {
  au_expr *e = sx_arena_alloc(audit->arena, 1, sizeof *e);
  if (e) *e = (au_expr){.op = AU_FIG, .var = var};
  return e;
}

static const au_expr *join(sx_audit *audit, au_op op, const au_expr *left, const au_expr *right) {
  au_expr *e = left && right ? sx_arena_alloc(audit->arena, 1, sizeof *e) : NULL;
  if (e) *e = (au_expr){.op = op, .left = left, .right = right};
  return e;
}

static const au_expr *one(sx_audit *audit) {
  au_expr *e = sx_arena_alloc(audit->arena, 1, sizeof *e);
  if (e) *e = (au_expr){.op = AU_NUM, .num = {1, 0}};
  return e;
}

/* Where args[i] stands among the identity's figures. */
static uint32_t var_of(const au_identity *identity, size_t i) {
  uint32_t k = 0;
  while (identity->pub.figures[k] != identity->args[i]) k++;
  return k;
}

/* ---- linear kinds -------------------------------------------------------------------------------------------------- */

/* sum of sign[i] * args[i]; a figure that stands twice has one coefficient. */
static sx_status linear(sx_audit *audit, au_identity *out, int first, int second, int rest, sx_error *err) {
  const size_t n = out->pub.n_figures;
  au_term *terms = sx_arena_zalloc(audit->arena, n, sizeof *terms);
  uint32_t *vars = sx_arena_alloc(audit->arena, n, sizeof *vars);
  out->vars = sx_arena_zalloc(audit->arena, n + 1, sizeof *out->vars);
  if (!terms || !vars || !out->vars) return sx_error_memory(err);
  for (size_t v = 0; v < n; v++) {
    vars[v] = (uint32_t)v;
    terms[v] = (au_term){{0, 0}, 1, &vars[v]};
    out->vars[v] = (au_var){.figure = (uint32_t)v, .power = 1};
  }
  if (n == out->n_args) {
    for (size_t i = 0; i < n; i++) terms[i].coef.m = i == 0 ? first : i == 1 ? second : rest;
  } else {
    for (size_t i = 0; i < out->n_args; i++) terms[var_of(out, i)].coef.m += i == 0 ? first : i == 1 ? second : rest;
  }
  out->n_vars = n;
  out->num = (au_poly){terms, n};
  out->exact = true;
  return SX_OK;
}

/* ---- the others ----------------------------------------------------------------------------------------------------- */

static sx_status quotient(sx_audit *audit, au_identity *out, sx_error *err) {
  const au_expr *result = leaf(audit, var_of(out, 0)), *over;
  if (out->kind == AU_GROWTH) { /* F1 + 1 = to / from */
    result = join(audit, AU_ADD, result, one(audit));
    over = join(audit, AU_DIV, leaf(audit, var_of(out, 2)), leaf(audit, var_of(out, 1)));
  } else {
    over = join(audit, AU_DIV, leaf(audit, var_of(out, 1)), leaf(audit, var_of(out, 2)));
  }
  out->left = result;
  out->right = over;
  if (!result || !over) return sx_error_memory(err);
  return sx_audit__expand(audit, out, err);
}

static sx_status product(sx_audit *audit, au_identity *out, sx_error *err) {
  const au_expr *e = leaf(audit, var_of(out, 1));
  for (size_t i = 2; i < out->n_args; i++) e = join(audit, AU_MUL, e, leaf(audit, var_of(out, i)));
  out->left = leaf(audit, var_of(out, 0));
  out->right = e;
  if (!out->left || !e) return sx_error_memory(err);
  return sx_audit__expand(audit, out, err);
}

/* (1 + F1)^years F2 - F3 for whole years and three figures; else by branch and bound on pow (audit_branch.c). */
static sx_status cagr(sx_audit *audit, au_identity *out, sx_error *err) {
  enum { MAX_YEARS = 24 };
  if (out->pub.n_figures != 3) return sx_error_set(err, SX_E_DATA, NULL, "cagr: a figure stands twice");
  out->exact = out->years == floor(out->years) && out->years <= MAX_YEARS;
  if (!out->exact) return SX_OK;
  static const uint32_t vars[] = {0, 1, 2};
  au_term *terms = sx_arena_zalloc(audit->arena, 2, sizeof *terms);
  out->vars = sx_arena_zalloc(audit->arena, 4, sizeof *out->vars);
  if (!terms || !out->vars) return sx_error_memory(err);
  terms[0] = (au_term){{1, 0}, 2, &vars[0]};
  terms[1] = (au_term){{-1, 0}, 1, &vars[2]};
  out->num = (au_poly){terms, 2};
  out->vars[0] = (au_var){.figure = 0, .shift = 1, .power = (uint32_t)out->years};
  out->vars[1] = (au_var){.figure = 1, .power = 1};
  out->vars[2] = (au_var){.figure = 2, .power = 1};
  out->n_vars = 3;
  return SX_OK;
}

/* ---- the tolerance ---------------------------------------------------------------------------------------------------- */

static sx_status with_tolerance(sx_audit *audit, au_identity *out, sx_error *err) {
  const size_t n_den = out->den.n ? out->den.n : 1;
  if (!out->exact || !out->has_within || out->kind == AU_CAGR) return SX_OK;
  au_term *terms = sx_arena_zalloc(audit->arena, out->num.n + n_den, sizeof *terms);
  if (!terms) return sx_error_memory(err);
  memcpy(terms, out->num.terms, out->num.n * sizeof *terms);
  const uint32_t tolerance = (uint32_t)out->n_vars;
  out->vars[out->n_vars++] = (au_var){.figure = AU_TOLERANCE, .power = 1};
  for (size_t i = 0; i < n_den; i++) {
    const au_term plain = {{1, 0}, 0, NULL}, *of = out->den.n ? &out->den.terms[i] : &plain;
    uint32_t *vars = sx_arena_alloc(audit->arena, of->n + 1, sizeof *vars);
    if (!vars) return sx_error_memory(err);
    if (of->n) memcpy(vars, of->vars, of->n * sizeof *vars);
    vars[of->n] = tolerance;
    terms[out->num.n + i] = (au_term){{-of->coef.m, of->coef.e}, of->n + 1, vars};
  }
  out->num = (au_poly){terms, out->num.n + n_den};
  return SX_OK;
}

/* ---- which variables are enumerated ----------------------------------------------------------------------------------- */

/* The smallest found set such that every term has at most one variable outside: those of the denominator, then the busiest. */
static sx_status set_cover(sx_audit *audit, au_identity *out, sx_error *err) {
  out->covered = sx_arena_zalloc(audit->arena, out->n_vars, 1);
  uint32_t *busy = sx_arena_alloc(audit->arena, out->n_vars, sizeof *busy);
  if (!out->covered || !busy) return sx_error_memory(err);
  out->n_cover = 0;
  for (size_t i = 0; i < out->den.n; i++) {
    for (uint32_t k = 0; k < out->den.terms[i].n; k++) out->covered[out->den.terms[i].vars[k]] = 1;
  }
  for (;;) {
    bool again = false;
    memset(busy, 0, out->n_vars * sizeof *busy);
    for (size_t i = 0; i < out->num.n; i++) {
      uint32_t open = 0;
      for (uint32_t k = 0; k < out->num.terms[i].n; k++) open += !out->covered[out->num.terms[i].vars[k]];
      for (uint32_t k = 0; open > 1 && k < out->num.terms[i].n; k++)
        busy[out->num.terms[i].vars[k]] += !out->covered[out->num.terms[i].vars[k]];
      again = again || open > 1;
    }
    if (!again) break;
    size_t best = 0;
    for (size_t v = 1; v < out->n_vars; v++) {
      if (busy[v] > busy[best]) best = v;
    }
    out->covered[best] = 1;
  }
  enum { MAX_COVER = 10 };
  for (size_t v = 0; v < out->n_vars; v++) out->n_cover += out->covered[v];
  if (out->n_cover > MAX_COVER) out->exact = false;
  out->linear = out->exact && out->n_cover == 0 && out->den.n == 0 && out->n_factors == 0;
  for (size_t v = 0; v < out->n_vars; v++) {
    if (out->vars[v].power != 1 || out->vars[v].shift) out->linear = false;
  }
  return SX_OK;
}

static sx_status mark_rounded(sx_audit *audit, au_identity *out, sx_error *err) {
  enum { PAIRS_UP_TO = 64 };
  if (out->n_args > PAIRS_UP_TO) return SX_OK;
  uint8_t *rounded = sx_arena_zalloc(audit->arena, out->n_args, 1);
  if (!rounded) return sx_error_memory(err);
  for (size_t i = 0; i < out->n_args; i++) {
    const au_figure *figure = &audit->figures[out->args[i]];
    rounded[i] = figure->word->rule == SX_AUDIT_ROUND && !figure->pub.count;
  }
  out->rounded = rounded;
  return SX_OK;
}

static const char *formula_of(sx_audit *audit, const au_identity *identity);

sx_status sx_audit__compile(sx_audit *audit, au_identity *out, sx_error *err) {
  sx_status status = SX_OK;
  switch (out->kind) {
  case AU_SUM:
    status = linear(audit, out, 1, -1, -1, err);
    break;
  case AU_GAP:
    status = linear(audit, out, 1, -1, 1, err);
    break;
  case AU_CHANGE:
    status = linear(audit, out, 1, 1, -1, err);
    break;
  case AU_SUBSET:
    out->relation = AU_LE;
    status = linear(audit, out, 1, -1, -1, err);
    break;
  case AU_SHARE:
  case AU_BASE:
  case AU_GROWTH:
    status = quotient(audit, out, err);
    break;
  case AU_PRODUCT:
    status = product(audit, out, err);
    break;
  case AU_CAGR:
    status = cagr(audit, out, err);
    break;
  case AU_FORMULA:
    status = sx_audit__expand(audit, out, err);
    break;
  case AU_SAME:
    status = mark_rounded(audit, out, err);
    out->exact = out->linear = true;
    break;
  case AU_ORDER:
    out->exact = out->linear = true;
    break;
  case AU_KINDS:
    break;
  }
  if (status == SX_OK && out->vars) status = with_tolerance(audit, out, err);
  if (status == SX_OK && out->vars) status = set_cover(audit, out, err);
  if (status == SX_OK && !out->pub.formula) {
    out->pub.formula = formula_of(audit, out);
    if (!out->pub.formula) status = sx_error_memory(err);
  }
  return status;
}

/* ---- in ids ------------------------------------------------------------------------------------------------------------- */

static const char *formula_of(sx_audit *audit, const au_identity *identity) {
  sx_buf buf;
  sx_buf_init(&buf, &audit->ctx);
  const char *a[3] = {"", "", ""};
  for (size_t i = 0; i < 3 && i < identity->n_args; i++) a[i] = audit->figures[identity->args[i]].pub.id;
  const char *join_with = identity->kind == AU_SUM       ? " + "
                          : identity->kind == AU_PRODUCT ? " * "
                          : identity->kind == AU_ORDER   ? " >= "
                                                         : " == ";
  switch (identity->kind) {
  case AU_GAP:
    sx_buf_printf(&buf, "%s == %s - %s", a[0], a[1], a[2]);
    break;
  case AU_CHANGE:
    sx_buf_printf(&buf, "%s == %s - %s", a[0], a[2], a[1]);
    break;
  case AU_SHARE:
  case AU_BASE:
    sx_buf_printf(&buf, "%s == %s / %s", a[0], a[1], a[2]);
    break;
  case AU_GROWTH:
    sx_buf_printf(&buf, "%s == %s / %s - 1", a[0], a[2], a[1]);
    break;
  case AU_CAGR:
    sx_buf_printf(&buf, "%s == (%s / %s)^(1/%g) - 1", a[0], a[2], a[1], identity->years);
    break;
  case AU_SUBSET:
    sx_buf_printf(&buf, "%s <= %s", a[0], a[1]);
    break;
  case AU_SUM:
  case AU_PRODUCT:
  case AU_SAME:
  case AU_ORDER:
    for (size_t i = 0; i < identity->n_args; i++) {
      const bool equals = i == 1 && (identity->kind == AU_SUM || identity->kind == AU_PRODUCT);
      if (i) sx_buf_add(&buf, equals ? " == " : join_with);
      sx_buf_add(&buf, audit->figures[identity->args[i]].pub.id);
    }
    break;
  case AU_FORMULA:
  case AU_KINDS:
    break;
  }
  const char *kept =
      sx_buf_status(&buf, NULL) == SX_OK ? sx_arena_strdup(audit->arena, buf.data ? buf.data : "") : NULL;
  sx_buf_clear(&buf);
  return kept;
}
