"""What the documentation's site needs beyond the documents: `make docs` builds it with mkdocs."""
