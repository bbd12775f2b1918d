"""From a study's history to a study that can be driven."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from hpo.objective import Objective
from hpo.optimizer.remote_proposer import RemoteProposer
from hpo.optimizer.setup import Setup
from hpo.restart.base import Request
from hpo.study import Study, Trial
from hpo.study.history import History
from hpo.study.proposer import Past, Proposer
from hpo.study.repeater import Repeater
from hpo.study.screening import data_of


def opened(request: Request, session_name: str, history: History, mode: str) -> Study:
    """Return the study that ``request`` describes, with ``history`` behind it.

    Args:
        request: What was asked.
        session_name: The folder of this run of the program below ``sessions/``.
        history: What has happened so far; the study closes it.
        mode: How the study was opened, for the journal.
    """
    with closed_on_error(history), ExitStack() as stack:
        proposer = _proposer(request, history)
        stack.callback(proposer.close)
        study = Study(
            request.plan,
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
        stack.pop_all()
        return study


def _proposer(request: Request, history: History) -> Proposer:
    plan = request.plan
    ledger = history.ledger
    if request.repeated is not None:
        parameters = request.space.cast(request.space.with_fixed(request.repeated))
        return Repeater(parameters, n_trials=len(ledger.trials))
    setup = Setup(
        optimizer=request.optimizer,
        space=request.space,
        objective=request.objective,
        seed=plan.seed,
        slots=plan.slots,
        n_left=max(0, plan.num_trials - ledger.n_asked),
        history=tuple(_past(trial, request.objective) for trial in ledger.trials.values()),
        n_threads=request.n_model_threads,
    )
    return RemoteProposer(setup) if request.is_asynchronous else setup.proposer()


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
