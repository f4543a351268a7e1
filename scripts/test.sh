#!/usr/bin/env bash
# Every check and test, with all they need installed first.
#
#   scripts/test.sh                  everything
#   scripts/test.sh go [PACKAGE...]  the Go tests alone, of all packages or of these
#
# A failing check does not keep the others from running. Temporary files, and the database
# cluster that all Go tests share, lie in one folder, so that it can be seen at the end
# whether a test left a process behind: that is a failure too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

readonly WHAT=${1:-all}
packages=("${@:2}")
passed=0 failed=()

# check NAME COMMAND...: runs one check and counts it.
check() {
  local name=$1 begun=$SECONDS
  shift
  printf '\n=== %s\n' "$name"
  if "$@" </dev/null; then
    passed=$((passed + 1))
    printf -- '--- %s: %d s\n' "$name" $((SECONDS - begun))
  else
    failed+=("$name")
    printf -- '--- %s: 失败 / FAILED, %d s\n' "$name" $((SECONDS - begun))
  fi
}

formatted() {
  local files
  files=$(git ls-files --cached --others --exclude-standard '*.go' 2>/dev/null || find . -name '*.go' -not -path './frontend/node_modules/*')
  files=$(gofmt -l $files)
  [[ -z $files ]] || { printf '请执行 gofmt -w / run gofmt -w on:\n%s\n' "$files"; return 1; }
}

# left prints the processes that belong to this run: its folder is in their command line
# or environment. The search itself is started without either.
left() {
  local pid seen=' '
  { printf '%s\n' "$run" | env -i "$(command -v grep)" -lsF -f - /proc/[0-9]*/cmdline /proc/[0-9]*/environ || true; } |
    while IFS=/ read -r _ _ pid _; do
      [[ $seen == *" $pid "* ]] || echo "$pid"
      seen+="$pid "
    done
}

# nothing_left waits for what is just ending, and ends and reports what is not.
nothing_left() {
  local i pid pids
  for i in {1..300}; do
    pids=$(left)
    [[ -n $pids ]] || return 0
    sleep 0.1
  done
  for pid in $pids; do
    printf '%s %s\n' "$pid" "$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline")"
  done
  return 1
}

[[ ${#packages[@]} -gt 0 ]] || packages=(./...)

scripts/setup.sh test
scripts/build.sh web

run=$(mktemp -d "${TMPDIR:-/tmp}/sitmap-run.XXXXXX")
chmod 755 "$run" # the database's user must be able to enter it
mkdir -p "$run/pg"
# tidy ends what is left and removes the folder, also after Ctrl-C.
tidy() {
  local signal pid i
  for signal in TERM KILL; do
    for pid in $(left); do kill "-$signal" "$pid" 2>/dev/null || true; done
    for i in {1..50}; do
      [[ -n $(left) ]] || break 2
      sleep 0.1
    done
  done
  rm -rf "$run"
}
trap tidy EXIT
trap 'exit 130' INT TERM
export TMPDIR=$run SITMAP_TEST_PG=$run/pg

if [[ $WHAT == all ]]; then
  check "gofmt" formatted
  check "go vet" go vet ./...
  check "go vet bench" go -C bench vet ./...
fi
# Tests make much and drop it; collecting less often spares a tenth of the time.
check "go test" env GOGC=300 go test -timeout 15m "${packages[@]}"
if [[ $WHAT == all ]]; then
  check "go test bench" go -C bench test ./...
  check "npm run check" npm --prefix frontend run --silent check
  check "npm test" npm --prefix frontend --silent test
  scripts/build.sh
  check "browser" scripts/browser.sh
fi
check "nothing left running" nothing_left

printf '\n'
for name in "${failed[@]}"; do printf '失败 / failed: %s\n' "$name"; done
printf 'checks: %d passed, %d failed\n' "$passed" "${#failed[@]}"
[[ ${#failed[@]} -eq 0 ]]
