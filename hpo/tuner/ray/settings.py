"""What Ray is told through the environment."""


def settings(slots: int) -> dict[str, str]:
    """Return the environment variables of a run.

    Args:
        slots: Trials in flight at most.
    """
    return {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_IGNORE_UNHANDLED_ERRORS": "1",  # of actors that Tune asked for and, reusing another, no longer needs
        "RAY_AIR_NEW_OUTPUT": "0",
        "RAY_DISABLE_IMPORT_WARNING": "1",
        "RAY_prestart_worker_first_driver": "0",  # else ray.init waits for the first: for ever if one dies
        # Ray 2.6 starts a worker to see whether there is room for a trial, another for the trial, and ends the first
        # a second later. If a worker ends just as another starts, that Ray may crash (ray-project/ray#53781).
        "RAY_isolate_workers_across_task_types": "0",  # the first worker runs the trial, too
        "RAY_isolate_workers_across_resource_types": "0",  # also where a trial has a GPU
        "RAY_idle_worker_killing_time_threshold_ms": "30000",
        "TUNE_MAX_PENDING_TRIALS_PG": str(slots),  # by default a searcher's trials start one at a time
        "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
        "TUNE_DISABLE_AUTO_CALLBACK_SYNCER": "1",
        "TUNE_DISABLE_SIGINT_HANDLER": "1",  # the study has its own
        "TUNE_GLOBAL_CHECKPOINT_S": "86400",  # the journal is the record, not Ray's own state
        "TUNE_WARN_SLOW_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "86400",
    }
