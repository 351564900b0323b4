# The designs on banner_data.csv that medians of columns are compared on, and the error of a formula of totals; read by banner_scale.R and
# banner_heaped.R with `here`, their folder.
suppressMessages(library(survey))
options(survey.lonely.psu = "fail", digits = 15)
d <- read.csv(file.path(here, "banner_data.csv"))
plain <- svydesign(~psu, strata = ~h, weights = ~w, data = d)
pop <- c(`(Intercept)` = 1000, `factor(a)1` = 420, `factor(a)2` = 280, `factor(b)1` = 250, `factor(b)2` = 250, `factor(b)3` = 300)
designs <- list(cluster = plain, fpc = svydesign(~psu, strata = ~h, weights = ~w, fpc = ~N, data = d),
                case = svydesign(~1, strata = ~h, weights = ~w, data = d),
                raked = calibrate(plain, ~factor(a) + factor(b), pop, calfun = "raking", epsilon = 1e-13, maxit = 200),
                jkn = as.svrepdesign(plain, type = "JKn", mse = FALSE))
df_of <- function(name, base) {
  if (name == "jkn") return(24)
  id <- if (name == "case") seq_len(nrow(d)) else d$psu
  length(unique(id[base])) - length(unique(d$h[base]))
}
# The formula of two groups' indicators, each a list of columns; text has their names, X1 Y1 N1 X2 ...
error_of <- function(design, columns, text) {
  f <- parse(text = text)[[1]]
  if (inherits(design, "svyrep.design"))
    return(as.numeric(SE(withReplicates(design, function(w, data) eval(f, lapply(columns, function(v) sum(w * v)))))))
  for (k in names(columns)) design$variables[[k]] <- as.numeric(columns[[k]])
  as.numeric(SE(svycontrast(svytotal(as.formula(paste("~", paste(names(columns), collapse = "+"))), design), f)))
}
