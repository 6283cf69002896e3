import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentDigest, type FileEntry, resolveInTree, type TreeDigest } from '../files/index.ts';
import { openContent, setTimes, setXattr } from '../system/index.ts';
import { type ContextOptions, type ContextTree, openContext } from './context-tree.ts';
import { parseDockerignore } from './dockerignore.ts';
import type { FactStore } from './kept-facts.ts';
import { measureSources } from './measure.ts';

/** cap_net_bind_service=ep, as the kernel stores it. */
const CAPABILITY =
  '\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lamina-context-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** `null` creates a directory. */
function make(files: Readonly<Record<string, string | null>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = Buffer.from(`${root}/${name}`, 'latin1');
    mkdirSync(Buffer.from(dirname(`${root}/${name}`), 'latin1'), { recursive: true });
    if (content === null) mkdirSync(path, { recursive: true });
    else writeFileSync(path, content);
  }
}

function open(ignore = '', options: Partial<ContextOptions> = {}): ContextTree {
  return openContext({ directory: root, ignore: parseDockerignore(ignore), ...options });
}

function paths(tree: ContextTree, directory = ''): string[] {
  return tree
    .list(directory)
    .flatMap((entry) => [
      entry.path,
      ...(entry.type === 'directory' ? paths(tree, entry.path) : []),
    ]);
}

function entryOf(tree: ContextTree, path: string): FileEntry {
  const entry = tree.lookup(path);
  if (entry === undefined) throw new Error(`no ${path}`);
  return entry;
}

/** The error of the action without root's override of permissions. */
function asNobody(action: () => unknown): unknown {
  process.seteuid?.(65534);
  try {
    return action();
  } catch (error) {
    return error;
  } finally {
    process.seteuid?.(0);
  }
}

/** An in-memory fact store. */
class Facts implements FactStore {
  readonly values = new Map<string, unknown>();
  reads = 0;

  get<T>(kind: string, key: string): T | undefined {
    this.reads++;
    return this.values.get(`${kind} ${key}`) as T | undefined;
  }

  put(kind: string, key: string, value: unknown): void {
    this.values.set(`${kind} ${key}`, JSON.parse(JSON.stringify(value)));
  }
}

describe('a context tree', () => {
  it('lists names by bytes, also those that are no UTF-8', () => {
    make({ b: '', a: '', 'a-b': '', 'bad\xff': '', 'new\nline': '', 'star*': '', 'sub/x': '' });
    const tree = open();
    expect(paths(tree)).toEqual(['a', 'a-b', 'b', 'bad\xff', 'new\nline', 'star*', 'sub', 'sub/x']);
    expect(tree.lookup('bad\xff')?.type).toBe('file');
  });

  it('describes a file', () => {
    make({ f: 'hello' });
    chmodSync(join(root, 'f'), 0o4711);
    setTimes(join(root, 'f'), -2, 500_000_000);
    expect(open().lookup('f')).toEqual({
      path: 'f',
      type: 'file',
      mode: 0o4711,
      uid: process.getuid?.(),
      gid: process.getgid?.(),
      size: 5,
      mtime: -2,
      mtimeNs: 500_000_000,
    });
  });

  it('groups hard links', () => {
    make({ a: 'x', c: 'y' });
    linkSync(join(root, 'a'), join(root, 'b'));
    const tree = open();
    expect(tree.lookup('a')?.linkGroup).toBe(1);
    expect(tree.lookup('b')?.linkGroup).toBe(1);
    expect(tree.lookup('c')?.linkGroup).toBeUndefined();
  });

  it('keeps devices and pipes, and sees sockets as empty files', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    execFileSync('mknod', [join(root, 'dev'), 'c', '300', '70000']);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve));
    const tree = open();
    expect(paths(tree)).toEqual(['dev', 'pipe', 'socket']);
    expect(tree.lookup('socket')).toMatchObject({ type: 'file', size: 0 });
    const fd = openContent(tree.content(entryOf(tree, 'socket')));
    expect(readFileSync(fd, 'utf8')).toBe('');
    closeSync(fd);
    expect(tree.lookup('dev')).toMatchObject({ type: 'char', devMajor: 300, devMinor: 70000 });
    server.close();
  });

  it('stays as it was first seen', () => {
    make({ 'd/a': '1', later: '1' });
    const tree = open();
    expect(tree.lookup('missing')).toBeUndefined();
    expect(paths(tree, 'd')).toEqual(['d/a']);
    make({ missing: 'x', 'd/new': 'x', 'd/a': 'longer' });
    expect(tree.lookup('missing')).toBeUndefined();
    expect(tree.lookup('d/new')).toBeUndefined();
    expect(tree.lookup('d/a')?.size).toBe(1);
    expect(paths(tree, 'd')).toEqual(['d/a']);
    expect(paths(tree)).toEqual(['d', 'd/a', 'later']);
  });

  it('never looks beyond a symlink', () => {
    make({ 'real/x': '1' });
    symlinkSync('real', join(root, 'link'));
    symlinkSync('/etc', join(root, 'host'));
    const tree = open();
    expect(tree.lookup('link/x')).toBeUndefined();
    expect(tree.lookup('host/passwd')).toBeUndefined();
    expect(tree.list('host')).toEqual([]);
    expect(tree.lookup('host')).toMatchObject({ type: 'symlink', linkTarget: '/etc' });
    expect(resolveInTree(tree, 'host/passwd')).toMatchObject({ path: 'etc/passwd', existing: '' });
  });

  it.each(['..', '../x', 'a/../..', 'a/..', '.', 'a/.', '/etc', 'a//b', 'nul\0', 'x'.repeat(300)])(
    'has nothing at %j',
    (path) => {
      make({ 'a/b': '' });
      expect(open().lookup(path)).toBeUndefined();
    },
  );

  it('never follows a link that takes the place of a directory', () => {
    make({ 'context/d/x': 'in', 'context/e/x': 'in', 'outside/x': 'out', 'outside/y': 'out' });
    using tree = openContext({ directory: join(root, 'context') });
    expect(tree.list('d')).toHaveLength(1);
    expect(tree.lookup('e')?.type).toBe('directory');
    for (const name of ['d', 'e']) {
      renameSync(join(root, 'context', name), join(root, `was-${name}`));
      symlinkSync('../outside', join(root, 'context', name));
    }
    expect(readFileSync(openContent(tree.content(entryOf(tree, 'd/x'))), 'utf8')).toBe('in');
    expect(tree.list('e')).toEqual([]);
    expect(tree.lookup('e/y')).toBeUndefined();
  });

  it('opens a directory that is reached through a symlink', () => {
    make({ 'real/x': '1' });
    symlinkSync('real', join(root, 'link'));
    const tree = openContext({ directory: join(root, 'link') });
    expect(paths(tree)).toEqual(['x']);
    expect(tree.content(entryOf(tree, 'x')).hostPath).toBe(`${join(root, 'real')}/x`);
  });

  it.each(['missing', 'file', 'file/below'])('refuses %j as a context', (name) => {
    make({ file: '' });
    expect(() => openContext({ directory: join(root, name) })).toThrowError(/build context/);
  });

  it('reads xattrs only when asked, and of them only capabilities', () => {
    make({ f: '', plain: '' });
    setXattr(join(root, 'f'), 'user.color', 'r\xc3\xbcd');
    setXattr(join(root, 'f'), 'trusted.overlay.opaque', 'y');
    setXattr(join(root, 'f'), 'security.capability', CAPABILITY);
    setXattr(join(root, 'plain'), 'user.color', 'blue');
    const tree = open();
    expect(tree.lookup('f')?.xattrs).toBeUndefined();
    expect(tree.complete(entryOf(tree, 'f')).xattrs).toEqual({
      'security.capability': CAPABILITY,
    });
    expect(tree.complete(entryOf(tree, 'plain')).xattrs).toBeUndefined();
  });

  it('treats a vanished directory as empty', () => {
    make({ 'd/a': '' });
    const tree = open();
    expect(tree.lookup('d')).toBeDefined();
    rmSync(join(root, 'd'), { recursive: true });
    expect(tree.list('d')).toEqual([]);
  });

  it('reports a directory that cannot be read', () => {
    make({ 'd/a': '' });
    chmodSync(root, 0o755);
    chmodSync(join(root, 'd'), 0);
    const list = (): unknown => open().list('d');
    expect(asNobody(list)).toMatchObject({ code: 'CONTEXT_UNREADABLE' });
  });
});

describe('ignored files', () => {
  it('are not there', () => {
    make({ 'a.log': '', 'a.txt': '', 'node_modules/x/y': '', 'src/a.log': '' });
    const tree = open('*.log\nnode_modules\n');
    expect(paths(tree)).toEqual(['a.txt', 'src', 'src/a.log']);
    expect(tree.lookup('node_modules')).toBeUndefined();
    expect(tree.lookup('node_modules/x/y')).toBeUndefined();
    expect(tree.lookup('a.log')).toBeUndefined();
  });

  it('come back, with the directories above them', () => {
    make({ 'docs/api/a.md': '', 'docs/api/b.txt': '', 'docs/x/c.txt': '', top: '' });
    const tree = open('*\n!docs/**/*.md\n');
    expect(tree.lookup('docs/api')?.type).toBe('directory');
    expect(tree.lookup('docs/x')).toBeUndefined();
    expect(paths(tree)).toEqual(['docs', 'docs/api', 'docs/api/a.md']);
  });

  it('are not even looked at below a directory no exception reaches', () => {
    make({ 'secret/x': '', keep: '' });
    chmodSync(join(root, 'secret'), 0);
    expect(paths(open('*\n!keep\n'))).toEqual(['keep']);
  });

  it('are explained', () => {
    make({ 'build/out/a': '', b: '' });
    symlinkSync('/etc', join(root, 'link'));
    const tree = open('# x\nbuild\nlink\n');
    expect(tree.hiddenBy('build/out/a')).toMatchObject({ line: 2, pattern: 'build' });
    expect(tree.hiddenBy('build/out/missing')).toBeUndefined();
    expect(tree.hiddenBy('link/passwd')).toBeUndefined();
    expect(tree.hiddenBy('b')).toBeUndefined();
    expect(open().hiddenBy('b')).toBeUndefined();
  });
});

describe('remembered digests', () => {
  const later = (): number => Date.now() + 10_000;

  function learn(facts: Facts, now: () => number): void {
    const tree = open('', { facts, now });
    tree.rememberDigest(entryOf(tree, 'f'), contentDigest('hello'));
    tree.complete(entryOf(tree, 'f'));
    tree.save();
  }

  it('are known in the next build', () => {
    make({ f: 'hello', g: 'x' });
    const facts = new Facts();
    learn(facts, later);
    const tree = open('', { facts, now: later });
    expect(tree.knownDigest(entryOf(tree, 'f'))).toBe(contentDigest('hello'));
    expect(tree.knownDigest(entryOf(tree, 'g'))).toBeUndefined();
  });

  it('are not kept for a file that changed within two seconds of its reading', () => {
    make({ f: 'hello' });
    const facts = new Facts();
    learn(facts, () => Date.now() + 1500);
    expect(facts.values.size).toBe(0);
  });

  it('hold within the build all the same', () => {
    make({ f: 'hello' });
    const tree = open('', { facts: new Facts() });
    tree.rememberDigest(entryOf(tree, 'f'), contentDigest('hello'));
    expect(tree.knownDigest(entryOf(tree, 'f'))).toBe(contentDigest('hello'));
  });

  it.each([
    ['other content of the same size', () => writeFileSync(join(root, 'f'), 'HELLO')],
    ['another mode', () => chmodSync(join(root, 'f'), 0o600)],
    [
      'another file under the name',
      () => {
        make({ n: 'other' });
        renameSync(join(root, 'n'), join(root, 'f'));
      },
    ],
    [
      'its time set back',
      () => {
        writeFileSync(join(root, 'f'), 'HELLO');
        utimesSync(join(root, 'f'), 1, 1);
      },
    ],
  ])('are forgotten after %s', (_, change) => {
    make({ f: 'hello' });
    utimesSync(join(root, 'f'), 1, 1);
    const facts = new Facts();
    learn(facts, later);
    change();
    const tree = open('', { facts, now: later });
    expect(tree.knownDigest(entryOf(tree, 'f'))).toBeUndefined();
  });

  it('stay when another build learns about other files', () => {
    make({ f: 'hello', g: 'x' });
    const facts = new Facts();
    learn(facts, later);
    const second = open('', { facts, now: later });
    second.rememberDigest(entryOf(second, 'g'), contentDigest('x'));
    second.save();
    const third = open('', { facts, now: later });
    expect(third.knownDigest(entryOf(third, 'f'))).toBe(contentDigest('hello'));
    expect(third.knownDigest(entryOf(third, 'g'))).toBe(contentDigest('x'));
  });

  it('are not loaded before the first lookup, nor written without new facts', () => {
    make({ f: 'hello' });
    const facts = new Facts();
    const tree = open('', { facts, now: later });
    paths(tree);
    tree.save();
    expect(facts.reads).toBe(0);
    expect(facts.values.size).toBe(0);
  });

  it('survive nonsense in the store', () => {
    make({ f: 'hello' });
    const facts = new Facts();
    learn(facts, later);
    for (const junk of ['text', '', 'A'.repeat(500), { a: 1 }, 7, null]) {
      for (const key of facts.values.keys()) facts.values.set(key, junk);
      const tree = open('', { facts, now: later });
      expect(tree.knownDigest(entryOf(tree, 'f'))).toBeUndefined();
    }
  });

  it('include that there are no xattrs, until one is set', () => {
    make({ f: 'hello' });
    const facts = new Facts();
    learn(facts, later);
    setXattr(join(root, 'f'), 'security.capability', CAPABILITY);
    const tree = open('', { facts, now: later });
    expect(tree.complete(entryOf(tree, 'f')).xattrs).toEqual({ 'security.capability': CAPABILITY });
  });
});

describe('measureSources', () => {
  it('counts each file once', () => {
    make({ 'a.txt': '12345', 'd/b.txt': '123', 'd/e/c': '1', other: '1234567' });
    symlinkSync('d', join(root, 'link'));
    const tree = open();
    expect(measureSources(tree, ['a.txt', '/d/', 'd/e', 'missing'])).toEqual({
      files: 3,
      bytes: 9,
    });
    expect(measureSources(tree, ['*.txt', 'link'])).toEqual({ files: 3, bytes: 9 });
    expect(measureSources(tree, ['d/**/c'])).toEqual({ files: 2, bytes: 4 });
    expect(measureSources(tree, ['.'])).toEqual({ files: 5, bytes: 16 });
    expect(measureSources(tree, [])).toEqual({ files: 0, bytes: 0 });
  });

  it('skips ignored files and tolerates vanished ones', () => {
    make({ 'a.log': '12345', b: '1' });
    expect(measureSources(open('*.log'), ['.'])).toEqual({ files: 1, bytes: 1 });
    unlinkSync(join(root, 'b'));
    expect(measureSources(open('*.log'), ['b'])).toEqual({ files: 0, bytes: 0 });
  });
});

describe('a remembered selection', () => {
  const DIGEST = 'sha512-256:0' as TreeDigest;
  const later = () => Date.now() + 10_000;
  let facts: Facts;

  beforeEach(() => {
    facts = new Facts();
    make({ 'src/a': 'a', 'src/b/c': 'c', 'src/b/skipped': 's', other: 'o' });
  });

  function remember(now: () => number): void {
    const tree = open('src/b/skipped', { facts, now });
    tree.rememberSelection('all', ['src'], DIGEST);
    tree.save();
  }

  const known = (selection = 'all', paths = ['src']) =>
    open('src/b/skipped', { facts, now: later }).knownSelection(selection, paths);

  it('is known while nothing changes, for the same selection and paths', () => {
    remember(later);
    expect(known()).toBe(DIGEST);
    expect(known('some')).toBeUndefined();
    expect(known('all', ['src/b'])).toBeUndefined();
  });

  it('is known when only ignored or other files have changed', () => {
    remember(later);
    make({ 'src/b/skipped': 'changed', other: 'changed' });
    expect(known()).toBe(DIGEST);
  });

  it.each<[string, () => void]>([
    ['content of the same length', () => writeFileSync(join(root, 'src/b/c'), 'd')],
    ['a mode', () => chmodSync(join(root, 'src/a'), 0o700)],
    ['a new file', () => writeFileSync(join(root, 'src/b/new'), '')],
    ['a new name of a file', () => linkSync(join(root, 'src/a'), join(root, 'src/b/d'))],
    ['a file that is gone', () => unlinkSync(join(root, 'src/b/c'))],
    ['another name', () => renameSync(join(root, 'src/a'), join(root, 'src/z'))],
    ['a time', () => utimesSync(join(root, 'src/a'), 1, 1)],
    ['all that is gone', () => rmSync(join(root, 'src'), { recursive: true })],
  ])('is unknown after a change: %s', (_, change) => {
    remember(later);
    change();
    expect(known()).toBeUndefined();
  });

  it('is not remembered while a file has just changed', () => {
    remember(() => Date.now() + 1500);
    expect(known()).toBeUndefined();
  });

  it('is not remembered for a link, whose target decides', () => {
    symlinkSync('src', join(root, 'link'));
    const tree = open('', { facts, now: later });
    tree.rememberSelection('all', ['link'], DIGEST);
    expect(tree.knownSelection('all', ['link'])).toBeUndefined();
  });
});
