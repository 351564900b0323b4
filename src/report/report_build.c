/* report_build.c: a finished run made into the document tree: numbering, the parts in order, lists of headings, figures and tables. */
#include <string.h>

#include "report_results.h"
#include "report_tree.h"

/* ---- what is made of made-up data ---------------------------------------------------------------------------------- */

/* A cell is a reference, or a map with one; the figures that others published are no results of the data. */
static bool is_result(const sx_node *cell) {
  const sx_node *ref = cell->kind == SX_NODE_MAP ? sx_node_get(cell, "ref") : cell;
  return ref && ref->kind == SX_NODE_SCALAR && ref->text && strncmp(ref->text, "published/", 10) != 0;
}

static bool has_result(const sx_node *cells) {
  if (!cells || cells->kind != SX_NODE_LIST) return false;
  for (size_t i = 0; i < cells->n; i++) {
    const sx_node *cell = cells->items[i];
    if (cell->kind == SX_NODE_LIST ? has_result(cell) : is_result(cell)) return true;
  }
  return false;
}

bool sx_report__is_synthetic(const sx_page *page, const sx_block *block) {
  const sx_node *rows = sx_node_get(block->root, "rows");
  if (!page->synthetic) return false;
  if (sx_node_get(block->root, "note_counts") || has_result(sx_node_get(block->root, "cells"))) return true;
  for (size_t i = 0; rows && rows->kind == SX_NODE_LIST && i < rows->n; i++) {
    if (has_result(sx_node_get(rows->items[i], "cells"))) return true;
  }
  return false;
}

/* ---- captions and feet ------------------------------------------------------------------------------------------- */

void sx_report__build_caption(sx_page *page, const sx_block *block) {
  sx_document_node *caption = sx_tree__open(page, SX_DOC_CAPTION);
  caption->as.caption.word = sx_report__w(page, block->kind == SX_BLOCK_FIGURE ? W_FIGURE : W_TABLE);
  caption->as.caption.number = block->number;
  sx_tree__label(page, sx_report__text(page, sx_node_get(block->root, "title")));
  if (sx_report__is_synthetic(page, block)) {
    (void)sx_tree__open(page, SX_DOC_TAG);
    sx_tree__word(page, W_SYNTHETIC);
    sx_tree__close(page);
  }
  sx_tree__close(page);
}

static bool is_ended(const char *note) {
  static const char *const ends[] = {"。", "？", "！", "；", ".", "?", "!", ";"};
  size_t n = strlen(note);
  while (n && note[n - 1] == ' ') n--;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    const size_t k = strlen(ends[i]);
    if (n >= k && memcmp(note + n - k, ends[i], k) == 0) return true;
  }
  return n == 0;
}

static bool has(const char *text) {
  return text && *text;
}

/* Charts of office programs draw other intervals than we do, or none. */
static void put_intervals(sx_page *page, const sx_foot *foot) {
  const bool same = strcmp(foot->intervals, foot->native) == 0;
  if (!same) sx_tree__open(page, SX_DOC_RUN)->text = sx_tree__clean(page, foot->native, strlen(foot->native));
  sx_tree__text(page, foot->intervals, strlen(foot->intervals));
  if (!same) sx_tree__close(page);
}

void sx_report__build_foot(sx_page *page, const sx_block *block, const sx_foot *foot) {
  const char *note = sx_report__text(page, sx_node_get(block->root, "note"));
  const char *source = sx_report__text(page, sx_node_get(block->root, "source"));
  const bool extra = has(foot->intervals) || has(foot->extra);
  if (note || extra) {
    bool counts = false; /* the run wrote the note: its numbers are held against the block alone */
    if (!sx_node_bool(&counts, sx_node_get(block->root, "note_counts"))) counts = false;
    sx_tree__open(page, SX_DOC_NOTE)->exempt = counts ? "input" : NULL;
    sx_tree__word(page, W_NOTE);
    sx_tree__label(page, note);
    const bool english = page->lang == SX_LANG_EN;
    const char *between = !note || !extra ? "" : is_ended(note) ? english ? " " : "" : english ? ". " : "。";
    sx_tree__text(page, between, strlen(between));
    if (has(foot->intervals)) put_intervals(page, foot);
    if (has(foot->extra)) sx_tree__text(page, foot->extra, strlen(foot->extra));
    if (has(foot->names)) {
      sx_tree__open(page, SX_DOC_RUN)->exempt = "label";
      sx_tree__text(page, foot->names, strlen(foot->names));
      sx_tree__close(page);
      sx_tree__text(page, english ? "." : "。", english ? 1 : strlen("。"));
    }
    sx_tree__close(page);
  }
  if (source) {
    (void)sx_tree__open(page, SX_DOC_SOURCE);
    sx_tree__word(page, W_SOURCE);
    sx_tree__label(page, source);
    sx_tree__close(page);
  }
}

/* ---- numbering and parts ----------------------------------------------------------------------------------------- */

static bool is_text(const sx_block *b) {
  return b->kind == SX_BLOCK_TEXT || b->kind == SX_BLOCK_ANNEX;
}
static bool is_float(const sx_block *b) {
  return b->kind == SX_BLOCK_FIGURE || b->kind == SX_BLOCK_TABLE;
}

/* Numbers follow the order of appearance: the texts and what they place, blocks that no text places where they stand, annexes last. */
static sx_status number_blocks(sx_page *page, sx_error *err) {
  for (size_t i = 0; i < page->n_blocks; i++) {
    if (is_text(&page->blocks[i])) SX_TRY(sx_report__scan(page, &page->blocks[i], false, err));
  }
  for (int annex = 0; annex < 2; annex++) {
    for (size_t i = 0; i < page->n_blocks; i++) {
      sx_block *b = &page->blocks[i];
      if (b->kind == (annex ? SX_BLOCK_ANNEX : SX_BLOCK_TEXT)) SX_TRY(sx_report__scan(page, b, true, err));
      if (!annex && is_float(b) && !b->placed) {
        b->number = b->kind == SX_BLOCK_FIGURE ? ++page->n_figures : ++page->n_tables;
      }
    }
  }
  return SX_OK;
}

sx_status sx_report__build_float(sx_page *page, sx_block *block, sx_error *err) {
  return block->kind == SX_BLOCK_FIGURE ? sx_report__build_figure(page, block, err)
                                        : sx_report__build_table(page, block, err);
}

static sx_status put_annexes(sx_page *page, sx_error *err) {
  for (size_t i = 0; i < page->n_blocks; i++) {
    if (page->blocks[i].kind != SX_BLOCK_ANNEX) continue;
    if (!page->in_annex) {
      (void)sx_tree__open(page, SX_DOC_ANNEXES);
      SX_TRY(sx_report__word_heading(page, W_ANNEX, "annex", err));
      page->in_annex = true;
      memset(page->counter, 0, sizeof page->counter);
    }
    const sx_node *file = sx_node_get(page->blocks[i].root, "file");
    if (file && file->text && strcmp(file->text, "provenance") == 0) page->provenance = true;
    sx_tree__open(page, SX_DOC_ANNEX)->exempt = "input";
    const size_t before = page->n_headings;
    SX_TRY(sx_report__build_text(page, &page->blocks[i], err));
    sx_tree__close(page);
    if (file && file->text && strcmp(file->text, "definitions") == 0 && page->n_headings > before)
      page->definitions_anchor = page->headings[before]->anchor;
  }
  if (page->in_annex) sx_tree__close(page);
  return sx_tree__status(page, err);
}

static sx_status put_parts(sx_page *page, sx_error *err) {
  for (size_t i = 0; i < page->n_blocks; i++) {
    sx_block *b = &page->blocks[i];
    if (b->kind == SX_BLOCK_TEXT) SX_TRY(sx_report__build_text(page, b, err));
    if (is_float(b) && !b->placed) SX_TRY(sx_report__build_float(page, b, err));
  }
  return put_annexes(page, err);
}

/* ---- the document ------------------------------------------------------------------------------------------------ */

static sx_status list_blocks(const sx_document_node *const **out, size_t *n, sx_page *page, sx_block_kind kind,
                             size_t most, sx_error *err) {
  const sx_document_node **list = sx_tree__payload(page, most, sizeof *list);
  *n = 0;
  for (size_t number = 1; list && number <= most; number++) {
    for (size_t i = 0; i < page->n_blocks; i++) {
      const sx_block *b = &page->blocks[i];
      if (b->kind == kind && b->number == number && b->node) list[(*n)++] = b->node;
    }
  }
  *out = list;
  return sx_tree__status(page, err);
}

static sx_status list_boxes(sx_document *document, sx_page *page, sx_error *err) {
  const sx_document_node **list = sx_tree__payload(page, page->n_places, sizeof *list);
  for (size_t i = 0; list && i < page->n_places; i++) {
    if (page->boxes[i]->number && page->boxes[i]->node) list[document->n_boxes++] = page->boxes[i]->node;
  }
  document->boxes = list;
  return sx_tree__status(page, err);
}

static sx_status name_run(sx_document *document, sx_page *page, sx_error *err) {
  sx_store_run run;
  bool found = false;
  SX_TRY(sx_store_get_run(&found, &run, page->store, page->run, err));
  if (found && run.study) document->study = sx_tree__clean(page, run.study, strlen(run.study));
  if (found && run.version) document->program = sx_tree__clean(page, run.version, strlen(run.version));
  if (found && run.wave) document->wave = sx_tree__clean(page, run.wave, strlen(run.wave));
  return sx_tree__status(page, err);
}

static sx_status finish(sx_document *document, sx_page *page, sx_error *err) {
  for (size_t i = 0; i < page->n_mentions; i++)
    page->mentions[i].node->as.mention.target = page->mentions[i].block->node;
  document->root = document->tree = page->root;
  document->headings = page->headings;
  document->n_headings = page->n_headings;
  document->title = sx_tree__plain(page, sx_report__text(page, sx_node_get(page->document, "title")));
  document->conditions = page->conditions;
  document->n_conditions = page->n_conditions;
  document->synthetic = page->synthetic ? sx_tree__plain(page, page->synthetic) : NULL;
  SX_TRY(list_blocks(&document->figures, &document->n_figures, page, SX_BLOCK_FIGURE, page->n_figures, err));
  SX_TRY(list_blocks(&document->tables, &document->n_tables, page, SX_BLOCK_TABLE, page->n_tables, err));
  SX_TRY(list_boxes(document, page, err));
  SX_TRY(sx_report__list_results(document, page, err));
  return name_run(document, page, err);
}

static sx_status build(sx_document *document, sx_page *page, sx_error *err) {
  SX_TRY(sx_report__load(page, err));
  SX_TRY(number_blocks(page, err));
  page->root = page->at = sx_tree__detached(page, SX_DOC_DOCUMENT);
  SX_TRY(sx_report__build_cover(page, err));
  SX_TRY(put_parts(page, err));
  SX_TRY(sx_report__build_provenance(page, err));
  sx_report__cover_signs(page);
  return finish(document, page, err);
}

sx_status sx_report_document(sx_document **out, sx_store *store, int64_t run, const sx_report_options *options,
                             sx_error *err) {
  const sx_ctx *ctx = sx_store_ctx(store);
  sx_page page = {.ctx = *ctx, .lang = options ? options->lang : SX_LANG_ZH, .store = store, .run = run};
  sx_document *document = sx_mem_zalloc(ctx, 1, sizeof *document);
  sx_status status;
  if (!document) return sx_error_memory(err);
  *document =
      (sx_document){.ctx = *ctx, .lang = page.lang, .study = "", .wave = "", .design = "", .program = "", .inputs = ""};
  SX_TRY_GOTO(status, sx_arena_new(&document->arena, ctx, err), done);
  page.arena = document->arena;
  status = build(document, &page, err);
done:
  document->warnings = page.warnings;
  document->n_warnings = page.n_warnings;
  sx_report__unload(&page);
  sx_mem_free(&page.ctx, page.names);
  sx_dict_free(page.seen_names);
  if (status == SX_OK)
    *out = document;
  else
    sx_document_free(document);
  return status;
}

void sx_document_free(sx_document *document) {
  if (!document) return;
  const sx_ctx ctx = document->ctx;
  sx_document_free(document->second);
  sx_report__free_warnings(&ctx, document->warnings, document->n_warnings);
  sx_arena_free(document->arena);
  sx_mem_free(&ctx, document);
}

void sx_report__free_warnings(const sx_ctx *ctx, sx_report_warning *warnings, size_t n) {
  for (size_t i = 0; i < n; i++) {
    sx_mem_free(ctx, warnings[i].where);
    sx_mem_free(ctx, warnings[i].message);
  }
  sx_mem_free(ctx, warnings);
}
