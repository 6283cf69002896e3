import { defineCommand, storeFlags } from '../command.ts';
import { jsonText } from '../json-text.ts';
import { pastBuilds } from '../past-build.ts';

export const buildsExportCommand = defineCommand({
  usage: '[OPTIONS] [BUILD…]',
  summary: 'write records of past builds as JSON',
  description: [
    'Writes one record on each line, as docs/schemas/build-record.json describes it. Without BUILD, all of them, newest first.',
  ],
  flags: storeFlags,
  args: [0, Number.POSITIVE_INFINITY],
  examples: [
    {
      command: 'lamina builds export > builds.jsonl',
      text: 'keep the records of a CI machine',
    },
  ],
  async run({ flags, args }, context) {
    const api = await context.api();
    const common = pastBuilds(flags, context);
    const ids = args.length > 0 ? args : (await api.listBuilds(common)).map(({ id }) => id);
    for (const build of ids) {
      const record = await api.inspectBuild({ ...common, build });
      await context.io.stdout.write(jsonText(record));
    }
    return 0;
  },
});
