/** Colours by meaning, in light and in dark. Text reaches 4.5:1 on its ground, shapes that carry meaning 3:1. */
const light = `
  --page: #f6f8f8; --panel: #ffffff; --ink: #16242b; --soft: #52636c; --line: #dce3e6;
  --accent: #14708a; --on-accent: #ffffff; --link: #0d617a;
  --warn: #8a4b08; --warn-ground: #fdf3e3; --warn-line: #e7c48f;
  --series-0: #15506f; --series-1: #1b8c8c; --series-2: #6f9a2b; --series-3: #b8741a;
  --heat-0: #eff5f6; --heat-1: #d6e7eb; --heat-2: #b1d2da; --heat-3: #7fb5c3; --heat-4: #217a93; --heat-5: #0b5268;
  --on-heat-0: #16242b; --on-heat-1: #16242b; --on-heat-2: #16242b; --on-heat-3: #16242b; --on-heat-4: #ffffff; --on-heat-5: #ffffff;
`;
const dark = `
  --page: #0f161a; --panel: #162026; --ink: #e6edf0; --soft: #9db0b9; --line: #2a3940;
  --accent: #4fb0c9; --on-accent: #0f161a; --link: #7cc8dc;
  --warn: #f2c078; --warn-ground: #2a2115; --warn-line: #5d4520;
  --series-0: #6aaee0; --series-1: #45c2ba; --series-2: #a6cc5f; --series-3: #e5a94e;
  --heat-0: #1b282f; --heat-1: #1d3a45; --heat-2: #1f4d5c; --heat-3: #256b80; --heat-4: #5bb3c9; --heat-5: #9bd8e6;
  --on-heat-0: #e6edf0; --on-heat-1: #e6edf0; --on-heat-2: #e6edf0; --on-heat-3: #ffffff; --on-heat-4: #0f161a; --on-heat-5: #0f161a;
`;

/** The page's style sheet: no font, image or rule from elsewhere. */
export const reportStyle = `
:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
.wrap { max-width: 72rem; margin: 0 auto; padding: 2.5rem 1.5rem 3rem; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--panel); padding: .5rem 1rem; z-index: 1; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0; letter-spacing: -.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0; letter-spacing: -.005em; }
p { margin: 0; }
code { font: .875em ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.eyebrow { color: var(--soft); font-size: .8125rem; font-weight: 600; margin-bottom: .25rem; }
.soft { color: var(--soft); }

.facts { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: .75rem 0 0; font-size: .875rem; }
.facts div { display: flex; gap: .5rem; flex-wrap: wrap; min-width: 0; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }

.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); margin: 1.75rem 0 0; border: 1px solid var(--line); border-radius: 8px; background: var(--line); gap: 1px; overflow: hidden; }
.figures div { display: flex; flex-direction: column-reverse; justify-content: flex-end; background: var(--panel); padding: .875rem 1.25rem 1rem; }
.figures dt { color: var(--soft); font-size: .8125rem; }
.figures dd { margin: 0; font-size: 1.625rem; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }

.contents { margin: 1.75rem 0 0; }
.contents ul { list-style: none; margin: 0; padding: 0; columns: 2 24rem; column-gap: 2rem; font-size: .875rem; }
.contents li { display: flex; gap: .75rem; padding: .125rem 0; break-inside: avoid; }
.contents .number { flex: none; width: 1.5rem; color: var(--soft); text-align: right; font-variant-numeric: tabular-nums; }

.panel { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 1.5rem; margin: 1.5rem 0 0; }
.panel > .ask { color: var(--soft); margin-top: .125rem; }
.panel > .finding { margin-top: .75rem; font-weight: 500; overflow-wrap: anywhere; }
.panel > .decided { color: var(--soft); font-size: .8125rem; margin-top: 1.25rem; max-width: 62rem; }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 26rem); gap: 2.5rem; align-items: start; margin-top: 1.25rem; }
figure { margin: 0; min-width: 0; }
figcaption { color: var(--soft); font-size: .8125rem; margin-bottom: .75rem; }
svg { display: block; width: 100%; height: auto; font-variant-numeric: tabular-nums; }
.narrow { display: none; }
.big { font-size: clamp(1.5rem, 6vw, 3rem); overflow-wrap: anywhere; line-height: 1.1; font-weight: 600; letter-spacing: -.02em; font-variant-numeric: tabular-nums; color: var(--accent); }
.big + p { margin-top: .5rem; overflow-wrap: anywhere; }

.scroll { overflow: auto; border: 1px solid var(--line); border-radius: 6px; }
.scroll.apart { margin-top: 1.25rem; }
.scroll.long { max-height: 24rem; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); font-size: .8125rem; padding: .5rem .75rem; }
th, td { padding: .375rem .75rem; text-align: left; vertical-align: baseline; border-top: 1px solid var(--line); }
td { unicode-bidi: isolate; }
.unbroken { overflow-wrap: anywhere; min-width: 7rem; }
.label { white-space: nowrap; }
thead th { vertical-align: bottom; position: sticky; top: 0; background: var(--panel); color: var(--soft); font-weight: 500; font-size: .8125rem; white-space: nowrap; box-shadow: inset 0 -1px var(--line); }
thead th code { font-size: .75rem; overflow-wrap: normal; }
wbr { display: none; }
.count { text-align: right; white-space: nowrap; }
.steps th, .steps td { white-space: nowrap; }
.steps thead th { white-space: nowrap; }
.steps tbody th { font-weight: 500; }
.missing { font-size: .875rem; margin-top: 1rem; color: var(--soft); }

.absent { background: var(--warn-ground); border-color: var(--warn-line); }
.absent h2 { color: var(--warn); }
.absent pre { margin: .75rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.absent p { margin-top: .75rem; }
footer { color: var(--soft); font-size: .8125rem; margin-top: 2rem; overflow-wrap: anywhere; }

@media (max-width: 56rem) {
  .pair { grid-template-columns: minmax(0, 1fr); gap: 1.5rem; }
}
@media (max-width: 34rem) {
  .wrap { padding: 1.5rem 1rem 2rem; }
  .panel { padding: 1.125rem 1rem; }
  .figures { grid-template-columns: 1fr 1fr; }
  .figures div { padding: .75rem 1rem; }
  .figures dd { font-size: 1.375rem; }
  th, td, caption { padding-left: .5rem; padding-right: .5rem; }
  .wide { display: none; }
  .narrow { display: block; }
  thead th { white-space: normal; }
  wbr { display: inline; }
  thead th code { font-size: .6875rem; }
  .label { white-space: normal; }
}
@media print {
  :root { color-scheme: light; ${light} }
  body { background: none; font-size: 11pt; }
  .wrap { max-width: none; padding: 0; }
  .contents, .skip { display: none; }
  .panel { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 1rem 0; }
  .scroll.apart { margin-top: 1.25rem; }
.scroll.long { max-height: none; }
  .scroll { overflow: visible; }
  thead th { position: static; }
  tr, figure, h2 { break-inside: avoid; }
  h2 { break-after: avoid; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
`;
