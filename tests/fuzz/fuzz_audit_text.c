/* fuzz_audit_text.c: the readers of texts and of the numbers in them. The first byte chooses the form: t plain, m Markdown, h HTML, d .docx, x the XML inside one.
 * What comes back must hang together: parts are UTF-8, marks lie inside them in order, their values are numbers. */
#include "shuxiao/audit_text.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static void walk(const sx_audit_text *text) {
  size_t marks = 0, last_part = 0, last_at = 0;
  for (size_t i = 0; i < sx_audit_text_n_parts(text); i++) {
    const sx_text_part *p = sx_audit_text_part(text, i);
    must(p->n > 0 && strlen(p->text) <= p->n && sx_utf8_valid(p->text, p->n, NULL));
    must(p->n_runs > 0 && p->runs[0].at == 0);
    for (size_t r = 1; r < p->n_runs; r++) must(p->runs[r].at > p->runs[r - 1].at && p->runs[r].at < p->n);
    must(p->first_mark == marks);
    marks += p->n_marks;
  }
  must(marks == sx_audit_text_n_marks(text));
  for (size_t i = 0; i < marks; i++) {
    const sx_text_mark *m = sx_audit_text_mark(text, i);
    const sx_text_part *p = sx_audit_text_part(text, m->part);
    must(m->n > 0 && m->at + m->n <= p->n && m->length > 0 && m->length <= m->n);
    must(sx_utf8_valid(p->text + m->at, m->n, NULL));
    must(m->part > last_part || i == 0 || m->at >= last_at);
    must(isfinite(m->value) && isfinite(m->scale) && m->scale > 0 && m->unit && m->qualifier);
    last_part = m->part;
    last_at = m->part == last_part ? m->at : 0;
    sx_buf where;
    sx_buf_init(&where, NULL);
    sx_audit_text_where(&where, text, m);
    must(where.n > 0);
    sx_buf_clear(&where);
  }
}

/* word/document.xml in an archive of its own. */
static size_t archive(uint8_t *out, size_t cap, const uint8_t *xml, size_t n) {
  zip_error_t error;
  size_t size = 0;
  zip_error_init(&error);
  zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
  zip_t *zip = source ? zip_open_from_source(source, ZIP_TRUNCATE, &error) : NULL;
  if (!zip) return 0;
  zip_source_keep(source);
  zip_source_t *part = zip_source_buffer(zip, xml, n, 0);
  if (part && zip_file_add(zip, "word/document.xml", part, 0) >= 0 && zip_close(zip) == 0 &&
      zip_source_open(source) == 0) {
    const zip_int64_t got = zip_source_read(source, out, cap);
    size = got > 0 ? (size_t)got : 0;
    zip_source_close(source);
  }
  zip_source_free(source);
  zip_error_fini(&error);
  return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  static uint8_t packed[64 * 1024];
  if (!n || n > 20000) return 0;
  const char kinds[] = "tmhd";
  const char *at = strchr(kinds, data[0] ? data[0] : '?');
  sx_text_form form = at ? (sx_text_form)(at - kinds) : SX_TEXT_PLAIN;
  const void *text = data + 1;
  size_t size = n - 1;
  if (data[0] == 'x') {
    form = SX_TEXT_DOCX;
    size = archive(packed, sizeof packed, data + 1, n - 1);
    text = packed;
  }
  sx_audit_text *read = NULL;
  sx_error err = SX_ERROR_INIT;
  const sx_status status = sx_audit_text_parse(&read, NULL, form, text, size, "f", &err);
  must((status == SX_OK) == (read != NULL));
  if (read)
    walk(read);
  else
    must(err.status == status && err.message[0] && err.where[0] == 'f');
  sx_audit_text_free(read);
  return 0;
}
