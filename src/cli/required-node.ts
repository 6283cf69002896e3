/** The oldest Node.js that runs lamina. package.json says the same to npm. */
const OLDEST = [22, 15] as const;

/** @param version as in `process.versions.node` @returns one line for users of a Node.js that is too old */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return `lamina needs Node.js ${OLDEST.join('.')} or later; this is ${version}. Get Node.js 24 from https://nodejs.org/download or with a version manager (nvm install 24).`;
}
