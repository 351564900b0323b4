/* publish_docx_scan.h: tags of a part of a .docx and their places, so that it can be changed in place and stays the same byte for byte elsewhere. */
#ifndef PUBLISH_DOCX_SCAN_H
#define PUBLISH_DOCX_SCAN_H

#include <string.h>

#include "shuxiao/base.h"

/* One tag: [from, to) with its brackets. */
typedef struct sx_docx_tag {
  const char *name;
  size_t n_name, from, to;
  bool closing, empty;
} sx_docx_tag;

/* Here, for a name that stands in the source is then compared without a call. */
static inline bool sx_publish__tag_is(const sx_docx_tag *t, const char *name) {
  return strlen(name) == t->n_name && memcmp(t->name, name, t->n_name) == 0;
}
/* The first `mark` in text[at, n); NULL where there is none. */
const char *sx_publish__docx_find(const char *text, size_t n, size_t at, const char *mark);
/* The next tag from *at on; comments and the like are passed over. */
bool sx_publish__next_tag(sx_docx_tag *t, const char *text, size_t n, size_t *at);
/* The value of an attribute of a tag, plain; false where it has none. */
bool sx_publish__tag_attribute(sx_buf *out, const char *text, const sx_docx_tag *t, const char *name);
/* Text or the value of an attribute, its references resolved. */
void sx_publish__add_plain(sx_buf *out, const char *text, size_t n);

#endif
