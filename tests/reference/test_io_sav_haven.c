/* What the library writes, read by other programs: haven 2.5.1 in R (.sav, .zsav, .dta) and GNU PSPP 1.6.2 (.sav with sets). haven
 * has its own copy of ReadStat; PSPP's reader is independent of it. Skipped where neither is installed. */
#include <unistd.h>

#include "shuxiao/io.h"
#include "sxt.h"
#include "unit/io/sav_bytes.h"

static char output[1 << 16];

static bool run(const char *command) {
  FILE *p = popen(command, "r");
  if (!p) return false;
  const size_t n = fread(output, 1, sizeof output - 1, p);
  output[n] = 0;
  return pclose(p) == 0;
}

static void write_sample(const char *path) {
  const sav_sample gbk = {"GBK", "GBK", 936, 1, false, 5};
  sav_bytes b;
  sx_table *t = NULL;
  sav_sample_make(&b, &gbk);
  CHECK_OK(sx_io_read_memory(&t, NULL, "a.sav", b.p, b.n, NULL, err));
  CHECK_OK(sx_io_write(t, path, err));
  sx_table_free(t);
  free(b.p);
}

static void has(const char *text) {
  if (!strstr(output, text)) SXT_FAIL("not in the output: %s\n%s", text, output);
}

static void test_haven(void) {
  static const char *const extensions[] = {"sav", "zsav"};
  for (int i = 0; i < 2; i++) {
    char path[64], command[256];
    snprintf(path, sizeof path, "/tmp/sxt-haven-%ld.%s", (long)getpid(), extensions[i]);
    write_sample(path);
    snprintf(command, sizeof command, "LC_ALL=C.UTF-8 Rscript tests/reference/sav_haven.R %s", path);
    CHECK(run(command));
    has("weight | 权数 | 1.5,0.25,2,1,3 |");
    has("性别 | 性别 | 1,2,9,NA,1 | 男=1,女=2,拒答=9 | 9");
    has("收入_元 | 收入（元） | 1234.56,-5,99999,NA,0 |");
    has("| 99999 -Inf..-1");
    has("city | 城市 | 北京,呼和浩特市,不详,,北京 | 首都=北京 | 不详");
    has("GRADE | 等级 | 甲,乙,丙,甲,甲 | 甲等=甲 | 丙");
    has("M1 | 手机 | 1,0,1,NA,0 | 选中=1 |");
    has("DAY | 日期 | 2024-12-25,1970-01-01,NA,1969-12-31,2024-12-25 |");
    has("long_text | 长文 | " SAV_SAMPLE_LONG ",,short," SAV_SAMPLE_LONG);
    remove(path);
  }
}

static void test_haven_dta(void) {
  char path[64], command[256];
  sx_table *t = NULL;
  sx_column *c = NULL;
  snprintf(path, sizeof path, "/tmp/sxt-haven-%ld.dta", (long)getpid());
  REQUIRE_OK(sx_table_new(&t, NULL, 3, err));
  REQUIRE_OK(sx_table_add(&c, t, "income", SX_NUMBER, err));
  c->data.f64[0] = 0.1;
  c->data.f64[1] = 99;
  CHECK_OK(sx_column_set_label(NULL, c, "月收入", err));
  CHECK_OK(sx_column_add_label(NULL, c, 99, NULL, 0, "拒答", err));
  CHECK_OK(sx_column_add_range(NULL, c, 99, 99, NULL, err));
  CHECK_OK(sx_column_set_missing(NULL, c, 2, 'z', err));
  REQUIRE_OK(sx_table_add(&c, t, "day", SX_DATE, err));
  c->data.i64[0] = 20082;
  CHECK_OK(sx_io_write(t, path, err));
  sx_table_free(t);
  snprintf(command, sizeof command, "LC_ALL=C.UTF-8 Rscript tests/reference/sav_haven.R %s", path);
  CHECK(run(command));
  has("income | 月收入 | 0.1,.a,.z | 拒答=.a |");
  has("day | | 2024-12-25,1970-01-01,1970-01-01 |");
  remove(path);
}

static void test_pspp(void) {
  char path[64], syntax[64], command[256];
  snprintf(path, sizeof path, "/tmp/sxt-pspp-%ld.zsav", (long)getpid());
  snprintf(syntax, sizeof syntax, "/tmp/sxt-pspp-%ld.sps", (long)getpid());
  write_sample(path);
  FILE *f = fopen(syntax, "w");
  REQUIRE(f);
  fprintf(f, "GET FILE='%s'.\nMRSETS /DISPLAY NAME=ALL.\nDISPLAY DICTIONARY.\nLIST weight city long_text.\n", path);
  fclose(f);
  snprintf(command, sizeof command, "LC_ALL=C.UTF-8 pspp -O format=csv %s", syntax);
  CHECK(run(command));
  has("$媒体,使用的媒体,Dichotomies,1,\"M1\nM2\nM3\"");
  has("$类别,消费类别,Categories,,\"C1\nC2\"");
  has("收入_元,3,收入（元）,Scale,Input,8,Right,F12.2,F12.2,LOWEST THRU -1; 99999");
  has("GRADE,5,等级,Ordinal,Input,6,Left,A6,A6,");
  has(".2500,呼和浩特市,");
  has("1.5000,北京," SAV_SAMPLE_LONG);
  remove(path);
  remove(syntax);
}

static void test_others(void) {
  const bool haven = system("Rscript -e 'library(haven)' >/dev/null 2>&1") == 0;
  const bool pspp = system("pspp --version >/dev/null 2>&1") == 0;
  if (!haven && !pspp) SXT_SKIP("neither R with haven nor pspp is installed");
  if (haven) {
    test_haven();
    test_haven_dta();
  }
  if (pspp) test_pspp();
}

SXT_MAIN(SXT_CASE(test_others))
