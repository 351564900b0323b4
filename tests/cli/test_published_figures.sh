#!/usr/bin/env bash
# The audit of the sources' published figures: the verdict of every identity is the one that docs/published-figures.md prints, the
# contradictions are those that its findings name, the readings agree, and the figures are those of the transcription.
. tests/cli/lib.sh
need_program
study=studies/published-figures page=docs/published-figures.md

"$program" audit $study/audit.yaml --format csv >"$tmp/audit.csv" 2>"$tmp/err"
[ $? = 3 ] || fail "the audit does not fail the gate: $(cat "$tmp/err")"
awk -F, 'NR > 1 && $3 != "fewest" { print $2, $1 }' "$tmp/audit.csv" | sort >"$tmp/verdicts"
verdict() { sed -n "s/ $1\$//p" "$tmp/verdicts"; }
for line in 'agrees 210' 'contradicts 20' 'cannot tell 13'; do
  [ "$(verdict "${line% *}" | wc -l)" = "${line##* }" ] || fail "${line% *}: $(verdict "${line% *}" | wc -l), not ${line##* }"
  grep -q "^| ${line% *} [^|]*| ${line##* } |$" $page || fail "$page does not count: $line"
done

cat >"$tmp/contradicts" <<'END'
cohort-netizens-population
cohort-users-by-age
cohort-users-population
content-base-ch5
ctrip-half
digital-agriculture
digital-industry
digital-services
five-year-plan
games-share-ch5
games-share-twice
genai-gap
ministries-supply
ministries-supply-004
mobile-pay
seniors-share-twice
tradein-half-year
video-share-ch5
video-share-twice
xiaomi-half
END
verdict contradicts | diff "$tmp/contradicts" - >"$tmp/out" || fail "other contradictions than expected: $(cat "$tmp/out")"

# the page: every identity with its verdict, every finding under its heading, every figure of a finding where it stands
sed -n '/^## Every identity/,/^### Readings/p' $page | sed -n 's/^| `\([^`]*\)` [a-z]* | \(agrees\|contradicts\|cannot tell\)[^|]* |.*/\1 \2/p' | sort >"$tmp/page"
diff "$tmp/verdicts" "$tmp/page" >"$tmp/out" || fail "the page's table is not the audit: $(cat "$tmp/out")"
section() { sed -n "/^## $1/,/^## /p" $page; }
for id in $(verdict contradicts); do section Contradictions | grep -q "\`$id\`" || fail "the findings do not name $id"; done
for id in $(verdict 'cannot tell'); do section 'Cannot tell' | grep -q "\`$id\`" || fail "what cannot be told does not name $id"; done
for id in $(section 'Agree at the edge' | sed -n 's/^| `\([^`]*\)` .*/\1/p'); do
  grep -qx "$id agrees" "$tmp/verdicts" || fail "$id is said to agree at the edge"
done
"$program" audit $study/audit.yaml --only contradicts --format csv --lang en 2>/dev/null | grep -o 'L[0-9][0-9]*\]' | tr -d ']' | sort -u >"$tmp/places"
while read -r place; do section Contradictions | grep -q "$place\b" || fail "the findings do not say $place"; done <"$tmp/places"

# every row of the page's table prints the places that the audit prints
command -v python3 >/dev/null && python3 - "$tmp/audit.csv" $page >"$tmp/out" <<'END' && [ -s "$tmp/out" ] && fail "places on the page: $(cat "$tmp/out")"
import csv, re, sys
page = {}
for line in open(sys.argv[2], encoding='utf-8'):
    row = re.match(r'\| `([^`]*)` [a-z]* \| (?:agrees|contradicts|cannot tell)', line)
    if row: page[row[1]] = set(re.findall(r'\((00\d, [^()]*?(?:L\d+(?:-L\d+)?))\)', line))
for r in csv.DictReader(open(sys.argv[1], encoding='utf-8')):
    want = set(re.findall(r': (00\d, [^\[\]]*?L\d+(?:-L\d+)?)\]', r['statement']))
    lines = lambda places: {p.rsplit(' ', 1)[1] for p in places}
    if r['kind'] != 'fewest' and not lines(want) <= lines(page.get(r['identity'], set())): print(r['identity'], sorted(lines(want) - lines(page.get(r['identity'], set()))))
END

# the fewest figures that explain it, proven
awk -F, '$3 == "fewest" { print $2 }' "$tmp/audit.csv" | sort >"$tmp/fewest"
[ "$(wc -l <"$tmp/fewest")" = 15 ] || fail "$(wc -l <"$tmp/fewest") figures explain it, not 15"
awk -F, '$3 == "fewest" && !/,minimum,/' "$tmp/audit.csv" | grep -q . && fail "that they are the fewest is not proven"
# of a fact from outside and two printed figures that hang together the one is fewer
[ "$(grep '^N_' "$tmp/fewest")" = N_cohort ] || fail "other facts from outside are doubted: $(grep '^N_' "$tmp/fewest")"
sed -n '/^### The fewest/,/^## /p' $page | sed -n 's/^| \([FGN][0-9a-z_]*\) |.*/\1/p' | sort | diff "$tmp/fewest" - >"$tmp/out" || fail "the page's fewest figures: $(cat "$tmp/out")"

# proposals from the figures alone: a gap that a line prints with the two per cents behind it
sed '/^identities/,$d' $study/audit.yaml >"$tmp/bare.yaml"
cp $study/figures.csv "$tmp/figures.csv"
"$program" audit "$tmp/bare.yaml" --discover --max 0 >"$tmp/proposed"
[ "$(grep -c ', gap: ' "$tmp/proposed")" -ge 1 ] || fail "$(grep -c ', gap: ' "$tmp/proposed") gaps are proposed"

# the readings that repair
"$program" audit $study/readings.yaml --format csv >"$tmp/readings.csv" 2>"$tmp/err" || fail "readings: exit $?: $(cat "$tmp/err")"
awk -F, 'NR > 1 { print $2, $1 }' "$tmp/readings.csv" | sort >"$tmp/readings"
sed -n '/^### Readings/,/^### Facts/p' $page | sed -n 's/^| `\([^`]*\)` [a-z]* | \(agrees\) |.*/\1 \2/p' | sort | diff "$tmp/readings" - >"$tmp/out" ||
  fail "the page's readings are not the audit's: $(cat "$tmp/out")"

# every identity is argued in both languages, every fact from outside has its source in both
awk '/^  - \{id: N_/ { if (open) print id; id = $3; open = 1 } /^              en:/ { open = 0 } END { if (open) print id }' $study/audit.yaml >"$tmp/out"
[ -s "$tmp/out" ] && fail "facts without a source in two languages: $(cat "$tmp/out")"
argued=$(grep -c '^     why: {zh: ..*, en: ..*}}$' $study/audit.yaml)
[ "$argued" = "$(wc -l <"$tmp/verdicts")" ] || fail "$argued of the identities are argued"

# the figures: facts only, as transcribed but for the corrections that the README lists
head -1 $study/figures.csv | grep -Eq 'statement|quote|text' && fail "figures.csv has a column of text"
transcript=../shared/data/cnnic-2025h1/published_figures.csv
if [ -f $transcript ]; then
  command -v python3 >/dev/null && python3 - $study/figures.csv $transcript >"$tmp/out" <<'END' && [ -s "$tmp/out" ] && fail "figures: $(cat "$tmp/out")"
import csv, sys
ours = {r['id']: r for r in csv.DictReader(open(sys.argv[1], encoding='utf-8'))}
theirs = {r['id']: r for r in csv.DictReader(open(sys.argv[2], encoding='utf-8'))}
corrected = {'F002_191', 'F002_192'}
print(*[f'{i} is missing' for i in theirs if i not in ours], sep='\n', end='')
for i, r in theirs.items():
    if i in ours and i not in corrected:
        for c in ('value', 'decimals'):
            if r[c] != ours[i][c]: print(i, c, r[c], ours[i][c])
for i, r in ours.items():
    if any(len(f) >= 40 and any(f in t['statement'] or f in t.get('quote', '') for t in theirs.values()) for f in r.values() if f): print(i, 'holds a sentence of the source')
END
fi

# each figure stands where it is said to stand: its first digit on that very line (a number may be wrapped into the next), but for those in words
if [ -d ../shared/sources ] && command -v python3 >/dev/null; then
  python3 - $study/figures.csv ../shared/sources >"$tmp/out" <<'END' || fail "places: $(cat "$tmp/out")"
import csv, glob, re, sys
IN_WORDS = set("""F000_002 F000_011 F000_013 F000_015 F000_017 F000_047 F000_067 F000_074 F000_081 F000_088 F000_094 F000_095 F000_106 F000_130 F000_133 F000_134 F000_197
F000_212 F000_213 F000_214 F000_215 F000_223 F000_232 F000_235 F000_248 F000_269 F000_284 F000_287 F000_318 F000_319 F000_328 F000_345 F000_352 F000_353 F000_357
F000_360 F002_001 F002_002 F002_003 F002_030 F002_035 F002_059 F002_087 F002_088 F002_119 F002_171 F002_191 F002_192 F002_196 F002_199 F004_001 F004_006 F004_007
F004_008""".split())
lines = {f.split('/')[-1][:3]: open(f, encoding='utf-8').read().split('\n') for f in glob.glob(sys.argv[2] + '/*.txt')}
plain = str.maketrans('０１２３４５６７８９．％', '0123456789.%')
absent = set()
for r in csv.DictReader(open(sys.argv[1], encoding='utf-8')):
    if not r['id'].startswith('F') or not r['value']: continue
    doc, line = r['place'][:3], int(re.search(r'L(\d+)$', r['place']).group(1))
    here, more = (''.join(lines[doc][a:b]).replace(' ', '').translate(plain) for a, b in ((line - 1, line), (line, line + 2)))
    found = re.search(r'(?<![\d.])' + re.escape(r['value'].lstrip('-')) + r'(?!\d|\.\d)', here + more)
    if not found or found.start() >= len(here): absent.add(r['id'])
print(*sorted(absent - IN_WORDS))
sys.exit(bool(absent - IN_WORDS))
END
fi
finish
