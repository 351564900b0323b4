/* report_expand.c: macros of sentences, {{NAME results key=value | format}}, written out before anything else reads the text: those of the study
 * and a set of the field's own. A body is Markdown in which $1, $2 ... stand for the results, $NAME for an option, $format for what stands
 * after the bar, $[ ... $] for a part that is left out where one of its options is not given, $$ for the sign itself.
 *
 * Places of what comes out are those of the call: what was written out stands between U+E002 and U+E003, followed by the lines and columns
 * that the call took, "0:23", and U+E003. sx_report__walk reads them. */
#include "report_expand.h"

#include <stdio.h>
#include <string.h>

#include "report_macro.h"

enum { DEPTH_MAX = 8, OPTIONS_MAX = 16, RESULTS_MAX = 9, TEXT_MAX = 16 << 20 };

#define DEFAULTS(...)                                                                                                  \
  (const char *const[]) {                                                                                              \
    __VA_ARGS__, NULL                                                                                                  \
  }
static const sx_report_macro bundled[] = {
    {"level_and_change",
     {"为{{value $1 | $format}}，较上期{{change $1 | $change}}",
      "stood at {{value $1 | $format}} and {{change $1 | $change}} since the previous wave"},
     DEFAULTS("change", "$format")},
    {"scale",
     {"达{{value $1 | $format}}，较上期{{change $1 | $change}}{{if changed $1 | $change}}{{if changed $1 "
      "of=relative}}，{{change $1 of=relative}}{{end}}{{end}}$[，占比{{value $share | % 1}}$]",
      "reached {{value $1 | $format}}; since the previous wave it {{change $1 | $change}}{{if changed $1 | "
      "$change}}{{if "
      "changed $1 of=relative}} and {{change $1 of=relative}}{{end}}{{end}}$[; it makes up {{value $share | % 1}} of "
      "the whole$]"},
     DEFAULTS("change", "$format")},
    {"on_year",
     {"为{{value $1 | $format}}，同比{{change $1 of=yoy_relative}}",
      "stood at {{value $1 | $format}} and {{change $1 of=yoy_relative}} on the year"},
     NULL},
    {"penetration",
     {"用户规模达{{value $1 | $format}}，使用率为{{value $2 | % 1}}，较上期{{change $2}}",
      "was used by {{value $1 | $format}}: a rate of use of {{value $2 | % 1}}, which {{change $2}} since the previous "
      "wave"},
     NULL},
    {"tested_change",
     {"较上期{{change $1 | $format}}{{if tested $1}}，变化{{significance $1}}{{else}}（未作检验）{{end}}",
      "{{change $1 | $format}} since the previous wave ({{significance $1}})"},
     DEFAULTS("format", "")},
    {"lead",
     {"{{if missing $1}}{{updown $1}}{{else}}{{if up $1}}比$than高{{value $1 | $format}}{{else}}{{if down "
      "$1}}比$than低{{value $1 | "
      "$format}}{{else}}与$than{{updown $1}}{{end}}{{end}}{{end}}",
      "{{if missing $1}}{{updown $1}}{{else}}{{value $1 | $format}} {{updown $1 up=above down=below same=from}} "
      "$than{{end}}"},
     DEFAULTS("format", "pp 1 sign:none")},
};

typedef struct call {
  const sx_report_macro *macro;
  const char *results[RESULTS_MAX];
  size_t n_result[RESULTS_MAX], n_results;
  struct {
    const char *name, *value;
    size_t n_name, n_value;
  } options[OPTIONS_MAX];
  size_t n_options;
} call;

typedef struct expander {
  const sx_report_macro *own;
  size_t n_own;
  sx_lang lang;
  size_t depth;
  sx_error *err;
} expander;

/* ---- names ------------------------------------------------------------------------------------------------------- */

static bool name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static const sx_report_macro *find(const sx_report_macro *list, size_t n, const char *name, size_t n_name) {
  for (size_t i = 0; i < n; i++) {
    if (strlen(list[i].name) == n_name && memcmp(list[i].name, name, n_name) == 0) return &list[i];
  }
  return NULL;
}

bool sx_report_macro_name(const char *name) {
  const size_t n = strlen(name);
  if (!n || n > 60 || (name[0] >= '0' && name[0] <= '9')) return false;
  for (size_t i = 0; i < n; i++) {
    if (!name_char(name[i])) return false;
  }
  return sx_report__macro_kind(name, n) == SX_MACRO_NONE && strcmp(name, "figure") != 0 && strcmp(name, "table") != 0;
}

/* ---- positions --------------------------------------------------------------------------------------------------- */

static size_t digits(size_t *out, const char *text, size_t n) {
  size_t i = 0;
  for (*out = 0; i < n && i < 9 && text[i] >= '0' && text[i] <= '9'; i++) *out = *out * 10 + (size_t)(text[i] - '0');
  return i;
}

size_t sx_report__mark(size_t *lines, size_t *columns, const char *text, size_t n) {
  *lines = *columns = 0;
  if (n < 3 || memcmp(text, "\xEE\x80", 2) != 0) return 0;
  if (text[2] == '\x82') return 3;
  if (text[2] != '\x83') return 0;
  size_t k = 3 + digits(lines, text + 3, n - 3);
  if (k < n && text[k] == ':') k += 1 + digits(columns, text + k + 1, n - k - 1);
  return k + 3 <= n && memcmp(text + k, SX_MARK_END, 3) == 0 ? k + 3 : 3;
}

void sx_report__walk(sx_position *p, const char *text, size_t n, size_t from, size_t to) {
  for (size_t i = from; i < to; i++) {
    const size_t before = p->skip;
    if (before) {
      p->skip--;
      continue;
    }
    size_t lines, columns;
    const size_t mark = sx_report__mark(&lines, &columns, text + i, n - i);
    if (mark) {
      p->skip = mark - 1;
      p->inside = mark == 3 && text[i + 2] == '\x82';
      p->line += lines;
      p->column = lines ? columns + 1 : p->column + columns;
    } else if (p->inside) {
      continue;
    } else if (text[i] == '\n') {
      p->line++;
      p->column = 1;
    } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
      p->column++;
    }
  }
}

/* ---- a call ------------------------------------------------------------------------------------------------------ */

static sx_status take_call(call *out, const expander *e, const sx_binding *b, size_t at) {
  for (size_t k; (k = sx_report__next_word(b->name, b->n_name, &at)) > 0; at += k) {
    const char *word = b->name + at, *equal = memchr(word, '=', k);
    size_t n_name = 0;
    while (equal && n_name < k && name_char(word[n_name])) n_name++;
    if (equal && n_name && word + n_name == equal) {
      const char *value = equal + 1;
      size_t n = k - n_name - 1;
      if (n > 1 && value[0] == '"' && value[n - 1] == '"') value++, n -= 2;
      if (out->n_options == OPTIONS_MAX)
        return sx_error_set(e->err, SX_E_PARSE, NULL, "a macro takes too many options");
      out->options[out->n_options].name = word;
      out->options[out->n_options].n_name = n_name;
      out->options[out->n_options].value = value;
      out->options[out->n_options++].n_value = n;
    } else {
      if (out->n_results == RESULTS_MAX)
        return sx_error_set(e->err, SX_E_PARSE, NULL, "{{%s}} is given more than %d results", out->macro->name,
                            (int)RESULTS_MAX);
      out->results[out->n_results] = word;
      out->n_result[out->n_results++] = k;
    }
  }
  if (!b->n_format) return SX_OK;
  if (out->n_options == OPTIONS_MAX) return sx_error_set(e->err, SX_E_PARSE, NULL, "a macro takes too many options");
  out->options[out->n_options].name = "format";
  out->options[out->n_options].n_name = strlen("format");
  out->options[out->n_options].value = b->format;
  out->options[out->n_options++].n_value = b->n_format;
  return SX_OK;
}

static bool mentions(const char *body, const char *name, size_t n) {
  for (const char *p = body ? strchr(body, '$') : NULL; p; p = strchr(p + 1, '$')) {
    if (strncmp(p + 1, name, n) == 0 && !name_char(p[1 + n])) return true;
  }
  return false;
}

/* Every option that is given must be one that the macro knows. */
static sx_status check_options(const call *c, const expander *e) {
  const sx_report_macro *m = c->macro;
  for (size_t i = 0; i < c->n_options; i++) {
    const char *name = c->options[i].name;
    const size_t n = c->options[i].n_name;
    bool known = mentions(m->text.zh, name, n) || mentions(m->text.en, name, n);
    for (const char *const *p = m->params; p && *p && !known; p += 2) known = mentions(p[1], name, n);
    if (known) continue;
    return sx_error_set(e->err, SX_E_PARSE, NULL, "{{%s}} has no use for %.*s=", m->name, (int)(n < 60 ? n : 60), name);
  }
  return SX_OK;
}

/* ---- a body ------------------------------------------------------------------------------------------------------ */

/* Whether the parameter of this name is there; its text. *standard: the macro's own, in which parameters stand too. */
static bool value_of(const call *c, const char *name, size_t n, const char **value, size_t *n_value, bool *standard) {
  *standard = false;
  if (n == 1 && name[0] >= '1' && name[0] <= '9') {
    const size_t i = (size_t)(name[0] - '1');
    if (i >= c->n_results) return false;
    *value = c->results[i];
    *n_value = c->n_result[i];
    return true;
  }
  for (size_t i = 0; i < c->n_options; i++) {
    if (c->options[i].n_name != n || memcmp(c->options[i].name, name, n) != 0) continue;
    *value = c->options[i].value;
    *n_value = c->options[i].n_value;
    return true;
  }
  for (const char *const *p = c->macro->params; p && *p; p += 2) {
    if (strlen(p[0]) != n || memcmp(p[0], name, n) != 0) continue;
    *value = p[1];
    *n_value = strlen(p[1]);
    *standard = true;
    return true;
  }
  return false;
}

static size_t name_length(const char *text, size_t n) {
  if (n && text[0] >= '1' && text[0] <= '9') return 1;
  size_t k = 0;
  while (k < n && name_char(text[k])) k++;
  return k;
}

/* The end of an optional part that begins at text; n where it is not closed. *whole: all that it names is there. */
static size_t part_end(const call *c, const char *text, size_t n, bool *whole) {
  *whole = true;
  for (size_t i = 0; i + 1 < n; i++) {
    const char *value;
    size_t n_value;
    bool standard;
    if (text[i] != '$') continue;
    if (text[i + 1] == ']') return i;
    if (text[i + 1] == '$') {
      i++;
      continue;
    }
    const size_t k = name_length(text + i + 1, n - i - 1);
    if (k && !value_of(c, text + i + 1, k, &value, &n_value, &standard)) *whole = false;
  }
  return n;
}

static sx_status fill(sx_buf *out, const expander *e, const call *c, const char *text, size_t n, size_t depth) {
  const char *name = c->macro->name;
  for (size_t i = 0; i < n; i++) {
    if (text[i] != '$') {
      sx_buf_add_char(out, text[i]);
      continue;
    }
    const char sign = i + 1 < n ? text[i + 1] : '\0';
    const size_t k = i + 1 < n ? name_length(text + i + 1, n - i - 1) : 0;
    const char *value = NULL;
    size_t n_value = 0;
    bool whole, standard;
    if (sign == '$') {
      sx_buf_add_char(out, '$');
      i++;
    } else if (sign == '[') {
      const size_t left = n - i - 2, end = part_end(c, text + i + 2, left, &whole);
      if (end == left) return sx_error_set(e->err, SX_E_PARSE, NULL, "in {{%s}} a $[ is not closed by $]", name);
      if (whole) SX_TRY(fill(out, e, c, text + i + 2, end, depth));
      i += end + 3;
    } else if (k && value_of(c, text + i + 1, k, &value, &n_value, &standard)) {
      if (standard && depth < 3)
        SX_TRY(fill(out, e, c, value, n_value, depth + 1));
      else
        sx_buf_add_n(out, value, n_value);
      i += k;
    } else if (k && sign >= '1' && sign <= '9') {
      return sx_error_set(e->err, SX_E_PARSE, NULL, "{{%s}} wants %c result%s: {{%s users.total}}", name, sign,
                          sign == '1' ? "" : "s", name);
    } else if (k) {
      return sx_error_set(e->err, SX_E_PARSE, NULL,
                          strncmp(text + i + 1, "format", k) == 0
                              ? "{{%s}} wants a %.*s after a bar: {{%s ... | 亿人 2}}"
                              : "{{%s}} wants %.*s=: {{%s ...}}",
                          name, (int)(k < 60 ? k : 60), text + i + 1, name);
    } else {
      return sx_error_set(e->err, SX_E_PARSE, NULL,
                          "in {{%s}} a $ stands alone: $1 for a result, $name for an option, $$ for the sign", name);
    }
  }
  return SX_OK;
}

static sx_status expand(sx_buf *out, expander *e, const char *text, size_t n);

static sx_status write_out(sx_buf *out, expander *e, const call *c) {
  const char *body = e->lang == SX_LANG_ZH ? c->macro->text.zh : c->macro->text.en;
  sx_buf filled;
  if (!body || !*body)
    return sx_error_set(e->err, SX_E_PARSE, NULL, "the macro {{%s}} has no text in %s", c->macro->name,
                        e->lang == SX_LANG_ZH ? "Chinese" : "English");
  if (e->depth == DEPTH_MAX)
    return sx_error_set(e->err, SX_E_PARSE, NULL, "macros call each other more than %d deep: {{%s}}", (int)DEPTH_MAX,
                        c->macro->name);
  sx_buf_init(&filled, out->ctx);
  sx_status status = fill(&filled, e, c, body, strlen(body), 0);
  if (status == SX_OK) status = sx_buf_status(&filled, e->err);
  e->depth++;
  if (status == SX_OK && filled.n) status = expand(out, e, filled.data, filled.n);
  e->depth--;
  sx_buf_clear(&filled);
  return status;
}

/* ---- a text ------------------------------------------------------------------------------------------------------ */

static sx_status expand_call(sx_buf *out, expander *e, const sx_binding *b, const char *text, bool *called) {
  size_t at = 0;
  const size_t k = sx_report__next_word(b->name, b->n_name, &at);
  call c = {.macro = NULL};
  *called = false;
  if (b->kind == SX_BIND_VALUE) c.macro = find(e->own, e->n_own, b->name + at, k);
  if (b->kind == SX_BIND_VALUE && !c.macro) c.macro = find(bundled, sizeof bundled / sizeof *bundled, b->name + at, k);
  if (!c.macro) return SX_OK;
  *called = true;
  sx_status status = take_call(&c, e, b, at + k);
  if (status == SX_OK) status = check_options(&c, e);
  if (e->depth == 0) sx_buf_add(out, SX_MARK_BEGIN);
  if (status == SX_OK) status = write_out(out, e, &c);
  if (status == SX_OK && out->n > TEXT_MAX)
    status = sx_error_set(e->err, SX_E_LIMIT, NULL, "{{%s}} writes out more than 16 MB", c.macro->name);
  if (e->depth == 0) {
    size_t lines = 0, columns = 0;
    for (size_t i = b->at; i < b->end; i++) {
      if (text[i] == '\n') {
        lines++;
        columns = 0;
      } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
        columns++;
      }
    }
    sx_buf_printf(out, SX_MARK_END "%zu:%zu" SX_MARK_END, lines, columns);
    char where[64];
    sx_report__place(where, sizeof where, b->line, b->column);
    if (status != SX_OK) sx_error_add_where(e->err, "%s", where);
  }
  return status;
}

/* Our own signs in an author's text are no marks. */
static void copy(sx_buf *out, const char *text, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (n - i >= 3 && memcmp(text + i, "\xEE\x80", 2) == 0) {
      sx_buf_add(out, "\xEF\xBF\xBD");
      i += 2;
    } else {
      sx_buf_add_char(out, text[i]);
    }
  }
}

static sx_status expand(sx_buf *out, expander *e, const char *text, size_t n) {
  sx_binding b = {0};
  sx_status status = SX_OK;
  size_t from = 0;
  while (status == SX_OK && sx_report__next_binding(&b, text, n, &status, NULL)) {
    bool called;
    copy(out, text + from, b.at - from);
    from = b.at;
    SX_TRY(expand_call(out, e, &b, text, &called));
    if (called) from = b.end;
  }
  copy(out, text + from, n - from); /* a {{ that is not closed is told by who reads the text */
  return SX_OK;
}

sx_status sx_report_expand(sx_buf *out, const char *markdown, size_t n, const sx_report_macro *macros, size_t n_macros,
                           sx_lang lang, sx_error *err) {
  expander e = {.own = macros, .n_own = n_macros, .lang = lang, .err = err};
  sx_buf_add(out, "");
  SX_TRY(expand(out, &e, markdown, n));
  return sx_buf_status(out, err);
}
