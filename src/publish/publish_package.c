/* publish_package.c: zip archives through libzip. Every part carries the first moment that the format knows, 1980-01-01 00:00, so that an archive is a function of
 * its parts. What unpacks beyond reason is refused before memory is asked for. */
#include "publish_package.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <zip.h>

/* One part may unpack to this much, and no more than RATIO times what it takes packed: deflate cannot pass 1032. */
enum { PARTS_MAX = 4096, PART_MAX = 64 * 1024 * 1024, RATIO_MAX = 300, RATIO_FREE = 1024 * 1024 };
enum { DOS_DATE = 0x21, DOS_TIME = 0 }; /* 1980-01-01 00:00 */

void sx_publish__package_init(sx_package *package, const sx_ctx *ctx) {
  const sx_ctx standard = SX_CTX_INIT;
  *package = (sx_package){.ctx = ctx ? *ctx : standard};
}

static void clear_part(sx_package *package, size_t i) {
  sx_mem_free(&package->ctx, package->parts[i].name);
  sx_mem_free(&package->ctx, package->parts[i].data);
}

void sx_publish__package_clear(sx_package *package) {
  for (size_t i = 0; i < package->n; i++) clear_part(package, i);
  sx_mem_free(&package->ctx, package->parts);
  *package = (sx_package){.ctx = package->ctx};
}

sx_package_part *sx_publish__package_get(const sx_package *package, const char *name) {
  for (size_t i = 0; i < package->n; i++) {
    if (strcasecmp(package->parts[i].name, name) == 0) return &package->parts[i];
  }
  return NULL;
}

void sx_publish__package_drop(sx_package *package, const char *name) {
  const sx_package_part *part = sx_publish__package_get(package, name);
  if (!part) return;
  const size_t i = (size_t)(part - package->parts);
  clear_part(package, i);
  memmove(&package->parts[i], &package->parts[i + 1], (package->n - i - 1) * sizeof *package->parts);
  package->n--;
}

/* data is the package's from here on, also on failure. */
static sx_status own(sx_package *package, const char *name, char *data, size_t n, sx_error *err) {
  sx_package_part *part = sx_publish__package_get(package, name);
  if (part && data) {
    sx_mem_free(&package->ctx, part->data);
    part->data = data;
    part->n = n;
    return SX_OK;
  }
  void *parts = package->parts;
  char *copy = sx_mem_strdup(&package->ctx, name);
  const bool grown = sx_mem_grow(&package->ctx, &parts, &package->cap, package->n + 1, sizeof *package->parts);
  package->parts = parts;
  if (!grown || !copy || !data) {
    sx_mem_free(&package->ctx, copy);
    sx_mem_free(&package->ctx, data);
    return sx_error_memory(err);
  }
  package->parts[package->n++] = (sx_package_part){.name = copy, .data = data, .n = n};
  return SX_OK;
}

sx_status sx_publish__package_put(sx_package *package, const char *name, const char *data, size_t n, sx_error *err) {
  char *copy = sx_mem_alloc(&package->ctx, n + 1, 1);
  if (copy) {
    if (n) memcpy(copy, data, n);
    copy[n] = '\0';
  }
  return own(package, name, copy, n, err);
}

sx_status sx_publish__package_take(sx_package *package, const char *name, sx_buf *buf, sx_error *err) {
  const size_t n = buf->n;
  return own(package, name, sx_buf_take(buf), n, err);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static sx_status refuse(const char *name, const char *part, sx_status status, const char *message, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%s: %.200s", name, part);
  return sx_error_set(err, status, where, "%s", message);
}

static sx_status read_part(sx_package *package, zip_t *archive, zip_uint64_t i, const char *name, sx_error *err) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat_index(archive, i, 0, &stat) != 0 || !(stat.valid & ZIP_STAT_NAME) || !(stat.valid & ZIP_STAT_SIZE) ||
      !(stat.valid & ZIP_STAT_COMP_SIZE))
    return refuse(name, "archive", SX_E_PARSE, "the archive is damaged", err);
  const size_t k = strlen(stat.name);
  if (!k || stat.name[k - 1] == '/') return SX_OK; /* a folder */
  if (package->only && strncmp(stat.name, package->only, strlen(package->only)) != 0) return SX_OK;
  if (!sx_utf8_valid(stat.name, k, NULL)) return refuse(name, "archive", SX_E_PARSE, "a name is not UTF-8", err);
  if (stat.size > PART_MAX)
    return refuse(name, stat.name, SX_E_LIMIT, "the part unpacks to more than 64 MB: this is no ordinary document",
                  err);
  if (stat.size > RATIO_FREE && stat.size / RATIO_MAX > stat.comp_size)
    return refuse(name, stat.name, SX_E_LIMIT,
                  "the part unpacks to more than 300 times its size: this is no ordinary document", err);
  zip_file_t *file = zip_fopen_index(archive, i, 0);
  if (!file) return refuse(name, stat.name, SX_E_PARSE, "the archive is damaged", err);
  char *bytes = sx_mem_alloc(&package->ctx, (size_t)stat.size + 1, 1);
  const zip_int64_t got = bytes ? zip_fread(file, bytes, stat.size) : 0;
  zip_fclose(file);
  if (!bytes) return sx_error_memory(err);
  if (got < 0 || (zip_uint64_t)got != stat.size) {
    sx_mem_free(&package->ctx, bytes);
    return refuse(name, stat.name, SX_E_PARSE, "the archive is damaged", err);
  }
  bytes[got] = '\0';
  return own(package, stat.name, bytes, (size_t)got, err);
}

sx_status sx_publish__package_read(sx_package *package, const void *data, size_t n, const char *name, sx_error *err) {
  zip_error_t error;
  zip_t *archive = NULL;
  zip_error_init(&error);
  sx_status status = SX_OK;
  zip_source_t *source = zip_source_buffer_create(data, n, 0, &error);
  if (!source) {
    status = sx_error_memory(err);
    goto done;
  }
  archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (!archive) {
    zip_source_free(source);
    status = sx_error_set(err, zip_error_code_zip(&error) == ZIP_ER_MEMORY ? SX_E_MEMORY : SX_E_PARSE, name,
                          "not a .docx file: %s", zip_error_strerror(&error));
    goto done;
  }
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  if (count > PARTS_MAX) {
    status = sx_error_set(err, SX_E_LIMIT, name, "more than %d parts: this is no ordinary document", (int)PARTS_MAX);
    goto done;
  }
  for (zip_int64_t i = 0; i < count && status == SX_OK; i++)
    status = read_part(package, archive, (zip_uint64_t)i, name, err);
done:
  if (archive) zip_discard(archive);
  zip_error_fini(&error);
  return status;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

/* What deflating makes hardly smaller: it is deflated inside. */
static bool is_packed(const char *name) {
  static const char *const tails[] = {".png", ".jpg", ".jpeg", ".docx", ".xlsx", ".pdf", ".zip"};
  const char *dot = strrchr(name, '.');
  for (size_t i = 0; dot && i < sizeof tails / sizeof *tails; i++)
    if (strcasecmp(dot, tails[i]) == 0) return true;
  return false;
}

/* The deflated bytes of the part as the archive before has them; NULL: not there. */
static zip_source_t *packed_before(zip_t *archive, zip_t *before, const sx_package_part *part) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (!before || !part->same || is_packed(part->name)) return NULL;
  const zip_int64_t i = zip_name_locate(before, part->name, ZIP_FL_ENC_GUESS);
  if (i < 0 || zip_stat_index(before, (zip_uint64_t)i, 0, &stat) != 0 || !(stat.valid & ZIP_STAT_SIZE) ||
      !(stat.valid & ZIP_STAT_COMP_METHOD) || stat.size != part->n || stat.comp_method != ZIP_CM_DEFLATE)
    return NULL;
  return zip_source_zip(archive, before, (zip_uint64_t)i, ZIP_FL_COMPRESSED, 0, -1);
}

static bool add_part(zip_t *archive, zip_t *before, const sx_package_part *part, int level) {
  zip_source_t *source = packed_before(archive, before, part);
  if (!source) source = zip_source_buffer(archive, part->data, part->n, 0);
  if (!source) return false;
  const zip_int64_t i = zip_file_add(archive, part->name, source, ZIP_FL_ENC_UTF_8);
  if (i < 0) {
    zip_source_free(source);
    return false;
  }
  return zip_set_file_compression(archive, (zip_uint64_t)i, is_packed(part->name) ? ZIP_CM_STORE : ZIP_CM_DEFLATE,
                                  (zip_uint32_t)level) == 0 &&
         zip_file_set_dostime(archive, (zip_uint64_t)i, DOS_TIME, DOS_DATE, 0) == 0;
}

/* NULL where there is none, or it is no archive: everything is deflated then. */
static zip_t *open_before(const sx_package *package) {
  zip_source_t *source = package->before ? zip_source_buffer_create(package->before, package->n_before, 0, NULL) : NULL;
  zip_t *before = source ? zip_open_from_source(source, ZIP_RDONLY, NULL) : NULL;
  if (source && !before) zip_source_free(source);
  return before;
}

static sx_status collect(char **data, size_t *n, const sx_package *package, zip_source_t *source, sx_error *err) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_source_stat(source, &stat) != 0 || !(stat.valid & ZIP_STAT_SIZE) || zip_source_open(source) != 0)
    return sx_error_memory(err);
  char *bytes = sx_mem_alloc(&package->ctx, (size_t)stat.size + 1, 1);
  const zip_int64_t got = bytes ? zip_source_read(source, bytes, stat.size) : -1;
  (void)zip_source_close(source);
  if (!bytes || got < 0 || (zip_uint64_t)got != stat.size) {
    sx_mem_free(&package->ctx, bytes);
    return sx_error_memory(err);
  }
  bytes[got] = '\0';
  *data = bytes;
  *n = (size_t)got;
  return SX_OK;
}

sx_status sx_publish__package_write(char **data, size_t *n, const sx_package *package, sx_error *err) {
  zip_error_t error;
  zip_t *archive = NULL, *const before = open_before(package);
  zip_error_init(&error);
  sx_status status = SX_OK;
  zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
  bool good = source != NULL;
  if (good) {
    zip_source_keep(source);
    archive = zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &error);
    if (!archive) zip_source_free(source); /* what was kept for the archive */
    good = archive != NULL;
  }
  for (size_t i = 0; i < package->n && good; i++)
    good = add_part(archive, before, &package->parts[i], package->level ? package->level : 6);
  if (good && zip_close(archive) == 0) {
    archive = NULL;
    status = collect(data, n, package, source, err);
  } else {
    status = sx_error_memory(err); /* an archive in memory fails for nothing else */
  }
  if (archive) zip_discard(archive);
  if (before) zip_discard(before);
  if (source) zip_source_free(source);
  zip_error_fini(&error);
  return status;
}
