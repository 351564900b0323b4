/* cli_estimate_set.c: words that stand for several columns, and the ends of a scale:
 *
 *   $goods, set:goods, goods     a multiple-response set of the file
 *   multi(a, b, c)               one made for this call: numbers count 1 (or --counted), texts are categories (or --counted)
 *   rank(a, b, c)                a column of ranks per item;  places(p1, p2)  the item at each place
 *   sat with --box top2          top and bottom boxes, net score, net promoter score */
#include <ctype.h>
#include <string.h>

#include "cli_estimate.h"

static sx_status run_set(sx_est_set **out, const cli_quantity *q, const cli_job *j, const sx_groups *by,
                         sx_error *err) {
  sx_set_request request = *q->set;
  request.by = by;
  return sx_estimate_set(out, j->design, j->table, &request, &j->options, err);
}

static sx_status run_rank(sx_est_set **out, const cli_quantity *q, const cli_job *j, const sx_groups *by,
                          sx_error *err) {
  sx_rank_request request = *q->rank;
  request.by = by;
  return sx_estimate_rank(out, j->design, &request, &j->options, err);
}

static sx_status run_box(sx_est_set **out, const cli_quantity *q, const cli_job *j, const sx_groups *by,
                         sx_error *err) {
  sx_box_request request = *q->box;
  request.by = by;
  return sx_estimate_box(out, j->design, &request, &j->options, err);
}

/* "head(a, b, c)": its columns, true where the text has that form. */
static bool list_of(const char **inside, const char *text, const char *head, sx_arena *arena) {
  const size_t n = strlen(head), length = strlen(text);
  if (strncmp(text, head, n) != 0 || text[n] != '(' || length < n + 2 || text[length - 1] != ')') return false;
  *inside = sx_arena_strndup(arena, text + n + 1, length - n - 2);
  return true;
}

static sx_status columns_of(const sx_column ***out, const char *const **names, size_t *n, cli_job *j,
                            const char *inside, sx_error *err) {
  if (!inside) return sx_error_memory(err);
  SX_TRY(cli_list(names, n, j->arena, inside, err));
  const sx_column **columns = sx_arena_alloc(j->arena, *n, sizeof *columns);
  if (!columns) return sx_error_memory(err);
  for (size_t k = 0; k < *n; k++) SX_TRY(sx_table_need(&columns[k], j->table, (*names)[k], err));
  *out = columns;
  return SX_OK;
}

/* ---- sets ------------------------------------------------------------------------------------------------------------ */

static bool is_coded(const sx_column *c) {
  return c->type == SX_CATEGORY || c->type == SX_TEXT;
}

static sx_status made_set(const sx_mrset **out, cli_job *j, const char *inside, sx_error *err) {
  const sx_column **columns = NULL;
  const char *const *names = NULL;
  const char *counted = cli_value(j->args, "counted");
  sx_mrset *set = sx_arena_zalloc(j->arena, 1, sizeof *set);
  if (!set) return sx_error_memory(err);
  SX_TRY(columns_of(&columns, &names, &set->n_variables, j, inside, err));
  char **variables = sx_arena_alloc(j->arena, set->n_variables, sizeof *variables);
  set->name = sx_arena_strdup(j->arena, "multi");
  if (!variables || !set->name) return sx_error_memory(err);
  for (size_t k = 0; k < set->n_variables; k++) variables[k] = columns[k]->name;
  set->variables = variables;
  set->label = set->name;
  set->counted = 1;
  set->dichotomous = counted || !is_coded(columns[0]);
  if (counted && is_coded(columns[0]))
    set->counted_text = sx_arena_strdup(j->arena, counted);
  else if (counted && !sx_text_to_double(&set->counted, counted, strlen(counted)))
    return sx_error_set(err, SX_E_ARGUMENT, "--counted", "'%s' is not a number, and %s holds numbers", counted,
                        columns[0]->name);
  *out = set;
  return SX_OK;
}

static sx_status find_set(const sx_mrset **out, cli_job *j, const char *text, sx_error *err) {
  const char *inside = NULL;
  *out = NULL;
  if (list_of(&inside, text, "multi", j->arena)) return made_set(out, j, inside, err);
  const bool prefixed = strncmp(text, "set:", 4) == 0;
  const char *name = prefixed ? text + 4 : text[0] == '$' ? text + 1 : text;
  *out = sx_table_find_mrset(j->table, name);
  if (!*out && name != text) *out = sx_table_find_mrset(j->table, text);
  if (*out && name == text && sx_table_find(j->table, text)) *out = NULL; /* a variable goes before a set of its name */
  if (*out && cli_value(j->args, "counted"))
    return sx_error_set(err, SX_E_ARGUMENT, "--counted", "the set '%s' of the file says itself what counts",
                        (*out)->name);
  if (*out || name == text) return SX_OK;
  const size_t n = sx_table_mrsets(j->table);
  return sx_error_set(err, SX_E_ARGUMENT, text, "%s has no set of this name%s%s", j->args->words[0],
                      n ? "; it has " : ": make one with multi(a, b, c)", n ? sx_table_mrset(j->table, 0)->name : "");
}

static sx_status read_base(sx_set_request *r, cli_job *j, sx_error *err) {
  const char *base = cli_value(j->args, "base");
  if (!base || strcmp(base, "chosen") == 0) return SX_OK;
  r->base = strcmp(base, "valid") == 0 ? SX_SET_BASE_VALID : SX_SET_BASE_ALL;
  if (r->base == SX_SET_BASE_VALID || strcmp(base, "all") == 0) return SX_OK;
  sx_expr *expr = NULL;
  uint8_t *asked = sx_arena_alloc(j->arena, sx_table_rows(j->table), 1);
  if (!asked) return sx_error_memory(err);
  sx_status status = sx_expr_parse(&expr, &j->app->ctx, base, err);
  if (status == SX_OK) status = sx_expr_test(asked, expr, j->table, err);
  sx_expr_free(expr);
  if (status != SX_OK) sx_error_add_where(err, "--base");
  r->asked = asked;
  return status;
}

static sx_status set_quantity(cli_quantity *q, cli_job *j, const char *text, const sx_mrset *set, sx_error *err) {
  const char *of = cli_value(j->args, "of");
  sx_set_request *r = sx_arena_alloc(j->arena, 1, sizeof *r);
  if (!r) return sx_error_memory(err);
  *r = (sx_set_request)SX_SET_REQUEST_INIT;
  r->set = set;
  r->where = j->where;
  if (j->stat != SX_STAT_PROP) return sx_error_set(err, SX_E_ARGUMENT, text, "a set has shares: use 'shuxiao prop'");
  if (of && strcmp(of, "cases") != 0 && strcmp(of, "answers") != 0)
    return sx_error_set(err, SX_E_ARGUMENT, "--of", "'%s' is not cases or answers", of);
  r->of = of && strcmp(of, "answers") == 0 ? SX_SET_OF_ANSWERS : SX_SET_OF_CASES;
  SX_TRY(read_base(r, j, err));
  q->name = set->name;
  q->statistic = r->of == SX_SET_OF_ANSWERS ? "share_of_answers" : "share_of_cases";
  q->named_levels = true;
  q->set = r;
  q->run = run_set;
  return SX_OK;
}

/* ---- rankings -------------------------------------------------------------------------------------------------------- */

/* "first", "top3"; false for anything else. */
static bool top_of(size_t *top, const char *word) {
  double number = 0;
  *top = 1;
  if (strcmp(word, "first") == 0) return true;
  if (strncmp(word, "top", 3) != 0 || !sx_text_to_double(&number, word + 3, strlen(word + 3))) return false;
  if (!(number >= 1 && number <= 1000)) return false;
  *top = (size_t)number;
  return number == (double)*top;
}

static sx_status read_rank(sx_rank_request *r, const char **statistic, const cli_job *j, sx_error *err) {
  const char *rank = cli_value(j->args, "rank");
  const bool shares = j->stat == SX_STAT_PROP;
  r->stat = shares ? SX_RANK_TOP : SX_RANK_MEAN;
  if (rank && !shares && strcmp(rank, "borda") == 0) r->stat = SX_RANK_BORDA;
  if (shares && rank && !top_of(&r->top, rank))
    return sx_error_set(err, SX_E_ARGUMENT, "--rank", "'%s' is not first or top3 (the mean rank: 'shuxiao mean')",
                        rank);
  if (!shares && rank && strcmp(rank, "mean") != 0 && strcmp(rank, "borda") != 0)
    return sx_error_set(err, SX_E_ARGUMENT, "--rank", "'%s' is not mean or borda (shares ranked first: 'shuxiao prop')",
                        rank);
  *statistic = r->stat == SX_RANK_MEAN    ? "mean_rank"
               : r->stat == SX_RANK_BORDA ? "borda"
               : r->top == 1              ? "ranked_first"
                                          : sx_arena_printf(j->arena, "ranked_top%zu", r->top);
  return *statistic ? SX_OK : sx_error_memory(err);
}

static sx_status rank_quantity(cli_quantity *q, cli_job *j, const char *text, const char *inside, bool places,
                               sx_error *err) {
  const char *const *names = NULL;
  const sx_column **columns = NULL;
  sx_rank_request *r = sx_arena_alloc(j->arena, 1, sizeof *r);
  if (!r) return sx_error_memory(err);
  *r = (sx_rank_request)SX_RANK_REQUEST_INIT;
  if (j->stat != SX_STAT_PROP && j->stat != SX_STAT_MEAN)
    return sx_error_set(err, SX_E_ARGUMENT, text, "a ranking has shares ('shuxiao prop') and means ('shuxiao mean')");
  SX_TRY(columns_of(&columns, &names, &r->n_columns, j, inside, err));
  r->columns = columns;
  r->places = places;
  r->where = j->where;
  SX_TRY(read_rank(r, &q->statistic, j, err));
  q->name = places ? "places" : "rank";
  q->named_levels = true;
  q->rank = r;
  q->run = run_rank;
  return SX_OK;
}

/* ---- boxes ------------------------------------------------------------------------------------------------------------- */

/* "top2": the box and how many levels; 2 where no number stands behind. */
static bool parse_box(sx_box_request *r, const char *word) {
  static const char *const names[] = {"top", "bottom", "net"};
  size_t k = 0, levels = 2;
  while (k < 3 && strncmp(word, names[k], strlen(names[k])) != 0) k++;
  if (k == 3) return false;
  const char *digits = word + strlen(names[k]);
  if (*digits) {
    levels = 0;
    for (; isdigit((unsigned char)*digits) && levels < 1000; digits++) levels = 10 * levels + (size_t)(*digits - '0');
    if (*digits || levels == 0) return false;
  }
  r->box = (sx_box)k;
  r->n_top = r->n_bottom = levels;
  return true;
}

static sx_status box_quantity(cli_quantity *q, cli_job *j, const char *text, sx_error *err) {
  const char *box = cli_value(j->args, "box"), *top = cli_value(j->args, "top"), *bottom = cli_value(j->args, "bottom");
  sx_box_request *r = sx_arena_alloc(j->arena, 1, sizeof *r);
  bool logical = false;
  if (!r) return sx_error_memory(err);
  *r = (sx_box_request)SX_BOX_REQUEST_INIT;
  const bool nps = strcmp(box, "nps") == 0;
  if (!nps && !parse_box(r, box))
    return sx_error_set(err, SX_E_ARGUMENT, "--box",
                        "'%s' is not top2, bottom2, net or nps (any number may stand for 2)", box);
  if (nps && (top || bottom))
    return sx_error_set(err, SX_E_ARGUMENT, "--box",
                        "nps is the net of 9, 10 and 0 to 6: leave --top and --bottom out");
  if (top) SX_TRY(cli_list(&r->top, &r->n_top, j->arena, top, err));
  if (bottom) SX_TRY(cli_list(&r->bottom, &r->n_bottom, j->arena, bottom, err));
  SX_TRY(cli_job_column(&r->y, &logical, j, text, err));
  if (logical) return sx_error_set(err, SX_E_ARGUMENT, text, "a condition is no scale: leave --box out");
  if (nps) r->box = SX_BOX_NPS;
  r->where = j->where;
  q->name = text;
  q->statistic = box;
  q->box = r;
  q->run = run_box;
  return SX_OK;
}

sx_status cli_set_quantity(bool *taken, cli_quantity *q, cli_job *j, const char *text, sx_error *err) {
  const sx_mrset *set = NULL;
  const char *inside = NULL;
  *taken = true;
  if (list_of(&inside, text, "rank", j->arena)) return rank_quantity(q, j, text, inside, false, err);
  if (list_of(&inside, text, "places", j->arena)) return rank_quantity(q, j, text, inside, true, err);
  SX_TRY(find_set(&set, j, text, err));
  if (set) return set_quantity(q, j, text, set, err);
  if (cli_value(j->args, "box")) return box_quantity(q, j, text, err);
  if (cli_value(j->args, "top") || cli_value(j->args, "bottom"))
    return sx_error_set(err, SX_E_ARGUMENT, "", "--top and --bottom belong to --box top, bottom or net");
  *taken = false;
  return SX_OK;
}
