/* publish_package.h: a zip archive of named parts, whole in memory: what .docx files are, read and written. */
#ifndef PUBLISH_PACKAGE_H
#define PUBLISH_PACKAGE_H

#include "shuxiao/base.h"

/* A part's bytes deflated, and the CRC-32 of what was. */
typedef struct sx_deflated {
  char *bytes;
  size_t n;
  uint32_t crc;
} sx_deflated;

typedef struct sx_package_part {
  char *name; /* "word/document.xml" */
  char *data; /* NUL-terminated; NULL: listed and not unpacked */
  size_t n;
  bool same;            /* as in the archive before, whose packed bytes serve */
  bool lent;            /* the bytes are not the package's */
  sx_deflated deflated; /* at the package's level, lent; bytes NULL: it is done when the archive is written */
} sx_package_part;

/* Parts in their order. Zero-initialised but for ctx. */
typedef struct sx_package {
  sx_ctx ctx;
  sx_package_part *parts;
  size_t n, cap;
  int level;          /* of deflation, 1 to 9; 0: the usual 6 */
  const void *before; /* an archive written with the same level, borrowed; NULL */
  size_t n_before;
  const char *only;   /* of what is read, the parts whose names begin so; NULL: all */
  struct zip *listed; /* the archive that was listed, which is the one before */
} sx_package;

void sx_publish__package_init(sx_package *package, const sx_ctx *ctx);
void sx_publish__package_clear(sx_package *package);
/* The part of that name; NULL where there is none. Names are compared without regard to case, as the format wants it. */
sx_package_part *sx_publish__package_get(const sx_package *package, const char *name);
/* Adds a part, or replaces the one of that name. data is copied. */
sx_status sx_publish__package_put(sx_package *package, const char *name, const char *data, size_t n,
                                  sx_error *err) SX_NODISCARD;
/* The same; data is borrowed until the package is cleared. */
sx_status sx_publish__package_lend(sx_package *package, const char *name, char *data, size_t n,
                                   sx_error *err) SX_NODISCARD;
/* Adds a part from a buffer, which is empty after. */
sx_status sx_publish__package_take(sx_package *package, const char *name, sx_buf *buf, sx_error *err) SX_NODISCARD;
void sx_publish__package_drop(sx_package *package, const char *name);
/* Reads an archive. name: for errors. SX_E_PARSE: no archive, damaged; SX_E_LIMIT: unpacks beyond reason. */
sx_status sx_publish__package_read(sx_package *package, const void *data, size_t n, const char *name,
                                   sx_error *err) SX_NODISCARD;
/* The same, but for the bytes: each part is the same as before, whose packed bytes are written again, and is unpacked where it is asked for. data is
 * borrowed until the package is cleared; its parts, as far as they stay, are deflated at whatever level they were. */
sx_status sx_publish__package_list(sx_package *package, const void *data, size_t n, const char *name,
                                   sx_error *err) SX_NODISCARD;
sx_status sx_publish__package_unpack(const sx_package *package, sx_package_part *part, sx_error *err) SX_NODISCARD;
/* Whether an archive stores the part of that name, for deflating would make it hardly smaller. */
bool sx_publish__package_stores(const char *name);
/* The bytes are the caller's, to be freed with sx_mem_free. data: up to INT32_MAX bytes. */
sx_status sx_publish__deflate(sx_deflated *out, const sx_ctx *ctx, const char *data, size_t n, int level,
                              sx_error *err) SX_NODISCARD;
/* Writes the archive: the same parts give the same bytes, wherever and whenever. *data is freed with sx_mem_free. */
sx_status sx_publish__package_write(char **data, size_t *n, const sx_package *package, sx_error *err) SX_NODISCARD;

#endif
