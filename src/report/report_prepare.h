/* report_prepare.h: a Markdown text made ready for md4c: what is ours in it (bindings, mentions, footnotes) becomes placeholders. */
#ifndef REPORT_PREPARE_H
#define REPORT_PREPARE_H

#include "report_page.h"

typedef enum sx_item_kind {
  SX_ITEM_NUMBER,
  SX_ITEM_BLOCK,
  SX_ITEM_MENTION,
  SX_ITEM_FOOTNOTE,
  SX_ITEM_SAID, /* words that follow from numbers begin, */
  SX_ITEM_SAID_END,
  SX_ITEM_BOX, /* a box begins */
  SX_ITEM_BOX_END
} sx_item_kind;

/* A placeholder is U+E000, the item's index in digits, U+E001. */
#define SX_ITEM_OPEN  "\xEE\x80\x80"
#define SX_ITEM_CLOSE "\xEE\x80\x81"
/* A blank that md4c sees and no reader: OGHAM SPACE MARK. */
#define SX_ITEM_BLANK "\xE1\x9A\x80"

typedef struct sx_item {
  sx_item_kind kind;
  const char *source; /* as the author wrote it: printed where it stands in code */
  size_t n_source;
  sx_bound bound; /* NUMBER */
  sx_format format;
  double magnitude;  /* that chooses the scale word; 0: the value's own */
  sx_block *block;   /* BLOCK, MENTION, BOX */
  const char *title; /* BOX; SAID: the key of the expression */
  sx_document_box_kind box;
  size_t footnote; /* FOOTNOTE: index into footnotes */
} sx_item;

typedef struct sx_footnote {
  const char *id, *text; /* text: prepared Markdown */
  size_t number;         /* in the report; 0: never referred to */
} sx_footnote;

typedef struct sx_prepared {
  sx_buf text;
  sx_item *items;
  size_t n_items, cap_items;
  sx_footnote *footnotes;
  size_t n_footnotes, cap_footnotes;
} sx_prepared;

sx_status sx_report__prepare(sx_prepared *out, sx_page *page, const char *file, const char *text,
                             sx_error *err) SX_NODISCARD;
void sx_report__prepared_clear(sx_prepared *prepared, const sx_ctx *ctx);

#endif
