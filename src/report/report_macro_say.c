/* report_macro_say.c: an author's words put into the language of the report from the results of the run. */
#include "report_macro_say.h"

#include <math.h>
#include <string.h>

/* ---- is it significant ------------------------------------------------------------------------------------------- */

typedef enum verdict { NOT_TESTED, NOT_SIGNIFICANT, SIGNIFICANT, WITHHELD } verdict;

/* The test of the run where it made one ("p_change", adjusted over its family: quality "significant"), else whether the interval leaves out
 * 0, which is the test at its level. A test that disclosure control holds back may have found either. */
static sx_status judge(verdict *out, sx_page *page, const sx_bound *bound, const char *reference, sx_error *err) {
  sx_reference r;
  sx_store_term terms[SX_REFERENCE_TERMS];
  sx_store_row row;
  char p[sizeof r.statistic + 2] = "p_";
  bool found = false;
  SX_TRY(sx_reference_parse(&r, reference, strlen(reference), err));
  memcpy(p + 2, r.statistic, strlen(r.statistic) + 1);
  sx_reference_terms(terms, &r);
  if (r.statistic[0])
    SX_TRY(sx_store_find(&found, &row, page->store, page->run, r.indicator, p, terms, r.n_terms, err));
  if (found) {
    const bool yes = row.quality && strcmp(row.quality, "significant") == 0;
    const bool held = row.na_reason && strcmp(row.na_reason, "suppressed") == 0;
    *out = held ? WITHHELD : isnan(row.estimate) ? NOT_TESTED : yes ? SIGNIFICANT : NOT_SIGNIFICANT;
  } else if (bound->suppressed || bound->no_error) {
    *out = WITHHELD;
  } else if (bound->across_break || bound->one_sided || !isfinite(bound->low) || !isfinite(bound->high)) {
    *out = NOT_TESTED;
  } else {
    *out = bound->low > 0 || bound->high < 0 ? SIGNIFICANT : NOT_SIGNIFICANT;
  }
  return SX_OK;
}

/* Prints as zero: "0.0" says nothing of a direction. */
static bool prints_as_zero(const sx_page *page, double value, const sx_format *format) {
  char text[SX_FIXED_TEXT_MAX];
  sx_spec spec;
  sx_report__page_spec(&spec, format, fabs(value), page);
  const size_t n = sx_text_fixed(text, sx_report__shift10(fabs(value), spec.shift), spec.decimals);
  return strspn(text, "0.") == n;
}

sx_status sx_report__holds(sx_holds *out, sx_page *page, const sx_macro *macro, const char *where, sx_error *err) {
  sx_bound bound;
  sx_format format;
  verdict v = NOT_TESTED;
  SX_TRY(sx_report__bind(&bound, page, macro->reference, strlen(macro->reference), where, err));
  bool holds = false;
  switch (macro->condition) {
  case SX_IF_SIGNIFICANT:
  case SX_IF_TESTED:
    SX_TRY(judge(&v, page, &bound, macro->reference, err));
    holds = macro->condition == SX_IF_TESTED ? v != NOT_TESTED : v == SIGNIFICANT;
    if (macro->condition == SX_IF_SIGNIFICANT && v == WITHHELD) {
      *out = SX_HOLDS_WITHHELD;
      return sx_report__warn(page, where, err,
                             "the test of %s is not published, as it would tell what disclosure control holds back: "
                             "neither branch of {{if significant}} is printed",
                             macro->reference);
    }
    if (macro->condition == SX_IF_SIGNIFICANT && v == NOT_TESTED)
      SX_TRY(sx_report__warn(
          page, where, err,
          "%s is not tested: what stands for 'not significant' is printed; {{if tested %s}} tells them apart",
          macro->reference, macro->reference));
    break;
  case SX_IF_UP:
  case SX_IF_DOWN:
    holds = macro->condition == SX_IF_UP ? bound.value > 0 : bound.value < 0;
    if (isnan(bound.value))
      SX_TRY(sx_report__warn(page, where, err,
                             "%s is missing or not published: neither up nor down, and what stands for 'not' is "
                             "printed; {{if missing %s}} tells them apart",
                             macro->reference, macro->reference));
    break;
  case SX_IF_MISSING:
    holds = isnan(bound.value);
    break;
  case SX_IF_CHANGED:
    SX_TRY(sx_report__say_format(&format, page, macro, macro->reference, where, err));
    holds = isnan(bound.value) || !prints_as_zero(page, bound.value, &format);
    break;
  case SX_IF_CONDITIONS:
    break;
  }
  *out = holds != macro->negated ? SX_HOLDS : SX_HOLDS_NOT;
  return SX_OK;
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

sx_status sx_report__say_format(sx_format *out, sx_page *page, const sx_macro *macro, const char *reference,
                                const char *where, sx_error *err) {
  sx_reference r;
  sx_store_row row;
  bool found = false;
  const char *text = macro->format;
  SX_TRY(sx_reference_parse(&r, reference, strlen(reference), err));
  if (!text[0]) {
    SX_TRY(sx_reference_find(&found, &row, page->store, page->run, &r, err));
    sx_store_indicator known;
    bool told = false;
    double factor = 1;
    if (found) SX_TRY(sx_store_get_indicator(&told, &known, page->store, page->run, r.indicator, err));
    const sx_row_measure is =
        found ? sx_store_measure(&factor, row.statistic, row.unit, told ? &known : NULL) : SX_ROW_NUMBER;
    if (factor == 100) text = is == SX_ROW_POINTS ? "pp 1" : "% 1"; /* formats take fractions */
    if (!text[0])
      return sx_error_set(err, SX_E_PARSE, where, "how is %s to be printed? Say unit= or a format after a bar",
                          reference);
  }
  const sx_status status = sx_report__format_parse(out, text, strlen(text), err);
  if (status != SX_OK) sx_error_add_where(err, "%s", where);
  return status;
}

static sx_status format_of(sx_format *out, sx_page *page, const sx_macro *macro, const char *where, sx_error *err) {
  return sx_report__say_format(out, page, macro, macro->reference, where, err);
}

/* The verb that the author asked for, with "by" behind it in English. */
static const char *own_verb(sx_page *page, const char *name, bool down, bool by) {
  const char *verbs[2], *nearest;
  if (!sx_report__verb(verbs, page->lang, name, &nearest)) return sx_report__w(page, W_CHANGED_BY);
  return by && page->lang == SX_LANG_EN ? sx_arena_printf(page->arena, "%s by ", verbs[down]) : verbs[down];
}

sx_status sx_report__say_value(sx_said *out, sx_page *page, const sx_macro *macro, const char *where, sx_error *err) {
  sx_said said = {.n = 1, .before = "", .after = ""};
  SX_TRY(sx_report__bind(&said.bound[0], page, macro->reference, strlen(macro->reference), where, err));
  SX_TRY(format_of(&said.format[0], page, macro, where, err));
  *out = said;
  return SX_OK;
}

sx_status sx_report__say_change(sx_said *out, sx_page *page, const sx_macro *macro, const char *where, sx_error *err) {
  sx_said said = {.n = 1};
  SX_TRY(sx_report__bind(&said.bound[0], page, macro->reference, strlen(macro->reference), where, err));
  SX_TRY(format_of(&said.format[0], page, macro, where, err));
  sx_format *f = &said.format[0];
  const double value = said.bound[0].value;
  const bool share = f->kind == SX_FORMAT_POINTS, growth = f->kind == SX_FORMAT_PERCENT;
  if (!isnan(value) && prints_as_zero(page, value, f)) {
    said.n = 0;
    said.before = sx_report__w(page, W_LITTLE_CHANGED);
  } else {
    said.before = sx_report__w(page, isnan(value)          ? W_CHANGED_BY
                                     : value > 0 && share  ? W_UP_SHARE
                                     : value > 0 && growth ? W_UP_GROWTH
                                     : value > 0           ? W_UP_LEVEL
                                     : share || growth     ? W_DOWN_SHARE
                                                           : W_DOWN_LEVEL);
    if (macro->verb[0] && !isnan(value)) said.before = own_verb(page, macro->verb, value < 0, true);
    if (!said.before) return sx_error_memory(err);
  }
  f->sign = -1;
  said.after = "";
  *out = said;
  return SX_OK;
}

sx_status sx_report__say_ci(sx_said *out, sx_page *page, const sx_macro *macro, const char *where, sx_error *err) {
  static const char *const ends[] = {".low", ".high"};
  sx_said said = {.n = 2, .before = sx_report__w(page, W_OPEN), .after = sx_report__w(page, W_CLOSE)};
  for (size_t i = 0; i < 2; i++) {
    const char *name = sx_arena_printf(page->arena, "%s%s", macro->reference, ends[i]);
    if (!name) return sx_error_memory(err);
    SX_TRY(sx_report__bind(&said.bound[i], page, name, strlen(name), where, err));
    SX_TRY(format_of(&said.format[i], page, macro, where, err));
  }
  if (isnan(said.bound[0].value) || isnan(said.bound[1].value)) {
    *out = (sx_said){.before = "", .after = ""};
    return sx_report__warn(page, where, err, "%s has no interval: none is printed", macro->reference);
  }
  const sx_format *f = &said.format[0];
  const bool dollars = page->lang == SX_LANG_EN && strcmp(f->noun_en, "dollars") == 0;
  /* The unit stands once, after the higher end; signs of per cent and money stand with both (GB/T 15835-2011, 5.1.4). */
  if (f->kind != SX_FORMAT_PERCENT && !dollars) said.format[0].bare = true;
  said.magnitude = fmax(fabs(said.bound[0].value), fabs(said.bound[1].value));
  said.level = true;
  *out = said;
  return SX_OK;
}

/* No word for a direction that is missing or held back: its sign stands there as in a table. */
static sx_status no_direction(sx_said *out, sx_page *page, const sx_macro *macro, const sx_bound *bound,
                              const char *where, sx_error *err) {
  static const char plain[] = "plain 0";
  sx_said said = {.n = 1, .before = "", .after = ""};
  said.bound[0] = *bound;
  SX_TRY(sx_report__format_parse(&said.format[0], plain, sizeof plain - 1, err));
  *out = said;
  return sx_report__warn(page, where, err, "%s is missing or not published: {{updown}} prints the sign of it, no word",
                         macro->reference);
}

sx_status sx_report__say_word(sx_said *out, sx_page *page, const sx_macro *macro, const char *where, sx_error *err) {
  sx_bound bound;
  verdict v = NOT_TESTED;
  sx_said said = {.after = ""};
  SX_TRY(sx_report__bind(&bound, page, macro->reference, strlen(macro->reference), where, err));
  if (macro->kind == SX_MACRO_SIGNIFICANCE) {
    SX_TRY(judge(&v, page, &bound, macro->reference, err));
    said.before = sx_report__w(page, v == SIGNIFICANT       ? W_SIGNIFICANT
                                     : v == NOT_SIGNIFICANT ? W_NOT_SIGNIFICANT
                                     : v == WITHHELD        ? W_TEST_WITHHELD
                                                            : W_NOT_TESTED);
  } else {
    if (isnan(bound.value)) return no_direction(out, page, macro, &bound, where, err);
    const char *own = bound.value > 0 ? macro->up : bound.value < 0 ? macro->down : macro->same;
    said.before = own[0] ? sx_arena_strdup(page->arena, own)
                         : sx_report__w(page, bound.value > 0   ? W_ROSE
                                              : bound.value < 0 ? W_FELL
                                                                : W_UNCHANGED);
    if (macro->verb[0] && !own[0] && bound.value != 0)
      said.before = own_verb(page, macro->verb, bound.value < 0, false);
    if (!said.before) return sx_error_memory(err);
  }
  *out = said;
  return SX_OK;
}
