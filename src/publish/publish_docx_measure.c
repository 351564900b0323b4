/* publish_docx_measure.c: what the cells of tables are set in by a template's styles: size and width of letters, and the white beside them. Columns are cut for that, so that
 * numbers do not break where the template's letters are larger than ours. Properties come from the defaults of the document, then the table's style, then the paragraph's
 * (ECMA-376 part 1, 17.7.2), each with what it is based on. */
#include <string.h>

#include "publish_docx_priv.h"
#include "shuxiao/io_archive.h"

enum {
  NAME_MAX_BYTES = 128,
  CHAIN_MAX = 12,       /* styles that are based on one another */
  SIZE_DEFAULT = 20,    /* half points, where no style says a size */
  MARGIN_DEFAULT = 108, /* of cells: Word's own */
  UNSET = INT32_MIN
};
static const double BOLD_WIDTH = 1.12; /* figures of the widest fonts, bold against not */
static const double LETTER = 0.6;      /* ems of a letter that space is put behind */
static const double WIDE_LETTER = 1.3;

/* What a style says itself; UNSET: nothing. */
typedef struct said {
  char id[NAME_MAX_BYTES], based[NAME_MAX_BYTES], font[NAME_MAX_BYTES];
  int size, bold, space, scale, left, right;
} said;

typedef struct sheet {
  said *items;
  size_t n, cap;
  sx_arena *arena;
  said *at;           /* the style (or the defaults) that is read; NULL */
  bool part, margins; /* inside properties of a part of a table, margins of its cells */
} sheet;

static const said unsaid = {
    .size = UNSET, .bold = UNSET, .space = UNSET, .scale = UNSET, .left = UNSET, .right = UNSET};

static void keep(char out[NAME_MAX_BYTES], const char *text) {
  const size_t n = text ? strlen(text) : 0;
  if (n >= NAME_MAX_BYTES) return;
  if (n) memcpy(out, text, n);
  out[n] = '\0';
}

static void number_of(int *out, const char *const *attributes, const char *name) {
  int64_t value;
  const char *text = sx_xml_attribute(attributes, name);
  if (text && sx_text_to_int64(&value, text, strspn(text, "-0123456789")) && value > -10000 && value < 10000)
    *out = (int)value;
}

static bool is_on(const char *value) {
  return !value || (strcmp(value, "0") != 0 && strcmp(value, "false") != 0 && strcmp(value, "off") != 0);
}

static sx_status begin(sheet *s, const char *id, sx_error *err) {
  if (!sx_arena_grow(s->arena, (void **)&s->items, &s->cap, s->n + 1, sizeof *s->items)) return sx_error_memory(err);
  s->at = &s->items[s->n++];
  *s->at = unsaid;
  keep(s->at->id, id);
  return SX_OK;
}

static void property(said *at, const char *tag, const char *const *attributes) {
  const char *font = strcmp(tag, "rFonts") == 0 ? sx_xml_attribute(attributes, "ascii") : NULL;
  if (font) keep(at->font, font);
  if (strcmp(tag, "sz") == 0) number_of(&at->size, attributes, "val");
  if (strcmp(tag, "b") == 0) at->bold = is_on(sx_xml_attribute(attributes, "val"));
  if (strcmp(tag, "spacing") == 0) number_of(&at->space, attributes, "val"); /* of letters; that of lines has no val */
  if (strcmp(tag, "w") == 0) number_of(&at->scale, attributes, "val");
  if (strcmp(tag, "basedOn") == 0) keep(at->based, sx_xml_attribute(attributes, "val"));
}

static sx_status start(void *data, const char *tag, const char *const *attributes, sx_error *err) {
  sheet *s = data;
  if (strcmp(tag, "style") == 0) {
    const char *id = sx_xml_attribute(attributes, "styleId");
    return begin(s, id ? id : "", err);
  }
  if (strcmp(tag, "rPrDefault") == 0) return begin(s, "", err);
  if (strcmp(tag, "tblStylePr") == 0) s->part = true;
  if (strcmp(tag, "tblCellMar") == 0) s->margins = true;
  if (!s->at || s->part) return SX_OK;
  if (s->margins) {
    if (strcmp(tag, "left") == 0 || strcmp(tag, "start") == 0) number_of(&s->at->left, attributes, "w");
    if (strcmp(tag, "right") == 0 || strcmp(tag, "end") == 0) number_of(&s->at->right, attributes, "w");
  } else {
    property(s->at, tag, attributes);
  }
  return SX_OK;
}

static sx_status end(void *data, const char *tag, sx_error *err) {
  sheet *s = data;
  (void)err;
  if (strcmp(tag, "style") == 0 || strcmp(tag, "rPrDefault") == 0) s->at = NULL;
  if (strcmp(tag, "tblStylePr") == 0) s->part = false;
  if (strcmp(tag, "tblCellMar") == 0) s->margins = false;
  return SX_OK;
}

static const said *find(const sheet *s, const char *id) {
  for (size_t i = 0; i < s->n && *id; i++)
    if (strcmp(s->items[i].id, id) == 0) return &s->items[i];
  return NULL;
}

static void over(said *under, const said *own) {
  if (own->size != UNSET) under->size = own->size;
  if (own->bold != UNSET) under->bold = own->bold;
  if (own->space != UNSET) under->space = own->space;
  if (own->scale != UNSET) under->scale = own->scale;
  if (own->left != UNSET) under->left = own->left;
  if (own->right != UNSET) under->right = own->right;
  if (*own->font) keep(under->font, own->font);
}

/* A style over what it is based on, over what is there. */
static void put_style(said *under, const sheet *s, const char *id) {
  const said *chain[CHAIN_MAX];
  size_t n = 0;
  for (const said *at = find(s, id); at && n < CHAIN_MAX; at = find(s, at->based)) chain[n++] = at;
  while (n) over(under, chain[--n]);
}

/* Fonts whose letters are a good deal wider than those of Times New Roman. */
static bool is_wide(const char *font) {
  static const char *const wide[] = {"DejaVu",  "Verdana",    "Courier", "Mono",           "Consolas",
                                     "Bookman", "Schoolbook", "Lucida",  "Bitstream Vera", "Tahoma"};
  for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
    if (strstr(font, wide[i])) return true;
  return false;
}

static sx_docx_type type_of(const said *s, bool bold_counts) {
  sx_docx_type out = {.latin = is_wide(s->font) ? WIDE_LETTER : 1};
  double em = 10.0 * (s->size > 0 ? s->size : SIZE_DEFAULT);
  if (s->scale > 0) em *= s->scale / 100.0;
  if (s->space > 0) em += s->space / LETTER;
  out.em = bold_counts && s->bold == 1 ? em * BOLD_WIDTH : em;
  return out;
}

sx_status sx_publish__docx_measure(sx_docx_template *t, const char *styles, size_t n, const char *name,
                                   const sx_ctx *ctx, sx_error *err) {
  sheet s = {.n = 0};
  const sx_xml_handler handler = {&s, start, end, NULL};
  SX_TRY(sx_arena_new(&s.arena, ctx, err));
  const sx_status status = sx_xml_read(ctx, name, styles, n, &handler, err);
  said base = unsaid, cell, head;
  if (s.n && !*s.items[0].id) base = s.items[0];
  if (t->ids[DS_TABLE]) put_style(&base, &s, t->ids[DS_TABLE]);
  cell = head = base;
  put_style(&cell, &s, t->ids[DS_CELL] ? t->ids[DS_CELL] : "");
  put_style(&head, &s, t->ids[DS_HEAD] ? t->ids[DS_HEAD] : "");
  t->cell = t->ids[DS_CELL] ? type_of(&cell, true) : (sx_docx_type){SX_DOCX_EM, type_of(&base, false).latin};
  t->head = t->ids[DS_HEAD]   ? type_of(&head, false)
            : t->ids[DS_CELL] ? type_of(&base, false) /* ours is based on our cell, which is not there */
                              : t->cell;
  t->padding = !t->ids[DS_TABLE] ? SX_DOCX_PADDING
                                 : (base.left != UNSET ? base.left : MARGIN_DEFAULT) +
                                       (base.right != UNSET ? base.right : MARGIN_DEFAULT);
  sx_arena_free(s.arena);
  return status;
}
