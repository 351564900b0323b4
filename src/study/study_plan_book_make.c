/* study_plan_book_make.c: a study file as a plan's workbook, and the template. What has a sheet of its own goes there, a column for a key;
 * everything else stands in the sheet `study` under its path. */
#include <stdio.h>
#include <string.h>

#include "shuxiao/publish_sheets.h"
#include "study_plan_book.h"

typedef struct column {
  const char *path;
  size_t width;
} column;

typedef struct making {
  sx_ctx ctx;
  sx_arena *arena;
  sx_lang lang;
  const sx_node *elsewhere[2]; /* parts of the study that have sheets of their own, but are no section */
  bool oom;
} making;

typedef struct table { /* a sheet in the making */
  making *m;
  pb_sheet kind;
  sx_sheet_cell *cells;
  size_t n, cap;
  column *columns;
  size_t n_columns, cap_columns;
  size_t row, head;
} table;

static const char *keep(making *m, const char *text) {
  const char *copy = sx_arena_strdup(m->arena, text);
  m->oom = m->oom || !copy;
  return copy;
}

static void put(table *t, size_t row, size_t col, const char *text, sx_sheet_style style) {
  void *p = t->cells;
  if (!text || !sx_arena_grow(t->m->arena, &p, &t->cap, t->n + 1, sizeof *t->cells)) {
    t->m->oom = true;
    return;
  }
  t->cells = p;
  t->cells[t->n++] = (sx_sheet_cell){row, col, text, 0, style};
}

/* The column of a path, from 1: made where there is none. */
static size_t column_of(table *t, const char *path) {
  for (size_t i = 0; i < t->n_columns; i++)
    if (strcmp(t->columns[i].path, path) == 0) return i + 1;
  void *p = t->columns;
  const char *own = keep(t->m, path);
  if (!own || !sx_arena_grow(t->m->arena, &p, &t->cap_columns, t->n_columns + 1, sizeof *t->columns)) {
    t->m->oom = true;
    return 1;
  }
  t->columns = p;
  const char *head = t->m->lang == SX_LANG_ZH ? study__pb_heading_zh(t->kind, own) : own;
  t->columns[t->n_columns] = (column){own, sx_utf8_width(head, strlen(head)) + 3};
  put(t, t->head, t->n_columns + 1, head, SX_SHEET_HEAD);
  return ++t->n_columns;
}

static void put_under(table *t, const char *path, const char *text) {
  if (t->m->oom || !text) return;
  const size_t c = column_of(t, path);
  if (t->m->oom) return;
  const size_t width = sx_utf8_width(text, strlen(text)) + 1;
  if (width > t->columns[c - 1].width) t->columns[c - 1].width = width;
  put(t, t->row, c, text, SX_SHEET_PLAIN);
}

/* Digits that Excel keeps as they are written are a number. */
static void mark_number(table *t, const sx_node *node, const char *text) {
  char again[SX_DOUBLE_TEXT_MAX];
  double value = 0;
  if (!t->n || node->kind != SX_NODE_SCALAR || !sx_node_number(&value, node)) return;
  (void)sx_text_from_double(again, value);
  if (strcmp(again, text) == 0 && value >= -1e15 && value <= 1e15) {
    t->cells[t->n - 1].text = NULL;
    t->cells[t->n - 1].number = value;
  }
}

/* ---- nodes as cells ------------------------------------------------------------------------------------------------------- */

static const char *taken(making *m, sx_buf *buf) {
  const char *text = buf->failed ? NULL : keep(m, buf->data ? buf->data : "");
  m->oom = m->oom || !text;
  sx_buf_clear(buf);
  return text;
}

static bool is_part(const char *text) {
  const char *part, *rest = text;
  size_t n = 0;
  return study__pb_part(&part, &n, &rest) && n == strlen(text) && !strchr("[{\"'#", text[0]);
}

/* Whether a list may stand as "a, b". */
static bool splits(const sx_node *node, pb_kind kind) {
  if (node->n == 1 && kind == PB_LIST) return false; /* one part alone would not be a list again */
  for (size_t i = 0; i < node->n; i++) {
    const sx_node *item = node->items[i];
    double x;
    if (item->kind != SX_NODE_SCALAR || !is_part(item->text)) return false;
    if (item->quoted && (sx_text_to_double(&x, item->text, strlen(item->text)) || strlen(item->text) < 6)) return false;
  }
  return node->n > 0;
}

/* What study__pb_cell reads as this node. */
static const char *cell_text(making *m, pb_kind kind, const sx_node *node) {
  sx_buf out;
  sx_buf_init(&out, &m->ctx);
  if (node->kind == SX_NODE_SCALAR && kind == PB_TEXT) {
    sx_buf_add(&out, node->text);
  } else if (node->kind == SX_NODE_SCALAR) {
    double x;
    const bool typed = node->quoted && (sx_text_to_double(&x, node->text, strlen(node->text)) ||
                                        strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0);
    const bool odd = !node->text[0] || strchr("[{\"' \t\n#", node->text[0]);
    const bool list = kind == PB_LIST || kind == PB_LISTS, word = strcmp(node->text, "all") == 0;
    if (typed || odd || (list && !is_part(node->text)) ||
        (kind == PB_LISTS && !word)) /* else a list, or something else */
      study__pb_quoted(&out, node->text);
    else
      sx_buf_add(&out, node->text);
  } else if ((kind == PB_LIST || kind == PB_LISTS) && node->kind == SX_NODE_LIST && splits(node, kind)) {
    for (size_t i = 0; i < node->n; i++) sx_buf_printf(&out, "%s%s", i ? ", " : "", node->items[i]->text);
  } else {
    study__pb_flow(&out, node);
  }
  return taken(m, &out);
}

static bool is_text2(const sx_node *node) {
  if (node->kind != SX_NODE_MAP || !node->n) return false;
  for (size_t i = 0; i < node->n; i++) {
    const char *key = node->keys[i]->text;
    if ((strcmp(key, "zh") != 0 && strcmp(key, "en") != 0) || node->items[i]->kind == SX_NODE_MAP) return false;
  }
  return true;
}

static void put_node(table *t, const char *path, const sx_node *node) {
  if (node->kind == SX_NODE_NULL) return;
  if (is_text2(node)) {
    for (size_t i = 0; i < node->n && !t->m->oom; i++) {
      const char *longer = sx_arena_printf(t->m->arena, "%s.%s", path, node->keys[i]->text);
      t->m->oom = t->m->oom || !longer;
      if (longer && node->items[i]->kind != SX_NODE_NULL)
        put_under(t, longer, cell_text(t->m, study__pb_kind_in(t->kind, longer), node->items[i]));
    }
    return;
  }
  const char *text = cell_text(t->m, study__pb_kind_in(t->kind, path), node);
  put_under(t, path, text);
  if (!t->m->oom && study__pb_kind_in(t->kind, path) == PB_VALUE) mark_number(t, node, text);
}

/* ---- sheets with a row for each part -------------------------------------------------------------------------------------- */

/* A key with a point or bracket stands in quotes. */
static const char *segment(making *m, const char *key) {
  const bool odd = !key[0] || strpbrk(key, ".[ \"\n\t") || key[0] == '#';
  const char *text = odd ? sx_arena_printf(m->arena, "\"%s\"", key) : key;
  m->oom = m->oom || !text;
  return text;
}

/* What a column of a sheet of its own is called: kinds of indicators stand in two. */
static void put_indicator(table *t, const sx_node *node, size_t i) {
  static const char *const simple[] = {"total", "mean", "prop", "count", "shares", "median", "formula", "ratio"};
  const char *key = node->keys[i]->text;
  const sx_node *value = node->items[i];
  if (strcmp(key, "by") == 0) {
    put_node(t, "domains", value);
    return;
  }
  for (size_t k = 0; k < sizeof simple / sizeof *simple; k++) {
    if (strcmp(simple[k], key) != 0) continue;
    bool truth = false;
    put_under(t, "kind", keep(t->m, key));
    if (strcmp(key, "ratio") == 0)
      put_under(t, "variable", cell_text(t->m, PB_LIST, value));
    else if (!(strcmp(key, "count") == 0 && sx_node_bool(&truth, value) && truth))
      put_node(t, "variable", value);
    return;
  }
  put_node(t, segment(t->m, key), value);
}

static void put_map(table *t, const sx_node *node) {
  for (size_t i = 0; i < node->n && !t->m->oom; i++) {
    if (t->kind == PB_INDICATORS)
      put_indicator(t, node, i);
    else
      put_node(t, segment(t->m, node->keys[i]->text), node->items[i]);
  }
}

static void start(table *t, making *m, pb_sheet kind) {
  const pb_sheet_words *w = study__pb_sheet(kind);
  *t = (table){.m = m, .kind = kind, .row = 2, .head = 2};
  put(t, 1, 1, sx_arena_printf(m->arena, "# %s", w->help[m->lang]), SX_SHEET_NOTE);
}

/* A section whose entries are rows: false where it has another shape, or is not there. */
static bool has_rows(const sx_node *node, bool list) {
  if (!node || node->kind != (list ? SX_NODE_LIST : SX_NODE_MAP) || !node->n) return false;
  for (size_t i = 0; i < node->n; i++) {
    const bool plain = node->items[i]->kind == SX_NODE_SCALAR && !list;
    if (!plain && (node->items[i]->kind != SX_NODE_MAP || !node->items[i]->n)) return false;
  }
  return true;
}

/* What an entry that is a single value has it under. */
static const char *value_of(pb_sheet kind) {
  return kind == PB_BANNER ? "words" : kind == PB_BENCHMARKS ? "value" : NULL;
}

static bool fill_section(table *t, const sx_node *root) {
  const pb_sheet_words *w = study__pb_sheet(t->kind);
  const sx_node *node = w->section ? sx_node_get(root, w->section) : NULL;
  if (!has_rows(node, w->list)) return false;
  for (size_t i = 0; i < node->n; i++) {
    if (node->items[i]->kind == SX_NODE_SCALAR && !value_of(t->kind)) return false;
    if (t->kind == PB_BANNER && node->items[i]->kind != SX_NODE_SCALAR) return false;
  }
  for (size_t i = 0; i < node->n && !t->m->oom; i++) {
    t->row++;
    if (!w->list) put_under(t, "id", keep(t->m, node->keys[i]->text));
    if (node->items[i]->kind == SX_NODE_SCALAR)
      put_node(t, value_of(t->kind), node->items[i]);
    else
      put_map(t, node->items[i]);
  }
  return true;
}

/* Variables of the unit table's file, as they stand under `data`; NULL: none, or the unit table is not the first. */
static const sx_node *variables_of(const sx_node *root) {
  const sx_node *data = sx_node_get(root, "data"), *first = data && data->n ? data->items[0] : NULL;
  for (size_t i = 1; data && data->kind == SX_NODE_MAP && i < data->n; i++)
    if (sx_node_get(data->items[i], "unit")) return NULL;
  const sx_node *said = data && data->kind == SX_NODE_MAP ? sx_node_get(first, "variables") : NULL;
  if (!has_rows(said, false)) return NULL;
  for (size_t i = 0; i < said->n; i++) {
    const sx_node *values = sx_node_get(said->items[i], "values");
    if (said->items[i]->kind != SX_NODE_MAP || (values && !has_rows(values, false))) return NULL;
    for (size_t k = 0; values && k < values->n; k++)
      if (values->items[k]->kind != SX_NODE_SCALAR && !is_text2(values->items[k])) return NULL;
  }
  return said;
}

/* A derived variable that says neither `value` nor `cut` would be read as one of the file. */
static bool are_derived(const sx_node *derived) {
  if (!has_rows(derived, false)) return false;
  for (size_t i = 0; i < derived->n; i++) {
    const sx_node *d = derived->items[i];
    if (d->kind == SX_NODE_MAP && !sx_node_get(d, "value") && !(sx_node_get(d, "cut") && sx_node_get(d, "breaks")))
      return false;
  }
  return true;
}

static void put_derived(table *t, const sx_node *derived) {
  for (size_t i = 0; i < derived->n && !t->m->oom; i++) {
    const sx_node *d = derived->items[i];
    t->row++;
    put_under(t, "id", keep(t->m, derived->keys[i]->text));
    if (d->kind == SX_NODE_SCALAR) put_node(t, "formula", d);
    for (size_t k = 0; d->kind == SX_NODE_MAP && k < d->n && !t->m->oom; k++) {
      const char *key = d->keys[k]->text;
      const bool formula = strcmp(key, "value") == 0 || strcmp(key, "cut") == 0;
      put_node(t, formula ? "formula" : segment(t->m, key), d->items[k]);
    }
  }
}

static void put_values(table *t, const char *variable, const sx_node *values) {
  for (size_t i = 0; i < values->n && !t->m->oom; i++) {
    t->row++;
    put_under(t, "variable", keep(t->m, variable));
    put_under(t, "code", keep(t->m, values->keys[i]->text));
    put_node(t, "label", values->items[i]);
  }
}

/* Both sheets at once; have says what went there: of derived variables only. */
static void fill_variables(table *variables, table *values, const sx_node *root, bool *have) {
  const sx_node *said = variables->m->elsewhere[0] = variables_of(root), *derived = sx_node_get(root, "derived");
  for (size_t i = 0; said && i < said->n && !variables->m->oom; i++) {
    const sx_node *v = said->items[i], *codes = sx_node_get(v, "values");
    variables->row++;
    put_under(variables, "id", keep(variables->m, said->keys[i]->text));
    for (size_t k = 0; k < v->n; k++)
      if (v->items[k] != codes) put_node(variables, segment(variables->m, v->keys[k]->text), v->items[k]);
    if (codes) put_values(values, said->keys[i]->text, codes);
  }
  have[PB_VARIABLES] = are_derived(derived);
  if (have[PB_VARIABLES]) put_derived(variables, derived);
}

/* The margins of the only step of a weighting, where their totals stand in the study file. */
static const sx_node *margins_of(const sx_node *root) {
  const sx_node *steps = sx_node_get(root, "weighting");
  const sx_node *rake =
      steps && steps->kind == SX_NODE_LIST && steps->n == 1 ? sx_node_get(steps->items[0], "rake") : NULL;
  if (!rake || rake->kind != SX_NODE_LIST || !rake->n) return NULL;
  for (size_t i = 0; i < rake->n; i++) {
    const sx_node *margin = rake->items[i], *by = sx_node_get(margin, "by"), *totals = sx_node_get(margin, "totals");
    if (!by || !totals || margin->n != 2 || totals->kind != SX_NODE_MAP || !totals->n) return NULL;
    for (size_t k = 0; k < totals->n; k++) {
      double x;
      if (!sx_node_number(&x, totals->items[k]) || strcmp(totals->keys[k]->text, "file") == 0) return NULL;
    }
  }
  return rake;
}

static void fill_margins(table *t, const sx_node *root) {
  const sx_node *rake = t->m->elsewhere[1] = margins_of(root);
  for (size_t i = 0; rake && i < rake->n; i++) {
    const sx_node *totals = sx_node_get(rake->items[i], "totals");
    for (size_t k = 0; k < totals->n && !t->m->oom; k++) {
      t->row++;
      if (k == 0) put_node(t, "by", sx_node_get(rake->items[i], "by"));
      put_under(t, "level", keep(t->m, totals->keys[k]->text));
      put_node(t, "total", totals->items[k]);
    }
  }
}

/* ---- the sheet of keys and values --------------------------------------------------------------------------------------- */

static void put_pair(table *t, const char *path, const sx_node *node) {
  const pb_kind kind = study__pb_kind(path);
  const char *text = cell_text(t->m, kind, node);
  t->row++;
  put_under(t, "key", path);
  put_under(t, "value", text);
  if (!t->m->oom && kind == PB_VALUE) mark_number(t, node, text);
}

static void flatten(table *t, const char *path, const sx_node *node, size_t depth) {
  enum { DEPTH = 6 };
  const bool maps = node->kind == SX_NODE_LIST && node->n && node->items[0]->kind == SX_NODE_MAP;
  if (t->m->oom || node->kind == SX_NODE_NULL || node == t->m->elsewhere[0] || node == t->m->elsewhere[1]) return;
  if ((depth >= DEPTH && !is_text2(node)) || !node->n || (node->kind != SX_NODE_MAP && !maps)) {
    put_pair(t, path, node);
    return;
  }
  for (size_t i = 0; i < node->n && !t->m->oom; i++) {
    const char *longer = node->kind == SX_NODE_MAP
                             ? sx_arena_printf(t->m->arena, "%s.%s", path, segment(t->m, node->keys[i]->text))
                             : sx_arena_printf(t->m->arena, "%s[%zu]", path, i + 1);
    if (!longer || t->m->oom || strchr(node->kind == SX_NODE_MAP ? node->keys[i]->text : "", '"')) {
      t->m->oom = t->m->oom || !longer;
      put_pair(t, path, node);
      return;
    }
    flatten(t, longer, node->items[i], depth + 1);
  }
}

static void fill_study(table *t, const sx_node *root, const bool *have) {
  (void)column_of(t, "key");
  (void)column_of(t, "value");
  for (size_t i = 0; i < root->n && !t->m->oom; i++) {
    bool elsewhere = false;
    const char *key = root->keys[i]->text;
    for (size_t k = 0; k < PB_SHEETS; k++) {
      const char *section = k == PB_VARIABLES ? "derived" : study__pb_sheet(k)->section;
      elsewhere = elsewhere || (have[k] && section && strcmp(section, key) == 0);
    }
    if (!elsewhere) flatten(t, segment(t->m, key), root->items[i], 0);
  }
}

/* ---- the workbook ------------------------------------------------------------------------------------------------------- */

static void finish(sx_sheet *out, const table *t) {
  const pb_sheet_words *w = study__pb_sheet(t->kind);
  double *widths = sx_arena_alloc(t->m->arena, t->n_columns, sizeof *widths);
  t->m->oom = t->m->oom || !widths;
  for (size_t i = 0; widths && i < t->n_columns; i++) {
    const size_t width = t->columns[i].width;
    widths[i] = (double)(width < 8 ? 8 : width > 60 ? 60 : width);
  }
  *out = (sx_sheet){.name = t->m->lang == SX_LANG_ZH ? w->zh : w->word,
                    .cells = t->cells,
                    .n = t->n,
                    .widths = widths,
                    .n_widths = widths ? t->n_columns : 0,
                    .frozen = t->head};
}

static size_t of_study(sx_sheet *sheets, making *m, const sx_node *root) {
  bool have[PB_SHEETS] = {false};
  table t[PB_SHEETS];
  size_t n = 0;
  for (size_t k = 0; k < PB_SHEETS && !m->oom; k++) {
    start(&t[k], m, (pb_sheet)k);
    if (k == PB_DATA || k == PB_VARIABLES || k == PB_VALUES)
      continue; /* of data paths of the sheet `study` say it in a few lines */
    have[k] = fill_section(&t[k], root);
  }
  if (!m->oom) fill_variables(&t[PB_VARIABLES], &t[PB_VALUES], root, have);
  if (!m->oom) fill_margins(&t[PB_MARGINS], root);
  if (!m->oom) fill_study(&t[PB_STUDY], root, have);
  for (size_t k = 0; k < PB_SHEETS && !m->oom; k++)
    if (have[k] || t[k].n_columns) finish(&sheets[n++], &t[k]);
  return n;
}

/* ---- the template --------------------------------------------------------------------------------------------------------- */

static const char *const instructions[][2] = {
    {"# 数消（shuxiao）的研究方案", "# A plan of shuxiao"},
    {"1. 填写各工作表：每张表第一行（斜体）说明该表，第二行是列名，以下一行一项。不用的表、列、行可以删掉。",
     "1. Fill in the sheets: the first row (in italics) says what a sheet is for, the second has the headings, an "
     "entry "
     "a row stands below. Sheets, columns and rows that you do not need may be deleted."},
    {"2. 列名和工作表名中英文均可（variables 或 变量）；任何 docs/study-file.md 的键都可以作列名，如 "
     "min_n、label.en、sig.profile。",
     "2. Sheets and headings may be English or Chinese (variables, 变量); any key of docs/study-file.md may be a "
     "heading: min_n, label.en, sig.profile."},
    {"3. 多个值用逗号、分号或顿号隔开：total, age；复杂的值写成方括号或花括号中的 YAML：{of: income, probs: [0.25, "
     "0.75]}。",
     "3. Several values are separated by commas or semicolons: total, age; anything more is YAML in brackets: {of: "
     "income, probs: [0.25, 0.75]}."},
    {"4. 以 # 开头的行、列名和工作表是你自己的说明，程序不读。",
     "4. Rows, headings and sheets that begin with # are your own notes and are not read."},
    {"5. 容易被 Excel 改成日期的内容（2025-12、20-29）请先把单元格设为“文本”。",
     "5. Set cells to Text before you type what Excel takes for a date (2025-12, 20-29)."},
    {"6. 检查：shuxiao check plan.xlsx；运行：shuxiao run plan.xlsx；转成 YAML：shuxiao plan plan.xlsx -o study.yaml。",
     "6. Check: shuxiao check plan.xlsx; run: shuxiao run plan.xlsx; as YAML: shuxiao plan plan.xlsx -o study.yaml."},
    {"7. 错误信息给出工作表、行、列：plan.xlsx: sheet 指标, row 12, column 基数 (D12)。",
     "7. Errors name sheet, row and column: plan.xlsx: sheet indicators, row 12, column base (D12)."},
};

static size_t of_template(sx_sheet *sheets, making *m) {
  static const char *const pairs[][2] = {{"study", "my-study"},        {"title.zh", "研究标题"},
                                         {"title.en", "Title"},        {"date", "2025-12"},
                                         {"languages", "zh, en"},      {"data.survey.file", "interviews.csv"},
                                         {"design.weights", "weight"}, {"design.strata", "province"},
                                         {"design.clusters", "psu"},   {"outputs", "html, xlsx, docx"}};
  static const double wide[] = {110};
  table t = {.m = m, .kind = PB_STUDY, .row = 0, .head = 1};
  const size_t lines = sizeof instructions / sizeof *instructions;
  size_t n = 0;
  for (size_t k = 0; k < 2; k++) /* both languages, the asked one first */
    for (size_t i = 0; i < lines; i++)
      put(&t, k * (lines + 1) + i + 1, 1, instructions[i][k ? !m->lang : m->lang], i ? SX_SHEET_PLAIN : SX_SHEET_HEAD);
  sheets[n++] = (sx_sheet){.name = m->lang == SX_LANG_ZH ? "说明" : "instructions",
                           .cells = t.cells,
                           .n = t.n,
                           .widths = wide,
                           .n_widths = 1};
  for (size_t k = 0; k < PB_SHEETS && !m->oom; k++) {
    const pb_sheet_words *w = study__pb_sheet(k);
    start(&t, m, (pb_sheet)k);
    for (size_t i = 0; i < sizeof w->heads / sizeof *w->heads && w->heads[i]; i++) (void)column_of(&t, w->heads[i]);
    for (size_t i = 0; k == PB_STUDY && i < sizeof pairs / sizeof *pairs; i++) {
      t.row++;
      put_under(&t, "key", m->lang == SX_LANG_ZH ? study__pb_heading_zh(PB_STUDY, pairs[i][0]) : pairs[i][0]);
      put_under(&t, "value", pairs[i][1]);
    }
    finish(&sheets[n++], &t);
  }
  return n;
}

sx_status sx_study_plan_book(sx_buf *out, const sx_ctx *ctx, const char *path, sx_lang lang, sx_error *err) {
  if (!out) return sx_error_set(err, SX_E_ARGUMENT, "", "out is needed");
  making m = {.ctx = ctx ? *ctx : (sx_ctx)SX_CTX_INIT, .lang = lang};
  sx_sheet sheets[PB_SHEETS + 1];
  sx_doc *doc = NULL;
  sx_status status;
  size_t n = 0;
  SX_TRY(sx_arena_new(&m.arena, &m.ctx, err));
  if (path) SX_TRY_GOTO(status, sx_doc_read_yaml(&doc, &m.ctx, path, err), done);
  if (path && sx_doc_root(doc)->kind != SX_NODE_MAP) {
    status = sx_error_set(err, SX_E_PARSE, path, "a study file is a map: 'study: NAME', 'data: ...' and so on");
    goto done;
  }
  n = path ? of_study(sheets, &m, sx_doc_root(doc)) : of_template(sheets, &m);
  status = m.oom ? sx_error_memory(err) : sx_publish_sheets(out, &m.ctx, "shuxiao plan", sheets, n, err);
  if (status != SX_OK && path) sx_error_add_where(err, "%s", path);
done:
  sx_doc_free(doc);
  sx_arena_free(m.arena);
  return status;
}
