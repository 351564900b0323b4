/* study_disclosure_lost.c: questions and indicators of which nothing at all is published, told as warnings with the study's line: what hides one small
 * group should not cost a report its question unseen. They stand in the list as lines "#lost TAB place TAB words" that the store passes over, so that a run
 * whose decision is reused tells them again. place: the id of a block or of an indicator. */
#include "study_disclosure.h"
#include "study_names.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char begin[] = "\n#lost\t";

static void put(sx_buf *out, const char *place, size_t n_place, const char *name, size_t few, size_t all) {
  sx_buf_add(out, begin + 1);
  sx_buf_add_n(out, place, n_place);
  sx_buf_printf(out, "\t'%s': none of its %zu numbers is published, also not of the whole: ", name, all);
  if (few)
    sx_buf_printf(out, "%zu of them are of few cases, and the others would tell these", few);
  else
    sx_buf_add(out, "they would tell a hidden result of the same variable");
  sx_buf_add(out, "; publish it by fewer or larger groups\n");
}

/* ---- questions ------------------------------------------------------------------------------------------------------------------- */

static bool few_cases(const dc_run *d, const dc_banner *b) {
  const double least = d->own->min_cell;
  const bool choice = b->kind == 'M' || b->kind == 'I';
  return d->domains[b->domain].small || (b->base_n > 0 && b->base_n < d->own->rules.min_n) ||
         (b->cases > 0 && b->cases < least) || (choice && b->base_n > b->cases && b->base_n - b->cases < least);
}

/* From its first cell on: the question in all tables. */
static void question(sx_buf *out, const dc_run *d, size_t first) {
  const dc_banner *of = &d->banner[first];
  size_t few = 0, all = 0;
  for (size_t i = first; i < d->n_banner; i++) {
    const dc_banner *b = &d->banner[i];
    if (b->kind == 'B' || !b->shown || !isfinite(b->value) || strcmp(b->question, of->question) != 0) continue;
    if (!b->hidden) return;
    all++;
    few += few_cases(d, b);
  }
  if (all > 1) put(out, of->indicator, strcspn(of->indicator, "/"), of->question, few, all);
}

/* ---- indicators ------------------------------------------------------------------------------------------------------------------- */

static void indicator(sx_buf *out, const dc_run *d, const char *id) {
  size_t few = 0, all = 0;
  for (size_t i = 0; i < d->n_rows; i++) {
    const dc_row *row = &d->rows[i];
    if (strcmp(row->indicator, id) != 0 || study__dc_compares(row->statistic) || !isfinite(row->estimate)) continue;
    if (!study__dc_hidden(d, id, row->domain)) return;
    all++;
    few += row->few || row->level > 0 || d->domains[row->domain].small || row->n < d->own->rules.min_n;
  }
  if (all > 1) put(out, id, strlen(id), id, few, all);
}

void study__dc_lost_lines(sx_buf *out, const dc_run *d) {
  const sx_study *s = d->r->s;
  for (size_t i = 0; i < d->n_banner; i++) {
    bool before = false;
    for (size_t k = 0; k < i && !before; k++) before = strcmp(d->banner[k].question, d->banner[i].question) == 0;
    if (!before) question(out, d, i);
  }
  for (size_t i = 0; i < s->n_indicators; i++)
    if (!study__is_formula(&s->indicators[i])) indicator(out, d, s->indicators[i].id);
}

/* ---- telling ----------------------------------------------------------------------------------------------------------------------- */

static const sx_node *node_of(const sx_study *s, const char *place, size_t n) {
  for (size_t i = 0; i < s->n_blocks; i++)
    if (study__is_banner(&s->blocks[i]) && strlen(s->blocks[i].id) == n && memcmp(s->blocks[i].id, place, n) == 0)
      return s->blocks[i].node;
  const size_t at = study__find_indicator(s, place, n);
  return at == ST_NONE ? s->disclosure->node : s->indicators[at].node;
}

void study__say_lost(st_run *r) {
  for (const char *at = r->hidden_text; (at = strstr(at, begin)) != NULL;) {
    char text[SX_ERROR_MESSAGE_MAX];
    sx_error place = SX_ERROR_INIT;
    at += sizeof begin - 1;
    const size_t n = strcspn(at, "\t");
    if (at[n] != '\t') return;
    const char *words = at + n + 1;
    (void)snprintf(text, sizeof text, "%.*s", (int)strcspn(words, "\n"), words);
    (void)sx_node_error(&place, r->s->doc, node_of(r->s, at, n), "here");
    study__say(r, SX_SEV_WARNING, place.where, text);
  }
}
