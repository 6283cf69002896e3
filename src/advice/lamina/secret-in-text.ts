import { sliceOf } from '../../dockerfile/index.ts';
import { adviceRule } from '../making/make.ts';

/** Values that give themselves away by their form; bounded, so that no text takes long. */
const FORMS: readonly (readonly [name: string, form: RegExp])[] = [
  [
    'a login in a URL',
    /(?<![a-z+.-])[a-z][a-z+.-]{1,20}:\/\/[^\s/:@"'$<{}]{1,100}:[^\s/@"'$<{}]{3,200}@[\w.-]{1,100}/gi,
  ],
  ['a token of GitHub', /\b(?:gh[pousr]_[A-Za-z\d]{36}|github_pat_\w{60,100})\b/g],
  ['a token of GitLab', /\bglpat-[\w-]{20,60}\b/g],
  ['a key of AWS', /\b(?:AKIA|ASIA)[A-Z\d]{16}\b/g],
  ['a token of Slack', /\bxox[abprs]-[\w-]{10,100}\b/g],
  ['a token of npm', /\bnpm_[A-Za-z\d]{36}\b/g],
  ['a private key', /-----BEGIN (?:[A-Z]{1,20} )?PRIVATE KEY-----/g],
];

export const secretInText = adviceRule({
  code: 'SecretInText',
  severity: 'error',
  requires: 'the file has no logins, tokens and keys in it',
  why: 'Whoever has the file, the image or its history can read and use them.',
  check({ instructions, tree }, report) {
    for (const instruction of instructions) {
      const { extent } = instruction.node;
      const text = sliceOf(tree.text, extent);
      for (const [name, form] of FORMS) {
        for (const match of text.matchAll(form)) {
          const start = extent.start.offset + match.index;
          report({
            what: `the text looks like ${name}`,
            hint: 'revoke it; use RUN --mount=type=secret',
            range: tree.source.range(start, start + match[0].length),
            instruction,
          });
        }
      }
    }
  },
});
