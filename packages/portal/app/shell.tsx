import { Button, Tooltip } from '@fluentui/react-components';
import {
  DarkTheme20Regular,
  Home20Regular,
  Key20Regular,
  type FluentIcon,
  Navigation20Regular,
  DesktopFlow20Regular,
  DesktopPulse20Regular,
  Pause16Regular,
  People20Regular,
  PersonCircle20Regular,
  Play16Regular,
  PlayCircle20Regular,
  Server20Regular,
  Settings20Regular,
  ShieldTask20Regular,
} from '@fluentui/react-icons';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../api/client.ts';
import { ActionMenu } from '../ui/action-menu.tsx';
import { Notices, noticeRefused } from '../ui/notices.tsx';
import { useLiveLink, useLiveState } from './live/live-context.tsx';
import { useMe } from './me.tsx';
import { RecoveryBanner } from './recovery-banner.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { type ThemeChoice, themeChoices, useThemeSetting } from './theme.tsx';

interface Place {
  readonly to: string;
  readonly name: string;
  readonly icon: FluentIcon;
  readonly divided?: boolean;
  readonly adminOnly?: boolean;
}

const places: readonly Place[] = [
  { to: '/', name: 'Home', icon: Home20Regular },
  { to: '/desktop-flows', name: 'Desktop flows', icon: DesktopFlow20Regular },
  { to: '/runs', name: 'Runs', icon: PlayCircle20Regular },
  { to: '/run-queues', name: 'Run queues', icon: DesktopPulse20Regular },
  { to: '/gateways', name: 'Gateways', icon: Server20Regular },
  { to: '/connections', name: 'Connections', icon: Key20Regular },
  { to: '/accounts', name: 'People and roles', icon: People20Regular, divided: true },
  { to: '/audit-log', name: 'Audit log', icon: ShieldTask20Regular, adminOnly: true },
  { to: '/settings', name: 'Settings', icon: Settings20Regular },
];

/** The frame around every page: where one is, where one can go, and how fresh the page is. */
export function Shell() {
  const [menuOpen, setMenuOpen] = useState(false);
  const path = useLocation({ select: (location) => location.pathname });
  useEffect(() => {
    if (path) setMenuOpen(false);
  }, [path]);
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <header className="top-bar">
        <Button
          className="menu-button"
          appearance="subtle"
          icon={<Navigation20Regular />}
          aria-label="Menu"
          aria-expanded={menuOpen}
          onClick={() => setMenuOpen(!menuOpen)}
        />
        <Link to="/" className="brand" aria-label="Deskhand, home">
          <img src="/mark.svg" alt="" />
          <span>Deskhand</span>
        </Link>
        {__SIMULATED__ && (
          <span className="simulated">
            Simulated<span className="long"> server: nothing here is real</span>
          </span>
        )}
        <div className="grow" />
        <LivePill />
        <ThemeMenu />
        <AccountMenu />
      </header>
      <RecoveryBanner />
      <SideNav open={menuOpen} path={path} />
      <Outlet />
      <Notices />
      <Shortcuts />
    </div>
  );
}

function SideNav({ open, path }: { readonly open: boolean; readonly path: string }) {
  const me = useMe();
  const shown = places.filter((place) => !place.adminOnly || me.roles.includes('admin'));
  return (
    <nav className="side-nav" data-open={open} aria-label="Pages">
      <ul>
        {shown.map(({ to, name, icon: Icon, divided }) => (
          <li key={to} className={divided ? 'divided' : ''}>
            <Link
              to={to}
              title={name}
              {...(isAt(path, to) ? { 'aria-current': 'page' as const } : {})}
              activeProps={{}}
            >
              <Icon aria-hidden />
              <span>{name}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** A run queue stands under its own entry, wherever its address is. */
function isAt(path: string, to: string): boolean {
  if (to === '/') return path === '/';
  if (path.startsWith('/gateway-clusters/')) return to === (path.endsWith('/run-queue') ? '/run-queues' : '/gateways');
  return path === to || path.startsWith(`${to}/`);
}

const liveLooks = {
  connecting: { tone: 'quiet', word: 'Connecting' },
  live: { tone: 'good', word: 'Live' },
  reconnecting: { tone: 'waiting', word: 'Reconnecting' },
  paused: { tone: 'quiet', word: 'Paused' },
} as const;

function LivePill() {
  const link = useLiveLink();
  const { status } = useLiveState();
  const paused = status === 'paused';
  const look = liveLooks[status];
  const label = paused ? 'Resume live updates' : 'Pause live updates';
  return (
    <span className="live-pill" data-tone={look.tone}>
      <span className="live-dot" aria-hidden />
      <span className="live-word">{look.word}</span>
      <Tooltip content={label} relationship="label">
        <Button
          appearance="subtle"
          icon={paused ? <Play16Regular /> : <Pause16Regular />}
          onClick={() => (paused ? link?.resume() : link?.pause())}
        />
      </Tooltip>
    </span>
  );
}

const themeNames: Record<ThemeChoice, string> = { system: 'As the system', light: 'Light', dark: 'Dark' };

function ThemeMenu() {
  const { choice, choose } = useThemeSetting();
  return (
    <ActionMenu
      label="Theme"
      trigger={<Button appearance="subtle" icon={<DarkTheme20Regular />} aria-label="Theme" title="Theme" />}
      actions={themeChoices.map((theme) => ({
        label: themeNames[theme],
        ...(theme === choice ? { keys: '✓' } : {}),
        onSelect: () => choose(theme),
      }))}
    />
  );
}

function AccountMenu() {
  const me = useMe();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const signOut = async () => {
    try {
      await api.signOut();
      cache.clear();
      await navigate({ to: '/sign-in', search: {} });
    } catch (error) {
      noticeRefused('Signing out did not work.', error);
    }
  };
  return (
    <ActionMenu
      label="Account"
      trigger={
        <Button
          appearance="subtle"
          icon={<PersonCircle20Regular />}
          aria-label={`Account of ${me.name}`}
          title={me.email}
        />
      }
      actions={[
        {
          label: 'API tokens and password',
          onSelect: () => void navigate({ to: '/settings', search: { section: 'me' } }),
        },
        { label: 'Sign out', onSelect: () => void signOut(), divided: true },
      ]}
    />
  );
}
