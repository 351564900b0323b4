/* replicates.c: the same estimators on replicate weights: the jackknife of the cluster sample, post-stratified replicate by replicate,
 * and a difference between two domains with its covariance.
 *
 *   cc replicates.c $(pkg-config --cflags --libs shuxiao) -o replicates && ./replicates apiclus1.csv */
#include <shuxiao/shuxiao.h>
#include <stdio.h>
#include <stdlib.h>

static sx_error err = SX_ERROR_INIT;
static void need(sx_status status) { /* or says what is wrong, and where */
  if (status == SX_OK) return;
  fprintf(stderr, "%s: %s\n", err.where, err.message);
  exit(1);
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: replicates apiclus1.csv\n"), 2;
  sx_table *clus = NULL;
  sx_design *drawn = NULL, *jackknife = NULL, *post = NULL;
  sx_easy *mean = NULL, *total = NULL, *by = NULL;
  need(sx_io_read(&clus, NULL, argv[1], NULL, &err));

  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.clusters = (const char *[]){"dnum"}, spec.n_clusters = 1;
  spec.weights = "pw", spec.fpc = "fpc";
  need(sx_design_new(&drawn, NULL, clus, &spec, &err));
  sx_make_spec jk1 = SX_MAKE_SPEC_INIT; /* a replicate weight column of a file: spec.repweights instead */
  jk1.method = SX_MAKE_JK1;
  need(sx_design_make_replicates(&jackknife, drawn, &jk1, &err));

  need(sx_easy_mean(&mean, jackknife, clus, "api00", NULL, &err));
  printf("mean api00        %.15g %.15g\n", mean->rows[0].est.estimate, mean->rows[0].est.se);

  const char *stype = "stype";
  const char *const levels[3][1] = {{"E"}, {"H"}, {"M"}};
  const char *const *const cells[] = {levels[0], levels[1], levels[2]};
  const sx_target schools = {&stype, 1, cells, (const double[]){4421, 755, 1018}, 3, "schools by type"};
  need(sx_weighting_poststratify(&post, jackknife, clus, &schools, NULL, &err));
  need(sx_easy_total(&total, post, clus, "enroll", NULL, &err));
  printf("total enroll      %.15g %.15g\n", total->rows[0].est.estimate, total->rows[0].est.se);

  sx_est *gap = NULL; /* domains stand in the order of the file: high schools first */
  need(sx_easy_mean(&by, drawn, clus, "api99", "stype", &err));
  const sx_est *const two[] = {by->rows[0].est.est, by->rows[1].est.est};
  need(sx_est_linear(&gap, NULL, (const double[]){-1, 1}, two, 2, &err));
  printf("api99 %s-%s %.15g %.15g\n", by->rows[1].domain, by->rows[0].domain, sx_est_value(gap), sx_est_se(gap));

  sx_est_free(gap), sx_easy_free(by), sx_easy_free(total), sx_easy_free(mean);
  sx_design_free(post), sx_design_free(jackknife), sx_design_free(drawn);
  sx_table_free(clus);
  return 0;
}
