/* draw_png.h: pixels as a PNG file. */
#ifndef DRAW_PNG_H
#define DRAW_PNG_H

#include "shuxiao/base.h"

/* Appends the file. pixels: rows of `stride` bytes, a native 32-bit 0x00RRGGBB each (Cairo's RGB24). The same pixels give the same bytes. */
sx_status sx_draw__png(sx_buf *out, const sx_ctx *ctx, const unsigned char *pixels, size_t stride, size_t width,
                       size_t height, sx_error *err) SX_NODISCARD;

#endif
