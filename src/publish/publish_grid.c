/* publish_grid.c: places of cells, and widths of columns from what stands in them: a column has at least the width of its longest number or word, at most that of its
 * longest line, and what lies between is shared. */
#include "publish_grid.h"

#include <math.h>
#include <string.h>

enum {
  STUB_MOST = 36,
  HEAD_MOST = 16,
  TEXT_MOST = 60,
  WORD_MOST = 14,
  WORD_LEAST = 4,
  HEAD_WIDEST = 48
}; /* half ems */
enum {
  HEAD_LINES = 12,
  TEXT_LINES = 4,
  TEXT_USUAL = 20,
  COLUMN_LINES = 8,
  COLUMN_MOST = 22
}; /* a long text of one row among short ones */

static const double SQUEEZE = 1.1; /* columns that are that much too wide together are made narrower */
static const double SCRIPTS = 0.5; /* Word sets Chinese and Latin apart by that much */
static const double PERCENT = 1.9; /* the sign is nearly an em: without its room it would stand below its number */
static const double POINT = 0.6;   /* the point, in half ems */
static const double BOLD = 1.2;    /* a Latin letter of a head, in half ems */
static const double FIGURE = 1.28; /* a figure in the widest of the usual fonts, in half ems */
static const double RUN_MOST = 24; /* a longer word with figures in it is none that a column waits for: an address */

/* ---- widths of texts, in half ems -------------------------------------------------------------------------------- */

typedef struct measure {
  double line, word, longest, longest_word;
  double solid;     /* the longest word that must not break */
  double figures;   /* the longest word with a figure in it, in the widest font; 0 unless any_font */
  double run;       /* the word at hand in that font */
  bool any_font;    /* the font that is set is not known */
  double letter;    /* width of a Latin letter or a figure, in usual ones */
  bool figure;      /* the word at hand has a figure */
  bool number;      /* the word at hand: it must not break */
  bool latin, wide; /* the sign before */
} measure;

/* A character's width in half ems in the widest of the usual fonts (DejaVu Serif), rounded up: which font a reader's program sets is not known. */
static double widest(uint32_t c) {
  if (c >= '0' && c <= '9') return FIGURE;
  if (c == '.' || c == ',') return 0.64;
  if (c == '%') return PERCENT;
  if (c < 128 && strchr("()-/:;'|", (int)c)) return 0.8;
  if (c == '_' || (c >= 'a' && c <= 'z')) return 1.3;
  return c >= 'A' && c <= 'Z' ? 1.5 : 1.7;
}

static void end_run(measure *m) {
  if (m->figure && (m->number || m->run <= RUN_MOST)) m->figures = fmax(m->figures, m->run);
  m->run = 0;
  m->figure = false;
}

static void add_run(measure *m, uint32_t c, double size) {
  m->run += size * widest(c);
  m->figure = m->figure || (c >= '0' && c <= '9');
}

static void end_word(measure *m) {
  end_run(m);
  m->longest_word = fmax(m->longest_word, m->number ? m->word : fmin(m->word, WORD_MOST));
  if (m->number) m->solid = fmax(m->solid, m->word);
  m->word = 0;
  m->number = false;
}

static void end_line(measure *m) {
  end_word(m);
  m->longest = fmax(m->longest, m->line);
  m->line = 0;
}

static void add_text(measure *m, const char *text, double size, bool solid) {
  const size_t n = strlen(text);
  m->number = m->number || solid;
  for (size_t i = 0; i < n;) {
    uint32_t c;
    size_t k = sx_utf8_next(&c, text + i, n - i);
    if (!k) k = 1, c = '?';
    const double plain = size * (c == '%' ? PERCENT : (double)sx_utf8_width(text + i, k));
    const double w = c < 128 && c != '%' ? plain * m->letter : plain;
    const bool latin = c < 128 && c > ' ', wide = !latin && w > 1.5 * size;
    if ((latin && m->wide) || (wide && m->latin)) m->line += SCRIPTS * size;
    m->latin = latin;
    m->wide = wide;
    if (!solid && c != '%' && (c == ' ' || w > 1.5 * size)) end_word(m);
    m->line += w;
    if (c != ' ' || solid) m->word += w;
    if (m->any_font && (c == ' ' || w > 1.5 * size) && c != '%')
      end_run(m);
    else if (m->any_font)
      add_run(m, c, size);
    const char next = i + k < n ? text[i + k] : ' ';
    if (!solid && ((c != '%' && w > 1.5 * size) || ((c == '-' || c == '/') && (next < '0' || next > '9')))) end_word(m);
    i += k;
  }
}

static void add_node(measure *m, const sx_document_node *node, double size, bool breaks) {
  switch ((int)node->kind) {
  case SX_DOC_TEXT:
    add_text(m, node->text, size, false);
    return;
  case SX_DOC_NUMBER:
    m->number = true; /* up to where its unit begins */
    add_text(m, node->text, size, !breaks);
    return;
  case SX_DOC_LINE_BREAK:
    end_line(m);
    return;
  case SX_DOC_SOFT_BREAK:
    add_text(m, " ", size, false);
    return;
  case SX_DOC_FOOTNOTE_REF:
    add_text(m, node->text, 0.6 * size, true);
    return;
  case SX_DOC_UNIT:
    end_line(m);
    break;
  case SX_DOC_SMALL:
    size *= 0.9;
    break;
  default:
    break;
  }
  for (const sx_document_node *child = node->first; child; child = child->next) add_node(m, child, size, breaks);
}

static measure measured(const sx_document_node *cell, bool breaks, const sx_grid_type *type) {
  measure m = {.any_font = type->any_font, .letter = type->latin > 0 ? type->latin : 1};
  for (const sx_document_node *child = cell->first; child; child = child->next)
    add_node(&m, child, 1, breaks && cell->as.cell->own_unit);
  end_line(&m);
  return m;
}

/* ---- places ------------------------------------------------------------------------------------------------------ */

static void place(sx_grid *g, const sx_document_node *cell, size_t row) {
  const sx_document_cell *c = cell->as.cell;
  const size_t rows = c->row_span ? c->row_span : 1, columns = c->column_span ? c->column_span : 1;
  for (size_t r = row; r < g->n_rows && r - row < rows; r++) {
    for (size_t k = c->column; k < g->n_columns && k - c->column < columns; k++) g->cells[r * g->n_columns + k] = cell;
  }
}

static sx_status lay_out(sx_grid *g, sx_arena *arena, sx_error *err) {
  size_t places, row = 0;
  if (!sx_size_mul(&places, g->n_rows, g->n_columns)) return sx_error_memory(err);
  g->rows = sx_arena_zalloc(arena, g->n_rows, sizeof *g->rows);
  g->cells = sx_arena_zalloc(arena, places, sizeof *g->cells);
  if (!g->rows || !g->cells) return sx_error_memory(err);
  for (const sx_document_node *node = g->table->first; node && row < g->n_rows; node = node->next) {
    if (node->kind != SX_DOC_ROW) continue;
    g->rows[row] = node;
    for (const sx_document_node *cell = node->first; cell; cell = cell->next) {
      if (cell->kind == SX_DOC_CELL) place(g, cell, row);
    }
    row++;
  }
  g->n_rows = row;
  return SX_OK;
}

/* ---- decimals ---------------------------------------------------------------------------------------------------- */

static bool digit(char c) {
  return c >= '0' && c <= '9';
}

int sx_publish__decimals(const char *text) {
  const size_t n = strlen(text);
  size_t i = n;
  while (i > 0 && digit(text[i - 1])) i--;
  if (i == n) return -1;
  return i > 0 && text[i - 1] == '.' ? (int)(n - i) : 0;
}

/* The number of a cell that holds one, at its end; NULL. */
static const sx_document_node *lone_number(const sx_document_node *cell) {
  const sx_document_node *last = cell ? cell->last : NULL;
  return last && last->kind == SX_DOC_NUMBER && cell->as.cell->align == SX_DOC_ALIGN_END ? last : NULL;
}

int sx_publish__grid_decimals(const sx_grid *grid, size_t column) {
  int least = 100, most = -1;
  for (size_t r = 0; r < grid->n_rows; r++) {
    const sx_document_node *number = lone_number(sx_grid_at(grid, r, column));
    const int d = number ? sx_publish__decimals(number->text) : -1;
    if (d < 0) continue;
    least = d < least ? d : least;
    most = d > most ? d : most;
  }
  return most > least && most <= 12 ? most : 0;
}

/* What a cell's number lacks of its column's decimals, in half ems. */
static double lack_of(const sx_document_node *cell, int most) {
  const sx_document_node *number = most ? lone_number(cell) : NULL;
  const int have = number ? sx_publish__decimals(number->text) : -1;
  return have < 0 || have >= most ? 0 : most - have + (have ? 0 : POINT);
}

/* ---- widths of columns ------------------------------------------------------------------------------------------- */

/* Half ems, each no less than the one before. SOLID: no number breaks; LEAST: no usual word does; USUAL: nine in ten rows break no line; MOST: none does, up to the
 * caps; FULL: none does. */
enum { SOLID, LEAST, USUAL, MOST, FULL, WISHES };

enum { GROUP_MOST = 4 }; /* columns under one head that a cut does not part */

/* What the columns are set on. solid: for the numbers of a panel beside its stub, so that none breaks. */
typedef struct paper {
  double width, unit, padding, solid;
  size_t stub, most; /* columns of a panel: the stub, and most others */
} paper;

typedef struct needs {
  double *wish[WISHES]; /* [n_columns] */
  size_t *rows;         /* [n_columns * (TEXT_MOST + 1)] of the body, by the length of their line */
} needs;

/* lack: white to the right of a number that has fewer decimals than its column. */
static void need_cell(needs *n, const sx_document_cell *p, const measure *m, double size, double lack) {
  const bool head = size > 0;
  const bool stub = p->scope == SX_DOC_SCOPE_ROW;
  const double bold = head ? BOLD * size : 1, longest = m->longest * bold + lack, indent = 2.0 * p->indent;
  const double cap = head   ? HEAD_MOST * size
                     : stub ? STUB_MOST
                            : TEXT_MOST,
               word = p->hash ? WORD_LEAST : fmax(m->longest_word * bold, m->solid > 0 ? m->solid + lack : 0);
  const double lines = head ? fmin(longest / HEAD_LINES, HEAD_WIDEST) /* no column of single letters */
                            : fmin(longest / COLUMN_LINES, COLUMN_MOST);
  const double figures = p->hash || m->figures == 0 ? 0
                         : head                     ? m->figures * BOLD * size
                                                    : m->figures + FIGURE * lack + indent;
  const double solid = fmax(figures, head || p->hash || m->solid == 0 ? 0 : m->solid + lack + indent);
  const double wish[WISHES] = {fmin(solid, cap), fmax(fmin(fmax(word + indent, solid), cap), lines),
                               head ? fmin(longest, cap) : fmin(longest / TEXT_LINES, TEXT_USUAL),
                               fmin(longest + indent, cap), fmin(longest + indent, TEXT_MOST)};
  for (size_t i = 0; i < WISHES; i++) n->wish[i][p->column] = fmax(n->wish[i][p->column], wish[i]);
  if (!head) n->rows[p->column * (TEXT_MOST + 1) + (size_t)ceil(wish[MOST])]++;
}

/* The length that nine in ten of a column's rows do not exceed. */
static double usual(const size_t *rows) {
  size_t all = 0, so_far = 0, at = 0;
  for (size_t i = 0; i <= TEXT_MOST; i++) all += rows[i];
  while (at < TEXT_MOST && (so_far += rows[at]) * 10 < all * 9) at++;
  return (double)at;
}

/* breaks: numbers with a unit of their own may break before it. */
static void need(const sx_grid *g, needs *n, bool breaks, const sx_grid_type *type) {
  memset(n->rows, 0, g->n_columns * (TEXT_MOST + 1) * sizeof *n->rows);
  for (size_t c = 0; c < g->n_columns; c++) {
    for (size_t i = 0; i < WISHES; i++) n->wish[i][c] = i <= LEAST ? WORD_LEAST : 0;
  }
  for (size_t r = 0; r < g->n_rows; r++) {
    for (const sx_document_node *cell = g->rows[r]->first; cell; cell = cell->next) {
      const sx_document_cell *p = cell->as.cell;
      if (cell->kind != SX_DOC_CELL || p->column_span > 1 || p->column >= g->n_columns) continue;
      const measure m = measured(cell, breaks, type);
      need_cell(n, p, &m, g->rows[r]->as.row.role == SX_DOC_ROW_HEAD ? type->head > 0 ? type->head : 1 : 0,
                lack_of(cell, g->decimals[p->column]));
    }
  }
  if (g->n_columns > 1) {
    n->wish[LEAST][0] = fmax(n->wish[LEAST][0], fmin(n->wish[MOST][0], 12));
    n->wish[SOLID][0] = n->wish[LEAST][0]; /* the stub is read on every panel */
  }
  for (size_t c = 0; c < g->n_columns; c++) {
    n->wish[USUAL][c] = fmax(n->wish[USUAL][c], usual(n->rows + c * (TEXT_MOST + 1)));
    n->wish[MOST][c] = fmax(n->wish[MOST][c], n->wish[USUAL][c]);
    for (size_t i = 1; i < WISHES; i++) n->wish[i][c] = fmax(n->wish[i][c], n->wish[i - 1][c]);
  }
}

/* Widths of one panel: no number breaks (false: some may); what is left goes to one wish after the other, as far as it goes, then to all alike. */
static bool share(sx_grid_panel *p, const needs *n, double width, double unit, double padding) {
  double sum[WISHES] = {0}, part[WISHES];
  for (size_t i = 0; i < WISHES; i++) {
    for (size_t k = 0; k < p->n; k++) sum[i] += n->wish[i][p->columns[k]] * unit + padding;
    const double more = i ? sum[i] - sum[i - 1] : 0;
    part[i] = more > 0 ? fmin(1, fmax(0, width - sum[i - 1]) / more) : 0;
  }
  const double alike = fmax(0, width - sum[FULL]) / (double)p->n, shrink = fmin(1, width / sum[SOLID]);
  for (size_t k = 0; k < p->n; k++) {
    const size_t c = p->columns[k];
    double own = n->wish[SOLID][c];
    for (size_t i = 1; i < WISHES; i++) own += part[i] * (n->wish[i][c] - n->wish[i - 1][c]);
    p->widths[k] = shrink * (own * unit + padding) + alike;
  }
  return shrink == 1;
}

static sx_status add_panel(sx_grid *g, sx_arena *arena, size_t stub, size_t from, size_t to, sx_error *err) {
  sx_grid_panel *p = &g->panels[g->n_panels++];
  p->n = stub + to - from;
  p->columns = sx_arena_alloc(arena, p->n, sizeof *p->columns);
  p->widths = sx_arena_alloc(arena, p->n, sizeof *p->widths);
  if (!p->columns || !p->widths) return sx_error_memory(err);
  for (size_t k = 0; k < stub; k++) p->columns[k] = k;
  for (size_t k = from; k < to; k++) p->columns[stub + k - from] = k;
  return SX_OK;
}

/* A cut before column `to` parts no small group of columns under one head (an estimate and its error) where that can be had by cutting before the group. */
static size_t beside(const sx_grid *g, size_t from, size_t to) {
  for (size_t r = 0; to < g->n_columns && r < g->n_rows && g->rows[r]->as.row.role == SX_DOC_ROW_HEAD; r++) {
    const sx_document_node *cell = sx_grid_at(g, r, to);
    if (!cell || sx_grid_at(g, r, to - 1) != cell || cell->as.cell->column_span > GROUP_MOST) continue;
    if (cell->as.cell->column > from) to = cell->as.cell->column;
  }
  return to;
}

/* Where a panel that begins at column `from` ends, when its columns may have `room` together. */
static size_t panel_end(const sx_grid *g, const needs *n, const paper *w, size_t from, double room) {
  double used = 0, solid = 0;
  size_t to = from;
  while (to < g->n_columns && to - from < w->most) {
    used += n->wish[LEAST][to] * w->unit + w->padding;
    solid += n->wish[SOLID][to] * w->unit + w->padding;
    if (to > from && (used > room || solid > w->solid)) break;
    to++;
  }
  return beside(g, from, to);
}

static size_t count_panels(const sx_grid *g, const needs *n, const paper *w, double room) {
  size_t count = 0;
  for (size_t from = w->stub; from < g->n_columns; count++) from = panel_end(g, n, w, from, room);
  return count;
}

/* As few panels as can be; where there are several, about as wide as one another. */
static sx_status cut(sx_grid *g, sx_arena *arena, const needs *n, paper *w, sx_error *err) {
  double all = 0, room = SQUEEZE * w->width;
  w->solid = w->width;
  if (w->stub) {
    room -= n->wish[LEAST][0] * w->unit + w->padding;
    w->solid -= n->wish[SOLID][0] * w->unit + w->padding;
  }
  g->panels = sx_arena_alloc(arena, g->n_columns + 1, sizeof *g->panels);
  if (!g->panels) return sx_error_memory(err);
  for (size_t c = w->stub; c < g->n_columns; c++) all += n->wish[LEAST][c] * w->unit + w->padding;
  const size_t count = count_panels(g, n, w, room);
  for (double part = count > 1 ? all / (double)count : room; part < room; part *= 1.04) {
    if (count_panels(g, n, w, part) > count) continue;
    room = part;
    break;
  }
  for (size_t from = w->stub; from < g->n_columns;) {
    const size_t to = panel_end(g, n, w, from, room);
    SX_TRY(add_panel(g, arena, w->stub, from, to, err));
    if (!share(&g->panels[g->n_panels - 1], n, w->width, w->unit, w->padding)) g->tight = true;
    from = to;
  }
  return SX_OK;
}

/* The decimals that each column's numbers are set under one another with. */
static sx_status decimals_of(sx_grid *g, sx_arena *arena, sx_error *err) {
  int *decimals = sx_arena_alloc(arena, g->n_columns + 1, sizeof *decimals);
  if (!decimals) return sx_error_memory(err);
  for (size_t c = 0; c < g->n_columns; c++) decimals[c] = sx_publish__grid_decimals(g, c);
  g->decimals = decimals;
  return SX_OK;
}

sx_status sx_publish__grid(sx_grid *out, sx_arena *arena, const sx_document_node *table, const sx_grid_type *type,
                           sx_error *err) {
  const sx_document_table *t = table->as.table;
  sx_grid g = {.table = table, .n_rows = t->n_rows, .n_columns = t->n_columns, .n_head = t->n_head_rows};
  needs n;
  SX_TRY(lay_out(&g, arena, err));
  SX_TRY(decimals_of(&g, arena, err));
  size_t lengths;
  if (!sx_size_mul(&lengths, g.n_columns + 1, TEXT_MOST + 1)) return sx_error_memory(err);
  n.rows = sx_arena_alloc(arena, lengths, sizeof *n.rows);
  for (size_t i = 0; i < WISHES; i++) {
    n.wish[i] = sx_arena_alloc(arena, g.n_columns + 1, sizeof *n.wish[i]);
    if (!n.wish[i]) return sx_error_memory(err);
  }
  if (!n.rows) return sx_error_memory(err);
  need(&g, &n, false, type);
  double least = 0;
  for (size_t c = 0; c < g.n_columns; c++) least += n.wish[LEAST][c] * type->em / 2 + type->padding;
  if (least > type->width) need(&g, &n, true, type);
  const size_t stub = g.n_columns > 1 ? 1 : 0;
  paper w = {.width = type->width,
             .unit = type->em / 2,
             .padding = type->padding,
             .stub = stub,
             .most = type->max_columns - stub};
  SX_TRY(cut(&g, arena, &n, &w, err));
  *out = g;
  return SX_OK;
}

size_t sx_publish__grid_span(const sx_grid *grid, const sx_grid_panel *panel, size_t row, size_t k) {
  const sx_document_node *cell = sx_grid_at(grid, row, panel->columns[k]);
  size_t span = 1;
  while (cell && k + span < panel->n && sx_grid_at(grid, row, panel->columns[k + span]) == cell) span++;
  return span;
}

/* ---- rows that belong together ----------------------------------------------------------------------------------- */

bool sx_publish__grid_below(const sx_grid *grid, size_t row) {
  if (row == 0 || row >= grid->n_rows) return false;
  for (size_t r = row - 1; r <= row; r++) {
    const sx_document_node *stub = sx_grid_at(grid, r, 0);
    if (grid->rows[r]->as.row.role != SX_DOC_ROW_BODY || !stub || stub->parent != grid->rows[r] ||
        stub->as.cell->row_span > 1 || (stub->first == NULL) != (r == row))
      return false;
  }
  return grid->n_columns > 1;
}

bool sx_publish__grid_keeps(const sx_grid *grid, size_t row) {
  const size_t n = grid->n_rows;
  if (row + 1 >= n) return false;
  if (grid->rows[row]->as.row.role != SX_DOC_ROW_BODY || row + 2 == n) return true;
  if ((row > 0 && grid->rows[row - 1]->as.row.role == SX_DOC_ROW_HEAD) || sx_publish__grid_below(grid, row + 1))
    return true;
  for (size_t c = 0; c < grid->n_columns; c++) {
    const sx_document_node *cell = sx_grid_at(grid, row, c);
    if (cell && cell == sx_grid_at(grid, row + 1, c)) return true;
  }
  return false;
}
