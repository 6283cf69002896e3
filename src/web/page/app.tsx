import { useState } from 'preact/hooks';
import type { PageData, PageImage } from '../page-data.ts';
import { Contents } from './contents.tsx';
import { Findings } from './findings.tsx';
import { LayerStack } from './layer-stack.tsx';
import { Summary } from './summary.tsx';
import { type Theme, useTheme } from './theme.ts';

export function App({ data }: { data: PageData }) {
  const [theme, toggle] = useTheme();
  return (
    <>
      <a class="skip" href="#contents">
        Skip to the contents
      </a>
      <header class="page-head">
        <span class="brand" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <span class="product">lamina explore</span>
        <div class="tools to-the-end">
          <button type="button" onClick={() => print()}>
            Print
          </button>
          <button type="button" onClick={toggle}>
            {theme === 'dark' ? 'Light' : 'Dark'} theme
          </button>
        </div>
      </header>
      <main>
        {data.images.map((image, position) => (
          <ImageView
            key={position}
            image={image}
            position={position}
            theme={theme}
            isServed={data.isServed}
          />
        ))}
      </main>
    </>
  );
}

interface ImageViewProps {
  readonly image: PageImage;
  readonly position: number;
  readonly isServed: boolean;
  readonly theme: Theme;
}

function ImageView({ image, position, isServed, theme }: ImageViewProps) {
  const { report } = image;
  const [layer, setLayer] = useState<number>();
  return (
    <article>
      <Title image={image} />
      {report.problems.map(({ layer: damaged, message }) => (
        <p key={damaged} class="problem" role="alert">
          Layer {damaged} could not be read: {message}. What is in it is in no figure.
        </p>
      ))}
      <Summary report={report} />
      <section class="card" aria-labelledby="layers">
        <h2 id="layers">Layers</h2>
        <LayerStack report={report} theme={theme} chosen={layer} onChoose={setLayer} />
      </section>
      <Contents
        image={image}
        position={position}
        isServed={isServed}
        theme={theme}
        layer={layer}
        onLayer={setLayer}
      />
      <Findings image={image} />
    </article>
  );
}

function Title({ image: { report } }: { image: PageImage }) {
  const { names, id, platform, created, user } = report.image;
  const [name = id, ...others] = names;
  const facts = [
    platform,
    created === null ? undefined : `created ${created.slice(0, 10)}`,
    `runs as ${user === '' ? 'root' : user}`,
    ...others,
  ];
  return (
    <div class="title">
      <h1>{name}</h1>
      <p>
        {facts.filter((fact) => fact !== undefined).join(' · ')} · <code>{id.slice(0, 19)}</code>
      </p>
    </div>
  );
}
