"""What is asked for: by the command line alone or, where a study goes on, by what asked for it before as well."""

from collections.abc import Mapping
from dataclasses import dataclass

from omegaconf import DictConfig

from hpo.app.command_line import import_from, merged_arguments
from hpo.app.continuation import continued, says_space
from hpo.app.invocation import Invocation
from hpo.errors import Fault
from hpo.outputs import resuming
from hpo.restart import Restart
from hpo.restart.agreement import task_faults
from hpo.space import SearchSpace
from hpo.study import StoredStudy, StudyPaths
from hpo.task import ParameterValue


@dataclass(frozen=True)
class Asked:
    """What is asked for, and what is kept of a study that goes on.

    Attributes:
        config: What describes the study.
        arguments: The command line that asks for all of it.
        earlier_keys: Top-level keys of the config with which it was made; they are let pass.
        space: That of the study, unless the command line is about the space; None for that of :attr:`config`.
        baseline: The study's baseline; None if it has none.
        task_faults: What says that the task is not the study's.
    """

    config: DictConfig
    arguments: tuple[str, ...]
    earlier_keys: tuple[str, ...] = ()
    space: SearchSpace | None = None
    baseline: Mapping[str, ParameterValue] | None = None
    task_faults: tuple[Fault, ...] = ()

    @classmethod
    def of(cls, config: DictConfig, invocation: Invocation, restart: Restart | None, paths: StudyPaths) -> "Asked":
        """Return what is asked for.

        Args:
            config: What Hydra composed.
            invocation: How the program was called.
            restart: How the study is opened; None if that is not known for a fault of its own.
            paths: Where the study lies, or will lie.

        Raises:
            DamagedStudyError: If the study that is to go on cannot be understood.
        """
        if restart is None or not restart.continues(paths):
            return cls(config, invocation.question)
        stored = StoredStudy.read(paths)
        arguments = merged_arguments(stored.plan.arguments, invocation.question)
        import_from(arguments)
        now = continued(config, stored.config, invocation.said)
        command = resuming(invocation.study)
        return cls(
            config=now,
            arguments=arguments,
            earlier_keys=tuple(stored.config),
            space=None if says_space(invocation.said) else stored.space,
            baseline=stored.plan.baseline,
            task_faults=tuple(task_faults(stored, now, arguments, study=invocation.study, command=command)),
        )
