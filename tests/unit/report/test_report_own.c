/* Numbers of what the run itself writes: which they are, what they are called, and that a name says in which sentence its number stands. */
#include "document_help.h"
#include "sxt.h"

#include "shuxiao/report_own.h"

static void begin(doc_maker *m) {
  doc_small(m);
  m->d.root = m->root;
}

static sx_document_node *annex_of(doc_maker *m) {
  return doc_add(m, doc_add(m, m->root, SX_DOC_ANNEXES, NULL), SX_DOC_ANNEX, NULL);
}

/* The texts of a node's numbers, parted by bars. */
static void texts_of(char out[300], const sx_own_numbers *own, const sx_document_node *paragraph) {
  size_t n = 0;
  const sx_own_number *list = sx_own_numbers_of(own, &n, paragraph->first);
  out[0] = '\0';
  for (size_t i = 0; i < n; i++) {
    CHECK(memcmp(list[i].node->text + list[i].at, list[i].text, list[i].n) == 0);
    CHECK_STR(sx_own_numbers_find(own, list[i].name), list[i].text);
    snprintf(out + strlen(out), 300 - strlen(out), "%s%s", i ? "|" : "", list[i].text);
  }
}

static void test_which(void) {
  static const struct {
    const char *text, *numbers;
  } cases[] = {
      {"900 cases, 1 stratum, 900 primary sampling units", "900|1|900"},
      {"30,000 个观测，31 层", "30,000|31"},
      {"weights 81.62 to 171.4; Kish design effect 1.0436.", "81.62|171.4|1.0436"},
      {"a change of -3.5 points, \xE2\x88\x92"
       "2 (\xE2\x88\x92"
       "0.5)",
       "-3.5|\xE2\x88\x92"
       "2|\xE2\x88\x92"
       "0.5"},
      {"age3 and v1.2 and 3rd and x_7 are names", ""},
      {"18-29", "18|29"},
      {"5% of 7", "5|7"},
      {"4188d9f6d28a9e3eedc185fd0274051823a7c0dc42f4379c9159a872dda99b2d",
       "4188d9f6d28a9e3eedc185fd0274051823a7c0dc42f4379c9159a872dda99b2d"},
      {"none", ""},
  };
  doc_maker m;
  sx_own_numbers *own = NULL;
  const sx_document_node *nodes[sizeof cases / sizeof *cases];
  begin(&m);
  sx_document_node *annex = annex_of(&m);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) nodes[i] = doc_paragraph(&m, annex, cases[i].text);
  const sx_document_node *outside = doc_paragraph(&m, m.root, "900 cases in the author's words");
  REQUIRE_OK(sx_own_numbers_new(&own, &m.d, err));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char texts[300];
    texts_of(texts, own, nodes[i]);
    CHECK_STR(texts, cases[i].numbers);
  }
  size_t n = 7;
  CHECK(sx_own_numbers_of(own, &n, outside->first) == NULL);
  CHECK_INT(n, 0);
  sx_own_numbers_free(own);
  doc_clear(&m);
}

static const char *name_of(const sx_own_numbers *own, const sx_document_node *paragraph, size_t i) {
  size_t n = 0;
  const sx_own_number *list = sx_own_numbers_of(own, &n, paragraph->first);
  return list && i < n ? list[i].name : "";
}

/* Two runs: the same sentence has the same names, another none of them; the second of two that read alike is told from the first. */
static void test_names(void) {
  doc_maker a, b;
  sx_own_numbers *one = NULL, *two = NULL;
  begin(&a);
  begin(&b);
  sx_document_node *annex = annex_of(&a);
  const sx_document_node *cases = doc_paragraph(&a, annex, "48 cases, 3 strata"),
                         *first = doc_paragraph(&a, annex, "n = 7"), *second = doc_paragraph(&a, annex, "n = 8"),
                         *gone = doc_paragraph(&a, annex, "5 at a bound");
  annex = annex_of(&b);
  (void)doc_paragraph(&b, annex, "n = 70");
  (void)doc_paragraph(&b, annex, "36 cases, 2 strata");
  (void)doc_paragraph(&b, annex, "n = 80");
  (void)doc_paragraph(&b, annex, "5 at the bounds");
  REQUIRE_OK(sx_own_numbers_new(&one, &a.d, err));
  REQUIRE_OK(sx_own_numbers_new(&two, &b.d, err));
  CHECK_STR(sx_own_numbers_find(two, name_of(one, cases, 0)), "36");
  CHECK_STR(sx_own_numbers_find(two, name_of(one, cases, 1)), "2");
  CHECK_STR(sx_own_numbers_find(two, name_of(one, first, 0)), "70");
  CHECK_STR(sx_own_numbers_find(two, name_of(one, second, 0)), "80");
  CHECK(sx_own_numbers_find(two, name_of(one, gone, 0)) == NULL);
  CHECK_STR(sx_own_numbers_find(one, name_of(one, gone, 0)), "5");
  int lang = 9;
  CHECK(sx_own_number_is(&lang, name_of(one, cases, 0)) && lang == 0);
  CHECK(sx_own_number_is(&lang, "@zh-en.12345678.1.1") && lang == 2);
  CHECK(sx_own_number_is(&lang, "@en.12345678.1.1") && lang == 1);
  CHECK(!sx_own_number_is(&lang, "users.total"));
  CHECK(!sx_own_number_is(&lang, "@fr.12345678.1.1"));
  sx_own_numbers_free(one);
  sx_own_numbers_free(two);
  doc_clear(&a);
  doc_clear(&b);
}

/* A row of a table is a sentence; what the report says of names is the study file's. */
static void test_rows_and_definitions(void) {
  doc_maker m;
  sx_own_numbers *own = NULL;
  begin(&m);
  sx_document_node *annex = annex_of(&m);
  sx_document_node *table = doc_table(&m, annex, SX_DOC_TABLE_PLAIN, 0, "", "");
  const sx_document_node *cells[2];
  for (size_t i = 0; i < 2; i++) {
    sx_document_node *row = doc_row(&m, table, SX_DOC_ROW_BODY);
    (void)doc_cell(&m, row, 0, 1, 1, i ? "south" : "north");
    cells[i] = doc_cell(&m, row, 1, 1, 1, i ? "23" : "25");
  }
  sx_document_node *definitions = doc_add(&m, m.root, SX_DOC_ANNEX, NULL);
  sx_document_node *heading = doc_heading(&m, definitions, 2, "B", "Definitions 2", "s9");
  m.d.definitions_anchor = heading->anchor;
  const sx_document_node *defined = doc_paragraph(&m, definitions, "older: age 60 and over");
  REQUIRE_OK(sx_own_numbers_new(&own, &m.d, err));
  CHECK_STR(sx_own_numbers_find(own, name_of(own, cells[0], 0)), "25");
  CHECK_STR(sx_own_numbers_find(own, name_of(own, cells[1], 0)), "23");
  CHECK(strcmp(name_of(own, cells[0], 0), name_of(own, cells[1], 0)) != 0);
  CHECK_STR(name_of(own, defined, 0), "");
  CHECK_STR(name_of(own, heading, 0), "");
  sx_own_numbers_free(own);
  doc_clear(&m);
}

SXT_MAIN(SXT_CASE(test_which), SXT_CASE(test_names), SXT_CASE(test_rows_and_definitions))
