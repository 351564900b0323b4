/* cli_compare_contrast.c: formulas over estimates from the command line.
 *
 * With names: '(E + M)/2 - H', the names being levels of a variable, or variables. With calls: 'mean(y, x == "a") - 2*mean(y)'; a call
 *   mean(Y [, CONDITION])   total(Y [, C])   prop(CONDITION [, C])   ratio(Y, X [, C])   count([C])   quantile(Y, P [, C])
 * is replaced by a name in backquotes and the rest is a formula of the expression language. */
#include <ctype.h>
#include <string.h>

#include "cli_compare.h"

enum { MAX_CALLS = 64, MAX_ARGUMENTS = 3 };

/* Past a quoted text that begins at `at`; a quote written twice is read as two texts side by side, which ends at the same place. */
static const char *past_quotes(const char *at) {
  const char quote = *at++;
  while (*at && *at != quote) at++;
  return *at ? at + 1 : at;
}

static bool is_quote(char c) {
  return c == '"' || c == '\'' || c == '`';
}

static bool is_name(char c) {
  return isalnum((unsigned char)c) || c == '_' || c == '.' || (unsigned char)c >= 0x80;
}

/* The next call at or after `at`: its name and opening bracket; NULL where there is none. */
static const char *next_call(cmp_of *of, const char **bracket, const char *at) {
  while (*at) {
    if (is_quote(*at)) {
      at = past_quotes(at);
      continue;
    }
    if (!is_name(*at)) {
      at++;
      continue;
    }
    const char *end = at;
    while (is_name(*end)) end++;
    const char *open = end + strspn(end, " ");
    if (*open == '(' && cmp_read_of(of, at, (size_t)(end - at))) {
      *bracket = open;
      return at;
    }
    at = end;
  }
  return NULL;
}

bool cmp_has_calls(const char *text) {
  cmp_of of = CMP_MEAN;
  const char *bracket = NULL;
  return next_call(&of, &bracket, text) != NULL;
}

static const char *trimmed(sx_arena *arena, const char *from, const char *to) {
  while (from < to && *from == ' ') from++;
  while (to > from && to[-1] == ' ') to--;
  return sx_arena_strndup(arena, from, (size_t)(to - from));
}

/* The arguments between the bracket and its end; *end is behind the closing one. */
static sx_status arguments(const char **argument, size_t *n, const char **end, const char *open, sx_arena *arena,
                           sx_error *err) {
  const char *at = open + 1, *start = at;
  size_t depth = 0;
  *n = 0;
  for (;; at++) {
    while (is_quote(*at)) at = past_quotes(at);
    if (!*at) return sx_error_set(err, SX_E_ARGUMENT, "--contrast", "a bracket is not closed: '%s'", open);
    if (*at == '(') depth++;
    const bool close = *at == ')' && depth == 0;
    if (close || (*at == ',' && depth == 0)) {
      if (*n == MAX_ARGUMENTS)
        return sx_error_set(err, SX_E_ARGUMENT, "--contrast", "a call has at most %d arguments", (int)MAX_ARGUMENTS);
      argument[*n] = trimmed(arena, start, at);
      if (!argument[*n]) return sx_error_memory(err);
      if (*argument[*n] || !close || *n > 0) ++*n;
      start = at + 1;
    }
    if (close) break;
    if (*at == ')') depth--;
  }
  *end = at + 1;
  return SX_OK;
}

static sx_status what_of(cmp_what *w, const char *const *argument, size_t n, const char *text, sx_error *err) {
  static const char *const forms[] = {"mean(Y) or mean(Y, CONDITION)",
                                      "total(Y) or total(Y, CONDITION)",
                                      "prop(CONDITION) or prop(CONDITION, CONDITION)",
                                      "ratio(Y, X) or ratio(Y, X, CONDITION)",
                                      "count() or count(CONDITION)",
                                      "quantile(Y, P) or quantile(Y, P, CONDITION)"};
  const size_t own = w->of == CMP_COUNT ? 0 : w->of == CMP_RATIO || w->of == CMP_QUANTILE ? 2 : 1;
  bool bad = n < own || n > own + 1;
  for (size_t i = 0; i < n; i++) bad = bad || !*argument[i];
  if (!bad && w->of == CMP_QUANTILE)
    bad = !sx_text_to_double(&w->prob, argument[1], strlen(argument[1])) || !(w->prob >= 0 && w->prob <= 1);
  if (bad) return sx_error_set(err, SX_E_ARGUMENT, "--contrast", "'%s': it is %s", text, forms[w->of]);
  w->text = text;
  w->y = own > 0 ? argument[0] : NULL;
  w->x = w->of == CMP_RATIO ? argument[1] : NULL;
  w->on = n > own ? argument[own] : NULL;
  return SX_OK;
}

static sx_status estimate_call(sx_est **out, compare *c, cmp_what *w, sx_error *err) {
  cmp_cells cells = {NULL, 0};
  SX_TRY(cmp_estimate(&cells, w, c, err));
  sx_status status = SX_OK;
  if (cells.n == 1)
    *out = sx_est_ref(cells.items[0].est);
  else
    status = sx_error_set(err, SX_E_ARGUMENT, "--contrast",
                          "'%s' has %zu shares: say of which level, as in prop(%s == ...)", w->text, cells.n, w->y);
  cmp_cells_clear(&cells);
  return status;
}

typedef struct calls {
  sx_est *est[MAX_CALLS];
  char name[MAX_CALLS][16];
  const char *names[MAX_CALLS];
  size_t n;
} calls;

/* The text with every call replaced by its name, the calls estimated. */
static sx_status replace(sx_buf *buf, calls *k, compare *c, const char *text, sx_error *err) {
  sx_arena *arena = c->job[0].arena;
  cmp_what w = {.grouped = false};
  const char *open = NULL, *end = NULL;
  for (const char *at = text, *call; (call = next_call(&w.of, &open, at)) != NULL; at = end) {
    const char *argument[MAX_ARGUMENTS];
    size_t n = 0;
    if (k->n == MAX_CALLS) return sx_error_set(err, SX_E_LIMIT, "--contrast", "more than %d estimates", (int)MAX_CALLS);
    SX_TRY(arguments(argument, &n, &end, open, arena, err));
    const char *said = sx_arena_strndup(arena, call, (size_t)(end - call));
    if (!said) return sx_error_memory(err);
    SX_TRY(what_of(&w, argument, n, said, err));
    SX_TRY(estimate_call(&k->est[k->n], c, &w, err));
    (void)snprintf(k->name[k->n], sizeof k->name[k->n], "call %zu", k->n + 1);
    k->names[k->n] = k->name[k->n];
    sx_buf_add_n(buf, at, (size_t)(call - at));
    sx_buf_printf(buf, "`%s`", k->name[k->n]);
    k->n++;
    text = end;
  }
  sx_buf_add(buf, text);
  return sx_buf_status(buf, err);
}

sx_status cmp_contrast_calls(sx_est **out, compare *c, const char *text, sx_error *err) {
  const sx_ctx *ctx = &c->job[0].app->ctx;
  calls k = {.n = 0};
  sx_buf buf;
  sx_buf_init(&buf, ctx);
  sx_status status = replace(&buf, &k, c, text, err);
  if (status == SX_OK) {
    const cmp_names names = {k.names, k.names, (const sx_est *const *)k.est, k.n, "a call like mean(y)"};
    status = cmp_contrast_names(out, ctx, buf.data, &names, err);
  }
  sx_buf_clear(&buf);
  for (size_t i = 0; i < k.n; i++) sx_est_free(k.est[i]);
  return status;
}

/* ---- formulas over names ------------------------------------------------------------------------------------------- */

static size_t find(const cmp_names *names, const char *name) {
  for (size_t i = 0; i < names->n; i++)
    if (strcmp(names->name[i], name) == 0) return i;
  for (size_t i = 0; i < names->n; i++)
    if (names->label[i] && strcmp(names->label[i], name) == 0) return i;
  return SIZE_MAX;
}

static sx_status over_names(sx_est **out, const sx_ctx *ctx, const sx_expr *expr, const cmp_names *names,
                            sx_error *err) {
  const size_t n = sx_expr_names(expr);
  if (n == 0)
    return sx_error_set(err, SX_E_ARGUMENT, "--contrast",
                        "'%s' names nothing: it is a formula over %s; a name that is a number or has blanks stands in "
                        "backquotes",
                        sx_expr_text(expr), names->what);
  sx_status status = SX_OK;
  const sx_est **value = sx_mem_alloc(ctx, n, sizeof *value);
  const char **name = sx_mem_alloc(ctx, n, sizeof *name);
  if (!value || !name) {
    status = sx_error_memory(err);
    goto done;
  }
  for (size_t i = 0; i < n; i++) {
    name[i] = sx_expr_name(expr, i);
    const size_t at = find(names, name[i]);
    if (at == SIZE_MAX) {
      const char *near = sx_text_nearest(name[i], names->name, names->n);
      status = sx_error_set(err, SX_E_ARGUMENT, "--contrast", "'%s' is not %s%s%s%s", name[i], names->what,
                            near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
      goto done;
    }
    value[i] = names->value[at];
  }
  status = sx_est_formula(out, ctx, expr, name, value, n, err);
  if (status == SX_OK) sx_est_need_errors(*out, value, n);
done:
  sx_mem_free(ctx, (void *)value);
  sx_mem_free(ctx, (void *)name);
  return status;
}

sx_status cmp_contrast_names(sx_est **out, const sx_ctx *ctx, const char *text, const cmp_names *names, sx_error *err) {
  sx_expr *expr = NULL;
  sx_status status = sx_expr_parse(&expr, ctx, text, err);
  if (status == SX_OK)
    status = over_names(out, ctx, expr, names, err);
  else
    sx_error_add_where(err, "--contrast '%s'", text);
  sx_expr_free(expr);
  return status;
}
