/**
 * Which versions of Windows run containers made for which others.
 * https://learn.microsoft.com/en-us/virtualization/windowscontainers/deploy-containers/version-compatibility
 */

/** Builds of the servers with long support whose containers later systems run: 2022 and 2025, oldest first. */
const STABLE = [20348, 26100] as const;

/**
 * Whether a system of one version runs containers made for another: before Server 2022 those of its own build, since
 * then all from the server before it on. A version that is not known is no obstacle.
 */
export function runsWindows(system: string | undefined = '', container: string | undefined = '') {
  const host = partsOf(system);
  if (host === undefined || container === '') return true;
  const image = partsOf(container);
  if (image === undefined || host.major !== image.major || host.minor !== image.minor) return false;
  if (host.build < STABLE[0]) return host.build === image.build;
  const oldest = STABLE.findLast((build) => build < host.build) ?? STABLE[0];
  return oldest <= image.build && image.build <= host.build;
}

/** `10.0.20348`, perhaps with the number of an update behind it. */
function partsOf(version: string) {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,5})(?:\.|$)/.exec(version);
  if (match === null) return undefined;
  const [major = 0, minor = 0, build = 0] = match.slice(1).map(Number);
  return { major, minor, build };
}
