/* publish_book_bars.c: error bars with lengths from cells, put into the XML of a workbook's charts. */
#include "publish_book_bars.h"

#include <stdio.h>
#include <string.h>

#include "publish_package.h"

static void put_xml(sx_buf *out, const char *text) {
  for (const char *c = text; *c; c++) {
    if (*c == '&')
      sx_buf_add(out, "&amp;");
    else if (*c == '<')
      sx_buf_add(out, "&lt;");
    else if (*c == '>')
      sx_buf_add(out, "&gt;");
    else
      sx_buf_add_char(out, *c);
  }
}

/* ECMA-376 part 1, 21.2.2.55: custom lengths from cells; without errDir, which bars have not. Before c:cat in a series (21.2.2.16, 21.2.2.103). */
static void put_bars(sx_buf *out, const pub_bars *bars, bool line) {
  sx_buf_add(out, "<c:errBars>");
  if (line) sx_buf_add(out, "<c:errDir val=\"y\"/>");
  sx_buf_add(out,
             "<c:errBarType val=\"both\"/><c:errValType val=\"cust\"/><c:noEndCap val=\"0\"/><c:plus><c:numRef><c:f>");
  put_xml(out, bars->plus);
  sx_buf_add(out, "</c:f></c:numRef></c:plus><c:minus><c:numRef><c:f>");
  put_xml(out, bars->minus);
  sx_buf_add(out, "</c:f></c:numRef></c:minus><c:spPr><a:ln w=\"9525\"><a:solidFill><a:srgbClr "
                  "val=\"404040\"/></a:solidFill></a:ln></c:spPr>"
                  "</c:errBars>");
}

static void patch_chart(sx_buf *out, const char *text, size_t chart, const pub_bars *bars, size_t n_bars) {
  const bool line = strstr(text, "<c:lineChart>") != NULL;
  size_t series = 0;
  sx_buf_add(out, "");
  for (const char *at = text;; series++) {
    const char *cat = strstr(at, "<c:cat>");
    if (!cat) {
      sx_buf_add(out, at);
      return;
    }
    sx_buf_add_n(out, at, (size_t)(cat - at));
    for (size_t i = 0; i < n_bars; i++) {
      if (bars[i].chart == chart && bars[i].series == series) put_bars(out, &bars[i], line);
    }
    sx_buf_add(out, "<c:cat>");
    at = cat + strlen("<c:cat>");
  }
}

sx_status sx_publish__book_bars(sx_buf *out, const sx_ctx *ctx, const void *data, size_t n, const pub_bars *bars,
                                size_t n_bars, sx_error *err) {
  sx_package book;
  char *packed = NULL;
  size_t n_packed = 0;
  if (n_bars == 0) {
    sx_buf_add_n(out, data, n);
    return sx_buf_status(out, err);
  }
  sx_publish__package_init(&book, ctx);
  sx_status status = sx_publish__package_read(&book, data, n, "workbook", err);
  for (size_t i = 0; i < book.n && status == SX_OK; i++) {
    size_t chart = 0;
    if (sscanf(book.parts[i].name, "xl/charts/chart%zu.xml", &chart) != 1 || chart == 0) continue;
    sx_buf patched;
    sx_buf_init(&patched, ctx);
    patch_chart(&patched, book.parts[i].data, chart - 1, bars, n_bars);
    status = sx_publish__package_take(&book, book.parts[i].name, &patched, err);
    sx_buf_clear(&patched);
  }
  if (status == SX_OK) status = sx_publish__package_write(&packed, &n_packed, &book, err);
  if (status == SX_OK) {
    sx_buf_add_n(out, packed, n_packed);
    status = sx_buf_status(out, err);
  }
  sx_mem_free(ctx, packed);
  sx_publish__package_clear(&book);
  return status;
}
