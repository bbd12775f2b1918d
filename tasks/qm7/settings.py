"""The groups of settings under ``task.`` in ``conf/task/qm7.yaml``, which holds every number."""

from dataclasses import dataclass

from tasks.qm7.rules import real, setting, species, whole


@dataclass(frozen=True)
class Network:
    """HIP-NN (Lubbers, Smith, Barros, J. Chem. Phys. 148, 241715 (2018)).

    Attributes:
        possible_species: Nuclear charges in the data, after 0 for padding.
        n_features: Width of each layer.
        n_sensitivities: Sensitivity functions of an interaction layer.
        n_interaction_layers: Interaction blocks.
        n_atom_layers: Atom layers in a block.
        dist_soft_min: Centre of the innermost sensitivity function, bohr.
        dist_soft_max: Centre of the outermost sensitivity function, bohr.
        dist_hard_max: Distance from which on atoms do not interact, bohr.
    """

    possible_species: tuple[int, ...] = setting(species())
    n_features: int = setting(whole(1, example=10))
    n_sensitivities: int = setting(whole(1, example=10))
    n_interaction_layers: int = setting(whole(1, example=1))
    n_atom_layers: int = setting(whole(0, example=1))
    dist_soft_min: float = setting(real(0, example=1.6))
    dist_soft_max: float = setting(real(0, example=10))
    dist_hard_max: float = setting(real(0, example=12.5))


@dataclass(frozen=True)
class Loss:
    """What is minimised: RMSE + MAE of the molecule's energy (kcal/mol) + the terms weighted here.

    Attributes:
        l2_weight: Weight of the squared weights of the network.
        hierarchicality_weight: Weight of the mean hierarchicality, the share of the energy in later terms.
    """

    l2_weight: float = setting(real(0, example=1e-6, or_low=True))
    hierarchicality_weight: float = setting(real(0, example=1, or_low=True))


@dataclass(frozen=True)
class Optimizer:
    """Adam.

    Attributes:
        lr: Learning rate.
    """

    lr: float = setting(real(0, example=0.001))


@dataclass(frozen=True)
class Scheduler:
    """Raises the batch size when the validation error stalls, and lowers the learning rate when it cannot.

    Attributes:
        max_batch_size: Molecules; from here on the learning rate is lowered instead.
        patience: Epochs without improvement before either.
        factor: What the learning rate is multiplied with, and the batch size divided by.
        threshold: Relative improvement that counts as one.
    """

    max_batch_size: int = setting(whole(1, example=2048))
    patience: int = setting(whole(0, example=5))
    factor: float = setting(real(0, 1, example=0.5))
    threshold: float = setting(real(0, 1, example=1e-4, or_low=True))


@dataclass(frozen=True)
class Training:
    """How long and in which portions.

    Attributes:
        max_epochs: Epochs at most.
        termination_patience: Epochs without a better validation error before training ends.
        batch_size: Molecules of a training step, at the start.
        eval_batch_size: Molecules of an evaluation step.
        fraction_train_eval: Share of the training molecules on which the training error is taken, each epoch.
    """

    max_epochs: int = setting(whole(1, example=10))
    termination_patience: int = setting(whole(0, example=20))
    batch_size: int = setting(whole(1, example=512))
    eval_batch_size: int = setting(whole(1, example=512))
    fraction_train_eval: float = setting(real(0, 1, example=0.1))


@dataclass(frozen=True)
class Split:
    """How the molecules are divided; the rest is for training.

    Attributes:
        test_size: Share of the molecules for the test.
        valid_size: Share of the molecules for the validation.
        seed: Seed of the random division, the same for all trials so that they can be compared.
    """

    test_size: float = setting(real(0, 1, example=0.1))
    valid_size: float = setting(real(0, 1, example=0.1))
    seed: int = setting(whole(0, example=2001))
