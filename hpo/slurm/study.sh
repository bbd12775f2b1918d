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
is_ray_gone() { # 75: the study says so; 143: somebody ended both
  [ "$code" -eq 75 ] || { [ "$code" -ne 143 ] && [ -n "${head_step:-}" ] && ! kill -0 "$head_step" 2> /dev/null; }
}
is_said() { scontrol -o show job "$element" 2> /dev/null | grep -q " $1"; }
goes_back=false
if $is_time_up && [ "$code" -eq 143 ]; then goes_back=true; fi
if ! $is_ended && [ "$code" -ne 0 ]; then
  # A job that is preempted with a time of grace loses its Ray at the beginning of that time; SLURM puts back at its end.
  if is_said 'PreemptTime=[0-9]'; then code=143 goes_back=true; fi
  if is_ray_gone && ! $is_terminated; then goes_back=true; fi
fi
if $goes_back; then
  if [ "${SLURM_RESTART_COUNT:-0}" -lt "$n_requeues" ]; then
    if declare -F end_ray > /dev/null; then end_ray "$code" 2> /dev/null; fi # on several nodes: no step starts any more
    if is_said JobState=CANCELLED || $is_ended; then exit "$code"; fi        # meanwhile
    echo "The job goes back to the queue" >&2
    scontrol requeue "$element" || echo "To go on, submit this script again" >&2
  else
    echo "It came back ${SLURM_RESTART_COUNT:-0} times, and n_requeues=$n_requeues. To go on, submit this script again" >&2
  fi
fi
exit "$code"
