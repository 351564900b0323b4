/* release_rule_text.c: expressions as R writes them, in the words of the table room. A scanner over the text: what it does not know it copies. */
#include <ctype.h>
#include <string.h>

#include "shuxiao/release_rules.h"

static bool is_name(char c) {
  return isalnum((unsigned char)c) || c == '_' || c == '.' || (unsigned char)c >= 0x80;
}

/* The end of quoted text that begins at `at`: behind the closing mark, or the end of all. */
static const char *skip_quoted(const char *at) {
  const char mark = *at++;
  while (*at && *at != mark) at += *at == '\\' && at[1] ? 2 : 1;
  return *at ? at + 1 : at;
}

static const char *skip_blanks(const char *at) {
  while (isspace((unsigned char)*at)) at++;
  return at;
}

/* Behind the bracket that closes the one at `at`; NULL where none does. *comma: one stands directly inside. */
static const char *closing(const char *at, bool *comma) {
  size_t depth = 0;
  *comma = false;
  while (*at) {
    if (*at == '"' || *at == '\'' || *at == '`') {
      at = skip_quoted(at);
      continue;
    }
    if (*at == '(' || *at == '[') depth++;
    if ((*at == ')' || *at == ']') && --depth == 0) return at + 1;
    if (*at == ',' && depth == 1) *comma = true;
    at++;
  }
  return NULL;
}

static bool word_at(const char *at, const char *word) {
  const size_t n = strlen(word);
  return strncmp(at, word, n) == 0 && !is_name(at[n]);
}

static void scan(sx_buf *out, const char *at, const char *end);

/* "if (A) B" as "(not (A)) or (B)"; false where it is the function if(A, b). */
static bool conditional(sx_buf *out, const char *at, const char *end) {
  bool comma = false;
  const char *open = skip_blanks(at + 2);
  if (*open != '(') return false;
  const char *close = closing(open, &comma);
  if (!close || comma || close > end || skip_blanks(close) >= end) return false;
  sx_buf_add(out, "(not (");
  scan(out, open + 1, close - 1);
  sx_buf_add(out, ")) or (");
  scan(out, close, end);
  sx_buf_add_char(out, ')');
  return true;
}

/* A name or number, whole; some are other words here. Returns where to go on. */
static const char *word(sx_buf *out, const char *at) {
  const char *end = at;
  while (is_name(*end)) end++;
  const size_t n = (size_t)(end - at);
  const char *next = skip_blanks(end);
  if (n == 5 && strncmp(at, "is.na", 5) == 0 && *next == '(') {
    sx_buf_add(out, "missing");
  } else if (n == 4 && strncmp(at, "TRUE", 4) == 0) {
    sx_buf_add(out, "(1 == 1)");
  } else if (n == 5 && strncmp(at, "FALSE", 5) == 0) {
    sx_buf_add(out, "(1 == 0)");
  } else {
    sx_buf_add_n(out, at, n);
  }
  return end;
}

/* %in% c(a, b): the list without its c. */
static const char *membership(sx_buf *out, const char *at) {
  sx_buf_add(out, " in ");
  at = skip_blanks(at + 4);
  return at[0] == 'c' && *skip_blanks(at + 1) == '(' ? skip_blanks(at + 1) : at;
}

static void scan(sx_buf *out, const char *at, const char *end) {
  at = at < end ? skip_blanks(at) : at;
  if (at < end && word_at(at, "if") && conditional(out, at, end)) return;
  while (at < end) {
    if (*at == '"' || *at == '\'' || *at == '`') {
      const char *next = skip_quoted(at);
      sx_buf_add_n(out, at, (size_t)(next - at));
      at = next;
    } else if (is_name(*at)) {
      at = word(out, at);
    } else if (strncmp(at, "%in%", 4) == 0) {
      at = membership(out, at);
    } else if (*at == '&' || *at == '|') {
      sx_buf_add(out, *at == '&' ? " and " : " or ");
      at += at[1] == at[0] ? 2 : 1;
    } else if (*at == '!' && at[1] != '=') {
      sx_buf_add(out, " not ");
      at++;
    } else {
      sx_buf_add_char(out, *at++);
    }
  }
}

sx_status sx_rules_translate(sx_buf *out, const char *text, sx_error *err) {
  scan(out, text, text + strlen(text));
  return sx_buf_status(out, err);
}
