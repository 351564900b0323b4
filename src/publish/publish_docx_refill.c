/* publish_docx_refill.c: an edited .docx gets the numbers of another run. The XML is changed in place: only the texts shown by bound fields and the values of the
 * properties behind them are replaced, byte for byte the rest stays. Each part is known to be well-formed before it is scanned. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "publish_docx_priv.h"
#include "publish_docx_redraw.h"
#include "publish_docx_revise.h"
#include "publish_docx_scan.h"
#include "shuxiao/io_archive.h"
#include "shuxiao/publish.h"
#include "shuxiao/report_long_key.h"
#include "shuxiao/report_number_key.h"

enum { DEPTH_MAX = 16, CODE_MAX = 1200 };

/* A stretch of a part that becomes another text. */
typedef struct edit {
  size_t from, to;
  const char *text; /* plain */
} edit;

typedef struct field {
  char code[CODE_MAX];
  size_t n;
  bool shown, filled;
  int32_t item; /* -1: not bound */
  size_t text_from;
} field;

typedef struct refiller {
  sx_ctx ctx;
  sx_refill *out;
  sx_arena *arena;
  sx_package package;
  sx_dict *keys;
  sx_store *store;
  int64_t run;
  edit *edits;
  size_t n_edits, cap_edits;
  field *fields; /* [DEPTH_MAX] */
  size_t depth, deep;
  sx_buf shown; /* what open bound fields show */
  sx_redraw redraw;
  sx_long_keys *long_keys;
  sx_own_numbers *own[3]; /* of the run's reports; NULL: not asked for yet */
  sx_error *err;
} refiller;

/* ---- keys -------------------------------------------------------------------------------------------------------- */

/* What the run itself says now where the document has a number of its words; NULL: it says nothing of the kind. */
static sx_status own_text(const char **out, refiller *r, int lang, const char *name) {
  sx_document *document = NULL;
  *out = NULL;
  SX_TRY(sx_publish__redraw_document(&document, &r->redraw, lang));
  if (!document) return SX_OK;
  if (!r->own[lang]) SX_TRY(sx_own_numbers_new(&r->own[lang], document, r->err));
  const char *text = sx_own_numbers_find(r->own[lang], name);
  *out = text ? sx_arena_strdup(r->arena, text) : NULL;
  return text && !*out ? sx_error_memory(r->err) : SX_OK;
}

/* What stands for a key now; after NULL: the run has no such result. */
static sx_status look_up(sx_refill_item *e, refiller *r, const sx_number_key *key) {
  double value, high;
  bool found;
  int lang;
  sx_buf printed;
  if (sx_own_number_is(&lang, key->reference)) {
    SX_TRY(own_text(&e->after, r, lang, key->reference));
    if (!e->after) r->out->n_missing++;
    return SX_OK;
  }
  SX_TRY(sx_number_key_look_up(&found, &value, &high, key, r->store, r->run, r->err));
  sx_buf_init(&printed, &r->ctx);
  if (found && strcmp(key->exempt, "threshold") != 0 && key->reference[0] != '=') {
    sx_number_key_print(&printed, key, value, high);
    e->after = printed.failed ? NULL : sx_arena_strdup(r->arena, printed.data);
    found = e->after != NULL;
  }
  sx_buf_clear(&printed);
  if (!found && key->reference[0] != '=' && !e->after) r->out->n_missing++;
  return SX_OK;
}

/* The item of a key; -1: the text is none. Looked up once. */
static sx_status item_of(int32_t *item, refiller *r, const char *text, size_t n) {
  sx_number_key key;
  const char *whole = NULL;
  bool piece;
  *item = -1;
  if (sx_long_key_is(&piece, text)) SX_TRY(sx_long_keys_get(&whole, r->long_keys, text, r->err));
  if (whole) {
    text = whole;
    n = strlen(whole);
  }
  if (sx_number_key_parse(&key, text, n, NULL) != SX_OK) return SX_OK;
  SX_TRY(sx_dict_add(item, r->keys, text, n, r->err));
  if ((size_t)*item < r->out->n) return SX_OK;
  if (!sx_arena_grow(r->arena, (void **)&r->out->items, &r->out->cap, r->out->n + 1, sizeof *r->out->items))
    return sx_error_memory(r->err);
  sx_refill_item *e = &r->out->items[r->out->n];
  *e = (sx_refill_item){.key = sx_arena_strndup(r->arena, text, n)};
  if (!e->key) return sx_error_memory(r->err);
  SX_TRY(look_up(e, r, &key));
  r->out->n++;
  return SX_OK;
}

static sx_status put_edit(refiller *r, size_t from, size_t to, const char *text) {
  void *p = r->edits;
  const bool grown = sx_mem_grow(&r->ctx, &p, &r->cap_edits, r->n_edits + 1, sizeof *r->edits);
  r->edits = p;
  if (!grown) return sx_error_memory(r->err);
  r->edits[r->n_edits++] = (edit){from, to, text};
  return SX_OK;
}

static int by_place(const void *a, const void *b) {
  const edit *x = a, *y = b;
  return x->from < y->from ? -1 : x->from > y->from;
}

/* Replaces a part by itself with the edits made. */
static sx_status apply(refiller *r, const char *name) {
  const sx_package_part *part = sx_publish__package_get(&r->package, name);
  sx_buf out;
  size_t at = 0;
  if (!r->n_edits) return SX_OK;
  sx_buf_init(&out, &r->ctx);
  qsort(r->edits, r->n_edits, sizeof *r->edits, by_place);
  for (size_t i = 0; i < r->n_edits; i++) {
    sx_buf_add_n(&out, part->data + at, r->edits[i].from - at);
    sx_publish__xml_text(&out, r->edits[i].text);
    at = r->edits[i].to;
  }
  sx_buf_add_n(&out, part->data + at, part->n - at);
  r->n_edits = 0;
  sx_status status = sx_buf_status(&out, r->err);
  if (status == SX_OK) status = sx_publish__package_take(&r->package, name, &out, r->err);
  sx_buf_clear(&out);
  return status;
}

/* ---- properties -------------------------------------------------------------------------------------------------- */

/* Where the value of a property that opened begins and ends; false: no text. */
static bool value_at(size_t *to, const sx_docx_tag *t, const sx_package_part *part) {
  if (t->closing || t->empty || !(sx_publish__tag_is(t, "vt:lpwstr") || sx_publish__tag_is(t, "vt:lpstr")))
    return false;
  const char *end = memchr(part->data + t->to, '<', part->n - t->to);
  *to = end ? (size_t)(end - part->data) : 0;
  return end != NULL;
}

/* The pieces of long keys, which stand in properties of their own. */
static sx_status long_keys(refiller *r, const sx_package_part *part) {
  size_t at = 0, to;
  sx_docx_tag t;
  sx_buf name, value;
  sx_status status = SX_OK;
  sx_buf_init(&name, &r->ctx);
  sx_buf_init(&value, &r->ctx);
  while (status == SX_OK && sx_publish__next_tag(&t, part->data, part->n, &at)) {
    if (sx_publish__tag_is(&t, "property") && !t.closing) {
      (void)sx_publish__tag_attribute(&name, part->data, &t, "name");
    } else if (name.n && value_at(&to, &t, part)) {
      sx_buf_reset(&value);
      sx_buf_add(&value, "");
      sx_publish__add_plain(&value, part->data + t.to, to - t.to);
      status = sx_buf_status(&value, r->err);
      if (status == SX_OK) status = sx_long_keys_put(r->long_keys, name.data, value.data, r->err);
    }
  }
  if (status == SX_OK) status = sx_buf_status(&name, r->err);
  sx_buf_clear(&name);
  sx_buf_clear(&value);
  return status;
}

static sx_status properties(refiller *r, const sx_package_part *part) {
  size_t at = 0, to;
  sx_docx_tag t;
  int32_t item = -1;
  sx_buf value;
  sx_status status = SX_OK;
  sx_buf_init(&value, &r->ctx);
  while (status == SX_OK && sx_publish__next_tag(&t, part->data, part->n, &at)) {
    if (sx_publish__tag_is(&t, "property") && !t.closing) {
      item = -1;
      if (sx_publish__tag_attribute(&value, part->data, &t, "name"))
        status = item_of(&item, r, value.data, value.n);
      else
        status = sx_buf_status(&value, r->err);
    } else if (item >= 0 && value_at(&to, &t, part)) {
      sx_refill_item *e = &r->out->items[item];
      sx_buf_reset(&value);
      sx_buf_add(&value, "");
      sx_publish__add_plain(&value, part->data + t.to, to - t.to);
      status = sx_buf_status(&value, r->err);
      if (status == SX_OK && !e->before && !(e->before = sx_arena_strdup(r->arena, value.data)))
        status = sx_error_memory(r->err);
      if (status == SX_OK && e->after) status = put_edit(r, t.to, to, e->after);
      item = -1;
    }
  }
  if (status == SX_OK) status = sx_buf_status(&value, r->err);
  sx_buf_clear(&value);
  return status == SX_OK ? apply(r, part->name) : status;
}

/* ---- fields ------------------------------------------------------------------------------------------------------ */

static void open_field(refiller *r) {
  if (r->depth == DEPTH_MAX) {
    r->deep++;
    return;
  }
  field *f = &r->fields[r->depth++];
  f->n = 0;
  f->code[0] = '\0';
  f->shown = f->filled = false;
  f->item = -1;
  f->text_from = r->shown.n;
}

static void add_code(refiller *r, const char *text, size_t n) {
  field *f = r->depth && !r->deep ? &r->fields[r->depth - 1] : NULL;
  if (!f || f->shown || n >= CODE_MAX - f->n) return;
  memcpy(f->code + f->n, text, n);
  f->code[f->n += n] = '\0';
}

/* DOCPROPERTY "KEY" */
static sx_status show_field(refiller *r) {
  static const char name[] = "DOCPROPERTY";
  field *f = r->depth && !r->deep ? &r->fields[r->depth - 1] : NULL;
  char key[CODE_MAX];
  size_t n = 0;
  if (!f || f->shown) return SX_OK;
  f->shown = true;
  const char *p = f->code + strspn(f->code, " ");
  if (strncmp(p, name, sizeof name - 1) != 0) return SX_OK;
  p += sizeof name - 1;
  p += strspn(p, " ");
  if (*p != '"') return SX_OK;
  for (p++; *p && *p != '"'; p++) {
    if (*p == '\\' && p[1]) p++;
    key[n++] = *p;
  }
  key[n] = '\0';
  return item_of(&f->item, r, key, n);
}

static sx_status close_field(refiller *r) {
  if (r->deep) {
    r->deep--;
    return SX_OK;
  }
  if (!r->depth) return SX_OK;
  const field *f = &r->fields[--r->depth];
  if (f->item < 0) return SX_OK;
  sx_refill_item *e = &r->out->items[f->item];
  const char *shown = r->shown.data ? r->shown.data + f->text_from : "";
  r->out->n_fields++;
  e->n_places++;
  if (!e->before && !(e->before = sx_arena_strdup(r->arena, shown))) return sx_error_memory(r->err);
  if (e->after && strcmp(shown, e->before) != 0 && strcmp(shown, e->after) != 0) {
    e->n_by_hand++;
    r->out->n_by_hand++;
  }
  r->shown.n = f->text_from;
  return sx_buf_status(&r->shown, r->err);
}

/* A piece of text that a bound field shows: the first takes the whole number, the others nothing. */
static sx_status piece(refiller *r, const char *text, size_t from, size_t to) {
  field *f = NULL;
  for (size_t i = 0; i < r->depth; i++) {
    if (r->fields[i].shown && r->fields[i].item >= 0) f = &r->fields[i];
  }
  if (!f || r->deep) return SX_OK;
  sx_publish__add_plain(&r->shown, text + from, to - from);
  const sx_refill_item *e = &r->out->items[f->item];
  if (!e->after) return SX_OK;
  SX_TRY(put_edit(r, from, to, f->filled ? "" : e->after));
  f->filled = true;
  return SX_OK;
}

/* A figure of the study is drawn anew; what changes in the text is noted in its order. */
static sx_status redraw(refiller *r, const sx_package_part *part, const sx_docx_tag *t) {
  sx_redraw_edit changed[SX_REDRAW_EDITS];
  size_t n = 0;
  const char *end = sx_publish__docx_find(part->data, part->n, t->to, "</w:drawing>");
  if (!end) return SX_OK;
  SX_TRY(sx_publish__redraw(&r->redraw, changed, &n, part->data, t->from, (size_t)(end - part->data)));
  for (size_t i = 0; i < n; i++) SX_TRY(put_edit(r, changed[i].from, changed[i].to, changed[i].text));
  return SX_OK;
}

static sx_status one_tag(refiller *r, const sx_package_part *part, const sx_docx_tag *t, sx_buf *value) {
  const char *text = part->data;
  const char *end = text + part->n;
  if (sx_publish__tag_is(t, "w:drawing") && !t->closing) {
    r->out->n_figures++;
    if (strcmp(part->name, "word/document.xml") == 0) return redraw(r, part, t);
  }
  if (sx_publish__tag_is(t, "w:fldChar") && !t->closing && sx_publish__tag_attribute(value, text, t, "w:fldCharType")) {
    if (strcmp(value->data, "begin") == 0) open_field(r);
    if (strcmp(value->data, "separate") == 0) return show_field(r);
    if (strcmp(value->data, "end") == 0) return close_field(r);
  } else if (sx_publish__tag_is(t, "w:fldSimple") && t->closing) {
    return close_field(r);
  } else if (sx_publish__tag_is(t, "w:fldSimple") && !t->empty) {
    open_field(r);
    if (sx_publish__tag_attribute(value, text, t, "w:instr")) add_code(r, value->data, value->n);
    SX_TRY(sx_buf_status(value, r->err));
    return show_field(r);
  } else if ((sx_publish__tag_is(t, "w:t") || sx_publish__tag_is(t, "w:instrText")) && !t->closing && !t->empty) {
    const char *stop = memchr(text + t->to, '<', (size_t)(end - text) - t->to);
    if (!stop) return SX_OK;
    if (sx_publish__tag_is(t, "w:t")) return piece(r, text, t->to, (size_t)(stop - text));
    sx_buf_reset(value);
    sx_buf_add(value, "");
    sx_publish__add_plain(value, text + t->to, (size_t)(stop - text) - t->to);
    if (!value->failed) add_code(r, value->data, value->n);
  }
  return sx_buf_status(value, r->err);
}

static sx_status text_part(refiller *r, const sx_package_part *part) {
  size_t at = 0;
  sx_docx_tag t;
  sx_buf value;
  sx_status status = SX_OK;
  r->depth = r->deep = 0;
  sx_buf_reset(&r->shown);
  sx_buf_init(&value, &r->ctx);
  while (status == SX_OK && sx_publish__next_tag(&t, part->data, part->n, &at)) status = one_tag(r, part, &t, &value);
  sx_buf_clear(&value);
  return status == SX_OK ? apply(r, part->name) : status;
}

/* ---- the document ------------------------------------------------------------------------------------------------ */

static bool holds_text(const char *name) {
  static const char *const parts[] = {"word/document", "word/footnotes", "word/endnotes", "word/header", "word/footer"};
  const size_t n = strlen(name);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (strncmp(name, parts[i], strlen(parts[i])) == 0 && n > 4 && strcmp(name + n - 4, ".xml") == 0) return true;
  }
  return false;
}

static sx_status check(const refiller *r, const sx_package_part *part, const char *name) {
  char where[SX_ERROR_WHERE_MAX];
  const sx_xml_handler nothing = {.data = NULL};
  (void)snprintf(where, sizeof where, "%.300s: %.150s", name, part->name);
  return sx_xml_read(&r->ctx, where, part->data, part->n, &nothing, r->err);
}

static sx_status check_all(refiller *r, const char *name) {
  const sx_package_part *custom = sx_publish__package_get(&r->package, "docProps/custom.xml");
  if (!sx_publish__package_get(&r->package, "word/document.xml"))
    return sx_error_set(r->err, SX_E_PARSE, name, "no word/document.xml in it: this is no Word document");
  if (custom) SX_TRY(check(r, custom, name));
  for (size_t i = 0; i < r->package.n; i++)
    if (holds_text(r->package.parts[i].name)) SX_TRY(check(r, &r->package.parts[i], name));
  return SX_OK;
}

/* Words first: those that come bring the numbers of the run with them. */
static sx_status words(refiller *r, bool only_look) {
  const sx_revise revise = {.ctx = r->ctx,
                            .arena = r->arena,
                            .package = &r->package,
                            .redraw = &r->redraw,
                            .out = r->out,
                            .only_look = only_look,
                            .err = r->err};
  return sx_publish__revise(&revise);
}

static sx_status fill(refiller *r, const char *name) {
  SX_TRY(check_all(r, name));
  SX_TRY(words(r, false));
  const sx_package_part *custom = sx_publish__package_get(&r->package, "docProps/custom.xml");
  if (custom) {
    SX_TRY(long_keys(r, custom));
    SX_TRY(properties(r, custom));
  }
  for (size_t i = 0; i < r->package.n; i++)
    if (holds_text(r->package.parts[i].name)) SX_TRY(text_part(r, &r->package.parts[i]));
  if (!r->out->n_fields)
    return sx_error_set(r->err, SX_E_DATA, name,
                        "no field of this document is bound to a result: it was not made by this program, or its "
                        "fields were turned into text");
  for (size_t i = 0; i < r->out->n; i++) {
    const sx_refill_item *e = &r->out->items[i];
    r->out->n_changed += e->after && e->before && strcmp(e->before, e->after) != 0;
  }
  return SX_OK;
}

static sx_status begin(refiller *r, const void *docx, size_t n, const char *name) {
  r->out = sx_mem_zalloc(&r->ctx, 1, sizeof *r->out);
  if (!r->out) return sx_error_memory(r->err);
  r->out->ctx = r->ctx;
  SX_TRY(sx_arena_new(&r->out->arena, &r->ctx, r->err));
  r->arena = r->out->arena;
  SX_TRY(sx_dict_new(&r->keys, &r->ctx, r->err));
  SX_TRY(sx_long_keys_new(&r->long_keys, &r->ctx, r->err));
  r->fields = sx_mem_zalloc(&r->ctx, DEPTH_MAX, sizeof *r->fields);
  if (!r->fields) return sx_error_memory(r->err);
  SX_TRY(sx_store_which_run(&r->run, r->store, r->err));
  r->redraw = (sx_redraw){.ctx = r->ctx,
                          .arena = r->arena,
                          .package = &r->package,
                          .store = r->store,
                          .run = r->run,
                          .out = r->out,
                          .err = r->err};
  return sx_publish__package_read(&r->package, docx, n, name, r->err);
}

static void end(refiller *r) {
  sx_refill_free(r->out);
  sx_dict_free(r->keys);
  sx_long_keys_free(r->long_keys);
  sx_mem_free(&r->ctx, r->fields);
  sx_mem_free(&r->ctx, r->edits);
  sx_buf_clear(&r->shown);
  for (size_t i = 0; i < 3; i++) sx_own_numbers_free(r->own[i]);
  sx_publish__redraw_clear(&r->redraw);
  sx_publish__package_clear(&r->package);
}

sx_status sx_publish_refill(sx_buf *out, sx_refill **report, const void *docx, size_t n, const char *name,
                            sx_store *store, int64_t run, sx_error *err) {
  refiller r = {.ctx = *sx_store_ctx(store), .store = store, .run = run, .err = err};
  char *data = NULL;
  size_t size = 0;
  sx_publish__package_init(&r.package, &r.ctx);
  sx_buf_init(&r.shown, &r.ctx);
  sx_status status = begin(&r, docx, n, name);
  if (status == SX_OK) status = fill(&r, name);
  if (status == SX_OK) status = sx_publish__package_write(&data, &size, &r.package, err);
  if (status == SX_OK) {
    sx_buf_add_n(out, data, size);
    status = sx_buf_status(out, err);
  }
  if (status == SX_OK) {
    *report = r.out;
    r.out = NULL;
  }
  sx_mem_free(&r.ctx, data);
  end(&r);
  return status;
}

sx_status sx_publish_refill_words(sx_refill **report, const void *docx, size_t n, const char *name, sx_store *store,
                                  int64_t run, sx_error *err) {
  refiller r = {.ctx = *sx_store_ctx(store), .store = store, .run = run, .err = err};
  sx_publish__package_init(&r.package, &r.ctx);
  sx_buf_init(&r.shown, &r.ctx);
  sx_status status = begin(&r, docx, n, name);
  if (status == SX_OK) status = check_all(&r, name);
  if (status == SX_OK) status = words(&r, true);
  if (status == SX_OK) {
    *report = r.out;
    r.out = NULL;
  }
  end(&r);
  return status;
}

void sx_refill_free(sx_refill *report) {
  if (!report) return;
  const sx_ctx ctx = report->ctx;
  sx_arena_free(report->arena);
  sx_mem_free(&ctx, report);
}
