/** `system check`: reads the whole store, reports damage and what is lost by it, and repairs it on request. */
import type { CheckStoreOptions, CheckStoreResult, LostImage } from '../../api/index.ts';
import type { LaminaContext } from '../../lamina-context.ts';
import { familiarName, parseReference } from '../../oci/index.ts';
import { checkFrame, type FrameProblem, type Store } from '../../store/index.ts';
import { withStore } from '../with-store.ts';
import { type Damage, findDamage } from './find-damage.ts';
import { rebuildRecords } from './rebuild-records.ts';
import { repairDamage } from './repair-damage.ts';

export async function checkStore(
  context: LaminaContext,
  { repair = false, signal }: CheckStoreOptions,
): Promise<CheckStoreResult> {
  const frame = checkFrame(context.root, { repair });
  if (!repair && frame.problems.length > 0) return unreadable(frame.root, frame.problems);
  const check = async (store: Store): Promise<CheckStoreResult> => {
    const nameless = repair && frame.isWithoutRecords ? await rebuildRecords(store, signal) : [];
    const damage = await findDamage(store, signal);
    const images = damage.lostImages.map(({ id }) => lostImage(store, id));
    if (repair) await repairDamage(store, damage);
    const problems = [...frame.problems, ...problemsOf(damage), ...store.builds.damaged()];
    if (repair) store.builds.removeDamaged();
    return {
      root: store.root,
      sound: problems.length === 0,
      repaired: repair && problems.length > 0,
      checked: damage.counts,
      problems,
      lost: { images, steps: damage.lostSteps.length },
      nameless,
    };
  };
  return withStore(context, check, { isOnce: true });
}

/** Losses are known only after the database is repaired. */
function unreadable(root: string, problems: readonly FrameProblem[]): CheckStoreResult {
  return {
    ...{ root, sound: false, repaired: false, problems },
    checked: { layers: 0, blobs: 0, images: 0 },
    lost: { images: [], steps: 0 },
    nameless: [],
  };
}

function problemsOf({ blobs, layers }: Damage): FrameProblem[] {
  const all = [...blobs, ...layers.flatMap(({ faults }) => faults)];
  return all.map(({ path, problem }) => ({ path, problem }));
}

function lostImage(store: Store, id: Damage['lostImages'][number]['id']): LostImage {
  const references = store.images.references(id);
  return { id, names: references.map((name) => familiarName(parseReference(name))) };
}
