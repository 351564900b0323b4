# sdmx.R STRUCTURE.xml SDMX.csv: the structure read by rsdmx, an outside reader (CRAN, here from Debian): its dimensions and attributes are the columns of the
# SDMX-CSV, and each code in these has a name in each language of the code list that the structure says. Prints "N components, N lists".
suppressMessages(library(rsdmx))
args <- commandArgs(TRUE)
x <- readSDMX(args[1], isURL = FALSE)
data <- read.csv(args[2], colClasses = "character", encoding = "UTF-8")
dsd <- slot(slot(x, "datastructures"), "datastructures")[[1]]
parts <- as.data.frame(slot(dsd, "Components"))
stopifnot(identical(as.character(parts$conceptRef), names(data)[-(1:3)]))
stopifnot(all(parts$conceptRef %in% as.data.frame(slot(x, "concepts"))$id))
lists <- 0
for (i in which(!is.na(parts$codelist))) {
  codes <- as.data.frame(slot(x, "codelists"), codelistId = as.character(parts$codelist[i]))
  used <- setdiff(unique(data[[as.character(parts$conceptRef[i])]]), "")
  if (!all(used %in% codes$id)) stop(parts$codelist[i], " lacks ", setdiff(used, codes$id)[1])
  names <- codes[codes$id %in% used, grep("^name|^label", names(codes)), drop = FALSE]
  if (ncol(names) == 0 || anyNA(names) || any(names == "")) stop(parts$codelist[i], " has codes without a name")
  lists <- lists + 1
}
cat(nrow(parts), "components,", lists, "lists\n")
stopifnot(lists > 8)
