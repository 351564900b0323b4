/* publish_docx_revise.h: words of an edited .docx that follow from numbers, written anew for another run, or listed where they cannot be. */
#ifndef PUBLISH_DOCX_REVISE_H
#define PUBLISH_DOCX_REVISE_H

#include "publish_docx_redraw.h"

typedef struct sx_revise {
  sx_ctx ctx;
  sx_arena *arena; /* of out */
  sx_package *package;
  sx_redraw *redraw; /* gives the reports of the run */
  sx_refill *out;    /* takes what became of the words */
  bool only_look;    /* nothing is changed: all that the run says otherwise is listed */
  sx_error *err;
} sx_revise;

/* The parts are known to be well-formed. A run that has no report in the language of the document leaves it as it is. */
sx_status sx_publish__revise(const sx_revise *r) SX_NODISCARD;

#endif
