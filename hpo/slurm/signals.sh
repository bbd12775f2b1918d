# ---- Signals ---------------------------------------------------------------------------------------------------------
# USR1 comes to this script alone, before the time limit (--signal above). The study is then asked to stop, and the job
# goes back to the queue. TERM comes to every process of a job that is cancelled, or that SLURM puts back when another
# needs its nodes: the study hears it itself.
is_time_up=false
study_pid=
trap 'is_time_up=true; [ -z "$study_pid" ] || kill -TERM "$study_pid"' USR1
trap : TERM
