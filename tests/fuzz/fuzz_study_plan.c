/* fuzz_study_plan.c: plans as workbooks. The input is sheets, rows and cells as text (plan_book_help.h), made into a workbook beside the data of
 * the tiny study, which is loaded. What a plan becomes as a study file must be one; every problem has a place and a message. Text that is not
 * UTF-8 cannot be in a workbook and is left out. */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "fuzz_folder.h"
#include "shuxiao/io.h"
#include "shuxiao/study.h"
#include "unit/study/plan_book_help.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *file_name(void) {
  static const char *const files[] = {"people.csv"};
  return fuzz_folder_file("plan.xlsx", files, 1);
}

static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static void load(void) {
  sx_study *study = NULL;
  sx_problems problems = SX_PROBLEMS_INIT;
  sx_error err = SX_ERROR_INIT;
  const sx_status status = sx_study_load(&study, NULL, file_name(), &problems, &err);
  for (size_t i = 0; i < problems.n; i++) {
    const sx_problem *p = &problems.items[i];
    must(p->where[0] && p->message[0] && sx_utf8_valid(p->where, strlen(p->where), NULL) &&
         sx_utf8_valid(p->message, strlen(p->message), NULL));
  }
  must((status == SX_OK) == (study != NULL));
  must(status == SX_OK || (err.message[0] && problems.n));
  sx_problems_clear(&problems);
  sx_study_free(study);
}

/* As YAML, which is a plan again. */
static void convert(void) {
  sx_buf yaml, book;
  sx_doc *doc = NULL;
  sx_error err = SX_ERROR_INIT;
  sx_buf_init(&yaml, NULL);
  sx_buf_init(&book, NULL);
  if (sx_study_plan_yaml(&yaml, NULL, file_name(), &err) == SX_OK && yaml.n) {
    const sx_status status = sx_doc_parse_yaml(&doc, NULL, "y", yaml.data, yaml.n, &err);
    must(status == SX_OK || strstr(err.message, "key") || strstr(err.message, "nested") || err.status == SX_E_MEMORY);
    if (status == SX_OK && sx_doc_root(doc)->kind == SX_NODE_MAP &&
        sx_file_write(NULL, file_name(), yaml.data, yaml.n, NULL) == SX_OK)
      (void)!sx_study_plan_book(&book, NULL, file_name(), SX_LANG_ZH, &err);
  }
  sx_doc_free(doc);
  sx_buf_clear(&yaml);
  sx_buf_clear(&book);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  sx_buf book;
  if (n > 16384 || !sx_utf8_valid((const char *)data, n, NULL) || memchr(data, '\0', n)) return 0;
  char *text = malloc(n + 1);
  if (!text) return 0;
  memcpy(text, data, n);
  text[n] = '\0';
  sx_buf_init(&book, NULL);
  if (plan_book(&book, text, NULL) == SX_OK && sx_file_write(NULL, file_name(), book.data, book.n, NULL) == SX_OK) {
    load();
    convert();
  }
  sx_buf_clear(&book);
  free(text);
  return 0;
}
