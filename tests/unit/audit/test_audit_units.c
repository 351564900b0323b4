/* Units and qualifying words: what is read, with which scale and dimension, and what is refused. */
#include "sxt.h"

#include "audit/audit_text_priv.h"

static void check(const char *text, int32_t mul, int exp10, int dim, sx_audit_share share) {
  sx_audit_unit unit = {.mul = 0};
  if (!sx_audit__unit(&unit, text, strlen(text))) {
    SXT_FAIL("'%s' is not read", text);
    return;
  }
  sx_audit_unit want = {.mul = mul, .exp10 = exp10, .share = share};
  if (dim >= 0) want.dims[dim] = 1;
  if (dim == -2) want.any = true;
  if (unit.mul != mul || unit.exp10 != exp10 || unit.share != share || unit.any != want.any ||
      memcmp(unit.dims, want.dims, sizeof unit.dims) != 0)
    SXT_FAIL("'%s': mul %d exp10 %d share %d any %d", text, (int)unit.mul, (int)unit.exp10, (int)unit.share, unit.any);
}

static void units(void) {
  check("亿人", 1, 8, SX_AUDIT_PERSON, SX_AUDIT_LEVEL);
  check("万人次", 1, 4, SX_AUDIT_VISIT, SX_AUDIT_LEVEL);
  check("万亿元", 1, 12, SX_AUDIT_YUAN, SX_AUDIT_LEVEL);
  check("亿美元", 1, 8, SX_AUDIT_DOLLAR, SX_AUDIT_LEVEL);
  check("US$ bn", 1, 9, SX_AUDIT_DOLLAR, SX_AUDIT_LEVEL);
  check("billion yuan", 1, 9, SX_AUDIT_YUAN, SX_AUDIT_LEVEL);
  check("million people", 1, 6, SX_AUDIT_PERSON, SX_AUDIT_LEVEL);
  check("%", 1, -2, -1, SX_AUDIT_PERCENT);
  check("百分点", 1, -2, -1, SX_AUDIT_POINTS);
  check("个百分点", 1, -2, -1, SX_AUDIT_POINTS);
  check("pp", 1, -2, -1, SX_AUDIT_POINTS);
  check("倍", 1, 0, -1, SX_AUDIT_LEVEL);
  check("", 1, 0, -2, SX_AUDIT_LEVEL);
  check("亿", 1, 8, -2, SX_AUDIT_LEVEL);
  check("万公里", 1, 7, SX_AUDIT_METRE, SX_AUDIT_LEVEL);
  check("千米", 1, 3, SX_AUDIT_METRE, SX_AUDIT_LEVEL);
  check("小时", 36, 2, SX_AUDIT_SECOND, SX_AUDIT_LEVEL);
  check("年", 12, 0, SX_AUDIT_MONTH, SX_AUDIT_LEVEL);
  check("Mbps", 1, 6, SX_AUDIT_BITRATE, SX_AUDIT_LEVEL);
  check("万款", 1, 4, SX_AUDIT_THING, SX_AUDIT_LEVEL);
  check("千瓦时", 1, 0, SX_AUDIT_ENERGY, SX_AUDIT_LEVEL);
  sx_audit_unit unit;
  CHECK(sx_audit__unit(&unit, "元/GB", strlen("元/GB")));
  CHECK(unit.dims[SX_AUDIT_YUAN] == 1 && unit.dims[SX_AUDIT_BYTE] == -1 && unit.exp10 == -9);
  CHECK(sx_audit__unit(&unit, "yuan per head", strlen("yuan per head")));
  CHECK(unit.dims[SX_AUDIT_YUAN] == 1 && unit.dims[SX_AUDIT_PERSON] == -1);
  static const char *const bad[] = {"亿人民", "foo", "亿%", "百百分点", "percentage", "元/", "元/小时", "yuans"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    if (sx_audit__unit(&unit, bad[i], strlen(bad[i]))) SXT_FAIL("'%s' is taken for a unit", bad[i]);
  }
  CHECK_STR(sx_audit__unit_nearest("百分"), "百分点");
}

static void prose(void) {
  sx_audit_unit unit;
  const char *text = "个百分点，比";
  CHECK_INT(sx_audit__unit_prefix(&unit, text, strlen(text)), strlen("个百分点"));
  CHECK(unit.share == SX_AUDIT_POINTS);
  CHECK_INT(sx_audit__unit_prefix(&unit, "亿人，占", strlen("亿人，占")), strlen("亿人"));
  CHECK_INT(sx_audit__unit_prefix(&unit, "billion users in", 16), strlen("billion users"));
  CHECK_INT(sx_audit__unit_prefix(&unit, "，", strlen("，")), 0);
  CHECK_INT(sx_audit__unit_before(&unit, "of US$", 6), 3);
  CHECK(unit.dims[SX_AUDIT_DOLLAR] == 1);
  CHECK_INT(sx_audit__unit_before(&unit, "xUSD", 4), 0);
}

/* What stands before a number is asked for words only behind a letter. */
static void words_end_in_letters(void) {
  size_t n;
  const sx_audit_word *all = sx_audit__words(&n);
  for (size_t i = 0; i < n; i++) {
    const size_t size = strlen(all[i].text);
    size_t last = size;
    uint32_t code = 0;
    if (!all[i].before || !size) continue;
    while (last && ((unsigned char)all[i].text[--last] & 0xC0) == 0x80) {
    }
    (void)sx_utf8_next(&code, all[i].text + last, size - last);
    if (!sx_is_latin(code) && !sx_is_han(code)) SXT_FAIL("'%s' ends in no letter", all[i].text);
  }
}

static void words(void) {
  size_t n;
  const sx_audit_word *all = sx_audit__words(&n);
  CHECK(n > 40);
  for (size_t i = 0; i < n; i++) {
    if (sx_audit__word(all[i].text, strlen(all[i].text)) != &all[i]) SXT_FAIL("'%s' stands twice", all[i].text);
  }
  const sx_audit_word *over = sx_audit__word("超", strlen("超"));
  CHECK(over && over->rule == SX_AUDIT_FACTORS && over->low == 1 && over->high == 1.25 && !over->low_open &&
        over->high_open);
  const sx_audit_word *near = sx_audit__word("近", strlen("近"));
  CHECK(near && near->low == 0.9 && near->high == 1 && !near->low_open && !near->high_open);
  CHECK(sx_audit__word("兴许", strlen("兴许")) == NULL);
}

SXT_MAIN(SXT_CASE(units), SXT_CASE(prose), SXT_CASE(words), SXT_CASE(words_end_in_letters))
