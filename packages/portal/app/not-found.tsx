import { Link } from '@tanstack/react-router';

export function NotFoundPage() {
  return (
    <main id="content" className="centred-page">
      <div className="card stack">
        <h1>This address leads nowhere</h1>
        <p>The page may have moved, or the link was cut short.</p>
        <p className="row">
          <Link to="/">Go home</Link>
          <Link to="/runs" search={{}}>
            Search all runs
          </Link>
        </p>
      </div>
    </main>
  );
}
