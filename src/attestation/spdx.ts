/** Bills of materials as SPDX 2.3 documents. */
import { type Bill, distinctPackages, uuidOf } from './bill.ts';
import { imageUrl, packageUrl } from './package-url.ts';

export const SPDX_PREDICATE = 'https://spdx.dev/Document';

/** @returns a document whose root package is the image */
export function spdxDocument(bill: Bill): Readonly<Record<string, unknown>> {
  const { name, digest, platform, distribution, created, toolVersion } = bill;
  const [algorithm = 'sha256', hex = ''] = digest.split(':');
  const packages = distinctPackages(bill.packages).map((one, index) => ({
    ...common(one.name, `SPDXRef-Package-${one.type}-${index + 1}`),
    versionInfo: one.version,
    externalRefs: [reference(packageUrl(one, distribution))],
  }));
  const image = {
    ...common(name, 'SPDXRef-Image'),
    versionInfo: digest,
    primaryPackagePurpose: 'CONTAINER',
    checksums: [{ algorithm: algorithm.toUpperCase(), checksumValue: hex }],
    externalRefs: [reference(imageUrl(name, platform))],
  };
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name,
    documentNamespace: `https://spdx.org/spdxdocs/lamina-${uuidOf(`spdx ${digest} ${toolVersion}`)}`,
    creationInfo: { created, creators: [`Tool: lamina-${toolVersion}`] },
    packages: [image, ...packages],
    relationships: [
      {
        spdxElementId: 'SPDXRef-DOCUMENT',
        relationshipType: 'DESCRIBES',
        relatedSpdxElement: image.SPDXID,
      },
      ...packages.map(({ SPDXID }) => ({
        spdxElementId: image.SPDXID,
        relationshipType: 'CONTAINS',
        relatedSpdxElement: SPDXID,
      })),
    ],
  };
}

/** What lamina does not know is said to be unknown. */
function common(name: string, id: string) {
  return {
    name,
    SPDXID: id,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: 'NOASSERTION',
    copyrightText: 'NOASSERTION',
  };
}

function reference(locator: string) {
  return {
    referenceCategory: 'PACKAGE-MANAGER',
    referenceType: 'purl',
    referenceLocator: locator,
  };
}
