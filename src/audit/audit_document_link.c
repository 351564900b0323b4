/* audit_document_link.c: references of a Word file that Word keeps itself: REF to a bookmark around a figure's or a table's name, SEQ that counts captions. */
#include <stdio.h>
#include <string.h>

#include "audit_text_priv.h"

enum { NAME_SIZE = 64 };

bool sx_audit__field_link(sx_link_kind *kind, char name[NAME_SIZE], const char *code) {
  code += strspn(code, " ");
  if (strncmp(code, "REF ", 4) != 0 && strncmp(code, "SEQ ", 4) != 0) return false;
  *kind = code[0] == 'R' ? SX_LINK_REFERENCE : SX_LINK_COUNT;
  code += 4 + strspn(code + 4, " ");
  const size_t n = strcspn(code, " \\");
  if (!n || n >= NAME_SIZE) return false;
  memcpy(name, code, n);
  name[n] = '\0';
  if (*kind == SX_LINK_REFERENCE) return strncmp(name, "_Ref_", 5) == 0;
  return !strstr(code, "\\s") && !strstr(code, "\\r"); /* which begin anew */
}

sx_status sx_audit__text_link(sx_part_maker *m, sx_link_kind kind, const char *name, size_t part, size_t at) {
  sx_audit_text *t = m->text;
  if (part != t->n_parts || at > m->buf.n) return SX_OK; /* over the end of a paragraph: of none of ours */
  SX_TRY(sx_buf_status(&m->buf, m->err));
  const bool said = kind == SX_LINK_SAID;
  sx_text_link **list = said ? &t->said : &t->links;
  size_t *n = said ? &t->n_said : &t->n_links, *cap = said ? &t->cap_said : &t->cap_links;
  if (!sx_arena_grow(t->arena, (void **)list, cap, *n + 1, sizeof **list)) return sx_error_memory(m->err);
  sx_text_link *link = &(*list)[*n];
  *link = (sx_text_link){kind, sx_arena_strdup(t->arena, name),
                         sx_arena_strndup(t->arena, m->buf.n ? m->buf.data + at : "", m->buf.n - at), part, at};
  if (!link->name || !link->text) return sx_error_memory(m->err);
  ++*n;
  return SX_OK;
}
