/* publish_docx_said_blocks.h: all words of a Word document, paragraph by paragraph, as hashes: by them it can be told which paragraphs another run has or has
 * no more, whatever made them. The properties "sxw__1", "sxw__2" ... hold those of the run that wrote the document. */
#ifndef PUBLISH_DOCX_SAID_BLOCKS_H
#define PUBLISH_DOCX_SAID_BLOCKS_H

#include "publish_docx_said.h"

#define SX_SAID_BLOCKS "_" /* behind SX_SAID_PROPERTY: no key begins so */
enum { SX_BLOCK_HASH = 9 };

/* A paragraph that has letters: of the text, a list, a cell, a note. Numbers, references, numbers of captions and blanks are left out. */
typedef struct sx_said_block {
  char own[SX_BLOCK_HASH];  /* without the words in bookmarks; "": none are left */
  char full[SX_BLOCK_HASH]; /* with them */
  const sx_said_text *text;
  size_t paragraph;
} sx_said_block;

typedef struct sx_said_blocks {
  sx_said_block *items;
  size_t n, cap;
} sx_said_blocks;

/* Adds those of a part. */
sx_status sx_publish__said_blocks(sx_said_blocks *out, sx_arena *arena, const sx_said_text *t,
                                  sx_error *err) SX_NODISCARD;
/* Words as they are compared: without blanks, numbers as {}. */
void sx_publish__said_bare(sx_buf *out, const char *text, size_t n);

/* Words in bookmarks stand in it. */
bool sx_publish__said_mixed(const sx_said_block *b);

/* What a record says of a paragraph. */
typedef enum sx_block_kind {
  SX_BLOCK_SAID = '.',    /* the run says it */
  SX_BLOCK_FULL = '=',    /* with these words in bookmarks; of the one before, or of one that has none but those */
  SX_BLOCK_AWAITED = '+', /* the run says it, the document does not yet */
  SX_BLOCK_UNWANTED = '-' /* the document has it, and the run has not */
} sx_block_kind;

typedef struct sx_block_entry {
  char kind;
  char hash[SX_BLOCK_HASH];
} sx_block_entry;

typedef struct sx_block_record {
  sx_block_entry *items;
  size_t n, cap;
} sx_block_record;

sx_status sx_publish__block_add(sx_block_record *r, sx_arena *arena, sx_block_kind kind, const char *hash,
                                sx_error *err) SX_NODISCARD;
/* The properties of a record, in place of those that *w has. */
sx_status sx_publish__block_write(sx_docx *w, const sx_block_record *r) SX_NODISCARD;
/* Adds what the value of a property holds. */
sx_status sx_publish__block_read(sx_block_record *r, sx_arena *arena, const char *value, sx_error *err) SX_NODISCARD;
/* The record of a document that was written now. */
sx_status sx_publish__docx_blocks_said(sx_docx *w) SX_NODISCARD;

#endif
