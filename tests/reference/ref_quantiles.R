# Quantiles, intervals of a share, variances and tests of tables on the fifty designs of ref_random_data.csv, by R survey.
#   Rscript tests/reference/ref_quantiles.R tests/reference
suppressWarnings(suppressMessages(library(survey))); dir <- commandArgs(TRUE)[1]
all <- read.csv(file.path(dir, "ref_random_data.csv")); ans <- list()
add <- function(k, job, v) { v <- c(as.numeric(v), NA, NA, NA)[1:3]
  v <- ifelse(is.na(v), "", sprintf("%.17g", v))
  ans[[length(ans) + 1]] <<- data.frame(design = k, job = job, a = v[1], b = v[2], c = v[3]) }
rules <- c("math", "school", "shahvaish", paste0("hf", 1:9))
for (k in 1:50) {
  d <- all[all$design == k, ]
  cl <- if (k %% 2) ~psu else ~1; fp <- if (k %% 3 == 0) ~N else NULL
  s <- svydesign(id = cl, strata = ~h, weights = ~w, fpc = fp, data = d)
  if (k %% 5 == 0) s <- calibrate(s, ~factor(a) + factor(b), c("(Intercept)" = 1000, "factor(a)1" = 400, "factor(b)1" = 300, "factor(b)2" = 350),
                                  calfun = "raking", epsilon = 1e-13, maxit = 200)
  for (j in 0:3) {
    r <- rules[(k + 3 * j) %% 12 + 1]; type <- c("mean", "xlogit", "asin")[k %% 3 + 1]
    if (r == "shahvaish" && k %% 5 == 0) next
    q <- suppressWarnings(svyquantile(~x, s, c(.25, .5, .75), qrule = r, interval.type = type)$x)
    for (i in 1:3) add(k, paste(r, type, rownames(q)[i]), q[i, c(1, 2, 3)])
  }
  for (m in c("mean", "xlogit", "asin", "beta")) { p <- svyciprop(~I(u == 1), s, method = m); add(k, paste("ciprop", m), c(p, attr(p, "ci"))) }
  v <- svyvar(~x, s); add(k, "var", c(v, SE(v)))
  for (st in c("F", "Chisq", "Wald", "adjWald", "saddlepoint")) {
    t <- tryCatch(suppressWarnings(svychisq(~a + b, s, statistic = st)), error = function(e) NULL)
    if (!is.null(t) && is.finite(t$p.value)) add(k, paste("chisq", st), c(t$statistic, t$p.value))
  }
}
con <- file(file.path(dir, "ref_quantiles.csv"), "w"); out <- do.call(rbind, ans)
write.csv(out, con, row.names = FALSE, quote = FALSE, na = ""); close(con)
writeLines(sprintf("# survey %s, %s, ref_quantiles.R", packageVersion("survey"), R.version.string), file.path(dir, "ref_quantiles.txt"))
