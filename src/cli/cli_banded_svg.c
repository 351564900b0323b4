/* cli_banded_svg.c: the picture of a fit to banded amounts. Areas are shares of the positive amounts: on the logarithmic axis the height
 * of a band is its share over its decades, the curve x f(x) log 10. A band from 0 is drawn over one decade, an open one over as
 * long as the fit has 99.5% of the amounts, and at least a third of a decade. */
#include <math.h>
#include <string.h>

#include "cli_banded.h"

enum { WIDTH = 640, HEIGHT = 372, LEFT = 52, RIGHT = 16, TOP = 40, BOTTOM = 60, POINTS = 240 };

typedef struct picture {
  const sx_banded_result *r;
  const sx_banded_domain *d;
  double from, to, top; /* log10 of the ends; the tallest height */
  double positive;
  sx_buf out;
} picture;

static double x_of(const picture *p, double decade) {
  return LEFT + (decade - p->from) / (p->to - p->from) * (WIDTH - LEFT - RIGHT);
}
static double y_of(const picture *p, double height) {
  return HEIGHT - BOTTOM - height / p->top * (HEIGHT - TOP - BOTTOM);
}

static double curve(const picture *p, double decade) {
  const double x = pow(10, decade);
  return x * sx_banded_density(p->r, 0, x) * log(10);
}

static double band_from(const picture *p, size_t k) {
  return p->r->band[k].low > 0 ? log10(p->r->band[k].low) : log10(p->r->band[k].high) - 1;
}
static double band_to(const picture *p, size_t k) {
  return isinf(p->r->band[k].high) ? p->to : log10(p->r->band[k].high);
}

static double open_end(const picture *p, double low) {
  double end = low + 1.0 / 3;
  while (end < low + 3 && sx_banded_cdf(p->r, 0, pow(10, end)) < 0.995) end += 0.05;
  return end;
}

static void measure(picture *p) {
  const size_t n = p->r->n_bands;
  p->from = band_from(p, 0);
  p->to = isinf(p->r->band[n - 1].high) ? open_end(p, log10(p->r->band[n - 1].low)) : log10(p->r->band[n - 1].high);
  for (size_t k = 0; k < n; k++) p->positive += p->d->observed[k];
  for (size_t k = 0; k < n; k++)
    p->top = fmax(p->top, p->d->observed[k] / p->positive / (band_to(p, k) - band_from(p, k)));
  for (int i = 0; i <= POINTS; i++) {
    const double y = curve(p, p->from + (p->to - p->from) * i / POINTS);
    if (isfinite(y)) p->top = fmax(p->top, y);
  }
  p->top *= 1.05;
}

static void add_text(picture *p, double x, double y, const char *anchor, const char *text) {
  sx_buf_printf(&p->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
  for (const char *at = text; *at; at++) {
    if (*at == '&')
      sx_buf_add(&p->out, "&amp;");
    else if (*at == '<')
      sx_buf_add(&p->out, "&lt;");
    else if ((unsigned char)*at >= ' ')
      sx_buf_add_char(&p->out, *at);
  }
  sx_buf_add(&p->out, "</text>\n");
}

static void draw_bands(picture *p) {
  for (size_t k = 0; k < p->r->n_bands; k++) {
    const double a = band_from(p, k), b = band_to(p, k), height = p->d->observed[k] / p->positive / (b - a);
    sx_buf_printf(&p->out,
                  "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#cfdff0\" stroke=\"#ffffff\"/>\n",
                  x_of(p, a), y_of(p, height), x_of(p, b) - x_of(p, a), y_of(p, 0) - y_of(p, height));
  }
}

static void draw_curve(picture *p) {
  if (p->d->na != SX_NA_NONE || p->r->n_parameters == 0) return;
  sx_buf_add(&p->out, "<polyline fill=\"none\" stroke=\"#c04f15\" stroke-width=\"2\" points=\"");
  for (int i = 0; i <= POINTS; i++) {
    const double at = p->from + (p->to - p->from) * i / POINTS, y = curve(p, at);
    if (isfinite(y)) sx_buf_printf(&p->out, "%.1f,%.1f ", x_of(p, at), y_of(p, y));
  }
  sx_buf_add(&p->out, "\"/>\n");
}

/* A limit under its place: on the first row, on the second where the one before is in the way, nowhere where both are taken.
 * end [2]: how far each row is written. */
static void draw_limit(picture *p, double end[2], double limit, double at) {
  static const double digit = 7, apart = 4;
  char text[SX_DOUBLE_TEXT_MAX];
  sx_text_from_double(text, limit);
  const double base = y_of(p, 0), half = digit * (double)strlen(text) / 2, middle = fmin(at, WIDTH - 2 - half);
  sx_buf_printf(&p->out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#8592a0\"/>\n", at, base, at,
                base + 4);
  for (int row = 0; row < 2; row++) {
    if (middle - half < end[row] + apart) continue;
    add_text(p, middle, base + 18 + 13 * row, "middle", text);
    end[row] = middle + half;
    return;
  }
}

static void draw_axis(picture *p) {
  const double base = y_of(p, 0);
  double end[2] = {-WIDTH, -WIDTH};
  const sx_band *band = p->r->band;
  const size_t n = p->r->n_bands;
  sx_buf_printf(&p->out, "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#8592a0\"/>\n", LEFT, base,
                WIDTH - RIGHT, base);
  for (size_t k = 0; k < n; k++) draw_limit(p, end, band[k].low, x_of(p, band_from(p, k)));
  if (isfinite(band[n - 1].high)) draw_limit(p, end, band[n - 1].high, x_of(p, band_to(p, n - 1)));
}

sx_status cli_banded_svg(const cli_app *app, const sx_banded_result *result, const char *title, const char *path,
                         sx_error *err) {
  picture p = {.r = result, .d = &result->domain[0]};
  if (result->n_bands == 0 || p.d->n == 0)
    return sx_error_set(err, SX_E_ARGUMENT, "--svg",
                        "there are no bands to draw: the limits overlap, or no case has an answer");
  sx_buf_init(&p.out, &app->ctx);
  measure(&p);
  sx_status st = SX_OK;
  if (!(p.positive > 0) || !(p.top > 0)) {
    st = sx_error_set(err, SX_E_DATA, "--svg", "there is nothing to draw: no case has a positive amount");
    goto done;
  }
  sx_buf_printf(
      &p.out,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\" "
      "fill=\"#1d2733\">\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
      WIDTH, HEIGHT, WIDTH, HEIGHT);
  draw_bands(&p);
  draw_curve(&p);
  draw_axis(&p);
  add_text(&p, LEFT, 22, "start", title);
  add_text(&p, WIDTH - RIGHT, 22, "end", sx_banded_fit_name(result->fit));
  add_text(&p, WIDTH / 2.0, HEIGHT - 10, "middle",
           cli_text(app, "amount, logarithmic; areas are shares of those above 0",
                    "金额（对数刻度）；面积为大于 0 者的占比"));
  sx_buf_add(&p.out, "</svg>\n");
  st = sx_buf_status(&p.out, err);
  if (st == SX_OK) st = sx_file_write(&app->ctx, path, p.out.data, p.out.n, err);
done:
  sx_buf_clear(&p.out);
  return st;
}
