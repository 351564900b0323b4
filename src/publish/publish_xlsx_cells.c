/* publish_xlsx_cells.c: numbers of the document tree as cells of the publication workbook: typed, in full precision, with a number format that
 * shows what the report prints; each with its trace and its name. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "publish_xlsx.h"

const char *sx_publish__say(const xl *x, const char *zh, const char *en) {
  return x->lang == SX_LANG_ZH ? zh : en;
}

const char *sx_publish__plain(const xl *x, const sx_document_node *node) {
  if (!node) return "";
  sx_buf buf;
  sx_buf_init(&buf, &x->run.ctx);
  sx_buf_add(&buf, "");
  sx_document_plain(&buf, node);
  const char *text = buf.failed ? NULL : sx_arena_strdup(x->arena, buf.data);
  sx_buf_clear(&buf);
  return text;
}

/* ---- shapes ------------------------------------------------------------------------------------------------------------ */

/* Text inside a number format: in quotes, without what would end them. */
static size_t literal(char *out, size_t size, const char *text) {
  size_t used = 0;
  if (!*text || size < 8) {
    out[0] = '\0';
    return 0;
  }
  out[used++] = '"';
  for (const char *c = text; *c && used + 3 < size; c++) {
    if (*c != '"' && *c != '\\' && (unsigned char)*c >= 0x20) out[used++] = *c;
  }
  used = sx_utf8_cut(out, used, used);
  out[used++] = '"';
  out[used] = '\0';
  return used;
}

/* Percentages stand as fractions in a per cent format, all else in its unit: what the head of the column says. Only figures that were printed elsewhere
 * have zeros behind their digits ("220 million" from 2.2 hundred millions), which are all the digits they have. */
void sx_publish__shape(xl_shape *out, const sx_document_number *number) {
  char digits[40], prefix[24] = "", unit[40] = "";
  const bool percent = number->unit && strcmp(number->unit, "%") == 0;
  const int decimals = number->decimals < 0 ? 0 : number->decimals > 12 ? 12 : number->decimals;
  *out = (xl_shape){.factor = percent && number->scale == 2 ? 1 : pow(10, number->scale + number->zeros)};
  const char *whole = percent ? "0" : "#,##0";
  (void)snprintf(digits, sizeof digits, "%s%s%.*s", whole, decimals ? "." : "", decimals, "000000000000");
  if (!number->bare && !percent) {
    (void)literal(prefix, sizeof prefix, number->prefix ? number->prefix : "");
    (void)literal(unit, sizeof unit, number->unit ? number->unit : "");
  }
  const char *tail = percent ? "%" : unit;
  if (number->sign > 0)
    (void)snprintf(out->style.number, PUB_FORMAT_MAX, "+%s%.20s%.34s;-%s%.20s%.34s;%s%.20s%.34s", "", digits, tail, "",
                   digits, tail, "", digits, tail);
  else if (number->sign < 0)
    (void)snprintf(out->style.number, PUB_FORMAT_MAX, "%.20s%.34s;%.20s%.34s", digits, tail, digits, tail);
  else
    (void)snprintf(out->style.number, PUB_FORMAT_MAX, "%.20s%.20s%.34s", prefix, digits, tail);
  out->style.right = out->style.top = true;
}

/* ---- traces and names -------------------------------------------------------------------------------------------------- */

static sx_status trace(xl *x, size_t sheet, size_t row, size_t column, const char *reference, double factor,
                       double value, sx_error *err) {
  if (!sx_arena_grow(x->arena, (void **)&x->traces, &x->cap_traces, x->n_traces + 1, sizeof *x->traces))
    return sx_error_memory(err);
  x->traces[x->n_traces++] = (xl_trace){sheet, row, column, reference, factor, value};
  if (!reference) return SX_OK;
  int32_t code;
  if (!x->traced) SX_TRY(sx_dict_new(&x->traced, &x->run.ctx, err));
  return sx_dict_add(&code, x->traced, reference, strlen(reference), err);
}

/* "users_total_2025S1" */
static sx_status define(xl *x, size_t sheet, size_t row, size_t column, const char *result, sx_error *err) {
  if (x->traced && sx_dict_find(x->traced, result, strlen(result)) >= 0) return SX_OK; /* the first cell has the name */
  char *wave = sx_arena_strdup(x->arena, x->run.wave);
  if (!wave) return sx_error_memory(err);
  size_t n = 0;
  for (const char *c = x->run.wave; *c; c++) {
    if (*c != '-') wave[n++] = *c;
  }
  wave[n] = '\0';
  const char *name = sx_arena_printf(x->arena, n ? "%s_%s" : "%s", result, wave);
  if (!name) return sx_error_memory(err);
  (void)sx_publish__define(x->book, name, sheet, row, column);
  return SX_OK;
}

/* The store's unprinted zeros: a number whose digits are all zero and that is none. */
static bool shows_nothing(const sx_document_number *number, double value) {
  char text[SX_FIXED_TEXT_MAX];
  if (value == 0) return false;
  const size_t n = sx_text_fixed(text, value * pow(10, number->scale), number->decimals < 0 ? 0 : number->decimals);
  return strspn(text, "-0.") == n;
}

static sx_status mark(xl *x, const sx_document_number *number, unsigned *symbols, sx_buf *marks, sx_error *err) {
  sx_store_row row;
  bool found = false;
  if (!number->result) return SX_OK;
  SX_TRY(sx_publish__find(&found, &row, &x->run, number->result, err));
  if (!found) return SX_OK;
  const pub_symbol symbol = sx_publish__symbol_of(&row);
  const char *remark = sx_publish__remark(&row);
  if (remark) *symbols |= PUB_REMARKS;
  if (remark && marks) sx_buf_printf(marks, "%s%s", marks->n ? "; " : "", remark);
  if (symbol != PUB_SYMBOL_UNRELIABLE) return SX_OK;
  *symbols |= 1u << symbol;
  if (marks) sx_buf_printf(marks, "%s%s %s", marks->n ? "; " : "", x->symbols->text[symbol], row.quality);
  return SX_OK;
}

static sx_status put_missing(xl *x, size_t sheet, size_t row, size_t column, const sx_document_number *number,
                             unsigned *symbols, sx_error *err) {
  sx_store_row found_row;
  bool found = false;
  pub_symbol symbol = PUB_SYMBOL_MISSING;
  SX_TRY(sx_publish__find(&found, &found_row, &x->run, number->result, err));
  if (found && isnan(found_row.estimate)) symbol = sx_publish__symbol_of(&found_row);
  *symbols |= 1u << symbol;
  const pub_style style = {.right = true, .top = true};
  sx_publish__cell_text(x->book, sheet, row, column, x->symbols->text[symbol], &style);
  return SX_OK;
}

sx_status sx_publish__put_traced(xl *x, size_t sheet, size_t row, size_t column, double value, const xl_shape *shape,
                                 const char *reference, const char *field, sx_error *err) {
  const char *full = reference && field && *field ? sx_arena_printf(x->arena, "%s.%s", reference, field) : reference;
  if (reference && !full) return sx_error_memory(err);
  sx_publish__cell_number(x->book, sheet, row, column, value, &shape->style);
  return trace(x, sheet, row, column, full, shape->factor, value, err);
}

sx_status sx_publish__put_number(xl *x, size_t sheet, size_t row, size_t column, const sx_document_number *number,
                                 xl_part part, unsigned *symbols, sx_buf *marks, sx_error *err) {
  const double value = part == XL_HIGH ? number->high : number->value;
  const bool interval = number->field && strcmp(number->field, "interval") == 0;
  xl_shape shape;
  if (isnan(value) || isinf(value)) return put_missing(x, sheet, row, column, number, symbols, err);
  sx_publish__shape(&shape, number);
  const char *reference = interval ? number->result : number->reference;
  const char *field = interval ? (part == XL_HIGH ? "high" : "low") : "";
  const bool estimate = number->result && !interval && (!number->field || !*number->field);
  if (estimate) {
    SX_TRY(define(x, sheet, row, column, number->result, err));
    SX_TRY(mark(x, number, symbols, marks, err));
  }
  if (estimate && shows_nothing(number, value)) {
    *symbols |= 1u << PUB_SYMBOL_LOW;
    if (marks) sx_buf_printf(marks, "%s%s", marks->n ? "; " : "", x->symbols->text[PUB_SYMBOL_LOW]);
  }
  return sx_publish__put_traced(x, sheet, row, column, value * shape.factor, &shape, reference, field, err);
}

sx_status sx_publish__symbols_of(unsigned *symbols, xl *x, const sx_document_node *node, sx_error *err) {
  for (const sx_document_node *n = node; n; n = sx_document_next(node, n)) {
    if (n->kind != SX_DOC_NUMBER) continue;
    const sx_document_number *number = n->as.number;
    sx_store_row row;
    bool found = false;
    if (!number->result || (number->field && *number->field)) continue;
    SX_TRY(sx_publish__find(&found, &row, &x->run, number->result, err));
    const pub_symbol symbol = found ? sx_publish__symbol_of(&row) : PUB_SYMBOL_KINDS;
    if (isnan(number->value))
      *symbols |= 1u << (symbol == PUB_SYMBOL_SUPPRESSED ? symbol : PUB_SYMBOL_MISSING);
    else if (symbol < PUB_SYMBOL_KINDS)
      *symbols |= 1u << symbol;
    if (found && sx_publish__remark(&row)) *symbols |= PUB_REMARKS;
    if (!isnan(number->value) && shows_nothing(number, number->value)) *symbols |= 1u << PUB_SYMBOL_LOW;
  }
  return SX_OK;
}
