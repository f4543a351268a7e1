#!/usr/bin/env bash
# Installs what this checkout needs and does not find, and says what it does.
#
#   scripts/setup.sh run     to build and run: PostgreSQL + PostGIS, a C compiler, modules
#   scripts/setup.sh test    also what the tests use: Chromium, CJK fonts, GDAL, SQLite, Mosquitto's clients
#
# System packages come through apt, as root or with sudo; where it may use neither it
# prints the command to type. Go and Node.js are expected to be there. Nothing of the
# system is started or configured for good. A second call finds everything and is quiet.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

readonly WANT=${1:-run}
readonly MIN_PG=15 MIN_NODE=20.19.0
mkdir -p .cache

# toolchains stops with the cure when Go or Node.js is missing or too old.
toolchains() {
  local min_go have
  min_go=$(awk '$1 == "go" { print $2; exit }' go.mod)
  command -v go >/dev/null ||
    die "找不到 Go。请安装 Go $min_go 或更高版本，并加入 PATH。" "Go is missing. Install Go $min_go or newer and put it on PATH."
  command -v npm >/dev/null ||
    die "找不到 Node.js。请安装 Node.js $MIN_NODE 或更高版本（含 npm）。" "Node.js is missing. Install Node.js $MIN_NODE or newer, with npm."
  have=$(node --version)
  at_least "${have#v}" "$MIN_NODE" ||
    die "Node.js ${have#v} 太旧，需要 $MIN_NODE 或更高版本。" "Node.js ${have#v} is too old; $MIN_NODE or newer is needed."
}

# missing_packages prints the Debian packages whose files are not there.
missing_packages() {
  local v newest='' ready=''
  for v in $(ls /usr/lib/postgresql 2>/dev/null | sort -n); do
    if [[ $v =~ ^[0-9]+$ && $v -ge $MIN_PG && -x /usr/lib/postgresql/$v/bin/postgres ]]; then
      newest=$v
      if [[ -e /usr/share/postgresql/$v/extension/postgis.control ]]; then ready=$v; fi
    fi
  done
  if [[ -z $ready ]]; then
    # postgresql-postgis is the release's own pair of server and PostGIS.
    if [[ -n $newest ]]; then echo "postgresql-$newest-postgis-3"; else echo postgresql-postgis; fi
  fi
  command -v gcc >/dev/null || echo gcc
  [[ -e /usr/include/stdlib.h ]] || echo libc6-dev
  if [[ $WANT == test ]]; then
    command -v chromium >/dev/null || echo chromium
    [[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ]] || echo fonts-noto-cjk
    command -v ogrinfo >/dev/null || echo gdal-bin
    command -v sqlite3 >/dev/null || echo sqlite3
    command -v mosquitto_pub >/dev/null || echo mosquitto-clients
  fi
}

# may_install makes sure, while a person can still be asked for a password, that what is
# missing can be installed.
may_install() {
  mapfile -t PACKAGES < <(missing_packages)
  [[ ${#PACKAGES[@]} -gt 0 ]] || return 0
  command -v apt-get >/dev/null ||
    die "本机没有 apt。请用系统的包管理器安装 PostgreSQL $MIN_PG 以上、PostGIS 3、gcc 和 libc 头文件。缺：${PACKAGES[*]}" \
      "This system has no apt. Install PostgreSQL $MIN_PG or newer, PostGIS 3, gcc and the libc headers by its own means. Missing: ${PACKAGES[*]}"
  local command="sudo apt-get update && sudo apt-get install -y --no-install-recommends ${PACKAGES[*]}"
  become_root || die "需要 root 权限安装软件包。请执行：$command" "Installing packages needs root. Run: $command"
}

# system_packages installs what is missing through apt.
system_packages() {
  [[ ${#PACKAGES[@]} -gt 0 ]] || return 0
  say "安装系统软件包：${PACKAGES[*]}（日志 .cache/apt.log）" "installing ${PACKAGES[*]} (log: .cache/apt.log)"
  apt_install "${PACKAGES[@]}" ||
    die "apt 安装失败，见上面的输出和 .cache/apt.log。" "apt failed; see the lines above and .cache/apt.log."
}

# go_modules fetches the modules of go.sum once, so that building needs no network.
go_modules() {
  if [[ .cache/go-modules -nt go.sum ]]; then return 0; fi
  say "下载 Go 模块" "downloading Go modules"
  logged .cache/go-modules.log go mod download ||
    die "Go 模块下载失败，请检查网络或 GOPROXY。" "The Go modules could not be downloaded; check the network or GOPROXY."
  touch .cache/go-modules
}

# npm_packages installs exactly what package-lock.json says, after it changed.
npm_packages() {
  local stamp=frontend/node_modules/.sitmap-installed
  if [[ ! -e frontend/package-lock.json || $stamp -nt frontend/package-lock.json ]]; then return 0; fi
  say "安装前端依赖" "installing the frontend's packages"
  logged .cache/npm.log npm --prefix frontend ci --no-audit --no-fund --loglevel=error ||
    die "npm ci 失败，请检查网络或 npm 源。" "npm ci failed; check the network or the npm registry."
  touch "$stamp"
}

case $WANT in
run | test) toolchains ;;
*) die "用法：scripts/setup.sh run|test" "usage: scripts/setup.sh run|test" ;;
esac
may_install
together system_packages go_modules npm_packages
