/* audit_published_page.c: a page against the one that was published: tags with their attributes, texts, and the pieces of scripts and style sheets, each
 * with its line. Comments and white space are left out. Of a Markdown text its lines, parted at the cells of tables. */
#include <string.h>

#include "audit_published.h"

typedef struct page {
  sx_published *p;
  sx_shown_list list;
} page;

static sx_status add(page *g, const char *data, size_t from, size_t to) {
  while (from < to && strchr(" \n\t\r", data[from])) from++;
  while (from < to && strchr(" \n\t\r", data[to - 1])) to--;
  return from < to ? sx_audit__shown_add(&g->list, g->p->arena, data + from, to - from, from, false, g->p->t->err)
                   : SX_OK;
}

static bool begins(const char *data, size_t n, size_t at, const char *word) {
  const size_t k = strlen(word);
  if (n - at < k) return false;
  for (size_t i = 0; i < k; i++) {
    const char c = data[at + i];
    if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != word[i]) return false;
  }
  return true;
}

/* A script or a style sheet, or all that is left (close NULL), in pieces that are small enough to be told. */
static sx_status raw(size_t *end, page *g, const char *data, size_t n, size_t at, const char *close) {
  const char *ends = close ? "\n,;{}" : "\n|";
  size_t from = at;
  for (; at < n && !(close && begins(data, n, at, close)); at++) {
    if (!data[at] || !strchr(ends, data[at])) continue;
    SX_TRY(add(g, data, from, close ? at + 1 : at));
    from = at + 1;
  }
  *end = at;
  return add(g, data, from, at);
}

static size_t tag_end(const char *data, size_t n, size_t at) {
  char quote = '\0';
  for (; at < n; at++) {
    const char c = data[at];
    if (quote) {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return at + 1;
    }
  }
  return n;
}

static sx_status read_page(page *g, const char *data, size_t n) {
  for (size_t at = 0; at < n;) {
    size_t end = at;
    if (begins(data, n, at, "<!--")) {
      while (end < n && !begins(data, n, end, "-->")) end++;
      at = end + 3;
      continue;
    }
    if (data[at] != '<') {
      while (end < n && data[end] != '<') end++;
      SX_TRY(add(g, data, at, end));
      at = end;
      continue;
    }
    end = tag_end(data, n, at);
    SX_TRY(add(g, data, at, end));
    if (begins(data, n, at, "<script")) SX_TRY(raw(&end, g, data, n, end, "</script"));
    if (begins(data, n, at, "<style")) SX_TRY(raw(&end, g, data, n, end, "</style"));
    at = end;
  }
  return SX_OK;
}

/* Line and column, in characters, of a byte. */
static void line_of(size_t *line, size_t *column, const char *data, size_t at) {
  size_t begin = 0;
  *line = 1;
  for (size_t i = 0; i < at; i++) {
    if (data[i] != '\n') continue;
    ++*line;
    begin = i + 1;
  }
  *column = sx_utf8_count(data + begin, at - begin) + 1;
}

static sx_status tell(page *g, const sx_shown *want, const sx_shown *have, size_t at, size_t end) {
  sx_difference d = {.verdict = SX_TRACE_DIFFERS, .reason = "not what was published here"};
  const char *data = g->p->have;
  sx_audit__published_texts(&d, want, have);
  line_of(&d.line, &d.column, data, at);
  line_of(&d.last_line, &d.last_column, data, end);
  return sx_audit__published_tell(g->p, &d);
}

static sx_status differ(void *data, const sx_shown *want, size_t n_want, const sx_shown *have, size_t n_have) {
  enum { PAIRS = 40 };
  page *g = data;
  if (n_want == n_have && n_have <= PAIRS) {
    for (size_t i = 0; i < n_have; i++) {
      if (!sx_audit__shown_same(want[i].text, want[i].n, have[i].text, have[i].n))
        SX_TRY(tell(g, &want[i], &have[i], have[i].at, have[i].at + have[i].n));
    }
    return SX_OK;
  }
  /* more than one: told as they stand behind one another */
  const sx_shown whole = n_have
                             ? (sx_shown){.text = have->text, .n = have[n_have - 1].at + have[n_have - 1].n - have->at}
                             : (sx_shown){.n = 0};
  const sx_shown was = n_want ? (sx_shown){.text = want->text, .n = want[n_want - 1].at + want[n_want - 1].n - want->at}
                              : (sx_shown){.n = 0};
  const size_t at = n_have ? have->at : have > g->list.items ? have[-1].at + have[-1].n : 0;
  return tell(g, n_want ? &was : NULL, n_have ? &whole : NULL, at, at + whole.n);
}

sx_status sx_audit__published_page(sx_published *p) {
  page want = {.p = p}, have = {.p = p};
  SX_TRY(read_page(&want, p->want, p->n_want));
  SX_TRY(read_page(&have, p->have, p->n_have));
  return sx_audit__shown_compare(&want.list, &have.list, differ, &have);
}

sx_status sx_audit__published_lines(sx_published *p) {
  page want = {.p = p}, have = {.p = p};
  size_t end = 0;
  SX_TRY(raw(&end, &want, p->want, p->n_want, 0, NULL));
  SX_TRY(raw(&end, &have, p->have, p->n_have, 0, NULL));
  return sx_audit__shown_compare(&want.list, &have.list, differ, &have);
}
