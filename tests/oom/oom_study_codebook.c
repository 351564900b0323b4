/* Every allocation of a study with a codebook fails once: values counted, and taken from the run before. */
#include "oom_study.h"

static const char study_text[] =
    "study: codes\ntitle: B\nlanguages: [en]\noutputs: [ddi]\n"
    "data:\n  p:\n    file: p.csv\n    variables:\n"
    "      x: {label: {en: X}, missing: [3], values: {1: {en: yes}, 2: {en: no}, 3: {en: none}}}\n"
    "      g: {label: {en: G}, values: {a: {en: A}, b: {en: B}}}\n"
    "design: {weights: w, strata: s, clusters: [u]}\n"
    "indicators: {a: {label: {en: A}, prop: x == 1}}\n";

static void make(void) {
  make_folder("codebook");
  put("study.yaml", study_text);
  put("p.csv", "s,u,w,g,x,y\n1,1,10,a,1,1\n1,2,10,b,2,2\n1,3,10,a,3,1\n2,4,10,b,1,2\n2,5,10,a,2,1\n2,6,10,b,3,3\n");
}

static void counting(void) {
  make();
  load_and_then("run", (target){false, true, NULL});
  drop_folder();
}

static void kept(void) {
  make();
  then_again("run again", study_text);
  drop_folder();
}

SXT_MAIN(SXT_CASE(counting), SXT_CASE(kept))
