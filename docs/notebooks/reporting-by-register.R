# What is known of reporting, by register: the chart of the page Progress, drawn from the service's data.
# Run it with: Rscript reporting-by-register.R
# It needs no packages, and writes reporting-by-register.png. PLEDGEGRAPH_ADDRESS names another service.

address <- Sys.getenv("PLEDGEGRAPH_ADDRESS", "http://localhost:8000")
day <- "2026-11-22" # an answer about "today" could not be repeated

commitments <- read.csv(
  paste0(address, "/progress.csv?day=", day),
  encoding = "UTF-8", fileEncoding = "UTF-8-BOM"
)

meaning <- c(
  "current" = "the maker, in the last 12 months",
  "due" = "the maker, 12 to 24 months ago",
  "overdue" = "the maker, longer ago",
  "ended" = "the maker: it has ended",
  "undated" = "the maker, without a date",
  "others-reported" = "only others",
  "no-report-known" = "no report known here"
)
stopifnot(commitments$reporting %in% names(meaning))

counts <- table(
  factor(commitments$reporting, levels = names(meaning)),
  commitments$register
)
counts <- counts[rowSums(counts) > 0, order(colSums(counts))]
print(addmargins(t(counts), 2))

png("reporting-by-register.png", width = 1400, height = 900, res = 130)
par(mar = c(4, 22, 3, 1))
colours <- c("#1d5c4f", "#4f9a86", "#9ccbb9", "#3b6ea5", "#c9b458", "#d9d0a8", "#d5d5d5")[seq_len(nrow(counts))]
barplot(
  counts,
  horiz = TRUE, las = 1, cex.names = 0.6, col = colours,
  names.arg = substr(colnames(counts), 1, 60),
  xlab = "commitments", main = paste("Who has reported, as of", day)
)
legend("bottomright", legend = meaning[rownames(counts)], fill = colours, bty = "n", cex = 0.7)
invisible(dev.off())

# Name the service, the day and the snapshot when you show the chart.
headers <- curlGetHeaders(paste0(address, "/sparql?query=ASK%7B%7D"))
snapshot <- sub("\\D+", "", grep("^pledgegraph-snapshot:", headers, ignore.case = TRUE, value = TRUE))
cat(sum(counts), "commitments,", address, day, "snapshot", trimws(snapshot), "\n")
