/* accounts_balance_priv.h: a balancing problem as its files share it.
 *
 * V = F'F, column j of F being F_j: y_j = x_j + F_j'z, and the adjustment nearest to x is the shortest z. Under the relative distance
 * the same holds of eta = log y: eta_j = log x_j + F_j'z / x_j, and at a point y the identities are linear in z with s_j F_j,
 * s_j = y_j/x_j, in the place of F_j. */
#ifndef SX_ACCOUNTS_BALANCE_PRIV_H
#define SX_ACCOUNTS_BALANCE_PRIV_H

#include "shuxiao/accounts_balance.h"
#include "shuxiao/num.h"

typedef struct bal {
  const sx_ctx *ctx;
  const sx_balance_request *q;
  sx_arena *arena;
  size_t n, n_ids;                       /* figures, identities */
  double *x, *se;                        /* [n] */
  const char **at_figure, **at_identity; /* "figure a", "identity sum": where an error is */
  bool diagonal;
  double *factor; /* [r * n] column-major, NULL: F_j = se_j e_j */
  size_t r;       /* rows of F */
  double tol;     /* of dependence between identities */

  /* identities by rows, figures merged */
  size_t *start, *figure; /* [n_ids+1], [start[n_ids]] */
  double *coef;

  /* the identities at s: Q R of the columns m_k = sum_j a_kj s_j F_j */
  double *s;     /* [n] y/x, or 1 */
  double *basis; /* [r * n_ids] the first `rank` columns are Q */
  double *tri;   /* [n_ids * n_ids] */
  double *scale; /* [n_ids] sum_j |a_kj| s_j se_j */
  size_t *piv, rank;
  double *work; /* [2 n_ids] */

  double *y, *z; /* [n], [r] the solution at hand */
  double *hold;  /* [r * n_hold] orthonormal basis of the active bounds beside Q */
  size_t n_hold, cap_hold;
  size_t *held; /* [n_hold] figures at a bound */
  int8_t *side; /* [n] -1 at lower, 1 at upper, 0 free */
  size_t iterations;
} bal;

void *sx_accounts__take(bal *b, size_t n, size_t size,
                        sx_error *err) SX_NODISCARD; /* zeroed, from the arena; NULL: err is set */
/* F_j'v and v += c F_j. */
double sx_accounts__factor_dot(const bal *b, size_t j, const double *v);
void sx_accounts__factor_add(double *v, const bal *b, size_t j, double c);
double sx_accounts__dot(const double *x, const double *y, size_t n);
/* v -= QQ'v, against the identities and, where `bounds`, the active bounds. */
void sx_accounts__project(double *v, const bal *b, bool bounds);

/* accounts_balance_factor.c: V of the request as F; x and se. */
sx_status sx_accounts__balance_factor(bal *b, sx_error *err) SX_NODISCARD;
/* accounts_balance_solve.c: y and z under the identities; called again with `bounds`, from there, under the bounds too. */
sx_status sx_accounts__balance_solve(bal *b, bool bounds, sx_error *err) SX_NODISCARD;
/* Every identity holds at y, or the one that cannot is named. */
sx_status sx_accounts__balance_verify(const bal *b, sx_error *err) SX_NODISCARD;
double sx_accounts__identity_sum(double *size, const bal *b, size_t k,
                                 const double *y); /* A_k y; *size: of its terms */
/* accounts_balance_bounds.c: from the z of the identities alone, the shortest z within the bounds. */
sx_status sx_accounts__balance_bounds(bal *b, sx_error *err) SX_NODISCARD;
bool sx_accounts__all_within(const bal *b); /* every figure its bounds, up to rounding */
/* accounts_balance_result.c: what the identities alone give, then what the bounds change in it. */
sx_status sx_accounts__balance_identities(sx_balance_result *out, bal *b, sx_error *err) SX_NODISCARD;
sx_status sx_accounts__balance_bounded(sx_balance_result *out, bal *b, sx_error *err) SX_NODISCARD;

#endif
