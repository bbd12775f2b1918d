"""HIP-NN, the network of hippynn, trained on the atomisation energies of QM7."""

from tasks.qm7.task import QM7

__all__ = ["QM7"]
