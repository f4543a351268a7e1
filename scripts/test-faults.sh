#!/usr/bin/env bash
# Faults in their long form: power cuts, kills, full disks. Prints one table of counts,
# writes it into docs/faults.md when all were run, and fails when anything that was answered is lost or there twice, or when a control,
# which must lose something, does not.
#
#   scripts/test-faults.sh [PATTERN]    all, or the tests whose names match
#
# Its tests are those of every file that asks for the long form (SITMAP_FAULTS). Each
# says its counts in a line of its own: FAULT name cuts=50 answered=1234 lost=0 twice=0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

readonly PATTERN=${1:-}

scripts/setup.sh test
scripts/build.sh web

if [[ $(id -u) -ne 0 ]]; then
  die "断电和磁盘满的测试要挂载文件系统，请以 root 运行：sudo make test-faults" \
    "Power cuts and full disks need to mount file systems; run as root: sudo make test-faults"
fi

run=$(mktemp -d "${TMPDIR:-/tmp}/sitmap-faults.XXXXXX")
chmod 755 "$run" # the database's user must be able to enter it
trap 'rm -rf "$run"' EXIT
trap 'exit 130' INT TERM
export TMPDIR=$run SITMAP_TEST_PG=$run/pg SITMAP_FAULTS=full
mkdir -p "$SITMAP_TEST_PG"
load=$(cut -d ' ' -f 1 /proc/loadavg)

# tests FOLDER: the tests of its files that ask for the long form, as a pattern.
tests() {
  { grep -lE 'SITMAP_FAULTS|forgetful\.Full\(\)' "$1"/*_test.go || true; } |
    xargs -r sed -nE 's/^func (Test[A-Za-z0-9_]+)\(t \*testing\.T\).*/\1/p' | { grep -E -- "${PATTERN:-.}" || true; } | paste -sd '|'
}

failed=()
for folder in $(find api cmd data layers -name '*_test.go' -printf '%h\n' | sort -u); do
  names=$(tests "$folder")
  [[ -n $names ]] || continue
  printf '\n=== %s: %s\n' "$folder" "${names//|/ }"
  go test -count=1 -timeout 2h -v -run "^($names)\$" "./$folder" </dev/null 2>&1 | tee -a "$run/output" | grep --line-buffered -vE '^=== (RUN|PAUSE|CONT)' ||
    failed+=("$folder")
done

# table prints the counts as a table in Markdown, a test a row, and fails on a loss.
table() {
  printf '| test | counts | |\n| --- | --- | --- |\n'
  awk '
    { for (i = 1; i <= NF && $i != "FAULT"; i++); if (i > NF) next
      rows++
      all = ""; bad = 0
      for (k = i + 2; k <= NF; k++) {
        split($k, pair, "=")
        if ((pair[1] == "lost" || pair[1] == "twice") && pair[2] > 0 || pair[1] == "control_lost" && pair[2] == 0) bad = 1
        gsub("_", " ", pair[1])
        all = all (all ? ", " : "") pair[1] " " pair[2]
      }
      printf "| %s | %s | %s |\n", $(i + 1), all, bad ? "**lost**" : "as promised"
      worst = worst || bad }
    END { if (!rows) print "| none | | |"; exit worst || !rows }' "$run/output"
}

# report is the table with what it was measured on.
report() {
  printf '%s UTC, %d cores, load average %s before and %s after, PostgreSQL %s, Linux %s, sitmap %s.\n\n' "$(date -u '+%F %H:%M')" "$(nproc)" \
    "$load" "$(cut -d ' ' -f 1 /proc/loadavg)" "$(psql -V | grep -oE '[0-9]+\.[0-9]+' | head -n 1)" "$(uname -r)" "$(git describe --tags --always --dirty 2>/dev/null || echo unknown)"
  table
}

report >"$run/report" || failed+=("counts")
printf '\n'
cat "$run/report"
printf '\n'
if [[ -z $PATTERN ]]; then
  awk -v text="$run/report" '/<!-- begin: written by make test-faults -->/ { print; print ""; while ((getline line < text) > 0) print line; print ""; skip = 1 }
    /<!-- end -->/ { skip = 0 } !skip && !/<!-- begin: written by make test-faults -->/' docs/faults.md >"$run/page"
  cat "$run/page" >docs/faults.md
fi
for name in "${failed[@]}"; do printf '失败 / failed: %s\n' "$name"; done
[[ ${#failed[@]} -eq 0 ]]
