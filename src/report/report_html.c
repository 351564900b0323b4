/* report_html.c: the document tree as one HTML page: head, cover, contents, the text. One file, one script of ours (report_html_script.c), nothing from
 * outside: a content security policy says so to the browser as well. No time of day is printed: the same run gives the same bytes. */
#include "report_html.h"

#include <string.h>

#include "report_page.h"

/* ---- head -------------------------------------------------------------------------------------------------------- */

static void put_head(const sx_html *html) {
  sx_buf *out = html->out;
  sx_buf_printf(out,
                "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
                "img-src data:",
                html->document->lang == SX_LANG_ZH ? "zh-CN" : "en");
  if (html->document->n_results) {
    sx_buf_add(out, "; script-src 'sha256-");
    sx_html__script_hash(html);
    sx_buf_add_char(out, '\'');
  }
  sx_buf_printf(out,
                "\">\n<meta name=\"generator\" content=\"Shuxiao %s\">\n<link rel=\"icon\" href=\"data:,\">\n<title>",
                sx_version());
  sx_draw_escape(out, html->document->title, strlen(html->document->title));
  sx_buf_add(out, "</title>\n<style>\n");
  for (const char *const *line = sx_html__style; *line; line++) sx_buf_add(out, *line);
  sx_buf_add(out, "</style>\n</head>\n");
}

/* ---- cover ------------------------------------------------------------------------------------------------------- */

/* A child of the cover, where it has one of the kind. */
static void put_line(const sx_html *html, const char *open, const sx_document_node *parent, sx_document_kind kind,
                     const char *close) {
  const sx_document_node *node = sx_document_child(parent, kind);
  if (!node) return;
  sx_buf_add(html->out, open);
  sx_html__children(html, node);
  sx_buf_add(html->out, close);
}

static void put_top(const sx_html *html, const sx_document_node *cover, const char *other_file) {
  sx_buf *out = html->out;
  const char *other = html->document->lang == SX_LANG_ZH ? "en" : "zh-CN";
  sx_buf_printf(
      out,
      "<body%s>\n<a class=\"skip\" href=\"#main\">%s</a>\n<header class=\"cover\">\n<div class=\"inner\">\n<p "
      "class=\"top\"><span>",
      html->document->second ? " class=\"two-languages\"" : "", sx_html__word(html, W_SKIP));
  put_line(html, "", cover, SX_DOC_PUBLISHER, "");
  sx_buf_add(out, "</span>");
  if (other_file) {
    sx_buf_printf(out, "<a lang=\"%s\" hreflang=\"%s\" href=\"", other, other);
    sx_draw_escape(out, other_file, strlen(other_file));
    sx_buf_printf(out, "\">%s</a>", sx_html__word(html, W_OTHER_LANGUAGE));
  }
  sx_buf_add(out, "</p>\n");
}

static void put_key(const sx_html *html, const sx_document_node *key) {
  if (!key) return;
  sx_buf_add(html->out, "<dl class=\"key\">\n");
  for (const sx_document_node *figure = key->first; figure; figure = figure->next) {
    sx_buf_add(html->out, "<div>");
    put_line(html, "<dt>", figure, SX_DOC_KEY_LABEL, "</dt>");
    put_line(html, "<dd>", figure, SX_DOC_KEY_VALUE, "");
    put_line(html, "<small>", figure, SX_DOC_KEY_NOTE, "</small>");
    sx_buf_add(html->out, "</dd></div>\n");
  }
  sx_buf_add(html->out, "</dl>\n");
}

static void put_about(const sx_html *html, const sx_document_node *cover) {
  const sx_document_node *design = sx_document_child(cover, SX_DOC_DESIGN);
  if (!design && !sx_document_child(cover, SX_DOC_ABOUT)) return;
  sx_buf_add(html->out, "<div class=\"about\">\n");
  put_line(html, "<p>", cover, SX_DOC_ABOUT, "</p>\n");
  if (design) {
    sx_buf_add(html->out, "<p");
    sx_html__exempt(html, design);
    sx_buf_printf(html->out, "><b>%s</b>", design->text);
    put_line(html, "", cover, SX_DOC_DESIGN, "</p>\n");
  }
  sx_buf_add(html->out, "</div>\n");
}

static void put_cover(const sx_html *html, const sx_document_node *cover, const char *other_file) {
  const sx_document_node *synthetic = sx_document_child(cover, SX_DOC_SYNTHETIC);
  put_top(html, cover, other_file);
  put_line(html, "<h1>", cover, SX_DOC_TITLE, "</h1>\n");
  put_line(html, "<p class=\"subtitle\">", cover, SX_DOC_SUBTITLE, "</p>\n");
  put_line(html, "<p class=\"date\">", cover, SX_DOC_DATE, "</p>\n");
  if (synthetic) {
    sx_buf_printf(html->out, "<p class=\"synthetic\" role=\"note\"><strong>%s</strong>", synthetic->text);
    put_line(html, "", cover, SX_DOC_SYNTHETIC, "</p>\n");
  }
  put_key(html, sx_document_child(cover, SX_DOC_KEY_FIGURES));
  put_about(html, cover);
  sx_buf_add(html->out, "</div>\n</header>\n");
}

/* ---- contents ---------------------------------------------------------------------------------------------------- */

static void put_list(const sx_html *html, const sx_document_node *const *nodes, size_t n, sx_word word) {
  if (!n) return;
  sx_buf_printf(html->out, "<details><summary>%s</summary>\n<ol>\n", sx_html__word(html, word));
  for (size_t i = 0; i < n; i++) {
    const sx_document_node *caption = sx_document_child(nodes[i], SX_DOC_CAPTION);
    sx_buf_printf(html->out, "<li><a href=\"#%s\"><span class=\"no\">%zu</span><span>", nodes[i]->anchor,
                  caption->as.caption.number);
    for (const sx_document_node *child = caption->first; child; child = child->next) {
      if (child->kind != SX_DOC_TAG) sx_html__node(html, child);
    }
    sx_buf_add(html->out, "</span></a></li>\n");
  }
  sx_buf_add(html->out, "</ol>\n</details>\n");
}

static void put_contents(const sx_html *html) {
  const sx_document *d = html->document;
  const char *word = sx_html__word(html, W_CONTENTS);
  sx_buf_printf(html->out, "<nav class=\"toc\" aria-label=\"%s\">\n<h2>%s</h2>\n<ol>\n", word, word);
  for (size_t i = 0; i < d->n_headings; i++) {
    const sx_document_node *h = d->headings[i];
    if (h->as.heading.level > 2) continue;
    sx_buf_printf(html->out, "<li class=\"l%d\"><a href=\"#%s\">", h->as.heading.level, h->anchor);
    if (h->as.heading.number[0]) sx_buf_printf(html->out, "<span class=\"no\">%s</span>", h->as.heading.number);
    sx_buf_add(html->out, "<span>");
    sx_html__heading_text(html, h);
    sx_buf_add(html->out, "</span></a></li>\n");
  }
  sx_buf_add(html->out, "</ol>\n");
  put_list(html, d->figures, d->n_figures, W_FIGURES);
  put_list(html, d->tables, d->n_tables, W_TABLES);
  put_list(html, d->boxes, d->n_boxes, W_BOXES);
  sx_buf_add(html->out, "</nav>\n");
}

static void put_footer(const sx_html *html) {
  sx_buf *out = html->out;
  sx_buf_add(out, "</main>\n</div>\n<footer><div class=\"inner\">");
  for (const char *p = sx_html__word(html, W_PUBLISHED_BY); *p; p++) {
    if (p[0] == '%' && p[1] == 's') {
      sx_buf_add(out, sx_version());
      p++;
    } else {
      sx_buf_add_char(out, *p);
    }
  }
  if (html->document->synthetic)
    sx_buf_printf(out, " · <span class=\"tag\">%s</span>", sx_html__word(html, W_SYNTHETIC));
  sx_buf_add(out, "</div></footer>\n");
  if (html->document->n_results) sx_html__panel(html);
  sx_buf_add(out, "</body>\n</html>\n");
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

static void put_page(const sx_html *html, const char *other_file) {
  const sx_document_node *root = html->document->root;
  put_head(html);
  put_cover(html, sx_document_child(root, SX_DOC_COVER), other_file);
  sx_buf_add(html->out, "<div class=\"inner page\">\n");
  put_contents(html);
  sx_buf_add(html->out, "<main id=\"main\">\n");
  sx_html__children(html, root);
  put_footer(html);
}

sx_status sx_document_html(sx_buf *out, const sx_document *document, const char *other_file, sx_error *err) {
  sx_status status = SX_OK;
  const sx_html html = {document, out, &status, err};
  put_page(&html, other_file);
  return status == SX_OK ? sx_buf_status(out, err) : status;
}

/* The page and the warnings change hands. */
static sx_status deliver(sx_report_result **out, sx_document *document, sx_buf *page, sx_error *err) {
  sx_report_result *result = sx_mem_zalloc(&document->ctx, 1, sizeof *result);
  if (!result) return sx_error_memory(err);
  result->ctx = document->ctx;
  result->n = page->n;
  result->html = sx_buf_take(page);
  result->warnings = document->warnings;
  result->n_warnings = document->n_warnings;
  document->warnings = NULL;
  document->n_warnings = 0;
  *out = result;
  return SX_OK;
}

sx_status sx_report_html(sx_report_result **out, sx_store *store, int64_t run, const sx_report_options *options,
                         sx_error *err) {
  sx_document *document = NULL;
  SX_TRY(sx_report_document(&document, store, run, options, err));
  sx_buf page;
  sx_buf_init(&page, &document->ctx);
  sx_status status = sx_document_html(&page, document, options ? options->other_language_file : NULL, err);
  if (status == SX_OK) status = deliver(out, document, &page, err);
  sx_buf_clear(&page);
  sx_document_free(document);
  return status;
}

void sx_report_result_free(sx_report_result *result) {
  if (!result) return;
  sx_report__free_warnings(&result->ctx, result->warnings, result->n_warnings);
  const sx_ctx ctx = result->ctx;
  sx_mem_free(&ctx, result->html);
  sx_mem_free(&ctx, result);
}
