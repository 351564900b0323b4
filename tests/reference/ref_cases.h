/* ref_cases.h: cases.tsv (id, case, quantity, value, tol_rel, scope) in memory, comparison, and what is left over. */
#ifndef REF_CASES_H
#define REF_CASES_H

#include "ref_csv.h"
#include "shuxiao/base.h"
#include "sxt.h"

typedef struct ref_row {
  const char *id, *quantity;
  double value, tolerance;
  int used;
} ref_row;

static struct {
  char *text;
  ref_row rows[1024];
  size_t n;
} ref;

static int ref_load(const char *path) {
  ref.text = ref_read_text(path);
  if (!ref.text) return 0;
  int head = 1;
  for (char *line = strtok(ref.text, "\n"); line && ref.n < 1024; line = strtok(NULL, "\n")) {
    char *field[6] = {line, NULL, NULL, NULL, NULL, NULL};
    size_t k = 1;
    for (char *p = line; *p && k < 6; p++)
      if (*p == '\t') {
        *p = '\0';
        field[k++] = p + 1;
      }
    if (!head && k == 6) {
      ref_row *r = &ref.rows[ref.n++];
      *r = (ref_row){field[0], field[2], 0, 0, 0};
      if (!sx_text_to_double(&r->value, field[3], strlen(field[3])) ||
          !sx_text_to_double(&r->tolerance, field[4], strlen(field[4])))
        SXT_FAIL("%s %s: not a number", field[0], field[2]);
    }
    head = 0;
  }
  return 1;
}

static ref_row *ref_find(const char *id, const char *quantity) {
  for (size_t i = 0; i < ref.n; i++)
    if (strcmp(ref.rows[i].id, id) == 0 && strcmp(ref.rows[i].quantity, quantity) == 0) return &ref.rows[i];
  return NULL;
}

/* Zeros are compared with the case's largest value. */
static void expect(const char *id, const char *quantity, double got) {
  ref_row *r = ref_find(id, quantity);
  if (!r) {
    SXT_FAIL("no row %s '%s'", id, quantity);
    return;
  }
  double size = fabs(r->value);
  for (size_t i = 0; i < ref.n && r->value == 0; i++)
    if (strcmp(ref.rows[i].id, id) == 0 && fabs(ref.rows[i].value) > size) size = fabs(ref.rows[i].value);
  r->used = 1;
  if (!(fabs(got - r->value) <= r->tolerance * size))
    SXT_FAIL("%s %s is %.17g, not %.17g (relative %.2g, allowed %.2g)", id, quantity, got, r->value,
             (got - r->value) / size, r->tolerance);
}

static double ref_value(const char *id, const char *quantity) {
  ref_row *r = ref_find(id, quantity);
  if (!r) {
    SXT_FAIL("no row %s '%s'", id, quantity);
    return 0;
  }
  r->used = 2; /* an input, not a check */
  return r->value;
}

#endif
