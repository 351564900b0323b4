/* ref_csv.h: the reference data (comma-separated, quotes, empty or NA missing) as a table: a column of which every field
 * is a number is a number, others text. Kept apart from the project's own reader on purpose. */
#ifndef REF_CSV_H
#define REF_CSV_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shuxiao/table.h"

static char *ref_read_text(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f) return NULL;
  size_t n = 0, cap = 1 << 16;
  char *text = malloc(cap + 1);
  for (size_t k; text && (k = fread(text + n, 1, cap - n, f)) > 0;) {
    n += k;
    if (n == cap) text = realloc(text, (cap *= 2) + 1);
  }
  fclose(f);
  if (text) text[n] = '\0';
  return text;
}

/* Splits one line in place; returns the field count and moves *at behind the line. */
static size_t ref_split(char **fields, size_t max, char **at) {
  size_t n = 0;
  char *p = *at;
  for (;;) {
    char *start = p, *end;
    if (*p == '"') {
      start = ++p;
      while (*p && *p != '"') p++;
      end = p;
      if (*p) p++;
    } else {
      while (*p && *p != ',' && *p != '\n' && *p != '\r') p++;
      end = p;
    }
    const char stop = *p;
    if (*p) p++;
    if (stop == '\r' && *p == '\n') p++;
    *end = '\0';
    if (n < max) fields[n++] = start;
    if (stop != ',') break;
  }
  *at = p;
  return n;
}

static int ref_missing(const char *s) {
  return s[0] == '\0' || strcmp(s, "NA") == 0;
}

enum { REF_MAX_COLUMNS = 64, REF_MAX_ROWS = 20000 };
/* keep: "column=value" selects rows, or NULL. */
static sx_table *ref_table(const char *path) {
  char *text = ref_read_text(path);
  if (!text) return NULL;
  char **cells = malloc(sizeof(char *) * REF_MAX_COLUMNS * REF_MAX_ROWS);
  char *names[REF_MAX_COLUMNS], *at = text;
  const size_t cols = ref_split(names, REF_MAX_COLUMNS, &at);
  size_t rows = 0;
  while (*at && rows < REF_MAX_ROWS) {
    if (ref_split(cells + rows * cols, cols, &at) == cols) rows++;
  }
  sx_table *table = NULL;
  if (sx_table_new(&table, NULL, rows, NULL) != SX_OK) abort();
  for (size_t j = 0; j < cols; j++) {
    int numeric = 1;
    for (size_t i = 0; i < rows && numeric; i++) {
      double x;
      const char *s = cells[i * cols + j];
      numeric = ref_missing(s) || sx_text_to_double(&x, s, strlen(s));
    }
    sx_column *c = NULL;
    if (sx_table_add(&c, table, names[j], numeric ? SX_NUMBER : SX_TEXT, NULL) != SX_OK) abort();
    for (size_t i = 0; i < rows; i++) {
      const char *s = cells[i * cols + j];
      if (ref_missing(s)) {
        if (sx_column_set_missing(NULL, c, i, SX_MISS_SYSTEM, NULL) != SX_OK) abort();
      } else if (numeric) {
        (void)sx_text_to_double(&c->data.f64[i], s, strlen(s));
      } else if (sx_dict_add(&c->data.code[i], c->dict, s, strlen(s), NULL) != SX_OK) {
        abort();
      }
    }
  }
  free(cells);
  free(text);
  return table;
}

#endif
