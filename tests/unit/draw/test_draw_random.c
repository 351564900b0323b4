/* Charts of random data and labels: 200 letters, markup, control characters, broken UTF-8, right-to-left text, combining marks; 1 to 500 rows; missing,
 * infinite, tiny and huge values. A chart is drawn, and then no text lies on another or leaves the drawing, and its SVG is well formed; or there is an
 * error that says what to do. */
#include "sxt.h"
#include "shuxiao/draw_chart.h"

#include <stdint.h>

enum { MOST_ROWS = 500, MOST_COLUMNS = 8 };

static uint64_t state;
static uint64_t next(void) { /* splitmix64 */
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}
static size_t below(size_t n) {
  return (size_t)(next() % n);
}
static double uniform(void) {
  return (double)(next() >> 11) / 9007199254740992.0;
}

static const char *const pieces[] = {"网络",
                                     "消费（含预售）",
                                     "，",
                                     "“重点”",
                                     "online ",
                                     "Donaudampfschifffahrt",
                                     "<b>&\"'</b>",
                                     "=cmd|' /C calc'!A0",
                                     "\x01\x1b[31m",
                                     "\xff\xfe",
                                     "مستخدمو الإنترنت ",
                                     "משתמשים ",
                                     "\u202Eabc",
                                     "e\xCC\x81\xCC\x81\xCC\x81",
                                     "👩‍👩‍👧",
                                     "\n\t",
                                     "——",
                                     "12.5%",
                                     "𠀀𠮷",
                                     ""};

static void label(char *out, size_t cap) {
  const size_t n = below(4) == 0 ? 200 : below(12);
  out[0] = '\0';
  for (size_t i = 0; i < n; i++) {
    const char *piece = pieces[below(sizeof pieces / sizeof *pieces)];
    if (strlen(out) + strlen(piece) + 1 > cap) return;
    strcat(out, piece);
  }
}

static double value(int kind) {
  const double u = uniform();
  if (below(20) == 0) return below(2) ? (double)NAN : (double)INFINITY;
  switch (kind) {
  case 0:
    return u;
  case 1:
    return u - 0.5;
  case 2:
    return 1e10 * u;
  case 3:
    return 1e-9 * (u - 0.3);
  default:
    return below(2) ? 0 : u * pow(10, (double)below(620) - 315);
  }
}

static char names[MOST_ROWS + MOST_COLUMNS][1000];
static sx_chart_cell cells[MOST_ROWS * MOST_COLUMNS];
static const char *categories[MOST_ROWS], *series[MOST_COLUMNS], *groups[MOST_ROWS];

static void check_svg(const sx_drawing *d, const char *what) {
  sx_buf svg;
  long depth = 0;
  size_t bad = 0;
  sx_buf_init(&svg, NULL);
  CHECK_OK(sx_drawing_svg(&svg, d, NULL, err));
  if (!sx_utf8_valid(svg.data, svg.n, &bad)) SXT_FAIL("%s: byte %zu of the SVG", what, bad);
  for (size_t i = 0; i < svg.n; i++) {
    const unsigned char c = (unsigned char)svg.data[i];
    if (c < 0x20 && c != '\n' && c != '\t') SXT_FAIL("%s: control character %d in the SVG", what, c);
    depth += c == '<';
    depth -= c == '>';
    if (depth < 0 || depth > 1) {
      SXT_FAIL("%s: a label left its element", what);
      break;
    }
  }
  const char *odd = strstr(svg.data, "=\"nan");
  if (!odd) odd = strstr(svg.data, "=\"inf");
  if (odd) SXT_FAIL("%s: %.80s", what, odd);
  sx_buf_clear(&svg);
}

static void one(uint64_t seed) {
  static const size_t sizes[] = {1, 1, 2, 3, 5, 12, 31, 500};
  state = seed;
  const sx_chart_type type = (sx_chart_type)below(SX_CHART_TYPES);
  const int kind = (int)below(5);
  const bool single = type == SX_CHART_WATERFALL || type == SX_CHART_TILES;
  size_t n = sizes[below(sizeof sizes / sizeof *sizes)], m = single ? 1 : 1 + below(MOST_COLUMNS);
  if (type == SX_CHART_SLOPES) n = 2 + below(5);
  if (type == SX_CHART_TILES) n = 1 + below(SX_PROVINCES);
  if (type == SX_CHART_TORNADO && m > 2) m = 2;
  if (type == SX_CHART_LIKERT) m = 2 + below(6);
  if (n > 60 && m > 2) m = 2;
  for (size_t i = 0; i < n + m; i++) label(names[i], sizes[below(4)] == 1 ? 20 : sizeof names[i]);
  for (size_t i = 0; i < n; i++) {
    categories[i] = type == SX_CHART_TILES ? sx_province_get(i)->name_zh : names[i];
    groups[i] = names[i / 3];
  }
  for (size_t s = 0; s < m; s++) series[s] = names[n + s];
  for (size_t i = 0; i < n * m; i++) {
    const double v = value(kind), h = fabs(v) * uniform();
    cells[i] = (sx_chart_cell){.present = below(10) > 0, .value = v, .low = v - h, .high = v + h};
  }
  const sx_chart chart = {
      .type = type,
      .lang = below(2) ? SX_LANG_ZH : SX_LANG_EN,
      .categories = categories,
      .series = series,
      .groups = below(3) || type == SX_CHART_TILES ? NULL : groups,
      .n_categories = n,
      .n_series = m,
      .cells = cells,
      .interval = below(4) > 0,
      .centre = value(kind),
      .has_centre = below(2) == 0,
      .numbers = {.shift = (int)below(3), .decimals = (int)below(3), .percent = below(2) == 0, .unit = "%"}};
  const double width = below(2) ? 240 + 600 * uniform() : below(2) ? SX_CHART_WIDE_WIDTH : SX_CHART_NARROW_WIDTH;
  char what[160];
  (void)snprintf(what, sizeof what, "seed %llu, %s, %zu x %zu, kind %d, width %.0f", (unsigned long long)seed,
                 sx_chart_type_name(type), n, m, kind, width);
  sx_drawing *d = NULL;
  sx_error e = SX_ERROR_INIT;
  const sx_status status = sx_chart_draw(&d, NULL, &chart, width, &e);
  if (status == SX_E_LIMIT && strstr(e.message, "choose a larger unit")) return;
  if (status != SX_OK) {
    SXT_FAIL("%s: %s", what, e.message);
    return;
  }
  size_t a = 0, b = 0;
  if (sx_drawing_collision(d, 0.5, &a, &b)) {
    const sx_draw_box *p = &d->items[a].box, *q = &d->items[b].box;
    SXT_FAIL("%s (%.0f high): '%.40s' (%.0f,%.0f,%.0f,%.0f) %s '%.40s' (%.0f,%.0f,%.0f,%.0f)", what, d->height,
             d->items[a].text, p->x0, p->y0, p->x1, p->y1, a == b ? "leaves" : "on", d->items[b].text, q->x0, q->y0,
             q->x1, q->y1);
  }
  if (n < 100) check_svg(d, what);
  sx_buf words;
  sx_buf_init(&words, NULL);
  sx_chart_text(&words, &chart);
  CHECK(!words.failed && words.n > 5);
  sx_buf_clear(&words);
  sx_drawing_free(d);
}

static void random_charts(void) {
  const char *from = getenv("SX_SEED");
  if (from) {
    one(strtoull(from, NULL, 10));
    return;
  }
  for (uint64_t seed = 1; seed <= 300 && sxt_failures < 20; seed++) one(seed);
}

SXT_MAIN(SXT_CASE(random_charts))
