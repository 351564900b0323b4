/* cli_standard.c: --standardize VARS --standard 'LEVEL=SHARE, ...' or FILE: the standard population of an estimate. */
#include <math.h>
#include <string.h>

#include "cli_estimate.h"

typedef struct named_shares {
  const char **name;
  double *share;
  size_t n;
} named_shares;

static sx_status named_new(named_shares *s, sx_arena *arena, size_t n, sx_error *err) {
  s->name = sx_arena_alloc(arena, n, sizeof *s->name);
  s->share = sx_arena_alloc(arena, n, sizeof *s->share);
  s->n = n;
  return s->name && s->share ? SX_OK : sx_error_memory(err);
}

/* The levels of a crossing are joined by '/', or by blanks. */
static const char *joined(sx_arena *arena, const char *text, size_t n, size_t n_keys) {
  char *name = sx_arena_strndup(arena, text, n);
  for (char *at = name; name && n_keys > 1 && !strchr(name, '/') && (at = strchr(at, ' ')) != NULL;) *at = '/';
  return name;
}

static sx_status read_text(named_shares *s, const sx_groups *g, sx_arena *arena, const char *text, sx_error *err) {
  const char *const *pieces = NULL;
  size_t n = 0;
  SX_TRY(cli_list(&pieces, &n, arena, text, err));
  SX_TRY(named_new(s, arena, n, err));
  for (size_t i = 0; i < n; i++) {
    const char *equals = strrchr(pieces[i], '='), *number = equals ? equals + 1 + strspn(equals + 1, " ") : "";
    if (!equals || !sx_text_to_double(&s->share[i], number, strlen(number)))
      return sx_error_set(err, SX_E_ARGUMENT, "--standard", "'%s' is not LEVEL=SHARE", pieces[i]);
    size_t end = (size_t)(equals - pieces[i]);
    while (end > 0 && pieces[i][end - 1] == ' ') end--;
    s->name[i] = joined(arena, pieces[i], end, g->n_keys);
    if (!s->name[i]) return sx_error_memory(err);
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
                          "the file has the columns '%s' and '%s' beside the variables: leave the shares alone",
                          (*out)->name, c->name);
    *out = c;
  }
  return *out ? SX_OK : sx_error_set(err, SX_E_ARGUMENT, "--standard", "the file has no column of shares");
}

static sx_status read_rows(named_shares *s, const sx_groups *g, const sx_table *t, cli_job *j, const char *path,
                           sx_error *err) {
  const sx_column *share = NULL;
  sx_groups *there = NULL;
  SX_TRY(share_column(&share, t, g, err));
  SX_TRY(named_new(s, j->arena, sx_table_rows(t), err));
  SX_TRY(sx_groups_new(&there, t, (const char *const *)g->key_name, g->n_keys, err));
  sx_status status = SX_OK;
  for (size_t i = 0; status == SX_OK && i < there->n_rows; i++) {
    const size_t group = (size_t)there->group[i];
    if (there->group[i] < 0 || sx_column_missing(share, i)) {
      status = sx_error_set(err, SX_E_DATA, path, "case %zu has no level or no share", i + 1);
      break;
    }
    const char *name = "";
    for (size_t k = 0; name && k < g->n_keys; k++)
      name = sx_arena_printf(j->arena, "%s%s%s", name, k ? "/" : "",
                             there->level_text[k][there->key_level[group * g->n_keys + k]]);
    s->name[i] = name;
    s->share[i] = sx_column_number(share, i);
    if (!name) status = sx_error_memory(err);
  }
  sx_groups_free(there);
  return status;
}

static sx_status read_file(named_shares *s, const sx_groups *g, cli_job *j, const char *path, sx_error *err) {
  sx_table *t = NULL;
  const sx_read_options options = SX_READ_OPTIONS_INIT;
  SX_TRY(sx_io_read(&t, &j->app->ctx, path, &options, err));
  const sx_status status = read_rows(s, g, t, j, path, err);
  sx_table_free(t);
  return status;
}

sx_status cli_read_standard(sx_standard *out, sx_groups **cells, cli_job *j, sx_error *err) {
  const char *by = cli_value(j->args, "standardize"), *text = cli_value(j->args, "standard");
  const char *const *names = NULL;
  size_t n = 0;
  named_shares s = {.n = 0};
  if (!by || !text)
    return sx_error_set(err, SX_E_ARGUMENT, by ? "--standardize" : "--standard",
                        "a standard needs both: --standardize age5 --standard 'LEVEL=SHARE, LEVEL=SHARE, ...'");
  SX_TRY(cli_split(&names, &n, j->arena, by, ',', err));
  SX_TRY(sx_groups_new(cells, j->table, names, n, err));
  const sx_groups *g = *cells;
  SX_TRY(strchr(text, '=') ? read_text(&s, g, j->arena, text, err) : read_file(&s, g, j, text, err));
  double *share = sx_arena_alloc(j->arena, g->n_groups, sizeof *share);
  if (!share) return sx_error_memory(err);
  *out = (sx_standard)SX_STANDARD_INIT;
  out->cells = g;
  return sx_estimate_standard_shares(out, share, s.name, s.share, s.n, err);
}
