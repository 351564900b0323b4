/* Triple-S: the made-up survey of sss/make.py in fixed columns (windows-1252, with a document type) and comma-separated (UTF-8), each against
 * the other and against its plain table; the data of the standard's tables for bitstrings and spreads; every bad definition and datum. */
#include "same_table.h"
#include "shuxiao/io.h"
#include "sxt.h"

#include <stdio.h>
#include <unistd.h>

#define DIR "tests/unit/io/sss/"

static char definition[64], data[64];

static char told[256]; /* the last warning */

static void take_note(void *to, sx_severity severity, const char *where, const char *message) {
  (void)to;
  (void)where;
  if (severity == SX_SEV_WARNING) (void)snprintf(told, sizeof told, "%s", message);
}

static const char *const as_text[] = {"v"};
static size_t n_as_text = 0;

static sx_status read_two(sx_table **out, const char *xml, const char *rows, sx_error *err) {
  sx_read_options o = SX_READ_OPTIONS_INIT;
  sx_ctx ctx = SX_CTX_INIT;
  ctx.note = take_note;
  told[0] = '\0';
  o.as_text = as_text;
  o.n_as_text = n_as_text;
  (void)snprintf(definition, sizeof definition, "/tmp/sx_sss_%ld.sss", (long)getpid());
  (void)snprintf(data, sizeof data, "/tmp/sx_sss_%ld.asc", (long)getpid());
  SX_TRY(sx_file_write(NULL, definition, xml, strlen(xml), err));
  SX_TRY(sx_file_write(NULL, data, rows, strlen(rows), err));
  const sx_status status = sx_io_read(out, &ctx, definition, &o, err);
  (void)remove(definition);
  (void)remove(data);
  return status;
}

#define HEAD "<sss version=\"2.0\"><survey><record ident=\"A\">"
#define CSV  "<sss version=\"2.0\"><survey><record ident=\"A\" format=\"csv\">"
#define TAIL "</record></survey></sss>"
#define VAR(type, name, rest)                                                                                          \
  "<variable ident=\"" name "\" type=\"" type "\"><name>" name "</name><label>l</label>" rest "</variable>"
#define NINE                                                                                                           \
  "<values><value code=\"1\">a</value><value code=\"2\">b</value><value code=\"3\">c</value><value "                   \
  "code=\"9\">i</value></values>"

/* Values of a column as text, "-" where missing, parted by blanks. */
static const char *all_of(const sx_table *t, const char *name) {
  static char text[512];
  const sx_column *c = sx_table_find(t, name);
  size_t n = 0;
  text[0] = '\0';
  for (size_t r = 0; c && r < c->n; r++) {
    const char *gap = r ? " " : "";
    int wrote;
    if (sx_column_missing(c, r))
      wrote = snprintf(text + n, sizeof text - n, "%s-", gap);
    else if (c->dict)
      wrote = snprintf(text + n, sizeof text - n, "%s%s", gap, sx_dict_get(c->dict, c->data.code[r], NULL));
    else
      wrote = snprintf(text + n, sizeof text - n, "%s%.10g", gap,
                       c->type == SX_NUMBER ? c->data.f64[r] : (double)c->data.i64[r]);
    n += wrote > 0 ? (size_t)wrote : 0;
  }
  return c ? text : "no column";
}

static void gives(const char *xml, const char *rows, const char *name, const char *want) {
  sx_table *t = NULL;
  REQUIRE_OK(read_two(&t, xml, rows, err));
  if (strcmp(all_of(t, name), want) != 0) SXT_FAIL("%s is '%s', not '%s'", name, all_of(t, name), want);
  sx_table_free(t);
}

/* ---- the survey ------------------------------------------------------------------------------------------------------- */

static void survey(void) {
  sx_table *fixed = NULL, *csv = NULL, *plain = NULL;
  REQUIRE_OK(sx_io_read(&fixed, NULL, DIR "panel.sss", NULL, err));
  REQUIRE_OK(sx_io_read(&csv, NULL, DIR "panel_csv.xml", NULL, err));
  REQUIRE_OK(sx_io_read(&plain, NULL, DIR "plain.csv", NULL, err));
  same_table(fixed, csv);
  for (size_t i = 0; i < sx_table_columns(plain); i++) {
    const sx_column *want = sx_table_get(plain, i), *got = sx_table_find(fixed, want->name);
    REQUIRE(got != NULL);
    for (size_t r = 0; r < want->n; r++) {
      CHECK_INT(sx_column_missing(got, r), sx_column_missing(want, r));
      if (!sx_column_missing(want, r)) CHECK(sx_column_number(got, r) == sx_column_number(want, r));
    }
  }
  CHECK_STR(all_of(fixed, "other"), "- the café - - - Müller's - -");
  CHECK_STR(all_of(fixed, "when"), "A - B - C A - B");
  CHECK_STR(all_of(fixed, "hour"), "34200 36930 - 63059 0 86399 43200 43201");
  CHECK_STR(sx_table_find(fixed, "hour")->format, "TIME8");
  CHECK_STR(sx_table_find(fixed, "visits")->label, "Earlier visits"); /* the text for analysis */
  CHECK_STR(sx_table_find(fixed, "seen_5")->label, "Market & square");
  CHECK_STR(sx_column_value_label(sx_table_find(fixed, "visits"), 0), "None");
  CHECK_STR(sx_column_value_label(sx_table_find(fixed, "money"), 999), "Not stated");
  CHECK_STR(sx_table_find(fixed, "when")->labels[2].label, "Later");
  CHECK_STR(sx_table_meta(fixed, "weight"), "w");
  CHECK_STR(sx_table_meta(fixed, "serial"), "ID");
  CHECK_STR(sx_table_meta(fixed, "filters"), "when: again");
  CHECK_STR(sx_table_meta(fixed, "title"), "Exit survey first wave");
  int64_t day = 0;
  REQUIRE(sx_date_parse(&day, "2025-06-30", 10) && sx_table_find(fixed, "day")->type == SX_DATE);
  CHECK_INT(sx_table_find(fixed, "day")->data.i64[5], day);
  const sx_mrset *seen = sx_table_find_mrset(fixed, "$seen"), *best = sx_table_find_mrset(fixed, "$best");
  REQUIRE(seen && seen->dichotomous && seen->counted == 1 && seen->n_variables == 6);
  REQUIRE(best && !best->dichotomous && best->n_variables == 2);
  CHECK_STR(seen->variables[5], "seen_9");
  CHECK_STR(seen->label, "Sights seen");
  sx_table_free(fixed);
  sx_table_free(csv);
  sx_table_free(plain);
}

static void options(void) {
  static const char *const some[] = {"w", "seen_2"}, *const none[] = {"seen"};
  sx_read_options o = SX_READ_OPTIONS_INIT;
  sx_table *t = NULL;
  char *path = NULL;
  o.columns = some;
  o.n_columns = 2;
  REQUIRE_OK(sx_io_read(&t, NULL, DIR "panel.sss", &o, err));
  REQUIRE(sx_table_columns(t) == 2);
  CHECK_STR(sx_table_meta(t, "weight"), "w");
  CHECK(!sx_table_meta(t, "serial"));
  sx_table_free(t);
  o.columns = none;
  o.n_columns = 1;
  CHECK_FAILS(sx_io_read(&t, NULL, DIR "panel.sss", &o, err), SX_E_DATA, "panel.sss", "no column 'seen'");
  o = (sx_read_options)SX_READ_OPTIONS_INIT;
  o.data_file = DIR "panel.asc";
  REQUIRE_OK(sx_io_read(&t, NULL, DIR "panel.sss", &o, err));
  sx_table_free(t);
  o.data_file = DIR "gone.asc";
  CHECK_FAILS(sx_io_read(&t, NULL, DIR "panel.sss", &o, err), SX_E_IO, "gone.asc", "");
  REQUIRE_OK(sx_io_data_of(&path, NULL, DIR "panel.sss", err));
  CHECK_STR(path, DIR "panel.asc");
  sx_mem_free(NULL, path);
  REQUIRE_OK(sx_io_data_of(&path, NULL, DIR "panel_csv.xml", err));
  CHECK_STR(path, DIR "panel_data.csv");
  sx_mem_free(NULL, path);
  REQUIRE_OK(sx_io_data_of(&path, NULL, DIR "plain.csv", err));
  CHECK(path == NULL);
  REQUIRE_OK(sx_io_data_of(&path, NULL, DIR "gone.sss", err));
  CHECK(path == NULL);
  const char *xml = HEAD VAR("logical", "v", "<position start=\"1\"/>") TAIL;
  CHECK_FAILS(sx_io_read_memory(&t, NULL, "m.sss", xml, strlen(xml), NULL, err), SX_E_SUPPORT, "m.sss", "in memory");
}

/* ---- the tables of the standard: bitstrings (p. 44), spreads (p. 45), numbers ------------------------------------------ */

static void bitstrings(void) {
#define BITS(finish) HEAD VAR("multiple", "m", "<position start=\"2\" finish=\"" finish "\"/>" NINE) TAIL
  gives(BITS("10"), "x100000000\nx1000x0001\n", "m_9", "0 1"); /* columns of codes that are none are passed over */
  gives(BITS("10"), "x         \nx0       \nx1\nx\n", "m_1", "- 0 1 -");
  gives(BITS("12"), "x010000010  \n", "m_2", "1");
  gives(HEAD VAR("multiple", "m",
                 "<position start=\"1\" finish=\"9\"/><values><range from=\"1\" to=\"9\"/><value "
                 "code=\"2\">two</value></values>") TAIL,
        "010000010\n", "m_8", "1");
  gives(CSV VAR("multiple", "m", "<position start=\"2\"/>" NINE) TAIL, "a,\"010000001\"\nb,\nc,1\n", "m_9", "1 - 0");
  sx_table *t = NULL;
  CHECK_FAILS(read_two(&t, BITS("5"), "x0100\n", err), SX_E_PARSE, "variable 'm'", "do not reach to the code '9'");
  CHECK_FAILS(read_two(&t, BITS("10"), "x100000000\nx1200\n", err), SX_E_DATA, "case 2, variable 'm'",
              "'2' for the value 2: 1 where it was chosen");
}

static void spreads(void) {
#define SPREAD(finish, spread)                                                                                         \
  HEAD VAR("multiple", "m", "<position start=\"2\" finish=\"" finish "\"/><spread " spread "/>" NINE) TAIL
  gives(SPREAD("3", "subfields=\"2\""), "x10\nx01\nx13\nx00\nx\n", "m_1", "1 - 1 - -");
  gives(SPREAD("3", "subfields=\"2\""), "x10\nx01\nx13\nx00\nx\n", "m_2", "- 1 3 - -");
  gives(SPREAD("5", "subfields=\"2\" width=\"2\""), "x 1 0\nx 0 1\nx0100\nx0903\n", "m_1", "1 - 1 9");
  gives(SPREAD("5", "subfields=\"2\" width=\"1\""), "x20  \nx02  \n", "m_1", "2 -");
  gives(CSV VAR("multiple", "m", "<position start=\"1\"/><spread subfields=\"3\"/>" NINE) TAIL, "\"130\",\n2,\n,\n",
        "m_2", "3 - -");
  gives(HEAD "<variable ident=\"1\" type=\"multiple\" format=\"literal\"><name>m</name><position start=\"1\" "
             "finish=\"4\"/><spread subfields=\"2\"/>"
             "<values><value code=\"GB\">Britain</value><value code=\"F\">France</value></values></variable>" TAIL,
        "GBF \nF   \n    \n", "m_2", "F - -");
}

static void numbers(void) {
#define ONE(type, rest) HEAD VAR(type, "v", "<position start=\"1\" finish=\"8\"/>" rest) TAIL
  gives(ONE("quantity", ""), "       1\n00000012\n-5\n  +7\n\n1\n", "v", "1 12 -5 7 - 1");
  gives(ONE("quantity", ""), "1.5\n-.25\n2\n", "v", "1.5 -0.25 2");
  gives(ONE("quantity", "<values><range from=\"0\" to=\"9.9\"/></values>"), "3\n", "v", "3");
  gives(ONE("single", "<values><value code=\"01\">a</value><value code=\"2\">b</value></values>"),
        "       2\n1\n00000001\n", "v", "2 1 1");
  gives(ONE("single", "<values><value code=\"1\">a</value></values>"), "7\n1\n", "v", "7 1"); /* told, and kept */
  CHECK(strncmp(told, "1 answers are none", 18) == 0);
  /* what is in no range either is told, too, and what is in one is not */
#define SOME "<values><value code=\"1\">a</value><range from=\"3\" to=\"5\"/></values>"
  gives(ONE("single", SOME), "1\n3\n5\n\n1\n", "v", "1 3 5 - 1");
  CHECK_STR(told, "");
  gives(ONE("single", SOME), "1\n2\n4\n7\n", "v", "1 2 4 7");
  CHECK_STR(
      told,
      "2 answers are none of their variable's values and in none of its ranges, the first in case 2, variable 'v'");
  n_as_text = 1;
  gives(ONE("single", SOME), "1\n4\n7\n", "v", "1 4 7");
  CHECK(strncmp(told, "1 answers", 9) == 0 && strstr(told, "case 3,"));
  n_as_text = 0;
#define YEARS(to) "<values><range from=\"0\" to=\"" to "\"/><value code=\"999\">Refused</value></values>"
  gives(ONE("quantity", YEARS("120")), "17\n120\n999\n", "v", "17 120 999");
  CHECK_STR(told, "");
  gives(ONE("quantity", YEARS("120")), "17\n200\n-1\n", "v", "17 200 -1");
  CHECK(strncmp(told, "2 answers", 9) == 0 && strstr(told, "case 2,"));
  gives(ONE("quantity", YEARS("9.9")), "9.9\n10\n", "v", "9.9 10");
  CHECK(strncmp(told, "1 answers", 9) == 0 && strstr(told, "case 2,"));
  gives(ONE("quantity", "<values><value code=\"9\">Refused</value></values>"), "17\n", "v", "17");
  CHECK_STR(told, "");
  gives(ONE("logical", ""), "1\n0\n \n1\n", "v", "1 0 - 1");
  gives(ONE("date", ""), "20240229\n        \n20240301\n", "v", "19782 - 19783");
  gives(ONE("time", ""), "093001\n0930\n", "v", "34201 34200");
  gives(ONE("character", "<size>8</size>"), "ab  c   \n  d\n        \ne\n", "v", "ab  c d - e");
  sx_table *t = NULL;
  CHECK_FAILS(read_two(&t, ONE("quantity", ""), "1\nabc\n", err), SX_E_DATA, "case 2, variable 'v'",
              "'abc' is no number");
  CHECK_FAILS(read_two(&t, ONE("single", NINE), "1\n1.5\n", err), SX_E_DATA, "case 2, variable 'v'",
              "'1.5' is no code");
  CHECK_FAILS(read_two(&t, ONE("logical", ""), "2\n", err), SX_E_DATA, "case 1, variable 'v'",
              "'2' is neither 1 nor 0");
  CHECK_FAILS(read_two(&t, ONE("date", ""), "20240230\n", err), SX_E_DATA, "case 1, variable 'v'",
              "'20240230' is no date");
  CHECK_FAILS(read_two(&t, ONE("time", ""), "246000\n", err), SX_E_DATA, "case 1, variable 'v'", "'246000' is no time");
}

/* ---- definitions ------------------------------------------------------------------------------------------------------- */

static void texts(void) {
#define LABEL(inside)                                                                                                  \
  "<sss version=\"3.0\" languages=\"zh en\"><survey><record><variable ident=\"1\" "                                    \
  "type=\"logical\"><name>v</name><label>" inside "</label><position start=\"1\"/></variable>" TAIL
  static const struct {
    const char *xml, *want;
  } cases[] = {
      {LABEL("plain"), "plain"},
      {LABEL(" two \n  lines<br/>x "), "two lines x"},
      {LABEL("<text xml:lang=\"en\">English</text><text xml:lang=\"zh\">中文</text>"), "中文"},
      {LABEL("<text xml:lang=\"en\">English</text>"), "English"},
      {LABEL("p<text mode=\"interview\">Do you?</text>"), "p"},
      {LABEL("p<text mode=\"interview\">Do you?</text><text mode=\"analysis\">Does</text>"), "Does"},
      {LABEL("<text xml:lang=\"zh\" mode=\"interview\">问</text><text xml:lang=\"zh\" mode=\"analysis\">析</text>"),
       "析"},
      {LABEL("a &lt;b&gt; &#x4E2D;"), "a <b> 中"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sx_table *t = NULL;
    REQUIRE_OK(read_two(&t, cases[i].xml, "1\n", err));
    CHECK_STR(sx_table_find(t, "v")->label, cases[i].want);
    sx_table_free(t);
  }
}

static void bad_definitions(void) {
  static const struct {
    const char *xml;
    sx_status status;
    const char *where, *message;
  } cases[] = {
      {"<sss version=\"2.0\"><hierarchy ident=\"h\"><level ident=\"1\" href=\"house.xml\"/><level ident=\"2\" "
       "href=\"person.xml\"/></hierarchy></sss>",
       SX_E_SUPPORT, ".sss",
       "a hierarchy of several levels: read the definition of one of them (house.xml, person.xml)"},
      {"<sss version=\"7\"/>", SX_E_SUPPORT, ".sss", "version '7': 1.1 to 3.0"},
      {"<sss/>", SX_E_SUPPORT, ".sss", "version '?'"},
      {"<sss version=\"2.0\"><survey/></sss>", SX_E_PARSE, ".sss", "no record"},
      {HEAD TAIL, SX_E_PARSE, ".sss", "no variables"},
      {HEAD "<variable", SX_E_PARSE, ".sss:1:", "malformed XML"},
      {"<sss version=\"2.0\"><survey><record format=\"tab\"/></survey></sss>", SX_E_PARSE, ".sss",
       "format is 'tab': fixed or csv"},
      {"<sss version=\"2.0\"><survey><record skip=\"x\"/></survey></sss>", SX_E_PARSE, ".sss", "skip is 'x'"},
      {"<sss version=\"2.0\"><survey><record/><record/></survey></sss>", SX_E_SUPPORT, ".sss", "more than one record"},
      {HEAD VAR("ranking", "v", "<position start=\"1\"/>") TAIL, SX_E_PARSE, "variable 'v'", "type 'ranking'"},
      {HEAD VAR("single", "v", "") TAIL, SX_E_PARSE, "variable 'v'", "no position"},
      {HEAD VAR("single", "v", "<position start=\"0\"/>") TAIL, SX_E_PARSE, "variable 'v'", "start is '0'"},
      {HEAD VAR("single", "v", "<position start=\"5\" finish=\"4\"/>") TAIL, SX_E_PARSE, "variable 'v'",
       "finish is '4'"},
      {HEAD VAR("single", "v", "<position start=\"1\"/><values><value code=\"A\">a</value></values>") TAIL, SX_E_PARSE,
       "variable 'v'", "the code 'A' is no whole number"},
      {HEAD VAR("single", "v",
                "<position start=\"1\"/><values><value code=\"1\">a</value><value code=\"1\">b</value></values>") TAIL,
       SX_E_DATA, "variable 'v'", "'1' stands twice"},
      {HEAD VAR("single", "v", "<position start=\"1\"/><values><value>a</value></values>") TAIL, SX_E_PARSE,
       "variable 'v'", "a value has no code"},
      {HEAD VAR("multiple", "v", "<position start=\"1\"/>") TAIL, SX_E_PARSE, "variable 'v'", "no values"},
      {HEAD VAR("multiple", "v", "<position start=\"1\"/><values><value code=\"0\">a</value></values>") TAIL,
       SX_E_PARSE, "variable 'v'", "the code '0' of several answers"},
      {HEAD VAR("multiple", "v", "<position start=\"1\" finish=\"3\"/><spread subfields=\"2\" width=\"2\"/>" NINE) TAIL,
       SX_E_PARSE, "variable 'v'", "no room for the subfields"},
      {HEAD VAR("multiple", "v", "<position start=\"1\"/><spread subfields=\"two\"/>" NINE) TAIL, SX_E_PARSE,
       "variable 'v'", "a spread of 'two' subfields"},
      {HEAD VAR("logical", "v", "<position start=\"1\"/>") VAR("logical", "v", "<position start=\"2\"/>") TAIL,
       SX_E_DATA, ".sss", "the name 'v' stands twice"},
      {HEAD VAR("multiple", "m", "<position start=\"1\" finish=\"9\"/>" NINE)
           VAR("logical", "m_2", "<position start=\"10\"/>") TAIL,
       SX_E_DATA, "variable 'm_2'", ""},
      {"<!DOCTYPE sss [<!ENTITY a \"aa\">]>" HEAD TAIL, SX_E_PARSE, ".sss", "document type"},
      {"<!DOCTYPE sss SYSTEM \"x.dtd\">" HEAD "<variable ident=\"1\" type=\"logical\"><name>v&eacute;</name>" TAIL,
       SX_E_PARSE, ".sss", "the entity '&eacute;' is not defined in the file"},
      {"<sss version=\"2.0\"><survey><record href=\"../other.asc\">" VAR("logical", "v", "<position start=\"1\"/>")
           TAIL,
       SX_E_SUPPORT, ".sss", "'../other.asc': files beside the definition are read"},
      {"<sss version=\"2.0\"><survey><record href=\"http://x/y\">" VAR("logical", "v", "<position start=\"1\"/>") TAIL,
       SX_E_SUPPORT, ".sss", "files beside the definition"},
      {"<sss version=\"2.0\"><survey><record skip=\"3\">" VAR("logical", "v", "<position start=\"1\"/>") TAIL,
       SX_E_DATA, ".asc", "passes over 3 lines, and there are 1"},
      {"<sss version=\"2.0\"><survey><record skip=\"1\">" VAR("logical", "v", "<position start=\"1\"/>") TAIL,
       SX_E_DATA, ".asc", "no cases"},
      {CSV VAR("logical", "v", "<position start=\"4\"/>") TAIL, SX_E_DATA, ".asc",
       "the cases have 1 fields, and the variable 'v' is field 4"},
      {"<sss version=\"2.0\"><survey><record format=\"csv\" skip=\"1\">" VAR("logical", "v", "<position start=\"1\"/>")
           TAIL,
       SX_E_PARSE, ".asc:3", "row has 2 fields"},
      {"<?xml version=\"1.0\" encoding=\"x-none\"?>" HEAD TAIL, SX_E_SUPPORT, ".sss", "encoding 'x-none' is not known"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sx_table *t = NULL;
    CHECK_FAILS(read_two(&t, cases[i].xml, strstr(cases[i].message, "row has") ? "v\n1\n0,1\n" : "1\n", err),
                cases[i].status, cases[i].where, cases[i].message);
  }
}

SXT_MAIN(SXT_CASE(survey), SXT_CASE(options), SXT_CASE(bitstrings), SXT_CASE(spreads), SXT_CASE(numbers),
         SXT_CASE(texts), SXT_CASE(bad_definitions))
