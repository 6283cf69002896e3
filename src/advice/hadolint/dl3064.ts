import type { Word } from '../../dockerfile/index.ts';
import { adviceRule } from '../making/make.ts';

/** Parts of names that tell of a login. */
const TELLING =
  /api_?key|access_?key|client_?key|application_key|password|passwd|private|secret|token|username/i;
/** Variables of services whose names tell nothing. */
const KNOWN = new Set([
  ...['APP_SECRET', 'CI_DEPLOY_USER', 'DOCKER_EMAIL', 'FACEBOOK_APP_ID', 'HEROKU_API_USER'],
  ...['OKTA_AUTHN_GROUPID', 'OKTA_CLIENT_ORGURL', 'OKTA_OAUTH2_CLIENTID', 'STRIPE_DEVICE_NAME'],
  ...['TRAVIS_OS_NAME', 'TRAVIS_SECURE_ENV_VARS', 'TRAVIS_SUDO'],
]);

export const dl3064 = adviceRule({
  code: 'DL3064',
  severity: 'warning',
  requires: 'ARG and ENV hold nothing secret',
  why: 'Whoever has the image can read ENV in its config, and ARG in its history.',
  check({ steps }, report) {
    for (const { instruction, owner } of steps) {
      const names: readonly Word[] =
        instruction.kind === 'arg'
          ? instruction.args.map(({ name }) => name)
          : instruction.kind === 'env'
            ? instruction.pairs.map(({ key }) => key)
            : [];
      const telling = names.find(({ text }) => TELLING.test(text) || KNOWN.has(text.toUpperCase()));
      if (telling === undefined) continue;
      report({
        what: `${instruction.kind.toUpperCase()} sets '${telling.text}', which sounds like a secret`,
        hint: 'use RUN --mount=type=secret in the build, and give secrets to containers when they start',
        range: telling.range,
        instruction: owner,
      });
    }
  },
});
