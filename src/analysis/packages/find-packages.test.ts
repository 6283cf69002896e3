import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { END_OF_ARCHIVE, encodeHeader, padding } from '../../archive/index.ts';
import { ContentDigests, scanTar } from '../../layers/index.ts';
import { ImageModel } from '../model/index.ts';
import { findPackages } from './find-packages.ts';
import { PackageContents } from './package-contents.ts';

type Files = Readonly<Record<string, string | Buffer>>;

async function packagesOf(...layers: readonly Files[]) {
  const model = new ImageModel();
  const contents = new PackageContents();
  for (const files of layers) {
    const inspector = new ContentDigests(contents.inspect);
    const { index } = await scanTar([tar(files)], { inspector });
    model.addLayer(index.entries);
  }
  const found = await findPackages(model, contents);
  return found.map(({ type, name, version, bytes, layer }) => [type, name, version, bytes, layer]);
}

function tar(files: Files): Buffer {
  const parts = Object.entries(files).flatMap(([path, text]) => {
    const content = Buffer.from(text);
    const header = encodeHeader({
      ...{ path, type: 'file', mode: 0o755, uid: 0, gid: 0, mtime: 0, mtimeNs: 0 },
      size: content.length,
    });
    return [header, content, Buffer.alloc(padding(content.length))];
  });
  return Buffer.concat([...parts, END_OF_ARCHIVE]);
}

describe('packages', () => {
  it('of dpkg have the files on their lists, also where /bin is a link', async () => {
    const status = [
      'Package: curl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 8.1\n',
      'Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n',
    ].join('\n');
    const found = await packagesOf({
      'var/lib/dpkg/status': status,
      'var/lib/dpkg/info/curl.list': '/.\n/bin\n/bin/curl\n/usr/share/doc/curl/copyright\n',
      'usr/bin/curl': 'x'.repeat(100),
      'usr/share/doc/curl/copyright': 'x'.repeat(20),
    });
    expect(found).toEqual([['deb', 'curl', '8.1', 120, 0]]);
  });

  it('of distroless images have a status file each', async () => {
    const found = await packagesOf({
      'var/lib/dpkg/status.d/tzdata': 'Package: tzdata\nVersion: 2026a\nDescription: zones\n',
      'var/lib/dpkg/status.d/tzdata.md5sums': `${'0'.repeat(32)}  usr/share/zoneinfo/UTC\n`,
      'usr/share/zoneinfo/UTC': 'x'.repeat(9),
    });
    expect(found).toEqual([['deb', 'tzdata', '2026a', 9, 0]]);
  });

  it('of apk, npm, pip and RubyGems are found', async () => {
    const found = await packagesOf({
      'lib/apk/db/installed': 'P:musl\nV:1.2.5-r0\nF:lib\nR:ld-musl.so.1\n\n',
      'lib/ld-musl.so.1': 'x'.repeat(5),
      'app/node_modules/@s/a/package.json': '{"name":"@s/a","version":"1.0.0"}',
      'app/node_modules/@s/a/node_modules/b/package.json': '{"name":"b","version":"2.0.0"}',
      'app/node_modules/broken/package.json': '{',
      'lib/python3/site-packages/six-1.16.dist-info/METADATA':
        'Name: six\nVersion: 1.16\n\nName: x',
      'lib/python3/site-packages/six-1.16.dist-info/RECORD':
        '"six.py",sha256=x,4\n../../bin/six,,\n',
      'lib/python3/site-packages/six.py': 'four',
      'lib/bin/six': 'six',
      'usr/lib/ruby/gems/3/specifications/rake-13.1.gemspec': 'Gem::Specification',
      'usr/lib/ruby/gems/3/gems/rake-13.1/rake.rb': 'rake!',
    });
    expect(found).toEqual([
      ['npm', '@s/a', '1.0.0', 33, 0],
      ['npm', 'b', '2.0.0', 30, 0],
      ['pypi', 'six', '1.16', 7, 0],
      ['apk', 'musl', '1.2.5-r0', 5, 0],
      ['gem', 'rake', '13.1', 5, 0],
    ]);
  });

  it('are those of the final file system', async () => {
    const manifest = (version: string) => ({
      'n/node_modules/a/package.json': JSON.stringify({ name: 'a', version }),
    });
    expect(await packagesOf(manifest('1'), manifest('2'))).toEqual([['npm', 'a', '2', 26, 1]]);
  });

  it('of rpm are in its SQLite database', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lamina-rpmdb-'));
    try {
      const path = join(directory, 'rpmdb.sqlite');
      const database = new DatabaseSync(path);
      database.exec('CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)');
      database
        .prepare('INSERT INTO Packages (blob) VALUES (?)')
        .run(rpmHeader({ name: 'bash', version: '5.2', release: '1.fc40', file: 'bash' }));
      database.close();
      const found = await packagesOf({
        'usr/lib/sysimage/rpm/rpmdb.sqlite': readFileSync(path),
        'usr/bin/bash': 'x'.repeat(44),
      });
      expect(found).toEqual([['rpm', 'bash', '5.2-1.fc40', 44, 0]]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it.each([
    [
      'a view without end',
      `CREATE VIEW Packages AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
        SELECT i AS hnum, x'00' AS blob FROM n`,
    ],
    [
      'a generated column',
      `CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob AS (zeroblob(900000000)));
        INSERT INTO Packages VALUES (1), (2), (3)`,
    ],
  ])('of rpm are none if %s computes them', async (_, sql) => {
    const directory = mkdtempSync(join(tmpdir(), 'lamina-rpmdb-'));
    try {
      const path = join(directory, 'rpmdb.sqlite');
      const database = new DatabaseSync(path);
      database.exec(sql);
      database.close();
      const files = { 'usr/lib/sysimage/rpm/rpmdb.sqlite': readFileSync(path) };
      expect(await packagesOf(files)).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('of rpm are none if pages repeat each other, which makes more rows than bytes', async () => {
    const seeds = new URL('../../../test/fuzz-decoder-seeds/rpm/', import.meta.url);
    const files = {
      'usr/lib/sysimage/rpm/rpmdb.sqlite': readFileSync(new URL('seed-repeated-pages', seeds)),
    };
    expect(await packagesOf(files)).toEqual([]);
  });

  it('of Go programs are the modules they were built from', async () => {
    const program = goProgram(
      'path\texample.com/app\nmod\texample.com/app\tv1.2.3\th1:x\ndep\tgolang.org/x/net\tv0.1.0\n=>\texample.com/net\tv0.2.0\n',
    );
    expect(await packagesOf({ 'usr/bin/app': program })).toEqual([
      ['golang', 'example.com/app', 'v1.2.3', program.length, 0],
      ['golang', 'example.com/net', 'v0.2.0', 0, 0],
    ]);
  });

  it('of Maven name themselves, or are named by their files', async () => {
    const properties = 'groupId=org.example\nartifactId=app\nversion=1.0\n';
    const app = zipSync(
      {
        'META-INF/maven/org.example/app/pom.properties': strToU8(properties),
        'BOOT-INF/lib/dep-2.0.jar': strToU8('x'.repeat(30)),
      },
      { level: 0 },
    );
    const found = await packagesOf({
      'app/app.jar': Buffer.from(app),
      'app/lib/other-1.1-SNAPSHOT.jar': 'no archive at all',
    });
    expect(found).toEqual([
      ['maven', 'org.example:app', '1.0', app.length - 30, 0],
      ['maven', 'dep', '2.0', 30, 0],
      ['maven', 'other', '1.1-SNAPSHOT', 17, 0],
    ]);
  });
});

function goProgram(modules: string): Buffer {
  const text = (bytes: string) => {
    const length = [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
    return Buffer.concat([Buffer.from(length), Buffer.from(bytes, 'latin1')]);
  };
  const info = Buffer.concat([
    Buffer.from('\xff Go buildinf:\x08\x02', 'latin1'),
    Buffer.alloc(16),
    text('go1.24.0'),
    text(`${'f'.repeat(16)}${modules}${'f'.repeat(16)}`),
  ]);
  return Buffer.concat([Buffer.alloc(300_000 - (300_000 % 16)), info, Buffer.alloc(1000)]);
}

interface RpmFields {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly file: string;
}

function rpmHeader({ name, version, release, file }: RpmFields): Buffer {
  const values: readonly (readonly [number, string | number])[] = [
    [1000, name],
    [1001, version],
    [1002, release],
    [1116, 0],
    [1117, file],
    [1118, '/usr/bin/'],
  ];
  const data: Buffer[] = [];
  const index = values.map(([tag, value]) => {
    const entry = Buffer.alloc(16);
    entry.writeInt32BE(tag, 0);
    entry.writeInt32BE(Buffer.concat(data).length, 8);
    entry.writeInt32BE(1, 12);
    data.push(typeof value === 'number' ? Buffer.alloc(4) : Buffer.from(`${value}\0`));
    return entry;
  });
  const counts = Buffer.alloc(8);
  counts.writeInt32BE(index.length, 0);
  return Buffer.concat([counts, ...index, ...data]);
}
