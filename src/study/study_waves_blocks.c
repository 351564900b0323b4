/* study_waves_blocks.c: series over the waves in tables and figures, the notes that say from where a change is counted, and the
 * annex's words on the waves. */
#include "study_blocks.h"
#include "study_names.h"
#include "study_waves.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *scalar(const sx_node *map, const char *key) {
  const sx_node *node = sx_node_get(map, key);
  return node && node->kind == SX_NODE_SCALAR ? node->text : NULL;
}

/* ---- which waves ------------------------------------------------------------------------------------------------------- */

/* Asked for by `waves: all` or a list; the study's own is index n. */
static bool asks_wave(const sx_study *s, const sx_node *block, size_t at) {
  const sx_node *waves = sx_node_get(block, "waves");
  const char *id = at == s->series->n ? s->wave : s->series->waves[at].id;
  if (!waves) return false;
  if (waves->kind == SX_NODE_SCALAR) return strcmp(waves->text, "all") == 0 || strcmp(waves->text, id) == 0;
  for (size_t i = 0; waves->kind == SX_NODE_LIST && i < waves->n; i++)
    if (waves->items[i]->kind == SX_NODE_SCALAR && strcmp(waves->items[i]->text, id) == 0) return true;
  return false;
}

/* The comparison with an earlier wave that a block of an account shows; NULL none. */
static const st_compare *wave_compare(const sx_study *s, const sx_node *block) {
  const char *account = scalar(block, "account");
  const size_t a = account ? study__find_account(s, account, strlen(account)) : ST_NONE;
  const st_compare *c = a == ST_NONE ? NULL : study__block_compare(s, &s->accounts[a], sx_node_get(block, "decompose"));
  return c && c->wave && c->pair != ST_NONE ? c : NULL;
}

static bool asks_change(const sx_study *s, const sx_node *block, st_versus versus) {
  const char *prefix = study__versus_name(versus);
  const st_compare *c = wave_compare(s, block);
  if (c) return s->series->pairs[c->pair].versus == versus;
  const sx_node *lists[] = {sx_node_get(block, "show"), sx_node_get(block, "measures"),
                            sx_node_get(block, "statistic")};
  for (size_t k = 0; k < 3; k++) {
    const size_t n = !lists[k] ? 0 : lists[k]->kind == SX_NODE_LIST ? lists[k]->n : 1;
    for (size_t i = 0; i < n; i++) {
      const sx_node *item = lists[k]->kind == SX_NODE_LIST ? lists[k]->items[i] : lists[k];
      const char *text = item->kind == SX_NODE_SCALAR ? item->text : "";
      const bool p = versus == ST_YEAR ? strcmp(text, "p_yoy") == 0 : strcmp(text, "p") == 0;
      const bool own_p = strncmp(text, "p_", 2) == 0 && strncmp(text + 2, prefix, strlen(prefix)) == 0;
      if ((k == 0 && p) || own_p || strncmp(text, prefix, strlen(prefix)) == 0) return s->series != NULL;
    }
  }
  return false;
}

bool study__block_waves(const sx_study *s, const sx_node *block) {
  if (!s->series) return false;
  return sx_node_get(block, "waves") || asks_change(s, block, ST_PREVIOUS) || asks_change(s, block, ST_YEAR);
}

void study__check_block_waves(st_load *l, const sx_node *block) {
  const sx_study *s = l->s;
  const sx_node *waves = sx_node_get(block, "waves");
  if (!waves) return;
  if (!s->series) {
    study__problem(l, waves, "the study has no series: a 'waves' section names the earlier waves");
    return;
  }
  if (!sx_node_get(block, "indicators") && !sx_node_get(block, "account"))
    study__problem(l, waves, "a series over the waves is of 'indicators' or of an 'account'");
  const size_t n = waves->kind == SX_NODE_LIST ? waves->n : 1;
  for (size_t i = 0; i < n; i++) {
    const char *id = study__scalar(l, waves->kind == SX_NODE_LIST ? waves->items[i] : waves, "a wave");
    if (!id || strcmp(id, "all") == 0 || (s->wave && strcmp(id, s->wave) == 0)) continue;
    if (study__find_wave(s->series, id, strlen(id)) == ST_NONE)
      study__problem(l, waves, "the series has no wave '%s'", id);
  }
}

/* ---- lines of a series -------------------------------------------------------------------------------------------------- */

typedef struct line { /* an estimate that is followed */
  const char *indicator, *statistic, *domain, *format;
  sx_text2 label, domain_label;
  size_t indent;
} line;
typedef struct lines {
  line *items;
  size_t n, cap;
} lines;

static sx_status add_line(lines *out, st_run *r, const line *x, sx_error *err) {
  if (!sx_arena_grow(r->arena, (void **)&out->items, &out->cap, out->n + 1, sizeof *out->items))
    return sx_error_memory(err);
  out->items[out->n++] = *x;
  return SX_OK;
}

static sx_status indicator_lines(lines *out, st_run *r, const sx_node *block, sx_error *err) {
  const sx_node *names = sx_node_get(block, "indicators");
  st_shown domains = {NULL, 0, 0};
  SX_TRY(study__shown_domains(&domains, r, sx_node_get(block, "domains"), names, err));
  for (size_t i = 0; i < names->n; i++) {
    const sx_node *name = names->items[i];
    const size_t at =
        name->kind == SX_NODE_SCALAR ? study__find_indicator(r->s, name->text, strlen(name->text)) : ST_NONE;
    if (at == ST_NONE) continue;
    const st_indicator *ind = &r->s->indicators[at];
    for (size_t stat = 0; stat < study__stat_count(ind); stat++) {
      const sx_text2 word = study__stat_count(ind) == 1 ? (sx_text2){NULL, NULL}
                            : ind->stat_words           ? ind->stat_words[stat]
                                              : (sx_text2){study__stat_at(ind, stat), study__stat_at(ind, stat)};
      const char *zh = ind->label.zh ? ind->label.zh : ind->label.en, *en = ind->label.en ? ind->label.en : zh;
      if (word.zh) zh = sx_arena_printf(r->arena, "%s：%s", zh, word.zh);
      if (word.en) en = sx_arena_printf(r->arena, "%s: %s", en, word.en);
      if (!zh || !en) return sx_error_memory(err);
      for (size_t d = 0; d < domains.n; d++) {
        const line x = {ind->id,
                        stat ? study__stat_at(ind, stat) : NULL,
                        domains.items[d].name,
                        ind->format,
                        {zh, en},
                        domains.n > 1 ? domains.items[d].label : (sx_text2){NULL, NULL},
                        0};
        SX_TRY(add_line(out, r, &x, err));
      }
    }
  }
  return SX_OK;
}

static sx_status account_lines(lines *out, st_run *r, const sx_node *block, const st_account *a, const char *parent,
                               size_t depth, sx_error *err) {
  const char *scope = scalar(block, "scope");
  const sx_node *measures = sx_node_get(block, "measures");
  const char *measure =
      measures && measures->n && measures->items[0]->kind == SX_NODE_SCALAR ? measures->items[0]->text : "level";
  const char *domain = scope ? sx_arena_printf(r->arena, "scope:%s", scope) : "total";
  if (!domain) return sx_error_memory(err);
  for (size_t i = 0; i < a->n_nodes && depth < 64; i++) {
    const st_node *n = &a->nodes[i];
    if (parent ? !n->parent || strcmp(n->parent, parent) != 0 : n->parent != NULL) continue;
    const char *id = sx_arena_printf(r->arena, "%s/%s", a->id, n->id);
    if (!id) return sx_error_memory(err);
    const bool level = strcmp(measure, "level") == 0;
    const line x = {id, level ? NULL : measure, domain, level ? a->format : "% 1", n->label, {NULL, NULL}, depth};
    SX_TRY(add_line(out, r, &x, err));
    SX_TRY(account_lines(out, r, block, a, n->id, depth + 1, err));
  }
  return SX_OK;
}

static sx_status collect(lines *out, st_run *r, const sx_node *block, sx_error *err) {
  const char *account = scalar(block, "account");
  if (!account) return indicator_lines(out, r, block, err);
  const st_account *a = &r->s->accounts[study__find_account(r->s, account, strlen(account))];
  return account_lines(out, r, block, a, NULL, 0, err);
}

/* ---- cells ------------------------------------------------------------------------------------------------------------------ */

static const char *domain_in(st_run *r, const char *domain, const st_wave *w) {
  if (!w) return domain;
  if (strcmp(domain, "total") == 0) return sx_arena_printf(r->arena, "wave:%s", w->id);
  return sx_arena_printf(r->arena, "%s*wave:%s", domain, w->id);
}

static bool is_broken(const sx_study *s, const st_wave *w, const lines *list) {
  for (size_t i = 0; w && i < list->n; i++)
    if (study__row_break(s, w, list->items[i].indicator, NULL, list->items[i].domain) != ST_NONE) return true;
  return false;
}

/* "2024-S2†" where something that is shown breaks there. */
static void wave_label(sx_buf *out, const sx_study *s, const st_wave *w, const lines *list) {
  const char *mark = is_broken(s, w, list) ? "†" : "";
  study__text2_join(out, w ? w->label : s->series->own, (sx_text2){NULL, NULL}, (sx_text2){mark, mark});
}

static void wave_labels(sx_buf *out, const sx_study *s, const sx_node *block, const lines *list) {
  bool first = true;
  for (size_t i = 0; i <= s->series->n; i++) {
    if (!asks_wave(s, block, i)) continue;
    sx_buf_add(out, first ? "{\"label\":" : ",{\"label\":");
    first = false;
    wave_label(out, s, i == s->series->n ? NULL : &s->series->waves[i], list);
    sx_buf_add_char(out, '}');
  }
}

static void line_label(sx_buf *out, const line *x) {
  study__text2_join(out, x->label, (sx_text2){"，", ", "}, x->domain_label);
}

static sx_status series_table(sx_buf *out, sx_buf *scratch, st_run *r, const sx_node *block, const lines *list,
                              sx_error *err) {
  const sx_study *s = r->s;
  const sx_node *show = sx_node_get(block, "show");
  const char *own = scalar(block, "format");
  sx_buf_add(out, "\"columns\":[");
  wave_labels(out, s, block, list);
  study__extra_columns(out, show);
  const bool interval = study__shows(show, "ci");
  sx_buf_printf(out, "],\"errors\":%s,\"interval\":%s,\"bases\":false,\"rows\":[",
                !interval || study__shows(show, "se") ? "true" : "false", interval ? "true" : "false");
  for (size_t i = 0; i < list->n; i++) {
    const line *x = &list->items[i];
    bool first = true;
    sx_buf_add(out, i ? ",{\"label\":" : "{\"label\":");
    line_label(out, x);
    sx_buf_printf(out, ",\"indent\":%zu,\"cells\":[", x->indent);
    for (size_t k = 0; k <= s->series->n; k++) {
      if (!asks_wave(s, block, k)) continue;
      const char *domain = domain_in(r, x->domain, k == s->series->n ? NULL : &s->series->waves[k]);
      if (!domain) return sx_error_memory(err);
      if (!first) sx_buf_add_char(out, ',');
      first = false;
      study__cell_json(out, scratch, r, x->indicator, domain, x->statistic, own ? own : x->format);
    }
    study__extra_cells(out, scratch, r, x->indicator, x->statistic, x->domain, show, own ? own : x->format);
    sx_buf_add(out, "]}");
  }
  sx_buf_add_char(out, ']');
  return SX_OK;
}

/* Periods are the categories, what is followed the series. */
static sx_status series_figure(sx_buf *out, sx_buf *scratch, st_run *r, const sx_node *block, const lines *list,
                               sx_error *err) {
  const sx_study *s = r->s;
  if (!scalar(block, "format") && list->n) {
    sx_buf_add(out, "\"format\":");
    sx_json_string(out, list->items[0].format);
    sx_buf_add_char(out, ',');
  }
  sx_buf_add(out, "\"series\":[");
  for (size_t i = 0; i < list->n; i++) {
    sx_buf_add(out, i ? ",{\"label\":" : "{\"label\":");
    line_label(out, &list->items[i]);
    sx_buf_add_char(out, '}');
  }
  sx_buf_add(out, "],\"categories\":[");
  wave_labels(out, s, block, list);
  sx_buf_add(out, "],\"cells\":[");
  bool first = true;
  for (size_t k = 0; k <= s->series->n; k++) {
    if (!asks_wave(s, block, k)) continue;
    sx_buf_add(out, first ? "[" : ",[");
    first = false;
    for (size_t i = 0; i < list->n; i++) {
      const char *domain = domain_in(r, list->items[i].domain, k == s->series->n ? NULL : &s->series->waves[k]);
      if (!domain) return sx_error_memory(err);
      if (i) sx_buf_add_char(out, ',');
      study__reference_json(out, scratch, r, list->items[i].indicator, domain, list->items[i].statistic);
    }
    sx_buf_add_char(out, ']');
  }
  sx_buf_add_char(out, ']');
  return SX_OK;
}

sx_status study__series_json(sx_buf *out, st_run *r, const st_block *block, sx_error *err) {
  lines list = {NULL, 0, 0};
  sx_buf scratch;
  sx_buf_init(&scratch, &r->ctx);
  sx_status status = collect(&list, r, block->node, err);
  if (status == SX_OK)
    status = block->figure ? series_figure(out, &scratch, r, block->node, &list, err)
                           : series_table(out, &scratch, r, block->node, &list, err);
  if (status == SX_OK && scratch.failed) status = sx_error_memory(err);
  sx_buf_clear(&scratch);
  return status;
}

/* ---- notes --------------------------------------------------------------------------------------------------------------------- */

/* bind: with the numbers, as text binds them; a note names none. */
static void overlap_words(sx_buf *zh, sx_buf *en, const st_wave *w, const st_link *link, st_versus versus, bool bind) {
  const char *overlap = link->overlap ? link->overlap : "none";
  if (!w->study) {
    sx_buf_add(zh, "为公布数字，无微观数据");
    sx_buf_add(en, "published figures, no microdata");
  } else if (strcmp(overlap, "none") == 0) {
    sx_buf_add(zh, "两期样本独立");
    sx_buf_add(en, "independent samples");
  } else {
    const bool full = strcmp(overlap, "full") == 0;
    sx_buf_printf(zh, "样本%s", full ? "完全重叠" : "部分重叠");
    sx_buf_printf(en, "%s overlap", full ? "full" : "partial");
    if (!bind) return;
    const char *name = study__versus_name(versus);
    sx_buf_printf(zh, "，{{ `waves/%s`.total.units | plain 0 }} 个单元两期都有", name);
    sx_buf_printf(en, ", {{ `waves/%s`.total.units | plain 0 }} units in both", name);
  }
}

static const char *in_zh(sx_text2 t) {
  return t.zh ? t.zh : t.en ? t.en : "";
}
static const char *in_en(sx_text2 t) {
  return t.en ? t.en : t.zh ? t.zh : "";
}

const char *study__adjust_words(sx_adjust_p adjust) {
  switch (adjust) {
  case SX_ADJUST_P_HOLM:
    return "Holm";
  case SX_ADJUST_P_BONFERRONI:
    return "Bonferroni";
  case SX_ADJUST_P_BH:
    return "Benjamini-Hochberg";
  case SX_ADJUST_P_NONE:
    break;
  }
  return NULL;
}

static void test_words(sx_buf *zh, sx_buf *en, const st_run *r, bool bind) {
  const struct st_series *series = r->s->series;
  const char *zh_n = bind ? "（共 {{ `waves/tests`.total | plain 0 }} 项）" : "";
  const char *en_n = bind ? " ({{ `waves/tests`.total | plain 0 }} tests)" : "";
  if (series->adjust == SX_ADJUST_P_NONE) {
    sx_buf_printf(zh, "p 值未按多重比较调整%s。", zh_n);
    sx_buf_printf(en, "p values are not adjusted for the number of tests%s. ", en_n);
    return;
  }
  const char *name = study__adjust_words(series->adjust);
  const bool all = series->family == ST_FAMILY_ALL;
  sx_buf_printf(zh, "p 值按 %s 法在%s检验中调整%s。", name, all ? "全部" : "每个指标的", zh_n);
  sx_buf_printf(en, "p values adjusted by %s over %s%s. ", name,
                all ? "all changes of the study" : "the changes of each indicator", en_n);
}

/* Every reason once. */
static void break_words(sx_buf *zh, sx_buf *en, const sx_study *s, const st_wave *w, const lines *list) {
  size_t told[16], n = 0;
  for (size_t i = 0; i < list->n; i++) {
    const size_t broken = study__row_break(s, w, list->items[i].indicator, NULL, list->items[i].domain);
    bool before = broken == ST_NONE || n == 16;
    for (size_t k = 0; k < n && !before; k++) before = told[k] == broken;
    if (before) continue;
    told[n++] = broken;
    const sx_text2 *why = study__break_of(w, broken), *label = &study__break_wave(w, broken)->label;
    char said[600];
    (void)snprintf(said, sizeof said,
                   "† The series breaks between %.180s and this wave: %.280s; no claim of significance. ",
                   in_en(*label), in_en(*why));
    if (en->data && strstr(en->data, said)) continue; /* of another comparison, with the same break between */
    sx_buf_printf(zh, "† 与%s之间序列中断：%s，不作显著性判断。", in_zh(*label), in_zh(*why));
    sx_buf_printf(en, "† The series breaks between %s and this wave: %s; no claim of significance. ", in_en(*label),
                  in_en(*why));
  }
}

static bool has_unknown_error(const st_wave *w) {
  for (size_t i = 0; i < w->n_known; i++)
    if (isnan(w->known[i].se)) return true;
  return false;
}

static void pair_words(sx_buf *zh, sx_buf *en, const st_run *r, size_t pair, const lines *list) {
  const st_pair *p = &r->s->series->pairs[pair];
  const st_wave *w = &r->s->series->waves[p->earlier];
  sx_buf_printf(zh, "%s与%s相比（", p->versus == ST_YEAR ? "同比" : "变动", in_zh(w->label));
  sx_buf_printf(en, "%s since %s (", p->versus == ST_YEAR ? "Change on the year" : "Change", in_en(w->label));
  overlap_words(zh, en, w, &r->waves->links[pair], p->versus, false);
  sx_buf_add(zh, "）。");
  sx_buf_add(en, "). ");
  if (has_unknown_error(w)) {
    sx_buf_add(zh, "‡ 基期数字没有误差，变动的误差只含本期。");
    sx_buf_add(en, "‡ The earlier figure has no error: that of the change is this wave's alone. ");
  }
  break_words(zh, en, r->s, w, list);
}

sx_status study__wave_note(sx_buf *out, const st_run *r, const st_block *block, sx_error *err) {
  const sx_study *s = r->s;
  const struct st_series *series = s->series;
  const sx_node *note = sx_node_get(block->node, "note");
  const sx_node *zh_note = note && note->kind == SX_NODE_MAP ? sx_node_get(note, "zh") : note;
  const sx_node *en_note = note && note->kind == SX_NODE_MAP ? sx_node_get(note, "en") : note;
  st_run *writable = &(st_run){.s = s};
  *writable = *r; /* lines take arena memory of the run; nothing of it changes */
  lines list = {NULL, 0, 0};
  sx_buf zh, en;
  sx_buf_init(&zh, &r->ctx);
  sx_buf_init(&en, &r->ctx);
  const bool listed = sx_node_get(block->node, "indicators") || scalar(block->node, "account");
  sx_status status = listed ? collect(&list, writable, block->node, err) : SX_OK;
  if (zh_note || en_note) sx_buf_add(&zh, zh_note ? zh_note->text : en_note->text);
  if (zh_note || en_note) sx_buf_printf(&en, "%s ", en_note ? en_note->text : zh_note->text);
  bool tests = false, told = false;
  for (size_t i = 0; i < series->n_pairs; i++) {
    if (!asks_change(s, block->node, series->pairs[i].versus)) continue;
    pair_words(&zh, &en, r, i, &list);
    told = true;
    tests = !wave_compare(s, block->node); /* what a comparison shows is not tested */
  }
  for (size_t i = 0; i < series->n && !told; i++)
    if (asks_wave(s, block->node, i)) break_words(&zh, &en, s, &series->waves[i], &list);
  if (tests) test_words(&zh, &en, r, false);
  if (status == SX_OK) status = sx_buf_status(&zh, err);
  if (status == SX_OK) status = sx_buf_status(&en, err);
  if (status == SX_OK && zh.n) {
    while (en.n && en.data[en.n - 1] == ' ') en.data[--en.n] = '\0';
    sx_buf_add(out, "\"note_counts\":true,\"note\":");
    study__text2_json(out, zh.data, en.data);
    sx_buf_add_char(out, ',');
  }
  sx_buf_clear(&zh);
  sx_buf_clear(&en);
  return status;
}

/* ---- the annex ------------------------------------------------------------------------------------------------------------------ */

static void break_list(sx_buf *zh, sx_buf *en, const st_wave *w) {
  for (size_t i = 0; i < w->n_maps; i++) {
    if (!w->maps[i].breaks) continue;
    sx_buf_printf(zh, "；中断 `%s`：%s", w->maps[i].variable, in_zh(w->maps[i].why));
    sx_buf_printf(en, "; break in `%s`: %s", w->maps[i].variable, in_en(w->maps[i].why));
  }
  for (size_t i = 0; i < w->n_breaks; i++) {
    sx_buf_printf(zh, "；中断：%s", in_zh(w->breaks[i].why));
    sx_buf_printf(en, "; break: %s", in_en(w->breaks[i].why));
  }
}

void study__wave_words(sx_buf *zh, sx_buf *en, const st_run *r) {
  const struct st_series *series = r->s->series;
  if (!series || !r->waves) return;
  sx_buf_add(zh, "\n### 各期\n\n");
  sx_buf_add(en, "\n### Waves\n\n");
  for (size_t i = 0; i < series->n; i++) {
    const st_wave *w = &series->waves[i];
    sx_buf_printf(zh, "- %s", in_zh(w->label));
    sx_buf_printf(en, "- %s", in_en(w->label));
    bool told = false;
    for (size_t k = 0; k < series->n_pairs; k++) {
      if (series->pairs[k].earlier != i) continue;
      sx_buf_add(zh, told ? "；" : "：");
      sx_buf_add(en, told ? "; " : ": ");
      sx_buf_add(zh, series->pairs[k].versus == ST_YEAR ? "同比的基期，" : "变动的基期，");
      sx_buf_add(en, series->pairs[k].versus == ST_YEAR ? "a year before, " : "the wave before, ");
      overlap_words(zh, en, w, &r->waves->links[k], series->pairs[k].versus, true);
      told = true;
    }
    break_list(zh, en, w);
    sx_buf_add(zh, "\n");
    sx_buf_add(en, "\n");
  }
  sx_buf_add(zh, "\n变动的误差含两期的协方差；占比的变动以百分点计，水平的增长以百分数计。");
  sx_buf_add(en, "\nThe errors of changes hold the covariance of both waves; shares change in percentage points, the "
                 "growth of levels is in per cent. ");
  test_words(zh, en, r, true);
  sx_buf_add(zh, "\n");
  sx_buf_add(en, "\n");
}
