/* io_sav_dictionary.c: the dictionary that precedes the cases of a .sav file. Little-endian, UTF-8, no time of writing, so
 * that the same table gives the same bytes. What the format has no record for (whole numbers, levels of categories, labels
 * beyond 255 bytes, metadata) goes into custom attributes (subtypes 17, 18), which other programs show or skip. */
#include <math.h>
#include <stdio.h>

#include "io_sav_out.h"

enum { LABEL_BYTES = 255, DOCUMENT_LINE = 80, FILE_LABEL = 64 };

/* ---- bytes --------------------------------------------------------------------------------------------- */

static void put_u32(sx_buf *b, uint32_t v) {
  const char p[4] = {(char)(v & 0xFF), (char)(v >> 8 & 0xFF), (char)(v >> 16 & 0xFF), (char)(v >> 24 & 0xFF)};
  sx_buf_add_n(b, p, 4);
}
static void put_f64(sx_buf *b, double v) {
  uint64_t u;
  memcpy(&u, &v, 8);
  put_u32(b, (uint32_t)u);
  put_u32(b, (uint32_t)(u >> 32));
}
/* n bytes of text, filled with blanks to width. */
static void put_text(sx_buf *b, const char *text, size_t n, size_t width) {
  sx_buf_add_n(b, text, n < width ? n : width);
  for (; n < width; n++) sx_buf_add_char(b, ' ');
}
static void put_ext(sx_buf *b, uint32_t subtype, uint32_t size, size_t count) {
  put_u32(b, 7);
  put_u32(b, subtype);
  put_u32(b, size);
  put_u32(b, (uint32_t)count);
}
static void put_ext_text(sx_buf *b, uint32_t subtype, const sx_buf *text) {
  if (!text->n) return;
  put_ext(b, subtype, 1, text->n);
  sx_buf_add_n(b, text->data, text->n);
}

double sx_io__sav_out_number(sx_type type, double value) {
  if (type == SX_DATE) return (value + SX_IO__SAV_EPOCH_DAYS) * 86400;
  return value;
}

/* ---- plan ---------------------------------------------------------------------------------------------- */

static size_t width_of_format(const char *format) {
  int64_t n = 0;
  if (*format != 'A' || !sx_text_to_int64(&n, format + 1, strlen(format + 1)) || n < 1 || n > 32767) return 0;
  return (size_t)n;
}

/* Bytes that a text column needs: its declared format, all texts known now. */
static size_t text_width(const sx_column *c, size_t n_rows) {
  size_t width = width_of_format(c->format);
  for (size_t i = 0; i < sx_dict_count(c->dict); i++) {
    size_t n = 0;
    (void)sx_dict_get(c->dict, (int32_t)i, &n);
    if (n > width) width = n;
  }
  for (size_t i = 0; i < c->n_labels; i++)
    if (c->labels[i].text && strlen(c->labels[i].text) > width) width = strlen(c->labels[i].text);
  for (size_t i = 0; i < c->n_ranges; i++)
    if (c->ranges[i].text && strlen(c->ranges[i].text) > width) width = strlen(c->ranges[i].text);
  if (!width) width = n_rows ? 1 : LABEL_BYTES; /* nothing known: rows will come later */
  return width;
}

static void plan_segments(sx_io__sav_out *o, sx_io__sav_out_var *v) {
  v->first_slot = o->n_slots;
  v->first_short = o->n_shorts;
  v->n_segments = 1;
  v->n_slots = v->width ? (v->width + 7) / 8 : 1;
  if (v->width > SX_IO__SAV_SEGMENT_BYTES) {
    v->n_segments = (v->width + SX_IO__SAV_SEGMENT_STEP - 1) / SX_IO__SAV_SEGMENT_STEP;
    const size_t last = v->width - (v->n_segments - 1) * SX_IO__SAV_SEGMENT_STEP;
    v->n_slots = (v->n_segments - 1) * 32 + (last + 7) / 8;
  }
  o->n_slots += v->n_slots;
  o->n_shorts += v->n_segments;
}

sx_status sx_io__sav_plan(sx_io__sav_out *o, const sx_table *schema, sx_error *err) {
  size_t widest = 8;
  o->n_vars = sx_table_columns(schema);
  if (!o->n_vars) return sx_error_set(err, SX_E_DATA, sx_io__sink_name(o->sink), "a table without columns");
  o->vars = sx_arena_zalloc(o->arena, o->n_vars, sizeof *o->vars);
  if (!o->vars) return sx_error_memory(err);
  for (size_t i = 0; i < o->n_vars; i++) {
    const sx_column *c = sx_table_get(schema, i);
    sx_io__sav_out_var *v = &o->vars[i];
    v->type = c->type;
    v->name = sx_arena_strdup(o->arena, c->name);
    if (!v->name) return sx_error_memory(err);
    if (c->dict) v->width = text_width(c, sx_table_rows(schema));
    if (c->type == SX_PERIOD) v->width = 8;
    if (v->width > 32767) {
      sx_error_set(err, SX_E_LIMIT, c->name, "a text of %zu bytes: SPSS holds at most 32767", v->width);
      sx_error_add_where(err, "%s", sx_io__sink_name(o->sink));
      return SX_E_LIMIT;
    }
    plan_segments(o, v);
    if (v->n_slots * 8 > widest) widest = v->n_slots * 8;
  }
  o->shorts = sx_arena_zalloc(o->arena, o->n_shorts, sizeof *o->shorts);
  o->wide = sx_arena_alloc(o->arena, widest, 1);
  return o->shorts && o->wide ? sx_io__sav_check_names(o, err) : sx_error_memory(err);
}

/* ---- header, variables --------------------------------------------------------------------------------- */

static int32_t weight_slot(const sx_io__sav_out *o, const sx_table *schema) {
  const char *name = sx_table_meta(schema, "weight");
  for (size_t i = 0; name && i < o->n_vars; i++)
    if (strcmp(o->vars[i].name, name) == 0 && !o->vars[i].width) return (int32_t)o->vars[i].first_slot + 1;
  return 0;
}

static void put_header(sx_buf *b, const sx_io__sav_out *o, const sx_table *schema) {
  char product[64], label[512];
  const char *title = sx_table_meta(schema, "title"), *synthetic = sx_table_meta(schema, "synthetic");
  snprintf(product, sizeof product, "@(#) SPSS DATA FILE shuxiao %s", sx_version());
  snprintf(label, sizeof label, "%s%.400s", synthetic && *synthetic ? "SYNTHETIC DATA: " : "", title ? title : "");
  sx_buf_add_n(b, o->zlib ? "$FL3" : "$FL2", 4);
  put_text(b, product, strlen(product), 60);
  put_u32(b, 2);
  put_u32(b, (uint32_t)o->n_slots);
  put_u32(b, o->zlib ? 2 : 1);
  put_u32(b, (uint32_t)weight_slot(o, schema));
  put_u32(b, o->n_rows <= INT32_MAX ? (uint32_t)o->n_rows : UINT32_MAX);
  put_f64(b, 100);
  sx_buf_add_n(b, "01 Jan 7000:00:00", 17);
  put_text(b, label, sx_utf8_cut(label, strlen(label), FILE_LABEL), FILE_LABEL);
  sx_buf_add_n(b, "\0\0", 3);
}

/* Code, width and decimals of a column's display format where it fits the type, else the usual one. */
static uint32_t print_format(const sx_column *c, size_t width) {
  if (width) return 1u << 16 | (uint32_t)(width < LABEL_BYTES ? width : LABEL_BYTES) << 8;
  size_t n = 0;
  while ((c->format[n] >= 'A' && c->format[n] <= 'Z')) n++;
  const unsigned code = sx_io__sav_format_code(c->format, n);
  const char *dot = strchr(c->format, '.');
  int64_t w = 0, d = 0;
  const bool ok = code > 2 && sx_io__sav_format_date(code) == (c->type == SX_DATE) &&
                  sx_text_to_int64(&w, c->format + n, dot ? (size_t)(dot - c->format) - n : strlen(c->format) - n) &&
                  (!dot || sx_text_to_int64(&d, dot + 1, strlen(dot + 1))) && w > 0 && w <= 40 && d >= 0 && d <= 16;
  if (ok) return (uint32_t)code << 16 | (uint32_t)w << 8 | (uint32_t)d;
  if (c->type == SX_DATE) return 20u << 16 | 11u << 8;
  return 5u << 16 | 8u << 8 | (c->type == SX_INTEGER ? 0 : 2);
}

/* How the declared missing values fit a variable record: 0..3 values, -2, -3; 99 where they do not. */
static int missing_form(const sx_column *c, size_t width) {
  size_t ranges = 0;
  for (size_t i = 0; i < c->n_ranges; i++) ranges += !c->ranges[i].text && c->ranges[i].lo < c->ranges[i].hi;
  if (width > 8) return c->n_ranges > 3 ? 99 : 0; /* their own record */
  if (!ranges) return c->n_ranges > 3 ? 99 : (int)c->n_ranges;
  return ranges > 1 || c->n_ranges > 2 ? 99 : -1 - (int)c->n_ranges;
}

static void put_missing_number(sx_buf *b, const sx_column *c, double v) {
  if (isinf(v))
    put_f64(b, v < 0 ? -0x1.ffffffffffffep+1023 : DBL_MAX);
  else
    put_f64(b, sx_io__sav_out_number(c->type, v));
}

static void put_missing_text(sx_buf *b, const sx_column *c, const sx_missing_range *r) {
  char period[16];
  const char *text = r->text;
  if (!text) {
    sx_period_text(period, (int64_t)r->lo);
    text = period;
  }
  (void)c;
  put_text(b, text, strlen(text), 8);
}

static void put_missing(sx_buf *b, const sx_column *c, size_t width) {
  if (width > 8) return;
  for (size_t i = 0; i < c->n_ranges; i++) { /* the range first */
    if (c->ranges[i].text || c->ranges[i].lo == c->ranges[i].hi) continue;
    put_missing_number(b, c, c->ranges[i].lo);
    put_missing_number(b, c, c->ranges[i].hi);
  }
  for (size_t i = 0; i < c->n_ranges; i++) {
    if (width)
      put_missing_text(b, c, &c->ranges[i]);
    else if (c->ranges[i].lo == c->ranges[i].hi)
      put_missing_number(b, c, c->ranges[i].lo);
  }
}

static void put_record(sx_buf *b, int32_t width, uint32_t print, const char *short_name, const sx_column *c,
                       int missing) {
  const size_t n = c ? sx_utf8_cut(c->label, strlen(c->label), LABEL_BYTES) : 0;
  put_u32(b, 2);
  put_u32(b, (uint32_t)width);
  put_u32(b, n > 0);
  put_u32(b, (uint32_t)missing);
  put_u32(b, print);
  put_u32(b, print);
  put_text(b, short_name, strlen(short_name), 8);
  if (!n) return;
  put_u32(b, (uint32_t)n);
  put_text(b, c->label, n, (n + 3) / 4 * 4);
}

static sx_status put_variable(sx_buf *b, const sx_io__sav_out *o, const sx_io__sav_out_var *v, const sx_column *c,
                              sx_error *err) {
  const int missing = missing_form(c, v->width);
  if (missing == 99) {
    sx_error_set(err, SX_E_ARGUMENT, c->name,
                 "%zu declared missing ranges: SPSS holds three values, or a range and a value", c->n_ranges);
    sx_error_add_where(err, "%s", sx_io__sink_name(o->sink));
    return SX_E_ARGUMENT;
  }
  for (size_t k = 0; k < v->n_segments; k++) {
    size_t width = v->width;
    if (v->n_segments > 1)
      width = k + 1 < v->n_segments ? SX_IO__SAV_SEGMENT_BYTES : v->width - k * SX_IO__SAV_SEGMENT_STEP;
    put_record(b, (int32_t)width, print_format(c, width), o->shorts[v->first_short + k], k ? NULL : c, k ? 0 : missing);
    if (!k) put_missing(b, c, v->width);
    for (size_t i = 8; i < width; i += 8) put_record(b, -1, 0, "", NULL, 0);
  }
  return SX_OK;
}

/* ---- value labels -------------------------------------------------------------------------------------- */

static void put_label_value(sx_buf *b, const sx_column *c, const sx_label *l, size_t width) {
  char period[16];
  if (!width) {
    put_f64(b, sx_io__sav_out_number(c->type, l->value));
    return;
  }
  if (!l->text) sx_period_text(period, (int64_t)l->value);
  const char *text = l->text ? l->text : period;
  put_text(b, text, strlen(text), 8);
}

static void put_labels(sx_buf *b, const sx_io__sav_out *o, const sx_io__sav_out_var *v, const sx_column *c) {
  size_t n = 0, tagged = 0, cut = 0;
  for (size_t i = 0; i < c->n_labels; i++) tagged += c->labels[i].tag != 0;
  if (tagged)
    sx_ctx_note(o->ctx, SX_SEV_WARNING, c->name, "%zu labels of tagged missing values are left out: SPSS has none",
                tagged);
  n = c->n_labels - tagged;
  if (!n || v->width > 8) return;
  put_u32(b, 3);
  put_u32(b, (uint32_t)n);
  for (size_t i = 0; i < c->n_labels; i++) {
    const sx_label *l = &c->labels[i];
    if (l->tag) continue;
    const size_t k = sx_utf8_cut(l->label, strlen(l->label), LABEL_BYTES);
    cut += l->label[k] != 0;
    put_label_value(b, c, l, v->width);
    sx_buf_add_char(b, (char)k);
    put_text(b, l->label, k, (k + 8) / 8 * 8 - 1);
  }
  if (cut) sx_ctx_note(o->ctx, SX_SEV_WARNING, c->name, "%zu value labels are cut to 255 bytes", cut);
  put_u32(b, 4);
  put_u32(b, 1);
  put_u32(b, (uint32_t)v->first_slot + 1);
}

static void put_counted(sx_buf *b, const char *text, size_t n) {
  put_u32(b, (uint32_t)n);
  sx_buf_add_n(b, text, n);
}

static void put_long_labels(sx_buf *b, const sx_io__sav_out *o, const sx_table *schema, const sx_ctx *ctx) {
  sx_buf text;
  sx_buf_init(&text, ctx);
  for (size_t i = 0; i < o->n_vars; i++) {
    const sx_column *c = sx_table_get(schema, i);
    const size_t width = o->vars[i].width;
    size_t n = 0;
    for (size_t k = 0; k < c->n_labels; k++) n += c->labels[k].text != NULL;
    if (width <= 8 || !n) continue;
    put_counted(&text, c->name, strlen(c->name));
    put_u32(&text, (uint32_t)width);
    put_u32(&text, (uint32_t)n);
    for (size_t k = 0; k < c->n_labels; k++) {
      if (!c->labels[k].text) continue;
      put_u32(&text, (uint32_t)width);
      put_text(&text, c->labels[k].text, strlen(c->labels[k].text), width);
      put_counted(&text, c->labels[k].label, strlen(c->labels[k].label));
    }
  }
  put_ext_text(b, 21, &text);
  b->failed = b->failed || text.failed;
  sx_buf_clear(&text);
}

static void put_long_missing(sx_buf *b, const sx_io__sav_out *o, const sx_table *schema, const sx_ctx *ctx) {
  sx_buf text;
  sx_buf_init(&text, ctx);
  for (size_t i = 0; i < o->n_vars; i++) {
    const sx_column *c = sx_table_get(schema, i);
    if (o->vars[i].width <= 8 || !c->n_ranges) continue;
    put_counted(&text, c->name, strlen(c->name));
    sx_buf_add_char(&text, (char)c->n_ranges);
    put_u32(&text, 8);
    for (size_t k = 0; k < c->n_ranges; k++) {
      if (strlen(c->ranges[k].text) > 8)
        sx_ctx_note(o->ctx, SX_SEV_WARNING, c->name, "the missing value '%s' is cut to 8 bytes", c->ranges[k].text);
      put_missing_text(&text, c, &c->ranges[k]);
    }
  }
  put_ext_text(b, 22, &text);
  b->failed = b->failed || text.failed;
  sx_buf_clear(&text);
}

/* ---- the other extensions ------------------------------------------------------------------------------ */

static void put_machine(sx_buf *b) {
  const uint32_t machine[8] = {20, 0, 0, (uint32_t)-1, 1, 1, 2, 65001};
  put_ext(b, 3, 4, 8);
  for (size_t i = 0; i < 8; i++) put_u32(b, machine[i]);
  put_ext(b, 4, 8, 3);
  put_f64(b, -DBL_MAX);
  put_f64(b, DBL_MAX);
  put_f64(b, -0x1.ffffffffffffep+1023);
}

static void put_measures(sx_buf *b, const sx_io__sav_out *o, const sx_table *schema) {
  put_ext(b, 11, 4, 3 * o->n_shorts);
  for (size_t i = 0; i < o->n_vars; i++) {
    const sx_column *c = sx_table_get(schema, i);
    const uint32_t measure = c->measure == SX_MEASURE_NOMINAL   ? 1
                             : c->measure == SX_MEASURE_ORDINAL ? 2
                             : c->measure == SX_MEASURE_SCALE   ? 3
                                                                : 0;
    const size_t width = o->vars[i].width;
    for (size_t k = 0; k < o->vars[i].n_segments; k++) {
      put_u32(b, measure);
      put_u32(b, (uint32_t)(width > 40 ? 40 : width ? width : 8));
      put_u32(b, width ? 0 : 1);
    }
  }
}

static void add_lower(sx_buf *b, const char *name) {
  for (; *name; name++) sx_buf_add_char(b, *name >= 'A' && *name <= 'Z' ? (char)(*name + 32) : *name);
}

static const char *short_of(const sx_io__sav_out *o, const char *name) {
  for (size_t i = 0; i < o->n_vars; i++)
    if (strcmp(o->vars[i].name, name) == 0) return o->shorts[o->vars[i].first_short];
  return "";
}

static void put_sets(sx_buf *b, const sx_io__sav_out *o, const sx_table *schema) {
  sx_buf t;
  sx_buf_init(&t, o->ctx);
  for (size_t i = 0; i < sx_table_mrsets(schema); i++) {
    const sx_mrset *set = sx_table_mrset(schema, i);
    char number[SX_DOUBLE_TEXT_MAX];
    const char *counted = set->counted_text;
    if (!counted) {
      number[sx_text_from_double(number, set->counted)] = 0;
      counted = number;
    }
    sx_buf_printf(&t, "%s%s=", *set->name == '$' ? "" : "$", set->name);
    if (set->dichotomous)
      sx_buf_printf(&t, "D%zu %s ", strlen(counted), counted);
    else
      sx_buf_add(&t, "C ");
    sx_buf_printf(&t, "%zu ", strlen(set->label));
    sx_buf_add(&t, set->label);
    for (size_t k = 0; k < set->n_variables; k++) {
      sx_buf_add_char(&t, ' ');
      add_lower(&t, short_of(o, set->variables[k]));
    }
    sx_buf_add_char(&t, '\n');
  }
  put_ext_text(b, 7, &t);
  b->failed = b->failed || t.failed;
  sx_buf_clear(&t);
}

static void put_names(sx_buf *b, const sx_io__sav_out *o) {
  sx_buf names, wide;
  sx_buf_init(&names, o->ctx);
  sx_buf_init(&wide, o->ctx);
  for (size_t i = 0; i < o->n_vars; i++) {
    const sx_io__sav_out_var *v = &o->vars[i];
    sx_buf_printf(&names, "%s%s=%s", i ? "\t" : "", o->shorts[v->first_short], v->name);
    if (v->n_segments == 1) continue;
    sx_buf_printf(&wide, "%s=%05zu", o->shorts[v->first_short], v->width);
    sx_buf_add_n(&wide, "\0\t", 2);
  }
  put_ext_text(b, 13, &names);
  put_ext_text(b, 14, &wide);
  b->failed = b->failed || names.failed || wide.failed;
  sx_buf_clear(&names);
  sx_buf_clear(&wide);
}

/* ---- attributes and documents -------------------------------------------------------------------------- */

/* NAME('LINE'\n'LINE'\n) */
static void add_attribute(sx_buf *t, const char *name, const char *value) {
  sx_buf_printf(t, "%s('", name);
  for (; *value; value++) {
    if (*value == '\n')
      sx_buf_add(t, "'\n'");
    else
      sx_buf_add_char(t, *value);
  }
  sx_buf_add(t, "'\n)");
}

static void put_file_attributes(sx_buf *b, const sx_io__sav_out *o, const sx_table *schema) {
  sx_buf t;
  sx_buf_init(&t, o->ctx);
  for (size_t i = 0; i < sx_table_metas(schema); i++) {
    const char *key = NULL;
    const char *value = sx_table_meta_at(schema, i, &key);
    if (strcmp(key, "weight") == 0) continue;
    if (strpbrk(key, "('\n)"))
      sx_ctx_note(o->ctx, SX_SEV_WARNING, key, "metadata of this name cannot be written to .sav and is left out");
    else
      add_attribute(&t, key, value);
  }
  put_ext_text(b, 17, &t);
  b->failed = b->failed || t.failed;
  sx_buf_clear(&t);
}

static void add_levels(sx_buf *t, const sx_column *c) {
  sx_buf_add(t, SX_IO__SAV_ATTR_LEVELS "(");
  for (size_t i = 0; i < sx_dict_count(c->dict); i++)
    sx_buf_printf(t, "'%s'\n", sx_dict_get(c->dict, (int32_t)i, NULL));
  sx_buf_add_char(t, ')');
}

static void put_attributes(sx_buf *b, const sx_io__sav_out *o, const sx_table *schema) {
  sx_buf t, one;
  sx_buf_init(&t, o->ctx);
  sx_buf_init(&one, o->ctx);
  for (size_t i = 0; i < o->n_vars; i++) {
    const sx_column *c = sx_table_get(schema, i);
    sx_buf_reset(&one);
    if (c->type == SX_INTEGER || c->type == SX_PERIOD || c->type == SX_CATEGORY)
      add_attribute(&one, SX_IO__SAV_ATTR_TYPE, sx_type_name(c->type));
    if (c->type == SX_CATEGORY && sx_dict_count(c->dict)) add_levels(&one, c);
    if (strlen(c->label) > LABEL_BYTES) add_attribute(&one, SX_IO__SAV_ATTR_LABEL, c->label);
    if (!one.n) continue;
    sx_buf_printf(&t, "%s%s:", t.n ? "/" : "", c->name);
    sx_buf_add_n(&t, one.data, one.n);
  }
  put_ext_text(b, 18, &t);
  b->failed = b->failed || t.failed || one.failed;
  sx_buf_clear(&one);
  sx_buf_clear(&t);
}

/* Lines of at most 80 bytes, broken between characters. Returns how many. */
static uint32_t add_lines(sx_buf *t, const char *prefix, const char *text) {
  uint32_t n = 0;
  sx_buf whole;
  sx_buf_init(&whole, t->ctx);
  sx_buf_add(&whole, prefix);
  sx_buf_add(&whole, text);
  for (const char *p = whole.n ? whole.data : ""; *p; n++) {
    const size_t line = strcspn(p, "\n");
    size_t k = sx_utf8_cut(p, line, DOCUMENT_LINE);
    if (!k && line) k = line < DOCUMENT_LINE ? line : DOCUMENT_LINE; /* not UTF-8: never for ever */
    put_text(t, p, k, DOCUMENT_LINE);
    p += k + (p[k] == '\n');
  }
  t->failed = t->failed || whole.failed;
  sx_buf_clear(&whole);
  return n;
}

static void put_documents(sx_buf *b, const sx_io__sav_out *o, const sx_table *schema) {
  const char *synthetic = sx_table_meta(schema, "synthetic"), *notes = sx_table_meta(schema, "notes");
  uint32_t n = 0;
  sx_buf t;
  sx_buf_init(&t, o->ctx);
  if (synthetic && *synthetic) n += add_lines(&t, "Synthetic data, not collected from people: ", synthetic);
  if (notes) n += add_lines(&t, "", notes);
  if (n) {
    put_u32(b, 6);
    put_u32(b, n);
    sx_buf_add_n(b, t.data, t.n);
  }
  b->failed = b->failed || t.failed;
  sx_buf_clear(&t);
}

static sx_status check_levels(const sx_io__sav_out *o, const sx_table *schema, sx_error *err) {
  for (size_t i = 0; i < o->n_vars; i++) {
    const sx_column *c = sx_table_get(schema, i);
    for (size_t k = 0; c->type == SX_CATEGORY && k < sx_dict_count(c->dict); k++) {
      if (!strchr(sx_dict_get(c->dict, (int32_t)k, NULL), '\n')) continue;
      sx_error_set(err, SX_E_ARGUMENT, c->name, "a level with a line break in it cannot be written to .sav");
      sx_error_add_where(err, "%s", sx_io__sink_name(o->sink));
      return SX_E_ARGUMENT;
    }
  }
  return SX_OK;
}

sx_status sx_io__sav_write_dictionary(sx_io__sav_out *o, const sx_table *schema, sx_error *err) {
  sx_buf b;
  sx_status st = SX_OK;
  sx_buf_init(&b, o->ctx);
  SX_TRY_GOTO(st, check_levels(o, schema, err), done);
  put_header(&b, o, schema);
  for (size_t i = 0; i < o->n_vars; i++)
    SX_TRY_GOTO(st, put_variable(&b, o, &o->vars[i], sx_table_get(schema, i), err), done);
  for (size_t i = 0; i < o->n_vars; i++) put_labels(&b, o, &o->vars[i], sx_table_get(schema, i));
  put_documents(&b, o, schema);
  put_machine(&b);
  put_sets(&b, o, schema);
  put_measures(&b, o, schema);
  put_names(&b, o);
  put_file_attributes(&b, o, schema);
  put_attributes(&b, o, schema);
  put_ext(&b, 20, 1, 5);
  sx_buf_add_n(&b, "UTF-8", 5);
  put_long_labels(&b, o, schema, o->ctx);
  put_long_missing(&b, o, schema, o->ctx);
  put_u32(&b, 999);
  put_u32(&b, 0);
  SX_TRY_GOTO(st, sx_buf_status(&b, err), done);
  st = sx_io__sink_write(o->sink, b.data, b.n, err);
done:
  sx_buf_clear(&b);
  return st;
}
