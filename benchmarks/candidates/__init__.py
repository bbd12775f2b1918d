"""Seconds that it takes to propose a candidate, measured in two processes that take turns."""
