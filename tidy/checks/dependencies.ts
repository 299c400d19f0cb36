import { importsOf } from '../imports.ts';
import { type Check, type Finding, isSource, isTest, packageOf, type Repository } from '../repository.ts';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** What runs on a user's machine, and so may import only what the published package installs there. */
const isShipped = (path: string): boolean => {
  const home = packageOf(path);
  return home !== undefined && home !== 'portal' && !isTest(path) && !/\.(bench|config)\.ts$/.test(path);
};

export const dependenciesAreDeclared: Check = {
  name: 'every imported package is declared where npm installs it from',
  find: (repository) => {
    const root = manifest(repository, 'package.json');
    const shipped = new Set(Object.keys({ ...root.dependencies, ...root.optionalDependencies }));
    const anywhere = new Set([...shipped, ...Object.keys(root.devDependencies ?? {})]);
    const portal = manifest(repository, 'packages/portal/package.json');
    const inPortal = new Set([...anywhere, ...Object.keys({ ...portal.dependencies, ...portal.devDependencies })]);
    return repository.paths.filter(isSource).flatMap((path) => {
      if (isShipped(path)) return undeclared(repository, path, shipped, 'dependencies of the root package.json');
      const portalFile = packageOf(path) === 'portal';
      return undeclared(repository, path, portalFile ? inPortal : anywhere, 'package.json');
    });
  },
};

function undeclared(
  repository: Repository,
  path: string,
  declared: ReadonlySet<string>,
  where: string,
): readonly Finding[] {
  return importsOf(repository, path)
    .filter((found) => found.kind === 'installed' && !declared.has(found.name))
    .map(({ line, specifier }) => ({ path, line, what: `imports ${specifier}, which is not in the ${where}` }));
}

function manifest(repository: Repository, path: string): Manifest {
  return repository.paths.includes(path) ? (JSON.parse(repository.text(path)) as Manifest) : {};
}

export const lockfileIsNeutral: Check = {
  name: 'the lockfile names no registry',
  find: (repository) => {
    if (!repository.paths.includes('package-lock.json')) return [];
    const addresses = repository.text('package-lock.json').match(/"resolved": "https?:[^"]*"/g) ?? [];
    if (addresses.length === 0) return [];
    return [{ path: 'package-lock.json', what: `holds ${addresses.length} "resolved" addresses; see .npmrc` }];
  },
};
