import pytest

from hpo.app.invocation import study_name


@pytest.mark.parametrize(
    ("given", "task", "space", "swept", "name"),
    [
        (None, "branin", "branin", [], "branin"),
        (None, "qm7", "cutoffs", [], "qm7-cutoffs"),
        ("mine", "qm7", "cutoffs", [], "mine"),
        (None, "branin", "branin", ["optimizer=bayes", "seed=1"], "branin_optimizer-bayes_seed-1"),
        (None, "qm7", "all", ["task.optimizer.lr=1e-3"], "qm7-all_lr-1e-3"),
        (None, "hartmann6", "hartmann6", ["task=hartmann6"], "hartmann6"),
        ("a", "branin", "branin", ["study=a", "seed=2"], "a_seed-2"),
        ("a", "branin", "branin", ["task=branin"], "a_task-branin"),
        (None, "branin", "branin", ["+optimizer.first=[{x1: 0}]"], "branin_first---x1--0--"),
    ],
)
def test_a_study_is_named_after_what_was_asked(
    given: str | None, task: str, space: str, swept: list[str], name: str
) -> None:
    """The name says task and space, or is the one given, and what a multirun sweeps."""
    assert study_name(given, task, space, swept) == name
