"""On which nodes of a cluster the trials run, and which of the nodes are lost."""

from ray.tune.experiment import Trial as RayTrial

from hpo.errors import InputError
from hpo.resources import Resources
from hpo.tuner.ray import lines
from hpo.tuner.ray.cluster import Node, nodes


class Whereabouts:
    """Knows where each trial runs, from its start on.

    Args:
        resources: What a trial is given.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._nodes: dict[str, Node] = {}
        self._node_of: dict[str, Node] = {}
        self._lost: set[str] = set()

    def note(self, trial: RayTrial) -> str | None:
        """Take note of where the trial starts, and return the name of that node; None if nobody knows."""
        node = self._known(lines.node_id(trial))
        if node is None:
            return None
        self._node_of[trial.trial_id] = node
        return node.name

    def lost(self, trial: RayTrial) -> str | None:
        """Return the name of the node on which the trial ran if that node is lost; None if it is not."""
        node = self._node_of.get(trial.trial_id)
        if node is None:
            return None
        if node.id not in self._lost and not node.answers:
            self._lost.add(node.id)
        return node.name if node.id in self._lost else None

    def has_room(self) -> bool:
        """Tell whether a trial fits on a node that is left, if nothing else runs there."""
        try:
            self._resources.slots([node.machine for node in nodes()], 1)
        except InputError:
            return False
        return True

    def _known(self, id_: str | None) -> Node | None:
        if id_ is not None and id_ not in self._nodes:  # nodes may join while a study runs
            self._nodes.update((node.id, node) for node in nodes())
        return None if id_ is None else self._nodes.get(id_)
