/* What is wrong with an audit file is said with its file and line, and with what to do. */
#include "unit/audit/audit_help.h"

static sx_status load(const char *yaml, const char *csv, sx_error *err) {
  sx_audit *audit = NULL;
  const sx_status status =
      sx_audit_load_memory(&audit, NULL, "dir/t.yaml", yaml, strlen(yaml), csv, csv ? strlen(csv) : 0, err);
  if (status == SX_OK) sx_audit_free(audit);
  return status;
}

#define CSV "audit: t\nfigures: f.csv\nidentities:\n"

static void figures(void) {
  const char *head = "id,value,unit,decimals,qualifier,kind,zeros\n";
  static const struct {
    const char *row, *message;
  } cases[] = {
      {"A,46.5,亿人民,1,,,", "unknown unit '亿人民': did you mean '亿人'?"},
      {"A,46.5,%%,1,,,", "unknown unit '%%'"},
      {"A,4 6,%,1,,,", "'4 6' is not a number"},
      {"A,1/6,倍,0,,,", "'1/6' is not a number"},
      {"A,1e5,元,0,,,", "'1e5' is not a number"},
      {"A,.5,元,1,,,", "'.5' is not a number"},
      {"A,,元,,,,", "has no value"},
      {"A,1234567890123456789,元,0,,,", "not a number of at most 18 digits"},
      {"A,46.55,%,1,,,", "46.55 has 2 decimals, the column decimals says 1"},
      {"A,46.5,%,one,,,", "decimals 'one' is not a whole number"},
      {"A,46.5,%,1,兴许,,", "unknown qualifier '兴许'"},
      {"A,46.5,%,1,aboot,,", "unknown qualifier 'aboot': did you mean 'about'?"},
      {"A,46.5,%,1,,number,", "unknown kind 'number'"},
      {"A,46.5,%,1,,,shown", "unknown zeros 'shown'"},
      {",46.5,%,1,,,", "a figure has no id"},
      {"A,46.5,%,1", "4 fields, the header has 7"},
      {"A,\"46.5,%,1,,,", "a quoted field is not closed"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char csv[512];
    snprintf(csv, sizeof csv, "%sB,1,元,0,,,\n%s\n", head, cases[i].row);
    CHECK_FAILS(load("audit: t\nfigures: f.csv\n", csv, err), i == 16 ? SX_E_PARSE : SX_E_DATA, "f.csv:3",
                cases[i].message);
  }
  CHECK_FAILS(load("audit: t\nfigures: f.csv\n", "id,value,unit\nA,1,元\nB,1,元\nA,2,元\n", err), SX_E_DATA, "f.csv:4",
              "the figure 'A' stands twice: first in f.csv:2");
  CHECK_FAILS(load("audit: t\nfigures: f.csv\n", "id,value\nA,1\n", err), SX_E_DATA, "f.csv:1",
              "needs the columns id, value and unit");
  CHECK_FAILS(load("audit: t\nfigures: f.csv\n", "id,id,value,unit\n", err), SX_E_DATA, "f.csv:1", "stands twice");
  CHECK_FAILS(load("audit: t\nfigures: f.csv\n", "id,value,unit\n\xff,1,x\n", err), SX_E_PARSE, "f.csv:2", "UTF-8");
}

/* What is written as a period is one; days, open spans and words are compared as they stand. */
static void periods(void) {
  static const char *const bad[] = {"2025H3", "2025H0", "2025-13",    "2025-00", "2025Q5",          "2025Q3-Q1",
                                    "2025-6", "20251",  "2025-02-41", "2025H",   "2025-07~2024-06", "2025H3(e)"};
  static const char *const good[] = {
      "2025",       "2025H2",     "2025Q1-Q3", "2025-12",   "2024-07~2025-06", "2021-2025",
      "2025-06-30", "2025上半年", "2025-",     "2025H1(e)", "spring",          ""};
  char csv[200], said[80];
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    (void)snprintf(csv, sizeof csv, "id,value,unit,period\nB,1,元,2025\nA,1,元,%s\n", bad[i]);
    (void)snprintf(said, sizeof said, "figure 'A': there is no period '%s'", bad[i]);
    CHECK_FAILS(load("audit: t\nfigures: f.csv\n", csv, err), SX_E_DATA, "f.csv:3", said);
  }
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    (void)snprintf(csv, sizeof csv, "id,value,unit,period\nA,1,元,%s\n", good[i]);
    CHECK_OK(load("audit: t\nfigures: f.csv\n", csv, err));
  }
  CHECK_FAILS(load("audit: t\nfigures:\n  - {id: A, value: 1, unit: 元}\n"
                   "  - {id: B, value: 1, unit: 元, period: 2025-13}\n",
                   NULL, err),
              SX_E_DATA, "t.yaml:4", "there is no period '2025-13'");
}

/* The two that do not go together are named, not one of them twice. */
static void rates(void) {
  static const struct {
    const char *text, *message;
  } cases[] = {{"{id: i, growth: people, from: people, to: users}", "'people' is in 亿人, and a growth rate is in %"},
               {"{id: i, share: users, part: users, whole: people}", "'users' is in 亿人, and a share is in %"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char yaml[300];
    (void)snprintf(yaml, sizeof yaml, CSV "  - %s\n", cases[i].text);
    CHECK_FAILS(load(yaml, "id,value,unit\npeople,9.58,亿人\nusers,9.5,亿人\n", err), SX_E_DATA, "t.yaml:4",
                cases[i].message);
  }
}

static void identities(void) {
  const char *csv =
      "id,value,unit\npeople,9.58,亿人\nmoney,9.37,万亿元\nrate,46.5,%\nusers,9.5,亿人\nlength,3,公里\nbare,7,\n";
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"{id: i, sum: people, of: [money, users]}",
       "unit mismatch in the identity 'i': 'people' is in 亿人, 'money' in 万亿元"},
      {"{id: i, same: [people, rate]}", "unit mismatch"},
      {"{id: i, same: [bare, money]}",
       "unit mismatch in the identity 'i': 'bare' has no unit and 'money' is in 万亿元: give"},
      {"{id: i, same: [rate, bare]}", "'bare' has no unit and 'rate' is in %"},
      {"{id: i, sum: money, of: [bare, money]}", "'bare' has no unit"},
      {"{id: i, subset: bare, of: people}", "'bare' has no unit"},
      {"{id: i, order: [people, users, bare]}", "'bare' has no unit"},
      {"{id: i, gap: rate, of: bare, over: rate}", "'bare' has no unit"},
      {"{id: i, share: rate, part: bare, whole: people}", "'bare' has no unit"},
      {"{id: i, share: people, part: users, whole: people}", "unit mismatch"},
      {"{id: i, share: rate, part: money, whole: people}", "unit mismatch"},
      {"{id: i, product: money, of: [length, users]}", "unit mismatch"},
      {"{id: i, base: money, users: people, rate: rate}", "unit mismatch"},
      {"{id: i, growth: rate, from: money, to: people}", "unit mismatch"},
      {"{id: i, formula: 'money == people + money'}", "unit mismatch"},
      {"{id: i, formula: 'money / people <= length'}", "unit mismatch"},
      {"{id: i, same: [peopel, users]}", "unknown figure 'peopel': did you mean 'people'?"},
      {"{id: i, formula: 'people == nobody'}", "unknown figure at 'nobody'"},
      {"{id: i, formula: 'people = users'}", "one ==, <= or >= is needed"},
      {"{id: i, formula: 'people == (users'}", "a bracket is not closed"},
      {"{id: i, formula: 'people == users users'}", "something is left over"},
      {"{id: i, formula: 'people == users ^ 99'}", "a power is a whole number from 1 to 12"},
      {"{id: i, formula: 'rate == 1 / 0'}", "it divides by 0"},
      {"{id: i, formula: 'rate == people / (users - users)'}", "it divides by 0"},
      {"{id: i, formula: '1 == 1'}", "no figure in it"},
      {"{id: i, sum: people, of: [users], same: [people, users]}", "two kinds, 'sum' and 'same'"},
      {"{id: i, share: rate, part: users, gap: rate}", "two kinds"},
      {"{id: i, why: x}", "the identity has no kind"},
      {"{sum: people, of: [users]}", "the identity needs an id"},
      {"{id: i, sum: people}", "sum: needs of"},
      {"{id: i, sum: people, of: users}", "a list of at least 1 figures is needed"},
      {"{id: i, same: [people]}", "a list of at least 2 figures is needed"},
      {"{id: i, same: [people, people]}", "a figure stands twice"},
      {"{id: i, cagr: rate, from: people, to: users}", "cagr: needs years"},
      {"{id: i, cagr: rate, from: people, to: users, years: 0}", "cagr: needs years"},
      {"{id: i, same: [people, users], same_period: perhaps}", "same_period: true or false"},
      {"{id: i, sum: people, of: [users], unstated: everything}", "unstated: definition, base or period"},
      {"{id: i, sum: people, of: [users], within: much}", "within: a tolerance like"},
      {"{id: i, sum: people, of: [users], within: 3 公里}", "within: the unit is not that of 'people'"},
      {"{id: i, sum: people, off: [users]}", "did you mean 'of'"},
      {"[sum, people]", "an identity is a map"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char yaml[512];
    snprintf(yaml, sizeof yaml, CSV "  - {id: ok, subset: users, of: people}\n  - %s\n", cases[i].text);
    CHECK_FAILS(load(yaml, csv, err), i < 16 || i == 17 || i == 22 || i == 23 ? SX_E_DATA : SX_E_PARSE,
                "dir/t.yaml:5:", cases[i].message);
  }
  CHECK_FAILS(load(CSV "  - {id: i, same: [people, users]}\n  - {id: i, same: [people, users]}\n", csv, err),
              SX_E_PARSE, "dir/t.yaml:5:", "the identity 'i' stands twice: first in line 4");
}

static void files(void) {
  CHECK_FAILS(load("figures: []\n", NULL, err), SX_E_PARSE, "dir/t.yaml:1:", "needs audit: ID");
  CHECK_FAILS(load("audit: t\n", NULL, err), SX_E_PARSE, "dir/t.yaml:1:", "needs figures");
  CHECK_FAILS(load("audit: t\nfigures: []\nidentites: []\n", NULL, err), SX_E_PARSE, "dir/t.yaml:3:", "identities");
  CHECK_FAILS(load("audit: t\nfigures: [3]\n", NULL, err), SX_E_PARSE, "dir/t.yaml:2:", "a figure is a map");
  CHECK_FAILS(load("audit: t\nfigures: []\nadded: [{id: A, value: 1, unit: 元}]\n", NULL, err), SX_E_PARSE,
              "dir/t.yaml:3:", "needs its source");
  CHECK_FAILS(load("audit: t\nfigures: []\nwords: {超: [2, 1]}\n", NULL, err), SX_E_PARSE,
              "dir/t.yaml:3:", "two factors");
  CHECK_FAILS(load("audit: t\nfigures: []\nwords: {超: over9000}\n", NULL, err), SX_E_PARSE,
              "dir/t.yaml:3:", "not a qualifying word");
  CHECK_FAILS(load("audit: t\nfigures: []\ntitle: [1]\n", NULL, err), SX_E_PARSE, "dir/t.yaml:3:", "title");
  sx_audit *audit = NULL;
  CHECK_FAILS(sx_audit_load(&audit, NULL, "nowhere/none.yaml", err), SX_E_IO, "nowhere/none.yaml", "");
  CHECK_FAILS(sx_audit_run(NULL, NULL, NULL, err), SX_E_ARGUMENT, "", "NULL");
  CHECK(audit == NULL);
}

SXT_MAIN(SXT_CASE(figures), SXT_CASE(periods), SXT_CASE(rates), SXT_CASE(identities), SXT_CASE(files))
