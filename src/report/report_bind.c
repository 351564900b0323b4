/* report_bind.c: a reference looked up in the store, with the error behind it. */
#include "report_page.h"
#include "report_results.h"

#include <math.h>
#include <string.h>

#include "shuxiao/release_quality.h"

/* ---- suggestions ------------------------------------------------------------------------------------------------- */

static void put_name(sx_buf *out, const char *name) {
  sx_reference_put_name(out, name, strlen(name));
}

/* Of an indicator, where '/' needs no backquotes. */
static void put_indicator(sx_buf *out, const char *name) {
  for (const char *at = name; *at; at++) {
    const char c = *at;
    const bool plain =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '/';
    if (plain) continue;
    put_name(out, name);
    return;
  }
  sx_buf_add(out, name);
}

void sx_report__put_reference(sx_buf *out, const char *indicator, const sx_store_term *terms, size_t n_terms,
                              const char *statistic) {
  put_indicator(out, indicator);
  sx_buf_add_char(out, '.');
  if (!n_terms) sx_buf_add(out, "total");
  for (size_t i = 0; i < n_terms; i++) {
    if (i) sx_buf_add_char(out, '*');
    put_name(out, terms[i].variable);
    if (strcmp(terms[i].level, "1") == 0) continue;
    sx_buf_add_char(out, ':');
    put_name(out, terms[i].level);
  }
  if (!statistic) return;
  sx_buf_add_char(out, '.');
  sx_buf_add(out, statistic);
}

static bool named_statistic(const char *statistic) {
  return strcmp(statistic, "gap") == 0 || strncmp(statistic, "gap_", 4) == 0 || strncmp(statistic, "share_of_", 9) == 0;
}

static sx_status add_name(void *data, const sx_store_row *row, sx_error *err) {
  sx_page *page = data;
  sx_buf name;
  sx_status status = SX_OK;
  sx_buf_init(&name, &page->ctx);
  sx_report__put_reference(&name, row->indicator, row->terms, row->n_terms,
                           named_statistic(row->statistic) ? row->statistic : NULL);
  void *p = page->names;
  const bool grown = sx_mem_grow(&page->ctx, &p, &page->cap_names, page->n_names + 1, sizeof *page->names);
  page->names = p;
  char *copy = name.failed ? NULL : sx_arena_strdup(page->arena, name.data);
  if (grown && copy) {
    page->names[page->n_names++] = copy;
  } else {
    status = sx_error_memory(err);
  }
  sx_buf_clear(&name);
  return status;
}

static const char *first_of_indicator(const sx_page *page, const char *indicator) {
  const size_t n = strlen(indicator);
  for (size_t i = 0; i < page->n_names; i++) {
    if (strncmp(page->names[i], indicator, n) == 0 && page->names[i][n] == '.') return page->names[i];
  }
  return NULL;
}

static sx_status unknown_name(sx_page *page, const sx_reference *reference, const char *where, sx_error *err) {
  sx_buf name;
  sx_store_term terms[SX_REFERENCE_TERMS];
  sx_status status = SX_OK;
  sx_buf_init(&name, &page->ctx);
  sx_reference_terms(terms, reference);
  sx_report__put_reference(&name, reference->indicator, terms, reference->n_terms,
                           reference->statistic[0] ? reference->statistic : NULL);
  if (!page->n_names) status = sx_store_each_row(page->store, page->run, NULL, add_name, page, err);
  if (status == SX_OK) status = sx_buf_status(&name, err);
  if (status == SX_OK) {
    const char *nearest = sx_text_nearest(name.data, page->names, page->n_names);
    const char *other = nearest ? NULL : first_of_indicator(page, reference->indicator);
    status = sx_error_set(err, SX_E_DATA, where, "there is no result '%s'%s%s%s", name.data,
                          nearest ? ": did you mean '"
                          : other ? "; of this indicator there is for example '"
                                  : "",
                          nearest ? nearest
                          : other ? other
                                  : "",
                          nearest ? "'?"
                          : other ? "'"
                                  : "");
  }
  sx_buf_clear(&name);
  return status;
}

/* ---- look-up ----------------------------------------------------------------------------------------------------- */

double sx_reference_field(const sx_store_row *row, const char *field) {
  const struct {
    const char *name;
    double value;
  } fields[] = {{"estimate", row->estimate},
                {"se", row->se},
                {"low", row->low},
                {"high", row->high},
                {"n", row->n < 0 ? (double)NAN : (double)row->n},
                {"n_eff", row->n_eff},
                {"deff", row->deff},
                {"cv", row->cv},
                {"df", row->df}};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    if (strcmp(fields[i].name, field) == 0) return fields[i].value;
  }
  return (double)NAN;
}

static sx_status fill(sx_bound *out, sx_page *page, const sx_store_row *row, const char *field, sx_error *err) {
  sx_bound bound = {.value = sx_reference_field(row, field),
                    .main = strcmp(field, "estimate") == 0,
                    .count = strcmp(field, "n") == 0 || strcmp(field, "n_eff") == 0,
                    .estimate = row->estimate,
                    .se = row->se,
                    .low = row->low,
                    .high = row->high,
                    .ci_level = row->ci_level,
                    .n = row->n,
                    .across_break = row->quality && strstr(row->quality, "break"),
                    .p = strncmp(row->statistic, "p_", 2) == 0 && strcmp(field, "estimate") == 0,
                    .suppressed = row->na_reason && strcmp(row->na_reason, "suppressed") == 0,
                    .no_error = row->na_reason && strcmp(row->na_reason, SX_STORE_ERROR_SUPPRESSED) == 0,
                    .one_sided = row->quality && strstr(row->quality, "earlier figure without error") != NULL,
                    .unreliable = sx_quality_is_low(row->quality),
                    .model = row->quality && strstr(row->quality, "model") != NULL};
  bound.suppressed = bound.suppressed || (bound.no_error && isnan(bound.value));
  bound.measure = bound.main || strcmp(field, "se") == 0 || strcmp(field, "low") == 0 || strcmp(field, "high") == 0;
  if (row->na_reason && row->na_reason[0]) {
    bound.reason = sx_arena_strdup(page->arena, sx_report__reason(page->lang, row->na_reason));
    if (!bound.reason) return sx_error_memory(err);
  }
  bound.marks = bound.unreliable ? sx_arena_strdup(page->arena, row->quality) : NULL;
  if (bound.unreliable && !bound.marks) return sx_error_memory(err);
  bound.indicator = sx_arena_strdup(page->arena, row->indicator);
  bound.method = row->method && row->method[0] ? sx_arena_strdup(page->arena, row->method) : "";
  bound.step = row->step && row->step[0] ? sx_arena_strdup(page->arena, row->step) : "";
  if (!bound.indicator || !bound.method || !bound.step) return sx_error_memory(err);
  *out = bound;
  return SX_OK;
}

/* The reference as it was written, blanks at its ends and a final field left out; the arena's. */
static const char *name_of(const sx_page *page, const char *text, size_t n, const char *field) {
  const size_t k = strlen(field);
  while (n && (text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\n' || text[n - 1] == '\r')) n--;
  while (n && (*text == ' ' || *text == '\t' || *text == '\n' || *text == '\r')) text++, n--;
  if (k && n > k && text[n - k - 1] == '.' && memcmp(text + n - k, field, k) == 0) n -= k + 1;
  return sx_arena_strndup(page->arena, text, n);
}

sx_status sx_report__bind(sx_bound *out, sx_page *page, const char *text, size_t n, const char *where, sx_error *err) {
  sx_reference reference;
  sx_store_row row;
  bool found = false;
  const sx_status status = sx_reference_parse(&reference, text, n, err);
  if (status != SX_OK) {
    sx_error_add_where(err, "%s", where);
    return status;
  }
  SX_TRY(sx_reference_find(&found, &row, page->store, page->run, &reference, err));
  if (!found) return unknown_name(page, &reference, where, err);
  sx_bound bound;
  SX_TRY(fill(&bound, page, &row, reference.field, err));
  bound.base = name_of(page, text, n, reference.field);
  bound.reference = bound.main ? bound.base : name_of(page, text, n, "");
  if (!bound.base || !bound.reference) return sx_error_memory(err);
  *out = bound;
  return sx_report__keep_result(page, bound.base, &row, err);
}
