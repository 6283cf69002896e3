/** Devices of this machine for a container. */
import { statSync } from 'node:fs';
import { AppError } from '../errors.ts';
import { cleanPath, toBytes } from '../files/index.ts';
import { hostDevices, type ProcessDevice, reservedTarget } from '../runtime/index.ts';
import type { DeviceSpec } from './settings.ts';

/** @throws AppError CONTAINER_DEVICE */
export function processDevices(wanted: readonly DeviceSpec[]): readonly ProcessDevice[] {
  return wanted.flatMap(({ source, target, access }) => {
    if (!/^\/dev\/./.test(target) || target.split('/').includes('..')) {
      throw new AppError('CONTAINER_DEVICE', `a device cannot be at '${target}'`, {
        expected: 'a path in the container below /dev',
      });
    }
    const reason = reservedTarget(cleanPath(toBytes(target)), 'file');
    if (reason !== undefined) {
      throw new AppError('CONTAINER_DEVICE', `a device cannot be at '${target}': ${reason}`);
    }
    const found = hostDevices(source);
    if (found.length > 0) {
      return found.map((device) => ({
        ...device,
        path: `${target}${device.path.slice(source.length)}`,
        access,
      }));
    }
    const isThere = statSync(source, { throwIfNoEntry: false }) !== undefined;
    throw new AppError(
      'CONTAINER_DEVICE',
      isThere ? `'${source}' is not a device` : `this machine has no device '${source}'`,
      { expected: 'a device on this machine, or a directory of devices' },
    );
  });
}
