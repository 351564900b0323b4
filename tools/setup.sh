#!/bin/bash
# tools/setup.sh [SET...]: installs what is missing of the package sets in tools/packages.txt (default: build test).
# Root: through apt. Otherwise through sudo where that works. Where neither does, it says what to type and what then
# does not work. Nothing is downloaded when everything is there. Needs bash, awk and dpkg only.
set -u
here=$(cd "$(dirname "$0")" && pwd)
list=$here/packages.txt
sets=${*:-build test}

for set in $sets; do
  grep -q "^\([a-z]* \)*$set " "$list" || { echo "setup: no set called '$set' in tools/packages.txt" >&2; exit 2; }
done

# Lines "set<TAB>package<TAB>reason" of the wanted sets, each package once.
wanted() {
  awk -v sets=" $sets " '
    /^#/ || NF < 3 { next }
    {
      n = 1; hit = ""
      while ($n ~ /^(build|test|bench|ci)$/) { if (!hit && index(sets, " " $n " ")) hit = $n; n++ }
      if (!hit || seen[$n]++) next
      package = $n; $0 = substr($0, index($0, package) + length(package)); sub(/^ +/, "")
      print hit "\t" package "\t" $0
    }' "$list"
}

if ! command -v dpkg-query >/dev/null; then
  echo "setup: this is not Debian. Install the counterparts of these yourself, then go on with cmake --preset release:"
  wanted | awk -F'\t' '{ printf "  %-22s %s\n", $2, $3 }'
  exit 0
fi

# The lines of `wanted` that are not installed.
missing() {
  wanted >"$tmp/wanted"
  cut -f2 "$tmp/wanted" | xargs dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null >"$tmp/have"
  # what installed packages stand in for: a nodejs from elsewhere brings npm along and forbids Debian's
  dpkg-query -W -f '${db:Status-Status} ${Provides}\n' 2>/dev/null |
    awk '$1 == "installed" { gsub(/\([^)]*\)|,/, " "); for (i = 2; i <= NF; i++) print $i, "installed" }' >>"$tmp/have"
  # Not the usual NR == FNR: on a bare machine the first file is empty.
  awk -F'\t' -v list="$tmp/have" '
    BEGIN { while ((getline line < list) > 0) { split(line, f, " "); if (f[2] == "installed") have[f[1]] = 1 } }
    !($2 in have)' "$tmp/wanted"
}

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
missing >"$tmp/missing"
[ -s "$tmp/missing" ] || exit 0

echo "setup: missing packages and what each is for:"
awk -F'\t' '{ printf "  %-22s %s\n", $2, $3 }' "$tmp/missing"
names=$(cut -f2 "$tmp/missing" | tr '\n' ' ')

# How apt may be run; empty when it may not.
as_root=
if [ "$(id -u)" = 0 ]; then
  as_root=env
elif command -v sudo >/dev/null; then
  if sudo -n true 2>/dev/null; then as_root="sudo -n"; elif [ -t 0 ]; then as_root=sudo; fi
fi
if [ -n "$as_root" ] && command -v apt-get >/dev/null; then
  echo "setup: installing them with apt-get ($([ "$as_root" = env ] && echo "as root" || echo "through sudo"))"
  export DEBIAN_FRONTEND=noninteractive
  $as_root apt-get update -q >"$tmp/log" 2>&1 || echo "setup: apt-get update did not succeed; trying with the lists that are here"
  if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $names >>"$tmp/log" 2>&1; then
    tail -n 15 "$tmp/log"
    # One bad package must not keep the others away.
    for name in $names; do
      $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$name" >>"$tmp/log" 2>&1 ||
        echo "setup: $name could not be installed"
    done
  fi
  missing >"$tmp/missing"
  [ -s "$tmp/missing" ] || { echo "setup: done"; exit 0; }
  names=$(cut -f2 "$tmp/missing" | tr '\n' ' ')
else
  echo "setup: apt may not be used from here."
fi

echo "setup: as root, or through an administrator, type:"
echo
echo "    apt-get update && apt-get install --no-install-recommends $names"
echo
if cut -f1 "$tmp/missing" | grep -qx build; then
  echo "setup: without these nothing can be built. Type the line above, then the same make command again." >&2
  exit 1
fi
echo "setup: going on without them; what needs them is skipped and named at the end."
exit 0
