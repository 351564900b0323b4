/* fuzz_study.c: the study parser and its check. The input is a study file beside the data of the tiny study of the unit tests (where it can be
 * reached), so that expressions, groups, formulas and accounts are checked against real variables. Nothing is run. */
#include "shuxiao/study.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *file_name(void) {
  static const char *const files[] = {"people.csv", "extra.csv", "pop.csv", "published.csv", "narrative"};
  return fuzz_folder_file("study.yaml", files, sizeof files / sizeof *files);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  if (n > 65536) return 0;
  FILE *f = fopen(file_name(), "wb");
  if (!f) return 0;
  const bool written = fwrite(data, 1, n, f) == n;
  fclose(f);
  sx_study *study = NULL;
  sx_problems problems = SX_PROBLEMS_INIT;
  sx_error err = SX_ERROR_INIT;
  const sx_status status = written ? sx_study_load(&study, NULL, file_name(), &problems, &err) : SX_E_IO;
  size_t faults = 0;
  for (size_t i = 0; i < problems.n; i++) {
    faults += !problems.items[i].warning;
    if (!problems.items[i].where[0] || !problems.items[i].message[0]) __builtin_trap();
    if (!sx_utf8_valid(problems.items[i].message, strlen(problems.items[i].message), NULL)) __builtin_trap();
  }
  if (status == SX_OK && (faults || !study)) __builtin_trap();
  if (status == SX_E_PARSE && (!faults || study)) __builtin_trap();
  if (status != SX_OK && (err.status != status || !err.message[0])) __builtin_trap();
  if (study) {
    char *text = NULL;
    const sx_run_options options = {.version = 1, .out_dir = "/nonexistent"};
    if (sx_study_explain(&text, study, &options, &err) == SX_OK) sx_mem_free(NULL, text);
  }
  sx_problems_clear(&problems);
  sx_study_free(study);
  return 0;
}
