/** Dark or light: as the system says, unless the reader chose. */
import { useEffect, useState } from 'preact/hooks';

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
  const theme = chosen ?? system;
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return [theme, () => setChosen(theme === 'dark' ? 'light' : 'dark')];
}
