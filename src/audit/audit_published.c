/* audit_published.c: one file against what the run published: which of its files it was, that file as it was, and what is told of the difference. The file
 * lies in the folder still, with the hash that the run wrote down, or it is made again; where neither has that hash, pages and workbooks
 * are not compared and of a Word file the labels of its tables alone. */
#include <stdio.h>
#include <string.h>

#include "audit_published.h"

enum {
  TOLD_MAX = 200 /* of one file */,
  TEXT_MAX = 120 /* bytes of a text that is told */,
  AROUND = 24,
  CANDIDATES_MAX = 16
};

/* ---- what is told ---- */

static bool is_within(const sx_audit_trace *t, const sx_difference *d) {
  return t->line && (t->line > d->line || (t->line == d->line && t->column >= d->column)) &&
         (t->line < d->last_line || (t->line == d->last_line && t->column <= d->last_column));
}

/* Whether what differs here was told: by the reading of the numbers, or a moment ago in the same words. */
static bool told_before(const sx_published *p, const sx_difference *d, const char *place, const char *printed) {
  for (size_t i = 0; i < p->t->out->n; i++) {
    const sx_audit_trace *t = &p->t->out->items[i];
    if (t->verdict != SX_TRACE_DIFFERS && t->verdict != SX_TRACE_UNBOUND) continue;
    if (strcmp(t->file, p->t->file) != 0 || (i >= p->before && strcmp(t->printed, printed) != 0)) continue;
    if (place ? t->place && strcmp(t->place, place) == 0 : is_within(t, d)) return true;
  }
  return false;
}

/* A text, or where it is long the piece of it that differs. */
static const char *cut(const sx_published *p, const char *text, size_t n, const char *other, size_t n_other) {
  size_t from = 0, to = n;
  if (!text) return "";
  if (n > TEXT_MAX) {
    size_t same = 0, tail = 0;
    while (same < n && same < n_other && text[same] == other[same]) same++;
    while (tail < n - same && tail < n_other - (same < n_other ? same : n_other) &&
           text[n - 1 - tail] == other[n_other - 1 - tail])
      tail++;
    from = same > AROUND ? same - AROUND : 0;
    to = n - tail + AROUND < n ? n - tail + AROUND : n;
    if (to - from > TEXT_MAX) to = from + TEXT_MAX;
    while (from && ((unsigned char)text[from] & 0xC0) == 0x80) from--;
    to = sx_utf8_cut(text, n, to);
  }
  return sx_arena_printf(p->arena, "%s%.*s%s", from ? "…" : "", (int)(to - from), text + from, to < n ? "…" : "");
}

void sx_audit__published_texts(sx_difference *d, const sx_shown *want, const sx_shown *have) {
  d->want = want ? want->text : NULL;
  d->n_want = want ? want->n : 0;
  d->have = have ? have->text : NULL;
  d->n_have = have ? have->n : 0;
}

sx_status sx_audit__published_tell(sx_published *p, const sx_difference *d) {
  if (d->verdict == SX_TRACE_DIFFERS) p->n++;
  if (p->counting || p->n > TOLD_MAX) return SX_OK;
  sx_tracer *t = p->t;
  const char *place = d->place ? sx_arena_printf(p->arena, "%s: %s%s", t->file, p->within, d->place) : NULL;
  const char *printed = cut(p, d->have, d->n_have, d->want, d->n_want),
             *expected = cut(p, d->want, d->n_want, d->have, d->n_have);
  if ((d->place && !place) || !printed || !expected) return sx_error_memory(t->err);
  if (told_before(p, d, place, printed)) return SX_OK;
  const sx_audit_trace trace = {.verdict = d->verdict,
                                .line = d->line,
                                .column = d->column,
                                .reference = d->reference,
                                .expected = *expected ? expected : NULL,
                                .reason = d->reason};
  t->place = place;
  const sx_status status = sx_audit__trace(t, &trace, printed, strlen(printed));
  t->place = NULL;
  return status;
}

/* ---- which file it was ---- */

typedef struct candidate {
  const char *name;
  char hash[SX_HASH_TEXT];
} candidate;

typedef struct search {
  sx_published p;
  sx_tracer t;
  const char *folder, *path;
  const char *record;
  size_t n_record;
  candidate items[CANDIDATES_MAX];
  size_t n;
  bool untouched;
} search;

typedef enum kind { OTHER, WORD, PAGE, BOOK, CODEBOOK_PAGE, CODEBOOK_TEXT, CODEBOOK_DDI } kind;

static kind kind_of(const char *name) {
  if (sx_audit_is_codebook(name))
    return sx_audit__ends_with(name, ".html") ? CODEBOOK_PAGE
           : sx_audit__ends_with(name, ".md") ? CODEBOOK_TEXT
                                              : CODEBOOK_DDI;
  if (sx_audit__ends_with(name, ".docx")) return WORD;
  if (sx_audit__ends_with(name, ".html")) return PAGE;
  return sx_audit__ends_with(name, ".xlsx") ? BOOK : OTHER;
}

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* Files of the record of the same format; the one of the same name alone where there is one. */
static sx_status find_candidates(search *s) {
  const char *own = base_name(s->path), *end = s->record + s->n_record;
  const size_t head = SX_HASH_TEXT + 1;
  char hash[SX_HASH_TEXT];
  sx_hash_bytes(hash, s->p.have, s->p.n_have);
  for (const char *line = s->record; line < end;) {
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    const size_t n = (size_t)((stop ? stop : end) - line);
    const char *name = n > head ? sx_arena_strndup(s->p.arena, line + head, n - head) : "";
    if (!name) return sx_error_memory(s->t.err);
    const bool called = strcmp(name, own) == 0;
    if (called) s->n = 0;
    if (kind_of(own) != OTHER && kind_of(name) == kind_of(own) && s->n < CANDIDATES_MAX) {
      candidate *c = &s->items[s->n++];
      c->name = name;
      memcpy(c->hash, line, SX_HASH_TEXT - 1);
      c->hash[SX_HASH_TEXT - 1] = '\0';
      s->untouched = s->untouched || strcmp(c->hash, hash) == 0;
    }
    if (called) return SX_OK;
    line = stop ? stop + 1 : end;
  }
  return SX_OK;
}

/* The file as it was, of those that a run puts into the store. */
static sx_status from_store(char **data, size_t *n, const search *s, const candidate *c) {
  char hash[SX_HASH_TEXT];
  void *bytes = NULL;
  const char *step = sx_arena_printf(s->p.arena, "%s%s", SX_STORE_FILE_STEP, c->name);
  if (!step) return sx_error_memory(s->t.err);
  SX_TRY(sx_store_run_step(&bytes, n, s->t.store, s->t.run, step, s->t.err));
  if (bytes) sx_hash_bytes(hash, bytes, *n);
  if (bytes && strcmp(hash, c->hash) == 0) {
    *data = bytes;
    return SX_OK;
  }
  sx_mem_free(&s->t.ctx, bytes);
  return SX_OK;
}

/* The file as it was, where it lies in the folder unchanged. */
static sx_status from_folder(char **data, size_t *n, const search *s, const candidate *c) {
  char hash[SX_HASH_TEXT];
  if (!s->folder) return SX_OK;
  const char *path = sx_arena_printf(s->p.arena, "%s/%s", s->folder, c->name);
  if (!path) return sx_error_memory(s->t.err);
  if (!sx_file_exists(path)) return SX_OK;
  SX_TRY(sx_file_read(data, n, &s->t.ctx, path, s->t.err));
  sx_hash_bytes(hash, *data, *n);
  if (strcmp(hash, c->hash) == 0) return SX_OK;
  sx_mem_free(&s->t.ctx, *data);
  *data = NULL;
  return SX_OK;
}

static sx_status compare(sx_published *p) {
  const kind own = kind_of(p->t->file);
  if (own == WORD) return sx_audit__published_word(p);
  if (!p->certain) return SX_OK;
  if (own == CODEBOOK_TEXT) return sx_audit__published_lines(p);
  return own != BOOK ? sx_audit__published_page(p) : sx_audit__published_book(p);
}

/* With one candidate: its differences are told. *n: how many. */
static sx_status against(size_t *n, search *s, const candidate *c, bool counting) {
  char *data = NULL;
  sx_published p = s->p;
  p.counting = counting;
  p.certain = true;
  sx_status status = from_folder(&data, &p.n_want, s, c);
  if (status == SX_OK && !data) status = from_store(&data, &p.n_want, s, c);
  if (status == SX_OK && !data && !sx_audit_is_codebook(c->name))
    status = sx_audit__published_make(&data, &p.n_want, &p.certain, &p, c->name, s->record, s->n_record, c->hash);
  p.want = data;
  if (status == SX_OK && data) status = compare(&p);
  if (status == SX_OK && (!data || !p.certain) && !counting) {
    const sx_audit_trace other = {.verdict = SX_TRACE_EXEMPT, .reason = SX_NOT_MADE_AGAIN};
    s->t.place = s->t.file;
    status = sx_audit__trace(&s->t, &other, "", 0);
    s->t.place = NULL;
  }
  *n = data && p.certain ? p.n : SIZE_MAX;
  sx_mem_free(&s->t.ctx, data);
  return status;
}

static sx_status search_and_compare(search *s) {
  size_t best = 0, fewest = SIZE_MAX, n = 0;
  SX_TRY(find_candidates(s));
  if (!s->n || s->untouched) return SX_OK;
  for (size_t i = 0; i < s->n && s->n > 1; i++) {
    SX_TRY(against(&n, s, &s->items[i], true));
    if (n >= fewest) continue;
    fewest = n;
    best = i;
  }
  return against(&n, s, &s->items[best], false);
}

sx_status sx_audit_published(sx_audit_traces *traces, sx_store *store, int64_t run, const char *path,
                             const char *folder, sx_error *err) {
  search s = {.folder = folder, .path = path};
  void *record = NULL;
  char *data = NULL;
  sx_status status = SX_OK;
  s.t = (sx_tracer){.ctx = *sx_store_ctx(store), .out = traces, .store = store, .run = run, .err = err};
  s.p.t = &s.t;
  s.p.within = "";
  s.p.before = traces->n;
  s.t.file = sx_arena_strdup(traces->arena, path);
  if (!s.t.file) return sx_error_memory(err);
  SX_TRY(sx_audit__own_record(&record, &s.record, &s.n_record, &s.t.run, store, err));
  if (s.record) {
    status = sx_arena_new(&s.p.arena, &s.t.ctx, err);
    if (status == SX_OK) status = sx_file_read(&data, &s.p.n_have, &s.t.ctx, path, err);
    s.p.have = data;
    if (status == SX_OK && kind_of(path) != WORD && kind_of(path) != BOOK && kind_of(path) != OTHER &&
        !sx_utf8_valid(data, s.p.n_have, NULL))
      status = sx_error_set(err, SX_E_PARSE, path, "not UTF-8");
    if (status == SX_OK) status = search_and_compare(&s);
  }
  sx_audit__memo_clear(&s.t);
  sx_mem_free(&s.t.ctx, data);
  sx_arena_free(s.p.arena);
  sx_mem_free(&s.t.ctx, record);
  return status;
}
