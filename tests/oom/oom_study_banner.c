/* Every allocation of a study with banner tables fails once: words, plan, rows, block, and a second run that copies them. */
#include "oom_study.h"

static const char study_text[] =
    "study: banners\ntitle: B\nlanguages: [en]\noutputs: [html, banner]\n"
    "data: {p: {file: p.csv}}\n"
    "design: {weights: w, strata: s, clusters: [u]}\n"
    "banner: {std: [total, g]}\n"
    "tables: [{id: a, title: A, rows: [x, y], cols: $std, stats: [col_pct, mean], net: {low: [1, 2]},\n"
    "          note: N., sig: {profile: spss, compare: [within_span, versus_rest], min_base: 1}}]\n";

static void make(void) {
  make_folder("banner");
  put("study.yaml", study_text);
  put("p.csv", "s,u,w,g,x,y\n1,1,10,a,1,1\n1,2,10,b,2,2\n1,3,10,a,3,1\n2,4,10,b,1,2\n2,5,10,a,2,1\n2,6,10,b,3,3\n");
}

static void computing(void) {
  make();
  load_and_then("run", (target){false, true, NULL});
  drop_folder();
}

/* The cells are copied from the run before: only the title differs. */
static void copying(void) {
  make();
  then_again("run again", study_text);
  drop_folder();
}

/* Arrows against the wave before; one variable is another one there. */
static void waves(void) {
  make();
  put("study.yaml",
      "study: banners\ntitle: B\nlanguages: [en]\nwave: 2025-S1\noutputs: [banner]\n"
      "data: {p: {file: p.csv}}\nderived: {d: y >= 2}\n"
      "design: {weights: w, strata: s, clusters: [u]}\n"
      "tables: [{id: a, rows: [x, d], cols: total, sig: 'waves, min_base=1'}]\n"
      "waves: {series: [{wave: 2024-S2, data: {p: {file: q.csv}}, breaks: [{variables: [x], why: W.}]}]}\n");
  put("q.csv", "s,u,w,g,x,y\n1,1,10,a,2,1\n1,2,10,b,2,2\n1,3,10,a,1,1\n2,4,10,b,1,2\n2,5,10,a,2,3\n2,6,10,b,3,3\n");
  load_and_then("run with arrows", (target){false, true, NULL});
  drop_folder();
}

SXT_MAIN(SXT_CASE(computing), SXT_CASE(copying), SXT_CASE(waves))
