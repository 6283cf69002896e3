/** Judges facts: what works, what does not, and what mends it. Pure. */
import type { Diagnosis, DiagnosisFinding } from '../api/index.ts';
import type { Facts } from './facts.ts';
import { installing, packageIn } from './install.ts';
import { judgeLimits } from './judge-limits.ts';
import { judgePlatforms } from './judge-platforms.ts';
import { judgeRegistries, judgeTrust } from './judge-registries.ts';
import { judgeStore, otherPlace } from './judge-store.ts';
import { TOOLS } from './tools.ts';

/** @returns findings in the order of topics, those of a topic together */
export function judge(facts: Facts): Diagnosis {
  const { version, platform, isolations } = facts;
  const findings = [
    ...judgeNode(facts),
    ...judgeRun(facts),
    ...judgeStore(facts),
    ...judgeLayers(facts),
    ...judgeIds(facts),
    ...judgeLimits(facts),
    ...judgePlatforms(facts),
    ...judgeRegistries(facts),
    ...judgeTrust(facts),
    ...judgeTools(facts),
  ];
  const canRun = findings.every(({ status }) => status !== 'failed');
  return { version, platform, canRun, isolations, findings };
}

function judgeNode({ node }: Facts): DiagnosisFinding[] {
  return [{ topic: 'node', status: 'ok', message: `Node.js ${node}` }];
}

/** The strongest isolation that works is the one that builds use; why weaker ones do not work is of no interest. */
function judgeRun(facts: Facts): DiagnosisFinding[] {
  const { isolations } = facts;
  const best = isolations.findIndex(({ works }) => works);
  const stronger = best === -1 ? isolations : isolations.slice(0, best);
  const status = best === -1 ? 'failed' : 'limited';
  const used = isolations[best];
  const findings = stronger.map(
    ({ isolation, reason, fix }): DiagnosisFinding => ({
      ...{ topic: 'run', status, fix: localized(fix, facts) },
      message: `RUN with the isolation ${isolation} does not work: ${reason ?? 'the reason is not known'}`,
    }),
  );
  if (used === undefined) return findings;
  const lack = used.lacks.length === 0 ? '' : `, without ${used.lacks.join(', ')}`;
  const message = `RUN works, with the isolation ${used.isolation}${lack}`;
  return [{ topic: 'run', status: 'ok', message }, ...findings];
}

/** Commands of Debian become those of this machine. */
function localized(fix: string | undefined, facts: Facts): string | undefined {
  const name = fix === undefined ? undefined : packageIn(fix);
  return name === undefined ? fix : installing(name, facts);
}

function judgeLayers({ layers, store, isolations, user }: Facts): DiagnosisFinding[] {
  const { overlayRefusal: refusal, erofs } = layers;
  // Without an isolation that mounts, the refusal says the same once more.
  const mounts = isolations.some(
    ({ isolation, works }) => works && isolation !== 'chroot' && isolation !== 'proot',
  );
  const isNeeded = mounts && user.isRoot;
  const isOnOverlay = store.disk?.kind === 'overlay';
  const overlay: DiagnosisFinding =
    refusal === undefined
      ? { topic: 'layers', status: 'ok', message: 'layers are stacked by overlayfs' }
      : {
          topic: 'layers',
          status: isNeeded && !isOnOverlay ? 'failed' : 'limited',
          message: isOnOverlay
            ? `each RUN copies its layers, since overlayfs cannot stack them on overlayfs, where ${store.root} is`
            : `overlayfs cannot stack layers beside ${store.root}: ${refusal}`,
          fix: isOnOverlay
            ? store.elsewhere === undefined
              ? 'put the store on a volume: set LAMINA_ROOT to a directory on ext4, xfs or btrfs'
              : otherPlace(store)
            : /unknown filesystem|no such device/i.test(refusal)
              ? 'modprobe overlay'
              : undefined,
        };
  if (refusal !== undefined) return [overlay];
  return [
    overlay,
    {
      topic: 'layers',
      status: 'ok',
      message: erofs
        ? 'layers are mounted as EROFS, without being unpacked'
        : 'layers are unpacked before RUN: mounting them as EROFS needs Linux 6.12 or later with EROFS',
    },
  ];
}

function judgeIds(facts: Facts): DiagnosisFinding[] {
  const { user } = facts;
  const { isRoot, name, uid, subordinateIds, firstFreeId, canMapIds } = user;
  if (isRoot) return [{ topic: 'ids', status: 'ok', message: 'root can give files to every user' }];
  const who = name ?? `user ID ${uid}`;
  const findings: DiagnosisFinding[] = [];
  if (subordinateIds < NEEDED_IDS) {
    const last = firstFreeId + NEEDED_IDS - 1;
    const range = `${firstFreeId}-${last}`;
    findings.push({
      topic: 'ids',
      status: 'limited',
      message:
        subordinateIds === 0
          ? `/etc/subuid and /etc/subgid give ${who} no IDs for the users of images`
          : `/etc/subuid and /etc/subgid give ${who} only ${subordinateIds} IDs for the users of images`,
      fix:
        name === undefined
          ? `add an entry for the user ID ${uid} to /etc/passwd`
          : `sudo usermod --add-subuids ${range} --add-subgids ${range} ${name}`,
    });
  }
  if (!canMapIds) {
    findings.push({
      ...{ topic: 'ids', status: 'limited' },
      message: 'newuidmap and newgidmap, which apply subordinate IDs, are not installed',
      fix: installing('uidmap', facts),
    });
  }
  if (findings.length > 0) return findings;
  return [{ topic: 'ids', status: 'ok', message: `${who} has ${subordinateIds} subordinate IDs` }];
}

/** Images have users up to nobody, 65534. */
const NEEDED_IDS = 65_536;

function judgeTools(facts: Facts): DiagnosisFinding[] {
  return facts.tools.map(({ name, path }): DiagnosisFinding => {
    const tool = TOOLS.find((known) => known.name === name);
    const purpose = tool?.purpose ?? 'lamina';
    if (path !== undefined) {
      return { topic: 'tools', status: 'ok', message: `${name} (${path}) for ${purpose}` };
    }
    return {
      ...{ topic: 'tools', status: 'limited' },
      message: `${name} is not installed: ${purpose} do not work`,
      fix: installing(tool?.package ?? name, facts),
    };
  });
}
