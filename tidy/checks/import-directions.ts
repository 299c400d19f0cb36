import { importsOf, type Import } from '../imports.ts';
import { type Check, type Finding, isSource, isTest, packageOf } from '../repository.ts';

/** Who may import whom among the packages: the table of ARCHITECTURE.md. */
const packagesAllowed: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  robin: [],
  'cloud-flow': [],
  protocol: ['domain'],
  actions: ['robin'],
  'control-plane': ['domain', 'robin', 'cloud-flow', 'protocol', 'actions'],
  gateway: ['domain', 'robin', 'protocol'],
  runner: ['domain', 'robin', 'protocol', 'actions'],
  portal: ['domain', 'robin', 'cloud-flow', 'protocol', 'actions'],
  cli: ['domain', 'robin', 'cloud-flow', 'protocol', 'actions'],
};
const pure = ['domain', 'robin', 'cloud-flow'];
const layered = ['control-plane', 'gateway'];
/** Adapters through which the world calls the program; docs/decisions/0004-driving-adapters.md says why. */
const drivingAdapters: Readonly<Record<string, readonly string[]>> = { 'control-plane': ['http', 'link'] };

export const importDirections: Check = {
  name: 'packages and layers import only in the directions of ARCHITECTURE.md',
  find: (repository) =>
    repository.paths
      .filter((path) => isSource(path) && packageOf(path) !== undefined)
      .flatMap((path) => importsOf(repository, path).flatMap((found) => verdict(path, found))),
};

function verdict(from: string, found: Import): readonly Finding[] {
  const because = packageRefusal(from, found) ?? (isTest(from) ? undefined : layerRefusal(from, found));
  return because === undefined
    ? []
    : [{ path: from, line: found.line, what: `imports ${found.specifier}: ${because}` }];
}

function packageRefusal(from: string, found: Import): string | undefined {
  const home = packageOf(from) ?? '';
  if (found.kind !== 'file')
    return pure.includes(home) && !isTest(from) ? `${home} imports nothing from outside` : undefined;
  const target = packageOf(found.path);
  if (target === home) return undefined;
  const allowed = packagesAllowed[home];
  if (allowed === undefined) return `the package ${home} has no row in the table of import directions`;
  if (target === undefined) return isTest(from) ? undefined : 'a package imports nothing outside packages/';
  return allowed.includes(target) ? undefined : `${home} must not know ${target}`;
}

type Layer = { readonly name: 'use-cases' | 'ports' | 'adapters' | 'main' | 'other'; readonly adapter?: string };

function layerOf(path: string): Layer {
  const [, , folder, inside] = path.split('/');
  if (folder === 'adapters') return { name: 'adapters', ...(inside === undefined ? {} : { adapter: inside }) };
  if (folder === 'use-cases' || folder === 'ports') return { name: folder };
  return { name: inside === undefined && folder !== undefined ? 'main' : 'other' };
}

/** use-cases → ports; adapters → ports; only main.ts and the files beside it, which are its parts, know adapters. */
function layerRefusal(from: string, found: Import): string | undefined {
  const home = packageOf(from) ?? '';
  if (!layered.includes(home)) return undefined;
  const layer = layerOf(from);
  if (found.kind === 'installed')
    return layer.name === 'use-cases' || layer.name === 'ports'
      ? `${layer.name} know no installed package; an adapter does`
      : undefined;
  if (found.kind === 'node' || packageOf(found.path) !== home) return undefined;
  return withinProgram(home, layer, layerOf(found.path));
}

function withinProgram(home: string, from: Layer, to: Layer): string | undefined {
  if (to.name === 'main')
    return from.name === 'main' ? undefined : 'nothing inside a program imports main.ts or the files beside it';
  if (to.name === 'adapters') {
    if (from.name === 'main') return undefined;
    if (from.name !== 'adapters') return 'only main.ts knows adapters';
    return from.adapter === to.adapter ? undefined : 'adapters never import each other';
  }
  if (to.name !== 'use-cases') return undefined;
  if (from.name === 'ports') return 'ports do not know the use cases';
  if (from.name === 'adapters' && !drivingAdapters[home]?.includes(from.adapter ?? ''))
    return 'only driving adapters know the use cases';
  return undefined;
}
