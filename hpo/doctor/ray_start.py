"""A Ray that is really started."""

from collections.abc import Iterator

from hpo.doctor.finding import Finding, fault, ok


def ray_start() -> Iterator[Finding]:
    """Start a Ray as a study does, look where it listens, and stop it. It takes some seconds."""
    from hpo.tuner.ray.trial_start import start_and_stop  # noqa: PLC0415 - it takes a second

    try:
        came = start_and_stop()
    except Exception as error:  # noqa: BLE001 - whatever keeps Ray from starting is told
        reason = " ".join(str(error).split())
        yield fault(
            "ray",
            f"no Ray starts here: {type(error).__name__}: {reason}",
            "Mend what is above first. Ray's logs are in hpo-*/ray/session_latest/logs, beside its sockets.",
        )
        return
    values = {"seconds": came.seconds, "listening": sorted(came.listening)}
    if came.reachable:
        yield fault(
            "ray",
            f"Ray listens on {', '.join(sorted(came.reachable))}: others can reach it, and run what they like as you",
            "Please report this: a study's Ray listens on loopback only.",
            **values,
        )
        return
    yield ok("ray", f"a Ray starts in {came.seconds:.1f} s and listens on loopback only", **values)
