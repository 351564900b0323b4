# banded.R: the oracle of banded amounts. Rscript tests/reference/banded.R tests/reference
# Writes banded_data.csv (a small stratified, clustered sample with an amount asked in bands) and banded_expected.csv. Lognormal: survreg()
# of survival and svymle() of survey. GB2 and its special cases: distribution functions of the packages GB2 and VGAM, maximised here;
# the errors are svytotal()'s of influence values made by numerical differences. Made with R 4.2.2, survey 4.1.1, survival 3.5.3,
# GB2 2.1.1, VGAM 1.1.7.
suppressMessages({library(survey); library(survival); library(GB2); library(VGAM)})
out <- commandArgs(TRUE)[1]
options(digits = 17)

# ---- the sample ----
set.seed(20250630)
n <- 480
d <- data.frame(id = seq_len(n), h = rep(1:4, each = 120), psu = rep(1:48, each = 10))
d$w <- round(exp(rnorm(n, 3 + 0.2 * d$h, 0.4)), 3)
d$g <- ifelse(runif(n) < 0.4, "a", "b")
zero <- runif(n) < 0.25
x <- ifelse(zero, 0, GB2::rgb2(n, 1.8, 420 * exp(0.15 * (d$h - 2)), 1.3, 1.2) * rep(exp(rnorm(48, 0, 0.15)), each = 10))
limits <- c(0, 100, 200, 500, 1000, 2000, 5000, Inf)
d$band <- ifelse(zero, 1, 2 + findInterval(x, limits[2:7]))
d$lower <- ifelse(zero, 0, limits[pmax(d$band - 1, 1)])
d$upper <- ifelse(zero, 0, limits[pmax(d$band, 2)])
d$exact <- ifelse(runif(n) < 0.2, round(x, 2), NA) # a fifth told the amount
d$band[c(7, 300)] <- NA; d$lower[c(7, 300)] <- NA; d$upper[c(7, 300)] <- NA; d$exact[c(7, 300)] <- NA
d$tail_lower <- ifelse(zero, NA, ifelse(x < 150, 0, pmin(round(x, 2), 1500))) # known between 150 and 1500
d$tail_upper <- ifelse(zero, NA, ifelse(x < 150, 150, ifelse(x > 1500, Inf, d$tail_lower)))
d$tail_lower[c(7, 300)] <- d$tail_upper[c(7, 300)] <- NA
csv <- function(upper) ifelse(is.infinite(upper), NA, upper)
write.csv(transform(d, upper = csv(upper), tail_upper = csv(tail_upper)), file.path(out, "banded_data.csv"), row.names = FALSE, na = "", quote = FALSE)
d <- d[!is.na(d$band), ] # the base: no answer is outside the domain, and the strata keep their PSUs
des <- svydesign(~psu, strata = ~h, weights = ~w, data = d)

expected <- data.frame(case = character(), statistic = character(), value = numeric(), se = numeric())
add <- function(case, statistic, value, se = NA) expected[nrow(expected) + 1, ] <<- list(case, statistic, value, se)
se_of <- function(u, design) sqrt(diag(vcov(svytotal(u, design))))

# ---- any family: F(theta, x), density f(theta, x), mean m(theta), quantile q(theta, p), natural(theta) ----
slope <- function(f, theta, h = 1e-3) sapply(seq_along(theta), function(j) {
  at <- function(k) { t <- theta; t[j] <- t[j] + k * h; f(t) }
  (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)
})
fit <- function(case, fam, start, lo, hi, design, probs = c(0.25, 0.5, 0.9), test = TRUE) {
  w <- weights(design); pos <- hi > 0; W <- sum(w); p0 <- sum(w[!pos]) / W
  ll <- function(t) {
    r <- numeric(length(lo))
    e <- pos & lo == hi; i <- pos & lo < hi
    r[e] <- log(fam$f(t, lo[e]))
    up <- fam$F(t, lo[i]) > 0.5 # the tail that is nearer
    r[i] <- log(ifelse(up, fam$S(t, lo[i]) - fam$S(t, hi[i]), fam$F(t, hi[i]) - fam$F(t, lo[i])))
    r
  }
  total <- function(t) sum(w * ll(t)) / sum(w[pos])
  t <- optim(start, function(t) -total(t), method = "BFGS", control = list(reltol = 1e-14, maxit = 2000))$par
  for (k in 1:8) { # Newton
    g <- colSums(w * slope(ll, t)); H <- -slope(function(t) colSums(w * slope(ll, t)), t); t <- t + solve(H, g)
  }
  s <- slope(ll, t); inf <- s %*% solve(H)                # d theta / d w
  z <- as.numeric(!pos); dz <- (z - p0) / W
  lin <- function(gradient) as.vector(inf %*% gradient)
  theta_nat <- fam$natural(t)
  for (j in seq_along(theta_nat)) add(case, names(theta_nat)[j], theta_nat[[j]], se_of(lin(slope(function(t) fam$natural(t)[[j]], t)), design))
  m <- fam$mean(t); dm <- lin(slope(fam$mean, t))
  add(case, "mean_positive", m, se_of(dm, design))
  dmean <- (1 - p0) * dm - m * dz
  add(case, "mean", (1 - p0) * m, se_of(dmean, design))
  add(case, "total", W * (1 - p0) * m, se_of((1 - p0) * m + W * dmean, design))
  add(case, "share_zero", p0, se_of(dz, design))
  for (p in probs) {
    r <- (p - p0) / (1 - p0)
    if (r <= 0) { add(case, paste0("quantile_", p), 0, 0); next }
    x <- fam$q(t, r)
    dx <- (-dz * (1 - p) / (1 - p0)^2 - lin(slope(function(t) fam$F(t, x), t))) / fam$f(t, x)
    add(case, paste0("quantile_", p), x, se_of(dx, design))
  }
  top <- 5000
  if (!is.null(fam$tail)) add(case, "tail_index", fam$tail(t), se_of(lin(slope(fam$tail, t)), design))
  add(case, "open_share", fam$share(t, top), se_of(lin(slope(function(t) fam$share(t, top), t)), design))
  add(case, "loglik", total(t))
  if (!test) return(invisible(t))
  K <- length(limits) - 1
  P <- function(t) fam$F(t, limits[-1]) - fam$F(t, limits[-(K + 1)])
  O <- sapply(1:K, function(k) sum(w[pos & lo == limits[k] & hi == limits[k + 1]]) / W)
  D <- O - (1 - p0) * P(t)
  dP <- slope(P, t)
  u <- sapply(1:K, function(k) ((pos & lo == limits[k] & hi == limits[k + 1]) - O[k]) / W - (1 - p0) * lin(dP[k, ]) + dz * P(t)[k])
  V <- vcov(svytotal(u, design))
  for (k in 1:K) add(case, paste0("misfit_", k + 1), D[k], sqrt(V[k, k]))
  F <- (1 - p0) * P(t); nn <- length(w); A <- nn * V / F
  X2 <- nn * sum(D^2 / F); tr <- sum(diag(A)); tr2 <- sum(diag(A %*% A))
  add(case, "chisq", X2); add(case, "scale", tr2 / tr); add(case, "df1", tr^2 / tr2)
  add(case, "pvalue", pf(X2 / tr, tr^2 / tr2, tr^2 / tr2 * degf(design), lower.tail = FALSE))
  invisible(t)
}
lnorm <- list(F = function(t, x) plnorm(x, t[1], exp(t[2])), S = function(t, x) plnorm(x, t[1], exp(t[2]), lower.tail = FALSE),
  f = function(t, x) dlnorm(x, t[1], exp(t[2])), mean = function(t) exp(t[1] + exp(2 * t[2]) / 2), q = function(t, p) qlnorm(p, t[1], exp(t[2])),
  natural = function(t) c(mu = t[1], sigma = exp(t[2])), share = function(t, l) pnorm((t[1] + exp(2 * t[2]) - log(l)) / exp(t[2])))
gb2 <- function(free) { # theta = log of the free ones of b, a, p, q
  par <- function(t) { v <- c(b = 1, a = 1, p = 1, q = 1); v[free] <- exp(t); as.list(v) }
  u <- function(v, x) (x / v$b)^v$a
  list(F = function(t, x) { v <- par(t); ifelse(is.infinite(x), 1, GB2::pgb2(x, v$a, v$b, v$p, v$q)) },
    S = function(t, x) { v <- par(t); ifelse(is.infinite(x), 0, pbeta(1 / (1 + u(v, x)), v$q, v$p)) },
    f = function(t, x) { v <- par(t); GB2::dgb2(x, v$a, v$b, v$p, v$q) },
    mean = function(t) { v <- par(t); GB2::moment.gb2(1, v$a, v$b, v$p, v$q) },
    q = function(t, p) { v <- par(t); GB2::qgb2(p, v$a, v$b, v$p, v$q) },
    natural = function(t) setNames(as.list(exp(t)), free), tail = function(t) { v <- par(t); v$a * v$q },
    share = function(t, l) { v <- par(t); GB2::pgb2(l, v$a, v$b, v$p + 1 / v$a, v$q - 1 / v$a) * -1 + 1 })
}
vg <- function(cdf, pdf, qf, mean, free) { # VGAM's names, the same theta: an independent distribution function
  base <- gb2(free)
  call <- function(f, t, x, ...) do.call(f, c(list(x), setNames(as.list(exp(t)), c(b = "scale", a = "shape1.a", p = "shape2.p", q = "shape3.q")[free]), ...))
  base$F <- function(t, x) ifelse(is.infinite(x), 1, call(cdf, t, ifelse(is.infinite(x), 1, x)))
  base$S <- function(t, x) 1 - base$F(t, x)
  base$f <- function(t, x) call(pdf, t, x)
  base$q <- function(t, p) call(qf, t, p)
  base
}

fit("lognormal", lnorm, c(6, 0), d$lower, d$upper, des)
tg <- fit("gb2", gb2(c("b", "a", "p", "q")), log(c(420, 1.8, 1.3, 1.2)), d$lower, d$upper, des)
fit("singh-maddala", vg(psinmad, dsinmad, qsinmad, NULL, c("b", "a", "q")), log(c(420, 1.8, 1.2)), d$lower, d$upper, des)
fit("dagum", vg(pdagum, ddagum, qdagum, NULL, c("b", "a", "p")), log(c(420, 1.8, 1.3)), d$lower, d$upper, des)
fit("fisk", vg(pfisk, dfisk, qfisk, NULL, c("b", "a")), log(c(420, 1.8)), d$lower, d$upper, des)
# with what a fifth of the cases told exactly
lo <- ifelse(is.na(d$exact), d$lower, d$exact); hi <- ifelse(is.na(d$exact), d$upper, d$exact)
fit("lognormal-exact", lnorm, c(6, 0), lo, hi, des, test = FALSE)
fit("gb2-exact", gb2(c("b", "a", "p", "q")), tg, lo, hi, des, test = FALSE)
# a domain keeps the whole design: influence 0 outside
sub <- subset(des, g == "a")
fit("lognormal-a", lnorm, c(6, 0), d$lower[d$g == "a"], d$upper[d$g == "a"], sub, test = FALSE)

# ---- the same lognormal by survreg and svymle ----
p <- d[d$upper > 0, ]
# Robust errors unweighted and without n/(n - 1), on amounts known between 150 and 1500: survreg's score residuals (survival 3.5.3) have the
# sign of the scale's derivative turned on two-sided intervals, where they are not the numerical derivative of its own log-likelihood.
sr <- function(lower, upper, wt, robust) {
  dd <- data.frame(lower = ifelse(lower == 0, NA, lower), upper = ifelse(is.infinite(upper), NA, upper), wt = wt)
  survreg(Surv(lower, upper, type = "interval2") ~ 1, data = dd, weights = wt, dist = "lognormal", robust = robust,
    control = survreg.control(rel.tolerance = 1e-14, maxiter = 200))
}
r <- sr(p$lower, p$upper, p$w, FALSE)
add("survreg", "mu", coef(r)[[1]]); add("survreg", "sigma", r$scale)
e <- d[!is.na(d$tail_upper), ]
r <- sr(e$tail_lower, e$tail_upper, 1, TRUE)
add("survreg-plain", "mu", coef(r)[[1]], sqrt(r$var[1, 1])); add("survreg-plain", "sigma", r$scale, r$scale * sqrt(r$var[2, 2]))
ml <- svymle(function(x, mean, lsd) { lo <- limits[x]; hi <- limits[x + 1]; log(plnorm(hi, mean, exp(lsd)) - plnorm(lo, mean, exp(lsd))) },
  function(x, mean, lsd) {
    s <- exp(lsd); z1 <- (log(limits[x]) - mean) / s; z2 <- (log(limits[x + 1]) - mean) / s; P <- pnorm(z2) - pnorm(z1)
    zf <- function(z) ifelse(is.infinite(z), 0, z * dnorm(z))
    cbind((dnorm(z1) - dnorm(z2)) / s / P, (zf(z1) - zf(z2)) / P)
  }, subset(svydesign(~psu, strata = ~h, weights = ~w, data = transform(d, k = band - 1, one = 1)), upper > 0),
  formulas = list(mean = k ~ 0 + one, lsd = ~ 0 + one), start = list(6, 0), method = "BFGS", control = list(reltol = 1e-15, maxit = 1000))
v <- vcov(ml)
add("svymle", "mu", coef(ml)[[1]], sqrt(v[1, 1])); add("svymle", "sigma", exp(coef(ml)[[2]]), exp(coef(ml)[[2]]) * sqrt(v[2, 2]))

# ---- midpoints and the Pareto tail ----
W <- sum(d$w); L <- c(2000, 5000)
share <- tapply(d$w, d$band, sum) / W
grid <- function(case, alpha, open, dopen, dalpha) {
  amount <- ifelse(d$band == 8, open, ifelse(d$band == 1, 0, (d$lower + d$upper) / 2))
  m <- sum(d$w * amount) / W
  add(case, "mean", m, se_of((amount - m + share[["8"]] * W * dopen * dalpha) / W, des))
}
n1 <- share[["7"]] * W; n2 <- share[["8"]] * W; lr <- log(L[2] / L[1])
alpha <- log((n1 + n2) / n2) / lr # the closed form
da <- ifelse(d$band == 7, 1 / (n1 + n2), ifelse(d$band == 8, 1 / (n1 + n2) - 1 / n2, 0)) / lr
add("pareto", "tail_index", alpha, se_of(da, des))
grid("pareto", alpha, 5000 * alpha / (alpha - 1), -5000 / (alpha - 1)^2, da)
grid("rpme", alpha, 5000 * (1 + 1 / alpha), -5000 / alpha^2, da)
grid("midpoint", alpha, 7500, 0, da)
# over four bands by maximum likelihood: sum n_k log(L_k^-alpha - L_k+1^-alpha)
tail4 <- function(a, band) { lo <- c(500, 1000, 2000, 5000)[band - 4]; hi <- c(1000, 2000, 5000, Inf)[band - 4]; log((500 / lo)^a - (500 / hi)^a) }
in4 <- d$band >= 5
a4 <- optimize(function(a) sum(d$w[in4] * tail4(a, d$band[in4])), c(0.1, 10), maximum = TRUE, tol = 1e-10)$maximum
g4 <- function(a) { r <- numeric(nrow(d)); r[in4] <- slope(function(t) tail4(t, d$band[in4]), a); r }
for (k in 1:5) { H <- -slope(function(a) sum(d$w * g4(a)), a4); a4 <- a4 + sum(d$w * g4(a4)) / H }
add("pareto-4", "tail_index", a4, se_of(g4(a4) / H, des))

write.csv(expected, file.path(out, "banded_expected.csv"), row.names = FALSE, na = "", quote = FALSE)
