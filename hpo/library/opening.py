"""Opening a study that is asked and told by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from hpo.app.by_hand import assembled_by_hand
from hpo.callbacks import Progress
from hpo.errors import Fault, InputError
from hpo.library.ask_tell import AskTellStudy
from hpo.space import SearchSpace
from hpo.study.override import hydra_value
from hpo.study.paths import name_of_now

_GROUPS_OF_A_TASK = ("task=", "experiment=")  # the space follows the task
_GROUPS_OF_A_SPACE = ("space=", *_GROUPS_OF_A_TASK)
_ARGUMENTS = ("study", "concurrency", "restart")  # of these functions, and so no overrides


def create_study(
    name: str,
    space: SearchSpace | None = None,
    *,
    overrides: Sequence[str] = (),
    config_dir: str | Path | None = None,
    concurrency: int = 1,
) -> AskTellStudy:
    """Return a new study in ``outputs/NAME`` of the working directory, to be asked and told by hand.

        >>> import hpo
        >>> space = hpo.build_space(
        ...     {
        ...         "width": {"type": "range", "bounds": [1.0, 4.0]},
        ...         "height": {"type": "range", "bounds": [1.0, 4.0]},
        ...         "glue": {"type": "choice", "values": ["bone", "casein", "resin"]},
        ...     },
        ...     constraints=["width + height <= 6"],
        ... )
        >>> goal = ["objective.metric=load/weight", "objective.direction=maximize"]
        >>> overrides = ["num_trials=8", "optimizer=sobol", *goal]
        >>> with hpo.create_study("bridge", space, overrides=overrides, concurrency=2) as study:
        ...     while (first := study.ask()) is not None and (second := study.ask()) is not None:
        ...         for trial in (second, first):
        ...             p = trial.parameters
        ...             _ = study.tell(trial, {"load": p["height"] * 2, "weight": p["width"] * p["height"]})
        >>> study.trials_frame()[["status", "glue", "objective", "load"]].dtypes.astype(str).tolist()
        ['string', 'string', 'float64', 'float64']

    The program can read and report it like any other. If ``overrides`` name a task that it can run, such as
    ``task=function task.function=mine.load``, it can also go on with it: ``python -m hpo restart=resume study=NAME``.

    Args:
        name: The study's name.
        space: What is searched; without it, that of ``overrides``.
        overrides: What one would type after ``python -m hpo``: ``num_trials=64``, ``optimizer.n_initial=8``.
        config_dir: A folder of your own beside ``conf/``, as with ``--config-dir``.
        concurrency: How many trials may be asked for and not told yet.

    Raises:
        InputError: If what is asked for cannot be done, with every independent fault; nothing is written then.
        StudyExistsError: If there is a study of this name.
        StorageError: If its directory cannot be made.
    """
    task = [] if any(text.startswith(_GROUPS_OF_A_TASK) for text in overrides) else ["task=by_hand"]
    said = [*task, *overrides, *([] if space is None else _space_overrides(space))]
    if space is None and not any(text.startswith(_GROUPS_OF_A_SPACE) for text in overrides):
        remedy = "Give a space: hpo.build_space({'x': {'type': 'range', 'bounds': [0.0, 1.0]}})"
        raise InputError(Fault(f"study={name} has no space", "it takes a space, or overrides that choose one", remedy))
    folder = [] if config_dir is None else ["--config-dir", str(config_dir)]
    return _opened(["restart=new", f"study={name}", *folder, *said], overrides, concurrency)


def resume_study(name: str, *, num_trials: int | None = None, concurrency: int = 1) -> AskTellStudy:
    """Return the study ``outputs/NAME`` to go on with it by hand, whether it was begun so or by the program.

    Trials that were asked for and not told come first, under their own index.

        >>> import hpo
        >>> space = hpo.build_space({"x": {"type": "range", "bounds": [0.0, 1.0]}})
        >>> study = hpo.create_study("interrupted", space, overrides=["optimizer=sobol", "num_trials=2"])
        >>> asked = study.ask()
        >>> study.close()
        >>> with hpo.resume_study("interrupted", num_trials=3) as study:
        ...     again = study.ask()
        ...     _ = study.tell(again, 1.0)
        >>> (again.index, again.parameters) == (asked.index, asked.parameters), study.num_trials
        (True, 3)

    Args:
        name: The study's name.
        num_trials: Another total of trials; without it, that of the study.
        concurrency: How many trials may be asked for and not told yet.

    Raises:
        InputError: If there is no such study, or it cannot go on so.
        StudyInUseError: If another process runs it.
        DamagedStudyError: If a file of it cannot be understood.
        StorageError: If it cannot be written.
    """
    mode = ["restart=resume"] if num_trials is None else ["restart=extend", f"num_trials={num_trials}"]
    return _opened([mode[0], f"study={name}", *mode[1:]], (), concurrency)


def _opened(arguments: Sequence[str], overrides: Sequence[str], concurrency: int) -> AskTellStudy:
    _check(overrides, concurrency)
    assembled = assembled_by_hand(arguments)
    request = assembled.request
    plan = replace(request.plan, slots=concurrency)
    observers = {name: item for name, item in request.observers.items() if not isinstance(item, Progress)}
    record = {**request.record, "plan": {**request.record["plan"], "slots": concurrency}}
    # Nothing runs beside the caller, so suggestions are made when they are asked for.
    request = replace(request, plan=plan, observers=observers, record=record, is_asynchronous=False)
    return AskTellStudy(assembled.restart.open(request, name_of_now()))


def _space_overrides(space: SearchSpace) -> Iterator[str]:
    """Yield the overrides that make ``space``, from the choice that is empty."""
    yield "space=function"
    for parameter in space.parameters:
        yield f"+space.parameters.{parameter.name}={hydra_value(parameter.to_json())}"
    if space.constraints:
        yield f"space.constraints={hydra_value([constraint.text for constraint in space.constraints])}"


def _check(overrides: Sequence[str], concurrency: int) -> None:
    faults = [
        Fault(
            f"{text} is no override here", "name, concurrency and what is done with a study are arguments", "Remove it"
        )
        for text in overrides
        if text.lstrip("+~").partition("=")[0].partition(".")[0] in _ARGUMENTS
    ]
    if isinstance(concurrency, bool) or not isinstance(concurrency, int) or concurrency < 1:
        faults.append(Fault(f"concurrency={concurrency} allows no trial", "it takes 1 or more", "Set concurrency=1"))
    if faults:
        raise InputError(*faults)
