/* audit_say.c: an identity in words: every figure with its printed value, unit, word and place. */
#include <string.h>

#include "audit_priv.h"

static void say_figure(sx_buf *out, const sx_audit *audit, size_t figure, bool chinese) {
  const au_figure *f = &audit->figures[figure];
  const sx_audit_word *word = sx_audit__word(f->pub.qualifier, strlen(f->pub.qualifier));
  const bool after = word && word->after, plain = strcmp(f->pub.qualifier, "exact") == 0;
  const char *name = *f->pub.indicator ? f->pub.indicator : "";
  if (*name) sx_buf_printf(out, "%s ", name);
  if (*f->pub.population) sx_buf_printf(out, chinese ? "（%s） " : "(%s) ", f->pub.population);
  if (!after && !plain && *f->pub.qualifier) sx_buf_printf(out, "%s ", f->pub.qualifier);
  sx_buf_add(out, f->pub.value);
  if (*f->pub.unit) sx_buf_printf(out, " %s", f->pub.unit);
  if (after) sx_buf_printf(out, " %s", f->pub.qualifier);
  sx_buf_printf(out, " [%s%s%s]", f->pub.id, *f->pub.place ? ": " : "", f->pub.place);
}

/* A formula with its figures written out: ids are the words that are not numbers. */
static void say_formula(sx_buf *out, const sx_audit *audit, const char *text, bool chinese) {
  for (const char *p = text; *p;) {
    size_t n = 0;
    for (; p[n]; n++) {
      const unsigned char c = (unsigned char)p[n];
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
      if (!letter && !(((c >= '0' && c <= '9') || c == '.') && n > 0)) break;
    }
    const size_t figure = n ? sx_audit__find(audit, p, n) : SIZE_MAX;
    if (figure != SIZE_MAX) {
      say_figure(out, audit, figure, chinese);
    } else if (n) {
      sx_buf_add_n(out, p, n);
    } else {
      n = 1;
      if (p[0] == '=' && p[1] == '=') {
        sx_buf_add(out, "=");
        n = 2;
      } else if ((p[0] == '<' || p[0] == '>') && p[1] == '=') {
        sx_buf_add(out, p[0] == '<' ? "≤" : "≥");
        n = 2;
      } else {
        sx_buf_add_char(out, *p);
      }
    }
    p += n;
  }
}

void sx_audit_say(sx_buf *out, const sx_audit *audit, size_t identity, bool chinese) {
  if (identity >= audit->n_identities) return;
  const au_identity *of = &audit->identities[identity];
  static const char *const joins[AU_KINDS][2] = {
      [AU_SUM] = {" = ", " + "},     [AU_SHARE] = {" = ", " / "}, [AU_GAP] = {" = ", " - "},
      [AU_PRODUCT] = {" = ", " × "}, [AU_BASE] = {" = ", " / "},  [AU_SUBSET] = {" ≤ ", " ≤ "},
      [AU_SAME] = {" = ", " = "},    [AU_ORDER] = {" ≥ ", " ≥ "}, [AU_CHANGE] = {" = ", " - "},
      [AU_GROWTH] = {" = ", " / "},  [AU_CAGR] = {" = ", " / "}};
  if (of->kind == AU_FORMULA) {
    say_formula(out, audit, of->pub.formula, chinese);
  } else {
    const bool swap = of->kind == AU_CHANGE || of->kind == AU_GROWTH || of->kind == AU_CAGR; /* to before from */
    for (size_t i = 0; i < of->n_args; i++) {
      if (i) sx_buf_add(out, joins[of->kind][i > 1]);
      if (i == 1 && of->kind == AU_CAGR) sx_buf_add(out, "(");
      say_figure(out, audit, of->args[swap && i ? 3 - i : i], chinese);
    }
    if (of->kind == AU_GROWTH) sx_buf_add(out, " - 1");
    if (of->kind == AU_CAGR) sx_buf_printf(out, ")^(1/%g) - 1", of->years);
  }
}
