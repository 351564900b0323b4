/* report_branch.c: an {{if}} as it is written, whatever a run makes of it. */
#include "report_branch.h"

#include <string.h>

#include "report_macro.h"

enum { SAID_KEY = 10 };

const char *sx_report__said_key(sx_page *page, const char *source, size_t n) {
  char hash[SX_HASH_TEXT];
  sx_buf text;
  sx_buf_init(&text, &page->ctx);
  sx_buf_add(&text, page->lang == SX_LANG_EN ? "en:" : "zh:");
  sx_buf_add_n(&text, source, n);
  if (!text.failed) sx_hash_bytes(hash, text.data, text.n);
  const char *key = text.failed ? NULL : sx_arena_strndup(page->arena, hash, SAID_KEY);
  sx_buf_clear(&text);
  return key;
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

static bool is_letter(char c) {
  return (unsigned char)c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Signs of Markdown, line ends, and our own signs (U+E000 ...) part stretches of plain words. */
static bool parts_words(const char *text, size_t n) {
  return strchr("*_`[]|#<>\\&~\n", text[0]) || (n >= 2 && memcmp(text, "\xEE\x80", 2) == 0);
}

static void keep_longest(sx_branch_text *out, int branch, const char *text, size_t n) {
  for (size_t i = 0, k; i < n; i += k + 1) {
    for (k = 0; i + k < n && !parts_words(text + i + k, n - i - k);) k++;
    size_t from = i, to = i + k;
    while (from < to && text[from] == ' ') from++;
    while (to > from && text[to - 1] == ' ') to--;
    if (to - from > out->n_words[branch]) {
      out->words[branch] = text + from;
      out->n_words[branch] = to - from;
    }
    if (i + k < n && text[i + k] == '\xEE') k += 2;
  }
}

/* ---- where it stands --------------------------------------------------------------------------------------------- */

static bool has_letter(const char *text, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (is_letter(text[i])) return true;
  return false;
}

/* Words so far at each depth of branches: those of a branch that is closed, or of its other half, are no more. */
typedef struct line {
  bool has[SX_BRANCH_DEPTH + 1];
  size_t depth;
} line;

static void follow_branch(line *l, sx_macro_kind kind) {
  if (kind == SX_MACRO_IF && l->depth < SX_BRANCH_DEPTH) l->depth++;
  if (kind == SX_MACRO_IF || kind == SX_MACRO_ELSE) l->has[l->depth] = false;
  if (kind == SX_MACRO_END && l->depth) l->depth--;
}

static bool has_any(const line *l, size_t depth) {
  for (size_t i = 0; i <= depth; i++)
    if (l->has[i]) return true;
  return false;
}

/* Words or numbers that are always printed. */
static bool is_printed(const sx_binding *b, sx_macro_kind kind) {
  return b->kind == SX_BIND_VALUE || (kind > SX_MACRO_END && kind < SX_MACRO_NONE && kind != SX_MACRO_CI);
}

/* A line with [from, to) taken out has words or numbers whenever that is printed. */
static bool has_others(const char *text, size_t from, size_t to) {
  size_t begin = from, end = to;
  while (begin > 0 && text[begin - 1] != '\n') begin--;
  while (text[end] && text[end] != '\n') end++;
  sx_binding b = {0};
  sx_status status = SX_OK;
  line l = {.depth = 0};
  size_t at = begin, own = SIZE_MAX;
  while (sx_report__next_binding(&b, text + begin, end - begin, &status, NULL)) {
    const sx_macro_kind kind = b.kind == SX_BIND_MACRO ? sx_report__macro_kind(b.name, b.n_name) : SX_MACRO_NONE;
    const size_t here = begin + b.at;
    if (here > from && here < to) continue;
    l.has[l.depth] = l.has[l.depth] || has_letter(text + at, here - at) || is_printed(&b, kind);
    if (own != SIZE_MAX && has_any(&l, own)) return true;
    at = begin + b.end;
    if (here == from) {
      if (has_any(&l, l.depth)) return true;
      own = l.depth;
      at = to;
    } else {
      follow_branch(&l, kind);
      if (own != SIZE_MAX && l.depth < own) own = l.depth;
    }
  }
  return has_letter(text + at, end - at) && own != SIZE_MAX && l.depth <= own;
}

/* What begins a line of a branch and would be a list, a heading, a table: then no sign may come before it. */
static bool begins_block(const char *text) {
  return strchr("-+#>|=~`\n\r", *text) || (*text >= '0' && *text <= '9') || *text == ' ';
}

static bool at_line_start(const char *text, size_t at) {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) at--;
  return at == 0 || text[at - 1] == '\n';
}

bool sx_report__branch_text(sx_branch_text *out, const char *text, const sx_binding *b) {
  sx_binding next = *b;
  sx_status status = SX_OK;
  const size_t n = strlen(text), tag_end = b->end;
  size_t depth = 1, from = b->end, else_end = 0;
  int branch = 0;
  *out = (sx_branch_text){.words = {"", ""}};
  while (depth && sx_report__next_binding(&next, text, n, &status, NULL)) {
    const sx_macro_kind kind = sx_report__macro_kind(next.name, next.n_name);
    if (depth == 1) keep_longest(out, branch, text + from, next.at - from);
    from = next.end;
    if (next.kind != SX_BIND_MACRO) continue;
    if (kind == SX_MACRO_IF || kind == SX_MACRO_BOX) depth++;
    if (kind == SX_MACRO_END) depth--;
    if (kind == SX_MACRO_ELSE && depth == 1) {
      branch = 1;
      else_end = next.end;
    }
  }
  if (depth || status != SX_OK) return false;
  out->end = next.end;
  const bool first = at_line_start(text, b->at);
  const bool either = out->n_words[0] && out->n_words[1]; /* something is printed anyway */
  out->within = !memchr(text + b->at, '\n', out->end - b->at) && (either || has_others(text, b->at, out->end)) &&
                !(first && (begins_block(text + tag_end) || (else_end && begins_block(text + else_end))));
  return true;
}
