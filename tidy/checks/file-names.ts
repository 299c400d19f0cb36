import type { Check } from '../repository.ts';

/** Words that say nothing about what is inside. As a whole name "service" is one more; in `pam-service` it is PAM's. */
const empty = /^(utils?|helpers|common|managers?|misc)$/;
const emptyAlone = /^services?$/;

export const fileNames: Check = {
  name: 'files and folders are named by what they hold, in kebab-case',
  find: (repository) =>
    repository.paths
      .filter((path) => /^(packages|setup|tidy|e2e|bench|simulator|scenarios)\//.test(path))
      .flatMap((path) => {
        const parts = path.split('/');
        const stems = parts.map((part) => part.replace(/\..*$/, ''));
        const words = stems.flatMap((stem) => stem.split('-'));
        const vague = words.find((word) => empty.test(word)) ?? stems.find((stem) => emptyAlone.test(stem));
        if (vague !== undefined)
          return [{ path, what: `is named "${vague}", which says nothing about what is inside` }];
        const shouting = /\.tsx?$/.test(path) && stems.some((stem) => /[A-Z_]/.test(stem));
        return shouting ? [{ path, what: 'is not named in kebab-case' }] : [];
      }),
};
