/* make_corpus_sav.c: writes the first inputs of corpus/sav from the sample of tests/unit/io/sav_bytes.h. Not part of the
 * build; from the root:
 *   cc -Itests -Iinclude tests/fuzz/make_corpus_sav.c build/libshuxiao.a -lreadstat ... -o make && ./make tests/fuzz/corpus/sav */
#include <stdio.h>

#include "shuxiao/io.h"
#include "unit/io/sav_bytes.h"

static int save(const char *folder, const char *name, const void *data, size_t n) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "wb");
  return !f || fwrite(data, 1, n, f) != n || fclose(f) != 0;
}

int main(int argc, char **argv) {
  static const sav_sample samples[] = {
      {"UTF-8", "UTF-8", 65001, 0, false, 5}, {"GBK", "GBK", 936, 1, false, -1}, {"UTF-8", NULL, 65001, 1, true, 5}};
  static const char *const names[] = {"plain.sav", "gbk-packed.sav", "big-packed.sav"};
  if (argc != 2) return 2;
  for (int i = 0; i < 3; i++) {
    sav_bytes b;
    sav_sample_make(&b, &samples[i]);
    if (save(argv[1], names[i], b.p, b.n)) return 1;
    sx_table *t = NULL;
    char path[512];
    snprintf(path, sizeof path, "%s/blocks-%d.zsav", argv[1], i);
    if (sx_io_read_memory(&t, NULL, "a.sav", b.p, b.n, NULL, NULL) != SX_OK || sx_io_write(t, path, NULL) != SX_OK)
      return 1;
    sx_table_free(t);
    free(b.p);
  }
  return 0;
}
