import { init, type EChartsOption } from 'echarts';
import { trustedMarkup, escapeMarkup, type Markup } from '../markup.ts';

/** A chart drawn for one width, in CSS pixels; its colours are the page's custom properties. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly option: EChartsOption;
}

/** Names a chart for those who do not see it. */
export interface DrawingLabel {
  /** Unique in the page; letters, digits and hyphens. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

/**
 * Draws a chart as an SVG element that scales with its column. Drawn by Apache ECharts without a browser; the same drawing
 * gives the same text each time.
 */
export function drawChart(drawing: Drawing, label: DrawingLabel): Markup {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: drawing.width, height: drawing.height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: 'inherit', fontSize: 12 }, ...drawing.option });
    return trustedMarkup(labelled(chart.renderToSVGString(), drawing, label));
  } finally {
    // An instance that is left behind keeps a timer, and with it the process.
    chart.dispose();
  }
}

/**
 * What ECharts adds for a browser's pointer is left out: styles on hover, classes and marks with numbers that differ from
 * drawing to drawing. Its text is escaped, quotes too, so that these patterns meet tags alone.
 */
function labelled(svg: string, { width, height }: Drawing, { id, title, description }: DrawingLabel): string {
  const inner = svg
    .slice(svg.indexOf('>') + 1)
    .replaceAll(/<style[^>]*>[^]*?<\/style>/g, '')
    .replaceAll(/ (?:class|ecmeta_\w+|pointer-events)="[^"]*"/g, '')
    .replaceAll(/ id="zr\d+-/g, ` id="${id}-`)
    .replaceAll(/="url\(#zr\d+-/g, `="url(#${id}-`)
    .replaceAll(/\n+/g, '\n');
  return (
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-text">` +
    `<title id="${id}-title">${escapeMarkup(title)}</title><desc id="${id}-text">${escapeMarkup(description)}</desc>${inner}`
  );
}
