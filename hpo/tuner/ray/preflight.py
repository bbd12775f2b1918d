"""Whether every node of a cluster can run the trials, asked of each of them before a study starts."""

import logging
import pickle
import platform
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import GetTimeoutError, RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from hpo import __version__
from hpo.errors import Fault, InputError, raise_faults
from hpo.task import Task
from hpo.tuner.ray.cluster import Node

log = logging.getLogger(__name__)

MARK_FILE = "driver"
VISIBLE_S = 15.0  # for what one machine wrote to be seen from another
LOOK_S = 0.2  # between looks for it
CLOCK_S = 5.0  # by which clocks may differ: when a trial started is told by its node's


@dataclass(frozen=True)
class Answer:
    """What a node says of itself.

    Attributes:
        versions: Of Python (without the last part), Ray and this program, by name.
        faults: What is wrong there, a line each.
        time_s: What its clock says, in s since 1970.
    """

    versions: Mapping[str, str]
    faults: Sequence[str] = field(default_factory=tuple)
    time_s: float = field(default_factory=time.time)


def check_nodes(nodes: Sequence[Node], task: Task | None, outputs: Path, timeout_s: float) -> None:
    """Ask every node of the Ray that is connected.

    Each has to have the versions that this program has, to be able to load the task and what the task needs from
    outside, and to see the folder of all studies as this program sees it, in both directions. A clock that differs is
    only told.

    Args:
        nodes: Which.
        task: What a trial runs.
        outputs: The folder of all studies; it is left as it was.
        timeout_s: Longest time for all answers, in s.

    Raises:
        InputError: With all that was found, each with the name of its node.
    """
    with _mark_folder(outputs) as folder:
        mark = (folder / MARK_FILE).read_text()
        faults = [
            fault for node, answer in _answers(nodes, task, folder, timeout_s) for fault in faults_of(node, answer)
        ]
        if not faults:
            unseen = [node for node in nodes if not _is_seen(folder / node.id, mark)]
            faults = [_not_shared(node, f"what it writes in {folder.parent} is not seen here") for node in unseen]
    raise_faults(faults)


def examine(folder: str, node: str, task: bytes) -> Answer:
    """Answer for the node on which this runs.

    Args:
        folder: Where the driver left its mark, and this leaves a copy.
        node: The copy's name.
        task: The task, pickled.
    """
    faults = []
    try:
        mark = _mark(Path(folder) / MARK_FILE)
        (Path(folder) / node).write_text(mark)
    except OSError as error:
        faults.append(f"{Path(folder).parent} is not the driver's, or cannot be written: {error}")
    try:
        import tasks  # noqa: F401, PLC0415 - whether it can be imported is the question

        loaded = pickle.loads(task)  # noqa: S301 - from the driver
        if loaded is not None:
            loaded.check()
    except InputError as error:
        faults += [str(fault) for fault in error.faults]
    except Exception as error:  # noqa: BLE001 - an import raises whatever a module's own code raises
        faults.append(f"the task cannot be loaded: {type(error).__name__}: {error}")
    return Answer(versions(), tuple(faults))


def versions() -> dict[str, str]:
    """Return the versions that have to be the same everywhere, by name."""
    return {
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "Ray": ray.__version__,
        "hpo": __version__,
    }


@contextmanager
def _mark_folder(outputs: Path) -> Iterator[Path]:
    """Make a folder with a mark in ``outputs``, and remove it, and ``outputs`` too if it was not there."""
    missing = [folder for folder in (outputs, *outputs.parents) if not folder.exists()]
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".preflight-", dir=outputs, ignore_cleanup_errors=True) as name:
            (Path(name) / MARK_FILE).write_text(uuid.uuid4().hex)
            yield Path(name)
    except OSError as error:
        raise InputError(
            Fault(f"{outputs} cannot be written", f"{error.strerror or error}", "Start in a folder that you may write")
        ) from error
    finally:
        with suppress(OSError):  # somebody else has put something there meanwhile
            for folder in missing:
                folder.rmdir()


def _answers(
    nodes: Sequence[Node], task: Task | None, folder: Path, timeout_s: float
) -> Iterator[tuple[Node, Answer | RayError]]:
    remote: Any = ray.remote(examine)
    packed = pickle.dumps(task)
    asked = [
        remote.options(
            num_cpus=0,  # where other programs keep all processors busy, too
            max_retries=0,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node.id, soft=False),
        ).remote(str(folder), node.id, packed)
        for node in nodes
    ]
    began, deadline = time.time(), time.monotonic() + timeout_s
    for node, answer in zip(nodes, asked, strict=True):
        try:
            said: Answer = ray.get(answer, timeout=max(0.0, deadline - time.monotonic()))
        except RayError as error:
            yield node, error
            continue
        ahead_s = clock_ahead_s(said, began, time.time())
        if abs(ahead_s) > CLOCK_S:
            log.warning(
                "The clock of node %s is %.0f s or more %s of this machine's, and so are the start times of its "
                "trials. Have the clocks set (NTP).",
                *(node.name, abs(ahead_s), "ahead" if ahead_s > 0 else "behind"),
            )
        yield node, said


def clock_ahead_s(answer: Answer, asked_s: float, received_s: float) -> float:
    """Return by how much the node's clock is ahead of this machine's at least; less than 0 if it is behind.

    Args:
        answer: What the node said at some time between the two.
        asked_s: When it was asked, by this machine's clock, in s since 1970.
        received_s: When its answer was here, by the same clock.
    """
    return max(0.0, answer.time_s - received_s) + min(0.0, answer.time_s - asked_s)


def faults_of(node: Node, answer: Answer | RayError) -> Iterator[Fault]:
    """Yield what is wrong with the node that answered so."""
    if isinstance(answer, GetTimeoutError):
        yield Fault(
            f"node {node.name} does not answer",
            "each node has tuner.start_timeout_s to start a worker and to load the task",
            "Read raylet.err and worker-*.err in Ray's folder there, or set a longer time",
        )
    elif isinstance(answer, RayError):
        yield Fault(
            f"node {node.name} cannot run this program: {str(answer).strip().splitlines()[-1]}",
            "every node has the program and what it needs, in the same folders",
            "Start Ray there with this program's Python, and keep its folders on a file system that all nodes share",
        )
    else:
        for name, version in versions().items():
            if answer.versions[name] != version:
                yield Fault(
                    f"node {node.name} has {name} {answer.versions[name]}, and this program {version}",
                    "every node has the same versions",
                    "Start Ray there with this program's Python",
                )
        for text in answer.faults:
            yield _not_shared(node, text)


def _not_shared(node: Node, text: str) -> Fault:
    return Fault(
        f"node {node.name}: {text}",
        "every node sees the same folders",
        "Keep the program, its data and outputs/ on a file system that all nodes share",
    )


def _mark(path: Path) -> str:
    """Return what is in the file; a file server may take its time to show it."""
    deadline = time.monotonic() + VISIBLE_S
    while True:
        try:
            return path.read_text()
        except FileNotFoundError:
            if time.monotonic() > deadline:
                raise
            time.sleep(LOOK_S)


def _is_seen(path: Path, mark: str) -> bool:
    with suppress(OSError):
        return _mark(path) == mark
    return False
