import type { Expression, Flow } from '../syntax/nodes.ts';
import { binaryOf, instanceOf, listOf, objectOf } from './constructors.ts';
import { blank, type InstanceValue, type RobinValue } from './values.ts';

/**
 * The UI elements and images that a clipboard copy carries behind its actions (robin.md §1.2), as values that actions
 * can take. Without the trailer an element is only its names, and the action says what is missing.
 */
export interface ElementStore {
  readonly element: (screen: string, name: string) => InstanceValue;
  readonly image: (name: string) => InstanceValue;
  readonly hasElement: (screen: string, name: string) => boolean;
  readonly hasImage: (name: string) => boolean;
}

type Json = Readonly<Record<string, unknown>>;

export function elementsOf(flow: Flow): ElementStore {
  const trailer = asRecord(flow.trailer?.json);
  const screens = listIn(trailer, 'ControlRepositorySymbols').flatMap((symbol) =>
    listIn(repositoryOf(symbol), 'Screens'),
  );
  const images = listIn(repositoryOf(asRecord(trailer['ImageRepositorySymbol'])), 'Images');
  const controlOf = (screen: string, name: string): Json | undefined =>
    screens
      .filter((one) => one['Name'] === screen)
      .flatMap((one) => listIn(one, 'Controls'))
      .find((one) => one['Name'] === name);
  const imageOf = (name: string): Json | undefined => images.find((one) => one['Name'] === name);
  return {
    hasElement: (screen, name) => controlOf(screen, name) !== undefined,
    hasImage: (name) => imageOf(name) !== undefined,
    element: (screen, name) => {
      const control = controlOf(screen, name) ?? {};
      const selectors = jsonValue(control['Selectors'] ?? []);
      return instanceOf('UI element', 0, { Screen: () => screen, Name: () => name, Selectors: () => selectors });
    },
    image: (name) => {
      const content = imageContent(imageOf(name));
      return instanceOf('Image', 0, { Name: () => name, Content: () => content });
    },
  };
}

/** `Repository` is JSON inside a text. */
function repositoryOf(symbol: Json): Json {
  const text = symbol['Repository'];
  if (typeof text !== 'string') return {};
  try {
    return asRecord(JSON.parse(text) as unknown);
  } catch {
    return {};
  }
}

const asRecord = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

const listIn = (record: Json, key: string): Json[] => {
  const value = record[key];
  return Array.isArray(value) ? value.map(asRecord) : [];
};

function imageContent(image: Json | undefined): RobinValue {
  const text = image?.['Screenshot'];
  if (typeof text !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return blank;
  try {
    return binaryOf(Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)));
  } catch {
    return blank;
  }
}

/** Data of the designer, nested a few levels; what is deeper than that is no selector. */
const JSON_DEPTH_MAX = 20;

function jsonValue(value: unknown, depth = 0): RobinValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null || depth > JSON_DEPTH_MAX) return blank;
  if (Array.isArray(value)) return listOf(value.map((item) => jsonValue(item, depth + 1)));
  return objectOf(Object.entries(value).map(([key, item]) => [key, jsonValue(item, depth + 1)] as const));
}

/** What `appmask['Screen']['Element']` or `imgrepo['Image']` names; an image has no screen. */
export interface ElementName {
  readonly screen: string | undefined;
  readonly name: string;
}

/** Written with plain texts; undefined for anything else. */
export function elementNameOf(expression: Expression): ElementName | undefined {
  if (expression.kind !== 'index' || expression.key.kind !== 'text') return undefined;
  const { of, key } = expression;
  if (isStore(of, 'imgrepo')) return { screen: undefined, name: key.value };
  if (of.kind !== 'index' || of.key.kind !== 'text' || !isStore(of.of, 'appmask')) return undefined;
  return { screen: of.key.value, name: key.value };
}

export function elementNamed(expression: Expression, store: ElementStore): InstanceValue | undefined {
  const named = elementNameOf(expression);
  if (named === undefined) return undefined;
  return named.screen === undefined ? store.image(named.name) : store.element(named.screen, named.name);
}

const isStore = (expression: Expression, name: string): boolean =>
  expression.kind === 'variable' && expression.name.toLowerCase() === name;
