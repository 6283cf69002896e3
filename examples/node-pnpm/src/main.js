import { readFileSync } from 'node:fs';
import colors from 'picocolors';
import semver from 'semver';

const GREETING = 'Hello from pnpm';
const id = /^ID=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
const modern = semver.gte(process.versions.node, '18.0.0');

console.log(colors.bold(GREETING), `on ${id}, Node.js is modern: ${modern}`);
