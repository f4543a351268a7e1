#!/usr/bin/env bash
# Builds bin/sitmap with the web application inside.
#
#   scripts/build.sh        the web application and the program
#   scripts/build.sh web    the web application alone, which Go packages embed
#
# Each is done only as far as something changed. Expects what setup.sh installs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

mkdir -p .cache

# web builds frontend/dist when one of its sources is newer.
web() {
  local made=frontend/dist/index.html
  if [[ -e $made && -z $(find frontend -path frontend/node_modules -prune -o -path frontend/dist -prune -o \
    -path frontend/e2e -prune -o -type f -newer "$made" -print -quit) ]]; then
    return 0
  fi
  say "构建网页" "building the web application"
  logged .cache/web.log npm --prefix frontend run --silent build ||
    die "网页构建失败，见上面的输出。" "The web application does not build; see the lines above."
  touch "$made"
}

# libraries compiles what does not wait for the web application, above all C code, so that
# both can be done at once. Faults show when the program itself is built.
libraries() {
  local packages
  mapfile -t packages < <(go list -e -deps -f '{{if and (not .Standard) .Module}}{{if not .Module.Main}}{{.ImportPath}}{{end}}{{end}}' ./... 2>/dev/null)
  if [[ ${#packages[@]} -gt 0 ]]; then go build -trimpath "${packages[@]}" 2>/dev/null || true; fi
}

# program links bin/sitmap, under the name of the version where git knows one.
program() {
  local version
  version=$(git describe --tags --always --dirty 2>/dev/null || echo unknown)
  logged .cache/go-build.log go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$version" -o bin/sitmap ./cmd/sitmap ||
    die "程序构建失败，见上面的输出。" "The program does not build; see the lines above."
}

case ${1:-all} in
web) web ;;
all)
  if [[ ! -x bin/sitmap ]]; then
    say "编译程序" "compiling the program"
    together web libraries
  else
    web
  fi
  program
  ;;
*) die "用法：scripts/build.sh [web]" "usage: scripts/build.sh [web]" ;;
esac
