/**
 * A gate for CI: fails if an image in the store is too large, or runs as root:
 *
 *     node examples/api/gate.ts IMAGE MAX_MEGABYTES
 */
import { inspectImages } from 'lamina-build';

const [image = '', megabytes = '100'] = process.argv.slice(2);
const limit = Number(megabytes) * 1e6;

const { images } = await inspectImages({ images: [image] });
const faults = images.length === 0 ? ['there is no such image'] : [];
for (const { Size, Config } of images) {
  if (Size === null || Size > limit) faults.push(`it has ${Size} bytes; the limit is ${limit}`);
  const [user = ''] = (Config.User ?? '').split(':');
  if (['', '0', 'root'].includes(user)) faults.push('its processes run as root');
}

for (const fault of faults) console.error(`${image}: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
