# Tables fitted to margins by R: loglin (MASS::loglm's engine) for entries above 0, two- and three-way; for entries of both signs the convex
# dual of the generalised RAS by optim and Newton steps. R 4.2.2.
# Rscript tests/reference/ras.R > tests/reference/ras.txt
set.seed(20030311)
num <- function(name, v) cat(name, sprintf("%.17g", v), "\n")
ipf <- function(a, margin, targets) { # loglin fits margins of its first argument from `start`: a table that has the targets
  loglin(targets, margin, fit = TRUE, start = a, eps = 1e-13, iter = 10000, print = FALSE)$fit
}
put <- function(kind, a, margins, totals, x) {
  cat("table", kind, length(dim(a)), dim(a), length(margins), "\n")
  num("a", aperm(a, rev(seq_along(dim(a))))) # the last dimension fastest
  for (k in seq_along(margins)) { cat("over", length(margins[[k]]), margins[[k]] - 1, "\n"); num("totals", aperm(totals[[k]], rev(seq_along(dim(totals[[k]]))))) }
  num("x", aperm(x, rev(seq_along(dim(x)))))
}
margin_of <- function(t, m) { r <- apply(t, m, sum); if (is.null(dim(r))) array(r, length(r)) else r }
random <- function(d, zeros = 0) { a <- array(round(rgamma(prod(d), 1.5) * 20, 2) + 0.01, d); a[runif(prod(d)) < zeros] <- 0; a }
# a printed example: Wikipedia, "Iterative proportional fitting"
a <- rbind(c(40, 30, 20, 10), c(35, 50, 100, 75), c(30, 80, 70, 120), c(20, 30, 40, 50))
u <- c(150, 300, 400, 150); v <- c(200, 300, 400, 100)
put("printed", a, list(1, 2), list(array(u, 4), array(v, 4)), ipf(a, list(1, 2), outer(u, v) / 1000))
for (i in 1:12) { # two-way; the targets are margins of a table with the same zeros, so that they can be met
  d <- c(sample(2:7, 1), sample(2:7, 1)); z <- if (i > 6) 0.25 else 0
  a <- random(d, z); b <- random(d); b[a == 0] <- 0
  m <- list(1, 2)
  if (any(rowSums(a) == 0) || any(colSums(a) == 0)) next
  put("two-way", a, m, lapply(m, function(k) margin_of(b, k)), ipf(a, m, b))
}
for (i in 1:8) { # three-way: all two-way margins, or one two-way and one single
  d <- c(sample(2:4, 1), sample(2:4, 1), sample(2:4, 1)); a <- random(d); b <- random(d)
  m <- if (i %% 2) list(c(1, 2), c(1, 3), c(2, 3)) else list(c(1, 3), 2)
  put("three-way", a, m, lapply(m, function(k) margin_of(b, k)), ipf(a, m, b))
}
gras <- function(a, u, v) {
  p <- pmax(a, 0); n <- pmax(-a, 0); I <- nrow(a); J <- ncol(a)
  fit <- function(t) { r <- exp(outer(t[1:I], t[I + 1:J], "+")); list(x = p * r - n / r, s = p * r + n / r) }
  f <- function(t) { w <- fit(t); sum(w$s) - sum(u * t[1:I]) - sum(v * t[I + 1:J]) }
  g <- function(t) { w <- fit(t); c(rowSums(w$x) - u, colSums(w$x) - v) }
  t <- optim(rep(0, I + J), f, g, method = "BFGS", control = list(maxit = 2000, reltol = 1e-14))$par
  for (k in 1:100) {
    w <- fit(t); H <- rbind(cbind(diag(rowSums(w$s), I), w$s), cbind(t(w$s), diag(colSums(w$s), J)))
    e <- eigen(H, symmetric = TRUE); keep <- e$values > 1e-10 * e$values[1]
    t <- t - e$vectors[, keep] %*% ((t(e$vectors[, keep]) %*% g(t)) / e$values[keep])
    t <- as.vector(t)
  }
  stopifnot(max(abs(g(t))) < 1e-10 * max(abs(c(u, v))))
  fit(t)$x
}
for (i in 1:10) {
  d <- c(sample(3:6, 1), sample(3:6, 1)); a <- random(d, 0.1); s <- matrix(ifelse(runif(prod(d)) < 0.2, -1, 1), d[1]); a <- a * s
  r <- outer(runif(d[1], 0.6, 1.6), runif(d[2], 0.6, 1.6)); b <- ifelse(a > 0, a * r, a / r) + 0
  u <- rowSums(b) + 0.03 * c(1, -1, rep(0, d[1] - 2)); v <- colSums(b)
  put("both-signs", a, list(1, 2), list(array(u, d[1]), array(v, d[2])), gras(a, u, v))
}
