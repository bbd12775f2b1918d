"""A task that leaves behind where and when it ran, and with which GPUs."""

import json
import os
import socket
import time
from pathlib import Path


def where(x: float, sleep_s: float) -> float:
    """Sleep, and return ``x``."""
    began = time.time()
    time.sleep(sleep_s)
    found = {
        "host": socket.gethostname(),
        "gpus": os.environ.get("CUDA_VISIBLE_DEVICES", ""),
        "began": began,
        "ended": time.time(),
    }
    Path("where.json").write_text(json.dumps(found))
    return x
