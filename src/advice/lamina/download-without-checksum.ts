import { instructionRule } from '../making/make.ts';

export const downloadWithoutChecksum = instructionRule(
  {
    code: 'DownloadWithoutChecksum',
    severity: 'info',
    requires: 'ADD of a URL has --checksum',
    why: 'The builder cannot tell a changed file from the one that you tested.',
  },
  'add',
  ({ sources, checksum, files }) => {
    const [source] = sources;
    if (checksum !== undefined || source === undefined || sources.length + files.length > 1)
      return undefined;
    if (!/^https?:\/\//.test(source.text) || /\.git(?:#|$)|\$/.test(source.text)) return undefined;
    return {
      what: 'ADD downloads a file without a checksum',
      hint: 'add --checksum=sha256:… with the digest of the file',
      range: source.range,
    };
  },
);
