import os

import pytest

from hpo.errors import InputError
from hpo.machine import Machine
from hpo.resources import Resources


@pytest.mark.parametrize(
    ("resources", "machine", "slots"),
    [
        (Resources(), Machine(n_cpus=8), 8),
        (Resources(cpus_per_trial=0.5), Machine(n_cpus=2), 4),
        (Resources(max_concurrent=4), Machine(n_cpus=8), 4),
        (Resources(gpus_per_trial=1), Machine(n_cpus=64, n_gpus=4), 4),
        (Resources(gpus_per_trial=0.25), Machine(n_cpus=64, n_gpus=2), 8),
        (Resources(gpus_per_trial=0.4), Machine(n_cpus=64, n_gpus=2), 4),
        (Resources(gpus_per_trial=2), Machine(n_cpus=64, n_gpus=5), 2),
        (Resources(cpus_per_trial=16, gpus_per_trial=1), Machine(n_cpus=32, n_gpus=4), 2),
    ],
)
def test_slots_are_as_many_trials_as_fit(resources: Resources, machine: Machine, slots: int) -> None:
    """Without a concurrency, processors, GPUs and the cap decide; a share of a GPU never spans two."""
    assert resources.slots([machine], None) == slots


def test_a_concurrency_that_is_given_beats_the_cap() -> None:
    """max_concurrent is a default, not a law."""
    assert Resources(max_concurrent=4).slots([Machine(n_cpus=8)], 6) == 6


def test_more_slots_than_processors_are_refused_with_the_setting_that_fits() -> None:
    """The error names what is needed, what is there, and both ways out."""
    with pytest.raises(InputError, match=r"needs 4 processors .* has 2.*cpus_per_trial=0.5 or concurrency=2"):
        Resources().slots([Machine(n_cpus=2)], 4)


def test_a_gpu_that_is_not_there_is_named() -> None:
    """Asking for GPUs on a machine without says how many torch sees."""
    with pytest.raises(InputError, match=r"torch sees 0 .* Set resources.gpus_per_trial=0"):
        Resources(gpus_per_trial=1).slots([Machine(n_cpus=2)], None)


def test_sharing_gpus_is_proposed_where_it_fits() -> None:
    """Eight trials on two GPUs fit with a quarter of one each."""
    with pytest.raises(InputError, match=r"gpus_per_trial=0.25 or concurrency=2"):
        Resources(gpus_per_trial=1).slots([Machine(n_cpus=64, n_gpus=2)], 8)


@pytest.mark.parametrize("concurrency", [0, -1])
def test_a_concurrency_below_one_is_refused(concurrency: int) -> None:
    """At least one trial has to run."""
    with pytest.raises(InputError, match=f"concurrency={concurrency}"):
        Resources().slots([Machine(n_cpus=2)], concurrency)


def test_all_bad_numbers_are_reported_together() -> None:
    """Three faults make one error."""
    with pytest.raises(InputError) as caught:
        Resources(cpus_per_trial=0, gpus_per_trial=1.5, max_concurrent=0)
    assert len(caught.value.faults) == 3


def test_what_a_job_is_to_have_is_not_called_this_machine() -> None:
    """Its processors and its GPUs are those of a node."""
    node = Machine(n_cpus=2, is_here=False)
    with pytest.raises(InputError, match=r"\(a node of the job has 2, .*\n.*\(a node of the job has 0, "):
        Resources(gpus_per_trial=1).slots([node], 4)


CLUSTER = [Machine(n_cpus=4, n_gpus=1), Machine(n_cpus=4, n_gpus=1), Machine(n_cpus=3)]


@pytest.mark.parametrize(
    ("resources", "slots"),
    [
        (Resources(cpus_per_trial=1), 11),
        (Resources(cpus_per_trial=2), 5),
        (Resources(cpus_per_trial=4), 2),
        (Resources(cpus_per_trial=1, gpus_per_trial=1), 2),
        (Resources(cpus_per_trial=1, gpus_per_trial=0.25), 8),
    ],
)
def test_a_trial_lies_on_one_node(resources: Resources, slots: int) -> None:
    """What is left of several nodes makes no trial."""
    assert resources.slots(CLUSTER, None) == slots


def test_a_trial_larger_than_every_node_is_refused() -> None:
    """The sum of the processors does not help; the error tells what the nodes have and what fits."""
    with pytest.raises(InputError, match=r"2 node\(s\) with 4, 1 .* with 3, .* Set resources.cpus_per_trial=4\."):
        Resources(cpus_per_trial=5, address="auto").slots(CLUSTER, None)


def test_processors_without_gpus_beside_them_are_refused() -> None:
    """There is enough of each, and not on the same nodes."""
    cluster = [Machine(n_cpus=8), Machine(n_cpus=1, n_gpus=2)]
    with pytest.raises(InputError, match=r"both on the same machine .* Set concurrency=1"):
        Resources(gpus_per_trial=1, address="auto").slots(cluster, 2)


@pytest.mark.parametrize("address", ["auto", "10.0.0.1:6379", "node-1.cluster:6379", "[::1]:6379", None])
def test_addresses_of_a_ray(address: str | None) -> None:
    """A host and a port, a word for the one that is known, or nothing."""
    assert Resources(address=address).address == address


@pytest.mark.parametrize("address", ["ray://10.0.0.1:10001", "local", "10.0.0.1", ":6379", "", "http://a:80"])
def test_what_is_no_address_is_refused(address: str) -> None:
    """Ray's client protocol, too: the program has to run on a node."""
    with pytest.raises(InputError, match=r"it takes host:port, auto"):
        Resources(address=address)


def test_this_machine_has_a_processor() -> None:
    """What is here is found without importing torch."""
    assert Machine.here(count_gpus=False).n_cpus >= 1


def test_a_job_has_no_more_than_slurm_gave_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the site lets a job see the whole node; what is no number counts for nothing."""
    monkeypatch.setenv("SLURM_CPUS_ON_NODE", "1")
    assert Machine.here(count_gpus=False).n_cpus == 1
    monkeypatch.setenv("SLURM_CPUS_ON_NODE", "")
    assert Machine.here(count_gpus=False).n_cpus == len(os.sched_getaffinity(0))
