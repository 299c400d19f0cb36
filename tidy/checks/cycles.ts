import { fileImports } from '../imports.ts';
import type { Check } from '../repository.ts';

export const noCycles: Check = {
  name: 'no files import each other in a circle, not even for types',
  find: (repository) => {
    const graph = fileImports(repository);
    return circles(graph).map((circle) => ({
      path: circle[0] ?? '',
      what: `is in a circle of imports with ${circle.slice(1).join(', ') || 'itself'}`,
    }));
  },
};

interface Visit {
  index: number;
  lowest: number;
  open: boolean;
}

/** Tarjan's strongly connected components, those of more than one file (or of one that imports itself). */
export function circles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const visits = new Map<string, Visit>();
  const stack: string[] = [];
  const found: string[][] = [];

  function connect(node: string): Visit {
    const visit = { index: visits.size, lowest: visits.size, open: true };
    visits.set(node, visit);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      const known = visits.get(next);
      if (known === undefined) visit.lowest = Math.min(visit.lowest, connect(next).lowest);
      else if (known.open) visit.lowest = Math.min(visit.lowest, known.index);
    }
    if (visit.lowest === visit.index) close(node);
    return visit;
  }

  function close(node: string): void {
    const component = stack.splice(stack.indexOf(node));
    for (const member of component) (visits.get(member) as Visit).open = false;
    if (component.length > 1 || graph.get(node)?.includes(node)) found.push(component.sort());
  }

  for (const node of graph.keys()) if (!visits.has(node)) connect(node);
  return found;
}
