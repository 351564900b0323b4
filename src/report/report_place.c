/* report_place.c: which figures and tables the texts place, and their numbers. */
#include "report_page.h"

#include <stdio.h>
#include <string.h>

#include "report_macro.h"

static sx_status unknown_id(sx_page *page, const sx_binding *b, sx_block_kind kind, const char *where, sx_error *err) {
  const char *ids[64];
  char id[128];
  size_t n = 0;
  for (size_t i = 0; i < page->n_blocks && n < sizeof ids / sizeof *ids; i++) {
    if (page->blocks[i].kind == kind) ids[n++] = page->blocks[i].id;
  }
  (void)snprintf(id, sizeof id, "%.*s", (int)(b->n_name < 100 ? b->n_name : 100), b->name);
  const char *nearest = sx_text_nearest(id, ids, n);
  return sx_error_set(err, SX_E_DATA, where, "there is no %s '%s'%s%s%s", sx_report__block_name(kind), id,
                      nearest ? ": did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

static sx_status visit(sx_page *page, const sx_binding *b, const char *file, bool number, sx_error *err) {
  const sx_block_kind kind = b->kind == SX_BIND_FIGURE ? SX_BLOCK_FIGURE : SX_BLOCK_TABLE;
  char place[64], where[256];
  sx_report__place(place, sizeof place, b->line, b->column);
  (void)snprintf(where, sizeof where, "%s:%s", file, place);
  sx_block *block = sx_report__block(page, kind, b->name, b->n_name);
  if (!block) return unknown_id(page, b, kind, where, err);
  if (number) {
    block->number = kind == SX_BLOCK_FIGURE ? ++page->n_figures : ++page->n_tables;
  } else if (block->placed) {
    return sx_error_set(err, SX_E_DATA, where, "%s '%s' is placed a second time: refer to it with [@%s %s]",
                        kind == SX_BLOCK_FIGURE ? "figure" : "table", block->id,
                        kind == SX_BLOCK_FIGURE ? "figure" : "table", block->id);
  }
  block->placed = true;
  return SX_OK;
}

/* ---- boxes ------------------------------------------------------------------------------------------------------- */

static sx_status add_box(sx_page *page, const sx_macro *macro, const char *where, sx_error *err) {
  void *p = page->boxes;
  const bool grown = sx_arena_grow(page->arena, &p, &page->cap_places, page->n_places + 1, sizeof(sx_block *));
  page->boxes = p;
  sx_block *box = grown ? sx_arena_zalloc(page->arena, 1, sizeof *box) : NULL;
  if (box) box->id = sx_arena_strdup(page->arena, macro->id);
  if (!box || !box->id) return sx_error_memory(err);
  if (macro->id[0] && sx_report__block(page, SX_BLOCK_BOX, macro->id, strlen(macro->id)))
    return sx_error_set(err, SX_E_DATA, where, "a box '%s' stands before this one: names of boxes are unique",
                        macro->id);
  box->kind = SX_BLOCK_BOX;
  box->placed = true;
  box->number = macro->unnumbered ? 0 : ++page->n_boxes;
  page->boxes[page->n_places++] = box;
  return SX_OK;
}

/* A box enters the page's list in the pass that numbers. */
static sx_status visit_macro(sx_page *page, const sx_binding *b, const char *file, bool number, sx_error *err) {
  char place[64], where[256];
  sx_macro macro;
  if (!number || sx_report__macro_kind(b->name, b->n_name) != SX_MACRO_BOX) return SX_OK;
  sx_report__place(place, sizeof place, b->line, b->column);
  (void)snprintf(where, sizeof where, "%s:%s", file, place);
  const sx_status status = sx_report__macro_parse(&macro, b, err);
  if (status != SX_OK) {
    sx_error_add_where(err, "%s", where);
    return status;
  }
  return add_box(page, &macro, where, err);
}

bool sx_report_has_box(const char *markdown, size_t n, const char *id, size_t n_id) {
  sx_binding b = {0};
  sx_macro macro;
  sx_status status;
  while (sx_report__next_binding(&b, markdown, n, &status, NULL)) {
    if (b.kind != SX_BIND_MACRO || sx_report__macro_kind(b.name, b.n_name) != SX_MACRO_BOX) continue;
    if (sx_report__macro_parse(&macro, &b, NULL) == SX_OK && !macro.unnumbered && strlen(macro.id) == n_id &&
        memcmp(macro.id, id, n_id) == 0)
      return true;
  }
  return false;
}

/* ---- a text ------------------------------------------------------------------------------------------------------ */

sx_status sx_report__scan(sx_page *page, const sx_block *block, bool number, sx_error *err) {
  const char *file = block->file, *text = block->markdown;
  sx_binding b = {0};
  sx_status status = SX_OK;
  if (!text) return SX_OK;
  size_t n = 0;
  while (text[n]) n++;
  while (status == SX_OK && sx_report__next_binding(&b, text, n, &status, err)) {
    if (b.kind == SX_BIND_MACRO) SX_TRY(visit_macro(page, &b, file, number, err));
    if (b.kind != SX_BIND_FIGURE && b.kind != SX_BIND_TABLE) continue;
    SX_TRY(visit(page, &b, file, number, err));
  }
  if (status != SX_OK) sx_report__in_file(err, file);
  return status;
}
