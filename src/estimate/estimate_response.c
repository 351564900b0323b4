/* estimate_response.c: AAPOR outcome rates as ratios of weighted counts of dispositions.
 *
 * A rate is A/(B + k U), A and B sums of categories, U the weight of unknown eligibility, k = 0, 1 or e, e = E/(E + NE) with E all that
 * is known to be eligible: The American Association for Public Opinion Research (2016), Standard Definitions, 9th ed.,
 * "Calculating outcome rates from final disposition distributions". Score of
 * a case of category c: (a_c - rate (b_c + k u_c) - rate U de/dw)/(B + k U), de/dw = (E_c - e (E_c + NE_c))/(E + NE). */
#include "shuxiao/estimate_response.h"

#include "shuxiao/estimate_statistic.h"

enum { I = 1 << 0, P = 1 << 1, R = 1 << 2, NC = 1 << 3, O = 1 << 4, U = 1 << 5 | 1 << 6, NE = 1 << 7 };
enum { ELIGIBLE = I | P | R | NC | O };

typedef enum unknown_part { NONE, ALL, SHARE } unknown_part;
typedef struct rate {
  unsigned top, bottom;
  unknown_part unknown;
} rate;

static const rate rates[SX_N_RESPONSE_RATES] = {
    {I, ELIGIBLE, ALL},
    {I | P, ELIGIBLE, ALL},
    {I, ELIGIBLE, SHARE},
    {I | P, ELIGIBLE, SHARE},
    {I, ELIGIBLE, NONE},
    {I | P, ELIGIBLE, NONE},
    {I, I | P | R | O, NONE},
    {I | P, I | P | R | O, NONE},
    {I, I | P | R, NONE},
    {I | P, I | P | R, NONE},
    {R, ELIGIBLE, ALL},
    {R, ELIGIBLE, SHARE},
    {R, ELIGIBLE, NONE},
    {I | P | R | O, ELIGIBLE, ALL},
    {I | P | R | O, ELIGIBLE, SHARE},
    {I | P | R | O, ELIGIBLE, NONE},
    {ELIGIBLE, ELIGIBLE | NE, NONE}, /* e */
};

const char *const *sx_response_rate_names(void) {
  static const char *const names[SX_N_RESPONSE_RATES] = {"rr1",   "rr2",   "rr3",   "rr4",   "rr5",  "rr6",
                                                         "coop1", "coop2", "coop3", "coop4", "ref1", "ref2",
                                                         "ref3",  "con1",  "con2",  "con3",  "e"};
  return names;
}

typedef struct response {
  const uint8_t *disposition;
  double e; /* NaN: estimated */
} response;

/* Weighted counts, and what follows from them. */
typedef struct counts {
  double of[SX_N_DISPOSITIONS], e;
} counts;

static double sum_of(const counts *c, unsigned set) {
  double sum = 0;
  for (unsigned k = 0; k < SX_N_DISPOSITIONS; k++)
    if (set >> k & 1U) sum += c->of[k];
  return sum;
}

static counts count(const sx_cases *cases, const response *r) {
  counts c = {.e = r->e};
  for (size_t i = 0; i < cases->n; i++) c.of[r->disposition[cases->row[i]]] += cases->w[i];
  if (isnan(c.e)) c.e = sum_of(&c, ELIGIBLE) / sum_of(&c, ELIGIBLE | NE);
  return c;
}

/* Without cases of unknown eligibility it does not matter what e is. */
static double unknown(const counts *c, unknown_part part) {
  const double all = sum_of(c, U);
  return part == NONE || all == 0 ? 0 : part == ALL ? all : c->e * all;
}

static sx_status value(double *out, sx_na *na, const sx_cases *cases, const void *data, sx_error *err) {
  (void)na;
  (void)err;
  const response *r = data;
  const counts c = count(cases, r);
  for (size_t k = 0; k < SX_N_RESPONSE_RATES; k++) {
    const double bottom = sum_of(&c, rates[k].bottom) + unknown(&c, rates[k].unknown);
    out[k] = bottom > 0 ? sum_of(&c, rates[k].top) / bottom : (double)NAN;
  }
  if (!isnan(r->e)) out[SX_N_RESPONSE_RATES - 1] = r->e;
  return SX_OK;
}

/* By category: the scores of one rate. */
static void by_category(double *score, const rate *r, double value_of, const counts *c, bool e_given) {
  const double bottom = sum_of(c, r->bottom) + unknown(c, r->unknown), all = sum_of(c, U);
  const double base = sum_of(c, ELIGIBLE | NE), k = r->unknown == NONE ? 0 : r->unknown == ALL ? 1 : c->e;
  for (unsigned d = 0; d < SX_N_DISPOSITIONS; d++) {
    const double top = r->top >> d & 1U, below = r->bottom >> d & 1U, u = (unsigned)U >> d & 1U;
    const double eligible = (unsigned)ELIGIBLE >> d & 1U, either = (unsigned)(ELIGIBLE | NE) >> d & 1U;
    const bool moves = r->unknown == SHARE && !e_given && all > 0;
    const double slope = moves ? (eligible - c->e * either) / base : 0;
    score[d] = (top - value_of * (below + (u > 0 ? k : 0) + all * slope)) / bottom;
  }
}

static sx_status score(double *out, const double *value_of, const sx_cases *cases, const void *data, sx_error *err) {
  (void)err;
  const response *r = data;
  const counts c = count(cases, r);
  for (size_t k = 0; k < SX_N_RESPONSE_RATES; k++) {
    double s[SX_N_DISPOSITIONS] = {0};
    const bool known = k + 1 == SX_N_RESPONSE_RATES && !isnan(r->e);
    if (!known && !isnan(value_of[k])) by_category(s, &rates[k], value_of[k], &c, !isnan(r->e));
    for (size_t i = 0; i < cases->n; i++) out[k * cases->n + i] = s[r->disposition[cases->row[i]]];
  }
  return SX_OK;
}

sx_status sx_estimate_response_rates(sx_est_set **out, const sx_design *design, const uint8_t *disposition,
                                     const uint8_t *where, const sx_groups *by, const sx_response_rates_options *given,
                                     const sx_est_options *options, sx_error *err) {
  const response r = {disposition, given ? given->e : (double)NAN};
  if (!isnan(r.e) && !(r.e >= 0 && r.e <= 1))
    return sx_error_set(err, SX_E_ARGUMENT, "e", "the share of eligible cases is %g: it lies between 0 and 1", r.e);
  for (size_t i = 0; i < sx_design_rows(design); i++)
    if (disposition[i] >= SX_N_DISPOSITIONS)
      return sx_error_set(err, SX_E_ARGUMENT, "disposition", "case %zu has the disposition %u of %d", i + 1,
                          (unsigned)disposition[i], (int)SX_N_DISPOSITIONS);
  sx_statistic s = {0};
  s.version = 1;
  s.name = "response rates";
  s.n_values = SX_N_RESPONSE_RATES;
  s.value_text = sx_response_rate_names();
  s.is_prop = true;
  s.data = &r;
  s.value = value;
  s.score = score;
  sx_statistic_request request = SX_STATISTIC_REQUEST_INIT;
  request.where = where;
  request.by = by;
  return sx_estimate_statistic(out, design, &s, &request, options, err);
}
