import {
  type BrandVariants,
  createDarkTheme,
  createLightTheme,
  FluentProvider,
  type Theme,
} from '@fluentui/react-components';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';

/** One accent: a petrol that stays apart from the greens, reds and ambers of the run states. */
const petrol: BrandVariants = {
  10: '#010506',
  20: '#08191d',
  30: '#0a2a31',
  40: '#0b3740',
  50: '#0b444f',
  60: '#0c525f',
  70: '#0d606f',
  80: '#0f6c7c',
  90: '#2a7d8c',
  100: '#438e9b',
  110: '#5b9fab',
  120: '#73b0ba',
  130: '#8cc1ca',
  140: '#a6d2d9',
  150: '#c1e3e8',
  160: '#def2f5',
};

const systemFont =
  '"Segoe UI Variable Text", "Segoe UI", system-ui, -apple-system, "Inter", "Noto Sans", "DejaVu Sans", sans-serif';
const systemMono = 'ui-monospace, "Cascadia Mono", "SF Mono", "JetBrains Mono", "DejaVu Sans Mono", monospace';
const fonts = { fontFamilyBase: systemFont, fontFamilyMonospace: systemMono };

const lightTheme: Theme = { ...createLightTheme(petrol), ...fonts };
const darkTheme: Theme = {
  ...createDarkTheme(petrol),
  ...fonts,
  colorBrandForeground1: petrol[130],
  colorBrandForeground2: petrol[140],
  colorBrandForegroundLink: petrol[130],
  colorBrandForegroundLinkHover: petrol[140],
  colorCompoundBrandForeground1: petrol[130],
};

export const themeChoices = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themeChoices)[number];
const STORAGE_KEY = 'deskhand-theme';

interface ThemeSetting {
  readonly choice: ThemeChoice;
  readonly choose: (choice: ThemeChoice) => void;
  readonly dark: boolean;
}

const ThemeSettingContext = createContext<ThemeSetting>({ choice: 'system', choose: () => undefined, dark: false });
export const useThemeSetting = (): ThemeSetting => useContext(ThemeSettingContext);

/** Follows the system until the person chooses; the choice is kept in this browser. */
export function ThemedRoot({ children }: { readonly children: ReactNode }) {
  const [choice, setChoice] = useState<ThemeChoice>(storedChoice);
  const systemDark = useSystemDark();
  const dark = choice === 'dark' || (choice === 'system' && systemDark);
  useEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }, [dark]);
  const setting = useMemo(
    () => ({
      choice,
      dark,
      choose: (next: ThemeChoice) => {
        setChoice(next);
        store(next);
      },
    }),
    [choice, dark],
  );
  return (
    <ThemeSettingContext value={setting}>
      <FluentProvider theme={dark ? darkTheme : lightTheme} className="portal-root">
        {children}
      </FluentProvider>
    </ThemeSettingContext>
  );
}

function useSystemDark(): boolean {
  const [dark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setDark(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  return dark;
}

function storedChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return themeChoices.find((choice) => choice === stored) ?? 'system';
  } catch {
    // Storage may be switched off; the system decides then.
    return 'system';
  }
}

function store(choice: ThemeChoice): void {
  try {
    if (choice === 'system') localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, choice);
  } catch {
    // Without storage the choice holds until the page is closed.
  }
}
