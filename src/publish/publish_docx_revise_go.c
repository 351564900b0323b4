/* publish_docx_revise_go.c: may the XML in a bookmark go? What the run writes there may; anything else is a person's, and no one would notice that it is gone. */
#include "publish_docx_revise_priv.h"
#include "publish_docx_scan.h"

#include <string.h>

typedef struct stretch {
  const sx_said_text *t;
  size_t at; /* of its span */
  const char *xml;
  size_t from, to;       /* of the XML */
  size_t first, last;    /* where its first run begins, and its last ends */
  sx_buf id, name, code; /* code: of the field at hand */
} stretch;

static bool is(const sx_docx_tag *tag, const char *name) {
  return sx_publish__tag_is(tag, name);
}

static bool is_mark(const sx_docx_tag *tag) {
  return is(tag, "w:bookmarkStart") || is(tag, "w:bookmarkEnd");
}

static bool begins(const char *text, const char *with) {
  return strncmp(text, with, strlen(with)) == 0;
}

/* ---- one element ------------------------------------------------------------------------------------------------- */

/* The look of a run; a look that waits to be accepted is a person's. */
static bool looks_go(stretch *s, size_t *at) {
  sx_docx_tag tag;
  while (sx_publish__next_tag(&tag, s->xml, s->to, at)) {
    if (is(&tag, "w:rPr") && tag.closing) return true;
    if (is(&tag, "w:rPrChange") || is(&tag, "w:ins") || is(&tag, "w:del")) return false;
  }
  return false;
}

/* Fields that the run writes; those of an index or a date show nothing that is read, or nothing of ours. */
static bool field_goes(const sx_buf *code) {
  static const char *const known[] = {"DOCPROPERTY ", "REF ", "NOTEREF "};
  const char *text = code->data ? code->data + strspn(code->data, " ") : "";
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (begins(text, known[i])) return true;
  return false;
}

static bool field_tag_goes(stretch *s, const sx_docx_tag *tag) {
  if (is(tag, "w:fldSimple"))
    return tag->closing || (sx_publish__tag_attribute(&s->code, s->xml, tag, "w:instr") && field_goes(&s->code));
  if (is(tag, "w:instrText") && !tag->closing && !tag->empty) {
    const char *stop = memchr(s->xml + tag->to, '<', s->to - tag->to);
    if (stop) sx_publish__add_plain(&s->code, s->xml + tag->to, (size_t)(stop - s->xml) - tag->to);
  }
  if (!is(tag, "w:fldChar") || tag->closing) return true;
  if (!sx_publish__tag_attribute(&s->name, s->xml, tag, "w:fldCharType")) return false;
  const bool goes = strcmp(s->name.data, "separate") != 0 || field_goes(&s->code);
  const bool shown = strcmp(s->name.data, "end") != 0 || (s->code.data && strcmp(s->code.data, "shown") == 0);
  sx_buf_reset(&s->code);
  if (strcmp(s->name.data, "separate") == 0) sx_buf_add(&s->code, "shown");
  return goes && shown;
}

/* Links of the run lead to a place that it named, or by a relationship of its own. */
static bool link_goes(stretch *s, const sx_docx_tag *tag) {
  if (tag->closing) return true;
  if (sx_publish__tag_attribute(&s->name, s->xml, tag, "r:id")) return begins(s->name.data, "rIdSx");
  return sx_publish__tag_attribute(&s->name, s->xml, tag, "w:anchor") && begins(s->name.data, "_Sx_");
}

static bool break_goes(stretch *s, const sx_docx_tag *tag) {
  return !sx_publish__tag_attribute(&s->name, s->xml, tag, "w:type") || strcmp(s->name.data, "textWrapping") == 0;
}

static bool element_goes(stretch *s, const sx_docx_tag *tag) {
  static const char *const plain[] = {"w:r", "w:t", "w:proofErr", "w:lastRenderedPageBreak"};
  if (is(tag, "w:fldChar") || is(tag, "w:instrText") || is(tag, "w:fldSimple")) return field_tag_goes(s, tag);
  if (is(tag, "w:hyperlink")) return link_goes(s, tag);
  if (is(tag, "w:br")) return break_goes(s, tag);
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    if (is(tag, plain[i])) return true;
  return false;
}

/* ---- bookmarks --------------------------------------------------------------------------------------------------- */

/* The other tag of a bookmark is in the stretch too. */
static bool has_other(stretch *s, const sx_docx_tag *tag) {
  sx_docx_tag other;
  size_t at = s->from;
  while (sx_publish__next_tag(&other, s->xml, s->to, &at)) {
    if (!is_mark(&other) || is(&other, "w:bookmarkStart") == is(tag, "w:bookmarkStart")) continue;
    if (!sx_publish__tag_attribute(&s->name, s->xml, &other, "w:id") || strcmp(s->name.data, s->id.data) != 0) continue;
    if (is(tag, "w:bookmarkEnd")) return sx_publish__tag_attribute(&s->name, s->xml, &other, "w:name");
    return sx_publish__tag_attribute(&s->name, s->xml, tag, "w:name");
  }
  return false;
}

/* It is of words inside, which go whole. */
static bool is_inner(const stretch *s, const sx_docx_tag *tag) {
  for (size_t i = 0; i < s->t->n_spans; i++) {
    const sx_said_span *inner = &s->t->spans[i];
    if ((inner->open == tag->from || inner->end == tag->from) && i != s->at &&
        sx_publish__said_within(inner, &s->t->spans[s->at]))
      return true;
  }
  return false;
}

/* Bookmarks of the run go; others, and halves, stay where no words are between them and the edge. */
static bool mark_goes(sx_buf *before, sx_buf *behind, stretch *s, const sx_docx_tag *tag) {
  if (tag->closing || is_inner(s, tag)) return true;
  if (!sx_publish__tag_attribute(&s->id, s->xml, tag, "w:id")) return false;
  if (has_other(s, tag) && (begins(s->name.data, "_sx") || strcmp(s->name.data, "_GoBack") == 0)) return true;
  sx_buf *edge = tag->from < s->first ? before : tag->from >= s->last ? behind : NULL;
  if (edge) sx_buf_add_n(edge, s->xml + tag->from, tag->to - tag->from);
  return edge != NULL;
}

/* A sign behind a number of the words is a person's. */
static bool has_own_sign(const sx_reviser *v, const stretch *s) {
  for (size_t i = 0; i < s->t->n_numbers; i++) {
    const sx_said_number *number = &s->t->numbers[i];
    if (number->behind <= s->from || number->behind > s->to) continue;
    if (number->odd && number->marks_to <= s->to) return true;
    if (*number->others && number->others_from < s->to && sx_revise__knows_signs(v)) return true;
  }
  return false;
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

static bool all_go(sx_buf *before, sx_buf *behind, stretch *s) {
  sx_docx_tag tag;
  size_t at = s->from, depth = 0;
  while (sx_publish__next_tag(&tag, s->xml, s->to, &at)) {
    if (tag.closing && !depth) return false;
    if (is(&tag, "w:rPr") && !tag.closing) {
      if (!tag.empty && !looks_go(s, &at)) return false;
      continue;
    }
    if (is_mark(&tag) ? !mark_goes(before, behind, s, &tag) : !element_goes(s, &tag)) return false;
    if (!tag.empty) depth += tag.closing ? (size_t)-1 : 1;
  }
  return depth == 0;
}

sx_status sx_revise__can_go(bool *can, sx_buf *before, sx_buf *behind, sx_reviser *v, const sx_said_text *t, size_t at,
                            const char *xml) {
  const sx_said_span *span = &t->spans[at];
  stretch s = {.t = t, .at = at, .xml = xml, .from = span->inner, .to = span->end, .first = span->end};
  sx_docx_tag tag;
  for (size_t i = s.from; sx_publish__next_tag(&tag, xml, s.to, &i);) {
    if (is_mark(&tag) || is(&tag, "w:proofErr")) continue;
    if (tag.from < s.first) s.first = tag.from;
    s.last = tag.to;
  }
  sx_buf *const bufs[] = {&s.id, &s.name, &s.code};
  for (size_t i = 0; i < 3; i++) sx_buf_init(bufs[i], &v->r.ctx);
  *can = !has_own_sign(v, &s) && all_go(before, behind, &s);
  sx_status status = SX_OK;
  for (size_t i = 0; i < 3; i++) {
    if (status == SX_OK) status = sx_buf_status(bufs[i], v->r.err);
    sx_buf_clear(bufs[i]);
  }
  return status;
}
