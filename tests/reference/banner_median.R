# Medians of columns compared: banner_median_expected.tsv of banner_data.csv by R survey. Rscript tests/reference/banner_median.R writes it beside itself.
# A median's error is Woodruff's: half the interval of svyquantile (interval.type "mean", on the domain's degrees of freedom) over t; where several
# cases share the median, the interval is centred at one half, by hand (docs/methods/quantiles.md). The difference of
# two has the variance of the total of the difference of their linearised values, by hand:
#   z_d = -(1[y <= m_d] - F_d(m_d)) 1[d] w / (w_d f_d),   f_d = se(F_d(m_d)) / se(m_d)
suppressMessages(library(survey))
options(survey.lonely.psu = "fail", digits = 15)
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
d <- read.csv(file.path(here, "banner_data.csv"))
base <- !is.na(d$amount)
designs <- list(cluster = svydesign(~psu, strata = ~h, weights = ~w, data = d), case = svydesign(~1, strata = ~h, weights = ~w, data = d),
                fpc = svydesign(~psu, strata = ~h, weights = ~w, fpc = ~N, data = d))
df_of <- function(name, m) {
  id <- if (name == "case") seq_len(nrow(d)) else d$psu
  length(unique(id[m])) - length(unique(d$h[m]))
}
one <- function(name, mask) {
  design <- designs[[name]]
  m <- base & mask
  df <- df_of(name, m)
  q <- svyquantile(~amount, subset(design, m), 0.5, ci = TRUE, interval.type = "mean", qrule = "math", df = df)$amount
  at <- ifelse(m, as.numeric(d$amount <= q[1, 1]), 0)
  w <- weights(design, "sampling")
  W <- sum(w[m])
  F <- sum(w * at) / W
  u <- ifelse(m, at - F, 0) / W
  seF <- SE(svytotal(u, design))
  ends <- q[1, 2:3]
  if (sum(d$amount[m] == q[1, 1]) > 1) {
    below <- ifelse(m, as.numeric(d$amount < q[1, 1]), 0)
    wide <- max(seF, SE(svytotal(ifelse(m, below - sum(w * below) / W, 0) / W, design)))
    o <- order(d$amount[m])
    share <- cumsum(w[m][o]) / W
    ends <- sapply(0.5 + c(-1, 1) * qt(.975, df) * as.numeric(wide), function(p) d$amount[m][o][which(share >= p)[1]])
  }
  se <- (ends[2] - ends[1]) / (2 * qt(.975, df))
  list(est = q[1, 1], se = as.numeric(se), z = -u * as.numeric(se / seF), mask = m)
}
out <- NULL
for (name in names(designs)) for (v in c("sex", "age")) {
  levels <- sort(unique(d[[v]]))
  cells <- lapply(levels, function(l) one(name, d[[v]] == l))
  for (i in seq_along(levels)) out <- rbind(out, data.frame(design = name, a = paste0(v, "=", levels[i]), b = ".", x = cells[[i]]$est, y = cells[[i]]$se))
  for (i in seq_along(levels)) {
    rest <- one(name, d[[v]] != levels[i])
    for (k in c(seq_along(levels)[seq_along(levels) > i], 0)) {
      other <- if (k) cells[[k]] else rest
      se <- as.numeric(SE(svytotal(cells[[i]]$z - other$z, designs[[name]])))
      p <- 2 * pt(-abs(cells[[i]]$est - other$est) / se, df_of(name, cells[[i]]$mask | other$mask))
      out <- rbind(out, data.frame(design = name, a = paste0(v, "=", levels[i]), b = if (k) paste0(v, "=", levels[k]) else "rest", x = se, y = p))
    }
  }
}
f <- file(file.path(here, "banner_median_expected.tsv"), "w")
writeLines(sprintf("# %s survey %s", R.version.string, packageVersion("survey")), f)
write.table(format(out, digits = 15), f, sep = "\t", quote = FALSE, row.names = FALSE, col.names = FALSE)
close(f)
