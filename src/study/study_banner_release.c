/* study_banner_release.c: a banner table as a block of the report: what its step made, without the letters and arrows that would tell of cells that are
 * not published. Numbers are references, which readers look up in the view for release; signs stand in the block itself. A sign compares cells of one
 * row and span: where one of them is kept back, the span of that row has none. In a grid by its scale it compares the items of one column: where one of
 * them is kept back, the column has none. */
#include <math.h>
#include <string.h>

#include "shuxiao/report.h"
#include "study_banner.h"

sx_status study__banner_payload(const char **out, st_run *r, size_t block, sx_error *err) {
  *out = r->banners ? r->banners[block] : NULL;
  if (!*out) {
    const char *id = sx_arena_printf(r->arena, "banner:%s", r->s->blocks[block].id);
    if (!id) return sx_error_memory(err);
    SX_TRY(study__payload_text(out, r, id, err));
  }
  return *out ? SX_OK : sx_error_set(err, SX_E_INTERNAL, r->s->blocks[block].id, "the table was not stored");
}

typedef struct filter {
  st_run *r;
  sx_buf *out;
  const sx_node *columns; /* with their spans */
  bool *closed;           /* [columns] of the row at hand: in a span with a hidden cell */
  bool *shut;             /* [columns] of all rows: of a grid, with a hidden cell */
  size_t n;
} filter;

static size_t span_of(const filter *f, size_t c) {
  double x = 0;
  const sx_node *own = f->columns && c < f->columns->n ? sx_node_get(f->columns->items[c], "span") : NULL;
  return own && sx_node_number(&x, own) && x >= 0 ? (size_t)x : c;
}

static sx_status is_hidden(bool *yes, const filter *f, const sx_node *cell, sx_error *err) {
  const sx_node *ref = sx_node_get(cell, "ref");
  sx_reference parsed;
  sx_store_row row;
  bool found = false;
  *yes = false;
  if (!ref || sx_reference_parse(&parsed, ref->text, strlen(ref->text), NULL) != SX_OK) return SX_OK;
  SX_TRY(sx_reference_find(&found, &row, f->r->store, f->r->run, &parsed, err));
  *yes = found && isnan(row.estimate) && row.na_reason && strcmp(row.na_reason, "suppressed") == 0;
  return SX_OK;
}

/* closed [columns] of a row of references. */
static sx_status look(filter *f, const sx_node *cells, sx_error *err) {
  for (size_t c = 0; c < f->n; c++) f->closed[c] = f->shut[c];
  for (size_t c = 0; c < f->n && c < cells->n; c++) {
    bool yes = false;
    SX_TRY(is_hidden(&yes, f, cells->items[c], err));
    for (size_t k = 0; yes && k < f->n; k++) f->closed[k] = f->closed[k] || span_of(f, k) == span_of(f, c);
  }
  return SX_OK;
}

static void key(sx_buf *out, size_t i, const sx_node *name) {
  if (i) sx_buf_add_char(out, ',');
  sx_json_string(out, name->text);
  sx_buf_add_char(out, ':');
}

static void put_cell(filter *f, const sx_node *cell, size_t c) {
  const sx_node *ref = sx_node_get(cell, "ref"), *format = sx_node_get(cell, "format");
  if (c >= f->n || !f->closed[c] || format) {
    sx_node_to_json(f->out, cell);
  } else if (!ref) {
    sx_buf_add(f->out, "{\"text\":{\"zh\":\"\",\"en\":\"\"}}");
  } else {
    sx_buf_add(f->out, "{\"ref\":");
    sx_node_to_json(f->out, ref);
    sx_buf_add_char(f->out, '}');
  }
}

/* A row of numbers, or the line of signs below it. */
static sx_status put_row(filter *f, const sx_node *row, sx_error *err) {
  const sx_node *cells = sx_node_get(row, "cells");
  if (cells && cells->n && sx_node_get(cells->items[0], "ref")) SX_TRY(look(f, cells, err));
  sx_buf_add_char(f->out, '{');
  for (size_t i = 0; i < row->n; i++) {
    key(f->out, i, row->keys[i]);
    if (row->items[i] != cells || cells->kind != SX_NODE_LIST) {
      sx_node_to_json(f->out, row->items[i]);
      continue;
    }
    sx_buf_add_char(f->out, '[');
    for (size_t c = 0; c < cells->n; c++) {
      if (c) sx_buf_add_char(f->out, ',');
      put_cell(f, cells->items[c], c);
    }
    sx_buf_add_char(f->out, ']');
  }
  sx_buf_add_char(f->out, '}');
  return SX_OK;
}

/* Maps and lists down to the lists called rows. */
static sx_status put(filter *f, const sx_node *node, sx_error *err) {
  if (node->kind == SX_NODE_LIST) {
    sx_buf_add_char(f->out, '[');
    for (size_t i = 0; i < node->n; i++) {
      if (i) sx_buf_add_char(f->out, ',');
      SX_TRY(put(f, node->items[i], err));
    }
    sx_buf_add_char(f->out, ']');
    return SX_OK;
  }
  if (node->kind != SX_NODE_MAP) {
    sx_node_to_json(f->out, node);
    return SX_OK;
  }
  sx_buf_add_char(f->out, '{');
  for (size_t i = 0; i < node->n; i++) {
    const sx_node *item = node->items[i];
    key(f->out, i, node->keys[i]);
    if (strcmp(node->keys[i]->text, "rows") != 0 || item->kind != SX_NODE_LIST) {
      SX_TRY(put(f, item, err));
      continue;
    }
    sx_buf_add_char(f->out, '[');
    for (size_t k = 0; k < item->n; k++) {
      if (k) sx_buf_add_char(f->out, ',');
      SX_TRY(put_row(f, item->items[k], err));
    }
    sx_buf_add_char(f->out, ']');
  }
  sx_buf_add_char(f->out, '}');
  return SX_OK;
}

/* The columns of a grid, whose rows have letters. */
static sx_status look_down(filter *f, const sx_node *book, sx_error *err) {
  const sx_node *tables = sx_node_get(book, "tables");
  for (size_t t = 0; tables && t < tables->n; t++) {
    const sx_node *rows = sx_node_get(tables->items[t], "rows");
    for (size_t k = 0; rows && k < rows->n; k++) {
      const sx_node *cells = sx_node_get(rows->items[k], "letter") ? sx_node_get(rows->items[k], "cells") : NULL;
      for (size_t c = 0; cells && c < cells->n && c < f->n; c++) {
        bool yes = false;
        SX_TRY(is_hidden(&yes, f, cells->items[c], err));
        f->shut[c] = f->shut[c] || yes;
      }
    }
  }
  return SX_OK;
}

sx_status study__banner_json(sx_buf *out, st_run *r, size_t block, sx_error *err) {
  const char *text = NULL;
  sx_doc *doc = NULL;
  SX_TRY(study__banner_payload(&text, r, block, err));
  const size_t n = strcspn(text, "\n"); /* behind it: who the cells are made of */
  if (!r->s->disclosure) {
    sx_buf_add_n(out, text, n);
    return sx_buf_status(out, err);
  }
  SX_TRY(sx_doc_parse_json(&doc, &r->ctx, r->s->blocks[block].id, text, n, err));
  const sx_node *book = sx_node_get(sx_doc_root(doc), "book");
  filter f = {.r = r, .out = out, .columns = sx_node_get(book, "columns")};
  f.n = f.columns ? f.columns->n : 0;
  f.closed = sx_arena_zalloc(r->arena, f.n + 1, sizeof *f.closed);
  f.shut = sx_arena_zalloc(r->arena, f.n + 1, sizeof *f.shut);
  sx_status status = f.closed && f.shut ? look_down(&f, book, err) : sx_error_memory(err);
  if (status == SX_OK) status = put(&f, sx_doc_root(doc), err);
  if (status == SX_OK) status = sx_buf_status(out, err);
  sx_doc_free(doc);
  return status;
}
