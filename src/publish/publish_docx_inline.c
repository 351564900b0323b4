/* publish_docx_inline.c: text, numbers and references of a paragraph. A number is a field of the document property that has its key for a name, so that the property
 * can be given a new value and the document filled anew, whatever a person wrote around it. */
#include "publish_docx_priv.h"
#include "publish_docx_said.h"

#include <stdio.h>
#include <string.h>

#include "shuxiao/report_long_key.h"
#include "shuxiao/report_number_key.h"

/* ---- bookmarks --------------------------------------------------------------------------------------------------- */

void sx_publish__docx_begin_mark(sx_docx *w, size_t *id, const char *name) {
  *id = ++w->n_bookmarks;
  sx_buf_printf(w->out, "<w:bookmarkStart w:id=\"%zu\" w:name=\"%s\"/>", *id, name);
}

void sx_publish__docx_end_mark(sx_docx *w, size_t id) {
  sx_buf_printf(w->out, "<w:bookmarkEnd w:id=\"%zu\"/>", id);
}

void sx_publish__docx_begin_word(sx_docx *w, size_t *id, const char *word) {
  char name[40];
  *id = SIZE_MAX;
  if (!word || strlen(word) > 16) return;
  (void)snprintf(name, sizeof name, "_sxe_%s_%zu", word, w->n_bookmarks + 1);
  sx_publish__docx_begin_mark(w, id, name);
}

void sx_publish__docx_begin_exempt(sx_docx *w, size_t *id, const sx_document_node *node) {
  sx_publish__docx_begin_word(w, id, node->exempt);
}

void sx_publish__docx_end_exempt(sx_docx *w, size_t id) {
  if (id != SIZE_MAX) sx_publish__docx_end_mark(w, id);
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

sx_status sx_publish__docx_property(sx_docx *w, const char *name, const char *value) {
  int32_t code;
  const size_t before = w->n_properties;
  SX_TRY(sx_dict_add(&code, w->names, name, strlen(name), w->err));
  if ((size_t)code < before) return SX_OK;
  void *p = w->properties;
  const bool grown = sx_mem_grow(&w->ctx, &p, &w->cap_properties, before + 1, sizeof *w->properties);
  w->properties = p;
  sx_docx_property entry = {sx_arena_strdup(w->arena, name), sx_arena_strdup(w->arena, value)};
  if (!grown || !entry.name || !entry.value) return sx_error_memory(w->err);
  w->properties[w->n_properties++] = entry;
  return SX_OK;
}

/* The key, when it prints the number again as it stands here; else it is empty. */
static sx_status key_of(sx_buf *key, sx_docx *w, const sx_document_node *node) {
  sx_number_key parsed;
  sx_buf again;
  sx_buf_init(&again, &w->ctx);
  sx_number_key_put(key, node->as.number);
  SX_TRY(sx_buf_status(key, w->err));
  bool good = key->n > 0 && sx_number_key_parse(&parsed, key->data, key->n, NULL) == SX_OK;
  if (good) {
    const bool limit = node->as.number->exempt && strcmp(node->as.number->exempt, "threshold") == 0; /* "< 0.001" */
    sx_number_key_print(&again, &parsed, limit ? 0 : node->as.number->value, node->as.number->high);
    good = again.failed || (again.data && strcmp(again.data, node->text) == 0);
  }
  if (!good) sx_buf_reset(key);
  const sx_status status = sx_buf_status(&again, w->err);
  sx_buf_clear(&again);
  return status;
}

/* Inside the quotation marks of a field code. */
static void put_quoted(sx_buf *out, const char *text) {
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') sx_buf_add_char(out, '\\');
    sx_buf_add_char(out, *text);
  }
}

/* The pieces of a key that is too long for a name. */
static sx_status pieces(sx_docx *w, const char *name, const char *key) {
  size_t n;
  unsigned i = 0;
  for (size_t at = 0; (n = sx_long_key_piece(key, at)) > 0; at += n) {
    char part[SX_LONG_KEY_NAME];
    const char *value = sx_arena_strndup(w->arena, key + at, n);
    (void)snprintf(part, sizeof part, "%s.%u", name, ++i);
    if (!value) return sx_error_memory(w->err);
    SX_TRY(sx_publish__docx_property(w, part, value));
  }
  return SX_OK;
}

/* A field of the property of a key. */
static sx_status bound_field(sx_docx *w, bool chinese, const char *key, const char *text) {
  char name[SX_LONG_KEY_NAME];
  sx_buf code;
  if (sx_long_key_name(name, key)) {
    SX_TRY(pieces(w, name, key));
    key = name;
  }
  SX_TRY(sx_publish__docx_property(w, key, text));
  sx_buf_init(&code, &w->ctx);
  sx_buf_add(&code, "DOCPROPERTY \"");
  put_quoted(&code, key);
  sx_buf_add(&code, "\"");
  const sx_status status = sx_buf_status(&code, w->err);
  if (status == SX_OK) sx_publish__docx_field(w->out, &w->look, chinese, code.data, text, strlen(text));
  sx_buf_clear(&code);
  return status;
}

sx_status sx_publish__docx_number(sx_docx *w, const sx_document_node *node) {
  const bool chinese = node->lang == SX_LANG_ZH;
  sx_buf key;
  sx_buf_init(&key, &w->ctx);
  sx_status status = key_of(&key, w, node);
  if (status == SX_OK && key.n) {
    status = bound_field(w, chinese, key.data, node->text);
  } else if (status == SX_OK) {
    sx_publish__docx_run(w->out, &w->look, chinese, node->text, strlen(node->text));
    w->n_unbound++;
  }
  sx_buf_clear(&key);
  return status;
}

/* A text; what the run itself counts in it stands in fields too. */
static sx_status put_text(sx_docx *w, const sx_document_node *node) {
  const bool chinese = node->lang == SX_LANG_ZH;
  size_t n = 0, at = 0;
  const sx_own_number *own = sx_own_numbers_of(w->own, &n, node);
  for (size_t i = 0; i < n; i++) {
    char key[96];
    (void)snprintf(key, sizeof key, "%s | e0 .0;", own[i].name);
    if (own[i].at > at) sx_publish__docx_run(w->out, &w->look, chinese, node->text + at, own[i].at - at);
    SX_TRY(bound_field(w, chinese, key, own[i].text));
    at = own[i].at + own[i].n;
  }
  if (node->text[at] || !n) sx_publish__docx_run(w->out, &w->look, chinese, node->text + at, strlen(node->text + at));
  return SX_OK;
}

/* ---- footnotes --------------------------------------------------------------------------------------------------- */

static void raised(sx_docx *w, const char *text) {
  sx_docx_look look = w->look;
  look.superscript = true;
  sx_publish__docx_run(w->out, &look, w->chinese, text, strlen(text));
}

static sx_status put_note(sx_docx *w, const sx_document_node *note, size_t number) {
  sx_buf *out = w->out;
  const sx_docx_style style = w->style;
  const sx_docx_look look = w->look;
  w->out = &w->notes;
  w->style = DS_FOOTNOTE;
  w->look = (sx_docx_look){0};
  w->in_note = true;
  sx_buf_printf(w->out, "<w:footnote w:id=\"%zu\">", number);
  sx_status status = SX_OK;
  bool first = true;
  for (const sx_document_node *p = note->first; p && status == SX_OK; p = p->next) {
    sx_publish__docx_open(w, DS_FOOTNOTE, &(sx_docx_paragraph){.rtl = sx_publish__docx_rtl(w, p)});
    if (first)
      sx_buf_printf(w->out,
                    "<w:r><w:rPr><w:rStyle w:val=\"%s\"/></w:rPr><w:footnoteRef/></w:r><w:r><w:t "
                    "xml:space=\"preserve\"> </w:t></w:r>",
                    sx_publish__docx_id(w, DS_FOOTREF));
    status = sx_publish__docx_inlines(w, p);
    sx_publish__docx_close(w);
    first = false;
  }
  if (first) sx_buf_add(w->out, "<w:p/>");
  sx_buf_add(w->out, "</w:footnote>\n");
  w->out = out;
  w->style = style;
  w->look = look;
  w->in_note = false;
  return status;
}

static sx_status footnote_ref(sx_docx *w, const sx_document_node *node) {
  const size_t number = node->as.footnote_ref.number;
  const sx_document_node *note = node->as.footnote_ref.note;
  char name[40], code[64];
  if (w->in_note || !note || !number || number > w->n_noted) {
    raised(w, node->text ? node->text : "*");
    return SX_OK;
  }
  (void)snprintf(name, sizeof name, "_Fn_%zu", number);
  if (w->noted[number - 1]) {
    (void)snprintf(code, sizeof code, "NOTEREF %s \\f \\h", name);
    const sx_docx_look look = {.style = sx_publish__docx_id(w, DS_FOOTREF)};
    size_t exempt;
    sx_publish__docx_begin_word(w, &exempt, "note");
    sx_publish__docx_field(w->out, &look, false, code, node->text, strlen(node->text));
    sx_publish__docx_end_exempt(w, exempt);
    return SX_OK;
  }
  size_t id;
  w->noted[number - 1] = true;
  sx_publish__docx_begin_mark(w, &id, name);
  sx_buf_printf(w->out, "<w:r><w:rPr><w:rStyle w:val=\"%s\"/></w:rPr><w:footnoteReference w:id=\"%zu\"/></w:r>",
                sx_publish__docx_id(w, DS_FOOTREF), number);
  sx_publish__docx_end_mark(w, id);
  return put_note(w, note, number);
}

/* ---- links and mentions ------------------------------------------------------------------------------------------ */

static sx_status link_to(sx_docx *w, const sx_document_node *node) {
  const char *href = node->as.link.href;
  char id[24];
  if (!href) return sx_publish__docx_inlines(w, node);
  if (href[0] == '#') {
    sx_buf_add(w->out, "<w:hyperlink w:anchor=\"_Sx_");
    sx_publish__xml_text(w->out, href + 1);
    sx_buf_add(w->out, "\">");
  } else {
    SX_TRY(sx_publish__docx_relate(
        id, w, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink", href, true));
    sx_buf_printf(w->out, "<w:hyperlink r:id=\"%s\">", id);
  }
  const char *style = w->look.style;
  w->look.style = sx_publish__docx_id(w, DS_LINK);
  const sx_status status = sx_publish__docx_inlines(w, node);
  w->look.style = style;
  sx_buf_add(w->out, "</w:hyperlink>");
  return status;
}

static void mention(sx_docx *w, const sx_document_node *node) {
  sx_buf shown;
  char code[64];
  sx_buf_init(&shown, &w->ctx);
  sx_document_plain(&shown, node);
  const sx_document_node *target = node->as.mention.target;
  if (shown.failed) {
    w->out->failed = true;
  } else if (target && target->anchor) {
    (void)snprintf(code, sizeof code, "REF _Ref_%.40s \\h", target->anchor);
    sx_publish__docx_field(w->out, &w->look, node->lang == SX_LANG_ZH, code, shown.data ? shown.data : "", shown.n);
  } else {
    sx_publish__docx_run(w->out, &w->look, node->lang == SX_LANG_ZH, shown.data ? shown.data : "", shown.n);
  }
  sx_buf_clear(&shown);
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

/* Children under a look of their own. */
static sx_status looked(sx_docx *w, const sx_document_node *node, sx_docx_look look) {
  const sx_docx_look before = w->look;
  w->look = look;
  const sx_status status = sx_publish__docx_inlines(w, node);
  w->look = before;
  return status;
}

/* A sign behind a number, so that it is known from a person's. */
static sx_status sign(sx_docx *w, const sx_document_node *node) {
  sx_docx_look look = w->look;
  size_t id;
  look.superscript = true;
  SX_TRY(sx_publish__docx_begin_sign(w, &id, node));
  SX_TRY(looked(w, node, look));
  sx_publish__docx_end_mark(w, id);
  return SX_OK;
}

static void tag(sx_docx *w, const sx_document_node *node) {
  sx_buf text;
  sx_docx_look look = w->look;
  sx_buf_init(&text, &w->ctx);
  sx_document_plain(&text, node);
  look.color = node->parent->parent && node->parent->parent->kind == SX_DOC_BOX ? "595959" : "9C2A00";
  look.strong = false;
  if (text.failed) w->out->failed = true;
  sx_publish__docx_run(w->out, &look, w->chinese, w->chinese ? "〔" : " [", strlen(w->chinese ? "〔" : " ["));
  sx_publish__docx_run(w->out, &look, w->chinese, text.data ? text.data : "", text.n);
  sx_publish__docx_run(w->out, &look, w->chinese, w->chinese ? "〕" : "]", strlen(w->chinese ? "〕" : "]"));
  sx_buf_clear(&text);
}

static sx_status inline_node(sx_docx *w, const sx_document_node *node) {
  sx_docx_look look = w->look;
  switch ((int)node->kind) {
  case SX_DOC_TEXT:
    return put_text(w, node);
  case SX_DOC_NUMBER:
    return sx_publish__docx_number(w, node);
  case SX_DOC_MARK:
    return sign(w, node);
  case SX_DOC_STRONG:
    look.strong = true;
    return looked(w, node, look);
  case SX_DOC_EMPHASIS:
    look.emphasis = true;
    return looked(w, node, look);
  case SX_DOC_CODE:
    look.style = sx_publish__docx_id(w, DS_CODE);
    return looked(w, node, look);
  case SX_DOC_RUN:
    if (!node->text || !w->native_figure) return sx_publish__docx_inlines(w, node);
    return put_text(w, &(sx_document_node){.kind = SX_DOC_TEXT, .lang = node->lang, .text = node->text});
  case SX_DOC_SMALL:
    look.size = 16;
    look.color = "595959";
    return looked(w, node, look);
  case SX_DOC_LINK:
    return link_to(w, node);
  case SX_DOC_FOOTNOTE_REF:
    return footnote_ref(w, node);
  case SX_DOC_MENTION:
    mention(w, node);
    return SX_OK;
  case SX_DOC_LINE_BREAK:
    sx_buf_add(w->out, "<w:r><w:br/></w:r>");
    return SX_OK;
  case SX_DOC_SOFT_BREAK:
    sx_publish__docx_run(w->out, &look, w->chinese, " ", 1);
    return SX_OK;
  case SX_DOC_UNIT:
    sx_buf_add(w->out, "<w:r><w:br/></w:r>");
    look.strong = false;
    look.color = "595959";
    return looked(w, node, look);
  case SX_DOC_TAG:
    tag(w, node);
    return SX_OK;
  case SX_DOC_SAID:
    return node->as.said.end ? sx_publish__docx_end_said(w, node->as.said.key)
                             : sx_publish__docx_begin_said(w, node->as.said.key);
  default:
    return sx_publish__docx_inlines(w, node);
  }
}

sx_status sx_publish__docx_inlines(sx_docx *w, const sx_document_node *node) {
  char key[SX_SAID_KEY];
  const bool note = sx_publish__said_note(key, node);
  if (note) SX_TRY(sx_publish__docx_begin_said(w, key));
  for (const sx_document_node *child = node->first; child; child = child->next) {
    size_t id;
    sx_publish__docx_begin_exempt(w, &id, child);
    SX_TRY(inline_node(w, child));
    sx_publish__docx_end_exempt(w, id);
  }
  if (note) SX_TRY(sx_publish__docx_end_said(w, key));
  return sx_buf_status(w->out, w->err);
}
