/* audit_document_html.c: the text of an HTML page. Not a parser of HTML: tags are tokens, blocks end parts, what a page's maker hides (scripts, styles, the head) is
 * left out, and broken nesting is taken as it comes. data-ref, data-unit, data-zeros, data-exempt and title of the elements around a text are kept with it.
 * Attributes that people see or hear, and texts that a style sheet puts on the page, stand beside the text. */
#include <stdlib.h>
#include <string.h>

#include "audit_text_priv.h"

enum { NAME_MAX_BYTES = 16, DEPTH_MAX = 2000, COLUMNS_MAX = 256 };

typedef struct element {
  char name[NAME_MAX_BYTES];
  sx_text_run attributes;
  size_t span;
} element;

typedef struct page {
  sx_part_maker *m;
  const char *data;
  size_t n, i, line, column;
  element *stack;
  size_t depth, cap_stack, too_deep;
  unsigned char occupied[COLUMNS_MAX]; /* rows that a cell above still reaches into */
  size_t hidden;                       /* elements around that are not text */
  size_t in_table;
  bool drawing;      /* a file of its own: its description is that of some drawing */
  bool title;        /* inside the page's own, which is read although the head is not */
  bool fresh, blank; /* a new run is due; a blank is due before the next letter */
  sx_part_kind kind;
  int level;
} page;

/* ---- reading on -------------------------------------------------------------------------------------------------- */

static void step(page *p, size_t n) {
  const size_t end = n < p->n - p->i ? p->i + n : p->n;
  for (const char *line; (line = memchr(p->data + p->i, '\n', end - p->i)) != NULL; p->line++, p->column = 1)
    p->i = (size_t)(line - p->data) + 1;
  size_t characters = 0;
  for (size_t i = p->i; i < end; i++) characters += ((unsigned char)p->data[i] & 0xC0u) != 0x80u;
  p->column += characters;
  p->i = end;
}

static bool starts(const page *p, const char *text) {
  const size_t n = strlen(text);
  return p->n - p->i >= n && memcmp(p->data + p->i, text, n) == 0;
}

static size_t find(const page *p, size_t from, const char *text) {
  const size_t n = strlen(text);
  for (size_t k = from; k + n <= p->n; k++) {
    const char *at = memchr(p->data + k, text[0], p->n - n - k + 1);
    if (!at) return p->n;
    k = (size_t)(at - p->data);
    if (memcmp(at, text, n) == 0) return k;
  }
  return p->n;
}

static bool blank_byte(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool same(const char *a, const char *b) {
  return strcmp(a, b) == 0;
}

/* ---- entities ---------------------------------------------------------------------------------------------------- */

static const struct {
  const char *name;
  uint32_t code;
} entities[] = {{"amp", '&'},       {"lt", '<'},       {"gt", '>'},        {"quot", '"'},     {"apos", '\''},
                {"nbsp", 0xA0},     {"ndash", 0x2013}, {"mdash", 0x2014},  {"minus", 0x2212}, {"times", 0xD7},
                {"hellip", 0x2026}, {"middot", 0xB7},  {"permil", 0x2030}, {"yen", 0xA5},     {"euro", 0x20AC},
                {"pound", 0xA3},    {"sup1", 0xB9},    {"sup2", 0xB2},     {"sup3", 0xB3},    {"thinsp", 0x2009},
                {"ensp", 0x2002},   {"emsp", 0x2003},  {"ldquo", 0x201C},  {"rdquo", 0x201D}, {"lsquo", 0x2018},
                {"rsquo", 0x2019},  {"plusmn", 0xB1},  {"percnt", '%'},    {"half", 0xBD}};

/* "&#8722;" or "&amp;" at text: bytes used, 0 when it is none. */
static size_t entity(uint32_t *code, const char *text, size_t n) {
  size_t end = 1;
  while (end < n && end < 12 && text[end] != ';') end++;
  if (n < 3 || text[0] != '&' || end >= n || text[end] != ';' || end < 2) return 0;
  if (text[1] == '#') {
    const bool hex = text[2] == 'x' || text[2] == 'X';
    uint32_t value = 0;
    for (size_t k = hex ? 3 : 2; k < end; k++) {
      const char c = text[k];
      const int d = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : 99;
      if (d >= (hex ? 16 : 10) || value > 0x110000) return 0;
      value = value * (hex ? 16u : 10u) + (uint32_t)d;
    }
    *code = value;
    return end + 1;
  }
  for (size_t k = 0; k < sizeof entities / sizeof *entities; k++) {
    if (strlen(entities[k].name) == end - 1 && memcmp(entities[k].name, text + 1, end - 1) == 0) {
      *code = entities[k].code;
      return end + 1;
    }
  }
  return 0;
}

/* ---- tags -------------------------------------------------------------------------------------------------------- */

static const char *const blocks[] = {
    "p",     "div",  "h1",         "h2",         "h3",      "h4",      "h5",      "h6",     "li",   "td",
    "th",    "tr",   "table",      "thead",      "tbody",   "tfoot",   "caption", "dt",     "dd",   "dl",
    "ul",    "ol",   "body",       "html",       "section", "article", "header",  "footer", "nav",  "main",
    "aside", "pre",  "blockquote", "figcaption", "figure",  "details", "summary", "svg",    "text", "desc",
    "title", "form", "hr",         "address",    "option",  "legend"};
static const char *const voids[] = {"br",  "img",  "hr",   "input", "meta",   "link", "col",
                                    "wbr", "area", "base", "embed", "source", "track"};
static const char *const unseen[] = {"script", "style", "head"};

static bool is_block(const char *name) {
  return SX_ONE_OF(name, blocks);
}

/* Innermost element that says what the text is. */
static void classify(page *p) {
  p->kind = SX_PART_PARAGRAPH;
  p->level = 0;
  for (size_t d = p->depth; d-- > 0;) {
    const char *name = p->stack[d].name;
    if (same(name, "td")) p->kind = SX_PART_CELL;
    if (same(name, "th")) p->kind = SX_PART_HEAD;
    if (same(name, "figcaption") || same(name, "caption")) p->kind = SX_PART_CAPTION;
    if (same(name, "text") || same(name, "desc") || (same(name, "title") && !p->title)) p->kind = SX_PART_FIGURE;
    if (same(name, "li") || same(name, "dt") || same(name, "dd")) p->kind = SX_PART_ITEM;
    if (name[0] == 'h' && name[1] >= '1' && name[1] <= '6' && !name[2]) {
      p->kind = SX_PART_HEADING;
      p->level = name[1] - '0';
    }
    if (p->kind != SX_PART_PARAGRAPH) return;
  }
}

static sx_status end_part(page *p) {
  p->blank = false;
  p->fresh = true;
  return sx_audit__text_close(p->m, p->kind, p->level);
}

/* The attributes that hold here: each from the innermost element that has it. */
static sx_text_run inherited(const page *p) {
  sx_text_run run = {0};
  for (size_t d = p->depth; d-- > 0;) {
    const sx_text_run *a = &p->stack[d].attributes;
    if (!run.reference && a->reference) {
      run.reference = a->reference;
      run.unit = a->unit;
      run.zeros = a->zeros;
      run.magnitude = a->magnitude;
      run.tip = a->tip;
    }
    if (!run.exempt) run.exempt = a->exempt;
  }
  return run;
}

static sx_status begin_text(page *p) {
  if (!p->m->buf.n) {
    classify(p);
    p->blank = false;
  } else if (p->blank) {
    sx_buf_add_char(&p->m->buf, ' ');
    p->blank = false;
  }
  if (!p->fresh) return SX_OK;
  const sx_text_run run = inherited(p), *last = p->m->n_runs ? &p->m->runs[p->m->n_runs - 1] : NULL;
  const bool numbered = last && last->exempt && same(last->exempt, "section");
  p->fresh = false;
  /* the number of a heading stands apart from it */
  if (numbered && !(run.exempt && same(run.exempt, "section")) && p->m->buf.data[p->m->buf.n - 1] != ' ' &&
      sx_is_digit((unsigned char)p->data[p->i]))
    sx_buf_add_char(&p->m->buf, ' ');
  return sx_audit__text_run(p->m, p->line, p->column, &run);
}

static void pop(page *p) {
  const element *e = &p->stack[--p->depth];
  if (SX_ONE_OF(e->name, unseen) && p->hidden) p->hidden--;
  if (same(e->name, "table") && p->in_table) p->in_table--;
  if (same(e->name, "title")) p->title = false;
}

/* The grid position of a cell that opens: rows above may reach into this one. */
static void place_cell(page *p, size_t columns, size_t rows) {
  size_t c = p->m->column;
  while (c < COLUMNS_MAX && p->occupied[c]) c++;
  p->m->column = c + 1;
  for (size_t k = c; k < c + columns && k < COLUMNS_MAX; k++) {
    if (rows > 1) p->occupied[k] = (unsigned char)(rows > 200 ? 200 : rows);
  }
}

static void open_structure(page *p, const char *name, size_t columns, size_t rows) {
  if (same(name, "table") && p->in_table++ == 0) {
    p->m->table++;
    p->m->row = 0;
    memset(p->occupied, 0, sizeof p->occupied);
  } else if (same(name, "tr") && p->in_table == 1) {
    for (size_t k = 0; k < COLUMNS_MAX; k++)
      if (p->occupied[k]) p->occupied[k]--;
    p->m->row++;
    p->m->column = 0;
  } else if ((same(name, "td") || same(name, "th")) && p->in_table == 1) {
    place_cell(p, columns, rows);
  }
}

/* An element that its like may not hold: the open one ends. */
static sx_status imply_end(page *p, const char *name) {
  static const char *const alone[] = {"p", "li", "td", "th", "tr", "dt", "dd", "option"};
  if (!p->depth || !SX_ONE_OF(name, alone)) return SX_OK;
  const char *top = p->stack[p->depth - 1].name;
  const bool cells = (same(name, "td") || same(name, "th")) && (same(top, "td") || same(top, "th"));
  const bool row = same(name, "tr") && (same(top, "td") || same(top, "th"));
  if (!same(top, name) && !cells && !row) return SX_OK;
  SX_TRY(end_part(p));
  pop(p);
  return row ? imply_end(p, name) : SX_OK;
}

static sx_status push(page *p, const char *name, const sx_text_run *attributes, size_t columns, size_t rows) {
  SX_TRY(imply_end(p, name));
  if (is_block(name)) SX_TRY(end_part(p));
  open_structure(p, name, columns, rows);
  p->fresh = true;
  if (p->depth >= DEPTH_MAX) {
    p->too_deep++;
    return SX_OK;
  }
  void *stack = p->stack;
  const bool grown = sx_mem_grow(&p->m->text->ctx, &stack, &p->cap_stack, p->depth + 1, sizeof *p->stack);
  p->stack = stack;
  if (!grown) return sx_error_memory(p->m->err);
  element *e = &p->stack[p->depth++];
  *e = (element){.attributes = *attributes, .span = columns};
  memcpy(e->name, name, strlen(name) + 1);
  if (SX_ONE_OF(name, unseen)) p->hidden++;
  return SX_OK;
}

static sx_status close_tag(page *p, const char *name) {
  size_t d = p->depth;
  while (d > 0 && !same(p->stack[d - 1].name, name)) d--;
  if (!d) return SX_OK;
  if (p->too_deep) {
    p->too_deep--;
    return SX_OK;
  }
  while (p->depth >= d) {
    if (is_block(p->stack[p->depth - 1].name)) SX_TRY(end_part(p));
    pop(p);
  }
  p->fresh = true;
  return SX_OK;
}

/* ---- attributes -------------------------------------------------------------------------------------------------- */

static sx_status decoded(const char **out, page *p, const char *text, size_t n) {
  sx_buf buf;
  const char *and = memchr(text, '&', n);
  if (!and) {
    *out = sx_arena_strndup(p->m->text->arena, text, n);
    return *out ? SX_OK : sx_error_memory(p->m->err);
  }
  sx_buf_init(&buf, &p->m->text->ctx);
  sx_buf_add(&buf, "");
  for (size_t i = 0; i < n;) {
    uint32_t code;
    const size_t plain = and? (size_t)(and-text) - i : n - i;
    sx_buf_add_n(&buf, text + i, plain);
    i += plain;
    if (i == n) break;
    const size_t k = entity(&code, text + i, n - i);
    if (k)
      sx_buf_add_code(&buf, code);
    else
      sx_buf_add_char(&buf, '&');
    i += k ? k : 1;
    and = memchr(text + i, '&', n - i);
  }
  *out = buf.failed ? NULL : sx_arena_strdup(p->m->text->arena, buf.data);
  sx_buf_clear(&buf);
  return *out ? SX_OK : sx_error_memory(p->m->err);
}

static size_t small_number(const char *text, size_t n, size_t most) {
  size_t value = 0;
  for (size_t i = 0; i < n && text[i] >= '0' && text[i] <= '9' && value <= most; i++)
    value = value * 10 + (size_t)(text[i] - '0');
  return value > most ? most : value;
}

static bool has_class(const char *text, size_t n, const char *name) {
  const size_t k = strlen(name);
  for (size_t i = 0; i + k <= n; i++) {
    if ((i == 0 || text[i - 1] == ' ') && memcmp(text + i, name, k) == 0 && (i + k == n || text[i + k] == ' '))
      return true;
  }
  return false;
}

enum { SEEN_MAX = 8 };

/* An attribute that is text: its name is one of the table's. */
typedef struct seen {
  const char *name, *text;
} seen;

typedef struct tag {
  sx_text_run attributes;
  size_t columns, rows;
  bool results; /* its id is that of the panel's data */
  seen seen[SEEN_MAX];
  size_t n_seen;
} tag;

/* Attributes that are seen or read out. Of others that begin with data-, those that we do not write ourselves are read too. */
static const char *const seen_names[] = {"alt",     "aria-label", "aria-description", "aria-valuetext", "placeholder",
                                         "summary", "label",      "aria-valuenow",    "srcdoc"};
static const char *const own_data[] = {"data-ref", "data-unit", "data-exempt", "data-sign", "data-zeros"};

static sx_status keep_seen(tag *t, page *p, const char *name, size_t k, const char *text, size_t n) {
  const char *known = NULL;
  for (size_t i = 0; i < sizeof seen_names / sizeof *seen_names; i++)
    if (strlen(seen_names[i]) == k && memcmp(name, seen_names[i], k) == 0) known = seen_names[i];
  if (!known && k > 5 && memcmp(name, "data-", 5) == 0) {
    known = "data";
    for (size_t i = 0; i < sizeof own_data / sizeof *own_data; i++)
      if (strlen(own_data[i]) == k && memcmp(name, own_data[i], k) == 0) known = NULL;
  }
  if (!known || !n || t->n_seen == SEEN_MAX) return SX_OK;
  t->seen[t->n_seen].name = known;
  return decoded(&t->seen[t->n_seen++].text, p, text, n);
}

static sx_status attribute(tag *t, page *p, const char *name, size_t k, const char *text, size_t n) {
#define IS(word) (k == sizeof(word) - 1 && memcmp(name, word, k) == 0)
  if (IS("id") && n == 7 && memcmp(text, "results", 7) == 0) t->results = true;
  if (IS("data-ref")) return decoded(&t->attributes.reference, p, text, n);
  if (IS("data-unit")) return decoded(&t->attributes.unit, p, text, n);
  if (IS("data-exempt")) return decoded(&t->attributes.exempt, p, text, n);
  if (IS("title")) return decoded(&t->attributes.tip, p, text, n);
  if (IS("data-sign")) t->attributes.magnitude = n == 4 && memcmp(text, "none", 4) == 0;
  if (IS("data-zeros")) t->attributes.zeros = (int)small_number(text, n, 20);
  if (IS("colspan")) t->columns = small_number(text, n, COLUMNS_MAX);
  if (IS("rowspan")) t->rows = small_number(text, n, 1000);
  if (IS("class") && (has_class(text, n, "no") || has_class(text, n, "ref"))) t->attributes.exempt = "section";
  if (IS("class") && has_class(text, n, "u")) p->blank = true; /* the unit of a column's head stands apart */
  if (IS("class") && has_class(text, n, "toc")) t->attributes.exempt = "contents";
  if (IS("class") && has_class(text, n, "fn")) t->attributes.exempt = "note";
  return keep_seen(t, p, name, k, text, n);
#undef IS
}

/* From behind the name to the end of the tag; *empty: it ends in "/>". */
static sx_status attributes(tag *t, page *p, size_t *at, bool *empty) {
  size_t i = *at;
  *empty = false;
  while (i < p->n && p->data[i] != '>') {
    if (blank_byte(p->data[i]) || p->data[i] == '/') {
      *empty = p->data[i] == '/';
      i++;
      continue;
    }
    *empty = false;
    const size_t name = i;
    while (i < p->n && !blank_byte(p->data[i]) && p->data[i] != '=' && p->data[i] != '>' && p->data[i] != '/') i++;
    const size_t k = i - name;
    while (i < p->n && blank_byte(p->data[i])) i++;
    if (i >= p->n || p->data[i] != '=') {
      if (!k) i++;
      continue;
    }
    i++;
    while (i < p->n && blank_byte(p->data[i])) i++;
    const char quote = i < p->n && (p->data[i] == '"' || p->data[i] == '\'') ? p->data[i++] : 0;
    const size_t value = i;
    const char *close = quote ? memchr(p->data + i, quote, p->n - i) : NULL;
    if (quote) i = close ? (size_t)(close - p->data) : p->n;
    while (!quote && i < p->n && !blank_byte(p->data[i]) && p->data[i] != '>') i++;
    SX_TRY(attribute(t, p, p->data + name, k, p->data + value, i - value));
    if (quote && i < p->n) i++;
  }
  *at = i < p->n ? i + 1 : i;
  return SX_OK;
}

static size_t tag_name(char out[NAME_MAX_BYTES], const page *p, size_t at) {
  size_t n = 0, k = at;
  while (k < p->n && (sx_is_latin((unsigned char)p->data[k]) || sx_is_digit((unsigned char)p->data[k]) ||
                      p->data[k] == '-' || p->data[k] == ':')) {
    const char c = p->data[k++];
    if (n + 1 < NAME_MAX_BYTES) out[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  out[n] = '\0';
  return k;
}

/* What is between <script> and </script> is no text and may hold '<'. */
static size_t raw_end(const page *p, const char *name, size_t from) {
  char close[NAME_MAX_BYTES + 3] = "</";
  memcpy(close + 2, name, strlen(name) + 1);
  return find(p, from, close);
}

/* One text beside the page. prefix and word: of its reference; NULL: none. */
static sx_status put_beside(page *p, const char *within, const char *text, const char *prefix, const char *word,
                            const char *exempt, sx_part_kind kind) {
  sx_part_maker *maker = NULL;
  sx_text_run run = {.exempt = exempt};
  if (prefix) run.reference = sx_arena_printf(p->m->text->arena, "%s%s", prefix, word);
  if (prefix && !run.reference) return sx_error_memory(p->m->err);
  SX_TRY(sx_audit__text_beside(&maker, p->m, within));
  return sx_audit__text_one(maker, kind, text, strlen(text), p->line, p->column, &run);
}

/* A missing number has no reference; its name stands last in what is said of it. */
static const char *name_said(const char *text) {
  static const char colon[] = "\xef\xbc\x9a"; /* U+FF1A */
  const char *name = strrchr(text, ' ');
  name = name ? name + 1 : text;
  for (const char *c; (c = strstr(name, colon)) != NULL;) name = c + sizeof colon - 1;
  return name;
}

/* What is seen of a tag. A tooltip is held against the result of its element (audit_report_bound.c); without one it is a text like any other. */
static sx_status beside(page *p, const char *name, const tag *t) {
  const sx_text_run *a = &t->attributes;
  const bool figure = same(name, "svg") || same(name, "img") || same(name, "figure");
  const bool result = a->reference && a->reference[0] != '=' && !figure;
  const bool limit = a->reference && a->exempt && same(a->exempt, "threshold");
  for (size_t i = 0; i < t->n_seen; i++) {
    const char *what = t->seen[i].name;
    const bool data = same(what, "data");
    if (data && !figure)
      SX_TRY(put_beside(p, what, t->seen[i].text, SX_REF_SAID, result ? a->reference : name_said(t->seen[i].text), NULL,
                        SX_PART_PARAGRAPH));
    else if (figure)
      SX_TRY(put_beside(p, what, t->seen[i].text, SX_REF_DRAWINGS, "", NULL, SX_PART_FIGURE));
    else
      SX_TRY(put_beside(p, what, t->seen[i].text, NULL, "", same(name, "section") ? "notes" : NULL, SX_PART_PARAGRAPH));
  }
  if (!a->tip || result) return SX_OK;
  if (limit) return put_beside(p, "title", a->tip, SX_REF_LIMIT, a->reference + 1, NULL, SX_PART_PARAGRAPH);
  return put_beside(p, "title", a->tip, NULL, "", NULL, SX_PART_PARAGRAPH);
}

/* content: "..." of a style sheet is put on the page. */
static sx_status style_texts(page *p, size_t from, size_t to) {
  static const char word[] = "content";
  sx_part_maker *maker = NULL;
  for (size_t i = from; i + sizeof word < to; i++) {
    if (memcmp(p->data + i, word, sizeof word - 1) != 0) continue;
    for (i += sizeof word - 1; i < to && p->data[i] != ';' && p->data[i] != '}'; i++) {
      const char quote = p->data[i];
      if (quote != '"' && quote != '\'') continue;
      const size_t begin = ++i;
      while (i < to && p->data[i] != quote) i++;
      SX_TRY(sx_audit__text_beside(&maker, p->m, "style"));
      SX_TRY(sx_audit__text_one(maker, SX_PART_PARAGRAPH, p->data + begin, i - begin, p->line, p->column, NULL));
    }
  }
  return SX_OK;
}

/* The data behind the numbers of a page, up to `to`. */
static sx_status keep_panel(page *p, size_t to) {
  sx_audit_text *t = p->m->text;
  t->panel = sx_arena_strndup(t->arena, p->data + p->i, to - p->i);
  t->n_panel = to - p->i;
  t->panel_line = p->line;
  return t->panel ? SX_OK : sx_error_memory(p->m->err);
}

static sx_status read_tag(page *p) {
  char name[NAME_MAX_BYTES];
  tag t = {.columns = 1, .rows = 1};
  bool empty;
  const bool closing = p->i + 1 < p->n && p->data[p->i + 1] == '/';
  size_t at = tag_name(name, p, p->i + 1 + closing);
  SX_TRY(attributes(&t, p, &at, &empty));
  if (closing) {
    step(p, at - p->i);
    return close_tag(p, name);
  }
  if (p->drawing && same(name, "desc") && !t.attributes.reference) t.attributes.reference = SX_REF_DRAWINGS;
  if (!same(name, "meta")) SX_TRY(beside(p, name, &t));
  if (same(name, "sup") && !t.attributes.exempt) t.attributes.exempt = "note";
  if (same(name, "code") || same(name, "pre") || same(name, "kbd")) t.attributes.exempt = "code";
  if (same(name, "br")) p->blank = true;
  p->fresh = true;
  if (same(name, "script") || same(name, "style")) {
    const size_t from = at;
    at = raw_end(p, name, at);
    if (same(name, "style")) SX_TRY(style_texts(p, from, at));
    step(p, from - p->i);
    if (same(name, "script") && t.results) SX_TRY(keep_panel(p, at));
    step(p, at - p->i);
    return SX_OK;
  }
  step(p, at - p->i);
  if (SX_ONE_OF(name, voids)) return is_block(name) ? end_part(p) : SX_OK;
  if (empty) return SX_OK;
  if (same(name, "title") && p->hidden == 1 && p->depth && same(p->stack[p->depth - 1].name, "head")) p->title = true;
  if (same(name, "title") && p->hidden && !p->title) return SX_OK;
  return push(p, name, &t.attributes, t.columns ? t.columns : 1, t.rows);
}

static bool opens_tag(const page *p) {
  const char c = p->i + 1 < p->n ? p->data[p->i + 1] : ' ';
  return sx_is_latin((unsigned char)c) || c == '/';
}

/* Bytes from here on, one at least, that stand for themselves. */
static size_t plain_text(const page *p) {
  size_t i = p->i + 1;
  while (i < p->n && p->data[i] != '<' && p->data[i] != '&' && !blank_byte(p->data[i])) i++;
  return i - p->i;
}

static sx_status one(page *p) {
  const char c = p->data[p->i];
  if (c == '<' && starts(p, "<!--")) {
    const size_t end = find(p, p->i + 4, "-->");
    step(p, (end < p->n ? end + 3 : end) - p->i);
    p->fresh = true;
    return SX_OK;
  }
  if (c == '<' && (starts(p, "<!") || starts(p, "<?"))) {
    const size_t end = find(p, p->i, ">");
    step(p, (end < p->n ? end + 1 : end) - p->i);
    p->fresh = true;
    return SX_OK;
  }
  if (c == '<' && opens_tag(p)) return read_tag(p);
  if (blank_byte(c)) {
    p->blank = true;
    p->fresh = true;
    step(p, 1);
    return SX_OK;
  }
  if (p->hidden && !p->title) {
    step(p, plain_text(p));
    return SX_OK;
  }
  SX_TRY(begin_text(p));
  uint32_t code;
  const size_t k = c == '&' ? entity(&code, p->data + p->i, p->n - p->i) : 0;
  if (k) {
    sx_buf_add_code(&p->m->buf, code);
    p->fresh = true;
    step(p, k);
  } else {
    const size_t plain = plain_text(p);
    sx_buf_add_n(&p->m->buf, p->data + p->i, plain);
    step(p, plain);
  }
  return SX_OK;
}

static sx_status read_page(sx_part_maker *m, const char *data, size_t n, bool drawing) {
  page p = {.m = m, .data = data, .n = n, .line = 1, .column = 1, .fresh = true, .drawing = drawing};
  sx_status status = SX_OK;
  while (p.i < p.n && status == SX_OK) status = one(&p);
  if (status == SX_OK) status = end_part(&p);
  sx_mem_free(&m->text->ctx, p.stack);
  return status;
}

sx_status sx_audit__text_html(sx_part_maker *m, const char *data, size_t n) {
  return read_page(m, data, n, false);
}

sx_status sx_audit__text_drawing(sx_part_maker *m, const char *data, size_t n) {
  return read_page(m, data, n, true);
}
