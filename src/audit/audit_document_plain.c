/* audit_document_plain.c: plain text (a line is a part) and Markdown (paragraphs, headings, items, tables, notes; code, links' targets and bindings left out). */
#include <string.h>

#include "audit_text_priv.h"

static size_t line_length(const char *text, size_t n) {
  const char *end = memchr(text, '\n', n);
  return end ? (size_t)(end - text) : n;
}

static size_t skip_blanks(const char *text, size_t n) {
  size_t i = 0;
  while (i < n && (text[i] == ' ' || text[i] == '\t')) i++;
  return i;
}

static size_t cut_return(const char *text, size_t n) {
  return n && text[n - 1] == '\r' ? n - 1 : n;
}

sx_status sx_audit__text_plain(sx_part_maker *m, const char *data, size_t n) {
  size_t line = 1;
  for (size_t i = 0; i < n; line++) {
    const size_t length = line_length(data + i, n - i);
    const size_t end = cut_return(data + i, length), skip = skip_blanks(data + i, end);
    SX_TRY(sx_audit__text_run(m, line, skip + 1, NULL));
    sx_buf_add_n(&m->buf, data + i + skip, end - skip);
    SX_TRY(sx_audit__text_close(m, SX_PART_PARAGRAPH, 0));
    i += length + 1;
  }
  return SX_OK;
}

/* ---- Markdown ---------------------------------------------------------------------------------------------------- */

typedef struct reader {
  sx_part_maker *m;
  const char *data;
  size_t n, line; /* line of what is read now, from 1 */
  sx_part_kind kind;
  int level;
  bool open, fenced, table;
  char fence;
} reader;

static sx_status close(reader *r) {
  if (!r->open) return SX_OK;
  r->open = false;
  return sx_audit__text_close(r->m, r->kind, r->level);
}

/* What stands at text[i] and is not read: code, a binding {{...}}, the target of a link, a comment, a tag: bytes to leave out. */
static size_t left_out(const char *text, size_t n) {
  const char first = text[0];
  if (first != '`' && first != '{' && first != ']' && first != '<' && first != '[') return 0;
  if (first == '`') {
    size_t ticks = 0;
    while (ticks < n && text[ticks] == '`') ticks++;
    for (size_t i = ticks; i + ticks <= n; i++) {
      if (memcmp(text + i, text, ticks) == 0) return i + ticks;
    }
    return ticks;
  }
  static const struct {
    const char *open, *close;
  } pairs[] = {{"{{", "}}"}, {"](", ")"}, {"<!--", "-->"}, {"[^", "]"}, {"[@", "]"}, {"<", ">"}};
  for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
    const size_t a = strlen(pairs[k].open), b = strlen(pairs[k].close);
    if (n < a || memcmp(text, pairs[k].open, a) != 0) continue;
    if (text[0] == '<' && a == 1 &&
        !(n > 1 && ((text[1] >= 'a' && text[1] <= 'z') || text[1] == '/' || (text[1] >= 'A' && text[1] <= 'Z'))))
      continue;
    for (size_t i = a; i + b <= n; i++) {
      if (memcmp(text + i, pairs[k].close, b) == 0) return i + b;
    }
  }
  return 0;
}

/* Text of one line from `from` on, with a new run behind everything that is left out. Markers of emphasis vanish, blanks at the
 * beginning of a part too: its first run begins at its first byte. */
static sx_status put_line(reader *r, const char *line, size_t from, size_t end) {
  bool fresh = true;
  for (size_t i = from; i < end;) {
    const size_t skip = left_out(line + i, end - i);
    size_t marks = 0;
    while (!skip && i + marks < end && (line[i + marks] == '*' || (line[i + marks] == '\\' && i + marks + 1 < end)))
      marks++;
    if (skip || marks) {
      if (skip && line[i] != ']' && line[i] != '<' && line[i] != '[' && r->m->buf.n) sx_buf_add_char(&r->m->buf, ' ');
      i += skip + marks;
      fresh = true;
      continue;
    }
    if (!r->m->buf.n && (line[i] == ' ' || line[i] == '\t')) {
      i++;
      continue;
    }
    if (fresh) SX_TRY(sx_audit__text_run(r->m, r->line, sx_utf8_count(line, i) + 1, NULL));
    fresh = false;
    sx_buf_add_char(&r->m->buf, line[i++]);
  }
  return SX_OK;
}

static bool is_rule(const char *line, size_t n) {
  size_t marks = 0;
  for (size_t i = 0; i < n; i++) {
    if (!strchr("-=:| \t*_", line[i])) return false;
    marks += line[i] != ' ' && line[i] != '\t';
  }
  return marks >= 3 || (marks && (line[0] == '=' || line[0] == '-'));
}

static sx_status put_row(reader *r, const char *line, size_t n) {
  size_t i = skip_blanks(line, n) + 1;
  if (!r->table) {
    r->m->table++;
    r->m->row = 0;
  }
  r->table = true;
  r->m->row++;
  r->m->column = 0;
  while (i < n) {
    size_t end = i;
    while (end < n && line[end] != '|') {
      const size_t skip = left_out(line + end, n - end);
      end += skip ? skip : line[end] == '\\' && end + 1 < n ? 2 : 1;
    }
    if (end > n) end = n;
    if (end == n && skip_blanks(line + i, n - i) == n - i) break;
    r->m->column++;
    i += skip_blanks(line + i, end - i);
    SX_TRY(put_line(r, line, i, end));
    SX_TRY(sx_audit__text_close(r->m, r->m->row == 1 || r->m->column == 1 ? SX_PART_HEAD : SX_PART_CELL, 0));
    i = end + 1;
  }
  return SX_OK;
}

/* "- ", "* ", "> ": bytes of the marker. "1. " stays, as the number of its item. */
static size_t item_mark(const char *line, size_t n) {
  size_t i = skip_blanks(line, n);
  const size_t start = i;
  while (i < n && line[i] == '>') i += 1 + skip_blanks(line + i + 1, n - i - 1);
  if (i + 1 < n && (line[i] == '-' || line[i] == '*' || line[i] == '+') && line[i + 1] == ' ')
    return i + 2 + skip_blanks(line + i + 2, n - i - 2);
  return i > start ? i : 0;
}

static size_t numbered(const char *line, size_t n) {
  const size_t start = skip_blanks(line, n);
  size_t i = start;
  while (i < n && line[i] >= '0' && line[i] <= '9') i++;
  return i > start && i + 1 < n && (line[i] == '.' || line[i] == ')') && line[i + 1] == ' ';
}

static sx_status begin(reader *r, sx_part_kind kind, int level) {
  SX_TRY(close(r));
  r->kind = kind;
  r->level = level;
  r->open = true;
  return SX_OK;
}

static sx_status text_line(reader *r, const char *line, size_t n) {
  size_t i = skip_blanks(line, n), hashes = 0;
  while (i + hashes < n && line[i + hashes] == '#') hashes++;
  if (hashes && hashes <= 6 && (i + hashes == n || line[i + hashes] == ' ')) {
    SX_TRY(begin(r, SX_PART_HEADING, (int)hashes));
    i += hashes;
    SX_TRY(put_line(r, line, i + skip_blanks(line + i, n - i), n));
    return close(r);
  }
  const size_t item = item_mark(line, n);
  if (item || numbered(line, n)) {
    SX_TRY(begin(r, SX_PART_ITEM, 0));
    return put_line(r, line, item ? item : i, n);
  }
  if (n > i + 3 && line[i] == '[' && line[i + 1] == '^') {
    SX_TRY(begin(r, SX_PART_NOTE, 0));
  } else if (!r->open) {
    SX_TRY(begin(r, SX_PART_PARAGRAPH, 0));
  } else if (r->m->buf.n) { /* the line before may have been code alone */
    sx_buf_add_char(&r->m->buf, ' ');
  }
  return put_line(r, line, i, n);
}

static sx_status one_line(reader *r, const char *line, size_t n) {
  const size_t i = skip_blanks(line, n);
  if (n >= i + 3 && (memcmp(line + i, "```", 3) == 0 || memcmp(line + i, "~~~", 3) == 0) &&
      (!r->fenced || r->fence == line[i])) {
    r->fenced = !r->fenced;
    r->fence = line[i];
    return close(r);
  }
  if (r->fenced) return SX_OK;
  const bool row = i < n && line[i] == '|';
  if (!row) r->table = false;
  if (i == n) return close(r);
  if (row) {
    SX_TRY(close(r));
    return is_rule(line + i, n - i) ? SX_OK : put_row(r, line, n);
  }
  if (is_rule(line + i, n - i)) { /* a line under a heading, or a rule */
    if (r->open && r->kind == SX_PART_PARAGRAPH) r->kind = SX_PART_HEADING, r->level = line[i] == '=' ? 1 : 2;
    return close(r);
  }
  return text_line(r, line, n);
}

sx_status sx_audit__text_markdown(sx_part_maker *m, const char *data, size_t n) {
  reader r = {.m = m, .data = data, .n = n, .line = 1};
  for (size_t i = 0; i < n; r.line++) {
    const size_t length = line_length(data + i, n - i);
    SX_TRY(one_line(&r, data + i, cut_return(data + i, length)));
    i += length + 1;
  }
  return close(&r);
}
