/* report_html_trace.c: the attributes of a number that say which result it is. */
#include <math.h>
#include <string.h>

#include "report_html.h"
#include "report_page.h"

static void put_unit(sx_buf *out, const char *hidden, const char *prefix, const char *unit) {
  sx_buf_add(out, " data-unit=\"");
  sx_draw_escape(out, hidden, strlen(hidden));
  sx_draw_escape(out, prefix, strlen(prefix));
  sx_draw_escape(out, unit, strlen(unit));
  sx_buf_add_char(out, '"');
}

static void put_printing(sx_buf *out, int zeros, int sign) {
  if (zeros) sx_buf_printf(out, " data-zeros=\"%d\"", zeros);
  if (sign < 0) sx_buf_add(out, " data-sign=\"none\"");
}

static void put_spec(sx_buf *out, const sx_spec *spec, bool bare) {
  if (spec->hidden[0] || (bare && (spec->unit[0] || spec->prefix[0])))
    put_unit(out, spec->hidden, spec->prefix, spec->unit);
  put_printing(out, spec->zeros, spec->sign);
}

static void put_value(sx_buf *out, double value, const char *why) {
  char text[SX_DOUBLE_TEXT_MAX];
  const size_t n = sx_text_from_double(text, value);
  sx_buf_printf(out, " data-ref=\"=%.*s\" data-exempt=\"%s\"", (int)n, text, why);
}

void sx_report__trace(sx_buf *out, const char *name, const char *field, const sx_spec *spec, bool bare) {
  if (!name) return;
  sx_buf_add(out, " data-ref=\"");
  sx_draw_escape(out, name, strlen(name));
  if (field[0]) sx_buf_printf(out, ".%s", field);
  sx_buf_add_char(out, '"');
  put_spec(out, spec, bare);
}

void sx_report__trace_outside(sx_buf *out, double value, const char *why, const sx_spec *spec, bool bare) {
  put_value(out, value, why);
  put_spec(out, spec, bare);
}

void sx_html__trace(const sx_html *html, const sx_document_number *number) {
  sx_buf *out = html->out;
  if (number->exempt) {
    put_value(out, number->value, number->exempt);
  } else {
    if (!number->reference || isnan(number->value)) return;
    sx_buf_add(out, " data-ref=\"");
    sx_draw_escape(out, number->reference, strlen(number->reference));
    sx_buf_add_char(out, '"');
  }
  if (number->bare && (number->unit[0] || number->prefix[0])) put_unit(out, "", number->prefix, number->unit);
  put_printing(out, number->zeros, number->sign);
}
