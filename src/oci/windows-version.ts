/**
 * Compatibility of Windows hosts with containers for other Windows versions.
 * https://learn.microsoft.com/en-us/virtualization/windowscontainers/deploy-containers/version-compatibility
 */

/** Builds of the LTSC servers whose containers run on later systems: 2022 and 2025, oldest first. */
const STABLE = [20348, 26100] as const;

/**
 * Whether a Windows version runs containers of another one: before Server 2022 only those of its own build, since then
 * all from the previous LTSC server on. An unknown version is accepted.
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

/** `10.0.20348`, optionally followed by the number of an update. */
function partsOf(version: string) {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,5})(?:\.|$)/.exec(version);
  if (match === null) return undefined;
  const [major = 0, minor = 0, build = 0] = match.slice(1).map(Number);
  return { major, minor, build };
}
