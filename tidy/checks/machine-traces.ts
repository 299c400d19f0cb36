import type { Check } from '../repository.ts';

/** Written in pieces, so that this file does not find itself. */
const traces: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: new RegExp(`(^|[\\s"'\`(=:])/${'work'}/(main|shared)\\b`), what: 'a path of one machine' },
  {
    pattern: new RegExp(`https?://[^\\s"')]*(${'registry'}\\.|artifactory|nexus|verdaccio)`),
    what: 'the address of a registry',
  },
  { pattern: /https?:\/\/(10|192\.168|172\.(1[6-9]|2\d|3[01]))\.[\d.]+/, what: 'an address of a private network' },
];
const textual =
  /\.(tsx?|mjs|cjs|js|json|md|sh|sql|yml|yaml|css|html|txt|robin)$|^(\.npmrc|\.gitignore|deskhand|\.ci\/run)$/;

export const noMachineTraces: Check = {
  name: 'no file names the machine or the registry it was written with',
  find: (repository) =>
    repository.paths
      .filter((path) => textual.test(path) && path !== 'tidy/words.json')
      .flatMap((path) =>
        repository
          .text(path)
          .split('\n')
          .flatMap((text, index) =>
            traces
              .filter(({ pattern }) => pattern.test(text))
              .map(({ what }) => ({ path, line: index + 1, what: `holds ${what}` })),
          ),
      ),
};
