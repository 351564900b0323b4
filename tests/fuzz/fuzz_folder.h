/* fuzz_folder.h: a folder of a fuzz target's own with links to the tiny study's data, removed at the end. */
#ifndef FUZZ_FOLDER_H
#define FUZZ_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char fuzz_folder[128];

static inline void fuzz_folder_clean(void) {
  char command[200];
  snprintf(command, sizeof command, "rm -rf '%s'", fuzz_folder);
  if (system(command) != 0) fprintf(stderr, "%s is left behind\n", fuzz_folder);
}

/* The path of `own` in the folder, which is made at the first call. files [n]: of tests/unit/study/data, found by SX_FUZZ_DATA of the build,
 * since the program may run anywhere. */
static inline const char *fuzz_folder_file(const char *own, const char *const *files, size_t n) {
  static char path[256];
  char from[900], to[400];
  if (path[0]) return path;
  snprintf(fuzz_folder, sizeof fuzz_folder, "%s/sx-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
  if (!mkdtemp(fuzz_folder)) abort();
  for (size_t i = 0; i < n; i++) {
    snprintf(from, sizeof from, "%s/%s", SX_FUZZ_DATA, files[i]);
    snprintf(to, sizeof to, "%s/%s", fuzz_folder, files[i]);
    if (access(from, R_OK) != 0 || symlink(from, to) != 0) abort();
  }
  snprintf(path, sizeof path, "%s/%s", fuzz_folder, own);
  atexit(fuzz_folder_clean);
  return path;
}

#endif
