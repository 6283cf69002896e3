import { AppError } from '../../errors.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { sourceDateEpoch } from '../values.ts';

export const importCommand = defineCommand({
  usage: '[OPTIONS] FILE|URL|- [REPOSITORY[:TAG]]',
  summary: 'create an image from a tar of a root file system',
  description: [
    'The tar, compressed or not, becomes the only layer of the image. It comes from a file, an HTTP(S) server, or (with -) ' +
      "standard input. 'lamina export' and 'docker export' write such tars.",
  ],
  flags: {
    change: {
      kind: 'list',
      short: 'c',
      value: 'instruction',
      help: 'apply an instruction to the image config: CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME, WORKDIR',
    },
    message: {
      kind: 'text',
      short: 'm',
      value: 'text',
      help: 'comment for the history of the image',
    },
    platform: {
      kind: 'text',
      value: 'os/arch[/variant]',
      help: 'platform of the image (default: that of this machine)',
    },
    ...storeFlags,
  },
  args: [1, 2],
  examples: [
    {
      command: `lamina import -c 'CMD ["/bin/sh"]' rootfs.tar.xz base:1.0`,
      text: 'import a root file system from a file',
    },
    {
      command: 'docker export CONTAINER | lamina import - copy',
      text: 'import the files of a container',
    },
  ],
  async run({ flags, args }, context) {
    const [source = '', reference] = args;
    const { io } = context;
    if (source === '-' && io.stdinIsTerminal) {
      throw new AppError('CLI_TERMINAL_INPUT', 'nothing to import: standard input is a terminal', {
        hint: 'name a file, or redirect standard input',
      });
    }
    const api = await context.api();
    const { imageId } = await api.importImage({
      source: source === '-' ? io.stdin() : source,
      reference,
      changes: flags.change,
      message: flags.message,
      platform: flags.platform,
      sourceDateEpoch: sourceDateEpoch(context.env.SOURCE_DATE_EPOCH),
      root: rootOf(flags, context),
      signal: context.signal,
    });
    await io.stdout.write(`${imageId}\n`);
    return 0;
  },
});
