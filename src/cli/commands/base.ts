import { humanSize } from '../../progress/index.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { displaying, makeDisplay, progressKind } from '../progress.ts';
import { sourceDateEpoch } from '../values.ts';

export const baseCommand = defineCommand({
  usage: '[OPTIONS] NAME',
  summary: 'make a Debian or distroless base image from a package mirror',
  description: [
    'Makes the base image that FROM NAME uses: a minimal Debian system, assembled by mmdebstrap from the packages of a Debian ' +
      'mirror. NAME is debian:SUITE or debian:SUITE-slim, where SUITE is a code name (bookworm), a number (12), ' +
      'stable, testing or unstable; slim leaves out manual pages, documentation and translations.',
    'NAME can also be distroless/static, base, cc, nodejs or python, with -debian12 (the default) or -debian13: without a shell ' +
      'or package manager, with only what a program needs to run (CA certificates, time zones, libraries, the language). With ' +
      'gcr.io/ in front, the image has the name that many Dockerfiles use. The tag :nonroot runs as user 65532, :debug adds ' +
      'busybox, :debug-nonroot does both.',
    'The mirror and its keys come from the apt configuration of this machine, unless --mirror names another mirror. ' +
      'If the store already has the image, nothing happens.',
    'You need not be root. Distroless images need nothing more; Debian images need the package uidmap, and user IDs for you ' +
      'in /etc/subuid and /etc/subgid.',
  ],
  flags: {
    mirror: { kind: 'text', value: 'url', help: 'mirror of the Debian archive' },
    tag: {
      kind: 'text',
      short: 't',
      value: 'name[:tag]',
      help: 'name the image (default: NAME)',
    },
    platform: {
      kind: 'text',
      value: 'os/arch',
      help: 'platform of the image (default: that of this machine)',
    },
    force: { kind: 'switch', help: 'make the image again, with current packages' },
    quiet: { kind: 'switch', short: 'q', help: 'show no progress' },
    progress: {
      kind: 'text',
      value: 'kind',
      choices: ['auto', 'tty', 'plain', 'quiet', 'none', 'rawjson'],
      help: 'how to show progress on standard error',
    },
    ...storeFlags,
  },
  args: [1, 1],
  examples: [
    {
      command: 'lamina base debian:bookworm-slim',
      text: 'make a Debian base image (takes about a minute)',
    },
    {
      command: 'lamina base distroless/static:nonroot',
      text: 'make a base for static binaries, such as those of Go',
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
