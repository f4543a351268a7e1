#!/usr/bin/env bash
# Drives the web application with Chromium, on the program's own demo city: the
# built bin/sitmap, a folder and a port of its own, both gone afterwards.
#
#   scripts/browser.sh             expects what setup.sh test and build.sh leave
#   SITMAP_PICTURES=DIR …          also keeps pictures of the screens
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

folder=$(mktemp -d "${TMPDIR:-/tmp}/sitmap-browser.XXXXXX")
chmod 755 "$folder" # the database's user must be able to enter it
server=
tidy() {
  if [[ -n $server ]]; then
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap tidy EXIT
trap 'exit 130' INT TERM

# The city's own water serves as the basemap that an operator would bring.
{ bin/sitmap demo --var "$folder/var" && bin/sitmap export water "$folder/ground.pmtiles" --max-zoom 10 --var "$folder/var"; } >"$folder/log" 2>&1 ||
  { cat "$folder/log"; die "演示城市没有建成，见上面的输出。" "The demo city was not made; see the lines above."; }
bin/sitmap serve --demo --listen 127.0.0.1:0 --var "$folder/var" --basemap "$folder/ground.pmtiles" --basemap-attribution 测试水系 >>"$folder/log" 2>&1 &
server=$!
address=
until address=$(grep -om1 'http://127\.0\.0\.1:[0-9]*' "$folder/log"); do
  kill -0 "$server" 2>/dev/null || { cat "$folder/log"; die "服务没有启动，见上面的输出。" "The server did not start; see the lines above."; }
  sleep 0.2
done

SITMAP_URL=$address SITMAP_VAR=$folder/var SITMAP_PROGRAM=$PWD/bin/sitmap SITMAP_ACCOUNTS=$folder/var/demo-accounts.json npm --prefix frontend run --silent e2e || {
  printf '\n服务日志的末尾 / end of the server log:\n'
  tail -n 20 "$folder/log"
  exit 1
}
