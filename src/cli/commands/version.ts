import { defineCommand } from '../command.ts';
import { compileTemplate, shapeOf } from '../template/index.ts';

export const versionCommand = defineCommand({
  usage: '[OPTIONS]',
  summary: 'show the version of lamina and what it found on this machine',
  flags: {
    format: {
      kind: 'text',
      short: 'f',
      value: 'format',
      help: 'json, or a Go template of .Version .Node .Platform .Runtime, or of .Version .Os .Arch in Docker’s .Client and .Server',
    },
  },
  args: [0, 0],
  async run({ flags }, context) {
    const { version, node, platform, runtime } = await (await context.api()).version({
      signal: context.signal,
    });
    const { stdout } = context.io;
    if (flags.format !== undefined) {
      const [os = '', architecture = ''] = platform.split('/');
      // Docker shows client and daemon separately; lamina is both in one program.
      const part = { Version: version, Os: os, Arch: architecture };
      const data = {
        Client: part,
        Server: part,
        Version: version,
        Node: node,
        Platform: platform,
        Runtime: runtime && { Name: runtime.name, Path: runtime.path, Version: runtime.version },
      };
      const template = flags.format === 'json' ? '{{json .}}' : flags.format;
      await stdout.write(
        `${compileTemplate(template, { shape: shapeOf(Object.keys(data)) })(data)}\n`,
      );
      return 0;
    }
    const found =
      runtime === undefined
        ? 'no OCI runtime; `lamina doctor` tells how RUN works here'
        : `${runtime.name} ${runtime.version} (${runtime.path})`;
    await stdout.write(
      `lamina    ${version}\nnode      ${node}\nplatform  ${platform}\nruntime   ${found}\n`,
    );
    return 0;
  },
});
