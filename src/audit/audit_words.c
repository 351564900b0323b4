/* audit_words.c: what the words around a printed number say about the value behind it. The defaults; an audit file may override. */
#include <math.h>
#include <string.h>

#include "audit_units.h"

#define NO_END ((double)NAN)
#define OVER(word, b, a)                                                                                               \
  { word, b, a, SX_AUDIT_FACTORS, 1, 1.25, false, true }
#define NEAR(word, b, a)                                                                                               \
  { word, b, a, SX_AUDIT_FACTORS, 0.9, 1, false, false }
#define ABOUT(word, b, a)                                                                                              \
  { word, b, a, SX_AUDIT_FACTORS, 0.95, 1.05, false, false }
#define LEAST(word, b, a)                                                                                              \
  { word, b, a, SX_AUDIT_FACTORS, 1, NO_END, false, true }
#define MOST(word, b, a)                                                                                               \
  { word, b, a, SX_AUDIT_FACTORS, NO_END, 1, true, false }
#define SEVERAL(word, b, a)                                                                                            \
  { word, b, a, SX_AUDIT_FACTORS, 2, 10, false, true }
#define RULE(word, b, a, rule)                                                                                         \
  { word, b, a, rule, 0, 0, false, false }

static const sx_audit_word words[] = {
    RULE("", false, false, SX_AUDIT_ROUND),
    RULE("exact", false, false, SX_AUDIT_ROUND),
    RULE("仅", true, false, SX_AUDIT_ROUND),
    RULE("only", true, false, SX_AUDIT_ROUND),
    RULE("达", true, false, SX_AUDIT_ROUND),
    RULE("达到", true, false, SX_AUDIT_ROUND),
    RULE("高达", true, false, SX_AUDIT_ROUND),
    OVER("超", true, false),
    OVER("超过", true, false),
    OVER("超出", true, false),
    OVER("已超", true, false),
    OVER("已超过", true, false),
    OVER("逾", true, false),
    OVER("有余", false, true),
    OVER("将超", true, false),
    OVER("将超过", true, false),
    OVER("余", false, true),
    OVER("多", false, true),
    OVER("over", true, false),
    OVER("more than", true, false),
    OVER("exceeding", true, false),
    OVER("exceeds", true, false),
    OVER("exceeded", true, false),
    OVER("above", true, false),
    RULE("突破", true, false, SX_AUDIT_BURST),
    RULE("将突破", true, false, SX_AUDIT_BURST),
    RULE("已突破", true, false, SX_AUDIT_BURST),
    RULE("surpassing", true, false, SX_AUDIT_BURST),
    RULE("surpassed", true, false, SX_AUDIT_BURST),
    NEAR("近", true, false),
    NEAR("接近", true, false),
    NEAR("将近", true, false),
    NEAR("几乎", true, false),
    NEAR("nearly", true, false),
    NEAR("almost", true, false),
    NEAR("close to", true, false),
    ABOUT("约", true, false),
    ABOUT("大约", true, false),
    ABOUT("约为", true, false),
    ABOUT("大概", true, false),
    ABOUT("左右", false, true),
    ABOUT("上下", false, true),
    ABOUT("circa", true, false),
    ABOUT("预计", true, false),
    ABOUT("预计达", true, false),
    ABOUT("预计达到", true, false),
    ABOUT("about", true, false),
    ABOUT("around", true, false),
    ABOUT("approximately", true, false),
    ABOUT("roughly", true, false),
    ABOUT("some", true, false),
    LEAST("以上", false, true),
    LEAST("不低于", true, false),
    LEAST("不少于", true, false),
    LEAST("至少", true, false),
    LEAST("不小于", true, false),
    LEAST("at least", true, false),
    LEAST("no less than", true, false),
    LEAST("not less than", true, false),
    LEAST("no fewer than", true, false),
    LEAST("or more", false, true),
    MOST("以内", false, true),
    MOST("以下", false, true),
    MOST("不超过", true, false),
    MOST("至多", true, false),
    MOST("不多于", true, false),
    MOST("不高于", true, false),
    MOST("未超过", true, false),
    MOST("at most", true, false),
    MOST("no more than", true, false),
    MOST("not more than", true, false),
    MOST("up to", true, false),
    MOST("within", true, false),
    RULE("不及", true, false, SX_AUDIT_BELOW),
    RULE("不足", true, false, SX_AUDIT_BELOW),
    RULE("低于", true, false, SX_AUDIT_BELOW),
    RULE("不到", true, false, SX_AUDIT_BELOW),
    RULE("未到", true, false, SX_AUDIT_BELOW),
    RULE("未达", true, false, SX_AUDIT_BELOW),
    RULE("少于", true, false, SX_AUDIT_BELOW),
    RULE("小于", true, false, SX_AUDIT_BELOW),
    RULE("less than", true, false, SX_AUDIT_BELOW),
    RULE("fewer than", true, false, SX_AUDIT_BELOW),
    RULE("lower than", true, false, SX_AUDIT_BELOW),
    RULE("below", true, false, SX_AUDIT_BELOW),
    RULE("under", true, false, SX_AUDIT_BELOW),
    RULE("高于", true, false, SX_AUDIT_ABOVE),
    RULE("多于", true, false, SX_AUDIT_ABOVE),
    RULE("大于", true, false, SX_AUDIT_ABOVE),
    RULE("greater than", true, false, SX_AUDIT_ABOVE),
    RULE("higher than", true, false, SX_AUDIT_ABOVE),
    RULE("均高于", true, false, SX_AUDIT_ABOVE),
    RULE("远高于", true, false, SX_AUDIT_ABOVE),
    {"基本持平", true, false, SX_AUDIT_WITHIN, 0, 1, false, false},
    {"持平", true, false, SX_AUDIT_WITHIN, 0, 1, false, false},
    {"unchanged", true, false, SX_AUDIT_WITHIN, 0, 1, false, false},
    {"相近", true, false, SX_AUDIT_WITHIN, 0, 5, false, false},
    {"similar", true, false, SX_AUDIT_WITHIN, 0, 5, false, false},
    {"级", false, true, SX_AUDIT_FACTORS, 1, 10, false, true},
    SEVERAL("数", true, false),
    SEVERAL("几", true, false),
    SEVERAL("several", true, false),
    RULE("下降", true, false, SX_AUDIT_FALL),
    RULE("减少", true, false, SX_AUDIT_FALL),
    RULE("下滑", true, false, SX_AUDIT_FALL),
    RULE("回落", true, false, SX_AUDIT_FALL),
    RULE("降低", true, false, SX_AUDIT_FALL),
    RULE("低", true, false, SX_AUDIT_FALL),
    RULE("fall", true, false, SX_AUDIT_FALL),
    RULE("down", true, false, SX_AUDIT_FALL),
};
enum { N_WORDS = sizeof words / sizeof *words };

const sx_audit_word *sx_audit__words(size_t *n) {
  *n = N_WORDS;
  return words;
}

const sx_audit_word *sx_audit__word(const char *text, size_t n) {
  for (size_t i = 0; i < N_WORDS; i++) {
    if (strlen(words[i].text) == n && memcmp(words[i].text, text, n) == 0) return &words[i];
  }
  return NULL;
}

const char *sx_audit__word_nearest(const char *text) {
  const char *names[N_WORDS];
  for (size_t i = 0; i < N_WORDS; i++) names[i] = words[i].text;
  return sx_text_nearest(text, names, N_WORDS);
}
