/* What is no delimited text, or not the text that was promised: each with its status, its place and its message. */
#include "io_csv_help.h"

static void test_ragged(void) {
  CHECK_BAD("a,b,c,d,e,f\n1,2,3,4,5,6\n1,2,3,4,5\n", NULL, SX_E_PARSE, "t.csv:3", "row has 5 fields, header has 6");
  CHECK_BAD("a,b\n1,2\n1,2,3\n", NULL, SX_E_PARSE, "t.csv:3", "row has 3 fields, header has 2");
  CHECK_BAD("a,b\n1,2\n7\n3,4\n", NULL, SX_E_PARSE, "t.csv:3", "row has 1 field, header has 2");
  CHECK_BAD("a,b\n1,2\n\n3,4\n", NULL, SX_E_PARSE, "t.csv:3", "row has 1 field, header has 2");
  CHECK_BAD("a,b\n\"x\ny\",2\n\"u\"\n", NULL, SX_E_PARSE, "t.csv:4", "row has 1 field, header has 2");
  CHECK_BAD("a,b\n1,2\n3", NULL, SX_E_PARSE, "t.csv:3", "row has 1 field, header has 2");
  CHECK_BAD("a\n1\n2,3\n", NULL, SX_E_PARSE, "t.csv:3", "row has 2 fields, header has 1");
  CHECK_BAD("a,b\nx,y\nx,\"y\",z\n", NULL, SX_E_PARSE, "t.csv:3", "row has 3 fields, header has 2");
}

static void test_quotes(void) {
  CHECK_BAD("a,b\n1,2\n3,\"x\n4,5\n", NULL, SX_E_PARSE, "t.csv:3:3", "begins here has no closing quote");
  CHECK_BAD("a,\"b\n1,2\n", NULL, SX_E_PARSE, "t.csv:1:3", "no closing quote");
  CHECK_BAD("a,b\n1,\"x\"y\n", NULL, SX_E_PARSE, "t.csv:2:6", "text after a closing quote");
  CHECK_BAD("北,京\n\"二\"三,1\n", NULL, SX_E_PARSE, "t.csv:2:4", "text after a closing quote");
  CHECK_BAD("a,b\n\"x\"\ry,1\n", NULL, SX_E_PARSE, "t.csv:2:4", "text after a closing quote");
}

static void test_header(void) {
  CHECK_BAD("", NULL, SX_E_PARSE, "t.csv", "file is empty");
  CHECK_BAD("\xEF\xBB\xBF", NULL, SX_E_PARSE, "t.csv", "file is empty");
  CHECK_BAD("\n1\n", NULL, SX_E_PARSE, "t.csv:1", "empty line where the header row should be");
  CHECK_BAD("a,b,a\n1,2,3\n", NULL, SX_E_DATA, "t.csv:1", "column name 'a' stands twice, in columns 1 and 3");
  CHECK_BAD("a,b, a \n1,2,3\n", NULL, SX_E_DATA, "t.csv:1", "column name 'a' stands twice");
  CHECK_BAD("a,,V2\n1,2,3\n", NULL, SX_E_DATA, "t.csv:1", "column name 'V2' stands twice");
  CHECK_BAD("a\rb,c\n1,2\n", NULL, SX_E_PARSE, "t.csv:1:1", "end lines with LF or CRLF");
}

static void test_bytes(void) {
  check_bad(__LINE__, "a,b\n1,\0\n", 8, NULL, SX_E_PARSE, "t.csv:2:3", "NUL byte");
  check_bad(__LINE__, "a\0b\n", 4, NULL, SX_E_PARSE, "t.csv:1:2", "NUL byte");
}

static void test_encodings(void) {
  /* FF is neither; the GB18030 pair before it is sound */
  CHECK_BAD("a,b\n1,\xB1\xB1\n2,x\xFF\n", NULL, SX_E_DATA, "t.csv:3:4",
            "byte 0xFF (byte 4 of the line) is neither UTF-8 nor GB18030");
  /* one byte lost in the middle of UTF-8 must not turn all of it into GB18030 */
  CHECK_BAD("a,b\n1,北京天津河北山西\n2,\xE5\x8C\n3,上海\n", NULL, SX_E_DATA, "t.csv:3:3",
            "is not valid UTF-8, which the rest of the file is");
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.encoding = "UTF-8";
  CHECK_BAD("a,b\n1,\xB1\xB1\n", &o, SX_E_DATA, "t.csv:2:3", "is not valid UTF-8, which the file is said to be");
  o.encoding = "GB18030";
  CHECK_BAD("a,b\n1,\xFFx\n", &o, SX_E_DATA, "t.csv:2:3", "is not valid GB18030, the encoding that was given");
  o.encoding = "klingon";
  CHECK_BAD("a,b\n1,2\n", &o, SX_E_SUPPORT, "t.csv", "encoding 'klingon' is not known");
}

static void test_promises(void) {
  static const char *const column[] = {"spend"}, *const wrong[] = {"spned"};
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.as_number = column;
  o.n_as_number = 1;
  CHECK_BAD("id,spend\n1,2.5\n2,abc\n3,x\n", &o, SX_E_DATA, "t.csv:3:3",
            "'abc' in column 'spend', which must hold numbers");
  CHECK_BAD("id,spend\n1,2.5\n2,2020-01-01\n", &o, SX_E_DATA, "t.csv:3:3", "'2020-01-01' in column 'spend'");
  sx_buf text; /* far behind the sample */
  sx_buf_init(&text, NULL);
  sx_buf_add(&text, "id,spend\n");
  for (int i = 0; i < 3000; i++) sx_buf_printf(&text, "%d,%s\n", i, i == 2600 ? "\"1,200\"" : "3");
  CHECK_BAD(text.data, &o, SX_E_DATA, "t.csv:2602:7", "'1,200' in column 'spend'");
  sx_buf_clear(&text);
  o.as_number = wrong;
  CHECK_BAD("id,spend\n1,2.5\n", &o, SX_E_DATA, "t.csv", "no column 'spned': did you mean 'spend'");
  o = (sx_read_options)SX_READ_OPTIONS_INIT;
  o.columns = wrong;
  o.n_columns = 1;
  CHECK_BAD("id,spend\n1,2.5\n", &o, SX_E_DATA, "t.csv", "did you mean 'spend'");
  o = (sx_read_options)SX_READ_OPTIONS_INIT;
  o.as_text = wrong;
  o.n_as_text = 1;
  CHECK_BAD("id,spend\n1,2.5\n", &o, SX_E_DATA, "t.csv", "did you mean 'spend'");
}

static void test_arguments(void) {
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.delimiter = '5';
  CHECK_BAD("a\n1\n", &o, SX_E_ARGUMENT, "t.csv", "byte 0x35 cannot be the delimiter");
  o = (sx_read_options)SX_READ_OPTIONS_INIT;
  o.version = 0;
  CHECK_BAD("a\n1\n", &o, SX_E_ARGUMENT, "t.csv", "SX_READ_OPTIONS_INIT");
  o = (sx_read_options)SX_READ_OPTIONS_INIT;
  o.format = "cvs";
  CHECK_BAD("a\n1\n", &o, SX_E_ARGUMENT, "t.csv", "no format is called 'cvs': did you mean 'csv'");
  o = (sx_read_options)SX_READ_OPTIONS_INIT;
  o.n_missing = 1;
  CHECK_BAD("a\n1\n", &o, SX_E_ARGUMENT, "t.csv", "count but no list");
  sx_table *t = NULL;
  CHECK_FAILS(sx_io_read_memory(NULL, NULL, "t.csv", "a\n", 2, NULL, err), SX_E_ARGUMENT, "", "NULL");
  CHECK_FAILS(sx_io_read_memory(&t, NULL, NULL, "a\n", 2, NULL, err), SX_E_ARGUMENT, "", "NULL");
  /* no error wanted: the status alone */
  CHECK_INT(sx_io_read_memory(&t, NULL, "t.csv", "a,b\n1\n", 6, NULL, NULL), SX_E_PARSE);
}

static void test_limits(void) {
  sx_ctx ctx = SX_CTX_INIT;
  ctx.memory_limit = 100000;
  sx_buf text;
  sx_buf_init(&text, NULL);
  sx_buf_add(&text, "a,b,c,d,e,f,g,h\n");
  for (int i = 0; i < 2000; i++) sx_buf_add(&text, "1,2,3,4,5,6,7,8\n");
  sx_table *t = NULL;
  CHECK_FAILS(sx_io_read_memory(&t, &ctx, "t.csv", text.data, text.n, NULL, err), SX_E_LIMIT, "t.csv",
              "need 128000 bytes of memory, the limit is 100000");
  sx_buf_clear(&text);
}

static bool stop_now(void *data) {
  (void)data;
  return true;
}

static void test_cancelled(void) {
  sx_ctx ctx = SX_CTX_INIT;
  ctx.cancelled = stop_now;
  sx_table *t = NULL;
  CHECK_FAILS(sx_io_read_memory(&t, &ctx, "t.csv", "a\n1\n", 4, NULL, err), SX_E_CANCELLED, "", "");
  CHECK(t == NULL);
}

SXT_MAIN(SXT_CASE(test_ragged), SXT_CASE(test_quotes), SXT_CASE(test_header), SXT_CASE(test_bytes),
         SXT_CASE(test_encodings), SXT_CASE(test_promises), SXT_CASE(test_arguments), SXT_CASE(test_limits),
         SXT_CASE(test_cancelled))
