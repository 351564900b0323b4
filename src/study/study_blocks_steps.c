/* study_blocks_steps.c: an account as steps that add up (a waterfall), and what its level hangs on (a tornado). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study_blocks.h"
#include "study_names.h"
#include "study_waves.h"

/* ---- waterfalls ------------------------------------------------------------------------------------------------------------- */

typedef struct steps {
  sx_buf *out, *scratch, categories;
  const st_run *r;
  size_t n;
} steps;

static void add_step(steps *s, sx_text2 label, bool whole, const char *node, const char *domain,
                     const char *statistic) {
  sx_buf_add(&s->categories, s->n ? ",{\"label\":" : "{\"label\":");
  study__text2_json(&s->categories, label.zh, label.en);
  sx_buf_printf(&s->categories, "%s}", whole ? ",\"whole\":true" : "");
  sx_buf_add(s->out, s->n ? ",[" : "[");
  study__reference_json(s->out, s->scratch, s->r, node, domain, statistic);
  sx_buf_add_char(s->out, ']');
  s->n++;
}

static const char *id_of(const st_run *r, const st_account *a, const char *node) {
  return sx_arena_printf(r->arena, "%s/%s", a->id, node);
}

static sx_text2 label_of(const sx_study *s, const st_domain *d, const st_run *r, const char *name) {
  static const sx_text2 all = {"总体", "All"};
  if (d->n == 0) return all;
  for (size_t i = 0; i < r->rows.n; i++) {
    if (strcmp(r->rows.items[i].domain, name) == 0) return r->rows.items[i].label;
  }
  return s->groups[d->terms[0].group].label;
}

/* The parts of a node, adjustments of the node among them, and their sum. */
static sx_status structure(steps *s, const st_account *a, const char *node, const char *domain, sx_error *err) {
  const char *whole = id_of(s->r, a, node);
  if (!whole) return sx_error_memory(err);
  const size_t at = study__find_node(a, node);
  for (size_t i = 0; i < a->n_nodes; i++) {
    if (!a->nodes[i].parent || strcmp(a->nodes[i].parent, node) != 0) continue;
    const char *id = id_of(s->r, a, a->nodes[i].id);
    if (!id) return sx_error_memory(err);
    if (study__find_row(&s->r->rows, id, "level", domain)) add_step(s, a->nodes[i].label, false, id, domain, "level");
  }
  add_step(s, a->nodes[at].label, true, whole, domain, "level");
  return SX_OK;
}

static sx_status add_effects(steps *s, const st_compare *c, const char *id, const char *to, sx_error *err) {
  for (int e = SX_ACCOUNT_EFFECT_POPULATION; e <= SX_ACCOUNT_EFFECT_LAST; e++) {
    const char *stem = sx_arena_printf(s->r->arena, "effect_%s", sx_account_effect_name((sx_account_effect)e));
    const char *statistic = stem ? sx_arena_printf(s->r->arena, "%s%s", stem, c->suffix) : NULL;
    if (!statistic) return sx_error_memory(err);
    const st_row *row = study__find_row(&s->r->rows, id, statistic, to);
    if (row && row->estimate != 0) add_step(s, study__account_word(stem, strlen(stem)), false, id, to, statistic);
  }
  return SX_OK;
}

static sx_status add_nodes(steps *s, const st_account *a, const st_compare *c, const char *node, const char *to,
                           sx_error *err) {
  const char *statistic = sx_arena_printf(s->r->arena, "gap%s", c->suffix);
  if (!statistic) return sx_error_memory(err);
  for (size_t i = 0; i < a->n_nodes; i++) {
    if (!a->nodes[i].parent || strcmp(a->nodes[i].parent, node) != 0) continue;
    const char *id = id_of(s->r, a, a->nodes[i].id);
    if (!id) return sx_error_memory(err);
    if (study__find_row(&s->r->rows, id, statistic, to)) add_step(s, a->nodes[i].label, false, id, to, statistic);
  }
  return SX_OK;
}

/* From the earlier wave's level to the study's own. */
static sx_status between_waves(steps *s, const st_account *a, const st_compare *c, const char *node, bool nodes,
                               sx_error *err) {
  const struct st_series *series = s->r->s->series;
  const st_wave *w = &series->waves[series->pairs[c->pair].earlier];
  const char *id = id_of(s->r, a, node), *was = sx_arena_printf(s->r->arena, "wave:%s", w->id);
  if (!id || !was) return sx_error_memory(err);
  add_step(s, w->label, true, id, was, "level");
  SX_TRY(nodes ? add_nodes(s, a, c, node, "total", err) : add_effects(s, c, id, "total", err));
  add_step(s, series->own, true, id, "total", "level");
  return SX_OK;
}

/* From one group's level to the other's, by the effects of the factors or by the parts of the node. */
static sx_status comparison(steps *s, const st_account *a, const st_compare *c, const char *node, bool nodes,
                            sx_error *err) {
  const sx_study *study = s->r->s;
  const st_account *other = c->with == ST_NONE ? a : &study->accounts[c->with];
  const char *to = study__domain_text(study, &c->to, s->r->arena), *id = id_of(s->r, a, node);
  const char *from = study__domain_text(study, &c->from, s->r->arena), *before = id_of(s->r, other, node);
  if (!to || !from || !id || !before) return sx_error_memory(err);
  if (c->wave) return between_waves(s, a, c, node, nodes, err);
  add_step(s, other == a ? label_of(study, &c->from, s->r, from) : other->label, true, before, from, "level");
  SX_TRY(nodes ? add_nodes(s, a, c, node, to, err) : add_effects(s, c, id, to, err));
  add_step(s, other == a ? label_of(study, &c->to, s->r, to) : a->label, true, id, to, "level");
  return SX_OK;
}

sx_status study__waterfall_json(sx_buf *out, sx_buf *scratch, st_run *r, const st_block *block, const st_account *a,
                                sx_error *err) {
  const char *node = study__scalar_of(block->node, "node"), *scope = study__scalar_of(block->node, "scope");
  const char *show = study__scalar_of(block->node, "show");
  const st_compare *c = study__block_compare(r->s, a, sx_node_get(block->node, "decompose"));
  steps s = {.out = out, .scratch = scratch, .r = r};
  sx_buf_init(&s.categories, &r->ctx);
  if (!node) node = a->nodes[0].id;
  if (!study__scalar_of(block->node, "format")) {
    sx_buf_add(out, "\"format\":");
    sx_json_string(out, a->format);
    sx_buf_add_char(out, ',');
  }
  study__labels_json(out, "series", &a->label, 1);
  sx_buf_add(out, "\"cells\":[");
  const char *domain = scope ? sx_arena_printf(r->arena, "scope:%s", scope) : "total";
  sx_status status = !domain ? sx_error_memory(err)
                     : c     ? comparison(&s, a, c, node, show && strcmp(show, "nodes") == 0, err)
                             : structure(&s, a, node, domain, err);
  sx_buf_add(out, "],\"categories\":[");
  sx_buf_add_n(out, s.categories.data ? s.categories.data : "", s.categories.n);
  sx_buf_add_char(out, ']');
  if (status == SX_OK) status = sx_buf_status(&s.categories, err);
  sx_buf_clear(&s.categories);
  return status;
}

/* ---- tornadoes ---------------------------------------------------------------------------------------------------------------- */

typedef struct swing {
  const st_row *low;
  double width;
  size_t order;
} swing;

static int by_width(const void *a, const void *b) {
  const swing *x = a, *y = b;
  if (x->width != y->width) return x->width < y->width ? 1 : -1;
  return x->order < y->order ? -1 : x->order > y->order;
}

/* Inputs by how far the level moves with them, the widest first; those that move it not at all are left out. */
sx_status study__tornado_json(sx_buf *out, sx_buf *scratch, st_run *r, const st_block *block, const st_account *a,
                              sx_error *err) {
  static const sx_text2 by_se[] = {{"输入减一个标准误", "Input minus one standard error"},
                                   {"输入加一个标准误", "Input plus one standard error"}};
  static const sx_text2 by_tenth[] = {{"输入减10%", "Input minus 10%"}, {"输入加10%", "Input plus 10%"}};
  enum { USUAL = 12 };
  const char *node = study__scalar_of(block->node, "node"), *move = study__scalar_of(block->node, "move");
  const bool tenth = move && strcmp(move, "tenth") == 0;
  const char *low = tenth ? "low_tenth" : "low_se", *high = tenth ? "high_tenth" : "high_se";
  const char *id = id_of(r, a, node ? node : a->nodes[0].id);
  double top = USUAL;
  if (sx_node_get(block->node, "top") && !sx_node_number(&top, sx_node_get(block->node, "top"))) top = USUAL;
  swing *list = sx_arena_alloc(r->arena, r->rows.n, sizeof *list);
  if (!id || !list) return sx_error_memory(err);
  size_t n = 0;
  for (size_t i = 0; i < r->rows.n; i++) {
    const st_row *row = &r->rows.items[i];
    if (strcmp(row->indicator, id) != 0 || strcmp(row->statistic, low) != 0) continue;
    const st_row *other = study__find_row(&r->rows, id, high, row->domain);
    const double width = other ? fabs(other->estimate - row->estimate) : 0;
    if (width > 0) list[n++] = (swing){row, width, i};
  }
  if (n) qsort(list, n, sizeof *list, by_width);
  if ((double)n > top) n = (size_t)top;
  sx_text2 *labels = sx_arena_alloc(r->arena, n, sizeof *labels);
  if (!labels) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) labels[i] = list[i].low->label;
  if (!study__scalar_of(block->node, "format")) {
    sx_buf_add(out, "\"format\":");
    sx_json_string(out, a->format);
    sx_buf_add_char(out, ',');
  }
  sx_buf_add(out, "\"centre\":");
  study__reference_json(out, scratch, r, id, "total", "level");
  sx_buf_add_char(out, ',');
  study__labels_json(out, "series", tenth ? by_tenth : by_se, 2);
  study__labels_json(out, "categories", labels, n);
  sx_buf_add(out, "\"cells\":[");
  for (size_t i = 0; i < n; i++) {
    sx_buf_add(out, i ? ",[" : "[");
    study__reference_json(out, scratch, r, id, list[i].low->domain, low);
    sx_buf_add_char(out, ',');
    study__reference_json(out, scratch, r, id, list[i].low->domain, high);
    sx_buf_add_char(out, ']');
  }
  sx_buf_add_char(out, ']');
  return SX_OK;
}
