"""Trials that sleep, the post's way."""

from typing import Any

from ray.air import session

from benchmarks.peers import post_loop
from benchmarks.peers.job import NAMES, evaluate, given, report


def trial(config: dict[str, Any]) -> None:
    """Evaluate one trial."""
    session.report({post_loop.METRIC: evaluate([float(config[name]) for name in NAMES])})


def main() -> None:
    """Run them."""
    parameters = [{"name": name, "type": "range", "bounds": [0.0, 1.0], "value_type": "float"} for name in NAMES]
    post_loop.tuned(given(), trial, parameters)
    report()


if __name__ == "__main__":
    main()
