/* store_revisions.c: what later publications made of a number.
 *
 * A store keeps the rows of every run. The vintages of a quantity (wave, indicator, statistic, domain) are its values in the runs that
 * were published, or in all runs where none was; revision R_i = last - first. Over the n rows of one indicator's statistic:
 *   mean R = sum R_i / n,   mean absolute = sum |R_i| / n,   root mean square = sqrt(sum R_i^2 / n)
 * McKenzie & Gamba (2008), Interpreting the results of revision analyses, OECD/Eurostat Task Force on performing revisions analysis. */
#include <math.h>
#include <string.h>

#include "store_diff_priv.h"
#include "store_priv.h"

/* ---- publications ------------------------------------------------------------------------------------------------------ */

sx_status sx_store_publish(sx_store *store, int64_t run, const char *label, sx_error *err) {
  if (!store || !label || !*label)
    return sx_error_set(err, SX_E_ARGUMENT, "", "sx_store_publish: a store and a label are needed");
  sqlite3_stmt *s = NULL;
  const char *sql = "INSERT OR REPLACE INTO publication(label, run, at)"
                    " SELECT ?1, id, strftime('%Y-%m-%dT%H:%M:%SZ') FROM run WHERE id = ?2 AND finished IS NOT NULL";
  int code = sqlite3_prepare_v2(store->db, sql, -1, &s, NULL);
  if (code == SQLITE_OK) {
    sx_store__bind_text(s, 1, label);
    (void)sqlite3_bind_int64(s, 2, run);
    code = sqlite3_step(s);
  }
  sqlite3_finalize(s);
  if (code != SQLITE_DONE) return sx_store__fail(store, code, "writing a publication", err);
  if (sqlite3_changes(store->db) > 0) return SX_OK;
  return sx_error_set(err, SX_E_ARGUMENT, store->path, "the store has no finished run %lld", (long long)run);
}

/* ---- vintages ------------------------------------------------------------------------------------------------------------ */

typedef struct work {
  sx_store *store;
  const sx_revision_options *options;
  sx_revisions *out;
  sx_dict *names; /* of the rows, in their order */
  sx_dict *main;  /* of this vintage: quantities whose main statistic was met */
  size_t vintage, cap_vintages, cap_rows, cap_value, cap_se;
  double **value, **se; /* of rows */
} work;

static const char *keep(sx_arena *arena, const char *text, bool *failed) {
  const char *copy = text ? sx_arena_strdup(arena, text) : NULL;
  *failed = *failed || (text && !copy);
  return copy;
}

static sx_status add_vintage(work *w, const sx_vintage *v, sx_error *err) {
  sx_revisions *out = w->out;
  bool failed = false;
  if (!sx_arena_grow(out->arena, (void **)&out->vintages, &w->cap_vintages, out->n_vintages + 1, sizeof *out->vintages))
    return sx_error_memory(err);
  out->vintages[out->n_vintages++] =
      (sx_vintage){v->run, keep(out->arena, v->label, &failed), keep(out->arena, v->finished, &failed)};
  return failed ? sx_error_memory(err) : SX_OK;
}

static sx_status add_run(void *data, const sx_store_run *run, sx_error *err) {
  const sx_vintage v = {run->id, NULL, run->finished};
  return add_vintage(data, &v, err);
}

/* A store of the first version has no such table. */
static sx_status has_publications(bool *has, sx_store *store, sx_error *err) {
  sqlite3_stmt *s = NULL;
  int code = sqlite3_prepare_v2(store->db, "SELECT 1 FROM sqlite_master WHERE name = 'publication'", -1, &s, NULL);
  if (code == SQLITE_OK) code = sqlite3_step(s);
  *has = code == SQLITE_ROW;
  sqlite3_finalize(s);
  return code == SQLITE_ROW || code == SQLITE_DONE ? SX_OK : sx_store__fail(store, code, "reading", err);
}

static sx_status read_publications(work *w, sx_error *err) {
  sqlite3_stmt *s = NULL;
  bool has = false;
  sx_status status = SX_OK;
  SX_TRY(has_publications(&has, w->store, err));
  if (!has) return SX_OK;
  int code = sqlite3_prepare_v2(w->store->db,
                                "SELECT p.run, p.label, r.finished FROM publication p JOIN run r ON r.id = p.run"
                                " ORDER BY p.run, p.label",
                                -1, &s, NULL);
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(s);
    if (code != SQLITE_ROW) break;
    const sx_vintage v = {sqlite3_column_int64(s, 0), (const char *)sqlite3_column_text(s, 1),
                          (const char *)sqlite3_column_text(s, 2)};
    SX_TRY_GOTO(status, add_vintage(w, &v, err), done);
  }
  if (code != SQLITE_DONE) status = sx_store__fail(w->store, code, "reading the publications", err);
done:
  sqlite3_finalize(s);
  return status;
}

/* ---- rows -------------------------------------------------------------------------------------------------------------------- */

static bool is_main(const char *statistic) {
  static const char *const others[] = {"gap", "share_of_", "change"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (strncmp(statistic, others[i], strlen(others[i])) == 0) return false;
  return true;
}

/* Whether the options ask for the row; of statistics not named the first main one of each quantity. */
static sx_status is_wanted(bool *wanted, work *w, const sx_store_row *row, sx_error *err) {
  const sx_revision_options *o = w->options;
  size_t number = 0;
  bool named = o->n_indicators == 0;
  for (size_t i = 0; i < o->n_indicators && !named; i++) named = strcmp(row->indicator, o->indicators[i]) == 0;
  *wanted = named && (o->all_domains || row->n_terms == 0) &&
            (o->statistic ? strcmp(row->statistic, o->statistic) == 0 : is_main(row->statistic));
  if (!*wanted || o->statistic) return SX_OK;
  return sx_store__row_number(&number, wanted, w->main, w->store, row, NULL, err);
}

/* "sex=male*age6=20-29", "" for the total. */
static const char *domain_text(sx_arena *arena, const sx_store_row *row) {
  const char *text = "";
  for (size_t i = 0; text && i < row->n_terms; i++)
    text = sx_arena_printf(arena, "%s%s%s=%s", text, i ? "*" : "", row->terms[i].variable, row->terms[i].level);
  return text;
}

static sx_status new_row(work *w, const sx_store_row *row, sx_error *err) {
  sx_revisions *out = w->out;
  const size_t i = out->n_rows;
  bool failed = false;
  if (!sx_arena_grow(out->arena, (void **)&out->rows, &w->cap_rows, i + 1, sizeof *out->rows) ||
      !sx_arena_grow(out->arena, (void **)&w->value, &w->cap_value, i + 1, sizeof *w->value) ||
      !sx_arena_grow(out->arena, (void **)&w->se, &w->cap_se, i + 1, sizeof *w->se))
    return sx_error_memory(err);
  w->value[i] = sx_arena_alloc(out->arena, out->n_vintages, sizeof(double));
  w->se[i] = sx_arena_alloc(out->arena, out->n_vintages, sizeof(double));
  const char *domain = domain_text(out->arena, row);
  if (!w->value[i] || !w->se[i] || !domain) return sx_error_memory(err);
  for (size_t v = 0; v < out->n_vintages; v++) w->value[i][v] = w->se[i][v] = (double)NAN;
  out->rows[out->n_rows++] = (sx_revision_row){.wave = keep(out->arena, row->wave, &failed),
                                               .indicator = keep(out->arena, row->indicator, &failed),
                                               .statistic = keep(out->arena, row->statistic, &failed),
                                               .domain = domain,
                                               .unit = keep(out->arena, row->unit, &failed),
                                               .value = w->value[i],
                                               .se = w->se[i]};
  return failed ? sx_error_memory(err) : SX_OK;
}

static sx_status take_row(void *data, const sx_store_row *row, sx_error *err) {
  work *w = data;
  bool wanted = false, new_one = false;
  size_t at = 0;
  sx_store_term terms[SX_STORE_TERMS];
  const sx_store_row own = sx_store__own_row(terms, row);
  SX_TRY(is_wanted(&wanted, w, &own, err));
  if (!wanted) return SX_OK;
  SX_TRY(sx_store__row_number(&at, &new_one, w->names, w->store, &own, own.statistic, err));
  if (new_one) SX_TRY(new_row(w, &own, err));
  w->value[at][w->vintage] = row->estimate;
  w->se[at][w->vintage] = row->se;
  return SX_OK;
}

static void measure(sx_revision_row *row, size_t n_vintages) {
  double se = (double)NAN;
  row->first = row->last = row->revision = row->in_se = (double)NAN;
  for (size_t v = 0; v < n_vintages; v++) {
    if (isnan(row->value[v])) continue;
    if (row->n_values++ == 0) {
      row->first = row->value[v];
      se = row->se[v];
    }
    row->last = row->value[v];
  }
  if (row->n_values >= 2) row->revision = row->last - row->first;
  if (se > 0) row->in_se = row->revision / se;
}

static sx_revision_summary *summary_of(sx_revisions *out, const sx_revision_row *row) {
  for (size_t k = out->n_summaries; k-- > 0;) { /* mostly the last */
    sx_revision_summary *s = &out->summaries[k];
    if (strcmp(s->indicator, row->indicator) == 0 && strcmp(s->statistic, row->statistic) == 0) return s;
  }
  sx_revision_summary *s = &out->summaries[out->n_summaries++];
  *s = (sx_revision_summary){.indicator = row->indicator, .statistic = row->statistic};
  return s;
}

/* Rows of one indicator's statistic need not stand together. */
static sx_status summarise(const work *w, sx_error *err) {
  sx_revisions *out = w->out;
  out->summaries = sx_arena_zalloc(out->arena, out->n_rows + 1, sizeof *out->summaries);
  if (!out->summaries) return sx_error_memory(err);
  for (size_t i = 0; i < out->n_rows; i++) {
    const sx_revision_row *row = &out->rows[i];
    if (isnan(row->revision)) continue;
    sx_revision_summary *s = summary_of(out, row);
    s->n++;
    s->mean += row->revision;
    s->mean_absolute += fabs(row->revision);
    s->root_mean_square += row->revision * row->revision;
    if (fabs(row->revision) > fabs(s->largest)) s->largest = row->revision;
  }
  for (size_t i = 0; i < out->n_summaries; i++) {
    sx_revision_summary *s = &out->summaries[i];
    const double n = (double)s->n;
    s->mean /= n;
    s->mean_absolute /= n;
    s->root_mean_square = sqrt(s->root_mean_square / n);
  }
  return SX_OK;
}

typedef struct names {
  sx_arena *arena;
  const char **items;
  size_t n, cap;
} names;

static sx_status add_name(void *data, const sx_store_row *row, sx_error *err) {
  names *list = data;
  bool failed = false;
  if (list->n && strcmp(list->items[list->n - 1], row->indicator) == 0) return SX_OK;
  if (!sx_arena_grow(list->arena, (void **)&list->items, &list->cap, list->n + 1, sizeof *list->items))
    return sx_error_memory(err);
  list->items[list->n++] = keep(list->arena, row->indicator, &failed);
  return failed ? sx_error_memory(err) : SX_OK;
}

static sx_status check_indicators(const work *w, sx_error *err) {
  const sx_revisions *out = w->out;
  for (size_t i = 0; i < w->options->n_indicators; i++) {
    const char *name = w->options->indicators[i];
    bool found = false;
    for (size_t k = 0; k < out->n_rows && !found; k++) found = strcmp(out->rows[k].indicator, name) == 0;
    if (found) continue;
    names list = {.arena = out->arena};
    SX_TRY(sx_store_each_row(w->store, out->vintages[out->n_vintages - 1].run, NULL, add_name, &list, err));
    for (size_t k = 0; k < list.n; k++) found = found || strcmp(list.items[k], name) == 0;
    if (found) return sx_error_set(err, SX_E_ARGUMENT, name, "'%s' has no such statistic, or none of the whole", name);
    const char *near = sx_text_nearest(name, list.items, list.n);
    return sx_error_set(err, SX_E_ARGUMENT, name, "the store has no indicator '%s'%s%s%s", name,
                        near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
  }
  return SX_OK;
}

static sx_status fill(work *w, sx_error *err) {
  sx_revisions *out = w->out;
  SX_TRY(read_publications(w, err));
  if (out->n_vintages == 0) SX_TRY(sx_store_each_run(w->store, add_run, w, err));
  if (out->n_vintages == 0)
    return sx_error_set(err, SX_E_DATA, w->store->path, "the store has no finished run: run the study first");
  SX_TRY(sx_dict_new(&w->names, &w->store->ctx, err));
  for (w->vintage = 0; w->vintage < out->n_vintages; w->vintage++) {
    sx_dict_free(w->main);
    w->main = NULL;
    SX_TRY(sx_dict_new(&w->main, &w->store->ctx, err));
    SX_TRY(sx_store_each_row(w->store, out->vintages[w->vintage].run, NULL, take_row, w, err));
  }
  SX_TRY(check_indicators(w, err));
  for (size_t i = 0; i < out->n_rows; i++) measure(&out->rows[i], out->n_vintages);
  SX_TRY(summarise(w, err));
  size_t n = 0;
  for (size_t i = 0; i < out->n_rows; i++)
    if (!w->options->changed || (out->rows[i].revision < 0 || out->rows[i].revision > 0)) out->rows[n++] = out->rows[i];
  out->n_rows = n;
  return SX_OK;
}

sx_status sx_store_revisions(sx_revisions **out, sx_store *store, const sx_revision_options *options, sx_error *err) {
  static const sx_revision_options all = {NULL, 0, NULL, false, false};
  if (!out || !store) return sx_error_set(err, SX_E_ARGUMENT, "", "sx_store_revisions: out and store are needed");
  sx_arena *arena = NULL;
  SX_TRY(sx_arena_new(&arena, &store->ctx, err));
  work w = {.store = store, .options = options ? options : &all};
  sx_status status = SX_OK;
  w.out = sx_arena_zalloc(arena, 1, sizeof *w.out);
  if (!w.out) {
    status = sx_error_memory(err);
    goto done;
  }
  w.out->arena = arena;
  SX_TRY_GOTO(status, fill(&w, err), done);
  *out = w.out;
  arena = NULL;
done:
  sx_dict_free(w.names);
  sx_dict_free(w.main);
  sx_arena_free(arena);
  return status;
}

void sx_revisions_free(sx_revisions *revisions) {
  if (revisions) sx_arena_free(revisions->arena);
}
