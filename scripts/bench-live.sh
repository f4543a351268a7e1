#!/usr/bin/env bash
# Puts live patrols under load and judges what comes of it; docs/benchmarks.md says how.
#
#   scripts/bench-live.sh [flags of bench/h3]
#
# Expects bin/sitmap. Everything it makes lies in one temporary folder, which goes at the
# end together with every process that still runs in it. A full run takes some 6 GB of it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh
mkdir -p .cache

# left prints the processes whose command line names our folder.
left() {
  { printf '%s\n' "$run" | env -i "$(command -v grep)" -lsF -f - /proc/[0-9]*/cmdline || true; } |
    while IFS=/ read -r _ _ pid _; do [[ $pid == "$$" ]] || echo "$pid"; done
}

# tidy ends what is left and removes the folder, also after Ctrl-C.
tidy() {
  local signal pid i
  for signal in INT KILL; do
    for pid in $(left); do kill "-$signal" "$pid" 2>/dev/null || true; done
    for i in {1..100}; do
      [[ -n $(left) ]] || break 2
      sleep 0.1
    done
  done
  rm -rf "$run"
}

run=$(mktemp -d "${TMPDIR:-/tmp}/sitmap-bench.XXXXXX")
chmod 755 "$run" # the database's user must be able to enter it
trap tidy EXIT
trap 'exit 130' INT TERM

say "构建测量程序" "building the program that measures"
logged .cache/bench-build.log go -C bench build -trimpath -o "$run/live" ./live ||
  die "测量程序构建失败，见上面的输出。" "The program that measures does not build; see the lines above."
"$run/live" -sitmap "$PWD/bin/sitmap" -work "$run" "$@"
