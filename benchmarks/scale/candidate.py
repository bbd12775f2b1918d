"""Processor time of a candidate of the model with many observations and many trials in flight.

python -m benchmarks.scale.candidate 1000 64 3

Each rests on all outcomes, as with ``optimizer.look_ahead=0`` and one slot that waits.
"""

import json
import sys
import time
import warnings
from collections import deque

from benchmarks.candidates.data import tried, value
from benchmarks.candidates.proposers import Ours


def main() -> None:
    """Print the seconds of each candidate: completed trials, pending ones and candidates are on the command line."""
    warnings.filterwarnings("ignore")
    n_completed, n_pending, n_candidates = map(int, sys.argv[1:])
    proposer = Ours(n_completed, n_pending)
    pending = deque(enumerate(tried(n_completed + n_pending)[n_completed:], start=n_completed))
    seconds = []
    for _ in range(n_candidates):
        oldest, point = pending.popleft()
        began = time.process_time()
        proposer.tell(oldest, value(point))
        pending.append(proposer.ask())
        seconds.append(time.process_time() - began)
    sys.stdout.write(json.dumps({"n_completed": n_completed, "n_pending": n_pending, "seconds": seconds}) + "\n")


if __name__ == "__main__":
    main()
