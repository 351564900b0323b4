/* study_hashed.c: hashes of data files by what the system says of a file: none is read whole a second time within a run. */
#include "study_hashed.h"

#include <string.h>
#include <sys/stat.h>

typedef struct hashed_file {
  const char *path;
  struct stat is; /* before it was read */
  char hash[SX_HASH_TEXT];
} hashed_file;

struct st_hashed {
  hashed_file *files;
  size_t n, cap;
};

bool study__hash_begin(sx_study *s) {
  s->hashed = sx_arena_zalloc(s->arena, 1, sizeof *s->hashed);
  return s->hashed != NULL;
}

/* An earlier wave's are those of the study that follows it. */
static struct st_hashed *list_of(const sx_study *s) {
  return s->follower ? s->follower->hashed : s->hashed;
}

static bool same_file(const struct stat *a, const struct stat *b) {
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
         a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
         a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static const hashed_file *find(const sx_study *s, const char *path, const struct stat *is) {
  const struct st_hashed *list = list_of(s);
  for (size_t i = 0; i < list->n; i++)
    if (same_file(&list->files[i].is, is) && strcmp(list->files[i].path, path) == 0) return &list->files[i];
  return NULL;
}

static sx_status note(const sx_study *s, const char *path, const struct stat *is, const char *hash, sx_error *err) {
  struct st_hashed *list = list_of(s);
  sx_arena *arena = s->follower ? s->follower->arena : s->arena;
  if (!sx_arena_grow(arena, (void **)&list->files, &list->cap, list->n + 1, sizeof *list->files))
    return sx_error_memory(err);
  hashed_file *f = &list->files[list->n];
  *f = (hashed_file){.path = sx_arena_strdup(arena, path), .is = *is};
  if (!f->path) return sx_error_memory(err);
  memcpy(f->hash, hash, sizeof f->hash);
  list->n++;
  return SX_OK;
}

sx_status study__hash_file(char out[SX_HASH_TEXT], const sx_study *s, const char *path, sx_error *err) {
  struct stat is;
  const bool there = stat(path, &is) == 0;
  const hashed_file *known = there ? find(s, path, &is) : NULL;
  if (known) {
    memcpy(out, known->hash, sizeof known->hash);
    return SX_OK;
  }
  SX_TRY(sx_hash_file(out, &s->ctx, path, err));
  return there ? note(s, path, &is, out, err) : SX_OK;
}

sx_status study__hash_again(char out[SX_HASH_TEXT], int64_t *bytes, const sx_study *s, const char *path,
                            sx_error *err) {
  struct stat is;
  const bool there = stat(path, &is) == 0;
  const hashed_file *known = there ? find(s, path, &is) : NULL;
  *bytes = there ? (int64_t)is.st_size : 0;
  if (!known) return sx_hash_file(out, &s->ctx, path, err);
  memcpy(out, known->hash, sizeof known->hash);
  return SX_OK;
}
