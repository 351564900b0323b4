/* cli_standard.c: --standardize VARS --standard 'LEVEL=SHARE, ...' or FILE: the standard population of an estimate. */
#include <math.h>
#include <string.h>

#include "cli_estimate.h"

typedef struct standard_reader {
  const sx_groups *cells;
  double *share;
  bool *given;
  double missing;
} standard_reader;

/* The cell of the data with these levels, by text or label; SIZE_MAX where no case has them. */
static size_t find_cell(const sx_groups *g, const char *const *levels) {
  for (size_t c = 0; c < g->n_groups; c++) {
    bool same = true;
    for (size_t k = 0; same && k < g->n_keys; k++) {
      const size_t at = (size_t)g->key_level[c * g->n_keys + k];
      same = strcmp(g->level_text[k][at], levels[k]) == 0 || strcmp(g->level_label[k][at], levels[k]) == 0;
    }
    if (same) return c;
  }
  return SIZE_MAX;
}

/* A level is known where some case of the file has it, whatever the crossing. */
static sx_status check_levels(const sx_groups *g, const char *const *levels, sx_error *err) {
  for (size_t k = 0; k < g->n_keys; k++) {
    bool known = false;
    for (size_t v = 0; v < g->n_levels[k] && !known; v++)
      known = strcmp(g->level_text[k][v], levels[k]) == 0 || strcmp(g->level_label[k][v], levels[k]) == 0;
    if (known) continue;
    const char *near = sx_text_nearest(levels[k], (const char *const *)g->level_text[k], g->n_levels[k]);
    return sx_error_set(err, SX_E_ARGUMENT, "--standard", "no case has the level '%s' of %s%s%s%s", levels[k],
                        g->key_name[k], near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
  }
  return SX_OK;
}

static sx_status put(standard_reader *s, const char *const *levels, double share, const char *text, sx_error *err) {
  if (!(share >= 0) || !isfinite(share))
    return sx_error_set(err, SX_E_ARGUMENT, "--standard", "%s: a share is 0 or more", text);
  SX_TRY(check_levels(s->cells, levels, err));
  const size_t c = find_cell(s->cells, levels);
  if (c == SIZE_MAX) {
    s->missing += share;
    return SX_OK;
  }
  if (s->given[c]) return sx_error_set(err, SX_E_ARGUMENT, "--standard", "%s: the cell has a share already", text);
  s->given[c] = true;
  s->share[c] = share;
  return SX_OK;
}

static sx_status read_text(standard_reader *s, sx_arena *arena, const char *text, sx_error *err) {
  const char *const *pieces = NULL;
  size_t n = 0, n_levels = 0;
  SX_TRY(cli_list(&pieces, &n, arena, text, err));
  for (size_t i = 0; i < n; i++) {
    const char *equals = strrchr(pieces[i], '=');
    double share = 0;
    const char *number = equals ? equals + 1 + strspn(equals + 1, " ") : "";
    if (!equals || !sx_text_to_double(&share, number, strlen(number)))
      return sx_error_set(err, SX_E_ARGUMENT, "--standard", "'%s' is not LEVEL=SHARE", pieces[i]);
    size_t end = (size_t)(equals - pieces[i]);
    while (end > 0 && pieces[i][end - 1] == ' ') end--;
    const char *names = sx_arena_strndup(arena, pieces[i], end), *const *levels = &names;
    if (!names) return sx_error_memory(err);
    n_levels = 1;
    if (s->cells->n_keys > 1) SX_TRY(cli_split(&levels, &n_levels, arena, names, strchr(names, '/') ? '/' : ' ', err));
    if (n_levels != s->cells->n_keys)
      return sx_error_set(err, SX_E_ARGUMENT, "--standard",
                          "'%s': %zu levels for %zu variables: write level/level=SHARE", pieces[i], n_levels,
                          s->cells->n_keys);
    SX_TRY(put(s, levels, share, pieces[i], err));
  }
  return SX_OK;
}

/* The column of the file that is not one of the variables; it must be the only one. */
static sx_status share_column(const sx_column **out, const sx_table *t, const sx_groups *g, sx_error *err) {
  *out = NULL;
  for (size_t i = 0; i < sx_table_columns(t); i++) {
    const sx_column *c = sx_table_get(t, i);
    bool key = false;
    for (size_t k = 0; k < g->n_keys; k++) key = key || strcmp(c->name, g->key_name[k]) == 0;
    if (key || (c->type != SX_NUMBER && c->type != SX_INTEGER)) continue;
    if (*out)
      return sx_error_set(err, SX_E_ARGUMENT, "--standard",
                          "the file has the columns '%s' and '%s' beside the variables: "
                          "leave the shares alone",
                          (*out)->name, c->name);
    *out = c;
  }
  return *out ? SX_OK : sx_error_set(err, SX_E_ARGUMENT, "--standard", "the file has no column of shares");
}

static sx_status read_file(standard_reader *s, cli_job *j, const char *path, sx_error *err) {
  const sx_groups *g = s->cells;
  sx_table *t = NULL;
  sx_groups *there = NULL;
  const sx_column *share = NULL;
  const sx_read_options options = SX_READ_OPTIONS_INIT;
  SX_TRY(sx_io_read(&t, &j->app->ctx, path, &options, err));
  const char **levels = sx_arena_alloc(j->arena, g->n_keys, sizeof *levels);
  sx_status st = levels ? share_column(&share, t, g, err) : sx_error_memory(err);
  if (st == SX_OK) st = sx_groups_new(&there, t, (const char *const *)g->key_name, g->n_keys, err);
  for (size_t i = 0; st == SX_OK && i < there->n_rows; i++) {
    if (there->group[i] < 0 || sx_column_missing(share, i)) {
      st = sx_error_set(err, SX_E_DATA, path, "case %zu has no level or no share", i + 1);
      break;
    }
    for (size_t k = 0; k < g->n_keys; k++)
      levels[k] = there->level_text[k][there->key_level[(size_t)there->group[i] * g->n_keys + k]];
    st = put(s, levels, sx_column_number(share, i), path, err);
  }
  sx_groups_free(there);
  sx_table_free(t);
  return st;
}

sx_status cli_read_standard(sx_standard *out, sx_groups **cells, cli_job *j, sx_error *err) {
  const char *by = cli_value(j->args, "standardize"), *text = cli_value(j->args, "standard");
  const char *const *names = NULL;
  size_t n = 0;
  if (!by || !text)
    return sx_error_set(err, SX_E_ARGUMENT, by ? "--standardize" : "--standard",
                        "a standard needs both: --standardize age5 --standard 'LEVEL=SHARE, LEVEL=SHARE, ...'");
  SX_TRY(cli_split(&names, &n, j->arena, by, ',', err));
  SX_TRY(sx_groups_new(cells, j->table, names, n, err));
  const sx_groups *g = *cells;
  standard_reader s = {g, sx_arena_zalloc(j->arena, g->n_groups, sizeof(double)),
                       sx_arena_zalloc(j->arena, g->n_groups, sizeof(bool)), 0};
  if (!s.share || !s.given) return sx_error_memory(err);
  SX_TRY(strchr(text, '=') ? read_text(&s, j->arena, text, err) : read_file(&s, j, text, err));
  for (size_t c = 0; c < g->n_groups; c++) {
    if (s.given[c]) continue;
    const char *level = g->level_text[0][g->key_level[c * g->n_keys]];
    return sx_error_set(err, SX_E_ARGUMENT, "--standard",
                        "the level '%s'%s of %s has no share: give one, 0 where it is not in the standard", level,
                        g->n_keys > 1 ? " (and what it is crossed with)" : "", g->key_name[0]);
  }
  *out = (sx_standard)SX_STANDARD_INIT;
  out->cells = g;
  out->share = s.share;
  out->missing = s.missing;
  return SX_OK;
}
