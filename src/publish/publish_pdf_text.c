/* publish_pdf_text.c: inlines as one layout of Pango with attributes; where links and footnotes stand in it is kept beside. */
#include <math.h>
#include <string.h>

#include "publish_pdf_priv.h"

#define SERIF "Noto Serif CJK SC, Source Han Serif SC, DejaVu Serif, serif"

static const uint32_t inks[PDF_INKS] = {0x1A1A1A, 0x595959, 0x1F3864, 0x1F4E9E, 0x9C2A00};

/* ---- one text while it is made ----------------------------------------------------------------------------------- */

typedef struct maker {
  pdf_writer *w;
  pdf_text *text;
  sx_buf buf;
  PangoAttrList *attributes;
  bool plain;             /* no attribute but those of the face */
  bool simple;            /* none but of one small part at the end */
  size_t small, small_to; /* that part; SIZE_MAX: there is none */
} maker;

/* From a byte to the end of what there is. */
static void attribute(maker *m, PangoAttribute *a, size_t from) {
  a->start_index = (guint)from;
  a->end_index = (guint)m->buf.n;
  m->plain = m->simple = false;
  if (m->buf.n > from)
    pango_attr_list_insert(m->attributes, a);
  else
    pango_attribute_destroy(a);
}

uint32_t sx_publish__pdf_ink(pdf_ink ink) {
  return inks[ink];
}

static PangoAttribute *coloured(pdf_ink ink) {
  const uint32_t c = inks[ink];
  return pango_attr_foreground_new((guint16)((c >> 16 & 0xFF) * 257), (guint16)((c >> 8 & 0xFF) * 257),
                                   (guint16)((c & 0xFF) * 257));
}

/* Set smaller and, for notes and marks, higher. */
static void shrunk(maker *m, size_t from, double scale, double rise) {
  attribute(m, pango_attr_size_new_absolute((int)(scale * m->text->face.size * PANGO_SCALE)), from);
  if (rise > 0) attribute(m, pango_attr_rise_new((int)(rise * m->text->face.size * PANGO_SCALE)), from);
}

/* What Pango would draw as boxes, and marks that turn the direction, become the sign for what cannot be shown. */
static void add(maker *m, const char *text, size_t n) {
  for (size_t i = 0; i < n;) {
    uint32_t c;
    size_t k = sx_utf8_next(&c, text + i, n - i);
    const bool control = k && ((c < 0x20 && c != '\n') || (c >= 0x7F && c < 0xA0) || c == 0xFFFE || c == 0xFFFF);
    const bool turns = k && ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069));
    if (c == '\t' && k)
      sx_buf_add_char(&m->buf, ' ');
    else if (!k || control)
      sx_buf_add(&m->buf, "\xEF\xBF\xBD");
    else if (!turns)
      sx_buf_add_n(&m->buf, text + i, k);
    i += k ? k : 1;
  }
}

static sx_status keep_link(maker *m, size_t from, const char *target, const char *uri) {
  pdf_text *t = m->text;
  m->simple = false;
  if (!sx_arena_grow(m->w->arena, (void **)&t->links, &t->cap_links, t->n_links + 1, sizeof *t->links))
    return sx_error_memory(m->w->err);
  t->links[t->n_links++] = (pdf_link){(int)from, (int)m->buf.n, target, uri};
  return SX_OK;
}

static sx_status keep_mark(maker *m, size_t at, size_t number) {
  pdf_text *t = m->text;
  m->simple = false;
  if (!sx_arena_grow(m->w->arena, (void **)&t->marks, &t->cap_marks, t->n_marks + 1, sizeof *t->marks))
    return sx_error_memory(m->w->err);
  t->marks[t->n_marks++] = (pdf_mark){(int)at, number};
  return SX_OK;
}

/* ---- inlines ----------------------------------------------------------------------------------------------------- */

static sx_status children(maker *m, const sx_document_node *node);

static sx_status linked(maker *m, const sx_document_node *node) {
  const size_t from = m->buf.n;
  const char *href = node->as.link.href;
  SX_TRY(children(m, node));
  if (!href) return SX_OK;
  attribute(m, coloured(PDF_LINK), from);
  return href[0] == '#' ? keep_link(m, from, href + 1, NULL) : keep_link(m, from, NULL, href);
}

static sx_status footnote(maker *m, const sx_document_node *node) {
  const size_t from = m->buf.n;
  add(m, node->text ? node->text : "*", strlen(node->text ? node->text : "*"));
  shrunk(m, from, 0.62, 0.38);
  attribute(m, coloured(PDF_LINK), from);
  const sx_document_node *note = node->as.footnote_ref.note;
  if (!note) return SX_OK;
  SX_TRY(keep_mark(m, from, node->as.footnote_ref.number));
  return note->anchor ? keep_link(m, from, note->anchor, NULL) : SX_OK;
}

static sx_status small(maker *m, const sx_document_node *node) {
  const size_t from = m->buf.n;
  const bool simple = m->simple && m->small == SIZE_MAX && from && m->buf.data[from - 1] == '\n';
  SX_TRY(children(m, node));
  const bool alone = simple && m->simple;
  shrunk(m, from, PDF_SMALL, 0);
  attribute(m, coloured(PDF_SOFT), from);
  m->simple = alone;
  if (alone) {
    m->small = from;
    m->small_to = m->buf.n;
  }
  return SX_OK;
}

static sx_status one(maker *m, const sx_document_node *node) {
  const size_t from = m->buf.n;
  switch ((int)node->kind) {
  case SX_DOC_TEXT:
    add(m, node->text, strlen(node->text));
    return SX_OK;
  case SX_DOC_NUMBER:
    add(m, node->text, strlen(node->text));
    return SX_OK;
  case SX_DOC_PARAGRAPH: /* of a footnote */
    if (node->parent && node->parent->first != node) sx_buf_add_char(&m->buf, '\n');
    return children(m, node);
  case SX_DOC_MARK:
    SX_TRY(children(m, node));
    shrunk(m, from, 0.65, 0.35);
    return SX_OK;
  case SX_DOC_STRONG:
    SX_TRY(children(m, node));
    attribute(m, pango_attr_weight_new(PANGO_WEIGHT_BOLD), from);
    return SX_OK;
  case SX_DOC_EMPHASIS:
    SX_TRY(children(m, node));
    attribute(m, pango_attr_style_new(PANGO_STYLE_ITALIC), from);
    return SX_OK;
  case SX_DOC_CODE:
    SX_TRY(children(m, node));
    attribute(m, pango_attr_family_new("DejaVu Sans Mono, Noto Sans Mono CJK SC, monospace"), from);
    attribute(m, pango_attr_scale_new(0.8), from); /* its letters are larger than those of the text's fonts */
    attribute(m, pango_attr_insert_hyphens_new(FALSE), from); /* a hash has none */
    return SX_OK;
  case SX_DOC_LINK:
    return linked(m, node);
  case SX_DOC_FOOTNOTE_REF:
    return footnote(m, node);
  case SX_DOC_MENTION:
    SX_TRY(children(m, node));
    return node->as.mention.target && node->as.mention.target->anchor
               ? keep_link(m, from, node->as.mention.target->anchor, NULL)
               : SX_OK;
  case SX_DOC_LINE_BREAK:
    sx_buf_add_char(&m->buf, '\n');
    return SX_OK;
  case SX_DOC_SOFT_BREAK:
    sx_buf_add_char(&m->buf, ' ');
    return SX_OK;
  case SX_DOC_UNIT:
    if (m->buf.n) sx_buf_add_char(&m->buf, '\n');
    SX_TRY(children(m, node));
    attribute(m, pango_attr_weight_new(PANGO_WEIGHT_NORMAL), from);
    attribute(m, coloured(PDF_SOFT), from);
    return SX_OK;
  case SX_DOC_SMALL:
    return small(m, node);
  case SX_DOC_TAG:
    sx_buf_add(&m->buf, m->w->chinese ? "〔" : " [");
    SX_TRY(children(m, node));
    sx_buf_add(&m->buf, m->w->chinese ? "〕" : "]");
    attribute(m, coloured(node->parent->parent && node->parent->parent->kind == SX_DOC_BOX ? PDF_SOFT : PDF_RED), from);
    attribute(m, pango_attr_weight_new(PANGO_WEIGHT_NORMAL), from);
    return SX_OK;
  default:
    return children(m, node);
  }
}

static sx_status children(maker *m, const sx_document_node *node) {
  for (const sx_document_node *child = node->first; child; child = child->next) SX_TRY(one(m, child));
  return sx_buf_status(&m->buf, m->w->err);
}

/* ---- layouts ----------------------------------------------------------------------------------------------------- */

static const char *const families[] = {SX_DRAW_FONT, SERIF};

/* Texts without inlines of their own share a layout where words, face and room are the same. */
static guint plain_hash(gconstpointer text) {
  const pdf_text *t = text;
  return g_str_hash(t->words) + 31 * (guint)t->room + (guint)t->face.ink;
}

static gboolean plain_equal(gconstpointer left, gconstpointer right) {
  const pdf_text *a = left, *b = right;
  const pdf_face *f = &a->face, *g = &b->face;
  return a->room == b->room && a->indent == b->indent && a->chinese == b->chinese && f->serif == g->serif &&
         f->strong == g->strong && f->size == g->size && f->ink == g->ink && f->ellipsis == g->ellipsis &&
         strcmp(a->words, b->words) == 0;
}

void sx_publish__pdf_fonts_open(pdf_writer *w) {
  for (size_t i = 0; i < 2; i++) w->families[i] = pango_font_description_from_string(families[i]);
  w->plain = g_hash_table_new(plain_hash, plain_equal);
  w->charmaps = g_hash_table_new(NULL, NULL);
}

void sx_publish__pdf_fonts_close(pdf_writer *w) {
  for (size_t i = 0; i < 2; i++) pango_font_description_free(w->families[i]);
  if (w->plain) g_hash_table_destroy(w->plain);
  if (w->charmaps) g_hash_table_destroy(w->charmaps);
}

const PangoFontDescription *sx_publish__pdf_font(pdf_writer *w, bool serif, bool strong, double size) {
  PangoFontDescription *font = w->families[serif];
  pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
  pango_font_description_set_weight(font, strong ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  return font;
}

static PangoLayout *new_layout(const maker *m) {
  const pdf_text *t = m->text;
  PangoLayout *layout = pango_layout_new(m->w->pango);
  pango_layout_set_font_description(layout, sx_publish__pdf_font(m->w, t->face.serif, t->face.strong, t->face.size));
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_width(layout, t->room);
  if (t->indent > 0) pango_layout_set_indent(layout, (int)(t->indent * PANGO_SCALE));
  if (t->face.ellipsis) pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_attributes(layout, m->attributes);
  pango_layout_set_text(layout, m->buf.data, (int)m->buf.n);
  return layout;
}

static sx_status lay_out(maker *m) {
  pdf_writer *w = m->w;
  pdf_text *t = m->text;
  void *list = w->layouts;
  const bool grown = sx_mem_grow(&w->ctx, &list, &w->cap_layouts, w->n_layouts + 1, sizeof *w->layouts);
  w->layouts = list;
  if (!grown) return sx_error_memory(w->err);
  t->layout = w->layouts[w->n_layouts++] = new_layout(m);
  t->words = pango_layout_get_text(t->layout);
  if (pango_layout_get_unknown_glyphs_count(t->layout) > 0)
    return sx_draw_font_check(m->buf.data, m->buf.n, families[t->face.serif], w->err);
  return SX_OK;
}

static sx_status share(maker *m, int room) {
  pdf_text *t = m->text;
  t->room = room;
  t->words = m->buf.data;
  const pdf_text *same = g_hash_table_lookup(m->w->plain, t);
  if (same) {
    t->layout = same->layout;
    t->words = same->words;
    return SX_OK;
  }
  pdf_text *kept = sx_arena_alloc(m->w->arena, 1, sizeof *kept);
  if (!kept) return sx_error_memory(m->w->err);
  SX_TRY(lay_out(m));
  *kept = *t;
  g_hash_table_add(m->w->plain, kept);
  return SX_OK;
}

/* Plain words that fit into their room as they are have one layout for all rooms. */
static sx_status settle(maker *m) {
  pdf_text *t = m->text;
  const bool plain = m->plain;
  const bool simple = m->simple && (m->small == SIZE_MAX || m->small_to == m->buf.n);
  if (simple && t->indent <= 0 && !t->face.serif && !t->face.ellipsis) {
    SX_TRY(sx_publish__pdf_digits(m->w, t, m->buf.data, m->buf.n, m->small));
    if (t->lines) return SX_OK;
  }
  const int room = (int)(t->width * PANGO_SCALE);
  const double least = (m->w->chinese ? 0.32 : 0.4) * t->face.size * (double)m->buf.n; /* ems of a byte, about */
  if (plain && least <= t->width && t->indent <= 0 && !t->face.ellipsis) {
    int width;
    SX_TRY(share(m, -1));
    pango_layout_get_size(t->layout, &width, NULL);
    if (width <= room) return SX_OK;
  }
  if (plain) return share(m, room);
  t->room = room;
  return lay_out(m);
}

/* Quotation marks of an em are Chinese. */
void sx_publish__pdf_features(const pdf_writer *w, PangoAttrList *attributes) {
  if (!w->chinese) pango_attr_list_insert(attributes, pango_attr_font_features_new("pwid=1"));
}

/* What is coloured on its own comes later in the list and wins. */
static void put_face(maker *m) {
  PangoAttribute *ink = coloured(m->text->face.ink);
  ink->start_index = 0;
  ink->end_index = (guint)m->buf.n;
  pango_attr_list_insert_before(m->attributes, ink);
  sx_publish__pdf_features(m->w, m->attributes);
}

sx_status sx_publish__pdf_text(const pdf_text **out, pdf_writer *w, const sx_document_node *node, const char *before,
                               const pdf_face *face, double width, double indent) {
  pdf_text *text = sx_arena_zalloc(w->arena, 1, sizeof *text);
  maker m = {.w = w, .text = text, .plain = true, .simple = true, .small = SIZE_MAX, .small_to = SIZE_MAX};
  if (!text) return sx_error_memory(w->err);
  text->face = *face;
  text->width = width;
  text->indent = indent;
  text->chinese = w->chinese;
  sx_buf_init(&m.buf, &w->ctx);
  sx_buf_add(&m.buf, "");
  m.attributes = pango_attr_list_new();
  if (before) add(&m, before, strlen(before));
  sx_status status = node ? children(&m, node) : SX_OK;
  if (status == SX_OK) status = sx_buf_status(&m.buf, w->err);
  if (status == SX_OK) {
    put_face(&m);
    status = settle(&m);
  }
  pango_attr_list_unref(m.attributes);
  sx_buf_clear(&m.buf);
  if (status == SX_OK) *out = text;
  return status;
}

sx_status sx_publish__pdf_plain(const pdf_text **out, pdf_writer *w, const char *text, const pdf_face *face,
                                double width) {
  return sx_publish__pdf_text(out, w, NULL, text, face, width, 0);
}

/* As Pango aligns lines, to its rounding: layouts are shared by texts in different rooms. */
int sx_publish__pdf_start(const pdf_text *text, bool rtl, int width) {
  const int room = (int)(text->width * PANGO_SCALE), white = room - width;
  if (text->face.align != SX_DOC_ALIGN_CENTRE) return (text->face.align == SX_DOC_ALIGN_END) != rtl ? white : 0;
  return ((room | width) & (PANGO_SCALE - 1)) == 0 ? PANGO_UNITS_ROUND(white / 2) : white / 2;
}

int sx_publish__pdf_lines(const pdf_text *text) {
  return text->lines ? text->n_lines : pango_layout_get_line_count(text->layout);
}

double sx_publish__pdf_line_width(const pdf_text *text, int line) {
  PangoRectangle logical;
  if (text->lines) return (double)text->lines[line].width / PANGO_SCALE;
  pango_layout_line_get_extents(pango_layout_get_line_readonly(text->layout, line), NULL, &logical);
  return (double)logical.width / PANGO_SCALE;
}

double sx_publish__pdf_width(const pdf_text *text) {
  PangoRectangle logical;
  if (text->lines) {
    double most = 0;
    for (int i = 0; i < text->n_lines; i++) most = fmax(most, sx_publish__pdf_line_width(text, i));
    return most;
  }
  pango_layout_get_extents(text->layout, NULL, &logical);
  return (double)logical.width / PANGO_SCALE;
}
