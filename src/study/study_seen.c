/* study_seen.c: what was found out about files while they were read, kept in the store: all levels of a file's texts, which its first rows do not show,
 * and the words of a model. Nothing is believed but hashes: of a file's bytes and of how it is read, and of what was kept; else it is read again. */
#include "study_seen.h"
#include "study_data.h"
#include "study_hashed.h"
#include "study_names.h"
#include "study_waves.h"

#include <string.h>

/* ---- what is kept: a hash of the rest, then numbers and texts, "N:" and "N:BYTES" --------------------------------------------- */

static void put_number(sx_buf *out, size_t n) {
  sx_buf_printf(out, "%zu:", n);
}

static void put_text(sx_buf *out, const char *text, size_t n) {
  put_number(out, n);
  sx_buf_add_n(out, text, n);
}

typedef struct reading {
  const char *at, *end;
  bool bad;
} reading;

static bool open_kept(reading *r, const char *data, size_t n) {
  const size_t head = SX_HASH_TEXT - 1;
  char hash[SX_HASH_TEXT];
  if (!data || n < head) return false;
  *r = (reading){data + head, data + n, false};
  sx_hash_bytes(hash, r->at, n - head);
  return memcmp(hash, data, head) == 0;
}

static size_t get_number(reading *r) {
  size_t n = 0;
  const char *at = r->at;
  while (at < r->end && *at >= '0' && *at <= '9' && n < SIZE_MAX / 16) n = n * 10 + (size_t)(*at++ - '0');
  r->bad = r->bad || at == r->at || at == r->end || *at != ':';
  r->at = r->bad ? r->end : at + 1;
  return r->bad ? 0 : n;
}

static const char *get_text(size_t *n, reading *r) {
  *n = get_number(r);
  const char *text = r->at;
  r->bad = r->bad || *n > (size_t)(r->end - r->at);
  if (r->bad) *n = 0;
  r->at += *n;
  return text;
}

/* The bytes with their hash before them; in the arena. */
static sx_status seal(const char **out, size_t *n, sx_arena *arena, const sx_buf *body, sx_error *err) {
  const size_t head = SX_HASH_TEXT - 1;
  SX_TRY(sx_buf_status(body, err));
  char *text = sx_arena_alloc(arena, head + body->n + 1, 1);
  if (!text) return sx_error_memory(err);
  sx_hash_bytes(text, body->data, body->n);
  memcpy(text + head, body->data, body->n);
  *out = text;
  *n = head + body->n;
  return SX_OK;
}

static const char *arena_hash(sx_arena *arena, const sx_buf *text) {
  char hash[SX_HASH_TEXT];
  sx_hash_bytes(hash, text->data ? text->data : "", text->n);
  return text->failed ? NULL : sx_arena_strdup(arena, hash);
}

/* What the store has under the key; *text NULL: nothing that can be read. */
static sx_status ask(const char **text, size_t *n, sx_store *kept, const char *step, const char *key, sx_arena *arena,
                     sx_error *err) {
  void *data = NULL;
  sx_error lost = SX_ERROR_INIT;
  *text = NULL;
  *n = 0;
  if (!kept) return SX_OK;
  const sx_status status = sx_store_step_payload(&data, n, kept, step, key, &lost);
  if (status == SX_E_MEMORY) return sx_error_memory(err);
  if (status != SX_OK || !data) return SX_OK;
  char *copy = sx_arena_alloc(arena, *n, 1);
  if (copy) memcpy(copy, data, *n);
  sx_mem_free(sx_store_ctx(kept), data);
  *text = copy;
  return copy ? SX_OK : sx_error_memory(err);
}

/* ---- a table's files -------------------------------------------------------------------------------------------------------------- */

void study__seen_begin(st_load *l, st_table *t) {
  const st_run r = {.s = l->s, .arena = l->s->arena};
  struct st_seen *seen = l->again ? study__take(l, 1, sizeof *seen) : NULL;
  if (!seen || !(seen->files = study__take(l, t->files.n, sizeof *seen->files))) return;
  seen->kept = l->kept;
  seen->step = study__step_id(&r, "words", t->id);
  const char *step = study__step_id(&r, "levels", t->id);
  for (size_t i = 0; i < t->files.n && step; i++) {
    seen->files[i].path = study__data_path(l->s, l->s->arena, t, t->files.items[i]);
    seen->files[i].step = sx_arena_printf(l->s->arena, "%s:%zu", step, i);
    if (!seen->files[i].path || !seen->files[i].step) step = NULL;
  }
  l->oom = l->oom || !step || !seen->step;
  if (!l->oom) t->seen = seen;
}

void study__seen_end(st_table *t) {
  if (t->seen) t->seen->kept = NULL;
}

st_seen_file *study__seen_of(const st_table *t, const char *path) {
  for (size_t i = 0; t->seen && i < t->files.n; i++)
    if (strcmp(t->seen->files[i].path, path) == 0) return &t->seen->files[i];
  return NULL;
}

/* What decides the levels: the bytes, and what the study says of how they are read. */
static sx_status set_key(st_seen_file *f, const sx_study *s, const st_table *t, const char *hash, sx_error *err) {
  sx_buf spec;
  sx_buf_init(&spec, &s->ctx);
  sx_buf_printf(&spec, "levels %s %s\n", sx_version(), hash);
  sx_node_to_json(&spec, t->node);
  f->key = arena_hash(s->arena, &spec);
  sx_buf_clear(&spec);
  return f->key ? SX_OK : sx_error_memory(err);
}

static bool is_text(const sx_column *c) {
  return c->type == SX_TEXT || c->type == SX_CATEGORY;
}

static size_t count_texts(const sx_table *table) {
  size_t n = 0;
  for (size_t i = 0; i < sx_table_columns(table); i++) n += is_text(sx_table_get(table, i));
  return n;
}

static void put_levels(sx_buf *out, const sx_table *table) {
  put_number(out, count_texts(table));
  for (size_t i = 0; i < sx_table_columns(table); i++) {
    const sx_column *c = sx_table_get(table, i);
    if (!is_text(c)) continue;
    put_text(out, c->name, strlen(c->name));
    put_number(out, sx_dict_count(c->dict));
    for (size_t k = 0; k < sx_dict_count(c->dict); k++) {
      size_t n = 0;
      const char *level = sx_dict_get(c->dict, (int32_t)k, &n);
      put_text(out, level, n);
    }
  }
}

/* Those that the column has must be the first. */
static sx_status add_levels(const sx_column *c, reading *r, sx_error *err) {
  size_t n_name = 0;
  const char *name = get_text(&n_name, r);
  const size_t n = get_number(r), has = sx_dict_count(c->dict);
  r->bad = r->bad || n_name != strlen(c->name) || memcmp(name, c->name, n_name) != 0 || n < has;
  for (size_t k = 0; k < n && !r->bad; k++) {
    size_t size = 0, own = 0;
    int32_t code = 0;
    const char *level = get_text(&size, r);
    const char *there = k < has ? sx_dict_get(c->dict, (int32_t)k, &own) : NULL;
    if (r->bad || (there && (own != size || memcmp(there, level, size) != 0))) {
      r->bad = true;
    } else if (!there) {
      SX_TRY(sx_dict_add(&code, c->dict, level, size, err));
      r->bad = (size_t)code != k;
    }
  }
  return SX_OK;
}

sx_status study__seen_levels(bool *known, sx_table *head, const sx_study *s, const st_table *t, st_seen_file *f,
                             sx_error *err) {
  char hash[SX_HASH_TEXT];
  reading r;
  *known = false;
  if (t->labels || t->data_file) return SX_OK; /* other files have a part in it */
  if (t->made)
    memcpy(hash, t->made, sizeof hash);
  else
    SX_TRY(study__hash_file(hash, s, f->path, err));
  SX_TRY(set_key(f, s, t, hash, err));
  SX_TRY(ask(&f->text, &f->n, t->seen->kept, f->step, f->key, s->arena, err));
  if (open_kept(&r, f->text, f->n)) {
    *known = get_number(&r) == count_texts(head);
    for (size_t i = 0; i < sx_table_columns(head) && *known; i++) {
      const sx_column *c = sx_table_get(head, i);
      if (is_text(c)) SX_TRY(add_levels(c, &r, err));
      *known = !r.bad;
    }
    *known = *known && r.at == r.end;
  }
  if (!*known) f->text = NULL;
  return SX_OK;
}

sx_status study__seen_note(st_seen_file *f, const sx_study *s, const sx_table *whole, sx_error *err) {
  sx_buf body;
  if (!f->key) return SX_OK;
  sx_buf_init(&body, &s->ctx);
  put_levels(&body, whole);
  const sx_status status = seal(&f->text, &f->n, s->arena, &body, err);
  sx_buf_clear(&body);
  return status;
}

sx_status study__seen_made(sx_buf *out, const sx_study *s, const st_table *t, const char *path, const sx_ctx *ctx,
                           sx_error *err) {
  sx_table *texts = NULL;
  SX_TRY(study__read_texts(&texts, s, t, path, ctx, err));
  if (texts) put_levels(out, texts);
  sx_table_free(texts);
  return sx_buf_status(out, err);
}

sx_status study__seen_take(const sx_study *s, const st_table *t, const char *path, const char hash[SX_HASH_TEXT],
                           const sx_buf *text, sx_error *err) {
  st_seen_file *f = study__seen_of(t, path);
  if (!f || !text->n) return SX_OK;
  SX_TRY(set_key(f, s, t, hash, err));
  return seal(&f->text, &f->n, s->arena, text, err);
}

/* ---- a model ------------------------------------------------------------------------------------------------------------------------ */

/* The words are those of a model under the name that the study has for it, by which its inputs are found, and of a wave. */
static sx_status words_key(const char **out, const sx_study *s, const st_table *t, const char *path, sx_error *err) {
  char hash[SX_HASH_TEXT];
  sx_buf spec;
  SX_TRY(sx_hash_file(hash, &s->ctx, path, err));
  sx_buf_init(&spec, &s->ctx);
  sx_buf_printf(&spec, "words %s %s %s\n%s", sx_version(), hash, path, t->wave ? t->wave : "");
  *out = arena_hash(s->arena, &spec);
  sx_buf_clear(&spec);
  return *out ? SX_OK : sx_error_memory(err);
}

static void put_list(sx_buf *out, const st_list *list) {
  for (size_t i = 0; i < list->n; i++) put_text(out, list->items[i], strlen(list->items[i]));
}

static bool get_list(st_load *l, st_list *out, size_t n, reading *r) {
  r->bad = r->bad || n > (size_t)(r->end - r->at);
  out->items = r->bad ? NULL : study__take(l, n, sizeof *out->items);
  out->n = out->items ? n : 0;
  for (size_t i = 0; i < out->n && !r->bad; i++) {
    size_t size = 0;
    const char *text = get_text(&size, r);
    out->items[i] = sx_arena_strndup(l->s->arena, text, size);
    l->oom = l->oom || !out->items[i];
  }
  return !r->bad && !study__stop(l);
}

sx_status study__seen_words(const char **key, st_load *l, st_table *t, const char *path, sx_error *err) {
  const char *text = NULL;
  size_t n = 0;
  reading r;
  *key = NULL;
  if (!t->seen) return SX_OK;
  SX_TRY(words_key(&t->seen->words, l->s, t, path, err));
  SX_TRY(ask(&text, &n, t->seen->kept, t->seen->step, t->seen->words, l->s->arena, err));
  if (!open_kept(&r, text, n)) return SX_OK;
  const char *of = get_text(&n, &r);
  if (r.bad || n != SX_HASH_TEXT - 1 || !get_list(l, &t->inputs, get_number(&r), &r)) return SX_OK;
  n = get_number(&r);
  if (!get_list(l, &t->assumed, n, &r) || !get_list(l, &t->statement, n, &r) || !get_list(l, &t->statement_en, n, &r) ||
      r.at != r.end)
    return SX_OK;
  *key = sx_arena_strndup(l->s->arena, of, SX_HASH_TEXT - 1);
  return *key ? SX_OK : sx_error_memory(err);
}

/* ---- into the store ----------------------------------------------------------------------------------------------------------------- */

static sx_status put(st_run *r, const char *step, const char *key, const char *text, size_t n, sx_error *err) {
  bool there = false;
  SX_TRY(sx_store_reuse_payload(&there, r->store, step, key, err));
  return there ? SX_OK : sx_store_put_step(r->store, step, key, text, n, err);
}

static sx_status put_words(st_run *r, const st_table *t, const char *made_of, sx_error *err) {
  const char *text = NULL;
  size_t n = 0;
  sx_buf body;
  sx_buf_init(&body, &r->ctx);
  put_text(&body, made_of, strlen(made_of));
  put_number(&body, t->inputs.n);
  put_list(&body, &t->inputs);
  put_number(&body, t->assumed.n);
  put_list(&body, &t->assumed);
  put_list(&body, &t->statement);
  put_list(&body, &t->statement_en);
  sx_status status = seal(&text, &n, r->arena, &body, err);
  /* the key does not tell what the inputs were: newest words stand in the place of others */
  if (status == SX_OK) status = sx_store_put_step(r->store, t->seen->step, t->seen->words, text, n, err);
  sx_buf_clear(&body);
  return status;
}

sx_status study__seen_put(st_run *r, const st_run *of, sx_error *err) {
  for (size_t i = 0; i < of->s->n_tables; i++) {
    const st_table *t = &of->s->tables[i];
    for (size_t k = 0; t->seen && k < t->files.n; k++) {
      const st_seen_file *f = &t->seen->files[k];
      if (f->key && f->text) SX_TRY(put(r, f->step, f->key, f->text, f->n, err));
    }
    if (t->seen && t->seen->words && of->generated) SX_TRY(put_words(r, t, of->generated[i].key, err));
  }
  return SX_OK;
}
