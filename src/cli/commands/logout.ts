import { defineCommand } from '../command.ts';

export const logoutCommand = defineCommand({
  usage: '[SERVER]',
  summary: 'remove the saved login of a registry',
  description: ['The default SERVER is Docker Hub.'],
  flags: {},
  args: [0, 1],
  async run({ args }, context) {
    const [server] = args;
    const { signal } = context;
    const shown = server?.replace(/^https?:\/\//, '').replace(/\/.*$/s, '');
    await context.io.stdout.write(
      `Removing login credentials for ${shown ?? 'https://index.docker.io/v1/'}\n`,
    );
    const api = await context.api();
    await api.logout({ server, signal });
    return 0;
  },
});
