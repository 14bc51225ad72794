import type { BarSeriesOption } from 'echarts';

/** Words of an axis. Colours are custom properties of the page, so that one drawing serves light and dark. */
export const axisText = { color: 'var(--soft)', fontSize: 12 } as const;

/** An axis of names without line or ticks. */
export const quietAxis = { axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false } } as const;

type BarLabel = NonNullable<BarSeriesOption['label']>;

/** Labels of bars, and no reaction to a pointer that the page never has. */
export function label(
  position: 'top' | 'right',
  text: (index: number) => string,
  more: BarLabel = {},
): Pick<BarSeriesOption, 'silent' | 'emphasis' | 'label'> {
  return {
    silent: true,
    emphasis: { disabled: true },
    label: {
      show: true,
      position,
      color: 'var(--ink)',
      fontSize: 12,
      formatter: ({ dataIndex }: { readonly dataIndex: number }) => text(dataIndex),
      ...more,
    },
  };
}

/**
 * Cuts words that need more than some pixels. ECharts reckons without the reader's font, which may be wider than it
 * thinks, so a fifth is kept in reserve.
 */
export function cutAt(width: number): {
  readonly width: number;
  readonly overflow: 'truncate';
  readonly ellipsis: string;
} {
  return { width: Math.floor(width * 0.8), overflow: 'truncate', ellipsis: '…' };
}
