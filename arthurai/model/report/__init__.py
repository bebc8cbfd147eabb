"""A whole model on one page: `model.report("report.html")`."""
