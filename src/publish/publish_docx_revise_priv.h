/* publish_docx_revise_priv.h: what the parts of revising a document share. */
#ifndef PUBLISH_DOCX_REVISE_PRIV_H
#define PUBLISH_DOCX_REVISE_PRIV_H

#include "publish_docx_revise.h"
#include "publish_docx_said_blocks.h"

enum { SX_REVISE_PARTS = 2 }; /* body and notes */

/* What stands in a part in place of [from, to). */
typedef struct sx_revise_edit {
  size_t from, to;
  const char *xml;
} sx_revise_edit;

typedef struct sx_reviser {
  sx_revise r;
  sx_docx now; /* what the run says: its text without pictures */
  bool has_now;
  const sx_buf *now_xml[SX_REVISE_PARTS];
  sx_said_text now_text[SX_REVISE_PARTS];
  sx_dict *now_keys; /* of its spans; the code is a place in: */
  const sx_said_span **now_spans;
  int *now_parts; /* of them */
  size_t cap_spans, cap_parts;
  sx_dict *now_numbers; /* names of its numbers; the code is a place in: */
  const sx_said_number **now_marked;
  int *now_marked_parts;
  size_t cap_marked, cap_marked_parts;
  sx_dict *then; /* names of the document's properties; the code is a place in: */
  const char **
      then_values; /* of words: the hash of what was written first, those of what was written since where some were left */
  size_t cap_then;
  bool recorded;   /* the document says what was written */
  bool has_blocks; /* and its paragraphs */
  sx_dict *left;   /* keys that are listed: what is recorded of them stays */
  sx_dict *added;  /* names of properties that the text now needs, */
  sx_dict *gone;   /* and of those of words that went */
  sx_revise_edit *edits;
  size_t n_edits, cap_edits;
  size_t next_mark; /* number of the next bookmark */
} sx_reviser;

/* What was written under a key and is not what the run that is on record first says: in some places only, as others were a person's. */
bool sx_revise__was_written(const sx_reviser *v, const char *key, const char *hash);
/* The hash of what was written under a key, and of what the run says; NULL: not known. */
const char *sx_revise__then(const sx_reviser *v, const char *key);
const char *sx_revise__now(const sx_reviser *v, const char *key);
const sx_said_span *sx_revise__span(const sx_reviser *v, const char *key, int *part); /* NULL: the run has none */
/* Words as a reader sees them, cut to `most` bytes. The arena's; NULL: no memory. */
const char *sx_revise__shown(const sx_reviser *v, const char *text, size_t n, size_t most);
sx_status sx_revise__list(sx_reviser *v, const char *key, const char *place, const char *stands,
                          const char *says) SX_NODISCARD;
/* In place of [from, to) of the part at hand. */
sx_status sx_revise__edit(sx_reviser *v, size_t from, size_t to, const char *xml) SX_NODISCARD;
/* The paragraph of a text that a place stands in; "" for none. */
const char *sx_revise__place(const sx_reviser *v, const sx_said_text *t, size_t paragraph);
/* publish_docx_revise_look.c: words that no bookmark of the document holds, and conditions that are paragraphs. */
sx_status sx_revise__look(sx_reviser *v, const sx_said_text *parts, size_t n_parts) SX_NODISCARD;
/* publish_docx_revise_blocks.c: paragraphs that the run has and the document has not, or the other way round. */
sx_status sx_revise__blocks(sx_reviser *v, const sx_said_text *parts, size_t n_parts) SX_NODISCARD;
/* publish_docx_revise_span.c: the edits of one part. */
sx_status sx_revise__part(sx_reviser *v, const sx_said_text *t, const char *xml) SX_NODISCARD;
bool sx_revise__knows_signs(const sx_reviser *v); /* the document says which signs are the run's */
sx_status sx_revise__marks(sx_reviser *v, const sx_said_text *t) SX_NODISCARD;
/* publish_docx_revise_go.c: what stands in a span is the run's alone. Bookmarks of others at its edges are to stay: *before and *behind what comes. */
sx_status sx_revise__can_go(bool *can, sx_buf *before, sx_buf *behind, sx_reviser *v, const sx_said_text *t, size_t at,
                            const char *xml) SX_NODISCARD;

#endif
