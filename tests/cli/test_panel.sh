#!/usr/bin/env bash
# What stands behind a number is one click away: the panel of the page, driven in Chromium (tests/readers/panel.mjs), in both languages and side by side.
. tests/cli/lib.sh
. tests/readers/readers.sh
need_program
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { echo "skipped: no Chromium here"; exit 77; }
npm_readers || { echo "skipped: $no_readers"; exit 77; }

cp -r tests/unit/study/data "$tmp/study"
sed -i 's/^languages:.*/languages: [zh, en, zh+en]/' "$tmp/study/study.yaml"
printf '\n\n普及率 {{ penetration.total | %% 1 }}。\n' >>"$tmp/study/narrative/zh.md"
printf '\n\nPenetration {{ penetration.total | %% 1 }}.\n' >>"$tmp/study/narrative/en.md"
"$program" run "$tmp/study/study.yaml" --out "$tmp/out" --quiet >"$tmp/said" 2>&1 || fail "run: $(cat "$tmp/said")"
sqlite3 -json "$tmp/out/results.db" "SELECT indicator, estimate, std_error, conf_low, conf_high, n, n_eff FROM estimate WHERE indicator IN ('users', 'rate', 'penetration') AND statistic IN ('total', 'prop', 'formula') AND domain = (SELECT id FROM domain WHERE id NOT IN (SELECT domain FROM term))" |
  python3 -c 'import json, sys; json.dump([list(r.values()) for r in json.load(sys.stdin)], open(sys.argv[1], "w"))' "$tmp/rows.json" || fail "the rows"
node tests/readers/panel.mjs "$readers_place" "$tmp/rows.json" "$tmp/out/report.zh.html" "$tmp/out/report.en.html" "$tmp/out/report.zh-en.html" >"$tmp/panel" || fail "$(cat "$tmp/panel")"
# the policy allows the page's own script and nothing else
for page in zh en zh-en; do
  python3 - "$tmp/out/report.$page.html" <<'P' || fail "the policy of report.$page.html"
import base64, hashlib, re, sys
page = open(sys.argv[1], encoding="utf-8").read()
policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
script = re.search(r"<script>(.*?)</script>", page, re.S).group(1)
want = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
sys.exit(not (f"script-src 'sha256-{want}'" in policy and "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]))
P
done
finish
