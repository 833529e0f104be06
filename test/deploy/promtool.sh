#!/usr/bin/env bash
# Prints the path of a promtool: the one that is installed, else Debian's, unpacked into a folder (the first argument) without installing
# the service. Ends with 1 where there is none.
set -euo pipefail
if command -v promtool; then exit 0; fi
folder=${1:?the folder to unpack into}
tool=$folder/usr/bin/promtool
if [ ! -x "$tool" ]; then
  command -v apt-get dpkg-deb >/dev/null
  mkdir -p "$folder/deb"
  (cd "$folder/deb" && { apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }; }) >&2
  dpkg-deb -x "$folder"/deb/prometheus_*.deb "$folder"
fi
echo "$tool"
