/* publish_docx_redraw.h: figures of an edited .docx drawn anew for another run. */
#ifndef PUBLISH_DOCX_REDRAW_H
#define PUBLISH_DOCX_REDRAW_H

#include "publish_docx_priv.h"
#include "shuxiao/publish.h"

enum { SX_REDRAW_EDITS = 4 }; /* height of the frame and of the picture, words, one to spare */

typedef struct sx_redraw_edit {
  size_t from, to;
  const char *text; /* plain */
} sx_redraw_edit;

typedef struct sx_redraw {
  sx_ctx ctx;
  sx_arena *arena;
  sx_package *package;
  sx_store *store;
  int64_t run;
  sx_refill *out;            /* takes what became of each figure */
  sx_document *documents[3]; /* Chinese, English, both; made at the first need */
  bool failed[3];            /* the run has no report of that language */
  sx_draw_fonts *fonts;
  sx_error *err;
} sx_redraw;

/* The drawing that stands in text from `from` to `to`: where it bears the name of a figure of the study its files are replaced, and what is to change in
 * the text itself is put to edits [SX_REDRAW_EDITS], in order. */
sx_status sx_publish__redraw(sx_redraw *r, sx_redraw_edit *edits, size_t *n_edits, const char *text, size_t from,
                             size_t to) SX_NODISCARD;
/* The report of the run in a language (0 Chinese, 1 English, 2 both), kept by r; NULL where it has none, which is no failure of ours. */
sx_status sx_publish__redraw_document(sx_document **out, sx_redraw *r, int lang) SX_NODISCARD;
void sx_publish__redraw_clear(sx_redraw *r);

#endif
