#!/usr/bin/env bash
# Measures the tile engine beside its rivals; docs/benchmarks.md says how.
#
#   scripts/bench-tiles.sh [flags of bench/tiles]
#
# Expects bin/sitmap. Installs nginx, wrk and GDAL where they are missing. Everything it
# makes lies in one temporary folder, which goes at the end together with every process
# that still runs in it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh
mkdir -p .cache

# rivals_packages prints the Debian packages of the programs that are missing.
rivals_packages() {
  command -v wrk >/dev/null || echo wrk
  command -v nginx >/dev/null || echo nginx-light
  command -v ogr2ogr >/dev/null || echo gdal-bin
}

# install_rivals installs them without letting Debian start nginx on port 80.
install_rivals() {
  local packages policy=/usr/sbin/policy-rc.d made=''
  mapfile -t packages < <(rivals_packages)
  [[ ${#packages[@]} -gt 0 ]] || return 0
  command -v apt-get >/dev/null ||
    die "本机没有 apt，请自行安装：${packages[*]}" "This system has no apt. Install by its own means: ${packages[*]}"
  become_root ||
    die "需要 root 权限。请执行：sudo apt-get install ${packages[*]}" "Installing needs root. Run: sudo apt-get install ${packages[*]}"
  say "安装对照程序：${packages[*]}（日志 .cache/apt.log）" "installing ${packages[*]} (log: .cache/apt.log)"
  # 101 means: not allowed to start. The file is ours only where there was none.
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' | "${AS_ROOT[@]}" tee "$policy" >/dev/null
    "${AS_ROOT[@]}" chmod 755 "$policy"
    made=yes
  fi
  local code=0
  apt_install "${packages[@]}" || code=$?
  [[ -z $made ]] || "${AS_ROOT[@]}" rm -f "$policy"
  [[ $code -eq 0 ]] || die "apt 安装失败，见 .cache/apt.log。" "apt failed; see .cache/apt.log."
}

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

install_rivals
run=$(mktemp -d "${TMPDIR:-/tmp}/sitmap-bench.XXXXXX")
chmod 755 "$run" # the database's user must be able to enter it
trap tidy EXIT
trap 'exit 130' INT TERM

say "构建测量程序" "building the program that measures"
logged .cache/bench-build.log go -C bench build -trimpath -o "$run/tiles" ./tiles ||
  die "测量程序构建失败，见上面的输出。" "The program that measures does not build; see the lines above."
"$run/tiles" -sitmap "$PWD/bin/sitmap" -work "$run" "$@"
