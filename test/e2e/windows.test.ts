/** Images for several versions of Windows, made from files alone. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeIndex, digestHex } from '../../src/oci/index.ts';
import { Workbench } from '../support/cli.ts';

const bench = new Workbench();
afterAll(() => bench[Symbol.dispose]());

const PLATFORMS = ['windows(10.0.17763)/amd64', 'windows(10.0.20348)/amd64'];
const DOCKERFILE = `
FROM scratch
ARG TARGETOSVERSION
COPY <<EOT /version
$TARGETOSVERSION
EOT
CMD type version
`;

describe('a build for two versions of Windows', () => {
  const directory = () => bench.project({ Dockerfile: DOCKERFILE });
  const build = (...args: string[]) =>
    bench.succeed(['build', '--platform', PLATFORMS.join(','), ...args, directory()]);

  it('gives an image for each', async () => {
    const layout = join(bench.directory, 'layout');
    await build('-t', 'two', '-o', `type=oci,tar=false,dest=${layout}`);
    const read = (path: string) => readFileSync(join(layout, path));
    const [top] = decodeIndex(read('index.json')).manifests;
    if (top === undefined) throw new Error('the layout is empty');
    const index = decodeIndex(read(`blobs/sha256/${digestHex(top.digest)}`));
    expect(index.manifests.map(({ platform }) => platform)).toEqual([
      { os: 'windows', architecture: 'amd64', 'os.version': '10.0.17763' },
      { os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348' },
    ]);
  });

  it('has a directory for each', async () => {
    const out = join(bench.directory, 'out');
    await build('-o', out);
    expect(readdirSync(out).sort()).toEqual(PLATFORMS.map((name) => name.replace('/', '_')));
    const version = readFileSync(join(out, 'windows(10.0.20348)_amd64/version'), 'utf8');
    expect(version).toBe('10.0.20348\n');
  });

  it('is the base of builds for each of them', async () => {
    await build('-t', 'base');
    const child = bench.project({ Dockerfile: 'FROM base\nLABEL a=b\n' }, 'child');
    for (const platform of PLATFORMS) {
      await bench.succeed(['build', '--platform', platform, '-t', 'child', child]);
      const { stdout } = await bench.succeed(['inspect', 'child']);
      const [{ OsVersion, Config }] = JSON.parse(stdout);
      expect(`windows(${OsVersion})/amd64`).toBe(platform);
      expect(Config.Cmd).toEqual(['cmd', '/S', '/C', 'type version']);
    }
  });
});
