/* runner.c: feeds every file of a folder to a fuzz target, where there is no libFuzzer. The corpus is then a test of every
 * build. `runner FOLDER`; exit 77 where the folder is absent. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Runs one file; the bytes sit in a block of exactly their size, so that a read behind them is seen. */
static int run_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    return 1;
  }
  int bad = 1;
  uint8_t *data = NULL;
  if (fseek(file, 0, SEEK_END) == 0) {
    const long size = ftell(file);
    rewind(file);
    data = size >= 0 ? malloc(size ? (size_t)size : 1) : NULL;
    if (data && fread(data, 1, (size_t)size, file) == (size_t)size) {
      (void)LLVMFuzzerTestOneInput(data, (size_t)size);
      bad = 0;
    }
  }
  if (bad) fprintf(stderr, "%s: cannot be read\n", path);
  free(data);
  fclose(file);
  return bad;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  DIR *folder = opendir(argv[1]);
  if (!folder) {
    printf("skipped: no corpus %s\n", argv[1]);
    return 77;
  }
  int bad = 0;
  size_t n = 0;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    char path[4096];
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
    fprintf(stderr, "%s\n", path); /* the last line names the input that broke it */
    bad += run_file(path);
    n++;
  }
  closedir(folder);
  printf("%zu inputs\n", n);
  return bad || !n;
}
