/* publish_docx_parts.c: the parts around the text: properties with the bound numbers, footnotes, headers, relationships, kinds of content. With a template its own
 * parts are kept and what is missing is added to them (ECMA-376 part 2, 9 and 10). */
#include "publish_docx_priv.h"

#include <stdio.h>
#include <string.h>

#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define OFFICE   "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define MAIN     "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#define WML      "application/vnd.openxmlformats-officedocument.wordprocessingml."

static sx_status take(sx_docx *w, const char *name, sx_buf *buf) {
  const sx_status status = sx_buf_status(buf, w->err);
  return status == SX_OK ? sx_publish__package_take(&w->package, name, buf, w->err) : status;
}

/* Puts text before the last place of `mark` in a part that is there already. */
static sx_status insert(sx_docx *w, const char *name, const char *mark, const char *text, bool first) {
  const sx_package_part *part = sx_publish__package_get(&w->package, name);
  const char *place = NULL;
  sx_buf out;
  for (const char *p = strstr(part->data, mark); p; p = strstr(p + 1, mark)) {
    place = p;
    if (first) break;
  }
  if (!place) return sx_error_set(w->err, SX_E_PARSE, name, "the template's part has no %s", mark);
  sx_buf_init(&out, &w->ctx);
  sx_buf_add_n(&out, part->data, (size_t)(place - part->data));
  sx_buf_add(&out, text);
  sx_buf_add(&out, place);
  const sx_status status = take(w, name, &out);
  sx_buf_clear(&out);
  return status;
}

static bool has(const sx_docx *w, const char *name) {
  return sx_publish__package_get(&w->package, name) != NULL;
}

/* ---- properties -------------------------------------------------------------------------------------------------- */

static int greatest_pid(const char *text) {
  int greatest = 1;
  for (const char *p = strstr(text, " pid=\""); p; p = strstr(p + 1, " pid=\"")) {
    int64_t pid;
    if (sx_text_to_int64(&pid, p + 6, strspn(p + 6, "0123456789")) && pid > greatest && pid < 1000000)
      greatest = (int)pid;
  }
  return greatest;
}

static void properties_xml(sx_buf *out, const sx_docx *w, int pid) {
  for (size_t i = 0; i < w->n_properties; i++) {
    sx_buf_printf(out, "<property fmtid=\"{D5CDD505-2E9C-101B-9397-08002B2CF9AE}\" pid=\"%d\" name=\"", ++pid);
    sx_publish__xml_text(out, w->properties[i].name);
    sx_buf_add(out, "\"><vt:lpwstr>");
    sx_publish__xml_text(out, w->properties[i].value);
    sx_buf_add(out, "</vt:lpwstr></property>\n");
  }
}

static sx_status custom(sx_docx *w) {
  static const char name[] = "docProps/custom.xml";
  sx_buf out;
  sx_buf_init(&out, &w->ctx);
  const sx_package_part *old = sx_publish__package_get(&w->package, name);
  sx_status status = SX_OK;
  if (old && strstr(old->data, "</Properties>")) {
    sx_buf more;
    sx_buf_init(&more, &w->ctx);
    properties_xml(&more, w, greatest_pid(old->data));
    status = sx_buf_status(&more, w->err);
    if (status == SX_OK && more.n) status = insert(w, name, "</Properties>", more.data, false);
    sx_buf_clear(&more);
  } else {
    sx_buf_add(&out,
               XML_HEAD "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\" "
                        "xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\">\n");
    properties_xml(&out, w, 1);
    sx_buf_add(&out, "</Properties>\n");
    status = take(w, name, &out);
  }
  sx_buf_clear(&out);
  return status;
}

static const sx_document_node *cover_part(const sx_docx *w, sx_document_kind kind) {
  const sx_document_node *cover = sx_document_child(w->document->root, SX_DOC_COVER);
  return cover ? sx_document_child(cover, kind) : NULL;
}

static void plain_xml(sx_buf *out, const sx_docx *w, const sx_document_node *node) {
  sx_buf text;
  sx_buf_init(&text, &w->ctx);
  if (node) sx_document_plain(&text, node);
  if (text.failed) out->failed = true;
  if (text.n) sx_publish__xml(out, text.data, text.n);
  sx_buf_clear(&text);
}

/* No time of writing: the same run gives the same bytes. */
static sx_status core(sx_docx *w) {
  sx_buf out;
  sx_buf_init(&out, &w->ctx);
  sx_buf_add(&out, XML_HEAD "<cp:coreProperties "
                            "xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" "
                            "xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>");
  sx_publish__xml_text(&out, w->document->title);
  sx_buf_add(&out, "</dc:title><dc:subject>");
  plain_xml(&out, w, cover_part(w, SX_DOC_SUBTITLE));
  sx_buf_add(&out, "</dc:subject><dc:creator>");
  plain_xml(&out, w, cover_part(w, SX_DOC_PUBLISHER));
  sx_buf_printf(&out, "</dc:creator><dc:language>%s</dc:language></cp:coreProperties>\n", w->chinese ? "zh-CN" : "en");
  sx_status status = take(w, "docProps/core.xml", &out);
  sx_buf_add(&out, XML_HEAD "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/"
                            "extended-properties\"><Application>Shuxiao</Application></Properties>\n");
  if (status == SX_OK) status = take(w, "docProps/app.xml", &out);
  sx_buf_clear(&out);
  return status;
}

sx_status sx_publish__docx_properties(sx_docx *w) {
  SX_TRY(core(w));
  return custom(w);
}

/* ---- text parts -------------------------------------------------------------------------------------------------- */

static sx_status footnotes(sx_docx *w) {
  sx_buf out;
  sx_buf_init(&out, &w->ctx);
  sx_buf_add(&out, XML_HEAD "<w:footnotes xmlns:w=\"" MAIN "\" xmlns:r=\"http://schemas.openxmlformats.org/"
                            "officeDocument/2006/relationships\">\n"
                            "<w:footnote w:type=\"separator\" w:id=\"-1\"><w:p><w:r><w:separator/></w:r></w:p>"
                            "</w:footnote><w:footnote w:type=\"continuationSeparator\" w:id=\"0\"><w:p><w:r>"
                            "<w:continuationSeparator/></w:r></w:p></w:footnote>\n");
  if (w->notes.n) sx_buf_add(&out, w->notes.data);
  sx_buf_add(&out, "</w:footnotes>\n");
  sx_status status = take(w, "word/footnotes.xml", &out);
  if (status == SX_OK && w->note_relations.n) {
    sx_buf_add(&out, XML_HEAD "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
    sx_buf_add(&out, w->note_relations.data);
    sx_buf_add(&out, "</Relationships>\n");
    status = take(w, "word/_rels/footnotes.xml.rels", &out);
  }
  sx_buf_clear(&out);
  return status;
}

static sx_status header_and_footer(sx_docx *w) {
  const sx_docx_look look = {0};
  sx_buf out;
  sx_buf_init(&out, &w->ctx);
  sx_buf_printf(&out, XML_HEAD "<w:hdr xmlns:w=\"" MAIN "\"><w:p><w:pPr><w:pStyle w:val=\"%s\"/></w:pPr>",
                sx_publish__docx_id(w, DS_HEADER));
  sx_publish__docx_run(&out, &look, w->chinese, w->document->title, strlen(w->document->title));
  const sx_document_node *made_up = cover_part(w, SX_DOC_SYNTHETIC);
  if (made_up && made_up->text) {
    const sx_docx_look red = {.color = "9C2A00"};
    sx_publish__docx_run(&out, &red, w->chinese, "    ", 4);
    sx_publish__docx_run(&out, &red, w->chinese, made_up->text, strlen(made_up->text));
  }
  sx_buf_add(&out, "</w:p></w:hdr>\n");
  sx_status status = take(w, "word/header1.xml", &out);
  sx_buf_printf(&out, XML_HEAD "<w:ftr xmlns:w=\"" MAIN "\"><w:p><w:pPr><w:pStyle w:val=\"%s\"/></w:pPr>",
                sx_publish__docx_id(w, DS_FOOTER));
  sx_publish__docx_field(&out, &look, false, "PAGE", "1", 1);
  sx_buf_add(&out, "</w:p></w:ftr>\n");
  if (status == SX_OK) status = take(w, "word/footer1.xml", &out);
  sx_buf_clear(&out);
  return status;
}

static sx_status document(sx_docx *w) {
  sx_buf out;
  sx_buf_init(&out, &w->ctx);
  sx_buf_printf(&out,
                XML_HEAD "<w:document xmlns:w=\"" MAIN
                         "\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/"
                         "relationships\" xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/"
                         "wordprocessingDrawing\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" "
                         "xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\" "
                         "xmlns:asvg=\"http://schemas.microsoft.com/office/drawing/2016/SVG/main\"%s><w:body>\n",
                w->template.namespaces ? w->template.namespaces : "");
  if (w->body.n) sx_buf_add(&out, w->body.data);
  if (w->template.section)
    sx_buf_add(&out, w->template.section);
  else
    sx_buf_add(&out, "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rIdHead\"/><w:footerReference "
                     "w:type=\"default\" r:id=\"rIdFoot\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar "
                     "w:top=\"1474\" w:right=\"1474\" w:bottom=\"1361\" w:left=\"1474\" w:header=\"794\" "
                     "w:footer=\"680\" w:gutter=\"0\"/><w:titlePg/></w:sectPr>");
  sx_buf_add(&out, "</w:body></w:document>\n");
  const sx_status status = take(w, "word/document.xml", &out);
  sx_buf_clear(&out);
  return status;
}

/* ---- style sheet, lists, settings -------------------------------------------------------------------------------- */

static sx_status numbering(sx_docx *w) {
  static const char name[] = "word/numbering.xml";
  sx_buf kinds, nums;
  sx_buf_init(&kinds, &w->ctx);
  sx_buf_init(&nums, &w->ctx);
  const bool old = has(w, name);
  if (!old) sx_buf_add(&kinds, XML_HEAD "<w:numbering xmlns:w=\"" MAIN "\">");
  sx_publish__docx_numbering(&kinds);
  sx_buf_add(&nums, "<w:num w:numId=\"9001\"><w:abstractNumId w:val=\"9001\"/></w:num>");
  if (w->nums.n) sx_buf_add(&nums, w->nums.data);
  sx_status status = sx_buf_status(&nums, w->err);
  if (status == SX_OK) status = sx_buf_status(&kinds, w->err);
  if (status == SX_OK && old) {
    const char *data = sx_publish__package_get(&w->package, name)->data;
    status = insert(w, name, strstr(data, "<w:num ") ? "<w:num " : "</w:numbering>", kinds.data, true);
    if (status == SX_OK) status = insert(w, name, "</w:numbering>", nums.data, false);
  } else if (status == SX_OK) {
    sx_buf_add(&kinds, nums.data);
    sx_buf_add(&kinds, "</w:numbering>\n");
    status = take(w, name, &kinds);
  }
  sx_buf_clear(&kinds);
  sx_buf_clear(&nums);
  return status;
}

/* What a template lacks gets our definition, and the user is told. */
static sx_status missing_styles(sx_docx *w) {
  sx_buf out;
  sx_buf_init(&out, &w->ctx);
  for (int s = 0; s < DS_COUNT; s++) {
    if (w->template.ids[s]) continue;
    sx_publish__docx_style(&out, (sx_docx_style)s, sx_publish__docx_style_id((sx_docx_style)s),
                           w->chinese ? SX_LANG_ZH : SX_LANG_EN);
    sx_ctx_note(&w->ctx, SX_SEV_WARNING, "template", "it has no style '%s': the built-in one is added",
                sx_publish__docx_style_name((sx_docx_style)s));
  }
  sx_status status = sx_buf_status(&out, w->err);
  if (status == SX_OK && out.n) status = insert(w, "word/styles.xml", "</w:styles>", out.data, false);
  sx_buf_clear(&out);
  return status;
}

static sx_status sheets(sx_docx *w) {
  const sx_lang lang = w->chinese ? SX_LANG_ZH : SX_LANG_EN;
  sx_buf out;
  if (w->template.present) return missing_styles(w);
  sx_buf_init(&out, &w->ctx);
  sx_publish__docx_styles(&out, lang);
  sx_status status = take(w, "word/styles.xml", &out);
  sx_publish__docx_fonts(&out);
  if (status == SX_OK) status = take(w, "word/fontTable.xml", &out);
  sx_publish__docx_settings(&out, lang);
  if (status == SX_OK) status = take(w, "word/settings.xml", &out);
  sx_buf_clear(&out);
  return status == SX_OK ? header_and_footer(w) : status;
}

/* The separators of a template's footnotes have the ids of ours. */
static sx_status settings(sx_docx *w) {
  const sx_package_part *part = sx_publish__package_get(&w->package, "word/settings.xml");
  const char *from = part ? strstr(part->data, "<w:footnotePr>") : NULL,
             *to = from ? strstr(from, "</w:footnotePr>") : NULL;
  sx_buf out;
  if (!to) return SX_OK;
  sx_buf_init(&out, &w->ctx);
  sx_buf_add_n(&out, part->data, (size_t)(from - part->data));
  sx_buf_add(&out, "<w:footnotePr><w:footnote w:id=\"-1\"/><w:footnote w:id=\"0\"/>");
  sx_buf_add(&out, to);
  const sx_status status = take(w, "word/settings.xml", &out);
  sx_buf_clear(&out);
  return status;
}

/* ---- relationships and kinds of content -------------------------------------------------------------------------- */

typedef struct link_to {
  const char *id, *type, *target;
} link_to;

/* Of a part that may have relationships already. */
static sx_status relationships(sx_docx *w, const char *name, const link_to *links, size_t n, const sx_buf *more) {
  sx_buf out;
  sx_buf_init(&out, &w->ctx);
  const sx_package_part *old = sx_publish__package_get(&w->package, name);
  if (!old)
    sx_buf_add(&out,
               XML_HEAD "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\n");
  for (size_t i = 0; i < n; i++) {
    char type[160];
    (void)snprintf(type, sizeof type, "Type=\"%s\"", links[i].type);
    if (old && strstr(old->data, type)) continue;
    sx_buf_printf(&out, "<Relationship Id=\"%s\" %s Target=\"%s\"/>\n", links[i].id, type, links[i].target);
  }
  if (more && more->n) sx_buf_add(&out, more->data);
  if (!old) sx_buf_add(&out, "</Relationships>\n");
  sx_status status = sx_buf_status(&out, w->err);
  if (status == SX_OK && old && out.n) status = insert(w, name, "</Relationships>", out.data, false);
  if (status == SX_OK && !old) status = take(w, name, &out);
  sx_buf_clear(&out);
  return status;
}

static sx_status all_relationships(sx_docx *w) {
  static const link_to package[] = {
      {"rIdDoc", OFFICE "officeDocument", "word/document.xml"},
      {"rIdCore", "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
       "docProps/core.xml"},
      {"rIdApp", OFFICE "extended-properties", "docProps/app.xml"},
      {"rIdCustom", OFFICE "custom-properties", "docProps/custom.xml"}};
  static const link_to parts[] = {
      {"rIdStyles", OFFICE "styles", "styles.xml"},      {"rIdNum", OFFICE "numbering", "numbering.xml"},
      {"rIdNotes", OFFICE "footnotes", "footnotes.xml"}, {"rIdSettings", OFFICE "settings", "settings.xml"},
      {"rIdFonts", OFFICE "fontTable", "fontTable.xml"}, {"rIdHead", OFFICE "header", "header1.xml"},
      {"rIdFoot", OFFICE "footer", "footer1.xml"}};
  SX_TRY(relationships(w, "_rels/.rels", package, sizeof package / sizeof *package, NULL));
  const size_t n = w->template.present ? 3 : sizeof parts / sizeof *parts;
  return relationships(w, "word/_rels/document.xml.rels", parts, n, &w->relations);
}

static sx_status content_types(sx_docx *w) {
  static const char name[] = "[Content_Types].xml";
  static const char *const kinds[][2] = {
      {"Extension=\"rels\"", "<Default Extension=\"rels\" "
                             "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"},
      {"Extension=\"xml\"", "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"},
      {"Extension=\"png\"", "<Default Extension=\"png\" ContentType=\"image/png\"/>"},
      {"Extension=\"svg\"", "<Default Extension=\"svg\" ContentType=\"image/svg+xml\"/>"},
      {"Extension=\"xlsx\"", "<Default Extension=\"xlsx\" "
                             "ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet\"/>"}};
  static const char *const parts[][2] = {
      {"/word/document.xml", WML "document.main+xml"},
      {"/word/styles.xml", WML "styles+xml"},
      {"/word/numbering.xml", WML "numbering+xml"},
      {"/word/footnotes.xml", WML "footnotes+xml"},
      {"/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"},
      {"/docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml"},
      {"/docProps/custom.xml", "application/vnd.openxmlformats-officedocument.custom-properties+xml"},
      {"/word/settings.xml", WML "settings+xml"},
      {"/word/fontTable.xml", WML "fontTable+xml"},
      {"/word/header1.xml", WML "header+xml"},
      {"/word/footer1.xml", WML "footer+xml"}};
  sx_buf out;
  sx_buf_init(&out, &w->ctx);
  const sx_package_part *old = sx_publish__package_get(&w->package, name);
  const bool fresh = !old || !old->n;
  if (fresh)
    sx_buf_add(&out, XML_HEAD "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\n");
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (fresh || !strstr(old->data, kinds[i][0])) sx_buf_add(&out, kinds[i][1]);
  }
  const size_t n = w->template.present ? 7 : sizeof parts / sizeof *parts;
  for (size_t i = 0; i < n; i++) {
    if (fresh || !strstr(old->data, parts[i][0]))
      sx_buf_printf(&out, "<Override PartName=\"%s\" ContentType=\"%s\"/>\n", parts[i][0], parts[i][1]);
  }
  for (size_t i = 0; i < w->n_charts; i++)
    sx_buf_printf(&out,
                  "<Override PartName=\"/word/charts/sxchart%zu.xml\" "
                  "ContentType=\"application/vnd.openxmlformats-officedocument.drawingml.chart+xml\"/>\n",
                  i + 1);
  if (fresh) sx_buf_add(&out, "</Types>\n");
  sx_status status = sx_buf_status(&out, w->err);
  if (status == SX_OK && fresh) status = take(w, name, &out);
  if (status == SX_OK && !fresh && out.n) status = insert(w, name, "</Types>", out.data, false);
  sx_buf_clear(&out);
  return status;
}

sx_status sx_publish__docx_assemble(sx_docx *w) {
  SX_TRY(content_types(w));
  SX_TRY(all_relationships(w));
  SX_TRY(document(w));
  SX_TRY(sheets(w));
  SX_TRY(settings(w));
  SX_TRY(numbering(w));
  SX_TRY(footnotes(w));
  return sx_publish__docx_properties(w);
}
