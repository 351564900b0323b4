/* cli_inequality_svg.c: Lorenz curves as a picture: both axes from 0 to 100%, the line of equality, a curve per domain with its name at
 * the side, and for a single one its pointwise interval. Text stays text. */
#include <math.h>
#include <string.h>

#include "cli_inequality.h"

enum { POINTS = 101, CURVES = 8, LEFT = 74, TOP = 48, SIDE = 420, WIDTH = 760, HEIGHT = 548 };
static const char *const colours[CURVES] = {"#0072B2", "#E69F00", "#17324D", "#009E73",
                                            "#CC79A7", "#56B4E9", "#D55E00", "#8C8C8C"};

static double x_of(double p) {
  return LEFT + SIDE * p;
}
static double y_of(double share) {
  return TOP + SIDE * (1 - share);
}

static void text_at(sx_buf *b, double x, double y, const char *anchor, const char *more, const char *text) {
  sx_buf_printf(b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>", x, y, anchor, more);
  for (const char *c = text; *c; c++) {
    if (*c == '&')
      sx_buf_add(b, "&amp;");
    else if (*c == '<')
      sx_buf_add(b, "&lt;");
    else
      sx_buf_add_char(b, *c);
  }
  sx_buf_add(b, "</text>\n");
}

static void frame(sx_buf *b, const cli_job *j, const char *name) {
  sx_buf_printf(b,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                "font-family=\"'Noto Sans','Noto Sans CJK SC','Microsoft YaHei',sans-serif\" font-size=\"13\" "
                "fill=\"#1d2733\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n",
                WIDTH, HEIGHT, WIDTH, HEIGHT);
  const char *synthetic = cli_synthetic(j->table) ? cli_text(j->app, " (SYNTHETIC DATA)", "（合成数据）") : "";
  const char *title = sx_arena_printf(j->arena, "%s %s%s", cli_text(j->app, "Lorenz curve of", "洛伦兹曲线："),
                                      cli_clean(j->arena, name, 40), synthetic);
  text_at(b, LEFT, 28, "start", " font-size=\"16\" font-weight=\"600\"", title ? title : "");
  for (int k = 0; k <= 5; k++) {
    const double p = k / 5.0;
    char label[SX_DOUBLE_TEXT_MAX + 1];
    const size_t n = sx_text_from_double(label, 20 * k);
    memcpy(label + n, "%", 2);
    sx_buf_printf(b, "<path d=\"M%.1f %.1fH%.1fM%.1f %.1fV%.1f\" stroke=\"#dfe4ea\"/>\n", x_of(0), y_of(p), x_of(1),
                  x_of(p), y_of(0), y_of(1));
    text_at(b, x_of(p), y_of(0) + 20, "middle", " fill=\"#5b6876\"", label);
    text_at(b, x_of(0) - 8, y_of(p) + 4, "end", " fill=\"#5b6876\"", label);
  }
  sx_buf_printf(b, "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#8592a0\" stroke-dasharray=\"5 4\" fill=\"none\"/>\n",
                x_of(0), y_of(0), x_of(1), y_of(1));
  text_at(b, x_of(0.5), y_of(0) + 44, "middle", "",
          cli_text(j->app, "Share of the population, lowest amounts first", "人口累计份额（由低到高）"));
  const char *turn = sx_arena_printf(j->arena, " transform=\"rotate(-90 22 %.1f)\"", y_of(0.5));
  text_at(b, 22, y_of(0.5), "middle", turn ? turn : "", cli_text(j->app, "Share of the total", "总量累计份额"));
}

static double limit(double x) {
  return x < 0 ? 0 : x > 1 ? 1 : x;
}

static void curve(sx_buf *b, const sx_est_row *rows, size_t series, bool band) {
  if (band && !isnan(rows[POINTS / 2].low)) {
    sx_buf_add(b, "<path d=\"");
    for (size_t k = 0; k < POINTS; k++)
      sx_buf_printf(b, "%s%.2f %.2f", k ? "L" : "M", x_of((double)k / (POINTS - 1)), y_of(limit(rows[k].low)));
    for (size_t k = POINTS; k-- > 0;)
      sx_buf_printf(b, "L%.2f %.2f", x_of((double)k / (POINTS - 1)), y_of(limit(rows[k].high)));
    sx_buf_printf(b, "Z\" fill=\"%s\" fill-opacity=\"0.2\"/>\n", colours[series]);
  }
  sx_buf_add(b, "<path d=\"");
  for (size_t k = 0; k < POINTS; k++)
    sx_buf_printf(b, "%s%.2f %.2f", k ? "L" : "M", x_of((double)k / (POINTS - 1)), y_of(rows[k].estimate));
  sx_buf_printf(b, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", colours[series]);
}

/* The labels of a domain, joined. */
static const char *domain_name(const cli_job *j, size_t g) {
  const char *text = "";
  for (size_t k = 0; j->groups && text && k < j->groups->n_keys; k++) {
    const size_t level = (size_t)j->groups->key_level[g * j->groups->n_keys + k];
    text = sx_arena_printf(j->arena, "%s%s%s", text, k ? ", " : "", j->groups->level_label[k][level]);
  }
  return text ? cli_clean(j->arena, text, 26) : "";
}

static void legend(sx_buf *b, size_t line, const char *text, const char *colour, const char *more) {
  const double y = TOP + 12 + 24 * (double)line, x = LEFT + SIDE + 24;
  sx_buf_printf(b, "<path d=\"M%.1f %.1fH%.1f\" stroke=\"%s\" stroke-width=\"2\"%s/>\n", x, y, x + 24, colour, more);
  text_at(b, x + 32, y + 4, "start", "", text);
}

static void draw(sx_buf *b, const cli_job *j, const sx_est_set *set, const char *name) {
  frame(b, j, name);
  const size_t n = set->n_rows / POINTS;
  size_t line = 0;
  for (size_t g = 0; g < n; g++) {
    const sx_est_row *rows = set->rows + g * POINTS;
    if (isnan(rows[POINTS / 2].estimate)) continue;
    curve(b, rows, g, n == 1);
    const char *label = j->groups ? domain_name(j, g) : cli_clean(j->arena, name, 26);
    legend(b, line++, label ? label : "", colours[g], "");
  }
  legend(b, line, cli_text(j->app, "equality", "完全平等"), "#8592a0", " stroke-dasharray=\"5 4\"");
  sx_buf_add(b, "</svg>\n");
}

sx_status cli_lorenz_svg(cli_job *j, const sx_column *y, const char *name, const sx_inequality_options *options,
                         const char *path, sx_error *err) {
  if (j->groups && j->groups->n_groups > CURVES)
    return sx_error_set(err, SX_E_ARGUMENT, "--svg", "%zu groups are too many for a picture: at most %d",
                        j->groups->n_groups, (int)CURVES);
  double probs[POINTS];
  for (size_t k = 0; k < POINTS; k++) probs[k] = (double)k / (POINTS - 1);
  sx_inequality_request r = SX_INEQUALITY_REQUEST_INIT;
  r.measure.stat = SX_INEQUALITY_LORENZ;
  r.y = y;
  r.probs = probs;
  r.n_probs = POINTS;
  r.where = j->where;
  r.by = j->groups;
  sx_est_set *set = NULL;
  SX_TRY(sx_estimate_inequality(&set, j->design, &r, options, err));
  sx_buf b;
  sx_buf_init(&b, &j->app->ctx);
  draw(&b, j, set, name);
  sx_status st = sx_buf_status(&b, err);
  if (st == SX_OK) st = sx_file_write(&j->app->ctx, path, b.data, b.n, err);
  sx_buf_clear(&b);
  sx_est_set_free(set);
  return st;
}
