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
};

#endif
