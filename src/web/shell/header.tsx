// The header of every page: navigation, the user, and the theme.
import { Monitor, Moon, Sun } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { useViewer } from '../api/queries.ts';
import { setToken } from '../api/token.ts';
import { Button, IconButton } from '../ui/button.tsx';
import styles from './shell.module.css';
import { setTheme, type Theme, themes, useTheme } from './theme.ts';

const pages = [
  { path: '/', name: 'Chat' },
  { path: '/dashboard', name: 'Dashboard' },
  { path: '/log', name: 'Log' },
];

const themeIcons: Record<Theme, React.ReactNode> = { system: <Monitor />, light: <Sun />, dark: <Moon /> };

function ThemeButton() {
  const theme = useTheme();
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
  return (
    <IconButton
      label={`Theme: ${theme}. Switch to ${next}`}
      icon={themeIcons[theme]}
      data-tooltip-side="below"
      onClick={() => setTheme(next)}
    />
  );
}

function Identity() {
  const { data } = useViewer();
  if (data === undefined || data.viewer.username === 'local') return null;
  return (
    <div className={styles.identity}>
      <span title={data.viewer.roles.join(', ')}>{data.viewer.username}</span>
      <Button look="quiet" onClick={() => setToken(null)}>
        Sign out
      </Button>
    </div>
  );
}

function Mark() {
  return (
    <svg className={styles.mark} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M16 6.2v6.6M13.1 7.9l5.8 3.2M18.9 7.9l-5.8 3.2M9.6 17.6v6.6M6.7 19.3l5.8 3.2M12.5 19.3l-5.8 3.2M22.4 17.6v6.6M19.5 19.3l5.8 3.2M25.3 19.3l-5.8 3.2" />
    </svg>
  );
}

export function Header() {
  const [location] = useLocation();
  return (
    <header className={styles.header}>
      <a href="#content" className={styles.skip}>
        Skip to content
      </a>
      <Link href="/" className={styles.brand}>
        <Mark />
        <span>Afterword</span>
      </Link>
      <nav aria-label="Pages" className={styles.nav}>
        {pages.map(({ path, name }) => (
          <Link key={path} href={path} aria-current={location === path ? 'page' : undefined}>
            {name}
          </Link>
        ))}
        <a href="/graphql" className={styles.api}>
          API
        </a>
      </nav>
      <div className={styles.tools}>
        <Identity />
        <ThemeButton />
      </div>
    </header>
  );
}
