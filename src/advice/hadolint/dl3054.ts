import old from 'spdx-license-ids/deprecated.json' with { type: 'json' };
import ids from 'spdx-license-ids/index.json' with { type: 'json' };
import { labelValueRule } from './label-values.ts';

const IDS: ReadonlySet<string> = new Set([...ids, ...old]);

export const dl3054 = labelValueRule(
  {
    code: 'DL3054',
    severity: 'warning',
    requires: 'labels with the form spdx have a license of the SPDX list',
    why: 'Programs that check licenses compare the value with the list.',
  },
  {
    form: 'spdx',
    isValid: isLicense,
    fault: 'not an SPDX license',
    hint: 'write an identifier of https://spdx.org/licenses, as in Apache-2.0, or several with AND and OR',
  },
);

/** An identifier, or several: `MIT OR (Apache-2.0 WITH LLVM-exception)`. */
function isLicense(value: string): boolean {
  const [first, ...rest] = value
    .replace(/[()]/g, ' ')
    .trim()
    .split(/\s+(AND|OR|WITH)\s+/);
  const pairs = rest.flatMap((word, at) => (at % 2 === 1 ? [[rest[at - 1], word] as const] : []));
  const names = pairs.filter(([operator]) => operator !== 'WITH').map(([, name]) => name);
  return [first ?? '', ...names].every((name) => IDS.has(name.replace(/\+$/, '')));
}
