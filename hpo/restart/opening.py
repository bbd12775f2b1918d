"""From a study's history to a study that can be driven."""

from collections.abc import Iterator
from contextlib import contextmanager

from hpo.objective import Objective
from hpo.restart.base import Request
from hpo.study import Study, Trial
from hpo.study.history import History
from hpo.study.proposer import Past
from hpo.study.screening import data_of


def opened(request: Request, session_name: str, history: History, mode: str) -> Study:
    """Return the study that ``request`` describes, with ``history`` behind it.

    Args:
        request: What was asked.
        session_name: The folder of this run of the program below ``sessions/``.
        history: What has happened so far; the study closes it.
        mode: How the study was opened, for the journal.
    """
    from hpo.optimizer.ax_proposer import AxProposer  # noqa: PLC0415 - Ax takes seconds to import

    with closed_on_error(history):
        plan = request.plan
        proposer = AxProposer(
            request.optimizer,
            request.space,
            request.objective,
            seed=plan.seed,
            slots=plan.slots,
            history=[_past(trial, request.objective) for trial in history.ledger.trials.values()],
        )
        return Study(
            plan,
            request.paths,
            request.paths.new_session(session_name),
            space=request.space,
            objective=request.objective,
            proposer=proposer,
            history=history,
            observers=request.observers,
            failures=request.failures,
            interruption=request.interruption,
            mode=mode,
        )


@contextmanager
def closed_on_error(history: History) -> Iterator[None]:
    """Let others have the study if this block fails."""
    try:
        yield
    except BaseException:
        history.close()
        raise


def _past(trial: Trial, objective: Objective) -> Past:
    data = data_of(trial, objective)
    return Past(trial.index, trial.parameters, data, is_unfinished=trial.outcome is None)
