"""A task made from any Python function that can be imported."""

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from numbers import Complex, Real
from operator import attrgetter
from pathlib import Path
from reprlib import repr as short_repr
from typing import SupportsFloat

from hpo.errors import Fault, InputError, raise_faults
from hpo.task import Metrics, ParameterValue, Signature, Task, TrialContext
from tasks.metric_names import metric_name_faults

_PATH = re.compile(r"\w+(\.\w+)+|\w+(\.\w+)*:\w+(\.\w+)*")
_ALLOWED_PATH = "it takes package.module.name or module:name"
_CONTEXT = re.compile(r"\bTrialContext\b")


@dataclass(frozen=True)
class Function(Task):
    """A function, or any other callable, that is called with the parameters by keyword.

    A parameter whose annotation names ``TrialContext`` (the class, a union with it, or either in a string)
    gets the trial's context and is not tuned; so does one called ``context`` that has no annotation. An
    argument in ``fixed`` is neither: it gets the value given there.

    The function is imported when it is first needed and never pickled: a worker imports it anew.

    Attributes:
        function: Its path: ``package.module.name``, ``module:name`` or, for a name inside a class,
            ``module:Class.name``.
        fixed: Arguments by name that are set and not tuned.
        metrics: Names of the metrics it returns (any collection of names), or None if only a trial can tell.
        name: What messages call it; by default the last part of the path.

    Raises:
        hpo.errors.InputError: If settings are missing or malformed, with all that are.
    """

    function: str = ""
    fixed: Mapping[str, object] = field(default_factory=dict, hash=False)
    metrics: frozenset[str] | None = None
    name: str = ""

    def __post_init__(self) -> None:
        raise_faults(_setting_faults(self.function, self.fixed, self.metrics))
        # YAML has lists and null where this value has a frozenset and a name.
        object.__setattr__(self, "metrics", None if self.metrics is None else frozenset(self.metrics))
        object.__setattr__(self, "name", self.name or re.split("[.:]", self.function)[-1])

    @property
    def signature(self) -> Signature:
        """The function's parameters, without the fixed ones and those that get the context.

        Raises:
            hpo.errors.InputError: As :meth:`check` does.
        """
        parameters = _parameters(self.function, _import(self.function))
        raise_faults(_call_faults(self, parameters))
        tuned = [p for p in parameters.values() if p.name not in self.fixed and not _takes_context(p)]
        named = [p for p in tuned if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        return Signature(
            required=frozenset(p.name for p in named if p.default is p.empty),
            optional=frozenset(p.name for p in named if p.default is not p.empty),
            takes_any=_has_kwargs(parameters),
            defaults={p.name: p.default for p in named if isinstance(p.default, ParameterValue)},
        )

    def check(self) -> None:
        """Import the function and see that it can be called by keyword with the fixed arguments.

        Raises:
            hpo.errors.InputError: If it cannot be imported, with the reason and where it was looked for, is
                not callable, has positional-only parameters, or does not take one of the fixed arguments.
        """
        _ = self.signature

    def run(self, parameters: Mapping[str, ParameterValue], context: TrialContext) -> float | Metrics:
        """Call the function.

        Args:
            parameters: Arguments by name.
            context: The trial, for a function that asks for it.

        Returns:
            Its number as a float, or its metrics as floats by name.

        Raises:
            TypeError: If it returns anything else.
            Exception: Whatever the function raises.
        """
        function = _import(self.function)
        known = _parameters(self.function, function).values()
        contexts = {p.name: context for p in known if _takes_context(p) and p.name not in self.fixed}
        return _result(self.name, function(**self.fixed, **parameters, **contexts))


def _setting_faults(function: object, fixed: object, metrics: object) -> Iterator[Fault]:
    if not function:
        yield Fault("task.function is not set", _ALLOWED_PATH, "Set task.function=package.module.name")
    elif not isinstance(function, str) or not _PATH.fullmatch(function):
        yield Fault(
            f"task.function={function} is not the path of a function",
            _ALLOWED_PATH,
            "Put the module's name before the function's, as in task.function=mine.objective",
        )
    if not isinstance(fixed, Mapping):
        yield Fault(
            f"task.fixed={fixed} is not a mapping",
            "it takes arguments by name",
            "Write task.fixed as name: value, or {} for none",
        )
    yield from metric_name_faults(metrics)


def _import(path: str) -> Callable[..., object]:
    """Return the callable at ``path``, or raise an InputError that says why there is none."""
    module_name, name = path.split(":") if ":" in path else path.rsplit(".", 1)
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        raise InputError(_not_found(path, module_name, error)) from error
    except (Exception, SystemExit) as error:
        raise InputError(_broken(path, module_name, error)) from error
    try:
        function: object = attrgetter(name)(module)
    except AttributeError as error:
        raise InputError(_no_name(path, name, module_name, vars(module))) from error
    if not callable(function):
        raise InputError(
            Fault(
                f"task.function={path} is not callable: it is of type {type(function).__name__}",
                "it takes a function or another callable",
                f"Choose a function of {module_name}",
            )
        )
    return function


def _not_found(path: str, module_name: str, error: ModuleNotFoundError) -> Fault:
    what = f"task.function={path} cannot be imported: {error}"
    missing = error.name or module_name
    parent = sys.modules.get(missing.rpartition(".")[0])
    if not f"{module_name}.".startswith(f"{missing}."):
        return Fault(
            what,
            f"{module_name} was found, and what it imports must be found too",
            f"Install what provides {missing!r}, or put its folder on PYTHONPATH",
        )
    if parent is not None:
        return Fault(
            what,
            f"{parent.__name__} was found, as {getattr(parent, '__file__', None) or 'a folder'}",
            "Correct the path, or rename your folder if that is another; a name in a class is module:Class.f",
        )
    return Fault(
        what,
        f"Python looked in the working directory {Path.cwd()}, in --config-dir and in PYTHONPATH",
        f"Start in the folder that holds {missing}, or name that folder with --config-dir or in PYTHONPATH",
    )


def _broken(path: str, module_name: str, error: BaseException) -> Fault:
    return Fault(
        f"task.function={path} cannot be imported: {module_name} raises {type(error).__name__}: {error}",
        "a module must import without an error and without ending the program",
        f'See where with: python -c "import {module_name}"; put what only a script does under '
        f'if __name__ == "__main__"',
    )


def _no_name(path: str, name: str, module_name: str, names: Mapping[str, object]) -> Fault:
    own = [n for n, value in names.items() if callable(value) and not n.startswith("_")]
    has = f"{module_name} has {', '.join(own[:10])}" if own else f"{module_name} has no public callable"
    return Fault(f"task.function={path}: there is no {name}", has, "Correct the name after the module's")


def _parameters(path: str, function: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters
    except ValueError as error:
        raise InputError(
            Fault(
                f"task.function={path} does not tell its parameters: {error}",
                "it takes a callable with a Python signature",
                "Wrap it in a def with named parameters",
            )
        ) from error


def _has_kwargs(parameters: Mapping[str, inspect.Parameter]) -> bool:
    return any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _takes_context(parameter: inspect.Parameter) -> bool:
    if parameter.annotation is parameter.empty:
        return parameter.name == "context"
    return bool(_CONTEXT.search(inspect.formatannotation(parameter.annotation)))


def _call_faults(task: Function, parameters: Mapping[str, inspect.Parameter]) -> Iterator[Fault]:
    taken = [p.name for p in parameters.values() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    for p in parameters.values():
        if p.kind is p.POSITIONAL_ONLY:
            yield Fault(
                f"task.function={task.function} takes {p.name!r} by position only",
                "every parameter is given by its name",
                "Remove the / from its signature, or wrap it in a def with named parameters",
            )
    for name in [] if _has_kwargs(parameters) else task.fixed:
        if name not in taken:
            yield Fault(
                f"task.fixed.{name} is not a parameter of task {task.name!r}",
                f"it takes {', '.join(taken) or 'none'}",
                f"Remove task.fixed.{name}",
            )


def _result(name: str, result: object) -> float | Metrics:
    if not isinstance(result, Mapping):
        return _number(f"{name} returned", result)
    for metric in result:
        if not isinstance(metric, str):
            raise TypeError(f"{name} returned a metric called {metric!r}; names of metrics are strings.")
    return {metric: _number(f"{name} returned, as metric {metric!r},", value) for metric, value in result.items()}


def _number(prefix: str, value: object) -> float:
    is_complex = isinstance(value, Complex) and not isinstance(value, Real)
    if is_complex or not isinstance(value, SupportsFloat) or getattr(value, "shape", ()) != ():
        raise TypeError(
            f"{prefix} {short_repr(value)} of type {type(value).__name__}; it must return a number or a "
            "mapping of names to numbers. End it with return loss"
        )
    # torch warns when a tensor that still has its graph becomes a number.
    return float(value.detach() if hasattr(value, "detach") else value)
