"""What has to be there for a SLURM of the tests."""

import os
import shutil
import subprocess

DAEMONS = ("slurmctld", "slurmd")
TOOLS = ("ip", "nsenter", "unshare", "setpriv", "sbatch")
UNSHARE = shutil.which("unshare") or "unshare"


def what_is_missing() -> str | None:
    """Return why no SLURM can be started here; None if one can."""
    if os.geteuid() != 0:
        return "starting SLURM wants root"
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    missing = [name for name in (*DAEMONS, *TOOLS) if shutil.which(name, path=path) is None]
    if missing:
        return f"not installed: {', '.join(missing)} (apt-get install slurm-wlm iproute2)"
    tried = subprocess.run([UNSHARE, "--net", "--uts", "--mount", "true"], check=False, capture_output=True, text=True)
    return f"no namespaces may be made here: {tried.stderr.strip()}" if tried.returncode else None
