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

/* The path of `own` in the folder, which is made at the first call. here: __FILE__ of the target, absolute under CMake: the program may run
 * anywhere. files [n]: of tests/unit/study/data. */
static inline const char *fuzz_folder_file(const char *own, const char *here, const char *const *files, size_t n) {
  static char path[256];
  char from[900], to[400];
  if (path[0]) return path;
  const char *slash = strrchr(here, '/');
  const int n_here = slash ? (int)(slash - here) : (int)strlen("tests/fuzz");
  snprintf(fuzz_folder, sizeof fuzz_folder, "%s/sx-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
  if (!mkdtemp(fuzz_folder)) abort();
  for (size_t i = 0; i < n; i++) {
    snprintf(from, sizeof from, "%.*s/../unit/study/data/%s", n_here, slash ? here : "tests/fuzz", files[i]);
    snprintf(to, sizeof to, "%s/%s", fuzz_folder, files[i]);
    if (access(from, R_OK) != 0 || symlink(from, to) != 0) abort();
  }
  snprintf(path, sizeof path, "%s/%s", fuzz_folder, own);
  atexit(fuzz_folder_clean);
  return path;
}

#endif
