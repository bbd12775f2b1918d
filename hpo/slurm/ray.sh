# ---- One Ray over all nodes ------------------------------------------------------------------------------------------
# Its port and its folders carry the job's number, so that jobs that share a node keep apart.
head_node=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1) # this script runs on it
head_name=$(scontrol show node "$head_node" | sed -n 's/.*NodeAddr=\([^ ]*\).*/\1/p')
head_address=$( # not 127.0.1.1, which is what some nodes call themselves; then any other that it has
  { getent ahostsv4 "$head_name"; hostname -I | tr ' ' '\n'; } | awk '/^[0-9.]+( |$)/ && !/^127\./ { print $1; exit }'
)
if [ -z "$head_address" ]; then
  echo "$head_node has no IPv4 address at which other nodes can reach it" >&2
  exit 1
fi
port=$((20000 + SLURM_JOB_ID % 10000))
if [[ ! $scratch =~ ^/[^[:space:]]{0,23}$ ]]; then # the path of a socket below it may have 107 bytes
  echo "scratch=$scratch on $head_node: it takes an absolute path of at most 24 bytes without spaces" >&2
  exit 1
fi
export RAY_TMPDIR=$scratch/hpo-$SLURM_JOB_ID # on every node
export private # in the shared folder: the token, what Ray prints, and its own logs when something fails
mkdir -p "$outputs"
private=$(realpath "$outputs")/.ray-$SLURM_JOB_ID
own_folder() { # nobody else may enter it, or have made it; it may be there from an earlier life of the job
  mkdir -m 700 "$1" || { [ -O "$1" ] && [ ! -L "$1" ] && chmod 700 "$1"; }
}
export -f own_folder

# Whoever reaches the port runs code as you. From version 2.52 on Ray asks for the token in this file, which nobody else
# can read; earlier ones ask for nothing. They listen on all interfaces of the node.
export RAY_AUTH_MODE=token RAY_AUTH_TOKEN_PATH=$private/token
if ! own_folder "$private" 2> /dev/null ||
  ! (umask 077 && head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$RAY_AUTH_TOKEN_PATH"); then
  echo "$private cannot be made or written, or somebody else made it" >&2
  exit 1
fi

export RAY_START_HOOK=hpo.slurm.ray_start.without_client # else Ray opens a second port, 10001, to the same end
export RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S=0           # else a Ray of today takes longer to end than SLURM waits
export RAY_prestart_worker_first_driver=0                # else a program waits for its first workers: for ever if one dies
export RAY_isolate_workers_across_task_types=0 RAY_isolate_workers_across_resource_types=0 # one process for each slot
export RAY_idle_worker_killing_time_threshold_ms=30000   # what ends while others start may make a Ray of 2.6 crash
start_ray() { # on each node, where SLURM says what that one has; Ray opens its own folder, but not the one around it
  own_folder "$RAY_TMPDIR" || return
  local is_asked=false code i
  trap is_asked=true TERM # Ray hears it itself, and its folder goes after it
  "$@" --num-cpus="$SLURM_CPUS_ON_NODE" --num-gpus="${SLURM_GPUS_ON_NODE:-0}"
  code=$?
  $is_asked || keep_logs
  for ((i = 0; i < 50; i++)); do # its processes end one after the other
    if rm -rf "$RAY_TMPDIR" 2> /dev/null; then break; else sleep 0.2; fi
  done
  return "$code"
}
keep_logs() { # of a Ray that ends while its token is there, and so before it is asked to
  [ -e "$RAY_AUTH_TOKEN_PATH" ] || return
  mkdir -p "$private/$SLURMD_NODENAME"
  timeout 10 cp "$RAY_TMPDIR"/ray/session_latest/logs/*.{err,out} "$private/$SLURMD_NODENAME" 2> /dev/null
}
export -f start_ray keep_logs
on_nodes=(
  srun --overlap --ntasks-per-node=1 --kill-on-bad-exit=0 --output="$private/%N.log" --open-mode=append
  --export=ALL    # what is set here, also in a job with --export=NONE
  --cpu-bind=none # all processors that the job has there
)
ray_start=(
  bash -c 'start_ray "$@"' start_ray "${python[@]}" -m ray.scripts.scripts start --block --disable-usage-stats
  --object-store-memory=268435456         # bytes
  --min-worker-port=0 --max-worker-port=0 # any that are free
)
end_ray() {
  trap - EXIT
  case $1 in 0 | 143) ;; *) timeout -k 5 15 "${on_nodes[@]}" bash -c keep_logs ;; esac
  rm -f "$RAY_AUTH_TOKEN_PATH"
  kill "$head_step" "$other_steps"
  for ((i = 0; i < 75; i++)); do # 15 s at most
    if kill -0 "$head_step" || kill -0 "$other_steps"; then sleep 0.2; else break; fi
  done
  timeout -k 5 15 "${on_nodes[@]}" rm -rf "$RAY_TMPDIR"
  if [ "$1" -eq 0 ] && ! compgen -G "$private/*/" > /dev/null; then rm -rf "$private"; fi # no logs of a Ray that died
}
trap 'end_ray $? 2> /dev/null' EXIT

n_others=$((SLURM_JOB_NUM_NODES - 1))
"${on_nodes[@]}" --nodes=1 --ntasks=1 --nodelist="$head_node" "${ray_start[@]}" --include-dashboard=false \
  --head --node-ip-address="$head_address" --port="$port" 2> "$private/head.log" &
head_step=$!
"${on_nodes[@]}" --nodes="$n_others" --ntasks="$n_others" --exclude="$head_node" "${ray_start[@]}" \
  --address="$head_address:$port" 2> "$private/others.log" &
other_steps=$!

# The nodes come up one after the other, and the study takes what is there when it begins.
RAY_BACKEND_LOG_LEVEL=error "${python[@]}" -m hpo.tuner.ray.nodes "$head_address:$port" "$SLURM_JOB_NUM_NODES" &
all_there=$!
while ! $is_time_up && kill -0 "$all_there" && kill -0 "$head_step" && kill -0 "$other_steps"; do sleep 1; done 2> /dev/null
kill -KILL "$all_there" 2> /dev/null # unless it has ended, what it waits for cannot come
if ! wait "$all_there" 2> /dev/null && ! $is_time_up; then
  echo "Ray did not start on all nodes; what it says is in $private" >&2
  exit 1
fi
export RAY_ADDRESS=$head_address:$port # where resources.address=auto looks
