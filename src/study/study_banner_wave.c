/* study_banner_wave.c: arrows of a study's banner tables against the wave before: its data, the link of both samples, and what no arrow may compare since
 * the series breaks there. */
#include <string.h>

#include "study_banner.h"
#include "study_waves.h"

size_t study__bw_pair(const sx_study *s) {
  const struct st_series *series = s->series;
  for (size_t i = 0; series && i < series->n_pairs; i++) {
    const st_pair *p = &series->pairs[i];
    if (p->versus == ST_PREVIOUS && p->later == ST_NONE && series->waves[p->earlier].with_data) return i;
  }
  return ST_NONE;
}

/* "waves" as a profile, "previous_wave" in a list or a text. */
static bool says_wave(const sx_node *node) {
  bool yes = node && node->kind == SX_NODE_SCALAR && strstr(node->text, "wave");
  for (size_t i = 0; node && node->kind != SX_NODE_SCALAR && i < node->n && !yes; i++) yes = says_wave(node->items[i]);
  return yes;
}

bool study__bw_asked(const sx_study *s) {
  bool yes = false;
  for (size_t i = 0; i < s->n_blocks && !yes; i++)
    yes = study__is_banner(&s->blocks[i]) && says_wave(sx_node_get(s->blocks[i].node, "sig"));
  return yes;
}

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (unsigned char)c >= 0x80;
}

static bool has_word(const sx_node *node, const char *name) {
  const size_t n = strlen(name);
  bool yes = false;
  for (size_t i = 0; node && node->kind != SX_NODE_SCALAR && i < node->n && !yes; i++)
    yes = has_word(node->items[i], name);
  if (!node || node->kind != SX_NODE_SCALAR || n == 0) return yes;
  for (const char *at = strstr(node->text, name); at && !yes; at = strstr(at + 1, name))
    yes = (at == node->text || !is_word(at[-1])) && !is_word(at[n]);
  return yes;
}

bool study__bw_names(const sx_study *s, const char *name) {
  bool yes = false, asked = false;
  for (size_t i = 0; i < s->n_blocks && !yes; i++) {
    const sx_node *map = s->blocks[i].node;
    if (!study__is_banner(&s->blocks[i]) || !says_wave(sx_node_get(map, "sig"))) continue;
    asked = true;
    yes = has_word(sx_node_get(map, "rows"), name) || has_word(sx_node_get(map, "cols"), name) ||
          has_word(sx_node_get(map, "where"), name);
  }
  return yes || (asked && has_word(sx_node_get(sx_doc_root(s->doc), "banner"), name));
}

/* By what and over what the p of changes are adjusted in all other tables. */
static void adjusted_there(sx_buf *out, const struct st_series *series, bool en) {
  const bool all = series->family == ST_FAMILY_ALL;
  const char *name = study__adjust_words(series->adjust);
  if (!name)
    sx_buf_add(out, en ? "not adjusted for the number of tests" : "未按多重比较调整");
  else if (en)
    sx_buf_printf(out, "adjusted by %s over %s", name,
                  all ? "all changes of the study" : "the changes of an indicator");
  else
    sx_buf_printf(out, "按 %s 法在%s变动中调整", name, all ? "全部" : "同一指标的");
}

static sx_status legend_of(const char **out, const char *was, const struct st_series *series, bool en, sx_arena *arena,
                           const sx_ctx *ctx, sx_error *err) {
  sx_buf text;
  sx_buf_init(&text, ctx);
  sx_buf_printf(&text, en ? "%s p values of changes in other tables are " : "%s其他表中变动的 p 值", was);
  adjusted_there(&text, series, en);
  sx_buf_add(&text, en ? ": the same change may be significant in one and not in the other."
                       : "，与此处箭头不同：同一变动的结论可以不一致。");
  sx_status status = sx_buf_status(&text, err);
  if (status == SX_OK && !(*out = sx_arena_strndup(arena, text.data, text.n))) status = sx_error_memory(err);
  sx_buf_clear(&text);
  return status;
}

sx_status study__bw_legend(sx_banner_book *book, const sx_study *s, const sx_banner_sig *sig, sx_arena *arena,
                           sx_error *err) {
  const struct st_series *series = s->series;
  const bool none = sig->adjust == SX_ADJUST_P_NONE && series->adjust == SX_ADJUST_P_NONE;
  if (none || !strstr(book->legend.en, book->marks_wave[0])) return SX_OK;
  SX_TRY(legend_of(&book->legend.zh, book->legend.zh, series, false, arena, &s->ctx, err));
  return legend_of(&book->legend.en, book->legend.en, series, true, arena, &s->ctx, err);
}

static const st_wave *wave_before(const sx_study *s) {
  const size_t pair = study__bw_pair(s);
  return pair == ST_NONE ? NULL : &s->series->waves[s->series->pairs[pair].earlier];
}

sx_status study__bw_plan(st_build *b, size_t step, sx_error *err) {
  const size_t pair = study__bw_pair(b->s);
  if (pair == ST_NONE) return SX_OK;
  const st_build *own = &b->waves[b->s->series->pairs[pair].earlier];
  SX_TRY(study__plan_dep(b, step, b->links[pair], err));
  for (size_t k = 0; k < own->s->n_derived; k++) SX_TRY(study__plan_dep(b, step, own->derive[k], err));
  study__plan_spec_reasons(b);
  sx_buf_printf(&b->spec, "other p %d %d\n", (int)b->s->series->adjust, (int)b->s->series->family); /* of the legend */
  return SX_OK;
}

/* Variables whose codes the map says to be the same, and those across a break: their cells have no arrow, and the note says why. */
static sx_status settled_names(sx_banner_wave *out, const sx_study *s, const st_wave *w, sx_arena *arena,
                               sx_error *err) {
  const char **name = sx_arena_alloc(arena, w->n_maps + s->n_arrow_names, sizeof *name);
  if (!name) return sx_error_memory(err);
  for (size_t k = 0; k < w->n_maps; k++)
    if (w->maps[k].same) name[out->n_same++] = w->maps[k].variable;
  for (size_t k = 0; k < s->n_arrow_names; k++)
    if (study__bw_break(s, s->arrow_names[k])) name[out->n_same++] = s->arrow_names[k];
  out->same = name;
  return SX_OK;
}

sx_status study__bw_open(sx_banner_wave *out, st_run *r, sx_error *err) {
  const size_t pair = study__bw_pair(r->s);
  if (pair == ST_NONE || !r->waves) return sx_error_set(err, SX_E_INTERNAL, "", "the study has no wave before");
  st_run *earlier = &r->waves->runs[r->s->series->pairs[pair].earlier];
  st_link *link = &r->waves->links[pair];
  earlier->plan = r->plan;
  earlier->run = r->run;
  earlier->whole = earlier->whole || !earlier->design; /* rows may name any variable of the file */
  sx_status status = study__materialise(earlier, err);
  if (status != SX_OK) sx_error_add_where(err, "wave %s", earlier->s->as_wave->id);
  if (status == SX_OK && !link->link) status = study__make_link(r, link, earlier, err);
  if (status != SX_OK) return status;
  *out = (sx_banner_wave){earlier->unit, earlier->design, link->link, NULL, 0};
  return settled_names(out, r->s, earlier->s->as_wave, r->arena, err);
}

const sx_text2 *study__bw_break(const sx_study *s, const char *name) {
  for (const st_wave *w = wave_before(s); w; w = w->next) {
    const size_t broken = study__break_of_name(s, w, *name == '$' ? name + 1 : name);
    if (broken != ST_NONE) return study__break_of(w, broken);
  }
  return NULL;
}

const sx_text2 *study__bw_break_where(const sx_study *s, const char *where) {
  const sx_text2 *why = NULL;
  sx_expr *e = NULL;
  if (!where || sx_expr_parse(&e, &s->ctx, where, NULL) != SX_OK) return NULL; /* the table's own reading says why */
  for (size_t i = 0; i < sx_expr_names(e) && !why; i++) why = study__bw_break(s, sx_expr_name(e, i));
  sx_expr_free(e);
  return why;
}
