/* published_sample.h: a page, a workbook and a Word file as a run published them, the folder in which they lie and the store that has their hashes: for the tests of the
 * audit of single files. The numbers are made up. */
#ifndef PUBLISHED_SAMPLE_H
#define PUBLISHED_SAMPLE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "shuxiao/audit_text.h"

typedef struct published_part {
  const char *name, *text;
} published_part;

static const char published_page[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><style>td{color:red}</style></head>\n<body><p>Users and rates.</p>\n"
    "<table><tr><th>Urban</th><td>46.5%</td></tr>\n<tr><th>Rural</th><td>21.0%</td></tr></table>\n"
    "<ol><li>one</li><li>two</li></ol>\n<script>var a = {\"b\": 1,\n\"c\": 2};</script></body></html>\n";

static const published_part published_book[] = {
    {"[Content_Types].xml", "<Types/>"},
    {"xl/workbook.xml",
     "<workbook xmlns:r=\"r\"><sheets><sheet name=\"T\" r:id=\"a\"/><sheet name=\"U\" r:id=\"b\"/>"
     "</sheets><definedNames><definedName name=\"n\">'T'!$B$2</definedName></definedNames></workbook>"},
    {"xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id=\"a\" Target=\"worksheets/sheet1.xml\"/>"
                                   "<Relationship Id=\"b\" Target=\"worksheets/sheet2.xml\"/></Relationships>"},
    {"xl/sharedStrings.xml", "<sst><si><t>Urban</t></si><si><r><t>Ru</t></r><r><t>ral</t></r></si></sst>"},
    {"xl/styles.xml", "<styleSheet><numFmts><numFmt numFmtId=\"170\" formatCode=\"0.0%\"/></numFmts><cellXfs><xf "
                      "numFmtId=\"0\"/><xf numFmtId=\"170\"/><xf numFmtId=\"9\"/></cellXfs><dxfs/></styleSheet>"},
    {"xl/worksheets/sheet1.xml",
     "<worksheet><sheetData><row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"B2\" "
     "s=\"1\"><v>0.465</v></c></row><row "
     "r=\"3\"><c r=\"A3\" t=\"s\"><v>1</v></c><c r=\"B3\" s=\"1\"><f>B2-0.255</f><v>0.21</v></c></row></sheetData>"
     "</worksheet>"},
    {"xl/worksheets/sheet2.xml", "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" "
                                 "t=\"inlineStr\"><is><t>Note</t></is></c></row></sheetData></worksheet>"},
    {"xl/worksheets/_rels/sheet2.xml.rels",
     "<Relationships><Relationship Id=\"d\" Target=\"../charts/chart1.xml\"/></Relationships>"},
    {"xl/charts/chart1.xml", "<c><title>Rates</title><axis max=\"1\"/></c>"}};
enum { PUBLISHED_BOOK = sizeof published_book / sizeof *published_book };

#define PUBLISHED_CELL(text) "<w:tc><w:p><w:r><w:t>" text "</w:t></w:r></w:p></w:tc>"
#define PUBLISHED_NUMBER(key, text)                                                                                    \
  "<w:tc><w:p><w:fldSimple w:instr=\"DOCPROPERTY &quot;" key " | e2 .1;%&quot;\"><w:r><w:t>" text                      \
  "</w:t></w:r></w:fldSimple></w:p></w:tc>"
static const published_part published_word[] = {
    {"[Content_Types].xml", "<Types/>"},
    {"word/document.xml",
     "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>"
     "<w:p><w:r><w:t>In 2025 rates rose.</w:t></w:r></w:p><w:tbl><w:tr>" PUBLISHED_CELL("Group")
         PUBLISHED_CELL("Rate") "</w:tr><w:tr>" PUBLISHED_CELL("Urban")
             PUBLISHED_NUMBER("rate.urban", "46.5%") "</w:tr><w:tr>" PUBLISHED_CELL("Rural") PUBLISHED_NUMBER(
                 "rate.rural", "21.0%") "</w:tr></w:tbl><w:p><w:r><w:t>The end.</w:t></w:r></w:p></w:body>"
                                        "</w:document>"}};
/* The parts of a Word file with a caption that a sentence refers to, a chart and what stands beside the text; the list of its parts is the first. */
static const published_part published_report[] = {
    {"[Content_Types].xml", "<Types/>"},
    {"docProps/core.xml", "<core><title>Rates 2025</title><subject>Use</subject></core>"},
    {"docProps/custom.xml", "<Properties><property name=\"rate.urban | e2 .1;%\"><lpwstr>46.5%</lpwstr></property>"
                            "</Properties>"},
    {"word/numbering.xml", "<numbering><lvl><start val=\"1\"/><lvlText val=\"%1.\"/></lvl></numbering>"},
    {"word/header1.xml", "<w:hdr xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:p><w:r>"
                         "<w:t>Rates 2025</w:t></w:r></w:p></w:hdr>"},
    {"word/_rels/document.xml.rels", "<Relationships><Relationship Id=\"c\" Target=\"charts/chart1.xml\"/>"
                                     "</Relationships>"},
    {"word/charts/chart1.xml",
     "<c><ser><tx><v>Rate</v></tx><cat><pt idx=\"0\"><v>Urban</v></pt></cat><val><pt idx=\"0\"><v>0.465</v></pt></val>"
     "<dLbls><numFmt formatCode=\"0.0%\" sourceLinked=\"0\"/></dLbls></ser><valAx><max val=\"1\"/></valAx></c>"},
    {"word/document.xml",
     "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"r\"><w:body>"
     "<w:p><w:r><w:t>Lines are 95% intervals; one in six, see </w:t></w:r><w:fldSimple w:instr=\"REF _Ref_f1 "
     "\\h\"><w:r>"
     "<w:t>Figure 1</w:t></w:r></w:fldSimple><w:r><w:t>.</w:t></w:r></w:p>"
     "<w:p><w:bookmarkStart w:id=\"1\" w:name=\"_Ref_f1\"/><w:r><w:t>Figure </w:t></w:r><w:fldSimple w:instr=\"SEQ "
     "Figure\"><w:r><w:t>1</w:t></w:r></w:fldSimple><w:bookmarkEnd w:id=\"1\"/><w:r><w:t> Rates</w:t></w:r>"
     "<w:r><w:drawing><docPr descr=\"Bars\"/><chart r:id=\"c\"/></w:drawing></w:r></w:p></w:body></w:document>"}};
enum { PUBLISHED_REPORT = sizeof published_report / sizeof *published_report };
enum { PUBLISHED_WORD = sizeof published_word / sizeof *published_word };

/* An archive of the parts, the caller's to free; of the part called `name` the text is `text` (NULL: all as they are). */
static char *published_zip(size_t *n, const published_part *parts, size_t n_parts, const char *name, const char *text,
                           size_t n_text) {
  zip_error_t error;
  zip_error_init(&error);
  *n = 0;
  zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
  zip_t *zip = source ? zip_open_from_source(source, ZIP_TRUNCATE, &error) : NULL;
  if (!zip) return NULL;
  zip_source_keep(source);
  bool right = true;
  for (size_t i = 0; i < n_parts && right; i++) {
    const bool other = name && strcmp(parts[i].name, name) == 0;
    const char *own = other ? text : parts[i].text;
    right = zip_file_add(zip, parts[i].name, zip_source_buffer(zip, own, other ? n_text : strlen(own), 0), 0) >= 0;
  }
  char *data = NULL;
  zip_stat_t stat;
  if (right && zip_close(zip) == 0 && zip_source_open(source) == 0 && zip_source_stat(source, &stat) == 0 &&
      (data = malloc((size_t)stat.size + 1)) != NULL) {
    const zip_int64_t got = zip_source_read(source, data, stat.size);
    *n = got > 0 ? (size_t)got : 0;
    zip_source_close(source);
  }
  zip_source_free(source);
  return data;
}

static const char *const published_names[] = {"report.en.html", "s_tables.xlsx", "s.docx", "r.docx"};
enum { PUBLISHED_FILES = sizeof published_names / sizeof *published_names };

/* Of the codebook, which lies in the store alone. */
static const char published_codebook[] = "# Sample\n\n| Value | Cases |\n|---|---|\n| Men | 150 |\n| Women | 151 |\n";

/* The files in the folder (which is made), and the store. */
static sx_status published_store(sx_store **out, const sx_ctx *ctx, const char *path, const char *folder,
                                 sx_error *err) {
  char record[800] = "html xlsx docx\n", file[300], hash[SX_HASH_TEXT];
  char *data[PUBLISHED_FILES] = {NULL};
  size_t n[PUBLISHED_FILES] = {sizeof published_page - 1}, used = strlen(record);
  int64_t run;
  const sx_store_run info = {.study = "s",
                             .wave = "w",
                             .title_zh = "样",
                             .title_en = "sample",
                             .version = "0",
                             .options_json = "{}",
                             .started = "2025-01-01T00:00:00Z"};
  data[0] = strdup(published_page);
  data[1] = published_zip(&n[1], published_book, PUBLISHED_BOOK, NULL, NULL, 0);
  data[2] = published_zip(&n[2], published_word, PUBLISHED_WORD, NULL, NULL, 0);
  data[3] = published_zip(&n[3], published_report, PUBLISHED_REPORT, NULL, NULL, 0);
  (void)mkdir(folder, 0700);
  (void)remove(path);
  sx_status status = data[0] && data[1] && data[2] && data[3] ? SX_OK : SX_E_MEMORY;
  for (size_t i = 0; i < PUBLISHED_FILES && status == SX_OK; i++) {
    sx_hash_bytes(hash, data[i], n[i]);
    used += (size_t)snprintf(record + used, sizeof record - used, "%s  %s\n", hash, published_names[i]);
    (void)snprintf(file, sizeof file, "%s/%s", folder, published_names[i]);
    status = sx_file_write(NULL, file, data[i], n[i], err);
  }
  sx_hash_bytes(hash, published_codebook, sizeof published_codebook - 1);
  used += (size_t)snprintf(record + used, sizeof record - used, "%s  s_codebook.en.md\n", hash);
  if (status == SX_OK) status = sx_store_open(out, ctx, path, SX_STORE_WRITE, err);
  if (status == SX_OK) status = sx_store_begin(&run, *out, &info, NULL, 0, err);
  if (status == SX_OK)
    status = sx_store_put_block(*out, 0, "document", "document",
                                "{\"title\":{\"zh\":\"样\",\"en\":\"Sample\"},\"languages\":[\"en\"],\"exempt\":[],"
                                "\"synthetic\":null,\"provenance\":[]}",
                                err);
  if (status == SX_OK) status = sx_store_put_step(*out, "report", "key", record, used, err);
  if (status == SX_OK)
    status = sx_store_put_step(*out, SX_STORE_FILE_STEP "s_codebook.en.md", hash, published_codebook,
                               sizeof published_codebook - 1, err);
  if (status == SX_OK) status = sx_store_finish(*out, err);
  for (size_t i = 0; i < PUBLISHED_FILES; i++) free(data[i]);
  return status;
}

static void published_remove(const char *path, const char *folder) {
  char file[300];
  for (size_t i = 0; i < PUBLISHED_FILES; i++) {
    (void)snprintf(file, sizeof file, "%s/%s", folder, published_names[i]);
    (void)remove(file);
  }
  (void)rmdir(folder);
  (void)remove(path);
}

#endif
