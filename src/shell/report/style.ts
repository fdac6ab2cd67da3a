/**
 * The look of a report: light and dark by what the reader's device prefers, one column on a phone, black on white on paper. Colours
 * are those of Okabe and Ito (Color Universal Design, 2008), darkened or lightened to be read as lines; lines differ in dash too.
 */
export const STYLE = `
:root{color-scheme:light dark;--ground:#fff;--text:#1c1e21;--soft:#5b6169;--rule:#d9dce0;--grid:#e7e9ec;--tile:#f5f6f8;
--book:#0059a8;--frictionless:#c24e00;--untouched:#6b7077;--bought:#00795c;--band:#56b4e9;
--premium:#0072b2;--trend:#d55e00;--costs:#3c4046;--carry:#cc79a7;--rest:#b9bec5}
@media(prefers-color-scheme:dark){:root{--ground:#15171a;--text:#e6e7e9;--soft:#a0a6ae;--rule:#3a3e44;--grid:#2a2d32;--tile:#1f2226;
--book:#6cb4ff;--frictionless:#ffa64d;--untouched:#a9afb7;--bought:#3fd0a4;--band:#2b6c94;
--premium:#4aa8e0;--trend:#f0803c;--costs:#d0d4d9;--carry:#e09ac2;--rest:#6a7078}}
*{box-sizing:border-box}
html{background:var(--ground);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;-webkit-text-size-adjust:100%}
body{max-width:58rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem;text-wrap:balance}
h2{font-size:1.15rem;margin:3rem 0 .25rem;padding-top:1rem;border-top:1px solid var(--rule)}
h3{font-size:.95rem;margin:1rem 0 .25rem}
p{margin:.25rem 0 .75rem;max-width:46rem}
.soft,figcaption{color:var(--soft);font-size:.9rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1rem;padding:0;margin:1rem 0;font-size:.9rem}
a{color:var(--book)}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:.6rem;margin:1.25rem 0;padding:0}
.tiles div{background:var(--tile);border-radius:.5rem;padding:.6rem .75rem}
.tiles dt{color:var(--soft);font-size:.85rem}
.tiles dd{margin:0;font-size:1.35rem;font-variant-numeric:tabular-nums;line-height:1.3}
.tiles dd small{display:block;font-size:.8rem;color:var(--soft);line-height:1.3}
figure{margin:1rem 0 1.5rem}
.plot{position:relative;margin:.6rem 0 1.7rem 3.4rem}
.plot svg{display:block;width:100%;height:100%;overflow:visible}
.map .words span.cell{color:var(--text);transform:translate(-50%,50%)}.map .words span.cell.peak{font-weight:700;text-decoration:underline}
.map rect{fill:var(--book);stroke:var(--ground);stroke-width:2;vector-effect:non-scaling-stroke}
.warning{border-left:.25rem solid var(--frictionless);padding-left:.75rem}
.high{height:19rem}.low{height:9rem}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:0 1.5rem}
.words span{position:absolute;font-size:.75rem;line-height:1;color:var(--soft);font-variant-numeric:tabular-nums;white-space:nowrap}
.words .y{right:calc(100% + .45rem);transform:translateY(50%)}
.words .x{top:calc(100% + .45rem);transform:translateX(-50%)}.words .x.first{transform:none}.words .x.last{transform:translateX(-100%)}
.grid{stroke:var(--grid);stroke-width:1;fill:none;vector-effect:non-scaling-stroke}
.level{stroke:var(--soft);stroke-width:1;fill:none;vector-effect:non-scaling-stroke}
.line{fill:none;stroke-width:1.6;stroke-linejoin:round;vector-effect:non-scaling-stroke}
.area{stroke:none;fill-opacity:.22}
.book{stroke:var(--book);stroke-width:2}.area.book{fill:var(--book);stroke:none}
.frictionless,.target{stroke:var(--frictionless);stroke-dasharray:6 3}
.untouched{stroke:var(--untouched);stroke-dasharray:2 3}
.bought{stroke:var(--bought);stroke-dasharray:9 3 2 3}
.area.band{fill:var(--band);fill-opacity:.3}
.part-premium{fill:var(--premium)}.part-trend{fill:var(--trend)}.part-costs{fill:var(--costs)}.part-carry{fill:var(--carry)}
.part-rest{fill:var(--rest)}.part-book{fill:var(--book)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding:0;margin:.5rem 0;font-size:.85rem}
.legend .key{width:1.5rem;height:.5rem;vertical-align:middle}
.legend strong{font-variant-numeric:tabular-nums}
.wide{overflow-x:auto;margin:.75rem 0 1.5rem}
table{border-collapse:collapse;font-size:.85rem;width:100%}
caption{text-align:left;color:var(--soft);font-size:.85rem;padding-bottom:.35rem}
th,td{padding:.28rem .75rem .28rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid)}
thead th{color:var(--soft);font-weight:600;border-bottom-color:var(--rule);white-space:nowrap}
tbody th{font-weight:400;white-space:nowrap}
.tight table{font-size:.78rem}.tight :is(th,td){padding-right:.5rem}.narrow table{width:auto;min-width:min(100%,26rem)}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
th.number:last-child,td.number:last-child{padding-right:0}
tbody tr:last-child.sum :is(th,td){font-weight:600;border-top:1px solid var(--rule)}
.ends{display:block;color:var(--soft);font-size:.78rem}
.hash{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.8rem;overflow-wrap:anywhere}
dl.terms{display:grid;grid-template-columns:minmax(9rem,14rem) 1fr;gap:.3rem 1rem;font-size:.85rem;margin:.75rem 0}
dl.terms dd{margin:0}
@media(max-width:40rem){.tiles{grid-template-columns:repeat(2,1fr)}.plot{margin-left:2.9rem}.high{height:15rem}dl.terms{grid-template-columns:1fr;gap:0}dl.terms dd{margin-bottom:.5rem}h1{font-size:1.35rem}}
@media print{:root{--ground:#fff;--text:#000;--soft:#444;--rule:#aaa;--grid:#ddd;--tile:#f3f3f3;--book:#0059a8;--frictionless:#c24e00;--untouched:#6b7077;--bought:#00795c;--band:#56b4e9;
--premium:#0072b2;--trend:#d55e00;--costs:#3c4046;--carry:#cc79a7;--rest:#b9bec5}
body{max-width:none;padding:0}nav{display:none}figure,.wide,.tiles{break-inside:avoid}h2,h3{break-after:avoid}.wide{overflow:visible}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`
