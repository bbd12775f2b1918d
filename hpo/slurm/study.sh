# ---- The study -------------------------------------------------------------------------------------------------------
code=143 # of a study that was asked to stop before its end; any other is the study's own and the job's
if ! $is_time_up; then # nor was it before the study could begin
  "${python[@]}" -m hpo "${study[@]}" &
  study_pid=$!
  if $is_time_up; then kill -TERM "$study_pid"; fi
  while kill -0 "$study_pid" 2> /dev/null; do wait "$study_pid"; done # which returns early when a signal comes
  wait "$study_pid"
  code=$?
fi

element=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID} # the last has the number of the array
element=${element:-$SLURM_JOB_ID}
is_ray_gone() { # 75: the study says so
  [ "$code" -eq 75 ] || { [ -n "${head_step:-}" ] && ! kill -0 "$head_step" 2> /dev/null; }
}
is_preempted() { # with a time of grace: then SLURM ends its Ray at the beginning of that time, and puts back at its end
  scontrol -o show job "$element" 2> /dev/null | grep -q ' PreemptTime=[0-9]'
}
goes_back=false
if $is_time_up && [ "$code" -eq 143 ]; then goes_back=true; fi
if [ "$code" -ne 0 ] && ! $is_ended && { { is_ray_gone && ! $is_cancelled; } || is_preempted; }; then goes_back=true; fi
if $goes_back; then
  if [ "${SLURM_RESTART_COUNT:-0}" -lt "$n_requeues" ]; then
    if declare -F end_ray > /dev/null; then end_ray "$code" 2> /dev/null; fi # on several nodes: no step starts any more
    scontrol requeue "$element" || echo "To go on, submit this script again" >&2
  else
    echo "It came back ${SLURM_RESTART_COUNT:-0} times, and n_requeues=$n_requeues. To go on, submit this script again" >&2
  fi
fi
exit "$code"
