"""What is made of a node's answer before a study starts, without a node."""

from pathlib import Path

import pytest

from hpo.errors import InputError
from hpo.machine import Machine
from hpo.tuner.ray.cluster import Node
from hpo.tuner.ray.preflight import Answer, check_nodes, clock_ahead_s, faults_of, versions

pytestmark = [pytest.mark.ray, pytest.mark.slow]


def test_outputs_that_the_program_cannot_write_are_refused() -> None:
    """Before a node is asked."""
    with pytest.raises(InputError, match=r"/proc/sys/outputs cannot be written .*Start in a folder that you may write"):
        check_nodes([], None, Path("/proc/sys/outputs"), 1)


@pytest.mark.parametrize(("said_s", "ahead_s"), [(99.0, -1.0), (100.0, 0.0), (103.0, 0.0), (105.0, 2.0)])
def test_a_clock_that_differs_is_known_up_to_the_time_of_the_call(said_s: float, ahead_s: float) -> None:
    """Asked at 100 s and answered at 103 s, a node may have had any time in between."""
    assert clock_ahead_s(Answer({}, time_s=said_s), 100.0, 103.0) == ahead_s


def test_other_versions_are_named() -> None:
    """A node with another Python, another Ray and another hpo has three faults, each with both versions."""
    node = Node("id", "far (10.0.0.2)", Machine(n_cpus=1), address=("10.0.0.2", 1))
    faults = list(faults_of(node, Answer({"Python": "3.9", "Ray": "1.0", "hpo": "0"})))
    assert [fault.what for fault in faults] == [
        f"node far (10.0.0.2) has {name} {there}, and this program {here}"
        for (name, here), there in zip(versions().items(), ("3.9", "1.0", "0"), strict=True)
    ]
