/* publish_docx_said_blocks.c: the paragraphs of a Word document as hashes of their words, and the record of them in its properties. */
#include "publish_docx_said_blocks.h"

#include <stdio.h>
#include <string.h>

enum { ENTRIES = 27 }; /* of a property: Word cuts its text at 255 letters */

/* ---- words ------------------------------------------------------------------------------------------------------- */

static size_t blank_at(const char *text, size_t n) {
  if (*text == ' ' || *text == SX_SAID_NOTE) return 1;
  if (n >= 2 && memcmp(text, "\xC2\xA0", 2) == 0) return 2;
  return n >= 3 && memcmp(text, "\xE3\x80\x80", 3) == 0 ? 3 : 0;
}

void sx_publish__said_bare(sx_buf *out, const char *text, size_t n) {
  for (size_t i = 0, k; i < n; i += k) {
    const char *end = text[i] == '{' ? memchr(text + i, '}', n - i) : NULL;
    k = end ? (size_t)(end - text) - i + 1 : blank_at(text + i, n - i);
    if (end) sx_buf_add(out, "{}");
    if (k) continue;
    sx_buf_add_char(out, text[i]);
    k = 1;
  }
}

/* Letters of some script; dashes and the like, which stand where there is no number, are none. */
static bool has_letter(const char *text, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const unsigned char c = (unsigned char)text[i];
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
    if (c >= 0xC3 && c != 0xE2 && !(c == 0xC3 && i + 1 < n && (unsigned char)text[i + 1] == 0x97)) return true;
  }
  return false;
}

/* What was measured of a file, not said. */
static bool is_digest(const char *text, size_t n) {
  return n == SX_HASH_TEXT - 1 && strspn(text, "0123456789abcdef") == n;
}

/* Where the words of a caption begin behind its number, which moves with the captions before it. */
static size_t behind_number(const char *text, size_t n) {
  static const char *const words[] = {"Table", "Figure", "Box", "表", "图", "专栏"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    const size_t k = strlen(words[i]);
    if (n <= k || memcmp(text, words[i], k) != 0 || !strchr("0123456789", text[k])) continue;
    return k + strspn(text + k, "0123456789.-");
  }
  return 0;
}

static void put_hash(char out[SX_BLOCK_HASH], const char *words, size_t n) {
  char hash[SX_HASH_TEXT];
  const size_t from = behind_number(words, n);
  sx_hash_bytes(hash, words + from, n - from);
  memcpy(out, hash, SX_BLOCK_HASH - 1);
  out[SX_BLOCK_HASH - 1] = '\0';
}

/* ---- paragraphs -------------------------------------------------------------------------------------------------- */

/* The words of a paragraph that no bookmark holds; *at: the first span that may stand in it. */
static void put_own(sx_buf *out, const sx_said_text *t, size_t paragraph, size_t *at) {
  const sx_said_paragraph *p = &t->paragraphs[paragraph];
  size_t from = p->from;
  while (*at < t->n_spans && t->spans[*at].from < p->from) ++*at;
  for (size_t i = *at; i < t->n_spans && t->spans[i].from <= p->to; i++) {
    const sx_said_span *s = &t->spans[i];
    if (!s->whole || s->paragraph != paragraph || s->from < from) continue;
    sx_publish__said_bare(out, t->text.data + from, s->from - from);
    from = s->to;
  }
  sx_publish__said_bare(out, t->text.data + from, p->to - from);
}

sx_status sx_publish__said_blocks(sx_said_blocks *out, sx_arena *arena, const sx_said_text *t, sx_error *err) {
  sx_buf own, full;
  size_t at = 0;
  sx_buf_init(&own, &t->ctx);
  sx_buf_init(&full, &t->ctx);
  sx_status status = SX_OK;
  for (size_t i = 0; i < t->n_paragraphs && status == SX_OK; i++) {
    const sx_said_paragraph *p = &t->paragraphs[i];
    sx_buf_reset(&own);
    sx_buf_reset(&full);
    sx_buf_add(&own, "");
    sx_buf_add(&full, "");
    put_own(&own, t, i, &at);
    sx_publish__said_bare(&full, t->text.data + p->from, p->to - p->from);
    status = sx_buf_status(own.failed ? &own : &full, err);
    if (status != SX_OK || p->contents || !has_letter(full.data, full.n) || is_digest(full.data, full.n)) continue;
    if (!sx_arena_grow(arena, (void **)&out->items, &out->cap, out->n + 1, sizeof *out->items)) {
      status = sx_error_memory(err);
      continue;
    }
    sx_said_block *b = &out->items[out->n++];
    *b = (sx_said_block){.text = t, .paragraph = i};
    if (has_letter(own.data, own.n)) put_hash(b->own, own.data, own.n);
    put_hash(b->full, full.data, full.n);
  }
  sx_buf_clear(&own);
  sx_buf_clear(&full);
  return status;
}

bool sx_publish__said_mixed(const sx_said_block *b) {
  return strcmp(b->own, b->full) != 0;
}

/* ---- the record -------------------------------------------------------------------------------------------------- */

sx_status sx_publish__block_add(sx_block_record *r, sx_arena *arena, sx_block_kind kind, const char *hash,
                                sx_error *err) {
  if (!sx_arena_grow(arena, (void **)&r->items, &r->cap, r->n + 1, sizeof *r->items)) return sx_error_memory(err);
  sx_block_entry *e = &r->items[r->n++];
  e->kind = (char)kind;
  memcpy(e->hash, hash, SX_BLOCK_HASH - 1);
  e->hash[SX_BLOCK_HASH - 1] = '\0';
  return SX_OK;
}

sx_status sx_publish__block_read(sx_block_record *r, sx_arena *arena, const char *value, sx_error *err) {
  for (; *value && strchr(".=+-", *value); value += SX_BLOCK_HASH) {
    if (strspn(value + 1, "0123456789abcdef") < SX_BLOCK_HASH - 1) break;
    SX_TRY(sx_publish__block_add(r, arena, (sx_block_kind)*value, value + 1, err));
  }
  return SX_OK;
}

sx_status sx_publish__block_write(sx_docx *w, const sx_block_record *r) {
  char name[40], value[ENTRIES * SX_BLOCK_HASH + 1];
  for (size_t i = 0, k = 1; i < r->n || k == 1; k++) {
    size_t n = 0;
    for (size_t j = 0; j < ENTRIES && i < r->n; j++, i++, n += SX_BLOCK_HASH)
      (void)snprintf(value + n, sizeof value - n, "%c%s", r->items[i].kind, r->items[i].hash);
    value[n] = '\0';
    const int length = snprintf(name, sizeof name, SX_SAID_PROPERTY SX_SAID_BLOCKS "%zu", k);
    const int32_t code = length > 0 ? sx_dict_find(w->names, name, (size_t)length) : -1;
    if (code < 0) {
      SX_TRY(sx_publish__docx_property(w, name, value));
    } else if ((w->properties[code].value = sx_arena_strdup(w->arena, value)) == NULL) {
      return sx_error_memory(w->err);
    }
  }
  return SX_OK;
}

sx_status sx_publish__docx_blocks_said(sx_docx *w) {
  const sx_buf *const parts[] = {&w->body, &w->notes};
  sx_block_record record = {.n = 0};
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
    sx_said_text text;
    sx_said_blocks blocks = {.n = 0};
    if (!parts[k]->n) continue;
    SX_TRY(sx_publish__said_read(&text, &w->ctx, parts[k]->data, parts[k]->n, w->err));
    sx_status status = sx_publish__said_blocks(&blocks, w->arena, &text, w->err);
    for (size_t i = 0; i < blocks.n && status == SX_OK; i++) {
      const sx_said_block *b = &blocks.items[i];
      if (*b->own) status = sx_publish__block_add(&record, w->arena, SX_BLOCK_SAID, b->own, w->err);
      if (status == SX_OK && sx_publish__said_mixed(b))
        status = sx_publish__block_add(&record, w->arena, SX_BLOCK_FULL, b->full, w->err);
    }
    sx_publish__said_clear(&text);
    SX_TRY(status);
  }
  return sx_publish__block_write(w, &record);
}
