import { describe, expect, it } from 'vitest';
import { parseDockerfile, parseInstructions } from '../dockerfile/index.ts';
import { type FinalStage, isRootUser, withFinalStage } from './final-stage.ts';

const STAGE: FinalStage = {
  config: { Env: ['PATH=/bin'], WorkingDir: '/app', Cmd: ['node', 'a b.js'] },
  paths: ['app', 'usr/bin/node'],
  unneeded: [],
  user: undefined,
};

const changed = (text: string, stage: Partial<FinalStage> = {}) =>
  withFinalStage(text, { ...STAGE, ...stage });

describe('a last stage with only some files', () => {
  it('copies them from the stage before, and has its metadata', () => {
    expect(changed('FROM debian # no comment\nRUN make\n'.replace(' # no comment', ''))).toBe(
      `FROM debian AS build
RUN make

FROM scratch
COPY --parents --from=build /app \\
    /usr/bin/node /
ENV PATH=/bin
WORKDIR /app
CMD ["node","a b.js"]
`,
    );
  });

  it('keeps the name of the stage, or takes one that is free', () => {
    expect(changed('FROM a AS app\n')).toContain('COPY --parents --from=app /app');
    expect(changed('FROM a AS build\nFROM b\n')).toContain('FROM b AS build2\n');
  });

  it('removes what is not needed as root, in the stage before', () => {
    const text = changed('FROM a\nUSER app\n', { unneeded: ['usr/x'], user: 'app' });
    expect(text).toContain('USER app\nUSER root\nRUN rm -rf /usr/x\n\nFROM scratch');
    expect(changed('FROM a\n', { unneeded: ['usr/x'] })).toContain('AS build\nRUN rm -rf /usr/x\n');
  });

  it('follows preparations of the stage before: those of the user of the image, then those of root', () => {
    const prepared = [
      { command: 'jlink', asRoot: true },
      { command: 'npm prune', asRoot: false },
    ];
    const stage = { ...STAGE, unneeded: ['usr/x'], user: 'app' };
    expect(withFinalStage('FROM a\nUSER app\n', stage, prepared)).toContain(
      'USER app\nRUN npm prune\nUSER root\nRUN jlink\nRUN rm -rf /usr/x\n\nFROM scratch',
    );
  });

  it('repeats instructions that use an argument of the build', () => {
    const text = changed('FROM a\nARG VERSION=1\nENV V=$VERSION W=2\nLABEL v=$VERSION\n', {
      config: { Env: ['PATH=/bin', 'V=1', 'W=2'], Labels: { v: '1', other: 'a "b" $c' } },
    });
    expect(text?.slice(text.indexOf('ENV PATH') - 'ARG VERSION=1\n'.length)).toBe(
      'ARG VERSION=1\nENV PATH=/bin\nLABEL other="a \\"b\\" \\$c"\nENV V=$VERSION W=2\nLABEL v=$VERSION\n',
    );
  });

  it('is valid, with all metadata', () => {
    const text = changed('FROM a\n', {
      config: {
        User: 'app',
        ExposedPorts: { '80/tcp': {} },
        Env: ['A=x y', 'EMPTY='],
        Entrypoint: ['/bin/sh', '-c', 'echo "$A"'],
        Volumes: { '/data dir': {} },
        StopSignal: 'SIGQUIT',
        Shell: ['/bin/bash', '-c'],
        Healthcheck: { Test: ['CMD-SHELL', 'curl -f x || exit 1'], Interval: 5e9, Retries: 2 },
      },
    });
    const { instructions } = parseInstructions(parseDockerfile(text ?? '', { file: 'Dockerfile' }));
    expect(instructions.slice(3).map((one) => one.text)).toEqual([
      'ENV A="x y"',
      'ENV EMPTY=""',
      'VOLUME ["/data dir"]',
      'EXPOSE 80/tcp',
      'STOPSIGNAL SIGQUIT',
      'USER app',
      'SHELL ["/bin/bash","-c"]',
      'HEALTHCHECK --interval=5000ms --retries=2 CMD curl -f x || exit 1',
      'ENTRYPOINT ["/bin/sh","-c","echo \\"$A\\""]',
    ]);
  });

  it('is not written for paths and values that need more than quotes', () => {
    expect(changed('FROM a\n', { paths: ['a b'] })).toBeUndefined();
    expect(changed('FROM a\n', { paths: ['$(x)'] })).toBeUndefined();
    expect(changed('FROM a\n', { unneeded: ['x;y'] })).toBeUndefined();
    expect(changed('FROM a\n', { config: { Env: ['A=1\n2'] } })).toBeUndefined();
  });
});

describe('the root user', () => {
  it.each([undefined, '', 'root', '0', '0:0', 'root:staff'])('is %j', (user) => {
    expect(isRootUser(user)).toBe(true);
  });

  it.each(['app', '1000', '00x', 'rooty'])('is not %j', (user) => {
    expect(isRootUser(user)).toBe(false);
  });
});
