/* audit_formula.c: "F1 == (F2 + F3) / F4" as two expressions and a relation.
 *
 *   formula := sum ("==" | "<=" | ">=") sum
 *   sum     := product (("+" | "-") product)*
 *   product := factor (("*" | "/") factor)*
 *   factor  := "-" factor | atom ("^" whole number)?
 *   atom    := number "%"? | figure id | "(" sum ")" */
#include <string.h>

#include "audit_priv.h"

enum { MAX_DEPTH = 100, MAX_FIGURES = 64, MAX_POWER = 12 };

typedef struct reader {
  sx_audit *audit;
  au_identity *identity;
  const char *text, *at;
  size_t figures[MAX_FIGURES];
  size_t n_figures, depth;
  sx_error *err;
  sx_status status;
} reader;

static const au_expr *sum(reader *in);

static const au_expr *fail(reader *in, sx_status status, const char *what) {
  if (in->status != SX_OK) return NULL;
  in->status = status;
  if (status == SX_E_MEMORY) {
    (void)sx_error_memory(in->err);
  } else {
    (void)sx_error_set(in->err, status, NULL, "formula '%s': %s at '%.20s'", in->text, what,
                       *in->at ? in->at : "the end");
  }
  return NULL;
}

static void skip(reader *in) {
  while (*in->at == ' ' || *in->at == '\t' || *in->at == '\n') in->at++;
}

static const au_expr *node(reader *in, au_expr what) {
  if (in->status != SX_OK) return NULL;
  au_expr *e = sx_arena_alloc(in->audit->arena, 1, sizeof *e);
  if (!e) return fail(in, SX_E_MEMORY, "");
  *e = what;
  return e;
}

static bool is_id_byte(char c, bool first) {
  const unsigned char u = (unsigned char)c;
  if ((u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_' || u >= 0x80) return true;
  return !first && ((u >= '0' && u <= '9') || u == '.');
}

static const au_expr *number(reader *in) {
  char digits[32];
  int decimals;
  au_num value;
  const size_t n = strspn(in->at, "0123456789.");
  if (n >= sizeof digits) return fail(in, SX_E_PARSE, "too many digits");
  memcpy(digits, in->at, n);
  digits[n] = '\0';
  if (!sx_audit__num_read(&value, &decimals, digits)) return fail(in, SX_E_PARSE, "not a number");
  in->at += n;
  if (*in->at == '%') {
    value.e -= 2;
    in->at++;
  }
  return node(in, (au_expr){.op = AU_NUM, .num = value});
}

static const au_expr *figure(reader *in) {
  size_t n = 0;
  while (is_id_byte(in->at[n], n == 0)) n++;
  const size_t found = sx_audit__find(in->audit, in->at, n);
  if (found == SIZE_MAX) return fail(in, SX_E_DATA, "unknown figure");
  size_t k = 0;
  while (k < in->n_figures && in->figures[k] != found) k++;
  if (k == MAX_FIGURES) return fail(in, SX_E_LIMIT, "more than 64 figures");
  if (k == in->n_figures) in->figures[in->n_figures++] = found;
  in->at += n;
  return node(in, (au_expr){.op = AU_FIG, .var = (uint32_t)k});
}

static const au_expr *atom(reader *in) {
  skip(in);
  if (*in->at >= '0' && *in->at <= '9') return number(in);
  if (is_id_byte(*in->at, true)) return figure(in);
  if (*in->at != '(') return fail(in, SX_E_PARSE, "a figure, a number or a bracket is needed");
  in->at++;
  const au_expr *inner = sum(in);
  skip(in);
  if (inner && *in->at != ')') return fail(in, SX_E_PARSE, "a bracket is not closed");
  in->at += inner != NULL;
  return inner;
}

static const au_expr *factor(reader *in) {
  const au_expr *e = NULL;
  if (in->status != SX_OK) return NULL;
  if (in->depth >= MAX_DEPTH) return fail(in, SX_E_LIMIT, "nested too deep");
  in->depth++;
  skip(in);
  if (*in->at == '-') {
    in->at++;
    const au_expr *inner = factor(in);
    e = inner ? node(in, (au_expr){.op = AU_NEG, .left = inner}) : NULL;
  } else {
    e = atom(in);
    skip(in);
    if (e && *in->at == '^') {
      in->at++;
      skip(in);
      uint32_t power = 0;
      const char *start = in->at;
      while (*in->at >= '0' && *in->at <= '9' && power <= MAX_POWER) power = power * 10 + (uint32_t)(*in->at++ - '0');
      if (in->at == start || power < 1 || power > MAX_POWER)
        return fail(in, SX_E_PARSE, "a power is a whole number from 1 to 12");
      e = node(in, (au_expr){.op = AU_POW, .power = power, .left = e});
    }
  }
  in->depth--;
  return e;
}

static const au_expr *chain(reader *in, const char *ops, const au_expr *(*part)(reader *)) {
  const au_expr *e = part(in);
  for (skip(in); e && *in->at && strchr(ops, *in->at); skip(in)) {
    const char op = *in->at++;
    const au_expr *right = part(in);
    if (!right) return NULL;
    const au_op what = op == '+' ? AU_ADD : op == '-' ? AU_SUB : op == '*' ? AU_MUL : AU_DIV;
    e = node(in, (au_expr){.op = what, .left = e, .right = right});
  }
  return e;
}

static const au_expr *product(reader *in) {
  return chain(in, "*/", factor);
}

static const au_expr *sum(reader *in) {
  return chain(in, "+-", product);
}

static sx_status read_sides(reader *in) {
  au_identity *out = in->identity;
  out->left = sum(in);
  if (!out->left) return in->status;
  skip(in);
  const bool eq = strncmp(in->at, "==", 2) == 0, le = strncmp(in->at, "<=", 2) == 0, ge = strncmp(in->at, ">=", 2) == 0;
  if (!eq && !le && !ge) {
    (void)fail(in, SX_E_PARSE, "one ==, <= or >= is needed");
    return in->status;
  }
  in->at += 2;
  out->right = sum(in);
  if (!out->right) return in->status;
  skip(in);
  if (*in->at) (void)fail(in, SX_E_PARSE, "something is left over");
  if (in->status == SX_OK && in->n_figures == 0) (void)fail(in, SX_E_PARSE, "no figure in it");
  out->relation = eq ? AU_EQ : AU_LE;
  if (ge) {
    const au_expr *swap = out->left;
    out->left = out->right;
    out->right = swap;
  }
  return in->status;
}

sx_status sx_audit__parse_formula(sx_audit *audit, au_identity *identity, const char *text, sx_error *err) {
  reader in = {.audit = audit, .identity = identity, .text = text, .at = text, .err = err};
  SX_TRY(read_sides(&in));
  size_t *figures = sx_arena_alloc(audit->arena, in.n_figures, sizeof *figures);
  uint32_t *args = sx_arena_alloc(audit->arena, in.n_figures, sizeof *args);
  identity->pub.formula = sx_arena_strdup(audit->arena, text);
  if (!figures || !args || !identity->pub.formula) return sx_error_memory(err);
  for (size_t i = 0; i < in.n_figures; i++) {
    figures[i] = in.figures[i];
    args[i] = (uint32_t)in.figures[i];
  }
  identity->pub.figures = figures;
  identity->pub.n_figures = in.n_figures;
  identity->args = args;
  identity->n_args = in.n_figures;
  return SX_OK;
}
