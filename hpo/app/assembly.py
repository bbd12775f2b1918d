"""What was asked becomes all that a session needs, checked before anything starts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from omegaconf import DictConfig

from hpo.app import checks
from hpo.app.asked import Asked
from hpo.app.baseline import beginning_with, is_wanted
from hpo.app.invocation import Invocation
from hpo.app.keys import top_level_faults
from hpo.app.parts import Part, Parts, made
from hpo.app.record import study_record
from hpo.errors import Findings, raise_faults
from hpo.interruption import Interruption
from hpo.machine import Machine
from hpo.repeat import Repeat
from hpo.resources import Resources
from hpo.restart import Request, Restart
from hpo.scheduler import Scheduler
from hpo.study import Plan, StudyPaths
from hpo.task import ParameterValue, Task
from hpo.tuner import Tuner


@dataclass(frozen=True)
class Assembled:
    """All that a session needs, checked.

    Attributes:
        request: What was asked of the study.
        task: What a trial runs.
        tuner: What drives the study.
        resources: What a trial is given.
        scheduler: When a trial is stopped early.
        restart: How the study is opened.
        ray_callbacks: Callbacks of Ray Tune, by name.
    """

    request: Request
    task: Task
    tuner: Tuner
    resources: Resources
    scheduler: Scheduler
    restart: Restart
    ray_callbacks: Mapping[str, object]


def assemble(
    config: DictConfig, invocation: Invocation, elsewhere: Sequence[Machine] | None = None, *, runs_task: bool = True
) -> Assembled:
    """Return the objects that ``config`` describes.

    Args:
        config: What Hydra composed.
        invocation: How the program was called.
        elsewhere: What there is where the study is to run, if that is not here.
        runs_task: Whether the program is to run the task, so that what it needs has to be there.

    Raises:
        InputError: With every independent fault that was found; nothing was started and nothing written.
        DamagedStudyError: If the study that is to go on cannot be understood.
    """
    findings = Findings()
    paths = StudyPaths(invocation.outputs / invocation.study)
    restart = findings.attempt(lambda: made("restart", config.restart, Restart))
    asked = Asked.of(config, invocation, restart, paths)
    findings.faults.extend(top_level_faults(config, {*invocation.known_keys, *asked.earlier_keys}))
    findings.faults.extend(checks.study_faults(asked.config, invocation))
    wants_baseline = bool(findings.attempt(lambda: is_wanted(asked.config))) and asked.baseline is None
    parts = Parts.of(asked.config, asked.space, findings)
    parts.check(findings, runs_task=runs_task, wants_baseline=wants_baseline)
    if findings.faults:
        raise_faults(asked.task_faults)  # another task does not go with the study's space and objective
    slots = parts.slots(asked.config.concurrency, elsewhere, invocation.outputs, findings)
    raise_faults(findings.faults)

    baseline = parts.baseline() if wants_baseline else asked.baseline
    plan = _plan(asked, invocation.study, _built(slots), _built(parts.repeat), baseline)
    return Assembled(
        request=_request(asked, invocation, parts, plan, paths),
        task=_built(parts.task),
        tuner=_built(parts.tuner),
        resources=_built(parts.resources),
        scheduler=_built(parts.scheduler),
        restart=_built(restart),
        ray_callbacks=parts.ray_callbacks,
    )


def _plan(asked: Asked, study: str, slots: int, repeat: Repeat, baseline: Mapping[str, ParameterValue] | None) -> Plan:
    return Plan(
        name=study,
        num_trials=asked.config.num_trials,
        slots=slots,
        seed=asked.config.seed,
        arguments=asked.arguments,
        trial_seeds=repeat.trial_seeds,
        baseline=baseline,
    )


def _request(asked: Asked, invocation: Invocation, parts: Parts, plan: Plan, paths: StudyPaths) -> Request:
    space, objective = _built(parts.space), _built(parts.objective)
    this_machine = Machine.here(count_gpus=False)
    return Request(
        plan=plan,
        paths=paths,
        space=space,
        objective=objective,
        optimizer=beginning_with(_built(parts.optimizer), plan.baseline, space),
        observers=parts.observers,
        failures=_built(parts.failures),
        interruption=Interruption(asked.config.grace_s),
        record=study_record(asked.config, invocation, plan, space, objective),
        is_asynchronous=_built(parts.tuner).is_asynchronous,
        repeated=_built(parts.repeat).parameters,
        n_model_threads=_built(parts.resources).n_threads_left(this_machine, plan.slots),
    )


def _built(part: Part | None) -> Part:
    """Return ``part``, which is there because no fault was found."""
    if part is None:
        raise AssertionError("a part is missing, and no fault says why")
    return part
