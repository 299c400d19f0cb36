// Runs before the first paint, so that a dark page never flashes white. The portal itself follows up in app/theme.ts.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('deskhand-theme');
  } catch {
    // Storage may be switched off; then the system decides.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
