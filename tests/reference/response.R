# Nonresponse, eligibility and frames by hand with R survey: the adjusted weights, the error by the linearised variable through svytotal,
# and by jackknife replicates that are adjusted one by one. Rscript tests/reference/response.R (from the source root) writes
# tests/reference/response_data.csv and tests/reference/response.csv.
suppressMessages(library(survey))
set.seed(20251122)
n <- 360
d <- data.frame(id = 1:n, h = rep(1:6, each = 60), psu = rep(1:60, each = 6))
d$w <- round(20 + 30 * runif(n) + 10 * d$h, 3)
d$region <- 1 + (d$h > 3)
d$age <- sample(18:85, n, TRUE)
d$age5 <- cut(d$age, c(0, 30, 45, 60, 100), labels = FALSE)
d$urban <- rbinom(n, 1, 0.6)
d$y <- round(50 + 0.8 * d$age + 15 * d$urban + rnorm(n, 0, 12) + 3 * (d$psu %% 5), 2)
u <- runif(n)
p <- plogis(-0.6 + 0.02 * d$age - 0.5 * d$urban + 0.3 * (d$h %% 2))
d$code <- ifelse(u < 0.06, 3.1, ifelse(u < 0.14, 4.1, ifelse(runif(n) < p, ifelse(runif(n) < 0.1, 1.2, 1.1), ifelse(runif(n) < 0.6, 2.11, 2.2))))
write.csv(d, "tests/reference/response_data.csv", row.names = FALSE, quote = FALSE)
resp <- d$code < 2; known <- d$code < 3 | d$code >= 4; elig <- d$code < 3
des <- svydesign(id = ~psu, strata = ~h, weights = ~w, data = d)
jk <- as.svrepdesign(des, type = "JKn", compress = FALSE)

# weighting classes: takers take up the weight of the class
classes <- function(w, part, takers, cl) {
  f <- tapply(w * part, cl, sum) / tapply(w * (part & takers), cl, sum)
  ifelse(part & takers, w * f[as.character(cl)], 0)
}
ipw <- function(w, most = Inf) {
  e <- d; e$w <- w; e$resp <- resp; e <- e[elig & w > 0, ]
  m <- suppressWarnings(glm(resp ~ age + urban + factor(region), family = binomial, weights = w, epsilon = 1e-14, maxit = 100, data = e))
  phat <- plogis(model.matrix(~ age + urban + factor(region), d) %*% coef(m))[, 1]
  list(w = ifelse(elig & resp & w > 0, w * pmin(1 / phat, most), 0), p = phat)
}
step1 <- function(w) classes(w, rep(TRUE, n), known, d$region)
chains <- list(
  classes = function(w) classes(step1(w), elig, resp, d$region * 10 + d$age5),
  propensity = function(w) ipw(step1(w))$w,
  cut = function(w) ipw(step1(w), 1.7)$w)
# what a case owes the total of v, by the formulas of Sarndal & Lundstrom and of Kim & Kim, and back through step 1
owes <- function(chain, v) {
  w1 <- step1(d$w); g1 <- ifelse(known, w1 / d$w, 0)
  if (chain == "classes") {
    cl <- as.character(d$region * 10 + d$age5); w2 <- chains$classes(d$w)
    R <- tapply(w1 * (elig & resp), cl, sum); f <- tapply(w1 * elig, cl, sum) / R
    m <- tapply(ifelse(elig & resp, w1 * v, 0), cl, sum) / R
    s1 <- ifelse(elig, ifelse(resp, f[cl] * (v - m[cl]), 0) + m[cl], 0)
  } else {
    most <- if (chain == "cut") 1.7 else Inf
    q <- ipw(w1, most); x <- model.matrix(~ age + urban + factor(region), d)
    free <- elig & resp & 1 / q$p < most
    H <- crossprod(x * (w1 * elig * q$p * (1 - q$p)), x)
    b <- solve(H, colSums(x * ifelse(free, w1 * (1 - q$p) / q$p * v, 0)))
    s1 <- ifelse(elig, ifelse(resp, pmin(1 / q$p, most) * v, 0) - (resp - q$p) * (x %*% b)[, 1], 0)
  }
  # step 1: known take up the unknown of their region
  K <- tapply(d$w * known, d$region, sum); f <- tapply(d$w, d$region, sum) / K
  m <- tapply(ifelse(known, d$w * s1, 0), d$region, sum) / K
  r <- as.character(d$region)
  ifelse(known, f[r] * (s1 - m[r]), 0) + m[r]
}
out <- data.frame()
row <- function(id, total, se, mean, mean.se, jk.se, jkmean.se, wmin, wmax)
  out <<- rbind(out, data.frame(id = id, t(c(total = total[[1]], se = se[[1]], mean = mean[[1]], mean.se = mean.se[[1]], jk.se = jk.se[[1]],
    jkmean.se = jkmean.se[[1]], wmin = wmin[[1]], wmax = wmax[[1]]))))
lin <- function(z) as.numeric(SE(svytotal(~z, update(des, z = z))))
for (chain in names(chains)) {
  f <- chains[[chain]]; w <- f(d$w)
  N <- sum(w); tot <- sum(w * d$y); m <- tot / N
  reps <- apply(weights(jk, "analysis"), 2, f)
  full <- svrepdesign(data = d, weights = w, repweights = reps, type = "other", scale = jk$scale, rscales = jk$rscales, combined.weights = TRUE, mse = FALSE)
  a <- svytotal(~y, full); b <- svymean(~y, full)
  row(chain, tot, lin(owes(chain, d$y)), m, lin(owes(chain, (d$y - m) / N)), as.numeric(SE(a)), as.numeric(SE(b)), min(w[w > 0]), max(w))
}
# two frames: composite weights and svydesign on the stacked file
d$frame <- ifelse(d$h <= 3, "landline", "mobile"); d$both <- as.numeric(d$age5 %% 2 == 1)
fac <- function(lambda) ifelse(d$both == 1, ifelse(d$frame == "landline", lambda, 1 - lambda), 1)
ess <- function(w) sum(w)^2 / sum(w^2)
ea <- ess(d$w[d$both == 1 & d$frame == "landline"]); eb <- ess(d$w[d$both == 1 & d$frame == "mobile"])
for (lambda in c(0.35, ea / (ea + eb))) {
  w <- d$w * fac(lambda)
  s <- svydesign(id = ~psu, strata = ~h, weights = w, data = d)
  a <- svytotal(~y, s); b <- svymean(~y, s)
  row(sprintf("frames.%.2f", lambda), coef(a), SE(a), coef(b), SE(b), NA, NA, min(w), max(w))
}
# outcome rates through svyratio, e estimated
ind <- function(x) as.numeric(x)
I <- ind(floor(d$code * 10) == 11); P <- ind(floor(d$code * 10) == 12); E <- ind(elig); U <- ind(d$code == 3.1); NE <- ind(d$code == 4.1)
s <- update(des, I = I, E = E, U = U, NE = NE, IP = I + P)
t <- svytotal(~ I + IP + E + U + NE, s)
rr3 <- svycontrast(t, quote(I / (E + U * E / (E + NE)))); rr4 <- svycontrast(t, quote(IP / (E + U * E / (E + NE)))); rr2 <- svycontrast(t, quote(IP / (E + U)))
for (k in c("rr2", "rr3", "rr4")) { e <- get(k); row(k, coef(e), SE(e), NA, NA, NA, NA, NA, NA) }
# calibration to an estimated total: R's calibrate() and b'Vb with b from the d-weighted regression
pop <- c(`(Intercept)` = 1.03 * sum(d$w), age = 1.04 * sum(d$w * d$age)); se <- 2500
cal <- calibrate(des, ~age, pop); a <- svytotal(~y, cal); b <- coef(lm(y ~ age, d, weights = w))["age"]
row("estimated", coef(a), sqrt(SE(a)^2 + b^2 * se^2), NA, NA, NA, NA, min(weights(cal)), max(weights(cal)))
for (j in 2:9) out[[j]] <- sprintf("%.17g", as.numeric(out[[j]]))
out[out == "NA" | out == "NaN"] <- ""
write.csv(out, "tests/reference/response.csv", row.names = FALSE, quote = FALSE)
cat(sprintf("survey %s, %s\n", packageVersion("survey"), R.version.string), file = stderr())
