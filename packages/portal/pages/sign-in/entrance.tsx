import { type ReactNode, useEffect } from 'react';

/** The frame of the two pages outside of the shell. */
export function Entrance({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Deskhand`;
  }, [title]);
  return (
    <div className="centred-page">
      <main id="content" className="card stack">
        <div className="brand">
          <img src="/mark.svg" alt="" />
          <span>Deskhand</span>
          {__SIMULATED__ && <span className="simulated">Simulated server</span>}
        </div>
        <h1>{title}</h1>
        {children}
      </main>
    </div>
  );
}
