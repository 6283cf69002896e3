import { instructionRule, unquoted } from '../making/make.ts';

const VALID = /^[a-z](?:[a-z\d._/-]*[a-z\d])?$/;
const RESERVED = /^(?:com\.docker|io\.docker|org\.dockerproject)\./;

export const dl3048 = instructionRule(
  {
    code: 'DL3048',
    severity: 'style',
    requires:
      'keys of labels are lower case, with dots, hyphens, underscores and slashes between letters and digits',
    why: 'Tools that select by labels expect this form, and some namespaces belong to Docker.',
  },
  'label',
  ({ pairs }) => {
    const bad = pairs.find(({ key }) => isBad(unquoted(key.text)));
    if (bad === undefined) return undefined;
    const name = unquoted(bad.key.text);
    return {
      what: RESERVED.test(name)
        ? `the label '${name}' is in a namespace of Docker`
        : `'${name}' is not a valid key of a label`,
      hint: 'use lower case, and your own domain in reverse: com.example.name',
      range: bad.key.range,
    };
  },
);

function isBad(name: string): boolean {
  return !VALID.test(name) || /\.\.|--/.test(name) || RESERVED.test(name);
}
