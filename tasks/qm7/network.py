"""The network and its losses, as a graph of hippynn."""

from dataclasses import asdict, dataclass
from typing import Any

from tasks.qm7 import settings
from tasks.qm7.backend import hippynn
from tasks.qm7.metrics import STOPPING_KEY


@dataclass(frozen=True)
class Assembled:
    """What hippynn trains.

    Attributes:
        modules: Model, training loss and evaluator.
        inputs: Names of the arrays the model reads.
        targets: Names of the arrays the losses compare with.
        energy: The node of the energy, for its initialisation from data.
    """

    modules: Any
    inputs: list[str]
    targets: list[str]
    energy: Any


def assembled(network: settings.Network, loss: settings.Loss, *, plot_every: int | None) -> Assembled:
    """Build network and losses; the weights come from torch's random generator.

    The losses are those of the post: for training, RMSE + MAE of the molecule's energy T (kcal/mol) +
    ``l2_weight`` times the squared weights + ``hierarchicality_weight`` times the mean hierarchicality.

    Args:
        network: The network.
        loss: The weights of the regularisation.
        plot_every: Epochs between plots, or None for no plots.
    """
    nodes = hippynn.graphs
    species = nodes.inputs.SpeciesNode(db_name="Z")
    positions = nodes.inputs.PositionsNode(db_name="R")
    hipnn = nodes.networks.Hipnn("HIPNN", (species, positions), module_kwargs=_network_arguments(network))
    energy = nodes.targets.HEnergyNode("HEnergy", hipnn)
    energy.mol_energy.db_name = "T"
    per_atom = _per_atom(energy.mol_energy, species)
    losses = _losses(hipnn, energy, per_atom, loss)
    plots = None if plot_every is None else _plots(energy, per_atom, plot_every)
    modules, data = hippynn.experiment.assemble_for_training(losses["Loss"], losses, plot_maker=plots)
    return Assembled(modules, data["inputs"], data["targets"], energy)


def _network_arguments(network: settings.Network) -> dict[str, Any]:
    return {**asdict(network), "possible_species": list(network.possible_species)}


def _per_atom(energy: Any, species: Any) -> tuple[Any, Any]:
    physics = hippynn.graphs.physics
    predicted = physics.PerAtom("PeratomPredicted", (energy, species)).pred
    return predicted, physics.PerAtom("PeratomTrue", (energy.true, species.true))


def _losses(hipnn: Any, energy: Any, per_atom: tuple[Any, Any], weights: settings.Loss) -> dict[str, Any]:
    loss = hippynn.graphs.loss
    rmse = loss.MSELoss.of_node(energy.mol_energy) ** (1 / 2)
    mae = loss.MAELoss.of_node(energy.mol_energy)
    hierarchicality = loss.Mean.of_node(energy.hierarchicality)
    l2 = loss.l2reg(hipnn)
    error = rmse + mae
    regularisation = weights.l2_weight * l2 + weights.hierarchicality_weight * hierarchicality
    return {
        "T-RMSE": rmse,
        "T-MAE": mae,
        "T-RSQ": loss.Rsq.of_node(energy.mol_energy),
        "TperAtom MAE": loss.MAELoss(*per_atom),
        "T-Hier": hierarchicality,
        "L2Reg": l2,
        STOPPING_KEY: error,
        "Loss-Reg": regularisation,
        "Loss": error + regularisation,
    }


def _plots(energy: Any, per_atom: tuple[Any, Any], plot_every: int) -> Any:
    from hippynn import plotting  # noqa: PLC0415 - needs matplotlib, which only those who want plots have

    predicted, true = per_atom
    return plotting.PlotMaker(
        plotting.Hist2D.compare(energy.mol_energy, saved=True),
        plotting.Hist2D(true, predicted, xlabel="True energy per atom", ylabel="Predicted", saved="per_atom.pdf"),
        plotting.HierarchicalityPlot(
            energy.hierarchicality.pred,
            energy.mol_energy.pred - energy.mol_energy.true,
            saved="hierarchicality.pdf",
        ),
        plot_every=plot_every,
    )
