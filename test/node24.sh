#!/usr/bin/env bash
# Runs the tests on Node 24 beside the Node that is installed: in a copy of the project, in a folder that is removed afterwards, with
# its own node_modules, and SQLite compiled for it. All of them, or those whose compiled files are named:
#   npm run test:node24 -- 'dist/test/store/*.test.js'
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

npm install --silent --no-audit --no-fund --prefix "$folder/node" "node-$(uname -s | tr '[:upper:]' '[:lower:]')-x64@24"
node24=$(echo "$folder"/node/node_modules/node-*)
export PATH="$node24/bin:$PATH"
# Its own headers: those of another Node compile, and crash.
export npm_config_nodedir=$node24

mkdir "$folder/cordon"
cd "$project"
git ls-files -z --cached --others --exclude-standard | xargs -0 -I{} sh -c 'test ! -e "$1" || cp --parents -P "$1" "$2"' _ {} "$folder/cordon"
cd "$folder/cordon"
echo "Node $(node --version)"
CXXFLAGS="-include $PWD/native/object-wrap.h" npm_config_build_from_source=true npm ci --silent
npm run --silent build
npx mocha --timeout 60000 "${@:-dist/test/**/*.test.js}"
