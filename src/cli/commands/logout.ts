import { defineCommand } from '../command.ts';

export const logoutCommand = defineCommand({
  usage: '[SERVER]',
  summary: 'forget the login of a registry',
  description: ['Without SERVER that of Docker Hub.'],
  flags: {},
  args: [0, 1],
  async run({ args }, context) {
    const [server] = args;
    const { env, signal } = context;
    const shown = server?.replace(/^https?:\/\//, '').replace(/\/.*$/s, '');
    await context.io.stdout.write(
      `Removing login credentials for ${shown ?? 'https://index.docker.io/v1/'}\n`,
    );
    const api = await context.api();
    await api.logout({ server, env, signal });
    return 0;
  },
});
