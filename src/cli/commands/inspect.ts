import { AppError } from '../../errors.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { imageShape } from '../image-shape.ts';
import { jsonText } from '../json-text.ts';
import { compileTemplate } from '../template/index.ts';

export const inspectCommand = defineCommand({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  summary: 'show detailed information about images, as JSON',
  description: ['The JSON has the form of docker inspect.'],
  flags: {
    format: {
      kind: 'text',
      short: 'f',
      value: 'format',
      help: 'json, or a Go template, such as {{.Config.User}} or {{json .Config}}',
    },
    type: { kind: 'text', value: 'type', choices: ['image'], help: 'kind of object' },
    ...storeFlags,
    size: { kind: 'switch', short: 's', help: 'show sizes', noEffect: 'sizes are always shown' },
    platform: { kind: 'text', help: 'platform of the image', notYet: 'remove the option' },
  },
  args: [1, Infinity],
  examples: [
    { command: "lamina inspect hello | jq '.[0].Config.User'", text: 'print one value with jq' },
    {
      command: "lamina inspect -f '{{json .Config.Env}}' hello",
      text: 'print one value without jq',
    },
  ],
  async run({ flags, args }, context) {
    const render = renderer(flags.format);
    const api = await context.api();
    const { images, missing } = await api.inspectImages({
      images: args,
      root: rootOf(flags, context),
      signal: context.signal,
    });
    await context.io.stdout.write(render(images));
    const errors = missing.map(
      (name) =>
        new AppError('IMAGE_NOT_FOUND', `no such image: ${name}`, {
          hint: "run 'lamina images' to list images",
        }),
    );
    if (errors.length > 0) throw new AggregateError(errors);
    return 0;
  },
});

function renderer(format: string | undefined): (images: readonly unknown[]) => string {
  if (format === undefined) return (images) => jsonText(images, 4);
  if (format === 'json') return (images) => jsonText(images);
  const template = compileTemplate(format, { absent: zeroText, shape: imageShape });
  return (images) => images.map((image) => `${template(image)}\n`).join('');
}

/** Docker's image type always has these members: if they are not in the JSON, they print as empty. */
function zeroText(path: readonly string[]): string | undefined {
  return zeroTexts[path.at(-1) ?? ''];
}

const zeroTexts: Readonly<Record<string, string>> = {
  User: '',
  WorkingDir: '',
  StopSignal: '',
  Author: '',
  Comment: '',
  Variant: '',
  ArgsEscaped: 'false',
  Env: '[]',
  Cmd: '[]',
  Entrypoint: '[]',
  OnBuild: '[]',
  Shell: '[]',
  RepoTags: '[]',
  RepoDigests: '[]',
  Labels: 'map[]',
  Volumes: 'map[]',
  ExposedPorts: 'map[]',
  Healthcheck: '<nil>',
};
