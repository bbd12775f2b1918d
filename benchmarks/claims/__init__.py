"""One module a claim; each has a ``BENCHMARK``."""
