/* Lines of digits put together from characters shaped once, against layouts of the same words by Pango: the slow way round. */
#include "sxt.h"

#include <math.h>

#include "publish/publish_pdf_priv.h"

typedef struct bench {
  sx_error error;
  pdf_writer w;
  cairo_surface_t *surface;
  cairo_t *cr;
} bench;

static void bench_open(bench *b, bool chinese) {
  *b = (bench){.error = SX_ERROR_INIT};
  b->w.chinese = chinese;
  b->w.err = &b->error;
  b->surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, NULL);
  b->cr = cairo_create(b->surface);
  b->w.pango = pango_cairo_create_context(b->cr);
  pango_cairo_context_set_resolution(b->w.pango, 72);
  pango_context_set_language(b->w.pango, pango_language_from_string(chinese ? "zh-cn" : "en"));
  pango_context_set_round_glyph_positions(b->w.pango, FALSE);
  CHECK_OK(sx_arena_new(&b->w.arena, &b->w.ctx, err));
  sx_publish__pdf_fonts_open(&b->w);
}

static void bench_close(bench *b) {
  sx_publish__pdf_digits_close(&b->w);
  sx_publish__pdf_fonts_close(&b->w);
  for (size_t i = 0; i < b->w.n_layouts; i++) g_object_unref(b->w.layouts[i]);
  sx_mem_free(&b->w.ctx, b->w.layouts);
  g_object_unref(b->w.pango);
  sx_arena_free(b->w.arena);
  cairo_destroy(b->cr);
  cairo_surface_destroy(b->surface);
}

/* The glyphs of a layout of one line, in one run. */
static void same_as_layout(bench *b, const pdf_digit_line *line, const pdf_face *face, const char *words) {
  PangoLayout *layout = pango_layout_new(b->w.pango);
  PangoAttrList *features = pango_attr_list_new();
  sx_publish__pdf_features(&b->w, features);
  pango_layout_set_font_description(layout, sx_publish__pdf_font(&b->w, false, face->strong, face->size));
  pango_layout_set_attributes(layout, features);
  pango_layout_set_text(layout, words, -1);
  const PangoLayoutLine *of_pango = pango_layout_get_line_readonly(layout, 0);
  PangoRectangle logical;
  pango_layout_get_extents(layout, NULL, &logical);
  if (!(line->width == logical.width)) SXT_FAIL("%s: %d and %d", words, line->width, logical.width);
  REQUIRE(of_pango->runs && !of_pango->runs->next);
  const PangoGlyphString *glyphs = ((PangoLayoutRun *)of_pango->runs->data)->glyphs;
  REQUIRE(glyphs->num_glyphs == line->glyphs.num_glyphs);
  for (int i = 0; i < glyphs->num_glyphs; i++) {
    const PangoGlyphInfo *a = &glyphs->glyphs[i], *d = &line->glyphs.glyphs[i];
    if (!(a->glyph == d->glyph && a->geometry.width == d->geometry.width &&
          glyphs->log_clusters[i] == line->glyphs.log_clusters[i]))
      SXT_FAIL("%s: glyph %d", words, i);
  }
  pango_attr_list_unref(features);
  g_object_unref(layout);
}

static void test_twin(void) {
  static const char *const signs[] = {"", "+", "-", "\xE2\x88\x92", "<", "~"}, *const ends[] = {"", "%", "*", ")", ","};
  for (int lang = 0; lang < 2; lang++) {
    bench b;
    bench_open(&b, lang == 0);
    uint64_t state = 11 + (uint64_t)lang;
    for (int i = 0; i < 400; i++) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      const unsigned r = (unsigned)(state >> 33);
      const pdf_face face = {.strong = r % 3 == 0, .size = r % 2 ? 8.5 : 9.5, .leading = 11};
      char words[80];
      (void)snprintf(words, sizeof words, "%s%u.%u \xE2\x80\x93 %u%s", signs[r % 6], r % 99991, r / 7 % 100, r % 1009,
                     ends[r % 5]);
      const pdf_text *text;
      CHECK(sx_publish__pdf_plain(&text, &b.w, words, &face, 400) == SX_OK);
      REQUIRE(text->lines && text->n_lines == 1 && sx_publish__pdf_lines(text) == 1);
      CHECK(fabs(sx_publish__pdf_width(text) - text->lines[0].width / (double)PANGO_SCALE) < 1e-12);
      same_as_layout(&b, &text->lines[0], &face, words);
    }
    bench_close(&b);
  }
}

/* Where a word is no digit, or the line does not fit, or it is set otherwise, a layout is made. */
static void test_left_to_layouts(void) {
  static const pdf_face plain = {.size = 8.5, .leading = 11}, serif = {.size = 8.5, .leading = 11, .serif = true},
                        cut = {.size = 8.5, .leading = 11, .ellipsis = true};
  static const struct {
    const char *words;
    const pdf_face *face;
    double width;
    bool lines;
  } cases[] = {{"12.5", &plain, 100, true},
               {"12.5", &plain, 5, false},
               {"12.5 n", &plain, 100, false},
               {"12.5亿", &plain, 100, false},
               {"1\n2", &plain, 100, true},
               {"1\n\n2", &plain, 100, false},
               {"12.5", &serif, 100, false},
               {"12.5", &cut, 100, false},
               {"", &plain, 100, false},
               {"1\xE2\x80\x94"
                "2",
                &plain, 100, false}};
  bench b;
  bench_open(&b, true);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const pdf_text *text;
    CHECK(sx_publish__pdf_plain(&text, &b.w, cases[i].words, cases[i].face, cases[i].width) == SX_OK);
    if (!((text->lines != NULL) == cases[i].lines && (text->layout != NULL) != cases[i].lines))
      SXT_FAIL("%s", cases[i].words);
    CHECK(sx_publish__pdf_lines(text) >= 1 && sx_publish__pdf_line_width(text, 0) <= 100);
  }
  bench_close(&b);
}

SXT_MAIN(SXT_CASE(test_twin), SXT_CASE(test_left_to_layouts))
