import './build.css';
import type { PageBuild } from '../page-data.ts';
import { count, duration } from './format.ts';
import { StageGraph } from './stage-graph.tsx';
import { Timeline } from './timeline.tsx';

/** What the build did: its stages, and when each step ran. */
export function Build({ build, position }: { build: PageBuild; position: number }) {
  const { steps, stages, edges, milliseconds, criticalMilliseconds } = build;
  const instructions = steps.filter(({ kind, instruction }) => kind !== 'image' && instruction);
  const ran = instructions.filter(({ status }) => status === 'ran').length;
  const facts = [
    ['Took', duration(milliseconds)],
    ['Critical path', criticalMilliseconds > 0 ? duration(criticalMilliseconds) : '–'],
    ['Ran', count(ran, 'step')],
    ['From the cache', count(instructions.length - ran, 'step')],
    ['Began', `${new Date(build.started).toISOString().slice(0, 16).replace('T', ' ')} UTC`],
  ] as const;
  return (
    <section class="card" aria-labelledby={`build-${position}`}>
      <h2 id={`build-${position}`}>Build</h2>
      <dl class="strip">
        {facts.map(([title, value]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {stages.length > 1 && (
        <>
          <h3>Stages</h3>
          <StageGraph stages={stages} edges={edges} position={position} />
        </>
      )}
      <h3>Timeline</h3>
      {ran === 0 && (
        <p class="note">
          {instructions.length === 0
            ? 'No instruction changes files: there was nothing to carry out.'
            : 'Every step came from the cache. An earlier build carried them out.'}
        </p>
      )}
      <Timeline build={build} />
    </section>
  );
}
