/** Functions of version numbers. */
import { coerce, Range, type SemVer, satisfies, valid } from 'semver';
import type { HclFunction } from '../evaluate.ts';
import { asText, ValueFault } from '../value.ts';

function versionOf(text: string): SemVer | string {
  const version = valid(text) ?? coerce(text, { includePrerelease: true });
  if (version === null) throw new ValueFault(`'${text}' is not a version`);
  return version;
}

/** Alternatives by `||`, conditions that must all hold by commas or blanks; `!=` beside what `semver` knows. */
function isSatisfied(version: SemVer | string, constraint: string): boolean {
  return constraint.split('||').some((alternative) =>
    alternative.split(',').every((part) => {
      const [, excluded] = /^\s*!=\s*(.+)$/.exec(part) ?? [];
      const range = excluded ?? part;
      if (!isRange(range)) throw new ValueFault(`'${constraint}' is not a constraint of versions`);
      return satisfies(version, range) === (excluded === undefined);
    }),
  );
}

function isRange(text: string): boolean {
  try {
    return new Range(text).range !== undefined;
  } catch {
    return false;
  }
}

export const versionFunctions: Readonly<Record<string, HclFunction>> = {
  semvercmp: {
    arity: [2, 2],
    apply: ([version = null, constraint = null]) =>
      isSatisfied(versionOf(asText(version)), asText(constraint)),
  },
};
