# ---- Signals ---------------------------------------------------------------------------------------------------------
# USR1 comes to this script alone, before the time limit (--signal above). The study is then asked to stop, and the job
# goes back to the queue. TERM comes to every process of a job that is cancelled, or that SLURM puts back when another
# needs its nodes: the study hears it itself. USR2 is for you: scancel --batch --signal=USR2 JOB stops the study as USR1
# does, and the job ends.
is_time_up=false
is_ended=false
is_terminated=false
study_pid=
trap 'is_time_up=true; [ -z "$study_pid" ] || kill -TERM "$study_pid"' USR1
trap 'trap "" USR1; is_time_up=false is_ended=true; [ -n "$study_pid" ] || exit 143; kill -TERM "$study_pid"' USR2
trap is_terminated=true TERM
