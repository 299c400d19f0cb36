import { type Check, packageOf } from '../repository.ts';

const PARAGRAPH_CHARACTERS_MIN = 80;

export const openingParagraphs: Check = {
  name: 'each package opens with a paragraph: what it is for and what is deliberately absent',
  find: (repository) => {
    const packages = new Set(repository.paths.filter((path) => /\.tsx?$/.test(path)).map(packageOf));
    return [...packages].flatMap((name) => {
      if (name === undefined) return [];
      const entries = ['index.ts', 'main.ts', 'app/main.tsx'].map((file) => `packages/${name}/${file}`);
      const entry = entries.find((path) => repository.paths.includes(path));
      if (entry === undefined) return [{ path: `packages/${name}`, what: 'has neither index.ts nor main.ts' }];
      const paragraph = /^(?:#!.*\n)?\s*\/\*\*([\s\S]*?)\*\//.exec(repository.text(entry))?.[1] ?? '';
      if (paragraph.length >= PARAGRAPH_CHARACTERS_MIN) return [];
      return [{ path: entry, line: 1, what: 'does not open with a paragraph about the package' }];
    });
  },
};
