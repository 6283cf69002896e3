/**
 * Colours of layers: one ramp from the bottom layer to the top, in steps of lightness, so that people who do not see hues
 * still see the order.
 */

type Rgb = readonly [number, number, number];

const LIGHT: readonly Rgb[] = [
  [44, 62, 122],
  [43, 104, 150],
  [44, 143, 151],
  [92, 176, 138],
  [166, 201, 126],
  [236, 214, 138],
];
const DARK: readonly Rgb[] = [
  [64, 82, 150],
  [52, 112, 160],
  [47, 142, 150],
  [86, 168, 132],
  [150, 186, 116],
  [217, 195, 120],
];

export interface Colour {
  readonly fill: string;
  /** Of text on it: the better one of black and white. */
  readonly ink: string;
}

export function layerColours(layers: number, isDark: boolean): readonly Colour[] {
  const ramp = isDark ? DARK : LIGHT;
  return Array.from({ length: layers }, (_, layer) => {
    const rgb = at(ramp, layers < 2 ? 0.35 : layer / (layers - 1));
    return { fill: `rgb(${rgb.join(' ')})`, ink: luminance(rgb) > 0.2 ? '#10151c' : '#ffffff' };
  });
}

function at(ramp: readonly Rgb[], position: number): Rgb {
  const place = position * (ramp.length - 1);
  const low = Math.min(Math.floor(place), ramp.length - 2);
  const [from, to] = [ramp[low] ?? [0, 0, 0], ramp[low + 1] ?? [0, 0, 0]];
  const mixed = (channel: 0 | 1 | 2) =>
    Math.round(from[channel] + (to[channel] - from[channel]) * (place - low));
  return [mixed(0), mixed(1), mixed(2)];
}

/** Relative luminance of WCAG. */
function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((value) => {
    const channel = value / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}
