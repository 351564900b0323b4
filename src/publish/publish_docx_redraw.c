/* publish_docx_redraw.c: a figure of an edited .docx is known by the name of its drawing ("figure:zh:ages") and drawn anew from another run: the files
 * behind a picture (SVG and PNG), or the XML and the workbook of a chart, its alternative text, and its height for the width that it has now. Where an editor
 * put another picture in its place, took its SVG away or the run has no such figure, it stays, and the report says why. */
#include "publish_docx_redraw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "publish_xlsx.h"

static const char DOCUMENT_RELS[] = "word/_rels/document.xml.rels";

/* ---- attributes as they stand -------------------------------------------------------------------------------------- */

typedef struct span {
  size_t from, to;
} span;

/* The value of an attribute of the first such element in the stretch; to 0: there is none. */
static span value_of(const char *text, span in, const char *element, const char *attribute) {
  const size_t n = strlen(element), k = strlen(attribute);
  for (size_t i = in.from; i + n < in.to; i++) {
    if (text[i] != '<' || memcmp(text + i + 1, element, n) != 0 || !strchr(" \t\r\n/>", text[i + 1 + n])) continue;
    const char *end = memchr(text + i, '>', in.to - i);
    if (!end) break;
    const size_t stop = (size_t)(end - text);
    for (size_t j = i; j + k + 3 < stop; j++) {
      if (!strchr(" \t\r\n", text[j]) || memcmp(text + j + 1, attribute, k) != 0 || text[j + 1 + k] != '=') continue;
      const char quote = text[j + 2 + k];
      const char *close = quote == '"' || quote == '\'' ? memchr(text + j + 3 + k, quote, stop - j - 3 - k) : NULL;
      return close ? (span){j + 3 + k, (size_t)(close - text)} : (span){0, 0};
    }
    break;
  }
  return (span){0, 0};
}

static const char *copy(sx_redraw *r, const char *text, span s) {
  return s.to ? sx_arena_strndup(r->arena, text + s.from, s.to - s.from) : NULL;
}

/* "word/media/figure1.svg": what a relationship of a part leads to; NULL: nothing inside the file. */
static const char *target_of(sx_redraw *r, const char *rels, const char *folder, const char *id) {
  const sx_package_part *part = id ? sx_publish__package_get(r->package, rels) : NULL;
  for (size_t i = 0; part && i < part->n; i++) {
    static const char open[] = "<Relationship ";
    if (part->n - i < sizeof open || memcmp(part->data + i, open, sizeof open - 1) != 0) continue;
    const char *end = memchr(part->data + i, '>', part->n - i);
    if (!end) return NULL;
    const span tag = {i, (size_t)(end - part->data) + 1};
    const span own = value_of(part->data, tag, "Relationship", "Id");
    const span target = value_of(part->data, tag, "Relationship", "Target");
    const span mode = value_of(part->data, tag, "Relationship", "TargetMode");
    i = tag.to - 1;
    if (!own.to || own.to - own.from != strlen(id) || memcmp(part->data + own.from, id, strlen(id)) != 0) continue;
    const char *path = copy(r, part->data, target);
    if (!path || mode.to) return NULL;
    if (*path == '/') return path + 1;
    if (strncmp(path, "../", 3) == 0) return sx_arena_printf(r->arena, "word/%s", path + 3);
    return sx_arena_printf(r->arena, "%s/%s", folder, path);
  }
  return NULL;
}

static bool ends(const char *text, const char *with) {
  const size_t n = strlen(text), k = strlen(with);
  return n >= k && strcmp(text + n - k, with) == 0;
}

/* ---- the figure of the run ----------------------------------------------------------------------------------------- */

sx_status sx_publish__redraw_document(sx_document **out, sx_redraw *r, int lang) {
  *out = r->documents[lang];
  if (*out || r->failed[lang]) return SX_OK;
  const sx_report_options options = {1, lang == 1 ? SX_LANG_EN : SX_LANG_ZH, NULL};
  sx_error err = SX_ERROR_INIT;
  const sx_status status = lang == 2 ? sx_report_document_pair(&r->documents[2], r->store, r->run, &err)
                                     : sx_report_document(&r->documents[lang], r->store, r->run, &options, &err);
  if (status == SX_E_MEMORY) return sx_error_memory(r->err);
  if (status != SX_OK) r->documents[lang] = NULL;
  r->failed[lang] = status != SX_OK;
  *out = r->documents[lang];
  return SX_OK;
}

static const sx_document_node *figure_of(const sx_document *d, const char *id) {
  for (size_t i = 0; i < d->n_figures; i++) {
    if (strcmp(d->figures[i]->as.figure->id, id) == 0) return d->figures[i];
  }
  return NULL;
}

/* ---- what is replaced ---------------------------------------------------------------------------------------------- */

typedef struct found {
  const char *id; /* of the figure */
  const sx_document *document;
  const sx_document_node *figure, *drawing;
  span element; /* of the drawing */
} found;

static sx_status picture(const char **reason, sx_redraw *r, const found *f, const char *text,
                         const sx_drawing *drawing) {
  const char *png = target_of(r, DOCUMENT_RELS, "word", copy(r, text, value_of(text, f->element, "a:blip", "r:embed")));
  const char *svg =
      target_of(r, DOCUMENT_RELS, "word", copy(r, text, value_of(text, f->element, "asvg:svgBlip", "r:embed")));
  const sx_package_part *old = svg ? sx_publish__package_get(r->package, svg) : NULL;
  if (!png || !svg || !old || !ends(png, ".png") || !ends(svg, ".svg") || !strstr(old->data, "role=\"img\"")) {
    *reason = "another picture stands in its place, or its SVG is gone";
    return SX_OK;
  }
  const sx_paint_options coarse = {.version = 1, .scale = 1.3, .fonts = r->fonts};
  const sx_svg_options look = {.version = 1, .title = f->drawing->as.figure->title, .text = f->drawing->text};
  sx_buf bytes;
  sx_buf_init(&bytes, &r->ctx);
  sx_status status = sx_drawing_svg(&bytes, drawing, &look, r->err);
  if (status == SX_OK) status = sx_publish__package_take(r->package, svg, &bytes, r->err);
  if (status == SX_OK) status = sx_drawing_png(&bytes, drawing, &coarse, r->err);
  if (status == SX_OK) status = sx_publish__package_take(r->package, png, &bytes, r->err);
  sx_buf_clear(&bytes);
  return status;
}

static sx_status native(const char **reason, sx_redraw *r, const found *f, const char *chart_part) {
  const char *slash = strrchr(chart_part, '/');
  const char *rels = sx_arena_printf(r->arena, "%.*s/_rels/%s.rels", (int)(slash - chart_part), chart_part, slash + 1);
  const char *folder = sx_arena_strndup(r->arena, chart_part, (size_t)(slash - chart_part));
  const sx_package_part *old = sx_publish__package_get(r->package, chart_part);
  if (!rels || !folder) return sx_error_memory(r->err);
  const char *relation =
      old ? copy(r, old->data, value_of(old->data, (span){0, old->n}, "c:externalData", "r:id")) : NULL;
  const char *book_part = target_of(r, rels, folder, relation);
  sx_buf book, chart, xml;
  sx_buf_init(&book, &r->ctx);
  sx_buf_init(&chart, &r->ctx);
  sx_buf_init(&xml, &r->ctx);
  sx_status status = SX_OK;
  if (!book_part || !sx_publish__package_get(r->package, book_part)) {
    *reason = "its chart has no workbook of its own any more";
  } else {
    status = sx_publish__figure_book(&book, &chart, f->document, f->figure, r->err);
    if (status == SX_OK && !chart.n) *reason = "Word has no chart of the kind that the figure is now";
    if (status == SX_OK && chart.n) status = sx_publish__docx_chart_xml(&xml, &chart, relation, r->err);
    if (status == SX_OK && chart.n) status = sx_publish__package_take(r->package, book_part, &book, r->err);
    if (status == SX_OK && chart.n) status = sx_publish__package_take(r->package, chart_part, &xml, r->err);
  }
  sx_buf_clear(&book);
  sx_buf_clear(&chart);
  sx_buf_clear(&xml);
  return status;
}

static void put(sx_redraw_edit *edits, size_t *n, span at, const char *text) {
  if (at.to && text && *n < SX_REDRAW_EDITS) edits[(*n)++] = (sx_redraw_edit){at.from, at.to, text};
}

/* The width stays the editor's; the height is the drawing's for it. */
static void put_heights(sx_redraw *r, sx_redraw_edit *edits, size_t *n, const found *f, const char *text,
                        const sx_drawing *drawing) {
  const char *const elements[] = {"wp:extent", "a:ext"};
  span in = f->element;
  const char *words = f->drawing->text;
  for (size_t i = 0; i < 2; i++) {
    if (i == 1) { /* a:ext of the frame, not of a list of extensions */
      const char *frame = memchr(text + in.from, '<', in.to - in.from);
      while (frame && (size_t)(frame - text) + 7 < in.to && strncmp(frame, "<a:xfrm", 7) != 0)
        frame = memchr(frame + 1, '<', in.to - (size_t)(frame - text) - 1);
      put(edits, n, value_of(text, f->element, "wp:docPr", "descr"), words ? words : "");
      if (!frame || (size_t)(frame - text) + 7 >= in.to) return;
      in.from = (size_t)(frame - text);
    }
    const span cx = value_of(text, in, elements[i], "cx"), cy = value_of(text, in, elements[i], "cy");
    double width = 0;
    if (!cx.to || !cy.to || !sx_text_to_double(&width, text + cx.from, cx.to - cx.from) || !(width > 0)) continue;
    put(edits, n, cy, sx_arena_printf(r->arena, "%.0f", width * drawing->height / drawing->width));
  }
}

static sx_status redraw(const char **reason, sx_redraw *r, sx_redraw_edit *edits, size_t *n, const found *f,
                        const char *text) {
  sx_drawing *drawing = NULL;
  const span chart = value_of(text, f->element, "c:chart", "r:id");
  if (chart.to) {
    const char *part = target_of(r, DOCUMENT_RELS, "word", copy(r, text, chart));
    if (!part || !strchr(part, '/')) {
      *reason = "its chart is gone";
      return SX_OK;
    }
    SX_TRY(native(reason, r, f, part));
    if (!*reason)
      put(edits, n, value_of(text, f->element, "wp:docPr", "descr"), f->drawing->text ? f->drawing->text : "");
    return SX_OK;
  }
  if (!r->fonts) SX_TRY(sx_draw_fonts_new(&r->fonts, r->err));
  SX_TRY(sx_chart_draw(&drawing, &r->ctx, f->drawing->as.figure->chart, SX_CHART_WIDE_WIDTH, r->err));
  const sx_status status = picture(reason, r, f, text, drawing);
  if (status == SX_OK && !*reason) put_heights(r, edits, n, f, text, drawing);
  sx_drawing_free(drawing);
  return status;
}

static sx_status tell(sx_redraw *r, const char *id, const char *reason) {
  const size_t n = r->out->n_drawn + r->out->n_not_drawn;
  if (!sx_arena_grow(r->arena, (void **)&r->out->figures, &r->out->cap_figures, n + 1, sizeof *r->out->figures))
    return sx_error_memory(r->err);
  r->out->figures[n] = (sx_refill_figure){id, reason};
  if (reason)
    r->out->n_not_drawn++;
  else
    r->out->n_drawn++;
  return SX_OK;
}

sx_status sx_publish__redraw(sx_redraw *r, sx_redraw_edit *edits, size_t *n_edits, const char *text, size_t from,
                             size_t to) {
  static const char *const names[] = {"figure:zh:", "figure:en:", "figure:zh+en:"};
  found f = {.element = {from, to}};
  const char *name = copy(r, text, value_of(text, f.element, "wp:docPr", "name")), *reason = NULL;
  int lang = 3;
  for (int i = 0; name && i < 3; i++) {
    if (strncmp(name, names[i], strlen(names[i])) == 0) lang = i;
  }
  *n_edits = 0;
  if (lang == 3) return SX_OK;
  f.id = name + strlen(names[lang]);
  sx_document *document = NULL;
  SX_TRY(sx_publish__redraw_document(&document, r, lang));
  f.document = document;
  f.figure = f.document ? figure_of(f.document, f.id) : NULL;
  f.drawing = f.figure ? sx_document_child(f.figure, SX_DOC_DRAWING) : NULL;
  if (!f.document)
    reason = "the run has no report in its language";
  else if (!f.figure)
    reason = "the run has no such figure";
  else if (!f.drawing)
    reason = "the figure has no data in the run";
  else
    SX_TRY(redraw(&reason, r, edits, n_edits, &f, text));
  return tell(r, f.id, reason);
}

void sx_publish__redraw_clear(sx_redraw *r) {
  for (size_t i = 0; i < 3; i++) sx_document_free(r->documents[i]);
  sx_draw_fonts_free(r->fonts);
}
