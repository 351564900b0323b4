/* Another program's reading of our Word files: LibreOffice opens one, template and all, and sets it; what stands on its pages is looked at. */
#include <unistd.h>

#include "document_help.h"

#include "shuxiao/publish.h"

static char folder[300];

static size_t count(const char *text, const char *what) {
  size_t n = 0;
  for (const char *at = strstr(text, what); at; at = strstr(at + 1, what)) n++;
  return n;
}

/* The text of the pages; "" where the program failed. */
static const char *set_by_office(const char *template_file) {
  static char text[1 << 20];
  char path[400], line[1400];
  doc_maker m;
  sx_buf docx;
  sx_buf_init(&docx, NULL);
  doc_sample(&m, NULL, 20, 50);
  CHECK_OK(sx_publish_docx_document(&docx, &m.d, template_file, false, err));
  doc_clear(&m);
  snprintf(path, sizeof path, "%s/office.docx", folder);
  CHECK_OK(sx_file_write(NULL, path, docx.data, docx.n, err));
  sx_buf_clear(&docx);
  snprintf(line, sizeof line,
           "rm -f '%s/office.pdf'; timeout 120 soffice --headless -env:UserInstallation=file://%s/office.profile "
           "--convert-to pdf "
           "--outdir '%s' '%s' >/dev/null 2>&1; pdftotext -layout '%s/office.pdf' - 2>/dev/null",
           folder, folder, folder, path, folder);
  FILE *pipe = popen(line, "r");
  const size_t n = pipe ? fread(text, 1, sizeof text - 1, pipe) : 0;
  text[n] = '\0';
  if (pipe) pclose(pipe);
  return text;
}

static void test_opens(void) {
  const char *text = set_by_office(NULL);
  CHECK(count(text, "9.58") >= 10);
  CHECK(strstr(text, "77.3 – 79.7") != NULL && strstr(text, "78.5%") != NULL && strstr(text, "46.5") != NULL);
  CHECK(strstr(text, "标签 <b>粗</b> & \"引号\"") != NULL);
  CHECK(count(text, "脚注里也有数字") == 1);
  CHECK(count(text, "省份（表头重复）") >= 2); /* the head of a table is set again on the next page */
  CHECK(strstr(text, "Error") == NULL && strstr(text, "错误") == NULL);
  CHECK(count(text, "\f") >= 5);
}

/* A file that an office program saved serves as a template. */
static void test_template(void) {
  char line[1400], path[400];
  snprintf(line, sizeof line,
           "mkdir -p '%s/saved'; timeout 120 soffice --headless -env:UserInstallation=file://%s/office.profile "
           "--convert-to docx "
           "--outdir '%s/saved' '%s/office.docx' >/dev/null 2>&1",
           folder, folder, folder, folder);
  CHECK(system(line) == 0);
  snprintf(path, sizeof path, "%s/saved/office.docx", folder);
  const char *text = set_by_office(path);
  CHECK(count(text, "9.58") >= 10);
  CHECK(count(text, "数字消费发展报告（样例）") >= 2); /* the template's header */
}

int main(int argc, char **argv) {
  const char *build = getenv("SX_BUILD");
  (void)argc;
  (void)argv;
  if (system("command -v soffice >/dev/null && command -v pdftotext >/dev/null") != 0)
    SXT_SKIP("libreoffice-writer-nogui or poppler-utils is not installed");
  snprintf(folder, sizeof folder, "%s/office.%ld", build ? build : "/tmp", (long)getpid());
  char line[400];
  snprintf(line, sizeof line, "mkdir -p '%s'", folder);
  if (system(line) != 0) return 1;
  test_opens();
  test_template();
  snprintf(line, sizeof line, "rm -rf '%s'", folder);
  if (system(line) != 0) return 1;
  return sxt_failures != 0;
}
