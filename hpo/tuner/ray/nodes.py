"""``python -m hpo.tuner.ray.nodes HOST:PORT N``: wait until a Ray that is being started has so many nodes."""

import sys
import time

from hpo.errors import InputError
from hpo.quiet import quiet_libraries

START_S = 300.0  # a file system that a hundred nodes import from at once takes its time
LOOK_EVERY_S = 0.5


def main(address: str, n_nodes: int) -> int:
    """Return 0 when there are ``n_nodes``, and 1 if they do not come in :data:`START_S`.

    Args:
        address: Of the first one; it need not answer yet.
        n_nodes: How many there are to be.
    """
    quiet_libraries()
    from hpo.tuner.ray.cluster import cluster_ray, nodes  # noqa: PLC0415 - Ray warns when it is imported

    deadline = time.monotonic() + START_S
    found, why = 0, ""
    while time.monotonic() < deadline:
        try:
            with cluster_ray(address):
                while (found := len(nodes())) < n_nodes and time.monotonic() < deadline:
                    time.sleep(LOOK_EVERY_S)
                break
        except InputError as error:  # it does not answer yet
            why = f": {error}"
            time.sleep(LOOK_EVERY_S)
    if found < n_nodes:
        sys.stderr.write(f"Of {n_nodes} nodes of Ray {found} came within {START_S:g} s{why}\n")
    return 0 if found >= n_nodes else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2])))
