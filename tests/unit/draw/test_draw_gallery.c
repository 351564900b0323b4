/* The gallery of docs/charts.md: a chart of every kind in both languages. The drawings must be those that are kept in docs/img/charts (SX_ACCEPT in the
 * environment writes them anew), collide with nothing at any width, and become pictures; the pictures are left in SX_BUILD/charts for somebody to look
 * at. */
#include "sxt.h"
#include "unit/draw/draw_sample.h"

#include <sys/stat.h>

static const char *const langs[] = {"zh", "en"};

static void kept(const char *name, const sx_drawing *d, const sx_chart *chart, const char *title) {
  char path[200], *data = NULL;
  size_t n = 0;
  sx_buf words, svg;
  sx_buf_init(&words, NULL);
  sx_buf_init(&svg, NULL);
  sx_chart_text(&words, chart);
  const sx_svg_options options = {1, NULL, title, words.data, NULL};
  CHECK_OK(sx_drawing_svg(&svg, d, &options, err));
  (void)snprintf(path, sizeof path, "docs/img/charts/%s.svg", name);
  if (getenv("SX_ACCEPT")) CHECK_OK(sx_file_write(NULL, path, svg.data, svg.n, err));
  CHECK_OK(sx_file_read(&data, &n, NULL, path, err));
  if (data && (n != svg.n || memcmp(data, svg.data, n) != 0)) SXT_FAIL("%s is not what is drawn (SX_ACCEPT=1)", path);
  sx_mem_free(NULL, data);
  sx_buf_clear(&svg);
  sx_buf_clear(&words);
}

static void picture(const char *name, const sx_drawing *d) {
  const char *build = getenv("SX_BUILD");
  char path[400];
  sx_error e = SX_ERROR_INIT;
  sx_buf png;
  sx_buf_init(&png, NULL);
  const sx_status status = sx_drawing_png(&png, d, NULL, &e);
  if (status == SX_E_SUPPORT) { /* no Chinese font here: said so, and nothing else */
    CHECK(strstr(e.message, "fonts-noto") != NULL);
  } else if (status != SX_OK) {
    SXT_FAIL("%s: %s", name, e.message);
  } else {
    CHECK(png.n > 1000 && memcmp(png.data, "\x89PNG", 4) == 0);
    (void)snprintf(path, sizeof path, "%s/charts", build ? build : "/tmp");
    (void)mkdir(path, 0777);
    (void)snprintf(path, sizeof path, "%s/charts/%s.png", build ? build : "/tmp", name);
    CHECK_OK(sx_file_write(NULL, path, png.data, png.n, err));
  }
  sx_buf_clear(&png);
}

static void gallery(void) {
  static const double widths[] = {SX_CHART_WIDE_WIDTH, SX_CHART_NARROW_WIDTH};
  for (int type = 0; type < SX_CHART_TYPES; type++) {
    for (int lang = 0; lang < 2; lang++) {
      sample s;
      sample_chart(&s, (sx_chart_type)type, (sx_lang)lang);
      for (int narrow = 0; narrow < 2; narrow++) {
        sx_drawing *d = NULL;
        size_t a, b;
        char name[80];
        (void)snprintf(name, sizeof name, "%s.%s%s", sx_chart_type_name((sx_chart_type)type), langs[lang],
                       narrow ? ".narrow" : "");
        REQUIRE_OK(sx_chart_draw(&d, NULL, &s.chart, widths[narrow], err));
        if (sx_drawing_collision(d, 0.5, &a, &b))
          SXT_FAIL("%s: '%s' and '%s'", name, d->items[a].text, d->items[b].text);
        picture(name, d);
        if (!narrow) kept(name, d, &s.chart, s.title);
        sx_drawing_free(d);
      }
    }
  }
}

SXT_MAIN(SXT_CASE(gallery))
