"""What a study is assembled from that is asked and told by hand, in Python."""

from collections.abc import Sequence
from pathlib import Path

from hydra import compose, initialize_config_module
from omegaconf import OmegaConf

from hpo.app.assembly import Assembled, assemble
from hpo.app.command_line import CommandLine, folders_and_overrides
from hpo.app.invocation import Invocation
from hpo.app.refusals import COMPOSITION_ERRORS, refusal
from hpo.errors import Fault, InputError
from hpo.machine import Machine
from hpo.outputs import OUTPUTS
from hpo.quiet import quiet_libraries
from hpo.study.override import hydra_value

_ANY_MACHINE = Machine(n_cpus=1e6, n_gpus=1e6)  # where trials are evaluated is not this program's business


def assembled_by_hand(arguments: Sequence[str]) -> Assembled:
    """Return the objects that ``arguments`` describe, checked; what the task needs to run is not looked for.

    Args:
        arguments: Those of ``python -m hpo``; ``study=NAME`` is among them, and --config-dir is followed by its folder.

    Raises:
        InputError: With every independent fault that was found, or if Hydra refuses the arguments.
        DamagedStudyError: If the study that is to go on cannot be understood.
    """
    quiet_libraries()
    command_line = CommandLine.of(arguments)
    named, overrides = folders_and_overrides(command_line.completed)
    folders = [str(Path(folder).absolute()) for folder in named]
    search = [f"hydra.searchpath={hydra_value([f'file://{folder}' for folder in folders])}"] if folders else []
    try:
        with initialize_config_module("conf", version_base="1.3"):
            config = compose("config", overrides=[*overrides, *search])
            invocation = Invocation(
                study=str(config.study),
                overrides=tuple(overrides),
                said=tuple(text for text in overrides if text in command_line.typed),
                swept=(),
                config_dirs=tuple(folders),
                import_paths=(*folders, str(Path.cwd())),
                outputs=Path(OUTPUTS).absolute(),
                is_multirun=False,
                job_number=0,
                sweep_directory=Path(),
                hydra_config=OmegaConf.create({}),
            )
            invocation.import_from_its_folders()
            return assemble(config, invocation, [_ANY_MACHINE], runs_task=False)
    except COMPOSITION_ERRORS as error:
        takes = "overrides are what python -m hpo takes, and python -m hpo --help lists the groups"
        what = " ".join(refusal(error, arguments).split()).rstrip(".")
        raise InputError(Fault(what, takes, "Mend the overrides")) from error
