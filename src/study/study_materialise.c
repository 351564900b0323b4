/* study_materialise.c: data, joins, derived variables, design and weights in memory: once, when some step needs them. */
#include "study_adjust.h"
#include "study_data.h"
#include "study_names.h"
#include "study_rules.h"
#include "study_run.h"

#include <math.h>
#include <string.h>

static void timed(st_run *r, st_step_kind kind, size_t index, double since) {
  for (size_t i = 0; r->plan && i < r->plan->n; i++) {
    st_step *s = &r->plan->steps[i];
    if (s->kind == kind && s->wave == r->wave && (s->index == index || kind == ST_STEP_JOIN))
      s->seconds += study__now() - since;
  }
}

/* ---- the columns that are read ------------------------------------------------------------------------------------ */

typedef struct columns {
  const char **items;
  size_t n, cap;
} columns;

static bool add_column(columns *c, sx_arena *arena, const char *name) {
  for (size_t i = 0; i < c->n; i++) {
    if (strcmp(c->items[i], name) == 0) return true;
  }
  if (!sx_arena_grow(arena, (void **)&c->items, &c->cap, c->n + 1, sizeof *c->items)) return false;
  c->items[c->n++] = name;
  return true;
}

static bool is_added(const st_table *t, const char *name) {
  return sx_node_get(t->add, name) != NULL;
}

/* A name in use as columns of the file: itself, or the members of a multiple-response set. */
static bool add_used(columns *c, sx_arena *arena, const st_table *t, const sx_table *schema, const char *name) {
  if (sx_table_find(schema, name)) return is_added(t, name) || add_column(c, arena, name);
  const sx_mrset *set = sx_table_find_mrset(schema, name);
  for (size_t i = 0; set && i < set->n_variables; i++) {
    if (!add_column(c, arena, set->variables[i])) return false;
  }
  return true;
}

static sx_status unit_columns(columns *c, const st_run *r, sx_error *err) {
  const sx_study *s = r->s;
  if (r->whole) return SX_OK;
  const char **names = NULL;
  size_t n = 0;
  SX_TRY(study__used_names(&names, &n, s, r->arena, err));
  for (size_t i = 0; i < n; i++) {
    if (!add_used(c, r->arena, &s->tables[s->unit], s->schemas[s->unit], names[i])) return sx_error_memory(err);
  }
  /* a rule that speaks of all variables */
  const sx_table *schema = s->rules && s->rules->rules && s->rules->rules->whole ? s->schemas[s->unit] : NULL;
  for (size_t i = 0; schema && i < sx_table_columns(schema); i++) {
    if (!add_used(c, r->arena, &s->tables[s->unit], schema, sx_table_get(schema, i)->name)) return sx_error_memory(err);
  }
  return SX_OK;
}

static sx_status joined_columns(columns *c, const st_run *r, const st_join *j, sx_error *err) {
  const sx_study *s = r->s;
  const st_table *t = &s->tables[j->from];
  const sx_table *schema = s->schemas[j->from];
  bool ok = true;
  for (size_t i = 0; i < j->by.n; i++) ok = ok && add_used(c, r->arena, t, schema, j->by.items[i]);
  for (size_t i = 0; i < j->columns.n; i++) ok = ok && add_used(c, r->arena, t, schema, j->columns.items[i]);
  if (j->pivot) ok = ok && add_used(c, r->arena, t, schema, j->pivot) && add_used(c, r->arena, t, schema, j->sum);
  for (size_t i = 0; t->where.expr && i < sx_expr_names(t->where.expr); i++) {
    ok = ok && add_used(c, r->arena, t, schema, sx_expr_name(t->where.expr, i));
  }
  return ok ? SX_OK : sx_error_memory(err);
}

/* Sets that the reader left out because not all of the file was read, where their members are there. */
static sx_status restore_sets(sx_table *table, const sx_table *schema, sx_error *err) {
  for (size_t i = 0; i < sx_table_mrsets(schema); i++) {
    const sx_mrset *set = sx_table_mrset(schema, i);
    bool whole = !sx_table_find_mrset(table, set->name);
    for (size_t k = 0; whole && k < set->n_variables; k++) whole = sx_table_find(table, set->variables[k]) != NULL;
    if (whole) SX_TRY(sx_table_add_mrset(table, set, err));
  }
  return SX_OK;
}

/* ---- ahead ------------------------------------------------------------------------------------------------------------- */

sx_status study__ahead_ask(st_run *r, bool whole, sx_error *err) {
  columns c = {NULL, 0, 0};
  r->whole = whole;
  SX_TRY(unit_columns(&c, r, err));
  r->whole = false;
  const bool all = whole || r->s->tables[r->s->unit].n_fixed;
  r->ahead = (struct st_ahead){.columns = c.items, .n = all ? 0 : c.n, .asked = true, .whole = whole};
  return SX_OK;
}

void study__ahead_read(st_run *r, const sx_ctx *ctx) {
  struct st_ahead *a = &r->ahead;
  const double since = study__now();
  sx_error lost = SX_ERROR_INIT;
  sx_study own = *r->s; /* what it points to is only read */
  own.ctx = sx_ctx_quiet(ctx);
  own.ctx.progress = NULL;
  own.ctx.note = NULL; /* the program wrote the file itself: nothing is to be told of it */
  if (study__read_table(&a->table, &own, own.unit, a->n ? a->columns : NULL, a->n, 0, &lost) != SX_OK) return;
  sx_table_set_ctx(a->table, &r->s->ctx);
  a->seconds = study__now() - since;
}

void study__ahead_clear(st_run *r) {
  sx_table_free(r->ahead.table);
  r->ahead = (struct st_ahead){.table = NULL};
}

/* Whether it was read, and all of it that is wanted now. */
static bool take_ahead(sx_table **out, st_run *r, size_t table) {
  struct st_ahead *a = &r->ahead;
  if (table != r->s->unit || !a->table || (r->whole && !a->whole)) return false;
  *out = a->table;
  a->table = NULL;
  r->whole = a->whole;
  return true;
}

/* ---- reading ------------------------------------------------------------------------------------------------------------- */

static sx_status read_columns(sx_table **out, st_run *r, size_t table, const columns *c, sx_error *err) {
  const sx_study *s = r->s;
  double since = study__now();
  char stage[160] = "reading ";
  strncat(stage, s->tables[table].id, sizeof stage - 20);
  sx_ctx_progress(&r->ctx, stage, 0, 0);
  /* a file all of whose columns are used, or none of them, is read without a list */
  const bool all = c->n == 0 || s->tables[table].n_fixed;
  if (take_ahead(out, r, table))
    since -= r->ahead.seconds;
  else
    SX_TRY(study__read_table(out, s, table, all ? NULL : c->items, all ? 0 : c->n, 0, err));
  SX_TRY(restore_sets(*out, s->schemas[table], err));
  timed(r, ST_STEP_DATA, table, since);
  return SX_OK;
}

static sx_status read_and_join(st_run *r, sx_error *err) {
  const sx_study *s = r->s;
  columns unit = {NULL, 0, 0};
  SX_TRY(unit_columns(&unit, r, err));
  SX_TRY(read_columns(&r->unit, r, s->unit, &unit, err));
  const double since = study__now();
  for (size_t i = 0; i < s->n_joins; i++) {
    columns c = {NULL, 0, 0};
    sx_table *from = NULL;
    SX_TRY(joined_columns(&c, r, &s->joins[i], err));
    sx_status status = read_columns(&from, r, s->joins[i].from, &c, err);
    if (status == SX_OK) status = study__apply_join(r->unit, s, &s->joins[i], from, err);
    sx_table_free(from);
    if (status != SX_OK) {
      study__add_place(err, s, s->joins[i].node);
      return status;
    }
  }
  if (s->n_joins) timed(r, ST_STEP_JOIN, 0, since);
  return SX_OK;
}

sx_status study__derive_all(st_run *r, sx_error *err) {
  const sx_study *s = r->s;
  for (size_t i = 0; i < s->n_derived; i++) {
    const double since = study__now();
    const sx_status status = study__derive(r->unit, s, s->derived_order[i], err);
    if (status != SX_OK) {
      sx_error_add_where(err, "derived variable %s", s->derived[s->derived_order[i]].id);
      study__add_place(err, s, s->derived[s->derived_order[i]].node);
      return status;
    }
    timed(r, ST_STEP_DERIVE, s->derived_order[i], since);
  }
  return study__order_levels(r->unit, s, err);
}

/* ---- weights --------------------------------------------------------------------------------------------------------- */

static sx_status adjust(st_run *r, const st_weighting *w, sx_buf *line, sx_error *err) {
  const st_adjust_job job = {.s = r->s, .w = w, .design = r->design, .unit = r->unit, .arena = r->arena};
  sx_design *adjusted = NULL;
  SX_TRY(w->kind->run(&adjusted, line, &job, err));
  sx_design_free(r->design);
  r->design = adjusted;
  return SX_OK;
}

/* The file of the unit table as the study writes it, for messages about its cases. */
static const char *unit_file(const sx_study *s) {
  if (s->n_tables == 0) return "the data";
  const st_table *unit = &s->tables[s->unit];
  return unit->files.n == 1 ? unit->files.items[0] : unit->id;
}

sx_status study__make_design(st_run *r, sx_error *err) {
  const sx_study *s = r->s;
  double since = study__now();
  sx_buf words;
  sx_buf_init(&words, &r->ctx);
  sx_status status = study__design_new(&r->design, s, r->unit, err);
  if (status == SX_E_DATA || status == SX_E_ARGUMENT) sx_error_add_where(err, "%s", unit_file(s));
  if (status != SX_OK) study__add_place(err, s, s->design.node);
  timed(r, ST_STEP_DESIGN, 0, since);
  since = study__now();
  if (status == SX_OK && s->n_weightings) sx_ctx_progress(&r->ctx, "weighting", 0, s->n_weightings);
  double *before = NULL;
  if (status == SX_OK && s->n_weightings) {
    const size_t n = sx_design_rows(r->design);
    before = sx_mem_alloc(&r->ctx, n, sizeof *before);
    if (before) memcpy(before, sx_design_weights(r->design), n * sizeof *before);
    if (!before) status = sx_error_memory(err);
  }
  for (size_t i = 0; i < s->n_weightings && status == SX_OK; i++) {
    status = adjust(r, &s->weightings[i], &words, err);
    if (status == SX_E_DATA) sx_error_add_where(err, "%s", unit_file(s));
    if (status != SX_OK) study__add_place(err, s, s->weightings[i].node);
  }
  if (status == SX_OK && before) {
    status = study__level_lines(&words, s, r->unit, before, sx_design_weights(r->design), sx_design_rows(r->design),
                                r->arena, err);
  }
  sx_mem_free(&r->ctx, before);
  timed(r, ST_STEP_WEIGHTING, 0, since);
  if (status == SX_OK) status = sx_buf_status(&words, err);
  if (status == SX_OK) {
    r->weight_text = sx_arena_strdup(r->arena, words.data ? words.data : "");
    const sx_design *d = r->design;
    r->design_text = sx_arena_printf(r->arena, "%zu\t%zu\t%zu\t%zu\t%s", sx_design_rows(d), sx_design_strata(d),
                                     sx_design_psus(d), sx_design_replicates(d), sx_design_describe(d));
    if (!r->weight_text || !r->design_text) status = sx_error_memory(err);
  }
  sx_buf_clear(&words);
  return status;
}

sx_status study__materialise(st_run *r, sx_error *err) {
  if (r->design) return SX_OK;
  SX_TRY(read_and_join(r, err));
  SX_TRY(study__derive_all(r, err));
  SX_TRY(sx_ctx_poll(&r->ctx, err));
  return study__make_design(r, err);
}
