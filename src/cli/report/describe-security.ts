/** Who an image runs as, what helps an attacker in it, and which secrets it gives away. */
import type { ImageReport } from '../../api/index.ts';
import type { Section } from './document.ts';
import { more } from './words.ts';

export function securitySection({ image, security }: ImageReport, rows: number): Section {
  const { runsAsRoot, shells, packageManagers, setuid } = security;
  const listed = (paths: readonly string[]) =>
    paths.length === 0
      ? 'none'
      : [...paths.slice(0, rows), ...more(paths.length, rows, 'file')].join(', ');
  return {
    title: 'Security',
    text: [],
    table: {
      columns: [{ title: '' }, { title: '' }],
      rows: [
        ['user', runsAsRoot ? 'root: set USER in the Dockerfile' : image.user],
        ['shells', listed(shells)],
        ['package managers', listed(packageManagers)],
        ['setuid or setgid', listed(setuid)],
      ],
    },
  };
}

export function secretsSection({ secrets }: ImageReport): Section | undefined {
  if (secrets.length === 0) return undefined;
  return {
    title: 'Secrets',
    text: [
      'These look like secrets. Whoever pulls the image can read them, also where a later layer deletes the file. Values are ' +
        'not shown. Use `RUN --mount=type=secret` instead, and replace what was published.',
    ],
    table: {
      columns: [
        { title: 'KIND' },
        { title: 'LAYER', align: 'right' },
        { title: 'WHERE', cut: 'start' },
      ],
      rows: secrets.map((secret) => [
        secret.kind,
        secret.layer === null ? '' : String(secret.layer),
        `${locationOf(secret)}${secret.line === null ? '' : `, line ${secret.line}`}`,
      ]),
    },
  };
}

function locationOf({
  path,
  env,
  label,
  member,
  history,
  visible,
}: ImageReport['secrets'][number]): string {
  if (path !== null) return visible === false ? `${path} (hidden)` : path;
  if (history !== null) return env === null ? `history entry ${history}` : `history, ${env}`;
  if (member !== null) return env === null ? member : `${member}, ${env}`;
  return env === null ? `label ${label ?? ''}` : `variable ${env}`;
}
