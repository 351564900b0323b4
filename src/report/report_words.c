/* report_words.c: look-up in the table of report_words.h. */
#include "report_words.h"

#include <string.h>

#include "shuxiao/store.h"

static const struct {
  const char *zh, *en;
} words[W_COUNT] = {
#define SX_WORD_TEXT(name, zh, en) {zh, en},
    SX_WORD_LIST(SX_WORD_TEXT)
#undef SX_WORD_TEXT
};

static const struct {
  const char *reason, *zh;
} reasons[] = {
    {"suppressed", "为避免识别个体而不公布"},
    {SX_STORE_ERROR_SUPPRESSED, "误差不公布，以免由此推出未公布的数字"},
    {"empty domain", "该群体无样本"},
    {"all missing", "全部缺失"},
    {"all values missing", "全部缺失"},
    {"too few PSUs", "初级抽样单元过少"},
    {"too few primary sampling units", "初级抽样单元过少"},
    {"too few sampling units for an error", "抽样单元过少，无法估计误差"},
    {"the values or weights are too large for a finite result", "数值或权数过大，结果超出可表示的范围"},
    {"interval beyond the data", "区间超出数据范围"},
    {"variance estimated below 0", "方差估计为负"},
    {"words only", "仅有文字"},
    {"zero denominator", "分母为零"},
    {"operand missing", "所依据的估计缺失"},
    {"missing operand", "所依据的估计缺失"},
    {"not tested across a break", "跨越序列中断，不作检验"},
    {"not tested: the earlier figure has no error", "基期数字没有误差，不作检验"},
    {"not tested: no error", "没有误差，不作检验"},
};

static const struct {
  const char *names[2], *zh[2], *en[2]; /* up, down */
} verbs[] = {
    {{"增加", "rise"}, {"增加", "减少"}, {"rose", "fell"}},
    {{"增长", "grow"}, {"增长", "下降"}, {"grew", "shrank"}},
    {{"上升", "increase"}, {"上升", "下降"}, {"increased", "decreased"}},
    {{"提高", "advance"}, {"提高", "降低"}, {"advanced", "declined"}},
    {{"提升", "climb"}, {"提升", "回落"}, {"climbed", "dropped"}},
    {{"扩大", "widen"}, {"扩大", "缩小"}, {"widened", "narrowed"}},
};

bool sx_report__verb(const char *out[2], sx_lang lang, const char *name, const char **nearest) {
  enum { N = sizeof verbs / sizeof *verbs };
  const char *names[2 * N];
  for (size_t i = 0; i < N; i++) {
    for (size_t k = 0; k < 2; k++) {
      names[2 * i + k] = verbs[i].names[k];
      if (strcmp(name, verbs[i].names[k]) != 0) continue;
      out[0] = lang == SX_LANG_ZH ? verbs[i].zh[0] : verbs[i].en[0];
      out[1] = lang == SX_LANG_ZH ? verbs[i].zh[1] : verbs[i].en[1];
      return true;
    }
  }
  *nearest = sx_text_nearest(name, names, sizeof names / sizeof *names);
  return false;
}

const char *sx_report__word(sx_lang lang, sx_word word) {
  return lang == SX_LANG_ZH ? words[word].zh : words[word].en;
}

const char *sx_report__reason(sx_lang lang, const char *reason) {
  if (lang == SX_LANG_EN) return reason;
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
    if (strcmp(reasons[i].reason, reason) == 0) return reasons[i].zh;
  }
  return reason;
}
