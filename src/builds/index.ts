export {
  explainBuild,
  graphBuild,
  inspectBuild,
  listBuilds,
  removeBuilds,
  traceBuild,
} from './builds.ts';
