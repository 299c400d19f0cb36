import { describe, expect, test } from 'vitest';
import { codeOfTitle } from './declare/errors.ts';
import { readCatalogue } from './catalogue/known-actions.ts';
import { actionModules, knownActions } from './index.ts';

const actions = actionModules.flatMap((module) => module.actions.map((action) => ({ module, action })));
const forms = actions.flatMap(({ action }) =>
  Object.entries(action.selectors).map(([selector, form]) => ({ id: `${action.id}.${selector}`, form })),
);

test('an action is declared once, under the name of its module', () => {
  const ids = actions.map(({ action }) => action.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { module, action } of actions) expect(action.id).toMatch(new RegExp(`^${module.name}\\.[A-Za-z0-9]+$`));
});

test('every action says in a sentence what it does', () => {
  for (const { action } of actions) expect(action.summary, action.id).toMatch(/^[A-Z].+\.$/);
});

test('error codes follow from the titles that Power Automate documents', () => {
  for (const { action } of actions) {
    for (const { code, title } of action.errors) expect(code, `${action.id}: ${title}`).toBe(codeOfTitle(title));
  }
});

describe('arguments', () => {
  test('an enum has members, and its default is one of them', () => {
    for (const { id, form } of forms) {
      for (const [name, argument] of Object.entries(form.arguments)) {
        if (argument.type !== 'enum') continue;
        expect(argument.enum, `${id} ${name}`).toMatch(/^\w+\.\w+$/);
        expect(argument.members, `${id} ${name}`).toContain(argument.default);
      }
    }
  });

  test('what is changed in place must be given', () => {
    for (const { id, form } of forms) {
      for (const [name, argument] of Object.entries(form.arguments)) {
        if (argument.inPlace === true) expect(argument.default, `${id} ${name}`).toBeUndefined();
      }
    }
  });
});

test('names of arguments and outputs are never words that Robin reserves for variables', () => {
  for (const { id, form } of forms) {
    for (const name of [...Object.keys(form.arguments), ...Object.keys(form.outputs)]) {
      expect(name, id).toMatch(/^[A-Z][A-Za-z0-9]*$/);
    }
  }
});

test('the catalogue knows every action that is declared, and many that are not', () => {
  const known = new Map(knownActions().map((action) => [action.id, action]));
  for (const { action } of actions) {
    expect(known.get(action.id)?.selectors).toEqual(Object.keys(action.selectors).filter((name) => name !== ''));
  }
  expect(known.get('Scripting.RunVBScript')?.linux).toBe('windows');
  expect(known.get('Excel.LaunchExcel')?.linux).toBe('library');
  expect(knownActions().length).toBeGreaterThan(380);
});

test('selectors that the catalogue knows of a declared action are all declared', () => {
  const aliases = actions.flatMap(({ action }) => action.aliases ?? []);
  const declared = new Set([...forms.map(({ id }) => id), ...aliases].map((id) => id.toLowerCase()));
  const ids = new Set(actions.map(({ action }) => action.id));
  const missing = readCatalogue()
    .filter(({ id }) => ids.has(id))
    .flatMap(({ id, selectors }) => selectors.map((selector) => `${id}.${selector}`))
    .filter((id) => !declared.has(id.toLowerCase()));
  expect(missing).toEqual([]);
});
