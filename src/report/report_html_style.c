/* report_html_style.c: the style sheet of a report, line by line. Three media: a page with its contents beside it, a phone, A4 paper. */
#include "report_html.h"

#include <stddef.h>

/* clang-format off */
const char *const sx_html__style[] = {
  ":root{--ink:#1d2733;--soft:#5b6876;--rule:#dfe4ea;--tint:#f4f7fa;--deep:#0b3558;--accent:#0072b2;--warn:#8a4b00;--warnbg:#fff6e5}\n",
  "*{box-sizing:border-box}\n",
  "html{font-size:17px;scroll-behavior:smooth;-webkit-text-size-adjust:100%;text-size-adjust:100%}\n",
  "body{margin:0;color:var(--ink);background:#fff;line-height:1.65;font-family:\"Source Sans 3\",\"Segoe UI\",\"Helvetica Neue\",Arial,"
  "\"Noto Sans CJK SC\",\"Source Han Sans SC\",\"PingFang SC\",\"Microsoft YaHei\",sans-serif}\n",
  ":lang(zh){font-family:\"Noto Sans CJK SC\",\"Source Han Sans SC\",\"PingFang SC\",\"Microsoft YaHei\",sans-serif}\n",
  "html:lang(zh) body{line-height:1.85;text-spacing-trim:trim-start}\n",
  "a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}"
  "main a{text-decoration:underline;text-underline-offset:.2em;text-decoration-thickness:1px}main sup a{text-decoration:none}\n",
  ":focus-visible{outline:2px solid var(--accent);outline-offset:2px}\n",
  ".skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:1rem;background:#fff;padding:.5rem;z-index:9}\n",
  /* cover */
  ".cover{background:#f2f6fa;border-top:6px solid var(--deep);border-bottom:1px solid var(--rule)}\n",
  ".inner{max-width:70rem;margin:0 auto;padding:0 2rem}\n",
  ".cover .inner{padding-top:1.4rem;padding-bottom:2.6rem}\n",
  ".top{display:flex;justify-content:space-between;gap:1rem;font-size:.82rem;color:var(--soft);margin:0 0 3.6rem}\n",
  ".top a{border:1px solid currentColor;border-radius:2em;padding:.05em .9em}\n",
  "h1{font-size:2.55rem;line-height:1.25;font-weight:700;color:var(--deep);margin:0;max-width:24em;letter-spacing:-.01em;text-wrap:balance}\n",
  "html:lang(zh) h1{letter-spacing:.01em;line-height:1.35}\n",
  ".subtitle{font-size:1.25rem;line-height:1.5;color:var(--soft);margin:.7rem 0 0;max-width:36em}\n",
  ".date{margin:1.3rem 0 0;font-size:.92rem;color:var(--soft)}\n",
  ".synthetic{margin:1.8rem 0 0;padding:.75rem 1.1rem;background:var(--warnbg);border-left:5px solid #e69f00;color:#4a3200;font-size:.92rem;line-height:1.6;max-width:52rem}\n",
  ".synthetic strong{color:var(--warn);margin-right:.6em}\n",
  ".key{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:1.6rem 2rem;margin:2.4rem 0 0;padding:0}\n",
  ".key div{border-top:3px solid var(--accent);padding-top:.65rem}\n",
  ".key dt{font-size:.88rem;color:var(--soft);line-height:1.4}\n",
  ".key dd{margin:.2rem 0 0;font-size:1.6rem;text-wrap:balance;font-weight:700;color:var(--deep);line-height:1.25;font-variant-numeric:tabular-nums}\n",
  ".key small{display:block;font-size:.76rem;font-weight:400;color:var(--soft);margin-top:.2rem}\n",
  ".about{margin:2rem 0 0;font-size:.88rem;line-height:1.7;color:var(--soft);max-width:52rem}\n",
  ".about b{color:var(--ink);font-weight:600;margin-right:.6em}.about p{margin:.35rem 0}\n",
  /* page */
  ".page{display:grid;grid-template-columns:15.5rem minmax(0,44rem);gap:4rem;align-items:start;padding-top:2.6rem}\n",
  ".toc{position:sticky;top:1.5rem;max-height:calc(100vh - 3rem);overflow-y:auto;font-size:.84rem;line-height:1.5;padding-right:.5rem}\n",
  ".toc h2{font-size:.82rem;letter-spacing:.08em;color:var(--soft);font-weight:600;margin:0 0 .6rem;padding:0;border:0}\n",
  ".toc ol{list-style:none;margin:0;padding:0}.toc li{margin:.1rem 0}\n",
  ".toc a{display:flex;gap:.6em;color:var(--ink);padding:.16rem 0}\n",
  ".toc .no{color:var(--soft);font-variant-numeric:tabular-nums;flex:none}\n",
  ".toc .l1{font-weight:600;margin-top:.55rem}.toc .l2{padding-left:1.15em;font-weight:400;margin:0}.toc .l2 a{color:var(--soft)}\n",
  ".toc details{margin-top:1.1rem;border-top:1px solid var(--rule);padding-top:.7rem}.toc summary{cursor:pointer;color:var(--soft);font-weight:600}\n",
  "main{min-width:0;padding-bottom:3rem}\n",
  "main>:first-child{margin-top:0}\n",
  "h2,h3,h4,h5,h6{color:var(--deep);line-height:1.35;font-weight:700;scroll-margin-top:1rem;text-wrap:balance}\n",
  "h2{font-size:1.72rem;margin:3.6rem 0 1.1rem;padding-bottom:.55rem;border-bottom:2px solid var(--deep)}\n",
  "h3{font-size:1.28rem;margin:2.4rem 0 .7rem}h4{font-size:1.08rem;margin:1.9rem 0 .5rem}h5,h6{font-size:1rem;margin:1.5rem 0 .4rem}\n",
  "h2 .no,h3 .no,h4 .no{color:var(--accent);margin-right:.35em;font-variant-numeric:tabular-nums}\n",
  "p{margin:0 0 1rem;text-wrap:pretty}html:lang(zh) main p{text-align:justify}html:lang(zh) li p,html:lang(zh) figure p{text-align:left}\n",
  "main ul,main ol{padding-left:1.5em;margin:0 0 1rem}main li{margin:.25rem 0}\n",
  "hr{border:0;border-top:1px solid var(--rule);margin:2rem 0}\n",
  "blockquote{margin:1.6rem 0;padding:1.1rem 1.4rem .3rem;background:var(--tint);border-left:4px solid var(--accent)}\n",
  ".box{margin:2rem 0 2.2rem;padding:1.1rem 1.4rem .5rem;background:var(--tint);border:1px solid var(--rule);border-left:4px solid var(--accent);scroll-margin-top:1rem}\n",
  ".box.policy{border-left-color:var(--deep)}.box.method{border-left-color:#00664b}.box.case{border-left-color:#b34700}.box>:last-child{margin-bottom:.6rem}\n",
  ".box .box-title{font-size:1.02rem;margin:0 0 .7rem;padding:0;border:0}.box h4,.box h5,.box h6{margin:1.1rem 0 .4rem}.box figure{margin:1.2rem 0}.kind{font-size:.7rem;font-weight:600;color:var(--soft);border:1px solid currentColor;border-radius:2em;padding:0 .7em;margin-left:.6em;vertical-align:.12em}\n",
  ".pair{display:grid;grid-template-columns:1fr 1fr;gap:0 2.2rem;align-items:start}.pair>div{min-width:0}.two-languages .inner{max-width:86rem}"
  ".two-languages .page{grid-template-columns:15.5rem minmax(0,62rem)}.pair>[lang=en]{line-height:1.65}.pair>[lang=en] p{text-align:left!important}\n",
  ".pair .num{font-weight:600;color:var(--deep);text-decoration:underline dotted #9fb3c5 1px;text-underline-offset:.28em}\n",
  "code{font-family:ui-monospace,\"SF Mono\",Menlo,Consolas,\"Noto Sans Mono CJK SC\",monospace;font-size:.88em;background:var(--tint);padding:.1em .3em;border-radius:3px}\n",
  "pre{background:var(--tint);padding:1rem;overflow-x:auto}pre code{padding:0}\n",
  ".num{font-variant-numeric:tabular-nums;cursor:help}.mark{font-size:.8em;vertical-align:.3em;line-height:0}\n",
  "main>p .num,main>ul .num,main>ol .num,.box>p .num,.box>ul .num,.box>ol .num,blockquote .num{font-weight:600;color:var(--deep);text-decoration:underline dotted #9fb3c5 1px;text-underline-offset:.28em}\n",
  "html:lang(zh) main p .num,html:lang(zh) main li .num{margin:0 .1em}\n",
  ".missing{color:var(--soft)}\n",
  ".num:focus{outline:0;background:#e3f0f8}\n",
  ".num[data-what]:focus::after{content:attr(title) \"\\A\" attr(data-what)!important}\n",
  ".num:focus::after{content:attr(title);white-space:pre-line!important;position:fixed;left:0;right:0;bottom:0;z-index:8;background:var(--deep);color:#fff;font:400 .9rem/1.6 inherit;"
  "max-height:50vh;overflow-y:auto;font-size:.9rem;font-weight:400;line-height:1.6;padding:.8rem 1.2rem;text-align:center;text-indent:0;white-space:normal}\n",
  /* the panel of the script: a sheet at the side, on phones at the bottom */
  "html.js .num:focus::after{display:none}.js [role=button]{cursor:pointer}.js svg [data-ref]{cursor:pointer}.js td[data-ref]{cursor:pointer}"
  ".js .cell:hover{text-decoration:underline dotted #6b7c8d 1px;text-underline-offset:.28em}\n",
  ".prov{border:0;margin:0 0 0 auto;padding:1.1rem 1.4rem 1.6rem;width:min(27rem,100vw);max-width:100vw;height:100vh;max-height:100vh;overflow-y:auto;color:var(--ink);background:#fff;"
  "box-shadow:-2px 0 18px #0b355833;font-size:.86rem;line-height:1.55}.prov::backdrop{background:#0b355855}\n",
  ".prov h2{font-size:1.12rem;line-height:1.4;margin:.2rem 0 .8rem;padding:0;border:0;color:var(--deep)}.prov h2:focus{outline:0}.prov h2 b{font-size:1.35rem;display:block}"
  ".prov .bar{display:flex;gap:.6rem;justify-content:flex-end;margin:0}.prov .bar>:first-child:not(.close){margin-right:auto}\n",
  ".prov button{font:inherit;color:var(--accent);background:none;border:1px solid currentColor;border-radius:2em;padding:.1em .9em;cursor:pointer}"
  ".prov li button{border:0;padding:0;text-decoration:underline;text-align:left}.prov ul{margin:0;padding-left:1.1em}\n",
  ".prov dl{margin:0}.prov dt{color:var(--soft);font-size:.8rem;margin-top:.55rem}.prov dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}.prov code{background:none;padding:0}\n",
  "sup.fn{line-height:0;font-size:.72em;margin-left:.1em}\n",
  ".notes{font-size:.84rem;line-height:1.65;color:var(--soft);border-top:1px solid var(--rule);margin:2.4rem 0 0;padding-top:.8rem}.notes ol{margin:0}\n",
  /* figures and tables */
  "figure{margin:2.2rem 0 2.4rem;padding:0;scroll-margin-top:1rem}\n",
  "figcaption{font-weight:700;line-height:1.45;color:var(--deep);border-top:2px solid var(--deep);padding-top:.6rem;margin-bottom:.7rem}\n",
  "figcaption .no{color:var(--accent);margin-right:.6em;white-space:nowrap}\n",
  ".tag{display:inline-block;font-size:.7rem;font-weight:600;line-height:1.5;color:var(--warn);background:var(--warnbg);border:1px solid #f0cf94;border-radius:2em;padding:0 .7em;margin-left:.6em;vertical-align:.12em;white-space:nowrap}\n",
  ".unit{font-size:.82rem;color:var(--soft);margin:-.3rem 0 .5rem}\n",
  "svg{display:block;width:100%;height:auto;overflow:visible;font-family:inherit;font-variant-numeric:tabular-nums}\n",
  "svg.narrow{display:none}svg .e{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}\n",
  ".foot{font-size:.8rem;line-height:1.6;color:var(--soft);border-top:1px solid var(--rule);margin-top:.7rem;padding-top:.5rem}.foot p{margin:0}\n",
  ".data{font-size:.82rem;margin-top:.6rem}.data summary{cursor:pointer;color:var(--accent);width:max-content}\n",
  ".empty{color:var(--soft);font-style:italic}html:lang(zh) .empty{font-style:normal}\n",
  ".scroll{overflow-x:auto;max-width:100%}\n",
  "table{border-collapse:collapse;width:100%;font-size:.85rem;line-height:1.5;font-variant-numeric:tabular-nums lining-nums}\n",
  "th,td{padding:.42rem .55rem;text-align:right;vertical-align:top;border-bottom:1px solid var(--rule)}\n",
  "td{white-space:nowrap}td.l{white-space:normal;min-width:10.5em}td.w{white-space:normal;min-width:5em}html:lang(zh) td.w{white-space:nowrap}\n",
  "thead th{vertical-align:bottom;font-weight:600;color:var(--soft);border-bottom:1.5px solid var(--deep);line-height:1.4}\n",
  "thead tr:first-child:not(:last-child) th[colspan]{border-bottom:1px solid var(--rule)}\n",
  "th:first-child,.l,.plain th,.plain td{text-align:left}.plain td{white-space:normal}\n",
  "th.c,td.c{text-align:center}.plain .r{text-align:right}.plain .c{text-align:center}\n",
  "tbody th{font-weight:400;color:var(--ink);min-width:11em}.data tbody th{min-width:8em}\n",
  "tbody tr:hover>*{background:var(--tint)}\n",
  "tbody tr:last-child>*{border-bottom:1.5px solid var(--deep)}\n",
  ".sub th{font-weight:700;color:var(--deep);padding-top:.9rem}\n",
  ".in1{padding-left:1.7rem!important}.in2{padding-left:2.8rem!important}.in3{padding-left:3.9rem!important}.in4{padding-left:5rem!important}\n",
  ".two th{white-space:nowrap;font-weight:400}.u{display:block;font-weight:400;font-size:.92em}.se,.i{color:var(--soft)}.se{font-size:.92em}\n",
  ".outside{font-style:normal;color:var(--soft)}\n",
  ".hash{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.8em;word-break:break-all;white-space:normal;min-width:14em}\n",
  "footer{border-top:1px solid var(--rule);color:var(--soft);font-size:.8rem;padding:1.2rem 0 2.4rem}\n",
  /* smaller screens */
  "@media (max-width:62rem){.page{display:block;max-width:44rem}.toc{position:static;max-height:none;margin-bottom:2.5rem;padding:1.1rem 1.3rem;background:var(--tint)}}\n",
  "@media (max-width:50rem){.pair{display:block}.pair>[lang=en]{color:var(--soft)}}\n",
  "@media (max-width:34rem){html{font-size:16px}.inner{padding:0 1rem}.top{margin-bottom:2.2rem}h1{font-size:1.8rem}.subtitle{font-size:1.08rem}"
  "h2{font-size:1.4rem;margin-top:2.8rem}h3{font-size:1.16rem}.key{grid-template-columns:1fr 1fr;gap:1.2rem 1rem}.key dd{font-size:1.35rem}"
  "svg.wide{display:none}svg.narrow{display:block}.prov{margin:auto 0 0;width:100vw;height:auto;max-height:85vh;padding:.9rem 1rem 1.4rem;border-radius:12px 12px 0 0}.page{padding-top:1.4rem}blockquote,.box{padding:.9rem 1rem .1rem}"
  "html:lang(zh) main p{text-align:left}"
  "figure th:first-child{position:sticky;left:0;background:#fff;max-width:46vw;min-width:8em;box-shadow:1px 0 0 var(--rule)}.sub th{max-width:none!important}th,td{padding:.4rem .5rem}td.l{min-width:15em}}\n",
  /* paper */
  "@page{size:A4;margin:20mm 18mm 22mm}\n",
  "@media print{html{font-size:10.5pt}body{color:#000}.top a,.skip,.data{display:none}.inner{padding:0;max-width:none}"
  ".cover{background:none;break-after:page;border-bottom:0}.cover .inner{padding-top:30mm}.page{display:block;padding:0}"
  ".toc{position:static;max-height:none;break-after:page;overflow:visible;padding:0}svg.wide{display:block}svg.narrow{display:none}"
  "h2,h3,h4,figcaption,.box-title{break-after:avoid}.box{box-decoration-break:clone;-webkit-box-decoration-break:clone}.box,figure.fig,blockquote,tr,.key div{break-inside:avoid}thead{display:table-header-group}"
  ".scroll{overflow:visible}table{font-size:8.5pt}td{white-space:normal}a{color:inherit}main p .num{text-decoration:none;color:inherit}"
  ".prov,.prov::backdrop{display:none!important}p{orphans:3;widows:3}tbody tr:hover>*{background:none}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}\n",
  NULL};
/* clang-format on */
