# Reference numbers of the Fay-Herriot model on the milk data, made by tests/reference/area.R in base R 4.2.2:
#
#   Rscript tests/reference/area.R > tests/reference/area.csv
#
# The data: average expenditure on fresh milk in 43 areas, 1989; You & Chapman (2006) Survey Methodology 32:97-103, table 1, after Arora
# & Lahiri (1997) Stat. Sinica 7:1053-1063. Nothing here is shared with the C code: dense matrices, the likelihoods maximised and the
# moment equation solved by optimize and uniroot, the mean squared errors from Rao & Molina (2015) sec. 6.1.2 and 6.2.1.
d <- read.csv("tests/cli/data/milk.csv")
X <- model.matrix(~factor(major), d); y <- d$est; psi <- d$se^2; m <- nrow(X); p <- ncol(X)
gls <- function(A) {V <- diag(A + psi); W <- solve(V); Q <- solve(t(X) %*% W %*% X); b <- Q %*% t(X) %*% W %*% y
  list(V = V, W = W, Q = Q, b = b, r = as.vector(y - X %*% b))}
loglik <- function(A, restricted) {g <- gls(A)
  -0.5 * (as.numeric(determinant(g$V)$modulus) + sum(g$r^2 / (A + psi)) + if (restricted) -as.numeric(determinant(g$Q)$modulus) else 0)}
fit <- function(method) switch(method,
  reml = optimize(loglik, c(0, 1), TRUE, maximum = TRUE, tol = 1e-14)$maximum,
  ml = optimize(loglik, c(0, 1), FALSE, maximum = TRUE, tol = 1e-14)$maximum,
  fh = uniroot(function(A) sum(gls(A)$r^2 / (A + psi)) - (m - p), c(0, 1), tol = 1e-15)$root,
  pr = {H <- X %*% solve(t(X) %*% X) %*% t(X); r <- y - H %*% y; max(0, (sum(r^2) - sum(psi * (1 - diag(H)))) / (m - p))})
cat("method,quantity,area,value\n")
line <- function(...) cat(paste(..., sep = ","), "\n", sep = "")
for (method in c("reml", "ml", "fh", "pr")) {
  A <- fit(method)
  # optimize is good to about the root of a rounding: polish on the score, whose derivative is taken numerically
  if (method %in% c("reml", "ml")) {
    score <- function(A) {g <- gls(A); P <- if (method == "reml") g$W - g$W %*% X %*% g$Q %*% t(X) %*% g$W else g$W
      sum((g$r / (A + psi))^2) - sum(diag(P))}
    A <- uniroot(score, A * c(0.99, 1.01), tol = 1e-16)$root
  }
  g <- gls(A); V <- A + psi; B <- psi / V; gamma <- A / V
  varA <- switch(method, fh = 2 * m / sum(1 / V)^2, pr = 2 * sum(V^2) / m^2, 2 / sum(1 / V^2))
  bias <- switch(method, ml = -sum(diag(g$Q %*% t(X) %*% diag(1 / V^2) %*% X)) / sum(1 / V^2),
                 fh = 2 * (m * sum(1 / V^2) - sum(1 / V)^2) / sum(1 / V)^3, 0)
  mse <- gamma * psi + B^2 * diag(X %*% g$Q %*% t(X)) + 2 * psi^2 / V^3 * varA - bias * B^2
  line(method, "sigma2", "", sprintf("%.15g", A))
  line(method, "loglik", "", sprintf("%.15g", -0.5 * (m * log(2 * pi) + sum(log(V)) + sum(g$r^2 / V))))
  for (k in 1:p) {line(method, "beta", k, sprintf("%.15g", g$b[k])); line(method, "beta.se", k, sprintf("%.15g", sqrt(g$Q[k, k])))}
  eblup <- gamma * y + (1 - gamma) * as.vector(X %*% g$b)
  for (i in 1:m) {line(method, "eblup", i, sprintf("%.15g", eblup[i])); line(method, "mse", i, sprintf("%.15g", mse[i]))}
}
