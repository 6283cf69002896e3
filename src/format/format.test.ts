import { describe, expect, it } from 'vitest';
import { formatDockerfile } from './format.ts';

function formatted(text: string, indentsCommands = false): string {
  return formatDockerfile(text, { file: 'Dockerfile', indentsCommands }).text;
}

/** Formats instructions of one stage. */
function lines(text: string, indentsCommands = false): string {
  return formatted(`FROM a\n${text}\n`, indentsCommands).slice('FROM a\n'.length);
}

describe('an instruction', () => {
  it.each([
    ['  run   echo  hi', 'RUN echo  hi'],
    ['copy\t--from=b  --link   a\tb   /c/', 'COPY --from=b --link a b /c/'],
    ['ENV a=1   b="x  y"  c=\\ z', 'ENV a=1 b="x  y" c=\\ z'],
    ['env old  value  here', 'ENV old value  here'],
    ['Arg a   b=2', 'ARG a b=2'],
    ['expose 80   53/udp', 'EXPOSE 80 53/udp'],
    ['workdir  /a  b', 'WORKDIR /a  b'],
    ['stopsignal   SIGTERM', 'STOPSIGNAL SIGTERM'],
    ['volume [ "/a","/b" ]', 'VOLUME ["/a", "/b"]'],
    ['cmd ["a"  ,"b\\u0020c"]', 'CMD ["a", "b\\u0020c"]'],
    ['cmd [  ]', 'CMD []'],
    ['CMD ["a", b]', 'CMD ["a", b]'],
    ['healthcheck  --retries=2   cmd   curl  x', 'HEALTHCHECK --retries=2 CMD curl  x'],
    ['healthcheck none', 'HEALTHCHECK NONE'],
    ['onbuild   copy  a  b', 'ONBUILD copy  a  b'],
    ['run   --  echo', 'RUN -- echo'],
  ])('%j is laid out as %j', (before, after) => {
    expect(lines(before)).toBe(`${after}\n`);
  });

  it('keeps its line breaks, and indents the lines after the first by four', () => {
    expect(lines('copy a \\ \n  b   c \\\n \\\n\n\t/d/')).toBe('COPY a \\\n    b c \\\n    /d/\n');
    expect(lines('label a=1 \\\nb="x \\\n   y" \\\n        c=3')).toBe(
      'LABEL a=1 \\\n    b="x \\\n   y" \\\n    c=3\n',
    );
  });

  it('keeps comments between its lines, and puts those after it on their own', () => {
    expect(lines('copy a \\\n#  one\n      # two \n b')).toBe(
      'COPY a \\\n    #  one\n    # two\n    b\n',
    );
    expect(lines('run a \\\n   && b \\\n# why\n   && c')).toBe(
      'RUN a \\\n   && b \\\n   # why\n   && c\n',
    );
    expect(lines('copy a b \\\n # last')).toBe('COPY a b\n# last\n');
    expect(formatted('from a \\')).toBe('FROM a\n');
  });

  it('in JSON form may have an element on each line', () => {
    expect(lines('cmd [ \\\n "a" \\\n , "b" \\\n  ]')).toBe(
      'CMD [ \\\n    "a", \\\n    "b" \\\n]\n',
    );
  });

  it('is joined where a line break splits its keyword', () => {
    expect(lines('ru\\\nn a')).toBe('RUN a\n');
  });

  it('keeps the body of its here-documents byte for byte', () => {
    const body = '  x \t\r\n\n\n\tEOF \nFROM  y\n';
    expect(lines(`run   <<EOF  cat\n${body}EOF`)).toBe(`RUN <<EOF  cat\n${body}EOF\n`);
    expect(lines(`copy   <<-EOF   /x\n${body}\tEOF`)).toBe(`COPY <<-EOF /x\n${body}\tEOF\n`);
  });

  it('continues lines with the escape character of the file', () => {
    expect(formatted('#escape = `\nfrom a\ncopy c:\\x `\n y\n')).toBe(
      '# escape=`\nFROM a\nCOPY c:\\x `\n    y\n',
    );
  });

  it.each(['\u2028', '\u00a0'])(
    'with an escape character before %j at its end is kept',
    (space) => {
      expect(lines(`label  v=b\\${space}`)).toBe(`label  v=b\\${space}\n`);
    },
  );

  it('is kept as written if the style cannot express it', () => {
    const odd = 'copy a b\\\v\n';
    expect(formatted(`from a\n${odd}`)).toBe(`FROM a\n${odd}`);
    // Two words for COPY, one delimiter for the here-document.
    const quoted = 'copy <<"a  b" /x\nbody\na  b\n';
    expect(lines(quoted)).toBe(quoted);
  });
});

describe('the indentation of shell commands', () => {
  it('stays, since it is part of the command', () => {
    const text = 'RUN a \\\n  && b \\\n\t|| c\n';
    expect(lines(text)).toBe(text);
  });

  it('becomes multiples of four by its levels on request', () => {
    expect(lines('RUN a\\\n  && b  c  \\\n\t d \\\n  && e', true)).toBe(
      'RUN a \\\n    && b  c \\\n        d \\\n    && e\n',
    );
  });

  it('stays within quotes, and where a word goes on', () => {
    const text = `RUN echo 'a \\
 b' "c \\
  d" e\\
f \${x:- \\
 g}
`;
    expect(lines(text, true)).toBe(text);
    expect(lines('RUN echo "$(a "b \\\n c")" \\\n d', true)).toBe(
      'RUN echo "$(a "b \\\n c")" \\\n d\n',
    );
  });

  it('stays for shells that may read it', () => {
    const text = 'SHELL ["python3", "-c"]\nRUN if x: \\\n  y\n';
    expect(lines(text, true)).toBe(text);
    const other = '# escape=`\nFROM a\nRUN x `\n  y\n';
    expect(formatted(other, true)).toBe(other);
  });
});

describe('the file', () => {
  it('has one blank line before each stage, above the comments of its FROM', () => {
    expect(
      formatted('ARG a\nFROM a\nRUN a\n# of b\n# more\nFROM b\n\n\n\n# of c\n\nFROM c\n\n\n'),
    ).toBe('ARG a\nFROM a\nRUN a\n\n# of b\n# more\nFROM b\n\n# of c\n\nFROM c\n');
  });

  it('has comments at the start of the line, and directives in one form', () => {
    expect(formatted('#Syntax  = x:1\n  #check=skip=all \n   #no space\nFROM a')).toBe(
      '# syntax=x:1\n# check=skip=all\n#no space\nFROM a\n',
    );
  });

  it('keeps a blank line that makes a comment of a directive', () => {
    for (const comment of ['# escape=`', '#!/bin/sh\n# syntax=x', '# syntax=x']) {
      const text = `\n${comment}\nFROM a\n`;
      expect(formatted(`\n${text}`)).toBe(text);
    }
    expect(formatted('\n\n# words\nFROM a\n')).toBe('# words\nFROM a\n');
  });

  it('keeps the line ends of its first line, and a byte-order mark', () => {
    expect(formatted('from a\r\nrun b \\\r\n  c\n\n\nrun d')).toBe(
      'FROM a\r\nRUN b \\\r\n  c\r\n\r\nRUN d\r\n',
    );
    expect(formatted('\ufefffrom a')).toBe('\ufeffFROM a\n');
  });

  it('stays as it is if the style cannot express it at all', () => {
    const text = '\ufeffFROM a\nWORKDIR \\ \\\n# d\n';
    expect(formatDockerfile(text, { file: 'Dockerfile' })).toEqual({ text, changed: false });
  });

  it('is not formatted if it is invalid', () => {
    expect(() => formatted('FROM a\nRUM b\n')).toThrowError(
      expect.objectContaining({ code: 'DOCKERFILE_UNKNOWN_INSTRUCTION' }),
    );
  });
});
