/** The last lines of a build: its outputs, where they are, and their sizes. */
import type { BuildResult, WrittenOutput } from '../api/index.ts';
import { humanSize, printable } from '../progress/index.ts';

/** @returns whole lines; none if there is no output */
export function describeOutputs({ imageId, references, outputs }: BuildResult): string {
  const isImage = outputs.some(({ kind }) => kind !== 'tar' && kind !== 'local');
  const names = references.length === 0 ? '' : ` ${references.join(', ')}`;
  const lines = [
    // The ID of an image that was not written anywhere is useless.
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
