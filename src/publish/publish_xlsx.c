/* publish_xlsx.c: the publication workbook of a run, in the tradition of the UK's Analysis Function: cover, contents, notes, one table per sheet
 * as an Excel table object, no merged cells, numbers as numbers, shorthand with its legend, a name for every published figure; after the tables the
 * figures with charts of Excel's own, and a sheet of checks: every number of the book beside what was published, compared by formula. */
#include <math.h>
#include <string.h>

#include "publish_xlsx.h"

/* ---- what tables share ------------------------------------------------------------------------------------------------- */

void sx_publish__put_wrapped(xl *x, size_t sheet, size_t row, size_t column, const char *text, double width,
                             const pub_style *style) {
  const double lines = sx_publish__lines(text, width);
  if (lines > 1) sx_publish__row_height(x->book, sheet, row, fmin(400, lines * PUB_LINE_POINTS));
  sx_publish__cell_text(x->book, sheet, row, column, text, style);
}

sx_status sx_publish__entry(xl *x, size_t sheet, const char *title, sx_error *err) {
  if (!sx_arena_grow(x->arena, (void **)&x->entries, &x->cap_entries, x->n_entries + 1, sizeof *x->entries))
    return sx_error_memory(err);
  x->entries[x->n_entries++] = (xl_entry){sheet, title};
  return SX_OK;
}

/* A note or source: of a figure, as it is under a chart of Excel's own. */
static const char *foot_text(xl *x, const sx_document_node *foot, sx_error *err) {
  sx_buf text;
  sx_buf_init(&text, &x->run.ctx);
  sx_buf_add(&text, "");
  for (const sx_document_node *n = foot->first; n; n = n->next) {
    if (n->kind == SX_DOC_RUN && n->text)
      sx_buf_add(&text, n->text);
    else
      sx_document_plain(&text, n);
  }
  const char *copy = sx_buf_status(&text, err) == SX_OK ? sx_arena_strdup(x->arena, text.data) : NULL;
  sx_buf_clear(&text);
  return copy;
}

/* A note of a table goes to the sheet of notes; its number is given. */
static sx_status add_note(size_t *number, xl *x, size_t sheet, const char *text, sx_error *err) {
  if (!sx_arena_grow(x->arena, (void **)&x->notes, &x->cap_notes, x->n_notes + 1, sizeof *x->notes))
    return sx_error_memory(err);
  const char *name = sx_arena_strdup(x->arena, sx_publish__sheet_name(x->book, sheet));
  if (!name) return sx_error_memory(err);
  x->notes[x->n_notes++] = (xl_note){text, name};
  *number = x->n_notes;
  return SX_OK;
}

static sx_status legend(sx_buf *out, const xl *x, unsigned symbols, sx_error *err) {
  sx_buf_add(out, sx_publish__say(x, "符号：", "Shorthand: "));
  bool first = true;
  for (size_t i = 0; i < PUB_SYMBOL_KINDS; i++) {
    if (!(symbols & (1u << i))) continue;
    const char *sign = x->symbols->text[i];
    if (!first) sx_buf_add(out, sx_publish__say(x, "；", "; "));
    sx_buf_printf(out, "%s = %s", *sign ? sign : sx_publish__say(x, "空格", "blank"), x->symbols->word[i][x->lang]);
    first = false;
  }
  return sx_buf_status(out, err);
}

sx_status sx_publish__above(size_t *row, xl *x, size_t sheet, const sx_document_node *node, const char *title,
                            unsigned symbols, sx_error *err) {
  const pub_style heading = {.bold = true, .size = 14};
  sx_buf line;
  sx_status status = SX_OK;
  sx_buf_init(&line, &x->run.ctx);
  sx_publish__cell_text(x->book, sheet, 0, 0, title, &heading);
  size_t at = 1;
  sx_publish__cell_text(x->book, sheet, at++, 0,
                        sx_publish__say(x, "本工作表含一个表。", "This worksheet contains one table."), NULL);
  for (const sx_document_node *foot = node->first; foot && status == SX_OK; foot = foot->next) {
    if ((foot->kind != SX_DOC_NOTE && foot->kind != SX_DOC_SOURCE) || sx_publish__bare_note(foot)) continue;
    const char *text = foot_text(x, foot, err);
    size_t number = 0;
    if (!text) {
      status = sx_error_memory(err);
    } else if (foot->kind == SX_DOC_SOURCE) {
      sx_publish__cell_text(x->book, sheet, at++, 0, text, NULL);
    } else if ((status = add_note(&number, x, sheet, text, err)) == SX_OK) {
      sx_buf_printf(&line, x->lang == SX_LANG_ZH ? "[注 %zu]" : "[note %zu]", number);
    }
  }
  if (status == SX_OK) status = sx_buf_status(&line, err);
  if (status == SX_OK && line.n) {
    sx_buf_add(&line, sx_publish__say(x, "：见“说明”工作表。", ": see the sheet Notes."));
    status = sx_buf_status(&line, err);
    if (status == SX_OK) sx_publish__cell_text(x->book, sheet, at++, 0, line.data, NULL);
  }
  sx_buf_reset(&line);
  if (status == SX_OK && symbols & ~(unsigned)PUB_REMARKS) {
    status = legend(&line, x, symbols, err);
    if (status == SX_OK) sx_publish__cell_text(x->book, sheet, at++, 0, line.data, NULL);
  }
  sx_buf_clear(&line);
  *row = at;
  return status;
}

enum { COVER_WIDTH = 70, NOTES_WIDTH = 90 };

/* ---- cover, contents, notes -------------------------------------------------------------------------------------------- */

static sx_status cover_line(xl *x, size_t sheet, size_t *row, const sx_document_node *node, sx_error *err) {
  const pub_style title = {.bold = true, .size = 20, .wrap = true}, strong = {.bold = true, .wrap = true},
                  plain = {.wrap = true};
  const char *text = sx_publish__plain(x, node);
  if (!text) return sx_error_memory(err);
  if (!*text) return SX_OK;
  if (node->kind == SX_DOC_TITLE) {
    sx_publish__row_height(x->book, sheet, *row, 48);
    sx_publish__cell_text(x->book, sheet, (*row)++, 0, text, &title);
  } else {
    sx_publish__put_wrapped(x, sheet, (*row)++, 0, text, COVER_WIDTH,
                            node->kind == SX_DOC_SYNTHETIC ? &strong : &plain);
  }
  return SX_OK;
}

/* The title comes first, for who opens the book reads A1. */
static sx_status cover(xl *x, size_t sheet, sx_error *err) {
  const sx_document_node *node = sx_document_child(x->document->root, SX_DOC_COVER);
  const pub_style strong = {.bold = true}, plain = {.wrap = true};
  size_t row = 0;
  sx_publish__column_width(x->book, sheet, 0, 0, COVER_WIDTH);
  const sx_document_node *title = node ? sx_document_child(node, SX_DOC_TITLE) : NULL;
  if (title)
    SX_TRY(cover_line(x, sheet, &row, title, err));
  else
    sx_publish__cell_text(x->book, sheet, row++, 0, x->document->title, &strong);
  for (const sx_document_node *n = node ? node->first : NULL; n; n = n->next) {
    if (n->kind != SX_DOC_TITLE && n->kind != SX_DOC_KEY_FIGURES) SX_TRY(cover_line(x, sheet, &row, n, err));
  }
  if (x->run.wave[0]) {
    const char *wave =
        sx_arena_printf(x->arena, "%s%s", sx_publish__say(x, "报告期：", "Reference period: "), x->run.wave);
    if (!wave) return sx_error_memory(err);
    sx_publish__cell_text(x->book, sheet, row++, 0, wave, &plain);
  }
  sx_publish__put_wrapped(
      x, sheet, row++, 0,
      sx_publish__say(
          x,
          "数值单元格按完整精度保存，以数字格式显示报告中的位数；每个公布的数字都有名称，可在自己的工作表中引用。"
          "部分数据合计数或相对数由于单位取舍不同产生的计算误差均未作机械调整。",
          "Cells hold numbers in full precision and show the digits of the report by their format; every published "
          "figure has a name that "
          "formulas of your own can use. Totals may differ from the sum of their parts by rounding."),
      COVER_WIDTH, &plain);
  sx_publish__cell_text(x->book, sheet, row++, 0, sx_publish__say(x, "符号", "Shorthand"), &strong);
  for (size_t i = 0; i < PUB_SYMBOL_KINDS; i++) {
    const char *sign = x->symbols->text[i];
    const char *line = sx_arena_printf(x->arena, "%s = %s", *sign ? sign : sx_publish__say(x, "空格", "blank"),
                                       x->symbols->word[i][x->lang]);
    if (!line) return sx_error_memory(err);
    sx_publish__cell_text(x->book, sheet, row++, 0, line, &plain);
  }
  return SX_OK;
}

static sx_status contents(xl *x, size_t sheet, sx_error *err) {
  const char *heads[] = {sx_publish__say(x, "工作表", "Sheet"), sx_publish__say(x, "内容", "Content")};
  const pub_style heading = {.bold = true, .size = 14}, head = {.bold = true, .bottom = true}, plain = {.wrap = true};
  if (!sx_publish__unique_heads(heads, 2, x->arena)) return sx_error_memory(err);
  sx_publish__cell_text(x->book, sheet, 0, 0, sx_publish__say(x, "目录", "Contents"), &heading);
  sx_publish__cell_text(x->book, sheet, 1, 0,
                        sx_publish__say(x, "本工作表含一个表。", "This worksheet contains one table."), NULL);
  sx_publish__table(x->book, sheet, 2, 0, x->n_entries, heads, 2, "contents", &head);
  for (size_t i = 0; i < x->n_entries; i++) {
    sx_publish__cell_link(x->book, sheet, 3 + i, 0, sx_publish__sheet_name(x->book, x->entries[i].sheet),
                          x->entries[i].sheet, NULL);
    sx_publish__cell_text(x->book, sheet, 3 + i, 1, x->entries[i].title, &plain);
  }
  sx_publish__column_width(x->book, sheet, 0, 0, 18);
  sx_publish__column_width(x->book, sheet, 1, 1, 80);
  return SX_OK;
}

static sx_status notes(xl *x, size_t sheet, sx_error *err) {
  const char *heads[] = {sx_publish__say(x, "编号", "Note"), sx_publish__say(x, "内容", "Text"),
                         sx_publish__say(x, "工作表", "Sheet")};
  const pub_style heading = {.bold = true, .size = 14}, head = {.bold = true, .bottom = true}, plain = {.wrap = true};
  if (!sx_publish__unique_heads(heads, 3, x->arena)) return sx_error_memory(err);
  sx_publish__cell_text(x->book, sheet, 0, 0, sx_publish__say(x, "说明", "Notes"), &heading);
  sx_publish__cell_text(x->book, sheet, 1, 0,
                        x->n_notes ? sx_publish__say(x, "本工作表含一个表。", "This worksheet contains one table.")
                                   : sx_publish__say(x, "没有说明。", "There are no notes."),
                        NULL);
  if (x->n_notes) sx_publish__table(x->book, sheet, 2, 0, x->n_notes, heads, 3, "notes", &head);
  for (size_t i = 0; i < x->n_notes; i++) {
    const char *number = sx_arena_printf(x->arena, x->lang == SX_LANG_ZH ? "[注 %zu]" : "[note %zu]", i + 1);
    if (!number) return sx_error_memory(err);
    sx_publish__cell_text(x->book, sheet, 3 + i, 0, number, &plain);
    sx_publish__put_wrapped(x, sheet, 3 + i, 1, x->notes[i].text, NOTES_WIDTH, &plain);
    sx_publish__cell_text(x->book, sheet, 3 + i, 2, x->notes[i].sheet, &plain);
  }
  sx_publish__column_width(x->book, sheet, 0, 0, 12);
  sx_publish__column_width(x->book, sheet, 1, 1, NOTES_WIDTH);
  sx_publish__column_width(x->book, sheet, 2, 2, 14);
  return SX_OK;
}

/* ---- checks ------------------------------------------------------------------------------------------------------------ */

enum {
  CHECK_SHEET,
  CHECK_CELL,
  CHECK_RESULT,
  CHECK_FACTOR,
  CHECK_PUBLISHED,
  CHECK_NOW,
  CHECK_DIFFERENCE,
  CHECK_VERDICT,
  CHECK_COLUMNS
};

static sx_status check_line(xl *x, size_t sheet, size_t row, const xl_trace *t, sx_error *err) {
  sx_buf cell;
  sx_status status = SX_OK;
  const char *text[3] = {NULL, NULL, NULL};
  const char *same = sx_publish__say(x, "一致", "same"), *differs = sx_publish__say(x, "不一致", "differs");
  sx_buf_init(&cell, &x->run.ctx);
  for (int i = 0; i < 2 && status == SX_OK; i++) {
    sx_buf_reset(&cell);
    if (i == 0) sx_publish__cell_name(&cell, t->row, t->column, false);
    if (i == 1) sx_buf_add_char(&cell, '='), sx_publish__cell_reference(&cell, x->book, t->sheet, t->row, t->column);
    status = sx_buf_status(&cell, err);
    text[i] = status == SX_OK ? sx_arena_strdup(x->arena, cell.data) : NULL;
  }
  text[2] =
      sx_arena_printf(x->arena, "=IF(ABS(G%zu)<=0.000000001*ABS(E%zu),\"%s\",\"%s\")", row + 1, row + 1, same, differs);
  const char *difference = sx_arena_printf(x->arena, "=F%zu-E%zu", row + 1, row + 1);
  if (status == SX_OK && (!text[0] || !text[1] || !text[2] || !difference)) status = sx_error_memory(err);
  sx_buf_clear(&cell);
  if (status != SX_OK) return status;
  pub_book *book = x->book;
  sx_publish__cell_text(book, sheet, row, CHECK_SHEET, sx_publish__sheet_name(book, t->sheet), NULL);
  sx_publish__cell_text(book, sheet, row, CHECK_CELL, text[0], NULL);
  sx_publish__cell_text(book, sheet, row, CHECK_RESULT,
                        t->reference ? t->reference : sx_publish__say(x, "外部数字", "outside figure"), NULL);
  sx_publish__cell_number(book, sheet, row, CHECK_FACTOR, t->factor, NULL);
  sx_publish__cell_number(book, sheet, row, CHECK_PUBLISHED, t->value, NULL);
  sx_publish__cell_formula(book, sheet, row, CHECK_NOW, text[1], t->value, NULL, NULL);
  sx_publish__cell_formula(book, sheet, row, CHECK_DIFFERENCE, difference, 0, NULL, NULL);
  sx_publish__cell_formula(book, sheet, row, CHECK_VERDICT, text[2], 0, same, NULL);
  return SX_OK;
}

sx_status sx_publish__checks_sheet(xl *x, sx_error *err) {
  const char *heads[CHECK_COLUMNS] = {
      sx_publish__say(x, "工作表", "Sheet"),     sx_publish__say(x, "单元格", "Cell"),
      sx_publish__say(x, "结果", "Result"),      sx_publish__say(x, "倍数", "Factor"),
      sx_publish__say(x, "公布值", "Published"), sx_publish__say(x, "现值", "Now in the cell"),
      sx_publish__say(x, "差", "Difference"),    sx_publish__say(x, "结论", "Verdict"),
  };
  const pub_style heading = {.bold = true, .size = 14}, head = {.bold = true, .wrap = true, .bottom = true};
  const size_t sheet = sx_publish__sheet(x->book, sx_publish__say(x, "核对", "Checks"));
  const char *title =
      sx_publish__say(x, "本工作簿每个数字及其结果的核对", "Every number of this workbook beside its result");
  SX_TRY(sx_publish__entry(x, sheet, title, err));
  if (!sx_publish__unique_heads(heads, CHECK_COLUMNS, x->arena)) return sx_error_memory(err);
  sx_publish__cell_text(x->book, sheet, 0, 0, title, &heading);
  if (x->n_traces == 0) return SX_OK; /* an audit looks for the sheet, and finds that no cell may hold a number */
  sx_publish__cell_text(x->book, sheet, 1, 0, sx_publish__say(x, "不一致的数字个数：", "Numbers that differ:"), NULL);
  const char *count =
      sx_arena_printf(x->arena, "=COUNTIF(H4:H%zu,\"%s\")", 3 + x->n_traces, sx_publish__say(x, "不一致", "differs"));
  if (!count) return sx_error_memory(err);
  sx_publish__cell_formula(x->book, sheet, 1, 2, count, 0, NULL, NULL);
  sx_publish__table(x->book, sheet, 2, 0, x->n_traces, heads, CHECK_COLUMNS, "checks", &head);
  for (size_t i = 0; i < x->n_traces; i++) SX_TRY(check_line(x, sheet, 3 + i, &x->traces[i], err));
  sx_publish__column_width(x->book, sheet, 0, 1, 12);
  sx_publish__column_width(x->book, sheet, 2, 2, 40);
  sx_publish__column_width(x->book, sheet, 3, 7, 14);
  return SX_OK;
}

/* ---- the book ---------------------------------------------------------------------------------------------------------- */

static sx_status fill(xl *x, sx_error *err) {
  const size_t at_cover = sx_publish__sheet(x->book, sx_publish__say(x, "封面", "Cover"));
  const size_t at_contents = sx_publish__sheet(x->book, sx_publish__say(x, "目录", "Contents"));
  const size_t at_notes = sx_publish__sheet(x->book, sx_publish__say(x, "说明", "Notes"));
  SX_TRY(sx_publish__entry(x, at_cover, sx_publish__say(x, "封面", "Cover"), err));
  SX_TRY(sx_publish__entry(x, at_notes, sx_publish__say(x, "说明", "Notes"), err));
  for (size_t i = 0; i < x->document->n_tables; i++) SX_TRY(sx_publish__table_sheet(x, x->document->tables[i], err));
  for (size_t i = 0; i < x->document->n_figures; i++) SX_TRY(sx_publish__figure_sheet(x, x->document->figures[i], err));
  SX_TRY(sx_publish__checks_sheet(x, err));
  SX_TRY(cover(x, at_cover, err));
  SX_TRY(contents(x, at_contents, err));
  return notes(x, at_notes, err);
}

static sx_status make_book(sx_publish_files *files, pub_run *run, sx_lang lang, sx_error *err) {
  xl x = {.run = *run, .lang = lang, .arena = run->arena};
  sx_buf bytes;
  sx_status status = SX_OK;
  sx_buf_init(&bytes, &run->ctx);
  x.symbols = sx_publish__symbols(run->options.symbols, lang);
  SX_TRY_GOTO(status, sx_publish__report(&x.document, run, lang, err), done);
  SX_TRY_GOTO(status, sx_publish__book_new(&x.book, &run->ctx, x.document->title, "", err), done);
  SX_TRY_GOTO(status, fill(&x, err), done);
  SX_TRY_GOTO(status, sx_publish__book_finish(&bytes, x.book, err), done);
  const char *name = sx_publish__name_in(run, "_tables.xlsx", lang);
  status = name ? sx_publish_take(files, name, &bytes, err) : sx_error_memory(err);
done:
  sx_dict_free(x.traced);
  sx_publish__book_free(x.book);
  sx_buf_clear(&bytes);
  return status;
}

sx_status sx_publish_xlsx(sx_publish_files *files, sx_store *store, int64_t run, const sx_publish_options *options,
                          sx_error *err) {
  pub_run r;
  const size_t before = files->n;
  SX_TRY(sx_publish__open(&r, store, run, options, false, err));
  sx_status status = SX_OK;
  for (int lang = 0; lang < 2 && status == SX_OK; lang++) {
    if (sx_publish__makes(&r, (sx_lang)lang)) status = make_book(files, &r, (sx_lang)lang, err);
  }
  if (status != SX_OK) sx_publish__cut(files, before);
  sx_publish__close(&r);
  return status;
}
