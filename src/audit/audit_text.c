/* audit_text.c: a text and its parts: how documents hand them over, and what is asked of them. */
#include <stdio.h>
#include <string.h>

#include "audit_text_priv.h"
#include "shuxiao/report_long_key.h"

/* ---- names ------------------------------------------------------------------------------------------------------- */

const char *sx_part_kind_name(sx_part_kind kind) {
  static const char *const names[] = {"paragraph", "heading", "item", "cell", "head", "caption", "figure", "note"};
  return (size_t)kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}

const char *sx_mark_kind_name(sx_mark_kind kind, sx_lang lang) {
  static const char *const names[][2] = {
#define NAMES(name, en, zh) {zh, en},
      SX_MARK_KINDS(NAMES)
#undef NAMES
  };
  return (size_t)kind < sizeof names / sizeof *names ? names[kind][lang == SX_LANG_EN] : "unknown";
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

void sx_audit__text_maker_init(sx_part_maker *m, sx_audit_text *text, sx_error *err) {
  *m = (sx_part_maker){.text = text, .err = err};
  sx_buf_init(&m->buf, &text->ctx);
}

void sx_audit__text_maker_clear(sx_part_maker *m) {
  if (m->beside) sx_audit__text_maker_clear(m->beside);
  sx_buf_clear(&m->buf);
  sx_mem_free(&m->text->ctx, m->runs);
}

static sx_status copy(const char **out, sx_part_maker *m, const char *text) {
  *out = text ? sx_arena_strdup(m->text->arena, text) : NULL;
  return text && !*out ? sx_error_memory(m->err) : SX_OK;
}

sx_status sx_audit__text_run(sx_part_maker *m, size_t line, size_t column, const sx_text_run *attributes) {
  void *p = m->runs;
  sx_text_run run = {.at = m->buf.n, .line = line, .column = column};
  if (m->n_runs && m->runs[m->n_runs - 1].at == m->buf.n) m->n_runs--; /* nothing was put into it */
  if (!sx_mem_grow(&m->text->ctx, &p, &m->cap_runs, m->n_runs + 1, sizeof *m->runs)) return sx_error_memory(m->err);
  m->runs = p;
  if (attributes) {
    SX_TRY(copy(&run.reference, m, attributes->reference));
    SX_TRY(copy(&run.unit, m, attributes->unit));
    SX_TRY(copy(&run.exempt, m, attributes->exempt));
    SX_TRY(copy(&run.tip, m, attributes->tip));
    SX_TRY(copy(&run.key, m, attributes->key));
    run.zeros = attributes->zeros;
    run.magnitude = attributes->magnitude;
  }
  m->runs[m->n_runs++] = run;
  return SX_OK;
}

/* Blanks at the end of the text are cut; those at its beginning never get in (documents see to that). */
static size_t trimmed(const sx_buf *buf) {
  size_t n = buf->n;
  while (n && (buf->data[n - 1] == ' ' || buf->data[n - 1] == '\t')) n--;
  return n;
}

sx_status sx_audit__text_close(sx_part_maker *m, sx_part_kind kind, int level) {
  sx_audit_text *t = m->text;
  const size_t n = trimmed(&m->buf);
  sx_status status = sx_buf_status(&m->buf, m->err);
  if (status == SX_OK && n > UINT32_MAX / 2)
    status = sx_error_set(m->err, SX_E_LIMIT, t->name, "a paragraph is too long");
  if (status == SX_OK && n) {
    void *p = t->parts;
    sx_text_part part = {.kind = kind, .n = n, .level = level, .language = "zh"};
    const bool cell = kind == SX_PART_CELL || kind == SX_PART_HEAD;
    while (m->n_runs && m->runs[m->n_runs - 1].at >= n) m->n_runs--;
    sx_text_run *runs = sx_arena_alloc(t->arena, m->n_runs + 1, sizeof *runs);
    part.text = sx_arena_strndup(t->arena, m->buf.data, n);
    if (!sx_mem_grow(&t->ctx, &p, &t->cap_parts, t->n_parts + 1, sizeof *t->parts) || !runs || !part.text) {
      t->parts = p;
      return sx_error_memory(m->err);
    }
    t->parts = p;
    if (m->n_runs) memcpy(runs, m->runs, m->n_runs * sizeof *runs);
    if (!m->n_runs) runs[m->n_runs++] = (sx_text_run){0};
    part.runs = runs;
    part.n_runs = m->n_runs;
    part.within = m->within;
    part.paragraph = cell ? m->paragraph : ++m->paragraph;
    if (cell) {
      part.table = m->table;
      part.row = m->row;
      part.column = m->column;
    }
    t->parts[t->n_parts++] = part;
    status = sx_audit__text_scan(t, t->n_parts - 1, m->err);
  }
  sx_buf_reset(&m->buf);
  m->n_runs = 0;
  return status;
}

sx_status sx_audit__text_beside(sx_part_maker **out, sx_part_maker *m, const char *within) {
  sx_audit_text *t = m->text;
  if (!t->beside) SX_TRY(sx_audit__text_new(&t->beside, &t->ctx, t->form, t->name, m->err));
  if (!m->beside) {
    m->beside = sx_arena_zalloc(t->arena, 1, sizeof *m->beside);
    if (!m->beside) return sx_error_memory(m->err);
    sx_audit__text_maker_init(m->beside, t->beside, m->err);
  }
  if (!m->beside->within || strcmp(m->beside->within, within) != 0) {
    m->beside->within = sx_arena_strdup(t->beside->arena, within);
    m->beside->paragraph = 0;
  }
  *out = m->beside;
  return m->beside->within ? SX_OK : sx_error_memory(m->err);
}

sx_status sx_audit__text_one(sx_part_maker *m, sx_part_kind kind, const char *text, size_t n, size_t line,
                             size_t column, const sx_text_run *run) {
  while (n && (*text == ' ' || *text == '\n' || *text == '\t' || *text == '\r')) text++, n--;
  SX_TRY(sx_audit__text_run(m, line, column, run));
  for (size_t i = 0, next; i < n; i = next + 1) {
    for (next = i; next < n && text[next] != '\n' && text[next] != '\t' && text[next] != '\r';) next++;
    sx_buf_add_n(&m->buf, text + i, next - i);
    if (next < n) sx_buf_add_char(&m->buf, ' ');
  }
  return sx_audit__text_close(m, kind, 0);
}

const char *sx_audit__reference_of(const char *reference, const char *begin) {
  const size_t n = strlen(begin);
  return reference && strncmp(reference, begin, n) == 0 ? reference + n : NULL;
}

bool sx_audit__ends_with(const char *text, const char *end) {
  const size_t n = text ? strlen(text) : 0, k = strlen(end);
  return n >= k && memcmp(text + n - k, end, k) == 0;
}

bool sx_audit__one_of(const char *text, const char *const *list, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (text[0] == list[i][0] && strcmp(text, list[i]) == 0) return true;
  }
  return false;
}

const sx_text_run *sx_audit__text_run_at(const sx_text_part *part, size_t at) {
  size_t lo = 0, hi = part->n_runs;
  while (hi - lo > 1) {
    const size_t mid = lo + (hi - lo) / 2;
    if (part->runs[mid].at <= at)
      lo = mid;
    else
      hi = mid;
  }
  return &part->runs[lo];
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Line and column of a byte that is no UTF-8. */
static sx_status not_utf8(const char *name, const char *data, size_t bad, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  size_t line = 1, start = 0;
  for (size_t i = 0; i < bad; i++) {
    if (data[i] == '\n') {
      line++;
      start = i + 1;
    }
  }
  (void)snprintf(where, sizeof where, "%s:%zu:%zu", name, line, sx_utf8_count(data + start, bad - start) + 1);
  return sx_error_set(err, SX_E_PARSE, where,
                      "the text is not UTF-8: byte %02X; convert it first (iconv -f GB18030 -t UTF-8)",
                      (unsigned)(unsigned char)data[bad]);
}

static sx_status read_parts(sx_audit_text *t, const void *data, size_t n, sx_error *err) {
  sx_part_maker m;
  sx_status status = SX_E_SUPPORT;
  size_t bad = 0;
  const char *text = data;
  if (t->form != SX_TEXT_DOCX) {
    if (!sx_utf8_valid(text, n, &bad)) return not_utf8(t->name, text, bad, err);
    if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
      text += 3;
      n -= 3;
    }
  }
  sx_audit__text_maker_init(&m, t, err);
  switch (t->form) {
  case SX_TEXT_PLAIN:
    status = sx_audit__text_plain(&m, text, n);
    break;
  case SX_TEXT_MARKDOWN:
    status = sx_audit__text_markdown(&m, text, n);
    break;
  case SX_TEXT_HTML:
    status = sx_audit__text_html(&m, text, n);
    break;
  case SX_TEXT_DOCX:
    status = sx_audit__text_docx(&m, data, n);
    break;
  }
  sx_audit__text_maker_clear(&m);
  return status;
}

sx_status sx_audit__text_new(sx_audit_text **out, const sx_ctx *ctx, sx_text_form form, const char *name,
                             sx_error *err) {
  sx_audit_text *t = sx_mem_zalloc(ctx, 1, sizeof *t);
  if (!t) return sx_error_memory(err);
  t->ctx = *ctx;
  t->form = form;
  sx_status status = sx_arena_new(&t->arena, ctx, err);
  if (status == SX_OK) status = sx_arena_new(&t->scratch, ctx, err);
  if (status == SX_OK) {
    t->name = sx_arena_strdup(t->arena, name);
    if (!t->name) status = sx_error_memory(err);
  }
  if (status != SX_OK) {
    sx_audit_text_free(t);
    return status;
  }
  *out = t;
  return SX_OK;
}

sx_status sx_audit_text_parse(sx_audit_text **out, const sx_ctx *ctx, sx_text_form form, const void *data, size_t n,
                              const char *name, sx_error *err) {
  const sx_ctx plain = SX_CTX_INIT;
  if (!ctx) ctx = &plain;
  if (!out || (!data && n) || (unsigned)form > SX_TEXT_DOCX)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "no text, or an unknown form");
  sx_audit_text *t = NULL;
  SX_TRY(sx_audit__text_new(&t, ctx, form, name ? name : "text", err));
  const sx_status status = read_parts(t, data ? data : "", n, err);
  if (status == SX_OK)
    *out = t;
  else
    sx_audit_text_free(t);
  return status;
}

static bool ends_with(const char *path, const char *end) {
  const size_t n = strlen(path), k = strlen(end);
  if (n < k) return false;
  for (size_t i = 0; i < k; i++) {
    const char c = path[n - k + i];
    if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != end[i]) return false;
  }
  return true;
}

sx_status sx_audit_text_read(sx_audit_text **out, const sx_ctx *ctx, const char *path, sx_error *err) {
  static const struct {
    const char *end;
    sx_text_form form;
  } forms[] = {{".txt", SX_TEXT_PLAIN},         {".text", SX_TEXT_PLAIN}, {".md", SX_TEXT_MARKDOWN},
               {".markdown", SX_TEXT_MARKDOWN}, {".html", SX_TEXT_HTML},  {".htm", SX_TEXT_HTML},
               {".docx", SX_TEXT_DOCX}};
  char *data = NULL;
  size_t n = 0;
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    if (!ends_with(path, forms[i].end)) continue;
    SX_TRY(sx_file_read(&data, &n, ctx, path, err));
    const sx_status status = sx_audit_text_parse(out, ctx, forms[i].form, data, n, path, err);
    sx_mem_free(ctx, data);
    return status;
  }
  return sx_error_set(err, SX_E_SUPPORT, path,
                      "texts are read from .txt, .md, .html and .docx; save it as one of these");
}

void sx_audit_text_free(sx_audit_text *text) {
  if (!text) return;
  const sx_ctx ctx = text->ctx;
  sx_audit_text_free(text->beside);
  sx_mem_free(&ctx, text->parts);
  sx_mem_free(&ctx, text->marks);
  sx_mem_free(&ctx, text->units);
  sx_mem_free(&ctx, text->rules);
  sx_long_keys_free(text->long_keys);
  sx_arena_free(text->scratch);
  sx_arena_free(text->arena);
  sx_mem_free(&ctx, text);
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

size_t sx_audit_text_n_parts(const sx_audit_text *text) {
  return text->n_parts;
}
const sx_text_part *sx_audit_text_part(const sx_audit_text *text, size_t i) {
  return i < text->n_parts ? &text->parts[i] : NULL;
}
size_t sx_audit_text_n_marks(const sx_audit_text *text) {
  return text->n_marks;
}
const sx_text_mark *sx_audit_text_mark(const sx_audit_text *text, size_t i) {
  return i < text->n_marks ? &text->marks[i] : NULL;
}
const char *sx_audit_text_name(const sx_audit_text *text) {
  return text->name;
}

/* Where the text has no such places, the part's own: "a.docx: figure 2", "a.docx: word/header1.xml, paragraph 1". */
static void where_beside(sx_buf *out, const sx_audit_text *text, const sx_text_part *p, const sx_text_mark *mark) {
  const bool drawing = p->kind == SX_PART_FIGURE || p->kind == SX_PART_HEAD || p->kind == SX_PART_CAPTION;
  if (mark->line && text->form == SX_TEXT_HTML) {
    sx_buf_printf(out, ":%zu:%zu (%s)", mark->line, mark->column, p->within);
  } else {
    sx_buf_printf(out, ": %s", p->within);
    if (mark->line) sx_buf_printf(out, ", line %zu", mark->line);
    if (p->table) sx_buf_printf(out, ", table %zu, row %zu, column %zu", p->table, p->row, p->column);
    if (!mark->line && !p->table && !drawing) sx_buf_printf(out, ", paragraph %zu", p->paragraph);
  }
}

void sx_audit_text_where(sx_buf *out, const sx_audit_text *text, const sx_text_mark *mark) {
  const sx_text_part *p = &text->parts[mark->part];
  sx_buf_add(out, text->name);
  if (p->within) {
    where_beside(out, text, p, mark);
  } else if (mark->line) {
    sx_buf_printf(out, ":%zu:%zu", mark->line, mark->column);
  } else if (p->table) {
    sx_buf_printf(out, ": table %zu, row %zu, column %zu", p->table, p->row, p->column);
  } else {
    sx_buf_printf(out, ": %s %zu", p->kind == SX_PART_NOTE ? "note, paragraph" : "paragraph", p->paragraph);
  }
}
