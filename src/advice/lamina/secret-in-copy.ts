import { adviceRule, unquoted } from '../making/make.ts';
import { isContextCopy } from './context-copies.ts';

/** Names of files that hold logins and keys. */
const SECRET =
  /(?:^|\/)(?:\.env(?:\.(?!example|sample|template|dist)[\w-]+)?|id_(?:rsa|dsa|ecdsa|ed25519)|\.npmrc|\.netrc|\.pypirc|\.git-credentials|\.pgpass|\.htpasswd|\.aws|\.ssh|\.kube|\.docker|credentials(?:\.json)?|service-account[\w.-]*\.json|[\w.-]+\.(?:pem|key|p12|pfx|jks|keystore))\/?$/;

export const secretInCopy = adviceRule({
  code: 'SecretInCopy',
  severity: 'warning',
  requires: 'COPY brings no files with logins and keys',
  why: 'Whoever has the image can read the file, also if a later step removes it.',
  check({ steps }, report) {
    for (const { instruction, owner } of steps) {
      if (!isContextCopy(instruction)) continue;
      const source = instruction.sources.find(({ text }) => SECRET.test(unquoted(text)));
      if (source === undefined) continue;
      report({
        what: `'${source.text}' sounds like a file with a secret`,
        hint: 'use RUN --mount=type=secret in the build, and give secrets to containers when they start',
        range: source.range,
        instruction: owner,
      });
    }
  },
});
