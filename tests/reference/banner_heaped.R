# Medians of heaped amounts between columns, compared by R survey: banner_heaped_expected.tsv of banner_data.csv, its amounts rounded down to whole scores.
# Rscript tests/reference/banner_heaped.R writes it beside itself.
# The median of the mid-distribution F(x) = P(Y < x) + P(Y = x)/2, a line between the values that occur (Ma, Genton & Parzen 2011). Of a column it is
# m - s (U/N - 1/2): U the total of the scores (the line's share at m, of every case), N that of the base, s = (high - low)/(2 t se(U/N)), low and
# high the line's values at 1/2 -+ t se(U/N). svycontrast on svytotal gives the differences, withReplicates does by replicate weights.
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
source(file.path(here, "banner_designs.R"))
d$y <- floor(d$amount / 20) * 20
median_of <- function(name, base, k) {
  design <- designs[[name]]
  base <- base & !is.na(d$y)
  w <- weights(design, "sampling")[base]
  y <- d$y[base]
  x <- sort(unique(y))
  p <- tapply(w, factor(y, levels = x), sum) / sum(w)
  mid <- as.numeric(cumsum(p) - p / 2)
  at <- function(share) approx(mid, x, share)$y
  m <- at(.5)
  u <- numeric(nrow(d)) # every case's part in the line's share at m
  i <- max(which(mid <= .5))
  share <- (.5 - mid[i]) / (mid[i + 1] - mid[i])
  part <- function(v) (y < v) + (y == v) / 2
  u[base] <- (1 - share) * part(x[i]) + share * part(x[i + 1])
  columns <- setNames(list(u, as.numeric(base)), paste0(c("U", "N"), k))
  se <- error_of(design, columns, sprintf("U%d / N%d", k, k))
  t <- qt(.975, df_of(name, base))
  s <- (at(.5 + t * se) - at(.5 - t * se)) / (2 * t * se)
  list(base = base, columns = columns, m = m, text = sprintf("(%.17g - %.17g * (U%d / N%d - 0.5))", m, s, k, k))
}
out <- NULL
put <- function(design, a, b, x, p) out <<- rbind(out, data.frame(design, a, b, x, p))
for (name in names(designs)) for (v in c("sex", "age")) {
  levels <- sort(unique(d[[v]]))
  cells <- lapply(levels, function(l) median_of(name, d[[v]] == l, 1))
  for (i in seq_along(levels)) {
    put(name, paste0(v, "=", levels[i]), ".", cells[[i]]$m, 0)
    for (k in c(seq_along(levels)[seq_along(levels) > i], 0)) {
      other <- median_of(name, if (k) d[[v]] == levels[k] else d[[v]] != levels[i], 2)
      se <- error_of(designs[[name]], c(cells[[i]]$columns, other$columns), paste(cells[[i]]$text, "-", other$text))
      x <- cells[[i]]$m - other$m
      put(name, paste0(v, "=", levels[i]), if (k) paste0(v, "=", levels[k]) else "rest", x,
          2 * pt(-abs(x) / se, df_of(name, cells[[i]]$base | other$base)))
    }
  }
}
f <- file(file.path(here, "banner_heaped_expected.tsv"), "w")
writeLines(sprintf("# %s survey %s", R.version.string, packageVersion("survey")), f)
write.table(format(out, digits = 15), f, sep = "\t", quote = FALSE, row.names = FALSE, col.names = FALSE)
close(f)
