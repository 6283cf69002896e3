/** How the time of a family of rows grows with its number. */
import type { RowFigures } from './compare.ts';

export interface Curve {
  readonly builder: string;
  readonly points: readonly { readonly n: number; readonly seconds: number }[];
  /** Of the power of n that fits best: 1 is linear. */
  readonly exponent: number;
}

export interface Family {
  readonly name: string;
  readonly curves: readonly Curve[];
}

export function familiesOf(results: readonly RowFigures[]): Family[] {
  const names = new Set(results.flatMap(({ family }) => (family ? [family.name] : [])));
  return [...names].map((name) => {
    const rows = results.filter(({ family }) => family?.name === name);
    const builders = new Set(rows.flatMap(({ figures }) => figures.map((one) => one.builder)));
    return { name, curves: [...builders].map((builder) => curveOf(builder, rows)) };
  });
}

function curveOf(builder: string, rows: readonly RowFigures[]): Curve {
  const points = rows.flatMap(({ family, figures }) => {
    const seconds = figures.find((one) => one.builder === builder)?.median;
    return family === undefined || seconds === undefined ? [] : [{ n: family.n, seconds }];
  });
  return { builder, points, exponent: slope(points) };
}

/** The slope of the straight line through the points with both axes logarithmic. */
function slope(points: Curve['points']): number {
  const xs = points.map(({ n }) => Math.log(n));
  const ys = points.map(({ seconds }) => Math.log(seconds));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(xs), mean(ys)];
  const products = xs.map((one, at) => (one - x) * ((ys[at] ?? 0) - y));
  const squares = xs.map((one) => (one - x) ** 2);
  return mean(products) / mean(squares);
}
