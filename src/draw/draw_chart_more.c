/* draw_chart_more.c: kinds to come. */
#include "draw_chart_priv.h"
void sx_draw__stacks(sx_drawing *d, const sx_chart *chart) {
  sx_draw__rows(d, chart);
}
void sx_draw__slopes(sx_drawing *d, const sx_chart *chart) {
  sx_draw__rows(d, chart);
}
void sx_draw__heat(sx_drawing *d, const sx_chart *chart) {
  sx_draw__rows(d, chart);
}
void sx_draw__tiles(sx_drawing *d, const sx_chart *chart) {
  sx_draw__rows(d, chart);
}
