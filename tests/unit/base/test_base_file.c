#include "shuxiao/base.h"
#include "sxt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/sx_file_XXXXXX";

static size_t count_files(void) {
  size_t n = 0;
  DIR *d = opendir(folder);
  if (!d) return 999;
  for (struct dirent *e; (e = readdir(d)) != NULL;) n += e->d_name[0] != '.';
  closedir(d);
  return n;
}

/* Stands in the place of the system's: the renames counted in rename_fails (from 1) fail. */
static int renames, rename_fails;
static bool no_links;

int rename(const char *from, const char *to) {
  if (++renames == rename_fails) {
    errno = EIO;
    return -1;
  }
  return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int link(const char *from, const char *to) {
  if (no_links) {
    errno = EPERM;
    return -1;
  }
  return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

static const char *in_folder(const char *name) {
  static char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void test_round_trip(void) {
  REQUIRE(mkdtemp(folder) != NULL);
  const char *path = in_folder("a.txt");
  char *data = NULL;
  size_t n = 0;
  CHECK(!sx_file_exists(path));
  REQUIRE_OK(sx_file_write(NULL, path, "one\0two", 7, err));
  CHECK(sx_file_exists(path));
  REQUIRE_OK(sx_file_read(&data, &n, NULL, path, err));
  CHECK_INT(n, 7);
  CHECK(memcmp(data, "one\0two", 8) == 0);
  sx_mem_free(NULL, data);
  REQUIRE_OK(sx_file_write(NULL, path, "", 0, err));
  REQUIRE_OK(sx_file_read(&data, &n, NULL, path, err));
  CHECK_INT(n, 0);
  CHECK_STR(data, "");
  sx_mem_free(NULL, data);
  CHECK_INT(count_files(), 1); /* no temporary file stays */
  unlink(path);
}

static void test_faults(void) {
  char *data = NULL;
  char hash[SX_HASH_TEXT];
  size_t n = 0;
  CHECK_FAILS(sx_file_read(&data, &n, NULL, "/nowhere/x", err), SX_E_IO, "/nowhere/x", "cannot be opened");
  CHECK_FAILS(sx_file_read(&data, &n, NULL, "/tmp", err), SX_E_IO, "/tmp", "is a folder");
  CHECK_FAILS(sx_file_write(NULL, "/tmp", "x", 1, err), SX_E_IO, "/tmp", "is a folder");
  CHECK_FAILS(sx_file_write(NULL, "/nowhere/x", "x", 1, err), SX_E_IO, "/nowhere/x", "cannot be written");
  CHECK_FAILS(sx_hash_file(hash, NULL, "/nowhere/x", err), SX_E_IO, "/nowhere/x", "cannot be opened");
  CHECK_FAILS(sx_hash_file(hash, NULL, "/tmp", err), SX_E_IO, "/tmp", "is a folder");
  CHECK(!data && !n);
  sx_ctx ctx = SX_CTX_INIT;
  ctx.memory_limit = 10;
  const char *path = in_folder("big");
  REQUIRE_OK(sx_file_write(NULL, path, "0123456789abcdef", 16, err));
  CHECK_FAILS(sx_file_read(&data, &n, &ctx, path, err), SX_E_LIMIT, path, "memory limit");
  unlink(path);
}

/* /dev/full answers every write with "no space left": the device itself must survive, and a full disk is an error. */
static void test_disk_full(void) {
  if (access("/dev/full", W_OK) != 0) SXT_SKIP("no /dev/full");
  CHECK_FAILS(sx_file_write(NULL, "/dev/full", "x", 1, err), SX_E_IO, "/dev/full", "cannot be written: No space");
  struct stat info;
  CHECK(stat("/dev/full", &info) == 0 && S_ISCHR(info.st_mode));
  CHECK_OK(sx_file_write(NULL, "/dev/null", "x", 1, err));
}

/* A write that fails leaves the old file whole and nothing beside it. */
static void test_old_survives(void) {
  char path[256];
  snprintf(path, sizeof path, "%s", in_folder("old"));
  REQUIRE_OK(sx_file_write(NULL, path, "old", 3, err));
  /* The temporary name is taken by a folder: opening it fails. */
  char block[300];
  snprintf(block, sizeof block, "%s.tmp-%ld", path, (long)getpid());
  REQUIRE(mkdir(block, 0700) == 0);
  CHECK_FAILS(sx_file_write(NULL, path, "new", 3, err), SX_E_IO, "old", "cannot be written");
  rmdir(block);
  char *data = NULL;
  size_t n = 0;
  REQUIRE_OK(sx_file_read(&data, &n, NULL, path, err));
  CHECK_STR(data, "old");
  sx_mem_free(NULL, data);
  unlink(path);
  CHECK_INT(count_files(), 0);
}

static void check_text(const char *path, const char *want) {
  char *data = NULL;
  size_t n = 0;
  REQUIRE_OK(sx_file_read(&data, &n, NULL, path, err));
  CHECK_STR(data, want);
  sx_mem_free(NULL, data);
}

/* Four files, of which the third is new: whichever rename fails, the old ones are back, the new one is not there, and nothing lies beside them; on
 * file systems without links too. */
static void test_all_or_none(void) {
  char path[4][256];
  sx_file_parts parts[4];
  for (int i = 0; i < 4; i++) {
    snprintf(path[i], sizeof path[i], "%s", in_folder((const char[]){'w', (char)('0' + i), '\0'}));
    if (i != 2) REQUIRE_OK(sx_file_write(NULL, path[i], "old", 3, err));
    parts[i] = (sx_file_parts){.path = path[i], .data = "new", .n = 3};
  }
  for (int links = 1; links >= 0; links--) {
    no_links = !links;
    for (int fails = 1; fails <= (links ? 4 : 7); fails++) {
      renames = 0, rename_fails = fails;
      CHECK_FAILS(sx_files_write(NULL, parts, 4, err), SX_E_IO, "/w",
                  "cannot be replaced: Input/output error; all files are as they were");
      for (int i = 0; i < 4; i++)
        if (i != 2) check_text(path[i], "old");
      CHECK(!sx_file_exists(path[2]));
      CHECK_INT(count_files(), 3);
    }
    rename_fails = 0;
    sx_files_change *change = NULL;
    REQUIRE_OK(sx_files_replace(&change, NULL, parts, 4, NULL, err));
    for (int i = 0; i < 4; i++) check_text(path[i], "new");
    CHECK_OK(sx_files_undo(change, err));
    CHECK_INT(count_files(), 3);
    check_text(path[3], "old");
    /* one that cannot be put back is named, and the old file is still there under its second name */
    REQUIRE_OK(sx_files_replace(&change, NULL, parts, 4, NULL, err));
    renames = 0, rename_fails = 1;
    CHECK_FAILS(sx_files_undo(change, err), SX_E_IO, path[3], "cannot be put back");
    rename_fails = 0;
    char second[300];
    snprintf(second, sizeof second, "%s.tmp-%ld-old", path[3], (long)getpid());
    check_text(second, "old");
    REQUIRE(rename(second, path[3]) == 0);
    CHECK_INT(count_files(), 3);
  }
  no_links = false;
  REQUIRE_OK(sx_files_write(NULL, parts, 4, err));
  CHECK_INT(count_files(), 4);
  for (int i = 0; i < 4; i++) {
    check_text(path[i], "new");
    unlink(path[i]);
  }
}

/* Written side by side: of two that cannot be written the first is named, though the other, the larger, is begun before it; and nothing is left over. */
static void test_written_beside(void) {
  static char large[1 << 16];
  const sx_ctx two = {.n_threads = 2};
  const char *const names[] = {"s0", "none/s1", "s2", "none/s3"};
  char path[4][256];
  sx_file_parts parts[4];
  for (size_t i = 0; i < 4; i++) {
    snprintf(path[i], sizeof path[i], "%s", in_folder(names[i]));
    parts[i] = (sx_file_parts){.path = path[i], .data = large, .n = i == 3 ? sizeof large : i};
  }
  const size_t before = count_files();
  for (int i = 0; i < 20; i++) {
    CHECK_FAILS(sx_files_write(&two, parts, 4, err), SX_E_IO, "none/s1",
                "cannot be written: No such file or directory");
    CHECK_INT(count_files(), before);
  }
  parts[1].path = path[2], parts[2].path = path[3]; /* and all of them, in their places */
  snprintf(path[2], sizeof path[2], "%s", in_folder("s1"));
  snprintf(path[3], sizeof path[3], "%s", in_folder("s2"));
  REQUIRE_OK(sx_files_write(&two, parts, 3, err));
  CHECK_INT(count_files(), before + 3);
  for (size_t i = 0; i < 3; i++) {
    char *data = NULL;
    size_t n = 0;
    REQUIRE_OK(sx_file_read(&data, &n, NULL, parts[i].path, err));
    CHECK_INT(n, i);
    sx_mem_free(NULL, data);
    unlink(parts[i].path);
  }
}

/* A program that ends with files in their places and nothing settled leaves its journal; played back twice it does the same. */
static void leave(const sx_file_parts *parts, const sx_files_journal *journal) {
  const pid_t child = fork();
  if (child == 0) {
    sx_files_change *change = NULL;
    _exit(sx_files_replace(&change, NULL, parts, 4, journal, NULL) == SX_OK ? 9 : 1);
  }
  int how = 0;
  REQUIRE(child > 0 && waitpid(child, &how, 0) == child);
  CHECK(WIFEXITED(how) && WEXITSTATUS(how) == 9);
}

/* Of four files one is new, two are replaced, one goes. */
static void test_journal(void) {
  char path[4][256], place[256], *who = NULL;
  sx_file_parts parts[4];
  bool done = true;
  sx_buf changed;
  sx_buf_init(&changed, NULL);
  snprintf(place, sizeof place, "%s", in_folder("journal"));
  for (int i = 0; i < 4; i++) {
    snprintf(path[i], sizeof path[i], "%s", in_folder((const char[]){'j', (char)('0' + i), '\0'}));
    if (i != 2) REQUIRE_OK(sx_file_write(NULL, path[i], "old", 3, err));
    parts[i] = (sx_file_parts){.path = path[i], .data = i == 3 ? NULL : "new", .n = i == 3 ? 0 : 3, .gone = i == 3};
  }
  for (int links = 1; links >= 0; links--) {
    no_links = !links;
    const sx_files_journal journal = {place, links ? "run 7" : ""};
    leave(parts, &journal);
    CHECK(!sx_file_exists(path[3]));
    REQUIRE_OK(sx_files_journal_who(&who, &done, NULL, place, err));
    CHECK_STR(who, links ? "run 7" : "");
    CHECK(!done);
    sx_mem_free(NULL, who);
    char *text = NULL;
    size_t n = 0;
    REQUIRE_OK(sx_file_read(&text, &n, NULL, place, err));
    for (int twice = 0; twice < 2; twice++) {
      REQUIRE_OK(sx_files_journal_play(&changed, NULL, place, false, err));
      for (int i = 0; i < 4; i++)
        if (i != 2) check_text(path[i], "old");
      CHECK(!sx_file_exists(path[2]) && !sx_file_exists(place));
      if (!twice) REQUIRE_OK(sx_file_write(NULL, place, text, n, err));
    }
    sx_mem_free(NULL, text);
    CHECK_INT(count_files(), 3);
    /* someone's own since then stays */
    leave(parts, &journal);
    FILE *mine = fopen(path[0], "w");
    REQUIRE(mine && fputs("mine", mine) >= 0 && fclose(mine) == 0);
    REQUIRE_OK(sx_files_journal_play(&changed, NULL, place, false, err));
    check_text(path[0], "mine");
    check_text(path[1], "old");
    CHECK_STR(changed.data, "j0");
    sx_buf_reset(&changed);
    CHECK_INT(count_files(), 3);
    REQUIRE_OK(sx_file_write(NULL, path[0], "old", 3, err));
    /* what can be told to have been done is */
    leave(parts, &journal);
    REQUIRE_OK(sx_files_journal_play(&changed, NULL, place, true, err));
    for (int i = 0; i < 3; i++) check_text(path[i], "new");
    CHECK_INT(count_files(), 3);
    unlink(path[2]);
    for (int i = 0; i < 4; i++)
      if (i != 2) REQUIRE_OK(sx_file_write(NULL, path[i], "old", 3, err));
    /* a place that cannot be taken: all as it was; one that cannot be put back: the journal stays, and does it later */
    sx_files_change *change = NULL;
    renames = 0, rename_fails = 2;
    CHECK_FAILS(sx_files_replace(&change, NULL, parts, 4, &journal, err), SX_E_IO, "/j", "all files are as they were");
    rename_fails = 0;
    CHECK_INT(count_files(), 3);
    REQUIRE_OK(sx_files_replace(&change, NULL, parts, 4, &journal, err));
    renames = 0, rename_fails = 1;
    CHECK_FAILS(sx_files_undo(change, err), SX_E_IO, path[3], "cannot be put back");
    rename_fails = 0;
    CHECK(sx_file_exists(place) && !sx_file_exists(path[3]));
    REQUIRE_OK(sx_files_journal_play(&changed, NULL, place, false, err));
    check_text(path[3], "old");
    CHECK_INT(count_files(), 3);
  }
  no_links = false;
  /* not written to its end, as a power cut leaves it; and none of ours */
  static const char torn[] = "shuxiao files 1 open\nrun 7\n12\n+ ";
  REQUIRE_OK(sx_file_write(NULL, place, torn, sizeof torn - 1, err));
  REQUIRE_OK(sx_files_journal_who(&who, &done, NULL, place, err));
  CHECK(who == NULL);
  REQUIRE_OK(sx_files_journal_play(&changed, NULL, place, false, err));
  CHECK(!sx_file_exists(place));
  REQUIRE_OK(sx_file_write(NULL, place, "notes", 5, err));
  CHECK_FAILS(sx_files_journal_play(&changed, NULL, place, false, err), SX_E_DATA, place, "move it away");
  unlink(place);
  const sx_files_journal elsewhere = {"/tmp/sub/journal", ""};
  sx_files_change *change = NULL;
  CHECK_FAILS(sx_files_replace(&change, NULL, parts, 4, &elsewhere, err), SX_E_ARGUMENT, "/j", "not in the folder");
  CHECK_INT(count_files(), 3);
  for (int i = 0; i < 4; i++) unlink(path[i]);
  sx_buf_clear(&changed);
}

/* A disk that ends in the middle of a file, played by the limit on file sizes. */
static void test_write_cut(void) {
  const size_t n = 1 << 20;
  char path[256];
  snprintf(path, sizeof path, "%s", in_folder("cut"));
  char *big = sx_mem_zalloc(NULL, n, 1), *data = NULL;
  REQUIRE(big != NULL);
  REQUIRE_OK(sx_file_write(NULL, path, "old", 3, err));
  struct rlimit before;
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const struct rlimit small = {4096, before.rlim_max};
  void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  CHECK_FAILS(sx_file_write(NULL, path, big, n, err), SX_E_IO, path, "cannot be written: ");
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  size_t got = 0;
  REQUIRE_OK(sx_file_read(&data, &got, NULL, path, err));
  CHECK_STR(data, "old");
  CHECK_INT(count_files(), 1);
  sx_mem_free(NULL, data);
  sx_mem_free(NULL, big);
  unlink(path);
}

/* Not a regular file: the size is not known beforehand. */
static void test_pipe(void) {
  char *data = NULL;
  size_t n = 0;
  if (access("/proc/self/status", R_OK) != 0) SXT_SKIP("no /proc");
  REQUIRE_OK(sx_file_read(&data, &n, NULL, "/proc/self/status", err));
  CHECK(n > 100 && strlen(data) == n && strstr(data, "Pid:"));
  sx_mem_free(NULL, data);
  sx_ctx ctx = SX_CTX_INIT;
  ctx.memory_limit = 1 << 18;
  CHECK_FAILS(sx_file_read(&data, &n, &ctx, "/dev/zero", err), SX_E_LIMIT, "/dev/zero", "memory limit");
  /* one with a name would be waited for */
  char hash[SX_HASH_TEXT];
  const char *pipe = in_folder("pipe");
  REQUIRE(mkfifo(pipe, 0600) == 0);
  CHECK_FAILS(sx_file_read(&data, &n, NULL, pipe, err), SX_E_IO, pipe, "is a named pipe");
  CHECK_FAILS(sx_hash_file(hash, NULL, pipe, err), SX_E_IO, pipe, "is a named pipe");
  unlink(pipe);
}

/* What a killed process left: of files that begin so, and only of processes that are gone. */
static void test_sweep(void) {
  char gone[80], other[80], mine[80];
  const pid_t child = fork();
  if (child == 0) _exit(0);
  REQUIRE(child > 0 && waitpid(child, NULL, 0) == child);
  snprintf(gone, sizeof gone, "report.zh.html.tmp-%ld", (long)child);
  snprintf(other, sizeof other, "notes.tmp-%ld", (long)child);
  snprintf(mine, sizeof mine, "report.en.html.tmp-%ld", (long)getpid());
  const char *const names[] = {gone, other, mine, "report.tmp-", "report.tmp-1x", "report.zh.html"};
  for (size_t i = 0; i < 6; i++) REQUIRE_OK(sx_file_write(NULL, in_folder(names[i]), "x", 1, err));
  sx_folder_sweep(folder, "report.");
  for (size_t i = 0; i < 6; i++) {
    CHECK_INT(sx_file_exists(in_folder(names[i])), i != 0);
    (void)unlink(in_folder(names[i]));
  }
  sx_folder_sweep("no/such/folder", "report.");
}

static bool always(void *data) {
  (void)data;
  return true;
}
static void test_cancel(void) {
  sx_ctx ctx = SX_CTX_INIT;
  ctx.cancelled = always;
  char *data = NULL, hash[SX_HASH_TEXT];
  size_t n = 0;
  CHECK_FAILS(sx_file_read(&data, &n, &ctx, "/dev/null", err), SX_E_CANCELLED, "", "");
  CHECK_FAILS(sx_hash_file(hash, &ctx, "/dev/null", err), SX_E_CANCELLED, "", "");
}

/* FIPS 180-4 examples, and sha256sum's answer for the empty text. */
static void test_hash(void) {
  char hash[SX_HASH_TEXT];
  sx_hash_bytes(hash, "abc", 3);
  CHECK_STR(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  sx_hash_bytes(hash, "", 0);
  CHECK_STR(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  char *million = sx_mem_alloc(NULL, 1000000, 1);
  REQUIRE(million != NULL);
  memset(million, 'a', 1000000);
  const char *path = in_folder("million");
  REQUIRE_OK(sx_file_write(NULL, path, million, 1000000, err));
  CHECK_OK(sx_hash_file(hash, NULL, path, err));
  CHECK_STR(hash, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  unlink(path);
  sx_mem_free(NULL, million);
}

static void check_beside(const char *base, const char *name, const char *want) {
  char *path = sx_path_beside(NULL, base, name);
  CHECK_STR(path, want);
  sx_mem_free(NULL, path);
}
static void test_beside(void) {
  check_beside("dir/study.yaml", "a.csv", "dir/a.csv");
  check_beside("study.yaml", "a.csv", "a.csv");
  check_beside("/a/b/c.yaml", "../x", "/a/b/../x");
  check_beside("/a/b/c.yaml", "/abs", "/abs");
  check_beside("/root.yaml", "x", "/x");
  rmdir(folder);
}

SXT_MAIN(SXT_CASE(test_round_trip), SXT_CASE(test_faults), SXT_CASE(test_disk_full), SXT_CASE(test_old_survives),
         SXT_CASE(test_all_or_none), SXT_CASE(test_written_beside), SXT_CASE(test_journal), SXT_CASE(test_write_cut),
         SXT_CASE(test_pipe), SXT_CASE(test_sweep), SXT_CASE(test_cancel), SXT_CASE(test_hash), SXT_CASE(test_beside))
