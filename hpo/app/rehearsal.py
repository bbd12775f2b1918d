"""What ``python -m hpo`` would make of a command line elsewhere, found out without starting or writing anything."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ValueType
from hydra.errors import HydraException
from omegaconf import DictConfig

from hpo.app.assembly import Assembled, assemble
from hpo.app.command_line import CommandLine
from hpo.app.composition import call_with_config
from hpo.app.group_choice import made_of_choice
from hpo.app.invocation import Invocation
from hpo.errors import Fault, HpoError, InputError, raise_faults
from hpo.machine import Machine
from hpo.quiet import quiet_libraries
from hpo.restart.agreement import Agreement
from hpo.study import StoredStudy

Part = TypeVar("Part")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Combination:
    """The command line of one of several studies that are made together.

    Attributes:
        overrides: The command line.
        swept: Those of :attr:`overrides` by which it differs from the others.
    """

    overrides: tuple[str, ...]
    swept: tuple[str, ...] = ()


def combinations(overrides: Sequence[str]) -> list[Combination]:
    """Return a command line for each combination of the values with commas, as a multirun makes them.

    Raises:
        InputError: If an override cannot be read.
    """
    try:
        parsed = OverridesParser.create().parse_overrides(list(overrides))
    except HydraException as error:
        raise InputError(Fault("The command line cannot be read", " ".join(str(error).split()), "Mend it")) from error
    choices: list[list[tuple[str, bool]]] = []
    for text, override in zip(overrides, parsed, strict=True):
        if override.value_type is ValueType.GLOB_CHOICE_SWEEP:
            raise InputError(Fault(f"{text} names no values", "it takes values with commas", "List them"))
        if override.is_sweep_override():
            key = override.get_key_element()
            choices.append([(f"{key}={value}", True) for value in override.sweep_string_iterator()])
        else:
            choices.append([(text, False)])
    return [
        Combination(tuple(text for text, _ in chosen), tuple(text for text, is_swept in chosen if is_swept))
        for chosen in itertools.product(*choices)
    ]


def study_named(arguments: Sequence[str], swept: Sequence[str]) -> str:
    """Return the name of the study that ``arguments`` make, unique among those that differ in ``swept``."""
    return _in_config(arguments, lambda config: Invocation.of_hydra(config, arguments, swept).study)


def rehearsed(arguments: Sequence[str], elsewhere: Sequence[Machine]) -> Assembled:
    """Return the objects that a study with ``arguments`` would be run with, checked.

    Args:
        arguments: Those of ``python -m hpo``.
        elsewhere: What there is where it is to run.

    Raises:
        InputError: With every independent fault that was found.
        DamagedStudyError: If the study that is to go on cannot be understood.
        SystemExit: If Hydra refuses the arguments; it has said why.
    """
    command_line = CommandLine.of(arguments)

    def check(config: DictConfig) -> Assembled:
        quiet_libraries()
        invocation = Invocation.of_hydra(config, command_line.typed)
        invocation.import_from_its_folders()
        assembled = assemble(config, invocation, elsewhere)
        request = assembled.request
        if assembled.restart.continues(request.paths):
            agreement = Agreement(StoredStudy.read(request.paths), request, "resume")
            raise_faults([*agreement.common_faults(), *agreement.resume_faults()])
        return assembled

    return _in_config(command_line.completed, check)


def made_of_group(group: str, overrides: Sequence[str], arguments: Sequence[str], role: type[Part]) -> Part:
    """Return the object that a group describes which is no part of a study's config.

    Args:
        group: The group; see :func:`hpo.app.group_choice.made_of_choice`.
        overrides: Those of the group and of its keys.
        arguments: Those of Hydra's that say where configs lie.
        role: The class of the object.

    Raises:
        InputError: If there is no such choice, or it cannot be made.
        SystemExit: If Hydra refuses the arguments; it has said why.
    """
    return _in_config(arguments, lambda _: made_of_choice(group, overrides, role))


def _in_config(arguments: Sequence[str], job: Callable[[DictConfig], Result]) -> Result:
    """Return what ``job`` makes of the config; what it raises on purpose goes past Hydra, which would print it."""
    results: list[Result] = []
    errors: list[HpoError] = []

    def keep(config: DictConfig) -> None:
        try:
            results.append(job(config))
        except HpoError as error:
            errors.append(error)

    call_with_config(arguments, keep)
    if errors:
        raise errors[0]
    return results[0]
