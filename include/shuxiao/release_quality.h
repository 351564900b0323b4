/* release_quality.h: is an estimate good enough to be shown? Marks of the column quality. docs/methods/reliability.md. */
#ifndef SX_RELEASE_QUALITY_H
#define SX_RELEASE_QUALITY_H

#include <math.h>

#include "shuxiao/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sx_quality_standard {
  SX_QUALITY_PLAIN, /* the thresholds alone */
  SX_QUALITY_NCHS   /* besides, the standards of the National Center for Health Statistics for proportions (2017) */
} sx_quality_standard;
/* A threshold of 0 is off. */
typedef struct sx_quality_options {
  uint32_t version;
  sx_quality_standard standard;
  double min_n, max_cv, min_df, min_n_eff;
} sx_quality_options;
#define SX_QUALITY_OPTIONS_INIT                                                                                        \
  { 1, SX_QUALITY_PLAIN, 30, 0.3, 8, 0 }

typedef struct sx_quality_input {
  double estimate, se, cv, df;
  double n, n_eff; /* cases behind it; 0 or NaN: not known */
  bool proportion; /* a share between 0 and 1, not a difference */
  bool difference; /* no cv */
} sx_quality_input;

typedef enum sx_quality_verdict { SX_QUALITY_SHOW, SX_QUALITY_REVIEW, SX_QUALITY_SUPPRESS } sx_quality_verdict;
enum { SX_QUALITY_MARKS_MAX = 160 };
typedef struct sx_quality {
  sx_quality_verdict verdict;       /* of the standard; SHOW without one */
  char marks[SX_QUALITY_MARKS_MAX]; /* "n<30;cv>0.3;nchs suppress: width 0.41", "" for none */
  double low, high;                 /* the standard's interval (Korn-Graubard, 95%); NaN without */
  bool complement;                  /* 1 - p itself would be suppressed for its relative width */
} sx_quality;
/* Marks in the order n, n_eff, cv, df, standard. NCHS for proportions: suppressed where n or n_eff is below 30, the absolute width of the interval
 * is 0.30 or more, or between 0.05 and 0.30 the relative width is above 130% (a p of 0 has none); to be reviewed where df is below 8 or p is 0 or 1. Parker et al. (2017), Vital
 * and Health Statistics 2(175), p. 2-3; Korn and Graubard (1998), Survey Methodology 24:193-201. */
SX_API void sx_quality_judge(sx_quality *out, const sx_quality_input *in, const sx_quality_options *options);
/* Whether an estimate with these marks of the column quality ("n<30;product term 1.4%"; NULL as "") is of low reliability: the one rule for the signs of tables,
 * figures, texts and workbooks and for the status of data files. It is by the criteria above, and by what says the same of accounts, small areas
 * and amounts: weak, few interviews, large cv, near 0, heavy tail. Other marks say where a number comes from (model, break) or what a test or comparison found. */
SX_API bool sx_quality_is_low(const char *marks);
/* "min_n=30, max_cv=0.3, min_df=8, min_n_eff=0, standard=nchs" into *out, which has the defaults before. Expected: SX_E_ARGUMENT with
 * the words. */
SX_API sx_status sx_quality_parse(sx_quality_options *out, const char *text, sx_error *err) SX_NODISCARD;
/* Korn and Graubard's interval of a proportion: Clopper and Pearson's with the effective sample, n* = min(n, p(1-p)/se^2 (t_{n-1}/t_df)^2). p of 0 or 1, or no
 * error: n* = n. */
SX_API void sx_quality_korn_graubard(double *low, double *high, double p, double se, double n, double df, double level);

#ifdef __cplusplus
}
#endif
#endif
