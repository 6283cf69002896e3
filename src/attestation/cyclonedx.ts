/** Bills of materials as CycloneDX 1.6 documents. */
import { type Bill, distinctPackages, uuidOf } from './bill.ts';
import { imageUrl, packageUrl } from './package-url.ts';

export const CYCLONEDX_PREDICATE = 'https://cyclonedx.org/bom';

/** @returns a document about the image, whose packages are its components */
export function cyclonedxDocument(bill: Bill): Readonly<Record<string, unknown>> {
  const { name, digest, platform, distribution, created, toolVersion } = bill;
  const url = imageUrl(name, platform);
  const packages = distinctPackages(bill.packages).map((one) => {
    const purl = packageUrl(one, distribution);
    return { type: 'library', 'bom-ref': purl, name: one.name, version: one.version, purl };
  });
  const system =
    distribution === undefined
      ? []
      : [
          {
            type: 'operating-system',
            'bom-ref': `os:${distribution.id}`,
            name: distribution.id,
            ...(distribution.version === undefined ? {} : { version: distribution.version }),
          },
        ];
  const components = [...system, ...packages];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(`cyclonedx ${digest} ${toolVersion}`)}`,
    version: 1,
    metadata: {
      timestamp: created,
      tools: { components: [{ type: 'application', name: 'lamina', version: toolVersion }] },
      component: { type: 'container', 'bom-ref': url, name, version: digest, purl: url },
    },
    components,
    dependencies: [{ ref: url, dependsOn: components.map((one) => one['bom-ref']) }],
  };
}
