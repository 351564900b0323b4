/* publish_pdf_fonts.c: the lists of characters of the fonts, put away while the pages are drawn. Cairo asks a font for the character of every glyph that it embeds; for a
 * glyph that has none (the digits of the Chinese fonts are such) it walks all 45,000 characters of the font, which was an eighth of the time of an English
 * report. Without a list the answer is at once that there is none, and Cairo takes the character from the text, as it does then in any case.
 * Texts are laid out by HarfBuzz, which reads the font on its own. */
#include <cairo-ft.h>

#include "publish_pdf_priv.h"

/* The faces are Cairo's, shared by all sizes of a font, and may be closed and opened again between two calls: nothing of them is kept. */
static FT_Face lock(PangoFont *font) {
  cairo_scaled_font_t *scaled = pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font));
  return scaled && cairo_scaled_font_get_type(scaled) == CAIRO_FONT_TYPE_FT ? cairo_ft_scaled_font_lock_face(scaled)
                                                                            : NULL;
}

static void unlock(PangoFont *font) {
  cairo_ft_scaled_font_unlock_face(pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font)));
}

/* Sizes of one font share a face: the first has put its list away. */
static void hide(pdf_writer *w, PangoFont *font) {
  FT_Face face = lock(font);
  if (!face) return;
  int chosen = -1;
  for (int i = 0; face->charmap && i < face->num_charmaps; i++) {
    if (face->charmaps[i] == face->charmap) chosen = i;
  }
  if (chosen >= 0) face->charmap = NULL;
  g_hash_table_insert(w->charmaps, font, GINT_TO_POINTER(chosen));
  unlock(font);
}

void sx_publish__pdf_charmaps_hide(pdf_writer *w) {
  for (const pdf_digits *d = sx_publish__pdf_digits_next(w, NULL); d; d = sx_publish__pdf_digits_next(w, d)) {
    PangoFont *font = sx_publish__pdf_digits_font(d);
    if (font && !g_hash_table_contains(w->charmaps, font)) hide(w, font);
  }
  for (size_t i = 0; i < w->n_layouts; i++) {
    for (GSList *line = pango_layout_get_lines_readonly(w->layouts[i]); line; line = line->next) {
      for (GSList *run = ((PangoLayoutLine *)line->data)->runs; run; run = run->next) {
        PangoFont *font = ((PangoLayoutRun *)run->data)->item->analysis.font;
        if (!g_hash_table_contains(w->charmaps, font)) hide(w, font);
      }
    }
  }
}

void sx_publish__pdf_charmaps_restore(pdf_writer *w) {
  GHashTableIter each;
  gpointer font, charmap;
  g_hash_table_iter_init(&each, w->charmaps);
  while (g_hash_table_iter_next(&each, &font, &charmap)) {
    FT_Face face = GPOINTER_TO_INT(charmap) < 0 ? NULL : lock(font);
    if (!face) continue;
    face->charmap = face->charmaps[GPOINTER_TO_INT(charmap)];
    unlock(font);
  }
}
