/* audit_document_office.c: the texts of an office file (ECMA-376) that stand outside its paragraphs and cells: alternative texts, words of charts and
 * shapes, heads and feet of sheets, comments, prompts, digits that a number format shows of itself, the file's own title. One table says which
 * elements and attributes are text; a part that nobody knows is read by it too. And which parts belong to one another. */
#include <stdio.h>
#include <string.h>

#include "audit_text_priv.h"
#include "shuxiao/io_archive.h"

enum { PART_MAX = 64 * 1024 * 1024, WITHIN_MAX = 360 };

/* Attributes that people see. */
static const struct {
  const char *element, *attribute, *what;
} attributes_read[] = {{"docPr", "descr", "alternative text"},     {"docPr", "title", "title"},
                       {"cNvPr", "descr", "alternative text"},     {"cNvPr", "title", "title"},
                       {"tableColumn", "name", "head of a table"}, {"tableColumn", "totalsRowLabel", "foot of a table"},
                       {"dataValidation", "prompt", "prompt"},     {"dataValidation", "promptTitle", "prompt"},
                       {"dataValidation", "error", "prompt"},      {"dataValidation", "errorTitle", "prompt"},
                       {"hyperlink", "tooltip", "tooltip"},        {"shape", "alt", "alternative text"},
                       {"textpath", "string", "text of a shape"}};
/* Elements whose text people see, and those whose end ends a text. Words of a chart's cache (c:v) are told by where they stand;
 * labels from cells are held against these (audit_report_chart.c). */
static const char *const texts[] = {"t",           "oddHeader", "oddFooter", "evenHeader",   "evenFooter",
                                    "firstHeader", "title",     "subject",   "description",  "firstFooter",
                                    "keywords",    "category",  "text",      "contentStatus"};
static const char *const ends[] = {"p", "si", "is", "comment", "v", "pt"};
static const char *const caches[] = {"strCache", "strLit", "tx", "numLit"};

typedef struct office {
  sx_part_maker *m;
  const char *within; /* the place */
  char cell[16];      /* of a comment: "B5" */
  sx_buf text;
  bool attributes, take;
  size_t words;    /* depth of caches */
  size_t drawings; /* that the part has shown so far */
  bool numbered;   /* its drawings are the document's figures */
} office;

static sx_status emit(office *o, const char *what, const char *text, size_t n, const sx_text_run *run) {
  char within[WITHIN_MAX];
  sx_part_maker *beside = NULL;
  if (!n) return SX_OK;
  (void)snprintf(within, sizeof within, "%.250s%s%s%s%.60s", o->within, o->cell[0] ? ", " : "", o->cell,
                 *what && *o->within ? ", " : "", what);
  SX_TRY(sx_audit__text_beside(&beside, o->m, within));
  return sx_audit__text_one(beside, run && run->reference ? SX_PART_FIGURE : SX_PART_HEAD, text, n, 0, 0, run);
}

/* What a number format shows of itself: quoted and escaped texts, and digits that are no places for digits: the 5 of `0.5%`. */
static sx_status number_format(office *o, const char *code) {
  static const sx_text_run unit = {.exempt = "unit"}, none = {.reference = "=format"};
  sx_buf shown, own; /* texts of the format, digits of its own */
  bool digits = false;
  sx_buf_init(&shown, &o->m->text->ctx);
  sx_buf_init(&own, &o->m->text->ctx);
  for (const char *c = code; *c; c++) {
    if (*c == '"') {
      for (c++; *c && *c != '"'; c++) {
        digits = digits || (*c >= '0' && *c <= '9');
        sx_buf_add_char(&shown, *c);
      }
      if (!*c) break;
    } else if (*c == '[') {
      while (c[1] && *c != ']') c++;
    } else if (*c == '\\' && c[1]) {
      digits = digits || (c[1] >= '0' && c[1] <= '9');
      sx_buf_add_char(&shown, *++c);
    } else if (strspn(c, "0123456789.,")) {
      const size_t n = strspn(c, "0123456789.,");
      for (size_t i = 0; i < n; i++) {
        if (c[i] < '1' || c[i] > '9') continue;
        sx_buf_add_n(&own, c, n);
        break;
      }
      c += n - 1;
    } else {
      sx_buf_add_char(&shown, ' ');
    }
  }
  sx_status status = sx_buf_status(&shown, o->m->err);
  if (status == SX_OK) status = sx_buf_status(&own, o->m->err);
  if (status == SX_OK && digits) status = emit(o, "number format", shown.data, shown.n, &unit);
  if (status == SX_OK) status = emit(o, "number format", own.data, own.n, &none);
  sx_buf_clear(&shown);
  sx_buf_clear(&own);
  return status;
}

static sx_status read_attributes(office *o, const char *name, const char *const *attributes) {
  static const sx_text_run drawing = {.reference = SX_REF_DRAWINGS};
  const char *code = strcmp(name, "numFmt") == 0 ? sx_xml_attribute(attributes, "formatCode") : NULL;
  if (code) SX_TRY(number_format(o, code));
  for (size_t i = 0; i < sizeof attributes_read / sizeof *attributes_read; i++) {
    char what[64];
    if (strcmp(name, attributes_read[i].element) != 0) continue;
    const char *value = sx_xml_attribute(attributes, attributes_read[i].attribute);
    const bool words = strcmp(attributes_read[i].what, "alternative text") == 0;
    if (!value || !*value) continue;
    if (o->numbered)
      (void)snprintf(what, sizeof what, "figure %zu, %s", o->drawings, attributes_read[i].what);
    else
      (void)snprintf(what, sizeof what, "%s", attributes_read[i].what);
    SX_TRY(emit(o, what, value, strlen(value), words ? &drawing : NULL));
  }
  return SX_OK;
}

static sx_status flush(office *o) {
  SX_TRY(sx_buf_status(&o->text, o->m->err));
  const sx_status status = emit(o, "", o->text.data, o->text.n, NULL);
  sx_buf_reset(&o->text);
  return status;
}

static sx_status on_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  office *o = data;
  (void)err;
  if (strcmp(name, "docPr") == 0) o->drawings++;
  SX_TRY(read_attributes(o, name, attributes));
  if (o->attributes) return SX_OK;
  if (strcmp(name, "comment") == 0 || strcmp(name, "threadedComment") == 0) {
    const char *cell = sx_xml_attribute(attributes, "ref");
    (void)snprintf(o->cell, sizeof o->cell, "%s", cell ? cell : "");
  }
  if (SX_ONE_OF(name, caches)) o->words++;
  o->take = SX_ONE_OF(name, texts) || (o->words && strcmp(name, "v") == 0);
  return SX_OK;
}

static sx_status on_end(void *data, const char *name, sx_error *err) {
  office *o = data;
  (void)err;
  if (o->attributes) return SX_OK;
  o->take = false;
  if (SX_ONE_OF(name, caches) && o->words) o->words--;
  return SX_ONE_OF(name, ends) || (SX_ONE_OF(name, texts) && strcmp(name, "t") != 0) ? flush(o) : SX_OK;
}

static sx_status on_text(void *data, const char *text, size_t n, sx_error *err) {
  office *o = data;
  (void)err;
  if (o->take) sx_buf_add_n(&o->text, text, n);
  return SX_OK;
}

sx_status sx_audit__office_texts(sx_part_maker *m, sx_archive *archive, const char *part, const char *within,
                                 unsigned how) {
  office o = {.m = m,
              .within = within,
              .attributes = (how & SX_OFFICE_ATTRIBUTES) != 0,
              .numbered = (how & SX_OFFICE_FIGURES) != 0};
  const sx_xml_handler handler = {&o, on_start, on_end, on_text};
  sx_buf_init(&o.text, &m->text->ctx);
  sx_status status = sx_archive_xml(archive, part, PART_MAX, &handler, m->err);
  if (status == SX_OK) status = flush(&o);
  sx_buf_clear(&o.text);
  return status;
}

/* Parts that show no text: what is said in them is how, not what; and lists of parts. */
bool sx_audit__office_silent(const char *part) {
  static const char *const ends_of[] = {
      ".rels",         "[Content_Types].xml",   "styles.xml",         "settings.xml",
      "fontTable.xml", "webSettings.xml",       "numbering.xml",      "docProps/app.xml",
      "calcChain.xml", "stylesWithEffects.xml", "docProps/custom.xml"};
  for (size_t i = 0; i < sizeof ends_of / sizeof *ends_of; i++)
    if (sx_audit__ends_with(part, ends_of[i])) return true;
  return strstr(part, "/theme/") != NULL || !sx_audit__ends_with(part, ".xml");
}

/* ---- relationships ------------------------------------------------------------------------------------------------- */

typedef struct relations {
  const char *folder; /* of the part: n bytes */
  size_t n;
  sx_buf target;
  sx_relation_fn fn;
  void *data;
} relations;

/* "charts/chart1.xml" beside word/, "../embeddings/book.xlsx" beside word/charts/, "/word/charts/chart1.xml". */
static sx_status relation_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  relations *r = data;
  const char *target = sx_xml_attribute(attributes, "Target");
  if (strcmp(name, "Relationship") != 0 || !target) return SX_OK;
  const bool whole = target[0] == '/';
  size_t n = whole ? 0 : r->n;
  for (target += whole; !whole && strncmp(target, "../", 3) == 0; target += 3) {
    while (n > 0 && r->folder[n - 1] == '/') n--;
    while (n > 0 && r->folder[n - 1] != '/') n--;
  }
  if (!*target) return SX_OK;
  sx_buf_reset(&r->target);
  sx_buf_add_n(&r->target, r->folder, n);
  sx_buf_add(&r->target, target);
  SX_TRY(sx_buf_status(&r->target, err));
  return r->fn(r->data, sx_xml_attribute(attributes, "Id"), sx_xml_attribute(attributes, "Type"), r->target.data, err);
}

sx_status sx_audit__relations(const sx_ctx *ctx, sx_archive *archive, const char *part, bool needed, sx_relation_fn fn,
                              void *data, sx_error *err) {
  const char *slash = strrchr(part, '/');
  relations r = {.folder = part, .n = slash ? (size_t)(slash - part + 1) : 0, .fn = fn, .data = data};
  const sx_xml_handler handler = {&r, relation_start, NULL, NULL};
  sx_buf list;
  sx_buf_init(&r.target, ctx);
  sx_buf_init(&list, ctx);
  sx_buf_printf(&list, "%.*s_rels/%s.rels", (int)r.n, part, part + r.n);
  sx_status status = sx_buf_status(&list, err);
  if (status == SX_OK && (needed || sx_archive_has(archive, list.data)))
    status = sx_archive_xml(archive, list.data, PART_MAX, &handler, err);
  sx_buf_clear(&list);
  sx_buf_clear(&r.target);
  return status;
}
