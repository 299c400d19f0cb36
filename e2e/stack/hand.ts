import type { Locator, Page } from 'playwright-core';

/** What a person does with mouse and keyboard, each thing counted as one interaction. */
export interface Hand {
  readonly open: (url: string) => Promise<void>;
  readonly click: (target: Locator) => Promise<void>;
  readonly fill: (target: Locator, text: string) => Promise<void>;
  readonly press: (target: Locator, key: string) => Promise<void>;
  readonly count: () => number;
}

export function handOn(page: Page): Hand {
  let count = 0;
  const counted = async (act: Promise<unknown>): Promise<void> => {
    count += 1;
    await act;
  };
  return {
    open: (url) => counted(page.goto(url)),
    click: (target) => counted(target.click()),
    fill: (target, text) => counted(target.fill(text)),
    press: (target, key) => counted(target.press(key)),
    count: () => count,
  };
}
