/* audit_published_saved.c: small parts of an office file that a program saved anew: what the file says of itself, and what its lists print before their items. */
#include <string.h>

#include "audit_published.h"

enum { PART_MAX = 64 * 1024 * 1024 };

typedef struct saying {
  const char *key, *text;
} saying;

typedef struct sayings {
  sx_arena *arena;
  saying *items;
  size_t n, cap;
  sx_buf text;
  const char *key; /* of the element at hand; NULL */
} sayings;

static sx_status add(sayings *s, const char *key, const char *text, size_t n, sx_error *err) {
  if (!n) return SX_OK;
  if (!sx_arena_grow(s->arena, (void **)&s->items, &s->cap, s->n + 1, sizeof *s->items)) return sx_error_memory(err);
  s->items[s->n] = (saying){key, sx_arena_strndup(s->arena, text, n)};
  return s->items[s->n++].text ? SX_OK : sx_error_memory(err);
}

static bool has(const sayings *s, const saying *what) {
  for (size_t i = 0; i < s->n; i++) {
    const saying *own = &s->items[i];
    if (strcmp(own->key, what->key) == 0 &&
        sx_audit__shown_same(own->text, strlen(own->text), what->text, strlen(what->text)))
      return true;
  }
  return false;
}

static const saying *first_of(const sayings *s, const char *key) {
  for (size_t i = 0; i < s->n; i++)
    if (strcmp(s->items[i].key, key) == 0) return &s->items[i];
  return NULL;
}

static sx_status read_part(sayings *s, const sx_published *p, sx_archive *archive, const char *part,
                           const sx_xml_handler *like) {
  const sx_xml_handler handler = {s, like->start, like->end, like->text};
  *s = (sayings){.arena = p->arena};
  if (!sx_archive_has(archive, part)) return SX_OK;
  sx_buf_init(&s->text, &p->t->ctx);
  const sx_status status = sx_archive_xml(archive, part, PART_MAX, &handler, p->t->err);
  sx_buf_clear(&s->text);
  return status;
}

/* What was not published; what is left out is the program's. */
static sx_status compare(sx_published *p, sx_archive *want, sx_archive *have, const char *part,
                         const sx_xml_handler *like, const char *reason) {
  sayings a, b;
  SX_TRY(read_part(&a, p, want, part, like));
  SX_TRY(read_part(&b, p, have, part, like));
  for (size_t i = 0; i < b.n; i++) {
    const saying *own = &b.items[i], *was = first_of(&a, own->key);
    if (has(&a, own)) continue;
    const sx_difference d = {.verdict = SX_TRACE_DIFFERS,
                             .place = sx_arena_printf(p->arena, "%s, %s", part, own->key),
                             .want = was ? was->text : NULL,
                             .n_want = was ? strlen(was->text) : 0,
                             .have = own->text,
                             .n_have = strlen(own->text),
                             .reason = reason};
    if (!d.place) return sx_error_memory(p->t->err);
    SX_TRY(sx_audit__published_tell(p, &d));
  }
  return SX_OK;
}

/* ---- properties ---- */

static sx_status property_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  static const char *const known[] = {"title", "subject", "description", "keywords", "category", "contentStatus"};
  sayings *s = data;
  (void)attributes;
  (void)err;
  s->key = NULL;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(name, known[i]) == 0) s->key = known[i];
  sx_buf_reset(&s->text);
  return SX_OK;
}

static sx_status property_end(void *data, const char *name, sx_error *err) {
  sayings *s = data;
  const char *key = s->key;
  (void)name;
  s->key = NULL;
  SX_TRY(sx_buf_status(&s->text, err));
  return key ? add(s, key, s->text.data, s->text.n, err) : SX_OK;
}

static sx_status property_text(void *data, const char *text, size_t n, sx_error *err) {
  sayings *s = data;
  (void)err;
  if (s->key) sx_buf_add_n(&s->text, text, n);
  return SX_OK;
}

sx_status sx_audit__published_title(sx_published *p, sx_archive *want, sx_archive *have) {
  const sx_xml_handler like = {NULL, property_start, property_end, property_text};
  return compare(p, want, have, "docProps/core.xml", &like, "not what was published here");
}

/* ---- lists ---- */

/* "%1." prints a number of the list; other digits are typed. */
static bool is_typed(const char *text) {
  for (const char *c = text; *c; c++)
    if (*c >= '0' && *c <= '9' && (c == text || c[-1] != '%')) return true;
  return false;
}

static sx_status list_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  sayings *s = data;
  const char *value = sx_xml_attribute(attributes, "val");
  if (!value) return SX_OK;
  if (strcmp(name, "lvlText") == 0 && is_typed(value)) return add(s, "text of a list", value, strlen(value), err);
  const bool start = strcmp(name, "start") == 0 || strcmp(name, "startOverride") == 0;
  if (start && strcmp(value, "1") != 0 && strcmp(value, "0") != 0)
    return add(s, "start of a list", value, strlen(value), err);
  return SX_OK;
}

sx_status sx_audit__published_lists(sx_published *p, sx_archive *want, sx_archive *have) {
  const sx_xml_handler like = {NULL, list_start, NULL, NULL};
  return compare(p, want, have, "word/numbering.xml", &like, "a list was not published so");
}
