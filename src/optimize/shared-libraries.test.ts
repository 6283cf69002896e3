import { describe, expect, it } from 'vitest';
import { treeOf } from '../../test/support/image-tree.ts';
import { dynamicSection } from './elf.ts';
import { sharedLibraries } from './shared-libraries.ts';

/** A file of 64 bits with a dynamic section, where the loader puts it at 0x1000. */
function elf(needed: readonly string[], runpath?: string): string {
  const names = [...needed, ...(runpath === undefined ? [] : [runpath])];
  const strings = Buffer.from(`\0${names.map((name) => `${name}\0`).join('')}`);
  const offset = (name: string) => strings.indexOf(`\0${name}\0`) + 1;
  const headers = 64 + 2 * 56;
  const entries = [
    ...needed.map((name) => [1, offset(name)]),
    ...(runpath === undefined ? [] : [[29, offset(runpath)]]),
    [5, 0x1000 + headers],
    [0, 0],
  ];
  const file = Buffer.alloc(headers + strings.length + entries.length * 16);
  file.write('\x7fELF\x02\x01', 'latin1');
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(2, 56);
  const header = (at: number, type: number, start: number, bytes: number) => {
    file.writeUInt32LE(type, at);
    file.writeBigUInt64LE(BigInt(start), at + 8);
    file.writeBigUInt64LE(BigInt(0x1000 + start), at + 16);
    file.writeBigUInt64LE(BigInt(bytes), at + 32);
  };
  header(64, 1, 0, file.length);
  header(120, 2, headers + strings.length, entries.length * 16);
  strings.copy(file, headers);
  entries.flat().forEach((value, index) => {
    file.writeBigUInt64LE(BigInt(value), headers + strings.length + index * 8);
  });
  return file.toString('latin1');
}

describe('the dynamic section of an ELF file', () => {
  it('names libraries, and where to look for them', () => {
    expect(
      dynamicSection(Buffer.from(elf(['liba.so', 'libb.so'], '/x:$ORIGIN'), 'latin1')),
    ).toEqual({ needed: ['liba.so', 'libb.so'], searched: ['/x', '$ORIGIN'] });
  });

  it('is nothing in a damaged file', () => {
    const whole = Buffer.from(elf(['liba.so'], '/x'), 'latin1');
    for (let length = 0; length < whole.length; length++) {
      expect(() => dynamicSection(whole.subarray(0, length))).not.toThrow();
    }
    for (let at = 4; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = 0xff;
      expect(() => dynamicSection(damaged)).not.toThrow();
    }
  });
});

describe('shared libraries', () => {
  const platform = 'usr/lib/x86_64-linux-gnu';

  it('are found in the directories of the system, with those that they need themselves', async () => {
    const tree = treeOf({
      lib: { link: 'usr/lib' },
      'opt/x.so': elf(['libsqlite3.so.0']),
      [`${platform}/libsqlite3.so.0`]: { link: 'libsqlite3.so.0.8' },
      [`${platform}/libsqlite3.so.0.8`]: elf(['libm.so.6', 'libgone.so']),
      [`${platform}/libm.so.6`]: elf([]),
      [`${platform}/libother.so`]: elf([]),
    });
    expect([...(await sharedLibraries(tree, ['opt/x.so']))].sort()).toEqual([
      `/${platform}/libm.so.6`,
      `/${platform}/libsqlite3.so.0`,
    ]);
  });

  it('are beside the file if it says so', async () => {
    const tree = treeOf({
      'app/lib/x.node': elf(['libvips.so', 'libc.so'], '$ORIGIN/../vendor:$ORIGIN/own'),
      'app/vendor/libvips.so': elf([]),
      'app/lib/own/libc.so': elf([]),
      'usr/lib/libc.so': elf([]),
    });
    expect([...(await sharedLibraries(tree, ['app/lib/x.node']))]).toEqual([
      '/app/lib/../vendor/libvips.so',
      '/app/lib/own/libc.so',
    ]);
  });

  it('are not looked for in other files, nor outside the image', async () => {
    const tree = treeOf({ 'app/x.py': elf(['liba.so']), 'usr/lib/liba.so': elf([]) });
    expect([...(await sharedLibraries(tree, ['app/x.py', 'gone.so']))]).toEqual([]);
    const hostile = treeOf({
      'a.so': elf(['../../../../etc/passwd', '/loop']),
      loop: { link: 'loop' },
    });
    expect([...(await sharedLibraries(hostile, ['a.so']))]).toEqual([]);
  });
});
