/* study_block_tests.c: tests printed under a table: the note of a table that names indicators of the kind `test`. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study_kind.h"
#include "study_names.h"
#include "study_run.h"

static const st_indicator *test_of(const sx_study *s, const sx_node *name) {
  const size_t at = name->kind == SX_NODE_SCALAR ? study__find_indicator(s, name->text, strlen(name->text)) : ST_NONE;
  return at != ST_NONE && s->indicators[at].kind == &study__kind_test ? &s->indicators[at] : NULL;
}

void study__check_block_tests(st_load *l, const sx_node *block) {
  const st_list tests = study__list(l, block, "tests");
  char near[160];
  for (size_t i = 0; i < tests.n; i++) {
    if (study__find_indicator(l->s, tests.items[i], strlen(tests.items[i])) == ST_NONE) {
      study__problem(l, tests.nodes[i], "unknown indicator '%s'%s", tests.items[i],
                     study__near(l->s, near, tests.items[i], "i"));
    } else if (!test_of(l->s, tests.nodes[i])) {
      study__problem(l, tests.nodes[i], "'%s' is no test: an indicator of the kind 'test' is", tests.items[i]);
    }
  }
}

/* "p = 0.047", "p < 0.001" */
static void put_p(sx_buf *out, double p) {
  if (p < 0.001) {
    sx_buf_add(out, "p < 0.001");
  } else {
    sx_buf_printf(out, "p = %.3f", p);
  }
}

/* Degrees of freedom have no separators: "F(2, 52641)". */
static void put_df(sx_buf *out, double df) {
  sx_buf_printf(out, df < 1000 ? "%.3g" : "%.0f", df);
}

/* "F(1, 4) = 8.08, p = 0.047"; of a chi-square one df */
static void put_test(sx_buf *out, const st_row *statistic, const st_row *p, bool chinese) {
  const bool chisq = isinf(p->df) || isnan(p->df);
  if (isnan(statistic->estimate)) {
    sx_buf_add(out, sx_na_text(statistic->na));
    return;
  }
  const bool ratio = strcmp(statistic->statistic, "test_F") == 0 || strstr(statistic->statistic, "Wald");
  sx_buf_add(out, !chisq && ratio ? "F(" : "X²(");
  put_df(out, statistic->df);
  if (!chisq) sx_buf_add(out, ", ");
  if (!chisq) put_df(out, p->df);
  sx_buf_add(out, ") = ");
  study__put_figures(out, statistic->estimate, 3, chinese);
  sx_buf_add(out, ", ");
  put_p(out, p->estimate);
}

/* A test of few is held back like any result. */
static bool held_back(const st_run *r, const st_row *row, const st_indicator *ind) {
  sx_store_row stored;
  bool found = false;
  if (!r->s->disclosure) return false;
  return sx_store_find(&found, &stored, r->store, r->run, ind->id, row->statistic, NULL, 0, NULL) != SX_OK || !found ||
         isnan(stored.estimate);
}

static void put_note(sx_buf *out, const st_run *r, const sx_node *tests, const char *own, bool chinese) {
  if (own) sx_buf_printf(out, "%s%s", own, chinese ? "" : " ");
  for (size_t i = 0; i < tests->n; i++) {
    const st_indicator *ind = test_of(r->s, tests->items[i]);
    const st_row *statistic = ind ? study__find_row(&r->rows, ind->id, study__stat_at(ind, 0), "total") : NULL;
    const st_row *p = ind ? study__find_row(&r->rows, ind->id, study__stat_at(ind, 1), "total") : NULL;
    if (!statistic || !p || held_back(r, statistic, ind)) continue;
    const char *zh = ind->label.zh ? ind->label.zh : ind->label.en, *en = ind->label.en ? ind->label.en : zh;
    sx_buf_printf(out, "%s%s", chinese ? zh : en, chinese ? "：" : ": ");
    put_test(out, statistic, p, chinese);
    sx_buf_add(out, chinese ? "。" : i + 1 < tests->n ? ". " : ".");
  }
}

sx_status study__block_note(sx_buf *out, const st_run *r, const st_block *block, sx_error *err) {
  const sx_node *tests = sx_node_get(block->node, "tests"), *note = sx_node_get(block->node, "note");
  const sx_node *zh_note = note && note->kind == SX_NODE_MAP ? sx_node_get(note, "zh") : note;
  const sx_node *en_note = note && note->kind == SX_NODE_MAP ? sx_node_get(note, "en") : note;
  if (!zh_note) zh_note = en_note;
  if (!en_note) en_note = zh_note;
  sx_buf zh, en;
  sx_buf_init(&zh, &r->ctx);
  sx_buf_init(&en, &r->ctx);
  if (tests->kind == SX_NODE_LIST) {
    put_note(&zh, r, tests, zh_note ? zh_note->text : NULL, true);
    put_note(&en, r, tests, en_note ? en_note->text : NULL, false);
  }
  sx_status status = sx_buf_status(&zh, err);
  if (status == SX_OK) status = sx_buf_status(&en, err);
  if (status == SX_OK) {
    sx_buf_add(out, "\"note_counts\":true,\"note\":");
    study__text2_json(out, zh.data ? zh.data : "", en.data ? en.data : "");
    sx_buf_add_char(out, ',');
  }
  sx_buf_clear(&zh);
  sx_buf_clear(&en);
  return status;
}
