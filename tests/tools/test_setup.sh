#!/bin/bash
# tools/setup.sh against stand-ins for dpkg-query, apt-get, sudo and id: what it installs, what it says, when it fails.
set -u
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
bad=0
mkdir "$scratch/bin"
# The stand-in machine: installed packages in $scratch/have, what apt may add in $scratch/offers, calls in $scratch/calls.
cat >"$scratch/bin/dpkg-query" <<END
#!/bin/bash
shift 3
rc=0
for p in "\$@"; do if grep -qx -- "\$p" "$scratch/have"; then echo "\$p installed"; else rc=1; fi; done
exit \$rc
END
cat >"$scratch/bin/apt-get" <<END
#!/bin/bash
echo "apt-get \$*" >>"$scratch/calls"
[ "\$1" = update ] && exit 0
for p in "\$@"; do grep -qx -- "\$p" "$scratch/offers" && echo "\$p" >>"$scratch/have"; done
for p in "\$@"; do case \$p in install | -*) ;; *) grep -qx -- "\$p" "$scratch/have" || exit 100 ;; esac; done
exit 0
END
printf '#!/bin/bash\necho "${FAKE_UID:-0}"\n' >"$scratch/bin/id"
chmod +x "$scratch/bin/"*
all=$(awk '!/^#/ && NF > 2 { n = 1; while ($n ~ /^(build|test|bench|ci)$/) n++; print $n }' tools/packages.txt | sort -u)

run() { # expected exit code, then sets
  local want=$1 got
  shift
  : >"$scratch/calls"
  PATH=$scratch/bin:/usr/bin:/bin bash tools/setup.sh "$@" >"$scratch/out" 2>&1 </dev/null
  got=$?
  [ $got = "$want" ] || { echo "case '$case': exit $got, not $want"; cat "$scratch/out"; bad=$((bad + 1)); }
}
says() { grep -qF -- "$1" "$scratch/out" || { echo "case '$case' does not say: $1"; cat "$scratch/out"; bad=$((bad + 1)); }; }
silent() { [ ! -s "$scratch/out" ] || { echo "case '$case' says:"; cat "$scratch/out"; bad=$((bad + 1)); }; }
calls() { [ "$(grep -c install "$scratch/calls")" = "$1" ] || { echo "case '$case':"; cat "$scratch/calls"; bad=$((bad + 1)); }; }

case="all there"
echo "$all" >"$scratch/have"
: >"$scratch/offers"
run 0 build test bench ci
silent
calls 0

case="root on a bare machine"
: >"$scratch/have"
echo "$all" >"$scratch/offers"
run 0 build test
says "cmake                  configures the build"
says "setup: done"
calls 1
grep -q 'no-install-recommends .*cmake' "$scratch/calls" || { echo "$case: cmake not asked for"; bad=$((bad + 1)); }
grep -qx valgrind "$scratch/have" && { echo "$case: a package of another set was installed"; bad=$((bad + 1)); }
run 0 build test # the second time: nothing to do
silent
calls 0

case="a package that does not exist keeps no other away"
: >"$scratch/have"
echo "$all" | grep -vx chromium >"$scratch/offers"
run 0 build test
says "chromium could not be installed"
says "going on without them"
grep -qx cmake "$scratch/have" || { echo "$case: cmake missing"; bad=$((bad + 1)); }

case="no root, no sudo"
: >"$scratch/have"
export FAKE_UID=1000
printf '#!/bin/bash\nexit 1\n' >"$scratch/bin/sudo"
chmod +x "$scratch/bin/sudo"
run 1 build test
says "apt may not be used from here"
says "apt-get update && apt-get install --no-install-recommends gcc libc6-dev cmake"
calls 0

case="no root, only tests lack something"
echo "$all" | grep -vx chromium >"$scratch/have"
run 0 build test
says "install --no-install-recommends chromium"
calls 0

case="sudo works"
: >"$scratch/have"
echo "$all" >"$scratch/offers"
printf '#!/bin/bash\nshift\nexec "$@"\n' >"$scratch/bin/sudo"
run 0 build
says "through sudo"
calls 1

case="unknown set"
run 2 nothing
says "no set called 'nothing'"

echo "$bad faults"
[ $bad = 0 ]
