/* report_build_number.c: a number with all that stands behind it as a node: which result it is, how it is printed, its tip and marks. */
#include <math.h>
#include <string.h>

#include "report_results.h"
#include "report_tree.h"

/* ---- words ------------------------------------------------------------------------------------------------------- */

void sx_report__interval_name(sx_buf *out, const sx_page *page, double level, sx_word word) {
  char text[SX_DOUBLE_TEXT_MAX];
  const size_t n = sx_text_from_double(text, sx_report__shift10(isfinite(level) ? level : 0.95, 2));
  for (const char *p = sx_report__w(page, word); *p; p++) {
    if (p[0] == '%' && p[1] == 's') {
      sx_buf_add_n(out, text, n);
      p++;
    } else {
      sx_buf_add_char(out, *p);
    }
  }
}

void sx_tree__interval_name(sx_page *page, double level, sx_word word) {
  sx_buf text;
  sx_buf_init(&text, &page->ctx);
  sx_report__interval_name(&text, page, level, word);
  if (text.failed)
    page->failed = true;
  else
    sx_tree__text(page, text.data, text.n);
  sx_buf_clear(&text);
}

/* The estimate's format with one decimal more, for what lies behind it. */
static void finer_spec(sx_spec *out, const sx_page *page, const sx_bound *bound, const sx_format *format) {
  sx_format finer = *format;
  if (finer.sign < 0) finer.sign = 0; /* a magnitude is printed; what lies behind it has its sign */
  if (finer.decimals >= 0 && finer.kind != SX_FORMAT_AMOUNT) finer.decimals++;
  if (finer.decimals >= 0 && finer.kind == SX_FORMAT_AMOUNT && finer.exponent) finer.decimals++;
  sx_report__page_spec(out, &finer, fabs(bound->estimate), page);
}

/* The words of the tip. */
static void put_tip(sx_buf *out, const sx_page *page, const sx_bound *bound, const sx_format *format) {
  const char *colon = sx_report__w(page, W_COLON), *semicolon = sx_report__w(page, W_SEMICOLON);
  sx_spec spec, unsigned_spec;
  if (isnan(bound->value) && !isnan(bound->estimate) && bound->reason) { /* the result is known, this of it is not */
    sx_buf_add(out, bound->reason);
    return;
  }
  if (isnan(bound->value)) {
    sx_buf_printf(out, "%s%s%s", sx_report__w(page, W_NO_VALUE), bound->reason ? colon : "",
                  bound->reason ? bound->reason : "");
    return;
  }
  finer_spec(&spec, page, bound, format);
  spec.style.minus = SX_STYLE_MINUS_SIGN; /* behind a Chinese word a hyphen is none */
  unsigned_spec = spec;
  unsigned_spec.sign = 0;
  sx_buf_printf(out, "%s%s", sx_report__w(page, W_ESTIMATE), colon);
  sx_report__format_value(out, bound->estimate, &spec, false);
  if (isfinite(bound->se)) {
    sx_buf_printf(out, "%s%s%s", semicolon, sx_report__w(page, W_SE), colon);
    sx_report__format_value(out, bound->se, &unsigned_spec, true);
  }
  if (isfinite(bound->low) && isfinite(bound->high)) {
    sx_buf_add(out, semicolon);
    sx_report__interval_name(out, page, bound->ci_level, W_INTERVAL);
    sx_buf_add(out, colon);
    sx_report__format_value(out, bound->low, &spec, true);
    sx_buf_add(out, sx_report__w(page, W_TO));
    sx_report__format_value(out, bound->high, &spec, true);
  }
  if (bound->n >= 0) {
    sx_spec plain;
    const sx_format count = {.kind = SX_FORMAT_AMOUNT, .decimals = 0};
    sx_report__page_spec(&plain, &count, (double)bound->n, page);
    sx_buf_printf(out, "%sn = ", semicolon);
    sx_report__format_value(out, (double)bound->n, &plain, true);
  }
  if (bound->reason) sx_buf_printf(out, "%s%s", semicolon, bound->reason);
  if (bound->across_break) sx_buf_printf(out, "%s%s", semicolon, sx_report__w(page, W_ACROSS_BREAK));
  if (bound->one_sided) sx_buf_printf(out, "%s%s", semicolon, sx_report__w(page, W_ONE_SIDED));
  if (bound->model) sx_buf_printf(out, "%s%s", semicolon, sx_report__w(page, W_MODEL_BASED));
}

static const char *tip_of(sx_page *page, const sx_bound *bound, const sx_format *format) {
  sx_buf text;
  sx_buf_init(&text, &page->ctx);
  put_tip(&text, page, bound, format);
  const char *tip = sx_tree__clean_buf(page, &text);
  sx_buf_clear(&text);
  return tip;
}

static void put_sign(sx_page *page, const char *sign, const char *meaning) {
  sx_document_node *mark = sx_tree__open(page, SX_DOC_MARK);
  mark->text = sx_tree__clean(page, meaning, strlen(meaning));
  sx_tree__text(page, sign, strlen(sign));
  sx_tree__close(page);
}

static void put_mark(sx_page *page, const char *sign, sx_word meaning) {
  put_sign(page, sign, sx_report__w(page, meaning));
}

bool sx_report__is_unreliable(const sx_page *page, const sx_bound *bound) {
  return page->unreliable_sign && bound->main && bound->unreliable && !isnan(bound->value);
}

void sx_tree__unreliable(sx_page *page, const sx_bound *bound) {
  if (!sx_report__is_unreliable(page, bound)) return;
  put_sign(page, page->unreliable_sign, page->unreliable_word);
  page->n_unreliable++;
}

/* The daggers and signs that stand after a number. */
static void put_marks(sx_page *page, const sx_bound *bound) {
  if (bound->across_break) put_mark(page, "†", W_ACROSS_BREAK);
  if (bound->one_sided) put_mark(page, "‡", W_ONE_SIDED);
  if (bound->model && bound->main) put_mark(page, "*", W_MODEL_BASED);
  sx_tree__unreliable(page, bound);
  if (bound->suppressed && page->style.missing != SX_STYLE_MISSING_SHORTHAND) put_mark(page, "×", W_SUPPRESSED);
  page->n_suppressed += bound->suppressed;
  page->n_no_error += bound->no_error && bound->main;
  page->n_missing += isnan(bound->value) && !bound->suppressed;
}

void sx_report__unreliable_note(sx_buf *out, const sx_page *page) {
  const bool english = page->lang == SX_LANG_EN;
  sx_buf_printf(out, "%s%s%s%s%s", out->n && english && out->data[out->n - 1] != ' ' ? " " : "", page->unreliable_sign,
                sx_report__w(page, W_COLON), page->unreliable_word, english ? "." : "。");
}

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

/* A NUMBER with its printed text; the caller adds what it is. */
static sx_document_number *add_number(sx_page *page, const sx_buf *text, double value, const sx_spec *spec, bool bare,
                                      sx_document_node **out) {
  sx_document_node *node = sx_tree__open(page, SX_DOC_NUMBER);
  sx_document_number *number = sx_tree__payload(page, 1, sizeof *number);
  if (text->failed) page->failed = true;
  if (page->failed) return NULL;
  node->as.number = number;
  node->text = sx_tree__clean_buf(page, text);
  sx_tree__text(page, text->data, text->n);
  sx_tree__close(page);
  *number = (sx_document_number){.value = value,
                                 .high = (double)NAN,
                                 .scale = spec->shift,
                                 .decimals = spec->decimals,
                                 .zeros = spec->zeros,
                                 .sign = spec->sign,
                                 .style = spec->style,
                                 .chinese = page->lang == SX_LANG_ZH,
                                 .grouped = spec->group_from_four,
                                 .bare = bare || spec->hidden[0],
                                 .field = "",
                                 .prefix = sx_tree__clean(page, spec->prefix, strlen(spec->prefix))};
  const char *unit = spec->hidden[0] ? spec->hidden : spec->unit;
  number->unit = sx_tree__clean(page, unit, strlen(unit));
  if (out) *out = node;
  return page->failed ? NULL : number;
}

/* Names are the arena's already. */
static void name_number(sx_page *page, sx_document_number *number, const sx_bound *bound, const char *field) {
  if (!number) return;
  const size_t n = bound->base ? strlen(bound->base) : 0;
  number->result = bound->base;
  number->reference = bound->reference;
  number->field = field;
  if (field[0] && bound->base) {
    number->reference = sx_arena_printf(page->arena, "%s.%s", bound->base, field);
    if (!number->reference) page->failed = true;
  } else if (bound->base && bound->reference && bound->reference[n] == '.') {
    number->field = bound->reference + n + 1;
  }
}

double sx_report__below(const sx_bound *bound, const sx_spec *spec) {
  if (!bound->p || spec->shift || spec->decimals < 1 || !(bound->value >= 0)) return 0;
  const double limit = sx_report__shift10(1, -spec->decimals);
  return bound->value < limit / 2 ? limit : 0;
}

static void put_number(sx_page *page, const sx_bound *bound, const sx_format *format, const sx_spec *spec, bool bare,
                       const char *what) {
  sx_buf text;
  sx_buf_init(&text, &page->ctx);
  const double below = sx_report__below(bound, spec), value = below > 0 ? below : bound->value;
  if (below > 0) sx_buf_add(&text, "< ");
  if (bound->suppressed && isnan(value) && spec->style.missing == SX_STYLE_MISSING_SHORTHAND)
    sx_buf_add(&text, sx_report__held_back(&spec->style)); /* elsewhere its mark is a part of its own */
  else
    sx_report__format_value(&text, value, spec, bare);
  const char *tip = tip_of(page, bound, format);
  sx_document_number *number = add_number(page, &text, value, spec, bare, NULL);
  name_number(page, number, bound, "");
  if (number) number->tip = tip;
  if (number) number->what = what;
  if (number && below > 0) number->exempt = "threshold";
  put_marks(page, bound);
  sx_buf_clear(&text);
}

void sx_tree__cell_number(sx_page *page, const sx_bound *bound, const sx_format *format, const sx_spec *spec,
                          bool bare) {
  put_number(page, bound, format, spec, bare, NULL);
}

static void put_what_part(sx_buf *out, const sx_page *page, const char *word, const char *text) {
  if (!text || !*text) return;
  if (out->n) sx_buf_add(out, sx_report__w(page, W_SEMICOLON));
  if (word) sx_buf_printf(out, "%s%s", word, sx_report__w(page, W_COLON));
  sx_buf_add(out, text);
}

/* The label, the question, the base, how the run came to it and what the result is called. */
static const char *what_of(sx_page *page, const sx_bound *bound) {
  sx_store_indicator indicator;
  bool found = false;
  sx_buf text;
  if (!bound->base || !bound->indicator || page->failed) return NULL;
  if (sx_store_get_indicator(&found, &indicator, page->store, page->run, bound->indicator, NULL) != SX_OK) {
    page->failed = true;
    return NULL;
  }
  sx_buf_init(&text, &page->ctx);
  if (found) {
    put_what_part(&text, page, NULL, sx_report__in_language(page, &indicator.label, NULL));
    put_what_part(&text, page, NULL, sx_report__in_language(page, &indicator.question, NULL));
    put_what_part(&text, page, sx_report__w(page, W_WHAT_BASE), sx_report__in_language(page, &indicator.base, NULL));
  }
  put_what_part(&text, page, sx_report__w(page, W_WHAT_FORMULA), sx_report__formula(page, bound->indicator));
  put_what_part(&text, page, sx_report__w(page, W_WHAT_METHOD), bound->method);
  put_what_part(&text, page, sx_report__w(page, W_WHAT_STEP), bound->step);
  put_what_part(&text, page, sx_report__w(page, W_WHAT_RESULT), bound->base);
  const char *what = sx_tree__clean_buf(page, &text);
  sx_buf_clear(&text);
  return what;
}

void sx_tree__number(sx_page *page, const sx_bound *bound, const sx_format *format, double magnitude) {
  sx_spec spec;
  sx_report__page_spec(&spec, format, magnitude > 0 ? magnitude : fabs(bound->value), page);
  sx_report__style_words(&spec, format, page->lang);
  put_number(page, bound, format, &spec, false, what_of(page, bound));
}

sx_document_node *sx_tree__field(sx_page *page, const sx_bound *bound, const char *field, double value,
                                 const sx_spec *spec) {
  sx_document_node *node = &page->lost;
  sx_buf text;
  sx_buf_init(&text, &page->ctx);
  sx_report__format_value(&text, value, spec, true);
  name_number(page, add_number(page, &text, value, spec, true, &node), bound, field);
  sx_buf_clear(&text);
  return node;
}

void sx_tree__interval(sx_page *page, const sx_bound *bound, const sx_spec *spec) {
  sx_buf text;
  sx_buf_init(&text, &page->ctx);
  sx_report__format_value(&text, bound->low, spec, true);
  sx_buf_add(&text, sx_report__range(&spec->style, page->lang == SX_LANG_ZH));
  sx_report__format_value(&text, bound->high, spec, true);
  sx_document_number *number = add_number(page, &text, bound->low, spec, true, NULL);
  name_number(page, number, bound, "interval");
  if (number) number->high = bound->high;
  sx_buf_clear(&text);
}

void sx_tree__outside(sx_page *page, double value, const char *why, const char *tip, const sx_spec *spec, bool bare) {
  sx_buf text;
  sx_buf_init(&text, &page->ctx);
  sx_report__format_value(&text, value, spec, bare);
  sx_document_number *number = add_number(page, &text, value, spec, bare, NULL);
  if (number) {
    number->exempt = why;
    number->tip = tip ? sx_tree__clean(page, tip, strlen(tip)) : NULL;
  }
  sx_buf_clear(&text);
}
