/* audit_document_chart.c: the charts of a Word file and the workbooks behind them, found by their relationships; and its properties that are keys of numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_text_priv.h"
#include "shuxiao/io_archive.h"
#include "shuxiao/report_long_key.h"
#include "shuxiao/report_number_key.h"

enum { PART_MAX = 64 * 1024 * 1024, CHARTS_MAX = 1000, NAME_MAX_BYTES = 240 };

typedef struct named {
  const char *type; /* the end of those that are looked for */
  char (*names)[NAME_MAX_BYTES];
  size_t n, max;
} named;

static sx_status keep_name(void *data, const char *id, const char *type, const char *target, sx_error *err) {
  named *r = data;
  const size_t n = type ? strlen(type) : 0, k = strlen(r->type);
  (void)id;
  (void)err;
  if (n < k || strcmp(type + n - k, r->type) != 0 || r->n == r->max || strlen(target) >= NAME_MAX_BYTES) return SX_OK;
  (void)snprintf(r->names[r->n++], NAME_MAX_BYTES, "%s", target);
  return SX_OK;
}

/* The bytes of a part, the arena's. */
static sx_status keep(const char **out, size_t *n, sx_audit_text *t, sx_archive *archive, const char *part,
                      sx_error *err) {
  char *data = NULL;
  SX_TRY(sx_archive_read(&data, n, archive, part, PART_MAX, err));
  *out = sx_arena_strndup(t->arena, data, *n);
  sx_mem_free(&t->ctx, data);
  return *out ? SX_OK : sx_error_memory(err);
}

static sx_status one_chart(sx_audit_text *t, sx_archive *archive, const char *part, sx_error *err) {
  char book[1][NAME_MAX_BYTES];
  named r = {.type = "/package", .names = book, .max = 1};
  sx_text_chart chart = {0};
  if (!sx_archive_has(archive, part)) return SX_OK;
  SX_TRY(sx_audit__relations(&t->ctx, archive, part, false, keep_name, &r, err));
  if (!r.n || !sx_archive_has(archive, book[0])) return SX_OK; /* a chart without data of its own */
  SX_TRY(keep(&chart.xml, &chart.n_xml, t, archive, part, err));
  SX_TRY(keep(&chart.book, &chart.n_book, t, archive, book[0], err));
  if (!sx_arena_grow(t->arena, (void **)&t->charts, &t->cap_charts, t->n_charts + 1, sizeof *t->charts))
    return sx_error_memory(err);
  t->charts[t->n_charts++] = chart;
  return SX_OK;
}

/* ---- properties ---------------------------------------------------------------------------------------------------- */

typedef struct properties {
  sx_audit_text *text;
  sx_buf value;
  bool ours, take; /* the property at hand is a number's; its value is being read */
} properties;

static sx_status property_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  properties *all = data;
  sx_audit_text *t = all->text;
  all->take = all->ours && strcmp(name, "property") != 0;
  if (!all->take) all->ours = false;
  const char *key = sx_xml_attribute(attributes, "name");
  sx_number_key number;
  bool piece;
  if (strcmp(name, "property") != 0 || !key) return SX_OK;
  if (!sx_long_key_is(&piece, key) && sx_number_key_parse(&number, key, strlen(key), NULL) != SX_OK) return SX_OK;
  if (!sx_arena_grow(t->arena, (void **)&t->properties, &t->cap_properties, t->n_properties + 1, sizeof *t->properties))
    return sx_error_memory(err);
  const sx_text_property property = {.key = sx_arena_strdup(t->arena, key)};
  t->properties[t->n_properties++] = property;
  all->ours = true;
  sx_buf_reset(&all->value);
  return property.key ? SX_OK : sx_error_memory(err);
}

static sx_status property_text(void *data, const char *text, size_t n, sx_error *err) {
  properties *all = data;
  (void)err;
  if (all->take) sx_buf_add_n(&all->value, text, n);
  return SX_OK;
}

static sx_status property_end(void *data, const char *name, sx_error *err) {
  properties *all = data;
  sx_audit_text *t = all->text;
  all->take = false;
  if (strcmp(name, "property") != 0 || !all->ours) return SX_OK;
  all->ours = false;
  SX_TRY(sx_buf_status(&all->value, err));
  sx_text_property *p = &t->properties[t->n_properties - 1];
  p->value = sx_arena_strndup(t->arena, all->value.n ? all->value.data : "", all->value.n);
  return p->value ? SX_OK : sx_error_memory(err);
}

/* Pieces of long keys go to the keys, and their names give way to the keys. */
static sx_status lengthen(sx_audit_text *t, sx_error *err) {
  bool piece = false;
  size_t n = 0;
  SX_TRY(sx_long_keys_new(&t->long_keys, &t->ctx, err));
  for (size_t i = 0; i < t->n_properties; i++)
    SX_TRY(sx_long_keys_put(t->long_keys, t->properties[i].key, t->properties[i].value ? t->properties[i].value : "",
                            err));
  for (size_t i = 0; i < t->n_properties; i++) {
    sx_number_key number;
    sx_text_property p = t->properties[i];
    if (sx_long_key_is(&piece, p.key)) SX_TRY(sx_long_keys_get(&p.key, t->long_keys, p.key, err));
    if (p.key && sx_number_key_parse(&number, p.key, strlen(p.key), NULL) == SX_OK) t->properties[n++] = p;
  }
  t->n_properties = n;
  return SX_OK;
}

static int by_key(const void *a, const void *b) {
  const sx_text_property *x = a, *y = b;
  return strcmp(x->key, y->key);
}

sx_status sx_audit__docx_properties(sx_audit_text *t, sx_archive *archive, sx_error *err) {
  static const char part[] = "docProps/custom.xml";
  properties all = {.text = t};
  const sx_xml_handler handler = {&all, property_start, property_end, property_text};
  sx_status status = SX_OK;
  sx_buf_init(&all.value, &t->ctx);
  if (sx_archive_has(archive, part)) status = sx_archive_xml(archive, part, PART_MAX, &handler, err);
  sx_buf_clear(&all.value);
  SX_TRY(status);
  SX_TRY(lengthen(t, err));
  if (t->n_properties) qsort(t->properties, t->n_properties, sizeof *t->properties, by_key);
  return SX_OK;
}

void sx_audit__docx_shown(sx_audit_text *t, const char *key) {
  const sx_text_property wanted = {.key = key};
  sx_text_property *found =
      t->n_properties ? bsearch(&wanted, t->properties, t->n_properties, sizeof wanted, by_key) : NULL;
  if (found) found->shown = true;
}

sx_status sx_audit__docx_charts(sx_audit_text *t, sx_archive *archive, sx_error *err) {
  named r = {.type = "/chart", .max = CHARTS_MAX};
  r.names = sx_mem_zalloc(&t->ctx, CHARTS_MAX, sizeof *r.names);
  if (!r.names) return sx_error_memory(err);
  sx_status status = sx_audit__relations(&t->ctx, archive, "word/document.xml", false, keep_name, &r, err);
  for (size_t i = 0; i < r.n && status == SX_OK; i++) status = one_chart(t, archive, r.names[i], err);
  sx_mem_free(&t->ctx, r.names);
  return status;
}
