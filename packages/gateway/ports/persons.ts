/** A session that Deskhand did not make, as the listing of the machine names it, and whose it is. */
export interface PersonSessionRef {
  readonly sessionId: string;
  readonly user: string;
}

export interface PersonNotice {
  readonly title: string;
  readonly body: string;
  readonly urgency: 'low' | 'normal' | 'critical';
  readonly buttons: readonly { readonly key: string; readonly label: string }[];
}

/** One question on a person's screen; a later notice replaces the former one. */
export interface AskedPerson {
  /** Null when it is on the screen, else why not, as a sentence. */
  show(notice: PersonNotice): Promise<string | null>;
  /** The key of the button that the person pressed. Closing the notification is no answer. */
  onPress(listener: (key: string) => void): void;
  close(): void;
}

export type SignOutOfPerson = { readonly ok: true } | { readonly ok: false; readonly because: string };

/** People's own sessions: asking the person of one, and signing it out when that person agreed. */
export interface Persons {
  ask(of: PersonSessionRef): Promise<AskedPerson | { readonly because: string }>;
  /** Resolves when the session has gone; one that has gone already is signed out. */
  signOut(of: PersonSessionRef): Promise<SignOutOfPerson>;
}

export const noPersons = (because: string): Persons => ({
  ask: () => Promise.resolve({ because }),
  signOut: () => Promise.resolve({ ok: false, because }),
});
