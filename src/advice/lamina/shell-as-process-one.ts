import type { Fix } from '../../lint/index.ts';
import { parseShell } from '../../shell/index.ts';
import { replace, riskyFix } from '../edits.ts';
import { adviceRule } from '../making/make.ts';

export const shellAsProcessOne = adviceRule({
  code: 'ShellAsProcessOne',
  severity: 'info',
  requires: 'a shell that starts the program uses exec',
  why: 'The shell is process 1 and does not pass signals on, so the container stops only when it is killed after the grace period.',
  check({ steps }, report) {
    for (const { instruction, owner } of steps) {
      if (instruction.kind !== 'cmd' && instruction.kind !== 'entrypoint') continue;
      if (instruction.command.form !== 'exec') continue;
      const [shell, option, script, ...rest] = instruction.command.args;
      if (!/^(?:\/(?:usr\/)?bin\/)?(?:ba|da|a)?sh$/.test(shell?.text ?? '')) continue;
      if (!/^-[a-z]*c$/.test(option?.text ?? '') || script === undefined || rest.length > 0)
        continue;
      const { commands, isWellFormed } = parseShell(script.text);
      const last = commands.at(-1);
      if (!isWellFormed || last?.isTopLevel !== true || last.end !== script.text.trimEnd().length)
        continue;
      if (/^(?:exec|tail|wait)$/.test(script.text.slice(last.start).split(/\s/, 1)[0] ?? ''))
        continue;
      if (/[|&;]\s*$/.test(script.text)) continue;
      report({
        what: `the shell stays in front of '${last.name}'`,
        hint: `write exec before ${last.name}`,
        range: script.range,
        instruction: owner,
        fix: fixOf(script, last.start),
      });
    }
  },
});

type Script = { readonly text: string; readonly range: Parameters<typeof replace>[0] };

function fixOf({ text, range }: Script, start: number): Fix | undefined {
  // A pipe needs the shell.
  if (/\|/.test(text.slice(0, start).replaceAll('||', ''))) return undefined;
  const changed = `${text.slice(0, start)}exec ${text.slice(start)}`;
  return riskyFix('write exec', replace(range, JSON.stringify(changed)));
}
