/* document_help.h: document trees built by hand for the tests of the back ends: one of every kind of node, with labels that hurt. */
#ifndef DOCUMENT_HELP_H
#define DOCUMENT_HELP_H

#include "shuxiao/draw_chart.h"
#include "shuxiao/report_document.h"
#include "sxt.h"

typedef struct doc_maker {
  sx_document d;
  sx_document_node *root;
  const sx_document_node *headings[32], *figures[8], *tables[16], *boxes[4];
} doc_maker;

static inline void *doc_memory(doc_maker *m, size_t size) {
  void *p = sx_arena_zalloc(m->d.arena, 1, size);
  if (!p) abort();
  return p;
}

static inline sx_document_node *doc_add(doc_maker *m, sx_document_node *parent, sx_document_kind kind,
                                        const char *text) {
  sx_document_node *n = doc_memory(m, sizeof *n);
  n->kind = kind;
  n->lang = m->d.lang;
  n->text = text;
  n->parent = parent;
  if (parent) {
    if (parent->last)
      parent->last->next = n;
    else
      parent->first = n;
    parent->last = n;
  }
  return n;
}

static inline void doc_text(doc_maker *m, sx_document_node *parent, const char *text) {
  (void)doc_add(m, parent, SX_DOC_TEXT, text);
}

static inline sx_document_node *doc_number(doc_maker *m, sx_document_node *parent, const sx_document_number *number,
                                           const char *shown) {
  sx_document_node *n = doc_add(m, parent, SX_DOC_NUMBER, shown);
  sx_document_number *copy = doc_memory(m, sizeof *copy);
  *copy = *number;
  if (!copy->prefix) copy->prefix = "";
  if (!copy->unit) copy->unit = "";
  if (!copy->field) copy->field = "";
  copy->high = copy->high == 0 ? (double)NAN : copy->high;
  n->as.number = copy;
  doc_text(m, n, shown);
  return n;
}

static inline sx_document_node *doc_heading(doc_maker *m, sx_document_node *parent, int level, const char *number,
                                            const char *text, const char *anchor) {
  sx_document_node *n = doc_add(m, parent, SX_DOC_HEADING, NULL);
  n->as.heading.level = level;
  n->as.heading.number = number;
  n->anchor = anchor;
  doc_text(m, n, text);
  m->headings[m->d.n_headings++] = n;
  return n;
}

static inline sx_document_node *doc_paragraph(doc_maker *m, sx_document_node *parent, const char *text) {
  sx_document_node *n = doc_add(m, parent, SX_DOC_PARAGRAPH, NULL);
  if (text) doc_text(m, n, text);
  return n;
}

static inline sx_document_node *doc_caption(doc_maker *m, sx_document_node *block, const char *word, size_t number,
                                            const char *text) {
  sx_document_node *n = doc_add(m, block, SX_DOC_CAPTION, NULL);
  n->as.caption.word = word;
  n->as.caption.number = number;
  doc_text(m, n, text);
  return n;
}

static inline sx_document_node *doc_table(doc_maker *m, sx_document_node *parent, sx_document_table_role role,
                                          size_t number, const char *title, const char *anchor) {
  sx_document_node *n = doc_add(m, parent, SX_DOC_TABLE, NULL);
  sx_document_table *t = doc_memory(m, sizeof *t);
  *t = (sx_document_table){.role = role, .number = number, .id = anchor, .title = title};
  n->as.table = t;
  n->anchor = anchor;
  if (number) {
    m->tables[m->d.n_tables++] = n;
    doc_caption(m, n, "表", number, title);
  }
  return n;
}

static inline sx_document_node *doc_row(doc_maker *m, sx_document_node *table, sx_document_row_role role) {
  sx_document_table *t = (sx_document_table *)(uintptr_t)table->as.table;
  sx_document_node *n = doc_add(m, table, SX_DOC_ROW, NULL);
  n->as.row.role = role;
  t->n_rows++;
  if (role == SX_DOC_ROW_HEAD) t->n_head_rows++;
  return n;
}

static inline sx_document_node *doc_cell(doc_maker *m, sx_document_node *row, size_t column, size_t columns,
                                         size_t rows, const char *text) {
  sx_document_table *t = (sx_document_table *)(uintptr_t)row->parent->as.table;
  sx_document_node *n = doc_add(m, row, SX_DOC_CELL, NULL);
  sx_document_cell *c = doc_memory(m, sizeof *c);
  const bool head = row->as.row.role == SX_DOC_ROW_HEAD;
  *c = (sx_document_cell){.scope = head          ? columns > 1 ? SX_DOC_SCOPE_COLUMNS : SX_DOC_SCOPE_COLUMN
                                   : column == 0 ? SX_DOC_SCOPE_ROW
                                                 : SX_DOC_SCOPE_NONE,
                          .align = column == 0 ? SX_DOC_ALIGN_START
                                   : head      ? SX_DOC_ALIGN_CENTRE
                                               : SX_DOC_ALIGN_END,
                          .column = column,
                          .column_span = columns,
                          .row_span = rows};
  n->as.cell = c;
  if (column + columns > t->n_columns) t->n_columns = column + columns;
  if (text) doc_text(m, n, text);
  return n;
}

/* ---- the sample -------------------------------------------------------------------------------------------------- */

#define DOC_LONG                                                                                                                                                                \
  "很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长" \
  "的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标" \
  "签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签很长的标签终"

static const sx_document_number doc_users = {.reference = "users.total",
                                             .result = "users.total",
                                             .value = 957600000,
                                             .scale = -8,
                                             .decimals = 2,
                                             .unit = "亿人"};

static inline void doc_cover(doc_maker *m) {
  sx_document_node *cover = doc_add(m, m->root, SX_DOC_COVER, NULL);
  doc_text(m, doc_add(m, cover, SX_DOC_PUBLISHER, NULL), "示例研究院");
  doc_text(m, doc_add(m, cover, SX_DOC_TITLE, NULL), "数字消费发展报告（样例）");
  doc_text(m, doc_add(m, cover, SX_DOC_SUBTITLE, NULL), "2025年上半年");
  doc_text(m, doc_add(m, cover, SX_DOC_DATE, NULL), "2025年8月");
  doc_text(m, doc_add(m, cover, SX_DOC_SYNTHETIC, "合成数据"), "受访者由程序按声明的模型生成。");
  sx_document_node *keys = doc_add(m, cover, SX_DOC_KEY_FIGURES, NULL);
  for (int i = 0; i < 3; i++) {
    sx_document_node *key = doc_add(m, keys, SX_DOC_KEY_FIGURE, NULL);
    doc_text(m, doc_add(m, key, SX_DOC_KEY_LABEL, NULL), "数字消费用户规模");
    (void)doc_number(m, doc_add(m, key, SX_DOC_KEY_VALUE, NULL), &doc_users, "9.58亿人");
    doc_text(m, doc_add(m, key, SX_DOC_KEY_NOTE, NULL), "全国");
  }
  doc_text(m, doc_add(m, cover, SX_DOC_ABOUT, NULL), "本报告的每个数字都有误差。");
  sx_document_node *design = doc_add(m, cover, SX_DOC_DESIGN, "调查设计");
  design->exempt = "input";
  doc_text(m, design, "31 省分层，30,000 人。");
}

static inline sx_document_node *doc_results(doc_maker *m, sx_document_node *parent) {
  sx_document_node *t = doc_table(m, parent, SX_DOC_TABLE_RESULTS, 1, "分城乡用户规模", "t1");
  sx_document_node *head = doc_row(m, t, SX_DOC_ROW_HEAD);
  (void)doc_cell(m, head, 0, 1, 2, "群体");
  (void)doc_cell(m, head, 1, 2, 1, "用户");
  sx_document_node *unit = doc_cell(m, doc_row(m, t, SX_DOC_ROW_HEAD), 1, 1, 1, "规模");
  doc_text(m, doc_add(m, unit, SX_DOC_UNIT, NULL), "亿人");
  (void)doc_cell(m, unit->parent, 2, 1, 1, "占比 (%)");
  static const char *const labels[] = {"全国", "=cmd|' /C calc'!A0", "标签 <b>粗</b> & \"引号\"", "العربية عنوان",
                                       DOC_LONG};
  for (size_t i = 0; i < 5; i++) {
    sx_document_number n = doc_users;
    sx_document_node *row = doc_row(m, t, SX_DOC_ROW_BODY);
    (void)doc_cell(m, row, 0, 1, 1, labels[i]);
    n.bare = true;
    (void)doc_number(m, doc_cell(m, row, 1, 1, 1, NULL), &n, "9.58");
    const sx_document_number share = {.reference = "user_rate.total",
                                      .value = 0.785,
                                      .scale = 2,
                                      .decimals = i == 0 ? 0 : 1,
                                      .unit = "%",
                                      .bare = true};
    sx_document_node *cell = doc_cell(m, row, 2, 1, 1, NULL);
    (void)doc_number(m, cell, &share, i == 0 ? "79" : "78.5");
    if (i == 1) {
      const sx_document_number interval = {.reference = "user_rate.total.interval",
                                           .field = "interval",
                                           .value = 0.773,
                                           .high = 0.797,
                                           .scale = 2,
                                           .decimals = 1,
                                           .unit = "%",
                                           .bare = true};
      (void)doc_add(m, cell, SX_DOC_LINE_BREAK, NULL);
      (void)doc_number(m, doc_add(m, cell, SX_DOC_SMALL, NULL), &interval, "77.3 – 79.7");
    }
  }
  sx_document_node *group = doc_cell(m, doc_row(m, t, SX_DOC_ROW_GROUP), 0, 3, 1, "按年龄");
  (void)group;
  doc_text(m, doc_add(m, t, SX_DOC_NOTE, NULL), "注：括号内为标准误。");
  doc_text(m, doc_add(m, t, SX_DOC_SOURCE, NULL), "资料来源：样例调查。");
  return t;
}

static inline void doc_wide(doc_maker *m, sx_document_node *parent, size_t columns) {
  sx_document_node *t = doc_table(m, parent, SX_DOC_TABLE_PLAIN, 0, "", NULL);
  sx_document_node *head = doc_row(m, t, SX_DOC_ROW_HEAD);
  for (size_t c = 0; c < columns; c++) (void)doc_cell(m, head, c, 1, 1, c ? "列头" : "行");
  sx_document_node *row = doc_row(m, t, SX_DOC_ROW_BODY);
  for (size_t c = 0; c < columns; c++) (void)doc_cell(m, row, c, 1, 1, c ? "12.5" : "甲");
}

static inline void doc_long_table(doc_maker *m, sx_document_node *parent, size_t rows) {
  sx_document_node *t = doc_table(m, parent, SX_DOC_TABLE_RESULTS, 2, "跨页的表", "t2");
  sx_document_node *head = doc_row(m, t, SX_DOC_ROW_HEAD);
  (void)doc_cell(m, head, 0, 1, 1, "省份（表头重复）");
  (void)doc_cell(m, head, 1, 1, 1, "规模");
  for (size_t r = 0; r < rows; r++) {
    sx_document_node *row = doc_row(m, t, SX_DOC_ROW_BODY);
    sx_document_number n = doc_users;
    n.bare = true;
    (void)doc_cell(m, row, 0, 1, 1, "某省");
    (void)doc_number(m, doc_cell(m, row, 1, 1, 1, NULL), &n, "9.58");
  }
}

static inline void doc_figure(doc_maker *m, sx_document_node *parent) {
  static const char *const categories[] = {"城镇", "农村", "<b>&\"'"};
  static const char *const series[] = {""};
  sx_chart *chart = doc_memory(m, sizeof *chart);
  sx_chart_cell *cells = sx_arena_zalloc(m->d.arena, 3, sizeof *cells);
  for (size_t i = 0; i < 3; i++)
    cells[i] = (sx_chart_cell){.present = true, .value = 0.5 + 0.1 * (double)i, .low = 0.45, .high = 0.75};
  *chart = (sx_chart){.type = SX_CHART_BARS,
                      .lang = SX_LANG_ZH,
                      .categories = categories,
                      .series = series,
                      .n_categories = 3,
                      .n_series = 1,
                      .cells = cells,
                      .interval = true,
                      .ci_level = 0.95,
                      .numbers = {.shift = 2, .decimals = 1, .percent = true, .unit = "%"}};
  sx_document_point *points = sx_arena_zalloc(m->d.arena, 3, sizeof *points);
  for (size_t i = 0; i < 3; i++) { /* the numbers of the marks: they hang on no block */
    const sx_document_number share = {
        .reference = "rate.x", .result = "rate.x", .value = cells[i].value, .scale = 2, .decimals = 1, .unit = "%"};
    sx_document_node root = {.kind = SX_DOC_PARAGRAPH};
    sx_document_node *number = doc_number(m, &root, &share, "50.0%");
    number->parent = NULL;
    points[i] = (sx_document_point){true, number, cells[i].value, 0.45, 0.75, 0.95};
  }
  sx_document_figure *f = doc_memory(m, sizeof *f);
  *f = (sx_document_figure){.number = 1, .id = "f", .title = "城乡用户率", .chart = chart, .points = points};
  sx_document_node *n = doc_add(m, parent, SX_DOC_FIGURE, NULL);
  n->anchor = "f1";
  n->as.figure = f;
  m->figures[m->d.n_figures++] = n;
  doc_caption(m, n, "图", 1, "城乡用户率");
  sx_document_node *drawing = doc_add(m, n, SX_DOC_DRAWING, "条形图：城镇 50.0%，农村 60.0%。");
  drawing->as.figure = f;
  doc_text(m, doc_add(m, n, SX_DOC_NOTE, NULL), "注：线段为 95% 置信区间。");
}

static inline void doc_text_part(doc_maker *m) {
  (void)doc_heading(m, m->root, 1, "1", "总体规模", "s1");
  (void)doc_heading(m, m->root, 2, "1.1", "用户 <规模> & 结构", "s2");
  sx_document_node *p = doc_paragraph(m, m->root, "截至2025年6月，我国数字消费用户规模达");
  (void)doc_number(m, p, &doc_users, "9.58亿人");
  doc_text(m, p, "，占网民整体的“");
  const sx_document_number share = {
      .reference = "user_rate.`a:\"x\"`", .value = 0.785, .scale = 2, .decimals = 1, .unit = "%"};
  (void)doc_number(m, doc_add(m, p, SX_DOC_STRONG, NULL), &share, "78.5%");
  doc_text(m, p, "”，外部公布数为");
  const sx_document_number outside = {.value = 46.5, .exempt = "outside", .decimals = 1};
  (void)doc_number(m, p, &outside, "46.5");
  doc_text(m, p, "，见");
  sx_document_node *mention = doc_add(m, p, SX_DOC_MENTION, NULL);
  doc_text(m, mention, "表 1");
  sx_document_node *notes = doc_add(m, NULL, SX_DOC_FOOTNOTES, "注释");
  sx_document_node *note = doc_add(m, notes, SX_DOC_FOOTNOTE, NULL);
  note->as.footnote.number = 1;
  note->anchor = "n1";
  sx_document_node *inside = doc_paragraph(m, note, "脚注里也有数字：");
  (void)doc_number(m, inside, &doc_users, "9.58亿人");
  for (size_t i = 1; i <= 2; i++) {
    sx_document_node *ref = doc_add(m, p, SX_DOC_FOOTNOTE_REF, "1");
    ref->as.footnote_ref.number = 1;
    ref->as.footnote_ref.ordinal = i;
    ref->as.footnote_ref.note = note;
  }
  doc_text(m, p, "。");
  sx_document_node *t = doc_results(m, m->root);
  mention->as.mention.target = t;
  mention->as.mention.word = "表";
  mention->as.mention.number = 1;
  notes->parent = m->root;
  m->root->last->next = notes;
  m->root->last = notes;
}

/* A box with a title, a number, a list and a table. */
static inline void doc_box(doc_maker *m) {
  sx_document_node *box = doc_add(m, m->root, SX_DOC_BOX, NULL);
  box->anchor = "b1";
  box->as.box.kind = SX_DOC_BOX_METHOD;
  box->as.box.number = 1;
  box->as.box.level = 2;
  sx_document_node *caption = doc_add(m, box, SX_DOC_CAPTION, NULL);
  caption->as.caption.word = "专栏";
  caption->as.caption.number = 1;
  doc_text(m, caption, "怎样读<区间>");
  doc_text(m, doc_add(m, caption, SX_DOC_TAG, NULL), "方法");
  sx_document_node *p = doc_paragraph(m, box, "框内用户规模为");
  (void)doc_number(m, p, &doc_users, "9.58亿人");
  sx_document_node *list = doc_add(m, box, SX_DOC_LIST, NULL);
  doc_paragraph(m, doc_add(m, list, SX_DOC_ITEM, NULL), "框内列表项。");
  sx_document_node *t = doc_table(m, box, SX_DOC_TABLE_PLAIN, 0, "", NULL);
  (void)doc_cell(m, doc_row(m, t, SX_DOC_ROW_HEAD), 0, 1, 1, "框内表头");
  (void)doc_cell(m, doc_row(m, t, SX_DOC_ROW_BODY), 0, 1, 1, "框内单元格");
  sx_document_node *mention = doc_add(m, doc_paragraph(m, m->root, "见"), SX_DOC_MENTION, NULL);
  mention->as.mention.target = box;
  mention->as.mention.word = "专栏";
  mention->as.mention.number = 1;
  doc_text(m, mention, "专栏 1");
  m->boxes[0] = box;
  m->d.boxes = m->boxes;
  m->d.n_boxes = 1;
}

/* Everything once. m is cleared by sx_document_free(&m->d)-like doc_clear. */
static inline void doc_sample(doc_maker *m, const sx_ctx *ctx, size_t wide, size_t rows) {
  const sx_ctx standard = SX_CTX_INIT;
  memset(m, 0, sizeof *m);
  m->d.ctx = ctx ? *ctx : standard;
  m->d.lang = SX_LANG_ZH;
  m->d.study = "sample";
  m->d.wave = "2025-S1";
  m->d.title = "数字消费发展报告（样例）";
  m->d.synthetic = "受访者由程序按声明的模型生成。";
  if (sx_arena_new(&m->d.arena, NULL, NULL) != SX_OK) abort();
  m->root = doc_add(m, NULL, SX_DOC_DOCUMENT, NULL);
  doc_cover(m);
  doc_text_part(m);
  doc_figure(m, m->root);
  (void)doc_heading(m, m->root, 1, "2", "其他", "s3");
  sx_document_node *list = doc_add(m, m->root, SX_DOC_LIST, NULL);
  for (int i = 0; i < 2; i++) doc_paragraph(m, doc_add(m, list, SX_DOC_ITEM, NULL), "列表项，不缩进。");
  list = doc_add(m, m->root, SX_DOC_LIST, NULL);
  list->as.list.ordered = true;
  list->as.list.start = 3;
  for (int i = 0; i < 2; i++) doc_paragraph(m, doc_add(m, list, SX_DOC_ITEM, NULL), "编号项。");
  sx_document_node *box = doc_add(m, m->root, SX_DOC_QUOTE, NULL);
  doc_text(m, doc_add(m, doc_paragraph(m, box, NULL), SX_DOC_STRONG, NULL), "专栏 1　口径");
  doc_paragraph(m, box, "专栏文字：口径与定义。");
  doc_box(m);
  doc_text(m, doc_add(m, m->root, SX_DOC_CODE_BLOCK, NULL), "shuxiao run study.yaml\n  --out out\n");
  (void)doc_add(m, m->root, SX_DOC_RULE, NULL);
  doc_wide(m, m->root, wide);
  if (rows) doc_long_table(m, m->root, rows);
  sx_document_node *annexes = doc_add(m, m->root, SX_DOC_ANNEXES, NULL);
  (void)doc_heading(m, annexes, 1, "", "附录", "annex");
  sx_document_node *annex = doc_add(m, annexes, SX_DOC_ANNEX, NULL);
  annex->exempt = "input";
  (void)doc_heading(m, annex, 2, "A", "质量", "s4");
  doc_paragraph(m, annex, "有效样本 30,000 份。");
  m->d.root = m->root;
  m->d.headings = m->headings;
  m->d.figures = m->figures;
  m->d.tables = m->tables;
}

/* A cover, a sentence with a number, a table: for tests whose cost grows with the square of the size. */
static inline void doc_small(doc_maker *m) {
  memset(m, 0, sizeof *m);
  m->d.lang = SX_LANG_ZH;
  m->d.study = m->d.wave = "";
  m->d.title = "样例";
  if (sx_arena_new(&m->d.arena, NULL, NULL) != SX_OK) abort();
  m->root = doc_add(m, NULL, SX_DOC_DOCUMENT, NULL);
  doc_text_part(m);
  m->d.root = m->root;
  m->d.headings = m->headings;
  m->d.figures = m->figures;
  m->d.tables = m->tables;
}

static inline void doc_clear(doc_maker *m) {
  sx_arena_free(m->d.arena);
}

#endif
