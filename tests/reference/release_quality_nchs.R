# The NCHS standards for proportions as a program of its own: verdicts of 96 cases for tests/unit/release/test_release_quality.c.
# Rscript tests/reference/release_quality_nchs.R >tests/reference/release_quality_nchs.csv
# Parker et al. (2017), Vital and Health Statistics 2(175), table on p. 2 and text on p. 3: of 0 events, or their complement, the variance is 0 and the relative width
# has no value; the sample size stands in, and what meets the criteria of absolute width and degrees of freedom is reviewed.
kg <- function(p, se, n, df) { # Clopper-Pearson by the F distribution, on the sample adjusted for degrees of freedom, at most n
  m <- if (p == 0 || p == 1) n else min(n, p * (1 - p) / se^2 * (qt(0.975, n - 1) / qt(0.975, df))^2)
  x <- p * m
  lower <- if (p == 0) 0 else 1 / (1 + (m - x + 1) / (x * qf(0.025, 2 * x, 2 * (m - x + 1))))
  upper <- if (p == 1) 1 else 1 / (1 + (m - x) / ((x + 1) * qf(0.975, 2 * (x + 1), 2 * (m - x))))
  c(lower, upper)
}
verdict <- function(p, se, n, df) {
  effective <- if (p == 0 || p == 1) n else min(n, p * (1 - p) / se^2)
  width <- diff(kg(p, se, n, df))
  relative <- if (p == 0) NA else width / p
  if (n < 30 || effective < 30) return("suppress")
  if (width >= 0.30) return("suppress")
  if (width > 0.05 && !is.na(relative) && relative > 1.30) return("suppress")
  if (p == 0 || p == 1 || df < 8) return("review")
  "show"
}
cat("# ", R.version.string, "\np,se,n,df,low,high,verdict\n", sep = "")
for (n in c(20, 30, 34, 50, 68, 72, 200, 2000))
  for (p in c(0, 0.01, 0.05, 0.3, 0.9, 1))
    for (way in 1:2) {
      se <- if (p == 0 || p == 1) 0 else sqrt(p * (1 - p) / n * c(1.1, 2)[way])
      df <- c(40, 6)[way]
      ci <- kg(p, se, n, df)
      cat(sprintf("%g,%.15g,%d,%d,%.12g,%.12g,%s\n", p, se, n, df, ci[1], ci[2], verdict(p, se, n, df)))
    }
