/** Programs that some commands start, and what for. */

export interface Tool {
  readonly name: string;
  /** Debian's package. */
  readonly package: string;
  /** What it is needed for: completes `git is not installed: … does not work`. */
  readonly purpose: string;
  /** Another program for the same. */
  readonly alternative?: string;
}

export const TOOLS: readonly Tool[] = [
  { name: 'git', package: 'git', purpose: 'ADD and contexts of git repositories' },
  { name: 'ssh-add', package: 'openssh-client', purpose: '`--ssh` with key files' },
  { name: 'mmdebstrap', package: 'mmdebstrap', purpose: 'Debian images of `lamina base`' },
  {
    name: 'slirp4netns',
    package: 'slirp4netns',
    purpose: 'private networks (`--network=private`)',
    alternative: 'pasta',
  },
];
