import { reportStyle } from '../../../pipeline/report/style.ts';

type Palette = ReadonlyMap<string, string>;

/** The custom properties of the page: the first block is light, the one under the dark media query dark. */
function palettes(): { readonly light: Palette; readonly dark: Palette } {
  const [light = '', dark = ''] = reportStyle.split('@media (prefers-color-scheme: dark)');
  return { light: paletteOf(light), dark: paletteOf(dark) };
}

function paletteOf(text: string): Palette {
  const found = (text.split('}')[0] ?? '').matchAll(/--([\w-]+): (#[0-9a-f]{6})/g);
  return new Map([...found].map(([, name = '', value = '']) => [name, value]));
}

/** Contrast of two colours by WCAG 2.2, 1 to 21. */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const text = [
  ['ink', 'page'],
  ['ink', 'panel'],
  ['soft', 'page'],
  ['soft', 'panel'],
  ['link', 'page'],
  ['link', 'panel'],
  ['accent', 'panel'],
  ['warn', 'warn-ground'],
  ['ink', 'warn-ground'],
  ...[0, 1, 2, 3, 4, 5].map((shade) => [`on-heat-${shade}`, `heat-${shade}`]),
] as const;
const shapes = [0, 1, 2, 3].map((series) => [`series-${series}`, 'panel']);

describe.each(Object.entries(palettes()))('in %s', (_, palette) => {
  const of = (name = ''): string => palette.get(name) ?? `no colour ${name}`;

  test.each(text.map(([front, ground]) => [front, ground] as const))('%s can be read on %s', (front, ground) => {
    expect(contrast(of(front), of(ground))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(shapes.map(([front, ground]) => [front, ground] as const))('%s can be seen on %s', (front, ground) => {
    expect(contrast(of(front), of(ground))).toBeGreaterThanOrEqual(3);
  });
});

test('every colour that is used is defined in both', () => {
  const { light, dark } = palettes();
  const used = [...reportStyle.matchAll(/var\(--([\w-]+)\)/g)].map(([, name = '']) => name);
  expect(used.filter((name) => !light.has(name) || !dark.has(name))).toEqual([]);
  expect([...light.keys()]).toEqual([...dark.keys()]);
});
