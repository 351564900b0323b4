/* weighting_base.c: weights from inclusion probabilities and multiplicity.
 *
 * w = 1/(pi_1 pi_2 ... pi_k) * (eligible persons of the household, of whom one is taken) / (lines by which the household can be
 * drawn): Kish (1965) Survey Sampling; Sirken (1970) JASA 65:257-266 (multiplicity). */
#include <stdio.h>
#include <string.h>

#include "shuxiao/weighting_response.h"

static sx_status number_at(double *out, const sx_column *c, size_t row, const char *what, sx_error *err) {
  *out = sx_column_number(c, row);
  if (isfinite(*out)) return SX_OK;
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%.100s: case %zu", c->name, row + 1);
  return sx_error_set(err, SX_E_DATA, where, "the %s is missing: every sampled case needs one", what);
}

static sx_status numeric(const sx_column **out, const sx_table *table, const char *name, sx_error *err) {
  SX_TRY(sx_table_need(out, table, name, err));
  if ((*out)->type == SX_NUMBER || (*out)->type == SX_INTEGER) return SX_OK;
  return sx_error_set(err, SX_E_ARGUMENT, name, "the variable is %s, not a number", sx_type_name((*out)->type));
}

static sx_status times_inverse(double *w, const sx_table *table, const char *name, sx_error *err) {
  const sx_column *c = NULL;
  SX_TRY(numeric(&c, table, name, err));
  for (size_t i = 0; i < c->n; i++) {
    double p = 0;
    SX_TRY(number_at(&p, c, i, "inclusion probability", err));
    if (p > 0 && p <= 1) {
      w[i] /= p;
      continue;
    }
    char where[SX_ERROR_WHERE_MAX];
    (void)snprintf(where, sizeof where, "%.100s: case %zu", name, i + 1);
    return sx_error_set(err, SX_E_DATA, where, "the inclusion probability is %.15g: it lies above 0 and at most at 1",
                        p);
  }
  return SX_OK;
}

/* w times the count, or divided by it. */
static sx_status times_count(double *w, const sx_table *table, const char *name, double most, bool divide,
                             const char *what, sx_error *err) {
  const sx_column *c = NULL;
  SX_TRY(numeric(&c, table, name, err));
  for (size_t i = 0; i < c->n; i++) {
    double k = 0;
    SX_TRY(number_at(&k, c, i, what, err));
    if (!(k >= 1)) {
      char where[SX_ERROR_WHERE_MAX];
      (void)snprintf(where, sizeof where, "%.100s: case %zu", name, i + 1);
      return sx_error_set(err, SX_E_DATA, where, "the %s is %.15g: a case that was drawn has at least 1", what, k);
    }
    k = fmin(k, most);
    w[i] = divide ? w[i] / k : w[i] * k;
  }
  return SX_OK;
}

sx_status sx_weighting_base(double *w, const sx_table *table, const sx_base_spec *spec, sx_error *err) {
  const size_t n = sx_table_rows(table);
  if (spec->n_prob == 0 && !spec->persons && !spec->lines)
    return sx_error_set(err, SX_E_ARGUMENT, "base weights", "name an inclusion probability, persons or lines");
  if (!(spec->max_persons >= 1) || !(spec->max_lines >= 1))
    return sx_error_set(err, SX_E_ARGUMENT, "base weights", "persons are cut to %g, lines to %g: both are at least 1",
                        spec->max_persons, spec->max_lines);
  double *v = sx_mem_alloc(sx_table_ctx(table), n, sizeof *v);
  if (!v) return sx_error_memory(err);
  sx_status st = SX_OK;
  for (size_t i = 0; i < n; i++) v[i] = 1;
  for (size_t k = 0; k < spec->n_prob; k++) SX_TRY_GOTO(st, times_inverse(v, table, spec->prob[k], err), done);
  if (spec->persons)
    SX_TRY_GOTO(st, times_count(v, table, spec->persons, spec->max_persons, false, "number of eligible persons", err),
                done);
  if (spec->lines)
    SX_TRY_GOTO(st, times_count(v, table, spec->lines, spec->max_lines, true, "number of lines", err), done);
  memcpy(w, v, n * sizeof *w);
done:
  sx_mem_free(sx_table_ctx(table), v);
  return st;
}
