# twophase.R: the oracle of designs of two phases. Rscript tests/reference/twophase.R tests/reference
# Writes twophase_data.csv and twophase_expected.csv: survey's twophase(method = "full" and "approx") where it is right, and the double sum of
# Sarndal, Swensson & Wretman (1992) eq. 9.3.7 by dense matrices, written here, everywhere. In strata of uneven size survey 4.1 takes the sizes
# of the first phase's strata from the wrong rows (Dcheck_multi_subset hands a vector over all rows to a function that indexes it by the rows
# of the subset), so that only the dense sum is kept there. Made with R 4.2.2, survey 4.1.1.
suppressMessages(library(survey))
out <- commandArgs(TRUE)[1]
options(digits = 17)
set.seed(9)
n <- 240
d <- data.frame(id = 1:n, h = rep(1:3, each = 80), u = sample(c(1, 1, 1, 2, 2, 3), n, TRUE), c = rep(1:48, each = 5))
d$N <- c(400, 900, 250)[d$h]; d$Nu <- c(500, 260, 120)[d$u]; d$Nc <- c(60, 90, 40)[d$h]; d$Nall <- 1000
d$g2 <- sample(1:4, n, TRUE, c(4, 3, 2, 1))
d$dom <- sample(c("a", "b"), n, TRUE)
d$x <- round(rexp(n, 1 / 50) + 10 * d$g2, 2)
d$y <- round(d$x * 1.5 + rnorm(n, 0, 20) + rep(rnorm(48, 0, 8), each = 5), 2)
d$in2 <- 0
for (g in 1:4) { k <- which(d$g2 == g); d$in2[sample(k, ceiling(length(k) * c(0.3, 0.4, 0.6, 1)[g]))] <- 1 }
d$p2 <- round(pmin(1, 0.2 + d$x / 250), 4)
d$inp <- as.numeric(runif(n) < d$p2)
d$w <- round(runif(n, 1, 6), 2)
d <- d[sample(n), ] # rows out of order
write.csv(d, file.path(out, "twophase_data.csv"), row.names = FALSE, quote = FALSE)

expected <- data.frame(case = character(), statistic = character(), value = numeric(), se = numeric(), source = character())
add <- function(case, statistic, value, se, source) expected[nrow(expected) + 1, ] <<- list(case, statistic, value, se, source)

# ---- the double sum ----
# f NULL: a cohort, cases independent; 0: with replacement in strata
dense <- function(case, strata = rep(1, n), unit = seq_len(n), f = NULL, w1, inn, g2 = rep(1, n), p2 = NULL) {
  s <- inn == 1
  nh <- ave(unit, strata, FUN = function(i) length(unique(i)))[s]
  m <- ave(inn, g2, FUN = sum)[s]; ng <- ave(inn, g2, FUN = length)[s]
  p <- if (is.null(p2)) m / ng else p2[s]
  h <- strata[s]; u <- unit[s]; g <- g2[s]
  left <- if (is.null(f)) rep(1, sum(s)) else 1 - f[s]
  same <- outer(u, u, "=="); inh <- outer(h, h, "==")
  D1 <- ifelse(same, left, if (is.null(f)) 0 else ifelse(inh, -left / (nh - 1), 0))
  D2 <- if (is.null(p2)) ifelse(outer(g, g, "=="), -(1 - p) / (m - 1), 0) else matrix(0, sum(s), sum(s))
  D2[cbind(seq_along(p), seq_along(p))] <- 1 - p; D2[is.nan(D2)] <- 0
  D <- D1 * (1 - D2) + D2
  w <- w1[s] / p; y <- d$y[s]; x <- d$x[s]; a <- as.numeric(d$dom[s] == "a")
  se <- function(v) { v <- w * v; sqrt(sum(v * (D %*% v))) }
  N <- sum(w); ybar <- sum(w * y) / N; R <- sum(w * y) / sum(w * x); Na <- sum(w * a); ya <- sum(w * a * y) / Na
  add(case, "total", sum(w * y), se(y), "dense")
  add(case, "mean", ybar, se((y - ybar) / N), "dense")
  add(case, "ratio", R, se((y - R * x) / sum(w * x)), "dense")
  add(case, "domain", ya, se(a * (y - ya) / Na), "dense")
}
survey <- function(case, des, source) {
  one <- function(statistic, e) add(case, statistic, as.numeric(coef(e))[1], as.numeric(SE(e))[1], source)
  one("total", svytotal(~y, des)); one("mean", svymean(~y, des)); one("ratio", svyratio(~y, ~x, des))
  # the domain by its influence over the whole second phase: with "approx", subset() counts cases outside the domain as if taken for sure
  a <- subset(des, dom == "a"); ya <- coef(svymean(~y, a)); Na <- sum(weights(a))
  add(case, "domain", as.numeric(ya), as.numeric(SE(svytotal(~I((dom == "a") * (y - ya) / Na), update(des, ya = ya, Na = Na)))), source)
}
f <- function(N, strata = rep(1, n), unit = seq_len(n)) ave(unit, strata, FUN = function(i) length(unique(i))) / N

# "approx" of survey 4.1 pairs totals sorted by unit with probabilities in the order of the rows: right only where the units are sorted
o <- d[order(d$id), ]

# no fpc, weights 1, strata in the second phase
dense("plain", w1 = rep(1, n), inn = d$in2, g2 = d$g2)
survey("plain", twophase(id = list(~id, ~id), strata = list(NULL, ~g2), subset = ~I(in2 == 1), data = d), "twophase full")
survey("plain-approx", twophase(id = list(~id, ~id), strata = list(NULL, ~g2), subset = ~I(in2 == 1), data = o, method = "approx"), "twophase approx")
# simple random sample with fpc, then strata
dense("fpc", f = f(d$Nall), w1 = d$Nall / n, inn = d$in2, g2 = d$g2)
survey("fpc", twophase(id = list(~id, ~id), strata = list(NULL, ~g2), fpc = list(~Nall, NULL), subset = ~I(in2 == 1), data = d), "twophase full")
survey("fpc-approx", twophase(id = list(~id, ~id), strata = list(NULL, ~g2), fpc = list(~Nall, NULL), subset = ~I(in2 == 1), data = o, method = "approx"), "twophase approx")
# even strata, then strata
dense("strata", strata = d$h, f = f(d$N, d$h), w1 = d$N / 80, inn = d$in2, g2 = d$g2)
survey("strata", twophase(id = list(~id, ~id), strata = list(~h, ~g2), fpc = list(~N, NULL), subset = ~I(in2 == 1), data = d), "twophase full")
survey("strata-approx", twophase(id = list(~id, ~id), strata = list(~h, ~g2), fpc = list(~N, NULL), subset = ~I(in2 == 1), data = o, method = "approx"), "twophase approx")
# uneven strata, then strata, and drawn independently
dense("uneven", strata = d$u, f = f(d$Nu, d$u), w1 = d$Nu / ave(d$u, d$u, FUN = length), inn = d$in2, g2 = d$g2)
dense("poisson", strata = d$u, f = f(d$Nu, d$u), w1 = d$Nu / ave(d$u, d$u, FUN = length), inn = d$inp, p2 = d$p2)
# clusters in even strata, then strata of cases
dense("clusters", strata = d$h, unit = d$c, f = f(d$Nc, d$h, d$c), w1 = 1 / f(d$Nc, d$h, d$c), inn = d$in2, g2 = d$g2)
survey("clusters", twophase(id = list(~c, ~id), strata = list(~h, ~g2), fpc = list(~Nc, NULL), subset = ~I(in2 == 1), data = d), "twophase full")
# without fpc: with replacement in strata, the limit of a large population
none <- rep(0, n)
dense("weights", unit = d$c, f = none, w1 = d$w, inn = d$in2, g2 = d$g2)
dense("weights-strata", strata = d$u, f = none, w1 = d$w, inn = d$in2, g2 = d$g2)
dense("weights-clusters", strata = d$h, unit = d$c, f = none, w1 = d$w, inn = d$in2, g2 = d$g2)
dense("cohort-strata", strata = d$h, f = none, w1 = rep(1, n), inn = d$in2, g2 = d$g2)
# R's "full" without fpc leaves the strata out; with a large fpc it is the limit: weights are 1e12/80 of each other, so that means agree
d$Nbig <- 1e12; big <- twophase(id = list(~id, ~id), strata = list(~h, ~g2), fpc = list(~Nbig, NULL), subset = ~I(in2 == 1), data = d)
last <- expected[expected$case == "cohort-strata", ]
stopifnot(abs(SE(svymean(~y, big)) / last$se[last$statistic == "mean"] - 1) < 1e-8,
          abs(SE(svyratio(~y, ~x, big)) / last$se[last$statistic == "ratio"] - 1) < 1e-8,
          abs(SE(svytotal(~y, big)) / (1e12 / 80) / last$se[last$statistic == "total"] - 1) < 1e-8)
# R's "approx" without fpc is with replacement in strata
survey("weights-strata-approx", twophase(id = list(~id, ~id), strata = list(~u, ~g2), weights = list(~w, NULL), subset = ~I(in2 == 1), data = o, method = "approx"), "twophase approx")

# both sources must say the same
both <- merge(expected[expected$source == "dense", ], expected[expected$source == "twophase full", ], by = c("case", "statistic"))
stopifnot(nrow(both) == 16, all(abs(both$value.x / both$value.y - 1) < 1e-12), all(abs(both$se.x / both$se.y - 1) < 1e-10))
expected <- expected[!duplicated(expected[c("case", "statistic")]), ]
write.csv(expected, file.path(out, "twophase_expected.csv"), row.names = FALSE, quote = FALSE)
