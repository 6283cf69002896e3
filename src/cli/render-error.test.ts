import { describe, expect, it } from 'vitest';
import { AbortedError, AppError, type SourceLocation, StepError } from '../errors.ts';
import { renderError } from './render-error.ts';

function locationOf(text: string, part: string, file = 'Dockerfile'): SourceLocation {
  const position = (offset: number) => {
    const before = text.slice(0, offset).split('\n');
    return { line: before.length, column: (before.at(-1) ?? '').length + 1, offset };
  };
  const offset = text.indexOf(part);
  return { file, text, range: { start: position(offset), end: position(offset + part.length) } };
}

const show = (error: unknown, debug = false) => renderError(error, { color: false, debug });

describe('renderError', () => {
  it('underlines the fault and says what to do', () => {
    const text = 'FROM scratch\nCPOY a /b\n';
    const error = new AppError('DOCKERFILE_UNKNOWN_INSTRUCTION', 'unknown instruction CPOY', {
      location: locationOf(text, 'CPOY'),
      expected: 'an instruction, such as COPY',
      hint: 'did you mean COPY?',
    });
    expect(show(error)).toMatchInlineSnapshot(`
      "error: unknown instruction CPOY
        --> Dockerfile:2:1
         |
       2 | CPOY a /b
         | ^^^^
        expected: an instruction, such as COPY
        hint: did you mean COPY?
        code: DOCKERFILE_UNKNOWN_INSTRUCTION (lamina explain DOCKERFILE_UNKNOWN_INSTRUCTION)
      "
    `);
  });

  it('shows the end of a step that failed', () => {
    const text = 'FROM a\n\nRUN make && \\\n    make install\n';
    const error = new StepError(
      'the command of RUN ended with exit code 2',
      {
        exitCode: 2,
        signal: undefined,
        outputTail: ['cc hello.c', '\x1b[31mhello.c:1: error\x1b[0m'],
        instruction: 'RUN make && make install',
      },
      { location: locationOf(text, 'RUN make && \\\n    make install') },
    );
    expect(show(error)).toMatchInlineSnapshot(`
      "error: RUN did not complete successfully: exit code: 2
        --> Dockerfile:3:1
         |
       3 | RUN make && \\
         | ^^^^^^^^^^^^^
       4 |     make install
         |     ^^^^^^^^^^^^
        last 2 lines of output:
          cc hello.c
          hello.c:1: error
        code: RUN_FAILED (lamina explain RUN_FAILED)
      "
    `);
  });

  it('does not repeat what the display has shown of a step, except scripts', () => {
    const failed = (text: string) =>
      new StepError(
        'process "make" did not complete successfully: exit code: 2',
        { exitCode: 2, signal: undefined, outputTail: ['cc hello.c'], instruction: text },
        {
          location: locationOf(`FROM a\n${text}`, text),
          details: { outputShown: true, lookInside: 'lamina debug' },
        },
      );
    expect(show(failed('RUN make'))).toMatchInlineSnapshot(`
      "error: RUN did not complete successfully: exit code: 2
        --> Dockerfile:2:1
        code: RUN_FAILED (lamina explain RUN_FAILED)
        look inside: lamina debug
      "
    `);
    const script = show(failed('RUN <<EOF'));
    expect(script).toContain('2 | RUN <<EOF');
    expect(script).not.toContain('cc hello.c');
  });

  it('leaves out the middle of a long range', () => {
    const script = Array.from({ length: 30 }, (_, index) => `echo ${index}`).join('\n');
    const text = `FROM a\nRUN <<EOF\n${script}\nEOF\n`;
    const error = new AppError('IMAGE_NOT_FOUND', 'bad script', {
      location: locationOf(text, `RUN <<EOF\n${script}\nEOF`),
    });
    const shown = show(error);
    expect(shown).toContain(' 8 | echo 5');
    expect(shown).not.toContain('echo 6');
    expect(shown).toContain('…');
    expect(shown).toContain('33 | EOF');
  });

  it('keeps the underline under its text behind tabs, wide and control characters', () => {
    const text = 'RUN\techo 世界\x07 bad';
    const error = new AppError('IMAGE_NOT_FOUND', 'bad', { location: locationOf(text, 'bad') });
    expect(show(error)).toMatchInlineSnapshot(`
      "error: bad
        --> Dockerfile:1:14
         |
       1 | RUN    echo 世界\\x07 bad
         |                      ^^^
        code: IMAGE_NOT_FOUND (lamina explain IMAGE_NOT_FOUND)
      "
    `);
  });

  it('escapes control characters of messages and names', () => {
    const error = new AppError('IMAGE_NOT_FOUND', 'no file \x1b[2Jx\ny', { hint: 'a\rb' });
    expect(show(error)).toBe(
      'error: no file \\x1b[2Jx\\ny\n  hint: a\\rb\n  code: IMAGE_NOT_FOUND (lamina explain IMAGE_NOT_FOUND)\n',
    );
  });

  it('names the cause that the message does not', () => {
    const error = new AppError('IMAGE_NOT_FOUND', 'cannot read a', {
      cause: new Error('EACCES: denied'),
    });
    expect(show(error)).toContain('  cause: EACCES: denied\n');
  });

  it('shows no stack trace of an unexpected error unless asked', () => {
    const error = new TypeError('x is not a function');
    expect(show(error)).toMatchInlineSnapshot(`
      "error: unexpected: x is not a function
        hint: set LAMINA_DEBUG=1 to see the stack trace
        hint: this is a bug in lamina: please report it, with the steps that led to it
        code: INTERNAL (lamina explain INTERNAL)
      "
    `);
    expect(show(error, true)).toContain('render-error.test.ts');
  });

  it('takes a full disk for what it is', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
    });
    expect(show(error)).toContain('lamina builder prune');
    expect(show(error)).toContain('code: SYSTEM_REFUSED');
  });

  it('makes few words of a cancelled build', () => {
    expect(show(new AbortedError())).toBe('cancelled\n');
  });

  it('shows several errors one after the other', () => {
    const shown = show(
      new AggregateError([
        new AppError('IMAGE_NOT_FOUND', 'one'),
        new AppError('IMAGE_NOT_FOUND', 'two'),
      ]),
    );
    expect(shown.match(/^error: (one|two)$/gm)).toEqual(['error: one', 'error: two']);
  });
});
