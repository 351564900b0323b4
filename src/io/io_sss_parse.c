/* io_sss_parse.c: the definition of Triple-S ("The Metadata File", p. 9-38 of version 2.0).
 *
 *   <sss version languages modes>          General Metadata File Elements, p. 19
 *     <survey> <title> <record ident href format skip>      Survey Elements, p. 22: format fixed (default) or csv, skip: lines to pass over
 *       <variable ident type use format>   type single multiple quantity character logical date time; use serial, weight; format literal
 *         <name> <label> <position start finish> <filter> <size> <spread subfields width>
 *         <values> <range from to> <value code score>text
 *   <text xml:lang mode> inside a text     Specialised Texts, p. 36
 *   <hierarchy> <level ident href>         Hierarchy Elements, p. 34: refused, its levels are surveys of their own
 *
 * Names and codes stay as they are. Of texts in several languages or modes one is taken: the mode for analysis, the language that the
 * definition lists first, or the plain text. */
#include "io_sss.h"
#include "shuxiao/io_archive.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VARIABLES_MAX = 100000, VALUES_MAX = 10000, COLUMNS_MAX = 10000000, TEXT_MAX = 1 << 16, LEVELS_SHOWN = 300 };
enum { SCORE_PLAIN = 5, SCORE_LANGUAGE = 4, SCORE_ANALYSIS = 2, SCORE_ANY_MODE = 1 };

typedef struct parse {
  sss_definition *d;
  sss_variable *v; /* at hand, or NULL */
  sss_value *value;
  bool root, in_record, in_hierarchy, records;
  sx_buf plain, piece; /* the text at hand, and one special to a language or mode */
  bool taking, in_piece;
  int score, best; /* of the piece at hand, and of the one kept */
  const char *kept;
  char levels[LEVELS_SHOWN];
} parse;

static bool is(const char *name, const char *what) {
  return strcmp(name, what) == 0;
}

static sx_status SX_PRINTF(4, 5) fault(const parse *p, sx_status status, sx_error *err, const char *fmt, ...) {
  char where[SX_ERROR_WHERE_MAX], message[SX_ERROR_MESSAGE_MAX];
  const char *name = !p->v ? NULL : p->v->name && *p->v->name ? p->v->name : p->v->ident;
  if (name)
    (void)snprintf(where, sizeof where, "%.300s: variable '%.100s'", p->d->name, name);
  else
    (void)snprintf(where, sizeof where, "%.300s", p->d->name);
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(message, sizeof message, fmt, args);
  va_end(args);
  return sx_error_set(err, status, where, "%s", message);
}

static sx_status keep(const char **out, const parse *p, const char *text, sx_error *err) {
  *out = sx_arena_strdup(p->d->arena, text);
  return *out ? SX_OK : sx_error_memory(err);
}

static bool whole(size_t *out, const char *text, size_t least, size_t most) {
  int64_t value;
  if (!text) return false;
  while (*text == '0' && text[1] >= '0' && text[1] <= '9') text++; /* "0001" */
  if (!sx_text_to_int64(&value, text, strlen(text)) || value < (int64_t)least || value > (int64_t)most) return false;
  *out = (size_t)value;
  return true;
}

/* ---- elements with attributes ----------------------------------------------------------------------------------------- */

static sx_status start_sss(parse *p, const char *const *a, sx_error *err) {
  const char *version = sx_xml_attribute(a, "version"), *languages = sx_xml_attribute(a, "languages");
  p->root = true;
  if (!version || !strchr("123", version[0]) || version[0] == '\0')
    return fault(p, SX_E_SUPPORT, err, "Triple-S XML of version '%s': 1.1 to 3.0 are read", version ? version : "?");
  if (languages)
    (void)snprintf(p->d->language, sizeof p->d->language, "%.*s", (int)strcspn(languages, " ,;"), languages);
  return SX_OK;
}

static sx_status start_record(parse *p, const char *const *a, sx_error *err) {
  const char *format = sx_xml_attribute(a, "format"), *skip = sx_xml_attribute(a, "skip");
  const char *href = sx_xml_attribute(a, "href");
  if (p->records) return fault(p, SX_E_SUPPORT, err, "more than one record: a survey with one is read");
  p->records = p->in_record = true;
  p->d->csv = format && is(format, "csv");
  if (format && !p->d->csv && !is(format, "fixed"))
    return fault(p, SX_E_PARSE, err, "the record's format is '%s': fixed or csv", format);
  if (skip && !whole(&p->d->skip, skip, 0, COLUMNS_MAX))
    return fault(p, SX_E_PARSE, err, "skip is '%s': a number of lines", skip);
  return href ? keep(&p->d->href, p, href, err) : SX_OK;
}

static sss_type type_of(const char *text) {
  static const char *const names[] = {"", "single", "multiple", "quantity", "character", "logical", "date", "time"};
  for (size_t i = 1; text && i < sizeof names / sizeof *names; i++)
    if (is(text, names[i])) return (sss_type)i;
  return SSS_NONE;
}

static sx_status start_variable(parse *p, const char *const *a, sx_error *err) {
  const char *ident = sx_xml_attribute(a, "ident"), *type = sx_xml_attribute(a, "type");
  const char *format = sx_xml_attribute(a, "format"), *filter = sx_xml_attribute(a, "filter");
  void *items = p->d->variables;
  if (p->d->n == VARIABLES_MAX) return fault(p, SX_E_LIMIT, err, "more variables than are read");
  if (!sx_arena_grow(p->d->arena, &items, &p->d->cap, p->d->n + 1, sizeof *p->d->variables))
    return sx_error_memory(err);
  p->d->variables = items;
  p->v = &p->d->variables[p->d->n++];
  *p->v = (sss_variable){.name = "", .label = "", .type = type_of(type), .literal = format && is(format, "literal")};
  SX_TRY(keep(&p->v->ident, p, ident ? ident : "?", err));
  if (filter) SX_TRY(keep(&p->v->filter, p, filter, err)); /* an attribute before 2.0 */
  if (p->v->type != SSS_NONE) return SX_OK;
  return fault(p, SX_E_PARSE, err, "type '%s': single, multiple, quantity, character, logical, date and time are read",
               type ? type : "");
}

static sx_status start_position(parse *p, const char *const *a, sx_error *err) {
  const char *start = sx_xml_attribute(a, "start"), *finish = sx_xml_attribute(a, "finish");
  if (!whole(&p->v->start, start, 1, COLUMNS_MAX))
    return fault(p, SX_E_PARSE, err, "the position's start is '%s': a whole number from 1", start ? start : "");
  if (finish && !whole(&p->v->finish, finish, p->v->start, COLUMNS_MAX))
    return fault(p, SX_E_PARSE, err, "the position's finish is '%s': a whole number from start on", finish);
  return SX_OK;
}

static sx_status start_spread(parse *p, const char *const *a, sx_error *err) {
  const char *subfields = sx_xml_attribute(a, "subfields"), *width = sx_xml_attribute(a, "width");
  if (!whole(&p->v->subfields, subfields, 1, VALUES_MAX))
    return fault(p, SX_E_PARSE, err, "a spread of '%s' subfields: a whole number from 1", subfields ? subfields : "");
  if (width && !whole(&p->v->width, width, 1, 1000))
    return fault(p, SX_E_PARSE, err, "a spread's width is '%s': a whole number from 1", width);
  return SX_OK;
}

static sx_status add_value(parse *p, const char *code, sx_error *err) {
  sss_variable *v = p->v;
  void *items = v->values;
  if (v->n_values == VALUES_MAX) return fault(p, SX_E_LIMIT, err, "more values than are read");
  if (!sx_arena_grow(p->d->arena, &items, &v->cap_values, v->n_values + 1, sizeof *v->values))
    return sx_error_memory(err);
  v->values = items;
  p->value = &v->values[v->n_values++];
  *p->value = (sss_value){.text = ""};
  double number = 0;
  const bool coded = !v->literal && (v->type == SSS_SINGLE || v->type == SSS_MULTIPLE);
  size_t plain = 0;
  if (coded && whole(&plain, code, 0, 1000000000))
    p->value->number = (int64_t)plain;
  else if (coded && !sx_text_to_int64(&p->value->number, code, strlen(code)))
    return fault(p, SX_E_PARSE, err, "the code '%s' is no whole number, and the variable's format is not literal",
                 code);
  else if (v->type == SSS_QUANTITY && !sx_text_to_double(&number, code, strlen(code)))
    return fault(p, SX_E_PARSE, err, "the code '%s' of a quantity is no number", code);
  return keep(&p->value->code, p, code, err);
}

static sx_status add_range(parse *p, const char *from, const char *to, sx_error *err) {
  sss_variable *v = p->v;
  sss_range r;
  void *items = v->ranges;
  if (v->literal || !sx_text_to_double(&r.low, from, strlen(from)) || !sx_text_to_double(&r.high, to, strlen(to))) {
    v->open = true;
    return SX_OK;
  }
  if (v->n_ranges == VALUES_MAX) return fault(p, SX_E_LIMIT, err, "more ranges than are read");
  if (!sx_arena_grow(p->d->arena, &items, &v->cap_ranges, v->n_ranges + 1, sizeof *v->ranges))
    return sx_error_memory(err);
  v->ranges = items;
  v->ranges[v->n_ranges++] = r;
  return SX_OK;
}

/* A range gives the codes of single and multiple, and says of a quantity what it may be and whether it has decimals. */
static sx_status start_range(parse *p, const char *const *a, sx_error *err) {
  const char *from = sx_xml_attribute(a, "from"), *to = sx_xml_attribute(a, "to");
  size_t low = 0, high = 0;
  if (!from || !to) return fault(p, SX_E_PARSE, err, "a range without '%s'", from ? "to" : "from");
  if (p->v->type == SSS_QUANTITY) p->v->decimals = p->v->decimals || strchr(from, '.') || strchr(to, '.');
  if (p->v->type != SSS_MULTIPLE || p->v->literal) return add_range(p, from, to, err);
  if (!whole(&low, from, 1, COLUMNS_MAX) || !whole(&high, to, low, low + VALUES_MAX - 1))
    return fault(p, SX_E_PARSE, err, "the range to '%s' of a variable of several answers is none of whole numbers", to);
  for (size_t k = low; k <= high; k++) {
    char code[32];
    (void)snprintf(code, sizeof code, "%zu", k);
    SX_TRY(add_value(p, code, err));
  }
  p->value = NULL;
  return SX_OK;
}

/* ---- texts ------------------------------------------------------------------------------------------------------------ */

static void start_text(parse *p) {
  sx_buf_reset(&p->plain);
  p->taking = true;
  p->kept = NULL;
  p->best = -1;
}

static sx_status start_piece(parse *p, const char *const *a) {
  const char *language = sx_xml_attribute(a, "lang"), *mode = sx_xml_attribute(a, "mode");
  const bool first = !language || !p->d->language[0] || is(language, p->d->language);
  sx_buf_reset(&p->piece);
  p->in_piece = true;
  p->score = (first ? SCORE_LANGUAGE : 0) + (!mode ? SCORE_ANY_MODE : is(mode, "analysis") ? SCORE_ANALYSIS : 0);
  return SX_OK;
}

/* Blanks and line ends as one blank each, none at the ends. */
static sx_status squeeze(const char **out, const parse *p, const sx_buf *from, sx_error *err) {
  SX_TRY(sx_buf_status(from, err));
  char *text = sx_arena_strndup(p->d->arena, from->n ? from->data : "", from->n);
  if (!text) return sx_error_memory(err);
  char *to = text;
  for (const char *c = text; *c; c++) {
    const bool blank = strchr(" \t\r\n", *c) != NULL;
    if (blank && (to == text || to[-1] == ' ')) continue;
    *to++ = blank ? ' ' : *c;
  }
  if (to > text && to[-1] == ' ') to--;
  *to = '\0';
  *out = text;
  return SX_OK;
}

static sx_status end_piece(parse *p, sx_error *err) {
  p->in_piece = false;
  if (p->score <= p->best) return SX_OK;
  p->best = p->score;
  return squeeze(&p->kept, p, &p->piece, err);
}

static sx_status end_text(const char **out, parse *p, sx_error *err) {
  p->taking = false;
  SX_TRY(squeeze(out, p, &p->plain, err));
  if (p->kept && (!**out || p->best > SCORE_PLAIN)) *out = p->kept;
  return SX_OK;
}

static sx_status on_text(void *data, const char *text, size_t n, sx_error *err) {
  parse *p = data;
  sx_buf *to = p->in_piece ? &p->piece : &p->plain;
  if (!p->taking) return SX_OK;
  if (to->n + n > TEXT_MAX) return fault(p, SX_E_LIMIT, err, "a text of more than 64 KB");
  sx_buf_add_n(to, text, n);
  return SX_OK;
}

/* ---- the end of a variable -------------------------------------------------------------------------------------------- */

static size_t highest_code(const sss_variable *v) {
  int64_t most = 1;
  for (size_t i = 0; i < v->n_values; i++)
    if (v->values[i].number > most) most = v->values[i].number;
  return (size_t)most;
}

static int by_number(const void *a, const void *b) {
  const sss_value *x = a, *y = b;
  return (x->number > y->number) - (x->number < y->number);
}

/* Codes in their order, one each: that of a range gives way to the one with a text. */
static sx_status order_codes(parse *p, sx_error *err) {
  sss_variable *v = p->v;
  size_t n = 0;
  qsort(v->values, v->n_values, sizeof *v->values, by_number);
  for (size_t i = 0; i < v->n_values; i++) {
    const bool again = n && v->values[n - 1].number == v->values[i].number;
    if (again && *v->values[n - 1].text && *v->values[i].text)
      return fault(p, SX_E_DATA, err, "the code '%s' stands twice among the values", v->values[i].code);
    if (!again)
      v->values[n++] = v->values[i];
    else if (*v->values[i].text)
      v->values[n - 1] = v->values[i];
  }
  v->n_values = n;
  return SX_OK;
}

/* "Variables of type Multiple", p. 44: a bitstring is as long as its highest code; a spread's subfields stand in the columns one after
 * the other, each as wide as said, or as the columns are parted among them, or (csv) as the widest code. */
static sx_status check_multiple(parse *p, sx_error *err) {
  sss_variable *v = p->v;
  const size_t columns = v->finish ? v->finish - v->start + 1 : 0;
  if (!v->n_values) return fault(p, SX_E_PARSE, err, "a variable of several answers has no values");
  if (!v->subfields && v->literal)
    return fault(p, SX_E_PARSE, err, "codes that are texts, of several answers, need a spread");
  if (!v->literal) {
    SX_TRY(order_codes(p, err));
    if (v->values[0].number < 1)
      return fault(p, SX_E_PARSE, err, "the code '%s' of several answers: they begin at 1", v->values[0].code);
  }
  if (!v->subfields) {
    const size_t most = highest_code(v);
    if (!v->finish) v->finish = v->start + most - 1;
    if (p->d->csv || v->finish - v->start + 1 >= most) return SX_OK;
    return fault(p, SX_E_PARSE, err, "the columns do not reach to the code '%s'", v->values[v->n_values - 1].code);
  }
  if (!v->width && !p->d->csv) v->width = columns ? columns / v->subfields : 1;
  for (size_t i = 0; i < v->n_values && p->d->csv; i++)
    if (strlen(v->values[i].code) > v->width) v->width = strlen(v->values[i].code);
  if (!p->d->csv && (!v->width || (columns && columns < v->subfields * v->width)))
    return fault(p, SX_E_PARSE, err, "the columns have no room for the subfields of the spread");
  return SX_OK;
}

static sx_status end_variable(parse *p, sx_error *err) {
  sss_variable *v = p->v;
  if (!*v->name) {
    v->name = sx_arena_printf(p->d->arena, "V%s", v->ident);
    if (!v->name) return sx_error_memory(err);
  }
  if (!v->start) return fault(p, SX_E_PARSE, err, "the variable has no position");
  for (size_t i = 0; i < v->n_values; i++)
    if (v->type == SSS_QUANTITY && strchr(v->values[i].code, '.')) v->decimals = true;
  if (v->type == SSS_SINGLE && !v->literal && v->n_values) SX_TRY(order_codes(p, err));
  if (v->type == SSS_MULTIPLE) SX_TRY(check_multiple(p, err));
  if (!v->finish) v->finish = v->start; /* "finish" may be left out where it is start */
  p->v = NULL;
  return SX_OK;
}

/* ---- the parser's calls ------------------------------------------------------------------------------------------------ */

static sx_status start_use(parse *p, const char *const *a) {
  const char *use = sx_xml_attribute(a, "use");
  if (use && is(use, "weight") && !p->d->weight) p->d->weight = p->v->ident; /* the name follows */
  if (use && is(use, "serial") && !p->d->serial) p->d->serial = p->v->ident;
  return SX_OK;
}

static sx_status start_in_variable(parse *p, const char *name, const char *const *a, sx_error *err) {
  if (is(name, "name") || is(name, "label") || is(name, "filter") || is(name, "size")) start_text(p);
  if (is(name, "position")) return start_position(p, a, err);
  if (is(name, "spread")) return start_spread(p, a, err);
  if (is(name, "range")) return start_range(p, a, err);
  if (!is(name, "value")) return SX_OK;
  const char *code = sx_xml_attribute(a, "code");
  if (!code) return fault(p, SX_E_PARSE, err, "a value has no code");
  start_text(p);
  return add_value(p, code, err);
}

static void note_level(parse *p, const char *const *a) {
  const char *href = sx_xml_attribute(a, "href"), *ident = sx_xml_attribute(a, "ident");
  const size_t n = strlen(p->levels);
  const char *what = href ? href : ident ? ident : "?";
  if (n + strlen(what) + 3 < sizeof p->levels)
    (void)snprintf(p->levels + n, sizeof p->levels - n, "%s%s", n ? ", " : "", what);
}

static sx_status on_start(void *data, const char *name, const char *const *a, sx_error *err) {
  parse *p = data;
  if (!p->root && !is(name, "sss"))
    return fault(p, SX_E_PARSE, err, "the document is a '%s', no Triple-S definition", name);
  if (!p->root) return start_sss(p, a, err);
  if (is(name, "text") && p->taking) return start_piece(p, a);
  if (is(name, "br")) return on_text(p, " ", 1, err);
  if (is(name, "hierarchy")) p->in_hierarchy = true;
  if (is(name, "level") && p->in_hierarchy) note_level(p, a);
  if (is(name, "record")) return start_record(p, a, err);
  if (p->v) return start_in_variable(p, name, a, err);
  if (is(name, "title")) start_text(p);
  if (!is(name, "variable") || !p->in_record) return SX_OK;
  SX_TRY(start_variable(p, a, err));
  return start_use(p, a);
}

static sx_status on_end(void *data, const char *name, sx_error *err) {
  parse *p = data;
  const char *text = NULL;
  if (is(name, "record")) p->in_record = false;
  if (is(name, "text") && p->in_piece) return end_piece(p, err);
  if (is(name, "title") && !p->v && p->taking) return end_text(&p->d->title, p, err);
  if (!p->v) return SX_OK;
  if (is(name, "variable")) return end_variable(p, err);
  if (!p->taking) return SX_OK;
  if (is(name, "name")) return end_text(&p->v->name, p, err);
  if (is(name, "label")) return end_text(&p->v->label, p, err);
  if (is(name, "filter")) return end_text(&p->v->filter, p, err);
  if (is(name, "size")) return end_text(&text, p, err);
  if (is(name, "value") && p->value) return end_text(&p->value->text, p, err);
  return SX_OK;
}

/* ---- encodings ---------------------------------------------------------------------------------------------------------- */

/* The encoding that the XML declaration names, or NULL. */
static sx_status declared(const char **out, const sx_io__source *s, sx_arena *arena, sx_error *err) {
  char head[201];
  const size_t n = s->n < sizeof head - 1 ? s->n : sizeof head - 1;
  memcpy(head, s->data, n);
  head[n] = '\0';
  char *end = strstr(head, "?>"), *at = strstr(head, "encoding=");
  *out = NULL;
  if (!end || !at || at > end || strncmp(head, "<?xml", 5) != 0) return SX_OK;
  at += strlen("encoding=");
  const char quote = *at++;
  const char *close = strchr(at, quote);
  if ((quote != '"' && quote != '\'') || !close || close > end) return SX_OK;
  *out = sx_arena_strndup(arena, at, (size_t)(close - at));
  return *out ? SX_OK : sx_error_memory(err);
}

/* Encodings that the parser knows by itself are left to it. */
static bool known_to_parser(const char *encoding) {
  static const char *const known[] = {"UTF-8", "UTF-16", "ISO-8859-1", "US-ASCII",
                                      "utf-8", "utf-16", "iso-8859-1", "us-ascii"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (is(encoding, known[i])) return true;
  return false;
}

static sx_status read_xml(parse *p, const sx_io__source *s, sx_error *err) {
  const sx_xml_handler handler = {.data = p, .start = on_start, .end = on_end, .text = on_text};
  const char *encoding = p->d->encoding;
  if (!encoding || known_to_parser(encoding))
    return sx_xml_read_typed(s->ctx, s->name, (const char *)s->data, s->n, &handler, err);
  char *text = NULL;
  size_t n = 0, bad = 0;
  sx_status status = sx_io__decode(&text, &n, &bad, s->ctx, encoding, s->data, s->n, err);
  if (status != SX_OK) {
    sx_error_add_where(err, "%.300s", s->name);
    return status;
  }
  char *end = strstr(text, "?>"); /* the declaration is no longer true */
  if (end) memset(text, ' ', (size_t)(end - text) + 2);
  status = sx_xml_read_typed(s->ctx, s->name, text, n, &handler, err);
  sx_mem_free(s->ctx, text);
  return status;
}

/* ---- the definition ------------------------------------------------------------------------------------------------------ */

/* Weight and serial were noted by ident, which a name may have changed since. */
static const char *name_of(const sss_definition *d, const char *ident) {
  for (size_t i = 0; ident && i < d->n; i++)
    if (is(d->variables[i].ident, ident)) return d->variables[i].name;
  return NULL;
}

static int by_name(const void *a, const void *b) {
  const sss_variable *const *x = a, *const *y = b;
  return strcmp((*x)->name, (*y)->name);
}

static sx_status check_names(parse *p, sx_error *err) {
  const sss_definition *d = p->d;
  const sss_variable **sorted = sx_arena_alloc(d->arena, d->n, sizeof *sorted);
  if (!sorted) return sx_error_memory(err);
  for (size_t i = 0; i < d->n; i++) sorted[i] = &d->variables[i];
  qsort(sorted, d->n, sizeof *sorted, by_name);
  for (size_t i = 1; i < d->n; i++)
    if (by_name(&sorted[i - 1], &sorted[i]) == 0)
      return fault(p, SX_E_DATA, err, "the name '%s' stands twice", sorted[i]->name);
  return SX_OK;
}

static sx_status finish(parse *p, sx_error *err) {
  sss_definition *d = p->d;
  if (p->in_hierarchy)
    return fault(p, SX_E_SUPPORT, err, "a hierarchy of several levels: read the definition of one of them (%s)",
                 p->levels[0] ? p->levels : "none is named");
  if (!p->records) return fault(p, SX_E_PARSE, err, "the definition has no record");
  if (!d->n) return fault(p, SX_E_PARSE, err, "the record has no variables");
  SX_TRY(check_names(p, err));
  d->weight = name_of(d, d->weight);
  d->serial = name_of(d, d->serial);
  return SX_OK;
}

sx_status sx_io__sss_parse(sss_definition *out, const sx_io__source *s, sx_arena *arena, sx_error *err) {
  parse p = {.d = out};
  *out = (sss_definition){.arena = arena, .name = s->name};
  SX_TRY(declared(&out->encoding, s, arena, err));
  sx_buf_init(&p.plain, s->ctx);
  sx_buf_init(&p.piece, s->ctx);
  sx_status status = read_xml(&p, s, err);
  if (status == SX_OK) status = finish(&p, err);
  sx_buf_clear(&p.plain);
  sx_buf_clear(&p.piece);
  return status;
}
