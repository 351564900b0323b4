/* cli_doctor.c: is this machine fit for the work: fonts, libraries, permissions, versions. */
#include "cli.h"
#include "shuxiao/draw.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct doctor {
  const cli_app *app;
  int problems;
} doctor;

static void report(doctor *d, bool ok, bool needed, const char *what, const char *detail) {
  const char *mark = ok       ? cli_text(d->app, "ok     ", "正常")
                     : needed ? cli_text(d->app, "PROBLEM", "问题")
                              : cli_text(d->app, "note   ", "提示");
  printf("%s  %-12s %s\n", mark, what, detail);
  if (!ok && needed) d->problems++;
}

/* Font files that hold Chinese, by the names that Debian, Windows and macOS give them. */
static bool is_cjk_font(const char *name) {
  static const char *const known[] = {"NotoSansCJK", "NotoSerifCJK", "SourceHanSans",    "wqy-", "msyh", "simsun",
                                      "PingFang",    "STHeiti",      "DroidSansFallback"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (strncmp(name, known[i], strlen(known[i])) == 0) return true;
  }
  return false;
}

static bool find_cjk_font(char *found, size_t size, const char *dir, int depth) {
  DIR *handle = depth < 6 ? opendir(dir) : NULL;
  if (!handle) return false;
  bool hit = false;
  for (struct dirent *entry = readdir(handle); entry && !hit; entry = readdir(handle)) {
    if (entry->d_name[0] == '.') continue;
    char path[1024];
    const int n = snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
    if (n < 0 || (size_t)n >= sizeof path) continue;
    if (is_cjk_font(entry->d_name)) {
      snprintf(found, size, "%.*s", (int)size - 1, path);
      hit = true;
    } else {
      hit = find_cjk_font(found, size, path, depth + 1);
    }
  }
  closedir(handle);
  return hit;
}

/* What pictures and pages of PDF are drawn with: the fonts that the drawing library finds. */
static void check_drawing_fonts(doctor *d) {
  static const char text[] = "数字消费，用户“增长”12.5%（城镇）abc";
  sx_error err = SX_ERROR_INIT;
  const bool ok = sx_draw_font_check(text, strlen(text), NULL, &err) == SX_OK;
  report(d, ok, false, cli_text(d->app, "pictures", "图片"),
         ok ? cli_text(d->app, "fonts for Chinese and Latin text", "有中文和西文字体") : err.message);
}

static void check_fonts(doctor *d) {
  char found[512] = "", home[512] = "";
  const char *const user = getenv("HOME");
  bool ok = find_cjk_font(found, sizeof found, "/usr/share/fonts", 0) ||
            find_cjk_font(found, sizeof found, "/usr/local/share/fonts", 0);
  if (!ok && user && snprintf(home, sizeof home, "%s/.local/share/fonts", user) > 0)
    ok = find_cjk_font(found, sizeof found, home, 0);
  report(d, ok, false, cli_text(d->app, "fonts", "字体"),
         ok ? found
            : cli_text(d->app,
                       "no Chinese font on this machine; readers of the report need one: apt install fonts-noto-cjk",
                       "本机没有中文字体，阅读报告需要：apt install fonts-noto-cjk"));
}

/* The shared libraries in use, as the system loaded them. */
static void list_libraries(doctor *d) {
  static const char *const wanted[] = {"libreadstat", "libsqlite3", "libfyaml",    "libjansson",
                                       "libmd4c",     "libgsl.",    "libutf8proc", "libnettle",
                                       "libz.",       "libc.",      "libcairo.",   "libpango-1"};
  char line[1024], last[512] = "";
  FILE *maps = fopen("/proc/self/maps", "r");
  while (maps && fgets(line, sizeof line, maps)) {
    const char *path = strchr(line, '/');
    const char *name = path ? strrchr(path, '/') + 1 : NULL;
    if (!name) continue;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
      if (strncmp(name, wanted[i], strlen(wanted[i])) != 0) continue;
      char resolved[512];
      snprintf(resolved, sizeof resolved, "%.*s", (int)strcspn(path, "\n"), path);
      if (strcmp(resolved, last) != 0) report(d, true, true, cli_text(d->app, "library", "库"), resolved);
      memcpy(last, resolved, sizeof last);
    }
  }
  if (maps) fclose(maps);
}

static void check_writable(doctor *d, const char *what, const char *dir) {
  char text[600];
  const bool ok = access(dir, W_OK | X_OK) == 0;
  snprintf(text, sizeof text, "%.500s%s", dir, ok ? "" : cli_text(d->app, ": cannot be written", "：不可写"));
  report(d, ok, true, what, text);
}

static void check_machine(doctor *d) {
  char text[128];
  const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  const double gib = (double)pages * (double)page / (1024.0 * 1024.0 * 1024.0);
  snprintf(text, sizeof text, "%d %s, %.1f GiB", sx_ctx_threads(&d->app->ctx), cli_text(d->app, "threads", "线程"),
           gib);
  report(d, gib >= 1.0, false, cli_text(d->app, "machine", "机器"), text);
}

static void check_locale(doctor *d) {
  const char *lang = getenv("LC_ALL");
  if (!lang || !*lang) lang = getenv("LC_CTYPE");
  if (!lang || !*lang) lang = getenv("LANG");
  const bool ok = lang && (strstr(lang, "UTF-8") || strstr(lang, "utf8"));
  report(d, ok, false, cli_text(d->app, "locale", "区域"),
         ok ? lang
            : cli_text(d->app, "not UTF-8: Chinese may print as question marks in this terminal (export LANG=C.UTF-8)",
                       "不是 UTF-8：终端里的中文可能显示为问号（export LANG=C.UTF-8）"));
}

static int run_doctor(cli_app *app, const cli_args *args) {
  (void)args;
  doctor d = {.app = app};
  char here[512], version[64];
  snprintf(version, sizeof version, "shuxiao %s", sx_version());
  report(&d, true, true, cli_text(app, "version", "版本"), version);
  check_machine(&d);
  check_locale(&d);
  check_fonts(&d);
  check_drawing_fonts(&d);
  if (getcwd(here, sizeof here)) check_writable(&d, cli_text(app, "folder", "目录"), here);
  const char *temporary = getenv("TMPDIR");
  check_writable(&d, cli_text(app, "temporary", "临时目录"), temporary ? temporary : "/tmp");
  list_libraries(&d);
  return d.problems == 0 ? CLI_OK : CLI_FAILED;
}

const cli_command cli_doctor_command = {
    .name = "doctor",
    .synopsis = "",
    .summary_en = "fonts, libraries, permissions, versions of this machine",
    .summary_zh = "检查本机的字体、库、权限和版本",
    .detail_en = "Looks and changes nothing. A line marked PROBLEM must be put right and makes the exit code 1; a note "
                 "need not.",
    .detail_zh = "只检查，不改动任何内容。标为“问题”的必须处理，此时退出码为 1；标为“提示”的不影响使用。",
    .example = "shuxiao doctor",
    .options = NULL,
    .n_options = 0,
    .min_words = 0,
    .max_words = 0,
    .run = run_doctor};
