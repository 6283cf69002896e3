/** Files that are known to differ from build to build, and what to do about each kind. */
import type { Cause } from './types.ts';

interface KnownCause extends Cause {
  readonly pattern: RegExp;
}

const CAUSES: readonly KnownCause[] = [
  {
    pattern: /\.pyc$/,
    reason: 'Python writes the time of the source into compiled files',
    cure: 'set PYTHONDONTWRITEBYTECODE=1 for the step, or compile with --invalidation-mode unchecked-hash',
  },
  {
    pattern: /\/(?:direct_url\.json|RECORD|INSTALLER)$/,
    reason: 'pip records digests of the files that differ',
    cure: 'fix the files that differ',
  },
  {
    pattern: /^\/var\/log\//,
    reason: 'logs contain the time of the build',
    cure: 'remove them in the same RUN: rm -rf /var/log/*',
  },
  {
    pattern: /^\/var\/cache\/ldconfig\/aux-cache$/,
    reason: 'ldconfig records inode numbers and times',
    cure: 'remove it in the same RUN: rm -f /var/cache/ldconfig/aux-cache',
  },
  {
    pattern: /^\/var\/(?:cache\/apt|lib\/apt\/lists)\//,
    reason: 'apt keeps its downloads, which change with the mirror',
    cure: 'mount them: RUN --mount=type=cache,target=/var/cache/apt --mount=type=cache,target=/var/lib/apt',
  },
  {
    pattern: /^\/var\/cache\/debconf\//,
    reason: 'debconf keeps a copy of its last state',
    cure: 'remove it in the same RUN: rm -rf /var/cache/debconf/*-old',
  },
  {
    pattern: /^\/var\/lib\/dpkg\//,
    reason: 'another version of a package was installed, or in another order',
    cure: 'pin the mirror to a snapshot, or the packages to versions',
  },
  {
    pattern: /^\/etc\/(?:machine-id|hostid)$|^\/var\/lib\/dbus\/machine-id$/,
    reason: 'every build creates a new machine ID',
    cure: 'empty it in the same RUN: : > /etc/machine-id',
  },
  {
    pattern: /^\/etc\/(?:passwd|group|shadow|gshadow|subuid|subgid)-?$/,
    reason: 'useradd records the date of the change',
    cure: 'run useradd with SOURCE_DATE_EPOCH set, or COPY the files',
  },
  {
    pattern: /\/(?:_logs|_cacache|\.npm|\.cache|\.node-gyp)\//,
    reason: 'a package manager keeps its cache and its logs',
    cure: 'mount the cache: RUN --mount=type=cache,target=/root/.npm (or /root/.cache)',
  },
  {
    pattern: /\/node_modules\/\.(?:package-lock|modules|vite|cache)/,
    reason: 'npm and pnpm write logs with times',
    cure: 'copy only the files that run to the final stage',
  },
  {
    pattern: /\.(?:jar|war|whl|zip|apk)$/,
    reason: 'archives contain the times of their files',
    cure: 'make the build tool use SOURCE_DATE_EPOCH (Maven: project.build.outputTimestamp)',
  },
  {
    pattern: /\.(?:gz|tgz)$/,
    reason: 'gzip writes a time into its header',
    cure: 'compress with gzip -n',
  },
  {
    pattern: /^\/(?:tmp|var\/tmp)\//,
    reason: 'a step left temporary files',
    cure: 'mount a file system there: RUN --mount=type=tmpfs,target=/tmp',
  },
];

/** @param path absolute */
export function causeOf(path: string): Cause | undefined {
  const known = CAUSES.find(({ pattern }) => pattern.test(path));
  return known && { reason: known.reason, cure: known.cure };
}
