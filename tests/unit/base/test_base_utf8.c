#include "shuxiao/base.h"
#include "sxt.h"

/* The slow twin: what a code point encodes to, from the definition. */
static size_t encode(char out[4], uint32_t c) {
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  if (c < 0x800) {
    out[0] = (char)(0xC0u | c >> 6);
    out[1] = (char)(0x80u | (c & 0x3Fu));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = (char)(0xE0u | c >> 12);
    out[1] = (char)(0x80u | (c >> 6 & 0x3Fu));
    out[2] = (char)(0x80u | (c & 0x3Fu));
    return 3;
  }
  out[0] = (char)(0xF0u | c >> 18);
  out[1] = (char)(0x80u | (c >> 12 & 0x3Fu));
  out[2] = (char)(0x80u | (c >> 6 & 0x3Fu));
  out[3] = (char)(0x80u | (c & 0x3Fu));
  return 4;
}

static void test_every_code_point(void) {
  for (uint32_t c = 0; c <= 0x110000; c++) {
    char text[4];
    uint32_t got = 0;
    const size_t n = encode(text, c);
    const bool real = c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF);
    const size_t step = sx_utf8_next(&got, text, n);
    if (step != (real ? n : 0) || (real && got != c)) SXT_FAIL("code point %06X: %zu bytes, %06X", c, step, got);
    if (real && n > 1 && sx_utf8_next(&got, text, n - 1) != 0) SXT_FAIL("code point %06X cut is accepted", c);
  }
}

/* All 2^24 strings of three bytes that begin above 7F agree with a search over the encodings: counted. */
static void test_three_bytes(void) {
  size_t valid = 0;
  for (unsigned a = 0x80; a < 0x100; a++)
    for (unsigned b = 0; b < 0x100; b++)
      for (unsigned c = 0; c < 0x100; c++) {
        const char text[3] = {(char)a, (char)b, (char)c};
        uint32_t code;
        if (sx_utf8_next(&code, text, 3) == 3) valid++;
      }
  CHECK_INT(valid, 0x10000 - 0x800 - 0x800); /* BMP above 7FF without the surrogates */
}

static void test_valid(void) {
  size_t bad = 99;
  CHECK(sx_utf8_valid("plain ascii text, long enough 数字消费", 42, NULL));
  CHECK(sx_utf8_valid("", 0, NULL));
  CHECK(!sx_utf8_valid("0123456789abc\xC9", 14, &bad));
  CHECK_INT(bad, 13);
  CHECK(!sx_utf8_valid("\x25\xC9", 2, &bad));
  CHECK_INT(bad, 1);
  CHECK(!sx_utf8_valid("ab\xC0\x80", 4, &bad)); /* overlong NUL */
  CHECK_INT(bad, 2);
  CHECK(!sx_utf8_valid("数\xED\xA0\x80", 6, &bad)); /* surrogate */
  CHECK_INT(bad, 3);
  CHECK(!sx_utf8_valid("\xCA\xFD\xD7\xD6", 4, &bad)); /* GBK */
  CHECK_INT(bad, 0);
}

static void test_count_width_cut(void) {
  CHECK_INT(sx_utf8_count("a数b", 5), 3);
  CHECK_INT(sx_utf8_count("a\xFFz", 3), 3);
  CHECK_INT(sx_utf8_width("a数b", 5), 4);
  CHECK_INT(sx_utf8_width("e\xCC\x81", 3), 1); /* e and a combining acute */
  CHECK_INT(sx_utf8_width("，", 3), 2);
  const char *text = "a数b";
  const size_t want[] = {0, 1, 1, 1, 4, 5, 5};
  for (size_t max = 0; max <= 6; max++) CHECK_INT(sx_utf8_cut(text, 5, max), want[max]);
  CHECK_INT(sx_utf8_cut("数", 2, 9), 0); /* the text itself is cut */
  CHECK_INT(sx_utf8_cut("\x80\x80\x80\x80\x80\x80", 6, 4), 4);
}

static void test_nearest(void) {
  const char *const names[] = {"estimate", "indicator", "weights", "人群", "域"};
  const size_t n = sizeof names / sizeof *names;
  CHECK_STR(sx_text_nearest("indcator", names, n), "indicator");
  CHECK_STR(sx_text_nearest("wieghts", names, n), "weights"); /* a swap is one step */
  CHECK_STR(sx_text_nearest("weights", names, n), "weights");
  CHECK_STR(sx_text_nearest("人羣", names, n), "人群");
  CHECK(!sx_text_nearest("something", names, n));
  CHECK(!sx_text_nearest("", names, 3));
  CHECK(!sx_text_nearest("x", names, 0));
  const char *const close[] = {"ab", "abc", "abd"};
  CHECK_STR(sx_text_nearest("abd", close, 3), "abd");
  CHECK_STR(sx_text_nearest("abx", close, 3), "ab"); /* the first of equals */
  const char *const swap[] = {"ca"};
  CHECK_STR(sx_text_nearest("ac", swap, 1), "ca");
  char text[200];
  memset(text, 'a', sizeof text);
  text[199] = '\0';
  const char *const self[] = {text};
  CHECK(!sx_text_nearest(text, self, 1)); /* too long to be a slip */
}

SXT_MAIN(SXT_CASE(test_every_code_point), SXT_CASE(test_three_bytes), SXT_CASE(test_valid),
         SXT_CASE(test_count_width_cut), SXT_CASE(test_nearest))
