# 100 random balancing systems and their solutions by other means: the KKT equations of least squares by base R's solve, bounds by
# quadprog's solve.QP, the relative distance by Newton's method with the full Hessian. R 4.2.2, quadprog 1.5-8.
# Rscript tests/reference/balance.R > tests/reference/balance.txt
suppressMessages(library(quadprog))
set.seed(19420211)
num <- function(v) cat(sprintf("%.17g", v), sep = " ", fill = FALSE)
line <- function(name, v) { cat(name, ""); num(v); cat("\n") }
# min (y-x)'W(y-x), A y = b, for W positive definite
kkt <- function(W, A, x, b) {
  k <- nrow(A); n <- ncol(A)
  M <- rbind(cbind(W, t(A)), cbind(A, matrix(0, k, k)))
  solve(M, c(W %*% x, b), tol = 1e-20)[1:n]
}
independent <- function(A) { # rows that add to the rank
  keep <- c()
  for (i in seq_len(nrow(A))) if (qr(A[c(keep, i), , drop = FALSE], tol = 1e-9)$rank > length(keep)) keep <- c(keep, i)
  keep
}
relative <- function(S, A, x, b) { # S: covariance of log x. Newton on eta = log y and multipliers
  W <- solve(S); n <- length(x); k <- nrow(A); eta <- log(x); lam <- rep(0, k)
  for (i in 1:200) {
    y <- exp(eta); g <- as.vector(t(A) %*% lam)
    grad <- W %*% (eta - log(x)) + y * g
    H <- W + diag(y * g, n); J <- A %*% diag(y, n)
    step <- solve(rbind(cbind(H, t(J)), cbind(J, matrix(0, k, k))), -c(grad, A %*% y - b), tol = 1e-20)
    size <- min(1, 0.5 / max(abs(step[1:n])))
    eta <- eta + size * step[1:n]; lam <- lam + size * step[n + 1:k]
    if (max(abs(step[1:n])) < 1e-14) break
  }
  exp(eta)
}
count <- 0
while (count < 100) {
  kind <- c("diagonal", "dense", "fixed", "redundant", "bounds", "bounds", "bounds", "relative")[count %% 8 + 1]
  n <- sample(3:9, 1); k <- sample(1:max(1, n %/% 2), 1)
  A <- matrix(sample(c(-1, 0, 0, 1, 1, 2), k * n, TRUE), k, n)
  if (any(rowSums(A != 0) < 2)) next
  truth <- round(runif(n, 5, 60), 3)
  b <- as.vector(A %*% truth)
  if (kind == "redundant") { A <- rbind(A, A[1, ] * 3, colSums(A)); b <- c(b, 3 * b[1], sum(b)) }
  sd <- round(exp(runif(n, -2, 1.5)), 4)
  R <- if (kind %in% c("diagonal", "fixed")) diag(n) else {
    C <- crossprod(matrix(rnorm((n + 2) * n), n + 2)); C <- cov2cor(C) * 0.6; diag(C) <- 1; round(C, 6) }
  if (kind == "bounds" && runif(1) < 0.4) R <- diag(n)
  V <- diag(sd, n) %*% R %*% diag(sd, n)
  V <- (V + t(V)) / 2
  x <- round(truth + as.vector(t(chol(V)) %*% rnorm(n)) * 1.5, 4)
  fix <- rep(FALSE, n)
  if (kind == "fixed") { fix[sample(n, sample(1:2, 1))] <- TRUE; x[fix] <- truth[fix] }
  if (kind == "relative" && any(x <= 1)) next
  free <- which(!fix)
  if (any(rowSums(A[, free, drop = FALSE] != 0) == 0)) next
  Af <- A[, free, drop = FALSE]; bf <- b - as.vector(A[, fix, drop = FALSE] %*% x[fix])
  keep <- independent(Af)
  if (max(abs(qr.fitted(qr(Af), bf) - bf)) > 1e-8 * max(abs(bf))) next # fixed figures and identities contradict
  Ak <- Af[keep, , drop = FALSE]; bk <- bf[keep]; Vf <- V[free, free, drop = FALSE]
  if (kappa(Ak %*% Vf %*% t(Ak), exact = TRUE) > 1e6) next
  y <- x
  lower <- rep(-Inf, n); upper <- rep(Inf, n)
  if (kind == "relative") {
    y <- relative(V / outer(x, x), Ak, x, bk)
    if (any(!is.finite(y)) || max(abs(log(y / x))) > 1 || max(abs(Ak %*% y - bk)) > 1e-9) next
    D <- diag(y / x, n); VV <- D %*% V %*% D
  } else {
    y[free] <- kkt(solve(Vf), Ak, x[free], bk); VV <- V
  }
  unbounded <- y
  S <- Ak %*% VV[free, free, drop = FALSE] %*% t(Ak)
  G <- VV[free, free, drop = FALSE] %*% t(Ak) %*% solve(S)
  after <- VV; after[fix, ] <- 0; after[, fix] <- 0
  after[free, free] <- VV[free, free, drop = FALSE] - G %*% Ak %*% VV[free, free, drop = FALSE]
  e <- if (kind == "relative") (log(y) - log(x)) else (y - x)[free]
  W <- if (kind == "relative") solve(V / outer(x, x)) else solve(Vf)
  chi <- as.numeric(t(e) %*% W %*% e)
  if (kind == "bounds") {
    w <- sample(n, sample(1:n, 1))
    lower[w] <- round(truth[w] - runif(length(w), 0, 0.6) * sd[w], 3); upper[w] <- round(truth[w] + runif(length(w), 0, 0.6) * sd[w], 3)
    lower[w[runif(length(w)) < 0.2]] <- -Inf
    has <- c(which(is.finite(lower)), which(is.finite(upper)))
    W <- solve(V); I <- diag(n)
    B <- rbind(I[is.finite(lower), , drop = FALSE], -I[is.finite(upper), , drop = FALSE])
    q <- try(solve.QP(W, W %*% x, t(rbind(A[keep, , drop = FALSE], B)), c(b[keep], lower[is.finite(lower)], -upper[is.finite(upper)]), meq = length(keep)), TRUE)
    if (inherits(q, "try-error")) next
    y <- q$solution
    # the active set of solve.QP made exact: its bounds as identities
    at <- q$iact[q$iact > length(keep)]
    if (length(at)) {
      E <- rbind(A[keep, , drop = FALSE], B[at - length(keep), , drop = FALSE])
      f <- c(b[keep], c(lower[is.finite(lower)], -upper[is.finite(upper)])[at - length(keep)])
      if (qr(E)$rank < nrow(E)) next
      y <- kkt(W, E, x, f)
    }
  }
  count <- count + 1
  cat("system", kind, n, nrow(A), "\n")
  line("x", x); line("V", { v <- V; v[fix, ] <- 0; v[, fix] <- 0; v }); line("lower", lower); line("upper", upper)
  line("A", t(A)); line("b", b); line("unbounded", unbounded); line("y", y); line("se", sqrt(pmax(diag(after), 0)))
  line("chi", c(chi, length(keep)))
}
