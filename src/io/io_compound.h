/* io_compound.h: compound files ([MS-CFB]): a file system of sectors inside a file, in which Excel 97-2003 keeps its workbook. */
#ifndef SX_IO_COMPOUND_H
#define SX_IO_COMPOUND_H

#include "io_priv.h"

bool sx_io__is_compound(const sx_io__source *source);
/* One stream of the root, by name (ASCII), into *out[*n] (sx_mem_free); *out NULL where there is none. SX_E_PARSE where the chains of
 * sectors do not come out. */
sx_status sx_io__compound_stream(char **out, size_t *n, const sx_io__source *source, const char *name,
                                 sx_error *err) SX_NODISCARD;

static inline uint32_t sx_io__u16(const unsigned char *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}
static inline uint32_t sx_io__u32(const unsigned char *p) {
  return sx_io__u16(p) | sx_io__u16(p + 2) << 16;
}

#endif
