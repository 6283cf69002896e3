import './page.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { loadData } from './load-data.ts';
import './print.css';

const place = document.getElementById('app');
if (place !== null) {
  loadData().then(
    (data) => {
      const names = data.images.map(({ report: { image } }) => image.names[0] ?? image.id);
      document.title = `${names.join(' and ')} · lamina explore`;
      render(<App data={data} />, place);
    },
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      render(<p role="alert">The page has no data: {message}</p>, place);
    },
  );
}
