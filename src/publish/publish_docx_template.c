/* publish_docx_template.c: a user's .docx as the template of ours: its styles by their names, its page and its headers are taken; its text is not. A template that is not
 * well-formed is refused with its place. */
#include <stdio.h>
#include <string.h>

#include "publish_docx_priv.h"
#include "shuxiao/io_archive.h"

typedef struct reader {
  sx_docx_template *out;
  const sx_ctx *ctx;
  char id[128];
  bool by_name[DS_COUNT]; /* found under its own name: other names no longer count */
  bool paragraph, character, table;
} reader;

/* ---- styles ------------------------------------------------------------------------------------------------------ */

static bool kind_fits(const reader *r, sx_docx_style s) {
  if (s == DS_TABLE) return r->table;
  return s == DS_FOOTREF || s == DS_LINK || s == DS_CODE ? r->character : r->paragraph;
}

static sx_status take_name(reader *r, const char *name, sx_error *err) {
  for (int s = 0; s < DS_COUNT; s++) {
    const bool own = sx_publish__docx_style_is((sx_docx_style)s, name, false);
    if (!kind_fits(r, (sx_docx_style)s) || r->by_name[s]) continue;
    if (!own && (r->out->ids[s] || !sx_publish__docx_style_is((sx_docx_style)s, name, true))) continue;
    char *id = sx_mem_strdup(r->ctx, r->id);
    if (!id) return sx_error_memory(err);
    sx_mem_free(r->ctx, r->out->ids[s]);
    r->out->ids[s] = id;
    r->by_name[s] = own;
  }
  return SX_OK;
}

static sx_status style_start(void *data, const char *tag, const char *const *attributes, sx_error *err) {
  reader *r = data;
  const char *value;
  if (strcmp(tag, "style") == 0) {
    const char *kind = sx_xml_attribute(attributes, "type");
    value = sx_xml_attribute(attributes, "styleId");
    (void)snprintf(r->id, sizeof r->id, "%s", value && strlen(value) < sizeof r->id ? value : "");
    r->paragraph = !kind || strcmp(kind, "paragraph") == 0;
    r->character = kind && strcmp(kind, "character") == 0;
    r->table = kind && strcmp(kind, "table") == 0;
  } else if (strcmp(tag, "name") == 0 && r->id[0] && (value = sx_xml_attribute(attributes, "val")) != NULL) {
    SX_TRY(take_name(r, value, err));
    r->id[0] = '\0';
  }
  return SX_OK;
}

/* ---- the section ------------------------------------------------------------------------------------------------- */

static const char *last_of(const char *text, const char *what) {
  const char *last = NULL;
  for (const char *p = strstr(text, what); p; p = strstr(p + 1, what)) last = p;
  return last;
}

/* The properties that end the body, behind its last paragraph or table. */
static sx_status take_section(reader *r, const char *text, sx_error *err) {
  const char *paragraph = last_of(text, "</w:p>"), *table = last_of(text, "</w:tbl>");
  const char *from = paragraph > table ? paragraph : table;
  const char *begin = strstr(from ? from : text, "<w:sectPr"), *end = last_of(text, "</w:sectPr>");
  if (!begin || !end || end < begin) return SX_OK;
  end += strlen("</w:sectPr>");
  r->out->section = sx_mem_strndup(r->ctx, begin, (size_t)(end - begin));
  return r->out->section ? SX_OK : sx_error_memory(err);
}

/* The namespaces of the root element, which the section's elements may use: xmlns:w14="...". Those that ours declares are left out. */
static void take_namespaces(sx_buf *out, const char *root, size_t n) {
  static const char *const ours[] = {"w", "r", "wp", "a", "pic", "asvg"};
  for (size_t i = 0; i + 7 < n; i++) {
    if (memcmp(root + i, " xmlns:", 7) != 0) continue;
    const char *prefix = root + i + 7, *equal = memchr(prefix, '=', n - i - 7);
    const char *quote = equal && equal + 1 < root + n ? equal + 1 : NULL;
    const char *end = quote ? memchr(quote + 1, *quote, (size_t)(root + n - quote - 1)) : NULL;
    if (!end) return;
    bool known = false;
    for (size_t k = 0; k < sizeof ours / sizeof *ours; k++)
      known = known || ((size_t)(equal - prefix) == strlen(ours[k]) && memcmp(prefix, ours[k], strlen(ours[k])) == 0);
    if (!known) sx_buf_add_n(out, root + i, (size_t)(end + 1 - root) - i);
    i = (size_t)(end - root);
  }
}

/* ---- what it is ---------------------------------------------------------------------------------------------------- */

static const char content_types[] = "[Content_Types].xml";

/* Macros are not taken over: what they would do to our text nobody has looked at. */
static sx_status check_macros(const sx_package *package, const char *name, sx_error *err) {
  const sx_package_part *types = sx_publish__package_get(package, content_types);
  bool macros = types && strstr(types->data, "macroEnabled");
  for (size_t i = 0; i < package->n; i++) macros = macros || strstr(package->parts[i].name, "vbaProject");
  return macros ? sx_error_set(
                      err, SX_E_DATA, name,
                      "the template holds macros, which no report takes over: save it from Word as .docx or .dotx")
                : SX_OK;
}

/* What was a template (.dotx) is a document from here on: Word opens no .docx that calls itself a template. */
static sx_status call_document(sx_package *package, sx_error *err) {
  static const char template_main[] = "wordprocessingml.template.main+xml",
                    document_main[] = "wordprocessingml.document.main+xml";
  const sx_package_part *types = sx_publish__package_get(package, content_types);
  if (!types || !strstr(types->data, template_main)) return SX_OK;
  sx_buf out;
  sx_buf_init(&out, &package->ctx);
  const char *at = types->data;
  for (const char *hit; (hit = strstr(at, template_main)) != NULL; at = hit + strlen(template_main)) {
    sx_buf_add_n(&out, at, (size_t)(hit - at));
    sx_buf_add(&out, document_main);
  }
  sx_buf_add(&out, at);
  sx_status status = sx_buf_status(&out, err);
  if (status == SX_OK) status = sx_publish__package_take(package, content_types, &out, err);
  sx_buf_clear(&out);
  return status;
}

/* ---- both -------------------------------------------------------------------------------------------------------- */

static sx_status parse(reader *r, const sx_package_part *part, bool styles, const char *name, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  const sx_xml_handler handler = {.data = r, .start = styles ? style_start : NULL};
  (void)snprintf(where, sizeof where, "%.300s: %.150s", name, part->name);
  return sx_xml_read(r->ctx, where, part->data, part->n, &handler, err);
}

static sx_status needed(const sx_docx_template *t, const char *name, sx_error *err) {
  for (int s = 0; s < DS_COUNT; s++) {
    if (!sx_publish__docx_style_needed((sx_docx_style)s) || t->ids[s]) continue;
    return sx_error_set(err, SX_E_DATA, name,
                        "the template has no style '%s': add it (heading 1 to heading 3 and Normal are needed)",
                        sx_publish__docx_style_name((sx_docx_style)s));
  }
  return SX_OK;
}

static sx_status keep_section(reader *r, const char *text, sx_error *err) {
  sx_buf names;
  SX_TRY(take_section(r, text, err));
  sx_buf_init(&names, r->ctx);
  const char *root = strstr(text, "<w:document"), *end = root ? strchr(root, '>') : NULL;
  sx_buf_add(&names, "");
  if (end) take_namespaces(&names, root, (size_t)(end - root));
  r->out->namespaces = sx_buf_take(&names);
  return r->out->namespaces ? SX_OK : sx_error_memory(err);
}

sx_status sx_publish__docx_template(sx_docx_template *out, sx_package *package, const char *name, sx_error *err) {
  const sx_package_part *styles = sx_publish__package_get(package, "word/styles.xml"),
                        *document = sx_publish__package_get(package, "word/document.xml");
  sx_docx_template t = {.present = true};
  reader r = {.out = &t, .ctx = &package->ctx};
  if (!document) return sx_error_set(err, SX_E_PARSE, name, "no word/document.xml in it: this is no Word document");
  if (!styles) return sx_error_set(err, SX_E_DATA, name, "no word/styles.xml in it: save the template anew from Word");
  SX_TRY(check_macros(package, name, err));
  sx_status status = parse(&r, styles, true, name, err);
  if (status == SX_OK) status = needed(&t, name, err);
  if (status == SX_OK) status = sx_publish__docx_measure(&t, styles->data, styles->n, name, &package->ctx, err);
  if (status == SX_OK) status = parse(&r, document, false, name, err);
  if (status == SX_OK) status = keep_section(&r, document->data, err);
  if (status == SX_OK) status = call_document(package, err);
  if (status == SX_OK)
    *out = t;
  else
    sx_publish__docx_template_clear(&t, &package->ctx);
  return status;
}

void sx_publish__docx_template_clear(sx_docx_template *t, const sx_ctx *ctx) {
  for (int s = 0; s < DS_COUNT; s++) sx_mem_free(ctx, t->ids[s]);
  sx_mem_free(ctx, t->section);
  sx_mem_free(ctx, t->namespaces);
  *t = (sx_docx_template){.present = false};
}
