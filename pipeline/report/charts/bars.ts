import type { EChartsOption } from 'echarts';
import { formatShort } from '../format.ts';
import type { Drawing } from './draw.ts';
import { plainText } from '../plain-text.ts';
import { axisText, cutAt, label, quietAxis } from './look.ts';

/** One bar: its name, its value, and words that stand at its end. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Shown after the value, for example who or what it is. */
  readonly remark?: string;
}

/** Lying bars, longest first as given, for names of any length. `names` above the bars leave long ones their room. */
export function drawLyingBars(bars: readonly Bar[], width: number, names: 'beside' | 'above'): Drawing {
  const above = names === 'above';
  const row = above ? 40 : 24;
  const option: EChartsOption = {
    grid: { left: above ? 0 : 108, right: 56, top: above ? 14 : 0, bottom: 0, outerBoundsMode: 'none' },
    xAxis: { type: 'value', show: false, min: 0 },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map(({ name }) => plainText(name)),
      ...quietAxis,
      axisLabel: {
        ...axisText,
        ...cutAt(above ? width : 108),
        ...(above && { inside: true, verticalAlign: 'bottom', margin: 0, padding: [0, 0, 9, 0] }),
      },
    },
    series: [
      {
        type: 'bar',
        barWidth: above ? 10 : 14,
        ...label('right', (index) => formatShort(bars[index]?.value ?? 0)),
        data: bars.map(({ value }) => value),
        itemStyle: { color: 'var(--accent)', borderRadius: [0, 2, 2, 0] },
      },
    ],
  };
  return { width, height: bars.length * row + (above ? 8 : 0), option };
}

/** Standing bars in the order given: years, age groups. A remark stands above its value; on a phone such bars lie. */
export function drawStandingBars(bars: readonly Bar[], width: number): Drawing {
  if (width < 400 && bars.some(({ remark }) => remark !== undefined)) {
    const named = bars.map(({ name, value, remark }) => ({
      name: remark === undefined ? name : `${name} · ${remark}`,
      value,
    }));
    return drawLyingBars(named, width, 'above');
  }
  const room = Math.max(40, Math.floor(width / Math.max(1, bars.length)) - 8);
  const option: EChartsOption = {
    grid: { left: 0, right: 0, top: 44, bottom: 26, outerBoundsMode: 'none' },
    xAxis: {
      type: 'category',
      data: bars.map(({ name }) => plainText(name)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: 'var(--line)' } },
      axisLabel: { ...axisText, interval: 0 },
    },
    yAxis: { type: 'value', show: false, min: 0 },
    series: [
      {
        type: 'bar',
        barWidth: '46%',
        barMaxWidth: 72,
        ...label('top', (index) => valueAndRemark(bars[index]), { ...cutAt(room), lineHeight: 17 }),
        data: bars.map(({ value }) => value),
        itemStyle: { color: 'var(--accent)', borderRadius: [2, 2, 0, 0] },
      },
    ],
  };
  return { width, height: 260, option };
}

function valueAndRemark(bar: Bar | undefined): string {
  if (bar === undefined) return '';
  const value = formatShort(bar.value);
  return bar.remark === undefined ? value : `${plainText(bar.remark)}\n${value}`;
}
