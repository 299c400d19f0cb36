import type { Check } from '../repository.ts';

/** Names that say nothing about what is inside. */
const empty = /^(utils?|helpers|common|managers?|services?|misc)$/;

export const fileNames: Check = {
  name: 'files and folders are named by what they hold, in kebab-case',
  find: (repository) =>
    repository.paths
      .filter((path) => /^(packages|setup|tidy|e2e|bench|simulator|scenarios)\//.test(path))
      .flatMap((path) => {
        const parts = path.split('/');
        const stems = parts.map((part) => part.replace(/\..*$/, ''));
        const vague = stems.flatMap((stem) => stem.split('-')).find((word) => empty.test(word));
        if (vague !== undefined)
          return [{ path, what: `is named "${vague}", which says nothing about what is inside` }];
        const shouting = /\.tsx?$/.test(path) && stems.some((stem) => /[A-Z_]/.test(stem));
        return shouting ? [{ path, what: 'is not named in kebab-case' }] : [];
      }),
};
