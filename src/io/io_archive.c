/* io_archive.c: parts of a zip archive (libzip) read as XML (expat), a piece at a time. */
#include "shuxiao/io_archive.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

/* Deflate cannot pass 1032; no ordinary document comes near RATIO_MAX. Small parts may. */
enum { RATIO_MAX = 300, RATIO_FREE = 1024 * 1024, PIECE = 256 * 1024 };

struct sx_archive {
  sx_ctx ctx;
  char *name;
  zip_t *zip;
  const char **parts; /* their names in order, libzip's own texts */
  size_t n_parts;
};

/* ---- XML ----------------------------------------------------------------------------------------------------------- */

typedef struct reading {
  const sx_xml_handler *handler;
  XML_Parser parser;
  sx_status status;
  sx_error *err;
  bool typed; /* a document type that is only named is let pass */
  char where[SX_ERROR_WHERE_MAX];
} reading;

static void stop(reading *r, sx_status status) {
  if (status == SX_OK) return;
  if (r->status == SX_OK) r->status = status;
  (void)XML_StopParser(r->parser, XML_FALSE);
}

/* Expat joins a namespace to a name by '|': what stands behind is the local name. */
static const char *local(const char *name) {
  const char *bar = strrchr(name, '|');
  return bar ? bar + 1 : name;
}

const char *sx_xml_attribute(const char *const *attributes, const char *name) {
  for (size_t i = 0; attributes[i]; i += 2) {
    if (strcmp(local(attributes[i]), name) == 0) return attributes[i + 1];
  }
  return NULL;
}

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes) {
  reading *r = data;
  if (r->status != SX_OK || !r->handler->start) return;
  stop(r, r->handler->start(r->handler->data, local(name), (const char *const *)attributes, r->err));
}

static void XMLCALL on_end(void *data, const XML_Char *name) {
  reading *r = data;
  if (r->status == SX_OK && r->handler->end) stop(r, r->handler->end(r->handler->data, local(name), r->err));
}

static void XMLCALL on_text(void *data, const XML_Char *text, int n) {
  reading *r = data;
  if (r->status == SX_OK && r->handler->text) stop(r, r->handler->text(r->handler->data, text, (size_t)n, r->err));
}

static void XMLCALL on_doctype(void *data, const XML_Char *name, const XML_Char *system, const XML_Char *public_id,
                               int internal) {
  reading *r = data;
  (void)name, (void)system, (void)public_id;
  if (r->typed && !internal) return;
  stop(r,
       sx_error_set(r->err, SX_E_PARSE, r->where, "a document type declaration is not read: the file may be hostile"));
}

/* Beside a document type that is not read, entities may be unknown: their text would be lost. */
static void XMLCALL on_skipped(void *data, const XML_Char *name, int parameter) {
  reading *r = data;
  if (!parameter)
    stop(r, sx_error_set(r->err, SX_E_PARSE, r->where,
                         "the entity '&%.100s;' is not defined in the file: write the character", name));
}

static sx_status begin(reading *r) {
  r->parser = XML_ParserCreateNS(NULL, '|');
  if (!r->parser) return sx_error_memory(r->err);
  XML_SetUserData(r->parser, r);
  XML_SetElementHandler(r->parser, on_start, on_end);
  XML_SetCharacterDataHandler(r->parser, on_text);
  XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
  XML_SetSkippedEntityHandler(r->parser, on_skipped);
  return SX_OK;
}

/* What came of a piece: the handler's own failure goes first. */
static sx_status after(reading *r, enum XML_Status parsed) {
  if (r->status != SX_OK || parsed == XML_STATUS_OK) return r->status;
  const enum XML_Error code = XML_GetErrorCode(r->parser);
  char where[SX_ERROR_WHERE_MAX + 48];
  if (code == XML_ERROR_NO_MEMORY) return sx_error_memory(r->err);
  (void)snprintf(where, sizeof where, "%s:%lu:%lu", r->where, (unsigned long)XML_GetCurrentLineNumber(r->parser),
                 (unsigned long)XML_GetCurrentColumnNumber(r->parser) + 1);
  return sx_error_set(r->err, SX_E_PARSE, where, "malformed XML: %s", XML_ErrorString(code));
}

static sx_status read_text(const sx_ctx *ctx, const char *where, const char *text, size_t n,
                           const sx_xml_handler *handler, bool typed, sx_error *err) {
  reading r = {.handler = handler, .err = err, .typed = typed};
  (void)snprintf(r.where, sizeof r.where, "%s", where);
  SX_TRY(begin(&r));
  sx_status status = SX_OK;
  size_t at = 0;
  do {
    const size_t piece = n - at < PIECE ? n - at : PIECE;
    status = sx_ctx_poll(ctx, err);
    if (status == SX_OK) status = after(&r, XML_Parse(r.parser, text + at, (int)piece, at + piece == n));
    at += piece;
  } while (status == SX_OK && at < n);
  XML_ParserFree(r.parser);
  return status;
}

sx_status sx_xml_read(const sx_ctx *ctx, const char *where, const char *text, size_t n, const sx_xml_handler *handler,
                      sx_error *err) {
  return read_text(ctx, where, text, n, handler, false, err);
}

sx_status sx_xml_read_typed(const sx_ctx *ctx, const char *where, const char *text, size_t n,
                            const sx_xml_handler *handler, sx_error *err) {
  return read_text(ctx, where, text, n, handler, true, err);
}

/* ---- archives ------------------------------------------------------------------------------------------------------ */

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static size_t digits_of(const char **text) {
  size_t n = 0;
  while (**text == '0') ++*text;
  while (is_digit((*text)[n])) n++;
  return n;
}

/* Bytes, but runs of digits by their value: chart2.xml before chart10.xml. */
static int by_name(const void *a, const void *b) {
  const char *x = *(const char *const *)a, *y = *(const char *const *)b;
  const char *const first = x, *const other = y;
  while (*x && *y) {
    if (is_digit(*x) && is_digit(*y)) {
      const size_t n = digits_of(&x), m = digits_of(&y);
      const int order = n != m ? (n > m) - (n < m) : memcmp(x, y, n);
      if (order) return order;
      x += n;
      y += m;
    } else if (*x != *y) {
      return (unsigned char)*x < (unsigned char)*y ? -1 : 1;
    } else {
      x++;
      y++;
    }
  }
  return *x || *y ? (*x != '\0') - (*y != '\0') : strcmp(first, other);
}

static sx_status list_parts(sx_archive *a, sx_error *err) {
  const zip_int64_t n = zip_get_num_entries(a->zip, 0);
  if (n <= 0) return SX_OK;
  a->parts = sx_mem_zalloc(&a->ctx, (size_t)n, sizeof *a->parts);
  if (!a->parts) return sx_error_memory(err);
  for (zip_int64_t i = 0; i < n; i++) {
    const char *name = zip_get_name(a->zip, (zip_uint64_t)i, 0);
    if (name) a->parts[a->n_parts++] = name;
  }
  qsort(a->parts, a->n_parts, sizeof *a->parts, by_name);
  return SX_OK;
}

sx_status sx_archive_open(sx_archive **out, const sx_ctx *ctx, const char *name, const void *data, size_t n,
                          sx_error *err) {
  sx_archive *a = sx_mem_zalloc(ctx, 1, sizeof *a);
  if (!a) return sx_error_memory(err);
  sx_status status = SX_OK;
  zip_error_t error;
  zip_error_init(&error);
  a->ctx = ctx ? *ctx : (sx_ctx)SX_CTX_INIT;
  a->name = sx_mem_strdup(&a->ctx, name);
  zip_source_t *source = zip_source_buffer_create(data, n, 0, &error);
  if (!a->name || !source) {
    status = sx_error_memory(err);
    goto done;
  }
  a->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (a->zip)
    source = NULL; /* the archive's now */
  else
    status = sx_error_set(err, SX_E_PARSE, name, "not a zip archive: %s", zip_error_strerror(&error));
  if (status == SX_OK) status = list_parts(a, err);
done:
  if (source) zip_source_free(source);
  zip_error_fini(&error);
  if (status == SX_OK)
    *out = a;
  else
    sx_archive_close(a);
  return status;
}

void sx_archive_close(sx_archive *a) {
  if (!a) return;
  if (a->zip) zip_discard(a->zip);
  const sx_ctx ctx = a->ctx;
  sx_mem_free(&ctx, a->parts);
  sx_mem_free(&ctx, a->name);
  sx_mem_free(&ctx, a);
}

bool sx_archive_has(const sx_archive *a, const char *part) {
  return zip_name_locate(a->zip, part, 0) >= 0;
}

const char *sx_archive_part(const sx_archive *a, size_t i) {
  return i < a->n_parts ? a->parts[i] : NULL;
}

static sx_status check_size(uint64_t *size, const sx_archive *a, const char *part, uint64_t max_bytes,
                            const char *where, sx_error *err) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat(a->zip, part, 0, &stat) != 0)
    return sx_error_set(err, SX_E_PARSE, where, "the archive has no such part");
  if (!(stat.valid & ZIP_STAT_SIZE) || !(stat.valid & ZIP_STAT_COMP_SIZE))
    return sx_error_set(err, SX_E_PARSE, where, "the archive does not say how large this part is");
  if (stat.size > max_bytes)
    return sx_error_set(err, SX_E_LIMIT, where, "the part unpacks to more than %llu MB: this is no ordinary document",
                        (unsigned long long)(max_bytes >> 20));
  if (stat.size > RATIO_FREE && stat.size / RATIO_MAX > stat.comp_size)
    return sx_error_set(err, SX_E_LIMIT, where,
                        "the part unpacks to more than %d times its size: this is no ordinary document", RATIO_MAX);
  *size = stat.size;
  return SX_OK;
}

/* The declared size is held: a part that unpacks to more or less is damaged. */
static sx_status feed(reading *r, const sx_archive *a, zip_file_t *file, uint64_t size) {
  uint64_t got = 0;
  for (;;) {
    void *room = XML_GetBuffer(r->parser, PIECE);
    if (!room) return sx_error_memory(r->err);
    SX_TRY(sx_ctx_poll(&a->ctx, r->err));
    const zip_int64_t n = zip_fread(file, room, PIECE);
    if (n < 0) return sx_error_set(r->err, SX_E_PARSE, r->where, "the archive is damaged");
    got += (uint64_t)n;
    if (got > size || (n == 0 && got != size))
      return sx_error_set(r->err, SX_E_PARSE, r->where, "the archive is damaged: the part is not as long as it says");
    SX_TRY(after(r, XML_ParseBuffer(r->parser, (int)n, n == 0)));
    if (n == 0) return SX_OK;
  }
}

sx_status sx_archive_xml(sx_archive *a, const char *part, uint64_t max_bytes, const sx_xml_handler *handler,
                         sx_error *err) {
  reading r = {.handler = handler, .err = err};
  uint64_t size = 0;
  (void)snprintf(r.where, sizeof r.where, "%.300s: %.150s", a->name, part);
  SX_TRY(check_size(&size, a, part, max_bytes, r.where, err));
  zip_file_t *file = zip_fopen(a->zip, part, 0);
  if (!file) return sx_error_set(err, SX_E_PARSE, r.where, "the archive is damaged");
  sx_status status = begin(&r);
  if (status == SX_OK) status = feed(&r, a, file, size);
  if (r.parser) XML_ParserFree(r.parser);
  zip_fclose(file);
  return status;
}

sx_status sx_archive_read(char **data, size_t *n, sx_archive *a, const char *part, uint64_t max_bytes, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  uint64_t size = 0;
  (void)snprintf(where, sizeof where, "%.300s: %.150s", a->name, part);
  SX_TRY(check_size(&size, a, part, max_bytes, where, err));
  zip_file_t *file = zip_fopen(a->zip, part, 0);
  if (!file) return sx_error_set(err, SX_E_PARSE, where, "the archive is damaged");
  char *bytes = sx_mem_alloc(&a->ctx, (size_t)size + 1, 1);
  const zip_int64_t got = bytes ? zip_fread(file, bytes, size) : 0;
  zip_fclose(file);
  if (!bytes) return sx_error_memory(err);
  if (got < 0 || (uint64_t)got != size) {
    sx_mem_free(&a->ctx, bytes);
    return sx_error_set(err, SX_E_PARSE, where, "the archive is damaged: the part is not as long as it says");
  }
  bytes[size] = '\0';
  *data = bytes;
  *n = (size_t)size;
  return SX_OK;
}
