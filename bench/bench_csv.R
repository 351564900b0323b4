# bench_csv.R FILE ROUNDS: data.table::fread on two threads, least seconds of ROUNDS in this process.
# Two lines: its own types (32-bit integers, doubles), and 8 bytes for every column as shuxiao has them.
suppressPackageStartupMessages(library(data.table))
args <- commandArgs(trailingOnly = TRUE)
setDTthreads(2)
rounds <- as.integer(args[2])
time_one <- function(...) {
  gc()
  start <- proc.time()[["elapsed"]]
  d <- fread(args[1], showProgress = FALSE, ...)
  took <- proc.time()[["elapsed"]] - start
  stopifnot(ncol(d) == 19)
  c(took, sum(vapply(d, function(x) sum(as.numeric(x)), 0)))
}
best <- function(...) {
  r <- vapply(seq_len(rounds), function(i) time_one(...), c(0, 0))
  c(min(r[1, ]), r[2, 1])
}
own <- best()
wide <- best(colClasses = "numeric")
peak <- sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))
cat(sprintf("%.4f %.6f\n%.4f %.6f\n%s\n", own[1], own[2], wide[1], wide[2], peak))
