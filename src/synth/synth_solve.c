/* synth_solve.c: thresholds and locations that make the declared rates and totals exact.
 *
 * A flag is 1 for an eligible person where lambda f + sqrt(1 - lambda^2) e < t, with one factor f ~ N(0,1) per person and e ~ N(0,1) of
 * its own. Given f the flags of a person are independent, so the probability that a person is in a base B (the conjunction of
 * all flags that the base rests on) is one integral over f,
 *   P(B | cell) = int phi(f) prod_{g in B} Phi((t_g - lambda_g f) / sqrt(1 - lambda_g^2)) df,
 * taken by the trapezoid rule, step 1/4 on [-8.5, 8.5] (error below 1e-15 for these smooth integrands). t is then the root of
 *   int phi(f) P(eligible | f) Phi((t - lambda f)/s) df = rate * P(base).
 * Flags drawn `with` another share its e: of two such the smaller probability counts. See docs/methods/synthetic.md. */
#include "synth_priv.h"

enum { NODES = SX_SYNTH_NODES };
static const double STEP = 0.25, SURE = 40; /* beyond any normal draw */

/* Flags that a probability is a product over. */
typedef struct closure {
  uint8_t *in;     /* [n_vars] */
  size_t *members; /* [n_vars] of list_members */
  size_t *first;   /* [n + 1] */
  size_t n;
} closure;

typedef struct solver {
  sx_synth_loader *l;
  sx_synth_model *m;
  double weight[NODES], f[NODES];
  closure eligible, base, item;
  bool same;              /* eligible and base are */
  double *nodes, *nodes2; /* [NODES] scratch */
} solver;

/* Marks v and everything that its eligibility rests on. False where a member's probability is not a product over f. */
static bool mark(uint8_t *in, const sx_synth_model *m, size_t v) {
  if (in[v]) return true;
  in[v] = 1;
  const sx_synth_var *x = &m->vars[v];
  bool known = x->kind == SX_SYNTH_FLAG && x->cover == SIZE_MAX && x->n_ensure == 0;
  for (size_t i = 0; i < x->n_base; i++) known = mark(in, m, x->base[i]) && known;
  for (size_t i = 0; i < x->n_only; i++) known = mark(in, m, x->only[i]) && known;
  return known;
}

static bool mark_list(uint8_t *in, const sx_synth_model *m, const size_t *vars, size_t n) {
  bool known = true;
  for (size_t i = 0; i < n; i++) known = mark(in, m, vars[i]) && known;
  return known;
}

static double at_node(const sx_synth_var *v, size_t cell, size_t k) {
  return v->node_p ? v->node_p[cell * NODES + k] : v->threshold[cell];
}

/* The marked flags that lead a draw, and who shares it with each: members[first[i]] leads, up to members[first[i + 1]]. */
static void list_members(closure *c, const sx_synth_model *m) {
  size_t n = 0;
  c->n = 0;
  for (size_t i = 0; i < m->n_vars; i++) {
    const sx_synth_var *v = &m->vars[i];
    if (!c->in[i] || (v->with != SIZE_MAX && c->in[v->with])) continue;
    c->first[c->n++] = n;
    c->members[n++] = i;
    for (size_t j = i + 1; j < m->n_vars; j++)
      if (c->in[j] && m->vars[j].with == i) c->members[n++] = j;
  }
  c->first[c->n] = n;
}

/* out[k] = product over the marked flags of P(1 | eligible, f_k); sharers of one e count once, by their minimum. */
static void closure_nodes(double *out, const sx_synth_model *m, const closure *c, size_t cell) {
  for (size_t k = 0; k < NODES; k++) out[k] = 1;
  for (size_t i = 0; i < c->n; i++) {
    for (size_t k = 0; k < NODES; k++) {
      double p = at_node(&m->vars[c->members[c->first[i]]], cell, k);
      for (size_t j = c->first[i] + 1; j < c->first[i + 1]; j++) {
        const double q = at_node(&m->vars[c->members[j]], cell, k);
        if (q < p) p = q;
      }
      out[k] *= p;
    }
  }
}

static double integrate(const solver *s, const double *nodes) {
  return sx_num_dot(s->weight, nodes, NODES);
}

/* ---- flags ---- */

static double given_factor(const sx_synth_var *v, double t, double f) {
  const double scale = sqrt(1 - v->loading * v->loading);
  if (t >= SURE) return 1;
  if (t <= -SURE) return 0;
  return sx_exact_norm_cdf((t - v->loading * f) / scale);
}

/* The root by Newton's method inside a shrinking bracket. */
static double solve_threshold(const solver *s, const sx_synth_var *v, const double *eligible, double p_eligible,
                              double target) {
  const double scale = sqrt(1 - v->loading * v->loading);
  double lo = -SURE, hi = SURE, t = sx_exact_norm_quantile(target / p_eligible);
  for (int iteration = 0; iteration < 100; iteration++) {
    double value = 0, slope = 0;
    for (size_t k = 0; k < NODES; k++) {
      const double x = (t - v->loading * s->f[k]) / scale, w = s->weight[k] * eligible[k];
      value += w * sx_exact_norm_cdf(x);
      slope += w * 0.39894228040143267794 * sx_exact_exp(-0.5 * x * x) / scale;
    }
    const double miss = value - target;
    if (fabs(miss) <= 2e-16 * p_eligible) break;
    if (miss > 0)
      hi = t;
    else
      lo = t;
    double next = t - miss / slope;
    if (!(next > lo && next < hi)) next = 0.5 * (lo + hi);
    if (next == t || hi - lo < 1e-15) break;
    t = next;
  }
  return t;
}

static sx_status too_many(const solver *s, const sx_synth_var *v, size_t cell, double target, double p, sx_error *err) {
  return sx_node_error(err, s->l->doc, v->node,
                       "'%s': in cell %s the rate asks for %.6g of the persons, but only %.6g are eligible", v->name,
                       s->m->cell_name[cell], target, p);
}

typedef struct flag_job {
  const solver *s;
  sx_synth_var *v;
} flag_job;

/* A task: cells rest on flags that are solved, and on none of each other. */
static sx_status solve_cell(void *data, size_t cell, sx_error *err) {
  const solver *s = ((const flag_job *)data)->s;
  sx_synth_var *v = ((const flag_job *)data)->v;
  double nodes[NODES], others[NODES];
  closure_nodes(nodes, s->m, &s->eligible, cell);
  if (!s->same && !v->among_eligible) closure_nodes(others, s->m, &s->base, cell);
  const double p = integrate(s, nodes), base = v->among_eligible || s->same ? p : integrate(s, others);
  double target = v->rate[cell] * base;
  if (target > p * (1 + 1e-9)) return too_many(s, v, cell, target, p, err);
  if (target > p) target = p;
  v->joint[cell] = target;
  if (v->loading == 0) { /* also where nobody is eligible */
    v->threshold[cell] = p > 0 ? target / p : 0;
    return SX_OK;
  }
  if (target >= p * (1 - 1e-13))
    v->threshold[cell] = SURE;
  else if (!(target > 0))
    v->threshold[cell] = -SURE;
  else
    v->threshold[cell] = solve_threshold(s, v, nodes, p, target);
  for (size_t k = 0; k < NODES; k++) v->node_p[cell * NODES + k] = given_factor(v, v->threshold[cell], s->f[k]);
  return SX_OK;
}

/* Sharers of one e must be asked of the same people, else "the smaller probability" would not be their joint one. */
static sx_status check_with(const solver *s, const sx_synth_var *v) {
  if (v->with == SIZE_MAX) return SX_OK;
  const sx_synth_var *leader = &s->m->vars[v->with];
  bool same = v->n_base == leader->n_base && v->n_only == 0 && leader->n_only == 0;
  for (size_t i = 0; same && i < v->n_base; i++) same = v->base[i] == leader->base[i];
  if (same) return SX_OK;
  return sx_node_error(s->l->err, s->l->doc, v->node,
                       "'%s' and '%s' share their draw, so they need the same base and no 'only'", v->name,
                       leader->name);
}

static sx_status solve_flag(solver *s, sx_synth_var *v) {
  const size_t n = s->m->n_cells;
  memset(s->eligible.in, 0, s->m->n_vars);
  memset(s->base.in, 0, s->m->n_vars);
  const bool known_base = mark_list(s->base.in, s->m, v->base, v->n_base);
  const bool known_only = mark_list(s->eligible.in, s->m, v->only, v->n_only);
  for (size_t i = 0; i < s->m->n_vars; i++) s->eligible.in[i] = s->eligible.in[i] || s->base.in[i];
  s->same = memcmp(s->eligible.in, s->base.in, s->m->n_vars) == 0;
  list_members(&s->eligible, s->m);
  list_members(&s->base, s->m);
  SX_TRY(check_with(s, v));
  if (known_base && known_only) {
    sx_ctx ctx = sx_ctx_quiet(&s->m->ctx);
    flag_job job = {s, v};
    if (v->loading == 0) ctx.n_threads = 1; /* one product */
    return sx_parallel_for(&ctx, n, solve_cell, &job, s->l->err);
  }
  if (v->loading != 0 || (v->n_only && !v->among_eligible))
    return sx_node_error(
        s->l->err, s->l->doc, v->node,
        "'%s' rests on a derived, covered or ensured variable, whose joint probability is not known: give it "
        "no loading, and 'among: eligible' where it has 'only'",
        v->name);
  for (size_t c = 0; c < n; c++) {
    v->threshold[c] = v->rate[c];
    v->joint[c] = (double)NAN;
  }
  return SX_OK;
}

/* ---- covers: the flag is 1 exactly where at least one item is ---- */

/* P_k = P(item k | flag), q_k = P_k / sum P. One primary item is drawn by q, each other with (P_k - q_k)/(1 - q_k):
 * then P(item k) = q_k + (1 - q_k)(P_k - q_k)/(1 - q_k) = P_k, and some item is always drawn. Needs sum P >= 1. */
static sx_status cover_cell(solver *s, sx_synth_var *first, size_t cell, double base) {
  const sx_synth_var *flag = &s->m->vars[first->cover];
  const size_t k = first->n_group;
  double sum = 0, run = 0;
  for (size_t j = 0; j < k; j++) {
    sx_synth_var *item = &s->m->vars[first->group[j]];
    const double p = item->rate[cell] * base / flag->joint[cell];
    if (!(p <= 1 + 1e-9)) return too_many(s, item, cell, item->rate[cell] * base, flag->joint[cell], s->l->err);
    item->threshold[cell] = p < 1 ? p : 1;
    item->joint[cell] = item->threshold[cell] * flag->joint[cell];
    sum += item->threshold[cell];
  }
  if (!(sum >= 1 - 1e-9))
    return sx_node_error(s->l->err, s->l->doc, first->node,
                         "the items that cover '%s' add to %.6g of it in cell %s: they cannot cover it", flag->name,
                         sum, s->m->cell_name[cell]);
  for (size_t j = 0; j < k; j++) {
    sx_synth_var *item = &s->m->vars[first->group[j]];
    const double p = item->threshold[cell], q = p / sum;
    first->primary[cell * k + j] = run += q;
    item->threshold[cell] = q < 1 && p > q ? (p - q) / (1 - q) : 0;
  }
  first->primary[cell * k + k - 1] = 1;
  return SX_OK;
}

static sx_status solve_cover(solver *s, size_t first_index) {
  sx_synth_model *m = s->m;
  sx_synth_var *first = &m->vars[first_index];
  const sx_synth_var *flag = &m->vars[first->cover];
  for (size_t i = 0; i < first_index; i++)
    if (m->vars[i].kind == SX_SYNTH_FLAG && m->vars[i].cover == first->cover) return SX_OK; /* solved with its first */
  first->group = sx_synth__alloc(s->l, m->n_vars, sizeof *first->group);
  if (!first->group) return SX_E_MEMORY;
  for (size_t i = first_index; i < m->n_vars; i++) {
    sx_synth_var *v = &m->vars[i];
    if (v->kind != SX_SYNTH_FLAG || v->cover != first->cover) continue;
    bool same = v->n_base == flag->n_base && flag->n_only == 0;
    for (size_t j = 0; same && j < v->n_base; j++) same = v->base[j] == flag->base[j];
    if (!same)
      return sx_node_error(s->l->err, s->l->doc, v->node, "'%s' needs the base of '%s', which it covers", v->name,
                           flag->name);
    first->group[first->n_group++] = i;
  }
  first->cover_first = true;
  first->primary = sx_synth__alloc(s->l, m->n_cells * first->n_group, sizeof *first->primary);
  if (!first->primary) return SX_E_MEMORY;
  for (size_t i = 1; i < first->n_group; i++) { /* the others draw by the same primary */
    sx_synth_var *v = &m->vars[first->group[i]];
    v->group = first->group;
    v->n_group = first->n_group;
    v->primary = first->primary;
  }
  for (size_t c = 0; c < m->n_cells; c++) {
    if (!(flag->joint[c] > 0))
      return sx_node_error(s->l->err, s->l->doc, first->node, "the probability of '%s' is not known or 0", flag->name);
    SX_TRY(cover_cell(s, first, c, flag->joint[c] / flag->rate[c]));
  }
  return SX_OK;
}

/* ---- ensure: an eligible person without any of a list gets this one ---- */

/* P0 = P(eligible, none of the list); the flag is 1 there and with q elsewhere: P0 + (P(eligible) - P0) q = target. */
static sx_status solve_ensure(solver *s, sx_synth_var *v) {
  sx_synth_model *m = s->m;
  if (v->loading != 0) return sx_node_error(s->l->err, s->l->doc, v->node, "'ensure' goes without a loading");
  SX_TRY(solve_flag(s, v)); /* joint = target */
  uint8_t *used = sx_synth__alloc(s->l, m->n_vars, 1);
  double *none = sx_synth__alloc(s->l, m->n_cells * NODES, sizeof *none);
  if (!used || !none) return SX_E_MEMORY;
  for (size_t i = 0; i < m->n_cells * NODES; i++) none[i] = 1;
  for (size_t j = 0; j < v->n_ensure; j++) {
    memset(s->item.in, 0, m->n_vars);
    bool ok = mark(s->item.in, m, v->ensure[j]);
    for (size_t i = 0; i < m->n_vars; i++) {
      if (s->eligible.in[i]) s->item.in[i] = 0;
      ok = ok && !(s->item.in[i] && (used[i] || m->vars[i].with != SIZE_MAX));
      used[i] = used[i] || s->item.in[i];
    }
    if (!ok)
      return sx_node_error(s->l->err, s->l->doc, v->node,
                           "'ensure': '%s' shares a flag or a draw with another of the list",
                           m->vars[v->ensure[j]].name);
    list_members(&s->item, m);
    for (size_t c = 0; c < m->n_cells; c++) {
      closure_nodes(s->nodes2, m, &s->item, c);
      for (size_t k = 0; k < NODES; k++) none[c * NODES + k] *= 1 - s->nodes2[k];
    }
  }
  for (size_t c = 0; c < m->n_cells; c++) {
    closure_nodes(s->nodes, m, &s->eligible, c);
    const double p = integrate(s, s->nodes);
    for (size_t k = 0; k < NODES; k++) none[c * NODES + k] *= s->nodes[k];
    const double p0 = integrate(s, none + c * NODES), q = (v->joint[c] - p0) / (p - p0);
    if (!(q >= -1e-12))
      return sx_node_error(s->l->err, s->l->doc, v->node,
                           "'%s': in cell %s already %.6g have none of the ensured, more than its rate of %.6g",
                           v->name, m->cell_name[c], p0, v->joint[c]);
    v->threshold[c] = q < 0 ? 0 : q;
  }
  return SX_OK;
}

/* ---- amounts ---- */

static double tail_total(const sx_synth_var *v, const double *payers, const double *z, size_t n, double sigma) {
  double sum = 0;
  for (size_t c = 0; c < n; c++) sum += payers[c] * sx_exact_exp(0.5 * sigma * sigma - sigma * z[c]);
  return sum * v->tail_at;
}

/* The smallest sigma at which the payers' total is the declared one: a scan for the first crossing, then bisection. */
static sx_status solve_sigma(const solver *s, sx_synth_var *v, const double *payers, const double *z) {
  const size_t n = s->m->n_cells;
  const bool above = tail_total(v, payers, z, n, 0) > v->total;
  double lo = 0, hi = 0;
  for (int i = 1; i <= 600; i++) {
    hi = 0.01 * i;
    if ((tail_total(v, payers, z, n, hi) > v->total) != above) break;
    lo = hi;
  }
  if (lo == hi)
    return sx_node_error(s->l->err, s->l->doc, v->node, "'%s': no log-normal has both this tail and the total %g",
                         v->name, v->total);
  for (int i = 0; i < 100; i++) {
    const double mid = 0.5 * (lo + hi);
    if ((tail_total(v, payers, z, n, mid) > v->total) == above)
      lo = mid;
    else
      hi = mid;
  }
  v->sigma = 0.5 * (lo + hi);
  return SX_OK;
}

static sx_status solve_amount(const solver *s, sx_synth_var *v) {
  const sx_synth_model *m = s->m;
  const sx_synth_var *pay = &m->vars[v->of];
  const size_t n = m->n_cells, k = v->n_edges ? v->n_edges - 1 : 0;
  double *payers = sx_synth__alloc(s->l, n, sizeof *payers), *z = sx_synth__alloc(s->l, n, sizeof *z);
  v->mean = sx_synth__alloc(s->l, n, sizeof *v->mean);
  v->location = sx_synth__alloc(s->l, n, sizeof *v->location);
  if (!payers || !z || !v->mean || !v->location) return SX_E_MEMORY;
  for (size_t c = 0; c < n; c++) {
    payers[c] = m->cell_size[c] * pay->joint[c];
    if (!(payers[c] >= 0))
      return sx_node_error(s->l->err, s->l->doc, v->node,
                           "'%s': how many pay is not known, because '%s' rests on a derived variable", v->name,
                           pay->name);
    z[c] = v->tail ? sx_exact_norm_quantile(1 - v->tail[c]) : 0;
  }
  if (v->bracket) {
    for (size_t c = 0; c < n; c++)
      for (size_t j = 0; j < k; j++)
        v->mean[c] += (v->bracket[c * k + j] - (j ? v->bracket[c * k + j - 1] : 0)) * (v->edges[j + 1] - v->edges[j]) /
                      sx_exact_log(v->edges[j + 1] / v->edges[j]);
    return SX_OK;
  }
  if (v->tail && v->total == v->total) SX_TRY(solve_sigma(s, v, payers, z));
  double scale = 0;
  for (size_t c = 0; c < n; c++) scale += payers[c] * (v->weight ? v->weight[c] : 1);
  for (size_t c = 0; c < n; c++) {
    const double mean = v->total / scale * (v->weight ? v->weight[c] : 1);
    v->location[c] =
        v->tail ? sx_exact_log(v->tail_at) - v->sigma * z[c] : sx_exact_log(mean) - 0.5 * v->sigma * v->sigma;
    v->mean[c] = sx_exact_exp(v->location[c] + 0.5 * v->sigma * v->sigma);
  }
  return SX_OK;
}

/* ---- all of it ---- */

static sx_status solve_var(solver *s, size_t i) {
  sx_synth_var *v = &s->m->vars[i];
  if (v->kind == SX_SYNTH_AMOUNT) return solve_amount(s, v);
  if (v->kind != SX_SYNTH_FLAG) return SX_OK;
  v->threshold = sx_synth__alloc(s->l, s->m->n_cells, sizeof *v->threshold);
  v->joint = sx_synth__alloc(s->l, s->m->n_cells, sizeof *v->joint);
  if (!v->threshold || !v->joint) return SX_E_MEMORY;
  if (v->cover != SIZE_MAX) return SX_OK; /* with the first of the group, once all have room */
  if (v->loading != 0) {
    v->node_p = sx_synth__alloc(s->l, s->m->n_cells * NODES, sizeof *v->node_p);
    if (!v->node_p) return SX_E_MEMORY;
  }
  return v->n_ensure ? solve_ensure(s, v) : solve_flag(s, v);
}

sx_status sx_synth__solve(sx_synth_loader *l) {
  solver s = {.l = l, .m = l->m};
  const size_t n = l->m->n_vars;
  closure *const closures[] = {&s.eligible, &s.base, &s.item};
  for (size_t i = 0; i < 3; i++) {
    closures[i]->in = sx_synth__alloc(l, n, 1);
    closures[i]->members = sx_synth__alloc(l, n, sizeof(size_t));
    closures[i]->first = sx_synth__alloc(l, n + 1, sizeof(size_t));
    if (!closures[i]->in || !closures[i]->members || !closures[i]->first) return SX_E_MEMORY;
  }
  s.nodes = sx_synth__alloc(l, NODES, sizeof(double));
  s.nodes2 = sx_synth__alloc(l, NODES, sizeof(double));
  if (!s.nodes || !s.nodes2) return SX_E_MEMORY;
  double sum = 0;
  for (size_t k = 0; k < NODES; k++) {
    s.f[k] = STEP * ((double)k - (NODES - 1) / 2.0);
    sum += s.weight[k] = sx_exact_exp(-0.5 * s.f[k] * s.f[k]);
  }
  for (size_t k = 0; k < NODES; k++) s.weight[k] /= sum;
  for (size_t i = 0; i < n; i++) SX_TRY(solve_var(&s, i));
  for (size_t i = 0; i < n; i++)
    if (l->m->vars[i].kind == SX_SYNTH_FLAG && l->m->vars[i].cover != SIZE_MAX) SX_TRY(solve_cover(&s, i));
  return SX_OK;
}
