"""What stays behind when Ray pickles a run."""


class Stateless:
    """Pickles as an empty object.

    Ray writes all that a run was given to a file, so that it could restore the run itself. Here a study is restored
    from its journal; what is bound to the driver (open files, the Ax client) does not belong in that file.
    """

    def __getstate__(self) -> dict[str, object]:
        """Return nothing."""
        return {}
