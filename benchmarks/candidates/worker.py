"""A process with a proposer: for each line that it reads, it tells one outcome, asks for one candidate, says how long.

python -m benchmarks.candidates.worker ours 100 8
"""

import json
import sys
import time
import warnings
from collections import deque

from benchmarks.candidates.data import tried, value
from benchmarks.candidates.proposers import PROPOSERS


def main() -> None:
    """Serve until standard input ends; the first line that is printed says that the proposer is there."""
    warnings.filterwarnings("ignore")  # what Ax and BoTorch say of data of this size
    name, n_completed, n_pending = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    proposer = PROPOSERS[name](n_completed, n_pending)
    pending = deque(enumerate(tried(n_completed + n_pending)[n_completed:], start=n_completed))
    _say({"ready": True})
    for _ in sys.stdin:
        oldest, point = pending.popleft()
        outcome = value(point)
        began = time.perf_counter()
        proposer.tell(oldest, outcome)
        index, candidate = proposer.ask()
        seconds = time.perf_counter() - began
        pending.append((index, candidate))
        _say({"seconds": seconds, "value": value(candidate)})


def _say(content: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
