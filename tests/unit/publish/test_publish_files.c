/* Lists of files: names, manifest, written whole or not at all; the CSV of a run. */
#include <sys/stat.h>
#include <zlib.h>

#include "publish/publish_package.h"
#include "publish_sample.h"

static void test_list(void) {
  sx_publish_files files;
  sx_publish_files_init(&files, NULL);
  REQUIRE_OK(sx_publish_add(&files, "b.txt", "abc", 3, err));
  REQUIRE_OK(sx_publish_add(&files, "a.txt", "", 0, err));
  CHECK_FAILS(sx_publish_add(&files, "a.txt", "x", 1, err), SX_E_ARGUMENT, "a.txt", "two files");
  CHECK_FAILS(sx_publish_add(&files, "../x", "x", 1, err), SX_E_ARGUMENT, "../x", "not a name");
  CHECK_FAILS(sx_publish_add(&files, "", "x", 1, err), SX_E_ARGUMENT, "", "not a name");
  CHECK_INT(files.n, 2);
  sx_buf out;
  sx_buf_init(&out, NULL);
  REQUIRE_OK(sx_publish_manifest(&out, &files, err));
  /* FIPS 180-2: of "abc" and of nothing */
  CHECK_STR(out.data, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.txt\n"
                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b.txt\n");
  sx_buf_clear(&out);
  sx_publish_files_clear(&files);
}

static void test_move(void) {
  sx_publish_files files, from;
  sx_publish_files_init(&files, NULL);
  sx_publish_files_init(&from, NULL);
  REQUIRE_OK(sx_publish_add(&files, "a", "1", 1, err));
  REQUIRE_OK(sx_publish_add(&from, "b", "22", 2, err));
  REQUIRE_OK(sx_publish_add(&from, "c", "3", 1, err));
  REQUIRE_OK(sx_publish_move(&files, &from, err));
  CHECK_INT(files.n, 3);
  CHECK_INT(from.n, 0);
  CHECK_STR(files.items[1].name, "b");
  CHECK_STR(files.items[1].data, "22");
  char hash[SX_HASH_TEXT], *known = sx_mem_strdup(&from.ctx, "66");
  sx_hash_bytes(hash, "66", 2);
  CHECK(known != NULL);
  REQUIRE_OK(sx_publish_add_there(&from, "e", known, 2, hash, err));
  REQUIRE_OK(sx_publish_move(&files, &from, err));
  CHECK(files.items[3].there && !files.items[2].there);
  CHECK_STR(files.items[3].hash, hash);
  known = sx_mem_strdup(&files.ctx, "7");
  CHECK_FAILS(sx_publish_add_there(&files, "e", known, 1, hash, err), SX_E_ARGUMENT, "e", "two files");
  REQUIRE_OK(sx_publish_add(&from, "d", "4", 1, err));
  REQUIRE_OK(sx_publish_add(&from, "a", "5", 1, err));
  CHECK_FAILS(sx_publish_move(&files, &from, err), SX_E_ARGUMENT, "a", "two files");
  CHECK_INT(from.n, 0);
  CHECK_STR(files.items[0].data, "1");
  sx_publish_files_clear(&files);
  sx_publish_files_clear(&from);
}

/* What is deflated is what zlib inflates, with zlib's CRC-32, and the same every time: bytes of all kinds, one, none that repeat, whole windows apart. */
static void test_deflate(void) {
  enum { N = 300000 };
  static char text[N], back[N];
  static const size_t sizes[] = {1, 100, 32768, 65537, N};
  static const int levels[] = {1, 4, 6};
  uint32_t seed = 1;
  for (size_t i = 0; i < N; i++) {
    seed = seed * 1664525 + 1013904223;
    text[i] = (char)(i < 100000 ? seed >> 24 : i < 200000 ? (unsigned char)text[i - 100000] : 'a' + (seed >> 28));
  }
  for (size_t k = 0; k < 3 * sizeof sizes / sizeof *sizes; k++) {
    const size_t n = sizes[k / 3];
    const char *from = text + (n <= 100 ? 250000 : N - n); /* n small enough lies in words, else it ends with them */
    const sx_ctx ctx = SX_CTX_INIT;
    sx_deflated made = {NULL, 0, 0}, again = {NULL, 0, 0};
    REQUIRE_OK(sx_publish__deflate(&made, &ctx, from, n, levels[k % 3], err));
    REQUIRE_OK(sx_publish__deflate(&again, &ctx, from, n, levels[k % 3], err));
    CHECK(made.n == again.n && memcmp(made.bytes, again.bytes, made.n) == 0);
    CHECK(made.crc == (uint32_t)crc32(0, (const Bytef *)from, (uInt)n));
    z_stream z = {.next_in = (Bytef *)made.bytes, .avail_in = (uInt)made.n, .next_out = (Bytef *)back, .avail_out = N};
    CHECK(inflateInit2(&z, -MAX_WBITS) == Z_OK && inflate(&z, Z_FINISH) == Z_STREAM_END);
    CHECK(z.total_out == n && z.avail_in == 0 && memcmp(back, from, n) == 0);
    (void)inflateEnd(&z);
    sx_mem_free(&ctx, made.bytes);
    sx_mem_free(&ctx, again.bytes);
  }
}

/* An archive that takes the packed bytes of the one before is byte for byte a fresh one; of files that changed, or are not in it, nothing is taken. */
static void test_bundle_from(void) {
  enum { N = 40000 };
  static char text[N], other[N];
  for (size_t i = 0; i < N; i++) {
    text[i] = (char)('a' + (i * i + i / 7) % 23);
    other[i] = (char)('a' + (i * 31 + i / 5) % 19);
  }
  sx_publish_files before, next, fresh;
  sx_publish_files_init(&before, NULL);
  REQUIRE_OK(sx_publish_add(&before, "one.csv", text, N, err));
  REQUIRE_OK(sx_publish_add(&before, "数.html", other, N, err));
  REQUIRE_OK(sx_publish_add(&before, "three.pdf", text, N / 2, err));
  REQUIRE_OK(sx_publish_add(&before, "empty.csv", "", 0, err));
  REQUIRE_OK(sx_publish_bundle(&before, "b", err));
  const sx_publish_file *old = &before.items[4];
  for (int damaged = 0; damaged < 2; damaged++) {
    sx_publish_files *lists[] = {&next, &fresh};
    for (int k = 0; k < 2; k++) {
      sx_publish_files_init(lists[k], NULL);
      REQUIRE_OK(sx_publish_add(lists[k], "new.csv", other, N / 3, err));
      REQUIRE_OK(sx_publish_add(lists[k], "one.csv", text, N, err));
      REQUIRE_OK(sx_publish_add(lists[k], "数.html", other, N - 1, err));
      REQUIRE_OK(sx_publish_add(lists[k], "three.pdf", text, N / 2, err));
      REQUIRE_OK(sx_publish_add(lists[k], "empty.csv", "", 0, err));
    }
    next.items[1].there = next.items[3].there = next.items[4].there = true;
    REQUIRE_OK(sx_publish_bundle_from(&next, "b", old->data, damaged ? old->n / 2 : old->n, err));
    REQUIRE_OK(sx_publish_bundle(&fresh, "b", err));
    CHECK_INT(next.items[5].n, fresh.items[5].n);
    CHECK(memcmp(next.items[5].data, fresh.items[5].data, fresh.items[5].n) == 0);
    sx_publish_files_clear(&next);
    sx_publish_files_clear(&fresh);
  }
  /* taken, not deflated again: a file that is said to be there comes as the archive has it */
  sx_publish_files_init(&next, NULL);
  REQUIRE_OK(sx_publish_add(&next, "one.csv", other, N, err));
  next.items[0].there = true;
  REQUIRE_OK(sx_publish_bundle_from(&next, "b", old->data, old->n, err));
  sx_publish_files_init(&fresh, NULL);
  REQUIRE_OK(sx_publish_add(&fresh, "one.csv", text, N, err));
  REQUIRE_OK(sx_publish_bundle(&fresh, "b", err));
  CHECK_INT(next.items[1].n, fresh.items[1].n);
  CHECK(memcmp(next.items[1].data, fresh.items[1].data, fresh.items[1].n) == 0);
  sx_publish_files_clear(&next);
  sx_publish_files_clear(&fresh);
  sx_publish_files_clear(&before);
}

/* Parts that nobody asked for keep their packed bytes, whatever the level; what was put in is there. */
static void test_package_list(void) {
  sx_package first, listed, again;
  sx_buf text;
  char *packed = NULL, *changed = NULL;
  size_t n = 0, n_changed = 0;
  sx_buf_init(&text, NULL);
  for (int i = 0; i < 2000; i++) sx_buf_printf(&text, "<c r=\"A%d\"><v>%d</v></c>", i, i * i % 97);
  sx_publish__package_init(&first, NULL);
  sx_publish__package_init(&listed, NULL);
  sx_publish__package_init(&again, NULL);
  first.level = 1;
  REQUIRE_OK(sx_publish__package_put(&first, "large.xml", text.data, text.n, err));
  REQUIRE_OK(sx_publish__package_put(&first, "small.xml", "as it was", 9, err));
  REQUIRE_OK(sx_publish__package_write(&packed, &n, &first, err));
  REQUIRE_OK(sx_publish__package_list(&listed, packed, n, "one", err));
  CHECK_INT(listed.n, 2);
  CHECK(!listed.parts[0].data && listed.parts[0].n == text.n);
  REQUIRE_OK(sx_publish__package_unpack(&listed, &listed.parts[1], err));
  CHECK_STR(listed.parts[1].data, "as it was");
  REQUIRE_OK(sx_publish__package_put(&listed, "small.xml", "as it is!", 9, err));
  REQUIRE_OK(sx_publish__package_put(&listed, "new.xml", "new", 3, err));
  REQUIRE_OK(sx_publish__package_write(&changed, &n_changed, &listed, err));
  CHECK(!listed.parts[0].data);
  REQUIRE_OK(sx_publish__package_read(&again, changed, n_changed, "two", err));
  REQUIRE(again.n == 3 && again.parts[0].n == text.n);
  CHECK(memcmp(again.parts[0].data, text.data, text.n) == 0);
  CHECK_STR(again.parts[1].data, "as it is!");
  CHECK_STR(again.parts[2].data, "new");
  const size_t head = 30 + strlen("large.xml"); /* the packed bytes of the first part stand behind its head */
  CHECK(n > 1000 && memcmp(packed + head, changed + head, 1000) == 0);
  CHECK_FAILS(sx_publish__package_list(&again, "no archive", 10, "three", err), SX_E_PARSE, "three", "not a");
  sx_publish__package_clear(&first);
  sx_publish__package_clear(&listed);
  sx_publish__package_clear(&again);
  sx_mem_free(NULL, packed);
  sx_mem_free(NULL, changed);
  sx_buf_clear(&text);
}

static void test_write(void) {
  char folder[300], path[400], *data = NULL;
  size_t n = 0;
  struct stat info;
  const char *dir = getenv("SX_BUILD");
  (void)snprintf(folder, sizeof folder, "%s/publish_files.%ld", dir ? dir : "/tmp", (long)getpid());
  REQUIRE(mkdir(folder, 0777) == 0);
  sx_publish_files files;
  sx_publish_files_init(&files, NULL);
  REQUIRE_OK(sx_publish_add(&files, "one", "1", 1, err));
  REQUIRE_OK(sx_publish_add(&files, "two", "2", 1, err));
  REQUIRE_OK(sx_publish_write(&files, folder, err));
  /* the next release fails at its last file: the first stays as it was, and nothing lies about */
  files.items[0].data[0] = '9';
  (void)snprintf(path, sizeof path, "%s/three", folder);
  REQUIRE(mkdir(path, 0777) == 0);
  REQUIRE_OK(sx_publish_add(&files, "three", "3", 1, err));
  CHECK_FAILS(sx_publish_write(&files, folder, err), SX_E_IO, "three", "a folder");
  (void)snprintf(path, sizeof path, "%s/one", folder);
  REQUIRE_OK(sx_file_read(&data, &n, NULL, path, err));
  CHECK_STR(data, "1");
  sx_mem_free(NULL, data);
  (void)snprintf(path, sizeof path, "%s/one.tmp-%ld", folder, (long)getpid());
  CHECK(stat(path, &info) != 0);
  sx_publish_files_clear(&files);
  static const char *const names[] = {"one", "two"};
  for (size_t i = 0; i < 2; i++) {
    (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    CHECK(remove(path) == 0);
  }
  (void)snprintf(path, sizeof path, "%s/three", folder);
  CHECK(rmdir(path) == 0);
  CHECK(rmdir(folder) == 0); /* so it is empty */
}

static void test_csv(void) {
  int64_t run = 0;
  sx_store *store = sample_open(NULL, &run);
  REQUIRE(store);
  sx_publish_files files;
  sx_publish_files_init(&files, NULL);
  REQUIRE_OK(sx_publish_csv(&files, store, run, NULL, err));
  const sx_publish_file *plain = file_named(&files, "dc.csv"), *excel = file_named(&files, "dc.excel.csv");
  REQUIRE(plain && excel);
  CHECK(strncmp(plain->data, "wave,indicator,statistic,", 25) == 0);
  CHECK_INT(excel->n, plain->n + 3);
  CHECK(memcmp(excel->data, "\xEF\xBB\xBFwave", 7) == 0 && memcmp(excel->data + 3, plain->data, plain->n) == 0);
  CHECK_FAILS(sx_publish_csv(&files, store, run + 5, NULL, err), SX_E_ARGUMENT, "", "no run");
  CHECK_INT(files.n, 2);
  CHECK(sx_publish_find("csv") != NULL && sx_publish_find("cvs") == NULL);
  sx_publish_files_clear(&files);
  sample_close(store);
}

SXT_MAIN(SXT_CASE(test_list), SXT_CASE(test_move), SXT_CASE(test_deflate), SXT_CASE(test_bundle_from),
         SXT_CASE(test_package_list), SXT_CASE(test_write), SXT_CASE(test_csv))
