/* report_macro.c: an author's words taken apart: which result they speak of, how it is printed, how branches nest. */
#include "report_macro.h"

#include <stdio.h>
#include <string.h>

#include "report_words.h"

static const char *const kind_words[] = {"box",    "if",           "else",  "end",  "change", "ci",
                                         "updown", "significance", "value", "rank", "parts"};
static const char *const condition_words[] = {"significant", "tested", "up", "down", "missing", "changed"};

/* ---- words ------------------------------------------------------------------------------------------------------- */

static bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

size_t sx_report__next_word(const char *text, size_t n, size_t *at) {
  while (*at < n && blank(text[*at])) (*at)++;
  char quote = '\0';
  size_t k = 0;
  for (; *at + k < n; k++) {
    const char c = text[*at + k];
    if (!quote && blank(c)) break;
    if (quote ? c == quote : c == '`' || c == '"') quote = quote ? '\0' : c;
  }
  return k;
}

static bool same(const char *text, size_t n, const char *word) {
  return strlen(word) == n && memcmp(text, word, n) == 0;
}

sx_macro_kind sx_report__macro_kind(const char *text, size_t n) {
  size_t at = 0;
  const size_t k = sx_report__next_word(text, n, &at);
  for (size_t i = 0; i < SX_MACRO_NONE; i++) {
    if (same(text + at, k, kind_words[i])) return (sx_macro_kind)i;
  }
  return SX_MACRO_NONE;
}

static sx_status take(char *out, size_t cap, const char *text, size_t n, const char *what, sx_error *err) {
  if (n > 1 && text[0] == '"' && text[n - 1] == '"') text++, n -= 2;
  if (n >= cap) return sx_error_set(err, SX_E_PARSE, NULL, "%s is too long", what);
  memcpy(out, text, n);
  out[n] = '\0';
  return SX_OK;
}

/* ---- which result ------------------------------------------------------------------------------------------------ */

/* A statistic that is a difference by itself: its sign and its test are its own. */
static bool difference(const char *statistic) {
  static const char *const starts[] = {"gap", "change", "yoy", "effect", "contribution", "constant_growth", "growth"};
  for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
    if (strncmp(statistic, starts[i], strlen(starts[i])) == 0) return true;
  }
  return false;
}

/* Bytes of `text` before its statistic. */
static size_t before_statistic(const char *text, size_t n, const char *statistic, bool *quoted) {
  const size_t k = strlen(statistic);
  *quoted = n > 0 && text[n - 1] == '`';
  const size_t tail = k + 1 + (*quoted ? 2 : 0);
  return k && n > tail ? n - tail : n;
}

/* "users" is users.total; of it the change from `of`, unless it is a difference already. */
static sx_status name_result(sx_macro *out, const char *text, size_t n, const char *of, sx_error *err) {
  char whole[sizeof out->reference];
  sx_reference r;
  bool quoted = false, dot = false, inside = false;
  for (size_t i = 0; i < n; i++) {
    if (text[i] == '`') inside = !inside;
    dot = dot || (text[i] == '.' && !inside);
  }
  if (n + 8 >= sizeof whole) return sx_error_set(err, SX_E_PARSE, NULL, "the reference is too long");
  (void)snprintf(whole, sizeof whole, "%.*s%s", (int)n, text, dot ? "" : ".total");
  n = strlen(whole);
  SX_TRY(sx_reference_parse(&r, whole, n, err));
  if (out->kind != SX_MACRO_VALUE && strcmp(r.field, "estimate") != 0)
    return sx_error_set(err, SX_E_PARSE, NULL, "%s takes a result, not its %s: leave .%s out", kind_words[out->kind],
                        r.field, r.field);
  const bool itself =
      out->kind == SX_MACRO_CI || out->kind >= SX_MACRO_VALUE ||
      (out->kind == SX_MACRO_IF && out->condition == SX_IF_MISSING) ||
      (out->kind == SX_MACRO_CHANGE ? strncmp(r.statistic, "change", 6) == 0 || strncmp(r.statistic, "yoy", 3) == 0
                                    : difference(r.statistic));
  const size_t base = itself ? n : before_statistic(whole, n, r.statistic, &quoted);
  const int length = itself
                         ? snprintf(out->reference, sizeof out->reference, "%s", whole)
                         : snprintf(out->reference, sizeof out->reference, "%.*s.%s%s%s%s%s", (int)base, whole,
                                    quoted ? "`" : "", of, r.statistic[0] ? "_" : "", r.statistic, quoted ? "`" : "");
  if (length < 0 || (size_t)length >= sizeof out->reference)
    return sx_error_set(err, SX_E_PARSE, NULL, "the reference is too long");
  return SX_OK;
}

/* ---- boxes ------------------------------------------------------------------------------------------------------- */

static const char *const box_words[] = {"plain", "policy", "method", "case"};

static sx_status take_box_kind(sx_macro *out, const char *word, size_t n, sx_error *err) {
  char text[32];
  for (size_t i = 0; i < sizeof box_words / sizeof *box_words; i++) {
    if (!same(word, n, box_words[i])) continue;
    out->box = (sx_document_box_kind)i;
    return SX_OK;
  }
  SX_TRY(take(text, sizeof text, word, n, "kind=", err));
  const char *nearest = sx_text_nearest(text, box_words, sizeof box_words / sizeof *box_words);
  return sx_error_set(err, SX_E_PARSE, NULL, "{{box}} has no kind '%s': %s%s", text,
                      nearest ? "did you mean " : "kinds are policy, method, case and plain", nearest ? nearest : "");
}

static bool has_braces(const char *text, size_t n) {
  for (size_t i = 1; i < n; i++) {
    if (text[i - 1] == '{' && text[i] == '{') return true;
  }
  return false;
}

static const char BOUND_TITLE[] =
    "the title of a {{box}} takes no result: say the number in the text of the box, and the title without it";

/* title="..." kind=policy id=NAME numbered=no */
static sx_status take_box(sx_macro *out, const sx_binding *b, size_t at, sx_error *err) {
  for (size_t k; (k = sx_report__next_word(b->name, b->n_name, &at)) > 0; at += k) {
    const char *word = b->name + at, *value = memchr(word, '=', k);
    const size_t n_name = value ? (size_t)(value - word) : k, n = value ? k - n_name - 1 : 0;
    if (value) value++;
    if (value && *value == '"' && (n < 2 || value[n - 1] != '"'))
      return sx_error_set(err, SX_E_PARSE, NULL, "%s",
                          has_braces(value, n) ? BOUND_TITLE : "a quote in {{box}} is not closed");
    if (value && same(word, n_name, "title")) {
      SX_TRY(take(out->title, sizeof out->title, value, n, "the title of a box", err));
    } else if (value && same(word, n_name, "id")) {
      SX_TRY(take(out->id, sizeof out->id, value, n, "the name of a box", err));
    } else if (value && same(word, n_name, "kind")) {
      SX_TRY(take_box_kind(out, value, n, err));
    } else if (value && same(word, n_name, "numbered") && (same(value, n, "no") || same(value, n, "yes"))) {
      out->unnumbered = n == 2;
    } else {
      return sx_error_set(err, SX_E_PARSE, NULL,
                          "'%.*s' is not understood in {{box}}: it takes title=\"...\", kind=policy, method or case, "
                          "id=NAME, numbered=no",
                          (int)(k < 60 ? k : 60), word);
    }
  }
  if (out->title[0]) return SX_OK;
  return sx_error_set(err, SX_E_PARSE, NULL, "{{box}} has no title: {{box title=\"...\"}}");
}

/* ---- one macro --------------------------------------------------------------------------------------------------- */

typedef struct parts {
  const char *reference;
  size_t n_reference;
  char unit[64], decimals[16], of[16], top[16];
} parts;

/* "unit=万人". False: no word of this form. */
static bool option(sx_macro *out, parts *p, const char *word, size_t n, sx_status *status, sx_error *err) {
  const struct {
    const char *name;
    char *to;
    size_t cap;
  } options[] = {{"unit=", p->unit, sizeof p->unit},     {"d=", p->decimals, sizeof p->decimals},
                 {"of=", p->of, sizeof p->of},           {"up=", out->up, sizeof out->up},
                 {"down=", out->down, sizeof out->down}, {"same=", out->same, sizeof out->same},
                 {"word=", out->verb, sizeof out->verb}, {"n=", p->top, sizeof p->top},
                 {"by=", out->by, sizeof out->by},       {"share=", out->share, sizeof out->share}};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    const size_t k = strlen(options[i].name);
    if (n < k || memcmp(word, options[i].name, k) != 0) continue;
    *status = take(options[i].to, options[i].cap, word + k, n - k, options[i].name, err);
    return true;
  }
  return false;
}

/* One of several: kept whole, with its domain. */
static sx_status take_result(sx_macro *out, const char *word, size_t n, sx_error *err) {
  size_t have = 0;
  for (size_t i = 0; i < out->n_results; i++) have += strlen(out->results + have) + 1;
  SX_TRY(name_result(out, word, n, "", err));
  const size_t k = strlen(out->reference) + 1;
  if (out->n_results == SX_MACRO_RESULTS || have + k > sizeof out->results)
    return sx_error_set(err, SX_E_PARSE, NULL, "{{%s}} takes at most %d results", kind_words[out->kind],
                        (int)SX_MACRO_RESULTS);
  memcpy(out->results + have, out->reference, k);
  out->n_results++;
  return SX_OK;
}

const char *sx_report__macro_result(const sx_macro *macro, size_t i) {
  const char *at = macro->results;
  while (i-- > 0) at += strlen(at) + 1;
  return at;
}

/* What only one kind takes, and how many are ranked. */
static sx_status check_words(sx_macro *out, const parts *p, sx_error *err) {
  const char *verbs[2], *nearest = NULL;
  const bool verb = out->kind == SX_MACRO_CHANGE || out->kind == SX_MACRO_UPDOWN;
  int64_t top = 0;
  if (out->verb[0] && !verb) return sx_error_set(err, SX_E_PARSE, NULL, "word= is of {{change}} and {{updown}}");
  if (out->verb[0] && !sx_report__verb(verbs, SX_LANG_ZH, out->verb, &nearest))
    return sx_error_set(err, SX_E_PARSE, NULL, "word=%s is no verb of change: %s%s", out->verb,
                        nearest ? "did you mean " : "rise, grow, increase, advance, climb, widen or 增加, 增长 ...",
                        nearest ? nearest : "");
  if (p->top[0] && (out->kind != SX_MACRO_RANK || !sx_text_to_int64(&top, p->top, strlen(p->top)) || top < 1 ||
                    top > SX_MACRO_RESULTS))
    return sx_error_set(err, SX_E_PARSE, NULL, "n=%s: {{rank}} names the first 1 to %d", p->top, (int)SX_MACRO_RESULTS);
  out->top = (size_t)top;
  if (out->by[0] && out->kind != SX_MACRO_RANK) return sx_error_set(err, SX_E_PARSE, NULL, "by= is of {{rank}}");
  if (out->by[0] && out->n_results > 1)
    return sx_error_set(err, SX_E_PARSE, NULL, "by= ranks the levels of one indicator");
  if (out->share[0] && out->kind != SX_MACRO_PARTS)
    return sx_error_set(err, SX_E_PARSE, NULL, "share= is of {{parts}}");
  return SX_OK;
}

static sx_status take_words(sx_macro *out, parts *p, const sx_binding *b, size_t at, sx_error *err) {
  for (size_t k; (k = sx_report__next_word(b->name, b->n_name, &at)) > 0; at += k) {
    const char *word = b->name + at;
    sx_status status = SX_OK;
    if (option(out, p, word, k, &status, err)) {
      SX_TRY(status);
    } else if (out->kind >= SX_MACRO_RANK) {
      SX_TRY(take_result(out, word, k, err));
      p->reference = word;
    } else if (p->reference) {
      return sx_error_set(
          err, SX_E_PARSE, NULL,
          "'%.*s' is not understood in {{%s}}: after the result stand unit=, d=, of=, word=, up=, down=, same=",
          (int)(k < 60 ? k : 60), word, kind_words[out->kind]);
    } else {
      p->reference = word;
      p->n_reference = k;
    }
  }
  if (p->reference) return SX_OK;
  return sx_error_set(err, SX_E_PARSE, NULL, "{{%s}} says of no result what it is: {{%s users.total}}",
                      kind_words[out->kind], kind_words[out->kind]);
}

static sx_status take_condition(sx_macro *out, const sx_binding *b, size_t *at, sx_error *err) {
  size_t k = sx_report__next_word(b->name, b->n_name, at);
  if (same(b->name + *at, k, "not")) {
    out->negated = true;
    *at += k;
    k = sx_report__next_word(b->name, b->n_name, at);
  }
  for (size_t i = 0; i < SX_IF_CONDITIONS; i++) {
    if (!same(b->name + *at, k, condition_words[i])) continue;
    out->condition = (sx_condition)i;
    *at += k;
    return SX_OK;
  }
  char word[64];
  const size_t n = sx_utf8_cut(b->name + *at, k, sizeof word - 1);
  memcpy(word, b->name + *at, n);
  word[n] = '\0';
  const char *nearest = sx_text_nearest(word, condition_words, SX_IF_CONDITIONS);
  return sx_error_set(err, SX_E_PARSE, NULL, "{{if}} does not know '%s': %s%s", word,
                      nearest ? "did you mean "
                              : "it asks significant, tested, up, down, missing or changed of a result",
                      nearest ? nearest : "");
}

static sx_status take_format(sx_macro *out, const parts *p, const sx_binding *b, sx_error *err) {
  if (b->n_format && (p->unit[0] || p->decimals[0]))
    return sx_error_set(err, SX_E_PARSE, NULL, "say the format once: unit= and d=, or after the bar");
  if (b->n_format) return take(out->format, sizeof out->format, b->format, b->n_format, "the format", err);
  if (p->decimals[0] && !p->unit[0]) return sx_error_set(err, SX_E_PARSE, NULL, "d= wants unit= beside it");
  (void)snprintf(out->format, sizeof out->format, "%s%s%s", p->unit, p->decimals[0] ? " " : "", p->decimals);
  return SX_OK;
}

sx_status sx_report__macro_parse(sx_macro *out, const sx_binding *b, sx_error *err) {
  sx_macro macro = {.kind = sx_report__macro_kind(b->name, b->n_name)};
  parts p = {.of = "change"};
  size_t at = 0;
  at += sx_report__next_word(b->name, b->n_name, &at);
  if (macro.kind == SX_MACRO_ELSE || macro.kind == SX_MACRO_END) {
    if (sx_report__next_word(b->name, b->n_name, &at) || b->n_format)
      return sx_error_set(err, SX_E_PARSE, NULL, "{{%s}} stands alone", kind_words[macro.kind]);
    *out = macro;
    return SX_OK;
  }
  if (macro.kind == SX_MACRO_BOX) {
    SX_TRY(take_box(&macro, b, at, err));
    *out = macro;
    return SX_OK;
  }
  if (macro.kind == SX_MACRO_IF) SX_TRY(take_condition(&macro, b, &at, err));
  SX_TRY(take_words(&macro, &p, b, at, err));
  SX_TRY(check_words(&macro, &p, err));
  const bool relative = strcmp(p.of, "relative") == 0 || strcmp(p.of, "yoy_relative") == 0;
  if (strcmp(p.of, "change") != 0 && strcmp(p.of, "yoy") != 0 && !relative)
    return sx_error_set(err, SX_E_PARSE, NULL,
                        "of=%s: it is change (from the wave before), yoy (a year before), relative or yoy_relative "
                        "(growth in per cent)",
                        p.of);
  SX_TRY(take_format(&macro, &p, b, err));
  if (macro.kind < SX_MACRO_RANK)
    SX_TRY(
        name_result(&macro, p.reference, p.n_reference, strcmp(p.of, "relative") == 0 ? "change_relative" : p.of, err));
  *out = macro;
  return SX_OK;
}

/* ---- branches ---------------------------------------------------------------------------------------------------- */

bool sx_report__live(const sx_branches *branches) {
  return !branches->depth || branches->at[branches->depth - 1].live;
}

bool sx_report__in_box(const sx_branches *branches) {
  return branches->depth && branches->at[branches->depth - 1].box;
}

static bool in_branch(const sx_branches *branches) {
  for (size_t i = 0; i < branches->depth; i++) {
    if (!branches->at[i].box) return true;
  }
  return false;
}

static sx_status open_part(sx_branches *branches, const sx_macro *macro, const sx_binding *b, sx_holds holds,
                           sx_error *err) {
  const bool live = sx_report__live(branches), box = macro->kind == SX_MACRO_BOX;
  if (box && branches->depth)
    return sx_error_set(err, SX_E_PARSE, NULL, "a box cannot stand %s: close it with {{end}} first",
                        in_branch(branches) ? "between {{if}} and {{end}}" : "inside another");
  if (branches->depth == SX_BRANCH_DEPTH)
    return sx_error_set(err, SX_E_PARSE, NULL, "{{if}} stands inside more than %d others", (int)SX_BRANCH_DEPTH - 1);
  branches->at[branches->depth].live = live && (box || holds == SX_HOLDS);
  branches->at[branches->depth].withheld = !box && holds == SX_HOLDS_WITHHELD;
  branches->at[branches->depth].outer = live;
  branches->at[branches->depth].else_seen = false;
  branches->at[branches->depth].box = box;
  branches->at[branches->depth].line = b->line;
  branches->at[branches->depth++].column = b->column;
  return SX_OK;
}

sx_status sx_report__branch(sx_branches *branches, const sx_macro *macro, const sx_binding *b, sx_holds holds,
                            sx_error *err) {
  const bool live = sx_report__live(branches);
  if (macro->kind <= SX_MACRO_IF) return open_part(branches, macro, b, holds, err);
  if (!branches->depth || (macro->kind == SX_MACRO_ELSE && sx_report__in_box(branches)))
    return sx_error_set(err, SX_E_PARSE, NULL, "{{%s}} without an {{if}} before it", kind_words[macro->kind]);
  if (macro->kind == SX_MACRO_END) {
    branches->depth--;
    return SX_OK;
  }
  if (branches->at[branches->depth - 1].else_seen)
    return sx_error_set(err, SX_E_PARSE, NULL, "a second {{else}} of the same {{if}}");
  branches->at[branches->depth - 1].else_seen = true;
  branches->at[branches->depth - 1].live =
      branches->at[branches->depth - 1].outer && !live && !branches->at[branches->depth - 1].withheld;
  return SX_OK;
}

sx_status sx_report__place_outside(const sx_branches *branches, const sx_binding *b, sx_error *err) {
  char where[64];
  if (!in_branch(branches) || b->kind == SX_BIND_VALUE || b->kind == SX_BIND_MACRO) return SX_OK;
  sx_report__place(where, sizeof where, b->line, b->column);
  return sx_error_set(err, SX_E_PARSE, where,
                      "a figure or table cannot stand between {{if}} and {{end}}: place it after them");
}

sx_status sx_report__branches_closed(const sx_branches *branches, sx_error *err) {
  char where[64];
  if (!branches->depth) return SX_OK;
  sx_report__place(where, sizeof where, branches->at[branches->depth - 1].line,
                   branches->at[branches->depth - 1].column);
  return sx_error_set(err, SX_E_PARSE, where, "{{%s}} has no {{end}}",
                      branches->at[branches->depth - 1].box ? "box" : "if");
}
