/** What lamina cannot do in some surroundings, case by case, and why. */

export interface Lack<Surroundings extends string> {
  readonly reason: string;
  readonly where: readonly Surroundings[];
  /** `topic/case`. */
  readonly cases: readonly string[];
}

/** @returns case → the reason */
export function lacking<Surroundings extends string>(
  lacks: readonly Lack<Surroundings>[],
  name: Surroundings,
): ReadonlyMap<string, string> {
  const here = lacks.filter(({ where }) => where.includes(name));
  return new Map(here.flatMap(({ reason, cases }) => cases.map((one) => [one, reason])));
}
