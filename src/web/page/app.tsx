import { useState } from 'preact/hooks';
import type { PageData, PageImage } from '../page-data.ts';
import { Build } from './build.tsx';
import { ComparedSummary } from './compared-summary.tsx';
import { Contents } from './contents.tsx';
import { Definition } from './definition.tsx';
import { Differences, nameOf } from './differences.tsx';
import { Findings } from './findings.tsx';
import { LayerStack } from './layer-stack.tsx';
import { Summary } from './summary.tsx';
import { type Theme, useTheme } from './theme.ts';

export function App({ data }: { data: PageData }) {
  const [theme, toggle] = useTheme();
  const [first, second] = data.images;
  if (first === undefined) return <p role="alert">There is no image here.</p>;
  const view = { theme, isServed: data.isServed };
  return (
    <>
      <a class="skip" href="#contents-0">
        Skip to the contents
      </a>
      <header class="page-head">
        <div class="inner">
          <span class="brand" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span class="product">lamina explore</span>
          <nav aria-label="Sections" class="sections">
            {sectionsOf(data.images).map(([id, title]) => (
              <a key={id} href={`#${id}`}>
                {title}
              </a>
            ))}
          </nav>
          <div class="tools to-the-end">
            <button type="button" class="print" onClick={() => print()}>
              Print
            </button>
            <button type="button" onClick={toggle}>
              {theme === 'dark' ? 'Light' : 'Dark'} theme
            </button>
          </div>
        </div>
      </header>
      <main>
        {second === undefined ? (
          <ImageView {...view} image={first} position={0} />
        ) : (
          <>
            <h1>
              {nameOf(first)} and {nameOf(second)}
            </h1>
            <ComparedSummary before={first} after={second} />
            <Differences before={first} after={second} />
            <div class="pair">
              <ImageView {...view} image={first} position={0} isPair />
              <ImageView {...view} image={second} position={1} isPair />
            </div>
          </>
        )}
      </main>
    </>
  );
}

/** Ids of headings, with what links to them say. */
function sectionsOf(images: readonly PageImage[]): readonly (readonly [string, string])[] {
  const hasBuild = images.some(({ build }) => build !== null);
  return [
    ...(images.length > 1 ? [['differences', 'Differences'] as const] : []),
    ['layers-0', 'Layers'],
    ['contents-0', 'Contents'],
    ...(hasBuild ? [[`build-${images[0]?.build ? 0 : 1}`, 'Build'] as const] : []),
    ['findings-0', 'Findings'],
  ];
}

interface ImageViewProps {
  readonly image: PageImage;
  readonly position: number;
  readonly isServed: boolean;
  readonly theme: Theme;
  /** One of two that are side by side. */
  readonly isPair?: boolean;
}

function ImageView({ image, position, isServed, theme, isPair = false }: ImageViewProps) {
  const { report } = image;
  const [layer, setLayer] = useState<number>();
  return (
    <article aria-label={nameOf(image)}>
      <Title image={image} isPair={isPair} />
      {report.problems.map(({ layer: damaged, message }) => (
        <p key={damaged} class="problem" role="alert">
          Layer {damaged} could not be read: {message}. What is in it is in no figure.
        </p>
      ))}
      {!isPair && <Summary report={report} />}
      <div class="beside">
        <section class="card" aria-labelledby={`layers-${position}`}>
          <div class="section-head">
            <h2 id={`layers-${position}`}>Layers</h2>
            <span class="quiet">topmost first; choose one to see only what it ships</span>
          </div>
          <LayerStack report={report} theme={theme} chosen={layer} onChoose={setLayer} />
        </section>
        <Definition
          image={image}
          position={position}
          theme={theme}
          chosen={layer}
          onChoose={setLayer}
        />
      </div>
      <Contents
        image={image}
        position={position}
        isServed={isServed}
        theme={theme}
        layer={layer}
        onLayer={setLayer}
      />
      {image.build !== null && <Build build={image.build} position={position} />}
      <Findings image={image} position={position} />
    </article>
  );
}

function Title({ image: { report }, isPair }: { image: PageImage; isPair: boolean }) {
  const { names, id, platform, created, user } = report.image;
  const [name = id.slice(0, 19), ...others] = names;
  const facts = [
    platform,
    created === null ? undefined : `created ${created.slice(0, 10)}`,
    `runs as ${user === '' ? 'root' : user}`,
    ...others,
  ];
  return (
    <div class="title">
      {isPair ? <h2>{name}</h2> : <h1>{name}</h1>}
      <p>
        {facts.filter((fact) => fact !== undefined).join(' · ')}
        {names.length > 0 && ' · '}
        {names.length > 0 && <code title={id}>{id.slice(0, 19)}</code>}
      </p>
    </div>
  );
}
