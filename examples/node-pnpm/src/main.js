import { readFileSync } from 'node:fs';
import colors from 'picocolors';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const semver = require('semver');

const NAME = 'pnpm';
const id = /^ID=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
const modern = semver.gte(process.versions.node, '18.0.0');

console.log(colors.bold(`Hello from ${NAME}`), `on ${id}, Node.js is modern: ${modern}`);
