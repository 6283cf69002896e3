/**
 * Builds a directory in a separate store, prints its platform, command and history, and writes it to an archive:
 *
 *     node examples/api/inspect-and-export.ts DIRECTORY STORE ARCHIVE
 *
 * `docker load` and `skopeo copy oci-archive:ARCHIVE` read the archive.
 */
import { createLamina } from 'lamina-build';

const [directory = '.', root, destination = 'image.tar'] = process.argv.slice(2);
const lamina = createLamina({ root });

const reference = 'example:latest';
await lamina.build({ context: directory, tags: [reference] });

const { images } = await lamina.inspectImages({ images: [reference] });
for (const { Architecture, Config, Os } of images) {
  console.log(`platform ${Os}/${Architecture}`);
  console.log(`command  ${[...(Config.Entrypoint ?? []), ...(Config.Cmd ?? [])].join(' ')}`);
}
for (const { createdBy, size } of await lamina.imageHistory({ image: reference })) {
  console.log(`${String(size ?? '?').padStart(10)}  ${createdBy}`);
}

await lamina.saveImages({ images: [reference], destination });
console.log(`written  ${destination}`);
