/* report_own.c: the numbers of what the run itself writes, named by the words around them. */
#include "shuxiao/report_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shuxiao/table.h"

struct sx_own_numbers {
  sx_ctx ctx;
  sx_arena *arena;
  sx_own_number *items; /* sorted by node and place */
  size_t n, cap;
  const char **by_code; /* the texts by the code of their name */
  size_t cap_by_code;
  sx_dict *names, *sentences;
  size_t *seen; /* how often a sentence came, by its code */
  size_t cap_seen;
};

static const char *const languages[] = {"zh", "en", "zh-en"};

/* ---- words ------------------------------------------------------------------------------------------------------- */

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

static bool is_sum(const char *text, size_t n) {
  return n == SX_HASH_TEXT - 1 && strspn(text, "0123456789abcdef") == n;
}

/* The next number from *at on: digits with separators and a decimal point that no letter touches, a minus sign before them where nothing
 * stands before that. */
static bool next_number(size_t *at, size_t *n, const char *text) {
  static const char minus[] = "\xE2\x88\x92";
  for (size_t i = *at; text[i]; i++) {
    if (!is_digit(text[i]) || (i && (in_word(text[i - 1]) || (text[i - 1] == '.' && i > 1 && in_word(text[i - 2])))))
      continue;
    size_t end = i;
    while (is_digit(text[end]) || ((text[end] == ',' || text[end] == '.') && is_digit(text[end + 1]))) end++;
    if (in_word(text[end])) {
      i = end - 1;
      continue;
    }
    const size_t sign = i >= 3 && memcmp(text + i - 3, minus, 3) == 0 ? 3 : i && text[i - 1] == '-' ? 1 : 0;
    const bool free_sign = sign && (i == sign || text[i - sign - 1] == ' ' || text[i - sign - 1] == '(');
    *at = free_sign ? i - sign : i;
    *n = end - *at;
    return true;
  }
  return false;
}

/* Printed as something of its own: its words count, its numbers are none of ours. */
static bool is_apart(sx_document_kind kind) {
  return kind == SX_DOC_MENTION || kind == SX_DOC_TAG || kind == SX_DOC_CODE || kind == SX_DOC_FOOTNOTE_REF ||
         kind == SX_DOC_MARK;
}

static bool stands_apart(const sx_document_node *text, const sx_document_node *unit) {
  for (const sx_document_node *p = text->parent; p && p != unit; p = p->parent)
    if (is_apart(p->kind)) return true;
  return false;
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

static sx_status add(sx_own_numbers *o, const sx_document_node *node, size_t at, size_t n, sx_error *err) {
  void *p = o->items;
  const bool grown = sx_mem_grow(&o->ctx, &p, &o->cap, o->n + 1, sizeof *o->items);
  o->items = p;
  if (!grown) return sx_error_memory(err);
  sx_own_number *item = &o->items[o->n];
  *item = (sx_own_number){.node = node, .at = at, .n = n, .text = sx_arena_strndup(o->arena, node->text + at, n)};
  if (!item->text) return sx_error_memory(err);
  o->n++;
  return SX_OK;
}

/* The numbers of one text, and its words with a sign for each. */
static sx_status one_text(sx_own_numbers *o, sx_buf *words, const sx_document_node *node, bool apart, sx_error *err) {
  const char *text = node->text;
  size_t at = 0, n = 0, from = 0;
  if (is_sum(text, strlen(text))) {
    sx_buf_add_char(words, '#');
    return add(o, node, 0, strlen(text), err);
  }
  while (!apart && next_number(&at, &n, text)) {
    sx_buf_add_n(words, text + from, at - from);
    sx_buf_add_char(words, '#');
    SX_TRY(add(o, node, at, n, err));
    from = at += n;
  }
  sx_buf_add(words, text + from);
  return SX_OK;
}

/* Which of the sentences that read so this one is, from 1. */
static sx_status which(size_t *out, sx_own_numbers *o, const char *sentence, sx_error *err) {
  int32_t code = 0;
  void *p = o->seen;
  const size_t known = sx_dict_count(o->sentences);
  const bool grown = sx_mem_grow(&o->ctx, &p, &o->cap_seen, known + 1, sizeof *o->seen);
  o->seen = p;
  if (!grown) return sx_error_memory(err);
  SX_TRY(sx_dict_add(&code, o->sentences, sentence, strlen(sentence), err));
  if ((size_t)code == known) o->seen[code] = 0;
  *out = ++o->seen[code];
  return SX_OK;
}

/* Names for the numbers from `first` on, which are those of one sentence. */
static sx_status name_all(sx_own_numbers *o, size_t first, const sx_buf *words, const char *language, sx_error *err) {
  char hash[SX_HASH_TEXT];
  size_t time = 0;
  if (o->n == first) return SX_OK;
  sx_hash_bytes(hash, words->data, words->n);
  hash[8] = '\0';
  SX_TRY(which(&time, o, hash, err));
  for (size_t i = first; i < o->n; i++) {
    int32_t code = 0;
    const size_t known = sx_dict_count(o->names);
    o->items[i].name = sx_arena_printf(o->arena, "@%s.%s.%zu.%zu", language, hash, time, i - first + 1);
    if (!o->items[i].name ||
        !sx_arena_grow(o->arena, (void **)&o->by_code, &o->cap_by_code, known + 1, sizeof *o->by_code))
      return sx_error_memory(err);
    SX_TRY(sx_dict_add(&code, o->names, o->items[i].name, strlen(o->items[i].name), err));
    o->by_code[code] = o->items[i].text;
  }
  return SX_OK;
}

static sx_status one_sentence(sx_own_numbers *o, const sx_document_node *unit, const char *language, sx_error *err) {
  const size_t first = o->n;
  sx_buf words;
  sx_status status = SX_OK;
  sx_buf_init(&words, &o->ctx);
  sx_buf_add(&words, "");
  for (const sx_document_node *n = unit; n && status == SX_OK; n = sx_document_next(unit, n)) {
    if (n->kind == SX_DOC_CELL) sx_buf_add(&words, " | ");
    if (n->kind == SX_DOC_NUMBER) sx_buf_add_char(&words, '#');
    const bool of_number = n->parent && n->parent->kind == SX_DOC_NUMBER;
    if (n->kind == SX_DOC_TEXT && n->text && !of_number) status = one_text(o, &words, n, stands_apart(n, unit), err);
  }
  if (status == SX_OK) status = sx_buf_status(&words, err);
  if (status == SX_OK) status = name_all(o, first, &words, language, err);
  sx_buf_clear(&words);
  return status;
}

/* ---- the document ------------------------------------------------------------------------------------------------ */

static bool is_sentence(sx_document_kind kind) {
  return kind == SX_DOC_PARAGRAPH || kind == SX_DOC_ROW || kind == SX_DOC_DESIGN;
}

static const sx_document_node *beyond(const sx_document_node *root, const sx_document_node *node) {
  while (node && node != root && !node->next) node = node->parent;
  return node && node != root ? node->next : NULL;
}

/* What it says of names is the study file's, no number of the run: the annex on definitions. */
static bool defines(const sx_document *d, const sx_document_node *annex) {
  for (const sx_document_node *n = annex; d->definitions_anchor && n; n = sx_document_next(annex, n))
    if (n->kind == SX_DOC_HEADING) return n->anchor && strcmp(n->anchor, d->definitions_anchor) == 0;
  return false;
}

static sx_status below(sx_own_numbers *o, const sx_document_node *root, const char *language, sx_error *err) {
  for (const sx_document_node *n = root; n;) {
    if (is_sentence(n->kind)) {
      SX_TRY(one_sentence(o, n, language, err));
      n = n == root ? NULL : beyond(root, n);
    } else {
      n = sx_document_next(root, n);
    }
  }
  return SX_OK;
}

static sx_status whole(sx_own_numbers *o, const sx_document *d, sx_error *err) {
  const char *language = languages[d->second ? 2 : d->lang == SX_LANG_EN];
  for (const sx_document_node *n = d->root; n;) {
    const bool own = n->kind == SX_DOC_DESIGN || n->kind == SX_DOC_ANNEX;
    if (own && !defines(d, n)) SX_TRY(below(o, n, language, err));
    n = own ? beyond(d->root, n) : sx_document_next(d->root, n);
  }
  return SX_OK;
}

static int by_node(const void *a, const void *b) {
  const sx_own_number *x = a, *y = b;
  const uintptr_t p = (uintptr_t)x->node, q = (uintptr_t)y->node;
  if (p != q) return p < q ? -1 : 1;
  return x->at < y->at ? -1 : x->at > y->at;
}

sx_status sx_own_numbers_new(sx_own_numbers **out, const sx_document *document, sx_error *err) {
  sx_own_numbers *o = sx_mem_zalloc(&document->ctx, 1, sizeof *o);
  if (!o) return sx_error_memory(err);
  o->ctx = document->ctx;
  sx_status status = sx_arena_new(&o->arena, &o->ctx, err);
  if (status == SX_OK) status = sx_dict_new(&o->names, &o->ctx, err);
  if (status == SX_OK) status = sx_dict_new(&o->sentences, &o->ctx, err);
  if (status == SX_OK) status = whole(o, document, err);
  if (status == SX_OK && o->n) qsort(o->items, o->n, sizeof *o->items, by_node);
  if (status == SX_OK)
    *out = o;
  else
    sx_own_numbers_free(o);
  return status;
}

void sx_own_numbers_free(sx_own_numbers *numbers) {
  if (!numbers) return;
  const sx_ctx ctx = numbers->ctx;
  sx_dict_free(numbers->names);
  sx_dict_free(numbers->sentences);
  sx_mem_free(&ctx, numbers->items);
  sx_mem_free(&ctx, numbers->seen);
  sx_arena_free(numbers->arena);
  sx_mem_free(&ctx, numbers);
}

const sx_own_number *sx_own_numbers_of(const sx_own_numbers *numbers, size_t *n, const sx_document_node *text) {
  size_t low = 0, high = numbers ? numbers->n : 0;
  *n = 0;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if ((uintptr_t)numbers->items[middle].node < (uintptr_t)text)
      low = middle + 1;
    else
      high = middle;
  }
  while (numbers && low + *n < numbers->n && numbers->items[low + *n].node == text) ++*n;
  return *n ? &numbers->items[low] : NULL;
}

const char *sx_own_numbers_find(const sx_own_numbers *numbers, const char *name) {
  const int32_t code = numbers ? sx_dict_find(numbers->names, name, strlen(name)) : -1;
  return code < 0 ? NULL : numbers->by_code[code];
}

bool sx_own_number_is(int *lang, const char *name) {
  for (int i = 2; i >= 0; i--) {
    const size_t k = strlen(languages[i]);
    if (name[0] != '@' || strncmp(name + 1, languages[i], k) != 0 || name[1 + k] != '.') continue;
    *lang = i;
    return true;
  }
  return false;
}
