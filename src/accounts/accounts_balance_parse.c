/* accounts_balance_parse.c: an identity written as a formula, "total == goods + services", into terms. Both sides are expressions of the
 * project's own grammar; that they are linear is seen from their gradients, which must be the same at several points. */
#include "accounts_balance_priv.h"

#include <string.h>

/* The one "==" outside quotes, or NULL. *many: there are more. */
static const char *equals(const char *text, bool *many) {
  const char *at = NULL;
  char quote = '\0';
  *many = false;
  for (const char *c = text; *c; c++) {
    if (quote) {
      if (*c == quote) quote = '\0';
    } else if (*c == '`' || *c == '"' || *c == '\'') {
      quote = *c;
    } else if (c[0] == '=' && c[1] == '=') {
      *many = at != NULL;
      if (!at) at = c;
      c++;
    }
  }
  return at;
}

static size_t find(const sx_balance_figure *figures, size_t n, const char *id) {
  for (size_t j = 0; j < n; j++)
    if (strcmp(figures[j].id, id) == 0) return j;
  return n;
}

static sx_status unknown(const char *name, const sx_balance_figure *figures, size_t n, const sx_ctx *ctx,
                         sx_error *err) {
  const char **names = sx_mem_alloc(ctx, n, sizeof *names);
  if (!names) return sx_error_memory(err);
  for (size_t j = 0; j < n; j++) names[j] = figures[j].id;
  const char *near = sx_text_nearest(name, names, n);
  const sx_status status =
      near ? sx_error_set(err, SX_E_DATA, name, "there is no figure '%s': did you mean '%s'?", name, near)
           : sx_error_set(err, SX_E_DATA, name, "there is no figure '%s'", name);
  sx_mem_free(ctx, (void *)names);
  return status;
}

typedef struct side {
  sx_expr *expr;
  size_t n;
  const char **names;
  size_t *figure;
  double *numbers; /* [4 n] a point, and gradients */
  double constant;
} side;

static void side_clear(side *s, const sx_ctx *ctx) {
  sx_expr_free(s->expr);
  sx_mem_free(ctx, (void *)s->names);
  sx_mem_free(ctx, s->figure);
  sx_mem_free(ctx, s->numbers);
}

static sx_status not_linear(const char *formula, sx_error *err) {
  return sx_error_set(err, SX_E_DATA, "",
                      "'%.200s' is not linear in its figures: an identity adds them up, with numbers as coefficients",
                      formula);
}

/* Points that no formula of interest treats alike. */
static double point(size_t i, size_t which) {
  return (which ? 3.25 : 1.0) + 0.375 * (double)((i * 7 + which * 3) % 11) + 0.015625 * (double)i;
}

static sx_status read_side(side *s, const sx_ctx *ctx, const char *text, size_t length, const char *formula,
                           const sx_balance_figure *figures, size_t n, sx_error *err) {
  char *copy = sx_mem_strndup(ctx, text, length);
  if (!copy) return sx_error_memory(err);
  const sx_status status = sx_expr_parse(&s->expr, ctx, copy, err);
  sx_mem_free(ctx, copy);
  if (status != SX_OK) return status;
  s->n = sx_expr_names(s->expr);
  s->names = sx_mem_alloc(ctx, s->n, sizeof *s->names);
  s->figure = sx_mem_alloc(ctx, s->n, sizeof *s->figure);
  s->numbers = sx_mem_alloc(ctx, s->n, 4 * sizeof *s->numbers);
  if (!s->names || !s->figure || !s->numbers) return sx_error_memory(err);
  for (size_t i = 0; i < s->n; i++) {
    s->names[i] = sx_expr_name(s->expr, i);
    s->figure[i] = find(figures, n, s->names[i]);
    if (s->figure[i] == n) return unknown(s->names[i], figures, n, ctx, err);
  }
  double *at = s->numbers, *first = at + s->n, *again = first + s->n, value = 0;
  for (size_t which = 0; which < 3; which++) {
    double *gradient = which ? again : first;
    for (size_t i = 0; i < s->n; i++) at[i] = which == 2 ? -point(i, 1) : point(i, which);
    SX_TRY(sx_expr_scalar(&value, gradient, s->expr, s->names, at, s->n, err));
    if (!isfinite(value)) return not_linear(formula, err);
    for (size_t i = 0; i < s->n; i++) {
      if (!isfinite(gradient[i]) || fabs(gradient[i] - first[i]) > 1e-12 * fabs(first[i]))
        return not_linear(formula, err);
    }
  }
  for (size_t i = 0; i < s->n; i++) at[i] = 0;
  SX_TRY(sx_expr_scalar(&s->constant, again, s->expr, s->names, at, s->n, err));
  return isfinite(s->constant) ? SX_OK : not_linear(formula, err);
}

sx_status sx_balance_parse(sx_balance_term **terms, size_t *n_terms, double *constant, const sx_ctx *ctx,
                           const char *formula, const sx_balance_figure *figures, size_t n_figures, sx_error *err) {
  bool many = false;
  side left = {.n = 0}, right = {.n = 0};
  sx_balance_term *out = NULL;
  sx_status status = SX_OK;
  const char *at = formula ? equals(formula, &many) : NULL;
  if (!terms || !n_terms || !constant || !formula || (n_figures && !figures))
    return sx_error_set(err, SX_E_ARGUMENT, "", "terms, constant, formula and figures are needed");
  if (!at || many) return sx_error_set(err, SX_E_PARSE, "", "'%.200s' needs one == between its two sides", formula);
  SX_TRY_GOTO(status, read_side(&left, ctx, formula, (size_t)(at - formula), formula, figures, n_figures, err), done);
  SX_TRY_GOTO(status, read_side(&right, ctx, at + 2, strlen(at + 2), formula, figures, n_figures, err), done);
  out = sx_mem_alloc(ctx, left.n + right.n, sizeof *out);
  if (!out) {
    status = sx_error_memory(err);
    goto done;
  }
  size_t n = 0;
  for (size_t i = 0; i < left.n; i++) out[n++] = (sx_balance_term){left.figure[i], left.numbers[left.n + i]};
  for (size_t i = 0; i < right.n; i++) out[n++] = (sx_balance_term){right.figure[i], -right.numbers[right.n + i]};
  *terms = out;
  *n_terms = n;
  *constant = right.constant - left.constant;
done:
  side_clear(&left, ctx);
  side_clear(&right, ctx);
  return status;
}
