/** Commands people know from Docker, and what to say to those who try them. */

export interface MissingCommand {
  /** One or two words each; `container X` is known wherever X is a command about containers. */
  readonly names: readonly string[];
  /** What to do instead. */
  readonly reason: string;
  readonly isAboutContainers?: boolean;
}

const LIVES = 'a container lives as long as its `lamina run`';

export const missingCommands: readonly MissingCommand[] = [
  {
    names: ['search'],
    reason: 'look on the web page of the registry; `lamina ls REPOSITORY` lists tags',
  },
  {
    names: ['ps', 'stats', 'top', 'port'],
    reason: `${LIVES}: there is nothing to list afterwards`,
    isAboutContainers: true,
  },
  {
    names: ['exec', 'attach'],
    reason: `${LIVES}: start a shell with \`lamina run -it IMAGE sh\``,
    isAboutContainers: true,
  },
  {
    names: ['create', 'start', 'restart', 'pause', 'unpause', 'rename', 'update', 'wait'],
    reason: `${LIVES}: run the image again`,
    isAboutContainers: true,
  },
  {
    names: ['stop', 'kill'],
    reason: `${LIVES}: end that, by Ctrl-C or a signal`,
    isAboutContainers: true,
  },
  {
    names: ['logs'],
    reason: 'what a container prints is the output of its `lamina run`: send it to a file',
    isAboutContainers: true,
  },
  {
    names: ['rm'],
    reason: 'containers leave nothing behind; to remove images use `lamina rmi`',
    isAboutContainers: true,
  },
  {
    names: ['cp', 'export'],
    reason: 'the files of an image: `echo FROM IMAGE | lamina build -o DIRECTORY -`',
    isAboutContainers: true,
  },
  {
    names: ['commit'],
    reason: 'containers leave nothing behind: write what they did as RUN in a Dockerfile',
    isAboutContainers: true,
  },
  {
    names: ['diff'],
    reason: 'containers leave nothing behind; two images are compared by `lamina compare`',
    isAboutContainers: true,
  },
  { names: ['volume'], reason: 'mount a directory of this machine: `lamina run -v "$PWD":/data`' },
  { names: ['network'], reason: 'containers share this machine’s network' },
  {
    names: ['compose', 'swarm', 'service', 'stack'],
    reason: 'lamina builds and runs single images',
  },
  {
    names: ['import', 'image import'],
    reason: 'to read the output of `docker save` use `lamina load`',
  },
  {
    names: ['info', 'system info', 'buildx version'],
    reason: '`lamina version` shows what is here, `lamina system df` the room it takes',
  },
  {
    names: ['events', 'system events'],
    reason: 'there is no daemon; `lamina build --progress=rawjson` tells what a build does',
  },
  {
    names: ['context use', 'context create', 'context show', 'context inspect', 'context rm'],
    reason: 'there is no daemon to choose; here a context is the directory of a build',
  },
  {
    names: ['buildx create', 'buildx use', 'buildx ls', 'buildx inspect', 'buildx rm'],
    reason: 'there is one builder, which needs no setting up',
  },
  { names: ['buildx stop'], reason: 'there is no daemon: nothing is left running' },
  {
    names: ['bake', 'buildx bake'],
    reason: 'build the targets one by one, with `lamina build --target`',
  },
  {
    names: ['manifest create', 'manifest annotate', 'manifest push', 'manifest rm'],
    reason: '`lamina build --platform A,B --push` makes and pushes an index',
  },
];

/** What to say about the command these words begin with, if it is one of Docker's that lamina has not. */
export function findMissing(
  words: readonly string[],
): { readonly typed: string; readonly reason: string } | undefined {
  for (const typed of [words.slice(0, 2).join(' '), words[0] ?? '']) {
    const found = missingCommands.find(({ names }) => names.includes(typed)) ?? ofContainer(typed);
    if (found !== undefined) return { typed, reason: found.reason };
  }
  return undefined;
}

const LONGER: Readonly<Record<string, string>> = {
  ls: 'ps',
  list: 'ps',
  inspect: 'ps',
  prune: 'rm',
  remove: 'rm',
};

/** `container ls` is `ps`, `container exec` is `exec`. */
function ofContainer(typed: string): MissingCommand | undefined {
  const [, word = ''] = /^container (\S+)$/.exec(typed) ?? [];
  const name = Object.hasOwn(LONGER, word) ? (LONGER[word] ?? '') : word;
  return missingCommands.find(
    ({ names, isAboutContainers }) => isAboutContainers === true && names.includes(name),
  );
}
