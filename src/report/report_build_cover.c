/* report_build_cover.c: the cover of a report, and what the report rests on. */
#include <stdio.h>
#include <string.h>

#include "report_tree.h"

/* ---- cover ------------------------------------------------------------------------------------------------------- */

/* "key": the figures that stand large on the cover: {"label", "ref", "format", "note"}. */
static sx_status put_key_figure(sx_page *page, const sx_node *entry, size_t at, sx_error *err) {
  const sx_node *ref = sx_node_get(entry, "ref"), *format = sx_node_get(entry, "format");
  const char *text = format && format->text ? format->text : "";
  sx_bound bound;
  sx_format parsed;
  if (!ref || !ref->text) return sx_error_set(err, SX_E_DATA, "document key", "entry %zu has no ref", at);
  SX_TRY(sx_report__bind(&bound, page, ref->text, strlen(ref->text), "document key", err));
  SX_TRY(sx_report__format_parse(&parsed, text, strlen(text), err));
  (void)sx_tree__open(page, SX_DOC_KEY_FIGURE);
  (void)sx_tree__line(page, SX_DOC_KEY_LABEL, sx_node_get(entry, "label"));
  (void)sx_tree__open(page, SX_DOC_KEY_VALUE);
  sx_tree__number(page, &bound, &parsed, 0);
  sx_tree__close(page);
  (void)sx_tree__line(page, SX_DOC_KEY_NOTE, sx_node_get(entry, "note"));
  sx_tree__close(page);
  return sx_tree__status(page, err);
}

/* "2025-12" and "2025-12-31" in words; another date stays as it stands. */
static void put_date(sx_page *page, const sx_node *date) {
  static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};
  const char *text = sx_report__text(page, date);
  int year = 0, month = 0, day = 0, n = 0, all = 0;
  char words[64];
  if (text && sscanf(text, "%4d-%2d%n-%2d%n", &year, &month, &n, &day, &all) >= 2 && month >= 1 && month <= 12 &&
      (text[n] == '\0' || (all && text[all] == '\0' && day >= 1 && day <= 31))) {
    const bool english = page->lang == SX_LANG_EN;
    if (english && day) (void)snprintf(words, sizeof words, "%d %s %d", day, months[month - 1], year);
    if (english && !day) (void)snprintf(words, sizeof words, "%s %d", months[month - 1], year);
    if (!english && day) (void)snprintf(words, sizeof words, "%d年%d月%d日", year, month, day);
    if (!english && !day) (void)snprintf(words, sizeof words, "%d年%d月", year, month);
    text = words;
  }
  if (!text) return;
  (void)sx_tree__open(page, SX_DOC_DATE);
  sx_tree__label(page, text);
  sx_tree__close(page);
}

static sx_status put_key(sx_page *page, sx_error *err) {
  const sx_node *key = sx_node_get(page->document, "key");
  if (!key || key->kind != SX_NODE_LIST || !key->n) return SX_OK;
  (void)sx_tree__open(page, SX_DOC_KEY_FIGURES);
  for (size_t i = 0; i < key->n; i++) SX_TRY(put_key_figure(page, key->items[i], i + 1, err));
  sx_tree__close(page);
  return SX_OK;
}

sx_status sx_report__build_cover(sx_page *page, sx_error *err) {
  const sx_node *d = page->document;
  (void)sx_tree__open(page, SX_DOC_COVER);
  (void)sx_tree__line(page, SX_DOC_PUBLISHER, sx_node_get(d, "publisher"));
  (void)sx_tree__line(page, SX_DOC_TITLE, sx_node_get(d, "title"));
  (void)sx_tree__line(page, SX_DOC_SUBTITLE, sx_node_get(d, "subtitle"));
  put_date(page, sx_node_get(d, "date"));
  sx_document_node *synthetic = sx_tree__line(page, SX_DOC_SYNTHETIC, sx_node_get(d, "synthetic"));
  if (synthetic) synthetic->text = sx_report__w(page, W_SYNTHETIC);
  SX_TRY(put_key(page, err));
  (void)sx_tree__line(page, SX_DOC_ABOUT, sx_node_get(d, "note"));
  sx_document_node *design = sx_tree__line(page, SX_DOC_DESIGN, sx_node_get(d, "design"));
  if (design) {
    design->text = sx_report__w(page, W_DESIGN);
    design->exempt = "input";
  }
  sx_tree__close(page);
  return sx_tree__status(page, err);
}

/* A node before `next`, which is its parent's. */
static sx_document_node *add_before(sx_page *page, sx_document_node *parent, sx_document_node *next,
                                    sx_document_kind kind) {
  sx_document_node *node = sx_tree__detached(page, kind), *last = NULL;
  for (sx_document_node *n = parent->first; n && n != next; n = n->next) last = n;
  if (page->failed) return node;
  node->parent = parent;
  node->next = next;
  *(last ? &last->next : &parent->first) = node;
  if (!next) parent->last = node;
  return node;
}

void sx_report__cover_signs(sx_page *page) {
  sx_document_node *cover = page->failed ? NULL : page->root->first;
  if (!cover || cover->kind != SX_DOC_COVER || !page->n_unreliable) return;
  sx_document_node *about = cover->first, *at = page->at;
  while (about && about->kind != SX_DOC_ABOUT && about->kind != SX_DOC_DESIGN) about = about->next;
  const bool has = about && about->kind == SX_DOC_ABOUT;
  if (!has) about = add_before(page, cover, about, SX_DOC_ABOUT);
  sx_buf note;
  sx_buf_init(&note, &page->ctx);
  if (has && page->lang == SX_LANG_EN) sx_buf_add_char(&note, ' ');
  sx_report__unreliable_note(&note, page);
  page->at = page->failed ? at : about;
  if (note.failed)
    page->failed = true;
  else
    sx_tree__text(page, note.data, note.n);
  page->at = at;
  sx_buf_clear(&note);
}

/* ---- what it rests on -------------------------------------------------------------------------------------------- */

/* An entry is a text, or a map: {"label", "text"} or names and values. */
static void put_entry(sx_page *page, const sx_node *entry) {
  const char *label = sx_report__text(page, sx_node_get(entry, "label"));
  const char *text = sx_report__text(page, sx_node_get(entry, "text"));
  const bool pair = entry->kind == SX_NODE_MAP && sx_node_get(entry, "zh") == NULL && sx_node_get(entry, "en") == NULL;
  if (label || text) {
    sx_tree__label(page, label);
    if (label && text) sx_tree__word(page, W_COLON);
    sx_tree__label(page, text);
    return;
  }
  for (size_t i = 0; pair && i < entry->n; i++) {
    const char *value = sx_report__text(page, entry->items[i]);
    if (i) sx_tree__word(page, W_SEMICOLON);
    sx_tree__text(page, entry->keys[i]->text, strlen(entry->keys[i]->text));
    sx_tree__word(page, W_COLON);
    if (value) sx_tree__text(page, value, strlen(value));
  }
  if (!pair) sx_tree__label(page, sx_report__text(page, entry));
}

static void put_entries(sx_page *page) {
  const sx_node *list = sx_node_get(page->document, "provenance");
  const size_t n = list && list->kind == SX_NODE_LIST ? list->n : 0;
  if (!n || sx_node_get(list->items[0], "sha256")) return; /* the files: they stand in the table below */
  sx_document_node *node = sx_tree__open(page, SX_DOC_LIST);
  node->as.list.start = 1;
  node->exempt = "provenance";
  for (size_t i = 0; i < n; i++) {
    (void)sx_tree__open(page, SX_DOC_ITEM);
    sx_tree__open(page, SX_DOC_PARAGRAPH)->as.paragraph.tight = true;
    put_entry(page, list->items[i]);
    sx_tree__close(page);
    sx_tree__close(page);
  }
  sx_tree__close(page);
}

typedef struct inputs {
  sx_page *page;
  sx_document_table *table; /* NULL before the first file */
  char plan[SX_HASH_TEXT];  /* of the computations, for the study file; "": its own */
} inputs;

static void head_cell(sx_page *page, const char *text, sx_document_align align, size_t column) {
  (void)sx_tree__cell(page, SX_DOC_SCOPE_COLUMN, align, column, 1);
  sx_tree__text(page, text, strlen(text));
  sx_tree__close(page);
}

static void open_files(inputs *in) {
  sx_page *page = in->page;
  sx_document_node *node = sx_tree__open(page, SX_DOC_TABLE);
  in->table = sx_tree__payload(page, 1, sizeof *in->table);
  if (!in->table) return;
  *in->table = (sx_document_table){
      .role = SX_DOC_TABLE_FILES, .id = "", .title = "", .n_rows = 1, .n_head_rows = 1, .n_columns = 3};
  node->as.table = in->table;
  sx_tree__open(page, SX_DOC_ROW)->as.row.role = SX_DOC_ROW_HEAD;
  head_cell(page, sx_report__w(page, W_FILE), SX_DOC_ALIGN_START, 0);
  head_cell(page, sx_report__w(page, W_BYTES), SX_DOC_ALIGN_END, 1);
  head_cell(page, "SHA-256", SX_DOC_ALIGN_START, 2);
  sx_tree__close(page);
}

static void put_name(sx_page *page, const char *path, bool plan) {
  const char *name = strrchr(path, '/');
  name = name ? name + 1 : path;
  (void)sx_tree__cell(page, SX_DOC_SCOPE_ROW, SX_DOC_ALIGN_START, 0, 1);
  sx_tree__exempt(page, "file");
  sx_tree__text(page, name, strlen(name));
  if (plan) sx_tree__word(page, W_PLAN);
  sx_tree__close(page);
}

/* The study file stands there with the hash of what it plans to compute: its bytes hold words too, which bear on no number. */
static sx_status put_input(void *data, const sx_store_input *input, sx_error *err) {
  inputs *in = data;
  sx_page *page = in->page;
  sx_spec spec;
  const sx_format count = {.kind = SX_FORMAT_AMOUNT, .decimals = 0};
  const bool plan = !in->table && in->plan[0];
  if (!in->table) open_files(in);
  if (!in->table) return sx_error_memory(err);
  in->table->n_rows++;
  sx_report__page_spec(&spec, &count, 0, page);
  sx_tree__open(page, SX_DOC_ROW)->as.row.role = SX_DOC_ROW_BODY;
  put_name(page, input->path, plan);
  (void)sx_tree__cell(page, SX_DOC_SCOPE_NONE, SX_DOC_ALIGN_END, 1, 1);
  if (!plan) sx_tree__outside(page, (double)input->bytes, "bytes", NULL, &spec, true);
  sx_tree__close(page);
  sx_tree__cell(page, SX_DOC_SCOPE_NONE, SX_DOC_ALIGN_START, 2, 1)->hash = true;
  sx_tree__exempt(page, "hash");
  const char *hash = plan ? in->plan : input->sha256;
  sx_tree__text(page, hash, strlen(hash));
  sx_tree__close(page);
  sx_tree__close(page);
  return sx_tree__status(page, err);
}

sx_status sx_report__build_provenance(sx_page *page, sx_error *err) {
  inputs in = {page, NULL, ""};
  if (page->provenance) return SX_OK;
  (void)sx_tree__open(page, SX_DOC_PROVENANCE);
  SX_TRY(sx_report__word_heading(page, W_PROVENANCE, "provenance", err));
  (void)sx_tree__open(page, SX_DOC_PARAGRAPH);
  sx_tree__word(page, W_SAME_INPUTS);
  sx_tree__close(page);
  put_entries(page);
  SX_TRY(sx_store_plan_hash(in.plan, page->store, page->run, err));
  SX_TRY(sx_store_each_input(page->store, page->run, put_input, &in, err));
  if (in.table) sx_tree__close(page);
  sx_tree__close(page);
  return sx_tree__status(page, err);
}
