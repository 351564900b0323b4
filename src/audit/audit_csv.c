/* audit_csv.c: RFC 4180, with the place of every field. */
#include "audit_csv.h"

#include <string.h>

au_csv sx_audit__csv(char *text, size_t n) {
  const size_t mark = n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  return (au_csv){.at = text + mark, .end = text + n, .line = 1, .column = 1};
}

static size_t characters(const char *from, const char *to) {
  size_t n = 0;
  for (; from < to; from++) n += ((unsigned char)*from & 0xC0) != 0x80;
  return n;
}

/* What stands between quotes, moved to *to; in->at is behind the closing one. */
static void quoted(au_csv *in, char **to) {
  in->at++;
  for (;; in->at++) {
    if (in->at >= in->end) {
      in->bad = true;
      break;
    }
    if (*in->at == '"') {
      if (in->at + 1 >= in->end || in->at[1] != '"') {
        in->at++;
        break;
      }
      in->at++;
    }
    if (*in->at == '\n') in->line++;
    *(*to)++ = *in->at;
  }
  if (in->at < in->end && *in->at != ',' && *in->at != '\n' && *in->at != '\r') in->bad = true;
}

char *sx_audit__csv_field(au_csv *in, bool *last) {
  char *const start = in->at, *to = in->at;
  const bool in_quotes = in->at < in->end && *in->at == '"';
  const size_t line = in->line;
  in->quoted = in_quotes;
  in->column = 1 + in->passed + in_quotes;
  size_t length = 0;
  if (in_quotes) {
    quoted(in, &to);
    length = characters(start, to) + 2; /* its text was moved over its opening quote; doubled quotes count once */
  }
  const char *const rest = in->at;
  while (in->at < in->end && *in->at != ',' && *in->at != '\n') *to++ = *in->at++;
  if (!in_quotes)
    length = characters(start, to);
  else
    length += (size_t)(in->at - rest);
  *last = in->at >= in->end || *in->at == '\n';
  if (*last && to > start && to[-1] == '\r') to--;
  if (in->at < in->end) {
    if (*in->at == '\n') in->line++;
    in->at++;
  }
  in->passed = *last || in->line != line ? 0 : in->passed + length + 1;
  *to = '\0';
  return start;
}
