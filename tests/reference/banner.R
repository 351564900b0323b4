# 200 random banner tables by R survey: every cell with its standard error, every letter and arrow. Rscript tests/reference/banner.R writes
# banner_data.csv, banner_tables.tsv (what each table is) and banner_expected.tsv beside itself. Columns of one span are compared by svycontrast
# on the joint covariance: of svyby(covmat = TRUE) where the columns share no case; else, and against the rest, of svytotal of numerators and
# denominators (linearised) or of withReplicates. Degrees of freedom are those of docs/methods/df.md: PSUs less strata with a case of either base.
suppressMessages(library(survey))
options(survey.lonely.psu = "fail", digits = 15)
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
set.seed(20250630)
n <- 600
h <- (seq_len(n) - 1) %% 6
psu <- h * 10 + sample(5, n, TRUE)
d <- data.frame(h, psu, w = round(0.5 + 3 * runif(n), 3), N = 20 + h, a = sample(0:2, n, TRUE), b = sample(0:3, n, TRUE),
                x = round(runif(n, 1, 5), 2), sex = sample(1:2, n, TRUE), age = sample(1:4, n, TRUE), g = sample(0:2, n, TRUE, c(.6, .35, .05)))
shift <- rnorm(60, 0, .3)[psu + 1]
level <- function(k, slope) pmin(k, pmax(1, ceiling(k * pnorm(rnorm(n) + shift + slope * (d$age - 2.5) + .3 * (d$sex - 1.5)))))
lose <- function(v, p) ifelse(runif(n) < p, NA, v)
d$q1 <- lose(level(4, .2), .03)
d$q2 <- lose(level(3, 0), .15)
d$q3 <- lose(level(5, -.4), .05)
d$q4 <- lose(ifelse(d$g == 2, 2, level(2, .1)), .02)   # nobody of g = 2 says 1: cells of 0% and 100%
d$amount <- lose(round(exp(5 + .3 * d$age + rnorm(n))), .1)
for (k in 1:4) d[[paste0("m", k)]] <- lose(as.numeric(runif(n) < .15 + .12 * k - .03 * d$age), .04)
write.csv(d, file.path(here, "banner_data.csv"), row.names = FALSE, quote = FALSE, na = "")

plain <- svydesign(~psu, strata = ~h, weights = ~w, data = d)
finite <- svydesign(~psu, strata = ~h, weights = ~w, fpc = ~N, data = d)
cases <- svydesign(~1, strata = ~h, weights = ~w, data = d)
pop <- c(`(Intercept)` = 1000, `factor(a)1` = 420, `factor(a)2` = 280, `factor(b)1` = 250, `factor(b)2` = 250, `factor(b)3` = 300)
raked <- calibrate(plain, ~factor(a) + factor(b), pop, calfun = "raking", epsilon = 1e-13, maxit = 200)
reps <- as.svrepdesign(plain, type = "JKn", mse = FALSE)
designs <- list(cluster = plain, fpc = finite, case = cases, raked = raked, jkn = reps)

members <- paste0("m", 1:4)
chosen <- sapply(members, function(m) !is.na(d[[m]]) & d[[m]] == 1)
everyone <- list(list(key = "total", mask = rep(TRUE, n)))
by <- function(v, key = "", mask = TRUE) lapply(sort(unique(d[[v]])), function(l) list(key = paste0(key, v, "=", l), mask = mask & d[[v]] == l))
inside <- function(u, v) lapply(sort(unique(d[[u]])), function(l) by(v, paste0(u, "=", l, ","), d[[u]] == l))
set <- lapply(members, function(m) list(key = paste0("$m=", m), mask = chosen[, m]))
banners <- list("total + sex + age" = list(everyone, by("sex"), by("age")), "sex > age" = inside("sex", "age"),
                "total + $m" = list(everyone, set), "$m + (sex > g)" = c(list(set), inside("sex", "g")), "age + g" = list(by("age"), by("g")))
wheres <- list("-" = rep(TRUE, n), "x > 2.5" = d$x > 2.5)
adjusts <- c("none", "bonferroni", "holm", "bh")

letters_of <- function(i) if (i > 26) paste0(LETTERS[(i - 1) %/% 26], LETTERS[(i - 1) %% 26 + 1]) else LETTERS[i]
df_of <- function(design, base) {
  if (inherits(design, "svyrep.design")) return(24)
  id <- if (identical(design$cluster[[1]], seq_len(n)) || length(unique(design$cluster[[1]])) == n) seq_len(n) else d$psu
  length(unique(id[base])) - length(unique(d$h[base]))
}
p_of <- function(contrast, df) {
  se <- as.numeric(SE(contrast))
  if (!is.finite(se) || se < 1e-10 || df < 1) return(NA)
  2 * pt(-abs(as.numeric(coef(contrast)) / se), df)
}
# the mean of y over the cases of each mask: estimates with their joint covariance
joint <- function(design, y, masks) {
  if (inherits(design, "svyrep.design"))
    return(withReplicates(design, function(w, data) setNames(sapply(masks, function(m) sum(w[m] * y[m]) / sum(w[m])), paste0("c", seq_along(masks)))))
  for (k in seq_along(masks)) {
    design$variables[[paste0("Y", k)]] <- ifelse(masks[[k]], y, 0)
    design$variables[[paste0("N", k)]] <- as.numeric(masks[[k]])
  }
  svytotal(as.formula(paste("~", paste0("Y", seq_along(masks), "+N", seq_along(masks), collapse = "+"))), design)
}
difference <- function(design, j, i, k) {
  if (inherits(design, "svyrep.design")) {
    l <- setNames(rep(0, length(coef(j))), paste0("c", seq_along(coef(j))))
    j <- structure(j, names = names(l))
    l[i] <- 1
    l[k] <- -1
    return(svycontrast(j, l))
  }
  svycontrast(j, parse(text = sprintf("Y%d/N%d - Y%d/N%d", i, i, k, k))[[1]])
}
value <- function(design, j, i) {
  if (inherits(design, "svyrep.design")) return(c(coef(j)[i], sqrt(diag(vcov(j))[i])))
  r <- svycontrast(j, parse(text = sprintf("Y%d/N%d", i, i))[[1]])
  c(coef(r), SE(r))
}

out <- list()
specs <- list()
for (t in 1:200) {
  dn <- names(designs)[(t - 1) %% 5 + 1]
  design <- designs[[dn]]
  bn <- sample(names(banners), 1)
  wn <- sample(names(wheres), 1, prob = c(.7, .3))
  question <- sample(c("q1", "q2", "q3", "q4", "amount", "$m"), 1)
  adjust <- sample(adjusts, 1)
  levels <- list(c(.05, .1), c(.01, .2), c(.2, .5))[[sample(3, 1)]]
  min_base <- sample(c(0, 30, 60), 1)
  rest <- runif(1) < .5
  specs[[t]] <- data.frame(table = t, design = dn, rows = question, cols = bn, where = wn,
                           sig = sprintf("none, compare=within_span%s, adjust=%s, upper=%g, lower=%g, min_base=%d", if (rest) "+versus_rest" else "", adjust, levels[1], levels[2], min_base))
  inn <- wheres[[wn]]
  base <- inn & if (question == "$m") rowSums(chosen) > 0 else !is.na(d[[question]])
  rows <- if (question == "$m") lapply(members, function(m) list(key = m, y = as.numeric(chosen[, m])))
          else if (question == "amount") list(list(key = "mean", y = d$amount))
          else lapply(sort(unique(d[[question]])), function(l) list(key = as.character(l), y = as.numeric(d[[question]] == l)))
  share <- question != "amount"
  for (row in rows) {
    y <- ifelse(base, row$y, 0)
    for (span in banners[[bn]]) {
      masks <- lapply(span, function(c) base & c$mask)
      rests <- lapply(span, function(c) base & !c$mask)
      size <- sapply(masks, sum)
      ok <- size > 0
      vals <- sapply(masks, function(m) if (any(m)) sum(y[m]) / sum(m) else NA)
      apart <- sum(sapply(masks, as.numeric)) == sum(Reduce(`|`, masks)) && length(span) > 1
      j <- joint(design, y, masks[ok])
      at <- cumsum(ok)
      est <- sapply(seq_along(span), function(i) if (ok[i]) value(design, j, at[i]) else c(NA, NA))
      edge <- share & ok & (vals <= 0 | vals >= 1)
      dfs <- sapply(seq_along(span), function(i) df_of(design, masks[[i]]))
      est[2, edge] <- 0
      est[2, ok & dfs < 1] <- NA
      test <- ok & !edge & dfs >= 1 & size >= min_base
      both <- if (apart && dn %in% c("cluster", "fpc", "case")) { # svyby has no covariances of calibrated designs here
        design$variables$y_ <- y
        design$variables$col_ <- factor(Reduce(`+`, Map(function(m, k) k * m, masks, seq_along(masks))))
        svyby(~y_, ~col_, subset(design, Reduce(`|`, masks)), svymean, covmat = TRUE)
      }
      pairs <- if (length(span) > 1) combn(length(span), 2) else matrix(0, 2, 0)
      p <- vapply(seq_len(ncol(pairs)), function(m) {
        k <- pairs[, m]
        if (!all(test[k])) return(NA_real_)
        df <- df_of(design, masks[[k[1]]] | masks[[k[2]]])
        if (is.null(both)) return(as.numeric(p_of(difference(design, j, at[k[1]], at[k[2]]), df)))
        l <- setNames(rep(0, length(coef(both))), names(coef(both)))
        l[as.character(k[1])] <- 1
        l[as.character(k[2])] <- -1
        as.numeric(p_of(svycontrast(both, l), df))
      }, numeric(1))
      if (length(p)) p <- p.adjust(p, c(none = "none", bonferroni = "bonferroni", holm = "holm", bh = "BH")[[adjust]])
      letter <- rep("", length(span))
      for (k in seq_along(p)) if (!is.na(p[k]) && p[k] < max(levels)) {
        i <- pairs[1, k]; o <- pairs[2, k]
        larger <- if (est[1, i] > est[1, o]) i else o
        other <- if (larger == i) o else i
        letter[larger] <- paste0(letter[larger], if (p[k] < levels[1]) letters_of(other) else tolower(letters_of(other)))
      }
      arrow <- rep(0, length(span))
      if (rest) {
        pr <- sapply(seq_along(span), function(i) {
          if (span[[i]]$key == "total" || !test[i] || sum(rests[[i]]) < max(1, min_base)) return(NA)
          r <- sum(y[rests[[i]]]) / sum(rests[[i]])
          if (share && (r <= 0 || r >= 1) || df_of(design, rests[[i]]) < 1) return(NA)
          p_of(difference(design, joint(design, y, list(masks[[i]], rests[[i]])), 1, 2), df_of(design, base))
        })
        mr <- sapply(rests, function(m) weighted.mean(y[m], weights(design, "sampling")[m]))
        pr <- p.adjust(pr, c(none = "none", bonferroni = "bonferroni", holm = "holm", bh = "BH")[[adjust]])
        arrow <- ifelse(is.na(pr) | pr >= .05, 0, ifelse(est[1, ] > mr, 1, -1))
      }
      out[[length(out) + 1]] <- data.frame(table = t, row = row$key, col = sapply(span, `[[`, "key"), est = est[1, ], se = est[2, ], letters = letter, rest = arrow)
    }
  }
}
out <- do.call(rbind, out)
num <- function(v) ifelse(is.na(v), ".", formatC(v, digits = 14, format = "g"))
head <- paste("#", R.version.string, "survey", packageVersion("survey"))
writeLines(c(head, with(out, paste(table, row, col, num(est), num(se), ifelse(letters == "", "-", letters), rest, sep = "\t"))), file.path(here, "banner_expected.tsv"))
specs <- do.call(rbind, specs)
writeLines(c(head, with(specs, paste(table, design, rows, cols, where, sig, sep = "\t"))), file.path(here, "banner_tables.tsv"))
