/* vignette.c: the first vignette of R's survey package in C: the California schools (api00: the index in 2000), a stratified
 * sample and a cluster sample; means, totals, a ratio, domains, and calibration to known totals.
 *
 *   cc vignette.c $(pkg-config --cflags --libs shuxiao) -o vignette && ./vignette apistrat.csv apiclus1.csv */
#include <shuxiao/shuxiao.h>
#include <stdio.h>
#include <stdlib.h>

static void show(sx_easy *result) { /* prints the rows and frees them */
  for (size_t i = 0; result && i < result->n_rows; i++) {
    const sx_easy_row *r = &result->rows[i];
    printf("%-15s %-6s %-22s %17.15g %17.15g\n", r->variable, r->statistic, r->domain, r->est.estimate, r->est.se);
  }
  sx_easy_free(result);
}
static sx_error err = SX_ERROR_INIT;
static void need(sx_status status) { /* or says what is wrong, and where */
  if (status == SX_OK) return;
  fprintf(stderr, "%s: %s\n", err.where, err.message);
  exit(1);
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: vignette apistrat.csv apiclus1.csv\n"), 2;
  sx_table *strat = NULL, *clus = NULL;
  sx_design *dstrat = NULL, *dclus = NULL, *dcal = NULL;
  sx_easy *r = NULL;
  need(sx_io_read(&strat, NULL, argv[1], NULL, &err));
  need(sx_io_read(&clus, NULL, argv[2], NULL, &err));

  sx_design_spec by_type = SX_DESIGN_SPEC_INIT, by_district = SX_DESIGN_SPEC_INIT;
  by_type.strata = "stype", by_type.weights = "pw", by_type.fpc = "fpc";
  need(sx_design_new(&dstrat, NULL, strat, &by_type, &err));
  by_district.clusters = (const char *[]){"dnum"}, by_district.n_clusters = 1;
  by_district.weights = "pw", by_district.fpc = "fpc";
  need(sx_design_new(&dclus, NULL, clus, &by_district, &err));

  need(sx_easy_mean(&r, dstrat, strat, "api00", NULL, &err)), show(r);
  need(sx_easy_total(&r, dstrat, strat, "enroll", NULL, &err)), show(r);
  need(sx_easy_ratio(&r, dstrat, strat, "api.stu/enroll", NULL, &err)), show(r);
  need(sx_easy_mean(&r, dclus, clus, "api99", "stype", &err)), show(r);

  const char *stype = "stype", *high = "H", *middle = "M"; /* 6,194 schools, 755 high, 1,018 middle; the sum of api99 */
  const sx_control known[] = {{NULL, NULL, 0, NULL, 6194, 0},
                              {&stype, &high, 1, NULL, 755, 0},
                              {&stype, &middle, 1, NULL, 1018, 0},
                              {NULL, NULL, 0, "api99", 3914069, 0}};
  need(sx_weighting_calibrate(&dcal, dclus, clus, known, 4, NULL, NULL, &err));
  need(sx_easy_mean(&r, dcal, clus, "api00", NULL, &err)), show(r);
  need(sx_easy_total(&r, dcal, clus, "enroll", NULL, &err)), show(r);

  sx_design_free(dcal), sx_design_free(dclus), sx_design_free(dstrat);
  sx_table_free(clus), sx_table_free(strat);
  return 0;
}
