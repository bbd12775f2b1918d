"""What the pages are called, for those who need not import what draws them."""

REPORT_FILE = "report.html"
COMPARISON_PAGE = "comparison.html"
