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
  if (!package->parts[i].lent) sx_mem_free(&package->ctx, package->parts[i].data);
}

void sx_publish__package_clear(sx_package *package) {
  for (size_t i = 0; i < package->n; i++) clear_part(package, i);
  sx_mem_free(&package->ctx, package->parts);
  if (package->listed) zip_discard(package->listed);
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

/* A part without its bytes. */
static sx_status add_name(sx_package_part **out, sx_package *package, const char *name, sx_error *err) {
  void *parts = package->parts;
  char *copy = sx_mem_strdup(&package->ctx, name);
  const bool grown = sx_mem_grow(&package->ctx, &parts, &package->cap, package->n + 1, sizeof *package->parts);
  package->parts = parts;
  if (!grown || !copy) {
    sx_mem_free(&package->ctx, copy);
    return sx_error_memory(err);
  }
  *out = &package->parts[package->n++];
  **out = (sx_package_part){.name = copy};
  return SX_OK;
}

/* data is the package's from here on, also on failure. */
static sx_status own(sx_package *package, const char *name, char *data, size_t n, sx_error *err) {
  sx_package_part *part = sx_publish__package_get(package, name);
  sx_status status = data ? SX_OK : sx_error_memory(err);
  if (status == SX_OK && !part) status = add_name(&part, package, name, err);
  if (status != SX_OK) {
    sx_mem_free(&package->ctx, data);
    return status;
  }
  if (!part->lent) sx_mem_free(&package->ctx, part->data);
  *part = (sx_package_part){.name = part->name, .data = data, .n = n};
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

sx_status sx_publish__package_lend(sx_package *package, const char *name, char *data, size_t n, sx_error *err) {
  sx_package_part *part = NULL;
  SX_TRY(add_name(&part, package, name, err));
  part->data = data;
  part->n = n;
  part->lent = true;
  return SX_OK;
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

/* What the archive says of its part; *skip: a folder, or a part that is not wanted. */
static sx_status look(zip_stat_t *stat, bool *skip, const sx_package *package, zip_t *archive, zip_uint64_t i,
                      const char *name, sx_error *err) {
  zip_stat_init(stat);
  if (zip_stat_index(archive, i, 0, stat) != 0 || !(stat->valid & ZIP_STAT_NAME) || !(stat->valid & ZIP_STAT_SIZE) ||
      !(stat->valid & ZIP_STAT_COMP_SIZE))
    return refuse(name, "archive", SX_E_PARSE, "the archive is damaged", err);
  const size_t k = strlen(stat->name);
  *skip = !k || stat->name[k - 1] == '/' ||
          (package->only && strncmp(stat->name, package->only, strlen(package->only)) != 0);
  if (!*skip && !sx_utf8_valid(stat->name, k, NULL))
    return refuse(name, "archive", SX_E_PARSE, "a name is not UTF-8", err);
  return SX_OK;
}

static sx_status unpack(char **out, const sx_package *package, zip_t *archive, const zip_stat_t *stat, const char *name,
                        sx_error *err) {
  if (stat->size > PART_MAX)
    return refuse(name, stat->name, SX_E_LIMIT, "the part unpacks to more than 64 MB: this is no ordinary document",
                  err);
  if (stat->size > RATIO_FREE && stat->size / RATIO_MAX > stat->comp_size)
    return refuse(name, stat->name, SX_E_LIMIT,
                  "the part unpacks to more than 300 times its size: this is no ordinary document", err);
  zip_file_t *file = zip_fopen_index(archive, stat->index, 0);
  if (!file) return refuse(name, stat->name, SX_E_PARSE, "the archive is damaged", err);
  char *bytes = sx_mem_alloc(&package->ctx, (size_t)stat->size + 1, 1);
  const zip_int64_t got = bytes ? zip_fread(file, bytes, stat->size) : 0;
  zip_fclose(file);
  if (!bytes) return sx_error_memory(err);
  if (got < 0 || (zip_uint64_t)got != stat->size) {
    sx_mem_free(&package->ctx, bytes);
    return refuse(name, stat->name, SX_E_PARSE, "the archive is damaged", err);
  }
  bytes[got] = '\0';
  *out = bytes;
  return SX_OK;
}

static sx_status open_archive(zip_t **out, const void *data, size_t n, const char *name, sx_error *err) {
  zip_error_t error;
  sx_status status = SX_OK;
  zip_error_init(&error);
  zip_source_t *source = zip_source_buffer_create(data, n, 0, &error);
  zip_t *archive = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
  if (!source) {
    status = sx_error_memory(err);
  } else if (!archive) {
    zip_source_free(source);
    status = sx_error_set(err, zip_error_code_zip(&error) == ZIP_ER_MEMORY ? SX_E_MEMORY : SX_E_PARSE, name,
                          "not a .docx file: %s", zip_error_strerror(&error));
  } else if (zip_get_num_entries(archive, 0) > PARTS_MAX) {
    status = sx_error_set(err, SX_E_LIMIT, name, "more than %d parts: this is no ordinary document", (int)PARTS_MAX);
  }
  if (status == SX_OK)
    *out = archive;
  else if (archive)
    zip_discard(archive);
  zip_error_fini(&error);
  return status;
}

sx_status sx_publish__package_read(sx_package *package, const void *data, size_t n, const char *name, sx_error *err) {
  zip_t *archive = NULL;
  SX_TRY(open_archive(&archive, data, n, name, err));
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  sx_status status = SX_OK;
  for (zip_int64_t i = 0; i < count && status == SX_OK; i++) {
    zip_stat_t stat;
    bool skip = false;
    char *bytes = NULL;
    status = look(&stat, &skip, package, archive, (zip_uint64_t)i, name, err);
    if (status != SX_OK || skip) continue;
    status = unpack(&bytes, package, archive, &stat, name, err);
    if (status == SX_OK) status = own(package, stat.name, bytes, (size_t)stat.size, err);
  }
  zip_discard(archive);
  return status;
}

sx_status sx_publish__package_list(sx_package *package, const void *data, size_t n, const char *name, sx_error *err) {
  SX_TRY(open_archive(&package->listed, data, n, name, err));
  const zip_int64_t count = zip_get_num_entries(package->listed, 0);
  for (zip_int64_t i = 0; i < count; i++) {
    zip_stat_t stat;
    bool skip = false;
    sx_package_part *part = NULL;
    SX_TRY(look(&stat, &skip, package, package->listed, (zip_uint64_t)i, name, err));
    if (skip) continue;
    SX_TRY(add_name(&part, package, stat.name, err));
    part->n = (size_t)stat.size;
    part->same = true;
  }
  return SX_OK;
}

sx_status sx_publish__package_unpack(const sx_package *package, sx_package_part *part, sx_error *err) {
  zip_stat_t stat;
  bool skip = false;
  if (part->data) return SX_OK;
  const zip_int64_t i = zip_name_locate(package->listed, part->name, ZIP_FL_ENC_GUESS);
  if (i < 0) return refuse("archive", part->name, SX_E_INTERNAL, "the part is not there", err);
  SX_TRY(look(&stat, &skip, package, package->listed, (zip_uint64_t)i, "archive", err));
  return unpack(&part->data, package, package->listed, &stat, "archive", err);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

/* What deflating makes hardly smaller: it is deflated inside. */
bool sx_publish__package_stores(const char *name) {
  static const char *const tails[] = {".png", ".jpg", ".jpeg", ".docx", ".xlsx", ".pdf", ".zip"};
  const char *dot = strrchr(name, '.');
  for (size_t i = 0; dot && i < sizeof tails / sizeof *tails; i++)
    if (strcasecmp(dot, tails[i]) == 0) return true;
  return false;
}

/* The deflated bytes of a part, made on some thread and read by libzip. */
typedef struct deflated {
  const sx_package_part *part; /* NULL: the archive before has them, or it is stored */
  sx_deflated done;
  size_t at;
} deflated;

typedef struct packing {
  const sx_package *package;
  zip_t *before;
  deflated *parts; /* [package->n] */
  int level;
} packing;

/* Where the archive before has the part's deflated bytes; below 0: it has not. */
static zip_int64_t place_before(const packing *p, const sx_package_part *part) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (!p->before || !part->same || sx_publish__package_stores(part->name)) return -1;
  const zip_int64_t i = zip_name_locate(p->before, part->name, ZIP_FL_ENC_GUESS);
  if (i < 0 || zip_stat_index(p->before, (zip_uint64_t)i, 0, &stat) != 0 || !(stat.valid & ZIP_STAT_SIZE) ||
      !(stat.valid & ZIP_STAT_COMP_METHOD) || stat.size != part->n || stat.comp_method != ZIP_CM_DEFLATE)
    return -1;
  return i;
}

static sx_status deflate_part(void *data, size_t i, sx_error *err) {
  const packing *p = data;
  deflated *d = &p->parts[i];
  if (!d->part || d->done.bytes) return SX_OK;
  return sx_publish__deflate(&d->done, &p->package->ctx, d->part->data, d->part->n, p->level, err);
}

/* What is to be deflated here, over the threads; parts beyond what is deflated at once are left to libzip. */
static sx_status deflate_all(packing *p, sx_error *err) {
  const sx_package *package = p->package;
  p->parts = sx_mem_zalloc(&package->ctx, package->n + 1, sizeof *p->parts);
  if (!p->parts) return sx_error_memory(err);
  for (size_t i = 0; i < package->n; i++) {
    const sx_package_part *part = &package->parts[i];
    if (part->data && part->n > 0 && part->n < INT32_MAX && !sx_publish__package_stores(part->name) &&
        place_before(p, part) < 0)
      p->parts[i] = (deflated){.part = part, .done = part->deflated};
  }
  return sx_parallel_for(&package->ctx, package->n, deflate_part, p, err);
}

static zip_int64_t give_deflated(void *state, void *out, zip_uint64_t n, zip_source_cmd_t what) {
  deflated *d = state;
  if (what == ZIP_SOURCE_SUPPORTS)
    return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                          ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
  if (what == ZIP_SOURCE_OPEN) d->at = 0;
  if (what == ZIP_SOURCE_READ) {
    const size_t left = d->done.n - d->at, some = n < left ? (size_t)n : left;
    memcpy(out, d->done.bytes + d->at, some);
    d->at += some;
    return (zip_int64_t)some;
  }
  if (what == ZIP_SOURCE_STAT) {
    zip_stat_t *stat = out;
    zip_stat_init(stat);
    stat->valid = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_CRC;
    stat->size = d->part->n;
    stat->comp_size = d->done.n;
    stat->comp_method = ZIP_CM_DEFLATE;
    stat->crc = d->done.crc;
  }
  return 0;
}

static zip_source_t *source_of(zip_t *archive, const packing *p, size_t i) {
  const sx_package_part *part = &p->package->parts[i];
  if (p->parts[i].part) return zip_source_function(archive, give_deflated, &p->parts[i]);
  const zip_int64_t there = place_before(p, part);
  if (there >= 0) return zip_source_zip(archive, p->before, (zip_uint64_t)there, ZIP_FL_COMPRESSED, 0, -1);
  return part->data ? zip_source_buffer(archive, part->data, part->n, 0) : NULL;
}

static bool add_part(zip_t *archive, const packing *p, size_t at) {
  const sx_package_part *part = &p->package->parts[at];
  zip_source_t *source = source_of(archive, p, at);
  if (!source) return false;
  const zip_int64_t i = zip_file_add(archive, part->name, source, ZIP_FL_ENC_UTF_8);
  if (i < 0) {
    zip_source_free(source);
    return false;
  }
  return zip_set_file_compression(archive, (zip_uint64_t)i,
                                  sx_publish__package_stores(part->name) ? ZIP_CM_STORE : ZIP_CM_DEFLATE,
                                  (zip_uint32_t)p->level) == 0 &&
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

static void packing_clear(packing *p) {
  const sx_package *package = p->package;
  for (size_t i = 0; p->parts && i < package->n; i++)
    if (!package->parts[i].deflated.bytes) sx_mem_free(&package->ctx, p->parts[i].done.bytes);
  sx_mem_free(&package->ctx, p->parts);
  if (p->before && p->before != package->listed) zip_discard(p->before);
}

sx_status sx_publish__package_write(char **data, size_t *n, const sx_package *package, sx_error *err) {
  packing p = {.package = package, .level = package->level ? package->level : 6};
  zip_error_t error;
  zip_source_t *source = NULL;
  zip_t *archive = NULL;
  zip_error_init(&error);
  p.before = package->listed ? package->listed : open_before(package);
  sx_status status = deflate_all(&p, err);
  if (status != SX_OK) goto done;
  source = zip_source_buffer_create(NULL, 0, 0, &error);
  bool good = source != NULL;
  if (good) {
    zip_source_keep(source);
    archive = zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &error);
    if (!archive) zip_source_free(source); /* what was kept for the archive */
    good = archive != NULL;
  }
  for (size_t i = 0; i < package->n && good; i++) good = add_part(archive, &p, i);
  if (good && zip_close(archive) == 0) {
    archive = NULL;
    status = collect(data, n, package, source, err);
  } else {
    status = sx_error_memory(err); /* an archive in memory fails for nothing else */
  }
done:
  if (archive) zip_discard(archive);
  if (source) zip_source_free(source);
  packing_clear(&p);
  zip_error_fini(&error);
  return status;
}
