/* Pictures: the same bytes twice, marks where they belong, fonts that are missing, sizes that are too large; a drawing on a context of another. */
#include "sxt.h"
#include "unit/draw/draw_sample.h"

#include <cairo.h>

static const sx_draw_style blue = {.fill = SX_INK_SERIES_0};

static void same_bytes(void) {
  sample s;
  sx_drawing *d = NULL;
  sx_buf a, b;
  sx_buf_init(&a, NULL);
  sx_buf_init(&b, NULL);
  sample_chart(&s, SX_CHART_HEAT, SX_LANG_EN);
  REQUIRE_OK(sx_chart_draw(&d, NULL, &s.chart, 400, err));
  CHECK_OK(sx_drawing_png(&a, d, NULL, err));
  CHECK_OK(sx_drawing_png(&b, d, NULL, err));
  CHECK(a.n > 0 && a.n == b.n && memcmp(a.data, b.data, a.n) == 0);
  sx_buf_clear(&a);
  sx_buf_clear(&b);
  sx_drawing_free(d);
}

/* Threads that make pictures at the same time: each takes its turn by itself, and makes the same bytes. */
enum { N_PICTURES = 8 };
typedef struct pictures {
  const sx_drawing *drawing;
  sx_buf made[N_PICTURES];
} pictures;

static sx_status one_picture(void *data, size_t i, sx_error *e) {
  pictures *p = data;
  return sx_drawing_png(&p->made[i], p->drawing, NULL, e);
}

static void side_by_side(void) {
  sample s;
  sx_drawing *d = NULL;
  pictures p = {.drawing = NULL};
  sx_ctx ctx = SX_CTX_INIT;
  ctx.n_threads = 4;
  sample_chart(&s, SX_CHART_HEAT, SX_LANG_EN);
  REQUIRE_OK(sx_chart_draw(&d, NULL, &s.chart, 400, err));
  p.drawing = d;
  for (size_t i = 0; i < N_PICTURES; i++) sx_buf_init(&p.made[i], NULL);
  CHECK_OK(sx_parallel_for(&ctx, N_PICTURES, one_picture, &p, err));
  for (size_t i = 1; i < N_PICTURES; i++)
    CHECK(p.made[i].n > 0 && p.made[i].n == p.made[0].n && memcmp(p.made[i].data, p.made[0].data, p.made[0].n) == 0);
  for (size_t i = 0; i < N_PICTURES; i++) sx_buf_clear(&p.made[i]);
  sx_drawing_free(d);
}

static uint32_t pixel(cairo_surface_t *surface, int x, int y) {
  uint32_t value;
  cairo_surface_flush(surface);
  memcpy(&value, cairo_image_surface_get_data(surface) + y * cairo_image_surface_get_stride(surface) + 4 * x,
         sizeof value);
  return value & 0xFFFFFF;
}

/* Marks of every kind on a context, its state as before. */
static void marks(void) {
  sx_drawing *d = NULL;
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 200, 100);
  cairo_t *cr = cairo_create(surface);
  cairo_set_source_rgb(cr, 1, 1, 1);
  cairo_paint(cr);
  REQUIRE_OK(sx_drawing_new(&d, NULL, 200, err));
  const sx_draw_style orange = {.fill = SX_INK_SERIES_0 + 1, .stroke = SX_INK_PAPER, .stroke_width = 1};
  const sx_draw_style line = {.stroke = SX_INK_TEXT, .stroke_width = 4};
  const sx_draw_style hatched = {.fill = SX_INK_PAPER, .hatch = SX_HATCH_DOTS, .hatch_ink = SX_INK_TEXT};
  const sx_draw_point triangle[] = {{140, 10, true}, {160, 10, false}, {150, 40, false}};
  const sx_draw_box clip = {100, 60, 110, 70};
  sx_draw_rect(d, 30, 10, -20, 20, 4, &blue);
  sx_draw_circle(d, 60, 20, 10, &orange);
  sx_draw_line(d, 80, 20, 120, 20, &line);
  sx_draw_polygon(d, triangle, 3, &blue);
  sx_draw_group(d, "clipped", NULL, &clip);
  sx_draw_rect(d, 90, 50, 40, 40, 0, &blue);
  sx_draw_group_end(d);
  sx_draw_rect(d, 10, 60, 30, 30, 0, &hatched);
  d->height = 100;
  cairo_set_line_width(cr, 17);
  CHECK_OK(sx_drawing_paint(cr, d, NULL, err));
  CHECK_NEAR(cairo_get_line_width(cr), 17, 0);
  CHECK_INT(pixel(surface, 20, 20), sx_ink_rgb(SX_INK_SERIES_0));
  CHECK_INT(pixel(surface, 60, 20), sx_ink_rgb(SX_INK_SERIES_0 + 1));
  CHECK_INT(pixel(surface, 100, 20), sx_ink_rgb(SX_INK_TEXT));
  CHECK_INT(pixel(surface, 150, 20), sx_ink_rgb(SX_INK_SERIES_0));
  CHECK_INT(pixel(surface, 105, 65), sx_ink_rgb(SX_INK_SERIES_0));
  CHECK_INT(pixel(surface, 95, 65), 0xFFFFFF); /* outside of the clip */
  bool dot = false;
  for (int x = 12; x < 38; x++)
    for (int y = 62; y < 88; y++) dot = dot || pixel(surface, x, y) < 0x808080;
  CHECK(dot);
  CHECK_INT(pixel(surface, 45, 75), 0xFFFFFF); /* the pattern stays in its mark */
  cairo_destroy(cr);
  cairo_surface_destroy(surface);
  sx_drawing_free(d);
}

/* A text is never wider than the layout gave it, whatever the font: nothing is drawn beyond its box. */
static void text_fits(void) {
  static const char text[] = "WWWWWWWWWWWWWWWWWWWWMMMMMMMM@@@@%%%%%";
  sx_drawing *d = NULL;
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 700, 60);
  cairo_t *cr = cairo_create(surface);
  const sx_paint_options wide = {.version = 1, .font = "DejaVu Sans Mono, DejaVu Sans, sans-serif"};
  cairo_set_source_rgb(cr, 1, 1, 1);
  cairo_paint(cr);
  REQUIRE_OK(sx_drawing_new(&d, NULL, 700, err));
  sx_draw_text(d, 20, 40, SX_ANCHOR_START, 16, SX_INK_TEXT, true, text, strlen(text));
  CHECK_OK(sx_drawing_paint(cr, d, &wide, err));
  const int end = (int)d->items[0].box.x1 + 2;
  bool inside = false, beyond = false;
  for (int x = 0; x < 700; x++)
    for (int y = 0; y < 60; y++) *(x <= end ? &inside : &beyond) |= pixel(surface, x, y) != 0xFFFFFF;
  CHECK(inside && !beyond);
  cairo_destroy(cr);
  cairo_surface_destroy(surface);
  sx_drawing_free(d);
}

/* A text on a line of a grid has a gap in it, also between its words; one on a mark has an edge of its own and leaves the mark there. */
static void text_on_marks(void) {
  static const char text[] = "I                I";
  const sx_draw_style grid = {.stroke = SX_INK_SERIES_0, .stroke_width = 1};
  sx_drawing *d = NULL;
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 200, 120);
  cairo_t *cr = cairo_create(surface);
  cairo_set_source_rgb(cr, 1, 1, 1);
  cairo_paint(cr);
  REQUIRE_OK(sx_drawing_new(&d, NULL, 200, err));
  sx_draw_line(d, 10, 25.5, 190, 25.5, &grid);
  sx_draw_rect(d, 10, 70, 180, 30, 0, &blue);
  sx_draw_text(d, 50, 30, SX_ANCHOR_START, 16, SX_INK_TEXT, true, text, sizeof text - 1);
  sx_draw_text(d, 50, 90, SX_ANCHOR_START, 16, SX_INK_TEXT, true, text, sizeof text - 1);
  CHECK_OK(sx_drawing_paint(cr, d, NULL, err));
  const int middle = (int)(d->items[2].box.x0 + d->items[2].box.x1) / 2;
  CHECK_INT(pixel(surface, 30, 25), sx_ink_rgb(SX_INK_SERIES_0));
  CHECK_INT(pixel(surface, middle, 25), 0xFFFFFF);
  CHECK_INT(pixel(surface, 180, 25), sx_ink_rgb(SX_INK_SERIES_0));
  CHECK_INT(pixel(surface, middle, 85), sx_ink_rgb(SX_INK_SERIES_0));
  int edge = 0;
  for (int x = 45; x < middle; x++) edge += pixel(surface, x, 85) == 0xFFFFFF;
  CHECK(edge > 0 && edge < 8);
  cairo_destroy(cr);
  cairo_surface_destroy(surface);
  sx_drawing_free(d);
}

/* Fonts that were kept from another drawing, at other sizes, change no byte. */
static void kept_fonts(void) {
  static const char *const texts[] = {"Users 46.8%", "用户规模 1.2亿"};
  sx_draw_fonts *fonts = NULL;
  REQUIRE_OK(sx_draw_fonts_new(&fonts, err));
  const sx_paint_options kept = {.version = 1, .fonts = fonts};
  for (int i = 0; i < 4; i++) {
    sx_drawing *d = NULL;
    sx_buf with, without;
    sx_buf_init(&with, NULL);
    sx_buf_init(&without, NULL);
    REQUIRE_OK(sx_drawing_new(&d, NULL, 200, err));
    sx_draw_text(d, 10, 30, SX_ANCHOR_START, 11 + i, SX_INK_TEXT, i % 2, texts[i / 2], strlen(texts[i / 2]));
    d->height = 40;
    CHECK_OK(sx_drawing_png(&with, d, &kept, err));
    CHECK_OK(sx_drawing_png(&without, d, NULL, err));
    CHECK(with.n > 100 && with.n == without.n && memcmp(with.data, without.data, with.n) == 0);
    sx_buf_clear(&with);
    sx_buf_clear(&without);
    sx_drawing_free(d);
  }
  sx_draw_fonts_free(fonts);
}

static void missing_fonts(void) {
  /* a private-use character: no font of a distribution has it */
  CHECK_FAILS(sx_draw_font_check("a\xF4\x8F\xBF\xBD", 5, NULL, err), SX_E_SUPPORT, "fonts", "U+10FFFD");
  CHECK_FAILS(sx_draw_font_check("\xff", 1, NULL, err), SX_E_ARGUMENT, "", "UTF-8");
  CHECK_FAILS(sx_draw_font_check("\xF0\xB2\x8E\xAE", 4, NULL, err), SX_E_SUPPORT, "fonts",
              "fonts-noto-cjk"); /* an unassigned Han */
  CHECK_OK(sx_draw_font_check("abc 12", 6, NULL, err));
  sx_drawing *d = NULL;
  sx_buf png;
  sx_buf_init(&png, NULL);
  REQUIRE_OK(sx_drawing_new(&d, NULL, 100, err));
  sx_draw_text(d, 0, 20, SX_ANCHOR_START, 14, SX_INK_TEXT, false, "\xF4\x8F\xBF\xBD", 4);
  d->height = 30;
  CHECK_FAILS(sx_drawing_png(&png, d, NULL, err), SX_E_SUPPORT, "fonts", "install one");
  d->height = 40000;
  CHECK_FAILS(sx_drawing_png(&png, d, NULL, err), SX_E_LIMIT, "", "too large");
  sx_buf_clear(&png);
  sx_drawing_free(d);
}

SXT_MAIN(SXT_CASE(same_bytes), SXT_CASE(side_by_side), SXT_CASE(marks), SXT_CASE(text_fits), SXT_CASE(text_on_marks),
         SXT_CASE(kept_fonts), SXT_CASE(missing_fonts))
