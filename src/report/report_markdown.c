/* report_markdown.c: CommonMark and tables through md4c into HTML, raw HTML disabled. The one file that sees md4c. */
#include <md4c.h>
#include <stdio.h>
#include <string.h>

#include "report_prepare.h"

typedef struct renderer {
  sx_page *page;
  sx_prepared *prepared;
  const char *file;
  sx_buf *out;    /* the body, or the heading that is open */
  sx_buf heading; /* inline HTML of the open heading */
  bool paragraph; /* a <p> is due, unless a figure comes first */
  bool bare;      /* no <p>: inside a footnote */
  bool placed;    /* the open paragraph was a figure */
  bool soft;      /* a line break of the source waits for what follows */
  uint32_t last;  /* last character printed */
  int images;     /* depth: alternative text only */
  sx_status status;
  sx_error *err;
} renderer;

static bool wide(uint32_t code) {
  return sx_report__is_han(code) || (code >= 0x3000 && code <= 0x30FF) || (code >= 0xFF00 && code <= 0xFFEF) ||
         code == 0x2018 || code == 0x2019 || code == 0x201C || code == 0x201D || code == 0x2014 || code == 0x2026;
}

/* The first failure stays: md4c may call back once more before it stops. */
static int stop(renderer *r, sx_status status) {
  if (r->status == SX_OK) r->status = status;
  return r->status != SX_OK;
}

/* A paragraph that has begun, and a line break that waited. Chinese needs no blank where a line of the source ends. */
static void begin_text(renderer *r, uint32_t first) {
  if (r->paragraph) sx_buf_add(r->out, "<p>");
  r->paragraph = false;
  if (r->soft && !(wide(r->last) && wide(first))) sx_buf_add_char(r->out, '\n');
  r->soft = false;
}

static void put_text(renderer *r, const char *text, size_t n) {
  uint32_t first = 0, code;
  if (!n) return;
  (void)sx_utf8_next(&first, text, n);
  begin_text(r, first);
  size_t at = n;
  while (at > 0 && ((unsigned char)text[--at] & 0xC0) == 0x80) {
  }
  if (sx_utf8_next(&code, text + at, n - at)) r->last = code;
  size_t from = 0;
  for (size_t i = 0; i + 3 <= n; i++) {
    if (memcmp(text + i, SX_ITEM_BLANK, 3) != 0) continue;
    sx_report__visible(r->out, r->page, text + from, i - from);
    from = i + 3;
    i += 2;
  }
  sx_report__visible(r->out, r->page, text + from, n - from);
}

/* ---- our own inline things --------------------------------------------------------------------------------------- */

static void put_footnote(renderer *r, const sx_item *item) {
  const size_t number = r->prepared->footnotes[item->footnote].number;
  sx_buf_printf(r->out, "<sup class=\"fn\"><a href=\"#n%zu\" id=\"r%zu-%zu\">%zu</a></sup>", number, number,
                ++r->page->n_anchors, number);
}

static void put_mention(renderer *r, const sx_block *block) {
  const bool figure = block->kind == SX_BLOCK_FIGURE;
  sx_buf_printf(r->out, "<a class=\"ref\" href=\"#%s%zu\">%s\xC2\xA0%zu</a>", figure ? "f" : "t", block->number,
                sx_report__w(r->page, figure ? W_FIGURE : W_TABLE), block->number);
}

static sx_status put_block(renderer *r, const sx_block *block) {
  if (!r->paragraph) sx_buf_add(r->out, "</p>");
  r->paragraph = false;
  r->placed = true;
  r->soft = false;
  return block->kind == SX_BLOCK_FIGURE ? sx_report__figure(r->page, block, r->err)
                                        : sx_report__table(r->page, block, r->err);
}

static sx_status put_item(renderer *r, const sx_item *item, bool code) {
  if (code) {
    sx_report__visible(r->out, r->page, item->source, item->n_source);
    return SX_OK;
  }
  if (item->kind == SX_ITEM_BLOCK && r->out == &r->page->body) return put_block(r, item->block);
  begin_text(r, '0');
  r->last = '0';
  switch (item->kind) {
  case SX_ITEM_NUMBER:
    sx_report__number(r->out, r->page, &item->bound, &item->format);
    break;
  case SX_ITEM_FOOTNOTE:
    put_footnote(r, item);
    break;
  case SX_ITEM_MENTION:
  case SX_ITEM_BLOCK:
    put_mention(r, item->block);
    break;
  }
  return SX_OK;
}

/* Text with placeholders. */
static int put_mixed(renderer *r, const char *text, size_t n, bool code) {
  size_t from = 0;
  for (size_t i = 0; i + 3 <= n; i++) {
    if (memcmp(text + i, SX_ITEM_OPEN, 3) != 0) continue;
    size_t index = 0, k = i + 3;
    while (k < n && text[k] >= '0' && text[k] <= '9' && index < r->prepared->n_items) {
      index = index * 10 + (size_t)(text[k++] - '0');
    }
    if (k + 3 > n || memcmp(text + k, SX_ITEM_CLOSE, 3) != 0 || index >= r->prepared->n_items) continue;
    put_text(r, text + from, i - from);
    if (r->images == 0 && stop(r, put_item(r, &r->prepared->items[index], code))) return 1;
    from = k + 3;
    i = from - 1;
  }
  put_text(r, text + from, n - from);
  return 0;
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE n, void *data) {
  renderer *r = data;
  switch (type) {
  case MD_TEXT_NULLCHAR:
    put_text(r, "\xEF\xBF\xBD", 3);
    return 0;
  case MD_TEXT_BR:
    begin_text(r, ' ');
    sx_buf_add(r->out, "<br>\n");
    return 0;
  case MD_TEXT_SOFTBR:
    r->soft = true;
    return 0;
  case MD_TEXT_ENTITY:
    begin_text(r, ' ');
    r->last = ' ';
    sx_buf_add_n(r->out, text, n);
    return 0;
  case MD_TEXT_CODE:
    return put_mixed(r, text, n, true);
  case MD_TEXT_NORMAL:
  case MD_TEXT_HTML:
  case MD_TEXT_LATEXMATH:
    break;
  }
  return put_mixed(r, text, n, false);
}

/* ---- headings ---------------------------------------------------------------------------------------------------- */

/* "第一章", "一、", "（一）", "1.2", "Chapter 1": the author counts, so we do not. */
static bool numbered_by_author(const char *html) {
  static const char *const starts[] = {"第", "（一", "(一", "Chapter ", "Annex ", "Appendix ", "附录"};
  static const char *const digits[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"};
  for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
    if (strncmp(html, starts[i], strlen(starts[i])) == 0) return true;
  }
  const char *p = strncmp(html, "（", 3) == 0 ? html + 3 : html;
  bool any = false;
  for (size_t i = 0; i < sizeof digits / sizeof *digits; i++) {
    if (strncmp(p, digits[i], 3) != 0) continue;
    p += 3;
    any = true;
    i = (size_t)-1;
  }
  if (any && (strncmp(p, "、", 3) == 0 || strncmp(p, "）", 3) == 0)) return true;
  const size_t n = strspn(html, "0123456789.");
  return n > 0 && (html[n] == ' ' || strncmp(html + n, "、", 3) == 0) && (n > 1 || html[n] != ' ');
}

static const char *next_number(sx_page *page, int level) {
  page->counter[level - 1]++;
  for (int i = level; i < 3; i++) page->counter[i] = 0;
  char first[24];
  if (page->in_annex) {
    (void)snprintf(first, sizeof first, "%c", (char)('A' + (page->counter[0] ? page->counter[0] - 1 : 0) % 26));
  } else {
    (void)snprintf(first, sizeof first, "%zu", page->counter[0]);
  }
  if (level == 1) return sx_arena_strdup(page->arena, first);
  if (level == 2) return sx_arena_printf(page->arena, "%s.%zu", first, page->counter[1]);
  return sx_arena_printf(page->arena, "%s.%zu.%zu", first, page->counter[1], page->counter[2]);
}

static sx_status add_heading(renderer *r, int level) {
  sx_page *page = r->page;
  if (page->in_annex) {
    if (!page->annex_level) page->annex_level = level;
    level = level > page->annex_level ? level - page->annex_level + 1 : 1;
  }
  void *p = page->headings;
  const bool grown = sx_mem_grow(&page->ctx, &p, &page->cap_headings, page->n_headings + 1, sizeof *page->headings);
  page->headings = p;
  sx_heading heading = {level, "", NULL, page->n_headings + 1};
  if (r->heading.n) heading.html = sx_arena_strdup(page->arena, r->heading.data);
  if (!r->heading.n) heading.html = "";
  if (level <= 3 && heading.html && !numbered_by_author(heading.html)) heading.number = next_number(page, level);
  if (!grown || !heading.html || !heading.number || r->heading.failed) return sx_error_memory(r->err);
  page->headings[page->n_headings++] = heading;
  const int tag = level + (page->in_annex ? 2 : 1) > 6 ? 6 : level + (page->in_annex ? 2 : 1);
  sx_buf_printf(&page->body, "<h%d id=\"s%zu\">", tag, heading.id);
  if (heading.number[0]) sx_buf_printf(&page->body, "<span class=\"no\">%s</span> ", heading.number);
  sx_buf_add(&page->body, heading.html);
  sx_buf_printf(&page->body, "</h%d>\n", tag);
  return SX_OK;
}

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

static const char *align(MD_ALIGN a) {
  return a == MD_ALIGN_RIGHT ? " class=\"r\"" : a == MD_ALIGN_CENTER ? " class=\"c\"" : "";
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *data) {
  renderer *r = data;
  r->soft = false;
  r->last = 0;
  switch (type) {
  case MD_BLOCK_QUOTE:
    sx_buf_add(r->out, "<blockquote>\n");
    break;
  case MD_BLOCK_UL:
    sx_buf_add(r->out, "<ul>\n");
    break;
  case MD_BLOCK_OL:
    sx_buf_printf(r->out, "<ol start=\"%u\">\n", ((MD_BLOCK_OL_DETAIL *)detail)->start);
    break;
  case MD_BLOCK_LI:
    sx_buf_add(r->out, "<li>");
    break;
  case MD_BLOCK_HR:
    sx_buf_add(r->out, "<hr>\n");
    break;
  case MD_BLOCK_H:
    sx_buf_reset(&r->heading);
    r->out = &r->heading;
    break;
  case MD_BLOCK_CODE:
    sx_buf_add(r->out, "<pre><code>");
    break;
  case MD_BLOCK_P:
    r->paragraph = !r->bare;
    r->placed = false;
    break;
  case MD_BLOCK_TABLE:
    sx_buf_add(r->out, "<div class=\"scroll\"><table class=\"plain\">\n");
    break;
  case MD_BLOCK_THEAD:
    sx_buf_add(r->out, "<thead>\n");
    break;
  case MD_BLOCK_TBODY:
    sx_buf_add(r->out, "<tbody>\n");
    break;
  case MD_BLOCK_TR:
    sx_buf_add(r->out, "<tr>");
    break;
  case MD_BLOCK_TH:
    sx_buf_printf(r->out, "<th scope=\"col\"%s>", align(((MD_BLOCK_TD_DETAIL *)detail)->align));
    break;
  case MD_BLOCK_TD:
    sx_buf_printf(r->out, "<td%s>", align(((MD_BLOCK_TD_DETAIL *)detail)->align));
    break;
  case MD_BLOCK_DOC:
  case MD_BLOCK_HTML:
    break;
  }
  return 0;
}

static void leave_paragraph(renderer *r) {
  if (!r->bare && !r->placed && !r->paragraph) sx_buf_add(r->out, "</p>\n");
  r->paragraph = false;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *data) {
  renderer *r = data;
  r->soft = false;
  switch (type) {
  case MD_BLOCK_QUOTE:
    sx_buf_add(r->out, "</blockquote>\n");
    break;
  case MD_BLOCK_UL:
    sx_buf_add(r->out, "</ul>\n");
    break;
  case MD_BLOCK_OL:
    sx_buf_add(r->out, "</ol>\n");
    break;
  case MD_BLOCK_LI:
    sx_buf_add(r->out, "</li>\n");
    break;
  case MD_BLOCK_H:
    r->out = &r->page->body;
    return stop(r, add_heading(r, (int)((MD_BLOCK_H_DETAIL *)detail)->level));
  case MD_BLOCK_CODE:
    sx_buf_add(r->out, "</code></pre>\n");
    break;
  case MD_BLOCK_P:
    leave_paragraph(r);
    break;
  case MD_BLOCK_TABLE:
    sx_buf_add(r->out, "</table></div>\n");
    break;
  case MD_BLOCK_THEAD:
    sx_buf_add(r->out, "</thead>\n");
    break;
  case MD_BLOCK_TBODY:
    sx_buf_add(r->out, "</tbody>\n");
    break;
  case MD_BLOCK_TR:
    sx_buf_add(r->out, "</tr>\n");
    break;
  case MD_BLOCK_TH:
    sx_buf_add(r->out, "</th>");
    break;
  case MD_BLOCK_TD:
    sx_buf_add(r->out, "</td>");
    break;
  case MD_BLOCK_DOC:
  case MD_BLOCK_HR:
  case MD_BLOCK_HTML:
    break;
  }
  return 0;
}

/* ---- spans ------------------------------------------------------------------------------------------------------- */

/* Only addresses that cannot run anything. */
static bool safe_address(const char *text, size_t n) {
  static const char *const allowed[] = {"http://", "https://", "mailto:"};
  for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
    const size_t k = strlen(allowed[i]);
    if (n >= k && memcmp(text, allowed[i], k) == 0) return true;
  }
  return !memchr(text, ':', n) && !memchr(text, '&', n);
}

static void open_link(renderer *r, const MD_SPAN_A_DETAIL *detail) {
  sx_buf_add(r->out, "<a");
  if (detail->href.size && safe_address(detail->href.text, detail->href.size)) {
    sx_buf_add(r->out, " href=\"");
    sx_report__escape(r->out, detail->href.text, detail->href.size);
    sx_buf_add_char(r->out, '"');
  }
  sx_buf_add_char(r->out, '>');
}

static int enter_span(MD_SPANTYPE type, void *detail, void *data) {
  renderer *r = data;
  if (type == MD_SPAN_IMG) {
    r->images++;
    return stop(r, sx_report__warn(r->page, r->file, r->err,
                                   "a picture is left out, its text stands in: a report holds no outside files"));
  }
  if (r->images) return 0;
  begin_text(r, ' ');
  switch (type) {
  case MD_SPAN_EM:
    sx_buf_add(r->out, "<em>");
    break;
  case MD_SPAN_STRONG:
    sx_buf_add(r->out, "<strong>");
    break;
  case MD_SPAN_A:
    open_link(r, detail);
    break;
  case MD_SPAN_CODE:
    sx_buf_add(r->out, "<code>");
    break;
  case MD_SPAN_IMG:
  case MD_SPAN_DEL:
  case MD_SPAN_LATEXMATH:
  case MD_SPAN_LATEXMATH_DISPLAY:
  case MD_SPAN_WIKILINK:
  case MD_SPAN_U:
    break;
  }
  return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *data) {
  renderer *r = data;
  (void)detail;
  if (type == MD_SPAN_IMG) {
    r->images--;
    return 0;
  }
  if (r->images) return 0;
  switch (type) {
  case MD_SPAN_EM:
    sx_buf_add(r->out, "</em>");
    break;
  case MD_SPAN_STRONG:
    sx_buf_add(r->out, "</strong>");
    break;
  case MD_SPAN_A:
    sx_buf_add(r->out, "</a>");
    break;
  case MD_SPAN_CODE:
    sx_buf_add(r->out, "</code>");
    break;
  case MD_SPAN_IMG:
  case MD_SPAN_DEL:
  case MD_SPAN_LATEXMATH:
  case MD_SPAN_LATEXMATH_DISPLAY:
  case MD_SPAN_WIKILINK:
  case MD_SPAN_U:
    break;
  }
  return 0;
}

/* ---- a text ------------------------------------------------------------------------------------------------------ */

static sx_status render(renderer *r, const char *text, size_t n) {
  const MD_PARSER parser = {.flags = MD_FLAG_TABLES | MD_FLAG_NOHTML | MD_FLAG_NOINDENTEDCODEBLOCKS,
                            .enter_block = enter_block,
                            .leave_block = leave_block,
                            .enter_span = enter_span,
                            .leave_span = leave_span,
                            .text = on_text};
  if (n > 64u << 20) return sx_error_set(r->err, SX_E_LIMIT, r->file, "the text is larger than 64 MB");
  r->status = SX_OK;
  r->out = &r->page->body;
  const int code = md_parse(text, (MD_SIZE)n, &parser, r);
  if (r->status != SX_OK) return r->status;
  return code ? sx_error_memory(r->err) : sx_buf_status(&r->page->body, r->err);
}

static sx_status put_footnotes(renderer *r) {
  bool open = false;
  sx_buf *body = &r->page->body;
  for (size_t number = 1; number <= r->page->n_footnotes; number++) {
    for (size_t k = 0; k < r->prepared->n_footnotes; k++) {
      const sx_footnote *note = &r->prepared->footnotes[k];
      if (note->number != number) continue;
      if (!open) {
        sx_buf_printf(body, "<section class=\"notes\" role=\"doc-endnotes\" aria-label=\"%s\">\n<ol>\n",
                      sx_report__w(r->page, W_NOTES));
      }
      open = true;
      sx_buf_printf(body, "<li value=\"%zu\" id=\"n%zu\">", number, number);
      r->bare = true;
      SX_TRY(render(r, note->text, strlen(note->text)));
      r->bare = false;
      sx_buf_add(body, "</li>\n");
    }
  }
  if (open) sx_buf_add(body, "</ol>\n</section>\n");
  return SX_OK;
}

sx_status sx_report__markdown(sx_page *page, const sx_block *block, sx_error *err) {
  const char *file, *text = sx_report__markdown_of(page, block, &file);
  sx_prepared prepared;
  if (!text) return SX_OK;
  SX_TRY(sx_report__check_numbers(page, file, text, strlen(text), err));
  SX_TRY(sx_report__prepare(&prepared, page, file, text, err));
  renderer r = {.page = page, .prepared = &prepared, .file = file, .err = err};
  sx_buf_init(&r.heading, &page->ctx);
  sx_status status = render(&r, prepared.text.data, prepared.text.n);
  if (status == SX_OK) status = put_footnotes(&r);
  sx_buf_clear(&r.heading);
  sx_report__prepared_clear(&prepared, &page->ctx);
  return status;
}
