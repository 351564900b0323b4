/* report_load.c: the blocks of a run read from the store, and the small things that every part needs of them. */
#include "report_page.h"
#include "report_reference.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const kind_names[] = {"document", "text", "figure", "table", "annex", "box"};
enum { KINDS_STORED = 5 };

static sx_status add_block(void *data, const char *kind, const char *id, sx_doc *tree, sx_error *err) {
  sx_page *page = data;
  sx_block block = {.kind = SX_BLOCK_DOCUMENT, .root = sx_doc_root(tree)};
  bool hidden = false; /* of a workbook alone */
  const size_t n_kinds = KINDS_STORED;
  size_t k = 0;
  while (k < n_kinds && strcmp(kind, kind_names[k]) != 0) k++;
  if (k == n_kinds) return sx_error_set(err, SX_E_DATA, kind, "the store holds a block of a kind unknown here");
  if (sx_node_bool(&hidden, sx_node_get(block.root, "hidden")) && hidden) return SX_OK;
  block.kind = (sx_block_kind)k;
  void *blocks = page->blocks;
  const bool grown = sx_mem_grow(&page->ctx, &blocks, &page->cap_blocks, page->n_blocks + 1, sizeof block);
  page->blocks = blocks;
  block.id = sx_arena_strdup(page->arena, id ? id : "");
  if (!grown || !block.id) return sx_error_memory(err);
  block.doc = sx_doc_share(tree);
  page->blocks[page->n_blocks++] = block;
  return SX_OK;
}

/* Does any text have the page's language? */
static void find_language(sx_page *page) {
  for (size_t i = 0; i < page->n_blocks; i++) {
    if (page->blocks[i].kind != SX_BLOCK_TEXT) continue;
    if (sx_report__has_language(page, sx_node_get(page->blocks[i].root, "md"))) page->own_language = true;
  }
}

void sx_report__unload(sx_page *page) {
  for (size_t i = 0; i < page->n_blocks; i++) sx_doc_free(page->blocks[i].doc);
  sx_mem_free(&page->ctx, page->blocks);
}

const char *sx_report__block_name(sx_block_kind kind) {
  return kind_names[kind];
}

sx_word sx_report__block_word(sx_block_kind kind) {
  return kind == SX_BLOCK_FIGURE ? W_FIGURE : kind == SX_BLOCK_BOX ? W_BOX : W_TABLE;
}

sx_block *sx_report__block(sx_page *page, sx_block_kind kind, const char *id, size_t n) {
  for (size_t i = 0; kind == SX_BLOCK_BOX && i < page->n_places; i++) {
    sx_block *b = page->boxes[i];
    if (b->number && n && strlen(b->id) == n && memcmp(b->id, id, n) == 0) return b;
  }
  for (size_t i = 0; i < page->n_blocks; i++) {
    sx_block *b = &page->blocks[i];
    if (b->kind == kind && strlen(b->id) == n && memcmp(b->id, id, n) == 0) return b;
  }
  return NULL;
}

sx_status sx_report__block_error(const sx_block *block, sx_error *err, const char *fmt, ...) {
  char where[160], message[SX_ERROR_MESSAGE_MAX];
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(message, sizeof message, fmt, args);
  va_end(args);
  (void)snprintf(where, sizeof where, "%s %s", kind_names[block->kind], block->id);
  return sx_error_set(err, SX_E_DATA, where, "%s", message);
}

static const char *scalar(const sx_node *node) {
  return node && node->kind == SX_NODE_SCALAR && node->text[0] ? node->text : NULL;
}

const char *sx_report__text(const sx_page *page, const sx_node *node) {
  if (!node || node->kind != SX_NODE_MAP) return scalar(node);
  const char *zh = scalar(sx_node_get(node, "zh")), *en = scalar(sx_node_get(node, "en"));
  if (page->lang == SX_LANG_ZH) return zh ? zh : en;
  return en ? en : zh;
}

bool sx_report__has_language(const sx_page *page, const sx_node *node) {
  if (!node || node->kind != SX_NODE_MAP) return scalar(node) != NULL;
  return scalar(sx_node_get(node, page->lang == SX_LANG_ZH ? "zh" : "en")) != NULL;
}

const char *sx_report__in_language(const sx_page *page, const sx_text2 *text, const char *otherwise) {
  const char *own = page->lang == SX_LANG_ZH ? text->zh : text->en,
             *other = page->lang == SX_LANG_ZH ? text->en : text->zh;
  return own && *own ? own : other && *other ? other : otherwise;
}

void sx_report__page_spec(sx_spec *out, const sx_format *format, double magnitude, const sx_page *page) {
  sx_report__format_spec(out, format, magnitude, page->lang);
  out->style = page->style;
}

void sx_report__page_spec_of(sx_spec *out, const sx_format *format, const sx_extent *extent, const sx_page *page) {
  sx_report__format_spec_of(out, format, extent, page->lang);
  out->style = page->style;
}

/* ---- macros ------------------------------------------------------------------------------------------------------ */

/* {"NAME": {"zh", "en", "params": {"option": "text"}}}: texts of the block live as long as the page. */
static sx_status load_macros(sx_page *page, sx_error *err) {
  const sx_node *map = sx_node_get(page->document, "macros");
  if (!map || map->kind != SX_NODE_MAP) return SX_OK;
  page->macros = sx_arena_zalloc(page->arena, map->n + 1, sizeof *page->macros);
  if (!page->macros) return sx_error_memory(err);
  for (size_t i = 0; i < map->n; i++) {
    const sx_node *node = map->items[i], *params = sx_node_get(node, "params");
    const size_t n = params && params->kind == SX_NODE_MAP ? params->n : 0;
    const char **list = sx_arena_zalloc(page->arena, 2 * n + 1, sizeof *list);
    if (!list) return sx_error_memory(err);
    for (size_t k = 0; k < n; k++) {
      list[2 * k] = params->keys[k]->text;
      list[2 * k + 1] = params->items[k]->kind == SX_NODE_SCALAR ? params->items[k]->text : "";
    }
    page->macros[page->n_macros++] =
        (sx_report_macro){map->keys[i]->text, {scalar(sx_node_get(node, "zh")), scalar(sx_node_get(node, "en"))}, list};
  }
  return SX_OK;
}

static sx_status load_text(sx_page *page, sx_block *block, sx_error *err) {
  const sx_node *md = sx_node_get(block->root, "md");
  const char *name = sx_report__text(page, sx_node_get(block->root, "file")), *text = sx_report__text(page, md);
  const sx_lang other = page->lang == SX_LANG_ZH ? SX_LANG_EN : SX_LANG_ZH;
  sx_buf out;
  block->file = name ? name : block->id[0] ? block->id : "text";
  if (!text || (page->own_language && !sx_report__has_language(page, md))) return SX_OK;
  sx_buf_init(&out, &page->ctx);
  sx_status status = sx_report_expand(&out, text, strlen(text), page->macros, page->n_macros,
                                      sx_report__has_language(page, md) ? page->lang : other, err);
  if (status == SX_OK) block->markdown = sx_arena_strdup(page->arena, out.data);
  if (status == SX_OK && !block->markdown) status = sx_error_memory(err);
  if (status != SX_OK && status != SX_E_MEMORY) sx_report__in_file(err, block->file);
  sx_buf_clear(&out);
  return status;
}

static sx_status load_texts(sx_page *page, sx_error *err) {
  for (size_t i = 0; i < page->n_blocks; i++) {
    const sx_block_kind kind = page->blocks[i].kind;
    if (kind == SX_BLOCK_TEXT || kind == SX_BLOCK_ANNEX) SX_TRY(load_text(page, &page->blocks[i], err));
  }
  return SX_OK;
}

sx_status sx_report__load(sx_page *page, sx_error *err) {
  SX_TRY(sx_store_each_tree(page->store, page->run, add_block, page, err));
  for (size_t i = 0; i < page->n_blocks; i++) {
    if (page->blocks[i].kind == SX_BLOCK_DOCUMENT && !page->document) page->document = page->blocks[i].root;
  }
  if (!page->document)
    return sx_error_set(err, SX_E_DATA, "report", "the run has no document block: run the study again");
  page->synthetic = sx_report__text(page, sx_node_get(page->document, "synthetic"));
  find_language(page);
  const sx_node *reliability = sx_node_get(page->document, "reliability");
  page->unreliable_sign = sx_report__text(page, sx_node_get(reliability, "sign"));
  page->unreliable_word = sx_report__text(page, sx_node_get(reliability, "word"));
  const char *style = sx_report__text(page, sx_node_get(page->document, "style"));
  if (style) SX_TRY(sx_style_parse(&page->style, style, strlen(style), err));
  SX_TRY(load_macros(page, err));
  return load_texts(page, err);
}

sx_status sx_report__warn(sx_page *page, const char *where, sx_error *err, const char *fmt, ...) {
  char message[SX_ERROR_MESSAGE_MAX];
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(message, sizeof message, fmt, args);
  va_end(args);
  message[sx_utf8_cut(message, strlen(message), sizeof message - 1)] = '\0';
  void *p = page->warnings;
  const bool grown = sx_mem_grow(&page->ctx, &p, &page->cap_warnings, page->n_warnings + 1, sizeof *page->warnings);
  page->warnings = p;
  if (!grown) return sx_error_memory(err);
  sx_report_warning warning = {sx_mem_strdup(&page->ctx, where), sx_mem_strdup(&page->ctx, message)};
  if (!warning.where || !warning.message) {
    sx_mem_free(&page->ctx, warning.where);
    sx_mem_free(&page->ctx, warning.message);
    return sx_error_memory(err);
  }
  page->warnings[page->n_warnings++] = warning;
  return SX_OK;
}

const char *sx_report__w(const sx_page *page, sx_word word) {
  return sx_report__word(page->lang, word);
}
