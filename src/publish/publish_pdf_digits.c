/* publish_pdf_digits.c: numbers in cells, without a layout of their own. Half of a report's texts are lines of digits ("1,526.7", below it "(32.5)"); Pango shapes each
 * character once for a font, and lines are put together from these. Digits keep their full widths so (tables want tabular figures: nothing is kerned), and a
 * line costs a hundredth of what its itemization and shaping would. A line that needs anything else is left to a layout. */
#include <string.h>

#include "publish_pdf_priv.h"

/* ASCII but letters, and what intervals and differences are set with. */
#define CHARACTERS " !#%()*+,-./0123456789:;<=>~–−"
enum { CHARACTERS_MAX = 40 };

typedef struct pdf_character {
  uint32_t code;
  PangoGlyphInfo glyph;
} pdf_character;

struct pdf_digits {
  double size;
  bool strong;
  PangoItem *item; /* of a text of these characters; NULL: one font does not have them all */
  pdf_character characters[CHARACTERS_MAX];
  size_t n;
  pdf_digits *next;
};

/* ---- characters, each shaped once ----------------------------------------------------------------------------------- */

static void shape(pdf_digits *d, const char *at, size_t bytes, uint32_t code) {
  PangoGlyphString *glyphs = pango_glyph_string_new();
  pango_shape_full(at, (int)bytes, CHARACTERS, -1, &d->item->analysis, glyphs);
  if (glyphs->num_glyphs == 1 && d->n < CHARACTERS_MAX && !(glyphs->glyphs[0].glyph & PANGO_GLYPH_UNKNOWN_FLAG))
    d->characters[d->n++] = (pdf_character){code, glyphs->glyphs[0]};
  pango_glyph_string_free(glyphs);
}

static void shape_all(pdf_digits *d) {
  const char *at = CHARACTERS;
  for (size_t left = strlen(CHARACTERS), bytes; left; at += bytes, left -= bytes) {
    uint32_t code;
    bytes = sx_utf8_next(&code, at, left);
    shape(d, at, bytes, code);
  }
}

static PangoItem *only_item(pdf_writer *w, const pdf_digits *d) {
  PangoAttrList *attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_font_desc_new(sx_publish__pdf_font(w, false, d->strong, d->size)));
  sx_publish__pdf_features(w, attributes);
  GList *items = pango_itemize(w->pango, CHARACTERS, 0, (int)strlen(CHARACTERS), attributes, NULL);
  pango_attr_list_unref(attributes);
  PangoItem *only = items && !items->next && items->data && !(((PangoItem *)items->data)->analysis.level & 1)
                        ? pango_item_copy(items->data)
                        : NULL;
  g_list_free_full(items, (GDestroyNotify)pango_item_free);
  return only;
}

static pdf_digits *digits_of(pdf_writer *w, bool strong, double size) {
  pdf_digits *d = w->digits;
  while (d && (d->strong != strong || d->size != size)) d = d->next;
  if (d) return d;
  d = sx_arena_zalloc(w->arena, 1, sizeof *d);
  if (!d) return NULL;
  *d = (pdf_digits){.size = size, .strong = strong, .next = w->digits};
  w->digits = d;
  d->item = only_item(w, d);
  if (d->item) shape_all(d);
  return d;
}

/* ---- lines ---------------------------------------------------------------------------------------------------------- */

static const PangoGlyphInfo *glyph_of(const pdf_digits *d, uint32_t code) {
  for (size_t i = 0; i < d->n; i++)
    if (d->characters[i].code == code) return &d->characters[i].glyph;
  return NULL;
}

/* Whether the font has all characters of a line. */
static bool has_all(const pdf_digits *d, const char *text, size_t n) {
  for (size_t i = 0, bytes; i < n; i += bytes) {
    uint32_t code;
    bytes = sx_utf8_next(&code, text + i, n - i);
    if (!bytes || !glyph_of(d, code)) return false;
  }
  return n > 0;
}

static sx_status set_line(pdf_writer *w, pdf_digit_line *line, const char *text, size_t n) {
  PangoGlyphInfo *glyphs = sx_arena_alloc(w->arena, n + 1, sizeof *glyphs);
  int *clusters = sx_arena_alloc(w->arena, n + 1, sizeof *clusters);
  char *words = sx_arena_strndup(w->arena, text, n);
  if (!glyphs || !clusters || !words) return sx_error_memory(w->err);
  int k = 0;
  for (size_t i = 0, bytes; i < n; i += bytes) {
    uint32_t code;
    bytes = sx_utf8_next(&code, text + i, n - i);
    glyphs[k] = *glyph_of(line->digits, code);
    line->width += glyphs[k].geometry.width;
    clusters[k++] = (int)i;
  }
  line->words = words;
  line->bytes = (int)n;
  line->glyphs = (PangoGlyphString){.num_glyphs = k, .glyphs = glyphs, .log_clusters = clusters};
  return SX_OK;
}

static size_t count_lines(const char *words, size_t n) {
  size_t lines = 1;
  for (size_t i = 0; i < n; i++) lines += words[i] == '\n';
  return lines;
}

sx_status sx_publish__pdf_digits(pdf_writer *w, pdf_text *t, const char *words, size_t n, size_t small) {
  if (!n || strspn(words, CHARACTERS "\n") < n) return SX_OK; /* bytes of other characters: most texts */
  const size_t n_lines = count_lines(words, n);
  pdf_digit_line *lines = sx_arena_zalloc(w->arena, n_lines, sizeof *lines);
  if (!lines) return sx_error_memory(w->err);
  for (size_t k = 0, at = 0, to; k < n_lines; k++, at = to + 1) {
    const char *end = memchr(words + at, '\n', n - at);
    const bool soft = at >= small;
    to = end ? (size_t)(end - words) : n;
    const pdf_digits *d = digits_of(w, t->face.strong, soft ? PDF_SMALL * t->face.size : t->face.size);
    if (!d) return sx_error_memory(w->err);
    if (!has_all(d, words + at, to - at)) return SX_OK;
    lines[k] = (pdf_digit_line){.digits = d, .ink = soft ? PDF_SOFT : t->face.ink};
    SX_TRY(set_line(w, &lines[k], words + at, to - at));
    if (lines[k].width > (int)(t->width * PANGO_SCALE)) return SX_OK;
  }
  t->lines = lines;
  t->n_lines = (int)n_lines;
  return SX_OK;
}

/* The item is the font's and stands for what is drawn now. */
void sx_publish__pdf_digits_show(cairo_t *cr, const pdf_digit_line *line) {
  PangoItem *item = line->digits->item;
  PangoGlyphString glyphs = line->glyphs;
  PangoGlyphItem run = {.item = item, .glyphs = &glyphs};
  item->offset = 0;
  item->length = line->bytes;
  item->num_chars = glyphs.num_glyphs;
  pango_cairo_show_glyph_item(cr, line->words, &run);
}

PangoFont *sx_publish__pdf_digits_font(const pdf_digits *digits) {
  return digits->item ? digits->item->analysis.font : NULL;
}

const pdf_digits *sx_publish__pdf_digits_next(const pdf_writer *w, const pdf_digits *digits) {
  return digits ? digits->next : w->digits;
}

void sx_publish__pdf_digits_close(pdf_writer *w) {
  for (pdf_digits *d = w->digits; d; d = d->next)
    if (d->item) pango_item_free(d->item);
  w->digits = NULL;
}
