# What the scripts share: messages, versions, root, apt. Sourced by bash, from the
# root of the checkout.

# say prints a message, Chinese first.
say() { printf 'sitmap: %s / %s\n' "$1" "$2"; }

# die prints what is wrong and the cure, and ends the script.
die() {
  printf 'sitmap: %s\n        %s\n' "$1" "$2" >&2
  exit 1
}

# at_least A B: whether version A is B or newer.
at_least() { [[ $(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]; }

# logged FILE COMMAND...: runs the command with its output in FILE, and shows the end of
# it when the command fails.
logged() {
  local file=$1
  shift
  "$@" >"$file" 2>&1 </dev/null || {
    local code=$?
    tail -n 25 "$file" >&2
    return "$code"
  }
}

# together FUNCTION...: runs the functions at once; fails when one of them failed.
together() {
  local task pids=() failed=0
  for task in "$@"; do
    "$task" &
    pids+=($!)
  done
  for task in "${pids[@]}"; do wait "$task" || failed=1; done
  return "$failed"
}

# become_root sets AS_ROOT to what makes a command run as root; fails when nothing does.
# A password is asked for only where a person can type it.
become_root() {
  AS_ROOT=()
  [[ $(id -u) -ne 0 ]] || return 0
  command -v sudo >/dev/null || return 1
  if sudo -n true 2>/dev/null; then
    AS_ROOT=(sudo -n)
  elif [[ -t 0 && -t 2 ]]; then
    sudo -v || return 1
    AS_ROOT=(sudo)
  else
    return 1
  fi
}

# apt_get waits for another apt's lock on the packages and asks no questions.
apt_get() {
  "${AS_ROOT[@]}" env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
    apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# apt_install installs packages with the package lists there are, and fetches new lists
# only when those do not know the packages or point to files that are gone.
apt_install() {
  local log=.cache/apt.log
  no_system_cluster
  if apt_get install -s --no-install-recommends "$@" >"$log" 2>&1 &&
    apt_get install --no-install-recommends "$@" >"$log" 2>&1 </dev/null; then
    return 0
  fi
  say "更新软件包列表" "updating the package lists"
  logged "$log" apt_update && logged "$log" apt_get install --no-install-recommends "$@"
}

# apt_update waits for the lock on the lists, which apt itself does not, and finishes what
# an interrupted installation left.
apt_update() {
  local i out
  if [[ -n $(ls -A /var/lib/dpkg/updates 2>/dev/null) ]]; then
    "${AS_ROOT[@]}" env DEBIAN_FRONTEND=noninteractive dpkg --configure -a
  fi
  for i in {1..60}; do
    if out=$(apt_get update 2>&1); then return 0; fi
    printf '%s\n' "$out"
    [[ $out == *'get lock'* ]] || return 1
    sleep 5
  done
  return 1
}

# no_system_cluster keeps Debian's PostgreSQL package from making and starting its own
# cluster on port 5432, which nobody here needs: only while we install, only when no
# server is there yet. Whoever installs one later by hand gets Debian's usual behaviour.
no_system_cluster() {
  local dir=/etc/postgresql-common/createcluster.d
  if compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; then return 0; fi
  "${AS_ROOT[@]}" mkdir -p "$dir"
  echo 'create_main_cluster = false' | "${AS_ROOT[@]}" tee "$dir/sitmap.conf" >/dev/null
  trap '"${AS_ROOT[@]}" rm -f /etc/postgresql-common/createcluster.d/sitmap.conf' EXIT
}
