/* design_response.c: final dispositions from codes: The American Association for Public Opinion Research (2016, 2023), Standard
 * Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys, 9th and 10th edition, tables of codes. */
#include "shuxiao/design_response.h"

#include <stdio.h>
#include <string.h>

const char *const *sx_disposition_names(size_t *n) {
  static const char *const names[] = {"complete", "partial",           "refusal",       "noncontact",
                                      "other",    "unknown_household", "unknown_other", "ineligible"};
  *n = SX_N_DISPOSITIONS;
  return names;
}

static const sx_disposition_code aapor[] = {
    {SX_DISPOSITION_COMPLETE, "1.1"},    {SX_DISPOSITION_PARTIAL, "1.2"},
    {SX_DISPOSITION_REFUSAL, "2.1"},     {SX_DISPOSITION_NONCONTACT, "2.2"},
    {SX_DISPOSITION_OTHER, "2.3"},       {SX_DISPOSITION_OTHER, "2.9"},
    {SX_DISPOSITION_OTHER, "2.0"},       {SX_DISPOSITION_UNKNOWN_HOUSEHOLD, "3.1"},
    {SX_DISPOSITION_UNKNOWN_OTHER, "3"}, {SX_DISPOSITION_INELIGIBLE, "4"},
};

static bool heads(const char *code, const char *value) {
  const size_t n = strlen(code);
  if (n == 0 || strncmp(code, value, n) != 0) return false;
  return value[n] == '\0' || value[n] == '.' || strchr(code, '.') != NULL;
}

/* AAPOR's codes as whole numbers: 110 is 1.10, 2112 is 2.112. */
static const char *dotted(char out[8], const char *value) {
  const size_t n = strspn(value, "0123456789");
  if (value[n] || n < 3 || n > 4 || value[0] < '1' || value[0] > '4') return value;
  out[0] = value[0];
  out[1] = '.';
  memcpy(out + 2, value + 1, n);
  return out;
}

static bool same_number(const char *a, const char *b) {
  double x = 0, y = 0;
  return sx_text_to_double(&x, a, strlen(a)) && sx_text_to_double(&y, b, strlen(b)) && x == y;
}

/* The disposition of a value, SX_N_DISPOSITIONS where no code fits. */
static unsigned find(const char *value, const char *label, const sx_disposition_code *codes, size_t n) {
  char with_dot[8];
  if (codes == aapor) value = dotted(with_dot, value);
  unsigned found = SX_N_DISPOSITIONS;
  size_t best = 0;
  for (size_t k = 0; k < n; k++) {
    const char *code = codes[k].code;
    const bool whole = strcmp(code, value) == 0 || same_number(code, value) || (label && strcmp(code, label) == 0);
    if (whole) return codes[k].disposition;
    if (!heads(code, value) || strlen(code) <= best) continue;
    best = strlen(code);
    found = codes[k].disposition;
  }
  return found;
}

static sx_status check_codes(const sx_disposition_code *codes, size_t n, sx_error *err) {
  size_t n_names = 0;
  const char *const *names = sx_disposition_names(&n_names);
  for (size_t k = 0; k < n; k++) {
    if ((unsigned)codes[k].disposition >= SX_N_DISPOSITIONS || !codes[k].code[0])
      return sx_error_set(err, SX_E_ARGUMENT, "codes", "code %zu is empty or of no disposition", k + 1);
    for (size_t j = 0; j < k; j++)
      if (codes[j].disposition != codes[k].disposition && strcmp(codes[j].code, codes[k].code) == 0)
        return sx_error_set(err, SX_E_ARGUMENT, "codes", "the code '%s' is given to '%s' and to '%s'", codes[k].code,
                            names[codes[j].disposition], names[codes[k].disposition]);
  }
  return SX_OK;
}

static const char *value_text(char out[SX_DOUBLE_TEXT_MAX], const sx_column *c, size_t row, const char **label) {
  *label = NULL;
  if (c->type == SX_TEXT || c->type == SX_CATEGORY) {
    const char *text = sx_dict_get(c->dict, c->data.code[row], NULL);
    for (size_t k = 0; k < c->n_labels && !*label; k++)
      if (c->labels[k].text && strcmp(c->labels[k].text, text) == 0) *label = c->labels[k].label;
    return text;
  }
  const double x = sx_column_number(c, row);
  *label = sx_column_value_label(c, x);
  (void)sx_text_from_double(out, x);
  return out;
}

static sx_status unknown_code(const sx_column *c, size_t row, const char *value, bool own, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%.100s: case %zu", c->name, row + 1);
  return sx_error_set(err, SX_E_DATA, where, "the code '%.60s' is none of %s", value,
                      own ? "those given: add it to one of the dispositions"
                          : "AAPOR's (1.1, 1.2, 2.1, 2.2, 2.3, 3.1, 3.2, 4, ...): say what each code means");
}

sx_status sx_disposition_read(uint8_t *out, const sx_column *c, const sx_disposition_code *codes, size_t n,
                              sx_error *err) {
  const sx_disposition_code *list = codes ? codes : aapor;
  const size_t n_list = codes ? n : sizeof aapor / sizeof *aapor;
  SX_TRY(check_codes(list, n_list, err));
  for (size_t i = 0; i < c->n; i++) { /* first a look: out is untouched on failure */
    char text[SX_DOUBLE_TEXT_MAX];
    const char *label = NULL;
    if (sx_column_missing(c, i)) {
      char where[SX_ERROR_WHERE_MAX];
      (void)snprintf(where, sizeof where, "%.100s: case %zu", c->name, i + 1);
      return sx_error_set(err, SX_E_DATA, where, "the disposition is missing: every sampled case has one");
    }
    const char *value = value_text(text, c, i, &label);
    if (find(value, label, list, n_list) == SX_N_DISPOSITIONS) return unknown_code(c, i, value, codes != NULL, err);
  }
  for (size_t i = 0; i < c->n; i++) {
    char text[SX_DOUBLE_TEXT_MAX];
    const char *label = NULL, *value = value_text(text, c, i, &label);
    out[i] = (uint8_t)find(value, label, list, n_list);
  }
  return SX_OK;
}

void sx_response_status(uint8_t *status, size_t n, bool partial_out) {
  for (size_t i = 0; i < n; i++) {
    const unsigned d = status[i];
    status[i] = d == SX_DISPOSITION_INELIGIBLE                                               ? SX_RESPONSE_INELIGIBLE
                : d == SX_DISPOSITION_UNKNOWN_HOUSEHOLD || d == SX_DISPOSITION_UNKNOWN_OTHER ? SX_RESPONSE_UNKNOWN
                : d == SX_DISPOSITION_COMPLETE || (d == SX_DISPOSITION_PARTIAL && !partial_out)
                    ? SX_RESPONSE_RESPONDENT
                    : SX_RESPONSE_NONRESPONDENT;
  }
}
