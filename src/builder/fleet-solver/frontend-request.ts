/** What the daemon's own frontend for Dockerfiles gets told, under its names. */
import type { BuildOptions } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { formatPlatform } from '../../oci/index.ts';
import { isPlatformOpen, targetPlatforms } from '../run/target-platforms.ts';

/** Docker's name of BuildKit's frontend. */
export const FRONTEND = 'dockerfile.v0';

/** @param filename of the Dockerfile, in the directory that the session has under `dockerfile` */
export function frontendAttributes(
  options: BuildOptions,
  filename: string,
): Readonly<Record<string, string>> {
  const { target, noCache, noCacheFilter = [], pull, addHosts = [], network } = options;
  const { sourceDateEpoch, shmSize, ulimits = [], cgroupParent } = options;
  refuseUnknown(options);
  const given: Record<string, string | undefined> = {
    filename,
    target,
    platform: isPlatformOpen(options)
      ? undefined
      : targetPlatforms(options)
          .map((one) => formatPlatform(one))
          .join(','),
    'no-cache': noCache === true ? '' : noCacheFilter.join(',') || undefined,
    'image-resolve-mode': pull === true ? 'pull' : undefined,
    'add-hosts': addHosts.map(({ name, address }) => `${name}=${address}`).join(',') || undefined,
    'force-network-mode': network === undefined || network === 'private' ? undefined : network,
    'shm-size': shmSize === undefined ? undefined : String(shmSize),
    ulimit: ulimits.map(({ name, soft, hard }) => `${name}=${soft}:${hard}`).join(',') || undefined,
    'cgroup-parent': cgroupParent,
    'build-arg:SOURCE_DATE_EPOCH': sourceDateEpoch === undefined ? undefined : `${sourceDateEpoch}`,
    ...prefixed('build-arg:', options.buildArgs),
    ...prefixed('label:', options.labels),
    ...prefixed('context:', options.buildContexts),
  };
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function prefixed(
  prefix: string,
  values: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]));
}

/** @throws AppError BUILDER_UNSUPPORTED */
function refuseUnknown(options: BuildOptions): void {
  const { squash, attestations = [], policy, dockerfile, context, buildContexts = {} } = options;
  const isElsewhere = (text: string) =>
    /^(?:-$|[a-z][a-z0-9+.-]*:\/\/|git@|github\.com\/)/.test(text);
  const named = Object.values(buildContexts);
  const wrong = [
    squash !== undefined && '--squash',
    attestations.length > 0 && 'attestations',
    policy !== undefined && '--policy',
    dockerfile !== undefined && isElsewhere(dockerfile) && `-f ${dockerfile}`,
    isElsewhere(context) && 'a context that is not a directory of this machine',
    named.some((text) => !/^(?:docker-image|https?):\/\//.test(text)) &&
      '--build-context with another value than docker-image:// or a URL',
    options.network === 'private' && '--network=private',
  ].find((each) => each !== false);
  if (wrong === undefined) return;
  throw new AppError('BUILDER_UNSUPPORTED', `--frontend=remote does not support ${wrong} yet`, {
    hint: 'leave out --frontend: lamina plans the Dockerfile itself then',
  });
}
