import { humanSize } from '../../progress/index.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { displaying, makeDisplay, progressKind } from '../progress.ts';
import { sourceDateEpoch } from '../values.ts';

export const baseCommand = defineCommand({
  usage: '[OPTIONS] NAME',
  summary: 'create a Debian or distroless base image from packages',
  description: [
    'Creates the base image for FROM NAME: a minimal Debian system that mmdebstrap assembles from the packages of a Debian ' +
      'mirror. NAME is debian:SUITE or debian:SUITE-slim, where SUITE is a code name (bookworm), a number (12), ' +
      'stable, testing or unstable. The slim images have no manual pages, documentation or translations.',
    'NAME can also be distroless/static, base, cc, nodejs or python, with -debian12 (the default) or -debian13. These images ' +
      'have no shell and no package manager, only what a program needs to run (CA certificates, time zones, libraries, the ' +
      'language runtime). Prefix the name with gcr.io/ to get the name that many Dockerfiles use. The tag :nonroot sets user ' +
      '65532, :debug adds busybox, and :debug-nonroot does both.',
    'The mirror and its keys come from the apt configuration of this machine, unless --mirror names another mirror. ' +
      'If the store already has the image, the command does nothing.',
    'The command does not need root. Without root, Debian images need the package uidmap, and user IDs for you in ' +
      '/etc/subuid and /etc/subgid; distroless images need neither.',
  ],
  flags: {
    mirror: { kind: 'text', value: 'url', help: 'mirror of the Debian archive' },
    tag: {
      kind: 'text',
      short: 't',
      value: 'name[:tag]',
      help: 'name of the image (default: NAME)',
    },
    platform: {
      kind: 'text',
      value: 'os/arch',
      help: 'platform of the image (default: that of this machine)',
    },
    force: {
      kind: 'switch',
      help: 'create the image even if the store has it, with current packages',
    },
    quiet: { kind: 'switch', short: 'q', help: 'suppress the progress output' },
    progress: {
      kind: 'text',
      value: 'kind',
      choices: ['auto', 'tty', 'plain', 'quiet', 'none', 'rawjson'],
      help: 'type of progress output on standard error',
    },
    ...storeFlags,
  },
  args: [1, 1],
  examples: [
    {
      command: 'lamina base debian:bookworm-slim',
      text: 'create a Debian base image (takes about a minute)',
    },
    {
      command: 'lamina base distroless/static:nonroot',
      text: 'create a base for static binaries, such as Go programs',
    },
    {
      command: 'lamina base --mirror http://mirror.example/debian -t mybase debian:trixie',
      text: 'use another mirror and another name',
    },
  ],
  async run({ flags, args }, context) {
    const api = await context.api();
    const kind = flags.quiet ? 'quiet' : progressKind(flags.progress, context);
    const display = makeDisplay(kind, context);
    const result = await displaying(display, () =>
      api.makeBase({
        name: args[0] ?? '',
        tag: flags.tag,
        mirror: flags.mirror,
        platform: flags.platform,
        force: flags.force,
        sourceDateEpoch: sourceDateEpoch(context.env.SOURCE_DATE_EPOCH),
        root: rootOf(flags, context),
        signal: context.signal,
        onEvent: (event) => display.handle(event),
      }),
    );
    const how = result.existed ? 'already exists' : 'made';
    const note = `${result.reference} ${how}: ${humanSize(result.size)}\n`;
    if (!flags.quiet) await context.io.stderr.write(note);
    await context.io.stdout.write(`${result.imageId}\n`);
    return 0;
  },
});
