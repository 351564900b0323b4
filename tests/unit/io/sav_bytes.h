/* sav_bytes.h: writes .sav files byte by byte from the public description of the format, in any encoding and byte order,
 * independently of the library's own writer: the reader's tests read what is made here. */
#ifndef SAV_BYTES_H
#define SAV_BYTES_H

#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct sav_bytes {
  unsigned char *p;
  size_t n, cap;
  const char *encoding; /* of the text; the source text is UTF-8 */
  bool big;             /* byte order of the file */
  /* compression */
  bool packed;
  unsigned char command[8], literal[64];
  unsigned n_command, n_literal;
} sav_bytes;

static inline void sb_raw(sav_bytes *b, const void *data, size_t n) {
  if (b->n + n > b->cap) {
    b->cap = 2 * (b->n + n);
    b->p = realloc(b->p, b->cap);
    if (!b->p) abort();
  }
  memcpy(b->p + b->n, data, n);
  b->n += n;
}
static inline void sb_i32(sav_bytes *b, int32_t v) {
  uint32_t u = (uint32_t)v;
  if (b->big) u = __builtin_bswap32(u);
  sb_raw(b, &u, 4);
}
static inline uint64_t sb_bits(const sav_bytes *b, double v) {
  uint64_t u;
  memcpy(&u, &v, 8);
  return b->big ? __builtin_bswap64(u) : u;
}
static inline void sb_f64(sav_bytes *b, double v) {
  const uint64_t u = sb_bits(b, v);
  sb_raw(b, &u, 8);
}
/* Converts UTF-8 to the file's encoding; returns bytes. */
static inline size_t sb_convert(const sav_bytes *b, const char *utf8, char *out, size_t cap) {
  iconv_t cd = iconv_open(b->encoding, "UTF-8");
  char *in = (char *)(uintptr_t)utf8, *to = out;
  size_t left = strlen(utf8), room = cap;
  if (cd == (iconv_t)-1 || iconv(cd, &in, &left, &to, &room) == (size_t)-1) abort();
  iconv_close(cd);
  return cap - room;
}
/* Text converted, filled with blanks (or cut) to width; width 0: as long as it is. Returns bytes written. */
static inline size_t sb_text(sav_bytes *b, const char *utf8, size_t width) {
  char out[4096];
  size_t n = sb_convert(b, utf8, out, sizeof out);
  if (!width) width = n;
  for (; n < width; n++) out[n] = ' ';
  sb_raw(b, out, width);
  return width;
}

static inline void sb_header(sav_bytes *b, int compression, int n_slots, int n_cases, int weight, const char *label) {
  sb_raw(b, "$FL2", 4);
  sb_raw(b, "@(#) SPSS DATA FILE test                                    ", 60);
  sb_i32(b, 2);
  sb_i32(b, n_slots);
  sb_i32(b, compression);
  sb_i32(b, weight);
  sb_i32(b, n_cases);
  sb_f64(b, 100);
  sb_raw(b, "01 Jan 2512:00:00", 17);
  sb_text(b, label, 64);
  sb_raw(b, "\0\0\0", 3);
  b->packed = compression == 1;
}

/* n_missing as in the format; missing values follow as doubles (numeric) or by sb_text of 8 (strings). */
static inline void sb_variable(sav_bytes *b, const char *name, int width, int format, int fw, int fd, const char *label,
                               int n_missing) {
  char text[4096];
  sb_i32(b, 2);
  sb_i32(b, width);
  sb_i32(b, label != NULL);
  sb_i32(b, n_missing);
  sb_i32(b, format << 16 | fw << 8 | fd);
  sb_i32(b, format << 16 | fw << 8 | fd);
  sb_text(b, name, 8);
  if (label) {
    const size_t n = sb_convert(b, label, text, sizeof text);
    sb_i32(b, (int32_t)n);
    sb_text(b, label, (n + 3) / 4 * 4);
  }
}
static inline void sb_continue(sav_bytes *b, int width) {
  for (int i = 8; i < width; i += 8) {
    sb_i32(b, 2);
    sb_i32(b, -1);
    for (int k = 0; k < 4; k++) sb_i32(b, 0);
    sb_raw(b, "        ", 8);
  }
}
/* One labelled value inside a type 3 record. */
static inline void sb_label(sav_bytes *b, const char *label) {
  char text[4096];
  const size_t n = sb_convert(b, label, text, sizeof text);
  const unsigned char length = (unsigned char)n;
  sb_raw(b, &length, 1);
  sb_text(b, label, (n + 8) / 8 * 8 - 1);
}
static inline void sb_ext(sav_bytes *b, int subtype, int size, size_t count) {
  sb_i32(b, 7);
  sb_i32(b, subtype);
  sb_i32(b, size);
  sb_i32(b, (int32_t)count);
}
static inline void sb_ext_text(sav_bytes *b, int subtype, const char *utf8) {
  char text[4096];
  sb_ext(b, subtype, 1, sb_convert(b, utf8, text, sizeof text));
  sb_text(b, utf8, 0);
}
static inline void sb_machine(sav_bytes *b, int code_page) {
  sb_ext(b, 3, 4, 8);
  const int32_t v[8] = {20, 0, 0, -1, 1, 1, b->big ? 1 : 2, code_page};
  for (int i = 0; i < 8; i++) sb_i32(b, v[i]);
}

/* Cases: slots. */
static inline void sb_flush(sav_bytes *b) {
  if (!b->n_command) return;
  while (b->n_command < 8) b->command[b->n_command++] = 0;
  sb_raw(b, b->command, 8);
  sb_raw(b, b->literal, b->n_literal);
  b->n_command = b->n_literal = 0;
}
static inline void sb_slot(sav_bytes *b, unsigned char command, const void *eight) {
  if (!b->packed) {
    sb_raw(b, eight, 8);
    return;
  }
  b->command[b->n_command++] = command;
  if (command == 253) {
    memcpy(b->literal + b->n_literal, eight, 8);
    b->n_literal += 8;
  }
  if (b->n_command == 8) sb_flush(b);
}
static inline void sb_number(sav_bytes *b, double v) {
  const uint64_t u = sb_bits(b, v);
  unsigned char c = 253;
  if (v == -1.7976931348623157e308) c = 255;
  if (v >= -99 && v <= 151 && v == (int)v) c = (unsigned char)((int)v + 100);
  sb_slot(b, c, &u);
}
static inline void sb_string(sav_bytes *b, const char *utf8, size_t width) {
  sav_bytes t = {.encoding = b->encoding};
  sb_text(&t, utf8, (width + 7) / 8 * 8);
  for (size_t i = 0; i < t.n; i += 8) sb_slot(b, memcmp(t.p + i, "        ", 8) == 0 ? 254 : 253, t.p + i);
  free(t.p);
}
/* A very long string: 255 bytes in every 256, the last segment shorter. */
static inline void sb_very_long(sav_bytes *b, const char *utf8, size_t width) {
  sav_bytes t = {.encoding = b->encoding}, s = {.encoding = b->encoding};
  sb_text(&t, utf8, width);
  const size_t n = (width + 251) / 252;
  for (size_t k = 0, at = 0; k < n; k++) {
    const size_t part = width - at < 255 ? width - at : 255;
    const size_t room = k + 1 < n ? 256 : (width - k * 252 + 7) / 8 * 8;
    sb_raw(&s, t.p + at, part);
    for (size_t i = part; i < room; i++) sb_raw(&s, " ", 1);
    at += part;
  }
  for (size_t i = 0; i < s.n; i += 8) sb_slot(b, memcmp(s.p + i, "        ", 8) == 0 ? 254 : 253, s.p + i);
  free(t.p);
  free(s.p);
}

/* ---- the sample: a small interview file with everything that the reader keeps ------------------------------ */

typedef struct sav_sample {
  const char *encoding;        /* of the bytes */
  const char *encoding_record; /* subtype 20, or NULL */
  int code_page;               /* subtype 3 */
  int compression;             /* 0, 1 */
  bool big;
  int n_cases; /* in the header; 5 is the truth */
} sav_sample;

enum { SAV_SAMPLE_SLOTS = 1 + 1 + 1 + 3 + 1 + 3 + 2 + 1 + 1 + 1 + 32 + 6 };
#define SAV_SAMPLE_LONG                                                                                                                                                         \
  "数字消费是指以数字技术为支撑的消费活动，数字消费是指以数字技术为支撑的消费活动，数字消费是指以数字技术为支撑的消费" \
  "活动，数字消费是指以数字技术为支撑的消费活动，数字消费是指以数字技术为支撑"

static inline void sav_sample_dictionary(sav_bytes *b, const sav_sample *o) {
  sb_header(b, o->compression, SAV_SAMPLE_SLOTS, o->n_cases, 1, "2025年访问");
  sb_variable(b, "W", 0, 5, 10, 4, "权数", 0);
  sb_variable(b, "SEX", 0, 5, 1, 0, "性别", 1);
  sb_f64(b, 9);
  sb_variable(b, "INC", 0, 5, 12, 2, "收入（元）", -3);
  sb_f64(b, -0x1.ffffffffffffep+1023);
  sb_f64(b, -1);
  sb_f64(b, 99999);
  sb_variable(b, "CITY", 24, 1, 24, 0, "城市", 0);
  sb_continue(b, 24);
  sb_variable(b, "GRADE", 6, 1, 6, 0, "等级", 1);
  sb_text(b, "丙", 8);
  sb_variable(b, "M1", 0, 5, 1, 0, "手机", 0);
  sb_variable(b, "M2", 0, 5, 1, 0, "电脑", 0);
  sb_variable(b, "M3", 0, 5, 1, 0, "电视", 0);
  sb_variable(b, "C1", 0, 5, 2, 0, NULL, 0);
  sb_variable(b, "C2", 0, 5, 2, 0, NULL, 0);
  sb_variable(b, "YES", 2, 1, 2, 0, NULL, 0);
  sb_variable(b, "DAY", 0, 20, 11, 0, "日期", 0);
  sb_variable(b, "STAMP", 0, 22, 20, 0, NULL, 0);
  sb_variable(b, "LONG", 255, 1, 255, 0, "长文", 0);
  sb_continue(b, 255);
  sb_variable(b, "LONG2", 48, 1, 48, 0, NULL, 0);
  sb_continue(b, 48);
  /* labels of SEX; of M1..M3 together; of GRADE */
  sb_i32(b, 3);
  sb_i32(b, 3);
  sb_f64(b, 1), sb_label(b, "男");
  sb_f64(b, 2), sb_label(b, "女");
  sb_f64(b, 9), sb_label(b, "拒答");
  sb_i32(b, 4), sb_i32(b, 1), sb_i32(b, 2);
  sb_i32(b, 3), sb_i32(b, 1), sb_f64(b, 1), sb_label(b, "选中");
  sb_i32(b, 4), sb_i32(b, 3), sb_i32(b, 8), sb_i32(b, 9), sb_i32(b, 10);
  sb_i32(b, 3), sb_i32(b, 1), sb_text(b, "甲", 8), sb_label(b, "甲等");
  sb_i32(b, 4), sb_i32(b, 1), sb_i32(b, 7);
  sb_i32(b, 6), sb_i32(b, 2);
  sb_text(b, "第一行：说明", 80);
  sb_text(b, "second line", 80);
  sb_machine(b, o->code_page);
}

static inline void sav_sample_extensions(sav_bytes *b, const sav_sample *o) {
  char text[512], label[128];
  sav_bytes t = {.encoding = b->encoding};
  sb_ext(b, 4, 8, 3);
  sb_f64(b, -1.7976931348623157e308), sb_f64(b, 1.7976931348623157e308), sb_f64(b, -0x1.ffffffffffffep+1023);
  /* the sets: label lengths count bytes of the file's encoding */
  const char *name[] = {"$媒体=D1 1 ", "$类别=C "}, *labels[] = {"使用的媒体", "消费类别"};
  const char *vars[] = {" m1 m2 m3\n", " c1 c2\n"};
  for (int i = 0; i < 2; i++) {
    char number[16] = "";
    const size_t n = sb_convert(b, labels[i], label, sizeof label);
    sb_text(&t, name[i], 0);
    number[0] = (char)('0' + n / 10), number[1] = (char)('0' + n % 10), number[2] = ' ';
    sb_raw(&t, n < 10 ? number + 1 : number, n < 10 ? 2 : 3);
    sb_text(&t, labels[i], 0);
    sb_text(&t, vars[i], 0);
  }
  sb_ext(b, 7, 1, t.n);
  sb_raw(b, t.p, t.n);
  free(t.p);
  sb_ext(b, 11, 4, 3 * 15);
  const int measure[15] = {3, 1, 3, 1, 2, 1, 1, 1, 1, 1, 1, 3, 3, 1, 1};
  for (int i = 0; i < 15; i++) sb_i32(b, measure[i]), sb_i32(b, 8), sb_i32(b, 1);
  sb_ext_text(b, 13, "W=weight\tSEX=性别\tINC=收入_元\tCITY=city\tLONG=long_text");
  memcpy(text, "LONG=00300\0\t", 12);
  sb_ext(b, 14, 1, 12);
  sb_raw(b, text, 12);
  sb_ext_text(b, 17, "来源('模拟'\n)batch('7'\n'b'\n)");
  sb_ext_text(b, 19, "$yes=E 1 1 Y 0  yes\n");
  if (o->encoding_record) {
    sb_ext(b, 20, 1, strlen(o->encoding_record));
    sb_raw(b, o->encoding_record, strlen(o->encoding_record));
  }
  /* long string labels and missing values of CITY */
  sav_bytes s = {.encoding = b->encoding, .big = b->big};
  sb_i32(&s, 4), sb_raw(&s, "city", 4), sb_i32(&s, 24), sb_i32(&s, 1);
  sb_i32(&s, 24), sb_text(&s, "北京", 24);
  sb_i32(&s, (int32_t)sb_convert(b, "首都", label, sizeof label)), sb_text(&s, "首都", 0);
  sb_ext(b, 21, 1, s.n), sb_raw(b, s.p, s.n);
  s.n = 0;
  sb_i32(&s, 4), sb_raw(&s, "city", 4), sb_raw(&s, "\1", 1), sb_i32(&s, 8), sb_text(&s, "不详", 8);
  sb_ext(b, 22, 1, s.n), sb_raw(b, s.p, s.n);
  free(s.p);
  sb_i32(b, 999), sb_i32(b, 0);
}

static inline void sav_sample_cases(sav_bytes *b) {
  const double none = -1.7976931348623157e308;
  const double w[5] = {1.5, 0.25, 2, 1, 3}, sex[5] = {1, 2, 9, none, 1}, inc[5] = {1234.56, -5, 99999, none, 0};
  const char *city[5] = {"北京", "呼和浩特市", "不详", "", "北京"}, *grade[5] = {"甲", "乙", "丙", "甲", "甲"};
  const double m[5][3] = {{1, 0, 1}, {0, 0, 0}, {1, 1, 1}, {none, none, none}, {0, 1, 0}};
  const double day[5] = {13954464000.0, 12219379200.0, none, 12219292800.0, 13954464000.0 + 3600};
  for (int i = 0; i < 5; i++) {
    sb_number(b, w[i]), sb_number(b, sex[i]), sb_number(b, inc[i]);
    sb_string(b, city[i], 24), sb_string(b, grade[i], 6);
    for (int k = 0; k < 3; k++) sb_number(b, m[i][k]);
    sb_number(b, i + 1), sb_number(b, i == 2 ? none : 200.0 + i);
    sb_string(b, i % 2 ? "N" : "Y", 2);
    sb_number(b, day[i]), sb_number(b, 13954464000.0 + 60 * i);
    sb_very_long(b, i == 1 ? "" : i == 2 ? "short" : SAV_SAMPLE_LONG, 300);
  }
  sb_flush(b);
}

/* The whole sample; free b.p. Returns the offset where the cases begin. */
static inline size_t sav_sample_make(sav_bytes *b, const sav_sample *o) {
  *b = (sav_bytes){.encoding = o->encoding, .big = o->big};
  sav_sample_dictionary(b, o);
  sav_sample_extensions(b, o);
  const size_t at = b->n;
  sav_sample_cases(b);
  return at;
}

#endif
