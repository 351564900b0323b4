/* tiny.h: the tiny study of data/ in a folder of its own, to be changed and run by the tests. */
#ifndef TINY_H
#define TINY_H

#include <sys/stat.h>
#include <unistd.h>

#include "shuxiao/study.h"
#include "sxt.h"

#define TINY_SOURCE "tests/unit/study/data/"

static char tiny_dir[400];

static inline void tiny_path(char out[600], const char *file) {
  snprintf(out, 600, "%s/%s", tiny_dir, file);
}

static inline void tiny_write(const char *file, const char *text) {
  char path[600];
  tiny_path(path, file);
  FILE *f = fopen(path, "wb");
  if (!f || fwrite(text, 1, strlen(text), f) != strlen(text)) SXT_FAIL("cannot write %s", path);
  if (f) fclose(f);
}

/* Contents of a file of the tiny study, malloc'd. */
static inline char *tiny_read(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f) return NULL;
  char *text = calloc(1, 1 << 20);
  const size_t n = text ? fread(text, 1, (1 << 20) - 1, f) : 0;
  fclose(f);
  if (text) text[n] = '\0';
  return text;
}

/* A fresh copy of the study; `name` keeps the tests of one program apart. */
static inline void tiny_copy(const char *name) {
  static const char *const files[] = {"study.yaml",    "people.csv",      "extra.csv",      "pop.csv",
                                      "published.csv", "narrative/zh.md", "narrative/en.md"};
  const char *build = getenv("SX_BUILD");
  char command[900];
  snprintf(tiny_dir, sizeof tiny_dir, "%s/tiny-%s-%d", build ? build : "/tmp", name, (int)getpid());
  snprintf(command, sizeof command, "rm -rf '%s'; mkdir -p '%s/narrative'", tiny_dir, tiny_dir);
  if (system(command) != 0) SXT_FAIL("cannot make %s", tiny_dir);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    char from[600];
    snprintf(from, sizeof from, TINY_SOURCE "%s", files[i]);
    char *text = tiny_read(from);
    if (!text) {
      SXT_FAIL("cannot read %s", from);
      continue;
    }
    tiny_write(files[i], text);
    free(text);
  }
}

static inline void tiny_remove(void) {
  char command[600];
  snprintf(command, sizeof command, "rm -rf '%s'", tiny_dir);
  if (system(command) != 0) SXT_FAIL("cannot remove %s", tiny_dir);
}

/* Replaces the first `old` in a file by `with`; it must be there. */
static inline void tiny_replace(const char *file, const char *old, const char *with) {
  char path[600];
  tiny_path(path, file);
  char *text = tiny_read(path), *at = text ? strstr(text, old) : NULL;
  if (!at) {
    SXT_FAIL("'%s' is not in %s", old, file);
    free(text);
    return;
  }
  char *changed = calloc(1, strlen(text) + strlen(with) + 1);
  if (changed) {
    memcpy(changed, text, (size_t)(at - text));
    strcat(changed, with);
    strcat(changed, at + strlen(old));
    tiny_write(file, changed);
  }
  free(changed);
  free(text);
}

#endif
