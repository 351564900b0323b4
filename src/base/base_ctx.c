/* base_ctx.c: what a call gets from outside: threads, cancellation, progress, notes; and the version. */
#include "shuxiao/base.h"

#include <stdio.h>
#include <unistd.h>

enum { THREADS_MAX = 256, NOTE_MAX = 1024 };

int sx_ctx_threads(const sx_ctx *ctx) {
  long n = ctx ? ctx->n_threads : 0;
  if (n <= 0) n = sysconf(_SC_NPROCESSORS_ONLN);
  if (n < 1) n = 1;
  return n > THREADS_MAX ? THREADS_MAX : (int)n;
}

sx_status sx_ctx_poll(const sx_ctx *ctx, sx_error *err) {
  if (ctx && ctx->cancelled && ctx->cancelled(ctx->data))
    return sx_error_set(err, SX_E_CANCELLED, NULL, "interrupted; nothing was left half-written");
  return SX_OK;
}

void sx_ctx_progress(const sx_ctx *ctx, const char *stage, uint64_t done, uint64_t total) {
  if (ctx && ctx->progress) ctx->progress(ctx->data, stage, done, total);
}

void sx_ctx_note(const sx_ctx *ctx, sx_severity severity, const char *where, const char *fmt, ...) {
  if (!ctx || !ctx->note) return;
  char text[NOTE_MAX];
  va_list args;
  va_start(args, fmt);
  const int n = vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  if (n < 0) return;
  const size_t length = (size_t)n;
  if (length >= sizeof text) text[sx_utf8_cut(text, sizeof text - 1, sizeof text - 1)] = '\0';
  ctx->note(ctx->data, severity, where ? where : "", text);
}

const char *sx_version(void) {
  return SX_VERSION_TEXT;
}
