/** Docker commands that lamina does not have, and what to do instead. */

export interface MissingCommand {
  /** One or two words each; `container X` is also found if X is a command about containers. */
  readonly names: readonly string[];
  /** What to do instead, on one line. */
  readonly reason: string;
  readonly isAboutContainers?: boolean;
}

const LIVES = 'a container exists only while its `lamina run` runs';

export const missingCommands: readonly MissingCommand[] = [
  {
    names: ['search'],
    reason: 'search on the web page of the registry; `lamina ls REPOSITORY` lists tags',
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
    reason: `${LIVES}: start it with \`lamina run IMAGE\``,
    isAboutContainers: true,
  },
  {
    names: ['stop', 'kill'],
    reason: `${LIVES}: stop it with Ctrl-C or a signal`,
    isAboutContainers: true,
  },
  {
    names: ['logs'],
    reason: 'a container prints to the output of its `lamina run`: redirect that to a file',
    isAboutContainers: true,
  },
  {
    names: ['rm'],
    reason: 'containers leave nothing behind; to remove images use `lamina rmi`',
    isAboutContainers: true,
  },
  {
    names: ['cp'],
    reason:
      "copy from an image: `printf 'FROM scratch\\nCOPY --from=IMAGE /path /\\n' | lamina build -o DIRECTORY -`",
    isAboutContainers: true,
  },
  {
    names: ['commit'],
    reason:
      "write the changes as a step: `printf 'FROM IMAGE\\nRUN COMMAND\\n' | lamina build -t NAME -`",
    isAboutContainers: true,
  },
  {
    names: ['diff'],
    reason:
      '`lamina compare IMAGE IMAGE` shows what differs between two images, `lamina history IMAGE` what each step added',
    isAboutContainers: true,
  },
  {
    names: ['volume'],
    reason: 'mount a directory of this machine: `lamina run -v "$PWD/data":/data IMAGE`',
  },
  {
    names: ['network'],
    reason:
      'containers share the network of this machine: remove `--network`, or use `--network private` or `none`',
  },
  {
    names: ['swarm', 'service', 'stack', 'node', 'config'],
    reason:
      'lamina handles single images: build each service with `lamina build`, run it with `lamina run`',
  },
  {
    names: ['secret'],
    reason: 'give secrets to a build with `lamina build --secret`, files to a container with `-v`',
  },
  {
    names: ['events', 'system events'],
    reason: 'there is no daemon; `lamina build --progress=rawjson` reports what a build does',
  },
  {
    names: ['context use', 'context create', 'context show', 'context inspect', 'context rm'],
    reason: 'there is no daemon to choose: in lamina, a context is the directory of a build',
  },
  {
    names: ['buildx history', 'builder history'],
    reason: '`lamina builds ls` lists past builds, `lamina why` tells why their steps ran',
  },
  {
    names: ['scout'],
    reason:
      'list the packages for a scanner: `lamina sbom --format spdx IMAGE`; `lamina report IMAGE` shows what can be smaller',
  },
  {
    names: ['trust'],
    reason:
      '`lamina sign` and `lamina verify` sign images in registries by key; `lamina copy` copies signatures with the image',
  },
  {
    names: ['buildx debug', 'buildx dap'],
    reason: '`lamina debug` opens a shell in a failed step, a stage or an image',
  },
  {
    names: ['buildx policy'],
    reason: 'a policy in the form of containers-policy.json decides: `lamina build --policy FILE`',
  },
  {
    names: ['buildx dial-stdio'],
    reason:
      'lamina has no daemon of its own; `lamina build --builder ADDRESS` uses that of BuildKit',
  },
  { names: ['plugin', 'extension'], reason: 'lamina has no plugins' },
  {
    names: ['desktop', 'model', 'mcp', 'ai', 'offload', 'sandbox', 'pass', 'checkpoint'],
    reason: 'lamina builds, runs and moves images, and nothing else',
  },
];

/** What to do instead of a Docker command that lamina does not have, if `words` begin with one. */
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
