import json
import time
from pathlib import Path
from typing import Any

from hpo.status.as_json import status_json
from hpo.status.as_text import status_text
from hpo.status.study_status import StudyStatus

DEMO = Path("outputs/demo")


def read(path: Path = DEMO) -> StudyStatus:
    return StudyStatus.read(path, time.time())


def text(path: Path = DEMO, n_log_lines: int = 3, width: int = 80) -> str:
    return status_text(read(path), n_log_lines, width)


def as_json(path: Path = DEMO, n_log_lines: int = 3) -> dict[str, Any]:
    """Return the status as a program gets it, through JSON."""
    found: dict[str, Any] = json.loads(json.dumps(status_json(read(path), n_log_lines), allow_nan=False))
    return found


def commands(path: Path = DEMO) -> list[str]:
    return [step.command for step in read(path).next.steps]
