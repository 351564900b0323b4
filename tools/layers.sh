#!/bin/bash
# tools/layers.sh: the arrows between the rooms. Every quoted include under src/<room>/ and in include/shuxiao/<room>.h (or <room>_<topic>.h) must be
# a public header of the room itself or of a room on its line of tools/layers.txt, or a private header of its own folder.
# Prints file:line for each one that is not; exit 1 then.
set -u
cd "$(dirname "$0")/.." || exit 1
{
  grep -n '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]' -r src include/shuxiao --include='*.c' --include='*.h'
} | awk -v layers=tools/layers.txt '
  BEGIN {
    while ((getline line < layers) > 0) {
      if (line ~ /^#/ || line !~ /:/) continue
      room = line; sub(/[ \t]*:.*/, "", room)
      rest = line; sub(/^[^:]*:/, "", rest)
      known[room] = 1
      may[room, room] = 1
      n = split(rest, names, " ")
      for (i = 1; i <= n; i++) may[room, names[i]] = 1
    }
  }
  {
    split($0, part, ":")
    file = part[1]; line = part[2]
    text = substr($0, length(file) + length(line) + 3)
    angle = text ~ /include[ \t]*</
    match(text, /["<][^">]*[">]/)
    included = substr(text, RSTART + 1, RLENGTH - 2)
    n = split(file, folders, "/")
    if (folders[1] == "src") room = folders[2]
    else { room = folders[n]; sub(/\.h$/, "", room); sub(/_.*/, "", room) }
    n_seen++
    if (!(room in known)) { bad(room " is not in tools/layers.txt"); next }
    if (included ~ /^shuxiao\//) {
      other = substr(included, 9); sub(/\.h$/, "", other); sub(/_.*/, "", other)
      if (angle) bad("<" included "> in angle brackets: write it in quotes")
      else if (!((room, other) in may)) bad(room " may not include " included)
    } else if (!angle) {
      own = "src/" room "/" included
      if (!(own in there)) there[own] = system("test -f " own) == 0
      if (folders[1] != "src" || included ~ /\// || !there[own])
        bad(included " is neither a public header nor one of src/" room)
    }
  }
  function bad(why) { print file ":" line ": " why; n_bad++ }
  END {
    if (n_seen < 10) { print "layers: only " n_seen + 0 " includes seen: the check itself is broken"; exit 1 }
    exit n_bad > 0
  }'
