/** What a build says last: what it made, where that went, and how large it is there. */
import type { BuildResult, WrittenOutput } from '../api/index.ts';
import { humanSize, printable } from '../progress/index.ts';

/** @returns whole lines; none where nothing was made */
export function describeOutputs({ imageId, references, outputs }: BuildResult): string {
  const isImage = outputs.some(({ kind }) => kind !== 'tar' && kind !== 'local');
  const names = references.length === 0 ? '' : ` ${references.join(', ')}`;
  const lines = [
    // Of an image that is nowhere nobody needs the ID.
    ...(isImage && imageId !== undefined ? [`built${names} ${imageId}`] : []),
    ...outputs.flatMap((output) => sentence(output) ?? []),
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

function sentence({ kind, dest, isDirectory, bytes, files }: WrittenOutput): string | undefined {
  const size = bytes === undefined ? '' : `, ${humanSize(bytes)}`;
  switch (kind) {
    case 'store':
      return undefined;
    case 'engine':
      return `loaded into ${dest}${size}`;
    case 'registry':
      return `pushed ${dest}${size}`;
    default: {
      const to = dest === '-' ? 'to standard output' : dest;
      return `wrote ${to}: ${formOf(kind, isDirectory, files)}${size}`;
    }
  }
}

function formOf(
  kind: 'oci' | 'docker' | 'tar' | 'local',
  isDirectory: boolean,
  files: number | undefined,
): string {
  switch (kind) {
    case 'oci':
      return isDirectory ? 'OCI layout' : 'OCI archive';
    case 'docker':
      return isDirectory ? 'OCI layout for Docker' : 'Docker archive';
    case 'tar':
      return 'tar';
    case 'local':
      return `${files ?? 0} ${files === 1 ? 'file' : 'files'}`;
  }
}
