/* synth_fixture.h: a small model in a folder of its own, for the tests of synth. */
#ifndef SYNTH_FIXTURE_H
#define SYNTH_FIXTURE_H

#include <unistd.h>

#include "shuxiao/synth.h"
#include "sxt.h"

static char fixture_dir[64];

static inline const char *fixture_path(const char *name) {
  static char path[8][128];
  static size_t next;
  char *p = path[next++ % 8];
  if (!fixture_dir[0]) {
    strcpy(fixture_dir, "/tmp/sx-synth-XXXXXX");
    if (!mkdtemp(fixture_dir)) {
      perror("mkdtemp");
      exit(1);
    }
  }
  snprintf(p, sizeof path[0], "%s/%s", fixture_dir, name);
  return p;
}

static inline void fixture_write(const char *name, const char *text) {
  FILE *f = fopen(fixture_path(name), "wb");
  if (!f || fputs(text, f) < 0 || fclose(f) != 0) {
    perror(name);
    exit(1);
  }
}

static inline void fixture_clean(void) {
  static const char *const names[] = {"pop.csv", "rates.csv", "area.csv", "model.yaml",
                                      "out.csv", "out2.csv",  "out.sav"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) (void)unlink(fixture_path(names[i]));
  (void)rmdir(fixture_dir);
}

static const char fixture_population[] = "region,sex,birth_year,persons\n"
                                         "1,male,1990,4000\n1,female,1990,3000\n1,male,1950,1000\n1,female,1950,2000\n"
                                         "2,male,1990,300\n2,female,1990,200\n2,male,1950,100\n2,female,1950,400\n";
static const char fixture_rates[] = "age_class,sex,user,buyer,pays,items_a,items_b,over100\n"
                                    "young,male,0.9,0.7,0.5,0.3,0.45,0.2\nyoung,female,0.8,0.75,0.4,0.3,0.5,0.15\n"
                                    "old,male,0.4,0.5,0.2,0.3,0.3,0.05\nold,female,0.5,0.4,0.3,0.25,0.35,0.1\n";
static const char fixture_area[] =
    "sex,age_class,1,2\nmale,young,0.25,0.75\nmale,old,0.5,0.5\nfemale,young,1,0\nfemale,old,0,1\n";

/* The head that every model here shares; variables follow. */
static const char fixture_head[] =
    "model: small\n"
    "title: {zh: 小模型, en: Small}\n"
    "synthetic: {zh: 合成, en: Made up}\n"
    "language: en\n"
    "population: {file: pop.csv, size: persons}\n"
    "cells: [age_class, sex]\n"
    "rates: rates.csv\n"
    "sampling:\n"
    "  strata: region\n"
    "  allocation: {power: 0.5, minimum: 100}\n"
    "  response: [{by: sex, rows: {male: 1, female: 1.5}}]\n"
    "heaping: {share: 0.7, steps: [[1, 0.01], [50, 1], [200, 10], [null, 50]]}\n"
    "multipliers: {spend: [{by: [sex], rows: {male: 2, female: 1}}, {by: [age_class], rows: {young: 1, old: 0.5}}]}\n"
    "labels: {yesno: {0: {zh: 否, en: 'No'}, 1: {zh: 是, en: 'Yes'}}}\n"
    "assumptions: [{name: general, zh: 假设, en: assumed}]\n"
    "variables:\n"
    "  - {name: id, id: true}\n"
    "  - {name: region, attribute: region}\n"
    "  - {name: sex, type: text, attribute: sex, labels: {male: {zh: 男, en: Male}, female: {zh: 女, en: Female}}}\n"
    "  - {name: birth_year, attribute: birth_year}\n"
    "  - {name: age, attribute: {expr: '2024 - birth_year'}}\n"
    "  - {name: age_class, type: text, attribute: {cut: age, breaks: [60], labels: [young, old]}}\n"
    "  - {name: phones, phones: {max: 2, p: {by: [age_class], rows: {young: [0.6, 0.4], old: [0.9, 0.1]}}}}\n"
    "  - {name: weight, weight: true}\n";

static const char fixture_body[] =
    "  - {name: area, choice: {codes: [1, 2], p: {by: [sex, age_class], file: area.csv}}}\n"
    "  - {name: day, type: date, uniform: [2025-06-01, 2025-06-30]}\n"
    "  - {name: user, zh: 用户, en: User, labels: yesno, flag: user}\n"
    "  - {name: buyer, base: [user], labels: yesno, flag: {rate: buyer, loading: 0.6}}\n"
    "  - {name: visitor, base: [user], labels: yesno, assumed: {zh: 假的, en: made up}, flag: {rate: 0.6, loading: "
    "0.6, with: buyer}}\n"
    "  - {name: gamer, base: [user], labels: yesno, flag: {rate: 0.5, loading: 0.5}}\n"
    "  - {name: pays, base: [gamer], only: [buyer], labels: yesno, flag: {rate: pays, loading: 0.3}}\n"
    "  - {name: item_a, base: [user], labels: yesno, flag: {rate: items_a, cover: buyer}}\n"
    "  - {name: item_b, base: [user], labels: yesno, flag: {rate: items_b, cover: buyer}}\n"
    "  - {name: other, base: [user], labels: yesno, flag: {rate: 0.9, among: eligible, ensure: [pays]}, only: "
    "[buyer]}\n"
    "  - {name: neither, base: [user], labels: yesno, derive: {none: [buyer, gamer]}}\n"
    "  - {name: mood, base: [user], labels: {1: low, 2: middle, 3: high, 9: refused}, missing: [9], ordered: {effects: "
    "[{by: sex, rows: {male: 0.3, female: 0}}], cuts: [-0.5, 0.5], refuse: {share: 0.1, code: 9}}}\n"
    "  - {name: kind, base: [user], labels: {1: buys, 2: sees, 3: none}, choice: {cases: [{if: buyer, code: 1}, {p: "
    "{2: 0.25, 3: 0.75}}]}}\n"
    "  - {name: amt, labels: {-9: refused, -8: unknown}, missing: [-9, -8], amount: {of: pays, total: 400000, tail: "
    "{over: 100, rate: over100}, keep: [100], refuse: {share: 0.2, codes: [-9, -8], second: 0.25}}}\n"
    "  - {name: band, labels: {0: nothing, 1: low, 2: high, 99: refused}, missing: [99], band: {of: amt, edges: [100], "
    "answered: 0.5, refused: 99}}\n"
    "  - {name: amt_over100, labels: yesno, threshold: {of: amt, over: 100}}\n"
    "  - {name: spent, amount: {of: other, total: 250000, sigma: 0.8, multiplier: spend}}\n"
    "  - {name: bracketed, amount: {of: other, brackets: {edges: [1, 10, 100], rates: [null, 0.2]}, keep: [10]}}\n"
    "sets:\n"
    "  - {name: items, en: Items, variables: [item_a, item_b]}\n";

static inline void fixture_files(const char *body) {
  static char model[16384];
  snprintf(model, sizeof model, "%s%s", fixture_head, body);
  fixture_write("pop.csv", fixture_population);
  fixture_write("rates.csv", fixture_rates);
  fixture_write("area.csv", fixture_area);
  fixture_write("model.yaml", model);
}

#endif
