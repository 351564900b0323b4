/* study_annex_account.c: what the accounts take from outside or assume, in words: adjustments, period factors, price indices, ratios, small areas. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study_account.h"

typedef struct writer {
  sx_buf *side[2]; /* Chinese, English */
  bool any;
} writer;

/* "- **Goods: not covered**: share covered 0.97 ± 0.01; why. Assumed." */
static void item(writer *w, const st_account *a, sx_text2 label, sx_text2 what, const st_given *g) {
  static const sx_text2 assumed = {"假设", "assumed"};
  char number[SX_DOUBLE_TEXT_MAX];
  if (!w->any) {
    sx_buf_add(w->side[0], "\n账户中来自外部或假设的数：\n\n");
    sx_buf_add(w->side[1], "\nWhat the accounts take from outside or assume:\n\n");
    w->any = true;
  }
  for (size_t side = 0; side < 2; side++) {
    sx_buf *out = w->side[side];
    sx_buf_add(out, "- ");
    study__plain_markdown(out, study__on_side(a->label, side) ? study__on_side(a->label, side) : a->id);
    sx_buf_add(out, side ? ", " : "，");
    study__plain_markdown(out, study__on_side(label, side));
    sx_buf_add(out, side ? ": " : "：");
    study__plain_markdown(out, study__on_side(what, side));
    sx_buf_add(out, " `");
    sx_buf_add(out, g->value.value.expr ? sx_expr_text(g->value.value.expr) : "");
    sx_buf_add(out, "`");
    if (g->se > 0) {
      const size_t n = sx_text_from_double(number, g->se);
      sx_buf_add(out, side ? " (standard error `" : "（标准误 `");
      sx_buf_add_n(out, number, n);
      sx_buf_add(out, side ? "`)" : "`）");
    }
    if (study__on_side(g->why, side)) {
      sx_buf_add(out, side ? "; " : "；");
      study__plain_markdown(out, study__on_side(g->why, side));
    }
    if (g->assumed) sx_buf_printf(out, side ? " (%s)" : "（%s）", study__on_side(assumed, side));
    sx_buf_add(out, "\n");
  }
}

static void period_item(writer *w, const st_account *a, sx_text2 label, const st_given *g, bool price) {
  sx_text2 what = price ? (sx_text2){"价格指数", "price index"} : (sx_text2){"时期系数", "period factor"};
  sx_buf zh, en;
  if (!g->value.value.node) return;
  sx_buf_init(&zh, w->side[0]->ctx);
  sx_buf_init(&en, w->side[1]->ctx);
  if (g->what.zh || g->what.en) {
    sx_buf_printf(&zh, "%s（%s）", what.zh, study__on_side(g->what, 0));
    sx_buf_printf(&en, "%s (%s)", what.en, study__on_side(g->what, 1));
    w->side[0]->failed = w->side[0]->failed || zh.failed || en.failed;
    if (zh.data && en.data) what = (sx_text2){zh.data, en.data};
  }
  item(w, a, label, what, g);
  sx_buf_clear(&zh);
  sx_buf_clear(&en);
}

bool study__account_assumptions(sx_buf *zh, sx_buf *en, const sx_study *s) {
  writer w = {.side = {zh, en}};
  for (size_t i = 0; i < s->n_accounts; i++) {
    const st_account *a = &s->accounts[i];
    const sx_text2 whole = {"整体", "as a whole"};
    period_item(&w, a, whole, &a->period, false);
    period_item(&w, a, whole, &a->price, true);
    for (size_t k = 0; k < a->n_nodes; k++) {
      const st_node *n = &a->nodes[k];
      const sx_text2 word = {study__adjustment_word(n->kind, false), study__adjustment_word(n->kind, true)};
      if (n->adjustment) item(&w, a, n->label, word, &n->given);
      period_item(&w, a, n->label, &n->period, false);
      period_item(&w, a, n->label, &n->price, true);
    }
  }
  return w.any;
}
