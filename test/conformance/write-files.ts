/** Writes the files of a case to the disk. */
import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { makeNode, setXattr } from '../../src/system/index.ts';
import type { ContextFile, ContextFiles } from './case.ts';

/** Creates `root` with these files, in their order; parents that are not listed get mode 0755. */
export function writeFiles(root: string, files: ContextFiles): void {
  mkdirSync(root, { recursive: true, mode: 0o755 });
  const directories: [Buffer, number][] = [];
  for (const [path, file] of Object.entries(files)) {
    const full = join(root, path);
    const slash = path.lastIndexOf('/');
    if (slash > 0) mkdirSync(join(root, path.slice(0, slash)), { recursive: true });
    if (typeof file !== 'string' && file.type === 'directory') {
      mkdirSync(full, { recursive: true });
      directories.push([full, file.mode]);
    } else writeOne(root, path, file);
  }
  for (const [path, mode] of directories) chmodSync(path, mode);
}

function writeOne(root: string, path: string, file: ContextFile): void {
  const full = join(root, path);
  if (typeof file === 'string') {
    writeFileSync(full, file);
    chmodSync(full, 0o644);
    return;
  }
  switch (file.type) {
    case 'file':
      writeFileSync(full, file.content);
      chmodSync(full, file.mode);
      for (const [name, value] of Object.entries(file.xattrs ?? {})) {
        setXattr(full.toString('latin1'), name, value);
      }
      return;
    case 'symlink':
      symlinkSync(Buffer.from(file.target, 'latin1'), full);
      return;
    case 'hardlink':
      linkSync(join(root, file.to), full);
      return;
    case 'fifo':
    case 'socket':
      makeNode(full.toString('latin1'), { type: file.type, mode: 0o644, major: 0, minor: 0 });
      return;
    case 'device':
      makeNode(full.toString('latin1'), { ...file, type: 'char', mode: 0o644 });
      return;
    case 'directory':
      return;
  }
}

function join(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
}
