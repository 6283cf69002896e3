import { AppError } from '../../errors.ts';
import { nearestName } from '../../nearest-name.ts';
import { defineCommand } from '../command.ts';
import { completionScripts, SHELLS, type Shell } from '../completion-scripts.ts';

export const completionCommand = defineCommand({
  usage: 'bash|zsh|fish',
  summary: 'print the completion script for a shell',
  description: [
    'The script completes commands, options, their values, and image names: on Tab, it asks lamina for them.',
  ],
  flags: {},
  args: [1, 1],
  missing: 'name your shell: lamina completion bash',
  examples: [
    { command: 'eval "$(lamina completion bash)"', text: 'in ~/.bashrc' },
    { command: 'source <(lamina completion zsh)', text: 'in ~/.zshrc, after compinit' },
    {
      command: 'lamina completion fish > ~/.config/fish/completions/lamina.fish',
      text: 'once, for fish',
    },
  ],
  async run({ args }, { io }) {
    const [name = ''] = args;
    const shell = SHELLS.find((one) => one === name);
    if (shell === undefined) throw unknownShell(name);
    await io.stdout.write(completionScripts[shell]);
    return 0;
  },
});

function unknownShell(name: string): AppError {
  const near = nearestName(name, SHELLS as readonly Shell[]);
  return new AppError('CLI_USAGE', `there is no completion for '${name}'`, {
    expected: SHELLS.join(', '),
    hint: near === undefined ? undefined : `did you mean ${near}?`,
  });
}
