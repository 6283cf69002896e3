import type { BuildOptions } from '../../api/index.ts';
import type { Destination } from '../../destination/index.ts';
import { AppError } from '../../errors.ts';

/** A path, or the caller's stream for `-`. @throws AppError BUILD_OUTPUT */
export function destinationOf(dest: string, { stdout }: BuildOptions): Destination {
  if (dest !== '-') return dest;
  if (stdout !== undefined) return stdout;
  throw new AppError('BUILD_OUTPUT', 'an archive needs a destination', { hint: 'add dest=FILE' });
}
