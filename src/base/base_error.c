/* base_error.c: the status table and the error struct. Text is made one line and cut at a UTF-8 boundary. */
#include "shuxiao/base.h"

#include <stdio.h>
#include <string.h>

const char *sx_status_name(sx_status status) {
  switch (status) {
#define STATUS_NAME(name, value, text)                                                                                 \
  case SX_##name:                                                                                                      \
    return #name;
    SX_STATUS_LIST(STATUS_NAME)
#undef STATUS_NAME
  }
  return "unknown";
}

const char *sx_status_text(sx_status status) {
  switch (status) {
#define STATUS_TEXT(name, value, text)                                                                                 \
  case SX_##name:                                                                                                      \
    return text;
    SX_STATUS_LIST(STATUS_TEXT)
#undef STATUS_TEXT
  }
  return "unknown status";
}

/* Copies src into dst[size] as one line: control characters become spaces, the end falls on a code point. */
static void copy_line(char *dst, size_t size, const char *src) {
  const size_t length = strlen(src);
  const size_t n = sx_utf8_cut(src, length, size - 1);
  size_t used = 0;
  bool broken = false;
  for (size_t i = 0; i < n;) {
    uint32_t code = 0;
    const size_t k = sx_utf8_next(&code, src + i, n - i);
    const unsigned char c = (unsigned char)src[i];
    if (k > 1) {
      memmove(dst + used, src + i, k);
      used += k;
    } else if (k == 1) {
      dst[used++] = c < 0x20 || c == 0x7f ? ' ' : src[i];
    } else if (!broken) {
      dst[used++] = '?'; /* a character that "%.80s" cut in two, or none at all */
    }
    broken = k == 0;
    i += k ? k : 1;
  }
  dst[used] = '\0';
}

/* Room for one full field and what would make the cut visible to sx_utf8_cut. */
enum { TEXT_MAX = SX_ERROR_MESSAGE_MAX + SX_ERROR_WHERE_MAX + 8 };

sx_status sx_error_set(sx_error *err, sx_status status, const char *where, const char *fmt, ...) {
  if (!err) return status;
  /* The arguments may point into *err, so nothing of it changes before they have been formatted. */
  char text[TEXT_MAX];
  char place[SX_ERROR_WHERE_MAX];
  va_list args;
  va_start(args, fmt);
  const int n = vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  if (n < 0) snprintf(text, sizeof text, "%s", sx_status_text(status));
  copy_line(place, sizeof place, where ? where : "");
  copy_line(err->message, sizeof err->message, text);
  memcpy(err->where, place, sizeof place);
  err->status = status;
  return status;
}

void sx_error_add_where(sx_error *err, const char *fmt, ...) {
  if (!err) return;
  char text[TEXT_MAX];
  char prefix[SX_ERROR_WHERE_MAX];
  va_list args;
  va_start(args, fmt);
  const int n = vsnprintf(prefix, sizeof prefix, fmt, args);
  va_end(args);
  if (n < 0 || !prefix[0]) return;
  snprintf(text, sizeof text, "%s%s%s", prefix, err->where[0] ? ": " : "", err->where);
  copy_line(err->where, sizeof err->where, text);
}

sx_status sx_error_memory(sx_error *err) {
  return sx_error_set(err, SX_E_MEMORY, NULL, "out of memory; close other programs or give this one more");
}
