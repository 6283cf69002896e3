import type { PageBuild, PageBuildStep } from '../page-data.ts';
import { duration, size } from './format.ts';
import { StageGraph } from './stage-graph.tsx';

const STATES: Readonly<Record<PageBuildStep['status'], string>> = {
  cached: 'cached',
  ran: 'ran',
  skipped: 'skipped',
};

/** The instructions of the Dockerfile, each with when it ran, how long it took and what it shipped. */
export function Build({ build, position }: { build: PageBuild; position: number }) {
  const { steps, milliseconds, stages, edges } = build;
  const whole = Math.max(1, milliseconds);
  return (
    <section class="card" aria-labelledby={`build-${position}`}>
      <div class="section-head">
        <h2 id={`build-${position}`}>Build</h2>
        <span class="quiet">
          {build.dockerfile} ·{' '}
          {new Date(build.started).toISOString().slice(0, 16).replace('T', ' ')} ·{' '}
          {duration(milliseconds)}
        </span>
      </div>
      {stages.length > 1 && <StageGraph stages={stages} edges={edges} />}
      <section class="scroll" aria-label="Steps of the build">
        <table class="layers">
          <caption class="visually-hidden">Steps of the build, by line of the Dockerfile</caption>
          <thead>
            <tr>
              <th scope="col" class="number">
                Line
              </th>
              <th scope="col">Stage</th>
              <th scope="col">Instruction</th>
              <th scope="col">Cache</th>
              <th scope="col" class="bar-column">
                Timeline
              </th>
              <th scope="col" class="number">
                Time
              </th>
              <th scope="col" class="number">
                Ships
              </th>
              <th scope="col" class="number">
                Layer
              </th>
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => (
              <tr key={step.name}>
                <td class="number quiet">{step.line ?? '–'}</td>
                <td class="quiet">{step.stage ?? '–'}</td>
                <td class="wide">
                  <code title={step.instruction ?? step.name}>{step.instruction ?? step.name}</code>
                </td>
                <td>
                  <span class={`state ${step.status}`}>{STATES[step.status]}</span>
                </td>
                <td class="bar-column" aria-hidden="true">
                  <div class="track">
                    {step.began !== null && (
                      <span
                        style={{
                          left: `${(step.began / whole) * 100}%`,
                          width: `${(step.milliseconds / whole) * 100}%`,
                        }}
                      />
                    )}
                  </div>
                </td>
                <td class="number">{step.began === null ? '–' : duration(step.milliseconds)}</td>
                <td class="number">{step.bytes === 0 ? '–' : size(step.bytes)}</td>
                <td class="number">{step.layer ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
