import type { CommandLine, Instruction } from '../../dockerfile/index.ts';
import { insertAt, riskyFix } from '../edits.ts';
import { imageParts } from '../making/image-name.ts';
import { adviceRule } from '../making/make.ts';
import { chainOf } from '../making/stage-facts.ts';

/** Bases that have no EXPOSE; others may have one. */
const PLAIN =
  /(?:^|\/)(?:debian|ubuntu|alpine|busybox|fedora|centos|rockylinux|almalinux|amazonlinux|scratch|node|python|golang|rust|ruby|perl|openjdk|eclipse-temurin|amazoncorretto|(?:base|static|cc|java\d*|nodejs\d*|python3)(?:-debian\d+)?)$/;

/** Programs that connect to a port. */
const CLIENTS = /^(?:curl|wget|nc|ssh|mysql|psql|[\w-]+-cli)$/;

export const missingExpose = adviceRule({
  code: 'MissingExpose',
  severity: 'style',
  requires: 'EXPOSE names the port where the program listens',
  why: 'EXPOSE tells people and tools which port to publish: `run --publish-all` and proxies in front of containers read it from the image.',
  check({ stages }, report) {
    const last = stages.at(-1);
    if (last?.from === undefined) return;
    const chain = [...chainOf(last)];
    const { name } = imageParts((chain.at(-1) ?? last).from?.image.text ?? '');
    if (!PLAIN.test(name)) return;
    const all = chain.flatMap(({ instructions }) => instructions);
    if (all.some(({ kind }) => kind === 'expose')) return;
    for (const instruction of last.instructions.toReversed()) {
      const port = portOf(instruction);
      if (port === undefined) continue;
      const text = `EXPOSE ${port}`;
      return report({
        what: `the program listens on port ${port}, which EXPOSE does not name`,
        hint: `add ${text}`,
        range: instruction.node.range,
        instruction,
        fix: riskyFix(`add ${text}`, insertAt(instruction.node.range.end, `\n${text}`)),
      });
    }
  },
});

function portOf(instruction: Instruction): string | undefined {
  switch (instruction.kind) {
    case 'cmd':
    case 'entrypoint':
      return portOfProgram(textOf(instruction.command));
    case 'healthcheck':
      return instruction.test.kind === 'none'
        ? undefined
        : portOfCheck(textOf(instruction.test.command));
    default:
      return undefined;
  }
}

function textOf(command: CommandLine): string {
  return command.form === 'shell'
    ? command.text.text
    : command.args.map(({ text }) => text).join(' ');
}

/** `--port 8000`, `--bind 0.0.0.0:8000`, `runserver 8000` */
function portOfProgram(text: string): string | undefined {
  const [program = ''] = text.trim().split(/\s/, 1);
  if (CLIENTS.test(program.replace(/^.*\//, ''))) return undefined;
  return validPort(
    /(?:\b0\.0\.0\.0:|\[::\]:|(?:^|\s)--(?:[\w.-]+[.-])?port[= ]|\b(?:runserver|http\.server) )(\d+)\b/.exec(
      text,
    )?.[1],
  );
}

/** `http://localhost:8000/health`, `nc -z 127.0.0.1 8000` */
function portOfCheck(text: string): string | undefined {
  const [, scheme, given] =
    /(?:(https?):\/\/)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?:[: ](\d+))?(?=[\s/"'|]|$)/.exec(
      text,
    ) ?? [];
  if (given !== undefined) return validPort(given);
  return scheme === 'https' ? '443' : scheme === 'http' ? '80' : undefined;
}

function validPort(text: string | undefined): string | undefined {
  const port = Number(text);
  return port > 0 && port < 65536 ? text : undefined;
}
