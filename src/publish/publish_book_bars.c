/* publish_book_bars.c: error bars with lengths from cells, labels with the text of cells, and the values of all cells that the charts of a workbook show, put into
 * its XML; every label says of each thing that it may show whether it does. */
#include "publish_book_bars.h"

#include <stdio.h>
#include <string.h>

#include "publish_package.h"

typedef struct patch {
  const sx_package *book;
  const char *const *sheets;
  size_t n_sheets;
  const pub_bars *bars;
  size_t n_bars;
  sx_buf *out;
  sx_status *status; /* of sheets that are unpacked on the way */
  sx_error *err;
} patch;

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

/* ---- values of cells --------------------------------------------------------------------------------------------------- */

/* One column of a sheet: 'Figure 1'!$D$5:$D$9, or one cell of it. */
typedef struct cells {
  const char *xml; /* of the sheet */
  char column[4];
  size_t first, last; /* rows from 1 */
} cells;

static bool is_sheet(const char *quoted, size_t n, const char *name) {
  size_t at = 0;
  if (n >= 2 && quoted[0] == '\'' && quoted[n - 1] == '\'') quoted++, n -= 2;
  for (; at < n && *name; at++, name++) {
    if (quoted[at] != *name) return false;
    if (*name == '\'') at++; /* doubled */
  }
  return at == n && !*name;
}

/* NULL: not there. */
static const char *sheet_xml(const patch *p, size_t number) {
  char name[48];
  (void)snprintf(name, sizeof name, "xl/worksheets/sheet%zu.xml", number);
  sx_package_part *part = sx_publish__package_get(p->book, name);
  if (part && *p->status == SX_OK) *p->status = sx_publish__package_unpack(p->book, part, p->err);
  return part ? part->data : NULL;
}

static bool parse_cells(cells *out, const patch *p, const char *text) {
  char to[4] = "";
  const char *mark = strrchr(text, '!');
  size_t first = 0, last = 0;
  if (!mark) return false;
  const int n = sscanf(mark + 1, "$%3[A-Z]$%zu:$%3[A-Z]$%zu", out->column, &first, to, &last);
  if (n != 2 && (n != 4 || strcmp(out->column, to) != 0)) return false;
  for (size_t i = 0; i < p->n_sheets; i++) {
    if (is_sheet(text, (size_t)(mark - text), p->sheets[i])) out->xml = sheet_xml(p, i + 1);
  }
  out->first = first;
  out->last = n == 4 ? last : first;
  return out->xml && out->first <= out->last;
}

/* The number in a cell at or after *from, which moves on; false: a text, or nothing. */
static bool number_in(const char **from, const char **value, size_t *n, const char *column, size_t row) {
  char start[40];
  (void)snprintf(start, sizeof start, "<c r=\"%s%zu\"", column, row);
  const char *at = strstr(*from, start), *tag = at ? strchr(at, '>') : NULL, *end = tag ? strstr(tag, "</c>") : NULL;
  if (!end || tag[-1] == '/') return false;
  *from = end;
  const char *type = strstr(at, " t=\""), *v = strstr(tag, "<v>");
  if ((type && type < tag) || !v || v > end) return false;
  *value = v + strlen("<v>");
  *n = strcspn(*value, "<");
  return true;
}

/* ECMA-376 part 1, 21.2.2.122. */
static void put_values(sx_buf *out, const cells *c) {
  const char *from = c->xml, *value = NULL;
  size_t n = 0;
  sx_buf_printf(out, "<c:numCache><c:formatCode>General</c:formatCode><c:ptCount val=\"%zu\"/>",
                c->last - c->first + 1);
  for (size_t row = c->first; row <= c->last; row++) {
    if (!number_in(&from, &value, &n, c->column, row)) continue;
    sx_buf_printf(out, "<c:pt idx=\"%zu\"><c:v>%.*s</c:v></c:pt>", row - c->first, (int)n, value);
  }
  sx_buf_add(out, "</c:numCache>");
}

/* ---- the chart --------------------------------------------------------------------------------------------------------- */

static void put_reference(const patch *p, const char *text) {
  cells c;
  sx_buf_add(p->out, "<c:numRef><c:f>");
  put_xml(p->out, text);
  sx_buf_add(p->out, "</c:f>");
  if (parse_cells(&c, p, text)) put_values(p->out, &c);
  sx_buf_add(p->out, "</c:numRef>");
}

/* ECMA-376 part 1, 21.2.2.55: custom lengths from cells; without errDir, which bars have not. Before c:cat in a series (21.2.2.16, 21.2.2.103). */
static void put_bars(const patch *p, const pub_bars *bars, bool line) {
  sx_buf_add(p->out, "<c:errBars>");
  if (line) sx_buf_add(p->out, "<c:errDir val=\"y\"/>");
  sx_buf_add(p->out, "<c:errBarType val=\"both\"/><c:errValType val=\"cust\"/><c:noEndCap val=\"0\"/><c:plus>");
  put_reference(p, bars->plus);
  sx_buf_add(p->out, "</c:plus><c:minus>");
  put_reference(p, bars->minus);
  sx_buf_add(p->out, "</c:minus><c:spPr><a:ln w=\"9525\"><a:solidFill><a:srgbClr val=\"404040\"/></a:solidFill></a:ln>"
                     "</c:spPr></c:errBars>");
}

/* The values kept at `at`, just after a reference, are read from the cells anew; gives where the text goes on. */
static const char *renew_values(const patch *p, const char *reference, size_t n, const char *at) {
  static const char begin[] = "<c:numCache>", finish[] = "</c:numCache>";
  const char *end = strncmp(at, begin, sizeof begin - 1) == 0 ? strstr(at, finish) : NULL;
  char text[400];
  cells c;
  if (!end || n >= sizeof text) return at;
  memcpy(text, reference, n);
  text[n] = '\0';
  if (!parse_cells(&c, p, text)) return at;
  put_values(p->out, &c);
  return end + sizeof finish - 1;
}

/* ---- labels ------------------------------------------------------------------------------------------------------------ */

#define C15 " xmlns:c15=\"http://schemas.microsoft.com/office/drawing/2012/chart\""
#define SHOWS_NOTHING                                                                                                  \
  "<c:showLegendKey val=\"0\"/><c:showVal val=\"0\"/><c:showCatName val=\"0\"/><c:showSerName val=\"0\"/>"             \
  "<c:showPercent val=\"0\"/><c:showBubbleSize val=\"0\"/>"

/* ECMA-376 part 1, 21.2.2.49: all that a label may show, in the order of the schema. What is left out counts as shown: LibreOffice prints the names of
 * series and category then. Gives where the text goes on. */
static const char *put_shows(const patch *p, const char *at) {
  static const char *const names[] = {"showLegendKey", "showVal",     "showCatName",
                                      "showSerName",   "showPercent", "showBubbleSize"};
  enum { N = sizeof names / sizeof *names };
  bool shown[N] = {false};
  for (size_t i = 0; i < N;) {
    char tag[40];
    const int n = snprintf(tag, sizeof tag, "<c:%s val=\"1\"/>", names[i]);
    if (strncmp(at, tag, (size_t)n) != 0) {
      i++;
      continue;
    }
    shown[i] = true;
    at += n;
    i = 0; /* the library has an order of its own */
  }
  for (size_t i = 0; i < N; i++) sx_buf_printf(p->out, "<c:%s val=\"%d\"/>", names[i], shown[i]);
  return at;
}

/* Labels "from cells" as Excel 2013 and later have them ([MS-ODRAWXML] 2.24.3, dlblFieldTable, showDataLabelsRange): a field in each label, the texts at
 * the end of the series. */
static void put_shown(const patch *p, const pub_bars *from) {
  const pub_shown *s = from->shown;
  sx_buf_add(p->out, "<c:dLbls>");
  for (size_t i = 0; i < s->n; i++) {
    sx_buf_printf(p->out, "<c:dLbl><c:idx val=\"%zu\"/>", i);
    if (s->hidden && s->hidden[i]) {
      sx_buf_add(p->out, "<c:delete val=\"1\"/></c:dLbl>");
      continue;
    }
    sx_buf_printf(p->out,
                  "<c:tx><c:rich><a:bodyPr/><a:lstStyle/><a:p><a:fld id=\"{5F1C0000-%04X-4%03X-8000-%012zX}\" "
                  "type=\"CELLRANGE\"><a:rPr lang=\"en-US\"/><a:pPr/><a:t>[CELLRANGE]</a:t></a:fld><a:endParaRPr "
                  "lang=\"en-US\"/></a:p></c:rich></c:tx><c:dLblPos val=\"ctr\"/>" SHOWS_NOTHING
                  "<c:extLst><c:ext uri=\"{CE6537A1-D6FC-4f65-9D91-7224C49458BB}\"" C15
                  "><c15:dlblFieldTable/><c15:showDataLabelsRange val=\"1\"/></c:ext></c:extLst></c:dLbl>",
                  (unsigned)(from->chart & 0xffff), (unsigned)(from->series & 0xfff), i);
  }
  sx_buf_printf(
      p->out,
      "<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz=\"900\" b=\"0\"><a:solidFill><a:srgbClr "
      "val=\"%06X\"/></a:solidFill></a:defRPr></a:pPr><a:endParaRPr lang=\"en-US\"/></a:p></c:txPr><c:dLblPos "
      "val=\"ctr\"/>" SHOWS_NOTHING "<c:extLst><c:ext uri=\"{CE6537A1-D6FC-4f65-9D91-7224C49458BB}\"" C15
      "><c15:showDataLabelsRange val=\"1\"/></c:ext></c:extLst></c:dLbls>",
      (unsigned)s->ink);
}

static void put_shown_texts(const patch *p, const pub_shown *s) {
  sx_buf_add(p->out,
             "<c:extLst><c:ext uri=\"{02D57815-91ED-43cb-92C2-25804820EDAC}\"" C15 "><c15:datalabelsRange><c15:f>");
  put_xml(p->out, s->cells);
  sx_buf_printf(p->out, "</c15:f><c15:dlblRangeCache><c:ptCount val=\"%zu\"/>", s->n);
  for (size_t i = 0; i < s->n; i++) {
    sx_buf_printf(p->out, "<c:pt idx=\"%zu\"><c:v>", i);
    put_xml(p->out, s->texts[i]);
    sx_buf_add(p->out, "</c:v></c:pt>");
  }
  sx_buf_add(p->out, "</c15:dlblRangeCache></c15:datalabelsRange></c:ext></c:extLst>");
}

/* ---- a chart's text ---------------------------------------------------------------------------------------------------- */

static bool begins(const char *at, const char *with) {
  return strncmp(at, with, strlen(with)) == 0;
}

/* What a series lacks, put in before the element at `at`; colour: it is one of bars whose colour below zero is not said yet (21.2.2.86, before all of these). */
static void complete_series(const patch *p, const char *at, const pub_bars *from, bool line, bool *colour) {
  const bool end = begins(at, "<c:cat>");
  if (*colour && (end || begins(at, "<c:dPt>") || begins(at, "<c:dLbls>"))) {
    sx_buf_add(p->out, "<c:invertIfNegative val=\"0\"/>");
    *colour = false;
  }
  if (from && from->shown && end) put_shown(p, from);
  if (from && from->plus && end) put_bars(p, from, line);
  if (from && from->shown && begins(at, "</c:ser>")) put_shown_texts(p, from->shown);
}

static const pub_bars *bars_of(const patch *p, size_t chart, size_t series) {
  for (size_t i = 0; i < p->n_bars; i++) {
    if (p->bars[i].chart == chart && p->bars[i].series == series) return &p->bars[i];
  }
  return NULL;
}

static void patch_chart(const patch *p, const char *text, size_t chart) {
  static const char reference[] = "<c:f>";
  const bool line = strstr(text, "<c:lineChart>") != NULL;
  size_t series = 0;
  bool colour = false;
  for (const char *at = text;;) {
    const char *next = strchr(at, '<');
    if (!next) {
      sx_buf_add(p->out, at);
      return;
    }
    sx_buf_add_n(p->out, at, (size_t)(next - at));
    at = next;
    if (begins(at, "<c:ser>")) {
      series++;
      colour = !line;
    }
    if (series) complete_series(p, at, bars_of(p, chart, series - 1), line, &colour);
    if (begins(at, "<c:show")) {
      at = put_shows(p, at);
      continue;
    }
    const char *end = begins(at, reference) ? strstr(at, "</c:f>") : NULL;
    if (end) {
      const char *inner = at + sizeof reference - 1, *after = end + strlen("</c:f>");
      sx_buf_add_n(p->out, at, (size_t)(after - at));
      at = renew_values(p, inner, (size_t)(end - inner), after);
    } else {
      sx_buf_add_char(p->out, *at++);
    }
  }
}

sx_status sx_publish__book_bars(sx_buf *out, const sx_ctx *ctx, const void *data, size_t n, const char *const *sheets,
                                size_t n_sheets, const pub_bars *bars, size_t n_bars, sx_error *err) {
  sx_package book;
  sx_buf patched;
  char *packed = NULL;
  size_t n_packed = 0;
  sx_publish__package_init(&book, ctx);
  sx_buf_init(&patched, ctx);
  sx_status status = sx_publish__package_list(&book, data, n, "workbook", err);
  const patch p = {&book, sheets, n_sheets, bars, n_bars, &patched, &status, err};
  for (size_t i = 0; i < book.n && status == SX_OK; i++) {
    size_t chart = 0;
    if (sscanf(book.parts[i].name, "xl/charts/chart%zu.xml", &chart) != 1 || chart == 0) continue;
    status = sx_publish__package_unpack(&book, &book.parts[i], err);
    if (status == SX_OK) patch_chart(&p, book.parts[i].data, chart - 1);
    if (status == SX_OK) status = sx_publish__package_take(&book, book.parts[i].name, &patched, err);
  }
  if (status == SX_OK) status = sx_publish__package_write(&packed, &n_packed, &book, err);
  if (status == SX_OK) {
    sx_buf_add_n(out, packed, n_packed);
    status = sx_buf_status(out, err);
  }
  sx_mem_free(ctx, packed);
  sx_buf_clear(&patched);
  sx_publish__package_clear(&book);
  return status;
}
