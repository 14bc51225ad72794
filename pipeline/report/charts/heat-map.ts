import type { EChartsOption } from 'echarts';
import { formatShort } from '../format.ts';
import type { Drawing } from './draw.ts';
import { plainText } from '../plain-text.ts';
import { axisText, cutAt, quietAxis } from './look.ts';

/** Numbers by row and column; `undefined` where there is none. */
export interface Grid {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly value: (row: number, column: number) => number | undefined;
}

/** Shades of the page's style sheet, `--heat-0` to `--heat-5`. */
const shades = 6;

/** A table of shaded cells with their numbers, the darkest where the number is highest. */
export function drawHeatMap(grid: Grid, width: number): Drawing {
  const cells = grid.rows.flatMap((_, row) =>
    grid.columns.flatMap((__, column) => {
      const value = grid.value(row, column);
      return value === undefined ? [] : [[column, row, value] as const];
    }),
  );
  const highest = Math.max(1, ...cells.map(([, , value]) => value));
  const option: EChartsOption = {
    grid: { left: 108, right: 0, top: 24, bottom: 0, outerBoundsMode: 'none' },
    xAxis: { type: 'category', position: 'top', data: [...grid.columns], ...quietAxis, axisLabel: axisText },
    yAxis: {
      type: 'category',
      inverse: true,
      data: grid.rows.map((name) => plainText(name)),
      ...quietAxis,
      axisLabel: { ...axisText, ...cutAt(108) },
    },
    series: [
      {
        type: 'custom',
        silent: true,
        data: cells.map((cell) => [...cell]),
        renderItem: (_, api) => {
          const value = Number(api.value(2));
          const [x = 0, y = 0] = api.coord([Number(api.value(0)), Number(api.value(1))]);
          const size = api.size?.([1, 1]);
          const [wide = 0, high = 0] = Array.isArray(size) ? size : [];
          const shade = Math.min(shades - 1, Math.floor((value / highest) * shades));
          const box = { x: x - wide / 2 + 1, y: y - high / 2 + 1, width: wide - 2, height: high - 2, r: 2 };
          return {
            type: 'rect',
            shape: box,
            style: { fill: `var(--heat-${shade})` },
            textContent: {
              type: 'text',
              style: {
                text: formatShort(value),
                fill: `var(--on-heat-${shade})`,
                fontSize: 12,
                align: 'center',
                verticalAlign: 'middle',
              },
            },
            textConfig: { position: 'inside' },
          };
        },
      },
    ],
  };
  return { width, height: 24 + grid.rows.length * 26, option };
}
