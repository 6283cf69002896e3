import { humanSize } from '../../progress/index.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { displaying, makeDisplay, progressKind } from '../progress.ts';
import { sourceDateEpoch } from '../values.ts';

export const baseCommand = defineCommand({
  usage: '[OPTIONS] NAME',
  summary: 'make a Debian or distroless base image from a package mirror',
  description: [
    'Makes the image that FROM NAME then finds: a minimal Debian system, put together by mmdebstrap from the packages ' +
      'of a Debian mirror. NAME is debian:SUITE or debian:SUITE-slim, where SUITE is a code name (bookworm), a number (12), ' +
      'or stable, testing, unstable; slim leaves out manual pages, documentation and translations.',
    'Or NAME is distroless/static, base, cc, nodejs or python, with -debian12 (the default) or -debian13: no shell and no ' +
      'package manager, only what a program needs to run (CA certificates, time zones, libraries, the language). With gcr.io/ in front the ' +
      'image has that name, as the FROM lines of many Dockerfiles do. The tag ' +
      ':nonroot runs as user 65532, :debug brings busybox along, :debug-nonroot does both.',
    'Mirror and keys are those of this machine’s own apt configuration, unless --mirror names another mirror. ' +
      'If the store has the image already, nothing is done.',
    'Root is not needed: for distroless images nothing is, for Debian ones uidmap has to be installed, and /etc/subuid and ' +
      '/etc/subgid give the user ids.',
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
      help: 'platform of the image (default: this machine’s)',
    },
    force: { kind: 'switch', help: 'make it again, with the packages of today' },
    quiet: { kind: 'switch', short: 'q', help: 'show no progress' },
    progress: {
      kind: 'text',
      value: 'kind',
      choices: ['auto', 'tty', 'plain', 'quiet', 'none', 'rawjson'],
      help: 'display on standard error',
    },
    ...storeFlags,
  },
  args: [1, 1],
  examples: [
    { command: 'lamina base debian:bookworm-slim', text: 'takes about a minute' },
    {
      command: 'lamina base distroless/static:nonroot',
      text: 'for programs that bring all they need, like those of Go',
    },
    {
      command: 'lamina base --mirror http://mirror.example/debian -t mybase debian:trixie',
      text: 'another mirror, another name',
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
    const how = result.existed ? 'is there already' : 'made';
    const note = `${result.reference} ${how}: ${humanSize(result.size)}\n`;
    if (!flags.quiet) await context.io.stderr.write(note);
    await context.io.stdout.write(`${result.imageId}\n`);
    return 0;
  },
});
