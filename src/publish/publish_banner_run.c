/* publish_banner_run.c: the banner tables of a run as one workbook per language: STUDY_banner.xlsx. How a table is laid out is the part `book` of its
 * block (study_banner_book.c); its numbers are rows of the store as the reader may see them. */
#include <math.h>
#include <string.h>

#include "publish_banner.h"

typedef struct br_book { /* a block's */
  sx_banner_book book;
  sx_text2 title, remark, source;
  const char *id;
  const char *const **reference; /* [tables] */
} br_book;

typedef struct br_block {
  const char *id;
  sx_doc *tree;
} br_block;

typedef struct reader {
  pub_run *run;
  br_block *blocks; /* that have a book */
  size_t n_blocks, cap_blocks;
  br_book *books;
  size_t n, cap;
} reader;

/* ---- nodes ------------------------------------------------------------------------------------------------------------- */

static const char *scalar(const sx_node *map, const char *key) {
  const sx_node *node = sx_node_get(map, key);
  return node && node->kind == SX_NODE_SCALAR ? node->text : "";
}

static double number(const sx_node *map, const char *key) {
  double x = 0;
  return sx_node_number(&x, sx_node_get(map, key)) && isfinite(x) ? x : 0;
}

static size_t whole(const sx_node *map, const char *key) {
  const double x = number(map, key);
  return x > 0 && x < 1e9 ? (size_t)x : 0;
}

static bool flag(const sx_node *map, const char *key) {
  bool yes = false;
  return sx_node_bool(&yes, sx_node_get(map, key)) && yes;
}

static size_t count(const sx_node *map, const char *key) {
  const sx_node *list = sx_node_get(map, key);
  return list && list->kind == SX_NODE_LIST ? list->n : 0;
}

static const sx_node *item(const sx_node *map, const char *key, size_t k) {
  return sx_node_get(map, key)->items[k];
}

static const char *keep(const reader *r, const char *text, bool *failed) {
  const char *copy = sx_arena_strdup(r->run->arena, text);
  *failed = *failed || !copy;
  return copy;
}

static sx_banner_text both(const reader *r, const sx_node *node, bool *failed) {
  const char *zh = node && node->kind == SX_NODE_MAP ? scalar(node, "zh") : node && node->text ? node->text : "";
  const char *en = node && node->kind == SX_NODE_MAP ? scalar(node, "en") : zh;
  return (sx_banner_text){keep(r, *zh ? zh : en, failed), keep(r, *en ? en : zh, failed)};
}

static sx_text2 text2(const reader *r, const sx_node *node, bool *failed) {
  const sx_banner_text text = both(r, node, failed);
  return (sx_text2){text.zh, text.en};
}

static void *array(const reader *r, size_t n, size_t size) {
  return sx_arena_zalloc(r->run->arena, n + 1, size);
}

/* ---- a table ----------------------------------------------------------------------------------------------------------- */

static sx_status read_cell(sx_banner_cell *out, const char **reference, const reader *r, const sx_node *node,
                           sx_error *err) {
  sx_store_row row;
  bool found = false, failed = false;
  *out = (sx_banner_cell){
      .value = (double)NAN, .se = (double)NAN, .df = (double)NAN, .n_eff = (double)NAN, .interpolated = (double)NAN};
  out->letters = keep(r, scalar(node, "letters"), &failed);
  *reference = keep(r, scalar(node, "ref"), &failed);
  if (failed) return sx_error_memory(err);
  out->versus_rest = (int8_t)number(node, "rest");
  out->versus_wave = (int8_t)number(node, "wave");
  out->flags = (uint8_t)(whole(node, "flags") & (SX_BANNER_NOT_TESTED | SX_BANNER_SMALL_BASE));
  SX_TRY(sx_publish__find(&found, &row, r->run, *reference, err));
  if (!found) return sx_error_set(err, SX_E_DATA, *reference, "a banner table shows a result that the run has not");
  out->value = row.estimate;
  out->se = row.se;
  out->df = row.df;
  out->n_eff = row.n_eff;
  out->quality = keep(r, row.quality ? row.quality : "", &failed);
  if (failed) return sx_error_memory(err);
  if (isnan(row.estimate) && sx_publish__suppressed(&row)) out->flags = PUB_BANNER_SUPPRESSED;
  return SX_OK;
}

static sx_banner_measure measure_of(const char *name) {
  for (int m = 0; m < SX_BANNER_MEASURES; m++)
    if (strcmp(sx_banner_measure_name((sx_banner_measure)m), name) == 0) return (sx_banner_measure)m;
  return SX_BANNER_COUNT;
}

static sx_status read_row(sx_banner_row *out, const char **reference, reader *r, const sx_banner_columns *columns,
                          const sx_node *node, sx_error *err) {
  sx_banner_cell *cells = array(r, columns->n_columns, sizeof *cells);
  bool failed = !cells;
  const size_t kind = whole(node, "kind");
  *out = (sx_banner_row){.kind = kind <= SX_BANNER_ROW_ITEM ? (sx_banner_row_kind)kind : SX_BANNER_ROW_CATEGORY,
                         .measure = measure_of(scalar(node, "measure")),
                         .label = both(r, sx_node_get(node, "label"), &failed),
                         .key = "",
                         .continued = flag(node, "continued"),
                         .tested = flag(node, "tested"),
                         .letter = keep(r, scalar(node, "letter"), &failed),
                         .cell = cells};
  if (failed) return sx_error_memory(err);
  if (count(node, "cells") != columns->n_columns)
    return sx_error_set(err, SX_E_DATA, scalar(node, "measure"), "a row of a banner table has not a cell per column");
  for (size_t c = 0; c < columns->n_columns; c++)
    SX_TRY(read_cell(&cells[c], &reference[c], r, item(node, "cells", c), err));
  return SX_OK;
}

static sx_status read_table(sx_banner_table *out, const char *const **reference, reader *r,
                            const sx_banner_columns *columns, const sx_node *node, sx_error *err) {
  const size_t n_rows = count(node, "rows"), n_notes = count(node, "notes");
  sx_banner_row *rows = array(r, n_rows, sizeof *rows);
  sx_banner_text *notes = array(r, n_notes, sizeof *notes);
  const char **all = array(r, n_rows * columns->n_columns, sizeof *all);
  bool failed = !rows || !notes || !all;
  *out =
      (sx_banner_table){.id = keep(r, scalar(node, "id"), &failed),
                        .title = keep(r, scalar(node, "title"), &failed),
                        .title_en = sx_node_get(node, "title_en") ? keep(r, scalar(node, "title_en"), &failed) : NULL,
                        .question = both(r, sx_node_get(node, "question"), &failed),
                        .base = both(r, sx_node_get(node, "base"), &failed),
                        .columns = columns,
                        .n_rows = n_rows,
                        .row = rows,
                        .note = notes,
                        .n_notes = n_notes};
  for (size_t k = 0; k < n_notes && !failed; k++) notes[k] = both(r, item(node, "notes", k), &failed);
  if (failed) return sx_error_memory(err);
  *reference = all;
  for (size_t i = 0; i < n_rows; i++)
    SX_TRY(read_row(&rows[i], all + i * columns->n_columns, r, columns, item(node, "rows", i), err));
  return SX_OK;
}

/* ---- a book ------------------------------------------------------------------------------------------------------------ */

static sx_status read_columns(const sx_banner_columns **out, const reader *r, const sx_node *node, sx_error *err) {
  const size_t n_heads = count(node, "heads"), n_columns = count(node, "columns");
  sx_banner_columns *c = array(r, 1, sizeof *c);
  sx_banner_head *heads = array(r, n_heads, sizeof *heads);
  sx_banner_column *columns = array(r, n_columns, sizeof *columns);
  bool failed = !c || !heads || !columns;
  for (size_t k = 0; k < n_heads && !failed; k++) {
    const sx_node *h = item(node, "heads", k);
    heads[k] = (sx_banner_head){.text = both(r, sx_node_get(h, "text"), &failed),
                                .variable = "",
                                .level = "",
                                .parent = SIZE_MAX,
                                .depth = whole(h, "depth"),
                                .first = whole(h, "first"),
                                .n = whole(h, "n")};
  }
  for (size_t k = 0; k < n_columns && !failed; k++) {
    const sx_node *own = item(node, "columns", k);
    columns[k] = (sx_banner_column){
        .letter = keep(r, scalar(own, "letter"), &failed), .span = whole(own, "span"), .key = "", .head = 0};
  }
  if (failed) return sx_error_memory(err);
  *c = (sx_banner_columns){
      .n_heads = n_heads, .n_columns = n_columns, .depth = whole(node, "depth"), .head = heads, .column = columns};
  *out = c;
  return SX_OK;
}

static sx_status read_book(br_book *out, reader *r, const sx_node *node, sx_error *err) {
  static const char *const none[4] = {"↑", "↓", "▲", "▼"};
  const char *marks[4];
  sx_banner_book *b = &out->book;
  const size_t n = count(node, "tables");
  sx_banner_table *tables = array(r, n, sizeof *tables);
  bool failed = !tables;
  for (size_t k = 0; k < 4; k++)
    marks[k] = count(node, "marks") == 4 && item(node, "marks", k)->kind == SX_NODE_SCALAR
                   ? keep(r, item(node, "marks", k)->text, &failed)
                   : none[k];
  *b = (sx_banner_book){.ctx = r->run->ctx,
                        .design = keep(r, scalar(node, "design"), &failed),
                        .filter = keep(r, scalar(node, "filter"), &failed),
                        .rows = "",
                        .spec = "",
                        .show_se = flag(node, "se"),
                        .n_tables = n,
                        .table = tables,
                        .legend = {"", ""},
                        .marks_rest = {marks[0], marks[1]},
                        .marks_wave = {marks[2], marks[3]}};
  b->legend = both(r, sx_node_get(node, "legend"), &failed);
  out->reference = array(r, n, sizeof *out->reference);
  if (failed || !out->reference) return sx_error_memory(err);
  SX_TRY(read_columns(&b->columns, r, node, err));
  for (size_t k = 0; k < n; k++)
    SX_TRY(read_table(&tables[k], &out->reference[k], r, b->columns, item(node, "tables", k), err));
  return SX_OK;
}

/* Kept whole: what is looked up while they are read would wait for the store that lists them. */
static sx_status keep_block(void *data, const char *kind, const char *id, sx_doc *tree, sx_error *err) {
  reader *r = data;
  bool failed = false;
  if (strcmp(kind, "table") != 0 || !sx_node_get(sx_doc_root(tree), "book")) return SX_OK;
  if (!sx_arena_grow(r->run->arena, (void **)&r->blocks, &r->cap_blocks, r->n_blocks + 1, sizeof *r->blocks))
    return sx_error_memory(err);
  r->blocks[r->n_blocks++] = (br_block){keep(r, id ? id : "", &failed), sx_doc_share(tree)};
  return failed ? sx_error_memory(err) : SX_OK;
}

static sx_status take_block(reader *r, const char *id, const sx_node *root, sx_error *err) {
  bool failed = false;
  if (!sx_arena_grow(r->run->arena, (void **)&r->books, &r->cap, r->n + 1, sizeof *r->books))
    return sx_error_memory(err);
  br_book *own = &r->books[r->n];
  *own = (br_book){.id = id};
  own->title = text2(r, sx_node_get(root, "title"), &failed);
  own->remark = text2(r, sx_node_get(root, "remark"), &failed);
  own->source = text2(r, sx_node_get(root, "source"), &failed);
  const sx_status status = failed ? sx_error_memory(err) : read_book(own, r, sx_node_get(root, "book"), err);
  if (status == SX_OK) r->n++;
  if (status != SX_OK && status != SX_E_MEMORY) sx_error_add_where(err, "table %s", id);
  return status;
}

/* ---- the files --------------------------------------------------------------------------------------------------------- */

static sx_status make_book(sx_publish_files *files, const reader *r, sx_lang lang, sx_error *err) {
  pub_run *run = r->run;
  xl x = {.lang = lang, .arena = run->arena};
  pub_banner *books = array(r, r->n, sizeof *books);
  sx_buf bytes;
  sx_status status = SX_OK;
  if (!books) return sx_error_memory(err);
  for (size_t k = 0; k < r->n; k++) {
    const br_book *own = &r->books[k];
    const char *title = sx_publish__text(own->title, lang), *remark = sx_publish__text(own->remark, lang);
    const char *source = sx_publish__text(own->source, lang);
    const char *note = sx_arena_printf(run->arena, "%s%s%s%s", remark, *remark && *source ? " " : "",
                                       *source ? (lang == SX_LANG_ZH ? "资料来源：" : "Source: ") : "", source);
    const bool repeats = own->book.n_tables && strcmp(title, sx_publish__banner_title(&own->book.table[0], lang)) == 0;
    books[k] = (pub_banner){&own->book, own->id, repeats ? "" : title, note, own->reference};
    if (!note) return sx_error_memory(err);
  }
  sx_buf_init(&bytes, &run->ctx);
  x.symbols = sx_publish__symbols(run->options.symbols, lang);
  SX_TRY_GOTO(status, sx_publish__report(&x.document, run, lang, err), done);
  x.run = *run;
  SX_TRY_GOTO(status, sx_publish__book_new(&x.book, &run->ctx, x.document->title, "", err), done);
  SX_TRY_GOTO(status, sx_publish__banner_book(x.book, books, r->n, lang, &x, run->arena, err), done);
  SX_TRY_GOTO(status, sx_publish__book_finish(&bytes, x.book, err), done);
  const char *name = sx_publish__name_in(run, "_banner.xlsx", lang);
  status = name ? sx_publish_take(files, name, &bytes, err) : sx_error_memory(err);
done:
  sx_dict_free(x.traced);
  sx_publish__book_free(x.book);
  sx_buf_clear(&bytes);
  return status;
}

sx_status sx_publish_banner_tables(sx_publish_files *files, sx_store *store, int64_t run,
                                   const sx_publish_options *options, sx_error *err) {
  pub_run own;
  const size_t before = files->n;
  SX_TRY(sx_publish__open(&own, store, run, options, false, err));
  reader r = {.run = &own};
  sx_status status = sx_store_each_tree(store, run, keep_block, &r, err);
  for (size_t i = 0; i < r.n_blocks && status == SX_OK; i++)
    status = take_block(&r, r.blocks[i].id, sx_doc_root(r.blocks[i].tree), err);
  for (int lang = 0; lang < 2 && status == SX_OK && r.n > 0; lang++) {
    if (sx_publish__makes(&own, (sx_lang)lang)) status = make_book(files, &r, (sx_lang)lang, err);
  }
  for (size_t i = 0; i < r.n_blocks; i++) sx_doc_free(r.blocks[i].tree);
  if (status != SX_OK) sx_publish__cut(files, before);
  sx_publish__close(&own);
  return status;
}
