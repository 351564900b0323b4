/* table_scalar.c: an expression over named numbers, with its gradient.
 *
 * Values go forwards over the nodes, derivatives backwards: with adjoint(root) = 1, every node adds adjoint(node) * d node/d operand
 * to its operands, and the adjoint of a name is d value/d name. One pass gives the whole gradient, whatever the number of names.
 * Conventions: min and max have the derivative of the operand they return (the first where equal), abs has 0 at 0. */
#include "table_expr_priv.h"

#include <float.h>

enum { SMALL = 64 };

typedef struct scalar {
  const sx_expr *e;
  double *val, *adj; /* [n_nodes] */
  size_t *input;     /* [n_nodes] OP_NAME: index of the name */
} scalar;

static double finite_or_missing(double v) {
  return fabs(v) <= DBL_MAX ? v : (double)NAN;
}

static sx_status unknown_name(const scalar *s, const sx_table__node *node, const char *const *names, size_t n,
                              sx_error *err) {
  const char *name = sx_dict_get(s->e->names, node->name, NULL);
  const char *near = sx_text_nearest(name, names, n);
  return sx_table__expr_error(err, SX_E_ARGUMENT, s->e->text, node->at, "nothing called '%s' to compute with%s%s%s",
                              name, near ? ": did you mean '" : "", near ? near : "", near ? "'" : "");
}

static sx_status find_input(scalar *s, size_t i, const char *const *names, size_t n, sx_error *err) {
  const char *name = sx_dict_get(s->e->names, s->e->nodes[i].name, NULL);
  for (size_t k = 0; k < n; k++) {
    if (strcmp(names[k], name) != 0) continue;
    s->input[i] = k;
    return SX_OK;
  }
  return unknown_name(s, &s->e->nodes[i], names, n, err);
}

static double power(double x, double y) {
  return isnan(x) || isnan(y) ? (double)NAN : pow(x, y);
}
static double lower(double x, double y) {
  return isnan(x) || isnan(y) ? (double)NAN : y < x ? y : x;
}
static double upper(double x, double y) {
  return isnan(x) || isnan(y) ? (double)NAN : y > x ? y : x;
}

/* False where the operation is not for numbers. */
static bool value_of(double *out, const sx_table__node *node, double x, double y) {
  switch ((int)node->op) {
  case OP_NUMBER:
    *out = node->number;
    return true;
  case OP_NEG:
    *out = -x;
    return true;
  case OP_ADD:
    *out = x + y;
    break;
  case OP_SUB:
    *out = x - y;
    break;
  case OP_MUL:
    *out = x * y;
    break;
  case OP_DIV:
    *out = x / y;
    break;
  case OP_POW:
    *out = power(x, y);
    break;
  case OP_MIN:
    *out = lower(x, y);
    break;
  case OP_MAX:
    *out = upper(x, y);
    break;
  case OP_ABS:
    *out = fabs(x);
    break;
  case OP_SQRT:
    *out = x >= 0 ? sqrt(x) : (double)NAN;
    break;
  case OP_EXP:
    *out = exp(x);
    break;
  case OP_LOG:
    *out = x > 0 ? log(x) : (double)NAN;
    break;
  default:
    return false;
  }
  *out = finite_or_missing(*out);
  return true;
}

static sx_status forwards(scalar *s, const char *const *names, const double *value, size_t n, sx_error *err) {
  for (size_t i = 0; i < s->e->n_nodes; i++) {
    const sx_table__node *node = &s->e->nodes[i];
    const double x = node->a >= 0 ? s->val[node->a] : 0, y = node->b >= 0 ? s->val[node->b] : 0;
    if (node->op == OP_NAME) {
      SX_TRY(find_input(s, i, names, n, err));
      s->val[i] = finite_or_missing(value[s->input[i]]);
    } else if (!value_of(&s->val[i], node, x, y)) {
      return sx_table__expr_error(err, SX_E_ARGUMENT, s->e->text, node->at,
                                  "%s%s%s has no place in a formula: only arithmetic, min, max, abs, sqrt, exp and log",
                                  node->spelt ? "'" : "", node->spelt ? node->spelt : "a text", node->spelt ? "'" : "");
    }
  }
  return SX_OK;
}

/* x^y: y x^(y-1) for x; x^y log x for y where the exponent varies at all. */
static void back_power(scalar *s, const sx_table__node *node, double v, double d) {
  const double x = s->val[node->a], y = s->val[node->b];
  s->adj[node->a] += y == 0 ? 0 : d * y * power(x, y - 1);
  if (s->e->nodes[node->b].op != OP_NUMBER) s->adj[node->b] += x > 0 ? d * v * log(x) : (double)NAN;
}

static void back(scalar *s, const sx_table__node *node, double v, double d) {
  const double x = node->a >= 0 ? s->val[node->a] : 0, y = node->b >= 0 ? s->val[node->b] : 0;
  double *a = node->a >= 0 ? &s->adj[node->a] : NULL, *b = node->b >= 0 ? &s->adj[node->b] : NULL;
  switch ((int)node->op) {
  case OP_NEG:
    *a -= d;
    return;
  case OP_ADD:
    *a += d;
    *b += d;
    return;
  case OP_SUB:
    *a += d;
    *b -= d;
    return;
  case OP_MUL:
    *a += d * y;
    *b += d * x;
    return;
  case OP_DIV:
    *a += d / y;
    *b -= d * v / y;
    return;
  case OP_POW:
    back_power(s, node, v, d);
    return;
  case OP_MIN:
    *(y < x ? b : a) += d;
    return;
  case OP_MAX:
    *(y > x ? b : a) += d;
    return;
  case OP_ABS:
    *a += x > 0 ? d : x < 0 ? -d : 0;
    return;
  case OP_SQRT:
    *a += d / (2 * v);
    return;
  case OP_EXP:
    *a += d * v;
    return;
  case OP_LOG:
    *a += d / x;
    return;
  default:
    return;
  }
}

static void backwards(scalar *s, double *gradient, size_t n) {
  const size_t n_nodes = s->e->n_nodes;
  const bool gone = isnan(s->val[n_nodes - 1]);
  for (size_t k = 0; k < n; k++) gradient[k] = gone ? (double)NAN : 0;
  if (gone) return;
  for (size_t i = 0; i < n_nodes; i++) s->adj[i] = 0;
  s->adj[n_nodes - 1] = 1;
  for (size_t i = n_nodes; i-- > 0;) {
    const sx_table__node *node = &s->e->nodes[i];
    if (s->adj[i] == 0) continue; /* nothing depends on it here */
    if (node->op == OP_NAME)
      gradient[s->input[i]] += s->adj[i];
    else
      back(s, node, s->val[i], s->adj[i]);
  }
  for (size_t k = 0; k < n; k++) gradient[k] = finite_or_missing(gradient[k]); /* sqrt at 0 has no derivative */
}

sx_status sx_expr_scalar(double *out, double *gradient, const sx_expr *expr, const char *const *names,
                         const double *value, size_t n, sx_error *err) {
  if (!out || !expr || (n && (!names || !value)))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_expr_scalar: an argument is NULL");
  double small[2 * SMALL];
  size_t small_input[SMALL];
  const size_t n_nodes = expr->n_nodes;
  const bool fits = n_nodes <= SMALL;
  scalar s = {expr, small, small + SMALL, small_input};
  sx_status st = SX_OK;
  if (!fits) {
    s.val = sx_mem_alloc(&expr->ctx, n_nodes, 2 * sizeof *s.val);
    s.input = sx_mem_alloc(&expr->ctx, n_nodes, sizeof *s.input);
    s.adj = s.val ? s.val + n_nodes : NULL;
    if (!s.val || !s.input) {
      st = sx_error_memory(err);
      goto done;
    }
  }
  SX_TRY_GOTO(st, forwards(&s, names, value, n, err), done);
  if (gradient) backwards(&s, gradient, n);
  *out = s.val[n_nodes - 1];
done:
  if (!fits) {
    sx_mem_free(&expr->ctx, s.val);
    sx_mem_free(&expr->ctx, s.input);
  }
  return st;
}
