import { allStates } from '@deskhand/domain/run/transitions.ts';
import { expect, test } from 'vitest';
import { stateLooks, stateNames, wordOfRun } from './run-state.ts';

test('every state of a run has an icon, a word and a colour, and no two share icon and word', () => {
  expect([...stateNames].toSorted()).toEqual([...allStates].toSorted());
  const looks = Object.values(stateLooks);
  expect(new Set(looks.map((look) => look.icon)).size).toBe(looks.length);
  expect(new Set(looks.map((look) => look.word)).size).toBe(looks.length);
  for (const look of looks) expect(look.tone).toBeTruthy();
});

test('the server says which run is next, and the word follows', () => {
  expect(wordOfRun({ state: 'queued', phase: null, display: 'Next to run' })).toBe('Next to run');
  expect(wordOfRun({ state: 'queued', phase: null, display: 'Queued' })).toBe('Queued');
});

test('starting names its phase', () => {
  expect(wordOfRun({ state: 'starting', phase: 'downloading' })).toBe('Starting (downloading)');
});
