# disclosure.sh: what the tests of disclosure control by small studies of p.csv share. Sourced after lib.sh; the test sets `design`, writes printed.py, which
# reads what is published, and stands in a folder of its own.
mkdir "$tmp/st"
cd "$tmp/st" || exit 1
annex=

# study RULES: s.yaml, of which stdin is the rest
study() {
  printf 'study: t\ntitle: T\nlanguages: [en]\ndata: {p: {file: p.csv}}\ndesign: {%s}\ndisclosure: {%s}\noutputs: [html, csv]\n%s\n' "$design" "$1" "$annex" >s.yaml
  cat >>s.yaml
}
run_ok() { rm -rf out && "$program" run s.yaml >o 2>&1 || fail "$1: $(cat o)"; }
# attack NAME: stdin is Python that follows printed.py
attack() { cat printed.py - >p.py && python3 p.py >o 2>&1 || fail "$1: $(tail -3 o)"; }
