/* sxt.h: the whole test harness. A test program lists its cases in SXT_MAIN; exit 0 all passed, 1 some failed,
 * 77 skipped ("skipped: reason" printed). */
#ifndef SXT_H
#define SXT_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int sxt_failures;

#define SXT_FAIL(...)                                                                                                  \
  do {                                                                                                                 \
    fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                                                                    \
    fprintf(stderr, __VA_ARGS__);                                                                                      \
    fputc('\n', stderr);                                                                                               \
    sxt_failures++;                                                                                                    \
  } while (0)
#define CHECK(cond)                                                                                                    \
  do {                                                                                                                 \
    if (!(cond)) SXT_FAIL("not true: %s", #cond);                                                                      \
  } while (0)
/* For what the rest of the case needs. */
#define REQUIRE(cond)                                                                                                  \
  do {                                                                                                                 \
    if (!(cond)) {                                                                                                     \
      SXT_FAIL("required: %s", #cond);                                                                                 \
      return;                                                                                                          \
    }                                                                                                                  \
  } while (0)
#define CHECK_OK(expr)                                                                                                 \
  do {                                                                                                                 \
    sx_error sxt_err_ = SX_ERROR_INIT;                                                                                 \
    sx_error *err = &sxt_err_;                                                                                         \
    if ((expr) != SX_OK) SXT_FAIL("%s: %s: %s", #expr, sxt_err_.where, sxt_err_.message);                              \
  } while (0)
#define REQUIRE_OK(expr)                                                                                               \
  do {                                                                                                                 \
    sx_error sxt_err_ = SX_ERROR_INIT;                                                                                 \
    sx_error *err = &sxt_err_;                                                                                         \
    if ((expr) != SX_OK) {                                                                                             \
      SXT_FAIL("%s: %s: %s", #expr, sxt_err_.where, sxt_err_.message);                                                 \
      return;                                                                                                          \
    }                                                                                                                  \
  } while (0)
/* The call must fail with `code`, its where and message containing the texts ("" accepts any). */
#define CHECK_FAILS(expr, code, in_where, in_message)                                                                  \
  do {                                                                                                                 \
    sx_error sxt_err_ = SX_ERROR_INIT;                                                                                 \
    sx_error *err = &sxt_err_;                                                                                         \
    const sx_status sxt_st_ = (expr);                                                                                  \
    if (sxt_st_ != (code) || !strstr(sxt_err_.where, in_where) || !strstr(sxt_err_.message, in_message))               \
      SXT_FAIL("%s: status %d, where '%s', message '%s'", #expr, (int)sxt_st_, sxt_err_.where, sxt_err_.message);      \
  } while (0)
#define CHECK_STR(got, want)                                                                                           \
  do {                                                                                                                 \
    const char *sxt_g_ = (got), *sxt_w_ = (want);                                                                      \
    if (!sxt_g_ || strcmp(sxt_g_, sxt_w_) != 0)                                                                        \
      SXT_FAIL("%s is '%s', not '%s'", #got, sxt_g_ ? sxt_g_ : "(null)", sxt_w_);                                      \
  } while (0)
#define CHECK_INT(got, want)                                                                                           \
  do {                                                                                                                 \
    const long long sxt_g_ = (long long)(got), sxt_w_ = (long long)(want);                                             \
    if (sxt_g_ != sxt_w_) SXT_FAIL("%s is %lld, not %lld", #got, sxt_g_, sxt_w_);                                      \
  } while (0)
/* |got - want| <= rel * |want|, or <= rel when want is 0; NaN agrees with NaN only. */
#define CHECK_NEAR(got, want, rel)                                                                                     \
  do {                                                                                                                 \
    const double sxt_g_ = (got), sxt_w_ = (want);                                                                      \
    const double sxt_t_ = (rel) * (sxt_w_ != 0 ? fabs(sxt_w_) : 1.0);                                                  \
    if (!((isnan(sxt_g_) && isnan(sxt_w_)) || fabs(sxt_g_ - sxt_w_) <= sxt_t_))                                        \
      SXT_FAIL("%s is %.17g, not %.17g (off by %.3g)", #got, sxt_g_, sxt_w_, sxt_g_ - sxt_w_);                         \
  } while (0)
#define SXT_SKIP(...)                                                                                                  \
  do {                                                                                                                 \
    printf("skipped: ");                                                                                               \
    printf(__VA_ARGS__);                                                                                               \
    putchar('\n');                                                                                                     \
    exit(77);                                                                                                          \
  } while (0)

typedef struct sxt_case {
  const char *name;
  void (*run)(void);
} sxt_case;
#define SXT_MAIN(...)                                                                                                  \
  int main(int argc, char **argv) {                                                                                    \
    const sxt_case cases[] = {__VA_ARGS__};                                                                            \
    int bad = 0;                                                                                                       \
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {                                                        \
      if (argc > 1 && strcmp(argv[1], cases[i].name) != 0) continue;                                                   \
      const int before = sxt_failures;                                                                                 \
      cases[i].run();                                                                                                  \
      if (sxt_failures != before) {                                                                                    \
        fprintf(stderr, "FAILED %s\n", cases[i].name);                                                                 \
        bad++;                                                                                                         \
      }                                                                                                                \
    }                                                                                                                  \
    return bad != 0;                                                                                                   \
  }
#define SXT_CASE(f)                                                                                                    \
  { #f, f }

#endif
