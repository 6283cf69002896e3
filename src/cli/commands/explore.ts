import { AppError } from '../../errors.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { refuseUnwritable, writeResult } from '../result-files.ts';

export const exploreCommand = defineCommand({
  usage: '[OPTIONS] IMAGE [IMAGE]',
  summary: 'look into an image in a browser',
  description: [
    'Shows layers, a map of what takes the room, files, leftovers, packages and secrets. A second image is shown beside the ' +
      'first.',
    '--web serves the page to browsers of this machine, until Ctrl-C, and prints the URL to open. --html writes it as one file, ' +
      'for example for the artifacts of a CI job.',
    'IMAGE is a name or an ID in the store, or docker://NAME (a registry), oci:DIRECTORY[:TAG], oci-archive:FILE[:TAG], ' +
      'docker-archive:FILE[:NAME] or docker-daemon:NAME (a running Docker). Nothing is written to the store.',
  ],
  flags: {
    web: { kind: 'switch', help: 'serve a page to browsers of this machine' },
    html: { kind: 'text', value: 'file', help: 'write the page as one self-contained file' },
    platform: { kind: 'text', value: 'os/arch', help: 'which image of an index' },
    ...storeFlags,
  },
  args: [1, 2],
  examples: [
    { command: 'lamina explore --web hello', text: 'open the printed URL in a browser' },
    {
      command: 'lamina explore --html image.html docker://alpine:3.20',
      text: 'write a page that needs no server',
    },
    { command: 'lamina explore --web app:1 app:2', text: 'show two images side by side' },
  ],
  async run({ flags, args }, context) {
    const [image = '', against] = args;
    const { web, html, platform } = flags;
    if (web === (html !== undefined)) {
      throw new AppError('CLI_USAGE', "'lamina explore' takes either --web or --html FILE", {
        hint: "see 'lamina explore --help'",
      });
    }
    refuseUnwritable('html', html);
    const { stdout, stderr } = context.io;
    const { signal } = context;
    const options = { image, against, platform, root: rootOf(flags, context), signal };
    const api = await context.api();
    if (html !== undefined) {
      await writeResult('html', html, await api.explorePage(options), signal);
      return 0;
    }
    let printed = Promise.resolve();
    await api.serveExplorer({
      ...options,
      onListening: (url) => {
        printed = stdout
          .write(`${url}\n`)
          .then(() => stderr.write('Open this URL in a browser. Press Ctrl-C to end.\n'));
      },
    });
    await printed;
    return 0;
  },
});
