/* report_build_text.c: CommonMark and tables through md4c into nodes, raw HTML disabled. The one file that sees md4c. */
#include <md4c.h>
#include <stdio.h>
#include <string.h>

#include "report_prepare.h"
#include "report_reference.h"
#include "report_tree.h"

enum { WAITING_MAX = 64 };

typedef struct renderer {
  sx_page *page;
  sx_prepared *prepared;
  sx_document_node **notes; /* [prepared->n_footnotes] those that were referred to */
  const char *file;
  bool paragraph;                      /* a PARAGRAPH is due, unless a figure comes first */
  bool bare;                           /* inside a footnote: its paragraphs are tight */
  bool soft;                           /* a line break of the source waits for what follows */
  uint32_t last;                       /* last character printed */
  int images;                          /* depth: alternative text only */
  bool head;                           /* the rows that come are a table's head */
  size_t column;                       /* of the row that is open */
  const sx_item *waiting[WAITING_MAX]; /* where words begin or end before their paragraph has */
  size_t n_waiting;
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

/* ---- paragraphs -------------------------------------------------------------------------------------------------- */

/* Blocks that hold blocks: a text that comes there needs a paragraph, md4c gives none in a tight list. */
static bool holds_blocks(sx_document_kind kind) {
  return kind == SX_DOC_DOCUMENT || kind == SX_DOC_ANNEX || kind == SX_DOC_ITEM || kind == SX_DOC_QUOTE ||
         kind == SX_DOC_FOOTNOTE || kind == SX_DOC_BOX;
}

static void add_said(sx_page *page, const sx_item *item) {
  sx_document_node *node = sx_tree__add(page, SX_DOC_SAID);
  node->as.said.key = item->title;
  node->as.said.end = item->kind == SX_ITEM_SAID_END;
}

static void begin_paragraph(renderer *r) {
  if (holds_blocks(r->page->at->kind)) {
    sx_tree__open(r->page, SX_DOC_PARAGRAPH)->as.paragraph.tight = r->bare || !r->paragraph;
    for (size_t i = 0; i < r->n_waiting; i++) add_said(r->page, r->waiting[i]);
    r->n_waiting = 0;
  }
  r->paragraph = false;
}

static void end_paragraph(renderer *r) {
  if (r->page->at->kind == SX_DOC_PARAGRAPH) sx_tree__close(r->page);
  r->paragraph = false;
  r->n_waiting = 0;
}

/* A paragraph that has begun, and a line break that waited. Chinese needs no blank where a line of the source ends. */
static void begin_text(renderer *r, uint32_t first) {
  begin_paragraph(r);
  if (r->soft && !(wide(r->last) && wide(first))) (void)sx_tree__add(r->page, SX_DOC_SOFT_BREAK);
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
    sx_tree__text(r->page, text + from, i - from);
    from = i + 3;
    i += 2;
  }
  sx_tree__text(r->page, text + from, n - from);
}

/* ---- our own inline things --------------------------------------------------------------------------------------- */

/* The footnote of a reference: made when it is first referred to, hung in below the text. */
static sx_document_node *note_node(renderer *r, size_t k) {
  if (!r->notes[k]) {
    const size_t number = r->prepared->footnotes[k].number;
    sx_document_node *note = sx_tree__detached(r->page, SX_DOC_FOOTNOTE);
    note->as.footnote.number = number;
    note->anchor = sx_tree__name(r->page, "n", number);
    r->notes[k] = note;
  }
  return r->notes[k];
}

static void put_footnote(renderer *r, const sx_item *item) {
  sx_page *page = r->page;
  const size_t number = r->prepared->footnotes[item->footnote].number;
  sx_document_node *node = sx_tree__add(page, SX_DOC_FOOTNOTE_REF);
  node->text = sx_tree__name(page, "", number);
  node->as.footnote_ref.number = number;
  node->as.footnote_ref.ordinal = ++page->n_anchors;
  node->as.footnote_ref.note = note_node(r, item->footnote);
}

static sx_status put_mention(renderer *r, const sx_block *block) {
  sx_page *page = r->page;
  void *p = page->mentions;
  const bool grown = sx_arena_grow(page->arena, &p, &page->cap_mentions, page->n_mentions + 1, sizeof *page->mentions);
  page->mentions = p;
  if (!grown) return sx_error_memory(r->err);
  sx_document_node *node = sx_tree__open(page, SX_DOC_MENTION);
  char text[64];
  node->as.mention.word = sx_report__w(page, sx_report__block_word(block->kind));
  node->as.mention.number = block->number;
  const int n = snprintf(text, sizeof text, "%s\xC2\xA0%zu", node->as.mention.word, block->number);
  sx_tree__text(page, text, n > 0 ? (size_t)n : 0);
  sx_tree__close(page);
  page->mentions[page->n_mentions++] = (sx_mention){node, block};
  return SX_OK;
}

static sx_status put_block(renderer *r, sx_block *block) {
  end_paragraph(r);
  r->soft = false;
  return sx_report__build_float(r->page, block, r->err);
}

/* A box stands in the text itself, never in a list or a quotation: its marks part what is around them. */
static void open_box(renderer *r, const sx_item *item) {
  sx_page *page = r->page;
  const sx_document_kind at = page->at->kind;
  if (at != SX_DOC_DOCUMENT && at != SX_DOC_ANNEX) return;
  sx_document_node *node = sx_tree__open(page, SX_DOC_BOX);
  node->as.box.kind = item->box;
  node->as.box.number = item->block->number;
  node->as.box.level = page->heading_level < 5 ? page->heading_level + 1 : 6;
  node->anchor = sx_tree__name(page, "b", ++page->n_opened);
  item->block->node = node;
  sx_document_node *caption = sx_tree__open(page, SX_DOC_CAPTION);
  caption->as.caption.word = sx_report__w(page, W_BOX);
  caption->as.caption.number = item->block->number;
  sx_tree__label(page, item->title);
  if (item->box != SX_DOC_BOX_PLAIN) {
    (void)sx_tree__open(page, SX_DOC_TAG);
    sx_tree__word(page, item->box == SX_DOC_BOX_POLICY   ? W_BOX_POLICY
                        : item->box == SX_DOC_BOX_METHOD ? W_BOX_METHOD
                                                         : W_BOX_CASE);
    sx_tree__close(page);
  }
  sx_tree__close(page);
}

static void put_box(renderer *r, const sx_item *item) {
  end_paragraph(r);
  r->soft = false;
  if (item->kind == SX_ITEM_BOX)
    open_box(r, item);
  else if (r->page->at->kind == SX_DOC_BOX)
    sx_tree__close(r->page);
}

/* Words that follow from numbers begin or end: nothing that is read, so no paragraph begins for it. Where none has begun, it waits for one. */
static sx_status put_said(renderer *r, const sx_item *item) {
  if (holds_blocks(r->page->at->kind)) {
    if (r->n_waiting == WAITING_MAX) return sx_error_set(r->err, SX_E_LIMIT, r->file, "too many conditions in a row");
    r->waiting[r->n_waiting++] = item;
    return SX_OK;
  }
  add_said(r->page, item);
  return SX_OK;
}

static sx_status put_item(renderer *r, const sx_item *item, bool code) {
  const sx_document_kind at = r->page->at->kind;
  if (item->kind == SX_ITEM_SAID || item->kind == SX_ITEM_SAID_END) return code ? SX_OK : put_said(r, item);
  if (code) {
    sx_tree__text(r->page, item->source, item->n_source);
    return SX_OK;
  }
  if (item->kind >= SX_ITEM_BOX) {
    if (at == SX_DOC_PARAGRAPH || holds_blocks(at)) put_box(r, item);
    return SX_OK;
  }
  if (item->kind == SX_ITEM_BLOCK && (at == SX_DOC_PARAGRAPH || holds_blocks(at))) return put_block(r, item->block);
  begin_text(r, '0');
  r->last = '0';
  switch (item->kind) {
  case SX_ITEM_NUMBER:
    sx_tree__number(r->page, &item->bound, &item->format, item->magnitude);
    break;
  case SX_ITEM_FOOTNOTE:
    put_footnote(r, item);
    break;
  case SX_ITEM_MENTION:
  case SX_ITEM_BLOCK:
    return put_mention(r, item->block);
  case SX_ITEM_SAID:
  case SX_ITEM_SAID_END:
  case SX_ITEM_BOX:
  case SX_ITEM_BOX_END:
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

static void put_entity(sx_page *page, const char *text, size_t n) {
  char decoded[8];
  const size_t k = sx_report__entity(decoded, text, n);
  sx_tree__text(page, k ? decoded : text, k ? k : n);
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE n, void *data) {
  renderer *r = data;
  switch (type) {
  case MD_TEXT_NULLCHAR:
    put_text(r, "\xEF\xBF\xBD", 3);
    return 0;
  case MD_TEXT_BR:
    begin_text(r, ' ');
    (void)sx_tree__add(r->page, SX_DOC_LINE_BREAK);
    return 0;
  case MD_TEXT_SOFTBR:
    r->soft = true;
    return 0;
  case MD_TEXT_ENTITY:
    begin_text(r, ' ');
    r->last = ' ';
    put_entity(r->page, text, n);
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

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

static void open_list(renderer *r, bool ordered, unsigned start) {
  sx_document_node *node = sx_tree__open(r->page, SX_DOC_LIST);
  node->as.list.ordered = ordered;
  node->as.list.start = start;
}

static void open_table(renderer *r, const MD_BLOCK_TABLE_DETAIL *detail) {
  sx_document_node *node = sx_tree__open(r->page, SX_DOC_TABLE);
  sx_document_table *table = sx_tree__payload(r->page, 1, sizeof *table);
  if (!table) return;
  *table = (sx_document_table){.role = SX_DOC_TABLE_PLAIN, .id = "", .title = "", .n_columns = detail->col_count};
  table->n_head_rows = detail->head_row_count;
  table->n_rows = detail->head_row_count + detail->body_row_count;
  node->as.table = table;
}

static void open_row(renderer *r, bool head) {
  sx_tree__open(r->page, SX_DOC_ROW)->as.row.role = head ? SX_DOC_ROW_HEAD : SX_DOC_ROW_BODY;
  r->column = 0;
}

static void open_cell(renderer *r, bool head, const MD_BLOCK_TD_DETAIL *detail) {
  const sx_document_align align = detail->align == MD_ALIGN_RIGHT    ? SX_DOC_ALIGN_END
                                  : detail->align == MD_ALIGN_CENTER ? SX_DOC_ALIGN_CENTRE
                                                                     : SX_DOC_ALIGN_START;
  (void)sx_tree__cell(r->page, head ? SX_DOC_SCOPE_COLUMN : SX_DOC_SCOPE_NONE, align, r->column++, 1);
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *data) {
  renderer *r = data;
  r->soft = false;
  r->last = 0;
  if (type != MD_BLOCK_DOC) end_paragraph(r);
  switch (type) {
  case MD_BLOCK_QUOTE:
    (void)sx_tree__open(r->page, SX_DOC_QUOTE);
    break;
  case MD_BLOCK_UL:
    open_list(r, false, 1);
    break;
  case MD_BLOCK_OL:
    open_list(r, true, ((MD_BLOCK_OL_DETAIL *)detail)->start);
    break;
  case MD_BLOCK_LI:
    (void)sx_tree__open(r->page, SX_DOC_ITEM);
    break;
  case MD_BLOCK_HR:
    (void)sx_tree__add(r->page, SX_DOC_RULE);
    break;
  case MD_BLOCK_H:
    (void)sx_tree__open(r->page, SX_DOC_HEADING);
    break;
  case MD_BLOCK_CODE:
    (void)sx_tree__open(r->page, SX_DOC_CODE_BLOCK);
    break;
  case MD_BLOCK_P:
    r->paragraph = true;
    break;
  case MD_BLOCK_TABLE:
    open_table(r, detail);
    break;
  case MD_BLOCK_TR:
    open_row(r, r->head);
    break;
  case MD_BLOCK_TH:
  case MD_BLOCK_TD:
    open_cell(r, type == MD_BLOCK_TH, detail);
    break;
  case MD_BLOCK_THEAD:
  case MD_BLOCK_TBODY:
    r->head = type == MD_BLOCK_THEAD;
    break;
  case MD_BLOCK_DOC:
  case MD_BLOCK_HTML:
    break;
  }
  return 0;
}

static int leave_heading(renderer *r, int level) {
  sx_document_node *heading = r->page->at;
  sx_tree__close(r->page);
  return stop(r, sx_report__number_heading(r->page, heading, level, r->err));
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *data) {
  renderer *r = data;
  r->soft = false;
  switch (type) {
  case MD_BLOCK_H:
    return leave_heading(r, (int)((MD_BLOCK_H_DETAIL *)detail)->level);
  case MD_BLOCK_P:
    end_paragraph(r);
    break;
  case MD_BLOCK_QUOTE:
  case MD_BLOCK_UL:
  case MD_BLOCK_OL:
  case MD_BLOCK_LI:
    end_paragraph(r);
    sx_tree__close(r->page);
    break;
  case MD_BLOCK_CODE:
  case MD_BLOCK_TABLE:
  case MD_BLOCK_TR:
  case MD_BLOCK_TH:
  case MD_BLOCK_TD:
    sx_tree__close(r->page);
    break;
  case MD_BLOCK_DOC:
  case MD_BLOCK_HR:
  case MD_BLOCK_HTML:
  case MD_BLOCK_THEAD:
  case MD_BLOCK_TBODY:
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
  sx_document_node *node = sx_tree__open(r->page, SX_DOC_LINK);
  if (detail->href.size && safe_address(detail->href.text, detail->href.size))
    node->as.link.href = sx_tree__clean(r->page, detail->href.text, detail->href.size);
}

/* The kind of a span; SX_DOC_KINDS for those that are only their text. */
static sx_document_kind span_kind(MD_SPANTYPE type) {
  switch (type) {
  case MD_SPAN_EM:
    return SX_DOC_EMPHASIS;
  case MD_SPAN_STRONG:
    return SX_DOC_STRONG;
  case MD_SPAN_A:
    return SX_DOC_LINK;
  case MD_SPAN_CODE:
    return SX_DOC_CODE;
  case MD_SPAN_IMG:
  case MD_SPAN_DEL:
  case MD_SPAN_LATEXMATH:
  case MD_SPAN_LATEXMATH_DISPLAY:
  case MD_SPAN_WIKILINK:
  case MD_SPAN_U:
    break;
  }
  return SX_DOC_KINDS;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *data) {
  renderer *r = data;
  const sx_document_kind kind = span_kind(type);
  if (type == MD_SPAN_IMG) {
    r->images++;
    return stop(r, sx_report__warn(r->page, r->file, r->err,
                                   "a picture is left out, its text stands in: a report holds no outside files"));
  }
  if (r->images) return 0;
  begin_text(r, ' ');
  if (kind == SX_DOC_LINK)
    open_link(r, detail);
  else if (kind != SX_DOC_KINDS)
    (void)sx_tree__open(r->page, kind);
  return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *data) {
  renderer *r = data;
  (void)detail;
  if (type == MD_SPAN_IMG) {
    r->images--;
    return 0;
  }
  if (!r->images && span_kind(type) != SX_DOC_KINDS) sx_tree__close(r->page);
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
  r->paragraph = r->soft = false;
  const int code = md_parse(text, (MD_SIZE)n, &parser, r);
  if (r->status != SX_OK) return r->status;
  end_paragraph(r);
  if (r->page->at->kind == SX_DOC_BOX) sx_tree__close(r->page); /* its end stands in code */
  return code ? sx_error_memory(r->err) : sx_tree__status(r->page, r->err);
}

/* The footnotes of this text, in the order of their numbers. */
static sx_status put_footnotes(renderer *r) {
  sx_page *page = r->page;
  bool open = false;
  r->bare = true;
  for (size_t number = 1; number <= page->n_footnotes; number++) {
    for (size_t k = 0; k < r->prepared->n_footnotes; k++) {
      const sx_footnote *note = &r->prepared->footnotes[k];
      if (note->number != number) continue;
      if (!open) sx_tree__open(page, SX_DOC_FOOTNOTES)->text = sx_report__w(page, W_NOTES);
      open = true;
      sx_tree__attach(page, note_node(r, k));
      SX_TRY(render(r, note->text, strlen(note->text)));
      sx_tree__close(page);
    }
  }
  if (open) sx_tree__close(page);
  return SX_OK;
}

/* The first words of a block as they stand in the source: its longest run of text up to 48 bytes. */
static const char *first_words(const sx_document_node *block, size_t *n) {
  for (const sx_document_node *node = block; node; node = sx_document_next(block, node)) {
    if (node->kind != SX_DOC_TEXT || strlen(node->text) < 2) continue;
    *n = sx_utf8_cut(node->text, strlen(node->text), 48);
    return node->text;
  }
  return NULL;
}

/* Lines of the blocks that a text gave, found by their first words, one behind the other. */
static sx_status place_blocks(sx_page *page, const sx_document_node *before, const char *file, const char *text,
                              sx_error *err) {
  sx_position at = {.line = 1, .column = 1};
  const size_t n = strlen(text);
  size_t from = 0;
  for (sx_document_node *block = before ? before->next : page->at->first; block && !page->failed; block = block->next) {
    size_t k = 0;
    const char *words = first_words(block, &k), *found = words ? text + from : NULL;
    for (; found && strncmp(found, words, k) != 0; found = *found ? strchr(found + 1, words[0]) : NULL) {
    }
    if (found) {
      sx_report__walk(&at, text, n, from, (size_t)(found - text));
      from = (size_t)(found - text);
    }
    block->place = sx_arena_printf(page->arena, found ? "%s:%zu" : "%s", file, at.line);
    if (!block->place) return sx_error_memory(err);
  }
  return SX_OK;
}

sx_status sx_report__build_text(sx_page *page, const sx_block *block, sx_error *err) {
  const char *file = block->file, *text = block->markdown;
  sx_prepared prepared;
  const sx_document_node *before = page->at->last;
  if (!text) return SX_OK;
  SX_TRY(sx_report__check_numbers(page, file, text, strlen(text), err));
  SX_TRY(sx_report__prepare(&prepared, page, file, text, err));
  renderer r = {.page = page, .prepared = &prepared, .file = file, .err = err};
  r.notes = sx_tree__payload(page, prepared.n_footnotes, sizeof *r.notes);
  sx_status status = sx_tree__status(page, err);
  if (status == SX_OK) status = render(&r, prepared.text.data, prepared.text.n);
  if (status == SX_OK) status = put_footnotes(&r);
  if (status == SX_OK) status = place_blocks(page, before, file, text, err);
  sx_report__prepared_clear(&prepared, &page->ctx);
  return status;
}
