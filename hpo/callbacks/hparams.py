"""A trial's row in TensorBoard's table of hyperparameters: what its plugin reads, as tensorboardX's messages."""

import time
from collections.abc import Mapping

from tensorboardX.proto.api_pb2 import STATUS_FAILURE, STATUS_SUCCESS
from tensorboardX.proto.plugin_hparams_pb2 import HParamsPluginData, SessionEndInfo, SessionStartInfo
from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata

from hpo.callbacks.tracked import Ended
from hpo.task import ParameterValue

PLUGIN = "hparams"


def session_start(parameters: Mapping[str, ParameterValue], group: str, began: float) -> Summary:
    """Return what begins a row.

    Args:
        parameters: Of the trial.
        group: The row's name.
        began: When the trial began, seconds since 1970.
    """
    info = SessionStartInfo(group_name=group, start_time_secs=began)
    for name, value in parameters.items():
        if isinstance(value, bool):
            info.hparams[name].bool_value = value
        elif isinstance(value, str):
            info.hparams[name].string_value = value
        else:
            info.hparams[name].number_value = value
    return _summary("_hparams_/session_start_info", HParamsPluginData(session_start_info=info))


def session_end(ended: Ended) -> Summary:
    """Return what ends a row."""
    status = STATUS_SUCCESS if ended.is_success else STATUS_FAILURE
    info = SessionEndInfo(status=status, end_time_secs=ended.ended_at or time.time())
    return _summary("_hparams_/session_end_info", HParamsPluginData(session_end_info=info))


def _summary(tag: str, content: HParamsPluginData) -> Summary:
    data = SummaryMetadata.PluginData(plugin_name=PLUGIN, content=content.SerializeToString())
    return Summary(value=[Summary.Value(tag=tag, metadata=SummaryMetadata(plugin_data=data))])
