# readers.sh: what the checks by outside readers share. Sourced after tests/cli/lib.sh, from the source root.
readers_home=$PWD/tests/readers
readers_place=$build_dir/npm

# The readers of package.json, fetched from npm once for a build tree, in $readers_place/node_modules; false, with the reason in `no_readers`, where there are none.
npm_readers() {
  local from=$readers_home/package.json
  command -v node >/dev/null && command -v npm >/dev/null || { no_readers="node and npm are not installed"; return 1; }
  mkdir -p "$readers_place"
  exec 9>"$readers_place/lock"
  flock 9
  if ! cmp -s "$from" "$readers_place/installed.json"; then
    rm -rf "$readers_place/node_modules" "$readers_place/package-lock.json"
    cp "$from" "$readers_place/package.json"
    if (cd "$readers_place" && timeout 120 npm install --no-audit --no-fund >npm.log 2>&1); then cp "$from" "$readers_place/installed.json"; fi
  fi
  exec 9>&-
  [ -f "$readers_place/installed.json" ] || { no_readers="the readers cannot be fetched from npm"; return 1; }
}
