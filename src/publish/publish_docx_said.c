/* publish_docx_said.c: bookmarks around words that follow from numbers, and a hash of what the run wrote there. */
#include "publish_docx_said.h"

#include <stdio.h>
#include <string.h>

void sx_publish__said_hash(char out[SX_SAID_HASH], const char *words, size_t n) {
  char hash[SX_HASH_TEXT];
  sx_hash_bytes(hash, words, n);
  memcpy(out, hash, SX_SAID_HASH - 2);
  out[SX_SAID_HASH - 2] = '\0';
}

static sx_status record(sx_docx *w, const char *kind, const char *key, const char *words, size_t n) {
  char name[40], hash[SX_SAID_HASH];
  (void)snprintf(name, sizeof name, SX_SAID_PROPERTY "%s%s", kind, key);
  sx_publish__said_hash(hash, words, n);
  return sx_publish__docx_property(w, name, hash);
}

sx_status sx_publish__docx_begin_said(sx_docx *w, const char *key) {
  char name[40];
  if (w->n_said == SX_DOCX_SAID_DEPTH)
    return sx_error_set(w->err, SX_E_LIMIT, NULL, "conditions stand inside more than %d others", SX_DOCX_SAID_DEPTH);
  sx_docx_said *s = &w->said[w->n_said++];
  s->key = sx_arena_strdup(w->arena, key);
  if (!s->key) return sx_error_memory(w->err);
  (void)snprintf(name, sizeof name, SX_SAID_BOOKMARK "%s_%zu", key, w->n_bookmarks + 1);
  sx_publish__docx_begin_mark(w, &s->id, name);
  s->at = w->out->n;
  return SX_OK;
}

sx_status sx_publish__docx_begin_sign(sx_docx *w, size_t *id, const sx_document_node *mark) {
  char name[40], hash[SX_SAID_HASH];
  sx_buf sign;
  sx_buf_init(&sign, &w->ctx);
  sx_buf_add(&sign, "");
  sx_document_plain(&sign, mark);
  if (!sign.failed) sx_publish__said_hash(hash, sign.data, sign.n);
  const sx_status status = sx_buf_status(&sign, w->err);
  sx_buf_clear(&sign);
  if (status != SX_OK) return status;
  (void)snprintf(name, sizeof name, SX_SIGN_BOOKMARK "%s_%zu", hash, w->n_bookmarks + 1);
  sx_publish__docx_begin_mark(w, id, name);
  return SX_OK;
}

sx_status sx_publish__docx_end_said(sx_docx *w, const char *key) {
  sx_said_text text;
  sx_buf words;
  size_t depth = w->n_said;
  while (depth && strcmp(w->said[depth - 1].key, key) != 0) depth--;
  if (!depth) return SX_OK; /* it began where no words can stand */
  while (w->n_said > depth) sx_publish__docx_end_mark(w, w->said[--w->n_said].id);
  const sx_docx_said s = w->said[--w->n_said];
  SX_TRY(sx_buf_status(w->out, w->err));
  SX_TRY(sx_publish__said_read(&text, &w->ctx, w->out->data + s.at, w->out->n - s.at, w->err));
  sx_buf_init(&words, &w->ctx);
  sx_publish__said_words(&words, &text, 0, text.text.n, SIZE_MAX);
  sx_status status = sx_buf_status(&words, w->err);
  if (status == SX_OK) status = record(w, "", s.key, words.data, words.n);
  sx_publish__docx_end_mark(w, s.id);
  sx_buf_clear(&words);
  sx_publish__said_clear(&text);
  return status;
}

void sx_publish__said_name(char key[SX_SAID_KEY], const char *kind, const char *id) {
  char name[320], hash[SX_SAID_HASH];
  const int n = snprintf(name, sizeof name, "%s:%.280s", kind, id);
  sx_publish__said_hash(hash, name, n > 0 ? (size_t)n : 0);
  (void)snprintf(key, SX_SAID_KEY, "n%s", hash);
}

bool sx_publish__said_note(char key[SX_SAID_KEY], const sx_document_node *node) {
  const sx_document_node *of = node->parent;
  const char *kind = NULL, *id = "";
  if (node->kind == SX_DOC_ABOUT) {
    kind = "about";
  } else if (node->kind == SX_DOC_NOTE && of && of->kind == SX_DOC_FIGURE) {
    kind = "figure";
    id = of->as.figure->id;
  } else if (node->kind == SX_DOC_NOTE && of && of->kind == SX_DOC_TABLE && of->as.table->id[0]) {
    kind = "table";
    id = of->as.table->id;
  }
  if (kind) sx_publish__said_name(key, kind, id);
  return kind != NULL;
}

sx_status sx_publish__docx_record_heads(sx_docx *w, const char *name) {
  return record(w, "h", name, "heads", strlen("heads"));
}

sx_status sx_publish__docx_conditions(sx_docx *w) {
  if (w->n_properties) SX_TRY(sx_publish__docx_property(w, SX_SIGN_PROPERTY, "bookmarks"));
  for (const sx_document *d = w->document; d; d = d->second) {
    for (size_t i = 0; i < d->n_conditions; i++)
      SX_TRY(record(w, "p", d->conditions[i].key, d->conditions[i].live, strlen(d->conditions[i].live)));
  }
  return SX_OK;
}
