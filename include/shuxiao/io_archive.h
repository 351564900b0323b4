/* io_archive.h: zip archives of XML parts, as office documents are (.docx, .xlsx). Nothing is written to disk, nothing outside the
 * archive is opened, and what unpacks beyond reason or declares a document type (the door of expanding entities) is refused. */
#ifndef SX_IO_ARCHIVE_H
#define SX_IO_ARCHIVE_H

#include "shuxiao/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sx_archive sx_archive;

/* Opens the archive in data[n], which must stay until it is closed; name is for messages. Expected: SX_E_PARSE (no zip archive). */
SX_API sx_status sx_archive_open(sx_archive **out, const sx_ctx *ctx, const char *name, const void *data, size_t n,
                                 sx_error *err) SX_NODISCARD;
SX_API void sx_archive_close(sx_archive *archive);
SX_API bool sx_archive_has(const sx_archive *archive, const char *part);
/* The parts by name, numbers in them by value (chart2.xml before chart10.xml), whatever order a program packed them in; the archive's own texts. NULL beyond
 * the last. */
SX_API const char *sx_archive_part(const sx_archive *archive, size_t i);

/* The elements of one part, namespaces left off: `a:t` and `t` are both "t", `r:id` is "id". attributes: name, value, ..., NULL. Text comes
 * in pieces. Any function may be NULL; what one returns ends the reading unless it is SX_OK. */
typedef struct sx_xml_handler {
  void *data;
  sx_status (*start)(void *data, const char *name, const char *const *attributes, sx_error *err);
  sx_status (*end)(void *data, const char *name, sx_error *err);
  sx_status (*text)(void *data, const char *text, size_t n, sx_error *err);
} sx_xml_handler;

/* Reads a part, a piece at a time. Expected, with "name: part" in where: SX_E_PARSE (no such part, damaged, malformed XML: with line and
 * column), SX_E_LIMIT (more than max_bytes unpacked, or over 300 times what it takes packed), SX_E_MEMORY, SX_E_CANCELLED. */
SX_API sx_status sx_archive_xml(sx_archive *archive, const char *part, uint64_t max_bytes,
                                const sx_xml_handler *handler, sx_error *err) SX_NODISCARD;
/* A part's bytes, with a NUL behind them; freed with sx_mem_free. Expected as above. */
SX_API sx_status sx_archive_read(char **data, size_t *n, sx_archive *archive, const char *part, uint64_t max_bytes,
                                 sx_error *err) SX_NODISCARD;
/* sx_archive_xml for XML in memory; where is for messages. */
SX_API sx_status sx_xml_read(const sx_ctx *ctx, const char *where, const char *text, size_t n,
                             const sx_xml_handler *handler, sx_error *err) SX_NODISCARD;
/* The same, where a document type that is only named (its file is never opened) is let pass; one with declarations of its own is not, and
 * an entity that the text does not define is SX_E_PARSE. */
SX_API sx_status sx_xml_read_typed(const sx_ctx *ctx, const char *where, const char *text, size_t n,
                                   const sx_xml_handler *handler, sx_error *err) SX_NODISCARD;
/* The value of an attribute, or NULL. */
SX_API const char *sx_xml_attribute(const char *const *attributes, const char *name);

#ifdef __cplusplus
}
#endif
#endif
