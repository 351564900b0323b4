/* report_leftover.c: what in a text looks like a mark of the text language and is none: it would be printed as it stands. */
#include "shuxiao/report.h"

#include <stdio.h>
#include <string.h>

#include "report_reference.h"

typedef struct scan {
  const char *text;
  size_t n;
  sx_leftover_fn fn;
  void *data;
  sx_position now;
  size_t told; /* how far `now` has come */
} scan;

static void tell(scan *s, size_t at, bool error, const char *message) {
  sx_report__walk(&s->now, s->text, s->n, s->told, at);
  s->told = at;
  s->fn(s->data, s->now.line, s->now.column, error, message);
}

/* What a mention is as far as its line goes: its bytes with the ']'; 0 without one. */
static size_t bracket(const scan *s, size_t at) {
  for (size_t i = at; i < s->n && s->text[i] != '\n'; i++) {
    if (s->text[i] == ']') return i + 1 - at;
  }
  return 0;
}

static void mention(scan *s, size_t at) {
  static const char *const openings[] = {"[@figure ", "[@table ", "[@box "};
  char message[300], shown[84];
  const size_t n = bracket(s, at), k = sx_utf8_cut(s->text + at, n ? n : strcspn(s->text + at, "\n"), sizeof shown - 4);
  for (size_t i = 0; n && i < sizeof openings / sizeof *openings; i++) {
    if (strncmp(s->text + at, openings[i], strlen(openings[i])) == 0) return;
  }
  memcpy(shown, s->text + at, k);
  memcpy(shown + k, k < n ? "..." : "", k < n ? 4 : 1);
  (void)snprintf(
      message, sizeof message,
      n ? "'%s' refers to nothing: a reference is [@figure ID], [@table ID] or [@box ID]; \\[@ prints the signs"
        : "'%s' is not closed by ] on its line: a reference is [@figure ID], [@table ID] or [@box ID]",
      shown);
  tell(s, at, true, message);
}

static bool starts_line(const scan *s, size_t at) {
  while (at > 0 && s->text[at - 1] == ' ') at--;
  return at == 0 || s->text[at - 1] == '\n';
}

/* A use of a footnote that no line defines. */
static void footnote(scan *s, size_t at) {
  const size_t n = bracket(s, at);
  char message[160];
  if (n < 4 || n > 80 || memchr(s->text + at, ' ', n) || s->text[at + n] == ':') return;
  for (const char *p = s->text; (p = strstr(p, "[^")) != NULL; p++) {
    if (strncmp(p, s->text + at, n) == 0 && p[n] == ':' && (p == s->text || p[-1] == '\n')) return;
  }
  (void)snprintf(message, sizeof message, "the footnote %.*s is not defined: '%.*s: its text' on a line of its own",
                 (int)n, s->text + at, (int)n, s->text + at);
  tell(s, at, false, message);
}

void sx_report_each_leftover(const char *markdown, size_t n, sx_leftover_fn fn, void *data) {
  scan s = {.text = markdown, .n = n, .fn = fn, .data = data, .now = {.line = 1, .column = 1}};
  for (size_t i = 0; i < n;) {
    const size_t code = sx_report__code(markdown, n, i);
    const char *const here = markdown + i;
    if (code) {
      i += code;
    } else if (*here == '\\' && i + 1 < n) {
      i += 2;
    } else if (strncmp(here, "{{", 2) == 0) {
      const char *end = strstr(here, "}}");
      if (!end) return; /* the reader of bindings says so */
      i = (size_t)(end - markdown) + 2;
    } else {
      if (strncmp(here, "[@", 2) == 0) mention(&s, i);
      if (strncmp(here, "[^", 2) == 0) footnote(&s, i);
      if (strncmp(here, "}}", 2) == 0)
        tell(&s, i, false, "}} stands without a {{ before it and is printed; \\}} prints the signs");
      if (strncmp(here, ":::", 3) == 0 && starts_line(&s, i))
        tell(&s, i, false, "::: is no mark of these texts and is printed: a box is {{box title=\"...\"}} ... {{end}}");
      i += strncmp(here, "}}", 2) == 0 ? 2 : *here == ':' ? strspn(here, ":") : 1;
    }
  }
}
