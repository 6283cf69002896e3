import type { DiagnosisFinding } from '../api/index.ts';
import type { CertificateFile } from '../http/index.ts';
import type { ProbedRegistry } from '../registry/index.ts';
import type { Facts } from './facts.ts';
import { installing } from './install.ts';

export function judgeRegistries({ registries }: Facts): DiagnosisFinding[] {
  return registries.flatMap((registry) => [...endpointsOf(registry), ...loginOf(registry)]);
}

function endpointsOf({ registry, endpoints, trouble }: ProbedRegistry): DiagnosisFinding[] {
  if (endpoints.length === 0) {
    return [
      {
        ...{ topic: 'registries', status: 'limited' },
        message: `${registry}: ${trouble?.reason ?? 'no server is configured'}`,
        fix: trouble?.hint,
      },
    ];
  }
  return endpoints.map(({ server, isMirror, trouble: problem }): DiagnosisFinding => {
    const name = isMirror ? `${registry} at its mirror ${server}` : `${registry} at ${server}`;
    return problem === undefined
      ? { topic: 'registries', status: 'ok', message: `${name} answers` }
      : {
          ...{ topic: 'registries', status: 'limited' },
          message: `${name}: ${problem.reason}`,
          fix: problem.hint,
        };
  });
}

function loginOf({ registry, endpoints, login, trouble }: ProbedRegistry): DiagnosisFinding[] {
  switch (login) {
    case 'none':
      return [];
    case 'accepted':
      return [{ topic: 'registries', status: 'ok', message: `${registry} accepts your login` }];
    case 'refused':
      return [
        {
          ...{ topic: 'registries', status: 'limited' },
          message: `${registry} refuses your login`,
          fix: `lamina login ${registry}`,
        },
      ];
    case 'unknown':
      // Of a registry that does not answer, its endpoints say so.
      if (trouble === undefined || endpoints.every((one) => one.trouble !== undefined)) return [];
      return [
        {
          ...{ topic: 'registries', status: 'limited' },
          message: `${registry}: ${trouble.reason}`,
          fix: trouble.hint,
        },
      ];
  }
}

export function judgeTrust(facts: Facts): DiagnosisFinding[] {
  const { trust } = facts;
  const { bundle, named } = trust;
  const ofMachine: DiagnosisFinding =
    bundle === undefined
      ? {
          ...{ topic: 'trust', status: 'limited' },
          message:
            'this machine has no bundle of certificates: only the authorities of Node.js are trusted',
          fix: installing('ca-certificates', facts),
        }
      : {
          ...{ topic: 'trust', status: 'ok' },
          message: `${certificatesIn(bundle)} of ${bundle.path} are trusted`,
        };
  return [
    ofMachine,
    ...named.map(({ variable, ...file }): DiagnosisFinding => {
      if (file.certificates !== undefined && file.certificates > 0) {
        const message = `${certificatesIn(file)} of ${variable} (${file.path}) are trusted too`;
        return { topic: 'trust', status: 'ok', message };
      }
      const problem =
        file.certificates === undefined ? 'which cannot be read' : 'which has no certificate';
      return {
        ...{ topic: 'trust', status: 'limited' },
        message: `${variable} names ${file.path}, ${problem}`,
        fix: `unset ${variable}, or set it to a file with certificates in PEM`,
      };
    }),
  ];
}

function certificatesIn({ certificates = 0 }: CertificateFile): string {
  return `${certificates} certificate${certificates === 1 ? '' : 's'}`;
}
