/** Dark or light: as the system says, unless the reader chose. */
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

export type Theme = 'light' | 'dark';

export function useTheme(): readonly [Theme, () => void] {
  const query = matchMedia('(prefers-color-scheme: dark)');
  const [system, setSystem] = useState<Theme>(query.matches ? 'dark' : 'light');
  const [chosen, setChosen] = useState<Theme | undefined>(undefined);
  useEffect(() => {
    const onChange = () => setSystem(query.matches ? 'dark' : 'light');
    query.addEventListener('change', onChange);
    return () => query.removeEventListener('change', onChange);
  }, []);
  const theme = usePrinting() ? 'light' : (chosen ?? system);
  // Before the browser paints, or takes the picture that it prints.
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return [theme, () => setChosen(theme === 'dark' ? 'light' : 'dark')];
}

/** Paper is white, and what is behind tabs is on it. */
export function usePrinting(): boolean {
  const query = matchMedia('print');
  const [isPrinting, setPrinting] = useState(query.matches);
  useEffect(() => {
    const begin = () => setPrinting(true);
    const end = () => setPrinting(query.matches);
    query.addEventListener('change', end);
    addEventListener('beforeprint', begin);
    addEventListener('afterprint', end);
    return () => {
      query.removeEventListener('change', end);
      removeEventListener('beforeprint', begin);
      removeEventListener('afterprint', end);
    };
  }, []);
  return isPrinting;
}
