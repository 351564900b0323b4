# Reads a .sav, .zsav or .dta with haven (2.5.1 on Debian 12) and prints what it holds, a variable a line:
# name | label | values | value labels | declared missing values and range. Used by test_io_sav_haven.c.
suppressPackageStartupMessages(library(haven))
file <- commandArgs(trailingOnly = TRUE)[1]
d <- if (grepl("dta$", file)) read_dta(file) else read_sav(file, user_na = TRUE)
plain <- function(x) {
  if (inherits(x, "Date") || inherits(x, "POSIXct")) return(format(x, tz = "UTC"))
  tags <- if (is.double(x)) na_tag(x) else NA
  attributes(x) <- NULL
  s <- if (is.double(x)) trimws(formatC(x, digits = 15, format = "g")) else x
  ifelse(is.na(x), ifelse(is.na(tags), "NA", paste0(".", tags)), s)
}
for (n in names(d)) {
  x <- d[[n]]
  l <- attr(x, "labels")
  cat(n, "|", attr(x, "label"), "|", paste(plain(x), collapse = ","), "|",
      paste(names(l), plain(l), sep = "=", collapse = ","), "|", paste(attr(x, "na_values"), collapse = ","),
      paste(attr(x, "na_range"), collapse = ".."), "\n")
}
