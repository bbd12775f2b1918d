"""Tune any Python function: Ax proposes, Ray Tune runs the trials, Hydra composes the study."""

__version__ = "0.1.0"
