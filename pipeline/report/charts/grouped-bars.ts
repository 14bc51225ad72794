import type { EChartsOption } from 'echarts';
import { formatShort } from '../format.ts';
import type { Drawing } from './draw.ts';
import type { Grid } from './heat-map.ts';
import { plainText } from '../plain-text.ts';
import { axisText, label } from './look.ts';

/** Colours of the page's style sheet, `--series-0` to `--series-3`. */
const colours = 4;

/** Standing bars by column, one colour a row, with a legend; where there is no number, there is no bar. */
export function drawGroupedBars(grid: Grid, width: number): Drawing {
  const option: EChartsOption = {
    legend: {
      top: 2,
      left: 0,
      padding: 0,
      itemWidth: 12,
      itemHeight: 12,
      itemGap: 16,
      icon: 'rect',
      selectedMode: false,
      textStyle: { color: 'var(--soft)', fontSize: 12 },
    },
    grid: { left: 0, right: 0, top: 52, bottom: 26, outerBoundsMode: 'none' },
    xAxis: {
      type: 'category',
      data: [...grid.columns],
      axisTick: { show: false },
      axisLine: { lineStyle: { color: 'var(--line)' } },
      axisLabel: { ...axisText, interval: 0 },
    },
    yAxis: { type: 'value', show: false, min: 0 },
    series: grid.rows.map((name, row) => ({
      type: 'bar',
      name: plainText(name),
      barCategoryGap: '24%',
      barGap: '8%',
      barMaxWidth: 40,
      ...label('top', (column) => formatted(grid.value(row, column)), { fontSize: width < 400 ? 10 : 11 }),
      data: grid.columns.map((_, column) => grid.value(row, column) ?? '-'),
      itemStyle: { color: `var(--series-${row % colours})`, borderRadius: [2, 2, 0, 0] },
    })),
  };
  return { width, height: 320, option };
}

function formatted(value: number | undefined): string {
  return value === undefined ? '' : formatShort(value);
}
