/* base_buf.c: a growing byte string. Failures stick, so that a writer tests once at the end. */
#include "base_priv.h"

#include <stdio.h>
#include <string.h>

void sx_buf_init(sx_buf *buf, const sx_ctx *ctx) {
  *buf = (sx_buf){.ctx = ctx};
}

void sx_buf_clear(sx_buf *buf) {
  sx_mem_free(buf->ctx, buf->data);
  sx_buf_init(buf, buf->ctx);
}

void sx_buf_reset(sx_buf *buf) {
  buf->n = 0;
  buf->failed = false;
  if (buf->data) buf->data[0] = '\0';
}

/* Makes room for `extra` bytes and the NUL. */
static bool reserve(sx_buf *buf, size_t extra) {
  if (buf->failed) return false;
  size_t need;
  void *data = buf->data;
  if (!sx_size_add(&need, buf->n, extra) || !sx_size_add(&need, need, 1) ||
      !sx_mem_grow(buf->ctx, &data, &buf->cap, need, 1)) {
    buf->failed = true;
    return false;
  }
  buf->data = data;
  return true;
}

/* Whether `extra` bytes and the NUL fit as it is, as they mostly do. */
static bool fits(const sx_buf *buf, size_t extra) {
  return !buf->failed && extra < buf->cap - buf->n;
}

void sx_buf_add_n(sx_buf *buf, const char *text, size_t n) {
  if (!fits(buf, n) && !reserve(buf, n)) return;
  if (n) memcpy(buf->data + buf->n, text, n);
  buf->n += n;
  buf->data[buf->n] = '\0';
}

void sx_buf_add(sx_buf *buf, const char *text) {
  sx_buf_add_n(buf, text, strlen(text));
}

void sx_buf_add_char(sx_buf *buf, char c) {
  if (!fits(buf, 1) && !reserve(buf, 1)) return;
  buf->data[buf->n++] = c;
  buf->data[buf->n] = '\0';
}

void sx_buf_add_code(sx_buf *buf, uint32_t c) {
  if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
  const int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3; /* bytes behind the first */
  static const uint32_t lead[] = {0, 0xC0, 0xE0, 0xF0};
  sx_buf_add_char(buf, (char)(lead[more] | c >> (6 * more)));
  for (int k = more - 1; k >= 0; k--) sx_buf_add_char(buf, (char)(0x80 | (c >> (6 * k) & 0x3F)));
}

/* Into the room that there is; once more where that was too little. */
void sx_buf_printf(sx_buf *buf, const char *fmt, ...) {
  enum { FIRST = 127 };
  va_list args, again;
  if (buf->failed || (!buf->data && !reserve(buf, FIRST))) return;
  const size_t room = buf->cap - buf->n;
  va_start(args, fmt);
  va_copy(again, args);
  const int n = sx_base__format(buf->data + buf->n, room, fmt, args);
  if (n < 0 || (size_t)n >= room) buf->data[buf->n] = '\0';
  if (n < 0) {
    buf->failed = true;
  } else if ((size_t)n < room) {
    buf->n += (size_t)n;
  } else if (reserve(buf, (size_t)n)) {
    vsnprintf(buf->data + buf->n, (size_t)n + 1, fmt, again);
    buf->n += (size_t)n;
  }
  va_end(again);
  va_end(args);
}

sx_status sx_buf_status(const sx_buf *buf, sx_error *err) {
  return buf->failed ? sx_error_memory(err) : SX_OK;
}

char *sx_buf_take(sx_buf *buf) {
  if (!buf->data) sx_buf_add_n(buf, "", 0);
  char *text = NULL;
  if (!buf->failed) {
    text = buf->data;
    buf->data = NULL;
  }
  sx_buf_clear(buf);
  return text;
}
