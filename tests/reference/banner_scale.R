# Medians of scales between columns, and items of a grid at each level of their scale, compared by R survey: banner_scale_expected.tsv of
# banner_data.csv. Rscript tests/reference/banner_scale.R writes it beside itself.
# The interpolated median of a column is a + (b - a)(1/2 - F/N)/(P/N), with F, P and N the totals of the cases below the level of the median, in it and in the
# base: svycontrast on svytotal of all of them gives the differences, withReplicates does by replicate weights. The items of a grid have N of their own.
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
source(file.path(here, "banner_designs.R"))
total <- function(design, v) sum(weights(design, "sampling") * v)
value <- function(design, columns, text) eval(parse(text = text)[[1]], lapply(columns, function(v) total(design, v)))
named <- function(l, k) setNames(l, paste0(names(l), k))
p_of <- function(x, se, df) 2 * pt(-abs(x) / se, df)

median_of <- function(design, y, base, k) {
  w <- weights(design, "sampling")
  scale <- sort(unique(y[!is.na(y)]))
  y[is.na(y)] <- 0
  share <- sapply(scale, function(v) sum(w[base & y <= v])) / sum(w[base])
  i <- which(share >= .5)[1]
  up <- if (i < length(scale)) (scale[i + 1] - scale[i]) / 2 else (scale[i] - scale[i - 1]) / 2
  down <- if (i > 1) (scale[i] - scale[i - 1]) / 2 else up
  list(base = base, columns = named(list(F = base & y < scale[i], P = base & y == scale[i], N = base), k),
       text = sprintf("(%g + %g * (0.5 - F%d / N%d) / (P%d / N%d))", scale[i] - down, down + up, k, k, k, k))
}
share_of <- function(y, v, k) {
  base <- !is.na(y)
  list(base = base, columns = named(list(Y = base & y %in% v, N = base), k), text = sprintf("(Y%d / N%d)", k, k))
}
out <- NULL
put <- function(what, design, question, a, b, x, p) out <<- rbind(out, data.frame(what, design, question, a, b, x, p))
compare <- function(what, name, question, a, b, one, two) {
  columns <- c(one$columns, two$columns)
  text <- paste(one$text, "-", two$text)
  x <- value(designs[[name]], columns, text)
  se <- error_of(designs[[name]], columns, text)
  put(what, name, question, a, b, x, p_of(x, se, df_of(name, one$base | two$base)))
}
for (name in names(designs)) {
  design <- designs[[name]]
  for (question in c("q1", "q2", "q3")) for (v in c("sex", "age")) {
    y <- d[[question]]
    levels <- sort(unique(d[[v]]))
    for (i in seq_along(levels)) {
      here_is <- median_of(design, y, !is.na(y) & d[[v]] == levels[i], 1)
      put("median", name, question, paste0(v, "=", levels[i]), ".", value(design, here_is$columns, here_is$text), error_of(design, here_is$columns, here_is$text))
      for (k in c(seq_along(levels)[seq_along(levels) > i], 0))
        compare("median", name, question, paste0(v, "=", levels[i]), if (k) paste0(v, "=", levels[k]) else "rest", here_is,
                median_of(design, y, !is.na(y) & if (k) d[[v]] == levels[k] else d[[v]] != levels[i], 2))
    }
  }
  items <- c("q1", "q2", "q3", "q4")
  for (v in 1:5) for (i in 1:3) for (k in (i + 1):4) {
    a <- share_of(d[[items[i]]], v, 1)
    b <- share_of(d[[items[k]]], v, 2)
    if (total(design, a$columns[[1]]) > 0 && total(design, b$columns[[1]]) > 0) compare("grid", name, v, items[i], items[k], a, b)
  }
}
f <- file(file.path(here, "banner_scale_expected.tsv"), "w")
writeLines(sprintf("# %s survey %s", R.version.string, packageVersion("survey")), f)
out$x <- formatC(out$x, digits = 15, format = "g")
out$p <- formatC(out$p, digits = 15, format = "g")
write.table(out, f, sep = "\t", quote = FALSE, row.names = FALSE, col.names = FALSE)
close(f)
