/* audit_document_beside.c: what a Word file shows outside its text: alternative texts and the vectors of its pictures, words of charts, diagrams and
 * shapes, the values of its properties, its title. Heads and feet of pages and comments are paragraphs and read as such (audit_document_docx.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_text_priv.h"
#include "shuxiao/io_archive.h"
#include "shuxiao/report_number_key.h"

enum { PART_MAX = 64 * 1024 * 1024, ID_MAX = 40, NAME_MAX_BYTES = 240 };

/* Which figure of the document a vector is: by the relation that its picture names. */
typedef struct vector {
  char id[ID_MAX], part[NAME_MAX_BYTES];
  size_t figure;
} vector;

typedef struct beside {
  sx_part_maker *m;
  vector *vectors;
  size_t n, cap, figures;
} beside;

/* ---- vectors ------------------------------------------------------------------------------------------------------- */

static sx_status picture_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  beside *b = data;
  const char *id;
  (void)err;
  if (strcmp(name, "docPr") == 0) b->figures++;
  if (strcmp(name, "svgBlip") != 0 || (id = sx_xml_attribute(attributes, "embed")) == NULL || strlen(id) >= ID_MAX)
    return SX_OK;
  if (!sx_arena_grow(b->m->text->arena, (void **)&b->vectors, &b->cap, b->n + 1, sizeof *b->vectors))
    return sx_error_memory(b->m->err);
  vector *v = &b->vectors[b->n++];
  (void)snprintf(v->id, sizeof v->id, "%s", id);
  v->part[0] = '\0';
  v->figure = b->figures;
  return SX_OK;
}

static sx_status name_part(void *data, const char *id, const char *type, const char *target, sx_error *err) {
  beside *b = data;
  (void)type;
  (void)err;
  for (size_t i = 0; id && i < b->n; i++) {
    if (strcmp(b->vectors[i].id, id) == 0) (void)snprintf(b->vectors[i].part, NAME_MAX_BYTES, "%s", target);
  }
  return SX_OK;
}

static sx_status find_vectors(beside *b, sx_archive *archive) {
  static const char document[] = "word/document.xml";
  const sx_xml_handler pictures = {b, picture_start, NULL, NULL};
  if (sx_archive_has(archive, document)) SX_TRY(sx_archive_xml(archive, document, PART_MAX, &pictures, b->m->err));
  return sx_audit__relations(&b->m->text->ctx, archive, document, false, name_part, b, b->m->err);
}

/* The texts of a vector with what it says of them, as on a page. */
static sx_status read_vector(const beside *b, sx_archive *archive, const char *part) {
  char within[NAME_MAX_BYTES + 40];
  char *data = NULL;
  size_t n = 0, figure = 0, bad = 0;
  sx_part_maker *maker = NULL;
  for (size_t i = 0; i < b->n; i++)
    if (strcmp(b->vectors[i].part, part) == 0) figure = b->vectors[i].figure;
  if (figure)
    (void)snprintf(within, sizeof within, "figure %zu (%.200s)", figure, part);
  else
    (void)snprintf(within, sizeof within, "%.200s", part);
  SX_TRY(sx_audit__text_beside(&maker, b->m, within));
  SX_TRY(sx_archive_read(&data, &n, archive, part, PART_MAX, b->m->err));
  const sx_status status = sx_utf8_valid(data, n, &bad)
                               ? sx_audit__text_drawing(maker, data, n)
                               : sx_error_set(b->m->err, SX_E_PARSE, part, "the drawing is not UTF-8 text");
  sx_mem_free(&b->m->text->ctx, data);
  return status;
}

/* ---- properties ---------------------------------------------------------------------------------------------------- */

/* What a field will show once it is brought up to date: the same as a number in the text. */
static sx_status property_value(sx_part_maker *m, const sx_text_property *p) {
  sx_number_key key;
  char unit[SX_KEY_UNIT_MAX], within[NAME_MAX_BYTES];
  sx_part_maker *maker = NULL;
  if (!p->value || sx_number_key_parse(&key, p->key, strlen(p->key), NULL) != SX_OK) return SX_OK;
  (void)snprintf(within, sizeof within, "docProps/custom.xml, %.200s", p->key);
  sx_text_run run = sx_audit__key_run(&key, unit);
  run.key = p->key;
  SX_TRY(sx_audit__text_beside(&maker, m, within));
  return sx_audit__text_one(maker, SX_PART_CAPTION, p->value, strlen(p->value), 0, 0, &run);
}

/* ---- the file ------------------------------------------------------------------------------------------------------ */

static bool read_as_text(const char *part) {
  return sx_audit__docx_margin(part) || sx_audit__reference_of(part, "word/footnotes.xml") ||
         sx_audit__reference_of(part, "word/endnotes.xml");
}

static sx_status one_part(const beside *b, sx_archive *archive, const char *part) {
  if (sx_audit__ends_with(part, ".svg")) return read_vector(b, archive, part);
  if (sx_audit__office_silent(part)) return SX_OK;
  if (strcmp(part, "word/document.xml") == 0)
    return sx_audit__office_texts(b->m, archive, part, "", SX_OFFICE_ATTRIBUTES | SX_OFFICE_FIGURES);
  return sx_audit__office_texts(b->m, archive, part, part, read_as_text(part) ? SX_OFFICE_ATTRIBUTES : 0);
}

sx_status sx_audit__docx_beside(sx_part_maker *m, sx_archive *archive) {
  beside b = {.m = m};
  const char *part;
  if (!m->text->n_properties) return SX_OK; /* somebody else's: its text is all that is read */
  SX_TRY(find_vectors(&b, archive));
  for (size_t i = 0; (part = sx_archive_part(archive, i)) != NULL; i++) SX_TRY(one_part(&b, archive, part));
  for (size_t i = 0; i < m->text->n_properties; i++) SX_TRY(property_value(m, &m->text->properties[i]));
  return SX_OK;
}
