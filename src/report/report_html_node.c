/* report_html_node.c: the nodes of the document tree as HTML: one case for each kind. */
#include <math.h>
#include <string.h>

#include "report_html.h"
#include "report_page.h"

static void add(const sx_html *html, const char *text) {
  sx_buf_add(html->out, text);
}

static void add_text(const sx_html *html, const char *text) {
  sx_draw_escape(html->out, text, strlen(text));
}

const char *sx_html__word(const sx_html *html, sx_word word) {
  const sx_document *d = html->document;
  const char *own = sx_report__word(d->lang, word);
  const char *both = d->second && word != W_PUBLISHED_BY
                         ? sx_arena_printf(d->arena, "%s %s", own, sx_report__word(SX_LANG_EN, word))
                         : NULL;
  return both ? both : own;
}

void sx_html__exempt(const sx_html *html, const sx_document_node *node) {
  if (node->exempt) sx_buf_printf(html->out, " data-exempt=\"%s\"", node->exempt);
}

void sx_html__children(const sx_html *html, const sx_document_node *node) {
  for (const sx_document_node *child = node->first; child; child = child->next) sx_html__node(html, child);
}

/* `open`, the reason of the node, '>', what stands in it, `close`. */
static void put(const sx_html *html, const char *open, const sx_document_node *node, const char *close) {
  add(html, open);
  sx_html__exempt(html, node);
  add(html, ">");
  sx_html__children(html, node);
  add(html, close);
}

/* The first child stands on a line of its own below the tag. */
static void put_lines(const sx_html *html, const char *open, const sx_document_node *node, const char *close) {
  add(html, open);
  sx_html__exempt(html, node);
  add(html, ">\n");
  sx_html__children(html, node);
  add(html, close);
}

/* ---- inlines ----------------------------------------------------------------------------------------------------- */

/* Letters of another language than the page's say so. */
static void put_text(const sx_html *html, const sx_document_node *node) {
  const bool other = node->lang != html->document->lang;
  if (other) add(html, node->lang == SX_LANG_ZH ? "<span lang=\"zh-CN\">" : "<span lang=\"en\">");
  add_text(html, node->text);
  if (other) add(html, "</span>");
}

/* With a tip a number can be pointed at; in a running text also tapped, or reached by the keys; then what it is stands below the tip. */
static void put_number(const sx_html *html, const sx_document_node *node) {
  const sx_document_number *number = node->as.number;
  const bool outside = number->exempt && strcmp(number->exempt, "outside") == 0;
  add(html, "<span");
  if (number->tip) {
    add(html, outside ? " class=\"outside\"" : isnan(number->value) ? " class=\"num missing\"" : " class=\"num\"");
    if (node->parent->kind != SX_DOC_CELL) add(html, " tabindex=\"0\"");
    add(html, " title=\"");
    add_text(html, number->tip);
    add(html, "\"");
  }
  if (number->tip && number->what && number->what[0] && node->parent->kind != SX_DOC_CELL) {
    add(html, " data-what=\"");
    add_text(html, number->what);
    add(html, "\"");
  }
  sx_html__trace(html, number);
  put(html, "", node, "</span>");
}

static void put_link(const sx_html *html, const sx_document_node *node) {
  add(html, "<a");
  if (node->as.link.href) {
    add(html, " href=\"");
    add_text(html, node->as.link.href);
    add(html, "\"");
  }
  put(html, "", node, "</a>");
}

static void put_footnote_ref(const sx_html *html, const sx_document_node *node) {
  const size_t number = node->as.footnote_ref.number;
  sx_buf_printf(html->out, "<sup class=\"fn\"><a href=\"#n%zu\" id=\"r%zu-%zu\">%zu</a></sup>", number, number,
                node->as.footnote_ref.ordinal, number);
}

static void put_mention(const sx_html *html, const sx_document_node *node) {
  const sx_document_node *target = node->as.mention.target;
  sx_buf_printf(html->out, "<a class=\"ref\" href=\"#%s\"", target ? target->anchor : "");
  put(html, "", node, "</a>");
}

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

static void put_heading(const sx_html *html, const sx_document_node *node) {
  const int tag = node->as.heading.level + 1 > 6 ? 6 : node->as.heading.level + 1;
  sx_buf_printf(html->out, "<h%d id=\"%s\">", tag, node->anchor);
  if (node->as.heading.number[0]) sx_buf_printf(html->out, "<span class=\"no\">%s</span> ", node->as.heading.number);
  sx_html__children(html, node);
  sx_buf_printf(html->out, "</h%d>\n", tag);
}

static void put_paragraph(const sx_html *html, const sx_document_node *node) {
  if (node->as.paragraph.tight)
    sx_html__children(html, node);
  else
    put(html, "<p", node, "</p>\n");
}

static void put_list(const sx_html *html, const sx_document_node *node) {
  if (node->as.list.ordered)
    sx_buf_printf(html->out, "<ol start=\"%u\"", node->as.list.start);
  else
    add(html, "<ul");
  put_lines(html, "", node, node->as.list.ordered ? "</ol>\n" : "</ul>\n");
}

/* The title of a box is a heading of its level, so that it is found by who walks the headings. */
static void put_box_title(const sx_html *html, const sx_document_node *node) {
  const sx_document_node *box = node->parent;
  const int tag = box->as.box.level + 1 > 6 ? 6 : box->as.box.level + 1;
  sx_buf_printf(html->out, "<h%d class=\"box-title\" id=\"c-%s\">", tag, box->anchor);
  if (node->as.caption.number)
    sx_buf_printf(html->out, "<span class=\"no\">%s %zu</span> ", node->as.caption.word, node->as.caption.number);
  sx_html__children(html, node);
  sx_buf_printf(html->out, "</h%d>\n", tag);
}

static void put_box(const sx_html *html, const sx_document_node *node) {
  static const char *const kinds[] = {"", " policy", " method", " case"};
  sx_buf_printf(html->out, "<aside class=\"box%s\" id=\"%s\" aria-labelledby=\"c-%s\"", kinds[node->as.box.kind],
                node->anchor, node->anchor);
  put_lines(html, "", node, "</aside>\n");
}

static void put_caption(const sx_html *html, const sx_document_node *node) {
  if (node->parent->kind == SX_DOC_BOX) {
    put_box_title(html, node);
    return;
  }
  sx_buf_printf(html->out, "<figcaption id=\"c-%s\"><span class=\"no\">%s %zu</span>", node->parent->anchor,
                node->as.caption.word, node->as.caption.number);
  sx_html__children(html, node);
  add(html, "</figcaption>\n");
}

/* NOTE and SOURCE stand in one frame. */
static void put_foot(const sx_html *html, const sx_document_node *node) {
  const bool first = node->kind == SX_DOC_NOTE || !sx_document_child(node->parent, SX_DOC_NOTE);
  if (first) add(html, "<div class=\"foot\">\n");
  put(html, "<p", node, "</p>\n");
  if (!node->next) add(html, "</div>\n");
}

static void put_figure(const sx_html *html, const sx_document_node *node) {
  sx_buf_printf(html->out, "<figure class=\"%s\" id=\"%s\">\n", node->kind == SX_DOC_FIGURE ? "fig" : "tab",
                node->anchor);
  if (node->kind == SX_DOC_FIGURE)
    sx_html__children(html, node);
  else
    sx_html__table(html, node);
  add(html, "</figure>\n");
}

static void put_footnote(const sx_html *html, const sx_document_node *node) {
  sx_buf_printf(html->out, "<li value=\"%zu\" id=\"%s\"", node->as.footnote.number, node->anchor);
  put(html, "", node, "</li>\n");
}

/* Each text has notes of its own: their numbers tell the landmarks apart. */
static void put_footnotes(const sx_html *html, const sx_document_node *node) {
  const sx_document_node *last = node->last;
  sx_buf_printf(html->out, "<section class=\"notes\" role=\"doc-endnotes\" aria-label=\"%s", node->text);
  if (last) sx_buf_printf(html->out, " %zu", node->first->as.footnote.number);
  if (last != node->first) sx_buf_printf(html->out, "–%zu", last->as.footnote.number);
  add(html, "\">\n<ol");
  put_lines(html, "", node, "</ol>\n</section>\n");
}

void sx_html__node(const sx_html *html, const sx_document_node *node) {
  switch (node->kind) {
  case SX_DOC_TEXT:
    put_text(html, node);
    break;
  case SX_DOC_NUMBER:
    put_number(html, node);
    break;
  case SX_DOC_MARK:
    put(html, "<span class=\"mark\"", node, "</span>");
    break;
  case SX_DOC_STRONG:
    put(html, "<strong", node, "</strong>");
    break;
  case SX_DOC_EMPHASIS:
    put(html, "<em", node, "</em>");
    break;
  case SX_DOC_CODE:
    put(html, "<code", node, "</code>");
    break;
  case SX_DOC_LINK:
    put_link(html, node);
    break;
  case SX_DOC_FOOTNOTE_REF:
    put_footnote_ref(html, node);
    break;
  case SX_DOC_MENTION:
    put_mention(html, node);
    break;
  case SX_DOC_LINE_BREAK:
    add(html, node->parent->kind == SX_DOC_CELL ? "<br>" : "<br>\n");
    break;
  case SX_DOC_SOFT_BREAK:
    add(html, "\n");
    break;
  case SX_DOC_SAID:
    break;
  case SX_DOC_UNIT:
    put(html, "<span class=\"u\"", node, "</span>");
    break;
  case SX_DOC_SMALL:
    put(html, "<span class=\"se\"", node, "</span>");
    break;
  case SX_DOC_TAG:
    put(html, node->parent->parent->kind == SX_DOC_BOX ? " <span class=\"kind\"" : " <span class=\"tag\"", node,
        "</span>");
    break;
  case SX_DOC_RUN:
    if (node->text) /* of the drawing, which the page has */
      sx_html__children(html, node);
    else
      put(html, "<span", node, "</span>");
    break;
  case SX_DOC_HEADING:
    put_heading(html, node);
    break;
  case SX_DOC_PARAGRAPH:
    put_paragraph(html, node);
    break;
  case SX_DOC_LIST:
    put_list(html, node);
    break;
  case SX_DOC_ITEM:
    put(html, "<li", node, "</li>\n");
    break;
  case SX_DOC_QUOTE:
    put_lines(html, "<blockquote", node, "</blockquote>\n");
    break;
  case SX_DOC_BOX:
    put_box(html, node);
    break;
  case SX_DOC_PAIR:
    put_lines(html, "<div class=\"pair\"", node, "</div>\n");
    break;
  case SX_DOC_SIDE:
    put_lines(html, node->lang == SX_LANG_ZH ? "<div lang=\"zh-CN\"" : "<div lang=\"en\"", node, "</div>\n");
    break;
  case SX_DOC_CODE_BLOCK:
    put(html, "<pre><code", node, "</code></pre>\n");
    break;
  case SX_DOC_RULE:
    add(html, "<hr>\n");
    break;
  case SX_DOC_TABLE:
    if (node->as.table->role == SX_DOC_TABLE_RESULTS)
      put_figure(html, node);
    else
      sx_html__table(html, node);
    break;
  case SX_DOC_FIGURE:
    put_figure(html, node);
    break;
  case SX_DOC_CAPTION:
    put_caption(html, node);
    break;
  case SX_DOC_UNIT_LINE:
    put(html, "<p class=\"unit\"", node, "</p>\n");
    break;
  case SX_DOC_EMPTY:
    put(html, "<p class=\"empty\"", node, "</p>\n");
    break;
  case SX_DOC_DRAWING:
    sx_html__drawing(html, node);
    break;
  case SX_DOC_NOTE:
  case SX_DOC_SOURCE:
    put_foot(html, node);
    break;
  case SX_DOC_FOOTNOTES:
    put_footnotes(html, node);
    break;
  case SX_DOC_FOOTNOTE:
    put_footnote(html, node);
    break;
  case SX_DOC_ANNEX:
    put_lines(html, "<div", node, "</div>\n");
    break;
  case SX_DOC_DOCUMENT:
  case SX_DOC_ANNEXES:
  case SX_DOC_PROVENANCE:
    sx_html__children(html, node);
    break;
  case SX_DOC_COVER: /* report_html_cover.c writes it and what is in it, report_html_table.c rows and cells */
  case SX_DOC_PUBLISHER:
  case SX_DOC_TITLE:
  case SX_DOC_SUBTITLE:
  case SX_DOC_DATE:
  case SX_DOC_SYNTHETIC:
  case SX_DOC_KEY_FIGURES:
  case SX_DOC_KEY_FIGURE:
  case SX_DOC_KEY_LABEL:
  case SX_DOC_KEY_VALUE:
  case SX_DOC_KEY_NOTE:
  case SX_DOC_ABOUT:
  case SX_DOC_DESIGN:
  case SX_DOC_ROW:
  case SX_DOC_CELL:
  case SX_DOC_KINDS:
    break;
  }
}

/* ---- headings in the contents ------------------------------------------------------------------------------------ */

void sx_html__heading_text(const sx_html *html, const sx_document_node *node) {
  for (const sx_document_node *child = node->first; child; child = child->next) {
    const bool number = child->kind == SX_DOC_NUMBER || child->kind == SX_DOC_MARK;
    if (child->kind == SX_DOC_TEXT) put_text(html, child);
    if (child->kind == SX_DOC_LINE_BREAK || child->kind == SX_DOC_SOFT_BREAK) add(html, "\n");
    if (number) add(html, "<span>");
    sx_html__heading_text(html, child);
    if (number) add(html, "</span>");
  }
}
