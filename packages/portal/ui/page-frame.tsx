import { type ReactNode, useEffect } from 'react';
import { StaleBanner } from './states.tsx';

interface PageFrameProps {
  readonly title: string;
  /** Shown instead of the plain title, for example with a state beside it. */
  readonly heading?: ReactNode;
  readonly above?: ReactNode;
  readonly below?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** Title, actions and content on one left edge; the document's title follows. */
export function PageFrame({ title, heading, above, below, actions, children }: PageFrameProps) {
  useEffect(() => {
    document.title = `${title} · Deskhand`;
  }, [title]);
  return (
    <main id="content" tabIndex={-1}>
      <StaleBanner />
      {above && (
        <nav className="crumbs" aria-label="Breadcrumb">
          {above}
        </nav>
      )}
      <header className="page-head">
        <h1>{heading ?? title}</h1>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {below && <div className="page-below">{below}</div>}
      {children}
    </main>
  );
}

export function Section({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="section" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** Names and values of one thing. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
