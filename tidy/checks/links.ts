import { posix } from 'node:path';
import { type Check, type Finding, isDocument, type Repository } from '../repository.ts';

export const linksResolve: Check = {
  name: 'relative links in documents lead somewhere',
  find: (repository) => {
    const targets = new Set(repository.paths.flatMap((path) => [path, ...foldersAbove(path)]));
    return repository.paths.filter(isDocument).flatMap((path) => broken(repository, path, targets));
  },
};

/** What the portal and the command line link to: a page of `docs/` that has the anchor. */
export const helpIsThere = (load: () => Promise<readonly string[]>): Check => ({
  name: 'every help link of the programs leads to a page and a place on it',
  find: async (repository) =>
    (await load()).flatMap((link): Finding[] => {
      const [page = '', anchor] = link.split('#');
      const path = `${page.slice(1)}.md`;
      if (!repository.paths.includes(path))
        return [{ path: 'packages/protocol/help-links.ts', what: `links to ${link}, but ${path} does not exist` }];
      return hasAnchor(repository, path, anchor) ? [] : [{ path, what: `has no place called ${anchor}` }];
    }),
});

/** Of a heading, as code forges make it, or written down. */
function hasAnchor(repository: Repository, path: string, anchor: string | undefined): boolean {
  if (anchor === undefined) return true;
  const text = repository.text(path);
  const headings = [...text.matchAll(/^#{1,4} (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
  return headings.includes(anchor) || text.includes(`<a id="${anchor}"></a>`);
}

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
        if (!targets.has(target)) return [{ path, line: index + 1, what: `links to ${link}, which does not exist` }];
        const anchor = /#(.+)$/.exec(link)?.[1];
        if (!target.endsWith('.md') || hasAnchor(repository, target, anchor)) return [];
        return [{ path, line: index + 1, what: `links to ${link}, where there is no such place` }];
      }),
    );
}
