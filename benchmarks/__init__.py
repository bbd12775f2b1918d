"""Benchmarks of the claims that the README makes; ``python benchmarks/run.py --help`` says how to run them."""
