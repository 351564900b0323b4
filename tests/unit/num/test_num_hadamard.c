/* Hadamard matrices: every order that is built is orthogonal with a first row of ones; which orders there are. */
#include "shuxiao/num.h"
#include "sxt.h"

static void test_orthogonal(void) {
  size_t built = 0;
  for (size_t order = 1; order <= 404; order++) {
    if (sx_num_hadamard_order(order) != order) continue;
    int8_t *h = malloc(order * order);
    REQUIRE(h != NULL);
    REQUIRE_OK(sx_num_hadamard(h, order, err));
    built++;
    for (size_t j = 0; j < order; j++)
      if (h[j] != 1) SXT_FAIL("order %zu: row 0 is not all ones", order);
    for (size_t i = 0; i < order; i++) {
      for (size_t k = i; k < order; k++) {
        long dot = 0;
        for (size_t j = 0; j < order; j++) dot += h[i * order + j] * h[k * order + j];
        if (dot != (i == k ? (long)order : 0)) {
          SXT_FAIL("order %zu: rows %zu and %zu give %ld", order, i, k, dot);
          free(h);
          return;
        }
      }
    }
    free(h);
  }
  CHECK(built > 80);
}

/* Multiples of 4 to 400 that these constructions do not give. */
static void test_orders(void) {
  static const size_t missing[] = {188, 236, 260, 268, 292, 324, 356, 372, 376};
  size_t k = 0;
  for (size_t order = 4; order <= 400; order += 4) {
    const bool gone = sx_num_hadamard_order(order) != order;
    const bool said = k < sizeof missing / sizeof *missing && missing[k] == order;
    if (gone != said) SXT_FAIL("order %zu: %s", order, gone ? "not built" : "built");
    k += said ? 1 : 0;
  }
  CHECK_INT(sx_num_hadamard_order(1), 1);
  CHECK_INT(sx_num_hadamard_order(3), 4);
  CHECK_INT(sx_num_hadamard_order(15), 16);
  CHECK_INT(sx_num_hadamard_order(50), 52); /* 2(25 + 1): a field of 25 elements */
  CHECK_INT(sx_num_hadamard_order(99), 100);
  CHECK_INT(sx_num_hadamard_order(91), 92); /* four circulants */
  CHECK_INT(sx_num_hadamard_order(169), 172);
  CHECK_INT(sx_num_hadamard_order(185), 192);
  CHECK_INT(sx_num_hadamard_order(SX_HADAMARD_MAX + 1), 0);
  int8_t one[36];
  CHECK_FAILS(sx_num_hadamard(one, 6, err), SX_E_ARGUMENT, "hadamard", "order 6 here: the next is 8");
  REQUIRE_OK(sx_num_hadamard(one, 4, err));
  for (unsigned i = 0; i < 4; i++) /* Sylvester: the parity of i and j */
    for (unsigned j = 0; j < 4; j++) CHECK_INT(one[i * 4 + j], __builtin_parity(i & j) ? -1 : 1);
}

SXT_MAIN(SXT_CASE(test_orthogonal), SXT_CASE(test_orders))
