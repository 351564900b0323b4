/* draw_png.c: pixels as a PNG file through libpng, the only file that includes it. Drawings are flat areas, which pack well without libpng's filters: its
 * fast way takes a quarter of the time of Cairo's own writer. */
#include "draw_png.h"

#include <arpa/inet.h>
#include <png.h>
#include <string.h>

/* Rows of red, green, blue, and a byte of room: a pixel is written as a word in the order of the network, and the next one takes the place of its last byte. */
static void unpack(png_byte *rgb, const unsigned char *pixels, size_t stride, size_t width, size_t height) {
  for (size_t y = 0; y < height; y++) {
    for (size_t x = 0; x < width; x++, rgb += 3) {
      uint32_t pixel;
      memcpy(&pixel, pixels + y * stride + 4 * x, sizeof pixel);
      pixel = htonl(pixel << 8);
      memcpy(rgb, &pixel, sizeof pixel);
    }
  }
}

sx_status sx_draw__png(sx_buf *out, const sx_ctx *ctx, const unsigned char *pixels, size_t stride, size_t width,
                       size_t height, sx_error *err) {
  png_image image = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)width,
                     .height = (png_uint_32)height,
                     .format = PNG_FORMAT_RGB,
                     .flags = PNG_IMAGE_FLAG_FAST};
  png_alloc_size_t n = PNG_IMAGE_PNG_SIZE_MAX(image);
  png_byte *rgb = sx_mem_alloc(ctx, width * height + 1, 3), *file = sx_mem_alloc(ctx, n, 1);
  sx_status status = SX_OK;
  if (!rgb || !file) {
    status = sx_error_memory(err);
    goto done;
  }
  unpack(rgb, pixels, stride, width, height);
  if (!png_image_write_to_memory(&image, file, &n, 0, rgb, 0, NULL)) {
    status = sx_error_set(err, SX_E_INTERNAL, "picture", "libpng: %s", image.message);
    goto done;
  }
  sx_buf_add_n(out, (const char *)file, n);
  status = sx_buf_status(out, err);
done:
  sx_mem_free(ctx, rgb);
  sx_mem_free(ctx, file);
  return status;
}
