/* banner_kernel.h: the fast engine's tables over design and columns. */
#ifndef BANNER_KERNEL_H
#define BANNER_KERNEL_H

#include "banner_priv.h"

struct banner_kernel {
  sx_ctx ctx;
  const sx_design *design;
  size_t n, n_psus, n_beta, n_domains;
  const double *w;   /* [n] by position */
  uint32_t *pattern; /* [n] by position */
  size_t n_patterns;
  size_t *first;  /* [n_patterns+1] */
  uint16_t *list; /* domains of pattern g: list[first[g]] .. list[first[g+1]-1]; none: weight 0, or not in the tables */
  size_t *entry;  /* [n+1] calibrated designs: the entries of a position */
  uint32_t *entry_cell;
  double *entry_value; /* d x_j */
  double *total;       /* [n_beta][n_psus] T */
  size_t (*range)[2];  /* [n_beta] PSUs outside of which T is 0 */
  /* Where each case is its own unit (banner_groups.c); n_groups 0: not so. Groups are numbered by stratum. */
  size_t n_groups, n_strata;
  uint32_t *group, *member; /* [n] by position; [n_groups] a position of each */
  size_t *stratum_end;      /* [n_strata] groups up to and with the stratum's */
  double *factor, *n_h;     /* [n_strata] */
  double df;                /* declared; NaN: counted */
};

/* A line's sums by group and code, the last code being outside of the base: l = group (n_codes + 1) + code. */
typedef struct banner_cells {
  size_t L, margins;
  double *w, *q, *d; /* [L] weights, their squares; [margins][L] d of each margin */
  uint32_t *n;       /* [L] cases with a weight */
} banner_cells;
sx_status sx_banner__groups(banner_kernel *kernel, sx_error *err) SX_NODISCARD;
bool sx_banner__grouped_suits(const banner_kernel *kernel, const banner_line *line);
void sx_banner__grouped_pass(const banner_kernel *kernel, const banner_line *line, banner_cells *cells);
double sx_banner__grouped_variance(const banner_kernel *kernel, const banner_cells *cells, const double *v);
double sx_banner__grouped_df(const banner_kernel *kernel, const banner_cells *cells, const double *in,
                             const double *or_in);

#endif
