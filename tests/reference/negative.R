# Quantiles and measures of inequality under linear calibration that makes weights negative: R survey 4.1-1 (R 4.2.2) and the formulas
# of docs/methods in base R. Writes the data beside the expectations:
# Rscript tests/reference/negative.R tests/reference/negative_data.csv > tests/reference/negative.csv
suppressMessages(library(survey))
set.seed(77)
n <- 1200; h <- rep(1:6, each = 200); psu <- rep(1:60, each = 20); u <- rnorm(60, 0, 3)[psu]
x <- round(rexp(n, 1 / 100) * (1 + .2 * rnorm(n)), 2); y <- round(20 + u + rnorm(n, 0, 10) + .05 * x, 6)
w <- round(runif(n, 10, 60), 2); y[sample(n, 40)] <- NA; w[sample(n, 15)] <- 0
z <- round(y / 5) * 5
d <- data.frame(h, psu, x, y, z, w)
write.csv(d, commandArgs(TRUE)[1], row.names = FALSE, na = "", quote = FALSE)
p <- function(id, v) cat(id, sprintf(",%.15g", v), "\n", sep = "")
cat("id,estimate,se,low,high\n")
d <- subset(d, w > 0) # a calibrated weight of 0 stays 0
c <- calibrate(svydesign(id = ~psu, strata = ~h, weights = ~w, data = d), ~x, c(42000, 1500000))
probs <- c(.02, .25, .5, .75, .99)
rows <- function(id, q, at) for (k in seq_along(at)) p(paste0(id, ".", at[k]), as.numeric(q[k, c(1, 4, 2, 3)]))
for (r in c("math", "school", "hf3", "hf4"))
  rows(r, suppressWarnings(svyquantile(~y, c, probs, na.rm = TRUE, df = 54, qrule = r)$y), probs)
for (i in c("beta", "xlogit", "asin"))
  rows(i, svyquantile(~y, c, probs[2:4], na.rm = TRUE, df = 54, interval.type = i)$y, probs[2:4])
# value by the formula on the page, error by differences of the value itself, case by case
cw <- weights(c)
linear <- function(id, f) {
  e <- 1e-3; g <- sapply(seq_along(cw), function(k) { a <- replace(cw * 0, k, e); (f(cw + a) - f(cw - a)) / (2 * e) })
  p(id, c(f(cw), SE(svytotal(~g, update(c, g = g))), NA, NA))
}
first <- function(v, w, at) { o <- order(v); v[o][which(cumsum(w[o]) >= at * sum(w))[1]] }
o <- order(d$x)
linear("gini", function(w) { v <- d$x[o]; w <- w[o]; sum(w * v * (2 * cumsum(w) - w)) / (sum(w) * sum(w * v)) - 1 })
ok <- d$x > 0
linear("theil", function(w) { m <- sum(w[ok] * d$x[ok]) / sum(w[ok]); r <- d$x[ok] / m; sum(w[ok] * r * log(r)) / sum(w[ok]) })
p("arpt", c(.6 * first(d$x, cw, .5), NA, NA, NA))
p("arpr", c(sum(cw[d$x <= .6 * first(d$x, cw, .5)]) / sum(cw), NA, NA, NA))
p("p90_p10", c(first(d$x, cw, .9) / first(d$x, cw, .1), NA, NA, NA))
# equal values: the share at a value is that of all cases at or below it, so the order of the file has no part in it
k <- !is.na(c$variables$z); s <- rowsum(cw[k], c$variables$z[k]); v <- as.numeric(rownames(s)); share <- cumsum(s) / sum(s)
for (at in probs[2:4]) p(paste0("tie.", at), c(v[max(which(share <= at)) + 1], NA, NA, NA))
# under replicate weights that are calibrated one by one
r <- calibrate(as.svrepdesign(svydesign(id = ~psu, strata = ~h, weights = ~w, data = d), type = "JKn"), ~x, c(42000, 1500000))
q <- withReplicates(r, function(w, d) { k <- !is.na(d$y); survey:::qrule_math(d$y[k], w[k], .5) })
p("jkn.0.5", c(coef(q), SE(q), NA, NA))
