# Means of other kinds, standardised rates, sets, scales and shares of the largest, by R survey and base R.
# Rscript tests/reference/means.R > tests/reference/means.csv
suppressMessages(library(survey)); data(api); data(nhanes)
p <- function(id, est, se = NA, low = NA, high = NA)
  cat(sprintf("%s,%s,%s,%s,%s\n", id, sprintf("%.17g", est), sprintf("%.17g", se), sprintf("%.17g", low), sprintf("%.17g", high)), sep = "")
cat("id,estimate,se,low,high\n")

# geometric and harmonic: functions of a mean
strat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
geo <- function(id, d, by = NULL) {
  m <- if (is.null(by)) svymean(~log(enroll), d) else svyby(~log(enroll), by, d, svymean)
  for (k in seq_along(coef(m))) {
    df <- if (is.null(by)) degf(d) else degf(subset(d, stype == names(coef(m))[k]))
    l <- coef(m)[k] + c(-1, 1) * qt(.975, df) * SE(m)[k]
    p(paste0(id, if (!is.null(by)) paste0(".", names(coef(m))[k])), exp(coef(m)[k]), exp(coef(m)[k]) * SE(m)[k], exp(l[1]), exp(l[2]))
  }
}
harm <- function(id, d) {
  m <- svymean(~I(1 / enroll), d); l <- coef(m) + c(1, -1) * qt(.975, degf(d)) * as.vector(SE(m))
  p(id, 1 / coef(m), SE(m) / coef(m)^2, 1 / l[1], 1 / l[2])
}
geo("geometric.strat", strat); geo("geometric.by", strat, ~stype); harm("harmonic.strat", strat)
cal <- calibrate(strat, ~api99, c(`(Intercept)` = 6194, api99 = 3914069))
geo("geometric.calibrated", cal); harm("harmonic.calibrated", cal)
clus <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc); jk <- as.svrepdesign(clus)
rep <- function(id, f) { r <- withReplicates(jk, f); p(id, coef(r), SE(r)) }
rep("geometric.jk1", function(w, x) exp(sum(w * log(x$enroll)) / sum(w)))
rep("harmonic.jk1", function(w, x) sum(w) / sum(w / x$enroll))

# trimmed and winsorised: a step integral; its error by differences of the estimate itself, case by case
cut2 <- function(y, w, a, b) {
  o <- order(y); y <- y[o]; w <- w[o]; cum <- cumsum(w); W <- sum(w); A <- a * W; B <- (1 - b) * W
  part <- pmax(0, pmin(cum, B) - pmax(cum - w, A)); kept <- y[part > 1e-9 * W]
  list(trimmed = sum(part * y) / (B - A), winsorised = (A * kept[1] + sum(part * y) + (W - B) * kept[length(kept)]) / W)
}
trim <- function(w, y, a, b) cut2(y, w, a, b)$trimmed
wins <- function(w, y, a, b) cut2(y, w, a, b)$winsorised
linear <- function(id, d, y, a, b) {
  w <- weights(d); h <- 1e-4
  u <- sapply(seq_along(w), function(k) { e <- replace(w * 0, k, h); (trim(w + e, y, a, b) - trim(w - e, y, a, b)) / (2 * h) })
  p(id, trim(w, y, a, b), SE(svytotal(~u, update(d, u = u))))
}
linear("trimmed.strat", strat, apistrat$enroll, .05, .1)
linear("trimmed.clus", clus, apiclus1$enroll, .07, .07)
rep("trimmed.jk1", function(w, x) trim(w, x$enroll, .07, .07))
rep("winsorised.jk1", function(w, x) wins(w, x$enroll, .07, .07))
p("winsorised.strat", wins(weights(strat), apistrat$enroll, .05, .1))
x <- sort(apisrs$enroll); srs <- svydesign(id = ~1, data = apisrs, weights = ~pw)
# base R's own trimmed mean, and Tukey & McLaughlin's (1963) error: the winsorised standard deviation over (1 - 2g) root n
v <- pmin(pmax(x, x[21]), x[180]); p("trimmed.srs", mean(x, trim = .1), sd(v) / (.8 * sqrt(200))); p("winsorised.srs", mean(v))

# standardised by age: the example of R's help page
us <- c(55901, 77670, 72816, 45364)
nh <- svydesign(ids = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nhanes)
st <- svystandardize(nh, by = ~agecat, over = ~race + RIAGENDR, population = us, excluding.missing = ~HI_CHOL + agecat)
r <- svyby(~HI_CHOL, ~race + RIAGENDR, st, svymean)
for (k in seq_len(nrow(r))) p(sprintf("standard.%s.%s", r$race[k], r$RIAGENDR[k]), r$HI_CHOL[k], SE(r)[k])
st <- svystandardize(nh, by = ~agecat, population = us, excluding.missing = ~HI_CHOL + agecat)
m <- svymean(~HI_CHOL, st, na.rm = TRUE); p("standard.all", coef(m), SE(m))
nj <- as.svrepdesign(nh, type = "JKn", mse = FALSE)
sf <- function(w, x) { k <- !is.na(x$HI_CHOL) & !is.na(x$agecat)
  sum(us / sum(us) * tapply((w * x$HI_CHOL)[k], x$agecat[k], sum) / tapply(w[k], x$agecat[k], sum)) }
m <- withReplicates(nj, sf); p("standard.jkn", coef(m), SE(m))

# sets, boxes, the largest
d <- update(clus, a = as.numeric(yr.rnd == "Yes"), b = as.numeric(comp.imp == "Yes"), c = as.numeric(awards == "Yes"),
            any = yr.rnd == "Yes" | comp.imp == "Yes" | awards == "Yes",
            k = (yr.rnd == "Yes") + (comp.imp == "Yes") + (awards == "Yes"))
chosen <- subset(d, any)
m <- svymean(~a + b + c, chosen); for (k in 1:3) p(paste0("cases.", names(coef(m))[k]), coef(m)[k], SE(m)[k]); p("cases.cov", vcov(m)[1, 3])
m <- svyratio(~a + b + c, ~k, chosen)
for (k in 1:3) p(paste0("answers.", letters[k]), coef(m)[k], SE(m)[k])
d <- update(clus, top = as.numeric(meals >= 60), bottom = as.numeric(meals < 20), net = (meals >= 60) - (meals < 20))
for (v in c("top", "bottom", "net")) { m <- svymean(as.formula(paste0("~", v)), d); p(paste0("box.", v), coef(m), SE(m)) }
c2 <- sort(apistrat$pw * apistrat$enroll, decreasing = TRUE); p("tail.strat", sum(c2[1:2]) / sum(c2))
c2 <- sort(apiclus1$pw * apiclus1$enroll, decreasing = TRUE); p("tail.clus", (c2[1] + .83 * c2[2]) / sum(c2))
cat(sprintf("survey %s, %s\n", packageVersion("survey"), R.version.string), file = stderr())
