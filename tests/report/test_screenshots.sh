#!/usr/bin/env bash
# Opens a report in headless Chromium at desktop and phone width, in both languages, and measures the page as drawn: no error
# on the console, nothing wider than the screen, no missing glyph, no text on a text in a figure. The pictures go to $SX_BUILD/screenshots
# for somebody to look at.
#
# Without arguments the sample report of the unit tests is used; otherwise: test_screenshots.sh NAME FILE.zh.html [FILE.en.html]
set -u
build=${SX_BUILD:?SX_BUILD names the build tree}
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  { echo "skipped: no Chromium here"; exit 77; }
fc-list :lang=zh 2>/dev/null | grep -q . || { echo "skipped: no Chinese font here (fonts-noto-cjk)"; exit 77; }

out=$build/screenshots
mkdir -p "$out"
if [ $# -eq 0 ]; then
  "$build/tests/t_unit_report_test_report_html" sample || exit 1
  name=sample
  set -- "$build/sample-report/report.zh.html" "$build/sample-report/report.en.html"
else
  name=$1
  shift
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run() { # the flags that every start of the browser has; a new profile each time
  rm -rf "$work/profile"
  timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
    --allow-file-access-from-files --user-data-dir="$work/profile" "$@"
}

# The report stands in a frame of the width to be tested; the page around it measures.
frame() { # file width height script?
  cat <<HTML
<!DOCTYPE html><meta charset="utf-8"><body style="margin:0"><iframe id="f" src="file://$1" width="$2" height="$3"
style="border:0;display:block"></iframe><pre id="out">not measured</pre>
HTML
  [ "${4:-}" ] && cat <<'HTML'
<script>
const f = document.getElementById('f');
f.onload = () => {
  const d = f.contentDocument, w = f.contentWindow, root = d.documentElement, bad = [];
  if (root.scrollWidth > root.clientWidth) bad.push('the page is ' + root.scrollWidth + ' wide in ' + root.clientWidth);
  for (const e of d.body.querySelectorAll('*')) {
    const r = e.getBoundingClientRect();
    if (r.width && r.right > root.clientWidth + 1 && !e.closest('.scroll') && !e.closest('.skip'))
      bad.push('<' + e.tagName + ' class=' + e.getAttribute('class') + '> reaches ' + Math.round(r.right));
  }
  // a glyph that looks like the one of a character that no font has is missing
  const c = document.createElement('canvas'), x = c.getContext('2d', {willReadFrequently: true});
  c.width = c.height = 48;
  const look = ch => { x.clearRect(0, 0, 48, 48); x.fillText(ch, 8, 36); return x.getImageData(0, 0, 48, 48).data.join(); };
  x.font = '28px ' + w.getComputedStyle(d.body).fontFamily;
  const none = [look('\u{10FFFD}'), look('\uF8F1')];
  const seen = new Set([...d.body.textContent].filter(ch => ch > ' ' && ch != '\u00a0'));
  for (const ch of seen) if (none.includes(look(ch))) bad.push('no glyph for U+' + ch.codePointAt(0).toString(16));
  // texts of a figure as they were drawn
  let texts = 0, figures = 0;
  for (const s of d.querySelectorAll('svg')) {
    if (!s.getBoundingClientRect().width) continue;
    figures++;
    const box = s.getBoundingClientRect(), t = [...s.querySelectorAll('text')].map(e => [e, e.getBoundingClientRect()]);
    texts += t.length;
    t.forEach(([e, a], i) => {
      if (a.left < box.left - 2 || a.right > box.right + 2) bad.push('"' + e.textContent + '" leaves its figure');
      const size = parseFloat(w.getComputedStyle(e).fontSize) * box.width / s.viewBox.baseVal.width;
      if (size < 9.5) bad.push('"' + e.textContent + '" is only ' + size.toFixed(1) + ' px high');
      for (const [g, b] of t.slice(i + 1))
        if (a.left < b.right - 1 && b.left < a.right - 1 && a.top + 2 < b.bottom - 2 && b.top + 2 < a.bottom - 2)
          bad.push('"' + e.textContent + '" lies on "' + g.textContent + '"');
    });
  }
  document.getElementById('out').textContent = 'height ' + root.scrollHeight + ' figures ' + figures + ' texts ' + texts +
    ' characters ' + seen.size + '\n' + (bad.length ? 'BAD ' + bad.join('\nBAD ') : 'CLEAN');
};
</script>
HTML
}

failed=0
for file in "$@"; do
  file=$(readlink -f "$file")
  case $file in *zh*) lang=zh ;; *) lang=en ;; esac
  for width in 1280 390; do
    frame "$file" $width 2000 measure >"$work/measure.html"
    run --enable-logging=stderr --virtual-time-budget=20000 --dump-dom "file://$work/measure.html" \
      >"$work/dom.html" 2>"$work/log"
    result=$(sed -n '/<pre id="out">/,/<\/pre>/p' "$work/dom.html" | sed 's/.*<pre id="out">//; s/<\/pre>.*//; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g')
    echo "$name $lang $width: $(head -1 <<<"$result")"
    if ! grep -q '^CLEAN' <<<"$result"; then
      echo "$result" | tail -n +2
      failed=1
    fi
    grep -E 'CONSOLE' "$work/log" | head -5 | grep . && failed=1
    height=$(sed -n 's/^height \([0-9]*\) .*/\1/p' <<<"$result")
    # Pictures of at most 8000 lines each: the page moves up behind a window of that height.
    part=0
    while [ $((part * 8000)) -lt "${height:-1}" ]; do
      left=$((height - part * 8000))
      tall=$((left < 8000 ? left : 8000))
      frame "$file" $width "$height" | sed "s/display:block/display:block;margin-top:-$((part * 8000))px/; s/margin:0/margin:0;overflow:hidden/" >"$work/shot.html"
      run --window-size=$((width < 500 ? 500 : width)),$tall --screenshot="$out/$name.$lang.$width.$part.png" "file://$work/shot.html" >/dev/null 2>&1
      [ -s "$out/$name.$lang.$width.$part.png" ] || { echo "no picture $name.$lang.$width.$part.png"; failed=1; }
      part=$((part + 1))
    done
  done
done
[ $failed -eq 0 ] && echo "pictures in $out"
exit $failed
