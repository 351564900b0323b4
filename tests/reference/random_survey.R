# Two hundred random designs in R survey: data, designs and answers into a folder.
#   Rscript tests/reference/random_survey.R FOLDER [SEED] [DESIGNS]
# Eight kinds in turn: (0) elements in strata; (1) uneven clusters in strata; (2) with fpc; (3) two stages with fpc, some with strata at the second; (4) three stages with
# fpc; (5) the same with certainty strata; (6) clusters without strata, or lonely ones; (7) raked, calibrated or post-stratified. In all
# of them: weights of zero, missing answers, a level without an answer, a domain within one PSU. Run by test_random_survey.c.
suppressMessages(library(survey))
arg <- commandArgs(TRUE); dir <- arg[1]
seed <- if (length(arg) > 1) as.integer(arg[2]) else 20251122L
K <- if (length(arg) > 2) as.integer(arg[3]) else 200L
set.seed(seed)
data <- list(); info <- list(); ans <- list()
add <- function(k, job, est, se = NA, more = NA) {
  digits <- function(x) if (is.finite(x)) sprintf("%.17g", x) else ""
  ans[[length(ans) + 1]] <<- data.frame(design = k, job = job, est = digits(est), se = digits(se), more = digits(more))
}

population <- function(kind, variant) { # rows with h, p, q, N1, N2, N3
  H <- if (kind == 6) 1 else sample(2:5, 1)
  rows <- list(); p <- 0; q <- 0
  for (h in seq_len(H)) {
    n <- sample(if (kind == 6 && variant > 0) 4:7 else 2:6, 1); certain <- kind == 5 && h == 1
    N1 <- if (certain) n else n + sample(1:9, 1)
    for (i in seq_len(n)) {
      p <- p + 1
      m <- if (kind %in% c(4, 5)) sample(2:4, 1) else 1
      N2 <- m + sample(0:3, 1)
      for (j in seq_len(m)) {
        q <- q + 1; e <- sample(2:6, 1)
        rows[[length(rows) + 1]] <- data.frame(h = h, p = p, q = q, N1 = N1, N2 = N2, N3 = e + sample(0:4, 1), e = seq_len(e))
      }
    }
  }
  do.call(rbind, rows)
}

variables <- function(d, kind) {
  n <- nrow(d)
  d$w <- round(runif(n, .5, 4), 3)
  if (kind != 7) d$w[sample(n, max(1, n %/% 15))] <- 0 # R's calibrated designs divide by the weight
  for (h in unique(d$h)) if (all(d$w[d$h == h] == 0)) d$w[d$h == h] <- 1
  d$x <- round(runif(n, 1, 5), 3)
  d$y <- round(d$h + 2 * d$x + rexp(n) + .4 * (d$p %% 5), 2)
  d$u <- as.numeric(runif(n) < .4)
  d$g <- sample(c("a", "b", "c"), n, TRUE)
  d$s <- sample(c("m", "f"), n, TRUE)
  d$t <- sample(c("k", "l", "o"), n, TRUE)
  d$g[d$p == d$p[1] & d$w > 0][1] <- "one"        # a domain within one PSU
  none <- sample(n, 2); d$g[none] <- "none"; d$y[none] <- NA # a level without an answer
  d$y[sample(n, max(1, n %/% 10))] <- NA
  d[sample(n), ]
}

design <- function(d, kind, variant) {
  switch(as.character(kind),
    "0" = svydesign(id = ~1, strata = ~h, weights = ~w, data = d),
    "1" = svydesign(id = ~p, strata = ~h, weights = ~w, data = d),
    "2" = svydesign(id = ~p, strata = ~h, weights = ~w, fpc = ~N1, data = d),
    "3" = if (variant < 2) svydesign(id = ~p + id, strata = ~h, weights = ~w, fpc = ~N1 + N2e, data = d)
          else svydesign(id = ~p + id, strata = ~h + h2, weights = ~w, fpc = ~N1 + N2h, data = d),
    "4" = , "5" = svydesign(id = ~p + q + id, strata = ~h, weights = ~w, fpc = ~N1 + N2 + N3, data = d),
    "6" = if (variant == 0) svydesign(id = ~p, weights = ~w, data = d) else svydesign(id = ~p, strata = ~l, weights = ~w, data = d),
    "7" = svydesign(id = ~p, strata = ~h, weights = ~w, data = d))
}

adjusted <- function(s, d, variant) { # totals are the sample's own, moved
  S <- sum(d$w)
  T <- c("(Intercept)" = S * 1.1, sm = sum(d$w[d$s == "m"]) * 1.15, tl = sum(d$w[d$t == "l"]) * 1.05, to = sum(d$w[d$t == "o"]) * 1.1)
  info[[length(info)]]$T0 <<- T[1]; info[[length(info)]]$Tm <<- T[2]; info[[length(info)]]$Tl <<- T[3]; info[[length(info)]]$To <<- T[4]
  X <- sum(d$w * d$x) * 1.12; info[[length(info)]]$Tx <<- X
  if (variant == 0) return(calibrate(s, ~s + t, T, calfun = "raking", epsilon = 1e-13, maxit = 300))
  if (variant == 1) return(calibrate(s, ~s + x, c(T[1], T[2], x = X)))
  postStratify(s, ~t, data.frame(t = c("k", "l", "o"), Freq = c(T[1] - T[3] - T[4], T[3], T[4])))
}

estimates <- function(k, s, d) {
  e <- svytotal(~y, s, na.rm = TRUE); add(k, "total", coef(e), SE(e))
  ok <- subset(s, !is.na(y))
  e <- svymean(~y, ok, deff = "replace", na.rm = TRUE); add(k, "mean", coef(e), SE(e), deff(e)); add(k, "df", degf(ok))
  if (degf(ok) > 0) { i <- confint(e, df = degf(ok)); add(k, "mean.ci", i[1], i[2]) }
  e <- svyratio(~y, ~x, s, na.rm = TRUE); add(k, "ratio", coef(e), SE(e))
  e <- svymean(~t, s); for (l in c("k", "l", "o")) add(k, paste0("prop.", l), coef(e)[paste0("t", l)], SE(e)[paste0("t", l)])
  # svyvar counts unanswered cases in its n/(n-1)
  n0 <- sum(d$w > 0); n1 <- sum(!is.na(d$y) & d$w > 0); f <- (n0 - 1) / n0 * n1 / (n1 - 1)
  e <- svyvar(~y, s, na.rm = TRUE); add(k, "var", coef(e) * f, SE(e) * f)
  e <- as.matrix(svyvar(~y + x, s, na.rm = TRUE)); v <- attr(e, "var")[2, 2]; add(k, "cov", e[1, 2] * f, sqrt(v) * f)
  add(k, "cor", e[1, 2] / sqrt(e[1, 1] * e[2, 2]))
  e <- svyciprop(~u, s, method = "xlogit"); add(k, "ci.xlogit", confint(e)[1], confint(e)[2])
  # and method "beta" counts them in n: the formula of Korn & Graubard (1998) with the cases that have weight
  e <- svymean(~u, s); p <- coef(e); n <- sum(d$w > 0)
  n <- p * (1 - p) / vcov(e) * (qt(.975, n - 1) / qt(.975, degf(s)))^2
  add(k, "ci.beta", qbeta(.025, n * p, n * (1 - p) + 1), qbeta(.975, n * p + 1, n * (1 - p)))
  e <- svyquantile(~y, s, c(.25, .5, .9), qrule = "math", interval.type = "mean", ci = TRUE, na.rm = TRUE, df = degf(ok))
  for (i in 1:3) { q <- e[[1]][i, ]; add(k, paste0("q", i), q[1], q[2], q[3]) }
  for (lev in c("a", "b", "c", "one", "none")) {
    z <- subset(s, !is.na(y) & g == lev); nz <- sum(d$g == lev & !is.na(d$y) & d$w > 0)
    if (nz == 0) { add(k, paste0("none.", lev), 0); next }
    df <- degf(z)
    # subset() of a staged design stops where a unit loses all its rows, and the policy "average" counts the strata that are left by it:
    # the same domain as a ratio over the whole design
    e <- try(svymean(~y, z, na.rm = TRUE), silent = TRUE)
    if (inherits(e, "try-error") || getOption("survey.lonely.psu") == "average") {
      s0 <- s; i <- as.numeric(s0$variables$g == lev & !is.na(s0$variables$y)); s0$variables$i <- i
      s0$variables$yi <- ifelse(i == 1, s0$variables$y, 0)
      e <- svyratio(~yi, ~i, s0); add(k, paste0("mean.", lev), coef(e), SE(e), df)
      e <- svytotal(~yi, s0)
    } else {
      add(k, paste0("mean.", lev), coef(e), SE(e), df)
      e <- svytotal(~y, z, na.rm = TRUE)
    }
    add(k, paste0("total.", lev), coef(e), SE(e), df)
  }
  both <- subset(ok, g %in% c("a", "b"))
  if (sum(weights(subset(both, g == "a"))) > 0 && sum(weights(subset(both, g == "b"))) > 0) {
    v <- s$variables; for (l in c("a", "b")) {
      i <- as.numeric(v$g == l & !is.na(v$y)); v[[paste0("n", l)]] <- i; v[[paste0("y", l)]] <- ifelse(i == 1, v$y, 0)
    }
    s$variables <- v
    b <- svytotal(~ya + na + yb + nb, s)
    e <- svycontrast(b, quote(ya / na - yb / nb)); add(k, "gap", coef(e), SE(e))
    e <- svycontrast(b, quote((ya / na) / (yb / nb))); add(k, "quotient", coef(e), SE(e))
  }
  e <- try(svychisq(~s + t, s, statistic = "F"), silent = TRUE)
  if (!inherits(e, "try-error")) { # its own df counts sampling units of weight 0 as well
    q <- e$parameter[1]; add(k, "chisq", e$statistic, q, pf(e$statistic, q, q * degf(s), lower.tail = FALSE))
  }
}

replicates <- function(k, s, kind) { # with the jackknife made by R
  j <- try(as.svrepdesign(s, type = if (kind == 6) "JK1" else "JKn"), silent = TRUE)
  if (inherits(j, "try-error")) return()
  e <- svymean(~y, j, na.rm = TRUE); add(k, "jk.mean", coef(e), SE(e))
  e <- svytotal(~u, j); add(k, "jk.total", coef(e), SE(e))
}

for (k in seq_len(K)) {
  kind <- k %% 8; variant <- (k %/% 8) %% 3
  d <- variables(population(kind, variant), kind); d$design <- k; d$id <- seq_len(nrow(d))
  d$N2e <- ave(d$e, d$p, FUN = length) + (d$p %% 3)
  d$h2 <- ifelse(ave(d$e, d$p, FUN = length) >= 4 & d$e <= 2, 8, 9) # strata of the second stage
  d$N2h <- ave(d$e, d$p, d$h2, FUN = length) + (d$p + d$h2) %% 3
  d$l <- d$h; policy <- "fail"
  if (kind == 6 && variant > 0) { # strata of clusters, the last of one PSU
    d$l <- 1 + (d$p > max(d$p) / 2); d$l[d$p == max(d$p)] <- 9
    if (length(unique(d$p[d$l == 1])) < 2) d$l[d$l == 2] <- 1
    if (length(unique(d$p[d$l == 2])) < 2) d$l[d$l == 2] <- 1
    policy <- c("remove", "average", "certainty")[1 + k %% 3]
  }
  options(survey.lonely.psu = policy)
  info[[length(info) + 1]] <- data.frame(design = k, kind = kind, variant = variant, lonely = policy, T0 = NA, Tm = NA, Tl = NA, To = NA, Tx = NA)
  data[[k]] <- d
  s <- design(d, kind, variant)
  if (kind == 7) s <- adjusted(s, d, variant)
  estimates(k, s, d)
  if (kind == 1 || (kind == 6 && variant == 0)) replicates(k, s, kind)
}
w <- function(x, name) write.csv(x, file.path(dir, name), row.names = FALSE, quote = FALSE, na = "")
w(do.call(rbind, data), "data.csv"); w(do.call(rbind, info), "info.csv"); w(do.call(rbind, ans), "answers.csv")
cat(sprintf("# survey %s, %s, seed %d, %d designs\n", packageVersion("survey"), R.version.string, seed, K))
