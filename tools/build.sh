#!/bin/bash
# tools/build.sh PRESET [TARGET...]: configures (once) and builds a preset of CMakePresets.json in build/PRESET.
set -eu
cd "$(dirname "$0")/.."
preset=$1
shift
# Again when the presets changed: the cache would keep the old values. CMake itself notices its own files.
if [ ! -f "build/$preset/build.ninja" ] || [ CMakePresets.json -nt "build/$preset/build.ninja" ]; then
  echo "configuring build/$preset"
  cmake --preset "$preset" >"$(mkdir -p "build/$preset" && echo "build/$preset/configure.log")" 2>&1 || {
    cat "build/$preset/configure.log"
    exit 1
  }
fi
cmake --build "build/$preset" ${*:+--target "$@"}
