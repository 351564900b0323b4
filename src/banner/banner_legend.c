/* banner_legend.c: what was tested and how, in words, for under the tables. */
#include "banner_priv.h"

static const char *adjust_name(sx_adjust_p adjust) {
  switch (adjust) {
  case SX_ADJUST_P_HOLM:
    return "Holm";
  case SX_ADJUST_P_BONFERRONI:
    return "Bonferroni";
  case SX_ADJUST_P_BH:
    return "Benjamini-Hochberg (FDR)";
  case SX_ADJUST_P_NONE:
    break;
  }
  return NULL;
}

static void number(sx_buf *b, double x) {
  char text[SX_DOUBLE_TEXT_MAX];
  sx_buf_add_n(b, text, sx_text_from_double(text, x));
}

static void adjusted(sx_buf *b, const sx_banner_sig *sig, bool zh, const char *family_zh, const char *family_en) {
  const char *name = adjust_name(sig->adjust);
  if (zh && name)
    sx_buf_printf(b, "；%s 校正，范围为%s", name, family_zh);
  else if (name)
    sx_buf_printf(b, "; p adjusted by %s over %s", name, family_en);
  else
    sx_buf_add(b, zh ? "；未作多重比较校正" : "; not adjusted for multiple comparisons");
}

/* What the request has of questions by the banner, and of grids by their scale with items to compare. */
typedef struct has {
  bool columns, grids;
} has;

static has what_has(const banner_plan *plan) {
  has h = {false, false};
  for (size_t k = 0; k < plan->n_stubs; k++) {
    h.columns = h.columns || plan->stub[k].kind != BANNER_GRID;
    h.grids = h.grids || (plan->stub[k].kind == BANNER_GRID && plan->stub[k].n > 1);
  }
  return h;
}

static void levels(sx_buf *b, const sx_banner_sig *sig, bool zh) {
  if (sig->lower > 0) {
    sx_buf_add(b, zh ? "大写 p<" : "capital p<");
    number(b, sig->upper);
    sx_buf_add(b, zh ? "，小写 p<" : ", small p<");
    number(b, sig->lower);
  } else {
    sx_buf_add(b, "p<");
    number(b, sig->upper);
  }
}

static void grids(sx_buf *b, const sx_banner_sig *sig, bool zh) {
  sx_buf_add(b,
             zh ? "按量表展开的题组，字母属于各行项目：表示该项目在这一档的百分比显著高于字母所指的项目（"
                : "In a grid by its scale the letters are those of the items: the item's percentage at this level is "
                  "significantly larger than that of the item with this letter (");
  levels(b, sig, zh);
  adjusted(b, sig, zh, "同一档的各对项目", "the pairs of items at one level");
  sx_buf_add(b, zh ? "）。" : "). ");
}

static void letters(sx_buf *b, const sx_banner_sig *sig, bool zh) {
  sx_buf_add(b, zh ? "字母表示该列百分比（或均值）显著高于同一组内字母所指的列（"
                   : "A letter: the column's percentage (or mean) is significantly larger than that of the column with "
                     "this letter in the same span (");
  levels(b, sig, zh);
  adjusted(b, sig, zh, "同一行同一组的各对列", "the pairs of one row and span");
  sx_buf_add(b, zh ? "）；各组字母从 A 重新开始。" : "); letters begin again at A in every span. ");
}

static void arrows(sx_buf *b, const sx_banner_sig *sig, bool zh, bool wave) {
  sx_buf_add(b, wave
                    ? (zh ? "▲▼ 表示显著高于、低于上一期（p<" : "▲▼: significantly above or below the earlier wave (p<")
                    : (zh ? "↑↓ 表示显著高于、低于该列以外的全部其他样本（p<"
                          : "↑↓: significantly above or below everyone outside the column (p<"));
  number(b, sig->arrow);
  adjusted(b, sig, zh, "同一行同一组的各列", "the columns of one row and span");
  sx_buf_add(b, zh ? "）。" : "). ");
}

static void write_legend(sx_buf *b, const sx_banner_sig *sig, has h, bool waves, bool zh) {
  const bool items = h.grids && sig->compare & SX_BANNER_WITHIN_SPAN, tested = items || (h.columns && sig->compare);
  if (h.columns && sig->compare & SX_BANNER_WITHIN_SPAN) letters(b, sig, zh);
  if (items) grids(b, sig, zh);
  if (h.columns && sig->compare & SX_BANNER_VERSUS_REST) arrows(b, sig, zh, false);
  if (h.columns && waves && sig->compare & SX_BANNER_PREVIOUS_WAVE) arrows(b, sig, zh, true);
  if (tested)
    sx_buf_add(
        b,
        zh ? "检验为考虑抽样设计（权数、分层、整群及校准）的双侧 t 检验，计入两个估计的协方差，自由度为两者基数所在的"
             "初级抽样单元数减层数。0% 或 100% 以及没有误差的单元格不检验（-）。"
           : "Two-sided t tests on the sampling design (weights, strata, clusters, calibration) with the "
             "covariance of the two estimates; degrees of freedom: sampling units less strata of the two "
             "bases. Cells of 0% or 100% or without an error are not tested (-). ");
  if (sig->min_base > 0 && zh)
    sx_buf_printf(b, "* 未加权基数不足 %zu%s。", sig->min_base, tested ? "，不检验" : "");
  else if (sig->min_base > 0)
    sx_buf_printf(b, "*: unweighted base below %zu%s.", sig->min_base, tested ? ", not tested" : "");
}

static void low(sx_buf *b, const sx_banner_request *r, bool zh) {
  if (!r->quality || !r->mark_low) return;
  if (b->n && !zh && b->data[b->n - 1] != ' ') sx_buf_add_char(b, ' ');
  sx_buf_printf(b, zh ? "%s：误差较大或样本较少，请谨慎使用（" : "%s: low reliability (", r->mark_low);
  sx_banner__criteria(b, r->quality);
  sx_buf_add(b, zh ? "）。" : ").");
}

static sx_status in_language(const char **out, const banner_plan *plan, bool waves, bool zh, sx_arena *arena,
                             sx_error *err) {
  sx_buf b;
  sx_buf_init(&b, plan->ctx);
  sx_buf_add(&b, "");
  write_legend(&b, &plan->request->sig, what_has(plan), waves, zh);
  low(&b, plan->request, zh);
  sx_status st = sx_buf_status(&b, err);
  if (st == SX_OK) {
    size_t n = b.n;
    while (n > 0 && b.data[n - 1] == ' ') n--;
    *out = sx_arena_strndup(arena, b.data ? b.data : "", n);
    if (!*out) st = sx_error_memory(err);
  }
  sx_buf_clear(&b);
  return st;
}

sx_status sx_banner__legend(sx_banner_text *out, const banner_plan *plan, bool waves, sx_arena *arena, sx_error *err) {
  SX_TRY(in_language(&out->zh, plan, waves, true, arena, err));
  return in_language(&out->en, plan, waves, false, arena, err);
}
