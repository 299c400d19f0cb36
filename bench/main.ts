/** Benchmarks with a peer or a floor in the same run. `npm run bench [name]…`; each prints one JSON line with a ratio. */
const benches = ['interpreter', 'session', 'dispatch', 'lifecycle'] as const;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !benches.some((bench) => bench === name));
if (unknown.length > 0) {
  console.error(`error: There is no benchmark named ${unknown.join(', ')}.\ntry: npm run bench ${benches.join(' | ')}`);
  process.exit(3);
}
for (const name of asked.length > 0 ? asked : benches) {
  process.stderr.write(`\n${name}\n`);
  const { bench } = (await import(`./${name}.ts`)) as { bench: () => Promise<void> };
  await bench();
}
