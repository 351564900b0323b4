/* study_outputs_stale.c: files of earlier runs that this one did not make. Those that the run before wrote down and nobody altered since go, where the study makes them no
 * longer: a language or a group that was dropped, a format that it does not ask for any more. All others that are named as files of the study are stay, and are named. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "study_outputs_keep.h"

/* ---- what goes ---------------------------------------------------------------------------------------------------------------- */

/* One of the words of a list with blanks between. */
static bool has_word(const char *list, const char *word, size_t n) {
  for (const char *at = list; at && *at; at += strspn(at, " ")) {
    const size_t length = strcspn(at, " ");
    if (length == n && memcmp(at, word, n) == 0) return true;
    at += length;
  }
  return false;
}

static bool makes(const sx_publish_files *files, const char *name) {
  for (size_t i = 0; i < files->n; i++)
    if (strcmp(files->items[i].name, name) == 0) return true;
  return false;
}

/* The study makes it no longer; a format that was chosen this time, or the time it was made, says nothing of those that were not. */
static bool is_dropped(const st_outputs *o, const st_kept *old, const char *unit) {
  const size_t n = strcspn(unit, ".");
  if (has_word(o->words, unit, n)) return true;
  return !o->chosen && has_word(old->of, unit, n);
}

/* It lies in the folder as it was made. */
static sx_status take_out(st_outputs *o, const st_run *r, size_t *cap, const st_kept *old, const st_kept_file *file,
                          sx_error *err) {
  char *data = NULL;
  size_t n = 0;
  void *gone = o->gone;
  SX_TRY(study__kept_load(&data, &n, old, file->name, &r->ctx, err));
  const bool there = data != NULL;
  sx_mem_free(&r->ctx, data);
  if (!there) return SX_OK;
  if (!sx_arena_grow(r->arena, &gone, cap, o->n_gone + 1, sizeof *o->gone)) return sx_error_memory(err);
  o->gone = gone;
  o->gone[o->n_gone++] = file->name;
  o->removed = sx_arena_printf(r->arena, "%s%s%s", o->removed, *o->removed ? " " : "", file->name);
  return o->removed ? SX_OK : sx_error_memory(err);
}

/* The files of the run before were made of this study: two may share a folder. */
static sx_status is_ours(bool *ours, const st_run *r, sx_error *err) {
  sx_store_run before;
  SX_TRY(sx_store_latest(&before, r->store, err));
  *ours = before.study && strcmp(before.study, r->s->id) == 0;
  return SX_OK;
}

sx_status study__outputs_leave(st_outputs *o, const st_run *r, const st_kept *old, const sx_publish_files *files,
                               sx_buf *record, sx_error *err) {
  const sx_publish_files none = {.n = 0};
  const char *of = o->chosen ? old->of : o->words, *last = "";
  size_t cap = 0;
  bool ours = false;
  o->gone = NULL;
  o->n_gone = 0;
  o->removed = o->left = "";
  if (old->n) SX_TRY(is_ours(&ours, r, err));
  for (size_t i = 0; i < old->n && ours; i++) {
    const st_kept_file *file = &old->files[i];
    const char *unit = file->unit + (file->unit[0] == '~');
    if (makes(files, file->name)) continue;
    if (is_dropped(o, old, unit)) {
      SX_TRY(take_out(o, r, &cap, old, file, err));
      continue;
    }
    const char *named = sx_arena_printf(r->arena, "~%s", unit);
    if (!named) return sx_error_memory(err);
    if (strcmp(named, last) != 0) study__kept_put(record, named, "", &none);
    sx_buf_printf(record, " %s  %s\n", file->hash, file->name);
    o->left = sx_arena_printf(r->arena, "%s%s ~%s\n", o->left, file->hash, file->name);
    if (!o->left) return sx_error_memory(err);
    last = named;
  }
  of = of ? sx_arena_printf(r->arena, "of %s", of) : NULL;
  if (of) study__kept_put(record, of, "", &none);
  return sx_buf_status(record, err);
}

/* ---- what stays, and is named ------------------------------------------------------------------------------------------------- */

/* As sx_publish_* and the pages name files; a temporary one of a run that is at work is none. */
static bool is_output(const char *name, const char *study) {
  const size_t n = strlen(study), k = strlen(name);
  if (strstr(name, ".tmp-")) return false;
  if (strcmp(name, "SHA256SUMS") == 0) return true;
  if (strncmp(name, "report.", 7) == 0) return k > 12 && strcmp(name + k - 5, ".html") == 0;
  return strncmp(name, study, n) == 0 && (name[n] == '.' || name[n] == '_');
}

static bool is_made(const char *names, const char *name) {
  const size_t n = strlen(name);
  for (const char *at = names; (at = strstr(at, name)) != NULL; at++) {
    if (at > names && at[-1] == '\n' && at[n] == '\n') return true;
  }
  return false;
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

sx_status study__outputs_stale(const char **out, const st_run *r, const st_outputs *o, sx_error *err) {
  const char **list = NULL;
  size_t n = 0, cap = 0;
  bool good = true;
  *out = "";
  DIR *dir = o->names ? opendir(o->dir) : NULL;
  for (const struct dirent *e; dir && good && (e = readdir(dir)) != NULL;) {
    if (!is_output(e->d_name, r->s->id) || is_made(o->names, e->d_name)) continue;
    good = sx_arena_grow(r->arena, (void **)&list, &cap, n + 1, sizeof *list) &&
           (list[n] = sx_arena_strdup(r->arena, e->d_name)) != NULL;
    n += good;
  }
  if (dir) (void)closedir(dir);
  if (good && n) qsort(list, n, sizeof *list, by_name);
  for (size_t i = 0; i < n && good; i++)
    good = (*out = sx_arena_printf(r->arena, "%s%s%s", *out, i ? " " : "", list[i])) != NULL;
  return good ? SX_OK : sx_error_memory(err);
}
