/** `--platform` of commands that look into an image. */
import type { FlagTable } from './flags.ts';

export const imagePlatformFlag = {
  platform: {
    kind: 'text',
    value: 'os/arch',
    help: 'platform of the image, if there are several',
  },
} as const satisfies FlagTable;
