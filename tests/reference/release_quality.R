# Korn and Graubard's interval as survey::svyciprop(method = "beta") computes it, with the effective sample capped at n (NCHS 2017); printed for
# tests/unit/release/test_release_quality.c. Rscript tests/reference/release_quality.R
kg <- function(p, se, n, df) {
  m <- if (se > 0) min(n, p * (1 - p) / se^2 * (qt(0.025, n - 1) / qt(0.025, df))^2) else n
  x <- p * m
  c(if (x > 0) qbeta(0.025, x, m - x + 1) else 0, if (x < m) qbeta(0.975, x + 1, m - x) else 1)
}
cat(R.version.string, "\n")
for (a in list(c(0.2, 0.05, 100, 20), c(0.5, 0.01, 5000, 400), c(0.01, 0.004, 900, 60), c(0, 0, 60, 30), c(0.3, 0.03, 50, 12)))
  cat(sprintf("{%g, %g, %g, %g, %.15g, %.15g},\n", a[1], a[2], a[3], a[4], kg(a[1], a[2], a[3], a[4])[1], kg(a[1], a[2], a[3], a[4])[2]))
