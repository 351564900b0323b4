# Calibrations that the list of reference cases lacks: one g per PSU, q weights, bounds, unequal design weights, stacked.
# Rscript tests/reference/calibration.R > tests/reference/calibration.csv
suppressMessages(library(survey)); data(api)
p <- function(id, d, c) {
  e <- svytotal(~enroll, c); m <- svymean(~api00, c); g <- weights(c) / weights(d)
  cat(sprintf("%s,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\n", id, coef(e), SE(e), coef(m), SE(m), min(g), max(g)))
}
cat("id,enroll,enroll.se,api00,api00.se,gmin,gmax\n")
d <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
pop <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018)
pop4 <- c(pop, api99 = 3914069)
p("unit.linear", d, calibrate(d, ~stype, pop, aggregate.stage = 1))
p("unit.raking", d, calibrate(d, ~stype, pop, aggregate.stage = 1, calfun = "raking", epsilon = 1e-13))
p("q.linear", d, calibrate(d, ~stype + api99, pop4, variance = apiclus1$api99))
p("bounded.linear", d, calibrate(d, ~stype + api99, pop4, bounds = c(.5, 1.7), epsilon = 1e-13))
s <- apistrat
s$w <- s$pw * (0.5 + ((seq_len(200) * 37) %% 101) / 101)   # unequal within strata
u <- svydesign(id = ~1, strata = ~stype, weights = ~w, data = s)
p("unequal.raking", u, calibrate(u, ~stype + sch.wide, c(pop, sch.wideYes = 5122), calfun = "raking", epsilon = 1e-13))
k <- rake(u, list(~stype, ~sch.wide), list(data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018)),
          data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122))), control = list(epsilon = 1e-13, maxit = 200))
p("unequal.rake", u, k)   # the same estimate; R's rake takes residuals without the design weights: its SE is a guard
cat(sprintf("survey %s, %s\n", packageVersion("survey"), R.version.string), file = stderr())
