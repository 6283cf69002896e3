/** Certificates that steps trust and no image knows of. */
import { copyFileSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busybox, stepsOf, Workbench } from '../support/cli.ts';

const [publicRoot = '', own = '', extra = ''] = rootCertificates.map((pem) => `${pem.trim()}\n`);
const BUNDLE = 'etc/ssl/certs/ca-certificates.crt';
const BUNDLE_TEXT = `# public\n${publicRoot}`;
const UPDATE = `RUN cat /usr/share/ca-certificates/*.crt > /new && mv /new /${BUNDLE}`;

describe('--ca-certificates', () => {
  let bench: Workbench;

  beforeAll(() => {
    bench = new Workbench();
  });
  afterAll(() => bench[Symbol.dispose]());

  /** Builds into a directory; the base is a busybox with a bundle and one distributed certificate. */
  async function build(
    name: string,
    steps: string,
    args: readonly string[] = [],
    wrapper?: readonly string[],
  ) {
    const project = bench.project(
      {
        'bundle.crt': BUNDLE_TEXT,
        'public.crt': publicRoot,
        'own.crt': own,
        'extra.pem': extra,
        Dockerfile: `FROM scratch AS base
COPY busybox /bin/busybox
COPY bundle.crt /${BUNDLE}
COPY public.crt /usr/share/ca-certificates/public.crt
RUN ["/bin/busybox", "--install", "-s", "/bin"]
FROM base
${steps}
`,
      },
      name,
    );
    copyFileSync(busybox(), join(project, 'busybox'));
    const output = join(bench.directory, `${name}-out`);
    const flags = ['--progress=plain', '-o', output, ...args];
    const words = ['build', ...flags.map((arg) => arg.replace('%', project)), project];
    const { stderr } = await bench.succeed(words, { wrapper });
    const text = (path: string) => readFileSync(join(output, path), 'latin1');
    return {
      log: stderr,
      text,
      mode: (path: string) => statSync(join(output, path)).mode & 0o777,
      files: (path: string) => readdirSync(join(output, path)).sort(),
      link: (path: string) => readlinkSync(join(output, path)),
    };
  }

  const WITH = ['--ca-certificates', '%/extra.pem'];

  it('are in the bundle and the files that variables name, and nowhere afterwards', async () => {
    const { text, log } = await build(
      'read',
      `RUN grep -c BEGIN /${BUNDLE} "$SSL_CERT_FILE" "$NODE_EXTRA_CA_CERTS" && ls /dev/.lamina-ca`,
      WITH,
    );
    expect(log).toContain(`/${BUNDLE}:2`);
    expect(log).toContain('/dev/.lamina-ca/ca.pem:2');
    expect(text(BUNDLE)).toBe(BUNDLE_TEXT);
  });

  it('can be read by any user of a step, whatever the umask of lamina', async () => {
    const umask = ['sh', '-c', 'umask 077; exec "$@"', 'sh'];
    const steps = 'USER 1000\nRUN grep -c BEGIN "$SSL_CERT_FILE" /dev/.lamina-ca/*/*.crt';
    const { log } = await build('umask', steps, WITH, umask);
    expect(log).toContain('/dev/.lamina-ca/ca.pem:2');
  });

  it('let a step replace the bundle, which is then what the step wrote', async () => {
    const { text } = await build('update', UPDATE, WITH);
    expect(text(BUNDLE)).toBe(publicRoot);
  });

  it('are taken out of copies of the bundle, which keep their mode', async () => {
    const { text, mode } = await build(
      'copies',
      `RUN chmod 600 /${BUNDLE} && cp -p /${BUNDLE} /app-certs.pem && cat "$SSL_CERT_FILE" >> /seen`,
      WITH,
    );
    for (const path of [BUNDLE, 'app-certs.pem', 'seen']) expect(text(path)).toBe(BUNDLE_TEXT);
    expect([mode(BUNDLE), mode('app-certs.pem')]).toEqual([0o600, 0o600]);
  });

  it('are in no log of a package manager in which Java said what it was told', async () => {
    const { text } = await build(
      'java-notice',
      'RUN mkdir -p /var/log/apt && { echo before; echo "Picked up JAVA_TOOL_OPTIONS: $JAVA_TOOL_OPTIONS"; } > /var/log/apt/term.log',
      WITH,
    );
    expect(text('var/log/apt/term.log')).toBe('before\n');
  });

  it('stay where the image has them as anchors of its own', async () => {
    const { text } = await build(
      'anchor',
      `COPY extra.pem /usr/local/share/ca-certificates/corporate.crt
RUN cat /usr/share/ca-certificates/*.crt /usr/local/share/ca-certificates/*.crt > /${BUNDLE}`,
      WITH,
    );
    expect(text(BUNDLE)).toBe(publicRoot + extra);
  });

  describe('in the directory for anchors', () => {
    const OWN = 'COPY own.crt /usr/local/share/ca-certificates/own.crt';
    /** What Debian's `update-ca-certificates` does. */
    const REHASH = `RUN cd /etc/ssl/certs && for a in /usr/local/share/ca-certificates/*.crt; do \\
      l=$(basename $a .crt).pem; ln -s $a $l; ln -s $l 0123abcd.$((n++)); done; \\
      cat /usr/share/ca-certificates/*.crt /usr/local/share/ca-certificates/*.crt > new && mv new /${BUNDLE}; \\
      grep -c BEGIN /${BUNDLE}`;

    it('are there where the image has one, for whoever makes the bundle again; no link stays', async () => {
      const { log, files, text } = await build('rehash', `${OWN}\n${REHASH}`, WITH);
      expect(log).toMatch(/^#\d+ [\d.]+ 3$/m);
      expect(text(BUNDLE)).toBe(publicRoot + own);
      expect(files('etc/ssl/certs')).toEqual(['0123abcd.0', 'ca-certificates.crt', 'own.pem']);
      expect(files('usr/local/share/ca-certificates')).toEqual(['own.crt']);
    });

    it('leave nothing when they are copied, changed or removed', async () => {
      const { files } = await build(
        'anchors-used',
        `${OWN}
RUN cd /usr/local/share && chmod -R 755 ca-certificates && cp -r ca-certificates /copies && rm ca-certificates/*lamina*`,
        WITH,
      );
      expect(files('usr/local/share/ca-certificates')).toEqual(['own.crt']);
      expect(files('copies')).toEqual(['own.crt']);
    });

    it('give way to the same certificate when the step adds it itself', async () => {
      const { text, files, link } = await build(
        'anchor-twice',
        `${OWN}
COPY extra.pem /extra.pem
RUN cd /usr/local/share/ca-certificates && cp /extra.pem same.crt && cat own.crt same.crt *lamina* > /${BUNDLE} \\
 && cd /etc/ssl/certs && ln -s /usr/local/share/ca-certificates/same.crt same.pem \\
 && for a in ../../../usr/local/share/ca-certificates/*lamina*; do \\
      l=$(basename $a .crt).pem; ln -s $a $l; ln -s $l 0123abcd.0; done`,
        WITH,
      );
      expect(text(BUNDLE)).toBe(own + extra);
      expect(files('etc/ssl/certs')).toEqual(['0123abcd.0', 'ca-certificates.crt', 'same.pem']);
      expect(link('etc/ssl/certs/0123abcd.0')).toBe('same.pem');
    });

    it('are not where the image has no such directory, since a step may make it', async () => {
      const { files } = await build(
        'no-anchors',
        'RUN mkdir /usr/local && mkdir /usr/local/share && mkdir /usr/local/share/ca-certificates',
        WITH,
      );
      expect(files('usr/local/share/ca-certificates')).toEqual([]);
    });
  });

  it('leave the variables that a step sets itself', async () => {
    const { log } = await build('variables', 'ENV PIP_CERT=/own.crt\nRUN echo "<$PIP_CERT>"', WITH);
    expect(log).toContain('</own.crt>');
  });

  it('change no cache key', async () => {
    await build('key', 'RUN echo same > /file');
    const { log } = await build('key', 'RUN echo same > /file', WITH);
    expect(stepsOf(log).run).toEqual([]);
  });

  it('may be named by a variable', async () => {
    const project = bench.project({ Dockerfile: 'FROM scratch\nCOPY a /\n', a: '' }, 'missing');
    const env = { LAMINA_CA_CERTIFICATES: '/nowhere.pem' };
    const { status, stderr } = await bench.lamina(['build', project], { env });
    expect(status).toBe(1);
    expect(stderr).toContain('BUILD_CA_CERTIFICATES_UNREADABLE');
  });

  it('must be certificates', async () => {
    const project = bench.project({ Dockerfile: 'FROM scratch\nCOPY a /\n', a: 'x' }, 'none');
    const args = ['build', '--ca-certificates', join(project, 'a'), project];
    const { stderr } = await bench.lamina(args);
    expect(stderr).toContain('BUILD_CA_CERTIFICATES_EMPTY');
  });
});
