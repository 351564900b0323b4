/* report_html_script.c: the one script of a page: a number that is clicked, or reached by the keys and entered, opens a panel with what stands behind it.
 * It asks for nothing from outside and the security policy of the page allows these very bytes alone (their hash). Without it the page says all but the
 * panel: tips, and below the number that has the focus what it measures.
 *
 * What it reads is written by report_html_panel.c: w words, d definitions, r results (a 0 stands for what the result before has), u the run. */
#include "report_html.h"

#include <stddef.h>

/* clang-format off */
const char *const sx_html__script[] = {
  "(function(){'use strict';\n",
  "var D=JSON.parse(document.getElementById('results').textContent),W=D.w,rows={},names=[],last=[],opener=null,trail=[];\n",
  "var box=document.createElement('dialog'),root=document.documentElement;\n",
  "if(!box.showModal)return;\n",
  "D.r.forEach(function(r){var i;for(i=1;i<r.length;i++)if(r[i]===0)r[i]=last[i];else if(r[i]==='0'&&i<14)r[i]=0;r[1]=+r[1];last=r;rows[r[0]]=r;names.push(r[0])});\n",
  "box.className='prov';box.setAttribute('aria-labelledby','prov-h');document.body.appendChild(box);root.classList.add('js');\n",
  "function find(ref){var i;if(rows[ref])return rows[ref];i=ref.lastIndexOf('.');return i>0?rows[ref.slice(0,i)]||null:null}\n",
  /* a text, or one in two languages */
  "function put(to,x){if(!Array.isArray(x)){to.appendChild(document.createTextNode(x));return to}\n",
  "x.forEach(function(t,i){if(!t||(i&&t===x[0]))return;var s=document.createElement('span');s.lang=i?'en':'zh-CN';s.textContent=(to.childNodes.length?' ':'')+t;to.appendChild(s)});return to}\n",
  "function made(tag,x,cls){var e=document.createElement(tag);if(cls)e.className=cls;return x===undefined?e:put(e,x)}\n",
  "function both(x){return Array.isArray(x)?x.filter(Boolean).join(' '):x}\n",
  /* the digits moved by two places, not multiplied */
  "function hundred(t){var m=/^(-?)(\\d+)(?:\\.(\\d+))?$/.exec(t);if(!m)return null;var f=(m[3]||'')+'00',k=m[2]+f.slice(0,2),rest=f.slice(2).replace(/0+$/,'');return m[1]+(k.replace(/^0+(?=\\d)/,''))+(rest?'.'+rest:'')}\n",
  "function full(v,r,pct){var t=String(v),h=pct||r[14]==='pp'?hundred(t):null;return h===null?t+(r[14]?' '+r[14]:''):t+' = '+h+(r[14]==='pp'?' '+both(W.pp):'%')}\n",
  "function line(dl,word,x){if(x===null||x===undefined||x==='')return;dl.appendChild(made('dt',word));dl.appendChild(x.nodeType?x:made('dd',x))}\n",
  "function term(t){var dd=made('li'),b,d,r;if(t<D.r.length){r=D.r[t];d=D.d[r[1]];b=made('button',d&&d.label?d.label:r[0]);b.type='button';\n",
  "b.addEventListener('click',function(){trail.push(box.shown);show(r,null,false);box.querySelector('h2').focus()});dd.appendChild(b);\n",
  "put(dd,' '+(r[5]===null?both(r[18]||'–'):full(r[5],r,false)+(r[6]===null?'':' ('+both(W.se)+' '+r[6]+')')))}\n",
  "else{d=D.d[t-D.r.length];put(dd,d.label||d.id);put(dd,' '+d.value+(d.unit?' '+d.unit:'')+(d.se?' ('+both(W.se)+' '+d.se+')':''));if(d.source){put(dd,' ');put(dd,d.source)}}return dd}\n",
  "function show(r,printed,pct){var d=D.d[r[1]]||{},dl=made('dl'),h=made('h2'),bar=made('p',undefined,'bar'),x=made('button',W.close),ul,b,a,p;\n",
  "box.shown=[r,printed,pct];box.textContent='';h.id='prov-h';h.tabIndex=-1;if(printed){h.appendChild(made('b',printed));put(h,' ')}put(h,d.label||r[0]);\n",
  "if(r[3]){put(h,' · ');put(h,r[3])}\n",
  "x.type='button';x.className='close';x.addEventListener('click',function(){box.close()});\n",
  "if(trail.length){b=made('button',W.back);b.type='button';b.addEventListener('click',function(){var s=trail.pop();show(s[0],s[1],s[2]);box.querySelector('h2').focus()});bar.appendChild(b)}\n",
  "bar.appendChild(x);box.appendChild(bar);box.appendChild(h);\n",
  "line(dl,W.question,d.question);line(dl,W.of,d.of);line(dl,W.formula,d.formula&&(r[19].length||!/^share_|^effect|^decom/.test(r[2]))?made('dd').appendChild(made('code',d.formula)).parentNode:null);\n",
  "if(r[19]&&r[19].length){ul=made('ul');r[19].forEach(function(t){ul.appendChild(term(t))});p=made('dd');p.appendChild(ul);line(dl,W.terms,p)}\n",
  "line(dl,W.base,d.base);line(dl,W.where,d.where);line(dl,W.group,r[4]);\n",
  "if(r[5]===null)line(dl,W.estimate,r[18]||'–');else{line(dl,W.estimate,full(r[5],r,pct));if(r[18])line(dl,W.estimate,r[18])}\n",
  "line(dl,W.se,r[6]===null?null:full(r[6],r,pct));\n",
  "if(r[7]!==null&&r[8]!==null)line(dl,Array.isArray(W.interval)?W.interval.map(function(t){return t.replace('%s',100*r[9])}):W.interval.replace('%s',+(100*r[9]).toFixed(6)),full(r[7],r,pct)+' … '+full(r[8],r,pct));\n",
  "line(dl,W.n,r[10]===null?null:String(r[10]));line(dl,W.neff,r[11]===null?null:String(Math.round(10*r[11])/10));line(dl,W.deff,r[12]===null?null:String(Math.round(1e3*r[12])/1e3));line(dl,W.df,r[13]===null?null:String(r[13]));\n",
  "line(dl,W.quality,r[15]);line(dl,W.method,r[16]);line(dl,W.design,D.u.design);line(dl,W.variables,d.variables);line(dl,W.files,d.files);\n",
  "line(dl,W.result,r[0]+(r[2]?' ('+r[2]+')':''));line(dl,W.step,r[17]);line(dl,W.run,D.u.run);line(dl,W.inputs,D.u.inputs);box.appendChild(dl);\n",
  "if(D.u.link){p=made('p');a=made('a',W.definitions);a.href='#'+D.u.link;a.addEventListener('click',function(){opener=null;box.close()});p.appendChild(a);box.appendChild(p)}}\n",
  "function outside(el){var h=made('h2'),bar=made('p',undefined,'bar'),x=made('button',W.close);x.type='button';x.addEventListener('click',function(){box.close()});\n",
  "box.shown=null;box.textContent='';h.id='prov-h';h.tabIndex=-1;put(h,el.textContent);bar.appendChild(x);box.appendChild(bar);box.appendChild(h);box.appendChild(made('p',el.title))}\n",
  "function open(el){var ref=el.getAttribute('data-ref')||(el.closest('[data-ref]')||el).getAttribute('data-ref')||'',r=find(ref),at,unit=el.closest('[data-unit]'),text=el.textContent.trim();\n",
  "if(!r&&!(el.classList.contains('outside')&&el.title))return false;trail=[];\n",
  "if(r)show(r,text,/%/.test(text+(unit?unit.getAttribute('data-unit'):'')));else outside(el);\n",
  "at=el.closest('svg')?el.closest('figure'):el.closest('[role=button]')||el;if(at&&!at.hasAttribute('tabindex'))at.tabIndex=-1;opener=at;box.showModal();box.scrollTop=0;box.querySelector('h2').focus();return true}\n",
  "box.addEventListener('close',function(){if(opener)opener.focus({preventScroll:true});opener=null});\n",
  "box.addEventListener('click',function(e){if(e.target===box)box.close()});\n",
  /* the numbers of texts are buttons; a table is one stop of the Tab key, arrows lead through its cells */
  "function button(e,at){e.setAttribute('role','button');e.setAttribute('aria-haspopup','dialog');e.tabIndex=at}\n",
  "document.querySelectorAll('.num[tabindex],.outside[tabindex]').forEach(function(e){if(e.classList.contains('outside')?e.title:find(e.getAttribute('data-ref')||''))button(e,0)});\n",
  "document.querySelectorAll('main table').forEach(function(t){var first=true;t.querySelectorAll('td').forEach(function(td){\n",
  "var e=td.hasAttribute('data-ref')?td:td.querySelector('[data-ref]'),s;if(!e||e.tabIndex===0&&e!==td||!find(e.getAttribute('data-ref')))return;\n",
  "if(e===td){s=document.createElement('span');while(td.firstChild)s.appendChild(td.firstChild);td.appendChild(s);e=s}\n",
  "e.classList.add('cell');button(e,first?0:-1);first=false})});\n",
  "function move(e,key){var td=e.closest('td'),tr=td.parentNode,i=td.cellIndex,next=null;\n",
  "function into(c){return c&&c.querySelector('.cell')}\n",
  "if(key==='ArrowLeft'||key==='ArrowRight'){while(!next&&(td=key==='ArrowLeft'?td.previousElementSibling:td.nextElementSibling))next=into(td)}\n",
  "else while(!next&&(tr=key==='ArrowUp'?tr.previousElementSibling:tr.nextElementSibling))next=into(tr.cells[i]);\n",
  "if(!next)return;e.tabIndex=-1;next.tabIndex=0;next.focus()}\n",
  "document.addEventListener('keydown',function(e){var b=e.target.closest&&e.target.closest('[role=button]');if(!b||box.open||e.ctrlKey||e.metaKey||e.altKey)return;\n",
  "if(e.key==='Enter'||e.key===' '){if(open(b))e.preventDefault()}else if(/^Arrow/.test(e.key)&&b.classList.contains('cell')){e.preventDefault();move(b,e.key)}});\n",
  "document.addEventListener('click',function(e){var t=e.target,el=t.closest&&t.closest('[data-ref]');if(t.closest('a,dialog,summary')||String(getSelection()))return;\n",
  "if(el&&el.tagName!=='desc'){if(el.tagName==='TD')el=el.querySelector('.cell')||el;open(el)}});\n",
  "})();\n",
  NULL};
/* clang-format on */
