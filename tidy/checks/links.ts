import { posix } from 'node:path';
import { type Check, type Finding, isDocument, type Repository } from '../repository.ts';

export const linksResolve: Check = {
  name: 'relative links in documents lead somewhere',
  find: (repository) => {
    const targets = new Set(repository.paths.flatMap((path) => [path, ...foldersAbove(path)]));
    return repository.paths.filter(isDocument).flatMap((path) => broken(repository, path, targets));
  },
};

const foldersAbove = (path: string): readonly string[] =>
  path.split('/').map((_, index, parts) => parts.slice(0, index).join('/') || '.');

function broken(repository: Repository, path: string, targets: ReadonlySet<string>): readonly Finding[] {
  return repository
    .text(path)
    .split('\n')
    .flatMap((text, index) =>
      [...text.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].flatMap((match) => {
        const link = match[1] ?? match[2] ?? '';
        if (/^[a-z]+:|^#/i.test(link)) return [];
        const target = posix.normalize(posix.join(posix.dirname(path), link.replace(/[#?].*$/, ''))).replace(/\/$/, '');
        return targets.has(target) ? [] : [{ path, line: index + 1, what: `links to ${link}, which does not exist` }];
      }),
    );
}
