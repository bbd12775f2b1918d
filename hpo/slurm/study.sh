# ---- The study -------------------------------------------------------------------------------------------------------
"${python[@]}" -m hpo "${study[@]}" &
study_pid=$!
if $is_time_up; then kill -TERM "$study_pid"; fi # it was up before
while kill -0 "$study_pid" 2> /dev/null; do wait "$study_pid"; done # which returns early when a signal comes
wait "$study_pid"
code=$?

# 143 is the code of a study that was asked to stop before its end. Any other is the study's own and the job's.
if $is_time_up && [ "$code" -eq 143 ]; then
  if [ "${SLURM_RESTART_COUNT:-0}" -lt "$n_requeues" ]; then
    if declare -F end_ray > /dev/null; then end_ray "$code" 2> /dev/null; fi # on several nodes: no step starts any more
    element=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID} # the last has the number of the array
    scontrol requeue "${element:-$SLURM_JOB_ID}" || echo "To go on, submit this script again" >&2
  else
    echo "Its time was up ${SLURM_RESTART_COUNT:-0} times before. To go on, submit this script again" >&2
  fi
fi
exit "$code"
