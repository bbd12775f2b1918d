"""W&B's offline files, read with its own messages: a log of records in blocks of 32 KiB, as LevelDB's."""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wandb.proto.wandb_internal_pb2 import Record

HEADER, BLOCK, PREFIX = 7, 32 * 1024, 7  # bytes
LAST = {1, 4}  # types of a part: the whole record, or its end


@dataclass
class OfflineRun:
    """What the file of a run says."""

    id: str = ""
    name: str = ""
    group: str = ""
    project: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    exit_code: int | None = None


def offline_runs(folder: Path) -> list[OfflineRun]:
    """Return the runs in the folders of ``folder``, by name."""
    return sorted((read(path) for path in folder.glob("offline-run-*/*.wandb")), key=lambda run: run.name)


def read(path: Path) -> OfflineRun:
    run = OfflineRun()
    for record in records(path.read_bytes()):
        kind = record.WhichOneof("record_type")
        if kind == "run":
            run.id, run.name, run.group = record.run.run_id, record.run.display_name, record.run.run_group
            run.project = record.run.project
            run.config.update({item.key: json.loads(item.value_json) for item in record.run.config.update})
        elif kind == "history":
            run.history.append(values(record.history.item))
        elif kind == "summary":
            run.summary.update(values(record.summary.update))
        elif kind == "exit":
            run.exit_code = record.exit.exit_code
    return run


def values(items: Any) -> dict[str, Any]:
    return {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in items}


def records(data: bytes) -> Iterator[Record]:
    at, whole = HEADER, b""
    while at + PREFIX <= len(data):
        left = BLOCK - at % BLOCK
        if left < PREFIX:
            at += left
            continue
        length, kind = struct.unpack_from("<HB", data, at + 4)  # after the checksum
        whole += data[at + PREFIX : at + PREFIX + length]
        at += PREFIX + length
        if kind in LAST:
            yield Record.FromString(whole)
            whole = b""
