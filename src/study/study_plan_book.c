/* study_plan_book.c: a plan's workbook, sheet by sheet, into the tree of a study file. */
#include "study_kind.h"
#include "study_plan_book.h"

#include <stdio.h>
#include <string.h>

#include "shuxiao/io_book.h"

/* A sheet as it is read: its heading row, then a row at a time. */
typedef struct sheet {
  pb *b;
  pb_sheet kind;
  const sx_book_sheet *book;
  size_t n_heads, head_row;
  const char **heads; /* [n_heads] as written, by column from 1; NULL none */
  const char **paths; /* [n_heads] what they stand for */
  const char *above;  /* of sheets whose first column may be left empty: its last value */
  const sx_book_cell *cells;
  size_t n; /* of the row at hand */
} sheet;

static sx_doc_place place(const sheet *s, size_t row, size_t column) {
  const char *head = column <= s->n_heads ? s->heads[column - 1] : NULL;
  return (sx_doc_place){s->book->name, head, row, column};
}

static sx_doc_place place_of(const sheet *s, const sx_book_cell *cell) {
  return place(s, cell->row, cell->column);
}

/* The heading above a cell. */
static sx_doc_place place_head(const sheet *s, const sx_book_cell *cell) {
  return place(s, s->head_row, cell->column);
}

/* Without blanks around it; the arena's. */
static char *trimmed(pb *b, const char *text) {
  size_t n = strlen(text);
  while (n && strchr(" \t\r\n", text[n - 1])) n--;
  while (n && strchr(" \t\r\n", *text)) text++, n--;
  char *copy = sx_arena_strndup(b->arena, text, n);
  b->oom = b->oom || !copy;
  return copy;
}

/* The cell of the row at hand under a heading, NULL where it is empty. */
static const sx_book_cell *cell_of(const sheet *s, const char *path) {
  for (size_t i = 0; i < s->n; i++) {
    const size_t c = s->cells[i].column;
    if (c <= s->n_heads && s->paths[c - 1] && strcmp(s->paths[c - 1], path) == 0) return &s->cells[i];
  }
  return NULL;
}

static const char *text_of(const sheet *s, const char *path) {
  const sx_book_cell *cell = cell_of(s, path);
  return cell ? cell->text : NULL;
}

static void set(const sheet *s, pb_item *of, const char *path, const sx_book_cell *cell, pb_kind kind) {
  const sx_doc_place at = place_of(s, cell), named = place_head(s, cell);
  pb_item *item = study__pb_path(s->b, of, path, &named);
  if (item) study__pb_set(s->b, item, study__pb_cell(s->b, kind, cell->text, cell->kind != SX_CELL_TEXT, &at), &at);
}

/* ---- indicators --------------------------------------------------------------------------------------------------------- */

static bool takes_several(const char *kind) {
  static const char *const words[] = {"ratio", "test", "covariance", "correlation"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(words[i], kind) == 0) return true;
  return false;
}

static void indicator_format(const sheet *s, pb_item *item, const char *kind) {
  const sx_book_cell *decimals = cell_of(s, "decimals"), *format = cell_of(s, "format");
  const char *unit = text_of(s, "unit");
  if (!decimals) return;
  const st_kind *known = study__kind_named(kind);
  const char *word = format ? format->text : known && known->shares ? "%" : unit ? unit : "plain";
  const sx_doc_place at = place_of(s, decimals);
  if (format && strchr(format->text, ' ')) {
    study__pb_problem(s->b, &at, "the format '%.60s' has its decimals already: empty one of the two cells",
                      format->text);
    return;
  }
  const char *text = sx_arena_printf(s->b->arena, "%s %s", word, decimals->text);
  pb_item *to = study__pb_child(s->b, item, "format", &at);
  s->b->oom = s->b->oom || !text;
  if (to && text) study__pb_set(s->b, to, study__pb_cell(s->b, PB_TEXT, text, false, &at), &at);
}

/* kind: mean, variable: x  ->  mean: x. */
static void indicator_kind(const sheet *s, pb_item *item) {
  const sx_book_cell *kind = cell_of(s, "kind"), *of = cell_of(s, "variable"), *formula = cell_of(s, "formula");
  if (!of) of = formula;
  if (!kind && !of) return; /* a kind may have a column of its own: the check tells where none has */
  sx_doc_place at = place_of(s, kind ? kind : of);
  if (!kind && of != formula) {
    study__pb_problem(s->b, &at, "what of '%.80s'? The column kind is empty: total, mean, prop, count, ratio, ...",
                      of->text);
    return;
  }
  const char *word = kind ? study__pb_kind_word(kind->text) : "formula";
  pb_item *to = study__pb_child(s->b, item, word, &at);
  if (of) at = place_of(s, of);
  const pb_kind how = takes_several(word) ? PB_LIST : PB_VALUE;
  if (to && of)
    study__pb_set(s->b, to, study__pb_cell(s->b, how, of->text, of->kind != SX_CELL_TEXT, &at), &at);
  else if (to && strcmp(word, "count") == 0)
    study__pb_set(s->b, to, "true", &at);
  indicator_format(s, item, word);
}

static bool is_taken(const sheet *s, const char *path) {
  if (s->kind != PB_INDICATORS) return false;
  const bool formatted = cell_of(s, "decimals") && strcmp(path, "format") == 0;
  return formatted || strcmp(path, "kind") == 0 || strcmp(path, "variable") == 0 || strcmp(path, "formula") == 0 ||
         strcmp(path, "decimals") == 0;
}

/* ---- rows of a section ---------------------------------------------------------------------------------------------------- */

/* A heading whose key in the study file hangs on the row. */
static const char *key_in_row(const sheet *s, const char *path, const sx_book_cell *cell) {
  if (s->kind == PB_INDICATORS && strcmp(path, "domains") == 0) return "by";
  if (s->kind != PB_TABLES) return path;
  if (strcmp(path, "columns") == 0 && cell->text[0] != '[')
    return "cols"; /* a banner: the study file's `columns` is a list */
  if (strcmp(path, "stats") == 0 && !cell_of(s, "rows")) return "show";
  return path;
}

static void fill_row(const sheet *s, pb_item *item, const char *without) {
  for (size_t i = 0; i < s->n; i++) {
    const sx_book_cell *cell = &s->cells[i];
    const char *path = cell->column <= s->n_heads ? s->paths[cell->column - 1] : NULL;
    if (!path || strcmp(path, without) == 0 || is_taken(s, path)) continue;
    path = key_in_row(s, path, cell);
    set(s, item, path, cell, study__pb_kind_in(s->kind, path));
  }
  if (s->kind == PB_INDICATORS) indicator_kind(s, item);
}

/* The row's own id; noted where there is none. */
static const sx_book_cell *row_id(const sheet *s, const char *path) {
  const sx_book_cell *id = cell_of(s, path);
  const sx_doc_place at = place(s, s->cells[0].row, s->cells[0].column);
  if (!id) study__pb_problem(s->b, &at, "row %zu has no '%s'", s->cells[0].row, path);
  return id;
}

static pb_item *entry(const sheet *s, pb_item *section, const sx_book_cell *id) {
  const sx_doc_place at = place_of(s, id);
  pb_item *there = study__pb_find(section, id->text);
  if (there) {
    study__pb_problem(s->b, &at, "'%.80s' stands twice, first in row %zu: keep one", id->text, there->named.row);
    return NULL;
  }
  return study__pb_child(s->b, section, id->text, &at);
}

static pb_item *section(const sheet *s, pb_item *of, const char *key) {
  const sx_doc_place at = {s->book->name, NULL, 0, 0};
  return study__pb_child(s->b, of, key, &at);
}

static void read_section(sheet *s) {
  const pb_sheet_words *w = study__pb_sheet(s->kind);
  pb_item *of = section(s, &s->b->root, w->section);
  if (!of) return;
  if (w->list) {
    pb_item *item = study__pb_append(s->b, of);
    if (item) fill_row(s, item, "");
    return;
  }
  const sx_book_cell *id = row_id(s, "id");
  pb_item *item = id ? entry(s, of, id) : NULL;
  if (!item) return;
  if (s->kind == PB_BANNER) {
    const sx_book_cell *words = cell_of(s, "words");
    const sx_doc_place at = place_of(s, words ? words : id);
    if (words) study__pb_set(s->b, item, study__pb_cell(s->b, PB_VALUE, words->text, false, &at), &at);
    return;
  }
  fill_row(s, item, "id");
}

/* ---- the sheet of keys and values --------------------------------------------------------------------------------------- */

static void read_pair(sheet *s) {
  const sx_book_cell *key = row_id(s, "key"), *value = cell_of(s, "value");
  if (!key) return;
  const sx_doc_place named = place_of(s, key);
  const char *path = study__pb_heading(PB_STUDY, key->text, s->b->arena);
  if (!path) {
    s->b->oom = true;
    return;
  }
  pb_item *item = study__pb_path(s->b, &s->b->root, path, &named);
  if (!item || !value) return;
  const sx_doc_place at = place_of(s, value);
  study__pb_set(s->b, item, study__pb_cell(s->b, study__pb_kind(path), value->text, value->kind != SX_CELL_TEXT, &at),
                &at);
}

/* ---- variables and values ----------------------------------------------------------------------------------------------- */

/* The unit table: the one that says so, else the first. */
static pb_item *unit_table(const sheet *s) {
  const pb_item *data = study__pb_find(&s->b->root, "data");
  pb_item *unit = data ? data->first : NULL;
  for (pb_item *t = unit; t; t = t->next) {
    const pb_item *says = study__pb_find(t, "unit");
    if (says && says->value && strcmp(says->value, "true") == 0) unit = t;
  }
  return unit ? unit
              : study__pb_child(s->b, section(s, &s->b->root, "data"), "survey",
                                &(sx_doc_place){s->book->name, NULL, 0, 0});
}

static pb_item *variables_of_data(const sheet *s) {
  pb_item *table = unit_table(s);
  return table ? section(s, table, "variables") : NULL;
}

static void read_variable(sheet *s) {
  const sx_book_cell *id = row_id(s, "id"), *formula = cell_of(s, "formula"), *breaks = cell_of(s, "breaks");
  if (!id) return;
  if (!formula) {
    pb_item *of = variables_of_data(s), *item = of ? entry(s, of, id) : NULL;
    if (item) fill_row(s, item, "id");
    return;
  }
  pb_item *of = section(s, &s->b->root, "derived"), *item = of ? entry(s, of, id) : NULL;
  if (!item) return;
  set(s, item, breaks ? "cut" : "value", formula, PB_VALUE);
  for (size_t i = 0; i < s->n; i++) {
    const sx_book_cell *cell = &s->cells[i];
    const char *path = cell->column <= s->n_heads ? s->paths[cell->column - 1] : NULL;
    if (path && cell != id && cell != formula) set(s, item, path, cell, study__pb_kind(path));
  }
}

static bool is_yes(const sx_book_cell *cell) {
  static const char *const words[] = {"true", "yes", "y", "x", "1", "是"};
  for (size_t i = 0; cell && i < sizeof words / sizeof *words; i++)
    if (strcmp(words[i], cell->text) == 0) return true;
  return false;
}

/* The value of a column that may be left empty where it is that of the row above. */
static const char *carried(sheet *s, const char *path) {
  const sx_book_cell *own = cell_of(s, path);
  if (own) s->above = own->text;
  if (!s->above) (void)row_id(s, path);
  return s->above;
}

static void read_value(sheet *s) {
  const char *variable = carried(s, "variable");
  const sx_book_cell *code = variable ? row_id(s, "code") : NULL, *missing = cell_of(s, "missing");
  if (!code) return;
  const sx_doc_place at = place_of(s, code);
  pb_item *of = variables_of_data(s), *item = of ? study__pb_child(s->b, of, variable, &at) : NULL;
  if (!item) return;
  if (is_yes(missing)) {
    pb_item *list = section(s, item, "missing"), *one = NULL;
    if (list && !list->value) one = study__pb_append(s->b, list);
    if (one) study__pb_set(s->b, one, study__pb_cell(s->b, PB_VALUE, code->text, false, &at), &at);
    if (list && list->value) study__pb_problem(s->b, &at, "the sheet of variables says what is missing already");
  }
  pb_item *values = section(s, item, "values"), *value = values ? entry(s, values, code) : NULL;
  for (size_t i = 0; value && i < s->n; i++) {
    const sx_book_cell *cell = &s->cells[i];
    const char *path = cell->column <= s->n_heads ? s->paths[cell->column - 1] : NULL;
    if (!path || strncmp(path, "label", 5) != 0) continue;
    const sx_doc_place here = place_of(s, cell), named = place_head(s, cell);
    pb_item *to = path[5] == '.' ? study__pb_child(s->b, value, path + 6, &named) : value;
    if (to) study__pb_set(s->b, to, study__pb_cell(s->b, PB_TEXT, cell->text, false, &here), &here);
  }
}

/* ---- margins and nodes ---------------------------------------------------------------------------------------------------- */

/* The step of the weighting that is yet without a kind, else a new one. */
static pb_item *raking(const sheet *s) {
  static const char *const kinds[] = {"poststratify", "calibrate", "trim", "eligibility", "nonresponse", "frames"};
  pb_item *steps = section(s, &s->b->root, "weighting"), *step = steps ? steps->first : NULL;
  for (; step; step = step->next) {
    bool taken = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) taken = taken || study__pb_find(step, kinds[i]);
    if (!taken) break;
  }
  if (!step && steps) step = study__pb_append(s->b, steps);
  return step ? section(s, step, "rake") : NULL;
}

static void read_margin(sheet *s) {
  const char *before = s->above, *by = carried(s, "by");
  const sx_book_cell *level = cell_of(s, "level"), *total = cell_of(s, "total"), *own = cell_of(s, "by");
  pb_item *rake = by ? raking(s) : NULL;
  if (!rake) return;
  const sx_doc_place at = place_of(s, own ? own : &s->cells[0]);
  pb_item *margin = rake->last;
  if (!margin || (own && (!before || strcmp(before, by) != 0))) {
    margin = study__pb_append(s->b, rake);
    pb_item *item = margin ? study__pb_child(s->b, margin, "by", &at) : NULL;
    if (item) study__pb_set(s->b, item, study__pb_cell(s->b, PB_LIST, by, false, &at), &at);
  }
  pb_item *totals = margin ? section(s, margin, "totals") : NULL;
  if (!totals) return;
  if (level && total) {
    pb_item *to = entry(s, totals, level);
    const sx_doc_place here = place_of(s, total);
    if (to) study__pb_set(s->b, to, study__pb_cell(s->b, PB_VALUE, total->text, true, &here), &here);
    return;
  }
  const sx_book_cell *file = cell_of(s, "file"), *value = cell_of(s, "value"), *where = cell_of(s, "where");
  if (!file) study__pb_problem(s->b, &at, "a margin has a level and its total, or a file and its column (value)");
  if (file) set(s, totals, "file", file, PB_VALUE);
  if (file && value) set(s, totals, "value", value, PB_VALUE);
  if (file && where) set(s, totals, "where", where, PB_VALUE);
}

static void read_node(sheet *s) {
  const char *account = carried(s, "account");
  pb_item *of = account ? section(s, &s->b->root, "accounts") : NULL;
  const sx_doc_place at = place(s, s->cells[0].row, 1);
  pb_item *item = of ? study__pb_child(s->b, of, account, &at) : NULL, *nodes = item ? section(s, item, "nodes") : NULL;
  pb_item *node = nodes && !nodes->value ? study__pb_append(s->b, nodes) : NULL;
  if (node) fill_row(s, node, "account");
}

/* ---- a sheet ---------------------------------------------------------------------------------------------------------------- */

static bool read_heads(sheet *s) {
  pb *b = s->b;
  s->head_row = s->cells[0].row;
  for (size_t i = 0; i < s->n; i++)
    if (s->cells[i].column > s->n_heads) s->n_heads = s->cells[i].column;
  s->heads = sx_arena_zalloc(b->arena, s->n_heads, sizeof *s->heads);
  s->paths = sx_arena_zalloc(b->arena, s->n_heads, sizeof *s->paths);
  if (!s->heads || !s->paths) return false;
  for (size_t i = 0; i < s->n; i++) {
    const size_t c = s->cells[i].column - 1;
    const char *text = s->cells[i].text;
    const size_t line = strcspn(text, "\n");
    s->heads[c] = sx_arena_strndup(b->arena, text, line);
    if (text[0] == '#') continue; /* the author's own notes */
    s->paths[c] = study__pb_heading(s->kind, text, b->arena);
    if (!s->heads[c] || !s->paths[c]) return false;
    for (size_t k = 0; k < c; k++) {
      if (!s->paths[k] || strcmp(s->paths[k], s->paths[c]) != 0) continue;
      const sx_doc_place at = place_of(s, &s->cells[i]);
      study__pb_problem(b, &at, "two columns are called so: '%.60s' and '%.60s' are both '%.60s'", s->heads[k],
                        s->heads[c], s->paths[c]);
      s->paths[c] = NULL;
      break;
    }
  }
  return true;
}

/* A cell under no heading is read by nobody. */
static void check_headed(const sheet *s) {
  for (size_t i = 0; i < s->n; i++) {
    const size_t c = s->cells[i].column;
    if (c <= s->n_heads && s->heads[c - 1]) continue;
    const sx_doc_place at = place_of(s, &s->cells[i]);
    study__pb_problem(s->b, &at,
                      "the column has no heading: give it one, or one that begins with # for your own notes");
  }
}

static void read_row(sheet *s) {
  check_headed(s);
  if (s->kind == PB_STUDY)
    read_pair(s);
  else if (s->kind == PB_VARIABLES)
    read_variable(s);
  else if (s->kind == PB_VALUES)
    read_value(s);
  else if (s->kind == PB_MARGINS)
    read_margin(s);
  else if (s->kind == PB_NODES)
    read_node(s);
  else
    read_section(s);
}

/* The cells of the next row that has any, blanks around them left off; those that are blank are none. */
static size_t next_row(sheet *s, size_t at, sx_book_cell **row) {
  pb *b = s->b;
  const sx_book_sheet *from = s->book;
  const size_t number = from->cells[at].row;
  size_t end = at;
  while (end < from->n && from->cells[end].row == number) end++;
  *row = sx_arena_alloc(b->arena, end - at, sizeof **row);
  s->n = 0;
  for (; *row && at < end; at++) {
    sx_book_cell cell = from->cells[at];
    cell.text = trimmed(b, cell.text);
    if (cell.text && cell.text[0]) (*row)[s->n++] = cell;
  }
  b->oom = b->oom || !*row;
  s->cells = *row;
  return end;
}

static void read_sheet(pb *b, const sx_book_sheet *from, pb_sheet kind) {
  sx_book_sheet own = *from; /* its name outlives the workbook */
  sheet s = {.b = b, .kind = kind, .book = &own};
  own.name = sx_arena_strdup(b->arena, from->name);
  b->oom = b->oom || !own.name;
  for (size_t at = 0; at < from->n && !b->oom;) {
    sx_book_cell *row = NULL;
    at = next_row(&s, at, &row);
    if (b->oom || !s.n || s.cells[0].text[0] == '#') continue;
    if (s.heads)
      read_row(&s);
    else
      b->oom = !read_heads(&s);
  }
}

/* ---- the workbook ------------------------------------------------------------------------------------------------------- */

static bool is_aside(const sx_book_sheet *s) {
  static const char *const words[] = {"readme", "instructions", "说明", "使用说明"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(words[i], s->name) == 0) return true;
  return s->hidden || s->name[0] == '#';
}

static void read_sheets(pb *b, const sx_book *book) {
  const sx_book_sheet *found[PB_SHEETS] = {NULL};
  for (size_t i = 0; i < book->n; i++) {
    const sx_book_sheet *s = &book->sheets[i];
    const char *near = NULL;
    const sx_doc_place at = {s->name, NULL, 0, 0};
    if (is_aside(s)) continue;
    const pb_sheet kind = study__pb_sheet_named(&near, s->name);
    if (kind == PB_SHEETS)
      study__pb_problem(b, &at, "no sheet of a plan is called so%s%s%s; one that begins with # is left aside",
                        near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
    else if (found[kind])
      study__pb_problem(b, &at, "the sheet '%.90s' is the same: keep one", found[kind]->name);
    else
      found[kind] = s;
  }
  for (size_t k = 0; k < PB_SHEETS && !b->oom; k++) /* values after variables, and those after data */
    if (found[k]) read_sheet(b, found[k], (pb_sheet)k);
}

bool study__is_book(const char *data, size_t n) {
  return n > 4 && memcmp(data, "PK\3\4", 4) == 0;
}

/* The workbook in data[n] into the tree; problems go to load, or the first to err. */
static sx_status read_plan(pb *b, const void *data, size_t n, sx_error *err) {
  sx_book *book = NULL;
  sx_error local = SX_ERROR_INIT;
  b->err = &local;
  SX_TRY(sx_book_parse(&book, &b->ctx, b->name, data, n, false, err));
  read_sheets(b, book);
  sx_book_free(book);
  if (b->oom || (b->load && b->load->oom)) return sx_error_memory(err);
  if (!b->n_problems) return SX_OK;
  if (err) *err = local;
  return SX_E_PARSE;
}

/* "plan.xlsx:12:3" of the text in between is the place of its line. */
static void place_error(const pb *b, const sx_doc_place *places, size_t n, sx_error *err) {
  const size_t k = strlen(b->name);
  unsigned long line = 0;
  if (!err || strncmp(err->where, b->name, k) != 0 || sscanf(err->where + k, ":%lu:", &line) != 1) return;
  if (line && line <= n) sx_doc_place_text(err->where, b->name, &places[line - 1]);
}

sx_status study__plan_book(sx_doc **doc, st_load *load, const char *path, const char *data, size_t n, sx_error *err) {
  pb b = {.ctx = load->s->ctx, .name = path, .load = load};
  sx_buf text;
  const sx_doc_place *places = NULL;
  size_t n_places = 0;
  sx_status status;
  sx_buf_init(&text, &b.ctx);
  SX_TRY_GOTO(status, sx_arena_new(&b.arena, &b.ctx, err), done);
  SX_TRY_GOTO(status, read_plan(&b, data, n, err), done);
  study__pb_text(&text, &b, &places, &n_places);
  status = b.oom ? sx_error_memory(err) : sx_buf_status(&text, err);
  if (status != SX_OK) goto done;
  status = sx_doc_parse_yaml(doc, &b.ctx, path, text.data ? text.data : "", text.n, err);
  if (status != SX_OK) {
    place_error(&b, places, n_places, err);
    goto done;
  }
  status = sx_doc_set_places(*doc, places, n_places, err);
  if (status != SX_OK) {
    sx_doc_free(*doc);
    *doc = NULL;
  }
done:
  sx_buf_clear(&text);
  sx_arena_free(b.arena);
  return status;
}

sx_status sx_study_plan_yaml(sx_buf *out, const sx_ctx *ctx, const char *path, sx_error *err) {
  if (!out || !path) return sx_error_set(err, SX_E_ARGUMENT, "", "out and path are needed");
  pb b = {.ctx = ctx ? *ctx : (sx_ctx)SX_CTX_INIT, .name = path};
  char *data = NULL;
  size_t n = 0;
  sx_status status;
  SX_TRY(sx_arena_new(&b.arena, &b.ctx, err));
  SX_TRY_GOTO(status, sx_file_read(&data, &n, &b.ctx, path, err), done);
  SX_TRY_GOTO(status, read_plan(&b, data, n, err), done);
  study__pb_text(out, &b, NULL, NULL);
  status = b.oom ? sx_error_memory(err) : sx_buf_status(out, err);
done:
  sx_mem_free(&b.ctx, data);
  sx_arena_free(b.arena);
  return status;
}

bool sx_study_is_plan(const sx_ctx *ctx, const char *path) {
  const size_t n_path = path ? strlen(path) : 0;
  char *data = NULL;
  size_t n = 0;
  sx_book *book = NULL;
  bool found = false;
  const char *near = NULL;
  if (n_path < 6 || (strcmp(path + n_path - 5, ".xlsx") != 0 && strcmp(path + n_path - 5, ".xlsm") != 0)) return false;
  if (sx_file_read(&data, &n, ctx, path, NULL) != SX_OK) return false;
  if (sx_book_parse(&book, ctx, path, data, n, true, NULL) == SX_OK) {
    for (size_t i = 0; i < book->n; i++)
      found = found || study__pb_sheet_named(&near, book->sheets[i].name) == PB_STUDY;
  }
  sx_book_free(book);
  sx_mem_free(ctx, data);
  return found;
}
