/* Oracles: the C library's strtod and printf (correctly rounded in glibc) in the C locale. */
#include "shuxiao/base.h"
#include "sxt.h"

#include <float.h>
#include <locale.h>

static uint64_t state = UINT64_C(88172645463325252);
static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static double from_bits(uint64_t bits) {
  double v;
  memcpy(&v, &bits, sizeof v);
  return v;
}
static bool same(double a, double b) {
  return memcmp(&a, &b, sizeof a) == 0;
}

static void check_reads(const char *text) {
  double got = -77;
  const double want = strtod(text, NULL);
  const bool ok = sx_text_to_double(&got, text, strlen(text));
  if (ok != (isfinite(want) != 0))
    SXT_FAIL("'%s' %s", text, ok ? "accepted" : "refused");
  else if (ok && !same(got, want))
    SXT_FAIL("'%s' is %.17g, not %.17g", text, got, want);
}

static void check_reads_as(const char *text, double want) {
  double got = 0;
  if (!sx_text_to_double(&got, text, strlen(text)) || !same(got, want)) SXT_FAIL("'%s' is %.17g", text, got);
}

static void test_read(void) {
  const char *const good[] = {"0",
                              "-0",
                              "1",
                              "+1",
                              "1.",
                              ".5",
                              "-.5e1",
                              "1e22",
                              "1e23",
                              "9007199254740993",
                              "9007199254740992.5",
                              "123456789012345678",
                              "0.1",
                              "1e-400",
                              "1e400",
                              "-1e999",
                              "1.7976931348623157e308",
                              "1.7976931348623159e308",
                              "4.9406564584124654e-324",
                              "2.4703282292062327e-324",
                              "2.2250738585072011e-308",
                              "179769313486231580793728971405301e276",
                              "0000000000000000000000000000001.5",
                              "0.00000000000000000000000000000000000001234",
                              "8.5e0",
                              "6.02214076E23",
                              "1e+5",
                              "1E-5",
                              "18446744073709551615",
                              "18446744073709551616",
                              "9223372036854775807.0",
                              "5e-324",
                              "1e0000000000000000000005",
                              "0e999999999999"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) check_reads(good[i]);
  const char *const bad[] = {"",      "-",    "+",   ".",   "e5",  "1e", "1e+", "1 ",   " 1", "1,5",  "1..2",
                             "1.2.3", "0x10", "inf", "nan", "INF", "1f", "--1", "1e5.", "１", "1_000"};
  double untouched = 42;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (sx_text_to_double(&untouched, bad[i], strlen(bad[i]))) SXT_FAIL("'%s' accepted", bad[i]);
  CHECK(untouched == 42);
  CHECK(sx_text_to_double(&untouched, "12x", 2) && untouched == 12); /* the length counts, not the NUL */
}

/* Half-way cases: digits of an exact midpoint between two doubles, then one unit beyond in the 800th digit. */
static void test_halfway(void) {
  char text[1200];
  for (int i = 0; i < 200; i++) {
    const int e = (int)(next() % 120) - 60;
    const double low = ldexp(1.0 + (double)(next() >> 12) * 0x1p-52, e);
    const double ulp = ldexp(1.0, e - 52);
    /* low + ulp/2 printed exactly: long double holds it */
    snprintf(text, sizeof text, "%.200Lf", (long double)low + (long double)ulp / 2);
    check_reads(text);
    const size_t n = strlen(text);
    memset(text + n, '0', 700);
    text[n + 700] = '\0';
    check_reads(text);
    text[n + 699] = '1';
    check_reads(text);
  }
}

static void test_random(void) {
  char text[64];
  for (int i = 0; i < 400000; i++) {
    const double v = from_bits(next());
    if (!isfinite(v)) continue;
    snprintf(text, sizeof text, "%.*g", 15 + (int)(next() % 6), v);
    check_reads(text);
    snprintf(text, sizeof text, "%llu.%llue%d", (unsigned long long)(next() >> (next() % 64)),
             (unsigned long long)(next() >> (next() % 64)), (int)(next() % 60) - 30);
    check_reads(text);
  }
}

static void check_prints(double v) {
  char text[SX_DOUBLE_TEXT_MAX], shorter[64];
  const size_t n = sx_text_from_double(text, v);
  double back = 0;
  if (n != strlen(text) || !sx_text_to_double(&back, text, n) || !same(back, v) || !same(strtod(text, NULL), v))
    SXT_FAIL("%.17g prints as '%s'", v, text);
  int digits = 0;
  bool counting = false;
  size_t zeros = 0;
  for (const char *s = text; *s && *s != 'e'; s++) {
    if (*s < '0' || *s > '9') continue;
    if (*s != '0') counting = true;
    if (!counting) continue;
    zeros = *s == '0' ? zeros + 1 : 0;
    digits++;
  }
  digits -= (int)zeros;
  /* No shorter one reads back: neither neighbour of v at one digit less does. */
  if (digits <= 1) return;
  snprintf(shorter, sizeof shorter, "%.*e", digits - 2, v);
  if (strtod(shorter, NULL) == v) SXT_FAIL("%.17g prints as '%s', %s is shorter", v, text, shorter);
}

static void test_print(void) {
  const struct {
    double v;
    const char *text;
  } cases[] = {{0, "0"},
               {-0.0, "-0"},
               {1, "1"},
               {-2.5, "-2.5"},
               {0.1, "0.1"},
               {100, "100"},
               {1e15, "1000000000000000"},
               {123456789012345680.0, "1.2345678901234568e17"},
               {12345678901234568.0, "12345678901234568"},
               {1e22, "1e22"},
               {1e-4, "0.0001"},
               {1.5e-4, "0.00015"},
               {1e-5, "0.00001"},
               {1e-6, "1e-6"},
               {0.000123, "0.000123"},
               {5e-324, "5e-324"},
               {DBL_MAX, "1.7976931348623157e308"},
               {1.0 / 3, "0.3333333333333333"},
               {2e-310, "2e-310"},
               {9007199254740993.0, "9007199254740992"},
               {0x1p-44, "5.684341886080802e-14"}, /* 801e-14 is nearer but does not read back */
               {(double)INFINITY, "inf"},
               {-(double)INFINITY, "-inf"},
               {(double)NAN, "nan"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[SX_DOUBLE_TEXT_MAX];
    sx_text_from_double(text, cases[i].v);
    CHECK_STR(text, cases[i].text);
  }
}

static void test_print_random(void) {
  static const double tens[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
  for (int i = 0; i < 100000; i++) {
    const double v = from_bits(next());
    if (isfinite(v)) check_prints(v);
    check_prints((double)(next() % 100000000) / tens[next() % 9]);
    check_prints((double)(int64_t)next());
  }
  for (int e = -1074; e < 1024; e++) {
    const double p = ldexp(1.0, e);
    check_prints(p);
    check_prints(nextafter(p, 0));
    check_prints(nextafter(p, (double)INFINITY));
  }
}

/* Digits without zeros at either end, and where the point stands: "0.00150" is "15", -2. */
static void digits_of(char digits[32], int *point, const char *text) {
  int n = 0, zeros = 0, place = 0;
  bool after = false;
  *point = 0;
  for (; *text && *text != 'e'; text++) {
    if (*text == '.') after = true;
    if (*text < '0' || *text > '9') continue;
    if (!after && (n || *text != '0')) place++;
    if (after && !n && *text == '0') place--;
    if (*text == '0' && n) zeros++;
    if (*text == '0') continue;
    for (; zeros; zeros--) digits[n++] = '0';
    digits[n++] = *text;
  }
  digits[n] = '\0';
  *point = place + (*text ? atoi(text + 1) : 0);
}

/* The slow way: the first of printf's roundings to 15, 16, 17 digits that strtod reads back. */
static void check_slow_twin(double v) {
  char text[SX_DOUBLE_TEXT_MAX], slow[64], got[32], want[32];
  int got_point, want_point, exponent, n = 14;
  if (!(v > 0) || v < DBL_MIN || !isfinite(v) || frexp(v, &exponent) == 0.5) return;
  do {
    snprintf(slow, sizeof slow, "%.*e", n, v);
  } while (n++ < 16 && strtod(slow, NULL) != v);
  sx_text_from_double(text, v);
  digits_of(got, &got_point, text);
  digits_of(want, &want_point, slow);
  if (strcmp(got, want) != 0 || got_point != want_point) SXT_FAIL("%.17g prints as '%s', not %s", v, text, slow);
}

/* Ordinary magnitudes, decimals and what is next to them, ties of the rounding (whole numbers over powers of two), results of divisions. */
static void test_print_slow_twin(void) {
  for (int i = 0; i < 50000; i++) {
    check_slow_twin(ldexp((double)(next() >> 11), (int)(next() % 130) - 113));
    const double decimal = (double)(next() % 100000000000000000u) / pow(10, (double)(next() % 25));
    check_slow_twin(decimal);
    check_slow_twin(nextafter(decimal, 0));
    check_slow_twin(nextafter(decimal, (double)INFINITY));
    check_slow_twin(ldexp((double)(next() >> (11 + next() % 40)), -(int)(next() % 60)));
    check_slow_twin((double)(1 + next() % 5000) / (double)(1 + next() % 5000));
  }
  for (int e = -40; e < 25; e++) {
    const double p = pow(10, e);
    for (int k = 1; k < 10; k++) {
      const double at[] = {k * p, nextafter(k * p, 0), nextafter(k * p, (double)INFINITY), k * p * (1 - 1e-15)};
      for (size_t j = 0; j < sizeof at / sizeof *at; j++) check_slow_twin(at[j]);
    }
  }
}

static void test_int64(void) {
  const struct {
    const char *text;
    bool ok;
    int64_t v;
  } cases[] = {{"0", true, 0},
               {"-0", true, 0},
               {"+7", true, 7},
               {"007", true, 7},
               {"9223372036854775807", true, INT64_MAX},
               {"9223372036854775808", false, 0},
               {"-9223372036854775808", true, INT64_MIN},
               {"-9223372036854775809", false, 0},
               {"99999999999999999999", false, 0},
               {"", false, 0},
               {"-", false, 0},
               {"1.0", false, 0},
               {"1 ", false, 0},
               {" 1", false, 0},
               {"0x1", false, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t v = 0;
    const bool ok = sx_text_to_int64(&v, cases[i].text, strlen(cases[i].text));
    if (ok != cases[i].ok || v != cases[i].v) SXT_FAIL("'%s': %d, %lld", cases[i].text, ok, (long long)v);
  }
}

static void test_fixed(void) {
  const struct {
    double v;
    int decimals;
    const char *text;
  } cases[] = {{0.465, 2, "0.47"},
               {-0.465, 2, "-0.47"},
               {2.5, 0, "3"},
               {-2.5, 0, "-3"},
               {0.5, 0, "1"},
               {0.05, 0, "0"},
               {0.05, 1, "0.1"},
               {9.995, 2, "10.00"},
               {99.5, 0, "100"},
               {0.994, 2, "0.99"},
               {0.996, 2, "1.00"},
               {-0.001, 2, "0.00"},
               {0, 2, "0.00"},
               {-0.0, 1, "0.0"},
               {1e22, 1, "10000000000000000000000.0"},
               {123456.789, 1, "123456.8"},
               {1.005, 2, "1.01"},
               {0.1, 17, "0.10000000000000000"},
               {5, -3, "5"},
               {1e-20, 3, "0.000"},
               {0.00051, 3, "0.001"},
               {0.0049, 2, "0.00"},
               {1249.5, 0, "1250"},
               {0.3, 99, "0.30000000000000000"},
               {(double)NAN, 2, "nan"},
               {-(double)INFINITY, 2, "-inf"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[SX_FIXED_TEXT_MAX];
    const size_t n = sx_text_fixed(text, cases[i].v, cases[i].decimals);
    CHECK_STR(text, cases[i].text);
    CHECK_INT(n, strlen(cases[i].text));
  }
  char text[SX_FIXED_TEXT_MAX];
  CHECK_INT(sx_text_fixed(text, -DBL_MAX, 17), 1 + 309 + 1 + 17);
}

/* Whether v prints, at 15 digits that read back, with a 5 right behind the decimals and nothing more. */
static bool tie(double v, int decimals) {
  char text[64];
  snprintf(text, sizeof text, "%.15g", v);
  const char *point = strchr(text, '.');
  return point && strtod(text, NULL) == v && strlen(point + 1) == (size_t)decimals + 1 && text[strlen(text) - 1] == '5';
}

/* Away from ties the rounded text is printf's; ties of the printed value go away from zero, wherever the bits lie. */
static void test_fixed_random(void) {
  for (int i = 0; i < 100000; i++) {
    const int decimals = (int)(next() % 6);
    const double v = ((double)(next() >> 11) * 0x1p-53 - 0.5) * pow(10, (double)(next() % 9));
    char got[SX_FIXED_TEXT_MAX], want[64];
    sx_text_fixed(got, v, decimals);
    snprintf(want, sizeof want, "%.*f", decimals, tie(v, decimals) ? v + copysign(0.1 * pow(10, -decimals), v) : v);
    const bool zero = strspn(want, "-0.") == strlen(want);
    if (strcmp(got, zero && want[0] == '-' ? want + 1 : want) != 0)
      SXT_FAIL("%.17g at %d is %s, not %s", v, decimals, got, want);
  }
}

/* A process locale with a decimal comma changes nothing. The locale is compiled here: few machines have one installed. */
static void test_locale(void) {
  char folder[] = "/tmp/sx_locale_XXXXXX", command[256];
  REQUIRE(mkdtemp(folder) != NULL);
  snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >/dev/null 2>&1", folder);
  const bool built = system(command) == 0;
  setenv("LOCPATH", folder, 1);
  const bool set = built && setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
  char text[SX_FIXED_TEXT_MAX];
  snprintf(text, sizeof text, "%.1f", 0.5);
  if (set)
    CHECK_STR(text, "0,5");
  else
    printf("note: localedef or the sources of de_DE are absent (package locales): only the C locale was tried\n");
  double v = 0;
  CHECK(sx_text_to_double(&v, "1234.5678901234567891234", 24));
  CHECK(v == 1234.5678901234567891234);
  CHECK(!sx_text_to_double(&v, "1,5", 3));
  check_reads_as("1e-300", 1e-300);
  check_reads_as("2.2250738585072011e-308", 2.2250738585072011e-308);
  sx_text_from_double(text, 1.0 / 3);
  CHECK_STR(text, "0.3333333333333333");
  sx_text_from_double(text, 1.2345678901234568e-300);
  CHECK_STR(text, "1.2345678901234568e-300");
  sx_text_fixed(text, 1234567.125, 2);
  CHECK_STR(text, "1234567.13");
  setlocale(LC_ALL, "C");
  snprintf(command, sizeof command, "rm -rf %s", folder);
  CHECK_INT(system(command), 0);
}

SXT_MAIN(SXT_CASE(test_read), SXT_CASE(test_halfway), SXT_CASE(test_random), SXT_CASE(test_print),
         SXT_CASE(test_print_random), SXT_CASE(test_print_slow_twin), SXT_CASE(test_int64), SXT_CASE(test_fixed),
         SXT_CASE(test_fixed_random), SXT_CASE(test_locale))
