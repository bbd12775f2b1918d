import pytest

from hpo.errors import InputError
from hpo.resources import Machine, Resources


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
    assert resources.slots(machine, None) == slots


def test_a_concurrency_that_is_given_beats_the_cap() -> None:
    """max_concurrent is a default, not a law."""
    assert Resources(max_concurrent=4).slots(Machine(n_cpus=8), 6) == 6


def test_more_slots_than_processors_are_refused_with_the_setting_that_fits() -> None:
    """The error names what is needed, what is there, and both ways out."""
    with pytest.raises(InputError, match=r"needs 4 processors .* has 2.*cpus_per_trial=0.5 or concurrency=2"):
        Resources().slots(Machine(n_cpus=2), 4)


def test_a_gpu_that_is_not_there_is_named() -> None:
    """Asking for GPUs on a machine without says how many torch sees."""
    with pytest.raises(InputError, match=r"torch sees 0 .* Set resources.gpus_per_trial=0"):
        Resources(gpus_per_trial=1).slots(Machine(n_cpus=2), None)


def test_sharing_gpus_is_proposed_where_it_fits() -> None:
    """Eight trials on two GPUs fit with a quarter of one each."""
    with pytest.raises(InputError, match=r"gpus_per_trial=0.25 or concurrency=2"):
        Resources(gpus_per_trial=1).slots(Machine(n_cpus=64, n_gpus=2), 8)


@pytest.mark.parametrize("concurrency", [0, -1])
def test_a_concurrency_below_one_is_refused(concurrency: int) -> None:
    """At least one trial has to run."""
    with pytest.raises(InputError, match=f"concurrency={concurrency}"):
        Resources().slots(Machine(n_cpus=2), concurrency)


def test_all_bad_numbers_are_reported_together() -> None:
    """Three faults make one error."""
    with pytest.raises(InputError) as caught:
        Resources(cpus_per_trial=0, gpus_per_trial=1.5, max_concurrent=0)
    assert len(caught.value.faults) == 3


def test_this_machine_has_a_processor() -> None:
    """What is here is found without importing torch."""
    assert Machine.here(count_gpus=False).n_cpus >= 1
