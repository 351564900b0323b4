/* release_check.c: is it a problem at all? Names of marks. */
#include "shuxiao/release_disclosure.h"

#include <math.h>
#include <string.h>

#include "shuxiao/table.h"

const char *sx_release_mark_name(sx_release_mark mark) {
  static const char *const names[] = {"published", "keep", "primary", "secondary", "unknown"};
  return (size_t)mark < sizeof names / sizeof *names ? names[mark] : "?";
}

static sx_status check_cell(const sx_release_cell *c, sx_error *err) {
  if (!isfinite(c->value)) return sx_error_set(err, SX_E_DATA, c->key, "the cell has no value");
  if (c->value < c->low && c->low == 0)
    return sx_error_set(
        err, SX_E_DATA, c->key,
        "the cell is negative (%g) and cells are taken to be known as not negative: give it a lower bound", c->value);
  if (isnan(c->low) || isnan(c->high) || c->value < c->low || c->value > c->high)
    return sx_error_set(err, SX_E_DATA, c->key, "its value %g is not between its bounds %g and %g", c->value, c->low,
                        c->high);
  if (c->n < 0) return sx_error_set(err, SX_E_DATA, c->key, "it has %g contributors", c->n);
  if (c->lower < 0 || c->upper < 0) return sx_error_set(err, SX_E_DATA, c->key, "a protection level is below 0");
  if (c->cost < 0) return sx_error_set(err, SX_E_DATA, c->key, "its cost is below 0");
  for (size_t k = 0; k < c->n_top; k++) {
    if (!isfinite(c->top[k]) || (k > 0 && c->top[k] > c->top[k - 1]))
      return sx_error_set(err, SX_E_DATA, c->key, "contribution %zu is not a number at most as large as the one before",
                          k + 1);
  }
  return SX_OK;
}

static sx_status check_keys(const sx_release_problem *p, sx_error *err) {
  sx_dict *seen = NULL;
  sx_status status = sx_dict_new(&seen, NULL, err);
  for (size_t i = 0; i < p->n_cells && status == SX_OK; i++) {
    const char *key = p->cells[i].key;
    int32_t code = 0;
    if (!key || !*key) {
      status = sx_error_set(err, SX_E_DATA, NULL, "cell %zu has no key", i + 1);
      break;
    }
    status = sx_dict_add(&code, seen, key, strlen(key), err);
    if (status == SX_OK && (size_t)code != i)
      status = sx_error_set(err, SX_E_DATA, key, "two cells have this key (cell %d and cell %zu)", code + 1, i + 1);
    if (status == SX_OK) status = check_cell(&p->cells[i], err);
  }
  sx_dict_free(seen);
  return status;
}

static sx_status check_relation(const sx_release_problem *p, const sx_release_relation *r, size_t index, size_t *last,
                                double slack, sx_error *err) {
  if (r->n_terms == 0) return sx_error_set(err, SX_E_DATA, r->id, "the relation has no cells");
  if (isnan(r->low) || isnan(r->high) || r->low > r->high)
    return sx_error_set(err, SX_E_DATA, r->id, "its bounds %g and %g are no range", r->low, r->high);
  double sum = 0, largest = 0;
  for (size_t k = 0; k < r->n_terms; k++) {
    const size_t c = r->terms[k].cell;
    if (c >= p->n_cells) return sx_error_set(err, SX_E_DATA, r->id, "it names cell %zu of %zu", c + 1, p->n_cells);
    if (!isfinite(r->terms[k].coef) || r->terms[k].coef == 0)
      return sx_error_set(err, SX_E_DATA, r->id, "the coefficient of %s is %g", p->cells[c].key, r->terms[k].coef);
    if (last[c] == index + 1)
      return sx_error_set(err, SX_E_DATA, r->id, "it names %s twice: a total cannot be a part of itself",
                          p->cells[c].key);
    last[c] = index + 1;
    sum += r->terms[k].coef * p->cells[c].value;
    largest = fmax(largest, fabs(r->terms[k].coef * p->cells[c].value));
  }
  const double off = sum < r->low ? r->low - sum : sum > r->high ? sum - r->high : 0;
  if (off > slack * largest)
    return sx_error_set(err, SX_E_DATA, r->id,
                        "the cells do not add up: off by %g (the first is %s, %g); correct a value or the relation",
                        off, p->cells[r->terms[0].cell].key, p->cells[r->terms[0].cell].value);
  return SX_OK;
}

sx_status sx_release_check(const sx_release_problem *problem, double slack, sx_error *err) {
  if (problem->n_cells == 0) return sx_error_set(err, SX_E_DATA, NULL, "there are no cells: the table is empty");
  if (problem->n_cells >= INT32_MAX / 8) return sx_error_set(err, SX_E_LIMIT, NULL, "too many cells");
  SX_TRY(check_keys(problem, err));
  size_t *last = sx_mem_zalloc(NULL, problem->n_cells, sizeof *last);
  if (!last) return sx_error_memory(err);
  sx_status status = SX_OK;
  for (size_t r = 0; r < problem->n_relations && status == SX_OK; r++)
    status = check_relation(problem, &problem->relations[r], r, last, slack, err);
  sx_mem_free(NULL, last);
  return status;
}
