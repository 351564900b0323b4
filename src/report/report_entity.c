/* report_entity.c: the character references of a Markdown text: numbers, and the names that writers use. */
#include "report_page.h"

#include <string.h>

static const struct {
  const char *name, *text;
} names[] = {{"amp", "&"},
             {"lt", "<"},
             {"gt", ">"},
             {"quot", "\""},
             {"apos", "'"},
             {"nbsp", "\xC2\xA0"},
             {"copy", "©"},
             {"reg", "®"},
             {"trade", "™"},
             {"hellip", "…"},
             {"mdash", "—"},
             {"ndash", "–"},
             {"lsquo", "‘"},
             {"rsquo", "’"},
             {"ldquo", "“"},
             {"rdquo", "”"},
             {"laquo", "«"},
             {"raquo", "»"},
             {"times", "×"},
             {"divide", "÷"},
             {"plusmn", "±"},
             {"minus", "−"},
             {"le", "≤"},
             {"ge", "≥"},
             {"ne", "≠"},
             {"asymp", "≈"},
             {"infin", "∞"},
             {"deg", "°"},
             {"middot", "·"},
             {"bull", "•"},
             {"permil", "‰"},
             {"euro", "€"},
             {"pound", "£"},
             {"yen", "¥"},
             {"cent", "¢"},
             {"sect", "§"},
             {"para", "¶"},
             {"dagger", "†"},
             {"Dagger", "‡"},
             {"rarr", "→"},
             {"larr", "←"},
             {"uarr", "↑"},
             {"darr", "↓"},
             {"sup2", "²"},
             {"sup3", "³"},
             {"frac12", "½"},
             {"frac14", "¼"},
             {"frac34", "¾"},
             {"alpha", "α"},
             {"beta", "β"},
             {"mu", "μ"},
             {"sigma", "σ"},
             {"Sigma", "Σ"},
             {"shy", "\xC2\xAD"},
             {"ensp", "\xE2\x80\x82"},
             {"emsp", "\xE2\x80\x83"},
             {"thinsp", "\xE2\x80\x89"},
             {"zwj", "\xE2\x80\x8D"}};

static size_t encode(char out[8], uint32_t code) {
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  const size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (size_t i = n - 1; i > 0; i--) {
    out[i] = (char)(0x80 | (code & 0x3F));
    code >>= 6;
  }
  out[0] = (char)((n == 2 ? 0xC0 : n == 3 ? 0xE0 : 0xF0) | code);
  return n;
}

static size_t digit_value(char c) {
  if (c >= '0' && c <= '9') return (size_t)(c - '0');
  if (c >= 'a' && c <= 'f') return (size_t)(c - 'a') + 10;
  return c >= 'A' && c <= 'F' ? (size_t)(c - 'A') + 10 : 16;
}

/* "&#8212;", "&#x2014;" */
static size_t numeric(char out[8], const char *text, size_t n) {
  const bool hex = n > 1 && (text[0] == 'x' || text[0] == 'X');
  uint32_t code = 0;
  if (n == (size_t)hex) return 0;
  for (size_t i = hex; i < n; i++) {
    const size_t digit = digit_value(text[i]);
    if (digit >= (hex ? 16u : 10u)) return 0;
    code = code > 0x10FFFF ? code : code * (hex ? 16 : 10) + (uint32_t)digit;
  }
  return encode(out, code);
}

size_t sx_report__entity(char out[8], const char *text, size_t n) {
  if (n < 3 || text[0] != '&' || text[n - 1] != ';') return 0;
  if (text[1] == '#') return numeric(out, text + 2, n - 3);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strlen(names[i].name) != n - 2 || memcmp(names[i].name, text + 1, n - 2) != 0) continue;
    const size_t k = strlen(names[i].text);
    memcpy(out, names[i].text, k);
    return k;
  }
  return 0;
}
