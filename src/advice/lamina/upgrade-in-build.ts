import { runs } from '../../shell/index.ts';
import { commandRule } from '../making/make.ts';

export const upgradeInBuild = commandRule(
  {
    code: 'UpgradeInBuild',
    severity: 'info',
    requires: 'RUN does not upgrade the packages of the base',
    why: 'The new files add to the old ones in the layer below, and what the image contains depends on the day of the build. A newer base has the same updates.',
  },
  (command) => {
    const isUpgrade =
      runs(command, ['apt-get', 'apt', 'aptitude'], 'upgrade', 'dist-upgrade', 'full-upgrade') ||
      runs(command, 'apk', 'upgrade') ||
      runs(command, ['yum', 'dnf', 'microdnf'], 'update', 'upgrade');
    if (!isUpgrade) return undefined;
    return {
      what: `${command.name} upgrades the packages of the base image`,
      hint: 'use a newer base, and rebuild when it changes',
    };
  },
);
