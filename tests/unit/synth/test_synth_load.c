/* Model files that cannot be used: every error names line and column and says what was meant. */
#include "synth_fixture.h"

static sx_status load_text(sx_error *err) {
  const sx_ctx ctx = SX_CTX_INIT;
  sx_synth_model *m = NULL;
  const sx_status st = sx_synth_load(&m, &ctx, fixture_path("model.yaml"), err);
  if (st != SX_OK && m) SXT_FAIL("the out parameter was touched");
  if (st == SX_OK) sx_synth_free(m);
  return st;
}

/* The head ends with line 24, so the first variable given here stands in line 25. */
static void variable_fails(int line, const char *variable, const char *where, const char *message) {
  fixture_files(variable);
  sx_error err = SX_ERROR_INIT;
  if (load_text(&err) != SX_E_PARSE || !strstr(err.where, where) || !strstr(err.message, message))
    SXT_FAIL("line %d: status %d at '%s': '%s'", line, (int)err.status, err.where, err.message);
}
#define BAD(variable, where, message) variable_fails(__LINE__, variable, where, message)

static void the_good_model_loads(void) {
  fixture_files(fixture_body);
  CHECK_OK(load_text(err));
}

static void names_and_kinds(void) {
  BAD("  - {name: user}\n", "model.yaml:25:5", "'user' needs one of");
  BAD("  - {flag: 0.5}\n", "model.yaml:25:5", "needs a name");
  BAD("  - {name: sex, flag: 0.5}\n", "model.yaml:25:12", "declared twice");
  BAD("  - {name: x, flag: 0.5, uniform: [1, 2]}\n", "model.yaml:25:5", "both 'uniform' and 'flag'");
  BAD("  - {name: x, flga: 0.5}\n", "model.yaml:25:15", "did you mean 'flag'");
  BAD("  - {name: x, flag: 0.5, base: [sxe]}\n", "model.yaml:25:33", "did you mean 'sex'");
  BAD("  - {name: x, flag: 0.5, base: [sex]}\n", "model.yaml:25:33", "'sex' is not a 0/1 variable");
  BAD("  - {name: x, flag: 0.5, base: [y]}\n  - {name: y, flag: 0.5}\n", "model.yaml:25:33",
      "'y' must stand before 'x'");
  BAD("  - {name: x, flag: 0.5, type: text}\n", "model.yaml:25:32", "the type can be");
  BAD("  - {name: x, flag: 0.5, labels: noyes}\n", "model.yaml:25:34", "no list 'noyes'");
  BAD("  - {name: x, weight: true, base: [sex]}\n", "model.yaml:25", "not a 0/1 variable");
  BAD("  - {name: p2, phones: {max: 2, p: [0.5, 0.5]}}\n", "model.yaml:25:5", "one variable of kind 'phones'");
}

static void rates_and_probabilities(void) {
  BAD("  - {name: x, flag: 1.5}\n", "model.yaml:25:21", "outside 0 to 1");
  BAD("  - {name: x, flag: usr}\n", "model.yaml:25:21", "no column 'usr'; did you mean 'user'");
  BAD("  - {name: x, flag: {rate: 0.5, loading: 1}}\n", "model.yaml:25:42", "outside -0.95 to 0.95");
  BAD("  - {name: x, flag: {rate: {by: [sex], rows: {male: 0.5}}}}\n", "model.yaml:25",
      "no value for cell young/female");
  BAD("  - {name: x, flag: {rate: {by: [sex], rows: {man: 0.5}}}}\n", "model.yaml:25", "no level 'man'");
  BAD("  - {name: x, flag: {rate: {by: [region], rows: {1: 0.5, 2: 0.5}}}}\n", "model.yaml:25",
      "not one of the model's cells");
  BAD("  - {name: x, choice: {codes: [1, 2], p: [0.5, 0.6]}}\n", "model.yaml:25", "add to 1.1, not 1");
  BAD("  - {name: x, choice: {codes: [1, 2], p: {1: 0.5, 3: 0.5}}}\n", "model.yaml:25", "unknown key '3'");
  BAD("  - {name: x, choice: {codes: [1, 2], p: {by: [sex], rows: {male: [0.5, 0.5]}}}}\n", "model.yaml:25",
      "row 2 of the crossing");
  BAD("  - {name: x, choice: {codes: [1, 2], cases: [{if: x, code: 1}]}}\n", "model.yaml:25", "stands before");
  BAD("  - {name: u, flag: 0.5}\n  - {name: x, choice: {codes: [1, 2], cases: [{if: u, code: 1}]}}\n", "model.yaml:26",
      "without 'if'");
  BAD("  - {name: x, choice: {codes: [1, 2], p: {by: [age], rows: {}}}}\n", "model.yaml:25", "not given");
  BAD("  - {name: x, ordered: {effects: [], cuts: [1, 0]}, labels: {1: a, 2: b, 3: c}}\n", "model.yaml:25",
      "must ascend");
  BAD("  - {name: x, uniform: [5, 1]}\n", "model.yaml:25", "below the first");
  BAD("  - {name: x, type: date, uniform: [2025-06-01, 2025-06-31]}\n", "model.yaml:25", "expected a date");
}

static void rates_that_cannot_be_met(void) {
  BAD("  - {name: a, flag: 0.5}\n  - {name: x, only: [a], flag: 0.6}\n", "model.yaml:26:5",
      "in cell young/male the rate asks for 0.6 of the persons, but only 0.5 are eligible");
  BAD("  - {name: a, flag: 0.5}\n  - {name: b, flag: {rate: 0.2, cover: a}}\n", "model.yaml:26:5", "cannot cover it");
  BAD("  - {name: a, flag: 0.5}\n  - {name: x, flag: {rate: 0.1, ensure: [a]}}\n", "model.yaml:26:5",
      "already 0.5 have none");
  BAD("  - {name: a, flag: 0.5}\n  - {name: d, derive: {none: [a]}}\n  - {name: x, base: [d], flag: {rate: 0.1, "
      "loading: 0.3}}\n",
      "model.yaml:27:5", "rests on a derived");
  BAD("  - {name: a, flag: {rate: 0.5, loading: 0.5}}\n  - {name: x, flag: {rate: 0.1, with: a}}\n", "model.yaml:26",
      "same loading");
  BAD("  - {name: a, flag: 0.5}\n  - {name: b, base: [a], flag: 0.5}\n  - {name: x, flag: {rate: 0.1, with: b}}\n",
      "model.yaml:27:5", "need the same base");
}

/* Words without probabilities: the same words, wrong ones found, nothing drawn; what shows only in solving is left to the whole model. */
static void words_alone(void) {
  sx_synth_model *whole = NULL, *words = NULL;
  sx_table *t = NULL;
  double truth = 0;
  fixture_files(fixture_body);
  REQUIRE_OK(sx_synth_load(&whole, NULL, fixture_path("model.yaml"), err));
  REQUIRE_OK(sx_synth_load_words(&words, NULL, fixture_path("model.yaml"), NULL, err));
  CHECK_INT(sx_synth_inputs(words), sx_synth_inputs(whole));
  for (size_t i = 0; i < sx_synth_inputs(whole) && i < sx_synth_inputs(words); i++)
    CHECK_STR(sx_synth_input(words, i), sx_synth_input(whole, i));
  CHECK_INT(sx_synth_assumptions(words), sx_synth_assumptions(whole));
  for (size_t i = 0; i < sx_synth_assumptions(whole) && i < sx_synth_assumptions(words); i++)
    CHECK_STR(sx_synth_assumption(words, i, NULL), sx_synth_assumption(whole, i, NULL));
  const sx_synth_sample sample = {.n = 300, .seed = 1};
  CHECK_FAILS(sx_synth_generate(&t, words, &sample, err), SX_E_ARGUMENT, "model.yaml", "only the model's words");
  CHECK_FAILS(sx_synth_write(words, &sample, fixture_path("out.csv"), err), SX_E_ARGUMENT, "model.yaml", "words");
  CHECK_FAILS(sx_synth_truth(&truth, words, "user", NULL, NULL, err), SX_E_ARGUMENT, "model.yaml", "words");
  CHECK(!t);
  sx_synth_free(whole);
  sx_synth_free(words);
  words = NULL;
  fixture_files("  - {name: a, flag: 0.5}\n  - {name: x, only: [a], flag: 0.6}\n");
  CHECK_FAILS(load_text(err), SX_E_PARSE, "model.yaml:26:5", "only 0.5 are eligible");
  REQUIRE_OK(sx_synth_load_words(&words, NULL, fixture_path("model.yaml"), NULL, err));
  sx_synth_free(words);
  words = NULL;
  fixture_files("  - {name: x, flga: 0.5}\n");
  CHECK_FAILS(sx_synth_load_words(&words, NULL, fixture_path("model.yaml"), NULL, err), SX_E_PARSE, "model.yaml:25:15",
              "did you mean 'flag'");
  CHECK(!words);
}

static void amounts(void) {
#define PAY "  - {name: pay, flag: 0.5}\n"
  BAD(PAY "  - {name: x, amount: {of: pya, total: 5, sigma: 1}}\n", "model.yaml:26", "did you mean 'pay'");
  BAD(PAY "  - {name: x, amount: {of: pay, total: 5}}\n", "model.yaml:26", "an amount has brackets");
  BAD(PAY "  - {name: x, amount: {of: sex, total: 5, sigma: 1}}\n", "model.yaml:26", "names a flag");
  BAD(PAY "  - {name: x, amount: {of: pay, total: 5, sigma: 1, multiplier: spnd}}\n", "model.yaml:26",
      "no list 'spnd'");
  BAD(PAY "  - {name: x, amount: {of: pay, sigma: 1, tail: {over: 100, rate: 0.6}}}\n", "model.yaml:26",
      "would be 1.2");
  BAD(PAY "  - {name: x, amount: {of: pay, total: 100, tail: {over: 100, rate: 0.1}}}\n", "model.yaml:26",
      "no log-normal has both");
  BAD(PAY "  - {name: x, amount: {of: pay, brackets: {edges: [1, 10, 100], rates: [0.2, 0.2]}}}\n", "model.yaml:26",
      "add to 0.4, but 0.5 pay");
  BAD(PAY "  - {name: x, amount: {of: pay, brackets: {edges: [10, 1], rates: [null]}}}\n", "model.yaml:26",
      "must ascend");
  BAD(PAY "  - {name: x, band: {of: pay, edges: [1], answered: 1, refused: 9}}\n", "model.yaml:26", "names an amount");
  BAD(PAY "  - {name: x, base: [pay], threshold: {of: pay}}\n", "model.yaml:26", "that of its paying flag");
}

/* The head with one line replaced. */
static void head_fails(int line, const char *old, const char *fresh, sx_status status, const char *where,
                       const char *message) {
  static char text[16384];
  const char *p = strstr(fixture_head, old);
  fixture_files("");
  snprintf(text, sizeof text, "%.*s%s%s%s", (int)(p - fixture_head), fixture_head, fresh, p + strlen(old),
           fixture_body);
  fixture_write("model.yaml", text);
  sx_error err = SX_ERROR_INIT;
  if (load_text(&err) != status || !strstr(err.where, where) || !strstr(err.message, message))
    SXT_FAIL("line %d: status %d at '%s': '%s'", line, (int)err.status, err.where, err.message);
}
#define HEAD(old, fresh, status, where, message) head_fails(__LINE__, old, fresh, status, where, message)

static void heads(void) {
  HEAD("model: small", "modl: small", SX_E_PARSE, "model.yaml:1:1", "did you mean 'model'");
  HEAD("language: en", "language: fr", SX_E_PARSE, "model.yaml:4", "zh or en");
  HEAD("size: persons", "size: people", SX_E_ARGUMENT, "", "people");
  HEAD("file: pop.csv", "file: nope.csv", SX_E_IO, "nope.csv", "");
  HEAD("cells: [age_class, sex]", "cells: [age_class, weight]", SX_E_PARSE, "model.yaml:6", "not an attribute");
  HEAD("  strata: region\n", "  strata: regoin\n", SX_E_PARSE, "model.yaml:9", "did you mean 'region'");
  HEAD("{male: 1, female: 1.5}", "{male: 1}", SX_E_PARSE, "model.yaml:11", "no factor for 'female'");
  HEAD("{male: 1, female: 1.5}", "{male: 0, female: 0}", SX_E_PARSE, "model.yaml", "nobody who could be interviewed");
  HEAD("[50, 1], [200, 10]", "[200, 1], [50, 10]", SX_E_PARSE, "model.yaml:12", "must ascend");
  HEAD("attribute: birth_year", "attribute: birthyear", SX_E_DATA, "model.yaml:20", "birth_year");
  HEAD("type: text, attribute: {cut", "attribute: {cut", SX_E_PARSE, "model.yaml:22", "needs 'type: text'");
  HEAD("2024 - birth_year", "2024 - birth", SX_E_ARGUMENT, "model.yaml:21:35: column 8", "'birth'");
  HEAD("breaks: [60]", "breaks: [60, 70]", SX_E_PARSE, "model.yaml:22", "one label more");
}

static void tables(void) {
  fixture_files(fixture_body);
  fixture_write("rates.csv", "age_class,sex,user\nyoung,male,0.5\nyoung,male,0.5\n");
  CHECK_FAILS(load_text(err), SX_E_PARSE, "model.yaml:7", "young/male stands twice");
  fixture_write("rates.csv", "age_class,sex,user\nyoung,male,0.5\n");
  CHECK_FAILS(load_text(err), SX_E_PARSE, "model.yaml:7", "cell young/female is not in the rates");
  fixture_write("rates.csv", "age_class,sex,user\nyoung,man,0.5\n");
  CHECK_FAILS(load_text(err), SX_E_PARSE, "model.yaml:7", "no level 'man'");
  fixture_files(fixture_body);
  fixture_write("area.csv",
                "sex,age_class,1,2\nmale,young,0.25,\nmale,old,0.5,0.5\nfemale,young,1,0\nfemale,old,0,1\n");
  CHECK_FAILS(load_text(err), SX_E_PARSE, "model.yaml:25", "row 1 has no number under '2'");
  fixture_files(fixture_body);
  fixture_write("pop.csv", "region,sex,birth_year,persons\n1,male,1990,-1\n");
  CHECK_FAILS(load_text(err), SX_E_PARSE, "model.yaml:5", "row 1 of the population");
  fixture_write("model.yaml", "model: [\n");
  CHECK_FAILS(load_text(err), SX_E_PARSE, "model.yaml", "");
  (void)unlink(fixture_path("model.yaml"));
  CHECK_FAILS(load_text(err), SX_E_IO, "model.yaml", "");
  CHECK_FAILS(sx_synth_load(NULL, NULL, "x", err), SX_E_ARGUMENT, "", "needed");
  fixture_clean();
}

SXT_MAIN(SXT_CASE(the_good_model_loads), SXT_CASE(names_and_kinds), SXT_CASE(rates_and_probabilities),
         SXT_CASE(rates_that_cannot_be_met), SXT_CASE(words_alone), SXT_CASE(amounts), SXT_CASE(heads),
         SXT_CASE(tables))
