/* Every allocation of drawing a chart, of its words and of its SVG and PNG fails once. Cairo, Pango and GLib allocate on their own. */
#include "oom.h"
#include "unit/draw/draw_sample.h"

static sx_status draw(const sx_ctx *ctx, void *data, sx_error *err) {
  sample *s = data;
  sx_drawing *d = NULL;
  sx_buf svg, words;
  sx_buf_init(&svg, ctx);
  sx_buf_init(&words, ctx);
  sx_status status = sx_chart_draw(&d, ctx, &s->chart, 720, err);
  if (status == SX_OK) status = sx_drawing_svg(&svg, d, NULL, err);
  if (status == SX_OK) {
    sx_chart_text(&words, &s->chart);
    status = sx_buf_status(&words, err);
  }
  sx_drawing_free(d);
  sx_buf_clear(&svg);
  sx_buf_clear(&words);
  return status;
}

static void every_kind(void) {
  for (int type = 0; type < SX_CHART_TYPES; type++) {
    sample s;
    sample_chart(&s, (sx_chart_type)type, SX_LANG_ZH);
    s.categories[0] = type == SX_CHART_TILES ? s.categories[0] : "with\x01 a control character";
    CHECK(oom_run(sx_chart_type_name((sx_chart_type)type), draw, &s) > 5);
  }
}

static sx_status picture(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_drawing *d = NULL;
  sx_buf png;
  (void)data;
  sx_buf_init(&png, ctx);
  sx_status status = sx_drawing_new(&d, ctx, 60, err);
  if (status == SX_OK) {
    sx_draw_text(d, 2, 20, SX_ANCHOR_START, 14, SX_INK_TEXT, false, "abc", 3);
    sx_draw_marker(d, 30, 10, 4, 1);
    d->height = 30;
    status = sx_drawing_png(&png, d, NULL, err);
  }
  sx_drawing_free(d);
  sx_buf_clear(&png);
  return status;
}

static void pictures(void) {
  CHECK(oom_run("picture", picture, NULL) > 3);
}

static sx_status rows(const sx_ctx *ctx, void *data, sx_error *err) {
  const sx_chart_row some[] = {{"a", "g", "s", NULL, 1, 0, 2, NULL}, {"b", NULL, "s", "c", 1, 0, 2, NULL}};
  sx_arena *arena = NULL;
  sx_chart chart = {.type = SX_CHART_BARS};
  (void)data;
  sx_status status = sx_arena_new(&arena, ctx, err);
  if (status == SX_OK) status = sx_chart_from_rows(&chart, arena, some, 2, err);
  sx_arena_free(arena);
  return status;
}

static void from_rows(void) {
  CHECK(oom_run("rows", rows, NULL) > 0);
}

SXT_MAIN(SXT_CASE(every_kind), SXT_CASE(pictures), SXT_CASE(from_rows))
